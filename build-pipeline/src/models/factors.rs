//! Factor models: a vector for each item, and a person's vector found from their history by one ridge solve, so that
//! nobody has to be known from the training.
//!
//! `x = argmin Σ_i∈history h_i·(x·v_i − 1)² + α·Σ_j (x·v_j)² + λ·|x|²`, and `score(j) = x·v_j`.

use aftershow_core::pack::collaborative::{CollaborativeData, PersonFactors, SparseRows, fixed_bytes};

use super::{
    Model,
    compress::{code_row, dequantized},
    dense::{Matrix, dot, inner},
};

/// A fitted factor model.
#[derive(Clone, Debug)]
pub struct FactorModel {
    name: &'static str,
    items: Matrix,
    unobserved_weight: f32,
    regularization: f32,
    /// `α·VᵀV + λI`, row-major.
    gram: Vec<f32>,
}

impl FactorModel {
    /// From the items' vectors, α and λ.
    pub fn new(name: &'static str, items: Matrix, unobserved_weight: f32, regularization: f32) -> FactorModel {
        let gram = ridge(&items, unobserved_weight, regularization);
        FactorModel {
            name,
            items,
            unobserved_weight,
            regularization,
            gram,
        }
    }

    /// The model as it will be read: vectors in 8-bit codes, and all else computed from those.
    pub fn rounded(&self) -> FactorModel {
        let (codes, scales) = self.codes();
        let items = Matrix {
            data: dequantized(&codes, &scales, self.items.cols),
            ..self.items
        };
        FactorModel::new(self.name, items, self.unobserved_weight, self.regularization)
    }

    /// With another α. λ stays: it was learned with the vectors.
    pub fn with_unobserved_weight(self, alpha: f32) -> FactorModel {
        FactorModel::new(self.name, self.items, alpha, self.regularization)
    }

    /// α.
    pub fn unobserved_weight(&self) -> f32 {
        self.unobserved_weight
    }

    /// Bytes an item takes when stored, the matrix of the ridge included.
    pub fn bytes_per_item(&self) -> f64 {
        let rank = self.items.cols;
        fixed_bytes(rank, false, false) as f64 + (2 * rank * (rank + 1)) as f64 / self.items.rows.max(1) as f64
    }

    fn codes(&self) -> (Vec<i8>, Vec<f32>) {
        let mut codes = Vec::with_capacity(self.items.data.len());
        let rows = (0..self.items.rows).map(|row| self.items.row(row));
        let scales = rows.map(|row| code_row(row.iter().copied(), &mut codes)).collect();
        (codes, scales)
    }

    /// For core's writer, but for the popularity.
    pub fn data(&self) -> CollaborativeData {
        let (item_factors, item_scales) = self.codes();
        CollaborativeData {
            items: self.items.rows,
            popularity: Vec::new(),
            rank: self.items.cols,
            item_factors,
            item_scales,
            person: PersonFactors::Ridge {
                gram: self.rounded().gram,
            },
            sparse: SparseRows::default(),
        }
    }
}

/// `α·VᵀV + λI`.
fn ridge(items: &Matrix, unobserved_weight: f32, regularization: f32) -> Vec<f32> {
    let (rank, products) = (items.cols, inner(items, items));
    let mut gram = vec![0.0; rank * rank];
    for i in 0..rank {
        for j in 0..rank {
            gram[i * rank + j] = (f64::from(unobserved_weight) * products[(i.max(j), i.min(j))]) as f32;
        }
        gram[i * rank + i] += regularization;
    }
    gram
}

impl Model for FactorModel {
    fn name(&self) -> &'static str {
        self.name
    }

    fn items(&self) -> usize {
        self.items.rows
    }

    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        if history.is_empty() {
            return;
        }
        let rank = self.items.cols;
        let (mut system, mut person) = (self.gram.clone(), vec![0.0; rank]);
        for (item, weight) in history {
            let row = self.items.row(*item as usize);
            for i in 0..rank {
                let scaled = weight * row[i];
                person[i] += scaled;
                for j in 0..=i {
                    system[i * rank + j] += scaled * row[j];
                }
            }
        }
        solve(&mut system, &mut person);
        for (item, out) in out.iter_mut().enumerate() {
            *out += dot(&person, self.items.row(item));
        }
    }
}

/// Solves `a·x = b` for a symmetric positive definite `a` of which the lower triangle is read (and spoilt); `b` becomes x.
/// Cholesky's decomposition. A pivot that rounding made 0 or less is taken for tiny, so x is always finite.
pub fn solve(a: &mut [f32], b: &mut [f32]) {
    let n = b.len();
    for i in 0..n {
        let (above, rest) = a.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let other = &above[j * n..j * n + j];
            row[j] = (row[j] - dot(&row[..j], other)) / above[j * n + j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        row[i] = pivot.max(1e-12).sqrt();
        b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
    }
    for i in (0..n).rev() {
        b[i] /= a[i * n + i];
        let x = b[i];
        for (b, value) in b[..i].iter_mut().zip(&a[i * n..]) {
            *b -= x * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_system_is_solved() {
        let (n, mut random) = (37, Random::new(3));
        let half: Vec<f32> = (0..n * n).map(|_| random.normal() as f32).collect();
        let a: Vec<f32> = (0..n * n)
            .map(|at| dot(&half[at / n * n..][..n], &half[at % n * n..][..n]) + f32::from(u8::from(at / n == at % n)))
            .collect();
        let right: Vec<f32> = (0..n).map(|_| random.normal() as f32).collect();
        let mut x = right.clone();
        solve(&mut a.clone(), &mut x);
        (0..n).for_each(|i| assert!((dot(&a[i * n..][..n], &x) - right[i]).abs() < 1e-2));
    }

    #[test]
    fn the_persons_vector_minimises_what_it_should() {
        let items = Matrix {
            rows: 3,
            cols: 2,
            data: vec![1.0, 0.0, 0.5, 0.5, 0.0, 1.0],
        };
        let model = FactorModel::new("ials", items, 0.1, 0.2);
        let mut scores = vec![0.0; 3];
        model.add_scores(&[(0, 2.0)], &mut scores);
        // The scores of the unit vectors are x itself; the gradient there is 0.
        let x = [scores[0], scores[2]];
        let all: Vec<f32> = vec![x[0], 0.5 * (x[0] + x[1]), x[1]];
        let gradient = |at: usize| {
            let own = [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]][at];
            let unobserved: f32 = 0.1 * (0..3).map(|j| all[j] * own[j]).sum::<f32>();
            2.0 * own[0] * (x[0] - 1.0) + unobserved + 0.2 * x[at]
        };
        assert!(gradient(0).abs() < 1e-5 && gradient(1).abs() < 1e-5);
    }
}
