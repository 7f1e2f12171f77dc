//! The search for the parameters of the EASE^R family, on the most popular items: a coarse grid of λ, then one
//! parameter after the other, then λ again.

use super::{
    csr::Csr,
    ease::{EaseParameters, gram, solve_gram},
    gram::user_weights,
    linear::ItemMatrix,
    settings::{Candidate, Quality},
    validation::{HeldOut, evaluate, hold_out},
};
use crate::progress::{Progress, Style};

/// Items that the search looks at, at most: a solve of so many takes a second or two.
pub const SEARCH_ITEMS: usize = 6000;

/// Users that the search is tried on, at most.
const SEARCH_USERS: usize = 4000;

/// Share of their items that is withheld from them.
pub const SHARE: f64 = 0.2;

/// Where the search begins: good on everything it was tried on.
pub const START: EaseParameters = EaseParameters {
    regularization: 30.0,
    dropout: 0.3,
    user_exponent: 0.5,
    ridge_exponent: 0.0,
    input_exponent: 0.0,
    output_exponent: 0.0,
};

/// The columns of the `most` items that most users have; rows keep their order.
pub fn popular(liked: &Csr, most: usize) -> Csr {
    if liked.cols <= most {
        return liked.clone();
    }
    let counts = liked.column_counts();
    let mut order: Vec<u32> = (0..liked.cols as u32).collect();
    order.sort_unstable_by_key(|item| (std::cmp::Reverse(counts[*item as usize]), *item));
    order.truncate(most);
    order.sort_unstable();
    liked.with_columns(&order)
}

struct Search<'a> {
    held: HeldOut,
    transposed: Csr,
    /// The Gram matrix of the last user exponent.
    gram: Option<(f32, Vec<f32>)>,
    tried: Vec<(EaseParameters, Quality)>,
    progress: &'a Progress,
}

impl Search<'_> {
    fn quality(&mut self, parameters: &EaseParameters) -> Quality {
        if let Some((_, quality)) = self.tried.iter().find(|(other, _)| other == parameters) {
            return *quality;
        }
        let quiet = Progress::new(Style::Quiet);
        let exponent = parameters.user_exponent;
        let train = &self.held.train;
        let known = self.gram.take().filter(|(of, _)| *of == exponent);
        let (_, matrix) = known.unwrap_or_else(|| (exponent, gram(train, &self.transposed, exponent, &quiet)));
        // One that can't be solved in floats is no candidate, and no reason to stop.
        let quality = match solve_gram(matrix.clone(), train, parameters, &quiet) {
            Ok(b) => {
                let score = |history: &[(u32, f32)], out: &mut [f32]| b.add_scores(history, out);
                Quality::from(evaluate(&self.held.users, train.cols, 20, score))
            }
            Err(_) => Quality::default(),
        };
        self.gram = Some((exponent, matrix));
        self.progress.note(&format!(
            "  {}: recall@20 {:.4}, ndcg@20 {:.4}",
            name(parameters),
            quality.recall,
            quality.ndcg
        ));
        self.tried.push((*parameters, quality));
        quality
    }

    fn best(&self) -> EaseParameters {
        let mut best = (START, f64::NEG_INFINITY);
        for (parameters, quality) in &self.tried {
            if quality.criterion() > best.1 {
                best = (*parameters, quality.criterion());
            }
        }
        best.0
    }
}

/// A line for people.
pub fn name(parameters: &EaseParameters) -> String {
    format!(
        "ease: regularization {:.4}, dropout {}, user_exponent {}",
        parameters.regularization, parameters.dropout, parameters.user_exponent
    )
}

/// The best parameters found, and everything that was tried.
pub fn ease(liked: &Csr, seed: u64, progress: &Progress) -> (EaseParameters, Vec<Candidate>) {
    let _stage = progress.stage("search", 0);
    let held = hold_out(&popular(liked, SEARCH_ITEMS), SHARE, SEARCH_USERS, seed);
    if held.users.is_empty() {
        return (START, Vec::new());
    }
    let mut search = Search {
        transposed: held.train.transposed(),
        held,
        gram: None,
        tried: Vec::new(),
        progress,
    };
    // λ in steps of 3, on while it gets better.
    search.quality(&START);
    for step in [3.0, 1.0 / 3.0] {
        let mut at = START;
        for _ in 0..4 {
            at.regularization *= step;
            search.quality(&at);
            if search.best() != at {
                break;
            }
        }
        if search.best() != START {
            break;
        }
    }
    // The users' weights, λ going along with the size of the diagonal.
    let size = |exponent: f32| -> f32 {
        let train = &search.held.train;
        user_weights(train, exponent)
            .iter()
            .zip(train.row_counts())
            .map(|(w, c)| w * c as f32)
            .sum()
    };
    let sizes = [0.0, 0.5, 1.0].map(|exponent| (exponent, size(exponent)));
    let best = search.best();
    for (exponent, size) in [sizes[0], sizes[2]] {
        let factor = size / sizes[1].1.max(f32::MIN_POSITIVE);
        search.quality(&EaseParameters {
            user_exponent: exponent,
            regularization: best.regularization * factor,
            ..best
        });
    }
    let best = search.best();
    for dropout in [0.0, 0.15, 0.5] {
        search.quality(&EaseParameters { dropout, ..best });
    }
    let best = search.best();
    for step in [1.7, 1.0 / 1.7] {
        search.quality(&EaseParameters {
            regularization: best.regularization * step,
            ..best
        });
    }
    let candidates = search.tried.iter().map(|(parameters, quality)| Candidate {
        name: name(parameters),
        quality: *quality,
    });
    (search.best(), candidates.collect())
}
