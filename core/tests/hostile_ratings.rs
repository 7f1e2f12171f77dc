//! Damaged rating models: each is refused with a code, or answers within the scale.

mod support;

use aftershow_core::{
    Engine, NewItem, Outcome, Part, PredictQuery, Rating,
    pack::{
        Container, Ratings,
        layout::{MAX_GRAM, MAX_RATING, MAX_SCALE, MIN_DEVIATION, kind},
        ratings::{self, RatingsData},
    },
};
use support::{
    damage::damage_part,
    id,
    ratings::{ITEMS, data, engine, part},
};

fn ask(engine: &Engine) {
    let new = NewItem {
        name: "term00002 term00003".into(),
        genres: vec!["Drama".into(), "Comedy".into()],
        platform: Some("Platform 1".into()),
        year: Some(1985),
        runtime: Some(90),
        ..NewItem::default()
    };
    let far = NewItem {
        year: Some(u16::MAX),
        runtime: Some(1),
        ..NewItem::default()
    };
    let value = [5.0, 0.5, 3.0];
    let rating = |row: usize| Rating {
        item: id(row),
        value: value[row % 3],
    };
    for ratings in [vec![], (0..ITEMS).map(rating).collect()] {
        let query = PredictQuery {
            ratings,
            items: (0..ITEMS).map(id).collect(),
            new_items: vec![new.clone(), far.clone(), NewItem::default()],
            ranked: true,
        };
        // A prior that no float can hold the inverse of may leave no solution: that is said.
        let Ok(outcome) = engine.predict(&query) else { continue };
        let Outcome::Answer(answer) = outcome else {
            panic!("all parts are attached");
        };
        assert_eq!(answer.items.len(), ITEMS + 3);
        let (low, high) = (f64::from(answer.lowest), f64::from(answer.highest));
        for item in &answer.items {
            // Rounded to four decimals, which may be coarser than a damaged scale.
            assert!((low - 1e-4..=high + 1e-4).contains(&item.prediction), "{item:?}");
            assert!((0.0..=high - low + 1e-4).contains(&item.uncertainty), "{item:?}");
        }
    }
}

#[test]
fn damaged_models_are_refused_or_answer_within_the_scale() {
    let data = data();
    damage_part(&mut engine(&data), Part::Ratings, &part(&data), ask);
}

#[test]
fn extreme_but_allowed_models_stay_within_the_scale() {
    for scale in [0.0, f32::from_bits(1), MAX_SCALE] {
        for prior in [MIN_DEVIATION, MAX_GRAM] {
            for noise in [MIN_DEVIATION, MAX_RATING] {
                let mut data = data();
                for coded in [&mut data.factors, &mut data.choices, &mut data.weights] {
                    coded.scales.fill(scale);
                }
                data.priors.person.fill(prior);
                data.priors.content.fill(prior);
                data.biases.fill(-MAX_RATING);
                data.noise = noise;
                ask(&engine(&data));
            }
        }
    }
}

#[test]
fn models_that_make_no_sense_are_not_written() {
    let refused = |what: &str, change: &dyn Fn(&mut RatingsData)| {
        let mut data = data();
        change(&mut data);
        assert!(ratings::write(&data).is_err(), "{what}");
    };
    refused("items", &|data| data.items += 1);
    refused("rank", &|data| data.rank += 1);
    refused("scale", &|data| data.scale.highest = data.scale.lowest);
    refused("step", &|data| data.scale.step = 0.0);
    refused("noise", &|data| data.noise = 0.0);
    refused("mean", &|data| data.mean = f32::NAN);
    refused("person's prior", &|data| data.priors.person[1] = 0.0);
    refused("content's prior", &|data| data.priors.content[1] = f32::INFINITY);
    refused("information", &|data| data.priors.information[0] = -1.0);
    refused("bias", &|data| data.biases[2] = f32::NEG_INFINITY);
    refused("factors", &|data| data.factors.codes.truncate(5));
    refused("factor scale", &|data| data.factors.scales[0] = -1.0);
    refused("choices", &|data| data.choices.scales.truncate(5));
    refused("keys", &|data| data.groups[0].swap(0, 1));
    refused("equal keys", &|data| data.groups[1][1] = 1980);
    refused("weights", &|data| data.groups[5].push(1));
}

#[test]
fn a_model_comes_back_as_it_was_written_and_may_have_no_factors() {
    let mut data = data();
    let container = Container::open(part(&data), kind::RATINGS).unwrap();
    let model = Ratings::open(&container).unwrap();
    assert_eq!((model.size(), model.scale(), model.mean()), (4, data.scale, 3.4));
    assert!(model.feature(3, 2).is_some() && model.feature(3, 1).is_none() && model.feature(99, 0).is_none());
    data.rank = 0;
    for prior in [
        &mut data.priors.person,
        &mut data.priors.title,
        &mut data.priors.information,
        &mut data.priors.content,
        &mut data.base,
    ] {
        prior.truncate(1);
    }
    data.factors.codes.clear();
    data.choices = Default::default();
    data.weights.codes.truncate(data.weights.scales.len());
    ask(&engine(&data));
}
