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
        ModelScores, Profile, Subject, Weighing,
        model::{block, without},
        weighing::{self, Blended, largest},
    },
};

/// Both sides of every item, and how they are weighed.
#[derive(Debug)]
pub(super) struct Personal<'a> {
    /// By rows.
    content: Vec<f32>,
    /// `None` if the model has nothing to say.
    collaborative: Option<ModelScores<'a>>,
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
        let inverse = inverse(largest(&scores));
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

/// 1 over the largest score of a side; 0 if it has nothing to say.
fn inverse(largest: f32) -> f32 {
    // Of less, 1 over it might not be finite.
    if largest > f32::MIN_POSITIVE {
        1.0 / largest
    } else {
        0.0
    }
}

impl<'a> Personal<'a> {
    /// `watching`: the item that is being watched, and how much it counts.
    pub fn of(
        resident: &Resident<'a>,
        history: &History,
        weights: &Weights,
        blend: Blend,
        watching: Option<(ItemIx, f32)>,
    ) -> Result<Personal<'a>, QueryError> {
        let items = resident.features.items.len();
        let content = Content::of(resident, history, weights, items);
        let collaborative = match resident.model()? {
            Some((model, index)) if !history.liked.is_empty() => {
                Some(ModelScores::of(&model, index, &history.liked, &history.disliked))
            }
            _ => None,
        };
        let largest = collaborative.as_ref().map_or(0.0, ModelScores::largest_liked);
        let inverses = (content.inverse, inverse(largest));
        let speaks = (inverses.0 > 0.0, inverses.1 > 0.0);
        let in_force = match speaks {
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
        let person = speaks.0 || speaks.1;
        let watching = watching.map(|(item, weight)| Watching::of(resident, item, weights, weight, person));
        let side = |inverse, weight| weighing::Side { inverse, weight };
        Ok(Personal {
            weighing: Weighing {
                content: side(inverses.0, in_force.content),
                collaborative: side(inverses.1, in_force.collaborative),
            },
            weights: in_force,
            speaks: person || watching.as_ref().is_some_and(|watching| watching.weight > 0.0),
            watching,
            liked: content.liked,
            content: content.scores,
            collaborative,
        })
    }

    /// What an item gets.
    pub fn scores(&self, item: ItemIx) -> Blended {
        let others = self.collaborative.as_ref().map_or(0.0, |model| model.one(item));
        self.blended(|scores| at(scores, item), others)
    }

    /// How much an item is like the one that is being watched, and how much that counts; `None` if nothing is.
    pub fn watching(&self, item: ItemIx) -> Option<(f32, f32)> {
        let watching = self.watching.as_ref()?;
        Some((at(&watching.scores, item), watching.weight))
    }

    /// What no score of the block of 64 rows that begins at `from` exceeds: every step from the parts to a score rises
    /// with them, also when it rounds.
    pub fn block_bound(&self, from: usize) -> f32 {
        let most = |scores: &[f32]| largest(block(scores, from));
        let others = self.collaborative.as_ref().map_or(0.0, |model| model.block_bound(from));
        self.blended(most, others).score
    }

    /// Of the block of 64 rows that begins at `from` those whose score may be `least` or more, row `from + i` as bit `i`.
    pub fn reaching(&self, from: usize, least: f32) -> u64 {
        match (&self.collaborative, &self.watching) {
            (Some(model), None) => self.weighing.reaching(&model.bounds(&self.content, from), least),
            _ => u64::MAX,
        }
    }

    /// What the score of an item doesn't exceed.
    #[inline(always)]
    pub fn bound(&self, item: ItemIx) -> f32 {
        let others = self.collaborative.as_ref().map_or(0.0, |model| model.bound(item));
        self.blended(|scores| at(scores, item), others).score
    }

    /// From what is read from the lists of scores, and the collaborative score.
    #[inline(always)] // part of the innermost loop over a catalogue, also in a build for size
    fn blended(&self, of: impl Fn(&[f32]) -> f32, others: f32) -> Blended {
        let mut blended = self.weighing.one(of(&self.content), others);
        if let Some(watching) = &self.watching {
            blended.score = watching.blend(blended.score, of(&watching.scores));
        }
        blended
    }
}

/// An item's score in a list by rows.
fn at(scores: &[f32], item: ItemIx) -> f32 {
    scores.get(item.at()).copied().unwrap_or(0.0)
}

/// The content side.
struct Content {
    scores: Vec<f32>,
    /// 1 over the largest that a person's likes give.
    inverse: f32,
    liked: Option<Profile>,
}

impl Content {
    fn of(resident: &Resident<'_>, history: &History, weights: &Weights, items: usize) -> Content {
        let (features, index) = (&resident.features, resident.index);
        let prefers = history.genre_weight > 0.0;
        if history.liked.is_empty() && !prefers {
            return Content {
                scores: alloc::vec![0.0; items],
                inverse: 0.0,
                liked: None,
            };
        }
        // History and preferred genres count alike: their sum, divided by its largest, is as good as their mean.
        let (mut liked, lengths) = Profile::liked(features, index, &history.liked, weights);
        if prefers {
            liked.add_preferred(features, index, &history.genres, history.genre_weight);
        }
        let mut scores = liked.scores(index);
        let inverse = inverse(largest(&scores));
        if !history.disliked.is_empty() {
            let disliked = Profile::disliked(features, index, &history.disliked, weights, &lengths).scores(index);
            for (score, less) in scores.iter_mut().zip(&disliked) {
                *score = without(*score, *less);
            }
        }
        Content {
            scores,
            inverse,
            liked: Some(liked),
        }
    }
}
