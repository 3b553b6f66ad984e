//! The words that tools write into columns of states and categories. They are names that programs set, and no prose: no
//! reply is read for its meaning here.

use super::row::fold;
use crate::data::leads::import::Marker;
use crate::data::leads::import::states::EVENTS;

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
            "unresponsive",
        ],
    ),
    (
        Word::Waiting,
        &["notyetcontacted", "notcontacted", "notsent", "notstarted", "pending", "queued", "scheduled", "skipped"],
    ),
    (Word::Replied, &["replied", "emailreplied", "responded"]),
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

/// Words that a table may use for what people made of a reply, as a message names them: each line one meaning.
pub const KNOWN_WORDS: &[(&str, &[&str])] = &[
    ("positive", &["Interested", "Meeting Booked", "Information Request", "Won", "Positive"]),
    ("not positive", &["Not Interested", "Wrong Person", "Lost", "No Show", "Negative"]),
    ("never to be written to again", &["Do Not Contact", "Unsubscribed"]),
    ("away", &["Out Of Office"]),
];

/// Whether a column of this header names events, which only the tool can write.
#[must_use]
pub fn is_of_events(header: &str) -> bool {
    EVENTS.contains(&fold(header).as_str())
}

/// What this word says; none if it is not known.
#[must_use]
pub fn word(text: &str) -> Option<Word> {
    let folded = fold(text);
    let known = WORDS.iter().find(|(_, names)| names.contains(&folded.as_str())).map(|(word, _)| *word);
    known.or_else(|| Some(if Marker::State.is_bounce(text)? { Word::Bounced } else { Word::Barred }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_a_message_names_are_known_and_mean_what_it_says() {
        let judged = |meaning| Some(Word::Judged(meaning));
        for (says, words) in KNOWN_WORDS {
            for known in *words {
                let meant = match *says {
                    "positive" => judged(Meaning::Positive),
                    "not positive" => judged(Meaning::Negative),
                    "away" => judged(Meaning::OutOfOffice),
                    _ if *known == "Unsubscribed" => Some(Word::Barred),
                    _ => judged(Meaning::DoNotContact),
                };
                assert_eq!(word(known), meant, "{known}");
            }
        }
        assert!(is_of_events("event_type") && !is_of_events("Lead Category") && !is_of_events("Interesse"));
    }
}
