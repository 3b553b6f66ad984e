//! What a run came to, and the few figures that matter.

use maud::{Markup, html};

use crate::optimize::history::Told;
use crate::optimize::story::{self, Rates};
use crate::optimize::{CycleVerdict, Objective};
use crate::report::words;
use crate::web::lineages::standing::Outcome;
use crate::web::page::text;
use crate::web::shelf::{GROUNDED, Index, Measured};
use crate::web::shown;

/// What the run came to, and the few figures that matter: those of its report.
pub(super) fn figures(index: &Index, measured: &Measured) -> Markup {
    let told = Told::of(&index.metadata);
    let verdict = told.as_ref().and_then(|told| told.verdict.as_ref());
    let partial = index.metadata.rejoinder.as_ref().and_then(|own| own.partial.as_ref());
    let proof = told.as_ref().and_then(|told| told.proof.as_ref());
    let sides = told.as_ref().zip(proof).map(|(told, proof)| story::by(told.objective, &proof.before, &proof.after));
    html! {
        p.verdict #verdict {
            (Outcome::from_verdict(verdict).pill()) " "
            @match verdict {
                Some(verdict) => (in_words(verdict)),
                None => @if told.is_some() { "The file does not say what its cycle came to." } @else { "A first run: nothing was tried against another prompt." },
            }
        }
        @if let Some(why) = partial {
            p.problem {
                "This run is incomplete: " (text(&words::one_line(why, 200))) ". "
                (words::count(measured.all.messages, "decision", "decisions")) " so far; a rate of so few says little."
            }
        }
        dl.tiles {
            @if let Some((before, after, measure)) = sides {
                @let measure = name(measure);
                (shown::tile(if verdict.is_some_and(CycleVerdict::adopts) { "Before, people kept aside" } else { "Current prompt, people kept aside" }, before, measure))
                (shown::tile("Candidate, people kept aside", after, measure))
                @if let Some((gain, interval)) = proof.and_then(|proof| proof.gain) {
                    div {
                        dt { @if verdict.is_some_and(CycleVerdict::adopts) { "Proved gain" } @else { "Gain, not proved" } }
                        dd {
                            strong { (words::points(gain)) " points" }
                            small {
                                "95% interval " (words::interval(interval)) ", "
                                (words::count(proof.map_or(0, |proof| proof.personas), "person", "people"))
                                " kept aside"
                            }
                        }
                    }
                }
            }
            @match &measured.learned {
                Some(learned) => (shown::tile("This run, people learned from", &learned.response, "yes")),
                None => (shown::tile("This run, all people", &measured.all.response, "yes")),
            }
            (grounded(measured))
            @if let Some(mean) = index.mean_chance() {
                div {
                    dt { "Mean chance of a yes, all people" }
                    dd { (shown::mean_chance(&mean, measured.all.response.simulated)) }
                }
            }
        }
    }
}

fn grounded(measured: &Measured) -> Markup {
    let (who, rates): (_, &Rates) = match &measured.learned {
        Some(learned) => ("people learned from", learned),
        None => ("all people", &measured.all),
    };
    html! {
        @match &rates.grounded {
            Some(rate) => (shown::tile(&format!("This run, {who}"), rate, GROUNDED)),
            None => div { dt { "Without made-up claims" } dd { strong { "–" } small { (words::NOT_CHECKED) } } },
        }
    }
}

fn name(measure: &str) -> &'static str {
    if measure == Objective::Grounded.rate() { GROUNDED } else { "yes" }
}

fn in_words(verdict: &CycleVerdict) -> &'static str {
    match Outcome::from_verdict(Some(verdict)) {
        Outcome::Better => "The candidate is better on people kept aside, and took the place of the prompt before it.",
        Outcome::NotProved => {
            "The best candidate may be better, but that was not proved on people kept aside. The prompt stays."
        }
        Outcome::NothingBetter | Outcome::FirstRun => "No better prompt was found. The prompt stays.",
    }
}
