//! Tables: from an item's id to the shard that answers for it.
//!
//! An id belongs to table `hash % tables`. There the upper half of its hash stands beside the shard.
//! Two ids may share it; then both shards are candidates, and the shards themselves know their ids.

use alloc::vec::Vec;

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_EQUAL_HASHES, kind, section},
};
use crate::error::OpenError;

/// A table, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    hashes: Ints<'a>,
    shard_of: Ints<'a>,
    shards: Ints<'a>,
}

impl<'a> Table<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Table<'a>, OpenError> {
        Ok(Table {
            hashes: part.ints(section::TABLE_HASHES, "id hashes")?,
            shard_of: part.ints(section::TABLE_SHARD_OF, "shard of an id")?,
            shards: part.ints(section::TABLE_SHARDS, "shards")?,
        })
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check(&self) -> Result<(), OpenError> {
        self.shard_of.check_len(self.hashes.len(), "shard of an id")?;
        self.shard_of.check_below(self.shards.len() as u64, "shard of an id")?;
        self.hashes.check_below(1 << 32, "id hash")?;
        let most = MAX_EQUAL_HASHES;
        if (most..self.hashes.len()).any(|i| self.hashes.at(i - most) == self.hashes.at(i)) {
            return Err(OpenError::Value {
                what: "number of equal id hashes",
            });
        }
        let sorted = (1..self.hashes.len()).all(|i| self.hashes.at(i - 1) <= self.hashes.at(i));
        if sorted {
            Ok(())
        } else {
            Err(OpenError::Value {
                what: "order of id hashes",
            })
        }
    }

    /// The shards that may have the id with this hash: none, nearly always one.
    pub fn shards_of(&self, id_hash: u64) -> impl Iterator<Item = u64> + use<'a> {
        let this = *self;
        let wanted = id_hash >> 32;
        let (mut low, mut high) = (0, this.hashes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if this.hashes.at(middle) < wanted {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let equal = (low..this.hashes.len()).take_while(move |i| this.hashes.at(*i) == wanted);
        equal.map(move |i| this.shards.at(this.shard_of.index(i)))
    }
}

/// Writes a table: the full hash of each id that belongs to it, with the hash that names its shard.
///
/// # Errors
/// As [`Writer::finish`].
pub fn write(entries: &[(u64, u64)]) -> Result<Vec<u8>, OpenError> {
    let mut shards: Vec<u64> = entries.iter().map(|(_, shard)| *shard).collect();
    shards.sort_unstable();
    shards.dedup();
    let mut sorted: Vec<(u64, u64)> = entries
        .iter()
        .map(|(id, shard)| (id >> 32, shards.partition_point(|s| s < shard) as u64))
        .collect();
    sorted.sort_unstable();
    let mut out = Writer::new(kind::TABLE);
    out.ints(
        section::TABLE_HASHES,
        &sorted.iter().map(|(hash, _)| *hash).collect::<Vec<_>>(),
    );
    out.ints(
        section::TABLE_SHARD_OF,
        &sorted.iter().map(|(_, shard)| *shard).collect::<Vec<_>>(),
    );
    out.ints(section::TABLE_SHARDS, &shards);
    out.finish()
}
