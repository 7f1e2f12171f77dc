//! The arithmetic of similarity, over quantized data.
//!
//! Text dot products are integers. Every other step is one IEEE operation after the other in a fixed
//! order, so scores are equal bit by bit natively and in wasm.

pub mod ascending;
pub mod cholesky;
pub mod contributions;
pub mod crowd;
pub mod explain;
pub mod factors;
pub mod index;
pub mod mask;
pub mod model;
pub mod profile;
pub mod ratings;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd;
pub mod similarity;
pub mod topk;
pub mod typos;
pub mod weighing;

pub use crowd::Crowd;
pub use factors::PersonVector;
pub use index::{Index, Limits, Scratch};
pub use mask::Mask;
pub use model::{ModelIndex, ModelScores};
pub use profile::{Lengths, Profile};
pub use similarity::{Features, Parts, Subject};
pub use topk::{Hit, TopK};
pub use weighing::{Blended, Weighing};
