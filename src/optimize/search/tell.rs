//! Tells of a search while it goes on. What is told changes nothing.

use std::collections::BTreeMap;

use super::asked::Side;
use super::explore::Explored;
use super::model::{Candidate, Model};
use super::pool::Pool;
use super::propose::Proposals;
use super::race::{self, Raced};
use crate::compare::Rate;
use crate::compare::adoption::AdoptionTest;
use crate::compare::sequential;
use crate::data::text;
use crate::event::{Decision, Event, Exploring, Finalist, Look, Share, Standings};
use crate::optimize::objective::Objective;
use crate::optimize::trials::trial_runner::TrialRunner;

/// Characters of an instruction that is quoted.
const QUOTED: usize = 60;

/// After a round of exploring.
pub fn explored(
    runner: &TrialRunner<'_>,
    pool: &Pool,
    model: &Model,
    proposals: &[Proposals],
    (rounds, trials): (usize, usize),
) {
    let own = Candidate::Lines(pool.own());
    runner.cast.context.events.emit(Event::Explored(Exploring {
        rounds,
        trials,
        challengers: proposals.iter().map(|own| own.asked).sum(),
        instructions: pool.lines.len(),
        expected: (model.predict(pool, &model.best(pool)), model.predict(pool, &own)),
    }));
}

/// In a race: `known` are the scores of the incumbent.
pub fn raced(
    runner: &TrialRunner<'_>,
    explored: &Explored,
    (finalists, personas): (&[race::Finalist], usize),
    known: &BTreeMap<u32, (f64, u32)>,
) {
    standings(runner, explored, (finalists, personas), known, (false, None));
}

fn standings(
    runner: &TrialRunner<'_>,
    explored: &Explored,
    (finalists, personas): (&[race::Finalist], usize),
    known: &BTreeMap<u32, (f64, u32)>,
    (over, winner): (bool, Option<usize>),
) {
    let told = |(at, own): (usize, &race::Finalist)| {
        let (successes, trials) = own.tally();
        Finalist {
            name: name(&explored.pool, &own.candidate),
            successes,
            trials,
            dropped_after: own.dropped_after,
            won: winner == Some(at),
        }
    };
    let incumbent = known.values().fold((0.0, 0), |(sum, count), own| (sum + own.0, count + u64::from(own.1)));
    runner.cast.context.events.emit(Event::Raced(Standings {
        personas,
        finalists: finalists.iter().enumerate().map(told).collect(),
        incumbent,
        over,
    }));
}

/// When a race is over.
pub fn race_over(runner: &TrialRunner<'_>, explored: &Explored, raced: &Raced, known: &BTreeMap<u32, (f64, u32)>) {
    let personas = raced.finalists.iter().map(|own| own.tally().1).max().unwrap_or_default();
    standings(runner, explored, (&raced.finalists, personas), known, (true, raced.winner));
}

/// After a look at the proof, or after the gain was measured.
pub fn looked(
    runner: &TrialRunner<'_>,
    (number, of, measured): (usize, usize, bool),
    (before, after): (&Side, &Side),
    test: &AdoptionTest,
    decision: sequential::Decision,
) {
    let gain = test.result().map(|own| (own.estimate, own.interval.low, own.interval.high));
    runner.cast.context.events.emit(Event::Looked(Look {
        number,
        of,
        measured,
        before: share(before, runner.objective),
        after: share(after, runner.objective),
        gain,
        decision: match decision {
            sequential::Decision::Better => Decision::Better,
            sequential::Decision::Futile => Decision::NotShown,
            sequential::Decision::GoOn => Decision::GoOn,
        },
    }));
}

fn share(side: &Side, objective: Objective) -> Share {
    let counts = side.counts();
    let grounded = counts.claims.grounded(counts.grounded).filter(|_| objective == Objective::Grounded);
    // Where claims are not checked, what is known is how many said yes.
    let rate = Rate::from_tallies(grounded.as_ref().unwrap_or(&counts.response));
    Share { yes: rate.yes, total: rate.total, interval: rate.interval.map(|own| (own.low, own.high)) }
}

/// A finalist in a few words: what it adds to the incumbent and what it leaves out.
fn name(pool: &Pool, candidate: &Candidate) -> String {
    let (lines, own) = (candidate.lines(pool), pool.own());
    let added: Vec<usize> = lines.iter().copied().filter(|line| !pool.lines[*line].own).collect();
    let left_out = own.iter().filter(|line| !lines.contains(line)).count();
    let whole = match candidate {
        Candidate::Written(at) if pool.by_hand.contains(at) => "your candidate as written",
        Candidate::Written(_) => "a candidate as written",
        Candidate::Lines(_) => "put together",
    };
    let mut name = format!("{whole}, {} new", added.len());
    if left_out > 0 {
        name.push_str(&format!(", {left_out} left out"));
    }
    if let Some(first) = added.first() {
        let line = &pool.lines[*first];
        let idea = &pool.ideas[line.idea].name;
        let words = if idea.is_empty() { &line.text } else { idea };
        name.push_str(&format!(": \u{201c}{}\u{201d}", text::shortened(words, QUOTED)));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::improve::parts::MarkedBy;
    use crate::improve::{Item, PromptParts};

    #[test]
    fn a_finalist_is_named_by_what_it_adds_and_leaves_out() {
        const OFFER: &str = "Company: Brackwater\nProduct: Flow, a platform for approvals and data entry";
        let parts = PromptParts::whole(MarkedBy::Nobody, OFFER);
        let mut pool = Pool::new(&parts, &parts.compose(&["Keep it under 110 words."]));
        pool.add(&[Item::bare("Ask for ten minutes at most."), Item::bare("Never praise the reader.")]);
        let written = name(&pool, &Candidate::Written(0));
        assert_eq!(written, "a candidate as written, 2 new, 1 left out: “Ask for ten minutes at most.”");
        assert_eq!(name(&pool, &Candidate::Lines(vec![0])), "put together, 0 new");
        pool.ideas[pool.lines[1].idea].name = "a small ask".into();
        assert_eq!(name(&pool, &Candidate::Lines(vec![0, 1])), "put together, 1 new: “a small ask”");
    }
}
