//! Texts as the audit reads them: plain ASCII, one byte for one character of the original.
//!
//! Every offset into a folded text is a character offset into the text that it was made of, and patterns need no Unicode
//! tables, no variants of quotation marks and no flags for case.

/// Pounds, in a folded text. The dollar stands for itself.
pub(super) const POUND: u8 = 2;
/// Euros, in a folded text.
pub(super) const EURO: u8 = 3;

/// A text in ASCII, with the case of its letters and without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// With the letters' case.
    pub cased: String,
    /// In lower case.
    pub low: String,
}

impl Folded {
    /// Folds a text.
    pub(super) fn of(text: &str) -> Self {
        let cased: String = text.chars().map(fold).collect();
        let low = cased.to_ascii_lowercase();
        Folded { cased, low }
    }

    /// The bytes in lower case.
    pub(super) fn bytes(&self) -> &[u8] {
        self.low.as_bytes()
    }

    /// The sentences: a full stop, a question or exclamation mark, or the end of a line ends one.
    pub(super) fn sentences(&self) -> Vec<Sentence> {
        sentences(&self.low)
    }
}

/// Where a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its first character.
    pub start: usize,
    /// One past its last, its end mark included.
    pub end: usize,
    /// The number of its paragraph: a blank line begins another.
    pub paragraph: usize,
}

fn fold(letter: char) -> char {
    match letter {
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' => '~',
        ' '..='~' | '\n' | '\t' | '\r' => letter,
        '‘' | '’' | 'ʼ' | '′' | '‛' => '\'',
        '“' | '”' | '„' | '«' | '»' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '−' => '-',
        // Longer than a hyphen: it parts clauses, and hyphens part words.
        '—' | '―' => ';',
        '•' | '·' | '‣' | '▪' | '●' => '*',
        '×' => 'x',
        '…' => '.',
        '£' => char::from(POUND),
        '€' => char::from(EURO),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'A',
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'Ç' | 'Ć' | 'Č' => 'C',
        'ç' | 'ć' | 'č' => 'c',
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => 'E',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'Ì'..='Ï' | 'İ' => 'I',
        'ì'..='ï' | 'ı' => 'i',
        'Ñ' | 'Ń' | 'Ň' => 'N',
        'ñ' | 'ń' | 'ň' => 'n',
        'Ò'..='Ö' | 'Ø' | 'Ő' => 'O',
        'ò'..='ö' | 'ø' | 'ő' => 'o',
        'Ù'..='Ü' | 'Ű' | 'Ů' => 'U',
        'ù'..='ü' | 'ű' | 'ů' => 'u',
        'Ý' => 'Y',
        'ý' | 'ÿ' => 'y',
        'Š' | 'Ś' | 'Ş' => 'S',
        'š' | 'ś' | 'ş' | 'ß' => 's',
        'Ž' | 'Ź' | 'Ż' => 'Z',
        'ž' | 'ź' | 'ż' => 'z',
        'Ł' => 'L',
        'ł' => 'l',
        'ğ' => 'g',
        'ř' => 'r',
        _ if letter.is_uppercase() => 'X',
        _ if letter.is_alphabetic() => 'x',
        _ => '~',
    }
}

/// Words that end in a full stop without ending a sentence.
const SHORT: [&str; 18] = [
    "e.g", "i.e", "p.s", "vs", "mr", "mrs", "ms", "dr", "inc", "ltd", "co", "no", "approx", "st", "etc", "a.m", "p.m",
    "u.s",
];

pub(super) fn sentences(low: &str) -> Vec<Sentence> {
    let bytes = low.as_bytes();
    let (mut found, mut start, mut paragraph, mut blank) = (Vec::new(), 0, 0, true);
    let push = |from: usize, to: usize, paragraph: usize, found: &mut Vec<Sentence>| {
        let inside = &bytes[from..to];
        let skip = inside.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let tail = inside.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        if inside.iter().any(u8::is_ascii_alphanumeric) {
            found.push(Sentence { start: from + skip, end: to - tail.min(to - from - skip), paragraph });
        }
    };
    for at in 0..bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
        match bytes[at] {
            b'\n' => {
                if start < at {
                    push(start, at, paragraph, &mut found);
                }
                start = at + 1;
                if blank {
                    paragraph += 1;
                }
                blank = true;
                continue;
            }
            b'.' if is_short(&low[start..at], next) => {}
            b'.' | b'!' | b'?' if next.is_ascii_whitespace() || matches!(next, b'"' | b')' | b'\'' | b'~') => {
                let end = if matches!(next, b'"' | b')' | b'\'') { at + 2 } else { at + 1 };
                push(start, end.min(bytes.len()), paragraph, &mut found);
                start = end.min(bytes.len());
            }
            _ => {}
        }
        blank = blank && bytes[at].is_ascii_whitespace();
    }
    if start < bytes.len() {
        push(start, bytes.len(), paragraph, &mut found);
    }
    found
}

fn is_short(before: &str, next: u8) -> bool {
    let word = before.rsplit(|c: char| c.is_ascii_whitespace() || matches!(c, '(' | '"' | '*')).next().unwrap_or("");
    next == b' ' && (SHORT.contains(&word) || (word.len() == 1 && word != "i"))
}

/// The part of a text from one character to another.
pub(super) fn quote(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end.saturating_sub(start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_at_marks_and_lines_and_not_at_abbreviations() {
        let folded = Folded::of("Hi Zoë,\n\nIt’s fast, e.g. at night. Does it help? “Yes.” Ask Dr. Ng…\nP.S. Bye");
        let texts: Vec<&str> = folded.sentences().iter().map(|s| &folded.cased[s.start..s.end]).collect();
        assert_eq!(
            texts,
            ["Hi Zoe,", "It's fast, e.g. at night.", "Does it help?", "\"Yes.\"", "Ask Dr. Ng.", "P.S. Bye"]
        );
        assert_eq!(folded.sentences()[0].paragraph + 1, folded.sentences()[1].paragraph);
    }

    proptest! {
        #[test]
        fn a_folded_text_has_a_byte_for_every_character(text in "\\PC{0,60}|[\\x00-\\x7f ’“—éß€£Ж漢🚀]{0,60}") {
            let folded = Folded::of(&text);
            prop_assert!(folded.low.is_ascii());
            prop_assert_eq!(folded.low.len(), text.chars().count());
            for sentence in folded.sentences() {
                prop_assert!(sentence.start < sentence.end && sentence.end <= folded.low.len());
            }
        }
    }
}
