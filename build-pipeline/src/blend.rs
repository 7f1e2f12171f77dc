//! How much each side of a recommendation counts: tried out on what people's histories were kept from the model.
//!
//! The trial goes through the quantized parts and the engine, as answers do. The two sides' scores are each scaled by
//! their maximum, and a few shared genres already give half of it, so at 0.4 the content side would outvote what people
//! chose together; how much of it helps differs between catalogues, and is found out here.

use std::collections::HashMap;

use aftershow_core::{
    Blend, BlendPatch, Engine, Event, ItemId, ItemIx, Manifest, Outcome, Part, Person, PersonalSettings, Query, Rerank,
    kernel::Features,
    pack::{
        Container, PartEntry, Writer,
        collaborative::{self, CollaborativeData},
        display::{self, DisplayData},
        layout::{FORMAT_VERSION, kind},
    },
};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    catalogue::Catalogue,
    config::Config,
    error::BuildError,
    models::validation::{TestUser, judge},
    progress::Progress,
};

/// Weights of the content side that are tried; the other side has the rest.
const TRIED: [f32; 11] = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0];
/// Users it is tried on, at most.
const USERS: usize = 1000;
/// Length of the lists that are judged.
const K: usize = 20;

/// How good a blend was.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tried {
    /// Weight of the content side.
    content_weight: f32,
    /// Recall@20, mean over the users.
    #[serde(rename = "recall@20")]
    recall: f64,
    /// NDCG@20, mean over the users.
    #[serde(rename = "ndcg@20")]
    ndcg: f64,
}

/// The best blend for these users, and all that were tried; `None` if there is nothing to try it on.
///
/// `model` must not have seen what was withheld from the users.
///
/// # Errors
/// [`BuildError`] if the parts don't fit each other.
pub fn choose(
    catalogue: &Catalogue,
    features: &[u8],
    model: &CollaborativeData,
    users: &[TestUser],
    config: &Config,
    progress: &Progress,
) -> Result<Option<(Blend, Vec<Tried>)>, BuildError> {
    if users.is_empty() || !has_content(features)? {
        return Ok(None);
    }
    let stage = progress.stage("blend", TRIED.len() as u64);
    let engine = engine(catalogue, features, model, config)?;
    let rows = (0u32..)
        .zip(&catalogue.items)
        .map(|(row, item)| (&item.id, row))
        .collect();
    let users = &users[..users.len().min(USERS)];
    let mut tried = Vec::with_capacity(TRIED.len());
    for content_weight in TRIED {
        let judged: Vec<(f64, f64)> = users
            .par_iter()
            .map(|user| {
                Ok(judge(
                    &list(&engine, catalogue, &rows, user, content_weight)?,
                    &user.withheld,
                    K,
                ))
            })
            .collect::<Result<_, BuildError>>()?;
        let mean = |value: fn(&(f64, f64)) -> f64| judged.iter().map(value).sum::<f64>() / judged.len() as f64;
        tried.push(Tried {
            content_weight,
            recall: mean(|(recall, _)| *recall),
            ndcg: mean(|(_, ndcg)| *ndcg),
        });
        stage.inc(1);
    }
    // The first of equal ones: the least content.
    let best = tried.iter().copied().reduce(|best, other| {
        if other.recall + other.ndcg > best.recall + best.ndcg {
            other
        } else {
            best
        }
    });
    Ok(best.map(|best| {
        let blend = Blend {
            content: best.content_weight,
            collaborative: 1.0 - best.content_weight,
        };
        (blend, tried)
    }))
}

/// Whether any item has something to be compared by.
fn has_content(features: &[u8]) -> Result<bool, BuildError> {
    let part = Container::open(features.to_vec(), kind::FEATURES)?;
    let features = Features::open(&part)?;
    let items = || (0..features.items.len()).map(|row| ItemIx(row as u32));
    let genre = features.items.genre();
    let has_genre =
        |item: ItemIx| genre.is_some_and(|genre| genre.set(genre.set_of_item.index(item.at())).next().is_some());
    let metadata = || features.items.metadata();
    Ok(features.rows.entries() > 0
        || items().any(|item| has_genre(item) || metadata().any(|attribute| attribute.set_of_item.at(item.at()) != 0)))
}

fn list(
    engine: &Engine,
    catalogue: &Catalogue,
    rows: &HashMap<&ItemId, u32>,
    user: &TestUser,
    content: f32,
) -> Result<Vec<u32>, BuildError> {
    let id = |row: u32| catalogue.items[row as usize].id.clone();
    let event = |(row, weight): &(u32, f32)| Event {
        weight: *weight,
        ..Event::of(id(*row))
    };
    let query = Query {
        n: K,
        blend: BlendPatch {
            content: Some(content),
            collaborative: Some(1.0 - content),
        },
        ..Query::person(Person {
            history: user.history.iter().map(event).collect(),
            genres: Vec::new(),
        })
    };
    let Outcome::Answer(answer) = engine.recommend(&query)? else {
        return Ok(Vec::new());
    };
    Ok(answer
        .items
        .iter()
        .filter_map(|item| rows.get(&item.card.id).copied())
        .collect())
}

/// An engine over parts that are in no folder yet.
fn engine(
    catalogue: &Catalogue,
    features: &[u8],
    model: &CollaborativeData,
    config: &Config,
) -> Result<Engine, BuildError> {
    let entry = |kind: &str| PartEntry {
        kind: kind.into(),
        name: String::new(),
        file: format!("{kind}.bin"),
        bytes: 0,
        sha256: String::new(),
        optional: false,
    };
    let mut engine = Engine::open(Manifest {
        format: FORMAT_VERSION,
        pack_id: String::new(),
        version: String::new(),
        items: catalogue.items.len() as u32,
        id_kind: catalogue.id_kind,
        content: config.content.settings()?,
        parts: ["features", "display", "collaborative"].map(entry).into(),
        summaries: Default::default(),
        tables: Default::default(),
        shards: 0,
        heads: Vec::new(),
        attribution: String::new(),
        // What is relevant is asked here, and not what makes a list varied.
        personal: Some(PersonalSettings {
            rerank: Rerank::default(),
            ..config.personal.settings("", None)
        }),
        experiments: Vec::new(),
    })?;
    let n = catalogue.items.len();
    let mut shown = Writer::new(kind::DISPLAY);
    display::write(
        &mut shown,
        &DisplayData {
            names: vec![""; n],
            runtimes: vec![0; n],
            ratings: vec![None; n],
            images: vec![""; n],
            urls: vec![""; n],
        },
    );
    let mut part = Writer::new(kind::COLLABORATIVE);
    collaborative::write(&mut part, model)?;
    engine.attach(Part::Features, features.to_vec())?;
    engine.attach(Part::Display, shown.finish()?)?;
    engine.attach(Part::Collaborative, part.finish()?)?;
    Ok(engine)
}
