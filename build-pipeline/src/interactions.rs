//! What people did, as one sparse matrix: users × items, a row a user.

use std::ops::Range;

/// One event, or several of one person and one title added up, before it has a place in the matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Number of the user.
    pub user: u32,
    /// Number of the item.
    pub item: u32,
    /// How much it says: above 0 liked, below 0 disliked.
    pub weight: f32,
    /// Day, counted from 1970-01-01; 0 if the source doesn't tell the time.
    pub day: u32,
}

/// Who did what: for each user the items, ascending and none twice, each with a weight and a day.
///
/// The lists `items`, `weights` and `days` are equally long; user `u` has the places
/// `ends[u - 1]..ends[u]` of them, with `ends[-1] = 0`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interactions {
    /// Ids of the users, in the order of their bytes; none twice. Numeric ids as text.
    pub users: Vec<String>,
    /// Where each user's events end.
    pub ends: Vec<usize>,
    /// The item: its row in the catalogue, below `item_count`.
    pub items: Vec<u32>,
    /// The sum of the weights of all events of the user with the item; above 0 liked, else disliked.
    pub weights: Vec<f32>,
    /// The newest of the days, counted from 1970-01-01; 0 unknown.
    pub days: Vec<u32>,
    /// Number of items, with those that nobody has an event with.
    pub item_count: usize,
    /// How well known each item is: the number of users who like it, older events counting less. In a part of a
    /// matrix it is that of the whole; in the order of a pack's rows it descends.
    pub popularity: Vec<f32>,
}

impl Interactions {
    /// From events in any order. Events of one user with one item are added up in the order given.
    ///
    /// `users` are the ids by the events' numbers; users without events are left out. Cost: a counting
    /// sort by user and a sort of each user's items.
    pub fn new(users: Vec<String>, events: &[Event], item_count: usize) -> Interactions {
        let mut order: Vec<u32> = (0..users.len() as u32).collect();
        order.sort_unstable_by(|a, b| users[*a as usize].cmp(&users[*b as usize]));
        let mut counts = vec![0usize; users.len()];
        events.iter().for_each(|event| counts[event.user as usize] += 1);
        let mut starts = vec![0usize; users.len()];
        let mut sum = 0;
        for user in &order {
            starts[*user as usize] = sum;
            sum += counts[*user as usize];
        }
        let nothing = Event {
            user: 0,
            item: 0,
            weight: 0.0,
            day: 0,
        };
        let mut sorted = vec![nothing; events.len()];
        let mut next = starts.clone();
        for event in events {
            let place = &mut next[event.user as usize];
            sorted[*place] = *event;
            *place += 1;
        }
        let mut matrix = Interactions {
            item_count,
            ..Interactions::default()
        };
        let mut users: Vec<Option<String>> = users.into_iter().map(Some).collect();
        for user in order.into_iter().map(|user| user as usize) {
            let own = &mut sorted[starts[user]..next[user]];
            own.sort_by_key(|event| event.item); // stable: sums are made in the order given
            let begun = matrix.items.len();
            for event in own {
                if matrix.items.len() > begun && matrix.items.last() == Some(&event.item) {
                    let last = matrix.items.len() - 1;
                    matrix.weights[last] += event.weight;
                    matrix.days[last] = matrix.days[last].max(event.day);
                } else {
                    matrix.push(event.item, event.weight, event.day);
                }
            }
            if matrix.items.len() > begun {
                matrix.users.extend(users[user].take());
                matrix.ends.push(matrix.items.len());
            }
        }
        matrix.popularity = matrix.decayed_counts(None);
        matrix
    }

    fn push(&mut self, item: u32, weight: f32, day: u32) {
        self.items.push(item);
        self.weights.push(weight);
        self.days.push(day);
    }

    /// Number of users.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Number of pairs of a user and an item.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no event at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The places of the user's events in the lists.
    pub fn range(&self, user: usize) -> Range<usize> {
        let start = if user == 0 { 0 } else { self.ends[user - 1] };
        start..self.ends[user]
    }

    /// The user with the id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.users.binary_search_by(|user| user.as_str().cmp(id)).ok()
    }

    /// The user's items with their weights, ascending by item.
    pub fn events(&self, user: usize) -> impl Iterator<Item = (u32, f32)> + Clone + '_ {
        self.range(user).map(|at| (self.items[at], self.weights[at]))
    }

    /// The user's items of a weight above 0, ascending.
    pub fn positives(&self, user: usize) -> impl Iterator<Item = (u32, f32)> + Clone + '_ {
        self.events(user).filter(|(_, weight)| *weight > 0.0)
    }

    /// How many users have each item with a weight above 0.
    pub fn item_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.item_count];
        for (item, weight) in self.items.iter().zip(&self.weights) {
            counts[*item as usize] += u32::from(*weight > 0.0);
        }
        counts
    }

    /// Which items somebody has an event with.
    pub fn rated(&self) -> Vec<bool> {
        let mut rated = vec![false; self.item_count];
        self.items.iter().for_each(|item| rated[*item as usize] = true);
        rated
    }

    /// How many users have each item with a weight above 0, where one counts half as much for every
    /// `half_life_days` between it and the newest event. One of unknown time counts as the others do on average.
    pub fn decayed_counts(&self, half_life_days: Option<f32>) -> Vec<f32> {
        let aging = Aging::new(half_life_days, self.days.iter().copied());
        let mut sums = vec![0f64; self.item_count];
        for at in 0..self.len() {
            if self.weights[at] > 0.0 {
                sums[self.items[at] as usize] += aging.share(self.days[at]);
            }
        }
        sums.into_iter().map(|sum| sum as f32).collect()
    }

    /// The events for which `keep` says so, by their places in the lists. Users left without events go.
    pub fn filter(&self, mut keep: impl FnMut(usize, usize) -> bool) -> Interactions {
        let mut kept = Interactions {
            item_count: self.item_count,
            popularity: self.popularity.clone(),
            ..Interactions::default()
        };
        for user in 0..self.user_count() {
            let begun = kept.len();
            for at in self.range(user).filter(|at| keep(user, *at)) {
                kept.push(self.items[at], self.weights[at], self.days[at]);
            }
            if kept.len() > begun {
                kept.users.push(self.users[user].clone());
                kept.ends.push(kept.len());
            }
        }
        kept
    }

    /// The users for which `keep` says so, with all their events.
    pub fn of_users(&self, mut keep: impl FnMut(usize) -> bool) -> Interactions {
        let kept: Vec<bool> = (0..self.user_count()).map(&mut keep).collect();
        self.filter(|user, _| kept[user])
    }

    /// Only users and items with enough events: whatever has fewer goes, until nothing more has to. The
    /// items keep their numbers.
    pub fn with_at_least(&self, per_user: usize, per_item: usize) -> Interactions {
        let mut kept = self.filter(|_, _| true);
        loop {
            let mut of_item = vec![0usize; kept.item_count];
            kept.items.iter().for_each(|item| of_item[*item as usize] += 1);
            let before = kept.len();
            kept = kept.filter(|_, at| of_item[kept.items[at] as usize] >= per_item);
            kept = kept.of_users(|user| kept.range(user).len() >= per_user);
            if kept.len() == before {
                return kept;
            }
        }
    }

    /// The pairs of a user and an item that `other` lacks.
    pub fn without(&self, other: &Interactions) -> Interactions {
        let known: Vec<Range<usize>> = self
            .users
            .iter()
            .map(|id| other.find(id).map_or(0..0, |user| other.range(user)))
            .collect();
        self.filter(|user, at| {
            let items = &other.items[known[user].clone()];
            items.binary_search(&self.items[at]).is_err()
        })
    }

    /// Numbers the items anew: what was item `i` is `new[i]`, or is left out if that is `None`.
    pub fn renumbered(&self, new: &[Option<u32>], item_count: usize) -> Interactions {
        let mut events = Vec::with_capacity(self.len());
        for user in 0..self.user_count() {
            for at in self.range(user) {
                if let Some(item) = new[self.items[at] as usize] {
                    events.push(Event {
                        user: user as u32,
                        item,
                        weight: self.weights[at],
                        day: self.days[at],
                    });
                }
            }
        }
        let mut renumbered = Interactions::new(self.users.clone(), &events, item_count);
        for (new, popularity) in new.iter().zip(&self.popularity) {
            if let Some(item) = new {
                renumbered.popularity[*item as usize] = *popularity;
            }
        }
        renumbered
    }
}

/// What an event of a day still counts at a later day: half for every half-life between them.
pub(crate) fn decay(day: u32, later: u32, half_life_days: Option<f32>) -> f64 {
    match half_life_days {
        Some(half_life) => (-f64::from(later.saturating_sub(day)) / f64::from(half_life)).exp2(),
        None => 1.0,
    }
}

/// How much events of each day count at the newest of them.
pub(crate) struct Aging {
    half_life_days: Option<f32>,
    newest: u32,
    /// What an event of unknown time counts.
    undated: f64,
}

impl Aging {
    /// Of events of these days, 0 being unknown.
    pub(crate) fn new(half_life_days: Option<f32>, days: impl Iterator<Item = u32> + Clone) -> Aging {
        let newest = days.clone().max().unwrap_or(0);
        let dated = || days.clone().filter(|day| *day > 0);
        let undated = if newest == 0 || half_life_days.is_none() {
            1.0
        } else {
            dated().map(|day| decay(day, newest, half_life_days)).sum::<f64>() / dated().count() as f64
        };
        Aging {
            half_life_days,
            newest,
            undated,
        }
    }

    /// What an event of the day counts.
    pub(crate) fn share(&self, day: u32) -> f64 {
        if day == 0 {
            return self.undated;
        }
        decay(day, self.newest, self.half_life_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(user: u32, item: u32, weight: f32, day: u32) -> Event {
        Event {
            user,
            item,
            weight,
            day,
        }
    }

    fn small() -> Interactions {
        let users = ["b", "a", "c"].map(str::to_owned).to_vec();
        let events = [
            event(0, 2, 1.0, 10),
            event(1, 1, 1.0, 30),
            event(0, 0, -2.0, 0),
            event(0, 2, 0.5, 20),
            event(1, 2, 3.0, 30),
        ];
        Interactions::new(users, &events, 4)
    }

    #[test]
    fn users_are_sorted_items_ascend_and_repeated_events_add_up() {
        let matrix = small();
        assert_eq!(matrix.users, ["a", "b"], "c did nothing");
        assert_eq!(matrix.events(0).collect::<Vec<_>>(), [(1, 1.0), (2, 3.0)]);
        assert_eq!(matrix.events(1).collect::<Vec<_>>(), [(0, -2.0), (2, 1.5)]);
        assert_eq!(matrix.days, [30, 30, 0, 20]);
        assert_eq!((matrix.find("b"), matrix.find("c")), (Some(1), None));
    }

    #[test]
    fn only_weights_above_0_are_positive_and_count_for_the_popularity() {
        let matrix = small();
        assert_eq!(matrix.positives(1).collect::<Vec<_>>(), [(2, 1.5)]);
        assert_eq!(matrix.item_counts(), [0, 1, 2, 0]);
        assert_eq!(matrix.decayed_counts(None), [0.0, 1.0, 2.0, 0.0]);
        assert_eq!(matrix.decayed_counts(Some(10.0)), [0.0, 1.0, 1.5, 0.0]);
    }

    #[test]
    fn an_event_of_unknown_time_counts_as_the_others_do_on_average() {
        let aging = Aging::new(Some(10.0), [10, 20, 0].into_iter());
        assert_eq!([20, 10, 0].map(|day| aging.share(day)), [1.0, 0.5, 0.75]);
        assert_eq!(Aging::new(Some(10.0), [0, 0].into_iter()).share(0), 1.0);
    }

    #[test]
    fn what_has_too_few_events_goes_until_nothing_more_has_to() {
        let users = ["a", "b", "c"].map(str::to_owned).to_vec();
        // c's two events: item 3 is c's alone, so it goes, and then c has too few.
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (2, 3)];
        let events: Vec<Event> = pairs.iter().map(|(u, i)| event(*u, *i, 1.0, 0)).collect();
        let all = Interactions::new(users, &events, 4);
        let kept = all.with_at_least(2, 2);
        assert_eq!((kept.users.join(""), kept.len(), kept.item_count), ("ab".into(), 4, 4));
        let left_out = all.without(&kept);
        assert_eq!((left_out.users.join(""), left_out.items), ("c".into(), vec![1, 3]));
        assert!(all.without(&all).is_empty());
    }

    #[test]
    fn items_can_be_numbered_anew() {
        let new = small().renumbered(&[Some(1), None, Some(0), None], 2);
        assert_eq!(new.events(0).collect::<Vec<_>>(), [(0, 3.0)]);
        assert_eq!(new.events(1).collect::<Vec<_>>(), [(0, 1.5), (1, -2.0)]);
    }
}
