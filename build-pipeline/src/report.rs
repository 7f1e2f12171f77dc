//! What a build did: a table for people, one JSON object for tools.

use std::{fmt, fs};

use serde::Serialize;

use crate::{
    catalogue::Catalogue,
    emit::PackReport,
    progress::{Progress, StageTime},
    tally::{Counted, Tally},
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
    /// Seconds of each stage.
    pub stages: Vec<StageTime>,
    /// Seconds of the whole.
    pub seconds: f64,
    /// The most memory the process has held; absent where the system doesn't tell.
    pub peak_memory_bytes: Option<u64>,
    /// The pack, if the last step was run.
    pub pack: Option<PackReport>,
    /// The pack's folder, if it was written.
    pub out: Option<String>,
    /// Id of the best-known title, to try the pack with.
    pub try_id: Option<String>,
}

impl Report {
    /// What the run has come to so far.
    pub fn new(catalogue: &Catalogue, tally: &Tally, progress: &Progress) -> Report {
        Report {
            items: catalogue.items.len(),
            read: tally.read,
            skipped: tally.skipped(),
            values_left_out: tally.dropped(),
            beyond_max_items: tally.left_out,
            stages: progress.stages(),
            seconds: progress.seconds(),
            peak_memory_bytes: peak_memory(),
            pack: None,
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
