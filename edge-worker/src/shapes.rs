//! The engine's answer → JSON. `/v1` serialises core's answer as it is; here is what differs from it.

use aftershow_core::{Answer, Card, Engine, ItemId, Scored, Weights, ids::IdKind};
use serde::Serialize;

/// The answer of `/shows/{id}/recommendations`: the same items in the same order as of
/// `/v1/items/{id}/similar`, under the field names of the service that it replaces.
#[derive(Debug, Serialize)]
pub struct Recommendations<'a> {
    /// The show asked about.
    pub show_id: Option<&'a ItemId>,
    /// Its name.
    pub name: Option<&'a str>,
    /// How many recommendations follow.
    pub count: usize,
    /// The similar shows, best first.
    pub recommendations: Vec<Recommendation<'a>>,
}

/// A similar show.
#[derive(Debug, Serialize)]
pub struct Recommendation<'a> {
    /// The show asked about.
    pub show_id: Option<&'a ItemId>,
    /// The similar show.
    pub similar_show_id: &'a ItemId,
    /// What the ranking goes by, 0 to 1.
    pub similarity_score: f64,
    /// The genres' part of it, 0 to 1.
    pub genre_score: f64,
    /// The summaries' part of it, 0 to 1.
    pub text_score: f64,
    /// The part of platform, type and language, 0 to 1.
    pub metadata_score: f64,
    /// The years' part of it, 0 to 1; by default it weighs nothing.
    pub year_score: f64,
    /// Name of the similar show, as is everything below.
    pub name: &'a str,
    /// Genres, in alphabetical order.
    pub genres: &'a [String],
    /// Genres that both shows have.
    pub shared_genres: &'a [String],
    /// Year of the first showing.
    pub year: Option<u16>,
    /// Network or web channel.
    pub platform: Option<&'a str>,
    /// Scripted, Reality, …
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// Language.
    pub language: Option<&'a str>,
    /// Minutes.
    pub runtime: Option<u16>,
    /// Mean rating, 0 to 10.
    pub rating: Option<f64>,
    /// Address of a picture.
    pub image: Option<&'a str>,
    /// Address of the show's own page.
    pub url: Option<&'a str>,
    /// Plain-text summary, if `summaries=true` asked for it.
    pub summary: Option<&'a str>,
}

impl<'a> Recommendations<'a> {
    /// The answer under the old names.
    pub fn of(answer: &'a Answer) -> Recommendations<'a> {
        let subject = answer.subject.as_ref();
        Recommendations {
            show_id: subject.map(|card| &card.id),
            name: subject.map(|card| card.name.as_str()),
            count: answer.items.len(),
            recommendations: answer
                .items
                .iter()
                .map(|item| Recommendation::of(subject, item))
                .collect(),
        }
    }
}

impl<'a> Recommendation<'a> {
    fn of(subject: Option<&'a Card>, item: &'a Scored) -> Recommendation<'a> {
        let (card, parts) = (&item.card, &item.parts);
        Recommendation {
            show_id: subject.map(|card| &card.id),
            similar_show_id: &card.id,
            similarity_score: parts.score,
            genre_score: parts.genre,
            text_score: parts.text,
            metadata_score: parts.metadata,
            year_score: parts.year,
            name: &card.name,
            genres: &card.genres,
            shared_genres: &item.shared_genres,
            year: card.year,
            platform: card.platform.as_deref(),
            kind: card.kind.as_deref(),
            language: card.language.as_deref(),
            runtime: card.runtime,
            rating: card.rating,
            image: card.image.as_deref(),
            url: card.url.as_deref(),
            summary: card.summary.as_deref(),
        }
    }
}

/// What the pack holds. Core's figures, but for the bytes attached just now: those differ from one
/// isolate to the next, and this answer is to be kept by caches.
#[derive(Debug, Serialize)]
pub struct PackStats {
    /// Hash of the pack's whole content.
    pub pack_id: String,
    /// The pack's own version.
    pub pack_version: String,
    /// Format version of the pack.
    pub format_version: u32,
    /// Version of the engine.
    pub engine_version: &'static str,
    /// Number of items.
    pub items: u32,
    /// Whether ids are integers or strings.
    pub id_kind: IdKind,
    /// The weights of an answer by default.
    pub weights: Weights,
    /// Length of the stored neighbour lists.
    pub top_n: u32,
    /// Number of lazy shards.
    pub shards: u32,
    /// Who must be credited for the data; empty if nobody.
    pub attribution: String,
}

impl PackStats {
    /// The figures of an open pack.
    pub fn of(engine: &Engine) -> PackStats {
        let stats = engine.stats();
        PackStats {
            pack_id: stats.pack_id,
            pack_version: stats.pack_version,
            format_version: stats.format_version,
            engine_version: stats.engine_version,
            items: stats.items,
            id_kind: stats.id_kind,
            weights: stats.weights,
            top_n: stats.top_n,
            shards: stats.shards,
            attribution: stats.attribution,
        }
    }
}

/// The pack's manifest can be read.
#[derive(Debug, Serialize)]
pub struct Health<'a> {
    /// Always `ok`: a pack that can't be read is a 503 and a problem.
    pub status: &'static str,
    /// What the deployment calls itself.
    pub service: &'a str,
    /// Version of the Worker.
    pub version: &'static str,
    /// Hash of the pack's whole content.
    pub pack_id: &'a str,
}

impl<'a> Health<'a> {
    /// Of an open pack.
    pub fn of(engine: &'a Engine, service: &'a str) -> Health<'a> {
        Health {
            status: "ok",
            service,
            version: env!("CARGO_PKG_VERSION"),
            pack_id: &engine.manifest().pack_id,
        }
    }
}
