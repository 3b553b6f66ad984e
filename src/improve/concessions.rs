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
    let mut conceding = false;
    for clause in text.split_inclusive([',', ';', '.', ':', '!', '?', '\u{2013}', '\u{2014}']) {
        let opening = clause.trim_start();
        let concedes = OPENINGS.iter().any(|words| opens(opening, words));
        if !concedes && !conceding {
            kept.push_str(clause);
            kept.push(' ');
        }
        // "Granted, it is brief, but ...": the word alone concedes what follows it.
        conceding = concedes && opening.split_whitespace().count() <= 2;
    }
}

/// Whether a clause begins with these words, in whatever case, and does not go on as another word.
fn opens(clause: &str, words: &str) -> bool {
    let begins = clause.as_bytes().get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words.as_bytes()));
    begins && !clause[words.len()..].starts_with(char::is_alphanumeric)
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
