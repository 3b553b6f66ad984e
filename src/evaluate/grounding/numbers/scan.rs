//! Finds the numbers of a text, with what stands beside them.

use std::ops::Range;

use super::notation::{Notation, power};
use super::seen::Seen;
use super::units::{self, Certainty, Currency};
use super::{Exact, Form, Number, Reading, Unit, digit};

/// The numbers of a text that are written in digits, in order.
pub(in crate::evaluate::grounding) fn numbers(text: &str) -> Vec<Number> {
    numbers_outside(text, &[])
}

/// The numbers of a sum, in which `24/7` is no idiom.
pub(in crate::evaluate::grounding) fn numbers_of_sum(text: &str) -> Vec<Number> {
    find(text, &[], |_, _| None)
}

/// The numbers of a text without those that begin within one of these ranges of bytes.
pub(in crate::evaluate::grounding) fn numbers_outside(text: &str, skipped: &[Range<usize>]) -> Vec<Number> {
    let Some(seen) = Seen::new(text) else { return find(text, skipped, always_open) };
    let skipped: Vec<Range<usize>> =
        skipped.iter().map(|range| seen.position(range.start)..seen.position(range.end)).collect();
    find(&seen.text, &skipped, always_open).into_iter().map(|number| seen.restore(number)).collect()
}

fn find(
    text: &str,
    skipped: &[Range<usize>],
    passed_over: impl Fn(&[(usize, char)], &Notation) -> Option<usize>,
) -> Vec<Number> {
    let mut found = Vec::new();
    if !text.chars().any(|letter| digit(letter).is_some() || vulgar(letter).is_some()) {
        return found;
    }
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let scan = Scan { text, letters: &letters };
    let mut at = 0;
    while let Some(&(byte, letter)) = letters.get(at) {
        let is_skipped = || skipped.iter().any(|range| range.contains(&byte));
        at = if digit(letter).is_some() {
            let notation = Notation::read(&letters, at);
            match passed_over(&letters, &notation) {
                Some(end) => end,
                None if is_skipped() => notation.end,
                None => scan.number(&notation, &mut found),
            }
        } else {
            if let Some(value) = vulgar(letter).filter(|_| !is_skipped()) {
                found.push(scan.plain(at, at + 1, vec![(value, Exact::new(1, 100))]));
            }
            at + 1
        };
    }
    found
}

/// Behind `24/7`, which counts nothing.
fn always_open(letters: &[(usize, char)], notation: &Notation) -> Option<usize> {
    let letter = |at: usize| letters.get(at).map(|(_, letter)| *letter);
    let rest = [notation.end, notation.end + 1, notation.end + 2].map(letter);
    let is_one = matches!(rest, [Some('/'), Some('7'), next] if next.is_none_or(|next| digit(next).is_none()));
    (is_one && notation.groups.len() == 1 && notation.groups[0].1 == "24").then_some(notation.end + 2)
}

struct Scan<'a> {
    text: &'a str,
    letters: &'a [(usize, char)],
}

impl Scan<'_> {
    /// Adds the number, or the several numbers, of these digits. Returns the index to go on from.
    fn number(&self, notation: &Notation, found: &mut Vec<Number>) -> usize {
        let first = notation.groups[0].0;
        let single = || {
            let group = |(start, digits): &(usize, String)| {
                let alone =
                    Notation { groups: vec![(*start, digits.clone())], separators: vec![], end: start + digits.len() };
                self.plain(*start, alone.end, alone.readings())
            };
            notation.groups.iter().map(group)
        };
        let readings = notation.readings();
        if readings.is_empty() {
            found.extend(single().filter(|number| !number.readings.is_empty()));
            return notation.end;
        }
        let parts = if notation.may_be_apart() { single().collect() } else { Vec::new() };
        let mut number = Number { parts, ..self.plain(first, notation.end, readings) };
        number.is_year = notation.separators.is_empty()
            && notation.groups[0].1.len() == 4
            && number.readings.iter().all(|reading| (1900..2100).contains(reading.value.numer()));
        let end = self.add_what_is_beside(&mut number, first, notation.end);
        found.push(number);
        end
    }

    /// A number that counts nothing in particular.
    fn plain(&self, first: usize, end: usize, readings: Vec<(Exact, Exact)>) -> Number {
        let reading = |(value, quantum)| Reading { value, quantum, unit: Unit::Plain };
        let is_glued = self.is_glued(first) && self.currency_before(first).is_none();
        Number {
            start: self.byte(first),
            end: self.byte(end),
            readings: readings.into_iter().map(reading).collect(),
            form: if is_glued { Form::Glued } else { Form::Digits },
            is_year: false,
            parts: Vec::new(),
        }
    }

    /// Multiplies and counts by what stands around the digits; returns the index behind it.
    fn add_what_is_beside(&self, number: &mut Number, first: usize, behind: usize) -> usize {
        let mut end = self.ideographs(number, behind);
        if let Some(fraction) = self.letter(end).and_then(vulgar) {
            number.readings.iter_mut().for_each(|reading| {
                reading.value += fraction;
                reading.quantum = Exact::new(1, 100);
            });
            end += 1;
        }
        if let Some(after) = self.percent(number, end) {
            number.end = self.byte(after);
            return after;
        }
        let (start, mut after) = self.word(end);
        let word = self.slice(start, after);
        if let Some((powers, certainty)) = scale(word, start == end) {
            let is_letter = after == start + 1;
            // The dot of an abbreviation.
            end = after + usize::from(self.letter(after) == Some('.') && self.letter(after + 1) == Some(' '));
            let next = self.word(end);
            (after, number.is_year) = (next.1, false);
            let end = self.count_money(number, (first, end), next.0, after);
            let is_money = number.readings.iter().any(|reading| matches!(reading.unit, Unit::Money(_)));
            // Nobody counts metres or minutes of money.
            number.multiply(power(powers), if is_letter && is_money { Certainty::Certain } else { certainty });
            end
        } else {
            self.count_money(number, (first, end), start, after)
        }
    }

    /// Counts money where a currency stands before the digits, or behind them from `start` to `after`.
    fn count_money(&self, number: &mut Number, (first, end): (usize, usize), start: usize, after: usize) -> usize {
        number.end = self.byte(end);
        let behind = self.slice(start, after);
        if start < after && units::is_cents(behind) && (start == end || behind.chars().count() > 1) {
            let cents = |reading: &Reading| Reading { unit: Unit::Cents, ..*reading };
            let whole = |reading: &Reading| Reading {
                value: reading.value / Exact::from_integer(100),
                quantum: reading.quantum / Exact::from_integer(100),
                ..*reading
            };
            number.readings = number.readings.iter().map(cents).chain(number.readings.iter().map(whole)).collect();
            number.end = self.byte(after);
            return after;
        }
        let mut end = end;
        let mut currency = self.currency_before(first).map(|(start, currency)| {
            number.start = self.byte(start);
            currency
        });
        if currency.is_none() {
            let sign = self.letter(start).and_then(units::sign);
            currency = sign.or_else(|| units::word(behind));
            if currency.is_some() {
                end = if sign.is_some() { start + 1 } else { after };
                number.end = self.byte(end);
            }
        }
        if let Some(currency) = currency {
            (number.is_year, number.form) = (false, Form::Digits);
            if number.parts.iter().all(|part| part.end - part.start <= 2) {
                number.parts.clear();
            }
            number.readings.iter_mut().for_each(|reading| reading.unit = Unit::Money(currency));
        }
        end
    }

    /// Multiplies by the characters of East Asia behind the digits, with further digits between: `1億2,000万`.
    fn ideographs(&self, number: &mut Number, behind: usize) -> usize {
        let Some(powers) = self.letter(behind).and_then(units::ideograph) else { return behind };
        let Some(first) = number.readings.first() else { return behind };
        let mut quantum = first.quantum * power(powers);
        let mut value = first.value * power(powers);
        let mut end = behind + 1;
        let mut last = power(powers);
        while self.letter(end).and_then(digit).is_some() {
            let notation = Notation::read(self.letters, end);
            let Some((more, _)) = notation.readings().first().copied() else { break };
            let powers = self.letter(notation.end).and_then(units::ideograph);
            let factor = powers.map_or(1, power);
            if more * factor >= Exact::from_integer(last) {
                break;
            }
            value += more * factor;
            quantum = Exact::from_integer(factor);
            last = factor;
            end = notation.end + usize::from(powers.is_some());
        }
        // `5千万`: a power of a power.
        while let Some(powers) =
            self.letter(end).and_then(units::ideograph).filter(|powers| *powers >= 4 && last < power(4))
        {
            (value, quantum, last) = (value * power(powers), quantum * power(powers), power(powers));
            end += 1;
        }
        number.readings = vec![Reading { value, quantum, unit: Unit::Plain }];
        (number.is_year, number.end) = (false, self.byte(end));
        number.parts.clear();
        end
    }

    /// Behind a percent sign, if one follows; the number is hundredths then.
    fn percent(&self, number: &mut Number, end: usize) -> Option<usize> {
        let at = end + usize::from(self.letter(end).is_some_and(is_space));
        let divisor = match self.letter(at)? {
            '%' | '\u{66a}' | '\u{ff05}' | '\u{fe6a}' => 1,
            '\u{2030}' => 10,
            // Tenths, as Japanese counts discounts.
            '\u{5272}' if at == end => {
                number.readings.iter_mut().for_each(|reading| {
                    reading.value *= 10;
                    reading.quantum *= 10;
                });
                1
            }
            _ => return None,
        };
        number.count_hundredths(divisor);
        (number.is_year, number.form) = (false, Form::Digits);
        number.parts.clear();
        Some(at + 1)
    }

    /// The currency before the digits and where it begins.
    fn currency_before(&self, first: usize) -> Option<(usize, Currency)> {
        let mut at = first;
        if at > 0 && self.letter(at - 1).is_some_and(is_space) {
            at -= 1;
        }
        let before = at.checked_sub(1)?;
        if let Some(currency) =
            self.letter(before).and_then(units::sign).filter(|_| !is_ideographic(self.letters[before].1))
        {
            // `R$`, `A$`: other dollars.
            let start = (before.saturating_sub(2)..before).find(|start| {
                self.letters[*start..before].iter().all(|letter| letter.1.is_ascii_uppercase())
                    && !start.checked_sub(1).and_then(|at| self.letter(at)).is_some_and(char::is_alphanumeric)
            });
            let named = start.and_then(|start| Some((start, units::word(self.slice(start, at))?)));
            return Some(named.unwrap_or((before, currency)));
        }
        let mut start = at;
        while start > 0 && at - start < 4 && self.letters[start - 1].1.is_alphabetic() {
            start -= 1;
        }
        let stands_alone = start == 0 || !self.letters[start - 1].1.is_alphanumeric();
        units::word(self.slice(start, at)).filter(|_| stands_alone && start < at).map(|currency| (start, currency))
    }

    /// The word behind an index, one space between at most.
    fn word(&self, end: usize) -> (usize, usize) {
        let start = end + usize::from(self.letter(end).is_some_and(is_space));
        let is_part = |letter: &(usize, char)| letter.1.is_alphabetic() || letter.1 == '\u{a2}';
        (
            start,
            start
                + self.letters[start.min(self.letters.len())..]
                    .iter()
                    .take(12)
                    .take_while(|letter| is_part(letter))
                    .count(),
        )
    }

    /// Whether digits are part of a name. In `_40_` they are emphasised, and in `x10` multiplied.
    fn is_glued(&self, first: usize) -> bool {
        let before = |places: usize| first.checked_sub(places).and_then(|at| self.letter(at));
        let is_cased = |letter: char| letter.is_lowercase() || letter.is_uppercase();
        match before(1) {
            Some('_' | 'x' | 'X') => before(2).is_some_and(char::is_alphanumeric),
            letter => letter.is_some_and(is_cased),
        }
    }

    fn letter(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|(_, letter)| *letter)
    }

    fn byte(&self, at: usize) -> usize {
        self.letters.get(at).map_or(self.text.len(), |(byte, _)| *byte)
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        &self.text[self.byte(start)..self.byte(end)]
    }
}

impl Number {
    /// Makes it count hundredths, or with a divisor smaller parts.
    pub(super) fn count_hundredths(&mut self, divisor: i128) {
        let with = |reading: &Reading, by: i128, unit| Reading {
            value: reading.value / Exact::from_integer(by),
            quantum: reading.quantum / Exact::from_integer(by),
            unit,
        };
        let readings = &self.readings;
        let hundredths = readings.iter().map(|reading| with(reading, divisor, Unit::Percent));
        let shares = readings.iter().map(|reading| with(reading, divisor * 100, Unit::Share));
        self.readings = hundredths.chain(shares).collect();
    }

    /// The number that a word such as `million` makes of it; the plain one as well where the word may say something
    /// else.
    fn multiply(&mut self, factor: i128, certainty: Certainty) {
        let times = |reading: &Reading| Reading {
            value: reading.value * factor,
            quantum: reading.quantum * factor,
            ..*reading
        };
        let multiplied: Vec<Reading> = self.readings.iter().map(times).collect();
        match certainty {
            Certainty::Certain => {
                self.readings = multiplied;
                self.parts.clear();
            }
            Certainty::Possible => self.readings.extend(multiplied),
        }
    }
}

/// A power of ten that a word multiplies by. One letter but `k` does only where it is attached.
fn scale(word: &str, is_attached: bool) -> Option<(u32, Certainty)> {
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (None, _) => None,
        (Some(letter), None) => units::scale(word).filter(|_| is_attached || letter == 'k'),
        _ => units::scale(&word.to_lowercase()),
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2007}')
}

fn is_ideographic(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The value of a fraction that is one character.
fn vulgar(letter: char) -> Option<Exact> {
    let (numerator, denominator) = match letter {
        '\u{bc}' => (1, 4),
        '\u{bd}' => (1, 2),
        '\u{be}' => (3, 4),
        '\u{2150}' => (1, 7),
        '\u{2151}' => (1, 9),
        '\u{2152}' => (1, 10),
        '\u{2153}' => (1, 3),
        '\u{2154}' => (2, 3),
        '\u{2155}'..='\u{2158}' => (i128::from(letter as u32 - 0x2154), 5),
        '\u{2159}' => (1, 6),
        '\u{215a}' => (5, 6),
        '\u{215b}' => (1, 8),
        '\u{215c}' => (3, 8),
        '\u{215d}' => (5, 8),
        '\u{215e}' => (7, 8),
        _ => return None,
    };
    Some(Exact::new(numerator, denominator))
}
