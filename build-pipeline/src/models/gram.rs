//! The weighted Gram matrix G = Rᵀ·W·R: for each pair of items how often people had both.
//!
//! It is all that the dense models need from the logs, so this is the stage that a cluster would take over.

use std::ops::Range;

use rayon::prelude::*;

use super::csr::Csr;
use crate::progress::Stage;

/// What a user counts: `count^-exponent`. At 0 all count the same per pair, so that whoever saw a thousand items has a
/// million pairs' say; at 1 a user's rows sum up to the number of their items.
pub fn user_weights(rows: &Csr, exponent: f32) -> Vec<f32> {
    let weight = |count: u32| {
        if count == 0 {
            0.0
        } else {
            (f64::from(count)).powf(-f64::from(exponent)) as f32
        }
    };
    rows.row_counts().into_iter().map(weight).collect()
}

/// One row of the Gram matrix, of these columns, added to `out`, which has a value for each.
///
/// Cost: the number of entries of all users of the item. The row of a popular item stays in the processor's cache.
#[inline]
pub fn add_row(rows: &Csr, transposed: &Csr, weights: &[f32], item: usize, columns: Range<usize>, out: &mut [f32]) {
    let (users, values) = transposed.row(item);
    for (user, value) in users.iter().zip(values) {
        let factor = weights[*user as usize] * value;
        let (items, values) = rows.row(*user as usize);
        let from = match columns.start {
            0 => 0,
            start => items.partition_point(|item| (*item as usize) < start),
        };
        for (column, value) in items[from..].iter().zip(&values[from..]) {
            if *column as usize >= columns.end {
                break;
            }
            out[*column as usize - columns.start] += factor * value;
        }
    }
}

/// The lower triangle with the diagonal, into `out`, `n × n`, row-major; what is above it is left 0.
///
/// Each row is summed by one thread in the users' order, so the bytes don't depend on the number of threads.
pub fn lower_triangle(rows: &Csr, transposed: &Csr, weights: &[f32], out: &mut [f32], stage: &Stage<'_>) {
    let n = rows.cols;
    if n == 0 {
        return;
    }
    out.par_chunks_mut(n)
        .enumerate()
        .with_max_len(16)
        .for_each(|(item, out)| {
            out.fill(0.0);
            add_row(rows, transposed, weights, item, 0..item + 1, out);
            stage.inc(1);
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Progress, Style};

    #[test]
    fn pairs_are_counted_with_the_users_weights() {
        let rows = Csr {
            cols: 3,
            ends: vec![2, 2, 5],
            columns: vec![0, 2, 0, 1, 2],
            values: vec![1.0; 5],
        };
        let weights = user_weights(&rows, 1.0);
        assert_eq!(weights, [0.5, 0.0, 1.0 / 3.0]);
        let mut out = vec![0.0; 9];
        let progress = Progress::new(Style::Quiet);
        lower_triangle(
            &rows,
            &rows.transposed(),
            &weights,
            &mut out,
            &progress.stage("gram", 3),
        );
        let third = 1.0 / 3.0;
        assert_eq!(
            out,
            [
                0.5 + third,
                0.0,
                0.0,
                third,
                third,
                0.0,
                0.5 + third,
                third,
                0.5 + third
            ]
        );
    }
}
