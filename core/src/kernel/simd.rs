//! The loops over a whole catalogue that make most of a recommendation's time, by the 128-bit SIMD of wasm.
//!
//! The compiler doesn't find them itself: of the plain dot product it widens to 32 bits before it
//! multiplies, where one instruction multiplies eight 16-bit pairs and adds neighbours; and a build for size
//! vectorises nothing. The intrinsics are safe: loads are typed copies of arrays. Results are those of
//! the plain loops, bit by bit.

use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, i16x8_extend_high_i8x16,
    i16x8_extend_low_i8x16, i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_shuffle, i32x4_splat, v128, v128_any_true,
};

use alloc::vec::Vec;

use zerocopy::little_endian::F32;

use super::{
    factors::{add_scores_one_by_one, dot, squares_one_by_one},
    weighing::{Weighing, largest_one_by_one},
};

/// See [`factors::add_scores`](super::factors::add_scores).
pub fn add_scores(codes: &[i8], scales: &[F32], vector: &[i16], step: f32, out: &mut [f32]) {
    let rank = vector.len();
    if rank == 0 {
        return;
    }
    let (sixteens, left) = vector.as_chunks::<16>();
    let sixteens: Vec<[v128; 2]> = sixteens.iter().map(|sixteen| zerocopy::transmute!(*sixteen)).collect();
    let (outs, outs_left) = out.as_chunks_mut::<4>();
    let (scales, scales_left) = scales.as_chunks::<4>();
    let mut rows = codes.chunks_exact(rank);
    let zero = i32x4_splat(0);
    for (out, scales) in outs.iter_mut().zip(scales) {
        let (Some(a), Some(b), Some(c), Some(d)) = (rows.next(), rows.next(), rows.next(), rows.next()) else {
            return;
        };
        let scales: v128 = zerocopy::transmute!(*scales);
        // Items that hardly anybody knows have no factors; they stand together at the end.
        if !v128_any_true(scales) {
            continue;
        }
        let (a, a_left) = a.as_chunks::<16>();
        let (b, b_left) = b.as_chunks::<16>();
        let (c, c_left) = c.as_chunks::<16>();
        let (d, d_left) = d.as_chunks::<16>();
        // Four names and no array: a build for size unrolls no loop, and would keep an array in memory.
        let (mut of_a, mut of_b, mut of_c, mut of_d) = (zero, zero, zero, zero);
        for ((((a, b), c), d), sixteen) in a.iter().zip(b).zip(c).zip(d).zip(&sixteens) {
            of_a = i32x4_add(of_a, dot_sixteen(a, sixteen));
            of_b = i32x4_add(of_b, dot_sixteen(b, sixteen));
            of_c = i32x4_add(of_c, dot_sixteen(c, sixteen));
            of_d = i32x4_add(of_d, dot_sixteen(d, sixteen));
        }
        // The four sums of four, across.
        let half = |a, b| i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(a, b), i32x4_shuffle::<2, 3, 6, 7>(a, b));
        let (ab, cd) = (half(of_a, of_b), half(of_c, of_d));
        let mut dots = i32x4_add(i32x4_shuffle::<0, 2, 4, 6>(ab, cd), i32x4_shuffle::<1, 3, 5, 7>(ab, cd));
        if !left.is_empty() {
            let rest = i32x4(
                dot(a_left, left),
                dot(b_left, left),
                dot(c_left, left),
                dot(d_left, left),
            );
            dots = i32x4_add(dots, rest);
        }
        let before: v128 = zerocopy::transmute!(*out);
        let scores = f32x4_mul(f32x4_convert_i32x4(dots), f32x4_mul(scales, f32x4_splat(step)));
        *out = zerocopy::transmute!(f32x4_add(before, scores));
    }
    let codes_left = codes.get(outs.len() * 4 * rank..).unwrap_or_default();
    add_scores_one_by_one(codes_left, scales_left, vector, step, outs_left);
}

/// See [`factors::squares`](super::factors::squares).
pub fn squares(codes: &[i8]) -> i32 {
    let (sixteens, left) = codes.as_chunks::<16>();
    let mut sums = i32x4_splat(0);
    for sixteen in sixteens {
        let codes: v128 = zerocopy::transmute!(*sixteen);
        let (low, high) = (i16x8_extend_low_i8x16(codes), i16x8_extend_high_i8x16(codes));
        sums = i32x4_add(sums, i32x4_add(i32x4_dot_i16x8(low, low), i32x4_dot_i16x8(high, high)));
    }
    let sums: [i32; 4] = zerocopy::transmute!(sums);
    sums.iter().sum::<i32>() + squares_one_by_one(left)
}

/// Sixteen codes times sixteen numbers, in four sums.
#[inline(always)]
fn dot_sixteen(codes: &[i8; 16], [low, high]: &[v128; 2]) -> v128 {
    let codes: v128 = zerocopy::transmute!(*codes);
    i32x4_add(
        i32x4_dot_i16x8(i16x8_extend_low_i8x16(codes), *low),
        i32x4_dot_i16x8(i16x8_extend_high_i8x16(codes), *high),
    )
}

/// See [`Weighing::scores`].
pub fn weigh(weighing: &Weighing, contents: &[f32], collaboratives: &[f32], out: &mut [f32]) -> f32 {
    let (contents, contents_left) = contents.as_chunks::<4>();
    let (collaboratives, collaboratives_left) = collaboratives.as_chunks::<4>();
    let (outs, outs_left) = out.as_chunks_mut::<4>();
    let (zero, one) = (f32x4_splat(0.0), f32x4_splat(1.0));
    let content_inverse = f32x4_splat(weighing.content.inverse);
    let content_weight = f32x4_splat(weighing.content.weight);
    let collaborative_inverse = f32x4_splat(weighing.collaborative.inverse);
    let collaborative_weight = f32x4_splat(weighing.collaborative.weight);
    // pmax(a, b) is `a < b ? b : a`, pmin(a, b) is `b < a ? b : a`.
    let cut = |x: v128| f32x4_pmin(one, f32x4_pmax(zero, x));
    let mut most = zero;
    for ((out, content), collaborative) in outs.iter_mut().zip(contents).zip(collaboratives) {
        let content = cut(f32x4_mul(zerocopy::transmute!(*content), content_inverse));
        let collaborative = cut(f32x4_mul(zerocopy::transmute!(*collaborative), collaborative_inverse));
        let sum = f32x4_add(
            f32x4_mul(content_weight, content),
            f32x4_mul(collaborative_weight, collaborative),
        );
        let score = f32x4_pmin(one, sum);
        most = f32x4_pmax(most, score);
        *out = zerocopy::transmute!(score);
    }
    let most: [f32; 4] = zerocopy::transmute!(most);
    let left = weighing.scores_one_by_one(contents_left, collaboratives_left, outs_left);
    largest_one_by_one(&most).max(left)
}

/// See [`largest`](super::weighing::largest).
pub fn largest(scores: &[f32]) -> f32 {
    let (fours, left) = scores.as_chunks::<4>();
    let mut most = f32x4_splat(0.0);
    for four in fours {
        most = f32x4_pmax(most, zerocopy::transmute!(*four));
    }
    let most: [f32; 4] = zerocopy::transmute!(most);
    largest_one_by_one(&most).max(largest_one_by_one(left))
}
