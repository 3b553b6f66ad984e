//! Tells who may not be written to from an export: from a column of its own, or from a value in a column of states.

use super::headers::{Field, fold_header};
use super::states::{EVENTS, is_of_states};
use super::wordings::{Bar, bar, is_consent};
use super::words::{Word, lead_state, word};

/// What a column says of whether somebody may be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Anything but a no is a yes.
    Flag(Bar),
    /// A no, or a word for it, means it.
    Consent,
    /// Some values mean it.
    State,
    /// The same, with Instantly's numbers for states.
    InstantlyState,
}

/// Values of columns of states that say nothing of whether somebody may be written to, folded: states of an address, a
/// customer, an opportunity.
const HARMLESS: &[&str] = &[
    "invalid",
    "catchall",
    "acceptall",
    "risky",
    "unknown",
    "unverified",
    "unavailable",
    "guessed",
    "extrapolated",
    "likely",
    "likelytoengage",
    "usermanaged",
    "updaterequired",
    "ok",
    "subscribed",
    "optin",
    "optedin",
    "confirmed",
    "subscriber",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "mql",
    "sql",
    "opportunity",
    "customer",
    "evangelist",
    "other",
    "opendeal",
    "unqualified",
    "qualified",
    "attemptedtocontact",
    "connected",
    "badtiming",
    "currentclient",
    "activeopportunity",
    "deadopportunity",
    "meeting",
    "call",
    "offer",
    "nurture",
    "working",
];

/// A yes, as tables have it, folded.
const YES: &[&str] =
    &["yes", "y", "true", "t", "x", "ja", "j", "wahr", "oui", "vrai", "sí", "si", "vero", "sim", "tak", "はい", "是"];

/// Cells that hold nothing, folded.
const NOTHING: &[&str] = &["", "none", "null", "nil", "na"];

/// Values of a flag that mean no, as does nothing. Everything else is a yes: a person is not written to if it is
/// unclear whether they mind.
const NO: &[&str] = &[
    "0",
    "false",
    "f",
    "no",
    "n",
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

/// Signs that stand for nothing, or for a no.
const BLANK: &str = "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}_.,;:/\\|'\"`(){}[]<>=?\u{25a1}\u{2610}\
                     \u{2717}\u{2718}\u{2715}\u{2716}\u{274c}\u{fe0f}\u{feff}\u{200b}";

/// What a cell says that holds a yes or a no and nothing else, in any language that lists of leads know; none for
/// another text. An empty cell is a no; so are `{}` and `[]`, a dash, and a cross. A check mark is a yes.
#[must_use]
pub fn yes_or_no(cell: &str) -> Option<bool> {
    let folded = fold_cell(cell);
    let is_one_of = |words: &[&str]| words.contains(&folded.as_str());
    match folded.as_str() {
        // A check mark, a star: whatever is neither a letter nor a digit, nor how people and programs write nothing.
        "" => Some(!cell.chars().all(|sign| sign.is_whitespace() || sign.is_control() || BLANK.contains(sign))),
        _ if is_one_of(NO) || is_one_of(NOTHING) => Some(false),
        _ => is_one_of(YES).then_some(true),
    }
}

/// Whether a cell is a link, such as one for unsubscribing, or a field for it: it says nothing of anybody.
fn is_link(cell: &str) -> bool {
    const BEGINNINGS: &[&str] = &["http", "www.", "mailto:", "<", "{{"];
    let cell = cell.trim_start();
    BEGINNINGS.iter().any(|start| cell.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start)))
}

/// The number that Instantly has for a state.
fn instantly_state(cell: &str) -> Option<Word> {
    cell.trim().parse().ok().and_then(lead_state)
}

/// A cell as it is compared; of a long one, the beginning.
fn fold_cell(cell: &str) -> String {
    fold_header(&cell.chars().take(80).collect::<String>())
}

impl Marker {
    /// A column that a person has named.
    pub const NAMED: Self = Marker::Flag(Bar::DoNotContact);

    /// The meaning of a column with this folded header; `None` if it has none here.
    #[must_use]
    pub fn of_header(folded: &str) -> Option<Self> {
        if is_of_states(folded) {
            return Some(Marker::State);
        }
        bar(folded).map(Marker::Flag).or_else(|| is_consent(folded).then_some(Marker::Consent))
    }

    /// The meaning of a value within an object, such as `properties.hs_email_optout`: that of its inner name, unless it
    /// is said of a company.
    #[must_use]
    pub fn of_inner(name: &str) -> Option<Self> {
        let (around, inner) = name.rsplit_once('.')?;
        let around = around.rsplit_once('.').map_or(around, |(_, nearest)| nearest);
        let is_company = matches!(Field::of_header(&fold_header(around)), Some((Field::Company, _)));
        let inner = fold_header(inner);
        Marker::of_header(&inner).filter(|_| !is_company && !EVENTS.contains(&inner.as_str()))
    }

    /// Whether a cell says that somebody does not want to be written to. A bounce is not that.
    #[must_use]
    pub fn forbids(self, cell: &str) -> bool {
        self.reason(cell).is_some_and(Bar::is_wanted)
    }

    /// Why the person of this cell may not be written to; none if the cell does not say so.
    #[must_use]
    pub fn reason(self, cell: &str) -> Option<Bar> {
        match self {
            Marker::Flag(bar) => (yes_or_no(cell) != Some(false) && !is_link(cell)).then_some(bar),
            Marker::Consent => {
                let folded = fold_cell(cell);
                bar(&folded).or_else(|| NO.contains(&folded.as_str()).then_some(Bar::Unsubscribed))
            }
            Marker::State => bar(&fold_cell(cell)),
            Marker::InstantlyState => match instantly_state(cell) {
                Some(Word::Bounced) => Some(Bar::Bounced),
                Some(Word::Barred) => Some(Bar::Unsubscribed),
                _ => Marker::State.reason(cell),
            },
        }
    }

    /// Whether it is known what a cell says of whether its person may be written to.
    #[must_use]
    pub fn is_understood(self, cell: &str) -> bool {
        let is_known = |cell: &str| {
            let folded = fold_cell(cell);
            NOTHING.contains(&folded.as_str())
                || HARMLESS.contains(&folded.as_str())
                || bar(&folded).is_some()
                || word(cell).is_some()
        };
        match self {
            Marker::Flag(_) => true,
            Marker::Consent => {
                yes_or_no(cell).is_some() || cell.contains(|letter: char| letter.is_ascii_digit()) || is_known(cell)
            }
            Marker::State => is_known(cell),
            Marker::InstantlyState => instantly_state(cell).is_some() || is_known(cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_a_yes_unless_it_is_a_no() {
        let marker = Marker::of_header("donotcall").unwrap();
        for no in ["", "false", "FALSE", "No", "0", "n/a", "{}", "[]", "-", "–", "✗", "☐", "null", " "] {
            assert_eq!(marker.reason(no), None, "{no}");
        }
        for yes in ["true", "TRUE", "1", "yes", "x", "Ja", "2026-01-04", "3", "✓", "✔️", "☑", "+", "*"] {
            assert_eq!(marker.reason(yes).map(Bar::name), Some("Do Not Call"), "{yes}");
        }
    }

    #[test]
    fn a_yes_is_none_of_the_words_for_no_and_a_sentence_is_neither() {
        assert!(YES.iter().all(|yes| fold_header(yes) == *yes && yes_or_no(yes) == Some(true)));
        assert!(NO.iter().chain(NOTHING).all(|no| yes_or_no(no) == Some(false)));
        assert_eq!((yes_or_no("SÍ"), yes_or_no("Não"), yes_or_no("Who are you?")), (Some(true), Some(false), None));
    }

    #[test]
    fn whichever_column_replies_are_judged_by_says_as_well_who_may_not_be_written_to() {
        for header in ["newcategory", "leadcategorynewname", "interest", "ltintereststatus", "type", "contactstage"] {
            let marker = Marker::of_header(header).unwrap();
            assert!(marker.forbids("Do Not Contact") && !marker.forbids("Not Interested"), "{header}");
        }
    }

    #[test]
    fn a_state_is_looked_up() {
        let marker = Marker::of_header("leadcategory").unwrap();
        for (value, reason) in [
            ("Do Not Contact", Some("do not contact")),
            ("Not Interested", None),
            ("Opt-out", Some("unsubscribed")),
            ("Désabonné", Some("unsubscribed")),
            ("Nicht kontaktieren", Some("do not contact")),
            ("Soft bounce", Some("bounced")),
            ("BLOCKED", Some("blocked")),
        ] {
            assert_eq!(marker.reason(value).map(Bar::name), reason, "{value}");
            assert!(marker.is_understood(value), "{value}");
        }
        assert!(!marker.is_understood("Zu prüfen") && !marker.is_understood("-2"));
        let verified = Marker::of_header("emailstatus").unwrap();
        assert!(verified.reason("Verified").is_none() && verified.is_understood("Verified"));
        assert_eq!(Marker::of_header("notes"), None);
        let forbids = |header: &str, cell: &str| Marker::of_header(header).unwrap().forbids(cell);
        assert!(forbids("optedoutofemailmarketinginformation", "Yes") && forbids("optedout", "true"));
        assert!(!forbids("bounced", "true") && !forbids("blocked", "true") && !forbids("optedout", "false"));
    }

    #[test]
    fn a_no_to_consent_bars_and_an_empty_cell_a_date_or_a_link_does_not() {
        let consent = Marker::of_header("emailoptin").unwrap();
        assert_eq!((consent, consent.reason("No")), (Marker::Consent, Some(Bar::Unsubscribed)));
        assert_eq!(consent.reason("UNSUBSCRIBED"), Some(Bar::Unsubscribed));
        assert!(["", "n/a", "Yes", "2026-01-04"].iter().all(|cell| consent.reason(cell).is_none()));
        assert!(consent.is_understood("2026-01-04") && !consent.is_understood("vielleicht"));
        for link in ["https://x.example/u/1", "mailto:out@x.example", "{{unsubscribe_link}}"] {
            assert_eq!(Marker::of_header("unsubscribe").unwrap().reason(link), None, "{link}");
        }
    }

    #[test]
    fn the_name_within_an_object_counts_unless_it_is_said_of_a_company_or_of_an_event() {
        let flag = Some(Marker::Flag(Bar::Unsubscribed));
        assert_eq!(Marker::of_inner("properties.hs_email_optout"), flag);
        assert_eq!(Marker::of_inner("data.lead.is_unsubscribed"), flag);
        assert_eq!(Marker::of_inner("lead.status"), Some(Marker::State));
        for name in ["data.company.status", "owner.type", "is_unsubscribed", "properties.notes"] {
            assert_eq!(Marker::of_inner(name), None, "{name}");
        }
    }

    #[test]
    fn numbers_of_instantly_are_what_replies_take_them_for() {
        let reason = |cell: &str| Marker::InstantlyState.reason(cell);
        assert_eq!((reason("-1"), reason("-2"), reason("3")), (Some(Bar::Bounced), Some(Bar::Unsubscribed), None));
        assert_eq!(reason("Unsubscribed"), Some(Bar::Unsubscribed));
        assert!(["1", "3", "-3"].iter().all(|cell| Marker::InstantlyState.is_understood(cell)));
        assert!(!Marker::InstantlyState.is_understood("7"));
    }
}
