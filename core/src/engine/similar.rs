//! Similar items: find them in the stored lists, in a shard, or by a scan; score; show.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{Answer, Card, Engine, Outcome, Query, Route, ScoreParts, Scored, Seed, Weights};
use crate::{
    error::{OpenError, QueryError},
    ids::{ItemId, ItemIx},
    kernel::{
        Features, Index, Limits, Parts, Scratch, Subject,
        similarity::{TEXT_ONE, reaches},
    },
    pack::{Manifest, Part, display::Display, items::Items, lists::Lists, shard::Shard, summaries, table::Table},
};

pub(super) fn similar(engine: &Engine, query: &Query) -> Result<Outcome, QueryError> {
    let own = engine.manifest.content.weights;
    let weights = query.weights.over(own)?;
    match &query.seed {
        Seed::Item(id) if !id.is_valid() || id.kind() != engine.manifest.id_kind => Err(unknown(id)),
        Seed::Item(id) if near(weights, own) => of_item(engine, query, id, own),
        Seed::Item(id) => Resident::with(engine, |resident| by_scan(&resident, query, Some(id), weights)),
        Seed::Features(_) => Resident::with(engine, |resident| by_scan(&resident, query, None, weights)),
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
            resident.shown(query, Some(item), &found, weights, Route::Stored)
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
        false => Ok(need(&engine.manifest, [part])),
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
            items: &shard.items,
            display: &shard.display,
            row: &|item| shard.row(item),
        };
        return view.shown(engine, query, Some(own), &found, weights, Route::Shard);
    }
    Err(unknown(id))
}

/// The first `n` of a list that reach the least score.
fn limit(list: impl Iterator<Item = (ItemIx, Parts)>, query: &Query, weights: &Weights) -> Vec<(ItemIx, Parts)> {
    list.filter(|(_, parts)| reaches(parts.score(weights), query.min_similarity))
        .take(query.n)
        .collect()
}

/// The features and what is shown of them.
struct Resident<'a> {
    engine: &'a Engine,
    features: Features<'a>,
    index: &'a Index,
    display: Display<'a>,
}

impl<'a> Resident<'a> {
    /// Calls `then` with the resident parts, or says that they are needed.
    fn with(
        engine: &'a Engine,
        then: impl FnOnce(Resident<'a>) -> Result<Outcome, QueryError>,
    ) -> Result<Outcome, QueryError> {
        match (&engine.features, &engine.display) {
            (Some((features, index)), Some(display)) => then(Resident {
                engine,
                index,
                features: Features::open(features).map_err(inconsistent)?,
                display: Display::open(display).map_err(inconsistent)?,
            }),
            _ => {
                let missing = [Part::Features, Part::Display]
                    .into_iter()
                    .filter(|part| !engine.has(*part));
                Ok(need(&engine.manifest, missing))
            }
        }
    }

    fn shown(
        &self,
        query: &Query,
        subject: Option<ItemIx>,
        found: &[(ItemIx, Parts)],
        weights: Weights,
        route: Route,
    ) -> Result<Outcome, QueryError> {
        let view = View {
            items: &self.features.items,
            display: &self.display,
            row: &|item| item,
        };
        view.shown(self.engine, query, subject, found, weights, route)
    }
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
    resident.shown(query, item, &found, weights, Route::Scan)
}

/// Items with what is shown of them, whole pack or shard.
struct View<'v> {
    items: &'v Items<'v>,
    display: &'v Display<'v>,
    row: &'v dyn Fn(ItemIx) -> ItemIx,
}

impl View<'_> {
    fn shown(
        &self,
        engine: &Engine,
        query: &Query,
        subject: Option<ItemIx>,
        found: &[(ItemIx, Parts)],
        weights: Weights,
        route: Route,
    ) -> Result<Outcome, QueryError> {
        if query.summaries {
            let rows = subject
                .into_iter()
                .chain(found.iter().map(|(item, _)| *item))
                .map(|item| (self.row)(item));
            let mut missing: Vec<Part> = Vec::new();
            for part in rows.filter_map(|row| engine.manifest.summaries_of(row)) {
                if engine.summaries.get(part).is_none() && !missing.contains(&part) {
                    missing.push(part);
                }
            }
            if !missing.is_empty() {
                return Ok(need(&engine.manifest, missing));
            }
        }
        let card = |item| self.card(engine, query, item);
        let subject_genres: Vec<&str> = match (&query.seed, subject) {
            (_, Some(item)) => self.genres(item).collect(),
            (Seed::Features(new), None) => new.genres.iter().map(String::as_str).collect(),
            (Seed::Item(_), None) => Vec::new(),
        };
        let items = found.iter().map(|(item, parts)| Scored {
            card: card(*item),
            parts: rounded(parts, &weights),
            shared_genres: self
                .genres(*item)
                .filter(|g| subject_genres.contains(g))
                .map(str::to_owned)
                .collect(),
        });
        Ok(Outcome::Answer(Answer {
            subject: subject.map(card),
            items: items.collect(),
            weights,
            route,
        }))
    }

    fn genres(&self, item: ItemIx) -> impl Iterator<Item = &str> {
        self.items
            .genre()
            .into_iter()
            .flat_map(move |genre| genre.values_of(item))
    }

    fn card(&self, engine: &Engine, query: &Query, item: ItemIx) -> Card {
        let mut card = Card {
            id: self.items.id(item),
            name: self.display.name(item).into(),
            genres: self.genres(item).map(str::to_owned).collect(),
            year: self.items.year(item),
            platform: None,
            kind: None,
            language: None,
            runtime: self.display.runtime(item),
            rating: self.display.rating(item),
            image: self.display.image(item),
            url: self.display.url(item),
            attributes: Vec::new(),
            summary: None,
        };
        for attribute in self
            .items
            .attributes
            .iter()
            .filter(|a| a.role != crate::pack::layout::role::GENRE)
        {
            let mut values = attribute.values_of(item).map(str::to_owned);
            match attribute.name {
                "platform" => card.platform = values.next(),
                "type" => card.kind = values.next(),
                "language" => card.language = values.next(),
                name => {
                    let values: Vec<String> = values.collect();
                    if !values.is_empty() {
                        card.attributes.push((name.into(), values));
                    }
                }
            }
        }
        if query.summaries {
            card.summary = summary(engine, (self.row)(item));
        }
        card
    }
}

fn summary(engine: &Engine, row: ItemIx) -> Option<String> {
    let part = engine.manifest.summaries_of(row)?;
    let texts = summaries::open(engine.summaries.get(part)?).ok()?;
    let place = row.at() % engine.manifest.summaries.items_per_file.max(1) as usize;
    Some(texts.get(place)).filter(|text| !text.is_empty()).map(String::from)
}

/// Scores for people, to six decimals: equal in JSON of any host.
fn rounded(parts: &Parts, weights: &Weights) -> ScoreParts {
    let round = |x: f32| (f64::from(x) * 1e6 + 0.5) as u64 as f64 / 1e6;
    ScoreParts {
        score: round(parts.score(weights)),
        genre: round(parts.genre),
        text: round(parts.text),
        metadata: round(parts.metadata),
        year: round(parts.year),
    }
}

fn need(manifest: &Manifest, parts: impl IntoIterator<Item = Part>) -> Outcome {
    Outcome::NeedParts(parts.into_iter().filter_map(|part| manifest.file(part)).collect())
}

fn unknown(id: &ItemId) -> QueryError {
    QueryError::UnknownItem {
        id: alloc::format!("{id}"),
    }
}

/// What `attach` checked can't be wrong now; were it so, it is said and not hidden.
fn inconsistent(_: OpenError) -> QueryError {
    QueryError::Inconsistent {
        what: "an attached part",
    }
}
