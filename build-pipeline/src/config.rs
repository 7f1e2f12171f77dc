//! The configuration: flags over file over defaults. What is in force is written into the pack's manifest.

mod interactions;
mod personal;
mod ratings;
mod text_encoder;

pub use interactions::{EventWeights, InteractionsConfig};
pub use personal::PersonalConfig;
pub use ratings::{RatingsConfig, ScaleConfig};
pub use text_encoder::{AboutModel, TextEncoder};

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use aftershow_core::{
    Experiment, Rerank, Weights,
    ids::IdKind,
    pack::{
        ContentSettings, GenreSimilarity,
        layout::{MAX_ITEMS, MAX_TERMS, MAX_TOP_N},
    },
    text,
};
use serde::{Deserialize, Serialize};

use crate::{error::BuildError, models::ModelConfig, source::Source};

/// Everything a build depends on.
///
/// What is serialised goes into the manifest, which is public: so the machine's folders and its
/// number of threads, neither of which may change a byte of the pack, stay out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The sources of titles, in any order: the pack's order does not depend on it. If there are none, the
    /// titles are the items of the events.
    pub catalog: Vec<Source>,
    /// What is learnt of the events, and how it is stored.
    #[serde(skip_serializing_if = "ModelConfig::is_default")]
    pub model: ModelConfig,
    /// More models by their names, 1 to 64 bytes each and at most 20: variants of experiments choose one by `model`. The settings of
    /// each are as those of `model`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub models: BTreeMap<String, ModelConfig>,
    /// What people did with the titles. Without events a pack has nothing personal.
    #[serde(skip_serializing_if = "InteractionsConfig::is_default")]
    pub interactions: InteractionsConfig,
    /// How people rate the titles. Without ratings a pack predicts none.
    #[serde(skip_serializing_if = "RatingsConfig::is_default")]
    pub ratings: RatingsConfig,
    /// How what is known of a title and what people did with it are weighed for a person.
    #[serde(skip_serializing_if = "PersonalConfig::is_default")]
    pub personal: PersonalConfig,
    /// How titles are compared.
    pub content: ContentConfig,
    /// Variants of what queries have by default, to be compared on visitors; at most 20 experiments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Experiment>,
    /// The pack's own version, as its maker names it.
    pub pack_version: String,
    /// Seed of whatever is random: the split for validation, the training of models.
    pub seed: u64,
    /// Keep only so many titles, the best known; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<usize>,
    /// Whether a record that can't be used stops the build.
    pub strict: bool,
    /// Kind of the ids, where the files leave it open: a CSV file doesn't say whether `82` is a number.
    /// If absent, ids that all look like integers are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_kind: Option<IdKind>,
    /// Who must be credited for the data. If absent, TVmaze, when the titles' pages are TVmaze's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Threads to work with, 1 to 1024; all cores if absent. Never changes a byte of the pack.
    #[serde(skip_serializing)]
    pub threads: Option<usize>,
}

/// How titles are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContentConfig {
    /// The weights of the four similarities; only their proportions count.
    pub weights: ContentWeights,
    /// How two genre sets are compared.
    pub genre_similarity: GenreSimilarity,
    /// Length of the stored neighbour lists, 1 to 1000. At 1 the packs are smallest; more is needed only
    /// if pages show more, since any query beyond the list scans the catalogue.
    pub top_n: u32,
    /// Least score of a stored neighbour, 0 to 1. At 0 all that have anything in common are stored.
    pub min_similarity: f32,
    /// Terms of the vocabulary, 1 to 32768. More tell summaries apart better and make the pack larger.
    pub max_text_features: usize,
    /// Words of the summaries that don't count: a language's code, or `none`.
    pub stop_words: StopWords,
    /// How similar titles are put in order if a query says nothing of it; without boosts, pins and bury, which are for queries.
    #[serde(skip_serializing_if = "Rerank::is_empty")]
    pub rerank: Rerank,
    /// What says that two summaries are alike: their words, or a sentence encoder.
    #[serde(skip_serializing_if = "TextEncoder::is_default")]
    pub text_encoder: TextEncoder,
}

/// Four weights, each a finite number from 0 to 1000000, not all 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContentWeights {
    /// Shared genres.
    pub genre: f64,
    /// Likeness of the summaries.
    pub text: f64,
    /// Platform, type and language.
    pub metadata: f64,
    /// Nearness of the years.
    pub year: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            catalog: Vec::new(),
            model: ModelConfig::default(),
            models: BTreeMap::new(),
            interactions: InteractionsConfig::default(),
            ratings: RatingsConfig::default(),
            personal: PersonalConfig::default(),
            content: ContentConfig::default(),
            experiments: Vec::new(),
            pack_version: "v1.0.0".to_owned(),
            seed: 42,
            max_items: None,
            strict: false,
            id_kind: None,
            attribution: None,
            threads: None,
        }
    }
}

impl Default for ContentConfig {
    fn default() -> ContentConfig {
        ContentConfig {
            weights: ContentWeights::default(),
            genre_similarity: GenreSimilarity::default(),
            top_n: 20,
            min_similarity: 0.0,
            max_text_features: 500,
            stop_words: StopWords::default(),
            rerank: Rerank::default(),
            text_encoder: TextEncoder::default(),
        }
    }
}

impl Default for ContentWeights {
    fn default() -> ContentWeights {
        ContentWeights {
            genre: 0.4,
            text: 0.5,
            metadata: 0.1,
            year: 0.0,
        }
    }
}

impl Config {
    /// Reads a YAML file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`BuildError::Input`] if it can't be read, [`BuildError::Config`] with file, line and key if it says what it
    /// can't.
    pub fn load(path: &Path) -> Result<Config, BuildError> {
        let yaml = fs::read_to_string(path).map_err(|e| BuildError::read(path, &e))?;
        let mut config = Config::from_yaml(&yaml, &path.display().to_string())?;
        let base = path.parent().map(PathBuf::from).unwrap_or_default();
        for source in config.catalog.iter_mut().chain(&mut config.interactions.users) {
            source.base.clone_from(&base);
        }
        for source in config
            .interactions
            .sources
            .iter_mut()
            .chain(&mut config.ratings.sources)
        {
            source.base.clone_from(&base);
        }
        config.content.text_encoder.relative_to(&base);
        Ok(config)
    }

    fn from_yaml(yaml: &str, name: &str) -> Result<Config, BuildError> {
        let config: Config = if yaml
            .lines()
            .all(|line| line.trim_start().starts_with('#') || line.trim().is_empty())
        {
            Config::default() // an empty document is null to YAML
        } else {
            serde_saphyr::from_str(yaml).map_err(|e| yaml_error(name, yaml, &e))?
        };
        config.check().map_err(|e| match e {
            BuildError::Config { place, reason } => BuildError::Config {
                place: format!("{name}: {place}"),
                reason,
            },
            other => other,
        })?;
        Ok(config)
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key and the flag.
    pub fn check(&self) -> Result<(), BuildError> {
        let refuse = |place: &str, reason: String| {
            Err(BuildError::Config {
                place: place.to_owned(),
                reason,
            })
        };
        let content = &self.content;
        content.weights.check()?;
        if !(1..=MAX_TOP_N).contains(&(content.top_n as usize)) {
            return refuse(
                "content.top_n (--top-n)",
                format!("must be from 1 to {MAX_TOP_N}, and is {}", content.top_n),
            );
        }
        if !(0.0..=1.0).contains(&content.min_similarity) {
            let found = content.min_similarity;
            return refuse(
                "content.min_similarity (--min-similarity)",
                format!("must be from 0 to 1, and is {found}"),
            );
        }
        if !(1..=MAX_TERMS).contains(&content.max_text_features) {
            let found = content.max_text_features;
            let place = "content.max_text_features (--max-text-features)";
            return refuse(place, format!("must be from 1 to {MAX_TERMS}, and is {found}"));
        }
        content.stop_words.check()?;
        content.text_encoder.check()?;
        if self.max_items.is_some_and(|n| !(1..=MAX_ITEMS).contains(&n)) {
            return refuse("max_items (--max-items)", format!("must be from 1 to {MAX_ITEMS}"));
        }
        if self.threads.is_some_and(|n| !(1..=1024).contains(&n)) {
            return refuse("threads (--threads)", "must be from 1 to 1024".to_owned());
        }
        if self.pack_version.len() > 128 {
            return refuse(
                "pack_version (--pack-version)",
                "must be at most 128 bytes long".to_owned(),
            );
        }
        for (place, rerank) in [
            ("content.rerank", &content.rerank),
            ("personal.rerank", &self.personal.rerank),
        ] {
            if let Err(fault) = rerank.check() {
                return refuse(place, fault.to_string());
            }
            if rerank.names_items() {
                return refuse(place, "boosts, pins or buries items: that is for queries".to_owned());
            }
        }
        self.interactions.check()?;
        self.ratings.check()?;
        self.personal.check()?;
        self.model.check()?;
        if self.models.len() > Experiment::MAX {
            return refuse("models", format!("must be at most {}", Experiment::MAX));
        }
        for (name, model) in &self.models {
            if !(1..=Experiment::MAX_NAME).contains(&name.len()) {
                return refuse(
                    "models",
                    format!("has the name {name:?}, which is not 1 to 64 bytes long"),
                );
            }
            model.check()?;
        }
        if self.experiments.len() > Experiment::MAX {
            return refuse("experiments", format!("must be at most {}", Experiment::MAX));
        }
        let (weights, blend) = (self.content.settings()?.weights, self.personal.blend());
        for (i, experiment) in self.experiments.iter().enumerate() {
            if let Err(reason) = experiment.check(weights, blend) {
                return refuse(&format!("experiments[{i}]"), format!("can't be: {reason}"));
            }
            if self.experiments[..i].iter().any(|other| other.name == experiment.name) {
                return refuse(&format!("experiments[{i}]"), "has the name of another one".to_owned());
            }
            let mut models = experiment.variants.iter().filter_map(|variant| variant.model.as_ref());
            if let Some(unknown) = models.find(|model| !self.models.contains_key(*model)) {
                let place = format!("experiments[{i}]");
                return refuse(
                    &place,
                    format!("has a variant with the model {unknown:?}, which is none of `models`"),
                );
            }
        }
        self.catalog
            .iter()
            .enumerate()
            .try_for_each(|(i, source)| source.check(&format!("catalog[{i}]")))
    }
}

impl ContentConfig {
    /// The settings that the pack's engine goes by: the weights normalised to sum 1.
    ///
    /// # Errors
    /// [`BuildError::Config`] if the weights are not allowed.
    pub fn settings(&self) -> Result<ContentSettings, BuildError> {
        self.weights.check()?;
        let w = self.weights;
        Ok(ContentSettings {
            weights: Weights::new(w.genre as f32, w.text as f32, w.metadata as f32, w.year as f32)?,
            genre_similarity: self.genre_similarity,
            top_n: self.top_n,
            min_similarity: self.min_similarity,
            rerank: self.rerank.clone(),
        })
    }
}

impl ContentWeights {
    /// Films of which only genres and year are known: a cosine over flags of the genres and a tenth of the year (scaled to 0..=1)
    /// weighs the year by 0.1², which is to say that it decides between equals.
    pub const MOVIELENS_GENRES: ContentWeights = ContentWeights {
        genre: 1.0,
        text: 0.0,
        metadata: 0.0,
        year: 0.01,
    };

    fn check(self) -> Result<(), BuildError> {
        let named = [
            ("genre", self.genre),
            ("text", self.text),
            ("metadata", self.metadata),
            ("year", self.year),
        ];
        for (name, weight) in named {
            if !(0.0..=1e6).contains(&weight) {
                return Err(BuildError::Config {
                    place: format!("content.weights.{name} (--{name}-weight)"),
                    reason: format!("must be a finite number from 0 to 1000000, and is {weight}"),
                });
            }
        }
        // f32 is what the engine weighs with: what is 0 there is 0.
        if named.iter().all(|(_, weight)| *weight as f32 == 0.0) {
            return Err(BuildError::Config {
                place: "content.weights (--genre-weight, --text-weight, --metadata-weight, --year-weight)".to_owned(),
                reason: "are all 0; at least one must be more".to_owned(),
            });
        }
        Ok(())
    }
}

/// Words that don't count: those of the language with this code, or `none`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StopWords(pub String);

impl Default for StopWords {
    fn default() -> StopWords {
        StopWords("en".to_owned())
    }
}

impl StopWords {
    /// The words, and the tokens that core's tokeniser makes of them: `don't` is the token `don`.
    pub fn words(&self) -> HashSet<String> {
        let mut words = HashSet::new();
        for word in stop_words::lookup(&self.0).unwrap_or_default() {
            words.insert((*word).to_owned());
            text::tokens(word, |token| words.extend([token.to_owned()]));
        }
        words
    }

    fn check(&self) -> Result<(), BuildError> {
        if self.0 == "none" || stop_words::lookup(&self.0).is_some() {
            return Ok(());
        }
        Err(BuildError::Config {
            place: "content.stop_words (--stop-words)".to_owned(),
            reason: format!(
                "must be none or one of {}, and is {:?}",
                stop_words::available_languages().join(", "),
                self.0
            ),
        })
    }
}

fn yaml_error(name: &str, yaml: &str, error: &serde_saphyr::Error) -> BuildError {
    let message = error.without_snippet().to_string();
    // Of the parser's message what it says of a place stands in ours already, and advice to programmers is none to
    // users.
    let ends = [" at line ", ", set DuplicateKeyPolicy"];
    let reason = ends
        .iter()
        .fold(message.as_str(), |text, end| text.split(end).next().unwrap_or(text));
    let line = error.location().map_or(0, |at| at.line() as usize);
    match yaml.lines().nth(line.wrapping_sub(1)) {
        // The line itself names the key where the parser does not.
        Some(text) => BuildError::Config {
            place: format!("{name}, line {line}"),
            reason: format!("{reason}, in `{}`", text.trim()),
        },
        None => BuildError::Config {
            place: name.to_owned(),
            reason: reason.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(yaml: &str) -> String {
        Config::from_yaml(yaml, "a.yaml").unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file_and_line() {
        let message = refused("seed: 1\ntopn: 5\n");
        assert!(message.starts_with("a.yaml, line 2: "), "{message}");
        assert!(message.contains("topn"), "{message}");
        let message = refused("content:\n  weights:\n    gnre: 1\n");
        assert!(
            message.starts_with("a.yaml, line 3: ") && message.contains("gnre"),
            "{message}"
        );
        let message = refused("catalog:\n  - spec: sample\n    colums: {a: b}\n");
        assert!(
            message.starts_with("a.yaml, line 3: ") && message.contains("colums"),
            "{message}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_shown_with_its_line() {
        let message = refused("seed: 1\ncontent: {top_n: -1}\n");
        assert!(
            message.starts_with("a.yaml, line 2: ") && message.ends_with("in `content: {top_n: -1}`"),
            "{message}"
        );
        let message = refused("seed: 1\nseed: 2\n");
        assert!(message.starts_with("a.yaml, line 2: duplicate"), "{message}");
        assert!(!message.contains("Options"), "{message}");
    }

    #[test]
    fn weights_that_are_negative_not_finite_or_all_0_are_refused_by_key() {
        for value in ["-1", ".nan", ".inf", "1e7"] {
            let message = refused(&format!("content: {{weights: {{text: {value}}}}}"));
            assert!(
                message.starts_with("a.yaml: content.weights.text (--text-weight): must be"),
                "{message}"
            );
        }
        let message = refused("content: {weights: {genre: 0, text: 0, metadata: 0, year: 1e-60}}");
        assert!(message.contains("are all 0"), "{message}");
    }

    #[test]
    fn every_range_is_checked_and_the_key_named() {
        let cases = [
            ("content: {top_n: 0}", "content.top_n (--top-n)"),
            ("content: {top_n: 1001}", "content.top_n (--top-n)"),
            (
                "content: {min_similarity: 1.5}",
                "content.min_similarity (--min-similarity)",
            ),
            ("content: {max_text_features: 0}", "content.max_text_features"),
            ("content: {stop_words: klingonese}", "content.stop_words"),
            ("max_items: 0", "max_items (--max-items)"),
            ("threads: 0", "threads (--threads)"),
        ];
        for (yaml, key) in cases {
            assert!(
                refused(yaml).starts_with(&format!("a.yaml: {key}")),
                "{}",
                refused(yaml)
            );
        }
    }

    #[test]
    fn the_configuration_in_the_manifest_reads_back_as_it_was_without_threads() {
        let yaml = "catalog: [sample, {spec: 'csv:a.csv', columns: {title: name}, split: {genres: ','}}]\nthreads: 3\n";
        let config = Config::from_yaml(yaml, "a.yaml").unwrap();
        let json = serde_json::to_string(&config).unwrap();
        assert!(!json.contains("threads"), "{json}");
        let again: Config = serde_json::from_str(&json).unwrap();
        assert_eq!(
            Config {
                threads: Some(3),
                ..again
            },
            config
        );
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(
            Config::from_yaml("# nothing yet\n", "a.yaml").unwrap(),
            Config::default()
        );
    }

    #[test]
    fn the_weights_are_normalised_for_the_engine() {
        let content = ContentConfig {
            weights: ContentWeights {
                genre: 4.0,
                text: 5.0,
                metadata: 1.0,
                year: 0.0,
            },
            ..ContentConfig::default()
        };
        assert_eq!(content.settings().unwrap().weights, Weights::DEFAULT);
    }

    #[test]
    fn stop_words_come_with_their_tokens_and_none_has_none() {
        let english = StopWords::default().words();
        assert!(
            english.contains("the") && english.contains("don"),
            "don't is tokenised to don"
        );
        assert!(StopWords("none".into()).words().is_empty());
    }
}
