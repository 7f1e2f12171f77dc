//! The whole class.

use alloc::vec::Vec;

use aftershow_core::OpenError;
use wasm_bindgen::prelude::*;

use crate::{Engine, error::Failure, flat, order, person, similar, value::Given};

#[wasm_bindgen]
impl Engine {
    /// Checks the part in `file` completely and keeps it. `bytes` are inflated already.
    ///
    /// Throws an `Error` whose `code` begins with `pack_`; what was attached before stays.
    pub fn attach(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let part = self.core.manifest().part_named(file).ok_or(OpenError::UnexpectedPart)?;
        Ok(self.core.attach_scored(part, bytes)?)
    }

    /// Items similar to the item `id`, as an answer or as `{need_parts: [{file, deflated}]}`.
    ///
    /// Throws an `Error` whose `code` is `unknown_item`, `invalid_parameter` (with `parameter`) or
    /// `pack_inconsistent`.
    pub fn similar(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = similar::similar(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.answer(&query)?, flat::answer))
    }

    /// Items similar to one that the pack has never seen, given its `features`; else as `similar`.
    #[wasm_bindgen(js_name = similar_to_features)]
    pub fn similar_to_features(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = similar::similar_to_features(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.answer(&query)?, flat::answer))
    }

    /// Items for a person, as a page of recommendations or as `{need_parts: [{file, deflated}]}`.
    ///
    /// Throws an `Error` whose `code` is `invalid_parameter` (with `parameter`) or `pack_inconsistent`.
    pub fn recommend(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = person::recommend(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.recommend(&query)?, |page| {
            flat::recommendations(page, None)
        }))
    }

    /// The caller's candidates in order for a person or by likeness to an item; those that the pack lacks are in `unknown`. Else as
    /// `recommend`.
    pub fn rerank(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let (candidates, query) = person::rerank(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.rerank(&candidates, &query)?, |found| {
            flat::recommendations(&found.page, Some(&found.unknown))
        }))
    }

    /// What somebody would rate items of the pack and titles that it has never seen, by their ratings.
    ///
    /// Throws an `Error` whose `code` is `invalid_parameter`, `no_ratings` or `pack_inconsistent`.
    pub fn predict(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = order::predict(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.predict(&query)?, flat::predictions))
    }

    /// What most people want; else as `recommend`.
    pub fn popular(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = person::popular(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.recommend(&query)?, |page| {
            flat::recommendations(page, None)
        }))
    }

    /// The files with which every query without summaries has an answer: `[{file, deflated}]`.
    pub fn resident(&self) -> JsValue {
        flat::files(&self.core.manifest().resident(), false)
    }
}
