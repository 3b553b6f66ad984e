//! `rejoinder replies`: imports of real replies, and the way back.

mod undo;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::error::Error;
use super::print;
use super::setup::Setup;
use crate::campaign::replies::columns::Mapped;
use crate::campaign::replies::{self, Export, Tool};
use crate::data::campaigns::{Campaign, CampaignHeader};
use crate::data::{FileName, Kind, clock, results_stream, versions};
use crate::event::Event;
use crate::report::replies::{self as report, Read};
use crate::report::words;

/// Options of `replies`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// Bring in what a sending tool says was sent, and what came back
    Import(Import),
    /// Show what was imported
    List(undo::List),
    /// Take an import back whole, such as that of a wrong file
    Undo(undo::Undo),
}

/// Options of `replies import`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
What the file may be: Smartlead's leads export or statistics, Instantly's leads, lemlist's activities, Apollo's \
contacts with
their outcomes, saved webhook payloads of the first three (JSON or JSON lines), or a table of your own with columns such as
email, sent_at, step, replied, reply_at, reply_text, category, positive, bounced, unsubscribed, out_of_office.

A category without a reply is no reply, and neither is an out-of-office note or a bounce; opens are not counted.
Importing another export later adds to what is known; the same file again changes nothing. Dates such as 03/04/2026 are
read in the order that the other dates of the file show; where none shows it, the time is unknown.

Examples:
  rejoinder replies import statistics.csv --from smartlead --campaign spring
  rejoinder replies import payloads.jsonl --from instantly --campaign spring")]
pub struct Import {
    /// The export
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whose export it is: smartlead, instantly, lemlist, apollo, or csv for a table of your own
    #[arg(long, value_name = "TOOL")]
    from: Tool,
    /// The campaign that was sent
    #[arg(long, value_name = "NAME")]
    campaign: String,
    /// Which column is which field, where its name does not tell, such as email=Kontakt; can be given several times. A
    /// table of your own (--from csv) takes every field: email, sent, sent_at, step, subject, text, replied, reply_at,
    /// reply_text, category, positive, bounced, unsubscribed, out_of_office; the tools' exports email alone
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<Mapped>,
}

/// Runs the subcommand; no model is called.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    match &options.command {
        Command::Import(options) => import(setup, options),
        Command::List(options) => undo::list(setup, options),
        Command::Undo(options) => undo::run(setup, options),
    }
}

fn import(setup: &Setup, import: &Import) -> Result<(), Error> {
    let campaign = setup.folder.resolve(Kind::Campaigns, &import.campaign)?;
    if let Some(mapped) = import.map.iter().find(|mapped| import.from != Tool::Csv && mapped.field != "email") {
        return Err(Error::Usage(format!(
            "--map {}=… needs --from csv; the columns of {} exports are known, except for email",
            mapped.field, import.from
        )));
    }
    let (export, headers) = Export::read(&import.file, import.from, &import.map)?;
    let mixed = export.mixed_columns();
    let read = Read { rows: export.rows, without_address: export.without_address, silent: export.silent, mixed };
    if read.rows == read.without_address {
        return Err(Error::Usage(format!(
            "{}: no row has an e-mail address where {} exports have one; check --from, or name the column: --map \
             email=\"COLUMN\"",
            words::path(&import.file),
            import.from
        )));
    }
    let imported = replies::import(&setup.folder, &campaign, export, &clock::iso(clock::now()?))?;
    print(&report::text(campaign.stem(), &read, &imported))?;
    if import.from == Tool::Csv {
        let unused: Vec<String> = replies::columns::unused(&headers, &import.map)
            .take(20)
            .map(|header| words::one_line(header, 60))
            .collect();
        if !unused.is_empty() {
            setup.events.emit(Event::Note(format!(
                "Columns not used: {}. If one is a field, say which: --map replied=\"COLUMN\" (fields: --help)",
                unused.join(", ")
            )));
        }
    }
    if imported.matched.sent == 0 {
        return Err(Error::NoneMatched);
    }
    let header = Campaign::open(&setup.folder, &campaign)?.header;
    let name = words::one_line(campaign.stem(), 80);
    let next = match (header.arms.len(), &header.lineage) {
        (2.., _) => format!("ab result {name}"),
        (_, Some(lineage)) => format!("calibrate {} --campaign {name}", words::one_line(lineage, 120)),
        (_, None) => match run_of(setup, &header)? {
            Some(run) => format!("calibrate {} --campaign {name}", words::one_line(run.stem(), 120)),
            None => {
                format!("calibrate NAME --campaign {name} (NAME: a run, or a lineage, whose judge you want to check)")
            }
        },
    };
    setup.events.emit(Event::Note(format!("Next: rejoinder {next}")));
    Ok(())
}

/// The latest run for the leads of a campaign that had the prompt which the campaign was written with, though nobody
/// said that it came from there. A results file that cannot be read is none.
fn run_of(setup: &Setup, header: &CampaignHeader) -> Result<Option<FileName>, Error> {
    let Some(arm) = header.arms.first() else { return Ok(None) };
    let prefix = format!("{}_results_", header.leads);
    let list = format!("{}/{}", Kind::Leads, header.leads);
    let is_meant = |file: &FileName| {
        let Ok(((), metadata, _)) = results_stream::look(&setup.folder, file, &()) else { return false };
        metadata.system_prompt.trim() == arm.prompt.trim() && metadata.persona_file.is_none_or(|file| file == list)
    };
    let runs = setup.folder.list(Kind::Results)?.into_iter().filter(|file| file.stem().starts_with(&prefix));
    let runs = runs.filter(is_meant);
    Ok(runs.max_by_key(|run| (versions::version_of(run.stem()), run.stem().to_owned())))
}
