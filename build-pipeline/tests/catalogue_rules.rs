//! The rules by which files become a catalogue, on small files.

use std::{fs, path::Path};

use aftershow_core::{ItemId, ids::IdKind};
use aftershow_pipeline::{
    BuildError, Catalogue, Config, Progress, assemble,
    progress::Style,
    source::Source,
    tally::{Counted, Tally},
};
use tempfile::TempDir;

/// Files in a folder of their own, each a source.
struct Sources {
    dir: TempDir,
    config: Config,
}

impl Sources {
    fn new() -> Sources {
        Sources {
            dir: tempfile::tempdir().unwrap(),
            config: Config::default(),
        }
    }

    fn with(mut self, spec: &str, content: &str) -> Sources {
        let mut source = Source::parse(spec).unwrap();
        source.base = self.dir.path().to_owned();
        let path = source.location();
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        fs::write(path, content).unwrap();
        self.config.catalog.push(source);
        self
    }

    fn set(mut self, set: impl FnOnce(&mut Config)) -> Sources {
        set(&mut self.config);
        self
    }

    fn fetch(&self) -> Result<(Catalogue, Tally), BuildError> {
        let mut tally = Tally::default();
        let catalogue = assemble::fetch(&self.config, &Progress::new(Style::Quiet), &mut tally)?;
        Ok((catalogue, tally))
    }

    #[track_caller]
    fn refused(&self, words: &[&str]) {
        let error = self.fetch().map(|(catalogue, _)| catalogue).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        for word in words {
            assert!(error.to_string().contains(word), "{word:?} is not in: {error}");
        }
    }
}

fn names(catalogue: &Catalogue) -> Vec<&str> {
    catalogue.items.iter().map(|item| item.name.as_str()).collect()
}

#[test]
fn a_record_without_id_or_name_is_skipped_and_counted_and_with_strict_it_is_an_error() {
    let shows = "[{\"id\": 1, \"name\": \"A\"},\n{\"name\": \"B\"},\n{\"id\": 3, \"name\": \" <p></p> \"},\n{\"id\": 4}, {\"id\": \"\", \"name\": \"C\"}, 7]";
    let sources = Sources::new().with("tvmaze:a.json", shows);
    let (catalogue, tally) = sources.fetch().unwrap();
    // Markup is no name, unless it is all there is to a name.
    assert_eq!(names(&catalogue), ["A", "<p></p>"]);
    let count = |reason, count| Counted { reason, count };
    assert_eq!(
        tally.skipped(),
        [count("can't be read", 1), count("no id", 2), count("no name", 1)]
    );
    assert_eq!(tally.read, 6);
    sources
        .set(|config| config.strict = true)
        .refused(&["a.json, record 2 (line 2)", "has no id"]);
}

#[test]
fn ids_come_back_as_they_were_given() {
    let (catalogue, _) = Sources::new()
        .with(
            "jsonl:a.jsonl",
            "{\"id\": 9007199254740991, \"name\": \"A\"}\n{\"id\": 0, \"name\": \"B\"}\n",
        )
        .fetch()
        .unwrap();
    assert_eq!(catalogue.id_kind, IdKind::Integer);
    assert_eq!(
        [&catalogue.items[0].id, &catalogue.items[1].id],
        [&ItemId::Int(0), &ItemId::Int(9_007_199_254_740_991)]
    );
    let long = "é".repeat(64);
    let (catalogue, _) = Sources::new()
        .with(
            "jsonl:a.jsonl",
            &format!("{{\"id\": \"{long}\", \"name\": \"A\"}}\n{{\"id\": \"007\", \"name\": \"B\"}}\n"),
        )
        .fetch()
        .unwrap();
    assert_eq!(catalogue.id_kind, IdKind::String);
    assert_eq!(
        [&catalogue.items[0].id, &catalogue.items[1].id],
        [&ItemId::Str("007".into()), &ItemId::Str(long)]
    );
}

#[test]
fn what_can_not_be_an_id_is_an_error_that_says_where() {
    let long = format!("\"{}\"", "x".repeat(129));
    for id in ["1.5", "-1", "true", "9007199254740992", &long, "[1]"] {
        let shows = format!("[{{\"id\": 1, \"name\": \"A\"}},\n{{\"id\": {id}, \"name\": \"B\"}}]");
        Sources::new().with("tvmaze:a.json", &shows).refused(&[
            "a.json, record 2 (line 2): the id ",
            "9007199254740991 or a string of 1 to 128 bytes",
        ]);
    }
}

#[test]
fn ids_of_two_kinds_are_an_error_that_names_both_places() {
    let a = "[{\"id\": 1, \"name\": \"A\"}]";
    Sources::new()
        .with("tvmaze:a.json", a)
        .with("csv:b.csv", "id,name\ns1,B\n")
        .refused(&["a.json, record 1 (line 1)", "b.csv, record 1 (line 2)", "id_prefix"]);
    Sources::new()
        .with(
            "jsonl:a.jsonl",
            "{\"id\": 1, \"name\": \"A\"}\n{\"id\": \"2\", \"name\": \"B\"}\n",
        )
        .refused(&["record 1 (line 1)", "record 2 (line 2)"]);
}

#[test]
fn ids_of_csv_are_integers_only_if_all_of_them_look_like_integers() {
    let kind = |csv: &str| Sources::new().with("csv:a.csv", csv).fetch().unwrap().0;
    assert_eq!(kind("id,name\n82,A\n169,B\n").items[0].id, ItemId::Int(82));
    for odd in ["082", "1e3", "s1", "9007199254740992"] {
        let catalogue = kind(&format!("id,name\n82,A\n{odd},B\n"));
        assert_eq!(catalogue.id_kind, IdKind::String, "{odd}");
        assert!(catalogue.items.iter().any(|item| item.id == ItemId::Str(odd.into())));
    }
    let csv = Sources::new().with("csv:a.csv", "id,name\n82,A\n");
    assert_eq!(
        csv.set(|c| c.id_kind = Some(IdKind::String)).fetch().unwrap().0.items[0].id,
        ItemId::Str("82".into())
    );
    let csv = Sources::new().with("csv:a.csv", "id,name\n82,A\ns1,B\n");
    csv.set(|c| c.id_kind = Some(IdKind::Integer))
        .refused(&["a.csv, record 2 (line 3)", "\"s1\"", "id_kind"]);
}

#[test]
fn the_ids_of_csv_go_with_those_of_json() {
    let sources = Sources::new()
        .with("tvmaze:a.json", "[{\"id\": 1, \"name\": \"A\"}]")
        .with("csv:b.csv", "id,name\n2,B\n");
    assert_eq!(sources.fetch().unwrap().0.id_kind, IdKind::Integer);
    let sources = Sources::new()
        .with("jsonl:a.jsonl", "{\"id\": \"x\", \"name\": \"A\"}")
        .with("csv:b.csv", "id,name\n2,B\n");
    assert_eq!(sources.fetch().unwrap().0.id_kind, IdKind::String);
}

#[test]
fn of_one_id_in_one_source_the_newest_record_stays() {
    let shows = "[{\"id\": 1, \"name\": \"new\", \"updated\": 9}, {\"id\": 1, \"name\": \"old\", \"updated\": 3},
        {\"id\": 2, \"name\": \"undated\"}, {\"id\": 2, \"name\": \"dated\", \"updated\": 1},
        {\"id\": 3, \"name\": \"first\"}, {\"id\": 3, \"name\": \"last\"}, {\"id\": 1, \"name\": \"older\", \"updated\": 2}]";
    let (catalogue, tally) = Sources::new().with("tvmaze:a.json", shows).fetch().unwrap();
    assert_eq!(names(&catalogue), ["new", "dated", "last"]);
    assert_eq!(
        tally.skipped(),
        [Counted {
            reason: "older record of the same id",
            count: 4
        }]
    );
}

#[test]
fn one_id_in_two_sources_is_an_error_that_names_both_and_a_prefix_is_the_way_out() {
    let sources = Sources::new()
        .with("csv:a.csv", "id,name\ns1,A\n")
        .with("csv:b.csv", "id,name\ns2,X\ns1,B\n");
    sources.refused(&[
        "the id s1 is in two sources",
        "a.csv, record 1 (line 2)",
        "b.csv, record 2 (line 3)",
        "id_prefix",
    ]);
    let (catalogue, _) = sources
        .set(|c| c.catalog[1].mapping.id_prefix = Some("b-".into()))
        .fetch()
        .unwrap();
    let ids: Vec<String> = catalogue.items.iter().map(|item| item.id.to_string()).collect();
    assert_eq!(ids, ["b-s1", "b-s2", "s1"]);
    // A field of CSV and a number of JSON can be the same id.
    Sources::new()
        .with("tvmaze:a.json", "[{\"id\": 5, \"name\": \"A\"}]")
        .with("csv:b.csv", "id,name\n5,B\n")
        .refused(&["the id 5 is in two sources"]);
}

#[test]
fn pages_of_a_folder_are_one_source() {
    let sources = Sources::new()
        .with("tvmaze:pages/10.json", "[{\"id\": 1, \"name\": \"page 10\"}]")
        .with(
            "tvmaze:pages/9.json",
            "[{\"id\": 1, \"name\": \"page 9\"}, {\"id\": 2, \"name\": \"B\"}]",
        );
    let sources = sources.set(|config| {
        config.catalog.truncate(1);
        config.catalog[0].path = "pages".into();
    });
    let (catalogue, _) = sources.fetch().unwrap();
    assert_eq!(
        names(&catalogue),
        ["page 10", "B"],
        "of two records alike in age, that of the later page"
    );
}

#[test]
fn max_items_keeps_the_best_known() {
    let shows = "[{\"id\": 1, \"name\": \"A\", \"weight\": 1}, {\"id\": 2, \"name\": \"B\", \"weight\": 9}, {\"id\": 3, \"name\": \"C\", \"weight\": 5}]";
    let (catalogue, tally) = Sources::new()
        .with("tvmaze:a.json", shows)
        .set(|c| c.max_items = Some(2))
        .fetch()
        .unwrap();
    assert_eq!((names(&catalogue), tally.left_out), (vec!["B", "C"], 1));
}

#[test]
fn tvmaze_is_credited_when_the_pages_are_its_own_and_the_configuration_can_say_otherwise() {
    let of = |url: &str| {
        Sources::new().with(
            "tvmaze:a.json",
            &format!("[{{\"id\": 1, \"name\": \"A\", \"url\": \"{url}\"}}]"),
        )
    };
    assert!(
        of("http://www.tvmaze.com/shows/1")
            .fetch()
            .unwrap()
            .0
            .attribution
            .contains("CC BY-SA")
    );
    assert_eq!(of("https://nottvmaze.com/shows/1").fetch().unwrap().0.attribution, "");
    let said = of("http://www.tvmaze.com/shows/1").set(|c| c.attribution = Some("Data: <b>us</b>".into()));
    assert_eq!(said.fetch().unwrap().0.attribution, "Data: us");
}

#[test]
fn a_catalogue_without_a_single_title_is_an_error() {
    Sources::new()
        .with("tvmaze:a.json", "[]")
        .refused(&["a.json", "of 0 records none can be used"]);
    Sources::new()
        .with("csv:a.csv", "id,name\n,A\n")
        .refused(&["of 1 records none can be used"]);
}

#[test]
fn the_order_of_the_sources_does_not_matter() {
    let (a, b) = ("id,name,weight\n1,A,5\n2,B,7\n", "id,name,weight\n3,C,6\n4,D,\n");
    let one = Sources::new()
        .with("csv:a.csv", a)
        .with("csv:b.csv", b)
        .fetch()
        .unwrap()
        .0;
    let two = Sources::new()
        .with("csv:b.csv", b)
        .with("csv:a.csv", a)
        .fetch()
        .unwrap()
        .0;
    assert_eq!(names(&one), ["B", "C", "A", "D"]);
    assert_eq!(one, two);
}
