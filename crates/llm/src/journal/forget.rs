//! Taking calls about a person out of the journal, so that nothing of them is left in its file.

use std::collections::BTreeMap;
use std::fs;

use rusqlite::{TransactionBehavior, params};

use super::{Error, Journal, RunRow, live, schema};

/// What tells whether a text is about somebody.
#[derive(Clone, Copy)]
pub struct Traces<'a> {
    /// Whether a request, an answer or a reason is.
    pub is_about: &'a dyn Fn(&str) -> bool,
    /// Whether a text that many requests share is about somebody: if so, all of those requests are deleted.
    pub is_shared_about: &'a dyn Fn(&str) -> bool,
}

/// What was taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForgottenCalls {
    /// Calls, with request and answer.
    pub calls: u64,
    /// Texts that several requests shared.
    pub texts: u64,
    /// Reasons and audits of trials.
    pub trials: u64,
    /// Command lines and inputs of runs.
    pub runs: u64,
}

impl Journal {
    /// A run that is under way in some process, if there is one. It may be writing about anybody.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn under_way(&self) -> Result<Option<RunRow>, Error> {
        for run in self.runs()? {
            if self.is_under_way(&run.id)? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Deletes every call whose request or answer is about somebody, and everything else that is kept about them.
    /// Rewrites the file, so that no free page of it holds their texts. A run that needs such a call asks it again.
    ///
    /// # Errors
    /// When the journal fails. The same call again goes on.
    pub fn forget(&self, traces: &Traces<'_>) -> Result<ForgottenCalls, Error> {
        let Traces { is_about, is_shared_about } = *traces;
        let forgotten = self.with(|connection| {
            connection.pragma_update(None, "secure_delete", "ON")?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut done = ForgottenCalls::default();
            let mut texts: Vec<i64> = Vec::new();
            let mut calls: Vec<i64> = Vec::new();
            {
                let mut all = transaction.prepare("SELECT id, text FROM texts")?;
                let mut rows = all.query([])?;
                while let Some(row) = rows.next()? {
                    if is_shared_about(row.get_ref(1)?.as_str()?) {
                        texts.push(row.get(0)?);
                    }
                }
                let marks: Vec<String> = texts.iter().map(|id| format!("{{\"$text\":{id}}}")).collect();
                let mut all = transaction.prepare("SELECT id, request, answer FROM calls")?;
                let mut rows = all.query([])?;
                while let Some(row) = rows.next()? {
                    let (request, answer) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
                    if is_about(request) || is_about(answer) || marks.iter().any(|mark| request.contains(mark)) {
                        calls.push(row.get(0)?);
                    }
                }
            }
            for id in &calls {
                done.calls += transaction.execute("DELETE FROM calls WHERE id = ?", [id])? as u64;
            }
            for id in &texts {
                done.texts += transaction.execute("DELETE FROM texts WHERE id = ?", [id])? as u64;
            }
            done.trials = forget_trials(&transaction, is_about)?;
            done.runs = forget_inputs(&transaction, is_about)?;
            transaction.commit()?;
            // Whether or not this very call has deleted anything: one before it may have been interrupted here.
            connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
            Ok(done)
        })?;
        for (id, text) in live::live_texts(self.path().parent().unwrap_or(self.path())) {
            if is_about(&text) {
                let path = self.path().with_file_name(schema::LOCKS).join(format!("{id}.live"));
                fs::remove_file(&path).map_err(|error| Error::Other { path, reason: error.to_string() })?;
            }
        }
        Ok(forgotten)
    }

    /// Replaces the hashes by which the journal refers to files with the new ones.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn rename_hashes(&self, renamed: &BTreeMap<String, String>) -> Result<(), Error> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (old, new) in renamed {
                transaction.execute("UPDATE attempts SET root = ?2 WHERE root = ?1", params![old, new])?;
                transaction.execute("UPDATE outputs SET sha256 = ?2 WHERE sha256 = ?1", params![old, new])?;
            }
            transaction.commit()
        })
    }
}

fn forget_trials(connection: &rusqlite::Connection, is_about: &dyn Fn(&str) -> bool) -> rusqlite::Result<u64> {
    let mut found: Vec<(String, String, i64, i64)> = Vec::new();
    {
        let mut all = connection.prepare(
            "SELECT run, batch, persona, message, coalesce(reason, ''), coalesce(audit, '') FROM trials
             WHERE reason IS NOT NULL OR audit IS NOT NULL",
        )?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if is_about(row.get_ref(4)?.as_str()?) || is_about(row.get_ref(5)?.as_str()?) {
                found.push((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            }
        }
    }
    let mut count = 0;
    for (run, batch, persona, message) in found {
        count += connection.execute(
            "UPDATE trials SET reason = NULL, audit = NULL
             WHERE run = ? AND batch = ? AND persona = ? AND message = ?",
            params![run, batch, persona, message],
        )? as u64;
    }
    Ok(count)
}

fn forget_inputs(connection: &rusqlite::Connection, is_about: &dyn Fn(&str) -> bool) -> rusqlite::Result<u64> {
    let mut found: Vec<String> = Vec::new();
    {
        let mut all = connection.prepare("SELECT id, arguments, parts FROM runs")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if is_about(row.get_ref(1)?.as_str()?) || is_about(row.get_ref(2)?.as_str()?) {
                found.push(row.get(0)?);
            }
        }
    }
    let mut count = 0;
    for id in found {
        count += connection.execute("UPDATE runs SET arguments = '[]', parts = '[]' WHERE id = ?", [id])? as u64;
    }
    Ok(count)
}
