//! What the whole-system tests share: packs built by the real pipeline, and the golden cases.

use std::path::{Path, PathBuf};

use aftershow_core::{Query, WeightsPatch};
use aftershow_pipeline::{Config, PackDir, Plan, Progress, progress::Style, run, source::Source};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// A pack in a folder that goes with it.
#[derive(Debug)]
pub struct BuiltPack {
    folder: TempDir,
}

impl BuiltPack {
    /// Builds the pack of one source on so many threads.
    ///
    /// # Panics
    /// If it can't be built: then there is nothing to test.
    pub fn of(spec: &str, threads: usize) -> BuiltPack {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = Source::parse(spec).expect("a source");
        let config = Config {
            catalog: vec![source],
            threads: Some(threads),
            ..Config::default()
        };
        let plan = Plan::new(folder.path().join("pack"));
        run(&config, &plan, &Progress::new(Style::Quiet)).expect("a pack");
        BuiltPack { folder }
    }

    /// The embedded sample.
    pub fn sample() -> BuiltPack {
        BuiltPack::of("sample", 2)
    }

    /// Six titles with all that can be missing missing somewhere.
    pub fn tiny() -> BuiltPack {
        BuiltPack::of(&format!("jsonl:{}", root().join("tests/tiny/shows.jsonl").display()), 1)
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
    pub fn ask(&self, query: &Query) -> Result<aftershow_core::Answer, String> {
        self.open().answer(query).map_err(|error| error.code().to_owned())
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

/// A golden case: a question to the sample pack and what every surface must answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, as a sentence.
    pub name: String,
    /// The question.
    pub ask: Ask,
    /// The items of the answer, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Expected>>,
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The parameters of a question, by the names that every surface uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// The item, for questions about one of the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<aftershow_core::ItemId>,
    /// The features, for questions about one that the pack has never seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<aftershow_core::NewItem>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// Least score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_similarity: Option<f32>,
    /// Weight of shared genres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre_weight: Option<f32>,
    /// Weight of the summaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_weight: Option<f32>,
    /// Weight of platform, type and language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_weight: Option<f32>,
    /// Weight of the years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_weight: Option<f32>,
}

/// An item of an expected answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Id.
    pub id: aftershow_core::ItemId,
    /// Score and its parts, to six decimals.
    pub score: f64,
    /// Genre part.
    pub genre_score: f64,
    /// Text part.
    pub text_score: f64,
    /// Metadata part.
    pub metadata_score: f64,
    /// Year part.
    pub year_score: f64,
}

impl Ask {
    /// The question as core takes it.
    ///
    /// # Panics
    /// If the case has neither an id nor features.
    pub fn query(&self) -> Query {
        let mut query = match (&self.id, &self.item) {
            (Some(id), _) => Query::similar(id.clone()),
            (None, Some(item)) => Query::similar_to_features(item.clone()),
            (None, None) => panic!("a case needs an id or an item"),
        };
        query.n = self.n.unwrap_or(query.n);
        query.min_similarity = self.min_similarity.unwrap_or(query.min_similarity);
        query.weights = WeightsPatch {
            genre: self.genre_weight,
            text: self.text_weight,
            metadata: self.metadata_weight,
            year: self.year_weight,
        };
        query
    }
}

impl Expected {
    /// The items of an answer, as a case keeps them.
    pub fn of(answer: &aftershow_core::Answer) -> Vec<Expected> {
        let items = answer.items.iter().map(|item| Expected {
            id: item.card.id.clone(),
            score: item.parts.score,
            genre_score: item.parts.genre,
            text_score: item.parts.text,
            metadata_score: item.parts.metadata,
            year_score: item.parts.year,
        });
        items.collect()
    }
}

/// Where the golden cases are.
pub fn golden_path() -> PathBuf {
    root().join("tests/golden/similar.json")
}
