//! What prompts are worth in their worlds, among people whom no arm has seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use rejoinder_worlds::Place;
use rejoinder_worlds::truth::{Rates, Sending};

use crate::arrival::{self, Gate};
use crate::options::Options;
use crate::places::Here;
use crate::work::each;

/// Messages to each persona.
const MESSAGES: usize = 24;

/// What is put side by side: an arm behind a gate, with so many calls. Rows that no tool stands behind have none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub gate: Gate,
    pub budget: u64,
    pub tool: String,
}

/// What an arm reached in a world.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    pub rates: Rates,
    /// Calls that it used.
    pub calls: u64,
    /// Whether it came to another prompt than the start.
    pub changed: bool,
}

/// By row and world.
pub type Scores = BTreeMap<Row, BTreeMap<Place, Reached>>;

/// Scores everything that is kept of the wanted worlds and budgets.
pub fn score(options: &Options) -> Result<Scores, String> {
    let scores = Mutex::new(Scores::new());
    let budgets = options.budgets();
    let mut untimed = options.clone();
    untimed.minutes = None;
    each(&untimed, "scores", |place| {
        let arrivals: Vec<_> = arrival::all(&options.folder, place)?.into_values().flatten().collect();
        if arrivals.is_empty() {
            return Ok(());
        }
        let here = Here::new(place);
        let start = here.told.start();
        // Tools often keep a prompt from one budget to the next.
        let mut known: HashMap<(&str, bool), Rates> = HashMap::new();
        for arrival in arrivals.iter().filter(|arrival| arrival.budget == 0 || budgets.contains(&arrival.budget)) {
            let sending = if arrival.gate == Gate::None { Sending::Drafted } else { Sending::Sent };
            let rates = *known
                .entry((&arrival.prompt, arrival.gate == Gate::None))
                .or_insert_with(|| here.told.true_rates(&arrival.prompt, &here.everybody, sending, MESSAGES));
            let row = Row { gate: arrival.gate, budget: arrival.budget, tool: arrival.tool.clone() };
            let reached = Reached { rates, calls: arrival.calls, changed: arrival.prompt != start };
            scores.lock().expect("no thread panics").entry(row).or_default().insert(place, reached);
        }
        Ok(())
    })?;
    Ok(scores.into_inner().expect("no thread panicked"))
}
