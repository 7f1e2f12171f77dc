//! The Python that peers and oracles run in.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{project::Project, run::Runner, set_up::on_path};

/// A Python with the pinned packages, in a virtual environment of our own.
pub fn python(project: &Project, runner: &mut Runner) -> Result<PathBuf> {
    let requirements = script(project, "requirements.txt");
    let wanted = fs::read_to_string(&requirements)?;
    let folder = project.scratch("venv");
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    let remedy = "install Python 3.11 or newer with venv (Debian: `apt-get install python3-venv`)";
    let Some(system) = on_path("python3") else {
        bail!("there is no python3 for the peers and the oracle: {remedy}");
    };
    runner.say("making a virtual environment for the peers (about a minute, once)");
    runner
        .run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))
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
    .arg(&requirements);
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
