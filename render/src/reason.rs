//! Which of an item's reasons its card says. The element chooses by the same rule: `wasm/npm/src/element/reason.ts`.

use aftershow_core::{Reason, ReasonKind, Wording};

/// From this share of a score on, another reason tells more than one that is shown anyway.
const TELLING: f64 = 0.2;
/// A card has room for the names of two titles.
const NAMES: usize = 2;

/// The sentence of the strongest of the telling reasons, or else of all.
pub fn said(reasons: &[Reason], wording: &Wording) -> Option<String> {
    // What a card shows of its title anyway: genres, platform, year.
    let shown = |kind| matches!(kind, ReasonKind::Genres | ReasonKind::Attribute | ReasonKind::Year);
    let short = |reason: &Reason| {
        let mut reason = reason.clone();
        if !reason.ids.is_empty() {
            reason.names.truncate(NAMES);
        }
        reason
    };
    let telling: Vec<Reason> = reasons
        .iter()
        .filter(|reason| reason.share >= TELLING && !shown(reason.kind))
        .map(short)
        .collect();
    if telling.is_empty() {
        wording.sentence(&reasons.iter().map(short).collect::<Vec<_>>())
    } else {
        wording.sentence(&telling)
    }
}
