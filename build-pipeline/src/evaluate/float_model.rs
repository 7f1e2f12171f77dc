//! The model before it was made small, trained again: on the history, with the parameters that the manifest records.

use serde_json::Value;

use super::cases::Cases;
use crate::{
    config::InteractionsConfig,
    error::BuildError,
    models::{self, Model, ModelConfig},
    open::PackDir,
    progress::Progress,
};

/// What a training finds out that a configuration may also say.
const FOUND: [&str; 3] = ["ease", "graph", "graph_share"];

/// `None` if the pack has no model.
pub(super) fn train_again(
    pack: &PackDir,
    cases: &Cases,
    settings: &InteractionsConfig,
    progress: &Progress,
) -> Result<Option<Box<dyn Model>>, BuildError> {
    let manifest = pack.manifest_json();
    if manifest["training"].is_null() {
        return Ok(None);
    }
    let config = ModelConfig {
        seed: manifest["config"]["seed"]
            .as_u64()
            .unwrap_or(ModelConfig::default().seed),
        ..again(&manifest["config"]["model"], &manifest["training"])?
    };
    let known: Vec<Option<u32>> = (0..cases.history.item_count as u32)
        .map(|row| Some(row).filter(|row| (*row as usize) < cases.items))
        .collect();
    let history = cases
        .history
        .renumbered(&known, cases.items)
        .with_at_least(settings.min_user_interactions, settings.min_item_interactions);
    let pairs: usize = (0..history.user_count())
        .map(|user| history.positives(user).count())
        .sum();
    if let Some(learned) = manifest["training"]["pairs"]
        .as_u64()
        .filter(|learned| *learned > pairs as u64)
    {
        progress.warn(&format!(
            "the pack was learned from {learned} pairs of a person and a title and --history has {pairs}: so the model in \
             floats, which is learned again from --history, is another one"
        ));
    }
    models::fit(&history, &config, progress).map(Some)
}

/// The configuration under which nothing is left to be found out.
fn again(config: &Value, training: &Value) -> Result<ModelConfig, BuildError> {
    let mut config = match config {
        Value::Object(config) => config.clone(),
        _ => serde_json::Map::new(), // all of it was the default
    };
    for key in FOUND {
        if let Some(found) = training.get(key).filter(|found| !found.is_null()) {
            config.insert(key.to_owned(), found.clone());
        }
    }
    // What `auto` came to, so that it isn't looked for again.
    match training["model"].as_str() {
        Some("ease+graph") | None => {}
        Some(family) => drop(config.insert("model".to_owned(), family.into())),
    }
    if let Some(rank) = training.get("rank") {
        config.insert("rank".to_owned(), rank.clone());
    }
    config.remove("curve");
    Ok(serde_json::from_value(Value::Object(config))?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::models::Family;

    #[test]
    fn what_was_found_out_stands_over_what_was_configured() {
        let training = json!({"model": "ease", "ease": null, "graph_share": 0.25, "rank": 64, "seconds": 3.0});
        let config = again(&json!({"bytes_per_item": 176, "curve": [64]}), &training).unwrap();
        assert_eq!(
            (config.graph_share, config.rank, config.ease),
            (Some(0.25), Some(64), None)
        );
        assert_eq!(config.model, Family::Ease);
        assert!(config.bytes_per_item == 176 && config.curve.is_empty());
        assert_eq!(again(&Value::Null, &json!({})).unwrap(), ModelConfig::default());
    }
}
