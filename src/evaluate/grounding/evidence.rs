//! Whether quotations and sums bear the numbers of a claim.

use std::cell::OnceCell;

use num_traits::{Signed, ToPrimitive};

use super::numbers::{Exact, Form, Number, Unit, numbers, spoken_numbers};
use super::source_index::SourceIndex;
use super::sums::{Fault, Origin, Sum, derive};

/// A number that is part of a name is held against the quotations if it has at least this many digits.
const GLUED_DIGITS: usize = 3;
/// Items that are counted in a quotation at most.
const MOST_ITEMS: i128 = 20;
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
        let in_digits = quotations.iter().flat_map(|quotation| numbers(quotation)).collect();
        Ok(Evidence { known, quotations, in_digits, in_words: OnceCell::new() })
    }

    fn in_words(&self) -> &[Number] {
        let read = |quotation: &&str| spoken_numbers(quotation, self.known.tongues());
        self.in_words.get_or_init(|| self.quotations.iter().flat_map(read).collect())
    }

    /// Whether a number stands in a quotation.
    fn quotes(&self, number: &Number) -> bool {
        number.is_among(&self.in_digits) || number.is_among(self.in_words())
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
        let lonely = |(at, number): (usize, &&Number)| {
            let next = claimed.get(at + 1).copied();
            let before = at.checked_sub(1).and_then(|before| claimed.get(before)).copied();
            let by_quotation = self.quotes(number);
            let borne = by_quotation
                || sums.iter().any(|sum| {
                    sum.gives(number)
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
            Some(fault @ (Fault::Wrong { .. } | Fault::Unknown(_) | Fault::NotSupposed(_))) => Err(fault.to_string()),
            fault => Ok(Borne { uses_derivation: derivation.is_some() && fault.is_none() }),
        }
    }

    fn derive(&self, derivation: &str, claimed: &[&Number], in_message: &[Number]) -> Result<Vec<Sum>, Fault> {
        derive(derivation, |number| {
            if self.quotes(number) {
                Origin::Quoted
            } else if self.known.counts(number) {
                Origin::Source
            } else if claimed.iter().any(|claim| claim.is(number)) {
                Origin::Claim
            } else if number.is_among(in_message) {
                Origin::Message
            } else {
                Origin::Nowhere
            }
        })
    }

    /// Whether a number that says more than its value, in words or as none, one or all, may be meant by what is quoted:
    /// it counts the items of a quotation, or a sum comes near it, or no number that is quoted speaks against it.
    fn may_say(&self, number: &Number, sums: &[Sum]) -> bool {
        let Some(reading) = number.readings.first() else { return true };
        let results = || sums.iter().flat_map(|sum| sum.results.iter().chain(&sum.spoken));
        // `four or five`, `three quarters`, `two and a half`; `about two thirds`, `eight in ten`: either of the two
        // numbers.
        let near = |result: &Exact| {
            let fraction =
                *result.numer() == reading.value.to_integer() && (2..=MOST_DENOMINATOR).contains(result.denom());
            fraction || (*result - reading.value).abs() < Exact::from_integer(1) || is_part(*result, reading.value)
        };
        if results().any(near) || self.counts_items(reading.value) {
            return true;
        }
        let is_percent = number.readings.iter().any(|reading| reading.unit == Unit::Percent);
        let speaks = |other: &Number| !is_percent || other.readings.iter().any(|reading| reading.unit == Unit::Percent);
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
        self.results.iter().any(|result| number.rounds(*result))
            || self.operands.iter().any(|operand| operand.is(number))
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
