//! What can be asked. A [`Query`] carries every knob; each knob says both its ends.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{error::QueryError, ids::ItemId};

/// A question to the engine.
///
/// ```
/// use aftershow_core::{ItemId, Query};
///
/// let query = Query { n: 5, ..Query::similar(ItemId::Int(82)) };
/// assert!(query.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What the answer should be like.
    pub seed: Seed,
    /// How many items, 1 to [`Query::MAX_N`]. Default 10. Fewer come back only if no more exist.
    pub n: usize,
    /// Least score, 0 to 1. At 0 every item that has anything in common; at 1 only those alike in
    /// all that is weighed. Default 0. An item with nothing in common (score 0) is never an answer.
    pub min_similarity: f32,
    /// The weights to score with; what is left out is the pack's own.
    pub weights: WeightsPatch,
    /// Whether the cards carry summaries. Default no: they are the largest part of a pack.
    pub summaries: bool,
}

impl Query {
    /// Largest `n`.
    pub const MAX_N: usize = 100;
    /// Most genres of an item that the pack has never seen.
    pub const MAX_GENRES: usize = 100;
    /// Longest summary of one, in bytes.
    pub const MAX_SUMMARY: usize = 100_000;

    /// Items similar to an item of the pack, with the defaults.
    pub fn similar(id: ItemId) -> Query {
        Query::seeded(Seed::Item(id))
    }

    /// Items similar to one that the pack has never seen, with the defaults.
    pub fn similar_to_features(item: NewItem) -> Query {
        Query::seeded(Seed::Features(item))
    }

    fn seeded(seed: Seed) -> Query {
        Query {
            seed,
            n: 10,
            min_similarity: 0.0,
            weights: WeightsPatch::default(),
            summaries: false,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        if !(1..=Query::MAX_N).contains(&self.n) {
            return Err(QueryError::InvalidParameter {
                name: "n",
                expected: "a whole number from 1 to 100",
            });
        }
        if !(0.0..=1.0).contains(&self.min_similarity) {
            return Err(QueryError::InvalidParameter {
                name: "min_similarity",
                expected: "a number from 0 to 1",
            });
        }
        if let Seed::Features(new) = &self.seed {
            if new.genres.len() > Query::MAX_GENRES {
                return Err(QueryError::InvalidParameter {
                    name: "genres",
                    expected: "at most 100 names",
                });
            }
            if new.summary.len() > Query::MAX_SUMMARY {
                return Err(QueryError::InvalidParameter {
                    name: "summary",
                    expected: "at most 100000 bytes long",
                });
            }
        }
        self.weights.check()
    }
}

/// What an answer should be like.
#[derive(Clone, Debug, PartialEq)]
pub enum Seed {
    /// An item of the pack.
    Item(ItemId),
    /// An item that the pack has never seen.
    Features(NewItem),
}

/// What is known of an item that is not in the pack. Everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewItem {
    /// Name; shown, not scored.
    pub name: String,
    /// Genre names, at most 100, as the pack spells them; others count as genres that no item has.
    pub genres: Vec<String>,
    /// Summary, plain text or simple HTML, at most 100,000 bytes.
    pub summary: String,
    /// Network or web channel.
    pub platform: Option<String>,
    /// Type: Scripted, Reality, Movie …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Year of the first showing.
    pub year: Option<u16>,
}

/// The weights of the four content similarities, normalised to sum 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
#[serde(default, deny_unknown_fields)]
pub struct WeightsPatch {
    /// Weight of shared genres.
    pub genre: Option<f32>,
    /// Weight of the summaries' likeness.
    pub text: Option<f32>,
    /// Weight of platform, type and language.
    pub metadata: Option<f32>,
    /// Weight of the years' nearness.
    pub year: Option<f32>,
}

impl WeightsPatch {
    const NAMES: [&'static str; 4] = ["genre_weight", "text_weight", "metadata_weight", "year_weight"];

    fn check(&self) -> Result<(), QueryError> {
        for (name, weight) in Self::NAMES
            .into_iter()
            .zip([self.genre, self.text, self.metadata, self.year])
        {
            // A sum of four such numbers is finite.
            if weight.is_some_and(|w| !(0.0..=1e6).contains(&w)) {
                return Err(QueryError::InvalidParameter {
                    name,
                    expected: "a number from 0 to 1000000",
                });
            }
        }
        Ok(())
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
