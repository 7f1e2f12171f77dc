//! A person's taste from their ratings, and what they would rate a title.
//!
//! The model is probabilistic matrix factorisation with biases (Salakhutdinov and Mnih 2008), where the titles a person chose
//! to rate say something too (Koren 2008, SVD++). A rating `r` of a person with the state `s = (b, x)` for a title with the row
//! `(c, v)` is normal around `mean + c + s·a` with `a = (1, v)` and the variance `noise²`. The state is normal around
//! `Σ choices / √n` with the prior's precisions. So, given the ratings, it is normal again, and its mean and covariance are in closed
//! form: one ridge solve,
//!
//! `(P + τ Σ (a·aᵀ + V)) s = P·Σ choices/√n + τ Σ (r − mean − c)·a`, with `τ = 1 / noise²`.
//!
//! `V` is the variance of the title's row: a title that few have rated says less of whoever rates it (variational Bayes: Lim and
//! Teh 2007). It is diagonal and follows from the number of ratings alone, see [`Ratings::variance`].
//!
//! All in `f64`, one operation after the other: equal natively and in wasm.

use alloc::vec::Vec;

use super::{
    cholesky::{Cholesky, add_outer, start},
    similarity::Features,
};
use crate::{
    engine::NewItem,
    ids::ItemIx,
    pack::ratings::{Ratings, group},
    sqrt::sqrt,
    text,
};

/// A title as the model has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Title {
    /// What it is rated above the mean.
    bias: f64,
    /// 1 and then the factors: what a person's state is multiplied with.
    side: Vec<f64>,
    /// How many ratings it was learnt from; 0 for one that was placed by its content.
    pub count: u32,
}

/// What somebody would rate a title.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The expected rating, on the scale or outside it.
    pub rating: f64,
    /// Variance of the rating around it: of person, title and the scatter of ratings together.
    pub variance: f64,
}

impl Title {
    /// A title of the pack. Cost: `rank`.
    pub fn of_item(model: &Ratings<'_>, item: ItemIx) -> Title {
        let mut side = Vec::with_capacity(model.size());
        side.push(1.0);
        let (codes, scale) = model.factors(item);
        side.extend(codes.iter().map(|code| f64::from(*code) * f64::from(scale)));
        Title {
            bias: f64::from(model.bias(item)),
            side,
            count: model.count(item),
        }
    }

    /// A title that the pack has never seen, by what it is about. Names are compared as they are written; what the model doesn't
    /// know adds nothing. Cost: the summary's length, and a binary search for each feature.
    pub fn of_new(model: &Ratings<'_>, features: &Features<'_>, new: &NewItem) -> Title {
        let mut row: Vec<f64> = model.base().map(f64::from).collect();
        let mut add = |(codes, scale): (&[i8], f32), value: f64| {
            let by = f64::from(scale) * value;
            for (number, code) in row.iter_mut().zip(codes) {
                *number += by * f64::from(*code);
            }
        };
        let text = text::vectorize(&features.rows.vocabulary, &new.text());
        for (term, code) in text.terms.iter().zip(&text.codes) {
            if let Some(weight) = model.feature(group::TEXT, u32::from(*term)) {
                add(weight, f64::from(*code) * f64::from(text.scale));
            }
        }
        for (group, number) in [(group::YEAR, new.year), (group::RUNTIME, new.runtime)] {
            if let Some(number) = number.filter(|number| *number > 0) {
                model.knots(group, u32::from(number), &mut add);
            }
        }
        for (place, attribute) in features.items.attributes.iter().enumerate() {
            let names = new.values_of(attribute.name);
            for (i, name) in names.iter().enumerate() {
                let known = || model.feature(group::ATTRIBUTES + place, attribute.values.find(name)? as u32);
                // A name twice is one name.
                if let Some(weight) = (!names[..i].contains(name)).then(known).flatten() {
                    add(weight, 1.0);
                }
            }
        }
        let bias = row.first().copied().unwrap_or(0.0);
        if let Some(first) = row.first_mut() {
            *first = 1.0;
        }
        Title {
            bias,
            side: row,
            count: 0,
        }
    }
}

/// A person's state, and how well it is known.
#[derive(Clone, Debug)]
pub struct Taste {
    state: Vec<f64>,
    /// Of the state's precision matrix.
    precision: Cholesky,
    /// How many ratings it was solved from.
    pub ratings: usize,
}

impl Taste {
    /// The taste of a person with these ratings, each of another title; without any, that of a person of whom nothing is known.
    /// `None` if the linear system has no solution, which no model that was learnt from ratings has.
    ///
    /// Cost: `ratings · rank² / 2 + rank³ / 6`.
    pub fn of(model: &Ratings<'_>, ratings: &[(ItemIx, f32)]) -> Option<Taste> {
        let size = model.size();
        let mut matrix = alloc::vec![0.0; start(size)];
        let mut state = alloc::vec![0.0; size];
        for (item, _) in ratings {
            let (codes, scale) = model.choice(*item);
            for (number, code) in state.iter_mut().zip(codes) {
                *number += f64::from(scale) * f64::from(*code);
            }
        }
        let root = sqrt(ratings.len().max(1) as f64);
        for (at, number) in state.iter_mut().enumerate() {
            let prior = f64::from(model.person_precision(at));
            *number *= prior / root;
            *matrix.get_mut(start(at) + at)? += prior;
        }
        let noise = f64::from(model.noise());
        let tau = 1.0 / (noise * noise);
        for (item, rating) in ratings {
            let title = Title::of_item(model, *item);
            let rest = f64::from(*rating) - f64::from(model.mean()) - title.bias;
            add_outer(&mut matrix, tau, &title.side);
            for (at, (number, side)) in state.iter_mut().zip(&title.side).enumerate() {
                *number += tau * rest * side;
                // The 1 in front is no number of the title's, so nothing of it is uncertain.
                if at > 0 {
                    *matrix.get_mut(start(at) + at)? += tau * model.variance(at, title.count);
                }
            }
        }
        let precision = Cholesky::of(matrix, size)?;
        precision.solve(&mut state);
        state.iter().all(|number| number.is_finite()).then_some(Taste {
            state,
            precision,
            ratings: ratings.len(),
        })
    }

    /// What the person would rate a title. Cost: `rank² / 2`, for the variance.
    pub fn rate(&self, model: &Ratings<'_>, title: &Title) -> Estimate {
        let both = |(a, b): (&f64, &f64)| a * b;
        let own: f64 = self.state.iter().zip(&title.side).map(both).sum();
        let mut side = title.side.clone();
        self.precision.forward(&mut side);
        let of_person: f64 = side.iter().map(|x| x * x).sum();
        let of_title: f64 = model.variance(0, title.count)
            + self
                .state
                .iter()
                .enumerate()
                .skip(1)
                .map(|(at, x)| x * x * model.variance(at, title.count))
                .sum::<f64>();
        let noise = f64::from(model.noise());
        Estimate {
            rating: f64::from(model.mean()) + title.bias + own,
            variance: noise * noise + of_person + of_title,
        }
    }
}
