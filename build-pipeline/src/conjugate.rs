//! Conjugate gradients (Hestenes and Stiefel 1952), for symmetric positive definite matrices that are known by what they do to
//! vectors.

/// Improves `x` as a solution of `A·x = b`, by at most so many steps.
///
/// `rest` is `b − A·x`, and `times` is `A` times a vector. With the diagonal of `A` each number is stepped in its own units. It
/// ends early where the square of what is left, by those units, is no more than `enough`. Sums are taken one after the other, so that
/// they don't depend on the number of threads. Cost of a step: one product with `A`.
pub fn improve(
    x: &mut [f64],
    mut rest: Vec<f64>,
    diagonal: Option<&[f64]>,
    steps: usize,
    enough: f64,
    mut times: impl FnMut(&[f64]) -> Vec<f64>,
) {
    let in_units = |rest: &[f64]| -> Vec<f64> {
        match diagonal {
            Some(diagonal) => rest.iter().zip(diagonal).map(|(r, d)| r / d).collect(),
            None => rest.to_vec(),
        }
    };
    let mut direction = in_units(&rest);
    let mut square = dot(&rest, &direction);
    for _ in 0..steps {
        if square <= enough {
            break;
        }
        let ahead = times(&direction);
        let by = square / dot(&direction, &ahead);
        if !by.is_finite() {
            break;
        }
        add(x, by, &direction);
        add(&mut rest, -by, &ahead);
        let next = in_units(&rest);
        let next_square = dot(&rest, &next);
        let turn = next_square / square;
        square = next_square;
        for (direction, next) in direction.iter_mut().zip(&next) {
            *direction = next + turn * *direction;
        }
    }
}

/// A dot product, summed in order.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], by: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += by * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_steps_as_unknowns_solve_and_the_units_change_nothing_of_it() {
        let a = [[4.0, 1.0, 0.0], [1.0, 300.0, 2.0], [0.0, 2.0, 0.5]];
        let times = |x: &[f64]| a.iter().map(|row| dot(row, x)).collect::<Vec<f64>>();
        let b = [1.0, -2.0, 3.0];
        for diagonal in [None, Some(&[4.0, 300.0, 0.5][..])] {
            let mut x = [0.5, 0.0, -1.0];
            let rest = b.iter().zip(times(&x)).map(|(b, ax)| b - ax).collect();
            improve(&mut x, rest, diagonal, 3, 0.0, times);
            assert!(
                times(&x).iter().zip(&b).all(|(found, b)| (found - b).abs() < 1e-9),
                "{x:?}"
            );
        }
    }

    #[test]
    fn it_ends_where_enough_is_done_and_where_nothing_can_be() {
        let mut x = [1.0];
        improve(&mut x, vec![1e-9], None, 5, 1e-14, |_| panic!("that is enough"));
        improve(&mut x, vec![1.0], None, 5, 0.0, |_| vec![0.0]);
        assert_eq!(x, [1.0]);
    }
}
