//! Numbers as people write them, whatever the locale, read exactly.
//!
//! `1.200` is twelve hundred in one country and one and a fifth in another: such a number has both readings, and two
//! numbers may be the same if one reading of each is; a proof asks for more. Currencies and percent signs are kept apart
//! where both numbers have one.

mod notation;
mod scan;
mod seen;
mod spoken;
mod units;

pub(super) use scan::{numbers, numbers_of_sum, numbers_outside};
pub(super) use seen::is_invisible;
pub(super) use spoken::{Tongues, spoken_numbers, spoken_ordinals};
pub(super) use units::{is_named_in, names_percent};

use units::Currency;

use num_rational::Ratio;
use num_traits::{CheckedSub, Signed};

/// An exact value. Numbers of more than [`MOST_DIGITS`] digits are not read, so that products of several fit.
pub(super) type Exact = Ratio<i128>;

/// The most digits of a number that is read; longer ones are identifiers.
const MOST_DIGITS: usize = 15;

/// A number in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// Its first byte in the text, with the sign of a currency.
    pub start: usize,
    /// One past its last, with a percent sign, a currency or a word such as `million`.
    pub end: usize,
    /// What it may mean.
    pub readings: Vec<Reading>,
    /// How it is written.
    pub form: Form,
    /// Whether it may be a year: such a number is never round.
    pub is_year: bool,
    /// The numbers that it is if its groups do not belong together: `12 300`, `9.30`. Empty where they must.
    pub parts: Vec<Number>,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In digits.
    Digits,
    /// In digits behind letters, as part of a name: `i700`.
    Glued,
    /// In words.
    Words,
}

/// One meaning of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// The value.
    pub value: Exact,
    /// What its last digit other than a trailing zero counts: 1000 for `41,000`, 1/10 for `2.1`.
    pub quantum: Exact,
    /// What is counted.
    pub unit: Unit,
}

/// What a number counts, as far as signs tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Anything.
    Plain,
    /// Hundredths, as written with a percent sign.
    Percent,
    /// The same as a fraction of one.
    Share,
    /// Money, in this currency.
    Money(Currency),
    /// Hundredths of a currency.
    Cents,
}

impl Unit {
    /// Whether two numbers with these units may be the same.
    fn agrees(self, other: Unit) -> bool {
        match (self, other) {
            (Unit::Plain, _) | (_, Unit::Plain) => true,
            (Unit::Money(one), Unit::Money(other)) => one.agrees(other),
            _ => self == other,
        }
    }
}

impl Number {
    /// Whether two numbers may be the same.
    pub(super) fn is(&self, other: &Number) -> bool {
        let same = |a: &Reading| other.readings.iter().any(|b| a.value == b.value && a.unit.agrees(b.unit));
        self.readings.iter().any(same)
    }

    /// Whether two numbers are the same, and neither takes for decimals what may as well be thousands: `2.500` is no
    /// 2.5, but any other number with three decimals.
    fn repeats(&self, other: &Number) -> bool {
        let shows = |a: &Reading, b: &Reading| {
            a.quantum == b.quantum || !(self.may_be_thousands(a) || other.may_be_thousands(b))
        };
        let same =
            |a: &Reading| other.readings.iter().any(|b| a.value == b.value && a.unit.agrees(b.unit) && shows(a, b));
        self.readings.iter().any(same)
    }

    fn may_be_thousands(&self, reading: &Reading) -> bool {
        let thousands = reading.value * Exact::from_integer(1000);
        reading.quantum < Exact::from_integer(1)
            && self.readings.iter().any(|other| other.value == thousands && other.unit == reading.unit)
    }

    /// Whether one of the numbers may be the same, or each part of this one is among them.
    pub(super) fn is_among(&self, numbers: &[Number]) -> bool {
        let among = |number: &Number| {
            numbers.iter().any(|other| number.is(other) || other.parts.iter().any(|part| number.is(part)))
        };
        among(self) || (!self.parts.is_empty() && self.parts.iter().all(among))
    }

    /// The same for a proof: a space between groups of three parts two numbers only behind a name, as in `Q3 300`.
    pub(super) fn repeats_one_of<'n>(&self, numbers: &(impl Iterator<Item = &'n Number> + Clone)) -> bool {
        let among = |number: &Number| {
            numbers
                .clone()
                .any(|other| number.repeats(other) || other.certain_parts().iter().any(|part| number.repeats(part)))
        };
        let parts = self.certain_parts();
        among(self) || (!parts.is_empty() && parts.iter().all(among))
    }

    fn certain_parts(&self) -> &[Number] {
        let is_time = self.parts.iter().all(|part| part.end - part.start <= 2);
        if is_time || self.form == Form::Glued { &self.parts } else { &[] }
    }

    /// Whether it shares a byte with one of these numbers of the same text.
    pub(super) fn overlaps_any(&self, numbers: &[Number]) -> bool {
        numbers.iter().any(|other| self.start < other.end && other.start < self.end)
    }

    /// Whether it is written with a percent sign, or before a word for it.
    pub(super) fn is_percent(&self) -> bool {
        self.readings.iter().any(|reading| reading.unit == Unit::Percent)
    }

    /// Whether the number is this value, rounded as it is written.
    pub(super) fn rounds(&self, value: Exact) -> bool {
        self.readings.iter().any(|reading| reading.rounds(value, self.is_year))
    }
}

impl Reading {
    /// Rounding to the last digit that is written is always allowed. Zeros at the end of a whole number may be written
    /// or rounded to, which nobody can tell: there no more than a twentieth is allowed.
    pub(super) fn rounds(&self, value: Exact, is_year: bool) -> bool {
        let all = match self.unit {
            Unit::Percent => 100,
            Unit::Share => 1,
            _ => 0,
        };
        // Nearly all is not all, and hardly any is some.
        let is_whole = all > 0 && (self.value == Exact::from_integer(all) || self.value == Exact::from_integer(0));
        if is_year || is_whole {
            return value == self.value;
        }
        let one = Exact::from_integer(1);
        // What does not fit into the type is far apart.
        let Some(apart) = value.checked_sub(&self.value).map(|apart| apart.abs()) else { return false };
        let half = self.quantum / Exact::from_integer(2);
        let allowed = if self.quantum > one {
            let twentieth = self.value / Exact::from_integer(20);
            half.min(twentieth).max(one / Exact::from_integer(2))
        } else {
            half
        };
        apart <= allowed
    }
}

/// The value of a decimal digit of any script.
pub(super) fn digit(letter: char) -> Option<u32> {
    // The zeros of the scripts that have digits of their own (general category Nd), nine more following each.
    const ZEROS: [u32; 24] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1a80, 0x1b50, 0xff10,
    ];
    let code = letter as u32;
    if code < 0x660 {
        return code.checked_sub(0x30).filter(|value| *value < 10);
    }
    let at = ZEROS.partition_point(|zero| *zero <= code);
    Some(code - ZEROS[at - 1]).filter(|value| *value < 10)
}

#[cfg(test)]
mod tests;
