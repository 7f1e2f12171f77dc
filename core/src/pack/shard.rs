//! Shards: some 64 similar items with their neighbour lists, and the cards of all that those lists
//! name. A shard answers for its own items without any other part.
//!
//! The list of popular items is a shard without lists.
//!
//! A shard has numbers of its own: its `lists` own items first, then the others. It keeps the text
//! part of each score; genre, metadata and year parts follow from the cards by the same kernel.

use alloc::vec::Vec;

use zerocopy::little_endian::U16;

use super::{
    container::{Container, Ints, Writer},
    display::{self, Display, DisplayData},
    items::{self, Items, ItemsData},
    layout::{MAX_ITEMS, kind, section},
    lists::{self, Lists},
    popularity::{self, Popularity},
};
use crate::{error::OpenError, ids::ItemIx};

/// A shard, read in place.
#[derive(Clone, Debug)]
pub struct Shard<'a> {
    /// Its items; the first [`Lists::len`] are its own.
    pub items: Items<'a>,
    /// What is shown of them.
    pub display: Display<'a>,
    /// The neighbours of its own items, in the shard's numbers.
    pub lists: Lists<'a>,
    text_scores: &'a [U16],
    rows: Ints<'a>,
    /// Of its items; `None` if nothing is known of what people did, and in a shard that isn't the list of popular items.
    pub popularity: Option<Popularity<'a>>,
}

impl<'a> Shard<'a> {
    /// Finds the sections; looks at shapes only.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Shard<'a>, OpenError> {
        Ok(Shard {
            items: Items::open(part)?,
            display: Display::open(part)?,
            lists: Lists::open(part)?,
            text_scores: part.u16s(section::LIST_TEXT_SCORES, "text scores")?,
            rows: part.ints(section::SHARD_ROWS, "rows of a shard")?,
            popularity: part
                .has(section::POPULARITY)
                .then(|| Popularity::open(part))
                .transpose()?,
        })
    }

    /// Checks every value, for a catalogue of `catalogue` items.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check(&self, catalogue: usize) -> Result<(), OpenError> {
        self.items.check()?;
        let items = self.items.len();
        self.display.check(items)?;
        if self.lists.len() > items || catalogue > MAX_ITEMS {
            return Err(OpenError::Value {
                what: "number of neighbour lists",
            });
        }
        self.lists.check(self.lists.len(), items)?;
        if self.text_scores.len() as u64 != self.lists.len() as u64 * self.lists.length() as u64 {
            return Err(OpenError::Value {
                what: "number of text scores",
            });
        }
        if let Some(popularity) = &self.popularity {
            popularity.check(items)?;
        }
        self.rows.check_len(items, "rows of a shard")?;
        self.rows.check_below(catalogue as u64, "row of a shard")
    }

    /// The neighbours of own item `own`, best first, each with the text part of its score in
    /// units of 1/65535.
    pub fn neighbours(&self, own: ItemIx) -> impl Iterator<Item = (ItemIx, u16)> + '_ {
        let from = own.at() * self.lists.length();
        let score = move |place: usize| self.text_scores.get(from + place).map_or(0, |s| s.get());
        self.lists
            .get(own.at())
            .enumerate()
            .map(move |(place, item)| (ItemIx(item), score(place)))
    }

    /// The row that one of its items has in the whole pack.
    pub fn row(&self, item: ItemIx) -> ItemIx {
        ItemIx(self.rows.at(item.at()) as u32)
    }
}

/// A shard to write.
#[derive(Clone, Debug, Default)]
pub struct ShardData<'s> {
    /// Its items, its own first.
    pub items: ItemsData<'s>,
    /// What is shown of them.
    pub display: DisplayData<'s>,
    /// The neighbours of its own items, in the shard's numbers, each with its text score.
    pub lists: Vec<Vec<(u32, u16)>>,
    /// Room of a list.
    pub length: usize,
    /// The row of each item in the whole pack.
    pub rows: Vec<u32>,
    /// The popularity of each item, as codes, if it is the list of popular items and something is known of that.
    pub popularity: Vec<u64>,
}

/// Writes a shard.
///
/// # Errors
/// As [`Writer::finish`].
pub fn write(data: &ShardData<'_>) -> Result<Vec<u8>, OpenError> {
    let mut out = Writer::new(kind::SHARD);
    items::write(&mut out, &data.items);
    display::write(&mut out, &data.display);
    let numbers: Vec<Vec<u32>> = data
        .lists
        .iter()
        .map(|list| list.iter().map(|(item, _)| *item).collect())
        .collect();
    lists::write(&mut out, &numbers, data.length, data.items.ids.len());
    let place = |list: &Vec<(u32, u16)>, i: usize| list.get(i).map_or(0, |(_, text)| *text);
    let texts = data
        .lists
        .iter()
        .flat_map(|list| (0..data.length).map(move |i| place(list, i)));
    out.u16s(section::LIST_TEXT_SCORES, &texts.collect::<Vec<_>>());
    out.ints(
        section::SHARD_ROWS,
        &data.rows.iter().map(|row| u64::from(*row)).collect::<Vec<_>>(),
    );
    if !data.popularity.is_empty() {
        popularity::write(&mut out, &data.popularity);
    }
    out.finish()
}
