//! A small rating model with every kind of feature, and an engine with it.

use aftershow_core::{
    Engine, Part, Weights,
    pack::{
        PartEntry,
        ratings::{self, Coded, Priors, RatingScale, RatingsData},
    },
};

use super::{Plain, Random, display, features, manifest};

pub const ITEMS: usize = 12;
pub const RANK: usize = 3;
const SIZE: usize = RANK + 1;
/// Terms of the vocabulary.
pub const TERMS: usize = 6;

/// Items with genres, platforms, years and words. The last two have no ratings.
pub fn plain() -> Vec<Plain> {
    let item = |row: usize| Plain {
        genres: vec![["Comedy", "Crime", "Drama"][row % 3].to_string()],
        metadata: [Some(format!("Platform {}", row % 2)), None, None],
        year: 1980 + row as u16,
        runtime: 0,
        rating: None,
        text: vec![(row as u16 % TERMS as u16, 1.0)],
    };
    (0..ITEMS).map(item).collect()
}

fn coded(random: &mut Random, rows: usize, size: usize) -> Coded {
    Coded {
        codes: (0..rows * size).map(|_| (random.bits() % 255) as i64 as i8).collect(),
        scales: (0..rows).map(|_| 0.002 + random.below(8) as f32 * 0.001).collect(),
    }
}

pub fn data() -> RatingsData {
    let mut random = Random(20_261_121);
    let random = &mut random;
    let groups = vec![
        vec![0, 2, 5],
        vec![1980, 1990, 2000],
        vec![60, 120],
        vec![0, 2],
        vec![1],
        vec![],
        vec![],
    ];
    let rows = groups.iter().map(Vec::len).sum();
    RatingsData {
        items: ITEMS,
        rank: RANK,
        scale: RatingScale {
            lowest: 0.5,
            highest: 5.0,
            step: 0.5,
        },
        mean: 3.4,
        noise: 0.8,
        priors: Priors {
            person: vec![6.0, 1.0, 1.5, 0.7],
            title: vec![20.0, 15.0, 30.0, 25.0],
            information: vec![1.5, 0.4, 0.3, 0.6],
            content: vec![8.0, 10.0, 12.0, 9.0],
        },
        biases: (0..ITEMS).map(|row| row as f32 / 10.0 - 0.5).collect(),
        factors: coded(random, ITEMS, RANK),
        counts: (0..ITEMS as u32)
            .map(|row| if row < 10 { 40 - row } else { 0 })
            .collect(),
        choices: coded(random, ITEMS, SIZE),
        base: vec![-0.1, 0.05, -0.02, 0.3],
        groups,
        weights: coded(random, rows, SIZE),
    }
}

pub fn part(data: &RatingsData) -> Vec<u8> {
    ratings::write(data).unwrap()
}

/// An engine with everything attached.
pub fn engine(data: &RatingsData) -> Engine {
    let mut manifest = manifest(ITEMS, Weights::DEFAULT, None);
    manifest.parts.push(PartEntry {
        kind: "ratings".into(),
        name: String::new(),
        file: "ratings.bin".into(),
        bytes: 0,
        sha256: String::new(),
        optional: true,
    });
    let mut engine = Engine::open(manifest).unwrap();
    engine.attach(Part::Features, features(&plain(), TERMS)).unwrap();
    engine.attach(Part::Display, display(&plain())).unwrap();
    engine.attach(Part::Ratings, part(data)).unwrap();
    engine
}
