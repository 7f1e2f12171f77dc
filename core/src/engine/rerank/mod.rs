//! Rerank: how the best are put in order for a viewer.
//!
//! The stages and their order are fixed:
//!
//! 1. what passes the [`Filter`](super::Filter), and was not seen, has its *relevance*: the `score` of an answer;
//! 2. [`freshness`](Rerank::freshness), [`popularity_damping`](Rerank::popularity_damping) and
//!    [`boosts`](Rerank::boosts) multiply it: the `adjusted_score`, by which items are put in order;
//! 3. the best 200 of that order are the *pool*: [`diversity`](Rerank::diversity) and
//!    [`calibration`](Rerank::calibration) choose one after the other from it, and what a [`cap`](Rerank::caps) refuses goes
//!    behind the others of the pool;
//! 4. then come all other items in the order of stage 2;
//! 5. [`bury`](Rerank::bury) puts items behind all others, and [`pins`](Rerank::pins) in front of all.
//!
//! That is one order of the whole catalogue, and pages are pieces of it: neither the pool nor anything else
//! depends on `n` and `offset`. Stages that ask for nothing cost nothing.

mod adjust;
mod calibration;
mod caps;
mod pool;
mod settings;

pub use settings::{Boost, Cap, Rerank};

pub(super) use adjust::factors;
pub(super) use calibration::Taste;
pub(super) use pool::Pool;
pub(super) use settings::Reranking;

/// How many of the best are put in a new order.
pub const POOL: usize = 200;
