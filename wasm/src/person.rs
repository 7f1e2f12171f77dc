//! The options of recommendations: a person as the host knows them.

use alloc::{borrow::ToOwned, vec::Vec};

use aftershow_core::{Engine, Event, GenrePreference, ItemId, Person, Query, Seed};

use crate::{
    convert::{count, flag, item_id, list, must_be, number, object, some_id, strings, unknown_key},
    error::Failure,
    order::candidate,
    similar::{CONTENT_OPTIONS, KNOBS, content_option, knob},
    value::{Place, Value},
};

/// The last second of the year 9999. A time beyond it is one in milliseconds.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The options of `recommend`.
pub fn recommend(options: &Value<'_>) -> Result<Query, Failure> {
    asked(options, &mut |_, _| Ok(false), "")
}

/// Candidates, with their scores if they have some.
pub type Candidates = Vec<(ItemId, Option<f32>)>;

/// The options of `rerank`: the candidates, and who or what they are to be in order for.
pub fn rerank(options: &Value<'_>) -> Result<(Candidates, Query), Failure> {
    let mut candidates = None;
    let mut item = None;
    let mut own = |key: &str, value: &Value<'_>| {
        let place = Place::OPTIONS.key(key);
        match key {
            "candidates" => candidates = Some(list(&place, value, Engine::MAX_CANDIDATES, candidate)?),
            "item" => item = Some(some_id(&place, value)?),
            _ => return Ok(false),
        }
        Ok(true)
    };
    let mut query = asked(options, &mut own, "candidates, item, ")?;
    if let Some(id) = item {
        query.seed = Seed::Item(id);
    }
    let missing = || must_be(&Place::OPTIONS.key("candidates"), "an array");
    Ok((candidates.ok_or_else(missing)?, query))
}

/// Reads a key of a call's own; `false` if it is none.
type Own<'o> = &'o mut dyn FnMut(&str, &Value<'_>) -> Result<bool, Failure>;

fn asked(options: &Value<'_>, own: Own<'_>, own_keys: &str) -> Result<Query, Failure> {
    let mut query = Query::popular();
    let mut person = Person::default();
    for (key, value) in object(&Place::OPTIONS, options)? {
        let place = Place::OPTIONS.key(key);
        match *key {
            "history" => person.history = list(&place, value, Query::MAX_HISTORY, event)?,
            "genres" => person.genres = list(&place, value, Query::MAX_GENRES, preference)?,
            "content_weight" => query.blend.content = Some(number(value)),
            "collaborative_weight" => query.blend.collaborative = Some(number(value)),
            "half_life_days" => query.half_life_days = Some(number(value)),
            "include_seen" => query.include_seen = flag(key, value)?,
            _ if content_option(&mut query, key, value) => {}
            _ if page_option(&mut query, key, value)? => {}
            _ if knob(&mut query, key, value)? => {}
            _ if own(key, value)? => {}
            _ => {
                let keys = "history, genres, content_weight, collaborative_weight, half_life_days, include_seen, ";
                let known = [own_keys, keys, CONTENT_OPTIONS, PAGE_OPTIONS, KNOBS];
                return Err(unknown_key(&Place::OPTIONS, key, &known));
            }
        }
    }
    query.seed = Seed::Person(person);
    Ok(query)
}

/// The options of `popular`.
pub fn popular(options: &Value<'_>) -> Result<Query, Failure> {
    let mut query = Query::popular();
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "genres" => query.genres = strings(&Place::OPTIONS.key(key), value, Query::MAX_GENRES)?,
            _ if page_option(&mut query, key, value)? => {}
            _ if knob(&mut query, key, value)? => {}
            _ => return Err(unknown_key(&Place::OPTIONS, key, &["genres", PAGE_OPTIONS, KNOBS])),
        }
    }
    Ok(query)
}

const PAGE_OPTIONS: &str = ", limit, offset, summaries";

/// Sets one of the options that both have; `false` if the key names none of them.
fn page_option(query: &mut Query, key: &str, value: &Value<'_>) -> Result<bool, Failure> {
    let wrong = |expected| must_be(&Place::OPTIONS.key(key), expected);
    match key {
        "limit" => {
            query.n = count(value, 0);
            if !(1..=Query::MAX_N).contains(&query.n) {
                return Err(wrong("a whole number from 1 to 100"));
            }
        }
        "offset" => {
            query.offset = count(value, usize::MAX);
            if query.offset == usize::MAX {
                return Err(wrong("a whole number from 0 to 4294967294"));
            }
        }
        "summaries" => query.summaries = flag(key, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// An id, or `{id, weight, time}`.
fn event(place: &Place<'_>, value: &Value<'_>) -> Result<Event, Failure> {
    let mut event = Event::of(ItemId::Int(0));
    let mut id = item_id(value);
    if let Value::Object(properties) = value {
        for (key, value) in properties {
            let own = place.key(key);
            match *key {
                "id" => id = item_id(value),
                "weight" => event.weight = between(&own, value, -100.0, "a number from -100 to 100")?,
                "time" => event.time = Some(seconds(&own, value)?),
                _ => return Err(unknown_key(place, key, &["id, weight, time"])),
            }
        }
    }
    let wrong = || must_be(place, "an id, or an object with an id: a whole number, or a string");
    event.item = id.ok_or_else(wrong)?;
    Ok(event)
}

/// A genre's name, or `{genre, weight}`.
fn preference(place: &Place<'_>, value: &Value<'_>) -> Result<GenrePreference, Failure> {
    let mut genre = value.text();
    let mut weight = 1.0;
    if let Value::Object(properties) = value {
        for (key, value) in properties {
            match *key {
                "genre" => genre = value.text(),
                "weight" => weight = between(&place.key(key), value, 0.0, "a number from 0 to 100")?,
                _ => return Err(unknown_key(place, key, &["genre, weight"])),
            }
        }
    }
    let genre = genre.ok_or_else(|| must_be(place, "a genre's name, or an object with a genre"))?;
    Ok(GenrePreference {
        genre: genre.to_owned(),
        weight,
    })
}

/// A weight from `least` to 100.
fn between(place: &Place<'_>, value: &Value<'_>, least: f32, expected: &str) -> Result<f32, Failure> {
    let weight = number(value);
    let right = (least..=100.0).contains(&weight);
    right.then_some(weight).ok_or_else(|| must_be(place, expected))
}

/// Whole seconds since 1970 of a `Date` or a number of seconds.
fn seconds(place: &Place<'_>, value: &Value<'_>) -> Result<i64, Failure> {
    let seconds = match value {
        Value::Date(milliseconds) => milliseconds / 1000.0,
        _ => value.number().unwrap_or(f64::NAN),
    };
    // NaN is in no range.
    let right = (-LAST_SECOND..=LAST_SECOND).contains(&seconds);
    let wrong = || must_be(place, "a Date, or seconds since 1970 (not milliseconds)");
    let whole = seconds as i64;
    let floor = whole - i64::from(whole as f64 > seconds);
    right.then_some(floor).ok_or_else(wrong)
}
