//! Recommendations: retrieve the history, score every side, order and rerank, show and explain.

use alloc::{borrow::Cow, vec::Vec};

use super::{
    Engine, Outcome, Query, Recommendations, Recommended, Rerank, Reranked, Seed, Source,
    defaults::Defaults,
    history::History,
    interleaved::interleaved,
    order::{Order, Placed},
    page::page,
    person::Person,
    personal::Personal,
    reasons::{Explained, ReasonKind, only},
    rerank::{Pool, Reranking, Taste, factors},
    show::{Resident, missing, rounded},
};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::Mask,
    pack::Part,
};

/// The best items of the whole catalogue.
pub(super) fn recommend(engine: &Engine, query: &Query) -> Result<Outcome<Recommendations>, QueryError> {
    match &query.against {
        Some(against) => interleaved(engine, query, against),
        None => places(engine, query, Defaults::of(engine, query)?, query.offset, query.n),
    }
}

/// The `n` items from place `offset` on, with these defaults.
pub(super) fn places<'a>(
    engine: &'a Engine,
    query: &'a Query,
    defaults: Defaults<'a>,
    offset: usize,
    n: usize,
) -> Result<Outcome<Recommendations>, QueryError> {
    let page = Page {
        query,
        defaults,
        offset,
        n,
    };
    page_of(engine, page, None).map(|outcome| outcome.map(|reranked| reranked.page))
}

/// The same of the caller's candidates.
pub(super) fn rerank(
    engine: &Engine,
    candidates: &[(ItemId, Option<f32>)],
    query: &Query,
) -> Result<Outcome<Reranked>, QueryError> {
    let invalid = |name, expected| Err(QueryError::InvalidParameter { name, expected });
    if query.against.is_some() {
        return Err(only_recommended());
    }
    if candidates.len() > Engine::MAX_CANDIDATES {
        return invalid("candidates", "at most 1000");
    }
    // NaN is in no range.
    if candidates
        .iter()
        .any(|(_, score)| score.is_some_and(|score| !(0.0..=1e6).contains(&score)))
    {
        return invalid("score", "a number from 0 to 1000000 for each candidate that has one");
    }
    let page = Page {
        query,
        defaults: Defaults::of(engine, query)?,
        offset: query.offset,
        n: query.n,
    };
    page_of(engine, page, Some(candidates))
}

/// Two variants are interleaved in recommendations only.
pub(super) fn only_recommended() -> QueryError {
    QueryError::InvalidParameter {
        name: "against",
        expected: "left out: only recommendations are interleaved",
    }
}

/// A page that is asked for.
struct Page<'a> {
    query: &'a Query,
    defaults: Defaults<'a>,
    /// The place of its first item, and how many it has: in a list that is to be interleaved not those of the query.
    offset: usize,
    n: usize,
}

fn page_of<'a>(
    engine: &'a Engine,
    wanted: Page<'a>,
    candidates: Option<&[(ItemId, Option<f32>)]>,
) -> Result<Outcome<Reranked>, QueryError> {
    let (query, model) = (wanted.query, wanted.defaults.model());
    let needed = missing(engine, &[Part::Features, Part::Display, model]);
    if !needed.is_empty() {
        return Ok(Outcome::NeedParts(needed));
    }
    Resident::with(engine, model, |resident| {
        let (who, mut unknown) = (who(query)?, Vec::new());
        let mut listing = Listing::new(resident, wanted)?;
        match (candidates, &who) {
            (Some(candidates), _) => {
                listing.scored_for(who.as_deref())?;
                listing.choose(candidates, &mut unknown);
            }
            (None, Some(person)) => listing.unseen_by(person)?,
            (None, None) => listing.with_genres(),
        }
        Ok(listing.page()?.map(|page| Reranked { page, unknown }))
    })
}

/// The person of a query; `None` for nobody.
fn who(query: &Query) -> Result<Option<Cow<'_, Person>>, QueryError> {
    match &query.seed {
        Seed::Person(person) => Ok(Some(Cow::Borrowed(person))),
        Seed::Item(id) => Ok(Some(Cow::Owned(Person::who_liked([id.clone()])))),
        Seed::Popular => Ok(None),
        Seed::Features(_) => Err(QueryError::InvalidParameter {
            name: "seed",
            expected: "a person, an item, or what is popular",
        }),
    }
}

/// What the pack knows of a person.
struct Known<'a> {
    history: History,
    personal: Personal<'a>,
    watching: Option<ItemIx>,
}

/// Which items there are to put in order, for whom and how.
struct Listing<'a> {
    resident: &'a Resident<'a>,
    query: &'a Query,
    wanted: Page<'a>,
    known: Option<Known<'a>>,
    among: Mask,
    /// How many items pass the filter.
    matched: usize,
    given: Vec<(ItemIx, f32)>,
    rerank: Rerank,
}

impl<'a> Listing<'a> {
    fn new(resident: &'a Resident<'a>, wanted: Page<'a>) -> Result<Listing<'a>, QueryError> {
        let query = wanted.query;
        let passing = resident.filterable().passing(&query.filter)?;
        let among = passing.unwrap_or_else(|| Mask::all(resident.features.items.len()));
        Ok(Listing {
            resident,
            query,
            known: None,
            matched: among.count(),
            among,
            given: Vec::new(),
            rerank: wanted.defaults.rerank_popular(),
            wanted,
        })
    }

    /// Leaves the items with any of the genres that the query chooses popular items by.
    fn with_genres(&mut self) {
        let genres = &self.query.genres;
        if !genres.is_empty() {
            self.among.keep(&self.resident.filterable().with_any_genre(genres));
            self.matched = self.among.count();
        }
    }

    /// Leaves what the person has not seen.
    fn unseen_by(&mut self, person: &Person) -> Result<(), QueryError> {
        let known = self.know(person)?;
        if !self.query.include_seen {
            known.history.seen.iter().for_each(|item| self.among.remove(*item));
        }
        if let Some(item) = known.watching {
            self.among.remove(item);
        }
        self.known = Some(known);
        Ok(())
    }

    /// Leaves all, to be chosen from by [`Listing::choose`].
    fn scored_for(&mut self, person: Option<&Person>) -> Result<(), QueryError> {
        if let Some(person) = person {
            self.known = Some(self.know(person)?);
        }
        Ok(())
    }

    fn know(&mut self, person: &Person) -> Result<Known<'a>, QueryError> {
        let (resident, query) = (self.resident, self.query);
        let defaults = &self.wanted.defaults;
        let mut history = History::of(person, &resident.features, query.half_life_days);
        let watching = query.watching.as_ref().and_then(|id| resident.features.items.find(id));
        history.unknown += usize::from(query.watching.is_some() && watching.is_none());
        let (weights, blend) = (defaults.weights()?, defaults.blend()?);
        let side = watching.map(|item| (item, query.watching_weight));
        let personal = Personal::of(resident, &history, &weights, blend, side)?;
        // Somebody of whom nothing is known gets what is popular, as it is.
        if personal.speaks {
            self.rerank = defaults.rerank_personal();
        }
        Ok(Known {
            history,
            personal,
            watching,
        })
    }

    /// Leaves only these candidates, with their scores; of the others the ids go to `unknown`.
    fn choose(&mut self, candidates: &[(ItemId, Option<f32>)], unknown: &mut Vec<ItemId>) {
        let items = &self.resident.features.items;
        let mut chosen = Mask::none(items.len());
        for (id, score) in candidates {
            let Some(item) = items.find(id) else {
                if !unknown.contains(id) {
                    unknown.push(id.clone());
                }
                continue;
            };
            if chosen.has(item) {
                continue;
            }
            chosen.add(item);
            if let Some(score) = score {
                let place = self.given.partition_point(|(other, _)| *other < item);
                self.given.insert(place, (item, *score));
            }
        }
        let most = self.given.iter().fold(1.0f32, |most, (_, score)| most.max(*score));
        self.given.iter_mut().for_each(|(_, score)| *score /= most);
        self.among.keep(&chosen);
        self.matched = self.among.count();
    }

    /// The page that the query asks for.
    fn page(mut self) -> Result<Outcome<Recommendations>, QueryError> {
        let resident = self.resident;
        let features = &resident.features;
        let total = self.among.count();
        let reranking = Reranking::of(&self.rerank, resident.filterable(), &mut self.among)?;
        let popularity = resident.popularity()?;
        let newest = resident.index.newest_year();
        let factors = factors(&reranking, &features.items.years, newest, &popularity);
        let history = self.known.as_ref().map(|known| &known.history);
        let pool = Pool {
            reranking: &reranking,
            features,
            weights: self.wanted.defaults.weights()?,
            how: resident.engine.manifest.content.genre_similarity,
            taste: history.and_then(|of| Taste::of(features.items.genre(), &of.liked, &of.genres)),
        };
        let order = Order {
            among: core::mem::replace(&mut self.among, Mask::none(0)),
            personal: self.known.as_ref().map(|known| &known.personal),
            popularity,
            given: &self.given,
            factors: factors.as_deref(),
            boosts: &reranking.boosts,
        };
        let placed = page(&order, &pool, self.wanted.offset, self.wanted.n);
        self.shown(&order, &reranking, &placed, total)
    }

    /// The page with cards, scores and reasons.
    fn shown(
        &self,
        order: &Order<'_>,
        reranking: &Reranking<'_>,
        placed: &[Placed],
        total: usize,
    ) -> Result<Outcome<Recommendations>, QueryError> {
        let (resident, query) = (self.resident, self.query);
        let view = resident.view();
        if let Some(needed) = view.missing_summaries(query, placed.iter().map(|placed| placed.item)) {
            return Ok(Outcome::NeedParts(needed));
        }
        let known = self.known.as_ref();
        let any_popular = placed.iter().any(|placed| placed.score.is_none());
        let least = if any_popular { order.least(reranking) } else { 1.0 };
        let explained = match known.filter(|_| query.reasons) {
            Some(known) => Some(Explained::of(
                resident,
                &known.personal,
                &known.history,
                known.watching,
                placed,
            )?),
            None => None,
        };
        let reasons = |item, source| match (source, &explained) {
            _ if !query.reasons => Vec::new(),
            (Source::Popular, _) | (_, None) if source != Source::Given => only(ReasonKind::Popular, item, reranking),
            (Source::Given, _) | (_, None) => only(ReasonKind::Given, item, reranking),
            (_, Some(explained)) => explained.reasons(item, reranking),
        };
        let recommended = |placed: &Placed| {
            let item = placed.item;
            let source = self.source(placed);
            let parts = known.map(|known| known.personal.scores(item)).unwrap_or_default();
            let popularity = order.popularity.of(item);
            let watching = known.and_then(|known| known.personal.watching(item));
            Recommended {
                card: view.card(query, item),
                score: rounded(placed.score.unwrap_or(popularity * least)),
                content_score: rounded(parts.content),
                collaborative_score: rounded(parts.collaborative),
                popularity: rounded(popularity),
                source,
                team: None,
                watching_score: watching.map(|(score, _)| rounded(score)),
                adjusted_score: reranking.adjusts().then(|| {
                    let below = if placed.score.is_some() { 1.0 } else { least };
                    rounded(placed.in_force * below)
                }),
                reasons: reasons(item, source),
                sentence: None,
            }
        };
        Ok(Outcome::Answer(Recommendations {
            items: placed.iter().map(recommended).collect(),
            fallback_used: known.is_some_and(|known| any_popular || (!known.personal.speaks && self.given.is_empty())),
            weights: known.map_or_else(|| self.wanted.defaults.blend(), |known| Ok(known.personal.weights))?,
            offset: self.wanted.offset,
            total,
            unknown_items: known.map_or(0, |known| known.history.unknown),
            matched: self.matched,
            unknown_rerank_ids: reranking.unknown,
            watching_weight: known.and_then(|known| Some(known.personal.watching(known.watching?)?.1)),
            variant: self.wanted.defaults.variant_name(),
            against: None,
        }))
    }

    /// What gives the largest share of an item's score.
    fn source(&self, placed: &Placed) -> Source {
        let given = self.given.binary_search_by_key(&placed.item, |(item, _)| *item).is_ok();
        let (Some(_), Some(known)) = (placed.score, &self.known) else {
            return if given { Source::Given } else { Source::Popular };
        };
        let personal = &known.personal;
        let parts = personal.scores(placed.item);
        let (likeness, weight) = personal.watching(placed.item).unwrap_or_default();
        let from_content = personal.weights.content * parts.content;
        let from_others = personal.weights.collaborative * parts.collaborative;
        match (1.0 - weight) * from_content.max(from_others) {
            _ if given => Source::Given,
            from_person if weight * likeness > from_person => Source::Watching,
            _ if from_content > from_others => Source::Content,
            _ => Source::Collaborative,
        }
    }
}
