//! Messages of two prompts to people whom nobody tuned anything on, and what came of them.

use std::sync::Arc;

use crate::call::stop::Why;
use crate::compare::confirm::{Confirmed, Whom};
use crate::compare::missing::{self, WorstCase};
use crate::compare::sign_flip;
use crate::compare::variance::Outcomes;
use crate::compare::{Tally, mean};
use crate::data::spool::Texts;
use crate::evaluate::run::Interrupted;
use crate::optimize::before::earlier::{Aside, Earlier, digest_of};
use crate::optimize::before::grounded::{ClaimCounts, GroundedTally};
use crate::optimize::error::Error;
use crate::optimize::objective::Objective;
use crate::optimize::people::pairing::Key;
use crate::optimize::trials::trial_runner::{TrialResult, TrialRunner, Wanted};

/// One side of the comparison.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// For each persona, the results of its messages.
    pub results: Vec<Vec<TrialResult>>,
    /// Per persona, trials that failed.
    pub failed: Vec<u64>,
}

/// Counts of one side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Yes, per persona.
    pub response: Vec<Tally>,
    /// What is known of the claims.
    pub claims: ClaimCounts,
    /// The same decisions, split by what is known of their messages' claims, per persona.
    pub grounded: Vec<GroundedTally>,
}

impl Side {
    /// The counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for results in &self.results {
            counts
                .response
                .push(Tally::from_decisions(results.iter().flat_map(|result| result.decisions.iter().copied())));
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
    pub(super) fn outcomes(&self, objective: Objective) -> Vec<Outcomes> {
        let worth = |result: &TrialResult| -> Vec<f64> {
            result.chances.iter().map(|chance| objective.score(*chance, result.grounding())).collect()
        };
        self.results.iter().map(|results| results.iter().map(worth).collect()).collect()
    }
}

/// The messages asked for so far.
pub(super) struct Asked<'a> {
    runner: &'a TrialRunner<'a>,
    unseen: &'a Arc<Texts>,
    prompts: (&'a Arc<str>, &'a Arc<str>),
    earlier: &'a Earlier,
    order: &'a [Aside],
    pub(super) before: Side,
    pub(super) after: Side,
    /// Pairs of messages.
    pub(super) pairs: usize,
    /// Trials that this took.
    pub(super) trials: usize,
    /// Digests of the incumbent's earlier messages that were used.
    pub(super) used: Vec<String>,
}

impl<'a> Asked<'a> {
    /// Nothing so far.
    pub(super) fn new(
        runner: &'a TrialRunner<'a>,
        unseen: &'a Arc<Texts>,
        prompts: (&'a Arc<str>, &'a Arc<str>),
        earlier: &'a Earlier,
        order: &'a [Aside],
    ) -> Self {
        let (before, after) = (Side::default(), Side::default());
        Asked { runner, unseen, prompts, earlier, order, before, after, pairs: 0, trials: 0, used: Vec::new() }
    }

    /// Goes on asking until there are this many pairs in all.
    pub(super) async fn ask(&mut self, until: usize, label: &str, title: &str) -> Result<(), Error> {
        let (incumbent, challenger) = self.prompts;
        let (mut wanted, mut sides) = (Vec::new(), Vec::new());
        let (mut whom, mut there) = (Vec::new(), Vec::new());
        for pair in self.pairs..until {
            let (place, number) = (pair % self.order.len(), pair / self.order.len());
            let persona = self.order[place].index;
            let text = self.unseen.get(persona as usize)?;
            let messages = self.earlier.messages(&text, number);
            for (later, result) in messages.iter().enumerate() {
                self.used.push(digest_of(Key::of(&text), &result.message));
                whom.push((persona, (number + later) as u32));
                there.push((place, result.clone()));
            }
            if messages.is_empty() {
                wanted.push(Wanted { persona, prompt: Arc::clone(incumbent) });
                sides.push((place, false));
            }
            wanted.push(Wanted { persona, prompt: Arc::clone(challenger) });
            sides.push((place, true));
        }
        for side in [&mut self.before, &mut self.after] {
            side.results.resize_with(until.min(self.order.len()), Vec::new);
            side.failed.resize(until.min(self.order.len()), 0);
        }
        let (places, mut there): (Vec<usize>, Vec<Option<TrialResult>>) =
            there.into_iter().map(|(place, result)| (place, Some(result))).unzip();
        self.runner.decide_more(&format!("{label} earlier"), self.unseen, &whom, &mut there).await?;
        for (place, result) in places.into_iter().zip(there) {
            self.before.results[place].extend(result);
        }
        self.trials += wanted.len();
        let results = self.runner.run(label, title, self.unseen, &wanted).await?;
        for ((place, is_challenger), result) in sides.into_iter().zip(results) {
            let side = if is_challenger { &mut self.after } else { &mut self.before };
            match result {
                Some(result) => side.results[place].push(result),
                None => side.failed[place] += 1,
            }
        }
        self.pairs = until;
        Ok(())
    }

    /// Goes on asking after the decision; returns whether it finished. Reaching a limit loses nothing of the proof.
    ///
    /// # Errors
    /// As [`Asked::ask`], but for limits.
    pub(super) async fn ask_on(&mut self, until: usize, label: &str, title: &str) -> Result<bool, Error> {
        let (before, after) = (self.before.clone(), self.after.clone());
        let (trials, used) = (self.trials, self.used.len());
        match self.ask(until, label, title).await {
            Err(Error::Interrupted(Interrupted(why))) if why != Why::Asked => {
                (self.before, self.after, self.trials) = (before, after, trials);
                self.used.truncate(used);
                Ok(false)
            }
            asked => asked.map(|()| true),
        }
    }

    /// Differences per persona; NaN where one side has nothing.
    pub(super) fn differences(&self) -> Vec<f64> {
        differences(self.runner, (&self.before.results, &self.after.results))
    }

    /// What a persona's difference changes by if one of its messages is decided otherwise.
    pub(super) fn step(&self) -> f64 {
        self.share_of_a_pair() * self.earlier.step()
    }

    /// The share that one pair is of a persona's pairs.
    fn share_of_a_pair(&self) -> f64 {
        let people = self.before.results.len();
        people as f64 / self.pairs.max(people) as f64
    }

    /// An approximate variance of the difference of one pair.
    pub(super) fn variance_of_a_pair(&self) -> f64 {
        let decided: Vec<f64> = self.differences().into_iter().filter(|one| !one.is_nan()).collect();
        sign_flip::augmented_variance(&decided, self.step()) / self.share_of_a_pair()
    }

    /// The incumbent's mean score, every person counting once; `None` without any.
    pub(super) fn rate_before(&self) -> Option<f64> {
        let score = |results: &Vec<TrialResult>| mean(results.iter().map(|result| self.runner.score(result)));
        let rate = mean(self.before.results.iter().filter(|results| !results.is_empty()).map(score));
        (!rate.is_nan()).then_some(rate)
    }

    /// The range that failed trials leave open; `None` if none failed.
    pub(super) fn worst_case(&self) -> Option<WorstCase> {
        let side = |side: &Side, place: usize| missing::Side {
            sum: side.results[place].iter().map(|result| self.runner.score(result)).sum(),
            decided: side.results[place].len() as u64,
            failed: side.failed[place],
        };
        let people: Vec<_> =
            (0..self.before.results.len()).map(|place| (side(&self.before, place), side(&self.after, place))).collect();
        let failed: u64 = people.iter().map(|(before, after)| before.failed + after.failed).sum();
        if failed == 0 { None } else { WorstCase::from_sides(&people) }
    }
}

/// How many messages each person had on both sides at one moment.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    before: Vec<usize>,
    after: Vec<usize>,
    pairs: usize,
}

impl Mark {
    pub(super) fn set(asked: &Asked<'_>) -> Self {
        let counts = |side: &Side| side.results.iter().map(Vec::len).collect();
        Mark { before: counts(&asked.before), after: counts(&asked.after), pairs: asked.pairs }
    }

    /// Pairs so far.
    pub(super) fn pairs(&self) -> usize {
        self.pairs
    }

    /// A person's messages on one side that came after the mark.
    #[must_use]
    pub fn later<'r>(&self, side: Which, place: usize, results: &'r [TrialResult]) -> &'r [TrialResult] {
        let counts = match side {
            Which::Before => &self.before,
            Which::After => &self.after,
        };
        results.get(counts.get(place).copied().unwrap_or(0)..).unwrap_or_default()
    }
}

/// Which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The incumbent's.
    Before,
    /// The challenger's.
    After,
}

/// What was asked after the decision.
#[derive(Clone, Debug)]
pub struct Later {
    /// Pairs of messages.
    pub pairs: usize,
    /// What these messages alone show.
    pub shown: Confirmed,
    /// Where they begin.
    pub since: Mark,
    /// The smallest change of a person's difference in them.
    pub step: f64,
}

impl Later {
    /// Everything since the mark; `None` if it covers fewer than two people.
    pub(super) fn since(asked: &Asked<'_>, since: Mark) -> Option<Self> {
        let pairs = asked.pairs - since.pairs;
        let side = |which: Which, side: &Side| -> Vec<Vec<TrialResult>> {
            let later = |(place, results): (usize, &Vec<TrialResult>)| since.later(which, place, results).to_vec();
            side.results.iter().enumerate().map(later).collect()
        };
        let (before, after) = (side(Which::Before, &asked.before), side(Which::After, &asked.after));
        let differences = differences(asked.runner, (&before, &after));
        let people: Vec<usize> = (0..differences.len()).filter(|place| !differences[*place].is_nan()).collect();
        let had = |place: &usize| since.before.get(*place).is_some_and(|count| *count > 0);
        let whom = match (people.iter().any(had), people.iter().all(had)) {
            (false, _) => Whom::Others,
            (true, true) => Whom::Same,
            (true, false) => Whom::Both,
        };
        let step = people.len() as f64 / pairs.max(people.len()) as f64;
        let shown = Confirmed::after_decision(&differences, step, whom)?;
        Some(Later { pairs, shown, since, step })
    }
}

fn differences(runner: &TrialRunner<'_>, (before, after): (&[Vec<TrialResult>], &[Vec<TrialResult>])) -> Vec<f64> {
    let score = |results: &Vec<TrialResult>| mean(results.iter().map(|result| runner.score(result)));
    before.iter().zip(after).map(|(before, after)| score(after) - score(before)).collect()
}

/// NaN for nothing.
fn mean(scores: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = scores.fold((0.0, 0), |(sum, count), score| (sum + score, count + 1));
    sum / f64::from(count)
}
