//! A batch of trials of one prompt on a set of personas.

use super::account::Account;
use super::trial::{Bench, Trial, TrialFailure, Verdict, Work};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::call::stop::{Stop, Why};
use crate::data::folder::DataFolder;
use crate::data::provenance::FailedTrial;
use crate::data::results::sha256;
use crate::data::results::{Judged, PersonaResult};
use crate::data::{self, FileName, Kind, Map, clock};
use crate::engine::local;
use crate::event::{Event, Events, TrialOutcome};
use crate::journal::{self, Begun};

/// What every run needs besides its models.
#[derive(Clone)]
pub struct RunContext {
    /// What it costs.
    pub account: Account,
    /// Trials under way at once.
    pub width: usize,
    /// Who is told what happens.
    pub events: Events,
    /// The wish to stop.
    pub stop: Stop,
    /// The run in the journal.
    pub run: Option<Arc<Begun>>,
}

impl RunContext {
    /// When the run first began: what its files say, however often it was interrupted since. `SOURCE_DATE_EPOCH` goes
    /// before that.
    ///
    /// # Errors
    /// When `SOURCE_DATE_EPOCH` is no time.
    pub fn began(&self) -> Result<DateTime, data::Error> {
        let began = self.run.as_ref().and_then(|run| run.started.parse::<Timestamp>().ok());
        match began {
            Some(began) if std::env::var_os("SOURCE_DATE_EPOCH").is_none() => Ok(TimeZone::UTC.to_datetime(began)),
            _ => clock::now(),
        }
    }

    /// Notes in the journal which file a step is about to write. A partial one is not noted: the run will write another.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn note_output(&self, step: &str, file: &str, bytes: &[u8]) -> Result<(), journal::Error> {
        match &self.run {
            Some(run) if self.limit().is_none() => run.about_to_write(step, file, &sha256(bytes)),
            _ => Ok(()),
        }
    }

    /// The results file that a step of this run wrote before it was interrupted, if it did.
    ///
    /// # Errors
    /// When the journal or the folder cannot be read.
    pub fn written(&self, folder: &DataFolder, step: &str) -> Result<Option<FileName>, Error> {
        let Some(run) = &self.run else { return Ok(None) };
        let Some((name, hash)) = run.output(step)? else { return Ok(None) };
        let file = folder.resolve(Kind::Results, &name)?;
        Ok((folder.exists(&file) && sha256(&folder.read(&file)?) == hash).then_some(file))
    }

    /// # Errors
    /// When the run was asked to stop.
    pub fn go_on(&self) -> Result<(), Interrupted> {
        match self.stop.why() {
            Some(why @ Why::Asked) => Err(Interrupted(why)),
            _ => Ok(()),
        }
    }

    /// Whether a limit was reached, so that what there is should be saved as partial.
    #[must_use]
    pub fn limit(&self) -> Option<Why> {
        self.stop.why().filter(|why| *why != Why::Asked)
    }
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The run was asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// The run was asked to stop: what came back is in the journal, and nothing is to be saved now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped, since {0}; every answer that came back is kept: the same command goes on from there")]
pub struct Interrupted(pub Why);

/// A finished run: every trial is either among the results or among the failures.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// One entry per persona, in the order of the personas; a persona all of whose trials failed has no messages.
    pub results: Vec<PersonaResult>,
    /// The trials that failed, in order.
    pub failures: Vec<FailedTrial>,
    /// Trials that were not run to their end, since a limit was reached.
    pub not_run: usize,
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
///
/// # Errors
/// When the run was asked to stop; what was answered is in the journal.
pub async fn verdicts(
    bench: &Bench<'_>,
    context: &RunContext,
    personas: &[String],
    trials: Vec<Trial>,
    label: &str,
) -> Result<Vec<(usize, usize, Verdict)>, Interrupted> {
    let verdicts = verdicts_seen(bench, context, personas, trials, label, |_, _| {}).await;
    context.go_on()?;
    Ok(verdicts)
}

/// The same; `see` is shown every persona's index and verdict at once, in the order in which they come. Whether the run
/// was asked to stop is for the caller to find out.
pub async fn verdicts_seen(
    bench: &Bench<'_>,
    context: &RunContext,
    personas: &[String],
    trials: Vec<Trial>,
    label: &str,
    see: impl Fn(usize, &Verdict),
) -> Vec<(usize, usize, Verdict)> {
    let see = &see;
    let RunContext { account, width, events, .. } = context;
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
            Verdict::NotRun => return (persona, message, verdict),
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
        not_run: 0,
    };
    for (persona, message, verdict) in verdicts {
        match verdict {
            Verdict::Decided { message, decision } => {
                run.results[persona].messages.push(Judged { message, decision, extra: Map::new() });
            }
            // Where messages alone were asked for, nothing is decided and nothing belongs into results.
            Verdict::Written(_) => {}
            Verdict::NotRun => run.not_run += 1,
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
