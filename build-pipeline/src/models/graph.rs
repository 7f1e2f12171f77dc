//! The graph filter GF-CF (Shen et al. 2021): normalised co-occurrence plus an ideal low-pass filter.
//!
//! With R̃ = D_U^−a·R·D_I^−b and V the leading right singular vectors of R̃,
//! `B = D_I^−b'·(R̃ᵀR̃)·D_I^b' + α·D_I^−½·V·Vᵀ·D_I^½`. The first term is sparse and the second of low rank, so
//! B never needs n² values: this is also the route for catalogues that a dense solve does not fit.

use std::{ops::Range, sync::Arc};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    csr::Csr,
    dense::{Matrix, add_product, dot, product},
    gram::{add_row, user_weights},
    linear::{Dense, ItemMatrix, add_scaled},
    spectrum::leading,
};

/// What the filter can be tuned by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GraphParameters {
    /// a, 0 to 1: a user's row is divided by `count^a`.
    pub user_exponent: f32,
    /// b, 0 to 1: an item's column is divided by `count^b`.
    pub item_exponent: f32,
    /// α, 0 or more: how much the low-pass filter counts.
    pub low_pass: f32,
    /// Columns of V, 1 to 512.
    pub rank: usize,
    /// −1 to 1: an item of a history counts `count^−x` and a score is multiplied by the scored item's `count^x`.
    pub output_exponent: f32,
    /// The same for the low-pass part.
    pub low_pass_exponent: f32,
}

impl Default for GraphParameters {
    fn default() -> GraphParameters {
        GraphParameters {
            user_exponent: 0.5,
            item_exponent: 0.5,
            low_pass: 0.3,
            rank: 256,
            output_exponent: 0.0,
            low_pass_exponent: 0.5,
        }
    }
}

/// The filter, ready to be applied.
#[derive(Clone, Debug)]
pub struct Graph {
    liked: Arc<Csr>,
    transposed: Arc<Csr>,
    /// W of the co-occurrences: a user's `count^−2a`.
    users: Vec<f32>,
    /// What a row and a column of the co-occurrences are multiplied by.
    left: Vec<f32>,
    right: Vec<f32>,
    /// α·D^−x·V, and V·D^x.
    low_left: Matrix,
    low_right: Matrix,
    diagonal: Vec<f32>,
    balance: Vec<f32>,
}

/// Products of the subspace iteration: the spectrum of R̃ᵀR̃ falls fast at first and slowly then.
const ITERATIONS: usize = 8;

impl Graph {
    /// Makes the filter. Cost: a few products of the sparse matrix with `rank` columns.
    pub fn new(liked: &Arc<Csr>, transposed: &Arc<Csr>, parameters: &GraphParameters, seed: u64) -> Graph {
        let n = liked.cols;
        let users = user_weights(liked, 2.0 * parameters.user_exponent);
        let counts = liked.column_counts();
        let power =
            |exponent: f32| -> Vec<f32> { counts.iter().map(|c| ((*c).max(1) as f32).powf(exponent)).collect() };
        let normal = power(-parameters.item_exponent);
        let gram_times = |x: &Matrix| {
            let mut x = x.clone();
            x.scale_rows(&normal);
            let mut seen = sparse_times(liked, &x);
            seen.scale_rows(&users);
            let mut image = sparse_times(transposed, &seen);
            image.scale_rows(&normal);
            image
        };
        let rank = if parameters.low_pass > 0.0 { parameters.rank } else { 0 };
        let v = leading(n, rank, ITERATIONS, seed, None, gram_times)
            .vectors
            .first_cols(rank);
        let (mut low_left, mut low_right) = (v.clone(), v);
        low_left.scale_rows(&power(-parameters.low_pass_exponent));
        low_left.data.iter_mut().for_each(|value| *value *= parameters.low_pass);
        low_right.scale_rows(&power(parameters.low_pass_exponent));
        let scaled = |sign: f32| -> Vec<f32> {
            let by = power(sign * parameters.output_exponent);
            normal.iter().zip(by).map(|(a, b)| a * b).collect()
        };
        let mut graph = Graph {
            liked: liked.clone(),
            transposed: transposed.clone(),
            users,
            left: scaled(-1.0),
            right: scaled(1.0),
            low_left,
            low_right,
            diagonal: Vec::new(),
            balance: power(if parameters.low_pass > 0.0 {
                parameters.low_pass_exponent
            } else {
                parameters.output_exponent
            }),
        };
        graph.diagonal = graph.own_diagonal();
        graph
    }

    /// The same filter with fewer columns of V: the first are the leading ones.
    pub fn with_rank(&self, rank: usize) -> Graph {
        let mut graph = self.clone();
        graph.low_left = self.low_left.first_cols(rank);
        graph.low_right = self.low_right.first_cols(rank);
        graph.diagonal = graph.own_diagonal();
        graph
    }

    /// Columns of V.
    pub fn rank(&self) -> usize {
        self.low_left.cols
    }

    fn own_diagonal(&self) -> Vec<f32> {
        let of = |i: usize| {
            let (seen, values) = self.transposed.row(i);
            let own: f32 = seen
                .iter()
                .zip(values)
                .map(|(u, v)| self.users[*u as usize] * v * v)
                .sum();
            self.left[i] * own * self.right[i] + dot(self.low_left.row(i), self.low_right.row(i))
        };
        (0..self.items()).into_par_iter().map(of).collect()
    }

    /// B whole.
    pub fn dense(&self) -> Dense {
        let n = self.items();
        let mut b = Dense::new(n, vec![0.0; n * n], self.balance());
        b.blend(0.0, self, 1.0);
        b
    }

    fn both(&self, x: &Matrix, first: &[f32], last: &[f32], low_first: &Matrix, low_last: &Matrix) -> Matrix {
        let mut scaled = x.clone();
        scaled.scale_rows(first);
        let mut seen = sparse_times(&self.liked, &scaled);
        seen.scale_rows(&self.users);
        let mut image = sparse_times(&self.transposed, &seen);
        image.scale_rows(last);
        let low = product(low_last.view(), product(low_first.view().transpose(), x.view()).view());
        let cols = x.cols.max(1);
        image.data.par_chunks_mut(cols).enumerate().for_each(|(i, row)| {
            add_scaled(row, low.row(i), 1.0);
            add_scaled(row, x.row(i), -self.diagonal[i]);
        });
        image
    }
}

impl ItemMatrix for Graph {
    fn items(&self) -> usize {
        self.liked.cols
    }

    fn block(&self, first: usize, columns: Range<usize>, out: &mut [f32]) {
        let n = columns.len();
        for (i, row) in out.chunks_mut(n).enumerate() {
            row.fill(0.0);
            add_row(
                &self.liked,
                &self.transposed,
                &self.users,
                first + i,
                columns.clone(),
                row,
            );
            let left = self.left[first + i];
            row.iter_mut()
                .zip(&self.right[columns.clone()])
                .for_each(|(value, right)| *value *= left * right);
        }
        let left = self.low_left.view().subrows(first, out.len() / n);
        let right = self.low_right.view().subrows(columns.start, n);
        add_product(out, n, left, right.transpose(), 1.0);
        for (i, row) in out.chunks_mut(n).enumerate() {
            if columns.contains(&(first + i)) {
                row[first + i - columns.start] = 0.0;
            }
        }
    }

    fn balance(&self) -> Vec<f32> {
        self.balance.clone()
    }

    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        // Along the graph: the history's people, and what they have.
        let mut seen = vec![0.0; self.liked.rows()];
        let mut touched = Vec::new();
        let mut person = vec![0.0; self.rank()];
        for (item, weight) in history {
            let item = *item as usize;
            add_scaled(&mut person, self.low_left.row(item), *weight);
            let (users, values) = self.transposed.row(item);
            for (user, value) in users.iter().zip(values) {
                let user = *user as usize;
                if seen[user] == 0.0 {
                    touched.push(user);
                }
                seen[user] += weight * self.left[item] * value * self.users[user];
            }
        }
        touched.sort_unstable();
        touched.dedup(); // one whose sum came back to 0 may stand there twice
        for user in touched {
            let (items, values) = self.liked.row(user);
            for (item, value) in items.iter().zip(values) {
                out[*item as usize] += seen[user] * value * self.right[*item as usize];
            }
        }
        for (item, score) in out.iter_mut().enumerate() {
            *score += dot(&person, self.low_right.row(item));
        }
        for (item, weight) in history {
            out[*item as usize] -= weight * self.diagonal[*item as usize];
        }
    }

    fn times(&self, x: &Matrix) -> Matrix {
        self.both(x, &self.right, &self.left, &self.low_right, &self.low_left)
    }

    fn transposed_times(&self, x: &Matrix) -> Matrix {
        self.both(x, &self.left, &self.right, &self.low_left, &self.low_right)
    }
}

/// A sparse matrix times a dense one.
pub fn sparse_times(a: &Csr, x: &Matrix) -> Matrix {
    let mut out = Matrix::zeros(a.rows(), x.cols);
    out.data
        .par_chunks_mut(x.cols.max(1))
        .enumerate()
        .for_each(|(row, out)| {
            let (columns, values) = a.row(row);
            for (column, value) in columns.iter().zip(values) {
                add_scaled(out, x.row(*column as usize), *value);
            }
        });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn products_rows_and_the_whole_matrix_agree() {
        let mut random = Random::new(5);
        let mut liked = Csr {
            cols: 30,
            ..Csr::default()
        };
        for _ in 0..80 {
            liked
                .columns
                .extend((0..30u32).filter(|i| random.unit() < 0.3 / (1.0 + 0.1 * f64::from(*i))));
            liked.ends.push(liked.columns.len());
        }
        liked.values = vec![1.0; liked.columns.len()];
        let (liked, transposed) = (Arc::new(liked.clone()), Arc::new(liked.transposed()));
        let parameters = GraphParameters {
            rank: 4,
            output_exponent: 0.2,
            ..GraphParameters::default()
        };
        let graph = Graph::new(&liked, &transposed, &parameters, 42);
        let whole = graph.dense();
        let x = Matrix {
            rows: 30,
            cols: 3,
            data: (0..90).map(|_| random.normal() as f32).collect(),
        };
        let near = |a: &Matrix, b: &Matrix| a.data.iter().zip(&b.data).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(near(&graph.times(&x), &whole.times(&x)));
        assert!(near(&graph.transposed_times(&x), &whole.transposed_times(&x)));
        let mut row = vec![0.0; 60];
        graph.rows(7, &mut row);
        assert_eq!(row, whole.values()[210..270]);
        assert_eq!(row[7], 0.0);
        let (mut part, mut of_whole) = (vec![0.0; 12], vec![0.0; 12]);
        graph.block(7, 5..11, &mut part);
        whole.block(7, 5..11, &mut of_whole);
        assert!(part.iter().zip(&of_whole).all(|(a, b)| (a - b).abs() < 1e-6));
        assert_eq!(&of_whole[..6], &whole.values()[215..221]);
        let history = [(2, 1.0), (7, 0.5)];
        let (mut along, mut by_rows) = (vec![0.0; 30], vec![0.0; 30]);
        graph.add_scores(&history, &mut along);
        whole.add_scores(&history, &mut by_rows);
        assert!(along.iter().zip(&by_rows).all(|(a, b)| (a - b).abs() < 1e-4));
        assert_eq!(graph.with_rank(2).rank(), 2);
    }
}
