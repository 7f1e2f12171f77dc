//! `content.text_encoder`: what says that two summaries are alike.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{encoder, error::BuildError};

/// What says that two summaries are alike.
///
/// Written as `tfidf` or `model:DIR`. Only the folder's own name is serialised: where it lies is nobody's business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TextEncoder {
    /// Shared words, the rarer the more.
    #[default]
    Tfidf,
    /// What they mean, by the sentence-transformers model in this folder.
    Model(PathBuf),
}

/// The model of a pack's text rows, for the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AboutModel {
    /// Name of its folder.
    pub name: String,
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Hash of its files: of weights, tokenizer and settings.
    pub sha256: String,
}

impl TextEncoder {
    /// Whether it is what a configuration has that says nothing of it.
    pub fn is_default(&self) -> bool {
        *self == TextEncoder::default()
    }

    /// Reads `tfidf` or `model:DIR`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(spec: &str) -> Result<TextEncoder, String> {
        match spec.split_once(':') {
            None if spec == "tfidf" => Ok(TextEncoder::Tfidf),
            Some(("model", dir)) if !dir.is_empty() => Ok(TextEncoder::Model(dir.into())),
            _ => Err(format!(
                "must be tfidf, or model:DIR with the folder of a sentence-transformers model, and is {spec:?}"
            )),
        }
    }

    /// What is known of the model without running it; `None` for words. Reads and hashes its files.
    ///
    /// # Errors
    /// [`BuildError::Input`] if a file of the model can't be read.
    pub fn about(&self) -> Result<Option<AboutModel>, BuildError> {
        let TextEncoder::Model(dir) = self else { return Ok(None) };
        let (sha256, dimensions) = encoder::fingerprint(dir)?;
        Ok(Some(AboutModel {
            name: name(dir),
            dimensions,
            sha256,
        }))
    }

    pub(super) fn relative_to(&mut self, base: &Path) {
        if let TextEncoder::Model(dir) = self {
            *dir = base.join(&dir);
        }
    }

    /// Whether this program can run it.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        match self {
            TextEncoder::Model(_) if !cfg!(feature = "text-encoder") => Err(BuildError::no_encoders()),
            _ => Ok(()),
        }
    }
}

fn name(dir: &Path) -> String {
    dir.file_name()
        .unwrap_or(dir.as_os_str())
        .to_string_lossy()
        .into_owned()
}

impl Serialize for TextEncoder {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            TextEncoder::Tfidf => to.serialize_str("tfidf"),
            TextEncoder::Model(dir) => to.serialize_str(&format!("model:{}", name(dir))),
        }
    }
}

impl<'de> Deserialize<'de> for TextEncoder {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<TextEncoder, D::Error> {
        TextEncoder::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_by_its_folder_and_no_other_word_is_understood() {
        assert_eq!(TextEncoder::parse("tfidf"), Ok(TextEncoder::Tfidf));
        let model = TextEncoder::parse("model:/home/me/models/mini/").unwrap();
        assert_eq!(model, TextEncoder::Model("/home/me/models/mini/".into()));
        assert_eq!(serde_json::to_string(&model).unwrap(), r#""model:mini""#);
        for wrong in ["", "model", "model:", "bert:x", "TFIDF"] {
            assert!(TextEncoder::parse(wrong).unwrap_err().contains("model:DIR"), "{wrong}");
        }
    }

    #[test]
    fn a_program_without_encoders_says_so_before_it_reads_anything() {
        let model = TextEncoder::Model("there/is/none".into());
        match cfg!(feature = "text-encoder") {
            true => assert!(model.check().is_ok()),
            false => assert!(
                model
                    .check()
                    .unwrap_err()
                    .to_string()
                    .contains("--features text-encoder")
            ),
        }
        assert!(TextEncoder::Tfidf.check().is_ok());
    }
}
