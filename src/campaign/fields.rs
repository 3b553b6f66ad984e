//! Merge fields of a message: what a sending tool fills in, and from which of the lead's columns.

use serde_json::Value;

use crate::data::campaigns::Written;
use crate::data::leads::import::headers::fold_header;
use crate::evaluate::grounding::{Sources, placeholders};

/// Other names of columns that sending tools know, folded.
const ALIASES: [(&str, &str); 6] = [
    ("companyname", "company"),
    ("organization", "company"),
    ("jobtitle", "title"),
    ("position", "title"),
    ("linkedin", "linkedinurl"),
    ("linkedinprofile", "linkedinurl"),
];

/// What becomes of a blank when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling<'a> {
    /// The lead's column of this name has something to fill it with.
    Column(&'a str),
    /// The lead has a column like it, or should have, with nothing in it.
    Empty,
    /// Variants of which the tool takes one: `{Hi|Hello}`.
    Variants,
    /// Nothing that the lead has.
    Unknown,
}

/// The blanks of a text, in order: merge fields, variants, and what somebody forgot to fill in.
#[must_use]
pub fn blanks(text: &str) -> Vec<String> {
    let found = placeholders(text, &Sources::default());
    found
        .into_iter()
        .map(|mention| text.chars().skip(mention.start).take(mention.end - mention.start).collect())
        .collect()
}

/// What becomes of this blank in a message to this lead.
#[must_use]
pub fn filling<'a>(blank: &str, written: &'a Written) -> Filling<'a> {
    let (name, has_variants) = match blank.split_once('|') {
        Some((name, _)) => (name, true),
        None => (blank, false),
    };
    // What no tool fills is sent as it stands, whatever column has its name: `[First Name]`, `%FIRST_NAME%`.
    if !blank.starts_with("{{") {
        return if has_variants && blank.starts_with('{') { Filling::Variants } else { Filling::Unknown };
    }
    let name = fold_header(name);
    let name = ALIASES.iter().find(|(other, _)| *other == name).map_or(name.as_str(), |(_, column)| column);
    if name == "email" {
        return Filling::Column("email");
    }
    let column = written.fields.iter().find(|(header, _)| fold_header(header) == name);
    let is_empty = |value: &Value| value.as_str().is_none_or(|text| text.trim().is_empty());
    match column {
        Some((header, value)) if !is_empty(value) => Filling::Column(header),
        // A fallback is in the field: `{{first_name|there}}`.
        Some(_) if has_variants => Filling::Variants,
        Some(_) => Filling::Empty,
        None if STANDARD.contains(&name) && has_variants => Filling::Variants,
        None if STANDARD.contains(&name) => Filling::Empty,
        None if has_variants => Filling::Variants,
        None => Filling::Unknown,
    }
}

/// Columns that every lead has, though maybe with nothing in them, folded.
const STANDARD: [&str; 6] = ["firstname", "lastname", "company", "title", "website", "linkedinurl"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Map;

    #[test]
    fn a_field_is_filled_by_the_column_of_its_name_however_it_is_written() {
        let fields = [("first_name", "Ada"), ("company", ""), ("Team Size", "12")];
        let fields: Map = fields.map(|(name, value)| (name.to_owned(), Value::from(value))).into_iter().collect();
        let written = Written { fields, ..Written::default() };
        for (blank, expected) in [
            ("{{first_name}}", Filling::Column("first_name")),
            ("{{firstName}}", Filling::Column("first_name")),
            ("%FIRST_NAME%", Filling::Unknown),
            ("[First Name]", Filling::Unknown),
            ("<Company>", Filling::Unknown),
            ("{first_name}", Filling::Unknown),
            ("{{team_size}}", Filling::Column("Team Size")),
            ("{{companyName}}", Filling::Empty),
            ("{{company|your company}}", Filling::Variants),
            ("{{last_name}}", Filling::Empty),
            ("{Hi|Hello}", Filling::Variants),
            ("{{RANDOM | Hi | Hello}}", Filling::Variants),
            ("{{calendar}}", Filling::Unknown),
            ("[Your name]", Filling::Unknown),
            ("{{email}}", Filling::Column("email")),
        ] {
            assert_eq!(filling(blank, &written), expected, "{blank}");
        }
        assert_eq!(
            blanks("Hi {{first_name}}, {a|b} [Your name] and no more."),
            ["{{first_name}}", "{a|b}", "[Your name]"]
        );
        assert!(blanks("nothing at all").is_empty());
        assert_eq!(blanks("こんにちは、〇〇様"), ["〇〇"]);
    }
}
