//! Every item against the whole catalogue: what the pipeline runs.
//!
//! The answers are those of [`scan`](super::scan()), item for item and score for score; a test says so. The
//! ways there differ, since an index pays when every item asks:
//!
//! - Items are numbered anew, by genre set and then by row ("slots"), so one genre part serves a
//!   whole run of slots, and a run that can't reach the floor is skipped without a look at it.
//! - Text goes by posting lists: a title has some nine terms, so its dot products with everything
//!   touch some tens of thousands of postings and not 83,658 rows.
//! - Within a run the text part needed to reach the floor is a threshold on `dot × scale`; only those
//!   that pass get their exact score. The threshold lies a little low, never high.

use alloc::vec::Vec;

use super::{
    similarity::{Features, Parts, Subject, TEXT_ONE, text_similarity},
    topk::{Hit, TopK},
};
use crate::{
    engine::Weights,
    ids::ItemIx,
    pack::GenreSimilarity,
};

/// An index over features for asking about every item.
///
/// Memory: 9 bytes a text entry and some 16 bytes an item, next to the features themselves.
#[derive(Debug)]
pub struct AllPairs<'a> {
    features: &'a Features<'a>,
    weights: Weights,
    how: GenreSimilarity,
    /// The row at each slot.
    item_of_slot: Vec<ItemIx>,
    /// Where the slots of each genre set end.
    run_ends: Vec<usize>,
    /// Text scale, year and metadata sets of each slot.
    scales: Vec<f32>,
    years: Vec<u16>,
    metadata: Vec<Vec<u32>>,
    /// Where the postings of each term end, and the postings: slot and code.
    posting_ends: Vec<usize>,
    posting_slots: Vec<u32>,
    posting_codes: Vec<u8>,
}

/// Room that one thread works in.
#[derive(Debug)]
pub struct Scratch {
    dots: Vec<u32>,
}

impl<'a> AllPairs<'a> {
    /// Builds the index. Cost: a few passes over the features.
    pub fn new(features: &'a Features<'a>, weights: Weights, how: GenreSimilarity) -> AllPairs<'a> {
        let items = &features.items;
        let n = items.len();
        let sets = items.genre().map_or(1, |genre| genre.sets());
        let set_of = |row: usize| items.genre().map_or(0, |genre| genre.set_of_item.index(row)).min(sets - 1);

        // Counting sort by genre set; rows stay in order within a set.
        let mut run_ends = alloc::vec![0usize; sets];
        (0..n).for_each(|row| run_ends[set_of(row)] += 1);
        let mut next = starts_of(&mut run_ends);
        let mut item_of_slot = alloc::vec![ItemIx(0); n];
        let mut slot_of_item = alloc::vec![0u32; n];
        for (row, slot_of_row) in slot_of_item.iter_mut().enumerate() {
            let slot = &mut next[set_of(row)];
            item_of_slot[*slot] = ItemIx(row as u32);
            *slot_of_row = *slot as u32;
            *slot += 1;
        }

        let mut posting_ends = alloc::vec![0usize; features.rows.vocabulary.terms.len()];
        for row in 0..n {
            for term in features.rows.row(ItemIx(row as u32)).terms {
                posting_ends[usize::from(term.get())] += 1;
            }
        }
        let mut next = starts_of(&mut posting_ends);
        let mut posting_slots = alloc::vec![0u32; features.rows.entries()];
        let mut posting_codes = alloc::vec![0u8; features.rows.entries()];
        for (slot, item) in item_of_slot.iter().enumerate() {
            let row = features.rows.row(*item);
            for (term, code) in row.terms.iter().zip(row.codes) {
                let place = &mut next[usize::from(term.get())];
                posting_slots[*place] = slot as u32;
                posting_codes[*place] = *code;
                *place += 1;
            }
        }

        let by_slot = |value: &dyn Fn(usize) -> u32| item_of_slot.iter().map(|item| value(item.at())).collect();
        AllPairs {
            scales: item_of_slot.iter().map(|item| features.rows.row(*item).scale).collect(),
            years: item_of_slot.iter().map(|item| items.years.at(item.at()) as u16).collect(),
            metadata: items.metadata().map(|a| by_slot(&|row| a.set_of_item.at(row) as u32)).collect(),
            features,
            weights,
            how,
            item_of_slot,
            run_ends,
            posting_ends,
            posting_slots,
            posting_codes,
        }
    }

    /// Room for one thread.
    pub fn scratch(&self) -> Scratch {
        Scratch { dots: alloc::vec![0; self.item_of_slot.len()] }
    }

    /// The best `n` for an item of the catalogue, with scores of at least `min` and above 0.
    pub fn neighbours(&self, item: ItemIx, n: usize, min: f32, scratch: &mut Scratch) -> Vec<Hit> {
        let subject = Subject::of_features(self.features, item);
        let dots = &mut scratch.dots;
        dots.fill(0);
        for (term, own) in subject.terms.iter().zip(&subject.codes) {
            let term = usize::from(*term);
            let postings = run(&self.posting_ends, term);
            for (slot, code) in self.posting_slots[postings.clone()].iter().zip(&self.posting_codes[postings]) {
                dots[*slot as usize] += u32::from(*own) * u32::from(*code);
            }
        }

        let genre_of_set = subject.genre_of_sets(&self.features.items, self.how);
        let (metadata, year) = subject.most();
        let most = Parts { genre: 0.0, text: 1.0, metadata, year };
        let mut best = TopK::new(n);
        // The sets most like the subject's first: they raise the floor for the rest.
        for alike in [true, false] {
            for (set, genre) in genre_of_set.iter().enumerate().filter(|(_, genre)| (**genre >= 0.5) == alike) {
                let slots = run(&self.run_ends, set);
                if !slots.is_empty() && self.may_enter(&best, &Parts { genre: *genre, ..most }) {
                    self.search_run(&subject, item, slots, Parts { genre: *genre, ..most }, min, dots, &mut best);
                }
            }
        }
        best.into_hits()
    }

    /// Whether a score made of at most these parts could be kept. Slots don't come in row order, so
    /// one that just reaches the floor may have the lower row.
    fn may_enter(&self, best: &TopK, most: &Parts) -> bool {
        best.floor().is_none_or(|floor| most.score(&self.weights) >= floor)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one search, handed on once")]
    fn search_run(
        &self,
        subject: &Subject,
        except: ItemIx,
        slots: core::ops::Range<usize>,
        most: Parts,
        min: f32,
        dots: &[u32],
        best: &mut TopK,
    ) {
        const LANES: usize = 8;
        let mut from = slots.start;
        while from < slots.end {
            let to = (from + LANES).min(slots.end);
            let needed = self.text_needed(best, &most);
            let passes = |slot: usize| dots[slot] as f32 * (subject.scale * self.scales[slot]) >= needed;
            if needed > 0.0 && !(from..to).fold(false, |any, slot| any | passes(slot)) {
                from = to;
                continue;
            }
            for slot in (from..to).filter(|slot| passes(*slot)) {
                let text = text_similarity(dots[slot], subject.scale * self.scales[slot]);
                let parts = Parts {
                    genre: most.genre,
                    text: f32::from(text) / TEXT_ONE,
                    metadata: subject.metadata(self.metadata.iter().map(|sets| u64::from(sets[slot]))),
                    year: subject.year(self.years[slot]),
                };
                let score = parts.score(&self.weights);
                let item = self.item_of_slot[slot];
                if score > 0.0 && score >= min && item != except {
                    best.push(Hit { score, item });
                }
            }
            from = to;
        }
    }

    /// A text similarity below which a score with at most the other parts of `most` stays under the
    /// floor. 1e-4 lower than exact arithmetic says: far more than its rounding and that of the text
    /// similarity to 1/65535.
    fn text_needed(&self, best: &TopK, most: &Parts) -> f32 {
        let Some(floor) = best.floor() else { return 0.0 };
        let short = floor - Parts { text: 0.0, ..*most }.score(&self.weights);
        if short <= 0.0 || self.weights.text <= 0.0 { 0.0 } else { short / self.weights.text - 1e-4 }
    }
}

/// Turns counts into the ends of consecutive runs; returns their starts.
fn starts_of(counts: &mut [usize]) -> Vec<usize> {
    let mut total = 0;
    let mut starts = Vec::with_capacity(counts.len());
    for count in counts {
        starts.push(total);
        total += *count;
        *count = total;
    }
    starts
}

fn run(ends: &[usize], i: usize) -> core::ops::Range<usize> {
    (if i == 0 { 0 } else { ends[i - 1] })..ends[i]
}
