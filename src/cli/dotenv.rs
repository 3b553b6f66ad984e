//! `.env`: variables that are put into the environment before anything else happens.
//!
//! The file may be shared with other programs. A line that cannot be read here is named by its number and left out;
//! what it says is not repeated, since it may hold a key.

use std::path::{Path, PathBuf};

/// The file's name.
const NAME: &str = ".env";

/// Variables that say where this user's files are. The file may lie in a folder from somebody else, and does not say so.
const NOT_FROM_A_FILE: [&str; 2] = ["HOME", "XDG_STATE_HOME"];

/// The most lines of a value in quotation marks.
const MOST_LINES: usize = 100;

/// Sets the variables of `.env`, in this folder or the nearest one above it, in the environment, except those that are
/// set already and not blank. Returns warnings for the user.
///
/// Changes this process's environment, so it must be called before any thread is started.
#[must_use]
pub fn load() -> Vec<String> {
    let Some(path) = std::env::current_dir().ok().and_then(|folder| find(&folder)) else { return Vec::new() };
    let text = match std::fs::read(&path) {
        Ok(bytes) => text_of(&bytes),
        Err(error) => return vec![format!("{NAME} cannot be read ({error}), and is left out")],
    };
    let (read, unread) = read(&text);
    read.into_iter().for_each(set);
    let lines: Vec<String> = unread.iter().map(ToString::to_string).collect();
    match lines.as_slice() {
        [] => Vec::new(),
        [line] => vec![format!(
            "line {line} of {NAME} is not NAME=VALUE, and is left out (a value with spaces needs quotation marks)"
        )],
        lines => vec![format!(
            "lines {} of {NAME} are not NAME=VALUE, and are left out (a value with spaces needs quotation marks)",
            lines.join(", ")
        )],
    }
}

/// The text of the file, which PowerShell writes as UTF-16.
fn text_of(bytes: &[u8]) -> String {
    let order: Option<fn([u8; 2]) -> u16> = match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    let text = match order {
        Some(unit) => {
            let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    // Lines may end as they did on old Macs.
    if text.contains('\n') { text } else { text.replace('\r', "\n") }
}

fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
}

/// Each entry as dotenvy reads it, and the numbers of the lines that it cannot read. dotenvy itself stops at the first
/// of those.
fn read(text: &str) -> (Vec<String>, Vec<usize>) {
    // What is blank at the end of a line is no part of a value, unless quotation marks say that it is.
    let trimmed = |line: &'_ str| if line.contains(['"', '\'']) { line.len() } else { line.trim_end().len() };
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(|line| &line[..trimmed(line)]).collect();
    let (mut entries, mut unread, mut at) = (Vec::new(), Vec::new(), 0);
    while at < lines.len() {
        // A value may run over several lines.
        let most = (at + MOST_LINES).min(lines.len());
        let has_quote = lines[at].contains(['"', '\'']);
        let ends = if has_quote { at + 1..=most } else { at + 1..=at + 1 };
        let entries_to = |end: usize| {
            let entry = lines[at..end].join("\n");
            // Blanks may follow the closing quotation mark.
            [(end, entry.trim_end().to_owned()), (end, entry)]
        };
        let found = ends.flat_map(entries_to).find(|(_, entry)| is_one(entry));
        match found {
            Some((end, entry)) => {
                if !says_where_files_are(&entry) {
                    entries.push(entry);
                }
                at = end;
            }
            None => {
                unread.push(at + 1);
                at += 1;
            }
        }
    }
    (entries, unread)
}

/// Whether dotenvy can read this, as an entry or as nothing (a comment, a blank line), and the environment can hold it.
fn is_one(entry: &str) -> bool {
    let is_good =
        |(name, value): (String, String)| !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0');
    dotenvy::from_read_iter(entry.as_bytes()).all(|line| line.is_ok_and(is_good))
}

fn says_where_files_are(entry: &str) -> bool {
    let mut read = dotenvy::from_read_iter(entry.as_bytes()).flatten();
    read.any(|(name, _)| NOT_FROM_A_FILE.contains(&name.as_str()))
}

/// Sets one entry in the environment; the variables that it refers to are set already. A variable that is blank counts
/// as one that is not set: containers and build servers pass such on.
fn set(entry: String) {
    let is_blank = |name: &str| std::env::var(name).is_ok_and(|value| value.trim().is_empty());
    let fills_blank = dotenvy::from_read_iter(entry.as_bytes()).flatten().any(|(name, _)| is_blank(&name));
    // It was read once.
    let _ =
        if fills_blank { dotenvy::from_read_override(entry.as_bytes()) } else { dotenvy::from_read(entry.as_bytes()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_none_are_named_by_their_number_and_the_others_are_read() {
        let text = "\u{feff}OPENAI_API_KEY=sk-x\r\n# a comment\n\nFOO=bar baz\n\
                    export A=1\nB=\"two\nlines\"\nnonsense\nC='x y'";
        let (read, unread) = read(text);
        assert_eq!(unread, [4, 8]);
        assert!(read.contains(&"OPENAI_API_KEY=sk-x".to_owned()) && read.contains(&"B=\"two\nlines\"".to_owned()));
        assert!(read.contains(&"C='x y'".to_owned()) && read.contains(&"export A=1".to_owned()), "{read:?}");
    }

    #[test]
    fn a_blank_at_the_end_of_a_line_is_no_part_of_its_value() {
        let (entries, unread) = read("OPENAI_API_KEY=sk-x   \nA=1\u{a0}\t\nB=\"x \" \n");
        assert_eq!(unread, [0_usize; 0]);
        assert_eq!(entries, ["OPENAI_API_KEY=sk-x", "A=1", "B=\"x \""]);
    }

    #[test]
    fn utf_16_and_old_ends_of_lines_are_read() {
        let units = "A=1\r\nB=2".encode_utf16();
        let (little, big): (Vec<_>, Vec<_>) = units.map(|unit| (unit.to_le_bytes(), unit.to_be_bytes())).unzip();
        for (mark, text) in [([0xff, 0xfe], little.concat()), ([0xfe, 0xff], big.concat())] {
            assert_eq!(text_of(&[&mark[..], &text].concat()), "A=1\r\nB=2");
        }
        assert_eq!(read(&text_of(b"A=1\rB=2")).0, ["A=1", "B=2"]);
    }

    #[test]
    fn a_file_does_not_say_where_this_users_files_are() {
        let (read, unread) = read("A=1\nXDG_STATE_HOME=/tmp/theirs\nexport HOME='/tmp/theirs'\nHOMEPAGE=x");
        assert_eq!((read, unread), (vec!["A=1".to_owned(), "HOMEPAGE=x".to_owned()], Vec::new()));
    }

    #[test]
    fn an_open_quotation_mark_costs_one_line() {
        assert_eq!(read("A=\"open\nB=1\nC=2").1, [1]);
        assert_eq!(read("").1, [0_usize; 0]);
    }
}
