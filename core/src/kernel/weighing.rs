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

/// What the two sides of some rows are at most, row by row: `content`, and `sums + length · lengths`.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'b> {
    /// Scores of the content side.
    pub content: &'b [f32],
    /// What is known of the collaborative side.
    pub sums: &'b [f32],
    /// What the rest of it is at most, over `length`.
    pub lengths: &'b [f32],
    /// The same for all rows.
    pub length: f32,
}

impl Bounds<'_> {
    /// Each row's bound: content and collaborative.
    pub(super) fn rows(&self) -> impl Iterator<Item = (f32, f32)> + '_ {
        let others = self.sums.iter().zip(self.lengths);
        let pairs = self.content.iter().zip(others);
        pairs.map(|(content, (sum, length))| (*content, sum + self.length * length))
    }
}

impl Weighing {
    /// Which of at most 64 rows may have a score of `least` or more, row `i` as bit `i`: what [`Weighing::one`] says of their
    /// bounds.
    pub fn reaching(&self, rows: &Bounds<'_>, least: f32) -> u64 {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return super::simd::reaching(self, rows, least);
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        return self.reaching_one_by_one(rows, least);
    }

    /// The same, one row after the other.
    #[inline]
    pub(super) fn reaching_one_by_one(&self, rows: &Bounds<'_>, least: f32) -> u64 {
        let reaches = |(content, others)| u64::from(self.one(content, others).score >= least);
        let bits = rows.rows().take(64).enumerate();
        bits.fold(0, |bits, (at, row)| bits | reaches(row) << at)
    }

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
