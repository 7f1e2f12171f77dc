//! The innermost loops of a recommendation, by the 128-bit SIMD of wasm.
//!
//! The compiler doesn't find them itself: of the plain dot product it widens to 32 bits before it
//! multiplies, where one instruction multiplies eight 16-bit pairs and adds neighbours; and a build for size
//! vectorises nothing. The intrinsics are safe: loads are typed copies of arrays. Results are those of
//! the plain loops, bit by bit.

use core::arch::wasm32::{
    f32x4_add, f32x4_ge, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, i8x16_narrow_i16x8, i8x16_sub,
    i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i16x8_sub, i32x4_add, i32x4_bitmask, i32x4_dot_i16x8,
    i32x4_extract_lane, i32x4_shuffle, i32x4_splat, u8x16_bitmask, u8x16_le, u8x16_splat, u16x8_le, u16x8_splat, v128,
};

use zerocopy::little_endian::U16;

use super::{
    factors::dot_one_by_one,
    weighing::{Bounds, Side, Weighing, largest_one_by_one},
};

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

/// A bit for each of at most 64 values that is less than `count` above `first`; see [`Mask::of_span`](super::Mask::of_span).
pub fn within_u8(values: &[u8], first: u64, count: u64) -> u64 {
    // What is below `first` wraps around, and must stay beyond the largest difference.
    let (Ok(low), Some(most)) = (u8::try_from(first), count.checked_sub(1)) else {
        return 0;
    };
    let most = most.min(u64::from(u8::MAX - low)) as u8;
    let (sixteens, left) = values.as_chunks::<16>();
    let mut word = 0;
    for (at, sixteen) in sixteens.iter().enumerate() {
        let above = i8x16_sub(zerocopy::transmute!(*sixteen), u8x16_splat(low));
        word |= u64::from(u8x16_bitmask(u8x16_le(above, u8x16_splat(most)))) << (16 * at);
    }
    for (at, value) in left.iter().enumerate() {
        word |= u64::from(value.wrapping_sub(low) <= most) << (16 * sixteens.len() + at);
    }
    word
}

/// The same of values of 16 bits.
pub fn within_u16(values: &[U16], first: u64, count: u64) -> u64 {
    let (Ok(low), Some(most)) = (u16::try_from(first), count.checked_sub(1)) else {
        return 0;
    };
    let most = most.min(u64::from(u16::MAX - low)) as u16;
    let (sixteens, left) = values.as_chunks::<16>();
    let mut word = 0;
    for (at, sixteen) in sixteens.iter().enumerate() {
        let [a, b]: [v128; 2] = zerocopy::transmute!(*sixteen);
        let passes = |eight| u16x8_le(i16x8_sub(eight, u16x8_splat(low)), u16x8_splat(most));
        // All bits or none, which become one byte each.
        word |= u64::from(u8x16_bitmask(i8x16_narrow_i16x8(passes(a), passes(b)))) << (16 * at);
    }
    for (at, value) in left.iter().enumerate() {
        word |= u64::from(value.get().wrapping_sub(low) <= most) << (16 * sixteens.len() + at);
    }
    word
}

/// See [`Weighing::reaching`].
pub fn reaching(weighing: &Weighing, rows: &Bounds<'_>, least: f32) -> u64 {
    let (zero, one) = (f32x4_splat(0.0), f32x4_splat(1.0));
    // No score is NaN, so a minimum and a maximum are the comparisons of the plain loop.
    let side = |scores: v128, side: &Side| {
        let scores = f32x4_mul(scores, f32x4_splat(side.inverse));
        f32x4_mul(f32x4_splat(side.weight), f32x4_pmin(f32x4_pmax(scores, zero), one))
    };
    let (content, left) = rows.content.as_chunks::<4>();
    if !left.is_empty() {
        return weighing.reaching_one_by_one(rows, least); // the last block of a pack
    }
    let fours = content
        .iter()
        .zip(rows.sums.as_chunks::<4>().0)
        .zip(rows.lengths.as_chunks::<4>().0);
    let mut word = 0;
    for (at, ((content, sums), lengths)) in fours.take(16).enumerate() {
        let lengths = f32x4_mul(f32x4_splat(rows.length), zerocopy::transmute!(*lengths));
        let others = f32x4_add(zerocopy::transmute!(*sums), lengths);
        let content = side(zerocopy::transmute!(*content), &weighing.content);
        let score = f32x4_pmin(f32x4_add(content, side(others, &weighing.collaborative)), one);
        word |= u64::from(i32x4_bitmask(f32x4_ge(score, f32x4_splat(least)))) << (4 * at);
    }
    word
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
