//! Tells who may not be written to from an export: from a column of its own, or from a value in a column of states.

use super::headers::fold_header;
use super::states::is_of_states;

/// What a column says of whether somebody may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Anything but a no is a yes.
    Flag(&'static str),
    /// Some values mean it.
    State,
}

/// Headers, folded, and the reason that they are.
const FLAGS: &[(&str, &str)] = &[
    ("donotcall", DO_NOT_CALL),
    ("dnc", DO_NOT_CALL),
    ("donotcontact", DO_NOT_CONTACT),
    ("donotemail", DO_NOT_CONTACT),
    ("nichtkontaktieren", DO_NOT_CONTACT),
    ("unsubscribed", UNSUBSCRIBED),
    ("isunsubscribed", UNSUBSCRIBED),
    ("unsubscribedfromallemail", UNSUBSCRIBED),
    ("unsubscribedclientidmap", UNSUBSCRIBED),
    ("emailunsubscribed", UNSUBSCRIBED),
    ("unsubscribedat", UNSUBSCRIBED),
    ("optout", UNSUBSCRIBED),
    ("optedout", UNSUBSCRIBED),
    ("emailoptout", UNSUBSCRIBED),
    ("hasoptedoutofemail", UNSUBSCRIBED),
    ("abgemeldet", UNSUBSCRIBED),
    ("bounced", BOUNCED),
    ("isbounced", BOUNCED),
    ("emailbounced", BOUNCED),
    ("hardbounced", BOUNCED),
    ("emailhardbouncereason", BOUNCED),
];

/// Beginnings of folded headers that exist once for each kind of mail: `Opted out of email: Marketing`.
const FLAG_BEGINNINGS: &[&str] = &["optedoutofemail", "hsemailoptout"];

/// States, folded, and the reason that they are.
const STATE_NAMES: &[(&str, &str)] = &[
    ("donotcall", DO_NOT_CALL),
    ("donotcontact", DO_NOT_CONTACT),
    ("dnc", DO_NOT_CONTACT),
    ("blacklisted", DO_NOT_CONTACT),
    ("unsubscribed", UNSUBSCRIBED),
    ("leadunsubscribed", UNSUBSCRIBED),
    ("emailsunsubscribed", UNSUBSCRIBED),
    ("optedout", UNSUBSCRIBED),
    ("bounced", BOUNCED),
    ("hardbounced", BOUNCED),
    ("hardbounce", BOUNCED),
    ("emailbounced", BOUNCED),
    ("emailsbounced", BOUNCED),
];

const DO_NOT_CALL: &str = "Do Not Call";
const DO_NOT_CONTACT: &str = "do not contact";
const UNSUBSCRIBED: &str = "unsubscribed";
const BOUNCED: &str = "bounced";

/// A yes, as tables have it, folded.
const YES: &[&str] =
    &["yes", "y", "true", "t", "x", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "vero", "sim", "tak", "はい", "是"];

/// Values of a flag that mean no. Everything else is a yes: a person is not written to if it is unclear whether they
/// mind.
const NO: &[&str] = &[
    "",
    "0",
    "false",
    "f",
    "no",
    "n",
    "none",
    "null",
    "nil",
    "na",
    "never",
    "nein",
    "non",
    "nej",
    "falsch",
    "falso",
    "faux",
    "00",
    "nee",
    "não",
    "nao",
    "nie",
    "いいえ",
    "否",
];

/// What a cell says that holds a yes or a no and nothing else, in any language that lists of leads know; none for
/// another text. An empty cell is a no; so are `{}` and `[]`, and a dash.
#[must_use]
pub fn yes_or_no(cell: &str) -> Option<bool> {
    let folded = fold_cell(cell);
    let is_one_of = |words: &[&str]| words.contains(&folded.as_str());
    if is_one_of(NO) { Some(false) } else { is_one_of(YES).then_some(true) }
}

/// A cell as it is compared; of a long one, the beginning.
fn fold_cell(cell: &str) -> String {
    fold_header(&cell.chars().take(80).collect::<String>())
}

impl Marker {
    /// A column that a person has named.
    pub const NAMED: Self = Marker::Flag(DO_NOT_CONTACT);

    /// The meaning of a column with this folded header; `None` if it has none here.
    #[must_use]
    pub fn of_header(folded: &str) -> Option<Self> {
        let flag = FLAGS.iter().find(|(name, _)| *name == folded).map(|(_, reason)| Marker::Flag(reason));
        let is_flag = || FLAG_BEGINNINGS.iter().any(|beginning| folded.starts_with(beginning));
        flag.or_else(|| is_flag().then_some(Marker::Flag(UNSUBSCRIBED)))
            .or_else(|| is_of_states(folded).then_some(Marker::State))
    }

    /// Whether a cell of this folded header says that somebody does not want to be written to. A bounce is not that.
    #[must_use]
    pub fn forbids(folded: &str, cell: &str) -> bool {
        Marker::of_header(folded).and_then(|marker| marker.reason(cell)).is_some_and(|reason| reason != BOUNCED)
    }

    /// Whether a cell says that mail bounced; `None` if it does not say whether somebody may be written to.
    #[must_use]
    pub fn is_bounce(self, cell: &str) -> Option<bool> {
        self.reason(cell).map(|reason| reason == BOUNCED)
    }

    /// Why the person of this cell may not be written to; none if the cell does not say so.
    #[must_use]
    pub fn reason(self, cell: &str) -> Option<&'static str> {
        match self {
            Marker::Flag(reason) => (yes_or_no(cell) != Some(false)).then_some(reason),
            Marker::State => {
                let folded = fold_cell(cell);
                STATE_NAMES.iter().find(|(name, _)| *name == folded).map(|(_, reason)| *reason)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_a_yes_unless_it_is_a_no() {
        let marker = Marker::of_header("donotcall").unwrap();
        for no in ["", "false", "FALSE", "No", "0", "n/a", "{}", "[]", "-", "null", " "] {
            assert_eq!(marker.reason(no), None, "{no}");
        }
        for yes in ["true", "TRUE", "1", "yes", "x", "Ja", "2026-01-04", "3"] {
            assert_eq!(marker.reason(yes), Some("Do Not Call"), "{yes}");
        }
    }

    #[test]
    fn a_yes_is_none_of_the_words_for_no_and_a_sentence_is_neither() {
        assert!(YES.iter().all(|yes| fold_header(yes) == *yes && yes_or_no(yes) == Some(true)));
        assert!(NO.iter().all(|no| yes_or_no(no) == Some(false)));
        assert_eq!((yes_or_no("SÍ"), yes_or_no("Não"), yes_or_no("Who are you?")), (Some(true), Some(false), None));
    }

    #[test]
    fn whichever_column_replies_are_judged_by_says_as_well_who_may_not_be_written_to() {
        for header in ["newcategory", "leadcategorynewname", "interest", "ltintereststatus", "type", "contactstage"] {
            assert!(Marker::forbids(header, "Do Not Contact"), "{header}");
            assert!(!Marker::forbids(header, "Not Interested"), "{header}");
        }
    }

    #[test]
    fn a_state_is_looked_up() {
        let marker = Marker::of_header("leadcategory").unwrap();
        assert_eq!(marker.reason("Do Not Contact"), Some("do not contact"));
        assert_eq!(marker.reason("Not Interested"), None);
        assert_eq!(Marker::of_header("emailstatus").unwrap().reason("Verified"), None);
        assert_eq!(Marker::of_header("notes"), None);
        assert!(Marker::forbids("optedoutofemailmarketinginformation", "Yes") && Marker::forbids("optedout", "true"));
        assert!(!Marker::forbids("bounced", "true") && !Marker::forbids("optedout", "false"));
    }
}
