//! Whether quotations and sums bear the numbers of a claim.

use std::cell::OnceCell;

use num_traits::{Signed, ToPrimitive};

use super::dates::{Date, dates};
use super::numbers::{Exact, Form, Number, Unit, is_named_in, names_percent, numbers};
use super::source_index::SourceIndex;
use super::sums::{Fault, Origin, Sum, derive};

/// A number that is part of a name is held against the quotations if it has at least this many digits.
const GLUED_DIGITS: usize = 3;
/// Items that are counted in a quotation at most.
const MOST_ITEMS: i128 = 20;
/// The largest number in words that often is none: an article, a pronoun, a verb, "one or two".
const SMALL: i128 = 12;
/// What part of a number in words a sum may differ by: `a good million`.
const ROUGHLY: i128 = 10;
/// How far a share may lie from a fraction in words.
const PARTS_APART: (i128, i128) = (1, 50);
/// The largest denominator of a fraction in words.
const MOST_DENOMINATOR: i128 = 10;

/// What is quoted for a claim.
pub(super) struct Evidence<'a> {
    known: &'a SourceIndex<'a>,
    quotations: Vec<&'a str>,
    in_digits: Vec<Number>,
    in_words: OnceCell<Vec<Number>>,
    ordinals: OnceCell<Vec<Number>>,
    dates: OnceCell<Vec<Date>>,
}

/// The results of a derivation, and what is wrong with it if it has no bearing on the claim.
#[derive(Debug)]
pub(super) struct Borne {
    /// Whether the derivation is part of the proof.
    pub uses_derivation: bool,
}

impl<'a> Evidence<'a> {
    /// Looks the quotations up.
    ///
    /// # Errors
    /// The first that stands in no source.
    pub(super) fn new(known: &'a SourceIndex<'a>, quotations: impl Iterator<Item = &'a str>) -> Result<Self, &'a str> {
        let quotations: Vec<&str> = quotations.collect();
        if let Some(quotation) = quotations.iter().find(|quotation| !known.holds(quotation)) {
            return Err(quotation);
        }
        let in_digits = quotations.iter().flat_map(|quotation| known.digits_at(quotation)).collect();
        let [in_words, ordinals] = Default::default();
        Ok(Evidence { known, quotations, in_digits, in_words, ordinals, dates: OnceCell::new() })
    }

    fn in_words(&self) -> &[Number] {
        let at = |quotation: &&str| self.known.words_at(quotation);
        self.in_words.get_or_init(|| self.quotations.iter().flat_map(at).collect())
    }

    /// Whether a number stands in a quotation. Per cent and money have to be named there.
    fn quotes(&self, number: &Number) -> bool {
        let is_quoted =
            || number.repeats_one_of(&self.in_digits.iter()) || number.repeats_one_of(&self.in_words().iter());
        let unit = number.readings.first().map_or(Unit::Plain, |reading| reading.unit);
        match unit {
            Unit::Plain | Unit::Share | Unit::Cents => is_quoted(),
            Unit::Percent | Unit::Money(_) => {
                self.is_counted(number, unit) || (is_quoted() && self.names(number, unit))
            }
        }
    }

    /// Whether a quoted number has the unit itself, or is the share that a percentage is.
    fn is_counted(&self, number: &Number, unit: Unit) -> bool {
        let has_unit = |other: &&Number| other.readings.iter().all(|reading| reading.unit != Unit::Plain);
        let is_part = |value: Exact| value > Exact::from_integer(0) && value < Exact::from_integer(1);
        let mut shares = number.readings.iter().filter(|share| share.unit == Unit::Share && is_part(share.value));
        number.repeats_one_of(&self.in_digits.iter().chain(self.in_words()).filter(has_unit))
            || unit == Unit::Percent
                && shares.any(|share| {
                    let mut readings = self.in_digits.iter().flat_map(|other| &other.readings);
                    readings.any(|reading| reading.unit == Unit::Plain && reading.value == share.value)
                })
    }

    /// Whether a quotation names the unit of a number that it has without: in the same sentence, as in `19, 39 and 64
    /// dollars`, or for all numbers, as in `All prices in dollars`.
    fn names(&self, number: &Number, unit: Unit) -> bool {
        let names = |text: &str| match unit {
            Unit::Money(currency) => is_named_in(currency, text),
            _ => names_percent(text),
        };
        let is_beside = |sentence: &str| names(sentence) && number.repeats_one_of(&numbers(sentence).iter());
        self.any(|quotation| {
            let ends = |letter: char| matches!(letter, '\n' | ';' | '!' | '?' | '\u{3002}');
            let mut sentences = quotation.split(ends).flat_map(|part| part.split(". "));
            sentences.any(is_beside) || names(&without_units(quotation))
        })
    }

    /// Whether a number in digits is an ordinal, and quoted as one in words: `3rd` and `third`.
    fn quotes_ordinal(&self, number: &Number, text: &str) -> bool {
        let at = |quotation: &&str| self.known.ordinals_at(quotation);
        is_ordinal(&text[number.end..])
            && number.is_among(self.ordinals.get_or_init(|| self.quotations.iter().flat_map(at).collect()))
    }

    /// Whether a date of which the number is part follows from the quotations.
    fn is_in_a_date(&self, number: &Number, dates: &[Date]) -> bool {
        let quoted =
            || self.dates.get_or_init(|| self.quotations.iter().flat_map(|text| super::dates::dates(text)).collect());
        let is_quoted = |value: u32| {
            let value = Exact::from_integer(value.into());
            let is = |number: &&Number| number.readings.iter().any(|reading| reading.value == value);
            self.in_digits.iter().any(|number| is(&number)) || self.in_words().iter().any(|number| is(&number))
        };
        let date = dates.iter().find(|date| date.range.contains(&number.start));
        date.is_some_and(|date| date.follows(quoted(), is_quoted))
    }

    /// Whether a text stands in a quotation.
    pub(super) fn any(&self, holds: impl Fn(&str) -> bool) -> bool {
        self.quotations.iter().any(|quotation| holds(quotation))
    }

    /// Holds every number of a claim against the quotations and the derivation.
    ///
    /// # Errors
    /// Why a number is not borne out, or what is wrong with the derivation.
    pub(super) fn bears(
        &self,
        claimed: &[&Number],
        derivation: Option<&str>,
        message: (&str, &[Number]),
    ) -> Result<Borne, String> {
        let (text, in_message) = message;
        let (sums, fault) = match derivation.map(|sum| self.derive(sum, claimed, in_message)) {
            None => (Vec::new(), None),
            Some(Ok(sums)) => (sums, None),
            Some(Err(fault)) => (Vec::new(), Some(fault)),
        };
        let dates = dates(text);
        let lonely = |(at, number): (usize, &&Number)| {
            let next = claimed.get(at + 1).copied();
            let before = at.checked_sub(1).and_then(|before| claimed.get(before)).copied();
            let by_quotation =
                self.quotes(number) || self.quotes_ordinal(number, text) || self.is_in_a_date(number, &dates);
            let borne = by_quotation
                || sums.iter().any(|sum| {
                    (sum.gives(number) && self.knows_currency(number))
                        || sum.supposes(number, claimed)
                        || sum.lies_between(number, next)
                        || sum.lies_between(number, before)
                })
                || (is_soft(number) && self.may_say(number, &sums))
                // `1 day`, `per 1 m`: what a sum is per.
                || (is_one(number) && !sums.is_empty());
            (!borne).then(|| &text[number.start..number.end])
        };
        if let Some(number) = claimed.iter().enumerate().find_map(lonely) {
            return Err(match fault {
                Some(fault) => format!("the number {number} is in none of its quotations, and {fault}"),
                None if sums.is_empty() => {
                    format!("the number {number} is in none of its quotations, and no derivation gives it")
                }
                None => {
                    format!("the number {number} is in none of its quotations, and the derivation comes to another")
                }
            });
        }
        match fault {
            // What is wrong is wrong, though the numbers stand in the quotations all the same.
            Some(fault @ (Fault::Wrong { .. } | Fault::Far { .. } | Fault::Unknown(_) | Fault::NotSupposed(_))) => {
                Err(fault.to_string())
            }
            fault => Ok(Borne { uses_derivation: derivation.is_some() && fault.is_none() }),
        }
    }

    fn derive(&self, derivation: &str, claimed: &[&Number], in_message: &[Number]) -> Result<Vec<Sum>, Fault> {
        let origin = |number: &Number| {
            if self.quotes(number) {
                Origin::Quoted
            } else if self.known.repeats(number) {
                Origin::Source
            } else if claimed.iter().any(|claim| claim.is(number)) {
                Origin::Claim
            } else if number.is_among(in_message) {
                Origin::Message
            } else if self.is_rate(number) {
                Origin::Rate
            } else {
                Origin::Nowhere
            }
        };
        derive(derivation, origin, |number| self.is_hundredths(number))
    }

    /// Whether a number multiplies by what a quoted percentage leaves or adds.
    fn is_rate(&self, number: &Number) -> bool {
        let one = Exact::from_integer(1);
        let shares = self.in_digits.iter().flat_map(|other| &other.readings).filter(|other| other.unit == Unit::Share);
        let rates: Vec<Exact> = shares.flat_map(|share| [one + share.value, one - share.value]).collect();
        number.readings.iter().any(|reading| rates.contains(&reading.value) && reading.value != one)
    }

    /// Whether a number that a derivation has without a percent sign has one where it is quoted.
    fn is_hundredths(&self, number: &Number) -> Option<bool> {
        let (per_cent, others): (Vec<&Number>, Vec<&Number>) = self
            .in_digits
            .iter()
            .chain(self.in_words())
            .filter(|other| number.is(other))
            .partition(|other| other.is_percent());
        let is_shown = per_cent.iter().flat_map(|other| &other.readings).any(|other| {
            other.unit == Unit::Percent && number.readings.iter().any(|reading| reading.value == other.value)
        });
        match (per_cent.is_empty(), others.is_empty()) {
            // The 0.02 of 2 %.
            (false, true) => Some(is_shown),
            (true, false) if self.any(names_percent) => None,
            (true, true) if self.known.repeats(number) => None,
            (true, _) => Some(false),
            (false, false) => None,
        }
    }

    /// Whether a source names the currency of a number, if it has one.
    fn knows_currency(&self, number: &Number) -> bool {
        match number.readings.first().map(|reading| reading.unit) {
            Some(Unit::Money(currency)) => self.known.texts().iter().any(|text| is_named_in(currency, text)),
            _ => true,
        }
    }

    /// Whether a number that says more than its value, in words or as none, one or all, may be meant by what is quoted:
    /// it counts the items of a quotation, or a sum comes near it, or it is small and no number that is quoted speaks
    /// against it.
    fn may_say(&self, number: &Number, sums: &[Sum]) -> bool {
        let Some(reading) = number.readings.first() else { return true };
        let results = || sums.iter().flat_map(|sum| sum.results.iter().chain(&sum.spoken));
        // `four or five`, `three quarters`, `two and a half`; `about two thirds`, `eight in ten`: either of the two
        // numbers.
        let apart = (reading.value / Exact::from_integer(ROUGHLY)).max(Exact::from_integer(1));
        let near = |result: &Exact| {
            let fraction =
                *result.numer() == reading.value.to_integer() && (2..=MOST_DENOMINATOR).contains(result.denom());
            fraction || (*result - reading.value).abs() < apart || is_part(*result, reading.value)
        };
        if results().any(near) || self.counts_items(reading.value) {
            return true;
        }
        let is_percent = number.is_percent();
        if number.form == Form::Words && (is_percent || reading.value > Exact::from_integer(SMALL)) {
            return false;
        }
        let speaks = |other: &Number| !is_percent || other.is_percent();
        !self.in_digits.iter().any(speaks) && (is_percent || !self.in_words().iter().any(|other| !is_one(other)))
    }

    /// Whether so many items are quoted, one by one or in one list.
    fn counts_items(&self, value: Exact) -> bool {
        let count = value.to_integer();
        if !value.is_integer() || !(2..=MOST_ITEMS).contains(&count) {
            return false;
        }
        let lists = |quotation: &&str| {
            let marks = separators(quotation);
            // The last two items may have a word between them instead.
            marks > 0 && (marks + 1 == count || marks + 2 == count)
        };
        self.quotations.len() as i128 == count || self.quotations.iter().any(lists)
    }
}

/// Whether a share is `count` parts of a small whole, or parts of a whole of `count`, within [`PARTS_APART`] of the
/// whole.
fn is_part(share: Exact, count: Exact) -> bool {
    let apart = Exact::new(PARTS_APART.0, PARTS_APART.1);
    let is_share = share > Exact::from_integer(0) && share < Exact::from_integer(1);
    let most = Exact::from_integer(MOST_DENOMINATOR);
    if !is_share || !count.is_integer() || count < Exact::from_integer(1) || count > most {
        return false;
    }
    let of = |whole: i128| (share - count / Exact::from_integer(whole)).abs() <= apart;
    let parts = share * count;
    (2..=MOST_DENOMINATOR).any(of)
        || (parts - parts.round()).abs() <= apart * count && parts.round() != Exact::from_integer(0)
}

/// Marks between items, those within numbers not counted.
fn separators(quotation: &str) -> i128 {
    let letters: Vec<char> = quotation.trim().chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let is_mark = |(at, letter): (usize, &char)| match letter {
        ',' => !(digit(at.checked_sub(1)) && digit(Some(at + 1))),
        ';' | '\n' | '\u{3001}' | '\u{ff0c}' | '\u{ff1b}' | '\u{2022}' => true,
        _ => false,
    };
    letters.iter().enumerate().filter(|mark| is_mark(*mark)).count().to_i128().unwrap_or(0)
}

/// A text without its numbers that have a unit.
fn without_units(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for number in numbers(text).iter().filter(|number| number.readings.iter().all(|one| one.unit != Unit::Plain)) {
        rest.push_str(&text[from..number.start.max(from)]);
        from = number.end;
    }
    rest.push_str(&text[from..]);
    rest
}

/// Whether what follows makes an ordinal of digits: a suffix, or a point within a sentence.
fn is_ordinal(rest: &str) -> bool {
    const SUFFIXES: [&str; 16] =
        ["st", "nd", "rd", "th", "e", "er", "re", "ère", "ème", "eme", "ste", "de", "º", "ª", "°", "ro"];
    let suffix = rest.find(|letter: char| !letter.is_alphabetic() && letter != '°').unwrap_or(rest.len());
    let goes_on = || rest.strip_prefix(". ").is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    SUFFIXES.contains(&&rest[..suffix]) || goes_on()
}

/// Numbers whose whole meaning code cannot tell: those in words, and none, one or all.
fn is_soft(number: &Number) -> bool {
    number.form == Form::Words || is_one(number) || is_all(number)
}

fn is_one(number: &Number) -> bool {
    number.readings.first().is_some_and(|reading| {
        reading.unit == Unit::Plain && reading.value <= Exact::from_integer(1) && reading.value.is_integer()
    })
}

fn is_all(number: &Number) -> bool {
    let whole = |value: Exact| value == Exact::from_integer(100) || value == Exact::from_integer(0);
    number.readings.iter().any(|reading| reading.unit == Unit::Percent && whole(reading.value))
}

/// Whether a number of a claim has to be borne out at all.
pub(super) fn is_held(number: &Number, text: &str) -> bool {
    match number.form {
        Form::Digits => true,
        Form::Glued => text[number.start..number.end].chars().filter(char::is_ascii_digit).count() >= GLUED_DIGITS,
        // Articles, in many languages.
        Form::Words => !is_one(number),
    }
}

impl Sum {
    /// Whether the number is what the sum comes to, or one that it is made of.
    fn gives(&self, number: &Number) -> bool {
        let counts = |unit: Unit| match (unit, self.is_hundredths) {
            (Unit::Percent, Some(is_hundredths)) => is_hundredths,
            (Unit::Share, Some(is_hundredths)) => !is_hundredths,
            _ => true,
        };
        let rounds = |result: &Exact| {
            let mut readings = number.readings.iter().filter(|reading| counts(reading.unit));
            readings.any(|reading| reading.rounds(*result, number.is_year))
        };
        let in_points = || !number.is_percent() && self.points.iter().any(|result| number.rounds(*result));
        let is = |operand: &Number| operand.is(number) && (operand.is_percent() || !number.is_percent());
        self.results.iter().any(rounds)
            || in_points()
            || self.operands.iter().any(is)
            || self.bounds.iter().any(|bound| bound.is(number))
    }

    /// Whether the number is one that the message supposes, and the sum gives another of the claim's numbers from it.
    fn supposes(&self, number: &Number, claimed: &[&Number]) -> bool {
        let gives_another =
            || claimed.iter().any(|other| !other.is(number) && self.results.iter().any(|result| other.rounds(*result)));
        self.supposed.iter().any(|supposed| supposed.is(number)) && gives_another()
    }

    /// Whether the result lies in a narrow range that two numbers enclose: `15 to 20`.
    fn lies_between(&self, number: &Number, other: Option<&Number>) -> bool {
        let (Some(one), Some(other)) = (number.readings.first(), other.and_then(|other| other.readings.first())) else {
            return false;
        };
        let (low, high) = (one.value.min(other.value), one.value.max(other.value));
        let is_narrow = (high - low) <= (high / Exact::from_integer(4)).max(Exact::from_integer(1));
        is_narrow && self.results.iter().any(|result| low <= *result && *result <= high)
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
