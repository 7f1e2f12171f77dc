//! How people rate: ratings to the rating model of a pack.
//!
//! The model is a matrix factorisation with biases, fitted by variational Bayes, whose priors are learnt too: of a person from
//! which titles they rated (SVD++: Koren 2008), of a title from what it is about and from who rated it (the "flipped" SVD++ of
//! Rendle, Zhang and Koren 2019, "On the difficulty of evaluating baselines"). A person is not stored: the engine solves for them.
//!
//! In the order of the data: [`log`] reads ratings, [`scale`] finds what they may be, [`content`] has the titles' features, [`fit`] alternates
//! between the two [`side`]s and the [`prior`]s, [`cold`] learns what is said of a title that nobody has rated, [`store`] makes the part. Beside it,
//! [`predict`] asks a pack about many pairs, and [`measure`] says how far off it was.

pub mod cold;
pub mod content;
pub mod fit;
pub mod log;
pub mod measure;
pub mod of_one;
pub mod predict;
pub mod prior;
pub mod scale;
pub mod side;
pub mod store;

use aftershow_core::pack::ratings;
use serde_json::{Value, json};

use crate::{config::Config, error::BuildError, gather::Gathered, progress::Progress};

/// What the step made; nothing without ratings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rated {
    /// The bytes of the ratings part; empty if there is none.
    pub part: Vec<u8>,
    /// What was found on the way, for the manifest.
    pub figures: Value,
}

impl Rated {
    /// Whether there is nothing to put into the pack.
    pub fn is_empty(&self) -> bool {
        self.part.is_empty()
    }
}

/// Fits the model. `features`: the features part of the pack.
///
/// # Errors
/// [`BuildError::Input`] for ratings of which nothing can be learnt.
pub fn train(gathered: &Gathered, features: &[u8], config: &Config, progress: &Progress) -> Result<Rated, BuildError> {
    let ratings = &gathered.ratings;
    if ratings.is_empty() {
        return Ok(Rated::default());
    }
    let settings = &config.ratings;
    let scale = match settings.scale {
        Some(scale) => scale.into(),
        None => scale::of(&ratings.weights)?,
    };
    let content = content::Content::of(&gathered.catalogue, features, &ratings.rated())?;
    let fitted = fit::fit(ratings, &content, settings, config.seed, progress);
    let cold = cold::fit(&fitted, &content, settings, config.seed, progress);
    let data = store::data(&fitted, &cold, &content, scale);
    let part = ratings::write(&data)?;
    let figures = json!({
        "ratings": ratings.len(),
        "people": ratings.user_count(),
        "titles": data.counts.iter().filter(|count| **count > 0).count(),
        "features": content.groups.iter().map(Vec::len).sum::<usize>(),
        "scale": {"lowest": scale.lowest, "highest": scale.highest, "step": scale.step},
        "mean": round(fitted.mean),
        "noise": round(fitted.noise()),
        "bytes": part.len(),
    });
    Ok(Rated { part, figures })
}

/// A figure for people: equal on any machine.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
