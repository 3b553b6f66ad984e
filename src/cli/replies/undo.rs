//! `rejoinder replies list` and `rejoinder replies undo`.

use clap::Args;

use crate::campaign::replies;
use crate::cli::error::Error;
use crate::cli::print;
use crate::cli::setup::Setup;
use crate::data::imports::{self, Import};
use crate::data::{FileName, Kind};
use crate::event::Event;
use crate::report::replies as report;
use crate::report::words;

/// Options of `replies list`.
#[derive(Args, Clone, Debug)]
pub struct List {
    /// Only the imports of this campaign
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,
}

/// Options of `replies undo`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The campaign then has what its other imports say. People whom only this import put on the suppression list are taken
off it; people whom another import, a list of leads or leads suppress names too stay.

Examples:
  rejoinder replies list --campaign spring
  rejoinder replies undo 2 --campaign spring
  rejoinder replies undo statistics.csv --campaign spring")]
pub struct Undo {
    /// The import: its number as `replies list` shows it, or the name of its file
    #[arg(value_name = "IMPORT|FILE")]
    import: String,
    /// The campaign
    #[arg(long, value_name = "NAME")]
    campaign: String,
}

/// Shows the imports of one campaign, or of all.
pub fn list(setup: &Setup, options: &List) -> Result<(), Error> {
    let campaigns: Vec<FileName> = match &options.campaign {
        Some(name) => vec![setup.folder.resolve(Kind::Campaigns, name)?],
        None => setup.folder.list(Kind::Imports)?,
    };
    let mut all = Vec::new();
    for campaign in campaigns {
        let imports = imports::list(&setup.folder, campaign.stem())?;
        all.extend(imports.into_iter().map(|(number, import)| (campaign.stem().to_owned(), number, import)));
    }
    print(&report::imports(&all))
}

/// Takes an import back.
pub fn run(setup: &Setup, options: &Undo) -> Result<(), Error> {
    let campaign = setup.folder.resolve(Kind::Campaigns, &options.campaign)?;
    let campaign = campaign.stem();
    let number = number(&imports::list(&setup.folder, campaign)?, &options.import, campaign)?;
    let Some(undone) = replies::undo(&setup.folder, campaign, number)? else {
        return Err(no_such(&options.import, campaign));
    };
    print(&report::undone(campaign, number, &undone))?;
    setup
        .events
        .emit(Event::Note("Earlier output of calibrate and ab result counts this import; run them again.".to_owned()));
    Ok(())
}

/// The number of an import by its number or its file.
fn number(all: &[(u32, Import)], wanted: &str, campaign: &str) -> Result<u32, Error> {
    if let Some((number, _)) = all.iter().find(|(number, _)| number.to_string() == wanted) {
        return Ok(*number);
    }
    let name = std::path::Path::new(wanted).file_name().map(|name| name.to_string_lossy().into_owned());
    let of_file: Vec<u32> =
        all.iter().filter(|(_, import)| Some(&import.file) == name.as_ref()).map(|(number, _)| *number).collect();
    match of_file[..] {
        [number] => Ok(number),
        [] => Err(no_such(wanted, campaign)),
        _ => {
            let numbers: Vec<String> = of_file.iter().map(u32::to_string).collect();
            Err(Error::Usage(format!(
                "several imports came from {}: {}; give the number of one",
                words::one_line(wanted, 80),
                numbers.join(", ")
            )))
        }
    }
}

fn no_such(wanted: &str, campaign: &str) -> Error {
    let campaign = words::one_line(campaign, 80);
    Error::Usage(format!(
        "campaign {campaign} has no import {}; rejoinder replies list --campaign {campaign} shows them",
        words::one_line(wanted, 80)
    ))
}
