//! `rejoinder export`.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::error::Error;
use super::setup::Setup;
use crate::data::export::{Csv, Exporter, Jsonl};
use crate::data::{Kind, Results, whole};
use crate::event::Event;

/// Options of `export`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder export b2b_saas_personas_train_results_20250802_144126 --format csv -o messages.csv
  rejoinder export NAME --format jsonl | head")]
pub struct Options {
    /// A results file
    #[arg(value_name = "NAME")]
    name: String,
    /// In which form
    #[arg(long, value_enum)]
    format: Format,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values for a spreadsheet; cells that look like formulas are made harmless
    Csv,
    /// One JSON object per line
    Jsonl,
}

/// Writes the rows.
pub fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Results, &options.name)?;
    let (results, _) = Results::load(&setup.folder, &file)?;
    let exporter: &dyn Exporter = match options.format {
        Format::Csv => &Csv,
        Format::Jsonl => &Jsonl,
    };
    if let Some(path) = &options.output {
        whole::replace(path, |out| exporter.write(&results, out))?;
        setup.events.emit(Event::Note(format!("Saved to: {}", path.display())));
        return Ok(());
    }
    // Not through anstream: what is exported is data, and its bytes are not to be touched.
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match exporter.write(&results, &mut out).and_then(|()| out.flush()) {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Io { what: "cannot write to standard output".into(), source })
        }
        _ => Ok(()),
    }
}
