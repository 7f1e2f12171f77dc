//! Files and folders that appear whole or not at all: written beside their place, then renamed into it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process,
    sync::{Mutex, MutexGuard},
};

use crate::error::BuildError;

/// What is half-written at the moment, for [`remove_all`]. Whoever renames holds the lock, so that an
/// interruption never falls between two renames that belong together.
static HALF_WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn half_written() -> MutexGuard<'static, Vec<PathBuf>> {
    HALF_WRITTEN.lock().unwrap_or_else(|e| e.into_inner())
}

/// Removes whatever is half-written. For a process that is about to end.
pub fn remove_all() {
    for path in half_written().drain(..) {
        // Another thread may still be writing into it.
        for _ in 0..20 {
            if remove(&path).is_ok() {
                break;
            }
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// A path that is removed when it goes out of scope, or the process is interrupted.
struct Scratch(PathBuf);

impl Scratch {
    fn beside(path: &Path, why: &str) -> Scratch {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let scratch = path.with_file_name(format!(".{name}.{why}-{}", process::id()));
        half_written().push(scratch.clone());
        Scratch(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut all = half_written();
        // What was renamed is gone, and what can't be removed can't be helped.
        remove(&self.0).ok();
        all.retain(|path| *path != self.0);
    }
}

/// Writes a file.
///
/// # Errors
/// [`BuildError::Write`].
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let scratch = Scratch::beside(path, "new");
    fs::write(&scratch.0, bytes).map_err(|e| BuildError::write(&scratch.0, e))?;
    fs::rename(&scratch.0, path).map_err(|e| BuildError::write(path, e))
}

/// Writes a file that is for its owner alone.
///
/// # Errors
/// [`BuildError::Write`].
pub fn write_private_file(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let scratch = Scratch::beside(path, "new");
    remove(&scratch.0)
        .and_then(|()| create_private(&scratch.0)?.write_all(bytes))
        .map_err(|e| BuildError::write(&scratch.0, e))?;
    fs::rename(&scratch.0, path).map_err(|e| BuildError::write(path, e))
}

/// Creates a file that is for its owner alone, in its place at once. One that is there is an error.
///
/// # Errors
/// What the system says.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that is for its owner alone. One that is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    #[cfg_attr(not(unix), allow(unused_mut, reason = "there are no modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file as a stream; returns how long it became.
///
/// # Errors
/// What `write` says, or [`BuildError::Write`]; then what was there is there still.
pub fn write_stream(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), BuildError>,
) -> Result<u64, BuildError> {
    let scratch = Scratch::beside(path, "new");
    let file = File::create(&scratch.0).map_err(|e| BuildError::write(path, e))?;
    let mut file = BufWriter::with_capacity(1 << 18, file);
    write(&mut file)?;
    file.flush().map_err(|e| BuildError::write(path, e))?;
    let bytes = file.get_ref().metadata().map_err(|e| BuildError::write(path, e))?.len();
    let _no_interruption = half_written();
    fs::rename(&scratch.0, path).map_err(|e| BuildError::write(path, e))?;
    Ok(bytes)
}

/// Makes a folder at `path` with what `write` puts into it. A folder that is there is replaced.
///
/// # Errors
/// What `write` says, or [`BuildError::Write`]; then what was there is there still.
pub fn write_dir<T>(path: &Path, write: impl FnOnce(&Path) -> Result<T, BuildError>) -> Result<T, BuildError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|e| BuildError::write(parent, e))?;
    }
    let new = Scratch::beside(path, "new");
    remove(&new.0)
        .and_then(|()| fs::create_dir(&new.0))
        .map_err(|e| BuildError::write(&new.0, e))?;
    let written = write(&new.0)?;
    replace(&new.0, path).map_err(|e| BuildError::write(path, e))?;
    Ok(written)
}

fn replace(new: &Path, path: &Path) -> io::Result<()> {
    if !path.exists() {
        let _no_interruption = half_written();
        return fs::rename(new, path);
    }
    let old = Scratch::beside(path, "old");
    let _no_interruption = half_written();
    fs::rename(path, &old.0)?;
    let renamed = fs::rename(new, path);
    if renamed.is_err() {
        fs::rename(&old.0, path)?;
    }
    // `_no_interruption` is dropped before `old`, which takes the lock again to remove the old folder.
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/pack");
        for content in ["one", "two"] {
            write_dir(&path, |new| {
                fs::write(new.join(content), content).map_err(|e| BuildError::write(new, e))
            })
            .unwrap();
            assert_eq!(names(&path), [content]);
        }
        assert_eq!(names(&dir.path().join("a")), ["pack"]);
    }

    #[test]
    fn a_failure_leaves_what_was_there_and_no_half_written_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pack");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old"), "").unwrap();
        let failed = write_dir(&path, |new| {
            fs::write(new.join("half"), "").unwrap();
            Err::<(), _>(BuildError::Usage { reason: "stop".into() })
        });
        assert_eq!(failed.unwrap_err().to_string(), "stop");
        assert_eq!(
            (names(&path), names(dir.path())),
            (vec!["old".to_owned()], vec!["pack".to_owned()])
        );
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(dir.path()), ["a.bin"]);
    }
}
