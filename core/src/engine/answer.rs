//! What comes back. Every item carries the parts of its score, so a reason can't disagree with a rank.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::query::Weights;
use crate::{ids::ItemId, pack::PartFile};

/// An answer, or the parts without which there is none yet.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one a question, and nearly always the large one"
)]
pub enum Outcome {
    /// The answer.
    Answer(Answer),
    /// Fetch these files, [`attach`](crate::Engine::attach) each, and ask again.
    NeedParts(Vec<PartFile>),
}

/// Where an answer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// In the resident neighbour lists.
    Stored,
    /// In a lazy shard.
    Shard,
    /// By scoring the whole catalogue.
    Scan,
}

/// Similar items, best first; equal scores in the pack's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The item asked about; `None` if the query brought its own features.
    pub subject: Option<Card>,
    /// The similar items.
    pub items: Vec<Scored>,
    /// The weights that were used, normalised.
    pub weights: Weights,
    /// Where the answer was found. It never changes ids or scores.
    pub route: Route,
}

/// An item with its score and the score's parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The item.
    #[serde(flatten)]
    pub card: Card,
    /// The score and its parts.
    #[serde(flatten)]
    pub parts: ScoreParts,
    /// The genres that it shares with the subject: the first reason for its place.
    pub shared_genres: Vec<String>,
}

/// The parts of a content score, each in 0..=1 and rounded to six decimals.
///
/// `score` = the weights times the parts, up to the rounding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScoreParts {
    /// The weighted sum: what the ranking goes by.
    pub score: f64,
    /// Jaccard (or cosine, by the pack's setting) of the genre sets.
    #[serde(rename = "genre_score")]
    pub genre: f64,
    /// Cosine of the summaries' TF-IDF vectors.
    #[serde(rename = "text_score")]
    pub text: f64,
    /// Mean of the matches in platform, type and language, of those that both items have.
    #[serde(rename = "metadata_score")]
    pub metadata: f64,
    /// Nearness of the years: 1 for the same year, 0 from 25 years on.
    #[serde(rename = "year_score")]
    pub year: f64,
}

/// What a page shows of an item. What the catalogue lacks is `None` or empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// The id, as the catalogue gave it.
    pub id: ItemId,
    /// Name.
    pub name: String,
    /// Genres, in alphabetical order.
    pub genres: Vec<String>,
    /// Year of the first showing.
    pub year: Option<u16>,
    /// Network or web channel.
    pub platform: Option<String>,
    /// Type: Scripted, Reality, Movie …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Minutes.
    pub runtime: Option<u16>,
    /// Mean rating, 0 to 10, in steps of 0.1.
    pub rating: Option<f64>,
    /// Address of a picture.
    pub image: Option<String>,
    /// Address of the item's own page.
    pub url: Option<String>,
    /// Every further attribute of the catalogue: its name and its values.
    #[serde(serialize_with = "as_map")]
    pub attributes: Vec<(String, Vec<String>)>,
    /// Plain-text summary, if the query asked for it.
    pub summary: Option<String>,
}

fn as_map<S: serde::Serializer>(pairs: &[(String, Vec<String>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, values)| (name, values)))
}
