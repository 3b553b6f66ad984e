//! The answer to whoever wrote a candidate: what became of it.

use maud::{Markup, html};

use crate::optimize::CycleVerdict;
use crate::optimize::history::Told;
use crate::optimize::search::by_hand::ByHand;
use crate::report::words;
use crate::web::page::{self, text};
use crate::web::shown;

/// The answer to whoever wrote a candidate.
pub(super) fn answers(told: &Told, current: &str) -> Markup {
    html! {
        @for (at, own) in told.by_hand.iter().enumerate() {
            h2 id=(format!("by-hand-{}", at + 1)) { "Your candidate" @if told.by_hand.len() > 1 { " " (at + 1) } }
            p.verdict { (answer(told, own)) }
            @if let Some(raced) = own.raced {
                p {
                    "In the race, on people learned from: "
                    strong { (format!("{:.0}%", 100.0 * raced.successes / raced.messages.max(1) as f64)) }
                    " of " (words::count(raced.messages as u64, "message", "messages")) " succeeded."
                    @if let Some((own, current)) = own.expected {
                        " Expected with an average person, from all trials of the search: "
                        (format!("{:.0}%", own * 100.0))
                        ", "
                        (format!("{:.0}%", current * 100.0))
                        " with the current prompt."
                    }
                }
            } @else if let Some((own, current)) = own.expected.filter(|_| !own.same) {
                p {
                    "Expected with an average person, from all trials of the search: "
                    (format!("{:.0}%", own * 100.0))
                    ", "
                    (format!("{:.0}%", current * 100.0))
                    " with the current prompt. It took no part in the race."
                }
            }
            @if !own.cut.is_empty() { p { "Cut out before it was tested: " (text(&own.cut.join("; "))) } }
            details.more {
                summary {
                    @if own.won && told.verdict.as_ref().is_some_and(CycleVerdict::adopts) {
                        "The prompt, which is the current one now"
                    } @else {
                        "How it differs from the current prompt"
                    }
                }
                (shown::difference(current, &own.prompt))
            }
        }
    }
}

fn answer(told: &Told, own: &ByHand) -> Markup {
    let is_adopted = told.verdict.as_ref().is_some_and(CycleVerdict::adopts);
    html! {
        @match (&own.refused, own.same, own.won, own.raced.and_then(|raced| raced.dropped_after)) {
            (Some(why), ..) => { span.pill.held { "not tested" } " " (text(&page::sentence(why))) }
            (None, true, ..)
            => {
                span.pill { "the same" }
                " It asks for nothing that the current prompt does not, so there was nothing to test."
            }
            (None, false, true, _)
            if is_adopted => {
                span.pill.good { "proved better" }
                " It won the race and is better on people kept aside: it is the current prompt now."
            }
            (None, false, true, _)
            => {
                span.pill.held { "not proved" }
                " It won the race, but was not proved better on people kept aside. The figures of the proof \
                 are its own."
            }
            (None, false, false, Some(after))
            => {
                span.pill.held { "beaten in the race" }
                " Another candidate was clearly better after " (words::count(after as u64, "person", "people")) "."
            }
            (None, false, false, None)
            => {
                span.pill.held { "not chosen" }
                " Another candidate promised more, and went on to the people kept aside."
            }
        }
    }
}
