//! How long a recommendation takes. `cargo test --release -p aftershow-core --test recommend_time -- --ignored --nocapture`

mod support;

use std::time::Instant;

use aftershow_core::{
    Query, Weights,
    kernel::{Features, Index, PersonVector, Profile, factors::add_sparse},
    pack::{Collaborative, Container, layout::kind},
};
use support::{Random, answer, large, somebody, time};

const ITEMS: usize = 80_000;

#[test]
#[ignore = "a measurement"]
fn eighty_thousand_items() {
    let (plain, data) = large(ITEMS, 64, 40);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data, 0.4)));
    let mut random = Random(1);
    let queries: Vec<Query> = (0..50).map(|_| somebody(&mut random, ITEMS, 50)).collect();
    let mut next = 0;
    time("50 events, content and collaborative, 20 of 80,000", || {
        next = (next + 1) % queries.len();
        assert_eq!(answer(&engine, &queries[next]).items.len(), 20);
    });
    let deep: Vec<Query> = queries
        .iter()
        .map(|q| Query {
            offset: 20_000,
            ..q.clone()
        })
        .collect();
    time("the same, from the 20,000th on", || {
        next = (next + 1) % deep.len();
        assert_eq!(answer(&engine, &deep[next]).items.len(), 20);
    });
    let mixed: Vec<Query> = queries
        .iter()
        .map(|query| {
            let mut query = query.clone();
            if let aftershow_core::Seed::Person(person) = &mut query.seed {
                person
                    .history
                    .iter_mut()
                    .step_by(5)
                    .for_each(|event| event.weight = -1.0);
            }
            query
        })
        .collect();
    time("the same, every fifth disliked", || {
        next = (next + 1) % mixed.len();
        assert_eq!(answer(&engine, &mixed[next]).items.len(), 20);
    });
    let long = somebody(&mut random, ITEMS, 10_000);
    time("10,000 events", || drop(answer(&engine, &long)));

    let (features, model) = (support::features(&plain, 5000), support::model(&data));
    println!(
        "features {} bytes, model {} bytes, {} an item",
        features.len(),
        model.len(),
        model.len() / ITEMS
    );
    let features = Container::open(features, kind::FEATURES).unwrap();
    let features = Features::open(&features).unwrap();
    let model = Container::open(model, kind::COLLABORATIVE).unwrap();
    let model = Collaborative::open(&model).unwrap();
    let start = Instant::now();
    let index = Index::new(&features);
    println!(
        "index: {:.1} ms, {} bytes",
        start.elapsed().as_secs_f64() * 1e3,
        index.bytes()
    );
    let start = Instant::now();
    model.check(ITEMS).unwrap();
    let ends = model.sparse_ends();
    println!("model checked: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let history: Vec<_> = {
        let mut rows: Vec<u32> = (0..50).map(|_| random.skewed(ITEMS) as u32).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.into_iter().map(|row| (aftershow_core::ItemIx(row), 1.0)).collect()
    };
    let mut out = vec![0.0; ITEMS];
    time("  zeros", || out.fill(0.0));
    let vector = PersonVector::of(&model, &history).unwrap();
    time("  person vector", || drop(PersonVector::of(&model, &history)));
    time("  dense scores of all", || {
        for (row, out) in out.iter_mut().enumerate() {
            *out += vector.score(&model.item_factors(), aftershow_core::ItemIx(row as u32));
        }
    });
    time("  sparse scores", || add_sparse(&model, &ends, &history, &mut out));
    time("  profile", || {
        drop(Profile::liked(&features, &index, &history, &Weights::DEFAULT))
    });
    let (profile, _) = Profile::liked(&features, &index, &history, &Weights::DEFAULT);
    time("  content scores", || drop(profile.scores(&index)));
}
