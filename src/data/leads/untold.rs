//! What of a lead's columns is not told to a model: ways to reach a person, a tool's bookkeeping, and what came of
//! earlier campaigns, which nobody knows when a message is written.

use super::import::Marker;
use super::import::headers::fold_header;
use super::import::states::is_of_outcomes;
use super::import::words::{Word, word};

/// Such columns, as [`fold_header`] gives them.
const NAMES: &[&str] = &[
    "id",
    "status",
    "createdat",
    "updatedat",
    "createdby",
    "lists",
    "tags",
    "stage",
    "category",
    "source",
    "isinterested",
    "lastemailsequencesent",
    "issent",
    "sentat",
    "senttime",
    "sentdate",
    "lastsent",
    "positive",
    "sentiment",
    "outcome",
    "answer",
    "subject",
    "outofoffice",
    "isoutofoffice",
    "open",
    "opens",
    "opened",
    "click",
    "clicks",
    "meeting",
    "connectedon",
    "contactowner",
    "accountowner",
    "leadowner",
    "owner",
    "assignedto",
    "workspace",
    "campaign",
    "campaignname",
    "uploadmethod",
    "espcode",
    "verificationstatus",
    "stopped",
    "bot",
    "isfirst",
    "query",
    "sequencenumber",
    "seqvariantid",
    "opentime",
    "clicktime",
    "companyid",
    "companyurl",
    "vmid",
    "sharedconnectionscount",
    "step",
    "variant",
    "text",
    "messagepreview",
    "sequencestep",
    "tel",
    "telnr",
    "handy",
    "handynummer",
    "movil",
    "móvil",
    "gsm",
    "rufnummer",
    "durchwahl",
    "directdial",
    "directline",
    "电话",
    "手机",
    "電話",
    "電話番号",
    "携帯",
    "전화",
    "휴대폰",
    "телефон",
    "мобильный",
    "xing",
    "twitter",
    "facebook",
    "instagram",
    "github",
    "skype",
    "telegram",
    "wechat",
];

/// Parts of the names of such columns.
const PARTS: &[&str] = &[
    "email",
    "phone",
    "mobile",
    "telefon",
    "telefax",
    "teléfono",
    "téléphone",
    "celular",
    "cellulare",
    "whatsapp",
    "opencount",
    "clickcount",
    "clicked",
    "reply",
    "replie",
    "contacted",
    "timestamp",
    "sentmessage",
    "bounce",
    "profileurl",
    "linkedinurl",
    "facebookurl",
    "twitterurl",
    "imageurl",
    "contactid",
    "accountid",
    "recordid",
];

/// Last words of the names of such columns: `lead_id`, `uniboxUrl`.
const LAST_WORDS: &[&str] = &["id", "ids", "uuid", "guid", "url", "urls", "uri", "link", "links", "fax", "handle"];

/// States of a company or a customer, which no campaign sets.
const STATES_OF_OTHERS: &[&str] = &["lifecyclestage", "accountstage"];

/// Whether a column of this name is told.
#[must_use]
pub fn is_told(header: &str) -> bool {
    let name = fold_header(header);
    let inner = header.rsplit_once('.').map(|(_, inner)| fold_header(inner));
    std::iter::once(&name).chain(&inner).all(|name| is_told_name(name))
        && Marker::of_inner(header).is_none()
        && !last_word(header).is_some_and(|word| LAST_WORDS.contains(&word.as_str()))
}

fn is_told_name(name: &str) -> bool {
    let is_outcome = is_of_outcomes(name)
        || (Marker::of_header(name).is_some() && !STATES_OF_OTHERS.contains(&name))
        || word(name).is_some_and(|word| word != Word::Quiet);
    !is_outcome && !NAMES.contains(&name) && !PARTS.iter().any(|part| name.contains(part))
}

/// The last word of a header, in small letters: of `leadId` and of `lead_id` it is `id`.
fn last_word(header: &str) -> Option<String> {
    let mut words = header.split(|letter: char| !letter.is_alphanumeric());
    let last = words.rfind(|word| !word.is_empty())?;
    let mut start = 0;
    let mut before = ' ';
    for (at, letter) in last.char_indices() {
        if letter.is_uppercase() && before.is_lowercase() {
            start = at;
        }
        before = letter;
    }
    Some(last[start..].to_lowercase())
}

/// A text without links and telephone numbers, as far as their form tells.
#[must_use]
pub fn without_ways(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').filter(|word| !is_link(word)).collect();
    without_telephones(&words.join(" "))
}

/// Whether a word is a link to a page: with a scheme, or a host with a path behind it.
fn is_link(word: &str) -> bool {
    let lowered = word.to_ascii_lowercase();
    lowered.contains("http://") || lowered.contains("https://") || super::masking::has_path(word)
}

fn without_telephones(text: &str) -> String {
    let is_part = |letter: char| letter.is_numeric() || "+-()./ ".contains(letter);
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(|letter: char| letter.is_numeric() || letter == '+' || letter == '(') {
        let end = rest[at..].find(|letter| !is_part(letter)).map_or(rest.len(), |length| at + length);
        let run = rest[at..end].trim_end_matches(|letter: char| !letter.is_numeric());
        // A sign that no digit follows, or a digit at the end of a word.
        let is_word = rest[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let length = if run.is_empty() { 1 } else { run.len() };
        kept.push_str(&rest[..at]);
        if is_word || !is_telephone(run) {
            kept.push_str(&rest[at..at + length]);
        }
        rest = &rest[at + length..];
    }
    kept.push_str(rest);
    kept
}

/// Whether this is a telephone number, and no amount and no date. Digits with nothing between them are one where they
/// begin with a plus sign or a zero.
fn is_telephone(run: &str) -> bool {
    let count = run.chars().filter(|letter| letter.is_numeric()).count();
    let parts: Vec<&str> = run.split(|letter: char| !letter.is_numeric()).filter(|part| !part.is_empty()).collect();
    let Some(first) = parts.first() else { return false };
    let lengths = |count: usize| parts.iter().take(count).map(|part| part.chars().count()).collect::<Vec<_>>();
    let is_date = matches!(lengths(3)[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4]) && !run.contains(['+', '(']);
    let is_years = parts.len() == 2 && lengths(2) == [4, 4];
    let is_amount = first.chars().count() <= 3
        && !first.starts_with('0')
        && parts[1..].iter().all(|part| part.chars().count() == 3);
    match run.chars().next() {
        Some('+') => count >= 7,
        _ if is_date || is_years => false,
        Some('0') => count >= 7,
        Some('(') => count >= 9,
        _ => count >= 9 && parts.len() > 1 && !is_amount,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_campaigns_and_ways_to_reach_a_person_are_not_told() {
        for header in [
            "Lead Status",
            "Contact Stage",
            "timestamp_last_reply",
            "reply_message",
            "reply_text_snippet",
            "Last Reply",
            "Outcome",
            "Interested",
            "Meeting Booked",
            "Opened",
            "Number of Times Contacted",
            "Désabonné",
            "properties.hs_lead_status",
            "data.reply_message",
            "lead_id",
            "teamId",
            "unibox_url",
            "Tel.",
            "Móvil",
            "Fax",
            "电话",
            "Xing",
        ] {
            assert!(!is_told(header), "{header}");
        }
        let told = ["Seniority", "Notes", "Hybrid", "Open roles", "Presentation", "Lifecycle Stage", "Paid plan", "名"];
        for header in told.into_iter().chain(["Interested in", "Annual Revenue", "custom.Pain", "Technologies"]) {
            assert!(is_told(header), "{header}");
        }
    }

    #[test]
    fn telephones_and_links_are_taken_out_and_other_numbers_stay() {
        for (text, left) in [
            ("call her on +49 171 1234567 or linkedin.com/in/ann today", "call her on  or today"),
            ("(415) 555-2671", ""),
            ("030 666 123", ""),
            ("415-555-2671", ""),
            ("https://xing.com/profile/Ann", ""),
            ("raised 12.500.000 in 2019-2024", "raised 12.500.000 in 2019-2024"),
            ("250000000", "250000000"),
            ("2026-01-03 10:00 and 03.04.2026 10", "2026-01-03 10:00 and 03.04.2026 10"),
            ("ISO 27001, 3 (of 4) + more", "ISO 27001, 3 (of 4) + more"),
            ("A4 and/or 50/50", "A4 and/or 50/50"),
        ] {
            assert_eq!(without_ways(text), left, "{text}");
        }
    }
}
