//! Where a list stands: what the question itself doesn't say.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

use crate::address;

/// Where a list stands, and where its cards lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'p> {
    /// Address of the pack's folder, for the element.
    pub src: &'p str,
    /// Where a card leads, with `{id}` for its id. `None`: to the title's own page, if the pack knows one.
    pub href: Option<&'p str>,
    /// How cards lie.
    pub layout: Layout,
    /// What the list is, for who doesn't see it.
    pub label: &'p str,
    /// The filter that the query has, as the JSON that it was asked with.
    pub filter: Option<&'p str>,
    /// The order that the query has, likewise.
    pub rerank: Option<&'p str>,
}

/// How cards lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As many columns as there is room for.
    #[default]
    Grid,
    /// One row that scrolls.
    Row,
    /// One below the other.
    List,
}

/// What is wrong with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceError {
    /// The field.
    pub name: &'static str,
    /// What it may be.
    pub expected: &'static str,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} must be {}", self.name, self.expected)
    }
}

impl std::error::Error for PlaceError {}

impl Place<'_> {
    /// Where the element looks for the pack by default.
    pub const SRC: &'static str = "/pack/";
    /// What the element calls the list.
    pub const LABEL: &'static str = "Similar titles";

    /// Checks the addresses: they are the caller's, and land in a page.
    ///
    /// # Errors
    /// [`PlaceError`] names the field.
    pub fn check(&self) -> Result<(), PlaceError> {
        let expected = "an http(s) address, or one relative to the page";
        let web = |name, given: Option<&str>| match given {
            Some(given) if address::safe(&address::filled(given, "1")).is_none() => Err(PlaceError { name, expected }),
            _ => Ok(()),
        };
        web("src", Some(self.src))?;
        web("href", self.href)
    }

    /// The knobs that have no attribute of their own, as the JSON of the attribute `options`.
    pub(crate) fn options(&self) -> Option<String> {
        let given = [("filter", self.filter), ("rerank", self.rerank)];
        let read = |(name, json): (&str, Option<&str>)| {
            let value: Value = serde_json::from_str(json?).ok()?;
            Some((name.to_owned(), value))
        };
        let options: Map<String, Value> = given.into_iter().filter_map(read).collect();
        (!options.is_empty()).then(|| Value::Object(options).to_string())
    }
}

impl Default for Place<'_> {
    fn default() -> Self {
        Place {
            src: Place::SRC,
            href: None,
            layout: Layout::Grid,
            label: Place::LABEL,
            filter: None,
            rerank: None,
        }
    }
}

impl Layout {
    /// The name of each.
    pub const NAMES: [(&'static str, Layout); 3] =
        [("grid", Layout::Grid), ("row", Layout::Row), ("list", Layout::List)];

    /// The value of the attribute; `None` for what is so without one.
    pub(crate) fn attribute(self) -> Option<&'static str> {
        match self {
            Layout::Grid => None,
            Layout::Row => Some("row"),
            Layout::List => Some("list"),
        }
    }
}

impl FromStr for Layout {
    type Err = PlaceError;

    fn from_str(name: &str) -> Result<Layout, PlaceError> {
        let known = Layout::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, layout)| *layout).ok_or(PlaceError {
            name: "layout",
            expected: "grid, row or list",
        })
    }
}
