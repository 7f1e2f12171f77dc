//! Why an item is for a person.

use alloc::{borrow::ToOwned, vec, vec::Vec};

use super::{NAMED, Reason, ReasonKind, shared_out, similar::year};
use crate::{
    engine::{
        history::History,
        order::Placed,
        personal::Personal,
        rerank::Reranking,
        show::{Resident, View},
    },
    error::QueryError,
    ids::ItemIx,
    kernel::{Hit, Profile, TopK, contributions::contributions},
};

/// What is needed to say why, for the items of a page.
pub(in crate::engine) struct Explained<'a> {
    resident: &'a Resident<'a>,
    personal: &'a Personal<'a>,
    watching: Option<ItemIx>,
    /// The items of the page, ascending.
    items: Vec<ItemIx>,
    /// For each of them the items of the history that gave it most.
    strongest: Vec<Vec<Hit>>,
}

impl<'a> Explained<'a> {
    /// Cost: see [`contributions`].
    pub fn of(
        resident: &'a Resident<'a>,
        personal: &'a Personal<'a>,
        history: &History,
        watching: Option<ItemIx>,
        page: &[Placed],
    ) -> Result<Explained<'a>, QueryError> {
        let mut items: Vec<ItemIx> = Vec::with_capacity(page.len());
        for placed in page {
            items.insert(items.partition_point(|item| *item < placed.item), placed.item);
        }
        let mut strongest = vec![TopK::new(NAMED); items.len()];
        if let Some((model, index)) = resident.model()? {
            contributions(&model, &index.ends, &history.liked, &items, &mut |at, item, score| {
                if score > 0.0 {
                    strongest[at].push(Hit { score, item });
                }
            });
        }
        Ok(Explained {
            resident,
            personal,
            watching,
            items,
            strongest: strongest.into_iter().map(TopK::into_hits).collect(),
        })
    }

    /// The reasons of an item of the page that has a score of the person's.
    pub fn reasons(&self, item: ItemIx, reranking: &Reranking<'_>) -> Vec<Reason> {
        let view = self.resident.view();
        let scores = self.personal.scores(item);
        let (likeness, weight) = self.personal.watching(item).unwrap_or_default();
        let of_person = 1.0 - weight;
        let weights = self.personal.weights;
        let mut reasons = vec![self.history(item, of_person * weights.collaborative * scores.collaborative)];
        if let Some(liked) = &self.personal.liked {
            self.content(
                &view,
                liked,
                item,
                of_person * weights.content * scores.content,
                &mut reasons,
            );
        }
        if let Some(watching) = self.watching {
            let mut reason = Reason::named(
                ReasonKind::Watching,
                weight * likeness,
                &mut [view.display.name(watching)].into_iter(),
            );
            reason.ids.push(view.items.id(watching));
            reasons.push(reason);
        }
        shared_out(reasons, item, reranking)
    }

    fn history(&self, item: ItemIx, share: f32) -> Reason {
        let mut reason = Reason::of(ReasonKind::History, share);
        let place = self.items.binary_search(&item).ok();
        for hit in place.and_then(|place| self.strongest.get(place)).into_iter().flatten() {
            reason.ids.push(self.resident.features.items.id(hit.item));
            reason.names.push(self.resident.display.name(hit.item).to_owned());
            reason.contributions.push(hit.score.into());
        }
        reason
    }

    /// The content part, in proportion to what the liked side consists of: dislikes lower it as a whole.
    fn content(&self, view: &View<'_>, liked: &Profile, item: ItemIx, whole: f32, reasons: &mut Vec<Reason>) {
        let (features, index) = (&self.resident.features, self.resident.index);
        let items = &features.items;
        let from = reasons.len();
        let genre = |value| items.genre().map_or("", |genre| genre.values.get(value));
        let term = |term: u16| features.rows.vocabulary.terms.get(usize::from(term));
        let mut push = |kind, parts: &mut dyn Iterator<Item = (f32, &'a str)>| {
            let mut share = 0.0f32;
            let mut reason = Reason::of_strongest(kind, 0.0, &mut parts.inspect(|(part, _)| share += *part));
            reason.share = share.into();
            reasons.push(reason);
        };
        let genres = liked.genre_parts(items, index, item);
        push(
            ReasonKind::Genres,
            &mut genres.map(|(value, part)| (part, genre(value))),
        );
        let preferred = liked.preferred_parts(items, item);
        push(
            ReasonKind::PreferredGenres,
            &mut preferred.map(|(value, part)| (part, genre(value))),
        );
        let terms = liked.term_parts(features, item);
        push(ReasonKind::Terms, &mut terms.map(|(number, part)| (part, term(number))));
        for (attribute, part) in liked.metadata_parts(items, item) {
            reasons.push(Reason::on_attribute(
                attribute.name,
                part,
                &mut attribute.values_of(item),
            ));
        }
        reasons.push(year(view, item, liked.year_part(items, item)));
        let own = reasons.get_mut(from..).unwrap_or_default();
        let sum: f64 = own.iter().map(|reason| reason.share).sum();
        let by = if sum > 0.0 { f64::from(whole) / sum } else { 0.0 };
        own.iter_mut().for_each(|reason| reason.share *= by);
    }
}
