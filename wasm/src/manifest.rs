//! The manifest, read from the object that `manifest.json` holds.
//!
//! By hand: a derived reader with its error messages, which print any value of any type, would add
//! 14 kB to the engine, gzipped. A key that core adds makes this file not compile.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

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
    let manifest = Object { value, name: "" };
    FormatOnly {
        format: manifest.int("format")?,
    }
    .check()?;
    Ok(Manifest {
        format: manifest.int("format")?,
        pack_id: manifest.text("pack_id")?,
        version: manifest.or_default("version", Object::text)?,
        items: manifest.int("items")?,
        id_kind: match manifest.text("id_kind")?.as_str() {
            "integer" => IdKind::Integer,
            "string" => IdKind::String,
            _ => return Err(manifest.wrong("id_kind", "\"integer\" or \"string\"")),
        },
        content: manifest.with("content", content)?,
        parts: manifest.list("parts", part)?,
        summaries: manifest.or_default("summaries", |m, key| m.with(key, series))?,
        tables: manifest.or_default("tables", |m, key| m.with(key, series))?,
        shards: manifest.or_default("shards", Object::int)?,
        attribution: manifest.or_default("attribution", Object::text)?,
        personal: manifest.or_default("personal", |m, key| m.with(key, personal).map(Some))?,
        experiments: manifest.or_default("experiments", |m, key| m.list(key, experiment))?,
    })
}

fn personal(personal: &Object<'_>) -> Result<PersonalSettings, OpenError> {
    Ok(PersonalSettings {
        content_weight: personal.float("content_weight")?,
        collaborative_weight: personal.float("collaborative_weight")?,
        model: personal.text("model")?,
        user_ids: match personal.or_default("user_ids", Object::text)?.as_str() {
            "" | "any" => UserIdKind::Any,
            "uuid" => UserIdKind::Uuid,
            _ => return Err(personal.wrong("user_ids", "\"any\" or \"uuid\"")),
        },
        rerank: rerank(personal)?,
    })
}

/// What a pack may have of it: items to boost, to pin and to bury are for queries.
fn rerank(of: &Object<'_>) -> Result<Rerank, OpenError> {
    let Some(of) = of.child("rerank")? else {
        return Ok(Rerank::default());
    };
    let cap = |cap: &Object<'_>| {
        Ok(Cap {
            attribute: cap.text("attribute")?,
            at_most: cap.int("at_most")?,
        })
    };
    let [diversity, calibration, freshness, popularity_damping] =
        of.floats(["diversity", "calibration", "freshness", "popularity_damping"])?;
    Ok(Rerank {
        diversity,
        calibration,
        freshness,
        popularity_damping,
        caps: of.get("caps").map(|_| of.list("caps", cap)).transpose()?,
        ..Rerank::default()
    })
}

fn experiment(experiment: &Object<'_>) -> Result<Experiment, OpenError> {
    Ok(Experiment {
        name: experiment.text("name")?,
        variants: experiment.list("variants", variant)?,
    })
}

fn variant(variant: &Object<'_>) -> Result<Variant, OpenError> {
    let changed = |name, keys| match variant.child(name)? {
        Some(values) => values.floats(keys),
        None => Ok([None; 4]),
    };
    let [genre, text, metadata, year] = changed("weights", ["genre", "text", "metadata", "year"])?;
    // Two of the keys stand for nothing.
    let [content, collaborative, ..] = changed("blend", ["content", "collaborative", "", ""])?;
    Ok(Variant {
        name: variant.text("name")?,
        share: variant.float("share")?,
        weights: WeightsPatch {
            genre,
            text,
            metadata,
            year,
        },
        blend: BlendPatch { content, collaborative },
        rerank: rerank(variant)?,
    })
}

fn content(content: &Object<'_>) -> Result<ContentSettings, OpenError> {
    Ok(ContentSettings {
        weights: content.with("weights", |weights| {
            Ok(Weights {
                genre: weights.float("genre")?,
                text: weights.float("text")?,
                metadata: weights.float("metadata")?,
                year: weights.float("year")?,
            })
        })?,
        genre_similarity: match content.text("genre_similarity")?.as_str() {
            "jaccard" => GenreSimilarity::Jaccard,
            "cosine" => GenreSimilarity::Cosine,
            _ => return Err(content.wrong("genre_similarity", "\"jaccard\" or \"cosine\"")),
        },
        top_n: content.int("top_n")?,
        min_similarity: content.float("min_similarity")?,
        rerank: rerank(content)?,
    })
}

fn part(part: &Object<'_>) -> Result<PartEntry, OpenError> {
    Ok(PartEntry {
        kind: part.text("kind")?,
        file: part.text("file")?,
        bytes: part.whole("bytes")?,
        sha256: part.or_default("sha256", Object::text)?,
        optional: part.or_default("optional", Object::flag)?,
    })
}

fn series(series: &Object<'_>) -> Result<Series, OpenError> {
    let hash = |value: &Value<'_>| {
        let text = value.text().map(str::to_owned);
        text.ok_or_else(|| series.wrong("hashes", "an array of strings"))
    };
    Ok(Series {
        items_per_file: series.or_default("items_per_file", Object::int)?,
        hashes: series.array("hashes")?.iter().map(hash).collect::<Result<_, _>>()?,
    })
}

/// An object of the manifest and its key, for messages.
struct Object<'a> {
    value: &'a Value<'a>,
    name: &'a str,
}

impl<'a> Object<'a> {
    fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.value.get(key)
    }

    /// The object at a key; `None` if it is left out.
    fn child<'k>(&self, name: &'k str) -> Result<Option<Object<'k>>, OpenError>
    where
        'a: 'k,
    {
        match self.get(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(Object { value, name })),
            Some(_) => Err(self.wrong(name, "an object")),
        }
    }

    /// Four numbers, any of which may be left out.
    fn floats(&self, keys: [&str; 4]) -> Result<[Option<f32>; 4], OpenError> {
        let mut found = [None; 4];
        for (found, key) in found.iter_mut().zip(keys) {
            *found = self.get(key).map(|_| self.float(key)).transpose()?;
        }
        Ok(found)
    }

    fn wrong(&self, key: &str, expected: &str) -> OpenError {
        let dot = if self.name.is_empty() { "" } else { "." };
        OpenError::Manifest {
            reason: [self.name, dot, key, " must be ", expected].concat(),
        }
    }

    /// The value of a key that may be left out.
    fn or_default<T: Default>(
        &self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Result<T, OpenError>,
    ) -> Result<T, OpenError> {
        match self.get(key) {
            None => Ok(T::default()),
            Some(_) => read(self, key),
        }
    }

    fn with<T>(&self, key: &str, read: impl FnOnce(&Object<'_>) -> Result<T, OpenError>) -> Result<T, OpenError> {
        read(&self.child(key)?.ok_or_else(|| self.wrong(key, "an object"))?)
    }

    fn array(&self, key: &str) -> Result<&'a [Value<'a>], OpenError> {
        match self.get(key) {
            Some(Value::List(values)) => Ok(values),
            _ => Err(self.wrong(key, "an array")),
        }
    }

    fn list<T>(&self, key: &str, read: fn(&Object<'_>) -> Result<T, OpenError>) -> Result<Vec<T>, OpenError> {
        let values = self.array(key)?.iter();
        values.map(|value| read(&Object { value, name: key })).collect()
    }

    fn text(&self, key: &str) -> Result<String, OpenError> {
        let text = self.get(key).and_then(Value::text).map(str::to_owned);
        text.ok_or_else(|| self.wrong(key, "a string"))
    }

    fn flag(&self, key: &str) -> Result<bool, OpenError> {
        let flag = self.get(key).and_then(Value::flag);
        flag.ok_or_else(|| self.wrong(key, "true or false"))
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Value::number)
    }

    fn float(&self, key: &str) -> Result<f32, OpenError> {
        let number = self.number(key).map(|number| number as f32);
        number.ok_or_else(|| self.wrong(key, "a number"))
    }

    fn whole(&self, key: &str) -> Result<u64, OpenError> {
        let whole = self.number(key).and_then(crate::convert::whole);
        whole.ok_or_else(|| self.wrong(key, "a whole number"))
    }

    fn int(&self, key: &str) -> Result<u32, OpenError> {
        u32::try_from(self.whole(key)?).map_err(|_| self.wrong(key, "a whole number below 2³²"))
    }
}
