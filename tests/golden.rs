//! The golden cases, natively. `tests/js/` runs the same file through wasm, HTTP and the browser.
//!
//! `UPDATE_GOLDEN=1 cargo test -p aftershow-tests --test golden` writes the answers of today into the file;
//! the change is then part of the review.

use std::collections::BTreeSet;

use aftershow_core::{Engine, Manifest, Matched, Outcome, QueryError, ReasonKind, Source};
use aftershow_tests::{
    BuiltPack,
    golden::{
        Case, Found, RecommendAsk, Recommended, SearchAsk, Similar, SimilarAsk, read, read_all, same_items, updated,
    },
    knobs::{self, Knob, Question},
};
use serde_json::Value;

/// The case with today's answer.
fn answered<Ask: Clone, Expected>(
    case: &Case<Ask, Expected>,
    answer: Result<Vec<Expected>, String>,
) -> Case<Ask, Expected> {
    let (name, ask) = (case.name.clone(), case.ask.clone());
    let (items, error) = match answer {
        Ok(items) => (Some(items), None),
        Err(code) => (None, Some(code)),
    };
    Case {
        name,
        ask,
        items,
        error,
    }
}

#[test]
fn the_engine_answers_every_golden_case_with_the_same_ids_and_scores() {
    let pack = BuiltPack::sample();
    let cases: Vec<Case<SimilarAsk, Similar>> = read("similar.json");
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    let today = |case: &Case<SimilarAsk, Similar>| {
        let answer = pack.ask(&case.ask.query());
        answered(case, answer.map(|answer| Similar::of(&answer)))
    };
    let found: Vec<_> = cases.iter().map(today).collect();
    if !updated("similar.json", &found) {
        cases
            .iter()
            .zip(&found)
            .for_each(|(case, found)| assert_eq!(case, found, "{}", case.name));
    }
}

#[test]
fn the_engine_recommends_what_the_golden_cases_have() {
    let pack = BuiltPack::sample();
    let cases: Vec<Case<RecommendAsk, Recommended>> = read("recommend.json");
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    let today = |case: &Case<RecommendAsk, Recommended>| {
        let answer = pack.recommend(&case.ask.query());
        answered(case, answer.map(|page| Recommended::of(&page)))
    };
    let found: Vec<_> = cases.iter().map(today).collect();
    if updated("recommend.json", &found) {
        return;
    }
    for (case, found) in cases.iter().zip(&found) {
        assert_eq!(case.error, found.error, "{}", case.name);
        if let (Some(golden), Some(found)) = (&case.items, &found.items) {
            assert!(same_items(golden, found), "{}: {golden:?} and {found:?}", case.name);
        }
    }
}

#[test]
fn the_engine_finds_the_titles_that_the_golden_cases_have() {
    let pack = BuiltPack::sample();
    let cases: Vec<Case<SearchAsk, Found>> = read("search.json");
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    let today = |case: &Case<SearchAsk, Found>, resident: bool| {
        let mut pack = pack.open();
        if resident {
            pack.attach_resident().expect("the pack's parts");
        }
        let query = case.ask.query();
        let found = pack.ask(|engine| engine.search(&query));
        answered(
            case,
            found
                .map(|found| Found::of(&found))
                .map_err(|error| error.code().to_owned()),
        )
    };
    let found: Vec<_> = cases.iter().map(|case| today(case, false)).collect();
    for (case, found) in cases.iter().zip(&found) {
        assert_eq!(&today(case, true), found, "{}, with all parts attached", case.name);
    }
    for wanted in Matched::ALL {
        let shows =
            |case: &Case<SearchAsk, Found>| case.items.iter().flatten().any(|item| item.matched == wanted.name());
        assert!(found.iter().any(shows), "no case shows {wanted:?}");
    }
    if !updated("search.json", &found) {
        cases
            .iter()
            .zip(&found)
            .for_each(|(case, found)| assert_eq!(case, found, "{}", case.name));
    }
}

/// Today's answer, or the code of the error. Each question finds a pack of which nothing has been read.
fn asked(question: &Question) -> Result<Value, String> {
    question.ask(&mut knobs::pack())
}

#[test]
fn the_engine_answers_the_golden_cases_of_every_knob() {
    let cases: Vec<knobs::Case> = read_all("knobs.json");
    assert!(cases.len() >= 100, "only {} cases", cases.len());
    let today = |case: &knobs::Case| {
        let (answer, error) = match case.question().and_then(|question| asked(&question)) {
            Ok(answer) => (Some(answer), None),
            Err(code) => (None, Some(code)),
        };
        knobs::Case {
            answer,
            error,
            ..case.clone()
        }
    };
    let found: Vec<knobs::Case> = cases.iter().map(today).collect();
    if !updated("knobs.json", &found) {
        cases
            .iter()
            .zip(&found)
            .for_each(|(case, found)| assert_eq!(case, found, "{}", case.name));
    }
}

/// The questions of the cases that are no errors, with their answers.
fn answered_today() -> Vec<(Question, Value)> {
    let questions = read_all::<knobs::Case>("knobs.json")
        .into_iter()
        .map(|case| case.question());
    let answered = |question: Question| Some((asked(&question).ok()?, question));
    questions
        .flatten()
        .filter_map(answered)
        .map(|(answer, question)| (question, answer))
        .collect()
}

#[test]
fn every_knob_changes_the_answer_of_a_golden_case() {
    let answered = answered_today();
    let without_effect = |knob: &Knob| {
        let changes = |(question, answer): &(Question, Value)| {
            let without = knob.without(question);
            without.is_some_and(|without| asked(&without).as_ref() != Ok(answer))
        };
        !answered.iter().any(changes)
    };
    let all = Knob::all();
    assert!(all.len() > 50);
    let missing: Vec<&str> = all
        .iter()
        .filter(|knob| without_effect(knob))
        .map(|knob| knob.name)
        .collect();
    assert!(missing.is_empty(), "no golden case shows what these do: {missing:?}");
}

#[test]
fn every_form_of_a_filter_every_reason_and_every_source_is_in_a_golden_case() {
    let answered = answered_today();
    let (mut forms, mut attributes) = (BTreeSet::new(), BTreeSet::new());
    for (question, _) in &answered {
        if let Some(query) = question.query() {
            knobs::forms(&query.filter, &mut forms, &mut attributes);
        }
    }
    assert_eq!(forms.len(), knobs::FILTER_FORMS, "{forms:?}");
    for wanted in ["genre", "type", "language", "platform", "country", "certificate"] {
        assert!(attributes.contains(wanted), "{wanted} of {attributes:?}");
    }
    let text = |key: &'static str| -> BTreeSet<String> {
        let items = answered.iter().filter_map(|(_, answer)| answer["items"].as_array());
        let all = items.flatten().flat_map(|item| match item[key].as_array() {
            Some(reasons) => reasons.iter().map(|reason| reason["kind"].clone()).collect(),
            None => vec![item[key].clone()],
        });
        all.filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let reasons = text("reasons");
    // Similarity is of platform, type and language: no pack has people among them.
    for kind in ReasonKind::ALL.into_iter().filter(|kind| *kind != ReasonKind::People) {
        assert!(reasons.contains(kind.name()), "{kind:?} of {reasons:?}");
    }
    let sources = text("source");
    for source in [
        Source::Collaborative,
        Source::Content,
        Source::Popular,
        Source::Watching,
        Source::Given,
    ] {
        assert!(sources.contains(source.name()), "{source:?} of {sources:?}");
    }
    // Of predictions.
    for source in ["ratings", "content", "average"] {
        assert!(sources.contains(source), "{source} of {sources:?}");
    }
}

#[test]
fn an_engine_without_parts_says_what_it_needs_and_nothing_else() {
    let pack = BuiltPack::sample();
    let manifest = Manifest::from_json(&std::fs::read(pack.dir().join("manifest.json")).unwrap()).unwrap();
    let engine = Engine::open(manifest).unwrap();
    let query = aftershow_core::Query::similar(aftershow_core::ItemId::Int(82));
    match engine.answer(&query) {
        Ok(Outcome::NeedParts(parts)) => {
            assert_eq!(parts.len(), 1);
            assert!(parts[0].file.starts_with("table."), "{parts:?}");
        }
        other => panic!("{other:?}"),
    }
    let out_of_range = aftershow_core::Query { n: 0, ..query };
    assert!(matches!(
        engine.answer(&out_of_range),
        Err(QueryError::InvalidParameter { name: "n", .. })
    ));
}
