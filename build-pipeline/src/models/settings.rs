//! What a user can set about the models, and what a training reports.

use serde::{Deserialize, Serialize};

use super::{ease::EaseParameters, graph::GraphParameters, validation::Metrics};
use crate::error::BuildError;

/// Which model is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The EASE^R family and the graph filter, or a blend of them, by validation on a part of the training data.
    #[default]
    Auto,
    /// The EASE^R family; whatever parameters are not given are searched for.
    Ease,
    /// The graph filter GF-CF.
    Graph,
    /// Implicit alternating least squares.
    Ials,
    /// Bayesian personalised ranking with sampled negatives.
    Bpr,
    /// How often each item is wanted, the same for everybody.
    Popularity,
}

impl Family {
    /// The name in configuration, flags and manifests.
    pub fn name(self) -> &'static str {
        match self {
            Family::Auto => "auto",
            Family::Ease => "ease",
            Family::Graph => "graph",
            Family::Ials => "ials",
            Family::Bpr => "bpr",
            Family::Popularity => "popularity",
        }
    }
}

/// Everything a training depends on beside the interactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Which model.
    pub model: Family,
    /// Bytes of the stored model an item may take, everything counted: 16 to 4096. More is nearer to the model in floats.
    pub bytes_per_item: usize,
    /// Memory that a training may take, in GiB, above 0. A catalogue that a dense solve does not fit takes the graph filter.
    pub memory_limit: f64,
    /// People who must like an item before the model says anything of it, 1 to 1,000,000. A pack is public, and what goes with
    /// an item that one person likes is what that person likes.
    pub min_people: u32,
    /// Seed of whatever is random: the configuration's own.
    #[serde(skip)]
    pub seed: u64,
    /// Parameters of the EASE^R family; searched for if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ease: Option<EaseParameters>,
    /// Parameters of the graph filter; as published if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<GraphParameters>,
    /// Share of the graph filter in a blend, 0 to 1, both scaled to the same mean; validated if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_share: Option<f32>,
    /// Columns of the stored factors, 0 to 512; validated if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// Budgets in bytes per item for which the report tells the quality on the validation users; none if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<usize>,
    /// Columns of the factors that `ials` and `bpr` learn, 1 to 512.
    pub embedding_dim: usize,
    /// Passes of `ials` and `bpr` over the data, 1 to 1000.
    pub epochs: usize,
    /// Events in a step of `bpr`, 1 to 65536.
    pub batch_size: usize,
    /// Step size of `bpr` (Adam), above 0, at most 1.
    pub learning_rate: f32,
    /// Items that a step of `bpr` compares with each liked one, 1 to 100.
    pub num_negatives: usize,
    /// `ials`: what every item counts that a person has not touched, against 1 for one that they like. Above 0, at most 10.
    pub unobserved_weight: f32,
    /// `ials` and `bpr`: λ of the factors. Above 0.
    pub factor_regularization: f32,
}

impl Default for ModelConfig {
    fn default() -> ModelConfig {
        ModelConfig {
            model: Family::Auto,
            bytes_per_item: 256,
            memory_limit: 12.0,
            min_people: 3,
            seed: 42,
            ease: None,
            graph: None,
            graph_share: None,
            rank: None,
            curve: Vec::new(),
            embedding_dim: 32,
            epochs: 10,
            batch_size: 256,
            learning_rate: 0.001,
            num_negatives: 4,
            unobserved_weight: 0.1,
            factor_regularization: 0.01,
        }
    }
}

impl ModelConfig {
    /// Whether nothing is said of the model, so that a manifest needs not tell.
    pub fn is_default(&self) -> bool {
        *self == ModelConfig::default()
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key.
    pub fn check(&self) -> Result<(), BuildError> {
        let checks = [
            (
                "bytes_per_item",
                (16..=4096).contains(&self.bytes_per_item),
                "from 16 to 4096",
            ),
            (
                "min_people",
                (1..=1_000_000).contains(&self.min_people),
                "from 1 to 1000000",
            ),
            (
                "memory_limit",
                self.memory_limit > 0.0 && self.memory_limit <= 1e6,
                "a number of GiB above 0",
            ),
            (
                "graph_share",
                self.graph_share.is_none_or(|share| (0.0..=1.0).contains(&share)),
                "from 0 to 1",
            ),
            ("rank", self.rank.is_none_or(|rank| rank <= 512), "from 0 to 512"),
            (
                "curve",
                self.curve.len() <= 32 && self.curve.iter().all(|bytes| (16..=4096).contains(bytes)),
                "at most 32 numbers from 16 to 4096",
            ),
            (
                "embedding_dim",
                (1..=512).contains(&self.embedding_dim),
                "from 1 to 512",
            ),
            ("epochs", (1..=1000).contains(&self.epochs), "from 1 to 1000"),
            ("batch_size", (1..=65536).contains(&self.batch_size), "from 1 to 65536"),
            (
                "learning_rate",
                self.learning_rate > 0.0 && self.learning_rate <= 1.0,
                "above 0 and at most 1",
            ),
            (
                "num_negatives",
                (1..=100).contains(&self.num_negatives),
                "from 1 to 100",
            ),
            (
                "unobserved_weight",
                self.unobserved_weight > 0.0 && self.unobserved_weight <= 10.0,
                "above 0 and at most 10",
            ),
            (
                "factor_regularization",
                self.factor_regularization > 0.0 && self.factor_regularization <= 1e6,
                "above 0 and at most 1000000",
            ),
        ];
        for (key, right, range) in checks {
            ensure(right, key, range)?;
        }
        if let Some(ease) = &self.ease {
            let exponents = [ease.input_exponent, ease.output_exponent];
            ensure(
                ease.regularization > 0.0 && ease.regularization <= 1e9,
                "ease.regularization",
                "above 0",
            )?;
            ensure((0.0..=0.95).contains(&ease.dropout), "ease.dropout", "from 0 to 0.95")?;
            ensure(
                (0.0..=1.0).contains(&ease.user_exponent),
                "ease.user_exponent",
                "from 0 to 1",
            )?;
            ensure(
                (0.0..=1.0).contains(&ease.ridge_exponent),
                "ease.ridge_exponent",
                "from 0 to 1",
            )?;
            ensure(
                exponents.iter().all(|x| (-1.0..=1.0).contains(x)),
                "ease.input_exponent and output_exponent",
                "from -1 to 1",
            )?;
        }
        if let Some(graph) = &self.graph {
            let exponents = [graph.output_exponent, graph.low_pass_exponent];
            ensure(
                (0.0..=1.0).contains(&graph.user_exponent),
                "graph.user_exponent",
                "from 0 to 1",
            )?;
            ensure(
                (0.0..=1.0).contains(&graph.item_exponent),
                "graph.item_exponent",
                "from 0 to 1",
            )?;
            ensure(
                (0.0..=1e6).contains(&graph.low_pass),
                "graph.low_pass",
                "from 0 to 1000000",
            )?;
            ensure((1..=512).contains(&graph.rank), "graph.rank", "from 1 to 512")?;
            ensure(
                exponents.iter().all(|x| (-1.0..=1.0).contains(x)),
                "graph.output_exponent and low_pass_exponent",
                "from -1 to 1",
            )?;
        }
        Ok(())
    }

    /// The limit in bytes.
    pub fn memory_bytes(&self) -> u64 {
        (self.memory_limit * (1u64 << 30) as f64) as u64
    }
}

fn ensure(right: bool, key: &str, range: &str) -> Result<(), BuildError> {
    if right {
        return Ok(());
    }
    Err(BuildError::Config {
        place: format!("model.{key}"),
        reason: format!("must be {range}"),
    })
}

/// What a training did: all figures are on validation users, taken from the training data.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TrainingReport {
    /// What was chosen: `ease`, `graph`, `ease+graph`, `ials`, `bpr` or `popularity`.
    pub model: String,
    /// Pairs of a person and an item they like that it was learned from.
    pub pairs: usize,
    /// The parameters of the EASE^R family, if it takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ease: Option<EaseParameters>,
    /// Those of the graph filter, if it takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<GraphParameters>,
    /// The graph filter's share, 0 to 1.
    pub graph_share: f32,
    /// Every candidate that was tried, in order.
    pub candidates: Vec<Candidate>,
    /// The chosen model in floats.
    pub float: Quality,
    /// The chosen model as it is stored.
    pub stored: Quality,
    /// Columns of the stored factors.
    pub rank: usize,
    /// Entries of the stored sparse part.
    pub sparse_entries: usize,
    /// Bytes the stored model takes, divided by the items.
    pub bytes_per_item: f64,
    /// Quality at other sizes, as far as asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
    /// Seconds the training took.
    pub seconds: f64,
}

/// Recall@20 and NDCG@20 on validation users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Mean Recall@20.
    #[serde(rename = "recall@20")]
    pub recall: f64,
    /// Mean NDCG@20.
    #[serde(rename = "ndcg@20")]
    pub ndcg: f64,
    /// Number of users.
    pub users: usize,
}

impl Quality {
    /// What candidates are compared by: the mean of the two.
    pub fn criterion(&self) -> f64 {
        (self.recall + self.ndcg) / 2.0
    }
}

impl From<Metrics> for Quality {
    fn from(metrics: Metrics) -> Quality {
        Quality {
            recall: metrics.recall,
            ndcg: metrics.ndcg,
            users: metrics.users,
        }
    }
}

/// Something that was tried.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// What it is, for people.
    pub name: String,
    /// How good it is.
    #[serde(flatten)]
    pub quality: Quality,
}

/// The quality of the stored model at a size.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CurvePoint {
    /// Bytes an item takes.
    pub bytes_per_item: f64,
    /// Columns of the factors.
    pub rank: usize,
    /// How good it is.
    #[serde(flatten)]
    pub quality: Quality,
}
