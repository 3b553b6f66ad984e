//! How wide the terminal is, and what is printed on it.

use std::io::{self, IsTerminal};

use super::error::Error;
use crate::report::screen::{COLUMNS, Screen};

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
