//! Predicted ratings: what somebody would rate titles, of the pack or never seen by it.
//!
//! The person is solved from the ratings in the question, so nobody needs to be known beforehand; see [`crate::kernel::ratings`].

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{
    Engine, NewItem, Outcome, Query,
    show::{inconsistent, missing},
};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::{
        Features,
        ascending::by_row,
        ratings::{Taste, Title},
    },
    pack::{Part, Ratings, ratings::RatingScale},
    sqrt::sqrt,
};

/// A rating that a person gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The item.
    #[serde(alias = "id", alias = "item_id", alias = "movie_id")]
    pub item: ItemId,
    /// What they gave it, on the pack's own scale; what is beyond it counts as its end.
    #[serde(alias = "rating")]
    pub value: f32,
}

/// A question for ratings. Nothing in it is an error but numbers that are none and lists that are too long.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PredictQuery {
    /// The person's ratings, at most 10000; none for somebody of whom nothing is known. Of several of one item
    /// the last counts. Those of items that the pack lacks are counted and have no effect.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_HISTORY)))]
    pub ratings: Vec<Rating>,
    /// The items to predict, at most 1000.
    #[cfg_attr(feature = "schema", schemars(length(max = PredictQuery::MAX_ITEMS)))]
    pub items: Vec<ItemId>,
    /// Titles that the pack has never seen, at most 100.
    #[cfg_attr(feature = "schema", schemars(length(max = PredictQuery::MAX_NEW)))]
    pub new_items: Vec<NewItem>,
    /// Whether the best come first. Default `false`: then they come in the order of the question, items before new items.
    pub ranked: bool,
}

impl PredictQuery {
    /// Most items of a question.
    pub const MAX_ITEMS: usize = 1000;
    /// Most titles of a question that the pack has never seen.
    pub const MAX_NEW: usize = 100;

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        let invalid = |name, expected| Err(QueryError::InvalidParameter { name, expected });
        if self.ratings.len() > Query::MAX_HISTORY {
            return invalid("ratings", "at most 10000");
        }
        if self.ratings.iter().any(|rating| !rating.value.is_finite()) {
            return invalid("value", "a number on the pack's scale for each rating");
        }
        if self.items.len() > PredictQuery::MAX_ITEMS {
            return invalid("items", "at most 1000 ids");
        }
        if self.new_items.len() > PredictQuery::MAX_NEW {
            return invalid("new_items", "at most 100 titles");
        }
        self.new_items.iter().try_for_each(NewItem::check)
    }
}

/// What a prediction goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PredictionSource {
    /// The person's ratings and other people's ratings of the title.
    Ratings,
    /// The title has no ratings: what it is about, and the person's ratings if there are any.
    Content,
    /// Nothing is known of the person: what people rate the title on average.
    Average,
}

/// What somebody would rate a title.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prediction {
    /// The item; `None` for one of the question's new items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The place among the question's new items, from 0; `None` for an item of the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_item: Option<usize>,
    /// The expected rating, within the scale, to four decimals.
    pub prediction: f64,
    /// Standard deviation of the rating around it, to four decimals: of what is not known of person and title, and of how much
    /// ratings scatter in any case. Two of three ratings are no farther off.
    pub uncertainty: f64,
    /// How many ratings of the title the model was learnt from.
    pub known_ratings: u32,
    /// What the prediction goes by.
    pub source: PredictionSource,
}

/// Predicted ratings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Predictions {
    /// The predictions.
    pub items: Vec<Prediction>,
    /// The items of the question that the pack lacks, in its order: nothing can be said of them.
    pub unknown: Vec<ItemId>,
    /// The lowest rating of the scale.
    pub lowest: f32,
    /// The highest rating of the scale.
    pub highest: f32,
    /// The difference between two ratings of the scale next to each other. Predictions are not rounded to it.
    pub step: f32,
    /// How many of the person's ratings were used.
    pub person_ratings: usize,
    /// How many of the person's ratings are of items that the pack lacks.
    pub unknown_items: usize,
}

impl Engine {
    /// Predicts what somebody would rate titles, or says which parts it needs first.
    ///
    /// Nobody is unknown to it: without ratings the answer is what people in general rate a title. Unknown items are listed, and
    /// no error.
    ///
    /// Cost: `(ratings + items) · rank² / 2`; and for each new item its text.
    ///
    /// # Errors
    /// [`QueryError::NoRatings`] if the pack has no rating model; [`QueryError::InvalidParameter`] for a parameter out of its range.
    pub fn predict(&self, query: &PredictQuery) -> Result<Outcome<Predictions>, QueryError> {
        query.check()?;
        predict(self, query)
    }

    /// Predicts what somebody would rate a title that the pack has never seen: [`Engine::predict`] with one new item.
    ///
    /// # Errors
    /// As [`Engine::predict`].
    pub fn predict_new(&self, ratings: &[Rating], new: &NewItem) -> Result<Outcome<Predictions>, QueryError> {
        self.predict(&PredictQuery {
            ratings: ratings.to_vec(),
            new_items: [new.clone()].into(),
            ..PredictQuery::default()
        })
    }
}

fn predict(engine: &Engine, query: &PredictQuery) -> Result<Outcome<Predictions>, QueryError> {
    if engine.manifest.file(Part::Ratings).is_none() {
        return Err(QueryError::NoRatings);
    }
    let (Some((features, _)), Some(model)) = (&engine.features, &engine.ratings) else {
        return Ok(Outcome::NeedParts(missing(engine, &[Part::Features, Part::Ratings])));
    };
    let features = Features::open(features).map_err(inconsistent)?;
    let model = Ratings::open(model).map_err(inconsistent)?;
    let scale = model.scale();
    let (known, unknown_items) = known(query, &features, scale);
    // A system without a solution says nothing of the person; one without ratings always has one.
    let taste = Taste::of(&model, &known)
        .or_else(|| Taste::of(&model, &[]))
        .ok_or(QueryError::Inconsistent { what: "rating model" })?;
    let predicted = |title: Title, item, new_item| {
        let estimate = taste.rate(&model, &title);
        let (low, high) = (f64::from(scale.lowest), f64::from(scale.highest));
        let finite = |value: f64, instead: f64| if value.is_finite() { value } else { instead };
        Prediction {
            item,
            new_item,
            prediction: rounded(scale.within(finite(estimate.rating, f64::from(model.mean())))),
            uncertainty: rounded(sqrt(finite(estimate.variance, f64::MAX)).min(high - low)),
            known_ratings: title.count,
            source: match (title.count, taste.ratings) {
                (0, _) => PredictionSource::Content,
                (_, 0) => PredictionSource::Average,
                _ => PredictionSource::Ratings,
            },
        }
    };
    let mut answer = Predictions {
        items: Vec::with_capacity(query.items.len() + query.new_items.len()),
        unknown: Vec::new(),
        lowest: scale.lowest,
        highest: scale.highest,
        step: scale.step,
        person_ratings: taste.ratings,
        unknown_items,
    };
    let mut put = |prediction: Prediction| {
        // Of equals the first asked for comes first.
        let better = |kept: &Prediction| !query.ranked || kept.prediction >= prediction.prediction;
        answer.items.insert(answer.items.partition_point(better), prediction);
    };
    for id in &query.items {
        match features.items.find(id) {
            Some(item) => put(predicted(
                Title::of_item(&model, item),
                Some(features.items.id(item)),
                None,
            )),
            None => answer.unknown.push(id.clone()),
        }
    }
    for (place, new) in query.new_items.iter().enumerate() {
        put(predicted(Title::of_new(&model, &features, new), None, Some(place)));
    }
    Ok(Outcome::Answer(answer))
}

/// The person's ratings as rows, ascending, each once; and how many are of items that the pack lacks.
fn known(query: &PredictQuery, features: &Features<'_>, scale: RatingScale) -> (Vec<(ItemIx, f32)>, usize) {
    let mut given: Vec<(ItemIx, f32)> = Vec::with_capacity(query.ratings.len());
    for rating in &query.ratings {
        if let Some(item) = features.items.find(&rating.item) {
            given.push((item, scale.within(rating.value.into()) as f32));
        }
    }
    let unknown = query.ratings.len() - given.len();
    let by_row = by_row(given.iter().map(|(item, _)| *item));
    // Of several of one item the last stays.
    let last = by_row.chunk_by(|a, b| a.0 == b.0).filter_map(|same| same.last());
    let known = last.filter_map(|(_, place)| given.get(*place)).copied().collect();
    (known, unknown)
}

/// To four decimals: equal in JSON of any host. Ratings may be below 0.
fn rounded(value: f64) -> f64 {
    let steps = value * 1e4;
    (if steps < 0.0 { steps - 0.5 } else { steps + 0.5 }) as i64 as f64 / 1e4
}
