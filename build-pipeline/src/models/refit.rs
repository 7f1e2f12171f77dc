//! The sparse part's values fitted again to what people's histories make of them.
//!
//! A compressed matrix leaves out entries and rounds others. What that does to a score depends on which items stand in
//! histories together, so the entries that are kept can take over for those that are not: for each column, the values whose
//! scores are nearest to the whole matrix's over the histories of the log, in least squares. It is the idea of optimal brain
//! compression (Frantar and Alistarh 2022), with the entries to keep given.

use rayon::prelude::*;

use super::{
    compress::Entry,
    csr::Csr,
    dense::{Matrix, add_product},
    graph::sparse_times,
    linear::{ItemMatrix, ROWS},
};
use crate::conjugate::{dot, improve};

/// Columns that are fitted together, at most.
const BLOCK: usize = 2048;

/// Steps of the conjugate gradients: past these nothing changes that a code could hold.
const STEPS: usize = 12;

/// How much a change of a value costs, by how often its item stands in histories.
const PENALTY: f64 = 0.1;

/// The share of the squared error to be solved that is not worth another step.
const ENOUGH: f64 = 1e-6;

/// Histories, each of length 1: nobody counts more for having seen more.
#[derive(Debug)]
pub struct Histories {
    by_user: Csr,
    by_item: Csr,
}

impl Histories {
    /// Of what people liked.
    pub fn new(liked: &Csr) -> Histories {
        let mut by_user = liked.clone();
        let mut start = 0;
        for end in &by_user.ends {
            let row = &mut by_user.values[start..*end];
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            row.iter_mut().for_each(|value| *value /= length);
            start = *end;
        }
        let by_item = by_user.transposed();
        Histories { by_user, by_item }
    }
}

/// Changes the values of `entries` so that they and the low-rank part `person · itemᵀ` score as `b` does.
pub fn refit(b: &dyn ItemMatrix, person: &Matrix, item: &Matrix, entries: &mut [Vec<Entry>], log: &Histories) {
    let n = b.items();
    for first in (0..n).step_by(BLOCK) {
        let cols = BLOCK.min(n - first);
        let errors = errors(b, person, item, entries, first, cols);
        let wanted = sparse_times(&log.by_item, &sparse_times(&log.by_user, &errors));
        // Which rows have an entry in each of the columns.
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); cols];
        for (row, entries) in (0u32..).zip(&*entries) {
            for (column, _) in of_block(entries, first, cols) {
                rows[*column as usize - first].push(row);
            }
        }
        let changes: Vec<Vec<f64>> = rows
            .par_iter()
            .enumerate()
            .map_init(
                || vec![0.0; log.by_user.rows()],
                |people, (at, rows)| {
                    let wanted = rows
                        .iter()
                        .map(|row| f64::from(wanted.row(*row as usize)[at]))
                        .collect();
                    solved(&log.by_item, rows, wanted, people)
                },
            )
            .collect();
        // Rows ascend in each column, so one pass over the rows meets the changes in order.
        let mut next = vec![0; cols];
        for entries in &mut *entries {
            let (from, to) = block_bounds(entries, first, cols);
            for (column, value) in &mut entries[from..to] {
                let at = *column as usize - first;
                *value += changes[at][next[at]] as f32;
                next[at] += 1;
            }
        }
    }
}

fn block_bounds(entries: &[Entry], first: usize, cols: usize) -> (usize, usize) {
    let from = entries.partition_point(|(column, _)| (*column as usize) < first);
    let to = entries.partition_point(|(column, _)| (*column as usize) < first + cols);
    (from, to)
}

fn of_block(entries: &[Entry], first: usize, cols: usize) -> &[Entry] {
    let (from, to) = block_bounds(entries, first, cols);
    &entries[from..to]
}

/// What the stored matrix misses of some columns.
fn errors(
    b: &dyn ItemMatrix,
    person: &Matrix,
    item: &Matrix,
    entries: &[Vec<Entry>],
    first: usize,
    cols: usize,
) -> Matrix {
    let n = b.items();
    let mut errors = Matrix::zeros(n, cols);
    errors.data.par_chunks_mut(ROWS * cols).enumerate().for_each_init(
        || vec![0.0; ROWS * n],
        |whole, (block, out)| {
            let (row, count) = (block * ROWS, out.len() / cols);
            let whole = &mut whole[..count * n];
            b.rows(row, whole);
            for (out, whole) in out.chunks_mut(cols).zip(whole.chunks(n)) {
                out.copy_from_slice(&whole[first..first + cols]);
            }
            let (left, right) = (person.view().subrows(row, count), item.view().subrows(first, cols));
            add_product(out, cols, left, right.transpose(), -1.0);
            for (i, out) in out.chunks_mut(cols).enumerate() {
                for (column, value) in of_block(&entries[row + i], first, cols) {
                    out[*column as usize - first] -= value;
                }
                if let Some(own) = (row + i).checked_sub(first).and_then(|at| out.get_mut(at)) {
                    *own = 0.0;
                }
            }
        },
    );
    errors
}

/// The change of some entries of a column: `(XᵀX + penalty) · change = wanted` over these rows, the penalty by its diagonal.
/// `people`: zeros, a number a user; zeros again after.
fn solved(by_item: &Csr, rows: &[u32], wanted: Vec<f64>, people: &mut [f32]) -> Vec<f64> {
    let diagonal: Vec<f64> = rows
        .iter()
        .map(|row| {
            let length: f32 = by_item.row(*row as usize).1.iter().map(|v| v * v).sum();
            f64::from(length.max(1e-12))
        })
        .collect();
    let units: Vec<f64> = wanted.iter().zip(&diagonal).map(|(w, d)| w / d).collect();
    let enough = ENOUGH * dot(&wanted, &units);
    let mut change = vec![0.0; rows.len()];
    improve(&mut change, wanted, Some(&diagonal), STEPS, enough, |x| {
        for (row, x) in rows.iter().zip(x) {
            let (users, values) = by_item.row(*row as usize);
            users
                .iter()
                .zip(values)
                .for_each(|(user, v)| people[*user as usize] += v * *x as f32);
        }
        let image = rows.iter().zip(x).zip(&diagonal).map(|((row, x), d)| {
            let (users, values) = by_item.row(*row as usize);
            let seen: f32 = users
                .iter()
                .zip(values)
                .map(|(user, v)| people[*user as usize] * v)
                .sum();
            f64::from(seen) + PENALTY * d * x
        });
        let image = image.collect();
        for row in rows {
            by_item
                .row(*row as usize)
                .0
                .iter()
                .for_each(|user| people[*user as usize] = 0.0);
        }
        image
    });
    change
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{models::linear::Dense, random::Random};

    /// The sum of squares of what the scores of all histories are off.
    fn off(b: &Dense, person: &Matrix, item: &Matrix, entries: &[Vec<Entry>], log: &Histories) -> f64 {
        let errors = errors(b, person, item, entries, 0, b.items());
        let seen = sparse_times(&log.by_user, &errors);
        seen.data.iter().map(|v| f64::from(*v) * f64::from(*v)).sum()
    }

    #[test]
    fn scores_come_nearer_and_a_change_more_would_not_help() {
        let (n, rank) = (40, 3);
        let mut random = Random::new(9);
        let mut liked = Csr {
            cols: n,
            ..Csr::default()
        };
        for _ in 0..200 {
            liked.columns.extend((0..n as u32).filter(|_| random.unit() < 0.2));
            liked.ends.push(liked.columns.len());
        }
        liked.values = vec![1.0; liked.columns.len()];
        let log = Histories::new(&liked);
        let values = (0..n * n).map(|_| random.normal() as f32).collect();
        let b = Dense::new(n, values, vec![1.0; n]);
        let mut side = || Matrix {
            rows: n,
            cols: rank,
            data: (0..n * rank).map(|_| random.normal() as f32 * 0.1).collect(),
        };
        let (person, item) = (side(), side());
        let mut entries: Vec<Vec<Entry>> = (0..n)
            .map(|i| {
                (0..n)
                    .filter(|j| (i * 7 + j * 3) % 5 == 0 && *j != i)
                    .map(|j| (j as u32, 0.5))
                    .collect()
            })
            .collect();
        let before = off(&b, &person, &item, &entries, &log);
        refit(&b, &person, &item, &mut entries, &log);
        let after = off(&b, &person, &item, &entries, &log);
        assert!(after < 0.7 * before, "{before} to {after}");
        // Nothing but the values has changed, and the fit is at rest: fitting again hardly moves it.
        let mut again = entries.clone();
        refit(&b, &person, &item, &mut again, &log);
        let rest = off(&b, &person, &item, &again, &log);
        assert!(rest <= after && rest > 0.9 * after, "{after} to {rest}");
        assert!(
            entries
                .iter()
                .flatten()
                .zip(again.iter().flatten())
                .all(|(a, b)| a.0 == b.0)
        );
    }
}
