//! Events and titles together, from the files to the rows of a catalogue.

mod common;

use std::{fs, path::Path};

use aftershow_core::{ItemId, ids::IdKind};
use aftershow_pipeline::{
    BuildError, Config, Progress, features,
    gather::{GatherTally, Gathered, gather},
    neighbours,
    progress::Style,
    source::{Source, events::EventSource},
};
use common::{contents, names, run_in};
use tempfile::TempDir;

/// A folder with files, and a configuration that reads them.
struct Case {
    dir: TempDir,
    config: Config,
}

impl Case {
    fn new() -> Case {
        Case {
            dir: tempfile::tempdir().unwrap(),
            config: Config::default(),
        }
    }

    fn path(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Titles `1`, `2` … with these weights.
    fn titles(mut self, weights: &[u32]) -> Case {
        let line = |(i, weight)| {
            format!(
                "{{\"id\": {}, \"name\": \"N{}\", \"weight\": {weight}}}\n",
                i + 1,
                i + 1
            )
        };
        let text: String = weights.iter().enumerate().map(line).collect();
        let path = self.path("titles.jsonl", &text);
        self.config
            .catalog
            .push(Source::parse(&format!("jsonl:{path}")).unwrap());
        self
    }

    fn events(mut self, kind: &str, name: &str, text: &str) -> Case {
        let path = self.path(name, text);
        let source = EventSource::parse(&format!("{kind}:{path}")).unwrap();
        self.config.interactions.sources.push(source);
        self
    }

    fn gather(&self) -> Result<(Gathered, GatherTally), BuildError> {
        self.config.check()?;
        let mut tally = GatherTally::default();
        let gathered = gather(&self.config, &Progress::new(Style::Quiet), &mut tally)?;
        Ok((gathered, tally))
    }

    #[track_caller]
    fn gathered(&self) -> (Gathered, GatherTally) {
        self.gather().unwrap()
    }

    #[track_caller]
    fn refused(&self) -> String {
        self.gather().unwrap_err().to_string()
    }
}

fn ids(gathered: &Gathered) -> Vec<String> {
    gathered
        .catalogue
        .items
        .iter()
        .map(|item| item.id.to_string())
        .collect()
}

/// What a user has, as `id:weight`, in the order of the rows.
#[track_caller]
fn of(gathered: &Gathered, user: &str) -> Vec<String> {
    let user = gathered.interactions.find(user).expect("the user has events");
    let ids = ids(gathered);
    let events = gathered.interactions.events(user);
    events
        .map(|(row, weight)| format!("{}:{weight}", ids[row as usize]))
        .collect()
}

#[test]
fn the_best_known_titles_by_the_events_come_first_and_titles_without_events_keep_their_order_behind_them() {
    let (gathered, _) = Case::new()
        .titles(&[90, 80, 70, 60])
        .events("user-items", "a.txt", "u1 4 3\nu2 4\n")
        .gathered();
    assert_eq!(ids(&gathered), ["4", "3", "1", "2"]);
    assert_eq!(gathered.interactions.popularity, [2.0, 1.0, 0.0, 0.0]);
    assert_eq!(of(&gathered, "u1"), ["4:1", "3:1"]);
}

#[test]
fn newer_events_make_a_title_better_known_than_older_ones() {
    let line = |user: u32, item: u32, day: &str| {
        format!("{{\"user_id\": {user}, \"item_id\": {item}, \"timestamp\": \"{day}\"}}\n")
    };
    let mut log: String = (1..4).map(|user| line(user, 1, "2020-01-01")).collect();
    log += &(1..3).map(|user| line(user, 2, "2022-01-01")).collect::<String>();
    let mut case = Case::new().events("jsonl", "a.jsonl", &log);
    assert_eq!(ids(&case.gathered().0), ["2", "1"]);
    case.config.interactions.popularity_half_life_days = 0.0;
    assert_eq!(ids(&case.gathered().0), ["1", "2"]);
}

#[test]
fn without_a_catalogue_the_items_are_the_titles_and_integers_stay_integers() {
    let (numbers, _) = Case::new().events("user-items", "a.txt", "u1 7 8\nu2 7\n").gathered();
    assert_eq!(numbers.catalogue.id_kind, IdKind::Integer);
    assert_eq!(
        (&numbers.catalogue.items[0].id, numbers.catalogue.items[0].name.as_str()),
        (&ItemId::Int(7), "7")
    );
    for ids in ["u1 07 8", "u1 tt7 8", "u1 9007199254740992 8"] {
        let (texts, _) = Case::new().events("user-items", "a.txt", ids).gathered();
        assert_eq!(texts.catalogue.id_kind, IdKind::String, "{ids}");
    }
    let mut wanted = Case::new().events("user-items", "a.txt", "u1 7 8");
    wanted.config.id_kind = Some(IdKind::String);
    assert_eq!(wanted.gathered().0.catalogue.items[0].id, ItemId::Str("7".into()));
}

#[test]
fn event_types_have_weights_ratings_go_by_value_and_repeated_events_add_up() {
    let log = r#"{"user_id": "u", "item_id": 1, "type": "like"}
{"user_id": "u", "item_id": 1, "type": "watch"}
{"user_id": "u", "item_id": "2", "type": "dislike"}
{"user_id": "u", "item_id": 3, "type": "rating", "value": 1}
{"user_id": "u", "item_id": 4, "type": "playlist_add"}
{"user_id": "u", "item_id": 4, "type": "skip"}
"#;
    let (gathered, _) = Case::new()
        .titles(&[4, 3, 2, 1])
        .events("jsonl", "a.jsonl", log)
        .gathered();
    assert_eq!(of(&gathered, "u"), ["1:4", "4:1.5", "2:-2", "3:-1.5"]);
}

#[test]
fn older_events_count_less_with_a_half_life() {
    let log = "user_id,item_id,timestamp\nu,1,2024-01-01\nu,2,2024-01-11\nu,1,2024-01-11\n";
    let mut case = Case::new().events("csv", "a.csv", log);
    case.config.interactions.half_life_days = Some(10.0);
    assert_eq!(of(&case.gathered().0, "u"), ["1:1.5", "2:1"]);
}

#[test]
fn several_sources_add_up_and_a_prefix_fits_their_ids_to_the_catalogue() {
    let mut case = Case::new().events("user-items", "a.txt", "u n-1 n-2\n").events(
        "csv",
        "b.csv",
        "user_id,item_id,type\nu,1,like\n",
    );
    case.config.interactions.sources[1].id_prefix = Some("n-".into());
    assert_eq!(of(&case.gathered().0, "u"), ["n-1:4", "n-2:1"]);
}

#[test]
fn events_of_unknown_items_and_types_and_bad_lines_are_counted_and_the_rest_is_used() {
    let log = r#"{"user_id": "u", "item_id": 1}
{"user_id": "u", "item_id": 99}
{"user_id": "v", "item_id": 99}
{"user_id": "u", "item_id": 2, "type": "bookmark"}
{"user_id": "u"}
"#;
    let mut case = Case::new().titles(&[2, 1]).events("jsonl", "a.jsonl", log);
    let (gathered, tally) = case.gathered();
    assert_eq!(
        (of(&gathered, "u"), gathered.interactions.user_count()),
        (vec!["1:1".into()], 1)
    );
    assert_eq!((tally.unknown.items, tally.unknown.pairs), (1, 2));
    assert_eq!(
        (tally.unknown_types[0].reason.as_str(), tally.unknown_types[0].count),
        ("bookmark", 1)
    );
    assert_eq!((tally.events.read, tally.events.skipped()[0].count), (5, 1));
    case.config.strict = true;
    let message = case.refused();
    assert!(
        message.contains("a.jsonl, line 4") && message.contains("interactions.weights"),
        "{message}"
    );
}

#[test]
fn users_and_items_with_too_few_events_are_left_out() {
    let log = "u1 1 2\nu2 1 2\nu3 1 3\n";
    let mut case = Case::new().events("user-items", "a.txt", log);
    case.config.interactions.min_item_interactions = 2;
    case.config.interactions.min_user_interactions = 2;
    let (gathered, tally) = case.gathered();
    assert_eq!(
        (ids(&gathered), gathered.interactions.user_count()),
        (vec!["1".into(), "2".into()], 2)
    );
    assert_eq!((tally.too_few.users, tally.too_few.pairs), (1, 2));
    // A catalogue keeps its titles all the same.
    let mut case = Case::new().titles(&[1, 1, 1]).events("user-items", "a.txt", log);
    case.config.interactions.min_item_interactions = 2;
    assert_eq!(case.gathered().0.catalogue.items.len(), 3);
    case.config.interactions.min_item_interactions = 9;
    assert!(case.refused().contains("--min-item-interactions"), "{}", case.refused());
}

#[test]
fn no_event_that_fits_the_catalogue_is_an_error_that_asks_for_the_ids() {
    let message = Case::new()
        .titles(&[1])
        .events("user-items", "a.txt", "u tt1 tt2\n")
        .refused();
    assert!(message.contains("a.txt") && message.contains("id_prefix"), "{message}");
}

#[test]
fn the_most_items_are_the_best_known_and_the_events_of_the_others_go() {
    let mut case = Case::new().events("user-items", "a.txt", "u1 1 2 3\nu2 2 3\nu3 3\n");
    case.config.max_items = Some(2);
    let (gathered, tally) = case.gathered();
    assert_eq!(
        (ids(&gathered), tally.titles.left_out),
        (vec!["3".into(), "2".into()], 1)
    );
    assert_eq!(
        (gathered.interactions.item_count, of(&gathered, "u1")),
        (2, vec!["3:1".into(), "2:1".into()])
    );
}

#[test]
fn films_and_ratings_of_movielens_come_together() {
    let case = Case::new();
    let folder = case.dir.path();
    fs::write(
        folder.join("movies.dat"),
        b"1::Caf\xe9, The (1995)::Drama|Comedy\n2::Heat (1995)::Crime\n",
    )
    .unwrap();
    fs::write(folder.join("ratings.dat"), "7::2::5::978300760\n7::1::1::0\n").unwrap();
    let spec = format!("movielens:{}", folder.display());
    let mut config = Config::default();
    config.catalog.push(Source::parse(&spec).unwrap());
    config.interactions.sources.push(EventSource::parse(&spec).unwrap());
    let (gathered, _) = Case { config, ..case }.gathered();
    assert_eq!(of(&gathered, "7"), ["2:2.5", "1:-1.5"]);
    let cafe = &gathered.catalogue.items[1];
    assert_eq!(
        (cafe.name.as_str(), cafe.year, cafe.genres.len()),
        ("The Café", Some(1995), 2)
    );
    assert_eq!(cafe.id, ItemId::Int(1));
}

#[test]
fn preferences_are_kept_by_user_beside_the_events() {
    let case = Case::new().events("user-items", "a.txt", "u 1\n");
    let path = case.path("users.jsonl", "{\"id\": \"w\", \"genres\": {\"Drama\": 2}}\n");
    let mut case = case;
    case.config
        .interactions
        .users
        .push(Source::parse(&format!("jsonl:{path}")).unwrap());
    let (gathered, tally) = case.gathered();
    assert_eq!(gathered.preferences.of("w"), [("Drama".to_owned(), 2.0)]);
    assert_eq!(tally.unknown_genres, [("Drama".to_owned(), 1)], "no title has it");
    assert!(gathered.preferences.of("u").is_empty());
}

#[test]
fn the_log_of_the_sample_fits_the_sample_and_calls_itself_synthetic() {
    let config = Config {
        catalog: vec![Source::parse("sample").unwrap()],
        strict: true,
        ..Config::default()
    };
    let mut case = Case { config, ..Case::new() };
    case.config
        .interactions
        .sources
        .push(EventSource::parse("sample").unwrap());
    let (gathered, tally) = case.gathered();
    let matrix = &gathered.interactions;
    assert!(matrix.users.iter().all(|user| user.starts_with("synthetic-")));
    assert!((300..500).contains(&matrix.user_count()), "{}", matrix.user_count());
    assert_eq!(tally.unknown.items, 0);
    let watched = matrix.item_counts().iter().filter(|count| **count > 0).count();
    assert!(
        watched * 10 > matrix.item_count * 9,
        "{watched} of {}",
        matrix.item_count
    );
    assert!(
        matrix.weights.iter().any(|weight| *weight < 0.0),
        "some dislike something"
    );
    assert!(aftershow_pipeline::source::events::SAMPLE.len() < 300_000);
}

#[test]
fn titles_of_which_nothing_is_known_have_no_neighbours_and_those_take_next_to_no_room() {
    let items: String = (0..3000).map(|item| format!(" {item}")).collect();
    let (gathered, _) = Case::new()
        .events("user-items", "a.txt", &format!("u{items}\n"))
        .gathered();
    let content = Config::default().content;
    let progress = Progress::new(Style::Quiet);
    let features = features::build(&gathered.catalogue, &content, &progress).unwrap();
    let lists = neighbours::find(&features, &content.settings().unwrap(), &progress).unwrap();
    assert!(lists.len() < 3 * 3000, "{} bytes", lists.len());
}

#[test]
fn a_pack_is_built_from_events_alone_in_steps_or_at_once_with_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), "u1 a b c\nu2 a b\nu3 c d\n").unwrap();
    let build = |out: &str, more: &[&str]| {
        let flags = ["build", "--interactions", "user-items:a.txt", "--out", out];
        run_in(dir.path(), &[&flags[..], more].concat()).ok()
    };
    let told = build("one", &["--threads", "1"]).stdout;
    for words in ["people", "pairs of a person and a title", "titles with events"] {
        assert!(told.contains(words), "{words:?} is not in: {told}");
    }
    build("two", &["--threads", "3"]);
    build("three", &["--steps", "fetch,features"]);
    build("three", &["--steps", "similarities,train,pack"]);
    let files = |out: &str| contents(&dir.path().join(out));
    assert!(files("one") == files("two") && files("one") == files("three"));

    fs::write(dir.path().join("a.txt"), "u1 a b c\n").unwrap();
    let flags = [
        "build",
        "--interactions",
        "user-items:a.txt",
        "--out",
        "one",
        "--steps",
        "pack",
    ];
    run_in(dir.path(), &flags).refused(&["the input a.txt (interactions.sources[0]) has changed"]);
}

#[test]
fn a_configuration_names_events_and_users_relative_to_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("conf")).unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join("conf").join(name), text).unwrap();
    write("log.csv", "viewer;film\nu1;1\nu2;2\n");
    write("users.csv", "id,genres\nu1,Drama|Comedy\n");
    write(
        "a.yaml",
        "interactions:\n  sources:\n    - spec: csv:log.csv\n      columns: {viewer: user_id, film: item_id}\n      \
         delimiter: ';'\n  users: [csv:users.csv]\n  weights: {watch: 2}\n",
    );
    let told = run_in(dir.path(), &["build", "--config", "conf/a.yaml", "--out", "pack"]).ok();
    assert!(told.stdout.contains("people with preferences"), "{}", told.stdout);
    assert_eq!(names(dir.path()), ["conf", "pack", "pack.work"]);
}

#[test]
fn bad_flags_and_files_of_events_are_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("a.txt", "u 1\n");
    write("bad.csv", "who,what\n1,2\n");
    write("empty.txt", "\n");
    write("bad.yaml", "interactions: {wieghts: {}}\n");
    let spec = "user-items:a.txt";
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--interactions", "a.txt"], &["a.txt", "user-items:FILE"]),
        (
            &["--interactions", "user-items:gone.txt"],
            &["gone.txt", "no such file"],
        ),
        (
            &["--interactions", "csv:bad.csv"],
            &["bad.csv, line 1", "no column is the user_id", "who, what"],
        ),
        (
            &["--interactions", "user-items:empty.txt"],
            &["empty.txt", "none can be used"],
        ),
        (
            &["--interactions", spec, "--min-user-interactions", "0"],
            &["--min-user-interactions"],
        ),
        (
            &["--interactions", spec, "--half-life-days", "-1"],
            &["--half-life-days"],
        ),
        (
            &["--interactions", spec, "--users", "sample"],
            &["--users", "jsonl:FILE"],
        ),
        (
            &["--interactions", spec, "--content-weight", "nan"],
            &["--content-weight"],
        ),
        (
            &["--config", "bad.yaml", "--interactions", spec],
            &["bad.yaml, line 1", "wieghts"],
        ),
    ];
    let before = names(dir.path());
    for (flags, words) in cases {
        run_in(dir.path(), &[&["build", "--out", "pack"], flags].concat()).refused(words);
        let left: Vec<String> = names(dir.path())
            .into_iter()
            .filter(|name| name != "pack.work")
            .collect();
        assert_eq!(left, before, "after {flags:?}");
    }
    assert!(!Path::new("pack").exists());
}
