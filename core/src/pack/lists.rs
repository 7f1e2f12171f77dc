//! Neighbour lists: rows of item numbers, bit-packed, best first. Scores are not stored: the kernel
//! gives them again from the features, so a list can't disagree with a scan.

use alloc::vec::Vec;

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_ITEMS, MAX_TOP_N, section},
};
use crate::error::OpenError;

/// Neighbour lists, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Lists<'a> {
    lists: usize,
    length: usize,
    width: usize,
    bits: &'a [u8],
}

impl<'a> Lists<'a> {
    /// Finds the sections and checks that the bits are as many as the shape asks for.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] or [`OpenError::Value`].
    pub fn open(part: &'a Container) -> Result<Lists<'a>, OpenError> {
        let shape: Ints<'_> = part.ints(section::LIST_SHAPE, "shape of the neighbour lists")?;
        shape.check_len(3, "shape of the neighbour lists")?;
        let bits = part.bytes(section::LIST_BITS, "neighbour lists")?;
        let lists = Lists {
            lists: shape.index(0),
            length: shape.index(1),
            width: shape.index(2),
            bits,
        };
        let possible = lists.lists <= MAX_ITEMS && lists.length <= MAX_TOP_N && (1..=32).contains(&lists.width);
        // At most 2^28 · 1000 · 32 bits: no overflow in 64 bits.
        if !possible || bytes_for(lists.lists, lists.length, lists.width) != bits.len() as u64 {
            return Err(OpenError::Value {
                what: "shape of the neighbour lists",
            });
        }
        Ok(lists)
    }

    /// Checks that there are `lists` lists, that every entry is one of `items` items or "none", that
    /// nothing follows a "none", and that no list names an item twice or its own.
    ///
    /// # Errors
    /// [`OpenError::Value`].
    pub fn check(&self, lists: usize, items: usize) -> Result<(), OpenError> {
        if self.lists != lists {
            return Err(OpenError::Value {
                what: "number of neighbour lists",
            });
        }
        // The list that last named each item.
        let mut named_by = alloc::vec![u32::MAX; items];
        for list in 0..self.lists {
            let mut ended = false;
            if let Some(own) = named_by.get_mut(list) {
                *own = list as u32;
            }
            for place in 0..self.length {
                let value = self.raw(list, place);
                let none = value == self.none();
                if (!none && (ended || value as usize >= items)) || (none && (self.none() as usize) < items) {
                    return Err(OpenError::Value { what: "neighbour" });
                }
                ended |= none;
                if !none && core::mem::replace(&mut named_by[value as usize], list as u32) == list as u32 {
                    return Err(OpenError::Value {
                        what: "neighbour named twice",
                    });
                }
            }
        }
        Ok(())
    }

    /// Number of lists.
    pub fn len(&self) -> usize {
        self.lists
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lists == 0
    }

    /// Entries that a list has room for.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The neighbours of list `list`, best first.
    pub fn get(&self, list: usize) -> impl Iterator<Item = u32> + '_ {
        let places = if list < self.lists { self.length } else { 0 };
        (0..places)
            .map(move |place| self.raw(list, place))
            .take_while(|value| *value != self.none())
    }

    fn none(&self) -> u32 {
        ((1u64 << self.width) - 1) as u32
    }

    fn raw(&self, list: usize, place: usize) -> u32 {
        // In 64 bits: a usize of wasm counts no more than 512 MiB of bits.
        let bit = (list as u64 * self.length as u64 + place as u64) * self.width as u64;
        let mut window = [0; 8];
        let bytes = self.bits.get((bit / 8) as usize..).unwrap_or_default();
        let have = bytes.len().min(8);
        window[..have].copy_from_slice(&bytes[..have]);
        (u64::from_le_bytes(window) >> (bit % 8)) as u32 & self.none()
    }
}

fn bytes_for(lists: usize, length: usize, width: usize) -> u64 {
    (lists as u64 * length as u64 * width as u64).div_ceil(8)
}

/// Writes the sections that [`Lists`] reads: each list at most `length` of the numbers below `items`.
pub fn write(out: &mut Writer, lists: &[Vec<u32>], length: usize, items: usize) {
    // One more value than items: all ones stands for "none".
    let width = (usize::BITS - items.leading_zeros()).max(1) as usize;
    let none = ((1u64 << width) - 1) as u32;
    let mut bits = alloc::vec![0u8; bytes_for(lists.len(), length, width) as usize];
    for (i, list) in lists.iter().enumerate() {
        for place in 0..length {
            let value = u64::from(list.get(place).copied().unwrap_or(none));
            let bit = (i * length + place) * width;
            for (byte, piece) in bits[bit / 8..].iter_mut().zip((value << (bit % 8)).to_le_bytes()) {
                *byte |= piece;
            }
        }
    }
    out.ints(section::LIST_SHAPE, &[lists.len() as u64, length as u64, width as u64]);
    out.bytes(section::LIST_BITS, bits);
}
