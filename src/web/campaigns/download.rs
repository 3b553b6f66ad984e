//! The files of a campaign that sending tools import.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::downloads::from_disk;
use super::super::error::Problem;
use super::super::site::Site;
use crate::campaign::tools::{Barred, Outline, Tool};
use crate::data::Kind;
use crate::report::words;

/// A file that can be downloaded.
pub(super) struct Download {
    /// The end of its name.
    pub form: &'static str,
    tool: Tool,
    /// What people call what it is for.
    pub label: &'static str,
    /// Whether it begins with the mark without which Excel takes UTF-8 for something else.
    is_marked: bool,
}

/// All of them.
pub(super) const DOWNLOADS: &[Download] = &[
    Download { form: "instantly.csv", tool: Tool::Instantly, label: "Instantly", is_marked: false },
    Download { form: "smartlead.csv", tool: Tool::Smartlead, label: "Smartlead", is_marked: false },
    Download { form: "lemlist.csv", tool: Tool::Lemlist, label: "lemlist", is_marked: false },
    Download { form: "excel.csv", tool: Tool::Csv, label: "Excel", is_marked: true },
    Download { form: "messages.csv", tool: Tool::Csv, label: "another spreadsheet (CSV)", is_marked: false },
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
        if outline.leads == 0 {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "There is nobody in this campaign to send to: its sequences failed, or the leads must not be \
                 contacted.",
            ));
        }
        let no_room = |error: std::io::Error| {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, format!("The file cannot be made: {error}."))
        };
        let kept = tempfile::tempfile_in(site.folder.root()).or_else(|_| tempfile::tempfile()).map_err(no_room)?;
        let mut out = BufWriter::new(&kept);
        if download.is_marked {
            out.write_all(b"\xef\xbb\xbf").map_err(no_room)?;
        }
        let written = outline.write((&site.folder, &file), download.tool, &barred, &mut out)?;
        written.and_then(|()| out.flush()).map_err(no_room)?;
        drop(out);
        let bytes = kept.metadata().map_err(no_room)?.len();
        from_disk(&format!("{}-{form}", file.stem()), (kept, bytes)).map(IntoResponse::into_response)
    });
    answer.await.unwrap_or_else(|problem| problem.page(&site))
}
