//! The encoder against the obvious computation, on a tiny model with random weights.

mod tiny;

use std::fs;

use aftershow_encoder::Encoder;
use tiny::{HEADS, HIDDEN, LAYERS, Tensors, WORDS};

/// Texts of many lengths: with pieces of words, unknown words, marks, none at all, and more than is read.
const TEXTS: [&str; 9] = [
    "The crew, lost at sea.",
    "ships",
    "A LOVE story",
    "shipwrecks in space",
    "zebra",
    "",
    "the police, the murder, the city, the love, the story, a ship",
    "a ship at sea",
    "sea at ship a",
];

/// The tokens of a text, by the longest piece that fits: of 12 those at the ends are given.
fn tokens(text: &str, most: usize) -> Vec<usize> {
    let place = |piece: &str| WORDS.iter().position(|word| *word == piece);
    let spaced: String = text
        .to_lowercase()
        .chars()
        .flat_map(|c| match c {
            ',' | '.' => vec![' ', c, ' '],
            c => vec![c],
        })
        .collect();
    let mut ids = vec![];
    for word in spaced.split_whitespace() {
        let (mut from, mut pieces) = (0, vec![]);
        while from < word.len() {
            let prefix = if from == 0 { "" } else { "##" };
            let longest = (from + 1..=word.len())
                .rev()
                .find_map(|to| Some((to, place(&format!("{prefix}{}", &word[from..to]))?)));
            let Some((to, id)) = longest else {
                pieces = vec![1];
                break;
            };
            pieces.push(id);
            from = to;
        }
        ids.extend(pieces);
    }
    ids.truncate(most - 2);
    [vec![2], ids, vec![3]].concat()
}

/// The vector of a text, in f64 and loops.
fn vector(weights: &Tensors, ids: &[usize], mean: bool) -> Vec<f64> {
    let row = |name: &str, row: usize, width: usize| -> Vec<f64> {
        let values = &weights[name].1;
        values[row * width..(row + 1) * width]
            .iter()
            .map(|v| f64::from(*v))
            .collect()
    };
    let norm = |name: &str, x: &[f64]| -> Vec<f64> {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let by = row(&format!("{name}.LayerNorm.weight"), 0, x.len());
        let plus = row(&format!("{name}.LayerNorm.bias"), 0, x.len());
        (0..x.len())
            .map(|i| (x[i] - mean) / (variance + 1e-12).sqrt() * by[i] + plus[i])
            .collect()
    };
    let linear = |name: &str, x: &[f64]| -> Vec<f64> {
        let bias = &weights[&format!("{name}.bias")].1;
        let out = |o: usize| {
            let weight = row(&format!("{name}.weight"), o, x.len());
            f64::from(bias[o]) + weight.iter().zip(x).map(|(w, x)| w * x).sum::<f64>()
        };
        (0..bias.len()).map(out).collect()
    };
    let add = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a + b).collect() };

    let mut xs: Vec<Vec<f64>> = vec![];
    for (position, id) in ids.iter().enumerate() {
        let word = row("embeddings.word_embeddings.weight", *id, HIDDEN);
        let place = row("embeddings.position_embeddings.weight", position, HIDDEN);
        let kind = row("embeddings.token_type_embeddings.weight", 0, HIDDEN);
        xs.push(norm("embeddings", &add(&add(&word, &place), &kind)));
    }
    let width = HIDDEN / HEADS;
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let all = |part: &str| -> Vec<Vec<f64>> { xs.iter().map(|x| linear(&name(part), x)).collect() };
        let (queries, keys, values) = (
            all("attention.self.query"),
            all("attention.self.key"),
            all("attention.self.value"),
        );
        let mut next = vec![];
        for (x, query) in xs.iter().zip(&queries) {
            let mut seen = vec![0.0; HIDDEN];
            for head in 0..HEADS {
                let part = head * width..(head + 1) * width;
                let scores: Vec<f64> = keys
                    .iter()
                    .map(|key| part.clone().map(|i| query[i] * key[i]).sum::<f64>() / (width as f64).sqrt())
                    .collect();
                let total: f64 = scores.iter().map(|score| score.exp()).sum();
                for (score, value) in scores.iter().zip(&values) {
                    part.clone().for_each(|i| seen[i] += score.exp() / total * value[i]);
                }
            }
            let x = norm(
                &name("attention.output"),
                &add(&linear(&name("attention.output.dense"), &seen), x),
            );
            let inner: Vec<f64> = linear(&name("intermediate.dense"), &x).into_iter().map(gelu).collect();
            next.push(norm(&name("output"), &add(&linear(&name("output.dense"), &inner), &x)));
        }
        xs = next;
    }
    let pooled: Vec<f64> = match mean {
        true => (0..HIDDEN)
            .map(|i| xs.iter().map(|x| x[i]).sum::<f64>() / xs.len() as f64)
            .collect(),
        false => xs[0].clone(),
    };
    let length = pooled.iter().map(|v| v * v).sum::<f64>().sqrt();
    pooled.into_iter().map(|v| v / length).collect()
}

/// `x·Φ(x)`, with Φ as the integral of the bell curve by Simpson's rule.
fn gelu(x: f64) -> f64 {
    let density = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let steps = 2000;
    let h = x / steps as f64;
    let sum: f64 = (0..=steps)
        .map(|i| {
            let by = if i == 0 || i == steps {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            };
            by * density(i as f64 * h)
        })
        .sum();
    x * (0.5 + sum * h / 3.0)
}

fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    let off = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (f64::from(*a) - b).abs())
        .fold(0.0, f64::max);
    assert!(found.len() == expected.len() && off < 2e-5, "{what}: off by {off}");
}

#[test]
fn vectors_are_those_of_the_obvious_computation() {
    let dir = tempfile::tempdir().unwrap();
    let weights = tiny::write(dir.path());
    let model = Encoder::open(dir.path()).unwrap();
    let found = model.embed(&TEXTS, |_| ()).unwrap();
    for (text, found) in TEXTS.iter().zip(found.chunks(HIDDEN)) {
        assert_near(found, &vector(&weights, &tokens(text, 8), true), text);
    }
}

#[test]
fn lengths_and_pooling_are_as_the_settings_say() {
    let dir = tempfile::tempdir().unwrap();
    let weights = tiny::write(dir.path());
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    put(
        "sentence_bert_config.json",
        r#"{"max_seq_length": 5, "do_lower_case": false}"#,
    );
    put(
        "1_Pooling/config.json",
        r#"{"word_embedding_dimension": 16, "pooling_mode_cls_token": true}"#,
    );
    let model = Encoder::open(dir.path()).unwrap();
    let found = model.embed(&[TEXTS[0]], |_| ()).unwrap();
    assert_near(
        &found,
        &vector(&weights, &tokens(TEXTS[0], 5), false),
        "the first token of 5",
    );

    // Beyond the model's own positions nothing is read, whatever the settings say.
    put("sentence_bert_config.json", r#"{"max_seq_length": 4000}"#);
    let model = Encoder::open(dir.path()).unwrap();
    let found = model.embed(&[TEXTS[6]], |_| ()).unwrap();
    assert_near(
        &found,
        &vector(&weights, &tokens(TEXTS[6], tiny::POSITIONS), false),
        "12 tokens",
    );

    // Without modules.json there is a transformer and a mean.
    fs::remove_file(dir.path().join("modules.json")).unwrap();
    let model = Encoder::open(dir.path()).unwrap();
    let found = model.embed(&[TEXTS[0]], |_| ()).unwrap();
    assert_near(
        &found,
        &vector(&weights, &tokens(TEXTS[0], tiny::POSITIONS), true),
        "the mean",
    );
}

#[test]
fn a_vector_depends_on_its_text_alone() {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path());
    let model = Encoder::open(dir.path()).unwrap();
    let together = model.embed(&TEXTS, |_| ()).unwrap();
    for (text, expected) in TEXTS.iter().zip(together.chunks(HIDDEN)) {
        assert_eq!(model.embed(&[text], |_| ()).unwrap(), expected, "{text} alone");
    }
    let mut backwards = TEXTS;
    backwards.reverse();
    let expected: Vec<f32> = together.chunks(HIDDEN).rev().flatten().copied().collect();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| model.embed(&backwards, |_| ()).unwrap());
        assert_eq!(found, expected, "backwards with {threads} threads");
    }
}

#[test]
fn a_crowd_of_texts_is_told_as_it_is_done_and_each_gets_its_own_vector() {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path());
    let model = Encoder::open(dir.path()).unwrap();
    let few = model.embed(&TEXTS, |_| ()).unwrap();
    let many: Vec<&str> = TEXTS.iter().cycle().take(9 * 700).copied().collect();
    let count = std::sync::atomic::AtomicU64::new(0);
    let found = model
        .embed(&many, |done| {
            count.fetch_add(done, std::sync::atomic::Ordering::Relaxed);
        })
        .unwrap();
    assert_eq!(count.into_inner(), 6300);
    for (text, vector) in found.chunks(HIDDEN).enumerate() {
        assert_eq!(vector, &few[text % 9 * HIDDEN..][..HIDDEN], "{}", TEXTS[text % 9]);
    }
    let lengths = few.chunks(HIDDEN).map(|v| v.iter().map(|v| v * v).sum::<f32>());
    assert!(lengths.into_iter().all(|length| (length - 1.0).abs() < 1e-5));
    assert!(model.embed(&[] as &[&str], |_| ()).unwrap().is_empty());
}
