//! What features say of a side: a ridge regression of the states, which are not known exactly.
//!
//! With a state's own part integrated out, its ratings say of its prior mean `m` that `(m − m̂)ᵀ H (m − m̂)` should be small, with
//! `H = D − D·C·D` and `H·m̂ = D·C·data` for the prior's precision `D` and the posterior covariance `C`. Regressing so, instead of
//! on the posterior means, makes each step as large as the data allow: those means are never far from the prior that they came from.
//! The normal equations `(Fᵀ H F + penalties) W = Fᵀ H m̂` are solved by a few steps of conjugate gradients from where `W` is.

use aftershow_core::kernel::cholesky::start;
use rayon::prelude::*;

use super::side::{Features, sum_of_features, times};
use crate::conjugate::improve;

/// What is regressed: states with their covariances.
#[derive(Clone, Copy, Debug)]
pub struct States<'a> {
    /// Precisions of the prior.
    pub precision: &'a [f64],
    /// Posterior covariances, a triangle each.
    pub covariance: &'a [f64],
    /// What the ratings say, a state each.
    pub data: &'a [f64],
}

/// Improves the features' weights by so many steps. Cost of a step: two passes over the features, and `count · size²`.
pub fn regress(states: States<'_>, features: &mut Features, steps: usize) {
    let mut weights = std::mem::take(&mut features.weights);
    let rest = states.normal(features, &weights, true);
    improve(&mut weights, rest, None, steps, 1e-14, |direction| {
        states.normal(features, direction, false)
    });
    features.weights = weights;
}

impl States<'_> {
    /// The normal equations' matrix times `weights`; with `is_rest` what is left of their right side instead.
    fn normal(&self, features: &Features, weights: &[f64], is_rest: bool) -> Vec<f64> {
        let size = self.precision.len();
        let count = self.data.len() / size;
        let mut of_rows = vec![0.0; count * size];
        of_rows.par_chunks_mut(size).enumerate().for_each(|(at, out)| {
            let mut mean = vec![0.0; size];
            sum_of_features(&features.of_row, at, weights, &mut mean);
            // D·C·(data − D·m) + D·m − … : both signs in one product of C.
            let inner: Vec<f64> = (0..size)
                .map(|d| {
                    let data = if is_rest { self.data[at * size + d] } else { 0.0 };
                    data + self.precision[d] * mean[d]
                })
                .collect();
            times(&self.covariance[at * start(size)..(at + 1) * start(size)], &inner, out);
            for d in 0..size {
                let own = self.precision[d] * (mean[d] - out[d]);
                out[d] = if is_rest { -own } else { own };
            }
        });
        let mut all = vec![0.0; weights.len()];
        all.par_chunks_mut(size).enumerate().for_each(|(feature, out)| {
            sum_of_features(&features.of_feature, feature, &of_rows, out);
            let penalty = features.penalties[feature] * if is_rest { -1.0 } else { 1.0 };
            for (d, out) in out.iter_mut().enumerate() {
                *out += penalty * self.precision[d] * weights[feature * size + d];
            }
        });
        all
    }
}
