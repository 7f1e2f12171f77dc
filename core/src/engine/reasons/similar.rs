//! Why an item is similar to another.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{Reason, ReasonKind, shared_out};
use crate::{
    engine::{
        Weights,
        show::View,
        similar::{Found, Similar},
    },
    ids::ItemIx,
};

/// What the similarity of an item consists of.
pub(in crate::engine) fn of_similar(
    view: &View<'_>,
    found: &Found<'_>,
    similar: &Similar,
    weights: &Weights,
    shared_genres: &[String],
) -> Vec<Reason> {
    let Similar { item, parts, .. } = similar;
    let (subject, reranking) = (found.subject, found.reranking);
    let mut genres = shared_genres.iter().map(String::as_str);
    let mut reasons = alloc::vec![Reason::named(
        ReasonKind::Genres,
        weights.genre * parts.genre,
        &mut genres
    )];
    let mut terms = found.features.into_iter().flat_map(|features| {
        let name = |term: u16| features.rows.vocabulary.terms.get(usize::from(term));
        let shared = subject.shared_terms(features, *item);
        shared.map(move |(term, product)| (product as f32, name(term)))
    });
    let share = weights.text * parts.text;
    reasons.push(Reason::of_strongest(ReasonKind::Terms, share, &mut terms));
    let equal = subject.equal_metadata(view.items, *item).count().max(1) as f32;
    for attribute in subject.equal_metadata(view.items, *item) {
        let share = weights.metadata * parts.metadata / equal;
        reasons.push(Reason::on_attribute(
            attribute.name,
            share,
            &mut attribute.values_of(*item),
        ));
    }
    reasons.push(year(view, *item, weights.year * parts.year));
    shared_out(reasons, *item, reranking)
}

pub(super) fn year(view: &View<'_>, item: ItemIx, share: f32) -> Reason {
    let mut reason = Reason::of(ReasonKind::Year, share);
    reason.names.extend(view.items.year(item).map(|year| year.to_string()));
    reason
}
