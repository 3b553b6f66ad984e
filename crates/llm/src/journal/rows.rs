//! What the writer puts into a commit.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::calls::{bytes_of, checksum_of, key_of};
use super::requests::with_holes;
use super::trials::{grounding_word, word};
use super::{Call, TrialRow};

/// Numbers of texts that need not be looked up: at most [`KNOWN`]. A run has only a few.
#[derive(Default)]
pub(super) struct Texts(HashMap<i64, HashMap<String, i64>>, usize);

/// No more texts than this are remembered, lest they fill the memory.
const KNOWN: usize = 256;

impl Texts {
    /// The number of a run's text, which is stored if it is not there; and the bytes that were added.
    fn id(&mut self, transaction: &Transaction<'_>, run: i64, text: &str) -> rusqlite::Result<(i64, usize)> {
        if let Some(id) = self.0.get(&run).and_then(|texts| texts.get(text)) {
            return Ok((*id, 0));
        }
        let sha256 = Sha256::digest(text.as_bytes());
        let found = transaction
            .prepare_cached("SELECT id FROM texts WHERE run = ? AND sha256 = ?")?
            .query_row(params![run, sha256.as_slice()], |row| row.get(0))
            .optional()?;
        let (id, added) = match found {
            Some(id) => (id, 0),
            None => {
                let mut insert =
                    transaction.prepare_cached("INSERT INTO texts (run, sha256, text) VALUES (?, ?, ?)")?;
                (insert.insert(params![run, sha256.as_slice(), text])?, text.len())
            }
        };
        if self.1 >= KNOWN {
            *self = Texts::default();
        }
        self.1 += 1;
        self.0.entry(run).or_default().insert(text.to_owned(), id);
        Ok((id, added))
    }
}

/// What calls add to their run.
#[derive(Default)]
pub(super) struct Sums {
    calls: u64,
    unpriced: u64,
    input_tokens: u64,
    output_tokens: u64,
    cost_usd: f64,
    bytes: u64,
}

impl Sums {
    pub(super) fn add(&mut self, call: &Call, bytes: usize) {
        self.calls += 1;
        self.unpriced += u64::from(call.cost_usd.is_none());
        self.input_tokens += call.input_tokens;
        self.output_tokens += call.output_tokens;
        self.cost_usd += call.cost_usd.unwrap_or(0.0);
        self.bytes += bytes as u64;
    }
}

/// Adds to what the run's calls come to.
pub(super) fn sums(transaction: &Transaction<'_>, run: i64, sums: &Sums) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE runs SET calls = calls + ?, unpriced = unpriced + ?, input_tokens = input_tokens + ?, \
         output_tokens = output_tokens + ?, cost_usd = cost_usd + ?, bytes = bytes + ? WHERE number = ?",
    )?;
    update.execute(params![
        sums.calls as i64,
        sums.unpriced as i64,
        sums.input_tokens as i64,
        sums.output_tokens as i64,
        sums.cost_usd,
        sums.bytes as i64,
        run
    ])?;
    Ok(())
}

/// Writes a call and returns how many bytes of text that took.
pub(super) fn call(transaction: &Transaction<'_>, texts: &mut Texts, run: i64, call: &Call) -> rusqlite::Result<usize> {
    let mut bytes = call.answer.len();
    let request = with_holes(&call.request, &call.shared, |text| {
        let (id, added) = texts.id(transaction, run, text)?;
        bytes += added;
        Ok::<_, rusqlite::Error>(id)
    })?;
    bytes += request.text.len();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO calls (run, key, asked, answered, role, model, input_tokens, output_tokens, cost_usd, request_id, \
         checksum, answer, holes, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        run,
        key_of(&call.key),
        bytes_of(&call.asked),
        jiff::Timestamp::now().to_string(),
        call.role,
        call.model,
        call.input_tokens as i64,
        call.output_tokens as i64,
        call.cost_usd,
        call.request_id,
        checksum_of(&call.answer),
        call.answer,
        request.holes as i64,
        request.text,
    ])?;
    Ok(bytes)
}

/// Writes a trial, unless the same row is there already: a resumed run reports its replayed trials too.
pub(super) fn trial(transaction: &Transaction<'_>, run: &str, trial: &TrialRow) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO trials (run, batch, persona, message, outcome, reason, grounding, audit) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, \
         grounding = excluded.grounding, audit = excluded.audit \
         WHERE outcome <> excluded.outcome OR reason IS NOT excluded.reason OR audit IS NOT excluded.audit",
    )?;
    insert.execute(params![
        run,
        trial.batch,
        trial.persona,
        trial.message,
        word(trial.outcome),
        trial.reason,
        grounding_word(trial.grounding),
        trial.audit,
    ])?;
    Ok(())
}
