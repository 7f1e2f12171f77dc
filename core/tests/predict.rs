//! Predicted ratings: against a naive solve in floats, and what they do where little is known.

mod support;

use aftershow_core::{
    Engine, ItemId, NewItem, Outcome, Part, PredictQuery, Prediction, PredictionSource, Predictions, QueryError,
    Rating,
    pack::ratings::{RatingsData, group},
};
use support::{
    Random, id,
    ratings::{ITEMS, RANK, data, engine},
};

fn predict(engine: &Engine, query: &PredictQuery) -> Predictions {
    match engine.predict(query).unwrap() {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

fn rated(ratings: &[(usize, f32)]) -> Vec<Rating> {
    let rating = |(row, value): &(usize, f32)| Rating {
        item: id(*row),
        value: *value,
    };
    ratings.iter().map(rating).collect()
}

fn of_items(ratings: &[(usize, f32)]) -> PredictQuery {
    PredictQuery {
        ratings: rated(ratings),
        items: (0..ITEMS).map(id).collect(),
        ..PredictQuery::default()
    }
}

/// A title: bias, factors, number of ratings.
type Row = (f64, Vec<f64>, u32);

fn row(data: &RatingsData, item: usize) -> Row {
    let scale = f64::from(data.factors.scales[item]);
    let codes = &data.factors.codes[item * RANK..][..RANK];
    let factors = codes.iter().map(|code| f64::from(*code) * scale).collect();
    (f64::from(data.biases[item]), factors, data.counts[item])
}

fn variance(data: &RatingsData, at: usize, count: u32) -> f64 {
    1.0 / match count {
        0 => f64::from(data.priors.content[at]),
        n => f64::from(data.priors.title[at]) + f64::from(n) * f64::from(data.priors.information[at]),
    }
}

/// The inverse of a matrix by Gauss and Jordan.
fn inverse(mut a: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = a.len();
    for (at, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|column| if column == at { 1.0 } else { 0.0 }));
    }
    for at in 0..n {
        let pivot = (at..n)
            .max_by(|x, y| a[*x][at].abs().total_cmp(&a[*y][at].abs()))
            .unwrap();
        a.swap(at, pivot);
        let by = a[at][at];
        a[at].iter_mut().for_each(|x| *x /= by);
        let own = a[at].clone();
        for (other, row) in a.iter_mut().enumerate().filter(|(other, _)| *other != at) {
            let by = row[at];
            let _ = other;
            row.iter_mut().zip(&own).for_each(|(x, y)| *x -= by * y);
        }
    }
    a.into_iter().map(|row| row[n..].to_vec()).collect()
}

/// Rating and standard deviation, by the formulas as FORMAT.md has them.
fn naive(data: &RatingsData, ratings: &[(usize, f32)], title: &Row) -> (f64, f64) {
    let size = RANK + 1;
    let tau = 1.0 / (f64::from(data.noise) * f64::from(data.noise));
    let mut matrix = vec![vec![0.0; size]; size];
    let mut right = vec![0.0; size];
    for at in 0..size {
        let choices: f64 = ratings
            .iter()
            .map(|(item, _)| f64::from(data.choices.codes[item * size + at]) * f64::from(data.choices.scales[*item]))
            .sum();
        let prior = f64::from(data.priors.person[at]);
        matrix[at][at] += prior;
        right[at] += prior * choices / (ratings.len().max(1) as f64).sqrt();
    }
    let side = |factors: &[f64]| [&[1.0][..], factors].concat();
    for (item, value) in ratings {
        let (bias, factors, count) = row(data, *item);
        let side = side(&factors);
        for a in 0..size {
            right[a] += tau * (f64::from(*value) - f64::from(data.mean) - bias) * side[a];
            for b in 0..size {
                matrix[a][b] += tau * side[a] * side[b];
            }
            if a > 0 {
                matrix[a][a] += tau * variance(data, a, count);
            }
        }
    }
    let covariance = inverse(matrix);
    let state: Vec<f64> = covariance
        .iter()
        .map(|row| row.iter().zip(&right).map(|(a, b)| a * b).sum())
        .collect();
    let (bias, factors, count) = title;
    let side = side(factors);
    let own: f64 = state.iter().zip(&side).map(|(a, b)| a * b).sum();
    let mut spread = 1.0 / tau + variance(data, 0, *count);
    for a in 0..size {
        if a > 0 {
            spread += state[a] * state[a] * variance(data, a, *count);
        }
        for b in 0..size {
            spread += side[a] * covariance[a][b] * side[b];
        }
    }
    (
        (f64::from(data.mean) + bias + own).clamp(0.5, 5.0),
        spread.sqrt().min(4.5),
    )
}

fn assert_near(found: &Prediction, (rating, deviation): (f64, f64)) {
    assert!((found.prediction - rating).abs() < 1e-4, "{found:?}: {rating}");
    assert!((found.uncertainty - deviation).abs() < 1e-4, "{found:?}: {deviation}");
}

#[test]
fn predictions_are_those_of_a_naive_solve() {
    let data = data();
    let engine = engine(&data);
    let mut random = Random(7);
    for length in 0..=ITEMS {
        let mut ratings: Vec<(usize, f32)> = Vec::new();
        for row in 0..length {
            ratings.push((row, 0.5 + random.below(10) as f32 * 0.5));
        }
        let answer = predict(&engine, &of_items(&ratings));
        assert_eq!((answer.items.len(), answer.person_ratings), (ITEMS, length));
        for (item, found) in answer.items.iter().enumerate() {
            assert_eq!(found.item, Some(id(item)));
            assert_near(found, naive(&data, &ratings, &row(&data, item)));
        }
    }
}

#[test]
fn a_new_title_is_the_sum_of_what_is_known_of_its_features() {
    let data = data();
    let engine = engine(&data);
    let ratings = [(0, 5.0), (3, 4.5), (6, 1.0)];
    // Genres are dictionary places 0 Comedy, 1 Crime, 2 Drama: of these the model knows 0 and 2; of platforms the second.
    let new = NewItem {
        name: "term00002".into(),
        summary: "term00005 and nothing".into(),
        genres: ["Drama", "Crime", "Opera", "Drama"].map(String::from).to_vec(),
        platform: Some("Platform 1".into()),
        year: Some(1993),
        runtime: Some(500),
        ..NewItem::default()
    };
    let mut place_of = Vec::new();
    for (at, keys) in data.groups.iter().enumerate() {
        place_of.extend(keys.iter().map(|key| (at, *key)));
    }
    let mut state: Vec<f64> = data.base.iter().map(|x| f64::from(*x)).collect();
    let mut add = |group: usize, key: u32, by: f64| {
        let place = place_of.iter().position(|known| *known == (group, key)).unwrap();
        for (at, state) in state.iter_mut().enumerate() {
            let code = data.weights.codes[place * (RANK + 1) + at];
            *state += by * f64::from(code) * f64::from(data.weights.scales[place]);
        }
    };
    // Two words of one idf: each is 1/√2 of the row.
    add(group::TEXT, 2, 0.5f64.sqrt());
    add(group::TEXT, 5, 0.5f64.sqrt());
    add(group::YEAR, 1990, 0.7);
    add(group::YEAR, 2000, 0.3);
    add(group::RUNTIME, 120, 1.0);
    add(group::ATTRIBUTES, 2, 1.0);
    add(group::ATTRIBUTES + 1, 1, 1.0);
    let title = (state[0], state[1..].to_vec(), 0);
    let Outcome::Answer(answer) = engine.predict_new(&rated(&ratings), &new).unwrap() else {
        panic!("all parts are attached")
    };
    let found = &answer.items[0];
    assert_eq!((found.item.as_ref(), found.new_item), (None, Some(0)));
    assert_eq!((found.source, found.known_ratings), (PredictionSource::Content, 0));
    assert_near(found, naive(&data, &ratings, &title));
}

#[test]
fn somebody_unknown_gets_what_people_in_general_rate() {
    let data = data();
    let engine = engine(&data);
    let stranger = Rating {
        item: ItemId::Str("no such".into()),
        value: 5.0,
    };
    for ratings in [vec![], vec![stranger]] {
        let unknown = ratings.len();
        let answer = predict(
            &engine,
            &PredictQuery {
                ratings,
                ..of_items(&[])
            },
        );
        assert_eq!((answer.person_ratings, answer.unknown_items), (0, unknown));
        for (item, found) in answer.items.iter().enumerate() {
            let mean = f64::from(data.mean + data.biases[item]);
            assert!((found.prediction - mean).abs() < 1e-4, "{found:?}");
            let source = if data.counts[item] > 0 {
                PredictionSource::Average
            } else {
                PredictionSource::Content
            };
            assert_eq!((found.source, found.known_ratings), (source, data.counts[item]));
        }
    }
}

#[test]
fn more_ratings_make_a_person_surer_and_an_unrated_title_is_less_sure() {
    let engine = engine(&data());
    let deviation =
        |ratings: &[(usize, f32)], item: usize| predict(&engine, &of_items(ratings)).items[item].uncertainty;
    let few = [(1, 3.5), (4, 3.5)];
    let more = [(1, 3.5), (4, 3.5), (2, 3.5), (5, 3.5), (7, 3.5), (8, 3.5)];
    for item in 0..ITEMS {
        assert!(deviation(&more, item) < deviation(&few, item));
        assert!(deviation(&few, item) < deviation(&[], item));
    }
    let mut unrated = data();
    unrated.counts[0] = 0;
    let surer = deviation(&few, 0);
    let engine = support::ratings::engine(&unrated);
    assert!(predict(&engine, &of_items(&few)).items[0].uncertainty > surer);
}

#[test]
fn the_last_rating_of_an_item_counts_and_one_off_the_scale_is_its_end() {
    let engine = engine(&data());
    let predictions = |ratings: &[(usize, f32)]| predict(&engine, &of_items(ratings)).items;
    assert_eq!(
        predictions(&[(2, 1.0), (5, 4.0), (2, 4.5)]),
        predictions(&[(5, 4.0), (2, 4.5)])
    );
    assert_eq!(predictions(&[(2, 90.0), (5, -7.0)]), predictions(&[(2, 5.0), (5, 0.5)]));
}

#[test]
fn ranked_answers_hold_known_and_new_titles_best_first_and_list_the_unknown() {
    let engine = engine(&data());
    let new = |genre: &str| NewItem {
        genres: vec![genre.into()],
        ..NewItem::default()
    };
    let query = PredictQuery {
        items: vec![id(3), ItemId::Int(1), id(9), ItemId::Str("x".into())],
        new_items: vec![new("Comedy"), new("Drama")],
        ranked: true,
        ..of_items(&[(0, 5.0), (4, 1.0)])
    };
    let answer = predict(&engine, &query);
    assert_eq!(answer.unknown, [ItemId::Int(1), ItemId::Str("x".into())]);
    assert_eq!(answer.items.len(), 4);
    assert!(answer.items.is_sorted_by(|a, b| a.prediction >= b.prediction));
    // Ids as texts are the same question, and come back as the pack has them.
    let text = |id: &ItemId| ItemId::Str(id.to_string());
    let mut by_text = query.clone();
    by_text.items.iter_mut().for_each(|id| *id = text(id));
    by_text
        .ratings
        .iter_mut()
        .for_each(|rating| rating.item = text(&rating.item));
    assert_eq!(predict(&engine, &by_text).items, answer.items);
    assert!(
        answer
            .items
            .iter()
            .all(|item| (0.5..=5.0).contains(&item.prediction) && item.item.is_some() != item.new_item.is_some())
    );
}

#[test]
fn a_question_out_of_range_and_a_pack_without_a_model_are_refused_by_code() {
    let data = data();
    let engine = engine(&data);
    let code = |query: PredictQuery| engine.predict(&query).unwrap_err().code();
    let nan = PredictQuery {
        ratings: rated(&[(1, f32::NAN)]),
        ..PredictQuery::default()
    };
    let long = PredictQuery {
        items: vec![id(0); PredictQuery::MAX_ITEMS + 1],
        ..PredictQuery::default()
    };
    let names = PredictQuery {
        new_items: vec![NewItem {
            actors: vec![String::new(); 101],
            ..NewItem::default()
        }],
        ..PredictQuery::default()
    };
    for query in [nan, long, names] {
        assert_eq!(code(query), "invalid_parameter");
    }
    let plain = support::engine(&support::ratings::plain(), 6, aftershow_core::Weights::DEFAULT, None);
    let error = plain.predict(&PredictQuery::default()).unwrap_err();
    assert_eq!((error.clone(), error.code()), (QueryError::NoRatings, "no_ratings"));
    assert!(error.to_string().contains("--ratings"));
}

#[test]
fn the_parts_that_are_missing_are_asked_for() {
    let data = data();
    let bare = Engine::open(engine(&data).manifest().clone()).unwrap();
    let Outcome::NeedParts(parts) = bare.predict(&PredictQuery::default()).unwrap() else {
        panic!("nothing is attached")
    };
    let parts: Vec<Part> = parts.iter().map(|file| file.part).collect();
    assert_eq!(parts, [Part::Features, Part::Ratings]);
}
