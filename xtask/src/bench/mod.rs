//! `cargo xtask bench`: measurements on real data, each beside a peer that does the same job in the same run.

pub mod page;
pub mod pipeline;
pub mod quality;
pub mod ratings;
mod text;
pub mod usage;
pub mod wasm;
