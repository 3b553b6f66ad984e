//! `rejoinder show`.

use clap::Args;

use super::error::Error;
use super::named;
use super::objections;
use super::options::ModelOptions;
use super::print;
use super::setup::{Setup, no_folder};
use super::terminal;
use crate::data::titles::Titles;
use crate::data::{DataFolder, FileName, Kind, calibrations, results_stream};
use crate::event::Event;
use crate::optimize::before::readings;
use crate::optimize::people::pairing::Clusters;
use crate::report::lineages::{self, RunLine};
use crate::report::run::{Detail, Filter};
use crate::report::{calibration, campaign as report};

/// Options of `show`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder show
  rejoinder show b2b_saas_personas_train_results_improvement_run_v1 --messages no --limit 50
  rejoinder show NAME --objections --improver anthropic/claude-haiku-5-5

A model that sorts what people said is called with --objections only, and once for each run: what it read is kept in readings/.")]
pub struct Options {
    /// A results file, the name of a lineage for its latest, or a campaign; all lineages where none is named
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
        if let Some(campaign) = campaign(&setup.folder, name)? {
            return print(&report::text(&setup.folder, &campaign, options.limit)?);
        }
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
        let called = lineages::called(&Titles::load(&setup.folder), file.stem());
        let detail = detail.beside(readers).text(&file, &metadata, &counts, coding.as_ref());
        return print(&format!("{called}{detail}"));
    }
    // An empty folder is a beginning; one that is not there is more likely a slip of the pen.
    if !setup.folder.root().is_dir() {
        return Err(no_folder(setup.folder.root()));
    }
    let mut lines = Vec::new();
    for file in setup.folder.list(Kind::Results)? {
        match results_stream::look(&setup.folder, &file, &Clusters::default()) {
            Ok((decisions, metadata, _)) => lines.push(RunLine::new(&file, &metadata, &decisions)),
            // One broken file must not hide all others.
            Err(error) => setup.events.emit(Event::Warning(format!("left out: {error}"))),
        }
    }
    // A table that is piped or saved keeps its full width.
    let width = terminal::columns().unwrap_or(200);
    print(&lineages::table(&lineages::group(lines), &Titles::load(&setup.folder), width))
}

/// The campaign of this name, where no run and no lineage is called so.
fn campaign(folder: &DataFolder, name: &str) -> Result<Option<FileName>, Error> {
    let Ok(file) = folder.resolve(Kind::Campaigns, name) else { return Ok(None) };
    if !folder.exists(&file) {
        return Ok(None);
    }
    Ok(if folder.exists(&named::results(folder, name)?) { None } else { Some(file) })
}
