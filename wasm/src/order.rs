//! The options `filter` and `rerank`, and the question of `predict`.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec, vec::Vec};

use aftershow_core::{Boost, Cap, Filter, ItemId, PredictQuery, Query, Rating, Rerank, Span};

use crate::{
    convert::{count, flag, item_id, list, must_be, number, object, some_id, strings, text, unknown_key},
    error::Failure,
    similar::new_item,
    value::{Place, Value},
};

/// Deepest filter, as core has it; deeper ones are not followed.
const DEPTH: usize = 8;
/// Most filters and names in one list.
const MOST: usize = 1000;

/// The option `filter`.
pub fn filter(place: &Place<'_>, value: &Value<'_>, depth: usize) -> Result<Filter, Failure> {
    if depth > DEPTH {
        return Err(must_be(&Place::OPTIONS.key("filter"), "at most 8 filters deep"));
    }
    let mut all = Vec::new();
    for (key, value) in object(place, value)? {
        let own = place.key(key);
        all.push(match *key {
            "all" => Filter::All(filters(&own, value, depth)?),
            "any" => Filter::Any(filters(&own, value, depth)?),
            "not" => Filter::Not(Box::new(filter(&own, value, depth + 1)?)),
            "year" => Filter::Year(span(&own, value)?),
            "runtime" => Filter::Runtime(span(&own, value)?),
            "rating" => Filter::Rating {
                min: least(&own, value)?,
            },
            "ids" => Filter::Ids(ids(&own, value, Query::MAX_HISTORY)?),
            "attribute" => named(&own, value)?,
            _ => of_attribute(&own, key, value)?,
        });
    }
    // One key is that filter itself, as in JSON.
    Ok(match <[Filter; 1]>::try_from(all) {
        Ok([only]) => only,
        Err(all) => Filter::All(all),
    })
}

fn filters(place: &Place<'_>, value: &Value<'_>, depth: usize) -> Result<Vec<Filter>, Failure> {
    list(place, value, MOST, |place, value| filter(place, value, depth + 1))
}

fn least(place: &Place<'_>, value: &Value<'_>) -> Result<f32, Failure> {
    let mut min = f32::NAN;
    for (key, value) in object(place, value)? {
        match *key {
            "min" => min = number(value),
            _ => return Err(unknown_key(place, key, &["min"])),
        }
    }
    Ok(min)
}

fn span(place: &Place<'_>, value: &Value<'_>) -> Result<Span, Failure> {
    let mut span = Span::default();
    for (key, value) in object(place, value)? {
        let bound = match *key {
            "min" => &mut span.min,
            "max" => &mut span.max,
            _ => return Err(unknown_key(place, key, &["min, max"])),
        };
        let whole = u16::try_from(count(value, usize::MAX));
        *bound = Some(whole.map_err(|_| must_be(&place.key(key), "a whole number from 0 to 65535"))?);
    }
    Ok(span)
}

/// A name, names of which any will do, or `{any}` or `{all}`.
fn of_attribute(place: &Place<'_>, name: &str, value: &Value<'_>) -> Result<Filter, Failure> {
    let name = name.to_owned();
    match value {
        Value::Text(one) => Ok(Filter::Attribute {
            name,
            any: vec![(*one).to_owned()],
        }),
        Value::List(_) => Ok(Filter::Attribute {
            name,
            any: strings(place, value, MOST)?,
        }),
        _ => {
            let Parts { name: other, any, all } = parts(place, value)?;
            match other {
                Some(_) => Err(unknown_key(place, "name", &["any, all"])),
                None => either(place, name, any, all),
            }
        }
    }
}

fn named(place: &Place<'_>, value: &Value<'_>) -> Result<Filter, Failure> {
    let Parts { name, any, all } = parts(place, value)?;
    let name = name.ok_or_else(|| must_be(place, "an object with the name of an attribute"))?;
    either(place, name, any, all)
}

#[derive(Default)]
struct Parts {
    name: Option<String>,
    any: Option<Vec<String>>,
    all: Option<Vec<String>>,
}

fn parts(place: &Place<'_>, value: &Value<'_>) -> Result<Parts, Failure> {
    let mut parts = Parts::default();
    for (key, value) in object(place, value)? {
        let own = place.key(key);
        match *key {
            "name" => parts.name = Some(text(&own, value, "a text")?.to_owned()),
            "any" => parts.any = Some(strings(&own, value, MOST)?),
            "all" => parts.all = Some(strings(&own, value, MOST)?),
            _ => return Err(unknown_key(place, key, &["any, all"])),
        }
    }
    Ok(parts)
}

fn either(
    place: &Place<'_>,
    name: String,
    any: Option<Vec<String>>,
    all: Option<Vec<String>>,
) -> Result<Filter, Failure> {
    match (any, all) {
        (Some(any), None) => Ok(Filter::Attribute { name, any }),
        (None, Some(all)) => Ok(Filter::AttributeAll { name, all }),
        _ => Err(must_be(
            place,
            "a name, an array of names, or an object with one of any and all",
        )),
    }
}

fn ids(place: &Place<'_>, value: &Value<'_>, most: usize) -> Result<Vec<ItemId>, Failure> {
    list(place, value, most, some_id)
}

/// The option `rerank`.
pub fn rerank(place: &Place<'_>, value: &Value<'_>) -> Result<Rerank, Failure> {
    let mut rerank = Rerank::default();
    for (key, value) in object(place, value)? {
        let own = place.key(key);
        match *key {
            "diversity" => rerank.diversity = Some(number(value)),
            "calibration" => rerank.calibration = Some(number(value)),
            "freshness" => rerank.freshness = Some(number(value)),
            "popularity_damping" => rerank.popularity_damping = Some(number(value)),
            "pins" => rerank.pins = Some(ids(&own, value, Rerank::MAX_PINS)?),
            "bury" => rerank.bury = Some(ids(&own, value, Rerank::MAX_IDS)?),
            "caps" => rerank.caps = Some(list(&own, value, Rerank::MAX_CAPS, cap)?),
            "boosts" => rerank.boosts = Some(list(&own, value, Rerank::MAX_IDS, boost)?),
            _ => {
                let known = "diversity, calibration, freshness, popularity_damping, caps, boosts, pins, bury";
                return Err(unknown_key(place, key, &[known]));
            }
        }
    }
    Ok(rerank)
}

fn cap(place: &Place<'_>, value: &Value<'_>) -> Result<Cap, Failure> {
    let (mut attribute, mut at_most) = (None, 0);
    for (key, value) in object(place, value)? {
        match *key {
            "attribute" => attribute = value.text(),
            "at_most" => at_most = u32::try_from(count(value, 0)).unwrap_or(0),
            _ => return Err(unknown_key(place, key, &["attribute, at_most"])),
        }
    }
    let attribute = attribute.ok_or_else(|| must_be(place, "an object with an attribute"))?;
    Ok(Cap {
        attribute: attribute.to_owned(),
        at_most,
    })
}

fn boost(place: &Place<'_>, value: &Value<'_>) -> Result<Boost, Failure> {
    let (id, factor) = pair(place, value, "factor")?;
    Ok(Boost {
        id,
        factor: factor.unwrap_or(f32::NAN),
    })
}

/// `{id, <what>}`, the id as `item` too; the number is `None` if it is left out.
fn pair(place: &Place<'_>, value: &Value<'_>, what: &str) -> Result<(ItemId, Option<f32>), Failure> {
    let (mut item, mut amount) = (None, None);
    for (key, value) in object(place, value)? {
        match *key {
            "id" | "item" => item = Some(some_id(place, value)?),
            _ if *key == what => amount = Some(number(value)),
            _ => return Err(unknown_key(place, key, &["id, ", what])),
        }
    }
    Ok((item.ok_or_else(|| must_be(place, "an object with an id"))?, amount))
}

/// An id, or `{id, score}`.
pub fn candidate(place: &Place<'_>, value: &Value<'_>) -> Result<(ItemId, Option<f32>), Failure> {
    match (item_id(value), value) {
        (Some(id), _) => Ok((id, None)),
        (None, Value::Object(_)) => pair(place, value, "score"),
        (None, _) => some_id(place, value).map(|id| (id, None)),
    }
}

/// The options of `predict`.
pub fn predict(options: &Value<'_>) -> Result<PredictQuery, Failure> {
    let mut query = PredictQuery::default();
    for (key, value) in object(&Place::OPTIONS, options)? {
        let own = Place::OPTIONS.key(key);
        match *key {
            "ratings" => query.ratings = list(&own, value, Query::MAX_HISTORY, rating)?,
            "items" => query.items = ids(&own, value, PredictQuery::MAX_ITEMS)?,
            "new_items" => query.new_items = list(&own, value, PredictQuery::MAX_NEW, new_item)?,
            "ranked" => query.ranked = flag(key, value)?,
            _ => {
                return Err(unknown_key(
                    &Place::OPTIONS,
                    key,
                    &["ratings, items, new_items, ranked"],
                ));
            }
        }
    }
    Ok(query)
}

fn rating(place: &Place<'_>, value: &Value<'_>) -> Result<Rating, Failure> {
    let (item, value) = pair(place, value, "value")?;
    Ok(Rating {
        item,
        value: value.unwrap_or(f32::NAN),
    })
}
