//! Which items may be answers.
//!
//! A [`Filter`] is a small tree. Before anything is looked for it becomes a [`Mask`](crate::kernel::Mask) over the
//! rows of the pack, so what is looked for is the best among those that pass, and a page is full whenever so many
//! exist. Scores don't change: they are relative to the whole catalogue.

mod compile;
mod json;
mod names;

use alloc::{boxed::Box, string::String, vec::Vec};

pub(super) use compile::Filterable;
pub(super) use names::unknown_name;

use crate::{error::QueryError, ids::ItemId};

/// Which items may be answers. Default: all.
///
/// As JSON an object whose keys must all be met: `{"genre": ["Drama", "Crime"], "year": {"min": 1990}}`.
///
/// | JSON | lets pass |
/// |---|---|
/// | `{"all": [F, …]}` | what each of the filters lets pass; of none: everything |
/// | `{"any": [F, …]}` | what one of the filters lets pass; of none: nothing |
/// | `{"not": F}` | what the filter does not let pass |
/// | `{"genre": ["Drama", "Crime"]}`, `{"genre": "Drama"}` | items with any of the values; of none: nothing |
/// | `{"genre": {"all": ["Drama", "Crime"]}}` | items with all of the values; of none: everything |
/// | `{"year": {"min": 1990, "max": 1999}}` | the years, both ends included; either may be left out |
/// | `{"runtime": {"min": 20, "max": 60}}` | the minutes, likewise |
/// | `{"rating": {"min": 7.5}}` | a mean rating of at least that, 0 to 10 |
/// | `{"ids": [1, 2]}` | these items; of none: nothing. Ids that the pack lacks let nothing pass |
///
/// Every other key is an attribute of the pack: `genre`, `platform`, `type`, `language`, `country`, `certificate` …, by the
/// same rules. An attribute called like one of the words above can be asked for as
/// `{"attribute": {"name": "rating", "any": ["PG"]}}`.
///
/// Attributes and values are found as they are written, and if the pack has none of that spelling, in any case. A name
/// that the pack lacks is [`QueryError::UnknownName`], never an empty answer. An item that lacks the value, such as one
/// without a year, passes no filter on it, and passes the `not` of one.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use aftershow_core::Filter;
///
/// let kids: Filter = serde_json::from_str(r#"{"certificate": ["TV-Y", "TV-G"], "not": {"genre": "Horror"}}"#).unwrap();
/// assert!(kids.check().is_ok() && !kids.is_everything());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Items that pass all of these.
    All(Vec<Filter>),
    /// Items that pass any of these.
    Any(Vec<Filter>),
    /// Items that do not pass this.
    Not(Box<Filter>),
    /// Items with any of these values of an attribute.
    Attribute {
        /// The attribute's name.
        name: String,
        /// The values.
        any: Vec<String>,
    },
    /// Items with all of these values of an attribute.
    AttributeAll {
        /// The attribute's name.
        name: String,
        /// The values.
        all: Vec<String>,
    },
    /// Items of these years.
    Year(Span),
    /// Items that run so many minutes.
    Runtime(Span),
    /// Items rated so well.
    Rating {
        /// Least mean rating, 0 to 10. At 0 every item that has a rating; at 10 only those of the best.
        min: f32,
    },
    /// These items.
    Ids(Vec<ItemId>),
}

/// A range of whole numbers, both ends included. An end that is `None` is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Span {
    /// The least, 0 to 65535.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u16>,
    /// The largest, 0 to 65535. Below `min` nothing passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u16>,
}

impl Default for Filter {
    fn default() -> Filter {
        Filter::All(Vec::new())
    }
}

/// What a filter is made of, counted.
#[derive(Default)]
struct Size {
    /// Filters and names.
    nodes: usize,
    ids: usize,
}

impl Filter {
    /// How deep filters may stand in each other.
    pub const MAX_DEPTH: usize = 8;
    /// Most filters and names of values together.
    pub const MAX_NODES: usize = 1_000;
    /// Most ids together.
    pub const MAX_IDS: usize = 10_000;

    /// Items with any of these values of an attribute.
    pub fn any_of<S: Into<String>>(name: &str, values: impl IntoIterator<Item = S>) -> Filter {
        Filter::Attribute {
            name: name.into(),
            any: values.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether every item passes, whatever the pack.
    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::All(filters) if filters.iter().all(Filter::is_everything))
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] with the name `filter`.
    pub fn check(&self) -> Result<(), QueryError> {
        let mut size = Size::default();
        self.measure(Filter::MAX_DEPTH, &mut size)
    }

    fn measure(&self, depth: usize, size: &mut Size) -> Result<(), QueryError> {
        let invalid = |expected| {
            Err(QueryError::InvalidParameter {
                name: "filter",
                expected,
            })
        };
        let Some(depth) = depth.checked_sub(1) else {
            return invalid("at most 8 filters deep");
        };
        size.nodes += 1;
        match self {
            Filter::All(filters) | Filter::Any(filters) => {
                filters.iter().try_for_each(|filter| filter.measure(depth, size))?;
            }
            Filter::Not(filter) => filter.measure(depth, size)?,
            Filter::Attribute { any: names, .. } | Filter::AttributeAll { all: names, .. } => size.nodes += names.len(),
            Filter::Rating { min } if !(0.0..=10.0).contains(min) => {
                return invalid("a rating of at least a number from 0 to 10");
            }
            Filter::Year(_) | Filter::Runtime(_) | Filter::Rating { .. } => {}
            Filter::Ids(ids) => size.ids += ids.len(),
        }
        if size.nodes > Filter::MAX_NODES {
            return invalid("of at most 1000 filters and names");
        }
        if size.ids > Filter::MAX_IDS {
            return invalid("of at most 10000 ids");
        }
        Ok(())
    }
}
