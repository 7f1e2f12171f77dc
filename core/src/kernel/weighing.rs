//! Two scores of an item to one.

/// How the two sides of a recommendation become one score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weighing {
    /// The side of what items are like.
    pub content: Side,
    /// The side of what others chose.
    pub collaborative: Side,
}

/// One side: its scores are multiplied by `inverse`, cut to 0..=1, and then count by `weight`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Side {
    /// 1 over the largest score.
    pub inverse: f32,
    /// 0 to 1; the two together 1.
    pub weight: f32,
}

/// What an item gets, each in 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Blended {
    /// The weighted sum: what the ranking goes by.
    pub score: f32,
    /// From the content side.
    pub content: f32,
    /// From the collaborative side.
    pub collaborative: f32,
}

impl Weighing {
    /// What an item gets from its score on each side. Neither is NaN.
    #[inline]
    pub fn one(&self, content: f32, collaborative: f32) -> Blended {
        let at_most_1 = |x: f32| if x < 1.0 { x } else { 1.0 };
        let cut = |x: f32| at_most_1(if x > 0.0 { x } else { 0.0 });
        let content = cut(content * self.content.inverse);
        let collaborative = cut(collaborative * self.collaborative.inverse);
        Blended {
            score: at_most_1(self.content.weight * content + self.collaborative.weight * collaborative),
            content,
            collaborative,
        }
    }
}

/// The largest score, 0 if none is above. None is NaN.
pub fn largest(scores: &[f32]) -> f32 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return super::simd::largest(scores);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    return largest_one_by_one(scores);
}

/// The same, one score after the other.
///
/// By bits: floats above 0 are ordered as their bits are, and those below are negative integers. Compilers
/// know a maximum of integers better than one of floats.
#[inline]
pub(super) fn largest_one_by_one(scores: &[f32]) -> f32 {
    let most = scores
        .iter()
        .fold(0, |most: i32, score| most.max(score.to_bits() as i32));
    f32::from_bits(most as u32)
}
