//! Cholesky's decomposition of small symmetric matrices, for the persons of models that solve for them.
//!
//! A matrix is its lower triangle with the diagonal, row by row: entry (row, column) stands at `row·(row + 1)/2 + column`.

use alloc::vec::Vec;

use crate::sqrt::sqrt;

/// `L` of a matrix `L·Lᵀ`.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Vec<f64>,
    size: usize,
}

/// Where a row of a triangle begins.
#[inline]
pub fn start(row: usize) -> usize {
    row * (row + 1) / 2
}

/// Adds `weight · values·valuesᵀ` to a triangle of the same size. Cost: `size² / 2`.
pub fn add_outer(triangle: &mut [f64], weight: f64, values: &[f64]) {
    let mut rest = triangle;
    for (row, value) in values.iter().enumerate() {
        let by = weight * value;
        let Some((own, behind)) = rest.split_at_mut_checked(row + 1) else {
            return;
        };
        for (entry, value) in own.iter_mut().zip(values) {
            *entry += by * value;
        }
        rest = behind;
    }
}

impl Cholesky {
    /// Decomposes a triangle; `None` if the matrix is not positive definite. Cost: `size³ / 6`.
    pub fn of(mut triangle: Vec<f64>, size: usize) -> Option<Cholesky> {
        for row in 0..size {
            let (above, rest) = triangle.split_at_mut_checked(start(row))?;
            let own = rest.get_mut(..=row)?;
            for column in 0..=row {
                let (known, rest) = own.split_at_mut(column);
                let other = above.get(start(column)..start(column) + column).unwrap_or(&[]);
                // Row `row` itself when column == row: then the factors are its own.
                let products: f64 = if column == row {
                    known.iter().map(|l| l * l).sum()
                } else {
                    known.iter().zip(other).map(|(l, m)| l * m).sum()
                };
                let value = rest.first_mut()?;
                *value -= products;
                if column < row {
                    *value /= *above.get(start(column) + column)?;
                } else if *value > 0.0 {
                    *value = sqrt(*value);
                } else {
                    return None;
                }
            }
        }
        Some(Cholesky { lower: triangle, size })
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.lower[start(row)..=start(row) + row]
    }

    /// `x = L⁻¹·x`. Then `x·x` is the quadratic form of the inverse matrix. `x` has as many numbers as the matrix has rows.
    pub fn forward(&self, x: &mut [f64]) {
        for row in 0..self.size.min(x.len()) {
            let own = self.row(row);
            let known: f64 = own.iter().zip(&*x).take(row).map(|(l, x)| l * x).sum();
            x[row] = (x[row] - known) / own[row];
        }
    }

    /// `x` = the inverse matrix times `x`. Cost: `size²`.
    pub fn solve(&self, x: &mut [f64]) {
        self.forward(x);
        // x = Lᵀ⁻¹·x, from the last row up.
        for row in (0..self.size.min(x.len())).rev() {
            let own = self.row(row);
            x[row] /= own[row];
            let solved = x[row];
            for (x, l) in x.iter_mut().zip(&own[..row]) {
                *x -= solved * l;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_solves_and_its_form_is_that_of_the_inverse() {
        // [4 2 0; 2 5 1; 0 1 3]
        let matrix = Cholesky::of(alloc::vec![4.0, 2.0, 5.0, 0.0, 1.0, 3.0], 3).unwrap();
        let mut x = [2.0, -4.0, 1.0];
        matrix.solve(&mut x);
        let back = [
            4.0 * x[0] + 2.0 * x[1],
            2.0 * x[0] + 5.0 * x[1] + x[2],
            x[1] + 3.0 * x[2],
        ];
        for (a, b) in back.iter().zip([2.0, -4.0, 1.0]) {
            assert!((a - b).abs() < 1e-12);
        }
        let mut half = [2.0, -4.0, 1.0];
        matrix.forward(&mut half);
        let form: f64 = half.iter().map(|h| h * h).sum();
        assert!((form - (2.0 * x[0] - 4.0 * x[1] + x[2])).abs() < 1e-12);
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_none() {
        assert!(Cholesky::of(alloc::vec![1.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::of(alloc::vec![f64::NAN], 1).is_none());
        assert!(Cholesky::of(alloc::vec![], 1).is_none());
    }
}
