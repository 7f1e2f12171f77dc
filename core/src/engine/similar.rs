//! Similar items: find them in the stored lists, in a shard, or by a scan; score; show.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

use super::{
    Answer, Engine, ListQuery, Outcome, Query, Rerank, Route, ScoreParts, Scored, Seed, VariantName, Weights,
    defaults::Defaults,
    ranges,
    reasons::of_similar,
    recommend::only_recommended,
    rerank::Reranking,
    scan::by_scan,
    show::{Resident, View, inconsistent, need, rounded},
};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::{
        Features, Parts, Subject,
        similarity::{TEXT_ONE, reaches},
    },
    pack::{Part, lists::Lists, shard::Shard, table::Table},
};

pub(super) fn similar(engine: &Engine, query: &Query) -> Result<Outcome, QueryError> {
    if query.against.is_some() {
        return Err(only_recommended());
    }
    let own = engine.manifest.content.weights;
    let defaults = Defaults::of(engine, query)?;
    let asked = defaults.weights()?;
    // The same numbers by whatever way an answer is found.
    let weights = if near(asked, own) { own } else { asked };
    let rerank = defaults.rerank_similar();
    let plain = query.filter.is_everything() && rerank.is_neutral();
    match &query.seed {
        Seed::Item(id) => {
            let id = &*id.of_kind(engine.manifest.id_kind).ok_or_else(|| unknown(id))?;
            if plain && weights == own {
                of_item(engine, query, id, own, &defaults)
            } else {
                by_scan(engine, query, Some(id), weights, &rerank, defaults.variant_name())
            }
        }
        Seed::Features(_) => by_scan(engine, query, None, weights, &rerank, defaults.variant_name()),
        Seed::Person(_) | Seed::Popular => Err(QueryError::InvalidParameter {
            name: "seed",
            expected: "an item or its features",
        }),
    }
}

/// Normalising the pack's own weights again may move them by a rounding.
fn near(a: Weights, b: Weights) -> bool {
    let close = |x: f32, y: f32| (x - y).abs() < 1e-6;
    close(a.genre, b.genre) && close(a.text, b.text) && close(a.metadata, b.metadata) && close(a.year, b.year)
}

/// With the pack's own weights: the stored lists if they are here, else a shard.
fn of_item(
    engine: &Engine,
    query: &Query,
    id: &ItemId,
    weights: Weights,
    defaults: &Defaults<'_>,
) -> Result<Outcome, QueryError> {
    let variant = defaults.variant_name();
    let scan = |variant| by_scan(engine, query, Some(id), weights, &Rerank::default(), variant);
    if let (Some(_), Some(lists)) = (&engine.features, &engine.neighbours) {
        return Resident::with(engine, Part::Collaborative, |resident| {
            let item = resident.features.items.find(id).ok_or_else(|| unknown(id))?;
            let lists = Lists::open(lists).map_err(inconsistent)?;
            let listed = lists.get(item.at()).count();
            if !enough(engine, query, listed, lists.length()) {
                return scan(variant);
            }
            let subject = Subject::of_features(&resident.features, item);
            let how = engine.manifest.content.genre_similarity;
            let mut scored = lists
                .get(item.at())
                .map(ItemIx)
                .map(|i| (i, subject.parts(&resident.features, i, how)));
            let found = Found {
                items: limit(&mut scored, query, &weights),
                subject: &subject,
                item: Some(item),
                features: Some(&resident.features),
                matched: engine.manifest.items as usize,
                reranking: &Reranking::default(),
                route: Route::Stored,
                variant,
            };
            resident.view().answer(query, found, weights)
        });
    }
    match in_shard(engine, query, id, variant.clone())? {
        InShard::Found(outcome) => Ok(outcome),
        // With the features here nothing more is fetched: a scan gives the same answer.
        InShard::Missing(part) if engine.features.is_none() => Ok(Outcome::NeedParts(need(&engine.manifest, [part]))),
        InShard::Missing(_) | InShard::NotListed(_) => scan(variant),
    }
}

/// What the lazy lists say.
#[allow(
    clippy::large_enum_variant,
    reason = "one a question, and nearly always the large one"
)]
enum InShard {
    Found(Outcome),
    /// A table or a shard that isn't attached.
    Missing(Part),
    /// The lists don't hold all of the answer, and why.
    NotListed(&'static str),
}

/// A list that is full answers up to its length; one that is not, holds all there is from its own least score on. Either
/// answers a query for no more than that.
fn enough(engine: &Engine, query: &Query, listed: usize, room: usize) -> bool {
    query.n <= listed || (listed < room && query.min_similarity >= engine.manifest.content.min_similarity)
}

/// With the pack's own weights, lazily: the table names the shard.
fn in_shard(engine: &Engine, query: &Query, id: &ItemId, variant: Option<VariantName>) -> Result<InShard, QueryError> {
    let content = &engine.manifest.content;
    if query.n > content.top_n as usize {
        return Ok(InShard::NotListed("n is larger than its lists are long"));
    }
    let Some(table) = engine.manifest.table_of(id.hash64()) else {
        return Ok(InShard::NotListed("it was built without lazy lists"));
    };
    let Some(container) = engine.tables.get(table) else {
        return Ok(InShard::Missing(table));
    };
    for hash in Table::open(container).map_err(inconsistent)?.shards_of(id.hash64()) {
        let part = Part::Shard(hash);
        let Some(container) = engine.shards.get(part) else {
            return Ok(InShard::Missing(part));
        };
        let shard = Shard::open(container).map_err(inconsistent)?;
        let Some(own) = shard.items.find(id).filter(|item| item.at() < shard.lists.len()) else {
            continue;
        };
        let listed = shard.lists.get(own.at()).count();
        if !enough(engine, query, listed, shard.lists.length()) {
            return Ok(InShard::NotListed("min_similarity is below that of its lists"));
        }
        let subject = Subject::of_item(&shard.items, own);
        let mut scored = shard.neighbours(own).map(|(item, text)| {
            let others = subject.parts_without_text(&shard.items, item, content.genre_similarity);
            (
                item,
                Parts {
                    text: f32::from(text) / TEXT_ONE,
                    ..others
                },
            )
        });
        let found = Found {
            items: limit(&mut scored, query, &content.weights),
            subject: &subject,
            item: Some(own),
            features: None,
            matched: engine.manifest.items as usize,
            reranking: &Reranking::default(),
            route: Route::Shard,
            variant,
        };
        let view = View {
            engine,
            items: &shard.items,
            display: &shard.display,
            row: &|item| shard.row(item),
        };
        return view.answer(query, found, content.weights).map(InShard::Found);
    }
    Err(unknown(id))
}

/// Similar items by the lazy lists alone; see [`Engine::listed`].
pub(super) fn listed(engine: &Engine, asked: &ListQuery) -> Result<Outcome, QueryError> {
    let content = &engine.manifest.content;
    let query = Query {
        n: asked.n,
        min_similarity: asked.min_similarity.unwrap_or(content.min_similarity),
        summaries: asked.summaries,
        reasons: asked.reasons,
        ..Query::similar(asked.id.clone())
    };
    ranges::N.check_count(query.n)?;
    ranges::MIN_SIMILARITY.check(query.min_similarity)?;
    let id = &*asked
        .id
        .of_kind(engine.manifest.id_kind)
        .ok_or_else(|| unknown(&asked.id))?;
    let listed = match content.rerank.is_neutral() {
        true => in_shard(engine, &query, id, None)?,
        false => InShard::NotListed("it puts similar items in an order of its own"),
    };
    match listed {
        InShard::Found(outcome) => Ok(outcome),
        InShard::Missing(part) => Ok(Outcome::NeedParts(need(&engine.manifest, [part]))),
        InShard::NotListed(why) => Err(QueryError::NotListed { why }),
    }
}

/// The first `n` of a list that reach the least score.
fn limit(list: &mut dyn Iterator<Item = (ItemIx, Parts)>, query: &Query, weights: &Weights) -> Vec<Similar> {
    list.filter(|(_, parts)| reaches(parts.score(weights), query.min_similarity))
        .take(query.n)
        .map(|(item, parts)| Similar {
            item,
            parts,
            adjusted: None,
        })
        .collect()
}

/// A similar item.
pub(super) struct Similar {
    pub item: ItemIx,
    pub parts: Parts,
    /// What it is ranked by, if that is not the score.
    pub adjusted: Option<f32>,
}

/// What was found, in order, and what tells why.
pub(super) struct Found<'f> {
    pub items: Vec<Similar>,
    pub subject: &'f Subject,
    /// The item asked about, if it is one of the pack.
    pub item: Option<ItemIx>,
    /// `None` if the items came from a shard.
    pub features: Option<&'f Features<'f>>,
    pub matched: usize,
    pub reranking: &'f Reranking<'f>,
    pub route: Route,
    pub variant: Option<VariantName>,
}

impl View<'_> {
    /// The answer as it is shown.
    pub fn answer(&self, query: &Query, found: Found<'_>, weights: Weights) -> Result<Outcome, QueryError> {
        let shown = found
            .item
            .into_iter()
            .chain(found.items.iter().map(|similar| similar.item));
        if let Some(needed) = self.missing_summaries(query, shown) {
            return Ok(Outcome::NeedParts(needed));
        }
        let subject_genres: Vec<&str> = match (&query.seed, found.item) {
            (_, Some(item)) => self.genres(item),
            (Seed::Features(new), None) => new.genres.iter().map(String::as_str).collect(),
            (_, None) => Vec::new(),
        };
        let scored = |similar: &Similar| {
            let genres = self.genres(similar.item).into_iter();
            let shared = genres.filter(|genre| subject_genres.contains(genre));
            let shared_genres: Vec<String> = shared.map(str::to_owned).collect();
            Scored {
                card: self.card(query, similar.item),
                parts: shown_parts(&similar.parts, &weights),
                adjusted_score: similar.adjusted.map(rounded),
                reasons: if query.reasons {
                    of_similar(self, &found, similar, &weights, &shared_genres)
                } else {
                    Vec::new()
                },
                shared_genres,
                sentence: None,
            }
        };
        Ok(Outcome::Answer(Answer {
            subject: found.item.map(|item| self.card(query, item)),
            items: found.items.iter().map(scored).collect(),
            weights,
            route: found.route,
            matched: found.matched,
            unknown_rerank_ids: found.reranking.unknown,
            variant: found.variant,
        }))
    }
}

/// Scores for people.
fn shown_parts(parts: &Parts, weights: &Weights) -> ScoreParts {
    ScoreParts {
        score: rounded(parts.score(weights)),
        genre: rounded(parts.genre),
        text: rounded(parts.text),
        metadata: rounded(parts.metadata),
        year: rounded(parts.year),
    }
}

pub(super) fn unknown(id: &ItemId) -> QueryError {
    QueryError::UnknownItem {
        id: match id {
            ItemId::Int(id) => id.to_string(),
            ItemId::Str(id) => id.clone(),
        },
    }
}
