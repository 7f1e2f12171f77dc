//! The full-size catalogue against an independent float64 implementation. Skipped without the data.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use aftershow_core::{Answer, Engine, Manifest, Outcome, Part, Query, Route};
use aftershow_pipeline::{Catalogue, Config, Progress, assemble, progress::Style, source::Source, tally::Tally};
use aftershow_tests::{BuiltPack, real_data};

/// Titles whose answers are compared: every 84th.
const SAMPLE: usize = 1_000;
const TOP: usize = 20;

/// Content similarity from its definitions, in float64: nothing shared with core but the catalogue and the
/// list of stop words.
struct Oracle {
    genres: Vec<BTreeSet<usize>>,
    metadata: Vec<[Option<String>; 3]>,
    rows: Vec<Vec<(usize, f64)>>,
}

impl Oracle {
    fn of(catalogue: &Catalogue) -> Oracle {
        let stop = Config::default().content.stop_words.words();
        let tokens = |text: &str| -> Vec<String> {
            let lower = text.to_lowercase();
            let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            words
                .filter(|w| w.chars().count() >= 2 && !stop.contains(*w))
                .map(str::to_owned)
                .collect()
        };
        let items = &catalogue.items;
        let documents: Vec<Vec<String>> = items
            .iter()
            .map(|i| tokens(i.summary.as_deref().unwrap_or("")))
            .collect();
        let mut totals: HashMap<&str, (usize, usize)> = HashMap::new();
        for document in &documents {
            document.iter().for_each(|word| totals.entry(word).or_default().0 += 1);
            document
                .iter()
                .collect::<BTreeSet<_>>()
                .iter()
                .for_each(|word| totals.get_mut(word.as_str()).unwrap().1 += 1);
        }
        let mut terms: Vec<(&str, usize, usize)> = totals.iter().map(|(w, (total, df))| (*w, *total, *df)).collect();
        terms.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        terms.truncate(500);
        let n = items.len() as f64;
        let idf: HashMap<&str, (usize, f64)> = terms
            .iter()
            .enumerate()
            .map(|(t, (word, _, df))| (*word, (t, ((1.0 + n) / (1.0 + *df as f64)).ln() + 1.0)))
            .collect();
        let row = |document: &Vec<String>| {
            let mut row: BTreeMap<usize, f64> = BTreeMap::new();
            for (term, weight) in document.iter().filter_map(|word| idf.get(word.as_str())) {
                *row.entry(*term).or_default() += weight;
            }
            let length = row.values().map(|v| v * v).sum::<f64>().sqrt();
            row.into_iter().map(|(term, value)| (term, value / length)).collect()
        };
        let mut numbers: HashMap<&String, usize> = HashMap::new();
        let mut number = |genre| {
            let next = numbers.len();
            *numbers.entry(genre).or_insert(next)
        };
        Oracle {
            genres: items
                .iter()
                .map(|item| item.genres.iter().map(&mut number).collect())
                .collect(),
            metadata: items
                .iter()
                .map(|i| [i.platform.clone(), i.kind.clone(), i.language.clone()])
                .collect(),
            rows: documents.iter().map(row).collect(),
        }
    }

    fn score(&self, a: usize, b: usize, dense: &[f64]) -> f64 {
        let shared = self.genres[a].intersection(&self.genres[b]).count();
        let all = self.genres[a].len() + self.genres[b].len() - shared;
        let genre = if shared == 0 { 0.0 } else { shared as f64 / all as f64 };
        let text: f64 = self.rows[b].iter().map(|(term, value)| dense[*term] * value).sum();
        let pairs = self.metadata[a].iter().zip(&self.metadata[b]);
        let both: Vec<bool> = pairs.filter_map(|(x, y)| Some(x.as_ref()? == y.as_ref()?)).collect();
        let equal = both.iter().filter(|same| **same).count();
        let metadata = if both.is_empty() {
            0.0
        } else {
            equal as f64 / both.len() as f64
        };
        0.4 * genre + 0.5 * text + 0.1 * metadata
    }
}

fn engine_with(pack: &BuiltPack, parts: &[Part]) -> Engine {
    let manifest = Manifest::from_json(&std::fs::read(pack.dir().join("manifest.json")).unwrap()).unwrap();
    let mut engine = Engine::open(manifest).unwrap();
    for part in parts {
        let file = engine.manifest().file(*part).unwrap().file;
        engine
            .attach(*part, std::fs::read(pack.dir().join(file)).unwrap())
            .unwrap();
    }
    engine
}

fn ask(engine: &Engine, query: &Query) -> Answer {
    match engine.answer(query).unwrap() {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

#[test]
fn on_83_658_titles_the_quantized_pack_agrees_with_float64_and_its_lists_with_its_scans() {
    let Some(data) = real_data("catalog-80k/shows.json.gz") else {
        return;
    };
    let spec = format!("tvmaze:{}", data.display());
    let started = Instant::now();
    let pack = BuiltPack::of(&spec, None, 2);
    println!("built in {:.1} s (unoptimised)", started.elapsed().as_secs_f64());

    let config = Config {
        catalog: vec![Source::parse(&spec).unwrap()],
        ..Config::default()
    };
    let catalogue = assemble::fetch(&config, &Progress::new(Style::Quiet), &mut Tally::default()).unwrap();
    let row_of: HashMap<_, usize> = catalogue
        .items
        .iter()
        .enumerate()
        .map(|(row, item)| (item.id.clone(), row))
        .collect();
    let oracle = Oracle::of(&catalogue);

    let stored = engine_with(&pack, &[Part::Features, Part::Display, Part::Neighbours]);
    let scanning = engine_with(&pack, &[Part::Features, Part::Display]);
    let (mut hits, mut wanted, mut largest_error) = (0usize, 0usize, 0.0f64);
    for row in (0..catalogue.items.len())
        .step_by(catalogue.items.len() / SAMPLE)
        .take(SAMPLE)
    {
        let query = Query {
            n: TOP,
            ..Query::similar(catalogue.items[row].id.clone())
        };
        let (listed, scanned) = (ask(&stored, &query), ask(&scanning, &query));
        assert_eq!((listed.route, scanned.route), (Route::Stored, Route::Scan));
        assert_eq!(listed.items, scanned.items, "{}", catalogue.items[row].name);

        let mut dense = vec![0.0; 500];
        oracle.rows[row].iter().for_each(|(term, value)| dense[*term] = *value);
        let exact: Vec<f64> = (0..catalogue.items.len())
            .map(|other| oracle.score(row, other, &dense))
            .collect();
        let mut best: Vec<usize> = (0..exact.len())
            .filter(|other| *other != row && exact[*other] > 0.0)
            .collect();
        best.sort_by(|a, b| exact[*b].total_cmp(&exact[*a]).then(a.cmp(b)));
        best.truncate(TOP);
        // Whatever ties with the last place is as right as it.
        let last = best.last().map_or(0.0, |other| exact[*other]);
        wanted += best.len();
        for item in &listed.items {
            let other = row_of[&item.card.id];
            hits += usize::from(exact[other] >= last - 1e-9);
            largest_error = largest_error.max((item.parts.score - exact[other]).abs());
        }
        for other in &best {
            assert!(exact[*other] > 0.0);
        }
    }
    let overlap = hits as f64 / wanted as f64;
    println!("overlap@{TOP} with float64: {overlap:.4}, largest score error {largest_error:.5}, {SAMPLE} titles");
    assert!(overlap >= 0.99, "overlap@{TOP} is {overlap}");
    assert!(largest_error <= 0.005, "largest score error is {largest_error}");
}
