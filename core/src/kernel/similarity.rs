//! Content similarity of two items: genres, text, metadata, year.

use alloc::vec::Vec;

use zerocopy::little_endian::U16;

use crate::{
    engine::{NewItem, Weights},
    error::OpenError,
    ids::ItemIx,
    pack::{
        Container, GenreSimilarity,
        items::{Attribute, Items},
        rows::Rows,
    },
    sqrt::sqrt,
    text,
};

/// From so many years apart on, two years have nothing in common.
pub const YEAR_SPAN: u16 = 25;
/// Text similarity is a multiple of 1/65535, so that a shard keeps it exactly in 16 bits.
pub const TEXT_ONE: f32 = 65535.0;

/// What is scored: items with their text rows.
#[derive(Clone, Debug)]
pub struct Features<'a> {
    /// Ids, years, attributes.
    pub items: Items<'a>,
    /// Text rows.
    pub rows: Rows<'a>,
}

impl<'a> Features<'a> {
    /// Finds the sections of a features part; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Features<'a>, OpenError> {
        Ok(Features {
            items: Items::open(part)?,
            rows: Rows::open(part)?,
        })
    }

    /// Checks every value. After it, no score of these features can fail.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first value that the format does not allow.
    pub fn check(&self) -> Result<(), OpenError> {
        self.items.check()?;
        self.rows.check(self.items.len())
    }
}

/// The parts of a score, each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Likeness of the genre sets.
    pub genre: f32,
    /// Likeness of the summaries, a multiple of 1/65535.
    pub text: f32,
    /// Mean of the metadata matches.
    pub metadata: f32,
    /// Nearness of the years.
    pub year: f32,
}

impl Parts {
    /// The weighted sum, at most 1.
    ///
    /// Always added in this order: rounding is monotonic, so a sum of larger parts in the same order
    /// is never smaller, and a bound made of bounds holds exactly.
    #[inline]
    pub fn score(&self, w: &Weights) -> f32 {
        (((w.genre * self.genre + w.text * self.text) + w.metadata * self.metadata) + w.year * self.year).min(1.0)
    }
}

/// Whether a score, as people see it, is at least `min`: scores are shown to six decimals, so 0.6666666
/// is shown as 0.666667 and reaches it.
#[inline]
pub fn reaches(score: f32, min: f32) -> bool {
    score + 5e-7 >= min
}

/// The item that others are compared with, in the numbers of one part's dictionaries.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// Its genres that the dictionary has, ascending.
    pub(super) genres: Vec<usize>,
    /// How many genres it has in all.
    pub(super) genre_count: usize,
    /// Its set of each metadata attribute: 0 if it has none, [`NO_ITEMS_SET`] if no item has that.
    metadata: Vec<u64>,
    year: u16,
    /// Its text row: terms ascending, codes, scale.
    pub(super) terms: Vec<u16>,
    pub(super) codes: Vec<u8>,
    pub(super) scale: f32,
}

const NO_ITEMS_SET: u64 = u64::MAX;

impl Subject {
    /// An item, without its text: all that a shard knows.
    pub fn of_item(items: &Items<'_>, item: ItemIx) -> Subject {
        let mut subject = Subject {
            year: items.years.at(item.at()) as u16,
            ..Subject::default()
        };
        if let Some(genre) = items.genre() {
            subject.genres.extend(genre.set(genre.set_of_item.index(item.at())));
            subject.genre_count = subject.genres.len();
        }
        subject
            .metadata
            .extend(items.metadata().map(|attribute| attribute.set_of_item.at(item.at())));
        subject
    }

    /// An item with its text row.
    pub fn of_features(features: &Features<'_>, item: ItemIx) -> Subject {
        let row = features.rows.row(item);
        let terms = row.terms.iter().map(|t| t.get()).collect();
        Subject {
            terms,
            codes: row.codes.into(),
            scale: row.scale,
            ..Subject::of_item(&features.items, item)
        }
    }

    /// An item that the pack has never seen. Names are compared as they are written.
    pub fn of_new(features: &Features<'_>, new: &NewItem) -> Subject {
        let items = &features.items;
        // At most `Query::MAX_GENRES` names: looking through them is cheaper than code that sorts.
        let mut genres: Vec<usize> = Vec::new();
        let mut genre_count = 0;
        for (_, name) in new
            .genres
            .iter()
            .enumerate()
            .filter(|(i, name)| !new.genres[..*i].contains(name))
        {
            genre_count += 1;
            if let Some(value) = items.genre().and_then(|genre| genre.values.find(name)) {
                genres.insert(genres.partition_point(|known| *known < value), value);
            }
        }
        let row = text::vectorize(&features.rows.vocabulary, &text::clean(&new.summary));
        Subject {
            genres,
            genre_count,
            metadata: items.metadata().map(|attribute| set_of_value(attribute, new)).collect(),
            year: new.year.unwrap_or(0),
            terms: row.terms,
            codes: row.codes,
            scale: row.scale,
        }
    }

    /// Its genres that the dictionary has, ascending.
    pub fn genres(&self) -> &[usize] {
        &self.genres
    }

    /// The genre part for a set of `attribute`, the genres.
    #[inline]
    fn genre(&self, attribute: &Attribute<'_>, set: usize, how: GenreSimilarity) -> f32 {
        let mut shared = 0;
        let mut mine = self.genres.iter().peekable();
        for value in attribute.set(set) {
            while mine.next_if(|own| **own < value).is_some() {}
            shared += usize::from(mine.next_if(|own| **own == value).is_some());
        }
        set_similarity(how, shared, self.genre_count, attribute.set_len(set))
    }

    /// The metadata part, for an item with these sets.
    #[inline]
    pub(super) fn metadata(&self, sets: impl Iterator<Item = u64>) -> f32 {
        let (mut comparable, mut equal) = (0u32, 0u32);
        for (own, other) in self.metadata.iter().zip(sets) {
            if *own != 0 && other != 0 {
                comparable += 1;
                equal += u32::from(*own == other);
            }
        }
        if comparable == 0 {
            0.0
        } else {
            equal as f32 / comparable as f32
        }
    }

    /// The metadata attributes in which the subject equals an item.
    pub fn equal_metadata<'i, 'a>(
        &self,
        items: &'i Items<'a>,
        item: ItemIx,
    ) -> impl Iterator<Item = &'i Attribute<'a>> {
        let equal =
            move |(own, attribute): &(&u64, &Attribute<'a>)| **own != 0 && **own == attribute.set_of_item.at(item.at());
        let pairs = self.metadata.iter().zip(items.metadata());
        pairs.filter(equal).map(|(_, attribute)| attribute)
    }

    /// The terms that an item has in common with the subject, with what each adds to the dot product of the two.
    pub fn shared_terms<'a>(&self, features: &Features<'a>, item: ItemIx) -> impl Iterator<Item = (u16, u32)> {
        let row = features.rows.row(item);
        row.terms.iter().zip(row.codes).filter_map(|(term, code)| {
            let place = self.terms.binary_search(&term.get()).ok()?;
            Some((term.get(), u32::from(*code) * u32::from(*self.codes.get(place)?)))
        })
    }

    /// The year part.
    #[inline]
    pub(super) fn year(&self, year: u16) -> f32 {
        if self.year == 0 || year == 0 {
            0.0
        } else {
            year_similarity(self.year, year)
        }
    }

    /// The most that metadata and year can give any item.
    pub(super) fn most(&self) -> (f32, f32) {
        let has = |yes: bool| if yes { 1.0 } else { 0.0 };
        (has(self.metadata.iter().any(|set| *set != 0)), has(self.year != 0))
    }

    /// All parts but the text, for an item of the same dictionaries.
    pub fn parts_without_text(&self, items: &Items<'_>, item: ItemIx, how: GenreSimilarity) -> Parts {
        Parts {
            genre: items
                .genre()
                .map_or(0.0, |g| self.genre(g, g.set_of_item.index(item.at()), how)),
            text: 0.0,
            metadata: self.metadata(items.metadata().map(|a| a.set_of_item.at(item.at()))),
            year: self.year(items.years.at(item.at()) as u16),
        }
    }

    /// All parts, for an item of the features. Cost: the two text rows.
    pub fn parts(&self, features: &Features<'_>, item: ItemIx, how: GenreSimilarity) -> Parts {
        let row = features.rows.row(item);
        let dot = sparse_dot(&self.terms, &self.codes, row.terms, row.codes);
        let text = f32::from(text_similarity(dot, self.scale * row.scale)) / TEXT_ONE;
        Parts {
            text,
            ..self.parts_without_text(&features.items, item, how)
        }
    }
}

/// The set that holds the new item's value of a metadata attribute, and nothing else.
fn set_of_value(attribute: &Attribute<'_>, new: &NewItem) -> u64 {
    let value = match attribute.name {
        "platform" => &new.platform,
        "type" => &new.kind,
        "language" => &new.language,
        _ => &None,
    };
    let Some(value) = value else { return 0 };
    let Some(code) = attribute.values.find(value) else {
        return NO_ITEMS_SET;
    };
    let only_that = |set: &usize| attribute.set_len(*set) == 1 && attribute.set(*set).next() == Some(code);
    (1..attribute.sets())
        .find(only_that)
        .map_or(NO_ITEMS_SET, |set| set as u64)
}

/// Nearness of two known years: 1 for the same, 0 from [`YEAR_SPAN`] years apart on.
#[inline]
pub fn year_similarity(a: u16, b: u16) -> f32 {
    f32::from(YEAR_SPAN - a.abs_diff(b).min(YEAR_SPAN)) / f32::from(YEAR_SPAN)
}

/// Similarity of two sets of `a` and `b` values that share `shared`. Two empty sets have nothing in
/// common: 0.
#[inline]
pub fn set_similarity(how: GenreSimilarity, shared: usize, a: usize, b: usize) -> f32 {
    if shared == 0 {
        return 0.0;
    }
    match how {
        GenreSimilarity::Jaccard => shared as f32 / (a + b - shared) as f32,
        GenreSimilarity::Cosine => (shared as f64 / sqrt(a as f64 * b as f64)) as f32,
    }
}

/// Text similarity in units of 1/65535, from the dot product of two code vectors and the product of
/// their scales.
///
/// `dot ≤ 255²·32,768 < 2³¹`, so 32 bits hold it.
#[inline]
pub fn text_similarity(dot: u32, scales: f32) -> u16 {
    (dot as f32 * scales * TEXT_ONE + 0.5) as u16 // saturates
}

/// Dot product of two sparse rows of ascending terms.
fn sparse_dot(terms: &[u16], codes: &[u8], other_terms: &[U16], other_codes: &[u8]) -> u32 {
    let mut mine = terms.iter().zip(codes).peekable();
    let mut dot = 0;
    for (term, code) in other_terms.iter().zip(other_codes) {
        let term = term.get();
        while mine.next_if(|(own, _)| **own < term).is_some() {}
        if let Some((_, own)) = mine.next_if(|(own, _)| **own == term) {
            dot += u32::from(*own) * u32::from(*code);
        }
    }
    dot
}
