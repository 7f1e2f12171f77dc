//! What options are made of: numbers, flags, ids, texts, lists.
//!
//! Options are read key by key, since a key that nobody knows must be refused by its name. A value
//! of the wrong type becomes one that is out of its range, so that core's own check refuses it in
//! the same words as everywhere else.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

use aftershow_core::{ItemId, ids::MAX_ID_INT};

use crate::{
    error::Failure,
    value::{Place, Value},
};

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

/// The properties of an object.
pub fn object<'a, 'v>(place: &Place<'_>, value: &'a Value<'v>) -> Result<&'a [(&'v str, Value<'v>)], Failure> {
    match value {
        Value::Object(properties) => Ok(properties),
        _ => Err(must_be(place, "an object")),
    }
}

/// The elements of an array of at most so many, as `read` has them, each with its place.
pub fn list<T>(
    place: &Place<'_>,
    value: &Value<'_>,
    most: usize,
    read: impl Fn(&Place<'_>, &Value<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    each(place, value, most, &mut |place, value| {
        all.push(read(place, value)?);
        Ok(())
    })?;
    Ok(all)
}

/// A loop that all lists share, whatever they are of.
fn each(
    place: &Place<'_>,
    value: &Value<'_>,
    most: usize,
    read: &mut dyn FnMut(&Place<'_>, &Value<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Value::List(values) = value else {
        return Err(not_a_list(place, most));
    };
    if values.len() > most {
        return Err(not_a_list(place, most));
    }
    for (at, value) in values.iter().enumerate() {
        read(&place.at(at), value)?;
    }
    Ok(())
}

fn not_a_list(place: &Place<'_>, most: usize) -> Failure {
    must_be(place, &["an array of at most ", &most.to_string()].concat())
}

/// An array of at most so many strings.
pub fn strings(place: &Place<'_>, value: &Value<'_>, most: usize) -> Result<Vec<String>, Failure> {
    list(place, value, most, |_, value| {
        text(place, value, "an array of strings").map(str::to_owned)
    })
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
    ((0.0..=MAX_ID_INT as f64).contains(&number) && number as u64 as f64 == number).then_some(number as u64)
}
