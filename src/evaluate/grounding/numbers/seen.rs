//! The digits of a text as a reader sees them.
//!
//! Left out is what nobody sees (soft hyphens, joiners, variation selectors). The digits of mathematical alphabets,
//! digits in circles that stand together, the parts of a fraction, and powers of ten become plain digits.

use unicode_normalization::char::decompose_compatible;

use super::{Number, digit};

/// The largest power of ten in superscript that is read.
const MOST_POWER: usize = 12;

/// A text with plain digits, and where each of its bytes comes from.
pub(super) struct Seen {
    pub text: String,
    /// For each byte, the bytes of the original that it stands for.
    from: Vec<(usize, usize)>,
}

/// Whether nobody sees a character.
pub(in crate::evaluate::grounding) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

impl Seen {
    /// `None` where the text is as it is seen.
    pub(super) fn new(text: &str) -> Option<Self> {
        let is_plain = |letter: char| letter.is_ascii() || !(is_invisible(letter) || is_dressed(letter));
        if text.chars().all(is_plain) {
            return None;
        }
        let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, letter)| !is_invisible(*letter)).collect();
        let mut seen = Seen { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
        let mut at = 0;
        while let Some(&(byte, letter)) = letters.get(at) {
            let run = letters[at..].iter().take_while(|(_, letter)| raised(*letter).is_some()).count();
            if run > 0 {
                seen.add_raised(&letters, at, run);
                at += run;
                continue;
            }
            let range = (byte, byte + letter.len_utf8());
            match bold(letter).or_else(|| circled(letter).filter(|_| is_beside_a_digit(&letters, at))) {
                Some(digits) => seen.push(&digits, range),
                None => seen.push(letter.encode_utf8(&mut [0; 4]), range),
            }
            at += 1;
        }
        Some(seen)
    }

    /// Raised digits from `at` on: parts of a fraction, a power of ten, or else no number (a footnote, a unit).
    fn add_raised(&mut self, letters: &[(usize, char)], at: usize, run: usize) {
        let digits: String = letters[at..at + run].iter().filter_map(|(_, letter)| raised(*letter)).collect();
        let letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).map(|(_, letter)| *letter);
        let is_fraction = letter(at.checked_sub(1)) == Some('\u{2044}') || letter(Some(at + run)) == Some('\u{2044}');
        let is_ten = self.text.ends_with("10") && !self.text[..self.text.len() - 2].ends_with(|c| digit(c).is_some());
        let power = digits.parse().unwrap_or(0);
        let (start, last) = (letters[at].0, letters[at + run - 1]);
        let whole = (start, last.0 + last.1.len_utf8());
        if is_fraction {
            self.push(&digits, whole);
        } else if is_ten && (3..=MOST_POWER).contains(&power) {
            self.push(&"0".repeat(power - 1), whole);
        } else {
            for (byte, letter) in &letters[at..at + run] {
                self.push(letter.encode_utf8(&mut [0; 4]), (*byte, byte + letter.len_utf8()));
            }
        }
    }

    fn push(&mut self, text: &str, range: (usize, usize)) {
        self.text.push_str(text);
        self.from.resize(self.text.len(), range);
    }

    /// Where a byte of the original is.
    pub(super) fn position(&self, byte: usize) -> usize {
        self.from.partition_point(|(_, end)| *end <= byte)
    }

    /// A number of this text as one of the original.
    pub(super) fn restore(&self, mut number: Number) -> Number {
        number.start = self.from[number.start].0;
        number.end = self.from[number.end - 1].1;
        number.parts = number.parts.into_iter().map(|part| self.restore(part)).collect();
        number
    }
}

fn is_dressed(letter: char) -> bool {
    bold(letter).is_some() || raised(letter).is_some() || circled(letter).is_some()
}

/// A digit of a mathematical alphabet, bold or of double strokes, or of segments.
fn bold(letter: char) -> Option<String> {
    let value = match letter {
        '\u{1d7ce}'..='\u{1d7ff}' => (letter as u32 - 0x1d7ce) % 10,
        '\u{1fbf0}'..='\u{1fbf9}' => letter as u32 - 0x1fbf0,
        _ => return None,
    };
    Some(value.to_string())
}

/// A digit in superscript or subscript.
fn raised(letter: char) -> Option<char> {
    let value = match letter {
        '\u{b9}' => 1,
        '\u{b2}' | '\u{b3}' => letter as u32 - 0xb0,
        '\u{2070}' | '\u{2074}'..='\u{2079}' => letter as u32 - 0x2070,
        '\u{2080}'..='\u{2089}' => letter as u32 - 0x2080,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// A number in a circle. One alone counts the items of a list.
fn circled(letter: char) -> Option<String> {
    if !matches!(letter, '\u{2460}'..='\u{2473}' | '\u{24ea}' | '\u{3251}'..='\u{325f}' | '\u{32b1}'..='\u{32bf}') {
        return None;
    }
    let mut digits = String::new();
    decompose_compatible(letter, |part| digits.push(part));
    Some(digits)
}

fn is_beside_a_digit(letters: &[(usize, char)], at: usize) -> bool {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(|(_, letter)| digit(*letter).is_some() || *letter == '%' || circled(*letter).is_some())
    };
    is_digit(at.checked_sub(1)) || is_digit(Some(at + 1))
}
