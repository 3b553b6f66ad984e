//! Sums: how a number of a message follows from numbers of the sources.
//!
//! A sum is an expression over plain numbers (`150 * 930`, `(6000 - 4200) / 6000`, `4180 * 2.1%`), several parted by
//! semicolons. It is computed in exact fractions. What it is not allowed to do is to bring in a number: each stands in a
//! source, or is a unit's factor that multiplies or divides. A comparison (`318 > 300`) carries what is said to be more or
//! less than a number; and `say 180` introduces a quantity that the message itself supposes as an example, of which only a
//! reader can tell that it is no claim.

use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Zero};

use super::numbers::{Exact, Number, Unit, numbers_of_sum};

/// Characters of a derivation that are read.
const MOST_CHARACTERS: usize = 400;
/// How deep brackets are read.
const MOST_DEPTH: usize = 16;
/// How many values a sum may have where its numbers have several readings.
const MOST_RESULTS: usize = 64;

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
    /// What it comes to: several values where its numbers have several readings.
    pub results: Vec<Exact>,
    /// Its numbers that stand in sources.
    pub operands: Vec<Number>,
    /// Its numbers that the message supposes.
    pub supposed: Vec<Number>,
    /// Numbers of the claim that it holds other numbers against.
    pub bounds: Vec<Number>,
}

/// What is wrong with a sum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the derivation \"{0}\" is no sum of plain numbers")]
    Unreadable(String),
    #[error("{0} in the derivation stands in no source")]
    Unknown(String),
    #[error("{0} in the derivation stands in no source; if the message merely supposes it, the derivation has to begin: say {0};")]
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
        let is_bare = sum.chars().all(|letter| letter.is_alphanumeric() || letter.is_whitespace() || ".,%".contains(letter) || is_currency(letter));
        !(is_bare && numbers_of_sum(sum).iter().all(|number| supposed.iter().any(|other| other == number || other.is(number))))
    });
    let derived: Result<Vec<Sum>, Fault> = computed.map(|sum| one(sum, &origin, &supposed)).collect();
    derived.and_then(|sums| if sums.is_empty() { Err(unreadable()) } else { Ok(sums) })
}

/// What is supposed in `say 180`.
fn supposition(sum: &str) -> Option<&str> {
    let (word, rest) = sum.split_at_checked(4)?;
    word.eq_ignore_ascii_case("say ").then_some(rest.trim())
}

fn one(text: &str, origin: &impl Fn(&Number) -> Origin, supposed: &[Number]) -> Result<Sum, Fault> {
    let unreadable = || Fault::Unreadable(text.chars().take(80).collect());
    let tokens = tokens(text).ok_or_else(unreadable)?;
    let mut sides = Vec::new();
    let mut relations = Vec::new();
    for part in tokens.split_inclusive(|token| matches!(token, Token::Relation(_))) {
        let (side, relation) = match part {
            [side @ .., Token::Relation(relation)] => (side, Some(*relation)),
            side => (side, None),
        };
        let mut parser = Parser { tokens: side, at: 0 };
        sides.push(parser.expression(0).filter(|_| parser.at == side.len()).ok_or_else(unreadable)?);
        relations.extend(relation);
    }
    if relations.len() + 1 != sides.len() {
        return Err(unreadable());
    }
    let compares = relations.iter().any(|relation| *relation != Relation::Equal);
    let mut check = Check { origin, supposed, compares, is_quoted: false, operands: Vec::new(), used: Vec::new(), bounds: Vec::new() };
    // What a sum is said to come to is the claim's number, or the sum in other words.
    let computed = if compares { sides.len() } else { 1 };
    for side in &sides[..computed] {
        check.side(side)?;
    }
    if !check.is_quoted {
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
    Ok(Sum { results: results.unwrap_or_default(), operands: check.operands, supposed: check.used, bounds: check.bounds })
}

/// A value for people: a decimal where it is one, else rounded to four places.
fn shown(values: &[Exact]) -> String {
    let Some(value) = values.first() else { return String::new() };
    let scaled = value.checked_mul(&Exact::from_integer(10_000)).map_or(0, |scaled| scaled.round().to_integer());
    let text = format!("{}{}.{:04}", if scaled < 0 { "-" } else { "" }, (scaled / 10_000).abs(), (scaled % 10_000).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    fn holds(self, left: &[Exact], (side, right): (&Node, &[Exact])) -> bool {
        let compared = |test: fn(&Exact, &Exact) -> bool| left.iter().any(|a| right.iter().any(|b| test(a, b)));
        match self {
            Relation::Equal => match side {
                Node::Number(number) => left.iter().any(|value| number.rounds(*value)),
                _ => compared(|a, b| a == b),
            },
            Relation::Less => compared(|a, b| a < b),
            Relation::AtMost => compared(|a, b| a <= b),
            Relation::More => compared(|a, b| a > b),
            Relation::AtLeast => compared(|a, b| a >= b),
        }
    }
}

#[derive(Clone, Debug)]
enum Token {
    Number(Number),
    Operator(Operator),
    Open,
    Close,
    Percent,
    Relation(Relation),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    By,
}

/// The tokens of a sum. Words and signs of currencies are passed over; any other sign is none of a sum.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let numbers = numbers_of_sum(text);
    let mut tokens = Vec::new();
    let mut skip_to = 0;
    for (at, letter) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if let Some(number) = numbers.iter().find(|number| number.start == at) {
            skip_to = number.end;
            tokens.push(Token::Number(number.clone()));
            continue;
        }
        let rest = &text[at..];
        let or_equal = ["<=", ">=", "=<", "=>"].iter().any(|pair| rest.starts_with(pair));
        let token = match letter {
            '<' | '\u{2264}' | '>' | '\u{2265}' | '=' if or_equal => {
                skip_to = at + 2;
                Token::Relation(if rest[..2].contains('<') { Relation::AtMost } else { Relation::AtLeast })
            }
            '<' => Token::Relation(Relation::Less),
            '>' => Token::Relation(Relation::More),
            '\u{2264}' => Token::Relation(Relation::AtMost),
            '\u{2265}' => Token::Relation(Relation::AtLeast),
            '=' | '\u{2248}' | '~' | '\u{2243}' | '\u{2192}' => Token::Relation(Relation::Equal),
            '+' => Token::Operator(Operator::Plus),
            '-' | '\u{2212}' | '\u{2013}' => Token::Operator(Operator::Minus),
            '*' | '\u{d7}' | '\u{b7}' | '\u{22c5}' => Token::Operator(Operator::Times),
            '/' | '\u{f7}' | '\u{2044}' | '\u{2215}' => Token::Operator(Operator::By),
            '(' | '[' | '\u{ff08}' => Token::Open,
            ')' | ']' | '\u{ff09}' => Token::Close,
            '%' | '\u{ff05}' => Token::Percent,
            'a'..='z' | 'A'..='Z' => {
                let word = &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())];
                skip_to = at + word.len();
                if !matches!(word, "x" | "X") {
                    continue;
                }
                Token::Operator(Operator::Times)
            }
            _ if letter.is_alphabetic() || letter.is_whitespace() || is_currency(letter) => continue,
            _ => return None,
        };
        tokens.push(token);
    }
    Some(tokens)
}

fn is_currency(letter: char) -> bool {
    matches!(letter, '$' | '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}')
}

#[derive(Clone, Debug)]
enum Node {
    Number(Number),
    Negative(Box<Node>),
    Hundredths(Box<Node>),
    Both(Operator, Box<Node>, Box<Node>),
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    fn expression(&mut self, depth: usize) -> Option<Node> {
        let mut node = self.product(depth)?;
        while let Some(Token::Operator(operator @ (Operator::Plus | Operator::Minus))) = self.tokens.get(self.at) {
            self.at += 1;
            node = Node::Both(*operator, Box::new(node), Box::new(self.product(depth)?));
        }
        Some(node)
    }

    fn product(&mut self, depth: usize) -> Option<Node> {
        let mut node = self.factor(depth)?;
        while let Some(Token::Operator(operator @ (Operator::Times | Operator::By))) = self.tokens.get(self.at) {
            self.at += 1;
            node = Node::Both(*operator, Box::new(node), Box::new(self.factor(depth)?));
        }
        Some(node)
    }

    fn factor(&mut self, depth: usize) -> Option<Node> {
        if depth > MOST_DEPTH {
            return None;
        }
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        let mut node = match token {
            Token::Number(number) => Node::Number(number.clone()),
            Token::Operator(Operator::Minus) => Node::Negative(Box::new(self.factor(depth + 1)?)),
            Token::Open => {
                let node = self.expression(depth + 1)?;
                matches!(self.tokens.get(self.at), Some(Token::Close)).then_some(())?;
                self.at += 1;
                node
            }
            _ => return None,
        };
        while matches!(self.tokens.get(self.at), Some(Token::Percent)) {
            self.at += 1;
            node = Node::Hundredths(Box::new(node));
        }
        Some(node)
    }
}

/// Everything that an expression may come to; nothing where it divides by zero or is too large.
fn values(node: &Node) -> Vec<Exact> {
    let mut values: Vec<Exact> = match node {
        Node::Number(number) => leaf(number),
        Node::Negative(inner) => values(inner).into_iter().map(|value| -value).collect(),
        Node::Hundredths(inner) => values(inner).into_iter().map(|value| value / Exact::from_integer(100)).collect(),
        Node::Both(operator, left, right) => {
            let (left, right) = (values(left), values(right));
            let apply = |a: &Exact, b: &Exact| match operator {
                Operator::Plus => a.checked_add(b),
                Operator::Minus => a.checked_sub(b),
                Operator::Times => a.checked_mul(b),
                Operator::By if b.is_zero() => None,
                Operator::By => a.checked_div(b),
            };
            left.iter().flat_map(|a| right.iter().filter_map(move |b| apply(a, b))).take(MOST_RESULTS).collect()
        }
    };
    values.sort_unstable();
    values.dedup();
    values
}

/// Per cent is a fraction in a sum.
fn leaf(number: &Number) -> Vec<Exact> {
    let is_percent = number.readings.iter().any(|reading| reading.unit == Unit::Share);
    let counts = |unit: Unit| if is_percent { unit == Unit::Share } else { true };
    number.readings.iter().filter(|reading| counts(reading.unit)).map(|reading| reading.value).collect()
}

/// Holds the numbers of a sum against the sources.
struct Check<'a, F> {
    origin: &'a F,
    supposed: &'a [Number],
    compares: bool,
    is_quoted: bool,
    operands: Vec<Number>,
    used: Vec<Number>,
    bounds: Vec<Number>,
}

impl<F: Fn(&Number) -> Origin> Check<'_, F> {
    fn side(&mut self, node: &Node) -> Result<(), Fault> {
        self.node(node, Role::Alone)
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
                self.is_quoted = true;
                self.operands.push(number.clone());
            }
            Origin::Source => self.operands.push(number.clone()),
            Origin::Claim if self.compares => self.bounds.push(number.clone()),
            Origin::Claim | Origin::Message if self.supposed.iter().any(|other| other.is(number)) => {
                self.used.push(number.clone());
            }
            origin if !leaf(number).iter().any(|value| role.allows(*value)) => {
                let value = shown(&leaf(number));
                return Err(if origin == Origin::Nowhere { Fault::Unknown(value) } else { Fault::NotSupposed(value) });
            }
            Origin::Claim | Origin::Message | Origin::Nowhere => {}
        }
        Ok(())
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
const FACTORS: [i128; 23] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 24, 26, 30, 52, 60, 100, 360, 365, 366, 1024, 3600];

/// Factors between units of measure, in millionths: miles, pounds, inches, feet, gallons, acres, square feet.
const MEASURES: [i128; 22] = [
    1_609_344, 1_609_000, 1_600_000, 621_000, 621_371, 2_540_000, 304_800, 305_000, 453_592, 454_000, 2_204_600, 2_200_000,
    3_785_000, 4_546_000, 404_700, 404_686, 2_471_000, 10_764_000, 92_900, 4_184_000, 3_600_000, 1_800_000,
];

impl Role {
    /// Whether a number that stands in no source may do this. What is added counts; only the whole may be (per cent left
    /// over), and the twelve hours of a clock.
    fn allows(self, value: Exact) -> bool {
        match self {
            Role::Alone => false,
            Role::Addend => [1, 100, 12].iter().any(|whole| value == Exact::from_integer(*whole)),
            Role::Factor => {
                let is_power = |value: i128| value >= 10 && (0..=12).any(|power| 10_i128.pow(power) == value);
                let whole = value.is_integer().then(|| value.to_integer());
                whole.is_some_and(|value| FACTORS.contains(&value) || is_power(value))
                    || MEASURES.iter().any(|millionths| value == Exact::new(*millionths, 1_000_000))
                    || [Exact::new(1, 100), Exact::new(1, 10), Exact::new(1, 1000), Exact::new(1, 2), Exact::new(1, 4)].contains(&value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::grounding::numbers::numbers;

    const SOURCE: &str = "150 kWp, 930 kWh, 2.1 % of 4,180 crowns, $6,000, six for $4,200, 25 crowns at \u{a3}78, 194,000 kWh, 318 bookings";

    fn computed(text: &str) -> Result<Vec<Exact>, Fault> {
        let known = numbers(SOURCE);
        let claim = numbers("more than 300, 180 kWp");
        let origin = |number: &Number| {
            if number.is_among(&known) {
                Origin::Quoted
            } else if number.is_among(&claim) {
                Origin::Claim
            } else {
                Origin::Nowhere
            }
        };
        derive(text, origin).map(|sums| sums.into_iter().flat_map(|sum| sum.results).collect())
    }

    fn whole(text: &str) -> Vec<i128> {
        computed(text).unwrap().iter().map(|value| value.round().to_integer()).collect()
    }

    #[test]
    fn sums_are_computed_exactly() {
        assert_eq!(whole("150 * 930"), [139_500]);
        assert_eq!(whole("150 kWp \u{d7} 930 kWh"), [139_500]);
        assert_eq!(whole("150 x 930 = 139,500 \u{2248} 140000"), [139_500]);
        assert_eq!(whole("4180 * 2.1%"), [88]);
        assert_eq!(whole("4180 * 0.021"), [88]);
        assert_eq!(whole("4,180 * 2.1 / 100"), [0, 88]);
        assert_eq!(computed("(6000 - 4200) / 6000"), Ok(vec![Exact::new(3, 10)]));
        assert_eq!(whole("25 * 78; 78 / 2"), [1950, 39]);
        assert_eq!(whole("-(150 - 930)"), [780]);
        assert_eq!(whole("194000"), [194_000]);
        assert_eq!(computed("4200 / (2 + 4)"), Err(Fault::Unknown("2".into())));
    }

    #[test]
    fn no_sum_brings_in_a_number() {
        for (text, unknown) in [("150 * 940", "940"), ("40 * 100", "40"), ("150 + 5", "5"), ("78 - 7", "7"), ("24", "24")] {
            assert_eq!(computed(text), Err(Fault::Unknown(unknown.into())), "{text}");
        }
        assert_eq!(computed("12 * 52"), Err(Fault::NotQuoted));
        assert_eq!(computed("100% - 2.1%").map(|values| values.len()), Ok(1));
    }

    #[test]
    fn what_the_message_supposes_has_to_be_said() {
        assert_eq!(whole("say 180; 180 * 930"), [167_400]);
        assert_eq!(whole("say 180 kWp; 180 kWp * 930"), [167_400]);
        assert_eq!(computed("180 * 930"), Err(Fault::NotSupposed("180".into())));
        assert_eq!(computed("say 190; 190 * 930"), Err(Fault::Unknown("190".into())));
        assert!(matches!(computed("say 180"), Err(Fault::Unreadable(_))));
        assert_eq!(computed("say 180; 180 * 300"), Err(Fault::NotSupposed("300".into())));
    }

    #[test]
    fn what_is_wrong_or_no_sum_is_said() {
        assert_eq!(computed("150 * 930 = 150000"), Err(Fault::Wrong { left: "139500".into(), right: "150000".into() }));
        for text in ["n/a", "", ";", "150 *", "150 930 * 2 ^ 2", "(150", "150 & 930", "see the facts", "150 = "] {
            assert!(matches!(computed(text), Err(Fault::Unreadable(_))), "{text}: {:?}", computed(text));
        }
        assert!(matches!(computed("150 / (78 - 78)"), Err(Fault::NoValue(_))));
        assert!(matches!(computed(&"(".repeat(300)), Err(Fault::Unreadable(_))));
    }

    #[test]
    fn a_comparison_holds_the_claim_against_the_source() {
        assert_eq!(computed("318 > 300"), Ok(vec![]));
        assert_eq!(computed("300 <= 318"), Ok(vec![]));
        assert_eq!(computed("318 < 300"), Err(Fault::Wrong { left: "318".into(), right: "300".into() }));
        assert_eq!(computed("400 > 318"), Err(Fault::Unknown("400".into())));
    }

    /// A random expression as text and its value.
    fn expression() -> impl Strategy<Value = (String, Option<Exact>)> {
        let number = prop::sample::select(vec![150_i128, 930, 78, 25, 6000, 318]);
        let leaf = number.prop_map(|number| (number.to_string(), Some(Exact::from_integer(number))));
        leaf.prop_recursive(4, 24, 2, |inner| {
            (inner.clone(), inner, 0_usize..4).prop_map(|((left, a), (right, b), operator)| {
                let sign = ["+", "-", "*", "/"][operator];
                let value = a.zip(b).and_then(|(a, b)| match operator {
                    0 => a.checked_add(&b),
                    1 => a.checked_sub(&b),
                    2 => a.checked_mul(&b),
                    _ if b.is_zero() => None,
                    _ => a.checked_div(&b),
                });
                (format!("({left} {sign} {right})"), value)
            })
        })
    }

    proptest! {
        /// The law: what is computed is exact arithmetic.
        #[test]
        fn a_sum_equals_exact_arithmetic((text, value) in expression()) {
            prop_assume!(text.len() <= MOST_CHARACTERS);
            match value {
                Some(value) => prop_assert_eq!(computed(&text), Ok(vec![value])),
                None => prop_assert!(computed(&text).is_err()),
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", sum in "[0-9 +*/()%.,;=<>-]{0,60}") {
            let _ = computed(&text);
            let _ = computed(&sum);
        }
    }
}
