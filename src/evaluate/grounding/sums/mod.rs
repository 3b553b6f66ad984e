//! Sums: how a number of a message follows from numbers of the sources.
//!
//! A sum is an expression over plain numbers (`150 * 930`, `(6000 - 4200) / 6000`, `4180 * 2.1%`), several parted by
//! semicolons. It is computed in exact fractions. What it is not allowed to do is to bring in a number: each stands in
//! a source, or is a unit's factor that multiplies or divides. A comparison (`318 > 300`) carries what is said to be
//! more or less than a number; and `say 180` introduces a quantity that the message itself supposes as an example, of
//! which only a reader can tell that it is no claim. What an earlier sum of the same derivation comes to may be used in
//! a later one, and units may be converted by a sum of their own (`12 / 3; 4 * 62`), which bears nothing by itself.

mod expression;

use num_traits::CheckedMul;

use super::numbers::{Exact, Number, numbers_of_sum};
use expression::{Node, Operator, Parser, Relation, Token, is_currency, leaf, tokens, values};

/// Characters of a derivation that are read.
const MOST_CHARACTERS: usize = 400;
/// The largest bound of a comparison, in halves, that need not stand in a source.
const MOST_HALVES: i128 = 40;

/// Where a number of a sum stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In a quotation that supports the claim.
    Quoted,
    /// Elsewhere in a source.
    Source,
    /// In the claim, and in no source.
    Claim,
    /// In the message apart from the claim, and in no source.
    Message,
    /// Nowhere.
    Nowhere,
}

/// A sum that is right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sum {
    /// Its possible results: several if its numbers have several readings.
    pub results: Vec<Exact>,
    /// Its numbers that stand in sources.
    pub operands: Vec<Number>,
    /// Its numbers that the message supposes.
    pub supposed: Vec<Number>,
    /// Numbers of the claim with which it compares other numbers.
    pub bounds: Vec<Number>,
    /// Bounds that repeat in digits what the claim says in words.
    pub spoken: Vec<Exact>,
    /// Whether a quoted number is part of it, or of a sum whose result it uses. If not, it only converts units.
    is_anchored: bool,
}

/// What is wrong with a sum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the derivation \"{0}\" is no sum of plain numbers")]
    Unreadable(String),
    #[error("{0} in the derivation stands in no source")]
    Unknown(String),
    #[error(
        "{0} in the derivation stands in no source; if the message merely supposes it, the derivation has to begin: \
            say {0};"
    )]
    NotSupposed(String),
    #[error("no number of the derivation stands in the quotations")]
    NotQuoted,
    #[error("{left} is not {right}")]
    Wrong { left: String, right: String },
    #[error("the derivation \"{0}\" has no value")]
    NoValue(String),
}

/// Reads and computes a derivation.
pub(super) fn derive(text: &str, origin: impl Fn(&Number) -> Origin) -> Result<Vec<Sum>, Fault> {
    let unreadable = || Fault::Unreadable(text.chars().take(80).collect());
    if text.chars().count() > MOST_CHARACTERS {
        return Err(unreadable());
    }
    let sums: Vec<&str> = text.split([';', '\n', '\u{ff1b}']).map(str::trim).filter(|sum| !sum.is_empty()).collect();
    let supposed: Vec<Number> = sums.iter().filter_map(|sum| supposition(sum)).flat_map(numbers_of_sum).collect();
    // A supposition by itself comes to nothing.
    let computed = sums.into_iter().map(|sum| supposition(sum).unwrap_or(sum)).filter(|sum| {
        let is_bare = sum.chars().all(|letter| {
            letter.is_alphanumeric() || letter.is_whitespace() || ".,%".contains(letter) || is_currency(letter)
        });
        !(is_bare
            && numbers_of_sum(sum)
                .iter()
                .all(|number| supposed.iter().any(|other| other == number || other.is(number))))
    });
    let mut derived: Vec<Sum> = Vec::new();
    for sum in computed {
        let sum = one(sum, &origin, &supposed, &derived)?;
        derived.push(sum);
    }
    if derived.is_empty() {
        return Err(unreadable());
    }
    derived.retain(|sum| sum.is_anchored);
    if derived.is_empty() { Err(Fault::NotQuoted) } else { Ok(derived) }
}

/// What is supposed in `say 180`.
fn supposition(sum: &str) -> Option<&str> {
    let (word, rest) = sum.split_at_checked(4)?;
    word.eq_ignore_ascii_case("say ").then_some(rest.trim())
}

/// Checks and computes one sum; `earlier` are those that stand before it.
fn one(text: &str, origin: &impl Fn(&Number) -> Origin, supposed: &[Number], earlier: &[Sum]) -> Result<Sum, Fault> {
    let unreadable = || Fault::Unreadable(text.chars().take(80).collect());
    let tokens = tokens(text).ok_or_else(unreadable)?;
    let mut sides = Vec::new();
    let mut relations = Vec::new();
    for part in tokens.split_inclusive(|token| matches!(token, Token::Relation(_))) {
        let (side, relation) = match part {
            [side @ .., Token::Relation(relation)] => (side, Some(*relation)),
            side => (side, None),
        };
        sides.push(Parser::parse(side).ok_or_else(unreadable)?);
        relations.extend(relation);
    }
    if relations.len() + 1 != sides.len() {
        return Err(unreadable());
    }
    let compares = relations.iter().any(|relation| *relation != Relation::Equal);
    let mut check = Check {
        origin,
        supposed,
        earlier,
        compares,
        is_anchored: false,
        converts: true,
        operands: Vec::new(),
        used: Vec::new(),
        bounds: Vec::new(),
        spoken: Vec::new(),
    };
    // What a sum is said to come to is the claim's number, or the sum in other words.
    let computed = if compares { sides.len() } else { 1 };
    for side in &sides[..computed] {
        check.side(side)?;
    }
    if !check.is_anchored && (compares || !check.converts) {
        return Err(Fault::NotQuoted);
    }
    let results: Vec<Vec<Exact>> = sides.iter().map(values).collect();
    if results.iter().any(Vec::is_empty) {
        return Err(Fault::NoValue(text.chars().take(80).collect()));
    }
    for (at, relation) in relations.iter().enumerate() {
        let left = if *relation == Relation::Equal && !compares { 0 } else { at };
        if !relation.holds(&results[left], (&sides[at + 1], &results[at + 1])) {
            return Err(Fault::Wrong { left: shown(&results[left]), right: shown(&results[at + 1]) });
        }
    }
    let results = if compares { None } else { results.into_iter().next() };
    Ok(Sum {
        results: results.unwrap_or_default(),
        operands: check.operands,
        supposed: check.used,
        bounds: check.bounds,
        spoken: check.spoken,
        is_anchored: check.is_anchored,
    })
}

/// A value for people: a decimal where it is one, else rounded to four places.
fn shown(values: &[Exact]) -> String {
    let Some(value) = values.first() else { return String::new() };
    let scaled = value.checked_mul(&Exact::from_integer(10_000)).map_or(0, |scaled| scaled.round().to_integer());
    let text =
        format!("{}{}.{:04}", if scaled < 0 { "-" } else { "" }, (scaled / 10_000).abs(), (scaled % 10_000).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Holds the numbers of a sum against the sources.
struct Check<'a, F> {
    origin: &'a F,
    supposed: &'a [Number],
    earlier: &'a [Sum],
    compares: bool,
    is_anchored: bool,
    /// Whether all of its numbers convert units.
    converts: bool,
    operands: Vec<Number>,
    used: Vec<Number>,
    bounds: Vec<Number>,
    spoken: Vec<Exact>,
}

impl<F: Fn(&Number) -> Origin> Check<'_, F> {
    fn side(&mut self, node: &Node) -> Result<(), Fault> {
        if self.compares && self.is_bound(node) {
            self.spoken.extend(values(node));
            return Ok(());
        }
        self.node(node, Role::Alone)
    }

    /// Whether one side of a comparison only repeats in digits what the claim says in words: `a week and a half` as
    /// `1.5`, or as `1 + 1 / 2`. It supports no number that the claim gives in digits.
    fn is_bound(&self, node: &Node) -> bool {
        let is_small = |value: &Exact| {
            let halves = *value * Exact::from_integer(2);
            halves.is_integer() && (1..=MOST_HALVES).contains(&halves.to_integer())
        };
        let values = values(node);
        !values.is_empty()
            && values.iter().all(|value| is_small(value) || is_of_calendar(value))
            && numbers_in(node).iter().all(|number| (self.origin)(number) == Origin::Nowhere)
    }

    fn node(&mut self, node: &Node, role: Role) -> Result<(), Fault> {
        match node {
            Node::Number(number) => self.number(number, role),
            Node::Negative(inner) | Node::Hundredths(inner) => self.node(inner, role),
            Node::Both(operator, left, right) => {
                let role = match operator {
                    Operator::Plus | Operator::Minus => Role::Addend,
                    Operator::Times | Operator::By => Role::Factor,
                };
                self.node(left, role)?;
                self.node(right, role)
            }
        }
    }

    fn number(&mut self, number: &Number, role: Role) -> Result<(), Fault> {
        match (self.origin)(number) {
            Origin::Quoted => {
                self.is_anchored = true;
                self.operands.push(number.clone());
            }
            Origin::Source => {
                // The facts may speak of twelve months, too.
                self.converts &= leaf(number).iter().any(|value| role.allows(*value));
                self.operands.push(number.clone());
            }
            Origin::Claim if self.compares => self.bounds.push(number.clone()),
            _ if self.earlier.iter().any(|sum| sum.comes_to(number)) => {
                let is_anchored = self.earlier.iter().any(|sum| sum.is_anchored && sum.comes_to(number));
                self.is_anchored |= is_anchored;
                self.converts &= is_anchored;
                self.operands.push(number.clone());
            }
            Origin::Claim | Origin::Message if self.supposed.iter().any(|other| other.is(number)) => {
                self.used.push(number.clone());
            }
            origin if !leaf(number).iter().any(|value| role.allows(*value)) => {
                let value = shown(&leaf(number));
                return Err(if origin == Origin::Nowhere { Fault::Unknown(value) } else { Fault::NotSupposed(value) });
            }
            // The 52 weeks of `52 weeks come to about 46,600`: borne out if the sum gives the other number.
            Origin::Claim if role == Role::Factor && leaf(number).iter().any(is_of_calendar) => {
                self.used.push(number.clone());
            }
            Origin::Claim | Origin::Message | Origin::Nowhere => {}
        }
        Ok(())
    }
}

impl Sum {
    /// Whether a number is exactly what it comes to.
    fn comes_to(&self, number: &Number) -> bool {
        leaf(number).iter().any(|value| self.results.contains(value))
    }
}

/// The numbers of an expression.
fn numbers_in(node: &Node) -> Vec<&Number> {
    match node {
        Node::Number(number) => vec![number],
        Node::Negative(inner) | Node::Hundredths(inner) => numbers_in(inner),
        Node::Both(_, left, right) => [numbers_in(left), numbers_in(right)].concat(),
    }
}

/// What a number does in a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Alone,
    Addend,
    Factor,
}

/// Whole factors of units, halves and tenths: days of a week, weeks and months of a year, and so on.
const FACTORS: [i128; 23] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 24, 26, 30, 52, 60, 100, 360, 365, 366, 1024, 3600];

/// Whether a value counts hours, minutes, days, weeks, months or quarters of something larger.
fn is_of_calendar(value: &Exact) -> bool {
    value.is_integer() && [4, 7, 12, 24, 26, 30, 52, 60, 360, 365, 366].contains(&value.to_integer())
}

/// Factors between units of measure, in millionths: miles, pounds, inches, feet, gallons, acres, square feet.
const MEASURES: [i128; 22] = [
    1_609_344, 1_609_000, 1_600_000, 621_000, 621_371, 2_540_000, 304_800, 305_000, 453_592, 454_000, 2_204_600,
    2_200_000, 3_785_000, 4_546_000, 404_700, 404_686, 2_471_000, 10_764_000, 92_900, 4_184_000, 3_600_000, 1_800_000,
];

impl Role {
    /// Whether a number that stands in no source may be used in this role. Added numbers must stand somewhere;
    /// exceptions are the whole (what is left of 100%), and the twelve hours of a clock.
    fn allows(self, value: Exact) -> bool {
        match self {
            Role::Alone => false,
            Role::Addend => [1, 100, 12].iter().any(|whole| value == Exact::from_integer(*whole)),
            Role::Factor => {
                let is_power = |value: i128| value >= 10 && (0..=12).any(|power| 10_i128.pow(power) == value);
                let whole = value.is_integer().then(|| value.to_integer());
                whole.is_some_and(|value| FACTORS.contains(&value) || is_power(value))
                    || MEASURES.iter().any(|millionths| value == Exact::new(*millionths, 1_000_000))
                    || [Exact::new(1, 100), Exact::new(1, 10), Exact::new(1, 1000), Exact::new(1, 2), Exact::new(1, 4)]
                        .contains(&value)
            }
        }
    }
}

#[cfg(test)]
mod tests;
