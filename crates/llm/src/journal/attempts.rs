//! Attempts to better the prompts of one root, across runs: what each took of the root's level.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::Error;
use super::runs::OpenRun;

/// How far an attempt is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<bool>", into = "Option<bool>")]
pub enum AttemptState {
    /// A test was planned at its level; nothing is taken yet.
    Planned,
    /// It is under way, or was interrupted.
    #[default]
    Open,
    /// Nothing was adopted.
    NotAdopted,
    /// Its challenger was adopted.
    Adopted,
}

impl AttemptState {
    fn as_str(self) -> &'static str {
        match self {
            AttemptState::Planned => "planned",
            AttemptState::Open => "open",
            AttemptState::NotAdopted => "not_adopted",
            AttemptState::Adopted => "adopted",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "planned" => AttemptState::Planned,
            "not_adopted" => AttemptState::NotAdopted,
            "adopted" => AttemptState::Adopted,
            _ => AttemptState::Open,
        }
    }
}

/// The state as files keep it: whether the attempt adopted, or `None` until it has ended.
impl From<Option<bool>> for AttemptState {
    fn from(adopted: Option<bool>) -> Self {
        match adopted {
            None => AttemptState::Open,
            Some(false) => AttemptState::NotAdopted,
            Some(true) => AttemptState::Adopted,
        }
    }
}

impl From<AttemptState> for Option<bool> {
    fn from(state: AttemptState) -> Self {
        match state {
            AttemptState::Planned | AttemptState::Open => None,
            AttemptState::NotAdopted => Some(false),
            AttemptState::Adopted => Some(true),
        }
    }
}

/// One attempt, as the journal and results files keep it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// Identifies it among all attempts of the root.
    pub id: String,
    /// The one-sided level of its test.
    pub level: f64,
    /// How far it is.
    #[serde(rename = "adopted", default)]
    pub state: AttemptState,
    /// Digests of the incumbent's messages that were there before and that it was measured against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<String>,
}

/// Which attempt of a run.
#[derive(Clone, Copy, Debug)]
pub struct AttemptPlace<'a> {
    /// SHA-256 of the results file that the lineage began with.
    pub root: &'a str,
    /// The run's step.
    pub step: &'a str,
    /// From 0 in each step.
    pub number: u32,
}

impl OpenRun {
    /// The attempts that took some of this root's level, except those that this step of this run made itself.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn attempts(&self, root: &str, step: &str) -> Result<Vec<AttemptRow>, Error> {
        self.journal.with(|connection| of_others(connection, root, (&self.id, step)))
    }

    /// The attempts that this step of this run made before it was resumed.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn made_attempts(&self, step: &str) -> Result<Vec<AttemptRow>, Error> {
        self.journal.with(|connection| {
            connection
                .prepare("SELECT id, level, state, used FROM attempts WHERE run = ? AND step = ?")?
                .query_map([&self.id, step], read)?
                .collect()
        })
    }

    /// The attempt at this place. If an earlier process of this run noted it and it had got at least as far, that row
    /// is returned; otherwise `make` builds it from the attempts of others, and it is noted. No other attempt can begin
    /// in between.
    ///
    /// # Errors
    /// When the journal cannot be read or written.
    pub fn attempt(
        &self,
        place: AttemptPlace<'_>,
        make: impl FnOnce(Vec<AttemptRow>) -> AttemptRow,
        is_as_far: impl FnOnce(&AttemptRow) -> bool,
    ) -> Result<AttemptRow, Error> {
        let AttemptPlace { root, step, number } = place;
        self.journal.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let known = transaction
                .query_row(
                    "SELECT id, level, state, used FROM attempts WHERE run = ? AND step = ? AND number = ?",
                    params![self.id, step, number],
                    read,
                )
                .optional()?;
            if let Some(row) = known.filter(is_as_far) {
                return Ok(row);
            }
            let row = make(of_others(&transaction, root, (&self.id, step))?);
            write(&transaction, &self.id, place, &row)?;
            transaction.commit()?;
            Ok(row)
        })
    }

    /// Notes how the attempt at this place ended.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn end_attempt(&self, place: AttemptPlace<'_>, row: &AttemptRow) -> Result<(), Error> {
        self.journal.with(|connection| write(connection, &self.id, place, row))
    }
}

fn of_others(connection: &Connection, root: &str, (run, step): (&str, &str)) -> rusqlite::Result<Vec<AttemptRow>> {
    connection
        .prepare(
            "SELECT id, level, state, used FROM attempts \
             WHERE root = ? AND state <> 'planned' AND NOT (run = ? AND step = ?) ORDER BY id",
        )?
        .query_map([root, run, step], read)?
        .collect()
}

fn write(connection: &Connection, run: &str, place: AttemptPlace<'_>, row: &AttemptRow) -> rusqlite::Result<()> {
    let AttemptPlace { root, step, number } = place;
    let used = serde_json::to_string(&row.used).unwrap_or_default();
    connection.execute(
        "INSERT OR REPLACE INTO attempts (run, step, number, root, id, level, state, used) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![run, step, number, root, row.id, row.level, row.state.as_str(), used],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    let (state, used): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(AttemptRow {
        id: row.get(0)?,
        level: row.get(1)?,
        state: AttemptState::parse(&state),
        used: serde_json::from_str(&used).unwrap_or_default(),
    })
}
