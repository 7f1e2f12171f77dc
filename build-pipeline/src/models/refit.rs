//! The sparse part's values fitted again to what people's histories make of them.
//!
//! A compressed matrix leaves out entries and rounds others. What that does to a score depends on which items stand in
//! histories together, so the entries that are kept can take over for those that are not: for each column, the values whose
//! scores are nearest to the whole matrix's over the histories of the log, in least squares. It is the idea of optimal brain
//! compression (Frantar and Alistarh 2022), with the entries to keep given.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    compress::{Entry, missed},
    csr::Csr,
    dense::Matrix,
    graph::sparse_times,
    linear::{ItemMatrix, ROWS, column_blocks},
};
use crate::conjugate::{dot, improve};

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
    /// Of each item, the sum of squares over its users.
    lengths: Vec<f32>,
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
        let length = |item| by_item.row(item).1.iter().map(|v| v * v).sum();
        Histories {
            lengths: (0..by_item.rows()).map(length).collect(),
            by_user,
            by_item,
        }
    }
}

/// Columns that are fitted together: their errors stay in the processor's last cache.
const WIDTH: usize = 128;

/// Columns that one thread takes: what a line of the cache holds of them.
const LINE: usize = 16;

/// Changes the values of `entries` so that they and the low-rank part `person · itemᵀ` score as `b` does.
pub fn refit(b: &dyn ItemMatrix, person: &Matrix, item: &Matrix, entries: &mut [Vec<Entry>], log: &Histories) {
    let users = log.by_user.rows();
    // By columns: where an entry stands, as its row and its place in it.
    let mut places: Vec<Vec<(u32, u32)>> = vec![Vec::new(); b.items()];
    for (row, entries) in (0u32..).zip(&*entries) {
        for (at, (column, _)) in (0u32..).zip(entries) {
            places[*column as usize].push((row, at));
        }
    }
    for columns in column_blocks(b.items(), WIDTH) {
        let errors = errors(b, person, item, entries, columns.clone());
        let seen = sparse_times(&log.by_user, &errors);
        let places = &places[columns];
        let changes: Vec<Vec<f64>> = places
            .par_chunks(LINE)
            .enumerate()
            .map_init(
                || (vec![0.0; users], vec![0.0; users * LINE]),
                |(people, of_columns), (line, places)| {
                    turn(&seen, line * LINE, places.len(), of_columns);
                    let of_columns = of_columns.chunks(users.max(1));
                    let solved = |(places, seen): (&Vec<_>, _)| solved(log, places, seen, people);
                    places.iter().zip(of_columns).map(solved).collect::<Vec<_>>()
                },
            )
            .flatten()
            .collect();
        for (places, changes) in places.iter().zip(changes) {
            for ((row, at), change) in places.iter().zip(changes) {
                entries[*row as usize][*at as usize].1 += change as f32;
            }
        }
    }
}

/// Some columns of a matrix, one after the other.
fn turn(matrix: &Matrix, first: usize, count: usize, out: &mut [f32]) {
    for row in 0..matrix.rows {
        for (column, value) in matrix.row(row)[first..first + count].iter().enumerate() {
            out[column * matrix.rows + row] = *value;
        }
    }
}

fn block_bounds(entries: &[Entry], columns: &Range<usize>) -> Range<usize> {
    let place = |end: usize| entries.partition_point(|(column, _)| (*column as usize) < end);
    place(columns.start)..place(columns.end)
}

fn of_block<'a>(entries: &'a [Entry], columns: &Range<usize>) -> &'a [Entry] {
    &entries[block_bounds(entries, columns)]
}

/// What the stored matrix misses of some columns.
fn errors(b: &dyn ItemMatrix, person: &Matrix, item: &Matrix, entries: &[Vec<Entry>], columns: Range<usize>) -> Matrix {
    let width = columns.len();
    let mut errors = Matrix::zeros(b.items(), width);
    let bands = errors.data.par_chunks_mut(ROWS * width).enumerate();
    bands.for_each(|(band, out)| {
        missed(b, person, item, band * ROWS, columns.clone(), out);
        for (out, entries) in out.chunks_mut(width).zip(&entries[band * ROWS..]) {
            for (column, value) in of_block(entries, &columns) {
                out[*column as usize - columns.start] -= value;
            }
        }
    });
    errors
}

/// The change of the entries of a column: `(XᵀX + penalty) · change = Xᵀ·seen` over their rows, the penalty by its diagonal.
/// `seen`: what each user's score is off. `people`: zeros, a number a user; zeros again after.
fn solved(log: &Histories, places: &[(u32, u32)], seen: &[f32], people: &mut [f32]) -> Vec<f64> {
    let rows: Vec<(&[u32], &[f32])> = places.iter().map(|(row, _)| log.by_item.row(*row as usize)).collect();
    let dot_users = |(users, values): &(&[u32], &[f32]), people: &[f32]| -> f64 {
        let products = users.iter().zip(*values).map(|(user, v)| people[*user as usize] * v);
        f64::from(products.sum::<f32>())
    };
    let wanted: Vec<f64> = rows.iter().map(|row| dot_users(row, seen)).collect();
    let lengths = places.iter().map(|(row, _)| log.lengths[*row as usize]);
    let diagonal: Vec<f64> = lengths.map(|length| f64::from(length.max(1e-12))).collect();
    let units: Vec<f64> = wanted.iter().zip(&diagonal).map(|(w, d)| w / d).collect();
    let enough = ENOUGH * dot(&wanted, &units);
    let mut change = vec![0.0; rows.len()];
    improve(&mut change, wanted, Some(&diagonal), STEPS, enough, |x| {
        for ((users, values), x) in rows.iter().zip(x) {
            let x = *x as f32;
            users
                .iter()
                .zip(*values)
                .for_each(|(user, v)| people[*user as usize] += v * x);
        }
        let image = rows.iter().zip(x).zip(&diagonal);
        let image = image
            .map(|((row, x), d)| dot_users(row, people) + PENALTY * d * x)
            .collect();
        for (users, _) in &rows {
            users.iter().for_each(|user| people[*user as usize] = 0.0);
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
        let errors = errors(b, person, item, entries, 0..b.items());
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
