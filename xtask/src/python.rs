//! The Pythons that peers, oracles and testers run in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{project::Project, run::Runner, set_up::on_path};

/// The Python of the peers and the oracle.
pub fn python(project: &Project, runner: &mut Runner) -> Result<PathBuf> {
    let requirements = script(project, "requirements.txt");
    environment(
        runner,
        &project.scratch("venv"),
        &requirements,
        "the peers and the oracle",
    )
}

/// A Python with pinned packages, in a virtual environment of its own.
pub fn environment(runner: &mut Runner, folder: &Path, requirements: &Path, users: &str) -> Result<PathBuf> {
    let wanted = fs::read_to_string(requirements)?;
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    let remedy = "install Python 3.11 or newer with venv (Debian: `apt-get install python3-venv`)";
    let Some(system) = on_path("python3") else {
        bail!("there is no python3 for {users}: {remedy}");
    };
    runner.say(&format!(
        "making a virtual environment for {users} (about a minute, once)"
    ));
    runner
        .run(Command::new(system).args(["-m", "venv", "--clear"]).arg(folder))
        .context(remedy)?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        "-r",
    ])
    .arg(requirements);
    runner
        .run(&mut pip)
        .context("the Python packages were not installed: is PyPI within reach?")?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// The command that runs a script of ours.
pub fn scripted(python: &Path, script: &Path) -> Command {
    let mut command = Command::new(python);
    // Nothing is left in the source folder.
    command.arg("-B").arg(script);
    command
}

/// Where a script of ours lies.
pub fn script(project: &Project, name: &str) -> PathBuf {
    project.root.join("xtask/bench").join(name)
}
