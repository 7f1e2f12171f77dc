//! `cargo xtask bench quality`: how good recommendations are, on public data, through the quantized pack and the engine.
//!
//! Every row is `aftershow build` on the training part and `aftershow evaluate` on the test part, as a user would run them.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::usage::{Usage, measured};
use crate::{
    encoder,
    parts::{self, remove},
    project::Project,
    python::{python, script, scripted},
    run::Runner,
    set_up,
};

/// Threads of both sides.
const THREADS: &str = "2";
/// The names that `--only` takes.
const SETS: [&str; 4] = ["ml-1m", "cs246-tv", "text", "gowalla"];

/// Measures the sets named, all if none is, and prints the tables.
pub fn run(project: &Project, peer: bool, only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| !SETS.contains(&name.as_str())) {
        bail!("--only: {unknown:?} is none of {}", SETS.join(", "));
    }
    let Some(data) = project.data() else {
        println!("skipped: no development data; set AFTERSHOW_DATA to its folder");
        return Ok(());
    };
    let mut runner = Runner::showing(project.root.clone());
    let _lock = project.lock(&mut runner)?;
    set_up::all(project, &mut runner)?;
    let wants = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    match wants("text") {
        true => parts::aftershow_with(project, &mut runner, &["--features", encoder::FEATURE])?,
        false => parts::aftershow(project, &mut runner)?,
    };
    let bench = Bench { project, data };
    if wants("ml-1m") {
        bench.movielens(&mut runner, peer)?;
    }
    if wants("cs246-tv") {
        bench.television(&mut runner)?;
    }
    if wants("text") {
        bench.text(&mut runner)?;
    }
    if wants("gowalla") {
        bench.gowalla(&mut runner)?;
    }
    Ok(())
}

pub(super) struct Bench<'a> {
    pub(super) project: &'a Project,
    pub(super) data: PathBuf,
}

/// A training file and a test file, both as SPECs.
pub(super) struct Split {
    pub(super) train: String,
    pub(super) test: String,
}

/// A built pack, what its building took, and what the build said.
pub(super) struct Built {
    pub(super) pack: PathBuf,
    pub(super) usage: Usage,
    report: Value,
}

impl Bench<'_> {
    /// MovieLens 1M, everything rated counts, 80/10/10 by user: models, bytes an item, peers; then with its catalogue.
    fn movielens(&self, runner: &mut Runner, peer: bool) -> Result<()> {
        let ratings = self.data.join("ml-1m/ratings.dat");
        let whole = self.project.scratch("quality/ml-1m.txt");
        user_items(&ratings, &whole)?;
        let split = self.split(runner, &format!("user-items:{}", whole.display()), "ml-1m")?;

        heading("MovieLens 1M, 80/10/10 by user, no catalogue");
        for model in ["auto", "ials", "bpr"] {
            let built = self.build(runner, &split, &format!("ml-1m-{model}"), &["--model", model])?;
            let baselines: &[&str] = if model == "auto" { &["--baselines"] } else { &[] };
            self.tell(runner, &format!("--model {model}"), &built, &split, baselines)?;
        }
        for bytes in ["96", "128", "176", "384", "512"] {
            let built = self.build(runner, &split, &format!("ml-1m-{bytes}"), &["--bytes-per-item", bytes])?;
            self.tell(runner, &format!("--bytes-per-item {bytes}"), &built, &split, &[])?;
        }
        if peer {
            let python = python(self.project, runner)?;
            let mut command = scripted(&python, &script(self.project, "peer_implicit.py"));
            command.args([path_of(&split.train), path_of(&split.test), THREADS]);
            // The libraries below count as threads, too.
            command.env("OPENBLAS_NUM_THREADS", "1");
            let (output, _) = measured(self.project, runner, &command)?;
            for row in output
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            {
                println!(
                    "{:<44} {:>8.4} {:>8.4} {:>8} {:>9.1}  {}",
                    row["name"].as_str().unwrap_or("?"),
                    number(&row, "recall@20"),
                    number(&row, "ndcg@20"),
                    "",
                    number(&row, "seconds"),
                    row["how"],
                );
            }
        }

        heading("MovieLens 1M with its catalogue, the same split");
        let catalogue = format!("movielens:{}", self.data.join("ml-1m").display());
        let built = self.build(runner, &split, "ml-1m-catalogue", &["--catalog", &catalogue])?;
        self.tell(runner, "with the catalogue", &built, &split, &["--baselines"])
    }

    /// Real TV viewing, 80/20 by user.
    fn television(&self, runner: &mut Runner) -> Result<()> {
        heading("cs246-tv, 80/10/10 by user");
        let spec = format!("user-items:{}", self.data.join("cs246-tv/watched.txt").display());
        let split = self.split(runner, &spec, "cs246-tv")?;
        let built = self.build(runner, &split, "cs246-tv", &[])?;
        self.tell(runner, "--model auto", &built, &split, &["--baselines"])
    }

    /// Gowalla, the split that published figures are on.
    fn gowalla(&self, runner: &mut Runner) -> Result<()> {
        heading("Gowalla, the published split");
        let file = |name: &str| format!("user-items:{}", self.data.join("gowalla").join(name).display());
        let split = Split {
            train: file("train.txt"),
            test: file("test.txt"),
        };
        let flags = ["--bytes-per-item", "512", "--bytes-curve", "64,128,256,384,512"];
        let built = self.build(runner, &split, "gowalla", &flags)?;
        self.tell(runner, "--bytes-per-item 512", &built, &split, &[])
    }

    pub(super) fn split(&self, runner: &mut Runner, spec: &str, name: &str) -> Result<Split> {
        let out = self.project.scratch("quality").join(format!("{name}-split"));
        remove(&out)?;
        let mut command = self.aftershow();
        command
            .args([
                "split", spec, "--by", "random", "--parts", "80,10,10", "--seed", "42", "--out",
            ])
            .arg(&out);
        runner.read(&mut command)?;
        let part = |part: &str| format!("user-items:{}", out.join(part).display());
        Ok(Split {
            train: part("train.txt"),
            test: part("test.txt"),
        })
    }

    pub(super) fn build(&self, runner: &mut Runner, split: &Split, name: &str, more: &[&str]) -> Result<Built> {
        let pack = self.project.scratch("quality").join(name);
        remove(&pack)?;
        remove(&pack.with_extension("work"))?;
        let mut command = self.aftershow();
        command
            .args([
                "build",
                "--log-format",
                "json",
                "--threads",
                THREADS,
                "--interactions",
                &split.train,
            ])
            .args(more)
            .arg("--out")
            .arg(&pack);
        let (output, usage) = measured(self.project, runner, &command)?;
        let report = parts::report(&output)?;
        Ok(Built { pack, usage, report })
    }

    /// Evaluates and prints the rows.
    fn tell(&self, runner: &mut Runner, name: &str, built: &Built, split: &Split, more: &[&str]) -> Result<()> {
        let mut command = self.aftershow();
        command
            .arg("evaluate")
            .arg(&built.pack)
            .args([
                "--history",
                &split.train,
                "--test",
                &split.test,
                "-k",
                "10,20,50",
                "--json",
                "--quiet",
            ])
            .args(more);
        let output = runner.read(&mut command)?;
        let found: Value = serde_json::from_str(output.trim()).context("aftershow evaluate printed no JSON")?;
        println!(
            "{name:<44} {:>8.4} {:>8.4} {:>8.1} {:>9.1}  {:.0} MB peak, {} users, {}",
            number(&found, "recall@20"),
            number(&found, "ndcg@20"),
            number(&found, "bytes_per_item"),
            built.usage.seconds,
            built.usage.peak / 1e6,
            found["users"],
            found["model"].as_str().unwrap_or("no model"),
        );
        for row in found["rows"].as_array().into_iter().flatten().skip(1) {
            println!(
                "{:<44} {:>8.4} {:>8.4}",
                format!("  {}", row["label"].as_str().unwrap_or("?")),
                number(&row["figures"]["recall@20"], "value"),
                number(&row["figures"]["ndcg@20"], "value"),
            );
        }
        for point in built.report["training"]["curve"].as_array().into_iter().flatten() {
            println!("  validation, through the quantized data: {point}");
        }
        Ok(())
    }

    pub(super) fn aftershow(&self) -> Command {
        let mut command = Command::new(self.project.release("aftershow"));
        command.current_dir(&self.project.root);
        command
    }
}

fn heading(text: &str) {
    println!(
        "\n{text}\n{:<44} {:>8} {:>8} {:>8} {:>9}",
        "", "Recall@20", "NDCG@20", "B/item", "build s"
    );
}

pub(super) fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(f64::NAN)
}

fn path_of(spec: &str) -> &str {
    spec.split_once(':').map_or(spec, |(_, path)| path)
}

/// Ratings of MovieLens 1M to lines `user item item …`: whatever was rated counts.
pub(super) fn user_items(ratings: &Path, out: &Path) -> Result<()> {
    let text = fs::read_to_string(ratings).with_context(|| format!("{} can't be read", ratings.display()))?;
    let mut items: BTreeMap<u32, String> = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split("::");
        let (user, item) = (fields.next(), fields.next());
        let (Some(user), Some(item)) = (user.and_then(|user| user.parse().ok()), item) else {
            bail!("{}: not a rating: {line:?}", ratings.display());
        };
        write!(items.entry(user).or_default(), " {item}")?;
    }
    fs::create_dir_all(out.parent().context("the scratch folder has a parent")?)?;
    let lines: String = items.iter().map(|(user, items)| format!("{user}{items}\n")).collect();
    Ok(fs::write(out, lines)?)
}
