//! `aftershow recommend`: a person by their history, their preferences, or as one whom the user parts know.

mod common;

use std::{fs, path::Path};

use aftershow_core::{BlendPatch, Event, ItemId, Person, Query};
use aftershow_pipeline::PackDir;
use common::{copy_sample_pack, names, run_in};
use serde_json::Value;

fn json(dir: &Path, args: &[&str]) -> Value {
    let all = [&["recommend", "pack", "--json"], args].concat();
    serde_json::from_str(&run_in(dir, &all).ok().stdout).unwrap()
}

#[test]
fn the_answer_is_the_engines() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let liked = |id, weight| Event {
        weight,
        ..Event::of(ItemId::Int(id))
    };
    let query = Query {
        n: 4,
        offset: 3,
        include_seen: true,
        blend: BlendPatch {
            content: Some(3.0),
            collaborative: Some(1.0),
        },
        ..Query::person(Person {
            history: vec![liked(82, 3.0), liked(169, 1.0), liked(1, -2.0)],
            genres: Vec::new(),
        })
    };
    let right = PackDir::open(&dir.path().join("pack"))
        .unwrap()
        .recommend(&query)
        .unwrap();
    let args = [
        "--history",
        "82:3,169,1:-2",
        "-n",
        "4",
        "--offset",
        "3",
        "--include-seen",
        "--content-weight",
        "3",
        "--collaborative-weight",
        "1",
    ];
    assert_eq!(json(dir.path(), &args), serde_json::to_value(&right).unwrap());
}

#[test]
fn the_table_tells_scores_sources_and_what_had_no_effect() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let table = run_in(dir.path(), &["recommend", "pack", "--history", "82:3,999999,x"])
        .ok()
        .stdout;
    let head = table.lines().next().unwrap();
    let columns: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(
        columns,
        ["score", "content", "collab.", "popular", "source", "id", "title"]
    );
    assert!(table.contains("2 items of the history are not in the pack"), "{table}");
    let popular = run_in(dir.path(), &["recommend", "pack", "-n", "3", "--offset", "5"])
        .ok()
        .stdout;
    assert!(
        popular.lines().nth(1).unwrap().trim_start().starts_with("6 "),
        "{popular}"
    );
}

#[test]
fn preferences_alone_are_enough_and_nothing_at_all_is_what_is_popular() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let comedies = json(dir.path(), &["--genres", "Comedy"]);
    let items = comedies["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .all(|item| item["genres"].as_array().unwrap().contains(&"Comedy".into()))
    );
    assert_eq!(comedies["fallback_used"], false);
    let popular = json(dir.path(), &[]);
    assert_eq!(
        (
            popular["fallback_used"].as_bool(),
            popular["items"][0]["source"].as_str()
        ),
        (Some(false), Some("popular"))
    );
    let unheard = json(dir.path(), &["--history", "999999"]);
    assert_eq!(
        (unheard["fallback_used"].as_bool(), unheard["unknown_items"].as_u64()),
        (Some(true), Some(1))
    );
    let ids = |answer: &Value| -> Vec<Value> {
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].clone())
            .collect()
    };
    assert_eq!(ids(&popular), ids(&unheard));
}

#[test]
fn questions_that_make_no_sense_exit_with_2_and_say_why() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--history", "82,,3"], &["--history", "names nothing"]),
        (&["--history", "82:101"], &["weight", "-100 to 100"]),
        (&["--genres", "Drama:-1"], &["weight", "0 to 100"]),
        (&["-n", "0"], &["n must be"]),
        (&["--half-life-days", "0", "--history", "82"], &["half_life_days"]),
        (
            &["--content-weight", "0", "--collaborative-weight", "0"],
            &["not both 0"],
        ),
        (&["--user", "u1"], &["--users"]),
        (&["--user", "u1", "--users", "gone", "--history", "82"], &["--history"]),
        (&["--user", "u1", "--users", "gone"], &["gone", "--users-out"]),
    ];
    for (flags, words) in cases {
        run_in(dir.path(), &[&["recommend", "pack"], flags].concat()).refused(words);
    }
    run_in(dir.path(), &["recommend", "gone"]).refused(&["gone", "no such folder"]);
    let parts = names(&dir.path().join("pack"));
    if let Some(part) = parts.iter().find(|name| name.starts_with("collaborative.")) {
        let path = dir.path().join("pack").join(part);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        run_in(dir.path(), &["recommend", "pack", "--history", "82"]).refused(&[part, "damaged"]);
    }
}
