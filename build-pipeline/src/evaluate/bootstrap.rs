//! How far a mean over users could be off: percentile bootstrap intervals (Efron 1979), seeded.
//!
//! As many users as there are, drawn with repetition, a thousand times: between the 2.5th and the 97.5th percentile of
//! the means lie 95 % of them. The draws depend on the seed and the number of users alone, so two rankings of the same
//! users are resampled alike, and the interval of their difference is that of paired values.

use rayon::prelude::*;
use serde::Serialize;

use crate::random::Random;

/// How often is resampled.
pub const RESAMPLES: usize = 1000;

/// Values of several measures for each user, a row a user. NaN: the user has none, and is left out of that measure's
/// mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerUser {
    /// Number of measures.
    pub width: usize,
    /// Users × measures, row-major.
    pub values: Vec<f64>,
}

/// Means of each measure: over all users, and of every resample.
#[derive(Clone, Debug, PartialEq)]
pub struct Means {
    /// Over all users; NaN if none has a value.
    pub means: Vec<f64>,
    /// Resamples × measures.
    resampled: Vec<Vec<f64>>,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl PerUser {
    /// Number of users.
    pub fn users(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The means of everybody and of the resamples.
    pub fn means(&self, seed: u64) -> Means {
        let users = self.users();
        let resample = |number: usize| {
            let mut random = Random::of(seed, &format!("resample {number}"));
            self.mean_of((0..users).map(|_| random.below(users)))
        };
        Means {
            means: self.mean_of(0..users),
            resampled: (0..RESAMPLES).into_par_iter().map(resample).collect(),
        }
    }

    fn mean_of(&self, users: impl Iterator<Item = usize>) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        let mut counts = vec![0.0; self.width];
        for user in users {
            let row = &self.values[user * self.width..][..self.width];
            for ((sum, count), value) in sums.iter_mut().zip(&mut counts).zip(row) {
                let has = !value.is_nan();
                *sum += if has { *value } else { 0.0 };
                *count += if has { 1.0 } else { 0.0 };
            }
        }
        sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect()
    }
}

impl Means {
    /// The figure of a measure; `None` if no user has a value.
    pub fn figure(&self, measure: usize) -> Option<Figure> {
        interval(self.means[measure], self.resampled.iter().map(|means| means[measure]))
    }

    /// How much larger a measure is here than in `other`, over the same users.
    pub fn difference(&self, other: &Means, measure: usize) -> Option<Figure> {
        let pairs = self.resampled.iter().zip(&other.resampled);
        interval(
            self.means[measure] - other.means[measure],
            pairs.map(|(own, others)| own[measure] - others[measure]),
        )
    }
}

fn interval(value: f64, resampled: impl Iterator<Item = f64>) -> Option<Figure> {
    let mut sorted: Vec<f64> = resampled.filter(|mean| !mean.is_nan()).collect();
    if value.is_nan() || sorted.is_empty() {
        return None;
    }
    sorted.sort_unstable_by(f64::total_cmp);
    Some(Figure {
        value,
        low: quantile(&sorted, 0.025),
        high: quantile(&sorted, 0.975),
    })
}

/// Linear between two values, as in most programs (type 7 of Hyndman and Fan).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(users: usize, seed: u64) -> PerUser {
        let mut random = Random::new(seed);
        PerUser {
            width: 1,
            values: (0..users).map(|_| random.normal()).collect(),
        }
    }

    #[test]
    fn quantiles_lie_between_the_values() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[5.0], 0.975), 5.0);
    }

    #[test]
    fn the_interval_is_about_two_standard_errors_wide_on_each_side() {
        let figure = normal(400, 3).means(1).figure(0).unwrap();
        assert!(figure.low < figure.value && figure.value < figure.high);
        let width = figure.high - figure.low;
        let right = 2.0 * 1.96 / 20.0;
        assert!((width - right).abs() < 0.15 * right, "{width} {right}");
    }

    #[test]
    fn users_without_a_value_are_left_out_and_the_threads_change_nothing() {
        let mut values = normal(300, 5);
        (0..100).for_each(|i| values.values[3 * i] = f64::NAN);
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (one, two) = (pool(1).install(|| values.means(9)), pool(2).install(|| values.means(9)));
        assert_eq!(one, two);
        let mean = values.values.iter().filter(|v| !v.is_nan()).sum::<f64>() / 200.0;
        assert!((one.means[0] - mean).abs() < 1e-12);
        let nothing = PerUser {
            width: 1,
            values: vec![f64::NAN; 4],
        };
        assert_eq!(nothing.means(9).figure(0), None);
    }

    #[test]
    fn a_difference_of_the_same_users_is_surer_than_each_figure() {
        let a = normal(200, 1);
        let b = PerUser {
            width: 1,
            values: a.values.iter().map(|v| v + 0.01).collect(),
        };
        let difference = b.means(4).difference(&a.means(4), 0).unwrap();
        assert!((difference.low - 0.01).abs() < 1e-9 && (difference.high - 0.01).abs() < 1e-9);
    }
}
