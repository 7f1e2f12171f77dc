//! What is said of routes and parameters, and values that are worth trying. The ids are those of the sample.

use serde_json::{Value, json};

use crate::routes::{Endpoint, Route};

const SIMILAR: &str = "Similar items";
const SEARCH: &str = "Search";
const PEOPLE: &str = "For people";
const KNOWN: &str = "Known users";
const RATINGS: &str = "Predicted ratings";
const REPLACED: &str = "Replaced services";
const DEPLOYMENT: &str = "The deployment";
/// The groups of routes, and what is said of each.
pub const TAGS: [(&str, &str); 7] = [
    (
        SIMILAR,
        "Items like an item of the pack, or like one that it has never seen",
    ),
    (SEARCH, "Items by the words of their titles"),
    (
        PEOPLE,
        "Items for the history in the body, which is stored nowhere, and what is popular",
    ),
    (RATINGS, "What somebody would rate titles"),
    (KNOWN, "Items for known users, by the token of the deployment"),
    (
        REPLACED,
        "The same answers under the field names of the services that this one replaces",
    ),
    (DEPLOYMENT, "What the pack holds, and whether it can be read"),
];

/// Tag, summary.
pub fn words(route: &Route) -> (&'static str, &'static str) {
    match route.endpoint {
        Endpoint::Similar => (SIMILAR, "Items similar to one of the pack"),
        Endpoint::SimilarHtml => (
            SIMILAR,
            "Items similar to one of the pack, as HTML that `<aftershow-list>` takes over",
        ),
        Endpoint::SimilarToNew => (SIMILAR, "Items similar to one that the pack has never seen"),
        Endpoint::ShowRecommendations => (REPLACED, "Items similar to one of the pack, for the show service"),
        Endpoint::Recommend => (PEOPLE, "Items for a history"),
        Endpoint::Popular => (PEOPLE, "What most people want"),
        Endpoint::Search => (SEARCH, "Items by the words of their titles, typos and all"),
        Endpoint::Rerank => (
            PEOPLE,
            "Your candidates in order, for a history or by likeness to an item",
        ),
        Endpoint::Predict => (RATINGS, "Predicted ratings of items and new titles"),
        Endpoint::User => (KNOWN, "Items for a known user"),
        Endpoint::Users => (KNOWN, "Items for up to 100 known users"),
        Endpoint::MediaUser => (REPLACED, "Items for a known user, for the media service"),
        Endpoint::MediaUsers => (REPLACED, "Items for up to 100 known users, for the media service"),
        Endpoint::MovieUser => (REPLACED, "Items for a known user, for the movie service"),
        Endpoint::Existing => (
            REPLACED,
            "Predicted ratings of a known user, for the movie service, best first",
        ),
        Endpoint::NewMovie => (
            REPLACED,
            "Predicted rating of a new title by a known user, for the movie service",
        ),
        Endpoint::Stats => (DEPLOYMENT, "What the pack holds"),
        Endpoint::Health => (DEPLOYMENT, "Whether the pack can be read"),
    }
}

/// Bodies that are worth trying, by what they ask. The ids are those of the sample.
pub fn examples(endpoint: Endpoint) -> Vec<(&'static str, Value)> {
    let new = json!({"name": "The Harbour", "genres": ["Drama", "Crime"], "summary": "A detective returns to a harbour town.",
                     "platform": "HBO", "type": "Scripted", "language": "English", "year": 2024});
    match endpoint {
        Endpoint::SimilarToNew => vec![("a new title", new)],
        Endpoint::Recommend => vec![
            (
                "a history",
                json!({"history": [82, {"id": 169, "weight": 3, "time": 1_700_000_000}], "genres": ["Drama"], "limit": 3}),
            ),
            (
                "filtered, diverse and with reasons",
                json!({
                    "history": [82, 169], "limit": 5, "reasons": true, "summaries": true, "half_life_days": 90,
                    "filter": {"genre": ["Drama", "Crime"], "year": {"min": 2000}, "not": {"language": "French"}},
                    "rerank": {"diversity": 0.3, "calibration": 0.2, "freshness": 0.1, "popularity_damping": 0.1,
                               "caps": [{"attribute": "platform", "at_most": 2}], "boosts": [{"id": 7, "factor": 2}],
                               "pins": [4], "bury": [5]},
                }),
            ),
            (
                "while something is being watched",
                json!({"history": [169], "watching": 82, "watching_weight": 0.7, "include_seen": true, "offset": 5,
                       "content_weight": 1, "collaborative_weight": 2, "genre_weight": 1, "text_weight": 1,
                       "metadata_weight": 0.5, "year_weight": 0.1, "genres": [{"genre": "Drama", "weight": 2}]}),
            ),
            ("nobody in particular", json!({})),
        ],
        Endpoint::Rerank => vec![
            (
                "for a history",
                json!({"candidates": [82, {"id": 7, "score": 12.5}, "no such item"], "history": [169]}),
            ),
            (
                "by likeness to an item",
                json!({"candidates": [1, 2, 3, 4, 5], "item": 82, "reasons": true}),
            ),
        ],
        Endpoint::Predict => vec![(
            "items and a new title",
            json!({"ratings": [{"item": 1, "value": 4}, {"id": 2, "rating": 2.5}], "items": [82, 999_999], "new_items": [new], "ranked": true}),
        )],
        Endpoint::Users | Endpoint::MediaUsers => {
            vec![(
                "two users",
                json!({"user_ids": ["synthetic-0007", "nobody"], "limit": 3}),
            )]
        }
        Endpoint::Existing => vec![(
            "three items",
            json!({"user_id": "synthetic-0007", "movie_ids": [82, 169, 7]}),
        )],
        Endpoint::NewMovie => vec![(
            "a new title",
            json!({"user_id": "synthetic-0007", "movie_title": "The Harbour", "genres": "Drama,Crime", "directors": ["Ann Example"],
                   "writers": [], "actors": [], "plot": "A detective returns.", "runtime": 60, "year": 2024, "certificate": "TV-MA"}),
        )],
        _ => Vec::new(),
    }
}

/// A value of a parameter that is worth trying.
pub fn example(parameter: &str) -> Value {
    match parameter {
        "id" | "watching" => json!("82"),
        "user_id" => json!("synthetic-0007"),
        "n" | "limit" => json!(5),
        "offset" => json!(10),
        "min_similarity" => json!(0.1),
        "half_life_days" => json!(90),
        "watching_weight" => json!(0.7),
        "summaries" | "include_seen" | "reasons" => json!("true"),
        "filter" => json!({"genre": ["Drama", "Crime"], "year": {"min": 2000}}),
        "rerank" => json!({"diversity": 0.3}),
        "variant" => json!("blend:content"),
        "against" => json!("blend:pack"),
        "visitor" => json!("visitor 7"),
        "src" => json!("/pack/"),
        "href" => json!("/shows/{id}"),
        "layout" => json!("row"),
        "q" => json!("game of thrnes"),
        "genre" => json!(["Drama", "Crime"]),
        _ => json!(1), // the weights
    }
}
