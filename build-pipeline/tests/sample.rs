//! The sample has the form that its README promises.

use std::collections::BTreeSet;

use aftershow_core::ItemId;
use aftershow_pipeline::{Catalogue, Config, Progress, assemble, progress::Style, source::Source, tally::Tally};

fn sample() -> Catalogue {
    let config = Config {
        catalog: vec![Source::parse("sample").unwrap()],
        strict: true,
        ..Config::default()
    };
    let mut tally = Tally::default();
    let catalogue = assemble::fetch(&config, &Progress::new(Style::Quiet), &mut tally).unwrap();
    assert_eq!((tally.skipped(), tally.dropped()), (vec![], vec![]));
    catalogue
}

#[test]
fn it_has_300_shows_of_many_genres_languages_and_platforms() {
    let items = sample().items;
    assert!(items.len() >= 300, "{}", items.len());
    let genres: BTreeSet<&String> = items.iter().flat_map(|item| &item.genres).collect();
    let languages: BTreeSet<_> = items.iter().flat_map(|item| &item.language).collect();
    let platforms: BTreeSet<_> = items.iter().flat_map(|item| &item.platform).collect();
    let names: BTreeSet<_> = items.iter().map(|item| (&item.name, item.year)).collect();
    assert!(
        genres.len() >= 15 && languages.len() >= 10 && platforms.len() >= 40,
        "{genres:?} {languages:?} {platforms:?}"
    );
    assert_eq!(names.len(), items.len(), "no show twice");
}

#[test]
fn every_show_has_year_type_platform_and_a_summary_of_25_to_60_words_and_nearly_every_one_genres() {
    let items = sample().items;
    // Quiz and talent shows often have none.
    let without = items.iter().filter(|item| item.genres.is_empty()).count();
    assert!(without * 50 <= items.len(), "{without} shows have no genre");
    for item in items {
        let words = item.summary.as_deref().unwrap_or_default().split_whitespace().count();
        assert!((25..=60).contains(&words), "{}: {words} words", item.name);
        assert!(item.year.is_some() && item.kind.is_some(), "{}", item.name);
        assert!(item.platform.is_some(), "{}", item.name);
        assert!(
            item.weight.is_some_and(|weight| (0.0..=100.0).contains(&weight)),
            "{}",
            item.name
        );
    }
}

#[test]
fn two_shows_have_the_ids_that_people_know() {
    let items = sample().items;
    let name = |id| {
        items
            .iter()
            .find(|item| item.id == ItemId::Int(id))
            .map(|item| item.name.as_str())
    };
    assert_eq!((name(82), name(169)), (Some("Game of Thrones"), Some("Breaking Bad")));
}
