//! Where prompts are tried: trials of any prompt on any persona, each with what it showed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cycle::{Cast, Error};
use super::failures::Failures;
use super::objective::Objective;
use crate::data::spool::Texts;
use crate::engine;
use crate::evaluate::Verdict;
use crate::evaluate::auditor::Auditor;
use crate::evaluate::claims::{Audit, Facts, Kind, audit};
use crate::evaluate::gate::Gate;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Interrupted};
use crate::evaluate::trial::Bench;
use crate::event::Event;

/// One trial that is wanted: a persona by index, and the prompt to write to it with.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Index among the people.
    pub persona: u32,
    /// The prompt.
    pub prompt: Arc<str>,
}

/// What a trial showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The message.
    pub message: String,
    /// Every decision on it; the first is the one with the reasoning.
    pub votes: Vec<bool>,
    /// Why.
    pub reasoning: String,
    /// Claims in the message that neither facts nor persona support, by kind.
    pub ungrounded: BTreeMap<Kind, u32>,
}

impl Shown {
    /// Whether nothing in the message is made up.
    #[must_use]
    pub fn is_grounded(&self) -> bool {
        self.ungrounded.is_empty()
    }

    /// Whether the first decision was a yes.
    #[must_use]
    pub fn yes(&self) -> bool {
        self.votes.first().copied().unwrap_or(false)
    }

    /// The share of decisions that were a yes.
    #[must_use]
    pub fn share(&self) -> f64 {
        let yes = self.votes.iter().filter(|yes| **yes).count();
        yes as f64 / self.votes.len().max(1) as f64
    }
}

/// All that trials need.
#[derive(Clone)]
pub struct Lab<'a> {
    /// Who writes and decides.
    pub cast: &'a Cast,
    /// What may be claimed.
    pub facts: &'a Facts,
    /// Has messages with ungrounded claims written again.
    pub gate: Option<Gate>,
    /// Audits messages beyond what rules find, where there is one.
    pub auditor: Option<&'a Auditor>,
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
}

impl Lab<'_> {
    /// What a trial is worth.
    #[must_use]
    pub fn score(&self, shown: &Shown) -> f64 {
        self.objective.score(shown.share(), shown.is_grounded())
    }

    /// Answered calls of all roles so far, those from the journal included, so that a run that goes on plans as it did.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.cast.context.account.now().values().map(|used| used.calls).sum()
    }

    /// Runs these trials, all at once as far as the host allows. The answers come in the order in which they were asked
    /// for; `None` stands for a trial that failed or was not run. `label` tells this batch from others of the cycle, and
    /// `title` says in a few words what it is.
    ///
    /// # Errors
    /// When the run was asked to stop, or there is no room on the disk.
    pub async fn run(
        &self,
        label: &str,
        title: &str,
        people: &Arc<Texts>,
        wanted: &[Wanted],
    ) -> Result<Vec<Option<Shown>>, Error> {
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
        let prompts = wanted.iter().map(|trial| Arc::clone(&trial.prompt)).collect();
        let plan = Plan::write_with_and_decide(whom.clone(), prompts);
        let mut shown = self.batch(&bench, people, plan, title).await?;
        self.deepen_with(&bench, people, &whom, &mut shown).await?;
        Ok(shown)
    }

    /// Gives messages that were there already, with one decision each, what those of [`Lab::run`] have: all decisions, and
    /// the auditor's findings. `whom` says to which persona each was, and which of its messages it is.
    ///
    /// # Errors
    /// As [`Lab::run`].
    pub async fn deepen(
        &self,
        label: &str,
        people: &Arc<Texts>,
        whom: &[(u32, u32)],
        shown: &mut [Option<Shown>],
    ) -> Result<(), Error> {
        if shown.is_empty() {
            return Ok(());
        }
        self.deepen_with(&self.bench(label), people, whom, shown).await
    }

    async fn deepen_with(
        &self,
        bench: &Bench,
        people: &Arc<Texts>,
        whom: &[(u32, u32)],
        shown: &mut [Option<Shown>],
    ) -> Result<(), Error> {
        for again in 1..self.decisions {
            self.decide_again(bench, people, (whom, again), shown).await?;
        }
        if let Some(auditor) = self.auditor {
            self.audit(auditor, &bench.label, (people, whom), shown).await?;
        }
        Ok(())
    }

    /// Where the trials of a batch run.
    fn bench(&self, label: &str) -> Bench {
        Bench {
            generator: Some(self.cast.generator.clone()),
            decision_maker: Some(self.cast.decision_maker.clone()),
            gate: self.gate.clone(),
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
    ) -> Result<Vec<Option<Shown>>, Error> {
        let context = &self.cast.context;
        let outcomes = run::outcomes(bench, context, people, plan, title, |_, _| {}).await?;
        self.go_on()?;
        let mut shown = Vec::new();
        let (mut broken, mut failed) = (None, (0_usize, String::new()));
        outcomes.each(&mut |persona, _, verdict| {
            shown.push(match verdict {
                Verdict::Decided { message, decision } => match people.get(persona) {
                    Ok(text) => Some(Shown {
                        ungrounded: ungrounded(&message, self.facts, &text),
                        message,
                        votes: vec![decision.decision],
                        reasoning: decision.reasoning,
                    }),
                    Err(error) => {
                        broken = Some(error);
                        return false;
                    }
                },
                Verdict::Failed(failure) => {
                    if failed.0 == 0 {
                        failed.1.clone_from(&failure.reason);
                    }
                    failed.0 += 1;
                    match people.get(persona) {
                        Ok(text) => self.failures.add(&bench.label, text, failure),
                        Err(error) => {
                            broken = Some(error);
                            return false;
                        }
                    }
                    None
                }
                _ => None,
            });
            true
        })?;
        if failed.0 > 0 {
            context.events.emit(Event::Warning(format!(
                "{} of {} trials of the search failed and are in no rate; the first: {}",
                failed.0,
                shown.len(),
                failed.1
            )));
        }
        match broken {
            Some(error) => Err(error.into()),
            None => Ok(shown),
        }
    }

    /// One more decision on each of these messages.
    async fn decide_again(
        &self,
        bench: &Bench,
        people: &Arc<Texts>,
        (whom, again): (&[(u32, u32)], u32),
        shown: &mut [Option<Shown>],
    ) -> Result<(), Error> {
        let places: Vec<usize> = (0..shown.len()).filter(|at| shown[*at].is_some()).collect();
        let messages = places.iter().filter_map(|at| shown[*at].as_ref()).map(|own| own.message.as_str());
        let texts = Texts::of(&self.cast.context.scratch, messages)?;
        let plan = Plan::decide(places.iter().map(|at| whom[*at]).collect(), texts);
        let bench = Bench { label: format!("{} decision {}", bench.label, again + 1), ..bench.clone() };
        let title = format!("Deciding once more, {} of {}", again + 1, self.decisions);
        let decided = self.batch(&bench, people, plan, &title).await?;
        for (at, decided) in places.into_iter().zip(decided) {
            if let (Some(own), Some(decided)) = (&mut shown[at], decided) {
                own.votes.extend(decided.votes);
            }
        }
        Ok(())
    }

    /// Has a model audit each of these messages. Where it gives no usable answer, what rules found stands.
    async fn audit(
        &self,
        auditor: &Auditor,
        label: &str,
        (people, whom): (&Arc<Texts>, &[(u32, u32)]),
        shown: &mut [Option<Shown>],
    ) -> Result<(), Error> {
        let (seed, label, facts): (Arc<str>, Arc<str>, _) =
            (self.seed.to_string().into(), label.into(), Arc::new(self.facts.clone()));
        let jobs: Vec<(usize, String, String)> = shown
            .iter()
            .enumerate()
            .filter_map(|(at, own)| Some((at, own.as_ref()?.message.clone())))
            .map(|(at, message)| Ok((at, message, people.get(whom[at].0 as usize)?)))
            .collect::<Result<_, crate::data::Error>>()?;
        let (context, auditor) = (&self.cast.context, auditor.clone());
        let audits = engine::collect(&*context.engine, jobs, context.width, move |(at, message, persona)| {
            let (auditor, seed, label, facts) =
                (auditor.clone(), Arc::clone(&seed), Arc::clone(&label), Arc::clone(&facts));
            async move {
                let number = at.to_string();
                (at, auditor.audit(&message, &facts, &persona, &[&seed, &label, "audit", &number]).await)
            }
        })
        .await;
        self.go_on()?;
        for (at, audit) in audits.into_iter().flatten() {
            if let (Some(own), Ok(audit)) = (&mut shown[at], audit) {
                own.ungrounded = kinds(&audit);
            }
        }
        Ok(())
    }

    /// # Errors
    /// When the run is to stop, or a limit was reached: what was answered is in the journal, and the same command goes on
    /// from there.
    fn go_on(&self) -> Result<(), Error> {
        match self.cast.context.stop.why() {
            Some(why) => Err(Interrupted(why).into()),
            None => Ok(()),
        }
    }
}

/// Claims that nothing supports, by kind.
#[must_use]
pub fn kinds(audit: &Audit) -> BTreeMap<Kind, u32> {
    let mut kinds = BTreeMap::new();
    for claim in audit.ungrounded() {
        *kinds.entry(claim.kind).or_default() += 1;
    }
    kinds
}

/// Claims in a message that nothing supports, by kind, as far as rules find them.
#[must_use]
pub fn ungrounded(message: &str, facts: &Facts, persona: &str) -> BTreeMap<Kind, u32> {
    kinds(&audit(message, facts, persona))
}
