//! What can go wrong, in two small enums with stable codes. Nobody matches on text.

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// Why a manifest or a part was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The manifest is not what the format asks for.
    Manifest {
        /// What is wrong with it.
        reason: String,
    },
    /// The pack is of a format that this engine does not read.
    Version {
        /// The pack's format.
        found: u32,
        /// The format this engine reads.
        reads: u32,
    },
    /// The pack needs a kind of part that this engine does not know.
    UnknownPart {
        /// The part's kind, as the manifest names it.
        kind: String,
    },
    /// A part attached that the manifest does not have.
    UnexpectedPart,
    /// A part is shorter or longer than it says.
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// A part's bytes are not the ones that were written.
    Checksum,
    /// A part belongs to another place, or is no part of a pack at all.
    WrongPart {
        /// What was expected and not found.
        what: &'static str,
    },
    /// A value that the format does not allow.
    Value {
        /// Which value.
        what: &'static str,
    },
}

impl OpenError {
    /// The stable code, the same in Rust, JavaScript and HTTP.
    pub fn code(&self) -> &'static str {
        match self {
            OpenError::Manifest { .. } => "pack_manifest",
            OpenError::Version { .. } => "pack_version",
            OpenError::UnknownPart { .. } => "pack_unknown_part",
            OpenError::UnexpectedPart => "pack_unexpected_part",
            OpenError::Truncated { .. } => "pack_truncated",
            OpenError::Checksum => "pack_checksum",
            OpenError::WrongPart { .. } => "pack_wrong_part",
            OpenError::Value { .. } => "pack_value",
        }
    }
}

impl OpenError {
    /// What went wrong, in words that end with the remedy.
    // Put together by hand, here and below: the library's formatting would be 4 kB of every wasm build.
    pub fn message(&self) -> String {
        match self {
            OpenError::Manifest { reason } => ["the manifest can't be read: ", reason, "; rebuild the pack"].concat(),
            OpenError::Version { found, reads } => {
                let remedy = if found > reads {
                    "use a newer aftershow"
                } else {
                    "rebuild the pack"
                };
                let (found, reads) = (found.to_string(), reads.to_string());
                [
                    "the pack has format ",
                    &found,
                    " and this engine reads ",
                    &reads,
                    ": ",
                    remedy,
                ]
                .concat()
            }
            OpenError::UnknownPart { kind } => [
                "the pack needs a part of kind \"",
                kind,
                "\", which this engine does not know: use a newer aftershow",
            ]
            .concat(),
            OpenError::UnexpectedPart => {
                "the manifest has no such part: attach the files that the manifest names".into()
            }
            OpenError::Truncated { what } => {
                ["the part ends before or after it should (", what, "): fetch it again"].concat()
            }
            OpenError::Checksum => "the part's bytes are damaged (checksum): fetch it again".into(),
            OpenError::WrongPart { what } => [
                "not the part that was asked for (",
                what,
                "): attach the file that the manifest names",
            ]
            .concat(),
            OpenError::Value { what } => [
                "the part holds a value that the format does not allow (",
                what,
                "): rebuild the pack",
            ]
            .concat(),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for OpenError {}

/// Why a query got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// The pack has no item with that id.
    UnknownItem {
        /// The id, as text.
        id: String,
    },
    /// A parameter is out of its range.
    InvalidParameter {
        /// The parameter's name, as the caller writes it.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// The pack has no attribute or value, or no experiment or variant, of that name.
    // In a box: an error is moved in many places, and its size is code in each.
    UnknownName(Box<UnknownName>),
    /// The text can't be the id of a person.
    InvalidUserId {
        /// What it may be.
        expected: &'static str,
    },
    /// The pack has no rating model.
    NoRatings,
    /// The pack has no index of its titles.
    NoSearch,
    /// The pack's lists don't hold all of the answer.
    NotListed {
        /// Why.
        why: &'static str,
    },
    /// An attached part can't be read though `attach` took it: a fault of this crate, said and not hidden.
    Inconsistent {
        /// Which parts.
        what: &'static str,
    },
}

/// A name that the pack lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// Whose value it was to be: an attribute such as `genre`, or `variant`; empty for the name of an attribute itself.
    pub attribute: String,
    /// The name that was asked for.
    pub name: String,
    /// At most three names that are spelled nearly so, the nearest first.
    pub near: Vec<String>,
}

impl QueryError {
    /// The stable code, the same in Rust, JavaScript and HTTP.
    pub fn code(&self) -> &'static str {
        match self {
            QueryError::UnknownItem { .. } => "unknown_item",
            QueryError::InvalidParameter { .. } => "invalid_parameter",
            QueryError::UnknownName(_) => "unknown_name",
            QueryError::InvalidUserId { .. } => "invalid_user_id",
            QueryError::NoRatings => "no_ratings",
            QueryError::NoSearch => "no_search",
            QueryError::NotListed { .. } => "not_listed",
            QueryError::Inconsistent { .. } => "pack_inconsistent",
        }
    }
}

impl QueryError {
    /// What went wrong, in words.
    pub fn message(&self) -> String {
        match self {
            QueryError::UnknownItem { id } => ["the pack has no item with the id \"", id, "\""].concat(),
            QueryError::InvalidParameter { name, expected } => [name, " must be ", expected].concat(),
            QueryError::UnknownName(unknown) => {
                let UnknownName { attribute, name, near } = &**unknown;
                let attribute = if attribute.is_empty() { "attribute" } else { attribute };
                let mut message = ["the pack has no ", attribute, " \"", name, "\""].concat();
                for (i, near) in near.iter().enumerate() {
                    let before = if i == 0 { "; did you mean \"" } else { ", or \"" };
                    message.extend([before, near, "\""]);
                }
                message
            }
            QueryError::InvalidUserId { expected } => ["the user id must be ", expected].concat(),
            QueryError::NoRatings => "the pack predicts no ratings: build it with --ratings".into(),
            QueryError::NoSearch => "the pack has no index of its titles: build it again".into(),
            QueryError::NotListed { why } => {
                ["the pack's lists can't answer this (", why, "): ask the whole engine"].concat()
            }
            QueryError::Inconsistent { what } => {
                ["the pack's parts do not fit together (", what, "): rebuild it"].concat()
            }
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for QueryError {}
