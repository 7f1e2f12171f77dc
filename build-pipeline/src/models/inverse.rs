//! The inverse of a large symmetric positive definite matrix, in place: one buffer of n² values and two panels.
//!
//! A block form of the sweep operator (Goodnight 1979; Gauss–Jordan for symmetric matrices). Sweeping the block of
//! pivots k turns
//!
//! ```text
//! A_kk → −A_kk⁻¹      A_ik → A_ik·A_kk⁻¹      A_ij → A_ij − A_ik·A_kk⁻¹·A_kj
//! ```
//!
//! and when every block has been swept once, the matrix is −A⁻¹. It stays symmetric all the way, so only the lower
//! triangle is kept. That is n³ additions and multiplications together, as few as a Cholesky decomposition and the two
//! steps behind it take, but all of it in one kind of step, a product over the whole triangle, which
//! runs at the kernel's peak. For a positive definite matrix no pivoting is needed.

use rayon::prelude::*;

use super::dense::{BAND, Mat, MatRef, Matrix, add_product, inverse, product};
use crate::progress::Stage;

/// Pivots swept at a time.
const BLOCK: usize = 512;

/// How many steps the stage of an inversion has.
pub fn steps(n: usize) -> u64 {
    n.div_ceil(BLOCK) as u64
}

/// Turns A, symmetric and positive definite, into −A⁻¹. Of `a`, `n × n`, row-major, the lower triangle is read
/// and written; the rest holds finite nonsense afterwards.
///
/// `false` if the matrix is not positive definite as far as rounding lets one see; then `a` is spoilt.
#[must_use]
pub fn negated_inverse(a: &mut [f32], n: usize, stage: &Stage<'_>) -> bool {
    (0..n).step_by(BLOCK).all(|first| {
        let swept = sweep(a, n, first, BLOCK.min(n - first));
        stage.inc(1);
        swept
    })
}

fn sweep(a: &mut [f32], n: usize, first: usize, block: usize) -> bool {
    let behind = first + block;
    // The inverse of the pivots in f64, since its errors would reach everything.
    let pivots = Mat::from_fn(block, block, |i, j| {
        let (i, j) = (first + i.max(j), first + i.min(j));
        f64::from(a[i * n + j])
    });
    let Some(inverse) = inverse(&pivots) else {
        return false;
    };
    let rounded = Mat::from_fn(block, block, |i, j| inverse[(i, j)] as f32);

    // The columns of the pivots, from the triangle; zeros where the pivots themselves are, so that the update leaves them alone.
    let mut panel = Matrix::zeros(n, block);
    for pivot in 0..block {
        let row = &a[(first + pivot) * n..][..first];
        for (i, value) in row.iter().enumerate() {
            panel.data[i * block + pivot] = *value;
        }
    }
    panel.data[behind * block..]
        .par_chunks_mut(block)
        .zip(a[behind * n..].par_chunks(n))
        .for_each(|(panel, row)| panel.copy_from_slice(&row[first..behind]));
    let turned = product(panel.view(), rounded.as_ref());

    a.par_chunks_mut(BAND * n)
        .enumerate()
        .with_max_len(1)
        .for_each(|(band, rows)| {
            let start = band * BAND;
            let count = rows.len() / n;
            let until = start + count;
            let columns = MatRef::from_row_major_slice(&panel.data[..until * block], until, block);
            let turned = turned.view().subrows(start, count);
            add_product(rows, n, turned, columns.transpose(), -1.0);
            for (row, values) in rows.chunks_mut(n).enumerate() {
                let row = start + row;
                if row >= behind {
                    values[first..behind].copy_from_slice(&turned_row(&turned, row - start));
                } else if row >= first {
                    let pivot = row - first;
                    for (j, value) in values[first..=row].iter_mut().enumerate() {
                        *value = -rounded[(pivot, j)];
                    }
                }
            }
        });
    for pivot in 0..block {
        let row = &mut a[(first + pivot) * n..][..first];
        for (i, value) in row.iter_mut().enumerate() {
            *value = turned.data[i * block + pivot];
        }
    }
    true
}

fn turned_row(turned: &MatRef<'_, f32>, row: usize) -> Vec<f32> {
    (0..turned.ncols()).map(|j| turned[(row, j)]).collect()
}

/// Copies the lower triangle to the upper one.
pub fn mirror(a: &mut [f32], n: usize) {
    // Tile by tile, so that both sides stay in the cache: a tile's row band is split off from what is above it.
    const TILE: usize = 64;
    for start in (0..n).step_by(TILE) {
        let (above, band) = a.split_at_mut(start * n);
        let count = TILE.min(n - start);
        let band = &mut band[..count * n];
        above
            .par_chunks_mut(n)
            .enumerate()
            .with_min_len(256)
            .for_each(|(column, row)| {
                for (i, value) in row[start..start + count].iter_mut().enumerate() {
                    *value = band[i * n + column];
                }
            });
        for i in 0..count {
            for j in 0..i {
                band[j * n + start + i] = band[i * n + start + j];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        progress::{Progress, Style},
        random::Random,
    };

    /// A random matrix with the spectrum of a Gram matrix plus a ridge.
    fn positive_definite(n: usize) -> Matrix {
        let mut random = Random::new(n as u64);
        let tall = Matrix {
            rows: n,
            cols: n / 2 + 1,
            data: (0..n * (n / 2 + 1)).map(|_| random.normal() as f32).collect(),
        };
        let mut a = product(tall.view(), tall.view().transpose());
        (0..n).for_each(|i| a.data[i * n + i] += 3.0);
        a
    }

    /// Gauss–Jordan in f64.
    fn naive(a: &Matrix) -> Vec<f64> {
        let n = a.rows;
        let mut left: Vec<f64> = a.data.iter().map(|v| f64::from(*v)).collect();
        let mut right = vec![0.0; n * n];
        (0..n).for_each(|i| right[i * n + i] = 1.0);
        for pivot in 0..n {
            let scale = 1.0 / left[pivot * n + pivot];
            for j in 0..n {
                left[pivot * n + j] *= scale;
                right[pivot * n + j] *= scale;
            }
            for i in (0..n).filter(|i| *i != pivot) {
                let factor = left[i * n + pivot];
                for j in 0..n {
                    left[i * n + j] -= factor * left[pivot * n + j];
                    right[i * n + j] -= factor * right[pivot * n + j];
                }
            }
        }
        right
    }

    #[test]
    fn the_inverse_is_that_of_the_naive_method_at_every_shape_of_the_last_block() {
        let progress = Progress::new(Style::Quiet);
        for n in [1, 2, 65, BLOCK, BLOCK + 1, 2 * BLOCK + 130] {
            let a = positive_definite(n);
            let mut swept = a.data.clone();
            // What is above the diagonal is not read.
            (0..n).for_each(|i| swept[i * n + i + 1..(i + 1) * n].fill(7.0));
            assert!(negated_inverse(&mut swept, n, &progress.stage("inverse", steps(n))));
            mirror(&mut swept, n);
            let right = naive(&a);
            let largest = right.iter().fold(0f64, |m, v| m.max(v.abs()));
            // The condition number is some 1,100, and a float's rounding 6e-8: 7e-5 a sweep, and there are up to three.
            for (found, right) in swept.iter().zip(&right) {
                assert!(
                    (f64::from(-found) - right).abs() < 5e-4 * largest,
                    "{n}: {found} {right}"
                );
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        let progress = Progress::new(Style::Quiet);
        let mut a = vec![1.0, 0.0, 2.0, 1.0];
        assert!(!negated_inverse(&mut a, 2, &progress.stage("inverse", 1)));
    }
}
