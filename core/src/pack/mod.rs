//! The pack format. Each part has one module that holds its writer and its checked reader, both
//! over the section container of [`container`] and the numbers of [`layout`].
//!
//! A reader is made in two steps. `open` looks at shapes only and is cheap, so a query makes its
//! views anew; `check` reads every value once, when the part is attached. After `check` no read can
//! fail or leave its bounds, whatever the file holds. `FORMAT.md` gives every byte.

pub mod collaborative;
pub mod container;
pub mod display;
pub mod items;
pub mod layout;
pub mod lists;
pub mod manifest;
pub mod popularity;
pub mod ratings;
pub mod rows;
pub mod search;
pub mod shard;
pub mod strings;
pub mod summaries;
pub mod table;
pub mod users;
pub mod varint;

pub use collaborative::{Collaborative, CollaborativeData, PersonFactors, SparseRows};
pub use container::{Container, Writer, sections};
pub use manifest::{
    ContentSettings, FormatOnly, GenreSimilarity, Head, Manifest, Part, PartEntry, PartFile, PersonalSettings, Series,
};
pub use popularity::Popularity;
pub use ratings::{Ratings, RatingsData};
pub use search::Search;
pub use users::{UserRecord, Users, UsersManifest};
