//! Search in the titles, against one that looks at every title by itself and counts typos by a table.

mod support;

use aftershow_core::{
    Engine, Matched, OpenError, Outcome, Part, QueryError, SearchQuery, SearchResults, Weights,
    fold::{Word, Words},
    pack::{
        PartEntry, Writer,
        display::{self, DisplayData},
        items::ItemsData,
        layout::kind,
        search,
        shard::{self, ShardData},
    },
};
use proptest::prelude::*;
use support::{Plain, damage::damage_part, features, id, manifest, row_of};

/// An engine of titles in the order of their popularity, with the index but without cards.
fn index(titles: &[&str], shards: &[u64]) -> Engine {
    let mut manifest = manifest(titles.len(), Weights::DEFAULT, None);
    manifest.parts.push(PartEntry {
        kind: "search".into(),
        name: String::new(),
        file: "search.bin".into(),
        bytes: 0,
        sha256: String::new(),
        optional: true,
    });
    let mut engine = Engine::open(manifest).unwrap();
    engine
        .attach(Part::Search, search::write(titles, shards).unwrap())
        .unwrap();
    engine
}

fn engine(titles: &[&str]) -> Engine {
    let mut engine = index(titles, &[]);
    let plain = vec![Plain::default(); titles.len()];
    engine.attach(Part::Features, features(&plain, 1)).unwrap();
    let mut out = Writer::new(kind::DISPLAY);
    display::write(&mut out, &cards(titles));
    engine.attach(Part::Display, out.finish().unwrap()).unwrap();
    engine
}

fn cards<'t>(titles: &[&'t str]) -> DisplayData<'t> {
    let items = titles.len();
    DisplayData {
        names: titles.to_vec(),
        runtimes: vec![0; items],
        ratings: vec![None; items],
        images: vec![""; items],
        urls: vec![""; items],
    }
}

fn answer(outcome: Result<Outcome<SearchResults>, QueryError>) -> SearchResults {
    match outcome.unwrap() {
        Outcome::Answer(found) => found,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

fn found(engine: &Engine, q: &str) -> Vec<(String, Matched)> {
    let found = answer(engine.search(&SearchQuery::of(q)));
    found
        .items
        .into_iter()
        .map(|item| (item.card.name, item.matched))
        .collect()
}

const TITLES: [&str; 14] = [
    "Game of Thrones",
    "Breaking Bad",
    "The Office",
    "Office Space",
    "Amélie",
    "Spider-Man: No Way Home",
    "The Amazing Spider-Man",
    "Grey's Anatomy",
    "Friends",
    "S.W.A.T.",
    "Star Trek",
    "Fast & Furious",
    "Stargate",
    "進撃の巨人",
];

#[test]
fn titles_are_found_in_the_best_way_that_they_fit() {
    use Matched::{Partial, Prefix, Title, TitlePrefix, Typo, Words};
    let engine = engine(&TITLES);
    for (q, expected) in [
        ("game of thrones", vec![("Game of Thrones", Title)]),
        ("GAME OF THR", vec![("Game of Thrones", TitlePrefix)]),
        ("gmae of thrnes", vec![("Game of Thrones", Typo)]),
        ("thrones game", vec![("Game of Thrones", Words)]),
        ("ga thron", vec![("Game of Thrones", Prefix)]),
        ("amelie", vec![("Amélie", Title)]),
        ("AMÉLIE!", vec![("Amélie", Title)]),
        ("office", vec![("The Office", Title), ("Office Space", TitlePrefix)]),
        ("the office", vec![("The Office", Title)]),
        ("freinds", vec![("Friends", Typo)]),
        (
            "spiderman",
            vec![
                ("Spider-Man: No Way Home", TitlePrefix),
                ("The Amazing Spider-Man", Words),
            ],
        ),
        ("spider-man no way home", vec![("Spider-Man: No Way Home", Title)]),
        ("greys anatomy", vec![("Grey's Anatomy", Title)]),
        ("grey’s anatomy", vec![("Grey's Anatomy", Title)]),
        ("swat", vec![("S.W.A.T.", Title)]),
        ("star", vec![("Star Trek", TitlePrefix), ("Stargate", TitlePrefix)]),
        ("fast and furious", vec![("Fast & Furious", Title)]),
        ("進撃", vec![("進撃の巨人", TitlePrefix)]),
        ("breaking bad season two", vec![("Breaking Bad", Partial)]),
        ("qqqqqqqqqqqq", vec![]),
        (" -- ", vec![]),
        ("", vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(name, how)| (name.to_owned(), how)).collect();
        assert_eq!(found(&engine, q), expected, "{q}");
    }
}

#[test]
fn of_equals_the_more_popular_comes_first_and_no_more_than_asked_for() {
    let titles: Vec<String> = (0..200).map(|row| format!("Night {row}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let engine = engine(&titles);
    for limit in [1, 10, 100] {
        let query = SearchQuery {
            limit,
            ..SearchQuery::of("night")
        };
        let found = answer(engine.search(&query));
        let rows: Vec<usize> = found.items.iter().map(|item| row_of(&item.card.id)).collect();
        assert_eq!(rows, (0..limit).collect::<Vec<_>>());
    }
    // A number is another one with a typo.
    assert_eq!(found(&engine, "night 1990")[0].1, Matched::Partial);
}

#[test]
fn what_can_not_be_asked_is_refused_by_name() {
    let engine = engine(&TITLES);
    let refused = |q: String, limit| match engine.search(&SearchQuery { q, limit }) {
        Err(QueryError::InvalidParameter { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused("x".repeat(201), 10), "q");
    let many: String = ('a'..='q').map(|letter| format!("{letter} ")).collect();
    assert_eq!(refused(many.clone(), 10), "q");
    assert_eq!((refused("a".into(), 0), refused("a".into(), 101)), ("limit", "limit"));
    assert!(engine.search(&SearchQuery::of(&many[..32])).is_ok());
    assert!(engine.search(&SearchQuery::of("a ".repeat(100))).is_ok());
    let without = Engine::open(manifest(1, Weights::DEFAULT, None)).unwrap();
    let error = without.search(&SearchQuery::of("a")).unwrap_err();
    assert_eq!((error.clone(), error.code()), (QueryError::NoSearch, "no_search"));
}

fn needed(engine: &Engine, query: &SearchQuery) -> Vec<Part> {
    match engine.search(query).unwrap() {
        Outcome::NeedParts(files) => files.into_iter().map(|file| file.part).collect(),
        Outcome::Answer(answer) => panic!("{answer:?}"),
    }
}

/// A shard with the one item of this row.
fn shard(titles: &[&str], row: usize) -> Vec<u8> {
    let data = ShardData {
        popularity: vec![],
        items: ItemsData {
            ids: vec![id(row)],
            years: vec![1990],
            attributes: vec![],
        },
        display: cards(&titles[row..=row]),
        lists: vec![vec![]],
        length: 1,
        rows: vec![row as u32],
    };
    shard::write(&data).unwrap()
}

#[test]
fn cards_come_from_the_shards_of_what_was_found_or_from_the_catalogue_if_those_are_many() {
    let titles: Vec<String> = (0..100).map(|row| format!("Night {row}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let names: Vec<u64> = (1..=100).collect();
    let mut lazy = index(&titles, &names);
    let query = SearchQuery {
        limit: 3,
        ..SearchQuery::of("night")
    };
    assert_eq!(needed(&lazy, &query), [Part::Shard(1), Part::Shard(2), Part::Shard(3)]);
    for (row, name) in names.iter().enumerate().take(3) {
        lazy.attach(Part::Shard(*name), shard(&titles, row)).unwrap();
    }
    let found = answer(lazy.search(&query));
    let shown: Vec<_> = found
        .items
        .iter()
        .map(|item| (item.card.name.as_str(), item.card.year))
        .collect();
    assert_eq!(
        shown,
        [
            ("Night 0", Some(1990)),
            ("Night 1", Some(1990)),
            ("Night 2", Some(1990))
        ]
    );
    // A shard of other items than the index says.
    lazy.attach(Part::Shard(2), shard(&titles, 7)).unwrap();
    let error = lazy.search(&query).unwrap_err();
    assert_eq!(error.code(), "pack_inconsistent");
    let many = SearchQuery { limit: 17, ..query };
    assert_eq!(needed(&lazy, &many), [Part::Features, Part::Display]);
    let unread = Engine::open(lazy.manifest().clone()).unwrap();
    assert_eq!(needed(&unread, &many), [Part::Search]);
}

/// The same distance by a table.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut table = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let wrong = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                wrong.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            };
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
            }
        }
    }
    table[a.len()][b.len()]
}

/// What a word of the query costs beside a word of a title.
fn cost(wanted: &str, last: bool, known: &str) -> Option<usize> {
    let (letters, word): (Vec<char>, Vec<char>) = (wanted.chars().collect(), known.chars().collect());
    let most = match letters.len() {
        _ if wanted.contains(|letter: char| letter.is_ascii_digit()) => 0,
        4..=7 => 1,
        8..=32 => 2,
        _ => 0,
    };
    let whole = Some(distance(&letters, &word))
        .filter(|typos| *typos <= most)
        .map(|typos| typos * 1024);
    let beginning = (0..=word.len())
        .map(|end| distance(&letters, &word[..end]))
        .min()
        .filter(|typos| *typos <= most);
    let beginning = beginning.and_then(|typos| match (last, typos) {
        (true, typos) => Some(typos * 1024 + 1),
        (false, 0) if letters.len() > 1 => Some(16),
        _ => None,
    });
    whole.into_iter().chain(beginning).min()
}

/// Rank and way of a title, by itself: the smaller the better.
fn rank(query: &[Word], title: &str) -> Option<(usize, Matched)> {
    let words = Words::of(title);
    let all: Vec<&Word> = words.each.iter().chain(&words.joined).collect();
    let far = |place: Option<usize>| place.unwrap_or(3).min(3);
    let first = |text: &str| {
        all.iter()
            .filter(|word| word.text == text)
            .map(|word| far(word.place))
            .min()
    };
    let (mut sum, mut in_place, mut ends) = (0, true, false);
    for (at, word) in query.iter().enumerate() {
        let last = at + 1 == query.len();
        let costs: Vec<(usize, &Word)> = all
            .iter()
            .filter_map(|known| Some((cost(&word.text, last, &known.text)?, *known)))
            .collect();
        let least = costs.iter().map(|(cost, _)| *cost).min()?;
        let best = || costs.iter().filter(|(cost, _)| *cost == least);
        sum += least;
        in_place &= word
            .place
            .is_none_or(|place| best().any(|(_, known)| first(&known.text) == Some(place.min(3))));
        ends = best().any(|(_, known)| known.last);
    }
    Some(match sum {
        0 if in_place && ends => (0, Matched::Title),
        0 | 1 if in_place => (1, Matched::TitlePrefix),
        0 => (2, Matched::Words),
        1..1024 => (2 + sum, Matched::Prefix),
        _ => (2 + sum, Matched::Typo),
    })
}

/// The best titles, each looked at by itself.
fn by_hand(titles: &[String], q: &str, limit: usize) -> Vec<(usize, Matched)> {
    let mut query: Vec<Word> = Vec::new();
    for word in Words::of(q).each {
        if !query.iter().any(|known| known.text == word.text) {
            query.push(word);
        }
    }
    if query.is_empty() {
        return vec![];
    }
    let ranked = titles.iter().enumerate();
    let mut ranked: Vec<(usize, usize, Matched)> = ranked
        .filter_map(|(row, title)| rank(&query, title).map(|(rank, matched)| (rank, row, matched)))
        .collect();
    if ranked.is_empty() {
        let letters = |word: &Word| word.text.chars().count();
        let all: usize = query.iter().map(letters).sum();
        for (row, title) in titles.iter().enumerate() {
            let words = Words::of(title);
            let known: Vec<&Word> = words.each.iter().chain(&words.joined).collect();
            let (mut found, mut sum) = (0, 0);
            for (at, word) in query.iter().enumerate() {
                let costs = known
                    .iter()
                    .filter_map(|known| cost(&word.text, at + 1 == query.len(), &known.text));
                if let Some(least) = costs.min() {
                    (found, sum) = (found + letters(word), sum + least);
                }
            }
            if found > 0 && found * 2 >= all {
                ranked.push(((all - found) * 1_000_000 + sum, row, Matched::Partial));
            }
        }
    }
    ranked.sort();
    // Who finds the very title made no typo.
    if ranked.first().is_some_and(|(rank, ..)| *rank == 0) {
        ranked.retain(|(rank, ..)| *rank <= 3);
    }
    ranked
        .into_iter()
        .map(|(_, row, matched)| (row, matched))
        .take(limit)
        .collect()
}

/// Titles of a few words, so that much is alike.
fn a_title() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "the", "a", "of", "star", "stars", "start", "trek", "wars", "was", "spider", "man", "office", "officer",
        "dark", "park", "friends", "fiends", "Amélie", "11", "1", "x",
    ]);
    let parted = (word, prop::sample::select(vec![" ", " ", " ", "-", ": ", "'"]));
    prop::collection::vec(parted, 0..6)
        .prop_map(|words| words.into_iter().flat_map(|(word, part)| [word, part]).collect())
}

/// Such a title, with letters taken out, put in or swapped, and cut off somewhere.
fn a_query() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..4u8);
    (
        a_title(),
        prop::collection::vec(change, 0..3),
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(title, changes, end, cut)| {
            let mut letters: Vec<char> = title.chars().collect();
            for (place, how) in changes {
                let at = place.index(letters.len() + 1);
                match how {
                    0 if at < letters.len() => drop(letters.remove(at)),
                    1 => letters.insert(at, 'e'),
                    2 if at + 1 < letters.len() => letters.swap(at, at + 1),
                    3 if at < letters.len() => letters[at] = 'o',
                    _ => {}
                }
            }
            if cut {
                letters.truncate(end.index(letters.len() + 1));
            }
            letters.into_iter().collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn the_index_finds_what_a_look_at_every_title_finds(
        titles in prop::collection::vec(a_title(), 1..40),
        q in a_query(),
        limit in 1..12usize,
    ) {
        let names: Vec<&str> = titles.iter().map(String::as_str).collect();
        let found = answer(engine(&names).search(&SearchQuery { q: q.clone(), limit }));
        let found: Vec<_> = found.items.iter().map(|item| (row_of(&item.card.id), item.matched)).collect();
        prop_assert_eq!(found, by_hand(&titles, &q, limit), "{}", q);
    }
}

fn ask(engine: &Engine) {
    for q in [
        "",
        "the",
        "s",
        "spider man",
        "gmae of thrones",
        "office of the anatomy",
        "進撃",
        "home no way",
    ] {
        for limit in [1, 100] {
            match engine.search(&SearchQuery { q: q.into(), limit }) {
                Ok(Outcome::Answer(found)) => {
                    assert!(found.items.len() <= limit);
                    for item in &found.items {
                        assert!(TITLES.contains(&item.card.name.as_str()));
                    }
                }
                Ok(Outcome::NeedParts(parts)) => assert!(!parts.is_empty()),
                Err(error) => assert_eq!(error.code(), "pack_inconsistent"),
            }
        }
    }
}

#[test]
fn damaged_indexes_are_refused_or_answer_with_items_of_the_pack() {
    let shards: Vec<u64> = (0..TITLES.len() as u64).map(|row| row / 4).collect();
    let part = search::write(&TITLES, &shards).unwrap();
    damage_part(&mut engine(&TITLES), Part::Search, &part, ask);
    damage_part(&mut index(&TITLES, &shards), Part::Search, &part, ask);
}

#[test]
fn an_index_of_another_catalogue_is_refused() {
    let mut engine = engine(&TITLES);
    for titles in [&TITLES[1..], &[TITLES.as_slice(), &["One More"]].concat()] {
        let part = search::write(titles, &[]).unwrap();
        let refused = engine.attach(Part::Search, part);
        assert!(matches!(refused, Err(OpenError::Value { .. })), "{refused:?}");
    }
}
