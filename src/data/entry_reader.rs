//! Reads entries of a results file strictly, at the speed of looking for the next quote.
//!
//! An entry that has the keys of every entry and no other is read here without building anything. Any other is walked
//! over and read like the rest of a file, so that there is only one opinion of what is right.

use memchr::memchr2;

use super::entry::{DecidedMessage, Entry, Note, Part, Text};
use super::results::PersonaResult;
use super::scan;
use super::split::{Walk, Wrong};

/// Shows every entry of a text of entries with commas between them, of which there is at least one. The text begins at
/// `from` in its file.
pub(super) fn read(
    bytes: &[u8],
    from: u64,
    (part, first): (Part, usize),
    mut see: impl FnMut(&Entry<'_>),
) -> Result<(), Wrong> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Wrong)?;
    let mut reader = Reader { text, bytes, at: 0, depth: part.depth() };
    for index in first.. {
        reader.skip_space();
        let start = reader.at;
        if let Some((persona, messages)) = reader.entry() {
            let place = from + start as u64..from + reader.at as u64;
            see(&Entry::new(part, index, persona, messages).at(place));
        } else {
            reader.at = start;
            let result = reader.any_entry()?;
            let place = from + start as u64..from + reader.at as u64;
            see(&Entry::from_result(part, index, &result).at(place));
        }
        reader.skip_space();
        match reader.next() {
            None => return Ok(()),
            Some(b',') => {}
            Some(_) => return Err(Wrong),
        }
    }
    Ok(())
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Objects and arrays around an entry.
    depth: usize,
}

impl<'t> Reader<'t> {
    /// An entry of any shape that is allowed.
    fn any_entry(&mut self) -> Result<PersonaResult, Wrong> {
        let start = self.at;
        let _ = Walk::default().find_separator(self.bytes, &mut self.at);
        let text = &self.text[start..self.at];
        scan::check_within(text, self.depth).map_err(|_| Wrong)?;
        serde_json::from_str(text).map_err(|_| Wrong)
    }

    /// An entry with the known keys. `None` for any other, and for what is wrong.
    fn entry(&mut self) -> Option<(Text<'t>, Vec<DecidedMessage<'t>>)> {
        let (mut persona, mut messages) = (None, None);
        self.object(|reader, key| match key {
            "persona" if persona.is_none() => reader.text().map(|text| persona = Some(text)),
            "messages" if messages.is_none() => reader.messages().map(|found| messages = Some(found)),
            _ => None,
        })?;
        Some((persona?, messages?))
    }

    fn messages(&mut self) -> Option<Vec<DecidedMessage<'t>>> {
        let mut messages = Vec::new();
        self.expect(b'[')?;
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Some(messages);
        }
        loop {
            self.skip_space();
            messages.push(self.said()?);
            self.skip_space();
            match self.next()? {
                b',' => {}
                b']' => return Some(messages),
                _ => return None,
            }
        }
    }

    fn said(&mut self) -> Option<DecidedMessage<'t>> {
        let (mut message, mut decision, mut note) = (None, None, None);
        self.object(|reader, key| match key {
            "message" if message.is_none() => reader.text().map(|text| message = Some(text)),
            "decision" if decision.is_none() => reader.decision().map(|found| decision = Some(found)),
            "rejoinder" if note.is_none() => reader.note().map(|found| note = Some(found)),
            _ => None,
        })?;
        let (yes, reasoning, score) = decision?;
        Some(DecidedMessage { message: message?, yes, reasoning, score, note })
    }

    /// An object with any content: it is checked here, and read only when somebody wants it.
    fn note(&mut self) -> Option<Note<'t>> {
        if self.peek()? != b'{' {
            return None;
        }
        let start = self.at;
        let _ = Walk::default().find_separator(self.bytes, &mut self.at);
        let text = &self.text[start..self.at];
        // Inside of an entry, its list of messages, and the message.
        scan::check_within(text, self.depth + 3).ok()?;
        Some(Note::Text(text))
    }

    fn decision(&mut self) -> Option<(bool, Text<'t>, Option<f64>)> {
        let (mut yes, mut reasoning, mut score) = (None, None, None);
        self.object(|reader, key| match key {
            "decision" if yes.is_none() => reader.verdict().map(|verdict| yes = Some(verdict)),
            "reasoning" if reasoning.is_none() => reader.text().map(|text| reasoning = Some(text)),
            "score" if score.is_none() => reader.score().map(|number| score = Some(number)),
            _ => None,
        })?;
        Some((yes?, reasoning?, score))
    }

    /// A score as this program writes it, such as `0.7`. Written in any other way it is a key like any other, and kept
    /// as it is.
    fn score(&mut self) -> Option<f64> {
        let rest = self.text.get(self.at..)?;
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let written = &rest[..length];
        let score: f64 = written.parse().ok()?;
        self.at += length;
        (serde_json::to_string(&score).ok()? == written).then_some(score)
    }

    fn verdict(&mut self) -> Option<bool> {
        let (verdict, length) = match self.bytes.get(self.at..)? {
            [b't', b'r', b'u', b'e', ..] => (true, 4),
            [b'f', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return None,
        };
        self.at += length;
        Some(verdict)
    }

    /// An object with at least one key; `value` reads the value of each.
    fn object(&mut self, mut value: impl FnMut(&mut Self, &'t str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        loop {
            self.skip_space();
            let key = self.text()?.unescaped()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            value(self, key)?;
            self.skip_space();
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// A string whose escapes all stand for something.
    fn text(&mut self) -> Option<Text<'t>> {
        self.expect(b'"')?;
        let start = self.at;
        let (mut is_escaped, mut has_numbers) = (false, false);
        loop {
            let found = self.at + memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            self.at = found + 1;
            if self.bytes[found] == b'"' {
                break;
            }
            is_escaped = true;
            match self.next()? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => has_numbers = true,
                _ => return None,
            }
        }
        let inside = start..self.at - 1;
        // Without a way out in the middle, which lets the compiler look at many bytes at a time.
        if self.bytes[inside.clone()].iter().fold(u8::MAX, |least, byte| least.min(*byte)) < b' ' {
            return None;
        }
        if !is_escaped {
            return Some(Text::plain(&self.text[inside]));
        }
        let quoted = &self.text[start - 1..self.at];
        // Halves of a character must come in pairs.
        if has_numbers {
            serde_json::from_str::<String>(quoted).ok()?;
        }
        Some(Text::quoted(quoted))
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}
