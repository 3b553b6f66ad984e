//! What can go wrong with a cycle.

use crate::data::{self, FileError};
use crate::evaluate::ask;
use crate::evaluate::run::{self, Interrupted};
use crate::improve::parts::Kept;
use crate::journal;

/// Why a cycle could not be completed. No file is written then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The run was asked to stop, or reached a limit before there was a new prompt.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The file has no decisions to learn from.
    #[error("{0} holds no decision, so there is nothing to learn from; run `rejoinder evaluate` first")]
    NoFeedback(String),
    /// The improver gave no usable prompt.
    #[error("the improver gave no new prompt: {0}")]
    NoRewrite(ask::Error),
    /// What is to be kept stands nowhere.
    #[error(transparent)]
    Kept(#[from] Kept),
    /// All personas are among those who only verify.
    #[error("nobody is left to learn from: all personas are among those who only verify; add personas")]
    NobodyToLearnFrom,
    /// Earlier attempts on the same first run have taken all of its level.
    #[error(
        "{attempts} earlier attempts on this first run have used up all of --alpha {alpha}, so that nothing could be \
         adopted any more; start from a new first run, best with other personas, or give a larger --alpha"
    )]
    LevelSpent {
        /// How many.
        attempts: usize,
        /// What they may spend together.
        alpha: f64,
    },
    /// Statistics broke down.
    #[error("the statistics could not be computed: {0}")]
    Arithmetic(String),
    /// Not one new trial came to anything that a file could keep.
    #[error("all {count} new trials failed, nothing was saved; the first failure was: {reason}")]
    NothingCame {
        /// How many.
        count: usize,
        /// The first failure.
        reason: String,
    },
    /// Not one of the older messages could be decided again.
    #[error("none of the {count} older messages could be decided again; the first failure was: {reason}")]
    NothingDecided {
        /// How many.
        count: usize,
        /// The first failure.
        reason: String,
    },
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        data::Error::from(error).into()
    }
}

impl From<run::Error> for Error {
    fn from(error: run::Error) -> Self {
        match error {
            run::Error::Data(error) => error.into(),
            run::Error::Journal(error) => error.into(),
            run::Error::Interrupted(error) => error.into(),
        }
    }
}

impl Error {
    /// Whether the host refused the account, so that the user must see to that first.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::NoRewrite(ask::Error::Call(failure)) if failure.kind.is_refusal())
    }
}
