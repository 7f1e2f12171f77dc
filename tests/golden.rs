//! The golden cases, natively. `tests/js/` runs the same file through wasm, HTTP and the browser.
//!
//! `UPDATE_GOLDEN=1 cargo test -p aftershow-tests --test golden` writes the answers of today into the file;
//! the change is then part of the review.

use aftershow_core::{Engine, Manifest, Outcome, QueryError};
use aftershow_tests::{BuiltPack, Case, Expected, golden_path};

#[test]
fn the_engine_answers_every_golden_case_with_the_same_ids_and_scores() {
    let pack = BuiltPack::sample();
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(golden_path()).unwrap()).unwrap();
    assert!(cases.len() >= 15, "only {} cases", cases.len());
    let answered: Vec<Case> = cases
        .iter()
        .map(|case| {
            let (items, error) = match pack.ask(&case.ask.query()) {
                Ok(answer) => (Some(Expected::of(&answer)), None),
                Err(code) => (None, Some(code)),
            };
            Case {
                items,
                error,
                ..case.clone()
            }
        })
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let json = serde_json::to_string_pretty(&answered).unwrap();
        std::fs::write(golden_path(), json + "\n").unwrap();
        return;
    }
    for (case, answered) in cases.iter().zip(&answered) {
        assert_eq!(case, answered, "{}", case.name);
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
