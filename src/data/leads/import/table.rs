//! Rows of a CSV file: its delimiter, where its header is, and what is wrong with a row.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};

use super::headers::Field;
use super::mapping::{Mapping, Row};
use super::report::Report;
use super::unspaced::{Unspaced, unspaced};
use super::{Source, fault};
use crate::data::Error;
use crate::data::encoding::{Text, Utf8Reader};
use crate::data::leads::fold_address;

/// Delimiters that are tried, the likeliest first.
const DELIMITERS: &[u8] = b",;\t|^~";

/// How many bytes of a file, in UTF-8, are read to find its delimiter and its header.
const SAMPLE: u64 = 512 * 1024;

/// So many rows of it are looked at.
const SAMPLE_ROWS: usize = 60;

/// A header stands among the first rows, or nowhere.
const HEADER_ROWS: usize = 40;

/// How a table is laid out.
#[derive(Debug, PartialEq)]
struct Layout {
    delimiter: u8,
    /// The row of the header, from 0, and the line on which it begins, from 1.
    row: usize,
    line: u64,
    headers: Vec<String>,
    /// The column that holds the addresses, where its cells say so and no header does.
    addresses: Option<usize>,
    /// Whether spaces stand between a delimiter and the quotation mark of a cell.
    is_spaced: bool,
}

/// Reads the rows of a table.
///
/// # Errors
/// Where there is no header, or one of too many columns, or a quotation mark is not closed; those of `each`.
pub fn read(
    source: Source<'_>,
    encoding: &Text,
    mapping: &mut Mapping,
    report: &mut Report,
    each: &mut dyn FnMut(Row, &mut Mapping, &mut Report) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = source.path;
    let layout = layout(source, encoding, mapping)?;
    mapping.set_headers(&layout.headers).map_err(|problem| fault(path, Some(layout.line), problem))?;
    if let Some(index) = layout.addresses {
        mapping.take_addresses_from(index);
    }
    mapping.check(path, Some(layout.line))?;
    report.format = match layout.delimiter {
        b'\t' => "CSV with tabs".to_owned(),
        b',' => "CSV with commas".to_owned(),
        b';' => "CSV with semicolons".to_owned(),
        delimiter => format!("CSV with {}", char::from(delimiter)),
    };
    report.preamble = layout.line - 1;
    let (quotes, end) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(b'\n')));
    let reader = Utf8Reader::new(source.open()?, encoding);
    let counted = Counted { reader, quotes: Rc::clone(&quotes), end: Rc::clone(&end) };
    let counted = Unspaced::new(counted, layout.is_spaced.then_some(layout.delimiter));
    let counted = BufReader::with_capacity(128 * 1024, counted);
    let mut table =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(layout.delimiter).from_reader(counted);
    let mut record = ByteRecord::new();
    let (mut row, mut last_break, mut last_short) = (0, None, None);
    while table.read_byte_record(&mut record).map_err(|error| unreadable(path, error))? {
        let is_below = row > layout.row;
        row += 1;
        if !is_below {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        last_short = (record.len() < layout.headers.len()).then_some(line);
        last_break = record.iter().any(|cell| memchr::memchr(b'\n', cell).is_some()).then_some(line);
        if last_break.is_some() {
            check_breaks(path, &record, &layout, line)?;
        }
        if let Some(cells) = cells(&record, &layout, line, report) {
            each(cells, mapping, report)?;
        }
    }
    // A mark that is never closed takes in all that follows it, so that the last row has line breaks in it.
    if let Some(line) = last_break.filter(|_| quotes.get() % 2 == 1) {
        return Err(unclosed(path, line));
    }
    if let Some(line) = last_short.filter(|_| quotes.get() % 2 == 1 && end.get() != b'\n') {
        let problem = "the file ends within a cell of the row that begins here; it looks cut off: export it again";
        return Err(fault(path, Some(line), problem.into()));
    }
    Ok(())
}

/// The cells of a row that have something in them; none if it is blank or has more of them than the header has.
fn cells(record: &ByteRecord, layout: &Layout, line: u64, report: &mut Report) -> Option<Row> {
    let width = layout.headers.len();
    let mut row = Row::with_capacity(width.min(record.len()));
    let mut is_longer = false;
    for (index, cell) in record.iter().enumerate() {
        let cell = clean(cell);
        if cell.is_empty() {
            continue;
        }
        is_longer |= index >= width;
        row.push((index, cell));
    }
    if row.is_empty() {
        return None;
    }
    if is_longer {
        report.ragged.add(line);
        return None;
    }
    report.short += u64::from(record.len() < width);
    Some(row)
}

/// A cell without the space around it, and without what Excel puts around text that looks like a number.
fn clean(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).filter(|inner| !inner.contains('"'));
    inner.unwrap_or(text).trim().to_owned()
}

/// A row that stands inside a cell: a quotation mark before it was not meant as one.
fn check_breaks(path: &Path, record: &ByteRecord, layout: &Layout, line: u64) -> Result<(), Error> {
    let width = layout.headers.len();
    let is_row = |text: &str| {
        let delimiter = char::from(layout.delimiter);
        width > 2
            && text.matches(delimiter).count() == width - 1
            && text.split(delimiter).any(|cell| fold_address(cell).is_some())
    };
    for cell in record.iter().filter(|cell| memchr::memchr(b'\n', cell).is_some()) {
        if String::from_utf8_lossy(cell).lines().skip(1).any(is_row) {
            return Err(unclosed(path, line));
        }
    }
    Ok(())
}

fn unclosed(path: &Path, line: u64) -> Error {
    let problem = "a quotation mark in the row that begins here is never closed, and swallows the rows after it; close \
                   it, or write it twice";
    fault(path, Some(line), problem.into())
}

fn unreadable(path: &Path, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::read(path, error),
        other => fault(path, None, format!("the table cannot be read ({other:?}); save it as CSV (UTF-8) again")),
    }
}

/// Finds delimiter and header in the first rows.
fn layout(source: Source<'_>, encoding: &Text, mapping: &Mapping) -> Result<Layout, Error> {
    let path = source.path;
    let mut sample = Vec::new();
    let reader = Utf8Reader::new(source.open()?, encoding);
    reader.take(SAMPLE).read_to_end(&mut sample).map_err(|error| Error::read(path, error))?;
    // Excel's word to itself.
    let said = sample
        .strip_prefix(b"sep=")
        .and_then(|rest| rest.first().copied())
        .filter(|byte| byte.is_ascii_punctuation() || *byte == b'\t');
    let said = said.map(|byte| [byte]);
    let delimiters = said.as_ref().map_or(DELIMITERS, |said| &said[..]);
    let best = delimiters
        .iter()
        .filter_map(|delimiter| {
            let unspaced = unspaced(&sample, *delimiter);
            let mut guess = Guess::new(unspaced.as_deref().unwrap_or(&sample), *delimiter, mapping)?;
            guess.layout.is_spaced = unspaced.is_some();
            Some(guess)
        })
        .reduce(|best, other| if other.worth() > best.worth() { other } else { best });
    let Some(guess) = best else {
        return Err(fault(path, None, "the file holds no rows; nothing was imported".into()));
    };
    if guess.is_headless {
        let problem = "the first row holds an e-mail address and no row above it says what the columns are; add a \
                       header row, such as email,first_name,company";
        return Err(fault(path, Some(guess.layout.line), problem.into()));
    }
    Ok(guess.layout)
}

/// What the first rows are with one delimiter.
struct Guess {
    layout: Layout,
    /// Fields that the header names.
    fields: usize,
    /// Rows below it that are as wide, in hundredths.
    even: usize,
    is_headless: bool,
}

impl Guess {
    fn worth(&self) -> (bool, usize, usize, usize) {
        let has_addresses = self.layout.addresses.is_some() || self.fields >= 100;
        (has_addresses, self.fields, self.even, self.layout.headers.len())
    }

    fn new(sample: &[u8], delimiter: u8, mapping: &Mapping) -> Option<Self> {
        let mut table = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(sample);
        let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
        let mut record = ByteRecord::new();
        while rows.len() < SAMPLE_ROWS + HEADER_ROWS && table.read_byte_record(&mut record).ok()? {
            let line = record.position().map_or(1, csv::Position::line);
            rows.push((line, record.iter().map(clean).collect()));
        }
        // With a name for addresses a row counts a hundred names more than without.
        let fields = |row: &[String]| {
            let mut found: Vec<Field> = row.iter().filter_map(|cell| mapping.recognises(cell)).collect();
            found.sort_unstable();
            found.dedup();
            found.len() + if found.contains(&Field::Email) { 100 } else { 0 }
        };
        let has_address = |row: &[String]| row.iter().any(|cell| fold_address(cell).is_some());
        let candidates = rows.iter().enumerate().take(HEADER_ROWS).filter(|(_, (_, row))| !has_address(row));
        let named = candidates
            .map(|(index, (_, row))| (fields(row), index))
            .max_by_key(|(count, index)| (*count, usize::MAX - index));
        let (count, mut at) = named.unwrap_or_default();
        let (mut addresses, mut is_headless) = (None, false);
        if count < 100 {
            // No name says where the addresses are: the cells may.
            let (index, column) = column_of_addresses(&rows)?.unwrap_or_else(|| (at + 1, usize::MAX));
            if column != usize::MAX {
                addresses = Some(column);
                is_headless = index == 0;
                at = if count > 0 && at < index { at } else { index.saturating_sub(1) };
                // What is narrower than the rows below it is a title, not their header.
                is_headless |= rows[at].1.len() <= column;
            }
        }
        let (line, headers) = rows.get(at)?.clone();
        let below = &rows[at + 1..];
        let as_wide = below.iter().filter(|(_, row)| row.len() == headers.len()).count();
        let even = if below.is_empty() { 0 } else { as_wide * 100 / below.len() };
        let layout = Layout { delimiter, row: at, line, headers, addresses, is_spaced: false };
        Some(Guess { layout, fields: count, even, is_headless })
    }
}

/// The column in which most rows have an address, with the first row that has one. Within an option, so that `?` reads
/// well.
#[expect(clippy::option_option, reason = "no rows at all are something else than no addresses")]
fn column_of_addresses(rows: &[(u64, Vec<String>)]) -> Option<Option<(usize, usize)>> {
    let widest = rows.iter().map(|(_, row)| row.len()).max()?;
    let mut best: Option<(usize, usize, usize)> = None;
    for column in 0..widest {
        let mut having = rows
            .iter()
            .enumerate()
            .filter(|(_, (_, row))| row.get(column).is_some_and(|cell| fold_address(cell).is_some()));
        let Some((first, _)) = having.next() else { continue };
        let count = 1 + having.count();
        if best.is_none_or(|(most, ..)| count > most) {
            best = Some((count, first, column));
        }
    }
    Some(best.map(|(_, first, column)| (first, column)))
}

/// Counts quotation marks, and knows the last byte.
struct Counted<R> {
    reader: R,
    quotes: Rc<Cell<u64>>,
    end: Rc<Cell<u8>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        let quotes = memchr::memchr_iter(b'"', &out[..count]).count() as u64;
        self.quotes.set(self.quotes.get() + quotes);
        self.end.set(out[..count].last().copied().unwrap_or(self.end.get()));
        Ok(count)
    }
}
