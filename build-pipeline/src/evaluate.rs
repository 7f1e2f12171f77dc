//! `aftershow evaluate`: how good a pack's recommendations are, measured on what people did afterwards.
//!
//! The lists come from the quantized pack through the engine, as every host gets them. In the order of the data:
//! [`cases`] has who is asked about and what would be right, [`rankers`] make lists, [`metrics`] say what one is worth,
//! [`measure`] makes and measures all of them, [`bootstrap`] gives the intervals, [`findings`] is what comes out,
//! [`report`] shows it.

pub mod bootstrap;
pub mod cases;
pub mod findings;
mod float_model;
pub mod measure;
pub mod metrics;
pub mod rankers;
pub mod report;

use std::{path::PathBuf, time::Instant};

use aftershow_core::{BlendPatch, Knobs, Rerank, VariantName};
use clap::ValueEnum;

pub use findings::Findings;

use self::{
    bootstrap::Means,
    cases::Cases,
    findings::{About, Compared, Curve, Row},
    measure::{Measured, Measuring},
    rankers::{Ranker, Side},
};
use crate::{
    config::InteractionsConfig,
    error::BuildError,
    open::PackDir,
    people::{Ask, Rows},
    preferences::Preferences,
    progress::Progress,
    source::{events::EventSource, users},
    tally::Tally,
};

/// What to measure.
#[derive(Clone, Debug)]
pub struct Evaluate {
    /// What people did before.
    pub history: Vec<EventSource>,
    /// What they did after.
    pub test: Vec<EventSource>,
    /// What events are worth; and its `users` say what users prefer.
    pub settings: InteractionsConfig,
    /// Lengths of the lists, each from 1 to 100.
    pub ks: Vec<usize>,
    /// Whether to measure what the pack is compared with.
    pub baselines: bool,
    /// Further packs of the same data.
    pub compare: Vec<PathBuf>,
    /// How much each side counts, over the pack's own.
    pub blend: BlendPatch,
    /// What every kind of question may ask for.
    pub knobs: Knobs,
    /// Whether to measure each variant of the pack's experiments.
    pub variants: bool,
    /// Values of knobs of reranking to measure beside the pack's own.
    pub curve: Vec<(Share, f32)>,
    /// Seed of the resamples.
    pub seed: u64,
}

/// A knob of reranking from 0 to 1, of which [`Evaluate::curve`] measures several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Share {
    /// Diversity.
    Diversity,
    /// Calibration.
    Calibration,
    /// Freshness.
    Freshness,
    /// Popularity damping.
    PopularityDamping,
}

impl Share {
    fn name(self) -> &'static str {
        match self {
            Share::Diversity => "diversity",
            Share::Calibration => "calibration",
            Share::Freshness => "freshness",
            Share::PopularityDamping => "popularity_damping",
        }
    }

    fn of(self, rerank: &mut Rerank) -> &mut Option<f32> {
        match self {
            Share::Diversity => &mut rerank.diversity,
            Share::Calibration => &mut rerank.calibration,
            Share::Freshness => &mut rerank.freshness,
            Share::PopularityDamping => &mut rerank.popularity_damping,
        }
    }
}

/// Measures a pack.
///
/// # Errors
/// [`BuildError`] for events or packs that can't be read, numbers out of their range, and a test of which nothing can
/// be measured.
pub fn evaluate(pack: &mut PackDir, plan: &Evaluate, progress: &Progress) -> Result<Findings, BuildError> {
    let begun = Instant::now();
    if plan.variants && pack.manifest().experiments.is_empty() {
        return Err(BuildError::Usage {
            reason: "--variants: the pack has no experiments; give it some under `experiments` in the configuration of its build"
                .to_owned(),
        });
    }
    let ks = lengths(&plan.ks)?;
    Ask {
        n: 1,
        blend: plan.blend,
        knobs: plan.knobs.clone(),
    }
    .check()?;
    pack.attach_resident()?;
    let pack = &*pack;
    let others = others(pack, plan);
    let mut rows = Rows::of(pack)?;
    let history = rows.read(&plan.history, &plan.settings, progress)?;
    let test = rows.read(&plan.test, &plan.settings, progress)?;
    let cases = Cases::new(history, &test, rows.items());
    drop(test);
    if cases.users.is_empty() {
        return Err(nothing_to_measure(plan, &cases));
    }
    let measuring = Measuring::new(&cases, &ks, &rows, pack.manifest(), plan.seed)?;
    let mut tally = Tally::default();
    let preferences = users::read(&plan.settings.users, false, &mut tally)?;
    tally.tell(progress);
    let with = |knobs, blend, only| Ranker::Pack {
        pack,
        rows: &rows,
        preferences: &preferences,
        blend,
        knobs,
        only,
    };
    let lists = |blend, only| with(&plan.knobs, blend, only);
    let own = measuring.measure(&lists(plan.blend, None), "lists of the pack", progress)?;
    let main = ks.iter().position(|k| *k == 20).unwrap_or(ks.len() - 1);
    let (before, now) = measuring.tenths(&own.shown[main]);
    let means = own.per_user.means(plan.seed);
    let mut found = vec![Row::of("pack", about_blend(pack, plan.blend), &own, &means, None, &ks)];
    let row = |key, label: String, measured: &Measured| {
        let others = measured.per_user.means(plan.seed);
        Row::of(key, label, measured, &others, Some(&means), &ks)
    };
    for other in &others {
        let ranker = with(&other.knobs, plan.blend, None);
        let measured = measuring.measure(&ranker, "lists of a variant", progress)?;
        found.push(row(other.key, other.label.clone(), &measured).at(other.setting));
    }
    let mut add = |key, label: String, measured: &Measured| found.push(row(key, label, measured));
    if plan.baselines {
        if let Some(model) = float_model::train_again(pack, &cases, &plan.settings, progress)? {
            let measured = measuring.measure(&Ranker::Float(&*model), "lists of the float model", progress)?;
            add(
                "float",
                format!("{}, not quantized, learned from --history", model.name()),
                &measured,
            );
        }
        for (side, key, label) in [
            (Side::Collaborative, "collaborative", "collaborative alone"),
            (Side::Content, "content", "content alone"),
        ] {
            let measured = measuring.measure(&lists(only(side), Some(side)), "lists of one side", progress)?;
            if measured.personal_users > 0 {
                add(key, label.to_owned(), &measured);
            } else {
                progress.note(&format!(
                    "{label}: the pack has nothing to go by, so there is no such row"
                ));
            }
        }
        let measured = measuring.measure(&Ranker::Popularity, "popular lists", progress)?;
        add("popularity", "popularity".to_owned(), &measured);
    }
    let against = Against {
        pack,
        rows: &rows,
        cases: &cases,
        preferences: &preferences,
        row: &found[0],
        means: &means,
        ks: &ks,
    };
    let compared = against.compare(plan, progress)?;
    let about = About::of(pack, &cases, &ks, main);
    Ok(Findings::new(
        about,
        found,
        curves(pack, plan),
        compared,
        [before, now],
        begun.elapsed().as_secs_f64(),
    ))
}

/// Another way to ask the pack: a row of its own.
struct Other {
    key: &'static str,
    label: String,
    setting: Option<f32>,
    knobs: Knobs,
}

/// What else the pack can be asked for.
fn others(pack: &PackDir, plan: &Evaluate) -> Vec<Other> {
    let mut rows = Vec::new();
    for experiment in pack.manifest().experiments.iter().filter(|_| plan.variants) {
        for variant in &experiment.variants {
            let name = VariantName {
                experiment: experiment.name.clone(),
                variant: variant.name.clone(),
            };
            rows.push(Other {
                key: "variant",
                label: format!("variant {}:{}", name.experiment, name.variant),
                setting: None,
                knobs: Knobs {
                    variant: Some(name),
                    ..plan.knobs.clone()
                },
            });
        }
    }
    for (share, value) in &plan.curve {
        let mut rerank = plan.knobs.rerank.clone().unwrap_or_default();
        *share.of(&mut rerank) = Some(*value);
        rows.push(Other {
            key: share.name(),
            label: format!("{} {value}", share.name()),
            setting: Some(*value),
            knobs: Knobs {
                rerank: Some(rerank),
                ..plan.knobs.clone()
            },
        });
    }
    rows
}

/// The knobs of the plan's curve, each once, with the values of the pack's own row: what is asked for, over the variant that is
/// asked for, over the pack's.
fn curves(pack: &PackDir, plan: &Evaluate) -> Vec<Curve> {
    let manifest = pack.manifest();
    let variant = plan.knobs.variant.as_ref().and_then(|name| {
        let mut experiments = manifest.experiments.iter();
        let experiment = experiments.find(|experiment| experiment.name == name.experiment)?;
        let variant = experiment
            .variants
            .iter()
            .find(|variant| variant.name == name.variant)?;
        Some(&variant.rerank)
    });
    let own = manifest.personal.as_ref().map(|personal| &personal.rerank);
    let layers = [plan.knobs.rerank.as_ref(), variant, own];
    let mut rerank = layers
        .into_iter()
        .flatten()
        .fold(Rerank::default(), |above, below| above.over(below));
    let mut curves: Vec<Curve> = Vec::new();
    for (share, _) in &plan.curve {
        if curves.iter().all(|curve| curve.knob != share.name()) {
            curves.push(Curve {
                knob: share.name(),
                own: share.of(&mut rerank).unwrap_or(0.0),
            });
        }
    }
    curves
}

/// The lengths, ascending, each once.
fn lengths(ks: &[usize]) -> Result<Vec<usize>, BuildError> {
    let mut ks = ks.to_vec();
    ks.sort_unstable();
    ks.dedup();
    match (ks.first(), ks.last()) {
        (Some(1..), Some(..=aftershow_core::Query::MAX_N)) => Ok(ks),
        _ => Err(BuildError::Usage {
            reason: format!(
                "-k must be whole numbers from 1 to {} with commas between them, such as 10,20,50",
                aftershow_core::Query::MAX_N
            ),
        }),
    }
}

fn only(side: Side) -> BlendPatch {
    let weight = |own: Side| Some(if own == side { 1.0 } else { 0.0 });
    BlendPatch {
        content: weight(Side::Content),
        collaborative: weight(Side::Collaborative),
    }
}

/// The pack's row by its weights.
fn about_blend(pack: &PackDir, blend: BlendPatch) -> String {
    let own = pack.manifest().personal.as_ref();
    let own = own.map_or(aftershow_core::Blend::DEFAULT, |own| aftershow_core::Blend {
        content: own.content_weight,
        collaborative: own.collaborative_weight,
    });
    match blend.over(own) {
        Ok(blend) => format!(
            "this pack, {:.2} content + {:.2} collaborative",
            blend.content, blend.collaborative
        ),
        Err(_) => "this pack".to_owned(),
    }
}

/// What the pack came to, for other packs to be compared with.
struct Against<'a> {
    pack: &'a PackDir,
    rows: &'a Rows,
    cases: &'a Cases,
    preferences: &'a Preferences,
    row: &'a Row,
    means: &'a Means,
    ks: &'a [usize],
}

impl Against<'_> {
    /// Measures the other packs of the plan; nothing if there are none.
    fn compare(&self, plan: &Evaluate, progress: &Progress) -> Result<Vec<Compared>, BuildError> {
        if plan.compare.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = vec![Compared::of(self.pack, self.row.clone())];
        for dir in &plan.compare {
            let mut other = PackDir::open(dir)?;
            other.attach_resident()?;
            let mut rows = Rows::of(&other)?;
            let cases = self.cases.renumbered(&self.rows.to(&mut rows)?, rows.items());
            let measuring = Measuring::new(&cases, self.ks, &rows, other.manifest(), plan.seed)?;
            let ranker = Ranker::Pack {
                pack: &other,
                rows: &rows,
                preferences: self.preferences,
                blend: plan.blend,
                knobs: &plan.knobs,
                only: None,
            };
            let measured = measuring.measure(&ranker, "lists of another", progress)?;
            let means = measured.per_user.means(plan.seed);
            let label = about_blend(&other, plan.blend);
            let row = Row::of("compared", label, &measured, &means, Some(self.means), self.ks);
            all.push(Compared::of(&other, row));
        }
        Ok(all)
    }
}

fn nothing_to_measure(plan: &Evaluate, cases: &Cases) -> BuildError {
    let shown = |sources: &[EventSource]| sources.iter().map(EventSource::shown).collect::<Vec<_>>().join(", ");
    let why = if cases.users_without_test > 0 {
        "what its users wanted is all in their history"
    } else if cases.cold_users > 0 {
        "none of its users has a history: are these ids of the same users?"
    } else {
        "it holds no event of a weight above 0"
    };
    BuildError::Input {
        place: shown(&plan.test),
        reason: format!("nothing can be measured: {why} (--history {})", shown(&plan.history)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_sorted_and_checked() {
        assert_eq!(lengths(&[50, 10, 10]).unwrap(), [10, 50]);
        for bad in [&[0usize, 5][..], &[101], &[]] {
            assert!(lengths(bad).unwrap_err().to_string().contains("from 1 to 100"));
        }
    }
}
