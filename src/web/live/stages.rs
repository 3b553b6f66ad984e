//! The stages of a run: what is done, what is under way, what is to come, and what is left of its limits.

use maud::{Markup, html};

use super::{Seen, Standing};
use crate::report::live::Live;
use crate::report::words;
use crate::web::page::{self, text};

/// Stages of a cycle, in order.
const CYCLE: [&str; 5] = ["Read what people said", "Search", "Race", "Proof on people kept aside", "New messages"];

/// The stages, the one under way marked; nothing for commands that have one stage only.
pub(super) fn stages(seen: &Seen) -> Markup {
    let Some(live) = seen.live.as_ref().filter(|_| seen.row.command == "improve") else { return Markup::default() };
    let is_over = seen.standing == Standing::Finished;
    let at = if is_over { CYCLE.len() } else { stage(live) };
    html! {
        ol.stages aria-label="Stages of the run" {
            @for (place, name) in CYCLE.iter().enumerate() {
                li class=[(place < at).then_some("done")] aria-current=[(place == at).then_some("step")] {
                    (name) @if place < at { span.sr { " (done)" } }
                }
            }
        }
        @if let Some(cycles) = option(&seen.row.arguments, "--cycles") {
            p.hint { "Cycles asked for: " (text(&words::one_line(&cycles, 20))) ". Each goes through these stages." }
        }
    }
}

/// Which stage of its cycle a run is in.
fn stage(live: &Live) -> usize {
    match (&live.exploring, &live.race, live.looks.is_empty(), &live.concluded) {
        (_, _, _, Some(_)) => 4,
        (_, Some(race), is_unproved, None) if race.over || !is_unproved => 3,
        (_, Some(_), _, None) => 2,
        (Some(_), None, ..) => 1,
        (None, None, ..) => 0,
    }
}

/// What is left of the limits that the run was given; nothing where it has none.
pub(super) fn left(seen: &Seen, calls: u64, cost: Option<f64>, seconds: Option<f64>) -> Markup {
    let number = |flag: &str| option(&seen.row.arguments, flag).and_then(|value| value.parse::<f64>().ok());
    html! {
        @if let (Some(limit), Some(cost)) = (number("--max-cost"), cost) {
            div { dt { "Money left" } dd { (words::dollars((limit - cost).max(0.0))) " of " (words::dollars(limit)) } }
        }
        @if let Some(limit) = number("--max-calls") {
            div {
                dt { "Calls left" }
                dd { (words::thousands((limit as u64).saturating_sub(calls))) " of " (words::thousands(limit as u64)) }
            }
        }
        @if let (Some(limit), Some(seconds)) = (number("--max-time"), seconds) {
            div {
                dt { "Time left" }
                dd { (words::duration(std::time::Duration::from_secs_f64((limit - seconds).max(0.0)))) }
            }
        }
    }
}

/// What to do once it is over.
pub(super) fn next(seen: &Seen) -> Markup {
    let Some(file) = seen.row.files.last().filter(|_| seen.standing == Standing::Finished) else {
        return Markup::default();
    };
    let stem = file.strip_suffix(".json").unwrap_or(file);
    let lineage = format!("/lineage/{}", page::segment(&crate::data::versions::lineage_base(stem)));
    html! {
        @match seen.row.command.as_str() {
            "improve"
            => p.next {
                strong { "Next: " } a href=(lineage) { "see what changed, copy the prompt, or try again" } "."
            },
            "evaluate"
            => p.next {
                strong { "Next: " } a href=(page::link("/improve", &[("run", stem)])) { "look for a better prompt" } "."
            },
            _ => {}
        }
    }
}

/// The value of an option on a command line, in either of its two forms.
fn option(arguments: &[String], flag: &str) -> Option<String> {
    let after =
        |argument: &String| argument.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')).map(ToOwned::to_owned);
    let place = arguments.iter().position(|argument| argument == flag);
    arguments.iter().find_map(after).or_else(|| arguments.get(place? + 1).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Exploring, Standings};

    #[test]
    fn a_cycle_goes_through_its_stages_in_order() {
        let mut live = Live::default();
        assert_eq!(stage(&live), 0);
        live.exploring = Some(Exploring::default());
        assert_eq!(stage(&live), 1);
        live.race = Some(Standings::default());
        assert_eq!(stage(&live), 2);
        live.race = Some(Standings { over: true, ..Standings::default() });
        assert_eq!(stage(&live), 3);
        live.concluded = Some(("adopted".into(), true));
        assert_eq!(stage(&live), 4);
    }

    #[test]
    fn an_option_is_read_in_both_of_its_forms() {
        let line = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(option(&line(&["improve", "--max-cost=5"]), "--max-cost").as_deref(), Some("5"));
        assert_eq!(option(&line(&["improve", "--max-cost", "5"]), "--max-cost").as_deref(), Some("5"));
        assert_eq!(option(&line(&["improve", "--max-costs=5"]), "--max-cost"), None);
    }
}
