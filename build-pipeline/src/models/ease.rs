//! The EASE^R family (Steck 2019): the linear item-item model that predicts each item of a history best from
//! the others, in closed form.
//!
//! With G = Rᵀ·W·R and P = (G + Λ)⁻¹ it is `B[i][j] = −P[i][j] / P[j][j]`, and 0 on the diagonal.
//! Denoising (EDLAE, Steck 2020) adds `p/(1 − p)·diag G` to Λ, user weights `W = diag(count^−a)` keep the
//! most active from having all the say.

use serde::{Deserialize, Serialize};

use super::{
    csr::Csr,
    gram::{lower_triangle, user_weights},
    inverse::{mirror, negated_inverse, steps},
    linear::Dense,
};
use crate::{error::BuildError, progress::Progress};

/// What the family can be tuned by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EaseParameters {
    /// λ, above 0: what is added to the diagonal of every item. Larger trusts rare items less.
    pub regularization: f32,
    /// p, from 0 to below 1: the share of a history that is imagined missing. At 0 it is plain EASE^R.
    pub dropout: f32,
    /// a, 0 to 1: a user's rows count `count^−a`.
    pub user_exponent: f32,
    /// 0 to 1: how λ grows with an item's own diagonal, as `λ·G_ii^e`. At 0 it is the same for all.
    pub ridge_exponent: f32,
    /// An item of a history counts `count^x`; −1 to 1.
    pub input_exponent: f32,
    /// A score is multiplied by the scored item's `count^x`; −1 to 1. Below 0 favours what is rare.
    pub output_exponent: f32,
}

impl Default for EaseParameters {
    fn default() -> EaseParameters {
        EaseParameters {
            regularization: 100.0,
            dropout: 0.0,
            user_exponent: 0.0,
            ridge_exponent: 0.0,
            input_exponent: 0.0,
            output_exponent: 0.0,
        }
    }
}

/// Memory of a dense solve of `n` items at its peak: the matrix, and two panels and small things beside it.
pub fn dense_bytes(n: usize) -> u64 {
    4 * (n as u64) * (n as u64) + 16 * 512 * n as u64 + (64 << 20)
}

/// Solves for B. `transposed` is `liked` the other way round.
///
/// # Errors
/// [`BuildError::Config`] if λ is too small for the solve to succeed in f32.
pub fn solve(
    liked: &Csr,
    transposed: &Csr,
    parameters: &EaseParameters,
    progress: &Progress,
) -> Result<Dense, BuildError> {
    solve_gram(
        gram(liked, transposed, parameters.user_exponent, progress),
        liked,
        parameters,
        progress,
    )
}

/// The lower triangle of `Rᵀ·W·R` in a square buffer.
pub fn gram(liked: &Csr, transposed: &Csr, user_exponent: f32, progress: &Progress) -> Vec<f32> {
    let n = liked.cols;
    let weights = user_weights(liked, user_exponent);
    let mut a = vec![0.0; n * n];
    lower_triangle(liked, transposed, &weights, &mut a, &progress.stage("gram", n as u64));
    a
}

/// Solves for B from what [`gram`] made with the same user exponent. The buffer becomes B.
///
/// # Errors
/// As [`solve`].
pub fn solve_gram(
    mut a: Vec<f32>,
    liked: &Csr,
    parameters: &EaseParameters,
    progress: &Progress,
) -> Result<Dense, BuildError> {
    let n = liked.cols;
    let noise = parameters.dropout / (1.0 - parameters.dropout);
    for i in 0..n {
        let own = a[i * n + i];
        // The power of an item that nobody saw would be 0, and the matrix singular.
        let ridge = parameters.regularization * own.max(1.0).powf(parameters.ridge_exponent);
        a[i * n + i] = own + noise * own + ridge;
    }
    if !negated_inverse(&mut a, n, &progress.stage("solve", steps(n))) {
        return Err(BuildError::Config {
            place: "model.ease.regularization".to_owned(),
            reason: format!(
                "{} is too small to solve for these data; take 10 or more",
                parameters.regularization
            ),
        });
    }
    mirror(&mut a, n);
    let counts = liked.column_counts();
    let power = |exponent: f32| -> Vec<f32> {
        counts
            .iter()
            .map(|c| (c.max(&1).to_owned() as f32).powf(exponent))
            .collect()
    };
    let (input, mut output) = (power(parameters.input_exponent), power(parameters.output_exponent));
    (0..n).for_each(|j| output[j] /= -a[j * n + j]);
    // −P is symmetric, so B = input·(−P)·output is so between these.
    let balance = input
        .iter()
        .zip(&output)
        .map(|(input, output)| (output / input).sqrt())
        .collect();
    let mut b = Dense::new(n, a, balance);
    b.change_rows(|item, row| {
        let input = input[item];
        row.iter_mut()
            .zip(&output)
            .for_each(|(value, output)| *value *= input * output);
    });
    Ok(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{models::linear::ItemMatrix, progress::Style};

    #[test]
    fn the_closed_form_is_the_least_squares_solution_without_a_diagonal() {
        // Each column of B minimises |R_j − R·b|² + λ|b|² with b_j = 0: the gradient off the diagonal is 0.
        let liked = Csr {
            cols: 4,
            ends: vec![2, 5, 7, 9],
            columns: vec![0, 1, 0, 1, 2, 1, 3, 2, 3],
            values: vec![1.0; 9],
        };
        let parameters = EaseParameters {
            regularization: 0.5,
            ..EaseParameters::default()
        };
        let b = solve(&liked, &liked.transposed(), &parameters, &Progress::new(Style::Quiet)).unwrap();
        let r = |u: usize, i: usize| f32::from(u8::from(liked.row(u).0.contains(&(i as u32))));
        for j in 0..4 {
            let residual = |u: usize| (0..4).map(|i| r(u, i) * b.values()[i * 4 + j]).sum::<f32>() - r(u, j);
            for i in (0..4).filter(|i| *i != j) {
                let gradient = (0..4).map(|u| r(u, i) * residual(u)).sum::<f32>() + 0.5 * b.values()[i * 4 + j];
                assert!(gradient.abs() < 1e-5, "{i} {j}: {gradient}");
            }
            assert_eq!(b.values()[j * 5], 0.0);
        }
        assert_eq!(b.items(), 4);
    }
}
