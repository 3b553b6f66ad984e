//! Whether a sum comes to a share or to hundredths.
//!
//! `3 * 12` of "3 % a month" comes to 36 hundredths, `(12 - 9) / 12` of "from 12 % to 9 %" to a share of one.

use super::super::numbers::{Exact, Number};
use super::expression::{Node, Operator};

/// How often a value is to be divided by a hundred to be what it means. `None` where nobody can tell.
pub(super) fn hundreds(node: &Node, is_hundredths: &impl Fn(&Number) -> Option<bool>) -> Option<i32> {
    match node {
        Node::Number(number) if number.is_percent() => Some(0),
        Node::Number(number) => is_hundredths(number).map(i32::from),
        Node::Negative(inner) => hundreds(inner, is_hundredths),
        Node::Hundredths(_) => None,
        Node::Both(operator, left, right) => {
            let (one, other) = (hundreds(left, is_hundredths)?, hundreds(right, is_hundredths)?);
            match operator {
                Operator::Times if is_hundred(left) || is_hundred(right) => None,
                Operator::By if is_hundred(right) => None,
                Operator::Times => Some(one + other),
                Operator::By => Some(one - other),
                // What is left of a hundred per cent.
                Operator::Plus | Operator::Minus if is_hundred(left) => Some(other),
                Operator::Plus | Operator::Minus if is_hundred(right) => Some(one),
                Operator::Plus | Operator::Minus => (one == other).then_some(one),
            }
        }
    }
}

/// Whether an expression adds and subtracts per cent, and does nothing else.
pub(super) fn adds_per_cent(node: &Node) -> bool {
    match node {
        Node::Number(number) => number.is_percent(),
        Node::Negative(inner) => adds_per_cent(inner),
        Node::Hundredths(_) | Node::Both(Operator::Times | Operator::By, ..) => false,
        Node::Both(_, left, right) => adds_per_cent(left) && adds_per_cent(right),
    }
}

fn is_hundred(node: &Node) -> bool {
    let is_whole = |number: &Number| number.readings.iter().any(|reading| reading.value == Exact::from_integer(100));
    matches!(node, Node::Number(number) if is_whole(number) && !number.is_percent())
}
