//! One person's vector against the factors of every item.
//!
//! The vector gets 16-bit codes, the items have 8-bit codes, and a dot product is a sum in `i32`:
//! `rank · 128 · 32,767 ≤ 512 · 128 · 32,767 = 2,147,418,112 < 2³¹`. So it is exact and equal natively and in wasm,
//! where [`dot`] goes by SIMD.
//!
//! Error of the 16 bits: a value of the vector is off by at most half a step, which is 1/65,534 of its
//! largest value. So a score is off by at most that times the sum of the absolute factors of the item.

use alloc::vec::Vec;

use zerocopy::little_endian::F32;

use super::cholesky::{self, Cholesky};
use crate::{
    ids::ItemIx,
    pack::collaborative::{Collaborative, Factors, Person},
    sqrt::sqrt,
};

/// A person's vector: value = step · code.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonVector {
    codes: Vec<i16>,
    step: f32,
}

impl PersonVector {
    /// The vector of a history: items with weights above 0, each once, ascending. `None` if it is 0, or
    /// if the model's linear system has no solution.
    ///
    /// Cost: `history · rank` for a linear model; for the other `history · rank² / 2 + rank³ / 6`.
    pub fn of(model: &Collaborative<'_>, history: &[(ItemIx, f32)]) -> Option<PersonVector> {
        let rank = model.rank();
        let exact = match model.person() {
            Person::Linear(factors) => weighted_sum(&factors, rank, history),
            Person::Ridge(gram) => ridge(gram, &model.item_factors(), rank, history)?,
        };
        PersonVector::quantize(&exact)
    }

    fn quantize(exact: &[f64]) -> Option<PersonVector> {
        let largest = exact
            .iter()
            .fold(0.0, |most: f64, x| if x.abs() > most { x.abs() } else { most });
        // A history and factors within their limits give no more; a system all but singular might.
        if exact.iter().any(|x| !x.is_finite()) || !(1e-30..1e20).contains(&largest) {
            return None;
        }
        let steps = f64::from(i16::MAX) / largest;
        let code = |x: &f64| {
            let scaled = x * steps;
            (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i16 // saturates
        };
        Some(PersonVector {
            codes: exact.iter().map(code).collect(),
            step: (1.0 / steps) as f32,
        })
    }

    /// Its length.
    pub fn length(&self) -> f32 {
        let squares: f64 = self.codes.iter().map(|code| f64::from(*code) * f64::from(*code)).sum();
        self.step * sqrt(squares) as f32
    }

    /// What it gives an item: `scale · step · (codes · vector)`.
    pub fn score(&self, factors: &Factors<'_>, item: ItemIx) -> f32 {
        let (codes, scale) = factors.row(item, self.codes.len());
        dot(codes, &self.codes) as f32 * (scale * self.step)
    }
}

/// `Σ weight · scale · codes` over the rows of a history.
fn weighted_sum(factors: &Factors<'_>, rank: usize, history: &[(ItemIx, f32)]) -> Vec<f64> {
    let mut sum = alloc::vec![0.0f64; rank];
    for (item, weight) in history {
        let (codes, scale) = factors.row(*item, rank);
        let by = f64::from(*weight) * f64::from(scale);
        for (sum, code) in sum.iter_mut().zip(codes) {
            *sum += by * f64::from(*code);
        }
    }
    sum
}

/// Solves `(gram + Σ w·v·vᵀ) x = Σ w·v`. `None` if the matrix is not positive definite.
fn ridge(gram: &[F32], factors: &Factors<'_>, rank: usize, history: &[(ItemIx, f32)]) -> Option<Vec<f64>> {
    let matrix = person_matrix(gram, factors, rank, history)?;
    let mut x = weighted_sum(factors, rank, history);
    matrix.solve(&mut x);
    Some(x)
}

/// `gram + Σ w·v·vᵀ`, decomposed. `gram`: the lower triangle, row by row.
pub(super) fn person_matrix(
    gram: &[F32],
    factors: &Factors<'_>,
    rank: usize,
    history: &[(ItemIx, f32)],
) -> Option<Cholesky> {
    let mut matrix: Vec<f64> = gram.iter().map(|value| f64::from(value.get())).collect();
    let mut values = alloc::vec![0.0f64; rank];
    for (item, weight) in history {
        let (codes, scale) = factors.row(*item, rank);
        for (value, code) in values.iter_mut().zip(codes) {
            *value = f64::from(scale) * f64::from(*code);
        }
        cholesky::add_outer(&mut matrix, f64::from(*weight), &values);
    }
    Cholesky::of(matrix, rank)
}

/// Dot product; see above why `i32` holds it.
pub fn dot(codes: &[i8], vector: &[i16]) -> i32 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return super::simd::dot(codes, vector);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    return dot_one_by_one(codes, vector);
}

/// The same, one code after the other: for other targets, and for what is left over by SIMD.
#[inline]
pub(super) fn dot_one_by_one(codes: &[i8], vector: &[i16]) -> i32 {
    codes
        .iter()
        .zip(vector)
        .map(|(c, v)| i32::from(*c) * i32::from(*v))
        .sum()
}

/// Adds `Σ weight · entry` of the sparse rows of a history. `ends`: see [`Collaborative::sparse_ends`].
pub fn add_sparse(model: &Collaborative<'_>, ends: &[u32], history: &[(ItemIx, f32)], out: &mut [f32]) {
    for (item, weight) in history {
        let (entries, scale) = model.sparse_row(*item, ends);
        let by = weight * scale;
        for (column, code) in entries {
            if let Some(out) = out.get_mut(column as usize) {
                *out += by * f32::from(code);
            }
        }
    }
}
