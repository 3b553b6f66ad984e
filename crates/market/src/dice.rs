//! Chance that repeats: every draw follows from a digest of what was asked.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream that these parts name. Each part is preceded by its length, so that no two lists share a stream.
    pub(super) fn from_parts(parts: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Dice(ChaCha8Rng::from_seed(hasher.finalize().into()))
    }

    /// A number in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A number in `0..n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// One of the items.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// A standard normal draw, cut at 2.5 so that no persona or market is out of this world.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.unit();
        (radius * angle.cos()).clamp(-2.5, 2.5)
    }

    /// Puts the items into a random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_parts_give_equal_draws_and_other_parts_others() {
        let draws = |parts: &[&str]| {
            let mut dice = Dice::from_parts(parts);
            [dice.unit(), dice.unit(), dice.normal()]
        };
        assert_eq!(draws(&["a", "bc"]), draws(&["a", "bc"]));
        assert_ne!(draws(&["a", "bc"]), draws(&["ab", "c"]));
    }
}
