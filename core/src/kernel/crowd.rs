//! A few hundred items that are compared with one item after the other.
//!
//! What a comparison needs of each is looked up once, and the text of the item they are compared with is laid
//! out by terms: so a comparison reads one short row, and gives what [`Subject::parts`] gives, bit by bit.

use alloc::{vec, vec::Vec};

use super::similarity::{Features, Parts, Subject, TEXT_ONE, set_similarity, text_similarity};
use crate::{
    ids::ItemIx,
    pack::{GenreSimilarity, rows::RowRef},
};

/// The items, and the one that they are compared with now.
#[derive(Debug)]
pub struct Crowd<'f> {
    features: &'f Features<'f>,
    how: GenreSimilarity,
    members: Vec<Member<'f>>,
    /// Genres of the members, one after the other; and their metadata sets, as many for each.
    genres: Vec<usize>,
    metadata: Vec<u64>,
    attributes: usize,
    subject: Subject,
    /// The subject's code of each term, and whether it has each genre.
    codes: Vec<u8>,
    has_genre: Vec<bool>,
}

#[derive(Debug)]
struct Member<'f> {
    row: RowRef<'f>,
    genres_from: usize,
    genres_end: usize,
    year: u16,
}

impl<'f> Crowd<'f> {
    /// These items.
    pub fn of(features: &'f Features<'f>, how: GenreSimilarity, items: &[ItemIx]) -> Crowd<'f> {
        let genre = features.items.genre();
        let mut crowd = Crowd {
            features,
            how,
            members: Vec::new(),
            genres: Vec::new(),
            metadata: Vec::new(),
            attributes: features.items.metadata().count(),
            subject: Subject::default(),
            codes: vec![0; features.rows.vocabulary.terms.len()],
            has_genre: vec![false; genre.map_or(0, |genre| genre.values.len())],
        };
        for item in items.iter().copied() {
            let genres_from = crowd.genres.len();
            if let Some(genre) = genre {
                crowd.genres.extend(genre.set(genre.set_of_item.index(item.at())));
            }
            let sets = features
                .items
                .metadata()
                .map(|attribute| attribute.set_of_item.at(item.at()));
            crowd.metadata.extend(sets);
            crowd.members.push(Member {
                row: features.rows.row(item),
                genres_from,
                genres_end: crowd.genres.len(),
                year: features.items.years.at(item.at()) as u16,
            });
        }
        crowd
    }

    /// Compares with this item from now on; it need not be one of the crowd.
    pub fn face(&mut self, item: ItemIx) {
        self.lay_out(false);
        self.subject = Subject::of_features(self.features, item);
        self.lay_out(true);
    }

    fn lay_out(&mut self, there: bool) {
        for (term, code) in self.subject.terms.iter().zip(&self.subject.codes) {
            if let Some(place) = self.codes.get_mut(usize::from(*term)) {
                *place = if there { *code } else { 0 };
            }
        }
        for genre in &self.subject.genres {
            if let Some(has) = self.has_genre.get_mut(*genre) {
                *has = there;
            }
        }
    }

    /// How much the member at this place is like the item.
    pub fn parts(&self, place: usize) -> Parts {
        let Some(member) = self.members.get(place) else {
            return Parts::default();
        };
        let row = &member.row;
        let code = |term: u16| u32::from(self.codes.get(usize::from(term)).copied().unwrap_or(0));
        let products = row
            .terms
            .iter()
            .zip(row.codes)
            .map(|(term, own)| code(term.get()) * u32::from(*own));
        let text = text_similarity(products.sum(), self.subject.scale * row.scale);
        let genres = self
            .genres
            .get(member.genres_from..member.genres_end)
            .unwrap_or_default();
        let has = |genre: &&usize| self.has_genre.get(**genre).copied().unwrap_or(false);
        let shared = genres.iter().filter(has).count();
        let sets = self.metadata.iter().skip(place * self.attributes).take(self.attributes);
        Parts {
            genre: set_similarity(self.how, shared, self.subject.genre_count, genres.len()),
            text: f32::from(text) / TEXT_ONE,
            metadata: self.subject.metadata(sets.copied()),
            year: self.subject.year(member.year),
        }
    }
}
