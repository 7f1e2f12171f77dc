//! Implicit alternating least squares (Hu, Koren and Volinsky 2008, in the form of Rendle et al. 2021): users and
//! items as vectors whose product is 1 where somebody liked something, and near 0 elsewhere.
//!
//! `Σ_liked (x_u·v_i − 1)² + α·Σ_all (x_u·v_i)² + λ·(s_u·|x_u|² + s_i·|v_i|²)`, where an item's `s_i` is the sum of the
//! weights in its own equations, `count + α·users`, and a user's the mean of that over the users: so a person's
//! vector is the same function of their history in the training and in the engine.

use rayon::prelude::*;

use super::{
    csr::Csr,
    dense::{Matrix, add_product, inner},
    factors::{FactorModel, solve},
};
use crate::{progress::Progress, random::Random};

/// What it can be tuned by.
#[derive(Clone, Copy, Debug)]
pub struct IalsParameters {
    /// Columns of the factors.
    pub dim: usize,
    /// Passes over users and items.
    pub epochs: usize,
    /// α.
    pub unobserved_weight: f32,
    /// λ.
    pub regularization: f32,
    /// Seed of the start.
    pub seed: u64,
}

/// Fits the items' vectors. Each row is solved by one thread, so the bytes don't depend on how many there are.
pub fn fit(liked: &Csr, transposed: &Csr, parameters: &IalsParameters, progress: &Progress) -> FactorModel {
    let (users, items, dim) = (liked.rows(), liked.cols, parameters.dim);
    let alpha = parameters.unobserved_weight;
    let mut random = Random::of(parameters.seed, "ials");
    let spread = 0.1 / (dim as f64).sqrt();
    let mut v = Matrix::zeros(items, dim);
    v.data
        .iter_mut()
        .for_each(|value| *value = (random.normal() * spread) as f32);

    let mean_count = liked.columns.len() as f32 / users.max(1) as f32;
    let of_user = vec![parameters.regularization * (mean_count + alpha * items as f32); users];
    let of_item: Vec<f32> = transposed
        .row_counts()
        .iter()
        .map(|count| parameters.regularization * (*count as f32 + alpha * users as f32))
        .collect();
    let stage = progress.stage("ials", 2 * parameters.epochs as u64);
    for _ in 0..parameters.epochs {
        let x = half(liked, &v, alpha, &of_user);
        stage.inc(1);
        v = half(transposed, &x, alpha, &of_item);
        stage.inc(1);
    }
    let lambda = of_user.first().copied().unwrap_or(parameters.regularization);
    FactorModel::new("ials", v, alpha, lambda.max(1e-6))
}

/// The best vectors of one side, given the other's.
fn half(rows: &Csr, other: &Matrix, alpha: f32, lambda: &[f32]) -> Matrix {
    let dim = other.cols;
    let products = inner(other, other);
    let base: Vec<f32> = (0..dim * dim)
        .map(|at| alpha * products[(at / dim, at % dim)] as f32)
        .collect();
    let mut out = Matrix::zeros(rows.rows(), dim);
    out.data.par_chunks_mut(dim).enumerate().for_each_init(
        || (vec![0.0; dim * dim], Matrix::zeros(0, dim)),
        |(system, own), (row, x)| {
            let (columns, _) = rows.row(row);
            if columns.is_empty() {
                return; // nothing is known: the best vector is 0
            }
            own.rows = columns.len();
            own.data.clear();
            for column in columns {
                own.data.extend_from_slice(other.row(*column as usize));
            }
            system.copy_from_slice(&base);
            add_product(system, dim, own.view().transpose(), own.view(), 1.0);
            (0..dim).for_each(|i| system[i * dim + i] += lambda[row].max(1e-6));
            for values in own.data.chunks(dim) {
                x.iter_mut().zip(values).for_each(|(x, value)| *x += value);
            }
            solve(system, x);
        },
    );
    out
}
