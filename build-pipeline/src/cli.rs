//! The arguments: flags over file over defaults.

mod build;
mod knobs;
mod model;
mod people;
mod render;
mod split;

pub use build::{BuildArgs, Genre, LogFormat, Preset};
pub use people::{BatchArgs, EvaluateArgs, PredictArgs, RecommendArgs};
pub use render::RenderArgs;
pub use split::SplitArgs;

use std::path::PathBuf;

use aftershow_core::{Knobs, SearchQuery, WeightsPatch};
use clap::{Args, Parser, Subcommand};

use self::knobs::OrderArgs;
use crate::{
    error::BuildError,
    similar::{Question, Subject},
};

/// Recommendations with no database behind them: builds packs and answers from them.
#[derive(Debug, Parser)]
#[command(name = "aftershow", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a pack from a catalogue and from what people did
    Build(Box<BuildArgs>),
    /// Show what is in a pack: bytes by section, format, configuration
    Inspect(InspectArgs),
    /// Show what is similar to a title of a pack
    Similar(SimilarArgs),
    /// Write similar titles as HTML, for first paint, for crawlers and for readers without JavaScript
    Render(Box<RenderArgs>),
    /// Show what a pack recommends to a person
    Recommend(RecommendArgs),
    /// Find titles of a pack by their words
    Search(SearchArgs),
    /// Write what a pack recommends to every user of a log
    Batch(BatchArgs),
    /// Write what people would rate, for many pairs of a person and a title
    Predict(PredictArgs),
    /// Measure how good a pack's recommendations are
    Evaluate(EvaluateArgs),
    /// Part a log of events into training, validation and test
    Split(SplitArgs),
}

/// Flags of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aftershow inspect pack\n  aftershow inspect pack --json")]
pub struct InspectArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Print JSON: {format_version, pack_id, items, bytes_total, sections: [{name, bytes}], config}
    #[arg(long)]
    pub json: bool,
}

/// Flags of `similar`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aftershow similar pack 169\n  aftershow similar pack 169 -n 5 --text-weight 0 --json\n  aftershow similar pack --new '{\"genres\": [\"Drama\"], \"summary\": \"A ship is lost at sea.\"}'\n  aftershow similar pack 169 --reasons --filter '{\"year\": {\"min\": 2015}}' --rerank '{\"diversity\": 0.3}'"
)]
pub struct SimilarArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Id of the title, as the catalogue has it
    #[arg(allow_hyphen_values = true, required_unless_present = "new")]
    pub id: Option<String>,
    /// A title that the pack has never seen, as JSON or a file of it: {"name", "genres": […], "summary", "platform", "type",
    /// "language", "year", …}
    #[arg(long, value_name = "JSON|FILE", conflicts_with = "id")]
    pub new: Option<String>,
    /// What the answer should be like
    #[command(flatten)]
    pub like: LikeArgs,
    /// Say why each title is there
    #[arg(long)]
    pub reasons: bool,
    /// Print JSON: {id, subject, items: [{id, name, …, score, genre_score, text_score, metadata_score, year_score}], …}
    #[arg(long)]
    pub json: bool,
}

impl SimilarArgs {
    /// What others should be like.
    ///
    /// # Errors
    /// [`BuildError::Usage`] for a new title that can't be read.
    pub fn subject(&self) -> Result<Subject, BuildError> {
        match (&self.new, &self.id) {
            (Some(new), _) => Ok(Subject::New(Box::new(knobs::json_or_file("--new", new)?))),
            (None, id) => Ok(Subject::Item(id.clone().unwrap_or_default())),
        }
    }

    /// The question.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag and what is wrong with it.
    pub fn question(&self) -> Result<Question, BuildError> {
        self.like.question(self.reasons)
    }
}

/// What is asked of similar titles.
#[derive(Debug, Args)]
pub struct LikeArgs {
    /// How many, 1 to 100 [default: 10]
    #[arg(short, value_name = "N", allow_negative_numbers = true)]
    pub n: Option<usize>,
    /// Least score, 0 to 1 [default: 0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub min_similarity: Option<f32>,
    /// Weight of shared genres; only the proportions of the four count [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub genre_weight: Option<f32>,
    /// Weight of the summaries' likeness [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub text_weight: Option<f32>,
    /// Weight of platform, type and language [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub metadata_weight: Option<f32>,
    /// Weight of the years' nearness [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub year_weight: Option<f32>,
    /// Which titles may come, and in what order
    #[command(flatten)]
    pub order: OrderArgs,
}

impl LikeArgs {
    /// The question.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag and what is wrong with it.
    pub fn question(&self, reasons: bool) -> Result<Question, BuildError> {
        let weights = WeightsPatch {
            genre: self.genre_weight,
            text: self.text_weight,
            metadata: self.metadata_weight,
            year: self.year_weight,
        };
        Ok(Question {
            n: self.n,
            min_similarity: self.min_similarity,
            weights,
            knobs: Knobs {
                reasons: Some(reasons),
                ..self.order.knobs()?
            },
        })
    }
}

/// Flags of `search`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aftershow search pack amelie\n  aftershow search pack game of thro -n 5 --json")]
pub struct SearchArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Words of the title; the last may be a beginning, and small typos do no harm
    #[arg(required = true)]
    pub query: Vec<String>,
    /// How many, 1 to 100 [default: 10]
    #[arg(short, value_name = "N", allow_negative_numbers = true)]
    pub n: Option<usize>,
    /// Print JSON: {items: [{id, name, genres, year, …, matched}]}
    #[arg(long)]
    pub json: bool,
}

impl SearchArgs {
    /// The question.
    pub fn query(&self) -> SearchQuery {
        let query = SearchQuery::of(self.query.join(" "));
        SearchQuery {
            limit: self.n.unwrap_or(query.limit),
            ..query
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
