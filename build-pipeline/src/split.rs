//! `aftershow split`: a log in parts, one to learn from and others to measure with.
//!
//! The source is read twice: once to learn who has what and when, and once to write each event to its part.
//! So all that is known of an event is kept, and no more than 16 bytes of it are in memory. Events of one user
//! with one item stay together, at the time of the newest: else the answer would stand in the question.

use std::{
    collections::HashMap,
    fmt, fs,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    error::BuildError,
    progress::Progress,
    random::Random,
    scratch,
    source::events::{self, EventSource, Kind, Outcome, Told, Whole, column::Column},
    tally::Tally,
};

/// What decides where an event goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Of each user's events a share, at random
    Random,
    /// Of each user's events the newest
    Time,
    /// Of each user's events the newest to the test, the one before it to the validation
    LeaveOneOut,
    /// Whole users, whose events are parted once more
    Users,
    /// Whole items, at random: nobody who is learnt from has seen those of the test
    Items,
}

/// How to part a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// What decides.
    pub by: By,
    /// Shares of training, validation and test; sum above 0. Of no meaning to [`By::LeaveOneOut`].
    pub shares: [f64; 3],
    /// Seed of what is random.
    pub seed: u64,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct SplitReport {
    /// The files.
    pub files: Vec<PartReport>,
    /// Lines skipped.
    pub skipped: u64,
}

/// One file.
#[derive(Clone, Debug, Serialize)]
pub struct PartReport {
    /// Its name.
    pub file: String,
    /// How many users are in it.
    pub users: usize,
    /// How many events.
    pub events: u64,
}

/// Where an event goes. The order is that of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Train,
    ValidHistory,
    Valid,
    History,
    Test,
}

impl Part {
    const ALL: [Part; 5] = [Part::Train, Part::ValidHistory, Part::Valid, Part::History, Part::Test];

    fn stem(self) -> &'static str {
        ["train", "valid-history", "valid", "history", "test"][self as usize]
    }
}

/// Of a held-out user's events this share is to be found; the rest is the history.
const HELD_OUT_TEST: f64 = 0.2;

impl Split {
    /// Reads shares such as `80,10,10`; of two the second is the test.
    ///
    /// # Errors
    /// [`BuildError::Usage`].
    pub fn shares(text: &str) -> Result<[f64; 3], BuildError> {
        let refuse = |_| BuildError::Usage {
            reason: format!(
                "--parts {text}: give two or three numbers, such as 80,20 (training, test) or 80,10,10 (with a validation \
                 between them); training and test must be above 0"
            ),
        };
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse::<f64>()).collect();
        let shares = match numbers.map_err(|_| refuse(()))?[..] {
            [train, test] => [train, 0.0, test],
            [train, valid, test] => [train, valid, test],
            _ => return Err(refuse(())),
        };
        let fine = shares.iter().all(|share| (0.0..=1e6).contains(share)) && shares[0] > 0.0 && shares[2] > 0.0;
        if fine { Ok(shares) } else { Err(refuse(())) }
    }

    /// Which parts there are.
    fn parts(&self) -> Vec<Part> {
        let valid = self.by == By::LeaveOneOut || self.shares[1] > 0.0;
        let is_there = |part: &Part| match part {
            Part::Train | Part::Test => true,
            Part::Valid => valid,
            Part::ValidHistory => valid && self.by == By::Users,
            Part::History => self.by == By::Users,
        };
        Part::ALL.into_iter().filter(is_there).collect()
    }

    /// How many of `n` go to validation and test; at least one stays.
    fn counts(&self, n: usize) -> (usize, usize) {
        if self.by == By::LeaveOneOut {
            return (usize::from(n > 2), usize::from(n > 1));
        }
        let sum: f64 = self.shares.iter().sum();
        let count = |share: f64| (n as f64 * share / sum).round() as usize;
        let most = n.saturating_sub(1);
        let test = count(self.shares[2]).min(most);
        (count(self.shares[1]).min(most - test), test)
    }
}

/// One user with one item.
#[derive(Clone, Copy, Debug)]
struct Pair {
    user: u32,
    item: u32,
    /// Seconds of the newest event; 0 if unknown.
    time: i64,
}

/// Ids and their numbers.
#[derive(Debug, Default)]
struct Numbers(HashMap<Box<str>, u32>);

impl Numbers {
    fn add(&mut self, id: &str) -> u32 {
        if let Some(number) = self.0.get(id) {
            return *number;
        }
        let number = self.0.len() as u32;
        self.0.insert(id.into(), number);
        number
    }

    fn ids(&self) -> Vec<&str> {
        let mut ids = vec![""; self.0.len()];
        self.0.iter().for_each(|(id, number)| ids[*number as usize] = id);
        ids
    }
}

/// What the first reading learns, and where each pair goes.
#[derive(Debug, Default)]
struct Plan {
    users: Numbers,
    items: Numbers,
    pairs: Vec<Pair>,
    merged: usize,
    /// The part of each pair.
    parts: Vec<u8>,
}

/// Parts a source into files in the folder `out`, which appears whole or not at all.
///
/// # Errors
/// [`BuildError`] for input that can't be read or parted, with `strict` for the first line that can't be used,
/// and if `out` holds anything but an older split.
pub fn split(
    source: &EventSource,
    how: &Split,
    out: &Path,
    strict: bool,
    progress: &Progress,
) -> Result<SplitReport, BuildError> {
    let extension = if source.kind == Kind::UserItems { "txt" } else { "jsonl" };
    check(out)?;
    let mut tally = Tally::default();
    let mut plan = Plan::read(source, strict, &mut tally, progress)?;
    tally.tell(progress);
    plan.assign(source, how)?;
    let _stage = progress.stage("write", 0);
    let names: Vec<(Part, String)> = how
        .parts()
        .into_iter()
        .map(|part| (part, format!("{}.{extension}", part.stem())))
        .collect();
    let files = scratch::write_dir(out, |dir| plan.write(source, &names, dir))?;
    Ok(SplitReport {
        files,
        skipped: tally.skipped().iter().map(|counted| counted.count).sum(),
    })
}

/// Makes sure that nothing but an older split is lost.
fn check(out: &Path) -> Result<(), BuildError> {
    let refuse = |what: String| {
        let reason = format!("--out {}: {what}; name a new or empty folder", out.display());
        Err(BuildError::Usage { reason })
    };
    if out.file_name().is_none() {
        return refuse("is not the name of a folder".to_owned());
    }
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(_) if !out.exists() => return Ok(()),
        Err(_) if !out.is_dir() => return refuse("is a file".to_owned()),
        Err(e) => return Err(BuildError::read(out, &e)),
    };
    for entry in entries {
        let name = entry.map_err(|e| BuildError::read(out, &e))?.file_name();
        let name = name.to_string_lossy();
        let is_ours = |part: Part| {
            [".txt", ".jsonl"]
                .iter()
                .any(|end| *name == format!("{}{end}", part.stem()))
        };
        if !Part::ALL.into_iter().any(is_ours) {
            return refuse(format!("holds {name:?}, which is not of a split and would be lost"));
        }
    }
    Ok(())
}

impl Plan {
    fn read(source: &EventSource, strict: bool, tally: &mut Tally, progress: &Progress) -> Result<Plan, BuildError> {
        let _stage = progress.stage("read", 0);
        let file = source.file()?.name;
        let mut plan = Plan::default();
        events::read(source, &mut |line, outcome| {
            let place = || format!("{file}, line {line}");
            match outcome {
                Outcome::Event(told) => {
                    plan.add(&told);
                    Ok(())
                }
                Outcome::Bad(reason) if strict => Err(BuildError::Record {
                    place: place(),
                    reason: format!("{reason}; without --strict it would be skipped"),
                }),
                Outcome::Bad(reason) => {
                    tally.skip("events that can't be used", || format!("{}: {reason}", place()));
                    Ok(())
                }
            }
        })?;
        plan.merge();
        if plan.pairs.is_empty() {
            return Err(BuildError::Input {
                place: file,
                reason: "it has no event that can be used".to_owned(),
            });
        }
        Ok(plan)
    }

    fn add(&mut self, told: &Told<'_>) {
        self.pairs.push(Pair {
            user: self.users.add(told.user),
            item: self.items.add(told.item),
            time: told.time.unwrap_or(0),
        });
        if self.pairs.len() >= (1 << 22).max(2 * self.merged) {
            self.merge();
        }
    }

    fn merge(&mut self) {
        self.pairs
            .sort_unstable_by_key(|pair| (pair.user, pair.item, std::cmp::Reverse(pair.time)));
        self.pairs.dedup_by_key(|pair| (pair.user, pair.item));
        self.merged = self.pairs.len();
    }

    /// Decides where each pair goes. What is drawn for a user depends on the seed and the user's own events alone.
    fn assign(&mut self, source: &EventSource, how: &Split) -> Result<(), BuildError> {
        let by_time = matches!(how.by, By::Time | By::LeaveOneOut);
        if by_time && self.pairs.iter().all(|pair| pair.time == 0) {
            return Err(BuildError::Usage {
                reason: format!(
                    "{}: no event tells its time; split it --by random, --by users or --by items",
                    source.shown()
                ),
            });
        }
        let (user_ids, item_ids) = (self.users.ids(), self.items.ids());
        self.parts = vec![Part::Train as u8; self.pairs.len()];
        if how.by == By::Items {
            let held_out = hold_out(&item_ids, how);
            for (part, pair) in self.parts.iter_mut().zip(&self.pairs) {
                *part = held_out[pair.item as usize] as u8;
            }
        } else {
            let held_out = match how.by {
                By::Users => hold_out(&user_ids, how),
                _ => Vec::new(),
            };
            self.assign_by_user(how, &held_out);
        }
        if !self.parts.contains(&(Part::Test as u8)) {
            return Err(BuildError::Usage {
                reason: format!("{}: too few events for a test part", source.shown()),
            });
        }
        Ok(())
    }

    /// `held_out`: the part of each user, if whole users are held out.
    fn assign_by_user(&mut self, how: &Split, held_out: &[Part]) {
        let (user_ids, item_ids) = (self.users.ids(), self.items.ids());
        let by_time = matches!(how.by, By::Time | By::LeaveOneOut);
        let mut start = 0;
        for own in self.pairs.chunk_by(|a, b| a.user == b.user) {
            let user = own[0].user as usize;
            let mut order: Vec<usize> = (start..start + own.len()).collect();
            start += own.len();
            // By id first: the order in the file decides nothing. Of equally old events chance decides.
            order.sort_unstable_by_key(|at| item_ids[self.pairs[*at].item as usize]);
            Random::of(how.seed, user_ids[user]).shuffle(&mut order);
            if by_time {
                order.sort_by_key(|at| std::cmp::Reverse(self.pairs[*at].time));
            }
            let (rest, valid, test) = match held_out.get(user) {
                None => {
                    let (valid, test) = how.counts(own.len());
                    (Part::Train, valid, test)
                }
                Some(Part::Train) => continue,
                Some(part) => {
                    let most = own.len() - 1;
                    let found = ((own.len() as f64 * HELD_OUT_TEST).round() as usize).clamp(most.min(1), most);
                    match part {
                        Part::Valid => (Part::ValidHistory, found, 0),
                        _ => (Part::History, 0, found),
                    }
                }
            };
            for (place, at) in order.into_iter().enumerate() {
                let part = match place {
                    place if place < test => Part::Test,
                    place if place < test + valid => Part::Valid,
                    _ => rest,
                };
                self.parts[at] = part as u8;
            }
        }
    }

    fn part_of(&self, told: &Told<'_>) -> Option<(u32, Part)> {
        let key = (*self.users.0.get(told.user)?, *self.items.0.get(told.item)?);
        let at = self
            .pairs
            .binary_search_by_key(&key, |pair| (pair.user, pair.item))
            .ok()?;
        Some((key.0, Part::ALL[usize::from(self.parts[at])]))
    }

    fn write(&self, source: &EventSource, names: &[(Part, String)], dir: &Path) -> Result<Vec<PartReport>, BuildError> {
        let mut files: Vec<PartFile> = names
            .iter()
            .map(|(part, name)| PartFile::create(*part, name, dir, self.users.0.len()))
            .collect::<Result<_, BuildError>>()?;
        let input = source.file()?.name;
        events::read(source, &mut |line, outcome| {
            let Outcome::Event(told) = outcome else {
                return Ok(());
            };
            let file = self
                .part_of(&told)
                .and_then(|(user, part)| Some((user, files.iter_mut().find(|file| file.part == part)?)));
            match file {
                Some((user, file)) => file.put(source, line, user, &told),
                None => Err(BuildError::Input {
                    place: format!("{input}, line {line}"),
                    reason: "the file has changed while it was read; split it again".to_owned(),
                }),
            }
        })?;
        files.into_iter().map(PartFile::finish).collect()
    }
}

/// Which users or items are held out: the part of each.
fn hold_out(ids: &[&str], how: &Split) -> Vec<Part> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_unstable_by_key(|at| ids[*at]);
    Random::new(how.seed).shuffle(&mut order);
    let (valid, test) = how.counts(ids.len());
    let mut parts = vec![Part::Train; ids.len()];
    for (place, at) in order.into_iter().enumerate().take(test + valid) {
        parts[at] = if place < test { Part::Test } else { Part::Valid };
    }
    parts
}

/// A file under way.
struct PartFile {
    part: Part,
    out: BufWriter<File>,
    path: std::path::PathBuf,
    report: PartReport,
    seen: Vec<bool>,
    /// The line of the source that the last line here comes from, while it is open: for user-items.
    open_line: u64,
}

impl PartFile {
    fn create(part: Part, name: &str, dir: &Path, users: usize) -> Result<PartFile, BuildError> {
        let path = dir.join(name);
        let out = File::create(&path).map_err(|e| BuildError::write(&path, e))?;
        Ok(PartFile {
            part,
            out: BufWriter::with_capacity(1 << 16, out),
            path,
            report: PartReport {
                file: name.to_owned(),
                users: 0,
                events: 0,
            },
            seen: vec![false; users],
            open_line: 0,
        })
    }

    fn put(&mut self, source: &EventSource, line: u64, user: u32, told: &Told<'_>) -> Result<(), BuildError> {
        if !std::mem::replace(&mut self.seen[user as usize], true) {
            self.report.users += 1;
        }
        self.report.events += 1;
        let written = if source.kind == Kind::UserItems {
            let begin = match self.open_line {
                same if same == line => Ok(()),
                0 => write!(self.out, "{}", told.user),
                _ => write!(self.out, "\n{}", told.user),
            };
            self.open_line = line;
            begin.and_then(|()| write!(self.out, " {}", told.item))
        } else {
            put_json(&mut self.out, source, told)
        };
        written.map_err(|e| BuildError::write(&self.path, e))
    }

    fn finish(mut self) -> Result<PartReport, BuildError> {
        let end = match self.open_line {
            0 => Ok(()),
            _ => writeln!(self.out),
        };
        end.and_then(|()| self.out.flush())
            .map_err(|e| BuildError::write(&self.path, e))?;
        Ok(self.report)
    }
}

/// The event as one line of the jsonl form, with all that its source has of it.
fn put_json(out: &mut impl Write, source: &EventSource, told: &Told<'_>) -> io::Result<()> {
    if let (Whole::Json(text), true, None) = (told.whole, source.columns.is_empty(), &source.id_prefix) {
        return writeln!(out, "{text}");
    }
    let mut object = serde_json::Map::new();
    object.insert("user_id".to_owned(), told.user.into());
    object.insert("item_id".to_owned(), told.item.into());
    object.insert("type".to_owned(), told.kind.into());
    if let Some(value) = told.value {
        object.insert("value".to_owned(), value.into());
    }
    if let Some(time) = told.time {
        object.insert("timestamp".to_owned(), time.into());
    }
    match told.whole {
        Whole::Fields => {}
        Whole::Json(text) => {
            let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
            let others = all
                .into_iter()
                .filter(|(name, _)| Column::of(name, &source.columns).is_none());
            object.extend(others);
        }
        Whole::Columns(columns) => {
            object.extend(
                columns
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).into())),
            );
        }
    }
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}

impl fmt::Display for SplitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.files {
            writeln!(
                f,
                "  {:<20} {:>9} users {:>11} events",
                part.file, part.users, part.events
            )?;
        }
        if self.skipped > 0 {
            writeln!(f, "  skipped: {}", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(by: By, shares: &str) -> Split {
        Split {
            by,
            shares: Split::shares(shares).unwrap(),
            seed: 1,
        }
    }

    #[test]
    fn shares_are_two_or_three_numbers() {
        assert_eq!(Split::shares("80,10,10").unwrap(), [80.0, 10.0, 10.0]);
        assert_eq!(Split::shares("4, 1").unwrap(), [4.0, 0.0, 1.0]);
        for bad in [
            "",
            "80",
            "80,10,10,0",
            "80,x",
            "0,10,90",
            "80,20,0",
            "80,-1,20",
            "nan,1,1",
        ] {
            let message = Split::shares(bad).unwrap_err().to_string();
            assert!(message.starts_with("--parts"), "{message}");
        }
    }

    #[test]
    fn at_least_one_event_stays_for_the_training() {
        let counts: Vec<_> = [1, 2, 5, 10, 100]
            .map(|n| split(By::Random, "80,10,10").counts(n))
            .into();
        assert_eq!(counts, [(0, 0), (0, 0), (1, 1), (1, 1), (10, 10)]);
        assert!((1..50).all(|n| {
            let (valid, test) = split(By::Random, "1,50,50").counts(n);
            valid + test < n
        }));
        let counts: Vec<_> = [1, 2, 3].map(|n| split(By::LeaveOneOut, "1,1").counts(n)).into();
        assert_eq!(counts, [(0, 0), (0, 1), (1, 1)]);
    }

    #[test]
    fn an_event_is_written_with_all_that_is_known_of_it() {
        let told = Told {
            user: "u",
            item: "n-7",
            kind: "like",
            value: Some(2.0),
            time: Some(5),
            whole: Whole::Columns(&[("device", "tv")]),
        };
        let source = EventSource::parse("csv:a").unwrap();
        let line = |source: &EventSource, told: &Told<'_>| {
            let mut out = Vec::new();
            put_json(&mut out, source, told).unwrap();
            String::from_utf8(out).unwrap()
        };
        let expected = r#"{"device":"tv","item_id":"n-7","timestamp":5,"type":"like","user_id":"u","value":2.0}"#;
        assert_eq!(line(&source, &told), format!("{expected}\n"));
        let text = r#"{"who": "u", "device": "tv"}"#;
        let mapped = EventSource {
            columns: [("who".to_owned(), "user_id".to_owned())].into(),
            ..EventSource::parse("jsonl:a").unwrap()
        };
        let told = Told {
            whole: Whole::Json(text),
            ..told
        };
        assert_eq!(line(&mapped, &told), format!("{expected}\n"));
        assert_eq!(
            line(&EventSource::parse("jsonl:a").unwrap(), &told),
            format!("{text}\n")
        );
    }
}
