//! Popularity of items: in the model of what people did, and with the short list of popular items.

use super::{
    container::{Container, Ints, Writer},
    layout::{POPULARITY_ONE, section},
};
use crate::{error::OpenError, ids::ItemIx};

/// Popularity of each item, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Popularity<'a>(Ints<'a>);

impl<'a> Popularity<'a> {
    /// Finds the section.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] if it is missing.
    pub fn open(part: &'a Container) -> Result<Popularity<'a>, OpenError> {
        Ok(Popularity(part.ints(section::POPULARITY, "popularity")?))
    }

    /// Checks every value, for a part of `items`.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        self.0.check_len(items, "popularity")?;
        let mut last = u64::from(POPULARITY_ONE);
        for popularity in self.0.iter() {
            if popularity > last {
                return Err(OpenError::Value { what: "popularity" });
            }
            last = popularity;
        }
        Ok(())
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// That of an item, 1 for the most popular, 0 for one that nobody wanted.
    #[inline]
    pub fn of(&self, item: ItemIx) -> f32 {
        let most = self.0.at(0).max(1);
        self.0.at(item.at()) as f32 / most as f32
    }

    /// The codes of the first items, for a part of their own.
    pub fn first(&self, items: usize) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().take(items)
    }
}

/// Writes codes, which never rise from item to item.
pub fn write(out: &mut Writer, codes: &[u64]) {
    out.ints(section::POPULARITY, codes);
}

/// The code of a popularity, where the most popular item has `most`. An item that somebody wanted stays apart from one that nobody
/// wanted.
pub fn code(popularity: f32, most: f32) -> u64 {
    match popularity > 0.0 {
        true => ((f64::from(popularity) / f64::from(most) * f64::from(POPULARITY_ONE) + 0.5) as u64).max(1),
        false => 0,
    }
}
