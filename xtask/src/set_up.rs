//! Brings a fresh machine to where everything builds. Each step says what it does, and what to do when it can't.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    project::{Project, on_ci},
    run::Runner,
    tools,
};

/// What runs the wasm.
pub const WASM: &str = "wasm32-unknown-unknown";
/// A target without a standard library: what builds for it is `no_std` indeed.
pub const BARE: &str = "thumbv7em-none-eabi";
/// Folders with JavaScript packages, in the order they need each other.
pub const JS_FOLDERS: [&str; 4] = ["wasm/npm", "edge-worker", "web-demo", "wasm/npm/test/consumers"];

const NODE_MAJOR: u32 = 20;

/// Everything but Chromium, which only the browser tests need.
pub fn all(project: &Project, runner: &mut Runner) -> Result<()> {
    node(runner)?;
    rust_target(runner, WASM)?;
    tools::ensure(project, runner)?;
    JS_FOLDERS
        .into_iter()
        .try_for_each(|folder| npm(project, runner, folder))
}

/// Rust's standard library for a target.
pub fn rust_target(runner: &mut Runner, target: &str) -> Result<()> {
    let libraries = stdout(Command::new("rustc").args(["--print", "target-libdir", "--target", target]));
    if libraries.is_ok_and(|folder| Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    runner.say(&format!("adding the Rust target {target}"));
    runner.run(Command::new("rustup").args(["target", "add", target])).map(drop).with_context(|| {
        format!("no Rust target {target}: install Rust by https://rustup.rs, or run `rustup target add {target}` yourself")
    })
}

/// Node and npm, of a version that runs the scripts.
pub fn node(runner: &mut Runner) -> Result<()> {
    let remedy = format!("install Node {NODE_MAJOR} or newer with npm (https://nodejs.org) and put it on PATH");
    let version =
        stdout(Command::new("node").arg("--version")).with_context(|| format!("there is no Node: {remedy}"))?;
    let major: u32 = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .unwrap_or(0);
    if major < NODE_MAJOR {
        bail!("Node is {}: {remedy}", version.trim());
    }
    stdout(Command::new("npm").arg("--version")).with_context(|| format!("there is no npm: {remedy}"))?;
    runner.say(&format!("Node {}", version.trim()));
    Ok(())
}

/// The packages that a folder's lock file names, unless they are there since the file last changed.
pub fn npm(project: &Project, runner: &mut Runner, folder: &str) -> Result<()> {
    let folder = project.root.join(folder);
    let locked = |file: &str| {
        let path = folder.join(file);
        fs::read(&path).with_context(|| format!("{} is missing: restore it from git", project.short(&path)))
    };
    let mut hasher = DefaultHasher::new();
    (locked("package.json")?, locked("package-lock.json")?).hash(&mut hasher);
    let wanted = format!("{:016x}", hasher.finish());
    // Inside the folder that `npm ci` begins by removing: an install that broke off leaves no stamp.
    let stamp = folder.join("node_modules/.aftershow-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let install = |more: &[&str]| {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"])
            .args(more)
            .current_dir(&folder);
        npm
    };
    // A cache that is older than the lock file lacks versions of it: then the registry is asked.
    let installed = runner
        .run(&mut install(&["--prefer-offline"]))
        .or_else(|_| runner.run(&mut install(&[])));
    installed.with_context(|| {
        let folder = project.short(&folder);
        format!("the packages of {folder} were not installed: is the npm registry within reach? If package.json changed, run `npm install` in {folder} and commit its lock file.")
    })?;
    fs::create_dir_all(folder.join("node_modules"))?;
    Ok(fs::write(stamp, wanted)?)
}

/// A Chromium or Chrome. Installs one by the system's package manager on CI, or when asked to.
pub fn chromium(runner: &mut Runner, install: bool) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        bail!(
            "CHROMIUM names {}, where no program is: correct it, or unset it",
            named.display()
        );
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    let by_hand = "apt-get install -y --no-install-recommends chromium";
    if !(install || on_ci()) {
        bail!(
            "no Chromium for the browser tests: run `sudo {by_hand}` (or your system's way), name one in CHROMIUM, or add --install"
        );
    }
    runner.say("installing Chromium by apt-get");
    for arguments in [
        &["update"][..],
        &["install", "-y", "--no-install-recommends", "chromium"],
    ] {
        // Whether we are root is what `id` knows without any code of ours.
        let root = stdout(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        let mut apt = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            apt.args(["--non-interactive", "apt-get"]);
        }
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        runner
            .run(&mut apt)
            .with_context(|| format!("Chromium was not installed: run `{by_hand}` as root yourself"))?;
    }
    find_chromium().context("apt-get has installed chromium, but it is not on PATH: name it in CHROMIUM")
}

fn find_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let applications = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    let on_path = names.iter().find_map(|name| on_path(name));
    on_path.or_else(|| applications.iter().map(PathBuf::from).find(|program| program.is_file()))
}

/// A program of PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// What a short program prints.
pub fn stdout(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} does not start"))?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
