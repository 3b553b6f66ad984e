//! The baseline without any trial but those of the first run: what at least two of fifteen improvers proposed, each
//! idea in its shortest wording.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rejoinder_worlds::Place;
use rejoinder_worlds::text::{Ask, Form, Manner, TextWorld};
use serde_json::Value;

use crate::arrival::{self, Arrival, Gate};
use crate::options::{Options, Run};
use crate::places::Here;
use crate::proof::prove;
use crate::work::each;

/// Its name.
pub const CONSENSUS: &str = "consensus";
/// Improvers.
const IMPROVERS: usize = 15;
/// Improvers that must have proposed an idea.
const AT_LEAST: usize = 2;

/// Arrives in every world: at the same prompt at every budget, which differs in what is left for the proof.
pub fn run(options: &Options) -> Result<(), String> {
    each(options, CONSENSUS, |place| arrive(options, place))
}

fn arrive(options: &Options, place: Place) -> Result<(), String> {
    let file = arrival::file(&options.folder, place, CONSENSUS);
    let mut kept = arrival::read(&file)?;
    let is_there = |run: &Run, budget: &u64| {
        kept.iter().any(|known: &Arrival| known.budget == *budget && run.gates().contains(&known.gate))
    };
    let missing: Vec<(Run, Vec<u64>)> = options
        .runs
        .iter()
        .map(|run| (*run, options.budgets().into_iter().filter(|budget| !is_there(run, budget)).collect()))
        .filter(|(_, budgets): &(Run, Vec<u64>)| !budgets.is_empty())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let here = Arc::new(Here::new(place));
    for (run, budgets) in &missing {
        let (prompt, calls) = consensus(&here, *run);
        for budget in budgets {
            let arrival = |gate, calls, prompt: &str| {
                let prompt = prompt.to_owned();
                Arrival { tool: CONSENSUS.to_owned(), gate, budget: *budget, calls, prompt }
            };
            if *run == Run::Free {
                kept.push(arrival(Gate::None, calls, &prompt));
                continue;
            }
            kept.push(arrival(Gate::Claims, calls, &prompt));
            let proved = prove(&here, &prompt, budget.saturating_sub(calls))?;
            let stands = if proved.adopts { prompt.clone() } else { here.told.start() };
            kept.push(arrival(Gate::Proof, calls + proved.calls, &stands));
        }
    }
    arrival::write(&file, &kept)
}

/// Everything that this baseline asks, counted.
struct Asker<'w> {
    told: &'w TextWorld,
    run: Run,
    calls: u64,
}

impl Asker<'_> {
    fn ask(&mut self, ask: &Ask) -> String {
        self.calls += 1;
        self.told.answer_to(ask, &format!("consensus {} {}", self.run.as_str(), self.calls))
    }

    fn ask_for_json(&mut self, ask: &Ask) -> Value {
        serde_json::from_str(&self.ask(ask)).unwrap_or_default()
    }
}

/// What the improvers of a world agree on, and the calls that it took.
fn consensus(here: &Here, run: Run) -> (String, u64) {
    let (told, start) = (&here.told, here.told.start());
    let mut asker = Asker { told, run, calls: 0 };
    let feedback = first_run(&mut asker, here, &start);
    let own: Vec<String> = told.items(&start).iter().map(|item| told.words.item(&told.world, *item)).collect();
    let rewrite = Ask::Rewrite {
        prompt: numbered(&own),
        feedback,
        focus: String::new(),
        manner: Manner::Rewrite,
        form: Form::Changes,
    };
    let (mut lines, mut from, mut drops) = (Vec::<String>::new(), Vec::new(), BTreeMap::<u64, usize>::new());
    for improver in 0..IMPROVERS {
        let answer = asker.ask_for_json(&rewrite);
        for change in answer["changes"].as_array().into_iter().flatten() {
            match (change["action"].as_str(), change["text"].as_str()) {
                (Some("add"), Some(text)) => {
                    lines.push(text.to_owned());
                    from.push(improver);
                }
                _ => *drops.entry(change["item"].as_u64().unwrap_or_default()).or_default() += 1,
            }
        }
    }
    let stays = |at: &u64| drops.get(at).copied().unwrap_or_default() < AT_LEAST;
    let mut items: Vec<String> = (1..).zip(own).filter(|(at, _)| stays(at)).map(|(_, item)| item).collect();
    let sorted = asker.ask_for_json(&Ask::Ideas { lines: numbered(&lines) });
    for group in sorted["groups"].as_array().into_iter().flatten() {
        let numbers = group["reasonings"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let members: Vec<usize> = numbers.map(|number| number as usize - 1).collect();
        let improvers: BTreeSet<usize> = members.iter().map(|at| from[*at]).collect();
        if improvers.len() >= AT_LEAST {
            items.extend(members.iter().map(|at| lines[*at].clone()).min_by_key(String::len));
        }
    }
    let advice: String = items.iter().map(|item| format!("\n- {item}")).collect();
    (format!("{}\n\nAdvice:{advice}", told.prompt(&[])), asker.calls)
}

/// The start to everybody who may be learned from: what they said. With the gate for claims each yes is audited, as
/// for the other arms.
fn first_run(asker: &mut Asker<'_>, here: &Here, start: &str) -> String {
    let rule = asker.run == Run::Gated;
    let mut feedback = String::new();
    for persona in &here.learn {
        let message = asker.ask(&Ask::Message { prompt: start.to_owned(), persona: persona.clone(), rule });
        let ask = Ask::Decision { persona: persona.clone(), message: message.clone(), score: false };
        let decision = asker.ask_for_json(&ask);
        let yes = decision["decision"] == true;
        if yes && rule {
            asker.ask(&Ask::Audit { message, facts: here.told.facts(), lists: false });
        }
        let word = if yes { "yes" } else { "no" };
        feedback.push_str(&format!("[{word}] {}\n", decision["reasoning"].as_str().unwrap_or_default()));
    }
    feedback
}

fn numbered(lines: &[String]) -> String {
    let lines: Vec<String> = (1..).zip(lines).map(|(at, line): (usize, &String)| format!("{at}. {line}")).collect();
    lines.join("\n")
}
