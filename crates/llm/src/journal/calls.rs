//! Answered calls: recorded, found again, read out.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::requests::{Stored, without_holes};
use super::{Error, Journal};

/// One answered call, as text: this room knows nothing of models.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Tells it from the run's other calls: 32 hexadecimal digits.
    pub key: String,
    /// Hash of all that was asked: an answer is an answer to this only. 64 hexadecimal digits.
    pub asked: String,
    /// Who asked, such as `generator`.
    pub role: String,
    /// Which model.
    pub model: String,
    /// The request as JSON.
    pub request: String,
    /// Pieces of the request, word for word and in their order, that other calls of the run have too: values of its
    /// JSON. Each is stored once. Not known of a call that was read.
    pub shared: Vec<String>,
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

/// A call as it is read out of the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedCall {
    /// Its place among the journal's calls: later ones have greater numbers.
    pub number: i64,
    /// When it was answered, RFC 3339, UTC, by the clock of then.
    pub answered: String,
    /// The call.
    pub call: Call,
}

/// 16 bytes that tell a call from its run's others.
pub type Key = [u8; 16];

/// Where the answers are that a run had when it was resumed, at 24 bytes each: a call that is not among them needs no
/// look at the disk.
#[derive(Debug, Default)]
pub(super) struct Answers(Vec<(Key, i64)>);

impl Answers {
    /// Loads the answers of the run of this number.
    pub(super) fn load(journal: &Journal, run: i64, about: u64) -> Result<Self, Error> {
        let mut answers = Vec::with_capacity(about as usize);
        journal.with(|connection| {
            let mut statement = connection.prepare("SELECT key, id FROM calls WHERE run = ? ORDER BY id")?;
            let mut rows = statement.query([run])?;
            while let Some(row) = rows.next()? {
                if let Ok(key) = Key::try_from(row.get_ref(0)?.as_blob()?) {
                    answers.push((key, row.get(1)?));
                }
            }
            Ok(())
        })?;
        // Of two with one key the later holds, which is the one that is kept if it comes first.
        answers.sort_unstable_by(|one, other| other.cmp(one));
        answers.dedup_by_key(|(key, _)| *key);
        Ok(Answers(answers))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn find(&self, key: &Key) -> Option<i64> {
        let place = self.0.binary_search_by(|(other, _)| key.cmp(other)).ok()?;
        Some(self.0[place].1)
    }
}

/// A run's part of the journal: where its calls are looked up and recorded. Cheap to clone.
#[derive(Clone)]
pub struct CallLog {
    pub(super) journal: Journal,
    pub(super) run: i64,
    answers: Arc<Answers>,
}

impl CallLog {
    pub(super) fn new(journal: Journal, run: i64, answers: Arc<Answers>) -> Self {
        CallLog { journal, run, answers }
    }

    /// The answer, as JSON, to this question under this key, if the run had it when this process resumed the run.
    ///
    /// # Errors
    /// When the journal cannot be read, or the answer is not what was written.
    pub fn find(&self, key: &str, asked: &str) -> Result<Option<String>, Error> {
        let Some(id) = self.answers.find(&key_of(key)) else { return Ok(None) };
        let found: Option<(String, Option<Vec<u8>>)> = self.journal.with(|connection| {
            connection
                .prepare_cached("SELECT answer, checksum FROM calls WHERE id = ? AND asked = ?")?
                .query_row(params![id, bytes_of(asked)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        match found {
            Some((answer, Some(checksum))) if checksum != checksum_of(&answer) => Err(Error::Damaged {
                path: self.journal.path().to_owned(),
                reason: "an answer is not what was written".into(),
            }),
            found => Ok(found.map(|(answer, _)| answer)),
        }
    }

    /// Records an answered call; when this returns, it is on disk.
    ///
    /// # Errors
    /// When it cannot be written. The answer must not be used then.
    pub async fn record(&self, call: Call) -> Result<(), Error> {
        self.journal.0.writer.write(self.run, call).await
    }
}

impl Journal {
    /// The calls of the run of this id in the order in which they were answered: at most `most` of those whose number
    /// is greater than `after`.
    ///
    /// # Errors
    /// When the journal cannot be read, or is damaged.
    pub fn calls(&self, run: &str, after: i64, most: usize) -> Result<Vec<RecordedCall>, Error> {
        let damaged = || Error::Damaged { path: self.path().to_owned(), reason: "a request's text is missing".into() };
        let calls: Vec<Option<RecordedCall>> = self.with(|connection| {
            let mut texts = connection.prepare_cached("SELECT text FROM texts WHERE id = ?")?;
            let mut calls = connection.prepare_cached(
                "SELECT c.id, lower(hex(c.key)), lower(hex(c.asked)), c.answered, c.role, c.model, c.input_tokens, \
                 c.output_tokens, c.cost_usd, c.request_id, c.answer, c.holes, c.request FROM runs r \
                 JOIN calls c ON c.run = r.number WHERE r.id = ? AND c.id > ? ORDER BY c.id LIMIT ?",
            )?;
            let mut rows = calls.query(params![run, after, most as i64])?;
            let mut read = Vec::new();
            while let Some(row) = rows.next()? {
                let stored = Stored { holes: row.get::<_, i64>(11)? as usize, text: row.get(12)? };
                let request = without_holes(&stored, |id| texts.query_row([id], |row| row.get(0)).optional())?;
                read.push(request.map(|request| recorded(row, request)).transpose()?);
            }
            Ok(read)
        })?;
        calls.into_iter().collect::<Option<_>>().ok_or_else(damaged)
    }
}

fn recorded(row: &Row<'_>, request: String) -> rusqlite::Result<RecordedCall> {
    Ok(RecordedCall {
        number: row.get(0)?,
        answered: row.get(3)?,
        call: Call {
            key: row.get(1)?,
            asked: row.get(2)?,
            role: row.get(4)?,
            model: row.get(5)?,
            request,
            shared: Vec::new(),
            answer: row.get(10)?,
            input_tokens: row.get::<_, i64>(6)? as u64,
            output_tokens: row.get::<_, i64>(7)? as u64,
            cost_usd: row.get(8)?,
            request_id: row.get(9)?,
        },
    })
}

/// A key's bytes. If the key is not 32 hexadecimal digits, the first 16 bytes of its hash.
#[must_use]
pub fn key_of(key: &str) -> Key {
    let hashed = || {
        let mut first = Key::default();
        first.copy_from_slice(&Sha256::digest(key.as_bytes())[..16]);
        first
    };
    Key::try_from(bytes_of(key)).unwrap_or_else(|_| hashed())
}

/// The bytes that hexadecimal digits stand for; any other text stands for its own bytes.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let pair = |pair: &[u8]| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?);
    hex.as_bytes().chunks(2).map(pair).collect::<Option<_>>().unwrap_or_else(|| hex.as_bytes().to_vec())
}

/// The first eight bytes of an answer's SHA-256.
pub(super) fn checksum_of(answer: &str) -> [u8; 8] {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(answer.as_bytes())[..8]);
    first
}
