//! Where prompts are tried: trials of any prompt on any persona, each with what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::audits::{Audits, Searched, is_among};
use super::failures::Failures;
use crate::data::results::Decision;
use crate::data::spool::Texts;
use crate::data::{self, Map};
use crate::evaluate::auditing::{AuditWhen, Auditing, Message};
use crate::evaluate::grounding::{Audit, Grounding, Sources};
use crate::evaluate::outcomes::Outcomes;
use crate::evaluate::plan::{Plan, Reviews};
use crate::evaluate::run::{self, Interrupted, Trials};
use crate::evaluate::trial::{Bench, Review, ReviewAudit};
use crate::evaluate::{DecisionMaker, TrialFailure, Verdict};
use crate::event::Event;
use crate::model::Role;
use crate::optimize::cast::Cast;
use crate::optimize::error::Error;
use crate::optimize::objective::Objective;

/// One trial that is wanted: a persona by index, and the prompt to write to it with.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Index among the people.
    pub persona: u32,
    /// The prompt.
    pub prompt: Arc<str>,
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialResult {
    /// The message.
    pub message: String,
    /// Every decision on it; the first is the one with the reasoning.
    pub decisions: Vec<bool>,
    /// The value of each decision, in 0..=1: the chance of a yes if the decision maker gives one, else 1 for a yes.
    pub chances: Vec<f64>,
    /// Why.
    pub reasoning: String,
    /// What it claims, as far as that was checked.
    pub audit: Audit,
}

impl TrialResult {
    /// Whether the first decision was a yes.
    #[must_use]
    pub fn is_yes(&self) -> bool {
        self.decisions.first().copied().unwrap_or(false)
    }

    /// The average value of its decisions: the mean chance of a yes, or the share of yes.
    #[must_use]
    pub fn chance(&self) -> f64 {
        self.chances.iter().sum::<f64>() / self.chances.len().max(1) as f64
    }

    /// What is known of its claims.
    #[must_use]
    pub fn grounding(&self) -> Grounding {
        self.audit.grounding()
    }
}

/// All that trials need.
#[derive(Clone)]
pub struct TrialRunner<'a> {
    /// Who writes, decides and audits.
    pub cast: &'a Cast,
    /// Who decides on messages that are learned from: the same judge, possibly also asked about more than its decision.
    pub learns_by: DecisionMaker,
    /// What messages are held against.
    pub sources: &'a Sources,
    /// When messages are audited.
    pub audit_when: AuditWhen,
    /// How often a message that makes claims up is revised before it is decided on.
    pub revisions: u32,
    /// What counts.
    pub objective: Objective,
    /// Decisions on each message.
    pub decisions: u32,
    /// Seed of the cycle.
    pub seed: u64,
    /// The cycle's name in the journal.
    pub step: &'a str,
    /// Where trials that fail are listed.
    pub failures: Failures,
    /// Where audits are counted.
    pub audits: Audits,
}

impl TrialRunner<'_> {
    /// The salt that shuffles people kept aside: a different order in every cycle, so that no one is always asked
    /// first.
    #[must_use]
    pub fn salt(&self) -> String {
        format!("{} {}", self.seed, self.step)
    }

    /// What a trial is worth. While searching, a yes that was not audited is worth what the others are on average.
    #[must_use]
    pub fn score(&self, result: &TrialResult) -> f64 {
        let score = self.objective.score(result.chance(), result.grounding());
        let is_open = self.searches_grounded() && result.grounding() == Grounding::NotChecked;
        if is_open { score * self.audits.worth_of_unchecked() } else { score }
    }

    /// Whether decisions are chances rather than a yes or a no.
    #[must_use]
    pub fn decides_by_chances(&self) -> bool {
        self.cast.decision_maker.threshold().is_some()
    }

    /// Whether it searches for grounded yes.
    fn searches_grounded(&self) -> bool {
        self.objective == Objective::Grounded && self.audit_when == AuditWhen::AfterYes
    }

    /// Answered calls of the auditor so far.
    fn audit_calls(&self) -> u64 {
        self.cast.context.account.now().get(&Role::Auditor).map_or(0, |used| used.calls)
    }

    /// Answered calls of all roles so far, those from the journal included, so that a run that goes on plans as it did.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.cast.context.account.now().values().map(|used| used.calls).sum()
    }

    /// How messages that are written to be kept are audited, or those of a proof.
    #[must_use]
    pub fn auditing(&self) -> Auditing {
        Auditing {
            by: self.audits.next(self.cast.auditor.as_ref()),
            sources: self.sources.clone(),
            when: self.audit_when,
            revisions: self.revisions,
        }
    }

    /// Runs these trials, all at once as far as the host allows. The answers come in the order in which they were asked
    /// for; `None` stands for a trial that failed or was not run. `label` tells this batch from others of the cycle,
    /// and `title` says in a few words what it is.
    ///
    /// # Errors
    /// When the run was asked to stop, or there is no room on the disk.
    pub async fn run(
        &self,
        label: &str,
        title: &str,
        people: &Arc<Texts>,
        wanted: &[Wanted],
    ) -> Result<Vec<Option<TrialResult>>, Error> {
        let bench = self.bench(label);
        // The n-th trial of a persona in this batch has the number n.
        let mut met: BTreeMap<u32, u32> = BTreeMap::new();
        let whom: Vec<(u32, u32)> = wanted
            .iter()
            .map(|trial| {
                let number = met.entry(trial.persona).or_default();
                *number += 1;
                (trial.persona, *number - 1)
            })
            .collect();
        let (share, calls) = (self.audits.affordable(wanted.len()), self.audit_calls());
        let prompt = |(at, trial): (usize, &Wanted)| (Arc::clone(&trial.prompt), is_among(at, share));
        let plan = Plan::write_with_and_decide(whom.clone(), wanted.iter().enumerate().map(prompt).collect());
        let mut results = self.batch(&bench, people, plan, title).await?;
        self.decide_on(&bench, people, &whom, &mut results).await?;
        self.audit_late_yes(&bench, (people, share), &whom, &mut results).await?;
        if self.searches_grounded() {
            let mut batch = Searched { calls: self.audit_calls() - calls, ..Searched::default() };
            for result in results.iter().flatten() {
                batch.add(result.decisions.contains(&true), result.grounding());
            }
            self.audits.searched(batch);
        }
        Ok(results)
    }

    /// Gives messages that were there already, with one decision each, as many as those of [`TrialRunner::run`] have. `whom`
    /// says to which persona each was, and which of its messages it is.
    ///
    /// # Errors
    /// As [`TrialRunner::run`].
    pub async fn decide_more(
        &self,
        label: &str,
        people: &Arc<Texts>,
        whom: &[(u32, u32)],
        results: &mut [Option<TrialResult>],
    ) -> Result<(), Error> {
        if results.is_empty() {
            return Ok(());
        }
        self.decide_on(&self.bench(label), people, whom, results).await
    }

    /// Where the trials of a batch run.
    fn bench(&self, label: &str) -> Bench {
        // Where claims count for nothing, what is only searched with need not be audited.
        let is_idle = self.objective == Objective::Response && self.audit_when == AuditWhen::AfterYes;
        // Nothing is learned from people who only verify, so nothing but their decisions is asked for.
        let decision_maker = match self.audit_when {
            AuditWhen::AfterYes => self.learns_by.clone(),
            AuditWhen::BeforeDecision => self.cast.decision_maker.clone().deciding_only(),
        };
        Bench {
            generator: Some(self.cast.generator.clone()),
            decision_maker: Some(decision_maker),
            auditing: (!is_idle).then(|| self.auditing()),
            prompt: String::new(),
            seed: self.seed,
            label: format!("{} {label}", self.step),
        }
    }

    /// One batch of trials.
    async fn batch(
        &self,
        bench: &Bench,
        people: &Arc<Texts>,
        plan: Plan,
        title: &str,
    ) -> Result<Vec<Option<TrialResult>>, Error> {
        let context = &self.cast.context;
        let outcomes = run::outcomes(bench, context, Trials { people, plan, label: title }, |_, _| {}).await?;
        self.go_on()?;
        let (results, failed) = self.read(&outcomes, people, &bench.label)?;
        if let Some(first) = failed.first() {
            context.events.emit(Event::Warning(format!(
                "{} of {} trials of the search failed and are in no rate; the first: {first}",
                failed.len(),
                results.len()
            )));
        }
        Ok(results)
    }

    /// What came of a batch, and the reasons of the trials that failed, which are listed.
    fn read(
        &self,
        outcomes: &Outcomes,
        people: &Arc<Texts>,
        step: &str,
    ) -> Result<(Vec<Option<TrialResult>>, Vec<String>), data::Error> {
        let (mut results, mut failed, mut listed) = (Vec::new(), Vec::new(), Ok(()));
        outcomes.each(&mut |persona, _, verdict| {
            verdict.message().into_iter().for_each(|message| self.audits.add(message));
            results.push(match verdict {
                Verdict::Decided { message: Message { text, audit, .. }, decision } => Some(TrialResult {
                    message: text,
                    decisions: vec![decision.decision],
                    chances: vec![decision.chance()],
                    reasoning: decision.reasoning,
                    audit,
                }),
                Verdict::Failed(failure) => {
                    failed.push(failure.reason.clone());
                    listed = self.list(step, people, persona, failure);
                    None
                }
                Verdict::Written(_) | Verdict::NotRun => None,
            });
            listed.is_ok()
        })?;
        listed.map(|()| (results, failed))
    }

    fn list(&self, step: &str, people: &Texts, persona: usize, failure: TrialFailure) -> Result<(), data::Error> {
        self.failures.add(step, people.get(persona)?, failure);
        Ok(())
    }

    /// Further decisions on each of these messages.
    async fn decide_on(
        &self,
        bench: &Bench,
        people: &Arc<Texts>,
        whom: &[(u32, u32)],
        results: &mut [Option<TrialResult>],
    ) -> Result<(), Error> {
        for again in 2..=self.decisions {
            let places: Vec<usize> = (0..results.len()).filter(|at| results[*at].is_some()).collect();
            let messages = results.iter().flatten().map(|result| result.message.as_str());
            let texts = Texts::spool(&self.cast.context.scratch, messages)?;
            let plan = Plan::decide(places.iter().map(|at| whom[*at]).collect(), texts);
            let label = format!("{} decision {again}", bench.label);
            let bench = Bench { label, auditing: None, ..bench.clone() };
            let title = format!("Deciding once more, {again} of {}", self.decisions);
            let decided = self.batch(&bench, people, plan, &title).await?;
            for (at, decided) in places.into_iter().zip(decided) {
                if let (Some(result), Some(decided)) = (&mut results[at], decided) {
                    result.decisions.extend(decided.decisions);
                    result.chances.extend(decided.chances);
                }
            }
        }
        Ok(())
    }

    /// Where messages are audited after a yes: audits those that got theirs from a later decision.
    async fn audit_late_yes(
        &self,
        bench: &Bench,
        (people, share): (&Arc<Texts>, f64),
        whom: &[(u32, u32)],
        results: &mut [Option<TrialResult>],
    ) -> Result<(), Error> {
        if bench.auditing.as_ref().is_none_or(|auditing| auditing.when != AuditWhen::AfterYes) {
            return Ok(());
        }
        let (mut places, mut reviews) = (Vec::new(), Reviews::new(&self.cast.context.scratch)?);
        for (at, result) in results.iter().enumerate() {
            let is_late = |own: &&TrialResult| !own.is_yes() && own.decisions.contains(&true);
            let Some(result) = result.as_ref().filter(is_late).filter(|_| is_among(at, share)) else { continue };
            let decision = Decision { decision: false, reasoning: result.reasoning.clone(), extra: Map::new() };
            let message = Message::unchecked(&result.message);
            reviews.push(&Review { message, decision: Some(decision), audit: ReviewAudit::Always })?;
            places.push(at);
        }
        if places.is_empty() {
            return Ok(());
        }
        let plan = Plan::review(places.iter().map(|at| whom[*at]).collect(), reviews);
        let bench = Bench { label: format!("{} late", bench.label), ..bench.clone() };
        let audited = self.batch(&bench, people, plan, "Checking claims after a later yes").await?;
        for (at, audited) in places.into_iter().zip(audited) {
            if let (Some(result), Some(audited)) = (&mut results[at], audited) {
                result.audit = audited.audit;
            }
        }
        Ok(())
    }

    /// # Errors
    /// When the run is to stop, or a limit was reached: what was answered is in the journal, and the same command goes
    /// on from there.
    fn go_on(&self) -> Result<(), Error> {
        match self.cast.context.stop.why() {
            Some(why) => Err(Interrupted(why).into()),
            None => Ok(()),
        }
    }
}
