//! What everybody wants: the model that every other must beat.

use super::Model;

/// The same scores for everybody.
#[derive(Clone, Debug)]
pub struct Popularity {
    scores: Vec<f32>,
}

impl Popularity {
    /// From each item's popularity.
    pub fn new(scores: Vec<f32>) -> Popularity {
        Popularity { scores }
    }
}

impl Model for Popularity {
    fn name(&self) -> &'static str {
        "popularity"
    }

    fn items(&self) -> usize {
        self.scores.len()
    }

    fn add_scores(&self, _: &[(u32, f32)], out: &mut [f32]) {
        out.iter_mut().zip(&self.scores).for_each(|(out, score)| *out += score);
    }

    fn score(&self, _: &[(u32, f32)], out: &mut [f32]) {
        out.copy_from_slice(&self.scores);
    }
}
