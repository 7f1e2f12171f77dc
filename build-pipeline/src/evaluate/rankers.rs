//! Who makes the lists that are measured: the pack through the engine, and what it is compared with.

use aftershow_core::{BlendPatch, Knobs};

use super::cases::{Case, Cases};
use crate::{
    error::BuildError,
    models::Model,
    open::PackDir,
    people::{self, Ask, Rows},
    preferences::Preferences,
};

/// Makes lists.
pub enum Ranker<'a> {
    /// The quantized pack, through the engine that answers everywhere.
    Pack {
        /// The pack, resident parts attached.
        pack: &'a PackDir,
        /// Its rows.
        rows: &'a Rows,
        /// What users say they prefer.
        preferences: &'a Preferences,
        /// How much each side counts, over the pack's own.
        blend: BlendPatch,
        /// What every kind of question may ask for.
        knobs: &'a Knobs,
        /// Where only one side is wanted: for whom it has nothing to say, what is popular. (The engine would ask the
        /// other side.)
        only: Option<Side>,
    },
    /// The catalogue's order, which is by popularity.
    Popularity,
    /// A model before it was made small: in floating point, nothing quantized, nothing left out.
    Float(&'a dyn Model),
}

/// A side of the blend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What items are like.
    Content,
    /// What people did.
    Collaborative,
}

/// A list, best first, and whether the ranker knew something of the user.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Rows of the pack.
    pub rows: Vec<u32>,
    /// `false` if it holds what is popular because there was nothing else to go by.
    pub is_personal: bool,
}

impl Ranker<'_> {
    /// The best `n` items for a user, without those of the history.
    ///
    /// # Errors
    /// What the engine says.
    pub fn list(&self, cases: &Cases, case: &Case, n: usize) -> Result<List, BuildError> {
        let events = people::events(&cases.history, case.user);
        match self {
            Ranker::Popularity => Ok(popular(cases, case, n)),
            Ranker::Float(model) => Ok(by_scores(&scores(*model, cases.items, &events), cases, case, n)),
            Ranker::Pack {
                pack,
                rows,
                preferences,
                blend,
                knobs,
                only,
            } => {
                let genres = preferences.of(&cases.history.users[case.user]);
                let ask = Ask {
                    n,
                    blend: *blend,
                    knobs: (*knobs).clone(),
                };
                let ranking = people::recommend(pack, rows, &events, genres, &ask)?;
                let of_other = match only {
                    Some(Side::Content) => ranking.weights.collaborative,
                    Some(Side::Collaborative) => ranking.weights.content,
                    None => 0.0,
                };
                if of_other > 0.0 {
                    return Ok(popular(cases, case, n));
                }
                Ok(List {
                    is_personal: ranking
                        .items
                        .iter()
                        .any(|item| item.source != aftershow_core::Source::Popular),
                    rows: ranking.items.iter().map(|item| item.row).collect(),
                })
            }
        }
    }
}

fn unseen<'c>(cases: &'c Cases, case: &Case) -> impl Iterator<Item = u32> + use<'c> {
    let seen = &cases.history.items[cases.history.range(case.user)];
    (0..cases.items as u32).filter(|row| seen.binary_search(row).is_err())
}

fn popular(cases: &Cases, case: &Case, n: usize) -> List {
    List {
        rows: unseen(cases, case).take(n).collect(),
        is_personal: false,
    }
}

fn scores(model: &dyn Model, items: usize, events: &[(u32, f32, u32)]) -> Vec<f32> {
    let known = events.iter().filter(|(row, ..)| (*row as usize) < items);
    let history: Vec<(u32, f32)> = known.map(|(row, weight, _)| (*row, *weight)).collect();
    let mut scores = vec![0.0; items];
    model.score(&history, &mut scores);
    scores
}

/// As the engine has it: scores above 0 first, equal ones by row; then all others by popularity.
fn by_scores(scores: &[f32], cases: &Cases, case: &Case, n: usize) -> List {
    let mut best: Vec<u32> = unseen(cases, case).filter(|row| scores[*row as usize] > 0.0).collect();
    let better = |a: &u32, b: &u32| {
        let of = |row: &u32| scores[*row as usize];
        of(b).total_cmp(&of(a)).then(a.cmp(b))
    };
    if best.len() > n && n > 0 {
        best.select_nth_unstable_by(n - 1, better);
        best.truncate(n);
    }
    best.sort_unstable_by(better);
    let is_personal = !best.is_empty();
    let missing = n - best.len();
    best.extend(
        unseen(cases, case)
            .filter(|row| scores[*row as usize] <= 0.0 || scores[*row as usize].is_nan())
            .take(missing),
    );
    List {
        rows: best,
        is_personal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interactions::{Event, Interactions};

    struct Fixed(Vec<f32>);

    impl Model for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }

        fn items(&self) -> usize {
            self.0.len()
        }

        fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
            for (_, weight) in history {
                out.iter_mut()
                    .zip(&self.0)
                    .for_each(|(out, score)| *out += weight * score);
            }
        }
    }

    fn cases(events: &[(u32, f32)]) -> Cases {
        let events: Vec<Event> = events
            .iter()
            .map(|(item, weight)| Event {
                user: 0,
                item: *item,
                weight: *weight,
                day: 0,
            })
            .collect();
        let history = Interactions::new(vec!["a".into()], &events, 7);
        let test = Interactions::new(
            vec!["a".into()],
            &[Event {
                user: 0,
                item: 1,
                weight: 1.0,
                day: 0,
            }],
            7,
        );
        Cases::new(history, &test, 6)
    }

    #[test]
    fn the_best_unseen_come_first_and_then_what_is_popular() {
        let cases = cases(&[(3, 1.0), (6, 1.0)]);
        let model = Fixed(vec![0.0, 0.5, -1.0, 9.0, 0.5, 0.7]);
        let list = |n| Ranker::Float(&model).list(&cases, &cases.users[0], n).unwrap();
        assert_eq!(list(9).rows, [5, 1, 4, 0, 2], "3 is seen, 6 is in no pack");
        assert_eq!(list(2).rows, [5, 1]);
        let popular = Ranker::Popularity.list(&cases, &cases.users[0], 3).unwrap();
        assert_eq!((popular.rows, popular.is_personal), (vec![0, 1, 2], false));
    }

    #[test]
    fn a_dislike_lowers_and_never_raises() {
        let cases = cases(&[(3, 1.0), (0, -2.0)]);
        let model = Fixed(vec![0.0, 0.5, -1.0, 9.0, 0.5, 0.7]);
        let scores = scores(&model, 6, &people::events(&cases.history, 0));
        assert_eq!(scores, [0.0, -0.5, -1.0, -9.0, -0.5, -0.7]);
    }
}
