//! The Aftershow HTTP API, as a Cloudflare Worker.
//!
//! [`api::Call`] is the whole API, without I/O and without a `worker` type in it, so it is tested natively. The way of
//! a request:
//!
//! | module | what it does |
//! |---|---|
//! | [`routes`] | path and method → endpoint |
//! | [`access`] | who may ask about known people |
//! | [`params`], [`bodies`] | query string, id and body → a core `Query` |
//! | [`api`] | asks the engine |
//! | [`known`], [`people`] | the history of known people, from the files of a private bucket |
//! | [`shapes`], [`replaced`] | the engine's answer → JSON, under today's and under the old field names |
//! | [`place`] | the engine's answer → HTML |
//! | [`problem`] | every error, as `application/problem+json` |
//! | [`response`], [`caching`] | status and headers; `ETag`, `If-None-Match`, `Cache-Control` |
//! | [`inflate`] | a part's file → the part's bytes |
//! | `openapi` (native only) | the document of the API, from these types |
//! | `adapter`, `state` (wasm only) | `worker` types in and out; the isolate's engines and people |
//! | `files`, `bucket` (wasm only) | the static assets; the private bucket |

// A panic ends the isolate and every request in it, so there is none to reach.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod access;
pub mod api;
pub mod bodies;
pub mod caching;
pub mod inflate;
pub mod known;
#[cfg(not(target_arch = "wasm32"))]
#[allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it runs when the document is made, and never in a Worker"
)]
pub mod openapi;
pub mod params;
pub mod people;
pub mod place;
pub mod problem;
pub mod replaced;
pub mod response;
pub mod routes;
pub mod shapes;

#[cfg(target_arch = "wasm32")]
mod adapter;
#[cfg(target_arch = "wasm32")]
mod bucket;
#[cfg(target_arch = "wasm32")]
mod files;
#[cfg(target_arch = "wasm32")]
mod state;
