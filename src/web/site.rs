//! What all pages share.

use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

use super::children::{Children, Key};
use super::confirm::Confirmations;
use super::error::Problem;
use super::guard::Names;
use super::kept::Kept;
use super::secrets::Secrets;
use super::shelf::Shelf;
use super::uploads::Uploads;
use crate::data::{DataFolder, FileName};
use crate::journal::{FILE, Journal};

/// The largest file, in bytes, that is read through to its end for a page.
const COUNTED: u64 = 64 << 20;

/// The server's state.
pub struct Site {
    /// The data folder.
    pub folder: DataFolder,
    /// Under which names it may be addressed.
    pub names: Names,
    /// Token and forms.
    pub secrets: Secrets,
    /// What was started from these pages.
    pub children: Children,
    /// What was shown before it starts.
    pub(super) confirmations: Confirmations,
    /// What is known of the results files.
    pub shelf: Arc<Shelf>,
    /// Downloads that were made of them.
    pub(super) kept: Kept,
    /// Files of leads that are not imported yet.
    pub(super) uploads: Arc<Uploads>,
    journal: Mutex<Option<Journal>>,
}

impl Site {
    /// A site of this folder. `common` are the options that every command started from it gets, such as `--config`.
    #[must_use]
    pub fn new(folder: DataFolder, common: Vec<OsString>, names: Names, secrets: Secrets) -> Self {
        let children = Children::new(folder.root(), common);
        Site {
            folder,
            names,
            secrets,
            children,
            confirmations: Confirmations::default(),
            shelf: Arc::default(),
            kept: Kept::default(),
            uploads: Arc::default(),
            journal: Mutex::default(),
        }
    }

    /// The same site, where so many of the commands that are started from its pages are under way at once.
    #[must_use]
    pub fn at_once(self, at_once: usize) -> Self {
        Site { children: self.children.at_once(at_once), ..self }
    }

    /// The same site, where commands that wait are signed with this key and so outlive the server.
    #[must_use]
    pub fn signed(self, key: Option<Key>) -> Self {
        Site { children: self.children.signed(key), ..self }
    }

    /// The journal, if the folder has one: who only looks makes none.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn journal(&self) -> Result<Option<Journal>, Problem> {
        if !self.folder.root().join(FILE).is_file() {
            return Ok(None);
        }
        let mut open = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            *open = Some(Journal::open(self.folder.root())?);
        }
        Ok(open.clone())
    }

    /// Whether a file is too large to be counted while a page waits.
    #[must_use]
    pub fn is_large(&self, file: &FileName) -> bool {
        std::fs::metadata(self.folder.path(file)).is_ok_and(|own| own.len() > COUNTED)
    }

    /// Does work that reads files where it keeps nobody waiting.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Site) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let site = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&site)).await;
        done.unwrap_or_else(|_| {
            Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "This page could not be made: a mistake of the program, not of yours. What was started goes on.",
            ))
        })
    }
}
