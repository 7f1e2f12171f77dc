//! Builds Aftershow packs: all I/O, features and packing. The binary is `aftershow`.
//!
//! The modules, in the order the data goes:
//!
//! | module | what it holds |
//! |---|---|
//! | [`config`] | everything a build depends on: flags over file over defaults |
//! | [`step`] | the four steps, and which of them a run is asked for |
//! | [`source`] | SPECs and files to drafts: TVmaze, JSONL, CSV, the sample |
//! | [`rules`] | a draft to a clean item |
//! | [`assemble`] | the drafts of all sources to one catalogue |
//! | [`catalogue`] | the clean items, in the pack's order |
//! | [`features`] | attributes, years, TF-IDF rows |
//! | [`neighbours`] | the exact neighbour lists |
//! | [`shards`] | which items share a lazy shard |
//! | [`emit`] | the files of a pack |
//! | [`publish`] | the pack's folder, replaced whole |
//! | [`report`] | what the build did |
//!
//! Beside the way: [`work`] keeps what steps made, [`input`] hashes the files, [`scratch`] writes
//! whole or not at all, [`tally`] counts what was skipped, [`progress`] tells how far it is,
//! [`error`] says what stopped it. After the build: [`open`] answers from a pack's folder,
//! [`inspect`] and [`similar`] are the commands on it, [`cli`] the arguments.

pub mod assemble;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod emit;
pub mod error;
pub mod features;
pub mod input;
pub mod inspect;
pub mod neighbours;
pub mod open;
pub mod progress;
pub mod publish;
pub mod report;
pub mod rules;
pub mod scratch;
pub mod shards;
pub mod similar;
pub mod source;
pub mod step;
pub mod tally;
pub mod work;

pub use catalogue::{Catalogue, CatalogueItem};
pub use config::{Config, ContentConfig};
pub use error::BuildError;
pub use open::PackDir;
pub use progress::Progress;
pub use report::Report;
pub use step::{Plan, Step};

use tally::Tally;
use work::Work;

/// Runs the steps of the plan, from the sources to a pack in its folder.
///
/// ```
/// use aftershow_pipeline::{Config, PackDir, Plan, Progress, progress::Style, run, source::Source};
/// use aftershow_core::{ItemId, Query};
///
/// # let dir = tempfile::tempdir()?;
/// let config = Config { catalog: vec![Source::parse("sample")?], ..Config::default() };
/// let plan = Plan::new(dir.path().join("pack"));
/// let report = run(&config, &plan, &Progress::new(Style::Quiet))?;
/// assert!(report.items >= 300);
///
/// let answer = PackDir::open(&plan.out)?.answer(&Query::similar(ItemId::Int(169)))?;
/// assert_eq!(answer.items.len(), 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BuildError`]: whatever stops a step. A pack that was at `plan.out` is then there still.
pub fn run(config: &Config, plan: &Plan, progress: &Progress) -> Result<Report, BuildError> {
    config.check()?;
    if plan.last() == Step::Pack {
        publish::check(&plan.out)?;
    }
    let work = Work::open(plan, config)?;
    let mut tally = Tally::default();
    threads(config)?.install(|| {
        let catalogue = work.step(Step::Fetch, || assemble::fetch(config, progress, &mut tally))?;
        tally.tell(progress);
        let report = || Report::new(&catalogue, &tally, progress);
        if plan.last() == Step::Fetch {
            return Ok(report());
        }
        let features = work.step(Step::Features, || {
            features::build(&catalogue, &config.content, progress)
        })?;
        if plan.last() == Step::Features {
            return Ok(report());
        }
        let settings = config.content.settings()?;
        let neighbours = work.step(Step::Similarities, || neighbours::find(&features, &settings, progress))?;
        if plan.last() == Step::Similarities {
            return Ok(report());
        }
        let pack = publish::put(&plan.out, |dir| {
            emit::emit(&catalogue, features, neighbours, config, dir, progress)
        })?;
        Ok(Report {
            pack: Some(pack),
            out: Some(plan.out.display().to_string()),
            ..report()
        })
    })
}

fn threads(config: &Config) -> Result<rayon::ThreadPool, BuildError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(config.threads.unwrap_or(0))
        .build();
    pool.map_err(|e| BuildError::Usage {
        reason: format!("--threads: the threads can't be started: {e}; ask for fewer"),
    })
}
