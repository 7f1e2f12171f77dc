//! What a build did: a table for people, one JSON object for tools.

use std::{fmt, fs};

use serde::Serialize;

use crate::{
    files::PackReport,
    gather::{GatherTally, Gathered},
    progress::{Progress, StageTime},
    tally::Counted,
    users_out::UsersReport,
};

/// What a build did.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Titles in the catalogue.
    pub items: usize,
    /// Records read; 0 if the catalogue came from the work folder.
    pub read: u64,
    /// Records skipped, by reason.
    pub skipped: Vec<Counted>,
    /// Values left out of records, by reason.
    pub values_left_out: Vec<Counted>,
    /// Titles beyond `max_items`.
    pub beyond_max_items: u64,
    /// Files of the work folder that tell of people, for their owner alone; none if they were removed.
    pub files_of_people: Vec<String>,
    /// What people did; absent without events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactions: Option<EventReport>,
    /// Seconds of each stage.
    pub stages: Vec<StageTime>,
    /// Seconds of the whole.
    pub seconds: f64,
    /// The most memory the process has held; absent where the system doesn't tell.
    pub peak_memory_bytes: Option<u64>,
    /// The pack, if the last step was run.
    pub pack: Option<PackReport>,
    /// What was kept of people, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<UsersReport>,
    /// The pack's folder, if it was written.
    pub out: Option<String>,
    /// Id of the best-known title, to try the pack with.
    pub try_id: Option<String>,
}

/// What the events came to.
#[derive(Clone, Debug, Serialize)]
pub struct EventReport {
    /// People.
    pub users: usize,
    /// Titles that somebody has an event with.
    pub items: usize,
    /// Pairs of a person and a title.
    pub pairs: usize,
    /// Events read; 0 if they came from the work folder.
    pub read: u64,
    /// Lines skipped, by reason.
    pub skipped: Vec<Counted>,
    /// Events skipped because their type has no weight, by type.
    pub unknown_types: Vec<Counted<String>>,
    /// Items of the events that are not in the catalogue.
    pub unknown_items: u64,
    /// Pairs of a person and such an item.
    pub unknown_item_pairs: u64,
    /// People left out of the training because they have too few titles.
    pub users_with_too_few: u64,
    /// People who say which genres they prefer.
    pub users_with_preferences: usize,
}

impl EventReport {
    fn new(gathered: &Gathered, tally: &GatherTally) -> Option<EventReport> {
        let matrix = &gathered.interactions;
        let preferences = &gathered.preferences;
        let mut is_used = vec![false; matrix.item_count];
        matrix.items.iter().for_each(|item| is_used[*item as usize] = true);
        (!matrix.is_empty() || !preferences.is_empty()).then(|| EventReport {
            users: matrix.user_count(),
            items: is_used.iter().filter(|used| **used).count(),
            pairs: matrix.len(),
            read: tally.events.read,
            skipped: tally.events.skipped(),
            unknown_types: tally.unknown_types.clone(),
            unknown_items: tally.unknown.items,
            unknown_item_pairs: tally.unknown.pairs,
            users_with_too_few: tally.too_few.users,
            users_with_preferences: preferences.of_user.len(),
        })
    }
}

impl Report {
    /// What the run has come to so far.
    pub fn new(gathered: &Gathered, tally: &GatherTally, progress: &Progress) -> Report {
        let (catalogue, titles) = (&gathered.catalogue, &tally.titles);
        Report {
            items: catalogue.items.len(),
            read: titles.read,
            skipped: titles.skipped(),
            values_left_out: titles.dropped(),
            beyond_max_items: titles.left_out,
            files_of_people: Vec::new(),
            interactions: EventReport::new(gathered, tally),
            stages: progress.stages(),
            seconds: progress.seconds(),
            peak_memory_bytes: peak_memory(),
            pack: None,
            users: None,
            out: None,
            try_id: catalogue.items.first().map(|item| item.id.to_string()),
        }
    }
}

/// The process's high-water mark of resident memory, from Linux's `/proc`.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, value: String| writeln!(f, "  {name:<34} {value:>12}");
        writeln!(f, "catalogue")?;
        row(f, "titles", self.items.to_string())?;
        for skipped in &self.skipped {
            row(f, &format!("skipped: {}", skipped.reason), skipped.count.to_string())?;
        }
        for dropped in &self.values_left_out {
            let field = dropped.reason.split(':').next().unwrap_or_default();
            row(f, &format!("values left out: {field}"), dropped.count.to_string())?;
        }
        if self.beyond_max_items > 0 {
            row(f, "beyond max_items", self.beyond_max_items.to_string())?;
        }
        if let Some(events) = &self.interactions {
            writeln!(f, "interactions")?;
            row(f, "people", events.users.to_string())?;
            row(f, "titles with events", events.items.to_string())?;
            row(f, "pairs of a person and a title", events.pairs.to_string())?;
            let skipped = events.skipped.iter().map(|s| (s.reason.to_owned(), s.count));
            let types = events.unknown_types.iter();
            let types = types.map(|s| (format!("of the type {:?}", s.reason), s.count));
            for (reason, count) in skipped.chain(types) {
                row(f, &format!("skipped: {reason}"), count.to_string())?;
            }
            let others = [
                ("items not in the catalogue", events.unknown_items),
                ("pairs with those", events.unknown_item_pairs),
                ("people with too few titles", events.users_with_too_few),
                ("people with preferences", events.users_with_preferences as u64),
            ];
            for (name, count) in others.into_iter().filter(|(_, count)| *count > 0) {
                row(f, name, count.to_string())?;
            }
            match (&self.files_of_people[..], &self.pack) {
                ([], None) => {}
                ([], Some(_)) => writeln!(f, "  removed from the work folder; --work or --steps keeps them")?,
                (kept, _) => writeln!(f, "  kept, for their owner alone: {}", kept.join(", "))?,
            }
        }
        writeln!(f, "time")?;
        for stage in &self.stages {
            row(f, stage.stage, format!("{:.2} s", stage.seconds))?;
        }
        row(f, "in all", format!("{:.2} s", self.seconds))?;
        row(
            f,
            "peak memory",
            self.peak_memory_bytes.map_or("unknown".to_owned(), size),
        )?;
        let Some(pack) = &self.pack else {
            return Ok(());
        };
        writeln!(f, "pack")?;
        for part in &pack.parts {
            let name = if part.files > 1 {
                format!("{} ({} files)", part.name, part.files)
            } else {
                part.name.clone()
            };
            row(f, &name, size(part.bytes))?;
        }
        let bytes = pack.parts.iter().map(|part| part.bytes).sum();
        row(f, "in all", size(bytes))?;
        row(f, "id", pack.pack_id.clone())?;
        if let Some(users) = &self.users {
            writeln!(f, "people, private")?;
            row(f, "people", users.users.to_string())?;
            row(f, &format!("in {} files", users.files), size(users.bytes))?;
            writeln!(f, "  {}", users.dir)?;
        }
        if let (Some(out), Some(id)) = (&self.out, &self.try_id) {
            let (out, id) = (quoted(out), quoted(id));
            writeln!(
                f,
                "\n{out} is ready. To see what it says:\n  aftershow similar {out} {id}\n  aftershow inspect {out}"
            )?;
        }
        Ok(())
    }
}

/// A number of bytes, for people: kB and MB of 1000.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_');
    if !word.is_empty() && !word.starts_with('-') && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable_and_words_are_quoted_for_the_shell() {
        assert_eq!(
            (size(999), size(12_345), size(16_000_000)),
            ("999 B".into(), "12.3 kB".into(), "16.00 MB".into())
        );
        assert_eq!(
            (quoted("a/b-1.x"), quoted("it's")),
            ("a/b-1.x".into(), r"'it'\''s'".into())
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_of_this_process_is_more_than_a_megabyte() {
        assert!(peak_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
