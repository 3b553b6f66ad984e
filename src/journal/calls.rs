//! Answered calls.

use rusqlite::{OptionalExtension, params};

use super::{Error, Journal};

/// One answered call, as text: this room knows nothing of models.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Tells it from the run's other calls.
    pub key: String,
    /// Hash of all that was asked: an answer is an answer to this only.
    pub asked: String,
    /// Who asked, such as `generator`.
    pub role: String,
    /// Which model.
    pub model: String,
    /// The request as JSON.
    pub request: String,
    /// The answer as JSON.
    pub answer: String,
    /// Tokens read, cached ones included.
    pub input_tokens: u64,
    /// Tokens produced.
    pub output_tokens: u64,
    /// Dollars, where the price is known.
    pub cost_usd: Option<f64>,
    /// The provider's name for the exchange.
    pub request_id: Option<String>,
}

/// A run's part of the journal: where its calls are looked up and recorded. Cheap to clone.
#[derive(Clone)]
pub struct CallLog {
    journal: Journal,
    run: String,
    /// Whether there may be anything to find: a new run is not looked up call by call.
    replays: bool,
}

impl CallLog {
    pub(super) fn new(journal: Journal, run: String, replays: bool) -> Self {
        CallLog { journal, run, replays }
    }

    /// The answer, as JSON, that this run has under this key to what was asked.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn find(&self, key: &str, asked: &str) -> Result<Option<String>, Error> {
        if !self.replays {
            return Ok(None);
        }
        self.journal.with(|connection| {
            connection
                .prepare_cached("SELECT answer FROM calls WHERE run = ? AND key = ? AND asked = ?")?
                .query_row(params![self.run, key, asked], |row| row.get(0))
                .optional()
        })
    }

    /// Records an answered call; when this returns, it is on disk.
    ///
    /// # Errors
    /// When it cannot be written. The answer must not be used then.
    pub async fn record(&self, call: Call) -> Result<(), Error> {
        self.journal.0.writer.write(self.run.clone(), call).await
    }
}
