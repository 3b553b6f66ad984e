//! Reads expressions and computes them.

use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Zero};

use super::super::numbers::{Exact, Number, Unit, numbers_of_sum};

/// How deep brackets are read.
const MOST_DEPTH: usize = 16;
/// How many values a sum may have where its numbers have several readings.
const MOST_RESULTS: usize = 64;

/// How two sides of a comparison stand to each other.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    pub(super) fn holds(self, left: &[Exact], (side, right): (&Node, &[Exact])) -> bool {
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
pub(super) enum Token {
    Number(Number),
    Operator(Operator),
    Open,
    Close,
    Percent,
    Relation(Relation),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    By,
}

/// The tokens of a sum. Words and signs of currencies are skipped; `None` if there is any other sign.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
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

pub(super) fn is_currency(letter: char) -> bool {
    matches!(letter, '$' | '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}')
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Number(Number),
    Negative(Box<Node>),
    Hundredths(Box<Node>),
    Both(Operator, Box<Node>, Box<Node>),
}

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    /// Parses tokens as one expression; `None` if they are none, or more than one.
    pub(super) fn parse(tokens: &[Token]) -> Option<Node> {
        let mut parser = Parser { tokens, at: 0 };
        parser.expression(0).filter(|_| parser.at == tokens.len())
    }

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
pub(super) fn values(node: &Node) -> Vec<Exact> {
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
pub(super) fn leaf(number: &Number) -> Vec<Exact> {
    let is_percent = number.readings.iter().any(|reading| reading.unit == Unit::Share);
    let counts = |unit: Unit| if is_percent { unit == Unit::Share } else { true };
    number.readings.iter().filter(|reading| counts(reading.unit)).map(|reading| reading.value).collect()
}
