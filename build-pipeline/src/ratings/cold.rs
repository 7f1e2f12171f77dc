//! What is said of a title that nobody has rated: a regression of the titles' states on what they are about.
//!
//! It is a fit of its own, after the other: there the audience says most of a title, and here there is none. What the
//! regression is worth for titles that it has not seen is measured on titles left out of it, fold by fold: how much such titles scatter
//! around it (the prior of an unrated title), and by how much it is too low. For those that many rate are better than
//! their content says, and a prediction is most often asked for such: so the base is raised by what a rating, not a title, is off on average.

use aftershow_core::kernel::cholesky::{Cholesky, start};
use rayon::prelude::*;

use super::{
    content::Content,
    fit::Fitted,
    prior::{self, States},
    side::{Features, invert, posterior_mean, sum_of_features, with_precision},
};
use crate::{config::RatingsConfig, models::csr::Csr, progress::Progress, random::Random};

/// What features say of titles.
#[derive(Clone, Debug)]
pub struct Cold {
    /// The state of a title of no known feature.
    pub base: Vec<f64>,
    /// What each feature adds: a state each, in the order of [`Content::groups`].
    pub weights: Vec<f64>,
    /// Precisions of a title's state around it.
    pub precision: Vec<f64>,
}

/// Rounds of regression and precision.
const ROUNDS: usize = 5;
/// Steps of conjugate gradients in a round.
const STEPS: usize = 25;
/// Parts of the titles, of which each is left out once.
const FOLDS: usize = 5;
/// With fewer rated titles nothing is left out: there is too little to tell by.
const LEAST: usize = 50;
/// The penalty of the base, as a share of that of a feature: next to none.
const BASE_PENALTY: f64 = 1e-3;

/// The states to regress.
struct Task<'a> {
    size: usize,
    grams: &'a [f64],
    data: &'a [f64],
    /// The features with the base as their last.
    of_row: &'a Csr,
    penalties: &'a [f64],
    /// The precisions to begin with.
    precision: &'a [f64],
}

/// What one regression found.
struct Found {
    weights: Vec<f64>,
    precision: Vec<f64>,
}

/// Fits it. Cost: some hundred passes over the titles' features.
pub fn fit(fitted: &Fitted, content: &Content, settings: &RatingsConfig, seed: u64, progress: &Progress) -> Cold {
    let titles = &fitted.titles;
    let size = titles.size;
    let grams = titles.grams(&fitted.people.moments(), fitted.tau);
    let of_row = with_base(&content.of_title);
    let mut penalties = vec![settings.content_penalty; of_row.cols];
    if let Some(base) = penalties.last_mut() {
        *base *= BASE_PENALTY;
    }
    let task = Task {
        size,
        grams: &grams,
        data: &titles.data,
        of_row: &of_row,
        penalties: &penalties,
        precision: &titles.precision,
    };
    let mut rated: Vec<usize> = (0..titles.len()).filter(|title| titles.count(*title) > 0).collect();
    let folds = if rated.len() < LEAST { 0 } else { FOLDS };
    let stage = progress.stage("new titles", folds as u64 + 1);
    Random::of(seed, "new titles").shuffle(&mut rated);

    let mut scatter = vec![0.0; size];
    let (mut too_low, mut ratings, mut seen) = (0.0, 0.0, 0usize);
    for fold in 0..folds {
        let left_out: Vec<usize> = rated.iter().skip(fold).step_by(folds).copied().collect();
        let mut data = titles.data.clone();
        let mut blank = grams.clone();
        for title in &left_out {
            data[title * size..(title + 1) * size].fill(0.0);
            blank[title * start(size)..(title + 1) * start(size)].fill(0.0);
        }
        let found = Task {
            grams: &blank,
            data: &data,
            ..task
        }
        .regress();
        for title in left_out {
            let mut prior = vec![0.0; size];
            sum_of_features(&of_row, title, &found.weights, &mut prior);
            let (covariance, mean) = task.posterior(title, &found.precision, &prior);
            let count = titles.count(title) as f64;
            too_low += count * (mean[0] - prior[0]);
            ratings += count;
            seen += 1;
            for (at, sum) in scatter.iter_mut().enumerate() {
                *sum += (mean[at] - prior[at]).powi(2) + covariance[start(at) + at];
            }
        }
        stage.inc(1);
    }
    let mut found = task.regress();
    stage.inc(1);
    let mut base = found.weights.split_off(found.weights.len() - size);
    if seen > 0 {
        base[0] += too_low / ratings;
        found.precision = scatter.iter().map(|sum| (seen as f64 / sum).clamp(1e-4, 1e8)).collect();
    }
    Cold {
        base,
        weights: found.weights,
        precision: found.precision,
    }
}

impl Cold {
    /// The state of a title by its features.
    pub fn state(&self, content: &Content, title: usize) -> Vec<f64> {
        let mut state = vec![0.0; self.base.len()];
        sum_of_features(&content.of_title, title, &self.weights, &mut state);
        for (number, base) in state.iter_mut().zip(&self.base) {
            *number += base;
        }
        state
    }
}

impl Task<'_> {
    fn regress(&self) -> Found {
        let size = self.size;
        let mut features = Features::new(self.of_row.clone(), self.penalties.to_vec(), size);
        let mut precision = self.precision.to_vec();
        let mut covariance = vec![0.0; self.grams.len()];
        for _ in 0..ROUNDS {
            self.covariances(&precision, &mut covariance);
            let states = States {
                precision: &precision,
                covariance: &covariance,
                data: self.data,
            };
            prior::regress(states, &mut features, STEPS);
            precision = self.learnt(&features, &precision, &covariance);
        }
        Found {
            weights: features.weights,
            precision,
        }
    }

    fn covariances(&self, precision: &[f64], out: &mut [f64]) {
        let triangle = start(self.size);
        out.par_chunks_mut(triangle)
            .zip(self.grams.par_chunks(triangle))
            .for_each(|(out, gram)| {
                if let Some(decomposed) = Cholesky::of(with_precision(gram, 1.0, precision), self.size) {
                    invert(&decomposed, self.size, out);
                }
            });
    }

    /// The precisions that fit the posteriors best.
    fn learnt(&self, features: &Features, precision: &[f64], covariance: &[f64]) -> Vec<f64> {
        let (size, triangle) = (self.size, start(self.size));
        let mut sums = vec![0.0; size];
        let mut count = 0usize;
        let (mut prior, mut mean) = (vec![0.0; size], vec![0.0; size]);
        for (title, gram) in self.grams.chunks_exact(triangle).enumerate() {
            // The first entry is τ times the number of ratings.
            if gram[0] == 0.0 {
                continue;
            }
            count += 1;
            let own = &covariance[title * triangle..(title + 1) * triangle];
            sum_of_features(&features.of_row, title, &features.weights, &mut prior);
            let data = &self.data[title * size..(title + 1) * size];
            posterior_mean(own, data, precision, &prior, &mut mean);
            for at in 0..size {
                sums[at] += (mean[at] - prior[at]).powi(2) + own[start(at) + at];
            }
        }
        sums.iter().map(|sum| (count as f64 / sum).clamp(1e-4, 1e8)).collect()
    }

    /// Covariance and mean of one title with all its ratings, under a prior.
    fn posterior(&self, title: usize, precision: &[f64], prior: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (size, triangle) = (self.size, start(self.size));
        let gram = &self.grams[title * triangle..(title + 1) * triangle];
        let mut covariance = vec![0.0; triangle];
        let mut mean = prior.to_vec();
        if let Some(decomposed) = Cholesky::of(with_precision(gram, 1.0, precision), size) {
            invert(&decomposed, size, &mut covariance);
            let data = &self.data[title * size..(title + 1) * size];
            posterior_mean(&covariance, data, precision, prior, &mut mean);
        }
        (covariance, mean)
    }
}

/// The features, and one that every title has.
fn with_base(features: &Csr) -> Csr {
    let mut all = Csr {
        cols: features.cols + 1,
        ..Csr::default()
    };
    for row in 0..features.rows() {
        let (columns, values) = features.row(row);
        all.columns.extend_from_slice(columns);
        all.values.extend_from_slice(values);
        all.columns.push(features.cols as u32);
        all.values.push(1.0);
        all.ends.push(all.columns.len());
    }
    all
}
