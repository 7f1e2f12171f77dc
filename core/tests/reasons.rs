//! Reasons: they are the parts of the score, and what they state can be computed again.

mod support;

use std::collections::BTreeMap;

use aftershow_core::{
    Boost, Event, GenrePreference, ItemId, ItemIx, Outcome, Person, Query, Reason, ReasonKind, Recommended, Rerank,
    Seed, Source, Weights, Wording,
    kernel::{Features, Index, PersonVector, Profile, contributions::contributions, factors::add_sparse},
    pack::{Collaborative, CollaborativeData, Container, PersonFactors, layout::kind},
};
use proptest::prelude::*;
use support::{
    Plain, answer,
    cases::{Case, TERMS, between, case},
    id, popularity_only, row_of,
};

fn share(reasons: &[Reason], kinds: &[ReasonKind]) -> f64 {
    let of_kind = reasons.iter().filter(|reason| kinds.contains(&reason.kind));
    of_kind.map(|reason| reason.share).sum()
}

fn adds_up(reasons: &[Reason]) -> Result<(), TestCaseError> {
    let sum: f64 = reasons.iter().map(|reason| reason.share).sum();
    prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}: {reasons:?}");
    prop_assert!(reasons.iter().all(|reason| (0.0..=1.0).contains(&reason.share)));
    let pinned = usize::from(reasons[0].kind == ReasonKind::Pinned && reasons.len() > 1);
    prop_assert!(
        reasons[pinned..]
            .windows(2)
            .all(|pair| pair[0].share >= pair[1].share - 1e-5),
        "{reasons:?}"
    );
    for reason in reasons {
        prop_assert!(reason.names.len() <= 3 && (reason.ids.is_empty() || reason.ids.len() == reason.names.len()));
        prop_assert_eq!(
            reason.contributions.is_empty(),
            reason.kind != ReasonKind::History || reason.ids.is_empty()
        );
    }
    let sentence = Wording::english().sentence(reasons).unwrap_or_default();
    let right = !sentence.is_empty() && !sentence.contains(['{', '}']);
    prop_assert!(right, "{}", sentence);
    Ok(())
}

/// The unscaled sum of the model for a history, for every item.
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

/// What 16 bits of a person's vector, and single precision, may make of a sum.
fn error(data: &CollaborativeData, history: &[(ItemIx, f32)]) -> f64 {
    let value = |row: usize, k: usize, scale: f32| f64::from(scale) * f64::from(data.item_factors[row * data.rank + k]);
    let size = |row: usize| {
        (0..data.rank)
            .map(|k| value(row, k, data.item_scales[row]).abs())
            .sum::<f64>()
    };
    let most = (0..data.items).map(size).fold(0.0, f64::max);
    let entries: f64 = history
        .iter()
        .map(|(item, weight)| {
            let (_, codes) = data.sparse.row(item.at());
            let most = codes.iter().map(|code| f64::from(*code).abs()).fold(0.0, f64::max);
            f64::from(*weight) * f64::from(data.sparse.scales[item.at()]) * most
        })
        .sum();
    let scales = match &data.person {
        PersonFactors::Linear { scales } => scales,
        PersonFactors::Ridge { .. } => &data.item_scales,
    };
    let vector: f64 = history
        .iter()
        .map(|(item, weight)| f64::from(*weight) * f64::from(scales[item.at()]) * 128.0)
        .sum();
    vector * most / 65_534.0 * 2.0 + (vector * most + entries) * 1e-5 + 1e-6
}

fn liked(case: &Case) -> Vec<(ItemIx, f32)> {
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for (row, weight) in case.history.iter().filter(|(row, _)| *row < case.plain.len()) {
        *sums.entry(*row).or_default() += f64::from(*weight);
    }
    let sums = sums.into_iter().map(|(row, sum)| (ItemIx(row as u32), sum as f32));
    sums.filter(|(_, weight)| *weight > 0.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn shares_are_those_of_the_score(
        case in case(),
        watching in prop::option::of(0usize..70),
        boost in prop_oneof![Just(1.0f32), between(0.5, 4.0)],
    ) {
        let engine = case.engine();
        let boosted = id(1 % case.plain.len());
        let query = Query {
            reasons: true,
            watching: watching.map(id),
            rerank: Rerank {
                boosts: Some(vec![Boost { id: boosted.clone(), factor: boost }]),
                pins: Some(vec![id(0)]),
                ..Rerank::default()
            },
            ..case.query()
        };
        let found = answer(&engine, &query);
        let without = answer(&engine, &Query { reasons: false, ..query.clone() });
        for (item, without) in found.items.iter().zip(&without.items) {
            // Reasons change nothing.
            prop_assert_eq!(&Recommended { reasons: vec![], ..item.clone() }, without);
            adds_up(&item.reasons)?;
            let factor = if item.card.id == boosted { f64::from(boost).max(1.0) } else { 1.0 };
            let pinned = item.reasons.iter().any(|reason| reason.kind == ReasonKind::Pinned);
            prop_assert_eq!(pinned, item.card.id == id(0));
            if item.source == Source::Popular {
                prop_assert!((share(&item.reasons, &[ReasonKind::Popular]) - 1.0 / factor).abs() < 1e-5);
                continue;
            }
            let weight = f64::from(found.watching_weight.unwrap_or(0.0));
            let of_others = (1.0 - weight) * f64::from(found.weights.collaborative) * item.collaborative_score;
            let of_content = (1.0 - weight) * f64::from(found.weights.content) * item.content_score;
            let of_watching = weight * item.watching_score.unwrap_or(0.0);
            let whole = (of_others + of_content + of_watching) * factor;
            // A score that is next to nothing says nothing of shares that are rounded.
            if whole < 1e-3 { continue; }
            let near = |found: f64, expected: f64| (found - expected / whole).abs() < 3e-3;
            let boosts = share(&item.reasons, &[ReasonKind::Boost]);
            prop_assert!((boosts - (1.0 - 1.0 / factor)).abs() < 1e-5, "{item:?}");
            prop_assert!(near(share(&item.reasons, &[ReasonKind::History]), of_others), "{item:?}");
            prop_assert!(near(share(&item.reasons, &[ReasonKind::Watching]), of_watching), "{item:?}");
            let content = [
                ReasonKind::Genres, ReasonKind::PreferredGenres, ReasonKind::Attribute, ReasonKind::Terms, ReasonKind::Year,
            ];
            prop_assert!(near(share(&item.reasons, &content), of_content), "{item:?}");
        }
        for row in 0..case.plain.len().min(5) {
            let query = Query { n: 50, reasons: true, ..Query::similar(id(row)) };
            let Outcome::Answer(found) = engine.answer(&query).unwrap() else { panic!() };
            for item in &found.items {
                adds_up(&item.reasons)?;
                let sum = f64::from(found.weights.genre) * item.parts.genre + f64::from(found.weights.text) * item.parts.text
                    + f64::from(found.weights.metadata) * item.parts.metadata + f64::from(found.weights.year) * item.parts.year;
                if sum < 1e-3 { continue; }
                let near = |kinds: &[ReasonKind], part: f64| (share(&item.reasons, kinds) - part / sum).abs() < 3e-3;
                prop_assert!(near(&[ReasonKind::Genres], f64::from(found.weights.genre) * item.parts.genre));
                prop_assert!(near(&[ReasonKind::Terms], f64::from(found.weights.text) * item.parts.text));
                prop_assert!(near(&[ReasonKind::Attribute], f64::from(found.weights.metadata) * item.parts.metadata));
                let genres = item.reasons.iter().find(|reason| reason.kind == ReasonKind::Genres);
                prop_assert!(genres.is_none_or(|reason| reason.names == item.shared_genres[..item.shared_genres.len().min(3)]));
            }
        }
    }

    #[test]
    fn without_an_item_the_sum_is_lower_by_what_the_reason_states(case in case()) {
        let history = liked(&case);
        prop_assume!(!history.is_empty());
        let part = Container::open(support::model(&case.data), kind::COLLABORATIVE).unwrap();
        let model = Collaborative::open(&part).unwrap();
        let items: Vec<ItemIx> = (0..case.plain.len() as u32).map(ItemIx).collect();
        let mut all = vec![BTreeMap::new(); items.len()];
        contributions(&model, &model.sparse_ends(), &history, &items, &mut |at, item, score| {
            all[at].insert(item, f64::from(score));
        });
        let whole = sums(&model, &history);
        let bound = error(&case.data, &history);
        for (target, parts) in all.iter().enumerate() {
            let sum: f64 = parts.values().sum();
            prop_assert!((sum - f64::from(whole[target])).abs() <= bound, "{sum} of {}: {bound}", whole[target]);
        }
        if matches!(case.data.person, PersonFactors::Linear { .. }) {
            for (at, (item, _)) in history.iter().enumerate() {
                let mut rest = history.clone();
                rest.remove(at);
                let without = sums(&model, &rest);
                for target in 0..items.len() {
                    let lower = f64::from(whole[target]) - f64::from(without[target]);
                    prop_assert!((lower - all[target][item]).abs() <= 2.0 * bound, "{lower} and not {}", all[target][item]);
                }
            }
        }
        // What an answer states are these.
        let engine = case.engine();
        let query = Query { reasons: true, include_seen: true, ..case.query() };
        for item in &answer(&engine, &query).items {
            for reason in item.reasons.iter().filter(|reason| reason.kind == ReasonKind::History) {
                for (id, stated) in reason.ids.iter().zip(&reason.contributions) {
                    let known = all[row_of(&item.card.id)][&ItemIx(row_of(id) as u32)];
                    prop_assert!((stated - known).abs() < 1e-5 * known.abs().max(1.0));
                }
            }
        }
    }

    #[test]
    fn the_parts_of_a_profile_add_up_to_its_scores(case in case()) {
        let part = Container::open(support::features(&case.plain, TERMS), kind::FEATURES).unwrap();
        let features = Features::open(&part).unwrap();
        let index = Index::new(&features);
        let (mut profile, _) = Profile::liked(&features, &index, &liked(&case), &case.weights);
        let genres: Vec<(usize, f32)> = (0..features.items.genre().unwrap().values.len()).map(|at| (at, 0.5)).collect();
        profile.add_preferred(&features, &index, &genres, 2.0);
        for (row, score) in profile.scores(&index).iter().enumerate() {
            let (item, items) = (ItemIx(row as u32), &features.items);
            let sum: f32 = profile.genre_parts(items, &index, item).map(|(_, part)| part)
                .chain(profile.preferred_parts(items, item).map(|(_, part)| part))
                .chain(profile.term_parts(&features, item).map(|(_, part)| part))
                .chain(profile.metadata_parts(items, item).map(|(_, part)| part))
                .chain([profile.year_part(items, item)])
                .sum();
            prop_assert!((sum - score).abs() < 1e-5, "{sum} and not {score}");
        }
    }
}

#[test]
fn a_reason_names_what_it_is_about() {
    let item = |genre: &str, platform: &str, term: u16| Plain {
        genres: vec![genre.into()],
        metadata: [Some(platform.into()), None, None],
        text: vec![(term, 1.0)],
        ..Plain::default()
    };
    let plain = [
        item("Crime", "HBO", 3),
        item("Crime", "HBO", 3),
        item("War", "HBO", 4),
        item("Comedy", "BBC", 5),
    ];
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, Some((&popularity_only(4), 0.4)));
    let Outcome::Answer(found) = engine
        .answer(&Query {
            reasons: true,
            ..Query::similar(id(0))
        })
        .unwrap()
    else {
        panic!()
    };
    let shown = |reasons: &[Reason]| -> Vec<(ReasonKind, String)> {
        let wording = Wording::english();
        reasons
            .iter()
            .map(|reason| (reason.kind, reason.sentence(&wording).unwrap()))
            .collect()
    };
    assert_eq!(
        shown(&found.items[0].reasons),
        [
            (ReasonKind::Terms, "Also about term00003".into()),
            (ReasonKind::Genres, "More Crime".into()),
            (ReasonKind::Attribute, "Same platform: HBO".into()),
        ]
    );
    assert_eq!(
        shown(&found.items[1].reasons),
        [(ReasonKind::Attribute, "Same platform: HBO".into())]
    );
    assert_eq!(
        serde_json::to_value(&found.items[0].reasons[2]).unwrap(),
        serde_json::json!({
            "kind": "attribute", "attribute": "platform", "names": ["HBO"], "share": 0.1,
        })
    );
    let person = Person {
        history: vec![],
        genres: vec![GenrePreference {
            genre: "War".into(),
            weight: 1.0,
        }],
    };
    let query = |seed| Query {
        seed,
        reasons: true,
        ..Query::popular()
    };
    let found = answer(&engine, &query(Seed::Person(person)));
    assert_eq!(
        shown(&found.items[0].reasons),
        [(ReasonKind::PreferredGenres, "Because you like War".into())]
    );
    assert_eq!(
        shown(&found.items[1].reasons),
        [(ReasonKind::Popular, "Popular with everyone".into())]
    );
    let watched = Person {
        history: vec![Event::of(id(3))],
        genres: vec![],
    };
    let found = answer(
        &engine,
        &Query {
            watching: Some(id(0)),
            ..query(Seed::Person(watched))
        },
    );
    assert_eq!(
        shown(&found.items[0].reasons),
        [(ReasonKind::Watching, "Because you are watching Item 0".into())]
    );
    assert_eq!(found.items[0].reasons[0].ids, [id(0)]);
    // A pin says where the place comes from; without a score it is all there is to say.
    let pinned = Rerank {
        pins: Some(vec![id(3), id(1)]),
        ..Rerank::default()
    };
    let similar = Query {
        rerank: pinned,
        reasons: true,
        ..Query::similar(id(0))
    };
    let Outcome::Answer(found) = engine.answer(&similar).unwrap() else {
        panic!()
    };
    let shares: Vec<f64> = found.items[0].reasons.iter().map(|reason| reason.share).collect();
    assert_eq!(
        (found.items[0].reasons[0].kind, &shares[..]),
        (ReasonKind::Pinned, &[1.0][..])
    );
    let first = &found.items[1].reasons[0];
    assert_eq!(
        (first.kind, first.share, found.items[1].reasons.len()),
        (ReasonKind::Pinned, 0.0, 4)
    );
    // The caller's own score is the caller's own reason.
    let candidates: Vec<(ItemId, Option<f32>)> = vec![(id(2), Some(0.5))];
    let Outcome::Answer(found) = engine.rerank(&candidates, &query(Seed::Popular)).unwrap() else {
        panic!()
    };
    assert_eq!(
        shown(&found.page.items[0].reasons),
        [(ReasonKind::Given, "Matches your search".into())]
    );
}
