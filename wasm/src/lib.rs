//! The engine for JavaScript. Each export converts in, makes one call of core, converts out.
//!
//! No I/O here either: the host fetches the files that an outcome asks for, attaches them and asks
//! again. The npm package's `Recommender` is that host; use this class directly only to write another.
//!
//! One class in three builds: with the feature `full` all but the search in titles, with `search` that, without both similar
//! items from a pack's lazy lists alone. A page fetches what it uses.
//!
//! | module | what it holds |
//! |---|---|
//! | `full`, `titles`, `slim` | what the class can do in each build |
//! | `value` | options and manifests, laid flat by `options.js` |
//! | `manifest` | the manifest, read from that |
//! | `convert` | what options are made of |
//! | `similar` | the options of similar items |
//! | `order` | filters, reranking, questions for ratings |
//! | `person` | the options of recommendations |
//! | `flat` | answers laid flat, and built into objects by `answer.js` |
//! | `error` | core's errors as `Error` objects with `code` and `parameter` |
//!
//! Without the standard library, for its size: it formats a message for every panic, which nobody in a browser would see.
#![cfg_attr(not(test), no_std)]
// Pieces that only one class uses are left out of the others by the compiler, without a mark on each.
#![allow(dead_code)]

extern crate alloc;

use wasm_bindgen::prelude::*;

mod convert;
mod error;
mod flat;
mod manifest;
mod value;

#[cfg(feature = "full")]
mod full;
#[cfg(feature = "full")]
mod order;
#[cfg(feature = "full")]
mod person;
#[cfg(feature = "full")]
mod similar;
#[cfg(not(any(feature = "full", feature = "search")))]
mod slim;
#[cfg(feature = "search")]
mod titles;

use error::Failure;
use value::Given;

#[cfg(not(test))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A panic is a trap, as with the standard library here: JavaScript sees a `WebAssembly.RuntimeError`. Nothing that comes from
/// outside reaches one.
#[cfg(not(test))]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

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

    /// What the pack is and what of it is attached.
    pub fn info(&self) -> JsValue {
        flat::info(&self.core)
    }
}
