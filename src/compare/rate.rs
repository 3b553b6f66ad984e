//! A rate with its interval.

use super::{Interval, Tally, Z};

/// A response rate over personas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Messages that got a yes.
    pub yes: u64,
    /// Messages that were decided.
    pub total: u64,
    /// Personas with at least one decided message.
    pub personas: u64,
    /// 95 % interval; `None` where nothing was decided.
    pub interval: Option<Interval>,
}

impl Rate {
    /// The rate over all messages, with Wilson's score interval (Wilson 1927) on the *effective* sample size.
    ///
    /// Messages to one persona are correlated, so the count of messages overstates what is known. The effective size
    /// is the one at which a simple random sample would have the variance that the persona means show (the design
    /// effect; Korn and Graubard 1998, Franco et al. 2019). It is kept between the number of personas and the number
    /// of messages; where every decision is the same the data cannot show any correlation, and the number of personas
    /// is used.
    #[must_use]
    pub fn of(tallies: &[Tally]) -> Self {
        let decided: Vec<Tally> = tallies.iter().copied().filter(|tally| tally.total > 0).collect();
        let yes = decided.iter().map(|tally| tally.yes).sum::<u64>();
        let total = decided.iter().map(|tally| tally.total).sum::<u64>();
        let personas = decided.len() as u64;
        if total == 0 {
            return Rate { yes, total, personas, interval: None };
        }
        let share = yes as f64 / total as f64;
        Rate { yes, total, personas, interval: Some(wilson(share, effective_size(&decided, share, total))) }
    }

    /// The share of yes in 0..=1, `None` where nothing was decided.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        Tally { yes: self.yes, total: self.total }.share()
    }
}

fn effective_size(decided: &[Tally], share: f64, total: u64) -> f64 {
    let (personas, messages) = (decided.len() as f64, total as f64);
    if decided.len() < 2 || share <= 0.0 || share >= 1.0 {
        return personas;
    }
    // Linearised variance of a ratio of totals, by clusters.
    let squares: f64 = decided.iter().map(|tally| (tally.yes as f64 - share * tally.total as f64).powi(2)).sum();
    let variance = personas / (personas - 1.0) * squares / (messages * messages);
    if variance <= 0.0 {
        return messages;
    }
    (share * (1.0 - share) / variance).clamp(personas.min(messages), messages)
}

fn wilson(share: f64, size: f64) -> Interval {
    let z2 = Z * Z / size;
    let centre = (share + z2 / 2.0) / (1.0 + z2);
    let half = Z * (share * (1.0 - share) / size + z2 / (4.0 * size)).sqrt() / (1.0 + z2);
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn singles(yes: u64, total: u64) -> Vec<Tally> {
        (0..total).map(|index| Tally { yes: u64::from(index < yes), total: 1 }).collect()
    }

    #[test]
    fn one_message_per_persona_gives_the_textbook_wilson_interval() {
        // 11 of 16, as published calculators print it: 0.4440 to 0.8584.
        let interval = Rate::of(&singles(11, 16)).interval.unwrap();
        assert!((interval.low - 0.4440).abs() < 5e-4, "{interval:?}");
        assert!((interval.high - 0.8584).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn sixteen_of_sixteen_does_not_claim_certainty() {
        let interval = Rate::of(&singles(16, 16)).interval.unwrap();
        assert!(interval.low < 0.82 && interval.high > 0.999, "{interval:?}");
    }

    #[test]
    fn personas_that_always_answer_alike_count_once_however_often_they_are_asked() {
        let asked_once = Rate::of(&singles(5, 10)).interval.unwrap();
        let ten_times: Vec<Tally> =
            (0..10).map(|index| Tally { yes: if index < 5 { 10 } else { 0 }, total: 10 }).collect();
        let asked_ten_times = Rate::of(&ten_times).interval.unwrap();
        assert!((asked_once.low - asked_ten_times.low).abs() < 0.02);
        assert!((asked_once.high - asked_ten_times.high).abs() < 0.02);
    }

    #[test]
    fn nothing_decided_has_no_rate_and_no_interval() {
        let rate = Rate::of(&[Tally::default()]);
        assert_eq!((rate.share(), rate.interval, rate.personas), (None, None, 0));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate_and_stays_between_0_and_1(
            tallies in prop::collection::vec((0_u64..5, 0_u64..5).prop_map(|(a, b)| Tally { yes: a.min(b), total: b }), 1..60),
        ) {
            let rate = Rate::of(&tallies);
            if let (Some(share), Some(interval)) = (rate.share(), rate.interval) {
                prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
                prop_assert!(interval.low <= share + 1e-12 && share <= interval.high + 1e-12);
            }
        }
    }
}
