//! Score: the content side and the collaborative side of every item, for one person.
//!
//! On each side a score is `S⁺ − max(0, S⁻)`: `S⁺` from what the person liked, `S⁻` the same from what they
//! disliked. Each side is divided by the largest `S⁺` of the catalogue, which no dislike changes, and cut to
//! 0..=1. So a dislike lowers scores, and never raises one.
//!
//! While something is being watched, the likeness of every item to it is a third side, divided by the largest too.

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
        Blended, PersonVector, Profile, Subject, Weighing,
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
    watching: Option<Watching>,
    /// What the person's items are like, if that says something.
    pub liked: Option<Profile>,
    /// The weights in force: a side with nothing to say has given its weight to the other.
    pub weights: Blend,
    /// Whether either side has something to say.
    pub speaks: bool,
}

/// Likeness to the item that is being watched.
#[derive(Debug)]
struct Watching {
    /// 0 to 1, by rows.
    scores: Vec<f32>,
    /// How much it counts, 0 to 1; the two other sides share the rest.
    weight: f32,
}

impl Watching {
    /// `person`: whether the person's own sides have something to say.
    fn of(resident: &Resident<'_>, item: ItemIx, weights: &Weights, weight: f32, person: bool) -> Watching {
        let features = &resident.features;
        let how = resident.engine.manifest.content.genre_similarity;
        let subject = Subject::of_features(features, item);
        let mut scores = resident.index.scores(&subject, weights, how);
        // It is most like itself, and no answer.
        if let Some(own) = scores.get_mut(item.at()) {
            *own = 0.0;
        }
        let Side { scores, inverse } = Side::of(scores, None);
        let scores = scores.into_iter().map(|score| at_most_1(score * inverse)).collect();
        let weight = match (inverse > 0.0, person) {
            (true, true) => weight,
            (speaks, _) => f32::from(u8::from(speaks)),
        };
        Watching { scores, weight }
    }

    #[inline]
    fn blend(&self, person: f32, watching: f32) -> f32 {
        at_most_1((1.0 - self.weight) * person + self.weight * watching)
    }
}

fn at_most_1(x: f32) -> f32 {
    if x < 1.0 { x } else { 1.0 }
}

impl Personal {
    /// `watching`: the item that is being watched, and how much it counts.
    pub fn of(
        resident: &Resident<'_>,
        history: &History,
        content: &Weights,
        blend: Blend,
        watching: Option<(ItemIx, f32)>,
    ) -> Result<Self, QueryError> {
        let items = resident.features.items.len();
        let own = *content;
        let (content, liked) = match content_side(resident, history, content) {
            Some((side, liked)) => (side, Some(liked)),
            None => (Side::silent(items), None),
        };
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
        let person = content.speaks() || collaborative.speaks();
        let watching = watching.map(|(item, weight)| Watching::of(resident, item, &own, weight, person));
        Ok(Personal {
            weighing: Weighing {
                content: side(&content, weights.content),
                collaborative: side(&collaborative, weights.collaborative),
            },
            weights,
            speaks: person || watching.as_ref().is_some_and(|watching| watching.weight > 0.0),
            watching,
            liked,
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
        let mut blended = self.weighing.one(of(&self.content), of(&self.collaborative));
        if let Some(watching) = &self.watching {
            blended.score = watching.blend(blended.score, of(&watching.scores));
        }
        blended
    }

    /// How much an item is like the one that is being watched, and how much that counts; `None` if nothing is.
    pub fn watching(&self, item: ItemIx) -> Option<(f32, f32)> {
        let watching = self.watching.as_ref()?;
        Some((watching.scores.get(item.at()).copied().unwrap_or(0.0), watching.weight))
    }

    /// The scores of the items from row `from` on, as many as there are places; returns the largest.
    pub fn scores_of(&self, from: usize, out: &mut [f32]) -> f32 {
        let rows = from..from + out.len();
        let most = match (self.content.get(rows.clone()), self.collaborative.get(rows.clone())) {
            (Some(content), Some(collaborative)) => self.weighing.scores(content, collaborative, out),
            _ => 0.0,
        };
        let Some(watching) = &self.watching else { return most };
        let likenesses = watching.scores.get(rows).unwrap_or_default();
        for (score, likeness) in out.iter_mut().zip(likenesses) {
            *score = watching.blend(*score, *likeness);
        }
        largest(out)
    }
}

/// `None` if the history says nothing about content.
fn content_side(resident: &Resident<'_>, history: &History, weights: &Weights) -> Option<(Side, Profile)> {
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
    let side = Side::of(scores(&liked), disliked.as_ref().map(scores));
    Some((side, liked))
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
