//! What events are worth, and which of them count.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    error::BuildError,
    source::{Kind, Source, events::EventSource},
};

/// What people did: where it is told, and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InteractionsConfig {
    /// The sources of events, in any number.
    pub sources: Vec<EventSource>,
    /// What an event of each type is worth, but for ratings.
    pub weights: EventWeights,
    /// What a rating is worth.
    pub rating: RatingWeights,
    /// Days after which an event counts half, counted back from the newest; if absent all count alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<f32>,
    /// The same for the popularity of titles; 0 counts all events alike.
    pub popularity_half_life_days: f32,
    /// Users with fewer titles have no part in the training.
    pub min_user_interactions: usize,
    /// Titles with fewer users have no part in the training.
    pub min_item_interactions: usize,
    /// The genres that people say they prefer: sources of kind jsonl or csv.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Source>,
}

impl Default for InteractionsConfig {
    fn default() -> InteractionsConfig {
        InteractionsConfig {
            sources: Vec::new(),
            weights: EventWeights::default(),
            rating: RatingWeights::default(),
            half_life_days: None,
            popularity_half_life_days: 180.0,
            min_user_interactions: 1,
            min_item_interactions: 1,
            users: Vec::new(),
        }
    }
}

/// What a rating is worth: `(value − neutral) · per_point`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RatingWeights {
    /// The value that says nothing; below it is disliked. 2.5 fits half a star to five.
    pub neutral: f32,
    /// What each point above it is worth, above 0 up to 100.
    pub per_point: f32,
}

impl Default for RatingWeights {
    fn default() -> RatingWeights {
        RatingWeights {
            neutral: 2.5,
            per_point: 1.0,
        }
    }
}

impl RatingWeights {
    /// What a rating of this value is worth.
    pub fn weight(self, value: f64) -> f32 {
        (value as f32 - self.neutral) * self.per_point
    }
}

/// What an event of each type is worth, from -100 to 100: above 0 liked, below 0 disliked, 0 neither, but seen.
///
/// What the configuration says is added to the defaults.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct EventWeights(BTreeMap<String, f32>);

impl Default for EventWeights {
    fn default() -> EventWeights {
        let defaults = [
            ("like", 3.0),
            ("playlist_add", 2.0),
            ("watch", 1.0),
            ("skip", -0.5),
            ("dislike", -2.0),
        ];
        EventWeights(defaults.map(|(kind, weight)| (kind.to_owned(), weight)).into())
    }
}

impl<'de> Deserialize<'de> for EventWeights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EventWeights, D::Error> {
        let mut weights = EventWeights::default();
        weights.0.extend(BTreeMap::<String, f32>::deserialize(deserializer)?);
        Ok(weights)
    }
}

impl EventWeights {
    /// What an event of the type is worth; `None` if nobody has said so.
    pub fn get(&self, kind: &str) -> Option<f32> {
        self.0.get(kind).copied()
    }
}

impl InteractionsConfig {
    /// The half-life for the popularity of titles.
    pub fn popularity_half_life(&self) -> Option<f32> {
        (self.popularity_half_life_days > 0.0).then_some(self.popularity_half_life_days)
    }

    /// Whether nothing is said of events, so that a pack needs not tell.
    pub fn is_default(&self) -> bool {
        *self == InteractionsConfig::default()
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key and the flag.
    pub fn check(&self) -> Result<(), BuildError> {
        let refuse = |key: &str, reason: String| {
            Err(BuildError::Config {
                place: format!("interactions.{key}"),
                reason,
            })
        };
        for (kind, weight) in &self.weights.0 {
            if !(-100.0..=100.0).contains(weight) {
                return refuse(
                    &format!("weights.{kind}"),
                    format!("must be a number from -100 to 100, and is {weight}"),
                );
            }
        }
        if !self.rating.neutral.is_finite() || self.rating.neutral.abs() > 1e6 {
            let found = self.rating.neutral;
            return refuse(
                "rating.neutral",
                format!("must be a value of the scale, and is {found}"),
            );
        }
        if !(self.rating.per_point > 0.0 && self.rating.per_point <= 100.0) {
            let found = self.rating.per_point;
            return refuse(
                "rating.per_point",
                format!("must be above 0 and at most 100, and is {found}"),
            );
        }
        if self
            .half_life_days
            .is_some_and(|days| !(days > 0.0 && days <= MAX_DAYS))
        {
            return refuse(
                "half_life_days (--half-life-days)",
                format!("must be a number of days above 0 and at most {MAX_DAYS}"),
            );
        }
        if !(0.0..=MAX_DAYS).contains(&self.popularity_half_life_days) {
            return refuse(
                "popularity_half_life_days",
                format!("must be a number of days from 0 to {MAX_DAYS}"),
            );
        }
        for (key, least) in [
            (
                "min_user_interactions (--min-user-interactions)",
                self.min_user_interactions,
            ),
            (
                "min_item_interactions (--min-item-interactions)",
                self.min_item_interactions,
            ),
        ] {
            if !(1..=1_000_000).contains(&least) {
                return refuse(key, format!("must be from 1 to 1000000, and is {least}"));
            }
        }
        for (i, source) in self.sources.iter().enumerate() {
            source.check(&format!("interactions.sources[{i}]"))?;
        }
        self.check_users()
    }

    /// Checks that the sources of preferences are of a kind that has some.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key and the flag.
    pub fn check_users(&self) -> Result<(), BuildError> {
        for (i, source) in self.users.iter().enumerate() {
            let place = format!("interactions.users[{i}]");
            if !matches!(source.kind, Kind::Jsonl | Kind::Csv) {
                return Err(BuildError::Config {
                    place: format!("{place} (--users)"),
                    reason: format!("must be jsonl:FILE or csv:FILE, and is {}", source.shown()),
                });
            }
        }
        Ok(())
    }
}

/// A hundred years.
const MAX_DAYS: f32 = 36_525.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> InteractionsConfig {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_the_configuration_says_of_a_type_is_added_to_the_defaults() {
        let config = read(r#"{"weights": {"purchase": 5, "watch": 0.5}}"#);
        let weights = ["purchase", "watch", "like", "bookmark"].map(|kind| config.weights.get(kind));
        assert_eq!(weights, [Some(5.0), Some(0.5), Some(3.0), None]);
    }

    #[test]
    fn one_and_two_stars_of_five_are_dislikes() {
        let weights = [1.0, 2.0, 2.5, 3.0, 5.0].map(|value| RatingWeights::default().weight(value));
        assert_eq!(weights, [-1.5, -0.5, 0.0, 0.5, 2.5]);
    }

    #[test]
    fn every_range_is_checked_and_the_key_named() {
        for (json, key) in [
            (r#"{"weights": {"watch": 101}}"#, "weights.watch"),
            (r#"{"rating": {"per_point": 0}}"#, "rating.per_point"),
            (r#"{"half_life_days": 0}"#, "half_life_days (--half-life-days)"),
            (r#"{"popularity_half_life_days": -1}"#, "popularity_half_life_days"),
            (
                r#"{"min_user_interactions": 0}"#,
                "min_user_interactions (--min-user-interactions)",
            ),
            (
                r#"{"min_item_interactions": 0}"#,
                "min_item_interactions (--min-item-interactions)",
            ),
            (r#"{"users": ["sample"]}"#, "users[0] (--users)"),
        ] {
            let message = read(json).check().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("interactions.{key}: must be")),
                "{message}"
            );
        }
    }
}
