//! What a recommendation is, case by case.

mod support;

use std::collections::BTreeSet;

use aftershow_core::{
    BlendPatch, Event, GenrePreference, ItemId, Person, Query, QueryError, Recommendations, Recommended, Seed, Source,
    Weights,
};
use support::{Plain, answer, id, pages, popularity_only, row_of};

const TERMS: usize = 40;

fn items(genres: &[&[&str]]) -> Vec<Plain> {
    let item = |genres: &&[&str]| Plain {
        genres: genres.iter().map(|g| g.to_string()).collect(),
        ..Plain::default()
    };
    genres.iter().map(item).collect()
}

fn who_prefers(genres: &[&str]) -> Query {
    let preference = |genre: &&str| GenrePreference {
        genre: genre.to_string(),
        weight: 1.0,
    };
    Query::person(Person {
        history: vec![],
        genres: genres.iter().map(preference).collect(),
    })
}

fn rows(answer: &Recommendations) -> Vec<usize> {
    answer.items.iter().map(|item| row_of(&item.card.id)).collect()
}

#[test]
fn preferred_genres_alone_count_by_their_share() {
    let plain = items(&[
        &["Crime"],
        &["War"],
        &["Comedy", "Crime"],
        &["Comedy", "Crime", "Drama", "War"],
        &[],
    ]);
    let data = popularity_only(plain.len());
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, Some((&data, 0.4)));
    let found = answer(&engine, &who_prefers(&["Comedy", "Crime", "Drama"]));
    assert_eq!(rows(&found), [3, 2, 0, 1, 4]);
    let scores: Vec<f64> = found.items.iter().map(|item| item.content_score).collect();
    assert_eq!(scores, [1.0, 0.666667, 0.333333, 0.0, 0.0]);
    assert_eq!(found.items[0].source, Source::Content);
    assert_eq!(found.items[3].source, Source::Popular);
    assert_eq!((found.weights.content, found.weights.collaborative), (1.0, 0.0));
    assert!(found.fallback_used);
    let all_unknown = answer(&engine, &who_prefers(&["Opera"]));
    assert_eq!(rows(&all_unknown), [0, 1, 2, 3, 4]);
    assert!(all_unknown.fallback_used);
}

#[test]
fn nobody_and_strangers_get_what_is_popular() {
    let plain = items(&[&["Crime"], &["War"], &["Crime"]]);
    let mut data = popularity_only(3);
    data.popularity = vec![8.0, 4.0, 0.0];
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, Some((&data, 0.4)));
    let stranger = Person::who_liked([ItemId::Int(5), ItemId::Str("no such kind".into())]);
    let disliked = Person {
        history: vec![Event {
            weight: -1.0,
            ..Event::of(id(2))
        }],
        genres: vec![],
    };
    for (person, unknown, expected) in [
        (Person::default(), 0, vec![(0, 1.0), (1, 0.5), (2, 0.0)]),
        (stranger, 2, vec![(0, 1.0), (1, 0.5), (2, 0.0)]),
        (disliked, 0, vec![(0, 1.0), (1, 0.5)]),
    ] {
        let found = answer(&engine, &Query::person(person));
        let scored: Vec<(usize, f64)> = found
            .items
            .iter()
            .map(|item| (row_of(&item.card.id), item.score))
            .collect();
        let near = |(a, b): (&(usize, f64), &(usize, f64))| a.0 == b.0 && (a.1 - b.1).abs() < 1e-4;
        assert!(
            scored.len() == expected.len() && scored.iter().zip(&expected).all(near),
            "{scored:?}"
        );
        assert!(found.fallback_used && found.items.iter().all(|item| item.source == Source::Popular));
        assert_eq!(found.unknown_items, unknown);
    }
}

#[test]
fn popular_items_can_be_chosen_by_genre() {
    let plain = items(&[&["Crime"], &["War"], &["Comedy", "Crime"], &["Comedy"]]);
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, None);
    let all = answer(
        &engine,
        &Query {
            n: 2,
            offset: 1,
            ..Query::popular()
        },
    );
    assert_eq!((rows(&all), all.total, all.fallback_used), (vec![1, 2], 4, false));
    assert_eq!(all.items[0].popularity, 0.75);
    let genres = |names: &[&str]| Query {
        genres: names.iter().map(|g| g.to_string()).collect(),
        ..Query::popular()
    };
    assert_eq!(rows(&answer(&engine, &genres(&["Crime"]))), [0, 2]);
    assert_eq!(rows(&answer(&engine, &genres(&["Comedy", "War", "Opera"]))), [1, 2, 3]);
    let none = answer(&engine, &genres(&["Opera"]));
    assert_eq!((none.items.len(), none.total), (0, 0));
}

#[test]
fn older_events_count_less_when_asked() {
    let plain = items(&[&["Crime"], &["War"], &["Crime"], &["War"]]);
    let data = popularity_only(4);
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, Some((&data, 0.4)));
    let day = 86_400;
    let event = |row, time| Event {
        time,
        ..Event::of(id(row))
    };
    let history = vec![event(0, Some(100 * day)), event(1, Some(110 * day))];
    let query = Query {
        half_life_days: Some(10.0),
        ..Query::person(Person {
            history,
            genres: vec![],
        })
    };
    let found = answer(&engine, &query);
    assert_eq!(rows(&found), [3, 2]);
    // Of the vector (½, 1) the crime part is half of the other.
    assert_eq!(
        found.items.iter().map(|item| item.content_score).collect::<Vec<_>>(),
        [1.0, 0.5]
    );
    let without = answer(
        &engine,
        &Query {
            half_life_days: None,
            ..query
        },
    );
    assert_eq!(
        without.items.iter().map(|item| item.content_score).collect::<Vec<_>>(),
        [1.0, 1.0]
    );
    let extreme = vec![event(0, Some(i64::MIN)), event(1, Some(i64::MAX)), event(2, None)];
    let query = Query {
        half_life_days: Some(0.001),
        ..Query::person(Person {
            history: extreme,
            genres: vec![],
        })
    };
    assert_eq!(answer(&engine, &query).items.len(), 1);
}

#[test]
fn far_pages_of_a_large_catalogue_are_pieces_of_one_order() {
    let (plain, data) = support::large(3000, 16, 10);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data, 0.4)));
    let query = Query::person(Person::who_liked((0..40).map(|i| id(i * 7))));
    let all = pages(&engine, &query, 100);
    assert_eq!(all.len(), 2960);
    assert_eq!(
        all.iter()
            .map(|item| row_of(&item.card.id))
            .collect::<BTreeSet<_>>()
            .len(),
        2960
    );
    assert!(all.windows(2).all(|pair| pair[0].score >= pair[1].score));
    for n in [1, 7, 99] {
        for offset in [0, 150, 250, 256, 257, 1000, 1400, 1500, 2955] {
            let page = answer(
                &engine,
                &Query {
                    n,
                    offset,
                    ..query.clone()
                },
            );
            assert_eq!(page.items[..], all[offset..(offset + n).min(2960)], "{n} from {offset}");
        }
    }
    assert!(
        answer(
            &engine,
            &Query {
                offset: usize::MAX,
                ..query
            }
        )
        .items
        .is_empty()
    );
}

#[test]
fn a_blend_can_be_asked_for_and_a_silent_side_gives_its_weight_away() {
    let (plain, data) = support::large(300, 16, 10);
    let engine = support::engine(&plain, 5000, Weights::DEFAULT, Some((&data, 0.25)));
    let query = Query::person(Person::who_liked([id(3), id(20)]));
    let own = answer(&engine, &query).weights;
    assert_eq!((own.content, own.collaborative), (0.25, 0.75));
    let patch = |content, collaborative| Query {
        blend: BlendPatch { content, collaborative },
        ..query.clone()
    };
    let even = answer(&engine, &patch(Some(2.0), Some(2.0)));
    assert_eq!((even.weights.content, even.weights.collaborative), (0.5, 0.5));
    let content = answer(&engine, &patch(None, Some(0.0)));
    assert!(
        content
            .items
            .iter()
            .all(|item| item.score == item.content_score && item.source == Source::Content)
    );
    let collaborative = answer(&engine, &patch(Some(0.0), None));
    let only = |item: &Recommended| item.score == item.collaborative_score;
    assert!(
        collaborative
            .items
            .iter()
            .all(|item| only(item) && item.source == Source::Collaborative)
    );
    // Without a model content is all there is, even if it was to count for nothing.
    let bare = support::engine(&plain, 5000, Weights::DEFAULT, None);
    assert_eq!(answer(&bare, &patch(Some(0.0), None)).weights.content, 1.0);
    // An item is a person who liked it.
    let item = answer(
        &engine,
        &Query {
            seed: Seed::Item(id(3)),
            ..query.clone()
        },
    );
    assert_eq!(item, answer(&engine, &Query::person(Person::who_liked([id(3)]))));
}

#[test]
fn what_is_out_of_range_is_named() {
    let plain = items(&[&["Crime"], &["War"]]);
    let engine = support::engine(&plain, TERMS, Weights::DEFAULT, None);
    let named = |query: &Query| match engine.recommend(query) {
        Err(QueryError::InvalidParameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    let weight = |weight| {
        Query::person(Person {
            history: vec![Event {
                weight,
                ..Event::of(id(0))
            }],
            genres: vec![],
        })
    };
    assert_eq!(named(&weight(f32::NAN)), "weight");
    assert_eq!(named(&weight(100.5)), "weight");
    assert_eq!(named(&Query::person(Person::who_liked((0..10_001).map(id)))), "history");
    assert_eq!(named(&who_prefers(&["Crime"; 101])), "preferred_genres");
    for days in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(
            named(&Query {
                half_life_days: Some(days),
                ..Query::popular()
            }),
            "half_life_days"
        );
    }
    let nothing = BlendPatch {
        content: Some(0.0),
        collaborative: Some(0.0),
    };
    assert_eq!(
        named(&Query {
            blend: nothing,
            ..Query::popular()
        }),
        "content_weight and collaborative_weight"
    );
    assert_eq!(named(&Query::similar_to_features(Default::default())), "seed");
    for seed in [Seed::Popular, Seed::Person(Person::default())] {
        let error = engine
            .answer(&Query {
                seed,
                ..Query::popular()
            })
            .unwrap_err();
        assert_eq!(error.code(), "invalid_parameter");
    }
}
