//! The best few of many, with ties broken by row.

use alloc::vec::Vec;

use crate::ids::ItemIx;

/// An item with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The score; never NaN.
    pub score: f32,
    /// The item.
    pub item: ItemIx,
}

impl Hit {
    /// Whether it ranks before `other`: by the higher score, of equal scores by the lower row.
    #[inline]
    pub fn before(&self, other: &Hit) -> bool {
        self.score > other.score || (self.score == other.score && self.item < other.item)
    }
}

/// Keeps the best `n` hits in order. Memory: `n` hits; a push costs at most `n` moves, and few pushes
/// get that far.
#[derive(Clone, Debug)]
pub struct TopK {
    n: usize,
    hits: Vec<Hit>,
}

impl TopK {
    /// Room for the best `n`; at least 1.
    pub fn new(n: usize) -> TopK {
        TopK {
            n: n.max(1),
            hits: Vec::with_capacity(n.clamp(1, 1024)),
        }
    }

    /// The score that a hit must reach to be kept, if there is one yet: with an equal score it is
    /// kept when its row is lower.
    #[inline]
    pub fn floor(&self) -> Option<f32> {
        if self.hits.len() == self.n {
            self.hits.last().map(|hit| hit.score)
        } else {
            None
        }
    }

    /// Keeps the hit if it is among the best so far.
    #[inline]
    pub fn push(&mut self, hit: Hit) {
        if self.hits.len() == self.n {
            match self.hits.last() {
                Some(last) if hit.before(last) => self.hits.pop(),
                _ => return,
            };
        }
        let place = self.hits.partition_point(|kept| kept.before(&hit));
        self.hits.insert(place, hit);
    }

    /// The hits, best first.
    pub fn into_hits(self) -> Vec<Hit> {
        self.hits
    }
}
