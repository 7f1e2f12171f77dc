//! Recommendations: retrieve the history, score every side, order and rerank, show and explain.

use alloc::{borrow::Cow, vec::Vec};

use super::{
    Engine, Outcome, Query, Recommendations, Recommended, Rerank, Reranked, Seed, Source,
    defaults::Defaults,
    history::History,
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
    page_of(engine, query, None).map(|outcome| outcome.map(|reranked| reranked.page))
}

/// The same of the caller's candidates.
pub(super) fn rerank(
    engine: &Engine,
    candidates: &[(ItemId, Option<f32>)],
    query: &Query,
) -> Result<Outcome<Reranked>, QueryError> {
    let invalid = |name, expected| Err(QueryError::InvalidParameter { name, expected });
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
    page_of(engine, query, Some(candidates))
}

fn page_of(
    engine: &Engine,
    query: &Query,
    candidates: Option<&[(ItemId, Option<f32>)]>,
) -> Result<Outcome<Reranked>, QueryError> {
    let needed = missing(engine, &[Part::Features, Part::Display, Part::Collaborative]);
    if !needed.is_empty() {
        return Ok(Outcome::NeedParts(needed));
    }
    Resident::with(engine, |resident| {
        let (who, mut unknown) = (who(query)?, Vec::new());
        let listing = match (candidates, &who) {
            (Some(candidates), _) => {
                let mut listing = Listing::of_candidates(resident, query, who.as_deref())?;
                listing.choose(candidates, &mut unknown);
                listing
            }
            (None, Some(person)) => Listing::to_person(resident, query, person)?,
            (None, None) => Listing::to_everybody(resident, query)?,
        };
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
            expected: "a person, an item, or what is popular; items of no pack are for similar items",
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
    defaults: Defaults<'a>,
    known: Option<Known<'a>>,
    among: Mask,
    /// How many items pass the filter.
    matched: usize,
    given: Vec<(ItemIx, f32)>,
    rerank: Rerank,
}

impl<'a> Listing<'a> {
    fn new(resident: &'a Resident<'a>, query: &'a Query) -> Result<Listing<'a>, QueryError> {
        let defaults = Defaults::of(resident.engine, query)?;
        let passing = resident.filterable().passing(&query.filter)?;
        let among = passing.unwrap_or_else(|| Mask::all(resident.features.items.len()));
        Ok(Listing {
            resident,
            query,
            known: None,
            matched: among.count(),
            among,
            given: Vec::new(),
            rerank: defaults.rerank_popular(),
            defaults,
        })
    }

    /// What most people want, or of that the items with any of the query's genres.
    fn to_everybody(resident: &'a Resident<'a>, query: &'a Query) -> Result<Listing<'a>, QueryError> {
        let mut listing = Listing::new(resident, query)?;
        if !query.genres.is_empty() {
            listing.among.keep(&resident.filterable().with_any_genre(&query.genres));
            listing.matched = listing.among.count();
        }
        Ok(listing)
    }

    /// What the person has not seen.
    fn to_person(resident: &'a Resident<'a>, query: &'a Query, person: &Person) -> Result<Listing<'a>, QueryError> {
        let mut listing = Listing::new(resident, query)?;
        let known = listing.know(person)?;
        if !query.include_seen {
            known.history.seen.iter().for_each(|item| listing.among.remove(*item));
        }
        if let Some(item) = known.watching {
            listing.among.remove(item);
        }
        listing.known = Some(known);
        Ok(listing)
    }

    /// Nothing yet; see [`Listing::choose`].
    fn of_candidates(
        resident: &'a Resident<'a>,
        query: &'a Query,
        person: Option<&Person>,
    ) -> Result<Listing<'a>, QueryError> {
        let mut listing = Listing::new(resident, query)?;
        if let Some(person) = person {
            listing.known = Some(listing.know(person)?);
        }
        Ok(listing)
    }

    fn know(&mut self, person: &Person) -> Result<Known<'a>, QueryError> {
        let (resident, query) = (self.resident, self.query);
        self.rerank = self.defaults.rerank_personal();
        let mut history = History::of(person, &resident.features, query.half_life_days);
        let watching = query.watching.as_ref().and_then(|id| resident.features.items.find(id));
        history.unknown += usize::from(query.watching.is_some() && watching.is_none());
        let (weights, blend) = (self.defaults.weights()?, self.defaults.blend()?);
        let side = watching.map(|item| (item, query.watching_weight));
        let personal = Personal::of(resident, &history, &weights, blend, side)?;
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
        let (resident, query) = (self.resident, self.query);
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
            weights: self.defaults.weights()?,
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
        let placed = page(&order, &pool, query.offset, query.n);
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
                watching_score: watching.map(|(score, _)| rounded(score)),
                adjusted_score: reranking.adjusts().then(|| {
                    let below = if placed.score.is_some() { 1.0 } else { least };
                    rounded(placed.in_force * below)
                }),
                reasons: reasons(item, source),
            }
        };
        Ok(Outcome::Answer(Recommendations {
            items: placed.iter().map(recommended).collect(),
            fallback_used: known.is_some_and(|known| any_popular || (!known.personal.speaks && self.given.is_empty())),
            weights: known.map_or_else(|| self.defaults.blend(), |known| Ok(known.personal.weights))?,
            offset: query.offset,
            total,
            unknown_items: known.map_or(0, |known| known.history.unknown),
            matched: self.matched,
            unknown_rerank_ids: reranking.unknown,
            watching_weight: known.and_then(|known| Some(known.personal.watching(known.watching?)?.1)),
            variant: Defaults::variant_name(resident.engine, query)?,
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
