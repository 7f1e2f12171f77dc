//! Summaries: plain texts of consecutive rows, loaded only when asked for.

use alloc::vec::Vec;

use super::{
    container::{Container, Writer},
    layout::{kind, section},
    strings::{self, Strings},
};
use crate::error::OpenError;

/// The summaries of a file, read in place.
///
/// # Errors
/// [`OpenError::WrongPart`] if a section is missing.
pub fn open(part: &Container) -> Result<Strings<'_>, OpenError> {
    Strings::open(part, section::SUMMARY_ENDS, section::SUMMARY_BYTES, "summaries")
}

/// Writes a file of summaries; an empty text is none.
///
/// # Errors
/// As [`Writer::finish`].
pub fn write<'s>(summaries: impl IntoIterator<Item = &'s str>) -> Result<Vec<u8>, OpenError> {
    let mut out = Writer::new(kind::SUMMARIES);
    strings::write(&mut out, section::SUMMARY_ENDS, section::SUMMARY_BYTES, summaries);
    out.finish()
}
