//! Messages without decisions, and decisions on messages that are there already.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::auditing::{AuditCounts, recorded};
use super::grounding::Audit;
use super::plan::Plan;
use super::run::{self, RunContext, Trials};
use super::trial::{Bench, TrialFailure, Verdict};
use super::{DecisionMaker, Generator};
use crate::data::folder::DataFolder;
use crate::data::messages::{self, Judge, Outcome, Row, Writer};
use crate::data::results::sha256;
use crate::data::spool::Texts;
use crate::data::{self, FileName, Kind, Map, json};
use crate::event::Event;

/// Decisions wait no longer than this to be saved, as long as saving takes a small part of the time.
const SAVE_EVERY: Duration = Duration::from_secs(2);
/// How many times as long as it takes to save the next saving is put off at least: a file of a hundred megabytes is not
/// written all the time.
const SAVING_SHARE: u32 = 10;

/// What the journal calls the one step of writing messages.
pub const STEP: &str = "messages";

/// Messages that were written.
#[derive(Debug)]
pub struct Written {
    /// Where they are; `None` where none could be written.
    pub file: Option<FileName>,
    /// How many.
    pub count: usize,
    /// What became of the audits of their claims.
    pub audits: AuditCounts,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
}

/// Writes `messages_per_persona` messages for every persona and saves them, in order: in place of the file with
/// `replace`, else under a new name. A message that could not be written has no row. Nothing is saved where none could
/// be written.
///
/// # Errors
/// When the file cannot be written.
pub async fn generate(
    folder: &DataFolder,
    (file, replace): (&FileName, bool),
    people: &Arc<Texts>,
    messages_per_persona: usize,
    bench: &Bench,
    context: &RunContext,
) -> Result<Written, run::Error> {
    let plan = Plan::write(people.len(), messages_per_persona);
    let trials = Trials { people, plan, label: "Writing messages" };
    let outcomes = run::outcomes(bench, context, trials, |_, _| {}).await?;
    context.go_on()?;
    // A part of the messages is no messages file: what was answered is in the journal.
    if let Some(why) = context.limit() {
        return Err(run::Interrupted(why).into());
    }
    let generator = bench.generator.as_ref();
    let writer = Writer {
        model: generator.map(|own| own.caller().model().id().to_owned()).unwrap_or_default(),
        fingerprint: generator.map(|own: &Generator| own.fingerprint(bench.auditing.as_ref())),
        simulated: context.account.is_simulated(),
        extra: Map::new(),
    };
    let (mut rows, mut failures, mut audits) = (Vec::new(), Vec::new(), AuditCounts::default());
    let mut unread = None;
    outcomes.each(&mut |persona, _, verdict| {
        match verdict {
            Verdict::Written(message) | Verdict::Decided { message, .. } => match people.get(persona) {
                Ok(persona) => {
                    audits.add(&message);
                    let row = Row::new(persona, message.text, &bench.prompt).written_by(writer.clone());
                    rows.push(row.audited(recorded(&message.audit)));
                }
                Err(error) => unread = Some(error),
            },
            Verdict::Failed(failure) => failures.push(failure),
            Verdict::NotRun => {}
        }
        unread.is_none()
    })?;
    if let Some(error) = unread {
        return Err(error.into());
    }
    if !rows.is_empty() {
        context.note_output(STEP, file, &sha256(&json::render(Kind::Messages, &rows)?))?;
    }
    let saved = match (rows.is_empty(), replace) {
        (true, _) => None,
        (false, true) => messages::save(folder, file, &rows).map(|()| Some(file.clone()))?,
        (false, false) => Some(messages::save_new(folder, file, &rows)?),
    };
    if let Some(warning) = audits.warning() {
        context.events.emit(Event::Warning(warning));
    }
    Ok(Written { file: saved, count: rows.len(), audits, failures })
}

/// What came of deciding on the rows of a file.
#[derive(Debug)]
pub struct Decided {
    /// Where the decisions are: the file itself, or a new one where it could not be read any more.
    pub file: FileName,
    /// The decisions of now, in the order of the rows.
    pub decisions: Vec<RowDecision>,
    /// Whether the market had a part in any of them, as the judge or as the writer of the message.
    pub simulated: bool,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
}

/// The decision on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDecision {
    /// Its index among the rows as they were read.
    pub row: usize,
    /// To whom the message is.
    pub persona: String,
    /// Yes or no.
    pub decision: bool,
    /// What the message claims, where that was checked when it was written.
    pub audit: Audit,
}

/// Indices of the rows to decide on: those without a decision, or all with `again`.
#[must_use]
pub fn open(rows: &[Row], again: bool) -> Vec<usize> {
    (0..rows.len()).filter(|&row| again || !rows[row].is_decided()).collect()
}

/// Decides on the [`open`] ones of `rows`, which are the file's as it was read, and puts the decisions into the file as
/// it is then: now and again on the way, so that little is lost if the process is stopped, and at the end. Rows that
/// fail keep what they have and say why. What others have changed in the file meanwhile stays; a decision whose row is
/// gone, or has been decided by others, is told of.
///
/// # Errors
/// When the decisions cannot be saved.
pub async fn decide(
    folder: &DataFolder,
    file: &FileName,
    rows: Vec<Row>,
    again: bool,
    decision_maker: &DecisionMaker,
    seed: u64,
    context: &RunContext,
) -> Result<Decided, run::Error> {
    let people = Arc::new(Texts::spool(&context.scratch, rows.iter().map(|row| &row.persona))?);
    let chosen = open(&rows, again);
    let texts = Texts::spool(&context.scratch, chosen.iter().map(|row| &rows[*row].message))?;
    let plan = Plan::decide(chosen.iter().map(|row| (*row as u32, 0)).collect(), texts);
    let bench = Bench {
        generator: None,
        decision_maker: Some(decision_maker.clone()),
        auditing: None,
        prompt: String::new(),
        seed,
        label: "messages".into(),
    };
    let saver = Saver { folder: folder.clone(), file: file.clone(), read: Arc::new(rows), decision_maker, context };

    let so_far = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&so_far);
    let see = move |row: usize, verdict: &Verdict| {
        // Why a row failed is written at the end only: it matters to nobody before.
        if let outcome @ Some(Outcome::Decided { .. }) = outcome(verdict) {
            seen.lock().unwrap_or_else(PoisonError::into_inner).extend(outcome.map(|outcome| (row, outcome)));
        }
    };
    let trials = Trials { people: &people, plan, label: "Deciding messages" };
    let ended = tokio::select! {
        ended = run::outcomes(&bench, context, trials, see) => ended?,
        never = saver.now_and_again(&so_far) => match never {},
    };

    let mut verdicts = Vec::new();
    ended.each(&mut |row, _, verdict| {
        verdicts.push((row, verdict));
        true
    })?;
    let outcomes: Vec<(usize, Outcome)> =
        verdicts.iter().filter_map(|(row, verdict)| Some((*row, outcome(verdict)?))).collect();
    let file = saver.at_the_end(&outcomes)?;
    let mut decided =
        Decided { file, decisions: Vec::new(), simulated: context.account.is_simulated(), failures: Vec::new() };
    for (row, verdict) in verdicts {
        match verdict {
            Verdict::Decided { decision, .. } => {
                decided.simulated |= saver.read[row].is_message_simulated();
                let (persona, audit) = (saver.read[row].persona.clone(), saver.read[row].audit().unwrap_or_default());
                decided.decisions.push(RowDecision { row, persona, decision: decision.decision, audit });
            }
            Verdict::Failed(failure) => decided.failures.push(failure),
            Verdict::Written(_) | Verdict::NotRun => {}
        }
    }
    context.go_on()?;
    Ok(decided)
}

fn outcome(verdict: &Verdict) -> Option<Outcome> {
    match verdict {
        Verdict::Decided { decision, .. } => {
            let score = decision.score();
            Some(Outcome::Decided { decision: decision.decision, reasoning: decision.reasoning.clone(), score })
        }
        Verdict::Failed(failure) => Some(Outcome::Failed(failure.reason.clone())),
        Verdict::Written(_) | Verdict::NotRun => None,
    }
}

/// Brings outcomes into the file.
struct Saver<'a> {
    folder: DataFolder,
    file: FileName,
    read: Arc<Vec<Row>>,
    decision_maker: &'a DecisionMaker,
    context: &'a RunContext,
}

impl Saver<'_> {
    fn judge(&self) -> Judge {
        Judge {
            fingerprint: self.decision_maker.fingerprint(),
            model: self.decision_maker.caller().model().id().to_owned(),
            simulated: self.context.account.is_simulated(),
        }
    }

    /// Saves what there is so far, beside the trials and not between them, for as long as it is polled. A saving that
    /// fails loses nothing: the next one begins with all that there is.
    async fn now_and_again(&self, so_far: &Mutex<Vec<(usize, Outcome)>>) -> Infallible {
        let (mut pause, mut saved, mut has_warned) = (SAVE_EVERY, 0, false);
        loop {
            tokio::time::sleep(pause).await;
            let outcomes = so_far.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if outcomes.len() == saved {
                continue;
            }
            let (count, started) = (outcomes.len(), Instant::now());
            let (folder, file, read, judge) =
                (self.folder.clone(), self.file.clone(), Arc::clone(&self.read), self.judge());
            let update = move || messages::update(&folder, &file, &read, &outcomes, &judge).map_err(|e| e.to_string());
            let ended = tokio::task::spawn_blocking(update).await.map_err(|panic| panic.to_string());
            match ended.flatten() {
                Ok(_) => saved = count,
                Err(reason) if !has_warned => {
                    has_warned = true;
                    let text = format!("the decisions so far could not be saved, which is tried again: {reason}");
                    self.context.events.emit(Event::Warning(text));
                }
                Err(_) => {}
            }
            pause = SAVE_EVERY.max(started.elapsed() * SAVING_SHARE);
        }
    }

    /// Saves all there is and tells what found no row.
    fn at_the_end(&self, outcomes: &[(usize, Outcome)]) -> Result<FileName, data::Error> {
        let judge = self.judge();
        let warn = |text: String| self.context.events.emit(Event::Warning(text));
        let merged = match messages::update(&self.folder, &self.file, &self.read, outcomes, &judge) {
            Ok(merged) => merged,
            Err(
                error @ (data::Error::NotFound { .. }
                | data::Error::Json { .. }
                | data::Error::NotAFile { .. }
                | data::Error::File(data::FileError::Read { .. })),
            ) => {
                // Whatever has become of the file, what was paid for is kept.
                let mut rows = self.read.to_vec();
                messages::merge(&mut rows, &self.read, outcomes, &judge);
                let file = messages::save_new(&self.folder, &self.file, &rows)?;
                warn(format!("the file is not what it was, so all rows are saved anew as {file}: {error}"));
                return Ok(file);
            }
            Err(error) => return Err(error),
        };
        if merged.gone > 0 {
            warn(format!(
                "{} of the decisions are not in the file: their rows were removed or changed in it meanwhile",
                merged.gone
            ));
        }
        if merged.taken > 0 {
            warn(format!(
                "{} of the decisions are not in the file: others decided on their rows meanwhile, which was kept",
                merged.taken
            ));
        }
        Ok(self.file.clone())
    }
}
