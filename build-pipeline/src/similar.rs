//! `aftershow similar`: a question to a pack, through the same engine as everything else.

use std::fmt::Write;

use aftershow_core::{Answer, Card, ItemId, Knobs, NewItem, Query, WeightsPatch, Wording};
use serde::Serialize;

use crate::{error::BuildError, open::PackDir};

/// A question; what is `None` is the engine's default or the pack's own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// How many.
    pub n: Option<usize>,
    /// Least score.
    pub min_similarity: Option<f32>,
    /// Weights over the pack's own.
    pub weights: WeightsPatch,
    /// What every kind of question may ask for.
    pub knobs: Knobs,
}

/// What others should be like.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// The title of the pack with this id.
    Item(String),
    /// A title that the pack has never seen.
    New(Box<NewItem>),
}

/// Asks the pack what is similar.
///
/// # Errors
/// [`BuildError::Query`] for an unknown id or a knob out of range, [`BuildError::Pack`] for a damaged pack.
pub fn similar(pack: &mut PackDir, subject: &Subject, question: &Question) -> Result<Answer, BuildError> {
    Ok(pack.answer(&question.about(subject))?.said(&Wording::english()))
}

impl Question {
    /// The question about a subject, as the engine takes it.
    pub fn about(&self, subject: &Subject) -> Query {
        let query = match subject {
            Subject::Item(id) => Query::similar(ItemId::Str(id.clone())),
            Subject::New(features) => Query::similar_to_features((**features).clone()),
        };
        let mut query = Query {
            weights: self.weights,
            ..query
        };
        query.n = self.n.unwrap_or(query.n);
        query.min_similarity = self.min_similarity.unwrap_or(query.min_similarity);
        self.knobs.put(&mut query);
        query
    }
}

/// The answer as `--json` prints it: the engine's own, and the id asked about.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    id: Option<&'a ItemId>,
    #[serde(flatten)]
    answer: &'a Answer,
}

impl<'a> From<&'a Answer> for Printed<'a> {
    fn from(answer: &'a Answer) -> Printed<'a> {
        Printed {
            id: answer.subject.as_ref().map(|card| &card.id),
            answer,
        }
    }
}

/// The answer as a table.
pub fn for_people(answer: &Answer) -> String {
    let mut out = String::new();
    if let Some(subject) = &answer.subject {
        writeln!(out, "More like {}\n", titled(subject)).ok();
    }
    if answer.items.is_empty() {
        out.push_str("Nothing is similar enough.\n");
        return out;
    }
    let ids: Vec<String> = answer.items.iter().map(|item| item.card.id.to_string()).collect();
    let id_width = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0).max(2);
    let with_year = answer.weights.year > 0.0;
    let year = |text: &str| {
        if with_year {
            format!(" {text:>6}")
        } else {
            String::new()
        }
    };
    writeln!(
        out,
        "{:>3}  {:>6} {:>6} {:>6} {:>6}{}  {:<id_width$}  title",
        "",
        "score",
        "genre",
        "text",
        "meta",
        year("year"),
        "id"
    )
    .ok();
    for (i, (item, id)) in answer.items.iter().zip(&ids).enumerate() {
        let p = &item.parts;
        let scores = format!(
            "{:>6.3} {:>6.3} {:>6.3} {:>6.3}{}",
            p.score,
            p.genre,
            p.text,
            p.metadata,
            year(&format!("{:.3}", p.year))
        );
        writeln!(out, "{:>3}  {scores}  {id:<id_width$}  {}", i + 1, titled(&item.card)).ok();
        if let Some(sentence) = &item.sentence {
            writeln!(out, "       {sentence}").ok();
        }
    }
    let w = answer.weights;
    let year = if with_year {
        format!(" + {:.2} year", w.year)
    } else {
        String::new()
    };
    writeln!(
        out,
        "\nscore = {:.2} genre + {:.2} text + {:.2} metadata{year}",
        w.genre, w.text, w.metadata
    )
    .ok();
    out
}

/// Name, year and genres.
pub(crate) fn titled(card: &Card) -> String {
    let year = card.year.map(|year| format!(" ({year})")).unwrap_or_default();
    let genres = if card.genres.is_empty() {
        String::new()
    } else {
        format!(" – {}", card.genres.join(", "))
    };
    format!("{}{year}{genres}", card.name)
}
