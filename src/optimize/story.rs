//! What happened in a cycle, as numbers and names: what a summary, a page or a file tells.

mod found;

use std::sync::Arc;

pub use found::tried;
use found::{best_decisions, effects};

use crate::compare::Interval;
use crate::compare::second_judge::Opinion as Judges;
use crate::data::record::{
    Challengers, CycleRecord, Group, Instruction, People as PeopleRecord, Pooled, Race, RecordedVerdict, Referee,
    SegmentRecord, Sorted, percent, rounded,
};
use crate::improve::difference::Step;
use crate::improve::objections::{Objection, Quotes};
use crate::improve::{Change, Objections, changes};
use crate::optimize::before::prompt_stats::PromptStats;
use crate::optimize::cast::CycleOptions;
use crate::optimize::objective::Objective;
use crate::optimize::people::split::People;
use crate::optimize::search::Search;
use crate::optimize::search::asked::Side;
use crate::optimize::search::by_hand::{self, ByHand};
use crate::optimize::search::propose::Refused;
use crate::optimize::search::referee::Opinion;
use crate::optimize::search::verdict::{CycleVerdict, KindVerdict};

pub use crate::optimize::before::rates::{Rates, by};
pub use crate::optimize::search::proof::Proof;

/// A cycle's story.
#[derive(Clone, Debug)]
pub struct Story {
    /// What was found.
    pub verdict: CycleVerdict,
    /// What was raised.
    pub objective: Objective,
    /// Why people said no, the most frequent first; empty where that is unsorted.
    pub objections: Vec<Raised>,
    /// Reasonings that were sorted, and all that there were; `None` where what people said is unsorted.
    pub sorted: Option<(usize, usize)>,
    /// Some of what was said.
    pub quotes: Quotes,
    /// What became of the objections with the adopted challenger, on the people of the file from whom is learned; empty
    /// where the incumbent stays.
    pub changes: Vec<Change>,
    /// What those who said yes named.
    pub liked: Vec<Raised>,
    /// Challengers that were asked for, that passed the screen, and passages cut out of those.
    pub asked: usize,
    /// See `asked`.
    pub passed: usize,
    /// See `asked`.
    pub cut: usize,
    /// Challengers that did not pass.
    pub refused: Vec<Refused>,
    /// Instructions that were tried, the incumbent's included, in so many trials.
    pub instructions: Vec<Effect>,
    /// See `instructions`.
    pub trials: usize,
    /// Finalists of the race and its trials.
    pub finalists: usize,
    /// See `finalists`.
    pub raced: usize,
    /// The challenger that won the race.
    pub challenger: Option<String>,
    /// What became of the advice with the adopted challenger; empty where the incumbent stays.
    pub difference: Vec<Step>,
    /// Personas that are learned from, and that only verify.
    pub learned_from: usize,
    /// See `learned_from`.
    pub unseen: usize,
    /// What became of the candidates that the user wrote.
    pub by_hand: Vec<ByHand>,
    /// Those who only verify and were generated for this proof: their texts.
    pub generated: Arc<Vec<String>>,
    /// The proof; `None` where nothing came so far.
    pub proof: Option<Proof>,
    /// Kinds of the people of the proof, with what can be said of each.
    pub kinds: Vec<KindVerdict>,
    /// What the referee says of an adopted challenger, where there is one.
    pub referee: Option<Opinion>,
    /// Everybody in the file: the incumbent, and the adopted challenger, where there is one.
    pub before: Rates,
    /// See `before`.
    pub after: Option<Rates>,
    /// The same of those who are learned from.
    pub learned: (Rates, Option<Rates>),
    /// Calls that the search took.
    pub calls: u64,
    /// The chance that what is left of the run's calls gains something worth having; `None` where it has no plan.
    pub chance_of_more: Option<f64>,
}

/// How many people raised something.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    /// The group.
    pub name: String,
    /// People in it.
    pub personas: u64,
    /// People of whom what they said was sorted.
    pub of: u64,
    /// The share, where only that is known.
    pub recorded: Option<f64>,
}

impl Raised {
    /// These groups of what was said.
    #[must_use]
    pub fn from_groups(groups: &[Objection], objections: &Objections) -> Vec<Self> {
        let of = objections.people() as u64;
        groups
            .iter()
            .map(|group| Raised { name: group.name.clone(), personas: group.personas as u64, of, recorded: None })
            .collect()
    }

    /// Their share; 0 where there is nobody.
    #[must_use]
    pub fn share(&self) -> f64 {
        let share = if self.of == 0 { 0.0 } else { self.personas as f64 / self.of as f64 };
        self.recorded.unwrap_or(share)
    }

    /// Its 95 % interval, where it is known of how many people it is.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        Interval::wilson(self.personas, self.of)
    }

    /// Read back from a cycle's record; `None` where that has no figure.
    #[must_use]
    pub fn from_record(group: &Group) -> Option<Self> {
        let name = group.name.clone();
        Some(match (group.personas, group.of) {
            (Some(personas), Some(of)) => Raised { name, personas, of, recorded: None },
            // Earlier versions kept the share alone.
            _ => Raised { name, personas: 0, of: 0, recorded: Some(group.share_of_personas? / 100.0) },
        })
    }

    fn record(&self) -> Group {
        Group {
            name: self.name.clone(),
            share_of_personas: Some(percent(self.share())),
            personas: Some(self.personas),
            of: Some(self.of),
            interval_95: self.interval().map(Into::into),
        }
    }
}

/// What an instruction does.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The instruction.
    pub text: String,
    /// What it changes about the chance of success, in -1..=1: with it less without it, in the best prompt.
    pub change: f64,
    /// Its effect on the logit scale and its standard deviation.
    pub logit: (f64, f64),
    /// Whether the winner has it.
    pub is_in: bool,
    /// Whether the incumbent has it.
    pub own: bool,
}

impl Effect {
    fn record(&self) -> Instruction {
        Instruction {
            text: self.text.clone(),
            change: percent(self.change),
            logit: Some(rounded(self.logit.0)),
            sd: Some(rounded(self.logit.1)),
            in_challenger: self.is_in,
            in_incumbent: self.own,
        }
    }
}

impl Rates {
    fn of_side(side: &Side, simulated: bool) -> Self {
        let counts = side.counts();
        let grounded = counts.claims.grounded(counts.grounded);
        Rates::of(&counts.response, &counts.claims, grounded.as_deref(), simulated)
    }
}

impl Story {
    /// The story of a search and of what followed.
    #[must_use]
    pub fn of(
        found: &Search,
        (objections, new_objections): (&Objections, Option<&Objections>),
        (before, after): (&PromptStats, Option<&PromptStats>),
        (people, options): (&People, &CycleOptions),
        (referee, difference): (Option<Opinion>, Vec<Step>),
        (before_simulated, simulated): (bool, bool),
    ) -> Self {
        let proposals = &found.explored.proposals;
        Story {
            verdict: found.verdict.clone(),
            objective: options.objective,
            objections: Raised::from_groups(&objections.raised, objections),
            sorted: objections.sorted.as_ref().map(|sorted| (sorted.reasonings, sorted.of)),
            quotes: objections.quotes.clone(),
            changes: new_objections.map(|after| changes(objections, after)).unwrap_or_default(),
            liked: Raised::from_groups(&objections.liked, objections),
            asked: proposals.iter().map(|own| own.asked).sum(),
            passed: proposals.iter().map(|own| own.passed).sum(),
            cut: proposals.iter().map(|own| own.cut).sum(),
            refused: proposals.iter().flat_map(|own| own.refused.clone()).collect(),
            instructions: effects(found),
            trials: found.explored.trials,
            finalists: found.raced.finalists.len(),
            raced: found.raced.trials,
            challenger: found.challenger.as_ref().map(ToString::to_string),
            difference,
            by_hand: by_hand::outcomes(found),
            learned_from: people.learn.len(),
            unseen: people.unseen.len(),
            generated: Arc::clone(&people.generated),
            proof: found.verified.as_ref().map(|verified| Proof {
                outcome: verified.outcome,
                before: Rates {
                    chance: verified.chances.map(|(before, _)| before),
                    ..Rates::of_side(&verified.before, simulated)
                },
                after: Rates {
                    chance: verified.chances.map(|(_, after)| after),
                    ..Rates::of_side(&verified.after, simulated)
                },
                alpha: verified.alpha,
                trials: verified.trials,
                decided_at: verified.decided_at,
                earlier: verified.earlier,
                components: verified.components,
                later: verified.later.as_ref().map(|later| (later.pairs, later.shown)),
                worst_case: verified.worst_case,
                decisions: found.explored.decisions,
                best_decisions: best_decisions(found, verified.components, found.explored.decisions),
                chances: verified.chances,
            }),
            kinds: found.kinds.clone(),
            referee,
            before: Rates::from_stats(before, before_simulated),
            after: after.map(|after| Rates::from_stats(after, simulated)),
            learned: (before.learned.rates(before_simulated), after.map(|after| after.learned.rates(simulated))),
            calls: found.calls,
            chance_of_more: None,
        }
    }

    /// The story for the results file.
    #[must_use]
    pub fn record(&self) -> CycleRecord {
        CycleRecord {
            verdict: Some(RecordedVerdict::Known(self.verdict.clone())),
            objective: self.objective,
            objections: self.objections.iter().map(Raised::record).collect(),
            sorted_reasonings: self.sorted.map(|(sorted, of)| Sorted { sorted: sorted as u64, of: of as u64 }),
            objections_changed: self.changes.clone(),
            liked: self.liked.iter().map(Raised::record).collect(),
            challengers: Some(Challengers {
                asked: Some(self.asked as u64),
                passed: Some(self.passed as u64),
                cut_passages: self.cut as u64,
                refused: self.refused.clone(),
            }),
            instructions: self.instructions.iter().map(Effect::record).collect(),
            explored_trials: self.trials as u64,
            race: Some(Race { finalists: self.finalists as u64, trials: self.raced as u64 }),
            challenger: self.challenger.clone(),
            advice_changed: self.difference.clone(),
            personas: Some(PeopleRecord {
                learned_from: Some(self.learned_from as u64),
                unseen: Some(self.unseen as u64),
                generated: self.generated.len() as u64,
            }),
            proof: self.proof.as_ref().map(Proof::record),
            segments: self.kinds.iter().map(segment).collect(),
            referee: self.referee.as_ref().map(second_judge),
            before: Some(self.before.record()),
            after: self.after.as_ref().map(Rates::record),
            search_calls: self.calls,
            by_hand: self.by_hand.clone(),
            generated_people: self.generated.to_vec(),
            chance_of_more: self.chance_of_more.map(percent),
        }
    }
}

fn segment(kind: &KindVerdict) -> SegmentRecord {
    SegmentRecord {
        name: kind.name.clone(),
        personas: kind.people as u64,
        verdict: kind.verdict.into(),
        pooled: kind.pooled.map(|pooled| Pooled {
            gain: Some(percent(pooled.gain)),
            interval_90: Some(Interval { low: pooled.low, high: pooled.high }.into()),
            chance_of_harm: Some(percent(pooled.harm)),
        }),
    }
}

fn second_judge(referee: &Opinion) -> Referee {
    let found = referee.opinions;
    Referee {
        model: referee.model.clone(),
        opinion: Some(found.map_or(Judges::CannotTell, |found| found.opinion).into()),
        agrees: None,
        paired_difference: found.map(|found| percent(found.second)),
        interval_95: found.map(|found| found.second_interval.into()),
        beyond_the_first_judge: found.map(|found| percent(found.between)),
        beyond_interval_95: found.map(|found| found.between_interval.into()),
        beyond_is_selected: found.map(|found| !found.is_unselected),
    }
}
