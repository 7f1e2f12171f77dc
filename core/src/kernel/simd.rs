//! The innermost loops of a recommendation, by the 128-bit SIMD of wasm.
//!
//! The compiler doesn't find them itself: of the plain dot product it widens to 32 bits before it
//! multiplies, where one instruction multiplies eight 16-bit pairs and adds neighbours; and a build for size
//! vectorises nothing. The intrinsics are safe: loads are typed copies of arrays. Results are those of
//! the plain loops, bit by bit.

use core::arch::wasm32::{
    f32x4_pmax, f32x4_splat, i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8,
    i32x4_extract_lane, i32x4_shuffle, i32x4_splat, v128,
};

use super::{factors::dot_one_by_one, weighing::largest_one_by_one};

/// See [`factors::dot`](super::factors::dot).
pub fn dot(codes: &[i8], vector: &[i16]) -> i32 {
    let (codes, codes_left) = codes.as_chunks::<16>();
    let (vector, vector_left) = vector.as_chunks::<16>();
    // Two sums, so that one addition needn't wait for the other.
    let (mut low, mut high) = (i32x4_splat(0), i32x4_splat(0));
    for (codes, vector) in codes.iter().zip(vector) {
        let codes: v128 = zerocopy::transmute!(*codes);
        let [first, second]: [v128; 2] = zerocopy::transmute!(*vector);
        low = i32x4_add(low, i32x4_dot_i16x8(i16x8_extend_low_i8x16(codes), first));
        high = i32x4_add(high, i32x4_dot_i16x8(i16x8_extend_high_i8x16(codes), second));
    }
    let sums = i32x4_add(low, high);
    let halves = i32x4_add(sums, i32x4_shuffle::<2, 3, 2, 3>(sums, sums));
    let sum = i32x4_extract_lane::<0>(halves) + i32x4_extract_lane::<1>(halves);
    match vector_left {
        [] => sum,
        left => sum + dot_one_by_one(codes_left, left),
    }
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
