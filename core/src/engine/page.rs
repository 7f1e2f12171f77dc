//! Page: a piece of the one order that [`rerank`](super::rerank) describes.

use alloc::vec::Vec;

use super::{
    order::{Order, Placed},
    rerank::{POOL, Pool},
};
use crate::ids::ItemIx;

/// The items from place `offset` on, at most `n`. The pool's reranking is that of the order.
pub(super) fn page(order: &Order<'_>, pool: &Pool<'_, '_>, offset: usize, n: usize) -> Vec<Placed> {
    let reranking = pool.reranking;
    let end = offset.saturating_add(n);
    let pins = reranking.pins.iter().skip(offset).take(n);
    let mut page: Vec<Placed> = pins.map(|item| order.placed(*item)).collect();
    // From here on places are those behind the pins.
    let (mut from, to) = (
        offset.saturating_sub(reranking.pins.len()),
        end.saturating_sub(reranking.pins.len()),
    );
    if reranking.chooses() && from < POOL {
        let places = order.places(0..POOL);
        let scored = places.iter().take_while(|placed| placed.score.is_some()).count();
        let best = relevances(&places);
        let chosen = pool.order(&best, scored, to.min(best.len()));
        page.extend(chosen.iter().skip(from).map(|item| order.placed(*item)));
        from = POOL;
    }
    page.extend(order.places(from..to));
    if page.len() < n && !reranking.buried.is_empty() {
        let before = reranking.pins.len() + order.among.count();
        let room = n - page.len();
        let buried = order.sorted(&reranking.buried);
        page.extend(buried.into_iter().skip(offset.saturating_sub(before)).take(room));
    }
    page
}

/// What the pool is chosen by. What is only popular goes on below the least of what has a score, as it does in the order.
fn relevances(places: &[Placed]) -> Vec<(ItemIx, f32)> {
    let least = places.iter().rev().find(|placed| placed.score.is_some());
    let relevance = |placed: &Placed| match least {
        Some(least) if placed.score.is_none() => placed.in_force.min(1.0) * least.in_force,
        _ => placed.in_force,
    };
    places.iter().map(|placed| (placed.item, relevance(placed))).collect()
}
