//! Caps: at most so many items of each value of an attribute.

use alloc::{vec, vec::Vec};

use crate::{ids::ItemIx, pack::items::Attribute};

/// How many items of each value are chosen.
pub(super) struct Caps<'v> {
    attributes: Vec<Counts<'v>>,
}

struct Counts<'v> {
    attribute: &'v Attribute<'v>,
    at_most: u32,
    of_value: Vec<u32>,
}

impl<'v> Caps<'v> {
    pub fn new(caps: &[(&'v Attribute<'v>, u32)]) -> Caps<'v> {
        let counts = |(attribute, at_most): &(&'v Attribute<'v>, u32)| Counts {
            attribute,
            at_most: *at_most,
            of_value: vec![0; attribute.values.len()],
        };
        Caps {
            attributes: caps.iter().map(counts).collect(),
        }
    }

    /// Whether an item would be one too many.
    pub fn refuse(&self, item: ItemIx) -> bool {
        self.attributes.iter().any(|counts| {
            let full = |value| counts.of_value.get(value).is_some_and(|count| *count >= counts.at_most);
            values(counts.attribute, item).any(full)
        })
    }

    /// Counts an item that is chosen.
    pub fn count(&mut self, item: ItemIx) {
        for counts in &mut self.attributes {
            for value in values(counts.attribute, item) {
                if let Some(count) = counts.of_value.get_mut(value) {
                    *count += 1;
                }
            }
        }
    }
}

fn values(attribute: &Attribute<'_>, item: ItemIx) -> impl Iterator<Item = usize> {
    attribute.set(attribute.set_of_item.index(item.at()))
}
