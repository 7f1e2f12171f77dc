//! The golden cases of every knob: one table of questions and answers, which each surface reads.
//!
//! They are asked of a pack that lies beside them as it was built once. So nothing in an answer depends on the machine,
//! and a pack of an older build keeps its answers.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Once,
};

use aftershow_core::{
    BlendPatch, Boost, Cap, Event, Experiment, Filter, GenrePreference, ItemId, Knobs, NewItem, Person, PredictQuery,
    Query, Rating, Reason, Rerank, Seed, Span, Variant, VariantName, WeightsPatch, Wording,
};
use aftershow_pipeline::{
    BuildError, Config, PackDir, Plan, Progress,
    models::{Family, ModelConfig},
    progress::Style,
    run,
    source::Source,
    source::events::EventSource,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::golden;

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows.
    pub name: String,
    /// What is called.
    pub call: Call,
    /// The options, by the names that every surface uses: an `Ask`.
    pub ask: Value,
    /// The answer, as `kept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The code of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as the surfaces call them")]
pub enum Call {
    Similar,
    SimilarToNew,
    Recommend,
    Popular,
    Rerank,
    Predict,
}

/// The options of all calls.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Ask {
    id: Option<ItemId>,
    features: Option<NewItem>,
    n: Option<usize>,
    min_similarity: Option<f32>,
    genre_weight: Option<f32>,
    text_weight: Option<f32>,
    metadata_weight: Option<f32>,
    year_weight: Option<f32>,
    history: Vec<Event>,
    genres: Vec<Genre>,
    limit: Option<usize>,
    offset: Option<usize>,
    content_weight: Option<f32>,
    collaborative_weight: Option<f32>,
    half_life_days: Option<f32>,
    include_seen: Option<bool>,
    summaries: Option<bool>,
    filter: Option<Filter>,
    rerank: Option<Rerank>,
    watching: Option<ItemId>,
    watching_weight: Option<f32>,
    reasons: Option<bool>,
    variant: Option<String>,
    against: Option<String>,
    visitor: Option<String>,
    candidates: Vec<Candidate>,
    item: Option<ItemId>,
    ratings: Vec<Rating>,
    items: Vec<ItemId>,
    new_items: Vec<NewItem>,
    ranked: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Genre {
    Name(String),
    Preference(GenrePreference),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Candidate {
    Id(ItemId),
    Scored { id: ItemId, score: f32 },
}

/// A question to the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// What is similar.
    Similar(Query),
    /// What is for somebody, or popular.
    Recommend(Query),
    /// Candidates in order.
    Rerank(Vec<(ItemId, Option<f32>)>, Query),
    /// Ratings.
    Predict(PredictQuery),
}

impl Case {
    /// The question as core takes it.
    ///
    /// # Errors
    /// The code, for a text that is no variant's name.
    ///
    /// # Panics
    /// If the options are none.
    pub fn question(&self) -> Result<Question, String> {
        let ask: Ask = serde_json::from_value(self.ask.clone()).unwrap_or_else(|e| panic!("{}: {e}", self.name));
        if self.call == Call::Predict {
            return Ok(Question::Predict(PredictQuery {
                ratings: ask.ratings,
                items: ask.items,
                new_items: ask.new_items,
                ranked: ask.ranked,
            }));
        }
        let mut query = Query::popular();
        let variant = |name: Option<String>| {
            let name = name.as_deref().map(VariantName::parse).transpose();
            name.map_err(|error| error.code().to_owned())
        };
        let knobs = Knobs {
            filter: ask.filter,
            rerank: ask.rerank,
            watching: ask.watching,
            watching_weight: ask.watching_weight,
            reasons: ask.reasons,
            variant: variant(ask.variant)?,
            against: variant(ask.against)?,
            visitor: ask.visitor,
        };
        knobs.put(&mut query);
        query.n = ask.n.or(ask.limit).unwrap_or(query.n);
        query.offset = ask.offset.unwrap_or(query.offset);
        query.min_similarity = ask.min_similarity.unwrap_or(query.min_similarity);
        query.weights = WeightsPatch {
            genre: ask.genre_weight,
            text: ask.text_weight,
            metadata: ask.metadata_weight,
            year: ask.year_weight,
        };
        query.blend = BlendPatch {
            content: ask.content_weight,
            collaborative: ask.collaborative_weight,
        };
        query.half_life_days = ask.half_life_days;
        query.include_seen = ask.include_seen.unwrap_or(query.include_seen);
        query.summaries = ask.summaries.unwrap_or(query.summaries);
        let preference = |genre: &Genre| match genre {
            Genre::Preference(preference) => preference.clone(),
            Genre::Name(genre) => GenrePreference {
                genre: genre.clone(),
                weight: 1.0,
            },
        };
        let genres: Vec<GenrePreference> = ask.genres.iter().map(preference).collect();
        let person = Seed::Person(Person {
            history: ask.history,
            genres: genres.clone(),
        });
        Ok(match self.call {
            Call::Similar => {
                query.seed = Seed::Item(ask.id.expect("an id"));
                Question::Similar(query)
            }
            Call::SimilarToNew => {
                query.seed = Seed::Features(ask.features.expect("features"));
                Question::Similar(query)
            }
            Call::Recommend => {
                query.seed = person;
                Question::Recommend(query)
            }
            Call::Popular => {
                query.genres = genres.into_iter().map(|preference| preference.genre).collect();
                Question::Recommend(query)
            }
            Call::Rerank => {
                query.seed = ask.item.map_or(person, Seed::Item);
                let candidate = |one| match one {
                    Candidate::Id(id) => (id, None),
                    Candidate::Scored { id, score } => (id, Some(score)),
                };
                Question::Rerank(ask.candidates.into_iter().map(candidate).collect(), query)
            }
            Call::Predict => unreachable!("answered above"),
        })
    }
}

impl Question {
    /// Asks the pack, which reads what it needs; an error is its code.
    ///
    /// # Errors
    /// The code of whatever went wrong.
    pub fn ask(&self, pack: &mut PackDir) -> Result<Value, String> {
        fn told<T: Serialize>(
            answer: Result<T, BuildError>,
            reasons: impl Fn(&T) -> Vec<&[Reason]>,
        ) -> Result<Value, String> {
            let answer = answer.map_err(|error| error.code().to_owned())?;
            let value = serde_json::to_value(&answer).expect("JSON");
            Ok(kept(value, &reasons(&answer)))
        }
        match self {
            Question::Similar(query) => told(pack.answer(query), |answer| {
                answer.items.iter().map(|item| &*item.reasons).collect()
            }),
            Question::Recommend(query) => told(pack.recommend(query), |page| {
                page.items.iter().map(|item| &*item.reasons).collect()
            }),
            Question::Rerank(candidates, query) => {
                told(pack.ask(|engine| engine.rerank(candidates, query)), |reranked| {
                    reranked.page.items.iter().map(|item| &*item.reasons).collect()
                })
            }
            Question::Predict(query) => told(pack.ask(|engine| engine.predict(query)), |_| Vec::new()),
        }
    }

    /// The query, if the question has one.
    pub fn query(&self) -> Option<&Query> {
        match self {
            Question::Similar(query) | Question::Recommend(query) | Question::Rerank(_, query) => Some(query),
            Question::Predict(_) => None,
        }
    }
}

/// What a page shows of an item beside its id and its summary: no knob changes it.
const CARD: [&str; 11] = [
    "name",
    "genres",
    "year",
    "platform",
    "type",
    "language",
    "runtime",
    "rating",
    "image",
    "url",
    "attributes",
];
/// Of the answer: whose card it is about, and where it was found, which changes nothing.
const ASIDE: [&str; 2] = ["subject", "route"];

/// What a case keeps of an answer: all but cards, numbers to six decimals, and for each item with reasons their sentence.
fn kept(answer: Value, reasons: &[&[Reason]]) -> Value {
    let Value::Object(mut answer) = rounded(answer) else {
        panic!("an answer is an object")
    };
    ASIDE.iter().for_each(|key| drop(answer.remove(*key)));
    let items = answer.get_mut("items").and_then(Value::as_array_mut).expect("items");
    for (item, reasons) in items
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .zip(reasons.iter().copied().chain(std::iter::repeat(&[][..])))
    {
        CARD.iter().for_each(|key| drop(item.remove(*key)));
        if let Some(sentence) = Wording::english().sentence(reasons) {
            item.insert("sentence".to_owned(), sentence.into());
        }
    }
    Value::Object(answer)
}

/// Without what is null; numbers to six decimals, whole ones whole.
fn rounded(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(rounded).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(key, value)| (key, rounded(value))).collect::<Map<_, _>>())
        }
        Value::Number(number) => {
            let rounded = (number.as_f64().unwrap_or(f64::NAN) * 1e6).round() / 1e6;
            if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
                (rounded as i64).into()
            } else {
                rounded.into()
            }
        }
        other => other,
    }
}

/// The fields of a type, each with what puts it back to the default. A field of the type that is missing here does not compile.
macro_rules! fields {
    ($type:ident { $($field:ident),* $(; $($aside:ident),*)? }, $default:expr) => {{
        let _: fn(&$type) = |$type { $($field: _,)* $($($aside: _),*)? }| ();
        let fields: Vec<(&'static str, fn(&mut $type))> = vec![
            $((concat!(stringify!($type), "::", stringify!($field)), |value| value.$field = $default.$field)),*
        ];
        fields
    }};
}

/// The variants of an enum. One that is missing here does not compile.
macro_rules! variants {
    ($type:ident, $value:expr, $($variant:ident),*) => {{
        match $value {
            $($type::$variant { .. } => concat!(stringify!($type), "::", stringify!($variant)),)*
        }
    }};
}

/// A field of a question, and what a question is without it.
pub struct Knob {
    /// Type and field.
    pub name: &'static str,
    reset: Box<dyn Fn(&mut Question)>,
}

/// Puts a field back to what it is if nobody asks for anything.
type Reset<T> = fn(&mut T);

impl Knob {
    /// The question without this knob; `None` if it does not use it.
    pub fn without(&self, question: &Question) -> Option<Question> {
        let mut other = question.clone();
        (self.reset)(&mut other);
        (other != *question).then_some(other)
    }

    /// All of them: every field of every type that a question is made of.
    pub fn all() -> Vec<Knob> {
        let mut all = Vec::new();
        /// Those of a type, with the values of it that a question holds.
        fn of<T: 'static>(
            all: &mut Vec<Knob>,
            fields: Vec<(&'static str, Reset<T>)>,
            within: fn(&mut Question) -> Vec<&mut T>,
        ) {
            all.extend(fields.into_iter().map(|(name, reset)| Knob {
                name,
                reset: Box::new(move |question| within(question).into_iter().for_each(reset)),
            }));
        }
        of(
            &mut all,
            fields!(
                Query {
                    n, offset, min_similarity, weights, summaries, blend, half_life_days, include_seen, genres, filter, rerank,
                    watching, watching_weight, reasons, variant, against, visitor; seed
                },
                Query::popular()
            ),
            |question| query(question).into_iter().collect(),
        );
        of(
            &mut all,
            fields!(
                Rerank {
                    diversity,
                    calibration,
                    freshness,
                    popularity_damping,
                    caps,
                    boosts,
                    pins,
                    bury
                },
                Rerank::default()
            ),
            |question| query(question).map(|query| &mut query.rerank).into_iter().collect(),
        );
        of(
            &mut all,
            fields!(
                WeightsPatch {
                    genre,
                    text,
                    metadata,
                    year
                },
                WeightsPatch::default()
            ),
            |question| query(question).map(|query| &mut query.weights).into_iter().collect(),
        );
        of(
            &mut all,
            fields!(BlendPatch { content, collaborative }, BlendPatch::default()),
            |question| query(question).map(|query| &mut query.blend).into_iter().collect(),
        );
        of(
            &mut all,
            fields!(Person { history, genres }, Person::default()),
            |question| person(question).into_iter().collect(),
        );
        of(
            &mut all,
            fields!(Event { weight, time; item }, Event::of(ItemId::Int(0))),
            |question| person(question).map_or(Vec::new(), |person| person.history.iter_mut().collect()),
        );
        of(
            &mut all,
            fields!(GenrePreference { weight; genre }, GenrePreference { genre: String::new(), weight: 1.0 }),
            |question| person(question).map_or(Vec::new(), |person| person.genres.iter_mut().collect()),
        );
        of(
            &mut all,
            fields!(Cap { at_most; attribute }, Cap { attribute: String::new(), at_most: 200 }),
            |question| rerank(question).map_or(Vec::new(), |rerank| rerank.caps.iter_mut().flatten().collect()),
        );
        of(
            &mut all,
            fields!(Boost { factor; id }, Boost { id: ItemId::Int(0), factor: 1.0 }),
            |question| rerank(question).map_or(Vec::new(), |rerank| rerank.boosts.iter_mut().flatten().collect()),
        );
        of(&mut all, fields!(Span { min, max }, Span::default()), |question| {
            let mut spans = Vec::new();
            if let Some(query) = query(question) {
                push_spans(&mut query.filter, &mut spans);
            }
            spans
        });
        of(
            &mut all,
            fields!(
                NewItem {
                    name,
                    genres,
                    summary,
                    platform,
                    kind,
                    language,
                    year,
                    runtime,
                    certificate,
                    directors,
                    writers,
                    actors
                },
                NewItem::default()
            ),
            |question| match question {
                Question::Predict(predict) => predict.new_items.iter_mut().collect(),
                other => match query(other).map(|query| &mut query.seed) {
                    Some(Seed::Features(new)) => vec![new],
                    _ => Vec::new(),
                },
            },
        );
        of(
            &mut all,
            fields!(
                PredictQuery {
                    ratings,
                    items,
                    new_items,
                    ranked
                },
                PredictQuery::default()
            ),
            |question| match question {
                Question::Predict(predict) => vec![predict],
                _ => Vec::new(),
            },
        );
        of(
            &mut all,
            fields!(Rating { value; item }, Rating { item: ItemId::Int(0), value: 3.0 }),
            |question| match question {
                Question::Predict(predict) => predict.ratings.iter_mut().collect(),
                _ => Vec::new(),
            },
        );
        all.push(Knob {
            name: "the scores of candidates",
            reset: Box::new(|question| {
                if let Question::Rerank(candidates, _) = question {
                    candidates.iter_mut().for_each(|(_, score)| *score = None);
                }
            }),
        });
        // What the surfaces read into a query are fields of the query.
        let read = fields!(
            Knobs {
                filter,
                rerank,
                watching,
                watching_weight,
                reasons,
                variant,
                against,
                visitor
            },
            Knobs::default()
        );
        for (name, _) in read {
            let name = name.replace("Knobs", "Query");
            assert!(all.iter().any(|knob| knob.name == name), "{name}");
        }
        all
    }
}

fn query(question: &mut Question) -> Option<&mut Query> {
    match question {
        Question::Similar(query) | Question::Recommend(query) | Question::Rerank(_, query) => Some(query),
        Question::Predict(_) => None,
    }
}

fn rerank(question: &mut Question) -> Option<&mut Rerank> {
    query(question).map(|query| &mut query.rerank)
}

fn person(question: &mut Question) -> Option<&mut Person> {
    match query(question).map(|query| &mut query.seed) {
        Some(Seed::Person(person)) => Some(person),
        _ => None,
    }
}

fn push_spans<'f>(filter: &'f mut Filter, spans: &mut Vec<&'f mut Span>) {
    match filter {
        Filter::All(filters) | Filter::Any(filters) => filters.iter_mut().for_each(|filter| push_spans(filter, spans)),
        Filter::Not(filter) => push_spans(filter, spans),
        Filter::Year(span) | Filter::Runtime(span) => spans.push(span),
        Filter::Attribute { .. } | Filter::AttributeAll { .. } | Filter::Rating { .. } | Filter::Ids(_) => {}
    }
}

/// How many forms a filter has.
pub const FILTER_FORMS: usize = 9;

/// Puts down the forms of a filter and of those in it, and the names of its attributes.
pub fn forms(filter: &Filter, found: &mut BTreeSet<&'static str>, attributes: &mut BTreeSet<String>) {
    found.insert(variants!(
        Filter,
        filter,
        All,
        Any,
        Not,
        Attribute,
        AttributeAll,
        Year,
        Runtime,
        Rating,
        Ids
    ));
    match filter {
        Filter::All(filters) | Filter::Any(filters) => {
            filters.iter().for_each(|filter| forms(filter, found, attributes));
        }
        Filter::Not(filter) => forms(filter, found, attributes),
        Filter::Attribute { name, .. } | Filter::AttributeAll { name, .. } => {
            attributes.insert(name.clone());
        }
        Filter::Year(_) | Filter::Runtime(_) | Filter::Rating { .. } | Filter::Ids(_) => {}
    }
}

/// Where the pack lies, and what it is made of.
pub fn folder() -> PathBuf {
    golden::path("knobs")
}

/// The pack, as it lies there; nothing of it is read yet. With `UPDATE_GOLDEN=pack` it is built anew first: for a change of the
/// format, or of what the pack is made of.
///
/// # Panics
/// If it can't be opened, or built.
pub fn pack() -> PackDir {
    static RENEWED: Once = Once::new();
    let dir = folder().join("pack");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|what| what == "pack") {
        RENEWED.call_once(|| build(&dir));
    }
    PackDir::open(&dir).expect("the golden pack; UPDATE_GOLDEN=pack builds it anew")
}

fn build(dir: &Path) {
    let spec = |kind: &str, file: &str| format!("{kind}:{}", folder().join(file).display());
    let events = |kind, file| vec![EventSource::parse(&spec(kind, file)).expect("a source of events")];
    let mut config = Config {
        catalog: vec![Source::parse(&spec("jsonl", "titles.jsonl")).expect("a source")],
        pack_version: "golden".to_owned(),
        threads: Some(1),
        ..Config::default()
    };
    config.interactions.sources = events("user-items", "liked.txt");
    config.ratings.sources = events("csv", "ratings.csv");
    config.ratings.factors = 4;
    // So that each case shows the knob that it is about, and no other.
    config.personal.rerank.diversity = Some(0.0);
    let ials = ModelConfig {
        model: Family::Ials,
        embedding_dim: 4,
        ..ModelConfig::default()
    };
    config.models.insert("ials".to_owned(), ials);
    config.experiments = experiments().into();
    let built = tempfile::tempdir().expect("a temporary folder");
    let plan = Plan::new(built.path().join("pack"));
    run(&config, &plan, &Progress::new(Style::Quiet)).expect("a pack");
    fs::remove_dir_all(dir).ok();
    fs::create_dir_all(dir).expect("a folder for the pack");
    // But the sums for publishing: they are of the manifest as it was built.
    let files = fs::read_dir(built.path().join("pack")).expect("the pack");
    for file in files
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_name() != "checksums.txt")
    {
        fs::copy(file.path(), dir.join(file.file_name())).expect("a copy");
    }
}

fn experiments() -> [Experiment; 3] {
    let plain = |name: &str| Variant {
        name: name.to_owned(),
        share: 0.5,
        ..Variant::default()
    };
    [
        Experiment {
            name: "order".to_owned(),
            variants: vec![
                plain("plain"),
                Variant {
                    rerank: Rerank {
                        diversity: Some(0.6),
                        ..Rerank::default()
                    },
                    ..plain("diverse")
                },
            ],
        },
        Experiment {
            name: "sides".to_owned(),
            variants: vec![
                plain("plain"),
                Variant {
                    weights: WeightsPatch {
                        year: Some(1.0),
                        ..WeightsPatch::default()
                    },
                    blend: BlendPatch {
                        content: Some(1.0),
                        collaborative: Some(0.0),
                    },
                    ..plain("content")
                },
            ],
        },
        Experiment {
            name: "model".to_owned(),
            variants: vec![
                plain("own"),
                Variant {
                    model: Some("ials".to_owned()),
                    ..plain("ials")
                },
            ],
        },
    ]
}
