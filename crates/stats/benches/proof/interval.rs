//! Whether intervals hold, over all that is tested and over what is adopted.

use rejoinder_stats::Interval;
use rejoinder_stats::adoption::AdoptionTest;
use rejoinder_stats::confirm::{Confirmed, Whom};
use rejoinder_stats::exact::{ExactTest, Pairs};

use crate::world::{Person, exact, pair, proof, rng, shift_for, temper};

#[derive(Default)]
struct Held {
    all: usize,
    adopted: usize,
    bias: f64,
    bias_adopted: f64,
}

impl Held {
    fn add(&mut self, interval: Interval, estimate: f64, truth: f64, better: bool) {
        let held = usize::from(interval.low <= truth && truth <= interval.high);
        self.all += held;
        self.bias += estimate - truth;
        if better {
            self.adopted += held;
            self.bias_adopted += estimate - truth;
        }
    }

    fn show(&self, runs: usize, adopted: usize) -> String {
        let share = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
        let points = |sum: f64, of: usize| 100.0 * sum / of.max(1) as f64;
        format!(
            "{:.1} % ({:+.1}) / {:.1} % ({:+.1})",
            share(self.all, runs),
            points(self.bias, runs),
            share(self.adopted, adopted),
            points(self.bias_adopted, adopted)
        )
    }
}

/// At many gains: the interval of the looks, the one of everybody measured, and that of people asked after the
/// decision.
pub fn all(runs: usize) -> String {
    let mut rng = rng(31);
    let mut lines = format!(
        "95 % intervals that hold the true gain, of all / of what was adopted, {runs} runs at level 0.025; in brackets \
         how far estimates are off in the mean, in points. \"Asked again\" is with up to three pairs a person.\n\n\
         | people | true gain | adopted | stopped at a look | everybody measured once | asked after the decision | \
         asked again |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for people in [20, 40, 80] {
        for gain in [0.0, 0.05, 0.1, 0.15, 0.2, 0.3] {
            let shift = shift_for(gain);
            let (mut stopped, mut measured, mut later, mut again) =
                (Held::default(), Held::default(), Held::default(), Held::default());
            let (mut adopted, mut adopted_again) = (0, 0);
            for _ in 0..runs {
                let whom: Vec<Person> = (0..people).map(|_| temper(shift, &mut rng)).collect();
                let all: Vec<f64> = whom.iter().map(|person| pair(*person, &mut rng)).collect();
                let (mut test, (better, _)) = exact(ExactTest::plan(0.025, 0.15), &all);
                adopted += usize::from(better);
                if let Some(outcome) = test.result() {
                    stopped.add(outcome.interval, outcome.estimate, gain, better);
                }
                test.measure(Pairs::of_differences(&all).unwrap_or_default());
                if let Some(outcome) = test.result() {
                    measured.add(outcome.interval, outcome.estimate, gain, better);
                }
                let others: Vec<f64> = (0..40).map(|_| pair(temper(shift, &mut rng), &mut rng)).collect();
                if let Some(confirmed) = Confirmed::after_decision(&others, 1.0, Whom::Others) {
                    later.add(confirmed.interval, confirmed.mean, gain, better);
                }
                let (test, (better, _)) = proof(AdoptionTest::plan(0.025, 0.15), &whom, 3 * people, &mut rng);
                adopted_again += usize::from(better);
                if let Some(outcome) = test.result() {
                    again.add(outcome.interval, outcome.estimate, gain, better);
                }
            }
            lines += &format!(
                "| {people} | {:.0} points | {:.1} % | {} | {} | {} | {} |\n",
                100.0 * gain,
                100.0 * adopted as f64 / runs as f64,
                stopped.show(runs, adopted),
                measured.show(runs, adopted),
                later.show(runs, adopted),
                again.show(runs, adopted_again),
            );
        }
    }
    lines
}
