//! One subject against the whole catalogue, row by row.
//!
//! Rows come in the pack's order, so of equal scores the first seen is the one to keep. Before a text
//! row is read, its item's genre part with the most that the others can give must reach the floor.

use alloc::vec::Vec;

use super::{
    similarity::{Features, Parts, Subject, TEXT_ONE, text_similarity},
    topk::{Hit, TopK},
};
use crate::{engine::Weights, ids::ItemIx, pack::GenreSimilarity};

/// What bounds an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many items.
    pub n: usize,
    /// Least score. An item with score 0 is no answer in any case.
    pub min: f32,
    /// The item to leave out: the subject itself.
    pub except: Option<ItemIx>,
}

/// The best items for `subject`, best first.
///
/// Cost: for 83,658 titles of 8.7 terms, one pass over their genre sets and over the text rows of
/// those that could still get in. Memory: one `u32` a term, one `f32` a genre set.
pub fn scan(
    features: &Features<'_>,
    subject: &Subject,
    weights: &Weights,
    how: GenreSimilarity,
    limits: Limits,
) -> Vec<Hit> {
    let items = &features.items;
    let genre_of_set = subject.genre_of_sets(items, how);
    let set_of_item = items.genre().map(|genre| genre.set_of_item);
    let metadata: Vec<_> = items.metadata().map(|attribute| attribute.set_of_item).collect();
    let (most_metadata, most_year) = subject.most();
    let most = Parts { genre: 0.0, text: 1.0, metadata: most_metadata, year: most_year };

    let mut code_of_term = alloc::vec![0u32; features.rows.vocabulary.terms.len()];
    for (term, code) in subject.terms.iter().zip(&subject.codes) {
        if let Some(slot) = code_of_term.get_mut(usize::from(*term)) {
            *slot = u32::from(*code);
        }
    }

    let mut best = TopK::new(limits.n);
    for row in 0..items.len() {
        let item = ItemIx(row as u32);
        let set = set_of_item.map_or(0, |sets| sets.index(row));
        let genre = genre_of_set.get(set).copied().unwrap_or(0.0);
        let bound = Parts { genre, ..most };
        // A later row must beat the floor, not just reach it.
        let floor = best.floor();
        let hopeless = |parts: &Parts| floor.is_some_and(|floor| parts.score(weights) <= floor);
        if hopeless(&bound) {
            continue;
        }
        let own = features.rows.row(item);
        let mut dot = 0u32;
        for (term, code) in own.terms.iter().zip(own.codes) {
            dot += code_of_term.get(usize::from(term.get())).copied().unwrap_or(0) * u32::from(*code);
        }
        let text = f32::from(text_similarity(dot, subject.scale * own.scale)) / TEXT_ONE;
        if hopeless(&Parts { text, ..bound }) {
            continue;
        }
        let parts = Parts {
            genre,
            text,
            metadata: subject.metadata(metadata.iter().map(|sets| sets.at(row))),
            year: subject.year(items.years.at(row) as u16),
        };
        let score = parts.score(weights);
        if score > 0.0 && score >= limits.min && limits.except != Some(item) {
            best.push(Hit { score, item });
        }
    }
    best.into_hits()
}
