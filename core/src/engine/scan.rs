//! Similar items by scoring the whole catalogue: any weights, any subject, any filter, any order.

use alloc::vec::Vec;

use super::{
    Engine, Outcome, Query, Rerank, Route, Seed, VariantName, Weights,
    rerank::{POOL, Pool, Reranking, Taste, factors},
    show::{Resident, missing},
    similar::{Found, Similar, unknown},
};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::{Hit, Limits, Mask, Scratch, Subject, TopK, similarity::reaches},
    pack::Part,
};

/// `id`: the item that others are to be like; `None` if the query brought features.
pub(super) fn by_scan(
    engine: &Engine,
    query: &Query,
    id: Option<&ItemId>,
    weights: Weights,
    rerank: &Rerank,
    variant: Option<VariantName>,
) -> Result<Outcome, QueryError> {
    // How popular items are is in the model's part.
    if rerank.popularity_damping.is_some_and(|damping| damping > 0.0) {
        let needed = missing(engine, &[Part::Features, Part::Display, Part::Collaborative]);
        if !needed.is_empty() {
            return Ok(Outcome::NeedParts(needed));
        }
    }
    Resident::with(engine, Part::Collaborative, |resident| {
        let features = &resident.features;
        let item = id
            .map(|id| features.items.find(id).ok_or_else(|| unknown(id)))
            .transpose()?;
        let subject = match (&query.seed, item) {
            (_, Some(item)) => Subject::of_features(features, item),
            (Seed::Features(new), None) => Subject::of_new(features, new),
            (Seed::Item(id), None) => return Err(unknown(id)),
            (Seed::Person(_) | Seed::Popular, None) => Subject::default(),
        };
        let scan = Scan {
            resident,
            query,
            item,
            subject: &subject,
            weights,
        };
        let passing = resident.filterable().passing(&query.filter)?;
        let matched = passing.as_ref().map_or(features.items.len(), Mask::count);
        let mut reranking = Reranking::default();
        let items = if rerank.is_neutral() {
            let best = scan.best(query.n, passing.as_ref(), None);
            best.iter().map(|hit| scan.similar(hit.item)).collect()
        } else {
            let mut among = passing.unwrap_or_else(|| Mask::all(features.items.len()));
            item.iter().for_each(|item| among.remove(*item));
            reranking = Reranking::of(rerank, resident.filterable(), &mut among)?;
            scan.reranked(&reranking, among)?
        };
        let found = Found {
            items,
            subject: &subject,
            item,
            features: Some(features),
            matched,
            reranking: &reranking,
            route: Route::Scan,
            variant,
        };
        resident.view().answer(query, found, weights)
    })
}

/// A subject against the whole catalogue.
struct Scan<'a> {
    resident: &'a Resident<'a>,
    query: &'a Query,
    item: Option<ItemIx>,
    subject: &'a Subject,
    weights: Weights,
}

impl Scan<'_> {
    fn best(&self, n: usize, among: Option<&Mask>, factors: Option<&[f32]>) -> Vec<Hit> {
        let limits = Limits {
            n,
            min: self.query.min_similarity,
            except: self.item,
            among,
            factors,
        };
        let how = self.resident.engine.manifest.content.genre_similarity;
        let mut scratch = Scratch::default();
        self.resident
            .index
            .search(self.subject, &self.weights, how, limits, &mut scratch)
    }

    fn similar(&self, item: ItemIx) -> Similar {
        let how = self.resident.engine.manifest.content.genre_similarity;
        Similar {
            item,
            parts: self.subject.parts(&self.resident.features, item, how),
            adjusted: None,
        }
    }

    /// The first items of the order that [`rerank`](super::rerank) describes. `among`: what may be an answer, without the pinned
    /// and the buried.
    fn reranked(&self, reranking: &Reranking<'_>, mut among: Mask) -> Result<Vec<Similar>, QueryError> {
        let (resident, n) = (self.resident, self.query.n);
        let features = &resident.features;
        let popularity = resident.popularity()?;
        let newest = resident.index.newest_year();
        let factors = factors(reranking, &features.items.years, newest, &popularity);
        let in_force = |similar: &Similar| {
            let factor = factors.as_ref().and_then(|factors| factors.get(similar.item.at()));
            similar.parts.score(&self.weights) * factor.unwrap_or(&1.0) * reranking.boost(similar.item)
        };
        let hit = |item| {
            let similar = self.similar(item);
            let score = similar.parts.score(&self.weights);
            let is_answer = score > 0.0 && reaches(score, self.query.min_similarity);
            is_answer.then(|| Hit {
                score: in_force(&similar),
                item,
            })
        };
        // A search takes factors up to 1: items that are boosted are looked at one by one.
        let mut best = TopK::new(POOL);
        for (item, _) in reranking.boosts.iter().filter(|(item, _)| among.has(*item)) {
            hit(*item).into_iter().for_each(|hit| best.push(hit));
        }
        reranking.boosts.iter().for_each(|(item, _)| among.remove(*item));
        let plain = self.best(POOL, Some(&among), factors.as_deref());
        plain.into_iter().for_each(|hit| best.push(hit));
        let best: Vec<_> = best.into_hits().iter().map(|hit| (hit.item, hit.score)).collect();
        let genres: Vec<_> = self.subject.genres().iter().map(|genre| (*genre, 1.0)).collect();
        let pool = Pool {
            reranking,
            features,
            weights: self.weights,
            how: resident.engine.manifest.content.genre_similarity,
            taste: Taste::of(features.items.genre(), &[], &genres),
        };
        let mut buried = TopK::new(n);
        let hits = reranking.buried.iter().filter_map(|item| hit(*item));
        hits.for_each(|hit| buried.push(hit));
        let items = reranking.pins.iter().copied().chain(pool.order(&best, best.len(), n));
        let items = items.chain(buried.into_hits().into_iter().map(|hit| hit.item)).take(n);
        let shown = |item| {
            let similar = self.similar(item);
            let adjusted = reranking.adjusts().then(|| in_force(&similar));
            Similar { adjusted, ..similar }
        };
        Ok(items.map(shown).collect())
    }
}
