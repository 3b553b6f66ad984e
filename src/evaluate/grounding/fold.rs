//! Text as it is compared: anything that may differ between a text and a faithful quotation of it is folded away.
//!
//! Folded are white space, quotation marks, dashes, emphasis marks, invisible characters, case, digits of other
//! scripts, and the compatibility forms of Unicode (NFKD, Unicode Standard Annex 15).

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use super::numbers::{digit, is_invisible};

/// A text folded, and where each of its bytes comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded {
    text: String,
    /// For each byte of `text`: the characters of the original that it stands for, from and up to.
    from: Vec<(u32, u32)>,
}

/// Characters of the original: the first, and one past the last.
pub(super) type Span = (usize, usize);

impl Folded {
    /// Folds a text.
    pub(super) fn new(text: &str) -> Self {
        let mut folded = Folded { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
        fold(text, |letter, start, end| {
            folded.text.push(letter);
            folded.from.resize(folded.text.len(), (start, end));
        });
        folded
    }

    /// Whether a quotation stands in the text; see [`holds`].
    pub(super) fn holds(&self, quotation: &str) -> bool {
        holds(&self.text, quotation)
    }

    /// Whether a text that is folded already stands in this one.
    pub(super) fn contains(&self, folded_text: &str) -> bool {
        self.text.contains(folded_text)
    }

    /// Every place at which a piece of a quotation stands.
    pub(super) fn places(&self, quotation: &str) -> Vec<Span> {
        let mut found = Vec::new();
        for piece in pieces(quotation) {
            found.extend(places(&self.text, &piece).map(|at| self.span(at, at + piece.len())));
        }
        found
    }

    /// Where a quotation stands: at a place that is not used yet and cuts no word, if there is one. Dots of omission in
    /// the quotation stand for anything.
    pub(super) fn locate(&self, quotation: &str, used: &[Span]) -> Option<Span> {
        let mut span: Option<(usize, usize)> = None;
        for piece in pieces(quotation) {
            let from = span.map_or(0, |(_, end)| end);
            let found = match span {
                None => self.first(&piece, used),
                Some(_) => places(&self.text[from..], &piece).next().map(|at| (from + at, from + at + piece.len())),
            }?;
            span = Some((span.map_or(found.0, |(start, _)| start), found.1));
        }
        span.map(|(start, end)| self.span(start, end))
    }

    fn first(&self, piece: &str, used: &[Span]) -> Option<(usize, usize)> {
        let mut best = None;
        for at in places(&self.text, piece) {
            let found = (at, at + piece.len());
            let is_free = !used.contains(&self.span(found.0, found.1));
            let rank = (is_free, !self.cuts_a_word(found));
            if rank == (true, true) {
                return Some(found);
            }
            if best.is_none_or(|(_, better)| rank > better) {
                best = Some((found, rank));
            }
        }
        best.map(|(found, _)| found)
    }

    /// Whether a letter stands right before or behind, with nothing that was folded away between.
    fn cuts_a_word(&self, (start, end): (usize, usize)) -> bool {
        let cuts = |at: usize| {
            let before = self.text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let after = self.text[at..].chars().next().is_some_and(char::is_alphanumeric);
            before && after && self.from[at - 1].1 == self.from[at].0
        };
        cuts(start) || cuts(end)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        (self.from[start].0 as usize, self.from[end - 1].1 as usize)
    }
}

/// Folds a text in which no position has to be found again.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, |letter, _, _| folded.push(letter));
    folded
}

/// Whether a quotation stands in a text that is folded already. One without two letters or digits stands nowhere.
pub(super) fn holds(folded_text: &str, quotation: &str) -> bool {
    let pieces = pieces(quotation);
    let substance: usize = pieces.iter().map(|piece| piece.chars().filter(|c| c.is_alphanumeric()).count()).sum();
    let is_whole = |piece: &String| piece.chars().any(|letter| letter.is_ascii_digit() || is_unspaced(letter));
    if substance < 2 && !pieces.iter().any(is_whole) {
        return false;
    }
    let mut rest = folded_text;
    for piece in &pieces {
        let Some(at) = places(rest, piece).next() else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// Scripts in which one character can be a word.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

/// The parts of a quotation between dots of omission, folded, without punctuation at their ends.
fn pieces(quotation: &str) -> Vec<String> {
    let ends = |letter: char| {
        matches!(letter, '.' | ',' | ';' | ':' | '!' | '?' | '-' | ' ' | '\u{3002}' | '\u{3001}' | '\u{b7}')
    };
    let whole = quotation.replace('\u{2026}', "...");
    whole
        .split("...")
        .map(|piece| folded(piece).trim_matches(ends).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Where a piece stands in a folded text and cuts no number.
fn places<'a>(text: &'a str, piece: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(piece).map(|(at, _)| at).filter(|at| !cuts_a_number(text, *at, piece))
}

fn cuts_a_number(text: &str, at: usize, piece: &str) -> bool {
    let goes_on = |outside: &mut dyn Iterator<Item = char>| match outside.next() {
        Some(letter) if letter.is_ascii_digit() => true,
        Some('.' | ',') => outside.next().is_some_and(|letter| letter.is_ascii_digit()),
        _ => false,
    };
    (piece.starts_with(|letter: char| letter.is_ascii_digit()) && goes_on(&mut text[..at].chars().rev()))
        || (piece.ends_with(|letter: char| letter.is_ascii_digit()) && goes_on(&mut text[at + piece.len()..].chars()))
}

/// Emits the folded characters of a text, each with the characters of the original that it stands for.
fn fold(text: &str, mut emit: impl FnMut(char, u32, u32)) {
    let mut fold = Fold::default();
    let mut parts: Vec<(u8, char)> = Vec::new();
    for (at, letter) in text.chars().enumerate() {
        parts.clear();
        if letter.is_ascii() {
            parts.push((0, letter));
        } else if is_mark_of_quotation(letter) {
            parts.push((0, '"'));
        } else {
            decompose_compatible(letter, |part| parts.push((canonical_combining_class(part), part)));
        }
        let at = at as u32;
        if parts.first().is_none_or(|(class, _)| *class == 0) {
            fold.flush(&mut emit);
            fold.start = at;
        }
        fold.segment.extend_from_slice(&parts);
        fold.end = at + 1;
    }
    fold.flush(&mut emit);
}

/// A character with the marks that belong to it, until the next one begins.
#[derive(Default)]
struct Fold {
    segment: Vec<(u8, char)>,
    start: u32,
    end: u32,
    /// Whether the last character that was emitted is a digit, or a point right behind one.
    after_digit: bool,
    /// White space behind a digit, which is kept if another digit follows: two numbers are not one.
    gap: Option<(u32, u32)>,
}

impl Fold {
    fn flush(&mut self, emit: &mut impl FnMut(char, u32, u32)) {
        if self.segment.len() > 1 {
            // Marks in canonical order: those between two others of class 0 are sorted by class.
            for run in self.segment.chunk_by_mut(|a, b| a.0 != 0 && b.0 != 0) {
                run.sort_by_key(|(class, _)| *class);
            }
        }
        let segment = std::mem::take(&mut self.segment);
        for (_, letter) in &segment {
            self.emit(*letter, emit);
        }
        self.segment = segment;
        self.segment.clear();
    }

    fn emit(&mut self, letter: char, emit: &mut impl FnMut(char, u32, u32)) {
        if letter.is_whitespace() {
            if self.after_digit && self.gap.is_none() {
                self.gap = Some((self.start, self.end));
            }
            return;
        }
        if is_folded_away(letter) || is_mark_of_quotation(letter) {
            return;
        }
        let letter = digit(letter).and_then(|value| char::from_digit(value, 10)).unwrap_or(letter);
        if letter.is_ascii_digit()
            && let Some((start, end)) = self.gap
        {
            emit(' ', start, end);
        }
        // The stop that ends a sentence after a number is no decimal point of the number that begins the next line.
        let is_point = matches!(letter, '.' | ',') && self.after_digit && self.gap.is_none();
        self.gap = None;
        self.after_digit = letter.is_ascii_digit() || is_point;
        if letter.is_ascii() {
            emit(letter.to_ascii_lowercase(), self.start, self.end);
        } else if is_dash(letter) {
            emit('-', self.start, self.end);
        } else {
            // Full case folding, nearly: sharp s and final sigma meet what they are in capitals.
            for lower in letter.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
                emit(lower, self.start, self.end);
            }
        }
    }
}

fn is_mark_of_quotation(letter: char) -> bool {
    matches!(
        letter,
        '\u{ab}' | '\u{b4}' | '\u{bb}' | '\u{2bc}' | '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{2039}'
            | '\u{203a}' | '\u{300c}'..='\u{300f}' | '\u{301d}'..='\u{301f}' | '\u{ff02}' | '\u{ff07}' | '\u{ff40}'
            | '\u{ff62}' | '\u{ff63}'
    )
}

/// Marks of quotation and emphasis, and what nobody sees.
fn is_folded_away(letter: char) -> bool {
    is_invisible(letter) || matches!(letter, '"' | '\'' | '`' | '*' | '_' | '~')
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e3a}' | '\u{2e3b}' | '\u{30a0}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn found<'a>(text: &'a str, quotation: &str) -> Option<&'a str> {
        let (start, end) = Folded::new(text).locate(quotation, &[])?;
        let at = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(at, _)| at);
        Some(&text[at(start)..at(end)])
    }

    #[test]
    fn a_quotation_is_found_whatever_its_marks_and_spaces() {
        let text = "He said: “It’s  14\u{a0}% —\nno less”. Straße, ＡＢＣ, Hélène.";
        for (quotation, expected) in [
            ("\"It's 14% - no less\"", "It’s  14\u{a0}% —\nno less"),
            ("its 14 % – NO LESS.", "It’s  14\u{a0}% —\nno less"),
            ("STRASSE, abc", "Straße, ＡＢＣ"),
            ("He\u{301}le\u{300}ne", "Hélène"),
            ("He said … no less", "He said: “It’s  14\u{a0}% —\nno less"),
            ("**no** less", "no less"),
        ] {
            assert_eq!(found(text, quotation), Some(expected), "{quotation}");
        }
        assert_eq!(found(text, "Helene"), None);
        assert_eq!(found(text, "..."), None);
    }

    #[test]
    fn no_number_is_cut_and_two_numbers_are_not_one() {
        assert_eq!(found("15 weeks, then 5 weeks", "5 weeks"), Some("5 weeks"));
        assert_eq!(Folded::new("15 weeks, then 5 weeks").locate("5 weeks", &[]), Some((15, 22)));
        assert_eq!(found("1.8 weeks", "8 weeks"), None);
        assert_eq!(found("4,180 crowns", "4"), None);
        assert_eq!(found("In 2025 46 systems", "46 systems"), Some("46 systems"));
        assert_eq!(found("in 2025 46 systems", "202546 systems"), None);
        assert_eq!(found("Since 2019.\n23 translators", "23 translators"), Some("23 translators"));
        assert_eq!(found("Since 2019.\n23 translators", "2019.23 translators"), None);
    }

    #[test]
    fn a_quotation_that_stands_twice_is_found_twice_and_whole_words_go_first() {
        let text = "{{name}} and {{name}}";
        let folded = Folded::new(text);
        let first = folded.locate("{{name}}", &[]).unwrap();
        assert_eq!((first, folded.locate("{{name}}", &[first])), ((0, 8), Some((13, 21))));
        assert_eq!(found("halfway, half", "half"), Some("half"));
        assert_eq!(Folded::new("halfway, half").locate("half", &[]), Some((9, 13)));
        assert_eq!(Folded::new("halfway").locate("half", &[]), Some((0, 4)));
    }

    #[test]
    fn a_support_needs_substance() {
        let facts = folded("Price: £5 a crown. A lab.\n費用は無料");
        for (support, expected) in [
            ("£5", true),
            ("A", false),
            ("...", false),
            ("", false),
            ("無", true),
            ("price … a lab", true),
            ("a lab … price", false),
        ] {
            assert_eq!(holds(&facts, support), expected, "{support}");
        }
    }

    proptest! {
        /// The law of folding: a quotation that differs only in what is folded is found.
        #[test]
        fn a_quotation_that_differs_only_in_folded_things_is_found(
            before in "\\PC{0,20}",
            quoted in "[\\pL\\pM\\pN .,'\"«»„“”‘’–—\\-]{1,40}",
            after in "\\PC{0,20}",
            upper: bool,
            composed: bool,
            turn in 0_usize..4,
        ) {
            prop_assume!(!pieces(&quoted).is_empty() && !quoted.contains("...") && pieces(&quoted).len() == 1);
            // The iota subscript is a mark in small letters and a letter in capitals: the one thing that is left
            // unfolded.
            prop_assume!(!quoted.nfkd().any(|letter| letter == '\u{345}'));
            // A combining mark at the edge belongs to the letter before it.
            let text = format!("{before} | {quoted} | {after}");
            let cased = if upper { quoted.to_uppercase() } else { quoted.to_lowercase() };
            let formed: String = if composed { cased.nfc().collect() } else { cased.nfkd().collect() };
            let marks = [['"', '\u{201c}'], ['\u{ab}', '\''], ['\u{201e}', '\u{2019}'], ['\u{300c}', '`']][turn];
            let quotation: String = formed
                .chars()
                .map(|letter| match letter {
                    ' ' => if turn == 0 { "\u{a0}\n".to_owned() } else { "  ".to_owned() },
                    '-' => "\u{2013}".to_owned(),
                    '\u{201c}' | '"' => marks[0].to_string(),
                    '\'' => marks[1].to_string(),
                    other => other.to_string(),
                })
                .collect();
            let folded = Folded::new(&text);
            let span = folded.locate(&quotation, &[]);
            prop_assert!(span.is_some(), "{quotation:?} in {text:?}");
            let (start, end) = span.unwrap();
            prop_assert!(start < end && end <= text.chars().count());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}", quotation in "\\PC{0,20}") {
            let folded = Folded::new(&text);
            if let Some((start, end)) = folded.locate(&quotation, &[]) {
                prop_assert!(start < end && end <= text.chars().count());
            }
            let _ = holds(&super::folded(&text), &quotation);
        }
    }
}
