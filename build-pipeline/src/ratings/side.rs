//! One side of the factorisation, people or titles: what is known of each, as a normal distribution.
//!
//! The two sides are the same but for their names. Each has a *state*: a bias and `rank` factors, `(b, x)`. A rating is
//! `mean + b + b' + x·x'`, so with the other side's `a' = (1, x')` it is linear in the state: `rating − mean − b' = a'·(b, x)`. The other
//! side is not known exactly either, and variational Bayes (Lim and Teh 2007; Nakajima and Sugiyama 2011) takes its moments: the
//! posterior precision of a state is `P + τ Σ E[a'a'ᵀ]`, and its mean solves that for `P·prior + τ Σ E[(rating − mean − b') a']`.

use aftershow_core::kernel::cholesky::{Cholesky, start};
use rayon::prelude::*;

use crate::models::csr::Csr;

/// People or titles.
#[derive(Clone, Debug)]
pub struct Side {
    /// Numbers of a state.
    pub size: usize,
    /// Rows: this side; columns: the other; values: ratings less their mean.
    pub observed: Csr,
    /// What the prior of each goes by: rows are this side, columns features.
    pub features: Features,
    /// Precisions of the prior, one for each number of a state.
    pub precision: Vec<f64>,
    /// Means of the prior, a state each.
    pub prior: Vec<f64>,
    /// Posterior means, a state each.
    pub mean: Vec<f64>,
    /// Posterior covariances, a triangle each.
    pub covariance: Vec<f64>,
    /// `τ Σ E[(rating − mean − b') a']`, a state each.
    pub data: Vec<f64>,
    /// The expected squared error of each one's ratings, summed.
    pub errors: Vec<f64>,
}

/// Features of one side, and what each adds to a prior.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// Rows: the side; columns: features.
    pub of_row: Csr,
    /// The transpose.
    pub of_feature: Csr,
    /// The ridge penalty of each feature, in units of the prior's precision.
    pub penalties: Vec<f64>,
    /// What each adds: a state each.
    pub weights: Vec<f64>,
}

impl Features {
    /// Features that add nothing yet.
    pub fn new(of_row: Csr, penalties: Vec<f64>, size: usize) -> Features {
        Features {
            of_feature: of_row.transposed(),
            weights: vec![0.0; penalties.len() * size],
            of_row,
            penalties,
        }
    }
}

/// What the other side needs of this one: the moments of `a = (1, x)` and of the bias.
#[derive(Clone, Debug)]
pub struct Moments {
    size: usize,
    /// `E[a·aᵀ]`, a triangle each. Its first column is `E[a]`.
    squares: Vec<f32>,
    /// The bias, and its covariance with the state: `1 + size` numbers each.
    biases: Vec<f32>,
}

/// Entities that a task takes at once.
const CHUNK: usize = 16;

impl Side {
    /// A side of which only the priors are known.
    pub fn new(observed: Csr, features: Features, precision: Vec<f64>) -> Side {
        let (count, size) = (observed.rows(), precision.len());
        let mut side = Side {
            size,
            prior: vec![0.0; count * size],
            mean: vec![0.0; count * size],
            covariance: vec![0.0; count * start(size)],
            data: vec![0.0; count * size],
            errors: vec![0.0; count],
            observed,
            features,
            precision,
        };
        for triangle in side.covariance.chunks_exact_mut(start(size)) {
            for (at, precision) in side.precision.iter().enumerate() {
                triangle[start(at) + at] = 1.0 / precision;
            }
        }
        side
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.observed.rows()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of ratings of one.
    pub fn count(&self, at: usize) -> usize {
        self.observed.row(at).0.len()
    }

    /// The state of one.
    pub fn state(&self, at: usize) -> &[f64] {
        &self.mean[at * self.size..(at + 1) * self.size]
    }

    /// The posterior of each, given the other side. Cost: `ratings · size² / 2 + count · size³`.
    pub fn infer(&mut self, other: &Moments, tau: f64) {
        let size = self.size;
        let (observed, precision, prior) = (&self.observed, &self.precision, &self.prior);
        let all = self
            .mean
            .par_chunks_mut(size * CHUNK)
            .zip(self.covariance.par_chunks_mut(start(size) * CHUNK))
            .zip(self.data.par_chunks_mut(size * CHUNK))
            .zip(self.errors.par_chunks_mut(CHUNK))
            .enumerate();
        all.for_each(|(chunk, (((means, covariances), data), errors))| {
            let mut sums = Sums::new(size);
            let one = means
                .chunks_exact_mut(size)
                .zip(covariances.chunks_exact_mut(start(size)))
                .zip(data.chunks_exact_mut(size))
                .zip(errors)
                .enumerate();
            for (place, (((mean, covariance), data), error)) in one {
                let at = chunk * CHUNK + place;
                let (others, values) = observed.row(at);
                sums.of(others, values, other);
                let matrix = with_precision(&sums.gram, tau, precision);
                let Some(decomposed) = Cholesky::of(matrix, size) else {
                    continue; // a sum of squares over a positive diagonal always has one, but for overflow
                };
                invert(&decomposed, size, covariance);
                for (data, sum) in data.iter_mut().zip(&sums.right) {
                    *data = tau * sum;
                }
                posterior_mean(covariance, data, precision, &prior[at * size..(at + 1) * size], mean);
                *error = sums.error(mean, covariance);
            }
        });
    }

    /// Puts the priors where the features say, and the means after them, without looking at the other side again.
    pub fn follow_features(&mut self) {
        let size = self.size;
        let features = &self.features;
        let (covariance, data, precision) = (&self.covariance, &self.data, &self.precision);
        self.prior
            .par_chunks_mut(size)
            .zip(self.mean.par_chunks_mut(size))
            .enumerate()
            .for_each(|(at, (prior, mean))| {
                sum_of_features(&features.of_row, at, &features.weights, prior);
                let triangle = &covariance[at * start(size)..(at + 1) * start(size)];
                posterior_mean(triangle, &data[at * size..(at + 1) * size], precision, prior, mean);
            });
    }

    /// The precisions of the prior that fit the posteriors best (an EM step), for the numbers from `from` to below `to`.
    pub fn learn_precision(&mut self, from: usize, to: usize) {
        let size = self.size;
        for at in from..to {
            let (mut sum, mut count) = (0.0, 0usize);
            for row in (0..self.len()).filter(|row| self.count(*row) > 0) {
                let off = self.mean[row * size + at] - self.prior[row * size + at];
                sum += off * off + self.covariance[row * start(size) + start(at) + at];
                count += 1;
            }
            if count > 0 {
                self.precision[at] = (count as f64 / sum).clamp(1e-4, 1e8);
            }
        }
    }

    /// What the other side needs of this one.
    pub fn moments(&self) -> Moments {
        let size = self.size;
        let mut squares = vec![0f32; self.len() * start(size)];
        let mut biases = vec![0f32; self.len() * (size + 1)];
        squares
            .par_chunks_mut(start(size))
            .zip(biases.par_chunks_mut(size + 1))
            .enumerate()
            .for_each(|(at, (squares, biases))| {
                let mean = self.state(at);
                let covariance = &self.covariance[at * start(size)..(at + 1) * start(size)];
                biases[0] = mean[0] as f32;
                for row in 0..size {
                    biases[1 + row] = covariance[start(row)] as f32;
                    for column in 0..=row {
                        let place = start(row) + column;
                        squares[place] = match column {
                            0 if row == 0 => 1.0,
                            0 => mean[row] as f32,
                            _ => (mean[row] * mean[column] + covariance[place]) as f32,
                        };
                    }
                }
            });
        Moments { size, squares, biases }
    }

    /// `τ Σ E[a'a'ᵀ]` of each, a triangle each.
    pub fn grams(&self, other: &Moments, tau: f64) -> Vec<f64> {
        let size = self.size;
        let mut grams = vec![0.0; self.len() * start(size)];
        grams.par_chunks_mut(start(size)).enumerate().for_each(|(at, gram)| {
            let mut sums = Sums::new(size);
            let (others, values) = self.observed.row(at);
            sums.of(others, values, other);
            for (entry, sum) in gram.iter_mut().zip(&sums.gram) {
                *entry = tau * sum;
            }
        });
        grams
    }
}

/// `τ·gram` with the precisions on its diagonal.
pub fn with_precision(gram: &[f64], tau: f64, precision: &[f64]) -> Vec<f64> {
    let mut matrix: Vec<f64> = gram.iter().map(|entry| tau * entry).collect();
    for (at, precision) in precision.iter().enumerate() {
        matrix[start(at) + at] += precision;
    }
    matrix
}

/// The inverse of a decomposed matrix, as a triangle. Cost: `size³`.
pub fn invert(decomposed: &Cholesky, size: usize, out: &mut [f64]) {
    let mut unit = vec![0.0; size];
    for column in 0..size {
        unit.fill(0.0);
        unit[column] = 1.0;
        decomposed.solve(&mut unit);
        for row in column..size {
            out[start(row) + column] = unit[row];
        }
    }
}

/// A triangle's symmetric matrix times a vector.
pub fn times(triangle: &[f64], vector: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for row in 0..vector.len() {
        let own = &triangle[start(row)..start(row) + row];
        let mut sum = triangle[start(row) + row] * vector[row];
        for (column, entry) in own.iter().enumerate() {
            sum += entry * vector[column];
            out[column] += entry * vector[row];
        }
        out[row] += sum;
    }
}

/// `covariance · (data + precision · prior)`.
pub fn posterior_mean(covariance: &[f64], data: &[f64], precision: &[f64], prior: &[f64], out: &mut [f64]) {
    let right: Vec<f64> = data
        .iter()
        .zip(precision.iter().zip(prior))
        .map(|(data, (precision, prior))| data + precision * prior)
        .collect();
    times(covariance, &right, out);
}

/// The sum of the weights of a row's features.
pub fn sum_of_features(of_row: &Csr, at: usize, weights: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    let (features, values) = of_row.row(at);
    for (feature, value) in features.iter().zip(values) {
        let own = &weights[*feature as usize * out.len()..][..out.len()];
        for (out, weight) in out.iter_mut().zip(own) {
            *out += f64::from(*value) * weight;
        }
    }
}

/// Sums over the ratings of one.
struct Sums {
    size: usize,
    /// `Σ E[a'a'ᵀ]`.
    gram: Vec<f64>,
    /// `Σ E[(rating − mean − b') a']`.
    right: Vec<f64>,
    /// `Σ E[(rating − mean − b')²]`.
    squares: f64,
}

impl Sums {
    fn new(size: usize) -> Sums {
        Sums {
            size,
            gram: vec![0.0; start(size)],
            right: vec![0.0; size],
            squares: 0.0,
        }
    }

    fn of(&mut self, others: &[u32], values: &[f32], moments: &Moments) {
        let (size, triangle) = (self.size, start(moments.size));
        self.gram.fill(0.0);
        self.right.fill(0.0);
        self.squares = 0.0;
        for (other, value) in others.iter().zip(values) {
            let other = *other as usize;
            let squares = &moments.squares[other * triangle..(other + 1) * triangle];
            let biases = &moments.biases[other * (size + 1)..(other + 1) * (size + 1)];
            let rest = f64::from(*value) - f64::from(biases[0]);
            for (entry, square) in self.gram.iter_mut().zip(squares) {
                *entry += f64::from(*square);
            }
            self.right[0] += rest;
            for row in 1..size {
                self.right[row] += rest * f64::from(squares[start(row)]) - f64::from(biases[1 + row]);
            }
            self.squares += rest * rest + f64::from(biases[1]);
        }
    }

    /// The expected squared error of the ratings under a posterior.
    fn error(&self, mean: &[f64], covariance: &[f64]) -> f64 {
        let mut error = self.squares;
        for row in 0..self.size {
            error -= 2.0 * mean[row] * self.right[row];
            for column in 0..=row {
                let place = start(row) + column;
                let twice = if row == column { 1.0 } else { 2.0 };
                error += twice * (mean[row] * mean[column] + covariance[place]) * self.gram[place];
            }
        }
        error.max(0.0)
    }
}
