//! `cargo xtask bench`: measurements on real data, each beside a peer that does the same job in the same run.

pub mod pipeline;
pub mod python;
pub mod quality;
mod text;
pub mod usage;
pub mod wasm;
