//! Runs as files: the same that `rejoinder export` writes.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

use super::error::Problem;
use super::site::Site;
use crate::data::export::tuning::{Dpo, Sft};
use crate::data::export::{Csv, Exporter, Jsonl};
use crate::data::{FileName, Kind, results_stream};
use crate::optimize::history::History;
use crate::optimize::{lineage, tuning};
use crate::report::{html, markdown, words};

/// So much is sent at a time.
const BLOCK: usize = 64 * 1024;
/// Blocks that may wait for a slow reader; the file is read no faster.
const WAITING: usize = 4;

/// A run in the form that the name says.
pub async fn give(State(site): State<Arc<Site>>, Path((name, form)): Path<(String, String)>) -> Response {
    let answer = site.aside(move |site| {
        let file = site.folder.resolve(Kind::Results, &name)?;
        let unknown = || Problem::missing(format!("A run cannot be downloaded as {}.", words::one_line(&form, 40)));
        if let Some(report) = report(site, &file, &form)? {
            return Ok(report);
        }
        let kind = match form.as_str() {
            "prompt.md" => "text/markdown; charset=utf-8",
            "messages.csv" => "text/csv; charset=utf-8",
            "messages.jsonl" | "sft.jsonl" | "dpo.jsonl" => "application/jsonl; charset=utf-8",
            _ => return Err(unknown()),
        };
        // All of it is known to be good before the first row leaves.
        let ((), head) = results_stream::gather(&site.folder, &file, &())?;
        let exporter: Box<dyn Exporter> = match form.as_str() {
            "messages.csv" => Box::new(Csv),
            "messages.jsonl" => Box::new(Jsonl),
            "sft.jsonl" => Box::new(Sft(tuning::tuning(&site.folder, &file, &head, false)?)),
            "dpo.jsonl" => Box::new(Dpo(tuning::tuning(&site.folder, &file, &head, true)?)),
            _ => {
                let (best, prompt) = lineage::best(&site.folder, &file, &head)?;
                let text = format!("{}\n", prompt.trim_end());
                return Ok(named(kind, &format!("{}-{form}", best.stem()), Body::from(text)));
            }
        };
        let shown = format!("{}-{form}", file.stem());
        let (sender, receiver) = mpsc::channel(WAITING);
        let (folder, sha256) = (site.folder.clone(), head.sha256);
        let write = move || {
            let failed = stream(&folder, &file, &sha256, &*exporter, sender.clone()).err();
            if let Some(error) = failed {
                // The download breaks off, rather than to look whole.
                let _ = sender.blocking_send(Err(error));
            }
        };
        let spawned = std::thread::Builder::new().name("download".into()).spawn(write);
        spawned.map_err(|error| {
            Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, format!("Too busy: {error}."))
        })?;
        let blocks = futures::stream::unfold(receiver, |mut receiver| async move {
            let block = receiver.recv().await?;
            Some((block, receiver))
        });
        Ok(named(kind, &shown, Body::from_stream(blocks)))
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}

/// The report on the run's lineage, where that is what the form means.
fn report(site: &Site, file: &FileName, form: &str) -> Result<Option<Response>, Problem> {
    let (kind, write): (_, fn(&History) -> String) = match form {
        "report.html" => ("text/html; charset=utf-8", html::report),
        "report.md" => ("text/markdown; charset=utf-8", markdown::report),
        _ => return Ok(None),
    };
    let runs = site.journal()?.map_or(Ok(Vec::new()), |journal| journal.runs())?;
    let history = History::load(&site.folder, file, &runs)?;
    Ok(Some(named(kind, &format!("{}-{form}", file.stem()), Body::from(write(&history)))))
}

fn named(kind: &'static str, name: &str, body: Body) -> Response {
    // A name that a header can carry; others in the form of RFC 5987.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", super::page::segment(name));
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

type Sender = mpsc::Sender<io::Result<Bytes>>;

fn stream(
    folder: &crate::data::DataFolder,
    file: &FileName,
    sha256: &str,
    exporter: &dyn Exporter,
    sender: Sender,
) -> io::Result<()> {
    let mut rows = exporter.begin(Box::new(io::BufWriter::with_capacity(BLOCK, Blocks(sender))))?;
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
    let ((), head) = read.map_err(|error| io::Error::other(error.to_string()))?;
    written?;
    if head.sha256 != sha256 {
        return Err(io::Error::other("the file was changed while it was read"));
    }
    rows.finish()
}

/// Sends what is written. Who has gone away ends the writing.
struct Blocks(Sender);

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
