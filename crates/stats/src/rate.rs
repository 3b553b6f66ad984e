//! A rate with its interval.

use super::{Interval, Tally, Z, t_quantile};

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
    /// Whether the decisions are the market's. The mark travels with the rate, so that it is not lost on the way.
    pub simulated: bool,
}

impl Rate {
    /// The rate over all messages, with Wilson's score interval (Wilson 1927) on the *effective* sample size.
    ///
    /// Messages to one persona are correlated, so the count of messages overstates what is known. The effective size
    /// is the one at which a simple random sample would have the variance that the personas show (the design effect;
    /// Franco et al. 2019), and at most the number of messages. That variance is itself an estimate from few personas:
    /// the size is scaled by the squared ratio of Student's quantiles (Korn and Graubard 1998), so that four personas
    /// that happen to answer alike are not taken for forty. It is never below what it would be if each persona always
    /// answered alike (Kish 1965), and that is used where every decision is the same, since such data cannot show any
    /// correlation. With one message per persona this is the textbook interval. Coverage is tested by simulation below.
    ///
    /// Not marked as simulated; see [`Rate::marked`].
    #[must_use]
    pub fn from_tallies(tallies: &[Tally]) -> Self {
        let decided: Vec<Tally> = tallies.iter().copied().filter(|tally| tally.total > 0).collect();
        let yes = decided.iter().map(|tally| tally.yes).sum::<u64>();
        let total = decided.iter().map(|tally| tally.total).sum::<u64>();
        let personas = decided.len() as u64;
        if total == 0 {
            return Rate { yes, total, personas, interval: None, simulated: false };
        }
        let share = yes as f64 / total as f64;
        let interval = Some(wilson(share, effective_size(&decided, share, total)));
        Rate { yes, total, personas, interval, simulated: false }
    }

    /// The same rate, marked as simulated or not.
    #[must_use]
    pub fn marked(self, simulated: bool) -> Self {
        Rate { simulated, ..self }
    }

    /// The share of yes in 0..=1, `None` where nothing was decided.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        Tally { yes: self.yes, total: self.total }.share()
    }
}

pub(crate) fn effective_size(decided: &[Tally], share: f64, total: u64) -> f64 {
    let messages = total as f64;
    // What the messages are worth if every persona always answers alike; the number of personas where all got equally
    // many.
    let alike = messages * messages / decided.iter().map(|tally| (tally.total as f64).powi(2)).sum::<f64>();
    if decided.len() < 2 || share <= 0.0 || share >= 1.0 {
        return alike;
    }
    // Linearised variance of a ratio of totals, by personas. A persona with many messages pulls the rate to itself and
    // so shows too small a deviation from it; the jackknife's factor makes up for that (CR3: Bell and McCaffrey 2002).
    let deviation = |tally: &Tally| {
        let part = tally.total as f64 / messages;
        (tally.yes as f64 - share * tally.total as f64) / (1.0 - part)
    };
    let squares: f64 = decided.iter().map(|tally| deviation(tally).powi(2)).sum();
    let variance = squares / (messages * messages);
    let size = if variance > 0.0 { (share * (1.0 - share) / variance).min(messages) } else { messages };
    // Unequal personas have fewer degrees of freedom than their number says (Carter, Schnepel and Steigerwald 2017).
    let known = match (t_quantile(messages - 1.0), t_quantile(alike - 1.0)) {
        (Some(many), Some(few)) => (many / few).powi(2),
        _ => 0.0,
    };
    (size * known).clamp(alike.min(messages), messages)
}

impl Interval {
    /// Wilson's score interval (Wilson 1927) of a share, at 95 %, where each of `total` people counts once; `None`
    /// where there is nobody.
    #[must_use]
    pub fn wilson(some: u64, total: u64) -> Option<Self> {
        (total > 0).then(|| wilson(some as f64 / total as f64, total as f64))
    }
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
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn singles(yes: u64, total: u64) -> Vec<Tally> {
        (0..total).map(|index| Tally { yes: u64::from(index < yes), total: 1 }).collect()
    }

    #[test]
    fn one_message_per_persona_gives_the_textbook_wilson_interval() {
        // 11 of 16, as published calculators print it: 0.4440 to 0.8584.
        let interval = Rate::from_tallies(&singles(11, 16)).interval.unwrap();
        assert!((interval.low - 0.4440).abs() < 5e-4, "{interval:?}");
        assert!((interval.high - 0.8584).abs() < 5e-4, "{interval:?}");
    }

    #[test]
    fn a_share_of_people_has_the_same_interval() {
        assert_eq!(Interval::wilson(11, 16), Rate::from_tallies(&singles(11, 16)).interval);
        assert_eq!(Interval::wilson(0, 0), None);
    }

    #[test]
    fn sixteen_of_sixteen_does_not_claim_certainty() {
        let interval = Rate::from_tallies(&singles(16, 16)).interval.unwrap();
        assert!(interval.low < 0.82 && interval.high > 0.999, "{interval:?}");
    }

    #[test]
    fn personas_that_always_answer_alike_count_once_however_often_they_are_asked() {
        let asked_once = Rate::from_tallies(&singles(5, 10)).interval.unwrap();
        let ten_times: Vec<Tally> =
            (0..10).map(|index| Tally { yes: if index < 5 { 10 } else { 0 }, total: 10 }).collect();
        let asked_ten_times = Rate::from_tallies(&ten_times).interval.unwrap();
        assert!((asked_once.low - asked_ten_times.low).abs() < 0.02);
        assert!((asked_once.high - asked_ten_times.high).abs() < 0.02);
    }

    #[test]
    fn nothing_decided_has_no_rate_and_no_interval() {
        let rate = Rate::from_tallies(&[Tally::default()]);
        assert_eq!((rate.share(), rate.interval, rate.personas), (None, None, 0));
    }

    #[test]
    fn four_personas_that_happen_to_answer_alike_are_not_forty_observations() {
        // Each said yes to half of ten messages: the personas show no variance at all.
        let balanced = Rate::from_tallies(&[Tally { yes: 5, total: 10 }; 4]).interval.unwrap();
        let forty = Rate::from_tallies(&singles(20, 40)).interval.unwrap();
        assert!(balanced.high - balanced.low > 1.4 * (forty.high - forty.low), "{balanced:?} {forty:?}");
    }

    #[test]
    fn one_persona_is_one_observation_however_often_it_is_asked() {
        let once = Rate::from_tallies(&[Tally { yes: 1, total: 1 }]).interval;
        assert_eq!(Rate::from_tallies(&[Tally { yes: 3_000, total: 3_000 }]).interval, once);
    }

    #[test]
    fn a_persona_with_nearly_all_messages_is_not_drowned_by_those_with_one() {
        let mut tallies = singles(3, 9);
        tallies.push(Tally { yes: 10, total: 30 });
        let interval = Rate::from_tallies(&tallies).interval.unwrap();
        assert!(interval.low < 0.15 && interval.high > 0.6, "{interval:?}");
    }

    /// The share of simulated runs whose interval holds the personas' true rate. Personas have a temper of their own
    /// (logit-normal); `messages` says how many each gets.
    fn coverage(messages: &[u64], centre: f64, spread: f64, rng: &mut ChaCha8Rng) -> f64 {
        let chance = |rng: &mut ChaCha8Rng| {
            let temper = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
            1.0 / (1.0 + (-(centre + spread * temper)).exp())
        };
        let truth = (0..40_000).map(|_| chance(rng)).sum::<f64>() / 40_000.0;
        let runs = 1_000;
        let held = (0..runs)
            .filter(|_| {
                let tally = |total: &u64| {
                    let chance = chance(rng);
                    Tally::from_decisions((0..*total).map(|_| rng.random_bool(chance)))
                };
                let tallies: Vec<Tally> = messages.iter().map(tally).collect();
                let interval = Rate::from_tallies(&tallies).interval.unwrap();
                interval.low <= truth && truth <= interval.high
            })
            .count();
        held as f64 / f64::from(runs)
    }

    #[test]
    fn the_interval_covers_the_true_rate_about_as_often_as_it_says() {
        let uneven = |many: usize, ones: usize| [vec![30; many], vec![1; ones]].concat();
        let designs = [
            vec![10; 4],
            vec![30; 5],
            uneven(1, 9),
            uneven(2, 20),
            vec![3; 10],
            vec![3; 16],
            vec![10; 40],
            vec![1; 40],
        ];
        let mut rng = ChaCha8Rng::seed_from_u64(17);
        for messages in designs {
            for (centre, spread) in [(-1.0, 0.0), (-1.0, 1.2), (0.0, 2.5)] {
                let share = coverage(&messages, centre, spread, &mut rng);
                assert!(share > 0.92, "messages {messages:?}, tempers {centre} and {spread}: covered {share}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate_and_stays_between_0_and_1(
            tallies in prop::collection::vec(
                (0_u64..5, 0_u64..5).prop_map(|(a, b)| Tally { yes: a.min(b), total: b }),
                1..60,
            ),
        ) {
            let rate = Rate::from_tallies(&tallies);
            if let (Some(share), Some(interval)) = (rate.share(), rate.interval) {
                prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
                prop_assert!(interval.low <= share + 1e-12 && share <= interval.high + 1e-12);
            }
        }
    }
}
