//! For tests: whether work grows no faster than its input. No absolute limit: a busy machine is slow at both sizes.

use std::time::{Duration, Instant};

/// Does the work at this size and at ten times the size. In proportion the second takes ten times as long, by the
/// square a hundred times; forty is too long. Others on the machine disturb single turns, so up to nine pairs are
/// tried, and one that is in proportion is enough: work that grows by the square has none.
pub fn assert_in_proportion(what: &str, size: usize, mut work: impl FnMut(usize)) {
    let mut took = |size: usize| {
        let started = Instant::now();
        work(size);
        started.elapsed()
    };
    let mut pairs = Vec::new();
    for _ in 0..9 {
        let (small, large) = (took(size).max(Duration::from_millis(1)), took(size * 10));
        if large < small * 40 {
            return;
        }
        pairs.push((small, large));
    }
    panic!("{what:?} took so long, and ten times as much of it so long: {pairs:?}");
}
