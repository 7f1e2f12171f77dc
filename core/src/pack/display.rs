//! What is shown and not scored: names, runtimes, ratings, addresses.
//!
//! Addresses of one catalogue share their beginnings, so each is a number in a short dictionary of
//! beginnings (up to a `/`) and the rest of its own.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_SHOWN, section},
    strings::{self, Strings},
};
use crate::{error::OpenError, ids::ItemIx};

/// Display data, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Display<'a> {
    names: Strings<'a>,
    /// Minutes; 0 is unknown.
    runtimes: Ints<'a>,
    /// Ten times the rating, plus 1; 0 is unknown.
    ratings: Ints<'a>,
    images: Addresses<'a>,
    urls: Addresses<'a>,
}

#[derive(Clone, Copy, Debug)]
struct Addresses<'a> {
    prefixes: Strings<'a>,
    prefix_of_item: Ints<'a>,
    rests: Strings<'a>,
}

/// The five sections of addresses, in the order: prefix ends, prefix bytes, prefix of item, rest
/// ends, rest bytes.
const IMAGES: [u16; 5] = [
    section::IMAGE_PREFIX_ENDS,
    section::IMAGE_PREFIX_BYTES,
    section::IMAGE_PREFIX_OF_ITEM,
    section::IMAGE_REST_ENDS,
    section::IMAGE_REST_BYTES,
];
const URLS: [u16; 5] = [
    section::URL_PREFIX_ENDS,
    section::URL_PREFIX_BYTES,
    section::URL_PREFIX_OF_ITEM,
    section::URL_REST_ENDS,
    section::URL_REST_BYTES,
];

impl<'a> Addresses<'a> {
    fn open(part: &'a Container, at: [u16; 5], what: &'static str) -> Result<Self, OpenError> {
        Ok(Addresses {
            prefixes: Strings::open(part, at[0], at[1], what)?,
            prefix_of_item: part.ints(at[2], what)?,
            rests: Strings::open(part, at[3], at[4], what)?,
        })
    }

    fn check(&self, items: usize, what: &'static str) -> Result<(), OpenError> {
        self.prefixes.check(what)?;
        self.rests.check(what)?;
        self.prefixes.check_longest(MAX_SHOWN, what)?;
        self.rests.check_longest(MAX_SHOWN, what)?;
        self.prefix_of_item.check_len(items, what)?;
        self.prefix_of_item.check_below(self.prefixes.len() as u64, what)?;
        if self.rests.len() == items {
            Ok(())
        } else {
            Err(OpenError::Value { what })
        }
    }

    fn get(&self, item: ItemIx) -> Option<String> {
        let prefix = self.prefixes.get(self.prefix_of_item.index(item.at()));
        let rest = self.rests.get(item.at());
        let mut address = String::with_capacity(prefix.len() + rest.len());
        address.push_str(prefix);
        address.push_str(rest);
        Some(address).filter(|address| !address.is_empty())
    }
}

impl<'a> Display<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Display<'a>, OpenError> {
        Ok(Display {
            names: Strings::open(part, section::NAME_ENDS, section::NAME_BYTES, "names")?,
            runtimes: part.ints(section::RUNTIMES, "runtimes")?,
            ratings: part.ints(section::RATINGS, "ratings")?,
            images: Addresses::open(part, IMAGES, "image addresses")?,
            urls: Addresses::open(part, URLS, "page addresses")?,
        })
    }

    /// Checks every value, for `items` items.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        self.names.check("names")?;
        self.names.check_longest(MAX_SHOWN, "names")?;
        if self.names.len() != items {
            return Err(OpenError::Value {
                what: "number of names",
            });
        }
        self.runtimes.check_len(items, "runtimes")?;
        self.runtimes.check_below(1 << 16, "runtime")?;
        self.ratings.check_len(items, "ratings")?;
        self.ratings.check_below(102, "rating")?;
        self.images.check(items, "image addresses")?;
        self.urls.check(items, "page addresses")
    }

    /// Name.
    pub fn name(&self, item: ItemIx) -> &'a str {
        self.names.get(item.at())
    }

    /// Minutes.
    pub fn runtime(&self, item: ItemIx) -> Option<u16> {
        Some(self.runtimes.at(item.at()) as u16).filter(|minutes| *minutes > 0)
    }

    /// Mean rating, 0 to 10, in steps of 0.1.
    pub fn rating(&self, item: ItemIx) -> Option<f64> {
        self.ratings
            .at(item.at())
            .checked_sub(1)
            .map(|tenths| tenths as f64 / 10.0)
    }

    /// Minutes of each item; 0 is unknown.
    pub fn runtimes(&self) -> &Ints<'a> {
        &self.runtimes
    }

    /// Ten times the rating of each item, plus 1; 0 is unknown.
    pub fn ratings(&self) -> &Ints<'a> {
        &self.ratings
    }

    /// Address of a picture.
    pub fn image(&self, item: ItemIx) -> Option<String> {
        self.images.get(item)
    }

    /// Address of the item's page.
    pub fn url(&self, item: ItemIx) -> Option<String> {
        self.urls.get(item)
    }
}

/// Display data to write: one entry an item in each.
#[derive(Clone, Debug, Default)]
pub struct DisplayData<'s> {
    /// Names.
    pub names: Vec<&'s str>,
    /// Minutes; 0 is unknown.
    pub runtimes: Vec<u16>,
    /// Ratings, 0 to 10, kept to one decimal.
    pub ratings: Vec<Option<f64>>,
    /// Addresses of pictures; empty is none.
    pub images: Vec<&'s str>,
    /// Addresses of pages; empty is none.
    pub urls: Vec<&'s str>,
}

/// Writes the sections that [`Display`] reads.
pub fn write(out: &mut Writer, data: &DisplayData<'_>) {
    strings::write(out, section::NAME_ENDS, section::NAME_BYTES, data.names.iter().copied());
    out.ints(
        section::RUNTIMES,
        &data.runtimes.iter().map(|m| u64::from(*m)).collect::<Vec<_>>(),
    );
    let tenths = |rating: &Option<f64>| rating.map_or(0, |r| 1 + (r.clamp(0.0, 10.0) * 10.0 + 0.5) as u64);
    out.ints(section::RATINGS, &data.ratings.iter().map(tenths).collect::<Vec<_>>());
    write_addresses(out, IMAGES, &data.images);
    write_addresses(out, URLS, &data.urls);
}

/// Fewest addresses that a beginning must serve to stand in the dictionary.
const SHARED_BY: usize = 4;

fn write_addresses(out: &mut Writer, at: [u16; 5], addresses: &[&str]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for address in addresses {
        for (slash, _) in address.match_indices('/') {
            *counts.entry(&address[..=slash]).or_default() += 1;
        }
    }
    let is_shared = |prefix: &str| prefix.len() <= MAX_SHOWN && counts.get(prefix).is_some_and(|n| *n >= SHARED_BY);
    let longest_shared = |address: &&str| {
        let mut ends = address.match_indices('/').map(|(slash, _)| slash + 1);
        ends.rfind(|end| is_shared(&address[..*end])).unwrap_or(0)
    };
    let cuts: Vec<usize> = addresses.iter().map(longest_shared).collect();
    let mut prefixes: Vec<&str> = addresses
        .iter()
        .zip(&cuts)
        .map(|(address, cut)| &address[..*cut])
        .collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let code = |(address, cut): (&&str, &usize)| prefixes.partition_point(|known| *known < &address[..*cut]) as u64;
    let codes: Vec<u64> = addresses.iter().zip(&cuts).map(code).collect();
    strings::write(out, at[0], at[1], prefixes.iter().copied());
    out.ints(at[2], &codes);
    strings::write(
        out,
        at[3],
        at[4],
        addresses.iter().zip(&cuts).map(|(address, cut)| &address[*cut..]),
    );
}
