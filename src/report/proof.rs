//! The proof in a few lines: the gain and what may be believed of it, kinds of people, and what a second judge says.

use super::words;
use crate::compare::confirm::{Confirmed, Whom};
use crate::compare::missing::WorstCase;
use crate::compare::pooled::{Pooled, SegmentTests};
use crate::compare::second_judge::Opinion;
use crate::compare::segments::Segment;
use crate::compare::sequential::Outcome;
use crate::compare::variance::Components;
use crate::optimize::Objective;
use crate::optimize::search::verdict::{CycleVerdict, KindVerdict};
use crate::optimize::story::{self, Proof, Story};

/// Kinds of people that are named.
const NAMED: usize = 3;

/// The rates and the gain on unseen people.
pub(super) fn lines(story: &Story, proof: &Proof) -> Vec<String> {
    let (before, after, name) = story::by(story.objective, &proof.before, &proof.after);
    let mut lines = vec![
        format!("People kept aside, {name} before: {}", words::full_rate(before)),
        format!("People kept aside, {name} after: {}", words::full_rate(after)),
    ];
    let simulated = after.simulated;
    if let Some((before, after)) = &proof.chances {
        lines
            .push(format!("People kept aside, mean chance of a yes before: {}", words::mean_chance(before, simulated)));
        lines.push(format!("People kept aside, mean chance of a yes after: {}", words::mean_chance(after, simulated)));
    }
    if let Some(outcome) = proof.outcome {
        let earlier = match proof.earlier {
            0 => String::new(),
            count => format!(
                "; {} were there from its own run",
                words::count(count as u64, "message of the current prompt", "messages of the current prompt")
            ),
        };
        let looks = words::count(outcome.looks as u64, "look", "looks");
        let decided = if proof.trials > proof.decided_at {
            format!("; decided in {looks}, after {} of {} trials", proof.decided_at, proof.trials)
        } else {
            format!(" in {looks}")
        };
        let selected = match proof.later {
            Some(_) => "; selected for being high, so it is too high on average",
            None => "",
        };
        lines.push(format!(
            "Gain on people kept aside: {} points{}, 95% interval {}, {}{decided}{earlier}{selected}",
            words::points(outcome.estimate),
            match (&proof.chances, story.objective) {
                (None, _) => "",
                (Some(_), Objective::Grounded) => " in the mean chance of a yes to what makes nothing up",
                (Some(_), Objective::Response) => " in the mean chance of a yes",
            },
            words::interval(outcome.interval),
            words::count(outcome.personas as u64, "persona", "personas"),
        ));
    }
    lines.extend(why_not_proved(&story.verdict, proof.outcome).map(|why| format!("Not proved all the same: {why}")));
    lines.extend(proof.later.map(after_the_decision));
    lines.extend(proof.worst_case.as_ref().map(failed_trials));
    lines.extend(proof.components.and_then(|components| scatter(&components, proof)));
    lines
}

/// Why a gain is not proved whose interval holds no loss; `None` where nobody will ask. The decision is held to a level
/// of its own, and the test holds more against a gain than its interval shows (`SequentialTest`).
pub(super) fn why_not_proved(verdict: &CycleVerdict, outcome: Option<Outcome>) -> Option<&'static str> {
    /// Each end of a 95% interval leaves out so much.
    const LEFT_OUT: f64 = 0.025;
    let outcome = outcome.filter(|outcome| outcome.interval.low > 0.0)?;
    let is_open = matches!(verdict, CycleVerdict::NotEnoughData { .. });
    is_open.then_some(if outcome.p_value > LEFT_OUT {
        "so few people may miss a kind that loses by the change: the test allows for that, the interval does not"
    } else {
        "earlier attempts took most of the level, so this one had to show more than the interval does"
    })
}

/// What was asked after the decision shows.
fn after_the_decision((pairs, shown): (usize, Confirmed)) -> String {
    let whom = match shown.whom {
        Whom::Others => "who had no part in the decision",
        Whom::Same => "who had decided before, with new messages",
        Whom::Both => "some of whom had decided before, with new messages",
    };
    format!(
        "Asked after the decision: {} points, 95% interval {}, {} with {} {whom}; not selected",
        words::points(shown.mean),
        words::interval(shown.interval),
        words::count(pairs as u64, "pair of messages", "pairs of messages"),
        words::count(shown.people as u64, "persona", "personas"),
    )
}

/// How much of the gain hangs on trials that failed.
fn failed_trials(worst: &WorstCase) -> String {
    let hangs = if worst.hangs_on_failures() { "; whether there is a gain hangs on them" } else { "" };
    format!(
        "Failed trials: {:.1}% before, {:.1}% after; whatever they would have been, the mean gain of these people is \
         from {} to {} points{hangs}",
        100.0 * worst.before_failed,
        100.0 * worst.after_failed,
        words::points(worst.range.low),
        words::points(worst.range.high),
    )
}

/// Where the scatter comes from, and how calls are best spent against it.
fn scatter(components: &Components, proof: &Proof) -> Option<String> {
    let total = components.persona + components.message.unwrap_or(0.0) + components.decision.unwrap_or(0.0);
    if total <= 0.0 || (components.message.is_none() && components.decision.is_none()) {
        return None;
    }
    // A component that the data cannot separate is part of the level above it, which is then named after both.
    let (personas, messages) = match (components.message, components.decision) {
        (Some(_), Some(_)) => ("personas", "generator"),
        (Some(_), None) => ("personas", "generator and decision maker"),
        (None, _) => ("personas and generator", ""),
    };
    let share = |of: f64| format!("{:.0}%", 100.0 * of / total);
    let mut parts = vec![format!("{personas} {}", share(components.persona))];
    parts.extend(components.message.map(|of| format!("{messages} {}", share(of))));
    parts.extend(components.decision.map(|of| format!("decision maker {}", share(of))));
    let advice = match proof.best_decisions {
        None => "; --decisions-per-message 2 would tell those two apart".to_owned(),
        Some(best) if best == proof.decisions => {
            format!(
                "; {} for each message were the most precise for their calls",
                words::count(u64::from(best), "decision", "decisions")
            )
        }
        Some(best) => format!("; --decisions-per-message {best} would be more precise for as many calls"),
    };
    Some(format!("Where the scatter comes from: {}{advice}", parts.join(", ")))
}

/// What can be said of kinds of people: each alone, where any is large enough, and together.
pub(super) fn kinds(story: &Story) -> Option<String> {
    if story.kinds.is_empty() {
        return story.proof.as_ref().map(|_| "Kinds of people: not sorted".to_owned());
    }
    let verdicts: Vec<Segment> = story.kinds.iter().map(|kind| kind.verdict).collect();
    let alone = match SegmentTests::from_verdicts(&verdicts) {
        SegmentTests::TooSmall => {
            let kinds = words::count(story.kinds.len() as u64, "kind is", "kinds are");
            format!("{kinds} too small to be tested alone, so it means nothing that none was shown to lose")
        }
        SegmentTests::NoneLoses(_) | SegmentTests::Loses(_) => {
            let one = |kind: &KindVerdict| {
                let words = match kind.verdict {
                    Segment::NonInferior => "loses nothing",
                    Segment::Inferior => "loses",
                    Segment::Unclear => "unclear",
                    Segment::TooSmall => return None,
                };
                Some(format!("{} {words} ({})", kind.name, kind.people))
            };
            story.kinds.iter().filter_map(one).collect::<Vec<_>>().join(", ")
        }
    };
    let mut pooled: Vec<(&KindVerdict, &Pooled)> =
        story.kinds.iter().filter_map(|kind| Some((kind, kind.pooled.as_ref()?))).collect();
    pooled.sort_by(|a, b| a.1.low.total_cmp(&b.1.low));
    let worst = |(kind, pooled): &(&KindVerdict, &Pooled)| {
        format!("{} {:.0} points ({})", kind.name, 100.0 * pooled.loses_at_most(), kind.people)
    };
    let worst: Vec<String> = pooled.iter().take(NAMED).map(worst).collect();
    let together = if worst.is_empty() {
        String::new()
    } else {
        format!("; by a model of all kinds, with a chance of 95% each, these lose at most: {}", worst.join(", "))
    };
    Some(format!("Kinds of people: {alone}{together}"))
}

pub(super) fn referee(story: &Story) -> Option<String> {
    let referee = story.referee.as_ref()?;
    let who = words::one_line(&referee.model, 60);
    let Some(found) = &referee.opinions else {
        return Some(format!("Referee ({who}): {}", opinion(Opinion::CannotTell)));
    };
    let selected =
        if found.is_unselected { "asked after the decision" } else { "that decided, where the first had luck" };
    Some(format!(
        "Referee ({who}): {}, {} points, 95% interval {}; beside the first judge {} points, {}, on messages {selected}",
        opinion(found.opinion),
        words::points(found.second),
        words::interval(found.second_interval),
        words::points(found.between),
        words::interval(found.between_interval),
    ))
}

/// The second judge's opinion, in words.
#[must_use]
pub fn opinion(opinion: Opinion) -> &'static str {
    match opinion {
        Opinion::Holds => "sees the gain as well",
        Opinion::DoesNot => "does not see the gain, and is shown to see less than the first judge",
        Opinion::CannotTell => "too few people to tell whether it sees the gain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Interval;

    #[test]
    fn a_gain_whose_interval_holds_no_loss_is_said_why_it_is_not_proved_and_any_other_needs_no_word() {
        let open = CycleVerdict::NotEnoughData { more_personas: None, messages_each: None, unreachable: None };
        let outcome = |low, p_value| {
            let interval = Interval { low, high: 0.455 };
            Some(Outcome { mean: 0.25, estimate: 0.25, interval, p_value, looks: 3, personas: 12 })
        };
        assert!(why_not_proved(&open, outcome(0.045, 0.0687)).is_some_and(|why| why.contains("may miss a kind")));
        assert!(why_not_proved(&open, outcome(0.045, 0.012)).is_some_and(|why| why.contains("earlier attempts")));
        assert_eq!(why_not_proved(&open, outcome(-0.01, 0.0687)), None);
        assert_eq!(why_not_proved(&CycleVerdict::Adopted, outcome(0.045, 0.0687)), None);
        assert_eq!(why_not_proved(&open, None), None);
    }
}
