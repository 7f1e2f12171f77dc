//! The files of a pack, as they are written: content hashes make their names, so a rebuild changes only the names of what changed.

use std::{fs, path::Path};

use aftershow_core::pack::{PartEntry, layout::MAX_INFLATED};
use libdeflater::{CompressionLvl, Compressor};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::BuildError;

/// Effort of DEFLATE, 0 to 12. On shards of the 80k catalogue 9 saves another 0.1 % and takes half as long again;
/// 12 saves 2 % and takes seven times as long.
const DEFLATE_LEVEL: i32 = 6;

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct PackReport {
    /// Hash of the whole content.
    pub pack_id: String,
    /// Number of files, the manifest and the checksums included.
    pub files: usize,
    /// Sizes by kind of part, in the order of the format.
    pub parts: Vec<PartSize>,
}

/// Size of the files of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct PartSize {
    /// Kind of part.
    pub name: String,
    /// Number of files.
    pub files: usize,
    /// Bytes in all of them.
    pub bytes: u64,
}

/// Raw DEFLATE (RFC 1951). No part may be larger than what its reader will inflate.
///
/// # Errors
/// [`BuildError::Config`] for one that is.
pub fn deflated(part: &[u8]) -> Result<Vec<u8>, BuildError> {
    if part.len() > MAX_INFLATED {
        return Err(BuildError::part_too_large(part.len(), MAX_INFLATED));
    }
    let mut compressor = Compressor::new(CompressionLvl::new(DEFLATE_LEVEL).unwrap_or_default());
    let mut out = vec![0; compressor.deflate_compress_bound(part.len())];
    let length = compressor
        .deflate_compress(part, &mut out)
        .map_err(|_| BuildError::part_too_large(part.len(), out.len()))?;
    out.truncate(length);
    Ok(out)
}

/// The files of a pack, as they are written.
#[derive(Debug)]
pub struct Files<'a> {
    dir: &'a Path,
    /// File name and full SHA-256 of each, for `checksums.txt`.
    written: Vec<(String, String)>,
    sizes: Vec<PartSize>,
}

impl<'a> Files<'a> {
    /// None yet, in an empty folder.
    pub fn new(dir: &'a Path) -> Files<'a> {
        Files {
            dir,
            written: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// A part with an entry of its own in the manifest.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn resident(&mut self, kind: &str, bytes: &[u8]) -> Result<PartEntry, BuildError> {
        let hash = self.one_of(kind, bytes)?;
        let (file, sha256) = (format!("{kind}.{hash}.bin"), hex(&Sha256::digest(bytes)));
        Ok(PartEntry {
            kind: kind.into(),
            name: String::new(),
            file,
            bytes: bytes.len() as u64,
            sha256,
            optional: false,
        })
    }

    /// One of many files of a kind; returns the hash in its name.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn one_of(&mut self, kind: &str, bytes: &[u8]) -> Result<String, BuildError> {
        let sha256 = hex(&Sha256::digest(bytes));
        let hash = sha256[..16].to_owned();
        self.write(kind, &format!("{kind}.{hash}.bin"), bytes, sha256)?;
        Ok(hash)
    }

    /// A file with a name of its own.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn plain(&mut self, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        self.write(name, name, bytes, hex(&Sha256::digest(bytes)))
    }

    /// A file of a kind whose name has a hash, but not as that of a part.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn named(&mut self, kind: &str, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        self.write(kind, name, bytes, hex(&Sha256::digest(bytes)))
    }

    fn write(&mut self, kind: &str, name: &str, bytes: &[u8], sha256: String) -> Result<(), BuildError> {
        let path = self.dir.join(name);
        fs::write(&path, bytes).map_err(|error| BuildError::write(&path, error))?;
        match self.sizes.iter_mut().find(|size| size.name == kind) {
            Some(size) => {
                size.files += 1;
                size.bytes += bytes.len() as u64;
            }
            None => self.sizes.push(PartSize {
                name: kind.into(),
                files: 1,
                bytes: bytes.len() as u64,
            }),
        }
        self.written.push((name.into(), sha256));
        Ok(())
    }

    /// Writes `checksums.txt`, which `sha256sum -c` reads.
    ///
    /// # Errors
    /// [`BuildError::Write`].
    pub fn finish(mut self, pack_id: String) -> Result<PackReport, BuildError> {
        self.written.sort();
        self.written.dedup();
        let lines: String = self
            .written
            .iter()
            .map(|(name, sha256)| format!("{sha256}  {name}\n"))
            .collect();
        self.plain("checksums.txt", lines.as_bytes())?;
        Ok(PackReport {
            pack_id,
            files: self.written.len(),
            parts: self.sizes,
        })
    }
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
