//! How wide the terminal is, and what is printed on it.

use std::io::{self, IsTerminal, Write};

use super::error::Error;
use crate::report::screen::{COLUMNS, Screen};
use crate::report::words;

/// A result is no wider than this, however wide the terminal: longer lines are hard to read.
const WIDEST: usize = 100;

/// Columns of standard output now, where it is a terminal. Asked anew each time, since windows change their size.
pub fn columns() -> Option<usize> {
    columns_of(io::stdout())
}

/// Columns of standard error, where it is a terminal.
pub fn columns_of_errors() -> Option<usize> {
    columns_of(io::stderr())
}

fn columns_of(stream: impl IsTerminal + std::os::fd::AsFd) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let columns = rustix::termios::tcgetwinsize(stream).ok().map(|size| usize::from(size.ws_col));
    columns.filter(|columns| *columns > 0).or(Some(COLUMNS))
}

/// Standard output for data. Its bytes are not to be touched, and so do not pass through anstream; but a terminal would
/// obey the escape sequences that a model or a file may have put into them.
pub fn data() -> Box<dyn Write> {
    let is_terminal = io::stdout().is_terminal();
    data_on(io::stdout().lock(), is_terminal)
}

fn data_on<'w>(out: impl Write + 'w, is_terminal: bool) -> Box<dyn Write + 'w> {
    if is_terminal { Box::new(Shown { out, rest: Vec::new() }) } else { Box::new(out) }
}

/// Writes a text so that a terminal shows its control characters and does not obey them.
struct Shown<W> {
    out: W,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        self.out.write_all(words::safe(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints a result: as wide as the terminal, or as `COLUMNS` says, or 80 columns. The stream takes out the colours
/// where there is no terminal, or `NO_COLOR` is set.
///
/// # Errors
/// As [`super::print`].
pub fn show(screen: &Screen) -> Result<(), Error> {
    let said = || std::env::var("COLUMNS").ok()?.trim().parse::<usize>().ok();
    let columns = columns().or_else(said).unwrap_or(COLUMNS).clamp(40, WIDEST);
    super::write(&screen.styled(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_untouched_in_a_pipe_and_do_nothing_to_a_terminal() {
        let written = |is_terminal| {
            let mut bytes = Vec::new();
            let mut out = data_on(&mut bytes, is_terminal);
            // A character may come in two parts.
            for part in [&b"a\x1b[2J \xc3"[..], &b"\xa9\xc2"[..], &b"\x9b31m\tb\r\n"[..]] {
                out.write_all(part).unwrap();
            }
            drop(out);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(written(false), "a\u{1b}[2J \u{e9}\u{9b}31m\tb\r\n");
        assert_eq!(written(true), "a\\u{1b}[2J \u{e9}\\u{9b}31m\tb\n");
    }
}
