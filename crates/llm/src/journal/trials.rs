//! How trials ended: derived from the calls, so that a run can be looked at, and begin with what is still to do.

use rusqlite::params;

use super::writer::Order;
use super::{Error, Journal, OpenRun};
use crate::event::{Grounding, TrialOutcome};

/// Reasons of failures that [`Journal::trials`] tells of each run.
const REASONS: i64 = 5;

/// How one trial ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialRow {
    /// What the batch is, such as `cycle 1 challenger`: tells it from the run's other batches.
    pub batch: String,
    /// Index of the persona in its batch.
    pub persona: u32,
    /// Number of the message among those to the same persona, from 0.
    pub message: u32,
    /// How it ended.
    pub outcome: TrialOutcome,
    /// Why, in one line, where it failed.
    pub reason: Option<String>,
    /// What is known of the claims of its message.
    pub grounding: Grounding,
    /// The audit of the claims, as JSON; `None` where nothing is known of them.
    pub audit: Option<String>,
}

/// What has become of one batch's trials so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// What the batch is.
    pub batch: String,
    /// Decided: yes.
    pub yes: u64,
    /// Decided: no.
    pub no: u64,
    /// Messages that were written without a decision being asked for.
    pub written: u64,
    /// Failed.
    pub failed: u64,
    /// Messages whose claims were checked.
    pub checked: u64,
    /// Messages that make something up.
    pub made_up: u64,
}

/// What has become of a run's trials so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    /// Batch by batch, in the order of their names.
    pub batches: Vec<BatchRow>,
    /// The commonest reasons of failures with how many trials each ended, the commonest first.
    pub reasons: Vec<(String, u64)>,
}

impl OpenRun {
    /// Notes how a trial ended, in place of what was noted of it before. It is not waited for: the calls are the truth,
    /// and this goes to disk with one of the next of them, or when the journal is closed.
    pub fn trial_ended(&self, trial: TrialRow) {
        self.journal.0.writer.order(Order::Trial(self.id.clone(), trial));
    }

    /// Persona and message of the batch's trials that ended well, in order. Those that failed are tried again.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn ended_trials(&self, batch: &str) -> Result<Vec<(u32, u32)>, Error> {
        self.journal.0.writer.flush();
        self.journal.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT persona, message FROM trials WHERE run = ? AND batch = ? AND outcome <> 'failed' \
                     ORDER BY persona, message",
                )?
                .query_map([&self.id, batch], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }
}

impl Journal {
    /// What has become of the trials of the run of this id.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn trials(&self, run: &str) -> Result<Trials, Error> {
        self.with(|connection| {
            let batches = connection
                .prepare_cached(
                    "SELECT batch, sum(outcome = 'yes'), sum(outcome = 'no'), sum(outcome = 'written'), \
                     sum(outcome = 'failed'), count(grounding), sum(grounding = 'made_up') FROM trials \
                     WHERE run = ? GROUP BY batch ORDER BY batch",
                )?
                .query_map([run], |row| {
                    let count = |column| row.get::<_, Option<i64>>(column).map(|count| count.unwrap_or(0) as u64);
                    Ok(BatchRow {
                        batch: row.get(0)?,
                        yes: count(1)?,
                        no: count(2)?,
                        written: count(3)?,
                        failed: count(4)?,
                        checked: count(5)?,
                        made_up: count(6)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let reasons = connection
                .prepare_cached(
                    "SELECT coalesce(reason, ''), count(*) AS trials FROM trials WHERE run = ? AND outcome = 'failed' \
                     GROUP BY 1 ORDER BY trials DESC, 1 LIMIT ?",
                )?
                .query_map(params![run, REASONS], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Trials { batches, reasons })
        })
    }
}

/// The word in the journal for what is known of a message's claims; none where nothing is.
pub(super) fn grounding_word(grounding: Grounding) -> Option<&'static str> {
    match grounding {
        Grounding::Grounded => Some("grounded"),
        Grounding::MadeUp => Some("made_up"),
        Grounding::NotChecked => None,
    }
}

/// The outcome's word in the journal.
pub(super) fn word(outcome: TrialOutcome) -> &'static str {
    match outcome {
        TrialOutcome::Yes => "yes",
        TrialOutcome::No => "no",
        TrialOutcome::Written => "written",
        TrialOutcome::Failed => "failed",
    }
}
