//! Recommendations against an oracle that scores every item from dense float vectors and sorts them all.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use aftershow_core::{
    Query, Source, Weights,
    pack::{CollaborativeData, PersonFactors},
};
use proptest::prelude::*;
use support::{
    Plain, answer,
    cases::{Case, GENRES, TERMS, case},
    pages, row_of,
};

// The oracle: dense vectors in f64, from the definitions.

#[derive(Clone, Debug)]
struct Expected {
    content: Vec<f64>,
    collaborative: Vec<f64>,
    /// What 8 + 16 bits may be off by, on each side.
    content_error: f64,
    collaborative_error: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    match dot(a, a) {
        0.0 => 1.0,
        squares => squares.sqrt(),
    }
}

/// An item's dense vectors, as the pack holds them.
struct Dense {
    genres: Vec<f64>,
    text: Vec<f64>,
    metadata: [Option<String>; 3],
    year: u16,
}

fn dense(item: &Plain) -> Dense {
    let mut genres = vec![0.0; GENRES.len()];
    item.genres
        .iter()
        .for_each(|g| genres[GENRES.iter().position(|known| known == g).unwrap()] = 1.0);
    let norm = length(&genres);
    genres.iter_mut().for_each(|g| *g /= norm);
    let mut text = vec![0.0; TERMS];
    let row = aftershow_core::quant::quantize_row(&item.text);
    for (term, code) in row.terms.iter().zip(&row.codes) {
        text[usize::from(*term)] = f64::from(*code) * f64::from(row.scale);
    }
    Dense {
        genres,
        text,
        metadata: item.metadata.clone(),
        year: item.year,
    }
}

fn near(a: u16, b: u16) -> f64 {
    match (a, b) {
        (0, _) | (_, 0) => 0.0,
        _ => (1.0 - f64::from(a.abs_diff(b)) / 25.0).max(0.0),
    }
}

struct Content {
    genres: Vec<f64>,
    text: Vec<f64>,
}

fn sums(items: &[Dense], events: &[(usize, f64)]) -> Content {
    let mut genres = vec![0.0; GENRES.len()];
    let mut text = vec![0.0; TERMS];
    for (row, weight) in events {
        genres
            .iter_mut()
            .zip(&items[*row].genres)
            .for_each(|(s, x)| *s += weight * x);
        text.iter_mut()
            .zip(&items[*row].text)
            .for_each(|(s, x)| *s += weight * x);
    }
    let mut order: Vec<usize> = (0..TERMS).collect();
    order.sort_by(|a, b| text[*b].total_cmp(&text[*a]).then(a.cmp(b)));
    order.iter().skip(32).for_each(|term| text[*term] = 0.0);
    Content { genres, text }
}

/// Score of item `j` for events, by the lengths of the `liked` ones.
fn content_score(items: &[Dense], events: &[(usize, f64)], liked: &[(usize, f64)], j: usize, w: &Weights) -> f64 {
    let (own, by) = (sums(items, events), sums(items, liked));
    let genre = dot(&own.genres, &items[j].genres) / length(&by.genres);
    let text = dot(&own.text, &items[j].text) / length(&by.text);
    let total = |has: &dyn Fn(&Dense) -> bool, of: &[(usize, f64)]| -> f64 {
        of.iter()
            .filter(|(row, _)| has(&items[*row]))
            .map(|(_, weight)| weight)
            .sum()
    };
    let (mut sum, mut both) = (0.0, 0.0);
    for a in 0..3 {
        let has = |item: &Dense| item.metadata[a].is_some();
        let known = total(&has, events);
        if items[j].metadata[a].is_none() || known <= 0.0 {
            continue;
        }
        let lengths = match total(&has, liked) {
            0.0 => 1.0,
            lengths => lengths,
        };
        both += 1.0;
        sum += total(&|item| item.metadata[a] == items[j].metadata[a], events) / lengths;
    }
    let metadata = if both > 0.0 { sum / both } else { 0.0 };
    let years: f64 = events
        .iter()
        .map(|(row, weight)| weight * near(items[*row].year, items[j].year))
        .sum();
    let lengths = match total(&|item| item.year > 0, liked) {
        0.0 => 1.0,
        lengths => lengths,
    };
    f64::from(w.genre) * genre
        + f64::from(w.text) * text
        + f64::from(w.metadata) * metadata
        + f64::from(w.year) * years / lengths
}

/// Solves a system by Gauss's elimination with pivots.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|x, y| a[*x][k].abs().total_cmp(&a[*y][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for row in k + 1..n {
            let by = a[row][k] / a[k][k];
            let pivot = a[k].clone();
            a[row].iter_mut().zip(&pivot).skip(k).for_each(|(x, y)| *x -= by * y);
            b[row] -= by * b[k];
        }
    }
    for k in (0..n).rev() {
        for other in k + 1..n {
            b[k] -= a[k][other] * b[other];
        }
        b[k] /= a[k][k];
    }
    b
}

/// Scores of all items for events, and what the codes of the person's vector may be off by.
fn model_scores(data: &CollaborativeData, events: &[(usize, f64)]) -> (Vec<f64>, f64) {
    let rank = data.rank;
    let row = |codes: &[i8], scales: &[f32], i: usize| -> Vec<f64> {
        (0..rank)
            .map(|k| f64::from(scales[i]) * f64::from(codes[i * rank + k]))
            .collect()
    };
    let item = |i: usize| row(&data.item_factors, &data.item_scales, i);
    let vector = match &data.person {
        PersonFactors::Linear { scales } => {
            let mut sum = vec![0.0; rank];
            for (i, weight) in events {
                sum.iter_mut()
                    .zip(row(&data.item_factors, scales, *i))
                    .for_each(|(s, x)| *s += weight * x);
            }
            sum
        }
        PersonFactors::Ridge { gram } => {
            let mut a: Vec<Vec<f64>> = (0..rank)
                .map(|i| (0..rank).map(|j| f64::from(gram[i * rank + j])).collect())
                .collect();
            let mut b = vec![0.0; rank];
            for (i, weight) in events {
                let v = item(*i);
                for k in 0..rank {
                    b[k] += weight * v[k];
                    (0..rank).for_each(|l| a[k][l] += weight * v[k] * v[l]);
                }
            }
            solve(a, b)
        }
    };
    let largest = vector.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let mut scores: Vec<f64> = (0..data.items).map(|j| dot(&vector, &item(j))).collect();
    let sum_of_factors = (0..data.items)
        .map(|j| item(j).iter().map(|x| x.abs()).sum::<f64>())
        .fold(0.0, f64::max);
    for (i, weight) in events {
        let (columns, codes) = data.sparse.row(*i);
        for (column, code) in columns.iter().zip(codes) {
            scores[*column as usize] += weight * f64::from(data.sparse.scales[*i]) * f64::from(*code);
        }
    }
    let magnitude = scores.iter().fold(0.0f64, |most, x| most.max(x.abs())) + largest * sum_of_factors;
    (scores, largest / 65_534.0 * sum_of_factors + magnitude * 1e-5)
}

fn side(liked: &[f64], disliked: &[f64]) -> Option<Vec<f64>> {
    let most = liked.iter().fold(0.0f64, |most, x| most.max(*x));
    let score = |(s, d): (&f64, &f64)| ((s - d.max(0.0)) / most).clamp(0.0, 1.0);
    (most > 0.0).then(|| liked.iter().zip(disliked).map(score).collect())
}

/// Items with weights.
type Events = Vec<(usize, f64)>;

fn added_up(case: &Case) -> (Events, Events) {
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for (row, weight) in case.history.iter().filter(|(row, _)| *row < case.plain.len()) {
        *sums.entry(*row).or_default() += f64::from(*weight);
    }
    let liked = sums
        .iter()
        .filter(|(_, w)| **w > 0.0)
        .map(|(row, w)| (*row, *w))
        .collect();
    let disliked = sums
        .iter()
        .filter(|(_, w)| **w < 0.0)
        .map(|(row, w)| (*row, -*w))
        .collect();
    (liked, disliked)
}

/// The raw scores of both sides for what was liked and for what was disliked.
fn expected(case: &Case) -> Expected {
    let items: Vec<Dense> = case.plain.iter().map(dense).collect();
    let (liked, disliked) = added_up(case);
    let n = items.len();
    let total: f64 = case.genres.iter().map(|(_, weight)| f64::from(*weight)).sum();
    let share = if total > 0.0 && !liked.is_empty() { 0.5 } else { 1.0 };
    let preferred = |j: usize| -> f64 {
        let has = |genre: &String| case.plain[j].genres.contains(genre);
        let shared: f64 = case
            .genres
            .iter()
            .filter(|(g, _)| has(g))
            .map(|(_, w)| f64::from(*w))
            .sum();
        if total > 0.0 { shared / total } else { 0.0 }
    };
    let w = &case.weights;
    let plus: Vec<f64> = (0..n)
        .map(|j| share * (content_score(&items, &liked, &liked, j, w) + preferred(j)))
        .collect();
    let minus: Vec<f64> = (0..n)
        .map(|j| share * content_score(&items, &disliked, &liked, j, w))
        .collect();
    let silent = vec![0.0; n];
    let most = |scores: &[f64]| scores.iter().fold(0.0f64, |most, x| most.max(*x));
    // 15-bit weights of 32 terms at most, of both profiles; and single precision.
    let size = 1.0 + disliked.iter().map(|(_, w)| w).sum::<f64>();
    let content_error = 32.0 * size / 65_534.0 / most(&plus).max(1e-9);
    let content = side(&plus, &minus);
    let (plus, plus_error) = model_scores(&case.data, &liked);
    let (minus, minus_error) = model_scores(&case.data, &disliked);
    let collaborative = side(&plus, &minus).filter(|_| !liked.is_empty());
    Expected {
        content: content.unwrap_or_else(|| silent.clone()),
        collaborative: collaborative.unwrap_or(silent),
        content_error,
        collaborative_error: 2.0 * (plus_error + minus_error) / most(&plus).max(1e-9),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn scores_are_those_of_dense_vectors(case in case()) {
        let engine = case.engine();
        let query = Query { include_seen: true, ..case.query() };
        let found = answer(&engine, &query);
        let expected = expected(&case);
        prop_assert_eq!(found.total, case.plain.len());
        let unknown = case.history.iter().filter(|(row, _)| *row >= case.plain.len()).count();
        prop_assert_eq!(found.unknown_items, unknown);
        prop_assert!((found.weights.content + found.weights.collaborative - 1.0).abs() < 1e-6);
        // A largest score that is all rounding says nothing about what the others divided by it should be.
        prop_assume!(expected.content_error < 0.01 && expected.collaborative_error < 0.01);
        for item in &found.items {
            let row = row_of(&item.card.id);
            let content = (item.content_score - expected.content[row]).abs();
            prop_assert!(content <= expected.content_error + 2e-5, "content {item:?}: {}", expected.content[row]);
            let collaborative = (item.collaborative_score - expected.collaborative[row]).abs();
            prop_assert!(
                collaborative <= expected.collaborative_error + 2e-5,
                "collaborative {item:?}: {}", expected.collaborative[row]
            );
            if item.source != Source::Popular {
                let sum = f64::from(found.weights.content) * item.content_score
                    + f64::from(found.weights.collaborative) * item.collaborative_score;
                prop_assert!((item.score - sum.min(1.0)).abs() <= 3e-6, "{item:?} and not {sum}");
            }
        }
    }

    #[test]
    fn the_order_is_that_of_a_whole_sort_and_pages_are_its_pieces(case in case(), n in 1usize..30) {
        let engine = case.engine();
        let query = case.query();
        let all = pages(&engine, &query, n);
        let rows: Vec<usize> = all.iter().map(|item| row_of(&item.card.id)).collect();
        // Every item once, but those that were seen.
        let seen: BTreeSet<usize> = case.history.iter().map(|(row, _)| *row).filter(|row| *row < case.plain.len()).collect();
        let wanted: BTreeSet<usize> = (0..case.plain.len()).filter(|row| case.include_seen || !seen.contains(row)).collect();
        prop_assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), wanted);
        prop_assert_eq!(rows.len(), all.len());
        // By score, then by row; rounding to six decimals makes some scores equal that are not.
        let personal = all.iter().take_while(|item| item.source != Source::Popular).count();
        for (a, b) in all.iter().zip(&all[1.min(all.len())..]) {
            prop_assert!(a.score >= b.score, "{a:?} before {b:?}");
        }
        prop_assert!(all[personal..].iter().all(|item| item.source == Source::Popular));
        prop_assert!(rows[personal..].is_sorted());
        // The same in one piece, and with other pages.
        let whole = answer(&engine, &Query { n: 100, ..query.clone() });
        prop_assert_eq!(&whole.items, &all);
        for offset in 0..=all.len() + 1 {
            let page = answer(&engine, &Query { n: 3, offset, ..query.clone() });
            prop_assert_eq!(&page.items[..], all.get(offset..).map_or(&[][..], |rest| &rest[..rest.len().min(3)]));
            let popular = page.items.iter().any(|item| item.source == Source::Popular);
            let signal = whole.items.iter().any(|item| item.content_score > 0.0 || item.collaborative_score > 0.0);
            prop_assert!(!popular || page.fallback_used);
            prop_assert!(popular || page.fallback_used != (signal || personal > 0) || page.items.is_empty());
        }
    }

    #[test]
    fn dislikes_never_raise_a_score(case in case()) {
        let engine = case.engine();
        let query = Query { include_seen: true, ..case.query() };
        let before = {
            // The same person without the events of what they dislike on the whole.
            let (_, disliked) = added_up(&case);
            let mut without = case.clone();
            without.history.retain(|(row, _)| disliked.iter().all(|(other, _)| other != row));
            answer(&engine, &Query { include_seen: true, ..without.query() })
        };
        let after = answer(&engine, &query);
        prop_assert_eq!(before.weights, after.weights);
        for item in &after.items {
            let old = before.items.iter().find(|old| old.card.id == item.card.id).unwrap();
            prop_assert!(item.content_score <= old.content_score, "{item:?} after {old:?}");
            prop_assert!(item.collaborative_score <= old.collaborative_score, "{item:?} after {old:?}");
        }
    }
}
