//! What is popular, by the pack's short list of it alone: for where the whole engine is too much, or can't be had.

use alloc::vec::Vec;

use super::{
    Engine, Outcome, Query, Recommendations, Recommended, Source, ranges,
    show::{Popularity, View, inconsistent, need, rounded},
};
use crate::{
    error::QueryError,
    ids::ItemIx,
    pack::{Part, shard::Shard},
};

impl Engine {
    /// What most people want, by the pack's list of some 60 titles: of those the first `n`, as [`Engine::recommend`] ranks and shows
    /// them for [`Query::popular`]. With [`Engine::attach_lazy`] it needs one small file.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] for an `n` that isn't 1 to 100; [`QueryError::NotListed`] for a pack without the list.
    pub fn popular_listed(&self, n: usize) -> Result<Outcome<Recommendations>, QueryError> {
        ranges::N.check_count(n)?;
        if self.manifest.file(Part::Popular).is_none() {
            return Err(QueryError::NotListed {
                why: "it was built without a list of popular items",
            });
        }
        let Some(part) = &self.popular else {
            return Ok(Outcome::NeedParts(need(&self.manifest, [Part::Popular])));
        };
        let shard = Shard::open(part).map_err(inconsistent)?;
        let popularity = Popularity {
            known: shard.popularity,
            items: self.manifest.items as usize,
        };
        let view = View {
            engine: self,
            items: &shard.items,
            display: &shard.display,
            row: &|item| shard.row(item),
        };
        let query = Query::popular();
        let recommended = |item| {
            let popularity = rounded(popularity.of(item));
            Recommended {
                card: view.card(&query, item),
                score: popularity,
                content_score: 0.0,
                collaborative_score: 0.0,
                popularity,
                source: Source::Popular,
                watching_score: None,
                adjusted_score: None,
                reasons: Vec::new(),
                sentence: None,
                team: None,
            }
        };
        let items = (0..shard.items.len().min(n)).map(|row| recommended(ItemIx(row as u32)));
        let all = self.manifest.items as usize;
        Ok(Outcome::Answer(Recommendations {
            items: items.collect(),
            fallback_used: false,
            weights: self.manifest.blend(),
            offset: 0,
            total: all,
            unknown_items: 0,
            matched: all,
            unknown_rerank_ids: 0,
            watching_weight: None,
            variant: None,
            against: None,
        }))
    }
}
