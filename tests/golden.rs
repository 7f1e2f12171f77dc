//! The golden cases, natively. `tests/js/` runs the same file through wasm, HTTP and the browser.
//!
//! `UPDATE_GOLDEN=1 cargo test -p aftershow-tests --test golden` writes the answers of today into the file;
//! the change is then part of the review.

use aftershow_core::{Engine, Manifest, Outcome, QueryError};
use aftershow_tests::{
    BuiltPack,
    golden::{Case, RecommendAsk, Recommended, Similar, SimilarAsk, read, same_items, updated},
};

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
