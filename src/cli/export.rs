//! `rejoinder export`.

mod campaign;

use std::cell::Cell;
use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;

use super::error::Error;
use super::named;
use super::setup::Setup;
use super::terminal;
use crate::data::export::tuning::{Dpo, Sft, Tuning};
use crate::data::export::{Csv, Excel, Exporter, Jsonl};
use crate::data::{self, DataFolder, FileName, Kind, results_stream, whole};
use crate::event::Event;
use crate::optimize::{lineage, tuning};
use crate::report::words;

/// Options of `export`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder export b2b_saas_personas_train_results_20250802_144126 --format csv -o messages.csv
  rejoinder export NAME --format jsonl | head
  rejoinder export NAME --format prompt -o prompt.md
  rejoinder export NAME --format prompt --best
  rejoinder export NAME --format dpo -o pairs.jsonl
  rejoinder export spring --for instantly -o spring.csv")]
pub struct Options {
    /// A results file, or the name of a lineage for its latest; with --for a campaign
    #[arg(value_name = "NAME")]
    name: String,
    /// In which form
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Export the campaign of this name for this sending tool
    #[arg(long = "for", value_name = "TOOL", value_enum, conflicts_with = "format")]
    tool: Option<campaign::For>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// With --format prompt: the lineage's current prompt instead of the run's
    #[arg(long)]
    best: bool,
    /// Add a byte order mark, so that Excel reads the CSV correctly
    #[arg(long)]
    excel: bool,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
}

/// Writes a prompt, with a line break at its end.
fn write_prompt(setup: &Setup, target: Target, prompt: &str) -> Result<(), Error> {
    write_text(setup, target, &format!("{}\n", prompt.trim_end()))
}

/// Writes a text, whole or not at all where it becomes a file, and says where it is.
pub(super) fn write_text(setup: &Setup, target: Target, text: &str) -> Result<(), Error> {
    let fill = |out: &mut dyn Write| out.write_all(text.as_bytes());
    let path = match target {
        Target::New(path) => whole::create_new(&path, fill).map(|()| path)?,
        Target::Old(path) => whole::replace(&path, fill).map(|()| path)?,
        Target::Stream(None) => {
            let mut out = terminal::data();
            return match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(cannot_print(source)),
                _ => Ok(()),
            };
        }
        Target::Stream(Some(path)) => {
            let written = File::options().write(true).open(&path).and_then(|mut out| out.write_all(text.as_bytes()));
            return written.map_err(|source| cannot_write(&path, source));
        }
    };
    setup.events.emit(Event::Note(format!("Saved to: {}", path.display())));
    Ok(())
}

/// Names of standard output.
const STANDARD_OUTPUT: &[&str] = &["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values for a spreadsheet; cells that look like formulas are made harmless
    Csv,
    /// One JSON object per line
    Jsonl,
    /// The run's prompt, as text
    Prompt,
    /// JSON lines for supervised fine-tuning: accepted messages without a made-up claim, as conversations
    Sft,
    /// JSON lines for preference tuning: pairs of an accepted and a rejected message to the same persona
    Dpo,
}

/// Writes the rows.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    if options.best && options.format != Some(Format::Prompt) {
        return Err(Error::Usage("--best is for --format prompt".into()));
    }
    let Some(format) = options.format else {
        let Some(tool) = options.tool else {
            let campaign = setup.folder.resolve(Kind::Campaigns, &options.name);
            let is_campaign = campaign.is_ok_and(|campaign| setup.folder.exists(&campaign));
            let name = words::one_line(&options.name, 100);
            return Err(Error::Usage(if is_campaign {
                format!("{name} is a campaign: add --for instantly, smartlead, lemlist or csv")
            } else {
                "add --format csv, jsonl, prompt, sft or dpo; for a campaign, --for with the name of a tool".to_owned()
            }));
        };
        if options.excel && !tool.is_for_spreadsheets() {
            return Err(Error::Usage("--excel is for --format csv and --for csv".into()));
        }
        let target = target(setup, options.output.as_ref(), options.force)?;
        return campaign::run(setup, &options.name, (tool, options.excel), target);
    };
    let file = named::results(&setup.folder, &options.name)?;
    let target = target(setup, options.output.as_ref(), options.force)?;
    if options.excel && format != Format::Csv {
        return Err(Error::Usage("--excel is for --format csv".into()));
    }
    // All of the file is known to be good before the first row of it is written.
    let ((), head) = results_stream::gather(&setup.folder, &file, &())?;
    let unchecked = Arc::new(AtomicU64::new(0));
    let tuning = |pairs: bool| {
        let tuning = tuning::tuning(&setup.folder, &file, &head.metadata, pairs)?;
        Ok::<_, Error>(Tuning { unchecked: Arc::clone(&unchecked), ..tuning })
    };
    let exporter: Arc<dyn Exporter> = match format {
        Format::Csv if options.excel => Arc::new(Excel),
        Format::Csv => Arc::new(Csv),
        Format::Jsonl => Arc::new(Jsonl),
        Format::Sft => Arc::new(Sft(tuning(false)?)),
        Format::Dpo => Arc::new(Dpo(tuning(true)?)),
        Format::Prompt => {
            let (of, prompt) = if options.best {
                lineage::best(&setup.folder, &file, &head)?
            } else {
                (file, head.metadata.system_prompt)
            };
            setup.events.emit(Event::Note(format!("The prompt of {of}")));
            return write_prompt(setup, target, &prompt);
        }
    };
    let source = Source { folder: setup.folder.clone(), file, sha256: head.sha256 };
    match target {
        Target::New(path) => source.written(|fill| Ok(whole::create_new(&path, |out| fill(&*exporter, out))?))?,
        Target::Old(path) => source.written(|fill| Ok(whole::replace(&path, |out| fill(&*exporter, out))?))?,
        Target::Stream(path) => {
            stream(exporter, source, path).await?;
            warn_of_unchecked(setup, &unchecked);
            return Ok(());
        }
    }
    let path = options.output.as_deref().unwrap_or(Path::new(""));
    setup.events.emit(Event::Note(format!("Saved to: {}", path.display())));
    warn_of_unchecked(setup, &unchecked);
    Ok(())
}

/// Says how many of the accepted messages may make something up.
fn warn_of_unchecked(setup: &Setup, unchecked: &AtomicU64) {
    let count = unchecked.load(Ordering::Relaxed);
    if count > 0 {
        setup.events.emit(Event::Warning(format!(
            "the claims of {} among these were not checked; to know which make something up: rejoinder audit-claims",
            words::count(count, "accepted message", "accepted messages")
        )));
    }
}

/// Where the rows go.
pub(super) enum Target {
    /// A file that is not there yet.
    New(PathBuf),
    /// A file that is to be replaced, links followed.
    Old(PathBuf),
    /// A FIFO, device or the like, which is written into as it is; `None` is standard output.
    Stream(Option<PathBuf>),
}

/// Where an output goes; standard output where none is named.
pub(super) fn target(setup: &Setup, output: Option<&PathBuf>, force: bool) -> Result<Target, Error> {
    let Some(path) = output else { return Ok(Target::Stream(None)) };
    // Opened anew by its name, a standard output that is a file would be written from its beginning.
    if STANDARD_OUTPUT.iter().any(|name| Path::new(name) == path.as_path()) {
        return Ok(Target::Stream(None));
    }
    let target = match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            return Err(Error::Usage(format!("--output {} is a directory; name a file", path.display())));
        }
        Ok(there) if !there.is_file() => return Ok(Target::Stream(Some(path.clone()))),
        Ok(_) => Target::Old(path.canonicalize().map_err(|source| cannot_write(path, source))?),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(cannot_write(path, error)),
        // A link to nothing has the name too.
        Err(error) if std::fs::symlink_metadata(path).is_ok() => return Err(cannot_write(path, error)),
        Err(_) => Target::New(path.clone()),
    };
    let (Target::New(at) | Target::Old(at)) = &target else { return Ok(target) };
    let folder = at.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|source| cannot_write(path, source))?;
    for kind in Kind::ALL {
        let own = setup.folder.subfolder(kind);
        if own.canonicalize().is_ok_and(|own| folder.starts_with(own)) {
            let own = own.display();
            return Err(Error::Usage(format!(
                "--output {} lies in {own}, which holds {kind} files only; name a file elsewhere",
                path.display()
            )));
        }
    }
    if matches!(target, Target::Old(_)) && !force {
        return Err(Error::Exists(path.clone()));
    }
    Ok(target)
}

/// A results file that was good when it was looked at.
struct Source {
    folder: DataFolder,
    file: FileName,
    sha256: String,
}

impl Source {
    /// Writes all rows, as the file passes.
    fn write(&self, exporter: &dyn Exporter, out: Box<dyn Write + '_>) -> Result<io::Result<()>, data::Error> {
        let mut rows = match exporter.begin(out) {
            Ok(rows) => rows,
            Err(error) => return Ok(Err(error)),
        };
        let begun = Cell::new(0);
        let start = || begun.set(begun.get() + 1);
        let mut written = Ok(());
        let ((), head) = results_stream::fold(&self.folder, &self.file, start, |(), entry| {
            if written.is_ok() && begun.get() == 1 {
                written = rows.add(entry);
            }
        })?;
        if head.sha256 != self.sha256 || begun.get() > 1 {
            return Err(data::Error::Changed { path: self.folder.path(&self.file) });
        }
        Ok(written.and_then(|()| rows.finish()))
    }

    /// The same into a file that keeps what was written only if all was.
    fn written(
        &self,
        save: impl FnOnce(&mut dyn FnMut(&dyn Exporter, &mut dyn Write) -> io::Result<()>) -> Result<(), data::Error>,
    ) -> Result<(), data::Error> {
        let mut unread = None;
        let saved = save(&mut |exporter, out| {
            self.write(exporter, Box::new(out)).unwrap_or_else(|error| {
                unread = Some(error);
                Err(io::ErrorKind::Other.into())
            })
        });
        match unread {
            Some(error) => Err(error),
            None => saved,
        }
    }
}

/// Writes into what is no file. On a thread of its own: whoever is to read may keep it waiting, and Ctrl-C is to be
/// heard meanwhile.
async fn stream(exporter: Arc<dyn Exporter>, source: Source, path: Option<PathBuf>) -> Result<(), Error> {
    // Dropped when the thread ends, in whatever way.
    let (ended, is_ended) = tokio::sync::oneshot::channel::<Infallible>();
    let shown = path.clone();
    let writer = std::thread::spawn(move || {
        let _ended = ended;
        match path {
            None => source.write(&*exporter, Box::new(io::BufWriter::new(terminal::data()))),
            Some(path) => match File::options().write(true).open(path) {
                Ok(out) => source.write(&*exporter, Box::new(io::BufWriter::new(out))),
                Err(error) => Ok(Err(error)),
            },
        }
    });
    let _ = is_ended.await;
    match writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))? {
        Err(source) if source.kind() != io::ErrorKind::BrokenPipe => match shown {
            None => Err(cannot_print(source)),
            Some(path) => Err(cannot_write(&path, source)),
        },
        _ => Ok(()),
    }
}

fn cannot_print(source: io::Error) -> Error {
    Error::Io { what: "cannot write to standard output".into(), source }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::Io { what: format!("cannot write {}", path.display()), source }
}
