//! `aftershow batch`: what each user gets, as lines and as a table, and what is left when it fails.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use common::{aftershow, copy_sample_pack, names, run_in};
use parquet::{
    file::{reader::FileReader, serialized_reader::SerializedFileReader},
    record::Field,
};
use serde_json::Value;

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The ids of items with their scores.
fn scored(items: &Value) -> Vec<(Value, Value)> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| (item["id"].clone(), item["score"].clone())).collect()
}

#[test]
fn every_user_gets_what_recommend_says_and_nothing_of_their_history() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let mut events = String::new();
    for (user, item, kind) in [
        ("u2", 82, "like"),
        ("u10", 169, "watch"),
        ("u2", 169, "dislike"),
        ("u10", 82, "playlist_add"),
        ("nobody's", 999_999, "like"),
    ] {
        events += &format!("{{\"user_id\": \"{user}\", \"item_id\": {item}, \"type\": \"{kind}\"}}\n");
    }
    fs::write(dir.path().join("events.jsonl"), events).unwrap();
    let args = [
        "batch",
        "pack",
        "--history",
        "jsonl:events.jsonl",
        "-n",
        "7",
        "--out",
        "top.jsonl",
        "--json",
    ];
    let told: Value = serde_json::from_str(&run_in(dir.path(), &args).ok().stdout).unwrap();
    assert_eq!((told["users"].as_u64(), told["items"].as_u64()), (Some(3), Some(21)));
    assert!(told["users_per_second"].as_f64().unwrap() > 0.0);

    let rows = lines(&dir.path().join("top.jsonl"));
    let users: Vec<&str> = rows.iter().map(|row| row["user_id"].as_str().unwrap()).collect();
    assert_eq!(users, ["nobody's", "u10", "u2"], "by the bytes of the ids");
    for (row, history) in rows.iter().zip(["999999:3", "169:1,82:2", "82:3,169:-2"]) {
        let args = ["recommend", "pack", "--history", history, "-n", "7", "--json"];
        let answer: Value = serde_json::from_str(&run_in(dir.path(), &args).ok().stdout).unwrap();
        assert_eq!(scored(&row["items"]), scored(&answer["items"]), "{history}");
        assert!(
            scored(&row["items"])
                .iter()
                .all(|(id, _)| id.is_u64() && *id != 82 && *id != 169)
        );
        let keys: Vec<&String> = row["items"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "score"]);
    }
}

#[test]
fn what_users_say_they_prefer_counts_also_for_those_who_did_nothing() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put(
        "events.jsonl",
        "{\"user_id\": \"u2\", \"item_id\": 82, \"type\": \"like\"}\n",
    );
    put("users.csv", "id,genres,weights\nu1,Comedy|Drama,2|1\nu2,Crime,3\n");
    let args = [
        "batch",
        "pack",
        "--history",
        "jsonl:events.jsonl",
        "-n",
        "5",
        "--out",
        "top.jsonl",
        "-q",
    ];
    run_in(dir.path(), &[&args[..], &["--users", "csv:users.csv"]].concat()).ok();
    let rows = lines(&dir.path().join("top.jsonl"));
    let asked = [("u1", "", "Comedy:2,Drama"), ("u2", "82:3", "Crime:3")];
    assert_eq!(rows.len(), asked.len());
    for (row, (user, history, genres)) in rows.iter().zip(asked) {
        assert_eq!(row["user_id"], user);
        let args = [
            "recommend",
            "pack",
            "--history",
            history,
            "--genres",
            genres,
            "-n",
            "5",
            "--json",
        ];
        let answer: Value = serde_json::from_str(&run_in(dir.path(), &args).ok().stdout).unwrap();
        assert_eq!(scored(&row["items"]), scored(&answer["items"]), "{user}");
    }
    run_in(dir.path(), &[&args[..], &["--users", "sample"]].concat()).refused(&["--users", "jsonl:FILE"]);
}

#[test]
fn the_bytes_are_the_same_for_any_number_of_threads_and_the_table_says_what_the_lines_say() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    for (threads, out) in [
        ("1", "one.jsonl"),
        ("2", "two.jsonl"),
        ("1", "one.parquet"),
        ("2", "two.parquet"),
    ] {
        let args = [
            "batch",
            "pack",
            "--history",
            "sample",
            "--out",
            out,
            "--threads",
            threads,
            "-q",
        ];
        let quiet = run_in(dir.path(), &args).ok();
        assert_eq!(quiet.stdout, "");
    }
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    assert!(read("one.jsonl") == read("two.jsonl"));
    assert!(read("one.parquet") == read("two.parquet"));

    let mut flat = Vec::new();
    for row in lines(&dir.path().join("one.jsonl")) {
        for (place, item) in row["items"].as_array().unwrap().iter().enumerate() {
            let user = row["user_id"].as_str().unwrap().to_owned();
            flat.push((
                user,
                place as i32 + 1,
                item["id"].as_i64().unwrap(),
                item["score"].as_f64().unwrap(),
            ));
        }
    }
    let table = SerializedFileReader::new(fs::File::open(dir.path().join("one.parquet")).unwrap()).unwrap();
    let schema = table.metadata().file_metadata().schema_descr_ptr();
    let columns: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    assert_eq!(columns, ["user_id", "rank", "item_id", "score"]);
    let read: Vec<_> = Arc::new(table)
        .get_row_iter(None)
        .unwrap()
        .map(|row| {
            let row = row.unwrap();
            let fields: Vec<&Field> = row.get_column_iter().map(|(_, field)| field).collect();
            match fields[..] {
                [
                    Field::Str(user),
                    Field::Int(rank),
                    Field::Long(id),
                    Field::Double(score),
                ] => (user.clone(), *rank, *id, *score),
                _ => panic!("{fields:?}"),
            }
        })
        .collect();
    assert!(read.len() > 1000 && read == flat);
}

#[test]
fn ids_come_back_as_they_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put("numbers.txt", "7 1 2 3\n10 2 3 4\n9 1 4\n");
    put("words.txt", "7 a b c\nx b c d\n9 a d\n");
    put(
        "numbers.jsonl",
        "{\"user_id\": 7, \"item_id\": 1}\n{\"user_id\": 8, \"item_id\": 2}\n",
    );
    put(
        "texts.jsonl",
        "{\"user_id\": \"7\", \"item_id\": 1}\n{\"user_id\": \"8\", \"item_id\": 2}\n",
    );
    for kind in ["numbers", "words"] {
        let spec = format!("user-items:{kind}.txt");
        run_in(dir.path(), &["build", "--interactions", &spec, "--out", kind, "-q"]).ok();
    }
    let first = |pack: &str, spec: &str| {
        run_in(
            dir.path(),
            &["batch", pack, "--history", spec, "--out", "top.jsonl", "-q"],
        )
        .ok();
        let row = lines(&dir.path().join("top.jsonl")).remove(0);
        (row["user_id"].clone(), row["items"][0]["id"].clone())
    };
    assert!(matches!(
        first("numbers", "user-items:numbers.txt"),
        (Value::Number(_), Value::Number(_))
    ));
    assert!(matches!(
        first("words", "user-items:words.txt"),
        (Value::String(_), Value::String(_))
    ));
    assert!(matches!(
        first("numbers", "jsonl:numbers.jsonl"),
        (Value::Number(_), Value::Number(_))
    ));
    assert!(matches!(
        first("numbers", "jsonl:texts.jsonl"),
        (Value::String(_), Value::Number(_))
    ));
}

#[test]
fn a_catalogue_that_is_shorter_than_the_list_is_given_whole() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("log.txt"), "ann 1 2 3\nbob 2 3 4\ncyd 1 2 3 4\n").unwrap();
    run_in(
        dir.path(),
        &["build", "--interactions", "user-items:log.txt", "--out", "pack", "-q"],
    )
    .ok();
    let args = [
        "batch",
        "pack",
        "--history",
        "user-items:log.txt",
        "-n",
        "100",
        "--out",
        "top.jsonl",
        "-q",
    ];
    run_in(dir.path(), &args).ok();
    let got: BTreeMap<String, BTreeSet<u64>> = lines(&dir.path().join("top.jsonl"))
        .iter()
        .map(|row| {
            let items = row["items"].as_array().unwrap().iter();
            (
                row["user_id"].as_str().unwrap().to_owned(),
                items.map(|item| item["id"].as_u64().unwrap()).collect(),
            )
        })
        .collect();
    let right = [("ann", vec![4]), ("bob", vec![1]), ("cyd", vec![])];
    assert_eq!(
        got,
        right
            .map(|(user, items)| (user.to_owned(), items.into_iter().collect()))
            .into()
    );
}

#[test]
fn what_is_wrong_is_told_and_leaves_an_older_file_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put("log.txt", "ann 1 2 3\nbob 2 3 4\n");
    run_in(
        dir.path(),
        &["build", "--interactions", "user-items:log.txt", "--out", "pack", "-q"],
    )
    .ok();
    put("top.jsonl", "precious");
    put("empty.txt", "");
    put("cut.jsonl", "{\"user_id\": \"a\", \"item_id\": 1}\n{\"user_id\":");
    let before = names(dir.path());
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--history", "log.txt"], &["log.txt", "user-items:FILE"]),
        (&["--history", "user-items:gone.txt"], &["gone.txt", "no such file"]),
        (
            &["--history", "user-items:empty.txt"],
            &["empty.txt", "the file is empty"],
        ),
        (&["--history", "jsonl:cut.jsonl"], &["cut.jsonl, line 2", "cut off"]),
        (&["--history", "user-items:log.txt", "-n", "0"], &["n must be"]),
        (&["--history", "user-items:log.txt", "-n", "101"], &["n must be"]),
        (
            &["--history", "user-items:log.txt", "--content-weight", "-1"],
            &["content_weight"],
        ),
        (
            &["--history", "user-items:log.txt", "--threads", "0"],
            &["--threads", "1 to 1024"],
        ),
        (&[], &["--history"]),
    ];
    for (flags, words) in cases {
        run_in(
            dir.path(),
            &[&["batch", "pack", "--out", "top.jsonl", "-q"], flags].concat(),
        )
        .refused(words);
        assert_eq!(names(dir.path()), before, "after {flags:?}");
    }
    let history = ["--history", "user-items:log.txt"];
    run_in(
        dir.path(),
        &[&["batch", "pack", "--out", "top.csv"], &history[..]].concat(),
    )
    .refused(&[".jsonl or .parquet"]);
    run_in(
        dir.path(),
        &[&["batch", "gone", "--out", "top.jsonl"], &history[..]].concat(),
    )
    .refused(&["gone", "no such folder"]);
    let nowhere = run_in(
        dir.path(),
        &[&["batch", "pack", "--out", "gone/top.jsonl"], &history[..]].concat(),
    );
    assert!(
        nowhere.code == Some(1) && nowhere.stderr.contains("gone/top.jsonl can't be written"),
        "{}",
        nowhere.stderr
    );
    assert_eq!(names(dir.path()), before);
    assert_eq!(fs::read_to_string(dir.path().join("top.jsonl")).unwrap(), "precious");
}

#[test]
#[cfg(unix)]
fn ctrl_c_leaves_the_older_file_and_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let log: String = (0..30_000u64)
        .map(|user| {
            let item = |k: u64| (user.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(k * k * 77) >> 13) % 200;
            let items: Vec<String> = (0..12).map(|k| item(k).to_string()).collect();
            format!("{user} {}\n", items.join(" "))
        })
        .collect();
    let small: String = log.lines().take(500).map(|line| format!("{line}\n")).collect();
    fs::write(dir.path().join("log.txt"), log).unwrap();
    fs::write(dir.path().join("small.txt"), small).unwrap();
    run_in(
        dir.path(),
        &["build", "--interactions", "user-items:small.txt", "--out", "pack", "-q"],
    )
    .ok();
    fs::write(dir.path().join("top.jsonl"), "precious").unwrap();
    let before = names(dir.path());
    let mut child = aftershow()
        .current_dir(dir.path())
        .args([
            "batch",
            "pack",
            "--history",
            "user-items:log.txt",
            "-n",
            "100",
            "--out",
            "top.jsonl",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("recommend:") {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).unwrap(),
            0,
            "it ended before it began to recommend"
        );
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert_eq!(names(dir.path()), before);
    assert_eq!(fs::read_to_string(dir.path().join("top.jsonl")).unwrap(), "precious");
}

#[test]
fn nothing_about_people_is_written_into_the_packs_folder() {
    let dir = tempfile::tempdir().unwrap();
    copy_sample_pack(dir.path());
    for out in ["pack/best.jsonl", "./pack/../pack/best.parquet"] {
        run_in(dir.path(), &["batch", "pack", "--history", "sample", "--out", out])
            .refused(&["--out", "which is public"]);
    }
    assert!(!dir.path().join("pack/best.jsonl").exists());
}
