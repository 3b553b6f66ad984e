//! What the offer may claim, and what is done with messages that claim more: `--facts` and `--ungrounded`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::Error;
use crate::evaluate::Auditor;
use crate::evaluate::auditing::{AuditWhen, Auditing, REVISIONS};
use crate::optimize::lineage::root;
use crate::report::words;

/// Options of the commands that write messages.
#[derive(Args, Clone, Debug)]
pub struct FactsOptions {
    /// What the offer may truthfully claim [default: what the first prompt of the lineage states]
    #[arg(long, value_name = "FILE", help_heading = "Claims")]
    facts: Option<PathBuf>,
    /// What is done with a message that makes claims up, before it is decided on: have it revised, or keep it
    #[arg(long, value_enum, default_value_t = Ungrounded::Revise, help_heading = "Claims")]
    ungrounded: Ungrounded,
}

/// `--ungrounded`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Ungrounded {
    #[value(alias = "rewrite")]
    Revise,
    Keep,
}

impl FactsOptions {
    /// The text of the facts file, where one was named.
    ///
    /// # Errors
    /// Where it cannot be read, or states nothing.
    pub fn text(&self) -> Result<Option<String>, Error> {
        self.facts.as_deref().map(read).transpose()
    }

    /// Whether messages that make claims up are revised.
    pub fn revises(&self) -> bool {
        self.ungrounded == Ungrounded::Revise
    }

    /// How the messages of a first run with this prompt are audited, with these facts where they were given.
    pub fn auditing(&self, prompt: &str, facts: Option<&str>, auditor: Option<Auditor>) -> Auditing {
        Auditing {
            by: auditor.into(),
            sources: root::sources(prompt, facts),
            when: AuditWhen::BeforeDecision,
            revisions: if self.revises() { REVISIONS } else { 0 },
        }
    }

    /// The choice, as the hash of a run's inputs takes it. It never changes: runs that began before are found by it.
    pub fn choice(&self) -> &'static str {
        match self.ungrounded {
            Ungrounded::Revise => "Revise",
            Ungrounded::Keep => "Keep",
        }
    }
}

/// The text of a facts file.
///
/// # Errors
/// Where it cannot be read, or states nothing.
pub fn read(path: &Path) -> Result<String, Error> {
    let shown = words::path(path);
    let text = crate::data::encoding::read_text(path).map_err(|source| Error::Read {
        what: "facts file",
        path: shown.clone(),
        source,
    })?;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    if text.trim().is_empty() {
        return Err(Error::Usage(format!("facts file {shown} states nothing; write into it what the offer may claim")));
    }
    Ok(text)
}
