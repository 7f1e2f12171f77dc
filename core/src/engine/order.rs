//! Order: what is personal first, by its score; then all others, by popularity. And of that order one page.
//!
//! Nothing is sorted whole. Every item has a key of 64 bits, which ascends along the order; one pass keeps the
//! smallest keys, as many as the page ends at. A block of rows whose best score can't be among them is skipped, and of the others
//! only those rows are looked at one by one whose own bound says that they may be.

use alloc::vec::Vec;
use core::ops::Range;

use super::{personal::Personal, rerank::Reranking, show::Popularity};
use crate::{
    ids::ItemIx,
    kernel::{
        ascending::Smallest,
        mask::{Mask, WORD, rows_of},
    },
};

/// What items there are to put in order, and by what.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// The items.
    pub among: Mask,
    /// What the person is known to like; `None` for nobody.
    pub personal: Option<&'a Personal<'a>>,
    pub popularity: Popularity<'a>,
    /// Scores that the caller brought, ascending by row: they count and not the person's.
    pub given: &'a [(ItemIx, f32)],
    /// What each item's score is multiplied by before it is ranked, 0 to 1, by rows; `None` for 1.
    pub factors: Option<&'a [f32]>,
    /// The same for single items, ascending by row, and of any size.
    pub boosts: &'a [(ItemIx, f32)],
}

/// An item of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub item: ItemIx,
    /// The score if it is personal or the caller's; `None` if the item is there because it is popular.
    pub score: Option<f32>,
    /// What it is ranked by: the score or the popularity, times its factors.
    pub in_force: f32,
}

impl Order<'_> {
    /// The items at these places of the order, as far as there are any.
    ///
    /// Cost: a pass over the scores, and 8 to 16 bytes for each place up to the last.
    pub fn places(&self, places: Range<usize>) -> Vec<Placed> {
        let wanted = places.end - places.start.min(places.end);
        if wanted == 0 {
            return Vec::new();
        }
        if self.personal.is_none() && self.factors.is_none() && self.given.is_empty() && self.boosts.is_empty() {
            // By popularity alone: the rows stand in that order.
            let rows = self.among.rows().skip(places.start);
            return rows.take(wanted).map(|item| self.placed(item)).collect();
        }
        let mut smallest = Smallest::new(places.end);
        let mut plain = Plain::of(self);
        for (at, word) in self.among.words().iter().enumerate() {
            let word = plain.take_special(at, *word, &mut |item| smallest.push(self.placed(item).key()));
            if word != 0 {
                plain.push_block(at, word, &mut smallest);
            }
        }
        let keys = smallest.ascending();
        let page = keys.into_iter().skip(places.start);
        page.map(|key| self.placed(ItemIx(key as u32))).collect()
    }

    /// These items in their order.
    pub fn sorted(&self, items: &[ItemIx]) -> Vec<Placed> {
        let mut smallest = Smallest::new(items.len());
        items.iter().for_each(|item| smallest.push(self.placed(*item).key()));
        smallest
            .ascending()
            .into_iter()
            .map(|key| self.placed(ItemIx(key as u32)))
            .collect()
    }

    /// The smallest score of all, with those that are set apart, and 1 if none has one: what is only popular goes on below
    /// it.
    pub fn least(&self, apart: &Reranking<'_>) -> f32 {
        let mut least = f32::INFINITY;
        let mut look = |item: ItemIx| {
            if let Some(score) = self.score(item) {
                least = least.min(score);
            }
        };
        self.among.rows().for_each(&mut look);
        for list in [&apart.pins, &apart.buried] {
            list.iter().for_each(|item| look(*item));
        }
        if least < f32::INFINITY { least } else { 1.0 }
    }

    /// The score of an item, if it is personal or the caller's.
    pub fn score(&self, item: ItemIx) -> Option<f32> {
        of_row(self.given, item).or_else(|| {
            let score = self.personal.map_or(0.0, |personal| personal.scores(item).score);
            (score > 0.0).then_some(score)
        })
    }

    /// An item as it stands in the order.
    pub fn placed(&self, item: ItemIx) -> Placed {
        let score = self.score(item);
        let own = score.unwrap_or_else(|| self.popularity.of(item));
        Placed {
            item,
            score,
            in_force: own * self.factor(item) * of_row(self.boosts, item).unwrap_or(1.0),
        }
    }

    /// A key that comes before those of this item and the following, if none has a score above `most` or a factor above 1, or is
    /// it.
    fn first(&self, most: f32, item: ItemIx) -> u64 {
        match most > 0.0 {
            true => key(true, most, item),
            false => key(false, self.popularity.of(item), item),
        }
    }

    fn factor(&self, item: ItemIx) -> f32 {
        let factor = self.factors.and_then(|factors| factors.get(item.at()));
        factor.copied().unwrap_or(1.0)
    }
}

impl Placed {
    fn key(&self) -> u64 {
        key(self.score.is_some(), self.in_force, self.item)
    }
}

/// What ascends along the order: first what has a score, then the larger value, then the lower row.
///
/// Values of 0 or more are ordered as their bits are, and their first bit is 0.
fn key(scored: bool, value: f32, item: ItemIx) -> u64 {
    let falling = !value.to_bits() & (u32::MAX >> 1);
    u64::from(!scored) << 63 | u64::from(falling) << 32 | u64::from(item.0)
}

/// The value of a key of what has a score.
fn score_of(key: u64) -> Option<f32> {
    let scored = key >> 63 == 0;
    scored.then(|| f32::from_bits(!((key >> 32) as u32) & (u32::MAX >> 1)))
}

/// The value of a row in a list that ascends by row.
fn of_row(list: &[(ItemIx, f32)], item: ItemIx) -> Option<f32> {
    let place = list.binary_search_by_key(&item, |(item, _)| *item).ok()?;
    list.get(place).map(|(_, value)| *value)
}

/// Items by the block: those whose scores are the person's, and whose factors are at most 1.
struct Plain<'o, 'a> {
    order: &'o Order<'a>,
    given: &'o [(ItemIx, f32)],
    boosts: &'o [(ItemIx, f32)],
}

impl<'o, 'a> Plain<'o, 'a> {
    fn of(order: &'o Order<'a>) -> Plain<'o, 'a> {
        Plain {
            order,
            given: order.given,
            boosts: order.boosts,
        }
    }

    /// Calls `each` with the other items of a word, and returns the word without them.
    fn take_special(&mut self, at: usize, mut word: u64, each: &mut dyn FnMut(ItemIx)) -> u64 {
        for list in [&mut self.given, &mut self.boosts] {
            while let Some(((item, _), rest)) = list.split_first()
                && item.at() / WORD <= at
            {
                *list = rest;
                let bit = 1 << (item.at() % WORD);
                if word & bit > 0 {
                    word &= !bit;
                    each(*item);
                }
            }
        }
        word
    }

    fn push_block(&self, at: usize, mut word: u64, smallest: &mut Smallest) {
        let order = self.order;
        let from = ItemIx((at * WORD) as u32);
        let most = order.personal.map_or(0.0, |personal| personal.block_bound(from.at()));
        // Popularity never rises from row to row.
        if smallest.refuses(order.first(most, from)) {
            return;
        }
        if let (Some(least), Some(personal)) = (smallest.largest().and_then(score_of), order.personal) {
            word &= personal.reaching(from.at(), least);
        }
        for item in rows_of(at, word) {
            let most = order.personal.map_or(0.0, |personal| personal.bound(item));
            if !smallest.refuses(order.first(most, item)) {
                let score = order.personal.map_or(0.0, |personal| personal.scores(item).score);
                let own = if score > 0.0 { score } else { order.popularity.of(item) };
                smallest.push(key(score > 0.0, own * order.factor(item), item));
            }
        }
    }
}
