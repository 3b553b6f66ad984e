//! A batch of trials of one prompt on a set of personas.

mod ended;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use ended::Ended;

use super::account::Account;
use super::auditing::{AuditCounts, recorded};
use super::outcomes::Outcomes;
use super::plan::{Order, Plan};
use super::prospects::Prospects;
use super::trial::{Bench, TrialFailure, Verdict};
use crate::call::stop::{Stop, Why};
use crate::data::entries::Entries;
use crate::data::folder::DataFolder;
use crate::data::provenance::FailedTrial;
use crate::data::spool::Texts;
use crate::data::{self, FileError, FileName, Kind, Map, clock};
use crate::engine::{Engine, Work};
use crate::event::{Event, Events, Grounding, TrialOutcome};
use crate::journal::{self, OpenRun, TrialRow};

/// What every run needs besides its models.
#[derive(Clone)]
pub struct RunContext {
    /// What it costs.
    pub account: Account,
    /// Trials under way at once.
    pub width: usize,
    /// Where batches of trials run.
    pub engine: Arc<dyn Engine>,
    /// Who is told what happens.
    pub events: Events,
    /// The wish to stop.
    pub stop: Stop,
    /// The run in the journal.
    pub run: Option<Arc<OpenRun>>,
    /// The folder on whose disk large data is kept that does not belong in memory.
    pub scratch: PathBuf,
    /// Whether its trials come to anything.
    pub prospects: Prospects,
}

impl RunContext {
    /// When the run first began, however often it was interrupted since; its files show this time. `SOURCE_DATE_EPOCH`
    /// takes precedence.
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

    /// Notes in the journal which file a step is about to write. A partial one is not noted: the run will write
    /// another.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn note_output(&self, step: &str, file: &FileName, sha256: &str) -> Result<(), journal::Error> {
        match &self.run {
            Some(run) if self.limit().is_none() => run.about_to_write(step, file.as_str(), sha256),
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
        Ok((folder.exists(&file) && folder.sha256(&file)? == hash).then_some(file))
    }

    /// Tells the journal how a trial ended.
    fn note_trial(&self, batch: &str, (persona, message): (usize, usize), outcome: TrialOutcome, verdict: &Verdict) {
        let Some(run) = &self.run else { return };
        let reason = match verdict {
            Verdict::Failed(failure) => Some(failure.reason.clone()),
            _ => None,
        };
        let (persona, message) = (persona as u32, message as u32);
        let audit = verdict.message().and_then(|message| recorded(&message.audit)).map(|audit| audit.to_string());
        let grounding = grounding(verdict);
        run.trial_ended(TrialRow { batch: batch.to_owned(), persona, message, outcome, reason, grounding, audit });
    }

    /// # Errors
    /// When the run was asked to stop.
    pub fn go_on(&self) -> Result<(), Interrupted> {
        match self.stop.why() {
            Some(why @ Why::Asked) => Err(Interrupted(why)),
            _ => Ok(()),
        }
    }

    /// The limit that was reached, if any, so that what there is should be saved as partial.
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

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        data::Error::from(error).into()
    }
}

/// The run was asked to stop: what came back is in the journal, and nothing is to be saved now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped, since {why}; every answer that came back is kept: {go_on}", why = .0, go_on = how_to_go_on(*.0))]
pub struct Interrupted(pub Why);

/// How to resume a run that stopped by itself.
#[must_use]
pub fn how_to_go_on(why: Why) -> &'static str {
    match why {
        Why::Calls | Why::Cost | Why::BelowOneCall => {
            "the same command with a higher limit, or without, goes on from there"
        }
        Why::Unreachable => "no trial was given up, and the same command goes on from there",
        Why::Unusable => "once the reason is mended, the same command with --fresh begins anew",
        _ => "the same command goes on from there",
    }
}

/// A finished run: every trial is either among the entries or among the failures.
#[derive(Clone, Debug)]
pub struct Run {
    /// To whom it wrote.
    pub people: Arc<Texts>,
    /// Decisions, one count per persona.
    pub counts: Vec<Count>,
    /// The trials that failed, in order.
    pub failures: Vec<FailedTrial>,
    /// Trials that were not run to their end, since a limit was reached.
    pub not_run: usize,
    /// What became of the audits of its messages.
    pub audits: AuditCounts,
    outcomes: Arc<Outcomes>,
}

/// The decisions on the messages to one persona.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Positive ones.
    pub yes: u32,
    /// All.
    pub all: u32,
}

impl Run {
    fn from_outcomes(people: Arc<Texts>, outcomes: Outcomes) -> Result<Self, data::Error> {
        let mut counts = vec![Count::default(); people.len()];
        let (mut failures, mut not_run, mut audits) = (Vec::new(), 0, AuditCounts::default());
        outcomes.each(&mut |persona, message, verdict| {
            verdict.message().into_iter().for_each(|message| audits.add(message));
            match verdict {
                Verdict::Decided { decision, .. } => {
                    counts[persona].yes += u32::from(decision.decision);
                    counts[persona].all += 1;
                }
                // Where messages alone were asked for, nothing is decided and nothing belongs into results.
                Verdict::Written(_) => {}
                Verdict::NotRun => not_run += 1,
                Verdict::Failed(failure) => failures.push(listed(persona, message, failure)),
            }
            true
        })?;
        Ok(Run { people, counts, failures, not_run, audits, outcomes: Arc::new(outcomes) })
    }

    /// Whether it holds nothing that was paid for: no decision, and no message whose decision failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decisions() == 0 && self.failures.iter().all(|failure| failure.text.is_none())
    }

    /// Decisions in all.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(count.all)).sum()
    }

    /// Personas with at least one decision.
    #[must_use]
    pub fn successful_personas(&self) -> u64 {
        self.counts.iter().filter(|count| count.all > 0).count() as u64
    }

    /// One entry per persona, in the order of the personas; a persona all of whose trials failed has no messages.
    /// `extras` are keys of others that go with the persona of that index.
    #[must_use]
    pub fn entries(&self, extras: BTreeMap<usize, Map>) -> Entries {
        let (people, outcomes) = (Arc::clone(&self.people), Arc::clone(&self.outcomes));
        Entries::Sourced(Arc::new(Ended { people, outcomes, extras }))
    }
}

/// The trials of a batch.
#[derive(Debug)]
pub struct Trials<'a> {
    /// To whom messages are written, or were.
    pub people: &'a Arc<Texts>,
    /// What is done for each of them.
    pub plan: Plan,
    /// What the batch is, in a few words, for people.
    pub label: &'a str,
}

/// Runs all trials of the plan and reports each to the context's events. `label` says in a few words what the batch is.
///
/// # Errors
/// When the run was asked to stop; what was answered is in the journal.
pub async fn run(
    bench: &Bench,
    context: &RunContext,
    people: &Arc<Texts>,
    plan: Plan,
    label: &str,
) -> Result<Run, Error> {
    let outcomes = outcomes(bench, context, Trials { people, plan, label }, |_, _| {}).await?;
    context.go_on()?;
    Ok(Run::from_outcomes(Arc::clone(people), outcomes)?)
}

/// The same, but only keeps how each trial ended. `see` is shown every persona's index and verdict at once, in the
/// order in which they come. The caller must find out whether the run was asked to stop.
///
/// # Errors
/// When there is no room on the disk for the outcomes, or it cannot be read.
pub async fn outcomes(
    bench: &Bench,
    context: &RunContext,
    trials: Trials<'_>,
    see: impl Fn(usize, &Verdict) + Send + Sync + 'static,
) -> Result<Outcomes, Error> {
    let Trials { people, plan, label } = trials;
    let RunContext { account, width, events, .. } = context;
    let ended = context.run.as_ref().map_or(Ok(Vec::new()), |run| run.ended_trials(&bench.label))?;
    let simulated = account.is_simulated();
    events.emit(Event::BatchStarted { label: label.to_owned(), total: plan.len(), simulated });
    let batch = Arc::new(Batch {
        bench: bench.clone(),
        context: context.clone(),
        people: Arc::clone(people),
        outcomes: Outcomes::new(plan.clone(), &context.scratch)?,
        order: plan.order(ended),
        see: Box::new(see),
        broken: OnceLock::new(),
        plan,
    });
    let (shared, indices) = (Arc::clone(&batch), batch.order.indices());
    let work: Work = Arc::new(move |index| {
        let batch = Arc::clone(&shared);
        Box::pin(async move { batch.trial(index).await })
    });
    context.engine.each(Box::new(indices), *width, work).await;
    events.emit(Event::BatchEnded { simulated: account.is_simulated() });
    // All trials have ended and let go of it.
    let Some(Batch { outcomes, broken, .. }) = Arc::into_inner(batch) else {
        return Err(Interrupted(Why::Asked).into());
    };
    match broken.into_inner() {
        Some(error) => Err(error.into()),
        None => Ok(outcomes),
    }
}

/// Is shown a persona's index and a verdict.
type See = Box<dyn Fn(usize, &Verdict) + Send + Sync>;

/// What all trials of a batch share.
struct Batch {
    bench: Bench,
    context: RunContext,
    people: Arc<Texts>,
    plan: Plan,
    outcomes: Outcomes,
    /// Which of them had ended before.
    order: Order,
    see: See,
    /// Why the outcomes could not be kept.
    broken: OnceLock<data::Error>,
}

impl Batch {
    /// Runs the trial of this index and keeps how it ends. The journal may say that it has ended already.
    async fn trial(&self, index: usize) {
        let (stop, has_ended) = (&self.context.stop, self.order.has_ended(index));
        // A run that stops passes over what is left in a moment. What the journal has of it belongs into what a limit
        // leaves; where nothing is going to be written, nothing is looked up.
        match stop.why() {
            None => {}
            Some(Why::Asked | Why::Disk) => return,
            Some(_) if has_ended => {}
            Some(_) => return,
        }
        let (persona, verdict) = match self.run(index).await {
            Ok(ended) => ended,
            // Nothing is lost: what was answered is in the journal.
            Err(error) => {
                let _ = self.broken.set(error);
                stop.ask(Why::Disk);
                return;
            }
        };
        (self.see)(persona, &verdict);
        let Some(outcome) = outcome_of(&verdict) else { return };
        let reason = match &verdict {
            Verdict::Failed(failure) => Some(failure.reason.clone()),
            _ => None,
        };
        let grounding = grounding(&verdict);
        let hopeless = self.context.prospects.after(reason.as_deref());
        if let Some(words) = hopeless.filter(|_| stop.why().is_none()) {
            self.context.events.emit(Event::Warning(words));
            stop.ask(Why::Unusable);
        }
        self.context.events.emit(Event::TrialEnded { persona: persona as u32, outcome, grounding, reason });
        // Nothing more goes into a journal that has failed.
        if !has_ended && stop.why() != Some(Why::Journal) {
            self.context.note_trial(&self.bench.label, self.plan.whom(index), outcome, &verdict);
        }
    }

    async fn run(&self, index: usize) -> Result<(usize, Verdict), data::Error> {
        let trial = self.plan.trial(index)?;
        let persona = trial.persona;
        let verdict = self.bench.run(&self.people.get(persona)?, trial).await;
        self.outcomes.put(index, &verdict)?;
        Ok((persona, verdict))
    }
}

fn outcome_of(verdict: &Verdict) -> Option<TrialOutcome> {
    match verdict {
        Verdict::Decided { decision, .. } if decision.decision => Some(TrialOutcome::Yes),
        Verdict::Decided { .. } => Some(TrialOutcome::No),
        Verdict::Written(_) => Some(TrialOutcome::Written),
        Verdict::Failed(_) => Some(TrialOutcome::Failed),
        Verdict::NotRun => None,
    }
}

/// What is known of the claims of a trial's message.
fn grounding(verdict: &Verdict) -> Grounding {
    verdict.message().map(|message| message.audit.grounding()).unwrap_or_default()
}

/// A failure as files list it.
#[must_use]
pub fn listed(persona: usize, message: usize, failure: TrialFailure) -> FailedTrial {
    FailedTrial {
        persona,
        message,
        stage: failure.stage.as_str().to_owned(),
        reason: failure.reason,
        text: failure.message,
        extra: Map::new(),
    }
}
