//! How the two sides of a personal recommendation are weighed.

use aftershow_core::{Blend, PersonalSettings, Rerank, UserIdKind};
use serde::{Deserialize, Serialize};

use crate::error::BuildError;

/// The weights of the two sides, each a finite number from 0 to 1000000, not both 0; only their proportion counts. If
/// neither is given, the training finds out what is best on validation users; if only one is, the other is the engine's
/// default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonalConfig {
    /// What is like the titles of the person's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_weight: Option<f32>,
    /// What people with a history like this chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collaborative_weight: Option<f32>,
    /// What the ids of people are: any text, or UUIDs.
    pub user_ids: UserIdKind,
    /// How recommendations to a person are put in order if a query says nothing of it; without boosts, pins and bury, which are for
    /// queries. What is left out is as in [`PersonalConfig::RERANK`].
    #[serde(skip_serializing_if = "Rerank::is_empty")]
    pub rerank: Rerank,
    /// How many of the best-known titles each head of the pack has, 1 or more: a page that asks for early answers shows those of the
    /// heads while the whole catalogue is on its way. A head of more than a fourth of the titles is left out.
    #[serde(skip_serializing_if = "PersonalConfig::has_default_heads")]
    pub heads: Vec<u32>,
}

impl Default for PersonalConfig {
    fn default() -> PersonalConfig {
        PersonalConfig {
            content_weight: None,
            collaborative_weight: None,
            user_ids: UserIdKind::default(),
            rerank: Rerank::default(),
            heads: PersonalConfig::HEADS.to_vec(),
        }
    }
}

impl PersonalConfig {
    /// The order of recommendations by default: a `diversity` of 0.2, the largest of the curve that costs less than 1 % of Recall@20 and
    /// NDCG@20 on the validation part of MovieLens 1M (docs/quality.md).
    pub const RERANK: Rerank = Rerank {
        diversity: Some(0.2),
        calibration: None,
        freshness: None,
        popularity_damping: None,
        caps: None,
        boosts: None,
        pins: None,
        bury: None,
    };

    /// Heads by default: of 80,000 titles the first is some 0.8 MB where all are 28.
    const HEADS: [u32; 2] = [2048, 16384];

    /// Most heads: each is a copy of a part of the pack.
    const MOST_HEADS: usize = 4;

    fn has_default_heads(heads: &[u32]) -> bool {
        heads == PersonalConfig::HEADS
    }

    /// Whether nothing is said of it, so that a pack needs not tell.
    pub fn is_default(&self) -> bool {
        *self == PersonalConfig::default()
    }

    /// Whether the weights are left to the training.
    pub fn is_open(&self) -> bool {
        self.content_weight.is_none() && self.collaborative_weight.is_none()
    }

    /// The settings of a pack with this model: the weights normalised to sum 1. `found`: those that the training found
    /// best, which count if none is configured.
    pub fn settings(&self, model: &str, found: Option<Blend>) -> PersonalSettings {
        let (content, collaborative) = match found.filter(|_| self.is_open()) {
            Some(found) => (found.content, found.collaborative),
            None => self.weights(),
        };
        let sum = content + collaborative;
        PersonalSettings {
            content_weight: content / sum,
            collaborative_weight: collaborative / sum,
            model: model.to_owned(),
            user_ids: self.user_ids,
            rerank: self.rerank.over(&PersonalConfig::RERANK),
        }
    }

    /// The weights as far as they are configured, the engine's where they are not.
    pub fn blend(&self) -> Blend {
        let (content, collaborative) = self.weights();
        Blend { content, collaborative }
    }

    fn weights(&self) -> (f32, f32) {
        (
            self.content_weight.unwrap_or(Blend::DEFAULT.content),
            self.collaborative_weight.unwrap_or(Blend::DEFAULT.collaborative),
        )
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key and the flag.
    pub fn check(&self) -> Result<(), BuildError> {
        let refuse = |place: &str, reason: String| {
            Err(BuildError::Config {
                place: place.to_owned(),
                reason,
            })
        };
        for (place, weight) in [
            ("personal.content_weight (--content-weight)", self.weights().0),
            (
                "personal.collaborative_weight (--collaborative-weight)",
                self.weights().1,
            ),
        ] {
            if !(0.0..=1e6).contains(&weight) {
                return refuse(
                    place,
                    format!("must be a finite number from 0 to 1000000, and is {weight}"),
                );
            }
        }
        if self.heads.len() > PersonalConfig::MOST_HEADS || self.heads.contains(&0) {
            let most = PersonalConfig::MOST_HEADS;
            return refuse(
                "personal.heads",
                format!("must be numbers of titles, 1 or more each, at most {most} of them"),
            );
        }
        if self.weights().0 + self.weights().1 < 1e-6 {
            let place = "personal (--content-weight, --collaborative-weight)";
            return refuse(
                place,
                "the two weights are both 0; at least one must be more".to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_normalised_and_checked_by_key() {
        let config: PersonalConfig =
            serde_json::from_str(r#"{"content_weight": 1, "collaborative_weight": 3}"#).unwrap();
        let found = Some(Blend {
            content: 0.5,
            collaborative: 0.5,
        });
        let weights = |config: PersonalConfig| config.settings("x", found).content_weight;
        assert_eq!(config.settings("x", None).collaborative_weight, 0.75);
        assert_eq!(
            (weights(config.clone()), weights(PersonalConfig::default())),
            (0.25, 0.5)
        );
        for (content, collaborative, words) in [
            (-1.0, 1.0, "--content-weight"),
            (0.0, 0.0, "both 0"),
            (0.0, f32::NAN, "finite"),
        ] {
            let config = PersonalConfig {
                content_weight: Some(content),
                collaborative_weight: Some(collaborative),
                ..PersonalConfig::default()
            };
            let message = config.check().unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }
}
