//! The options of recommendations: a person as the host knows them.

use aftershow_core::{Engine, Event, GenrePreference, ItemId, Person, Query, Seed};
use js_sys::Date;
use wasm_bindgen::prelude::*;

use crate::{
    convert::{
        AN_ID, CONTENT_OPTIONS, KNOBS, content_option, count, entries, flag, item_id, knob, list, must_be, number,
        strings, unknown_key,
    },
    error::Failure,
    order::candidate,
};

/// The last second of the year 9999. A time beyond it is one in milliseconds.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The options of `recommend`.
pub fn recommend(options: &JsValue) -> Result<Query, Failure> {
    asked(options, &mut |_, _| Ok(false), "")
}

/// Candidates, with their scores if they have some.
pub type Candidates = Vec<(ItemId, Option<f32>)>;

/// The options of `rerank`: the candidates, and who or what they are to be in order for.
pub fn rerank(options: &JsValue) -> Result<(Candidates, Query), Failure> {
    let mut candidates = None;
    let mut item = None;
    let mut own = |key: &str, value: &JsValue| {
        match key {
            "candidates" => {
                let mut all = Vec::new();
                let push = &mut |name: &str, value| candidate(name, &value).map(|one| all.push(one));
                list("candidates", value, Engine::MAX_CANDIDATES, push)?;
                candidates = Some(all);
            }
            "item" => item = Some(item_id(value).ok_or_else(|| must_be(key, AN_ID))?),
            _ => return Ok(false),
        }
        Ok(true)
    };
    let mut query = asked(options, &mut own, "candidates, item, ")?;
    if let Some(id) = item {
        query.seed = Seed::Item(id);
    }
    Ok((candidates.ok_or_else(|| must_be("candidates", "an array"))?, query))
}

/// Reads a key of a call's own; `false` if it is none.
type Own<'o> = &'o mut dyn FnMut(&str, &JsValue) -> Result<bool, Failure>;

fn asked(options: &JsValue, own: Own<'_>, own_keys: &str) -> Result<Query, Failure> {
    let mut query = Query::popular();
    let mut person = Person::default();
    entries("options", options, &mut |key, value| {
        match key {
            "history" => {
                let push = &mut |name: &str, value| event(name, value).map(|event| person.history.push(event));
                list("history", &value, Query::MAX_HISTORY, push)?;
            }
            "genres" => {
                let push = &mut |name: &str, value| preference(name, value).map(|genre| person.genres.push(genre));
                list("genres", &value, Query::MAX_GENRES, push)?;
            }
            "content_weight" => query.blend.content = Some(number(&value)),
            "collaborative_weight" => query.blend.collaborative = Some(number(&value)),
            "half_life_days" => query.half_life_days = Some(number(&value)),
            "include_seen" => query.include_seen = flag("include_seen", &value)?,
            _ if content_option(&mut query, key, &value) => {}
            _ if page_option(&mut query, key, &value)? => {}
            _ if knob(&mut query, key, &value)? => {}
            _ if own(key, &value)? => {}
            _ => {
                let keys = "history, genres, content_weight, collaborative_weight, half_life_days, include_seen, ";
                return Err(unknown_key(
                    key,
                    &[own_keys, keys, CONTENT_OPTIONS, PAGE_OPTIONS, KNOBS],
                ));
            }
        }
        Ok(())
    })?;
    query.seed = Seed::Person(person);
    Ok(query)
}

/// The options of `popular`.
pub fn popular(options: &JsValue) -> Result<Query, Failure> {
    let mut query = Query::popular();
    entries("options", options, &mut |key, value| {
        match key {
            "genres" => query.genres = strings("genres", &value, Query::MAX_GENRES)?,
            _ if page_option(&mut query, key, &value)? => {}
            _ if knob(&mut query, key, &value)? => {}
            _ => return Err(unknown_key(key, &["genres", PAGE_OPTIONS, KNOBS])),
        }
        Ok(())
    })?;
    Ok(query)
}

const PAGE_OPTIONS: &str = ", limit, offset, summaries";

/// Sets one of the options that both have; `false` if the key names none of them.
fn page_option(query: &mut Query, key: &str, value: &JsValue) -> Result<bool, Failure> {
    match key {
        "limit" => {
            query.n = count(value, 0);
            if !(1..=Query::MAX_N).contains(&query.n) {
                return Err(must_be("limit", "a whole number from 1 to 100"));
            }
        }
        "offset" => {
            query.offset = count(value, usize::MAX);
            if query.offset == usize::MAX {
                return Err(must_be("offset", "a whole number from 0 to 4294967294"));
            }
        }
        "summaries" => query.summaries = flag("summaries", value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// An id, or `{id, weight, time}`.
fn event(name: &str, value: JsValue) -> Result<Event, Failure> {
    let mut event = Event::of(ItemId::Int(0));
    let mut id = item_id(&value);
    if id.is_none() && value.is_object() {
        entries(name, &value, &mut |key, value| {
            let own = [name, ".", key].concat();
            match key {
                "id" => id = item_id(&value),
                "weight" => event.weight = between(&own, &value, -100.0, "a number from -100 to 100")?,
                "time" => event.time = Some(seconds(&own, &value)?),
                _ => return Err(unknown_key(&own, &["id, weight, time"])),
            }
            Ok(())
        })?;
    }
    event.item = id.ok_or_else(|| must_be(name, "an id, or an object with an id: a whole number, or a string"))?;
    Ok(event)
}

/// A genre's name, or `{genre, weight}`.
fn preference(name: &str, value: JsValue) -> Result<GenrePreference, Failure> {
    let mut genre = value.as_string();
    let mut weight = 1.0;
    if genre.is_none() && value.is_object() {
        entries(name, &value, &mut |key, value| {
            let own = [name, ".", key].concat();
            match key {
                "genre" => genre = value.as_string(),
                "weight" => weight = between(&own, &value, 0.0, "a number from 0 to 100")?,
                _ => return Err(unknown_key(&own, &["genre, weight"])),
            }
            Ok(())
        })?;
    }
    let genre = genre.ok_or_else(|| must_be(name, "a genre's name, or an object with a genre"))?;
    Ok(GenrePreference { genre, weight })
}

/// A weight from `least` to 100.
fn between(name: &str, value: &JsValue, least: f32, expected: &str) -> Result<f32, Failure> {
    let weight = number(value);
    let right = (least..=100.0).contains(&weight);
    right.then_some(weight).ok_or_else(|| must_be(name, expected))
}

/// Whole seconds since 1970 of a `Date` or a number of seconds.
fn seconds(name: &str, value: &JsValue) -> Result<i64, Failure> {
    let date = value.dyn_ref::<Date>().map(|date| date.get_time() / 1000.0);
    let seconds = date.or_else(|| value.as_f64()).unwrap_or(f64::NAN);
    // NaN is in no range.
    let right = (-LAST_SECOND..=LAST_SECOND).contains(&seconds);
    let wrong = || must_be(name, "a Date, or seconds since 1970 (not milliseconds)");
    right.then(|| seconds.floor() as i64).ok_or_else(wrong)
}
