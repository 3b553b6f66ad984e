//! What a search found, as the story tells it.

use super::Effect;
use crate::compare::variance::Components;
use crate::improve::Tried;
use crate::optimize::search::Search;
use crate::optimize::search::model::Candidate;
use crate::optimize::search::verdict::CycleVerdict;

/// Decisions that may be advised.
const MOST_DECISIONS: u32 = 20;

/// Decisions on each message that buy the most precision for each call.
pub(super) fn best_decisions(found: &Search, components: Option<Components>, decisions: u32) -> Option<u32> {
    let components = components.filter(|own| own.decision.is_some())?;
    let trials = found.explored.trials + found.raced.trials + found.verified.as_ref().map_or(0, |own| own.trials);
    // What a message takes without its decisions, written again as often as it was.
    let message = (found.calls as f64 / trials.max(1) as f64 - f64::from(decisions)).max(1.0);
    // With one message for each persona the two scatter as one, and nothing but more of both brings them down.
    let components = Components { message: components.message.or(Some(components.persona)), ..components };
    Some(components.decisions_per_message(message, 1.0, MOST_DECISIONS))
}

/// What each instruction does, the most helpful first.
pub(super) fn effects(found: &Search) -> Vec<Effect> {
    let (pool, model) = (&found.explored.pool, &found.explored.model);
    let winner = found.raced.winner.map(|winner| found.raced.finalists[winner].candidate.clone());
    let lines: Vec<usize> = winner.as_ref().map(|own| own.lines(pool).to_vec()).unwrap_or_default();
    let predict = |lines: Vec<usize>| model.predict(pool, &Candidate::Lines(lines));
    let mut effects: Vec<Effect> = (0..pool.lines.len())
        .map(|line| {
            let without: Vec<usize> = lines.iter().copied().filter(|own| *own != line).collect();
            let with: Vec<usize> = without.iter().copied().chain([line]).collect();
            Effect {
                text: pool.lines[line].text.clone(),
                change: predict(with) - predict(without),
                logit: model.effect(pool, line),
                is_in: lines.contains(&line),
                own: pool.lines[line].own,
            }
        })
        .collect();
    effects.sort_by(|a, b| b.change.total_cmp(&a.change).then_with(|| a.text.cmp(&b.text)));
    effects
}

/// What the search tried and how it fared, for the improver of later cycles.
#[must_use]
pub fn tried(found: &Search) -> Tried {
    let effects = effects(found);
    let list = |wanted: &dyn Fn(&Effect) -> bool, most: usize| {
        effects
            .iter()
            .filter(|own| wanted(own))
            .take(most)
            .map(|own| format!("\"{}\"", own.text))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let added = list(&|own| own.is_in && !own.own, 14);
    let harmful = list(&|own| !own.is_in && own.logit.0 < -own.logit.1, 4);
    let verdict = match &found.verdict {
        CycleVerdict::Adopted => "adopted",
        CycleVerdict::Kept { .. } => "not adopted",
        CycleVerdict::NotEnoughData { .. } => "not adopted, too little data to tell",
    };
    let harm = if harmful.is_empty() { String::new() } else { format!("; these did harm: {harmful}") };
    let what =
        if added.is_empty() { "no advice that the incumbent lacks".to_owned() } else { format!("added {added}") };
    // The gain with people kept aside is not shown to the improver: anything that it learned from them, they could no
    // longer verify.
    Tried { what, verdict: format!("{verdict}{harm}") }
}
