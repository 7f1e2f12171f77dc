//! The engine's answers → JSON under the field names of the services that this one replaces.

use std::collections::BTreeMap;

use aftershow_core::{Answer, Card, ItemId, NewItem, Predictions, Recommendations, Recommended, Scored, Source};
use serde::Serialize;

use crate::params::Recommend;

/// The answer of `/shows/{id}/recommendations`: the same items in the same order as of
/// `/v1/items/{id}/similar`, under the field names of the service that it replaces.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ShowRecommendations<'a> {
    /// The show asked about.
    pub show_id: Option<&'a ItemId>,
    /// Its name.
    pub name: Option<&'a str>,
    /// How many recommendations follow.
    pub count: usize,
    /// The similar shows, best first.
    pub recommendations: Vec<ShowRecommendation<'a>>,
}

/// A similar show.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ShowRecommendation<'a> {
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

impl<'a> ShowRecommendations<'a> {
    /// The answer under the old names.
    pub fn of(answer: &'a Answer) -> ShowRecommendations<'a> {
        let subject = answer.subject.as_ref();
        ShowRecommendations {
            show_id: subject.map(|card| &card.id),
            name: subject.map(|card| card.name.as_str()),
            count: answer.items.len(),
            recommendations: answer
                .items
                .iter()
                .map(|item| ShowRecommendation::of(subject, item))
                .collect(),
        }
    }
}

impl<'a> ShowRecommendation<'a> {
    fn of(subject: Option<&'a Card>, item: &'a Scored) -> ShowRecommendation<'a> {
        let (card, parts) = (&item.card, &item.parts);
        ShowRecommendation {
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

/// The answer of `/api/recommendations/{user_id}`, of the media service.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct MediaPage<'a> {
    /// The person asked about.
    pub user_id: &'a str,
    /// What is recommended, best first.
    pub recommendations: Vec<Media<'a>>,
    /// How many recommendations there are.
    pub count: usize,
    /// How many were asked for.
    pub limit: usize,
    /// The place of the first.
    pub offset: usize,
}

/// The answer of `/api/recommendations/batch`, of the media service.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct MediaBatch<'a> {
    /// One answer a person, by id.
    pub results: BTreeMap<&'a str, MediaList<'a>>,
    /// Number of people.
    pub total_users: usize,
}

/// What is recommended to one person of a batch.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct MediaList<'a> {
    /// What is recommended, best first.
    pub recommendations: Vec<Media<'a>>,
    /// How many recommendations there are.
    pub count: usize,
}

/// A recommended item, as the media service names things.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Media<'a> {
    /// The item.
    pub id: &'a ItemId,
    /// Its name.
    pub title: &'a str,
    /// Plain-text summary.
    pub description: Option<&'a str>,
    /// Year of the first showing.
    pub release_year: Option<u16>,
    /// Scripted, Reality, Movie …
    pub media_type: Option<&'a str>,
    /// Address of a picture.
    pub cover_url: Option<&'a str>,
    /// Genres, in alphabetical order.
    pub genres: &'a [String],
    /// What the ranking goes by, 0 to 1.
    pub recommendation_score: f64,
    /// How much it is like what the person likes, 0 to 1.
    pub content_score: f64,
    /// How much people with a like history chose it, 0 to 1.
    pub collaborative_score: f64,
}

/// The answer of `/recommendations/{user_id}`, of the movie service.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct MoviePage<'a> {
    /// The person asked about.
    pub user_id: &'a str,
    /// What is recommended, best first.
    pub recommendations: Vec<Movie<'a>>,
    /// How many recommendations there are.
    pub count: usize,
    /// How many were asked for.
    pub limit: usize,
    /// Whether some of them, or all, are there only because they are popular.
    pub fallback_used: bool,
}

/// A recommended item, with what it comes from.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Movie<'a> {
    /// The item and its scores.
    #[serde(flatten)]
    pub media: Media<'a>,
    /// What gave the larger share of the score.
    pub source: Source,
}

impl<'a> MediaPage<'a> {
    /// The answer about one person, to a question.
    pub fn of(user_id: &'a str, answer: &'a Recommendations, asked: &Recommend) -> MediaPage<'a> {
        MediaPage {
            user_id,
            recommendations: answer.items.iter().map(Media::of).collect(),
            count: answer.items.len(),
            limit: asked.limit(),
            offset: asked.offset(),
        }
    }
}

impl<'a> MediaBatch<'a> {
    /// The answers about several people.
    pub fn of(answers: &'a [(String, Recommendations)]) -> MediaBatch<'a> {
        let list = |answer: &'a Recommendations| MediaList {
            recommendations: answer.items.iter().map(Media::of).collect(),
            count: answer.items.len(),
        };
        MediaBatch {
            results: answers.iter().map(|(id, answer)| (id.as_str(), list(answer))).collect(),
            total_users: answers.len(),
        }
    }
}

impl<'a> Media<'a> {
    fn of(item: &'a Recommended) -> Media<'a> {
        let card = &item.card;
        Media {
            id: &card.id,
            title: &card.name,
            description: card.summary.as_deref(),
            release_year: card.year,
            media_type: card.kind.as_deref(),
            cover_url: card.image.as_deref(),
            genres: &card.genres,
            recommendation_score: item.score,
            content_score: item.content_score,
            collaborative_score: item.collaborative_score,
        }
    }
}

impl<'a> MoviePage<'a> {
    /// The answer about one person, to a question.
    pub fn of(user_id: &'a str, answer: &'a Recommendations, asked: &Recommend) -> MoviePage<'a> {
        let movie = |item: &'a Recommended| Movie {
            media: Media::of(item),
            source: item.source,
        };
        MoviePage {
            user_id,
            recommendations: answer.items.iter().map(movie).collect(),
            count: answer.items.len(),
            limit: asked.limit(),
            fallback_used: answer.fallback_used,
        }
    }
}

/// The answer of `/recommendations/existing`, of the movie service.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct PredictedRatings<'a> {
    /// The person asked about.
    pub user_id: &'a str,
    /// The items, the highest predicted rating first; of a pack without a model of ratings in the order of recommendations. Those
    /// that the pack lacks come last.
    pub recommendations: Vec<PredictedRating<'a>>,
}

/// A predicted rating of an item.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct PredictedRating<'a> {
    /// The item.
    pub movie_id: &'a ItemId,
    /// What the person would rate it, on the scale of the ratings; `null` for an item that the pack lacks, and for all of a pack
    /// without a model of ratings.
    pub predicted_rating: Option<f64>,
}

impl<'a> PredictedRatings<'a> {
    /// The answer about one person.
    pub fn of(user_id: &'a str, ranked: &'a [(ItemId, Option<f64>)]) -> PredictedRatings<'a> {
        let rating = |(movie_id, predicted_rating): &'a (ItemId, Option<f64>)| PredictedRating {
            movie_id,
            predicted_rating: *predicted_rating,
        };
        PredictedRatings {
            user_id,
            recommendations: ranked.iter().map(rating).collect(),
        }
    }
}

/// The answer of `/predict/new-movie`, of the movie service.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct NewMovieRating<'a> {
    /// The person asked about.
    pub user_id: &'a str,
    /// The title asked about.
    pub movie_title: &'a str,
    /// What the person would rate it, on the scale of the ratings.
    pub predicted_rating: Option<f64>,
    /// Standard deviation of the rating around that.
    pub uncertainty: Option<f64>,
}

impl<'a> NewMovieRating<'a> {
    /// The answer about one person and one title.
    pub fn of(user_id: &'a str, item: &'a NewItem, answer: &'a Predictions) -> NewMovieRating<'a> {
        let predicted = answer.items.first();
        NewMovieRating {
            user_id,
            movie_title: &item.name,
            predicted_rating: predicted.map(|item| item.prediction),
            uncertainty: predicted.map(|item| item.uncertainty),
        }
    }
}
