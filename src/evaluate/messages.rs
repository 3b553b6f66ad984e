//! Messages without decisions, and decisions on messages that are there already.

use super::run::{self, RunContext};
use super::trial::{Bench, Trial, TrialFailure, Verdict, Work};
use crate::data::folder::DataFolder;
use crate::data::messages::{self, Row};
use crate::data::{self, FileName};

/// What came of a batch of messages.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows that got what was asked for.
    pub done: usize,
    /// Of those, rows with a yes.
    pub yes: usize,
    /// Rows that had a decision before and kept it.
    pub kept: usize,
    /// The trials that failed.
    pub failures: Vec<TrialFailure>,
}

/// Writes `messages_per_persona` messages for every persona and saves them, in order. A message that could not be
/// written has no row. Nothing is saved where none could be written.
///
/// # Errors
/// When the file cannot be written.
pub async fn generate(
    folder: &DataFolder,
    file: &FileName,
    personas: &[String],
    messages_per_persona: usize,
    bench: &Bench<'_>,
    context: &RunContext,
) -> Result<Batch, data::Error> {
    let trials = run::trials(personas.len(), messages_per_persona, &Work::Write);
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    for (persona, _, verdict) in run::verdicts(bench, context, personas, trials, "Writing messages").await {
        match verdict {
            Verdict::Written(message) | Verdict::Decided { message, .. } => {
                rows.push(Row::new(personas[persona].clone(), message, bench.prompt));
            }
            Verdict::Failed(failure) => batch.failures.push(failure),
        }
    }
    batch.done = rows.len();
    if !rows.is_empty() {
        messages::save(folder, file, &rows)?;
    }
    Ok(batch)
}

/// Decides on every row that has no decision yet (on all, with `again`) and saves the file whole. Rows that fail stay
/// as they are. Nothing is saved where nothing was decided.
///
/// # Errors
/// When the file cannot be read or written.
pub async fn decide(
    folder: &DataFolder,
    file: &FileName,
    again: bool,
    bench: &Bench<'_>,
    context: &RunContext,
) -> Result<Batch, data::Error> {
    let mut rows = messages::load(folder, file)?;
    let open: Vec<usize> = (0..rows.len()).filter(|&row| again || !rows[row].is_decided()).collect();
    let mut batch = Batch { kept: rows.len() - open.len(), ..Batch::default() };
    let personas: Vec<String> = rows.iter().map(|row| row.persona.clone()).collect();
    let trials = open
        .iter()
        .map(|&row| Trial { persona: row, message: 0, work: Work::Decide(rows[row].message.clone()) })
        .collect();
    for (row, _, verdict) in run::verdicts(bench, context, &personas, trials, "Deciding messages").await {
        match verdict {
            Verdict::Decided { decision, .. } => {
                batch.done += 1;
                batch.yes += usize::from(decision.decision);
                rows[row].decision = Some(decision.decision);
                rows[row].decision_reasoning = Some(decision.reasoning);
            }
            Verdict::Failed(failure) => batch.failures.push(failure),
            Verdict::Written(_) => {}
        }
    }
    if batch.done > 0 {
        messages::save(folder, file, &rows)?;
    }
    Ok(batch)
}
