//! `aftershow recommend`: what a pack recommends to one person, through the same engine as everything else.

use std::{fmt::Write, path::Path};

use aftershow_core::{
    Blend, BlendPatch, Event, GenrePreference, ItemId, Knobs, Person, Query, QueryError, Rating, Recommendations, Seed,
    Source, Team, Wording,
};

use serde::Serialize;

use crate::{error::BuildError, open::PackDir, users_out};

/// Who it is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    /// Somebody whom the user parts under a folder know.
    Known {
        /// Id of the user.
        id: String,
        /// What `--users-out` wrote.
        users: std::path::PathBuf,
    },
    /// Somebody with this history, as the command line writes it: `82:3,169`.
    History(String),
    /// Somebody of whom no history is known.
    Unknown,
}

/// The question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Who it is for.
    pub who: Who,
    /// Genres that they prefer, as the command line writes them: `Drama:2,Comedy`.
    pub genres: Option<String>,
    /// The titles to put in order, as the command line writes them: `315,119:0.8`; all if `None`.
    pub candidates: Option<String>,
    /// How many.
    pub n: Option<usize>,
    /// How many better ones are left out.
    pub offset: usize,
    /// How much each side counts, over the pack's own.
    pub blend: BlendPatch,
    /// Days after which an event counts half.
    pub half_life_days: Option<f32>,
    /// Whether items of the history may be recommended.
    pub include_seen: bool,
    /// What every kind of question may ask for.
    pub knobs: Knobs,
}

/// The answer, and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Recommended {
    /// The answer.
    pub answer: Recommendations,
    /// The candidates that the pack lacks; `None` if nobody brought any.
    pub unknown: Option<Vec<ItemId>>,
    /// Whether the user parts know the user; `None` if nobody asked for one.
    pub is_known: Option<bool>,
}

/// The answer as `--json` prints it: the engine's own, and of candidates those that the pack lacks.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    #[serde(flatten)]
    answer: &'a Recommendations,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a [ItemId]>,
}

impl<'a> From<&'a Recommended> for Printed<'a> {
    fn from(found: &'a Recommended) -> Printed<'a> {
        Printed {
            answer: &found.answer,
            unknown: found.unknown.as_deref(),
        }
    }
}

/// Asks the pack.
///
/// # Errors
/// [`BuildError::Query`] for a parameter out of its range, [`BuildError::Pack`] for a damaged pack or user part,
/// [`BuildError::Usage`] for a history that can't be read.
pub fn recommend(pack: &mut PackDir, question: &Question) -> Result<Recommended, BuildError> {
    let mut is_known = None;
    let mut person = match &question.who {
        Who::Unknown => Person::default(),
        Who::History(text) => Person {
            history: history(text)?,
            ..Person::default()
        },
        Who::Known { id, users } => known(pack, users, id, &mut is_known)?,
    };
    if let Some(text) = &question.genres {
        person.genres = genres(text)?;
    }
    let mut query = Query {
        offset: question.offset,
        blend: question.blend,
        half_life_days: question.half_life_days,
        include_seen: question.include_seen,
        ..Query::person(person)
    };
    question.knobs.put(&mut query);
    query.n = question.n.unwrap_or(query.n);
    // With nothing given nobody is meant, and what is popular is the answer and no fallback.
    if matches!(question.who, Who::Unknown) && question.genres.is_none() && query.watching.is_none() {
        query.seed = Seed::Popular;
    }
    let (answer, unknown) = match &question.candidates {
        Some(text) => {
            let candidates = candidates(text)?;
            let reranked = pack.ask(|engine| engine.rerank(&candidates, &query))?;
            // Here every id came as text; it goes as the pack's ids do, where it could be one.
            let kind = pack.manifest().id_kind;
            let unknown = reranked.unknown.into_iter();
            let unknown = unknown.map(|id| ItemId::parse(&id.to_string(), kind).unwrap_or(id));
            (reranked.page, Some(unknown.collect()))
        }
        None => (pack.recommend(&query)?, None),
    };
    Ok(Recommended {
        answer: answer.said(&Wording::english()),
        unknown,
        is_known,
    })
}

fn known(pack: &mut PackDir, users: &Path, id: &str, is_known: &mut Option<bool>) -> Result<Person, BuildError> {
    let found = users_out::find(users, pack, id)?;
    *is_known = Some(found.is_some());
    Ok(found.unwrap_or_default())
}

/// Reads `82:3,169`: ids with a comma between them, each with a weight behind a colon if it is not 1. An id may hold
/// colons: what follows the last one is a weight only if it is a number.
fn history(text: &str) -> Result<Vec<Event>, BuildError> {
    let event = |part: &str| {
        let (id, weight) = weighted(part);
        (!id.is_empty()).then(|| Event {
            weight: weight.unwrap_or(1.0),
            ..Event::of(ItemId::Str(id.to_owned()))
        })
    };
    list("--history", text, event)
}

/// Reads `315,119:0.8`: ids as in a history, each with a score behind a colon if it has one.
fn candidates(text: &str) -> Result<Vec<(ItemId, Option<f32>)>, BuildError> {
    let candidate = |part: &str| {
        let (id, score) = weighted(part);
        (!id.is_empty()).then(|| (ItemId::Str(id.to_owned()), score))
    };
    list("--candidates", text, candidate)
}

/// Reads `1:5,50:2.5`: ids as in a history, each with the rating behind a colon.
///
/// # Errors
/// [`BuildError::Usage`] names what can't be read.
pub fn ratings(text: &str) -> Result<Vec<Rating>, BuildError> {
    let rating = |part: &str| match weighted(part) {
        ("", _) | (_, None) => None,
        (id, Some(value)) => Some(Rating {
            item: ItemId::Str(id.to_owned()),
            value,
        }),
    };
    list("--ratings", text, rating)
}

/// Reads `Drama:2,Comedy`.
fn genres(text: &str) -> Result<Vec<GenrePreference>, BuildError> {
    let preference = |part: &str| {
        let (genre, weight) = weighted(part);
        (!genre.is_empty()).then(|| GenrePreference {
            genre: genre.to_owned(),
            weight: weight.unwrap_or(1.0),
        })
    };
    list("--genres", text, preference)
}

fn list<T>(flag: &str, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, BuildError> {
    let parts = text.split(',').map(str::trim);
    let read = |part: &str| {
        read(part).ok_or_else(|| BuildError::Usage {
            reason: format!(
                "{flag} {text:?}: {part:?} names nothing, or has no number; write NAME or NAME:NUMBER with commas between them"
            ),
        })
    };
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    parts.map(read).collect()
}

/// What stands before the last colon, and the number behind it; all of it if that is no number.
fn weighted(part: &str) -> (&str, Option<f32>) {
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|weight| weight.is_finite());
    match part
        .rsplit_once(':')
        .and_then(|(id, weight)| Some((id, number(weight)?)))
    {
        Some((id, weight)) => (id.trim(), Some(weight)),
        None => (part, None),
    }
}

/// The answer as a table.
pub fn for_people(recommended: &Recommended) -> String {
    let answer = &recommended.answer;
    let mut out = String::new();
    if recommended.is_known == Some(false) {
        out.push_str("Nobody is known by that id; here is what is popular.\n\n");
    }
    if answer.items.is_empty() {
        out.push_str(match answer.matched {
            0 if recommended
                .unknown
                .as_deref()
                .is_some_and(|unknown| !unknown.is_empty()) =>
            {
                "None of the candidates is in the pack and passes the filter.\n"
            }
            0 => "Nothing in the pack passes the filter.\n",
            _ => "There are no more items.\n",
        });
        return out;
    }
    let ids: Vec<String> = answer.items.iter().map(|item| item.card.id.to_string()).collect();
    let width = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0).max(2);
    writeln!(
        out,
        "{:>4}  {:>6} {:>7} {:>7} {:>7}  {:<13}  {:<width$}  title",
        "", "score", "content", "collab.", "popular", "source", "id"
    )
    .ok();
    for (place, (item, id)) in answer.items.iter().zip(&ids).enumerate() {
        let source = match item.team {
            Some(Team::A) => "a, ",
            Some(Team::B) => "b, ",
            None => "",
        };
        let source = format!("{source}{}", item.source.name());
        let year = item.card.year.map(|year| format!(" ({year})")).unwrap_or_default();
        writeln!(
            out,
            "{:>4}  {:>6.3} {:>7.3} {:>7.3} {:>7.3}  {source:<13}  {id:<width$}  {}{year}",
            answer.offset + place + 1,
            item.score,
            item.content_score,
            item.collaborative_score,
            item.popularity,
            item.card.name,
        )
        .ok();
        if let Some(sentence) = &item.sentence {
            writeln!(out, "       {sentence}").ok();
        }
    }
    out.push('\n');
    if answer.items.iter().any(|item| item.source != Source::Popular) {
        let Blend { content, collaborative } = answer.weights;
        writeln!(out, "score = {content:.2} content + {collaborative:.2} collaborative").ok();
    }
    let mut note = |text: String| writeln!(out, "{text}").ok();
    if let Some(unknown @ [_, ..]) = recommended.unknown.as_deref() {
        let ids: Vec<String> = unknown.iter().map(ItemId::to_string).collect();
        note(format!("Not in the pack: {}.", ids.join(", ")));
    }
    if let Some(against) = &answer.against {
        note(format!(
            "a: {}; b: {}:{}. Who chooses a title gives its side the credit.",
            answer.variant.as_ref().map_or_else(
                || "the pack's own order".to_owned(),
                |own| format!("{}:{}", own.experiment, own.variant)
            ),
            against.experiment,
            against.variant
        ));
    }
    if answer.items.iter().any(|item| item.adjusted_score.is_some()) {
        note("The order goes by that times freshness, damping and boosts: adjusted_score of --json.".to_owned());
    }
    if answer.unknown_rerank_ids > 0 {
        let unknown = answer.unknown_rerank_ids;
        note(format!("Not in the pack: {unknown} of the ids to boost, pin and bury."));
    }
    if answer.unknown_items > 0 {
        note(match answer.unknown_items {
            1 => "1 item of the history is not in the pack and has no effect.".to_owned(),
            unknown => format!("{unknown} items of the history are not in the pack and have no effect."),
        });
    }
    if answer.fallback_used && recommended.is_known != Some(false) {
        note("Nothing personal is known for some of these: they are here because they are popular.".to_owned());
    }
    out
}

/// What a user's id may be, checked as HTTP checks it.
///
/// # Errors
/// [`QueryError::InvalidUserId`].
pub fn check_user(pack: &PackDir, id: &str) -> Result<(), QueryError> {
    let kind = pack
        .manifest()
        .personal
        .as_ref()
        .map_or_else(Default::default, |own| own.user_ids);
    kind.check(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, f32)> {
        let events = history(text).unwrap();
        events.into_iter().map(|e| (e.item.to_string(), e.weight)).collect()
    }

    #[test]
    fn a_weight_stands_behind_the_last_colon_if_it_is_a_number() {
        let expected = [("82", 3.0), ("169", 1.0), ("a:b", 1.0), ("a:b", -2.5), ("nan:x", 1.0)];
        assert_eq!(
            read("82:3, 169,a:b,a:b:-2.5,nan:x"),
            expected.map(|(id, weight)| (id.to_owned(), weight))
        );
        assert_eq!(read("a:nan"), [("a:nan".to_owned(), 1.0)], "no weight is not a number");
        assert_eq!(read(""), []);
        assert!(history("82,,5").is_err());
    }

    #[test]
    fn an_id_that_the_pack_can_not_have_is_counted_and_not_refused() {
        let events = history("82,x").unwrap();
        assert_eq!(events[1].item, ItemId::Str("x".into()));
    }
}
