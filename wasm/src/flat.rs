//! Answers laid flat, for `answer.js` to build: two arguments cross, not hundreds of values.
//!
//! One run on a pack of 80,000 shows, ten items an answer, microseconds for the conversion alone:
//! a property at a time 135, as JSON text for the host's parser 76, laid flat 18.

use alloc::{string::String, vec::Vec};

use aftershow_core::{
    Answer, Card, Engine, ItemId, Outcome, PartFile, PersonalSettings, PredictionSource, Predictions, Reason,
    Recommendations, Route, ScoreParts, SearchResults, Source, Team, VariantName, Weights,
    ids::{IdKind, UserIdKind},
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/answer.js")]
extern "C" {
    #[wasm_bindgen(js_name = answer)]
    fn build_answer(texts: &str, numbers: &[f64]) -> JsValue;
    #[wasm_bindgen(js_name = recommendations)]
    fn build_recommendations(texts: &str, numbers: &[f64]) -> JsValue;
    #[wasm_bindgen(js_name = predictions)]
    fn build_predictions(texts: &str, numbers: &[f64]) -> JsValue;
    #[wasm_bindgen(js_name = found)]
    fn build_found(texts: &str, numbers: &[f64]) -> JsValue;
    #[wasm_bindgen(js_name = files)]
    fn build_files(texts: &str, numbers: &[f64], needed: bool) -> JsValue;
    #[wasm_bindgen(js_name = info)]
    fn build_info(texts: &str, numbers: &[f64]) -> JsValue;
}

/// What was found, built by `build`, or `{need_parts: [{file, deflated}]}`.
pub fn outcome<T>(outcome: Outcome<T>, build: fn(&T) -> JsValue) -> JsValue {
    match outcome {
        Outcome::Answer(answer) => build(&answer),
        Outcome::NeedParts(needed) => files(&needed, true),
    }
}

/// `[{file, deflated}]`; what is needed as `{need_parts: [{file, deflated}]}`.
pub fn files(files: &[PartFile], needed: bool) -> JsValue {
    let mut flat = Flat::new();
    flat.count(files.len());
    for file in files {
        flat.text(&file.file);
        flat.flag(file.deflated);
    }
    build_files(&flat.texts, &flat.numbers, needed)
}

/// What `info` says: the engine, the pack and what of it is attached.
pub fn info(engine: &Engine) -> JsValue {
    let stats = engine.stats();
    let mut flat = Flat::new();
    for text in [
        &stats.pack_id,
        &stats.pack_version,
        stats.engine_version,
        &stats.attribution,
    ] {
        flat.text(text);
    }
    flat.text(match stats.id_kind {
        IdKind::Integer => "integer",
        IdKind::String => "string",
    });
    flat.numbers.extend(decimals(&stats.weights));
    flat.numbers
        .extend([stats.format_version, stats.items, stats.top_n, stats.shards].map(f64::from));
    flat.numbers.push(stats.attached_bytes as f64);
    flat.flag(stats.personal.is_some());
    if let Some(personal) = &stats.personal {
        flat.personal(personal);
    }
    build_info(&flat.texts, &flat.numbers)
}

/// Predicted ratings as a plain object.
pub fn predictions(found: &Predictions) -> JsValue {
    let mut flat = Flat::new();
    flat.ids(&found.unknown);
    flat.numbers
        .extend([found.lowest, found.highest, found.step].map(decimal));
    flat.count(found.person_ratings);
    flat.count(found.unknown_items);
    flat.count(found.items.len());
    for item in &found.items {
        match &item.item {
            Some(id) => flat.any_id(id),
            None => flat.numbers.extend([NULL, item.new_item.unwrap_or_default() as f64]),
        }
        flat.numbers
            .extend([item.prediction, item.uncertainty, item.known_ratings.into()]);
        flat.count(match item.source {
            PredictionSource::Ratings => 0,
            PredictionSource::Content => 1,
            PredictionSource::Average => 2,
        });
    }
    build_predictions(&flat.texts, &flat.numbers)
}

/// An answer as a plain object.
pub fn answer(answer: &Answer) -> JsValue {
    let mut flat = Flat::new();
    flat.text(match answer.route {
        Route::Stored => "stored",
        Route::Shard => "shard",
        Route::Scan => "scan",
    });
    flat.numbers.extend(decimals(&answer.weights));
    let subject = answer.subject.iter();
    flat.kind_of_ids(subject.chain(answer.items.iter().map(|item| &item.card)));
    flat.count(answer.matched);
    flat.count(answer.unknown_rerank_ids);
    flat.variant(&answer.variant);
    flat.flag(answer.subject.is_some());
    if let Some(subject) = &answer.subject {
        flat.card(subject);
    }
    flat.count(answer.items.len());
    for item in &answer.items {
        flat.card(&item.card);
        let ScoreParts {
            score,
            genre,
            text,
            metadata,
            year,
        } = item.parts;
        flat.numbers.extend([score, genre, text, metadata, year]);
        flat.list(&item.shared_genres);
        flat.number(item.adjusted_score);
        flat.reasons(&item.reasons);
    }
    build_answer(&flat.texts, &flat.numbers)
}

/// Recommendations as a plain object; of a rerank with the candidates that the pack lacks.
pub fn recommendations(page: &Recommendations, unknown: Option<&[ItemId]>) -> JsValue {
    let mut flat = Flat::new();
    flat.flag(unknown.is_some());
    if let Some(unknown) = unknown {
        flat.ids(unknown);
    }
    flat.flag(page.fallback_used);
    let weights = page.weights;
    flat.numbers
        .extend([weights.content, weights.collaborative].map(decimal));
    flat.count(page.offset);
    flat.count(page.total);
    flat.count(page.unknown_items);
    flat.count(page.matched);
    flat.count(page.unknown_rerank_ids);
    flat.number(page.watching_weight.map(decimal));
    flat.variant(&page.variant);
    flat.variant(&page.against);
    flat.kind_of_ids(page.items.iter().map(|item| &item.card));
    flat.count(page.items.len());
    for item in &page.items {
        flat.card(&item.card);
        flat.numbers.extend([
            item.score,
            item.content_score,
            item.collaborative_score,
            item.popularity,
        ]);
        flat.count(match item.source {
            Source::Collaborative => 0,
            Source::Content => 1,
            Source::Popular => 2,
            Source::Watching => 3,
            Source::Given => 4,
        });
        if page.against.is_some() {
            flat.flag(item.team == Some(Team::B));
        }
        flat.number(item.watching_score);
        flat.number(item.adjusted_score);
        flat.reasons(&item.reasons);
    }
    build_recommendations(&flat.texts, &flat.numbers)
}

/// What a search found as a plain object.
pub fn found(results: &SearchResults) -> JsValue {
    let mut flat = Flat::new();
    flat.kind_of_ids(results.items.iter().map(|item| &item.card));
    flat.count(results.items.len());
    for item in &results.items {
        flat.card(&item.card);
        flat.text(item.matched.name());
    }
    build_found(&flat.texts, &flat.numbers)
}

/// The weights as [`decimal`]s.
pub fn decimals(weights: &Weights) -> [f64; 4] {
    [weights.genre, weights.text, weights.metadata, weights.year].map(decimal)
}

/// A weight as the decimal that it is shown as elsewhere: 0.4, not the `f64` nearest to the `f32`
/// nearest to it.
pub fn decimal(weight: f32) -> f64 {
    let weight = f64::from(weight);
    let mut scale = 1.0;
    for _ in 0..17 {
        let rounded = ((weight.abs() * scale + 0.5) as u64 as f64 / scale).copysign(weight);
        if rounded as f32 == weight as f32 {
            return rounded;
        }
        scale *= 10.0;
    }
    weight
}

struct Flat {
    texts: String,
    numbers: Vec<f64>,
}

const NULL: f64 = -1.0;

impl Flat {
    fn new() -> Flat {
        Flat {
            texts: String::with_capacity(4096),
            numbers: Vec::with_capacity(512),
        }
    }

    /// Whether ids are texts: in one pack all are or none.
    fn kind_of_ids<'a>(&mut self, mut cards: impl Iterator<Item = &'a Card>) {
        self.flag(cards.any(|card| matches!(card.id, ItemId::Str(_))));
    }

    fn card(&mut self, card: &Card) {
        self.id(&card.id);
        self.text(&card.name);
        self.list(&card.genres);
        self.number(card.year.map(f64::from));
        self.text_or_null(&card.platform);
        self.text_or_null(&card.kind);
        self.text_or_null(&card.language);
        self.number(card.runtime.map(f64::from));
        self.number(card.rating);
        self.text_or_null(&card.image);
        self.text_or_null(&card.url);
        self.count(card.attributes.len());
        for (name, values) in &card.attributes {
            self.text(name);
            self.list(values);
        }
        self.text_or_null(&card.summary);
    }

    fn personal(&mut self, personal: &PersonalSettings) {
        self.numbers
            .extend([personal.content_weight, personal.collaborative_weight].map(decimal));
        self.text(&personal.model);
        self.text(match personal.user_ids {
            UserIdKind::Any => "any",
            UserIdKind::Uuid => "uuid",
        });
    }

    /// An id that is not the pack's own: a number or a text.
    fn any_id(&mut self, id: &ItemId) {
        self.flag(matches!(id, ItemId::Str(_)));
        self.id(id);
    }

    fn ids(&mut self, ids: &[ItemId]) {
        self.count(ids.len());
        ids.iter().for_each(|id| self.any_id(id));
    }

    fn id(&mut self, id: &ItemId) {
        match id {
            ItemId::Int(id) => self.numbers.push(*id as f64),
            ItemId::Str(id) => self.text(id),
        }
    }

    fn variant(&mut self, variant: &Option<VariantName>) {
        self.flag(variant.is_some());
        if let Some(variant) = variant {
            self.text(&variant.experiment);
            self.text(&variant.variant);
        }
    }

    fn reasons(&mut self, reasons: &[Reason]) {
        self.count(reasons.len());
        for reason in reasons {
            self.text(reason.kind.name());
            self.text_or_null(&reason.attribute);
            self.count(reason.ids.len());
            reason.ids.iter().for_each(|id| self.id(id));
            self.list(&reason.names);
            self.numbers.push(reason.share);
            self.count(reason.contributions.len());
            self.numbers.extend_from_slice(&reason.contributions);
        }
    }

    fn text(&mut self, text: &str) {
        let units = if text.is_ascii() {
            text.len()
        } else {
            text.encode_utf16().count()
        };
        self.count(units);
        self.texts.push_str(text);
    }

    fn text_or_null(&mut self, text: &Option<String>) {
        match text {
            Some(text) => self.text(text),
            None => self.numbers.push(NULL),
        }
    }

    fn list(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    fn number(&mut self, number: Option<f64>) {
        self.numbers.push(number.unwrap_or(NULL));
    }

    fn count(&mut self, count: usize) {
        self.numbers.push(count as f64);
    }

    fn flag(&mut self, flag: bool) {
        self.count(flag.into());
    }
}
