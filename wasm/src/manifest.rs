//! The manifest, read from the object that `manifest.json` holds.
//!
//! By hand: a derived reader with its error messages, which print any value of any type, would add
//! 14 kB to the engine, gzipped. A key that core adds makes this file not compile.
//!
//! The first thing that is wrong is noted and reading goes on with something in its place: a way out at each of a hundred keys would be
//! half of the code.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::cell::RefCell;

use aftershow_core::{
    BlendPatch, Cap, Experiment, Manifest, OpenError, Rerank, Variant, Weights, WeightsPatch,
    ids::{IdKind, UserIdKind},
    pack::{ContentSettings, FormatOnly, GenreSimilarity, PartEntry, PersonalSettings, Series},
};

use crate::value::Value;

/// Reads a manifest, its format checked before the rest is looked at.
///
/// # Errors
/// [`OpenError::Version`] for a format this engine does not read, [`OpenError::Manifest`] naming the
/// key for anything else.
pub fn read(value: &Value<'_>) -> Result<Manifest, OpenError> {
    let wrong = RefCell::new(None);
    let manifest = Object {
        value: Some(value),
        name: "",
        wrong: &wrong,
    };
    let format = manifest.int("format");
    if let Err(error) = (FormatOnly { format }).check() {
        manifest.note(error);
    }
    let manifest = Manifest {
        format,
        pack_id: manifest.text("pack_id"),
        version: manifest.or_default("version", Object::text),
        items: manifest.int("items"),
        id_kind: match &*manifest.text("id_kind") {
            "string" => IdKind::String,
            kind => {
                manifest.expect(kind == "integer", "id_kind", "\"integer\" or \"string\"");
                IdKind::Integer
            }
        },
        content: content(&manifest.child("content")),
        parts: manifest.list("parts", part),
        summaries: manifest.or_default("summaries", series),
        tables: manifest.or_default("tables", series),
        shards: manifest.or_default("shards", Object::int),
        heads: Vec::new(), // the host's
        attribution: manifest.or_default("attribution", Object::text),
        personal: manifest.or_default("personal", |manifest, key| Some(personal(&manifest.child(key)))),
        experiments: manifest.or_default("experiments", |manifest, key| manifest.list(key, experiment)),
    };
    match wrong.into_inner() {
        None => Ok(manifest),
        Some(error) => Err(error),
    }
}

fn personal(personal: &Object<'_>) -> PersonalSettings {
    PersonalSettings {
        content_weight: personal.float("content_weight"),
        collaborative_weight: personal.float("collaborative_weight"),
        model: personal.text("model"),
        user_ids: match &*personal.or_default("user_ids", Object::text) {
            "uuid" => UserIdKind::Uuid,
            kind => {
                personal.expect(matches!(kind, "" | "any"), "user_ids", "\"any\" or \"uuid\"");
                UserIdKind::Any
            }
        },
        rerank: rerank(personal),
    }
}

/// What a pack may have of it: items to boost, to pin and to bury are for queries.
fn rerank(of: &Object<'_>) -> Rerank {
    if of.get("rerank").is_none() {
        return Rerank::default();
    }
    let of = of.child("rerank");
    of.only(&["diversity", "calibration", "freshness", "popularity_damping", "caps"]);
    let cap = |cap: &Object<'_>| {
        cap.only(&["attribute", "at_most"]);
        Cap {
            attribute: cap.text("attribute"),
            at_most: cap.int("at_most"),
        }
    };
    let [diversity, calibration, freshness, popularity_damping] =
        of.floats(["diversity", "calibration", "freshness", "popularity_damping"]);
    Rerank {
        diversity,
        calibration,
        freshness,
        popularity_damping,
        caps: of.get("caps").map(|_| of.list("caps", cap)),
        ..Rerank::default()
    }
}

fn experiment(experiment: &Object<'_>) -> Experiment {
    experiment.only(&["name", "variants"]);
    Experiment {
        name: experiment.text("name"),
        variants: experiment.list("variants", variant),
    }
}

fn variant(variant: &Object<'_>) -> Variant {
    variant.only(&["name", "share", "weights", "blend", "rerank", "model"]);
    let changed = |name, keys: [&str; 4]| match variant.get(name) {
        Some(_) => {
            let changed = variant.child(name);
            changed.only(&keys);
            changed.floats(keys)
        }
        None => [None; 4],
    };
    let [genre, text, metadata, year] = changed("weights", ["genre", "text", "metadata", "year"]);
    // Two of the keys stand for nothing.
    let [content, collaborative, ..] = changed("blend", ["content", "collaborative", "", ""]);
    Variant {
        name: variant.text("name"),
        share: variant.float("share"),
        weights: WeightsPatch {
            genre,
            text,
            metadata,
            year,
        },
        blend: BlendPatch { content, collaborative },
        rerank: rerank(variant),
        model: variant.get("model").map(|_| variant.text("model")),
    }
}

fn content(content: &Object<'_>) -> ContentSettings {
    let weights = content.child("weights");
    ContentSettings {
        weights: Weights {
            genre: weights.float("genre"),
            text: weights.float("text"),
            metadata: weights.float("metadata"),
            year: weights.float("year"),
        },
        genre_similarity: match &*content.text("genre_similarity") {
            "cosine" => GenreSimilarity::Cosine,
            how => {
                content.expect(how == "jaccard", "genre_similarity", "\"jaccard\" or \"cosine\"");
                GenreSimilarity::Jaccard
            }
        },
        top_n: content.int("top_n"),
        min_similarity: content.float("min_similarity"),
        rerank: rerank(content),
    }
}

fn part(part: &Object<'_>) -> PartEntry {
    PartEntry {
        kind: part.text("kind"),
        name: part.or_default("name", Object::text),
        file: part.text("file"),
        bytes: part.whole("bytes"),
        sha256: part.or_default("sha256", Object::text),
        optional: part.or_default("optional", Object::flag),
    }
}

fn series(of: &Object<'_>, key: &str) -> Series {
    let series = of.child(key);
    let hash = |value: &Value<'_>| {
        series.expect(value.text().is_some(), "hashes", "an array of strings");
        value.text().unwrap_or_default().to_owned()
    };
    Series {
        items_per_file: series.or_default("items_per_file", Object::int),
        hashes: series.array("hashes").iter().map(hash).collect(),
    }
}

/// An object of the manifest and its key, for messages; `None` where there should be one.
struct Object<'a> {
    value: Option<&'a Value<'a>>,
    name: &'a str,
    /// The first thing that is wrong with the manifest.
    wrong: &'a RefCell<Option<OpenError>>,
}

impl<'a> Object<'a> {
    fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.value?.get(key)
    }

    fn note(&self, error: OpenError) {
        self.wrong.borrow_mut().get_or_insert(error);
    }

    /// Notes what a key must be, if it isn't right.
    fn expect(&self, right: bool, key: &str, expected: &str) {
        if !right {
            let dot = if self.name.is_empty() { "" } else { "." };
            let reason = [self.name, dot, key, " must be ", expected].concat();
            self.note(OpenError::Manifest { reason });
        }
    }

    /// Notes a key other than these: of what changes an order, one that does nothing would go unseen.
    fn only(&self, keys: &[&str]) {
        let Some(Value::Object(entries)) = self.value else {
            return;
        };
        for (key, _) in entries {
            self.expect(keys.contains(key), key, "left out: it is no key of this object");
        }
    }

    /// The object at a key.
    fn child<'k>(&self, name: &'k str) -> Object<'k>
    where
        'a: 'k,
    {
        let value = self.get(name).filter(|value| matches!(value, Value::Object(_)));
        self.expect(value.is_some(), name, "an object");
        Object {
            value,
            name,
            wrong: self.wrong,
        }
    }

    /// The value of a key that may be left out.
    fn or_default<T: Default>(&self, key: &str, read: fn(&Self, &str) -> T) -> T {
        self.get(key).map(|_| read(self, key)).unwrap_or_default()
    }

    fn array(&self, key: &str) -> &'a [Value<'a>] {
        match self.get(key) {
            Some(Value::List(values)) => values,
            _ => {
                self.expect(false, key, "an array");
                &[]
            }
        }
    }

    fn list<T>(&self, key: &str, read: fn(&Object<'_>) -> T) -> Vec<T> {
        let object = |value| Object {
            value: Some(value),
            name: key,
            wrong: self.wrong,
        };
        self.array(key).iter().map(|value| read(&object(value))).collect()
    }

    fn text(&self, key: &str) -> String {
        let text = self.get(key).and_then(Value::text);
        self.expect(text.is_some(), key, "a string");
        text.unwrap_or_default().to_owned()
    }

    fn flag(&self, key: &str) -> bool {
        let flag = self.get(key).and_then(Value::flag);
        self.expect(flag.is_some(), key, "true or false");
        flag.unwrap_or_default()
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::number)
    }

    fn float(&self, key: &str) -> f32 {
        let number = self.number(key);
        self.expect(number.is_some(), key, "a number");
        number.unwrap_or_default() as f32
    }

    /// Numbers any of which may be left out.
    fn floats(&self, keys: [&str; 4]) -> [Option<f32>; 4] {
        keys.map(|key| self.get(key).map(|_| self.float(key)))
    }

    fn whole(&self, key: &str) -> u64 {
        let whole = self.number(key).and_then(crate::convert::whole);
        self.expect(whole.is_some(), key, "a whole number");
        whole.unwrap_or_default()
    }

    fn int(&self, key: &str) -> u32 {
        let int = u32::try_from(self.whole(key));
        self.expect(int.is_ok(), key, "a whole number below 2³²");
        int.unwrap_or_default()
    }
}
