//! One subject against the whole catalogue: exact, over an index made when the features are attached.
//!
//! - Items are numbered anew, by genre set and then by row ("slots"), so a genre set is a run of slots
//!   and its part of the score is computed once.
//! - Text goes by posting lists: a title has some ten terms, so its dot products with everything
//!   touch some tens of thousands of postings and not every row of a catalogue.
//! - The runs with half or more of the genres in common come first; they raise the floor. Then one
//!   pass over all slots compares `genre + text`, in floats, with what is needed to reach the floor: a
//!   loop that the compiler turns into SIMD. Only what passes gets its exact score. The
//!   threshold lies a little low, never high.
//!
//! What is skipped could not have been kept, so the answer is that of scoring every item and sorting;
//! a property test compares the two.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    mask::Mask,
    similarity::{Features, Parts, Subject, TEXT_ONE, reaches, set_similarity, text_similarity},
    topk::{Hit, TopK},
};
use crate::{
    engine::Weights,
    ids::ItemIx,
    pack::{GenreSimilarity, items::Attribute},
    sqrt::sqrt,
};

/// What bounds an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// How many items.
    pub n: usize,
    /// Least score. An item with score 0 is no answer in any case.
    pub min: f32,
    /// The item to leave out: the subject itself.
    pub except: Option<ItemIx>,
    /// The items that may be answers; `None` for all.
    pub among: Option<&'a Mask>,
    /// What to multiply each item's score by before it is ranked, 0 to 1, by rows; `None` for 1. The least score is that of the
    /// plain one.
    pub factors: Option<&'a [f32]>,
}

/// Genre sets at least this similar to the subject's are searched first.
const ALIKE: f32 = 0.5;

/// The index. Memory: 5 bytes a text entry and some 30 bytes an item, beside the features.
#[derive(Debug)]
pub struct Index {
    /// The row at each slot.
    pub(super) item_of_slot: Vec<u32>,
    /// Where the slots of each genre set end, and the set at each slot.
    run_ends: Vec<u32>,
    pub(super) set_of_slot: Vec<u32>,
    /// Number of genres in each genre set.
    genre_counts: Vec<u32>,
    /// Where the sets that have each genre end, and those sets.
    set_ends_of_genre: Vec<u32>,
    sets_of_genre: Vec<u32>,
    /// Text scale, year, and the sets of each metadata attribute, of each slot.
    pub(super) scales: Vec<f32>,
    pub(super) years: Vec<u16>,
    newest_year: u16,
    metadata: Vec<Vec<u32>>,
    /// For [`Profile`](super::profile::Profile)s: 1/√genres of each genre set, the combination of metadata sets at each slot,
    /// and the sets of each combination, one after the other. Sets of all attributes are numbered
    /// through: those of the first, then those of the second ….
    pub(super) set_scales: Vec<f32>,
    pub(super) combination_of_slot: Vec<u32>,
    pub(super) combinations: Vec<u32>,
    /// Which attributes each combination has: the first in the lowest bit. There are at most 64.
    pub(super) combination_has: Vec<u64>,
    /// Where the postings of each term end; the postings: slot and code.
    posting_ends: Vec<u32>,
    posting_slots: Vec<u32>,
    posting_codes: Vec<u8>,
}

/// Room for one search at a time; one for each thread and index.
///
/// What follows from the subject's genres alone is kept for the next search: ask for items of one
/// genre set one after the other, as [`Index::items`] gives them.
#[derive(Debug, Default)]
pub struct Scratch {
    dots: Vec<i32>,
    shared_genres: Vec<u32>,
    genres: Option<Genres>,
}

/// A subject's genres against the catalogue's.
#[derive(Debug)]
struct Genres {
    of: GenresOf,
    /// The genre part of each set.
    of_set: Vec<f32>,
    /// The sets with half or more in common.
    alike: Vec<usize>,
    /// The weighted genre part of each slot.
    weighted: Vec<f32>,
}

/// All that [`Genres`] follow from.
#[derive(Debug, PartialEq)]
struct GenresOf {
    genres: Vec<usize>,
    /// With those that no item has.
    count: usize,
    weight: f32,
    how: GenreSimilarity,
}

/// A search under way.
struct Search<'s> {
    subject: &'s Subject,
    weights: &'s Weights,
    limits: Limits<'s>,
    /// The most that metadata and year can add to a score.
    most: f32,
    dots: &'s [i32],
    genres: &'s Genres,
    best: TopK,
}

impl Index {
    /// Builds the index of features that were checked. Cost: a few passes over them.
    pub fn new(features: &Features<'_>) -> Index {
        let items = &features.items;
        let n = items.len();
        let genre = items.genre();
        let sets = genre.map_or(1, |genre| genre.sets());
        let set_of = |row: usize| genre.map_or(0, |genre| genre.set_of_item.index(row)).min(sets - 1);

        // Counting sort by genre set; rows stay in order within a set.
        let mut run_ends = alloc::vec![0u32; sets];
        (0..n).for_each(|row| run_ends[set_of(row)] += 1);
        let mut next = starts_of(&mut run_ends);
        let mut item_of_slot = alloc::vec![0u32; n];
        let mut set_of_slot = alloc::vec![0u32; n];
        for row in 0..n {
            let slot = &mut next[set_of(row)];
            item_of_slot[*slot as usize] = row as u32;
            set_of_slot[*slot as usize] = set_of(row) as u32;
            *slot += 1;
        }

        let mut posting_ends = alloc::vec![0u32; features.rows.vocabulary.terms.len()];
        for row in 0..n {
            for term in features.rows.row(ItemIx(row as u32)).terms {
                posting_ends[usize::from(term.get())] += 1;
            }
        }
        let mut next = starts_of(&mut posting_ends);
        let mut posting_slots = alloc::vec![0u32; features.rows.entries()];
        let mut posting_codes = alloc::vec![0u8; features.rows.entries()];
        for (slot, row) in item_of_slot.iter().enumerate() {
            let row = features.rows.row(ItemIx(*row));
            for (term, code) in row.terms.iter().zip(row.codes) {
                let place = &mut next[usize::from(term.get())];
                posting_slots[*place as usize] = slot as u32;
                posting_codes[*place as usize] = *code;
                *place += 1;
            }
        }

        let genres_of = |set: usize| genre.map_or_else(Vec::new, |genre| genre.set(set).collect::<Vec<_>>());
        let mut set_ends_of_genre = alloc::vec![0u32; genre.map_or(0, |genre| genre.values.len())];
        (0..sets)
            .flat_map(genres_of)
            .for_each(|value| set_ends_of_genre[value] += 1);
        let mut next = starts_of(&mut set_ends_of_genre);
        let mut sets_of_genre = alloc::vec![0u32; set_ends_of_genre.last().map_or(0, |end| *end as usize)];
        for set in 0..sets {
            for value in genres_of(set) {
                sets_of_genre[next[value] as usize] = set as u32;
                next[value] += 1;
            }
        }
        let rows = || item_of_slot.iter().map(|row| *row as usize);
        let (combination_of_row, combinations, combination_has) = combine(features);
        Index {
            set_scales: (0..sets)
                .map(|set| match genre.map_or(0, |genre| genre.set_len(set)) {
                    0 => 0.0,
                    genres => (1.0 / sqrt(genres as f64)) as f32,
                })
                .collect(),
            combination_of_slot: rows().map(|row| combination_of_row[row]).collect(),
            combinations,
            combination_has,
            scales: rows().map(|row| features.rows.row(ItemIx(row as u32)).scale).collect(),
            newest_year: rows().map(|row| items.years.at(row) as u16).max().unwrap_or(0),
            years: rows().map(|row| items.years.at(row) as u16).collect(),
            metadata: items
                .metadata()
                .map(|a| rows().map(|row| a.set_of_item.at(row) as u32).collect())
                .collect(),
            genre_counts: (0..sets)
                .map(|set| genre.map_or(0, |genre| genre.set_len(set) as u32))
                .collect(),
            item_of_slot,
            run_ends,
            set_of_slot,
            set_ends_of_genre,
            sets_of_genre,
            posting_ends,
            posting_slots,
            posting_codes,
        }
    }

    /// Bytes that it takes, for people.
    pub fn bytes(&self) -> usize {
        let per_item = 4 + 4 + 4 + 2 + 4 + 4 * self.metadata.len();
        let combinations = self.combinations.len() + 2 * self.combination_has.len();
        let sets = self.sets_of_genre.len() + self.set_scales.len() + combinations;
        self.item_of_slot.len() * per_item + self.posting_slots.len() * 5 + sets * 4
    }

    /// The sets that have a genre.
    pub(super) fn sets_of(&self, genre: usize) -> &[u32] {
        &self.sets_of_genre[run(&self.set_ends_of_genre, genre)]
    }

    /// The slots that have a term, ascending, with their codes.
    #[inline]
    pub(super) fn postings(&self, term: u16) -> impl Iterator<Item = (u32, u8)> + '_ {
        let postings = run(&self.posting_ends, usize::from(term));
        let codes = self.posting_codes[postings.clone()].iter();
        self.posting_slots[postings].iter().copied().zip(codes.copied())
    }

    /// The best items for `subject`, best first.
    pub fn search(
        &self,
        subject: &Subject,
        weights: &Weights,
        how: GenreSimilarity,
        limits: Limits<'_>,
        scratch: &mut Scratch,
    ) -> Vec<Hit> {
        self.add_up_text(subject, scratch);
        self.compare_genres(subject, weights, how, scratch);
        let Some(genres) = &scratch.genres else {
            return Vec::new();
        };
        let (metadata, year) = subject.most();
        let most = Parts {
            genre: 0.0,
            text: 0.0,
            metadata,
            year,
        }
        .score(weights);
        let dots = &scratch.dots;
        let mut search = Search {
            subject,
            weights,
            limits,
            most,
            dots,
            genres,
            best: TopK::new(limits.n),
        };
        for set in &genres.alike {
            self.search_slots(&mut search, run(&self.run_ends, *set), true);
        }
        self.search_slots(&mut search, 0..self.item_of_slot.len(), false);
        search.best.into_hits()
    }

    /// The rows of all items, with those of one genre set together.
    pub fn items(&self) -> &[u32] {
        &self.item_of_slot
    }

    /// The dot product of the subject's row with the row at every slot.
    ///
    /// In `i32`, which SIMD turns into floats: `255² · 32,768 terms = 2.13e9 < 2³¹`.
    fn add_up_text(&self, subject: &Subject, scratch: &mut Scratch) {
        scratch.dots.clear();
        scratch.dots.resize(self.item_of_slot.len(), 0);
        for (term, own) in subject.terms.iter().zip(&subject.codes) {
            let own = i32::from(*own);
            let postings = run(&self.posting_ends, usize::from(*term));
            for (slot, code) in self.posting_slots[postings.clone()]
                .iter()
                .zip(&self.posting_codes[postings])
            {
                if let Some(dot) = scratch.dots.get_mut(*slot as usize) {
                    *dot += own * i32::from(*code);
                }
            }
        }
    }

    /// The genre part of every genre set and slot.
    fn compare_genres(&self, subject: &Subject, weights: &Weights, how: GenreSimilarity, scratch: &mut Scratch) {
        let of = GenresOf {
            genres: subject.genres.clone(),
            count: subject.genre_count,
            weight: weights.genre,
            how,
        };
        if scratch.genres.as_ref().is_some_and(|known| known.of == of) {
            return;
        }
        scratch.shared_genres.clear();
        scratch.shared_genres.resize(self.genre_counts.len(), 0);
        for genre in &subject.genres {
            for set in self.sets_of(*genre) {
                scratch.shared_genres[*set as usize] += 1;
            }
        }
        let sets = scratch.shared_genres.iter().zip(&self.genre_counts);
        let of_set: Vec<f32> = sets
            .map(|(shared, count)| set_similarity(how, *shared as usize, subject.genre_count, *count as usize))
            .collect();
        let alike = (0..of_set.len()).filter(|set| of_set[*set] >= ALIKE).collect();
        let weighted = self
            .set_of_slot
            .iter()
            .map(|set| weights.genre * of_set[*set as usize])
            .collect();
        scratch.genres = Some(Genres {
            of,
            of_set,
            alike,
            weighted,
        });
    }

    /// Looks at a run of slots, and scores those that can still reach the floor: only those whose
    /// genres are `alike`, or only the others.
    fn search_slots(&self, search: &mut Search<'_>, slots: Range<usize>, alike: bool) {
        // Blocks of a fixed size, so that the loop over one becomes a few SIMD instructions.
        const BLOCK: usize = 16;
        let by_dot = search.weights.text * search.subject.scale;
        let reaches =
            |weighted: f32, dot: i32, scale: f32, needed: f32| weighted + by_dot * scale * dot as f32 >= needed;
        let mut needed = search.needed();
        let (weighted_blocks, weighted_left) = search.genres.weighted[slots.clone()].as_chunks::<BLOCK>();
        let (dot_blocks, dots_left) = search.dots[slots.clone()].as_chunks::<BLOCK>();
        let (scale_blocks, scales_left) = self.scales[slots.clone()].as_chunks::<BLOCK>();
        let mut from = slots.start;
        for ((weighted, dots), scales) in weighted_blocks.iter().zip(dot_blocks).zip(scale_blocks) {
            let mut any = false;
            for lane in 0..BLOCK {
                any |= reaches(weighted[lane], dots[lane], scales[lane], needed);
            }
            if any {
                for lane in 0..BLOCK {
                    if reaches(weighted[lane], dots[lane], scales[lane], needed) {
                        self.score_slot(search, from + lane, alike);
                        needed = search.needed();
                    }
                }
            }
            from += BLOCK;
        }
        for (lane, ((weighted, dot), scale)) in weighted_left.iter().zip(dots_left).zip(scales_left).enumerate() {
            if reaches(*weighted, *dot, *scale, needed) {
                self.score_slot(search, from + lane, alike);
                needed = search.needed();
            }
        }
    }

    fn score_slot(&self, search: &mut Search<'_>, slot: usize, alike: bool) {
        let genre = search.genres.of_set[self.set_of_slot[slot] as usize];
        let item = ItemIx(self.item_of_slot[slot]);
        if (genre >= ALIKE) != alike || search.limits.among.is_some_and(|among| !among.has(item)) {
            return;
        }
        let score = self.score_at(search.subject, search.weights, genre, search.dots[slot], slot);
        if score > 0.0 && reaches(score, search.limits.min) && search.limits.except != Some(item) {
            // No factor is above 1: an item whose plain score does not reach the floor does not reach it at all.
            let factor = search.limits.factors.and_then(|factors| factors.get(item.at()));
            let score = factor.map_or(score, |factor| score * factor);
            search.best.push(Hit { score, item });
        }
    }
}

impl Index {
    /// The score of a slot, given its genre part and its dot product with the subject's text.
    #[inline]
    fn score_at(&self, subject: &Subject, weights: &Weights, genre: f32, dot: i32, slot: usize) -> f32 {
        let text = text_similarity(dot as u32, subject.scale * self.scales[slot]);
        let parts = Parts {
            genre,
            text: f32::from(text) / TEXT_ONE,
            metadata: subject.metadata(self.metadata.iter().map(|sets| u64::from(sets[slot]))),
            year: subject.year(self.years[slot]),
        };
        parts.score(weights)
    }

    /// The score of every item, by rows: those of which [`Index::search`] gives the largest.
    ///
    /// Cost: some 10 ns an item; a search, which scores only what can be among the best, takes a tenth.
    pub fn scores(&self, subject: &Subject, weights: &Weights, how: GenreSimilarity) -> Vec<f32> {
        let mut scratch = Scratch::default();
        self.add_up_text(subject, &mut scratch);
        self.compare_genres(subject, weights, how, &mut scratch);
        let mut scores = alloc::vec![0.0; self.item_of_slot.len()];
        let of_set = scratch.genres.map(|genres| genres.of_set).unwrap_or_default();
        for (slot, (row, dot)) in self.item_of_slot.iter().zip(&scratch.dots).enumerate() {
            let genre = of_set.get(self.set_of_slot[slot] as usize).copied().unwrap_or(0.0);
            scores[*row as usize] = self.score_at(subject, weights, genre, *dot, slot);
        }
        scores
    }

    /// The newest year of any item; 0 if none has one.
    pub fn newest_year(&self) -> u16 {
        self.newest_year
    }
}

impl Search<'_> {
    /// The weighted genre and text parts below which no score reaches the floor, whatever the metadata
    /// and the year give.
    ///
    /// Slots don't come in row order, so one that just reaches the floor may have the lower row and
    /// be kept. It lies 1e-4 lower than exact arithmetic says, which is far more than all rounding,
    /// that of the text similarity to 1/65535 included.
    fn needed(&self) -> f32 {
        self.best.floor().unwrap_or(0.0).max(self.limits.min) - self.most - 1e-4
    }
}

/// Numbers the distinct combinations of metadata sets: that of each row, the sets of each, and which are not empty.
///
/// One attribute after the other, by a counting sort each: rows of one combination so far stand
/// together, and of those the ones with the same next set are one combination.
fn combine(features: &Features<'_>) -> (Vec<u32>, Vec<u32>, Vec<u64>) {
    let n = features.items.len();
    let mut of_row = alloc::vec![0u32; n];
    let mut count = usize::from(n > 0);
    // A row of each combination.
    let mut example = alloc::vec![0u32; count];
    for attribute in features.items.metadata() {
        let mut ends = alloc::vec![0u32; count];
        of_row.iter().for_each(|known| ends[*known as usize] += 1);
        let mut next = starts_of(&mut ends);
        let mut sorted = alloc::vec![0u32; n];
        for (row, known) in of_row.iter().enumerate() {
            let place = &mut next[*known as usize];
            sorted[*place as usize] = row as u32;
            *place += 1;
        }
        // Of each set: the combination before that last met it, and what the two are now.
        let mut met = alloc::vec![(u32::MAX, 0u32); attribute.sets()];
        example.clear();
        for row in sorted {
            let set = &mut met[attribute.set_of_item.index(row as usize)];
            let before = of_row[row as usize];
            if set.0 != before {
                *set = (before, example.len() as u32);
                example.push(row);
            }
            of_row[row as usize] = set.1;
        }
        count = example.len();
    }
    let sets = |row: &u32| {
        let row = *row as usize;
        let mut before = 0;
        features.items.metadata().map(move |attribute| {
            let own = before + attribute.set_of_item.at(row) as u32;
            before += attribute.sets() as u32;
            own
        })
    };
    let combinations = example.iter().flat_map(sets).collect();
    let has = |row: &u32| {
        let set = |a: &Attribute<'_>| a.set_of_item.index(*row as usize);
        let bits = features.items.metadata().enumerate();
        bits.map(|(bit, attribute)| u64::from(set(attribute) > 0) << bit).sum()
    };
    (of_row, combinations, example.iter().map(has).collect())
}

/// Turns counts into the ends of consecutive runs; returns their starts.
fn starts_of(counts: &mut [u32]) -> Vec<u32> {
    let mut total = 0;
    let mut starts = Vec::with_capacity(counts.len());
    for count in counts {
        starts.push(total);
        total += *count;
        *count = total;
    }
    starts
}

fn run(ends: &[u32], i: usize) -> Range<usize> {
    let start = if i == 0 { 0 } else { ends[i - 1] as usize };
    start..ends[i] as usize
}
