//! What a cycle of ours wrote down about itself, read back. What cannot be read is as if it had not been written: a
//! report tells less then, and nothing wrong.

use crate::compare::Interval;
use crate::compare::second_judge::Opinion;
use crate::data::record::{self, Chance, Chances, ProofRecord, RateRecord, RatesRecord, SegmentRecord, Span};
use crate::data::results::Metadata;
use crate::improve::Change;
use crate::improve::difference::Step;
use crate::optimize::search::by_hand::ByHand;
use crate::optimize::story::Rates;
use crate::optimize::{CycleVerdict, Objective};

/// What a cycle found.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it came to.
    pub verdict: Option<CycleVerdict>,
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
    pub segments: Vec<SegmentRecord>,
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
        let provenance = metadata.rejoinder.as_ref()?;
        let cycle = provenance.cycle()?;
        let people = cycle.personas.as_ref();
        Some(Told {
            verdict: cycle.verdict().cloned(),
            objective: cycle.objective,
            proof: cycle.proof.as_ref().map(|proof| ToldProof::new(proof, provenance.simulated)),
            challenger: cycle.challenger.clone(),
            difference: cycle.advice_changed.clone(),
            changes: cycle.objections_changed.clone(),
            segments: cycle.segments.clone(),
            instructions: cycle.instructions.iter().map(Instruction::new).collect(),
            people: people.and_then(|people| Some((people.learned_from?, people.unseen?))),
            generated: people.map_or(0, |people| people.generated),
            challengers: cycle.challengers.as_ref().and_then(|all| Some((all.asked?, all.passed?))),
            by_hand: cycle.by_hand.clone(),
            referee: cycle.referee.as_ref().and_then(|referee| {
                Some(ToldReferee {
                    model: referee.model.clone(),
                    opinion: referee.opinion()?,
                    gain: with_interval(referee.paired_difference, referee.interval_95),
                })
            }),
        })
    }
}

impl Instruction {
    fn new(recorded: &record::Instruction) -> Self {
        Instruction {
            text: recorded.text.clone(),
            change: recorded.change / 100.0,
            in_challenger: recorded.in_challenger,
            in_incumbent: recorded.in_incumbent,
        }
    }
}

impl ToldProof {
    fn new(proof: &ProofRecord, simulated: bool) -> Self {
        let personas = proof.personas.unwrap_or(0);
        let side = |side: Option<&RatesRecord>, beside: fn(&Chances) -> Option<&Chance>| {
            let rates = rates(side.unwrap_or(&RatesRecord::default()), personas, simulated);
            // Earlier versions kept the mean chances of both sides beside them.
            let beside = || proof.mean_chance_of_yes.as_ref().and_then(beside).map(Chance::mean);
            Rates { chance: rates.chance.or_else(beside), ..rates }
        };
        ToldProof {
            gain: with_interval(proof.gain, proof.interval_95),
            p_value: proof.p_value,
            alpha: proof.alpha,
            personas,
            trials: proof.trials,
            looks: proof.looks.unwrap_or(0),
            before: side(proof.before.as_ref(), |both| both.before.as_ref()),
            after: side(proof.after.as_ref(), |both| both.after.as_ref()),
        }
    }
}

/// What an older version says of claims was found by rules, and is not read: claims that no model has read are not
/// checked.
fn rates(of: &RatesRecord, personas: u64, simulated: bool) -> Rates {
    let rate = |recorded: &RateRecord| recorded.rate(personas, simulated);
    Rates {
        response: rate(of.response.as_ref().unwrap_or(&RateRecord::default())),
        chance: of.mean_chance_of_yes.as_ref().map(Chance::mean),
        grounded: of.grounded().map(rate),
        messages: of.messages,
        checked: of.checked_messages,
        made_up: of.made_up_messages,
        blanks: of.open_blanks,
        claims: of.made_up_claims.clone(),
    }
}

/// In shares of 1.
fn with_interval(gain: Option<f64>, interval: Option<Span>) -> Option<(f64, Interval)> {
    Some((gain? / 100.0, interval?.interval()))
}
