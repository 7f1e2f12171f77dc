//! The manifest: what a pack holds, under which file names. Small, and read first.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::layout::{FORMAT_VERSION, MAX_ITEMS, MAX_TOP_N};
use crate::{
    engine::{Blend, Experiment, Rerank, Weights},
    error::OpenError,
    ids::{IdKind, ItemIx, UserIdKind},
};

/// How two genre sets are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GenreSimilarity {
    /// Shared genres over all genres of the two.
    #[default]
    Jaccard,
    /// Shared genres over the geometric mean of the two counts.
    Cosine,
}

/// How the pack's similarities were made, and so what an answer by default is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentSettings {
    /// Weights, normalised to sum 1.
    pub weights: Weights,
    /// How genre sets are compared.
    pub genre_similarity: GenreSimilarity,
    /// Length of the stored lists.
    pub top_n: u32,
    /// Least score of a stored neighbour, 0 to 1.
    pub min_similarity: f32,
    /// How similar items are put in order. If it is anything but neutral, the stored lists and the shards answer no query
    /// that leaves it so.
    #[serde(default, skip_serializing_if = "Rerank::is_empty")]
    pub rerank: Rerank,
}

/// How the pack recommends to a person, and so what a recommendation by default is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonalSettings {
    /// Weight of what the person's items are like; sums to 1 with the other.
    pub content_weight: f32,
    /// Weight of what people with a like history chose.
    pub collaborative_weight: f32,
    /// Name of the model, for people.
    pub model: String,
    /// What the ids of the known people are.
    #[serde(default)]
    pub user_ids: UserIdKind,
    /// How recommendations are put in order.
    #[serde(default, skip_serializing_if = "Rerank::is_empty")]
    pub rerank: Rerank,
}

/// A file of the manifest: its content hash makes its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartEntry {
    /// `features`, `neighbours`, `display`, `collaborative`, `model`, `ratings`, `search`, `popular`; later formats add more.
    pub kind: String,
    /// Of a `model`, the name by which variants of experiments choose it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// File name, relative to the manifest.
    pub file: String,
    /// Size in bytes. For people and for progress bars: nothing is allocated by it.
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    #[serde(default)]
    pub sha256: String,
    /// Whether an engine that doesn't know the kind may go on without it.
    #[serde(default)]
    pub optional: bool,
}

/// Files of one kind that come in numbers: file `i` is `<kind>.<hashes[i]>.bin`, deflated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Items in a file of summaries; 0 for tables, which go by the id's hash.
    #[serde(default)]
    pub items_per_file: u32,
    /// The first 8 bytes of each file's SHA-256, as 16 hex digits.
    pub hashes: Vec<String>,
}

/// A pack of the best-known items of another one alone, in the same folder: for pages that show an answer while the rest is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of items: the first of the whole pack.
    pub items: u32,
    /// File name of its manifest, relative to the pack's.
    pub file: String,
}

/// Heads of a form that this release doesn't know are none: a pack can do without.
fn heads<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Head>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Heads {
        Known(Vec<Head>),
        Unknown(serde::de::IgnoredAny),
    }
    // A name is joined to a folder.
    let plain = |head: &Head| {
        let mut bytes = head.file.bytes();
        !head.file.starts_with('.') && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    Ok(match Heads::deserialize(deserializer)? {
        Heads::Known(heads) => heads.into_iter().filter(plain).collect(),
        Heads::Unknown(_) => Vec::new(),
    })
}

/// The engine's part of `manifest.json`. Other keys of the file are for people and tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format version; see [`FORMAT_VERSION`].
    pub format: u32,
    /// The hash of the whole content: equal packs have equal ids.
    pub pack_id: String,
    /// The pack's own version, as its maker named it.
    #[serde(default)]
    pub version: String,
    /// Number of items.
    pub items: u32,
    /// Kind of the items' ids.
    pub id_kind: IdKind,
    /// How similarities were made.
    pub content: ContentSettings,
    /// How people get recommendations; `None` for a pack that was made without interactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<PersonalSettings>,
    /// The resident parts.
    pub parts: Vec<PartEntry>,
    /// Summaries, by item row.
    #[serde(default)]
    pub summaries: Series,
    /// Tables that find an item's shard, by the hash of its id.
    #[serde(default)]
    pub tables: Series,
    /// Number of shards, for people.
    #[serde(default)]
    pub shards: u32,
    /// Packs of the best-known items, the smallest first. For hosts: an engine answers from the one pack that it opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "heads")]
    pub heads: Vec<Head>,
    /// Who must be credited for the data, as text to show; empty if nobody.
    #[serde(default)]
    pub attribution: String,
    /// Variants of what queries have by default, to be compared on visitors; at most 20 experiments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Experiment>,
}

/// Just enough of any manifest, of whatever format, to say whether it can be read.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct FormatOnly {
    /// Format version.
    pub format: u32,
}

impl FormatOnly {
    /// Whether this engine reads the format. Ask before reading the rest of a manifest.
    ///
    /// # Errors
    /// [`OpenError::Version`] says which side is the older one.
    pub fn check(self) -> Result<(), OpenError> {
        if self.format == FORMAT_VERSION {
            Ok(())
        } else {
            Err(OpenError::Version {
                found: self.format,
                reads: FORMAT_VERSION,
            })
        }
    }
}

/// A part of a pack, as the engine asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Ids, attributes, years, text rows: what is scored.
    Features,
    /// The stored neighbour lists.
    Neighbours,
    /// Names, addresses, runtimes, ratings: what is shown.
    Display,
    /// Popularity and the model of what people did.
    Collaborative,
    /// Another model of what people did, by its place among the manifest's; a variant of an experiment may name it.
    Model(u32),
    /// The model of how people rate.
    Ratings,
    /// The words of all titles.
    Search,
    /// The cards of the most popular items: a shard without lists.
    Popular,
    /// One file of summaries, by number.
    Summaries(u32),
    /// One table, by number.
    Table(u32),
    /// One lazy shard, by the first 8 bytes of its file's SHA-256 (big-endian).
    Shard(u64),
}

/// A file to fetch for [`Engine::attach`](crate::Engine::attach).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFile {
    /// Which part the file is.
    pub part: Part,
    /// File name, relative to the manifest.
    pub file: String,
    /// Whether the file is deflated (raw DEFLATE, RFC 1951) and must be inflated before `attach`.
    /// No inflated part is larger than [`MAX_INFLATED`](super::layout::MAX_INFLATED): stop there.
    pub deflated: bool,
}

impl Manifest {
    /// Reads a manifest from JSON (RFC 8259).
    ///
    /// # Errors
    /// [`OpenError::Version`] for a format this engine does not read, [`OpenError::Manifest`] for
    /// anything else that is wrong with it.
    #[cfg(feature = "json")]
    pub fn from_json(json: &[u8]) -> Result<Manifest, OpenError> {
        let unreadable = |e: serde_json::Error| OpenError::Manifest {
            reason: alloc::format!("{e}"),
        };
        serde_json::from_slice::<FormatOnly>(json)
            .map_err(unreadable)?
            .check()?;
        let manifest: Manifest = serde_json::from_slice(json).map_err(unreadable)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The weights of the two sides of a recommendation, if a query says nothing of them.
    pub fn blend(&self) -> Blend {
        self.personal.as_ref().map_or(Blend::DEFAULT, |own| Blend {
            content: own.content_weight,
            collaborative: own.collaborative_weight,
        })
    }

    /// Checks what the types can't say.
    ///
    /// # Errors
    /// As [`Manifest::from_json`], and [`OpenError::UnknownPart`] for a part that can't be skipped.
    pub fn check(&self) -> Result<(), OpenError> {
        FormatOnly { format: self.format }.check()?;
        let bad = |reason: &str| Err(OpenError::Manifest { reason: reason.into() });
        let w = self.content.weights;
        if [w.genre, w.text, w.metadata, w.year]
            .iter()
            .any(|x| !(0.0..=1.0).contains(x))
        {
            return bad("a weight is not between 0 and 1");
        }
        if (w.genre + w.text + w.metadata + w.year - 1.0).abs() > 1e-3 {
            return bad("the weights do not sum to 1");
        }
        if !(0.0..=1.0).contains(&self.content.min_similarity) {
            return bad("min_similarity is not between 0 and 1");
        }
        if self.items as usize > MAX_ITEMS || self.content.top_n as usize > MAX_TOP_N {
            return bad("the number of items or the length of the lists is over the format's limit");
        }
        if let Some(personal) = &self.personal {
            let weights = [personal.content_weight, personal.collaborative_weight];
            let sum: f32 = weights.iter().sum();
            if weights.iter().any(|w| !(0.0..=1.0).contains(w)) || (sum - 1.0).abs() > 1e-3 {
                return bad("content_weight and collaborative_weight are not between 0 and 1 or do not sum to 1");
            }
        }
        let own = [
            Some(&self.content.rerank),
            self.personal.as_ref().map(|personal| &personal.rerank),
        ];
        for rerank in own.into_iter().flatten() {
            if rerank.check().is_err() || rerank.names_items() {
                return bad("a value of rerank is out of its range, or names items: that is for queries");
            }
        }
        if self.experiments.len() > Experiment::MAX {
            return bad("there are more than 20 experiments");
        }
        for (at, experiment) in self.experiments.iter().enumerate() {
            if let Err(reason) = experiment.check(w, self.blend()) {
                return bad(reason);
            }
            let mut models = experiment
                .variants
                .iter()
                .filter_map(|variant| variant.model.as_deref());
            if models.any(|model| self.model_named(model).is_none()) {
                return bad("a variant's model is none of the pack's");
            }
            if self
                .experiments
                .iter()
                .take(at)
                .any(|other| other.name == experiment.name)
            {
                return bad("two experiments have one name");
            }
        }
        for entry in &self.parts {
            if !entry.optional && entry.kind != MODEL && resident_part(&entry.kind).is_none() {
                return Err(OpenError::UnknownPart {
                    kind: entry.kind.clone(),
                });
            }
        }
        for needed in [Part::Features, Part::Display] {
            if self.file(needed).is_none() {
                return bad("the features or the display data are not among the parts");
            }
        }
        // A name is joined to a folder or an address: it must not lead out of it.
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let right =
            |name: &String| (1..=128).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain);
        let (summaries, tables) = (&self.summaries.hashes, &self.tables.hashes);
        if !(self.parts.iter().all(|entry| right(&entry.file))
            && summaries.iter().all(right)
            && tables.iter().all(right))
        {
            return bad("a file name has characters that file names of a pack don't have");
        }
        if !self.summaries.hashes.is_empty() {
            let files = u64::from(self.items).div_ceil(u64::from(self.summaries.items_per_file.max(1)));
            if self.summaries.items_per_file == 0 || files != self.summaries.hashes.len() as u64 {
                return bad("the number of summary files does not fit the number of items");
            }
        }
        Ok(())
    }

    /// The file of a part; `None` if the pack has none.
    pub fn file(&self, part: Part) -> Option<PartFile> {
        let series = |kind: &str, series: &Series, number: u32| {
            let hash = series.hashes.get(number as usize)?;
            Some(PartFile {
                part,
                file: [kind, ".", hash, ".bin"].concat(),
                deflated: true,
            })
        };
        match part {
            Part::Features | Part::Neighbours | Part::Display | Part::Collaborative | Part::Ratings | Part::Search => {
                self.entry(part, false)
            }
            Part::Popular => self.entry(part, true),
            Part::Model(number) => {
                let entry = self.models().nth(number as usize)?;
                Some(PartFile {
                    part,
                    file: entry.file.clone(),
                    deflated: false,
                })
            }
            Part::Summaries(number) => series("summaries", &self.summaries, number),
            Part::Table(number) => series("table", &self.tables, number),
            Part::Shard(hash) => Some(PartFile {
                part,
                file: ["shard.", &hex(hash), ".bin"].concat(),
                deflated: true,
            }),
        }
    }

    fn entry(&self, part: Part, deflated: bool) -> Option<PartFile> {
        let mut entries = self.parts.iter();
        let entry = entries.find(|entry| resident_part(&entry.kind) == Some(part))?;
        Some(PartFile {
            part,
            file: entry.file.clone(),
            deflated,
        })
    }

    /// The models that variants of experiments choose by name.
    pub fn models(&self) -> impl Iterator<Item = &PartEntry> {
        self.parts.iter().filter(|entry| entry.kind == MODEL)
    }

    /// The model of this name; `None` if the pack has none. Of models that are equal, and so one file, the first.
    pub fn model_named(&self, name: &str) -> Option<Part> {
        let named = self.models().find(|entry| entry.name == name)?;
        let place = self.models().position(|entry| entry.file == named.file)?;
        Some(Part::Model(place as u32))
    }

    /// The part that a file name stands for; `None` if the manifest has no such file.
    pub fn part_named(&self, file: &str) -> Option<Part> {
        let number = |series: &Series, hash: &str| series.hashes.iter().position(|h| h == hash).map(|i| i as u32);
        if let Some(place) = self.models().position(|entry| entry.file == file) {
            return Some(Part::Model(place as u32));
        }
        if let Some(entry) = self.parts.iter().find(|entry| entry.file == file) {
            return resident_part(&entry.kind);
        }
        match file.strip_suffix(".bin")?.split_once('.')? {
            ("summaries", hash) => number(&self.summaries, hash).map(Part::Summaries),
            ("table", hash) => number(&self.tables, hash).map(Part::Table),
            ("shard", hash) if hash.len() == 16 => u64::from_str_radix(hash, 16).ok().map(Part::Shard),
            _ => None,
        }
    }

    /// The resident parts, in the order to attach them: with all of them every query that wants no summaries has an answer, but for
    /// searches and variants with a model of their own, whose parts are read when somebody asks.
    pub fn resident(&self) -> Vec<PartFile> {
        [
            Part::Features,
            Part::Display,
            Part::Neighbours,
            Part::Collaborative,
            Part::Ratings,
        ]
        .into_iter()
        .filter_map(|part| self.file(part))
        .collect()
    }

    /// The file that holds an item's summary; `None` if the pack has no summaries.
    pub fn summaries_of(&self, item: ItemIx) -> Option<Part> {
        let per_file = self.summaries.items_per_file;
        (per_file > 0 && !self.summaries.hashes.is_empty()).then(|| Part::Summaries(item.0 / per_file))
    }

    /// The table that knows the id with this hash; `None` if the pack has no shards.
    pub fn table_of(&self, id_hash: u64) -> Option<Part> {
        let tables = self.tables.hashes.len() as u64;
        (tables > 0).then(|| Part::Table((id_hash % tables) as u32))
    }
}

/// 16 hex digits.
fn hex(hash: u64) -> String {
    let digit = |place| char::from_digit((hash >> (4 * place)) as u32 & 15, 16);
    (0..16).rev().filter_map(digit).collect()
}

/// What a manifest calls the models of [`Part::Model`].
const MODEL: &str = "model";

/// The only part that a manifest calls `kind`; `None` for models, of which there may be several, too.
fn resident_part(kind: &str) -> Option<Part> {
    match kind {
        "features" => Some(Part::Features),
        "neighbours" => Some(Part::Neighbours),
        "display" => Some(Part::Display),
        "collaborative" => Some(Part::Collaborative),
        "ratings" => Some(Part::Ratings),
        "search" => Some(Part::Search),
        "popular" => Some(Part::Popular),
        _ => None,
    }
}
