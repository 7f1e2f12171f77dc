//! What a model needs of the events of all sources: who, with what, how much, on which day; 16 bytes a pair.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use super::{EventSource, Outcome, RATING, Told, read};
use crate::{
    config::InteractionsConfig,
    error::BuildError,
    interactions::{Aging, Event, Interactions, decay},
    progress::Progress,
    tally::{Counted, Tally},
};

/// Different pairs of a user and an item that are taken; they are 16 bytes each, and 40 while they are sorted.
const MAX_PAIRS: usize = 250_000_000;
/// Pairs are merged when so many have come together, and then whenever they have doubled.
const MERGE_FROM: usize = 1 << 22;
/// So many unknown types are told by name.
const MAX_TYPES: usize = 20;

/// The events of all sources, ids as numbers.
#[derive(Debug, Default)]
pub struct EventLog {
    users: Names,
    items: Names,
    events: Vec<Event>,
    /// How many there were when equal pairs were last merged.
    merged: usize,
    half_life_days: Option<f32>,
    counts: Counts,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Events, with those that were skipped.
    pub read: u64,
    /// Events of each type that has no weight.
    unknown_types: BTreeMap<String, u64>,
}

/// Ids and their numbers, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
    last: u32,
}

impl Names {
    /// The names, by their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The number of a name, a new one if it hasn't been seen.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        // Logs often have a user's events together.
        if self.names.get(self.last as usize).is_some_and(|last| **last == *name) {
            return self.last;
        }
        self.last = match self.numbers.get(name) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                let name: Arc<str> = name.into();
                self.names.push(name.clone());
                self.numbers.insert(name, number);
                number
            }
        };
        self.last
    }
}

/// How many items of the events, and events of them, were not in the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Items.
    pub items: u64,
    /// Pairs of a user and such an item.
    pub pairs: u64,
}

impl EventLog {
    /// Reads sources. Lines that can't be used are counted in `tally`.
    ///
    /// # Errors
    /// [`BuildError`] for a file that can't be read, and with `strict` for the first line that can't be used.
    pub fn read(
        sources: &[EventSource],
        config: &InteractionsConfig,
        strict: bool,
        progress: &Progress,
        tally: &mut Tally,
    ) -> Result<EventLog, BuildError> {
        let stage = progress.stage("events", 0);
        let mut log = EventLog {
            half_life_days: config.half_life_days,
            ..EventLog::default()
        };
        for source in sources {
            let file = source.file()?.name;
            let mut told = 0u64;
            read(source, &mut |line, outcome| {
                told += 1;
                if told.is_multiple_of(1 << 16) {
                    stage.inc(1 << 16);
                }
                let place = || format!("{file}, line {line}");
                match outcome {
                    Outcome::Event(told) => log.take(&told, config, strict, &place),
                    Outcome::Bad(reason) => {
                        log.counts.read += 1;
                        if strict {
                            return Err(BuildError::Record {
                                place: place(),
                                reason: format!("{reason}; without --strict it would be skipped"),
                            });
                        }
                        tally.skip("events that can't be used", || format!("{}: {reason}", place()));
                        Ok(())
                    }
                }
            })?;
        }
        log.counts.tell(progress);
        tally.read += log.counts.read;
        Ok(log)
    }

    fn take(
        &mut self,
        told: &Told<'_>,
        config: &InteractionsConfig,
        strict: bool,
        place: &dyn Fn() -> String,
    ) -> Result<(), BuildError> {
        self.counts.read += 1;
        let weight = match told.value {
            Some(value) if told.kind == RATING => Some(config.rating.weight(value)),
            _ => config.weights.get(told.kind),
        };
        let Some(weight) = weight else {
            return self.counts.add_type(told.kind, strict, place);
        };
        let day = told.time.map_or(0, |time| (time / 86_400) as u32);
        let event = Event {
            user: self.users.number(told.user),
            item: self.items.number(told.item),
            weight,
            day,
        };
        self.events.push(event);
        if self.events.len() >= MERGE_FROM.max(2 * self.merged) {
            self.merge();
            if self.merged > MAX_PAIRS {
                return Err(BuildError::Input {
                    place: place(),
                    reason: format!(
                        "there are more than {MAX_PAIRS} different pairs of a user and an item; leave the oldest events out"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Adds up the events of equal pairs. With a half-life the older of two counts as much less as it is
    /// older; then the sum may be aged as one event of the newer day. Undated events stay apart.
    fn merge(&mut self) {
        let half_life = self.half_life_days;
        // Stable, so that sums are made in the order of the events.
        self.events
            .par_sort_by_key(|e| (e.user, e.item, half_life.is_some() && e.day == 0));
        self.events.dedup_by(|next, first| {
            let apart = half_life.is_some() && (next.day == 0) != (first.day == 0);
            if (next.user, next.item) != (first.user, first.item) || apart {
                return false;
            }
            let day = next.day.max(first.day);
            let aged = |e: &Event| f64::from(e.weight) * decay(e.day, day, half_life);
            first.weight = (aged(first) + aged(next)) as f32;
            first.day = day;
            true
        });
        self.merged = self.events.len();
    }

    /// Number of different users and of different items.
    pub fn sizes(&self) -> (usize, usize) {
        (self.users.names.len(), self.items.names.len())
    }

    /// What was read.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The ids of the items, in the order in which they came.
    pub fn item_ids(&self) -> impl Iterator<Item = &str> {
        self.items.names.iter().map(|name| &**name)
    }

    /// The matrix over a catalogue of `item_count` items, where `row` tells an item's row. Events of items that
    /// have none are left out and counted.
    pub fn onto(mut self, item_count: usize, row: impl Fn(&str) -> Option<u32>) -> (Interactions, Unknown) {
        self.merge();
        self.age();
        let rows: Vec<Option<u32>> = self.items.names.iter().map(|name| row(name)).collect();
        let mut unknown = Unknown {
            items: rows.iter().filter(|row| row.is_none()).count() as u64,
            pairs: 0,
        };
        self.events.retain_mut(|event| match rows[event.item as usize] {
            Some(row) => {
                event.item = row;
                true
            }
            None => {
                unknown.pairs += 1;
                false
            }
        });
        let Names { numbers, names, .. } = self.users;
        drop(numbers);
        let users = names.iter().map(|name| String::from(&**name)).collect();
        (Interactions::new(users, &self.events, item_count), unknown)
    }

    /// Lets older events count less. An event of unknown time counts as the others do on average.
    fn age(&mut self) {
        if self.half_life_days.is_none() {
            return;
        }
        let aging = Aging::new(self.half_life_days, self.events.iter().map(|event| event.day));
        for event in &mut self.events {
            event.weight = (f64::from(event.weight) * aging.share(event.day)) as f32;
        }
    }
}

impl Counts {
    /// Events skipped because their type has no weight, by type.
    pub fn unknown_types(&self) -> Vec<Counted<String>> {
        let types = self.unknown_types.iter();
        types
            .map(|(kind, count)| Counted {
                reason: kind.clone(),
                count: *count,
            })
            .collect()
    }

    fn add_type(&mut self, kind: &str, strict: bool, place: &dyn Fn() -> String) -> Result<(), BuildError> {
        let shown: String = kind.chars().take(40).collect();
        if strict {
            let reason = format!("the type {shown:?} has no weight; {}", remedy(&shown));
            return Err(BuildError::Record { place: place(), reason });
        }
        let known = self.unknown_types.len();
        match self.unknown_types.get_mut(&shown) {
            Some(count) => *count += 1,
            None if known < MAX_TYPES => drop(self.unknown_types.insert(shown, 1)),
            None => *self.unknown_types.entry("…".to_owned()).or_default() += 1,
        }
        Ok(())
    }

    fn tell(&self, progress: &Progress) {
        for (kind, count) in &self.unknown_types {
            let events = if *count == 1 { "event" } else { "events" };
            progress.warn(&format!(
                "skipped: {count} {events} of the type {kind:?}, which has no weight; {}",
                remedy(kind)
            ));
        }
    }
}

fn remedy(kind: &str) -> String {
    if kind == RATING {
        return "a rating needs a `value`".to_owned();
    }
    format!("give it one under `interactions.weights` in the configuration, as in {kind}: 1")
}
