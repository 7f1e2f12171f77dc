//! Real catalogues, where this machine has them.

use std::path::{Path, PathBuf};

use aftershow_core::ItemId;
use aftershow_pipeline::{
    Catalogue, Config, Progress, assemble,
    gather::{GatherTally, Gathered, gather},
    progress::Style,
    source::{Source, events::EventSource},
    tally::Tally,
};

/// A file of the data folder; `None`, said aloud, if this machine has no such data.
fn data(name: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = std::env::var_os("AFTERSHOW_DATA")
        .map_or(default, PathBuf::from)
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no data at {}", path.display());
    None
}

fn fetch(config: &Config) -> (Catalogue, Tally) {
    let mut tally = Tally::default();
    let catalogue = assemble::fetch(config, &Progress::new(Style::Quiet), &mut tally).unwrap();
    (catalogue, tally)
}

#[test]
fn the_four_streaming_catalogues_load_together_with_the_example_configuration() {
    let Some(folder) = data("streaming") else {
        return;
    };
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/streaming.yaml");
    let mut config = Config::load(&example).unwrap();
    config
        .catalog
        .iter_mut()
        .for_each(|source| source.base = folder.clone());
    let (catalogue, tally) = fetch(&config);
    assert_eq!(
        (catalogue.items.len() as u64, tally.skipped()),
        (tally.read, vec![]),
        "no record is lost"
    );
    assert!(catalogue.items.len() > 20_000);
    let item = catalogue
        .items
        .iter()
        .find(|item| item.id.to_string() == "netflix-s2")
        .unwrap();
    assert_eq!(
        (item.name.as_str(), item.platform.as_deref(), item.kind.as_deref()),
        ("Blood & Water", Some("Netflix"), Some("TV Show"))
    );
    assert_eq!((item.year, item.runtime), (Some(2021), None));
    assert_eq!(item.genres, ["International TV Shows", "TV Dramas", "TV Mysteries"]);
    assert_eq!(
        (&item.attributes["certificate"][..], &item.attributes["seasons"][..]),
        (&["TV-MA".to_owned()][..], &["2".to_owned()][..])
    );
    assert_eq!(item.attributes["country"], ["South Africa"]);
    assert!(item.attributes["cast"].len() > 5 && !item.attributes.contains_key("date_added"));
}

#[test]
fn real_tvmaze_shows_load_without_a_loss_and_are_credited() {
    let Some(file) = data("tvmaze/shows.json") else {
        return;
    };
    let source = Source::parse(&format!("tvmaze:{}", file.display())).unwrap();
    let (catalogue, tally) = fetch(&Config {
        catalog: vec![source],
        strict: true,
        ..Config::default()
    });
    assert_eq!((catalogue.items.len() as u64, tally.skipped()), (tally.read, vec![]));
    assert!(catalogue.attribution.contains("TVmaze"));
    let texts = catalogue.items.iter().filter_map(|item| item.summary.as_deref());
    assert!(
        texts.clone().count() > 700
            && texts
                .clone()
                .all(|text| !text.contains("<p>") && !text.contains("&amp;"))
    );
    assert!(catalogue.items.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
}

/// Users, items with events, pairs, and events read of sources, with their titles if there are any.
fn sizes(catalog: &[String], interactions: &[String]) -> (usize, usize, usize, u64, Gathered) {
    let mut config = Config {
        catalog: catalog.iter().map(|spec| Source::parse(spec).unwrap()).collect(),
        strict: true,
        ..Config::default()
    };
    let sources = interactions.iter().map(|spec| EventSource::parse(spec).unwrap());
    config.interactions.sources = sources.collect();
    let mut tally = GatherTally::default();
    let gathered = gather(&config, &Progress::new(Style::Quiet), &mut tally).unwrap();
    let matrix = &gathered.interactions;
    let mut is_used = vec![false; matrix.item_count];
    matrix.items.iter().for_each(|item| is_used[*item as usize] = true);
    let items = is_used.iter().filter(|used| **used).count();
    (matrix.user_count(), items, matrix.len(), tally.events.read, gathered)
}

fn spec(kind: &str, path: &Path) -> String {
    format!("{kind}:{}", path.display())
}

#[test]
fn movielens_1m_has_its_published_sizes_with_and_without_its_films() {
    let Some(folder) = data("ml-1m") else {
        return;
    };
    let ml = spec("movielens", &folder);
    let (users, items, pairs, read, alone) = sizes(&[], std::slice::from_ref(&ml));
    assert_eq!((users, items, pairs, read), (6040, 3706, 1_000_209, 1_000_209));
    assert_eq!(alone.catalogue.items.len(), 3706);
    let (users, items, pairs, _, with_films) = sizes(std::slice::from_ref(&ml), std::slice::from_ref(&ml));
    assert_eq!(
        (users, items, pairs, with_films.catalogue.items.len()),
        (6040, 3706, 1_000_209, 3883)
    );
    let item = |id: u64| {
        with_films
            .catalogue
            .items
            .iter()
            .find(|item| item.id == ItemId::Int(id))
            .unwrap()
    };
    assert_eq!(
        (item(2858).name.as_str(), item(2858).year),
        ("American Beauty", Some(1999))
    );
    assert_eq!(item(2571).name, "The Matrix");
    assert_eq!(item(73).name, "Les Misérables");
    assert_eq!(item(73).genres, ["Drama", "Musical"]);
    assert!(with_films.interactions.popularity.is_sorted_by(|a, b| a >= b));
}

#[test]
fn movielens_100k_has_its_published_sizes_and_its_folds_add_up() {
    let Some(folder) = data("ml-100k") else {
        return;
    };
    let ml = spec("movielens", &folder);
    let (users, items, pairs, _, whole) = sizes(std::slice::from_ref(&ml), std::slice::from_ref(&ml));
    assert_eq!(
        (users, items, pairs, whole.catalogue.items.len()),
        (943, 1682, 100_000, 1682)
    );
    let fold = ["u1.base", "u1.test"].map(|name| spec("movielens", &folder.join(name)));
    let (users, items, pairs, ..) = sizes(&[], &fold);
    assert_eq!((users, items, pairs), (943, 1682, 100_000));
}

#[test]
fn gowalla_and_real_viewing_have_their_published_sizes() {
    if let Some(folder) = data("gowalla") {
        let parts = ["train.txt", "test.txt"].map(|name| spec("user-items", &folder.join(name)));
        let (users, items, ..) = sizes(&[], &parts);
        assert_eq!((users, items), (29_858, 40_981));
    }
    if let Some(folder) = data("cs246-tv") {
        let catalog = spec("csv", &folder.join("shows.csv"));
        let (users, _, pairs, _, gathered) = sizes(&[catalog], &[spec("user-items", &folder.join("watched.txt"))]);
        assert_eq!((users, pairs, gathered.catalogue.items.len()), (9985, 758_878, 563));
    }
}
