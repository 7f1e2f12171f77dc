//! Experiments: named variants of what a query has by default, and who gets which.
//!
//! Nothing is stored: a visitor's variant follows from the experiment's name and the visitor's id, so every
//! host gives the same visitor the same variant, and two experiments divide people independently.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Rerank,
    weights::{Blend, BlendPatch, Weights, WeightsPatch},
};
use crate::{error::QueryError, ids::MAX_ID_BYTES};

/// An experiment: its variants divide the visitors among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)] // a misspelt knob would compare a variant with itself
pub struct Experiment {
    /// Name, 1 to 64 bytes, without a colon. Another name divides people anew.
    pub name: String,
    /// The variants, 1 to 20, no two of one name. Their order and shares decide who gets which.
    pub variants: Vec<Variant>,
}

/// A variant of what queries have by default. What it leaves out is as the pack has it; what a query asks for itself counts for
/// more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Name, 1 to 64 bytes.
    pub name: String,
    /// Share of the visitors, 0 to 1. Those of an experiment sum to 1. At 0 nobody gets it who does not ask for it by name.
    pub share: f32,
    /// Weights of the four content similarities.
    #[serde(default, skip_serializing_if = "WeightsPatch::is_empty")]
    pub weights: WeightsPatch,
    /// Weights of the two sides of a recommendation.
    #[serde(default, skip_serializing_if = "BlendPatch::is_empty")]
    pub blend: BlendPatch,
    /// How the best are put in order.
    #[serde(default, skip_serializing_if = "Rerank::is_empty")]
    pub rerank: Rerank,
    /// The pack's model of this name instead of its first, in recommendations to a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// A variant by name: of a query, and of the answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VariantName {
    /// The experiment's name.
    pub experiment: String,
    /// The variant's name.
    pub variant: String,
}

impl Experiment {
    /// Most experiments of a pack, and most variants of one.
    pub const MAX: usize = 20;
    /// Longest name, in bytes.
    pub const MAX_NAME: usize = 64;

    /// The variant of a visitor, by any stable text that tells visitors apart; `None` only if there are no variants.
    ///
    /// The XXH3-64 of the experiment's name, a zero byte and the visitor's id is a place from 0 to 1, on which the
    /// variants lie one after the other, each as wide as its share.
    pub fn assign(&self, visitor: &str) -> Option<&Variant> {
        let key = [self.name.as_bytes(), &[0], visitor.as_bytes()].concat();
        // 53 bits are exact in a float.
        let place = (xxh3_64(&key) >> 11) as f64 / (1u64 << 53) as f64;
        let total: f64 = self.variants.iter().map(|variant| f64::from(variant.share)).sum();
        let mut end = 0.0;
        let found = self.variants.iter().find(|variant| {
            end += f64::from(variant.share);
            place * total < end
        });
        found.or_else(|| self.variants.last())
    }

    /// Checks names, shares and ranges. `weights` and `blend`: the pack's own, over which the variants' are.
    ///
    /// # Errors
    /// What is wrong, as text.
    pub fn check(&self, weights: Weights, blend: Blend) -> Result<(), &'static str> {
        let right = |name: &str| (1..=Experiment::MAX_NAME).contains(&name.len());
        if !right(&self.name) || !self.variants.iter().all(|variant| right(&variant.name)) {
            return Err("a name of an experiment or variant is not 1 to 64 bytes long");
        }
        if self.name.contains(':') {
            return Err("the name of an experiment holds a colon");
        }
        if !(1..=Experiment::MAX).contains(&self.variants.len()) {
            return Err("an experiment does not have 1 to 20 variants");
        }
        let shares = self.variants.iter().map(|variant| variant.share);
        let total: f32 = shares.clone().sum();
        if !shares.clone().all(|share| (0.0..=1.0).contains(&share)) || (total - 1.0).abs() > 1e-3 {
            return Err("the shares of an experiment's variants are not between 0 and 1 or do not sum to 1");
        }
        for (at, variant) in self.variants.iter().enumerate() {
            if self.variants.iter().take(at).any(|other| other.name == variant.name) {
                return Err("two variants of an experiment have one name");
            }
            let ranges = variant.weights.over(weights).map(|_| ());
            let ranges = ranges.and(variant.blend.over(blend).map(|_| ()));
            if ranges.and(variant.rerank.check()).is_err() {
                return Err("a value of a variant is out of its range, or leaves no weight above 0");
            }
            if variant.rerank.names_items() {
                return Err("a variant boosts, pins or buries items: that is for queries");
            }
        }
        Ok(())
    }
}

impl VariantName {
    /// Reads `experiment:variant`; the experiment's name ends at the first colon.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] for a text without a colon.
    pub fn parse(text: &str) -> Result<VariantName, QueryError> {
        let (experiment, variant) = text.split_once(':').ok_or_else(invalid)?;
        Ok(VariantName {
            experiment: experiment.into(),
            variant: variant.into(),
        })
    }

    /// Checks the length of the names.
    pub(super) fn check(&self) -> Result<(), QueryError> {
        match self.experiment.len().max(self.variant.len()) <= MAX_ID_BYTES {
            true => Ok(()),
            false => Err(invalid()),
        }
    }
}

fn invalid() -> QueryError {
    QueryError::InvalidParameter {
        name: "variant",
        expected: "the names of an experiment and a variant of the pack with a colon between them",
    }
}

/// Whose list an item of an interleaved one was drafted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Team {
    /// The first list: that of `variant`.
    A,
    /// The second list: that of `against`.
    B,
}

/// Two rankings as one, by team-draft (Radlinski, Kurup & Joachims 2008): of each item its place in a list, and which: that one gets
/// the credit if somebody chooses it. Over many visits the list with more credits is the better one.
///
/// In each round the two teams draft the best item that the list has not yet, the one that a coin names
/// first. It ends where one of the rankings has nothing left to draft. `seed` throws the coins: take another for each visit,
/// such as a hash of the visitor and the time, and the same one to give the same list again.
///
/// Cost: the product of the two lengths; both are pages.
pub fn interleave<T: PartialEq>(a: &[T], b: &[T], seed: u64) -> Vec<(usize, Team)> {
    let mut list: Vec<(usize, Team)> = Vec::with_capacity(a.len() + b.len());
    let mut coins = seed;
    let (mut next_a, mut next_b) = (0, 0);
    // How many more items A has drafted than B: never more than 1 either way.
    let mut lead = 0i32;
    loop {
        let drafted = |item: &T| {
            list.iter().any(|(place, team)| match team {
                Team::A => a.get(*place) == Some(item),
                Team::B => b.get(*place) == Some(item),
            })
        };
        next_a += a.iter().skip(next_a).take_while(|item| drafted(item)).count();
        next_b += b.iter().skip(next_b).take_while(|item| drafted(item)).count();
        if next_a >= a.len() || next_b >= b.len() {
            return list;
        }
        if lead < 0 || (lead == 0 && coin(&mut coins)) {
            list.push((next_a, Team::A));
            lead += 1;
        } else {
            list.push((next_b, Team::B));
            lead -= 1;
        }
    }
}

/// A bit of SplitMix64, whose state is a counter.
fn coin(state: &mut u64) -> bool {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) >> 63 > 0
}
