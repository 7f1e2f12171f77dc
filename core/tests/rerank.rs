//! The reranked order, checked place by place against the definitions in float64.

mod support;

use std::collections::BTreeMap;

use aftershow_core::{
    Boost, Cap, Engine, Event, Filter, ItemId, ItemIx, Outcome, Person, Query, QueryError, Recommended, Rerank, Scored,
    Seed, Source, Weights,
    kernel::{Features, Subject},
    pack::{Container, GenreSimilarity, layout::kind},
};
use proptest::prelude::*;
use support::{
    METADATA, Plain, answer,
    cases::{Case, TERMS, between, case},
    id, pages, popularity_only, row_of,
};

/// What rounding may do to a value.
const NEAR: f64 = 2e-4;

fn knobs(items: usize) -> impl Strategy<Value = Rerank> {
    let share = || prop_oneof![2 => Just(None), 1 => Just(Some(0.0f32)), 1 => Just(Some(1.0)), 4 => between(0.0, 1.0).prop_map(Some)];
    let cap = (prop::sample::select(vec!["genre", "platform", "type"]), 1u32..5).prop_map(|(attribute, at_most)| Cap {
        attribute: attribute.into(),
        at_most,
    });
    let boost = (0..items + 2, prop_oneof![Just(0.0f32), Just(1.0), between(0.1, 5.0)])
        .prop_map(|(row, factor)| Boost { id: id(row), factor });
    let ids = || prop::option::of(prop::collection::vec((0..items + 2).prop_map(id), 0..6));
    (
        (share(), share(), share(), share()),
        prop::option::of(prop::collection::vec(cap, 0..3)),
        prop::option::of(prop::collection::vec(boost, 0..6)),
        ids(),
        ids(),
    )
        .prop_map(
            |((diversity, calibration, freshness, popularity_damping), caps, boosts, pins, bury)| Rerank {
                diversity,
                calibration,
                freshness,
                popularity_damping,
                caps,
                boosts,
                pins,
                bury,
            },
        )
}

/// An item as it stands before reranking.
#[derive(Clone, Copy, Debug)]
struct Before {
    row: usize,
    /// Whether it has a score, or is only popular.
    scored: bool,
    score: f64,
    popularity: f64,
}

/// The definitions.
struct Oracle<'a> {
    plain: &'a [Plain],
    features: &'a Features<'a>,
    weights: Weights,
    rerank: &'a Rerank,
    /// Shares of genres that the list should have.
    taste: Option<BTreeMap<String, f64>>,
}

fn at(share: Option<f32>) -> f64 {
    f64::from(share.unwrap_or(0.0))
}

impl Oracle<'_> {
    fn in_force(&self, item: &Before) -> f64 {
        let newest = self.plain.iter().map(|item| item.year).max().unwrap_or(0);
        let age = match self.plain[item.row].year {
            0 => 250.0,
            year => f64::from(newest - year).min(250.0),
        };
        let fresh = at(self.rerank.freshness);
        let factor = (1.0 - fresh) + fresh * 0.5f64.powf(age / 10.0);
        let damped = 1.0 - at(self.rerank.popularity_damping) * item.popularity;
        let boosts = self.rerank.boosts.iter().flatten();
        let boost = { boosts }
            .find(|boost| boost.id == id(item.row))
            .map_or(1.0, |boost| f64::from(boost.factor));
        let own = if item.scored { item.score } else { item.popularity };
        own * factor * damped * boost
    }

    fn likeness(&self, a: usize, b: usize) -> f64 {
        let subject = Subject::of_features(self.features, ItemIx(a as u32));
        let parts = subject.parts(self.features, ItemIx(b as u32), GenreSimilarity::Jaccard);
        f64::from(parts.score(&self.weights))
    }

    fn divergence(&self, list: &[usize]) -> f64 {
        let Some(taste) = &self.taste else { return 0.0 };
        let share = |genre: &String| {
            let votes = list
                .iter()
                .map(|row| &self.plain[*row].genres)
                .filter(|genres| genres.contains(genre));
            votes.map(|genres| 1.0 / genres.len() as f64).sum::<f64>() / list.len() as f64
        };
        let part = |(genre, wanted): (&String, &f64)| wanted * (wanted / (0.99 * share(genre) + 0.01 * wanted)).ln();
        taste.iter().map(part).sum()
    }

    fn values(&self, row: usize, attribute: &str) -> Vec<String> {
        match METADATA.iter().position(|known| *known == attribute) {
            Some(at) => self.plain[row].metadata[at].clone().into_iter().collect(),
            None => self.plain[row].genres.clone(),
        }
    }

    fn refused(&self, row: usize, list: &[usize]) -> bool {
        self.rerank.caps.iter().flatten().any(|cap| {
            let has = |other: &&usize, value: &String| self.values(**other, &cap.attribute).contains(value);
            let count = |value: &String| list.iter().filter(|other| has(other, value)).count();
            self.values(row, &cap.attribute)
                .iter()
                .any(|value| count(value) >= cap.at_most as usize)
        })
    }

    /// What rank `found`, all of the order, must be; of a catalogue that is all pool.
    fn check(&self, all: &[Before], zero: &[usize], found: &[usize]) -> Result<(), TestCaseError> {
        let named = |ids: &Option<Vec<ItemId>>, without: &[usize]| {
            let mut rows: Vec<usize> = Vec::new();
            for row in ids.iter().flatten().map(row_of).filter(|row| !without.contains(row)) {
                let there = all.iter().any(|item| item.row == row) || (without.is_empty() && zero.contains(&row));
                if there && !rows.contains(&row) {
                    rows.push(row);
                }
            }
            rows
        };
        let pins = named(&self.rerank.pins, &[]);
        prop_assert_eq!(&found[..pins.len()], &pins[..], "pins");
        let buried: Vec<usize> = match &pins[..] {
            [] => named(&self.rerank.bury, &[usize::MAX]),
            pins => named(&self.rerank.bury, pins),
        };
        let end = found.len() - buried.len();
        let by_force = |rows: &[usize]| {
            let keys: Vec<(bool, f64)> = rows
                .iter()
                .map(|row| all.iter().find(|item| item.row == *row).unwrap())
                .map(|item| (item.scored, self.in_force(item)))
                .collect();
            keys.windows(2)
                .all(|pair| (pair[0].0 && !pair[1].0) || (pair[0].0 == pair[1].0 && pair[0].1 >= pair[1].1 - NEAR))
        };
        prop_assert!(
            found[end..].iter().all(|row| buried.contains(row)) && by_force(&found[end..]),
            "buried"
        );
        let middle = &found[pins.len()..end];
        let mut left: Vec<&Before> = all.iter().filter(|item| middle.contains(&item.row)).collect();
        prop_assert_eq!(left.len(), middle.len());
        let (diversity, calibration) = (at(self.rerank.diversity), at(self.rerank.calibration));
        let chooses = diversity > 0.0 || calibration > 0.0 || self.rerank.caps.iter().flatten().next().is_some();
        if !chooses {
            prop_assert!(by_force(middle), "by force");
            return Ok(());
        }
        // The best is the first of what has a score, if anything has.
        let any_scored = left.iter().any(|item| item.scored);
        let raised = |item: &&Before| {
            let mut boosts = self.rerank.boosts.iter().flatten();
            boosts.any(|boost| row_of(&boost.id) == item.row && boost.factor > 1.0)
        };
        let best_of =
            |items: &mut dyn Iterator<Item = &&Before>| items.map(|item| self.in_force(item)).reduce(f64::max);
        let tier = |scored: bool| left.iter().filter(move |item| item.scored == scored);
        // No boost makes others count for less.
        let plain = best_of(&mut tier(true).filter(|item| !raised(item)));
        // What is only popular goes on below the least of what has a score.
        let least = left.iter().filter(|item| item.scored).map(|item| self.in_force(item));
        let least = least.reduce(f64::min);
        let relevance_of = |item: &Before| match least {
            Some(least) if !item.scored => self.in_force(item).min(1.0) * least,
            _ => self.in_force(item),
        };
        let plain_popular = || {
            tier(false)
                .filter(|item| !raised(item))
                .map(|item| relevance_of(item))
                .reduce(f64::max)
        };
        let most = plain
            .or_else(plain_popular)
            .or_else(|| best_of(&mut tier(any_scored)))
            .unwrap_or(0.0);
        let calibration = if self.taste.is_some() { calibration } else { 0.0 };
        let mut list = pins;
        for (place, row) in middle.iter().enumerate() {
            let value = |item: &Before| {
                let relevance = if most > 0.0 {
                    (relevance_of(item) / most).min(1.0)
                } else {
                    0.0
                };
                let nearest = list
                    .iter()
                    .map(|other| self.likeness(*other, item.row))
                    .fold(0.0, f64::max);
                let with: Vec<usize> = list.iter().copied().chain([item.row]).collect();
                (1.0 - calibration) * ((1.0 - diversity) * relevance - diversity * nearest)
                    - calibration * self.divergence(&with)
            };
            let allowed: Vec<&&Before> = left.iter().filter(|item| !self.refused(item.row, &list)).collect();
            if allowed.is_empty() {
                prop_assert!(by_force(&middle[place..]), "refused");
                return Ok(());
            }
            // What has a score comes before what is only popular.
            let scored = allowed.iter().any(|item| item.scored);
            let allowed: Vec<&&Before> = allowed.into_iter().filter(|item| item.scored == scored).collect();
            let chosen = allowed.iter().find(|item| item.row == *row);
            prop_assert!(chosen.is_some(), "{row} is one too many");
            let best = allowed.iter().map(|item| value(item)).fold(f64::NEG_INFINITY, f64::max);
            // Values are relative to the best, which may be small.
            let near = NEAR / most.clamp(1e-3, 1.0);
            prop_assert!(
                value(chosen.unwrap()) >= best - near,
                "{row} at {place}: {} of {best}",
                value(chosen.unwrap())
            );
            left.retain(|item| item.row != *row);
            list.push(*row);
        }
        Ok(())
    }
}

fn rows(items: &[Recommended]) -> Vec<usize> {
    items.iter().map(|item| row_of(&item.card.id)).collect()
}

/// Genre shares of a person, by the definition.
fn taste(case: &Case) -> Option<BTreeMap<String, f64>> {
    let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
    for (row, weight) in case.history.iter().filter(|(row, _)| *row < case.plain.len()) {
        *weights.entry(*row).or_default() += f64::from(*weight);
    }
    let mut sides: Vec<BTreeMap<String, f64>> = vec![BTreeMap::new(); 2];
    for (row, weight) in weights.into_iter().filter(|(_, weight)| *weight as f32 > 0.0) {
        for genre in &case.plain[row].genres {
            *sides[0].entry(genre.clone()).or_default() += weight / case.plain[row].genres.len() as f64;
        }
    }
    for (genre, weight) in &case.genres {
        if case.plain.iter().any(|item| item.genres.contains(genre)) {
            *sides[1].entry(genre.clone()).or_default() += f64::from(*weight);
        }
    }
    sides.retain(|side| side.values().sum::<f64>() > 0.0);
    let mut taste: BTreeMap<String, f64> = BTreeMap::new();
    for side in &sides {
        let sum: f64 = side.values().sum();
        for (genre, weight) in side.iter().filter(|(_, weight)| **weight > 0.0) {
            *taste.entry(genre.clone()).or_default() += weight / sum / sides.len() as f64;
        }
    }
    (!sides.is_empty()).then_some(taste)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_persons_order_is_that_of_the_definitions(
        (case, rerank) in case().prop_flat_map(|case| { let knobs = knobs(case.plain.len()); (Just(case), knobs) }),
        n in 1usize..20,
        nobody in prop::bool::weighted(0.15),
    ) {
        let engine = case.engine();
        let seed = if nobody { Seed::Popular } else { case.query().seed };
        let query = Query { seed, ..case.query() };
        let before = answer(&engine, &query);
        let query = Query { rerank: rerank.clone(), ..query };
        let after = pages(&engine, &query, n);
        prop_assert_eq!(&after, &answer(&engine, &query).items, "pages");
        let before_of = |item: &Recommended| Before {
            row: row_of(&item.card.id),
            scored: item.source != Source::Popular,
            score: item.score,
            popularity: item.popularity,
        };
        let all: Vec<Before> = before.items.iter().map(before_of).collect();
        let features = Container::open(support::features(&case.plain, TERMS), kind::FEATURES).unwrap();
        let features = Features::open(&features).unwrap();
        let oracle = Oracle {
            plain: &case.plain,
            features: &features,
            weights: case.weights,
            rerank: &rerank,
            taste: taste(&case).filter(|_| !nobody),
        };
        prop_assert_eq!(after.len(), all.len());
        oracle.check(&all, &[], &rows(&after))?;
        let adjusts = at(rerank.freshness) > 0.0 || at(rerank.popularity_damping) > 0.0
            || rerank.boosts.iter().flatten().any(|boost| row_of(&boost.id) < case.plain.len());
        for item in &after {
            // Ranks change, and nothing else.
            let old = before.items.iter().find(|old| old.card.id == item.card.id).unwrap();
            prop_assert_eq!(item.adjusted_score.is_some(), adjusts);
            prop_assert_eq!(&Recommended { adjusted_score: None, ..item.clone() }, old);
            if let (Some(adjusted), true) = (item.adjusted_score, item.source != Source::Popular) {
                prop_assert!((adjusted - oracle.in_force(&before_of(old))).abs() < NEAR);
            }
        }
        let ids = rerank.boosts.iter().flatten().map(|boost| &boost.id).chain(rerank.pins.iter().flatten()).chain(rerank.bury.iter().flatten());
        let unknown = ids.filter(|id| row_of(id) >= case.plain.len()).count();
        let answer = answer(&engine, &query);
        prop_assert_eq!((answer.unknown_rerank_ids, answer.total), (unknown, before.total));
        let json = serde_json::to_string(&rerank).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rerank>(&json).unwrap(), rerank);
    }

    #[test]
    fn similar_items_are_put_in_the_same_order(
        (case, rerank, row) in case().prop_flat_map(|case| { let items = case.plain.len(); (Just(case), knobs(items), 0..items) }),
        n in 1usize..20,
        min_similarity in prop_oneof![Just(0.0f32), between(0.0, 0.6)],
    ) {
        let engine = case.engine();
        let ask = |query: &Query| match engine.answer(query).unwrap() {
            Outcome::Answer(answer) => answer,
            Outcome::NeedParts(parts) => panic!("{parts:?}"),
        };
        let plain = Query { n: 100, min_similarity, ..Query::similar(id(row)) };
        let before = ask(&plain);
        let popular = answer(&engine, &Query { n: 100, ..Query::popular() });
        let popularity = |id: &ItemId| popular.items.iter().find(|item| item.card.id == *id).unwrap().popularity;
        let query = Query { rerank: rerank.clone(), ..plain };
        let after = ask(&query);
        let few = ask(&Query { n, ..query.clone() });
        prop_assert_eq!(&few.items[..], &after.items[..n.min(after.items.len())]);
        let all: Vec<Before> = before.items.iter().map(|item| Before {
            row: row_of(&item.card.id),
            scored: true,
            score: item.parts.score,
            popularity: popularity(&item.card.id),
        }).collect();
        let features = Container::open(support::features(&case.plain, TERMS), kind::FEATURES).unwrap();
        let features = Features::open(&features).unwrap();
        let genres = &case.plain[row].genres;
        let oracle = Oracle {
            plain: &case.plain,
            features: &features,
            weights: case.weights,
            rerank: &rerank,
            taste: (!genres.is_empty()).then(|| genres.iter().map(|genre| (genre.clone(), 1.0 / genres.len() as f64)).collect()),
        };
        // Pins show whatever their score.
        let zero: Vec<usize> = (0..case.plain.len()).filter(|other| *other != row && all.iter().all(|item| item.row != *other)).collect();
        let found: Vec<usize> = after.items.iter().map(|item| row_of(&item.card.id)).collect();
        oracle.check(&all, &zero, &found)?;
        for item in &after.items {
            if let Some(old) = before.items.iter().find(|old| old.card.id == item.card.id) {
                prop_assert_eq!(&Scored { adjusted_score: None, ..item.clone() }, old);
            }
        }
    }

    #[test]
    fn candidates_without_scores_are_a_person_s_own_order(
        (case, rerank) in case().prop_flat_map(|case| { let knobs = knobs(case.plain.len()); (Just(case), knobs) }),
        chosen in prop::collection::vec(0usize..72, 0..40),
        n in 1usize..20,
    ) {
        let engine = case.engine();
        let query = Query { include_seen: true, rerank, ..case.query() };
        let candidates: Vec<(ItemId, Option<f32>)> = chosen.iter().map(|row| (id(*row), None)).collect();
        let filter = Filter::Ids(chosen.iter().map(|row| id(*row)).collect());
        let expected = answer(&engine, &Query { filter, ..query.clone() });
        let Outcome::Answer(found) = engine.rerank(&candidates, &query).unwrap() else { panic!() };
        let unknown: Vec<usize> = chosen.iter().copied().filter(|row| *row >= case.plain.len()).collect();
        prop_assert!(found.unknown.iter().all(|id| unknown.contains(&row_of(id))));
        prop_assert_eq!(found.unknown.is_empty(), unknown.is_empty());
        prop_assert_eq!(&found.page, &expected);
        let Outcome::Answer(page) = engine.rerank(&candidates, &Query { n, offset: 3, ..query }).unwrap() else { panic!() };
        let places = 3.min(expected.items.len())..(3 + n).min(expected.items.len());
        prop_assert_eq!(&page.page.items[..], &expected.items[places]);
    }
}

fn items(genres: &[&str]) -> Vec<Plain> {
    let item = |genre: &&str| Plain {
        genres: vec![genre.to_string()],
        ..Plain::default()
    };
    genres.iter().map(item).collect()
}

fn small() -> Engine {
    let plain = items(&["Crime", "Crime", "War", "Crime", "War"]);
    let data = popularity_only(plain.len());
    support::engine(&plain, TERMS, Weights::DEFAULT, Some((&data, 0.4)))
}

#[test]
fn candidates_keep_the_callers_scores() {
    let engine = small();
    let ask = |candidates: &[(usize, Option<f32>)], query: &Query| {
        let candidates: Vec<_> = candidates.iter().map(|(row, score)| (id(*row), *score)).collect();
        match engine.rerank(&candidates, query).unwrap() {
            Outcome::Answer(answer) => answer,
            Outcome::NeedParts(parts) => panic!("{parts:?}"),
        }
    };
    let shown = |found: &aftershow_core::Reranked| -> Vec<(usize, f64, Source)> {
        let item = |item: &Recommended| (row_of(&item.card.id), item.score, item.source);
        found.page.items.iter().map(item).collect()
    };
    let fan = Query::person(Person::who_liked([id(0)]));
    let found = ask(
        &[
            (2, Some(12.0)),
            (9, Some(99.0)),
            (4, Some(24.0)),
            (9, None),
            (2, Some(50.0)),
        ],
        &fan,
    );
    // By the caller's scores, relative to the largest of what is known; of an item that comes twice the first counts.
    assert_eq!(shown(&found), [(4, 1.0, Source::Given), (2, 0.5, Source::Given)]);
    assert_eq!(
        (found.unknown, found.page.matched, found.page.total),
        (vec![id(9)], 2, 2)
    );
    assert!(!found.page.fallback_used);
    // Beside scores of the person's, and of what is only popular.
    let found = ask(&[(1, None), (2, Some(0.25)), (4, Some(0.0)), (0, None)], &fan);
    let sources: Vec<_> = shown(&found).iter().map(|(row, _, source)| (*row, *source)).collect();
    let given = Source::Given;
    assert_eq!(
        sources,
        [(0, Source::Content), (1, Source::Content), (2, given), (4, given)]
    );
    let found = ask(&[(2, None), (4, Some(0.5)), (0, Some(0.25))], &Query::popular());
    let sources: Vec<_> = shown(&found).iter().map(|(row, _, source)| (*row, *source)).collect();
    assert_eq!(sources, [(4, given), (0, given), (2, Source::Popular)]);
    let found = ask(&[], &fan);
    assert_eq!(
        (found.page.items.len(), found.page.total, found.unknown.len()),
        (0, 0, 0)
    );
}

#[test]
fn far_pages_go_on_where_the_pool_ends() {
    let (plain, data) = support::large(3000, 16, 10);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data, 0.4)));
    let query = Query::person(Person::who_liked((0..40).map(|i| id(i * 7))));
    let order = |rerank: Rerank, n: usize| {
        rows(&pages(
            &engine,
            &Query {
                rerank,
                ..query.clone()
            },
            n,
        ))
    };
    let plain_order = order(Rerank::default(), 100);
    let diverse = Rerank {
        diversity: Some(0.4),
        ..Rerank::default()
    };
    let diverse_order = order(diverse.clone(), 100);
    assert_eq!(diverse_order, order(diverse.clone(), 37));
    assert_eq!(diverse_order[0], plain_order[0]);
    assert_ne!(diverse_order[..200], plain_order[..200]);
    let sorted = |rows: &[usize]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows
    };
    assert_eq!(sorted(&diverse_order[..200]), sorted(&plain_order[..200]));
    assert_eq!(diverse_order[200..], plain_order[200..]);
    // With everything at once still each item once.
    let everything = Rerank {
        calibration: Some(0.3),
        freshness: Some(0.5),
        popularity_damping: Some(0.5),
        caps: Some(vec![Cap {
            attribute: "platform".into(),
            at_most: 2,
        }]),
        boosts: Some(
            (0..50)
                .map(|i| Boost {
                    id: id(i * 31),
                    factor: 3.0,
                })
                .collect(),
        ),
        pins: Some((2000..2050).map(id).collect()),
        bury: Some((0..300).map(|i| id(i * 5)).collect()),
        ..diverse
    };
    let all = order(everything.clone(), 100);
    assert_eq!(all, order(everything, 61));
    assert_eq!(sorted(&all), sorted(&plain_order));
    assert_eq!(all[..50], (2000..2050).collect::<Vec<_>>()[..]);
    let buried = |row: &usize| row.is_multiple_of(5) && *row < 1500;
    let seen = (0..40).map(|i| i * 7).filter(|row| buried(row)).count();
    assert!(all[all.len() - (300 - seen)..].iter().all(buried));
}

#[test]
fn a_pack_has_its_own_order_and_a_query_changes_it() {
    let plain = items(&["Crime", "Crime", "Crime", "War"]);
    let cap = Rerank {
        caps: Some(vec![Cap {
            attribute: "genre".into(),
            at_most: 1,
        }]),
        ..Rerank::default()
    };
    let data = popularity_only(plain.len());
    let mut settings = support::personal(0.4, 0.6);
    settings.rerank = cap.clone();
    let mut manifest = support::manifest(plain.len(), Weights::DEFAULT, Some(settings));
    manifest.content.rerank = cap;
    let json = serde_json::to_string(&manifest).unwrap();
    assert_eq!(
        serde_json::from_str::<aftershow_core::Manifest>(&json).unwrap(),
        manifest
    );
    let engine = support::attached(manifest, &plain, TERMS, Some(&data));
    let person = Query::person(Person {
        history: vec![Event::of(id(0))],
        genres: vec![],
    });
    assert_eq!(rows(&answer(&engine, &person).items), [1, 3, 2]);
    let plain_order = Rerank {
        caps: Some(vec![]),
        ..Rerank::default()
    };
    let query = Query {
        rerank: plain_order,
        ..person
    };
    assert_eq!(rows(&answer(&engine, &query).items), [1, 2, 3]);
    // What is popular has no order of the pack's own.
    assert_eq!(rows(&answer(&engine, &Query::popular()).items), [0, 1, 2, 3]);
    let Outcome::Answer(found) = engine.answer(&Query::similar(id(0))).unwrap() else {
        panic!()
    };
    assert_eq!(
        found.items.iter().map(|item| row_of(&item.card.id)).collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn every_knob_has_its_range() {
    let engine = small();
    let named = |rerank: Rerank| match engine.recommend(&Query {
        rerank,
        ..Query::popular()
    }) {
        Err(QueryError::InvalidParameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    for bad in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        let share = Some(bad);
        assert_eq!(
            named(Rerank {
                diversity: share,
                ..Rerank::default()
            }),
            "diversity"
        );
        assert_eq!(
            named(Rerank {
                calibration: share,
                ..Rerank::default()
            }),
            "calibration"
        );
        assert_eq!(
            named(Rerank {
                freshness: share,
                ..Rerank::default()
            }),
            "freshness"
        );
        assert_eq!(
            named(Rerank {
                popularity_damping: share,
                ..Rerank::default()
            }),
            "popularity_damping"
        );
        let query = Query {
            watching_weight: bad,
            ..Query::popular()
        };
        assert_eq!(engine.recommend(&query).unwrap_err().code(), "invalid_parameter");
        for candidates in [
            vec![(id(0), Some(if bad == 1.1 { 1.1e6 } else { bad }))],
            vec![(id(0), None); 1_001],
        ] {
            assert_eq!(
                engine.rerank(&candidates, &Query::popular()).unwrap_err().code(),
                "invalid_parameter"
            );
        }
    }
    let caps = |attribute: &str, at_most, count| Rerank {
        caps: Some(vec![
            Cap {
                attribute: attribute.into(),
                at_most
            };
            count
        ]),
        ..Rerank::default()
    };
    assert_eq!(named(caps("genre", 0, 1)), "caps");
    assert_eq!(named(caps("genre", 201, 1)), "caps");
    assert_eq!(named(caps("genre", 1, 11)), "caps");
    let unknown = engine.recommend(&Query {
        rerank: caps("franchise", 1, 1),
        ..Query::popular()
    });
    assert_eq!(unknown.unwrap_err().code(), "unknown_name");
    let boost = |factor, count| Rerank {
        boosts: Some(vec![Boost { id: id(0), factor }; count]),
        ..Rerank::default()
    };
    for bad in [boost(-1.0, 1), boost(100.1, 1), boost(f32::NAN, 1), boost(1.0, 1_001)] {
        assert_eq!(named(bad), "boosts");
    }
    assert_eq!(
        named(Rerank {
            pins: Some(vec![id(0); 101]),
            ..Rerank::default()
        }),
        "pins"
    );
    assert_eq!(
        named(Rerank {
            bury: Some(vec![id(0); 1_001]),
            ..Rerank::default()
        }),
        "bury"
    );
    assert!(serde_json::from_str::<Rerank>(r#"{"diversty":1}"#).is_err());
}

#[test]
fn what_is_being_watched_counts_beside_the_person() {
    let engine = small();
    let fan = Person::who_liked([id(0)]);
    let ask = |person: &Person, weight| {
        answer(
            &engine,
            &Query {
                watching: Some(id(2)),
                watching_weight: weight,
                ..Query::person(person.clone())
            },
        )
    };
    // 0 likes Crime and watches War.
    let found = ask(&fan, 0.75);
    assert_eq!(rows(&found.items), [4, 1, 3]);
    assert_eq!(found.items[0].source, Source::Watching);
    let scores: Vec<_> = found
        .items
        .iter()
        .map(|item| (item.score, item.watching_score))
        .collect();
    assert_eq!(scores, [(0.75, Some(1.0)), (0.25, Some(0.0)), (0.25, Some(0.0))]);
    assert_eq!((found.watching_weight, found.total), (Some(0.75), 3));
    assert_eq!(rows(&ask(&fan, 0.25).items), [1, 3, 4]);
    assert_eq!(rows(&ask(&fan, 0.0).items), rows(&ask(&fan, 0.25).items));
    // Of a stranger only that is known.
    let stranger = ask(&Person::default(), 0.1);
    assert_eq!(rows(&stranger.items), [4, 0, 1, 3]);
    assert_eq!((stranger.items[0].score, stranger.watching_weight), (1.0, Some(1.0)));
    // What the pack lacks is counted.
    let unknown = Query {
        watching: Some(ItemId::Int(5)),
        ..Query::person(fan)
    };
    let found = answer(&engine, &unknown);
    assert_eq!(
        (rows(&found.items), found.unknown_items, found.watching_weight),
        (vec![1, 3, 2, 4], 1, None)
    );
}
