//! A set of items of a catalogue: a bit for each row.

use alloc::vec::Vec;

use crate::{ids::ItemIx, pack::container::Ints};

/// Rows of a word.
pub const WORD: usize = 64;

/// A set of rows. Memory: an eighth of a byte a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Bits beyond the last row are 0.
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    /// No row of `rows`.
    pub fn none(rows: usize) -> Mask {
        Mask {
            words: alloc::vec![0; rows.div_ceil(WORD)],
            rows,
        }
    }

    /// All of `rows` rows.
    pub fn all(rows: usize) -> Mask {
        let mut mask = Mask::none(rows);
        mask.invert();
        mask
    }

    /// The rows whose value in `column` passes; `passes` says so for each value, and what lies beyond it does not.
    pub fn of_column(column: &Ints<'_>, passes: &[bool]) -> Mask {
        let passes = |value: u64| {
            let value = usize::try_from(value).unwrap_or(usize::MAX);
            passes.get(value).copied().unwrap_or(false)
        };
        Mask::of_values(column, passes)
    }

    /// The rows whose value in `column` is from `first` up, and below `end`.
    pub fn of_span(column: &Ints<'_>, first: u64, end: u64) -> Mask {
        let count = end.saturating_sub(first);
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        match column {
            Ints::U8(values) => {
                let mut mask = Mask::none(values.len());
                let words = mask.words.iter_mut().zip(values.chunks(WORD));
                words.for_each(|(word, values)| *word = super::simd::within_u8(values, first, count));
                return mask;
            }
            Ints::U16(values) => {
                let mut mask = Mask::none(values.len());
                let words = mask.words.iter_mut().zip(values.chunks(WORD));
                words.for_each(|(word, values)| *word = super::simd::within_u16(values, first, count));
                return mask;
            }
            _ => {}
        }
        Mask::of_values(column, |value| value.wrapping_sub(first) < count)
    }

    #[inline(always)]
    fn of_values(column: &Ints<'_>, passes: impl Fn(u64) -> bool) -> Mask {
        let mut mask = Mask::none(column.len());
        match column {
            Ints::U8(values) => mask.fill(values, |value| passes(u64::from(*value))),
            Ints::U16(values) => mask.fill(values, |value| passes(u64::from(value.get()))),
            Ints::U32(values) => mask.fill(values, |value| passes(u64::from(value.get()))),
            Ints::U64(values) => mask.fill(values, |value| passes(value.get())),
        }
        mask
    }

    #[inline(always)]
    fn fill<T>(&mut self, values: &[T], passes: impl Fn(&T) -> bool) {
        for (word, values) in self.words.iter_mut().zip(values.chunks(WORD)) {
            // The last first, so that each bit is shifted by one.
            *word = values
                .iter()
                .rev()
                .fold(0, |word, value| word << 1 | u64::from(passes(value)));
        }
    }

    /// Whether it has a row.
    #[inline]
    pub fn has(&self, item: ItemIx) -> bool {
        let word = self.words.get(item.at() / WORD).copied().unwrap_or(0);
        word >> (item.at() % WORD) & 1 > 0
    }

    /// Adds a row; one that the catalogue lacks is no row.
    pub fn add(&mut self, item: ItemIx) {
        if item.at() < self.rows
            && let Some(word) = self.words.get_mut(item.at() / WORD)
        {
            *word |= 1 << (item.at() % WORD);
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, item: ItemIx) {
        if let Some(word) = self.words.get_mut(item.at() / WORD) {
            *word &= !(1 << (item.at() % WORD));
        }
    }

    /// Keeps the rows that `other` has too.
    pub fn keep(&mut self, other: &Mask) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(own, other)| *own &= other);
    }

    /// Adds the rows that `other` has.
    pub fn add_all(&mut self, other: &Mask) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(own, other)| *own |= other);
    }

    /// Becomes the set of all other rows.
    pub fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        if let Some(last) = self.words.last_mut() {
            *last &= u64::MAX >> ((WORD - self.rows % WORD) % WORD);
        }
    }

    /// How many rows it has.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The words: row `i` is bit `i % 64` of word `i / 64`.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Its rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = ItemIx> + '_ {
        let words = self.words.iter().enumerate();
        words.flat_map(|(at, word)| rows_of(at, *word))
    }
}

/// The rows that word `at` stands for, ascending.
#[inline]
pub fn rows_of(at: usize, word: u64) -> impl Iterator<Item = ItemIx> {
    let mut left = word;
    core::iter::from_fn(move || {
        let bit = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        (bit < u64::BITS).then_some(ItemIx(at as u32 * u64::BITS + bit))
    })
}
