//! Answers laid flat, for `answer.js` to build: two arguments cross, not hundreds of values.
//!
//! One run on a pack of 80,000 shows, ten items an answer, microseconds for the conversion alone:
//! a property at a time 135, as JSON text for the host's parser 76, laid flat 18.

use aftershow_core::{Answer, Card, ItemId, Reason, Recommendations, Route, ScoreParts, Source, VariantName, Weights};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/answer.js")]
extern "C" {
    #[wasm_bindgen(js_name = answer)]
    fn build_answer(texts: &str, numbers: &[f64]) -> JsValue;
    #[wasm_bindgen(js_name = recommendations)]
    fn build_recommendations(texts: &str, numbers: &[f64]) -> JsValue;
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

/// Recommendations as a plain object.
pub fn recommendations(page: &Recommendations) -> JsValue {
    let mut flat = Flat::new();
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
        flat.number(item.watching_score);
        flat.number(item.adjusted_score);
        flat.reasons(&item.reasons);
    }
    build_recommendations(&flat.texts, &flat.numbers)
}

/// The weights as [`decimal`]s.
pub fn decimals(weights: &Weights) -> [f64; 4] {
    [weights.genre, weights.text, weights.metadata, weights.year].map(decimal)
}

/// A weight as the decimal that it is shown as elsewhere: 0.4, not the `f64` nearest to the `f32`
/// nearest to it.
pub fn decimal(weight: f32) -> f64 {
    let rounded = |places: i32| (f64::from(weight) * 10f64.powi(places)).round() / 10f64.powi(places);
    let shortest = (0..17).map(rounded).find(|decimal| *decimal as f32 == weight);
    shortest.unwrap_or(weight.into())
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
        match &card.id {
            ItemId::Int(id) => self.numbers.push(*id as f64),
            ItemId::Str(id) => self.text(id),
        }
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
            for id in &reason.ids {
                match id {
                    ItemId::Int(id) => self.numbers.push(*id as f64),
                    ItemId::Str(id) => self.text(id),
                }
            }
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
