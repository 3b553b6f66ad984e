//! What a cycle of ours wrote down about itself, read back. What cannot be read is as if it had not been written: a report
//! tells less then, and nothing wrong.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::compare::mean::Mean;
use crate::compare::second_judge::Opinion;
use crate::compare::{Interval, Rate};
use crate::data::results::Metadata;
use crate::evaluate::grounding::ClaimKind;
use crate::improve::Change;
use crate::improve::difference::Step;
use crate::optimize::by_hand::ByHand;
use crate::optimize::story::Rates;
use crate::optimize::{Objective, Verdict};

/// What a cycle found.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it came to.
    pub verdict: Option<Verdict>,
    /// What it raised.
    pub objective: Objective,
    /// The proof on unseen people; `None` where nothing came so far.
    pub proof: Option<ToldProof>,
    /// The prompt that won the race, adopted or not.
    pub challenger: Option<String>,
    /// What became of the advice with an adopted challenger.
    pub difference: Vec<Step>,
    /// What became of the objections with an adopted challenger.
    pub changes: Vec<Change>,
    /// Segments of the unseen people that were large enough.
    pub segments: Vec<ToldSegment>,
    /// Instructions that were tried, the most helpful first.
    pub instructions: Vec<Instruction>,
    /// Personas that are learned from, and that only verify.
    pub people: Option<(u64, u64)>,
    /// How many of those who only verify were generated for the proof.
    pub generated: u64,
    /// Challengers that were asked for, and that passed the screen.
    pub challengers: Option<(u64, u64)>,
    /// What became of the candidates that the user wrote.
    pub by_hand: Vec<ByHand>,
    /// What a second judge says.
    pub referee: Option<ToldReferee>,
}

/// The proof on unseen people.
#[derive(Clone, Debug)]
pub struct ToldProof {
    /// Gain, in -1..=1, with its 95 % interval.
    pub gain: Option<(f64, Interval)>,
    /// Of its one-sided test.
    pub p_value: Option<f64>,
    /// Level of that test.
    pub alpha: Option<f64>,
    /// Personas who were asked, trials of both sides, looks.
    pub personas: u64,
    /// See `personas`.
    pub trials: u64,
    /// See `personas`.
    pub looks: u64,
    /// The incumbent there.
    pub before: Rates,
    /// The challenger there.
    pub after: Rates,
}

/// What was found of a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldSegment {
    /// Its name.
    pub name: String,
    /// Its personas.
    pub personas: u64,
    /// `NonInferior`, `Inferior`, `Unclear`, `TooSmall`.
    pub verdict: String,
    /// What it gains at least with a chance of 95 %, in points, by a model of all kinds; a loss where it is below 0.
    pub gains_at_least: Option<f64>,
}

/// An instruction that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// Its words.
    pub text: String,
    /// What it changes about the chance of success, in -1..=1.
    pub change: f64,
    /// Whether the challenger has it.
    pub in_challenger: bool,
    /// Whether the incumbent has it.
    pub in_incumbent: bool,
}

/// What a second judge, from whom nothing was learned, says of the gain.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldReferee {
    /// Its model.
    pub model: String,
    /// Whether it sees the gain as well.
    pub opinion: Opinion,
    /// Its paired difference with its interval.
    pub gain: Option<(f64, Interval)>,
}

impl Told {
    /// What the file of a cycle says; `None` where it is not one of ours.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        let own = metadata.rejoinder.as_ref()?;
        let cycle = own.metrics.as_ref()?.get("cycle").filter(|cycle| cycle.is_object())?;
        let pair = |of: Option<&Value>, a: &str, b: &str| Some((count(of?, a)?, count(of?, b)?));
        Some(Told {
            verdict: read(cycle, "verdict"),
            objective: read(cycle, "objective").unwrap_or_default(),
            proof: cycle
                .get("proof")
                .filter(|proof| proof.is_object())
                .map(|proof| ToldProof::of(proof, own.simulated)),
            challenger: text(cycle, "challenger"),
            difference: read(cycle, "advice_changed").unwrap_or_default(),
            changes: read(cycle, "objections_changed").unwrap_or_default(),
            segments: list(cycle, "segments", |segment| {
                Some(ToldSegment {
                    name: text(segment, "name")?,
                    personas: count(segment, "personas")?,
                    verdict: text(segment, "verdict")?,
                    gains_at_least: segment
                        .get("pooled")
                        .and_then(|pooled| pooled.get("interval_90")?.get(0)?.as_f64()),
                })
            }),
            instructions: list(cycle, "instructions", |own| {
                let is = |key| own.get(key).and_then(Value::as_bool).unwrap_or(false);
                let change = number(own, "change")? / 100.0;
                let (in_challenger, in_incumbent) = (is("in_challenger"), is("in_incumbent"));
                Some(Instruction { text: text(own, "text")?, change, in_challenger, in_incumbent })
            }),
            people: pair(cycle.get("personas"), "learned_from", "unseen"),
            generated: cycle.get("personas").and_then(|people| count(people, "generated")).unwrap_or(0),
            challengers: pair(cycle.get("challengers"), "asked", "passed"),
            by_hand: read(cycle, "by_hand").unwrap_or_default(),
            referee: cycle.get("referee").and_then(|referee| {
                Some(ToldReferee {
                    model: text(referee, "model")?,
                    opinion: opinion(referee)?,
                    gain: with_interval(referee, "paired_difference"),
                })
            }),
        })
    }
}

/// Earlier versions told only whether the second judge's gain was significant: that it was not says nothing.
fn opinion(referee: &Value) -> Option<Opinion> {
    if let Some(word) = referee.get("opinion") {
        return Opinion::parse(word.as_str()?);
    }
    Some(if referee.get("agrees")?.as_bool()? { Opinion::Holds } else { Opinion::CannotTell })
}

impl ToldProof {
    fn of(proof: &Value, simulated: bool) -> Self {
        let side = |key| {
            let rates = rates(proof.get(key).unwrap_or(&Value::Null), count(proof, "personas").unwrap_or(0), simulated);
            // Earlier versions kept the mean chances of both sides beside them.
            let beside = || proof.get("mean_chance_of_yes").and_then(|own| mean_chance(own.get(key)?));
            Rates { chance: rates.chance.or_else(beside), ..rates }
        };
        ToldProof {
            gain: with_interval(proof, "gain"),
            p_value: number(proof, "p_value"),
            alpha: number(proof, "alpha"),
            personas: count(proof, "personas").unwrap_or(0),
            trials: count(proof, "trials").unwrap_or(0),
            looks: count(proof, "looks").unwrap_or(0),
            before: side("before"),
            after: side("after"),
        }
    }
}

/// What an older version says of claims was found by rules, and is not read: claims that no model has read are not checked.
fn rates(of: &Value, personas: u64, simulated: bool) -> Rates {
    let rate = |own: &Value| Rate {
        yes: count(own, "yes").unwrap_or(0),
        total: count(own, "total").unwrap_or(0),
        personas,
        interval: interval(own),
        simulated,
    };
    let claims: BTreeMap<ClaimKind, u64> = read(of, "made_up_claims").unwrap_or_default();
    let checked = count(of, "checked_messages").unwrap_or(0);
    Rates {
        response: rate(of.get("response").unwrap_or(&Value::Null)),
        chance: of.get("mean_chance_of_yes").and_then(mean_chance),
        grounded: of.get("grounded_response").filter(|own| checked > 0 && own.is_object()).map(rate),
        messages: count(of, "messages").unwrap_or(0),
        checked,
        made_up: count(of, "made_up_messages").unwrap_or(0),
        blanks: count(of, "open_blanks").unwrap_or(0),
        claims,
    }
}

/// A mean chance of a yes, as a cycle's record has it. Earlier versions did not count the decisions.
#[must_use]
pub fn mean_chance(of: &Value) -> Option<Mean> {
    let (mean, interval) = with_interval(of, "mean")?;
    let personas = count(of, "personas")?;
    Some(Mean { mean, outcomes: count(of, "decisions").unwrap_or(0), personas, interval })
}

fn with_interval(of: &Value, key: &str) -> Option<(f64, Interval)> {
    Some((number(of, key)? / 100.0, interval(of)?))
}

/// Files keep percentages.
fn interval(of: &Value) -> Option<Interval> {
    let ends = of.get("interval_95")?.as_array()?;
    Some(Interval { low: ends.first()?.as_f64()? / 100.0, high: ends.get(1)?.as_f64()? / 100.0 })
}

fn read<T: DeserializeOwned>(of: &Value, key: &str) -> Option<T> {
    serde_json::from_value(of.get(key)?.clone()).ok()
}

fn text(of: &Value, key: &str) -> Option<String> {
    of.get(key)?.as_str().map(ToOwned::to_owned)
}

fn count(of: &Value, key: &str) -> Option<u64> {
    of.get(key)?.as_u64()
}

fn number(of: &Value, key: &str) -> Option<f64> {
    of.get(key)?.as_f64().filter(|number| number.is_finite())
}

fn list<T>(of: &Value, key: &str, each: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    of.get(key).and_then(Value::as_array).map(|all| all.iter().filter_map(each).collect()).unwrap_or_default()
}
