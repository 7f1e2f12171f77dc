//! Where a catalogue comes from. The only code that knows what a source's files look like.
//!
//! A source is named by a SPEC: `sample`, `tvmaze:FILE`, `movielens:DIR`, `ml1m-extra:FILE`, `jsonl:FILE` or `csv:FILE`. Each reader turns its
//! files into [`Draft`]s, which all have one form; [`crate::assemble`] makes the catalogue of them. What people did
//! with the titles comes from [`events`].

pub mod bytes;
pub mod csv;
mod entry;
pub mod events;
pub mod jsonl;
pub mod mapping;
pub mod movielens;
pub mod spec;
pub mod tvmaze;
pub mod users;

pub use spec::{Kind, Source};

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use crate::error::BuildError;

/// The shows that come with the program, in the form of TVmaze's `/shows`.
pub const SAMPLE: &[u8] = include_bytes!("../../sample/shows.json");

/// A record as its source has it: strings and numbers, not yet cleaned or checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Number of the record in its file, from 1.
    pub record: u64,
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Id.
    pub id: RawId,
    /// Name.
    pub name: Option<String>,
    /// Genres.
    pub genres: Vec<String>,
    /// Summary: plain text or simple HTML.
    pub summary: Option<String>,
    /// Network or web channel.
    pub platform: Option<String>,
    /// Type.
    pub kind: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// A year or a date.
    pub year: Option<Scalar>,
    /// A length: minutes, or text such as `1h 30m` or `2 Seasons`.
    pub runtime: Option<Scalar>,
    /// Mean rating.
    pub rating: Option<Scalar>,
    /// Popularity.
    pub weight: Option<Scalar>,
    /// Address of a picture.
    pub image: Option<String>,
    /// Address of the title's page.
    pub url: Option<String>,
    /// When it was changed.
    pub updated: Option<Scalar>,
    /// Whatever else the source has.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// A file's records, in order; a record that can't be read at all is told by its place.
#[derive(Debug)]
pub struct Page {
    /// The file, as messages name it.
    pub file: String,
    /// The records.
    pub records: Vec<Result<Draft, Unreadable>>,
}

/// A record that can't be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// Number of the record in its file, from 1.
    pub record: u64,
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Reads a source, file by file.
///
/// # Errors
/// [`BuildError::Input`] names the file, and the line if there is one.
pub fn read(source: &Source, mut page: impl FnMut(Page) -> Result<(), BuildError>) -> Result<(), BuildError> {
    for file in source.files()? {
        page(match source.kind {
            Kind::Sample => tvmaze::read("sample", SAMPLE)?,
            Kind::Tvmaze => tvmaze::read(&file.name, &bytes::load(&file.path)?)?,
            Kind::Movielens | Kind::Ml1mExtra => movielens::read(&file.name, &bytes::load(&file.path)?)?,
            Kind::Jsonl => jsonl::read(&file.name, &bytes::load(&file.path)?, source)?,
            Kind::Csv => csv::read(&file.name, &bytes::load(&file.path)?, source)?,
        })?;
    }
    Ok(())
}

/// An id as a source has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RawId {
    /// None, null, or nothing but spaces.
    #[default]
    Missing,
    /// A whole number of JSON.
    Int(u64),
    /// A string of JSON, or any id behind a prefix.
    Text(String),
    /// A field of CSV, which doesn't say whether `82` is a number or a string.
    Untyped(String),
    /// What can't be an id: a fraction, a negative number, true, a list …
    Bad(String),
}

impl RawId {
    /// The id behind the source's prefix: always a string.
    pub fn prefixed(self, prefix: Option<&str>) -> RawId {
        match (self, prefix) {
            (RawId::Int(v), Some(prefix)) => RawId::Text(format!("{prefix}{v}")),
            (RawId::Text(s) | RawId::Untyped(s), Some(prefix)) => RawId::Text(format!("{prefix}{s}")),
            (id, _) => id,
        }
    }
}

impl<'de> Deserialize<'de> for RawId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawId, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RawId;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an id")
            }

            fn visit_u64<E>(self, v: u64) -> Result<RawId, E> {
                Ok(RawId::Int(v))
            }

            fn visit_i64<E>(self, v: i64) -> Result<RawId, E> {
                Ok(u64::try_from(v).map_or_else(|_| RawId::Bad(format!("the negative number {v}")), RawId::Int))
            }

            fn visit_f64<E>(self, v: f64) -> Result<RawId, E> {
                Ok(RawId::Bad(format!(
                    "the number {v:?}, which is a fraction or too large"
                )))
            }

            fn visit_bool<E>(self, v: bool) -> Result<RawId, E> {
                Ok(RawId::Bad(v.to_string()))
            }

            fn visit_str<E>(self, v: &str) -> Result<RawId, E> {
                Ok(if v.trim().is_empty() {
                    RawId::Missing
                } else {
                    RawId::Text(v.to_owned())
                })
            }

            fn visit_unit<E>(self) -> Result<RawId, E> {
                Ok(RawId::Missing)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<RawId, A::Error> {
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(RawId::Bad("a list".to_owned()))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<RawId, A::Error> {
                while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
                Ok(RawId::Bad("an object".to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A text or a number, where sources differ in which they use.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
}

impl Scalar {
    /// As text: whole numbers without a fraction.
    pub fn text(&self) -> String {
        match self {
            Scalar::Text(s) => s.clone(),
            Scalar::Number(n) => n.to_string(),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_u64<E>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(v as f64))
            }

            fn visit_i64<E>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(v as f64))
            }

            fn visit_f64<E>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(v))
            }

            fn visit_str<E>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(v.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_json_is_read_for_what_it_is() {
        let read = |json: &str| serde_json::from_str::<RawId>(json).unwrap();
        assert_eq!(read("82"), RawId::Int(82));
        assert_eq!(read("\"82\""), RawId::Text("82".into()));
        assert_eq!(read("null"), RawId::Missing);
        assert_eq!(read("\"  \""), RawId::Missing);
        for bad in [
            "1.5",
            "1.0",
            "-3",
            "true",
            "[1]",
            "{\"a\": 1}",
            "1e3",
            "99999999999999999999",
        ] {
            assert!(matches!(read(bad), RawId::Bad(_)), "{bad} is not an id");
        }
    }

    #[test]
    fn a_prefix_makes_any_id_a_string() {
        assert_eq!(RawId::Int(7).prefixed(Some("n-")), RawId::Text("n-7".into()));
        assert_eq!(
            RawId::Untyped("s1".into()).prefixed(Some("n-")),
            RawId::Text("n-s1".into())
        );
        assert_eq!(RawId::Int(7).prefixed(None), RawId::Int(7));
        assert_eq!(RawId::Missing.prefixed(Some("n-")), RawId::Missing);
    }
}
