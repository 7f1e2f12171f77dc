//! The rating model from files to predictions, on made-up people whose taste is known.

mod common;

use std::{fmt::Write, fs, path::Path};

use aftershow_core::{ItemId, NewItem, Outcome, PredictQuery, PredictionSource, Rating};
use aftershow_pipeline::{PackDir, random::Random};
use common::{contents, run_in};
use serde_json::Value;

const PEOPLE: usize = 240;
const TITLES: usize = 120;
const GENRES: [&str; 4] = ["Comedy", "Horror", "Romance", "Western"];
/// Titles from here on nobody rates in the training.
const NEW: usize = 100;

/// Who rates what how: by taste for genres, the directors' skill, and some chance. Half stars from 0.5 to 5.
struct World {
    train: String,
    test: String,
    of_new: String,
    titles: String,
}

fn world() -> World {
    let mut random = Random::new(11);
    let tastes: Vec<[f64; 4]> = (0..PEOPLE).map(|_| [(); 4].map(|()| random.normal() * 0.9)).collect();
    let skill: Vec<f64> = (0..8).map(|_| random.normal() * 0.6).collect();
    let genre = |title: usize| (title * 7 + title / 9) % 4;
    let director = |title: usize| (title * 5 + title / 11) % 8;
    let mut titles = String::new();
    for title in 0..TITLES {
        let (genre, director) = (GENRES[genre(title)], director(title));
        writeln!(
            titles,
            r#"{{"id": {title}, "name": "Title {title}", "genres": ["{genre}"], "directors": ["Director {director}"], "year": {}}}"#,
            1980 + title % 30
        )
        .unwrap();
    }
    let own: Vec<f64> = (0..TITLES).map(|_| random.normal() * 0.2).collect();
    let mut world = World {
        train: "user_id,item_id,rating\n".to_owned(),
        test: "user_id,item_id,rating\n".to_owned(),
        of_new: "user_id,item_id,rating\n".to_owned(),
        titles,
    };
    for (person, taste) in tastes.iter().enumerate() {
        for title in 0..TITLES {
            if random.unit() > 0.35 {
                continue;
            }
            let truth = 3.2 + taste[genre(title)] + skill[director(title)] + own[title] + random.normal() * 0.5;
            let rating = ((truth * 2.0).round() / 2.0).clamp(0.5, 5.0);
            let file = match (title >= NEW, random.below(10)) {
                (true, _) => &mut world.of_new,
                (false, 0) => &mut world.test,
                (false, _) => &mut world.train,
            };
            writeln!(file, "u{person},{title},{rating}").unwrap();
        }
    }
    world
}

const BUILD: [&str; 9] = [
    "build",
    "--catalog",
    "jsonl:titles.jsonl",
    "--ratings",
    "csv:train.csv",
    "--rating-factors",
    "6",
    "--quiet",
    "--out",
];

/// A folder with the world's files and its pack.
fn built() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let world = world();
    for (name, text) in [
        ("train.csv", &world.train),
        ("test.csv", &world.test),
        ("new.csv", &world.of_new),
        ("titles.jsonl", &world.titles),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    run_in(dir.path(), &[&BUILD[..], &["pack"]].concat()).ok();
    dir
}

fn measured(dir: &Path, test: &str) -> Value {
    let args = [
        "evaluate",
        "pack",
        "--history",
        "csv:train.csv",
        "--ratings-test",
        test,
        "--json",
    ];
    serde_json::from_str(&run_in(dir, &args).ok().stdout).unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn known_titles_are_predicted_far_better_than_by_means_and_new_ones_by_what_they_are_about() {
    let dir = built();
    let known = measured(dir.path(), "csv:test.csv");
    // The chance in the ratings is 0.5, and rounding to half stars adds 0.14: no model gets below 0.52.
    assert!(number(&known, "rmse") < 0.65, "{known}");
    assert!(number(&known["person_mean"], "rmse") > 0.85, "{known}");
    assert!(number(&known, "auc") > 0.75, "{known}");
    assert!((0.6..0.8).contains(&number(&known, "within_uncertainty")), "{known}");

    let new = measured(dir.path(), "csv:new.csv");
    assert!(number(&new, "rmse") < 0.75, "{new}");
    assert!(number(&new["person_mean"], "rmse") > 0.9, "{new}");
    assert!(number(&new, "auc") > 0.8, "{new}");
    assert!((0.55..0.85).contains(&number(&new, "within_uncertainty")), "{new}");
    assert_eq!(number(&new, "unknown"), 0.0);
}

#[test]
fn a_title_that_the_pack_has_never_seen_is_predicted_as_one_of_the_pack_without_ratings() {
    let dir = built();
    let mut pack = PackDir::open(&dir.path().join("pack")).unwrap();
    pack.attach_resident().unwrap();
    let ratings = (0..20).map(|title| Rating {
        item: ItemId::Int(title),
        value: [5.0, 1.0, 3.0, 2.0][title as usize % 4],
    });
    let unrated = 110;
    let line = world().titles.lines().nth(unrated).unwrap().to_owned();
    let mut title: Value = serde_json::from_str(&line).unwrap();
    title.as_object_mut().unwrap().remove("id");
    let new: NewItem = serde_json::from_value(title).unwrap();
    let query = PredictQuery {
        ratings: ratings.collect(),
        items: vec![ItemId::Int(unrated as u64), ItemId::Int(3)],
        new_items: vec![new],
        ..PredictQuery::default()
    };
    let Outcome::Answer(answer) = pack.engine().predict(&query).unwrap() else {
        panic!("all parts are attached");
    };
    let [unrated, rated, new] = &answer.items[..] else {
        panic!("three were asked for");
    };
    // The one went through the codes of a row, the other through those of its features.
    assert!((unrated.prediction - new.prediction).abs() < 0.03, "{answer:?}");
    assert!((unrated.uncertainty - new.uncertainty).abs() < 0.01, "{answer:?}");
    assert_eq!(unrated.source, PredictionSource::Content);
    assert_eq!(
        (rated.source, new.source),
        (PredictionSource::Ratings, PredictionSource::Content)
    );
    assert!(rated.known_ratings > 20 && rated.uncertainty < new.uncertainty);
    assert_eq!((answer.lowest, answer.highest, answer.step), (0.5, 5.0, 0.5));
}

#[test]
fn a_file_of_predictions_says_what_the_measurement_measured() {
    let dir = built();
    fs::write(dir.path().join("pairs.csv"), world().test + "nobody,5,\nu1,no such,\n").unwrap();
    let args = [
        "predict",
        "pack",
        "--history",
        "csv:train.csv",
        "--pairs",
        "csv:pairs.csv",
        "--out",
        "out.csv",
        "--json",
    ];
    let report: Value = serde_json::from_str(&run_in(dir.path(), &args).ok().stdout).unwrap();
    assert_eq!(
        (&report["unknown"], &report["people_without_history"]),
        (&1.into(), &1.into())
    );
    let mut truth = std::collections::HashMap::new();
    for line in world().test.lines().skip(1) {
        let (pair, rating) = line.rsplit_once(',').unwrap();
        truth.insert(pair.to_owned(), rating.parse::<f64>().unwrap());
    }
    let (mut squares, mut count) = (0.0, 0.0);
    let text = fs::read_to_string(dir.path().join("out.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("user,item,prediction"));
    for line in lines {
        let (pair, predicted) = line.rsplit_once(',').unwrap();
        match truth.get(pair) {
            Some(rating) => {
                squares += (predicted.parse::<f64>().unwrap() - rating).powi(2);
                count += 1.0;
            }
            None if pair == "u1,no such" => assert_eq!(predicted, ""),
            None => assert!(pair == "nobody,5" && (1.0..5.0).contains(&predicted.parse::<f64>().unwrap())),
        }
    }
    let rmse = number(&measured(dir.path(), "csv:test.csv"), "rmse");
    assert!((f64::sqrt(squares / count) - rmse).abs() < 1e-9);
}

#[test]
fn two_builds_are_equal_byte_for_byte_whatever_the_threads_and_the_order_of_the_ratings() {
    let dir = built();
    let world = world();
    let mut lines: Vec<&str> = world.train.lines().skip(1).collect();
    lines.reverse();
    let again = format!("user_id,item_id,rating\n{}\n", lines.join("\n"));
    fs::write(dir.path().join("train.csv"), again).unwrap();
    run_in(
        dir.path(),
        &[&BUILD[..], &["again", "--threads", "1", "--work", "again.work"]].concat(),
    )
    .ok();
    assert!(contents(&dir.path().join("pack")) == contents(&dir.path().join("again")));
}

#[test]
fn the_step_can_be_run_again_alone_and_its_settings_are_in_the_manifest() {
    let dir = built();
    // What a build has of people stays only where it is told to.
    let kept = [&BUILD[..], &["pack", "--work", "pack.work"]].concat();
    run_in(dir.path(), &kept).ok();
    let args = [&BUILD[..], &["pack", "--steps", "ratings,pack"]].concat();
    let before = contents(&dir.path().join("pack"));
    run_in(dir.path(), &args).ok();
    assert!(contents(&dir.path().join("pack")) == before);
    let manifest: Value = serde_json::from_slice(&fs::read(dir.path().join("pack/manifest.json")).unwrap()).unwrap();
    let model = &manifest["rating_model"];
    assert_eq!(model["people"], 240);
    assert_eq!(model["titles"], 100);
    assert_eq!(model["scale"]["step"], 0.5);
    assert_eq!(manifest["config"]["ratings"]["factors"], 6);
    // Another seed is another model: the earlier result is not taken for it.
    let seeded = [&BUILD[..], &["pack", "--steps", "pack", "--seed", "7"]].concat();
    run_in(dir.path(), &seeded).refused(&["seed was 42 and is 7", "--steps"]);
}

#[test]
fn what_can_not_be_learnt_or_asked_is_refused_with_the_remedy() {
    let dir = built();
    let at = dir.path();
    fs::write(at.join("alike.csv"), "user_id,item_id,rating\na,1,4\nb,1,4\nc,1,4\n").unwrap();
    fs::write(at.join("none.csv"), "user_id,item_id\na,1\n").unwrap();
    fs::write(at.join("others.csv"), "user_id,item_id,rating\na,x,4\nb,y,5\n").unwrap();
    let build = |ratings: &str| {
        let args = [
            "build",
            "--catalog",
            "jsonl:titles.jsonl",
            "--ratings",
            ratings,
            "--out",
            "p",
            "-q",
        ];
        run_in(at, &args)
    };
    build("csv:alike.csv").refused(&["all values are alike"]);
    fs::write(at.join("lone.csv"), "user_id,item_id,rating\na,1,4\nb,1,2\nb,2,5\n").unwrap();
    build("csv:lone.csv").refused(&["no title has ratings of 3 people", "model.min_people"]);
    build("csv:none.csv").refused(&["none.csv", "holds no rating", "a value"]);
    build("csv:others.csv").refused(&["others.csv", "none is of a title of the catalogue"]);
    build("csv:missing.csv").refused(&["missing.csv"]);
    run_in(at, &["build", "--ratings", "csv:train.csv", "--out", "p"]).refused(&["--catalog"]);

    run_in(at, &["build", "--catalog", "jsonl:titles.jsonl", "--out", "bare", "-q"]).ok();
    for command in [
        &[
            "predict",
            "bare",
            "--history",
            "csv:train.csv",
            "--pairs",
            "csv:test.csv",
            "--out",
            "o.csv",
        ][..],
        &[
            "evaluate",
            "bare",
            "--history",
            "csv:train.csv",
            "--ratings-test",
            "csv:test.csv",
        ],
    ] {
        run_in(at, command).refused(&["build it with --ratings"]);
    }
    assert!(!at.join("o.csv").exists());
    let none_known = [
        "evaluate",
        "pack",
        "--history",
        "csv:train.csv",
        "--ratings-test",
        "csv:others.csv",
    ];
    run_in(at, &none_known).refused(&["none of its ratings is of a title of the pack"]);
}

#[test]
fn ratings_without_any_chance_in_them_are_learnt_from() {
    let dir = tempfile::tempdir().unwrap();
    let rating = |at: usize| format!("u{},{},{}\n", at / 12, at % 12, [1, 3, 5][at % 3]);
    let ratings: String = (0..30 * 12).map(rating).collect();
    fs::write(
        dir.path().join("ratings.csv"),
        format!("user_id,item_id,rating\n{ratings}"),
    )
    .unwrap();
    fs::write(
        dir.path().join("titles.csv"),
        "id,name\n".to_owned() + &(0..12).map(|i| format!("{i},T{i}\n")).collect::<String>(),
    )
    .unwrap();
    let args = [
        "build",
        "--catalog",
        "csv:titles.csv",
        "--ratings",
        "csv:ratings.csv",
        "--out",
        "pack",
        "-q",
    ];
    run_in(dir.path(), &args).ok();
    let args = [
        "evaluate",
        "pack",
        "--history",
        "csv:ratings.csv",
        "--ratings-test",
        "csv:ratings.csv",
        "--json",
        "-q",
    ];
    let told: Value = serde_json::from_str(&run_in(dir.path(), &args).ok().stdout).unwrap();
    assert!(told["rmse"].as_f64().unwrap() < 0.05, "{told}");
}
