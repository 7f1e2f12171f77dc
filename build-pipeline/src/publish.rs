//! Where a pack may be put: an empty place, or that of an older pack.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{error::BuildError, scratch};

/// Makes sure that a pack may be put at `out`, before hours go into making one.
///
/// # Errors
/// [`BuildError::Usage`] if something else is there.
pub fn check(out: &Path) -> Result<(), BuildError> {
    let refuse = |what: String| {
        let reason = format!(
            "--out {}: {what}; name a new or empty folder, or that of an older pack",
            out.display()
        );
        Err(BuildError::Usage { reason })
    };
    if out.file_name().is_none() {
        return refuse("is not the name of a folder".to_owned());
    }
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(_) if !out.exists() => return Ok(()),
        Err(_) if !out.is_dir() => return refuse("is a file".to_owned()),
        Err(e) => return Err(BuildError::read(out, &e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(
            entry
                .map_err(|e| BuildError::read(out, &e))?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    if names.is_empty() {
        return Ok(());
    }
    if !is_manifest(&out.join("manifest.json")) {
        return refuse("holds files, and is not a pack".to_owned());
    }
    // All that is in the folder will be gone.
    match names.iter().find(|name| !is_of_a_pack(name)) {
        Some(other) => refuse(format!("holds {other:?}, which is not of a pack and would be lost")),
        None => Ok(()),
    }
}

fn is_manifest(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(rename = "format")]
        _format: u32,
        #[serde(rename = "pack_id")]
        _pack_id: String,
    }
    fs::read(path).is_ok_and(|json| serde_json::from_slice::<Manifest>(&json).is_ok())
}

fn is_of_a_pack(name: &str) -> bool {
    let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    let part = name.strip_suffix(".bin").and_then(|name| name.split_once('.'));
    let head = name.strip_prefix("head.").and_then(|name| name.strip_suffix(".json"));
    part.map(|(_, hash)| hash).or(head).is_some_and(is_hash) || matches!(name, "manifest.json" | "checksums.txt")
}

/// Writes a pack into a folder of its own and puts that at `out`.
///
/// # Errors
/// As [`check`], what `write` says, or [`BuildError::Write`]; an older pack is then there still.
pub fn put<T>(out: &Path, write: impl FnOnce(&Path) -> Result<T, BuildError>) -> Result<T, BuildError> {
    check(out)?;
    // Where `out` is a link, what it points to is replaced, and the link stays.
    let place: PathBuf = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    scratch::write_dir(&place, write)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(out: &Path) -> String {
        check(out).unwrap_err().to_string()
    }

    #[test]
    fn new_and_empty_folders_and_older_packs_may_be_written() {
        let dir = tempfile::tempdir().unwrap();
        assert!(check(&dir.path().join("new")).is_ok());
        assert!(check(dir.path()).is_ok());
        fs::write(dir.path().join("manifest.json"), r#"{"format": 9, "pack_id": "x"}"#).unwrap();
        fs::write(dir.path().join("shard.0123456789abcdef.bin"), "").unwrap();
        assert!(check(dir.path()).is_ok());
    }

    #[test]
    fn a_folder_with_anything_else_in_it_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("manifest.json"), r#"{"name": "my web app"}"#).unwrap();
        assert!(refused(dir.path()).contains("is not a pack"), "{}", refused(dir.path()));
        fs::write(dir.path().join("manifest.json"), r#"{"format": 1, "pack_id": "x"}"#).unwrap();
        fs::write(dir.path().join("index.html"), "").unwrap();
        assert!(
            refused(dir.path()).contains("\"index.html\""),
            "{}",
            refused(dir.path())
        );
        assert!(refused(&dir.path().join("index.html")).contains("is a file"));
        assert!(refused(Path::new("/")).contains("not the name of a folder"));
    }
}
