//! The columns of a table of one's own: which names each may have, and which one a person says it is.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Word, word};
use super::row::{Row, fold};
use crate::data::leads::import::states::is_of_states;
use crate::data::leads::import::{Field, GIVEN, Marker};

/// Fields of a table, each with the folded headers that mean it, the surest first.
const COLUMNS: &[(&str, &[&str])] = &[
    ("email", &[GIVEN]),
    ("sent", &["sent", "issent"]),
    ("sent_at", &["sentat", "senttime", "sentdate"]),
    ("step", &["step", "sequencenumber"]),
    ("subject", &["emailsubject", "subject"]),
    ("text", &["emailmessage", "sentmessagetext", "sentmessagebody", "emailtext", "emailhtml", "sentmessagehtml"]),
    ("replied", &["replied", "isreplied", "hasreplied", "replycount"]),
    ("reply_at", &["replyat", "repliedat", "replytime", "replydate"]),
    ("reply_text", &["replytext", "reply", "replybody", "answer"]),
    ("category", &["category", "leadcategory", "replycategory"]),
    ("positive", &["positive", "interested", "isinterested"]),
    ("bounced", &["bounced", "isbounced"]),
    ("unsubscribed", &["unsubscribed", "isunsubscribed", "donotcontact"]),
    ("out_of_office", &["outofoffice", "isoutofoffice", "autoreply"]),
];

/// Columns, folded, that hold the text of the reply in some tables, and in others whether there is one.
pub const REPLY_OR_FLAG: &[&str] = &["reply", "answer"];

/// More different texts than these are certainly prose.
const MOST_TEXTS: usize = 1000;

/// What a column of [`REPLY_OR_FLAG`] holds in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyColumn {
    /// Its header, as it is in the file.
    pub header: String,
    /// Cells that are neither yes nor no nor a number.
    pub texts: u64,
    /// The other cells.
    pub flags: u64,
}

impl ReplyColumn {
    /// Whether it holds the texts of replies: then a *No* in it is one too.
    #[must_use]
    pub fn holds_texts(&self) -> bool {
        self.texts > 0 && self.texts >= self.flags
    }
}

/// What the columns of [`REPLY_OR_FLAG`], and of who has replied, hold in a file, by their folded names. It takes all
/// rows to know that.
#[derive(Clone, Debug, Default)]
pub struct ReplyColumns {
    columns: BTreeMap<&'static str, ReplyColumn>,
    /// The different texts of the column of who has replied, up to a number.
    different: BTreeSet<String>,
}

impl ReplyColumns {
    /// Records what one more row holds.
    pub fn record(&mut self, row: &Row) {
        for name in REPLY_OR_FLAG {
            if let Some((header, _)) = row.filled(&[name]).next() {
                let column = self.columns.entry(name).or_default();
                header.clone_into(&mut column.header);
                *(if row.is_flag(name) { &mut column.flags } else { &mut column.texts }) += 1;
            }
        }
        for name in names("replied") {
            if let Some((header, text)) = row.filled(&[name]).next() {
                let column = self.columns.entry(name).or_default();
                header.clone_into(&mut column.header);
                let is_prose = is_prose_cell(text);
                *(if is_prose { &mut column.texts } else { &mut column.flags }) += 1;
                if is_prose && self.different.len() < MOST_TEXTS {
                    self.different.insert(fold(&text.chars().take(80).collect::<String>()));
                }
            }
        }
    }

    /// Whether the column of this name holds the texts of replies.
    #[must_use]
    pub fn hold_texts(&self, name: &str) -> bool {
        self.columns.get(name).is_some_and(ReplyColumn::holds_texts)
    }

    /// Whether the column that says who has replied holds what they wrote: most of its cells are texts, and most of those
    /// differ. What says again and again that somebody has not replied, in whatever language, is no text.
    #[must_use]
    pub fn replied_is_prose(&self) -> bool {
        let different = self.different.len();
        let mut columns = names("replied").iter().filter_map(|name| self.columns.get(name));
        columns.any(|column| {
            let differ = different >= MOST_TEXTS || different as u64 * 2 > column.texts;
            column.texts > column.flags && differ
        })
    }

    /// Columns with texts and other cells: a person may want to know how they were read.
    pub fn mixed(&self) -> impl Iterator<Item = &ReplyColumn> {
        let of_replies = self.columns.iter().filter(|(name, _)| REPLY_OR_FLAG.contains(name)).map(|(_, column)| column);
        of_replies.filter(|column| column.texts > 0 && column.flags > 0)
    }
}

/// Whether a cell holds several words that are no state: what somebody wrote. "Opt out" is that, and "Not contacted" is
/// not.
#[must_use]
pub fn is_prose_cell(text: &str) -> bool {
    text.split_whitespace().nth(1).is_some() && matches!(word(text), None | Some(Word::Barred))
}

/// The folded headers that mean a field of a table; none if there is no such field.
#[must_use]
pub fn names(field: &str) -> &'static [&'static str] {
    COLUMNS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, names)| names)
}

/// The columns of a table of one's own that say nothing to this program: neither by their names nor by `map`.
pub fn unused<'h>(headers: &'h [String], map: &'h [Mapped]) -> impl Iterator<Item = &'h str> {
    let is_used = |header: &str| {
        let folded = fold(header);
        COLUMNS.iter().any(|(_, names)| names.contains(&folded.as_str()))
            || matches!(Field::of_header(&folded), Some((Field::Email, _)))
            || is_of_states(&folded)
            || Marker::of_header(&folded).or_else(|| Marker::of_inner(header)).is_some()
            || map.iter().any(|mapped| fold(&mapped.header) == folded)
    };
    headers.iter().map(String::as_str).filter(move |header| !is_used(header))
}

/// A field and the header of the column that it is, as a person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Its name, one of those of `COLUMNS`.
    pub field: &'static str,
    /// The header, as it is in the file.
    pub header: String,
}

impl std::str::FromStr for Mapped {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, header) =
            text.split_once('=').ok_or_else(|| format!("{text:?} is no FIELD=COLUMN, such as replied=\"Antwort\""))?;
        let header = header.trim().trim_matches('"');
        let folded = field.trim().to_lowercase().replace('-', "_");
        let Some((field, _)) = COLUMNS.iter().find(|(name, _)| *name == folded) else {
            let all: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
            return Err(format!("{:?} is no field; it is one of {}", field.trim(), all.join(", ")));
        };
        if header.is_empty() {
            return Err(format!("no column is named for {field}; write it behind the =, such as {field}=\"COLUMN\""));
        }
        Ok(Mapped { field, header: header.to_owned() })
    }
}

/// Puts each column's cell where its field is looked for, in place of any other that would be taken for it. One column
/// may be several fields.
pub fn apply(map: &[&Mapped], row: &mut Row) {
    let cells: Vec<Option<String>> = map.iter().map(|mapped| row.cell(&mapped.header).map(str::to_owned)).collect();
    for mapped in map {
        row.remove(&mapped.header);
        names(mapped.field).iter().for_each(|name| row.remove(name));
    }
    for (mapped, cell) in map.iter().zip(cells) {
        if let (Some(cell), Some(name)) = (cell, names(mapped.field).first()) {
            row.put_named(name, &mapped.header, &cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::leads::untold::is_told;

    #[test]
    fn no_persona_tells_what_a_column_of_replies_says() {
        for name in COLUMNS.iter().flat_map(|(_, names)| names.iter()).filter(|name| **name != GIVEN) {
            assert!(!is_told(name), "{name}");
        }
    }

    #[test]
    fn columns_that_say_nothing_here_are_named_and_those_that_are_used_are_not() {
        let headers = ["Correo", "respondido", "Reply Text", "Status", "Do Not Call", "Notas"].map(String::from);
        let shown = |map: &[&str]| {
            let map: Vec<Mapped> = map.iter().map(|text| text.parse().unwrap()).collect();
            unused(&headers, &map).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(shown(&[]), ["respondido", "Notas"]);
        assert_eq!(shown(&["replied=Respondido"]), ["Notas"]);
    }
}
