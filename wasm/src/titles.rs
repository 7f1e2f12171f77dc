//! The class of the search build: search in the titles, with cards from a pack's shards.

use alloc::vec::Vec;

use aftershow_core::{OpenError, SearchQuery};
use wasm_bindgen::prelude::*;

use crate::{
    Engine,
    convert::{count, object, text, unknown_key},
    error::Failure,
    flat,
    value::{Given, Place, Value},
};

#[wasm_bindgen]
impl Engine {
    /// Checks the index of titles or the shard in `file` completely and keeps it. `bytes` are inflated already.
    ///
    /// Throws an `Error` whose `code` begins with `pack_`; what was attached before stays.
    pub fn attach(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let part = self.core.manifest().part_named(file).ok_or(OpenError::UnexpectedPart)?;
        Ok(self.core.attach_search(part, bytes)?)
    }

    /// Items by the words of their titles, best first, or `{need_parts: [{file, deflated}]}`.
    ///
    /// Throws an `Error` whose `code` is `invalid_parameter`, `no_search`, `not_listed` or `pack_inconsistent`.
    pub fn search(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = search(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.search_listed(&query)?, flat::found))
    }
}

fn search(options: &Value<'_>) -> Result<SearchQuery, Failure> {
    let mut query = SearchQuery::of("");
    for (key, value) in object(&Place::OPTIONS, options)? {
        let place = Place::OPTIONS.key(key);
        match *key {
            "q" => query.q = text(&place, value, "a text")?.into(),
            "limit" => query.limit = count(value, 0),
            _ => return Err(unknown_key(&Place::OPTIONS, key, &["q, limit"])),
        }
    }
    Ok(query)
}
