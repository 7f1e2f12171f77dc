//! Hostile packs: every truncation and flip of a small pack, and seeded mutations whose checksums are
//! repaired, so that they get past it. Each is refused with a code, or answers within bounds.

use std::{collections::BTreeMap, fs, panic::AssertUnwindSafe, sync::Mutex};

use aftershow_core::{
    Engine, Event, GenrePreference, ItemId, Manifest, NewItem, Outcome, Part, Person, Query, SearchQuery, WeightsPatch,
    pack::layout::{CHECKED_FROM, CHECKSUM_AT, MAX_INFLATED},
};
use aftershow_tests::BuiltPack;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Mutations with repaired checksums, over all parts together.
const MUTATIONS: u64 = 100_000;
/// Nothing may take more than so many times the file's size, and this much for small things.
const TIMES: usize = 64;
const BESIDE: usize = 256 << 10;

/// The pack, inflated, and the order in which its parts are attached.
struct Small {
    manifest: Vec<u8>,
    parts: Vec<(Part, Vec<u8>)>,
}

impl Small {
    fn load() -> Small {
        let pack = BuiltPack::tiny();
        let dir = pack.dir();
        let manifest = fs::read(dir.join("manifest.json")).unwrap();
        let known = Manifest::from_json(&manifest).unwrap();
        let mut parts = BTreeMap::new();
        for entry in fs::read_dir(&dir).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let Some(part) = known.part_named(&name) else { continue };
            let bytes = fs::read(dir.join(&name)).unwrap();
            let deflated = known.file(part).unwrap().deflated;
            let bytes = if deflated {
                decompress_to_vec_with_limit(&bytes, MAX_INFLATED).unwrap()
            } else {
                bytes
            };
            parts.insert(name, (part, bytes));
        }
        assert_eq!(
            parts.len(),
            9,
            "features, neighbours, display, collaborative, search, popular, summaries, table, shard: {:?}",
            parts.keys()
        );
        Small {
            manifest,
            parts: parts.into_values().collect(),
        }
    }

    fn engine(&self) -> Engine {
        Engine::open(Manifest::from_json(&self.manifest).unwrap()).unwrap()
    }

    /// An engine with all parts but one.
    fn without(&self, left_out: Part) -> Engine {
        let mut engine = self.engine();
        for (part, bytes) in self.parts.iter().filter(|(part, _)| *part != left_out) {
            // Without features the lazy way is taken, so a shard is asked.
            let lazy = matches!(left_out, Part::Table(_) | Part::Shard(_));
            if !lazy || matches!(part, Part::Table(_) | Part::Shard(_) | Part::Summaries(_)) {
                engine.attach(*part, bytes.clone()).unwrap();
            }
        }
        engine
    }
}

/// Asks everything that the engine can be asked; answers must stay within bounds.
fn ask_everything(engine: &Engine) -> usize {
    let mut answered = 0;
    let weights = WeightsPatch {
        genre: Some(1.0),
        year: Some(1.0),
        ..WeightsPatch::default()
    };
    let ids = ["harbour", "lighthouse", "kitchen", "dragons", "kniga", "bare", "nobody"];
    let mut queries: Vec<Query> = ids.map(|id| Query::similar(ItemId::Str(id.into()))).into();
    queries.extend(queries.clone().into_iter().map(|query| Query {
        summaries: true,
        n: 20,
        ..query
    }));
    queries.extend(queries.clone().into_iter().map(|query| Query { weights, ..query }));
    let new = NewItem {
        genres: vec!["Drama".into()],
        summary: "A detective in a harbour".into(),
        ..NewItem::default()
    };
    queries.push(Query::similar_to_features(new));
    for query in &queries {
        if let Ok(Outcome::Answer(answer)) = engine.answer(query) {
            answered += 1;
            assert!(answer.items.len() <= query.n);
            for item in &answer.items {
                let parts = item.parts;
                for score in [parts.score, parts.genre, parts.text, parts.metadata, parts.year] {
                    assert!((0.0..=1.0).contains(&score), "a score of {score}");
                }
            }
        }
    }
    if let Ok(Outcome::Answer(popular)) = engine.popular_listed(100) {
        answered += 1;
        for item in &popular.items {
            assert!((0.0..=1.0).contains(&item.score), "a popularity of {}", item.score);
        }
    }
    answered + recommend_everything(engine, &ids) + search_everything(engine)
}

/// The same for titles.
fn search_everything(engine: &Engine) -> usize {
    let mut answered = 0;
    for q in [
        "the harbour",
        "kitch",
        "lihgthouse",
        "книга",
        "dragons and",
        "war kitchen nothing",
    ] {
        for limit in [1, 100] {
            let query = SearchQuery {
                limit,
                ..SearchQuery::of(q)
            };
            if let Ok(Outcome::Answer(found)) = engine.search(&query) {
                answered += 1;
                assert!(found.items.len() <= limit);
            }
        }
    }
    answered
}

/// The same for people.
fn recommend_everything(engine: &Engine, ids: &[&str]) -> usize {
    let event = |(id, weight): (&&str, f32)| Event {
        weight,
        ..Event::of(ItemId::Str((*id).into()))
    };
    let liked = Person {
        history: ids.iter().zip([3.0, -1.0, 0.0, 100.0]).map(event).collect(),
        genres: vec![GenrePreference {
            genre: "Drama".into(),
            weight: 2.0,
        }],
    };
    let mut queries = vec![Query::popular(), Query::person(Person::default()), Query::person(liked)];
    queries.extend(queries.clone().into_iter().map(|query| Query {
        offset: 2,
        n: 3,
        include_seen: true,
        ..query
    }));
    let mut answered = 0;
    for query in &queries {
        if let Ok(Outcome::Answer(page)) = engine.recommend(query) {
            answered += 1;
            assert!(page.items.len() <= query.n);
            for item in &page.items {
                for score in [
                    item.score,
                    item.content_score,
                    item.collaborative_score,
                    item.popularity,
                ] {
                    assert!((0.0..=1.0).contains(&score), "a score of {score}");
                }
            }
        }
    }
    answered
}

/// Attaches damaged bytes and asks; returns whether they were accepted.
fn try_part(engine: &mut Engine, part: Part, bytes: Vec<u8>, what: &dyn Fn() -> String) -> bool {
    let length = bytes.len();
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let accepted = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let accepted = match engine.attach(part, bytes) {
            Ok(()) => true,
            Err(error) => {
                assert!(!error.code().is_empty());
                false
            }
        };
        if accepted {
            ask_everything(engine);
        }
        accepted
    }));
    let used = ALLOCATED.peak_usage().saturating_sub(before);
    assert!(
        used <= TIMES * length + BESIDE,
        "{}: {used} bytes for a part of {length}",
        what()
    );
    accepted.unwrap_or_else(|_| panic!("{}: it panicked", what()))
}

fn repair(bytes: &mut [u8]) {
    if bytes.len() > CHECKED_FROM {
        let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[CHECKED_FROM..]);
        bytes[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// SplitMix64: enough randomness for picking bytes, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            3 => bytes.truncate(at.max(1)),
            4 => {
                let (from, length) = (random.below(bytes.len()), random.below(16).min(bytes.len() - at));
                let copied: Vec<u8> = bytes[from..].iter().copied().take(length).collect();
                bytes[at..at + copied.len()].copy_from_slice(&copied);
            }
            _ => {
                // A count, an offset or a length of the header or the section table.
                let at = 16 + 4 * random.below(bytes.len().min(400) / 4);
                let value = [0, 1, 0xffff_ffff, 0x8000_0000, random.next() as u32][random.below(5)];
                if let Some(place) = bytes.get_mut(at..at + 4) {
                    place.copy_from_slice(&value.to_le_bytes());
                }
            }
        }
    }
    // Half of them have the right length again.
    if random.below(2) == 0 && bytes.len() >= 20 {
        let length = bytes.len() as u32;
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
    }
    repair(bytes);
}

/// Memory is measured over the whole process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn damaged_parts_are_refused_or_answer_within_bounds() {
    let _alone = ALONE.lock();
    let small = Small::load();
    let mut whole = small.engine();
    small
        .parts
        .iter()
        .for_each(|(part, bytes)| whole.attach(*part, bytes.clone()).unwrap());
    let good = ask_everything(&whole);
    assert!(good >= 37, "the undamaged pack answered {good} questions");

    let (mut refused, mut accepted) = (0u64, 0u64);
    for (part, bytes) in &small.parts {
        let mut engine = small.without(*part);
        for length in 0..bytes.len() {
            let what = || format!("{part:?} cut to {length}");
            assert!(
                !try_part(&mut engine, *part, bytes[..length].to_vec(), &what),
                "{} was accepted",
                what()
            );
            refused += 1;
        }
        for at in 0..bytes.len() {
            for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                let what = || format!("{part:?} with byte {at} flipped by {flip}");
                assert!(
                    !try_part(&mut engine, *part, damaged.clone(), &what),
                    "{} was accepted",
                    what()
                );
                // Past the checksum, so that the readers' own checks meet it.
                repair(&mut damaged);
                accepted += u64::from(try_part(&mut engine, *part, damaged, &what));
                refused += 1;
            }
        }
    }
    let mut random = Random(20_261_121);
    for (place, (part, bytes)) in small.parts.iter().enumerate() {
        let mut engine = small.without(*part);
        for round in 0..MUTATIONS.div_ceil(small.parts.len() as u64) {
            let mut damaged = bytes.clone();
            mutate(&mut random, &mut damaged);
            let what = || format!("mutation {round} of part {place}, {part:?}");
            match try_part(&mut engine, *part, damaged, &what) {
                true => accepted += 1,
                false => refused += 1,
            }
        }
    }
    println!("{refused} damaged parts refused, {accepted} accepted and within bounds");
    assert!(
        accepted > 1_000,
        "only {accepted} mutations got past the checks: they test nothing"
    );

    // The same process opens the good pack and gives the same answers.
    let mut again = small.engine();
    small
        .parts
        .iter()
        .for_each(|(part, bytes)| again.attach(*part, bytes.clone()).unwrap());
    assert_eq!(ask_everything(&again), good);
}

#[test]
fn damaged_manifests_are_refused_or_open_within_bounds() {
    let _alone = ALONE.lock();
    let small = Small::load();
    let manifest = small.manifest.clone();
    let mut attached = 0;
    for length in 0..manifest.len() {
        let _ = Manifest::from_json(&manifest[..length])
            .and_then(Engine::open)
            .map(|engine| ask_everything(&engine));
    }
    for at in 0..manifest.len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut damaged = manifest.clone();
            damaged[at] ^= flip;
            let Ok(mut engine) = Manifest::from_json(&damaged).and_then(Engine::open) else {
                continue;
            };
            for (part, bytes) in &small.parts {
                attached += u64::from(engine.attach(*part, bytes.clone()).is_ok());
            }
            ask_everything(&engine);
        }
    }
    assert!(attached > 10_000, "only {attached} parts met a damaged manifest");
    let refused = |json: &str, code: &str| assert_eq!(Manifest::from_json(json.as_bytes()).unwrap_err().code(), code);
    refused("{}", "pack_manifest");
    refused(r#"{"format": 2, "anything": []}"#, "pack_version");
    refused(r#"{"format": 0}"#, "pack_version");
    let text = String::from_utf8(manifest).unwrap();
    refused(
        &text.replace(r#""file":"features."#, r#""file":"../features."#),
        "pack_manifest",
    );
    refused(
        &text.replace(r#""kind":"neighbours""#, r#""kind":"holograms""#),
        "pack_unknown_part",
    );
}
