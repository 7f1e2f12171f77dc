//! Search: the words of all titles, folded, the items of each, and the shard that has an item's card.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::{
    container::{Container, Ints, Writer},
    layout::{kind, section},
    strings::{self, Strings},
    varint,
};
use crate::{
    error::OpenError,
    fold::{MAX_WORD, Words},
    ids::ItemIx,
};

/// A place that is not told apart from later ones.
const FAR: usize = 3;

/// The index of titles, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The words, ascending.
    pub words: Strings<'a>,
    ends: Ints<'a>,
    postings: &'a [u8],
    shard_of: Ints<'a>,
    shards: Ints<'a>,
}

/// An item that has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The item.
    pub item: ItemIx,
    place: usize,
    /// Whether the word is at the last place of the title.
    pub last: bool,
}

impl Posting {
    /// Whether the word has that place in the title. From the fourth on places are not told apart.
    #[inline]
    pub fn is_at(&self, place: usize) -> bool {
        self.place == place.min(FAR)
    }
}

impl<'a> Search<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Search<'a>, OpenError> {
        Ok(Search {
            words: Strings::open(part, section::WORD_ENDS, section::WORD_BYTES, "words")?,
            ends: part.ints(section::POSTING_ENDS, "titles of words")?,
            postings: part.bytes(section::POSTINGS, "titles of words")?,
            shard_of: part.ints(section::CARD_SHARD_OF, "shard of a card")?,
            shards: part.ints(section::CARD_SHARDS, "shards of cards")?,
        })
    }

    /// Checks every value, for a catalogue of `items`.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        let ensure = |ok: bool, what| if ok { Ok(()) } else { Err(OpenError::Value { what }) };
        self.words.check_sorted("words")?;
        self.words.check_longest(MAX_WORD, "words")?;
        ensure(!self.words.get(0).is_empty() || self.words.is_empty(), "words")?;
        self.ends.check_len(self.words.len(), "titles of words")?;
        self.ends.check_ends(self.postings.len(), "titles of words")?;
        for word in 0..self.words.len() {
            let mut postings = self.postings(word);
            let (mut count, mut below) = (0, true);
            for posting in &mut postings {
                count += 1;
                below &= posting.item.at() < items;
            }
            ensure(count > 0 && below && postings.rest.is_empty(), "titles of a word")?;
        }
        self.shard_of.check_len(items, "shard of a card")?;
        self.shard_of
            .check_below(self.shards.len().max(1) as u64, "shard of a card")
    }

    /// The items that have a word, ascending; none for a word that there isn't.
    #[inline]
    pub fn postings(&self, word: usize) -> Postings<'a> {
        Postings {
            rest: self.postings.get(self.ends.run(word)).unwrap_or_default(),
            next: 0,
        }
    }

    /// Number of items. The part has at least a byte for each, so what a query keeps of them is bounded by it.
    pub fn items(&self) -> usize {
        self.shard_of.len()
    }

    /// The shard that has an item's card, by its name in [`Part::Shard`](super::Part::Shard); `None` if the index names no shards.
    pub fn shard_of(&self, item: ItemIx) -> Option<u64> {
        let known = !self.shards.is_empty() && item.at() < self.items();
        known.then(|| self.shards.at(self.shard_of.index(item.at())))
    }
}

/// The items of a word, ascending.
#[derive(Clone, Debug)]
pub struct Postings<'a> {
    rest: &'a [u8],
    /// The least row that the next item may have.
    next: u64,
}

impl Iterator for Postings<'_> {
    type Item = Posting;

    /// `None` at the end, and where the bytes are no posting.
    #[inline]
    fn next(&mut self) -> Option<Posting> {
        let code = varint::take(&mut self.rest, MAX_POSTING)?;
        let row = self.next + (code >> 3);
        self.next = row + 1;
        Some(Posting {
            item: ItemIx(u32::try_from(row).ok()?),
            place: (code >> 1 & 3) as usize,
            last: code & 1 > 0,
        })
    }
}

/// Longest posting, in bytes: 28 bits of a row and three more.
const MAX_POSTING: usize = 5;

/// Writes the index of the titles, in the order of their rows. `shards`: the name of the shard that has the card of each, or none at
/// all.
///
/// # Errors
/// As [`Writer::finish`].
pub fn write(titles: &[&str], shards: &[u64]) -> Result<Vec<u8>, OpenError> {
    let mut index: BTreeMap<String, Vec<(u64, usize, bool)>> = BTreeMap::new();
    for (row, title) in titles.iter().enumerate() {
        let words = Words::of(title);
        for word in words.each.into_iter().chain(words.joined) {
            let place = word.place.unwrap_or(FAR).min(FAR);
            let postings = index.entry(word.text).or_default();
            match postings.last_mut() {
                // Of a word that a title has twice the first place counts.
                Some((last_row, first, last)) if *last_row == row as u64 => {
                    *first = place.min(*first);
                    *last |= word.last;
                }
                _ => postings.push((row as u64, place, word.last)),
            }
        }
    }
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(index.len());
    for postings in index.values() {
        let mut next = 0;
        for (row, place, last) in postings {
            varint::push(&mut bytes, (row - next) << 3 | (*place as u64) << 1 | u64::from(*last));
            next = row + 1;
        }
        ends.push(bytes.len() as u64);
    }
    let mut names = shards.to_vec();
    names.sort_unstable();
    names.dedup();
    let place = |row: usize| {
        shards
            .get(row)
            .map_or(0, |shard| names.partition_point(|name| name < shard)) as u64
    };
    let mut out = Writer::new(kind::SEARCH);
    strings::write(
        &mut out,
        section::WORD_ENDS,
        section::WORD_BYTES,
        index.keys().map(String::as_str),
    );
    out.ints(section::POSTING_ENDS, &ends);
    out.bytes(section::POSTINGS, bytes);
    out.ints(
        section::CARD_SHARD_OF,
        &(0..titles.len()).map(place).collect::<Vec<_>>(),
    );
    out.ints(section::CARD_SHARDS, &names);
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let part = write(&["The Office", "Spider-Man", "Office, Office", ""], &[7, 9, 7, 8]).unwrap();
        let part = Container::open(part, kind::SEARCH).unwrap();
        let search = Search::open(&part).unwrap();
        search.check(4).unwrap();
        let words: Vec<&str> = search.words.iter().collect();
        assert_eq!(words, ["man", "office", "spider", "spiderman", "the"]);
        let of = |word: &str| {
            let postings = search.postings(search.words.find(word).unwrap());
            postings
                .map(|found| (found.item.0, found.place, found.last))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("office"), [(0, 0, true), (2, 0, true)]);
        assert_eq!(of("the"), [(0, FAR, false)]);
        assert_eq!(of("spiderman"), [(1, 0, true)]);
        assert_eq!(search.postings(99).count(), 0);
        let shards: Vec<Option<u64>> = (0..5).map(|row| search.shard_of(ItemIx(row))).collect();
        assert_eq!(shards, [Some(7), Some(9), Some(7), Some(8), None]);
    }

    #[test]
    fn a_catalogue_of_another_size_or_an_index_without_titles() {
        let part = Container::open(write(&["One", "Two"], &[]).unwrap(), kind::SEARCH).unwrap();
        let search = Search::open(&part).unwrap();
        assert!(search.check(2).is_ok() && search.check(1).is_err());
        assert_eq!(search.shard_of(ItemIx(0)), None);
        let empty = Container::open(write(&[], &[]).unwrap(), kind::SEARCH).unwrap();
        assert!(Search::open(&empty).unwrap().check(0).is_ok());
    }
}
