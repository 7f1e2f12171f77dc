//! The step that learns from what people did: interactions to the collaborative part of a pack.

use aftershow_core::{
    Blend,
    pack::{
        Writer,
        collaborative::{self, CollaborativeData},
        layout::kind,
    },
};
use serde_json::Value;

use crate::{
    blend,
    config::Config,
    error::BuildError,
    gather::Gathered,
    models::{self, ModelConfig},
    progress::Progress,
};

/// What the training made; nothing without interactions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trained {
    /// The bytes of the collaborative part; empty if there is none.
    pub part: Vec<u8>,
    /// Further models by their names, each as a collaborative part.
    pub models: Vec<(String, Vec<u8>)>,
    /// Name of the model, for people.
    pub model: String,
    /// The blend that was best on validation users; `None` if it could not be tried.
    pub blend: Option<Blend>,
    /// What was chosen and measured on the way, for the manifest: nothing that differs from run to run.
    pub figures: Value,
}

impl Trained {
    /// Whether there is nothing to put into the pack.
    pub fn is_empty(&self) -> bool {
        self.part.is_empty()
    }
}

/// Trains the model that the configuration names, and finds out how much the content side should count.
///
/// # Errors
/// What the model says.
pub fn train(
    gathered: &Gathered,
    features: &[u8],
    config: &Config,
    progress: &Progress,
) -> Result<Trained, BuildError> {
    if gathered.interactions.is_empty() {
        return Ok(Trained::default());
    }
    let settings = ModelConfig {
        seed: config.seed,
        ..config.model.clone()
    };
    let made = models::train(&gathered.interactions, &settings, progress)?;
    let mut figures = serde_json::to_value(&made.report)?;
    let mut blend = None;
    if let (true, Some(validated)) = (config.personal.is_open(), &made.validated) {
        let chosen = blend::choose(
            &gathered.catalogue,
            features,
            &validated.data,
            &validated.users,
            config,
            progress,
        )?;
        if let Some((best, tried)) = chosen {
            blend = Some(best);
            figures["blends"] = serde_json::to_value(tried)?;
        }
    }
    let mut models = Vec::new();
    for (name, model) in &config.models {
        progress.note(&format!("  model `{name}`, for variants"));
        let settings = ModelConfig {
            seed: config.seed,
            ..model.clone()
        };
        let made = models::train(&gathered.interactions, &settings, progress)?;
        figures["models"][name] = serde_json::to_value(&made.report)?;
        models.push((name.clone(), part(&made.data)?));
    }
    forget_times(&mut figures);
    Ok(Trained {
        part: part(&made.data)?,
        models,
        model: made.report.model,
        blend,
        figures,
    })
}

/// A model as a collaborative part.
fn part(model: &CollaborativeData) -> Result<Vec<u8>, BuildError> {
    let mut part = Writer::new(kind::COLLABORATIVE);
    collaborative::write(&mut part, model)?;
    Ok(part.finish()?)
}

/// Leaves out what differs from run to run.
fn forget_times(figures: &mut Value) {
    if let Some(figures) = figures.as_object_mut() {
        figures.remove("seconds");
        figures.values_mut().for_each(forget_times);
    }
}
