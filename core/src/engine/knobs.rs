//! What any question may ask for beside whom or what it is about: what the surfaces have in common.

use alloc::string::String;

use super::{Filter, Query, Rerank, VariantName};
use crate::ids::ItemId;

/// The knobs of a [`Query`] that every surface has under one name; each knob's ends, range and default stand there.
///
/// ```
/// use aftershow_core::{Filter, Knobs, Query};
///
/// let knobs = Knobs { filter: Some(Filter::any_of("genre", ["Drama"])), reasons: Some(true), ..Knobs::default() };
/// let mut query = Query::popular();
/// knobs.put(&mut query);
/// assert!(query.reasons && !query.filter.is_everything());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
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
    pub variant: Option<VariantName>,
    /// Another variant `experiment:variant`, whose items are interleaved. Default none. See [`Query::against`].
    pub against: Option<VariantName>,
    /// Any stable text that tells visitors apart, whose variant of the pack's first experiment it is then. Default none. See
    /// [`Query::visitor`].
    pub visitor: Option<String>,
}

impl Knobs {
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
        query.against.clone_from(&self.against);
        query.visitor.clone_from(&self.visitor);
    }
}
