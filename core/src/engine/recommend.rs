//! Recommendations: retrieve the history, score both sides, order, show.

use alloc::vec::Vec;

use super::{
    Engine, Outcome, Query, Recommendations, Recommended, Seed, Source,
    history::History,
    page::{Choice, Page, Placed, page},
    person::Person,
    personal::Personal,
    show::{Resident, missing, rounded},
    weights::Blend,
};
use crate::{
    error::QueryError,
    ids::ItemIx,
    kernel::Blended,
    pack::{Collaborative, Part},
};

pub(super) fn recommend(engine: &Engine, query: &Query) -> Result<Outcome<Recommendations>, QueryError> {
    let needed = missing(engine, &[Part::Features, Part::Display, Part::Collaborative]);
    if !needed.is_empty() {
        return Ok(Outcome::NeedParts(needed));
    }
    match &query.seed {
        Seed::Person(person) => Resident::with(engine, |resident| to_person(&resident, query, person)),
        Seed::Item(id) => {
            let person = Person::who_liked([id.clone()]);
            Resident::with(engine, |resident| to_person(&resident, query, &person))
        }
        Seed::Popular => Resident::with(engine, |resident| popular(&resident, query)),
        Seed::Features(_) => Err(QueryError::InvalidParameter {
            name: "seed",
            expected: "a person, an item, or what is popular; items of no pack are for similar items",
        }),
    }
}

fn to_person(resident: &Resident<'_>, query: &Query, person: &Person) -> Result<Outcome<Recommendations>, QueryError> {
    let manifest = &resident.engine.manifest;
    let weights = query.weights.over(manifest.content.weights)?;
    let blend = query.blend.over(own_blend(resident.engine))?;
    let history = History::of(person, &resident.features, query.half_life_days);
    let personal = Personal::of(resident, &history, &weights, blend)?;
    let choice = Choice {
        history: &history,
        include_seen: query.include_seen,
    };
    let page = page(&personal, &choice, query.offset, query.n);
    let frame = Recommendations {
        items: Vec::new(),
        fallback_used: !personal.speaks || page.items.iter().any(|placed| placed.score.is_none()),
        weights: personal.weights,
        offset: query.offset,
        total: choice.total(resident.features.items.len()),
        unknown_items: history.unknown,
    };
    shown(resident, query, page, |item| personal.scores(item), frame)
}

/// The whole catalogue, or the items with any of the genres, by popularity.
fn popular(resident: &Resident<'_>, query: &Query) -> Result<Outcome<Recommendations>, QueryError> {
    let items = &resident.features.items;
    let genre = items.genre();
    let wanted: Vec<usize> = query
        .genres
        .iter()
        .filter_map(|name| genre.and_then(|genre| genre.values.find(name)))
        .collect();
    let has_any =
        |item: &ItemIx| genre.is_some_and(|g| g.set(g.set_of_item.index(item.at())).any(|v| wanted.contains(&v)));
    let rows = || {
        (0..items.len() as u32)
            .map(ItemIx)
            .filter(|item| query.genres.is_empty() || has_any(item))
    };
    let place = |item| Placed { item, score: None };
    let page = Page {
        items: rows().skip(query.offset).take(query.n).map(place).collect(),
        least: 1.0,
    };
    let frame = Recommendations {
        items: Vec::new(),
        fallback_used: false,
        weights: query.blend.over(own_blend(resident.engine))?,
        offset: query.offset,
        total: if query.genres.is_empty() {
            items.len()
        } else {
            rows().count()
        },
        unknown_items: 0,
    };
    shown(resident, query, page, |_| Blended::default(), frame)
}

fn own_blend(engine: &Engine) -> Blend {
    engine.manifest.personal.as_ref().map_or(Blend::DEFAULT, |own| Blend {
        content: own.content_weight,
        collaborative: own.collaborative_weight,
    })
}

/// The page with cards and scores.
fn shown(
    resident: &Resident<'_>,
    query: &Query,
    page: Page,
    scores: impl Fn(ItemIx) -> Blended,
    frame: Recommendations,
) -> Result<Outcome<Recommendations>, QueryError> {
    let view = resident.view();
    if let Some(needed) = view.missing_summaries(query, page.items.iter().map(|placed| placed.item)) {
        return Ok(Outcome::NeedParts(needed));
    }
    let model = resident.model()?.map(|(model, _)| model);
    let popularity = |item| popularity(model.as_ref(), resident.features.items.len(), item);
    let recommended = |placed: &Placed| {
        let parts = scores(placed.item);
        let (from_content, from_others) = (
            frame.weights.content * parts.content,
            frame.weights.collaborative * parts.collaborative,
        );
        Recommended {
            card: view.card(query, placed.item),
            score: rounded(placed.score.unwrap_or_else(|| popularity(placed.item) * page.least)),
            content_score: rounded(parts.content),
            collaborative_score: rounded(parts.collaborative),
            popularity: rounded(popularity(placed.item)),
            source: match placed.score {
                None => Source::Popular,
                Some(_) if from_content > from_others => Source::Content,
                Some(_) => Source::Collaborative,
            },
        }
    };
    let items = page.items.iter().map(recommended).collect();
    Ok(Outcome::Answer(Recommendations { items, ..frame }))
}

/// Of a pack without a model the place in the order has to do.
fn popularity(model: Option<&Collaborative<'_>>, items: usize, item: ItemIx) -> f32 {
    match model {
        Some(model) => model.popularity(item),
        None => (items - item.at().min(items)) as f32 / items.max(1) as f32,
    }
}
