//! What is learnt of people's ratings.

use aftershow_core::pack::{layout::MAX_RATING_RANK, ratings::RatingScale};
use serde::{Deserialize, Serialize};

use crate::{error::BuildError, source::events::EventSource};

/// People's ratings: where they are told, and how the model of them is fitted.
///
/// The penalties are ridge penalties of what is learnt beside the titles and the people themselves, in units of the spread of
/// those. Towards 0 each user, title or feature gets a place of its own, known or not; far up it says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RatingsConfig {
    /// The sources of ratings: those of events, of which the ones with a value count. Of several by one person of one title the
    /// newest counts. Without sources the pack predicts no ratings.
    pub sources: Vec<EventSource>,
    /// The scale of the ratings; found in them if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<ScaleConfig>,
    /// Columns of the factors, 0 to 64. At 0 a title has a bias only.
    pub factors: usize,
    /// Rounds of the fit, 1 to 1000.
    pub iterations: usize,
    /// Penalty of what the choice of a title says of a person, from 0.001 to 1000000.
    pub choice_penalty: f64,
    /// Penalty of what a person's choice says of a title, from 0.001 to 1000000.
    pub audience_penalty: f64,
    /// Penalty of what a feature says of a title, from 0.001 to 1000000.
    pub content_penalty: f64,
}

/// A scale of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleConfig {
    /// The lowest rating.
    pub lowest: f32,
    /// The highest rating.
    pub highest: f32,
    /// The difference between two ratings next to each other.
    pub step: f32,
}

impl Default for RatingsConfig {
    fn default() -> RatingsConfig {
        RatingsConfig {
            sources: Vec::new(),
            scale: None,
            factors: 24,
            iterations: 40,
            choice_penalty: 20.0,
            audience_penalty: 1.0,
            content_penalty: 10.0,
        }
    }
}

impl RatingsConfig {
    /// Whether nothing is said of ratings, so that a pack needs not tell.
    pub fn is_default(&self) -> bool {
        *self == RatingsConfig::default()
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key.
    pub fn check(&self) -> Result<(), BuildError> {
        let ensure = |right: bool, key: &str, range: &str| match right {
            true => Ok(()),
            false => Err(BuildError::Config {
                place: format!("ratings.{key}"),
                reason: format!("must be {range}"),
            }),
        };
        ensure(
            self.factors <= MAX_RATING_RANK,
            "factors (--rating-factors)",
            "from 0 to 64",
        )?;
        ensure((1..=1000).contains(&self.iterations), "iterations", "from 1 to 1000")?;
        for (key, penalty) in [
            ("choice_penalty", self.choice_penalty),
            ("audience_penalty", self.audience_penalty),
            ("content_penalty", self.content_penalty),
        ] {
            ensure((1e-3..=1e6).contains(&penalty), key, "from 0.001 to 1000000")?;
        }
        if let Some(scale) = self.scale {
            let ScaleConfig { lowest, highest, step } = scale;
            let finite = [lowest, highest, step].iter().all(|value| value.abs() <= 1e6);
            ensure(
                finite && lowest < highest && step > 0.0 && step <= highest - lowest,
                "scale",
                "lowest, highest above it, and a step from one rating to the next",
            )?;
        }
        for (i, source) in self.sources.iter().enumerate() {
            source.check(&format!("ratings.sources[{i}]"))?;
        }
        Ok(())
    }
}

impl From<ScaleConfig> for RatingScale {
    fn from(scale: ScaleConfig) -> RatingScale {
        RatingScale {
            lowest: scale.lowest,
            highest: scale.highest,
            step: scale.step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_checked_and_the_key_named() {
        for (json, key) in [
            (r#"{"factors": 65}"#, "factors (--rating-factors)"),
            (r#"{"iterations": 0}"#, "iterations"),
            (r#"{"content_penalty": 0}"#, "content_penalty"),
            (r#"{"scale": {"lowest": 5, "highest": 1, "step": 1}}"#, "scale"),
            (r#"{"scale": {"lowest": 1, "highest": 5, "step": 0}}"#, "scale"),
        ] {
            let config: RatingsConfig = serde_json::from_str(json).unwrap();
            let message = config.check().unwrap_err().to_string();
            assert!(message.starts_with(&format!("ratings.{key}: must be")), "{message}");
        }
        assert!(RatingsConfig::default().check().is_ok());
    }
}
