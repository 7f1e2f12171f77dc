//! The one sort of the engine: keys of 64 bits, ascending.
//!
//! By heap (Williams 1964, as the standard library's `BinaryHeap` does it): each standard sort of a type of its own would be
//! 3 to 5 kB of wasm, and a question sorts no more than some thousand keys.

use alloc::{collections::BinaryHeap, vec::Vec};

use crate::ids::ItemIx;

/// The smallest few of many keys. A push costs a comparison, and for the few that get in `log₂ most` more.
#[derive(Clone, Debug)]
pub struct Smallest {
    keys: BinaryHeap<u64>,
    most: usize,
}

impl Smallest {
    /// Keeps the smallest `most` keys.
    pub fn new(most: usize) -> Smallest {
        Smallest {
            keys: BinaryHeap::new(),
            most,
        }
    }

    /// Whether the key would not be among the smallest.
    #[inline]
    pub fn refuses(&self, key: u64) -> bool {
        self.keys.len() >= self.most && self.keys.peek().is_none_or(|largest| key >= *largest)
    }

    /// The largest of them, if there are as many as there may be.
    pub fn largest(&self) -> Option<u64> {
        let full = self.keys.len() >= self.most;
        self.keys.peek().copied().filter(|_| full)
    }

    /// Keeps the key if it is among the smallest so far.
    #[inline]
    pub fn push(&mut self, key: u64) {
        if self.refuses(key) {
            return;
        }
        if self.keys.len() >= self.most {
            self.keys.pop();
        }
        self.keys.push(key);
    }

    /// The keys, ascending.
    pub fn ascending(self) -> Vec<u64> {
        self.keys.into_sorted_vec()
    }
}

/// Rows ascending, each with its place before; equal rows keep their order.
pub fn by_row(rows: impl Iterator<Item = ItemIx>) -> Vec<(ItemIx, usize)> {
    let key = |(place, row): (usize, ItemIx)| u64::from(row.0) << 32 | place as u64;
    let keys = BinaryHeap::from(rows.enumerate().map(key).collect::<Vec<u64>>()).into_sorted_vec();
    let row = |key: u64| (ItemIx((key >> 32) as u32), key as u32 as usize);
    keys.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_ascend_and_equal_ones_stay_in_order() {
        let rows = [5, 2, 5, 0, 2].map(ItemIx);
        let sorted = by_row(rows.into_iter()).into_iter().map(|(row, place)| (row.0, place));
        assert_eq!(sorted.collect::<Vec<_>>(), [(0, 3), (2, 1), (2, 4), (5, 0), (5, 2)]);
    }

    #[test]
    fn the_smallest_are_kept_whatever_comes_first() {
        for most in [0, 1, 7, 100] {
            let mut smallest = Smallest::new(most);
            let keys = (0..50u64).map(|i| i * 37 % 50);
            keys.for_each(|key| smallest.push(key));
            assert_eq!(smallest.ascending(), (0..50.min(most as u64)).collect::<Vec<_>>());
        }
    }
}
