//! `rejoinder report`.

use std::path::PathBuf;

use clap::Args;

use super::error::Error;
use super::export;
use super::named;
use super::setup::Setup;
use super::write;
use crate::data::FileName;
use crate::event::Event;
use crate::journal::{self, Journal, RunRow};
use crate::optimize::history::History;
use crate::report::{html, markdown, words};

/// Options of `report`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder report b2b_saas_personas_train_results_improvement_run_v3
  rejoinder report b2b_saas_personas_train_results -o report.html
  rejoinder report NAME --format md | gh pr comment --body-file -")]
pub struct Options {
    /// A results file, or the name of a lineage for its latest
    #[arg(value_name = "NAME")]
    name: String,
    /// In which form
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// Write to this file; without it a page goes beside the results, and Markdown to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One page that needs no network
    Html,
    /// Short, for a pull request
    Md,
}

/// Writes the report.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let target = export::target(setup, options.output.as_ref(), options.force)?;
    let file = named::results(&setup.folder, &options.name)?;
    let history = History::load(&setup.folder, &file, &runs(setup))?;
    match options.format {
        Format::Md => export::write_text(setup, target, &markdown::report(&history)),
        Format::Html if options.output.is_some() => export::write_text(setup, target, &html::report(&history)),
        Format::Html => saved(setup, &file, &history),
    }
}

/// Writes the page beside the results of a cycle. The cycle is there and paid for: where no page can be written, that
/// is a warning.
///
/// # Errors
/// Where standard output is gone.
pub(super) fn beside(setup: &Setup, file: &FileName) -> Result<(), Error> {
    let written = History::load(&setup.folder, file, &runs(setup))
        .map_err(Error::from)
        .and_then(|history| saved(setup, file, &history));
    match written {
        Err(error @ Error::Io { .. }) => Err(error),
        Err(error) => {
            setup.events.emit(Event::Warning(format!("no report was written: {error}")));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn saved(setup: &Setup, file: &FileName, history: &History) -> Result<(), Error> {
    let path = setup.folder.write_beside(file, "html", html::report(history).as_bytes())?;
    // A path is one word, for whoever copies it.
    write(&format!("Report saved to: {}\n", words::path(&path)))
}

/// What the journal knows of runs; nothing where there is none, or where it cannot be opened: a report can do without.
fn runs(setup: &Setup) -> Vec<RunRow> {
    if !setup.folder.root().join(journal::FILE).is_file() {
        return Vec::new();
    }
    Journal::open(setup.folder.root()).and_then(|journal| journal.runs()).unwrap_or_default()
}
