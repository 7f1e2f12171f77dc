//! How long filters, reranking and reasons take. `cargo test --release -p aftershow-core --test rerank_time -- --ignored --nocapture`

mod support;

use aftershow_core::{Cap, Filter, Outcome, Query, Rerank, Span, Weights};
use support::{Random, answer, id, large, somebody, time};

const ITEMS: usize = 80_000;

#[test]
#[ignore = "a measurement"]
fn eighty_thousand_items() {
    let (plain, data) = large(ITEMS, 64, 40);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data, 0.4)));
    let mut random = Random(1);
    let queries: Vec<Query> = (0..50).map(|_| somebody(&mut random, ITEMS, 50)).collect();
    let filter = Filter::All(vec![
        Filter::any_of("genre", ["Genre 0", "Genre 1", "Genre 2", "Genre 3"]),
        Filter::Year(Span {
            min: Some(1980),
            max: None,
        }),
        Filter::Not(Box::new(Filter::any_of("language", ["Language 50"]))),
    ]);
    let diverse = Rerank {
        diversity: Some(0.3),
        ..Rerank::default()
    };
    let all = Rerank {
        calibration: Some(0.2),
        freshness: Some(0.3),
        popularity_damping: Some(0.1),
        caps: Some(vec![Cap {
            attribute: "platform".into(),
            at_most: 3,
        }]),
        ..diverse.clone()
    };
    let timed = |what: &str, change: &dyn Fn(&Query) -> Query| {
        let queries: Vec<Query> = queries.iter().map(change).collect();
        let mut next = 0;
        time(what, || {
            next = (next + 1) % queries.len();
            assert_eq!(answer(&engine, &queries[next]).items.len(), 20);
        });
    };
    timed("50 events, 20 of 80,000", &Query::clone);
    timed("  with three filters", &|query| Query {
        filter: filter.clone(),
        ..query.clone()
    });
    timed("  with diversity", &|query| Query {
        rerank: diverse.clone(),
        ..query.clone()
    });
    timed("  with every knob", &|query| Query {
        rerank: all.clone(),
        ..query.clone()
    });
    timed("  with reasons", &|query| Query {
        reasons: true,
        ..query.clone()
    });
    timed("  watching", &|query| Query {
        watching: Some(id(77)),
        ..query.clone()
    });
    timed("three filters, diversity, reasons", &|query| Query {
        filter: filter.clone(),
        rerank: diverse.clone(),
        reasons: true,
        ..query.clone()
    });
    timed("three filters, every knob, reasons, watching", &|query| Query {
        filter: filter.clone(),
        rerank: all.clone(),
        reasons: true,
        watching: Some(id(77)),
        ..query.clone()
    });
    timed("the same, from the 100th on", &|query| Query {
        filter: filter.clone(),
        rerank: all.clone(),
        reasons: true,
        offset: 100,
        ..query.clone()
    });
    let similar = |what: &str, change: &dyn Fn(Query) -> Query| {
        let queries: Vec<Query> = (0..50)
            .map(|i| {
                change(Query {
                    n: 20,
                    ..Query::similar(id(i * 37))
                })
            })
            .collect();
        let mut next = 0;
        time(what, || {
            next = (next + 1) % queries.len();
            let Outcome::Answer(answer) = engine.answer(&queries[next]).unwrap() else {
                panic!()
            };
            assert_eq!(answer.items.len(), 20);
        });
    };
    similar("similar, 20 of 80,000", &|query| query);
    similar("  with three filters", &|query| Query {
        filter: filter.clone(),
        ..query
    });
    similar("  with filters, every knob and reasons", &|query| Query {
        filter: filter.clone(),
        rerank: all.clone(),
        reasons: true,
        ..query
    });
}
