//! Explain: why an item stands where it stands, from the very parts that ranked it.
//!
//! The shares of an item's reasons sum to 1 and are in proportion to what each part gave to the score. What was disliked and what
//! freshness and damping take away lower a score as a whole, and the shares of what is left stay as they are; a boost
//! above 1 has the share that it adds.

mod personal;
mod similar;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde::Serialize;

pub(super) use personal::Explained;
pub(super) use similar::of_similar;

use super::rerank::Reranking;
use crate::ids::{ItemId, ItemIx};

/// Most items, genres, terms or values that a reason names.
pub const NAMED: usize = 3;

/// One reason for an item's place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// What kind of reason.
    pub kind: ReasonKind,
    /// For [`ReasonKind::Attribute`] and [`ReasonKind::People`]: which attribute, such as `platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The items that the reason names, the strongest first, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<ItemId>,
    /// The names of those items; else the genres, terms, values or years, the strongest first, at most three. Of an item that
    /// came from a lazy shard terms are not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// How much of what the item is ranked by it gave, 0 to 1, to six decimals. An item's shares sum to 1. A pin has the share
    /// 0 beside other reasons: it gives a place and no score.
    pub share: f64,
    /// For [`ReasonKind::History`]: what each of `ids` gave to the sum of the collaborative model, before it is scaled: its
    /// weight times the model's entry for the two items. Without the item the sum is lower by exactly that, up to the model's
    /// rounding, if the model is linear; of a ridge model the parts sum to the score too, but without one the others count otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<f64>,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// People who chose these items of the history chose it too.
    History,
    /// It has genres of what the person likes, or of the item asked about.
    Genres,
    /// It has genres that the person prefers.
    PreferredGenres,
    /// It has a value of an attribute in common: platform, type, language ….
    Attribute,
    /// The same of an attribute that holds people: `people`, `cast`, `actors`, `directors`, `writers` or `creators`.
    People,
    /// Its text has these terms in common.
    Terms,
    /// It is of about the same years.
    Year,
    /// It is like the item that is being watched.
    Watching,
    /// It is popular, and nothing more is known.
    Popular,
    /// The caller said that it counts more.
    Boost,
    /// The caller put it in front.
    Pinned,
    /// The caller brought its score.
    Given,
}

impl ReasonKind {
    /// The kinds, in the order of their declaration.
    pub const ALL: [ReasonKind; 12] = [
        ReasonKind::History,
        ReasonKind::Genres,
        ReasonKind::PreferredGenres,
        ReasonKind::Attribute,
        ReasonKind::People,
        ReasonKind::Terms,
        ReasonKind::Year,
        ReasonKind::Watching,
        ReasonKind::Popular,
        ReasonKind::Boost,
        ReasonKind::Pinned,
        ReasonKind::Given,
    ];

    /// The name of the kind, as JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            ReasonKind::History => "history",
            ReasonKind::Genres => "genres",
            ReasonKind::PreferredGenres => "preferred_genres",
            ReasonKind::Attribute => "attribute",
            ReasonKind::People => "people",
            ReasonKind::Terms => "terms",
            ReasonKind::Year => "year",
            ReasonKind::Watching => "watching",
            ReasonKind::Popular => "popular",
            ReasonKind::Boost => "boost",
            ReasonKind::Pinned => "pinned",
            ReasonKind::Given => "given",
        }
    }
}

impl Reason {
    fn of(kind: ReasonKind, share: f32) -> Reason {
        Reason {
            kind,
            attribute: None,
            ids: Vec::new(),
            names: Vec::new(),
            share: share.into(),
            contributions: Vec::new(),
        }
    }

    /// With the names of the largest weights.
    fn of_strongest(kind: ReasonKind, share: f32, all: &mut dyn Iterator<Item = (f32, &str)>) -> Reason {
        Reason::named(kind, share, &mut strongest(all).into_iter().map(|(_, name)| name))
    }

    fn named(kind: ReasonKind, share: f32, names: &mut dyn Iterator<Item = &str>) -> Reason {
        Reason {
            names: names.take(NAMED).map(str::to_owned).collect(),
            ..Reason::of(kind, share)
        }
    }

    fn on_attribute(attribute: &str, share: f32, names: &mut dyn Iterator<Item = &str>) -> Reason {
        const PEOPLE: [&str; 6] = ["people", "cast", "actors", "directors", "writers", "creators"];
        let kind = if PEOPLE.contains(&attribute) {
            ReasonKind::People
        } else {
            ReasonKind::Attribute
        };
        Reason {
            attribute: Some(attribute.to_owned()),
            ..Reason::named(kind, share, names)
        }
    }
}

/// The reasons of an item that has but one for its score.
pub(super) fn only(kind: ReasonKind, item: ItemIx, reranking: &Reranking<'_>) -> Vec<Reason> {
    shared_out(alloc::vec![Reason::of(kind, 1.0)], item, reranking)
}

/// The reasons of one item from the weights that its parts have: without empty ones, scaled to sum 1, the largest first; with
/// what the caller did to the item.
fn shared_out(mut reasons: Vec<Reason>, item: ItemIx, reranking: &Reranking<'_>) -> Vec<Reason> {
    reasons.retain(|reason| reason.share > 0.0);
    if reasons.is_empty() {
        let pinned = reranking.pins.contains(&item);
        let kind = if pinned {
            ReasonKind::Pinned
        } else {
            ReasonKind::Popular
        };
        reasons.push(Reason::of(kind, 1.0));
        return reasons;
    }
    let sum: f64 = reasons.iter().map(|reason| reason.share).sum();
    let boost = f64::from(reranking.boost(item));
    let (left, added) = if boost > 1.0 {
        (1.0 / boost, 1.0 - 1.0 / boost)
    } else {
        (1.0, 0.0)
    };
    reasons.iter_mut().for_each(|reason| reason.share *= left / sum);
    if added > 0.0 {
        let mut reason = Reason::of(ReasonKind::Boost, 0.0);
        reason.share = added;
        reasons.push(reason);
    }
    // By insertion, as there are few; of equal shares the first kind stays first.
    for end in 1..reasons.len() {
        let mut at = end;
        while at > 0 && reasons[at - 1].share < reasons[at].share {
            reasons.swap(at - 1, at);
            at -= 1;
        }
    }
    // What rounding leaves over goes to the largest, so that the shares sum to 1 as they are shown.
    let mut left = 1.0;
    for reason in &mut reasons {
        reason.share = rounded(reason.share);
        left -= reason.share;
    }
    if let Some(first) = reasons.first_mut() {
        first.share = rounded(first.share + left);
    }
    if reranking.pins.contains(&item) {
        reasons.insert(0, Reason::of(ReasonKind::Pinned, 0.0));
    }
    reasons
}

/// To six decimals.
fn rounded(share: f64) -> f64 {
    (share * 1e6 + 0.5) as u64 as f64 / 1e6
}

/// The strongest of names with weights, the strongest first and of equal ones the first.
fn strongest<'n>(all: &mut dyn Iterator<Item = (f32, &'n str)>) -> Vec<(f32, &'n str)> {
    let mut kept: Vec<(f32, &str)> = Vec::with_capacity(NAMED + 1);
    for (weight, name) in all.filter(|(weight, _)| *weight > 0.0) {
        let place = kept.partition_point(|(other, _)| *other >= weight);
        if place < NAMED {
            kept.insert(place, (weight, name));
            kept.truncate(NAMED);
        }
    }
    kept
}
