//! The proof: challenger against incumbent on people whom nobody tuned anything on, with fresh messages of both.

use std::sync::Arc;

use super::asked::{Asked, Later, Mark, Side};
use super::tell;
use crate::compare::Mean;
use crate::compare::adoption::{self, AdoptionTest, Answers};
use crate::compare::confirm::pairs_for_precision;
use crate::compare::missing::WorstCase;
use crate::compare::sequential::{Decision, Outcome};
use crate::compare::variance::Components;
use crate::data::spool::Texts;
use crate::optimize::before::earlier::{Aside, Earlier};
use crate::optimize::error::Error;
use crate::optimize::trials::trial_runner::TrialRunner;

/// The most people on whom a proved gain is measured: further ones narrow the interval little.
const MOST_MEASURED: usize = 200;
/// At most one in this many of the pairs that are paid for is kept for after the decision: keeping more would cost the
/// test too much.
const KEPT_FOR_LATER: usize = 8;
/// The gain that the test is planned to find is not below this.
const LEAST_AIM: f64 = 0.1;

/// What verifying showed.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What the last look said.
    pub decision: Decision,
    /// Gain with its interval; `None` with fewer than two personas.
    pub outcome: Option<Outcome>,
    /// The incumbent.
    pub before: Side,
    /// The challenger.
    pub after: Side,
    /// Differences per persona; NaN where one side has nothing.
    pub differences: Vec<f64>,
    /// The smallest step that a persona can make.
    pub step: f64,
    /// The incumbent's mean score per persona; `None` without any.
    pub from: Option<f64>,
    /// Where the scatter of the differences comes from; `None` with too little data.
    pub components: Option<Components>,
    /// The level of the test, one-sided.
    pub alpha: f64,
    /// Trials that were run, of both sides.
    pub trials: usize,
    /// How many of them it took to decide.
    pub decided_at: usize,
    /// The incumbent's messages that were there already.
    pub earlier: usize,
    /// Their digests.
    pub used: Vec<String>,
    /// What was asked after a decision for the challenger: the luck that it was adopted by is not in it.
    pub later: Option<Later>,
    /// What failed trials could have made of the gain; `None` where none failed.
    pub worst_case: Option<WorstCase>,
    /// The people, in the order in which they were asked.
    pub people: Vec<u32>,
    /// Where decisions are chances: the mean chance of a yes to the incumbent and to the challenger.
    pub chances: Option<(Mean, Mean)>,
}

/// How much may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// The level of the test.
    pub alpha: f64,
    /// The gain that is expected, for knowing when to give up.
    pub expected: f64,
    /// Trials of both sides together.
    pub trials: usize,
    /// Further trials for a test that would otherwise end without a decision; not for measuring or confirming.
    pub spare: usize,
    /// Of the pairs that these trials pay for, those that are asked after a decision for the challenger; at most an
    /// eighth is kept for that.
    pub confirm: usize,
    /// The farthest that the interval of the pairs asked after the decision should reach to each side: as many are
    /// asked for it as the remaining trials pay for.
    pub precision: Option<f64>,
}

impl Size {
    /// Pairs of messages that its trials pay for, where so many of the incumbent's are there already.
    #[must_use]
    pub fn pairs(self, earlier: usize) -> usize {
        pairs(self.trials, earlier)
    }

    /// Pairs of messages that its spare trials pay for beyond these.
    #[must_use]
    pub fn spare_pairs(self, earlier: usize) -> usize {
        pairs(self.trials + self.spare, earlier) - self.pairs(earlier)
    }
}

/// The number of pairs with those after a decision, of which so many are `wanted`. As far as that goes, all that is
/// `paid_for` is asked; if spare trials made the test longer than that, what was `kept` is still there.
fn until_confirmed(decided: usize, wanted: usize, (paid_for, kept): (usize, usize)) -> usize {
    paid_for.max(decided + kept).min(decided + wanted)
}

fn pairs(trials: usize, earlier: usize) -> usize {
    if trials <= earlier { trials } else { earlier + (trials - earlier) / 2 }
}

/// Tests the challenger against the incumbent. Whom to ask next does not depend on the answers; whether to continue
/// does, as the test allows. If the challenger is found better before everybody was asked once, the others are asked
/// too, as far as the trials go: that it gains is then known, and readers want to know how much. And since luck helped
/// it to be adopted, some pairs are asked after the decision in any case. `order` is that of the people kept aside
/// ([`order`](crate::optimize::before::earlier::order)).
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn verify(
    runner: &TrialRunner<'_>,
    (unseen, order): (&Arc<Texts>, &[Aside]),
    prompts: (&Arc<str>, &Arc<str>),
    there: &Earlier,
    size: Size,
) -> Result<Verified, Error> {
    // Everybody is asked once before anybody is asked twice: another persona tells more than another message.
    let paid_for = if order.is_empty() { 0 } else { size.pairs(there.pairs()) };
    // The number of pairs per person is limited, so that a kind of people that the sample misses cannot pass for one
    // that gains.
    let kept = size.confirm.min(paid_for / KEPT_FOR_LATER);
    let pairs = (paid_for - kept + size.spare_pairs(there.pairs())).min(adoption::most_pairs(order.len()));
    let is_graded = runner.decisions > 1 || runner.decides_by_chances() || there.has_several();
    let answers = if is_graded { Answers::Graded } else { Answers::Single };
    let mut test = AdoptionTest::plan(size.alpha, size.expected.max(LEAST_AIM));
    let mut asked = Asked::new(runner, unseen, prompts, there, order);
    let mut decision = Decision::GoOn;
    let schedule = adoption::schedule(order.len(), pairs, answers);
    let looks = schedule.len();
    for (look, until) in (1..).zip(schedule) {
        let title = format!("Asking people kept aside, look {look} of {looks}");
        asked.ask(until, &format!("verify {look}"), &title).await?;
        let fraction = if look == looks { 1.0 } else { until as f64 / pairs as f64 };
        decision = test.look_at(&asked.differences(), asked.step(), fraction);
        tell::looked(runner, (look, looks, false), (&asked.before, &asked.after), &test, decision);
        if decision != Decision::GoOn {
            break;
        }
    }
    let (decided_at, mark) = (asked.trials, Mark::set(&asked));
    let mut later = None;
    if decision == Decision::Better {
        // Fixed before the first look, so that their number does not depend on what they say. A measuring takes the
        // step of single messages; with several of the incumbent's the interval stays that of the last look.
        let everybody = if there.has_several() { 0 } else { paid_for.min(order.len()).min(MOST_MEASURED) };
        let title = "Measuring how much it gains, with people kept aside";
        if asked.pairs < everybody && asked.ask_on(everybody, "measure", title).await? {
            test.measure(&asked.differences(), asked.step());
            tell::looked(runner, (looks, looks, true), (&asked.before, &asked.after), &test, decision);
        }
        // The scatter among those who decided says how many more it takes; it says nothing about their mean.
        let wanted = size.precision.and_then(|reach| pairs_for_precision(asked.variance_of_a_pair(), reach));
        let wanted = size.confirm.max(wanted.unwrap_or(0) as usize);
        let confirmed = until_confirmed(mark.pairs(), wanted, (paid_for, kept));
        if asked.pairs < confirmed {
            asked.ask_on(confirmed, "confirm", "Asking on after the decision, with people kept aside").await?;
        }
        later = Later::since(&asked, mark);
    }
    let (differences, step, worst_case) = (asked.differences(), asked.step(), asked.worst_case());
    let from = asked.rate_before();
    let Asked { before, after, trials, used, .. } = asked;
    let components = Components::of_pairs(&before.outcomes(runner.objective), &after.outcomes(runner.objective));
    let chances = || Some((Mean::from_outcomes(&before.chances())?, Mean::from_outcomes(&after.chances())?));
    let chances = if runner.decides_by_chances() { chances() } else { None };
    Ok(Verified {
        chances,
        decision,
        outcome: test.result(),
        earlier: used.len(),
        used,
        before,
        after,
        differences,
        step,
        from,
        components,
        alpha: size.alpha,
        trials,
        decided_at,
        later,
        worst_case,
        people: order.iter().map(|one| one.index).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_trials_pay_for_further_pairs_where_earlier_messages_are_one_side_of_the_first() {
        let size = |trials, spare| Size { alpha: 0.05, expected: 0.2, trials, spare, confirm: 0, precision: None };
        let pairs = |size: Size, earlier| (size.pairs(earlier), size.spare_pairs(earlier));
        assert_eq!(pairs(size(40, 20), 0), (20, 10));
        assert_eq!(pairs(size(40, 0), 0), (20, 0));
        assert_eq!(pairs(size(10, 20), 12), (10, 11), "two pairs with an earlier message, and nine without");
    }

    #[test]
    fn after_a_decision_the_kept_pairs_are_asked_even_where_spare_trials_made_the_test_longer() {
        assert_eq!(until_confirmed(20, 5, (40, 5)), 25, "no more than is wanted");
        assert_eq!(until_confirmed(20, 90, (40, 5)), 40, "no more than is paid for");
        assert_eq!(until_confirmed(35, 5, (40, 5)), 40);
        assert_eq!(until_confirmed(48, 40, (40, 5)), 53, "the test used eight spare pairs");
    }
}
