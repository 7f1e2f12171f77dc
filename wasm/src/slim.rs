//! The class of the slim build: similar items from a pack's lazy lists.

use alloc::vec::Vec;

use aftershow_core::{ItemId, ListQuery, OpenError, Query};
use wasm_bindgen::prelude::*;

use crate::{
    Engine,
    convert::{count, flag, must_be, number, object, some_id, unknown_key},
    error::Failure,
    flat,
    value::{Given, Place, Value},
};

#[wasm_bindgen]
impl Engine {
    /// Checks the table, shard or file of summaries in `file` completely and keeps it. `bytes` are inflated already.
    ///
    /// Throws an `Error` whose `code` begins with `pack_`; what was attached before stays.
    pub fn attach(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let part = self.core.manifest().part_named(file).ok_or(OpenError::UnexpectedPart)?;
        Ok(self.core.attach_lazy(part, bytes)?)
    }

    /// Items similar to the item `id`, as an answer or as `{need_parts: [{file, deflated}]}`: ids and scores of the whole engine.
    ///
    /// Throws an `Error` whose `code` is `unknown_item`, `invalid_parameter` (with `parameter`), `not_listed` where
    /// the whole engine would score the catalogue, or `pack_inconsistent`.
    pub fn similar(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let query = similar(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.listed(&query)?, flat::answer))
    }

    /// What most people want, by the pack's short list of it: `{limit}` of some 60 titles; else as `similar`.
    pub fn popular(&self, options: &JsValue) -> Result<JsValue, Failure> {
        let limit = limit(&Given::of(options).value())?;
        Ok(flat::outcome(self.core.popular_listed(limit)?, |page| {
            flat::recommendations(page, None)
        }))
    }
}

fn limit(options: &Value<'_>) -> Result<usize, Failure> {
    let mut limit = 10;
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "limit" => {
                limit = count(value, 0);
                if !(1..=Query::MAX_N).contains(&limit) {
                    return Err(must_be(&Place::OPTIONS.key(key), "a whole number from 1 to 100"));
                }
            }
            _ => return Err(unknown_key(&Place::OPTIONS, key, &["limit"])),
        }
    }
    Ok(limit)
}

fn similar(options: &Value<'_>) -> Result<ListQuery, Failure> {
    let mut query = ListQuery::similar(ItemId::Int(0));
    let mut id = &Value::Other;
    for (key, value) in object(&Place::OPTIONS, options)? {
        match *key {
            "id" => id = value,
            "n" => query.n = count(value, 0),
            "min_similarity" => query.min_similarity = Some(number(value)),
            "summaries" => query.summaries = flag(key, value)?,
            "reasons" => query.reasons = flag(key, value)?,
            _ => {
                let known = ["id, n, min_similarity, summaries, reasons; others are those of the whole engine"];
                return Err(unknown_key(&Place::OPTIONS, key, &known));
            }
        }
    }
    query.id = some_id(&Place::OPTIONS.key("id"), id)?;
    Ok(query)
}
