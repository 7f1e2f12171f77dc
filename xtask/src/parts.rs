//! Builds the parts of the whole: pack, npm package, Worker, demo pages. What is up to date is not built again.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    project::{Project, cargo},
    run::Runner,
    tools,
};

/// The catalogue that is compiled into the pipeline, and the log.
pub const SAMPLE: &str = "sample";

/// The flags for a catalogue: the sample comes with its log, so that it has something for people.
pub fn flags_of(catalogue: &str) -> &'static [&'static str] {
    match catalogue {
        SAMPLE => &["--interactions", SAMPLE],
        _ => &[],
    }
}

/// The binary `aftershow`, optimised: it is what users run.
pub fn aftershow(project: &Project, runner: &mut Runner) -> Result<PathBuf> {
    aftershow_with(project, runner, &[])
}

/// The same, with flags of cargo.
pub fn aftershow_with(project: &Project, runner: &mut Runner, more: &[&str]) -> Result<PathBuf> {
    let mut build = Command::new(cargo());
    build
        .args([
            "build",
            "--release",
            "--package",
            "aftershow-pipeline",
            "--bin",
            "aftershow",
        ])
        .args(more)
        .current_dir(&project.root);
    runner.run(&mut build)?;
    Ok(project.release("aftershow"))
}

/// The command that builds a pack where an older one may lie.
pub fn build_pack(project: &Project, catalogue: &str, more: &[&str], pack: &Path) -> Result<Command> {
    fs::create_dir_all(pack.parent().context("a pack needs a folder to lie in")?)?;
    remove(pack)?;
    let mut work = pack.to_path_buf().into_os_string();
    work.push(".work");
    let mut build = Command::new(project.release("aftershow"));
    build
        .args(["build", "--log-format", "json", "--catalog", catalogue, "--out"])
        .arg(pack)
        .args(more)
        .current_dir(&project.root);
    remove(Path::new(&work))?;
    Ok(build)
}

/// Builds a pack; returns what the program says of it.
pub fn pack(project: &Project, runner: &mut Runner, catalogue: &str, more: &[&str], pack: &Path) -> Result<Value> {
    let output = runner.read(&mut build_pack(project, catalogue, more, pack)?)?;
    report(&output)
}

/// The report of `aftershow build --log-format json`: the last object that it prints, after the log's.
pub fn report(output: &str) -> Result<Value> {
    let objects = output
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    objects
        .into_iter()
        .find(|object| object["stages"].is_array())
        .context("aftershow build printed no report")
}

/// A pack of the large catalogue, built again only when the catalogue or the program has changed.
pub fn large_pack(project: &Project, runner: &mut Runner, catalogue: &Path) -> Result<PathBuf> {
    kept_pack(project, runner, "pack-80k", catalogue, None)
}

/// The same where this machine has the data for it; otherwise why there is none.
pub fn large_pack_if_possible(project: &Project, runner: &mut Runner) -> Result<Result<PathBuf, String>> {
    match project.large_catalogue() {
        Ok(catalogue) => large_pack(project, runner, &catalogue).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// The same with a model of a log of events, given as JSON lines.
pub fn large_personal_pack(project: &Project, runner: &mut Runner, catalogue: &Path, events: &Path) -> Result<PathBuf> {
    kept_pack(project, runner, "pack-80k-personal", catalogue, Some(events))
}

fn kept_pack(
    project: &Project,
    runner: &mut Runner,
    name: &str,
    catalogue: &Path,
    events: Option<&Path>,
) -> Result<PathBuf> {
    let program = aftershow(project, runner)?;
    let inputs: Vec<&Path> = [catalogue, &program].into_iter().chain(events).collect();
    kept(project, name, &inputs, "manifest.json", |folder| {
        let events = events.map(|events| format!("jsonl:{}", events.display()));
        let more: Vec<&str> = events.iter().flat_map(|spec| ["--interactions", spec]).collect();
        let catalogue = format!("tvmaze:{}", catalogue.display());
        pack(project, runner, &catalogue, &more, folder).map(drop)
    })
}

/// A folder that `build` fills, and fills again only when one of the inputs has changed; its file `sign` is there when it is whole.
pub fn kept(
    project: &Project,
    name: &str,
    inputs: &[impl AsRef<Path>],
    sign: &str,
    build: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let folder = project.scratch(name);
    let stamp = Stamp::new(project, name, inputs, &[folder.join(sign)]);
    if !stamp.holds() {
        build(&folder)?;
        stamp.set()?;
    }
    Ok(folder)
}

/// The npm package in `wasm/npm/dist`, with its wasm.
pub fn npm_package(project: &Project, runner: &mut Runner) -> Result<()> {
    let root = &project.root;
    let inputs = rust_inputs(
        root,
        &["core", "wasm"],
        &["wasm/npm/scripts", "wasm/npm/package-lock.json"],
    );
    let full = ["aftershow_bg.wasm", "aftershow.js", "aftershow.d.ts"].map(|file| root.join("wasm/pkg").join(file));
    let slim = ["aftershow_slim_bg.wasm", "aftershow_slim.js"].map(|file| root.join("wasm/pkg-slim").join(file));
    let search =
        ["aftershow_search_bg.wasm", "aftershow_search.js"].map(|file| root.join("wasm/pkg-search").join(file));
    let outputs = [&full[..], &slim, &search].concat();
    let stamp = Stamp::new(project, "wasm", &inputs, &outputs);
    let mut build = Command::new("node");
    build.arg("wasm/npm/scripts/build.mjs").current_dir(root);
    let up_to_date = stamp.holds();
    if up_to_date {
        build.arg("--js-only");
    }
    tools::environment(project, &mut build)?;
    runner.run(&mut build)?;
    if up_to_date { Ok(()) } else { stamp.set() }
}

/// The Worker in `edge-worker/build`.
pub fn worker(project: &Project, runner: &mut Runner) -> Result<()> {
    let root = &project.root;
    let others = [
        "edge-worker/scripts",
        "edge-worker/static",
        "edge-worker/package-lock.json",
        "edge-worker/wrangler.toml",
        "wasm/npm/src/element/list.css",
    ];
    let inputs = rust_inputs(root, &["core", "render", "edge-worker"], &others);
    let stamp = Stamp::new(project, "worker", &inputs, &[root.join("edge-worker/build")]);
    if stamp.holds() {
        runner.say("the Worker is up to date");
        return Ok(());
    }
    let mut build = Command::new("node");
    build.arg("edge-worker/scripts/build.mjs").current_dir(root);
    tools::environment(project, &mut build)?;
    runner.run(&mut build)?;
    stamp.set()
}

/// The demo pages in `web-demo/dist`, types checked.
pub fn web_demo(project: &Project, runner: &mut Runner) -> Result<()> {
    let mut build = Command::new("npm");
    build
        .args(["--prefix", "web-demo", "run", "--silent", "build"])
        .current_dir(&project.root);
    runner.run(&mut build).map(drop)
}

/// The folder that a Worker serves: the demo pages with their headers, and the pack below `pack/`.
pub fn assets(project: &Project, pack: &Path, assets: &Path) -> Result<()> {
    remove(assets)?;
    let pages = project.root.join("web-demo/dist");
    if pages.is_dir() {
        copy(&pages, assets)?;
    }
    copy(&project.root.join("edge-worker/static"), assets)?;
    copy(pack, &assets.join("pack"))
}

/// Knows whether something was built from the inputs as they are now, and lies there as it was built.
struct Stamp {
    file: PathBuf,
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
}

impl Stamp {
    fn new(project: &Project, name: &str, inputs: &[impl AsRef<Path>], outputs: &[impl AsRef<Path>]) -> Stamp {
        let owned = |path: &dyn AsRef<Path>| path.as_ref().to_path_buf();
        Stamp {
            file: project.scratch("stamps").join(name),
            inputs: inputs.iter().map(|path| owned(path)).collect(),
            outputs: outputs.iter().map(|path| owned(path)).collect(),
        }
    }

    fn holds(&self) -> bool {
        let all_there = self.outputs.iter().all(|output| output.exists());
        all_there && fs::read_to_string(&self.file).is_ok_and(|found| self.now().is_ok_and(|now| now == found))
    }

    fn set(&self) -> Result<()> {
        fs::create_dir_all(self.file.parent().context("a stamp lies in a folder")?)?;
        Ok(fs::write(&self.file, self.now()?)?)
    }

    /// Inputs and outputs by content; the tools by their versions.
    fn now(&self) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        for tool in tools::ALL {
            (tool.package, tool.version).hash(&mut hasher);
        }
        for path in self.inputs.iter().chain(&self.outputs) {
            hash(path, &mut hasher)?;
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

/// What a wasm build of some crates depends on.
fn rust_inputs(root: &Path, crates: &[&str], others: &[&str]) -> Vec<PathBuf> {
    let mut inputs = Vec::new();
    for package in crates {
        inputs.extend([root.join(package).join("Cargo.toml"), root.join(package).join("src")]);
    }
    let workspace = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"];
    inputs.extend(workspace.iter().chain(others).map(|path| root.join(path)));
    inputs
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        sorted(path)?.iter().try_for_each(|path| hash(path, hasher))?;
    } else if path.exists() {
        fs::read(path)?.hash(hasher);
    }
    Ok(())
}

/// The entries of a folder, in an order that is the same everywhere.
pub fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for path in sorted(from)? {
        let target = to.join(path.file_name().context("an entry of a folder has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| format!("{} can't be copied", path.display()))?;
        }
    }
    Ok(())
}

/// Removes a folder or file, if it is there.
pub fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} can't be removed", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_until_an_input_or_an_output_changes() {
        let folder = std::env::temp_dir().join(format!("aftershow-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("in")).unwrap();
        let (input, output) = (folder.join("in/source"), folder.join("out"));
        fs::write(&input, "1").unwrap();
        fs::write(&output, "built").unwrap();
        let stamp = Stamp {
            file: folder.join("stamp"),
            inputs: vec![folder.join("in")],
            outputs: vec![output.clone()],
        };
        assert!(!stamp.holds());
        stamp.set().unwrap();
        assert!(stamp.holds());
        fs::write(&input, "2").unwrap();
        assert!(!stamp.holds());
        stamp.set().unwrap();
        fs::write(&output, "touched").unwrap();
        assert!(!stamp.holds());
        stamp.set().unwrap();
        fs::remove_file(&output).unwrap();
        assert!(!stamp.holds());
        fs::remove_dir_all(folder).unwrap();
    }
}
