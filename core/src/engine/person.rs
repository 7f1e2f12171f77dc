//! A person, as a question brings them: what they did, and what they say they like.

use alloc::{string::String, vec::Vec};
use core::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::query::Query;
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::Features,
    pack::UserRecord,
};

/// Largest weight of an event, of either sign, and of a preferred genre.
const MAX_WEIGHT: f32 = 100.0;

/// What is known of a person. Either may be empty; of nobody nothing is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// What they did, at most [`Query::MAX_HISTORY`] events, in any order. Events of one item add up. Items
    /// that the pack lacks are counted and have no effect.
    pub history: Vec<Event>,
    /// Genres that they prefer, at most [`Query::MAX_GENRES`].
    pub genres: Vec<GenrePreference>,
}

/// Something that a person did with an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The item.
    #[serde(alias = "id")]
    pub item: ItemId,
    /// What it says of their liking, −100 to 100: above 0 they liked it, below 0 they did not, 0 says
    /// nothing but that they have seen it. Default 1.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = -100, max = 100)))]
    pub weight: f32,
    /// When, in seconds since 1970; `None` if that is unknown. Only `half_life_days` uses it.
    #[serde(default)]
    pub time: Option<i64>,
}

impl Event {
    /// A liking of weight 1 at an unknown time.
    pub fn of(item: ItemId) -> Event {
        Event {
            item,
            weight: 1.0,
            time: None,
        }
    }
}

/// A genre that a person prefers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GenrePreference {
    /// The genre, as the pack spells it; others count as genres that no item has.
    pub genre: String,
    /// How much, 0 to 100. Default 1; at 0 as if it were left out.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub weight: f32,
}

fn one() -> f32 {
    1.0
}

impl Person {
    /// A person who liked these items.
    pub fn who_liked(items: impl IntoIterator<Item = ItemId>) -> Person {
        Person {
            history: items.into_iter().map(Event::of).collect(),
            genres: Vec::new(),
        }
    }

    /// See [`Engine::person_of`](crate::Engine::person_of).
    pub(super) fn of_record(record: &UserRecord, features: &Features<'_>) -> Person {
        let mut kept = record.events.clone();
        if kept.len() > Query::MAX_HISTORY {
            // Stable: of equally old ones the first stay.
            kept.sort_by_key(|(_, _, day)| Reverse(*day));
            kept.truncate(Query::MAX_HISTORY);
            kept.sort_by_key(|(item, ..)| *item);
        }
        let event = |(item, value, day): &(ItemIx, f32, Option<u32>)| Event {
            item: features.items.id(*item),
            weight: value.clamp(-MAX_WEIGHT, MAX_WEIGHT),
            time: day.map(|day| i64::from(day) * 86_400),
        };
        let known = |(item, ..): &&(ItemIx, f32, Option<u32>)| item.at() < features.items.len();
        let preference = |(genre, weight): &(String, f32)| GenrePreference {
            genre: genre.clone(),
            weight: weight.clamp(0.0, MAX_WEIGHT),
        };
        Person {
            history: kept.iter().filter(known).map(event).collect(),
            genres: record.genres.iter().take(Query::MAX_GENRES).map(preference).collect(),
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        let invalid = |name, expected| Err(QueryError::InvalidParameter { name, expected });
        if self.history.len() > Query::MAX_HISTORY {
            return invalid("history", "at most 10000 events");
        }
        if self.genres.len() > Query::MAX_GENRES {
            return invalid("preferred_genres", "at most 100 names");
        }
        // NaN is in no range.
        if self
            .history
            .iter()
            .any(|event| !(-MAX_WEIGHT..=MAX_WEIGHT).contains(&event.weight))
        {
            return invalid("weight", "a number from -100 to 100 for each event of the history");
        }
        if self
            .genres
            .iter()
            .any(|genre| !(0.0..=MAX_WEIGHT).contains(&genre.weight))
        {
            return invalid("weight", "a number from 0 to 100 for each preferred genre");
        }
        Ok(())
    }
}
