//! The files of a model, each read once, whole and bounded, and what they hash to together.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::EncoderError;

/// Most bytes of a file of settings.
const MAX_SETTINGS: u64 = 1 << 20;
/// Most bytes of `tokenizer.json`.
const MAX_TOKENIZER: u64 = 64 << 20;
/// Most bytes of the weights: eight times a BERT-large in half precision.
const MAX_WEIGHTS: u64 = 4 << 30;

/// A model's folder.
#[derive(Debug)]
pub(crate) struct Files {
    dir: PathBuf,
    hash: Sha256,
}

/// A file that may be missing, with its path.
pub(crate) enum Read<T> {
    Found(T, PathBuf),
    Missing(PathBuf),
}

impl<T> Read<T> {
    pub(crate) fn required(self) -> Result<T, EncoderError> {
        match self {
            Read::Found(value, _) => Ok(value),
            Read::Missing(path) => Err(EncoderError::read(&path, &ErrorKind::NotFound.into())),
        }
    }

    pub(crate) fn or_default(self) -> T
    where
        T: Default,
    {
        match self {
            Read::Found(value, _) => value,
            Read::Missing(_) => T::default(),
        }
    }
}

impl Files {
    pub(crate) fn new(dir: &Path) -> Files {
        Files {
            dir: dir.to_owned(),
            hash: Sha256::new(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A file of settings.
    pub(crate) fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<Read<T>, EncoderError> {
        Ok(match self.bytes(name, MAX_SETTINGS)? {
            Read::Missing(path) => Read::Missing(path),
            Read::Found(bytes, path) => {
                let value = serde_json::from_slice(&bytes).map_err(|e| {
                    EncoderError::at(&path, format!("{e}; take the file as the model's maker published it"))
                })?;
                Read::Found(value, path)
            }
        })
    }

    pub(crate) fn tokenizer(&mut self) -> Result<Vec<u8>, EncoderError> {
        self.bytes("tokenizer.json", MAX_TOKENIZER)?.required()
    }

    pub(crate) fn weights(&mut self) -> Result<Vec<u8>, EncoderError> {
        self.bytes("model.safetensors", MAX_WEIGHTS)?.required()
    }

    /// SHA-256 of all that was read: the name and the hash of each file, in the order they were read.
    pub(crate) fn sha256(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn bytes(&mut self, name: &str, most: u64) -> Result<Read<Vec<u8>>, EncoderError> {
        let path = self.path(name);
        let failed = |e: std::io::Error| EncoderError::read(&path, &e);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Read::Missing(path)),
            Err(e) => return Err(failed(e)),
        };
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > most {
            let reason = format!("the file has more than {most} bytes, the most that are read; use a smaller model");
            return Err(EncoderError::at(&path, reason));
        }
        self.hash.update(name.as_bytes());
        self.hash.update([0]);
        self.hash.update(Sha256::digest(&bytes));
        Ok(Read::Found(bytes, path))
    }
}
