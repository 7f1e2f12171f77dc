//! `aftershow predict` for one person: what they would rate some titles, as a table.

use std::{collections::HashMap, fmt::Write};

use aftershow_core::{
    ItemId, PredictQuery, Query,
    engine::{PredictionSource, Predictions},
};

use crate::{error::BuildError, open::PackDir};

/// The predictions as a table, best first.
///
/// # Errors
/// [`BuildError::Pack`] for a damaged pack.
pub fn for_people(pack: &mut PackDir, query: &PredictQuery, found: &Predictions) -> Result<String, BuildError> {
    let names = names(pack, &query.items)?;
    let mut out = String::from("predicted     ±  by        title\n");
    for prediction in &found.items {
        let title = match (&prediction.item, prediction.new_item) {
            (Some(id), _) => names.get(&id.to_string()).map_or("", String::as_str),
            (None, at) => match at.and_then(|at| query.new_items.get(at)) {
                Some(new) if !new.name.is_empty() => &new.name,
                _ => "the new title",
            },
        };
        let by = match prediction.source {
            PredictionSource::Ratings => "ratings",
            PredictionSource::Content => "content",
            PredictionSource::Average => "average",
        };
        writeln!(
            out,
            "{:>9.2}  {:>4.2}  {by:<8}  {title}",
            prediction.prediction, prediction.uncertainty
        )
        .ok();
    }
    writeln!(out, "\nOn a scale from {} to {}.", found.lowest, found.highest).ok();
    if !found.unknown.is_empty() {
        let ids: Vec<String> = found.unknown.iter().map(ItemId::to_string).collect();
        writeln!(out, "Not in the pack: {}.", ids.join(", ")).ok();
    }
    if found.unknown_items > 0 {
        writeln!(out, "Rated, but not in the pack: {}.", found.unknown_items).ok();
    }
    Ok(out)
}

/// The names of items of the pack by their ids.
fn names(pack: &mut PackDir, ids: &[ItemId]) -> Result<HashMap<String, String>, BuildError> {
    let mut names = HashMap::new();
    for ids in ids.chunks(Query::MAX_N) {
        let candidates: Vec<_> = ids.iter().map(|id| (id.clone(), None)).collect();
        let query = Query {
            n: Query::MAX_N,
            ..Query::popular()
        };
        let page = pack.ask(|engine| engine.rerank(&candidates, &query))?.page;
        names.extend(
            page.items
                .into_iter()
                .map(|item| (item.card.id.to_string(), item.card.name)),
        );
    }
    Ok(names)
}
