//! JavaScript values to core's types and back.
//!
//! Options are read key by key, since a key that nobody knows must be refused by its name. A value
//! of the wrong type becomes one that is out of its range, so that core's own check refuses it in
//! the same words as everywhere else.

use aftershow_core::{
    Engine, ItemId, NewItem, Outcome, PartFile, Query, QueryError,
    ids::{IdKind, MAX_ID_INT},
};
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::{error::Failure, flat};

/// The options of `similar`.
pub fn similar(options: &JsValue, kind: IdKind) -> Result<Query, Failure> {
    let mut query = Query::similar(ItemId::Int(0));
    let mut id = None;
    for (key, value) in entries("options", options)? {
        match key.as_str() {
            "id" => id = Some(value),
            _ => shared_option(&mut query, &key, &value, "id")?,
        }
    }
    let text = id.as_ref().and_then(id_text).ok_or(QueryError::InvalidParameter {
        name: "id",
        expected: "an item's id: a whole number, or a string",
    })?;
    let id = ItemId::parse(&text, kind).ok_or(QueryError::UnknownItem { id: text })?;
    query.seed = Query::similar(id).seed;
    Ok(query)
}

/// The options of `similar_to_features`.
pub fn similar_to_features(options: &JsValue) -> Result<Query, Failure> {
    let mut query = Query::similar_to_features(NewItem::default());
    let mut features = None;
    for (key, value) in entries("options", options)? {
        match key.as_str() {
            "features" => features = Some(value),
            _ => shared_option(&mut query, &key, &value, "features")?,
        }
    }
    let item = new_item(&features.unwrap_or(JsValue::UNDEFINED))?;
    query.seed = Query::similar_to_features(item).seed;
    Ok(query)
}

/// Sets one of the options that all queries have.
fn shared_option(query: &mut Query, key: &str, value: &JsValue, subject: &str) -> Result<(), Failure> {
    let number = || value.as_f64().unwrap_or(f64::NAN);
    let weight = || Some(number() as f32);
    match key {
        "n" => query.n = whole(number()).and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
        "min_similarity" => query.min_similarity = number() as f32,
        "genre_weight" => query.weights.genre = weight(),
        "text_weight" => query.weights.text = weight(),
        "metadata_weight" => query.weights.metadata = weight(),
        "year_weight" => query.weights.year = weight(),
        "summaries" => {
            let wrong = QueryError::InvalidParameter {
                name: "summaries",
                expected: "true or false",
            };
            query.summaries = value.as_bool().ok_or(wrong)?;
        }
        _ => {
            let known = "n, min_similarity, genre_weight, text_weight, metadata_weight, year_weight, summaries";
            return Err(unknown_key(key, &format!("{subject}, {known}")));
        }
    }
    Ok(())
}

fn new_item(features: &JsValue) -> Result<NewItem, Failure> {
    let mut item = NewItem::default();
    for (key, value) in entries("features", features)? {
        let name = || format!("features.{key}");
        let wrong = |expected: &str| Failure::parameter(&name(), format!("{} must be {expected}", name()));
        let text = || value.as_string().ok_or_else(|| wrong("a string"));
        match key.as_str() {
            "name" => item.name = text()?,
            "genres" => item.genres = strings(&value).ok_or_else(|| wrong("an array of strings"))?,
            "summary" => item.summary = text()?,
            "platform" => item.platform = Some(text()?),
            "type" => item.kind = Some(text()?),
            "language" => item.language = Some(text()?),
            "year" => {
                let year = value.as_f64().and_then(whole).and_then(|year| u16::try_from(year).ok());
                item.year = Some(year.ok_or_else(|| wrong("a whole number from 0 to 65535"))?);
            }
            _ => {
                return Err(unknown_key(
                    &name(),
                    "name, genres, summary, platform, type, language, year",
                ));
            }
        }
    }
    Ok(item)
}

/// The keys and values of an options object; `null` and `undefined` count as left out.
fn entries(name: &str, options: &JsValue) -> Result<impl Iterator<Item = (String, JsValue)>, Failure> {
    let object = options.dyn_ref::<Object>().filter(|object| !Array::is_array(object));
    let object = object.ok_or_else(|| Failure::parameter(name, format!("{name} must be an object")))?;
    let pairs = Object::entries(object).into_iter().map(|pair| {
        let pair = pair.unchecked_into::<Array>();
        (pair.get(0).as_string().unwrap_or_default(), pair.get(1))
    });
    Ok(pairs.filter(|(_, value)| !value.is_undefined() && !value.is_null()))
}

fn unknown_key(key: &str, known: &str) -> Failure {
    Failure::parameter(key, format!("there is no option \"{key}\": the options are {known}"))
}

/// An id's canonical text. An attribute of an HTML element is always a string, so "82" names the
/// item 82 of a pack of integer ids; and 82 names the item "82" of a pack of strings.
fn id_text(value: &JsValue) -> Option<String> {
    value
        .as_string()
        .or_else(|| value.as_f64().and_then(whole).map(|id| id.to_string()))
}

/// The number as an integer, if it is one of 0 to 2⁵³ − 1.
pub fn whole(number: f64) -> Option<u64> {
    (number.trunc() == number && (0.0..=MAX_ID_INT as f64).contains(&number)).then_some(number as u64)
}

fn strings(value: &JsValue) -> Option<Vec<String>> {
    Array::is_array(value)
        .then(|| Array::from(value))?
        .iter()
        .map(|value| value.as_string())
        .collect()
}

/// The answer, or `{need_parts: [{file, deflated}]}`.
pub fn outcome(outcome: Outcome) -> JsValue {
    #[derive(Serialize)]
    struct NeedParts<'a> {
        need_parts: Vec<File<'a>>,
    }
    match outcome {
        Outcome::Answer(answer) => flat::answer(&answer),
        Outcome::NeedParts(files) => to_js(&NeedParts {
            need_parts: files.iter().map(File::of).collect(),
        }),
    }
}

/// `[{file, deflated}]`.
pub fn files(files: &[PartFile]) -> JsValue {
    to_js(&files.iter().map(File::of).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    deflated: bool,
}

impl File<'_> {
    fn of(file: &PartFile) -> File<'_> {
        File {
            file: &file.file,
            deflated: file.deflated,
        }
    }
}

/// What `info` says: the engine, the pack and what of it is attached.
pub fn info(engine: &Engine) -> JsValue {
    #[derive(Serialize)]
    struct Decimals {
        genre: f64,
        text: f64,
        metadata: f64,
        year: f64,
    }
    let stats = engine.stats();
    let [genre, text, metadata, year] = flat::weights(&stats.weights);
    let info = to_js(&stats);
    // Setting a property of an object that was made just now can't fail.
    let _ = Reflect::set(
        &info,
        &"weights".into(),
        &to_js(&Decimals {
            genre,
            text,
            metadata,
            year,
        }),
    );
    info
}

/// A plain object.
fn to_js(value: &impl Serialize) -> JsValue {
    // Plain structs of texts, numbers and flags: nothing in them can't be written.
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}
