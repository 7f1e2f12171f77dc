//! Filters against a walk over every item.

mod support;

use aftershow_core::{
    Engine, Filter, ItemId, Outcome, Query, QueryError, Recommended, Scored, Seed, Source, Span, UnknownName, Weights,
};
use proptest::prelude::*;
use support::{
    METADATA, Plain, answer,
    cases::{GENRES, TERMS, case},
    id, pages, popularity_only, row_of,
};

fn span(span: &Span, value: u16) -> bool {
    value > 0 && span.min.is_none_or(|min| value >= min) && span.max.is_none_or(|max| value <= max)
}

/// The definition.
fn passes(filter: &Filter, item: &Plain, row: usize) -> bool {
    let values = |name: &str| match METADATA.iter().position(|known| *known == name) {
        Some(at) => item.metadata[at].clone().into_iter().collect(),
        None => item.genres.clone(),
    };
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| passes(filter, item, row)),
        Filter::Any(filters) => filters.iter().any(|filter| passes(filter, item, row)),
        Filter::Not(filter) => !passes(filter, item, row),
        Filter::Attribute { name, any } => any.iter().any(|wanted| values(name).contains(wanted)),
        Filter::AttributeAll { name, all } => all.iter().all(|wanted| values(name).contains(wanted)),
        Filter::Year(years) => span(years, item.year),
        Filter::Runtime(minutes) => span(minutes, item.runtime),
        Filter::Rating { min } => item.rating.is_some_and(|rating| rating as f32 >= *min),
        Filter::Ids(ids) => ids.contains(&id(row)),
    }
}

/// A filter that names only what some item of the catalogue has.
fn filter(plain: &[Plain]) -> BoxedStrategy<Filter> {
    let mut genres: Vec<String> = plain.iter().flat_map(|item| item.genres.clone()).collect();
    genres.sort();
    genres.dedup();
    let mut attributes = vec![("genre", genres)];
    for (at, name) in METADATA.into_iter().enumerate() {
        let mut values: Vec<String> = plain.iter().filter_map(|item| item.metadata[at].clone()).collect();
        values.sort();
        values.dedup();
        attributes.push((name, values));
    }
    attributes.retain(|(_, values)| !values.is_empty());
    let some = prop_oneof![Just(None), (1980u16..2040).prop_map(Some)];
    let years = (some.clone(), some).prop_map(|(min, max)| Filter::Year(Span { min, max }));
    let some = prop_oneof![Just(None), (0u16..220).prop_map(Some)];
    let minutes = (some.clone(), some).prop_map(|(min, max)| Filter::Runtime(Span { min, max }));
    let rating = (0u16..=100).prop_map(|tenths| Filter::Rating {
        min: f32::from(tenths) / 10.0,
    });
    let ids = prop::collection::vec(0..plain.len() + 3, 0..12)
        .prop_map(|rows| Filter::Ids(rows.into_iter().map(id).collect()));
    let mut leaf = prop_oneof![years, minutes, rating, ids].boxed();
    if !attributes.is_empty() {
        let on_attribute = prop::sample::select(attributes).prop_flat_map(|(name, values)| {
            let chosen = prop::collection::vec(prop::sample::select(values), 0..4);
            (chosen, any::<bool>()).prop_map(move |(values, all)| match all {
                true => Filter::AttributeAll {
                    name: name.into(),
                    all: values,
                },
                false => Filter::any_of(name, values),
            })
        });
        leaf = prop_oneof![leaf, on_attribute].boxed();
    }
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Any),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

fn similar(engine: &Engine, query: &Query) -> (Vec<Scored>, usize) {
    match engine.answer(query).unwrap() {
        Outcome::Answer(answer) => (answer.items, answer.matched),
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_passes_stays_in_its_order_with_its_scores(
        (case, filter) in case().prop_flat_map(|case| { let filter = filter(&case.plain); (Just(case), filter) }),
        n in 1usize..20,
    ) {
        let engine = case.engine();
        let wanted: Vec<usize> = (0..case.plain.len()).filter(|row| passes(&filter, &case.plain[*row], *row)).collect();
        prop_assert!(filter.check().is_ok());
        let json = serde_json::to_string(&filter).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Filter>(&json).unwrap(), &filter);
        for seed in [case.query().seed, Seed::Popular] {
            let plain = Query { seed, ..case.query() };
            let filtered = Query { filter: filter.clone(), ..plain.clone() };
            let expected: Vec<Recommended> = pages(&engine, &plain, 100)
                .into_iter()
                .filter(|item| wanted.contains(&row_of(&item.card.id)))
                .collect();
            let found = pages(&engine, &filtered, n);
            let ids = |items: &[Recommended]| items.iter().map(|item| item.card.id.clone()).collect::<Vec<_>>();
            prop_assert_eq!(ids(&found), ids(&expected));
            for (found, expected) in found.iter().zip(&expected).filter(|(found, _)| found.source != Source::Popular) {
                prop_assert_eq!(found, expected);
            }
            prop_assert_eq!(answer(&engine, &filtered).matched, wanted.len());
            prop_assert_eq!(answer(&engine, &filtered).total, expected.len());
        }
        for row in (0..case.plain.len()).step_by(7) {
            let plain = Query { n: 100, ..Query::similar(id(row)) };
            let (mut expected, matched) = similar(&engine, &plain);
            prop_assert_eq!(matched, case.plain.len());
            expected.retain(|item| wanted.contains(&row_of(&item.card.id)));
            let (found, matched) = similar(&engine, &Query { filter: filter.clone(), ..plain.clone() });
            prop_assert_eq!((&found, matched), (&expected, wanted.len()));
            // As many as are asked for, whenever so many pass.
            let (few, _) = similar(&engine, &Query { n, filter: filter.clone(), ..plain });
            prop_assert_eq!(&few[..], &expected[..n.min(expected.len())]);
        }
    }
}

fn small() -> Engine {
    let item = |genres: &[&str], platform: &str| Plain {
        genres: genres.iter().map(|genre| genre.to_string()).collect(),
        metadata: [Some(platform.into()), None, None],
        ..Plain::default()
    };
    let plain = [
        item(&["Crime", "Drama"], "HBO"),
        item(&["Comedy"], "hbo"),
        item(&["Pokémon"], "Télé"),
    ];
    let data = popularity_only(3);
    support::engine(&plain, TERMS, Weights::DEFAULT, Some((&data, 0.4)))
}

fn with(filter: Filter) -> Query {
    Query {
        filter,
        ..Query::popular()
    }
}

#[test]
fn names_are_found_in_any_case_and_what_is_unknown_is_named() {
    let engine = small();
    let rows = |name: &str, value: &str| -> Vec<usize> {
        let found = answer(&engine, &with(Filter::any_of(name, [value])));
        found.items.iter().map(|item| row_of(&item.card.id)).collect()
    };
    assert_eq!(rows("genre", "crime"), [0]);
    assert_eq!(rows("GENRE", "DRAMA"), [0]);
    assert_eq!(rows("genre", "POKÉMON"), [2]);
    // As it is written, if there is that.
    assert_eq!((rows("platform", "HBO"), rows("platform", "hbo")), (vec![0], vec![1]));
    let error = |filter: Filter| match engine.recommend(&with(filter.clone())) {
        Err(error) => {
            assert_eq!(
                engine.answer(&Query {
                    seed: Seed::Item(id(0)),
                    ..with(filter)
                }),
                Err(error.clone())
            );
            assert_eq!(error.code(), "unknown_name");
            match &error {
                QueryError::UnknownName(unknown) => {
                    let UnknownName { attribute, name, near } = (**unknown).clone();
                    (attribute, name, near, error.to_string())
                }
                _ => panic!("{error}"),
            }
        }
        Ok(answer) => panic!("{answer:?}"),
    };
    let (attribute, name, near, message) = error(Filter::any_of("genre", ["Pokemom"]));
    assert_eq!(
        (attribute.as_str(), name.as_str(), near),
        ("genre", "Pokemom", vec!["Pokémon".to_string()])
    );
    assert_eq!(message, r#"the pack has no genre "Pokemom"; did you mean "Pokémon""#);
    let (attribute, _, near, message) = error(Filter::any_of("gener", ["Crime"]));
    assert_eq!((attribute.as_str(), near), ("", vec!["genre".to_string()]));
    assert_eq!(message, r#"the pack has no attribute "gener"; did you mean "genre""#);
    let (.., near, message) = error(Filter::Not(Box::new(Filter::any_of("platform", ["Netflix"]))));
    assert_eq!(
        (near.len(), message.as_str()),
        (0, r#"the pack has no platform "Netflix""#)
    );
    error(Filter::any_of("genre", ["x".repeat(1_000_000)]));
    error(Filter::Any(vec![Filter::default(), Filter::any_of("", [""])]));
}

#[test]
fn a_filter_has_its_limits() {
    let engine = small();
    let nested = |depth: usize| (1..depth).fold(Filter::default(), |filter, _| Filter::Not(Box::new(filter)));
    let refused = |filter: Filter| match engine.recommend(&with(filter)) {
        Err(QueryError::InvalidParameter { name: "filter", .. }) => true,
        Ok(_) => false,
        other => panic!("{other:?}"),
    };
    assert!(!refused(nested(8)) && refused(nested(9)));
    let names = |count| Filter::any_of("genre", vec!["Crime"; count]);
    assert!(!refused(names(999)) && refused(names(1_000)));
    assert!(refused(Filter::All(vec![names(600), names(600)])));
    assert!(refused(Filter::All(vec![Filter::default(); 1_000])));
    let ids = |count| Filter::Ids(vec![ItemId::Int(7); count]);
    assert!(!refused(ids(10_000)) && refused(Filter::All(vec![ids(6_000), ids(6_000)])));
    for min in [-0.1, 10.1, f32::NAN, f32::INFINITY] {
        assert!(refused(Filter::Rating { min }));
    }
    // Ends beyond any value, and a span of nothing.
    let spans = [
        (Some(u16::MAX), None),
        (None, Some(u16::MAX)),
        (Some(7), Some(6)),
        (Some(0), Some(0)),
    ];
    for (min, max) in spans {
        assert!(!refused(Filter::Year(Span { min, max })) && !refused(Filter::Runtime(Span { min, max })));
    }
    assert!(GENRES.contains(&"Crime"));
}

#[test]
fn a_list_of_nothing_lets_nothing_pass_and_all_of_nothing_everything() {
    let engine = small();
    let count = |filter| answer(&engine, &with(filter)).total;
    let all = Filter::AttributeAll {
        name: "genre".into(),
        all: vec![],
    };
    assert_eq!(count(Filter::any_of("genre", [""; 0])), 0);
    assert_eq!(count(Filter::Any(vec![])), 0);
    assert_eq!(count(Filter::Ids(vec![])), 0);
    assert_eq!(count(Filter::Ids(vec![id(1), id(77), ItemId::Str("none".into())])), 1);
    assert_eq!((count(all), count(Filter::default())), (3, 3));
    // What lacks the value passes no range, and passes what is not in the range.
    let year = Filter::Year(Span::default());
    assert_eq!((count(year.clone()), count(Filter::Not(Box::new(year)))), (0, 3));
}
