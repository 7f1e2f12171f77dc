//! `aftershow evaluate`, held against a slow and obvious computation from the same files.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
    sync::OnceLock,
};

use common::{contents, names, run_in};
use serde_json::Value;

/// Two hundred people who like items of one of four blocks, and a few of another.
fn put_log(dir: &Path) {
    let mut random = aftershow_pipeline::random::Random::new(11);
    let (mut train, mut test) = (String::new(), String::new());
    for user in 0..200 {
        let mut items: Vec<usize> = (0..30).map(|i| (user % 4) * 30 + i).collect();
        items.extend((0..3).map(|_| random.below(120)));
        items.sort_unstable();
        items.dedup();
        random.shuffle(&mut items);
        let line = |items: &[usize]| items.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        train += &format!("{user} {}\n", line(&items[..9]));
        if user % 10 != 3 {
            test += &format!("{user} {}\n", line(&items[7..14])); // two of them are in the history
        }
    }
    test += "stranger 1 2 3\n"; // without a history
    test += "5 900 901\n"; // of items that nobody knew
    fs::write(dir.join("train.txt"), train).unwrap();
    fs::write(dir.join("test.txt"), test).unwrap();
}

/// The log, and a pack of its training half under this name. It is built once.
fn put_pack(dir: &Path, name: &str) {
    static BUILT: OnceLock<tempfile::TempDir> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        put_log(dir.path());
        let args = ["build", "--interactions", "user-items:train.txt", "--out", "pack", "-q"];
        run_in(dir.path(), &args).ok();
        dir
    });
    put_log(dir);
    fs::create_dir(dir.join(name)).unwrap();
    for (file, bytes) in contents(&built.path().join("pack")) {
        fs::write(dir.join(name).join(file), bytes).unwrap();
    }
}

fn evaluate(dir: &Path, more: &[&str]) -> Value {
    let args = [
        "evaluate",
        "pack",
        "--history",
        "user-items:train.txt",
        "--test",
        "user-items:test.txt",
        "-k",
        "3,20",
        "--json",
        "-q",
    ];
    serde_json::from_str(&run_in(dir, &[&args, more].concat()).ok().stdout).unwrap()
}

type Sets = BTreeMap<String, BTreeSet<String>>;

fn sets(path: &Path) -> Sets {
    let mut sets = Sets::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let mut words = line.split(' ').map(str::to_owned);
        sets.entry(words.next().unwrap()).or_default().extend(words);
    }
    sets
}

/// Every measure from lists, a history and a test, by its definition.
fn by_definition(lists: &BTreeMap<String, Vec<String>>, train: &Sets, test: &Sets, k: usize, items: usize) -> Vec<f64> {
    let mut counts: HashMap<&String, f64> = HashMap::new();
    train
        .values()
        .flatten()
        .for_each(|item| *counts.entry(item).or_default() += 1.0);
    let mut sums = vec![0.0; 7];
    let mut users = 0.0;
    let mut covered = BTreeSet::new();
    for (user, wanted) in test {
        let Some(seen) = train.get(user) else { continue };
        let wanted: BTreeSet<&String> = wanted.difference(seen).collect();
        if wanted.is_empty() {
            continue;
        }
        users += 1.0;
        let list: Vec<&String> = lists[user].iter().take(k).collect();
        covered.extend(list.iter().copied());
        let hit: Vec<bool> = list.iter().map(|item| wanted.contains(item)).collect();
        let hits = hit.iter().filter(|hit| **hit).count() as f64;
        sums[0] += hits / wanted.len() as f64;
        let dcg: f64 = (0..hit.len())
            .filter(|i| hit[*i])
            .map(|i| 1.0 / (i as f64 + 2.0).log2())
            .sum();
        let idcg: f64 = (0..k.min(wanted.len())).map(|i| 1.0 / (i as f64 + 2.0).log2()).sum();
        sums[1] += dcg / idcg;
        sums[2] += hits / k as f64;
        sums[3] += f64::from(u8::from(hits > 0.0));
        sums[4] += hit.iter().position(|hit| *hit).map_or(0.0, |i| 1.0 / (i as f64 + 1.0));
        let precision = |i: usize| hit[..=i].iter().filter(|hit| **hit).count() as f64 / (i as f64 + 1.0);
        sums[5] += (0..hit.len()).filter(|i| hit[*i]).map(precision).sum::<f64>() / k.min(wanted.len()) as f64;
        let surprise =
            |item: &&String| -(counts.get(*item).copied().unwrap_or(0.0).max(1.0) / train.len() as f64).log2();
        sums[6] += list.iter().map(surprise).sum::<f64>() / list.len() as f64;
    }
    let mut means: Vec<f64> = sums.into_iter().map(|sum| sum / users).collect();
    means.push(covered.len() as f64 / items as f64);
    means
}

const NAMES: [&str; 8] = [
    "recall",
    "ndcg",
    "precision",
    "hit_rate",
    "mrr",
    "map",
    "novelty",
    "coverage",
];

#[test]
fn every_figure_is_that_of_the_definition_from_the_lists_of_batch() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "pack");
    let found = evaluate(dir.path(), &[]);
    let args = [
        "batch",
        "pack",
        "--history",
        "user-items:train.txt",
        "-n",
        "20",
        "--out",
        "top.jsonl",
        "-q",
    ];
    run_in(dir.path(), &args).ok();
    let lists: BTreeMap<String, Vec<String>> = fs::read_to_string(dir.path().join("top.jsonl"))
        .unwrap()
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let items = row["items"].as_array().unwrap().iter();
            (
                row["user_id"].to_string(),
                items.map(|item| item["id"].to_string()).collect(),
            )
        })
        .collect();
    let (train, test) = (sets(&dir.path().join("train.txt")), sets(&dir.path().join("test.txt")));
    let items = train.values().flatten().collect::<BTreeSet<_>>().len();
    for k in [3, 20] {
        let right = by_definition(&lists, &train, &test, k, items);
        for (name, right) in NAMES.iter().zip(right) {
            let figure = found[format!("{name}@{k}")].as_f64().unwrap();
            assert!((figure - right).abs() < 1e-9, "{name}@{k}: {figure} {right}");
            let shown = &found["rows"][0]["figures"][format!("{name}@{k}")];
            assert_eq!(shown["value"].as_f64(), Some(figure));
            if *name != "coverage" {
                let (low, high) = (shown["low"].as_f64().unwrap(), shown["high"].as_f64().unwrap());
                assert!(low <= figure && figure <= high, "{name}@{k}: {low} {figure} {high}");
            }
        }
    }
    assert_eq!(found["items"].as_u64(), Some(items as u64));
    assert_eq!(
        (found["users"].as_u64(), found["cold_users"].as_u64()),
        (Some(180), Some(1))
    );
    assert_eq!(
        found["test_items_not_in_pack"].as_u64(),
        Some(2),
        "they count as wanted: nobody can have them"
    );
    assert!(found["seconds"].as_f64().unwrap() > 0.0 && found.get("bytes_per_item").is_some());
}

#[test]
fn the_figures_are_the_same_for_any_number_of_threads_and_for_every_run() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "pack");
    let untimed = |threads: &str, seed: &str| {
        let mut found = evaluate(dir.path(), &["--baselines", "--threads", threads, "--seed", seed]);
        for row in found["rows"].as_array_mut().unwrap() {
            row["seconds"] = 0.into();
        }
        found["seconds"] = 0.into();
        found["users_per_second"] = 0.into();
        found
    };
    let one = untimed("1", "42");
    assert_eq!(one, untimed("2", "42"));
    let other = untimed("1", "43");
    assert_eq!(
        one["recall@20"], other["recall@20"],
        "the seed moves the intervals, not the figures"
    );
    assert_ne!(
        one["rows"][0]["figures"]["recall@20"]["low"],
        other["rows"][0]["figures"]["recall@20"]["low"]
    );
}

#[test]
fn popularity_is_the_most_popular_that_one_has_not_seen() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "pack");
    let found = evaluate(dir.path(), &["--baselines"]);
    let rows = found["rows"].as_array().unwrap();
    let keys: Vec<&str> = rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert!(keys[0] == "pack" && keys.contains(&"popularity"), "{keys:?}");
    assert!(
        !keys.contains(&"content"),
        "such a pack knows nothing of what items are like"
    );

    let (train, test) = (sets(&dir.path().join("train.txt")), sets(&dir.path().join("test.txt")));
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    train
        .values()
        .flatten()
        .for_each(|item| *counts.entry(item).or_default() += 1);
    let mut order: Vec<&String> = counts.keys().copied().collect();
    order.sort_by_key(|item| (std::cmp::Reverse(counts[item]), item.parse::<u64>().unwrap()));
    let lists: BTreeMap<String, Vec<String>> = train
        .iter()
        .map(|(user, seen)| {
            let unseen = order.iter().filter(|item| !seen.contains(**item));
            (user.clone(), unseen.map(|item| (*item).clone()).collect())
        })
        .collect();
    let popularity = rows.iter().find(|row| row["key"] == "popularity").unwrap();
    for k in [3, 20] {
        let right = by_definition(&lists, &train, &test, k, order.len());
        for (name, right) in NAMES.iter().zip(right) {
            let figure = popularity["figures"][format!("{name}@{k}")]["value"].as_f64().unwrap();
            assert!((figure - right).abs() < 1e-9, "{name}@{k}: {figure} {right}");
        }
    }
    let against = &popularity["against_pack"]["recall@20"];
    let difference =
        popularity["figures"]["recall@20"]["value"].as_f64().unwrap() - found["recall@20"].as_f64().unwrap();
    assert!((against["value"].as_f64().unwrap() - difference).abs() < 1e-12);
}

/// The sample's log in parts, and a pack of its catalogue and its training part. It is built once.
fn sample() -> &'static Path {
    static BUILT: OnceLock<tempfile::TempDir> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let split = ["split", "sample", "--by", "random", "--out", "parts", "-q"];
        run_in(dir.path(), &split).ok();
        let build = ["build", "--catalog", "sample", "--out", "pack", "-q"];
        let train = ["--interactions", "jsonl:parts/train.jsonl"];
        run_in(dir.path(), &[&build[..], &train[..]].concat()).ok();
        dir
    });
    built.path()
}

fn evaluate_sample(more: &[&str]) -> Value {
    let args = [
        "evaluate",
        "pack",
        "--history",
        "jsonl:parts/train.jsonl",
        "--test",
        "jsonl:parts/test.jsonl",
        "--json",
        "-q",
    ];
    serde_json::from_str(&run_in(sample(), &[&args[..], more].concat()).ok().stdout).unwrap()
}

#[test]
fn every_value_of_a_curve_is_a_point_of_the_report() {
    let report = tempfile::tempdir().unwrap();
    let report = report.path().join("curve.html");
    let asked = ["--rerank", r#"{"diversity": 0.2}"#, "--curve", "diversity,calibration"];
    let found = evaluate_sample(&[&asked[..], &["-k", "10", "--report", report.to_str().unwrap()]].concat());
    let curves = found["curves"].as_array().unwrap();
    let own: Vec<_> = curves
        .iter()
        .map(|curve| (curve["knob"].as_str().unwrap(), curve["own"].as_f64().unwrap()))
        .collect();
    assert!(
        own.len() == 2 && own[0].0 == "diversity" && own[1] == ("calibration", 0.0),
        "{own:?}"
    );
    assert!((own[0].1 - 0.2).abs() < 1e-6);
    let page = fs::read_to_string(&report).unwrap();
    assert!(!page.contains("NaN") && !page.contains("inf"));
    assert_eq!(
        page.matches("class=\"ring\"").count(),
        2,
        "a panel for diversity, one for calibration"
    );
    assert!(
        page.contains("diversity 0.2, calibration 0."),
        "the pack's own values are told"
    );
    let figure = |row: &Value, name: &str| row["figures"][name]["value"].as_f64().unwrap();
    let rows = found["rows"].as_array().unwrap();
    let (mut points, mut diversities, mut divergences) = (0, Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| row.get("setting").is_some()) {
        let knob = row["key"].as_str().unwrap();
        let value = row["setting"].as_f64().unwrap() as f32;
        for measure in ["intra_list_diversity@10", "miscalibration@10"] {
            // Where the pack's own value is among those of the curve it is the same point.
            let point = format!(
                "<title>{knob} {value}, {:.4}, NDCG@10: {:.4}",
                figure(row, measure),
                figure(row, "ndcg@10")
            );
            assert!(page.contains(&point), "{point}");
            points += 1;
        }
        match knob {
            "diversity" => diversities.push(figure(row, "intra_list_diversity@10")),
            _ => divergences.push(figure(row, "miscalibration@10")),
        }
    }
    assert_eq!(points, 2 * 2 * 6, "{rows:?}");
    // What the knobs are for they do.
    assert!(
        diversities.is_sorted() && diversities[0] < diversities[5],
        "{diversities:?}"
    );
    assert!(divergences[5] < divergences[0], "{divergences:?}");
    // A report without curves has no such plot.
    evaluate_sample(&["-k", "10", "--report", report.to_str().unwrap()]);
    assert!(!fs::read_to_string(&report).unwrap().contains("class=\"ring\""));
}

#[test]
fn with_a_catalogue_each_side_is_measured_alone_and_lists_are_compared_by_content() {
    let found = evaluate_sample(&["--baselines"]);
    let rows = found["rows"].as_array().unwrap();
    let content = rows.iter().find(|row| row["key"] == "content").unwrap();
    let diversity = |row: &Value| row["figures"]["intra_list_diversity@10"]["value"].as_f64().unwrap();
    let popularity = rows.iter().find(|row| row["key"] == "popularity").unwrap();
    assert!(
        diversity(content) < diversity(popularity),
        "lists by content are more alike"
    );
    let bias = |row: &Value| row["figures"]["popularity_bias@10"]["value"].as_f64().unwrap();
    assert!(bias(popularity) > 0.0 && bias(popularity) >= bias(content));
    for shares in ["history", "recommended"] {
        let shares = found["popularity_tenths"][shares].as_array().unwrap();
        let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
        assert!(shares.len() == 10 && (sum - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_pack_compared_with_itself_is_as_good_and_one_in_another_order_of_rows_is_measured_on_the_same_items() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "pack");
    // Its catalogue is the same items, but most of them have no events, so the rows are in another order.
    let all: BTreeSet<String> = sets(&dir.path().join("train.txt")).into_values().flatten().collect();
    let some: String = fs::read_to_string(dir.path().join("train.txt"))
        .unwrap()
        .lines()
        .take(20)
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(
        dir.path().join("some.txt"),
        format!("{some}all {}\n", all.into_iter().collect::<Vec<_>>().join(" ")),
    )
    .unwrap();
    run_in(
        dir.path(),
        &["build", "--interactions", "user-items:some.txt", "--out", "other", "-q"],
    )
    .ok();
    let found = evaluate(dir.path(), &["--compare", "pack", "other"]);
    let compared = found["compared"].as_array().unwrap();
    assert_eq!(compared.len(), 3);
    assert_eq!(compared[1]["row"]["figures"], compared[0]["row"]["figures"]);
    let difference = &compared[1]["row"]["against_pack"]["ndcg@20"];
    assert_eq!(
        (difference["low"].as_f64(), difference["high"].as_f64()),
        (Some(0.0), Some(0.0))
    );
    let alone = [
        "evaluate",
        "other",
        "--history",
        "user-items:train.txt",
        "--test",
        "user-items:test.txt",
        "-k",
        "3,20",
        "--json",
        "-q",
    ];
    let alone: Value = serde_json::from_str(&run_in(dir.path(), &alone).ok().stdout).unwrap();
    assert_eq!(compared[2]["row"]["figures"], alone["rows"][0]["figures"]);
}

#[test]
fn the_report_is_one_page_that_asks_nothing_of_any_other_place() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "a&b<pack>");
    let args = [
        "evaluate",
        "a&b<pack>",
        "--history",
        "user-items:train.txt",
        "--test",
        "user-items:test.txt",
        "--baselines",
        "--report",
        "report.html",
    ];
    let told = run_in(dir.path(), &args).ok();
    assert!(
        told.stdout.contains("Recall") && told.stdout.contains("popularity"),
        "{}",
        told.stdout
    );
    assert!(told.stderr.contains("report.html has the plots"), "{}", told.stderr);
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    for never in [
        "<script", "http:", "https:", "src=", "href=", "url(", "@import", "NaN", "inf\"",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("Evaluation of a&amp;b&lt;pack&gt;") && !page.contains("<pack>"));
    assert!(page.matches("<svg").count() >= 3 && page.matches("<svg").count() == page.matches("</svg>").count());
    for tag in ["section", "figure", "table", "ul", "div", "details"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn what_can_not_be_measured_is_told_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    put_pack(dir.path(), "pack");
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put("empty.txt", "");
    put("strangers.txt", "eve 1 2\nkim 3\n");
    put("ratings.csv", "user_id,item_id,rating\n1,5,1\n1,6,2\n");
    let before = names(dir.path());
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--test", "user-items:empty.txt"], &["empty.txt", "the file is empty"]),
        (
            &["--test", "user-items:strangers.txt"],
            &["strangers.txt", "none of its users has a history", "train.txt"],
        ),
        (
            &["--test", "user-items:train.txt"],
            &["train.txt", "is all in their history"],
        ),
        (
            &["--test", "csv:ratings.csv"],
            &["ratings.csv", "nothing can be measured"],
        ),
        (&["--test", "tvmaze:test.txt"], &["tvmaze:test.txt", "no known kind"]),
        (
            &["--test", "user-items:test.txt", "-k", "0,20"],
            &["-k", "from 1 to 100"],
        ),
        (&["--test", "user-items:test.txt", "-k", "ten"], &["-k"]),
        (
            &["--test", "user-items:test.txt", "--compare", "gone"],
            &["gone", "no such folder"],
        ),
    ];
    for (flags, words) in cases {
        let args = [
            "evaluate",
            "pack",
            "--history",
            "user-items:train.txt",
            "--report",
            "report.html",
            "-q",
        ];
        run_in(dir.path(), &[&args, flags].concat()).refused(words);
        assert_eq!(names(dir.path()), before, "after {flags:?}");
    }
}
