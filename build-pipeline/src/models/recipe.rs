//! What a linear model is made of: one of the families, or a blend of both whose share is chosen on validation users.

use std::sync::Arc;

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

/// How often a solve that fails in floats is tried again with three times the λ.
const AGAIN: usize = 6;

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
        found: impl FnOnce() -> EaseParameters,
    ) -> Recipe {
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
        Recipe {
            ease: (share != 1.0).then(|| config.ease.unwrap_or_else(found)),
            graph: (share != 0.0).then(|| config.graph.unwrap_or_default()),
            share,
        }
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
    pub fn new(liked: &Arc<Csr>, recipe: &mut Recipe, seed: u64, progress: &Progress) -> Result<Parts, BuildError> {
        let transposed = Arc::new(liked.transposed());
        let graph = recipe.graph.map(|parameters| {
            let _stage = progress.stage("graph filter", 0);
            Graph::new(liked, &transposed, &parameters, seed)
        });
        let solve = |parameters: &mut EaseParameters| solved(liked, &transposed, parameters, progress);
        let ease = recipe.ease.as_mut().map(solve).transpose()?;
        Ok(Parts { ease, graph })
    }

    /// Chooses the share of the graph filter, and its rank if `free`, on users whom neither part knows whole. Gives what was tried.
    ///
    /// By the one-standard-error rule (Breiman et al. 1984, 3.4.3): of all candidates that are not worse than the best by more
    /// than the standard error of that difference, the one with the most of the graph filter, which has fewer free parameters.
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
        let mut tried: Vec<Blend> = Vec::new();
        for rank in ranks {
            let graph = whole.with_rank(rank);
            tried.extend(match ease.items() {
                // Rows of a small matrix are added faster than the graph is walked.
                ..=WHOLE => blends(ease, &graph.dense(), rank, users),
                _ => blends(ease, &graph, rank, users),
            });
        }
        drop(stage);
        let chosen = chosen(&tried);
        progress.note(&format!(
            "  graph filter of rank {}, share {}: recall@20 {:.4}, ndcg@20 {:.4}",
            chosen.rank, chosen.share, chosen.quality.recall, chosen.quality.ndcg
        ));
        recipe.settle(chosen.share);
        if let Some(graph) = &mut recipe.graph {
            graph.rank = chosen.rank;
        }
        if recipe.ease.is_none() {
            self.ease = None;
        }
        self.graph = self
            .graph
            .take()
            .filter(|_| recipe.graph.is_some())
            .map(|graph| graph.with_rank(chosen.rank));
        let candidate = |blend: &Blend| Candidate {
            name: format!("blend: graph filter of rank {}, share {}", blend.rank, blend.share),
            quality: blend.quality,
        };
        tried.iter().map(candidate).collect()
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

/// B of the EASE^R family. A λ too small for floats is raised until it is not.
fn solved(
    liked: &Csr,
    transposed: &Csr,
    parameters: &mut EaseParameters,
    progress: &Progress,
) -> Result<Dense, BuildError> {
    for _ in 0..AGAIN {
        match ease::solve(liked, transposed, parameters, progress) {
            Ok(b) => return Ok(b),
            Err(error) => progress.warn(&format!("{error}; trying three times as much")),
        }
        parameters.regularization *= 3.0;
    }
    ease::solve(liked, transposed, parameters, progress)
}

/// A candidate for the blend of both parts.
struct Blend {
    share: f32,
    rank: usize,
    quality: Quality,
    /// Of each user, the mean of Recall@20 and NDCG@20.
    of_user: Vec<f32>,
}

/// How good each share is.
fn blends(ease: &Dense, graph: &dyn ItemMatrix, rank: usize, users: &[TestUser]) -> Vec<Blend> {
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
    let blend = |(at, share): (usize, f32)| Blend {
        share,
        rank,
        quality: Quality {
            recall: judged.iter().map(|of| of[at].0).sum::<f64>() / count,
            ndcg: judged.iter().map(|of| of[at].1).sum::<f64>() / count,
            users: users.len(),
        },
        of_user: judged.iter().map(|of| ((of[at].0 + of[at].1) / 2.0) as f32).collect(),
    };
    SHARES.into_iter().enumerate().map(blend).collect()
}

/// See [`Parts::choose`]. `tried` has at least one.
fn chosen(tried: &[Blend]) -> &Blend {
    let by_quality = |a: &&Blend, b: &&Blend| a.quality.criterion().total_cmp(&b.quality.criterion());
    let best = tried.iter().max_by(by_quality).unwrap_or(&tried[0]);
    let near = tried.iter().filter(|blend| {
        let differences = best.of_user.iter().zip(&blend.of_user).map(|(a, b)| f64::from(a - b));
        let count = best.of_user.len().max(1) as f64;
        let mean = differences.clone().sum::<f64>() / count;
        let squares: f64 = differences.map(|difference| (difference - mean).powi(2)).sum();
        mean <= (squares / (count - 1.0).max(1.0) / count).sqrt()
    });
    near.max_by(|a, b| a.share.total_cmp(&b.share).then_with(|| by_quality(a, b)))
        .unwrap_or(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blend(share: f32, of_user: Vec<f32>) -> Blend {
        let mean = of_user.iter().map(|v| f64::from(*v)).sum::<f64>() / of_user.len() as f64;
        Blend {
            share,
            rank: 64,
            quality: Quality {
                recall: mean,
                ndcg: mean,
                users: of_user.len(),
            },
            of_user,
        }
    }

    #[test]
    fn of_what_is_within_one_standard_error_the_most_of_the_filter_is_taken() {
        let noisy = |by: f32| {
            (0..100)
                .map(|at| 0.5 + if at % 2 == 0 { 0.2 } else { -0.2 } * by)
                .collect::<Vec<f32>>()
        };
        let tried = [
            blend(0.0, vec![0.5; 100]),
            blend(0.3, noisy(1.0).iter().map(|v| v - 0.01).collect()),
            blend(0.6, vec![0.49; 100]),
        ];
        // 0.3 is worse by half a standard error (0.02); 0.6 surely so, since every user loses the same.
        assert_eq!(chosen(&tried).share, 0.3);
        assert_eq!(chosen(&tried[..1]).share, 0.0);
    }
}
