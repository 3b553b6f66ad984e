//! What a reasoning concedes before it comes to its point.

use std::borrow::Cow;

/// How a clause opens that concedes.
const OPENINGS: &[&str] = &[
    "although",
    "though",
    "even though",
    "while",
    "granted",
    "admittedly",
    "true",
    "despite",
    "of course",
    "to be fair",
    "it is true",
    "i like that",
    "i do like",
];

/// Words that begin a clause of their own without a comma before them.
const TURNS: &[&str] = &[" but ", " however ", " yet "];

/// Puts into `kept` a reasoning without what it concedes: in "While it is brief, it has no figures" brevity is no
/// objection. A clause is conceded if it opens so; it ends at the next comma, semicolon, dash, full stop or "but".
pub(super) fn leave_out(reasoning: &str, kept: &mut String) {
    kept.clear();
    let mut text = Cow::Borrowed(reasoning);
    for turn in TURNS {
        if text.contains(turn) {
            text = Cow::Owned(text.replace(turn, "; "));
        }
    }
    let mut rest = text.as_ref();
    let mut conceding = false;
    while !rest.is_empty() {
        let (clause, after) = rest.split_at(clause_length(rest));
        rest = after;
        let opening = clause.trim_start();
        let concedes = concedes(opening);
        if !concedes && !conceding {
            kept.push_str(clause);
            kept.push(' ');
        }
        // "Granted, it is brief, but ...": the word alone concedes what follows it.
        conceding = concedes && opening.split_whitespace().count() <= 2;
    }
}

/// Bytes that end a clause, or may be the first of a dash.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let bytes = b",;.:!?\xe2";
    let mut place = 0;
    while place < bytes.len() {
        ends[bytes[place] as usize] = true;
        place += 1;
    }
    ends
};

/// The bytes of the first clause, with what ends it. By a table of bytes: a run may have a hundred megabytes of reasoning.
fn clause_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| ENDS[usize::from(*byte)]) {
        at += found;
        match bytes[at..] {
            [0xe2, 0x80, 0x93 | 0x94, ..] => return at + 3,
            [0xe2, ..] => at += 1,
            _ => return at + 1,
        }
    }
    bytes.len()
}

/// Whether a clause opens as one that concedes, in whatever case, and does not go on as another word.
fn concedes(clause: &str) -> bool {
    let bytes = clause.as_bytes();
    let Some(first) = bytes.first().map(u8::to_ascii_lowercase) else { return false };
    OPENINGS.iter().filter(|words| words.as_bytes()[0] == first).any(|words| {
        let begins = bytes.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words.as_bytes()));
        begins && !clause[words.len()..].starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn left(reasoning: &str) -> String {
        let mut kept = "of the text before".to_owned();
        leave_out(reasoning, &mut kept);
        kept
    }

    #[test]
    fn every_opening_is_looked_for() {
        assert!(OPENINGS.iter().all(|words| concedes(words) && concedes(&words.to_uppercase())));
    }

    #[test]
    fn a_conceded_clause_is_left_out_and_one_that_only_begins_alike_is_kept() {
        assert_eq!(left("While it is brief, it has no figures."), " it has no figures. ");
        assert_eq!(left("GRANTED, it is brief; no figures"), " no figures ");
        assert_eq!(left("I see it is short but I see hype."), "I see it is short;  I see hype. ");
        assert_eq!(left("Whiletrue, trueé."), "Whiletrue,  trueé. ");
    }

    /// The same in so many words, with a copy of every clause in lower case.
    fn plainly(reasoning: &str) -> String {
        let text = reasoning.replace(" but ", "; ").replace(" however ", "; ").replace(" yet ", "; ");
        let (mut kept, mut conceding) = (String::new(), false);
        for clause in text.split_inclusive([',', ';', '.', ':', '!', '?', '\u{2013}', '\u{2014}']) {
            let opening = clause.trim_start().to_lowercase();
            let concedes = OPENINGS
                .iter()
                .any(|word| opening.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
            if !concedes && !conceding {
                kept.push_str(clause);
                kept.push(' ');
            }
            conceding = concedes && opening.split_whitespace().count() <= 2;
        }
        kept
    }

    proptest! {
        #[test]
        fn clauses_are_left_out_without_regard_to_case(
            text in "(but|however|yet| |While|TRUE|even though|to be fair|i like that|,|;|\\.|–|—|é|short|Granted){0,24}"
        ) {
            prop_assert_eq!(left(&text), plainly(&text));
        }
    }
}
