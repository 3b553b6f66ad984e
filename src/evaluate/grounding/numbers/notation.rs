//! What digits in groups may mean.

use super::{Exact, MOST_DIGITS, digit};

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Comma,
    Dot,
    /// A space that may break a line: the groups may be two numbers.
    Space,
    /// An apostrophe, a thin or no-break space: nothing but a separator of thousands.
    Thousands,
    /// The Arabic decimal separator.
    Decimal,
}

impl Separator {
    fn between(letter: char) -> Option<Self> {
        Some(match letter {
            ',' | '\u{ff0c}' => Separator::Comma,
            '.' | '\u{ff0e}' => Separator::Dot,
            ' ' => Separator::Space,
            '\'' | '\u{2019}' | '\u{a0}' | '\u{2007}' | '\u{2008}' | '\u{2009}' | '\u{202f}' | '\u{66c}' => Separator::Thousands,
            '\u{66b}' => Separator::Decimal,
            _ => return None,
        })
    }
}

/// Digits as they stand: groups, and what is between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Notation {
    /// For each group: the index of its first letter, and its digits.
    pub groups: Vec<(usize, String)>,
    pub separators: Vec<Separator>,
    /// One past the index of the last letter.
    pub end: usize,
}

impl Notation {
    /// Reads digits and what joins them from `at` on, where a digit stands.
    pub(super) fn read(letters: &[(usize, char)], at: usize) -> Self {
        let group = |from: usize| -> String {
            letters[from..].iter().map_while(|(_, letter)| digit(*letter)).filter_map(|value| char::from_digit(value, 10)).collect()
        };
        let first = group(at);
        let mut notation = Notation { end: at + first.len(), groups: vec![(at, first)], separators: Vec::new() };
        while let Some(separator) = letters.get(notation.end).and_then(|(_, letter)| Separator::between(*letter)) {
            let next = group(notation.end + 1);
            if next.is_empty() || !notation.may_continue(separator, &next) {
                break;
            }
            notation.groups.push((notation.end + 1, next));
            notation.separators.push(separator);
            notation.end = notation.groups.last().map_or(notation.end, |(start, digits)| start + digits.len());
        }
        notation
    }

    fn may_continue(&self, separator: Separator, next: &str) -> bool {
        let joins = |kind: Separator| matches!(kind, Separator::Space | Separator::Thousands);
        if !joins(separator) {
            return true;
        }
        self.separators.iter().all(|earlier| joins(*earlier)) && next.len() == 3 && self.groups[0].1.len() <= 3
    }

    /// How many digits there are in all.
    pub(super) fn digits(&self) -> usize {
        self.groups.iter().map(|(_, digits)| digits.len()).sum()
    }

    /// What the whole may mean: values with what the last digit counts. Empty where the groups are numbers of their own.
    pub(super) fn readings(&self) -> Vec<(Exact, Exact)> {
        if self.digits() > MOST_DIGITS {
            return Vec::new();
        }
        let groups: Vec<&str> = self.groups.iter().map(|(_, digits)| digits.as_str()).collect();
        let [rest @ .., last] = self.separators.as_slice() else { return vec![decimal(&groups, &[])] };
        let count = groups.len();
        let mut readings = Vec::new();
        let grouped = |groups: &[&str], separators: &[Separator]| {
            separators.windows(2).all(|pair| pair[0] == pair[1])
                && separators.iter().all(|kind| *kind != Separator::Decimal)
                && are_thousands(groups)
        };
        if grouped(&groups, &self.separators) {
            readings.push(decimal(&groups, &[]));
        }
        let marks_decimals = matches!(last, Separator::Comma | Separator::Dot | Separator::Decimal) && !rest.contains(last);
        if marks_decimals && (count == 2 || grouped(&groups[..count - 1], rest)) {
            readings.push(decimal(&groups[..count - 1], &groups[count - 1..]));
        }
        readings
    }

    /// Whether the groups may as well be two numbers: `12 300`, `9.30`.
    pub(super) fn may_be_apart(&self) -> bool {
        match self.separators.as_slice() {
            [Separator::Comma | Separator::Dot] => self.groups[0].1.len() <= 2 && self.groups[1].1.len() == 2,
            separators => separators.contains(&Separator::Space),
        }
    }
}

/// Groups of three behind a first that is shorter or as long; or as in India, of two with three at the end.
fn are_thousands(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else { return groups.len() == 1 };
    let threes = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let twos = !middle.is_empty() && first.len() <= 2 && middle.iter().all(|group| group.len() == 2);
    *first != "0" && last.len() == 3 && (threes || twos)
}

/// The value of digits before and behind the decimal separator, and what the last digit counts.
fn decimal(whole: &[&str], fraction: &[&str]) -> (Exact, Exact) {
    let (whole, fraction) = (whole.concat(), fraction.concat());
    let digits = format!("{whole}{fraction}");
    // No more than MOST_DIGITS digits.
    let number: i128 = digits.parse().unwrap_or(0);
    let places = power(fraction.len() as u32);
    let zeros = if fraction.is_empty() && number != 0 { digits.len() - digits.trim_end_matches('0').len() } else { 0 };
    (Exact::new(number, places), Exact::new(power(zeros as u32), places))
}

/// A power of ten.
pub(super) fn power(of_ten: u32) -> i128 {
    10_i128.pow(of_ten)
}
