//! `cargo xtask bench wasm`: the npm package on packs of the large catalogue.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    parts,
    project::Project,
    python::{python, scripted},
    run::Runner,
    set_up,
};

/// What makes a log of events for the large catalogue, beside the folder of development data.
const GENERATOR: &str = "../tools/gen_events.py";
/// Vector and search libraries that only benchmarks need.
pub(super) const PEERS: &str = "wasm/npm/bench/peers";

/// Builds what is measured, and prints the package's own tables: similar titles, search, then recommendations.
pub fn run(project: &Project) -> Result<()> {
    let catalogue = match project.large_catalogue() {
        Ok(catalogue) => catalogue,
        Err(why) => {
            println!("{why}");
            return Ok(());
        }
    };
    let mut runner = Runner::showing(project.root.clone());
    let _lock = project.lock(&mut runner)?;
    set_up::all(project, &mut runner)?;
    parts::npm_package(project, &mut runner)?;
    let pack = parts::large_pack(project, &mut runner, &catalogue)?;
    println!("similar titles");
    measure(project, &mut runner, "similar.mjs", &[&pack])?;
    println!("\nsearch in the titles");
    set_up::npm(project, &mut runner, PEERS)?;
    measure(project, &mut runner, "search.mjs", &[&pack])?;
    println!("\nrecommendations for a person");
    let events = match events(project, &mut runner, &catalogue) {
        Ok(events) => events,
        Err(why) => {
            println!("skipped: no log of events for the large catalogue: {why:#}");
            return Ok(());
        }
    };
    let pack = parts::large_personal_pack(project, &mut runner, &catalogue, &events)?;
    measure(project, &mut runner, "recommend.mjs", &[&pack, &events])
}

fn measure(project: &Project, runner: &mut Runner, script: &str, arguments: &[&Path]) -> Result<()> {
    let mut bench = Command::new("node");
    bench
        .arg(format!("wasm/npm/bench/{script}"))
        .args(arguments)
        .current_dir(&project.root);
    print!("{}", runner.read(&mut bench)?);
    Ok(())
}

/// A synthetic log for the catalogue, made once: about a million events.
fn events(project: &Project, runner: &mut Runner, catalogue: &Path) -> Result<PathBuf> {
    let log = project.scratch("events-80k.jsonl");
    if log.is_file() {
        return Ok(log);
    }
    let data = project.data().context("AFTERSHOW_DATA names no folder")?;
    let generator = data.join(GENERATOR);
    let generator = generator
        .canonicalize()
        .with_context(|| format!("{} is missing", generator.display()))?;
    let python = python(project, runner)?;
    // Under another name until it is whole.
    let unfinished = log.with_extension("part");
    runner.run(
        scripted(&python, &generator)
            .arg(catalogue)
            .arg("--out")
            .arg(&unfinished),
    )?;
    fs::rename(unfinished, &log)?;
    Ok(log)
}
