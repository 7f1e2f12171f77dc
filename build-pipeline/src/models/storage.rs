//! How a linear model is stored: the split of the bytes between rank and sparse remainder, chosen by what it loses on
//! validation users.

use super::{
    compress::{Compression, Stored, compress, fits, spectrum},
    linear::{ItemMatrix, is_cheap},
    settings::{Candidate, CurvePoint, ModelConfig, Quality, TrainingReport},
    spectrum::Spectrum,
    validation::{TestUser, evaluate_blocks},
};
use crate::progress::Progress;

/// Ranks of the factors that are tried: of these, those that take from a fifth to three quarters of the budget.
const RANKS: [usize; 9] = [0, 16, 32, 48, 64, 96, 128, 192, 256];

/// How often the factors of the chosen rank are fitted again to what the sparse part leaves them: of small catalogues, where it
/// costs seconds. At 256 bytes an item it gains nothing, at half of that some thousandths.
fn rounds(b: &dyn ItemMatrix) -> usize {
    if is_cheap(b.items()) { 2 } else { 0 }
}

/// With the chosen rank, as [`best()`] makes it.
pub fn again(b: &dyn ItemMatrix, rank: usize, how: &Compression) -> Stored {
    let refined = Compression {
        rounds: rounds(b),
        ..how.clone()
    };
    compress(b, &spectrum(b, how, rank), rank, &refined)
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
    let _stage = progress.stage("compress", 0);
    let try_all = |bytes: usize| -> Vec<(Stored, Quality)> {
        let of_bytes = Compression {
            bytes_per_item: bytes,
            ..how.clone()
        };
        ranks(b, config, bytes)
            .into_iter()
            .map(|rank| tried(b, &spectrum, rank, &of_bytes, users))
            .collect()
    };
    let all = try_all(config.bytes_per_item);
    for (stored, quality) in &all {
        let name = format!("stored: {} bytes, rank {}", config.bytes_per_item, stored.rank);
        progress.note(&format!(
            "  {name}: recall@20 {:.4}, ndcg@20 {:.4}",
            quality.recall, quality.ndcg
        ));
        report.candidates.push(Candidate {
            name,
            quality: *quality,
        });
    }
    let (stored, quality) = match (least_loss(all), rounds(b)) {
        (best, rounds) if rounds == how.rounds => best,
        ((best, _), rounds) => {
            let refined = Compression { rounds, ..how.clone() };
            tried(b, &spectrum, best.rank, &refined, users)
        }
    };
    report.stored = quality;
    // What the rank takes of the budget hardly depends on it, so the curve has one rank for each.
    let share = stored.rank as f64 / config.bytes_per_item as f64;
    for bytes in &config.curve {
        let wanted = (share * *bytes as f64) as usize;
        let nearest = ranks(b, config, *bytes)
            .into_iter()
            .min_by_key(|rank| rank.abs_diff(wanted));
        let rank = nearest.unwrap_or(0);
        let refined = Compression {
            bytes_per_item: *bytes,
            rounds: rounds(b),
            ..how.clone()
        };
        let (stored, quality) = tried(b, &spectrum, rank, &refined, users);
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

fn tried(
    b: &dyn ItemMatrix,
    spectrum: &Spectrum,
    rank: usize,
    how: &Compression,
    users: &[TestUser],
) -> (Stored, Quality) {
    let stored = compress(b, spectrum, rank, how);
    let quality = quality(&stored, users);
    (stored, quality)
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
