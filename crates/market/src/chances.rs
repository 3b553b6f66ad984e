//! Statements: how likely each of them is, for a decision model.

use serde_json::{Map, Value};

use super::dice::Dice;
use super::feature::Feature;
use super::judge;
use rejoinder_llm::model::chances::Statement;

/// The name of the statement that is about the decision itself; every other is about an objection.
const YES: &str = "yes";

/// How far a probability strays from the true one, on the logit scale.
const NOISE: f64 = 0.25;

/// The probability of an objection that this market does not know.
const UNKNOWN: f64 = 0.05;

/// How likely each statement is about this message, in thousandths.
pub(super) fn weigh(case: judge::Case<'_>, statements: &[Statement], dice: &mut Dice) -> Value {
    let (judge, found, yes) = judge::weigh(case);
    let mut stray = |p: f64| {
        let p = p.clamp(1e-6, 1.0 - 1e-6);
        let logit = (p / (1.0 - p)).ln() + NOISE * dice.normal();
        (1000.0 / (1.0 + (-logit).exp())).round() / 1000.0
    };
    // An objection holds where the message lacks what this reader wants, or does what the reader dislikes.
    let holds = |feature: Feature| {
        let weight = judge.weights[feature.index()];
        let is_there = found.features.has(feature);
        if weight > 0.0 && !is_there || weight < 0.0 && is_there { (0.25 + weight.abs()).min(0.95) } else { 0.04 }
    };
    let chance = |statement: &Statement| match judge::features_in(&statement.text).first() {
        _ if statement.name == YES => yes,
        Some(feature) => holds(*feature),
        None => UNKNOWN,
    };
    let chances: Map<String, Value> =
        statements.iter().map(|statement| (statement.name.clone(), stray(chance(statement)).into())).collect();
    Value::Object(chances)
}
