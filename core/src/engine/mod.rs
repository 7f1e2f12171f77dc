//! The engine: parts in, answers out.
//!
//! It holds what was attached and does no I/O. A query that needs more says which files; the caller
//! fetches, attaches and asks again. Resident parts answer everything; a table and a shard answer
//! item-to-item with the pack's own weights.

mod answer;
mod defaults;
mod experiment;
mod filter;
mod history;
mod interleaved;
mod knobs;
mod order;
mod page;
mod person;
mod personal;
mod popular;
mod predict;
mod query;
pub mod ranges;
mod reasons;
mod recommend;
pub mod rerank;
mod scan;
mod search;
mod show;
mod similar;
mod weights;
mod wording;

use alloc::{string::String, vec::Vec};

use serde::Serialize;

pub use answer::{Answer, Card, Outcome, Recommendations, Recommended, Reranked, Route, ScoreParts, Scored, Source};
pub use experiment::{Experiment, Team, Variant, VariantName, interleave};
pub use filter::{Filter, Span};
pub use knobs::Knobs;
pub use person::{Event, GenrePreference, Person};
pub use predict::{PredictQuery, Prediction, PredictionSource, Predictions, Rating};
pub use query::{ListQuery, NewItem, Query, Seed};
pub use reasons::{Reason, ReasonKind};
pub use rerank::{Boost, Cap, Rerank};
pub use search::{Matched, SearchQuery, SearchResult, SearchResults};
pub use weights::{Blend, BlendPatch, Weights, WeightsPatch};
pub use wording::Wording;

use crate::{
    error::{OpenError, QueryError},
    ids::{IdKind, ItemId, ItemIx},
    kernel::{Features, Index, ModelIndex, typos::shared},
    pack::{
        Collaborative, Container, Manifest, Part, PersonalSettings, Ratings, Search, UserRecord,
        display::Display,
        layout::{MAX_INFLATED, kind},
        lists::Lists,
        shard::Shard,
        summaries,
        table::Table,
    },
};

/// Tables and shards that an engine keeps; of more, the oldest goes. A shard is some 50 kB. A search may need one for each of its
/// items.
const KEPT: usize = 2 * Query::MAX_N;
/// Bytes of lazy parts of one kind that an engine keeps.
const KEPT_BYTES: usize = 48 << 20;
/// Files of summaries that an engine keeps: one answer may need a file for each of its items and one for its subject, and an
/// interleaved one those of both its lists.
const KEPT_SUMMARIES: usize = 2 * rerank::POOL + 1;

/// An open pack.
///
/// Sharing one between threads for reading is fine; attaching needs it alone.
#[derive(Debug)]
pub struct Engine {
    manifest: Manifest,
    features: Option<(Container, Index)>,
    neighbours: Option<Container>,
    display: Option<Container>,
    /// What people did: the pack's own model and those that variants name.
    models: Vec<(Part, Container, ModelIndex)>,
    popular: Option<Container>,
    ratings: Option<Container>,
    /// With what each of its words shares with the one before.
    search: Option<(Container, Vec<u8>)>,
    tables: Kept,
    shards: Kept,
    summaries: Kept,
}

/// Lazy parts, oldest first, and how many may stay.
#[derive(Debug)]
struct Kept {
    parts: Vec<(Part, Container)>,
    most: usize,
}

impl Kept {
    fn at_most(most: usize) -> Kept {
        Kept {
            parts: Vec::new(),
            most,
        }
    }

    fn get(&self, part: Part) -> Option<&Container> {
        let kept = self.parts.iter().find(|(kept, _)| *kept == part)?;
        Some(&kept.1)
    }

    fn put(&mut self, part: Part, container: Container) {
        if let Some(place) = self.parts.iter().position(|(kept, _)| *kept == part) {
            self.parts.remove(place);
        }
        let mut bytes = container.len();
        bytes += self.parts.iter().map(|(_, part)| part.len()).sum::<usize>();
        while !self.parts.is_empty() && (self.parts.len() >= self.most || bytes > KEPT_BYTES) {
            bytes -= self.parts.remove(0).1.len();
        }
        self.parts.push((part, container));
    }
}

/// Checks that a part fits the manifest.
fn same<T: PartialEq>(found: T, expected: T, what: &'static str) -> Result<(), OpenError> {
    if found == expected {
        Ok(())
    } else {
        Err(OpenError::Value { what })
    }
}

/// Figures about an open pack.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// Hash of the whole content.
    pub pack_id: String,
    /// The pack's own version.
    pub pack_version: String,
    /// Format version.
    pub format_version: u32,
    /// Version of this engine.
    pub engine_version: &'static str,
    /// Number of items.
    pub items: u32,
    /// Kind of ids.
    pub id_kind: IdKind,
    /// The weights of an answer by default.
    pub weights: Weights,
    /// How people get recommendations; `None` for a pack that was made without interactions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<PersonalSettings>,
    /// Length of the stored neighbour lists.
    pub top_n: u32,
    /// Number of lazy shards.
    pub shards: u32,
    /// Bytes of the parts that are attached now.
    pub attached_bytes: u64,
    /// Who must be credited for the data; empty if nobody.
    pub attribution: String,
}

impl Engine {
    /// Most candidates of [`Engine::rerank`].
    pub const MAX_CANDIDATES: usize = 1_000;

    /// An engine for the pack of this manifest, with no part attached.
    ///
    /// # Errors
    /// As [`Manifest::check`].
    pub fn open(manifest: Manifest) -> Result<Engine, OpenError> {
        manifest.check()?;
        Ok(Engine {
            manifest,
            features: None,
            neighbours: None,
            display: None,
            models: Vec::new(),
            popular: None,
            ratings: None,
            search: None,
            tables: Kept::at_most(KEPT),
            shards: Kept::at_most(KEPT),
            summaries: Kept::at_most(KEPT_SUMMARIES),
        })
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Attaches a part, inflated, after checking every value in it. A part refused leaves the engine
    /// as it was; one attached before is replaced.
    ///
    /// Cost: one pass over the bytes, and for the features an index for scans, which takes a few more.
    /// Memory: the bytes, which the engine keeps and reads in place, the index's 5 bytes a text entry
    /// and some 20 an item, 4 bytes an item for the model, and a byte for each word of the titles.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with the part. This never panics, whatever the bytes.
    pub fn attach(&mut self, part: Part, bytes: Vec<u8>) -> Result<(), OpenError> {
        match part {
            Part::Search => self.attach_search(part, bytes),
            _ => self.attach_scored(part, bytes),
        }
    }

    /// Attaches any part but the index of titles: code that never calls [`Engine::search`] has no use for that.
    ///
    /// # Errors
    /// As [`Engine::attach`]; [`OpenError::UnexpectedPart`] for the index.
    pub fn attach_scored(&mut self, part: Part, bytes: Vec<u8>) -> Result<(), OpenError> {
        if self.manifest.file(part).is_none() {
            return Err(OpenError::UnexpectedPart);
        }
        let items = self.manifest.items as usize;
        let count = |n: usize| same(n, items, "number of items");
        match part {
            Part::Features => {
                let container = Container::open(bytes, kind::FEATURES)?;
                let features = Features::open(&container)?;
                count(features.items.len())?;
                same(features.items.id_kind(), self.manifest.id_kind, "kind of ids")?;
                features.check()?;
                let index = Index::new(&features);
                self.features = Some((container, index));
            }
            Part::Neighbours => {
                let container = Container::open(bytes, kind::NEIGHBOURS)?;
                Lists::open(&container)?.check(items, items)?;
                self.neighbours = Some(container);
            }
            Part::Display => {
                let container = Container::open(bytes, kind::DISPLAY)?;
                Display::open(&container)?.check(items)?;
                self.display = Some(container);
            }
            Part::Collaborative | Part::Model(_) => {
                let container = Container::open(bytes, kind::COLLABORATIVE)?;
                let model = Collaborative::open(&container)?;
                model.check(items)?;
                let index = ModelIndex::of(&model);
                let model = (part, container, index);
                match self.models.iter_mut().find(|(attached, ..)| *attached == part) {
                    Some(attached) => *attached = model,
                    None => self.models.push(model),
                }
            }
            Part::Ratings => {
                let container = Container::open(bytes, kind::RATINGS)?;
                Ratings::open(&container)?.check(items)?;
                self.ratings = Some(container);
            }
            Part::Search | Part::Popular | Part::Summaries(_) | Part::Table(_) | Part::Shard(_) => {
                self.attach_lazy(part, bytes)?;
            }
        }
        Ok(())
    }

    /// Attaches a table, a shard, the popular items or a file of summaries, which is all that [`Engine::listed`] asks for. Code that calls nothing
    /// else than these two needs a fraction of the engine.
    ///
    /// # Errors
    /// As [`Engine::attach`]; [`OpenError::UnexpectedPart`] for any other part.
    pub fn attach_lazy(&mut self, part: Part, bytes: Vec<u8>) -> Result<(), OpenError> {
        self.check_size(part, &bytes)?;
        let items = self.manifest.items as usize;
        match part {
            Part::Summaries(number) => {
                let container = Container::open(bytes, kind::SUMMARIES)?;
                let texts = summaries::open(&container)?;
                texts.check("summaries")?;
                let per_file = self.manifest.summaries.items_per_file as usize;
                let from = (number as usize).saturating_mul(per_file);
                // A head shares the whole pack's files, and its last one may have texts beyond it.
                let own = per_file.min(items.saturating_sub(from));
                if !(own..=per_file).contains(&texts.len()) {
                    return Err(OpenError::Value {
                        what: "number of summaries",
                    });
                }
                self.summaries.put(part, container);
            }
            Part::Table(_) => {
                let container = Container::open(bytes, kind::TABLE)?;
                Table::open(&container)?.check()?;
                self.tables.put(part, container);
            }
            Part::Shard(_) => {
                let shard = self.shard(bytes)?;
                self.shards.put(part, shard);
            }
            Part::Popular => self.popular = Some(self.shard(bytes)?),
            _ => return Err(OpenError::UnexpectedPart),
        }
        Ok(())
    }

    /// Attaches the index of titles or a shard, which is all that [`Engine::search_listed`] asks for; see
    /// [`Engine::attach_lazy`].
    ///
    /// # Errors
    /// As [`Engine::attach_lazy`].
    pub fn attach_search(&mut self, part: Part, bytes: Vec<u8>) -> Result<(), OpenError> {
        self.check_size(part, &bytes)?;
        match part {
            Part::Search => {
                let container = Container::open(bytes, kind::SEARCH)?;
                let search = Search::open(&container)?;
                search.check(self.manifest.items as usize)?;
                let shared = shared(&search.words);
                self.search = Some((container, shared));
                Ok(())
            }
            Part::Shard(_) => {
                let shard = self.shard(bytes)?;
                self.shards.put(part, shard);
                Ok(())
            }
            _ => Err(OpenError::UnexpectedPart),
        }
    }

    /// A shard, every value checked.
    fn shard(&self, bytes: Vec<u8>) -> Result<Container, OpenError> {
        let container = Container::open(bytes, kind::SHARD)?;
        let shard = Shard::open(&container)?;
        same(shard.items.id_kind(), self.manifest.id_kind, "kind of ids")?;
        shard.check(self.manifest.items as usize)?;
        Ok(container)
    }

    /// Refuses a part that the manifest doesn't know, or that is larger than a part is inflated to.
    fn check_size(&self, part: Part, bytes: &[u8]) -> Result<(), OpenError> {
        let file = self.manifest.file(part).ok_or(OpenError::UnexpectedPart)?;
        if file.deflated && bytes.len() > MAX_INFLATED {
            return Err(OpenError::Truncated {
                what: "inflated part over the limit",
            });
        }
        Ok(())
    }

    /// Whether a part is attached.
    pub fn has(&self, part: Part) -> bool {
        match part {
            Part::Features => self.features.is_some(),
            Part::Neighbours => self.neighbours.is_some(),
            Part::Display => self.display.is_some(),
            Part::Collaborative | Part::Model(_) => self.model(part).is_some(),
            Part::Popular => self.popular.is_some(),
            Part::Ratings => self.ratings.is_some(),
            Part::Search => self.search.is_some(),
            Part::Summaries(_) => self.summaries.get(part).is_some(),
            Part::Table(_) => self.tables.get(part).is_some(),
            Part::Shard(_) => self.shards.get(part).is_some(),
        }
    }

    /// A model that is attached, and what was made of it once.
    fn model(&self, part: Part) -> Option<(&Container, &ModelIndex)> {
        let model = self.models.iter().find(|(attached, ..)| *attached == part);
        model.map(|(_, container, index)| (container, index))
    }

    /// Answers a query, or says which parts it needs first.
    ///
    /// # Errors
    /// [`QueryError`]: an unknown item, a parameter out of its range, or a seed that is for
    /// [`Engine::recommend`].
    pub fn answer(&self, query: &Query) -> Result<Outcome, QueryError> {
        query.check()?;
        similar::similar(self, query)
    }

    /// Similar items by the pack's lazy lists alone: the answer that [`Engine::answer`] would give, from a table and a shard, or an
    /// error. With this and [`Engine::attach_lazy`] no code that scores a catalogue is linked.
    ///
    /// # Errors
    /// [`QueryError`]: an unknown item, a parameter out of its range, or [`QueryError::NotListed`] where the whole engine
    /// would score the catalogue.
    pub fn listed(&self, query: &ListQuery) -> Result<Outcome, QueryError> {
        similar::listed(self, query)
    }

    /// Recommends items to a person, or says which parts it needs first.
    ///
    /// Never an empty first page while the pack has items that the person hasn't seen: after what is
    /// personal come the other items, the most popular first.
    ///
    /// # Errors
    /// [`QueryError`]: a parameter out of its range, or a seed that is for [`Engine::answer`].
    pub fn recommend(&self, query: &Query) -> Result<Outcome<Recommendations>, QueryError> {
        query.check()?;
        recommend::recommend(self, query)
    }

    /// Puts candidates of the caller's in order for a person: search results, an editor's list.
    ///
    /// Candidates come with scores or without, at most [`Engine::MAX_CANDIDATES`]; of one that comes twice the first
    /// counts. A score is a number from 0 to 1,000,000; if the largest is above 1, all are divided by it. What comes without is
    /// scored by the person, as [`Engine::recommend`] scores it. The query's filter and knobs apply, `n` and `offset` give
    /// the page; what the person has seen is not left out. [`Seed::Popular`](Query::popular) stands for nobody.
    ///
    /// # Errors
    /// As [`Engine::recommend`], and for a score out of its range or too many candidates.
    pub fn rerank(&self, candidates: &[(ItemId, Option<f32>)], query: &Query) -> Result<Outcome<Reranked>, QueryError> {
        query.check()?;
        recommend::rerank(self, candidates, query)
    }

    /// A person from what is kept of them; `None` while the features are not attached.
    ///
    /// Of more events than a question may have, the newest count; values are cut to what an event may weigh. Whoever opened
    /// the record has checked it for this pack: rows that the pack lacks are left out.
    pub fn person_of(&self, record: &UserRecord) -> Option<Person> {
        let (container, _) = self.features.as_ref()?;
        let features = Features::open(container).ok()?;
        Some(Person::of_record(record, &features))
    }

    /// How somebody rated, from what is kept of them; `None` while the features are not attached. Of more ratings than a question may
    /// have, the first count; rows that the pack lacks are left out.
    pub fn ratings_of(&self, record: &UserRecord) -> Option<Vec<Rating>> {
        let (container, _) = self.features.as_ref()?;
        let items = Features::open(container).ok()?.items;
        let known = record.ratings.iter().filter(|(item, _)| item.at() < items.len());
        let rating = |(item, value): &(ItemIx, f32)| Rating {
            item: items.id(*item),
            value: *value,
        };
        Some(known.take(Query::MAX_HISTORY).map(rating).collect())
    }

    /// Figures about the pack and what is attached of it.
    pub fn stats(&self) -> Stats {
        let mut attached = 0;
        let mut add = |part: &Container| attached += part.len() as u64;
        self.features.iter().for_each(|(part, _)| add(part));
        self.models.iter().for_each(|(_, part, _)| add(part));
        self.search.iter().for_each(|(part, _)| add(part));
        for part in [&self.neighbours, &self.display, &self.ratings, &self.popular] {
            part.iter().for_each(&mut add);
        }
        for kept in [&self.tables, &self.shards, &self.summaries] {
            kept.parts.iter().for_each(|(_, part)| add(part));
        }
        let manifest = &self.manifest;
        Stats {
            pack_id: manifest.pack_id.clone(),
            pack_version: manifest.version.clone(),
            format_version: manifest.format,
            engine_version: env!("CARGO_PKG_VERSION"),
            items: manifest.items,
            id_kind: manifest.id_kind,
            weights: manifest.content.weights,
            personal: manifest.personal.clone(),
            top_n: manifest.content.top_n,
            shards: manifest.shards,
            attached_bytes: attached,
            attribution: manifest.attribution.clone(),
        }
    }
}
