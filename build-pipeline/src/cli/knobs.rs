//! The flags that `similar`, `recommend`, `batch` and `evaluate` share: core's [`Knobs`].

use std::fs;

use aftershow_core::{Filter, Knobs, Rerank, VariantName};
use clap::Args;
use serde::de::DeserializeOwned;

use crate::error::BuildError;

/// Which items may come, and in what order.
#[derive(Clone, Debug, Default, Args)]
pub struct OrderArgs {
    /// Which titles may be answers, as JSON: {"genre": ["Drama", "Crime"], "year": {"min": 1990}, "not": {"language": "French"}}
    #[arg(long, value_name = "JSON")]
    pub filter: Option<String>,
    /// How the best are put in order, as JSON: {"diversity": 0.3, "calibration": 0.2, "freshness": 0.1, "popularity_damping": 0.1,
    /// "caps": [{"attribute": "genre", "at_most": 3}], "boosts": [{"id": 7, "factor": 2}], "pins": [1], "bury": [2]} [default: the pack's]
    #[arg(long, value_name = "JSON")]
    pub rerank: Option<String>,
    /// Answer as this variant of an experiment of the pack does
    #[arg(long, value_name = "EXPERIMENT:VARIANT")]
    pub variant: Option<String>,
    /// Any text that tells visitors apart: answer as the variant of the pack's first experiment that follows from it does
    #[arg(long, value_name = "TEXT")]
    pub visitor: Option<String>,
}

impl OrderArgs {
    /// What is asked for.
    ///
    /// # Errors
    /// [`BuildError::Usage`] or [`BuildError::Query`] name the flag and what is wrong with it.
    pub fn knobs(&self) -> Result<Knobs, BuildError> {
        Ok(Knobs {
            filter: json::<Filter>("--filter", self.filter.as_deref())?,
            rerank: json::<Rerank>("--rerank", self.rerank.as_deref())?,
            variant: self.variant.as_deref().map(VariantName::parse).transpose()?,
            visitor: self.visitor.clone(),
            ..Knobs::default()
        })
    }
}

/// A value of a flag that is JSON.
///
/// # Errors
/// [`BuildError::Usage`] names the flag.
pub fn json<T: DeserializeOwned>(flag: &str, text: Option<&str>) -> Result<Option<T>, BuildError> {
    let read = |text| {
        serde_json::from_str(text).map_err(|error| BuildError::Usage {
            reason: format!("{flag} '{text}': {error}"),
        })
    };
    text.map(read).transpose()
}

/// A value that is JSON, or the name of a file of JSON.
///
/// # Errors
/// [`BuildError::Usage`] names the flag; [`BuildError::Input`] for a file that can't be read.
pub fn json_or_file<T: DeserializeOwned>(flag: &str, text: &str) -> Result<T, BuildError> {
    let read = |json: &str| {
        serde_json::from_str(json).map_err(|error| BuildError::Usage {
            reason: format!("{flag} {text}: {error}"),
        })
    };
    if text.trim_start().starts_with(['{', '[']) {
        return read(text);
    }
    let json = fs::read_to_string(text).map_err(|error| BuildError::Input {
        place: format!("{flag} {text}"),
        reason: format!("{error}; give JSON, or a file of it"),
    })?;
    read(&json)
}
