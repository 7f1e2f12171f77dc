//! The Aftershow HTTP API, as a Cloudflare Worker.
//!
//! [`api::respond`] is the whole API, as a pure function without a `worker` type in it, so it is
//! tested natively. The way of a request:
//!
//! | module | what it does |
//! |---|---|
//! | [`routes`] | path and method → endpoint |
//! | [`params`] | query string, id and body → a core `Query` |
//! | [`api`] | asks the engine; status and headers of the answer |
//! | [`shapes`] | the engine's answer → JSON, under today's and under the old field names |
//! | [`problem`] | every error, as `application/problem+json` |
//! | [`caching`] | `ETag`, `If-None-Match`, `Cache-Control`: the one place |
//! | [`inflate`] | a part's file → the part's bytes |
//! | `adapter`, `state`, `files` (wasm only) | `worker` types in and out; the isolate's engines; the static assets |

// A panic ends the isolate and every request in it, so there is none to reach.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod api;
pub mod caching;
pub mod inflate;
pub mod params;
pub mod problem;
pub mod routes;
pub mod shapes;

#[cfg(target_arch = "wasm32")]
mod adapter;
#[cfg(target_arch = "wasm32")]
mod files;
#[cfg(target_arch = "wasm32")]
mod state;
