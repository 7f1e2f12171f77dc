//! Two variants of one page, drafted into one list.

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

use super::{
    Engine, Outcome, Query, Recommendations, Team, VariantName,
    defaults::Defaults,
    experiment::interleave,
    recommend::{only_recommended, places},
    rerank::POOL,
};
use crate::{error::QueryError, ids::ItemId};

/// The page of a list that is drafted from that of the query's variant, or of the pack itself, and that of `against`.
///
/// Cost: both lists from their beginning to the end of the page, with their summaries if the query wants some.
pub(super) fn interleaved(
    engine: &Engine,
    query: &Query,
    against: &VariantName,
) -> Result<Outcome<Recommendations>, QueryError> {
    let end = query.offset.saturating_add(query.n);
    if end > POOL {
        return Err(QueryError::InvalidParameter {
            name: "offset",
            expected: "so small that the page ends at place 200",
        });
    }
    let mut lists = Vec::with_capacity(2);
    for variant in [query.variant.as_ref(), Some(against)] {
        let defaults = Defaults::with(engine, query, variant)?;
        match places(engine, query, defaults, 0, end)? {
            Outcome::Answer(page) => lists.push(page),
            needed => return Ok(needed),
        }
    }
    let [a, b] = &mut lists[..] else {
        return Err(only_recommended());
    };
    let mut items = Vec::with_capacity(query.n);
    // From the end, so that the places of what is still to come stay.
    let drafted = interleave(&ids(a), &ids(b), coins(query, against));
    for (place, team) in drafted.iter().take(end).skip(query.offset).rev() {
        let list = if *team == Team::A { &mut a.items } else { &mut b.items };
        let mut item = list.swap_remove(*place);
        item.team = Some(*team);
        items.push(item);
    }
    items.reverse();
    a.items = items;
    a.offset = query.offset;
    a.total = a.total.min(POOL);
    a.against = Some(against.clone());
    a.fallback_used |= b.fallback_used;
    Ok(Outcome::Answer(lists.swap_remove(0)))
}

fn ids(page: &Recommendations) -> Vec<&ItemId> {
    page.items.iter().map(|item| &item.card.id).collect()
}

/// What throws the coins: one visitor sees the same list again, and others have other coins.
fn coins(query: &Query, against: &VariantName) -> u64 {
    let visitor = query.visitor.as_deref().unwrap_or_default();
    let key = [&*against.experiment, "\0", &*against.variant, "\0", visitor].concat();
    xxh3_64(key.as_bytes())
}
