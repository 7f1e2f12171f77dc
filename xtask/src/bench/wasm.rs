//! `cargo xtask bench wasm`: the npm package on the large catalogue's pack.

use std::process::Command;

use anyhow::Result;

use crate::{parts, project::Project, run::Runner, set_up};

/// Builds what is measured, and prints the package's own table.
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
    let pack = parts::large_pack(project, &mut runner, &catalogue)?;
    parts::npm_package(project, &mut runner)?;
    let mut bench = Command::new("node");
    bench
        .arg("wasm/npm/bench/similar.mjs")
        .arg(pack)
        .current_dir(&project.root);
    print!("{}", runner.read(&mut bench)?);
    Ok(())
}
