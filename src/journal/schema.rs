//! Opening the file, and its tables. Migrations are only ever appended: the file's version is how many have been made.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::Error;

/// Each brings a file from the version of its index to the next.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        -- Hash of everything that a run depends on: the same command on the same inputs finds it by this.
        inputs TEXT NOT NULL,
        command TEXT NOT NULL,
        -- The command line, as a JSON array: what `runs resume` runs again.
        arguments TEXT NOT NULL,
        seed INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'finished', 'dropped')),
        -- RFC 3339 with microseconds, UTC.
        started TEXT NOT NULL,
        ended TEXT
    ) STRICT;
    CREATE INDEX runs_by_inputs ON runs (inputs, state);
    CREATE TABLE outputs (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step TEXT NOT NULL,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE calls (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        role TEXT NOT NULL,
        model TEXT NOT NULL,
        -- SHA-256 of the request: an answer is an answer to this only.
        asked TEXT NOT NULL,
        request TEXT NOT NULL,
        answer TEXT NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        cost_usd REAL,
        request_id TEXT,
        answered TEXT NOT NULL,
        PRIMARY KEY (run, key)
    ) STRICT;
",
    "
    -- How trials ended: derived from the calls.
    CREATE TABLE trials (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        batch TEXT NOT NULL,
        persona INTEGER NOT NULL,
        message INTEGER NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('yes', 'no', 'written', 'failed')),
        reason TEXT,
        PRIMARY KEY (run, batch, persona, message)
    ) STRICT, WITHOUT ROWID;
",
];

/// How long a writer waits for another process to finish its commit.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lock files live in this folder beside the journal.
pub(super) const LOCKS: &str = ".runs";

/// Waits until no other process is opening the journal or beginning a run. SQLite's own patience does not cover the
/// change to WAL mode, and of two processes that look for a run at once both would find none.
pub(super) fn turn(path: &Path) -> Result<File, Error> {
    let file = lock_file(&path.with_file_name(LOCKS).join("turn.lock"))?;
    file.lock().map_err(|source| Error::Other { path: path.to_owned(), reason: source.to_string() })?;
    Ok(file)
}

/// Opens a lock file, and makes it where it is not there.
pub(super) fn lock_file(path: &Path) -> Result<File, Error> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull(path.to_owned()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly(path.to_owned()),
        _ => Error::Other { path: path.to_owned(), reason: source.to_string() },
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)
}

/// Opens a connection with the settings that durability needs, on a file of the current version.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let failed = |source| Error::of(path, source);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|_| Error::ReadOnly(path.to_owned()))?;
    }
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    only_for_the_owner(path);
    // FULL: in WAL mode NORMAL may lose the last commits on power loss.
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(failed)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::of(path, source);
    let known = MIGRATIONS.len() as i64;
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    let found = version(connection).map_err(failed)?;
    if found > known {
        return Err(Error::Newer { path: path.to_owned(), found, known });
    }
    if found == known {
        return Ok(());
    }
    // Two processes may find an old file at once: the second looks again once it has the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found = version(&transaction).map_err(failed)?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// The journal holds prompts, personas and answers. SQLite gives its side files the same mode.
fn only_for_the_owner(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A file that is somebody else's keeps the mode that they gave it.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
}
