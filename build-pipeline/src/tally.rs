//! What was read, skipped and left out, counted by reason, with the places of the first few.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::progress::Progress;

/// So many places are told of each reason; the rest is counted.
const EXAMPLES: usize = 20;

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Records read.
    pub read: u64,
    /// Titles left out by `max_items`.
    pub left_out: u64,
    skipped: BTreeMap<&'static str, Count>,
    dropped: BTreeMap<&'static str, Count>,
}

#[derive(Clone, Debug, Default)]
struct Count {
    count: u64,
    examples: Vec<String>,
}

/// How often something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted<R = &'static str> {
    /// What.
    pub reason: R,
    /// How often.
    pub count: u64,
}

impl Count {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }
}

impl Tally {
    /// Counts a record that was skipped.
    pub fn skip(&mut self, reason: &'static str, message: impl FnOnce() -> String) {
        self.skipped.entry(reason).or_default().add(message);
    }

    /// Counts a value that was left out of a record.
    pub fn drop_value(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        self.dropped.entry(what).or_default().add(example);
    }

    /// The skipped records, by reason.
    pub fn skipped(&self) -> Vec<Counted> {
        self.skipped
            .iter()
            .map(|(reason, c)| Counted {
                reason: *reason,
                count: c.count,
            })
            .collect()
    }

    /// The values left out, by reason.
    pub fn dropped(&self) -> Vec<Counted> {
        self.dropped
            .iter()
            .map(|(reason, c)| Counted {
                reason: *reason,
                count: c.count,
            })
            .collect()
    }

    /// Tells what was skipped, record by record, and what was left out, reason by reason.
    pub fn tell(&self, progress: &Progress) {
        for (reason, count) in &self.skipped {
            count
                .examples
                .iter()
                .for_each(|message| progress.warn(&format!("skipped: {message}")));
            let more = count.count - count.examples.len() as u64;
            if more > 0 {
                progress.warn(&format!("skipped: {more} more records ({reason})"));
            }
        }
        for (what, count) in &self.dropped {
            let values = if count.count == 1 { "value" } else { "values" };
            let first = count.examples.first().map_or("", String::as_str);
            progress.warn(&format!(
                "left out: {} {values} ({what}), the first {first}",
                count.count
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_only_the_first_few_are_told_by_place() {
        let mut tally = Tally::default();
        for i in 0..50 {
            tally.skip("no id", || format!("record {i}"));
        }
        tally.drop_value("year", || "x".into());
        assert_eq!(
            tally.skipped(),
            [Counted {
                reason: "no id",
                count: 50
            }]
        );
        assert_eq!(tally.skipped["no id"].examples.len(), EXAMPLES);
        assert_eq!(
            tally.dropped(),
            [Counted {
                reason: "year",
                count: 1
            }]
        );
    }
}
