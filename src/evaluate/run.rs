//! A batch of trials of one prompt on a set of personas.

use super::account::Account;
use super::trial::{Bench, Trial, TrialFailure, Verdict, Work};
use crate::data::Map;
use crate::data::provenance::FailedTrial;
use crate::data::results::{Judged, PersonaResult};
use crate::engine::local;
use crate::event::{Event, Events, TrialOutcome};

/// What every run needs besides its models.
#[derive(Clone)]
pub struct RunContext {
    /// What it costs.
    pub account: Account,
    /// Trials under way at once.
    pub width: usize,
    /// Who is told what happens.
    pub events: Events,
}

/// A finished run: every trial is either among the results or among the failures.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// One entry per persona, in the order of the personas; a persona all of whose trials failed has no messages.
    pub results: Vec<PersonaResult>,
    /// The trials that failed, in order.
    pub failures: Vec<FailedTrial>,
}

impl Run {
    /// Whether it holds nothing that was paid for: no decision, and no message whose decision failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.results.iter().all(|result| result.messages.is_empty())
            && self.failures.iter().all(|failure| failure.text.is_none())
    }
}

/// `messages_per_persona` trials for each of `personas` personas.
#[must_use]
pub fn trials(personas: usize, messages_per_persona: usize, work: &Work) -> Vec<Trial> {
    (0..personas)
        .flat_map(|persona| (0..messages_per_persona).map(move |message| (persona, message)))
        .map(|(persona, message)| Trial { persona, message, work: work.clone() })
        .collect()
}

/// Runs all trials, telling the context's events about each; verdicts (persona, message, verdict) come in the order of
/// the trials. `label` says in a few words what the batch is.
pub async fn verdicts(
    bench: &Bench<'_>,
    context: &RunContext,
    personas: &[String],
    trials: Vec<Trial>,
    label: &str,
) -> Vec<(usize, usize, Verdict)> {
    verdicts_seen(bench, context, personas, trials, label, |_, _| {}).await
}

/// The same; `see` is shown every persona's index and verdict at once, in the order in which they come.
pub async fn verdicts_seen(
    bench: &Bench<'_>,
    context: &RunContext,
    personas: &[String],
    trials: Vec<Trial>,
    label: &str,
    see: impl Fn(usize, &Verdict),
) -> Vec<(usize, usize, Verdict)> {
    let see = &see;
    let RunContext { account, width, events } = context;
    let simulated = account.is_simulated();
    events.emit(Event::BatchStarted { label: label.to_owned(), total: trials.len(), simulated });
    let verdicts = local::run(trials, *width, |trial| async move {
        let (persona, message) = (trial.persona, trial.message);
        let verdict = bench.run(&personas[persona], trial).await;
        see(persona, &verdict);
        events.emit(Event::TrialEnded(match &verdict {
            Verdict::Decided { decision, .. } if decision.decision => TrialOutcome::Yes,
            Verdict::Decided { .. } => TrialOutcome::No,
            Verdict::Written(_) => TrialOutcome::Written,
            Verdict::Failed(_) => TrialOutcome::Failed,
        }));
        (persona, message, verdict)
    })
    .await;
    events.emit(Event::BatchEnded { simulated: account.is_simulated() });
    verdicts
}

/// Sorts verdicts into results and failures.
#[must_use]
pub fn collect(personas: &[String], verdicts: Vec<(usize, usize, Verdict)>) -> Run {
    let mut run = Run {
        results: personas
            .iter()
            .map(|persona| PersonaResult { persona: persona.clone(), messages: Vec::new(), extra: Map::new() })
            .collect(),
        failures: Vec::new(),
    };
    for (persona, message, verdict) in verdicts {
        match verdict {
            Verdict::Decided { message, decision } => {
                run.results[persona].messages.push(Judged { message, decision, extra: Map::new() });
            }
            // Where messages alone were asked for, nothing is decided and nothing belongs into results.
            Verdict::Written(_) => {}
            Verdict::Failed(failure) => run.failures.push(listed(persona, message, failure)),
        }
    }
    run
}

/// A failure as files list it.
#[must_use]
pub fn listed(persona: usize, message: usize, failure: TrialFailure) -> FailedTrial {
    FailedTrial {
        persona,
        message,
        stage: failure.stage.to_owned(),
        reason: failure.reason,
        text: failure.message,
        extra: Map::new(),
    }
}
