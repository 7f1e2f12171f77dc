//! Order: the best items first, then all others by popularity; and of that order one page.
//!
//! Nothing is sorted whole. A page near the beginning is found in one pass that keeps the best few; one
//! far down by selection.

use alloc::vec::Vec;

use super::{history::History, personal::Personal};
use crate::{
    ids::ItemIx,
    kernel::{Hit, TopK},
};

/// Pages that end within so many items are found by keeping that many.
const SHALLOW: usize = 256;

/// An item of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub item: ItemIx,
    /// The score if it is personal; `None` if it is there because it is popular.
    pub score: Option<f32>,
}

/// A page, and what goes on below the personal items.
#[derive(Debug)]
pub(super) struct Page {
    pub items: Vec<Placed>,
    /// The smallest personal score of all, 1 if there is none; known if the page has popular items.
    pub least: f32,
}

/// What is to be left out of a page.
pub(super) struct Choice<'a> {
    pub history: &'a History,
    pub include_seen: bool,
}

impl Choice<'_> {
    fn leaves_out(&self, item: ItemIx) -> bool {
        !self.include_seen && self.history.has_seen(item)
    }

    /// How many of `items` items there are to page through.
    pub fn total(&self, items: usize) -> usize {
        if self.include_seen {
            items
        } else {
            items.saturating_sub(self.history.seen.len())
        }
    }
}

/// The page of `n` items from `offset` on.
pub(super) fn page(personal: &Personal, choice: &Choice<'_>, offset: usize, n: usize) -> Page {
    let end = offset.saturating_add(n);
    let (hits, found, least) = if end <= SHALLOW {
        let best = best(personal, choice, end);
        let least = best.last().map_or(1.0, |hit| hit.score);
        (best.get(offset..).unwrap_or_default().to_vec(), best.len(), least)
    } else {
        far_down(personal, choice, offset, n)
    };
    let place = |hit: &Hit| Placed {
        item: hit.item,
        score: Some(hit.score),
    };
    let mut items: Vec<Placed> = hits.iter().map(place).collect();
    // All others. `found` is the number of personal items, if there are fewer than the page could hold.
    if items.len() < n {
        let rows = 0..personal.len() as u32;
        let others = rows
            .map(ItemIx)
            .filter(|item| !choice.leaves_out(*item) && personal.scores(*item).score <= 0.0)
            .map(|item| Placed { item, score: None });
        items.extend(others.skip(offset.saturating_sub(found)).take(n - items.len()));
    }
    Page { items, least }
}

/// The best `n` items with a score above 0.
fn best(personal: &Personal, choice: &Choice<'_>, n: usize) -> Vec<Hit> {
    // Only a block with something above the floor is looked at item by item.
    const BLOCK: usize = 64;
    let mut best = TopK::new(n);
    let mut floor = 0.0;
    let mut scores = [0.0f32; BLOCK];
    for from in (0..personal.len()).step_by(BLOCK) {
        let scores = &mut scores[..BLOCK.min(personal.len() - from)];
        if personal.scores_of(from, scores) <= floor {
            continue;
        }
        for (place, score) in scores.iter().enumerate() {
            let item = ItemIx((from + place) as u32);
            // Rows ascend: with a score equal to the floor a later one is not kept.
            if *score > floor && !choice.leaves_out(item) {
                best.push(Hit { score: *score, item });
                floor = best.floor().unwrap_or(0.0);
            }
        }
    }
    best.into_hits()
}

/// The hits of a page wherever it is, how many personal items there are, and the least score of them.
///
/// Memory: 8 bytes an item.
fn far_down(personal: &Personal, choice: &Choice<'_>, offset: usize, n: usize) -> (Vec<Hit>, usize, f32) {
    // Scores of 0 or more are ordered as their bits are: so these keys ascend as the ranking goes down.
    let key = |hit: Hit| u64::from(!hit.score.to_bits()) << 32 | u64::from(hit.item.0);
    let hit = |key: u64| Hit {
        score: f32::from_bits(!((key >> 32) as u32)),
        item: ItemIx(key as u32),
    };
    let rows = (0..personal.len() as u32).map(ItemIx);
    let mut keys: Vec<u64> = rows
        .map(|item| Hit {
            score: personal.scores(item).score,
            item,
        })
        .filter(|hit| hit.score > 0.0 && !choice.leaves_out(hit.item))
        .map(key)
        .collect();
    let found = keys.len();
    let least = keys.iter().max().map_or(1.0, |last| hit(*last).score);
    if offset >= found {
        return (Vec::new(), found, least);
    }
    let (_, first, rest) = keys.select_nth_unstable(offset);
    let mut page = TopK::new(n);
    page.push(hit(*first));
    if n > 1 && rest.len() >= n {
        rest.select_nth_unstable(n - 2);
    }
    rest.iter().take(n - 1).for_each(|key| page.push(hit(*key)));
    (page.into_hits(), found, least)
}
