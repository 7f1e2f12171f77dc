//! The command-line tools that cargo installs, each pinned to a version, here and nowhere else.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    project::{Project, cargo, lock},
    run::Runner,
};

/// A tool of crates.io.
pub struct Tool {
    /// The crate's name.
    pub package: &'static str,
    /// The version that is used.
    pub version: &'static str,
    /// The program that shows that it is there.
    pub binary: &'static str,
}

/// Must equal the workspace's `wasm-bindgen`, and be the version that worker-build wants.
pub const WASM_BINDGEN: Tool = Tool {
    package: "wasm-bindgen-cli",
    version: "0.2.129",
    binary: "wasm-bindgen",
};
/// Builds the npm package's wasm.
pub const WASM_PACK: Tool = Tool {
    package: "wasm-pack",
    version: "0.15.1",
    binary: "wasm-pack",
};
/// Builds the Worker.
pub const WORKER_BUILD: Tool = Tool {
    package: "worker-build",
    version: "0.8.7",
    binary: "worker-build",
};
/// All of them.
pub const ALL: [Tool; 3] = [WASM_BINDGEN, WASM_PACK, WORKER_BUILD];

impl Tool {
    /// The folder of this version; a new version is a new folder.
    fn folder(&self, project: &Project) -> PathBuf {
        project.tools.join(format!("{}-{}", self.package, self.version))
    }

    /// Where its programs are.
    fn bin(&self, project: &Project) -> PathBuf {
        self.folder(project).join("bin")
    }

    fn is_there(&self, project: &Project) -> bool {
        self.bin(project).join(self.binary).is_file()
    }

    /// Installs it unless it is there.
    fn ensure(&self, project: &Project, runner: &mut Runner) -> Result<()> {
        if self.is_there(project) {
            return Ok(());
        }
        fs::create_dir_all(&project.tools)?;
        let _lock = lock(&project.tools, runner, "another run that installs tools")?;
        if self.is_there(project) {
            return Ok(()); // another run has just made it
        }
        runner.say(&format!(
            "installing {} {} (some minutes, once)",
            self.package, self.version
        ));
        // Installed aside and renamed when whole: a half-finished install never counts.
        let aside = project.tools.join(".installing");
        remove(&aside)?;
        let mut install = Command::new(cargo());
        install
            .args(["install", self.package, "--version", self.version, "--locked", "--root"])
            .arg(&aside)
            .env("CARGO_TARGET_DIR", aside.join("target"))
            .current_dir(&project.root);
        let installed = runner.run(&mut install).with_context(|| {
            format!(
                "{} {} was not installed: is crates.io within reach? Run again when it is.",
                self.package, self.version
            )
        });
        if let Err(error) = installed {
            remove(&aside)?;
            return Err(error);
        }
        remove(&aside.join("target"))?;
        remove(&self.folder(project))?;
        fs::rename(&aside, self.folder(project))?;
        Ok(())
    }
}

/// Installs what is missing.
pub fn ensure(project: &Project, runner: &mut Runner) -> Result<()> {
    check_pins(&fs::read_to_string(project.root.join("Cargo.toml"))?)?;
    for tool in ALL {
        tool.ensure(project, runner)?;
    }
    Ok(())
}

/// What a build script needs in its environment to find the tools.
pub fn environment(project: &Project, command: &mut Command) -> Result<()> {
    let mut path: Vec<PathBuf> = ALL.iter().map(|tool| tool.bin(project)).collect();
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    path.extend(std::env::split_paths(&inherited));
    let path: OsString = std::env::join_paths(path).context("a folder of PATH has a `:` in its name")?;
    command.env("PATH", path).env("AFTERSHOW_TOOLS", &project.tools);
    Ok(())
}

/// A library and the tool that reads its output must be of the same version, or the wasm is not understood.
fn check_pins(manifest: &str) -> Result<()> {
    for (library, tool) in [("wasm-bindgen", &WASM_BINDGEN), ("worker", &WORKER_BUILD)] {
        let Tool { package, version, .. } = tool;
        // As `library = "=1.2.3"`, or with features in a table behind it.
        let start = format!("{library} = ");
        let pin = |line: &'_ str| {
            let (_, version) = line.strip_prefix(&start)?.split_once("\"=")?;
            version.split('"').next().map(str::to_owned)
        };
        let pin = manifest.lines().find_map(pin);
        let Some(pin) = pin else {
            bail!("Cargo.toml does not pin {library}: make it `\"={version}\"`, since {package} wants that one");
        };
        if pin != *version {
            bail!(
                "Cargo.toml pins {library} to {pin}, xtask/src/tools.rs pins {package} to {version}: make them equal"
            );
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_are_pinned_to_the_versions_of_their_tools() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        check_pins(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    }

    #[test]
    fn another_pin_is_refused_with_both_versions() {
        let error = check_pins("wasm-bindgen = \"=0.2.1\"\n").unwrap_err().to_string();
        assert!(
            error.contains("0.2.1,") && error.contains(WASM_BINDGEN.version),
            "{error}"
        );
        assert!(check_pins("wasm-bindgen = \"0.2.129\"\n").is_err());
    }
}
