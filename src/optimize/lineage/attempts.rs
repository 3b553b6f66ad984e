//! Every attempt to better the prompts of one root, whichever of its files was improved and however often: together
//! they may adopt wrongly with a chance of alpha. They are found in the files of the folder and in the journal, so that
//! neither a rerun of one file nor a deleted version begins the level anew.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Lineage;
use super::family::{Family, from_row};
use crate::compare::ledger::{Attempt, Ended, Ledger};
use crate::data::Head;
use crate::evaluate::run::RunContext;
use crate::journal::{AttemptPlace, AttemptRow, AttemptState, OpenRun};
use crate::model::digest;
use crate::optimize::error::Error;

/// The attempts of a root as a cycle sees and adds to them.
pub struct Attempts {
    alpha: f64,
    root: String,
    step: String,
    /// What an attempt's id is made of, besides its number.
    name: String,
    run: Option<Arc<OpenRun>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ledger: Ledger,
    /// Attempts of this cycle.
    made: u32,
}

/// An attempt that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin {
    /// The one-sided level of its test.
    pub level: f64,
    number: u32,
    id: String,
}

impl Attempts {
    /// Attempts of a root without files or a journal: nothing was tried before.
    #[must_use]
    pub fn first(alpha: f64) -> Self {
        let state = Mutex::default();
        Attempts { alpha, root: String::new(), step: String::new(), name: String::new(), run: None, state }
    }

    /// Gathers the known attempts on the root of a file, from the files of its `family` and from the journal. `seed`
    /// and `step` are those of the cycle.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub fn gather(
        family: &Family,
        (head, lineage): (&Head, &Lineage),
        context: &RunContext,
        (alpha, seed, step): (f64, u64, &str),
    ) -> Result<Self, Error> {
        let mut found: Vec<Attempt> = lineage.proofs.iter().map(from_row).collect();
        found.extend(family.attempts(&lineage.root, alpha));
        let run = context.run.clone();
        if let Some(run) = &run {
            found.extend(run.attempts(&lineage.root, step)?.iter().map(from_row));
            // Attempts that this cycle made before it was interrupted, and may have saved, are made again.
            let made: BTreeSet<String> = run.made_attempts(step)?.into_iter().map(|row| row.id).collect();
            found.retain(|attempt| !made.contains(&attempt.id));
        }
        let name = format!("{} {seed} {step}", head.sha256);
        let state = Mutex::new(State { ledger: Ledger::new(found), made: 0 });
        Ok(Attempts { alpha, root: lineage.root.clone(), step: step.to_owned(), name, run, state })
    }

    /// The level that the next attempt may expect. A resumed run gets the same answer as before.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn planned_level(&self) -> Result<f64, Error> {
        let number = self.with(|state| state.made);
        Ok(self.note(number, AttemptState::Planned, &[])?.level)
    }

    /// Begins an attempt that may be measured against the messages with these digests, and takes its level from now on:
    /// never more than was planned.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn begin(&self, earlier: &[String]) -> Result<Begin, Error> {
        let number = self.with(|state| state.made);
        let row = self.note(number, AttemptState::Open, earlier)?;
        self.with(|state| {
            state.made += 1;
            state.ledger.add(Attempt { ended: Ended::Open, ..from_row(&row) });
        });
        Ok(Begin { level: row.level, number, id: row.id })
    }

    /// Notes how an attempt ended, and which of the incumbent's messages it was measured against.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn end(&self, begun: &Begin, adopted: bool, used: Vec<String>) -> Result<(), Error> {
        let state = if adopted { AttemptState::Adopted } else { AttemptState::NotAdopted };
        let row = AttemptRow { id: begun.id.clone(), level: begun.level, state, used };
        self.with(|state| state.ledger.replace(from_row(&row)));
        if let Some(run) = &self.run {
            run.end_attempt(self.place(begun.number), &row)?;
        }
        Ok(())
    }

    /// Digests of all messages that some attempt was measured against.
    #[must_use]
    pub fn used(&self) -> BTreeSet<String> {
        self.with(|state| state.ledger.used().map(str::to_owned).collect())
    }

    /// The level of the attempt after those that have begun.
    #[must_use]
    pub fn next_level(&self) -> f64 {
        self.with(|state| state.ledger.next_level(self.alpha))
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.with(|state| state.ledger.len())
    }

    /// All of them, for the file.
    #[must_use]
    pub fn records(&self) -> Vec<AttemptRow> {
        self.with(|state| state.ledger.attempts().map(to_row).collect())
    }

    /// The journal's entry at this place, if it has got as far as `wanted`. Otherwise, or without a journal, an entry
    /// computed from all known attempts.
    fn note(&self, number: u32, wanted: AttemptState, used: &[String]) -> Result<AttemptRow, Error> {
        let make = |planned: Option<f64>, others: Vec<AttemptRow>| {
            let mut all = self.with(|state| state.ledger.clone());
            others.iter().for_each(|row| all.add(from_row(row)));
            // The number among all known attempts keeps ids apart even if a seed is used twice.
            let id = digest(&[&self.name, &all.len().to_string()])[..16].to_owned();
            let level = all.next_level(self.alpha).min(planned.unwrap_or(f64::INFINITY));
            AttemptRow { id, level, state: wanted, used: used.to_vec() }
        };
        let Some(run) = &self.run else { return Ok(make(None, Vec::new())) };
        let place = self.place(number);
        if wanted == AttemptState::Planned {
            return Ok(run.attempt(place, |others| make(None, others), |_| true)?);
        }
        let planned = run.attempt(place, |others| make(None, others), |_| true)?;
        Ok(run.attempt(place, |others| make(Some(planned.level), others), |row| row.state != AttemptState::Planned)?)
    }

    fn place(&self, number: u32) -> AttemptPlace<'_> {
        AttemptPlace { root: &self.root, step: &self.step, number }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The record of an attempt.
fn to_row(attempt: &Attempt) -> AttemptRow {
    let state = match attempt.ended {
        Ended::Open => AttemptState::Open,
        Ended::NotAdopted => AttemptState::NotAdopted,
        Ended::Adopted => AttemptState::Adopted,
    };
    AttemptRow { id: attempt.id.clone(), level: attempt.level, state, used: attempt.used.clone() }
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
