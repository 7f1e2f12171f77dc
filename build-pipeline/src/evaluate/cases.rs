//! Who is asked about, and what would be right: users with a history, and what they wanted afterwards.

use crate::interactions::Interactions;

/// Everybody's history, and the users whose lists are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Cases {
    /// What people did before, in the rows of the pack; rows from `items` on are of items that it lacks.
    pub history: Interactions,
    /// Number of items of the pack.
    pub items: usize,
    /// The users with test items, in the order of the history.
    pub users: Vec<Case>,
    /// Users of the test who have no history: they are not measured.
    pub cold_users: usize,
    /// Users whose test items are all in their history, or none of whose is of a weight above 0: neither are they.
    pub users_without_test: usize,
}

/// A user who is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The user in the history.
    pub user: usize,
    /// The items that they wanted, ascending; none twice, none of the history.
    pub wanted: Vec<u32>,
}

impl Cases {
    /// From a history and a test over the same rows.
    pub fn new(history: Interactions, test: &Interactions, items: usize) -> Cases {
        let mut cases = Cases {
            history,
            items,
            users: Vec::new(),
            cold_users: 0,
            users_without_test: 0,
        };
        for at in 0..test.user_count() {
            let Some(user) = cases.history.find(&test.users[at]) else {
                cases.cold_users += usize::from(test.positives(at).next().is_some());
                continue;
            };
            let seen = &cases.history.items[cases.history.range(user)];
            let wanted: Vec<u32> = test
                .positives(at)
                .map(|(item, _)| item)
                .filter(|item| seen.binary_search(item).is_err())
                .collect();
            if wanted.is_empty() {
                cases.users_without_test += 1;
            } else {
                cases.users.push(Case { user, wanted });
            }
        }
        cases
    }

    /// Number of test items of all users.
    pub fn wanted(&self) -> usize {
        self.users.iter().map(|case| case.wanted.len()).sum()
    }

    /// How many of them the pack lacks: no list can have those, and yet they count.
    pub fn wanted_beyond(&self) -> usize {
        let beyond = |case: &Case| case.wanted.iter().filter(|item| **item as usize >= self.items).count();
        self.users.iter().map(beyond).sum()
    }

    /// The same for the rows of another pack of `items`: row `i` is `rows[i]` there.
    pub fn renumbered(&self, rows: &[Option<u32>], items: usize) -> Cases {
        let beyond = rows.iter().flatten().map(|row| *row as usize + 1).max().unwrap_or(0);
        let wanted = |case: &Case| {
            let mut wanted: Vec<u32> = case.wanted.iter().filter_map(|item| rows[*item as usize]).collect();
            wanted.sort_unstable();
            wanted
        };
        Cases {
            history: self.history.renumbered(rows, beyond),
            items,
            users: self
                .users
                .iter()
                .map(|case| Case {
                    user: case.user,
                    wanted: wanted(case),
                })
                .collect(),
            ..*self
        }
    }

    /// Of each item of the pack, how many people had it with a weight above 0 in their history.
    pub fn popularity(&self) -> Vec<u32> {
        let mut counts = self.history.item_counts();
        counts.resize(self.items.max(counts.len()), 0);
        counts.truncate(self.items);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interactions::Event;

    fn log(events: &[(u32, u32, f32)]) -> Interactions {
        let users = ["ann", "bob", "cyd", "dan"].map(str::to_owned).to_vec();
        let event = |(user, item, weight): &(u32, u32, f32)| Event {
            user: *user,
            item: *item,
            weight: *weight,
            day: 0,
        };
        let events: Vec<Event> = events.iter().map(event).collect();
        Interactions::new(users, &events, 6)
    }

    #[test]
    fn wanted_is_what_was_liked_later_and_not_known_before() {
        let history = log(&[(0, 1, 1.0), (1, 2, 1.0), (2, 0, -1.0)]);
        let test = log(&[
            (0, 1, 1.0), // seen
            (0, 3, 1.0),
            (0, 5, 1.0),  // not in the pack
            (0, 4, -1.0), // disliked
            (1, 2, 1.0),  // all seen
            (3, 1, 1.0),  // no history
        ]);
        let cases = Cases::new(history, &test, 5);
        assert_eq!(
            cases.users,
            [Case {
                user: 0,
                wanted: vec![3, 5]
            }]
        );
        assert_eq!((cases.cold_users, cases.users_without_test), (1, 1));
        assert_eq!((cases.wanted(), cases.wanted_beyond()), (2, 1));
        assert_eq!(cases.popularity(), [0, 1, 1, 0, 0], "a dislike makes nothing popular");
    }

    #[test]
    fn another_pack_may_have_its_rows_in_another_order() {
        let cases = Cases::new(log(&[(0, 1, 1.0)]), &log(&[(0, 3, 1.0), (0, 0, 1.0)]), 6);
        let rows = [5, 4, 3, 2, 1, 0].map(Some);
        let other = cases.renumbered(&rows, 6);
        assert_eq!(other.users[0].wanted, [2, 5]);
        assert_eq!(other.history.items, [4]);
    }
}
