//! `aftershow predict`: what people would rate titles, many pairs at once, through the quantized pack and the engine.

use std::{fmt, path::PathBuf, time::Instant};

use aftershow_core::{
    ItemId, PredictQuery, Query, Rating,
    engine::{Outcome, Prediction, PredictionSource},
};
use rayon::prelude::*;
use serde::Serialize;

use super::log::{RatingLog, Wanted};
use crate::{
    error::BuildError, interactions::Interactions, open::PackDir, people::Rows, progress::Progress, scratch,
    source::events::EventSource, tally::Tally,
};

/// What to predict.
#[derive(Clone, Debug)]
pub struct Predict {
    /// How people rated before.
    pub history: Vec<EventSource>,
    /// Whose ratings of what are wanted.
    pub pairs: Vec<EventSource>,
    /// The file to write.
    pub out: PathBuf,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct PredictReport {
    /// Number of pairs.
    pub pairs: usize,
    /// Pairs of an item that the pack lacks: their prediction is left empty.
    pub unknown: usize,
    /// Number of people.
    pub people: usize,
    /// People without a rating in the history: they get what people in general rate.
    pub people_without_history: usize,
    /// Seconds it took.
    pub seconds: f64,
    /// The file.
    pub out: String,
}

/// A prediction for a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predicted {
    /// The expected rating.
    pub rating: f64,
    /// Its standard deviation.
    pub uncertainty: f64,
    /// What it goes by.
    pub source: PredictionSource,
}

/// What people rated before, and the pairs of people and titles to predict; rows as [`Rows`] has them.
#[derive(Debug)]
pub struct Task {
    /// The weights are the ratings.
    pub history: Interactions,
    /// The weights are the true ratings, where they are known.
    pub pairs: Interactions,
    rows: Rows,
}

impl Task {
    /// Reads both. The resident parts must be attached.
    ///
    /// # Errors
    /// [`BuildError`] for a source that can't be read, and a pack without a rating model.
    pub fn read(
        pack: &PackDir,
        history: &[EventSource],
        pairs: &[EventSource],
        wanted: Wanted,
        progress: &Progress,
    ) -> Result<Task, BuildError> {
        // Before anything long: has the pack a model at all?
        pack.engine().predict(&PredictQuery::default())?;
        let mut rows = Rows::of(pack)?;
        let mut read = |sources: &[EventSource], wanted| -> Result<Interactions, BuildError> {
            let mut tally = Tally::default();
            let log = RatingLog::read(sources, wanted, false, progress, &mut tally)?;
            tally.tell(progress);
            rows.place(log)
        };
        let history = read(history, Wanted::Ratings)?;
        let pairs = read(pairs, wanted)?;
        Ok(Task { history, pairs, rows })
    }

    /// Whether the pack has the item.
    pub fn is_known(&self, item: u32) -> bool {
        (item as usize) < self.rows.items()
    }

    /// The predictions, as the pairs stand in their matrix; `None` for an item that the pack lacks. On all threads of the pool.
    ///
    /// Cost for each person: `(ratings + pairs) · rank² / 2`.
    ///
    /// # Errors
    /// [`BuildError::Query`], never in fact.
    pub fn predictions(&self, pack: &PackDir, progress: &Progress) -> Result<Vec<Option<Predicted>>, BuildError> {
        let ids = self.rows.ids()?;
        let stage = progress.stage("predictions", self.pairs.len() as u64);
        let of_people: Vec<Vec<Option<Predicted>>> = (0..self.pairs.user_count())
            .into_par_iter()
            .map(|person| {
                let predicted = self.of_person(pack, &ids, person)?;
                stage.inc(predicted.len() as u64);
                Ok(predicted)
            })
            .collect::<Result<_, BuildError>>()?;
        Ok(of_people.concat())
    }

    fn of_person(&self, pack: &PackDir, ids: &[ItemId], person: usize) -> Result<Vec<Option<Predicted>>, BuildError> {
        let ratings = self.ratings_of(ids, &self.pairs.users[person]);
        let wanted: Vec<u32> = self.pairs.range(person).map(|at| self.pairs.items[at]).collect();
        let mut all = vec![None; wanted.len()];
        let known: Vec<usize> = (0..wanted.len()).filter(|at| self.is_known(wanted[*at])).collect();
        let mut query = PredictQuery {
            ratings,
            ..PredictQuery::default()
        };
        for places in known.chunks(PredictQuery::MAX_ITEMS) {
            query.items = places.iter().map(|at| ids[wanted[*at] as usize].clone()).collect();
            let Outcome::Answer(answer) = pack.engine().predict(&query)? else {
                return Err(parts_missing(pack));
            };
            // All ids are the pack's own, so each has a prediction, in the order asked.
            for (
                at,
                Prediction {
                    prediction,
                    uncertainty,
                    source,
                    ..
                },
            ) in places.iter().zip(answer.items)
            {
                all[*at] = Some(Predicted {
                    rating: prediction,
                    uncertainty,
                    source,
                });
            }
        }
        Ok(all)
    }

    /// The person's ratings; of more than a question may hold the newest.
    fn ratings_of(&self, ids: &[ItemId], person: &str) -> Vec<Rating> {
        let Some(row) = self.history.find(person) else {
            return Vec::new();
        };
        let mut places: Vec<usize> = self
            .history
            .range(row)
            .filter(|at| self.is_known(self.history.items[*at]))
            .collect();
        if places.len() > Query::MAX_HISTORY {
            places.sort_by_key(|at| std::cmp::Reverse(self.history.days[*at]));
            places.truncate(Query::MAX_HISTORY);
        }
        let rating = |at: usize| Rating {
            item: ids[self.history.items[at] as usize].clone(),
            value: self.history.weights[at],
        };
        places.into_iter().map(rating).collect()
    }

    /// People of the pairs without a rating in the history.
    pub fn people_without_history(&self) -> usize {
        let users = self.pairs.users.iter();
        users.filter(|user| self.history.find(user).is_none()).count()
    }
}

fn parts_missing(pack: &PackDir) -> BuildError {
    BuildError::Pack {
        code: "pack",
        place: pack.dir().display().to_string(),
        reason: "a part is missing; rebuild the pack".to_owned(),
    }
}

/// Predicts and writes the file, whole or not at all: `user,item,prediction`, users by the bytes of their ids, each one's items in the
/// pack's order.
///
/// # Errors
/// As [`Task::read`], and [`BuildError::Write`].
pub fn predict(pack: &mut PackDir, plan: &Predict, progress: &Progress) -> Result<PredictReport, BuildError> {
    let begun = Instant::now();
    pack.keep_out(&plan.out)?;
    pack.attach_resident()?;
    let task = Task::read(pack, &plan.history, &plan.pairs, Wanted::Pairs, progress)?;
    let predictions = task.predictions(pack, progress)?;
    let names = task.rows.names()?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| BuildError::write(&plan.out, e.into());
    csv.write_record(["user", "item", "prediction"]).map_err(failed)?;
    let mut unknown = 0;
    for person in 0..task.pairs.user_count() {
        for at in task.pairs.range(person) {
            let shown = match predictions[at] {
                Some(predicted) => format!("{:.4}", predicted.rating),
                None => {
                    unknown += 1;
                    String::new()
                }
            };
            let item = &names[task.pairs.items[at] as usize];
            csv.write_record([&task.pairs.users[person], item, &shown])
                .map_err(failed)?;
        }
    }
    csv.flush().map_err(|e| BuildError::write(&plan.out, e))?;
    let bytes = csv
        .into_inner()
        .map_err(|e| BuildError::write(&plan.out, e.into_error()))?;
    scratch::write_file(&plan.out, &bytes)?;
    if unknown > 0 {
        progress.warn(&format!(
            "{unknown} pairs are of items that the pack lacks: their prediction is left empty"
        ));
    }
    Ok(PredictReport {
        pairs: task.pairs.len(),
        unknown,
        people: task.pairs.user_count(),
        people_without_history: task.people_without_history(),
        seconds: begun.elapsed().as_secs_f64(),
        out: plan.out.display().to_string(),
    })
}

impl fmt::Display for PredictReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} has {} predictions for {} people, made in {:.1} s",
            self.out,
            self.pairs - self.unknown,
            self.people,
            self.seconds
        )
    }
}
