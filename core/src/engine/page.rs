//! Page: a piece of the one order that [`rerank`](super::rerank) describes.

use alloc::vec::Vec;

use super::{
    order::{Order, Placed},
    rerank::{POOL, Pool},
};

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
        let best: Vec<_> = order
            .places(0..POOL)
            .iter()
            .map(|placed| (placed.item, placed.in_force))
            .collect();
        let chosen = pool.order(&best, to.min(best.len()));
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
