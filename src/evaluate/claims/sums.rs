//! Sums: figures that nobody states and that known figures come to.
//!
//! A truthful message counts for its reader: 3 pounds an employee are 270 for ninety, three days a fortnight are 78 a year.
//! One of the numbers must be known, the other must be known as well, stand close by, or be of the calendar.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::figures::{Figure, Unit};
use super::reading::Reading;
use super::spoken::number_word;
use super::words::{pattern, tokens};

/// How many weeks, months and working days there are, in a month and in a year.
const CALENDAR: [f64; 14] = [4.0, 5.0, 7.0, 12.0, 20.0, 22.0, 24.0, 26.0, 30.0, 48.0, 50.0, 52.0, 250.0, 365.0];
/// Up to here a count that stands close by needs nobody who knows it.
const SMALL: f64 = 60.0;

/// The statement from which a figure follows.
pub(super) fn stated(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    priced(reading, figure)
        .or_else(|| difference(reading, figure))
        .or_else(|| always(reading, figure))
        .or_else(|| ratio(reading, figure))
        .or_else(|| computed(reading, figure))
}

/// A number that a sum may use.
#[derive(Clone)]
struct Term {
    value: f64,
    unit: Unit,
    /// The statement that knows it.
    known: Option<String>,
    /// Whether it stands in the message.
    near: bool,
}

/// What two numbers come to.
fn computed(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    if figure.unit == Unit::Percent || figure.unit == Unit::Times || figure.high > figure.value {
        return None;
    }
    let terms = terms(reading, figure);
    let tolerance = if is_rough(&reading.message.low, figure) { 0.02 } else { 0.006 };
    let is = |value: f64| (figure.value - value).abs() <= tolerance * value;
    for one in terms.iter().filter(|term| term.known.is_some()) {
        for other in &terms {
            // What is not named in the message makes a price for the reader, and nothing else: chance finds a sum for
            // anything among enough numbers.
            let priced = one.unit == Unit::Money && is_count(other.unit);
            let named = one.near && (other.near || other.known.is_none());
            if (named || priced) && results(one, other).any(|(value, unit)| same(unit, figure.unit) && is(value)) {
                return one.known.clone();
            }
        }
    }
    None
}

/// The numbers that a figure may follow from.
fn terms(reading: &Reading<'_>, figure: &Figure) -> Vec<Term> {
    let low = &reading.message.low;
    let sentences = &reading.sentences;
    let at = sentences.iter().position(|s| s.start <= figure.start && figure.start < s.end).unwrap_or(0);
    let from = sentences.get(at.saturating_sub(2)).map_or(0, |sentence| sentence.start);
    let to = sentences.get(at).map_or(low.len(), |sentence| sentence.end);
    let known = |own: &Figure| {
        let statement = reading.facts.source.figure(own, low).or_else(|| reading.persona.figure(own, low));
        statement.map(|statement| statement.text.clone()).or_else(|| difference(reading, own))
    };
    let mut terms: Vec<Term> = Vec::new();
    for own in reading.figures_in(from, to).filter(|own| own.start != figure.start && own.value > 0.0) {
        let known = known(own);
        let imagined = sentences.iter().any(|s| s.start <= own.start && own.start < s.end && s.is_imagined);
        if known.is_some() || imagined || (own.value <= SMALL && is_count(own.unit)) {
            terms.push(Term { value: own.value, unit: own.unit, known, near: true });
        }
    }
    let words = tokens(&low[from..to]).filter_map(|(_, word)| number_word(word).filter(|value| *value <= 12.0));
    let bare = |value| Term { value, unit: Unit::Bare, known: None, near: true };
    terms.extend(words.map(bare));
    terms.extend(CALENDAR.map(|value| Term { near: false, ..bare(value) }));
    let of = |statement: &super::source::Statement| {
        let text = statement.text.clone();
        let figures = statement.figures.iter().filter(|own| own.value > 0.0);
        figures
            .map(|own| Term { value: own.value, unit: own.unit, known: Some(text.clone()), near: false })
            .collect::<Vec<_>>()
    };
    terms.extend(reading.facts.source.statements.iter().chain(&reading.persona.statements).flat_map(of));
    terms
}

fn is_count(unit: Unit) -> bool {
    matches!(unit, Unit::Heads | Unit::Bare | Unit::Text)
}

fn same(one: Unit, other: Unit) -> bool {
    one == other || (is_count(one) && is_count(other))
}

/// What two numbers come to, by their units.
fn results(one: &Term, other: &Term) -> impl Iterator<Item = (f64, Unit)> {
    let (a, b) = (one.value, other.value);
    let part = b / 100.0 * a;
    let found: Vec<(f64, Unit)> = match (one.unit, other.unit) {
        (Unit::Percent | Unit::Times, _) => Vec::new(),
        (unit, Unit::Percent) => vec![(part, unit), (a - part, unit)],
        (Unit::Money, Unit::Money) => vec![(a / b, Unit::Bare), (a - b, Unit::Money), (a + b, Unit::Money)],
        (Unit::Money, unit) if is_count(unit) => {
            vec![(a * b, Unit::Money), (a * b * 12.0, Unit::Money), (a / b, Unit::Money)]
        }
        (Unit::Time, Unit::Time) => vec![(a - b, Unit::Time), (a + b, Unit::Time)],
        (Unit::Time, unit) if is_count(unit) => vec![(a * b, Unit::Time), (a / b, Unit::Time)],
        (unit, Unit::Time) if is_count(unit) => vec![(a * b, Unit::Time)],
        (unit, with) if is_count(unit) && is_count(with) => {
            vec![(a * b, Unit::Bare), (a / b, Unit::Bare), (a - b, Unit::Bare), (a + b, Unit::Bare)]
        }
        _ => Vec::new(),
    };
    found.into_iter().filter(|(value, _)| *value > 0.0)
}

/// `About 63,000`, `over thirteen thousand`.
fn is_rough(low: &str, figure: &Figure) -> bool {
    static ROUGH: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:about|around|roughly|some|nearly|almost|over|more than|close to|just under|under|a good|approximately|circa) $",
        )
    });
    ROUGH.is_match(&low.as_bytes()[figure.start.saturating_sub(20)..figure.start])
}

/// `Three weeks earlier`, where five weeks instead of eight are stated.
fn difference(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    if figure.unit != Unit::Time || figure.value == 0.0 || figure.high > figure.value {
        return None;
    }
    let is = |value: f64| (figure.value - value).abs() <= 0.006 * value;
    let mut statements = reading.facts.source.statements.iter().filter(|one| one.folded.low.contains("instead of"));
    let holds = |one: &&super::source::Statement| {
        let times = one.times();
        times.iter().any(|longer| times.iter().any(|shorter| longer > shorter && is(longer - shorter)))
    };
    statements.find(holds).map(|one| one.text.clone())
}

/// `24 hours`: what is there day and night.
fn always(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    static ALWAYS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:day and night|24/7|24 hours|round[- ]the[- ]clock|at any hour|night and day)"));
    if figure.unit != Unit::Time || figure.value != 24.0 || figure.in_words {
        return None;
    }
    let statements = &reading.facts.source.statements;
    statements.iter().find(|one| ALWAYS.is_match(one.folded.low.as_bytes())).map(|one| one.text.clone())
}

/// `89 a month`: a price without its currency.
fn priced(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    static PER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?: ?(?:quid|pounds|euros?|bucks|dollars))?(?: ?/ ?| (?:a|an|per|each) )\w"));
    let low = &reading.message.low;
    let money = Figure { unit: Unit::Money, ..*figure };
    (figure.unit == Unit::Bare && PER.is_match(&low.as_bytes()[figure.end..]))
        .then(|| reading.facts.source.figure(&money, low).map(|statement| statement.text.clone()))
        .flatten()
}

/// `58 vans where 40 were planned, which is 45% more`: what two numbers of the sentence, both known, come to.
fn ratio(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    let sentence = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end)?;
    let low = &reading.message.low;
    let source = |other: &Figure| {
        let by_facts = reading.facts.source.figure(other, low);
        by_facts.or_else(|| reading.persona.figure(other, low)).map(|statement| statement.text.clone())
    };
    let rest = |other: &&Figure| other.unit == Unit::Percent && (figure.value + other.value - 100.0).abs() < 0.1;
    if figure.unit == Unit::Percent
        && let Some(other) = reading.figures_in(sentence.start, sentence.end).find(rest)
    {
        return source(other);
    }
    let near = |percent: f64| (figure.value - percent).abs() <= 1.0;
    let others: Vec<&Figure> = reading
        .figures_in(sentence.start, sentence.end)
        .filter(|other| other.start != figure.start && other.value > 0.0 && other.unit != Unit::Percent)
        .collect();
    for (index, one) in others.iter().enumerate() {
        for other in &others[index + 1..] {
            let (large, small) = (one.value.max(other.value), one.value.min(other.value));
            let parts = [small / large, 1.0 - small / large, large / small - 1.0].map(|part| part * 100.0);
            if figure.unit == Unit::Percent && parts.into_iter().any(near) && source(one).is_some() {
                return source(other);
            }
        }
    }
    None
}
