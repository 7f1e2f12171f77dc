//! The engine for JavaScript. Each export converts in, makes one call of core, converts out.
//!
//! No I/O here either: the host fetches the files that an outcome asks for, attaches them and asks
//! again. The npm package's `Recommender` is that host; use this class directly only to write another.
//!
//! | module | what it holds |
//! |---|---|
//! | `value` | options and manifests, laid flat by `options.js` |
//! | `manifest` | the manifest, read from that |
//! | `convert` | what options are made of; those of similar items |
//! | `order` | filters, reranking, questions for ratings |
//! | `person` | the options of recommendations |
//! | `flat` | answers laid flat, and built into objects by `answer.js` |
//! | `error` | core's errors as `Error` objects with `code` and `parameter` |

use aftershow_core::OpenError;
use wasm_bindgen::prelude::*;

mod convert;
mod error;
mod flat;
mod manifest;
mod order;
mod person;
mod value;

use error::Failure;
use value::Given;

/// A pack and the parts of it that are attached.
#[wasm_bindgen]
pub struct Engine {
    core: aftershow_core::Engine,
}

#[wasm_bindgen]
impl Engine {
    /// Opens a pack by its manifest, the object that `manifest.json` holds. No part is attached yet.
    ///
    /// Throws an `Error` whose `code` is `pack_version` for a format this engine does not read, or
    /// `pack_manifest` or `pack_unknown_part` for anything else that is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest: &JsValue) -> Result<Engine, Failure> {
        let core = aftershow_core::Engine::open(manifest::read(&Given::of(manifest).value())?)?;
        Ok(Engine { core })
    }

    /// Checks the part in `file` completely and keeps it. `bytes` are inflated already.
    ///
    /// Throws an `Error` whose `code` begins with `pack_`; what was attached before stays.
    pub fn attach(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let part = self.core.manifest().part_named(file).ok_or(OpenError::UnexpectedPart)?;
        Ok(self.core.attach(part, bytes)?)
    }

    /// Items similar to the item `id`, as an answer or as `{need_parts: [{file, deflated}]}`.
    ///
    /// Throws an `Error` whose `code` is `unknown_item`, `invalid_parameter` (with `parameter`) or
    /// `pack_inconsistent`.
    pub fn similar(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = convert::similar(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.answer(&query)?, flat::answer))
    }

    /// Items similar to one that the pack has never seen, given its `features`; else as `similar`.
    #[wasm_bindgen(js_name = similar_to_features)]
    pub fn similar_to_features(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = convert::similar_to_features(&Given::of(options).value())?;
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

    /// Items by the words of their titles, best first, or `{need_parts: [{file, deflated}]}`.
    ///
    /// Throws an `Error` whose `code` is `invalid_parameter`, `no_search` or `pack_inconsistent`.
    pub fn search(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = convert::search(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.search(&query)?, flat::found))
    }

    /// The files with which every query without summaries has an answer: `[{file, deflated}]`.
    pub fn resident(&self) -> JsValue {
        flat::files(&self.core.manifest().resident(), false)
    }

    /// What the pack is and what of it is attached.
    pub fn info(&self) -> JsValue {
        flat::info(&self.core)
    }
}
