//! How people rate, as a model: a rating is `mean + bias of the title + bias of the person + person · title`.
//!
//! A title is kept: a bias and a row of `rank` factors in 8-bit codes. A person is not: bias and vector, together the
//! *state*, are solved for when somebody asks, from the ratings in the question (see [`crate::kernel::ratings`]). What that takes
//! stands here too: how much the ratings scatter, how much persons do (their prior), how well each title is known, and for each
//! title what it says of a person to have rated it at all, whatever the rating.
//!
//! A title that nobody has rated is placed by what it is about: its bias and factors are a sum of a row for each of its
//! features. The rows of the pack's own titles are made that way when the pack is built; the rows of the features are kept for
//! titles that the pack has never seen.

use alloc::vec::Vec;

use zerocopy::little_endian::F32;

use super::{
    collaborative::Factors,
    container::{Container, Ints, Writer},
    layout::{MAX_GRAM, MAX_ITEMS, MAX_RATING, MAX_RATING_RANK, MIN_DEVIATION, section},
};
use crate::{error::OpenError, ids::ItemIx};

/// Rows of 8-bit codes: value = scale of its row · code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coded {
    /// The codes, row-major.
    pub codes: Vec<i8>,
    /// A scale for each row, finite, 0 to [`MAX_SCALE`](super::layout::MAX_SCALE).
    pub scales: Vec<f32>,
}

/// A scale of ratings: `lowest`, `lowest + step` … `highest`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingScale {
    /// The lowest rating.
    pub lowest: f32,
    /// The highest rating; above the lowest.
    pub highest: f32,
    /// The difference between two ratings next to each other; above 0.
    pub step: f32,
}

impl RatingScale {
    /// The value, or the end of the scale that it is beyond.
    // Not `clamp`, whose panic prints floats: 10 kB of wasm.
    pub fn within(&self, value: f64) -> f64 {
        value.max(self.lowest.into()).min(self.highest.into())
    }
}

/// A model to write. Rows are items, in the pack's order; a state is the bias and then the `rank` factors.
#[derive(Clone, Debug, PartialEq)]
pub struct RatingsData {
    /// Number of items.
    pub items: usize,
    /// Columns of the factors, 0 to [`MAX_RATING_RANK`].
    pub rank: usize,
    /// What a rating may be.
    pub scale: RatingScale,
    /// The mean of all ratings.
    pub mean: f32,
    /// Standard deviation of a rating around what the model says of it; above 0.
    pub noise: f32,
    /// What is known beforehand.
    pub priors: Priors,
    /// What each title is rated above the mean, by a person of whom nothing is known.
    pub biases: Vec<f32>,
    /// `items × rank`.
    pub factors: Coded,
    /// How many ratings each title was learnt from; 0 for one that was placed by its content.
    pub counts: Vec<u32>,
    /// `items × (1 + rank)`: what it adds to the state of a person to have rated the title, divided by the root of the number
    /// of their ratings (Koren 2008, SVD++). Without codes it adds nothing.
    pub choices: Coded,
    /// What a title of no known feature is: bias and factors.
    pub base: Vec<f32>,
    /// The features, group by group, each with its keys ascending: see [`group`].
    pub groups: Vec<Vec<u32>>,
    /// `features × (1 + rank)`: what each feature adds to a title, in the order of the groups.
    pub weights: Coded,
}

/// What is known beforehand: precisions (1 / variance), one for the bias and one for each factor, each from 10⁻⁶ to 10¹².
#[derive(Clone, Debug, PartialEq)]
pub struct Priors {
    /// Of a person's state around what their choice of titles says.
    pub person: Vec<f32>,
    /// Of a title's row before its first rating. A title with `n` ratings has the precision `title + n · information`.
    pub title: Vec<f32>,
    /// What a rating adds to the precision of a title, on average; 0 or more.
    pub information: Vec<f32>,
    /// Of the row of a title without ratings.
    pub content: Vec<f32>,
}

/// Which features stand in which group.
pub mod group {
    /// Terms of the vocabulary of the features part, by number; the value is that of the text row.
    pub const TEXT: usize = 0;
    /// Years; the value of a title between two of them is shared by nearness.
    pub const YEAR: usize = 1;
    /// Runtimes in minutes, in the same way.
    pub const RUNTIME: usize = 2;
    /// Values of the features part's attribute `a`, by their place in its dictionary, in the group `ATTRIBUTES + a`.
    pub const ATTRIBUTES: usize = 3;
}

/// A model, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Ratings<'a> {
    /// Lowest, highest, step, mean, noise.
    scale: &'a [F32],
    /// Person, title, information, content.
    priors: &'a [F32],
    biases: &'a [F32],
    factors: Factors<'a>,
    counts: Ints<'a>,
    choices: Option<Factors<'a>>,
    base: &'a [F32],
    group_ends: Ints<'a>,
    keys: Ints<'a>,
    weights: Factors<'a>,
}

impl<'a> Ratings<'a> {
    /// Finds the sections; looks at shapes only.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Ratings<'a>, OpenError> {
        let factors = |codes, scales| Factors::open(part, codes, scales);
        let choices = || factors(section::RATING_CHOICES, section::RATING_CHOICE_SCALES);
        Ok(Ratings {
            scale: part.f32s(section::RATING_SCALE, "rating scale")?,
            priors: part.f32s(section::RATING_PRIORS, "rating priors")?,
            biases: part.f32s(section::RATING_BIASES, "rating biases")?,
            factors: factors(section::RATING_FACTORS, section::RATING_FACTOR_SCALES)?,
            counts: part.ints(section::RATING_COUNTS, "rating counts")?,
            choices: part.has(section::RATING_CHOICES).then(choices).transpose()?,
            base: part.f32s(section::RATING_BASE, "base of new titles")?,
            group_ends: part.ints(section::RATING_GROUP_ENDS, "feature groups")?,
            keys: part.ints(section::RATING_KEYS, "features")?,
            weights: factors(section::RATING_WEIGHTS, section::RATING_WEIGHT_SCALES)?,
        })
    }

    /// Checks every value, for a catalogue of `items`.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        let bad = |what| Err(OpenError::Value { what });
        let size = self.size();
        if items > MAX_ITEMS || !(1..=MAX_RATING_RANK + 1).contains(&size) {
            return bad("shape of the rating model");
        }
        let within = |values: &[F32], least: f32, most: f32| values.iter().all(|v| (least..=most).contains(&v.get()));
        let RatingScale { lowest, highest, step } = self.scale();
        if self.scale.len() != 5
            || !within(self.scale, -MAX_RATING, MAX_RATING)
            || lowest >= highest
            || step <= 0.0
            || self.noise() < MIN_DEVIATION
        {
            return bad("rating scale");
        }
        let split = self.priors.split_at_checked(2 * size);
        let Some((known, (information, content))) = split.and_then(|(k, rest)| Some((k, rest.split_at_checked(size)?)))
        else {
            return bad("number of rating priors");
        };
        if content.len() != size {
            return bad("number of rating priors");
        }
        if !within(known, MIN_DEVIATION, MAX_GRAM)
            || !within(information, 0.0, MAX_GRAM)
            || !within(content, MIN_DEVIATION, MAX_GRAM)
        {
            return bad("rating priors");
        }
        if self.biases.len() != items
            || !within(self.biases, -MAX_RATING, MAX_RATING)
            || !within(self.base, -MAX_RATING, MAX_RATING)
        {
            return bad("rating biases");
        }
        self.factors.check(items, size - 1)?;
        self.counts.check_len(items, "rating counts")?;
        self.counts.check_below(1 << 32, "rating counts")?;
        if let Some(choices) = self.choices {
            choices.check(items, size)?;
        }
        self.group_ends.check_ends(self.keys.len(), "feature groups")?;
        self.keys.check_below(1 << 32, "features")?;
        for group in 0..self.group_ends.len() {
            let run = self.group_ends.run(group);
            if run.clone().skip(1).any(|at| self.keys.at(at) <= self.keys.at(at - 1)) {
                return bad("order of the features");
            }
        }
        self.weights.check(self.keys.len(), size)
    }

    fn scalar(&self, at: usize) -> f32 {
        self.scale.get(at).map_or(0.0, |value| value.get())
    }

    /// What a rating may be.
    pub fn scale(&self) -> RatingScale {
        RatingScale {
            lowest: self.scalar(0),
            highest: self.scalar(1),
            step: self.scalar(2),
        }
    }

    /// The mean of all ratings.
    pub fn mean(&self) -> f32 {
        self.scalar(3)
    }

    /// Standard deviation of a rating around what the model says of it.
    pub fn noise(&self) -> f32 {
        self.scalar(4)
    }

    /// Numbers of a state: the bias and the factors.
    pub fn size(&self) -> usize {
        self.base.len()
    }

    /// Precision of number `at` of a person's state, before their first rating.
    pub fn person_precision(&self, at: usize) -> f32 {
        self.prior(0, at)
    }

    /// Variance of number `at` of the row of a title that was learnt from `count` ratings.
    pub fn variance(&self, at: usize, count: u32) -> f64 {
        1.0 / match count {
            0 => f64::from(self.prior(3, at)),
            count => f64::from(self.prior(1, at)) + f64::from(count) * f64::from(self.prior(2, at)),
        }
    }

    fn prior(&self, which: usize, at: usize) -> f32 {
        self.priors
            .get(which * self.size() + at)
            .map_or(1.0, |value| value.get())
    }

    /// What a title is rated above the mean, by a person of whom nothing is known.
    pub fn bias(&self, item: ItemIx) -> f32 {
        self.biases.get(item.at()).map_or(0.0, |value| value.get())
    }

    /// The factors of a title: codes and their scale.
    pub fn factors(&self, item: ItemIx) -> (&'a [i8], f32) {
        self.factors.row(item, self.size().saturating_sub(1))
    }

    /// How many ratings a title was learnt from.
    pub fn count(&self, item: ItemIx) -> u32 {
        self.counts.at(item.at()) as u32
    }

    /// What it says of a person to have rated a title: codes and their scale; none if the model doesn't ask.
    pub fn choice(&self, item: ItemIx) -> (&'a [i8], f32) {
        self.choices
            .map_or((&[], 0.0), |choices| choices.row(item, self.size()))
    }

    /// What a title of no known feature is.
    pub fn base(&self) -> impl Iterator<Item = f32> + use<'a> {
        self.base.iter().map(|value| value.get())
    }

    /// The keys of a group, by their places.
    fn places(&self, group: usize) -> core::ops::Range<usize> {
        if group < self.group_ends.len() {
            self.group_ends.run(group)
        } else {
            0..0
        }
    }

    /// The first place in a group whose key is not below `key`.
    fn not_below(&self, group: usize, key: u32) -> usize {
        let (mut from, mut to) = (self.places(group).start, self.places(group).end);
        while from < to {
            let middle = from.midpoint(to);
            if self.keys.at(middle) < u64::from(key) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    fn weight(&self, place: usize) -> (&'a [i8], f32) {
        self.weights.row(ItemIx(place as u32), self.size())
    }

    /// What a feature adds to a title: codes and their scale; `None` for one that the model does not know.
    pub fn feature(&self, group: usize, key: u32) -> Option<(&'a [i8], f32)> {
        let place = self.not_below(group, key);
        let is_there = self.places(group).contains(&place) && self.keys.at(place) == u64::from(key);
        is_there.then(|| self.weight(place))
    }

    /// Calls `each` with what the knots around a number add, and how much each counts: a piecewise linear function, constant beyond
    /// the first knot and the last.
    pub fn knots(&self, group: usize, key: u32, mut each: impl FnMut((&'a [i8], f32), f64)) {
        let places = self.places(group);
        let Some(last) = places.end.checked_sub(1).filter(|last| places.contains(last)) else {
            return;
        };
        let right = self.not_below(group, key).min(last);
        let left = if right == places.start { right } else { right - 1 };
        let (low, high) = (self.keys.at(left) as f64, self.keys.at(right) as f64);
        let share = if high > low {
            ((f64::from(key) - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            1.0
        };
        if share < 1.0 {
            each(self.weight(left), 1.0 - share);
        }
        if share > 0.0 {
            each(self.weight(right), share);
        }
    }
}

/// Writes the sections that [`Ratings`] reads, into a part of the kind [`RATINGS`](super::layout::kind::RATINGS).
///
/// # Errors
/// [`OpenError::Value`] if lengths don't fit together or a value is out of its range.
pub fn write(data: &RatingsData) -> Result<Vec<u8>, OpenError> {
    let mut out = Writer::new(super::layout::kind::RATINGS);
    let size = data.rank + 1;
    let priors = &data.priors;
    let all = [&priors.person, &priors.title, &priors.information, &priors.content];
    if all.iter().any(|prior| prior.len() != size) || data.base.len() != size {
        return Err(OpenError::Value {
            what: "shape of the rating model",
        });
    }
    let RatingScale { lowest, highest, step } = data.scale;
    out.f32s(section::RATING_SCALE, &[lowest, highest, step, data.mean, data.noise]);
    out.f32s(section::RATING_PRIORS, &all.map(Vec::as_slice).concat());
    out.f32s(section::RATING_BIASES, &data.biases);
    let mut coded = |codes, scales, rows: &Coded| {
        out.i8s(codes, &rows.codes);
        out.f32s(scales, &rows.scales);
    };
    coded(section::RATING_FACTORS, section::RATING_FACTOR_SCALES, &data.factors);
    if !data.choices.codes.is_empty() {
        coded(section::RATING_CHOICES, section::RATING_CHOICE_SCALES, &data.choices);
    }
    coded(section::RATING_WEIGHTS, section::RATING_WEIGHT_SCALES, &data.weights);
    let wide = |values: &[u32]| values.iter().map(|v| u64::from(*v)).collect::<Vec<u64>>();
    out.ints(section::RATING_COUNTS, &wide(&data.counts));
    out.f32s(section::RATING_BASE, &data.base);
    let mut end = 0;
    let ends = data.groups.iter().map(|group| {
        end += group.len() as u64;
        end
    });
    out.ints(section::RATING_GROUP_ENDS, &ends.collect::<Vec<_>>());
    out.ints(section::RATING_KEYS, &wide(&data.groups.concat()));
    let bytes = out.finish()?;
    // The reader's rules are the writer's.
    let part = Container::open(bytes, super::layout::kind::RATINGS)?;
    Ratings::open(&part)?.check(data.items)?;
    Ok(part.into_bytes())
}
