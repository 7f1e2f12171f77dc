//! The fast ways against the slow obvious one.

mod support;

use std::collections::BTreeSet;

use aftershow_core::{
    ItemId, ItemIx, Weights,
    kernel::{Crowd, Features, Hit, Index, Limits, Mask, Scratch, Subject, similarity::reaches},
    pack::{
        Container, GenreSimilarity, Writer,
        items::{self, AttributeData, ItemsData},
        layout::{kind, role},
        rows,
    },
    quant::quantize_row,
};
use proptest::prelude::*;
use support::cases::between;

const TERMS: usize = 12;

/// An item as the oracle sees it: plain sets and float vectors.
#[derive(Clone, Debug)]
struct Plain {
    genres: BTreeSet<u8>,
    metadata: [Option<u8>; 3],
    year: Option<u16>,
    text: [f32; TERMS],
}

fn plain_item() -> impl Strategy<Value = Plain> {
    let text = prop::array::uniform12(prop_oneof![3 => Just(0.0f32), 2 => between(0.5, 9.0)]);
    let metadata = prop::array::uniform3(prop::option::of(0u8..3));
    (
        prop::collection::btree_set(0u8..6, 0..4),
        metadata,
        prop::option::of(1990u16..2030),
        text,
    )
        .prop_map(|(genres, metadata, year, text)| Plain {
            genres,
            metadata,
            year,
            text,
        })
}

/// Few values for each weight, 0 among them, so that ties and switched-off parts are common.
fn weights() -> impl Strategy<Value = Weights> {
    let weight = || prop_oneof![Just(0.0f32), Just(1.0), between(0.01, 1.0)];
    (weight(), weight(), weight(), weight()).prop_filter_map("all 0", |(g, t, m, y)| Weights::new(g, t, m, y).ok())
}

fn features_part(items: &[Plain]) -> Vec<u8> {
    const VALUES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
    let attribute = |name, role, values| AttributeData { name, role, values };
    let metadata = |i: usize| {
        items
            .iter()
            .map(|item| item.metadata[i].iter().map(|v| VALUES[usize::from(*v)]).collect())
            .collect()
    };
    let data = ItemsData {
        ids: (0..items.len() as u64).map(|i| ItemId::Int(1000 - i)).collect(),
        years: items.iter().map(|item| item.year.unwrap_or(0)).collect(),
        attributes: vec![
            attribute(
                "genre",
                role::GENRE,
                items
                    .iter()
                    .map(|item| item.genres.iter().map(|g| VALUES[usize::from(*g)]).collect())
                    .collect(),
            ),
            attribute("platform", role::METADATA, metadata(0)),
            attribute("type", role::METADATA, metadata(1)),
            attribute("language", role::METADATA, metadata(2)),
        ],
    };
    let vocabulary: Vec<(String, f32)> = (0..TERMS).map(|t| (format!("term{t:02}"), 1.0)).collect();
    let row = |item: &Plain| {
        let values: Vec<(u16, f32)> = item.text.iter().enumerate().map(|(t, v)| (t as u16, *v)).collect();
        quantize_row(&values)
    };
    let mut out = Writer::new(kind::FEATURES);
    items::write(&mut out, &data);
    rows::write(&mut out, &vocabulary, &items.iter().map(row).collect::<Vec<_>>());
    out.finish().unwrap()
}

/// Similarity in float64, from the definitions.
fn oracle(a: &Plain, b: &Plain, w: &Weights, how: GenreSimilarity) -> f64 {
    let shared = a.genres.intersection(&b.genres).count() as f64;
    let (na, nb) = (a.genres.len() as f64, b.genres.len() as f64);
    let genre = match how {
        _ if shared == 0.0 => 0.0,
        GenreSimilarity::Jaccard => shared / (na + nb - shared),
        GenreSimilarity::Cosine => shared / (na * nb).sqrt(),
    };
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let lengths = (dot(&a.text, &a.text) * dot(&b.text, &b.text)).sqrt();
    let text = if lengths == 0.0 {
        0.0
    } else {
        dot(&a.text, &b.text) / lengths
    };
    let both: Vec<bool> = a
        .metadata
        .iter()
        .zip(&b.metadata)
        .filter_map(|(x, y)| Some((*x)? == (*y)?))
        .collect();
    let metadata = if both.is_empty() {
        0.0
    } else {
        both.iter().filter(|same| **same).count() as f64 / both.len() as f64
    };
    let year = match (a.year, b.year) {
        (Some(a), Some(b)) => (1.0 - f64::from(a.abs_diff(b)) / 25.0).max(0.0),
        _ => 0.0,
    };
    f64::from(w.genre) * genre + f64::from(w.text) * text + f64::from(w.metadata) * metadata + f64::from(w.year) * year
}

/// Every pair, every score, one sort.
fn naive(
    features: &Features<'_>,
    subject: &Subject,
    w: &Weights,
    how: GenreSimilarity,
    limits: Limits<'_>,
) -> Vec<Hit> {
    let mut hits: Vec<Hit> = (0..features.items.len() as u32)
        .map(|row| Hit {
            score: subject.parts(features, ItemIx(row), how).score(w),
            item: ItemIx(row),
        })
        .filter(|hit| hit.score > 0.0 && reaches(hit.score, limits.min) && limits.except != Some(hit.item))
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    hits.truncate(limits.n);
    hits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_index_finds_what_the_naive_sort_finds(
        items in prop::collection::vec(plain_item(), 1..60),
        w in weights(),
        n in 1usize..25,
        min in prop_oneof![Just(0.0f32), between(0.0, 1.0)],
        cosine in any::<bool>(),
    ) {
        let how = if cosine { GenreSimilarity::Cosine } else { GenreSimilarity::Jaccard };
        let part = Container::open(features_part(&items), kind::FEATURES).unwrap();
        let features = Features::open(&part).unwrap();
        features.check().unwrap();
        let index = Index::new(&features);
        let mut scratch = Scratch::default();
        for row in 0..items.len() as u32 {
            let item = ItemIx(row);
            let subject = Subject::of_features(&features, item);
            let limits = Limits { n, min, except: Some(item), among: None, factors: None };
            let expected = naive(&features, &subject, &w, how, limits);
            prop_assert_eq!(&index.search(&subject, &w, how, limits, &mut scratch), &expected);
        }
    }

    #[test]
    fn every_way_to_compare_gives_the_same(
        items in prop::collection::vec(plain_item(), 1..40),
        w in weights(),
        cosine in any::<bool>(),
    ) {
        let how = if cosine { GenreSimilarity::Cosine } else { GenreSimilarity::Jaccard };
        let part = Container::open(features_part(&items), kind::FEATURES).unwrap();
        let features = Features::open(&part).unwrap();
        let index = Index::new(&features);
        let all: Vec<ItemIx> = (0..items.len() as u32).map(ItemIx).collect();
        let mut crowd = Crowd::of(&features, how, &all);
        for item in &all {
            let subject = Subject::of_features(&features, *item);
            crowd.face(*item);
            let scores = index.scores(&subject, &w, how);
            for (place, other) in all.iter().enumerate() {
                let parts = subject.parts(&features, *other, how);
                prop_assert_eq!(crowd.parts(place), parts);
                prop_assert_eq!(scores[place], parts.score(&w));
            }
        }
    }

    #[test]
    fn a_search_among_some_with_factors_is_the_sort_of_those(
        (items, among, factors) in prop::collection::vec(plain_item(), 1..60).prop_flat_map(|items| {
            let rows = items.len();
            let factor = prop_oneof![Just(1.0f32), Just(0.0), between(0.0, 1.0)];
            (Just(items), prop::collection::vec(any::<bool>(), rows), prop::collection::vec(factor, rows))
        }),
        w in weights(),
        n in 1usize..25,
        min in prop_oneof![Just(0.0f32), between(0.0, 1.0)],
    ) {
        let how = GenreSimilarity::Jaccard;
        let part = Container::open(features_part(&items), kind::FEATURES).unwrap();
        let features = Features::open(&part).unwrap();
        let index = Index::new(&features);
        let mut mask = Mask::none(items.len());
        let rows = among.iter().enumerate().filter(|(_, is)| **is);
        rows.for_each(|(row, _)| mask.add(ItemIx(row as u32)));
        for row in (0..items.len() as u32).step_by(5) {
            let subject = Subject::of_features(&features, ItemIx(row));
            let limits = Limits { n: items.len(), min, except: Some(ItemIx(row)), among: None, factors: None };
            let mut expected = naive(&features, &subject, &w, how, limits);
            expected.retain(|hit| mask.has(hit.item));
            expected.iter_mut().for_each(|hit| hit.score *= factors[hit.item.at()]);
            expected.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
            expected.truncate(n);
            let limits = Limits { n, among: Some(&mask), factors: Some(&factors), ..limits };
            prop_assert_eq!(index.search(&subject, &w, how, limits, &mut Scratch::default()), expected);
        }
    }

    #[test]
    fn quantized_scores_stay_near_float64_and_are_symmetric(
        items in prop::collection::vec(plain_item(), 2..12),
        w in weights(),
        cosine in any::<bool>(),
    ) {
        let how = if cosine { GenreSimilarity::Cosine } else { GenreSimilarity::Jaccard };
        let part = Container::open(features_part(&items), kind::FEATURES).unwrap();
        let features = Features::open(&part).unwrap();
        for a in 0..items.len() {
            let subject = Subject::of_features(&features, ItemIx(a as u32));
            for b in 0..items.len() {
                let score = subject.parts(&features, ItemIx(b as u32), how).score(&w);
                let back = Subject::of_features(&features, ItemIx(b as u32)).parts(&features, ItemIx(a as u32), how);
                prop_assert_eq!(score, back.score(&w));
                prop_assert!((0.0..=1.0).contains(&score));
                // The bound of `quant` for rows of at most 12 terms, each with a code of 255.
                let bound = 2.0 * 12f64.sqrt() / 255.0 / 2.0 + 1e-4;
                let expected = oracle(&items[a], &items[b], &w, how);
                prop_assert!((f64::from(score) - expected).abs() <= bound, "{score} for {expected}");
            }
        }
    }
}

#[test]
fn two_items_without_anything_have_nothing_in_common() {
    let nothing = Plain {
        genres: BTreeSet::new(),
        metadata: [None; 3],
        year: None,
        text: [0.0; TERMS],
    };
    let part = Container::open(features_part(&[nothing.clone(), nothing]), kind::FEATURES).unwrap();
    let features = Features::open(&part).unwrap();
    let parts = Subject::of_features(&features, ItemIx(0)).parts(&features, ItemIx(1), GenreSimilarity::Jaccard);
    assert_eq!(parts.score(&Weights::DEFAULT), 0.0);
}
