//! The binary, as a user meets it: exit codes, messages, and what is left on the disk.

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use common::{Run, aftershow, contents, names, run_in};

#[test]
fn a_pack_of_the_sample_is_built_inspected_and_asked() {
    let dir = tempfile::tempdir().unwrap();
    let built = run_in(dir.path(), &["build", "--catalog", "sample", "--out", "pack"]).ok();
    for word in ["titles", "similarities", "peak memory", "aftershow similar pack 82"] {
        assert!(built.stdout.contains(word), "{word:?} is not in: {}", built.stdout);
    }
    assert!(built.stderr.contains("features"), "progress goes to stderr");
    assert_eq!(names(dir.path()), ["pack", "pack.work"], "nothing half-written is left");

    let json: serde_json::Value =
        serde_json::from_str(&run_in(dir.path(), &["inspect", "pack", "--json"]).ok().stdout).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "bytes_total",
            "config",
            "format_version",
            "items",
            "pack_id",
            "sections"
        ]
    );
    let sum: u64 = json["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["bytes"].as_u64().unwrap())
        .sum();
    let on_disk: u64 = contents(&dir.path().join("pack"))
        .iter()
        .map(|(_, bytes)| bytes.len() as u64)
        .sum();
    assert_eq!((json["bytes_total"].as_u64().unwrap(), sum), (on_disk, on_disk));
    assert_eq!(json["config"]["content"]["top_n"], 20);
    assert!(json["config"].get("threads").is_none());

    let answer: serde_json::Value = serde_json::from_str(
        &run_in(dir.path(), &["similar", "pack", "169", "-n", "3", "--json"])
            .ok()
            .stdout,
    )
    .unwrap();
    assert_eq!(
        (answer["id"].as_u64(), answer["items"].as_array().map(Vec::len)),
        (Some(169), Some(3))
    );
    let item: Vec<&String> = answer["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        item,
        [
            "attributes",
            "genre_score",
            "genres",
            "id",
            "image",
            "language",
            "metadata_score",
            "name",
            "platform",
            "rating",
            "runtime",
            "score",
            "shared_genres",
            "summary",
            "text_score",
            "type",
            "url",
            "year",
            "year_score"
        ]
    );

    let found = run_in(dir.path(), &["search", "pack", "breking", "bad", "-n", "1"])
        .ok()
        .stdout;
    assert!(
        found.contains("Breaking Bad (2008)") && found.contains("typo"),
        "{found}"
    );
    let table = run_in(dir.path(), &["similar", "pack", "169"]).ok().stdout;
    assert!(
        table.starts_with("More like Breaking Bad (2008)") && table.contains("score = 0.40 genre + 0.50 text"),
        "{table}"
    );
    let with_year = run_in(dir.path(), &["similar", "pack", "169", "--year-weight", "1"])
        .ok()
        .stdout;
    assert!(with_year.contains(" year"), "{with_year}");
    assert!(
        run_in(dir.path(), &["inspect", "pack"])
            .ok()
            .stdout
            .contains("features/row_codes")
    );
}

#[test]
fn two_builds_with_other_thread_counts_give_equal_bytes() {
    let dir = tempfile::tempdir().unwrap();
    for (threads, out) in [("1", "one"), ("4", "four")] {
        run_in(
            dir.path(),
            &["build", "--catalog", "sample", "--out", out, "--threads", threads, "-q"],
        )
        .ok();
    }
    assert!(contents(&dir.path().join("one")) == contents(&dir.path().join("four")));
}

#[test]
fn later_steps_use_what_earlier_ones_made_and_stale_results_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let build = |more: &[&str]| {
        run_in(
            dir.path(),
            &[&["build", "--catalog", "tvmaze:a.json", "--out", "pack"], more].concat(),
        )
    };
    let show = |id: u32, genre: &str| format!("{{\"id\": {id}, \"name\": \"N{id}\", \"genres\": [\"{genre}\"]}}");
    fs::write(
        dir.path().join("a.json"),
        format!("[{}, {}]", show(1, "Drama"), show(2, "Drama")),
    )
    .unwrap();

    build(&["--steps", "similarities,train,pack"]).refused(&[
        "`fetch`",
        "there is none",
        "--steps fetch,features,similarities,train,pack",
    ]);
    assert!(!dir.path().join("pack").exists());
    build(&["--steps", "fetch,features"]).ok();
    assert!(!dir.path().join("pack").exists());
    build(&["--steps", "similarities,train,pack"]).ok();
    let in_steps = contents(&dir.path().join("pack"));
    build(&[]).ok();
    assert!(
        in_steps == contents(&dir.path().join("pack")),
        "in steps or at once, the pack is the same"
    );

    build(&["--steps", "similarities,train,pack", "--max-text-features", "9"]).refused(&[
        "`features`",
        "content.max_text_features was 500 and is 9",
        "--steps features,similarities,train,pack",
    ]);
    build(&["--steps", "pack", "--top-n", "3"]).refused(&["`similarities`", "content.top_n was 20 and is 3"]);
    fs::write(dir.path().join("a.json"), format!("[{}]", show(1, "Comedy"))).unwrap();
    build(&["--steps", "pack"]).refused(&[
        "the input a.json (catalog[0]) has changed",
        "--steps fetch,features,similarities,train,pack",
    ]);
    assert!(
        in_steps == contents(&dir.path().join("pack")),
        "a refused build leaves the older pack as it was"
    );
}

#[test]
fn bad_flags_configurations_and_inputs_exit_with_2_and_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("typo.yaml", "catalog: [sample]\ncontnt: {}\n");
    write("zero.yaml", "content: {weights: {genre: 0, text: 0, metadata: 0}}\n");
    write("broken.yaml", "catalog: [sample\n");
    write("cut.json", "[\n{\"id\": 1, \"name\": \"A\"},\n{\"id\":");
    write("bad.csv", "id,titel\n1,A\n");
    let before = names(dir.path());
    let cases: [(&[&str], &[&str]); 15] = [
        (&[], &["--catalog"]),
        (&["--catalog", "shows.json"], &["shows.json", "tvmaze:FILE"]),
        (&["--catalog", "tvmaze:gone.json"], &["gone.json", "no such file"]),
        (&["--catalog", "tvmaze:cut.json"], &["cut.json, line 3", "cut off"]),
        (
            &["--catalog", "csv:bad.csv"],
            &["bad.csv, line 1", "no column is the name", "titel"],
        ),
        (&["--catalog", "sample", "--top-n", "0"], &["--top-n", "from 1 to 1000"]),
        (&["--catalog", "sample", "--top-n", "many"], &["--top-n"]),
        (
            &["--catalog", "sample", "--text-weight", "-0.5"],
            &["--text-weight", "-0.5"],
        ),
        (&["--catalog", "sample", "--text-weight", "inf"], &["--text-weight"]),
        (
            &["--catalog", "sample", "--config", "zero.yaml"],
            &["zero.yaml", "content.weights", "all 0"],
        ),
        (&["--config", "typo.yaml"], &["typo.yaml, line 2", "contnt"]),
        (&["--config", "broken.yaml"], &["broken.yaml, line "]),
        (&["--config", "gone.yaml"], &["gone.yaml", "no such file"]),
        (&["--catalog", "sample", "--steps", "learn"], &["--steps", "learn"]),
        (&["--catalog", "sample", "--frobnicate"], &["--frobnicate"]),
    ];
    for (flags, words) in cases {
        run_in(dir.path(), &[&["build", "--out", "pack"], flags].concat()).refused(words);
        let left: Vec<String> = names(dir.path())
            .into_iter()
            .filter(|name| name != "pack.work")
            .collect();
        assert_eq!(left, before, "after {flags:?}");
    }
    run_in(dir.path(), &["build", "--catalog", "sample"]).refused(&["--out"]);
}

#[test]
fn a_folder_that_is_not_a_pack_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("site")).unwrap();
    fs::write(dir.path().join("site/index.html"), "precious").unwrap();
    run_in(dir.path(), &["build", "--catalog", "sample", "--out", "site"]).refused(&["--out site", "not a pack"]);
    assert_eq!(
        fs::read_to_string(dir.path().join("site/index.html")).unwrap(),
        "precious"
    );
}

#[test]
fn questions_that_have_no_answer_exit_with_2_and_say_why() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["build", "--catalog", "sample", "--out", "pack", "-q"]).ok();
    let ask = |args: &[&str]| run_in(dir.path(), args);
    ask(&["similar", "pack", "999999"]).refused(&["no item with the id \"999999\""]);
    ask(&["similar", "pack", "Breaking Bad"]).refused(&["no item with the id"]);
    ask(&["similar", "pack", "-5"]).refused(&["no item with the id \"-5\""]);
    ask(&["similar", "pack", "169", "-n", "0"]).refused(&["n must be"]);
    ask(&["similar", "pack", "169", "--min-similarity", "2"]).refused(&["min_similarity must be"]);
    ask(&["similar", "pack", "169", "--genre-weight", "-1"]).refused(&["genre_weight must be"]);
    ask(&["search", "pack", "a", "-n", "0"]).refused(&["limit must be"]);
    ask(&["search", "pack", &"x".repeat(201)]).refused(&["q must be"]);
    assert!(
        ask(&["search", "pack", "xylophonists"])
            .ok()
            .stdout
            .contains("No title")
    );
    ask(&["similar", "pack.work", "169"]).refused(&["pack.work", "no manifest.json"]);
    ask(&["inspect", "gone"]).refused(&["gone", "no such folder"]);
    let nothing = ask(&["similar", "pack", "169", "--min-similarity", "1"]).ok();
    assert!(
        nothing.stdout.contains("Nothing is similar enough"),
        "{}",
        nothing.stdout
    );

    let features = names(&dir.path().join("pack"))
        .into_iter()
        .find(|name| name.starts_with("features."))
        .unwrap();
    let path = dir.path().join("pack").join(&features);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    ask(&["similar", "pack", "169", "--text-weight", "0"]).refused(&[&features, "damaged"]);
    fs::remove_file(&path).unwrap();
    ask(&["inspect", "pack"]).refused(&[&features, "can't be read"]);
    let manifest = fs::read_to_string(dir.path().join("pack/manifest.json")).unwrap();
    fs::write(
        dir.path().join("pack/manifest.json"),
        manifest.replacen("\"format\":1", "\"format\":99", 1),
    )
    .unwrap();
    ask(&["inspect", "pack"]).refused(&["format 99", "newer aftershow"]);
}

#[test]
fn skipped_records_are_told_by_place_and_quiet_is_quiet() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.csv"), "id,name,rating\n1,A,PG-13\n,B,\n").unwrap();
    let args = ["build", "--catalog", "csv:a.csv", "--out", "pack", "--quiet"];
    let quiet = run_in(dir.path(), &args).ok();
    assert_eq!(quiet.stdout, "");
    let lines: Vec<&str> = quiet.stderr.lines().collect();
    assert_eq!(lines[0], "warning: skipped: a.csv, record 2 (line 3): has no id");
    assert!(
        lines[1].contains("1 value (rating: not a number from 0 to 10), the first \"PG-13\" in a.csv, record 1"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
    run_in(dir.path(), &[&args[..], &["--strict"]].concat()).refused(&["a.csv, record 2 (line 3)", "has no id"]);
}

#[test]
fn with_the_json_log_every_line_is_json() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["build", "--catalog", "sample", "--out", "pack", "--log-format", "json"];
    let built = run_in(dir.path(), &args).ok();
    let events: Vec<serde_json::Value> = built
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        events
            .iter()
            .any(|e| e["stage"] == "similarities" && e["message"] == "stage ended"),
        "{events:?}"
    );
    let summary: serde_json::Value = serde_json::from_str(&built.stdout).unwrap();
    assert!(
        summary["items"].as_u64().unwrap() >= 300 && summary["pack"]["pack_id"].is_string(),
        "{summary}"
    );
    let failed = run_in(dir.path(), &[&args[..], &["--top-n", "0"]].concat());
    let event: serde_json::Value = serde_json::from_str(failed.stderr.trim()).unwrap();
    assert_eq!(
        (failed.code, event["code"].as_str(), event["level"].as_str()),
        (Some(2), Some("configuration"), Some("ERROR"))
    );
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["build", "--catalog", "sample", "--out", "pack", "-q"]).ok();
    let mut child = aftershow()
        .current_dir(dir.path())
        .args(["inspect", "pack"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = Run::of(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
#[cfg(unix)]
fn ctrl_c_leaves_the_older_pack_and_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let words = [
        "river", "king", "night", "city", "child", "ghost", "summer", "war", "train", "doctor", "island",
    ];
    let shows: Vec<String> = (0..15_000u64)
        .map(|i| {
            let word = |k: u64| words[(i.wrapping_mul(6_364_136_223_846_793_005 + 2 * k) >> 33) as usize % words.len()];
            let summary: Vec<&str> = (0..12).map(word).collect();
            format!(
                "{{\"id\": {i}, \"name\": \"Show {i}\", \"genres\": [\"{}\"], \"summary\": \"{}\"}}",
                word(99),
                summary.join(" ")
            )
        })
        .collect();
    fs::write(dir.path().join("shows.jsonl"), shows.join("\n")).unwrap();
    run_in(dir.path(), &["build", "--catalog", "sample", "--out", "pack", "-q"]).ok();
    let older = contents(&dir.path().join("pack"));

    let mut child = aftershow()
        .current_dir(dir.path())
        .args(["build", "--catalog", "jsonl:shows.jsonl", "--out", "pack"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("pack:") {
        line.clear();
        assert_ne!(
            stderr.read_line(&mut line).unwrap(),
            0,
            "the build ended before it began to write the pack"
        );
    }
    let signalled = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signalled.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert_eq!(names(dir.path()), ["pack", "pack.work", "shows.jsonl"]);
    assert!(older == contents(&dir.path().join("pack")));
}

const EXPERIMENTS: &str = "\
experiments:
- name: order
  variants:
  - {name: plain, share: 0.5}
  - {name: varied, share: 0.5, rerank: {diversity: 0.4}}
";

#[test]
fn experiments_of_the_configuration_are_in_the_pack() {
    let dir = tempfile::tempdir().unwrap();
    let build = |yaml: &str| {
        fs::write(dir.path().join("pack.yaml"), yaml).unwrap();
        let flags = [
            "build",
            "--catalog",
            "sample",
            "--config",
            "pack.yaml",
            "--out",
            "pack",
            "-q",
        ];
        run_in(dir.path(), &[&flags[..], &["--interactions", "sample"]].concat())
    };
    build("{}").ok();
    let compare = [
        "evaluate",
        "pack",
        "--history",
        "sample",
        "--test",
        "sample",
        "--variants",
        "-q",
    ];
    run_in(dir.path(), &compare).refused(&["--variants", "no experiments", "configuration"]);
    build(EXPERIMENTS).ok();
    let ask = |variant: &str| {
        let args = ["recommend", "pack", "--history", "82", "--variant", variant, "--json"];
        run_in(dir.path(), &args)
    };
    let answer: serde_json::Value = serde_json::from_str(&ask("order:varied").ok().stdout).unwrap();
    assert_eq!(answer["variant"]["variant"], "varied");
    ask("order:other").refused(&["no variant \"other\""]);
    build(&EXPERIMENTS.replace("share: 0.5}", "share: 0.9}")).refused(&["experiments[0]", "sum to 1"]);
    build(&EXPERIMENTS.replace("diversity: 0.4", "diversity: 4")).refused(&["experiments[0]", "out of its range"]);
}

#[test]
fn the_work_folder_and_the_pack_s_lie_beside_each_other() {
    let dir = tempfile::tempdir().unwrap();
    for (work, out) in [("pack", "pack"), ("pack/work", "pack"), ("all", "all/pack")] {
        let args = ["build", "--catalog", "sample", "--out", out, "--work", work, "-q"];
        run_in(dir.path(), &args).refused(&["--work", "--out", "beside each other"]);
        assert_eq!(names(dir.path()), [""; 0], "nothing was written");
    }
}
