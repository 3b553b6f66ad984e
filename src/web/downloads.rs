//! Runs as files: the same that `rejoinder export` writes.
//!
//! What takes long to make is made once and kept for as long as the files are as they were ([`kept`]). Rows leave
//! as they are made; nobody waits for the last before the first.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

use super::error::Problem;
use super::kept::{self, Made};
use super::shelf::{Index, Stamp};
use super::site::Site;
use crate::data::export::tuning::{Dpo, Sft};
use crate::data::export::{Csv, Exporter, Jsonl};
use crate::data::spool::read_at;
use crate::data::titles::Titles;
use crate::data::{DataFolder, FileName, Kind, results_stream, versions};
use crate::optimize::history::History;
use crate::optimize::tuning;
use crate::report::{html, markdown, words};

/// So much is sent at a time.
const BLOCK: usize = 64 * 1024;
/// Blocks that may wait for a slow reader; the file is read no faster.
const WAITING: usize = 4;

/// A run in the form that the name says.
pub async fn give(State(site): State<Arc<Site>>, Path((name, form)): Path<(String, String)>) -> Response {
    let shared = Arc::clone(&site);
    let answer = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Results, &name)?;
        let shown = format!("{}-{form}", file.stem());
        match form.as_str() {
            "report.html" => report(site, &file, &form, html::report),
            "report.md" => report(site, &file, &form, markdown::report),
            "prompt.md" => {
                // The prompt of the run that is named, which is the one on the page that led here.
                let text = format!("{}\n", site.shelf.summary(&site.folder, &file)?.prompt.trim_end());
                Ok(named(kind(&form), &shown, Body::from(text)))
            }
            "opinions.jsonl" => {
                Ok(named(kind(&form), &shown, Body::from(super::opinions::lines(&site.folder, &file)?)))
            }
            "messages.csv" | "messages.jsonl" | "sft.jsonl" | "dpo.jsonl" => rows(&shared, &file, &form),
            _ => Err(Problem::missing(format!("A run cannot be downloaded as {}.", words::one_line(&form, 40)))),
        }
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

fn kind(form: &str) -> &'static str {
    match form.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("md") => "text/markdown; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/jsonl; charset=utf-8",
    }
}

/// The report on the run's lineage.
fn report(site: &Site, file: &FileName, form: &str, write: fn(&History) -> String) -> Result<Response, Problem> {
    let runs = site.journal()?.map_or(Ok(Vec::new()), |journal| journal.runs())?;
    let base = versions::lineage_base(file.stem());
    let of_lineage = |other: &FileName| versions::lineage_base(other.stem()) == base;
    let mut read: Vec<FileName> = site.folder.list(Kind::Results)?.into_iter().filter(of_lineage).collect();
    // Who is kept aside stands in a file of personas.
    read.extend(site.folder.list(Kind::Personas)?);
    let commands = |files: &[FileName]| {
        let is_told = |name: &String| files.iter().any(|file| file.as_str() == name);
        let told = runs.iter().filter(|run| run.files.iter().any(is_told));
        told.map(|run| format!("{} {:?}\n", run.id, run.arguments)).collect::<String>()
    };
    let titles = Titles::load(&site.folder);
    let beside = format!("{}{}", titles.of_lineage(&base), commands(&read));
    let made = Made::now(&site.folder, (file, form), &read, beside);
    let shown = format!("{}-{form}", file.stem());
    if let Some(kept::Body::Text(text)) = site.kept.get(&made) {
        return Ok(named(kind(form), &shown, Body::from(text)));
    }
    let history = History::load(&site.folder, file, &runs)?;
    let text = Bytes::from(write(&history));
    // A line may lead through files of other names; then it is made anew each time.
    if history.versions.iter().all(|version| of_lineage(&version.file)) {
        site.kept.keep(made, kept::Body::Text(text.clone()));
    }
    Ok(named(kind(form), &shown, Body::from(text)))
}

/// The rows of a run, as they are made.
fn rows(site: &Arc<Site>, file: &FileName, form: &str) -> Result<Response, Problem> {
    // All of it is known to be good before the first row leaves.
    let index = site.shelf.index(&site.folder, file)?;
    let mut read = vec![file.clone()];
    let parent = index.metadata.rejoinder.as_ref().and_then(|own| own.parent.as_ref());
    read.extend(parent.and_then(|parent| site.folder.resolve(Kind::Results, &parent.file).ok()));
    let made = Made::now(&site.folder, (file, form), &read, String::new());
    let (kind, shown) = (kind(form), format!("{}-{form}", file.stem()));
    let (sender, receiver) = mpsc::channel(WAITING);
    let write: Box<dyn FnOnce() + Send> = match site.kept.get(&made) {
        Some(kept::Body::Disk(kept, bytes)) => Box::new(move || {
            if let Err(error) = send_again(&kept, bytes, &sender) {
                let _ = sender.blocking_send(Err(error));
            }
        }),
        _ => {
            let exporter = exporter(site, file, (form, &index))?;
            let (site, file) = (Arc::clone(site), file.clone());
            Box::new(move || match stream(&site.folder, (&file, made.from[0].1), &*exporter, sender.clone()) {
                Ok(Some((kept, bytes))) => site.kept.keep(made, kept::Body::Disk(Arc::new(kept), bytes)),
                Ok(None) => {}
                // The download breaks off, rather than to look whole.
                Err(error) => drop(sender.blocking_send(Err(error))),
            })
        }
    };
    let spawned = std::thread::Builder::new().name("download".into()).spawn(write);
    spawned.map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("Too busy: {error}.")))?;
    Ok(named(kind, &shown, streamed(receiver)))
}

fn streamed(receiver: mpsc::Receiver<io::Result<Bytes>>) -> Body {
    Body::from_stream(futures::stream::unfold(receiver, |mut receiver| async move {
        let block = receiver.recv().await?;
        Some((block, receiver))
    }))
}

/// A nameless file of so many bytes, as a download of this name. It is kept for nobody else.
pub(super) fn from_disk(name: &str, (file, bytes): (File, u64)) -> Result<Response, Problem> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let send = move || {
        if let Err(error) = send_again(&file, bytes, &sender) {
            let _ = sender.blocking_send(Err(error));
        }
    };
    let spawned = std::thread::Builder::new().name("download".into()).spawn(send);
    spawned.map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("Too busy: {error}.")))?;
    Ok(named(kind(name), name, streamed(receiver)))
}

fn exporter(site: &Site, file: &FileName, (form, index): (&str, &Index)) -> Result<Box<dyn Exporter>, Problem> {
    let tuning = |pairs| tuning::tuning(&site.folder, file, &index.metadata, pairs);
    Ok(match form {
        "messages.csv" => Box::new(Csv),
        "messages.jsonl" => Box::new(Jsonl),
        "sft.jsonl" => Box::new(Sft(tuning(false)?)),
        _ => Box::new(Dpo(tuning(true)?)),
    })
}

fn named(kind: &'static str, name: &str, body: Body) -> Response {
    // A name that a header can carry; others in the form of RFC 5987.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", super::page::segment(name));
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

type Sender = mpsc::Sender<io::Result<Bytes>>;

/// Sends the rows and gives them back in a nameless file, with the number of their bytes; `None` where they could not
/// be kept.
fn stream(
    folder: &DataFolder,
    (file, stamp): (&FileName, Stamp),
    exporter: &dyn Exporter,
    sender: Sender,
) -> io::Result<Option<(File, u64)>> {
    // Where nothing can be written nothing is kept.
    let kept = tempfile::tempfile_in(folder.root()).or_else(|_| tempfile::tempfile()).ok();
    let mut blocks = Blocks { sender, kept, bytes: 0 };
    {
        let mut rows = exporter.begin(Box::new(io::BufWriter::with_capacity(BLOCK, &mut blocks)))?;
        let mut written = Ok(());
        let read = results_stream::fold(
            folder,
            file,
            || (),
            |(), entry| {
                if written.is_ok() {
                    written = rows.add(entry);
                }
            },
        );
        read.map_err(|error| io::Error::other(error.to_string()))?;
        written?;
        if Stamp::of(folder, file) != stamp {
            return Err(io::Error::other("the file was changed while it was read"));
        }
        rows.finish()?;
    }
    let bytes = blocks.bytes;
    Ok(blocks.kept.map(|kept| (kept, bytes)))
}

/// Sends what was kept.
fn send_again(kept: &File, bytes: u64, sender: &Sender) -> io::Result<()> {
    let mut at = 0;
    while at < bytes {
        let mut block = vec![0; BLOCK.min((bytes - at) as usize)];
        read_at(kept, &mut block, at)?;
        at += block.len() as u64;
        sender.blocking_send(Ok(Bytes::from(block))).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
    }
    Ok(())
}

/// Sends what is written, and keeps it. Who has gone away ends the writing.
struct Blocks {
    sender: Sender,
    kept: Option<File>,
    bytes: u64,
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        // A disk that is full keeps nobody from the download.
        if self.kept.as_mut().is_some_and(|kept| kept.write_all(bytes).is_err()) {
            self.kept = None;
        }
        self.bytes += bytes.len() as u64;
        self.sender.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
