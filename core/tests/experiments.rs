//! Experiments: who gets which variant, what it changes, and whose item is whose in an interleaved list.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use aftershow_core::{
    BlendPatch, Engine, Experiment, ItemId, Manifest, Outcome, Part, Person, Query, QueryError, Recommendations,
    Recommended, Rerank, Team, Variant, VariantName, Weights, WeightsPatch, interleave,
    pack::{CollaborativeData, PartEntry},
};
use proptest::prelude::*;
use support::{answer, cases::TERMS, id, popularity_only};

fn experiment(name: &str, shares: &[f32]) -> Experiment {
    let variant = |(at, share): (usize, &f32)| Variant {
        name: format!("variant {at}"),
        share: *share,
        ..Variant::default()
    };
    Experiment {
        name: name.into(),
        variants: shares.iter().enumerate().map(variant).collect(),
    }
}

#[test]
fn shares_are_respected_and_experiments_are_independent() {
    const VISITORS: usize = 40_000;
    let shares = [0.5f32, 0.3, 0.2, 0.0];
    let (one, two) = (experiment("one", &shares), experiment("two", &shares));
    let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let visitors: Vec<String> = (0..VISITORS).map(|i| format!("visitor-{i}")).collect();
    for visitor in &visitors {
        let pair = (one.assign(visitor).unwrap(), two.assign(visitor).unwrap());
        *counts.entry((&pair.0.name, &pair.1.name)).or_default() += 1.0;
    }
    // Of all nine pairs the chi-square statistic: 8 degrees of freedom, and 26.1 is exceeded once in a thousand times.
    let (mut statistic, mut pairs) = (0.0, 0);
    for a in &one.variants[..3] {
        for b in &two.variants[..3] {
            let expected = f64::from(a.share) * f64::from(b.share) * VISITORS as f64;
            let found = counts.get(&(a.name.as_str(), b.name.as_str())).copied().unwrap_or(0.0);
            statistic += (found - expected).powi(2) / expected;
            pairs += 1;
        }
    }
    assert!(statistic < 26.1, "{statistic}");
    // Nobody gets what has no share.
    assert_eq!(counts.len(), pairs);
    // A wider first variant keeps its visitors.
    let wider = experiment("one", &[0.6, 0.2, 0.2, 0.0]);
    let first = |of: &Experiment, visitor: &&String| of.assign(visitor).unwrap().name == "variant 0";
    assert!(
        visitors
            .iter()
            .filter(|visitor| first(&one, visitor))
            .all(|visitor| first(&wider, &visitor))
    );
}

#[test]
fn an_assignment_is_for_ever() {
    let experiment = experiment("homepage", &[0.25, 0.25, 0.5]);
    let of = |visitor: &str| experiment.assign(visitor).unwrap().name.clone();
    // Made once; who changes these gives visitors another variant.
    let names: Vec<String> = ["", "a", "123e4567-e89b-12d3-a456-426614174000", "é", "visitor-7"]
        .map(of)
        .into();
    assert_eq!(names, ["variant 1", "variant 2", "variant 2", "variant 1", "variant 0"]);
    assert_eq!(Experiment::default().assign("a"), None);
}

#[test]
fn a_variant_stands_for_the_packs_own_values_and_the_answer_names_it() {
    let (plain, data) = support::large(400, 16, 10);
    let mut manifest = support::manifest(plain.len(), Weights::DEFAULT, Some(support::personal(0.4, 0.6)));
    let mut own = experiment("mix", &[0.5, 0.5]);
    own.variants[1].weights = WeightsPatch {
        genre: Some(1.0),
        text: Some(0.0),
        ..WeightsPatch::default()
    };
    own.variants[1].blend = BlendPatch {
        content: Some(1.0),
        collaborative: Some(0.0),
    };
    own.variants[1].rerank = Rerank {
        diversity: Some(0.5),
        ..Rerank::default()
    };
    manifest.experiments = vec![own];
    let json = serde_json::to_string(&manifest).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
    let engine = support::attached(manifest, &plain, 5000, Some(&data));
    let named = |variant: &str| {
        Some(VariantName {
            experiment: "mix".into(),
            variant: variant.into(),
        })
    };
    let person = Query::person(Person::who_liked([id(3), id(5)]));
    let with = |variant: &str| Query {
        variant: named(variant),
        ..person.clone()
    };
    let (first, second) = (answer(&engine, &with("variant 0")), answer(&engine, &with("variant 1")));
    assert_eq!(
        (first.variant, second.variant),
        (named("variant 0"), named("variant 1"))
    );
    assert_eq!(first.items, answer(&engine, &person).items);
    let by_hand = Query {
        weights: WeightsPatch {
            genre: Some(1.0),
            text: Some(0.0),
            ..WeightsPatch::default()
        },
        blend: BlendPatch {
            content: Some(1.0),
            collaborative: Some(0.0),
        },
        rerank: Rerank {
            diversity: Some(0.5),
            ..Rerank::default()
        },
        ..person.clone()
    };
    assert_eq!(second.items, answer(&engine, &by_hand).items);
    // What a query asks for itself counts for more.
    let plain_order = Query {
        rerank: Rerank {
            diversity: Some(0.0),
            ..Rerank::default()
        },
        ..with("variant 1")
    };
    assert_ne!(answer(&engine, &plain_order).items, second.items);
    let similar = |variant| match engine
        .answer(&Query {
            variant,
            ..Query::similar(id(3))
        })
        .unwrap()
    {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    };
    assert_eq!(similar(named("variant 1")).weights.text, 0.0);
    assert_eq!(similar(named("variant 0")).items, similar(None).items);
    let error = |experiment: &str, variant: &str| {
        let variant = Some(VariantName {
            experiment: experiment.into(),
            variant: variant.into(),
        });
        match engine.recommend(&Query {
            variant,
            ..person.clone()
        }) {
            Err(QueryError::UnknownName(unknown)) => (unknown.attribute, unknown.near),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(error("mx", "variant 0"), ("experiment".into(), vec!["mix".into()]));
    assert_eq!(error("mix", "variant 2").0, "variant");
    let long = error("mix", &"x".repeat(128));
    assert!(long.1.is_empty());
    let variant = Some(VariantName {
        experiment: "mix".into(),
        variant: "x".repeat(129),
    });
    assert_eq!(
        engine.recommend(&Query { variant, ..person }).unwrap_err().code(),
        "invalid_parameter"
    );
}

#[test]
fn experiments_that_make_no_sense_are_refused() {
    let plain = vec![support::Plain::default()];
    let opened = |experiments: Vec<Experiment>| {
        let mut manifest = support::manifest(1, Weights::DEFAULT, None);
        manifest.experiments = experiments;
        manifest.check().map_err(|error| error.code())
    };
    assert_eq!(opened(vec![experiment("a", &[0.5, 0.5])]), Ok(()));
    let with = |change: &dyn Fn(&mut Experiment)| {
        let mut changed = experiment("a", &[0.5, 0.5]);
        change(&mut changed);
        vec![changed]
    };
    let bad = [
        with(&|e| e.name.clear()),
        with(&|e| e.name = "x".repeat(65)),
        with(&|e| e.variants.clear()),
        with(&|e| e.variants[0].share = f32::NAN),
        with(&|e| e.variants[0].share = 0.6),
        with(&|e| e.variants[1].name = "variant 0".into()),
        with(&|e| e.variants[1].rerank.diversity = Some(2.0)),
        with(&|e| e.variants[1].rerank.pins = Some(vec![])),
        with(&|e| e.variants[1].weights.genre = Some(-1.0)),
        with(&|e| {
            e.variants[1].blend = BlendPatch {
                content: Some(0.0),
                collaborative: Some(0.0),
            }
        }),
        vec![experiment("a", &[1.0]), experiment("a", &[1.0])],
        (0..21).map(|i| experiment(&i.to_string(), &[1.0])).collect(),
        vec![experiment("a", &[0.05; 21])],
    ];
    for experiments in bad {
        assert_eq!(opened(experiments.clone()), Err("pack_manifest"), "{experiments:?}");
    }
    for rerank in [
        Rerank {
            pins: Some(vec![id(0)]),
            ..Rerank::default()
        },
        Rerank {
            freshness: Some(-1.0),
            ..Rerank::default()
        },
    ] {
        let mut manifest = support::manifest(1, Weights::DEFAULT, None);
        manifest.content.rerank = rerank;
        assert_eq!(manifest.check().unwrap_err().code(), "pack_manifest");
    }
    drop(support::engine(
        &plain,
        TERMS,
        Weights::DEFAULT,
        Some((&popularity_only(1), 0.5)),
    ));
}

fn ids(rows: &[u64]) -> Vec<ItemId> {
    rows.iter().map(|row| ItemId::Int(*row)).collect()
}

proptest! {
    #[test]
    fn an_interleaved_list_is_fair(
        a in prop::collection::vec(0u64..30, 0..20),
        b in prop::collection::vec(0u64..30, 0..20),
        seed in any::<u64>(),
    ) {
        let unique = |rows: &[u64]| {
            let mut known = BTreeSet::new();
            rows.iter().copied().filter(|row| known.insert(*row)).collect::<Vec<_>>()
        };
        let (a, b) = (ids(&unique(&a)), ids(&unique(&b)));
        let drafted = interleave(&a, &b, seed);
        prop_assert_eq!(&drafted, &interleave(&a, &b, seed));
        let item = |(place, team): &(usize, Team)| (if *team == Team::A { &a } else { &b })[*place].clone();
        let list: Vec<(ItemId, Team)> = drafted.iter().map(|one| (item(one), one.1)).collect();
        let drafted: BTreeSet<&ItemId> = list.iter().map(|(id, _)| id).collect();
        prop_assert_eq!(drafted.len(), list.len());
        for end in 0..=list.len() {
            let of = |team| list[..end].iter().filter(|(_, own)| *own == team).count();
            prop_assert!(of(Team::A).abs_diff(of(Team::B)) <= 1);
        }
        for (at, (id, team)) in list.iter().enumerate() {
            let before: Vec<&ItemId> = list[..at].iter().map(|(id, _)| id).collect();
            let own = if *team == Team::A { &a } else { &b };
            prop_assert_eq!(own.iter().find(|id| !before.contains(id)), Some(id));
        }
        // It ends where one of them has nothing left.
        prop_assert!([&a, &b].iter().any(|own| own.iter().all(|id| drafted.contains(id))));
    }
}

#[test]
fn equal_rankings_get_equal_credit() {
    let ranking = ids(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let other = ids(&[2, 1, 4, 3, 6, 5, 8, 7, 10, 9]);
    for (a, b) in [(&ranking, &ranking), (&ranking, &other)] {
        // Of a reader who always takes the third place.
        let credits = (0..10_000u64)
            .filter(|seed| interleave(a, b, *seed)[2].1 == Team::A)
            .count();
        assert!(credits.abs_diff(5_000) < 200, "{credits}");
        // Whoever wants what stands first in A alone gives A the credit, whenever it is A's.
        let first = (0..10_000u64)
            .filter(|seed| interleave(a, b, *seed)[0].1 == Team::A)
            .count();
        assert!(first.abs_diff(5_000) < 200, "{first}");
    }
}

fn named(experiment: &str, variant: &str) -> Option<VariantName> {
    Some(VariantName {
        experiment: experiment.into(),
        variant: variant.into(),
    })
}

/// An engine whose experiment `model` has a variant with a model of its own, not attached yet; and that model's data.
fn two_models() -> (Engine, Engine, CollaborativeData) {
    let (plain, data) = support::large(400, 16, 10);
    let (_, other) = support::large(400, 8, 3);
    let mut manifest = support::manifest(plain.len(), Weights::DEFAULT, Some(support::personal(0.4, 0.6)));
    let other_alone = support::attached(manifest.clone(), &plain, 5000, Some(&other));
    manifest.parts.push(PartEntry {
        kind: "model".into(),
        name: "other".into(),
        file: "model.other.bin".into(),
        ..manifest.parts[0].clone()
    });
    let mut experiment = experiment("model", &[0.5, 0.5]);
    experiment.variants[1].model = Some("other".into());
    manifest.experiments = vec![experiment];
    (
        support::attached(manifest, &plain, 5000, Some(&data)),
        other_alone,
        other,
    )
}

#[test]
fn a_variant_may_have_a_model_of_its_own_which_is_read_when_it_is_asked_for() {
    let (mut engine, other_alone, other) = two_models();
    let person = Query::person(Person::who_liked([id(3), id(5)]));
    let with = |variant: &str| Query {
        variant: named("model", variant),
        ..person.clone()
    };
    let own = answer(&engine, &person);
    assert_eq!(answer(&engine, &with("variant 0")).items, own.items);
    match engine.recommend(&with("variant 1")).unwrap() {
        Outcome::NeedParts(parts) => {
            let [file] = &parts[..] else { panic!("{parts:?}") };
            assert_eq!((file.part, file.file.as_str()), (Part::Model(0), "model.other.bin"));
            assert_eq!(engine.manifest().part_named(&file.file), Some(Part::Model(0)));
        }
        Outcome::Answer(answer) => panic!("{answer:?}"),
    }
    engine.attach(Part::Model(0), support::model(&other)).unwrap();
    let of_other = answer(&engine, &with("variant 1"));
    assert_eq!(of_other.items, answer(&other_alone, &person).items);
    assert_ne!(of_other.items, own.items);
    assert_eq!(answer(&engine, &person).items, own.items);
    // A model that isn't the pack's is no variant's.
    let mut manifest = engine.manifest().clone();
    manifest.experiments[0].variants[1].model = Some("another".into());
    assert_eq!(manifest.check().unwrap_err().code(), "pack_manifest");
}

#[test]
fn an_interleaved_list_is_drafted_from_both_and_pages_never_repeat() {
    let (mut engine, _, other) = two_models();
    engine.attach(Part::Model(0), support::model(&other)).unwrap();
    let person = Query {
        n: 100,
        reasons: true,
        ..Query::person(Person::who_liked([id(3), id(5)]))
    };
    let ids = |of: &Recommendations| of.items.iter().map(|item| item.card.id.clone()).collect::<Vec<_>>();
    let alone = |variant| {
        answer(
            &engine,
            &Query {
                variant: named("model", variant),
                ..person.clone()
            },
        )
    };
    let (a, b) = (alone("variant 0"), alone("variant 1"));
    let drafted = |visitor: &str, n, offset| {
        answer(
            &engine,
            &Query {
                n,
                offset,
                variant: named("model", "variant 0"),
                against: named("model", "variant 1"),
                visitor: Some(visitor.into()),
                ..person.clone()
            },
        )
    };
    let mut lists = BTreeSet::new();
    for visitor in ["ann", "ben", "carla", "dan"] {
        let found = drafted(visitor, 60, 0);
        assert_eq!(
            (&found.variant, &found.against),
            (&named("model", "variant 0"), &named("model", "variant 1"))
        );
        // Each item is as the team's own list has it, which has nothing better that the list lacks.
        let mut best = ids(&found);
        for item in &found.items {
            let list = if item.team == Some(Team::A) { &a } else { &b };
            let own = list
                .items
                .iter()
                .find(|own| own.card.id == item.card.id)
                .expect("of the team's list");
            assert_eq!(
                *own,
                Recommended {
                    team: None,
                    ..item.clone()
                }
            );
        }
        let teams = found.items.iter().map(|item| item.team == Some(Team::A));
        assert_eq!(teams.filter(|is_a| *is_a).count(), 30);
        lists.insert(best.clone());
        let pages: Vec<ItemId> = (0..6).flat_map(|page| ids(&drafted(visitor, 10, 10 * page))).collect();
        assert_eq!(pages, best);
        best.sort();
        best.dedup();
        assert_eq!(best.len(), 60);
    }
    assert!(lists.len() > 1, "every visitor has the same coins");
    let end = |offset| {
        engine.recommend(&Query {
            n: 10,
            offset,
            against: named("model", "variant 1"),
            ..person.clone()
        })
    };
    assert!(end(190).is_ok());
    assert_eq!(end(191).unwrap_err().code(), "invalid_parameter");
    let candidates = Query {
        against: named("model", "variant 1"),
        ..person.clone()
    };
    let refused = engine.rerank(&[], &candidates).unwrap_err();
    assert_eq!(refused.code(), "invalid_parameter", "candidates are not interleaved");
}
