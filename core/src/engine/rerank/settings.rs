//! What can be asked of the order, and what of it a pack understands.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::super::{filter::Filterable, ranges};
use crate::{
    error::QueryError,
    ids::{ItemId, ItemIx},
    kernel::Mask,
    pack::items::Attribute,
};

/// How the best items are put in order for a viewer. Default: nothing of it, which is the plain order by score.
///
/// What is left out stays as the pack has it; a pack's own values stand in its manifest, for similar items and for
/// recommendations. What is popular has no values of a pack's own. See the [stages](super).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Rerank {
    /// How much items should differ from those before them, 0 to 1, by the engine's own content similarity: MMR (Carbonell &
    /// Goldstein 1998). At 0 only the score counts; at 1, once the first is chosen, only unlikeness. Default: the pack's
    /// own, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diversity: Option<f32>,
    /// How closely the genres of the list should follow those of the person's history, or of the item that others are to be
    /// like, 0 to 1: Steck 2018. At 0 not at all; at 1 only that counts. Of nobody's taste nothing follows. Default: the
    /// pack's own, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<f32>,
    /// How much newer items should come before older ones, 0 to 1. At 0 not at all; at 1 a score counts half for every
    /// 10 years that an item is older than the newest of the pack. An item without a year counts as very old. Default: the
    /// pack's own, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness: Option<f32>,
    /// How much what is popular anyway should step back, 0 to 1: a score counts `1 − damping · popularity`. At 0 not at all; at 1
    /// the most popular item counts nothing, and one of half its popularity half. Default: the pack's own, else 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub popularity_damping: Option<f32>,
    /// At most so many items, 1 to 200, of each value of an attribute; at most 10 caps. It holds among the best 200, pins included;
    /// items beyond it follow behind them. Default: the pack's own, else none.
    #[cfg_attr(feature = "schema", schemars(length(max = Rerank::MAX_CAPS)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caps: Option<Vec<Cap>>,
    /// Items whose score counts so many times as much, 0 to 100; at most 1000. It moves no item from what is only popular to what is
    /// personal. Default: none.
    #[cfg_attr(feature = "schema", schemars(length(max = Rerank::MAX_IDS)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boosts: Option<Vec<Boost>>,
    /// Items that come first, in this order, whatever their score, at most 100. What the filter or the history leaves
    /// out is not shown for being pinned. Default: none.
    #[cfg_attr(feature = "schema", schemars(length(max = Rerank::MAX_PINS)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pins: Option<Vec<ItemId>>,
    /// Items that come last, at most 1000. A pin counts for more. Default: none.
    #[cfg_attr(feature = "schema", schemars(length(max = Rerank::MAX_IDS)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bury: Option<Vec<ItemId>>,
}

/// At most so many items of each value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The attribute's name, such as `genre`, `platform` or `franchise`.
    pub attribute: String,
    /// How many, 1 to 200. An item with several values counts for each.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 200)))]
    pub at_most: u32,
}

/// An item whose score counts more or less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// The item.
    pub id: ItemId,
    /// What its score is multiplied by, 0 to 100. At 0 it counts nothing; at 1 as much as ever. Of several for one item the
    /// first counts.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub factor: f32,
}

impl Rerank {
    /// Most caps.
    pub const MAX_CAPS: usize = 10;
    /// Most pins.
    pub const MAX_PINS: usize = 100;
    /// Most boosts, and most items to bury.
    pub const MAX_IDS: usize = 1_000;

    /// These values over `base`.
    #[must_use]
    pub fn over(&self, base: &Rerank) -> Rerank {
        fn or<T: Clone>(own: &Option<T>, base: &Option<T>) -> Option<T> {
            own.as_ref().or(base.as_ref()).cloned()
        }
        Rerank {
            diversity: self.diversity.or(base.diversity),
            calibration: self.calibration.or(base.calibration),
            freshness: self.freshness.or(base.freshness),
            popularity_damping: self.popularity_damping.or(base.popularity_damping),
            caps: or(&self.caps, &base.caps),
            boosts: or(&self.boosts, &base.boosts),
            pins: or(&self.pins, &base.pins),
            bury: or(&self.bury, &base.bury),
        }
    }

    /// Whether it leaves every order as it is.
    pub fn is_neutral(&self) -> bool {
        fn none<T>(list: &Option<Vec<T>>) -> bool {
            list.as_ref().is_none_or(Vec::is_empty)
        }
        let shares = [
            self.diversity,
            self.calibration,
            self.freshness,
            self.popularity_damping,
        ];
        let zero = |share: &Option<f32>| share.is_none_or(|share| share <= 0.0);
        let lists = none(&self.caps) && none(&self.boosts) && none(&self.pins) && none(&self.bury);
        shares.iter().all(zero) && lists
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Rerank::default()
    }

    /// Whether it names items: that is for queries, and nothing that a pack has of its own.
    pub fn names_items(&self) -> bool {
        self.boosts.is_some() || self.pins.is_some() || self.bury.is_some()
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        let ensure = |right: bool, name, expected| {
            if right {
                Ok(())
            } else {
                Err(QueryError::InvalidParameter { name, expected })
            }
        };
        ranges::DIVERSITY.check(self.diversity)?;
        ranges::CALIBRATION.check(self.calibration)?;
        ranges::FRESHNESS.check(self.freshness)?;
        ranges::POPULARITY_DAMPING.check(self.popularity_damping)?;
        let caps = self.caps.as_deref().unwrap_or_default();
        ensure(caps.len() <= Rerank::MAX_CAPS, "caps", "at most 10")?;
        let right = |cap: &Cap| (1..=super::POOL as u32).contains(&cap.at_most);
        ensure(
            caps.iter().all(right),
            "caps",
            "of at most a whole number from 1 to 200",
        )?;
        let boosts = self.boosts.as_deref().unwrap_or_default();
        ensure(boosts.len() <= Rerank::MAX_IDS, "boosts", "of at most 1000 items")?;
        let right = |boost: &Boost| (0.0..=100.0).contains(&boost.factor);
        ensure(boosts.iter().all(right), "boosts", "by a number from 0 to 100 each")?;
        let count = |ids: &Option<Vec<ItemId>>| ids.as_ref().map_or(0, Vec::len);
        ensure(count(&self.pins) <= Rerank::MAX_PINS, "pins", "at most 100 items")?;
        ensure(count(&self.bury) <= Rerank::MAX_IDS, "bury", "at most 1000 items")
    }
}

/// What is asked of the order, in rows of the pack.
#[derive(Debug, Default)]
pub(in crate::engine) struct Reranking<'v> {
    pub diversity: f32,
    pub calibration: f32,
    pub freshness: f32,
    pub damping: f32,
    pub caps: Vec<(&'v Attribute<'v>, u32)>,
    /// Ascending by row, each item once.
    pub boosts: Vec<(ItemIx, f32)>,
    /// Each item once; all of them may be answers.
    pub pins: Vec<ItemIx>,
    /// Each item once, without the pins; all of them may be answers.
    pub buried: Vec<ItemIx>,
    /// How many ids name items that the pack lacks.
    pub unknown: usize,
}

impl<'v> Reranking<'v> {
    /// `among`: the items that may be answers; the pinned and the buried are taken out of it.
    ///
    /// # Errors
    /// [`QueryError::UnknownName`] for a cap on an attribute that the pack lacks.
    pub fn of(rerank: &Rerank, names: Filterable<'v>, among: &mut Mask) -> Result<Reranking<'v>, QueryError> {
        let mut unknown = 0;
        let mut find = |id: &ItemId| {
            let item = names.items.find(id);
            unknown += usize::from(item.is_none());
            item
        };
        let mut boosts: Vec<(ItemIx, f32)> = Vec::new();
        for boost in rerank.boosts.iter().flatten() {
            let Some(item) = find(&boost.id) else { continue };
            if let Err(place) = boosts.binary_search_by_key(&item, |(item, _)| *item) {
                boosts.insert(place, (item, boost.factor));
            }
        }
        let mut apart = |ids: &Option<Vec<ItemId>>| {
            let mut rows = Vec::new();
            for item in ids.iter().flatten().filter_map(&mut find) {
                if among.has(item) {
                    among.remove(item);
                    rows.push(item);
                }
            }
            rows
        };
        let (pins, buried) = (apart(&rerank.pins), apart(&rerank.bury));
        let cap = |cap: &Cap| Ok((names.attribute(&cap.attribute)?, cap.at_most));
        Ok(Reranking {
            diversity: rerank.diversity.unwrap_or(0.0),
            calibration: rerank.calibration.unwrap_or(0.0),
            freshness: rerank.freshness.unwrap_or(0.0),
            damping: rerank.popularity_damping.unwrap_or(0.0),
            caps: rerank.caps.iter().flatten().map(cap).collect::<Result<_, _>>()?,
            boosts,
            pins,
            buried,
            unknown,
        })
    }

    /// Whether items are ranked by something else than their score.
    pub fn adjusts(&self) -> bool {
        self.freshness > 0.0 || self.damping > 0.0 || !self.boosts.is_empty()
    }

    /// Whether a pool gets a new order.
    pub fn chooses(&self) -> bool {
        self.diversity > 0.0 || self.calibration > 0.0 || !self.caps.is_empty()
    }

    /// What an item's score is multiplied by for being boosted.
    pub fn boost(&self, item: ItemIx) -> f32 {
        let place = self.boosts.binary_search_by_key(&item, |(item, _)| *item);
        place
            .ok()
            .and_then(|place| self.boosts.get(place))
            .map_or(1.0, |(_, factor)| *factor)
    }
}
