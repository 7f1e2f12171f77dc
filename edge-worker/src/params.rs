//! Query string and id → a core `Query`.
//!
//! Parameters that a route doesn't know are ignored: pages add their own (`utm_source`, a cache
//! buster) and must still get their answer. A known one that is repeated is an error, since one of
//! its values would be dropped silently. Ranges are core's: it checks them for every surface alike.

use std::{borrow::Cow, str::FromStr};

use aftershow_core::{
    BlendPatch, Filter, ItemId, Knobs, NewItem, Person, Query, QueryError, Rerank, SearchQuery, Seed, UserIdKind,
    VariantName, WeightsPatch,
    engine::ranges::{self, Range},
    ids::IdKind,
};

use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// What every route of similar items takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    n: Option<usize>,
    min_similarity: Option<f32>,
    weights: WeightsPatch,
    summaries: Option<bool>,
    knobs: Knobs,
}

impl Similar {
    /// Reads a query string.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn read(given: &Given<'_>) -> Result<Similar, Problem> {
        let similar = Similar {
            n: given.number(ranges::N)?,
            min_similarity: given.number(ranges::MIN_SIMILARITY)?,
            weights: given.weights()?,
            summaries: given.parse("summaries", BOOLEAN)?,
            knobs: given.knobs()?,
        };
        // Which item is asked about doesn't matter for the ranges; without a pack there is none yet.
        similar.clone().of(Seed::Features(NewItem::default())).check()?;
        Ok(similar)
    }

    /// As a list of cards shows them: with reasons, unless it is said that there should be none, and without summaries.
    #[must_use]
    pub fn of_cards(mut self) -> Similar {
        self.knobs.reasons.get_or_insert(true);
        self.summaries = None;
        self
    }

    /// The query, for an item.
    pub fn of(self, seed: Seed) -> Query {
        let mut query = Query::similar_to_features(NewItem::default());
        query.seed = seed;
        query.weights = self.weights;
        query.n = self.n.unwrap_or(query.n);
        query.min_similarity = self.min_similarity.unwrap_or(query.min_similarity);
        query.summaries = self.summaries.unwrap_or(query.summaries);
        self.knobs.put(&mut query);
        query
    }
}

/// What every route of recommendations takes, in the query string or in the body. What is `None` is the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recommend {
    /// How many items.
    pub limit: Option<usize>,
    /// The first item of the page.
    pub offset: Option<u32>,
    /// Weights of the two sides.
    pub blend: BlendPatch,
    /// Weights of the content side's similarities.
    pub weights: WeightsPatch,
    /// After how many days an event counts half.
    pub half_life_days: Option<f32>,
    /// Whether items of the history may come back.
    pub include_seen: Option<bool>,
    /// Whether the cards carry summaries.
    pub summaries: Option<bool>,
    /// What every kind of question may ask for.
    pub knobs: Knobs,
}

impl Recommend {
    /// Items of a page by default.
    pub const LIMIT: usize = 10;

    /// Reads a query string.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn read(given: &Given<'_>) -> Result<Recommend, Problem> {
        let recommend = Recommend {
            limit: given.number(ranges::LIMIT)?,
            offset: given.number(ranges::OFFSET)?,
            blend: BlendPatch {
                content: given.number(ranges::CONTENT_WEIGHT)?,
                collaborative: given.number(ranges::COLLABORATIVE_WEIGHT)?,
            },
            weights: given.weights()?,
            half_life_days: given.number(ranges::HALF_LIFE_DAYS)?,
            include_seen: given.parse("include_seen", BOOLEAN)?,
            summaries: given.parse("summaries", BOOLEAN)?,
            knobs: Knobs {
                watching: given.text("watching")?.map(|id| ItemId::Str(id.into())),
                watching_weight: given.number(ranges::WATCHING_WEIGHT)?,
                against: given.variant("against")?,
                ..given.knobs()?
            },
        };
        recommend.check()?;
        Ok(recommend)
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn check(&self) -> Result<(), Problem> {
        ranges::OFFSET.check_count(self.offset())?;
        // Which person is asked about doesn't matter for them.
        match self.of(Seed::Person(Person::default())).check() {
            Err(QueryError::InvalidParameter { name: "n", expected }) => {
                Err(Problem::invalid_parameter("limit", format!("limit must be {expected}")))
            }
            checked => Ok(checked?),
        }
    }

    /// The query, for a person or for what is popular.
    pub fn of(&self, seed: Seed) -> Query {
        let mut query = Query::popular();
        query.seed = seed;
        query.n = self.limit();
        query.offset = self.offset();
        query.blend = self.blend;
        query.weights = self.weights;
        query.half_life_days = self.half_life_days;
        query.include_seen = self.include_seen.unwrap_or(query.include_seen);
        query.summaries = self.summaries.unwrap_or(query.summaries);
        self.knobs.put(&mut query);
        query
    }

    /// How many items.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(Recommend::LIMIT)
    }

    /// The first item of the page.
    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }
}

/// The genres that `/v1/popular` is asked for: any of those given, or all.
///
/// # Errors
/// The problem says how many there may be.
pub fn genres(given: &Given<'_>) -> Result<Vec<String>, Problem> {
    let decoded = given.values("genre").map(|value| decode(value, true));
    let genres: Option<Vec<String>> = decoded.map(|value| value.map(Cow::into_owned)).collect();
    match genres {
        Some(genres) if genres.len() <= Query::MAX_GENRES => Ok(genres),
        _ => Err(Problem::invalid_parameter(
            "genre",
            "genre must be the name of a genre, given at most 100 times",
        )),
    }
}

/// What `/v1/search` is asked for. Without a `q` it is nothing, and nothing is found.
///
/// # Errors
/// The problem names the parameter.
pub fn search(given: &Given<'_>) -> Result<SearchQuery, Problem> {
    let mut query = SearchQuery::of(given.text("q")?.unwrap_or_default());
    query.limit = given.number(ranges::LIMIT)?.unwrap_or(query.limit);
    query.check()?;
    Ok(query)
}

/// Decodes and checks the user id in a path, as far as that goes without a pack.
///
/// # Errors
/// 400 if it is none.
pub fn user_id(segment: &str) -> Result<String, Problem> {
    let expected = "UTF-8, with two hexadecimal digits after each %";
    let id = decode(segment, false).ok_or_else(|| Problem::invalid_user_id(expected))?;
    UserIdKind::Any.check(&id)?;
    Ok(id.into_owned())
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

const BOOLEAN: &str = "true or false";

/// A query string as it was given.
#[derive(Debug)]
pub struct Given<'q> {
    query: &'q str,
    #[cfg(not(target_arch = "wasm32"))]
    asked: std::cell::RefCell<Vec<&'static str>>,
}

impl<'q> Given<'q> {
    /// Of a query string, without its `?`.
    pub fn of(query: &'q str) -> Given<'q> {
        Given {
            query,
            #[cfg(not(target_arch = "wasm32"))]
            asked: std::cell::RefCell::default(),
        }
    }

    /// The names of the parameters that were looked for, each once: the document of the API lists these and no others.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn asked(self) -> Vec<&'static str> {
        let mut each: Vec<&'static str> = Vec::new();
        for name in self.asked.into_inner() {
            if !each.contains(&name) {
                each.push(name);
            }
        }
        each
    }

    /// Every value of `name`, not yet decoded.
    fn values(&self, name: &'static str) -> impl Iterator<Item = &'q str> {
        #[cfg(not(target_arch = "wasm32"))]
        self.asked.borrow_mut().push(name);
        let pairs = self
            .query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        // A name that can't be decoded is none of ours.
        pairs
            .filter(move |(key, _)| decode(key, true).is_some_and(|key| key == name))
            .map(|(_, value)| value)
    }

    fn weights(&self) -> Result<WeightsPatch, Problem> {
        Ok(WeightsPatch {
            genre: self.number(ranges::GENRE_WEIGHT)?,
            text: self.number(ranges::TEXT_WEIGHT)?,
            metadata: self.number(ranges::METADATA_WEIGHT)?,
            year: self.number(ranges::YEAR_WEIGHT)?,
        })
    }

    /// What every kind of question may ask for. `filter` and `rerank` are JSON, as in a body.
    fn knobs(&self) -> Result<Knobs, Problem> {
        Ok(Knobs {
            filter: self.json::<Filter>("filter")?,
            rerank: self.json::<Rerank>("rerank")?,
            reasons: self.parse("reasons", BOOLEAN)?,
            variant: self.variant("variant")?,
            visitor: self.owned("visitor")?,
            ..Knobs::default()
        })
    }

    fn variant(&self, name: &'static str) -> Result<Option<VariantName>, Problem> {
        let text = self.text(name)?;
        Ok(text.as_deref().map(VariantName::parse).transpose()?)
    }

    fn json<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| Problem::invalid_parameter(name, format!("{name} must be a JSON object: {error}")))
    }

    /// The decoded value of `name`; `None` if it isn't given.
    fn text(&self, name: &'static str) -> Result<Option<Cow<'q, str>>, Problem> {
        let mut values = self.values(name);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Problem::invalid_parameter(name, format!("{name} must be given once")));
        }
        match decode(value, true) {
            Some(value) => Ok(Some(value)),
            None => Err(Problem::invalid_parameter(
                name,
                format!("{name} must be UTF-8, with two hexadecimal digits after each %"),
            )),
        }
    }

    /// The decoded value of `name`, to be kept; `None` if it isn't given.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn owned(&self, name: &'static str) -> Result<Option<String>, Problem> {
        Ok(self.text(name)?.map(Cow::into_owned))
    }

    /// The number of that name; `None` if it isn't given. Its range is core's to check.
    #[inline]
    fn number<T: Value>(&self, range: Range) -> Result<Option<T>, Problem> {
        self.parse(range.name, range.expected)
    }

    /// The value of `name`, read as a `T`; `None` if it isn't given.
    fn parse<T: Value>(&self, name: &'static str, expected: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.text(name)? else {
            return Ok(None);
        };
        match T::read(&value) {
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

impl Value for u32 {
    fn read(text: &str) -> Option<u32> {
        // Whatever a `usize` is here, an offset is the same.
        <usize as Value>::read(text).and_then(|value| u32::try_from(value).ok())
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
        Similar::read(&Given::of(text)).map(|similar| similar.of(Seed::Item(ItemId::Int(1))))
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
                (problem.status, problem.code, problem.parameter.as_deref()),
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
            assert_eq!(
                id_text(broken).expect_err(broken).parameter.as_deref(),
                Some("id"),
                "{broken}"
            );
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
    fn every_parameter_of_recommendations_reaches_the_query() {
        let text = "limit=7&offset=14&content_weight=1&collaborative_weight=3&half_life_days=30&include_seen=1\
                    &summaries=true&genre_weight=2";
        let expected = Query {
            n: 7,
            offset: 14,
            blend: BlendPatch {
                content: Some(1.0),
                collaborative: Some(3.0),
            },
            weights: WeightsPatch {
                genre: Some(2.0),
                ..WeightsPatch::default()
            },
            half_life_days: Some(30.0),
            include_seen: true,
            summaries: true,
            ..Query::popular()
        };
        let query = |text| Recommend::read(&Given::of(text)).map(|recommend| recommend.of(Seed::Popular));
        assert_eq!(query(text), Ok(expected));
        assert_eq!(query(""), Ok(Query::popular()));
        for (text, name) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("limit=1&limit=1", "limit"),
            ("offset=-1", "offset"),
            ("offset=4294967295", "offset"),
            ("offset=4294967296", "offset"),
            ("content_weight=-1", "content_weight"),
            ("collaborative_weight=nan", "collaborative_weight"),
            ("half_life_days=0", "half_life_days"),
            ("include_seen=maybe", "include_seen"),
        ] {
            let problem = query(text).expect_err(text);
            assert_eq!((problem.status, problem.code), (400, "invalid_parameter"), "{text}");
            assert_eq!(problem.parameter.as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn a_search_has_a_text_and_a_limit() {
        let search = |text| search(&Given::of(text));
        let harbour = SearchQuery {
            limit: 3,
            ..SearchQuery::of("harbour l&é")
        };
        assert_eq!(search("q=harbour+l%26%C3%A9&limit=3"), Ok(harbour));
        assert_eq!(search("utm_source=x"), Ok(SearchQuery::of("")));
        let long = format!("q={}", "x".repeat(201));
        let many = format!(
            "q={}",
            ('a'..='q').map(|letter| format!("{letter}+")).collect::<String>()
        );
        for (text, name) in [
            ("q=a&q=b", "q"),
            ("q=%zz", "q"),
            (long.as_str(), "q"),
            (many.as_str(), "q"),
            ("q=a&limit=0", "limit"),
            ("q=a&limit=101", "limit"),
            ("limit=x", "limit"),
        ] {
            let problem = search(text).expect_err(text);
            assert_eq!((problem.status, problem.code), (400, "invalid_parameter"), "{text}");
            assert_eq!(problem.parameter.as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn a_genre_may_be_given_again_and_again() {
        let genres = |text| genres(&Given::of(text));
        assert_eq!(genres("limit=1"), Ok(vec![]));
        assert_eq!(
            genres("genre=Crime&genre=Science+Fiction"),
            Ok(vec!["Crime".into(), "Science Fiction".into()])
        );
        let many = "genre=x&".repeat(101);
        for bad in ["genre=%zz", many.as_str()] {
            assert_eq!(genres(bad).expect_err(bad).parameter.as_deref(), Some("genre"));
        }
    }

    #[test]
    fn a_user_id_is_decoded_or_refused_by_its_own_code() {
        assert_eq!(user_id("caf%C3%A9%2F1+2"), Ok("café/1+2".to_owned()));
        assert!(user_id(&"x".repeat(128)).is_ok());
        let long = "x".repeat(129);
        for bad in ["", "a%00", "%0A", "%7F", "%zz", "%", "%FF", long.as_str()] {
            let problem = user_id(bad).expect_err(bad);
            assert_eq!((problem.status, problem.code), (400, "invalid_user_id"), "{bad}");
            assert_eq!(problem.parameter.as_deref(), Some("user_id"));
        }
    }
}
