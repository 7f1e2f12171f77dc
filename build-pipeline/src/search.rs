//! `aftershow search`: titles of a pack by their words, as a table.

use std::fmt::Write;

use aftershow_core::SearchResults;

use crate::similar::titled;

/// The results as a table.
pub fn for_people(found: &SearchResults) -> String {
    let mut out = String::new();
    if found.items.is_empty() {
        out.push_str("No title is like that.\n");
        return out;
    }
    let ids: Vec<String> = found.items.iter().map(|item| item.card.id.to_string()).collect();
    let widest = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0).max(2);
    writeln!(out, "{:>3}  {:<12}  {:<widest$}  title", "", "matched", "id").ok();
    for (i, (item, id)) in found.items.iter().zip(&ids).enumerate() {
        let (matched, title) = (item.matched.name(), titled(&item.card));
        writeln!(out, "{:>3}  {matched:<12}  {id:<widest$}  {title}", i + 1).ok();
    }
    out
}
