//! The collaborative scores of every item for one person, computed only where they can matter.
//!
//! What the sparse rows of a history say is added up at once. The dense part of an item is a dot product, and of those the
//! Cauchy-Schwarz inequality knows beforehand how large they get: at most the length of the person's vector times that of the
//! item's. Rows stand by popularity and popular items have long vectors; so a block of rows has one bound, and for most
//! blocks it says that none of their items is among the best. (Pruning by length, for exact search of inner products: Teflioudi,
//! Gemulla, Mykytiuk 2015, LEMP.) Scores are those of the plain loops, bit by bit.

use alloc::vec::Vec;

use zerocopy::little_endian::F32;

use super::{
    factors::{PersonVector, add_scores, add_sparse, squares},
    mask::WORD,
    weighing::largest,
};
use crate::{
    ids::ItemIx,
    pack::{Collaborative, collaborative::Factors},
};

/// Rows of a block.
const BLOCK: usize = WORD;
/// What a bound is multiplied by, for the rounding of both sides of the comparison: some ulps, 6e-8 each.
const MARGIN: f32 = 1.0 + 1e-5;

/// What is made of a model once, for all people.
#[derive(Debug)]
pub struct ModelIndex {
    /// Where each sparse row ends: [`Collaborative::sparse_ends`].
    pub ends: Vec<u32>,
    /// For each block of rows the length of its longest vector.
    longest: Vec<f32>,
}

impl ModelIndex {
    /// Cost: a pass over the factors. Memory: 4 bytes an item.
    pub fn of(model: &Collaborative<'_>) -> ModelIndex {
        let (factors, rank) = (model.item_factors(), model.rank());
        let rows = rank.max(1);
        // The sum of squares is a whole number below 2²⁴, so exact.
        let length = |(codes, scale): (&[i8], &F32)| scale.get() * libm::sqrtf(squares(codes) as f32);
        let longest = |(codes, scales): (&[i8], &[F32])| {
            let lengths = codes.chunks_exact(rows).zip(scales).map(length);
            lengths.fold(0.0, f32::max)
        };
        let blocks = factors.codes.chunks(BLOCK * rows).zip(factors.scales.chunks(BLOCK));
        ModelIndex {
            ends: model.sparse_ends(),
            longest: blocks.map(longest).collect(),
        }
    }
}

/// The scores that one history gets.
#[derive(Debug)]
pub struct ModelScores<'m> {
    factors: Factors<'m>,
    longest: &'m [f32],
    liked: Sums,
    disliked: Option<Sums>,
}

/// What the items of a history give to every item.
#[derive(Debug)]
struct Sums {
    /// From the sparse rows; in the blocks that are `whole` from the dense part too.
    sums: Vec<f32>,
    whole: Vec<bool>,
    /// `None` if it is 0.
    vector: Option<PersonVector>,
    /// Length of the vector.
    length: f32,
}

impl<'m> ModelScores<'m> {
    /// Of what was liked, less what was disliked: items with weights above 0, each once, ascending.
    ///
    /// Cost: the sparse rows of the history, and the blocks that have to be looked at for the largest score.
    pub fn of(
        model: &Collaborative<'m>,
        index: &'m ModelIndex,
        liked: &[(ItemIx, f32)],
        disliked: &[(ItemIx, f32)],
        items: usize,
    ) -> ModelScores<'m> {
        let sums = |events: &[(ItemIx, f32)]| Sums::of(model, &index.ends, events, items);
        ModelScores {
            factors: model.item_factors(),
            longest: &index.longest,
            liked: sums(liked),
            disliked: (!disliked.is_empty()).then(|| sums(disliked)),
        }
    }

    /// The largest score that the liked items give, 0 if none is above. Blocks that had to be looked at for that are not computed again.
    pub fn largest_liked(&mut self) -> f32 {
        let mut most = 0.0;
        for block in 0..self.liked.whole.len() {
            if self.bound(block * BLOCK) > most {
                most = f32::max(most, self.liked.complete(&self.factors, block));
            }
        }
        most
    }

    /// What no score of the block that begins at this row exceeds.
    #[inline]
    pub fn bound(&self, from: usize) -> f32 {
        let sums = self.liked.sums.get(from..).unwrap_or_default();
        let most = largest(sums.get(..BLOCK).unwrap_or(sums));
        match (&self.liked.vector, self.liked.whole.get(from / BLOCK)) {
            (Some(_), Some(false)) => {
                let longest = self.longest.get(from / BLOCK).copied().unwrap_or(0.0);
                (most + self.liked.length * longest) * MARGIN
            }
            _ => most,
        }
    }

    /// The scores of the items from row `from` on, where a block begins; at most a block.
    pub fn block(&self, from: usize, out: &mut [f32]) {
        self.liked.block(&self.factors, from, out);
        if let Some(disliked) = &self.disliked {
            let mut less = [0.0; BLOCK];
            let less = less.get_mut(..out.len()).unwrap_or_default();
            disliked.block(&self.factors, from, less);
            for (score, less) in out.iter_mut().zip(less) {
                *score = without(*score, *less);
            }
        }
    }

    /// The score of one item.
    pub fn one(&self, item: ItemIx) -> f32 {
        let liked = self.liked.one(&self.factors, item);
        match &self.disliked {
            Some(disliked) => without(liked, disliked.one(&self.factors, item)),
            None => liked,
        }
    }
}

/// What a dislike leaves of a score: it never raises one.
#[inline]
pub fn without(liked: f32, disliked: f32) -> f32 {
    liked - if disliked > 0.0 { disliked } else { 0.0 }
}

impl Sums {
    fn of(model: &Collaborative<'_>, ends: &[u32], events: &[(ItemIx, f32)], items: usize) -> Sums {
        let mut sums = alloc::vec![0.0; items];
        add_sparse(model, ends, events, &mut sums);
        let vector = PersonVector::of(model, events);
        Sums {
            whole: alloc::vec![vector.is_none(); items.div_ceil(BLOCK)],
            sums,
            length: vector.as_ref().map_or(0.0, PersonVector::length),
            vector,
        }
    }

    /// Adds the dense part of a block for good, if that wasn't done; returns its largest score.
    fn complete(&mut self, factors: &Factors<'_>, block: usize) -> f32 {
        let from = block * BLOCK;
        let to = self.sums.len().min(from + BLOCK);
        let sums = self.sums.get_mut(from..to).unwrap_or_default();
        if let (Some(vector), Some(whole)) = (&self.vector, self.whole.get_mut(block))
            && !core::mem::replace(whole, true)
        {
            add_scores(factors, vector, from, sums);
        }
        largest(sums)
    }

    fn block(&self, factors: &Factors<'_>, from: usize, out: &mut [f32]) {
        let Some(sums) = self.sums.get(from..from + out.len()) else {
            return;
        };
        out.copy_from_slice(sums);
        if let (Some(vector), Some(false)) = (&self.vector, self.whole.get(from / BLOCK)) {
            add_scores(factors, vector, from, out);
        }
    }

    fn one(&self, factors: &Factors<'_>, item: ItemIx) -> f32 {
        let sum = self.sums.get(item.at()).copied().unwrap_or(0.0);
        match (&self.vector, self.whole.get(item.at() / BLOCK)) {
            (Some(vector), Some(false)) => sum + vector.score(factors, item),
            _ => sum,
        }
    }
}
