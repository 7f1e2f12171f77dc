//! A fitted model as it is stored: 8-bit codes with a scale a row.

use aftershow_core::pack::{
    layout::{MAX_GRAM, MIN_DEVIATION},
    ratings::{Coded, Priors, RatingScale, RatingsData},
};

use super::{cold::Cold, content::Content, fit::Fitted};

/// The model for the pack. Titles without ratings are placed by their content.
pub fn data(fitted: &Fitted, cold: &Cold, content: &Content, scale: RatingScale) -> RatingsData {
    let (people, titles) = (&fitted.people, &fitted.titles);
    let size = titles.size;
    let states: Vec<Vec<f64>> = (0..titles.len())
        .map(|title| match titles.count(title) {
            0 => cold.state(content, title),
            _ => titles.state(title).to_vec(),
        })
        .collect();
    RatingsData {
        items: titles.len(),
        rank: size - 1,
        scale,
        mean: fitted.mean as f32,
        // Ratings without any chance in them leave no noise, and what is known of them knows no bounds.
        noise: (fitted.noise() as f32).max(MIN_DEVIATION),
        priors: Priors {
            person: bounded(&people.precision),
            title: bounded(&titles.precision),
            information: bounded(&information(fitted)),
            content: bounded(&cold.precision),
        },
        biases: states.iter().map(|state| state[0] as f32).collect(),
        factors: coded(states.iter().map(|state| &state[1..])),
        counts: (0..titles.len()).map(|title| titles.count(title) as u32).collect(),
        choices: coded(people.features.weights.chunks_exact(size)),
        base: narrow(&cold.base),
        groups: content.groups.clone(),
        weights: coded(cold.weights.chunks_exact(size)),
    }
}

/// Precisions as far as the format goes.
fn bounded(precisions: &[f64]) -> Vec<f32> {
    let bounded = |precision: &f64| (*precision as f32).clamp(MIN_DEVIATION, MAX_GRAM);
    precisions.iter().map(bounded).collect()
}

/// What a rating adds to the precision of a title on average: `τ E[t²]` for each number of `t = (1, x)`.
fn information(fitted: &Fitted) -> Vec<f64> {
    let people = &fitted.people;
    let size = people.size;
    let triangle = size * (size + 1) / 2;
    let count = people.len().max(1) as f64;
    let mean_square = |at: usize| {
        let diagonal = at * (at + 1) / 2 + at;
        let squares =
            (0..people.len()).map(|p| people.state(p)[at].powi(2) + people.covariance[p * triangle + diagonal]);
        squares.sum::<f64>() / count
    };
    (0..size)
        .map(|at| fitted.tau * if at == 0 { 1.0 } else { mean_square(at) })
        .collect()
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}

/// Rows in 8-bit codes: `code = round(127 · value / largest)`, off by at most 1/254 of the row's largest value.
fn coded<'a>(rows: impl Iterator<Item = &'a [f64]>) -> Coded {
    let mut coded = Coded::default();
    for row in rows {
        let largest = row.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let scale = (largest / 127.0) as f32;
        let code = |x: &f64| (x / f64::from(scale)).round() as i8; // saturates; 0/0 gives 0
        coded.codes.extend(row.iter().map(code));
        coded.scales.push(scale);
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_off_by_half_a_step_at_most_and_an_empty_row_is_0() {
        let row = [0.3, -1.27, 0.0049, 1.0];
        let coded = coded([&row[..], &[0.0; 4]].into_iter());
        for (code, value) in coded.codes.iter().zip(row) {
            assert!((f64::from(*code) * f64::from(coded.scales[0]) - value).abs() <= 0.00501);
        }
        assert_eq!((&coded.codes[4..], coded.scales[1]), (&[0i8; 4][..], 0.0));
    }
}
