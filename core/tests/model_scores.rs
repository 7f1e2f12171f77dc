//! Scores that are computed only where they can matter are those of the plain loops, bit by bit.

mod support;

use aftershow_core::{
    ItemIx, Weights,
    kernel::{ModelIndex, ModelScores, PersonVector, factors::add_sparse, mask::WORD},
    pack::{Collaborative, CollaborativeData, Container, layout::kind},
};
use proptest::prelude::*;
use support::{Random, answer, large, pages, somebody};

/// Not a multiple of a block, and the last block holds no whole group of four.
const ITEMS: usize = 20 * WORD + 3;

/// A model whose vectors get shorter along the rows, as those of a catalogue do, down to none.
fn data(rank: usize, sparse: usize) -> CollaborativeData {
    let (_, mut data) = large(ITEMS, rank, sparse);
    for (row, scale) in data.item_scales.iter_mut().enumerate() {
        *scale *= if row > ITEMS - 100 {
            0.0
        } else {
            1.0 / (1.0 + row as f32)
        };
    }
    data
}

fn sums(model: &Collaborative<'_>, history: &[(ItemIx, f32)]) -> Vec<f32> {
    let mut out = vec![0.0; model.len()];
    add_sparse(model, &model.sparse_ends(), history, &mut out);
    if let Some(vector) = PersonVector::of(model, history) {
        for (row, out) in out.iter_mut().enumerate() {
            *out += vector.score(&model.item_factors(), ItemIx(row as u32));
        }
    }
    out
}

fn events(random: &mut Random, count: usize) -> Vec<(ItemIx, f32)> {
    let mut rows: Vec<u32> = (0..count).map(|_| random.skewed(ITEMS) as u32).collect();
    rows.sort_unstable();
    rows.dedup();
    let weight = |random: &mut Random| 0.5 + random.below(5) as f32;
    rows.into_iter().map(|row| (ItemIx(row), weight(random))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_score_is_that_of_the_plain_loops_and_below_its_bound(
        seed in any::<u64>(),
        rank in prop_oneof![Just(0usize), 1usize..40],
        sparse in 0usize..8,
        liked in 1usize..30,
        disliked in 0usize..10,
    ) {
        let part = support::model(&data(rank, sparse));
        let part = Container::open(part, kind::COLLABORATIVE).unwrap();
        let model = Collaborative::open(&part).unwrap();
        let index = ModelIndex::of(&model);
        let mut random = Random(seed | 1);
        let (liked, disliked) = (events(&mut random, liked), events(&mut random, disliked));
        let mut expected = sums(&model, &liked);
        let most = expected.iter().fold(0.0, |most: f32, score| most.max(*score));
        if !disliked.is_empty() {
            for (score, less) in expected.iter_mut().zip(sums(&model, &disliked)) {
                *score -= less.max(0.0);
            }
        }
        let scores = ModelScores::of(&model, &index, &liked, &disliked);
        prop_assert_eq!(scores.largest_liked(), most);
        for (row, expected) in expected.iter().enumerate() {
            let item = ItemIx(row as u32);
            prop_assert_eq!((scores.one(item) + 0.0).to_bits(), (*expected + 0.0).to_bits(), "row {}", row);
            prop_assert!(*expected <= scores.bound(item), "row {}", row);
            prop_assert!(scores.bound(item) <= scores.block_bound(row / WORD * WORD), "row {}", row);
        }
    }
}

#[test]
fn bounds_leave_most_items_out() {
    let part = support::model(&data(32, 4));
    let part = Container::open(part, kind::COLLABORATIVE).unwrap();
    let model = Collaborative::open(&part).unwrap();
    let index = ModelIndex::of(&model);
    let scores = ModelScores::of(&model, &index, &events(&mut Random(7), 20), &[]);
    let half = 0.5 * scores.largest_liked();
    let blocks = (0..ITEMS)
        .step_by(WORD)
        .filter(|from| scores.block_bound(*from) >= half);
    assert!(blocks.count() < 10);
    let rows = (0..ITEMS as u32).filter(|row| scores.bound(ItemIx(*row)) >= half);
    assert!(rows.count() < 200);
}

#[test]
fn pages_of_a_catalogue_of_many_blocks_are_those_of_its_whole_order() {
    let (plain, _) = large(ITEMS, 16, 4);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data(16, 4), 0.3)));
    let mut random = Random(3);
    for _ in 0..5 {
        let mut query = somebody(&mut random, ITEMS, 20);
        let paged = pages(&engine, &query, 50);
        query.n = aftershow_core::Query::MAX_N;
        let first = answer(&engine, &query);
        assert!(first.items.len() >= 50);
        // A short page stops early, a long one hardly ever: both must agree, and scores fall.
        for (a, b) in paged.iter().zip(&first.items) {
            assert_eq!(a, b);
        }
        assert!(paged.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert_eq!(paged.len(), first.total);
    }
}
