//! What came of an import of replies.

use super::words;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;

use crate::campaign::replies::columns::ReplyColumn;
use crate::campaign::replies::{Counts, Imported, KNOWN_WORDS, Undone, Unmatched, Why, is_of_events};
use crate::data::imports::Import;

/// How many unmatched people are listed; the rest is counted.
const SHOWN: usize = 20;

/// The rows of an export, as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// All of them.
    pub rows: u64,
    /// Without an address.
    pub without_address: u64,
    /// About nothing that is counted.
    pub silent: u64,
    /// Columns that hold texts of replies and other cells.
    pub mixed: Vec<ReplyColumn>,
}

/// The report of an import.
#[must_use]
pub fn text(campaign: &str, read: &Read, imported: &Imported) -> String {
    let mut lines = vec![format!(
        "Rows: {}, {} without an address, {} without anything that is counted (such as opens)",
        words::thousands(read.rows),
        words::thousands(read.without_address),
        words::thousands(read.silent)
    )];
    lines.extend(read.mixed.iter().map(mixed));
    lines.extend(unknown(imported));
    lines.extend(imported.unread_time.as_deref().map(|time| {
        format!(
            "Some times cannot be read and count as unknown, such as \"{}\"; write them as 2026-11-30 08:00",
            words::one_line(time, 40)
        )
    }));
    lines.push(format!("In the export: {}", counts(&imported.found)));
    lines.push(format!("Of this campaign: {}", counts(&imported.matched)));
    if imported.by_text > 0 {
        lines.push(format!(
            "Matched by the text that was sent, since the address differs: {}",
            words::thousands(imported.by_text)
        ));
    }
    lines.extend(unmatched(&imported.unmatched));
    if imported.forgotten > 0 {
        lines.push(format!(
            "Forgotten before, so nothing about them was stored: {}",
            words::thousands(imported.forgotten)
        ));
    }
    if imported.suppressed > 0 {
        lines.push(format!(
            "Added to the suppression list, never to be written to again: {}",
            words::thousands(imported.suppressed)
        ));
    }
    lines.push(format!("Known about campaign {}: {}", words::one_line(campaign, 80), counts(&imported.known)));
    if !imported.is_news && imported.matched.sent > 0 {
        lines.push("Everything was known already; nothing was changed.".to_owned());
    }
    lines.extend(imported.number.map(|number| {
        let campaign = words::one_line(campaign, 80);
        format!("The wrong file? rejoinder replies undo {number} --campaign {campaign} takes this import back")
    }));
    lines.join("\n") + "\n"
}

/// How a column was read that holds both texts and answers.
fn mixed(column: &ReplyColumn) -> String {
    let header = words::one_line(&column.header, 40);
    let (texts, flags) = (words::thousands(column.texts), words::thousands(column.flags));
    if column.holds_texts() {
        format!(
            "Column \"{header}\" was read as the text of replies, in {flags} cells just yes, no or a number. If it says \
             whether there is a reply: --map replied=\"{header}\""
        )
    } else {
        format!(
            "Column \"{header}\" was read as whether there is a reply, in {texts} cells with another text. If it is the \
             text of replies: --map reply_text=\"{header}\""
        )
    }
}

/// What was not understood, what stands on most rows first, and what to do about it.
fn unknown(imported: &Imported) -> Vec<String> {
    const TEXTS: usize = 5;
    let mut texts: Vec<(&(String, String), &u64)> = imported.unknown.iter().collect();
    texts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let shown = texts.iter().take(TEXTS).map(|((header, text), count)| {
        let (header, text) = (words::one_line(header, 40), words::one_line(text, 40));
        format!("{header} \"{text}\" ({})", words::thousands(**count))
    });
    let mut shown: Vec<String> = shown.collect();
    if texts.len() > TEXTS {
        shown.push(format!("and {} more", words::thousands((texts.len() - TEXTS) as u64)));
    }
    if shown.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("Not understood: {}", shown.join(", "))];
    if imported.unknown.keys().any(|(header, _)| !is_of_events(header)) {
        let known = KNOWN_WORDS.iter().map(|(says, words)| format!("{} ({says})", words.join(", ")));
        lines.push(format!("  Ignored; known words are {}", known.collect::<Vec<_>>().join("; ")));
        lines.push(
            "  Use one of these in the file. In a table of your own (--from csv) you can name a yes-or-no column \
             instead: --map positive=\"COLUMN\""
                .to_owned(),
        );
    }
    lines
}

fn counts(counts: &Counts) -> String {
    format!(
        "{} written to, {} replied ({} of them positive), {} away, {} bounced, {} unsubscribed",
        words::count(counts.sent, "person", "people"),
        words::thousands(counts.replied),
        words::thousands(counts.positive),
        words::thousands(counts.out_of_office),
        words::thousands(counts.bounced),
        words::thousands(counts.unsubscribed)
    )
}

/// The imports of campaigns, by name and number.
#[must_use]
pub fn imports(all: &[(String, u32, Import)]) -> String {
    if all.is_empty() {
        return "No replies were imported yet: rejoinder replies import FILE --from TOOL --campaign NAME\n".to_owned();
    }
    let mut table = Table::new();
    let headers = ["Campaign", "Import", "File", "From", "When", "Written to", "Replied", "Not matched"];
    table.load_style(UTF8_FULL_CONDENSED).set_header(headers);
    for (campaign, number, import) in all {
        table.add_row([
            words::one_line(campaign, 40),
            number.to_string(),
            file_of(import),
            words::one_line(&import.tool, 20),
            words::one_line(&import.at, 20),
            words::thousands(import.matched.sent),
            words::thousands(import.matched.replied),
            words::thousands(import.found.sent.saturating_sub(import.matched.sent)),
        ]);
    }
    format!("{table}\nrejoinder replies undo IMPORT --campaign NAME takes one back\n")
}

fn file_of(import: &Import) -> String {
    if import.file.is_empty() { "(earlier imports)".to_owned() } else { words::one_line(&import.file, 60) }
}

/// What came of taking an import back.
#[must_use]
pub fn undone(campaign: &str, number: u32, undone: &Undone) -> String {
    let campaign = words::one_line(campaign, 80);
    let mut lines = vec![
        format!("Import {number} of campaign {campaign} was taken back: {}", file_of(&undone.import)),
        format!("What it said about this campaign: {}", counts(&undone.import.matched)),
    ];
    if undone.restored > 0 {
        lines.push(format!("Taken off the suppression list: {}", words::thousands(undone.restored)));
    }
    if undone.kept > 0 {
        lines.push(format!(
            "Still on the suppression list, named elsewhere too or forgotten: {}",
            words::thousands(undone.kept)
        ));
    }
    lines.push(format!("Known about campaign {campaign}: {}", counts(&undone.known)));
    lines.join("\n") + "\n"
}

fn unmatched(unmatched: &[Unmatched]) -> Vec<String> {
    if unmatched.is_empty() {
        return Vec::new();
    }
    let replied = unmatched.iter().filter(|unmatched| unmatched.is_replied).count() as u64;
    let mut lines = vec![format!(
        "Not matched: {}, {} of them with a reply",
        words::count(unmatched.len() as u64, "address", "addresses"),
        words::thousands(replied)
    )];
    // Those with a reply first: they are what is missing from every figure.
    let mut listed: Vec<&Unmatched> = unmatched.iter().collect();
    listed.sort_by_key(|unmatched| (!unmatched.is_replied, unmatched.row));
    lines.extend(listed.iter().take(SHOWN).map(|unmatched| {
        let why = match unmatched.why {
            Why::UnknownAddress => "the campaign wrote to no such address",
            Why::OtherText => "the text that was sent is not the campaign's",
            Why::NothingSent => "nothing was sent there, according to the export",
        };
        let reply = if unmatched.is_replied { ", replied" } else { "" };
        format!("  row {}: {}{reply}: {why}", unmatched.row, words::one_line(&unmatched.address, 100))
    }));
    if listed.len() > SHOWN {
        lines.push(format!("  and {} more", words::thousands((listed.len() - SHOWN) as u64)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_counts_before_and_after_and_lists_whose_reply_is_missing_first() {
        let counts =
            |sent, replied| Counts { sent, replied, positive: 1, bounced: 1, unsubscribed: 1, out_of_office: 0 };
        let lost = |row, address: &str, is_replied, why| Unmatched { row, address: address.into(), is_replied, why };
        let imported = Imported {
            found: counts(402, 21),
            matched: counts(400, 20),
            known: counts(400, 20),
            by_text: 1,
            unmatched: vec![
                lost(3, "a@x.example", false, Why::OtherText),
                lost(9, "b\u{1b}[31m@x.example", true, Why::UnknownAddress),
            ],
            suppressed: 2,
            forgotten: 1,
            unknown: [
                (("Status".to_owned(), "zu\u{1b}prüfen".to_owned()), 3),
                (("Category".to_owned(), "B".to_owned()), 7),
            ]
            .into(),
            unread_time: Some("03/04\u{1b}/2026".to_owned()),
            is_news: true,
            number: Some(3),
        };
        let mixed = vec![
            ReplyColumn { header: "Reply".into(), texts: 12, flags: 3 },
            ReplyColumn { header: "Answer\u{1b}".into(), texts: 2, flags: 30 },
        ];
        let read = Read { rows: 1_204, without_address: 2, silent: 30, mixed };
        insta::assert_snapshot!(text("spring", &read, &imported));
    }

    #[test]
    fn what_matched_nothing_was_not_known_already() {
        let text = |sent| {
            let matched = Counts { sent, ..Counts::default() };
            super::text(
                "spring",
                &Read { rows: 1, silent: 1, ..Read::default() },
                &Imported { matched, ..Imported::default() },
            )
        };
        let moved = Imported {
            unknown: [(("event_type".to_owned(), "lead_moved".to_owned()), 1)].into(),
            ..Imported::default()
        };
        let moved = super::text("spring", &Read { rows: 1, silent: 1, ..Read::default() }, &moved);
        assert!(moved.contains("lead_moved") && !moved.contains("words"), "no words of ours name an event: {moved}");
        assert!(!text(0).contains("known already") && text(1).contains("known already"));
    }
}
