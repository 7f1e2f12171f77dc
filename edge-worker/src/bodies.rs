//! JSON bodies → what a core `Query` is made of.
//!
//! A field that a route doesn't know is an error: a body is written for its route, so it is a mistake. What is wrong
//! is named with its place: by line and column, or as in `history[3].weight`.

use std::{fmt, marker::PhantomData};

use aftershow_core::{
    BlendPatch, Event, Filter, GenrePreference, ItemId, Knobs, NewItem, Person, PredictQuery, Query, Rerank, Seed,
    UserIdKind, VariantName, WeightsPatch,
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};

use crate::{params::Recommend, problem::Problem};

/// Most bytes of a body about a title.
pub const MAX_ITEM: usize = 64 * 1024;
/// Most bytes of a body about people.
pub const MAX_PEOPLE: usize = 256 * 1024;
/// Most bytes of any body.
pub const MAX: usize = MAX_PEOPLE;
/// Most users of a batch.
pub const MAX_USERS: usize = 100;

/// Reads the body of a request about an item that the pack has never seen.
///
/// # Errors
/// 413 if it is longer than [`MAX_ITEM`], 400 if it is not a `NewItem`.
pub fn new_item(body: &[u8]) -> Result<NewItem, Problem> {
    read(
        body,
        MAX_ITEM,
        "name, genres, summary, platform, type, language, year, runtime, certificate, directors, writers, actors",
    )
}

/// What `/v1/recommendations` takes of the bodies about people, beside the knobs.
pub const OF_HISTORY: &[&str] = &["history", "genres", "against"];
/// What `/v1/rerank` takes of it.
pub const OF_CANDIDATES: &[&str] = &["candidates", "item", "history", "genres"];
/// What the batches of known users take of it.
pub const OF_USERS: &[&str] = &["user_ids", "against"];

/// Reads the body of a request about a person whose history it brings.
///
/// # Errors
/// 413 if it is longer than [`MAX_PEOPLE`], 415 if it says that it is no JSON, 400 if it is no history.
pub fn history(body: &[u8], content_type: Option<&str>) -> Result<(Person, Recommend), Problem> {
    let (body, recommend, _) = PeopleBody::read(body, content_type, OF_HISTORY)?;
    Ok((body.person()?, recommend))
}

/// A candidate of the caller's, with its score if it has one.
pub type Candidate = (ItemId, Option<f32>);

/// Reads the body of a request to put candidates in order: for a person, or by likeness to an item.
///
/// # Errors
/// As [`history`].
pub fn candidates(body: &[u8], content_type: Option<&str>) -> Result<(Vec<Candidate>, Seed, Recommend), Problem> {
    let (mut body, recommend, expected) = PeopleBody::read(body, content_type, OF_CANDIDATES)?;
    let Some(given) = body.candidates.take() else {
        return Err(refuse(&expected, "candidates is missing"));
    };
    let item = body.item.take();
    let person = body.person()?;
    let seed = match item {
        Some(_) if person != Person::default() => {
            return Err(refuse(&expected, "item and a person exclude each other"));
        }
        Some(item) => Seed::Item(item),
        None => Seed::Person(person),
    };
    Ok((values(given), seed, recommend))
}

/// Reads the body of a request for predicted ratings.
///
/// # Errors
/// As [`history`].
pub fn predict(body: &[u8], content_type: Option<&str>) -> Result<PredictQuery, Problem> {
    let query: PredictQuery = read_json(body, content_type, "ratings, items, new_items, ranked")?;
    query.check()?;
    Ok(query)
}

/// The body of `/recommendations/existing`.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ExistingBody {
    /// The known user, 1 to 128 bytes.
    user_id: ItemId,
    /// The items, at most 1000; those that the pack lacks come last in the answer, without a rating.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = PredictQuery::MAX_ITEMS)))]
    movie_ids: Vec<ItemId>,
}

/// Reads whose ratings of which items `/recommendations/existing` is asked for.
///
/// # Errors
/// As [`users`].
pub fn existing(body: &[u8], content_type: Option<&str>) -> Result<(String, Vec<ItemId>), Problem> {
    let body: ExistingBody = read_json(body, content_type, "user_id, movie_ids")?;
    if body.movie_ids.len() > PredictQuery::MAX_ITEMS {
        let detail = format!("movie_ids must be at most {} ids", PredictQuery::MAX_ITEMS);
        return Err(Problem::invalid_parameter("movie_ids", detail));
    }
    Ok((user(&body.user_id)?, body.movie_ids))
}

/// The body of `/predict/new-movie`, under the field names of the service that it replaces.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMovieBody {
    /// The known user, 1 to 128 bytes.
    user_id: ItemId,
    /// The title, at most 100000 bytes.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = Query::MAX_SUMMARY)))]
    movie_title: String,
    /// Genre names, at most 100, as the pack spells them; others count as genres that no item has.
    #[serde(default)]
    genres: Names,
    /// Directors, at most 100.
    #[serde(default)]
    directors: Names,
    /// Writers, at most 100.
    #[serde(default)]
    writers: Names,
    /// Actors, at most 100.
    #[serde(default)]
    actors: Names,
    /// Summary, plain text or simple HTML, at most 100000 bytes.
    #[serde(default, alias = "plot")]
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = Query::MAX_SUMMARY)))]
    summary: String,
    /// Runtime in minutes, 0 to 65535.
    runtime: Option<u16>,
    /// Year of the first showing, 0 to 65535.
    year: Option<u16>,
    /// Certificate: PG-13, TV-MA …
    certificate: Option<String>,
}

/// Names: a list, or one text with commas between them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(from = "NamesForm")]
struct Names(Vec<String>);

#[derive(Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "names: a list, or one text with commas between them")]
enum NamesForm {
    List(#[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = Query::MAX_GENRES)))] Vec<String>),
    Text(String),
}

impl From<NamesForm> for Names {
    fn from(form: NamesForm) -> Names {
        let tidy = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Names(match form {
            // Blank names of a list count as any others: how many there may be is said of the list.
            NamesForm::List(names) => names.iter().map(|name| name.trim().to_owned()).collect(),
            NamesForm::Text(text) => text.split(',').filter_map(tidy).collect(),
        })
    }
}

/// Reads whose rating of which new title `/predict/new-movie` is asked for.
///
/// # Errors
/// As [`users`].
pub fn new_movie(body: &[u8], content_type: Option<&str>) -> Result<(String, NewItem), Problem> {
    let expected = "user_id, movie_title, genres, directors, writers, actors, summary, runtime, year, certificate";
    let body: NewMovieBody = read_json(body, content_type, expected)?;
    let item = NewItem {
        name: body.movie_title,
        genres: body.genres.0,
        summary: body.summary,
        year: body.year,
        runtime: body.runtime,
        certificate: body.certificate,
        directors: body.directors.0,
        writers: body.writers.0,
        actors: body.actors.0,
        ..NewItem::default()
    };
    item.check()?;
    Ok((user(&body.user_id)?, item))
}

/// A user's id, which is often sent as a number if it looks like one.
fn user(id: &ItemId) -> Result<String, Problem> {
    let id = id.to_string();
    UserIdKind::Any.check(&id)?;
    Ok(id)
}

/// What bodies about people may have beside the people.
const KNOBS: &str = "limit, offset, content_weight, collaborative_weight, genre_weight, text_weight, metadata_weight, year_weight, \
                     half_life_days, include_seen, summaries, filter, rerank, watching, watching_weight, reasons, variant, visitor";

/// Reads the body of a request about known people: their ids, each once, in the order in which they came.
///
/// # Errors
/// As [`history`], and 400 `invalid_user_id` for an id that is none.
pub fn users(body: &[u8], content_type: Option<&str>) -> Result<(Vec<String>, Recommend), Problem> {
    let (body, recommend, expected) = PeopleBody::read(body, content_type, OF_USERS)?;
    let Some(given) = body.user_ids else {
        return Err(refuse(&expected, "user_ids is missing"));
    };
    if given.len() > MAX_USERS {
        return Err(Problem::invalid_parameter(
            "user_ids",
            format!("user_ids must be at most {MAX_USERS} ids; send more in batches"),
        ));
    }
    let mut ids: Vec<String> = Vec::with_capacity(given.len());
    for (at, id) in given.iter().enumerate() {
        // An id that looks like a number is often sent as one.
        let id = id.to_string();
        let checked = UserIdKind::Any.check(&id);
        checked.map_err(|error| Problem::from(error).at(format!("user_ids[{at}]")))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok((ids, recommend))
}

/// What the bodies about people have in them; not every route takes all of it.
#[derive(Deserialize, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PeopleBody {
    /// What the person did, at most 10000 events in any order; an id alone is a liking of weight 1. Events of one item add up;
    /// those of items that the pack lacks are counted and have no effect. Default: nothing.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = Query::MAX_HISTORY)))]
    history: Option<Vec<Entry<Event>>>,
    /// Genres that the person prefers, at most 100, as the pack spells them; a name alone has weight 1. Default: none.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = Query::MAX_GENRES)))]
    genres: Option<Vec<Entry<GenrePreference>>>,
    /// The known users, at most 100, 1 to 128 bytes each. Of an id that is given twice the answer comes once.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = MAX_USERS)))]
    user_ids: Option<Vec<ItemId>>,
    limit: Option<usize>,
    offset: Option<u32>,
    content_weight: Option<f32>,
    collaborative_weight: Option<f32>,
    genre_weight: Option<f32>,
    text_weight: Option<f32>,
    metadata_weight: Option<f32>,
    year_weight: Option<f32>,
    half_life_days: Option<f32>,
    include_seen: Option<bool>,
    summaries: Option<bool>,
    filter: Option<Filter>,
    rerank: Option<Rerank>,
    watching: Option<ItemId>,
    watching_weight: Option<f32>,
    reasons: Option<bool>,
    variant: Option<String>,
    against: Option<String>,
    visitor: Option<String>,
    /// The candidates, at most 1000: ids, with scores from 0 to 1000000 or without. What has none is scored by the person.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(length(max = aftershow_core::Engine::MAX_CANDIDATES)))]
    candidates: Option<Vec<Entry<Candidate>>>,
    /// An item that the candidates should be like, instead of a person. Default: none.
    item: Option<ItemId>,
}

impl PeopleBody {
    /// Reads a body that may have these fields and the knobs; with what its messages say of it.
    fn read(
        body: &[u8],
        content_type: Option<&str>,
        takes: &[&str],
    ) -> Result<(PeopleBody, Recommend, String), Problem> {
        let expected = format!("{}, {KNOBS}", takes.join(", "));
        let body: PeopleBody = read_json(body, content_type, &expected)?;
        let recommend = body.recommend()?;
        let given = [
            ("history", body.history.is_some()),
            ("genres", body.genres.is_some()),
            ("user_ids", body.user_ids.is_some()),
            ("candidates", body.candidates.is_some()),
            ("item", body.item.is_some()),
            ("against", body.against.is_some()),
        ];
        match given.iter().find(|(name, given)| *given && !takes.contains(name)) {
            Some((name, _)) => Err(refuse(&expected, &format!("{name} is for another route"))),
            None => Ok((body, recommend, expected)),
        }
    }

    fn person(self) -> Result<Person, Problem> {
        let person = Person {
            history: self.history.map(values).unwrap_or_default(),
            genres: self.genres.map(values).unwrap_or_default(),
        };
        if person.genres.len() > Query::MAX_GENRES {
            return Err(Problem::invalid_parameter("genres", "genres must be at most 100 names"));
        }
        // Core says which list is at fault, and not where in it.
        let out_of_range = |list: &str, at: usize, range: &str| {
            let name = format!("{list}[{at}].weight");
            let detail = format!("{name} must be a number {range}");
            Err(Problem::invalid_parameter(name, detail))
        };
        let outside = |event: &Event| !(-100.0..=100.0).contains(&event.weight);
        if let Some(at) = person.history.iter().position(outside) {
            return out_of_range("history", at, "from -100 to 100");
        }
        let outside = |genre: &GenrePreference| !(0.0..=100.0).contains(&genre.weight);
        if let Some(at) = person.genres.iter().position(outside) {
            return out_of_range("genres", at, "from 0 to 100");
        }
        person.check()?;
        Ok(person)
    }

    fn recommend(&self) -> Result<Recommend, Problem> {
        let recommend = Recommend {
            limit: self.limit,
            offset: self.offset,
            blend: BlendPatch {
                content: self.content_weight,
                collaborative: self.collaborative_weight,
            },
            weights: WeightsPatch {
                genre: self.genre_weight,
                text: self.text_weight,
                metadata: self.metadata_weight,
                year: self.year_weight,
            },
            half_life_days: self.half_life_days,
            include_seen: self.include_seen,
            summaries: self.summaries,
            knobs: Knobs {
                filter: self.filter.clone(),
                rerank: self.rerank.clone(),
                watching: self.watching.clone(),
                watching_weight: self.watching_weight,
                reasons: self.reasons,
                variant: self.variant.as_deref().map(VariantName::parse).transpose()?,
                against: self.against.as_deref().map(VariantName::parse).transpose()?,
                visitor: self.visitor.clone(),
            },
        };
        recommend.check()?;
        Ok(recommend)
    }
}

/// A value whose object may be shortened to its name.
trait Short: Sized {
    /// What it may be, for messages.
    const EXPECTED: &'static str;
    /// The object, in full.
    type Full: de::DeserializeOwned + Into<Self>;

    /// The value that a text stands for.
    fn of_text(text: &str) -> Self;

    /// The value that a number stands for, if one does.
    fn of_number(number: u64) -> Option<Self>;
}

/// A [`Short`] value in either form.
struct Entry<T>(T);

impl<'de, T: Short> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry<T>, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Short> Visitor<'de> for Either<T> {
            type Value = Entry<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Entry<T>, E> {
                let value = T::of_number(number).map(Entry);
                value.ok_or_else(|| E::invalid_type(Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Entry<T>, E> {
                Ok(Entry(T::of_text(text)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry<T>, A::Error> {
                let full = T::Full::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Entry(full.into()))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// The short form beside the full one, of what the reader takes.
#[cfg(not(target_arch = "wasm32"))]
impl<T: Short<Full: schemars::JsonSchema>> schemars::JsonSchema for Entry<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}OrShort", <T::Full as schemars::JsonSchema>::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let full = generator.subschema_for::<T::Full>();
        let text = generator.subschema_for::<String>();
        let short = match T::of_number(0) {
            Some(_) => generator.subschema_for::<ItemId>(),
            None => text,
        };
        schemars::json_schema!({"anyOf": [short, full]})
    }
}

fn values<T>(entries: Vec<Entry<T>>) -> Vec<T> {
    entries.into_iter().map(|Entry(value)| value).collect()
}

/// An event, or the bare id of a liked item.
impl Short for Event {
    const EXPECTED: &'static str = "the id of an item, or an object with id, weight and time";
    type Full = Event;

    fn of_text(id: &str) -> Event {
        Event::of(ItemId::Str(id.into()))
    }

    fn of_number(id: u64) -> Option<Event> {
        Some(Event::of(ItemId::Int(id)))
    }
}

/// A preference, or the bare name of a genre.
impl Short for GenrePreference {
    const EXPECTED: &'static str = "the name of a genre, or an object with genre and weight";
    type Full = GenrePreference;

    fn of_text(genre: &str) -> GenrePreference {
        GenrePreference {
            genre: genre.into(),
            weight: 1.0,
        }
    }

    fn of_number(_: u64) -> Option<GenrePreference> {
        None
    }
}

/// A candidate, or its bare id.
impl Short for Candidate {
    const EXPECTED: &'static str = "the id of an item, or an object with id and score";
    type Full = FullCandidate;

    fn of_text(id: &str) -> Candidate {
        (ItemId::Str(id.into()), None)
    }

    fn of_number(id: u64) -> Option<Candidate> {
        Some((ItemId::Int(id), None))
    }
}

#[derive(Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[cfg_attr(not(target_arch = "wasm32"), schemars(rename = "Candidate"))]
#[serde(deny_unknown_fields)]
struct FullCandidate {
    /// The item.
    id: ItemId,
    /// Its score, 0 to 1000000: what the candidates are ranked by before anything else. Default: the person's own score of it.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(range(min = 0, max = 1000000)))]
    score: Option<f32>,
}

impl From<FullCandidate> for Candidate {
    fn from(full: FullCandidate) -> Candidate {
        (full.id, full.score)
    }
}

fn read_json<T: de::DeserializeOwned>(body: &[u8], content_type: Option<&str>, expected: &str) -> Result<T, Problem> {
    // A body of no stated type is taken for what it is.
    if content_type.is_some_and(|content_type| !is_json(content_type)) {
        return Err(Problem::unsupported_media_type());
    }
    read(body, MAX_PEOPLE, expected)
}

/// `application/json`, or a type built on it (RFC 6839), with or without parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let kind = essence.to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn read<T: de::DeserializeOwned>(body: &[u8], most: usize, expected: &str) -> Result<T, Problem> {
    if body.len() > most {
        return Err(Problem::body_too_large(most));
    }
    // Serde would take an array too, for the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(refuse(expected, "it does not begin with {"));
    }
    serde_json::from_slice(body).map_err(|error| refuse(expected, &error.to_string()))
}

fn refuse(expected: &str, reason: &str) -> Problem {
    Problem::invalid_body(format!(
        "the body must be a JSON object with any of {expected}: {reason}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Option<&str> = Some("application/json");

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
            (vec![b'['; MAX_ITEM], 400, "invalid_body"),
            (vec![b' '; MAX_ITEM + 1], 413, "body_too_large"),
        ] {
            let problem = new_item(&body).expect_err("no item");
            assert_eq!((problem.status, problem.code), (status, code));
        }
    }

    #[test]
    fn a_history_has_bare_ids_and_events_and_genres_of_both_forms() {
        let body = br#"{"history": [82, "tv/1", {"id": 7, "weight": -2, "time": 1700000000}, {"item": 8}],
                        "genres": ["Drama", {"genre": "Crime", "weight": 2.5}], "limit": 3, "content_weight": 1}"#;
        let (person, recommend) = history(body, JSON).unwrap();
        let bare = Event::of;
        let disliked = Event {
            weight: -2.0,
            time: Some(1_700_000_000),
            ..bare(ItemId::Int(7))
        };
        assert_eq!(
            person.history,
            [
                bare(ItemId::Int(82)),
                bare(ItemId::Str("tv/1".into())),
                disliked,
                bare(ItemId::Int(8))
            ]
        );
        let weights: Vec<f32> = person.genres.iter().map(|genre| genre.weight).collect();
        assert_eq!(weights, [1.0, 2.5]);
        assert_eq!((recommend.limit, recommend.blend.content), (Some(3), Some(1.0)));
        assert!(history(b"{}", None).is_ok(), "nobody in particular");
    }

    #[test]
    fn what_is_wrong_with_a_history_is_named_with_its_place() {
        let refused = |body: &str| history(body.as_bytes(), JSON).expect_err(body);
        for (body, place) in [
            (r#"{"history": [1, true]}"#, "line 1 column"),
            ("{\"history\": [1,\n {\"id\": -1}]}", "line 2"),
            (r#"{"history": [{"id": 1, "wieght": 2}]}"#, "wieght"),
            (r#"{"limit": "ten"}"#, "line 1 column"),
            (r#"{"half_life": 3}"#, "half_life"),
            (r#"{"user_ids": []}"#, "user_ids"),
            ("[]", "begin"),
        ] {
            let problem = refused(body);
            assert_eq!((problem.status, problem.code), (400, "invalid_body"), "{body}");
            assert!(problem.detail.contains(place), "{body}: {}", problem.detail);
        }
        let many = format!("{{\"history\": [{}1]}}", "1,".repeat(10_000));
        for (body, name) in [
            (r#"{"history": [1, {"id": 2, "weight": 101}]}"#, "history[1].weight"),
            (r#"{"genres": [{"genre": "Drama", "weight": -1}]}"#, "genres[0].weight"),
            (many.as_str(), "history"),
            (r#"{"limit": 0}"#, "limit"),
            (r#"{"half_life_days": -1}"#, "half_life_days"),
        ] {
            let problem = refused(body);
            assert_eq!((problem.status, problem.code), (400, "invalid_parameter"));
            assert_eq!(problem.parameter.as_deref(), Some(name));
            assert!(problem.detail.contains(name), "{}", problem.detail);
        }
    }

    #[test]
    fn a_body_that_says_it_is_no_json_is_not_read() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/ld+json",
        ] {
            assert!(history(b"{}", Some(good)).is_ok(), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
            "application/jsonp",
        ] {
            let problem = history(b"{}", Some(bad)).expect_err(bad);
            assert_eq!((problem.status, problem.code), (415, "unsupported_media_type"));
        }
        let problem = history(&vec![b' '; MAX_PEOPLE + 1], JSON).expect_err("too long");
        assert_eq!((problem.status, problem.code), (413, "body_too_large"));
    }

    #[test]
    fn a_batch_names_each_user_once_and_refuses_ids_that_are_none() {
        let (ids, recommend) = users(br#"{"user_ids": ["b", "a", 7, "b", "7"], "limit": 5}"#, JSON).unwrap();
        assert_eq!(
            (ids, recommend.limit),
            (vec!["b".into(), "a".into(), "7".into()], Some(5))
        );
        assert_eq!(users(br#"{"user_ids": []}"#, JSON).unwrap().0, Vec::<String>::new());

        let problem = users(br#"{"user_ids": ["a", ""]}"#, JSON).expect_err("an empty id");
        assert_eq!(
            (problem.code, problem.parameter.as_deref()),
            ("invalid_user_id", Some("user_ids[1]"))
        );
        let many = format!("{{\"user_ids\": [{}\"x\"]}}", "\"x\",".repeat(MAX_USERS));
        let problem = users(many.as_bytes(), JSON).expect_err("too many");
        assert_eq!(
            (problem.code, problem.parameter.as_deref()),
            ("invalid_parameter", Some("user_ids"))
        );
        for body in ["{}", r#"{"user_ids": [], "history": [1]}"#, r#"{"user_ids": "a"}"#] {
            assert_eq!(users(body.as_bytes(), JSON).expect_err(body).code, "invalid_body");
        }
    }
}
