//! The genres that people say they prefer, beside what they did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Preferred genres by the id of the user; of each the name and a weight from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Preferences {
    /// In the order of the ids' bytes, as [`crate::Interactions`] has its users.
    pub of_user: BTreeMap<String, Vec<(String, f32)>>,
}

impl Preferences {
    /// What the user prefers; nothing if nobody said.
    pub fn of(&self, user: &str) -> &[(String, f32)] {
        self.of_user.get(user).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody has said anything.
    pub fn is_empty(&self) -> bool {
        self.of_user.is_empty()
    }

    /// How many users prefer each genre that is not among `genres`.
    pub fn unknown<'g>(&self, genres: impl Iterator<Item = &'g str>) -> BTreeMap<&str, u64> {
        let known: std::collections::HashSet<&str> = genres.collect();
        let mut unknown = BTreeMap::new();
        for (genre, _) in self.of_user.values().flatten() {
            if !known.contains(genre.as_str()) {
                *unknown.entry(genre.as_str()).or_default() += 1;
            }
        }
        unknown
    }
}
