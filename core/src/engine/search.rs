//! Search in the titles: items whose titles have the words of a query, or words spelled nearly so.
//!
//! A word of the index fits a word of the query as a whole, by its beginning, or with typos; each way has a cost. A tally of all items
//! adds up the least costs, and the best are those that have every word at the smallest sum. Most queries need no typos and are done
//! after a look at the words themselves; only if that finds too few, and none that has just this title, the words nearby are looked for.

use alloc::{string::String, vec::Vec};

use serde::Serialize;
use zerocopy::FromZeros;

use super::{
    Card, Engine, Outcome, ranges,
    show::{Resident, View, inconsistent, missing, need},
};
use crate::{
    error::QueryError,
    fold::{Word, Words},
    ids::ItemIx,
    kernel::{ascending::Smallest, typos::Pattern},
    pack::{Part, PartFile, Search, search::Postings, shard::Shard},
};

/// What somebody types to find a title.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchQuery {
    /// What is looked for: words of a title, the last of which may be a beginning. At most 200 bytes of UTF-8, and 16 words. Case and
    /// accents make no difference. Without a letter or digit nothing is found.
    #[cfg_attr(feature = "schema", schemars(length(max = SearchQuery::MAX_BYTES)))]
    pub q: String,
    /// How many items, 1 to 100. Default 10. Fewer come back if fewer fit.
    pub limit: usize,
}

impl SearchQuery {
    /// Longest text, in bytes.
    pub const MAX_BYTES: usize = 200;
    /// Most words, each counted once.
    pub const MAX_WORDS: usize = 16;

    /// A search for the ten best.
    pub fn of(q: impl Into<String>) -> SearchQuery {
        SearchQuery { q: q.into(), limit: 10 }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        self.words()?;
        ranges::LIMIT.check_count(self.limit)
    }

    /// The words, each once.
    fn words(&self) -> Result<Vec<Word>, QueryError> {
        let invalid = |expected| Err(QueryError::InvalidParameter { name: "q", expected });
        if self.q.len() > SearchQuery::MAX_BYTES {
            return invalid("at most 200 bytes of UTF-8");
        }
        let mut words: Vec<Word> = Vec::new();
        for word in Words::of(&self.q).each {
            if !words.iter().any(|known| known.text == word.text) {
                words.push(word);
            }
        }
        if words.len() > SearchQuery::MAX_WORDS {
            return invalid("at most 16 words");
        }
        Ok(words)
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchResults {
    /// The items, best first: in the order of the values of `matched`, those with fewer typos before others, and then the most
    /// popular first.
    pub items: Vec<SearchResult>,
}

/// An item that was found. Its card has no summary.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SearchResult {
    /// The item.
    #[serde(flatten)]
    pub card: Card,
    /// How its title fits.
    pub matched: Matched,
}

/// How a title fits a query, the best way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// The query is the title, an article at the beginning aside.
    Title,
    /// The title begins with the query.
    TitlePrefix,
    /// The title has all words.
    Words,
    /// It has all words, if beginnings count.
    Prefix,
    /// It has all words, if words that are spelled nearly so count.
    Typo,
    /// No title has all words; this one has some, with at least half of the letters.
    Partial,
}

impl Matched {
    /// All of them, in order.
    pub const ALL: [Matched; 6] = [
        Matched::Title,
        Matched::TitlePrefix,
        Matched::Words,
        Matched::Prefix,
        Matched::Typo,
        Matched::Partial,
    ];

    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Matched::Title => "title",
            Matched::TitlePrefix => "title_prefix",
            Matched::Words => "words",
            Matched::Prefix => "prefix",
            Matched::Typo => "typo",
            Matched::Partial => "partial",
        }
    }
}

/// More shards than this for one answer, and the whole catalogue is asked for instead.
const MOST_SHARDS: usize = 16;

impl Engine {
    /// Finds items by their titles, or says which parts it needs first.
    ///
    /// It needs the index, and for the cards either the features and the display data, if they are attached, or the shards of what was
    /// found.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`]; [`QueryError::NoSearch`] for a pack without an index.
    pub fn search(&self, query: &SearchQuery) -> Result<Outcome<SearchResults>, QueryError> {
        searched(self, query, &|search, found| {
            let shards = shards(search, found);
            if self.has(Part::Features) || shards.is_empty() || shards.len() > MOST_SHARDS {
                return Resident::with(self, Part::Collaborative, |resident| {
                    results(found, &|item| Some(resident.view().plain_card(item)))
                });
            }
            from_shards(self, search, found, &shards)
        })
    }

    /// The same with the cards of the shards alone: with [`Engine::attach_search`] all that a search box
    /// needs, by a fraction of the engine.
    ///
    /// # Errors
    /// As [`Engine::search`]; [`QueryError::NotListed`] for a pack without shards.
    pub fn search_listed(&self, query: &SearchQuery) -> Result<Outcome<SearchResults>, QueryError> {
        searched(self, query, &|search, found| match shards(search, found) {
            shards if shards.is_empty() => Err(QueryError::NotListed {
                why: "it was built without lazy lists",
            }),
            shards => from_shards(self, search, found, &shards),
        })
    }
}

/// What is shown of what was found, if that is something.
type Shown<'s> = &'s dyn Fn(&Search<'_>, &[Found]) -> Result<Outcome<SearchResults>, QueryError>;

fn searched(engine: &Engine, query: &SearchQuery, shown: Shown<'_>) -> Result<Outcome<SearchResults>, QueryError> {
    query.check()?;
    let words = query.words()?;
    if engine.manifest.file(Part::Search).is_none() {
        return Err(QueryError::NoSearch);
    }
    if words.is_empty() {
        return results(&[], &|_| None);
    }
    let Some((part, shared)) = &engine.search else {
        return Ok(Outcome::NeedParts(need(&engine.manifest, [Part::Search])));
    };
    let search = Search::open(part).map_err(inconsistent)?;
    let index = Index {
        search: &search,
        shared,
    };
    match find(index, &words, query.limit) {
        found if found.is_empty() => results(&found, &|_| None),
        found => shown(&search, &found),
    }
}

fn results(found: &[Found], card: &dyn Fn(ItemIx) -> Option<Card>) -> Result<Outcome<SearchResults>, QueryError> {
    let result = |found: &Found| {
        Some(SearchResult {
            card: card(found.item)?,
            matched: found.matched,
        })
    };
    let items: Option<Vec<SearchResult>> = found.iter().map(result).collect();
    let items = items.ok_or(QueryError::Inconsistent {
        what: "the index of titles and the shards",
    })?;
    Ok(Outcome::Answer(SearchResults { items }))
}

/// The shards that hold the cards, each once; none if the pack has none.
fn shards(search: &Search<'_>, found: &[Found]) -> Vec<Part> {
    let mut shards: Vec<Part> = Vec::new();
    for shard in found.iter().filter_map(|found| search.shard_of(found.item)) {
        if !shards.contains(&Part::Shard(shard)) {
            shards.push(Part::Shard(shard));
        }
    }
    shards
}

fn from_shards(
    engine: &Engine,
    search: &Search<'_>,
    found: &[Found],
    shards: &[Part],
) -> Result<Outcome<SearchResults>, QueryError> {
    let needed: Vec<PartFile> = missing(engine, shards);
    if !needed.is_empty() {
        return Ok(Outcome::NeedParts(needed));
    }
    results(found, &|item| of_shard(engine, item, search.shard_of(item)?))
}

/// The card that a shard has of an item; `None` if it has none.
fn of_shard(engine: &Engine, item: ItemIx, shard: u64) -> Option<Card> {
    let shard = Shard::open(engine.shards.get(Part::Shard(shard))?).ok()?;
    let own = (0..shard.items.len() as u32)
        .map(ItemIx)
        .find(|own| shard.row(*own) == item)?;
    let view = View {
        engine,
        items: &shard.items,
        display: &shard.display,
        row: &|item| item,
    };
    Some(view.plain_card(own))
}

/// An item, and how its title fits.
struct Found {
    item: ItemIx,
    matched: Matched,
}

/// What it costs if a word of the query is only the beginning of the title's word: little for the last, which is being typed.
const BEGINNING_OF_LAST: u16 = 1;
const BEGINNING: u16 = 16;
/// What a typo costs: more than all beginnings of [`SearchQuery::MAX_WORDS`] words.
const TYPO: u16 = 1024;
/// Every cost that one word can have, ascending.
const COSTS: [u16; 7] = [
    0,
    BEGINNING_OF_LAST,
    BEGINNING,
    TYPO,
    TYPO + BEGINNING_OF_LAST,
    2 * TYPO,
    2 * TYPO + BEGINNING_OF_LAST,
];

/// The index, and how many bytes each of its words shares with the one before.
#[derive(Clone, Copy)]
struct Index<'a> {
    search: &'a Search<'a>,
    shared: &'a [u8],
}

/// The best `limit` items, best first.
fn find(index: Index<'_>, words: &[Word], limit: usize) -> Vec<Found> {
    let narrow = Tallies::of(index, words, false).whole(limit);
    if narrow.len() >= limit || narrow.first().is_some_and(|first| first.matched == Matched::Title) {
        return narrow;
    }
    let tallies = Tallies::of(index, words, true);
    let wide = tallies.whole(limit);
    if wide.is_empty() { tallies.partial(limit) } else { wide }
}

/// What the words of a query have of an item's title. Eight bytes: there is one for each item.
#[derive(Clone, Copy, FromZeros)]
struct Tally {
    /// The last word that it has, as a number from 1, and what it costs, as a place in [`COSTS`].
    met: u8,
    met_cost: u8,
    /// Whether that is at its place in the title, and whether the title ends there.
    here: bool,
    ends: bool,
    /// How many words it has at their places, and the letters of all words that it has.
    placed: u8,
    letters: u8,
    /// What all words that it has cost.
    cost: u16,
}

/// A word of the query.
#[derive(Clone, Copy)]
struct Asked {
    /// From 1.
    number: u8,
    place: Option<usize>,
    letters: u8,
}

struct Tallies {
    of_item: Vec<Tally>,
    /// The rows of the items that have all words.
    whole: Vec<u32>,
    words: u8,
    letters: u8,
}

impl Tallies {
    /// `wide`: words count too that only begin like one that is not the last, or are spelled nearly so.
    fn of(index: Index<'_>, words: &[Word], wide: bool) -> Tallies {
        let mut tallies = Tallies {
            // A vector of a default value would be written tally by tally.
            of_item: Tally::new_vec_zeroed(index.search.items()).unwrap_or_default(),
            whole: Vec::new(),
            words: words.len() as u8,
            letters: words.iter().map(|word| letters(&word.text)).sum(),
        };
        for (number, word) in words.iter().enumerate() {
            let last = number + 1 == words.len();
            let fitting = fitting(index, &word.text, last, wide);
            let word = Asked {
                number: number as u8 + 1,
                place: word.place,
                letters: letters(&word.text),
            };
            for (cost, this) in COSTS.iter().enumerate() {
                let at_this = fitting.iter().filter(|(_, own)| own == this);
                at_this.for_each(|(known, _)| tallies.meet(index.search.postings(*known), word, cost));
            }
        }
        tallies
    }

    /// Counts a word of the query for the items that have one of the index that fits it. Those that fit better have been counted.
    fn meet(&mut self, postings: Postings<'_>, word: Asked, cost: usize) {
        for posting in postings {
            let Some(tally) = self.of_item.get_mut(posting.item.at()) else {
                return;
            };
            let here = word.place.is_none_or(|place| posting.is_at(place));
            if tally.met == word.number {
                // Of several that cost the same, one at the right place counts.
                if usize::from(tally.met_cost) < cost || tally.here || !here {
                    continue;
                }
            } else {
                tally.met = word.number;
                tally.met_cost = cost as u8;
                tally.letters += word.letters;
                // Every word has a letter, so all letters are all words.
                if tally.letters == self.letters {
                    self.whole.push(posting.item.0);
                }
                tally.cost += COSTS[cost];
            }
            tally.here = here;
            tally.ends = posting.last;
            tally.placed += u8::from(here);
        }
    }

    /// The best of the items that have all words.
    fn whole(&self, limit: usize) -> Vec<Found> {
        let mut best = Smallest::new(limit);
        for row in &self.whole {
            if let Some(tally) = self.of_item.get(*row as usize) {
                best.push(u64::from(self.rank(tally)) << 32 | u64::from(*row));
            }
        }
        let found = |key: u64| Found {
            item: ItemIx(key as u32),
            matched: match (key >> 32) as u16 {
                0 => Matched::Title,
                1 => Matched::TitlePrefix,
                2 => Matched::Words,
                rank if rank < TYPO => Matched::Prefix,
                _ => Matched::Typo,
            },
        };
        best.ascending().into_iter().map(found).collect()
    }

    /// The place of an item that has all words among the ways to fit.
    fn rank(&self, tally: &Tally) -> u16 {
        let in_place = tally.placed == self.words;
        match tally.cost {
            0 if in_place && tally.ends => 0,
            0 | BEGINNING_OF_LAST if in_place => 1,
            cost => 2 + cost,
        }
    }

    /// The best of the items that have some words: most letters, then least cost.
    fn partial(&self, limit: usize) -> Vec<Found> {
        let mut best = Smallest::new(limit);
        for (row, tally) in self.of_item.iter().enumerate() {
            if u16::from(tally.letters) * 2 >= u16::from(self.letters) {
                let missing = u64::from(self.letters - tally.letters);
                best.push(missing << 48 | u64::from(tally.cost) << 32 | row as u64);
            }
        }
        let found = |key: u64| Found {
            item: ItemIx(key as u32),
            matched: Matched::Partial,
        };
        best.ascending().into_iter().map(found).collect()
    }
}

/// The letters of a word; those of a query's words add up to no more than its bytes.
fn letters(word: &str) -> u8 {
    word.chars().count() as u8
}

/// The words of the index that fit a word of the query, and what each costs; of one that comes twice the least counts.
fn fitting(index: Index<'_>, word: &str, last: bool, wide: bool) -> Vec<(usize, u16)> {
    let words = &index.search.words;
    let mut fitting = Vec::new();
    // A single letter begins too many words to say anything, unless it is being typed.
    let beginnings = last || (wide && word.chars().nth(1).is_some());
    let from = words.first_from(word);
    let begun = (from..words.len()).take_while(|known| words.bytes(*known).starts_with(word.as_bytes()));
    for known in begun {
        match words.bytes(known).len() == word.len() {
            true => fitting.push((known, 0)),
            false if beginnings => fitting.push((known, if last { BEGINNING_OF_LAST } else { BEGINNING })),
            false => break,
        }
    }
    let typos = if wide { typos(word) } else { 0 };
    if let Some(pattern) = (typos > 0).then(|| Pattern::new(word, typos)).flatten() {
        pattern.search(words, index.shared, last, |known, fit| {
            let whole = fit.whole.map(|typos| TYPO * u16::from(typos));
            let beginning = fit.beginning.map(|typos| TYPO * u16::from(typos) + BEGINNING_OF_LAST);
            let cost = whole.into_iter().chain(beginning).min();
            fitting.extend(cost.filter(|cost| *cost >= TYPO).map(|cost| (known, cost)));
        });
    }
    fitting
}

/// How many typos a word may have: the longer it is, the more. A number is another one with any.
fn typos(word: &str) -> usize {
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match word.chars().count() {
        4..=7 => 1,
        8..=32 => 2,
        _ => 0,
    }
}
