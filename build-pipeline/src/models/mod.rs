//! Collaborative models: what people did, learned.
//!
//! The way of a training ([`train()`]), in the order the data goes:
//!
//! | module | what it holds |
//! |---|---|
//! | [`settings`] | what can be set, and what is reported |
//! | [`csr`] | what people liked, as a sparse matrix |
//! | [`columns`] | the items that enough people like, and the way back to all |
//! | [`validation`] | the part of it that choices are made on, and the metrics |
//! | [`search`] | the parameters of the EASE^R family |
//! | [`gram`], [`inverse`], [`ease`] | co-occurrences, the solve in one buffer, the EASE^R family |
//! | [`graph`] | the graph filter GF-CF |
//! | [`popularity`] | the same for everybody |
//! | [`linear`] | the matrix B that they all end in |
//! | [`recipe`] | a linear model of one family or a blend of both |
//! | [`compress`] | B to a low rank and a sparse remainder, in 8-bit codes |
//! | [`storage`] | how much of each, chosen by what it loses |
//! | [`ials`], [`bpr`], [`factors`] | vectors for items, and people found from their histories |
//!
//! Beside the way: [`dense`] (a crate of its own) and [`spectrum`] are the linear algebra.

pub mod bpr;
pub mod columns;
pub mod compress;
pub mod csr;
pub mod ease;
pub mod factors;
pub mod gram;
pub mod graph;
pub mod ials;
pub mod inverse;
pub mod linear;
pub mod popularity;
pub mod recipe;
pub mod refit;
pub mod search;
pub mod settings;
pub mod spectrum;
pub mod storage;
mod train;
pub mod validation;

use aftershow_core::pack::collaborative::CollaborativeData;
pub use aftershow_dense as dense;

pub use settings::{Family, ModelConfig, TrainingReport};
pub use train::{fit, train};

/// A fitted model, in floats.
pub trait Model: Send + Sync {
    /// The name under which manifests and reports know it.
    fn name(&self) -> &'static str;

    /// Number of items.
    fn items(&self) -> usize;

    /// Adds the scores that the history gives to `out`, one for each item. `history`: items, ascending, with weights above 0.
    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]);

    /// The scores that a history gives. What has a weight below 0 lowers what it touches, and never raises anything:
    /// `score = S⁺ − max(0, S⁻)`, with S⁻ from the disliked items alone.
    fn score(&self, history: &[(u32, f32)], out: &mut [f32]) {
        out.fill(0.0);
        let liked: Vec<(u32, f32)> = history.iter().copied().filter(|(_, weight)| *weight > 0.0).collect();
        self.add_scores(&liked, out);
        let disliked = history.iter().filter(|(_, weight)| *weight < 0.0);
        let disliked: Vec<(u32, f32)> = disliked.map(|(item, weight)| (*item, -weight)).collect();
        if !disliked.is_empty() {
            let mut against = vec![0.0; out.len()];
            self.add_scores(&disliked, &mut against);
            out.iter_mut()
                .zip(&against)
                .for_each(|(score, against)| *score -= against.max(0.0));
        }
    }
}

/// What a training gives.
pub struct Trained {
    /// The model as it is stored, for core's writer.
    pub data: CollaborativeData,
    /// What the training did.
    pub report: TrainingReport,
    /// The model in floats.
    pub model: Box<dyn Model>,
    /// For further choices: the stored model as it was before it had seen what was withheld, and the users from whom it was.
    pub validated: Option<Validated>,
}

/// A stored model, and users whose withheld items it has not seen.
pub struct Validated {
    /// The users.
    pub users: Vec<validation::TestUser>,
    /// The model.
    pub data: CollaborativeData,
}
