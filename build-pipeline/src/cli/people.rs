//! The flags of `recommend`, `batch` and `evaluate`: what a pack says to people.

use std::path::PathBuf;

use aftershow_core::{BlendPatch, ItemId, Knobs, PredictQuery, VariantName};
use clap::Args;

use super::{
    build::{described, mapped},
    knobs::{OrderArgs, json_or_file},
};
use crate::{
    batch::Batch,
    config::InteractionsConfig,
    error::BuildError,
    evaluate::{Evaluate, Share},
    open::PackDir,
    people::{self, Ask},
    progress::Progress,
    ratings::predict::Predict,
    recommend::{Question, Who, ratings},
    source::events::EventSource,
};

const RECOMMEND_EXAMPLES: &str = "\
Examples:
  aftershow recommend pack --history 82:3,169
  aftershow recommend pack --history 169 --genres Drama:2,Comedy -n 20 --json
  aftershow recommend pack --history 82,169 --reasons --filter '{\"genre\": \"Comedy\"}' --rerank '{\"diversity\": 0.3}'
  aftershow recommend pack --history 82,169 --candidates 315,119:0.8,290
  aftershow recommend pack --user u17 --users private/users
  aftershow recommend pack

A history is ids with commas between them. A number behind an id's last colon is the weight: above 0 liked, below 0
disliked, from -100 to 100; without one it is 1. Candidates are written alike, with scores of 0 or more. With no history, genres or user the answer is what is popular.";

/// Flags of `recommend`.
#[derive(Debug, Args)]
#[command(after_help = RECOMMEND_EXAMPLES)]
pub struct RecommendArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Id of a user whom --users knows
    #[arg(
        long,
        value_name = "ID",
        requires = "users",
        conflicts_with = "history",
        allow_hyphen_values = true
    )]
    pub user: Option<String>,
    /// Folder that `aftershow build --users-out` wrote
    #[arg(long, value_name = "DIR", requires = "user")]
    pub users: Option<PathBuf>,
    /// What the person did: ids, with weights
    #[arg(long, value_name = "ID[:W],…", allow_hyphen_values = true)]
    pub history: Option<String>,
    /// Genres that the person prefers, with weights from 0 to 100
    #[arg(long, value_name = "NAME[:W],…")]
    pub genres: Option<String>,
    /// Put these titles in order, and no others; those without scores are scored by the person. Unknown ids come last
    #[arg(long, value_name = "ID[:SCORE],…", allow_hyphen_values = true)]
    pub candidates: Option<String>,
    /// How many, 1 to 100 [default: 10]
    #[arg(short, value_name = "N", allow_negative_numbers = true)]
    pub n: Option<usize>,
    /// How many better ones to leave out
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// How much each side counts
    #[command(flatten)]
    pub blend: BlendArgs,
    /// Days after which an event counts half, back from the newest [default: all count alike]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub half_life_days: Option<f32>,
    /// Let items of the history come back
    #[arg(long)]
    pub include_seen: bool,
    /// Which titles may come, and in what order
    #[command(flatten)]
    pub order: OrderArgs,
    /// Id of a title that is being watched: what is like it counts beside the history
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub watching: Option<String>,
    /// How much likeness to it counts, 0 to 1 [default: 0.5]
    #[arg(long, value_name = "W", requires = "watching", allow_negative_numbers = true)]
    pub watching_weight: Option<f32>,
    /// Another variant, whose titles are drafted into the list in turns with those of --variant, or of the pack's own order
    #[arg(long, value_name = "EXPERIMENT:VARIANT", conflicts_with = "candidates")]
    pub against: Option<String>,
    /// Say why each title is there
    #[arg(long)]
    pub reasons: bool,
    /// Print JSON: {items: [{id, name, …, score, content_score, collaborative_score, popularity, source}],
    /// fallback_used, …}
    #[arg(long)]
    pub json: bool,
}

/// How much each side counts.
#[derive(Clone, Copy, Debug, Args)]
pub struct BlendArgs {
    /// Weight of what is like a person's titles; only the proportion of the two counts [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub content_weight: Option<f32>,
    /// Weight of what people with a like history chose [default: the pack's]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub collaborative_weight: Option<f32>,
}

impl BlendArgs {
    fn patch(self) -> BlendPatch {
        BlendPatch {
            content: self.content_weight,
            collaborative: self.collaborative_weight,
        }
    }
}

impl RecommendArgs {
    /// The question.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag and what is wrong with it.
    pub fn question(&self) -> Result<Question, BuildError> {
        let who = match (&self.user, &self.users, &self.history) {
            (Some(id), Some(users), _) => Who::Known {
                id: id.clone(),
                users: users.clone(),
            },
            (_, _, Some(history)) => Who::History(history.clone()),
            _ => Who::Unknown,
        };
        Ok(Question {
            who,
            genres: self.genres.clone(),
            candidates: self.candidates.clone(),
            n: self.n,
            offset: self.offset,
            blend: self.blend.patch(),
            half_life_days: self.half_life_days,
            include_seen: self.include_seen,
            knobs: Knobs {
                watching: self.watching.clone().map(ItemId::Str),
                watching_weight: self.watching_weight,
                reasons: Some(self.reasons),
                against: self.against.as_deref().map(VariantName::parse).transpose()?,
                ..self.order.knobs()?
            },
        })
    }
}

/// What the commands over many people have in common.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Configuration that says what events are worth and what columns mean [default: that of the pack]
    #[arg(long, value_name = "FILE.yaml")]
    pub config: Option<PathBuf>,
    /// Threads; never changes what is found [default: all cores]
    #[arg(long, value_name = "T")]
    pub threads: Option<usize>,
    /// Print warnings and errors only
    #[arg(long, short)]
    pub quiet: bool,
}

const BATCH_EXAMPLES: &str = "\
Examples:
  aftershow batch pack --history jsonl:events.jsonl.gz --out top.jsonl
  aftershow batch pack --history user-items:train.txt -n 50 --out top.parquet

A line of the .jsonl is {\"user_id\": …, \"items\": [{\"id\": …, \"score\": …}, …]}, best first, users by the bytes of their ids.
A .parquet has a row an item: user_id (text), rank (from 1), item_id (as in the pack), score.
Sources of events are those of `aftershow build --interactions`, those of users are as with its --users, and events are
worth what they were when the pack was built.";

/// Flags of `batch`.
#[derive(Debug, Args)]
// The folder first: a list of sources takes what follows it.
#[command(after_help = BATCH_EXAMPLES, override_usage = "aftershow batch [OPTIONS] <DIR> --history <SPEC>... --out <FILE>")]
pub struct BatchArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Who the users are and what they did; what they did is not recommended
    #[arg(long, value_name = "SPEC", num_args = 1.., required = true)]
    pub history: Vec<String>,
    /// Which genres users prefer, as in the build: jsonl:FILE or csv:FILE. Who is in here alone gets a list too
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub users: Vec<String>,
    /// How many items for each, 1 to 100
    #[arg(short, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    pub n: usize,
    /// File to write; an older one is replaced whole
    #[arg(long, value_name = "FILE.jsonl|FILE.parquet")]
    pub out: PathBuf,
    /// How much each side counts
    #[command(flatten)]
    pub blend: BlendArgs,
    /// Which titles may come, and in what order
    #[command(flatten)]
    pub order: OrderArgs,
    /// Print JSON: {users, items, seconds, users_per_second, bytes, out}
    #[arg(long)]
    pub json: bool,
    /// How to run
    #[command(flatten)]
    pub run: RunArgs,
}

impl BatchArgs {
    /// What to do.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn batch(&self, pack: &PackDir, progress: &Progress) -> Result<Batch, BuildError> {
        let settings = people::settings(pack, self.run.config.as_deref(), progress)?;
        let settings = with_users(settings, &self.users)?;
        Ok(Batch {
            history: described(&self.history, &settings.sources)?,
            settings,
            ask: Ask {
                n: self.n,
                blend: self.blend.patch(),
                knobs: self.order.knobs()?,
            },
            out: self.out.clone(),
        })
    }
}

/// With these sources of preferences, and no others: those of the pack's build may tell what nobody meant to ask about.
fn with_users(settings: InteractionsConfig, specs: &[String]) -> Result<InteractionsConfig, BuildError> {
    let settings = InteractionsConfig {
        users: mapped(specs, &settings.users)?,
        ..settings
    };
    settings.check_users()?;
    Ok(settings)
}

const EVALUATE_EXAMPLES: &str = "\
Examples:
  aftershow evaluate pack --history user-items:train.txt --test user-items:test.txt -k 20 --json
  aftershow evaluate pack --history jsonl:split/train.jsonl --test jsonl:split/test.jsonl --baselines --report report.html
  aftershow evaluate p256 --history jsonl:train.jsonl --test jsonl:test.jsonl --compare p64 p128 p512 --report curve.html
  aftershow evaluate pack --history movielens:ml-100k/u1.base --ratings-test movielens:ml-100k/u1.test --json

For each user with test items the pack recommends what their history and preferred genres ask for, without the history. A
test item is one of an event with a weight above 0 that is not in the history. Users of the test without a history are
counted and left out. Intervals are 95 % bootstrap intervals over the users.

With --ratings-test the pack predicts each rating of it from the ratings of its user in the history. Printed are the root
mean squared and the mean absolute error, beside those of each person's own mean; with --json {rmse, mae, count, people,
people_without_history, unknown, within_uncertainty, auc, person_mean: {rmse, mae}, seconds}.";

/// Flags of `evaluate`.
#[derive(Debug, Args)]
// The folder first: a list of sources takes what follows it.
#[command(after_help = EVALUATE_EXAMPLES, override_usage = "aftershow evaluate [OPTIONS] <DIR> --history <SPEC>... --test <SPEC>...")]
pub struct EvaluateArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// What people did before
    #[arg(long, value_name = "SPEC", num_args = 1.., required = true)]
    pub history: Vec<String>,
    /// What they did after
    #[arg(long, value_name = "SPEC", num_args = 1.., required_unless_present = "ratings_test")]
    pub test: Vec<String>,
    /// Which genres users prefer, as in the build: jsonl:FILE or csv:FILE
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub users: Vec<String>,
    /// What they rated after: measure the predicted ratings, instead of the recommendations
    #[arg(
        long,
        value_name = "SPEC",
        num_args = 1..,
        conflicts_with_all = ["test", "compare", "report", "baselines", "users", "variants", "curve", "BlendArgs", "OrderArgs"]
    )]
    pub ratings_test: Vec<String>,
    /// Lengths of the lists to measure, each from 1 to 100
    #[arg(
        short,
        value_name = "K,…",
        value_delimiter = ',',
        default_value = "10,20,50",
        allow_negative_numbers = true
    )]
    pub k: Vec<usize>,
    /// Measure beside it: popularity, content alone, collaborative alone, and the model before it was made small
    #[arg(long)]
    pub baselines: bool,
    /// Measure each variant of the pack's experiments beside it
    #[arg(long)]
    pub variants: bool,
    /// Measure several values of these beside it, for the curve of accuracy by diversity: diversity, calibration, freshness,
    /// popularity-damping
    #[arg(long, value_name = "KNOB,…", value_delimiter = ',', value_enum)]
    pub curve: Vec<Share>,
    /// Further packs of the same data, for the curve of quality by bytes
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub compare: Vec<PathBuf>,
    /// How much each side counts
    #[command(flatten)]
    pub blend: BlendArgs,
    /// Which titles may come, and in what order
    #[command(flatten)]
    pub order: OrderArgs,
    /// Write a report with plots: one file that needs nothing else
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// Seed of what is random: the resamples
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// Print JSON: {"recall@20", "ndcg@20", …, users, items, bytes_per_item, seconds, rows: […]}
    #[arg(long)]
    pub json: bool,
    /// How to run
    #[command(flatten)]
    pub run: RunArgs,
}

impl EvaluateArgs {
    /// What to measure.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn evaluate(&self, pack: &PackDir, progress: &Progress) -> Result<Evaluate, BuildError> {
        let settings = people::settings(pack, self.run.config.as_deref(), progress)?;
        let settings = with_users(settings, &self.users)?;
        Ok(Evaluate {
            history: described(&self.history, &settings.sources)?,
            test: described(&self.test, &settings.sources)?,
            settings,
            ks: self.k.clone(),
            baselines: self.baselines,
            compare: self.compare.clone(),
            blend: self.blend.patch(),
            knobs: self.order.knobs()?,
            variants: self.variants,
            curve: self
                .curve
                .iter()
                .flat_map(|knob| CURVE.map(|value| (*knob, value)))
                .collect(),
            seed: self.seed,
        })
    }
}

/// The values that `--curve` measures of a knob.
const CURVE: [f32; 6] = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

impl EvaluateArgs {
    /// The sources of a measurement of ratings: history and test; `None` if recommendations are to be measured.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn ratings(&self, pack: &PackDir, progress: &Progress) -> Result<Option<[Vec<EventSource>; 2]>, BuildError> {
        if self.ratings_test.is_empty() {
            return Ok(None);
        }
        let known = people::rating_sources(pack, self.run.config.as_deref(), progress)?;
        Ok(Some([
            described(&self.history, &known)?,
            described(&self.ratings_test, &known)?,
        ]))
    }
}

const PREDICT_EXAMPLES: &str = "\
Examples:
  aftershow predict pack --history movielens:ml-100k/u1.base --pairs movielens:ml-100k/u1.test --out u1.csv
  aftershow predict pack --history csv:ratings.csv.gz --pairs csv:wanted.csv --out predicted.csv --json
  aftershow predict pack --ratings 1:5,50:2.5 --items 260,1196 --new '{\"name\": \"A new one\", \"genres\": [\"Drama\"]}'

The history has ratings: events with a value. The pairs need a user and an item; other fields have no effect. Sources are those
of `aftershow build --interactions`. A line of the file is user,item,prediction: users by the bytes of their ids, each one's items in the
pack's order. The prediction is on the scale of the ratings, with four decimals, and empty for an item that the pack lacks. Users
without a history get what people in general rate.";

/// Flags of `predict`.
#[derive(Debug, Args)]
// The folder first: a list of sources takes what follows it.
#[command(after_help = PREDICT_EXAMPLES, override_usage = "aftershow predict [OPTIONS] <DIR> --history <SPEC>... --pairs <SPEC>... --out <FILE.csv>\n       aftershow predict [OPTIONS] <DIR> --ratings <ID:R,…> --items <ID,…> --new <JSON|FILE>")]
pub struct PredictArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// How people rated before
    #[arg(long, value_name = "SPEC", num_args = 1.., required_unless_present_any = ["items", "new"])]
    pub history: Vec<String>,
    /// Whose ratings of which items to predict
    #[arg(long, value_name = "SPEC", num_args = 1.., required_unless_present_any = ["items", "new"])]
    pub pairs: Vec<String>,
    /// File to write; an older one is replaced whole
    #[arg(long, value_name = "FILE.csv", required_unless_present_any = ["items", "new"])]
    pub out: Option<PathBuf>,
    /// Instead of all that, of one person: how they rated
    #[arg(long, value_name = "ID:R,…", allow_hyphen_values = true, conflicts_with_all = ["history", "pairs", "out"])]
    pub ratings: Option<String>,
    /// Of one person: titles to predict
    #[arg(long, value_name = "ID,…", value_delimiter = ',', allow_hyphen_values = true, conflicts_with_all = ["history", "pairs", "out"])]
    pub items: Vec<String>,
    /// Of one person: a title that the pack has never seen, as JSON or a file of it: {"name", "genres": […], "summary", "directors": […],
    /// "writers": […], "actors": […], "year", "runtime", "certificate", …}; may come several times
    #[arg(long, value_name = "JSON|FILE", conflicts_with_all = ["history", "pairs", "out"])]
    pub new: Vec<String>,
    /// Print JSON: {pairs, unknown, people, people_without_history, seconds, out}; of one person {items: [{item or new_item,
    /// prediction, uncertainty, source}], unknown, lowest, highest, …}
    #[arg(long)]
    pub json: bool,
    /// How to run
    #[command(flatten)]
    pub run: RunArgs,
}

impl PredictArgs {
    /// What to do.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn predict(&self, pack: &PackDir, progress: &Progress) -> Result<Predict, BuildError> {
        let known = people::rating_sources(pack, self.run.config.as_deref(), progress)?;
        Ok(Predict {
            history: described(&self.history, &known)?,
            pairs: described(&self.pairs, &known)?,
            out: self.out.clone().unwrap_or_default(),
        })
    }

    /// The question of one person, best first; `None` if it is about many.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag and what is wrong with it.
    pub fn of_one(&self) -> Result<Option<PredictQuery>, BuildError> {
        if self.items.is_empty() && self.new.is_empty() {
            return Ok(None);
        }
        let new = |text: &String| json_or_file("--new", text);
        Ok(Some(PredictQuery {
            ratings: ratings(self.ratings.as_deref().unwrap_or_default())?,
            items: self.items.iter().map(|id| ItemId::Str(id.trim().to_owned())).collect(),
            new_items: self.new.iter().map(new).collect::<Result<_, _>>()?,
            ranked: true,
        }))
    }
}
