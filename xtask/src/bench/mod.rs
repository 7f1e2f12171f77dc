//! `cargo xtask bench`: measurements on the large catalogue, each beside a peer that does the same job in the same run.

pub mod pipeline;
pub mod usage;
pub mod wasm;
