//! How good a model is at items it was not shown, and the part of the training data that models are compared on.

use rayon::prelude::*;
use serde::Serialize;

use super::csr::Csr;
use crate::random::Random;

/// A person to try a model on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestUser {
    /// What the model is told: items and weights, ascending.
    pub history: Vec<(u32, f32)>,
    /// What it should find: ascending.
    pub withheld: Vec<u32>,
}

/// Training data with a part taken out.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// What models learn from.
    pub train: Csr,
    /// Who they are tried on.
    pub users: Vec<TestUser>,
}

/// Means over the users tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// Hits among the first k over the number of items withheld.
    pub recall: f64,
    /// Normalised discounted cumulative gain of the first k, binary; the ideal is over min(k, withheld).
    pub ndcg: f64,
    /// Users tried.
    pub users: usize,
}

/// Takes `share` of the items of at most `most` users out, at random.
///
/// All other users stay whole: thinning everybody's data would make rare items rarer than they are, and the
/// parameters found would suit such data.
pub fn hold_out(liked: &Csr, share: f64, most: usize, seed: u64) -> HeldOut {
    let mut random = Random::of(seed, "validation");
    let mut users: Vec<usize> = (0..liked.rows()).filter(|u| liked.row(*u).0.len() >= 2).collect();
    random.shuffle(&mut users);
    users.truncate(most);
    users.sort_unstable();
    let mut held = HeldOut {
        train: Csr {
            cols: liked.cols,
            ..Csr::default()
        },
        users: Vec::with_capacity(users.len()),
    };
    let mut tried = users.into_iter().peekable();
    for user in 0..liked.rows() {
        let (items, values) = liked.row(user);
        let mut out = vec![false; items.len()];
        if tried.next_if_eq(&user).is_some() {
            let count = ((items.len() as f64 * share).round() as usize).clamp(1, items.len() - 1);
            let mut order: Vec<usize> = (0..items.len()).collect();
            random.shuffle(&mut order);
            order[..count].iter().for_each(|at| out[*at] = true);
            held.users.push(TestUser {
                history: (0..items.len())
                    .filter(|at| !out[*at])
                    .map(|at| (items[at], values[at]))
                    .collect(),
                withheld: (0..items.len()).filter(|at| out[*at]).map(|at| items[at]).collect(),
            });
        }
        for at in (0..items.len()).filter(|at| !out[*at]) {
            held.train.columns.push(items[at]);
            held.train.values.push(values[at]);
        }
        held.train.ends.push(held.train.columns.len());
    }
    held
}

/// The first k items by score, without those of the history; ties by the item's number.
pub fn top(scores: &[f32], history: &[(u32, f32)], k: usize) -> Vec<u32> {
    let mut seen = history.iter().map(|(item, _)| *item).peekable();
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(k + 1);
    for (item, score) in scores.iter().enumerate() {
        // As the engine has it: what is not above 0 is in the order of the rows.
        let (item, score) = (item as u32, score.max(0.0));
        if seen.next_if_eq(&item).is_some() || k == 0 {
            continue;
        }
        if best.len() == k && score <= best[k - 1].0 {
            continue;
        }
        let place = best.partition_point(|(other, _)| *other >= score);
        best.insert(place, (score, item));
        best.truncate(k);
    }
    best.into_iter().map(|(_, item)| item).collect()
}

/// Hits, and discounted gain over its ideal, of one list.
pub fn judge(list: &[u32], withheld: &[u32], k: usize) -> (f64, f64) {
    let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let (mut hits, mut gain) = (0usize, 0.0);
    for (place, item) in list.iter().take(k).enumerate() {
        if withheld.binary_search(item).is_ok() {
            hits += 1;
            gain += discount(place);
        }
    }
    let ideal: f64 = (0..k.min(withheld.len())).map(discount).sum();
    let all = withheld.len().max(1) as f64;
    (hits as f64 / all, if ideal > 0.0 { gain / ideal } else { 0.0 })
}

/// Users that [`evaluate_blocks`] scores together.
const BLOCK: usize = 32;

/// Tries a model, given as what adds a history's scores to zeros, on all threads.
pub fn evaluate(
    users: &[TestUser],
    items: usize,
    k: usize,
    score: impl Fn(&[(u32, f32)], &mut [f32]) + Sync,
) -> Metrics {
    evaluate_blocks(users, items, k, |users, out| {
        for (user, out) in users.iter().zip(out.chunks_mut(items.max(1))) {
            score(&user.history, out);
        }
    })
}

/// Tries a model, given as what adds the scores of some users' histories to zeros, a row a user, on all threads.
pub fn evaluate_blocks(
    users: &[TestUser],
    items: usize,
    k: usize,
    score: impl Fn(&[TestUser], &mut [f32]) + Sync,
) -> Metrics {
    let judged: Vec<(f64, f64)> = users
        .par_chunks(BLOCK)
        .map_init(
            || vec![0.0; BLOCK * items],
            |scores, users| {
                let scores = &mut scores[..users.len() * items];
                scores.fill(0.0);
                score(users, scores);
                let rows = users.iter().zip(scores.chunks(items.max(1)));
                let judge =
                    |(user, scores): (&TestUser, &[f32])| judge(&top(scores, &user.history, k), &user.withheld, k);
                rows.map(judge).collect::<Vec<_>>()
            },
        )
        .flatten()
        .collect();
    let count = judged.len().max(1) as f64;
    Metrics {
        recall: judged.iter().map(|(recall, _)| recall).sum::<f64>() / count,
        ndcg: judged.iter().map(|(_, ndcg)| ndcg).sum::<f64>() / count,
        users: judged.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_those_of_the_literature() {
        // Two of three found, at places 1 and 3.
        let (recall, ndcg) = judge(&[5, 9, 2], &[2, 5, 7], 3);
        assert!((recall - 2.0 / 3.0).abs() < 1e-12);
        let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
        assert!((ndcg - 1.5 / ideal).abs() < 1e-12);
        assert_eq!(judge(&[1], &[], 20), (0.0, 0.0));
    }

    #[test]
    fn the_best_come_first_ties_by_number_and_nothing_seen() {
        let scores = [0.5, 0.9, 0.5, 0.9, 0.1];
        assert_eq!(top(&scores, &[(1, 1.0)], 3), [3, 0, 2]);
        assert_eq!(top(&scores, &[], 99), [1, 3, 0, 2, 4]);
        assert!(top(&scores, &[], 0).is_empty());
    }

    #[test]
    fn a_hold_out_takes_from_a_sample_of_users_and_leaves_each_something() {
        let mut liked = Csr {
            cols: 10,
            ..Csr::default()
        };
        for user in 0..40usize {
            liked.columns.extend((0..user as u32 % 8).map(|i| i + 1));
            liked.ends.push(liked.columns.len());
        }
        liked.values = vec![1.0; liked.columns.len()];
        let held = hold_out(&liked, 0.2, 12, 3);
        assert_eq!((held.users.len(), held.train.rows()), (12, 40));
        let taken: usize = held.users.iter().map(|u| u.withheld.len()).sum();
        assert_eq!(held.train.columns.len() + taken, liked.columns.len());
        assert!(
            held.users
                .iter()
                .all(|u| !u.history.is_empty() && !u.withheld.is_empty())
        );
    }
}
