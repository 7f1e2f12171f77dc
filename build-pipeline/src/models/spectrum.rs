//! The leading eigenvectors of a symmetric matrix that is only known by what it does to vectors: randomized subspace
//! iteration (Halko, Martinsson and Tropp 2011), seeded.

use super::dense::{Mat, Matrix, eigen, inner, orthonormal, turned};
use crate::random::Random;

/// Columns beyond those asked for, so that the last of them converge as well.
const SPARE: usize = 16;

/// Leading eigenvalues of a symmetric matrix, largest first, and their eigenvectors as columns.
#[derive(Clone, Debug, Default)]
pub struct Spectrum {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// `n × values`, row-major.
    pub vectors: Matrix,
}

/// The eigenvectors of the `rank` largest eigenvalues, after `iterations` products with the matrix. `times` is
/// the product with an `n × anything` matrix. `start`: vectors known to be near, such as those of a similar matrix.
///
/// Fewer come back if the matrix has not that many eigenvalues above 0.
pub fn leading(
    n: usize,
    rank: usize,
    iterations: usize,
    seed: u64,
    start: Option<&Spectrum>,
    times: impl Fn(&Matrix) -> Matrix,
) -> Spectrum {
    let cols = (rank + SPARE).min(n);
    let known = start.map_or(0, |start| start.vectors.cols.min(cols));
    let mut random = Random::new(seed);
    let mut guess = Matrix::zeros(n, cols);
    let spread = 1.0 / (n.max(1) as f64).sqrt();
    for (row, values) in guess.data.chunks_mut(cols.max(1)).enumerate() {
        if let Some(start) = start {
            values[..known].copy_from_slice(&start.vectors.row(row)[..known]);
        }
        for value in &mut values[known..] {
            *value = (random.normal() * spread) as f32;
        }
    }
    let mut basis = orthonormal(&guess);
    let mut image = times(&basis);
    for _ in 1..iterations {
        basis = orthonormal(&image);
        image = times(&basis);
    }
    // The matrix seen from the basis, and its eigenvectors seen from outside.
    let small = inner(&basis, &image);
    let half = Mat::from_fn(small.nrows(), small.ncols(), |i, j| {
        (small[(i, j)] + small[(j, i)]) / 2.0
    });
    let Some((values, vectors)) = eigen(&half) else {
        return Spectrum {
            values: Vec::new(),
            vectors: Matrix::zeros(n, 0),
        };
    };
    let kept = values.iter().take(rank).take_while(|value| **value > 0.0).count();
    Spectrum {
        values: values[..kept].to_vec(),
        vectors: turned(&basis, &vectors.subcols(0, kept).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::dense::product;

    #[test]
    fn the_leading_eigenvectors_are_found_and_the_negative_ones_left_out() {
        // Q·diag(9, 4, 1, -7, 0…)·Qᵀ for a random orthonormal Q.
        let (n, values) = (300, [9.0f32, 4.0, 1.0, -7.0]);
        let mut random = Random::new(1);
        let q = orthonormal(&Matrix {
            rows: n,
            cols: 4,
            data: (0..n * 4).map(|_| random.normal() as f32).collect(),
        });
        let times = |x: &Matrix| {
            let mut seen = product(q.view().transpose(), x.view());
            seen.scale_rows(&values);
            product(q.view(), seen.view())
        };
        let found = leading(n, 8, 4, 42, None, times);
        assert!(found.values.len() >= 3);
        for (found, right) in found.values.iter().zip([9.0, 4.0, 1.0]) {
            assert!((found - right).abs() < 1e-3, "{found} {right}");
        }
        assert!(found.values[3..].iter().all(|v| *v < 1e-3));
        let along = inner(&q, &found.vectors);
        (0..3).for_each(|i| assert!(along[(i, i)].abs() > 0.9999));
    }
}
