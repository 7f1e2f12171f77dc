//! `cargo xtask bench page`: what a page over the large catalogue loads until its first answer, beside a search by Pagefind.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use super::wasm::PEERS;
use crate::{parts, project::Project, run::Runner, set_up};

/// Makes Pagefind's index of a pack.
const INDEXER: &str = "wasm/npm/bench/peers/pagefind.mjs";

/// Builds the pack and Pagefind's index of its titles, and prints what Chromium is sent of them.
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
    let chromium = set_up::chromium(&mut runner, false)?;
    parts::npm_package(project, &mut runner)?;
    let pack = parts::large_pack(project, &mut runner, &catalogue)?;
    set_up::npm(project, &mut runner, PEERS)?;
    let inputs: [PathBuf; 3] = [
        pack.join("manifest.json"),
        project.root.join(INDEXER),
        project.root.join(PEERS).join("package-lock.json"),
    ];
    let index = parts::kept(project, "pagefind-80k", &inputs, "pagefind-entry.json", |folder| {
        parts::remove(folder)?;
        let mut indexer = Command::new("node");
        indexer.arg(INDEXER).arg(&pack).arg(folder).current_dir(&project.root);
        runner.run(&mut indexer).map(drop)
    })?;
    let mut bench = Command::new("node");
    bench
        .arg("web-demo/bench/page.mjs")
        .args([&pack, &index])
        .env("CHROMIUM", chromium)
        .current_dir(&project.root);
    print!("{}", runner.read(&mut bench)?);
    Ok(())
}
