//! Lines for a terminal: wrapped at its width, and coloured by what they are.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

/// Columns where no terminal says how many it has.
pub const COLUMNS: usize = 80;
/// Fewer columns than this are not wrapped for: a word or two a line reads worse than what the terminal does by itself.
const FEWEST: usize = 20;

/// What a line is, from which its colour follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Text.
    #[default]
    Plain,
    /// A heading.
    Heading,
    /// What was proved.
    Good,
    /// What is open, or did not come off.
    Open,
    /// A line that was added.
    Added,
    /// A line that was taken out.
    Removed,
    /// A command to type or copy.
    Command,
    /// A path or a name that programs read, never wrapped.
    Record,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain | Tone::Record => Style::new(),
            Tone::Heading => Style::new().bold(),
            Tone::Good => AnsiColor::Green.on_default().bold(),
            Tone::Open => AnsiColor::Yellow.on_default().bold(),
            Tone::Added => AnsiColor::Green.on_default(),
            Tone::Removed => AnsiColor::Red.on_default(),
            Tone::Command => AnsiColor::Cyan.on_default(),
        }
    }
}

/// Lines in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen(Vec<(Tone, String)>);

impl Screen {
    /// Adds a line.
    pub fn line(&mut self, tone: Tone, text: impl Into<String>) {
        self.0.push((tone, text.into()));
    }

    /// Adds lines of plain text.
    pub fn plain(&mut self, lines: impl IntoIterator<Item = String>) {
        self.0.extend(lines.into_iter().map(|line| (Tone::Plain, line)));
    }

    /// Adds an empty line, unless there is one already.
    pub fn gap(&mut self) {
        if self.0.last().is_some_and(|(_, text)| !text.is_empty()) {
            self.line(Tone::Plain, "");
        }
    }

    /// The lines at this width, each with its line break.
    #[must_use]
    pub fn text(&self, columns: usize) -> String {
        self.rendered(columns, |_, line, text| {
            text.push_str(line);
        })
    }

    /// The same with colours, as escape sequences: for a writer that takes them out where nobody wants them.
    #[must_use]
    pub fn styled(&self, columns: usize) -> String {
        self.rendered(columns, |tone, line, text| {
            let style = tone.style();
            let _ = write!(text, "{}{line}{}", style.render(), style.render_reset());
        })
    }

    fn rendered(&self, columns: usize, add: impl Fn(Tone, &str, &mut String)) -> String {
        let mut text = String::new();
        for (tone, line) in &self.0 {
            let wrapped = match tone {
                Tone::Record => line.clone(),
                Tone::Command => command(line, columns),
                _ => wrap(line, columns),
            };
            for line in wrapped.split('\n') {
                add(*tone, line, &mut text);
                text.push('\n');
            }
        }
        text
    }
}

/// A warning with its first word coloured.
#[must_use]
pub fn warning(text: &str) -> String {
    marked("warning:", AnsiColor::Yellow, text)
}

/// An error with its first word coloured.
#[must_use]
pub fn error(text: &str) -> String {
    marked("error:", AnsiColor::Red, text)
}

fn marked(word: &str, colour: AnsiColor, text: &str) -> String {
    let style = colour.on_default().bold();
    format!("{}{word}{} {text}", style.render(), style.render_reset())
}

/// A text wrapped between words, so that no line is longer than this unless a single word is. What a line continues on
/// is indented two columns more than the line.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> String {
    broken(text, columns, "")
}

/// Where a line ends with a command to paste, as in `Next: rejoinder show NAME`: where the command begins. Words with a
/// comma or a full stop behind them are a sentence.
fn command_at(line: &str) -> Option<usize> {
    let at = line.find(": rejoinder ")? + 2;
    let is_sentence = line.ends_with('.') || line[at..].split(' ').any(|word| word.ends_with([',', ';']));
    (!is_sentence).then_some(at)
}

/// The same of a command, so that it can still be copied: where it goes on, the shell is told so.
#[must_use]
pub fn command(text: &str, columns: usize) -> String {
    broken(text, columns, " \\")
}

fn broken(text: &str, columns: usize, mark: &str) -> String {
    if columns < FEWEST {
        return text.to_owned();
    }
    let lines: Vec<String> = text.split('\n').map(|line| broken_line(line, columns, mark)).collect();
    lines.join("\n")
}

fn broken_line(line: &str, columns: usize, mark: &str) -> String {
    if line.len() > columns && line.bytes().all(|byte| byte == b'=') {
        return line[..columns].to_owned();
    }
    // A table or a picture is as wide as it was made.
    if line.width() <= columns || line.contains(['│', '┌', '└', '╞', '├']) {
        return line.to_owned();
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    if let (true, Some(at)) = (mark.is_empty(), command_at(line)) {
        // It begins on a line of its own, from which it can be copied.
        let alone = format!("{:width$}{}", "", &line[at..], width = indent + 2);
        return format!("{}\n{}", broken_line(line[..at].trim_end(), columns, mark), command(&alone, columns));
    }
    let hanging = (indent + 2).min(columns / 2);
    let (mut text, mut at) = (line[..indent].to_owned(), indent);
    let mut is_empty = true;
    // Pieces with the blanks before them: what is aligned stays aligned.
    for (blanks, word) in pieces(&line[indent..], !mark.is_empty()) {
        let width = word.width();
        if !is_empty && at + blanks.len() + width > columns.saturating_sub(mark.width()) {
            let _ = write!(text, "{mark}\n{:hanging$}", "");
            at = hanging;
        } else if !is_empty {
            text.push_str(blanks);
            at += blanks.len();
        }
        text.push_str(word);
        at += width;
        is_empty = false;
    }
    text
}

/// Words, each with the blanks before it. Of a command, what a shell takes for one word is one, and a flag and its
/// value stay together.
fn pieces(text: &str, is_command: bool) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = rest.find(|c| c != ' ')?;
        let mut end = word_end(rest, word, is_command);
        let value = rest.len() - rest[end..].trim_start_matches(' ').len();
        if is_command && rest[word..].starts_with('-') && value < rest.len() && !rest[value..].starts_with('-') {
            end = word_end(rest, value, is_command);
        }
        let piece = (&rest[..word], &rest[word..end]);
        rest = &rest[end..];
        Some(piece)
    })
}

/// Where the word ends that begins here: at a blank, but of a command at none within quotes.
fn word_end(text: &str, start: usize, is_command: bool) -> usize {
    let mut open = None;
    let is_end = |letter: char| {
        open = match open {
            None if is_command && matches!(letter, '\'' | '"') => Some(letter),
            Some(quote) if quote == letter => None,
            other => other,
        };
        letter == ' ' && open.is_none()
    };
    text[start..].find(is_end).map_or(text.len(), |length| start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_line_goes_on_two_columns_further_in_and_a_command_can_still_be_copied() {
        insta::assert_snapshot!(wrap("  Gain: +50.1 points, asked of twelve people", 26), @r"
          Gain: +50.1 points,
            asked of twelve people
        ");
        insta::assert_snapshot!(command("  rejoinder export some_results --format prompt", 30), @r"
          rejoinder export \
            some_results \
            --format prompt
        ");
        insta::assert_snapshot!(command("rejoinder personas --domain 'tea rooms in Bath' --name tea", 40), @r"
        rejoinder personas \
          --domain 'tea rooms in Bath' \
          --name tea
        ");
        insta::assert_snapshot!(wrap("Next: rejoinder export spring --for instantly -o spring.csv", 30), @r"
        Next:
          rejoinder export spring \
            --for instantly \
            -o spring.csv
        ");
        insta::assert_snapshot!(wrap("Ask another: rejoinder audit-judge, with the model", 30), @r"
        Ask another: rejoinder
          audit-judge, with the model
        ");
        assert_eq!(wrap(&"=".repeat(60), 40), "=".repeat(40));
        assert_eq!(wrap("ab cd", 5), "ab cd");
        assert_eq!(wrap("日本語日本語 日本語日本語", 24), "日本語日本語\n  日本語日本語");
    }

    #[test]
    fn colours_surround_lines_and_change_no_text() {
        let mut screen = Screen::default();
        screen.line(Tone::Good, "Proved better");
        screen.gap();
        screen.gap();
        screen.line(Tone::Record, "Results saved to: a file with a very long name");
        assert_eq!(screen.text(20), "Proved better\n\nResults saved to: a file with a very long name\n");
        assert!(
            screen.styled(20).starts_with("\u{1b}[1m\u{1b}[32mProved better\u{1b}[0m\n"),
            "{:?}",
            screen.styled(20)
        );
        assert_eq!(anstream::adapter::strip_str(&screen.styled(20)).to_string(), screen.text(20));
    }

    proptest! {
        #[test]
        fn wrapping_keeps_every_word_and_no_line_is_longer_than_it_must_be(
            words in prop::collection::vec("[a-zé日]{1,12}", 1..30), indent in 0usize..6, columns in 30usize..100,
        ) {
            let line = format!("{:indent$}{}", "", words.join(" "));
            let wrapped = wrap(&line, columns);
            prop_assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>(), words.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert!(wrapped.lines().all(|line| line.width() <= columns), "{}", wrapped);
        }
    }
}
