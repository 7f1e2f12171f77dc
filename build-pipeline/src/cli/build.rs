//! The flags of `build`.

use std::path::PathBuf;

use aftershow_core::pack::GenreSimilarity;
use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use crate::{
    config::{Config, ContentWeights, StopWords, TextEncoder},
    error::BuildError,
    source::{Source, events::EventSource},
    step::{Plan, Step},
};

const BUILD_EXAMPLES: &str = "\
Examples:
  aftershow build --catalog sample --out pack
  aftershow build --catalog tvmaze:shows.json.gz --out pack --top-n 30
  aftershow build --config streaming.yaml --out pack
  aftershow build --config site.yaml --catalog csv:titles.csv --out pack
  aftershow build --catalog sample --out pack --steps similarities,pack --text-weight 0.2
  aftershow build --catalog sample --interactions sample --out pack
  aftershow build --catalog movielens:ml-1m --interactions movielens:ml-1m --out pack
  aftershow build --interactions user-items:train.txt --out pack
  aftershow build --catalog movielens:ml-100k --preset movielens-genres --ratings movielens:ml-100k/u1.base --out pack
  aftershow build --catalog movielens:ml-1m ml1m-extra:ml-1m/movies_extrainfos.dat --ratings movielens:ml-1m --out pack

A source is one of
  sample        the shows that come with aftershow
  tvmaze:FILE   TVmaze's /shows form: a JSON array, or a folder of such pages; .gz too
  jsonl:FILE    one JSON object a line; .gz too
  csv:FILE      a table with a header line, genres parted by commas, bars or semicolons; .gz too
  movielens:DIR MovieLens's u.item, movies.dat or movies.csv, or the folder with it; .gz too
  ml1m-extra:FILE  MovieLens 1M's movies_extrainfos.dat: plots, certificates and people for the titles of another source
What the columns of jsonl and csv files mean stands in the configuration:
  catalog:
    - spec: csv:titles.csv
      columns: {title: name, listed_in: genres, rating: certificate}
      split: {cast: \",\"}
      constants: {platform: Netflix}
      ignore: [date_added]
      id_prefix: netflix-
A source named by --catalog takes the columns of the configuration's source with the same file name.

A source of events is one of
  sample           a synthetic log for the shows that come with aftershow
  movielens:DIR    MovieLens's u.data, ratings.dat or ratings.csv, or the folder with it; .gz too
  jsonl:FILE       one event a line: user_id, item_id, type and, if any, value and timestamp; .gz too
  csv:FILE         a table with such columns; .gz too
  user-items:FILE  a line is a user and the user's items, with spaces between them; .gz too
What events are worth stands in the configuration, where these are the defaults:
  interactions:
    sources: []
    weights: {like: 3, playlist_add: 2, watch: 1, skip: -0.5, dislike: -2}
    rating: {neutral: 2.5, per_point: 1}
    popularity_half_life_days: 180
A source of users has id, genres and, if any, weights: {\"id\": \"u1\", \"genres\": [\"Drama\"]}, or in a table Drama|Comedy.

Exit codes: 0 done, 2 something to put right in flags, configuration or input, 1 anything else, 130 Ctrl-C.";

/// Flags of `build`.
#[derive(Debug, Args)]
#[command(after_help = BUILD_EXAMPLES)]
pub struct BuildArgs {
    /// Where the titles come from; replaces the configuration's `catalog`
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub catalog: Vec<String>,
    /// Where people's events come from; replaces the configuration's `interactions.sources`. Without titles the items
    /// of the events are the titles
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub interactions: Vec<String>,
    /// Where people's ratings come from, as sources of events with values; replaces the configuration's `ratings.sources`. With
    /// them the pack predicts ratings
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub ratings: Vec<String>,
    /// Columns of the rating model's factors, 0 to 64 [default: 24]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub rating_factors: Option<usize>,
    /// Where people's preferred genres come from: jsonl:FILE or csv:FILE
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub users: Vec<String>,
    /// Folder for the pack; an older pack there is replaced whole
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Folder for what is known of people, which is private: never in the pack's folder. For `aftershow recommend
    /// --user`
    #[arg(long, value_name = "DIR")]
    pub users_out: Option<PathBuf>,
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
    /// Settings of titles' similarity that go together; other flags beat it
    #[arg(long, value_name = "NAME")]
    pub preset: Option<Preset>,
    /// How two genre sets are compared [default: jaccard]
    #[arg(long, value_name = "HOW")]
    pub genre_similarity: Option<Genre>,
    /// Learn nothing from people with fewer titles; --users-out has them all the same [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub min_user_interactions: Option<usize>,
    /// Learn nothing from titles with fewer people; --users-out has them all the same [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub min_item_interactions: Option<usize>,
    /// Days after which an event counts half, back from the newest [default: all count alike]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub half_life_days: Option<f32>,
    /// Weight of what is like a person's titles; only the proportion of the two counts [default: the best on validation
    /// users]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub content_weight: Option<f32>,
    /// Weight of what people with a like history chose [default: the rest]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub collaborative_weight: Option<f32>,
    /// What is learnt of the events
    #[command(flatten)]
    pub model: ModelArgs,
    /// The pack's own version [default: v1.0.0]
    #[arg(long, value_name = "TEXT")]
    pub pack_version: Option<String>,
    /// Terms of the summaries' vocabulary, 1 to 32768 [default: 500]
    #[arg(long, value_name = "N")]
    pub max_text_features: Option<usize>,
    /// Language of the words that don't count, as a code such as en, or none [default: en]
    #[arg(long, value_name = "CODE")]
    pub stop_words: Option<String>,
    /// What says that two summaries are alike: their words, or the sentence-transformers model in a folder [default: tfidf]
    #[arg(long, value_name = "tfidf|model:DIR")]
    pub text_encoder: Option<String>,
    /// Keep only so many titles, the best known [default: all]
    #[arg(long, value_name = "N")]
    pub max_items: Option<usize>,
    /// Steps to run; what the others made is taken from the work folder. What that has of people stays there only with
    /// --steps or --work, for its owner alone; else it is removed after the build [default: all]
    #[arg(long, value_name = "fetch,features,similarities,train,ratings,pack")]
    pub steps: Option<String>,
    /// Folder of the steps' results, which is private with --interactions or --users: keep it away from what is served
    /// [default: OUT.work]
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

/// Settings that go together.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Preset {
    /// Films by genres and year alone, as in MovieLens 100K: the cosine of the genres, and of equals the nearer year
    MovielensGenres,
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
            config.catalog = mapped(&self.catalog, &config.catalog)?;
        }
        let interactions = &mut config.interactions;
        if !self.interactions.is_empty() {
            interactions.sources = described(&self.interactions, &interactions.sources)?;
        }
        if !self.users.is_empty() {
            interactions.users = mapped(&self.users, &interactions.users)?;
        }
        if !self.ratings.is_empty() {
            config.ratings.sources = described(&self.ratings, &config.ratings.sources)?;
        }
        put(&mut config.ratings.factors, self.rating_factors);
        let interactions = &mut config.interactions;
        put(&mut interactions.min_user_interactions, self.min_user_interactions);
        put(&mut interactions.min_item_interactions, self.min_item_interactions);
        interactions.half_life_days = self.half_life_days.or(interactions.half_life_days);
        if config.catalog.is_empty() && interactions.sources.is_empty() {
            let reason = "there is no source: give --catalog SPEC, such as --catalog sample, or `catalog` in the configuration; \
                          or events to take the titles from, with --interactions SPEC";
            return Err(BuildError::Usage {
                reason: reason.to_owned(),
            });
        }
        let personal = &mut config.personal;
        personal.content_weight = self.content_weight.or(personal.content_weight);
        personal.collaborative_weight = self.collaborative_weight.or(personal.collaborative_weight);
        self.model.over(&mut config.model);
        let content = &mut config.content;
        if let Some(Preset::MovielensGenres) = self.preset {
            content.weights = ContentWeights::MOVIELENS_GENRES;
            content.genre_similarity = GenreSimilarity::Cosine;
        }
        put(&mut content.weights.genre, self.genre_weight);
        put(&mut content.weights.text, self.text_weight);
        put(&mut content.weights.metadata, self.metadata_weight);
        put(&mut content.weights.year, self.year_weight);
        put(&mut content.top_n, self.top_n);
        put(&mut content.min_similarity, self.min_similarity);
        put(&mut content.max_text_features, self.max_text_features);
        put(&mut content.stop_words, self.stop_words.clone().map(StopWords));
        let text_encoder = self.text_encoder.as_deref().map(|spec| {
            TextEncoder::parse(spec).map_err(|reason| BuildError::Usage {
                reason: format!("--text-encoder: {reason}"),
            })
        });
        put(&mut content.text_encoder, text_encoder.transpose()?);
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
        plan.users_out.clone_from(&self.users_out);
        plan.keeps_people = self.work.is_some() || self.steps.is_some();
        put(&mut plan.work, self.work.clone());
        put(
            &mut plan.steps,
            self.steps.as_deref().map(Step::parse_list).transpose()?,
        );
        Ok(plan)
    }
}

/// The sources with these SPECs. Each takes the columns of the known source with the same file name.
pub(super) fn mapped(specs: &[String], known: &[Source]) -> Result<Vec<Source>, BuildError> {
    let sources = specs.iter().map(|spec| {
        let source = Source::parse(spec)?;
        let described = known.iter().find(|other| other.names_the_same_file(&source));
        Ok(Source {
            mapping: described.map(|other| other.mapping.clone()).unwrap_or_default(),
            ..source
        })
    });
    sources.collect()
}

/// The sources of events with these SPECs. Each takes the columns of the known source with the same file name.
pub(super) fn described(specs: &[String], known: &[EventSource]) -> Result<Vec<EventSource>, BuildError> {
    let sources = specs.iter().map(|spec| {
        let source = EventSource::parse(spec)?;
        let described = known.iter().find(|other| other.names_the_same_file(&source)).cloned();
        let base = source.base.clone();
        Ok(match described {
            Some(other) => EventSource {
                path: source.path,
                base,
                ..other
            },
            None => source,
        })
    });
    sources.collect()
}

fn put<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn build(flags: &[&str]) -> BuildArgs {
        let all = ["aftershow", "build", "--out", "pack"].iter().chain(flags);
        match Cli::try_parse_from(all).unwrap().command {
            Command::Build(args) => *args,
            other => panic!("{other:?}"),
        }
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
