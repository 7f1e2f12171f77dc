//! Retrieve: a person's events as rows of the pack, added up.

use alloc::vec::Vec;

use super::person::{Event, Person};
use crate::{
    ids::ItemIx,
    kernel::{Features, ascending::by_row},
};

/// What the pack knows of a person.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Items that they liked, with weights above 0; ascending, each once.
    pub liked: Vec<(ItemIx, f32)>,
    /// Items that they disliked, with how much: above 0; ascending, each once.
    pub disliked: Vec<(ItemIx, f32)>,
    /// All items of the history, ascending.
    pub seen: Vec<ItemIx>,
    /// How many events name items that the pack lacks.
    pub unknown: usize,
    /// Preferred genres as places in the dictionary, with weights.
    pub genres: Vec<(usize, f32)>,
    /// The weight of all preferred genres, also of those that no item has.
    pub genre_weight: f32,
}

impl History {
    pub fn of(person: &Person, features: &Features<'_>, half_life_days: Option<f32>) -> History {
        let mut history = History::default();
        let newest = person.history.iter().filter_map(|event| event.time).max();
        let mut events: Vec<(ItemIx, f32)> = Vec::with_capacity(person.history.len());
        for event in &person.history {
            match features.items.find(&event.item) {
                Some(item) => events.push((item, event.weight * remaining(event, newest, half_life_days))),
                None => history.unknown += 1,
            }
        }
        // Events of one item add up in the order in which they came.
        let by_row = by_row(events.iter().map(|(item, _)| *item));
        for same in by_row.chunk_by(|a, b| a.0 == b.0) {
            let item = same[0].0;
            let weights = same.iter().filter_map(|(_, place)| events.get(*place));
            let weight = weights.map(|(_, weight)| f64::from(*weight)).sum::<f64>() as f32;
            history.seen.push(item);
            if weight > 0.0 {
                history.liked.push((item, weight));
            } else if weight < 0.0 {
                history.disliked.push((item, -weight));
            }
        }
        for preference in &person.genres {
            history.genre_weight += preference.weight;
            let genre = features.items.genre();
            if let Some(value) = genre.and_then(|genre| genre.values.find(&preference.genre)) {
                history.genres.push((value, preference.weight));
            }
        }
        history
    }
}

/// How much of an event's weight is left: half after each half-life.
fn remaining(event: &Event, newest: Option<i64>, half_life_days: Option<f32>) -> f32 {
    let (Some(time), Some(newest), Some(half_life)) = (event.time, newest, half_life_days) else {
        return 1.0;
    };
    // In floats: the difference of two i64 may be none.
    let days = (newest as f64 - time as f64) / 86_400.0;
    libm::exp2f((-days / f64::from(half_life)) as f32)
}
