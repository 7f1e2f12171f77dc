//! Builds Aftershow packs: all I/O, features and packing. The binary is `aftershow`.
//!
//! The modules, in the order the data goes:
//!
//! | module | what it holds |
//! |---|---|
//! | [`config`] | everything a build depends on: flags over file over defaults |
//! | [`step`] | the six steps, and which of them a run is asked for |
//! | [`source`] | SPECs and files to drafts: TVmaze, MovieLens, JSONL, CSV, the sample; logs to events |
//! | [`rules`] | a draft to a clean item |
//! | [`assemble`] | the drafts of all sources to one catalogue |
//! | [`catalogue`] | the clean items, in the pack's order |
//! | [`interactions`] | who did what with which item |
//! | [`preferences`] | which genres people say they prefer |
//! | [`gather`] | catalogue and interactions, with one row for each title |
//! | [`features`] | attributes, years, TF-IDF rows |
//! | [`encoder`] | titles and summaries to the vectors of a sentence encoder |
//! | [`meaning`] | those vectors to text rows |
//! | [`neighbours`] | the exact neighbour lists |
//! | [`models`] | what is learnt of the interactions |
//! | [`blend`] | how much content and learnt scores count |
//! | [`train`] | the two together: the collaborative part |
//! | [`ratings`] | how people rate: the model that predicts it |
//! | [`shards`] | which items share a lazy shard |
//! | [`emit`] | the files of a pack |
//! | [`publish`] | the pack's folder, replaced whole |
//! | [`report`] | what the build did |
//!
//! Beside the way: [`work`] keeps what steps made, [`input`] hashes the files, [`scratch`] writes
//! whole or not at all, [`tally`] counts what was skipped, [`stored`] is the
//! interactions' form on the disk, [`random`] has the seeded numbers, [`progress`] tells how far it is,
//! [`error`] says what stopped it. After the build: [`open`] answers from a pack's folder,
//! [`inspect`], [`similar`], [`recommend`] and [`search`] are the commands on it; [`people`] has what SPECs of events say of
//! somebody, [`batch`] recommends to all of them, [`evaluate`] measures how well, [`users_out`] keeps known people
//! apart from the pack. [`split`] parts a log for a measurement, [`cli`] has the
//! arguments.

pub mod assemble;
pub mod batch;
pub mod blend;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod conjugate;
pub mod emit;
pub mod encoder;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod files;
pub mod gather;
pub mod heads;
pub mod input;
pub mod inspect;
pub mod interactions;
pub mod meaning;
pub mod models;
pub mod neighbours;
pub mod open;
pub mod people;
pub mod preferences;
pub mod progress;
pub mod publish;
pub mod random;
pub mod ratings;
pub mod recommend;
pub mod render;
pub mod report;
pub mod rules;
pub mod scratch;
pub mod search;
pub mod shards;
pub mod similar;
pub mod source;
pub mod split;
pub mod step;
pub mod stored;
pub mod tally;
pub mod train;
pub mod users_out;
pub mod work;

pub use catalogue::{Catalogue, CatalogueItem};
pub use config::{Config, ContentConfig};
pub use error::BuildError;
pub use interactions::Interactions;
pub use open::PackDir;
pub use preferences::Preferences;
pub use progress::Progress;
pub use report::Report;
pub use step::{Plan, Step};

use gather::GatherTally;
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
    users_out::check_plan(plan)?;
    work::check(&plan.work, &plan.out)?;
    let work = Work::open(plan, config)?;
    let mut tally = GatherTally::default();
    threads(config.threads)?.install(|| {
        let gathered = work.step(Step::Fetch, || gather::gather(config, progress, &mut tally))?;
        tally.tell(progress);
        users_out::check_people(plan, config, &gathered)?;
        let catalogue = &gathered.catalogue;
        let report = || Report {
            files_of_people: work
                .files_of_people()
                .iter()
                .map(|file| file.display().to_string())
                .collect(),
            ..Report::new(&gathered, &tally, progress)
        };
        if plan.last() == Step::Fetch {
            return Ok(report());
        }
        let features = work.step(Step::Features, || features::build(catalogue, &config.content, progress))?;
        if plan.last() == Step::Features {
            return Ok(report());
        }
        let settings = config.content.settings()?;
        let neighbours = work.step(Step::Similarities, || neighbours::find(&features, &settings, progress))?;
        if plan.last() == Step::Similarities {
            return Ok(report());
        }
        let trained = work.step(Step::Train, || train::train(&gathered, &features, config, progress))?;
        if plan.last() == Step::Train {
            return Ok(report());
        }
        let rated = match config.ratings.sources.is_empty() {
            true => ratings::Rated::default(),
            false => work.step(Step::Ratings, || ratings::train(&gathered, &features, config, progress))?,
        };
        if plan.last() == Step::Ratings {
            return Ok(report());
        }
        let (pack, users) = publish::put(&plan.out, |dir| {
            let pack = emit::emit(catalogue, features, neighbours, &trained, &rated, config, dir, progress)?;
            let users = users_out::of_run(plan, config, &gathered, &pack.pack_id, progress)?;
            Ok((pack, users))
        })?;
        work.forget_people()?;
        Ok(Report {
            pack: Some(pack),
            users,
            out: Some(plan.out.display().to_string()),
            ..report()
        })
    })
}

/// The threads that `--threads` asks for; all cores without it.
///
/// # Errors
/// [`BuildError::Usage`] if there can't be so many.
pub fn threads(count: Option<usize>) -> Result<rayon::ThreadPool, BuildError> {
    if let Some(count) = count.filter(|count| !(1..=1024).contains(count)) {
        return Err(BuildError::Usage {
            reason: format!("--threads must be from 1 to 1024, and is {count}"),
        });
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count.unwrap_or(0)).build();
    pool.map_err(|e| BuildError::Usage {
        reason: format!("--threads: the threads can't be started: {e}; ask for fewer"),
    })
}
