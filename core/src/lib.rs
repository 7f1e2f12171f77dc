//! The Aftershow pack format, its quantized kernels and the recommendation engine.
//!
//! No I/O, no clock, no randomness, no JavaScript: bytes and values in, values out. The command
//! line, the evaluation, the Worker and the browser all answer through this one crate.
//!
//! The modules, in the order the data goes:
//!
//! | module | what it holds |
//! |---|---|
//! | [`ids`] | external [`ItemId`], dense [`ItemIx`] |
//! | [`error`] | [`OpenError`] and [`QueryError`], each with a stable `code()` |
//! | [`text`] | cleaning, tokens, TF-IDF rows |
//! | [`fold`] | words of titles, without case and accents |
//! | [`quant`] | `f32` rows to `u8` codes and back, with the error bound |
//! | [`kernel`] | similarity of sets, rows and attributes; top-k; scans over a catalogue |
//! | [`pack`] | the format: every part's layout, its one writer and its one checked reader |
//! | [`engine`] | [`Engine`]: attach parts, answer a [`Query`] |
#![no_std]

extern crate alloc;

pub mod engine;
pub mod error;
pub mod fold;
pub mod ids;
pub mod kernel;
mod lowercase;
pub mod pack;
pub mod quant;
mod sqrt;
pub mod text;

pub use engine::{
    Answer, Blend, BlendPatch, Boost, Cap, Card, Engine, Event, Experiment, Filter, GenrePreference, Knobs, ListQuery,
    Matched, NewItem, Outcome, Person, PredictQuery, Prediction, PredictionSource, Predictions, Query, Rating, Reason,
    ReasonKind, Recommendations, Recommended, Rerank, Reranked, Route, ScoreParts, Scored, SearchQuery, SearchResult,
    SearchResults, Seed, Source, Span, Stats, Team, Variant, VariantName, Weights, WeightsPatch, Wording, interleave,
};
pub use error::{OpenError, QueryError, UnknownName};
pub use ids::{ItemId, ItemIx, UserIdKind};
pub use pack::{Manifest, Part, PartFile, PersonalSettings};
