//! `rejoinder leads import`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::super::error::Error;
use super::super::options::ModelOptions;
use super::super::print;
use super::super::setup::{Setup, environment};
use super::describe;
use crate::data::leads::import::{self, Field, Mode};
use crate::data::{Kind, leads};
use crate::event::Event;
use crate::report::leads as report;
use crate::report::words;

/// Options of `leads import`.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The file
    file: PathBuf,
    /// What to call the list [default: the file's name without its ending]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Which column is which field, such as title="Job Title"; can be given several times
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    map: Vec<Mapped>,
    /// Add to the list if it is there: who is in it is brought up to date, nobody is removed, and who may not be
    /// written to stays so
    #[arg(long)]
    update: bool,
    /// Say what would be imported, and write nothing
    #[arg(long)]
    preview: bool,
    /// Then have a model write the personas, as `leads describe` does
    #[arg(long, conflicts_with = "preview")]
    describe: bool,
    #[command(flatten)]
    models: ModelOptions,
}

/// A field and the column that it is.
#[derive(Clone, Debug)]
struct Mapped(Field, String);

impl FromStr for Mapped {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, column) =
            text.split_once('=').ok_or_else(|| format!("{text:?} is no FIELD=COLUMN, such as title=\"Job Title\""))?;
        let column = column.trim().trim_matches('"');
        if column.is_empty() {
            return Err(format!("no column is named for {field}; write it behind the =, such as title=\"Job Title\""));
        }
        Ok(Mapped(field.parse()?, column.to_owned()))
    }
}

/// Reads the file and writes the list.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let name = options.name.clone().unwrap_or_else(|| import::name_from(&options.file));
    let list = leads::file(&setup.folder, &name)?;
    let map = options.map.iter().map(|Mapped(field, column)| (*field, column.clone())).collect();
    let mapping = import::Options { map, ..import::Options::default() };
    if options.preview || (options.models.dry_run && !options.describe) {
        let mut first = Vec::new();
        let found = import::preview(&setup.folder, &options.file, &mapping, &mut |lead| {
            if first.len() < report::PREVIEWED {
                first.push(lead.clone());
            }
        })?;
        return print(&report::previewed(&options.file, &found, &first));
    }
    if options.describe {
        describe::check(setup, &options.models)?;
    }
    let mode = if options.update { Mode::Update } else { Mode::New };
    let found = import::import(&setup.folder, &list, mode, &options.file, &mapping)?;
    setup.events.emit(Event::Saved { kind: Kind::Leads.to_string(), name: list.stem().to_owned() });
    print(&report::imported(&options.file, &setup.folder.path(&list), &found))?;
    if options.describe {
        let described = describe::list(setup, &list, &options.models, None).await;
        if described.is_err() {
            setup.events.emit(Event::Note(format!(
                "The list is imported. Next: rejoinder leads describe {}",
                words::shell(list.stem())
            )));
        }
        return described;
    }
    let has_prompt = environment("REJOINDER_PROMPT_FILE").is_some() || setup.settings.prompt_file.is_some();
    let prompt = if has_prompt { "" } else { " --prompt-file offer.md" };
    setup.events.emit(Event::Note(format!("Next: rejoinder evaluate --leads {}{prompt}", words::shell(list.stem()))));
    if !has_prompt {
        setup.events.emit(Event::Note("offer.md is the file that says what you offer".to_owned()));
    }
    Ok(())
}
