//! People as SPECs of events tell of them, in the rows of a pack; and what the engine recommends to each.

use std::{cell::RefCell, cmp::Reverse, collections::HashMap, path::Path};

use aftershow_core::{
    Blend, BlendPatch, Event, GenrePreference, ItemId, ItemIx, Knobs, Part, Person, Query, Source,
    engine::Outcome,
    pack::{Container, items::Items, layout::kind},
};

use crate::{
    config::{Config, InteractionsConfig, RatingsConfig},
    error::BuildError,
    interactions::Interactions,
    open::PackDir,
    progress::Progress,
    ratings::log::RatingLog,
    source::events::{EventLog, EventSource},
    tally::Tally,
};

/// What events are worth, and what the columns of their sources mean: by the configuration given, or else by
/// the one that the pack was built with, which its manifest has. What the manifest says in words that this release does
/// not know is told, and the defaults stand in.
///
/// # Errors
/// As [`Config::load`].
pub fn settings(pack: &PackDir, config: Option<&Path>, progress: &Progress) -> Result<InteractionsConfig, BuildError> {
    if let Some(path) = config {
        return Ok(Config::load(path)?.interactions);
    }
    let built_with = &pack.manifest_json()["config"]["interactions"];
    if built_with.is_null() {
        return Ok(InteractionsConfig::default());
    }
    Ok(serde_json::from_value(built_with.clone()).unwrap_or_else(|e| {
        progress.warn(&format!(
            "the pack's manifest says what events are worth in a way that this release can't read ({e}); the defaults are \
             taken, unless --config says it"
        ));
        InteractionsConfig::default()
    }))
}

/// What the columns of sources of ratings mean: by the configuration given or that of the pack, which may describe them as ratings or as
/// interactions.
///
/// # Errors
/// As [`Config::load`].
pub fn rating_sources(
    pack: &PackDir,
    config: Option<&Path>,
    progress: &Progress,
) -> Result<Vec<EventSource>, BuildError> {
    let (ratings, interactions) = match config {
        Some(path) => {
            let config = Config::load(path)?;
            (config.ratings, config.interactions)
        }
        None => {
            let built_with = pack.manifest_json()["config"]["ratings"].clone();
            (
                serde_json::from_value::<RatingsConfig>(built_with).unwrap_or_default(),
                settings(pack, None, progress)?,
            )
        }
    };
    Ok(ratings.sources.into_iter().chain(interactions.sources).collect())
}

/// The rows of a pack by the items' ids, and rows beyond them for items that the pack lacks: those count too, where hits are
/// counted against all that people wanted.
#[derive(Debug)]
pub struct Rows {
    features: Container,
    items: usize,
    beyond: HashMap<String, u32>,
}

impl Rows {
    /// The rows of the pack.
    ///
    /// # Errors
    /// [`BuildError::Pack`] for a pack that is damaged.
    pub fn of(pack: &PackDir) -> Result<Rows, BuildError> {
        let features = pack.container(Part::Features, kind::FEATURES)?;
        let items = Items::open(&features)?.len();
        Ok(Rows {
            features,
            items,
            beyond: HashMap::new(),
        })
    }

    /// Number of items of the pack; rows from here on are of others.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The features part.
    pub fn features(&self) -> &Container {
        &self.features
    }

    /// Reads events; each line that can't be used is told.
    ///
    /// # Errors
    /// [`BuildError`] for a source that can't be read.
    pub fn read(
        &mut self,
        sources: &[EventSource],
        settings: &InteractionsConfig,
        progress: &Progress,
    ) -> Result<Interactions, BuildError> {
        let mut tally = Tally::default();
        let log = EventLog::read(sources, settings, false, progress, &mut tally)?;
        tally.tell(progress);
        let items = Items::open(&self.features)?;
        let room = self.items + self.beyond.len() + log.sizes().1;
        let beyond = RefCell::new(std::mem::take(&mut self.beyond));
        let (interactions, _) = log.onto(room, |id| Some(row(&items, &mut beyond.borrow_mut(), id)));
        self.beyond = beyond.into_inner();
        if interactions.is_empty() {
            let shown: Vec<String> = sources.iter().map(EventSource::shown).collect();
            return Err(BuildError::Input {
                place: shown.join(", "),
                reason: "holds no event that can be used; an event needs a user, an item and a type that has a weight"
                    .to_owned(),
            });
        }
        Ok(interactions)
    }

    /// Ratings as a matrix over the rows.
    ///
    /// # Errors
    /// [`BuildError::Format`], never in fact: the part was opened.
    pub fn place(&mut self, log: RatingLog) -> Result<Interactions, BuildError> {
        let items = Items::open(&self.features)?;
        let room = self.items + self.beyond.len() + log.item_ids().count();
        let beyond = RefCell::new(std::mem::take(&mut self.beyond));
        let (ratings, _) = log.onto(room, |id| Some(row(&items, &mut beyond.borrow_mut(), id)));
        self.beyond = beyond.into_inner();
        Ok(ratings)
    }

    /// The ids of the pack's items, by their rows.
    ///
    /// # Errors
    /// As [`Rows::place`].
    pub fn ids(&self) -> Result<Vec<ItemId>, BuildError> {
        let items = Items::open(&self.features)?;
        Ok((0..self.items as u32).map(|row| items.id(ItemIx(row))).collect())
    }

    /// The ids of all items as text, by their rows, with those beyond the pack.
    ///
    /// # Errors
    /// As [`Rows::place`].
    pub fn names(&self) -> Result<Vec<String>, BuildError> {
        let mut names: Vec<String> = self.ids()?.iter().map(ItemId::to_string).collect();
        names.resize(self.items + self.beyond.len(), String::new());
        for (name, row) in &self.beyond {
            names[*row as usize].clone_from(name);
        }
        Ok(names)
    }

    /// For each row of these, the row in `other` of the same item.
    ///
    /// # Errors
    /// [`BuildError::Format`], never in fact: both were opened.
    pub fn to(&self, other: &mut Rows) -> Result<Vec<Option<u32>>, BuildError> {
        let (own, others) = (Items::open(&self.features)?, Items::open(&other.features)?);
        let of_items = (0..self.items as u32).map(|row| own.id(ItemIx(row)).to_string());
        let mut beyond: Vec<(&String, &u32)> = self.beyond.iter().collect();
        beyond.sort_by_key(|(_, row)| **row);
        let all = of_items.chain(beyond.into_iter().map(|(id, _)| id.clone()));
        Ok(all.map(|id| Some(row(&others, &mut other.beyond, &id))).collect())
    }
}

/// The item's row; one beyond if the pack lacks it.
fn row(items: &Items<'_>, beyond: &mut HashMap<String, u32>, id: &str) -> u32 {
    match items.find(&ItemId::Str(id.to_owned())) {
        Some(item) => item.0,
        None => {
            let next = (items.len() + beyond.len()) as u32;
            *beyond.entry(id.to_owned()).or_insert(next)
        }
    }
}

/// What the engine is asked for, for everybody alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// How many items, 1 to [`Query::MAX_N`].
    pub n: usize,
    /// How much each side counts, over the pack's own.
    pub blend: BlendPatch,
    /// What every kind of question may ask for.
    pub knobs: Knobs,
}

impl Ask {
    /// The question, of these.
    fn of(&self, query: Query) -> Query {
        let mut query = Query {
            n: self.n,
            blend: self.blend,
            ..query
        };
        self.knobs.put(&mut query);
        query
    }

    /// Checks every range, before anything is read.
    ///
    /// # Errors
    /// [`BuildError::Query`] names the parameter.
    pub fn check(&self) -> Result<(), BuildError> {
        Ok(self.of(Query::popular()).check()?)
    }
}

/// An item that the engine recommends.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Its row.
    pub row: u32,
    /// Its id.
    pub id: ItemId,
    /// Its score, as everywhere.
    pub score: f64,
    /// What gave it its place.
    pub source: Source,
}

/// What the engine recommends to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// The items, best first.
    pub items: Vec<Ranked>,
    /// The weights that were used.
    pub weights: Blend,
}

/// A person as the engine knows them: the user's events with items of the pack.
///
/// Of more events than a question may hold the newest are told, as of known people, and the rest is left to
/// [`recommend`].
fn person(rows: &Items<'_>, events: &[(u32, f32, u32)], genres: &[(String, f32)]) -> Person {
    let event = |(row, weight, day): &(u32, f32, u32)| Event {
        item: rows.id(ItemIx(*row)),
        weight: weight.clamp(-100.0, 100.0),
        time: (*day > 0).then(|| i64::from(*day) * 86_400),
    };
    let preference = |(genre, weight): &(String, f32)| GenrePreference {
        genre: genre.clone(),
        weight: weight.clamp(0.0, 100.0),
    };
    Person {
        history: events.iter().map(event).collect(),
        genres: genres.iter().take(Query::MAX_GENRES).map(preference).collect(),
    }
}

/// What the pack recommends to a user, by `events` of row, weight and day, ascending by row; without any item of them.
/// The resident parts must be attached.
///
/// # Errors
/// [`BuildError::Query`] for a number out of its range.
pub fn recommend(
    pack: &PackDir,
    rows: &Rows,
    events: &[(u32, f32, u32)],
    genres: &[(String, f32)],
    ask: &Ask,
) -> Result<Ranking, BuildError> {
    let items = Items::open(&rows.features)?;
    let known = events.partition_point(|(row, ..)| (*row as usize) < rows.items);
    let (told, left) = newest(&events[..known], Query::MAX_HISTORY);
    let mut query = ask.of(Query::person(person(&items, &told, genres)));
    let mut best = Vec::with_capacity(ask.n);
    loop {
        let page = match pack.engine().recommend(&query)? {
            Outcome::Answer(page) => page,
            Outcome::NeedParts(_) => {
                return Err(BuildError::Pack {
                    code: "pack",
                    place: pack.dir().display().to_string(),
                    reason: "a part is missing; rebuild the pack".to_owned(),
                });
            }
        };
        let is_last = page.items.len() < query.n;
        for item in page.items {
            let row = items.find(&item.card.id).map_or(u32::MAX, |row| row.0);
            if best.len() < ask.n && left.binary_search(&row).is_err() {
                best.push(Ranked {
                    row,
                    id: item.card.id,
                    score: item.score,
                    source: item.source,
                });
            }
        }
        if is_last || best.len() == ask.n {
            return Ok(Ranking {
                items: best,
                weights: page.weights,
            });
        }
        query.offset += query.n;
    }
}

/// The `most` newest events, by row, and the rows of the others. Of equally old ones the first stay, as in
/// [`Engine::person_of`](aftershow_core::Engine::person_of).
fn newest(events: &[(u32, f32, u32)], most: usize) -> (Vec<(u32, f32, u32)>, Vec<u32>) {
    let mut told = events.to_vec();
    if told.len() <= most {
        return (told, Vec::new());
    }
    told.sort_by_key(|(_, _, day)| Reverse(*day)); // stable
    let mut left: Vec<u32> = told.split_off(most).iter().map(|(row, ..)| *row).collect();
    told.sort_by_key(|(row, ..)| *row);
    left.sort_unstable();
    (told, left)
}

/// A user's events: row, weight and day.
pub fn events(interactions: &Interactions, user: usize) -> Vec<(u32, f32, u32)> {
    let range = interactions.range(user);
    range
        .map(|at| (interactions.items[at], interactions.weights[at], interactions.days[at]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_long_a_history_the_newest_events_are_told_and_the_others_known() {
        let events: Vec<(u32, f32, u32)> = vec![(1, 9.0, 0), (2, -3.0, 7), (5, 1.0, 8), (9, 1.0, 7)];
        let (told, left) = newest(&events, 2);
        assert_eq!((told, left), (vec![(2, -3.0, 7), (5, 1.0, 8)], vec![1, 9]));
        assert_eq!(newest(&events, 4), (events.clone(), vec![]));
    }
}
