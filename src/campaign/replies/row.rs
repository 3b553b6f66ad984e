//! A row of an export by the names of its columns.

use std::collections::BTreeMap;

pub use crate::data::leads::import::headers::fold_header as fold;
use crate::data::leads::import::{Bar, Field, Marker, yes_or_no};

/// Texts by folded names: `lead_email`, `Lead Email` and `leadEmail` are one name. Values inside others are named by
/// their way: `{"lead": {"email": …}}` has `leademail` too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file, from 1, for messages.
    pub number: usize,
    cells: BTreeMap<String, Named>,
}

/// A text with its column's header as it is in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    header: String,
    text: String,
}

impl Row {
    /// A row of cells with their headers. Of two columns with one name the first that is filled counts.
    #[must_use]
    pub fn from_cells<'a>(number: usize, cells: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut row = Row { number, ..Row::default() };
        let mut wrapped = Vec::new();
        for (name, text) in cells {
            row.put_named(&fold(name), name, text);
            wrapped.extend(unwrapped(name).map(|inner| (inner, text)));
        }
        // After those with the very name: what a payload says goes before what is said within a part of it.
        wrapped.into_iter().for_each(|(name, text)| row.put_named(&fold(name), name, text));
        row
    }

    /// Puts a cell under a folded name, unless that is filled already.
    pub(super) fn put_named(&mut self, name: &str, header: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() && !is_nothing(text) {
            let named = || Named { header: header.to_owned(), text: text.to_owned() };
            self.cells.entry(name.to_owned()).or_insert_with(named);
        }
    }

    /// What the column of this header holds.
    pub(super) fn cell(&self, header: &str) -> Option<&str> {
        self.text(&[&fold(header)])
    }

    /// Takes out what the column of this header holds.
    pub(super) fn remove(&mut self, header: &str) {
        self.cells.remove(&fold(header));
    }

    /// The header of this column as it is in the file, where the row has something in it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.cells.get(name).map(|named| named.header.as_str())
    }

    /// The first of these columns that is filled.
    #[must_use]
    pub fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.cells.get(*name)).map(|named| named.text.as_str())
    }

    /// The first of these columns that holds a whole number.
    #[must_use]
    pub fn number(&self, names: &[&str]) -> Option<i64> {
        names.iter().filter_map(|name| self.cells.get(*name)).find_map(|named| whole(&named.text))
    }

    /// A step that one of these columns names, from 0 up.
    #[must_use]
    pub fn step(&self, names: &[&str]) -> Option<u32> {
        self.number(names).and_then(|number| u32::try_from(number).ok())
    }

    /// Whether one of these columns says yes: `true`, `yes`, a number above 0, or a time.
    #[must_use]
    pub fn says(&self, names: &[&str]) -> bool {
        names.iter().filter_map(|name| self.cells.get(*name)).any(|named| {
            match whole(&named.text) {
                Some(number) => number > 0,
                // A no in any language that lists of leads know.
                None => yes_or_no(&named.text) != Some(false),
            }
        })
    }

    /// What the first of these columns that is filled says: yes, no, or nothing that is understood. A number above 0 is
    /// a yes, and so is a time; unlike with [`says`](Self::says), a word that nobody knows is neither.
    #[must_use]
    pub fn answer(&self, names: &[&str]) -> Option<bool> {
        let text = self.text(names)?;
        let is_time = text.contains(|letter: char| letter.is_ascii_digit());
        whole(text).map(|number| number > 0).or_else(|| yes_or_no(text)).or(is_time.then_some(true))
    }

    /// Whether this column holds a yes, a no or a number and nothing else: a sentence, or a word with a full stop, is
    /// none.
    #[must_use]
    pub fn is_flag(&self, name: &str) -> bool {
        self.text(&[name]).is_some_and(|text| {
            let is_word = text.chars().all(char::is_alphanumeric);
            whole(text).is_some() || (is_word && yes_or_no(text).is_some())
        })
    }

    /// Whether any column says that the person does not want to be written to: the columns by which lists of leads are
    /// read, so that nobody is overlooked here who would not be there.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.markers().any(|(_, marker, text)| marker.forbids(text))
    }

    /// Whether a column of its own, other than these, says that mail bounced.
    #[must_use]
    pub fn bounces(&self, read: &[&str]) -> bool {
        let mut flags = self.markers().filter(|(name, marker, _)| *marker != Marker::State && !read.contains(name));
        flags.any(|(_, marker, text)| marker.reason(text) == Some(Bar::Bounced))
    }

    /// The cells of columns that may say who is not to be written to, with their folded names.
    fn markers(&self) -> impl Iterator<Item = (&str, Marker, &str)> {
        self.cells.iter().filter_map(|(name, named)| {
            let marker = Marker::of_header(name).or_else(|| Marker::of_inner(&named.header))?;
            Some((name.as_str(), marker, named.text.as_str()))
        })
    }

    /// The cells of these columns that are filled, each with its header as it is in the file.
    pub fn filled<'r>(&'r self, names: &'r [&str]) -> impl Iterator<Item = (&'r str, &'r str)> {
        let cells = names.iter().filter_map(|name| self.cells.get(*name));
        cells.map(|named| (named.header.as_str(), named.text.as_str()))
    }

    /// An address in a column that lists of leads take for that of addresses, the surest name first.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let named = self.cells.iter().filter_map(|(name, named)| match Field::of_header(name)? {
            (Field::Email, rank) => Some((rank, named.text.as_str())),
            _ => None,
        });
        named.min().map(|(_, text)| text)
    }

    /// Whether there is one of these columns at all, filled or not, in a file with this header.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.cells.contains_key(name)
    }
}

/// Objects in which programs that receive webhooks save what they were sent.
const WRAPPERS: &[&str] = &["body", "payload", "data", "event", "json", "webhook", "record"];

/// The name of a value without the objects around the payload: `body.event_type` is `event_type`. None where there are
/// no such objects.
pub(super) fn unwrapped(name: &str) -> Option<&str> {
    let mut inner = name;
    while let Some((first, rest)) = inner.split_once('.')
        && WRAPPERS.contains(&fold(first).as_str())
    {
        inner = rest;
    }
    (inner.len() < name.len()).then_some(inner)
}

pub(super) fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| text.strip_suffix(".0")?.parse().ok())
}

/// What programs write for a cell without a value.
fn is_nothing(text: &str) -> bool {
    matches!(text, "-" | "--")
        || ["null", "none", "nil", "nan", "undefined", "n/a"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_is_what_programs_write_for_it_and_nothing_is_nothing() {
        for (text, yes) in [
            ("true", true),
            ("TRUE", true),
            ("1", true),
            ("3.0", true),
            ("2026-11-02 08:00", true),
            ("Yes", true),
            ("false", false),
            ("0", false),
            ("-1", false),
            ("no", false),
            ("", false),
            ("NULL", false),
            ("-", false),
        ] {
            assert_eq!(Row::from_cells(1, [("Replied", text)]).says(&["replied"]), yes, "{text:?}");
        }
    }

    #[test]
    fn a_payload_may_stand_in_the_object_of_whoever_saved_it() {
        let cells =
            [("body.data.lead_email", "ana@x.example"), ("body.step", "2"), ("step", "1"), ("headers.host", "h")];
        let row = Row::from_cells(1, cells);
        assert_eq!((row.text(&["leademail"]), row.step(&["step"])), (Some("ana@x.example"), Some(1)));
        assert_eq!((row.text(&["host"]), row.text(&["headershost"])), (None, Some("h")));
    }

    #[test]
    fn a_word_that_nobody_knows_is_no_answer() {
        let answer = |text: &str| Row::from_cells(1, [("Replied", text)]).answer(&["replied"]);
        for (text, said) in [
            ("yes", Some(true)),
            ("2", Some(true)),
            ("2026-11-02", Some(true)),
            ("0", Some(false)),
            ("nein", Some(false)),
            ("нет", None),
            ("pending", None),
        ] {
            assert_eq!(answer(text), said, "{text}");
        }
    }
}
