//! Bayesian personalised ranking (Rendle et al. 2009): vectors under which what somebody liked scores higher than
//! what they have not touched, learned from sampled pairs with Adam.
//!
//! One thread: a step depends on the one before, and the same seed is to give the same bytes.

use super::{
    csr::Csr,
    dense::{Matrix, dot},
};
use crate::{progress::Progress, random::Random};

/// How often a negative is drawn, at most.
const DRAWS: usize = 100;

/// What it can be tuned by.
#[derive(Clone, Copy, Debug)]
pub struct BprParameters {
    /// Columns of the factors.
    pub dim: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// Events in a step.
    pub batch_size: usize,
    /// Step size.
    pub learning_rate: f32,
    /// Items sampled for each event.
    pub negatives: usize,
    /// λ: the loss has `λ/2·|vector|²` for each vector of a pair.
    pub regularization: f32,
    /// Seed of start, order and samples.
    pub seed: u64,
}

/// Rows with the moments that Adam keeps of their gradients. Only rows that a step touches are moved.
struct Table {
    values: Matrix,
    gradient: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

impl Table {
    fn new(rows: usize, dim: usize, random: &mut Random) -> Table {
        let mut values = Matrix::zeros(rows, dim);
        values
            .data
            .iter_mut()
            .for_each(|value| *value = (random.normal() * 0.05) as f32);
        Table {
            gradient: vec![0.0; rows * dim],
            first: vec![0.0; rows * dim],
            second: vec![0.0; rows * dim],
            touched: Vec::new(),
            is_touched: vec![false; rows],
            values,
        }
    }

    fn touch(&mut self, row: usize) -> &mut [f32] {
        if !std::mem::replace(&mut self.is_touched[row], true) {
            self.touched.push(row as u32);
        }
        let dim = self.values.cols;
        &mut self.gradient[row * dim..(row + 1) * dim]
    }

    /// One step of Adam (Kingma and Ba 2015) with its usual constants.
    fn step(&mut self, rate: f32, steps: i32) {
        let (b1, b2) = (0.9f32, 0.999f32);
        let rate = rate * (1.0 - b2.powi(steps)).sqrt() / (1.0 - b1.powi(steps));
        let dim = self.values.cols;
        for row in self.touched.drain(..) {
            self.is_touched[row as usize] = false;
            let run = row as usize * dim..(row as usize + 1) * dim;
            let moments = self.first[run.clone()].iter_mut().zip(&mut self.second[run.clone()]);
            let values = self.values.data[run.clone()].iter_mut().zip(&mut self.gradient[run]);
            for ((value, gradient), (first, second)) in values.zip(moments) {
                *first = b1 * *first + (1.0 - b1) * *gradient;
                *second = b2 * *second + (1.0 - b2) * *gradient * *gradient;
                *value -= rate * *first / (second.sqrt() + 1e-8);
                *gradient = 0.0;
            }
        }
    }
}

/// The items' vectors, scaled to a mean squared length of 1: only the proportions of scores matter.
pub fn fit(liked: &Csr, parameters: &BprParameters, progress: &Progress) -> Matrix {
    let (dim, items) = (parameters.dim, liked.cols);
    let mut random = Random::of(parameters.seed, "bpr");
    let mut users = Table::new(liked.rows(), dim, &mut random);
    let mut table = Table::new(items, dim, &mut random);
    let mut events: Vec<(u32, u32)> = (0..liked.rows())
        .flat_map(|user| liked.row(user).0.iter().map(move |item| (user as u32, *item)))
        .collect();
    let stage = progress.stage("bpr", (parameters.epochs * events.len()) as u64);
    let mut steps = 0;
    let mut delta = vec![0.0; dim];
    for _ in 0..parameters.epochs {
        random.shuffle(&mut events);
        for batch in events.chunks(parameters.batch_size.max(1)) {
            let share = 1.0 / (batch.len() * parameters.negatives) as f32;
            for (user, item) in batch {
                let (user, item) = (*user as usize, *item as usize);
                let own = liked.row(user).0;
                if own.len() == items {
                    continue; // there is nothing that they have not touched
                }
                for _ in 0..parameters.negatives {
                    // Somebody who has nearly everything has few negatives, and no step is worth a search for them.
                    let mut draws = (0..DRAWS).map(|_| random.below(items));
                    let Some(other) = draws.find(|other| own.binary_search(&(*other as u32)).is_err()) else {
                        continue;
                    };
                    let person = users.values.row(user);
                    let pair = table.values.row(item).iter().zip(table.values.row(other));
                    delta.iter_mut().zip(pair).for_each(|(delta, (a, b))| *delta = a - b);
                    // −d/dx ln σ(x) = −σ(−x)
                    let push = -share / (1.0 + dot(person, &delta).exp());
                    let decay = share * parameters.regularization;
                    for (row, sign) in [(item, push), (other, -push)] {
                        let values: Vec<f32> = table.values.row(row).to_vec();
                        let gradient = table.touch(row).iter_mut().zip(&values);
                        gradient.zip(person).for_each(|((g, v), x)| *g += sign * x + decay * v);
                    }
                    let person = person.to_vec();
                    let gradient = users.touch(user).iter_mut().zip(&delta);
                    gradient.zip(&person).for_each(|((g, d), x)| *g += push * d + decay * x);
                }
            }
            steps += 1;
            users.step(parameters.learning_rate, steps);
            table.step(parameters.learning_rate, steps);
            stage.inc(batch.len() as u64);
        }
    }
    let mut values = table.values;
    let square: f64 = values.data.iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
    let scale = (items.max(1) as f64 / square.max(1e-30)).sqrt() as f32;
    values.data.iter_mut().for_each(|value| *value *= scale);
    values
}
