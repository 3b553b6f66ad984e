//! What a reasoning concedes before it comes to its point.

use std::borrow::Cow;

use memchr::{memchr_iter, memchr3};

/// How clauses open that concede, by their first letter in lower case.
fn openings(first: u8) -> &'static [&'static str] {
    match first {
        b'a' => &["admittedly", "although"],
        b'd' => &["despite"],
        b'e' => &["even though"],
        b'g' => &["granted"],
        b'i' => &["i do like", "i like that", "it is true"],
        b'o' => &["of course"],
        b't' => &["though", "to be fair", "true"],
        b'w' => &["while"],
        _ => &[],
    }
}

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
    let mut ends = Ends::of(&text);
    let (mut from, mut conceding) = (0, false);
    while from < text.len() {
        let to = ends.after(from);
        let clause = &text[from..to];
        from = to;
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

/// Finds the first end of a kind and gives the place after it.
type Finder = fn(&[u8]) -> Option<usize>;

/// The ends of the clauses of a text. Each kind is looked for on its own, since three bytes are found as fast as one: a
/// run may have a hundred megabytes of reasoning.
struct Ends<'t> {
    bytes: &'t [u8],
    /// Where the next of each kind is, with the end of the text after the last.
    next: [Option<usize>; 3],
}

impl<'t> Ends<'t> {
    fn of(text: &'t str) -> Self {
        Ends { bytes: text.as_bytes(), next: [None; 3] }
    }

    /// The end of the clause that begins at `from`.
    fn after(&mut self, from: usize) -> usize {
        let finders: [Finder; 3] = [
            |rest| memchr3(b',', b'.', b';', rest).map(|at| at + 1),
            |rest| memchr3(b':', b'!', b'?', rest).map(|at| at + 1),
            |rest| {
                memchr_iter(0xe2, rest).find(|at| matches!(rest[*at..], [_, 0x80, 0x93 | 0x94, ..])).map(|at| at + 3)
            },
        ];
        let mut nearest = self.bytes.len();
        for (next, find) in self.next.iter_mut().zip(finders) {
            let end = match *next {
                Some(end) if end > from => end,
                _ => find(&self.bytes[from..]).map_or(self.bytes.len(), |end| from + end),
            };
            *next = Some(end);
            nearest = nearest.min(end);
        }
        nearest
    }
}

/// Whether a clause opens as one that concedes, in whatever case, and does not go on as another word.
fn concedes(clause: &str) -> bool {
    let bytes = clause.as_bytes();
    let Some(first) = bytes.first().map(u8::to_ascii_lowercase) else { return false };
    openings(first).iter().any(|words| {
        let begins = bytes.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words.as_bytes()));
        begins && !clause[words.len()..].starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_openings() -> impl Iterator<Item = &'static str> {
        (b'a'..=b'z').flat_map(openings).copied()
    }

    fn left(reasoning: &str) -> String {
        let mut kept = "of the text before".to_owned();
        leave_out(reasoning, &mut kept);
        kept
    }

    #[test]
    fn every_opening_is_looked_for() {
        assert!(all_openings().all(|words| concedes(words) && concedes(&words.to_uppercase())));
        assert_eq!(all_openings().count(), 13);
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
            let concedes = all_openings()
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
