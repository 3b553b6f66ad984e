//! A strict walk over JSON text that builds nothing.
//!
//! It runs before the text is read into structs and refuses what a lenient reader would get wrong in silence: a key
//! that appears twice (which one counts?), a number that loses digits, `NaN`. It also knows the way from the root to
//! any place, such as `results[3].messages[0].decision`, which turns an offset into words that a person can act on.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

/// The deepest nesting that is read. Our files need seven; the limit keeps hostile ones off the stack.
const DEEPEST: usize = 100;

/// Where and why the walk stopped.
#[derive(Debug)]
pub(super) struct Stop {
    /// Offset in bytes.
    pub at: usize,
    /// The way from the root, such as `results[3].persona`; empty for the root.
    pub path: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// Walks over the whole text.
pub(super) fn check(text: &str) -> Result<(), Stop> {
    check_within(text, 0)
}

/// Walks over the whole text of a value that lies so many objects and arrays deep.
pub(super) fn check_within(text: &str, depth: usize) -> Result<(), Stop> {
    let mut scan = Scan { text, at: 0, depth, way: Vec::new(), target: None };
    let walked = scan.value().and_then(|()| {
        scan.skip_space();
        match scan.peek() {
            None => Ok(()),
            // A file of which every line is JSON of its own.
            Some(b'{' | b'[' | b'"') => scan.fail(
                "there is more after the end of the JSON; remove it, or, where every line is JSON of its own, make one \
                 list of them: a [ before the first, commas between them, and a ] after the last",
            ),
            Some(_) => scan.fail("there is more after the end of the JSON; remove it"),
        }
    });
    walked.map_err(|problem| Stop { at: scan.at.min(text.len()), path: scan.path(), problem })
}

/// The value that a reader was at when it had read `target` bytes of valid JSON: where it begins, and the way to it.
pub(super) fn value_at(text: &str, target: usize) -> (usize, String) {
    let mut scan = Scan { text, at: 0, depth: 0, way: Vec::new(), target: Some(target) };
    // The walk ends early, at the value and with the way still standing. Should it come to the end, the way is empty
    // and the place is the root.
    match scan.value() {
        Ok(()) => (0, String::new()),
        Err(_) => (scan.at, scan.path()),
    }
}

fn path(way: &[Step<'_>]) -> String {
    /// Our own files need seven steps; a hostile one must not fill the screen.
    const SHOWN: usize = 12;
    let mut path = String::new();
    for step in way.iter().take(SHOWN) {
        // Writing into a string cannot fail.
        let _ = match step {
            Step::Index(index) => write!(path, "[{index}]"),
            Step::Key(key) if !is_plain(key) => write!(path, "[{:?}]", super::file_name::shortened(key)),
            Step::Key(key) if path.is_empty() => write!(path, "{key}"),
            Step::Key(key) => write!(path, ".{key}"),
        };
    }
    if way.len() > SHOWN {
        path.push('…');
    }
    path
}

fn is_plain(key: &str) -> bool {
    (1..=80).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// One step of the way from the root to a value.
#[derive(Debug)]
enum Step<'t> {
    /// Into an object.
    Key(Cow<'t, str>),
    /// Into an array.
    Index(usize),
}

/// What is wrong; the scan itself knows where.
type Walked = Result<(), String>;

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Objects and arrays around the text.
    depth: usize,
    way: Vec<Step<'t>>,
    target: Option<usize>,
}

impl<'t> Scan<'t> {
    fn path(&self) -> String {
        path(&self.way)
    }

    fn fail<T>(&self, problem: impl Into<String>) -> Result<T, String> {
        Err(problem.into())
    }

    fn fail_expecting<T>(&self, expected: &str) -> Result<T, String> {
        match self.text[self.at..].chars().next() {
            None => self.fail("the text ends too early; the file looks cut off"),
            Some(found) => self.fail(format!("expected {expected}, found {found:?}")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Walked {
        self.skip_space();
        let start = self.at;
        // A reader that stopped before this value stopped because of this value.
        self.stop_at_target(start)?;
        if self.depth + self.way.len() > DEEPEST {
            return self.fail(format!("nested more than {DEEPEST} levels deep"));
        }
        match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => drop(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        }
        self.stop_at_target(start)
    }

    /// Ends the walk at the value that began at `start` if the target is not behind us.
    fn stop_at_target(&mut self, start: usize) -> Walked {
        if self.target.is_some_and(|target| self.at >= target) {
            self.at = start;
            return self.fail("here");
        }
        Ok(())
    }

    fn array(&mut self) -> Walked {
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            self.way.push(Step::Index(index));
            self.value()?;
            self.way.pop();
            if self.is_end_after_item(b']', "`,` or `]`")? {
                break;
            }
        }
        Ok(())
    }

    fn object(&mut self) -> Walked {
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut seen = HashSet::new();
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.fail_expecting("a key in double quotes");
            }
            let start = self.at;
            let key = self.string()?;
            self.way.push(Step::Key(key.clone()));
            if !seen.insert(key) {
                self.at = start;
                return self.fail("this key appears twice in the same object; keep one");
            }
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.fail_expecting("`:` after the key");
            }
            self.at += 1;
            self.value()?;
            self.way.pop();
            if self.is_end_after_item(b'}', "`,` or `}`")? {
                return Ok(());
            }
        }
    }

    /// Steps over `,` or the end of an array or object; says whether it was the end.
    fn is_end_after_item(&mut self, end: u8, expected: &str) -> Result<bool, String> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            _ => self.fail_expecting(expected),
        }
    }

    /// Steps over a string, which begins here, and gives its text.
    fn string(&mut self) -> Result<Cow<'t, str>, String> {
        let start = self.at;
        let mut is_escaped = false;
        self.at += 1;
        loop {
            match self.peek() {
                None => return self.fail("the text ends inside a string; the file looks cut off"),
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += 1 + usize::from(self.text.as_bytes().get(self.at + 1).is_some());
                }
                Some(b'\n' | b'\r') => return self.fail("a line break inside a string; write it as \\n"),
                Some(0..0x20) => return self.fail("a control character inside a string; write it as \\u00XX"),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        if !is_escaped {
            return Ok(Cow::Borrowed(&self.text[start + 1..self.at - 1]));
        }
        match serde_json::from_str(&self.text[start..self.at]) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => {
                self.at = start;
                self.fail(format!("the string holds an escape that stands for nothing ({})", plain(&error)))
            }
        }
    }

    fn number(&mut self) -> Walked {
        let start = self.at;
        if self.text[start..].starts_with("-Infinity") {
            return self.word();
        }
        while matches!(self.peek(), Some(b'+' | b'-' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let literal = &self.text[start..self.at];
        let is_whole = !literal.contains(['.', 'e', 'E']);
        let problem = match serde_json::from_str::<serde_json::Number>(literal) {
            Ok(number) if is_whole && number.is_f64() && literal != "-0" => {
                "the number has more digits than can be kept; write it as a string".to_owned()
            }
            Ok(_) => return Ok(()),
            Err(_) if self.peek().is_none() => "the text ends inside a number; the file looks cut off".to_owned(),
            Err(error) => format!("not a number as JSON writes it ({})", plain(&error)),
        };
        self.at = start;
        Err(problem)
    }

    fn word(&mut self) -> Walked {
        let rest = &self.text[self.at..];
        for word in ["true", "false", "null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
            if !rest.is_empty() && word.starts_with(rest) {
                return self.fail("the text ends too early; the file looks cut off");
            }
        }
        for word in ["NaN", "Infinity", "-Infinity"] {
            if rest.starts_with(word) {
                return self.fail(format!("{word} is not JSON; write null or a number"));
            }
        }
        for (word, right) in [("True", "true"), ("False", "false"), ("None", "null")] {
            if rest.starts_with(word) {
                return self.fail(format!("{word} is Python, not JSON; write {right}"));
            }
        }
        self.fail_expecting("a value")
    }
}

/// The message of a parser without its line and column, which count from the wrong place.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once(" at line ") {
        Some((message, _)) => message.to_owned(),
        None => message,
    }
}
