//! Small packs made in memory, for tests of recommendations.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod cases;
pub mod damage;
pub mod ratings;

use aftershow_core::{
    Engine, Event, ItemId, Manifest, Outcome, Part, Person, PersonalSettings, Query, Recommendations, Recommended,
    Rerank, UserIdKind, Weights,
    ids::IdKind,
    pack::{
        CollaborativeData, ContentSettings, GenreSimilarity, PartEntry, PersonFactors, Series, SparseRows, Writer,
        collaborative,
        display::{self, DisplayData},
        items::{self, AttributeData, ItemsData},
        layout::{FORMAT_VERSION, kind, role},
        rows,
    },
    quant::quantize_row,
};

/// An item in plain values.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    pub genres: Vec<String>,
    pub metadata: [Option<String>; 3],
    pub year: u16,
    /// Minutes; 0 is unknown.
    pub runtime: u16,
    pub rating: Option<f64>,
    /// Terms with values, ascending.
    pub text: Vec<(u16, f32)>,
}

pub const METADATA: [&str; 3] = ["platform", "type", "language"];

/// The id of a row: not in the order of the rows.
pub fn id(row: usize) -> ItemId {
    ItemId::Int(1_000_000 - row as u64)
}

pub fn features(plain: &[Plain], terms: usize) -> Vec<u8> {
    let mut attributes = vec![AttributeData {
        name: "genre",
        role: role::GENRE,
        values: plain
            .iter()
            .map(|item| item.genres.iter().map(String::as_str).collect())
            .collect(),
    }];
    for (i, name) in METADATA.into_iter().enumerate() {
        attributes.push(AttributeData {
            name,
            role: role::METADATA,
            values: plain
                .iter()
                .map(|item| item.metadata[i].as_deref().into_iter().collect())
                .collect(),
        });
    }
    let data = ItemsData {
        ids: (0..plain.len()).map(id).collect(),
        years: plain.iter().map(|item| item.year).collect(),
        attributes,
    };
    let vocabulary: Vec<(String, f32)> = (0..terms).map(|t| (format!("term{t:05}"), 1.0)).collect();
    let mut out = Writer::new(kind::FEATURES);
    items::write(&mut out, &data);
    let rows: Vec<_> = plain.iter().map(|item| quantize_row(&item.text)).collect();
    rows::write(&mut out, &vocabulary, &rows);
    out.finish().unwrap()
}

pub fn display(plain: &[Plain]) -> Vec<u8> {
    let items = plain.len();
    let names: Vec<String> = (0..items).map(|row| format!("Item {row}")).collect();
    let mut out = Writer::new(kind::DISPLAY);
    display::write(
        &mut out,
        &DisplayData {
            names: names.iter().map(String::as_str).collect(),
            runtimes: plain.iter().map(|item| item.runtime).collect(),
            ratings: plain.iter().map(|item| item.rating).collect(),
            images: vec!["https://example.com/images/1.jpg"; items],
            urls: vec!["https://example.com/shows/1"; items],
        },
    );
    out.finish().unwrap()
}

pub fn model(data: &CollaborativeData) -> Vec<u8> {
    let mut out = Writer::new(kind::COLLABORATIVE);
    collaborative::write(&mut out, data).unwrap();
    out.finish().unwrap()
}

pub fn manifest(items: usize, weights: Weights, personal: Option<PersonalSettings>) -> Manifest {
    let entry = |kind: &str, optional| PartEntry {
        kind: kind.into(),
        name: String::new(),
        file: format!("{kind}.bin"),
        bytes: 0,
        sha256: String::new(),
        optional,
    };
    let mut parts = vec![entry("features", false), entry("display", false)];
    if personal.is_some() {
        parts.push(entry("collaborative", true));
    }
    Manifest {
        format: FORMAT_VERSION,
        pack_id: "0123456789abcdef".into(),
        version: String::new(),
        items: items as u32,
        id_kind: IdKind::Integer,
        content: ContentSettings {
            weights,
            genre_similarity: GenreSimilarity::Jaccard,
            top_n: 10,
            min_similarity: 0.0,
            rerank: Rerank::default(),
        },
        personal,
        parts,
        summaries: Series::default(),
        tables: Series::default(),
        shards: 0,
        heads: Vec::new(),
        attribution: String::new(),
        experiments: Vec::new(),
    }
}

pub fn personal(content: f32, collaborative: f32) -> PersonalSettings {
    PersonalSettings {
        content_weight: content,
        collaborative_weight: collaborative,
        model: "test".into(),
        user_ids: UserIdKind::Any,
        rerank: Rerank::default(),
    }
}

/// An engine with everything attached; without a model, one of a pack that has none.
pub fn engine(plain: &[Plain], terms: usize, weights: Weights, model: Option<(&CollaborativeData, f32)>) -> Engine {
    let settings = model.map(|(_, content)| personal(content, 1.0 - content));
    let manifest = manifest(plain.len(), weights, settings);
    attached(manifest, plain, terms, model.map(|(data, _)| data))
}

pub fn attached(manifest: Manifest, plain: &[Plain], terms: usize, model: Option<&CollaborativeData>) -> Engine {
    let mut engine = Engine::open(manifest).unwrap();
    engine.attach(Part::Features, features(plain, terms)).unwrap();
    engine.attach(Part::Display, display(plain)).unwrap();
    if let Some(data) = model {
        engine.attach(Part::Collaborative, self::model(data)).unwrap();
    }
    engine
}

/// A model of nothing but popularity: rows from 1 down.
pub fn popularity_only(items: usize) -> CollaborativeData {
    CollaborativeData {
        items,
        popularity: (0..items).map(|row| (items - row) as f32).collect(),
        rank: 0,
        item_factors: vec![],
        item_scales: vec![],
        person: PersonFactors::Linear { scales: vec![] },
        sparse: SparseRows::default(),
    }
}

pub fn answer(engine: &Engine, query: &Query) -> Recommendations {
    match engine.recommend(query).unwrap() {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

pub fn row_of(id: &ItemId) -> usize {
    match id {
        ItemId::Int(id) => 1_000_000 - *id as usize,
        ItemId::Str(_) => unreachable!(),
    }
}

/// All pages of a question, one after the other.
pub fn pages(engine: &Engine, query: &Query, n: usize) -> Vec<Recommended> {
    let mut all = Vec::new();
    loop {
        let page = answer(
            engine,
            &Query {
                n,
                offset: all.len(),
                ..query.clone()
            },
        );
        assert_eq!(page.offset, all.len());
        if page.items.is_empty() {
            assert_eq!(page.total, all.len());
            return all;
        }
        assert!(page.items.len() == n || page.total == all.len() + page.items.len());
        all.extend(page.items);
    }
}

/// SplitMix64: the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound.max(1) as u64) as usize
    }

    /// Near 0 more often than near `bound`.
    pub fn skewed(&mut self, bound: usize) -> usize {
        let x = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        ((x * x * x * bound as f64) as usize).min(bound - 1)
    }
}

/// A question for 20 items by somebody with so many events, most of them of the first of the catalogue's items.
pub fn somebody(random: &mut Random, items: usize, events: usize) -> Query {
    let history = (0..events).map(|_| Event::of(id(random.skewed(items)))).collect();
    Query {
        n: 20,
        ..Query::person(Person {
            history,
            genres: vec![],
        })
    }
}

/// A catalogue of the size and shape of a large one, and a model of it.
pub fn large(items: usize, rank: usize, sparse: usize) -> (Vec<Plain>, CollaborativeData) {
    let mut random = Random(20_261_121);
    let random = &mut random;
    let plain = (0..items)
        .map(|_| {
            let mut genres: Vec<String> = (0..random.below(4))
                .map(|_| format!("Genre {}", random.skewed(28)))
                .collect();
            genres.sort();
            genres.dedup();
            let mut text: Vec<(u16, f32)> = (0..4 + random.below(12))
                .map(|_| (random.skewed(5000) as u16, 1.0 + random.below(50) as f32 / 10.0))
                .collect();
            text.sort_by_key(|(term, _)| *term);
            text.dedup_by_key(|(term, _)| *term);
            let mut value =
                |what: &str, of: usize| (random.below(10) > 0).then(|| format!("{what} {}", random.skewed(of)));
            let metadata = [value("Platform", 2500), value("Type", 10), value("Language", 60)];
            Plain {
                genres,
                metadata,
                year: 1960 + random.below(66) as u16,
                runtime: 20 + random.below(100) as u16,
                rating: (random.below(5) > 0).then(|| random.below(100) as f64 / 10.0),
                text,
            }
        })
        .collect();
    let mut factors = || {
        (0..items * rank)
            .map(|_| (random.bits() % 255) as i64 as i8)
            .collect::<Vec<i8>>()
    };
    let item_factors = factors();
    let mut rows = SparseRows::default();
    for row in 0..items {
        let mut columns: Vec<u32> = (0..sparse).map(|_| random.skewed(items) as u32).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.retain(|column| *column as usize != row);
        rows.codes.extend(columns.iter().map(|_| random.bits() as i8));
        rows.columns.extend(columns);
        rows.ends.push(rows.columns.len() as u32);
        rows.scales.push(0.01);
    }
    let data = CollaborativeData {
        popularity: (0..items).map(|row| 1.0 / (1.0 + row as f32)).collect(),
        rank,
        item_factors,
        item_scales: vec![0.001; items],
        person: PersonFactors::Linear {
            scales: vec![0.001; items],
        },
        sparse: rows,
        items,
    };
    (plain, data)
}

/// Runs something many times and prints the median and the fastest, in ms.
pub fn time(what: &str, mut run: impl FnMut()) {
    (0..20).for_each(|_| run());
    let mut times: Vec<f64> = (0..201)
        .map(|_| {
            let start = std::time::Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{what}: median {:.3} ms, fastest {:.3} ms", times[100], times[0]);
}
