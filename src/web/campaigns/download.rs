//! The files of a campaign that sending tools import.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::downloads::from_disk;
use super::super::error::Problem;
use super::super::site::Site;
use crate::campaign::tools::{Barred, Mark, Outline, Tool};
use crate::data::Kind;
use crate::report::{export, words};

/// A file that can be downloaded.
pub(super) struct Download {
    /// The end of its name.
    pub form: &'static str,
    tool: Tool,
    /// What people call what it is for.
    pub label: &'static str,
    mark: Mark,
}

/// All of them.
pub(super) const DOWNLOADS: &[Download] = &[
    Download { form: "instantly.csv", tool: Tool::Instantly, label: "Instantly", mark: Mark::None },
    Download { form: "smartlead.csv", tool: Tool::Smartlead, label: "Smartlead", mark: Mark::None },
    Download { form: "lemlist.csv", tool: Tool::Lemlist, label: "lemlist", mark: Mark::None },
    Download { form: "excel.csv", tool: Tool::Csv, label: "Excel", mark: Mark::Excel },
    Download { form: "messages.csv", tool: Tool::Csv, label: "another spreadsheet (CSV)", mark: Mark::None },
];

/// The file for a sending tool, as `rejoinder export --for` writes it; that for Excel as with `--excel`.
pub async fn download(State(site): State<Arc<Site>>, Path((name, form)): Path<(String, String)>) -> Response {
    let answer = site.aside(move |site| {
        let download = DOWNLOADS.iter().find(|own| own.form == form).ok_or_else(|| {
            Problem::missing(format!("A campaign cannot be downloaded as {}.", words::one_line(&form, 40)))
        })?;
        let file = site.folder.resolve(Kind::Campaigns, &name)?;
        let barred = Barred::load(&site.folder)?;
        let outline = Outline::read(&site.folder, &file, download.tool, &barred)?;
        if let Some(why) = export::nobody(&outline) {
            let text = format!("There is nobody in this campaign to send to: {why}.");
            return Err(Problem::new(StatusCode::CONFLICT, text));
        }
        let no_room = |error: std::io::Error| {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, format!("The file cannot be made: {error}."))
        };
        let kept = tempfile::tempfile_in(site.folder.root()).map_err(no_room)?;
        let mut out = BufWriter::new(&kept);
        let kind = (download.tool, download.mark);
        let written = outline.write((&site.folder, &file), kind, &barred, &mut out)?;
        written.and_then(|()| out.flush()).map_err(no_room)?;
        drop(out);
        let bytes = kept.metadata().map_err(no_room)?.len();
        from_disk(&format!("{}-{form}", file.stem()), (kept, bytes)).map(IntoResponse::into_response)
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}
