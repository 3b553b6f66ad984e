//! The words that tools write into columns of states and categories. They are names that programs set, and no prose: no
//! reply is read for its meaning here.

use super::headers::fold_header;
use super::wordings::{Bar, bar};

/// What a category that a tool has set means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The reply was hoped for.
    Positive,
    /// It was not.
    Negative,
    /// It was not, and the person is never to be written to again.
    DoNotContact,
    /// A machine replied.
    OutOfOffice,
    /// Nobody can say.
    Unknown,
}

/// What a state or category says of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// What a reply is worth. It is no reply by itself.
    Judged(Meaning),
    /// Something was sent.
    Sent,
    /// Nothing was sent yet.
    Waiting,
    /// A person replied.
    Replied,
    /// A message could not be delivered.
    Bounced,
    /// The person does not want to be written to again.
    Barred,
    /// Nothing that is counted.
    Quiet,
}

const WORDS: &[(Word, &[&str])] = &[
    (
        Word::Judged(Meaning::Positive),
        &[
            "interested",
            "meetingrequest",
            "meetingrequested",
            "meetingbooked",
            "meetingcompleted",
            "informationrequest",
            "demoed",
            "won",
            "positive",
        ],
    ),
    (Word::Judged(Meaning::Negative), &["notinterested", "wrongperson", "lost", "noshow", "negative"]),
    (Word::Judged(Meaning::DoNotContact), &["donotcontact", "donotcall", "dnc"]),
    (Word::Judged(Meaning::OutOfOffice), &["outofoffice", "ooo", "autoreply", "automaticreply"]),
    (
        Word::Sent,
        &[
            "sent",
            "emailsent",
            "contacted",
            "delivered",
            "completed",
            "finished",
            "noreply",
            "noresponse",
            "notreplied",
            "noreplyyet",
            "noresponseyet",
            "noanswer",
            "didnotreply",
            "notresponded",
            "notbounced",
            "keineantwort",
            "nichtgeantwortet",
            "sinrespuesta",
            "sansréponse",
            "unresponsive",
        ],
    ),
    (
        Word::Waiting,
        &[
            "notyet",
            "notyetcontacted",
            "notcontacted",
            "notsent",
            "notstarted",
            "pending",
            "queued",
            "scheduled",
            "skipped",
        ],
    ),
    (Word::Replied, &["replied", "emailreplied", "responded", "answered", "geantwortet"]),
    (
        Word::Quiet,
        &[
            "active",
            "paused",
            "stopped",
            "blocked",
            "started",
            "inprogress",
            "new",
            "open",
            "lead",
            "neutral",
            "uncategorized",
            "uncategorised",
            "verified",
            "valid",
            "cold",
            "approaching",
            "baddata",
            "changedjob",
        ],
    ),
];

/// What this word says; none if it is not known.
#[must_use]
pub fn word(text: &str) -> Option<Word> {
    let folded = fold_header(text);
    let known = WORDS.iter().find(|(_, names)| names.contains(&folded.as_str())).map(|(word, _)| *word);
    known.or_else(|| match bar(&folded)? {
        Bar::Bounced => Some(Word::Bounced),
        Bar::Blocked => None,
        _ => Some(Word::Barred),
    })
}

/// The category that a number of Instantly's `lt_interest_status` stands for.
#[must_use]
pub fn interest_by_number(number: i64) -> Option<&'static str> {
    Some(match number {
        1 => "interested",
        2 => "meeting booked",
        3 => "meeting completed",
        4 => "won",
        0 => "out of office",
        -1 => "not interested",
        -2 => "wrong person",
        -3 => "lost",
        -4 => "no show",
        _ => return None,
    })
}

/// What a number in the `status` of Instantly's leads says.
#[must_use]
pub fn lead_state(number: i64) -> Option<Word> {
    Some(match number {
        1 | 2 => Word::Quiet,
        3 => Word::Sent,
        -1 => Word::Bounced,
        -2 => Word::Barred,
        -3 => Word::Waiting,
        _ => return None,
    })
}
