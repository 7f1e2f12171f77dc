//! Query string, id and body → a core `Query`.
//!
//! Parameters that a route doesn't know are ignored: pages add their own (`utm_source`, a cache
//! buster) and must still get their answer. A known one that is repeated is an error, since one of
//! its values would be dropped silently. Ranges are core's: it checks them for every surface alike.

use std::{borrow::Cow, str::FromStr};

use aftershow_core::{ItemId, NewItem, Query, Seed, WeightsPatch, ids::IdKind};

use crate::problem::Problem;

/// Most bytes of a body.
pub const MAX_BODY: usize = 64 * 1024;

/// What every route of similar items takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    n: Option<usize>,
    min_similarity: Option<f32>,
    weights: WeightsPatch,
    summaries: Option<bool>,
}

impl Similar {
    /// Reads a query string, without its `?`.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn read(query: &str) -> Result<Similar, Problem> {
        let given = Given { query };
        let number = "a number";
        let similar = Similar {
            n: given.parse("n", "a whole number from 1 to 100")?,
            min_similarity: given.parse("min_similarity", number)?,
            weights: WeightsPatch {
                genre: given.parse("genre_weight", number)?,
                text: given.parse("text_weight", number)?,
                metadata: given.parse("metadata_weight", number)?,
                year: given.parse("year_weight", number)?,
            },
            summaries: given.parse("summaries", "true or false")?,
        };
        // Which item is asked about doesn't matter for the ranges; without a pack there is none yet.
        similar.clone().of(Seed::Features(NewItem::default())).check()?;
        Ok(similar)
    }

    /// The query, for an item.
    pub fn of(self, seed: Seed) -> Query {
        let mut query = Query::similar_to_features(NewItem::default());
        query.seed = seed;
        query.weights = self.weights;
        query.n = self.n.unwrap_or(query.n);
        query.min_similarity = self.min_similarity.unwrap_or(query.min_similarity);
        query.summaries = self.summaries.unwrap_or(query.summaries);
        query
    }
}

/// Decodes the id in a path.
///
/// # Errors
/// 400 if an escape is broken or the bytes are not UTF-8.
pub fn id_text(segment: &str) -> Result<Cow<'_, str>, Problem> {
    decode(segment, false)
        .ok_or_else(|| Problem::invalid_parameter("id", "id must be UTF-8, with two hexadecimal digits after each %"))
}

/// The id that `text` is in a pack with ids of this kind.
///
/// # Errors
/// 404 if the text can't be such an id: then no item has it.
pub fn item_id(text: &str, kind: IdKind) -> Result<ItemId, Problem> {
    ItemId::parse(text, kind).ok_or_else(|| {
        Problem::unknown_item(match kind {
            IdKind::Integer => "no item has this id: the ids of this pack are whole numbers",
            IdKind::String => "no item has this id: an id has 1 to 128 bytes",
        })
    })
}

/// Reads the body of a request about an item that the pack has never seen.
///
/// # Errors
/// 413 if it is longer than [`MAX_BODY`], 400 if it is not a `NewItem`.
pub fn new_item(body: &[u8]) -> Result<NewItem, Problem> {
    if body.len() > MAX_BODY {
        return Err(Problem::body_too_large());
    }
    let refuse = |reason: &str| {
        Problem::invalid_body(format!(
            "the body must be a JSON object with any of name, genres, summary, platform, type, language, year: {reason}"
        ))
    };
    // Serde would take an array too, for the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(refuse("it does not begin with {"));
    }
    serde_json::from_slice(body).map_err(|error| refuse(&error.to_string()))
}

/// A query string as it was given.
struct Given<'q> {
    query: &'q str,
}

impl Given<'_> {
    /// The value of `name`, read as a `T`; `None` if it isn't given.
    fn parse<T: Value>(&self, name: &'static str, expected: &str) -> Result<Option<T>, Problem> {
        let pairs = self
            .query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        // A name that can't be decoded is none of ours.
        let mut values = pairs
            .filter(|(key, _)| decode(key, true).is_some_and(|key| key == name))
            .map(|(_, value)| value);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Problem::invalid_parameter(name, format!("{name} must be given once")));
        }
        match decode(value, true).and_then(|value| T::read(&value)) {
            Some(value) => Ok(Some(value)),
            None => Err(Problem::invalid_parameter(name, format!("{name} must be {expected}"))),
        }
    }
}

/// What a parameter may be.
trait Value: Sized {
    fn read(text: &str) -> Option<Self>;
}

impl Value for usize {
    fn read(text: &str) -> Option<usize> {
        // `parse` would take "+5" too.
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| usize::from_str(text).ok())?
    }
}

impl Value for f32 {
    fn read(text: &str) -> Option<f32> {
        // "nan" and "inf" are numbers to `parse`; 1e999 becomes infinite.
        f32::from_str(text).ok().filter(|value| value.is_finite())
    }
}

impl Value for bool {
    fn read(text: &str) -> Option<bool> {
        match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

/// Percent-decodes; `None` for a broken escape or bytes that are not UTF-8. In a query string, and
/// only there, `+` is a space.
fn decode(text: &str, plus_is_space: bool) -> Option<Cow<'_, str>> {
    let special = |b: u8| b == b'%' || (plus_is_space && b == b'+');
    if !text.bytes().any(special) {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => (hex(bytes.next()?)? << 4) | hex(bytes.next()?)?,
            b'+' if plus_is_space => b' ',
            _ => byte,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Problem> {
        Similar::read(text).map(|similar| similar.of(Seed::Item(ItemId::Int(1))))
    }

    #[test]
    fn without_parameters_the_query_is_cores_default() {
        for text in ["", "&", "utm_source=newsletter&_=123", "%zz=1"] {
            assert_eq!(query(text), Ok(Query::similar(ItemId::Int(1))), "{text}");
        }
    }

    #[test]
    fn every_parameter_reaches_the_query() {
        let text =
            "n=7&min_similarity=0.25&genre_weight=1&text_weight=2.5&metadata_weight=0&year_weight=1e3&summaries=true";
        let expected = Query {
            n: 7,
            min_similarity: 0.25,
            weights: WeightsPatch {
                genre: Some(1.0),
                text: Some(2.5),
                metadata: Some(0.0),
                year: Some(1000.0),
            },
            summaries: true,
            ..Query::similar(ItemId::Int(1))
        };
        assert_eq!(query(text), Ok(expected));
        assert_eq!(query("%6E=%37").map(|query| query.n), Ok(7));
    }

    #[test]
    fn a_bad_value_is_refused_by_name() {
        for (text, name) in [
            ("n=0", "n"),
            ("n=101", "n"),
            ("n=", "n"),
            ("n", "n"),
            ("n=ten", "n"),
            ("n=-1", "n"),
            ("n=%2B5", "n"),
            ("n=5.0", "n"),
            ("n=99999999999999999999", "n"),
            ("n=%zz", "n"),
            ("n=5&n=5", "n"),
            ("n=5&%6e=6", "n"),
            ("min_similarity=1.01", "min_similarity"),
            ("min_similarity=-0.1", "min_similarity"),
            ("min_similarity=nan", "min_similarity"),
            ("min_similarity=high", "min_similarity"),
            ("genre_weight=-1", "genre_weight"),
            ("text_weight=inf", "text_weight"),
            ("metadata_weight=1000001", "metadata_weight"),
            ("year_weight=1e999", "year_weight"),
            ("summaries=yes", "summaries"),
        ] {
            let problem = query(text).expect_err(text);
            assert_eq!(
                (problem.status, problem.code, problem.parameter),
                (400, "invalid_parameter", Some(name)),
                "{text}"
            );
            assert!(problem.detail.contains(name), "{text}: {}", problem.detail);
        }
    }

    #[test]
    fn ids_are_percent_decoded_and_a_plus_stays_a_plus() {
        assert_eq!(id_text("a%2Fb+c%20d").unwrap(), "a/b+c d");
        assert_eq!(id_text("%C3%A9t%C3%A9").unwrap(), "été");
        for broken in ["%", "%4", "%zz", "a%", "%FF", "%C3", "%+1"] {
            assert_eq!(id_text(broken).expect_err(broken).parameter, Some("id"), "{broken}");
        }
    }

    #[test]
    fn text_that_can_not_be_an_id_is_an_unknown_item() {
        assert_eq!(item_id("82", IdKind::Integer), Ok(ItemId::Int(82)));
        for text in ["082", "-1", "eighty", "9007199254740992", "8 2"] {
            assert_eq!(
                item_id(text, IdKind::Integer).expect_err(text).code,
                "unknown_item",
                "{text}"
            );
        }
        assert_eq!(
            item_id(&"x".repeat(129), IdKind::String).expect_err("too long").code,
            "unknown_item"
        );
    }

    #[test]
    fn a_body_is_a_new_item_or_says_what_is_wrong() {
        let item = new_item(br#"{"name":"New","genres":["Drama"],"type":"Scripted","year":2024}"#).unwrap();
        assert_eq!(
            (item.name.as_str(), item.kind.as_deref(), item.year),
            ("New", Some("Scripted"), Some(2024))
        );
        for (body, status, code) in [
            (b"".to_vec(), 400, "invalid_body"),
            (b"[]".to_vec(), 400, "invalid_body"),
            (br#"{"genre":["Drama"]}"#.to_vec(), 400, "invalid_body"),
            (b"\xff\xff".to_vec(), 400, "invalid_body"),
            (vec![b'['; MAX_BODY], 400, "invalid_body"),
            (vec![b' '; MAX_BODY + 1], 413, "body_too_large"),
        ] {
            let problem = new_item(&body).expect_err("no item");
            assert_eq!((problem.status, problem.code), (status, code));
        }
    }
}
