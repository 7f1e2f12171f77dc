//! What weighs how much: the four content similarities, and the two sides of a recommendation.

use serde::{Deserialize, Serialize};

use super::ranges;
use crate::error::QueryError;

/// The weights of the four content similarities, normalised to sum 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Weights {
    /// Shared genres.
    pub genre: f32,
    /// Cosine of the TF-IDF vectors of the summaries.
    pub text: f32,
    /// Mean of the matches in platform, type and language.
    pub metadata: f32,
    /// Nearness of the years.
    pub year: f32,
}

impl Weights {
    /// The defaults: 0.4 genre, 0.5 text, 0.1 metadata, 0 year.
    pub const DEFAULT: Weights = Weights {
        genre: 0.4,
        text: 0.5,
        metadata: 0.1,
        year: 0.0,
    };

    /// Normalises four weights to sum 1.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] if one is negative or not finite, or all are 0.
    pub fn new(genre: f32, text: f32, metadata: f32, year: f32) -> Result<Weights, QueryError> {
        let patch = WeightsPatch {
            genre: Some(genre),
            text: Some(text),
            metadata: Some(metadata),
            year: Some(year),
        };
        patch.over(Weights::DEFAULT)
    }
}

/// Weights that a query changes. A weight is a finite number, 0 or more; at 0 that similarity does
/// not count, and only the proportions of the four matter. What is `None` stays as the pack has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct WeightsPatch {
    /// Weight of shared genres, 0 to 1000000. At 0 it does not count; only the proportions of the four weights
    /// matter. Default: the pack's own.
    pub genre: Option<f32>,
    /// Weight of the summaries' likeness, 0 to 1000000. At 0 it does not count; only the proportions of the four weights
    /// matter. Default: the pack's own.
    pub text: Option<f32>,
    /// Weight of platform, type and language, 0 to 1000000. At 0 it does not count; only the proportions of the four weights
    /// matter. Default: the pack's own.
    pub metadata: Option<f32>,
    /// Weight of the years' nearness, 0 to 1000000. At 0 it does not count; only the proportions of the four weights
    /// matter. Default: the pack's own.
    pub year: Option<f32>,
}

impl WeightsPatch {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == WeightsPatch::default()
    }

    pub(super) fn check(&self) -> Result<(), QueryError> {
        ranges::GENRE_WEIGHT.check(self.genre)?;
        ranges::TEXT_WEIGHT.check(self.text)?;
        ranges::METADATA_WEIGHT.check(self.metadata)?;
        ranges::YEAR_WEIGHT.check(self.year)
    }

    /// These weights over `base`, normalised.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] if one is out of its range, or all are 0.
    pub fn over(&self, base: Weights) -> Result<Weights, QueryError> {
        self.check()?;
        let all = [
            self.genre.unwrap_or(base.genre),
            self.text.unwrap_or(base.text),
            self.metadata.unwrap_or(base.metadata),
            self.year.unwrap_or(base.year),
        ]
        .map(f64::from);
        let sum: f64 = all.iter().sum();
        if sum <= 0.0 {
            return Err(QueryError::InvalidParameter {
                name: "weights",
                expected: "not all 0",
            });
        }
        let [genre, text, metadata, year] = all.map(|w| (w / sum) as f32);
        Ok(Weights {
            genre,
            text,
            metadata,
            year,
        })
    }
}

/// The weights of the two sides of a recommendation, normalised to sum 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Blend {
    /// What the person's items are like, and the genres that the person prefers.
    pub content: f32,
    /// What people with a like history chose.
    pub collaborative: f32,
}

impl Blend {
    /// What a pack has that says nothing else: 0.4 content, 0.6 collaborative.
    pub const DEFAULT: Blend = Blend {
        content: 0.4,
        collaborative: 0.6,
    };
}

/// Weights of the two sides that a query changes. A weight is a finite number, 0 or more; at 0 that
/// side does not count, and only the proportions of the two matter. What is `None` stays as the pack has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct BlendPatch {
    /// Weight of what the person's items are like and of the preferred genres, 0 to 1000000. At 0 it does not count; only its
    /// proportion to `collaborative_weight` matters. Default: the pack's own.
    pub content: Option<f32>,
    /// Weight of what people with a like history chose, 0 to 1000000. At 0 it does not count; only its proportion to
    /// `content_weight` matters. Default: the pack's own.
    pub collaborative: Option<f32>,
}

impl BlendPatch {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == BlendPatch::default()
    }

    /// These weights over `base`, normalised.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] if one is out of its range, or both are 0.
    pub fn over(&self, base: Blend) -> Result<Blend, QueryError> {
        ranges::CONTENT_WEIGHT.check(self.content)?;
        ranges::COLLABORATIVE_WEIGHT.check(self.collaborative)?;
        let content = f64::from(self.content.unwrap_or(base.content));
        let collaborative = f64::from(self.collaborative.unwrap_or(base.collaborative));
        let sum = content + collaborative;
        if sum <= 0.0 {
            return Err(QueryError::InvalidParameter {
                name: "content_weight and collaborative_weight",
                expected: "not both 0",
            });
        }
        Ok(Blend {
            content: (content / sum) as f32,
            collaborative: (collaborative / sum) as f32,
        })
    }
}
