//! What a linear model is made of: one of the families, or a blend of both whose share is chosen on validation users.

use std::{cmp::Ordering, sync::Arc};

use rayon::prelude::*;

use super::{
    csr::Csr,
    ease::{self, EaseParameters},
    graph::{Graph, GraphParameters},
    linear::{Dense, ItemMatrix, mean_magnitude},
    settings::{Candidate, Family, ModelConfig, Quality},
    validation::{TestUser, judge, top},
};
use crate::{error::BuildError, progress::Progress};

/// Shares of the graph filter that are tried.
const SHARES: [f32; 11] = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0];

/// Items up to which the graph filter is made whole to try it.
const WHOLE: usize = 8000;

/// Of candidates so near to the best, the one with more of the graph filter is taken: it bears better what validation can't
/// show, since the future is not a random part of the past.
const NEAR: f64 = 0.001;

/// The parts of a matrix with their parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recipe {
    /// The EASE^R family, if it takes part.
    pub ease: Option<EaseParameters>,
    /// The graph filter, if it takes part.
    pub graph: Option<GraphParameters>,
    /// Share of the graph filter.
    pub share: f32,
}

impl Recipe {
    /// What the configuration says, with `found` for what it leaves open of EASE.
    pub fn new(
        liked: &Csr,
        config: &ModelConfig,
        progress: &Progress,
        found: impl FnOnce() -> Result<EaseParameters, BuildError>,
    ) -> Result<Recipe, BuildError> {
        let needed = ease::dense_bytes(liked.cols);
        let fits = needed <= config.memory_bytes();
        if !fits && config.model != Family::Graph {
            progress.warn(&format!(
                "a dense solve of {} items takes {:.1} GiB, more than the limit of {} GiB (--memory-limit): \
                 the graph filter, which needs no matrix of that size, is used alone",
                liked.cols,
                needed as f64 / (1u64 << 30) as f64,
                config.memory_limit
            ));
        }
        let share = match config.model {
            _ if !fits => 1.0,
            Family::Graph => 1.0,
            Family::Ease => 0.0,
            _ => config.graph_share.unwrap_or(f32::NAN), // to be chosen
        };
        Ok(Recipe {
            ease: match config.ease {
                _ if share == 1.0 => None,
                Some(given) => Some(given),
                None => Some(found()?),
            },
            graph: (share != 0.0).then(|| config.graph.unwrap_or_default()),
            share,
        })
    }

    /// Whether the share is still to be chosen.
    pub fn is_open(&self) -> bool {
        self.share.is_nan()
    }

    /// Settles the share.
    pub fn settle(&mut self, share: f32) {
        self.share = share;
        if share == 0.0 {
            self.graph = None;
        } else if share == 1.0 {
            self.ease = None;
        }
    }

    /// The name for manifests and reports.
    pub fn name(&self) -> &'static str {
        match (&self.ease, &self.graph) {
            (Some(_), Some(_)) => "ease+graph",
            (Some(_), None) => Family::Ease.name(),
            _ => Family::Graph.name(),
        }
    }
}

/// The matrices that a recipe names, before they are one.
pub struct Parts {
    ease: Option<Dense>,
    graph: Option<Graph>,
}

impl Parts {
    /// Fits each part.
    ///
    /// # Errors
    /// As [`ease::solve`].
    pub fn new(liked: &Arc<Csr>, recipe: &Recipe, seed: u64, progress: &Progress) -> Result<Parts, BuildError> {
        let transposed = Arc::new(liked.transposed());
        let graph = recipe.graph.map(|parameters| {
            let _stage = progress.stage("graph filter", 0);
            Graph::new(liked, &transposed, &parameters, seed)
        });
        let ease = match &recipe.ease {
            Some(parameters) => Some(ease::solve(liked, &transposed, parameters, progress)?),
            None => None,
        };
        Ok(Parts { ease, graph })
    }

    /// Chooses the share of the graph filter, and its rank if `free`, on users whom neither part knows whole. Gives what was tried.
    pub fn choose(
        &mut self,
        recipe: &mut Recipe,
        users: &[TestUser],
        free: bool,
        progress: &Progress,
    ) -> Vec<Candidate> {
        let (Some(ease), Some(whole)) = (&self.ease, &self.graph) else {
            return Vec::new();
        };
        let stage = progress.stage("blend", 0);
        let mut ranks = vec![whole.rank()];
        if free {
            ranks.extend([128, 64].into_iter().filter(|rank| *rank < whole.rank()));
        }
        let mut tried: Vec<(f32, usize, Quality)> = Vec::new();
        for rank in ranks {
            let graph = whole.with_rank(rank);
            let qualities = match ease.items() {
                // Rows of a small matrix are added faster than the graph is walked.
                ..=WHOLE => qualities(ease, &graph.dense(), users),
                _ => qualities(ease, &graph, users),
            };
            tried.extend(
                SHARES
                    .into_iter()
                    .zip(qualities)
                    .map(|(share, quality)| (share, rank, quality)),
            );
        }
        drop(stage);
        let best = tried
            .iter()
            .map(|(.., quality)| quality.criterion())
            .fold(0.0, f64::max);
        let near = tried
            .iter()
            .filter(|(.., quality)| quality.criterion() >= best * (1.0 - NEAR));
        let order = |a: &&(f32, usize, Quality), b: &&(f32, usize, Quality)| {
            let key = |it: &(f32, usize, Quality)| (it.0, it.2.criterion());
            key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal)
        };
        let (share, rank, quality) = near.max_by(order).copied().unwrap_or_default();
        progress.note(&format!(
            "  graph filter of rank {rank}, share {share}: recall@20 {:.4}, ndcg@20 {:.4}",
            quality.recall, quality.ndcg
        ));
        recipe.settle(share);
        if let Some(graph) = &mut recipe.graph {
            graph.rank = rank;
        }
        if recipe.ease.is_none() {
            self.ease = None;
        }
        self.graph = self
            .graph
            .take()
            .filter(|_| recipe.graph.is_some())
            .map(|graph| graph.with_rank(rank));
        let candidate = |(share, rank, quality): (f32, usize, Quality)| Candidate {
            name: format!("blend: graph filter of rank {rank}, share {share}"),
            quality,
        };
        tried.into_iter().map(candidate).collect()
    }

    /// One matrix of the parts.
    pub fn join(self, recipe: &Recipe, progress: &Progress) -> Box<dyn ItemMatrix> {
        match (self.ease, self.graph) {
            (Some(mut ease), Some(graph)) => {
                let _stage = progress.stage("join", 0);
                // In the scale of EASE, whose scores are near to probabilities.
                let scale = scale(&ease) / scale(&graph);
                ease.blend(1.0 - recipe.share, &graph, recipe.share * scale);
                Box::new(ease)
            }
            (Some(ease), None) => Box::new(ease),
            (None, Some(graph)) => Box::new(graph),
            (None, None) => Box::new(Dense::default()),
        }
    }
}

/// What a part's values are measured in: a share counts for as much in either.
fn scale(part: &dyn ItemMatrix) -> f32 {
    (mean_magnitude(part) as f32).max(1e-20)
}

/// How good each share is.
fn qualities(ease: &Dense, graph: &dyn ItemMatrix, users: &[TestUser]) -> [Quality; SHARES.len()] {
    let n = ease.items();
    let scale = scale(ease) / scale(graph);
    let judged: Vec<[(f64, f64); SHARES.len()]> = users
        .par_iter()
        .map_init(
            || (vec![0.0; n], vec![0.0; n], vec![0.0; n]),
            |(of_ease, of_graph, both), user| {
                of_ease.fill(0.0);
                of_graph.fill(0.0);
                ease.add_scores(&user.history, of_ease);
                graph.add_scores(&user.history, of_graph);
                SHARES.map(|share| {
                    let (a, b) = (1.0 - share, share * scale);
                    let pairs = of_ease.iter().zip(of_graph.iter());
                    both.iter_mut().zip(pairs).for_each(|(s, (x, y))| *s = a * x + b * y);
                    judge(&top(both, &user.history, 20), &user.withheld, 20)
                })
            },
        )
        .collect();
    let count = users.len().max(1) as f64;
    std::array::from_fn(|at| Quality {
        recall: judged.iter().map(|of| of[at].0).sum::<f64>() / count,
        ndcg: judged.iter().map(|of| of[at].1).sum::<f64>() / count,
        users: users.len(),
    })
}
