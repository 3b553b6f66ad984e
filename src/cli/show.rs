//! `rejoinder show`.

use clap::Args;

use super::error::Error;
use super::named;
use super::objections;
use super::options::ModelOptions;
use super::print;
use super::setup::Setup;
use super::terminal;
use crate::data::{Kind, calibrations, results_stream};
use crate::event::Event;
use crate::optimize::before::readings;
use crate::optimize::people::pairing::Clusters;
use crate::report::calibration;
use crate::report::lineages::{self, RunLine};
use crate::report::run::{Detail, Filter};
use crate::report::words;

/// Options of `show`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder show
  rejoinder show b2b_saas_personas_train_results_improvement_run_v1 --messages no --limit 50
  rejoinder show NAME --objections --improver anthropic/claude-haiku-5-5

A model that sorts what people said is called with --objections only, and once for each run: what it read is kept in readings/.")]
pub struct Options {
    /// A results file, or the name of a lineage for its latest; all lineages where none is named
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Which messages to show
    #[arg(long, value_enum, default_value_t = Messages::All)]
    messages: Messages,
    /// How many of them
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Have the improver's model sort why people said no and what they liked, unless that was done already
    #[arg(long, requires = "name")]
    objections: bool,
    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Messages {
    All,
    Yes,
    No,
}

/// Prints the table or the run.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    if let Some(name) = &options.name {
        let file = named::results(&setup.folder, name)?;
        if options.objections && !objections::sort(setup, &file, &options.models).await? {
            return Ok(());
        }
        let filter = match options.messages {
            Messages::All => Filter::All,
            Messages::Yes => Filter::Yes,
            Messages::No => Filter::No,
        };
        let empty = Detail::new(filter, options.limit);
        let (detail, metadata, counts) = results_stream::look(&setup.folder, &file, &empty)?;
        let coding = readings::coding_of(&setup.folder, &file, &metadata);
        let judge = metadata.rejoinder.as_ref().and_then(|provenance| provenance.fingerprint.as_deref());
        let readers = calibrations::of_lineage(&setup.folder, file.stem())?;
        let readers = readers.map(|found| calibration::line(&found, judge));
        return print(&detail.beside(readers).text(&file, &metadata, &counts, coding.as_ref()));
    }
    // An empty folder is a beginning; one that is not there is more likely a slip of the pen.
    if !setup.folder.root().is_dir() {
        return Err(Error::Usage(format!(
            "there is no data folder {}; see --data-dir",
            words::path(setup.folder.root())
        )));
    }
    let mut lines = Vec::new();
    for file in setup.folder.list(Kind::Results)? {
        match results_stream::look(&setup.folder, &file, &Clusters::default()) {
            Ok((decisions, metadata, _)) => lines.push(RunLine::of(&file, &metadata, &decisions)),
            // One broken file must not hide all others.
            Err(error) => setup.events.emit(Event::Warning(format!("left out: {error}"))),
        }
    }
    // A table that is piped or saved keeps its full width.
    let width = terminal::columns().unwrap_or(200);
    print(&lineages::table(&lineages::group(lines), width))
}
