//! Random numbers that are the same on every machine and with every release.
//!
//! The generator is ChaCha, whose stream its definition fixes. What is made of the stream stands here,
//! since crates that have shuffles and distributions reserve the right to change theirs.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Random {
        Random::of(seed, "")
    }

    /// The stream of a seed that belongs to `name`: what is drawn for one user, say, then does not depend
    /// on what other users there are.
    pub fn of(seed: u64, name: &str) -> Random {
        let hash = Sha256::new_with_prefix(seed.to_le_bytes())
            .chain_update(name)
            .finalize();
        Random(ChaCha8Rng::from_seed(hash.into()))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to below `n`; 0 if `n` is 0. The high half of a product, whose bias of `n / 2⁶⁴` nobody can see.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A number from 0 to below 1, in steps of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number of the normal distribution with mean 0 and variance 1: the polar method of Marsaglia.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_never_change() {
        let mut random = Random::new(42);
        let first = [random.bits(), random.bits()];
        assert_eq!(first, [3_348_592_283_579_772_154, 12_827_193_157_245_766_641]);
    }

    #[test]
    fn each_name_has_a_stream_of_its_own() {
        assert_eq!(Random::of(1, "a").bits(), Random::of(1, "a").bits());
        assert_ne!(Random::of(1, "a").bits(), Random::of(1, "b").bits());
        assert_ne!(Random::of(1, "a").bits(), Random::of(2, "a").bits());
    }

    #[test]
    fn a_shuffle_keeps_every_element_and_numbers_stay_in_their_range() {
        let mut random = Random::new(7);
        let mut list: Vec<usize> = (0..100).collect();
        random.shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
        assert!((0..1000).all(|_| random.below(3) < 3 && (0.0..1.0).contains(&random.unit())));
        assert_eq!((random.below(1), random.below(0)), (0, 0));
    }

    #[test]
    fn the_normal_numbers_have_mean_0_and_variance_1() {
        let mut random = Random::new(7);
        let all: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let variance = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
