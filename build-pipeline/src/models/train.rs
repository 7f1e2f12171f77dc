//! A training from beginning to end: search, validation, solve, compression.

use std::{sync::Arc, time::Instant};

use aftershow_core::pack::collaborative::{CollaborativeData, PersonFactors, SparseRows, fixed_bytes};

use super::{
    Model, Trained, Validated,
    bpr::{self, BprParameters},
    columns::Columns,
    compress::Compression,
    csr::Csr,
    factors::FactorModel,
    ials::{self, IalsParameters},
    linear::{LinearModel, is_cheap},
    popularity::Popularity,
    recipe::{Parts, Recipe},
    refit::Histories,
    search,
    settings::{Candidate, Family, ModelConfig, Quality, TrainingReport},
    storage,
    validation::{HeldOut, TestUser, evaluate, hold_out},
};
use crate::{error::BuildError, interactions::Interactions, progress::Progress};

/// Users that choices are validated on over the whole catalogue, at most.
const USERS: usize = 2000;

/// So then no more than this share of all pairs is withheld: the model that is stored never learns them.
const WITHHELD: f64 = 0.01;

/// Trains the model that the configuration asks for, choosing what it leaves open.
///
/// # Errors
/// [`BuildError::Config`] for values out of range, and if a solve fails.
pub fn train(interactions: &Interactions, config: &ModelConfig, progress: &Progress) -> Result<Trained, BuildError> {
    config.check()?;
    let begun = Instant::now();
    let all = Csr::liked(interactions);
    let columns = Columns::with_at_least(&all, config.min_people);
    let liked = Arc::new(columns.narrow(&all));
    let popularity = descending(interactions.popularity.clone());
    let made = match family(&columns, config) {
        Family::Popularity => popular(popularity),
        family => {
            let made = match family {
                Family::Ials | Family::Bpr => factors(&liked, config, progress),
                _ => linear(&liked, popularity.len() - columns.len(), config, progress)?,
            };
            made.of_all(columns, popularity)
        }
    };
    Ok(Trained {
        report: TrainingReport {
            pairs: liked.columns.len(),
            seconds: begun.elapsed().as_secs_f64(),
            ..made.report
        },
        ..made
    })
}

/// What is trained: with nothing to learn from it is popularity.
fn family(columns: &Columns, config: &ModelConfig) -> Family {
    match columns.is_empty() {
        true => Family::Popularity,
        false => config.model,
    }
}

impl Trained {
    /// Of all items of the catalogue, from those that it was learned for.
    fn of_all(self, columns: Columns, popularity: Vec<f32>) -> Trained {
        let (kept, all) = (columns.len() as f64, popularity.len() as f64);
        let linear = matches!(self.data.person, PersonFactors::Linear { .. });
        let silent = fixed_bytes(self.data.rank, linear, !self.data.sparse.ends.is_empty()) as f64;
        let mut report = self.report;
        report.bytes_per_item = (report.bytes_per_item * kept + silent * (all - kept)) / all;
        Trained {
            report,
            validated: self.validated.map(|validated| Validated {
                users: columns.widen_users(validated.users),
                data: columns.widen(validated.data, popularity.clone()),
            }),
            data: columns.widen(self.data, popularity),
            model: columns.widen_model(self.model),
        }
    }
}

/// Fits the model in floats and no more: nothing is searched for or validated, and whatever the configuration leaves open takes
/// its default (of a blend, the share is 0).
///
/// # Errors
/// As [`train`].
pub fn fit(
    interactions: &Interactions,
    config: &ModelConfig,
    progress: &Progress,
) -> Result<Box<dyn Model>, BuildError> {
    config.check()?;
    let all = Csr::liked(interactions);
    let columns = Columns::with_at_least(&all, config.min_people);
    let liked = Arc::new(columns.narrow(&all));
    Ok(match family(&columns, config) {
        Family::Popularity => Box::new(Popularity::new(interactions.popularity.clone())),
        Family::Ials | Family::Bpr => {
            let model = fit_factors(&liked, &[], config, &mut Vec::new(), progress);
            columns.widen_model(Box::new(model))
        }
        Family::Auto | Family::Ease | Family::Graph => {
            let mut recipe = Recipe::new(&liked, config, progress, || search::START);
            if recipe.is_open() {
                recipe.settle(0.0);
            }
            let matrix = Parts::new(&liked, &mut recipe, config.seed, progress)?.join(&recipe, progress);
            columns.widen_model(Box::new(LinearModel::new(recipe.name(), matrix)))
        }
    })
}

/// The packs' rows are ordered by popularity, so it never rises; with another order it is cut to what does not rise.
fn descending(mut popularity: Vec<f32>) -> Vec<f32> {
    let mut least = f32::MAX;
    for value in &mut popularity {
        least = least.min(*value);
        *value = least;
    }
    popularity
}

fn popular(popularity: Vec<f32>) -> Trained {
    Trained {
        data: CollaborativeData {
            items: popularity.len(),
            popularity: popularity.clone(),
            rank: 0,
            item_factors: Vec::new(),
            item_scales: Vec::new(),
            person: PersonFactors::Linear { scales: Vec::new() },
            sparse: SparseRows::default(),
        },
        report: TrainingReport {
            model: Family::Popularity.name().to_owned(),
            ..TrainingReport::default()
        },
        model: Box::new(Popularity::new(popularity)),
        validated: None,
    }
}

/// The users that choices are validated on, and what the models may learn from meanwhile.
fn withheld(liked: &Csr, again: bool, seed: u64) -> HeldOut {
    let mean = liked.columns.len() as f64 / liked.rows().max(1) as f64;
    let bearable = WITHHELD * liked.columns.len() as f64 / (search::SHARE * mean).max(1.0);
    let most = match again {
        true => USERS,
        false => USERS.min(bearable as usize),
    };
    hold_out(liked, search::SHARE, most, seed)
}

/// `silent`: items of the catalogue that are not among the columns.
fn linear(liked: &Arc<Csr>, silent: usize, config: &ModelConfig, progress: &Progress) -> Result<Trained, BuildError> {
    let n = liked.cols;
    let mut report = TrainingReport::default();
    let mut recipe = Recipe::new(liked, config, progress, || {
        let (found, tried) = search::ease(liked, config.seed, progress);
        report.candidates = tried;
        found
    });
    let again = is_cheap(n);
    let held = withheld(liked, again, config.seed);
    let (users, train) = (held.users, Arc::new(held.train));
    if recipe.is_open() && users.is_empty() {
        recipe.settle(0.0); // there is nobody to choose on
    }
    let mut parts = Parts::new(&train, &mut recipe, config.seed, progress)?;
    if recipe.is_open() {
        report
            .candidates
            .extend(parts.choose(&mut recipe, &users, config.graph.is_none(), progress));
    }
    let mut b = parts.join(&recipe, progress);
    let how = Compression {
        bytes_per_item: config.bytes_per_item,
        silent,
        counts: liked.column_counts(),
        histories: Some(Arc::new(Histories::new(&train))),
        seed: config.seed,
        ..Compression::default()
    };
    report.float = quality(&users, n, |history, out| b.add_scores(history, out));
    let mut stored = storage::best(b.as_ref(), &users, &how, config, &mut report, progress);
    let validated = (!users.is_empty()).then(|| Validated {
        data: stored.clone().into_data(),
        users,
    });
    if again && validated.is_some() {
        drop(b);
        b = Parts::new(liked, &mut recipe, config.seed, progress)?.join(&recipe, progress);
        let _stage = progress.stage("compress", 0);
        let how = Compression {
            histories: Some(Arc::new(Histories::new(liked))),
            ..how
        };
        stored = storage::again(b.as_ref(), stored.rank, &how);
    }
    report.model = recipe.name().to_owned();
    (report.ease, report.graph, report.graph_share) = (recipe.ease, recipe.graph, recipe.share);
    report.rank = stored.rank;
    report.sparse_entries = stored.sparse.columns.len();
    report.bytes_per_item = stored.bytes_per_item();
    Ok(Trained {
        data: stored.into_data(),
        report,
        model: Box::new(LinearModel::new(recipe.name(), b)),
        validated,
    })
}

fn factors(liked: &Csr, config: &ModelConfig, progress: &Progress) -> Trained {
    let n = liked.cols;
    let mut report = TrainingReport::default();
    let held = withheld(liked, true, config.seed);
    let mut model = fit_factors(&held.train, &held.users, config, &mut report.candidates, progress);
    report.float = quality(&held.users, n, |history, out| model.add_scores(history, out));
    let rounded = model.rounded();
    report.stored = quality(&held.users, n, |history, out| rounded.add_scores(history, out));
    let validated = (!held.users.is_empty()).then(|| Validated {
        data: model.data(),
        users: held.users,
    });
    // The choice of α was made with the validation users; it stays.
    if validated.is_some() {
        let whole = fit_factors(liked, &[], config, &mut Vec::new(), progress);
        model = whole.with_unobserved_weight(model.unobserved_weight());
    }
    let data = model.data();
    report.model = model.name().to_owned();
    report.rank = data.rank;
    report.bytes_per_item = model.bytes_per_item();
    Trained {
        data,
        report,
        model: Box::new(model),
        validated,
    }
}

/// The α under which a person's vector is found from vectors that were learned without one.
const UNOBSERVED: [f32; 5] = [0.001, 0.01, 0.03, 0.1, 0.3];

fn fit_factors(
    liked: &Csr,
    users: &[TestUser],
    config: &ModelConfig,
    candidates: &mut Vec<Candidate>,
    progress: &Progress,
) -> FactorModel {
    let dim = config.embedding_dim;
    if config.model == Family::Ials {
        let parameters = IalsParameters {
            dim,
            epochs: config.epochs,
            unobserved_weight: config.unobserved_weight,
            regularization: config.factor_regularization,
            seed: config.seed,
        };
        return ials::fit(liked, &liked.transposed(), &parameters, progress);
    }
    let parameters = BprParameters {
        dim,
        epochs: config.epochs,
        batch_size: config.batch_size,
        learning_rate: config.learning_rate,
        negatives: config.num_negatives,
        regularization: config.factor_regularization,
        seed: config.seed,
    };
    let items = bpr::fit(liked, &parameters, progress);
    let of = |alpha: f32| FactorModel::new("bpr", items.clone(), alpha, 1.0);
    let mut best = (of(config.unobserved_weight), f64::NEG_INFINITY);
    for alpha in UNOBSERVED.into_iter().filter(|_| !users.is_empty()) {
        let model = of(alpha);
        let quality = quality(users, liked.cols, |history, out| model.add_scores(history, out));
        candidates.push(Candidate {
            name: format!("bpr: unobserved weight {alpha} for people"),
            quality,
        });
        if quality.criterion() > best.1 {
            best = (model, quality.criterion());
        }
    }
    best.0
}

fn quality(users: &[TestUser], items: usize, score: impl Fn(&[(u32, f32)], &mut [f32]) + Sync) -> Quality {
    Quality::from(evaluate(users, items, 20, score))
}
