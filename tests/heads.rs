//! A head says of its titles what the whole pack says.

use std::{collections::BTreeMap, fs, path::Path};

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use aftershow_core::{
    Engine, Event, Filter, ItemId, Manifest, Outcome, Person, Query, Recommendations, Rerank,
    pack::layout::MAX_INFLATED,
};
use aftershow_pipeline::{PackDir, inspect};
use aftershow_tests::BuiltPack;

/// An engine over the pack with this manifest; everything that it asks for is attached.
fn ask(dir: &Path, manifest: &str, query: &Query) -> Recommendations {
    let manifest = Manifest::from_json(&fs::read(dir.join(manifest)).unwrap()).unwrap();
    let mut engine = Engine::open(manifest).unwrap();
    loop {
        match engine.recommend(query).unwrap() {
            Outcome::Answer(answer) => return answer,
            Outcome::NeedParts(parts) => {
                for part in parts {
                    let mut bytes = fs::read(dir.join(&part.file)).unwrap();
                    if part.deflated {
                        bytes = decompress_to_vec_with_limit(&bytes, MAX_INFLATED).unwrap();
                    }
                    engine.attach(part.part, bytes).unwrap();
                }
            }
        }
    }
}

/// What each item was worth by the model, for each title of the history: before anything is scaled.
fn contributions(answer: &Recommendations) -> BTreeMap<String, Vec<(ItemId, f64)>> {
    let of = |item: &aftershow_core::Recommended| {
        let reasons = item.reasons.iter().filter(|reason| !reason.contributions.is_empty());
        reasons
            .flat_map(|reason| reason.ids.iter().cloned().zip(reason.contributions.iter().copied()))
            .collect()
    };
    answer
        .items
        .iter()
        .map(|item| (item.card.id.to_string(), of(item)))
        .collect()
}

#[test]
fn a_head_has_the_best_known_titles_and_what_the_whole_pack_says_of_them() {
    let (pack, sizes) = (BuiltPack::with_heads(&[48, 16, 300]), [16, 48]);
    let dir = pack.dir();
    let whole = pack.open();
    let heads = &whole.manifest().heads;
    assert_eq!(
        heads.iter().map(|head| head.items).collect::<Vec<_>>(),
        sizes,
        "300 of 350 is no head"
    );

    let popular = Query {
        n: 100,
        ..Query::popular()
    };
    let ids =
        |answer: &Recommendations| -> Vec<ItemId> { answer.items.iter().map(|item| item.card.id.clone()).collect() };
    let best_known = ids(&ask(&dir, "manifest.json", &popular));
    for head in heads {
        let size = head.items as usize;
        let known = &best_known[..size];
        assert_eq!(ids(&ask(&dir, &head.file, &popular)), known);

        // Both rank the same titles, and only those.
        let query = Query {
            n: 100,
            reasons: true,
            summaries: true,
            filter: Filter::Ids(known.to_vec()),
            rerank: Rerank {
                diversity: Some(0.0),
                ..Rerank::default()
            },
            ..Query::person(Person {
                history: [1, 4, 9].map(|row| Event::of(known[row].clone())).into(),
                ..Person::default()
            })
        };
        let (ours, theirs) = (ask(&dir, &head.file, &query), ask(&dir, "manifest.json", &query));
        assert_eq!(ours.items.len(), size - 3);
        assert_eq!(contributions(&ours), contributions(&theirs));
        assert!(contributions(&ours).values().any(|of_item| !of_item.is_empty()));
        let cards = |answer: &Recommendations| -> BTreeMap<String, _> {
            answer
                .items
                .iter()
                .map(|item| (item.card.id.to_string(), item.card.clone()))
                .collect()
        };
        assert_eq!(cards(&ours), cards(&theirs));
    }
}

#[test]
fn every_byte_of_a_pack_with_heads_is_inspected() {
    let pack = BuiltPack::with_heads(&[16, 48]);
    let found = inspect::inspect(&PackDir::open(&pack.dir()).unwrap()).unwrap();
    let files = fs::read_dir(pack.dir())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len());
    assert_eq!(found.bytes_total, files.sum::<u64>());
}

#[test]
fn a_head_of_nearly_all_titles_is_left_out() {
    assert!(BuiltPack::sample().open().manifest().heads.is_empty());
}
