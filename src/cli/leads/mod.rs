//! `rejoinder leads`.

mod describe;
mod forget;
mod import;
mod show;
mod suppress;

use clap::{Args, Subcommand};

use super::error::Error;
use super::setup::Setup;

/// Options of `leads`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder leads import apollo.csv --name spring
  rejoinder leads import contacts.csv --map title=\"Job Title\" --map email=Kontakt --dry-run
  rejoinder leads show spring
  rejoinder evaluate --leads spring --prompt-file offer.md
  rejoinder leads suppress ada@example.com --reason \"asked us to stop\"
  rejoinder leads forget ada@example.com")]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    /// Read leads from a file: CSV of any delimiter and encoding, JSON or JSON lines
    Import(Box<import::Options>),
    /// Show all lists of leads
    List,
    /// Show one list, or what is known about one person
    Show(show::Options),
    /// Have a model write the personas of a list, from its columns alone
    Describe(Box<describe::Options>),
    /// Never write to these people, whatever is imported later
    Suppress(suppress::Options),
    /// Remove a person from leads, campaigns, replies, results, messages and the journal
    Forget(forget::Options),
}

impl Options {
    /// Whether it is about lists that must be there. Whom to forget is asked of what is there, too.
    pub fn only_reads(&self) -> bool {
        matches!(self.action, Action::List | Action::Show(_) | Action::Describe(_) | Action::Forget(_))
    }
}

/// Does it.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    match &options.action {
        Action::Import(options) => import::run(setup, options).await,
        Action::List => show::list(setup),
        Action::Show(options) => show::run(setup, options),
        Action::Describe(options) => describe::run(setup, options).await,
        Action::Suppress(options) => suppress::run(setup, options),
        Action::Forget(options) => forget::run(setup, options),
    }
}
