//! Ratings as their sources tell them: who rated what how.

use crate::{
    error::BuildError,
    interactions::{Event, Interactions},
    progress::Progress,
    source::events::{
        self, EventSource, Outcome, RATING,
        log::{Names, Unknown},
    },
    tally::Tally,
};

/// Most ratings that are taken; they are 24 bytes each.
const MOST: usize = 250_000_000;

/// The ratings of all sources, ids as numbers.
#[derive(Debug, Default)]
pub struct RatingLog {
    users: Names,
    items: Names,
    told: Vec<Told>,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    user: u32,
    item: u32,
    /// 0 where none was asked for.
    value: f32,
    /// Seconds since 1970; 0 unknown.
    time: i64,
}

/// What an event must have to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A value, and no type but that of a rating.
    Ratings,
    /// A user and an item; a value that it has is taken.
    Pairs,
}

impl RatingLog {
    /// Reads sources. Lines that can't be used, and events that are no ratings where such are wanted, are counted in `tally`.
    ///
    /// # Errors
    /// [`BuildError`] for a file that can't be read, and with `strict` for the first line that can't be used.
    pub fn read(
        sources: &[EventSource],
        wanted: Wanted,
        strict: bool,
        progress: &Progress,
        tally: &mut Tally,
    ) -> Result<RatingLog, BuildError> {
        let stage = progress.stage("ratings", 0);
        let mut log = RatingLog::default();
        for source in sources {
            let file = source.file()?.name;
            events::read(source, &mut |line, outcome| {
                let place = || format!("{file}, line {line}");
                tally.read += 1;
                if tally.read.is_multiple_of(1 << 16) {
                    stage.inc(1 << 16);
                }
                let reason = match outcome {
                    Outcome::Event(told)
                        if wanted == Wanted::Pairs || (told.kind == RATING && told.value.is_some()) =>
                    {
                        log.told.push(Told {
                            user: log.users.number(told.user),
                            item: log.items.number(told.item),
                            value: told.value.unwrap_or(0.0) as f32,
                            time: told.time.unwrap_or(0),
                        });
                        return match log.told.len() <= MOST {
                            true => Ok(()),
                            false => Err(BuildError::Input {
                                place: place(),
                                reason: format!("there are more than {MOST} ratings; leave the oldest out"),
                            }),
                        };
                    }
                    Outcome::Event(told) if told.value.is_none() => "it has no value, so it is no rating".to_owned(),
                    Outcome::Event(told) => {
                        format!("its type is {:?}, and a rating's is {RATING:?} or none", told.kind)
                    }
                    Outcome::Bad(reason) => reason,
                };
                if strict {
                    let reason = format!("{reason}; without --strict it would be skipped");
                    return Err(BuildError::Record { place: place(), reason });
                }
                tally.skip("ratings that can't be used", || format!("{}: {reason}", place()));
                Ok(())
            })?;
        }
        if log.told.is_empty() {
            let shown: Vec<String> = sources.iter().map(EventSource::shown).collect();
            let reason = match wanted {
                Wanted::Ratings => "holds no rating; a rating needs a user, an item and a value",
                Wanted::Pairs => "holds no pair of a user and an item",
            };
            return Err(BuildError::Input {
                place: shown.join(", "),
                reason: reason.to_owned(),
            });
        }
        // Of one pair the newest comes last; of equally old ones the last told.
        log.told.sort_by_key(|told| (told.user, told.item, told.time));
        log.told.dedup_by(|next, kept| {
            let same = (next.user, next.item) == (kept.user, kept.item);
            if same {
                *kept = *next;
            }
            same
        });
        Ok(log)
    }

    /// The ids of the items, in the order in which they came.
    pub fn item_ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter()
    }

    /// The ratings as a matrix whose weights are the values, over `item_count` items, where `row` tells an item's row. Ratings of
    /// items that have none are left out and counted.
    pub fn onto(self, item_count: usize, row: impl Fn(&str) -> Option<u32>) -> (Interactions, Unknown) {
        let rows: Vec<Option<u32>> = self.items.iter().map(row).collect();
        let mut unknown = Unknown {
            items: rows.iter().filter(|row| row.is_none()).count() as u64,
            pairs: 0,
        };
        let mut events = Vec::with_capacity(self.told.len());
        for told in &self.told {
            match rows[told.item as usize] {
                Some(item) => events.push(Event {
                    user: told.user,
                    item,
                    weight: told.value,
                    day: (told.time / 86_400) as u32,
                }),
                None => unknown.pairs += 1,
            }
        }
        let users = self.users.iter().map(str::to_owned).collect();
        (Interactions::new(users, &events, item_count), unknown)
    }
}
