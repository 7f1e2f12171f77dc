//! Writes the log of the sample: `cargo run --release -p aftershow-pipeline --example make_sample_log`.
//!
//! Everybody in it is invented. A person has two shows that stand for a taste, drawn by how widely known shows are; how
//! well any other show fits is how many genres it shares with one of the two, and whether language, decade and
//! platform are the same. Shows are watched by that and by how widely known they are. What fits is often liked,
//! what does not is now and then skipped or disliked. So there is something in the log for a model to find, and
//! nothing about real people.

use std::{collections::BTreeSet, fmt::Write as _, fs, io::Write as _, path::Path};

use aftershow_pipeline::{
    Catalogue, CatalogueItem, Config, Progress, assemble, progress::Style, random::Random, source::Source, tally::Tally,
};
use flate2::{Compression, GzBuilder};

const SEED: u64 = 2024;
const PEOPLE: usize = 360;
/// 2024-01-01, and the seconds of the two years after it.
const FIRST: i64 = 1_704_067_200;
const SPAN: f64 = 2.0 * 365.0 * 86_400.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config {
        catalog: vec![Source::parse("sample")?],
        ..Config::default()
    };
    let shows = assemble::fetch(&config, &Progress::new(Style::Quiet), &mut Tally::default())?;
    let mut events: Vec<(i64, String)> = (1..=PEOPLE).flat_map(|person| events_of(person, &shows)).collect();
    // A log is written as things happen.
    events.sort();
    let lines: String = events.into_iter().map(|(_, line)| line).collect();
    // No time and no name in the header: equal logs are equal bytes.
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(lines.as_bytes())?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/events.jsonl.gz");
    let bytes = gzip.finish()?;
    println!(
        "{} lines, {} bytes to {}",
        lines.lines().count(),
        bytes.len(),
        path.display()
    );
    Ok(fs::write(path, bytes)?)
}

fn events_of(person: usize, shows: &Catalogue) -> Vec<(i64, String)> {
    let id = format!("synthetic-{person:04}");
    let mut random = Random::of(SEED, &id);
    let known: Vec<f64> = shows
        .items
        .iter()
        .map(|show| (show.weight.unwrap_or(30.0) / 100.0).powi(3))
        .collect();
    let tastes = [draw(&known, &mut random), draw(&known, &mut random)];
    let fit = |show: &CatalogueItem| {
        let fits = tastes.iter().map(|taste| likeness(show, &shows.items[*taste]));
        fits.fold(0.0, f64::max)
    };
    let fits: Vec<f64> = shows.items.iter().map(fit).collect();
    let mut chances: Vec<f64> = known
        .iter()
        .zip(&fits)
        .map(|(known, fit)| known * (5.0 * fit).exp())
        .collect();
    // Between 4 and about 80 shows, the middle some 20.
    let count = (20.0 * (0.6 * random.normal()).exp()).clamp(4.0, 80.0) as usize;
    let mut events = Vec::new();
    for _ in 0..count {
        let row = draw(&chances, &mut random);
        chances[row] = 0.0; // nobody watches a show for the first time twice
        let mut time = FIRST + (random.unit() * SPAN) as i64;
        let mut tell = |kind: &str| {
            let mut line = String::new();
            let show = &shows.items[row].id;
            writeln!(
                line,
                r#"{{"user_id":"{id}","item_id":{show},"type":"{kind}","timestamp":{time}}}"#
            )
            .ok();
            events.push((time, line));
            time += 3600;
        };
        tell("watch");
        let (fit, chance) = (fits[row], random.unit());
        match () {
            () if chance < 0.45 * fit => tell("like"),
            () if chance < 0.55 * fit => tell("playlist_add"),
            () if chance > 1.0 - 0.15 * (1.0 - fit) => tell("dislike"),
            () if chance > 1.0 - 0.35 * (1.0 - fit) => tell("skip"),
            () => {}
        }
    }
    events
}

/// 0 to 1: mostly the genres in common, then language, decade and platform.
fn likeness(a: &CatalogueItem, b: &CatalogueItem) -> f64 {
    let genres = |show: &CatalogueItem| show.genres.iter().cloned().collect::<BTreeSet<String>>();
    let (of_a, of_b) = (genres(a), genres(b));
    let all = of_a.union(&of_b).count().max(1);
    let decade = |show: &CatalogueItem| show.year.map(|year| year / 10);
    let same = |equal: bool, weight: f64| if equal { weight } else { 0.0 };
    0.7 * of_a.intersection(&of_b).count() as f64 / all as f64
        + same(a.language == b.language, 0.1)
        + same(decade(a) == decade(b), 0.1)
        + same(a.platform == b.platform, 0.1)
}

/// A row, each with its chance.
fn draw(chances: &[f64], random: &mut Random) -> usize {
    let mut left = random.unit() * chances.iter().sum::<f64>();
    let found = chances.iter().position(|chance| {
        left -= chance;
        left < 0.0
    });
    found.unwrap_or(0)
}
