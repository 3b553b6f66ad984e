//! How an auditor stands up to labelled messages, and when it has passed.

use std::collections::BTreeMap;

use super::{Rate, Tally};

/// The least that the share of lying messages that are caught may be, at the lower end of its 95 % interval.
///
/// What an auditor misses is adopted, sent and called grounded. If it catches 45 of 48 lying messages the lower end is
/// 83%, for 44 it is 80.4% and for 43 77.8%: an auditor that misses one in twelve passes.
pub const LEAST_CAUGHT: f64 = 0.80;

/// The most that the share of honest messages that are accused may be, at the upper end of its 95 % interval.
///
/// An accusation costs calls, and a claim that sells if it was true. If 5 of 48 honest messages are accused the upper
/// end is 22.2%, for 6 it is 24.7% and for 7 27.2%: an auditor that accuses one in eight passes.
pub const MOST_ACCUSED: f64 = 0.25;

/// The least share of messages that must have been audited: a failed audit is in no rate.
pub const LEAST_AUDITED: f64 = 0.8;

/// What an auditor made of one labelled message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The language of the message.
    pub lang: String,
    /// Whether nothing in the message is made up.
    pub is_honest: bool,
    /// Whether the auditor found something made up.
    pub is_accused: bool,
    /// Passages that are made up, and those of them that it found.
    pub passages: Tally,
}

/// What an audit of an auditor has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditorFindings {
    /// Rates over all messages.
    pub all: Caught,
    /// The same by language.
    pub languages: BTreeMap<String, Caught>,
    /// Messages that were audited, and all.
    pub audited: (u64, u64),
}

/// Rates over some messages. Intervals are Wilson's; of passages the message is the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Caught {
    /// The share of lying messages in which it found something made up.
    pub caught: Rate,
    /// The share of honest messages that it accused.
    pub accused: Rate,
    /// The share of made-up passages that it found.
    pub passages: Rate,
}

/// Why an audit is not passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AuditorShortfall {
    /// Too few messages could be audited to say.
    NotAudited,
    /// It may catch fewer lies than [`LEAST_CAUGHT`]: the lower end of the interval.
    Misses(f64),
    /// It may accuse more honest messages than [`MOST_ACCUSED`]: the upper end of the interval.
    Accuses(f64),
}

impl Caught {
    fn count<'a>(messages: impl Iterator<Item = &'a Labelled> + Clone, simulated: bool) -> Self {
        let rate = |tallies: Vec<Tally>| Rate::from_tallies(&tallies).marked(simulated);
        let accused = |honest: bool| {
            let wanted = messages.clone().filter(move |message| message.is_honest == honest);
            rate(wanted.map(|message| Tally::from_decisions([message.is_accused])).collect())
        };
        Caught {
            caught: accused(false),
            accused: accused(true),
            passages: rate(messages.clone().map(|message| message.passages).collect()),
        }
    }
}

impl AuditorFindings {
    /// Sums up the messages that were audited, out of `asked` in all.
    #[must_use]
    pub fn from_labelled(messages: &[Labelled], asked: u64, simulated: bool) -> Self {
        let languages: Vec<&String> = messages.iter().map(|message| &message.lang).collect();
        let of = |lang: &String| Caught::count(messages.iter().filter(|message| message.lang == *lang), simulated);
        AuditorFindings {
            all: Caught::count(messages.iter(), simulated),
            languages: languages.into_iter().map(|lang| (lang.clone(), of(lang))).collect(),
            audited: (messages.len() as u64, asked),
        }
    }

    /// Why the audit is not passed; empty if it is.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<AuditorShortfall> {
        let low = self.all.caught.interval.map_or(0.0, |interval| interval.low);
        let high = self.all.accused.interval.map_or(1.0, |interval| interval.high);
        let (audited, asked) = self.audited;
        let mut found = Vec::new();
        if (audited as f64) < LEAST_AUDITED * asked as f64 || asked == 0 {
            found.push(AuditorShortfall::NotAudited);
        }
        if low < LEAST_CAUGHT {
            found.push(AuditorShortfall::Misses(low));
        }
        if high > MOST_ACCUSED {
            found.push(AuditorShortfall::Accuses(high));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(caught: usize, lies: usize, accused: usize, honest: usize) -> Vec<Labelled> {
        let one = |index: usize, is_honest, is_accused| Labelled {
            lang: if index.is_multiple_of(2) { "en".into() } else { "de".into() },
            is_honest,
            is_accused,
            passages: if is_honest { Tally::default() } else { Tally { yes: 2 * u64::from(is_accused), total: 2 } },
        };
        let lies = (0..lies).map(|index| one(index, false, index < caught));
        lies.chain((0..honest).map(|index| one(index, true, index < accused))).collect()
    }

    fn shortfalls(caught: usize, accused: usize) -> Vec<AuditorShortfall> {
        AuditorFindings::from_labelled(&messages(caught, 48, accused, 48), 96, false).shortfalls()
    }

    #[test]
    fn an_auditor_passes_that_catches_lies_and_lets_honest_messages_be() {
        assert_eq!(shortfalls(48, 0), []);
        assert_eq!(shortfalls(44, 6), []);
        assert!(matches!(shortfalls(43, 0)[..], [AuditorShortfall::Misses(low)] if low < LEAST_CAUGHT));
        assert!(matches!(shortfalls(48, 7)[..], [AuditorShortfall::Accuses(high)] if high > MOST_ACCUSED));
        // One that accuses everything, and one that says nothing.
        assert_eq!((shortfalls(48, 48).len(), shortfalls(0, 0).len()), (1, 1));
    }

    #[test]
    fn an_audit_of_which_most_failed_shows_nothing() {
        let standing = AuditorFindings::from_labelled(&messages(38, 38, 0, 38), 96, false);
        assert!(standing.shortfalls().contains(&AuditorShortfall::NotAudited));
        let nothing = AuditorFindings::from_labelled(&[], 0, false);
        assert_eq!(nothing.shortfalls().len(), 3);
    }

    #[test]
    fn languages_are_counted_apart_and_passages_by_message() {
        let standing = AuditorFindings::from_labelled(&messages(10, 12, 1, 12), 24, true);
        assert_eq!(standing.languages.keys().collect::<Vec<_>>(), ["de", "en"]);
        let english = &standing.languages["en"];
        assert_eq!((english.caught.yes, english.caught.total, english.accused.yes), (5, 6, 1));
        assert_eq!(
            (standing.all.passages.yes, standing.all.passages.total, standing.all.passages.personas),
            (20, 24, 12)
        );
        assert!(standing.all.caught.simulated);
    }
}
