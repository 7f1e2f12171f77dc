//! The parts of a profile's score of one item: what the sum over a whole catalogue goes by, taken apart.
//!
//! Their sum is what [`Profile::scores`] gives the item, up to the rounding of sums.

use alloc::vec::Vec;

use super::{index::Index, profile::Profile, similarity::Features};
use crate::{
    ids::ItemIx,
    pack::items::{Attribute, Items},
};

/// A part of a score, and which genre, term or attribute it comes from.
pub type PartOf<T> = (T, f32);

impl Profile {
    /// What each genre of the item gave, by its likeness to the history's; by places in the dictionary.
    pub fn genre_parts<'a>(
        &'a self,
        items: &Items<'a>,
        index: &'a Index,
        item: ItemIx,
    ) -> impl Iterator<Item = PartOf<usize>> + 'a {
        let genre = items.genre().copied();
        let set = genre.map_or(0, |genre| genre.set_of_item.index(item.at()));
        let scale = index.set_scales.get(set).copied().unwrap_or(0.0);
        let values: Vec<usize> = genre.map_or_else(Vec::new, |genre| genre.set(set).collect());
        values
            .into_iter()
            .map(move |value| (value, scale * self.genres.get(value).copied().unwrap_or(0.0)))
    }

    /// What each genre of the item gave for being preferred.
    pub fn preferred_parts<'a>(&'a self, items: &Items<'a>, item: ItemIx) -> impl Iterator<Item = PartOf<usize>> + 'a {
        let genre = items.genre().copied();
        let set = |genre: Attribute<'_>| genre.set(genre.set_of_item.index(item.at())).collect();
        let values: Vec<usize> = genre.map_or_else(Vec::new, set);
        values
            .into_iter()
            .map(|value| (value, self.preferred.get(value).copied().unwrap_or(0.0)))
    }

    /// What each term gave that the item has in common with the history.
    pub fn term_parts<'a>(&'a self, features: &Features<'a>, item: ItemIx) -> impl Iterator<Item = PartOf<u16>> + 'a {
        let row = features.rows.row(item);
        let by = row.scale * self.term_step;
        row.terms.iter().zip(row.codes).filter_map(move |(term, code)| {
            let (term, own) = self.terms.iter().find(|(own, _)| *own == term.get())?;
            Some((*term, by * (*own * i32::from(*code)) as f32))
        })
    }

    /// What each metadata attribute gave.
    pub fn metadata_parts<'a, 'i>(
        &'a self,
        items: &'i Items<'a>,
        item: ItemIx,
    ) -> impl Iterator<Item = PartOf<&'i Attribute<'a>>> {
        let set_of = move |attribute: &Attribute<'a>| attribute.set_of_item.index(item.at());
        let counts = move |bit: usize| self.metadata_counts >> bit & 1 > 0;
        let both = items
            .metadata()
            .enumerate()
            .filter(|(bit, attribute)| counts(*bit) && set_of(attribute) > 0);
        let by = self.metadata_weight / both.count().max(1) as f32;
        let mut from = 0;
        items.metadata().map(move |attribute| {
            let share = self
                .metadata_shares
                .get(from + set_of(attribute))
                .copied()
                .unwrap_or(0.0);
            from += attribute.sets();
            (attribute, by * share)
        })
    }

    /// What the item's year gave.
    pub fn year_part(&self, items: &Items<'_>, item: ItemIx) -> f32 {
        self.of_year.get(items.years.index(item.at())).copied().unwrap_or(0.0)
    }
}
