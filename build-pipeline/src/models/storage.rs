//! How a linear model is stored: the split of the bytes between rank and sparse remainder, chosen by what it loses on
//! validation users.

use super::{
    compress::{Compression, Stored, compress, fits, spectrum},
    linear::{ItemMatrix, is_cheap},
    settings::{Candidate, CurvePoint, ModelConfig, Quality, TrainingReport},
    validation::{TestUser, evaluate_blocks},
};
use crate::progress::Progress;

/// Ranks of the factors that are tried: of these, those that take from a fifth to three quarters of the budget.
const RANKS: [usize; 9] = [0, 16, 32, 48, 64, 96, 128, 192, 256];

/// How the chosen rank is stored. Of small catalogues, where it costs seconds, the factors are fitted twice again to what the sparse
/// part leaves them: at 256 bytes an item it gains nothing, at half of that some thousandths.
fn chosen(b: &dyn ItemMatrix, how: &Compression) -> Compression {
    Compression {
        rounds: if is_cheap(b.items()) { 2 } else { 0 },
        ..how.clone()
    }
}

/// How the ranks are tried. Of large catalogues without a fit to the histories, which takes as long as all else and helps every rank.
fn on_trial(b: &dyn ItemMatrix, how: &Compression) -> Compression {
    Compression {
        histories: how.histories.clone().filter(|_| is_cheap(b.items())),
        ..how.clone()
    }
}

/// With the chosen rank, as [`best()`] makes it.
pub fn again(b: &dyn ItemMatrix, rank: usize, how: &Compression) -> Stored {
    compress(b, &spectrum(b, how, rank), rank, &chosen(b, how))
}

/// The best of several ranks for the budget. Fills the report's figures of what is stored, and its curve.
pub fn best(
    b: &dyn ItemMatrix,
    users: &[TestUser],
    how: &Compression,
    config: &ModelConfig,
    report: &mut TrainingReport,
    progress: &Progress,
) -> Stored {
    let largest = config
        .curve
        .iter()
        .chain([&config.bytes_per_item])
        .flat_map(|bytes| ranks(b, config, *bytes))
        .max();
    let spectrum = {
        let _stage = progress.stage("factors", 0);
        spectrum(b, how, largest.unwrap_or(0))
    };
    let ranks_to_try = ranks(b, config, config.bytes_per_item);
    let steps = ranks_to_try.len() + 1 + config.curve.len();
    let stage = progress.stage("compress", steps as u64);
    let (on_trial, chosen) = (on_trial(b, how), chosen(b, how));
    let tried = |rank: usize, how: &Compression| -> (Stored, Quality) {
        let stored = compress(b, &spectrum, rank, how);
        let quality = quality(&stored, users);
        stage.inc(1);
        (stored, quality)
    };
    let mut all = Vec::new();
    for rank in ranks_to_try {
        let (stored, quality) = tried(rank, &on_trial);
        let name = format!("stored: {} bytes, rank {}", config.bytes_per_item, stored.rank);
        progress.note(&format!(
            "  {name}: recall@20 {:.4}, ndcg@20 {:.4}",
            quality.recall, quality.ndcg
        ));
        report.candidates.push(Candidate { name, quality });
        all.push((stored, quality));
    }
    let (stored, quality) = tried(least_loss(all).0.rank, &chosen);
    report.stored = quality;
    // What the rank takes of the budget hardly depends on it, so the curve has one rank for each.
    let share = stored.rank as f64 / config.bytes_per_item as f64;
    for bytes in &config.curve {
        let wanted = (share * *bytes as f64) as usize;
        let nearest = ranks(b, config, *bytes)
            .into_iter()
            .min_by_key(|rank| rank.abs_diff(wanted));
        let rank = nearest.unwrap_or(0);
        let of_bytes = Compression {
            bytes_per_item: *bytes,
            ..chosen.clone()
        };
        let (stored, quality) = tried(rank, &of_bytes);
        report.curve.push(CurvePoint {
            bytes_per_item: stored.bytes_per_item(),
            rank: stored.rank,
            quality,
        });
    }
    stored
}

/// The ranks to try for a budget.
fn ranks(b: &dyn ItemMatrix, config: &ModelConfig, bytes: usize) -> Vec<usize> {
    let possible = |rank: &usize| *rank <= b.items() && fits(*rank, bytes);
    let useful = |rank: &usize| possible(rank) && (5 * rank >= bytes || 2 * rank >= b.items()) && 4 * rank <= 3 * bytes;
    match config.rank {
        Some(rank) if possible(&rank) => return vec![rank],
        _ => {}
    }
    let ranks: Vec<usize> = RANKS.into_iter().filter(useful).collect();
    if ranks.is_empty() { vec![0] } else { ranks }
}

fn quality(stored: &Stored, users: &[TestUser]) -> Quality {
    let scorer = stored.scorer();
    Quality::from(evaluate_blocks(users, stored.items, 20, |users, out| {
        scorer.add_block(users, out)
    }))
}

/// The best of some; of equals, as without users, the one in the middle.
fn least_loss(mut all: Vec<(Stored, Quality)>) -> (Stored, Quality) {
    let middle = all.len() / 2;
    let mut best = middle;
    for (at, (_, quality)) in all.iter().enumerate() {
        if quality.criterion() > all[best].1.criterion() {
            best = at;
        }
    }
    if all.is_empty() {
        Default::default()
    } else {
        all.swap_remove(best)
    }
}
