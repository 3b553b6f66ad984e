//! What became of the candidates that the user wrote: whoever writes one wants an answer about it, and not about the
//! others.

use super::Search;
use super::model::Candidate;
use super::propose::HandWritten;
pub use crate::data::record::{ByHand, InTheRace};

/// What became of each, in the order in which they were given.
#[must_use]
pub fn outcomes(found: &Search) -> Vec<ByHand> {
    found.explored.proposals.iter().flat_map(|proposals| &proposals.written).map(|own| outcome(found, own)).collect()
}

fn outcome(found: &Search, written: &HandWritten) -> ByHand {
    let (pool, model) = (&found.explored.pool, &found.explored.model);
    let place = match &written.screened {
        Ok(place) => *place,
        Err(why) => {
            let (prompt, cut) = (written.prompt.clone(), written.cut.clone());
            return ByHand { prompt, cut, refused: Some(why.clone()), ..ByHand::default() };
        }
    };
    let candidate = Candidate::Written(place);
    let current = Candidate::Lines(pool.own());
    let prompt = candidate.prompt(pool);
    // Two candidates may be one prompt: then the race has the first of them.
    let runs_as = |other: &Candidate| *other == candidate || other.prompt(pool) == prompt;
    let finalist = found.raced.finalists.iter().position(|finalist| runs_as(&finalist.candidate));
    let raced = finalist.map(|at| {
        let finalist = &found.raced.finalists[at];
        let (successes, messages) = finalist.tally();
        InTheRace { successes, messages, dropped_after: finalist.dropped_after }
    });
    ByHand {
        cut: written.cut.clone(),
        refused: None,
        // A race of one is over before it begins.
        raced: raced.filter(|raced| raced.messages > 0),
        expected: Some((model.predict(pool, &candidate), model.predict(pool, &current))),
        same: prompt == current.prompt(pool),
        won: finalist.is_some() && finalist == found.raced.winner,
        prompt: prompt.to_string(),
    }
}
