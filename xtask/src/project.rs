//! Where things are.

use std::{
    env,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::run::{Runner, interrupted};

/// The folders that the chores work in.
pub struct Project {
    /// The workspace's root.
    pub root: PathBuf,
    /// Where cargo puts what it builds: `target/`, or what `CARGO_TARGET_DIR` says.
    pub target: PathBuf,
    /// Where the pinned command-line tools live; it survives `cargo clean`.
    pub tools: PathBuf,
}

impl Project {
    /// Finds the project that this program was started in.
    pub fn find() -> Result<Project> {
        // The variable that cargo sets when it runs us; the compiled-in one may be another clone's if target/ is shared.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = xtask.parent().context("xtask/ has no parent folder")?.to_path_buf();
        let metadata = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(&root)
            .output()
            .context("cargo does not start")?;
        if !metadata.status.success() {
            bail!(
                "cargo metadata failed: {}",
                String::from_utf8_lossy(&metadata.stderr).trim()
            );
        }
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout)?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?
            .into();
        let tools = env::var_os("AFTERSHOW_TOOLS").map_or_else(|| root.join(".tools"), PathBuf::from);
        Ok(Project {
            tools: absolute(&root, tools),
            root,
            target,
        })
    }

    /// A folder for what the chores make; `cargo clean` takes it away. It stays inside this clone when the target
    /// directory is shared with others.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.root.join("target/xtask").join(name)
    }

    /// Keeps two runs from writing the same scratch files and outputs of this clone.
    pub fn lock(&self, runner: &mut Runner) -> Result<File> {
        lock(&self.scratch(""), runner, "another run in this clone")
    }

    /// A binary of the release profile.
    pub fn release(&self, binary: &str) -> PathBuf {
        self.target.join("release").join(binary)
    }

    /// The folder of development data, if this machine has it.
    pub fn data(&self) -> Option<PathBuf> {
        let data = env::var_os("AFTERSHOW_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from);
        absolute(&self.root, data)
            .canonicalize()
            .ok()
            .filter(|data| data.is_dir())
    }

    /// The large catalogue that the benchmarks run on, or why they can't.
    pub fn large_catalogue(&self) -> Result<PathBuf, String> {
        let wanted = "catalog-80k/shows.json.gz";
        let found = self.data().map(|data| data.join(wanted)).filter(|file| file.is_file());
        found.ok_or_else(|| format!("skipped: no data at {wanted} in AFTERSHOW_DATA (or ../shared/data)"))
    }

    /// A path as people write it: relative to the root when it lies below it.
    pub fn short<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// Waits until no other run holds a folder, and holds it as long as the file is open.
pub fn lock(folder: &Path, runner: &mut Runner, other: &str) -> Result<File> {
    fs::create_dir_all(folder)?;
    let file = File::create(folder.join(".lock"))?;
    let mut said = false;
    // Asked again and again, since a lock that is waited for does not hear Ctrl-C.
    while let Err(error) = file.try_lock() {
        if let TryLockError::Error(error) = error {
            return Err(error).with_context(|| format!("{} can't be locked", folder.display()));
        }
        if !said {
            runner.say(&format!("waiting for {other}"));
            said = true;
        }
        if interrupted() {
            bail!("interrupted");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(file)
}

/// The cargo that started us, so that its toolchain is the one used throughout.
pub fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Whether this is a CI machine, which may be changed as needed.
pub fn on_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

fn absolute(root: &Path, path: PathBuf) -> PathBuf {
    if path.is_absolute() { path } else { root.join(path) }
}
