//! Lists for all users, and what they come to.

use std::{
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

use aftershow_core::{
    ItemIx, Manifest,
    kernel::{Features, Subject},
};
use rayon::prelude::*;

use super::{
    bootstrap::PerUser,
    cases::{Case, Cases},
    metrics::{Accuracy, Known, Measure, divergence, mean},
    rankers::Ranker,
};
use crate::{error::BuildError, people::Rows, progress::Progress, random::Random};

/// The pairs of so many users' lists are compared, at most: 50 items have 1,225 pairs.
const DIVERSITY_USERS: usize = 2000;

/// What a ranker's lists come to.
#[derive(Debug)]
pub struct Measured {
    /// Of each user, for each `k` each measure: column [`column()`].
    pub per_user: PerUser,
    /// For each `k`, the share of the catalogue that is in anybody's list.
    pub coverage: Vec<f64>,
    /// For each `k`, how often each item is in a list.
    pub shown: Vec<Vec<u32>>,
    /// Users for whom the ranker had something to go by.
    pub personal_users: usize,
    /// Seconds of making the lists and measuring them.
    pub seconds: f64,
}

/// The column of a measure at the `k`-th of the lengths.
pub fn column(k: usize, measure: Measure) -> usize {
    k * Measure::ALL.len() + measure as usize
}

/// What all rankers are measured by.
pub struct Measuring<'a> {
    cases: &'a Cases,
    ks: &'a [usize],
    known: Known,
    features: Features<'a>,
    manifest: &'a Manifest,
    /// Whether the catalogue says anything by which items could be alike.
    has_content: bool,
    /// For each case, whether its list's pairs are compared.
    compares: Vec<bool>,
}

impl<'a> Measuring<'a> {
    /// # Errors
    /// [`BuildError::Format`], never in fact: the features were opened.
    pub fn new(
        cases: &'a Cases,
        ks: &'a [usize],
        rows: &'a Rows,
        manifest: &'a Manifest,
        seed: u64,
    ) -> Result<Measuring<'a>, BuildError> {
        let features = Features::open(rows.features())?;
        let mut drawn: Vec<usize> = (0..cases.users.len()).collect();
        Random::of(seed, "diversity").shuffle(&mut drawn);
        let mut compares = vec![false; cases.users.len()];
        drawn
            .iter()
            .take(DIVERSITY_USERS)
            .for_each(|case| compares[*case] = true);
        Ok(Measuring {
            cases,
            ks,
            known: Known::of(&cases.popularity(), cases.history.user_count()),
            has_content: has_content(&features, manifest),
            features,
            manifest,
            compares,
        })
    }

    /// Makes everybody's lists and measures them, on all threads; the threads change nothing.
    ///
    /// # Errors
    /// What the ranker says.
    pub fn measure(
        &self,
        ranker: &Ranker<'_>,
        stage: &'static str,
        progress: &Progress,
    ) -> Result<Measured, BuildError> {
        let begun = Instant::now();
        let stage = progress.stage(stage, self.cases.users.len() as u64);
        let longest = self.ks.iter().copied().max().unwrap_or(0);
        let counts = || (0..self.cases.items).map(|_| AtomicU32::new(0)).collect::<Vec<_>>();
        let shown: Vec<Vec<AtomicU32>> = self.ks.iter().map(|_| counts()).collect();
        let personal = AtomicUsize::new(0);
        let one = |(at, case): (usize, &Case)| {
            let list = ranker.list(self.cases, case, longest)?;
            personal.fetch_add(usize::from(list.is_personal), Relaxed);
            for (k, shown) in self.ks.iter().zip(&shown) {
                for row in list.rows.iter().take(*k) {
                    shown[*row as usize].fetch_add(1, Relaxed);
                }
            }
            stage.inc(1);
            Ok(self.values(&list.rows, case, self.compares[at]))
        };
        let values: Vec<Vec<f64>> = self
            .cases
            .users
            .par_iter()
            .enumerate()
            .map(one)
            .collect::<Result<_, BuildError>>()?;
        let shown: Vec<Vec<u32>> = shown
            .into_iter()
            .map(|counts| counts.into_iter().map(AtomicU32::into_inner).collect())
            .collect();
        let covered = |counts: &Vec<u32>| counts.iter().filter(|count| **count > 0).count();
        Ok(Measured {
            per_user: PerUser {
                width: self.ks.len() * Measure::ALL.len(),
                values: values.concat(),
            },
            coverage: shown
                .iter()
                .map(|counts| covered(counts) as f64 / self.cases.items.max(1) as f64)
                .collect(),
            shown,
            personal_users: personal.into_inner(),
            seconds: begun.elapsed().as_secs_f64(),
        })
    }

    fn values(&self, list: &[u32], case: &Case, compares: bool) -> Vec<f64> {
        let history = self.cases.history.positives(case.user).map(|(item, _)| item as usize);
        let percentile = &self.known.percentile;
        let before = mean(history.filter_map(|item| percentile.get(item)).copied());
        let unlike = if compares { self.diversities(list) } else { Vec::new() };
        let astray = self.miscalibrations(list, case);
        let mut values = Vec::with_capacity(self.ks.len() * Measure::ALL.len());
        for (at, k) in self.ks.iter().enumerate() {
            let accuracy = Accuracy::of(list, &case.wanted, *k);
            let of_list = |of: &[f64]| mean(list.iter().take(*k).map(|row| of[*row as usize]));
            let popularity = of_list(percentile);
            let bias = popularity.zip(before).map(|(now, before)| now - before);
            for measure in Measure::ALL {
                values.push(match measure {
                    Measure::Recall => accuracy.recall,
                    Measure::Ndcg => accuracy.ndcg,
                    Measure::Precision => accuracy.precision,
                    Measure::Mrr => accuracy.mrr,
                    Measure::HitRate => accuracy.hit_rate,
                    Measure::Map => accuracy.map,
                    Measure::Novelty => of_list(&self.known.surprise).unwrap_or(f64::NAN),
                    Measure::Diversity => unlike.get(at).copied().unwrap_or(f64::NAN),
                    Measure::Popularity => popularity.unwrap_or(f64::NAN),
                    Measure::PopularityBias => bias.unwrap_or(f64::NAN),
                    Measure::Miscalibration => astray.get(at).copied().unwrap_or(f64::NAN),
                });
            }
        }
        values
    }

    /// For each `k`, 1 − mean similarity of the pairs of the first `k`; NaN if there is no pair. Nothing if the
    /// catalogue has nothing to compare.
    fn diversities(&self, list: &[u32]) -> Vec<f64> {
        if !self.has_content {
            return Vec::new();
        }
        let content = &self.manifest.content;
        let alike = |subject: &Subject, row: &u32| {
            let parts = subject.parts(&self.features, ItemIx(*row), content.genre_similarity);
            f64::from(parts.score(&content.weights))
        };
        // The sum over the pairs of the first i + 1 items.
        let mut sum = 0.0;
        let sums: Vec<f64> = (0..list.len())
            .map(|i| {
                let subject = Subject::of_features(&self.features, ItemIx(list[i]));
                sum += list[..i].iter().map(|other| alike(&subject, other)).sum::<f64>();
                sum
            })
            .collect();
        let of = |k: &usize| {
            let length = list.len().min(*k);
            let pairs = (length * length.saturating_sub(1) / 2) as f64;
            if length < 2 {
                f64::NAN
            } else {
                1.0 - sums[length - 1] / pairs
            }
        };
        self.ks.iter().map(of).collect()
    }

    /// For each `k`, how far the genres of the first `k` are from those of the history; NaN of no list. Nothing if the history has
    /// no genres.
    fn miscalibrations(&self, list: &[u32], case: &Case) -> Vec<f64> {
        let Some(genre) = self.features.items.genre() else {
            return Vec::new();
        };
        let vote = |sums: &mut [f64], row: u32, weight: f64| {
            let set = genre.set_of_item.index(ItemIx(row).at());
            let of = genre.set_len(set).max(1) as f64;
            genre.set(set).for_each(|value| sums[value] += weight / of);
        };
        let none = vec![0.0; genre.values.len()];
        let mut wanted = none.clone();
        for (item, weight) in self.cases.history.positives(case.user) {
            if (item as usize) < self.features.items.len() {
                vote(&mut wanted, item, f64::from(weight));
            }
        }
        let sum: f64 = wanted.iter().sum();
        if sum <= 0.0 {
            return Vec::new();
        }
        wanted.iter_mut().for_each(|share| *share /= sum);
        let of = |k: &usize| {
            let first = &list[..list.len().min(*k)];
            let mut votes = none.clone();
            first.iter().for_each(|row| vote(&mut votes, *row, 1.0));
            if first.is_empty() {
                f64::NAN
            } else {
                divergence(&wanted, &votes, first.len())
            }
        };
        self.ks.iter().map(of).collect()
    }

    /// How the events of the measured users' histories, and the items of lists, spread over the tenths of the
    /// catalogue, the most popular first; each sums to 1.
    pub fn tenths(&self, shown: &[u32]) -> (Vec<f64>, Vec<f64>) {
        let counts = self.cases.popularity();
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|row| std::cmp::Reverse(counts[*row]));
        let mut tenth = vec![0; counts.len()];
        for (place, row) in order.iter().enumerate() {
            tenth[*row] = place * 10 / counts.len();
        }
        let (mut before, mut now) = ([0u64; 10], [0u64; 10]);
        for case in &self.cases.users {
            for (item, _) in self.cases.history.positives(case.user) {
                if let Some(tenth) = tenth.get(item as usize) {
                    before[*tenth] += 1;
                }
            }
        }
        for (row, count) in shown.iter().enumerate() {
            now[tenth[row]] += u64::from(*count);
        }
        let shares = |counts: [u64; 10]| {
            let sum = counts.iter().sum::<u64>().max(1) as f64;
            counts.iter().map(|count| *count as f64 / sum).collect()
        };
        (shares(before), shares(now))
    }
}

/// Whether any item has a genre, a text, metadata or a year that counts.
fn has_content(features: &Features<'_>, manifest: &Manifest) -> bool {
    let weights = manifest.content.weights;
    (0..features.items.len() as u32).map(ItemIx).any(|item| {
        let sets = features.items.genre().into_iter().chain(features.items.metadata());
        sets.into_iter()
            .any(|attribute| attribute.set_of_item.at(item.at()) != 0)
            || !features.rows.row(item).terms.is_empty()
            || (weights.year > 0.0 && features.items.year(item).is_some())
    })
}
