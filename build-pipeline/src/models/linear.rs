//! An item-item matrix B, however it came about: `score(person, j) = Σ_i h_i·B[i][j]`.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Model,
    dense::{MatRef, Matrix, product},
};

/// Rows of B looked at together by one thread.
pub const ROWS: usize = 256;

/// Columns of B looked at together, so that a block of B is small enough for a cache and large enough for the kernel of a product.
pub const COLUMNS: usize = 2048;

/// The columns of B in blocks of so many.
pub fn column_blocks(items: usize, width: usize) -> impl Iterator<Item = Range<usize>> {
    (0..items)
        .step_by(width)
        .map(move |first| first..items.min(first + width))
}

/// Whether a matrix of so many items is solved and compressed in seconds, so that it may be done twice: again with what was
/// withheld for validation, and again with what the sparse part leaves to the factors.
pub fn is_cheap(items: usize) -> bool {
    items <= 20_000
}

/// B as rows. The diagonal is 0: nothing recommends itself.
pub trait ItemMatrix: Send + Sync {
    /// Number of items.
    fn items(&self) -> usize;

    /// Rows `first..` of the columns, into `out`: a whole number of rows, each as long as `columns`.
    fn block(&self, first: usize, columns: Range<usize>, out: &mut [f32]);

    /// Rows `first..` into `out`, whole rows of `items()` values.
    fn rows(&self, first: usize, out: &mut [f32]) {
        self.block(first, 0..self.items(), out);
    }

    /// `B·x`.
    fn times(&self, x: &Matrix) -> Matrix;

    /// `Bᵀ·x`.
    fn transposed_times(&self, x: &Matrix) -> Matrix;

    /// Diagonal D under which `D·B·D⁻¹` is symmetric, or nearly so. Above 0.
    fn balance(&self) -> Vec<f32>;

    /// Adds the scores that a history gives: `out[j] += Σ_i h_i·B[i][j]`.
    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        let mut row = vec![0.0; self.items()];
        for (item, weight) in history {
            self.rows(*item as usize, &mut row);
            add_scaled(out, &row, *weight);
        }
    }
}

/// `out += factor · row`.
#[inline]
pub fn add_scaled(out: &mut [f32], row: &[f32], factor: f32) {
    for (out, value) in out.iter_mut().zip(row) {
        *out += factor * value;
    }
}

/// B held whole: n² values.
#[derive(Clone, Debug, Default)]
pub struct Dense {
    items: usize,
    values: Vec<f32>,
    balance: Vec<f32>,
}

impl Dense {
    /// From `items × items` values, row-major; the diagonal is set to 0. For `balance` see [`ItemMatrix::balance`].
    pub fn new(items: usize, mut values: Vec<f32>, balance: Vec<f32>) -> Dense {
        (0..items).for_each(|i| values[i * items + i] = 0.0);
        Dense { items, values, balance }
    }

    /// All values, row-major.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Changes each row by `change(row number, row)`, on all threads.
    pub fn change_rows(&mut self, change: impl Fn(usize, &mut [f32]) + Sync) {
        if self.items > 0 {
            self.values
                .par_chunks_mut(self.items)
                .enumerate()
                .for_each(|(item, row)| {
                    change(item, row);
                    row[item] = 0.0;
                });
        }
    }

    /// `factor · self + other_factor · other`, in place.
    pub fn blend(&mut self, factor: f32, other: &dyn ItemMatrix, other_factor: f32) {
        let n = self.items;
        if n == 0 {
            return;
        }
        self.values.par_chunks_mut(ROWS * n).enumerate().for_each_init(
            || vec![0.0; ROWS * COLUMNS],
            |buffer, (band, values)| {
                for columns in column_blocks(n, COLUMNS) {
                    let buffer = &mut buffer[..values.len() / n * columns.len()];
                    other.block(band * ROWS, columns.clone(), buffer);
                    for (row, other) in values.chunks_mut(n).zip(buffer.chunks(columns.len())) {
                        let row = &mut row[columns.clone()];
                        row.iter_mut()
                            .zip(other)
                            .for_each(|(value, other)| *value = factor * *value + other_factor * *other);
                    }
                }
            },
        );
    }

    fn view(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.values, self.items, self.items)
    }
}

impl ItemMatrix for Dense {
    fn items(&self) -> usize {
        self.items
    }

    fn block(&self, first: usize, columns: Range<usize>, out: &mut [f32]) {
        let rows = self.values[first * self.items..].chunks(self.items);
        for (out, row) in out.chunks_mut(columns.len()).zip(rows) {
            out.copy_from_slice(&row[columns.clone()]);
        }
    }

    fn times(&self, x: &Matrix) -> Matrix {
        product(self.view(), x.view())
    }

    fn transposed_times(&self, x: &Matrix) -> Matrix {
        product(self.view().transpose(), x.view())
    }

    fn balance(&self) -> Vec<f32> {
        self.balance.clone()
    }

    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        for (item, weight) in history {
            add_scaled(out, &self.values[*item as usize * self.items..][..self.items], *weight);
        }
    }
}

/// The mean of |B| off the diagonal, from at most 1,024 rows spread over the catalogue.
pub fn mean_magnitude(b: &dyn ItemMatrix) -> f64 {
    let n = b.items();
    let sampled = n.min(1024);
    let sums: Vec<f64> = (0..sampled)
        .into_par_iter()
        .map_init(
            || vec![0.0; n],
            |row, s| {
                b.rows(s * n / sampled, row);
                row.iter().map(|value| f64::from(value.abs())).sum()
            },
        )
        .collect();
    sums.iter().sum::<f64>() / (sampled.max(1) * n.saturating_sub(1).max(1)) as f64
}

/// A model that is an item-item matrix.
pub struct LinearModel {
    name: &'static str,
    matrix: Box<dyn ItemMatrix>,
}

impl LinearModel {
    /// The matrix under a name.
    pub fn new(name: &'static str, matrix: Box<dyn ItemMatrix>) -> LinearModel {
        LinearModel { name, matrix }
    }
}

impl Model for LinearModel {
    fn name(&self) -> &'static str {
        self.name
    }

    fn items(&self) -> usize {
        self.matrix.items()
    }

    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        self.matrix.add_scores(history, out);
    }
}
