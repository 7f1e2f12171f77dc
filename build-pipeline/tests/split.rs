//! `aftershow split`, as a user meets it.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use common::{contents, names, run_in};

/// Twenty users with 3 to 22 items each, newest last; a line each.
fn user_items() -> String {
    let line = |user: usize| {
        let items: Vec<String> = (0..user + 3).map(|i| format!("i{}", (user * 7 + i) % 40)).collect();
        format!("u{user:02} {}\n", items.join(" "))
    };
    (0..20).map(line).collect()
}

/// The same with a time and something more for each event, a line each.
fn jsonl() -> String {
    let mut out = String::new();
    for line in user_items().lines() {
        let mut words = line.split(' ');
        let user = words.next().unwrap();
        for (i, item) in words.enumerate() {
            let time = 1_000_000 + 1000 * i;
            out += &format!(
                r#"{{"user_id":"{user}","item_id":"{item}","type":"watch","timestamp":{time},"device":"tv"}}"#
            );
            out.push('\n');
        }
    }
    out
}

/// Each user's items in a file of either form.
fn read(path: &Path) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        if line.starts_with('{') {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            all.entry(text("user_id")).or_default().push(text("item_id"));
        } else {
            let mut words = line.split(' ').map(str::to_owned);
            all.entry(words.next().unwrap()).or_default().extend(words);
        }
    }
    all
}

fn events(parts: &BTreeMap<String, Vec<String>>) -> usize {
    parts.values().map(Vec::len).sum()
}

#[test]
fn at_random_every_event_goes_to_one_part_by_the_shares_and_every_user_keeps_one() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.txt"), user_items()).unwrap();
    let told = run_in(
        dir.path(),
        &["split", "user-items:all.txt", "--by", "random", "--out", "parts"],
    )
    .ok();
    assert!(
        told.stdout.contains("train.txt") && told.stdout.contains("20 users"),
        "{}",
        told.stdout
    );
    let parts = dir.path().join("parts");
    assert_eq!(names(&parts), ["test.txt", "train.txt", "valid.txt"]);
    let all = read(&dir.path().join("all.txt"));
    let [train, valid, test] = ["train.txt", "valid.txt", "test.txt"].map(|name| read(&parts.join(name)));
    assert_eq!(events(&train) + events(&valid) + events(&test), events(&all));
    for (user, items) in &all {
        let mut found: Vec<&String> = [&train, &valid, &test]
            .into_iter()
            .filter_map(|p| p.get(user))
            .flatten()
            .collect();
        found.sort();
        let mut items: Vec<&String> = items.iter().collect();
        items.sort();
        assert_eq!(found, items);
        assert!(!train[user].is_empty());
    }
    assert!(
        (15..=35).contains(&events(&test)) && (15..=35).contains(&events(&valid)),
        "about a tenth of 250"
    );
}

#[test]
fn the_same_seed_gives_the_same_parts_in_whatever_order_the_lines_are_and_another_seed_others() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.txt"), user_items()).unwrap();
    let mut lines: Vec<String> = user_items().lines().map(str::to_owned).collect();
    lines.reverse();
    fs::write(dir.path().join("back.txt"), lines.join("\n")).unwrap();
    let split = |spec: &str, out: &str, seed: &str| {
        let flags = ["split", spec, "--by", "random", "--out", out, "--seed", seed, "-q"];
        run_in(dir.path(), &flags).ok();
        read(&dir.path().join(out).join("test.txt"))
    };
    let one = split("user-items:all.txt", "one", "1");
    assert_eq!(one, split("user-items:all.txt", "again", "1"));
    assert_eq!(one, split("user-items:back.txt", "back", "1"));
    assert_ne!(one, split("user-items:all.txt", "other", "2"));
    assert!(contents(&dir.path().join("one")) == contents(&dir.path().join("again")));
}

#[test]
fn by_time_the_newest_events_are_the_test_and_all_their_fields_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.jsonl"), jsonl()).unwrap();
    let flags = [
        "split",
        "jsonl:all.jsonl",
        "--by",
        "time",
        "--parts",
        "75,25",
        "--out",
        "parts",
        "-q",
    ];
    run_in(dir.path(), &flags).ok();
    assert_eq!(names(&dir.path().join("parts")), ["test.jsonl", "train.jsonl"]);
    let [train, test] = ["train.jsonl", "test.jsonl"].map(|name| read(&dir.path().join("parts").join(name)));
    for (user, items) in read(&dir.path().join("all.jsonl")) {
        let found = &test[&user];
        assert_eq!(found[..], items[items.len() - found.len()..], "{user}");
        assert_eq!(train[&user][..], items[..items.len() - found.len()], "{user}");
    }
    let lines: BTreeSet<String> = jsonl().lines().map(str::to_owned).collect();
    let test = fs::read_to_string(dir.path().join("parts/test.jsonl")).unwrap();
    assert!(
        test.lines().all(|line| lines.contains(line)),
        "a line is written as it was"
    );
}

#[test]
fn leave_one_out_takes_the_newest_and_the_one_before_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.jsonl"), jsonl()).unwrap();
    run_in(
        dir.path(),
        &[
            "split",
            "jsonl:all.jsonl",
            "--by",
            "leave-one-out",
            "--out",
            "parts",
            "-q",
        ],
    )
    .ok();
    let part = |name: &str| read(&dir.path().join("parts").join(name));
    let (valid, test) = (part("valid.jsonl"), part("test.jsonl"));
    for (user, items) in read(&dir.path().join("all.jsonl")) {
        assert_eq!(test[&user], items[items.len() - 1..]);
        assert_eq!(valid[&user], items[items.len() - 2..items.len() - 1]);
    }
    let flags = [
        "split",
        "jsonl:all.jsonl",
        "--by",
        "leave-one-out",
        "--parts",
        "1,1",
        "--out",
        "x",
    ];
    run_in(dir.path(), &flags).refused(&["--parts", "leave-one-out"]);
}

#[test]
fn whole_users_are_held_out_with_a_history_and_a_test() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.txt"), user_items()).unwrap();
    let flags = [
        "split",
        "user-items:all.txt",
        "--by",
        "users",
        "--parts",
        "60,20,20",
        "--out",
        "parts",
        "-q",
    ];
    run_in(dir.path(), &flags).ok();
    let parts = dir.path().join("parts");
    assert_eq!(
        names(&parts),
        ["history.txt", "test.txt", "train.txt", "valid-history.txt", "valid.txt"]
    );
    let part = |name: &str| read(&parts.join(name));
    let (train, history, test) = (part("train.txt"), part("history.txt"), part("test.txt"));
    assert_eq!((train.len(), history.len(), part("valid.txt").len()), (12, 4, 4));
    assert!(history.keys().eq(test.keys()) && history.keys().all(|user| !train.contains_key(user)));
    assert!(part("valid-history.txt").keys().eq(part("valid.txt").keys()));
    for (user, found) in &test {
        let all = (found.len() + history[user].len()) as f64;
        assert_eq!(found.len(), (0.2 * all).round() as usize);
    }
}

#[test]
fn whole_items_are_held_out_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("all.txt"), user_items()).unwrap();
    let flags = ["split", "user-items:all.txt", "--by", "items", "--out", "parts", "-q"];
    run_in(dir.path(), &flags).ok();
    let parts = dir.path().join("parts");
    assert_eq!(names(&parts), ["test.txt", "train.txt", "valid.txt"]);
    let parts = ["train.txt", "valid.txt", "test.txt"].map(|name| read(&parts.join(name)));
    let items = |part: &BTreeMap<String, Vec<String>>| part.values().flatten().cloned().collect::<BTreeSet<String>>();
    let counts: Vec<usize> = parts.iter().map(|part| items(part).len()).collect();
    assert_eq!(
        counts,
        [32, 4, 4],
        "80, 10 and 10 of a hundred of 40 items, none in two parts"
    );
    let all = read(&dir.path().join("all.txt"));
    assert_eq!(items(&all).len(), 40);
    assert_eq!(parts.iter().map(events).sum::<usize>(), events(&all));
}

#[test]
fn events_of_one_user_with_one_item_stay_together() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = String::from("user_id,item_id,type,timestamp\n");
    for item in 0..10 {
        for (kind, time) in [("watch", 100 + item), ("like", 5000 - item)] {
            log += &format!("u,{item},{kind},{time}\n");
        }
    }
    fs::write(dir.path().join("all.csv"), log).unwrap();
    run_in(
        dir.path(),
        &["split", "csv:all.csv", "--by", "leave-one-out", "--out", "parts", "-q"],
    )
    .ok();
    let test = fs::read_to_string(dir.path().join("parts/test.jsonl")).unwrap();
    assert_eq!(
        test,
        "{\"item_id\":\"0\",\"timestamp\":100,\"type\":\"watch\",\"user_id\":\"u\"}\n\
         {\"item_id\":\"0\",\"timestamp\":5000,\"type\":\"like\",\"user_id\":\"u\"}\n"
    );
}

#[test]
fn what_can_t_be_parted_is_refused_and_leaves_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("all.txt", &user_items());
    write("single.txt", "u 1\nv 2\n");
    write("bad.jsonl", "nonsense\n");
    fs::create_dir(dir.path().join("site")).unwrap();
    write("site/index.html", "precious");
    let before = names(dir.path());
    let cases: [(&[&str], &[&str]); 8] = [
        (
            &["user-items:all.txt", "--by", "time", "--out", "x"],
            &["all.txt", "--by random"],
        ),
        (
            &["user-items:single.txt", "--by", "random", "--out", "x"],
            &["single.txt", "too few"],
        ),
        (
            &["user-items:gone.txt", "--by", "random", "--out", "x"],
            &["gone.txt", "no such file"],
        ),
        (
            &["user-items:all.txt", "--by", "random", "--out", "site"],
            &["--out site", "index.html"],
        ),
        (
            &["user-items:all.txt", "--by", "random", "--parts", "100", "--out", "x"],
            &["--parts 100"],
        ),
        (&["all.txt", "--by", "random", "--out", "x"], &["user-items:FILE"]),
        (
            &["jsonl:bad.jsonl", "--by", "random", "--out", "x"],
            &["bad.jsonl", "no event"],
        ),
        (
            &["jsonl:bad.jsonl", "--by", "random", "--out", "x", "--strict"],
            &["bad.jsonl, line 1"],
        ),
    ];
    for (flags, words) in cases {
        run_in(dir.path(), &[&["split"], flags].concat()).refused(words);
        assert_eq!(names(dir.path()), before, "after {flags:?}");
    }
}

#[test]
fn the_parts_can_be_built_from() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["split", "sample", "--by", "time", "--out", "parts", "-q"]).ok();
    let flags = [
        "build",
        "--catalog",
        "sample",
        "--interactions",
        "jsonl:parts/train.jsonl",
        "--out",
        "pack",
    ];
    let told = run_in(dir.path(), &flags).ok().stdout;
    assert!(told.contains("people"), "{told}");
}
