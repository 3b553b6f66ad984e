//! The proof: challenger against incumbent on people whom nobody tuned anything on, with fresh messages of both.

use std::sync::Arc;

use super::cycle::Error;
use super::earlier::{Earlier, order};
use super::grounded::{ClaimCounts, GroundedTally};
use super::lab::{Lab, TrialResult, Wanted};
use super::objective::Objective;
use super::tell;
use crate::call::stop::Why;
use crate::compare::adoption::{self, AdoptionTest, Answers};
use crate::compare::sequential::{Decision, Outcome};
use crate::compare::variance::{Components, Outcomes};
use crate::compare::{Mean, Tally, mean};
use crate::data::spool::Texts;
use crate::evaluate::run::Interrupted;

/// Pairs up to which a gain that is proved is measured, also where the people are fewer: an interval of 30 to 40 points.
const LEAST_MEASURED: usize = 40;
/// And where they are more: further ones narrow the interval little.
const MOST_MEASURED: usize = 200;
/// The gain that the test is planned to find is not below this.
const LEAST_AIM: f64 = 0.1;

/// One side of the comparison.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Per persona what came of each message.
    pub results: Vec<Vec<TrialResult>>,
    /// Trials that failed.
    pub failed: usize,
}

/// Counts of one side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Yes, per persona.
    pub response: Vec<Tally>,
    /// What is known of the claims.
    pub claims: ClaimCounts,
    /// The same decisions by what is known of their messages' claims, per persona.
    pub grounded: Vec<GroundedTally>,
}

impl Side {
    /// The counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for results in &self.results {
            counts.response.push(Tally::of(results.iter().flat_map(|result| result.decisions.iter().copied())));
            let mut grounded = GroundedTally::default();
            for result in results {
                counts.claims.add(&mut grounded, &result.decisions, &result.audit);
            }
            counts.grounded.push(grounded);
        }
        counts
    }

    /// How likely a yes was, per persona.
    #[must_use]
    pub fn chances(&self) -> Vec<mean::Outcomes> {
        let of_persona = |results: &Vec<TrialResult>| {
            let mut outcomes = mean::Outcomes::default();
            results.iter().flat_map(|result| &result.chances).for_each(|chance| outcomes.add(*chance));
            outcomes
        };
        self.results.iter().map(of_persona).collect()
    }

    /// What every decision was worth, by persona and message.
    fn outcomes(&self, objective: Objective) -> Vec<Outcomes> {
        let worth = |result: &TrialResult| -> Vec<f64> {
            result.chances.iter().map(|chance| objective.score(*chance, result.grounding())).collect()
        };
        self.results.iter().map(|results| results.iter().map(worth).collect()).collect()
    }
}

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
}

impl Size {
    /// Pairs of messages that so many trials pay for, where so many of the incumbent's are there already.
    #[must_use]
    pub fn pairs(self, earlier: usize) -> usize {
        if self.trials <= earlier { self.trials } else { earlier + (self.trials - earlier) / 2 }
    }
}

/// Tests the challenger against the incumbent. Whom to ask next does not depend on the answers; whether to go on does, as
/// the test allows. Where it is better before everybody was asked once, or before there is much to measure by, more is asked
/// so far as the trials go: that it gains is then known, and how much is what people want to know.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn verify(
    lab: &Lab<'_>,
    unseen: &Arc<Texts>,
    prompts: (&Arc<str>, &Arc<str>),
    earlier: &Earlier,
    size: Size,
) -> Result<Verified, Error> {
    let order = order(unseen)?;
    // Everybody is asked once before anybody is asked twice: another persona tells more than another message.
    let paid_for = if order.is_empty() { 0 } else { size.pairs(earlier.len()) };
    // Nobody is asked so often that a kind of people whom the sample misses would pass for one that gains.
    let pairs = paid_for.min(adoption::most_pairs(order.len()));
    let is_graded = lab.decisions > 1 || lab.decides_by_chances();
    let answers = if is_graded { Answers::Graded } else { Answers::Single };
    let mut test = AdoptionTest::plan(size.alpha, size.expected.max(LEAST_AIM));
    let mut asked = Asked {
        lab,
        unseen,
        prompts,
        earlier,
        order: &order,
        before: Side::default(),
        after: Side::default(),
        pairs: 0,
        trials: 0,
    };
    let mut decision = Decision::GoOn;
    let schedule = adoption::schedule(order.len(), pairs, answers);
    let looks = schedule.len();
    for (look, until) in (1..).zip(schedule) {
        let title = format!("Verifying on unseen people, look {look} of {looks}");
        asked.ask(until, &format!("verify {look}"), &title).await?;
        let fraction = if look == looks { 1.0 } else { until as f64 / pairs as f64 };
        decision = test.look_at(&asked.differences(), asked.step(), fraction);
        tell::looked(lab, (look, looks, false), (&asked.before, &asked.after), &test, decision);
        if decision != Decision::GoOn {
            break;
        }
    }
    let decided_at = asked.trials;
    let everybody = paid_for.min(order.len().clamp(LEAST_MEASURED, MOST_MEASURED));
    if decision == Decision::Better && asked.pairs < everybody && asked.measure(everybody).await? {
        test.measure(&asked.differences(), asked.step());
        tell::looked(lab, (looks, looks, true), (&asked.before, &asked.after), &test, decision);
    }
    let (differences, step) = (asked.differences(), asked.step());
    let Asked { before, after, trials, pairs, .. } = asked;
    let components = Components::of_pairs(&before.outcomes(lab.objective), &after.outcomes(lab.objective));
    let chances = || Some((Mean::of(&before.chances())?, Mean::of(&after.chances())?));
    let chances = if lab.decides_by_chances() { chances() } else { None };
    Ok(Verified {
        chances,
        decision,
        outcome: test.result(),
        earlier: 2 * pairs - trials,
        before,
        after,
        differences,
        step,
        components,
        alpha: size.alpha,
        trials,
        decided_at,
        people: order,
    })
}

/// What was asked so far.
struct Asked<'a> {
    lab: &'a Lab<'a>,
    unseen: &'a Arc<Texts>,
    prompts: (&'a Arc<str>, &'a Arc<str>),
    earlier: &'a Earlier,
    order: &'a [u32],
    before: Side,
    after: Side,
    /// Pairs of messages.
    pairs: usize,
    /// Trials that this took.
    trials: usize,
}

impl Asked<'_> {
    /// Asks on, up to so many pairs in all.
    async fn ask(&mut self, until: usize, label: &str, title: &str) -> Result<(), Error> {
        let (incumbent, challenger) = self.prompts;
        let (mut wanted, mut sides) = (Vec::new(), Vec::new());
        let (mut whom, mut there) = (Vec::new(), Vec::new());
        for pair in self.pairs..until {
            let (place, number) = (pair % self.order.len(), pair / self.order.len());
            let persona = self.order[place];
            match self.earlier.message(&self.unseen.get(persona as usize)?, number) {
                Some(result) => {
                    whom.push((persona, number as u32));
                    there.push((place, result.clone()));
                }
                None => {
                    wanted.push(Wanted { persona, prompt: Arc::clone(incumbent) });
                    sides.push((place, false));
                }
            }
            wanted.push(Wanted { persona, prompt: Arc::clone(challenger) });
            sides.push((place, true));
        }
        for side in [&mut self.before, &mut self.after] {
            side.results.resize_with(until.min(self.order.len()), Vec::new);
        }
        let (places, mut there): (Vec<usize>, Vec<Option<TrialResult>>) =
            there.into_iter().map(|(place, result)| (place, Some(result))).unzip();
        self.lab.decide_more(&format!("{label} earlier"), self.unseen, &whom, &mut there).await?;
        for (place, result) in places.into_iter().zip(there) {
            self.before.results[place].extend(result);
        }
        self.trials += wanted.len();
        let results = self.lab.run(label, title, self.unseen, &wanted).await?;
        for ((place, is_challenger), result) in sides.into_iter().zip(results) {
            let side = if is_challenger { &mut self.after } else { &mut self.before };
            match result {
                Some(result) => side.results[place].push(result),
                None => side.failed += 1,
            }
        }
        self.pairs = until;
        Ok(())
    }

    /// Asks on to measure what is proved already, and says whether that came to its end. A limit loses nothing of the proof.
    async fn measure(&mut self, until: usize) -> Result<bool, Error> {
        let (before, after, trials) = (self.before.clone(), self.after.clone(), self.trials);
        let title = "Measuring how much it gains, on unseen people";
        match self.ask(until, "measure", title).await {
            Err(Error::Interrupted(Interrupted(why))) if why != Why::Asked => {
                (self.before, self.after, self.trials) = (before, after, trials);
                Ok(false)
            }
            asked => asked.map(|()| true),
        }
    }

    /// Differences per persona; NaN where one side has nothing.
    fn differences(&self) -> Vec<f64> {
        let score = |results: &Vec<TrialResult>| average(results.iter().map(|result| self.lab.score(result)));
        self.before.results.iter().zip(&self.after.results).map(|(a, b)| score(b) - score(a)).collect()
    }

    /// The smallest step that a persona can make.
    fn step(&self) -> f64 {
        let people = self.before.results.len();
        // Also of chances, which move in smaller steps: somebody who was not asked may lose as much as there is to lose.
        people as f64 / self.pairs.max(people) as f64
    }
}

/// NaN for nothing.
fn average(scores: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = scores.fold((0.0, 0), |(sum, count), score| (sum + score, count + 1));
    sum / f64::from(count)
}
