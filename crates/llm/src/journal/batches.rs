//! Message batches that a run has handed in: whoever goes on with the run collects them.

use rusqlite::params;

use super::calls::{CallLog, Key};
use super::{Error, Journal};

/// A message batch that was handed in, or was about to be, and whose results are not here yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBatch {
    /// Its number in the journal.
    pub number: i64,
    /// The host and account that has it.
    pub host: String,
    /// The host's name for it; `None` where the process ended before the host had told it.
    pub id: Option<String>,
    /// The newest batch that the account had before.
    pub after: Option<String>,
    /// When it was handed in, RFC 3339, UTC.
    pub submitted: String,
    /// The keys of its calls.
    pub keys: Vec<Key>,
}

/// What has become of a batch that is not open any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchEnd {
    /// Its results are here.
    Collected,
    /// Its results cannot be had, or it was never there.
    Gone,
}

impl CallLog {
    /// Notes that a batch is about to be handed in, and returns its number.
    ///
    /// # Errors
    /// When it cannot be written. The batch must not be handed in then.
    pub fn batch_begun(&self, host: &str, after: Option<&str>, keys: &[Key]) -> Result<i64, Error> {
        let submitted = jiff::Timestamp::now().to_string();
        self.journal.with(|connection| {
            // As with runs: a RETURNING would hide that the commit failed.
            connection.execute(
                "INSERT INTO batches (run, host, after, submitted, state, keys) VALUES (?, ?, ?, ?, 'open', ?)",
                params![self.run, host, after, submitted, keys.as_flattened()],
            )?;
            Ok(connection.last_insert_rowid())
        })
    }

    /// Notes the host's name for a batch.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn batch_named(&self, number: i64, id: &str) -> Result<(), Error> {
        self.journal
            .with(|connection| connection.execute("UPDATE batches SET id = ? WHERE number = ?", params![id, number]))?;
        Ok(())
    }

    /// Notes that a batch is open no longer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn batch_ended(&self, number: i64, end: BatchEnd) -> Result<(), Error> {
        let word = match end {
            BatchEnd::Collected => "collected",
            BatchEnd::Gone => "gone",
        };
        self.journal.with(|connection| {
            connection.execute("UPDATE batches SET state = ? WHERE number = ?", params![word, number])
        })?;
        Ok(())
    }

    /// The run's open batches, in the order in which they were handed in.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn open_batches(&self) -> Result<Vec<OpenBatch>, Error> {
        self.journal.with(|connection| {
            connection
                .prepare(
                    "SELECT number, host, id, after, submitted, keys FROM batches WHERE run = ? AND state = 'open' \
                     ORDER BY number",
                )?
                .query_map([self.run], |row| {
                    let keys = row.get_ref(5)?.as_blob()?.as_chunks::<16>().0.to_vec();
                    Ok(OpenBatch {
                        number: row.get(0)?,
                        host: row.get(1)?,
                        id: row.get(2)?,
                        after: row.get(3)?,
                        submitted: row.get(4)?,
                        keys,
                    })
                })?
                .collect()
        })
    }

    /// Whether any run of this journal knows a batch of this name.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn knows_batch(&self, id: &str) -> Result<bool, Error> {
        self.journal.with(|connection| {
            connection.query_row("SELECT EXISTS (SELECT 1 FROM batches WHERE id = ?)", [id], |row| row.get(0))
        })
    }
}

impl Journal {
    /// How many batches the run of this id has open, and how many calls they have.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn batches_open(&self, run: &str) -> Result<(u64, u64), Error> {
        self.with(|connection| {
            connection.query_row(
                "SELECT count(*), coalesce(sum(length(keys)) / 16, 0) FROM batches b JOIN runs r ON r.number = b.run \
                 WHERE r.id = ? AND b.state = 'open'",
                [run],
                |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)),
            )
        })
    }
}
