//! Sums: how a number of a message follows from numbers of the sources.
//!
//! A sum is an expression over plain numbers (`150 * 930`, `(6000 - 4200) / 6000`, `4180 * 2.1%`), several parted by
//! semicolons. It is computed in exact fractions. What it is not allowed to do is to bring in a number: each stands in
//! a source, or is a unit's factor that multiplies or divides. A comparison (`318 > 300`) carries what is said to be
//! more or less than a number, if it lies near; and `say 180` introduces a quantity that the message itself supposes as
//! an example, of which only a reader can tell that it is no claim. What an earlier sum of the same derivation comes to
//! may be used in a later one, and units may be converted by a sum of their own (`12 / 3; 4 * 62`), which bears nothing
//! by itself.

mod expression;
mod roles;
mod scale;

use num_traits::{CheckedMul, CheckedSub, Signed};

use super::numbers::{Exact, Number, numbers_of_sum};
use expression::{Node, Operator, Parser, Relation, Token, is_currency, leaf, tokens, values};
use roles::{Beside, Free, Role, is_of_calendar};
use scale::{adds_per_cent, hundreds};

/// Characters of a derivation that are read.
const MOST_CHARACTERS: usize = 400;
/// The largest bound of a comparison, in halves, that need not stand in a source.
const MOST_HALVES: i128 = 40;
/// The largest number of a fraction that is such a bound.
const MOST_PARTS: i128 = 20;

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
    /// Nowhere, but a quoted rate makes it: the 1.19 or the 0.81 of 19 %.
    Rate,
    /// Nowhere.
    Nowhere,
}

/// A sum that is right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sum {
    /// Its possible results: several if its numbers have several readings.
    pub results: Vec<Exact>,
    /// The same in percentage points, where it adds and subtracts per cent only.
    pub points: Vec<Exact>,
    /// Whether its results are hundredths, or shares of one; `None` if they may be either.
    pub is_hundredths: Option<bool>,
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
    #[error("{left} is not near {right}, which stands in no source")]
    Far { left: String, right: String },
    #[error("the derivation \"{0}\" has no value")]
    NoValue(String),
}

/// Reads and computes a derivation. `is_hundredths` tells of a number without a percent sign whether its source has
/// one.
pub(super) fn derive(
    text: &str,
    origin: impl Fn(&Number) -> Origin,
    is_hundredths: impl Fn(&Number) -> Option<bool>,
) -> Result<Vec<Sum>, Fault> {
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
        let sum = one(sum, (&origin, &is_hundredths), &supposed, &derived)?;
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
fn one(
    text: &str,
    (origin, is_hundredths): (&impl Fn(&Number) -> Origin, &impl Fn(&Number) -> Option<bool>),
    supposed: &[Number],
    earlier: &[Sum],
) -> Result<Sum, Fault> {
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
        is_hundredths,
        free: Free::default(),
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
    check.bounds(&sides, &results)?;
    let results = if compares { None } else { results.into_iter().next() }.unwrap_or_default();
    let hundred = Exact::from_integer(100);
    let points = results.iter().filter(|_| adds_per_cent(&sides[0])).filter_map(|value| value.checked_mul(&hundred));
    Ok(Sum {
        points: points.collect(),
        is_hundredths: match hundreds(&sides[0], is_hundredths) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        results,
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
struct Check<'a, F, G> {
    origin: &'a F,
    is_hundredths: &'a G,
    free: Free,
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

impl<F: Fn(&Number) -> Origin, G: Fn(&Number) -> Option<bool>> Check<'_, F, G> {
    fn side(&mut self, node: &Node) -> Result<(), Fault> {
        if self.compares && self.is_bound(node) {
            self.spoken.extend(values(node));
            return Ok(());
        }
        if !self.claimed(node).is_empty() {
            return Ok(());
        }
        self.node(node, Role::Alone)
    }

    /// The numbers of the claim that are one side of a comparison: one, or a small fraction, `9 / 10`.
    fn claimed<'n>(&self, node: &'n Node) -> Vec<&'n Number> {
        let is_small = |number: &&Number| leaf(number).iter().all(|value| *value <= Exact::from_integer(MOST_PARTS));
        let numbers = match node {
            Node::Number(number) => vec![number],
            Node::Both(Operator::By, ..) => numbers_in(node),
            _ => Vec::new(),
        };
        let is_whole = numbers.len() == 1 || (numbers.len() == 2 && numbers.iter().all(is_small));
        let is_free = |number: &&&Number| matches!((self.origin)(number), Origin::Claim | Origin::Nowhere);
        if !self.compares || !is_whole || !numbers.iter().all(|number| is_free(&number)) {
            return Vec::new();
        }
        numbers.into_iter().filter(|number| (self.origin)(number) == Origin::Claim).collect()
    }

    /// Adds the numbers of the claim that lie near what they are compared with.
    fn bounds(&mut self, sides: &[Node], results: &[Vec<Exact>]) -> Result<(), Fault> {
        for (at, side) in sides.iter().enumerate() {
            let claimed = self.claimed(side);
            if claimed.is_empty() {
                continue;
            }
            let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| results.get(at));
            let compared: Vec<Exact> = beside.flatten().copied().collect();
            if !results[at].iter().any(|bound| compared.iter().any(|value| are_near(*bound, *value))) {
                return Err(Fault::Far { left: shown(&compared), right: shown(&results[at]) });
            }
            self.bounds.extend(claimed.into_iter().cloned());
        }
        Ok(())
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
                let role = |beside: &Node| match operator {
                    Operator::Plus | Operator::Minus => Role::Addend(self.beside(beside)),
                    Operator::Times | Operator::By => Role::Factor,
                };
                let (of_left, of_right) = (role(right), role(left));
                self.node(left, of_left)?;
                self.node(right, of_right)
            }
        }
    }

    /// What a number is added to.
    fn beside(&self, node: &Node) -> Beside {
        let values = values(node);
        let within = |low: i128, high: i128| {
            values.iter().all(|value| (Exact::from_integer(low)..=Exact::from_integer(high)).contains(value))
        };
        let hundreds = hundreds(node, self.is_hundredths);
        if within(-1, 1) {
            Beside::Share
        } else if scales_degrees(node) {
            Beside::Degrees
        } else if hundreds == Some(0) && within(0, 24) {
            Beside::Hours
        } else if hundreds != Some(0) && within(0, 24) {
            Beside::HoursOrHundredths
        } else if hundreds != Some(0) {
            Beside::Hundredths
        } else {
            Beside::Count
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
            Origin::Rate if role == Role::Factor => self.is_anchored = true,
            _ if self.earlier.iter().any(|sum| sum.comes_to(number)) => {
                let is_anchored = self.earlier.iter().any(|sum| sum.is_anchored && sum.comes_to(number));
                self.is_anchored |= is_anchored;
                self.converts &= is_anchored;
                self.operands.push(number.clone());
            }
            Origin::Claim | Origin::Message if self.supposed.iter().any(|other| other.is(number)) => {
                self.used.push(number.clone());
            }
            origin if !leaf(number).iter().any(|value| role.allows(*value)) || !self.free.has_room(role) => {
                let value = shown(&leaf(number));
                let is_said = matches!(origin, Origin::Claim | Origin::Message);
                return Err(if is_said { Fault::NotSupposed(value) } else { Fault::Unknown(value) });
            }
            // The 52 weeks of `52 weeks come to about 46,600`: borne out if the sum gives the other number.
            Origin::Claim if role == Role::Factor && leaf(number).iter().any(is_of_calendar) => {
                self.used.push(number.clone());
            }
            _ => {}
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

/// Whether a bound is about as large as what is compared with it: more than that, and any number would do.
fn are_near(bound: Exact, value: Exact) -> bool {
    let apart = bound.checked_sub(&value).map(|apart| apart.abs());
    apart.is_some_and(|apart| apart <= Exact::new(3, 2) || apart <= bound.abs().min(value.abs()))
}

/// Whether an expression multiplies by nine fifths, as degrees of Celsius are.
fn scales_degrees(node: &Node) -> bool {
    let has = |value: Exact| numbers_in(node).iter().any(|number| leaf(number).contains(&value));
    matches!(node, Node::Both(Operator::Times | Operator::By, ..))
        && (has(Exact::new(9, 5)) || has(Exact::from_integer(9)) && has(Exact::from_integer(5)))
}

#[cfg(test)]
mod tests;
