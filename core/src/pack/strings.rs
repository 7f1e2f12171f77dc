//! Strings one after the other, with the ends of each.

use alloc::vec::Vec;

use super::container::{Container, Ints, Writer};
use crate::error::OpenError;

/// A list of strings, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Strings<'a> {
    ends: Ints<'a>,
    bytes: &'a [u8],
}

impl<'a> Strings<'a> {
    /// The strings whose ends and bytes stand in the two sections.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] if one is missing.
    pub fn open(part: &'a Container, ends: u16, bytes: u16, what: &'static str) -> Result<Strings<'a>, OpenError> {
        Ok(Strings {
            ends: part.ints(ends, what)?,
            bytes: part.bytes(bytes, what)?,
        })
    }

    /// Checks ends, UTF-8, and that no string ends inside a character.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check(&self, what: &'static str) -> Result<(), OpenError> {
        self.ends.check_ends(self.bytes.len(), what)?;
        let text = core::str::from_utf8(self.bytes).map_err(|_| OpenError::Value { what })?;
        let whole = self.ends.iter().all(|end| text.is_char_boundary(end as usize));
        if whole { Ok(()) } else { Err(OpenError::Value { what }) }
    }

    /// Checks [`Strings::check`], and that each string is larger than the one before.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check_sorted(&self, what: &'static str) -> Result<(), OpenError> {
        self.check(what)?;
        let sorted = (1..self.len()).all(|i| self.bytes(i - 1) < self.bytes(i));
        if sorted { Ok(()) } else { Err(OpenError::Value { what }) }
    }

    /// Checks that none is longer than `most` bytes.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check_longest(&self, most: usize, what: &'static str) -> Result<(), OpenError> {
        let short = (0..self.len()).all(|i| self.ends.run(i).len() <= most);
        if short { Ok(()) } else { Err(OpenError::Value { what }) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// String `i`; empty beyond the end. Cost: a look at its bytes, since nothing here remembers that they were checked.
    pub fn get(&self, i: usize) -> &'a str {
        core::str::from_utf8(self.bytes(i)).unwrap_or_default()
    }

    /// The bytes of string `i`; none beyond the end. They compare as the strings do.
    #[inline]
    pub fn bytes(&self, i: usize) -> &'a [u8] {
        if i >= self.len() {
            return &[];
        }
        self.bytes.get(self.ends.run(i)).unwrap_or_default()
    }

    /// All strings.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// The place of a string among sorted ones.
    pub fn find(&self, wanted: &str) -> Option<usize> {
        let place = self.first_from(wanted);
        (place < self.len() && self.bytes(place) == wanted.as_bytes()).then_some(place)
    }

    /// The first of sorted strings that is `wanted` or comes after it; how many there are if none does.
    pub fn first_from(&self, wanted: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.bytes(middle) < wanted.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Writes strings into two sections.
pub fn write<'s>(out: &mut Writer, ends: u16, bytes: u16, strings: impl IntoIterator<Item = &'s str>) {
    let mut all = Vec::new();
    let mut all_ends = Vec::new();
    for string in strings {
        all.extend_from_slice(string.as_bytes());
        all_ends.push(all.len() as u64);
    }
    out.ints(ends, &all_ends);
    out.bytes(bytes, all);
}
