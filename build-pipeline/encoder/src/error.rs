//! What is wrong with a model's folder.

use std::{fmt, io, path::Path};

/// A model that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncoderError {
    /// The file or folder.
    pub place: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl EncoderError {
    pub(crate) fn at(place: &Path, reason: impl Into<String>) -> EncoderError {
        EncoderError {
            place: place.display().to_string(),
            reason: reason.into(),
        }
    }

    pub(crate) fn read(place: &Path, error: &io::Error) -> EncoderError {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => {
                "there is no such file; give the folder of a sentence-transformers model with config.json, \
                                        tokenizer.json and model.safetensors"
                    .to_owned()
            }
            _ => error.to_string(),
        };
        EncoderError::at(place, reason)
    }
}

impl fmt::Display for EncoderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for EncoderError {}
