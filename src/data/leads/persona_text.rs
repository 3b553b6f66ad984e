//! A persona from the columns of a lead.

use super::address::{domain, holds_address};
use super::colleagues::is_mail_provider;
use super::forget::FORGOTTEN;
use super::lead::Lead;
use super::untold::{is_told, without_ways};
use crate::data::Map;

/// How many characters of a value are told: a cell may hold a megabyte.
const LONGEST_VALUE: usize = 600;

/// So much is told of one person, in characters.
const LONGEST: usize = 6_000;

/// The text: who, then what else the columns say, one line each. Never blank, and without an e-mail address.
pub fn from_columns(lead: &Lead) -> String {
    let mut text = who(lead);
    let told = [
        ("Industry", &lead.industry),
        ("Company size", &lead.size),
        ("Location", &lead.location),
        ("Website", &lead.website),
    ];
    for (label, value) in told {
        add(&mut text, label, value.as_deref().unwrap_or_default());
    }
    // A location is made of columns such as city and country, in whatever language; it is told once.
    let places: Vec<&str> = lead.location.iter().flat_map(|location| location.split(", ")).collect();
    for (header, value) in &lead.columns {
        let value = value.as_str().unwrap_or_default();
        if !places.contains(&value) {
            tell(&mut text, header, value);
        }
    }
    text
}

/// Tells what a column holds. Some tools put an object of further columns into one.
fn tell(text: &mut String, header: &str, value: &str) {
    if !is_told(header) {
        return;
    }
    match value.starts_with('{').then(|| serde_json::from_str::<Map>(value)) {
        Some(Ok(columns)) => {
            for (name, value) in &columns {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if is_told(name) && value != "null" {
                    add(text, name, &without_ways(&value));
                }
            }
        }
        _ => add(text, header, &without_ways(value)),
    }
}

fn who(lead: &Lead) -> String {
    let name = lead.full_name().map(|name| plain(&name)).filter(|name| !name.is_empty());
    let part = |field: &Option<String>| field.as_deref().map(plain).filter(|text| !text.is_empty());
    let (title, company) = (part(&lead.title), part(&lead.company));
    let work = match (title, company) {
        (Some(title), Some(company)) => Some(format!("{title} at {company}")),
        (Some(title), None) => Some(title),
        (None, Some(company)) => Some(format!("works at {company}")),
        (None, None) => {
            let domain = domain(&lead.email);
            (!domain.is_empty() && !is_mail_provider(domain)).then(|| format!("works at {domain}"))
        }
    };
    match (name, work) {
        (Some(name), Some(work)) => format!("{name}, {work}."),
        (Some(name), None) => format!("{name}."),
        (None, Some(work)) => format!("A person, {work}."),
        (None, None) => "A person of whom nothing is known.".to_owned(),
    }
}

fn add(text: &mut String, label: &str, value: &str) {
    let (label, value) = (plain(label), plain(value));
    if value.is_empty() {
        return;
    }
    let line = format!("\n{label}: {value}");
    if text.chars().count() + line.chars().count() <= LONGEST {
        text.push_str(&line);
    }
}

/// One line without addresses, of a bounded length.
fn plain(value: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        // Where an address was taken out there is nothing to tell either.
        if holds_address(word) || word.contains(FORGOTTEN) {
            continue;
        }
        if length >= LONGEST_VALUE {
            line.push_str(" …");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let room = LONGEST_VALUE - length;
        let cut: String = word.chars().take(room).collect();
        length += cut.chars().count() + 1;
        let is_cut = cut.len() < word.len();
        line.push_str(&cut);
        if is_cut {
            line.push('…');
            break;
        }
    }
    line
}

/// A header as it is compared: compatibility form, lower case, letters and digits only.
pub fn fold_header(header: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    header.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lead(columns: &[(&str, &str)]) -> Lead {
        let mut lead = Lead::new("ada.example@x-ltd.example").unwrap();
        lead.columns = columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        lead
    }

    #[test]
    fn a_persona_says_who_and_what_the_columns_tell_and_no_more() {
        let mut lead = lead(&[
            ("Seniority", "C suite"),
            ("First Phone", "+47 55 55 55"),
            ("Email Status", "Verified"),
            ("Replied", "true"),
            ("Notes", "Met in Oslo;\nwrites from ada@home.example  often"),
            ("Keywords", ""),
        ]);
        lead.first_name = Some("Ada".into());
        lead.last_name = Some("Example".into());
        lead.title = Some("CTO".into());
        lead.company = Some("X Ltd".into());
        lead.industry = Some("shipping".into());
        lead.size = Some("120".into());
        lead.location = Some("Bergen, Norway".into());
        insta::assert_snapshot!(from_columns(&lead), @"
        Ada Example, CTO at X Ltd.
        Industry: shipping
        Company size: 120
        Location: Bergen, Norway
        Seniority: C suite
        Notes: Met in Oslo; writes from often
        ");
    }

    #[test]
    fn of_whom_nothing_is_known_the_domain_is_told_unless_it_is_a_mail_provider() {
        assert_eq!(from_columns(&lead(&[])), "A person, works at x-ltd.example.");
        assert_eq!(from_columns(&Lead::new("a@gmail.com").unwrap()), "A person of whom nothing is known.");
    }

    #[test]
    fn a_cell_of_a_megabyte_is_cut() {
        let text = from_columns(&lead(&[("Notes", &"word ".repeat(200_000)), ("More", &"x".repeat(1 << 20))]));
        assert!(text.chars().count() < 1_400, "{}", text.chars().count());
    }

    #[test]
    fn columns_within_a_column_are_told_as_columns() {
        let fields = r#"{"Pain": "late trucks", "phone": "+49 30 1234567", "Reply": "Yes please", "Team": 12}"#;
        let text =
            from_columns(&lead(&[("custom_fields", fields), ("Notes", "her line: +49 171 1234567"), ("X", "{")]));
        assert_eq!(text, "A person, works at x-ltd.example.\nPain: late trucks\nTeam: 12\nNotes: her line:\nX: {");
    }

    proptest! {
        #[test]
        fn no_address_is_in_a_persona(before in "\\PC{0,30}", after in "\\PC{0,30}", glue in "[ (<\\[\"':;,.!?-]") {
            let cell = format!("{before}{glue}ada.example@x-ltd.example{glue}{after}");
            let mut lead = lead(&[("Notes", &cell)]);
            lead.title = Some(cell);
            let text = from_columns(&lead);
            prop_assert!(!text.contains("ada.example@x-ltd.example"), "{text}");
            prop_assert!(!text.trim().is_empty());
        }
    }
}
