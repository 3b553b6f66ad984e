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
        let pair = (took(size), took(size * 10));
        if is_in_proportion(pair) {
            return;
        }
        pairs.push(pair);
    }
    panic!("{what:?} took so long, and ten times as much of it so long: {pairs:?}");
}

/// Whether ten times the work took no more than forty times as long.
fn is_in_proportion((small, large): (Duration, Duration)) -> bool {
    large < small.max(SHORTEST) * 40
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_the_time_is_in_proportion_and_a_hundred_times_is_not() {
        let pair = |small, large| (Duration::from_millis(small), Duration::from_millis(large));
        assert!(is_in_proportion(pair(10, 100)) && !is_in_proportion(pair(10, 1_000)));
        assert!(is_in_proportion(pair(1, 100)), "what is too short to be measured counts as five milliseconds");
    }

    #[test]
    fn work_in_proportion_passes() {
        assert_in_proportion("a sum", 1_000, |size| {
            std::hint::black_box((0..size as u64).fold(0_u64, |sum, next| std::hint::black_box(sum ^ next)));
        });
    }
}
