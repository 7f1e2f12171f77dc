//! The first step: titles and what people did with them, with one row for each title.

use std::collections::HashMap;

use aftershow_core::{ItemId, ids::IdKind};

use crate::{
    assemble,
    catalogue::{Catalogue, CatalogueItem, in_order},
    config::Config,
    error::BuildError,
    interactions::Interactions,
    preferences::Preferences,
    progress::Progress,
    ratings::log::{RatingLog, Wanted},
    source::{
        events::{EventLog, log::Unknown},
        users,
    },
    tally::{Counted, Tally},
};

/// What the first step makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The titles; with events the best known come first.
    pub catalogue: Catalogue,
    /// What people did, by the rows of the catalogue, as it is learnt from; empty without events.
    pub interactions: Interactions,
    /// What else they did, which is too little to learn from: users and titles with too few events.
    pub left_out: Interactions,
    /// What people say they prefer.
    pub preferences: Preferences,
    /// How people rate, by the rows of the catalogue: the weights are the values. Empty without ratings.
    pub ratings: Interactions,
    /// The same of titles that too few people rated.
    pub lone_ratings: Interactions,
}

/// What was counted on the way.
#[derive(Clone, Debug, Default)]
pub struct GatherTally {
    /// The records of the titles.
    pub titles: Tally,
    /// The events.
    pub events: Tally,
    /// The ratings.
    pub ratings: Tally,
    /// Events skipped because their type has no weight, by type.
    pub unknown_types: Vec<Counted<String>>,
    /// Items of the events that are not in the catalogue, and their events.
    pub unknown: Unknown,
    /// Users and pairs left out by the least numbers.
    pub too_few: TooFew,
    /// Items of the ratings that are not in the catalogue, and their ratings.
    pub unrated: Unknown,
    /// Ratings left out because too few people rated their titles: they would tell who did.
    pub lone_ratings: usize,
    /// Preferred genres that no title has, with the number of users who prefer them.
    pub unknown_genres: Vec<(String, u64)>,
}

/// What the least numbers of interactions left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TooFew {
    /// Users.
    pub users: u64,
    /// Pairs of a user and a title.
    pub pairs: u64,
}

impl GatherTally {
    /// Tells what was skipped and left out.
    pub fn tell(&self, progress: &Progress) {
        self.titles.tell(progress);
        self.events.tell(progress);
        self.ratings.tell(progress);
        for (Unknown { items, pairs }, of) in [(self.unknown, "events"), (self.unrated, "ratings")] {
            if items > 0 {
                let (items, pairs) = (counted(items, "item"), counted(pairs, "pair"));
                progress.warn(&format!(
                    "left out: {items} of the {of} are not in the catalogue, and with them {pairs} of a user and an item"
                ));
            }
        }
        if self.lone_ratings > 0 {
            let ratings = counted(self.lone_ratings as u64, "rating");
            progress.note(&format!(
                "left out: {ratings} of titles that fewer than `model.min_people` people rated; they are predicted by their content"
            ));
        }
        if let Some((genre, users)) = self.unknown_genres.first() {
            let (genres, users) = (
                counted(self.unknown_genres.len() as u64, "preferred genre"),
                counted(*users, "user"),
            );
            progress.warn(&format!("no title has {genres}: the first is {genre:?}, of {users}"));
        }
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Reads titles and events.
///
/// # Errors
/// [`BuildError`] for input that can't be read or used.
pub fn gather(config: &Config, progress: &Progress, tally: &mut GatherTally) -> Result<Gathered, BuildError> {
    let settings = &config.interactions;
    let preferences = users::read(&settings.users, config.strict, &mut tally.events)?;
    let (catalogue, interactions, left_out) = if settings.sources.is_empty() {
        let catalogue = assemble::fetch(config, progress, &mut tally.titles)?;
        (catalogue, Interactions::default(), Interactions::default())
    } else {
        with_events(config, progress, tally)?
    };
    let (ratings, lone_ratings) = rated(config, &catalogue, progress, tally)?;
    let genres = catalogue.items.iter().flat_map(|item| &item.genres);
    let unknown = preferences.unknown(genres.map(String::as_str));
    tally.unknown_genres = unknown
        .into_iter()
        .map(|(genre, users)| (genre.to_owned(), users))
        .collect();
    Ok(Gathered {
        catalogue,
        interactions,
        left_out,
        preferences,
        ratings,
        lone_ratings,
    })
}

/// The ratings over a catalogue's rows, and those of titles that too few people rated.
fn rated(
    config: &Config,
    catalogue: &Catalogue,
    progress: &Progress,
    tally: &mut GatherTally,
) -> Result<(Interactions, Interactions), BuildError> {
    let sources = &config.ratings.sources;
    if sources.is_empty() {
        return Ok((Interactions::default(), Interactions::default()));
    }
    let log = RatingLog::read(sources, Wanted::Ratings, config.strict, progress, &mut tally.ratings)?;
    let rows = rows_of(catalogue);
    let row = |text: &str| rows.get(&ItemId::parse(text, catalogue.id_kind)?).copied();
    let (all, unknown) = log.onto(catalogue.items.len(), row);
    tally.unrated = unknown;
    let told = all.len();
    let ratings = all.with_at_least(1, config.model.min_people as usize);
    tally.lone_ratings = told - ratings.len();
    if ratings.is_empty() {
        let shown: Vec<String> = sources.iter().map(|source| source.shown()).collect();
        let reason = match told {
            0 => "none is of a title of the catalogue: are these its ids, and does the source need an `id_prefix`?"
                .to_owned(),
            _ => format!(
                "no title has ratings of {} people or more, and of fewer nothing is published: set `model.min_people`",
                config.model.min_people
            ),
        };
        let place = shown.join(", ");
        return Err(BuildError::Input { place, reason });
    }
    let lone = all.without(&ratings);
    Ok((ratings, lone))
}

/// Titles in the order of their popularity by the events; the events to learn from, and the others.
fn with_events(
    config: &Config,
    progress: &Progress,
    tally: &mut GatherTally,
) -> Result<(Catalogue, Interactions, Interactions), BuildError> {
    let settings = &config.interactions;
    let log = EventLog::read(&settings.sources, settings, config.strict, progress, &mut tally.events)?;
    tally.unknown_types = log.counts().unknown_types();
    let items_are_titles = config.catalog.is_empty();
    let mut catalogue = if items_are_titles {
        titles_of(&log, config.id_kind)?
    } else {
        assemble::read(config, progress, &mut tally.titles)?
    };
    let (all, unknown) = onto(log, &catalogue);
    tally.unknown = unknown;
    let kept = all.with_at_least(settings.min_user_interactions, settings.min_item_interactions);
    tally.too_few = TooFew {
        users: (all.user_count() - kept.user_count()) as u64,
        pairs: (all.len() - kept.len()) as u64,
    };
    if kept.is_empty() {
        return Err(nothing_left(config, tally));
    }
    let left_out = all.without(&kept);
    drop(all);
    let popularity = kept.decayed_counts(settings.popularity_half_life());
    let mut has_events = vec![false; catalogue.items.len()];
    kept.items.iter().for_each(|item| has_events[*item as usize] = true);

    // The order of the rows: the titles with their old numbers, sorted.
    let titles = std::mem::take(&mut catalogue.items).into_iter().enumerate();
    let mut titles: Vec<(usize, CatalogueItem)> = titles
        .filter(|(number, _)| !items_are_titles || has_events[*number])
        .map(|(number, title)| {
            let popularity = Some(popularity[number]);
            (number, CatalogueItem { popularity, ..title })
        })
        .collect();
    titles.sort_by(|(_, a), (_, b)| in_order(a, b));
    let mut rows = vec![None; has_events.len()];
    let most = config.max_items.unwrap_or(usize::MAX);
    for (row, (number, _)) in titles.iter().enumerate().take(most) {
        rows[*number] = Some(row as u32);
    }
    catalogue.items = titles.into_iter().map(|(_, title)| title).collect();
    assemble::finish(&mut catalogue, config, &mut tally.titles);
    let interactions = Interactions { popularity, ..kept }.renumbered(&rows, catalogue.items.len());
    let left_out = match left_out.is_empty() {
        true => Interactions::default(),
        false => left_out.renumbered(&rows, catalogue.items.len()),
    };
    Ok((catalogue, interactions, left_out))
}

/// The matrix of a log over a catalogue's rows.
pub fn onto(log: EventLog, catalogue: &Catalogue) -> (Interactions, Unknown) {
    let rows = rows_of(catalogue);
    let row = |text: &str| rows.get(&ItemId::parse(text, catalogue.id_kind)?).copied();
    log.onto(catalogue.items.len(), row)
}

fn rows_of(catalogue: &Catalogue) -> HashMap<&ItemId, u32> {
    catalogue.items.iter().map(|item| &item.id).zip(0..).collect()
}

/// A catalogue of the items of the events: an id is all that is known of a title, and so it is its name too.
fn titles_of(log: &EventLog, wanted: Option<IdKind>) -> Result<Catalogue, BuildError> {
    let not_integer = log.item_ids().find(|id| ItemId::parse(id, IdKind::Integer).is_none());
    let id_kind = match (wanted, not_integer) {
        (Some(IdKind::Integer), Some(id)) => {
            return Err(BuildError::Input {
                place: "the events".to_owned(),
                reason: format!("the item_id {id:?} is not an integer, and id_kind asks for integers"),
            });
        }
        (Some(IdKind::String), _) | (None, Some(_)) => IdKind::String,
        (_, None) => IdKind::Integer,
    };
    // Every text that an event may have as an id is one.
    let title = |text: &str| Some(CatalogueItem::new(ItemId::parse(text, id_kind)?, text));
    Ok(Catalogue {
        id_kind,
        attribution: String::new(),
        items: log.item_ids().filter_map(title).collect(),
    })
}

fn nothing_left(config: &Config, tally: &GatherTally) -> BuildError {
    let sources: Vec<String> = config
        .interactions
        .sources
        .iter()
        .map(|source| source.shown())
        .collect();
    let why = if tally.too_few.pairs > 0 {
        "the rest has too few: lower --min-user-interactions or --min-item-interactions".to_owned()
    } else if tally.unknown.items > 0 {
        "none is of a title of the catalogue: are these its ids, and does the source need an `id_prefix`?".to_owned()
    } else {
        "an event needs a user, an item and a type that has a weight".to_owned()
    };
    BuildError::Input {
        place: sources.join(", "),
        reason: format!("of {} events none can be used; {why}", tally.events.read),
    }
}
