//! Tables with a space behind each delimiter, `"Ann", "Acme, Ltd"`: a reader of CSV takes the quotation mark behind it
//! for a letter, and the comma in the cell for a delimiter.

use std::io::{self, Read};

/// The text of a table without such spaces; none where there are none, or where not every mark behind one is closed at
/// the end of a cell: then such marks are letters.
pub fn unspaced(sample: &[u8], delimiter: u8) -> Option<Vec<u8>> {
    let (mut filter, mut text) = (Filter::new(delimiter), Vec::with_capacity(sample.len()));
    filter.feed(sample, &mut text);
    (filter.dropped && !filter.is_odd).then_some(text)
}

/// A table's text without such spaces.
pub struct Unspaced<R> {
    inner: R,
    /// None where the text is handed on as it is.
    filter: Option<Filter>,
    block: Vec<u8>,
    text: Vec<u8>,
    handed: usize,
}

impl<R: Read> Unspaced<R> {
    /// Reads this text; without a delimiter, as it is.
    pub fn new(inner: R, delimiter: Option<u8>) -> Self {
        const BLOCK: usize = 64 * 1024;
        let filter = delimiter.map(Filter::new);
        let block = if filter.is_some() { vec![0; BLOCK] } else { Vec::new() };
        Unspaced { inner, filter, block, text: Vec::new(), handed: 0 }
    }
}

impl<R: Read> Read for Unspaced<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(filter) = &mut self.filter else { return self.inner.read(out) };
        while self.handed == self.text.len() {
            self.text.clear();
            self.handed = 0;
            let count = self.inner.read(&mut self.block)?;
            filter.feed(&self.block[..count], &mut self.text);
            if count == 0 {
                break;
            }
        }
        let count = out.len().min(self.text.len() - self.handed);
        out[..count].copy_from_slice(&self.text[self.handed..self.handed + count]);
        self.handed += count;
        Ok(count)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    /// The beginning of a cell, with so many spaces that may belong to it.
    Start(usize),
    /// A cell without marks around it.
    Plain,
    /// A cell with marks around it, and whether spaces stood before it.
    Quoted(bool),
    /// Behind a mark in such a cell: its end, unless another mark follows.
    Closed(bool),
}

struct Filter {
    delimiter: u8,
    at: At,
    /// Whether there were such spaces.
    dropped: bool,
    /// Whether anything but a delimiter or a line's end follows a cell with spaces before it.
    is_odd: bool,
}

impl Filter {
    fn new(delimiter: u8) -> Self {
        Filter { delimiter, at: At::Start(0), dropped: false, is_odd: false }
    }

    fn feed(&mut self, bytes: &[u8], text: &mut Vec<u8>) {
        for &byte in bytes {
            let is_end = byte == self.delimiter || byte == b'\n' || byte == b'\r';
            self.at = match (self.at, byte) {
                (At::Start(spaces), b' ') if self.delimiter != b' ' => {
                    self.at = At::Start(spaces + 1);
                    continue;
                }
                (At::Start(spaces), b'"') => {
                    self.dropped |= spaces > 0;
                    At::Quoted(spaces > 0)
                }
                (At::Start(spaces), _) => {
                    text.extend(std::iter::repeat_n(b' ', spaces));
                    if is_end { At::Start(0) } else { At::Plain }
                }
                (At::Plain, _) if is_end => At::Start(0),
                (At::Plain, _) => At::Plain,
                (At::Quoted(spaced), b'"') => At::Closed(spaced),
                (At::Quoted(spaced), _) | (At::Closed(spaced), b'"') => At::Quoted(spaced),
                (At::Closed(_), _) if is_end => At::Start(0),
                (At::Closed(spaced), b' ') => At::Closed(spaced),
                (At::Closed(spaced), _) => {
                    self.is_odd |= spaced;
                    At::Plain
                }
            };
            text.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        unspaced(text.as_bytes(), b',').map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn spaces_before_marks_go_and_all_others_stay() {
        let text = "Name, Firm , Notes\n\"Ann \"\"A\"\" Lee\",  \"Acme, Ltd\" ,  plain \n";
        assert_eq!(read(text).unwrap(), "Name, Firm , Notes\n\"Ann \"\"A\"\" Lee\",\"Acme, Ltd\" ,  plain \n");
        for text in ["a, b\n\"c, \"\"d\"\"\", e\n", "size, screen\n5, \"24\" wide\n", "a,\"b\"\n"] {
            assert_eq!(read(text), None, "{text}");
        }
        let whole = text.repeat(5_000);
        let mut filtered = String::new();
        Unspaced::new(whole.as_bytes(), Some(b',')).read_to_string(&mut filtered).unwrap();
        assert_eq!(filtered, read(&whole).unwrap());
        let mut same = String::new();
        Unspaced::new(whole.as_bytes(), None).read_to_string(&mut same).unwrap();
        assert_eq!(same, whole);
    }
}
