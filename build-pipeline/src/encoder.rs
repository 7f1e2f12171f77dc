//! Titles and summaries to the vectors of a sentence encoder, if this program was built with them.

use std::path::Path;

use aftershow_dense::Matrix;

use crate::{catalogue::Catalogue, error::BuildError, progress::Progress};

/// A vector for each title, of length 1: of its name and summary, and zeros for a title without a summary.
///
/// # Errors
/// [`BuildError::Input`] names the model's file that can't be used; [`BuildError::Config`] if there are no encoders in this program.
#[cfg(feature = "text-encoder")]
pub fn vectors(dir: &Path, catalogue: &Catalogue, progress: &Progress) -> Result<Matrix, BuildError> {
    let model = aftershow_encoder::Encoder::open(dir)?;
    let (titles, texts): (Vec<usize>, Vec<String>) = catalogue
        .items
        .iter()
        .enumerate()
        .filter_map(|(title, item)| Some((title, format!("{}. {}", item.name, item.summary.as_deref()?))))
        .unzip();
    let stage = progress.stage("text encoder", texts.len() as u64);
    let found = model.embed(&texts, |done| stage.inc(done))?;
    let mut all = Matrix::zeros(catalogue.items.len(), model.dimensions());
    for (title, vector) in titles.iter().zip(found.chunks_exact(all.cols)) {
        all.data[title * all.cols..(title + 1) * all.cols].copy_from_slice(vector);
    }
    Ok(all)
}

/// Hash of a model's files, and the numbers in one of its vectors.
///
/// # Errors
/// As [`vectors`].
#[cfg(feature = "text-encoder")]
pub fn fingerprint(dir: &Path) -> Result<(String, usize), BuildError> {
    Ok(aftershow_encoder::fingerprint(dir)?)
}

#[cfg(feature = "text-encoder")]
impl From<aftershow_encoder::EncoderError> for BuildError {
    fn from(e: aftershow_encoder::EncoderError) -> BuildError {
        BuildError::Input {
            place: e.place,
            reason: e.reason,
        }
    }
}

/// Refuses: this program was built without encoders.
///
/// # Errors
/// [`BuildError::Config`].
#[cfg(not(feature = "text-encoder"))]
pub fn vectors(_: &Path, _: &Catalogue, _: &Progress) -> Result<Matrix, BuildError> {
    Err(BuildError::no_encoders())
}

/// Refuses: this program was built without encoders.
///
/// # Errors
/// [`BuildError::Config`].
#[cfg(not(feature = "text-encoder"))]
pub fn fingerprint(_: &Path) -> Result<(String, usize), BuildError> {
    Err(BuildError::no_encoders())
}
