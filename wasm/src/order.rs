//! The options `filter` and `rerank`, and the question of `predict`, read key by key.
//!
//! By hand, as the manifest is: derived readers of the three, with messages that print any value, are a fifth of the engine.

use aftershow_core::{Boost, Cap, Filter, ItemId, PredictQuery, Query, Rating, Rerank, Span};
use wasm_bindgen::prelude::*;

use crate::{
    convert::{AN_ID, count, entries, flag, item_id, list, must_be, new_item, number, strings, unknown_key},
    error::Failure,
};

/// Deepest filter, as core has it; deeper ones are not followed.
const DEPTH: usize = 8;

/// The option `filter`.
pub fn filter(name: &str, value: &JsValue, depth: usize) -> Result<Filter, Failure> {
    if depth > DEPTH {
        return Err(must_be("filter", "at most 8 filters deep"));
    }
    let mut all = Vec::new();
    entries(name, value, &mut |key, value| {
        let own = [name, ".", key].concat();
        all.push(match key {
            "all" => Filter::All(filters(&own, &value, depth)?),
            "any" => Filter::Any(filters(&own, &value, depth)?),
            "not" => Filter::Not(Box::new(filter(&own, &value, depth + 1)?)),
            "year" => Filter::Year(span(&own, &value)?),
            "runtime" => Filter::Runtime(span(&own, &value)?),
            "rating" => {
                let mut min = f32::NAN;
                entries(&own, &value, &mut |key, value| match key {
                    "min" => {
                        min = number(&value);
                        Ok(())
                    }
                    _ => Err(unknown_key(&[&own, ".", key].concat(), &["min"])),
                })?;
                Filter::Rating { min }
            }
            "ids" => Filter::Ids(ids(&own, &value, Query::MAX_HISTORY)?),
            "attribute" => named(&own, &value)?,
            _ => of_attribute(&own, key, &value)?,
        });
        Ok(())
    })?;
    // One key is that filter itself, as in JSON.
    Ok(match <[Filter; 1]>::try_from(all) {
        Ok([only]) => only,
        Err(all) => Filter::All(all),
    })
}

fn filters(name: &str, value: &JsValue, depth: usize) -> Result<Vec<Filter>, Failure> {
    let mut filters = Vec::new();
    list(name, value, MOST, &mut |name, value| {
        filters.push(filter(name, &value, depth + 1)?);
        Ok(())
    })?;
    Ok(filters)
}

/// Most filters and names in one list.
const MOST: usize = 1000;

fn span(name: &str, value: &JsValue) -> Result<Span, Failure> {
    let mut span = Span::default();
    entries(name, value, &mut |key, value| {
        let own = [name, ".", key].concat();
        let place = match key {
            "min" => &mut span.min,
            "max" => &mut span.max,
            _ => return Err(unknown_key(&own, &["min, max"])),
        };
        let whole = u16::try_from(count(&value, usize::MAX));
        *place = Some(whole.map_err(|_| must_be(&own, "a whole number from 0 to 65535"))?);
        Ok(())
    })?;
    Ok(span)
}

/// A name, names of which any will do, or `{any}` or `{all}`.
fn of_attribute(own: &str, name: &str, value: &JsValue) -> Result<Filter, Failure> {
    let name = name.into();
    if let Some(one) = value.as_string() {
        return Ok(Filter::Attribute { name, any: vec![one] });
    }
    if js_sys::Array::is_array(value) {
        let any = strings(own, value, MOST)?;
        return Ok(Filter::Attribute { name, any });
    }
    let (_, any, all) = parts(own, value)?;
    either(own, name, any, all)
}

fn named(own: &str, value: &JsValue) -> Result<Filter, Failure> {
    let (name, any, all) = parts(own, value)?;
    let name = name.ok_or_else(|| must_be(own, "an object with the name of an attribute"))?;
    either(own, name, any, all)
}

type Parts = (Option<String>, Option<Vec<String>>, Option<Vec<String>>);

fn parts(own: &str, value: &JsValue) -> Result<Parts, Failure> {
    let mut parts: Parts = (None, None, None);
    entries(own, value, &mut |key, value| {
        let place = [own, ".", key].concat();
        match key {
            "name" => parts.0 = Some(value.as_string().ok_or_else(|| must_be(&place, "a text"))?),
            "any" => parts.1 = Some(strings(&place, &value, MOST)?),
            "all" => parts.2 = Some(strings(&place, &value, MOST)?),
            _ => return Err(unknown_key(&place, &["any, all"])),
        }
        Ok(())
    })?;
    Ok(parts)
}

fn either(own: &str, name: String, any: Option<Vec<String>>, all: Option<Vec<String>>) -> Result<Filter, Failure> {
    match (any, all) {
        (Some(any), None) => Ok(Filter::Attribute { name, any }),
        (None, Some(all)) => Ok(Filter::AttributeAll { name, all }),
        _ => Err(must_be(
            own,
            "a name, an array of names, or an object with one of any and all",
        )),
    }
}

fn ids(name: &str, value: &JsValue, most: usize) -> Result<Vec<ItemId>, Failure> {
    let mut ids = Vec::new();
    list(name, value, most, &mut |name, value| {
        ids.push(id(name, &value)?);
        Ok(())
    })?;
    Ok(ids)
}

fn id(name: &str, value: &JsValue) -> Result<ItemId, Failure> {
    item_id(value).ok_or_else(|| must_be(name, AN_ID))
}

/// The option `rerank`.
pub fn rerank(value: &JsValue) -> Result<Rerank, Failure> {
    let mut rerank = Rerank::default();
    entries("rerank", value, &mut |key, value| {
        let own = ["rerank.", key].concat();
        match key {
            "diversity" => rerank.diversity = Some(number(&value)),
            "calibration" => rerank.calibration = Some(number(&value)),
            "freshness" => rerank.freshness = Some(number(&value)),
            "popularity_damping" => rerank.popularity_damping = Some(number(&value)),
            "pins" => rerank.pins = Some(ids(&own, &value, Rerank::MAX_PINS)?),
            "bury" => rerank.bury = Some(ids(&own, &value, Rerank::MAX_IDS)?),
            "caps" => {
                let mut caps = Vec::new();
                list(&own, &value, Rerank::MAX_CAPS, &mut |name, value| {
                    let (mut attribute, mut at_most) = (None, 0);
                    entries(name, &value, &mut |key, value| {
                        match key {
                            "attribute" => attribute = value.as_string(),
                            "at_most" => at_most = u32::try_from(count(&value, 0)).unwrap_or(0),
                            _ => return Err(unknown_key(&[name, ".", key].concat(), &["attribute, at_most"])),
                        }
                        Ok(())
                    })?;
                    let attribute = attribute.ok_or_else(|| must_be(name, "an object with an attribute"))?;
                    caps.push(Cap { attribute, at_most });
                    Ok(())
                })?;
                rerank.caps = Some(caps);
            }
            "boosts" => {
                let mut boosts = Vec::new();
                list(&own, &value, Rerank::MAX_IDS, &mut |name, value| {
                    let (id, factor) = pair(name, &value, "factor")?;
                    boosts.push(Boost {
                        id,
                        factor: factor.unwrap_or(f32::NAN),
                    });
                    Ok(())
                })?;
                rerank.boosts = Some(boosts);
            }
            _ => {
                let known = "diversity, calibration, freshness, popularity_damping, caps, boosts, pins, bury";
                return Err(unknown_key(&own, &[known]));
            }
        }
        Ok(())
    })?;
    Ok(rerank)
}

/// `{id, <what>}`, the id as `item` too; the number is `None` if it is left out.
fn pair(name: &str, value: &JsValue, what: &str) -> Result<(ItemId, Option<f32>), Failure> {
    let (mut item, mut amount) = (None, None);
    entries(name, value, &mut |key, value| {
        match key {
            "id" | "item" => item = Some(id(name, &value)?),
            _ if key == what => amount = Some(number(&value)),
            _ => return Err(unknown_key(&[name, ".", key].concat(), &["id, ", what])),
        }
        Ok(())
    })?;
    Ok((item.ok_or_else(|| must_be(name, "an object with an id"))?, amount))
}

/// An id, or `{id, score}`.
pub fn candidate(name: &str, value: &JsValue) -> Result<(ItemId, Option<f32>), Failure> {
    match item_id(value) {
        Some(id) => Ok((id, None)),
        None if value.is_object() => pair(name, value, "score"),
        None => Err(must_be(name, AN_ID)),
    }
}

/// The options of `predict`.
pub fn predict(options: &JsValue) -> Result<PredictQuery, Failure> {
    let mut query = PredictQuery::default();
    entries("options", options, &mut |key, value| {
        match key {
            "ratings" => list(key, &value, Query::MAX_HISTORY, &mut |name, value| {
                let (item, value) = pair(name, &value, "value")?;
                query.ratings.push(Rating {
                    item,
                    value: value.unwrap_or(f32::NAN),
                });
                Ok(())
            })?,
            "items" => query.items = ids(key, &value, PredictQuery::MAX_ITEMS)?,
            "new_items" => list(key, &value, PredictQuery::MAX_NEW, &mut |_, value| {
                query.new_items.push(new_item(&value)?);
                Ok(())
            })?,
            "ranked" => query.ranked = flag(key, &value)?,
            _ => return Err(unknown_key(key, &["ratings, items, new_items, ranked"])),
        }
        Ok(())
    })?;
    Ok(query)
}
