//! `/v1/items/{id}/similar.html`: what it takes beyond `/v1/items/{id}/similar`, and the answer as HTML.

use aftershow_core::{Answer, Query, Wording};
use aftershow_render::{Layout, Place, PlaceError, list};

use crate::{params::Given, problem::Problem};

/// What the answer's own page may do, since somebody may open it as one: show its style and pictures, and nothing else.
pub const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http:; base-uri 'none'; form-action 'none'";

/// Where a list stands.
#[derive(Clone, Debug)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ListPlace {
    /// Address of the pack's folder on the site, for the element. Default `/pack/`.
    pub src: Option<String>,
    /// Where a card leads, with `{id}` for its id: an http(s) address, or one relative to the page. Default: the title's own page, if
    /// the pack knows one.
    pub href: Option<String>,
    /// How cards lie: in a `grid`, a `row` that scrolls, or a `list`. Default `grid`.
    pub layout: Option<String>,
    /// The filter and the order, as they were given.
    #[cfg_attr(not(target_arch = "wasm32"), schemars(skip))]
    filter: Option<String>,
    #[cfg_attr(not(target_arch = "wasm32"), schemars(skip))]
    rerank: Option<String>,
}

impl ListPlace {
    /// Reads a query string.
    ///
    /// # Errors
    /// The problem names the parameter.
    pub fn read(given: &Given<'_>) -> Result<ListPlace, Problem> {
        let place = ListPlace {
            src: given.owned("src")?,
            href: given.owned("href")?,
            layout: given.owned("layout")?,
            filter: given.owned("filter")?,
            rerank: given.owned("rerank")?,
        };
        let checked = place.place().and_then(|place| place.check());
        checked.map_err(|error: PlaceError| Problem::invalid_parameter(error.name, error.to_string()))?;
        Ok(place)
    }

    fn place(&self) -> Result<Place<'_>, PlaceError> {
        Ok(Place {
            src: self.src.as_deref().unwrap_or(Place::SRC),
            href: self.href.as_deref(),
            layout: self.layout.as_deref().map_or(Ok(Layout::Grid), str::parse)?,
            label: Place::LABEL,
            filter: self.filter.as_deref(),
            rerank: self.rerank.as_deref(),
        })
    }

    /// The answer as HTML.
    pub fn html(&self, answer: &Answer, query: &Query) -> Vec<u8> {
        // It was checked when it was read.
        let place = self.place().unwrap_or_default();
        list(answer, query, &place, &Wording::english()).into_bytes()
    }
}
