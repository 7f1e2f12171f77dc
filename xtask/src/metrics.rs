//! `metrics.snap`: sizes that a review should see change. No timings: they are noise.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    parts::{self, sorted},
    project::Project,
    run::Runner,
    set_up,
};

const FILE: &str = "metrics.snap";
/// Compilers and compressors of other machines differ by a few bytes.
const TOLERANCE: f64 = 0.01;
/// Begins the names of what only a machine with the large catalogue can measure.
const LARGE: &str = "first answer on 80,000 titles";

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    name: String,
    value: f64,
    /// Whether it must be met exactly: packs are equal everywhere, but for what is learned.
    exact: bool,
}

/// Measures what was built: the npm package, the sample's pack, and what a page over the large one loads.
pub fn measure(project: &Project, runner: &mut Runner, pack: &Path, install: bool) -> Result<Vec<Metric>> {
    let mut command = Command::new("node");
    command.arg("wasm/npm/scripts/sizes.mjs").current_dir(&project.root);
    let sizes: Value = serde_json::from_str(&runner.read(&mut command)?).context("sizes.mjs prints no JSON")?;
    let mut metrics = Vec::new();
    for (file, sizes) in sizes.as_object().context("sizes.mjs prints no object")? {
        for (form, bytes) in sizes.as_object().context("sizes.mjs prints no sizes")? {
            let value = bytes.as_f64().context("a size is a number")?;
            metrics.push(Metric {
                name: format!("{file}, {form}, bytes"),
                value,
                exact: false,
            });
        }
    }
    metrics.extend(pack_metrics(pack)?);
    match parts::large_pack_if_possible(project, runner)? {
        Ok(large) => metrics.extend(first_answer(project, runner, &large, install)?),
        Err(why) => runner.say(&format!("{why}, so what {FILE} says of the {LARGE} is not checked")),
    }
    Ok(metrics)
}

/// Whether nothing was left out for want of data.
pub fn whole(measured: &[Metric]) -> bool {
    measured.iter().any(|metric| metric.name.starts_with(LARGE))
}

/// What a browser is sent for a page's first answer, over a sample of titles.
fn first_answer(project: &Project, runner: &mut Runner, pack: &Path, install: bool) -> Result<Vec<Metric>> {
    let mut command = Command::new("node");
    command
        .arg("web-demo/tests/first-answer.mjs")
        .arg(pack)
        .env("CHROMIUM", set_up::chromium(runner, install)?)
        .current_dir(&project.root);
    let figures: Value =
        serde_json::from_str(&runner.read(&mut command)?).context("first-answer.mjs prints no JSON")?;
    let metric = |(key, name, exact): (&str, &str, bool)| {
        let value = figures[key]
            .as_f64()
            .with_context(|| format!("first-answer.mjs says no {key}"))?;
        let name = format!("{LARGE}, {name}");
        Ok(Metric { name, value, exact })
    };
    let kept = [
        ("requests", "requests", true),
        ("median_bytes", "median, bytes", false),
        ("most_bytes", "most, bytes", false),
    ];
    kept.into_iter().map(metric).collect()
}

/// Bytes per item of a pack: what is resident, summaries, and the lazy files.
fn pack_metrics(pack: &Path) -> Result<Vec<Metric>> {
    let manifest = fs::read(pack.join("manifest.json")).context("the sample pack has no manifest")?;
    let items = serde_json::from_slice::<Value>(&manifest)?["items"]
        .as_f64()
        .context("the manifest has no items")?;
    let mut kinds: Vec<(String, u64)> = Vec::new();
    for path in sorted(pack)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kind = name.split('.').next().unwrap_or_default().to_owned();
        let bytes = fs::metadata(&path)?.len();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum += bytes,
            None => kinds.push((kind, bytes)),
        }
    }
    // The manifest names the program's version and the checksums follow it: not the format's business.
    kinds.retain(|(kind, _)| !["manifest", "checksums"].contains(&kind.as_str()));
    let metric = |(kind, bytes): (String, u64)| {
        let value = (bytes as f64 / items * 10.0).round() / 10.0;
        Metric {
            exact: kind != "collaborative",
            name: format!("sample pack, {kind}, bytes per item"),
            value,
        }
    };
    Ok(kinds.into_iter().map(metric).collect())
}

/// Compares with the committed file.
pub fn check(project: &Project, measured: &[Metric]) -> Result<()> {
    let text = fs::read_to_string(project.root.join(FILE)).with_context(|| format!("{FILE} is missing: {REMEDY}"))?;
    let differences = differences(&text, measured);
    if !differences.is_empty() {
        bail!("{}. If that is meant, {REMEDY}", differences.join("; "));
    }
    Ok(())
}

const REMEDY: &str = "write it with `cargo xtask metrics --write` and commit it";

/// Writes the file. What this machine can't measure stays as it was.
pub fn write(project: &Project, measured: &[Metric]) -> Result<()> {
    let file = project.root.join(FILE);
    let before = fs::read_to_string(&file).unwrap_or_default();
    let mut lines = text(measured);
    if !whole(measured) {
        lines.extend(before.split_inclusive('\n').filter(|line| line.starts_with(LARGE)));
    }
    Ok(fs::write(file, lines)?)
}

/// The figures as the file has them: `name: value`, a line each.
pub fn text(measured: &[Metric]) -> String {
    let line = |metric: &Metric| format!("{}: {}\n", metric.name, metric.value);
    measured.iter().map(line).collect()
}

fn differences(text: &str, measured: &[Metric]) -> Vec<String> {
    let parse = |line: &str| {
        line.rsplit_once(": ")
            .and_then(|(name, value)| Some((name.to_owned(), value.parse::<f64>().ok()?)))
    };
    let committed: Vec<(String, f64)> = text.lines().filter_map(parse).collect();
    let mut differences = Vec::new();
    for metric in measured {
        let Some((_, before)) = committed.iter().find(|(name, _)| *name == metric.name) else {
            differences.push(format!("{} is new: {}", metric.name, metric.value));
            continue;
        };
        let allowed = if metric.exact { 0.0 } else { before * TOLERANCE };
        if (metric.value - before).abs() > allowed {
            differences.push(format!("{} was {before} and is {}", metric.name, metric.value));
        }
    }
    let gone = committed
        .iter()
        .filter(|(name, _)| whole(measured) || !name.starts_with(LARGE))
        .filter(|(name, _)| measured.iter().all(|metric| metric.name != *name));
    differences.extend(gone.map(|(name, _)| format!("{name} is gone")));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Vec<Metric> {
        vec![
            Metric {
                name: "a.wasm gzip".into(),
                value: 1000.0,
                exact: false,
            },
            Metric {
                name: "sample pack, features, bytes per item".into(),
                value: 55.5,
                exact: true,
            },
        ]
    }

    #[test]
    fn what_was_written_is_found_equal() {
        assert_eq!(differences(&text(&metrics()), &metrics()), [""; 0]);
    }

    #[test]
    fn sizes_may_drift_by_a_hundredth_and_packs_by_nothing() {
        let text = text(&metrics());
        let mut now = metrics();
        now[0].value = 1009.0;
        assert!(differences(&text, &now).is_empty());
        now[0].value = 1011.0;
        now[1].value = 55.6;
        assert_eq!(differences(&text, &now).len(), 2);
    }

    #[test]
    fn what_a_machine_without_the_data_cannot_measure_is_not_gone() {
        let with = |name: &str, value| {
            let name = format!("{LARGE}, {name}");
            let exact = true;
            [metrics(), vec![Metric { name, value, exact }]].concat()
        };
        let committed = text(&with("requests", 6.0));
        assert!(whole(&with("requests", 6.0)) && !whole(&metrics()));
        assert_eq!(differences(&committed, &metrics()), [""; 0]);
        assert!(differences(&committed, &with("requests", 7.0))[0].contains("was 6 and is 7"));
        assert_eq!(differences(&committed, &with("files", 6.0)).len(), 2);
    }

    #[test]
    fn a_figure_that_comes_or_goes_is_a_difference() {
        let all = metrics();
        assert!(differences(&text(&all[..1]), &all)[0].contains("is new"));
        assert!(differences(&text(&all), &all[..1])[0].contains("is gone"));
    }
}
