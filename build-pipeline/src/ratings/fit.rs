//! The fit: people given titles, titles given people, and what both say of the priors, round after round.

use super::{
    content::Content,
    prior::{self, States},
    side::{Features, Side},
};
use crate::{config::RatingsConfig, interactions::Interactions, models::csr::Csr, progress::Progress, random::Random};

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The mean of all ratings.
    pub mean: f64,
    /// 1 over the variance of a rating around the model.
    pub tau: f64,
    /// The people; features: which titles they rated.
    pub people: Side,
    /// The titles; features: who rated them, then what they are about.
    pub titles: Side,
}

impl Fitted {
    /// Standard deviation of a rating around the model.
    pub fn noise(&self) -> f64 {
        1.0 / self.tau.sqrt()
    }
}

/// Steps of conjugate gradients in a round: each round goes on where the one before left off.
const STEPS: usize = 5;
/// Variance that the factors explain at the start, of ratings whose steps are about 1.
const EXPLAINED: f64 = 0.25;
/// Precision of biases at the start: a standard deviation of 0.45.
const BIAS_PRECISION: f64 = 5.0;

/// Fits the model to ratings: a matrix whose weights are the values.
///
/// Cost of a round: `ratings · factors²`, and `factors³` for each person and title; memory: `4 · factors²` bytes for each of them,
/// and 32 bytes a rating. Equal for any number of threads.
pub fn fit(
    ratings: &Interactions,
    content: &Content,
    settings: &RatingsConfig,
    seed: u64,
    progress: &Progress,
) -> Fitted {
    let size = settings.factors + 1;
    let mean = ratings.weights.iter().map(|value| f64::from(*value)).sum::<f64>() / ratings.len().max(1) as f64;
    let by_person = Csr {
        cols: ratings.item_count,
        ends: ratings.ends.clone(),
        columns: ratings.items.clone(),
        values: ratings
            .weights
            .iter()
            .map(|value| (f64::from(*value) - mean) as f32)
            .collect(),
    };
    let by_title = by_person.transposed();
    // The units of everything below are those of the ratings: what is set for a spread of 1 is scaled to theirs.
    let spread =
        (by_person.values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / ratings.len().max(1) as f64).max(1e-12);

    let choices = Features::new(shared(&by_person), vec![settings.choice_penalty; by_person.cols], size);
    let audience = beside(
        shared(&by_title),
        settings.audience_penalty,
        &content.of_title,
        settings.content_penalty,
        size,
    );
    let deviation = (EXPLAINED * spread / settings.factors.max(1) as f64).sqrt();
    let precision = |factor: f64| -> Vec<f64> {
        let rest = std::iter::repeat_n(factor, settings.factors);
        std::iter::once(BIAS_PRECISION / spread).chain(rest).collect()
    };
    let mut people = Side::new(by_person, choices, precision(1.0));
    let mut titles = Side::new(by_title, audience, precision(deviation.powi(-2)));
    let mut random = Random::of(seed, "ratings");
    for state in titles.mean.chunks_exact_mut(size) {
        state[1..].iter_mut().for_each(|x| *x = deviation * random.normal());
    }
    // At the start the factors are taken as they are: their prior's covariance would drown them.
    titles.covariance.fill(0.0);

    let stage = progress.stage("rating model", settings.iterations as u64);
    let mut tau = 1.0 / (0.8 * spread);
    for _ in 0..settings.iterations {
        people.infer(&titles.moments(), tau);
        follow(&mut people);
        // The factors' scale is the people's: learnt on both sides it would drift.
        people.learn_precision(0, 1);
        titles.infer(&people.moments(), tau);
        let error: f64 = titles.errors.iter().sum();
        follow(&mut titles);
        titles.learn_precision(0, size);
        tau = ratings.len().max(1) as f64 / error.max(1e-9 * spread);
        stage.inc(1);
    }
    // The engine infers people with these titles, so the last word is the titles'.
    titles.infer(&people.moments(), tau);
    Fitted {
        mean,
        tau,
        people,
        titles,
    }
}

fn follow(side: &mut Side) {
    let states = States {
        precision: &side.precision,
        covariance: &side.covariance,
        data: &side.data,
    };
    prior::regress(states, &mut side.features, STEPS);
    side.follow_features();
}

/// Each rating as a feature of whoever gave or got it, divided by the root of their number.
fn shared(observed: &Csr) -> Csr {
    let mut features = observed.clone();
    for (row, count) in observed.row_counts().into_iter().enumerate() {
        let end = observed.ends[row];
        features.values[end - count as usize..end].fill(1.0 / (count as f32).sqrt());
    }
    features
}

/// Two sets of features beside each other.
fn beside(left: Csr, left_penalty: f64, right: &Csr, right_penalty: f64, size: usize) -> Features {
    let mut both = Csr {
        cols: left.cols + right.cols,
        ..Csr::default()
    };
    for row in 0..left.rows() {
        let (columns, values) = left.row(row);
        both.columns.extend_from_slice(columns);
        both.values.extend_from_slice(values);
        let (columns, values) = right.row(row);
        both.columns
            .extend(columns.iter().map(|column| column + left.cols as u32));
        both.values.extend_from_slice(values);
        both.ends.push(both.columns.len());
    }
    let mut penalties = vec![left_penalty; left.cols];
    penalties.resize(both.cols, right_penalty);
    Features::new(both, penalties, size)
}
