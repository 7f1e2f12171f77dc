//! Similar items: find them in the stored lists, in a shard, or by a scan; score; show.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{
    Answer, Engine, Outcome, Query, Route, ScoreParts, Scored, Seed, Weights,
    show::{Resident, View, inconsistent, need, rounded},
};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::{
        Limits, Parts, Scratch, Subject,
        similarity::{TEXT_ONE, reaches},
    },
    pack::{Part, lists::Lists, shard::Shard, table::Table},
};

pub(super) fn similar(engine: &Engine, query: &Query) -> Result<Outcome, QueryError> {
    let own = engine.manifest.content.weights;
    let weights = query.weights.over(own)?;
    match &query.seed {
        Seed::Item(id) if !id.is_valid() || id.kind() != engine.manifest.id_kind => Err(unknown(id)),
        Seed::Item(id) if near(weights, own) => of_item(engine, query, id, own),
        Seed::Item(id) => Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights)),
        Seed::Features(_) => Resident::with(engine, |resident| by_scan(&resident, query, None, weights)),
        Seed::Person(_) | Seed::Popular => Err(QueryError::InvalidParameter {
            name: "seed",
            expected: "an item or its features; persons and popularity are for recommendations",
        }),
    }
}

/// Normalising the pack's own weights again may move them by a rounding.
fn near(a: Weights, b: Weights) -> bool {
    let close = |x: f32, y: f32| (x - y).abs() < 1e-6;
    close(a.genre, b.genre) && close(a.text, b.text) && close(a.metadata, b.metadata) && close(a.year, b.year)
}

/// With the pack's own weights: the stored lists if they are here, else a shard.
fn of_item(engine: &Engine, query: &Query, id: &ItemId, weights: Weights) -> Result<Outcome, QueryError> {
    let content = &engine.manifest.content;
    // A list that is full answers up to its length; one that is not, holds all there is from its
    // own least score on. Either answers a query for no more than that.
    let enough = |listed: usize, room: usize| {
        query.n <= listed || (listed < room && query.min_similarity >= content.min_similarity)
    };
    if let (Some(_), Some(lists)) = (&engine.features, &engine.neighbours) {
        return Resident::with(engine, |resident| {
            let item = resident.features.items.find(id).ok_or_else(|| unknown(id))?;
            let lists = Lists::open(lists).map_err(inconsistent)?;
            let listed = lists.get(item.at()).count();
            if !enough(listed, lists.length()) {
                return by_scan(&resident, query, Some(id), weights);
            }
            let subject = Subject::of_features(&resident.features, item);
            let how = content.genre_similarity;
            let scored = lists
                .get(item.at())
                .map(ItemIx)
                .map(|i| (i, subject.parts(&resident.features, i, how)));
            let found = limit(scored, query, &weights);
            resident
                .view()
                .answer(query, Some(item), &found, weights, Route::Stored)
        });
    }
    let resident = engine.features.is_some();
    if query.n > content.top_n as usize {
        return Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights));
    }
    // Lazily: the table names the shard.
    let Some(table) = engine.manifest.table_of(id.hash64()) else {
        return Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights));
    };
    // With the features here nothing more is fetched: a scan gives the same answer.
    let fetch = |part: Part| match resident {
        true => Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights)),
        false => Ok(Outcome::NeedParts(need(&engine.manifest, [part]))),
    };
    let Some(container) = engine.tables.get(table) else {
        return fetch(table);
    };
    for hash in Table::open(container).map_err(inconsistent)?.shards_of(id.hash64()) {
        let part = Part::Shard(hash);
        let Some(container) = engine.shards.get(part) else {
            return fetch(part);
        };
        let shard = Shard::open(container).map_err(inconsistent)?;
        let Some(own) = shard.items.find(id).filter(|item| item.at() < shard.lists.len()) else {
            continue;
        };
        let listed = shard.lists.get(own.at()).count();
        if !enough(listed, shard.lists.length()) {
            return Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights));
        }
        let subject = Subject::of_item(&shard.items, own);
        let scored = shard.neighbours(own).map(|(item, text)| {
            let others = subject.parts_without_text(&shard.items, item, content.genre_similarity);
            (
                item,
                Parts {
                    text: f32::from(text) / TEXT_ONE,
                    ..others
                },
            )
        });
        let found = limit(scored, query, &weights);
        let view = View {
            engine,
            items: &shard.items,
            display: &shard.display,
            row: &|item| shard.row(item),
        };
        return view.answer(query, Some(own), &found, weights, Route::Shard);
    }
    Err(unknown(id))
}

/// The first `n` of a list that reach the least score.
fn limit(list: impl Iterator<Item = (ItemIx, Parts)>, query: &Query, weights: &Weights) -> Vec<(ItemIx, Parts)> {
    list.filter(|(_, parts)| reaches(parts.score(weights), query.min_similarity))
        .take(query.n)
        .collect()
}

/// Any weights, any subject: the whole catalogue.
fn by_scan(
    resident: &Resident<'_>,
    query: &Query,
    id: Option<&ItemId>,
    weights: Weights,
) -> Result<Outcome, QueryError> {
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
    let how = resident.engine.manifest.content.genre_similarity;
    let limits = Limits {
        n: query.n,
        min: query.min_similarity,
        except: item,
    };
    let hits = resident
        .index
        .search(&subject, &weights, how, limits, &mut Scratch::default());
    let found: Vec<_> = hits
        .iter()
        .map(|hit| (hit.item, subject.parts(features, hit.item, how)))
        .collect();
    resident.view().answer(query, item, &found, weights, Route::Scan)
}

impl View<'_> {
    fn answer(
        &self,
        query: &Query,
        subject: Option<ItemIx>,
        found: &[(ItemIx, Parts)],
        weights: Weights,
        route: Route,
    ) -> Result<Outcome, QueryError> {
        let shown = subject.into_iter().chain(found.iter().map(|(item, _)| *item));
        if let Some(needed) = self.missing_summaries(query, shown) {
            return Ok(Outcome::NeedParts(needed));
        }
        let subject_genres: Vec<&str> = match (&query.seed, subject) {
            (_, Some(item)) => self.genres(item).collect(),
            (Seed::Features(new), None) => new.genres.iter().map(String::as_str).collect(),
            (_, None) => Vec::new(),
        };
        let items = found.iter().map(|(item, parts)| Scored {
            card: self.card(query, *item),
            parts: shown_parts(parts, &weights),
            shared_genres: self
                .genres(*item)
                .filter(|g| subject_genres.contains(g))
                .map(str::to_owned)
                .collect(),
        });
        Ok(Outcome::Answer(Answer {
            subject: subject.map(|item| self.card(query, item)),
            items: items.collect(),
            weights,
            route,
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

fn unknown(id: &ItemId) -> QueryError {
    QueryError::UnknownItem {
        id: alloc::format!("{id}"),
    }
}
