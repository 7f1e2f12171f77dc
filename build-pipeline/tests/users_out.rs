//! Known people: kept apart from the pack, for their owner alone, and found again.

mod common;

use std::{collections::BTreeMap, fs, path::Path};

use aftershow_core::{
    UserIdKind,
    pack::{Container, Users, layout::kind, users::UsersManifest},
};
use aftershow_pipeline::{
    BuildError, Interactions, PackDir, Preferences, Progress,
    interactions::Event,
    progress::Style,
    users_out::{self, Known, UsersReport},
};
use common::{Run, contents, names, run_in};
use serde_json::Value;

fn sample(dir: &Path) -> PackDir {
    run_in(dir, &["build", "--catalog", "sample", "--out", "pack", "-q"]).ok();
    PackDir::open(&dir.join("pack")).unwrap()
}

/// A few hundred people; ann likes row 3 and dislikes row 5.
fn people(items: usize) -> Interactions {
    let mut users: Vec<String> = (0..300).map(|u| format!("user {u}")).collect();
    users.push("ann".to_owned());
    let mut events: Vec<Event> = (0..300)
        .flat_map(|user| {
            (0..4).map(move |k| Event {
                user,
                item: (user * 7 + k * 13) % items as u32,
                weight: 1.0,
                day: 19_000 + k,
            })
        })
        .collect();
    for (item, weight, day) in [(3, 3.0, 19_000), (5, -2.0, 0)] {
        events.push(Event {
            user: 300,
            item,
            weight,
            day,
        });
    }
    Interactions::new(users, &events, items)
}

fn write_as(ids: UserIdKind, dir: &Path, pack: &PackDir, preferences: &Preferences) -> Result<UsersReport, BuildError> {
    let interactions = people(pack.manifest().items as usize);
    let everybody = Known {
        events: vec![&interactions],
        preferences,
        ratings: Default::default(),
    };
    let quiet = Progress::new(Style::Quiet);
    users_out::write(dir, &pack.manifest().pack_id, &everybody, ids, &quiet)
}

fn write(dir: &Path, pack: &PackDir, preferences: &Preferences) -> UsersReport {
    write_as(UserIdKind::Any, dir, pack, preferences).unwrap()
}

/// Builds `pack` from a log, a person a line.
fn build(dir: &Path, log: &str, more: &[&str]) -> Run {
    fs::write(dir.join("log.txt"), log).unwrap();
    let flags = ["build", "--interactions", "user-items:log.txt", "--out", "pack"];
    run_in(dir, &[&flags, more].concat())
}

/// The ids that `aftershow recommend pack` answers with.
fn ask(dir: &Path, args: &[&str]) -> Vec<Value> {
    let all = [&["recommend", "pack", "--json"], args].concat();
    let answer: Value = serde_json::from_str(&run_in(dir, &all).ok().stdout).unwrap();
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].clone())
        .collect()
}

#[test]
fn somebody_known_gets_what_their_history_and_preferences_ask_for() {
    let dir = tempfile::tempdir().unwrap();
    let pack = sample(dir.path());
    let preferences = Preferences {
        of_user: BTreeMap::from([("bea".to_owned(), vec![("Comedy".to_owned(), 2.0)])]),
    };
    let report = write(&dir.path().join("private"), &pack, &preferences);
    assert_eq!((report.users, report.files), (302, 5));

    let rows = aftershow_pipeline::people::Rows::of(&pack).unwrap();
    let items = aftershow_core::pack::items::Items::open(rows.features()).unwrap();
    let id = |row| items.id(aftershow_core::ItemIx(row));
    let history = format!("{}:3,{}:-2", id(3), id(5));
    let ask = |args: &[&str]| ask(dir.path(), args);
    let known = ask(&["--user", "ann", "--users", "private"]);
    assert_eq!(known, ask(&["--history", &history]));
    let folder = format!("private/{}", pack.manifest().pack_id);
    assert_eq!(
        known,
        ask(&["--user", "ann", "--users", &folder]),
        "the pack's own folder may be named too"
    );
    assert_eq!(
        ask(&["--user", "bea", "--users", "private"]),
        ask(&["--genres", "Comedy:2"])
    );
    assert_eq!(
        ask(&["--user", "zoe", "--users", "private"]),
        ask(&[]),
        "nobody knows zoe"
    );
    let table = run_in(
        dir.path(),
        &["recommend", "pack", "--user", "zoe", "--users", "private"],
    )
    .ok()
    .stdout;
    assert!(table.starts_with("Nobody is known by that id"), "{table}");
}

#[test]
#[cfg(unix)]
fn the_files_are_their_owners_alone_and_their_names_and_key_tell_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let pack = sample(dir.path());
    let place = dir.path().join("private").join(&pack.manifest().pack_id);
    let key = || {
        UsersManifest::from_json(&fs::read(place.join("users.json")).unwrap())
            .unwrap()
            .key
    };
    write(&dir.path().join("private"), &pack, &Preferences::default());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    for name in names(&place) {
        assert_eq!(mode(&place.join(&name)), 0o600, "{name}");
    }
    let first = key();
    write(&dir.path().join("private"), &pack, &Preferences::default());
    assert_ne!(first, key(), "each build has a key of its own");
    assert_eq!(
        names(&dir.path().join("private")).len(),
        1,
        "nothing half-written is left"
    );
    assert!(
        names(&place)
            .iter()
            .all(|name| name == "users.json" || (name.starts_with("users.") && name.ends_with(".bin")))
    );
}

#[test]
fn people_are_never_put_where_a_pack_is_served_from() {
    let dir = tempfile::tempdir().unwrap();
    sample(dir.path());
    let at = |path: &str| dir.path().join(path);
    let refused = |users: &str, what: &str| {
        let error = users_out::check(&at(users), &at("pack")).unwrap_err();
        assert!(error.to_string().contains(what) && error.code() == "usage", "{error}");
    };
    refused("pack", "is in the pack's folder");
    refused("pack/users", "is in the pack's folder");
    refused("pack/../pack/users/deep", "is in the pack's folder");
    refused("gone/../pack/users", "is in the pack's folder");
    refused(".", "contains the pack's folder");
    fs::write(at("file"), "").unwrap();
    refused("file", "is a file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(at("pack"), at("link")).unwrap();
        refused("link/users", "is in the pack's folder");
    }
    for good in ["private", "pack-users", "a/b/c"] {
        users_out::check(&at(good), &at("pack")).unwrap();
    }
    let not_yet = users_out::check(&at("new/users"), &at("new"));
    assert!(not_yet.is_err(), "also where the pack is still to be built");
}

#[test]
fn users_of_another_pack_are_refused_and_so_are_damaged_ones() {
    let dir = tempfile::tempdir().unwrap();
    let pack = sample(dir.path());
    write(&dir.path().join("private"), &pack, &Preferences::default());
    run_in(
        dir.path(),
        &["build", "--catalog", "sample", "--top-n", "3", "--out", "other", "-q"],
    )
    .ok();
    let ask =
        |pack: &str, users: &str, id: &str| run_in(dir.path(), &["recommend", pack, "--user", id, "--users", users]);
    ask("other", "private", "ann").refused(&["holds no users of the pack", "--users-out"]);
    let folder = format!("private/{}", pack.manifest().pack_id);
    ask("other", &folder, "ann")
        .refused(&["users.json", "another pack is", "build both"].map(|_| "the users were written for the pack"));
    ask("pack", "private", "").refused(&["user id must be"]);
    ask("pack", "private", &"x".repeat(129)).refused(&["user id must be"]);
    for (name, mut bytes) in contents(&dir.path().join(&folder)) {
        if name.ends_with(".bin") {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(dir.path().join(&folder).join(name), bytes).unwrap();
        }
    }
    ask("pack", "private", "ann").refused(&["users.", "damaged"]);
}

#[test]
fn ratings_are_kept_apart_from_what_all_events_of_an_item_are_worth() {
    let dir = tempfile::tempdir().unwrap();
    let event = |user: &str, item: u32, kind: &str, value: f32| {
        format!(
            "{{\"user_id\":\"{user}\",\"item_id\":{item},\"type\":\"{kind}\",\"value\":{value},\"timestamp\":1600000000}}\n"
        )
    };
    let mut log: String = (0..12)
        .flat_map(|user| (1..6).map(move |item| (user, item)))
        .map(|(user, item)| event(&format!("u{user}"), item, "rating", 1.0 + ((user + item) % 5) as f32))
        .collect();
    for (item, kind, value) in [
        (1, "rating", 4.0),
        (1, "watch", 1.0),
        (1, "like", 1.0),
        (2, "rating", 1.5),
        (3, "watch", 1.0),
    ] {
        log.push_str(&event("ann", item, kind, value));
    }
    fs::write(dir.path().join("log.jsonl"), log).unwrap();
    let flags = [
        "build",
        "--interactions",
        "jsonl:log.jsonl",
        "--ratings",
        "jsonl:log.jsonl",
        "--out",
        "pack",
    ];
    run_in(dir.path(), &[&flags[..], &["--users-out", "private"]].concat()).ok();
    let pack = PackDir::open(&dir.path().join("pack")).unwrap();
    let place = dir.path().join("private").join(&pack.manifest().pack_id);
    let manifest = UsersManifest::from_json(&fs::read(place.join("users.json")).unwrap()).unwrap();
    let part = fs::read(place.join(manifest.file_of("ann"))).unwrap();
    let part = Container::open(part, kind::USERS).unwrap();
    let ann = Users::open(&part).unwrap().find("ann").unwrap();
    let mut pack = pack;
    pack.attach_resident().unwrap();
    let mut ratings: Vec<(String, f32)> = (pack.engine().ratings_of(&ann).unwrap().iter())
        .map(|rating| (rating.item.to_string(), rating.value))
        .collect();
    ratings.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(ratings, [("1".to_owned(), 4.0), ("2".to_owned(), 1.5)]);
    assert_eq!(ann.events.len(), 3);
}

#[test]
fn an_id_that_is_none_stops_the_writing_and_leaves_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let pack = sample(dir.path());
    let private = dir.path().join("private");
    write(&private, &pack, &Preferences::default());
    let before = contents(&private.join(&pack.manifest().pack_id));
    let refused = write_as(UserIdKind::Uuid, &private, &pack, &Preferences::default());
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("user 1 of 301") && error.contains("must be a UUID"),
        "{error}"
    );
    assert!(!error.contains("ann"), "{error}");
    assert!(before == contents(&private.join(&pack.manifest().pack_id)));
    assert_eq!(names(&private).len(), 1);
}

#[test]
fn a_build_keeps_its_people_beside_the_pack_and_nothing_of_them_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = "annabel 1 2 3\nbartholomew 2 3 4\ncyd 1 4\n";
    let built = build(dir.path(), log, &["--users-out", "private"]).ok();
    assert!(built.stdout.contains("people, private"), "{}", built.stdout);
    let pack = PackDir::open(&dir.path().join("pack")).unwrap();
    assert_eq!(names(&dir.path().join("private")), [pack.manifest().pack_id.as_str()]);
    let ask = |args: &[&str]| ask(dir.path(), args);
    assert_eq!(
        ask(&["--user", "bartholomew", "--users", "private"]),
        ask(&["--history", "2,3,4"])
    );
    for (name, bytes) in contents(&dir.path().join("pack")) {
        let holds = |word: &[u8]| bytes.windows(word.len()).any(|found| found == word);
        assert!(
            !holds(b"annabel") && !holds(b"bartholomew") && !holds(b"private"),
            "{name}"
        );
    }
    let refused = |out: &str, more: &[&str], words: &[&str]| {
        let args = ["build", "--out", out, "--users-out"];
        run_in(dir.path(), &[&args, more].concat()).refused(words);
        assert!(!dir.path().join(out).exists(), "{out}");
    };
    let log = ["--interactions", "user-items:log.txt"];
    refused(
        "new",
        &[&["new/users"], &log[..]].concat(),
        &["--users-out new/users", "public"],
    );
    refused(
        "new",
        &["kept", "--catalog", "sample"],
        &["--users-out", "nobody to keep"],
    );
    fs::write(dir.path().join("uuid.yaml"), "personal: {user_ids: uuid}\n").unwrap();
    refused(
        "new",
        &[&["kept", "--config", "uuid.yaml"], &log[..]].concat(),
        &["user 1 of 3", "UUID"],
    );
    assert!(!dir.path().join("kept").exists());
}

#[test]
fn what_is_too_little_to_learn_from_is_still_known_of_people() {
    let dir = tempfile::tempdir().unwrap();
    // Nobody else has 9, and eva has a single title.
    let log = "ann 1 2 3 9\nbob 1 2 3\ncyd 2 3 4 1\ndan 4 2 1\neva 4\n";
    fs::write(
        dir.path().join("titles.csv"),
        "id,name\n1,One\n2,Two\n3,Three\n4,Four\n9,Nine\n",
    )
    .unwrap();
    let more = [
        "--catalog",
        "csv:titles.csv",
        "--min-user-interactions",
        "3",
        "--min-item-interactions",
        "2",
        "--users-out",
        "private",
        "--log-format",
        "json",
    ];
    let built = build(dir.path(), log, &more).ok();
    let told: Value = serde_json::from_str(&built.stdout).unwrap();
    assert_eq!(
        (&told["interactions"]["users"], &told["users"]["users"]),
        (&4.into(), &5.into()),
        "four to learn from, and all five are known"
    );
    let ask = |args: &[&str]| ask(dir.path(), args);
    for (user, history) in [("eva", "4"), ("ann", "1,2,3,9")] {
        let known = ask(&["--user", user, "--users", "private"]);
        assert_eq!(known, ask(&["--history", history]), "{user}");
        assert!(!known.contains(&9.into()) || user == "eva", "{known:?}");
    }
}

#[test]
fn folders_of_other_packs_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let build = |log: &str| {
        let told = build(dir.path(), log, &["--users-out", "private"]).ok().stderr;
        let pack = PackDir::open(&dir.path().join("pack")).unwrap();
        (told, pack.manifest().pack_id.clone())
    };
    let (told, first) = build("ann 1 2 3\nbob 2 3\n");
    assert!(!told.contains("other packs"), "{told}");
    fs::create_dir(dir.path().join("private/notes")).unwrap();
    let (told, second) = build("ann 1 2 3\ncyd 2 4\n");
    assert_ne!(first, second);
    assert!(
        told.contains("people of other packs") && told.contains(&format!("private/{first};")),
        "{told}"
    );
    assert!(told.contains("delete") && !told.contains("notes"), "{told}");
    assert_eq!(
        names(&dir.path().join("private")).len(),
        3,
        "nothing is deleted by itself"
    );
}

/// The files of the work folder that tell of people.
fn of_people(work: &Path) -> Vec<String> {
    let private = ["interactions.bin", "left-out.bin", "preferences.json"];
    names(work)
        .into_iter()
        .filter(|name| private.contains(&name.as_str()))
        .collect()
}

#[test]
fn the_work_folder_keeps_nothing_of_people_unless_it_is_asked_to() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("users.csv"), "id,genres\nannabel,Drama\n").unwrap();
    let build = |more: &[&str]| {
        let flags = ["--users", "csv:users.csv", "--min-user-interactions", "2"];
        let log = "annabel 1 2 3\nbartholomew 2 3 4\ncyd 1\n";
        build(dir.path(), log, &[&flags, more].concat())
    };
    let work = dir.path().join("pack.work");
    let told = build(&[]).ok().stdout;
    assert!(
        told.contains("removed from the work folder; --work or --steps keeps"),
        "{told}"
    );
    assert!(of_people(&work).is_empty() && work.join("catalogue.json").is_file());
    for (name, bytes) in contents(&work) {
        for word in ["annabel", "bartholomew"] {
            assert!(
                !bytes.windows(word.len()).any(|found| found == word.as_bytes()),
                "{name}"
            );
        }
    }
    build(&["--steps", "train,pack"]).refused(&[
        "`fetch`",
        "was removed",
        "--steps fetch,features,similarities,train,pack",
    ]);

    let all = ["interactions.bin", "left-out.bin", "preferences.json"];
    let told = build(&["--steps", "fetch,features,similarities"]).ok().stdout;
    assert!(
        told.contains("kept, for their owner alone: pack.work/interactions.bin"),
        "{told}"
    );
    assert_eq!(of_people(&work), all);
    build(&["--steps", "train,pack"]).ok();
    assert_eq!(of_people(&work), all, "--steps keeps them");
    build(&[]).ok();
    assert!(of_people(&work).is_empty(), "and a whole build removes them");

    build(&["--work", "kept"]).ok();
    assert_eq!(of_people(&dir.path().join("kept")), all);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for folder in ["kept", "pack.work"] {
            let folder = dir.path().join(folder);
            assert_eq!(mode(&folder), 0o700);
            assert!(names(&folder).iter().all(|name| mode(&folder.join(name)) == 0o600));
        }
        assert_ne!(mode(&dir.path().join("pack")) & 0o055, 0, "the pack is for everybody");
    }
}
