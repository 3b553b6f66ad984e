//! Runs as they are listed, read and pruned.

use rusqlite::{OptionalExtension, Params, Row, TransactionBehavior};

use super::{Error, Journal, RunState, live, schema};

/// One run as `rejoinder runs` lists it.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its id: 12 hexadecimal digits.
    pub id: String,
    /// The command's name.
    pub command: String,
    /// The command line without the program's name.
    pub arguments: Vec<String>,
    /// Its seed.
    pub seed: u64,
    /// What has become of it.
    pub state: RunState,
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended, if it has.
    pub ended: Option<String>,
    /// Answered calls.
    pub calls: u64,
    /// Tokens in and out.
    pub tokens: (u64, u64),
    /// Dollars, where all prices were known.
    pub cost_usd: Option<f64>,
    /// Bytes of requests and answers, what requests have in common counted once.
    pub bytes: u64,
    /// Files that it has written.
    pub files: Vec<String>,
}

/// What the calls of a run to one model have cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Spending {
    /// Which.
    pub model: String,
    /// Dollars.
    pub cost_usd: f64,
    /// Tokens in and out of the calls that cost nothing, or whose price was not known.
    pub free_tokens: (u64, u64),
}

impl Journal {
    /// A run's inputs as the journal keeps them; empty for runs of earlier versions.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn parts(&self, id: &str) -> Result<Vec<String>, Error> {
        let text: Option<String> = self.with(|connection| {
            connection.query_row("SELECT parts FROM runs WHERE id = ?", [id], |row| row.get(0)).optional()
        })?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// What a run's calls have cost, by model.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn spending(&self, id: &str) -> Result<Vec<Spending>, Error> {
        self.with(|connection| {
            connection
                .prepare(
                    "SELECT model, coalesce(sum(cost_usd), 0.0), \
                     coalesce(sum(iif(coalesce(cost_usd, 0.0) = 0.0, input_tokens, 0)), 0), \
                     coalesce(sum(iif(coalesce(cost_usd, 0.0) = 0.0, output_tokens, 0)), 0) \
                     FROM calls WHERE run = (SELECT number FROM runs WHERE id = ?) GROUP BY model",
                )?
                .query_map([id], |row| {
                    Ok(Spending {
                        model: row.get(0)?,
                        cost_usd: row.get(1)?,
                        free_tokens: (row.get::<_, i64>(2)? as u64, row.get::<_, i64>(3)? as u64),
                    })
                })?
                .collect()
        })
    }

    /// Whether another process has this run under way.
    ///
    /// # Errors
    /// When its lock cannot be looked at.
    pub fn is_under_way(&self, id: &str) -> Result<bool, Error> {
        let lock = self.lock_path(id);
        if !lock.exists() {
            return Ok(false);
        }
        // While it is looked, nobody begins a run: who did would find the lock held by who only looks.
        let _turn = schema::turn(self.path())?;
        Ok(live::is_held(&self.path().with_file_name(schema::LOCKS), id))
    }

    /// All runs, the newest first. One that was interrupted before it had anything is none.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRow>, Error> {
        let mut listed = Vec::new();
        for row in self.rows("1 ORDER BY number DESC", [])? {
            let is_empty = row.state == RunState::Open && row.calls == 0 && row.files.is_empty();
            if !is_empty || self.batches_open(&row.id)?.0 > 0 || self.is_under_way(&row.id)? {
                listed.push(row);
            }
        }
        Ok(listed)
    }

    /// The run whose id begins so.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn run(&self, id: &str) -> Result<RunRow, Error> {
        let mut found = self.rows("?1 <> '' AND substr(id, 1, length(?1)) = ?1 LIMIT 2", [id])?.into_iter();
        match (found.next(), found.next()) {
            (Some(row), None) => Ok(row),
            _ => Err(Error::NoRun(id.to_owned())),
        }
    }

    pub(super) fn rows(&self, which: &str, parameters: impl Params) -> Result<Vec<RunRow>, Error> {
        self.with(|connection| {
            let mut rows: Vec<RunRow> = connection
                .prepare(&format!(
                    "SELECT id, command, arguments, seed, state, started, ended, calls, input_tokens, output_tokens, \
                     cost_usd, unpriced, bytes FROM runs WHERE {which}"
                ))?
                .query_map(parameters, read)?
                .collect::<rusqlite::Result<_>>()?;
            let mut files =
                connection.prepare_cached("SELECT file FROM outputs WHERE run = ? GROUP BY file ORDER BY min(step)")?;
            for row in &mut rows {
                row.files = files.query_map([&row.id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            }
            Ok(rows)
        })
    }

    /// Deletes runs with their calls and gives the space back; runs under way in another process are kept. Returns how
    /// many were deleted.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn prune(&self, ids: &[String]) -> Result<usize, Error> {
        let (mut pruned, mut freed) = (0, 0);
        for id in ids {
            let Some(_lock) = self.lock(id)? else { continue };
            freed += self.with(|connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let mut freed = 0;
                for table in ["calls", "texts", "batches"] {
                    let of_run = format!("DELETE FROM {table} WHERE run = (SELECT number FROM runs WHERE id = ?)");
                    freed += transaction.execute(&of_run, [id])?;
                }
                transaction.execute("DELETE FROM trials WHERE run = ?", [id])?;
                transaction.execute("DELETE FROM outputs WHERE run = ?", [id])?;
                transaction.execute("DELETE FROM runs WHERE id = ?", [id])?;
                transaction.commit().map(|()| freed)
            })?;
            let _ = std::fs::remove_file(self.lock_path(id));
            let _ = std::fs::remove_file(self.lock_path(id).with_extension("live"));
            pruned += 1;
        }
        // All that stays is written anew, which may be much: not where there is no space to give back.
        if freed > 0 {
            self.with(|connection| connection.execute_batch("VACUUM"))?;
        }
        Ok(pruned)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    let arguments: String = row.get(2)?;
    let state: String = row.get(4)?;
    let unpriced: i64 = row.get(11)?;
    let cost: f64 = row.get(10)?;
    Ok(RunRow {
        id: row.get(0)?,
        command: row.get(1)?,
        arguments: serde_json::from_str(&arguments).unwrap_or_default(),
        seed: row.get::<_, i64>(3)? as u64,
        state: match state.as_str() {
            "open" => RunState::Open,
            "finished" => RunState::Finished,
            _ => RunState::Dropped,
        },
        started: row.get(5)?,
        ended: row.get(6)?,
        calls: row.get::<_, i64>(7)? as u64,
        tokens: (row.get::<_, i64>(8)? as u64, row.get::<_, i64>(9)? as u64),
        cost_usd: (unpriced == 0).then_some(cost),
        bytes: row.get::<_, i64>(12)? as u64,
        files: Vec::new(),
    })
}
