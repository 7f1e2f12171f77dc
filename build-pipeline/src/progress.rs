//! What the user sees while a build runs: bars on a terminal, lines elsewhere, JSON events for machines; all on stderr.

use std::{
    io::IsTerminal,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bars, for a terminal.
    Bars,
    /// Plain lines, for a log.
    Lines,
    /// Events through `tracing`.
    Events,
    /// Warnings only.
    Quiet,
}

/// Tells how far the build is, and keeps the time of every stage for the summary.
#[derive(Debug)]
pub struct Progress {
    style: Style,
    started: Instant,
    done: Mutex<Vec<StageTime>>,
    bar: Mutex<Option<ProgressBar>>,
}

/// How long a stage took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: &'static str,
    /// Seconds on the clock.
    pub seconds: f64,
}

impl Progress {
    /// Progress in the given style.
    pub fn new(style: Style) -> Progress {
        Progress {
            style,
            started: Instant::now(),
            done: Mutex::default(),
            bar: Mutex::default(),
        }
    }

    /// Bars if stderr is a terminal, else lines.
    pub fn for_people() -> Progress {
        Progress::new(if std::io::stderr().is_terminal() {
            Style::Bars
        } else {
            Style::Lines
        })
    }

    /// Begins a stage of `total` steps (0 if unknown). It ends, and its time is kept, when the handle is dropped.
    ///
    /// The handle may be shared by threads.
    pub fn stage(&self, name: &'static str, total: u64) -> Stage<'_> {
        let bar = (self.style == Style::Bars).then(|| self.new_bar(name, total));
        match self.style {
            Style::Lines if total > 0 => eprintln!("{name}: {total} to do"),
            Style::Lines => eprintln!("{name} …"),
            Style::Events => tracing::info!(stage = name, total, "stage started"),
            Style::Bars | Style::Quiet => {}
        }
        Stage {
            progress: self,
            name,
            total,
            begun: Instant::now(),
            done: AtomicU64::new(0),
            told: AtomicU64::new(0),
            bar,
        }
    }

    fn new_bar(&self, name: &'static str, total: u64) -> ProgressBar {
        let (bar, template) = if total > 0 {
            (
                ProgressBar::new(total),
                "{msg:14} {bar:32} {human_pos}/{human_len} {elapsed}",
            )
        } else {
            (ProgressBar::new_spinner(), "{msg:14} {spinner} {elapsed}")
        };
        // The templates are constants, so a wrong one shows up in the first run of anybody.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name);
        *self.bar.lock().unwrap_or_else(|e| e.into_inner()) = Some(bar.clone());
        bar
    }

    /// Tells something that the user should know but that does not stop the build.
    pub fn warn(&self, message: &str) {
        self.tell(|| match self.style {
            Style::Events => tracing::warn!("{message}"),
            _ => eprintln!("warning: {message}"),
        });
    }

    /// Tells something worth a line.
    pub fn note(&self, message: &str) {
        self.tell(|| match self.style {
            Style::Events => tracing::info!("{message}"),
            Style::Quiet => {}
            _ => eprintln!("{message}"),
        });
    }

    // A line printed while a bar is drawn would be written over: indicatif clears the bar for it.
    fn tell(&self, print: impl FnOnce()) {
        let bar = self.bar.lock().unwrap_or_else(|e| e.into_inner()).clone();
        match bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// The stages that have ended, in the order they ended.
    pub fn stages(&self) -> Vec<StageTime> {
        self.done.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Seconds since the build began.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// A stage under way.
#[derive(Debug)]
pub struct Stage<'a> {
    progress: &'a Progress,
    name: &'static str,
    total: u64,
    begun: Instant,
    done: AtomicU64,
    /// How many seconds of the stage had gone when a line was last printed.
    told: AtomicU64,
    bar: Option<ProgressBar>,
}

/// Seconds between two lines of a long stage, where there is no bar.
const LINE_EVERY: u64 = 10;

impl Stage<'_> {
    /// `n` more steps are done.
    pub fn inc(&self, n: u64) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        if let Some(bar) = &self.bar {
            return bar.inc(n);
        }
        if self.progress.style == Style::Quiet || self.total == 0 {
            return;
        }
        let (seconds, told) = (self.begun.elapsed().as_secs(), self.told.load(Ordering::Relaxed));
        let due = seconds >= told + LINE_EVERY;
        // Of the threads that see it is due, the one that sets the time prints.
        if due
            && self
                .told
                .compare_exchange(told, seconds, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            match self.progress.style {
                Style::Events => tracing::info!(stage = self.name, done, total = self.total, "stage under way"),
                _ => eprintln!("{}: {} % after {seconds} s", self.name, 100 * done / self.total),
            }
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        let seconds = self.begun.elapsed().as_secs_f64();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            *self.progress.bar.lock().unwrap_or_else(|e| e.into_inner()) = None;
        }
        match self.progress.style {
            Style::Bars | Style::Lines => eprintln!("{}: {seconds:.2} s", self.name),
            Style::Events => tracing::info!(stage = self.name, seconds, "stage ended"),
            Style::Quiet => {}
        }
        let mut done = self.progress.done.lock().unwrap_or_else(|e| e.into_inner());
        done.push(StageTime {
            stage: self.name,
            seconds,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_are_kept_in_order_with_their_seconds() {
        let progress = Progress::new(Style::Quiet);
        progress.stage("fetch", 1).inc(1);
        {
            let stage = progress.stage("features", 0);
            std::thread::scope(|scope| {
                scope.spawn(|| stage.inc(3));
                scope.spawn(|| stage.inc(4));
            });
            assert_eq!(stage.done.load(Ordering::Relaxed), 7);
        }
        let stages = progress.stages();
        assert_eq!(
            stages.iter().map(|s| s.stage).collect::<Vec<_>>(),
            ["fetch", "features"]
        );
        assert!(
            stages
                .iter()
                .all(|s| s.seconds >= 0.0 && s.seconds <= progress.seconds())
        );
    }
}
