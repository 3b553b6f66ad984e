//! What a row of a table of one's own says.

use super::columns::{REPLY_OR_FLAG, ReplyColumns, is_prose_cell, names};
use super::fact::{Fact, Meaning, What, answer, category, is_in, replied, sent};
use super::meaning::{Word, word};
use super::row::Row;

/// A table of one's own: `email`, and whichever there are of `sent` or `sent_at`, `step`, `replied` or `reply_at`,
/// `reply_text`, `category`, `positive`, `bounced`, `unsubscribed`, `out_of_office`. A row without a word on sending
/// was sent.
pub fn read(row: &Row, replies: &ReplyColumns) -> Vec<Fact> {
    let says = |field: &str| row.answer(names(field)) == Some(true);
    let step = row.step(names("step"));
    let at = row.text(names("reply_at"));
    let is_text = |name: &str| !REPLY_OR_FLAG.contains(&name) || replies.hold_texts(name) || is_note(row, name);
    let text = names("reply_text").iter().filter(|name| is_text(name)).find_map(|name| row.text(&[name]));
    let is_flagged = REPLY_OR_FLAG.iter().any(|name| !is_text(name) && row.is_flag(name) && row.says(&[name]));
    let is_reply = at.is_some()
        || text.is_some()
        || is_flagged
        || is_flagged_by(row, "replied", Word::Replied)
        || is_prose(row, "replied", replies)
        || is_in(row, Word::Replied);
    let (category, meaning) = match (category(row), row.answer(names("positive"))) {
        ((category, Meaning::Unknown), Some(true)) => (category, Meaning::Positive),
        ((category, Meaning::Unknown), Some(false)) => (category, Meaning::Negative),
        (understood, _) => understood,
    };
    let meaning = if says("out_of_office") { Meaning::OutOfOffice } else { meaning };
    let mut facts = Vec::new();
    let unsent = match row.text(names("sent")) {
        Some(_) => !row.says(names("sent")),
        None => is_in(row, Word::Waiting),
    };
    facts.extend((!unsent || is_reply).then(|| sent(row, step, row.text(names("sent_at")))));
    facts.extend(answer(is_reply.then(|| replied(text, None, at)), category, meaning));
    facts.extend(is_flagged_by(row, "bounced", Word::Bounced).then(|| Fact::new(What::Bounced, step, None)));
    facts.extend(row.says(names("unsubscribed")).then(|| Fact::new(What::Unsubscribed, None, None)));
    facts
}

/// Whether a column that asks for yes or no says yes, or says so in a word: `Replied` under *Replied*.
fn is_flagged_by(row: &Row, field: &str, yes: Word) -> bool {
    match row.text(names(field)).and_then(word) {
        Some(said) => {
            said == yes
                || (yes == Word::Replied && matches!(said, Word::Judged(meaning) if meaning != Meaning::OutOfOffice))
        }
        None => row.answer(names(field)) == Some(true),
    }
}

/// Whether a field of a table that asks for yes or no holds several words: of who has replied, what they wrote. One
/// such cell among many of another kind, such as "noch nicht", is none.
pub fn is_prose(row: &Row, field: &str, replies: &ReplyColumns) -> bool {
    field == "replied" && replies.replied_is_prose() && row.text(names(field)).is_some_and(is_prose_cell)
}

/// Whether this column holds several words, or a word with a sign: what somebody wrote.
fn is_note(row: &Row, name: &str) -> bool {
    row.text(&[name]).is_some_and(|text| !row.is_flag(name) && text.chars().any(|letter| !letter.is_alphanumeric()))
}

/// Single words in columns that say whether there is a reply, neither yes nor no, with the columns' headers.
pub fn unknown_flags<'r>(row: &'r Row, replies: &'r ReplyColumns) -> impl Iterator<Item = (String, String)> + 'r {
    let flags =
        REPLY_OR_FLAG.iter().filter(|name| !replies.hold_texts(name) && !row.is_flag(name) && !is_note(row, name));
    let cells = flags.filter_map(|name| row.text(&[name]).zip(row.header(name)));
    cells.map(|(text, header)| (header.to_owned(), text.to_owned()))
}
