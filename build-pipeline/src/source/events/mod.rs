//! Where events come from: who did what with which title. The only code that knows what a log looks like.
//!
//! A source is named by a SPEC: `movielens:DIR`, `jsonl:FILE`, `csv:FILE`, `user-items:FILE` or `sample`. Each is
//! read line by line and told event by event; [`log`] keeps of an event what a model needs.

pub mod column;
pub(crate) mod csv;
mod jsonl;
pub mod lines;
pub mod log;
mod movielens;
pub mod spec;
pub mod time;
mod user_items;

pub use log::EventLog;
pub use spec::{EventSource, Kind};

use std::borrow::Cow;

use self::{column::Column, lines::Lines};
use crate::error::BuildError;

/// The log that comes with the program: synthetic, for the sample's shows.
pub const SAMPLE: &[u8] = include_bytes!("../../../sample/events.jsonl.gz");

/// The type of an event that says nothing else.
pub const WATCH: &str = "watch";
/// The type of an event with a value that says nothing else.
pub const RATING: &str = "rating";

/// One event as its source has it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Id of the user.
    pub user: &'a str,
    /// Id of the item.
    pub item: &'a str,
    /// What the user did.
    pub kind: &'a str,
    /// How much: a rating's value.
    pub value: Option<f64>,
    /// When, in seconds since 1970.
    pub time: Option<i64>,
    /// All that the source has of it.
    pub whole: Whole<'a>,
}

/// All that a source has of an event, for those who write it down again.
#[derive(Clone, Copy, Debug)]
pub enum Whole<'a> {
    /// No more than the fields.
    Fields,
    /// The JSON object.
    Json(&'a str),
    /// The columns that are no field, with their values.
    Columns(&'a [(&'a str, &'a str)]),
}

/// What a line comes to.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// An event.
    Event(Told<'a>),
    /// Nothing that can be used, and why.
    Bad(String),
}

/// Takes what is found, with the number of its line.
pub type Sink<'s> = dyn FnMut(u64, Outcome<'_>) -> Result<(), BuildError> + 's;

/// Reads a source and tells its events in their order.
///
/// # Errors
/// [`BuildError::Input`] names file and line; and what `sink` says.
pub fn read(source: &EventSource, sink: &mut Sink<'_>) -> Result<(), BuildError> {
    let file = source.file()?;
    let mut lines = match source.kind {
        Kind::Sample => Lines::of("sample", SAMPLE)?,
        _ => Lines::open(&file.name, &file.path)?,
    };
    match source.kind {
        Kind::Sample | Kind::Jsonl => jsonl::read(&mut lines, source, sink),
        Kind::Csv => csv::read(&mut lines, source, sink),
        Kind::UserItems => user_items::read(&mut lines, source, sink),
        Kind::Movielens => movielens::read(&mut lines, source, sink),
    }
}

/// The fields of an event while its line is read.
#[derive(Debug, Default)]
struct Draft<'a> {
    user: Cow<'a, str>,
    item: Cow<'a, str>,
    kind: Cow<'a, str>,
    value: Option<f64>,
    time: Option<i64>,
    /// The first thing wrong with it.
    fault: Option<String>,
}

impl<'a> Draft<'a> {
    /// Takes a column's text; an empty one is nothing.
    fn put(&mut self, column: Column, text: Cow<'a, str>) {
        let trimmed = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if trimmed.is_empty() {
            return;
        }
        match column {
            Column::User => self.user = trimmed,
            Column::Item => self.item = trimmed,
            Column::Type => self.kind = trimmed,
            Column::Value => match trimmed.parse::<f64>() {
                Ok(value) => self.put_value(value),
                Err(_) => self.fail(|| format!("the value {:?} is not a number", short(&trimmed))),
            },
            Column::Time => match time::of_text(&trimmed) {
                Some(time) => self.time = Some(time),
                None => self.fail(|| format!("the timestamp {:?} is not a time; {TIME_RULE}", short(&trimmed))),
            },
        }
    }

    fn put_value(&mut self, value: f64) {
        if value.abs() <= MAX_VALUE {
            self.value = Some(value);
        } else {
            self.fail(|| format!("the value {value} is not a number from -{MAX_VALUE} to {MAX_VALUE}"));
        }
    }

    fn put_time(&mut self, number: f64) {
        match time::of_number(number) {
            Some(time) => self.time = Some(time),
            None => self.fail(|| format!("the timestamp {number} is not a time; {TIME_RULE}")),
        }
    }

    fn fail(&mut self, fault: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(fault());
        }
    }

    /// The event; or what is wrong with it. `item` is room for an item's id behind its prefix.
    fn finish<'d>(&'d mut self, source: &EventSource, item: &'d mut String, whole: Whole<'d>) -> Outcome<'d> {
        if let Some(fault) = self.fault.take() {
            return Outcome::Bad(fault);
        }
        let item: &str = match &source.id_prefix {
            Some(prefix) if !self.item.is_empty() => {
                item.clear();
                item.push_str(prefix);
                item.push_str(&self.item);
                item
            }
            _ => &self.item,
        };
        let by_itself = if self.value.is_some() { RATING } else { WATCH };
        let kind = if self.kind.is_empty() { by_itself } else { &self.kind };
        event(Told {
            user: &self.user,
            item,
            kind,
            value: self.value,
            time: self.time,
            whole,
        })
    }
}

/// No value of a rating is larger.
const MAX_VALUE: f64 = 1e6;
/// What a time may be, for messages.
const TIME_RULE: &str = "a time is a number of seconds or milliseconds since 1970, or RFC 3339";

/// The event, if its ids can be ids. A time of 0 is none: some logs write it where they know of none.
fn event(told: Told<'_>) -> Outcome<'_> {
    for (what, id) in [("user_id", told.user), ("item_id", told.item)] {
        if id.is_empty() {
            return Outcome::Bad(format!("it has no {what}"));
        }
        if id.len() > aftershow_core::ids::MAX_ID_BYTES || id.chars().any(char::is_control) {
            // Who it is stands in no message; the line is told.
            let shown = if what == "user_id" {
                String::new()
            } else {
                format!(" {:?}", short(id))
            };
            return Outcome::Bad(format!(
                "the {what}{shown} is not 1 to {} bytes without control characters",
                aftershow_core::ids::MAX_ID_BYTES
            ));
        }
    }
    let time = told.time.filter(|time| *time > 0);
    Outcome::Event(Told { time, ..told })
}

/// The beginning of a text, for messages.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text of some kind comes to, a line each: the event's fields, or the fault.
    pub(super) fn told(spec: &str, text: &str) -> Vec<String> {
        let source: EventSource = if spec.starts_with('{') {
            serde_json::from_str(spec).unwrap()
        } else {
            EventSource::parse(spec).unwrap()
        };
        let mut lines = Lines::of("a", text.as_bytes()).unwrap();
        let mut all = Vec::new();
        let mut sink = |line: u64, outcome: Outcome<'_>| {
            all.push(match outcome {
                Outcome::Event(e) => {
                    let value = e.value.map_or(String::new(), |value| format!(" {value}"));
                    let time = e.time.map_or(String::new(), |time| format!(" @{time}"));
                    format!("{line}: {} {} {}{value}{time}", e.user, e.kind, e.item)
                }
                Outcome::Bad(reason) => format!("{line}! {reason}"),
            });
            Ok(())
        };
        let read = match source.kind {
            Kind::Sample | Kind::Jsonl => jsonl::read(&mut lines, &source, &mut sink),
            Kind::Csv => csv::read(&mut lines, &source, &mut sink),
            Kind::UserItems => user_items::read(&mut lines, &source, &mut sink),
            Kind::Movielens => movielens::read(&mut lines, &source, &mut sink),
        };
        if let Err(error) = read {
            all.push(error.to_string());
        }
        all
    }
}
