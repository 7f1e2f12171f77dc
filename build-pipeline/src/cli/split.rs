//! The flags of `split`.

use std::path::PathBuf;

use clap::Args;

use super::build::described;
use crate::{
    config::Config,
    error::BuildError,
    source::events::EventSource,
    split::{By, Split},
};

const SPLIT_EXAMPLES: &str = "\
Examples:
  aftershow split movielens:ml-1m --by random --out split
  aftershow split jsonl:events.jsonl.gz --by time --parts 80,20 --out split
  aftershow split user-items:all.txt --by users --parts 90,5,5 --seed 7 --out split
  aftershow build --interactions jsonl:split/train.jsonl --out pack

The files are train, valid and test, as .txt if the source is user-items, else as .jsonl with all that is known of an event.
--by users writes train, valid-history, valid, history and test: of the users held out 80 % of the events are their history.
--by items holds whole titles out of the training, to measure what is said of titles that nobody has seen.
Events of one user with one item stay together, and but for --by items every user keeps at least one event
for the training.";

/// Flags of `split`.
#[derive(Debug, Args)]
#[command(after_help = SPLIT_EXAMPLES)]
pub struct SplitArgs {
    /// Source of events: movielens:DIR, jsonl:FILE, csv:FILE, user-items:FILE or sample
    #[arg(value_name = "SPEC")]
    pub source: String,
    /// What decides where an event goes
    #[arg(long, value_name = "HOW")]
    pub by: By,
    /// Folder for the parts; an older split there is replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Shares of training, validation and test, or of training and test [default: 80,10,10]
    #[arg(long, value_name = "N,N,N", allow_hyphen_values = true)]
    pub parts: Option<String>,
    /// Seed of what is random
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// Configuration, for the columns of the source
    #[arg(long, value_name = "FILE.yaml")]
    pub config: Option<PathBuf>,
    /// Stop at the first line that can't be used, instead of skipping it
    #[arg(long)]
    pub strict: bool,
    /// Print JSON: {files: [{file, users, events}], skipped}
    #[arg(long)]
    pub json: bool,
    /// Print warnings and errors only
    #[arg(long, short)]
    pub quiet: bool,
}

impl SplitArgs {
    /// What to part, and how.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn split(&self) -> Result<(EventSource, Split), BuildError> {
        let known = match &self.config {
            Some(file) => Config::load(file)?.interactions.sources,
            None => Vec::new(),
        };
        let source = described(std::slice::from_ref(&self.source), &known)?.remove(0);
        let by = self.by;
        if by == By::LeaveOneOut && self.parts.is_some() {
            return Err(BuildError::Usage {
                reason:
                    "--parts says nothing with --by leave-one-out, which takes one event of each user; leave it out"
                        .to_owned(),
            });
        }
        let shares = Split::shares(self.parts.as_deref().unwrap_or("80,10,10"))?;
        let seed = self.seed;
        Ok((source, Split { by, shares, seed }))
    }
}
