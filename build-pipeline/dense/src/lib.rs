//! Dense matrices of f32 and the few operations on them that the models need.
//!
//! Products are made band by band of rows, each band by one thread with faer's kernel: so the threads never
//! wait for each other inside a product, and the bytes don't depend on how many there are.
//!
//! A crate of its own, since faer's generic code takes a minute to compile wherever it is called.

use faer::{
    Accum, MatMut, Par, Side,
    linalg::{matmul::matmul, solvers::DenseSolveCore},
};
use rayon::prelude::*;

pub use faer::{Mat, MatRef};

/// Rows that one thread takes at a time: enough for the kernel to run at its peak, few enough to share out.
pub const BAND: usize = 512;

/// A matrix, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// The values, `rows × cols`.
    pub data: Vec<f32>,
}

impl Matrix {
    /// All zeros.
    pub fn zeros(rows: usize, cols: usize) -> Matrix {
        Matrix {
            rows,
            cols,
            data: vec![0.0; rows * cols],
        }
    }

    /// A row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.cols..(row + 1) * self.cols]
    }

    /// The matrix for faer.
    pub fn view(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.data, self.rows, self.cols)
    }

    /// Multiplies each row by its factor.
    pub fn scale_rows(&mut self, factors: &[f32]) {
        if self.cols > 0 {
            for (row, factor) in self.data.chunks_mut(self.cols).zip(factors) {
                row.iter_mut().for_each(|value| *value *= factor);
            }
        }
    }

    /// Only the first columns.
    pub fn first_cols(&self, cols: usize) -> Matrix {
        let cols = cols.min(self.cols);
        let data = match self.cols {
            0 => Vec::new(),
            all => self.data.chunks(all).flat_map(|row| &row[..cols]).copied().collect(),
        };
        Matrix {
            rows: self.rows,
            cols,
            data,
        }
    }
}

/// `out += scale · a · b` in this thread. `out` has `stride` values from one row to the next.
pub fn add_product(out: &mut [f32], stride: usize, a: MatRef<'_, f32>, b: MatRef<'_, f32>, scale: f32) {
    if a.nrows() == 0 || b.ncols() == 0 {
        return;
    }
    // Not from_row_major_slice_with_stride_mut: in faer 0.24 that takes the stride for the columns', and writes out of
    // bounds.
    let out = MatMut::from_column_major_slice_with_stride_mut(out, b.ncols(), a.nrows(), stride).transpose_mut();
    matmul(out, Accum::Add, a, b, scale, Par::Seq);
}

/// `a · b` on all threads.
pub fn product(a: MatRef<'_, f32>, b: MatRef<'_, f32>) -> Matrix {
    let mut out = Matrix::zeros(a.nrows(), b.ncols());
    let cols = out.cols.max(1);
    out.data
        .par_chunks_mut(BAND * cols)
        .enumerate()
        .for_each(|(band, rows)| {
            let a = a.subrows(band * BAND, rows.len() / cols);
            add_product(rows, cols, a, b, 1.0);
        });
    out
}

/// `aᵀ · b` for two matrices of many rows and few columns. Summed over bands in f64: what goes on from here is
/// eigenvalues, which suffer first.
pub fn inner(a: &Matrix, b: &Matrix) -> Mat<f64> {
    let bands: Vec<Matrix> = (0..a.rows.div_ceil(BAND))
        .into_par_iter()
        .map(|band| {
            let (first, rows) = (band * BAND, BAND.min(a.rows - band * BAND));
            let mut out = Matrix::zeros(a.cols, b.cols);
            let (a, b) = (a.view().subrows(first, rows), b.view().subrows(first, rows));
            add_product(&mut out.data, b.ncols().max(1), a.transpose(), b, 1.0);
            out
        })
        .collect();
    let mut sum = Mat::zeros(a.cols, b.cols);
    for band in &bands {
        for i in 0..a.cols {
            band.row(i)
                .iter()
                .enumerate()
                .for_each(|(j, v)| sum[(i, j)] += f64::from(*v));
        }
    }
    sum
}

/// Eigenvalues of a symmetric matrix, largest first, and the eigenvectors as columns. Only the lower triangle
/// is read. `None` if it has values that aren't finite.
pub fn eigen(symmetric: &Mat<f64>) -> Option<(Vec<f64>, Mat<f64>)> {
    let n = symmetric.nrows();
    if n == 0 {
        return Some((Vec::new(), Mat::new())); // faer counts below 0 there
    }
    let found = symmetric.self_adjoint_eigen(Side::Lower).ok()?;
    let (values, vectors) = (found.S().column_vector(), found.U());
    let order: Vec<usize> = (0..n).rev().collect(); // faer's are ascending
    let values = order.iter().map(|i| values[*i]).collect();
    Some((values, Mat::from_fn(n, n, |i, j| vectors[(i, order[j])])))
}

/// The inverse of a small symmetric positive definite matrix, of which the lower triangle is read; `None` if it is not
/// positive definite as far as rounding lets one see.
pub fn inverse(symmetric: &Mat<f64>) -> Option<Mat<f64>> {
    Some(symmetric.llt(Side::Lower).ok()?.inverse())
}

/// `a · b` for a small second factor in f64.
pub fn turned(a: &Matrix, b: &Mat<f64>) -> Matrix {
    let b = Mat::from_fn(b.nrows(), b.ncols(), |i, j| b[(i, j)] as f32);
    product(a.view(), b.as_ref())
}

/// Columns of length 1, at right angles, that span what the columns of `y` span. Directions that are
/// nothing but rounding errors are left out, so there may be fewer.
pub fn orthonormal(y: &Matrix) -> Matrix {
    // Twice, since the first time squares the condition number.
    let mut y = y.clone();
    for _ in 0..2 {
        let Some((values, vectors)) = eigen(&inner(&y, &y)) else {
            return Matrix::zeros(y.rows, 0);
        };
        // The sums of f32 products are no more exact than this.
        let least = values.first().copied().unwrap_or(0.0) * f64::from(f32::EPSILON);
        let rank = values.iter().take_while(|v| **v > least.max(1e-30)).count();
        let turn = Mat::from_fn(y.cols, rank, |i, j| vectors[(i, j)] / values[j].sqrt());
        y = turned(&y, &turn);
    }
    y
}

/// The matrix of orthonormal columns that lies nearest to `y`, of rows and fewer columns: `y (yᵀy)^-½`. Directions that are nothing
/// but rounding errors are left out of it.
pub fn nearest_orthonormal(y: &Matrix) -> Matrix {
    let mut y = y.clone();
    // Twice, as in `orthonormal`.
    for _ in 0..2 {
        let Some((values, vectors)) = eigen(&inner(&y, &y)) else {
            return Matrix::zeros(y.rows, y.cols);
        };
        let least = (values.first().copied().unwrap_or(0.0) * f64::from(f32::EPSILON)).max(1e-30);
        let rank = values.iter().take_while(|v| **v > least).count();
        let root = Mat::from_fn(y.cols, y.cols, |i, j| {
            (0..rank)
                .map(|k| vectors[(i, k)] * vectors[(j, k)] / values[k].sqrt())
                .sum::<f64>()
        });
        y = turned(&y, &root);
    }
    y
}

/// A dot product in sixteen sums, which the compiler makes vectors of.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (mut sums, a, b) = ([0f32; 16], a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for i in 0..16 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values between -1 and 1, from a linear congruential generator.
    fn random(rows: usize, cols: usize, seed: u64) -> Matrix {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        Matrix {
            rows,
            cols,
            data: (0..rows * cols).map(|_| next()).collect(),
        }
    }

    #[test]
    fn a_product_in_bands_is_the_product() {
        let (a, b) = (random(BAND + 77, 13, 1), random(13, 5, 2));
        let c = product(a.view(), b.view());
        for (i, j) in [(0, 0), (BAND, 4), (BAND + 76, 2), (300, 1)] {
            let naive: f32 = (0..13).map(|k| a.row(i)[k] * b.row(k)[j]).sum();
            assert!((c.row(i)[j] - naive).abs() < 1e-4);
        }
        let empty = product(Matrix::zeros(0, 3).view(), Matrix::zeros(3, 2).view());
        assert_eq!((empty.rows, empty.cols), (0, 2));
        assert_eq!(product(random(3, 2, 1).view(), Matrix::zeros(2, 0).view()).cols, 0);
    }

    #[test]
    fn orthonormal_columns_span_the_same_and_drop_what_is_dependent() {
        let mut y = random(900, 6, 3);
        for row in y.data.chunks_mut(6) {
            row[5] = row[0] - 2.0 * row[1];
        }
        let q = orthonormal(&y);
        assert_eq!(q.cols, 5);
        let unit = inner(&q, &q);
        for i in 0..5 {
            for j in 0..5 {
                assert!((unit[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-5);
            }
        }
        let back = product(q.view(), product(q.view().transpose(), y.view()).view());
        assert!(back.data.iter().zip(&y.data).all(|(a, b)| (a - b).abs() < 1e-3));
    }

    #[test]
    fn the_nearest_orthonormal_matrix_is_orthonormal_and_none_lies_nearer() {
        let y = random(900, 6, 4);
        let near = nearest_orthonormal(&y);
        let unit = inner(&near, &near);
        let aligned = inner(&near, &y);
        for i in 0..6 {
            for j in 0..6 {
                assert!((unit[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-5);
                // What maximises the trace of nearᵀ·y makes it symmetric, and positive definite.
                assert!((aligned[(i, j)] - aligned[(j, i)]).abs() < 1e-3);
            }
        }
        assert!(eigen(&aligned).unwrap().0.iter().all(|value| *value > 0.0));
        let mut dependent = y;
        for row in dependent.data.chunks_mut(6) {
            row[5] = row[0];
        }
        let near = nearest_orthonormal(&dependent);
        let (values, _) = eigen(&inner(&near, &near)).unwrap();
        assert!(values[4] > 0.999 && values[5].abs() < 1e-3, "{values:?}");
    }

    #[test]
    fn eigenvalues_come_largest_first_with_their_vectors() {
        let a = Mat::from_fn(3, 3, |i, j| [[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, -5.0]][i][j]);
        let (values, vectors) = eigen(&a).unwrap();
        assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12 && (values[2] + 5.0).abs() < 1e-12);
        assert!((vectors[(0, 0)].abs() - 0.5f64.sqrt()).abs() < 1e-12 && vectors[(2, 2)].abs() > 0.999);
    }
}
