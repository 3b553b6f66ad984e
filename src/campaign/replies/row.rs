//! A row of an export, or a saved payload, by the names of its columns.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::data::leads::import::Marker;
pub use crate::data::leads::import::names::fold_header as fold;

/// Texts by folded names: `lead_email`, `Lead Email` and `leadEmail` are one name. Values inside others are named by
/// their way: `{"lead": {"email": …}}` has `leademail` too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file, from 1, for messages.
    pub number: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// A row of cells with their headers. Of two columns with one name the first that is filled counts.
    #[must_use]
    pub fn from_cells<'a>(number: usize, cells: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut row = Row { number, ..Row::default() };
        cells.into_iter().for_each(|(name, text)| row.put(&fold(name), text));
        row
    }

    /// The row of a JSON object; `None` for another value.
    #[must_use]
    pub fn from_json(number: usize, value: &Value) -> Option<Self> {
        let mut row = Row { number, ..Row::default() };
        value.as_object()?.iter().for_each(|(name, value)| row.put_json(&fold(name), value));
        Some(row)
    }

    fn put(&mut self, name: &str, text: &str) {
        let text = text.trim();
        if !text.is_empty() && !is_nothing(text) {
            self.cells.entry(name.to_owned()).or_insert_with(|| text.to_owned());
        }
    }

    fn put_json(&mut self, name: &str, value: &Value) {
        match value {
            Value::Null | Value::Array(_) => {}
            Value::String(text) => self.put(name, text),
            Value::Bool(_) | Value::Number(_) => self.put(name, &value.to_string()),
            Value::Object(inner) => {
                inner.iter().for_each(|(key, value)| self.put_json(&format!("{name}{}", fold(key)), value));
            }
        }
    }

    /// The first of these columns that is filled.
    #[must_use]
    pub fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.cells.get(*name)).map(String::as_str)
    }

    /// The first of these columns that holds a whole number.
    #[must_use]
    pub fn number(&self, names: &[&str]) -> Option<i64> {
        names.iter().filter_map(|name| self.cells.get(*name)).find_map(|text| whole(text))
    }

    /// A step that one of these columns names, from 0 up.
    #[must_use]
    pub fn step(&self, names: &[&str]) -> Option<u32> {
        self.number(names).and_then(|number| u32::try_from(number).ok())
    }

    /// Whether one of these columns says yes: `true`, `yes`, a number above 0, or a time.
    #[must_use]
    pub fn says(&self, names: &[&str]) -> bool {
        names.iter().filter_map(|name| self.cells.get(*name)).any(|text| {
            let text = text.to_lowercase();
            match whole(&text) {
                Some(number) => number > 0,
                None => !matches!(text.as_str(), "false" | "no" | "n" | "f"),
            }
        })
    }

    /// Whether any column says that the person does not want to be written to: the columns by which lists of leads are
    /// read, so that nobody is overlooked here who would not be there.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.cells.iter().any(|(name, text)| Marker::forbids(name, text))
    }

    /// Whether there is one of these columns at all, filled or not, in a file with this header.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.cells.contains_key(name)
    }
}

fn whole(text: &str) -> Option<i64> {
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
    fn names_are_found_however_they_are_written_and_values_inside_others_by_their_way() {
        let value = serde_json::json!({
            "Lead Email": "a@x.example", "leadCorrespondence": {"targetLeadEmail": "b@x.example"}, "sequence_number": 2,
            "is_bounced": false, "reply_time": null, "list": [1],
        });
        let row = Row::from_json(3, &value).unwrap();
        assert_eq!(row.text(&["nothing", "leademail"]), Some("a@x.example"));
        assert_eq!(row.text(&["leadcorrespondencetargetleademail"]), Some("b@x.example"));
        assert_eq!(
            (row.step(&["sequencenumber"]), row.says(&["isbounced"]), row.has("replytime")),
            (Some(2), false, false)
        );
        assert_eq!(Row::from_json(1, &serde_json::json!([1])), None);
    }

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
}
