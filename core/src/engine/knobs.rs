//! What any question may ask for beside whom or what it is about: one object, read from JSON alike on every surface.

use alloc::string::String;

use serde::{Deserialize, Deserializer, de};

use super::{Filter, Query, Rerank, VariantName};
use crate::ids::ItemId;

/// The knobs of a [`Query`] that every surface reads in one form; each knob's ends, range and default stand there.
///
/// ```
/// use aftershow_core::{Knobs, Query};
///
/// let knobs: Knobs = serde_json::from_str(r#"{"filter": {"genre": "Drama"}, "rerank": {"diversity": 0.3}}"#)?;
/// let mut query = Query::popular();
/// knobs.put(&mut query);
/// assert_eq!(query.rerank.diversity, Some(0.3));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// Which items may be answers. Default: all. See [`Query::filter`].
    pub filter: Option<Filter>,
    /// How the best are put in order for a viewer. Default: as the pack has it. See [`Query::rerank`].
    pub rerank: Option<Rerank>,
    /// An item that is being watched. Default none. See [`Query::watching`].
    pub watching: Option<ItemId>,
    /// How much likeness to it counts, 0 to 1. Default 0.5. See [`Query::watching_weight`].
    pub watching_weight: Option<f32>,
    /// Whether items say why they are there. Default no. See [`Query::reasons`].
    pub reasons: Option<bool>,
    /// `experiment:variant`, to force a variant. Default none. See [`Query::variant`].
    #[serde(deserialize_with = "variant")]
    pub variant: Option<VariantName>,
    /// Any stable text that tells visitors apart, whose variant of the pack's first experiment it is then. Default none. See
    /// [`Query::visitor`].
    pub visitor: Option<String>,
}

impl Knobs {
    /// Their names.
    pub const NAMES: [&str; 7] = [
        "filter",
        "rerank",
        "watching",
        "watching_weight",
        "reasons",
        "variant",
        "visitor",
    ];

    /// Puts what is asked for on a query.
    pub fn put(&self, query: &mut Query) {
        fn set<T: Clone>(place: &mut T, value: &Option<T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        set(&mut query.filter, &self.filter);
        set(&mut query.rerank, &self.rerank);
        query.watching.clone_from(&self.watching);
        set(&mut query.watching_weight, &self.watching_weight);
        set(&mut query.reasons, &self.reasons);
        query.variant.clone_from(&self.variant);
        query.visitor.clone_from(&self.visitor);
    }
}

impl VariantName {
    /// Reads `experiment:variant`; the experiment's name ends at the first colon.
    pub fn parse(text: &str) -> Option<VariantName> {
        let (experiment, variant) = text.split_once(':')?;
        Some(VariantName {
            experiment: experiment.into(),
            variant: variant.into(),
        })
    }
}

fn variant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<VariantName>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let named = |text: String| VariantName::parse(&text).ok_or_else(|| de::Error::custom(EXPECTED_VARIANT));
    text.map(named).transpose()
}

/// What a variant's name may be, for messages.
pub const EXPECTED_VARIANT: &str = "the names of an experiment and a variant with a colon between them";
