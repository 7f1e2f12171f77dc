//! The options of similar items, and those that several calls have.

use alloc::borrow::ToOwned;

use aftershow_core::{ItemId, NewItem, Query, Seed, VariantName};

use crate::{
    convert::{count, flag, must_be, number, object, some_id, strings, text, unknown_key},
    error::Failure,
    order,
    value::{Place, Value},
};

/// The options of `similar`.
pub fn similar(options: &Value<'_>) -> Result<Query, Failure> {
    let mut query = Query::similar(ItemId::Int(0));
    let mut id = &Value::Other;
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "id" => id = value,
            _ => similar_option(&mut query, key, value, "id")?,
        }
    }
    query.seed = Seed::Item(some_id(&Place::OPTIONS.key("id"), id)?);
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
pub const KNOBS: &str = ", filter, rerank, watching, watching_weight, reasons, variant, against, visitor";

/// Sets one of the options that every kind of question has; `false` if the key names none of them.
pub fn knob(query: &mut Query, key: &str, value: &Value<'_>) -> Result<bool, Failure> {
    let place = Place::OPTIONS.key(key);
    match key {
        "filter" => query.filter = order::filter(&place, value, 1)?,
        "rerank" => query.rerank = order::rerank(&place, value)?,
        "watching" => query.watching = Some(some_id(&place, value)?),
        "watching_weight" => query.watching_weight = number(value),
        "reasons" => query.reasons = flag(key, value)?,
        "variant" | "against" => {
            let name = VariantName::parse(text(&place, value, "a text")?)?;
            let which = if key == "variant" {
                &mut query.variant
            } else {
                &mut query.against
            };
            *which = Some(name);
        }
        "visitor" => query.visitor = Some(text(&place, value, "a text")?.into()),
        _ => return Ok(false),
    }
    Ok(true)
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
