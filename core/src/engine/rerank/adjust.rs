//! Freshness and popularity damping: a factor for every item, made once a query.

use alloc::vec::Vec;

use super::Reranking;
use crate::{engine::show::Popularity, ids::ItemIx, pack::container::Ints};

/// After so many years a fresh item counts half.
const HALF_LIFE: f32 = 10.0;
/// No item counts as older: a year that is a slip, such as 9999, would else leave nothing of all others.
const OLDEST: u16 = 250;

/// What each item's score is multiplied by, 0 to 1, by rows; `None` if that is 1 for all.
///
/// With a freshness of *f* an item of age *a* counts `(1 − f) + f·½^(a / 10)`, with a damping of *d* one of popularity *p* counts
/// `1 − d·p`; with both their product.
pub(in crate::engine) fn factors(
    reranking: &Reranking<'_>,
    years: &Ints<'_>,
    newest: u16,
    popularity: &Popularity<'_>,
) -> Option<Vec<f32>> {
    if reranking.freshness <= 0.0 && reranking.damping <= 0.0 {
        return None;
    }
    let (fresh, damping) = (reranking.freshness, reranking.damping);
    let of_age = |age: u16| (1.0 - fresh) + fresh * libm::exp2f(-f32::from(age) / HALF_LIFE);
    let of_ages: Vec<f32> = (0..=OLDEST).map(of_age).collect();
    let factor = |row: usize| {
        let age = match years.at(row) as u16 {
            0 => OLDEST,
            year => newest.saturating_sub(year).min(OLDEST),
        };
        let fresh = of_ages.get(usize::from(age)).copied().unwrap_or(1.0);
        if damping > 0.0 {
            fresh * (1.0 - damping * popularity.of(ItemIx(row as u32)))
        } else {
            fresh
        }
    };
    Some((0..years.len()).map(factor).collect())
}
