//! How good one list is: by what the user wanted, and by what kind of items it has.
//!
//! A list holds the best items first; `k` cuts it. All logarithms are of base 2.

/// What is measured of each user's list. Each is a mean over the users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Hits over the number of wanted items (the form of LightGCN: not over the smaller of that and `k`).
    Recall,
    /// Discounted hits over those of the best list that there could be: `Σ 1/log(place + 1)` over the hits, over the
    /// same sum over the first `min(k, wanted)` places.
    Ndcg,
    /// Hits over `k`, also where the list is shorter.
    Precision,
    /// 1 over the place of the first hit.
    Mrr,
    /// Whether there is a hit.
    HitRate,
    /// Mean over `min(k, wanted)` of the precision at the place of each hit.
    Map,
    /// Mean of −log of the share of people who had an item before; of an item that nobody had, as if one had.
    Novelty,
    /// 1 − mean content similarity of two items of the list; of at most some thousand users.
    Diversity,
    /// Mean place of the items in the catalogue's order of popularity: 0 least popular, 1 most popular.
    Popularity,
    /// How much further up in that order the list is than what the user had before.
    PopularityBias,
    /// How far the genres of the list are from those of what the user had: see [`divergence`].
    Miscalibration,
}

impl Measure {
    /// All of them, in the order of the reports.
    pub const ALL: [Measure; 11] = [
        Measure::Recall,
        Measure::Ndcg,
        Measure::Precision,
        Measure::Mrr,
        Measure::HitRate,
        Measure::Map,
        Measure::Novelty,
        Measure::Diversity,
        Measure::Popularity,
        Measure::PopularityBias,
        Measure::Miscalibration,
    ];

    /// The name in JSON, before `@k`.
    pub fn key(self) -> &'static str {
        match self {
            Measure::Recall => "recall",
            Measure::Ndcg => "ndcg",
            Measure::Precision => "precision",
            Measure::Mrr => "mrr",
            Measure::HitRate => "hit_rate",
            Measure::Map => "map",
            Measure::Novelty => "novelty",
            Measure::Diversity => "intra_list_diversity",
            Measure::Popularity => "popularity_percentile",
            Measure::PopularityBias => "popularity_bias",
            Measure::Miscalibration => "miscalibration",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Recall => "Recall",
            Measure::Ndcg => "NDCG",
            Measure::Precision => "Precision",
            Measure::Mrr => "MRR",
            Measure::HitRate => "Hit rate",
            Measure::Map => "MAP",
            Measure::Novelty => "Novelty",
            Measure::Diversity => "Diversity",
            Measure::Popularity => "Popularity percentile",
            Measure::PopularityBias => "Popularity bias",
            Measure::Miscalibration => "Miscalibration",
        }
    }
}

/// What the hits of a list are worth. See [`Measure`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// [`Measure::Recall`].
    pub recall: f64,
    /// [`Measure::Ndcg`].
    pub ndcg: f64,
    /// [`Measure::Precision`].
    pub precision: f64,
    /// [`Measure::Mrr`].
    pub mrr: f64,
    /// [`Measure::HitRate`].
    pub hit_rate: f64,
    /// [`Measure::Map`].
    pub map: f64,
}

impl Accuracy {
    /// Of the first `k` of a list, for a user who wanted these items, ascending. All 0 if they wanted nothing.
    pub fn of(list: &[u32], wanted: &[u32], k: usize) -> Accuracy {
        if wanted.is_empty() || k == 0 {
            return Accuracy::default();
        }
        let (mut hits, mut gain, mut precisions, mut first) = (0usize, 0.0, 0.0, 0.0);
        for (i, item) in list.iter().take(k).enumerate() {
            if wanted.binary_search(item).is_ok() {
                let place = i + 1;
                hits += 1;
                gain += discount(place);
                precisions += hits as f64 / place as f64;
                if hits == 1 {
                    first = 1.0 / place as f64;
                }
            }
        }
        let possible = k.min(wanted.len());
        let ideal: f64 = (1..=possible).map(discount).sum();
        Accuracy {
            recall: hits as f64 / wanted.len() as f64,
            ndcg: gain / ideal,
            precision: hits as f64 / k as f64,
            mrr: first,
            hit_rate: if hits > 0 { 1.0 } else { 0.0 },
            map: precisions / possible as f64,
        }
    }
}

fn discount(place: usize) -> f64 {
    1.0 / ((place + 1) as f64).log2()
}

/// How far the shares of genres in a list are from those wanted: `KL(p ‖ 0.99·q + 0.01·p)` in bits, 0 to log 100, of H. Steck,
/// Calibrated recommendations (RecSys 2018). `wanted`, `p`, sums to 1; `votes` over `items` is `q`: each item of the list spreads one
/// vote over its genres. What the engine lowers by [`calibration`](aftershow_core::Rerank::calibration).
pub fn divergence(wanted: &[f64], votes: &[f64], items: usize) -> f64 {
    const SMOOTHING: f64 = 0.01;
    let of_list = |votes: f64| votes / items.max(1) as f64;
    let part = |(p, votes): (&f64, &f64)| {
        let q = (1.0 - SMOOTHING) * of_list(*votes) + SMOOTHING * p;
        if *p > 0.0 { p * (p / q).log2() } else { 0.0 }
    };
    wanted.iter().zip(votes).map(part).sum()
}

/// What is known of the catalogue's items for the measures beside the hits.
#[derive(Clone, Debug)]
pub struct Known {
    /// −log of the share of people who had an item.
    pub surprise: Vec<f64>,
    /// Place in the order of popularity, 0 to 1; equally popular items have the middle of their places.
    pub percentile: Vec<f64>,
}

impl Known {
    /// From how many of `people` had each item.
    pub fn of(counts: &[u32], people: usize) -> Known {
        let people = people.max(1) as f64;
        let surprise = counts.iter().map(|count| -(f64::from((*count).max(1)) / people).log2());
        Known {
            surprise: surprise.map(|bits| bits.max(0.0)).collect(),
            percentile: percentiles(counts),
        }
    }
}

/// The share of the other items that are less popular, where an equally popular one counts half.
fn percentiles(counts: &[u32]) -> Vec<f64> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let others = counts.len().saturating_sub(1).max(1) as f64;
    let place = |count: &u32| {
        let below = sorted.partition_point(|other| other < count);
        let equal = sorted.partition_point(|other| other <= count) - below;
        (below as f64 + equal.saturating_sub(1) as f64 / 2.0) / others
    };
    counts.iter().map(place).collect()
}

/// The mean; `None` of nothing.
pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0usize);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_worth_what_one_computes_by_hand() {
        // Wanted 2, 5 and 9; hits at places 1 and 3.
        let found = Accuracy::of(&[5, 7, 2, 8], &[2, 5, 9], 4);
        let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
        let right = Accuracy {
            recall: 2.0 / 3.0,
            ndcg: 1.5 / ideal,
            precision: 0.5,
            mrr: 1.0,
            hit_rate: 1.0,
            map: (1.0 + 2.0 / 3.0) / 3.0,
        };
        assert_eq!(found, right);
        // Cut after two: one hit of the two that were possible.
        let cut = Accuracy::of(&[5, 7, 2, 8], &[2, 5, 9], 2);
        assert_eq!((cut.recall, cut.precision, cut.map), (1.0 / 3.0, 0.5, 0.5));
        assert_eq!(cut.ndcg, 1.0 / (1.0 + 1.0 / 3f64.log2()));
    }

    #[test]
    fn the_perfect_list_is_worth_1_and_the_empty_one_0() {
        let perfect = Accuracy::of(&[3, 4], &[3, 4], 10);
        assert_eq!(
            (perfect.recall, perfect.ndcg, perfect.map, perfect.mrr),
            (1.0, 1.0, 1.0, 1.0)
        );
        assert_eq!(perfect.precision, 0.2, "over k, not over what there is");
        assert_eq!(Accuracy::of(&[], &[3], 5), Accuracy::default());
        assert_eq!(Accuracy::of(&[3], &[], 5), Accuracy::default());
    }

    #[test]
    fn a_list_of_the_wanted_genres_diverges_by_0_and_one_of_others_by_log_100() {
        assert!(divergence(&[0.25, 0.75], &[1.0, 3.0], 4).abs() < 1e-12);
        assert!((divergence(&[1.0, 0.0], &[0.0, 3.0], 3) - 100f64.log2()).abs() < 1e-12);
        // Wanted half and half, and all of one: ½·log(½ / 0.995) + ½·log(½ / 0.005).
        let by_hand = 0.5 * (0.5f64 / 0.995).log2() + 0.5 * (0.5f64 / 0.005).log2();
        assert!((divergence(&[0.5, 0.5], &[2.0, 0.0], 2) - by_hand).abs() < 1e-12);
    }

    #[test]
    fn percentiles_go_from_0_to_1_and_equal_counts_share_the_middle() {
        assert_eq!(percentiles(&[9, 5, 5, 1, 0]), [1.0, 0.625, 0.625, 0.25, 0.0]);
        assert_eq!(percentiles(&[3]), [0.0]);
        assert_eq!(percentiles(&[2, 2, 2]), [0.5, 0.5, 0.5]);
        let known = Known::of(&[8, 4, 0], 8);
        assert_eq!(known.surprise, [0.0, 1.0, 3.0]);
    }
}
