//! What each item of a history gave to the collaborative score of an item.
//!
//! `score_j = Σ_i c_ij`. In a linear model `c_ij = h_i·(p_i·v_j + s_ij)`: without item *i* the sum is lower by exactly that. In a ridge
//! model `score_j = v_jᵀ·A⁻¹·Σ h_i·v_i + Σ h_i·s_ij`, so `c_ij = h_i·(v_i·A⁻¹·v_j + s_ij)` (Hu, Koren & Volinsky 2008, section 5): these sum to the score
//! as well, but `A` holds the history too, so without one item the others count otherwise.
//!
//! The scores themselves go by a person's vector of 16 bits; see [`factors`](super::factors) for what that may be off by.

use alloc::vec::Vec;

use super::factors::person_matrix;
use crate::{
    ids::ItemIx,
    pack::collaborative::{Collaborative, Person},
};

/// Calls `each` with the place of a target, an item of the history and what that gave to the target: for all of both.
///
/// `ends`: see [`Collaborative::sparse_ends`]. `targets`: ascending. Cost: `history · targets · rank`, and for a ridge model its
/// solution anew.
pub fn contributions(
    model: &Collaborative<'_>,
    ends: &[u32],
    history: &[(ItemIx, f32)],
    targets: &[ItemIx],
    each: &mut dyn FnMut(usize, ItemIx, f32),
) {
    let rank = model.rank();
    let items = model.item_factors();
    let (person, matrix) = match model.person() {
        Person::Linear(factors) => (factors, None),
        // Without a solution nothing of the factors counts.
        Person::Ridge(gram) => match person_matrix(gram, &items, rank, history) {
            Some(matrix) => (items, Some(matrix)),
            None => (Default::default(), None),
        },
    };
    // v_j, or A⁻¹·v_j.
    let side = |target: &ItemIx| {
        let (codes, scale) = items.row(*target, rank);
        let mut values: Vec<f64> = codes.iter().map(|code| f64::from(*code) * f64::from(scale)).collect();
        if let Some(matrix) = &matrix {
            matrix.solve(&mut values);
        }
        values.into_iter().map(|value| value as f32).collect()
    };
    let sides: Vec<Vec<f32>> = targets.iter().map(side).collect();
    for (item, weight) in history {
        let (codes, scale) = person.row(*item, rank);
        let (entries, sparse_scale) = model.sparse_row(*item, ends);
        let mut entries = entries.peekable();
        for (at, (target, side)) in targets.iter().zip(&sides).enumerate() {
            let dot: f32 = codes
                .iter()
                .zip(side)
                .map(|(code, value)| f32::from(*code) * value)
                .sum();
            while entries.next_if(|(column, _)| *column < target.0).is_some() {}
            let entry = entries.peek().filter(|(column, _)| *column == target.0);
            let sparse = entry.map_or(0.0, |(_, code)| sparse_scale * f32::from(*code));
            each(at, *item, weight * (scale * dot + sparse));
        }
    }
}
