//! Score: the content side and the collaborative side of every item, for one person.
//!
//! On each side a score is `S⁺ − max(0, S⁻)`: `S⁺` from what the person liked, `S⁻` the same from what they
//! disliked. Each side is divided by the largest `S⁺` of the catalogue, which no dislike changes, and cut to
//! 0..=1. So a dislike lowers scores, and never raises one.

use alloc::vec::Vec;

use super::{
    history::History,
    show::Resident,
    weights::{Blend, Weights},
};
use crate::{
    error::QueryError,
    ids::ItemIx,
    kernel::{
        Blended, PersonVector, Profile, Weighing,
        factors::{add_scores, add_sparse},
        weighing::{self, largest},
    },
    pack::Collaborative,
};

/// One side: a score for each item, and 1 over the largest that a person's likes give.
#[derive(Debug)]
struct Side {
    scores: Vec<f32>,
    /// 0 if the side has nothing to say.
    inverse: f32,
}

impl Side {
    fn silent(items: usize) -> Side {
        Side {
            scores: alloc::vec![0.0; items],
            inverse: 0.0,
        }
    }

    /// From the scores of what was liked and those of what was disliked.
    fn of(mut scores: Vec<f32>, disliked: Option<Vec<f32>>) -> Side {
        let largest = largest(&scores);
        // Of less, 1 over it might not be finite.
        let inverse = if largest > f32::MIN_POSITIVE {
            1.0 / largest
        } else {
            0.0
        };
        if let Some(disliked) = disliked {
            for (score, less) in scores.iter_mut().zip(&disliked) {
                *score -= if *less > 0.0 { *less } else { 0.0 };
            }
        }
        Side { scores, inverse }
    }

    fn speaks(&self) -> bool {
        self.inverse > 0.0
    }
}

/// Both sides of every item, and how they are weighed.
#[derive(Debug)]
pub(super) struct Personal {
    content: Vec<f32>,
    collaborative: Vec<f32>,
    weighing: Weighing,
    /// The weights in force: a side with nothing to say has given its weight to the other.
    pub weights: Blend,
    /// Whether either side has something to say.
    pub speaks: bool,
}

impl Personal {
    pub fn of(resident: &Resident<'_>, history: &History, content: &Weights, blend: Blend) -> Result<Self, QueryError> {
        let items = resident.features.items.len();
        let content = content_side(resident, history, content).unwrap_or_else(|| Side::silent(items));
        let collaborative = match resident.model()? {
            Some((model, ends)) => collaborative_side(&model, ends, history, items),
            None => None,
        };
        let collaborative = collaborative.unwrap_or_else(|| Side::silent(items));
        let weights = match (content.speaks(), collaborative.speaks()) {
            (true, false) => Blend {
                content: 1.0,
                collaborative: 0.0,
            },
            (false, true) => Blend {
                content: 0.0,
                collaborative: 1.0,
            },
            _ => blend,
        };
        let side = |side: &Side, weight| weighing::Side {
            inverse: side.inverse,
            weight,
        };
        Ok(Personal {
            weighing: Weighing {
                content: side(&content, weights.content),
                collaborative: side(&collaborative, weights.collaborative),
            },
            weights,
            speaks: content.speaks() || collaborative.speaks(),
            content: content.scores,
            collaborative: collaborative.scores,
        })
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// What an item gets.
    pub fn scores(&self, item: ItemIx) -> Blended {
        let of = |scores: &[f32]| scores.get(item.at()).copied().unwrap_or(0.0);
        self.weighing.one(of(&self.content), of(&self.collaborative))
    }

    /// The scores of the items from row `from` on, as many as there are places; returns the largest.
    pub fn scores_of(&self, from: usize, out: &mut [f32]) -> f32 {
        let rows = from..from + out.len();
        match (self.content.get(rows.clone()), self.collaborative.get(rows)) {
            (Some(content), Some(collaborative)) => self.weighing.scores(content, collaborative, out),
            _ => 0.0,
        }
    }
}

/// `None` if the history says nothing about content.
fn content_side(resident: &Resident<'_>, history: &History, weights: &Weights) -> Option<Side> {
    let (features, index) = (&resident.features, resident.index);
    let prefers = history.genre_weight > 0.0;
    if history.liked.is_empty() && !prefers {
        return None;
    }
    // History and preferred genres count alike: their sum, divided by its largest, is as good as their mean.
    let (mut liked, lengths) = Profile::liked(features, index, &history.liked, weights);
    if prefers {
        liked.add_preferred(features, index, &history.genres, history.genre_weight);
    }
    let scores = |profile: &Profile| profile.scores(index);
    let disliked = (!history.disliked.is_empty())
        .then(|| Profile::disliked(features, index, &history.disliked, weights, &lengths));
    Some(Side::of(scores(&liked), disliked.as_ref().map(scores)))
}

/// `None` if the model says nothing about the history.
fn collaborative_side(model: &Collaborative<'_>, ends: &[u32], history: &History, items: usize) -> Option<Side> {
    if history.liked.is_empty() {
        return None;
    }
    let scores = |events: &[(ItemIx, f32)]| {
        let mut out = alloc::vec![0.0; items];
        add_sparse(model, ends, events, &mut out);
        if let Some(vector) = PersonVector::of(model, events) {
            add_scores(&model.item_factors(), &vector, &mut out);
        }
        out
    };
    let disliked = (!history.disliked.is_empty()).then(|| scores(&history.disliked));
    Some(Side::of(scores(&history.liked), disliked))
}
