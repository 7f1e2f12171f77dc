//! The two names an item has: the id its owner gave it, and its row in the pack.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::QueryError;

/// Longest external id, in bytes of UTF-8.
pub const MAX_ID_BYTES: usize = 128;
/// Largest integer id: 2⁵³ − 1, the largest that JavaScript holds exactly.
pub const MAX_ID_INT: u64 = (1 << 53) - 1;

/// An id as the catalogue gave it, and as it comes back to the user.
///
/// In JSON an integer id is a number and a string id is a string. One pack holds one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ItemId {
    /// An integer id, 0 to 2⁵³ − 1.
    Int(u64),
    /// A string id, 1 to 128 bytes.
    Str(String),
}

/// Whether a pack's ids are integers or strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum IdKind {
    /// All ids are integers.
    Integer,
    /// All ids are strings.
    String,
}

/// What the ids of a pack's known people are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum UserIdKind {
    /// Any text of 1 to 128 bytes without control characters.
    #[default]
    Any,
    /// UUIDs (RFC 9562): 32 hex digits, in groups of 8, 4, 4, 4 and 12 with `-` between them.
    Uuid,
}

impl UserIdKind {
    /// Checks that a text can be the id of a person.
    ///
    /// # Errors
    /// [`QueryError::InvalidUserId`] says what an id is.
    pub fn check(self, id: &str) -> Result<(), QueryError> {
        let expected = match self {
            _ if !(1..=MAX_ID_BYTES).contains(&id.len()) => "1 to 128 bytes of UTF-8",
            _ if id.chars().any(char::is_control) => "text without control characters",
            UserIdKind::Uuid if !is_uuid(id) => "a UUID, such as 123e4567-e89b-12d3-a456-426614174000",
            _ => return Ok(()),
        };
        Err(QueryError::InvalidUserId { expected })
    }
}

fn is_uuid(id: &str) -> bool {
    let right = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    id.len() == 36 && id.bytes().enumerate().all(right)
}

impl ItemId {
    /// Reads an id from text (a URL, a command line), for a pack whose ids are of `kind`.
    ///
    /// `None` if the text can't be an id of that kind: then no item has it. Only the canonical
    /// decimal form names an integer id, so that one item has one address.
    pub fn parse(text: &str, kind: IdKind) -> Option<ItemId> {
        match kind {
            IdKind::Integer => {
                let canonical = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
                let value = text.parse().ok().filter(|v| *v <= MAX_ID_INT)?;
                canonical.then_some(ItemId::Int(value))
            }
            IdKind::String => (1..=MAX_ID_BYTES)
                .contains(&text.len())
                .then(|| ItemId::Str(text.into())),
        }
    }

    /// The id as a pack whose ids are of `kind` has it: an integer by its text, and a canonical decimal text by its integer. For what
    /// comes from a page, a command line or a spreadsheet has one kind or the other by chance.
    ///
    /// `None` if it can't be an id of that kind, or is beyond the format's limits: then no item has it.
    pub fn of_kind(&self, kind: IdKind) -> Option<Cow<'_, ItemId>> {
        match (self, kind) {
            (ItemId::Int(_), IdKind::Integer) | (ItemId::Str(_), IdKind::String) => {
                self.is_valid().then_some(Cow::Borrowed(self))
            }
            (ItemId::Str(text), IdKind::Integer) => ItemId::parse(text, kind).map(Cow::Owned),
            (ItemId::Int(number), IdKind::String) => Some(Cow::Owned(ItemId::Str(number.to_string()))),
        }
    }

    /// Whether the id is integer or string.
    pub fn kind(&self) -> IdKind {
        match self {
            ItemId::Int(_) => IdKind::Integer,
            ItemId::Str(_) => IdKind::String,
        }
    }

    /// Whether the id is within the format's limits.
    pub fn is_valid(&self) -> bool {
        match self {
            ItemId::Int(v) => *v <= MAX_ID_INT,
            ItemId::Str(s) => (1..=MAX_ID_BYTES).contains(&s.len()),
        }
    }

    /// XXH3-64 of the id: of the 8 little-endian bytes of an integer, of the UTF-8 of a string.
    /// The tables of a pack find an item's shard by it.
    pub fn hash64(&self) -> u64 {
        match self {
            ItemId::Int(v) => xxhash_rust::xxh3::xxh3_64(&v.to_le_bytes()),
            ItemId::Str(s) => xxhash_rust::xxh3::xxh3_64(s.as_bytes()),
        }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ItemId::Int(v) => v.fmt(f),
            ItemId::Str(s) => s.fmt(f),
        }
    }
}

/// An item's row: its place in the pack's order, which is by popularity and then by id.
///
/// Rankings break ties by it, so of two equal scores the better-known item comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemIx(pub u32);

impl ItemIx {
    /// The row as an index.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form_in_a_pack_whichever_it_comes_in() {
        let text = |text: &str| ItemId::Str(text.into());
        let of = |id: &ItemId, kind| id.of_kind(kind).map(Cow::into_owned);
        assert_eq!(of(&text("82"), IdKind::Integer), Some(ItemId::Int(82)));
        assert_eq!(of(&ItemId::Int(82), IdKind::String), Some(text("82")));
        assert_eq!(of(&text("tt1"), IdKind::String), Some(text("tt1")));
        for none in ["082", "+82", "82.0", "", "tt1", "9007199254740992"] {
            assert_eq!(of(&text(none), IdKind::Integer), None, "{none}");
        }
        assert_eq!(of(&ItemId::Int(MAX_ID_INT + 1), IdKind::Integer), None);
        assert_eq!(of(&text(&"x".repeat(129)), IdKind::String), None);
    }
}
