//! Which encoding a file is in, and reading it as UTF-8.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Error;
use super::json::Fault;

/// So much is read at a time.
const BLOCK: usize = 128 * 1024;

/// The encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// UTF-8 throughout, with or without a byte order mark.
    Utf8,
    /// UTF-8, except for this many bytes, which are read as Windows-1252.
    Mixed(u64),
    /// Another one.
    Other(&'static Encoding),
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Utf8 => f.write_str("UTF-8"),
            Text::Mixed(1) => f.write_str("UTF-8 with 1 byte of Windows-1252"),
            Text::Mixed(count) => write!(f, "UTF-8 with {count} bytes of Windows-1252"),
            Text::Other(encoding) => f.write_str(match encoding.name() {
                "windows-1252" => "Windows-1252",
                other => other,
            }),
        }
    }
}

/// The first bytes of files that are no text, and what such files are.
const NO_TEXT: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a spreadsheet or another ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3\0", "a database"),
    (b"\x89PNG", "a picture"),
];

/// Finds a file's encoding: by its byte order mark, by the zeros of UTF-16, by being UTF-8, else by what its bytes are
/// likeliest to be.
///
/// # Errors
/// If the file cannot be read, or is no text.
pub fn detect(path: &Path, file: &mut impl Read) -> Result<Text, Error> {
    detect_in(file).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => {
            let problem = format!("{error}; save or export it as CSV (UTF-8)");
            let fault = Fault { path: String::new(), place: None, problem };
            Error::Json { path: path.to_owned(), fault }
        }
        _ => Error::read(path, error),
    })
}

/// Reads a whole text in whatever encoding, as UTF-8 and without its byte order mark. The file is read once, so that it
/// may be a pipe.
///
/// # Errors
/// What the disk says, or that it is no text.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = std::fs::read(path)?;
    let encoding = detect_in(&mut &bytes[..]).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => {
            io::Error::new(io::ErrorKind::InvalidData, format!("{error}; save it as text (UTF-8)"))
        }
        _ => error,
    })?;
    let mut text = String::new();
    Utf8Reader::new(&bytes[..], &encoding).read_to_string(&mut text)?;
    Ok(text)
}

fn detect_in(file: &mut impl Read) -> io::Result<Text> {
    let no_text = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut block = vec![0; BLOCK];
    let mut filled = read_full(file, &mut block)?;
    let start = &block[..filled];
    if let Some((_, what)) = NO_TEXT.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(no_text(format!("the file is {what}, not text")));
    }
    if start.starts_with(b"\xff\xfe\0\0") || start.starts_with(b"\0\0\xfe\xff") {
        return Err(no_text("the file is UTF-32".into()));
    }
    if let Some((encoding, _)) = Encoding::for_bom(start).filter(|(encoding, _)| *encoding != UTF_8) {
        return Ok(Text::Other(encoding));
    }
    if let Some(encoding) = utf16_by_zeros(start) {
        return Ok(Text::Other(encoding));
    }
    let mut census = Census::default();
    loop {
        let is_last = filled < block.len();
        let kept = census.count(&block[..filled], is_last);
        if is_last {
            break;
        }
        // What is cut in the middle of a character goes before the next block.
        block.copy_within(filled - kept.., 0);
        let more = read_full(file, &mut block[kept..])?;
        filled = kept + more;
    }
    Ok(census.verdict())
}

/// Reads until the block is full or the file ends.
fn read_full(file: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match file.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// UTF-16 without a mark: every letter, digit, delimiter and line end of ASCII has a zero beside it, always on one
/// side.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let (mut even, mut odd) = (0, 0);
    for pair in bytes.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let pairs = bytes.len() / 2;
    let is_many = |zeros: usize, others: usize| zeros * 10 >= pairs && zeros > 0 && others * 20 <= zeros;
    match () {
        () if is_many(odd, even) => Some(UTF_16LE),
        () if is_many(even, odd) => Some(UTF_16BE),
        () => None,
    }
}

/// How much of a file is UTF-8.
#[derive(Default)]
struct Census {
    /// Characters beyond ASCII that are UTF-8.
    valid: u64,
    /// Bytes that are none of it.
    invalid: u64,
    detector: Option<chardetng::EncodingDetector>,
    /// Bytes that the detector was shown.
    shown: usize,
}

impl Census {
    /// Counts a block. Returns how many bytes at its end are the beginning of a character, unless it is the last.
    fn count(&mut self, block: &[u8], is_last: bool) -> usize {
        /// More tells the detector little.
        const SHOWN: usize = 4 << 20;
        let before = self.invalid;
        let (mut rest, mut kept) = (block, 0);
        loop {
            match std::str::from_utf8(rest) {
                Ok(_) => {
                    self.valid += starts(rest);
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.valid += starts(valid);
                    match error.error_len() {
                        None if !is_last => {
                            kept = after.len();
                            break;
                        }
                        length => {
                            let length = length.unwrap_or(after.len());
                            self.invalid += length as u64;
                            rest = &after[length..];
                        }
                    }
                }
            }
        }
        if self.invalid > before && self.shown < SHOWN {
            self.shown += block.len();
            self.detector.get_or_insert_with(chardetng::EncodingDetector::new).feed(block, false);
        }
        kept
    }

    fn verdict(self) -> Text {
        match self.detector {
            None => Text::Utf8,
            // In a file of another encoding hardly two bytes happen to be a character of UTF-8.
            Some(_) if self.valid > self.invalid => Text::Mixed(self.invalid),
            Some(mut detector) => {
                detector.feed(b"", true);
                let guess = detector.guess(None, false);
                // Two lists in one, say. In a language with few letters beyond ASCII two of them, one a capital and one
                // a sign, hardly ever stand together.
                let is_mixed = is_latin(guess) && self.valid * 8 > self.invalid;
                if is_mixed { Text::Mixed(self.invalid) } else { Text::Other(guess) }
            }
        }
    }
}

/// Whether an encoding has a byte for each letter, and most of its letters are those of ASCII.
fn is_latin(encoding: &'static Encoding) -> bool {
    const LATIN: &[&str] = &[
        "windows-1250",
        "windows-1252",
        "windows-1254",
        "windows-1257",
        "ISO-8859-2",
        "ISO-8859-3",
        "ISO-8859-4",
        "ISO-8859-10",
        "ISO-8859-13",
        "ISO-8859-14",
        "ISO-8859-15",
        "ISO-8859-16",
    ];
    LATIN.contains(&encoding.name())
}

/// Characters beyond ASCII in valid UTF-8.
fn starts(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte >= 0xc0).count() as u64
}

/// A file's text as UTF-8, without its byte order mark and without zeros.
pub struct Utf8Reader<R> {
    file: R,
    /// None where the file is UTF-8, perhaps with bytes of Windows-1252 in it.
    decoder: Option<Decoder>,
    bytes: Vec<u8>,
    /// The part of `bytes` that has been read and not yet decoded.
    start: usize,
    end: usize,
    is_at_end: bool,
    is_first: bool,
    /// Decoded.
    text: Vec<u8>,
    /// How much of it has been handed out.
    handed: usize,
}

impl<R: Read> Utf8Reader<R> {
    /// Reads this file.
    pub fn new(file: R, encoding: &Text) -> Self {
        let decoder = match encoding {
            Text::Utf8 | Text::Mixed(_) => None,
            Text::Other(encoding) => Some(encoding.new_decoder_with_bom_removal()),
        };
        Utf8Reader {
            file,
            decoder,
            bytes: vec![0; BLOCK],
            start: 0,
            end: 0,
            is_at_end: false,
            is_first: true,
            text: Vec::new(),
            handed: 0,
        }
    }

    /// Decodes the next piece; leaves nothing only where there is no more.
    fn fill(&mut self) -> io::Result<()> {
        self.handed = 0;
        self.text.clear();
        while self.text.is_empty() && !(self.is_at_end && self.start == self.end) {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let read = read_full(&mut self.file, &mut self.bytes[self.end..])?;
            self.end += read;
            self.is_at_end = self.end < self.bytes.len();
            match &mut self.decoder {
                Some(decoder) => {
                    // Enough for any of the encodings, so that all of the block is decoded at once.
                    self.text.resize(self.bytes.len() * 3 + 16, 0);
                    let (_, read, written, _) =
                        decoder.decode_to_utf8(&self.bytes[..self.end], &mut self.text, self.is_at_end);
                    self.text.truncate(written);
                    self.start = read;
                }
                None => self.decode_utf8(),
            }
            if memchr::memchr(0, &self.text).is_some() {
                self.text.retain(|byte| *byte != 0);
            }
        }
        Ok(())
    }

    /// Takes valid UTF-8 as it is, and reads other bytes as Windows-1252.
    fn decode_utf8(&mut self) {
        let mut rest = &self.bytes[self.start..self.end];
        if self.is_first {
            rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
            self.is_first = false;
        }
        loop {
            let Err(error) = std::str::from_utf8(rest) else {
                self.text.extend_from_slice(rest);
                rest = &[];
                break;
            };
            let (valid, after) = rest.split_at(error.valid_up_to());
            self.text.extend_from_slice(valid);
            rest = after;
            let length = match error.error_len() {
                // The rest of the character is in the next block.
                None if !self.is_at_end => break,
                length => length.unwrap_or(after.len()),
            };
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&after[..length]);
            self.text.extend_from_slice(text.as_bytes());
            rest = &after[length..];
        }
        self.start = self.end - rest.len();
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.handed == self.text.len() {
            self.fill()?;
        }
        let count = out.len().min(self.text.len() - self.handed);
        out[..count].copy_from_slice(&self.text[self.handed..self.handed + count]);
        self.handed += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
