//! The collaborative scores of items for one person, each computed where it can matter.
//!
//! What the sparse rows of a history say is added up at once. The dense part of an item is a dot product, and of those the
//! Cauchy-Schwarz inequality knows beforehand how large they get: at most the length of the person's vector times that of the
//! item's. So most items, and most blocks of rows as a whole, are known not to be among the best without being looked at: rows
//! stand by popularity, and popular items have long vectors. (Exact search of inner products by length: Teflioudi, Gemulla,
//! Mykytiuk 2015, LEMP.)

use alloc::vec::Vec;

use super::{
    factors::{PersonVector, add_sparse},
    mask::WORD,
    weighing::{Bounds, largest},
};
use crate::{
    ids::ItemIx,
    pack::{Collaborative, collaborative::Factors},
    sqrt::sqrt,
};

/// What a bound is multiplied by, for its own rounding and that of what it bounds: a few times 6e-8.
const MARGIN: f32 = 1.0 + 1e-5;

/// What is made of a model once, for all people.
#[derive(Debug)]
pub struct ModelIndex {
    /// Where each sparse row ends: [`Collaborative::sparse_ends`].
    pub ends: Vec<u32>,
    /// The length of each item's vector.
    lengths: Vec<f32>,
    /// The largest of each block of [`WORD`] rows.
    longest: Vec<f32>,
}

impl ModelIndex {
    /// Cost: a pass over the factors. Memory: 8 bytes an item.
    pub fn of(model: &Collaborative<'_>) -> ModelIndex {
        let factors = model.item_factors();
        let length = |row: usize| {
            let (codes, scale) = factors.row(ItemIx(row as u32), model.rank());
            let squares: i32 = codes.iter().map(|code| i32::from(*code) * i32::from(*code)).sum();
            scale * sqrt(f64::from(squares)) as f32
        };
        let lengths: Vec<f32> = (0..model.len()).map(length).collect();
        ModelIndex {
            ends: model.sparse_ends(),
            longest: lengths.chunks(WORD).map(largest).collect(),
            lengths,
        }
    }
}

/// The scores that one history gets.
#[derive(Debug)]
pub struct ModelScores<'m> {
    factors: Factors<'m>,
    index: &'m ModelIndex,
    liked: Sums,
    disliked: Option<Sums>,
    /// The length of the vector of `liked`.
    length: f32,
    /// What no score of each block of [`WORD`] rows exceeds.
    bounds: Vec<f32>,
}

/// What the items of a history give to every item.
#[derive(Debug)]
struct Sums {
    /// From the sparse rows.
    sparse: Vec<f32>,
    /// What gives the dense part; `None` if that is 0.
    vector: Option<PersonVector>,
}

impl<'m> ModelScores<'m> {
    /// Of what was liked, less what was disliked: items with weights above 0, each once, ascending.
    ///
    /// Cost: the sparse rows of the history.
    pub fn of(
        model: &Collaborative<'m>,
        index: &'m ModelIndex,
        liked: &[(ItemIx, f32)],
        disliked: &[(ItemIx, f32)],
    ) -> ModelScores<'m> {
        let sums = |events: &[(ItemIx, f32)]| {
            let mut sparse = alloc::vec![0.0; model.len()];
            add_sparse(model, &index.ends, events, &mut sparse);
            Sums {
                sparse,
                vector: PersonVector::of(model, events),
            }
        };
        let liked = sums(liked);
        let length = MARGIN * liked.vector.as_ref().map_or(0.0, PersonVector::length);
        let bound = |(sparse, longest)| largest(sparse) + length * longest;
        ModelScores {
            factors: model.item_factors(),
            index,
            bounds: liked.sparse.chunks(WORD).zip(&index.longest).map(bound).collect(),
            length,
            liked,
            disliked: (!disliked.is_empty()).then(|| sums(disliked)),
        }
    }

    /// The largest score that the liked items give, 0 if none is above.
    pub fn largest_liked(&self) -> f32 {
        let mut most = 0.0;
        for from in (0..self.liked.sparse.len()).step_by(WORD) {
            if self.block_bound(from) <= most {
                continue;
            }
            for row in from..self.liked.sparse.len().min(from + WORD) {
                let item = ItemIx(row as u32);
                if self.bound(item) > most {
                    let score = self.liked.one(&self.factors, item);
                    most = if score > most { score } else { most };
                }
            }
        }
        most
    }

    /// What no score of the block of [`WORD`] rows that begins at `from` exceeds.
    pub fn block_bound(&self, from: usize) -> f32 {
        self.bounds.get(from / WORD).copied().unwrap_or(0.0)
    }

    /// What the score of an item doesn't exceed.
    #[inline(always)] // part of the innermost loop over a catalogue, also in a build for size
    pub fn bound(&self, item: ItemIx) -> f32 {
        let length = self.index.lengths.get(item.at()).copied().unwrap_or(0.0);
        self.liked.sparse(item) + self.length * length
    }

    /// What no scores of the block of [`WORD`] rows that begins at `from` exceed, row by row; the rows' content scores are `content`.
    pub fn bounds<'b>(&'b self, content: &'b [f32], from: usize) -> Bounds<'b> {
        Bounds {
            content: block(content, from),
            sums: block(&self.liked.sparse, from),
            lengths: block(&self.index.lengths, from),
            length: self.length,
        }
    }

    /// The score of an item.
    pub fn one(&self, item: ItemIx) -> f32 {
        let liked = self.liked.one(&self.factors, item);
        let disliked = self.disliked.as_ref().map(|sums| sums.one(&self.factors, item));
        disliked.map_or(liked, |disliked| without(liked, disliked))
    }
}

/// The scores of the block of rows that begins at `from`.
pub fn block(scores: &[f32], from: usize) -> &[f32] {
    let scores = scores.get(from..).unwrap_or_default();
    scores.get(..WORD).unwrap_or(scores)
}

/// What a dislike leaves of a score: it never raises one.
#[inline]
pub fn without(liked: f32, disliked: f32) -> f32 {
    liked - if disliked > 0.0 { disliked } else { 0.0 }
}

impl Sums {
    #[inline]
    fn sparse(&self, item: ItemIx) -> f32 {
        self.sparse.get(item.at()).copied().unwrap_or(0.0)
    }

    fn one(&self, factors: &Factors<'_>, item: ItemIx) -> f32 {
        let dense = self.vector.as_ref().map_or(0.0, |vector| vector.score(factors, item));
        self.sparse(item) + dense
    }
}
