//! `cargo xtask bench quality --only text`: what a sentence encoder gains over shared words, and what it costs.
//!
//! On MovieLens 1M with plots, by what the films are about and by nothing else. *Watched*: of all films those that people rated beside
//! their history, which is how well neighbours agree with what is watched together. *New*: of the films of whom nothing was
//! known before, a tenth drawn by their ids, those that people give 4 or 5 stars.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::quality::{Bench, Split, number, user_items};
use crate::{encoder, parts, run::Runner};

/// Of so many ids one is held out.
const EVERY: u64 = 10;

impl Bench<'_> {
    /// Words against the encoder, each with vocabularies of several sizes, by summaries alone and with genres.
    pub(super) fn text(&self, runner: &mut Runner) -> Result<()> {
        let model = format!("model:{}", encoder::ensure(self.project, runner)?.display());
        parts::aftershow_with(self.project, runner, &["--features", encoder::FEATURE])?;
        let folder = self.data.join("ml-1m");
        let catalogue = [
            format!("movielens:{}", folder.display()),
            format!("ml1m-extra:{}", folder.join("movies_extrainfos.dat").display()),
        ];
        let ratings = folder.join("ratings.dat");
        let whole = self.project.scratch("quality/ml-1m.txt");
        user_items(&ratings, &whole)?;
        let watched = self.split(runner, &format!("user-items:{}", whole.display()), "ml-1m")?;
        let (new, held_out) = new_films(&ratings, &self.project.scratch("quality"))?;
        let only = json!({"ids": held_out}).to_string();
        println!(
            "\nMovieLens 1M with plots, content alone; by chance the recall of the {} new films is {:.4}\n{:<44} {:>22} {:>22} {:>8} {:>10}",
            held_out.len(),
            20.0 / held_out.len() as f64,
            "",
            "watched: Recall, NDCG",
            "new: Recall, NDCG@20",
            "build s",
            "features",
        );
        let alone = ["--text-weight", "1", "--genre-weight", "0", "--metadata-weight", "0"];
        for (how, weights, sizes) in [
            ("summaries", &alone[..], &["500", "2000"][..]),
            ("all content", &[], &["500"]),
        ] {
            for terms in sizes {
                for encoder in ["tfidf", &model] {
                    let name = if encoder == "tfidf" { "tfidf" } else { "model" };
                    let mut flags = vec!["--catalog", &catalogue[0], &catalogue[1], "--model", "popularity"];
                    flags.extend(["--text-encoder", encoder, "--max-text-features", terms]);
                    flags.extend(weights);
                    let mut figures = Vec::new();
                    let mut cost = (0.0, 0.0);
                    for (split, filter) in [(&watched, "{}"), (&new, only.as_str())] {
                        let built = self.build(runner, split, &format!("text-{name}"), &flags)?;
                        let mut command = self.aftershow();
                        command
                            .arg("evaluate")
                            .arg(&built.pack)
                            .args(["--history", &split.train]);
                        command.args([
                            "--test",
                            &split.test,
                            "--filter",
                            filter,
                            "-k",
                            "20",
                            "--json",
                            "--quiet",
                        ]);
                        command.args(["--content-weight", "1", "--collaborative-weight", "0"]);
                        let found: Value = serde_json::from_str(runner.read(&mut command)?.trim())
                            .context("aftershow evaluate printed no JSON")?;
                        figures.extend([number(&found, "recall@20"), number(&found, "ndcg@20")]);
                        cost = (built.usage.seconds, features(&built.pack)?);
                    }
                    println!(
                        "{:<44} {:>11.4} {:>10.4} {:>11.4} {:>10.4} {:>8.1} {:>7.0} kB",
                        format!("{how}, {name}, {terms} terms"),
                        figures[0],
                        figures[1],
                        figures[2],
                        figures[3],
                        cost.0,
                        cost.1 / 1e3,
                    );
                }
            }
        }
        Ok(())
    }
}

/// Bytes of a pack's features.
fn features(pack: &Path) -> Result<f64> {
    let manifest: Value = serde_json::from_slice(&fs::read(pack.join("manifest.json"))?)?;
    let parts = manifest["parts"].as_array().into_iter().flatten();
    let features = parts.into_iter().find(|part| part["kind"] == "features");
    features
        .and_then(|part| part["bytes"].as_f64())
        .context("the pack has no features")
}

/// Whatever was rated of the other films, and what was rated 4 or 5 of the films held out; and their ids.
fn new_films(ratings: &Path, out: &Path) -> Result<(Split, BTreeSet<u64>)> {
    let text = fs::read_to_string(ratings).with_context(|| format!("{} can't be read", ratings.display()))?;
    let mut held_out = BTreeSet::new();
    let (mut train, mut test): (BTreeMap<u64, String>, BTreeMap<u64, String>) = Default::default();
    for line in text.lines() {
        let numbers: Vec<u64> = line.split("::").filter_map(|field| field.parse().ok()).collect();
        let [user, film, stars, _] = numbers[..] else {
            anyhow::bail!("{}: not a rating: {line:?}", ratings.display());
        };
        // By a multiplicative hash: neighbouring ids are of one year.
        let part = if (film.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % EVERY == 0 {
            held_out.insert(film);
            if stars < 4 {
                continue;
            }
            &mut test
        } else {
            &mut train
        };
        *part.entry(user).or_default() += &format!(" {film}");
    }
    let write = |name: &str, people: &BTreeMap<u64, String>| -> Result<String> {
        let path = out.join(name);
        let lines: String = people.iter().map(|(user, films)| format!("{user}{films}\n")).collect();
        fs::write(&path, lines)?;
        Ok(format!("user-items:{}", path.display()))
    };
    let split = Split {
        train: write("ml-1m-known.txt", &train)?,
        test: write("ml-1m-new.txt", &test)?,
    };
    Ok((split, held_out))
}
