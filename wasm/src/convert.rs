//! JavaScript values to core's types and back.
//!
//! Options are read key by key, since a key that nobody knows must be refused by its name. A value
//! of the wrong type becomes one that is out of its range, so that core's own check refuses it in
//! the same words as everywhere else.

use aftershow_core::{Engine, ItemId, NewItem, Outcome, PartFile, Query, Seed, VariantName, ids::MAX_ID_INT};
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::{
    error::Failure,
    flat::{decimal, decimals},
    order,
};

/// The options of `similar`.
pub fn similar(options: &JsValue) -> Result<Query, Failure> {
    let mut query = Query::similar(ItemId::Int(0));
    let mut id = None;
    entries("options", options, &mut |key, value| match key {
        "id" => {
            id = item_id(&value);
            Ok(())
        }
        _ => similar_option(&mut query, key, &value, "id"),
    })?;
    query.seed = Seed::Item(id.ok_or_else(|| must_be("id", AN_ID))?);
    Ok(query)
}

/// The options of `similar_to_features`.
pub fn similar_to_features(options: &JsValue) -> Result<Query, Failure> {
    let mut query = Query::similar_to_features(NewItem::default());
    let mut features = JsValue::UNDEFINED;
    entries("options", options, &mut |key, value| match key {
        "features" => {
            features = value;
            Ok(())
        }
        _ => similar_option(&mut query, key, &value, "features"),
    })?;
    query.seed = Seed::Features(new_item(&features)?);
    Ok(query)
}

/// Sets one of the options that all queries for similar items have.
fn similar_option(query: &mut Query, key: &str, value: &JsValue, subject: &str) -> Result<(), Failure> {
    match key {
        "n" => query.n = count(value, 0),
        "min_similarity" => query.min_similarity = number(value),
        _ if content_option(query, key, value) => {}
        "summaries" => query.summaries = flag("summaries", value)?,
        _ if knob(query, key, value)? => {}
        _ => {
            return Err(unknown_key(
                key,
                &[subject, ", n, min_similarity, ", CONTENT_OPTIONS, ", summaries", KNOBS],
            ));
        }
    }
    Ok(())
}

/// The four weights of [`content_option`], for messages.
pub const CONTENT_OPTIONS: &str = "genre_weight, text_weight, metadata_weight, year_weight";

/// Sets one of the four content weights; `false` if the key names none of them.
pub fn content_option(query: &mut Query, key: &str, value: &JsValue) -> bool {
    let weight = match key {
        "genre_weight" => &mut query.weights.genre,
        "text_weight" => &mut query.weights.text,
        "metadata_weight" => &mut query.weights.metadata,
        "year_weight" => &mut query.weights.year,
        _ => return false,
    };
    *weight = Some(number(value));
    true
}

/// The options of [`knob`], for messages.
pub const KNOBS: &str = ", filter, rerank, watching, watching_weight, reasons, variant, visitor";

/// Sets one of the options that every kind of question has; `false` if the key names none of them.
pub fn knob(query: &mut Query, key: &str, value: &JsValue) -> Result<bool, Failure> {
    let text = |expected| value.as_string().ok_or_else(|| must_be(key, expected));
    match key {
        "filter" => query.filter = order::filter("filter", value, 1)?,
        "rerank" => query.rerank = order::rerank(value)?,
        "watching" => {
            query.watching = Some(item_id(value).ok_or_else(|| must_be(key, AN_ID))?);
        }
        "watching_weight" => query.watching_weight = number(value),
        "reasons" => query.reasons = flag(key, value)?,
        "variant" => {
            query.variant = Some(VariantName::parse(&text("a text")?)?);
        }
        "visitor" => query.visitor = Some(text("a text")?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// A number; NaN, which is in no range, for anything else.
pub fn number(value: &JsValue) -> f32 {
    value.as_f64().unwrap_or(f64::NAN) as f32
}

/// A whole number; `otherwise`, which should be out of the option's range, for anything else.
pub fn count(value: &JsValue, otherwise: usize) -> usize {
    let whole = value.as_f64().and_then(whole);
    whole.and_then(|n| usize::try_from(n).ok()).unwrap_or(otherwise)
}

/// A flag.
pub fn flag(name: &str, value: &JsValue) -> Result<bool, Failure> {
    value.as_bool().ok_or_else(|| must_be(name, "true or false"))
}

/// A title that the pack has never seen.
pub fn new_item(features: &JsValue) -> Result<NewItem, Failure> {
    let mut item = NewItem::default();
    entries("features", features, &mut |key, value| {
        let wrong = |expected| must_be(&["features.", key].concat(), expected);
        let text = || value.as_string().ok_or_else(|| wrong("a string"));
        match key {
            "name" => item.name = text()?,
            "genres" => item.genres = strings("features.genres", &value, Query::MAX_GENRES)?,
            "summary" => item.summary = text()?,
            "platform" => item.platform = Some(text()?),
            "type" => item.kind = Some(text()?),
            "language" => item.language = Some(text()?),
            "certificate" => item.certificate = Some(text()?),
            "directors" => item.directors = strings("features.directors", &value, Query::MAX_GENRES)?,
            "writers" => item.writers = strings("features.writers", &value, Query::MAX_GENRES)?,
            "actors" => item.actors = strings("features.actors", &value, Query::MAX_GENRES)?,
            "year" | "runtime" => {
                let year = value.as_f64().and_then(whole).and_then(|year| u16::try_from(year).ok());
                let year = year.ok_or_else(|| wrong("a whole number from 0 to 65535"))?;
                *(if key == "year" {
                    &mut item.year
                } else {
                    &mut item.runtime
                }) = Some(year);
            }
            _ => {
                let known = [
                    "name, genres, summary, platform, type, language, year, runtime, certificate, directors, writers, actors",
                ];
                return Err(unknown_key(&["features.", key].concat(), &known));
            }
        }
        Ok(())
    })?;
    Ok(item)
}

/// Calls `each` with the keys and values of an options object; `null` and `undefined` count as left out.
// By dynamic dispatch and out of line: a copy of this in every reader of options would be the larger part of it.
#[inline(never)]
pub fn entries(
    name: &str,
    options: &JsValue,
    each: &mut dyn FnMut(&str, JsValue) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let object = options.dyn_ref::<Object>().filter(|object| !Array::is_array(object));
    let object = object.ok_or_else(|| must_be(name, "an object"))?;
    for pair in Object::entries(object) {
        let pair = pair.unchecked_into::<Array>();
        let value = pair.get(1);
        if !value.is_undefined() && !value.is_null() {
            each(&pair.get(0).as_string().unwrap_or_default(), value)?;
        }
    }
    Ok(())
}

/// The failure of an option that can't be what it is.
#[inline(never)]
pub fn must_be(name: &str, expected: &str) -> Failure {
    Failure::parameter(name, [name, " must be ", expected].concat())
}

/// The failure of an option that there isn't.
#[inline(never)]
pub fn unknown_key(key: &str, known: &[&str]) -> Failure {
    let known = known.concat();
    Failure::parameter(
        key,
        ["there is no option \"", key, "\": the options are ", &known].concat(),
    )
}

/// What an id may be, for messages.
pub const AN_ID: &str = "an item's id: a whole number, or a string";

/// An id as it was given. An attribute of an HTML element is always a string, so core takes "82" for the item 82 of a pack of
/// integer ids; and 82 for the item "82" of a pack of strings.
pub fn item_id(value: &JsValue) -> Option<ItemId> {
    let number = value.as_f64().and_then(whole).map(ItemId::Int);
    number.or_else(|| value.as_string().map(ItemId::Str))
}

/// The number as an integer, if it is one of 0 to 2⁵³ − 1.
pub fn whole(number: f64) -> Option<u64> {
    (number.trunc() == number && (0.0..=MAX_ID_INT as f64).contains(&number)).then_some(number as u64)
}

/// Calls `each` with the values of an array, each with its name for messages. The length is looked at first: an array
/// of billions of holes is quickly made.
pub fn list(
    name: &str,
    value: &JsValue,
    most: usize,
    each: &mut dyn FnMut(&str, JsValue) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let values: Option<&Array> = value.dyn_ref();
    let values = values.filter(|values| values.length() as usize <= most);
    let values = values.ok_or_else(|| must_be(name, &format!("an array of at most {most}")))?;
    (0..values.length()).try_for_each(|at| each(&format!("{name}[{at}]"), values.get(at)))
}

/// An array of at most so many strings.
pub fn strings(name: &str, value: &JsValue, most: usize) -> Result<Vec<String>, Failure> {
    let mut strings = Vec::new();
    list(name, value, most, &mut |_, value| {
        strings.push(value.as_string().ok_or_else(|| must_be(name, "an array of strings"))?);
        Ok(())
    })?;
    Ok(strings)
}

/// The answer, built by `build`, or `{need_parts: [{file, deflated}]}`.
pub fn outcome<T>(outcome: Outcome<T>, build: impl FnOnce(&T) -> JsValue) -> JsValue {
    match outcome {
        Outcome::Answer(answer) => build(&answer),
        Outcome::NeedParts(needed) => object([("need_parts", files(&needed))]),
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
    let stats = engine.stats();
    let info = to_js(&stats);
    let [genre, text, metadata, year] = decimals(&stats.weights).map(JsValue::from);
    let weights = object([("genre", genre), ("text", text), ("metadata", metadata), ("year", year)]);
    set(&info, "weights", &weights);
    if let Some(personal) = &stats.personal {
        let shown = Reflect::get(&info, &"personal".into()).unwrap_or_default();
        set(&shown, "content_weight", &decimal(personal.content_weight).into());
        set(
            &shown,
            "collaborative_weight",
            &decimal(personal.collaborative_weight).into(),
        );
    }
    info
}

fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new().into();
    for (key, value) in properties {
        set(&object, key, &value);
    }
    object
}

/// Sets a property of an object that was made just now, which can't fail.
pub fn set(object: &JsValue, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

/// A plain object.
pub fn to_js(value: &impl Serialize) -> JsValue {
    // Plain structs of texts, numbers and flags: nothing in them can't be written.
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}
