//! Results as rows for other tools: `persona, persona_index, message_index, message, decision, reasoning`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::results::Results;

/// One format.
pub trait Exporter {
    /// Writes one row per decided message, in the order of the file.
    ///
    /// # Errors
    ///
    /// Only what `out` says.
    fn write(&self, results: &Results, out: &mut dyn Write) -> io::Result<()>;
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

fn rows(results: &Results) -> impl Iterator<Item = Row<'_>> {
    results.results.iter().enumerate().flat_map(|(persona_index, result)| {
        result.messages.iter().enumerate().map(move |(message_index, judged)| Row {
            persona: Cow::from(&result.persona),
            persona_index,
            message_index,
            message: Cow::from(&judged.message),
            decision: judged.decision.decision,
            reasoning: Cow::from(&judged.decision.reasoning),
        })
    })
}

/// Comma-separated values as in RFC 4180, with a header. Text that a spreadsheet would run as a formula begins with `'`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

impl Exporter for Csv {
    fn write(&self, results: &Results, out: &mut dyn Write) -> io::Result<()> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).has_headers(false).from_writer(out);
        writer.write_record(["persona", "persona_index", "message_index", "message", "decision", "reasoning"])?;
        for row in rows(results) {
            writer.serialize(Row {
                persona: defused(row.persona),
                message: defused(row.message),
                reasoning: defused(row.reasoning),
                ..row
            })?;
        }
        writer.flush()
    }
}

/// One JSON object per line, text as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jsonl;

impl Exporter for Jsonl {
    fn write(&self, results: &Results, out: &mut dyn Write) -> io::Result<()> {
        for row in rows(results) {
            serde_json::to_writer(&mut *out, &row)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }
}

/// A cell that a spreadsheet will show rather than run: <https://owasp.org/www-community/attacks/CSV_Injection>. The
/// full-width signs are what some input methods make of the plain ones; leading spaces are skipped as importers do.
fn defused(cell: Cow<'_, str>) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['\t', '\r', '\n'])
        || cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { Cow::Owned(format!("'{cell}")) } else { cell }
}
