//! The golden cases: questions to the sample pack, and what every surface must answer.

use std::path::PathBuf;

use aftershow_core::{
    Answer, Event, GenrePreference, ItemId, NewItem, Person, Query, Recommendations, SearchQuery, SearchResults,
    WeightsPatch,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::root;

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case<Ask, Expected> {
    /// What the case shows, as a sentence.
    pub name: String,
    /// The question.
    pub ask: Ask,
    /// The items of the answer, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Expected>>,
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The parameters of a question, by the names that every surface uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimilarAsk {
    /// The item, for questions about one of the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ItemId>,
    /// The features, for questions about one that the pack has never seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<NewItem>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// Least score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_similarity: Option<f32>,
    /// Weight of shared genres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre_weight: Option<f32>,
    /// Weight of the summaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_weight: Option<f32>,
    /// Weight of platform, type and language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_weight: Option<f32>,
    /// Weight of the years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_weight: Option<f32>,
}

/// An item of an expected answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Similar {
    /// Id.
    pub id: ItemId,
    /// Score and its parts, to six decimals.
    pub score: f64,
    /// Genre part.
    pub genre_score: f64,
    /// Text part.
    pub text_score: f64,
    /// Metadata part.
    pub metadata_score: f64,
    /// Year part.
    pub year_score: f64,
}

impl SimilarAsk {
    /// The question as core takes it.
    ///
    /// # Panics
    /// If the case has neither an id nor features.
    pub fn query(&self) -> Query {
        let mut query = match (&self.id, &self.item) {
            (Some(id), _) => Query::similar(id.clone()),
            (None, Some(item)) => Query::similar_to_features(item.clone()),
            (None, None) => panic!("a case needs an id or an item"),
        };
        query.n = self.n.unwrap_or(query.n);
        query.min_similarity = self.min_similarity.unwrap_or(query.min_similarity);
        query.weights = WeightsPatch {
            genre: self.genre_weight,
            text: self.text_weight,
            metadata: self.metadata_weight,
            year: self.year_weight,
        };
        query
    }
}

impl Similar {
    /// The items of an answer, as a case keeps them.
    pub fn of(answer: &Answer) -> Vec<Similar> {
        let items = answer.items.iter().map(|item| Similar {
            id: item.card.id.clone(),
            score: item.parts.score,
            genre_score: item.parts.genre,
            text_score: item.parts.text,
            metadata_score: item.parts.metadata,
            year_score: item.parts.year,
        });
        items.collect()
    }
}

/// The parameters of a question about a person, by the names that every surface uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecommendAsk {
    /// What they did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Event>,
    /// Genres that they prefer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<GenrePreference>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// How many better ones to leave out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Weight of the content side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_weight: Option<f32>,
    /// Weight of the collaborative side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collaborative_weight: Option<f32>,
    /// Days after which an event counts half.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<f32>,
    /// Whether items of the history may come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_seen: Option<bool>,
}

/// An item of an expected page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommended {
    /// Id.
    pub id: ItemId,
    /// Score and what it is made of, to six decimals.
    pub score: f64,
    /// Of the content side.
    pub content_score: f64,
    /// Of the collaborative side.
    pub collaborative_score: f64,
    /// Popularity.
    pub popularity: f64,
    /// What gave the larger share.
    pub source: String,
}

impl RecommendAsk {
    /// The question as core takes it.
    pub fn query(&self) -> Query {
        let mut query = Query::person(Person {
            history: self.history.clone(),
            genres: self.genres.clone(),
        });
        query.n = self.limit.unwrap_or(query.n);
        query.offset = self.offset.unwrap_or(query.offset);
        query.blend.content = self.content_weight;
        query.blend.collaborative = self.collaborative_weight;
        query.half_life_days = self.half_life_days;
        query.include_seen = self.include_seen.unwrap_or(query.include_seen);
        query
    }
}

impl Recommended {
    /// How far a learned score may be from the golden one. On one machine all surfaces agree to the last bit; models that
    /// different processors learned differ by a code here and there.
    const TOLERANCE: f64 = 0.01;

    /// The items of a page, as a case keeps them.
    pub fn of(page: &Recommendations) -> Vec<Recommended> {
        let items = page.items.iter().map(|item| Recommended {
            id: item.card.id.clone(),
            score: item.score,
            content_score: item.content_score,
            collaborative_score: item.collaborative_score,
            popularity: item.popularity,
            source: item.source.name().to_owned(),
        });
        items.collect()
    }

    /// Whether the scores at one place of two lists are those of one model, learned on different processors. Ids are compared by
    /// [`same_items`].
    pub fn is_near(&self, other: &Recommended) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() <= Recommended::TOLERANCE;
        near(self.score, other.score)
    }
}

/// Whether two pages are of one model: scores near at each place, and the same items but for those that tie with the last.
pub fn same_items(golden: &[Recommended], found: &[Recommended]) -> bool {
    let near = golden.iter().zip(found).all(|(a, b)| a.is_near(b));
    let at_the_end = |item: &Recommended| golden.last().is_some_and(|last| last.is_near(item));
    let there = |item: &Recommended| at_the_end(item) || found.iter().any(|other| other.id == item.id);
    golden.len() == found.len() && near && golden.iter().all(there)
}

/// The parameters of a search, by the names that every surface uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchAsk {
    /// What is looked for.
    pub q: String,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// An item of an expected result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Id.
    pub id: ItemId,
    /// Name, for whoever reads the file.
    pub name: String,
    /// How the title fits.
    pub matched: String,
}

impl SearchAsk {
    /// The question as core takes it.
    pub fn query(&self) -> SearchQuery {
        let query = SearchQuery::of(self.q.clone());
        SearchQuery {
            limit: self.limit.unwrap_or(query.limit),
            ..query
        }
    }
}

impl Found {
    /// The items of a result, as a case keeps them.
    pub fn of(results: &SearchResults) -> Vec<Found> {
        let items = results.items.iter().map(|item| Found {
            id: item.card.id.clone(),
            name: item.card.name.clone(),
            matched: item.matched.name().to_owned(),
        });
        items.collect()
    }
}

/// A file of golden cases.
pub fn path(file: &str) -> PathBuf {
    root().join("tests/golden").join(file)
}

/// Reads the cases of a file.
///
/// # Panics
/// If it can't be read.
pub fn read<Ask: DeserializeOwned, Expected: DeserializeOwned>(file: &str) -> Vec<Case<Ask, Expected>> {
    read_all(file)
}

/// Reads cases of any form.
///
/// # Panics
/// If they can't be read.
pub fn read_all<Case: DeserializeOwned>(file: &str) -> Vec<Case> {
    let bytes = std::fs::read(path(file)).expect("the golden cases");
    serde_json::from_slice(&bytes).expect("golden cases in their form")
}

/// Writes the cases with the answers of today, if `UPDATE_GOLDEN` is set.
///
/// # Panics
/// If they can't be written.
pub fn updated<Case: Serialize>(file: &str, cases: &[Case]) -> bool {
    let wanted = std::env::var_os("UPDATE_GOLDEN").is_some();
    if wanted {
        let json = serde_json::to_string_pretty(cases).expect("golden cases");
        // Whole or not at all: other tests read it meanwhile.
        let new = path(&format!("{file}.new"));
        std::fs::write(&new, json + "\n").expect("a file for them");
        std::fs::rename(new, path(file)).expect("a file for them");
    }
    wanted
}
