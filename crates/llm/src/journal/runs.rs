//! Runs: begun, found again, finished.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::calls::{Answers, CallLog};
use super::{Error, Journal, schema};
use rejoinder_files::sha256;

/// What has become of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Under way, or interrupted.
    Open,
    /// It wrote what it was to write.
    Finished,
    /// Given up for a fresh one.
    Dropped,
}

/// What makes two invocations the same run.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// The command's name.
    pub command: &'a str,
    /// The command line without the program's name.
    pub arguments: &'a [String],
    /// Everything that the run depends on and that is not in the command line: hashes of files, models, prompts.
    pub parts: &'a [&'a str],
    /// The seed that the user chose, if any.
    pub seed: Option<u64>,
    /// The least seed to take otherwise. Runs that are open on the same inputs have others.
    pub least_seed: u64,
    /// Whether to give up an interrupted run rather than to go on with it.
    pub fresh: bool,
}

/// A part of a run's inputs as the journal keeps it: a long one as its hash.
#[must_use]
pub fn kept(part: &str) -> String {
    const LONGEST: usize = 160;
    if part.len() <= LONGEST { part.to_owned() } else { format!("sha256:{}", &sha256(part.as_bytes())[..16]) }
}

/// A run that this process owns until it is dropped.
pub struct OpenRun {
    /// Its id.
    pub id: String,
    /// Its seed.
    pub seed: u64,
    /// When it first began, RFC 3339, UTC.
    pub started: String,
    /// Answered calls found from earlier, for a run that was interrupted.
    pub found: u64,
    /// Whether it was there before.
    pub resumed: bool,
    number: i64,
    answers: Arc<Answers>,
    pub(super) journal: Journal,
    /// Held, not used: the operating system lets go of it with the process.
    _lock: File,
}

impl Journal {
    /// Finds the interrupted run of these inputs, or begins a new one.
    ///
    /// Runs of the same inputs that are under way in other processes are left alone. To run beside them, give a seed,
    /// or ask for a fresh run, which takes another seed so that it repeats none of their calls.
    ///
    /// # Errors
    /// When the journal fails, or when the run is under way in another process.
    pub fn begin(&self, inputs: &Inputs<'_>) -> Result<OpenRun, Error> {
        let hash = hash(&[&[inputs.command], inputs.parts].concat());
        // One process at a time looks and begins: two that look at once would both find nothing, and take one seed.
        let _turn = schema::turn(self.path())?;
        self.drop_empty(&hash)?;
        let mut taken = Vec::new();
        for run in self.open_runs(&hash)? {
            if inputs.seed.is_some_and(|wanted| wanted != run.seed) {
                continue;
            }
            match self.lock(&run.id)? {
                Some(lock) if inputs.fresh => {
                    drop(lock);
                    self.set_state(&run.id, RunState::Dropped)?;
                }
                Some(lock) => return self.go_on(run, lock),
                None if inputs.fresh && inputs.seed.is_none() => taken.push(run.seed),
                None => return Err(Error::UnderWay(run.id)),
            }
        }
        // A run that is finished is finished: another one takes fresh samples.
        let used: Option<i64> = self.with(|connection| {
            connection
                .query_row("SELECT max(seed) FROM runs WHERE inputs = ? AND state <> 'open'", [&hash], |row| row.get(0))
        })?;
        let least = used.map_or(inputs.least_seed, |used| inputs.least_seed.max(used as u64 + 1));
        let beside = || (least..=least + taken.len() as u64).find(|seed| !taken.contains(seed)).unwrap_or(least);
        let seed = inputs.seed.unwrap_or_else(beside);
        self.insert(inputs, &hash, seed)
    }

    /// Resumes this run and no other.
    ///
    /// # Errors
    /// [`Error::Changed`] where it is not an open run of these inputs; when it is under way in another process, or the
    /// journal fails.
    pub fn resume(&self, inputs: &Inputs<'_>, id: &str) -> Result<OpenRun, Error> {
        let hash = hash(&[&[inputs.command], inputs.parts].concat());
        let _turn = schema::turn(self.path())?;
        let run = self.open_runs(&hash)?.into_iter().find(|run| run.id == id);
        let run = run.ok_or_else(|| Error::Changed(id.to_owned()))?;
        let lock = self.lock(id)?.ok_or_else(|| Error::UnderWay(id.to_owned()))?;
        self.go_on(run, lock)
    }

    /// The open runs of these inputs, in the order in which they began.
    fn open_runs(&self, hash: &str) -> Result<Vec<ResumableRun>, Error> {
        self.with(|connection| {
            connection
                .prepare(
                    "SELECT id, seed, started, number, calls FROM runs WHERE inputs = ? AND state = 'open' \
                     ORDER BY number",
                )?
                .query_map([hash], |row| {
                    Ok(ResumableRun {
                        id: row.get(0)?,
                        seed: row.get::<_, i64>(1)? as u64,
                        started: row.get(2)?,
                        number: row.get(3)?,
                        calls: row.get::<_, i64>(4)? as u64,
                    })
                })?
                .collect()
        })
    }

    fn go_on(&self, run: ResumableRun, lock: File) -> Result<OpenRun, Error> {
        let answers = Arc::new(Answers::load(self, run.number, run.calls)?);
        Ok(OpenRun {
            id: run.id,
            seed: run.seed,
            started: run.started,
            found: answers.len() as u64,
            resumed: true,
            number: run.number,
            answers,
            journal: self.clone(),
            _lock: lock,
        })
    }

    /// Deletes runs of other inputs that were interrupted before there was anything to go on with.
    fn drop_empty(&self, hash: &str) -> Result<(), Error> {
        let empty: Vec<String> = self.with(|connection| {
            connection
                .prepare(
                    "SELECT id FROM runs WHERE state = 'open' AND calls = 0 AND inputs <> ? \
                     AND NOT EXISTS (SELECT 1 FROM outputs WHERE run = runs.id) \
                     AND NOT EXISTS (SELECT 1 FROM trials WHERE run = runs.id) \
                     AND NOT EXISTS (SELECT 1 FROM batches WHERE run = runs.number)",
                )?
                .query_map([hash], |row| row.get(0))?
                .collect()
        })?;
        for id in empty {
            if let Some(_lock) = self.lock(&id)? {
                self.with(|connection| connection.execute("DELETE FROM runs WHERE id = ? AND calls = 0", [&id]))?;
                let _ = std::fs::remove_file(self.lock_path(&id));
            }
        }
        Ok(())
    }

    fn insert(&self, inputs: &Inputs<'_>, hash: &str, seed: u64) -> Result<OpenRun, Error> {
        let started = jiff::Timestamp::now().to_string();
        let unique = format!("{started} {} {:?}", std::process::id(), std::thread::current().id());
        let id = self::hash(&[hash, &seed.to_string(), &unique])[..12].to_owned();
        // Locked before it can be found, so that nobody takes it for interrupted.
        let lock = self.lock(&id)?.ok_or_else(|| Error::UnderWay(id.clone()))?;
        let arguments = serde_json::to_string(inputs.arguments).unwrap_or_default();
        let parts: Vec<String> = inputs.parts.iter().map(|part| kept(part)).collect();
        let parts = serde_json::to_string(&parts).unwrap_or_default();
        let number = self.with(|connection| {
            // Not in one statement with RETURNING: its row comes before the commit, whose failure would go unnoticed.
            connection.execute(
                "INSERT INTO runs (id, inputs, command, arguments, seed, state, started, parts, number) \
                 VALUES (?, ?, ?, ?, ?, 'open', ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM runs))",
                params![id, hash, inputs.command, arguments, seed as i64, started, parts],
            )?;
            connection.query_row("SELECT number FROM runs WHERE id = ?", [&id], |row| row.get(0))
        })?;
        let (journal, answers) = (self.clone(), Arc::default());
        Ok(OpenRun { id, seed, started, found: 0, resumed: false, number, answers, journal, _lock: lock })
    }

    /// The run's lock, or nothing where another process has it.
    pub(super) fn lock(&self, id: &str) -> Result<Option<File>, Error> {
        let file = self.open_lock(id)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => {
                Err(Error::Other { path: self.lock_path(id), reason: source.to_string() })
            }
        }
    }

    fn open_lock(&self, id: &str) -> Result<File, Error> {
        schema::lock_file(&self.lock_path(id))
    }

    pub(super) fn lock_path(&self, id: &str) -> PathBuf {
        self.path().with_file_name(schema::LOCKS).join(format!("{id}.lock"))
    }

    fn set_state(&self, id: &str, state: RunState) -> Result<(), Error> {
        let word = match state {
            RunState::Open => "open",
            RunState::Finished => "finished",
            RunState::Dropped => "dropped",
        };
        let now = jiff::Timestamp::now().to_string();
        self.with(|connection| {
            connection.execute("UPDATE runs SET state = ?, ended = ? WHERE id = ?", params![word, now, id])
        })?;
        // The lock has served; another process that waits for nothing finds the run closed.
        let _ = std::fs::remove_file(self.lock_path(id));
        Ok(())
    }
}

/// A run that may be gone on with.
struct ResumableRun {
    id: String,
    seed: u64,
    started: String,
    number: i64,
    calls: u64,
}

impl OpenRun {
    /// Where this run's calls are looked up and recorded.
    #[must_use]
    pub fn calls(&self) -> CallLog {
        CallLog::new(self.journal.clone(), self.number, Arc::clone(&self.answers))
    }

    /// The command line that the run began with, without the program's name.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn arguments(&self) -> Result<Vec<String>, Error> {
        let row = self.journal.rows("id = ?1", [&self.id])?.pop();
        Ok(row.ok_or_else(|| Error::NoRun(self.id.clone()))?.arguments)
    }

    /// The file that a step of this run was about to write, and the SHA-256 of its contents: it has been written if a
    /// file of that name has that hash.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn output(&self, step: &str) -> Result<Option<(String, String)>, Error> {
        self.journal.with(|connection| {
            connection
                .query_row(
                    "SELECT file, sha256 FROM outputs WHERE run = ? AND step = ?",
                    params![self.id, step],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()
        })
    }

    /// Notes which file a step is about to write, before it does: a process that dies right after must not leave a
    /// successor to write the same under another name.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn about_to_write(&self, step: &str, file: &str, sha256: &str) -> Result<(), Error> {
        self.journal.with(|connection| {
            connection.execute(
                "INSERT OR REPLACE INTO outputs (run, step, file, sha256) VALUES (?, ?, ?, ?)",
                params![self.id, step, file, sha256],
            )
        })?;
        Ok(())
    }

    /// Ends the run well: the same command begins another one from now on.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn finish(&self) -> Result<(), Error> {
        self.journal.0.writer.flush();
        self.journal.set_state(&self.id, RunState::Finished)
    }
}

/// Whether this is a run's id in full: it becomes part of the names of files.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// SHA-256 of the parts, told apart by their lengths.
pub(super) fn hash(parts: &[&str]) -> String {
    let joined: String = parts.iter().map(|part| format!("{}:{part};", part.len())).collect();
    sha256(joined.as_bytes())
}
