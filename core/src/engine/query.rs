//! What can be asked. A [`Query`] carries every knob; each knob says both its ends.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    experiment::VariantName,
    filter::Filter,
    person::Person,
    ranges,
    rerank::Rerank,
    weights::{Blend, BlendPatch, WeightsPatch},
};
use crate::{error::QueryError, ids::ItemId, text};

/// A question to the engine.
///
/// ```
/// use aftershow_core::{ItemId, Query};
///
/// let query = Query { n: 5, ..Query::similar(ItemId::Int(82)) };
/// assert!(query.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Query {
    /// What the answer should be like.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub seed: Seed,
    /// How many items, 1 to 100. Default 10. Fewer come back only if no more exist.
    pub n: usize,
    /// The first item of a page of recommendations: how many better ones are left out, 0 to 4294967294. At 0 the best come first;
    /// beyond the last the page is empty. Default 0. Pages never repeat an item or skip one.
    pub offset: usize,
    /// Least score of similar items, 0 to 1. At 0 every item that has anything in common; at 1 only those alike in
    /// all that is weighed. Default 0. An item with nothing in common (score 0) is never an answer.
    pub min_similarity: f32,
    /// The weights to score with; what is left out is the pack's own.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub weights: WeightsPatch,
    /// Whether the cards carry summaries. Default `false`: they are the largest part of a pack.
    pub summaries: bool,
    /// How much each side of a recommendation counts; what is left out is the pack's own.
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub blend: BlendPatch,
    /// After how many days an event counts half, measured from the newest of the history: above 0, to 100000. Near 0 only the
    /// newest counts; at 100000 age hardly matters. Default: all events count in full, as do those without a time.
    pub half_life_days: Option<f32>,
    /// Whether items of the history may be recommended. Default `false`, also for those that the person disliked.
    pub include_seen: bool,
    /// Of what is popular only items with any of these genres, at most 100, as the pack spells them. Default: all items. A genre
    /// that the pack lacks is one that no item has; in a `filter` it is an error.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_GENRES)))]
    pub genres: Vec<String>,
    /// Which items may be answers. Default: all. What is looked for is the best among those that pass.
    pub filter: Filter,
    /// How the best are put in order for a viewer; what is left out is the pack's own. Default: the plain order.
    pub rerank: Rerank,
    /// An item that is being watched: what is like it counts beside what the person likes. It is not recommended itself; one
    /// that the pack lacks is counted and has no effect. For recommendations to a person. Default: none.
    pub watching: Option<ItemId>,
    /// How much of a score comes from likeness to the item that is being watched, 0 to 1. At 0 nothing does; at 1 all, and the
    /// person's history only says what they have seen. Default 0.5. A person of whom nothing is known leaves all to the item.
    pub watching_weight: f32,
    /// Whether items say why they are there. Default `false`.
    pub reasons: bool,
    /// The variant of an experiment of the pack whose values stand for the pack's own, as `experiment:variant`. Default: none.
    pub variant: Option<VariantName>,
    /// Another variant, as `experiment:variant`, to be compared with the first within one list of recommendations: the page has the
    /// items of both, drafted in turns, and each says whose it is (team-draft interleaving, Radlinski, Kurup & Joachims 2008). The
    /// first is `variant`, or without one the pack's own values; `visitor` throws the coins, so the same one sees the same list;
    /// without one everybody has the same coins. It ends at place 200. Default: none.
    pub against: Option<VariantName>,
    /// Any text of at most 256 bytes that tells visitors apart: they get their variant of the pack's first experiment, unless
    /// `variant` names one. It is hashed and kept nowhere. Default: none; without experiments it has no effect.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_VISITOR)))]
    pub visitor: Option<String>,
}

impl Query {
    /// Largest `n`.
    pub const MAX_N: usize = ranges::N.high as usize;
    /// Most events of a history.
    pub const MAX_HISTORY: usize = 10_000;
    /// Most genres of an item that the pack has never seen, that a person prefers, or to choose popular items by.
    pub const MAX_GENRES: usize = 100;
    /// Longest text that tells a visitor apart, in bytes.
    pub const MAX_VISITOR: usize = 256;
    /// Longest summary of one, in bytes.
    pub const MAX_SUMMARY: usize = 100_000;

    /// Items similar to an item of the pack, with the defaults.
    pub fn similar(id: ItemId) -> Query {
        Query::seeded(Seed::Item(id))
    }

    /// Items similar to one that the pack has never seen, with the defaults.
    pub fn similar_to_features(item: NewItem) -> Query {
        Query::seeded(Seed::Features(item))
    }

    /// Recommendations for a person, with the defaults.
    pub fn person(person: Person) -> Query {
        Query::seeded(Seed::Person(person))
    }

    /// What most people want, with the defaults.
    pub fn popular() -> Query {
        Query::seeded(Seed::Popular)
    }

    fn seeded(seed: Seed) -> Query {
        Query {
            seed,
            n: 10,
            offset: 0,
            min_similarity: 0.0,
            weights: WeightsPatch::default(),
            summaries: false,
            blend: BlendPatch::default(),
            half_life_days: None,
            include_seen: false,
            genres: Vec::new(),
            filter: Filter::default(),
            rerank: Rerank::default(),
            watching: None,
            watching_weight: 0.5,
            reasons: false,
            variant: None,
            against: None,
            visitor: None,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first parameter out of its range.
    pub fn check(&self) -> Result<(), QueryError> {
        ranges::N.check_count(self.n)?;
        ranges::MIN_SIMILARITY.check(self.min_similarity)?;
        ranges::HALF_LIFE_DAYS.check(self.half_life_days)?;
        ranges::WATCHING_WEIGHT.check(self.watching_weight)?;
        if self.genres.len() > Query::MAX_GENRES {
            return Err(QueryError::InvalidParameter {
                name: "genres",
                expected: "at most 100 names",
            });
        }
        if self
            .visitor
            .as_ref()
            .is_some_and(|visitor| visitor.len() > Query::MAX_VISITOR)
        {
            return Err(QueryError::InvalidParameter {
                name: "visitor",
                expected: "at most 256 bytes of text",
            });
        }
        self.filter.check()?;
        self.rerank.check()?;
        for variant in [&self.variant, &self.against].into_iter().flatten() {
            variant.check()?;
        }
        if let Seed::Person(person) = &self.seed {
            person.check()?;
        }
        self.blend.over(Blend::DEFAULT)?;
        if let Seed::Features(new) = &self.seed {
            new.check()?;
        }
        self.weights.check()
    }
}

/// A question that the pack's lists answer by themselves: see [`Engine::listed`](crate::Engine::listed).
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery {
    /// The item that others should be like.
    pub id: ItemId,
    /// How many items, 1 to 100, and no more than the lists are long. Default 10.
    pub n: usize,
    /// Least score, 0 to 1. Default: that of the pack's lists.
    pub min_similarity: Option<f32>,
    /// Whether the cards carry summaries. Default `false`.
    pub summaries: bool,
    /// Whether items say why they are there. Default `false`.
    pub reasons: bool,
}

impl ListQuery {
    /// Items similar to an item of the pack, with the defaults.
    pub fn similar(id: ItemId) -> ListQuery {
        ListQuery {
            id,
            n: ranges::N.default.unwrap_or_default() as usize,
            min_similarity: None,
            summaries: false,
            reasons: false,
        }
    }
}

/// What an answer should be like.
#[derive(Clone, Debug, PartialEq)]
pub enum Seed {
    /// An item of the pack.
    Item(ItemId),
    /// An item that the pack has never seen.
    Features(NewItem),
    /// A person, by what is known of them: for [`Engine::recommend`](crate::Engine::recommend).
    Person(Person),
    /// Nobody: what most people want. For [`Engine::recommend`](crate::Engine::recommend).
    Popular,
}

/// What is known of an item that is not in the pack. Everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewItem {
    /// Name, at most 100000 bytes; its words count for a predicted rating, not for similarity.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_SUMMARY)))]
    pub name: String,
    /// Genre names, at most 100, as the pack spells them; others count as genres that no item has.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_GENRES)))]
    pub genres: Vec<String>,
    /// Summary, plain text or simple HTML, at most 100000 bytes.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_SUMMARY)))]
    pub summary: String,
    /// Network or web channel.
    pub platform: Option<String>,
    /// Type: Scripted, Reality, Movie …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Language.
    pub language: Option<String>,
    /// Year of the first showing, 0 to 65535.
    pub year: Option<u16>,
    /// Runtime in minutes, 0 to 65535. Like what follows, it counts for a predicted rating.
    pub runtime: Option<u16>,
    /// Certificate: PG-13, TV-MA …
    pub certificate: Option<String>,
    /// Directors, at most 100.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_GENRES)))]
    pub directors: Vec<String>,
    /// Writers, at most 100.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_GENRES)))]
    pub writers: Vec<String>,
    /// Actors, at most 100.
    #[cfg_attr(feature = "schema", schemars(length(max = Query::MAX_GENRES)))]
    pub actors: Vec<String>,
}

impl NewItem {
    /// Checks every length.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] names the first that is too long.
    pub fn check(&self) -> Result<(), QueryError> {
        let invalid = |name, expected| Err(QueryError::InvalidParameter { name, expected });
        for (name, list) in [
            ("genres", &self.genres),
            ("directors", &self.directors),
            ("writers", &self.writers),
            ("actors", &self.actors),
        ] {
            if list.len() > Query::MAX_GENRES {
                return invalid(name, "at most 100 names");
            }
        }
        if self.summary.len() > Query::MAX_SUMMARY {
            return invalid("summary", "at most 100000 bytes long");
        }
        if self.name.len() > Query::MAX_SUMMARY {
            return invalid("name", "at most 100000 bytes long");
        }
        Ok(())
    }

    /// The words that count for a predicted rating: of name and summary, as plain text.
    pub fn text(&self) -> String {
        let mut text = text::clean(&self.name);
        text.push(' ');
        text.push_str(&text::clean(&self.summary));
        text
    }

    /// Its values of a pack's attribute of this name.
    pub fn values_of(&self, attribute: &str) -> &[String] {
        match attribute {
            "genre" => &self.genres,
            "directors" | "director" => &self.directors,
            "writers" | "writer" => &self.writers,
            "actors" | "cast" => &self.actors,
            "platform" => self.platform.as_slice(),
            "type" => self.kind.as_slice(),
            "language" => self.language.as_slice(),
            "certificate" => self.certificate.as_slice(),
            _ => &[],
        }
    }
}
