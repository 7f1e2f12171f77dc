//! The arguments: flags over file over defaults.

use std::path::PathBuf;

use aftershow_core::{WeightsPatch, pack::GenreSimilarity};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    config::{Config, StopWords},
    error::BuildError,
    similar::Knobs,
    source::Source,
    step::{Plan, Step},
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
    /// Build a pack from a catalogue
    Build(Box<BuildArgs>),
    /// Show what is in a pack: bytes by section, format, configuration
    Inspect(InspectArgs),
    /// Show what is similar to a title of a pack
    Similar(SimilarArgs),
}

const BUILD_EXAMPLES: &str = "\
Examples:
  aftershow build --catalog sample --out pack
  aftershow build --catalog tvmaze:shows.json.gz --out pack --top-n 30
  aftershow build --config streaming.yaml --out pack
  aftershow build --config site.yaml --catalog csv:titles.csv --out pack
  aftershow build --catalog sample --out pack --steps similarities,pack --text-weight 0.2

A source is one of
  sample        the shows that come with aftershow
  tvmaze:FILE   TVmaze's /shows form: a JSON array, or a folder of such pages; .gz too
  jsonl:FILE    one JSON object a line; .gz too
  csv:FILE      a table with a header line; .gz too
What the columns of jsonl and csv files mean stands in the configuration:
  catalog:
    - spec: csv:titles.csv
      columns: {title: name, listed_in: genres, rating: certificate}
      split: {genres: \",\"}
      constants: {platform: Netflix}
      ignore: [date_added]
      id_prefix: netflix-
A source named by --catalog takes the columns of the configuration's source with the same file name.

Exit codes: 0 done, 2 something to put right in flags, configuration or input, 1 anything else, 130 Ctrl-C.";

/// Flags of `build`.
#[derive(Debug, Args)]
#[command(after_help = BUILD_EXAMPLES)]
pub struct BuildArgs {
    /// Where the titles come from; replaces the configuration's `catalog`
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub catalog: Vec<String>,
    /// Folder for the pack; an older pack there is replaced whole
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Configuration; flags beat it
    #[arg(long, value_name = "FILE.yaml")]
    pub config: Option<PathBuf>,
    /// Length of the stored lists, 1 to 1000 [default: 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub top_n: Option<u32>,
    /// Least score of a stored neighbour, 0 to 1 [default: 0]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub min_similarity: Option<f32>,
    /// Weight of shared genres; only the proportions of the four count [default: 0.4]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub genre_weight: Option<f64>,
    /// Weight of the summaries' likeness [default: 0.5]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub text_weight: Option<f64>,
    /// Weight of platform, type and language [default: 0.1]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub metadata_weight: Option<f64>,
    /// Weight of the years' nearness [default: 0]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub year_weight: Option<f64>,
    /// How two genre sets are compared [default: jaccard]
    #[arg(long, value_name = "HOW")]
    pub genre_similarity: Option<Genre>,
    /// The pack's own version [default: v1.0.0]
    #[arg(long, value_name = "TEXT")]
    pub pack_version: Option<String>,
    /// Terms of the summaries' vocabulary, 1 to 32768 [default: 500]
    #[arg(long, value_name = "N")]
    pub max_text_features: Option<usize>,
    /// Language of the words that don't count, as a code such as en, or none [default: en]
    #[arg(long, value_name = "CODE")]
    pub stop_words: Option<String>,
    /// Keep only so many titles, the best known [default: all]
    #[arg(long, value_name = "N")]
    pub max_items: Option<usize>,
    /// Steps to run; what the others made is taken from the work folder [default: all]
    #[arg(long, value_name = "fetch,features,similarities,pack")]
    pub steps: Option<String>,
    /// Folder of the steps' results [default: OUT.work]
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// Stop at the first record that can't be used, instead of skipping it
    #[arg(long)]
    pub strict: bool,
    /// Seed of whatever is random [default: 42]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads; never changes a byte of the pack [default: all cores]
    #[arg(long, value_name = "T")]
    pub threads: Option<usize>,
    /// Form of the progress on stderr; with json the summary on stdout is JSON too
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub log_format: LogFormat,
    /// Print warnings and errors only
    #[arg(long, short)]
    pub quiet: bool,
}

/// How two genre sets are compared.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Genre {
    /// Shared genres over all genres of the two
    Jaccard,
    /// Shared genres over the geometric mean of the two counts
    Cosine,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Bars on a terminal, lines elsewhere
    Text,
    /// One JSON object an event
    Json,
}

impl BuildArgs {
    /// The configuration in force, checked.
    ///
    /// # Errors
    /// [`BuildError`] names the flag, or the file and the key.
    pub fn config(&self) -> Result<Config, BuildError> {
        let mut config = self
            .config
            .as_deref()
            .map_or_else(|| Ok(Config::default()), Config::load)?;
        if !self.catalog.is_empty() {
            let sources = self.catalog.iter().map(|spec| {
                let source = Source::parse(spec)?;
                let described = config.catalog.iter().find(|other| other.names_the_same_file(&source));
                Ok(Source {
                    mapping: described.map(|other| other.mapping.clone()).unwrap_or_default(),
                    ..source
                })
            });
            config.catalog = sources.collect::<Result<_, BuildError>>()?;
        }
        if config.catalog.is_empty() {
            let reason =
                "there is no source: give --catalog SPEC, such as --catalog sample, or `catalog` in the configuration";
            return Err(BuildError::Usage {
                reason: reason.to_owned(),
            });
        }
        let content = &mut config.content;
        put(&mut content.weights.genre, self.genre_weight);
        put(&mut content.weights.text, self.text_weight);
        put(&mut content.weights.metadata, self.metadata_weight);
        put(&mut content.weights.year, self.year_weight);
        put(&mut content.top_n, self.top_n);
        put(&mut content.min_similarity, self.min_similarity);
        put(&mut content.max_text_features, self.max_text_features);
        put(&mut content.stop_words, self.stop_words.clone().map(StopWords));
        put(
            &mut content.genre_similarity,
            self.genre_similarity.map(|how| match how {
                Genre::Jaccard => GenreSimilarity::Jaccard,
                Genre::Cosine => GenreSimilarity::Cosine,
            }),
        );
        put(&mut config.pack_version, self.pack_version.clone());
        put(&mut config.seed, self.seed);
        config.max_items = self.max_items.or(config.max_items);
        config.threads = self.threads.or(config.threads);
        config.strict |= self.strict;
        config.check()?;
        Ok(config)
    }

    /// What to run, and where.
    ///
    /// # Errors
    /// [`BuildError::Usage`] names the flag.
    pub fn plan(&self) -> Result<Plan, BuildError> {
        let mut plan = Plan::new(self.out.clone());
        put(&mut plan.work, self.work.clone());
        put(
            &mut plan.steps,
            self.steps.as_deref().map(Step::parse_list).transpose()?,
        );
        Ok(plan)
    }
}

fn put<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
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
    after_help = "Examples:\n  aftershow similar pack 169\n  aftershow similar pack 169 -n 5 --text-weight 0 --json"
)]
pub struct SimilarArgs {
    /// Folder of the pack
    pub dir: PathBuf,
    /// Id of the title, as the catalogue has it
    #[arg(allow_hyphen_values = true)]
    pub id: String,
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
    /// Print JSON: {id, items: [{id, name, score, genre_score, text_score, metadata_score}]}
    #[arg(long)]
    pub json: bool,
}

impl SimilarArgs {
    /// The question's knobs.
    pub fn knobs(&self) -> Knobs {
        let weights = WeightsPatch {
            genre: self.genre_weight,
            text: self.text_weight,
            metadata: self.metadata_weight,
            year: self.year_weight,
        };
        Knobs {
            n: self.n,
            min_similarity: self.min_similarity,
            weights,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn build(flags: &[&str]) -> BuildArgs {
        let all = ["aftershow", "build", "--out", "pack"].iter().chain(flags);
        match Cli::try_parse_from(all).unwrap().command {
            Command::Build(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.yaml");
        std::fs::write(
            &file,
            "catalog: [sample]\nseed: 7\ncontent: {top_n: 5, weights: {genre: 2}}\n",
        )
        .unwrap();
        let config = build(&["--config", &file.to_string_lossy(), "--top-n", "9"])
            .config()
            .unwrap();
        assert_eq!((config.content.top_n, config.seed), (9, 7));
        assert_eq!((config.content.weights.genre, config.content.weights.text), (2.0, 0.5));
    }

    #[test]
    fn several_sources_can_follow_one_flag_or_several() {
        let one = build(&["--catalog", "csv:a.csv", "csv:b.csv", "--top-n", "3"])
            .config()
            .unwrap();
        let two = build(&["--catalog", "csv:a.csv", "--catalog", "csv:b.csv", "--top-n", "3"])
            .config()
            .unwrap();
        assert_eq!((one.catalog.len(), &one), (2, &two));
    }

    #[test]
    fn a_source_named_by_a_flag_takes_the_columns_of_the_file_of_that_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.yaml");
        std::fs::write(&file, "catalog: [{spec: 'csv:x/a.csv', columns: {titel: name}}]\n").unwrap();
        let args = [
            "--config",
            &file.to_string_lossy(),
            "--catalog",
            "csv:/data/a.csv",
            "csv:b.csv",
        ];
        let config = build(&args).config().unwrap();
        assert_eq!(config.catalog[0].mapping.columns["titel"], "name");
        assert_eq!(config.catalog[0].location(), PathBuf::from("/data/a.csv"));
        assert!(config.catalog[1].mapping.columns.is_empty());
    }

    #[test]
    fn a_value_out_of_range_names_its_flag() {
        for (flag, value) in [
            ("--top-n", "0"),
            ("--genre-weight", "-1"),
            ("--text-weight", "nan"),
            ("--min-similarity", "2"),
        ] {
            let error = build(&["--catalog", "sample", flag, value]).config().unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains(flag), "{error}");
        }
        let zeros = [
            "--catalog",
            "sample",
            "--genre-weight",
            "0",
            "--text-weight",
            "0",
            "--metadata-weight",
            "0",
        ];
        assert!(build(&zeros).config().unwrap_err().to_string().contains("are all 0"));
        assert!(build(&[]).config().unwrap_err().to_string().contains("--catalog"));
    }
}
