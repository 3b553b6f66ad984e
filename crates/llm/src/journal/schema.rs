//! Opening the file, and its tables. Migrations are only ever appended: the file's version is how many have been made.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::Error;
use rejoinder_files::whole;

/// Each brings a file from the version of its index to the next.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
    include_str!("migrations/7.sql"),
];

/// How long to wait for another process to finish its commit.
const PATIENCE: Duration = Duration::from_secs(20);

/// If set, this many milliseconds of patience instead: for people who would rather not wait, and for tests.
const PATIENCE_VARIABLE: &str = "REJOINDER_JOURNAL_PATIENCE_MS";

fn patience() -> Duration {
    let set = std::env::var(PATIENCE_VARIABLE).ok().and_then(|text| text.trim().parse().ok());
    set.map_or(PATIENCE, Duration::from_millis)
}

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
        whole::make_folder(folder).map_err(failed)?;
    }
    private(OpenOptions::new().create(true).truncate(false).write(true)).open(path).map_err(failed)
}

/// Makes new files readable by their owner alone from the first moment.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Opens a connection with the settings that durability needs, on a file of the current version.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let failed = |source| Error::from_sqlite(path, source);
    if let Some(folder) = path.parent() {
        whole::make_folder(folder).map_err(|_| Error::ReadOnly(path.to_owned()))?;
    }
    // Made here rather than by SQLite, which would leave its rights to the umask for a moment.
    let _ = private(OpenOptions::new().create(true).append(true)).open(path);
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(patience()).map_err(failed)?;
    only_for_the_owner(path);
    // FULL: in WAL mode NORMAL may lose the last commits on power loss.
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(failed)?;
    // Pages: what several commits change in one page is copied out of the log once. 16 MB at most stay in the log.
    connection.pragma_update(None, "wal_autocheckpoint", 4_000).map_err(failed)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::from_sqlite(path, source);
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
