//! Calibration: a list whose genres have the shares that they have in a person's history.
//!
//! H. Steck, Calibrated recommendations, RecSys 2018. `p` are the shares wanted, `q` those of the list, where each item spreads
//! one vote over its genres. The list should have a small `KL(p ‖ q̃)` with `q̃ = (1 − α)·q + α·p`, which keeps it finite.
//!
//! `KL = Σ p·ln p − Σ p·ln q̃`. Whatever comes next, the shares of all other genres go down alike, so candidates differ by their own
//! genres only: a step costs a logarithm for each genre and for each different (genre, number of genres) of the pool.

use alloc::{vec, vec::Vec};
use core::ops::Range;

use crate::{ids::ItemIx, pack::items::Attribute};

/// α, the paper's value.
const SMOOTHING: f32 = 0.01;

/// Shares below this are none: no list could follow them, and their logarithms would leave the floats.
const LEAST: f32 = 1e-6;

/// Shares of genres, by their places in the dictionary, summing to 1: of what a list should follow.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) struct Taste(Vec<f32>);

impl Taste {
    /// Of items with weights and of preferred genres with weights; each side counts half if both say something. `None` if
    /// neither does.
    pub fn of(genre: Option<&Attribute<'_>>, liked: &[(ItemIx, f32)], preferred: &[(usize, f32)]) -> Option<Taste> {
        let genre = genre?;
        let mut of_items = vec![0.0f32; genre.values.len()];
        let mut of_preferred = of_items.clone();
        for (item, weight) in liked {
            let set = genre.set_of_item.index(item.at());
            let vote = weight / genre.set_len(set).max(1) as f32;
            genre.set(set).for_each(|value| add(&mut of_items, value, vote));
        }
        preferred
            .iter()
            .for_each(|(value, weight)| add(&mut of_preferred, *value, *weight));
        let sum = |shares: &[f32]| shares.iter().sum::<f32>();
        let sums = [sum(&of_items), sum(&of_preferred)];
        let sides = sums.iter().filter(|sum| **sum > 0.0).count();
        let [by_items, by_preferred] = sums.map(|sum| if sum > 0.0 { 1.0 / (sum * sides as f32) } else { 0.0 });
        let both = of_items.iter().zip(&of_preferred);
        let shares = both.map(|(items, preferred)| items * by_items + preferred * by_preferred);
        let mut shares: Vec<f32> = shares.map(|share| if share < LEAST { 0.0 } else { share }).collect();
        let kept = sum(&shares);
        shares.iter_mut().for_each(|share| *share /= kept);
        (sides > 0).then_some(Taste(shares))
    }
}

fn add(sums: &mut [f32], value: usize, weight: f32) {
    if let Some(sum) = sums.get_mut(value) {
        *sum += weight;
    }
}

/// What a list has so far, and what each candidate would make of it.
pub(super) struct Calibration<'v> {
    genre: &'v Attribute<'v>,
    /// `p`.
    wanted: &'v [f32],
    /// The votes of the list for each genre, and how many items it has.
    votes: Vec<f32>,
    items: usize,
    /// The different (genre, number of genres) of all candidates, and those of each candidate.
    ballots: Vec<(usize, usize)>,
    of_candidate: Vec<Range<usize>>,
    cast: Vec<usize>,
    /// What each ballot would add to `Σ p·ln q̃`.
    gains: Vec<f32>,
    /// `KL` if the next item had no genres.
    without: f32,
}

impl<'v> Calibration<'v> {
    pub fn new(genre: &'v Attribute<'v>, taste: &'v Taste, candidates: &[(ItemIx, f32)]) -> Calibration<'v> {
        let mut calibration = Calibration {
            genre,
            wanted: &taste.0,
            votes: vec![0.0; genre.values.len()],
            items: 0,
            ballots: Vec::new(),
            of_candidate: Vec::with_capacity(candidates.len()),
            cast: Vec::new(),
            gains: Vec::new(),
            without: 0.0,
        };
        let ballots_of = |item: &ItemIx| {
            let set = genre.set_of_item.index(item.at());
            genre.set(set).map(move |value| (value, genre.set_len(set)))
        };
        for ballot in candidates.iter().flat_map(|(item, _)| ballots_of(item)) {
            if let Err(place) = calibration.ballots.binary_search(&ballot) {
                calibration.ballots.insert(place, ballot);
            }
        }
        for (item, _) in candidates {
            let from = calibration.cast.len();
            let place = |ballot| calibration.ballots.binary_search(&ballot).ok();
            calibration.cast.extend(ballots_of(item).filter_map(place));
            calibration.of_candidate.push(from..calibration.cast.len());
        }
        calibration.count_gains();
        calibration
    }

    /// `KL` of the list if the candidate came next, 0 to ln 100.
    pub fn divergence(&self, candidate: usize) -> f32 {
        let range = self.of_candidate.get(candidate).cloned().unwrap_or_default();
        let cast = self.cast.get(range).unwrap_or_default();
        let gain = |ballot: &usize| self.gains.get(*ballot).copied().unwrap_or(0.0);
        self.without - cast.iter().map(gain).sum::<f32>()
    }

    /// Puts an item on the list.
    pub fn add(&mut self, item: ItemIx) {
        let set = self.genre.set_of_item.index(item.at());
        let vote = 1.0 / self.genre.set_len(set).max(1) as f32;
        self.genre.set(set).for_each(|value| add(&mut self.votes, value, vote));
        self.items += 1;
        self.count_gains();
    }

    fn count_gains(&mut self) {
        let by = (1.0 - SMOOTHING) / (self.items + 1) as f32;
        let smoothed = |votes: f32, wanted: f32| libm::logf(votes * by + SMOOTHING * wanted);
        // p·ln(p / q̃) of each genre as it is.
        let genres = self.wanted.iter().zip(&self.votes).filter(|(wanted, _)| **wanted > 0.0);
        self.without = genres
            .map(|(wanted, votes)| wanted * (libm::logf(*wanted) - smoothed(*votes, *wanted)))
            .sum();
        self.gains.clear();
        for (value, of) in &self.ballots {
            let wanted = self.wanted.get(*value).copied().unwrap_or(0.0);
            let votes = self.votes.get(*value).copied().unwrap_or(0.0);
            self.gains.push(if wanted > 0.0 {
                wanted * (smoothed(votes + 1.0 / *of as f32, wanted) - smoothed(votes, wanted))
            } else {
                0.0
            });
        }
    }
}
