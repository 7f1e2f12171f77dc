//! What a program took: wall-clock seconds, processor seconds, and the most memory it held.

use std::{env, fs, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use serde_json::{Value, json};

use crate::{project::Project, run::Runner};

/// The hidden command of `xtask` that measures; see [`child`].
pub const COMMAND: &str = "measure";

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds from start to end.
    pub seconds: f64,
    /// Processor seconds, of all threads.
    pub cpu: f64,
    /// The most memory held at a time, in bytes.
    pub peak: f64,
}

/// Runs a program by way of another process of ours: the system keeps the peak of all ended children together, so each
/// measurement needs a parent of its own. Returns what the program printed, too.
pub fn measured(project: &Project, runner: &mut Runner, command: &Command) -> Result<(String, Usage)> {
    let file = project.scratch("usage.json");
    fs::create_dir_all(file.parent().context("the scratch folder has a parent")?)?;
    let mut parent = Command::new(env::current_exe()?);
    parent
        .arg(COMMAND)
        .arg(&file)
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        parent.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => parent.env(name, value),
            None => parent.env_remove(name),
        };
    }
    let output = runner.read(&mut parent)?;
    let usage: Value = serde_json::from_slice(&fs::read(&file)?)?;
    fs::remove_file(&file)?;
    let number = |name: &str| {
        usage[name]
            .as_f64()
            .with_context(|| format!("the measurement has no {name}"))
    };
    Ok((
        output,
        Usage {
            seconds: number("seconds")?,
            cpu: number("cpu")?,
            peak: number("peak")?,
        },
    ))
}

/// The measuring process: runs one program, and writes what it took into a file.
pub fn child(file: &Path, program: &[std::ffi::OsString]) -> Result<()> {
    let (name, arguments) = program.split_first().context("no program to measure")?;
    let start = Instant::now();
    let status = Command::new(name)
        .args(arguments)
        .status()
        .with_context(|| format!("{name:?} does not start"))?;
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!("{name:?} ended with {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    let usage = json!({"seconds": seconds, "cpu": cpu, "peak": usage.max_rss() as f64 * unit});
    Ok(fs::write(file, usage.to_string())?)
}
