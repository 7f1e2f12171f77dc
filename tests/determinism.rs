//! Equal input gives equal bytes, and the three ways to an answer give one answer.

use std::{collections::BTreeMap, fs, path::Path};

use aftershow_core::{
    Engine, ItemId, ItemIx, Manifest, Outcome, Part, PartFile, Person, Query, Recommendations, Route,
    pack::layout::MAX_INFLATED,
};
use aftershow_tests::BuiltPack;

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn two_builds_on_other_numbers_of_threads_have_equal_bytes() {
    let (one, three) = (BuiltPack::of("sample", None, 1), BuiltPack::of("sample", None, 3));
    same_files(&one, &three);
}

fn same_files(one: &BuiltPack, other: &BuiltPack) {
    let (one, other) = (files(&one.dir()), files(&other.dir()));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one == other, "a file differs");
}

#[test]
fn what_is_learned_has_equal_bytes_on_as_many_threads_and_ranks_alike_on_others() {
    let [one, again, three] = [1, 1, 3].map(|threads| BuiltPack::of("sample", Some("sample"), threads));
    same_files(&one, &again);
    let [mut one, mut three] = [&one, &three].map(BuiltPack::open);
    let (mut alike, mut all) = (0, 0);
    for id in 1..=60 {
        let person = Person::who_liked([id, id + 100, id + 200].map(ItemId::Int));
        let query = Query {
            n: 20,
            ..Query::person(person)
        };
        let [ours, theirs] = [&mut one, &mut three].map(|pack| pack.recommend(&query).unwrap().items);
        all += ours.len();
        alike += ours
            .iter()
            .filter(|item| theirs.iter().any(|other| other.card.id == item.card.id))
            .count();
    }
    assert!(alike * 1000 >= all * 999, "{alike} of {all}");
}

#[test]
fn every_file_is_named_by_its_content_and_listed_in_the_checksums() {
    let pack = BuiltPack::sample();
    let files = files(&pack.dir());
    let listed = String::from_utf8(files["checksums.txt"].clone()).unwrap();
    assert_eq!(listed.lines().count(), files.len() - 1);
    for line in listed.lines() {
        let (sha256, name) = line.split_once("  ").unwrap();
        assert!(files.contains_key(name), "{name}");
        if let Some((_, rest)) = name.split_once('.').filter(|_| name.ends_with(".bin")) {
            assert!(sha256.starts_with(rest.trim_end_matches(".bin")), "{name}");
        }
    }
}

/// An engine over a folder with some resident parts attached; fetches what it asks for.
struct Host<'a> {
    dir: &'a Path,
    engine: Engine,
}

impl<'a> Host<'a> {
    fn with(dir: &'a Path, parts: &[Part]) -> Host<'a> {
        let manifest = Manifest::from_json(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
        let mut host = Host {
            dir,
            engine: Engine::open(manifest).unwrap(),
        };
        for part in parts {
            let file = host.engine.manifest().file(*part).unwrap();
            host.fetch(&file);
        }
        host
    }

    fn fetch(&mut self, file: &PartFile) {
        let mut bytes = fs::read(self.dir.join(&file.file)).unwrap();
        if file.deflated {
            bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(&bytes, MAX_INFLATED).unwrap();
        }
        self.engine.attach(file.part, bytes).unwrap();
    }

    fn ask(&mut self, query: &Query) -> aftershow_core::Answer {
        loop {
            match self.engine.answer(query).unwrap() {
                Outcome::Answer(answer) => return answer,
                Outcome::NeedParts(files) => files.iter().for_each(|file| self.fetch(file)),
            }
        }
    }
}

#[test]
fn stored_lists_shards_and_scans_give_the_same_answer_for_every_show_of_the_sample() {
    let pack = BuiltPack::sample();
    let dir = pack.dir();
    let mut stored = Host::with(&dir, &[Part::Features, Part::Display, Part::Neighbours]);
    let mut scanning = Host::with(&dir, &[Part::Features, Part::Display]);
    let mut lazy = Host::with(&dir, &[]);
    let items = stored.engine.manifest().items;
    assert!(items >= 300, "the sample has {items} shows");
    for id in 1..=u64::from(items) {
        for (n, min_similarity) in [(20, 0.0), (10, 0.0), (10, 0.4)] {
            let query = Query {
                n,
                min_similarity,
                summaries: id % 50 == 0,
                ..Query::similar(ItemId::Int(id))
            };
            let (a, b, c) = (stored.ask(&query), scanning.ask(&query), lazy.ask(&query));
            assert_eq!(
                (a.route, b.route, c.route),
                (Route::Stored, Route::Scan, Route::Shard),
                "show {id}"
            );
            assert_eq!(a.subject, c.subject);
            assert_eq!(a.items, b.items, "show {id}");
            assert_eq!(a.items, c.items, "show {id}");
            assert!(
                a.items
                    .iter()
                    .all(|item| item.parts.score >= f64::from(min_similarity) - 1e-6)
            );
            assert!(a.items.iter().all(|item| item.card.id != ItemId::Int(id)));
        }
    }
}

#[test]
fn the_short_list_of_what_is_popular_is_the_beginning_of_the_whole_engines() {
    let resident = [Part::Features, Part::Display, Part::Collaborative];
    for (pack, resident) in [
        (BuiltPack::sample(), &resident[..]),
        (BuiltPack::of("sample", None, 2), &resident[..2]),
    ] {
        let dir = pack.dir();
        let whole = Host::with(&dir, resident);
        let lazy = Host::with(&dir, &[Part::Popular]);
        let recommended = |outcome| match outcome {
            Outcome::Answer(page) => page,
            Outcome::NeedParts(parts) => panic!("{parts:?}"),
        };
        for n in [1, 20, 60] {
            let all: Recommendations = recommended(whole.engine.recommend(&Query { n, ..Query::popular() }).unwrap());
            let listed = recommended(lazy.engine.popular_listed(n).unwrap());
            assert_eq!(listed, all);
        }
        assert_eq!(recommended(lazy.engine.popular_listed(100).unwrap()).items.len(), 60);
        assert_eq!(lazy.engine.popular_listed(0).unwrap_err().code(), "invalid_parameter");
    }
}

#[test]
fn a_new_show_with_the_features_of_a_known_one_finds_it_first() {
    let pack = BuiltPack::sample();
    let dir = pack.dir();
    let mut host = Host::with(&dir, &[]);
    let known = host.ask(&Query {
        summaries: true,
        ..Query::similar(ItemId::Int(82))
    });
    let card = known.subject.unwrap();
    let new = aftershow_core::NewItem {
        name: "Another".into(),
        genres: card.genres.clone(),
        summary: card.summary.clone().unwrap(),
        platform: card.platform.clone(),
        kind: card.kind.clone(),
        language: card.language.clone(),
        year: card.year,
        ..Default::default()
    };
    let answer = host.ask(&Query::similar_to_features(new));
    assert_eq!(answer.items[0].card.id, ItemId::Int(82));
    assert!((answer.items[0].parts.score - 1.0).abs() < 1e-6);
    // Without itself, its neighbours are those of the known show, score for score.
    let others: Vec<_> = answer.items[1..]
        .iter()
        .map(|item| (&item.card.id, item.parts))
        .collect();
    let expected: Vec<_> = known.items[..9]
        .iter()
        .map(|item| (&item.card.id, item.parts))
        .collect();
    assert_eq!(others, expected);
}

#[test]
fn without_a_log_rows_are_ordered_by_how_well_known_the_shows_are() {
    let pack = BuiltPack::of("sample", None, 2);
    let dir = pack.dir();
    let host = Host::with(&dir, &[Part::Features]);
    assert!(host.engine.has(Part::Features));
    let bytes = fs::read(dir.join(host.engine.manifest().file(Part::Features).unwrap().file)).unwrap();
    let part = aftershow_core::pack::Container::open(bytes, aftershow_core::pack::layout::kind::FEATURES).unwrap();
    let features = aftershow_core::kernel::Features::open(&part).unwrap();
    let row = features.items.find(&ItemId::Int(82)).unwrap();
    assert!(row < ItemIx(10), "Game of Thrones is in row {}", row.0);
}
