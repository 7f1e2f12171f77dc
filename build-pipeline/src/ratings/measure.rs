//! `aftershow evaluate --ratings-test`: how far off predicted ratings are, through the quantized pack and the engine.

use std::{fmt, time::Instant};

use serde::Serialize;

use super::{
    log::Wanted,
    predict::{Predicted, Task},
};
use crate::{error::BuildError, open::PackDir, progress::Progress, source::events::EventSource};

/// How far off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Number of ratings measured on.
    pub count: usize,
    /// Number of people who gave them.
    pub people: usize,
    /// People without a rating in the history: they were predicted what people in general rate.
    pub people_without_history: usize,
    /// Ratings of items that the pack lacks: left out.
    pub unknown: usize,
    /// Share of the ratings that are no farther off than the uncertainty says, one standard deviation: 0.68 if it is true.
    pub within_uncertainty: f64,
    /// Of two titles that one person rated differently, how often the better one is predicted the higher rating (AUC), averaged
    /// over the people with such titles; 0.5 by chance. `None` if there are no such people.
    pub auc: Option<f64>,
    /// The same errors if each person is predicted the mean of their own history.
    pub person_mean: Errors,
    /// Seconds it took.
    pub seconds: f64,
}

/// Two ways to say how far off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Errors {
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
}

#[derive(Default)]
struct Sums {
    squares: f64,
    absolutes: f64,
    count: usize,
}

impl Sums {
    fn add(&mut self, off: f64) {
        self.squares += off * off;
        self.absolutes += off.abs();
        self.count += 1;
    }

    fn errors(&self) -> Errors {
        let count = self.count.max(1) as f64;
        Errors {
            rmse: (self.squares / count).sqrt(),
            mae: self.absolutes / count,
        }
    }
}

/// Measures a pack.
///
/// # Errors
/// As [`Task::read`]; [`BuildError::Input`] if no rating of the test is of a title of the pack.
pub fn measure(
    pack: &mut PackDir,
    history: &[EventSource],
    test: &[EventSource],
    progress: &Progress,
) -> Result<Measured, BuildError> {
    let begun = Instant::now();
    pack.attach_resident()?;
    let task = Task::read(pack, history, test, Wanted::Ratings, progress)?;
    let predictions = task.predictions(pack, progress)?;
    let overall = mean(&task.history.weights);
    let (mut own, mut baseline) = (Sums::default(), Sums::default());
    let (mut within, mut people) = (0usize, 0usize);
    let mut aucs = Vec::new();
    for person in 0..task.pairs.user_count() {
        let known = task.history.find(&task.pairs.users[person]);
        let person_mean = known.map_or(overall, |row| mean(&task.history.weights[task.history.range(row)]));
        let mut rated: Vec<(f64, f64)> = Vec::new();
        for at in task.pairs.range(person) {
            let truth = f64::from(task.pairs.weights[at]);
            let Some(Predicted {
                rating, uncertainty, ..
            }) = predictions[at]
            else {
                continue;
            };
            own.add(rating - truth);
            baseline.add(person_mean - truth);
            within += usize::from((rating - truth).abs() <= uncertainty);
            rated.push((rating, truth));
        }
        people += usize::from(!rated.is_empty());
        aucs.extend(auc(&rated));
    }
    if own.count == 0 {
        let shown: Vec<String> = test.iter().map(EventSource::shown).collect();
        return Err(BuildError::Input {
            place: shown.join(", "),
            reason: "none of its ratings is of a title of the pack: are these its ids?".to_owned(),
        });
    }
    let Errors { rmse, mae } = own.errors();
    Ok(Measured {
        rmse,
        mae,
        count: own.count,
        people,
        people_without_history: task.people_without_history(),
        unknown: task.pairs.len() - own.count,
        within_uncertainty: within as f64 / own.count as f64,
        auc: (!aucs.is_empty()).then(|| aucs.iter().sum::<f64>() / aucs.len() as f64),
        person_mean: baseline.errors(),
        seconds: begun.elapsed().as_secs_f64(),
    })
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len().max(1) as f64
}

/// How often the better rated of two has the higher prediction; ties count half. Pairs are (prediction, truth).
fn auc(rated: &[(f64, f64)]) -> Option<f64> {
    let (mut right, mut pairs) = (0.0, 0.0);
    for a in rated {
        for b in rated.iter().filter(|b| a.1 > b.1) {
            pairs += 1.0;
            right += match a.0.total_cmp(&b.0) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    (pairs > 0.0).then(|| right / pairs)
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ratings of {} people", self.count, self.people)?;
        writeln!(f, "                       RMSE     MAE")?;
        writeln!(f, "  pack               {:.4}  {:.4}", self.rmse, self.mae)?;
        let Errors { rmse, mae } = self.person_mean;
        writeln!(f, "  person's own mean  {rmse:.4}  {mae:.4}")?;
        let within = 100.0 * self.within_uncertainty;
        writeln!(
            f,
            "{within:.1} % are within the uncertainty, of which one in three should not be"
        )?;
        if let Some(auc) = self.auc {
            writeln!(
                f,
                "of two titles of one person the better one is predicted higher in {:.1} %",
                100.0 * auc
            )?;
        }
        if self.unknown > 0 {
            writeln!(f, "{} ratings of items that the pack lacks are left out", self.unknown)?;
        }
        if self.people_without_history > 0 {
            writeln!(f, "{} people have no history", self.people_without_history)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auc_counts_the_pairs_that_are_in_order() {
        assert_eq!(auc(&[(3.0, 5.0), (2.0, 1.0), (2.5, 1.0)]), Some(1.0));
        assert_eq!(auc(&[(2.0, 5.0), (2.0, 1.0)]), Some(0.5));
        assert_eq!(auc(&[(3.0, 4.0), (2.0, 4.0)]), None);
    }
}
