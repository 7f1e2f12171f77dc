//! The arithmetic of similarity, over quantized data.
//!
//! Text dot products are integers. Every other step is one IEEE operation after the other in a fixed
//! order, so scores are equal bit by bit natively and in wasm.

pub mod index;
pub mod similarity;
pub mod topk;

pub use index::{Index, Limits, Scratch};
pub use similarity::{Features, Parts, Subject};
pub use topk::{Hit, TopK};
