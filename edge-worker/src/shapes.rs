//! The engine's answers → JSON. `/v1` serialises core's answers as they are; here is what stands around them.

use aftershow_core::{Engine, Part, PersonalSettings, Recommendations, Weights, ids::IdKind};
use serde::Serialize;

/// The answer about a known person: core's, and whose it is.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ForUser<'a> {
    /// The person asked about.
    pub user_id: &'a str,
    /// What is recommended.
    #[serde(flatten)]
    pub recommendations: &'a Recommendations,
}

impl<'a> ForUser<'a> {
    /// The answer about one person.
    pub fn of(user_id: &'a str, recommendations: &'a Recommendations) -> ForUser<'a> {
        ForUser {
            user_id,
            recommendations,
        }
    }
}

/// The answers about several known people.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ForUsers<'a> {
    /// One answer a person, in the order in which they were asked for.
    pub users: Vec<ForUser<'a>>,
}

impl<'a> ForUsers<'a> {
    /// The answers about several people.
    pub fn of(answers: &'a [(String, Recommendations)]) -> ForUsers<'a> {
        ForUsers {
            users: answers.iter().map(|(id, answer)| ForUser::of(id, answer)).collect(),
        }
    }
}

/// What the pack holds. Core's figures, but for the bytes attached just now: those differ from one
/// isolate to the next, and this answer is to be kept by caches.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct PackStats {
    /// Hash of the pack's whole content.
    pub pack_id: String,
    /// The pack's own version.
    pub pack_version: String,
    /// Format version of the pack.
    pub format_version: u32,
    /// Version of the engine.
    pub engine_version: &'static str,
    /// Number of items.
    pub items: u32,
    /// Whether ids are integers or strings.
    pub id_kind: IdKind,
    /// The weights of an answer by default.
    pub weights: Weights,
    /// How people get recommendations by default; `null` for a pack that was made without interactions.
    pub personal: Option<PersonalSettings>,
    /// Whether the pack has a model of what people did. Without one recommendations go by content and popularity.
    pub collaborative: bool,
    /// Whether this deployment answers for known users.
    pub known_users: bool,
    /// Length of the stored neighbour lists.
    pub top_n: u32,
    /// Number of lazy shards.
    pub shards: u32,
    /// Who must be credited for the data; empty if nobody.
    pub attribution: String,
}

impl PackStats {
    /// The figures of an open pack, on a deployment that answers for known users or doesn't.
    pub fn of(engine: &Engine, known_users: bool) -> PackStats {
        let stats = engine.stats();
        PackStats {
            pack_id: stats.pack_id,
            pack_version: stats.pack_version,
            format_version: stats.format_version,
            engine_version: stats.engine_version,
            items: stats.items,
            id_kind: stats.id_kind,
            weights: stats.weights,
            personal: stats.personal,
            collaborative: engine.manifest().file(Part::Collaborative).is_some(),
            known_users,
            top_n: stats.top_n,
            shards: stats.shards,
            attribution: stats.attribution,
        }
    }
}

/// The pack's manifest can be read.
#[derive(Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Health<'a> {
    /// Always `ok`: a pack that can't be read is a 503 and a problem.
    pub status: &'static str,
    /// What the deployment calls itself.
    pub service: &'a str,
    /// Version of the Worker.
    pub version: &'static str,
    /// Hash of the pack's whole content.
    pub pack_id: &'a str,
}

impl<'a> Health<'a> {
    /// Of an open pack.
    pub fn of(engine: &'a Engine, service: &'a str) -> Health<'a> {
        Health {
            status: "ok",
            service,
            version: env!("CARGO_PKG_VERSION"),
            pack_id: &engine.manifest().pack_id,
        }
    }
}
