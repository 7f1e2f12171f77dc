//! Hashes of the inputs, by which a step knows whether they have changed.

use std::{fs::File, io::Read};

use sha2::{Digest, Sha256};

use crate::{
    error::BuildError,
    source::{
        Kind, SAMPLE, Source,
        events::{self, EventSource},
        spec,
    },
};

/// Name and SHA-256 of each file of the source. Only the file's own name: where it lies does not matter.
///
/// # Errors
/// [`BuildError::Input`] if a file can't be read.
pub fn hashes(source: &Source) -> Result<Vec<(String, String)>, BuildError> {
    if source.kind == Kind::Sample {
        return Ok(vec![("sample".to_owned(), hex(&Sha256::digest(SAMPLE)))]);
    }
    source.files()?.iter().map(hash).collect()
}

/// Name and SHA-256 of the file of a source of events.
///
/// # Errors
/// As [`hashes`].
pub fn hash_of_events(source: &EventSource) -> Result<(String, String), BuildError> {
    if source.kind == events::Kind::Sample {
        return Ok(("sample".to_owned(), hex(&Sha256::digest(events::SAMPLE))));
    }
    hash(&source.file()?)
}

fn hash(file: &spec::File) -> Result<(String, String), BuildError> {
    let failed = |e: std::io::Error| BuildError::read(&file.path, &e);
    let mut from = File::open(&file.path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = from.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, hex(&hash.finalize())))
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
