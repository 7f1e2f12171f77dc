//! Text rows of what summaries mean: the vectors of a sentence encoder, written in the words of the vocabulary.
//!
//! A pack's text rows are sparse and in terms of its vocabulary. Posting lists, reasons ("also about ship and crew") and titles that
//! the pack has never seen, of which only the words are known, all rest on that, and no encoder runs in a page. So the vectors E
//! are turned into the space of the words: by the matrix W of orthonormal rows that brings E·W nearest to the TF-IDF rows X
//! (orthogonal Procrustes: Schönemann 1966). `E·W·Wᵀ·Eᵀ = E·Eᵀ`: turning changes no similarity, and now each number of a vector
//! says how well a word fits, whether it stands in the summary or not. The [`TERMS`] that fit best are kept, which reduces the
//! vector: a sparse code by the winners of many projections keeps neighbourhoods (Dasgupta, Stevens and Navlakha 2017).

use aftershow_core::quant::{Row, quantize_row};
use aftershow_dense::{self as dense, Matrix};
use rayon::prelude::*;

/// Terms of a row, at most.
pub const TERMS: usize = 32;
/// Rows that a thread takes at a time.
const CHUNK: usize = 256;

/// The rows of titles with these vectors, zeros for a title without a summary, and TF-IDF rows over a vocabulary of `terms`.
pub fn rows(mut vectors: Matrix, words: &[Row], terms: usize) -> Vec<Row> {
    if terms == 0 {
        return words.to_vec();
    }
    center(&mut vectors);
    let turn = turn(&vectors, words, terms);
    let rows = words.par_chunks(CHUNK).enumerate().flat_map_iter(|(chunk, words)| {
        let mut fits = vec![0.0; words.len() * terms];
        let part = vectors.view().subrows(chunk * CHUNK, words.len());
        dense::add_product(&mut fits, terms, part, turn.view().transpose(), 1.0);
        fits.chunks_exact(terms).map(strongest).collect::<Vec<_>>()
    });
    rows.collect()
}

/// Takes out of the vectors what all have in common, and makes them of length 1 again: what all summaries are is no likeness.
fn center(vectors: &mut Matrix) {
    let size = vectors.cols.max(1);
    let is_known = |vector: &&[f32]| vector.iter().any(|v| *v != 0.0);
    let mut mean = vec![0.0f64; vectors.cols];
    let mut count = 0usize;
    for vector in vectors.data.chunks_exact(size).filter(is_known) {
        count += 1;
        mean.iter_mut().zip(vector).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
    let known = vectors
        .data
        .par_chunks_exact_mut(size)
        .filter(|vector| is_known(&&**vector));
    known.for_each(|vector| {
        vector.iter_mut().zip(&mean).for_each(|(v, mean)| *v -= *mean as f32);
        let length = vector.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        // One title alone is its own mean.
        let by = if length > 1e-6 { (1.0 / length) as f32 } else { 0.0 };
        vector.iter_mut().for_each(|v| *v *= by);
    });
}

/// A row for each term: the direction among the vectors that stands for it.
fn turn(vectors: &Matrix, words: &[Row], terms: usize) -> Matrix {
    let mut titles_of: Vec<Vec<(u32, f32)>> = vec![Vec::new(); terms];
    for (title, row) in words.iter().enumerate() {
        for (term, code) in row.terms.iter().zip(&row.codes) {
            titles_of[usize::from(*term)].push((title as u32, f32::from(*code) * row.scale));
        }
    }
    // Each sum by one thread in the order of the titles: how many threads there are changes nothing.
    let data = titles_of.par_iter().flat_map_iter(|titles| {
        let mut sum = vec![0.0f64; vectors.cols];
        for (title, value) in titles {
            let vector = vectors.row(*title as usize).iter();
            sum.iter_mut()
                .zip(vector)
                .for_each(|(sum, v)| *sum += f64::from(*value) * f64::from(*v));
        }
        sum.into_iter().map(|sum| sum as f32)
    });
    dense::nearest_orthonormal(&Matrix {
        rows: terms,
        cols: vectors.cols,
        data: data.collect(),
    })
}

/// The terms that fit best; of equal ones the first.
fn strongest(fits: &[f32]) -> Row {
    let mut kept: Vec<(u16, f32)> = (0..).zip(fits.iter().copied()).filter(|(_, fit)| *fit > 0.0).collect();
    if kept.len() > TERMS {
        kept.select_nth_unstable_by(TERMS, |(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
        kept.truncate(TERMS);
        kept.sort_unstable_by_key(|(term, _)| *term);
    }
    quantize_row(&kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors that lie near one of three directions, and for each title one word: of a direction two words are said, each by
    /// half of its titles. Term 2·d and 2·d + 1 are those of direction d.
    fn three_subjects(titles: usize) -> (Matrix, Vec<Row>) {
        let mut state = 5u64;
        let mut noise = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * 0.1
        };
        let mut vectors = Matrix::zeros(titles, 8);
        let mut words = Vec::new();
        for title in 0..titles {
            let subject = title % 3;
            for at in 0..8 {
                vectors.data[title * 8 + at] = noise() + if at == subject { 1.0 } else { 0.3 };
            }
            let term = (2 * subject + title / 3 % 2) as u16;
            words.push(quantize_row(&[(term, 1.0)]));
        }
        (vectors, words)
    }

    fn dot(a: &Row, b: &Row) -> f32 {
        let codes = a.terms.iter().zip(&a.codes).map(|(term, code)| {
            let other = b
                .terms
                .iter()
                .position(|other| other == term)
                .map_or(0, |at| b.codes[at]);
            f32::from(*code) * f32::from(other)
        });
        codes.sum::<f32>() * a.scale * b.scale
    }

    #[test]
    fn titles_of_one_subject_are_alike_without_a_word_in_common() {
        let (vectors, words) = three_subjects(60);
        assert_eq!(dot(&words[0], &words[3]), 0.0, "one subject, two words");
        let rows = rows(vectors, &words, 6);
        let like = dot(&rows[0], &rows[3]);
        assert!(like > 0.5, "{like}");
        for other in [1, 2, 4, 5] {
            assert!(dot(&rows[0], &rows[other]) < 0.5 * like, "{other}");
        }
        // A new title, of which only a word is known.
        let new = &words[0];
        assert!(
            dot(new, &rows[3]) > 2.0 * dot(new, &rows[1]),
            "and a word finds all of its subject"
        );
    }

    #[test]
    fn turning_vectors_into_words_keeps_their_dot_products() {
        let (mut vectors, _) = three_subjects(200);
        // More terms than dimensions, and something of everything in each.
        let words: Vec<Row> = (0..200u16)
            .map(|title| quantize_row(&[(title % 7, 1.0), (7 + title % 11, 0.5), (18 + title % 13, 0.7)]))
            .collect();
        center(&mut vectors);
        let turn = turn(&vectors, &words, 31);
        let turned = dense::product(vectors.view(), turn.view().transpose());
        for (a, b) in [(0, 0), (0, 1), (3, 120), (77, 199)] {
            let (before, after) = (
                dense::dot(vectors.row(a), vectors.row(b)),
                dense::dot(turned.row(a), turned.row(b)),
            );
            assert!((before - after).abs() < 1e-4, "{before} {after}");
        }
    }

    #[test]
    fn a_row_has_its_strongest_terms_and_no_more() {
        let fits: Vec<f32> = (0..100).map(|term| (term % 50) as f32 - 10.0).collect();
        let row = strongest(&fits);
        assert_eq!(row.terms.len(), TERMS);
        // Twice the numbers to 39: half of the terms have from 40 - TERMS / 2 on.
        assert!(row.terms.is_sorted() && row.terms.iter().all(|term| *term % 50 >= 50 - TERMS as u16 / 2));
        assert_eq!(strongest(&[1.0; 100]).terms, (0..TERMS as u16).collect::<Vec<_>>());
        assert_eq!(strongest(&[-1.0, 0.0, 2.0]).terms, [2]);
        assert_eq!(strongest(&[-1.0, 0.0]), Row::default());
    }

    #[test]
    fn a_title_without_a_summary_keeps_no_row_and_few_titles_are_no_trouble() {
        let (mut vectors, mut words) = three_subjects(30);
        vectors.data[..8].fill(0.0);
        words[0] = Row::default();
        assert_eq!(rows(vectors, &words, 6)[0], Row::default());
        for titles in [0, 1, 2] {
            let (vectors, words) = three_subjects(titles);
            let rows = rows(vectors, &words, 6);
            // One alone has nothing that the others lack.
            assert!(rows.len() == titles && rows.iter().all(|row| row.terms.is_empty() == (titles == 1)));
        }
        let (vectors, _) = three_subjects(5);
        assert_eq!(rows(vectors, &vec![Row::default(); 5], 0), vec![Row::default(); 5]);
    }
}
