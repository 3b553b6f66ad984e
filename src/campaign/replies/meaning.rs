//! What words of states and categories mean for replies, and which of them messages name.

use super::row::fold;
use crate::data::leads::import::states::EVENTS;
pub use crate::data::leads::import::words::{Meaning, Word, interest_by_number, lead_state, word};

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
