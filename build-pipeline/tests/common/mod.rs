//! Runs the built binary and looks at what it left.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::OnceLock,
};

/// The built binary.
pub fn aftershow() -> Command {
    Command::new(env!("CARGO_BIN_EXE_aftershow"))
}

/// Runs the binary in a folder.
pub fn run_in(dir: &Path, args: &[&str]) -> Run {
    Run::of(
        aftershow()
            .current_dir(dir)
            .args(args)
            .output()
            .expect("the binary runs"),
    )
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(output: Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The run must have gone well.
    #[track_caller]
    pub fn ok(self) -> Run {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// The run must have been refused, with all of these words in its message.
    #[track_caller]
    pub fn refused(self, words: &[&str]) -> Run {
        assert_eq!(self.code, Some(2), "{}{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in: {}", self.stderr);
        }
        self
    }
}

/// Names of the entries of a folder, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Names and bytes of all files of a folder.
pub fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    names(dir)
        .into_iter()
        .map(|name| (name.clone(), fs::read(dir.join(name)).unwrap()))
        .collect()
}

/// A folder with `pack`: the sample's shows and its synthetic log. Built once; nobody changes it.
pub fn sample_pack() -> &'static Path {
    static BUILT: OnceLock<tempfile::TempDir> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let args = [
            "build",
            "--catalog",
            "sample",
            "--interactions",
            "sample",
            "--out",
            "pack",
            "-q",
        ];
        run_in(dir.path(), &args).ok();
        dir
    });
    built.path()
}

/// Copies that pack into another folder.
pub fn copy_sample_pack(to: &Path) {
    fs::create_dir(to.join("pack")).expect("a folder");
    for (name, bytes) in contents(&sample_pack().join("pack")) {
        fs::write(to.join("pack").join(name), bytes).expect("a file");
    }
}
