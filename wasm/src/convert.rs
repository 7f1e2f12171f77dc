//! What options are made of: numbers, flags, ids, texts, titles. And the options that several calls have.
//!
//! Options are read key by key, since a key that nobody knows must be refused by its name. A value
//! of the wrong type becomes one that is out of its range, so that core's own check refuses it in
//! the same words as everywhere else.

use aftershow_core::{ItemId, NewItem, Query, SearchQuery, Seed, VariantName, ids::MAX_ID_INT};

use crate::{
    error::Failure,
    order,
    value::{Place, Value},
};

/// The options of `similar`.
pub fn similar(options: &Value<'_>) -> Result<Query, Failure> {
    let mut query = Query::similar(ItemId::Int(0));
    let mut id = None;
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "id" => id = item_id(value),
            _ => similar_option(&mut query, key, value, "id")?,
        }
    }
    query.seed = Seed::Item(id.ok_or_else(|| must_be(&Place::OPTIONS.key("id"), AN_ID))?);
    Ok(query)
}

/// The options of `similar_to_features`.
pub fn similar_to_features(options: &Value<'_>) -> Result<Query, Failure> {
    let mut query = Query::similar_to_features(NewItem::default());
    let mut features = &Value::Other;
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "features" => features = value,
            _ => similar_option(&mut query, key, value, "features")?,
        }
    }
    query.seed = Seed::Features(new_item(&Place::OPTIONS.key("features"), features)?);
    Ok(query)
}

/// The options of `search`.
pub fn search(options: &Value<'_>) -> Result<SearchQuery, Failure> {
    let mut query = SearchQuery::of("");
    for (key, value) in object(&Place::OPTIONS, options)? {
        let place = Place::OPTIONS.key(key);
        match *key {
            "q" => query.q = text(&place, value, "a text")?.into(),
            "limit" => query.limit = count(value, 0),
            _ => return Err(unknown_key(&Place::OPTIONS, key, &["q, limit"])),
        }
    }
    Ok(query)
}

/// Sets one of the options that all queries for similar items have.
fn similar_option(query: &mut Query, key: &str, value: &Value<'_>, subject: &str) -> Result<(), Failure> {
    match key {
        "n" => query.n = count(value, 0),
        "min_similarity" => query.min_similarity = number(value),
        _ if content_option(query, key, value) => {}
        "summaries" => query.summaries = flag(key, value)?,
        _ if knob(query, key, value)? => {}
        _ => {
            let known = [subject, ", n, min_similarity, ", CONTENT_OPTIONS, ", summaries", KNOBS];
            return Err(unknown_key(&Place::OPTIONS, key, &known));
        }
    }
    Ok(())
}

/// The four weights of [`content_option`], for messages.
pub const CONTENT_OPTIONS: &str = "genre_weight, text_weight, metadata_weight, year_weight";

/// Sets one of the four content weights; `false` if the key names none of them.
pub fn content_option(query: &mut Query, key: &str, value: &Value<'_>) -> bool {
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
pub fn knob(query: &mut Query, key: &str, value: &Value<'_>) -> Result<bool, Failure> {
    let place = Place::OPTIONS.key(key);
    match key {
        "filter" => query.filter = order::filter(&place, value, 1)?,
        "rerank" => query.rerank = order::rerank(&place, value)?,
        "watching" => query.watching = Some(some_id(&place, value)?),
        "watching_weight" => query.watching_weight = number(value),
        "reasons" => query.reasons = flag(key, value)?,
        "variant" => query.variant = Some(VariantName::parse(text(&place, value, "a text")?)?),
        "visitor" => query.visitor = Some(text(&place, value, "a text")?.into()),
        _ => return Ok(false),
    }
    Ok(true)
}

/// A number; NaN, which is in no range, for anything else.
pub fn number(value: &Value<'_>) -> f32 {
    value.number().unwrap_or(f64::NAN) as f32
}

/// A whole number; `otherwise`, which should be out of the option's range, for anything else.
pub fn count(value: &Value<'_>, otherwise: usize) -> usize {
    let whole = value.number().and_then(whole);
    whole.and_then(|n| usize::try_from(n).ok()).unwrap_or(otherwise)
}

/// A flag.
pub fn flag(key: &str, value: &Value<'_>) -> Result<bool, Failure> {
    let wrong = || must_be(&Place::OPTIONS.key(key), "true or false");
    value.flag().ok_or_else(wrong)
}

/// A text.
pub fn text<'v>(place: &Place<'_>, value: &Value<'v>, expected: &str) -> Result<&'v str, Failure> {
    value.text().ok_or_else(|| must_be(place, expected))
}

/// A title that the pack has never seen.
pub fn new_item(place: &Place<'_>, features: &Value<'_>) -> Result<NewItem, Failure> {
    let mut item = NewItem::default();
    for (key, value) in object(place, features)? {
        let own = place.key(key);
        let text = || text(&own, value, "a string").map(str::to_owned);
        let names = || strings(&own, value, Query::MAX_GENRES);
        let whole = || {
            let whole = u16::try_from(count(value, usize::MAX));
            whole.map_err(|_| must_be(&own, "a whole number from 0 to 65535"))
        };
        match *key {
            "name" => item.name = text()?,
            "genres" => item.genres = names()?,
            "summary" => item.summary = text()?,
            "platform" => item.platform = Some(text()?),
            "type" => item.kind = Some(text()?),
            "language" => item.language = Some(text()?),
            "certificate" => item.certificate = Some(text()?),
            "directors" => item.directors = names()?,
            "writers" => item.writers = names()?,
            "actors" => item.actors = names()?,
            "year" => item.year = Some(whole()?),
            "runtime" => item.runtime = Some(whole()?),
            _ => {
                let known = [
                    "name, genres, summary, platform, type, language, year, runtime, certificate, directors, writers, actors",
                ];
                return Err(unknown_key(place, key, &known));
            }
        }
    }
    Ok(item)
}

/// The properties of an object.
pub fn object<'a, 'v>(place: &Place<'_>, value: &'a Value<'v>) -> Result<&'a [(&'v str, Value<'v>)], Failure> {
    match value {
        Value::Object(properties) => Ok(properties),
        _ => Err(must_be(place, "an object")),
    }
}

/// The elements of an array of at most so many.
pub fn list<'a, 'v>(place: &Place<'_>, value: &'a Value<'v>, most: usize) -> Result<&'a [Value<'v>], Failure> {
    match value {
        Value::List(values) if values.len() <= most => Ok(values),
        _ => Err(must_be(place, &["an array of at most ", &most.to_string()].concat())),
    }
}

/// An array of at most so many strings.
pub fn strings(place: &Place<'_>, value: &Value<'_>, most: usize) -> Result<Vec<String>, Failure> {
    let one = |value: &Value<'_>| text(place, value, "an array of strings").map(str::to_owned);
    list(place, value, most)?.iter().map(one).collect()
}

/// The failure of an option that can't be what it is.
#[inline(never)]
pub fn must_be(place: &Place<'_>, expected: &str) -> Failure {
    let mut name = place.name();
    if name.is_empty() {
        name.push_str("options");
    }
    let message = [&name, " must be ", expected].concat();
    Failure::parameter(&name, &message)
}

/// The failure of an option that there isn't.
#[inline(never)]
pub fn unknown_key(place: &Place<'_>, key: &str, known: &[&str]) -> Failure {
    let name = place.key(key).name();
    let message = ["there is no option \"", &name, "\": the options are ", &known.concat()].concat();
    Failure::parameter(&name, &message)
}

/// What an id may be, for messages.
const AN_ID: &str = "an item's id: a whole number, or a string";

/// An id as it was given. An attribute of an HTML element is always a string, so core takes "82" for the item 82 of a pack of
/// integer ids; and 82 for the item "82" of a pack of strings.
pub fn item_id(value: &Value<'_>) -> Option<ItemId> {
    let number = value.number().and_then(whole).map(ItemId::Int);
    number.or_else(|| value.text().map(|text| ItemId::Str(text.into())))
}

/// The same, of an option that must have one.
pub fn some_id(place: &Place<'_>, value: &Value<'_>) -> Result<ItemId, Failure> {
    item_id(value).ok_or_else(|| must_be(place, AN_ID))
}

/// The number as an integer, if it is one of 0 to 2⁵³ − 1.
pub fn whole(number: f64) -> Option<u64> {
    (number.trunc() == number && (0.0..=MAX_ID_INT as f64).contains(&number)).then_some(number as u64)
}
