//! Results as rows for other tools: `persona, persona_index, message_index, message, decision, reasoning`.

pub mod tuning;

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::entry::{Entry, Part};

/// One format.
pub trait Exporter: Send + Sync {
    /// Begins to write in this format.
    ///
    /// # Errors
    ///
    /// Only what `out` says.
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>>;
}

/// Rows as they are written.
pub trait Rows {
    /// Writes one row per decided message of the next entry of `results`. A baseline is another run's.
    ///
    /// # Errors
    ///
    /// Only what the file or pipe says.
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()>;

    /// Writes out what is still held. To be called at the end.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    fn finish(&mut self) -> io::Result<()>;
}

/// One row.
#[derive(Serialize)]
struct Row<'r> {
    persona: Cow<'r, str>,
    persona_index: usize,
    message_index: usize,
    message: Cow<'r, str>,
    decision: bool,
    reasoning: Cow<'r, str>,
}

fn rows<'r>(entry: &'r Entry<'_>) -> impl Iterator<Item = Row<'r>> {
    let messages = if entry.part == Part::Results { entry.messages.as_slice() } else { &[] };
    messages.iter().enumerate().map(|(message_index, said)| Row {
        persona: entry.persona.get(),
        persona_index: entry.index,
        message_index,
        message: said.message.get(),
        decision: said.yes,
        reasoning: said.reasoning.get(),
    })
}

/// Comma-separated values as in RFC 4180, with a header. Text that a spreadsheet would run as a formula begins with
/// `'`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

impl Exporter for Csv {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).has_headers(false).from_writer(out);
        let header = ["persona", "persona_index", "message_index", "message", "decision", "reasoning"];
        writer.write_record(header).map_err(as_it_was)?;
        Ok(Box::new(writer))
    }
}

impl Rows for csv::Writer<Box<dyn Write + '_>> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        for row in rows(entry) {
            self.serialize(Row {
                persona: defused(row.persona),
                message: defused(row.message),
                reasoning: defused(row.reasoning),
                ..row
            })
            .map_err(as_it_was)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// The error of the file or pipe itself: a reader that has left, for one, is not an error.
pub fn as_it_was(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The byte order mark, in UTF-8.
pub const EXCEL_MARK: &[u8] = b"\xef\xbb\xbf";

/// The same with a byte order mark before it, without which Excel reads UTF-8 as another encoding.
#[derive(Clone, Copy, Debug, Default)]
pub struct Excel;

impl Exporter for Excel {
    fn begin<'o>(&self, mut out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        out.write_all(EXCEL_MARK)?;
        Csv.begin(out)
    }
}

/// One JSON object per line, text as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jsonl;

impl Exporter for Jsonl {
    fn begin<'o>(&self, out: Box<dyn Write + 'o>) -> io::Result<Box<dyn Rows + 'o>> {
        Ok(Box::new(Lines(out)))
    }
}

struct Lines<'o>(Box<dyn Write + 'o>);

impl Rows for Lines<'_> {
    fn add(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        for row in rows(entry) {
            serde_json::to_writer(&mut self.0, &row)?;
            self.0.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A cell that a spreadsheet will show rather than run: <https://owasp.org/www-community/attacks/CSV_Injection>. The
/// full-width signs are what some input methods make of the plain ones; leading spaces are skipped as importers do.
#[must_use]
pub fn defused(cell: Cow<'_, str>) -> Cow<'_, str> {
    if is_formula(&cell) { Cow::Owned(format!("'{cell}")) } else { cell }
}

/// Whether a spreadsheet would run this cell rather than show it.
#[must_use]
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}
