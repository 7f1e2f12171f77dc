//! `aftershow similar`: a question to a pack, through the same engine as everything else.

use std::fmt::Write;

use aftershow_core::{Answer, Card, ItemId, Knobs, Query, Reason, WeightsPatch, Wording};
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

/// Asks the pack what is similar to the title with the id.
///
/// # Errors
/// [`BuildError::Query`] for an unknown id or a knob out of range, [`BuildError::Pack`] for a damaged pack.
pub fn similar(pack: &mut PackDir, id: &str, question: &Question) -> Result<Answer, BuildError> {
    let mut query = Query {
        weights: question.weights,
        ..Query::similar(ItemId::Str(id.to_owned()))
    };
    query.n = question.n.unwrap_or(query.n);
    query.min_similarity = question.min_similarity.unwrap_or(query.min_similarity);
    question.knobs.put(&mut query);
    pack.answer(&query)
}

/// The answer as `--json` prints it.
#[derive(Debug, Serialize)]
pub struct Short<'a> {
    id: Option<&'a ItemId>,
    items: Vec<ShortItem<'a>>,
}

#[derive(Debug, Serialize)]
struct ShortItem<'a> {
    id: &'a ItemId,
    name: &'a str,
    score: f64,
    genre_score: f64,
    text_score: f64,
    metadata_score: f64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reasons: &'a [Reason],
}

impl<'a> From<&'a Answer> for Short<'a> {
    fn from(answer: &'a Answer) -> Short<'a> {
        let item = |scored: &'a aftershow_core::Scored| ShortItem {
            id: &scored.card.id,
            name: &scored.card.name,
            score: scored.parts.score,
            genre_score: scored.parts.genre,
            text_score: scored.parts.text,
            metadata_score: scored.parts.metadata,
            reasons: &scored.reasons,
        };
        Short {
            id: answer.subject.as_ref().map(|card| &card.id),
            items: answer.items.iter().map(item).collect(),
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
        write_reason(&mut out, &item.reasons);
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

/// Why an item is there, as a line of its own; nothing if it wasn't asked for.
pub(crate) fn write_reason(out: &mut String, reasons: &[Reason]) {
    if let Some(sentence) = Wording::english().sentence(reasons) {
        writeln!(out, "       {sentence}").ok();
    }
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
