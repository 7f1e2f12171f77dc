//! `aftershow batch`: the best items for every user of a log, on all cores, into one file.
//!
//! Users come in the order of their ids' bytes, so the file is the same for any number of threads. It appears whole or
//! not at all.

mod jsonl;
mod parquet;

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Instant,
};

use rayon::prelude::*;
use serde::Serialize;

use crate::{
    config::InteractionsConfig,
    error::BuildError,
    open::PackDir,
    people::{self, Ask, Ranking, Rows},
    progress::Progress,
    report::size,
    scratch,
    source::{
        events::{EventSource, Kind, SAMPLE, column::Column, lines::Lines},
        users,
    },
    tally::Tally,
};

/// So many users are answered before their lines are written: some megabytes.
const BLOCK: usize = 8192;

/// What to do.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Who the users are, and what they did.
    pub history: Vec<EventSource>,
    /// What events are worth; and its `users` are further users, and what users prefer.
    pub settings: InteractionsConfig,
    /// What each user gets.
    pub ask: Ask,
    /// The file: `.jsonl` or `.parquet`.
    pub out: PathBuf,
}

/// What was done.
#[derive(Clone, Debug, Serialize)]
pub struct BatchReport {
    /// Users.
    pub users: usize,
    /// Items of all lists.
    pub items: u64,
    /// Seconds of ranking and writing, without reading the events.
    pub seconds: f64,
    /// Users in each of these seconds.
    pub users_per_second: f64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The file.
    pub out: String,
}

/// A user with what the pack recommends to them.
#[derive(Debug)]
struct Row<'a> {
    user: &'a str,
    ranking: Ranking,
}

/// Takes the rows in their order.
trait Sink {
    fn put(&mut self, rows: &[Row<'_>]) -> Result<(), BuildError>;
}

/// A file's form, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Jsonl,
    Parquet,
}

impl Form {
    fn of(out: &Path) -> Result<Form, BuildError> {
        match out.extension().and_then(|end| end.to_str()) {
            Some("jsonl" | "ndjson") => Ok(Form::Jsonl),
            Some("parquet") => Ok(Form::Parquet),
            _ => Err(BuildError::Usage {
                reason: format!("--out {}: must end in .jsonl or .parquet", out.display()),
            }),
        }
    }
}

/// Recommends to every user.
///
/// # Errors
/// [`BuildError`] for events or a pack that can't be read, a number out of its range, or a file that can't be written;
/// then there is no new file, and an older one is there still.
pub fn batch(pack: &mut PackDir, batch: &Batch, progress: &Progress) -> Result<BatchReport, BuildError> {
    batch.ask.check()?;
    let form = Form::of(&batch.out)?;
    pack.keep_out(&batch.out)?;
    pack.attach_resident()?;
    let pack = &*pack;
    let mut rows = Rows::of(pack)?;
    let history = rows.read(&batch.history, &batch.settings, progress)?;
    let mut tally = Tally::default();
    let preferences = users::read(&batch.settings.users, false, &mut tally)?;
    tally.tell(progress);
    let mut users: Vec<&str> = history.users.iter().map(String::as_str).collect();
    users.extend(preferences.of_user.keys().map(String::as_str));
    users.sort_unstable();
    users.dedup();
    let rows = &rows;
    let begun = Instant::now();
    let stage = progress.stage("recommend", users.len() as u64);
    let mut count = 0;
    let answer = |id: &str| -> Result<Ranking, BuildError> {
        let events = history
            .find(id)
            .map_or(Vec::new(), |user| people::events(&history, user));
        let ranking = people::recommend(pack, rows, &events, preferences.of(id), &batch.ask)?;
        stage.inc(1);
        Ok(ranking)
    };
    let mut answer_all = |sink: &mut dyn Sink| {
        users.chunks(BLOCK).try_for_each(|block| {
            let rows: Vec<Row<'_>> = block
                .par_iter()
                .map(|user| {
                    Ok(Row {
                        user,
                        ranking: answer(user)?,
                    })
                })
                .collect::<Result<_, BuildError>>()?;
            count += rows.iter().map(|row| row.ranking.items.len() as u64).sum::<u64>();
            sink.put(&rows)
        })
    };
    let bytes = scratch::write_stream(&batch.out, |file| match form {
        Form::Jsonl => {
            let as_numbers = user_ids_are_numbers(&batch.history, &users)?;
            answer_all(&mut jsonl::Lines::new(file, &batch.out, as_numbers))
        }
        Form::Parquet => {
            let mut table = parquet::Table::new(file, &batch.out, pack.manifest().id_kind)?;
            answer_all(&mut table)?;
            table.finish()
        }
    })?;
    drop(stage);
    let seconds = begun.elapsed().as_secs_f64();
    Ok(BatchReport {
        users: users.len(),
        items: count,
        seconds,
        users_per_second: users.len() as f64 / seconds.max(1e-9),
        bytes,
        out: batch.out.display().to_string(),
    })
}

/// Whether ids of users are written as JSON numbers: as they went in. JSON events say so themselves; in other files ids
/// that all look like integers are.
fn user_ids_are_numbers(sources: &[EventSource], users: &[&str]) -> Result<bool, BuildError> {
    let look_like_numbers = || {
        let integer = aftershow_core::ids::IdKind::Integer;
        users
            .iter()
            .all(|id| aftershow_core::ItemId::parse(id, integer).is_some())
    };
    for source in sources {
        if first_user_is_text(source)? {
            return Ok(false);
        }
    }
    Ok(look_like_numbers())
}

/// Whether the first user of a source of JSON is a text: one tells how the log writes them.
fn first_user_is_text(source: &EventSource) -> Result<bool, BuildError> {
    let file = source.file()?;
    let mut lines = match source.kind {
        Kind::Sample => Lines::of(&file.name, SAMPLE)?,
        Kind::Jsonl => Lines::open(&file.name, &file.path)?,
        _ => return Ok(false),
    };
    while let Some(line) = lines.advance()? {
        // What is no object was told when the events were read.
        let fields: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(line.bytes).ok();
        let is_user = |name: &str| Column::of(name, &source.columns) == Some(Column::User);
        if let Some((_, id)) = fields.iter().flatten().find(|(name, _)| is_user(name)) {
            return Ok(id.is_string());
        }
    }
    Ok(false)
}

impl fmt::Display for BatchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} users, {} items in {:.2} s: {:.0} users per second\n{} ({})",
            self.users,
            self.items,
            self.seconds,
            self.users_per_second,
            self.out,
            size(self.bytes)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_by_the_end_of_the_name() {
        for (name, form) in [
            ("a.jsonl", Form::Jsonl),
            ("b/a.ndjson", Form::Jsonl),
            ("a.parquet", Form::Parquet),
        ] {
            assert_eq!(Form::of(Path::new(name)).unwrap(), form);
        }
        for name in ["a.csv", "parquet", "a.jsonl.gz"] {
            let error = Form::of(Path::new(name)).unwrap_err();
            assert!(error.to_string().contains("must end in .jsonl or .parquet"), "{error}");
        }
    }
}
