//! Where prompts are tried: trials of any prompt on any persona, each with what it showed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cycle::{Cast, Error};
use super::objective::Objective;
use crate::data::spool::Texts;
use crate::evaluate::claims::{Facts, Kind, audit};
use crate::evaluate::plan::Plan;
use crate::evaluate::run;
use crate::evaluate::trial::Bench;
use crate::evaluate::Verdict;

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
    /// Whether the decision maker said yes.
    pub yes: bool,
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
}

/// All that trials need.
#[derive(Clone)]
pub struct Lab<'a> {
    /// Who writes and decides.
    pub cast: &'a Cast,
    /// What may be claimed.
    pub facts: &'a Facts,
    /// What counts.
    pub objective: Objective,
    /// Seed of the cycle.
    pub seed: u64,
    /// The cycle's name in the journal.
    pub step: &'a str,
}

impl Lab<'_> {
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
        let bench = Bench {
            generator: Some(self.cast.generator.clone()),
            decision_maker: Some(self.cast.decision_maker.clone()),
            prompt: String::new(),
            seed: self.seed,
            label: format!("{} {label}", self.step),
        };
        // The n-th trial of a persona in this batch has the number n.
        let mut met: BTreeMap<u32, u32> = BTreeMap::new();
        let whom = wanted
            .iter()
            .map(|trial| {
                let number = met.entry(trial.persona).or_default();
                *number += 1;
                (trial.persona, *number - 1)
            })
            .collect();
        let prompts = wanted.iter().map(|trial| Arc::clone(&trial.prompt)).collect();
        let plan = Plan::write_with_and_decide(whom, prompts);
        let context = &self.cast.context;
        let outcomes = run::outcomes(&bench, context, people, plan, title, |_, _| {}).await?;
        context.go_on()?;
        let mut shown = Vec::with_capacity(wanted.len());
        let mut broken = None;
        outcomes.each(&mut |persona, _, verdict| {
            shown.push(match verdict {
                Verdict::Decided { message, decision } => match people.get(persona) {
                    Ok(text) => Some(Shown {
                        ungrounded: ungrounded(&message, self.facts, &text),
                        message,
                        yes: decision.decision,
                        reasoning: decision.reasoning,
                    }),
                    Err(error) => {
                        broken = Some(error);
                        return false;
                    }
                },
                _ => None,
            });
            true
        })?;
        match broken {
            Some(error) => Err(error.into()),
            None => Ok(shown),
        }
    }
}

/// Claims in a message that nothing supports, by kind.
#[must_use]
pub fn ungrounded(message: &str, facts: &Facts, persona: &str) -> BTreeMap<Kind, u32> {
    let mut kinds = BTreeMap::new();
    for claim in audit(message, facts, persona).ungrounded() {
        *kinds.entry(claim.kind).or_default() += 1;
    }
    kinds
}
