//! Files that must not be there yet, unless the very run that is gone on with wrote them before it was interrupted.

use std::sync::Arc;

use serde::Serialize;

use super::error::Error;
use super::setup::{Clients, Setup};
use crate::data::results::sha256;
use crate::data::{FileName, json};
use crate::journal::{self, Journal, OpenRun, RunState};

/// Refuses a file that is there already, before a key is asked for. One that an interrupted run of this command was to
/// write passes: whether it is this run's own is known once the run has begun, see [`check_own`].
///
/// # Errors
/// [`Error::Exists`], or when the journal cannot be read.
pub fn check_free(setup: &Setup, command: &str, file: &FileName) -> Result<(), Error> {
    if !setup.folder.exists(file) {
        return Ok(());
    }
    if setup.folder.root().join(journal::FILE).exists() {
        let interrupted = Journal::open(setup.folder.root())?.runs()?.into_iter();
        let mut interrupted = interrupted.filter(|run| run.state == RunState::Open && run.command == command);
        if interrupted.any(|run| run.files.iter().any(|name| name == file.as_str())) {
            return Ok(());
        }
    }
    Err(Error::Exists(setup.folder.path(file)))
}

/// Refuses a file that is there and is not this run's own: somebody has changed it since, or it is another run's. A run
/// that has only just begun is taken back.
///
/// # Errors
/// [`Error::Exists`], or when the journal or the file cannot be read.
pub fn check_own(
    setup: &Setup,
    clients: Clients,
    begun: Arc<OpenRun>,
    files: &[(&str, &FileName)],
) -> Result<(Clients, Arc<OpenRun>), Error> {
    for (step, file) in files {
        if setup.folder.exists(file) && !is_written(setup, &begun, step, file)? {
            let (id, is_new) = (begun.id.clone(), !begun.resumed);
            // They hold the run's lock.
            drop((clients, begun));
            if is_new {
                Journal::open(setup.folder.root())?.prune(&[id])?;
            }
            return Err(Error::Exists(setup.folder.path(file)));
        }
    }
    Ok((clients, begun))
}

/// Whether a step of this run wrote the file before it was interrupted, and nobody has touched it since.
///
/// # Errors
/// When the journal or the file cannot be read.
pub fn is_written(setup: &Setup, begun: &OpenRun, step: &str, file: &FileName) -> Result<bool, Error> {
    let Some((name, hash)) = begun.output(step)? else { return Ok(false) };
    Ok(name == file.as_str() && setup.folder.exists(file) && sha256(&setup.folder.read(file)?) == hash)
}

/// Notes in the journal that a step is about to write this content.
///
/// # Errors
/// When the journal cannot be written.
pub fn note<T: Serialize>(begun: &OpenRun, step: &str, file: &FileName, content: &[T]) -> Result<(), Error> {
    Ok(begun.about_to_write(step, file.as_str(), &sha256(&json::render(file.kind(), content)?))?)
}
