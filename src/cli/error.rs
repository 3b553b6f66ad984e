//! What ends a command, and with which exit code. The codes are documented here, in `--help` and in the README.

use std::path::PathBuf;

use crate::call::stop::Why;
use crate::data::{self, FileError};
use crate::evaluate::decision_prompt;
use crate::evaluate::run::{self, Interrupted, how_to_go_on};
use crate::journal;
use crate::model::id::ModelIdError;
use crate::model::price::PriceError;
use crate::optimize;

use super::settings;

/// Something that should not happen.
pub const UNEXPECTED: u8 = 1;
/// The command line, the settings file or a setting in the environment is wrong.
pub const USAGE: u8 = 2;
/// A file is missing or not what it should be.
pub const INPUT: u8 = 3;
/// There is no key, or the account was refused.
pub const ACCOUNT: u8 = 4;
/// The models gave nothing that could be used.
pub const MODEL: u8 = 5;
/// A file could not be written, or is there already.
pub const OUTPUT: u8 = 6;
/// The journal cannot be used.
pub const JOURNAL: u8 = 7;
/// A limit (`--max-calls`, `--max-cost`, `--max-time`) was reached; what there is has been saved.
pub const LIMIT: u8 = 8;
/// The host cannot be reached, or did not come back within `--patience`; the run can be gone on with.
pub const UNREACHABLE: u8 = 9;
/// `lint` found messages that should not be sent as they are.
pub const FINDINGS: u8 = 10;
/// Stopped by the user.
pub const STOPPED: u8 = 130;

/// The table of exit codes, for `--help`.
pub const EXIT_CODES: &str = "Exit codes: 0 done; 2 wrong usage or settings; 3 a file is missing or not what it should \
be; 4 no key, or the account was refused; 5 the models gave nothing usable; 6 a file could not be written; 7 the \
journal cannot be used; 8 a limit was reached; 9 the host cannot be reached or did not come back; 10 lint found \
errors; 130 stopped; 1 anything else.";

/// Why a command ended without doing what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// A cycle.
    #[error(transparent)]
    Cycle(#[from] optimize::Error),
    /// The settings file.
    #[error(transparent)]
    Settings(#[from] settings::Error),
    /// The decision maker's prompt.
    #[error(transparent)]
    DecisionPrompt(#[from] decision_prompt::Error),
    /// A model's name.
    #[error(transparent)]
    ModelId(#[from] ModelIdError),
    /// A price of the user's.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// An answer could not be written to the journal.
    #[error("{0}")]
    Unkept(String),
    /// A limit was reached. What there was has been saved.
    #[error("the run is partial, since {why}; every answer is kept: {go_on}", why = .0, go_on = how_to_go_on(*.0))]
    Limit(Why),
    /// Nobody answers at the host's address, or not as it should be.
    #[error("{0}")]
    Unreachable(String),
    /// Most trials failed, so that what was saved says little.
    #[error("most trials failed ({failed} of {all}): the reasons are listed above and in the file")]
    MostFailed {
        /// Trials that failed.
        failed: u64,
        /// All trials.
        all: u64,
    },
    /// Nobody of a list of leads may be written to.
    #[error(
        "nobody in the list {0} may be written to: {1} of its leads are blocked or suppressed; rejoinder leads show {0}"
    )]
    Nobody(String, u64),
    /// No sequence of a campaign can be sent.
    #[error("nothing of the campaign {0} can be sent: {1}")]
    NothingToSend(String, String),
    /// `lint` found errors.
    #[error("{} in messages that should not be sent as they are", crate::report::words::count(*.0, "error", "errors"))]
    Findings(u64),
    /// The run was stopped.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// An option's value.
    #[error("{0}")]
    Usage(String),
    /// A file that would have to be replaced.
    #[error("{} is there already and was left as it is; --force replaces it", .0.display())]
    Exists(PathBuf),
    /// No key.
    #[error("{0}")]
    NoKey(String),
    /// The host refused the account, so that no call could succeed.
    #[error("{0}")]
    Refused(String),
    /// An export speaks of nobody whom the campaign wrote to.
    #[error(
        "nobody in this export was written to by the campaign; check --from and --campaign, and that its addresses \
         were exported"
    )]
    NoneMatched,
    /// Nothing was brought back yet to this campaign.
    #[error(
        "no replies to {0} have been imported; export it, send it, then: rejoinder replies import FILE --campaign {0}"
    )]
    NoReplies(String),
    /// The models gave nothing usable.
    #[error("{0}")]
    NothingUsable(String),
    /// A prompt file or another input outside the data folder.
    #[error("{what} {path}: {source}")]
    Read {
        /// What it is.
        what: &'static str,
        /// Where.
        path: String,
        /// Why it cannot be read.
        source: std::io::Error,
    },
    /// Output, or a server's socket.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A defect of the program.
    #[error("a defect of the program, please report it: {0}")]
    Panicked(String),
    /// Ctrl-C or SIGTERM.
    #[error("stopped; every answer that came back is kept: the same command goes on from there")]
    Stopped,
}

impl Error {
    /// The process's exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) | Error::Settings(_) | Error::ModelId(_) | Error::Price(_) | Error::DecisionPrompt(_) => {
                USAGE
            }
            Error::Cycle(optimize::Error::Kept(_)) => USAGE,
            Error::Data(error) | Error::Cycle(optimize::Error::Data(error)) => of_data(error),
            Error::Cycle(optimize::Error::NoFeedback(_))
            | Error::Read { .. }
            | Error::NoneMatched
            | Error::NoReplies(_)
            | Error::Nobody(..)
            | Error::NothingToSend(..)
            | Error::Journal(journal::Error::NoRun(_)) => INPUT,
            Error::Findings(_) => FINDINGS,
            Error::NoKey(_) | Error::Refused(_) => ACCOUNT,
            Error::Cycle(error) if error.is_refusal() => ACCOUNT,
            Error::Io { .. } | Error::Exists(_) => OUTPUT,
            Error::Stopped => STOPPED,
            Error::Journal(_) | Error::Unkept(_) | Error::Cycle(optimize::Error::Journal(_)) => JOURNAL,
            Error::Limit(why) => of_stop(*why),
            Error::Interrupted(Interrupted(why)) | Error::Cycle(optimize::Error::Interrupted(Interrupted(why))) => {
                of_stop(*why)
            }
            Error::Panicked(_) => UNEXPECTED,
            Error::Unreachable(_) => UNREACHABLE,
            Error::Cycle(_) | Error::NothingUsable(_) | Error::MostFailed { .. } => MODEL,
        }
    }
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

fn of_stop(why: Why) -> u8 {
    match why {
        Why::Asked | Why::Cancelled => STOPPED,
        Why::Unreachable => UNREACHABLE,
        Why::Unusable => MODEL,
        Why::BelowOneCall => USAGE,
        _ => LIMIT,
    }
}

fn of_data(error: &data::Error) -> u8 {
    match error {
        data::Error::File(FileError::Read { .. }) => INPUT,
        data::Error::File(_) | data::Error::ListExists { .. } => OUTPUT,
        data::Error::Encode { .. } => UNEXPECTED,
        data::Error::Clock { .. } => USAGE,
        _ => INPUT,
    }
}
