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

use super::quality::{Bench, Built, Split, number, user_items};
use crate::{encoder, parts::remove, run::Runner};

/// Of so many ids one is held out.
const EVERY: u64 = 10;

impl Bench<'_> {
    /// Words against the encoder, each with vocabularies of two sizes, by the summaries alone and with genres.
    pub(super) fn text(&self, runner: &mut Runner) -> Result<()> {
        let model = format!("model:{}", encoder::ensure(self.project, runner)?.display());
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
            "\nMovieLens 1M with plots, by content alone; by chance the recall of the {} new films is {:.4}\n{:<32} {:>22} {:>22} {:>8} {:>10}",
            held_out.len(),
            20.0 / held_out.len() as f64,
            "",
            "watched: Recall, NDCG",
            "new: Recall, NDCG@20",
            "CPU s",
            "features",
        );
        let alone = ["--text-weight", "1", "--genre-weight", "0", "--metadata-weight", "0"];
        for terms in ["500", "2000"] {
            for (name, encoder) in [("tfidf", "tfidf"), ("model", &model)] {
                let work = self
                    .project
                    .scratch("quality")
                    .join(format!("text-{name}-{terms}.steps"));
                remove(&work)?;
                let work = work.display().to_string();
                let mut flags = vec![
                    "--catalog",
                    &catalogue[0],
                    &catalogue[1],
                    "--model",
                    "popularity",
                    "--work",
                    &work,
                ];
                flags.extend(["--text-encoder", encoder, "--max-text-features", terms]);
                // The weights come in after the features: what is slow is done once.
                let by_summaries = [&flags[..], &alone].concat();
                let by_all = [&flags[..], &["--steps", "similarities,train,pack"]].concat();
                for (how, flags) in [("summaries", by_summaries), ("all content", by_all)] {
                    let built = self.build(runner, &new, &format!("text-{name}-{terms}"), &flags)?;
                    let watched = self.by_content(runner, &built, &watched, "{}")?;
                    let new = self.by_content(runner, &built, &new, &only)?;
                    println!(
                        "{:<32} {:>11.4} {:>10.4} {:>11.4} {:>10.4} {:>8.1} {:>7.0} kB",
                        format!("{how}, {name}, {terms} terms"),
                        watched.0,
                        watched.1,
                        new.0,
                        new.1,
                        built.usage.cpu,
                        features(&built.pack)? / 1e3,
                    );
                }
            }
        }
        Ok(())
    }

    /// Recall@20 and NDCG@20 by content alone. The pack has learnt nothing of people but the order of its rows, so the same one
    /// serves for any split.
    fn by_content(&self, runner: &mut Runner, built: &Built, split: &Split, filter: &str) -> Result<(f64, f64)> {
        let mut command = self.aftershow();
        command
            .arg("evaluate")
            .arg(&built.pack)
            .args(["--history", &split.train, "--test", &split.test]);
        command.args(["--filter", filter, "-k", "20", "--json", "--quiet"]);
        command.args(["--content-weight", "1", "--collaborative-weight", "0"]);
        let output = runner.read(&mut command)?;
        let found: Value = serde_json::from_str(output.trim()).context("aftershow evaluate printed no JSON")?;
        Ok((number(&found, "recall@20"), number(&found, "ndcg@20")))
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
