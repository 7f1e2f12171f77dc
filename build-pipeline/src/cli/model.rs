//! The flags of `build` that are about the model.

use clap::{Args, ValueEnum};

use crate::models::{Family, ModelConfig};

/// Flags about what is learnt of the events, and how it is stored.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// What is learnt of the events [default: auto]
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub model: Option<Model>,
    /// Bytes of the stored model a title may take, everything counted, 16 to 4096 [default: 256]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub bytes_per_item: Option<usize>,
    /// Tell in the report how good the model would be at these sizes, on validation users
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', help_heading = "Model")]
    pub bytes_curve: Vec<usize>,
    /// GiB that a training may take; a catalogue too large for a dense solve takes a route that needs less [default:
    /// 12]
    #[arg(long, value_name = "GIB", help_heading = "Model")]
    pub memory_limit: Option<f64>,
    /// Columns of the factors that ials and bpr learn, 1 to 512 [default: 32]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub embedding_dim: Option<usize>,
    /// Passes of ials and bpr over the events, 1 to 1000 [default: 10]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub epochs: Option<usize>,
    /// Pairs that bpr takes a step for, 1 to 65536 [default: 256]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub batch_size: Option<usize>,
    /// Length of the steps of bpr, above 0 up to 1 [default: 0.001]
    #[arg(long, value_name = "X", help_heading = "Model")]
    pub learning_rate: Option<f32>,
    /// Titles not seen that bpr draws for each one seen, 1 to 100 [default: 4]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub num_negatives: Option<usize>,
}

/// Which model.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Model {
    /// EASE^R with users weighted, a graph filter, or a blend of them, whatever is best on validation users
    Auto,
    /// The EASE^R family
    Ease,
    /// The graph filter GF-CF
    Graph,
    /// Implicit alternating least squares
    Ials,
    /// Bayesian personalised ranking
    Bpr,
    /// What most people like, the same for everybody
    Popularity,
}

impl ModelArgs {
    /// Puts what is given over the configuration.
    pub fn over(&self, config: &mut ModelConfig) {
        if let Some(model) = self.model {
            config.model = match model {
                Model::Auto => Family::Auto,
                Model::Ease => Family::Ease,
                Model::Graph => Family::Graph,
                Model::Ials => Family::Ials,
                Model::Bpr => Family::Bpr,
                Model::Popularity => Family::Popularity,
            };
        }
        config.bytes_per_item = self.bytes_per_item.unwrap_or(config.bytes_per_item);
        if !self.bytes_curve.is_empty() {
            config.curve.clone_from(&self.bytes_curve);
        }
        config.memory_limit = self.memory_limit.unwrap_or(config.memory_limit);
        config.embedding_dim = self.embedding_dim.unwrap_or(config.embedding_dim);
        config.epochs = self.epochs.unwrap_or(config.epochs);
        config.batch_size = self.batch_size.unwrap_or(config.batch_size);
        config.learning_rate = self.learning_rate.unwrap_or(config.learning_rate);
        config.num_negatives = self.num_negatives.unwrap_or(config.num_negatives);
    }
}
