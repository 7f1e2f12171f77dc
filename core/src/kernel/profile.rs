//! A whole history against the whole catalogue: what its items are like, taken together.
//!
//! The profile of a history is a sum over its items, each with its weight:
//! - genres: of unit vectors, `1/√genres` for each genre of an item. An item's genre part is the cosine
//!   of its genres with that sum.
//! - text: of the unit text rows; the 32 strongest terms of the sum are kept. The text part is the cosine
//!   with those.
//! - metadata: for each attribute the share of the history that has the item's values, of what has any;
//!   the mean over the attributes that both have.
//! - years: the mean nearness to the years of the history.
//!
//! What was disliked makes a profile of the same kind, divided by the lengths of the liked one. So a part of
//! it is never negative, grows with the weight of the dislikes, and is subtracted.
//!
//! Parts that follow from the genre set or from the metadata are computed once a set, not once an item:
//! an item costs two table look-ups, and text goes by the posting lists of the index.

use alloc::vec::Vec;

use super::{
    index::Index,
    similarity::{Features, YEAR_SPAN, year_similarity},
    topk::{Hit, TopK},
};
use crate::{engine::Weights, ids::ItemIx, sqrt::sqrt};

/// How many terms of a history's texts count.
pub const TERMS: usize = 32;
/// Years are below this.
const YEARS: usize = 10_000;

/// What a history is like, ready to score a catalogue with. The weights are in it.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The genre part of each genre set.
    of_set: Vec<f32>,
    /// The metadata part of each combination of metadata sets.
    of_combination: Vec<f32>,
    /// The year part of each year; empty if years don't count.
    pub(super) of_year: Vec<f32>,
    /// Terms with their weights in steps: `32 terms · 32,767 · 255 = 2.7e8 < 2³¹`, so dot products are sums in
    /// `i32`. A weight is off by at most half a step, 1/65,534 of the largest.
    pub(super) terms: Vec<(u16, i32)>,
    pub(super) term_step: f32,
    /// What the parts of sets are sums of, for [`explain`](super::explain): of each genre, by the history and by being preferred;
    /// of each set of each metadata attribute, which attributes count, and the weight of all.
    pub(super) genres: Vec<f32>,
    pub(super) preferred: Vec<f32>,
    pub(super) metadata_shares: Vec<f32>,
    pub(super) metadata_counts: u64,
    pub(super) metadata_weight: f32,
}

/// What the sums of a profile are divided by. A part of which a history has nothing has the length 1.
#[derive(Clone, Debug)]
pub struct Lengths {
    genre: f64,
    text: f64,
    metadata: Vec<f64>,
    year: f64,
}

impl Lengths {
    /// The lengths of an empty history: those of one item with weight 1.
    fn of_nothing(features: &Features<'_>) -> Lengths {
        Lengths {
            genre: 1.0,
            text: 1.0,
            metadata: alloc::vec![1.0; features.items.metadata().count()],
            year: 1.0,
        }
    }
}

impl Profile {
    /// The profile of liked items with weights above 0, each item once, ascending; and its lengths.
    pub fn liked(
        features: &Features<'_>,
        index: &Index,
        history: &[(ItemIx, f32)],
        weights: &Weights,
    ) -> (Profile, Lengths) {
        let mut lengths = Lengths::of_nothing(features);
        let profile = Profile::make(features, index, history, weights, &mut lengths, true);
        (profile, lengths)
    }

    /// The profile of disliked items, by the lengths of the liked ones.
    pub fn disliked(
        features: &Features<'_>,
        index: &Index,
        history: &[(ItemIx, f32)],
        weights: &Weights,
        lengths: &Lengths,
    ) -> Profile {
        let mut lengths = lengths.clone();
        Profile::make(features, index, history, weights, &mut lengths, false)
    }

    /// The profile of nobody: no item has anything in common with it.
    pub fn empty(index: &Index) -> Profile {
        Profile {
            of_set: alloc::vec![0.0; index.set_scales.len()],
            of_combination: alloc::vec![0.0; index.combination_has.len()],
            ..Profile::default()
        }
    }

    fn make(
        features: &Features<'_>,
        index: &Index,
        history: &[(ItemIx, f32)],
        weights: &Weights,
        lengths: &mut Lengths,
        own: bool,
    ) -> Profile {
        let mut profile = Profile::empty(index);
        if weights.genre > 0.0 {
            profile.add_genres(features, index, history, weights.genre, lengths, own);
        }
        if weights.text > 0.0 {
            profile.add_text(features, history, weights.text, lengths, own);
        }
        if weights.metadata > 0.0 {
            profile.add_metadata(features, index, history, weights.metadata, lengths, own);
        }
        if weights.year > 0.0 {
            profile.add_years(features, history, weights.year, lengths, own);
        }
        profile
    }

    fn add_genres(
        &mut self,
        features: &Features<'_>,
        index: &Index,
        history: &[(ItemIx, f32)],
        weight: f32,
        lengths: &mut Lengths,
        own: bool,
    ) {
        let Some(genre) = features.items.genre() else { return };
        let mut sums = alloc::vec![0.0f64; genre.values.len()];
        for (item, liking) in history {
            let set = genre.set_of_item.index(item.at());
            let unit = f64::from(*liking) * f64::from(index.set_scales[set]);
            genre.set(set).for_each(|value| sums[value] += unit);
        }
        if own {
            lengths.genre = length(sums.iter().copied());
        }
        let by = f64::from(weight) / lengths.genre;
        self.genres = sums.iter().map(|sum| (by * sum) as f32).collect();
        add_to_sets(&mut self.of_set, index, &self.genres, &index.set_scales);
    }

    fn add_text(
        &mut self,
        features: &Features<'_>,
        history: &[(ItemIx, f32)],
        weight: f32,
        lengths: &mut Lengths,
        own: bool,
    ) {
        let mut sums = alloc::vec![0.0f32; features.rows.vocabulary.terms.len()];
        for (item, liking) in history {
            let row = features.rows.row(*item);
            let unit = liking * row.scale;
            for (term, code) in row.terms.iter().zip(row.codes) {
                sums[usize::from(term.get())] += unit * f32::from(*code);
            }
        }
        // The strongest, of equal ones the first.
        let mut strongest = TopK::new(TERMS);
        for (term, sum) in sums.iter().enumerate() {
            if *sum > strongest.floor().unwrap_or(0.0) {
                strongest.push(Hit {
                    score: *sum,
                    item: ItemIx(term as u32),
                });
            }
        }
        let strongest = strongest.into_hits();
        if own {
            lengths.text = length(strongest.iter().map(|hit| f64::from(hit.score)));
        }
        let Some(most) = strongest.first().map(|hit| f64::from(hit.score)) else {
            return;
        };
        let steps = f64::from(i16::MAX) / most;
        let term = |hit: &Hit| (hit.item.0 as u16, (f64::from(hit.score) * steps + 0.5) as i32);
        self.terms.extend(strongest.iter().map(term));
        self.term_step = (f64::from(weight) / lengths.text / steps) as f32;
    }

    fn add_metadata(
        &mut self,
        features: &Features<'_>,
        index: &Index,
        history: &[(ItemIx, f32)],
        weight: f32,
        lengths: &mut Lengths,
        own: bool,
    ) {
        // For each set of each attribute, how much of the history has it; 0 for the empty one.
        let mut shares: Vec<f32> = Vec::new();
        // A bit for each attribute that something of the history has: the others don't count.
        let mut counts = 0u64;
        for (bit, (attribute, total)) in features.items.metadata().zip(&mut lengths.metadata).enumerate() {
            let from = shares.len();
            shares.resize(from + attribute.sets(), 0.0);
            let of_set = |item: &ItemIx| attribute.set_of_item.index(item.at());
            let having = || history.iter().filter(|(item, _)| of_set(item) > 0);
            let known: f64 = having().map(|(_, liking)| f64::from(*liking)).sum();
            counts |= u64::from(known > 0.0) << bit;
            if own && known > 0.0 {
                *total = known;
            }
            for (item, liking) in having() {
                shares[from + of_set(item)] += (f64::from(*liking) / *total) as f32;
            }
        }
        let sets = index.combinations.chunks_exact(lengths.metadata.len().max(1));
        let shares_of_set = shares.as_slice();
        for ((part, sets), has) in self.of_combination.iter_mut().zip(sets).zip(&index.combination_has) {
            let sum: f32 = sets.iter().map(|set| shares_of_set[*set as usize]).sum();
            let both = (has & counts).count_ones();
            *part = weight * (sum / both.max(1) as f32);
        }
        self.metadata_shares = shares;
        self.metadata_counts = counts;
        self.metadata_weight = weight;
    }

    fn add_years(
        &mut self,
        features: &Features<'_>,
        history: &[(ItemIx, f32)],
        weight: f32,
        lengths: &mut Lengths,
        own: bool,
    ) {
        let mut sums = alloc::vec![0.0f32; YEARS];
        let mut total = 0.0;
        for (item, liking) in history {
            let Some(year) = features.items.year(*item) else {
                continue;
            };
            total += f64::from(*liking);
            // 0 is no year.
            let near = usize::from((year + 1).saturating_sub(YEAR_SPAN)).max(1)..=usize::from(year + YEAR_SPAN - 1);
            for other in near {
                if let Some(sum) = sums.get_mut(other) {
                    *sum += liking * year_similarity(year, other as u16);
                }
            }
        }
        if own && total > 0.0 {
            lengths.year = total;
        }
        let by = f64::from(weight) / lengths.year;
        sums.iter_mut().for_each(|sum| *sum = (by * f64::from(*sum)) as f32);
        self.of_year = sums;
    }

    /// Adds the share of the preferred genres that an item has: genres by their place in the
    /// dictionary, with weights, and the weight of all that are preferred, also of those that no item has.
    pub fn add_preferred(&mut self, features: &Features<'_>, index: &Index, preferred: &[(usize, f32)], total: f32) {
        let Some(genre) = features.items.genre() else { return };
        if total <= 0.0 {
            return;
        }
        let mut shares = alloc::vec![0.0f32; genre.values.len()];
        for (value, weight) in preferred {
            shares[*value] += weight / total;
        }
        let ones = alloc::vec![1.0; self.of_set.len()];
        add_to_sets(&mut self.of_set, index, &shares, &ones);
        self.preferred = shares;
    }

    /// The score of every item, by rows.
    pub fn scores(&self, index: &Index) -> Vec<f32> {
        let items = index.item_of_slot.len();
        // Text by slots, since posting lists ascend by them.
        let mut dots = alloc::vec![0i32; items];
        for (term, own) in &self.terms {
            for (slot, code) in index.postings(*term) {
                if let Some(dot) = dots.get_mut(slot as usize) {
                    *dot += own * i32::from(code);
                }
            }
        }
        let mut out = alloc::vec![0.0f32; items];
        let texts = dots.iter().zip(&index.scales);
        let sets = index.set_of_slot.iter().zip(&index.combination_of_slot);
        let (of_set, of_combination) = (self.of_set.as_slice(), self.of_combination.as_slice());
        for ((row, (dot, scale)), (set, combination)) in index.item_of_slot.iter().zip(texts).zip(sets) {
            let text = *dot as f32 * (scale * self.term_step);
            if let Some(out) = out.get_mut(*row as usize) {
                *out = (text + of_set[*set as usize]) + of_combination[*combination as usize];
            }
        }
        if !self.of_year.is_empty() {
            for (row, year) in index.item_of_slot.iter().zip(&index.years) {
                if let Some(out) = out.get_mut(*row as usize) {
                    *out += self.of_year.get(usize::from(*year)).copied().unwrap_or(0.0);
                }
            }
        }
        out
    }
}

/// Adds to the part of each genre set the sum of what its genres have, times the set's scale.
fn add_to_sets(parts: &mut [f32], index: &Index, of_genre: &[f32], scales: &[f32]) {
    let mut sums = alloc::vec![0.0f32; parts.len()];
    for (genre, own) in of_genre.iter().enumerate().filter(|(_, own)| **own != 0.0) {
        for set in index.sets_of(genre) {
            sums[*set as usize] += own;
        }
    }
    for ((part, sum), scale) in parts.iter_mut().zip(&sums).zip(scales) {
        *part += sum * scale;
    }
}

/// Length of a vector; 1 for one of zeros.
fn length(values: impl Iterator<Item = f64>) -> f64 {
    let squares: f64 = values.map(|value| value * value).sum();
    if squares > 0.0 { sqrt(squares) } else { 1.0 }
}
