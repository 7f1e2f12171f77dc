//! An answer laid flat, for `answer.js` to build: two arguments cross, not hundreds of values.
//!
//! One run on a pack of 80,000 shows, ten items an answer, microseconds for the conversion alone:
//! a property at a time 135, as JSON text for the host's parser 76, laid flat 18.

use aftershow_core::{Answer, Card, ItemId, Route, Scored, Weights};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/answer.js")]
extern "C" {
    #[wasm_bindgen(js_name = answer)]
    fn build(texts: &str, numbers: &[f64]) -> JsValue;
}

/// The answer as a plain object.
pub fn answer(answer: &Answer) -> JsValue {
    let mut flat = Flat {
        texts: String::with_capacity(4096),
        numbers: Vec::with_capacity(512),
    };
    flat.text(match answer.route {
        Route::Stored => "stored",
        Route::Shard => "shard",
        Route::Scan => "scan",
    });
    flat.numbers.extend(weights(&answer.weights));
    let mut cards = answer.subject.iter().chain(answer.items.iter().map(|item| &item.card));
    flat.flag(cards.any(|card| matches!(card.id, ItemId::Str(_))));
    flat.flag(answer.subject.is_some());
    if let Some(subject) = &answer.subject {
        flat.card(subject);
    }
    flat.count(answer.items.len());
    for item in &answer.items {
        flat.scored(item);
    }
    build(&flat.texts, &flat.numbers)
}

/// The weights as the decimals that they are shown as elsewhere: 0.4, not the `f64` nearest to the
/// `f32` nearest to it.
pub fn weights(weights: &Weights) -> [f64; 4] {
    [weights.genre, weights.text, weights.metadata, weights.year].map(|weight| {
        let rounded = |places: i32| (f64::from(weight) * 10f64.powi(places)).round() / 10f64.powi(places);
        (0..17)
            .map(rounded)
            .find(|decimal| *decimal as f32 == weight)
            .unwrap_or(weight.into())
    })
}

struct Flat {
    texts: String,
    numbers: Vec<f64>,
}

const NULL: f64 = -1.0;

impl Flat {
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

    fn scored(&mut self, item: &Scored) {
        self.card(&item.card);
        let parts = item.parts;
        self.numbers
            .extend([parts.score, parts.genre, parts.text, parts.metadata, parts.year]);
        self.list(&item.shared_genres);
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
