//! What a rating may be, found in the ratings.

use aftershow_core::pack::ratings::RatingScale;

use crate::error::BuildError;

/// Of so many different values a scale has steps; of more it is taken to be continuous.
const MOST_STEPS: usize = 1000;

/// The scale of these values: lowest, highest, and the least difference between two.
///
/// # Errors
/// [`BuildError::Input`] if all are alike.
pub fn of(values: &[f32]) -> Result<RatingScale, BuildError> {
    let mut different: Vec<f32> = values.to_vec();
    different.sort_unstable_by(f32::total_cmp);
    different.dedup();
    let (Some(lowest), Some(highest)) = (different.first().copied(), different.last().copied()) else {
        return Err(nothing_to_learn());
    };
    if lowest >= highest {
        return Err(nothing_to_learn());
    }
    let range = highest - lowest;
    let gaps = different.windows(2).map(|pair| pair[1] - pair[0]);
    let step = match different.len() > MOST_STEPS {
        true => range / MOST_STEPS as f32,
        false => gaps.fold(range, f32::min).max(range / 1e5),
    };
    Ok(RatingScale { lowest, highest, step })
}

fn nothing_to_learn() -> BuildError {
    BuildError::Input {
        place: "the ratings".to_owned(),
        reason: "all values are alike, so nothing can be learnt of them; is the value's column right?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_found_by_its_ends_and_its_least_step() {
        let scale = of(&[3.5, 5.0, 0.5, 4.0, 4.0]).unwrap();
        assert_eq!((scale.lowest, scale.highest, scale.step), (0.5, 5.0, 0.5));
        assert!(
            of(&[4.0, 4.0])
                .unwrap_err()
                .to_string()
                .contains("all values are alike")
        );
        let many: Vec<f32> = (0..5000).map(|i| i as f32 / 50.0).collect();
        assert!(of(&many).unwrap().step > 0.09);
    }
}
