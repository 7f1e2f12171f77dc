//! `cargo xtask bench ratings`: how far off predicted ratings are, on public data, through the quantized pack and the engine.
//!
//! Every row is `aftershow build --ratings` on the training part and `aftershow evaluate --ratings-test` on the test part, as a
//! user would run them.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use super::usage::{Usage, measured};
use crate::{
    parts::{self, remove},
    project::Project,
    run::Runner,
    set_up,
};

/// Threads of building.
const THREADS: &str = "2";
/// Different films are held out by each.
const SEEDS: [&str; 3] = ["1", "2", "3"];

/// Measures and prints the table.
pub fn run(project: &Project) -> Result<()> {
    let Some(data) = project.data() else {
        println!("skipped: no development data; set AFTERSHOW_DATA to its folder");
        return Ok(());
    };
    let mut runner = Runner::showing(project.root.clone());
    let _lock = project.lock(&mut runner)?;
    set_up::all(project, &mut runner)?;
    parts::aftershow(project, &mut runner)?;
    let bench = Bench { project, data };
    println!(
        "{:<44} {:>7} {:>7} {:>7} {:>9} {:>6} {:>9} {:>8}",
        "", "RMSE", "MAE", "AUC", "own mean", "within", "part MB", "build s"
    );
    bench.folds(&mut runner)?;
    bench.random(&mut runner)?;
    bench.new_titles(&mut runner)
}

struct Bench<'a> {
    project: &'a Project,
    data: PathBuf,
}

/// What was found of one split.
struct Row {
    found: Value,
    usage: Usage,
    part: f64,
}

impl Bench<'_> {
    /// The five folds that MovieLens 100K comes with, and their mean.
    fn folds(&self, runner: &mut Runner) -> Result<()> {
        let folder = self.data.join("ml-100k");
        let catalogue = format!("movielens:{}", folder.display());
        let mut rows = Vec::new();
        for fold in 1..=5 {
            let part = |end: &str| format!("movielens:{}", folder.join(format!("u{fold}.{end}")).display());
            let catalogue = ["--catalog", &catalogue, "--preset", "movielens-genres"];
            let row = self.row(runner, &catalogue, &part("base"), &part("test"))?;
            print(&format!("MovieLens 100K, u{fold}"), &row);
            rows.push(row);
        }
        mean("MovieLens 100K, mean of u1 to u5", &rows);
        Ok(())
    }

    /// MovieLens 1M, 90/10 by user at random; with all that is known of its films.
    fn random(&self, runner: &mut Runner) -> Result<()> {
        let [train, test] = self.split(runner, "random", "42")?;
        let row = self.row(runner, &self.films(), &train, &test)?;
        print("MovieLens 1M, random 90/10", &row);
        Ok(())
    }

    /// A tenth of the films of MovieLens 1M that nobody who is learnt from has seen.
    fn new_titles(&self, runner: &mut Runner) -> Result<()> {
        let mut rows = Vec::new();
        for seed in SEEDS {
            let [train, test] = self.split(runner, "items", seed)?;
            let row = self.row(runner, &self.films(), &train, &test)?;
            print(&format!("MovieLens 1M, new films, seed {seed}"), &row);
            rows.push(row);
        }
        mean("MovieLens 1M, new films, mean", &rows);
        Ok(())
    }

    fn films(&self) -> [String; 3] {
        let folder = self.data.join("ml-1m");
        [
            "--catalog".to_owned(),
            format!("movielens:{}", folder.display()),
            format!("ml1m-extra:{}", folder.join("movies_extrainfos.dat").display()),
        ]
    }

    fn split(&self, runner: &mut Runner, by: &str, seed: &str) -> Result<[String; 2]> {
        let out = self.project.scratch("ratings").join(format!("ml-1m-{by}-{seed}"));
        remove(&out)?;
        let source = format!("movielens:{}", self.data.join("ml-1m").display());
        let mut command = self.aftershow();
        command
            .args([
                "split", &source, "--by", by, "--parts", "90,10", "--seed", seed, "--quiet", "--out",
            ])
            .arg(&out);
        runner.read(&mut command)?;
        Ok(["train", "test"].map(|part| format!("jsonl:{}", out.join(format!("{part}.jsonl")).display())))
    }

    fn row(&self, runner: &mut Runner, catalogue: &[impl AsRef<str>], train: &str, test: &str) -> Result<Row> {
        let pack = self.project.scratch("ratings").join("pack");
        remove(&pack)?;
        remove(&pack.with_extension("work"))?;
        let mut build = self.aftershow();
        build
            .args(["build", "--log-format", "json", "--threads", THREADS])
            .args(catalogue.iter().map(AsRef::as_ref))
            .args(["--ratings", train, "--out"])
            .arg(&pack);
        let (_, usage) = measured(self.project, runner, &build)?;
        let mut evaluate = self.aftershow();
        evaluate
            .arg("evaluate")
            .arg(&pack)
            .args(["--history", train, "--ratings-test", test, "--json", "--quiet"]);
        let output = runner.read(&mut evaluate)?;
        let found = serde_json::from_str(output.trim()).context("aftershow evaluate printed no JSON")?;
        let manifest: Value = serde_json::from_slice(&fs::read(pack.join("manifest.json"))?)?;
        let part = manifest["parts"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|part| part["kind"] == "ratings");
        let bytes = part
            .and_then(|part| part["bytes"].as_f64())
            .context("the pack has no ratings part")?;
        Ok(Row {
            found,
            usage,
            part: bytes / 1e6,
        })
    }

    fn aftershow(&self) -> Command {
        let mut command = Command::new(self.project.release("aftershow"));
        command.current_dir(&self.project.root);
        command
    }
}

fn print(name: &str, row: &Row) {
    let of = |key: &str| row.found[key].as_f64().unwrap_or(f64::NAN);
    println!(
        "{name:<44} {:>7.4} {:>7.4} {:>7.4} {:>9.4} {:>6.3} {:>9.2} {:>8.1}",
        of("rmse"),
        of("mae"),
        of("auc"),
        row.found["person_mean"]["rmse"].as_f64().unwrap_or(f64::NAN),
        of("within_uncertainty"),
        row.part,
        row.usage.seconds,
    );
}

/// The mean of some rows.
fn mean(name: &str, rows: &[Row]) {
    let of = |value: &dyn Fn(&Row) -> Option<f64>| {
        rows.iter().map(|row| value(row).unwrap_or(f64::NAN)).sum::<f64>() / rows.len() as f64
    };
    let key = |key: &'static str| of(&move |row| row.found[key].as_f64());
    println!(
        "{name:<44} {:>7.4} {:>7.4} {:>7.4} {:>9.4}",
        key("rmse"),
        key("mae"),
        key("auc"),
        of(&|row| row.found["person_mean"]["rmse"].as_f64()),
    );
}
