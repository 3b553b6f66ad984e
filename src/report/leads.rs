//! Leads, described for people. Every text from a file is shown with its control characters escaped.

use std::collections::BTreeMap;
use std::path::Path;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;

use super::words;
use crate::data::leads::forget::Change;
use crate::data::leads::import::{Field, Report};
use crate::data::leads::{Lead, Suppression};
use crate::journal::ForgottenCalls;

/// How many people a preview shows.
pub const PREVIEWED: usize = 3;

/// The most characters of a header or a name that are shown.
const NAME: usize = 40;
/// The most characters of a persona that are shown.
const PERSONA: usize = 400;
/// The most columns that are named.
const COLUMNS: usize = 30;

/// What an import found and wrote.
#[must_use]
pub fn imported(source: &Path, list: &Path, report: &Report) -> String {
    let mut text = found(source, report);
    let mut people = vec![words::count(report.new, "new lead", "new leads")];
    if report.changed + report.unchanged > 0 {
        people.push(format!("{} updated", report.changed));
        people.push(format!("{} unchanged", report.unchanged));
    }
    text.push_str(&format!("Saved to: {} ({})\n", words::path(list), people.join(", ")));
    text
}

/// What an import would find, with the first people.
#[must_use]
pub fn previewed(source: &Path, report: &Report, first: &[Lead]) -> String {
    let mut text = found(source, report);
    text.push_str("Nothing was written: this is a preview\n");
    text.push_str(&people(first));
    text
}

fn found(source: &Path, report: &Report) -> String {
    let mut what = report.known.map_or_else(String::new, |known| format!("{known}, "));
    what.push_str(&format!("{}, {}", report.format, report.encoding));
    if report.preamble > 0 {
        what.push_str(&format!(", {} before the header", words::count(report.preamble, "line", "lines")));
    }
    let mut text = format!("File: {} ({what})\nRows: {}\nColumns used:\n", words::path(source), report.rows);
    let mut fields: Vec<Field> = report.used.iter().map(|(field, _)| *field).collect();
    fields.dedup();
    for field in fields {
        let columns = report.used.iter().filter(|(other, _)| *other == field).map(|(_, column)| column.as_str());
        text.push_str(&format!("  {:<13} {}\n", field.to_string(), names(&columns.collect::<Vec<_>>())));
    }
    let listed = |columns: &[String]| names(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    if !report.markers.is_empty() {
        text.push_str(&format!(
            "Columns that may say who must not be contacted: {}\n  (name another with --map \
             do_not_contact=\"COLUMN\")\n",
            listed(&report.markers)
        ));
    }
    if report.markers.is_empty() {
        text.push_str(
            "No column says who must not be contacted, as far as is known; if one does, name it: --map \
             do_not_contact=\"COLUMN\"\n",
        );
    }
    text.push_str(&unknown(report));
    if !report.kept.is_empty() {
        text.push_str(&format!("Other columns, kept: {}\n", listed(&report.kept)));
    }
    text.push_str(&format!("Duplicates, by address: {} (the first row counts)\n", report.duplicates));
    text.push_str(&format!("Rows without an address, left out: {}\n", report.without_address));
    if report.short > 0 {
        text.push_str(&format!("Rows with fewer cells than the header: {} (missing cells are empty)\n", report.short));
    }
    if report.ragged.count > 0 {
        let lines: Vec<String> = report.ragged.first_lines.iter().map(ToString::to_string).collect();
        let more = if report.ragged.count > lines.len() as u64 { " …" } else { "" };
        text.push_str(&format!(
            "Rows with more cells than the header, left out: {} (line {}{more}): their cells may be in wrong columns\n",
            report.ragged.count,
            lines.join(", ")
        ));
    }
    if report.forgotten > 0 {
        text.push_str(&format!("Forgotten earlier, left out: {}\n", report.forgotten));
    }
    text.push_str(&format!("May not be written to, kept apart: {}\n", blocked(report)));
    text.push_str(&format!("May be written to: {}\n", report.writable()));
    text
}

/// States that nobody knows, and what to do about people who have them.
fn unknown(report: &Report) -> String {
    if report.unknown.is_empty() {
        return String::new();
    }
    format!(
        "Not understood, so these people may be written to: {}\n  (whoever must not be: rejoinder leads suppress \
         ADDRESS, or a column that says so, with --map do_not_contact=\"COLUMN\")\n",
        unknown_states(report)
    )
}

/// States that nobody knows, as people read them: `Status "gone" (3)`.
#[must_use]
pub fn unknown_states(report: &Report) -> String {
    const SHOWN: usize = 5;
    let shown = report.unknown.iter().take(SHOWN).map(|(column, value, rows)| {
        let (column, value) = (words::one_line(column, NAME), words::one_line(value, NAME));
        format!("{column} \"{value}\" ({})", words::thousands(*rows))
    });
    let mut shown: Vec<String> = shown.collect();
    if report.unknown.len() > SHOWN {
        shown.push(format!("and {} more", words::thousands((report.unknown.len() - SHOWN) as u64)));
    }
    shown.join(", ")
}

fn blocked(report: &Report) -> String {
    let mut reasons: Vec<(String, u64)> = report.blocked.iter().map(|(why, count)| (why.clone(), *count)).collect();
    reasons.push(("on the suppression list already".into(), report.suppressed));
    reasons.retain(|(_, count)| *count > 0);
    let total: u64 = reasons.iter().map(|(_, count)| count).sum();
    let each: Vec<String> =
        reasons.iter().map(|(why, count)| format!("{count} {}", words::one_line(why, NAME))).collect();
    if each.is_empty() { total.to_string() } else { format!("{total} ({})", each.join(", ")) }
}

fn names(columns: &[&str]) -> String {
    let mut shown: Vec<String> = columns.iter().take(COLUMNS).map(|column| words::one_line(column, NAME)).collect();
    if columns.len() > COLUMNS {
        shown.push(format!("and {} more", columns.len() - COLUMNS));
    }
    shown.join(", ")
}

/// What is in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People.
    pub leads: u64,
    /// Those who may be written to.
    pub writable: u64,
    /// Those whose persona a model wrote.
    pub described: u64,
    /// People who may not be written to, by the reason.
    pub left_out: BTreeMap<String, u64>,
}

impl Counts {
    /// Counts a lead.
    pub fn add(&mut self, lead: &Lead, suppression: &Suppression) {
        self.leads += 1;
        match suppression.why_not(lead) {
            None => self.writable += 1,
            Some(reason) => match self.left_out.get_mut(reason) {
                Some(count) => *count += 1,
                None => drop(self.left_out.insert(reason.to_owned(), 1)),
            },
        }
        self.described += u64::from(lead.persona.is_some());
    }
}

/// All lists.
#[must_use]
pub fn lists(lists: &[(String, Counts)], suppressed: usize) -> String {
    let mut text = String::new();
    if lists.is_empty() {
        text.push_str("No leads yet; import some: rejoinder leads import FILE\n");
    } else {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(["List", "Leads", "May be written to", "Described"]);
        for (name, counts) in lists {
            let Counts { leads, writable, described, .. } = counts;
            table.add_row([
                words::one_line(name, NAME),
                leads.to_string(),
                writable.to_string(),
                described.to_string(),
            ]);
        }
        text.push_str(&format!("{table}\n"));
    }
    text.push_str(&format!("On the suppression list: {}\n", words::count(suppressed as u64, "address", "addresses")));
    text
}

/// One list, with its first people who may be written to.
#[must_use]
pub fn list(path: &Path, counts: &Counts, first: &[Lead]) -> String {
    let Counts { leads, writable, described, .. } = counts;
    let mut text = format!(
        "List: {}\nLeads: {leads}\nMay be written to: {writable}\nPersonas written by a model: {described}\n",
        words::path(path)
    );
    text.push_str(&people(first));
    text
}

/// The first people as the models see them.
fn people(first: &[Lead]) -> String {
    let mut text = String::new();
    for lead in first {
        let persona: Vec<String> = lead.persona_text().lines().map(|line| words::one_line(line, PERSONA)).collect();
        text.push_str(&format!("\n{}\n  {}\n", words::one_line(&lead.email, NAME * 2), persona.join("\n  ")));
    }
    text
}

/// What is known of one person.
#[must_use]
pub fn person(address: &str, found: &[(String, Lead)], suppressed: Option<&str>) -> String {
    let mut text = format!("{}\n", words::one_line(address, NAME * 2));
    text.push_str(&match suppressed {
        Some(reason) => format!("On the suppression list: {}\n", words::one_line(reason, PERSONA)),
        None => String::new(),
    });
    for (name, lead) in found {
        text.push_str(&format!("\nIn list {}:\n", words::one_line(name, NAME)));
        if let Some(reason) = &lead.blocked {
            text.push_str(&format!("  may not be contacted: {}\n", words::one_line(reason, PERSONA)));
        }
        for line in lead.persona_text().lines() {
            text.push_str(&format!("  {}\n", words::one_line(line, PERSONA)));
        }
    }
    if found.is_empty() {
        text.push_str("Not in any list of leads\n");
    }
    text
}

/// What was removed of a person, and where.
#[must_use]
pub fn forgotten(changes: &[Change], calls: &ForgottenCalls) -> String {
    let mut text = String::new();
    for change in changes {
        text.push_str(&format!("{}: {}\n", words::path(&change.path), change.what));
    }
    let ForgottenCalls { calls, texts, trials, runs } = *calls;
    if calls + texts + trials + runs > 0 {
        text.push_str(&format!(
            "journal: {} removed, with {} and {}\n",
            words::count(calls, "call", "calls"),
            words::count(texts, "shared text", "shared texts"),
            words::count(trials, "trial's reason or audit", "trials' reasons or audits")
        ));
    }
    if text.is_empty() {
        text.push_str("This person was not found in any file\n");
    }
    text.push_str(
        "The suppression list keeps a hash of the address, not the address, so no later import writes to this person.\n\
         Not covered: files outside the data folder (such as exports and saved pages), backups, and whatever model \
         hosts and sending tools keep.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::leads::import::Ragged;

    fn report() -> Report {
        Report {
            format: "CSV with ;".into(),
            encoding: "Windows-1252".into(),
            preamble: 3,
            rows: 9,
            used: vec![
                (Field::Email, "E-Mail".into()),
                (Field::Email, "Mail".into()),
                (Field::Title, "\u{1b}[31mTitle".into()),
            ],
            markers: vec!["Do Not Call".into()],
            kept: vec!["Notes".into(), "Do Not Call".into()],
            duplicates: 1,
            without_address: 2,
            short: 1,
            ragged: Ragged { count: 7, first_lines: vec![4, 9] },
            blocked: [("unsubscribed".to_owned(), 1)].into(),
            suppressed: 1,
            new: 5,
            changed: 1,
            ..Report::default()
        }
    }

    #[test]
    fn an_import_says_what_it_found_and_what_became_of_it() {
        insta::assert_snapshot!(imported(Path::new("x.csv"), Path::new("data/leads/x.jsonl"), &report()));
        let text = imported(Path::new("x.csv"), Path::new("x.jsonl"), &Report { forgotten: 1, ..report() });
        assert!(text.contains("\nForgotten earlier, left out: 1\n"), "{text}");
        let unknown = (1..8).map(|n| ("Status".to_owned(), format!("gone\u{1b} {n}"), n)).collect();
        let text = imported(Path::new("x.csv"), Path::new("x.jsonl"), &Report { unknown, ..report() });
        let said = "\nNot understood, so these people may be written to: Status \"gone\\u{1b} 1\" (1), ";
        assert!(text.contains(said) && text.contains(", and 2 more\n"), "{text}");
    }

    #[test]
    fn who_is_left_out_of_a_list_is_counted_by_the_reason() {
        let lead =
            |blocked: Option<&str>| Lead { blocked: blocked.map(str::to_owned), ..Lead::new("a@x.example").unwrap() };
        let (mut counts, suppression) = (Counts::default(), Suppression::default());
        for blocked in [None, Some("unsubscribed"), Some("bounced"), Some("unsubscribed")] {
            counts.add(&lead(blocked), &suppression);
        }
        assert_eq!((counts.leads, counts.writable), (4, 1));
        assert_eq!(counts.left_out, [("bounced".to_owned(), 1), ("unsubscribed".to_owned(), 2)].into());
    }

    #[test]
    fn hostile_texts_are_shown_escaped() {
        let mut lead = Lead::new("a@x.example").unwrap();
        lead.title = Some("CTO\u{1b}]0;pwned\u{7}\u{202e}".into());
        let text = previewed(Path::new("x\u{1b}.csv"), &report(), &[lead]);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains('\u{202e}'), "{text:?}");
    }

    #[test]
    fn forgetting_says_where_something_was_removed_and_what_is_out_of_reach() {
        let changes = [Change { path: "data/leads/x.jsonl".into(), what: "the lead was removed".into() }];
        let calls = ForgottenCalls { calls: 3, texts: 1, trials: 2, runs: 0 };
        insta::assert_snapshot!(forgotten(&changes, &calls));
        assert!(forgotten(&[], &ForgottenCalls::default()).starts_with("This person was not found in any file"));
    }
}
