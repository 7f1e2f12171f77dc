//! Small catalogues, models and questions by chance.

use aftershow_core::{
    Engine, Event, GenrePreference, Person, Query, Weights,
    pack::{CollaborativeData, PersonFactors, SparseRows},
};
use proptest::prelude::*;

use super::{Plain, id};

pub const TERMS: usize = 40;
pub const GENRES: [&str; 5] = ["Comedy", "Crime", "Drama", "Fantasy", "War"];

pub fn plain_item() -> impl Strategy<Value = Plain> {
    let genres = prop::collection::btree_set(0..GENRES.len(), 0..4);
    let metadata = prop::array::uniform3(prop::option::of(0u8..3));
    let year = prop_oneof![Just(0u16), 1990u16..2030];
    let shown = (prop_oneof![Just(0u16), 20u16..200], prop::option::of(0u32..=100));
    let text = prop::collection::btree_map(0u16..TERMS as u16, between(0.5, 9.0), 0..8);
    (genres, metadata, year, shown, text).prop_map(|(genres, metadata, year, (runtime, rating), text)| Plain {
        genres: genres.into_iter().map(|g| GENRES[g].to_string()).collect(),
        metadata: metadata.map(|value| value.map(|value| format!("value {value}"))),
        year,
        runtime,
        rating: rating.map(|tenths| f64::from(tenths) / 10.0),
        text: text.into_iter().collect(),
    })
}

fn codes(count: usize) -> impl Strategy<Value = Vec<i8>> {
    prop::collection::vec(any::<i8>(), count)
}

fn scales(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop_oneof![1 => Just(0.0f32), 9 => between(0.001, 0.1)], count)
}

fn sparse(items: usize) -> impl Strategy<Value = SparseRows> {
    let row = prop::collection::btree_map(0..items as u32, any::<i8>(), 0..4);
    (prop::collection::vec(row, items), scales(items)).prop_map(|(rows, scales)| {
        let mut sparse = SparseRows {
            scales,
            ..SparseRows::default()
        };
        for (own, row) in rows.iter().enumerate() {
            for (column, code) in row.iter().filter(|(column, _)| **column as usize != own) {
                sparse.columns.push(*column);
                sparse.codes.push(*code);
            }
            sparse.ends.push(sparse.columns.len() as u32);
        }
        sparse
    })
}

/// A number from `low` on and below `high`. By a whole number: the library's own samples of floats fail now and then by an assertion
/// of theirs (`self.low - result < initial.step`, proptest 1.12).
pub fn between(low: f32, high: f32) -> impl Strategy<Value = f32> + Clone {
    const STEPS: u32 = 1 << 20;
    (0..STEPS).prop_map(move |step| low + (high - low) * (step as f32 / STEPS as f32))
}

/// A model of either form; rank 10 leaves two columns over after SIMD's eight.
pub fn model(items: usize) -> impl Strategy<Value = CollaborativeData> {
    let rank = prop_oneof![Just(0usize), Just(1), Just(8), Just(10)];
    let parts = (rank, any::<bool>()).prop_flat_map(move |(rank, ridge)| {
        let popularity = prop::collection::vec(prop_oneof![Just(0.0f32), between(0.1, 50.0)], items);
        let tables = (codes(items * rank), scales(items), scales(items));
        (Just((rank, ridge)), popularity, tables, sparse(items))
    });
    parts.prop_map(
        move |((rank, ridge), mut popularity, (item_factors, item_scales, scales), sparse)| {
            popularity.sort_by(|a, b| b.total_cmp(a));
            let value = |row: usize, k: usize| f64::from(item_scales[row]) * f64::from(item_factors[row * rank + k]);
            let gram = |a: usize, b: usize| {
                let dot: f64 = (0..items).map(|row| value(row, a) * value(row, b)).sum();
                (0.1 * dot + if a == b { 0.5 } else { 0.0 }) as f32
            };
            let person = match ridge {
                true => PersonFactors::Ridge {
                    gram: (0..rank * rank)
                        .map(|at| gram((at / rank).max(at % rank), (at / rank).min(at % rank)))
                        .collect(),
                },
                false => PersonFactors::Linear { scales },
            };
            CollaborativeData {
                items,
                popularity,
                rank,
                item_factors,
                item_scales,
                person,
                sparse,
            }
        },
    )
}

/// Everything that a question is made of; rows beyond the catalogue are unknown items.
#[derive(Clone, Debug)]
pub struct Case {
    pub plain: Vec<Plain>,
    pub data: CollaborativeData,
    pub history: Vec<(usize, f32)>,
    pub genres: Vec<(String, f32)>,
    pub weights: Weights,
    pub blend: f32,
    pub include_seen: bool,
}

pub fn weights() -> impl Strategy<Value = Weights> {
    let weight = || prop_oneof![Just(0.0f32), Just(1.0), between(0.05, 1.0)];
    (weight(), weight(), weight(), weight()).prop_filter_map("all 0", |(g, t, m, y)| Weights::new(g, t, m, y).ok())
}

pub fn case() -> impl Strategy<Value = Case> {
    (1usize..70).prop_flat_map(|items| {
        let weight = prop_oneof![4 => Just(1.0f32), 2 => between(0.1, 5.0), 2 => between(-5.0, -0.1), 1 => Just(0.0)];
        let history = prop::collection::vec((0..items + 2, weight), 0..12);
        let genre = prop_oneof![5 => (0..GENRES.len()).prop_map(|g| GENRES[g].to_string()), 1 => Just("Opera".into())];
        let genres = prop::collection::vec((genre, prop_oneof![Just(1.0f32), between(0.0, 3.0)]), 0..4);
        (
            prop::collection::vec(plain_item(), items),
            model(items),
            history,
            genres,
            weights(),
            prop_oneof![Just(0.4f32), Just(0.0), Just(1.0), between(0.0, 1.0)],
            any::<bool>(),
        )
            .prop_map(|(plain, data, history, genres, weights, blend, include_seen)| Case {
                plain,
                data,
                history,
                genres,
                weights,
                blend,
                include_seen,
            })
    })
}

impl Case {
    pub fn engine(&self) -> Engine {
        super::engine(&self.plain, TERMS, self.weights, Some((&self.data, self.blend)))
    }

    pub fn query(&self) -> Query {
        let event = |(row, weight): &(usize, f32)| Event {
            weight: *weight,
            ..Event::of(id(*row))
        };
        let preference = |(genre, weight): &(String, f32)| GenrePreference {
            genre: genre.clone(),
            weight: *weight,
        };
        Query {
            n: 100,
            include_seen: self.include_seen,
            ..Query::person(Person {
                history: self.history.iter().map(event).collect(),
                genres: self.genres.iter().map(preference).collect(),
            })
        }
    }
}
