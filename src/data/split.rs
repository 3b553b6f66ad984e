//! Cuts the bytes of a results file into batches of whole entries, without knowing what an entry is.
//!
//! Only brackets and strings are told apart here, which is fast; whether the text is right is for those who read the
//! batches and the rest to say. They miss nothing: every byte of the file is either in the entries of a batch, or a
//! separator of two batches, or in the rest.

use std::io::Read;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};

use memchr::memchr;

use super::entry::Part;

/// The next bytes of a file. All batches of a file, one after the other, are the file.
#[derive(Debug)]
pub(super) struct Batch {
    /// Where in the file they begin.
    pub start: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Those of them that are entries, if any.
    pub entries: Option<Entries>,
    /// Where the memory goes when the batch is no longer needed.
    back: Sender<Vec<u8>>,
}

/// The memory is used again: clearing new memory, page by page, takes longer for a large file than reading it.
impl Drop for Batch {
    fn drop(&mut self) {
        // Once all is read nobody takes it back.
        let _ = self.back.send(std::mem::take(&mut self.bytes));
    }
}

/// Entries in a batch, with the commas between them.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    /// The list that they are of.
    pub part: Part,
    /// The index of the first.
    pub first: usize,
    /// Where they are.
    pub range: Range<usize>,
}

/// A file that cannot be read to its end, is wrong in some way, or is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong;

/// Gives all batches to `give`, which says whether it wants more. Returns the rest: the file's text with the lists of
/// entries empty. A batch has at most about `block` bytes, unless a single entry is longer.
pub(super) fn split(file: impl Read, block: usize, give: impl FnMut(Batch) -> bool) -> Result<Vec<u8>, Wrong> {
    let mut splitter = Splitter::new(file, block, give);
    splitter.document()?;
    Ok(splitter.rest)
}

/// The same for a file that is one list, such as the personas: its entries are given as those of [`Part::Results`].
pub(super) fn split_list(file: impl Read, block: usize, give: impl FnMut(Batch) -> bool) -> Result<Vec<u8>, Wrong> {
    let mut splitter = Splitter::new(file, block, give);
    splitter.list()?;
    Ok(splitter.rest)
}

/// The objects on the way to the lists.
#[derive(Clone, Copy)]
enum Object {
    Root,
    Metadata,
    Rejoinder,
    Baseline,
}

/// What the value of a key is.
enum Value {
    Object(Object),
    Entries(Part),
    Other,
}

impl Object {
    fn value(self, key: &str, opening: Option<u8>) -> Value {
        match (self, key, opening) {
            (Object::Root, "results", Some(b'[')) => Value::Entries(Part::Results),
            (Object::Root, "metadata", Some(b'{')) => Value::Object(Object::Metadata),
            (Object::Metadata, "rejoinder", Some(b'{')) => Value::Object(Object::Rejoinder),
            (Object::Rejoinder, "baseline", Some(b'{')) => Value::Object(Object::Baseline),
            (Object::Baseline, "results", Some(b'[')) => Value::Entries(Part::Baseline),
            _ => Value::Other,
        }
    }
}

struct Splitter<R, G> {
    file: R,
    block: usize,
    give: G,
    /// Bytes that were given.
    given: u64,
    /// What was read and not given yet.
    bytes: Vec<u8>,
    /// The next byte to look at.
    at: usize,
    rest: Vec<u8>,
    back: Sender<Vec<u8>>,
    /// Memory of batches that are no longer needed.
    spare: Receiver<Vec<u8>>,
}

impl<R: Read, G: FnMut(Batch) -> bool> Splitter<R, G> {
    fn new(file: R, block: usize, give: G) -> Self {
        let (back, spare) = channel();
        Splitter { file, block, give, given: 0, bytes: Vec::new(), at: 0, rest: Vec::new(), back, spare }
    }

    fn document(&mut self) -> Result<(), Wrong> {
        // A byte order mark. If it is none, the rest will not be read as JSON.
        while matches!(self.peek()?, Some(0xef | 0xbb | 0xbf)) {
            self.at += 1;
        }
        self.skip_space()?;
        if self.peek()? != Some(b'{') {
            return Err(Wrong);
        }
        self.object(Object::Root)?;
        self.run_out()
    }

    fn list(&mut self) -> Result<(), Wrong> {
        while matches!(self.peek()?, Some(0xef | 0xbb | 0xbf)) {
            self.at += 1;
        }
        self.skip_space()?;
        if self.peek()? != Some(b'[') {
            return Err(Wrong);
        }
        self.entries(Part::Results)?;
        self.run_out()
    }

    /// Gives what follows the outermost value, which ought to be blank.
    fn run_out(&mut self) -> Result<(), Wrong> {
        while self.peek()?.is_some() {
            self.at = self.bytes.len();
            self.give_rest()?;
        }
        self.give_rest()
    }

    fn object(&mut self, object: Object) -> Result<(), Wrong> {
        self.at += 1;
        loop {
            if self.at >= self.block {
                self.give_rest()?;
            }
            self.skip_space()?;
            match self.peek()? {
                Some(b'"') => self.member(object)?,
                // How many commas there are is seen in the rest.
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(Wrong),
            }
        }
    }

    /// Steps over a key and its value.
    fn member(&mut self, object: Object) -> Result<(), Wrong> {
        let start = self.at;
        if self.skip_value()? != b':' {
            return Err(Wrong);
        }
        let key: String = serde_json::from_slice(&self.bytes[start..self.at]).map_err(|_| Wrong)?;
        self.at += 1;
        self.skip_space()?;
        match object.value(&key, self.peek()?) {
            Value::Object(inner) => self.object(inner),
            Value::Entries(part) => self.entries(part),
            Value::Other => self.skip_value().map(drop),
        }
    }

    /// Steps over a list of entries and gives them.
    fn entries(&mut self, part: Part) -> Result<(), Wrong> {
        self.at += 1;
        self.give_rest()?;
        let mut walk = Walk::default();
        // The index of the first entry that was not given, and of the next one; the last comma that was seen.
        let (mut first, mut index, mut cut) = (0, 0, None);
        loop {
            match walk.find_separator(&self.bytes, &mut self.at) {
                Some(b',') => {
                    index += 1;
                    cut = Some(self.at);
                    self.at += 1;
                }
                Some(b']') => break,
                Some(_) => return Err(Wrong),
                None => {
                    if let Some(comma) = cut.take_if(|_| self.bytes.len() >= self.block) {
                        self.give(comma + 1, Some(Entries { part, first, range: 0..comma }))?;
                        first = index;
                    }
                    if !self.read()? {
                        return Err(Wrong);
                    }
                }
            }
        }
        let is_empty = index == 0 && self.bytes[..self.at].trim_ascii().is_empty();
        let entries = Entries { part, first, range: 0..self.at };
        self.give(self.at, (!is_empty).then_some(entries))?;
        self.at += 1;
        Ok(())
    }

    /// Steps over a value that is of no interest here, to the separator after it.
    fn skip_value(&mut self) -> Result<u8, Wrong> {
        let mut walk = Walk::default();
        loop {
            if let Some(separator) = walk.find_separator(&self.bytes, &mut self.at) {
                return Ok(separator);
            }
            if !self.read()? {
                return Err(Wrong);
            }
        }
    }

    fn skip_space(&mut self) -> Result<(), Wrong> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, Wrong> {
        if self.at == self.bytes.len() && !self.read()? {
            return Ok(None);
        }
        Ok(self.bytes.get(self.at).copied())
    }

    /// Reads more; says whether there was any.
    fn read(&mut self) -> Result<bool, Wrong> {
        let had = self.bytes.len();
        // Long entries double what is held, so that none is copied more than twice.
        let wanted = self.block.saturating_sub(had).max(had).max(1);
        self.bytes.reserve_exact(wanted);
        self.file.by_ref().take(wanted as u64).read_to_end(&mut self.bytes).map_err(|_| Wrong)?;
        Ok(self.bytes.len() > had)
    }

    /// Gives what was walked over as part of the rest.
    fn give_rest(&mut self) -> Result<(), Wrong> {
        self.rest.extend_from_slice(&self.bytes[..self.at]);
        self.give(self.at, None)
    }

    /// Gives all bytes before `end`.
    fn give(&mut self, end: usize, entries: Option<Entries>) -> Result<(), Wrong> {
        let left = &self.bytes[end..];
        let mut next = self.spare.try_recv().unwrap_or_default();
        next.clear();
        next.reserve_exact(self.block.max(2 * left.len()));
        next.extend_from_slice(left);
        self.bytes.truncate(end);
        let bytes = std::mem::replace(&mut self.bytes, next);
        self.at -= end;
        let back = self.back.clone();
        let start = self.given;
        self.given += bytes.len() as u64;
        if (self.give)(Batch { start, bytes, entries, back }) { Ok(()) } else { Err(Wrong) }
    }
}

/// A walk over bytes that come in pieces, and are all there from its beginning.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Objects and arrays that it is in.
    depth: usize,
    in_text: bool,
}

impl Walk {
    /// Goes to the next separator or closing bracket that is in no object, array or string begun on the walk. `None`
    /// where the bytes end before.
    pub(super) fn find_separator(&mut self, bytes: &[u8], at: &mut usize) -> Option<u8> {
        while *at < bytes.len() {
            if self.in_text {
                // The string began in these bytes, and so did the backslashes that may stand before its end.
                let Some(found) = memchr(b'"', &bytes[*at..]) else {
                    *at = bytes.len();
                    break;
                };
                let backslashes = bytes[..*at + found].iter().rev().take_while(|byte| **byte == b'\\').count();
                self.in_text = backslashes % 2 == 1;
                *at += found + 1;
                continue;
            }
            match bytes[*at] {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                separator @ (b',' | b':' | b']' | b'}') if self.depth == 0 => return Some(separator),
                b'}' | b']' => self.depth -= 1,
                _ => {}
            }
            *at += 1;
        }
        None
    }
}
