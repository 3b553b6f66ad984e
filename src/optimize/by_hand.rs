//! What became of the candidates that the user wrote: whoever writes one wants an answer about it, and not about the others.

use serde::{Deserialize, Serialize};

use super::model::Candidate;
use super::propose::HandWritten;
use super::search::Search;

/// What became of a candidate that the user wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ByHand {
    /// The prompt as it was tested, after the facts and rules of the lineage; as it was given where it was not tested.
    pub prompt: String,
    /// Passages that were cut out before it was tested, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// Why it was not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// How it did in the race; `None` where it took no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raced: Option<InTheRace>,
    /// The share of successes that is expected of it with an average persona, and that of the current prompt, in 0..=1: an
    /// estimate from all trials of the search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<(f64, f64)>,
    /// Whether it asks for nothing else than the current prompt does, so that there was nothing to test.
    #[serde(default)]
    pub same: bool,
    /// Whether it won the race: then the verdict and the proof of the cycle are its own.
    #[serde(default)]
    pub won: bool,
}

/// How a candidate did in the race.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InTheRace {
    /// Sum of the scores of its messages, each in 0..=1.
    pub successes: f64,
    /// Its messages.
    pub messages: usize,
    /// After how many people it was dropped, since another was clearly better; `None` if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_after: Option<usize>,
}

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
