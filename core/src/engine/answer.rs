//! What comes back. Every item carries the parts of its score, so a reason can't disagree with a rank.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use super::{
    experiment::{Team, VariantName},
    reasons::Reason,
    weights::{Blend, Weights},
    wording::Wording,
};
use crate::{ids::ItemId, pack::PartFile};

/// An answer, or the parts without which there is none yet.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one a question, and nearly always the large one"
)]
pub enum Outcome<T = Answer> {
    /// The answer.
    Answer(T),
    /// Fetch these files, [`attach`](crate::Engine::attach) each, and ask again.
    NeedParts(Vec<PartFile>),
}

impl<T> Outcome<T> {
    /// The outcome with something else made of its answer.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Answer(answer) => Outcome::Answer(make(answer)),
            Outcome::NeedParts(needed) => Outcome::NeedParts(needed),
        }
    }
}

/// Where an answer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The item asked about; `None` if the query brought its own features.
    pub subject: Option<Card>,
    /// The similar items.
    pub items: Vec<Scored>,
    /// The weights that were used, normalised.
    pub weights: Weights,
    /// Where the answer was found. It never changes ids or scores.
    pub route: Route,
    /// How many items of the catalogue pass the filter, the item asked about among them.
    pub matched: usize,
    /// How many of the ids to boost, to pin and to bury the pack lacks.
    pub unknown_rerank_ids: usize,
    /// The variant that it is of: the one asked for, or the visitor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantName>,
}

impl Answer {
    /// With a sentence for each item that has reasons, in these words.
    #[must_use]
    pub fn said(mut self, wording: &Wording) -> Answer {
        for item in &mut self.items {
            item.sentence = wording.sentence(&item.reasons);
        }
        self
    }
}

/// An item with its score and the score's parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scored {
    /// The item.
    #[serde(flatten)]
    pub card: Card,
    /// The score and its parts.
    #[serde(flatten)]
    pub parts: ScoreParts,
    /// The genres that it shares with the subject: the first reason for its place.
    pub shared_genres: Vec<String>,
    /// What it is ranked by, where freshness, popularity damping or boosts are in force: the score times their factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_score: Option<f64>,
    /// Why it is there, the largest share first, if the query asked for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The first reason that makes a sentence, in English over HTTP and from the command line; see [`Answer::said`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// The parts of a content score, each in 0..=1 and rounded to six decimals.
///
/// `score` = the weights times the parts, up to the rounding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Items for a person, or for everybody: one page of an order that has every item of the catalogue
/// but the excluded ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommendations {
    /// The items, best first; equal scores in the pack's order.
    pub items: Vec<Recommended>,
    /// Whether items of the page, or all if nothing is known of the person, are there only because
    /// they are popular. Never so where popular items were asked for.
    pub fallback_used: bool,
    /// The weights that were used, normalised. A side that has nothing to say gives its weight to the other.
    pub weights: Blend,
    /// The place of the first item of the page.
    pub offset: usize,
    /// How many items there are to page through.
    pub total: usize,
    /// How many events of the history, with the item that is being watched, name items that the pack lacks.
    pub unknown_items: usize,
    /// How many items of the catalogue pass the filter, before what was seen is left out.
    pub matched: usize,
    /// How many of the ids to boost, to pin and to bury the pack lacks.
    pub unknown_rerank_ids: usize,
    /// How much of a score comes from likeness to the item that is being watched, if there is one that the pack knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watching_weight: Option<f32>,
    /// The variant that it is of: the one asked for, or the visitor's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantName>,
    /// The variant with whose list it is interleaved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<VariantName>,
}

impl Recommendations {
    /// As [`Answer::said`].
    #[must_use]
    pub fn said(mut self, wording: &Wording) -> Recommendations {
        for item in &mut self.items {
            item.sentence = wording.sentence(&item.reasons);
        }
        self
    }
}

/// Candidates of the caller's in their new order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reranked {
    /// The candidates that the pack knows: one page of their order.
    #[serde(flatten)]
    pub page: Recommendations,
    /// The candidates that the pack lacks, in the order in which they came, each once. They belong after all others.
    pub unknown: Vec<ItemId>,
}

/// A recommended item with the parts of its score, each in 0..=1 and rounded to six decimals.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommended {
    /// The item.
    #[serde(flatten)]
    pub card: Card,
    /// How much it is for the person, and without any reranking what the ranking goes by: the weights times the two scores. Of an
    /// item that is only popular, its popularity times the smallest score of those that are personal; so scores never rise along
    /// the pages. While something is being watched, `1 − watching_weight` of that and `watching_weight` of `watching_score`.
    pub score: f64,
    /// How much it is like what the person likes, relative to the most that any item is.
    pub content_score: f64,
    /// How much people with a like history chose it, relative to the most that any item was.
    pub collaborative_score: f64,
    /// How many people want it at all, relative to the most popular item.
    pub popularity: f64,
    /// What gave the larger share of the score.
    pub source: Source,
    /// Of an interleaved list, whose item it is: that variant gets the credit if somebody chooses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Team>,
    /// How much it is like the item that is being watched, relative to the most that any other item is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watching_score: Option<f64>,
    /// What it is ranked by, where freshness, popularity damping or boosts are in force: the score times their factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_score: Option<f64>,
    /// Why it is there, the largest share first, if the query asked for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The first reason that makes a sentence, in English over HTTP and from the command line; see [`Answer::said`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// What a recommendation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// People with a like history.
    Collaborative,
    /// Likeness to what the person likes.
    Content,
    /// Only that it is popular.
    Popular,
    /// Likeness to the item that is being watched.
    Watching,
    /// The score that the caller brought.
    Given,
}

impl Source {
    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Source::Collaborative => "collaborative",
            Source::Content => "content",
            Source::Popular => "popular",
            Source::Watching => "watching",
            Source::Given => "given",
        }
    }
}

/// What a page shows of an item. What the catalogue lacks is `None` or empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    #[cfg_attr(
        feature = "schema",
        schemars(with = "alloc::collections::BTreeMap<String, Vec<String>>")
    )]
    pub attributes: Vec<(String, Vec<String>)>,
    /// Plain-text summary, if the query asked for it.
    pub summary: Option<String>,
}

fn as_map<S: serde::Serializer>(pairs: &[(String, Vec<String>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, values)| (name, values)))
}
