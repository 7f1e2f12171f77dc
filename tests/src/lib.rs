//! What the whole-system tests share: packs built by the real pipeline, and the golden cases.

use std::path::{Path, PathBuf};

use aftershow_core::{Answer, Query, Recommendations};
use aftershow_pipeline::{
    Config, PackDir, Plan, Progress, progress::Style, run, source::Source, source::events::EventSource,
};
use tempfile::TempDir;

pub mod golden;
pub mod knobs;

/// A pack in a folder that goes with it.
#[derive(Debug)]
pub struct BuiltPack {
    folder: TempDir,
}

impl BuiltPack {
    /// Builds the pack of a catalogue, with the events of a log if one is given, on so many threads.
    ///
    /// # Panics
    /// If it can't be built: then there is nothing to test.
    pub fn of(catalogue: &str, events: Option<&str>, threads: usize) -> BuiltPack {
        BuiltPack::configured(catalogue, events, threads, |_| {})
    }

    /// The embedded sample with its log, and with heads of so many titles.
    pub fn with_heads(heads: &[u32]) -> BuiltPack {
        BuiltPack::configured("sample", Some("sample"), 2, |config| {
            config.personal.heads = heads.to_vec()
        })
    }

    fn configured(
        catalogue: &str,
        events: Option<&str>,
        threads: usize,
        configure: impl FnOnce(&mut Config),
    ) -> BuiltPack {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            catalog: vec![Source::parse(catalogue).expect("a source")],
            threads: Some(threads),
            ..Config::default()
        };
        let events = events.map(|spec| EventSource::parse(spec).expect("a source of events"));
        config.interactions.sources.extend(events);
        configure(&mut config);
        let plan = Plan::new(folder.path().join("pack"));
        run(&config, &plan, &Progress::new(Style::Quiet)).expect("a pack");
        BuiltPack { folder }
    }

    /// The embedded sample with its log.
    pub fn sample() -> BuiltPack {
        BuiltPack::of("sample", Some("sample"), 2)
    }

    /// Six titles with all that can be missing missing somewhere, and a few people who watched them.
    pub fn tiny() -> BuiltPack {
        let spec = |file: &str| format!("jsonl:{}", root().join("tests/tiny").join(file).display());
        BuiltPack::of(&spec("shows.jsonl"), Some(&spec("events.jsonl")), 1)
    }

    /// Where it is.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    /// Opens it.
    ///
    /// # Panics
    /// If it can't be opened.
    pub fn open(&self) -> PackDir {
        PackDir::open(&self.dir()).expect("a pack that was just built")
    }
}

impl BuiltPack {
    /// Asks a question over the lazy parts, as a page does; an error is its code.
    ///
    /// # Errors
    /// The code of whatever went wrong.
    pub fn ask(&self, query: &Query) -> Result<Answer, String> {
        self.open().answer(query).map_err(|error| error.code().to_owned())
    }

    /// Asks for recommendations; an error is its code.
    ///
    /// # Errors
    /// The code of whatever went wrong.
    pub fn recommend(&self, query: &Query) -> Result<Recommendations, String> {
        self.open().recommend(query).map_err(|error| error.code().to_owned())
    }
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The folder of real data beside the project, or a line that says what is skipped without it.
pub fn real_data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("AFTERSHOW_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no data at {}", path.display());
    None
}
