//! For tests: whether work grows no faster than its input. No absolute limit: a busy machine is slow at both sizes.

use std::time::{Duration, Instant};

/// The shortest time that can be measured: anything faster counts as this much.
const SHORTEST: Duration = Duration::from_millis(5);

/// The size at which doubling ends. Work that is still too short to be measured here is fast enough at any size, and
/// beyond it the caches of the machine decide: memory is read many times slower than they are.
const LARGEST: usize = 1 << 19;

/// Runs the work at a measurable size, at least `size`, and at ten times that size. Work that grows in proportion takes
/// ten times as long, work that grows by the square a hundred times; forty is too long. Other programs on the machine
/// disturb single runs, so up to nine pairs are tried, and one in proportion is enough: work that grows by the square
/// never has one.
pub fn assert_in_proportion(what: &str, size: usize, mut work: impl FnMut(usize)) {
    let mut took = |size: usize| {
        let started = Instant::now();
        work(size);
        started.elapsed()
    };
    let mut size = size;
    while took(size) < SHORTEST && size < LARGEST {
        size *= 2;
    }
    let mut pairs = Vec::new();
    for _ in 0..9 {
        let (small, large) = (took(size), took(size * 10));
        if large < small.max(SHORTEST) * 40 {
            return;
        }
        pairs.push((small, large));
    }
    panic!("{what:?} took so long, and ten times as much of it so long: {pairs:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_proportion_passes() {
        assert_in_proportion("a sum", 1_000, |size| {
            std::hint::black_box((0..size as u64).fold(0_u64, |sum, next| std::hint::black_box(sum ^ next)));
        });
    }

    #[test]
    fn work_that_is_too_short_to_be_measured_passes_whatever_the_caches_do() {
        assert_in_proportion("hardly anything", 1_000, |size| drop(std::hint::black_box(vec![1_u8; size])));
    }

    #[test]
    #[should_panic(expected = "took so long")]
    fn work_by_the_square_does_not() {
        assert_in_proportion("pairs", 100, |size| {
            let pairs = (0..size as u64).flat_map(|one| (0..size as u64).map(move |other| one ^ other));
            std::hint::black_box(pairs.fold(0_u64, |sum, next| std::hint::black_box(sum ^ next)));
        });
    }
}
