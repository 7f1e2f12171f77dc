//! Real catalogues, where this machine has them.

use std::path::{Path, PathBuf};

use aftershow_pipeline::{Catalogue, Config, Progress, assemble, progress::Style, source::Source, tally::Tally};

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
