//! Strangers: names in what is asserted that neither the facts nor the persona know.
//!
//! Where and how a lie is told can be anything; that it names somebody is what most lies have in common. A message that keeps
//! to what is known has no name that nobody gave it, except its sender's.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::names::{ANY, is_common, is_sure_name, is_title, trimmed};
use super::reading::{Found, Reading, Spoken};
use super::words::{DID, is_stop, pattern, tokens};

/// Names that nothing knows.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let senders = senders(reading);
    for sentence in reading.sentences.iter().filter(|sentence| is_asserted(sentence)) {
        let cased = reading.cased(sentence);
        if is_title(cased) && !cased.ends_with('.') && !is_list(cased) {
            continue;
        }
        for name in ANY.find_iter(cased.as_bytes()) {
            let (mut at, end) = (name.start(), name.end());
            let begins = begins(&cased[..at]);
            let mut text = &cased[at..end];
            // `At Hanssen & Lie`: the first word has its capital from the sentence.
            if let Some((first, rest)) = text.split_once(' ')
                && begins
                && is_stop(&first.to_ascii_lowercase())
            {
                at += first.len() + 1;
                text = rest;
            } else if let Some((_, rest)) = text.split_once(' ')
                && begins
                && (reading.facts.source.knows(rest) || reading.persona.knows(rest) || is_common(rest))
            {
                continue;
            } else if begins && !is_sure_name(text) && !is_listed(&cased[end..]) {
                continue;
            }
            let text = trimmed(text);
            let known = |word: &str| {
                reading.facts.source.knows(word)
                    || reading.persona.knows(word)
                    || senders.contains(word)
                    || is_code(word)
            };
            // `Estimada Marta`: the greeting, whatever its words.
            let greets = sentence.start == reading.sentences[0].start
                && begins
                && text.split(' ').any(|word| reading.persona.knows(word));
            let is_known =
                greets || is_common(text) || text.split([' ', '-', '/']).all(|word| known(word) || is_common(word));
            let start = sentence.start + at;
            if text.len() < 3 || is_known || reading.is_denied(sentence, start) || is_aside(cased, at, end) {
                continue;
            }
            let kind = if tells(&cased[end..]) { Kind::Customer } else { Kind::Other };
            found.push(Found { start, end: start + text.len(), kind, support: None });
        }
    }
}

fn is_asserted(sentence: &Spoken) -> bool {
    !(sentence.is_frame
        || sentence.is_question
        || sentence.is_imagined
        || sentence.is_scenario
        || sentence.is_offer
        || sentence.is_subject)
}

/// Whether nothing but marks stands before.
fn begins(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with([':', '"', '*', '-', '(', ';', '>', '.', '!', '?', '~', ')', '#'])
}

/// `Toyota, Nestle and`: names in a row.
fn is_listed(after: &str) -> bool {
    static ROW: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:, [A-Z][\w'&.-]+)*(?:,? and|,) (?:the )?(?:[a-z]+ of )?[A-Z][a-z]"));
    ROW.is_match(after.as_bytes())
}

/// `References: Scandic, Elite`: a label that promises names.
fn is_list(cased: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:\w+ )?(?:[Rr]eferences?|[Cc]ustomers?|[Cc]lients?|[Uu]sers?|[Pp]artners?|[Ii]ntegrations?|[Cc]onnect\w+|[Ww]orks with|[Cc]ertifi\w+|[Ll]abels?|[Ss]tandards?|[Aa]wards?|[Ss]ecurity|[Cc]ompliance|[Ii]nterfaces?|[Bb]ackers?|[Ii]nvestors?|[Pp]ress|[Uu]sed by|[Tt]rusted by|[Ww]ho uses [^:?]{1,20})\W*[:?] ",
        )
    });
    LABEL.is_match(cased.as_bytes())
}

/// Short forms in capitals name things of a trade more often than anybody.
fn is_code(word: &str) -> bool {
    word.len() < 6 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '&')
}

/// Names of senders: in the frame, and where one gives it.
fn senders(reading: &Reading<'_>) -> HashSet<String> {
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:[Mm]y name is|[Mm]y name's|I'm|I am|[Tt]his is|[Hh]ere is|I\) ?|[Yy]ours,|- ?) ?((?:[A-Z][\w'.-]+ ?){1,3})|((?:[A-Z][\w'.-]+ ?){1,3}),? (?:here|from our|from my|on our|on my|at our|speaking)\b|\n *-* *((?:[A-Z][\w'.-]+ ?){1,3})[^\n]{0,60}\s*$",
        )
    });
    // `Sam from Lumen Rota`
    static OF_US: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b((?:[A-Z][\w'.-]+ ?){1,2}) (?:from|at|of|with) ([A-Z][\w'.-]+)"));
    let cased = &reading.message.cased;
    let mut words = HashSet::new();
    let mut add = |text: &str| {
        words.extend(tokens(text).map(|(_, word)| word.to_owned()));
    };
    for given in OF_US.captures_iter(cased.as_bytes()) {
        if let (Some(name), Some(company)) = (given.get(1), given.get(2))
            && reading.facts.source.knows(&cased[company.start()..company.end()])
        {
            add(&cased[name.start()..name.end()]);
        }
    }
    for sentence in reading.sentences.iter().filter(|sentence| sentence.is_frame) {
        add(reading.cased(sentence));
    }
    for given in GIVEN.captures_iter(cased.as_bytes()) {
        let name = given.iter().skip(1).flatten().next();
        if let Some(name) = name {
            add(&cased[name.start()..name.end()]);
        }
    }
    words
}

/// Labels, links, saws: names that claim nothing.
fn is_aside(cased: &str, at: usize, end: usize) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[\w' ]{0,20}(?::|\*\*)"));
    static SAW: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:'s)? (?:[Ll]aw|principle|effect|paradox|rule|razor|English)\b|^(?:\.(?:com|io|net|org|ai|dev|eu)|@)",
        )
    });
    static MEETING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:i|I|we|We)(?:'m| am|'re| are)? (?:\w+ )?(?:based|live|sit|write|writing) [^.;!?]{0,20}$")
    });
    (begins(&cased[..at]) && LABEL.is_match(&cased.as_bytes()[end..]))
        || SAW.is_match(&cased.as_bytes()[end..])
        || MEETING.is_match(&cased.as_bytes()[..at])
}

/// Whether somebody of that name is said to have done something.
fn tells(after: &str) -> bool {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"^[^.;!?]{{0,60}}?\b(?:{DID}|uses?|runs?|relies|trusts?|prepared|tested|bought|is on board|are on board|match(?:es)?|signed)\b"
        ))
    });
    DOES.is_match(after.as_bytes())
}
