//! The count of people who rose among those who changed, followed from look to look without approximation.

/// The distribution of how many rose among the first people who changed, if each of them rises with one fixed chance,
/// over the paths that were not stopped; and the chance that the path was stopped above.
///
/// The exact counterpart of [`super::group_sequential::Walk`] (Armitage, McPherson and Rowe 1969 for binomial data;
/// Jennison and Turnbull 2000, ch. 12.1). One person who changed is one step, so a course of m people costs m² / 2
/// multiplications.
#[derive(Clone, Debug)]
pub struct Course {
    chance: f64,
    /// Indexed by the number who rose: the chance of reaching that number without a stop.
    alive: Vec<f64>,
    above: f64,
}

impl Course {
    /// A course before its first step. `chance`, in 0..=1, is the chance that somebody who changes rises.
    #[must_use]
    pub fn new(chance: f64) -> Self {
        Course { chance, alive: vec![1.0], above: 0.0 }
    }

    /// Extends the course to `changed` people who changed; does nothing if it is already there.
    pub fn go_to(&mut self, changed: u64) {
        while (self.alive.len() as u64) <= changed {
            self.alive.push(0.0);
            for rose in (0..self.alive.len()).rev() {
                let one_less = if rose > 0 { self.alive[rose - 1] } else { 0.0 };
                self.alive[rose] = self.alive[rose] * (1.0 - self.chance) + one_less * self.chance;
            }
        }
    }

    /// The chance that the course is still going and at least `rose` people rose.
    #[must_use]
    pub fn at_least(&self, rose: u64) -> f64 {
        self.alive.iter().skip(rose as usize).sum()
    }

    /// The chance that the course is still going and exactly `rose` people rose.
    #[must_use]
    pub fn just(&self, rose: u64) -> f64 {
        self.alive.get(rose as usize).copied().unwrap_or(0.0)
    }

    /// The smallest number of risers that is reached or exceeded with at most this chance; one more than everybody if
    /// there is none.
    #[must_use]
    pub fn boundary(&self, chance: f64) -> u64 {
        let mut sum = 0.0;
        for rose in (0..self.alive.len()).rev() {
            sum += self.alive[rose];
            if sum > chance {
                return rose as u64 + 1;
            }
        }
        0
    }

    /// Stops the paths with fewer than `low` risers and those with at least `high`.
    pub fn stop(&mut self, low: u64, high: u64) {
        self.above += self.at_least(high);
        for (rose, chance) in self.alive.iter_mut().enumerate() {
            if (rose as u64) < low || rose as u64 >= high {
                *chance = 0.0;
            }
        }
    }

    /// The chance that the course has been stopped above so far.
    #[must_use]
    pub fn stopped_above(&self) -> f64 {
        self.above
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_stops_it_is_the_binomial_distribution() {
        let mut course = Course::new(0.5);
        course.go_to(10);
        // Tables of the binomial distribution: at least 8 of 10 at one half is 56 of 1,024.
        assert!((course.at_least(8) - 56.0 / 1024.0).abs() < 1e-15);
        assert!((course.just(5) - 252.0 / 1024.0).abs() < 1e-15);
        assert_eq!((course.boundary(0.05), course.boundary(56.0 / 1024.0 + 1e-12), course.boundary(0.0)), (9, 8, 11));
        assert_eq!(course.boundary(1.0 + 1e-9), 0);
    }

    #[test]
    fn a_stop_on_the_way_takes_its_paths_out() {
        // Three of three stop; then at least five of six: of 64 paths 8 were stopped, and of the others those with five
        // are the three that fell once in the first three and rose ever after.
        let mut course = Course::new(0.5);
        course.go_to(3);
        course.stop(0, 3);
        course.go_to(6);
        assert!((course.stopped_above() - 8.0 / 64.0).abs() < 1e-15);
        assert!((course.at_least(5) - 3.0 / 64.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_but_what_is_stopped(
            chance in 0.0_f64..=1.0, steps in prop::collection::vec((0_u64..6, 0_u64..10, 0_u64..10), 1..8),
        ) {
            let (mut course, mut changed, mut below) = (Course::new(chance), 0, 0.0);
            for (more, low, gap) in steps {
                changed += more;
                course.go_to(changed);
                below += course.at_least(0) - course.at_least(low);
                course.stop(low, low + gap);
            }
            prop_assert!((course.at_least(0) + course.stopped_above() + below - 1.0).abs() < 1e-12);
        }
    }
}
