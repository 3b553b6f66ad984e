//! Pieces that several pages show: rates, verdicts, marked texts, differences of prompts.

use maud::{Markup, html};

use super::shelf::Summary;
use crate::compare::mean::Mean;
use crate::compare::{Interval, Rate};
use crate::data::results::MessageNote;
use crate::evaluate::grounding::{Audit, Grounding};
use crate::improve::PromptParts;
use crate::optimize::before::marking;
pub use crate::report::html::pieces::{decision, percent};
use crate::report::html::{diff, marked};
use crate::report::words;

/// A rate with its count, its interval and the word simulated: never less.
#[must_use]
pub fn rate(own: &Rate) -> Markup {
    html! {
        @match own.share() {
            Some(share) => { strong { (percent(share)) } " (" (of(own)) ")" }
            None => "no decisions",
        }
        @if let Some(interval) = own.interval {
            span.quiet { ", 95% interval " (percent(interval.low)) " to " (percent(interval.high)) }
        }
        @if own.simulated { " " span.mark { "simulated" } }
    }
}

/// `21,349 of 24,000`.
#[must_use]
pub fn of(own: &Rate) -> String {
    format!("{} of {}", words::thousands(own.yes), words::thousands(own.total))
}

/// The rate of a run, and that it is incomplete where it is.
#[must_use]
pub fn rate_of(run: &Summary) -> Markup {
    html! {
        (response(run.line.chance.as_ref(), &run.line.rate))
        @if run.line.partial.is_some() {
            " " span.mark { "partial" } span.quiet { " " (words::thousands(run.line.rate.total)) " decisions so far" }
        }
    }
}

/// A rate as one of the few figures of a page: its name, what is measured, and how sure it is.
#[must_use]
pub fn tile(name: &str, own: &Rate, measure: &str) -> Markup {
    html! {
        div { dt { (name) } dd {
            strong { @match own.share() { Some(share) => (percent(share)), None => "none yet" } }
            small {
                (measure) ", " (of(own))
                @if let Some(interval) = own.interval {
                    ", 95% interval " (percent(interval.low)) " to " (percent(interval.high))
                }
                @if own.simulated { ", simulated" }
            }
        } }
    }
}

/// A mean chance of a yes with its interval and the word simulated.
#[must_use]
pub fn mean_chance(mean: &Mean, simulated: bool) -> Markup {
    html! {
        strong { (percent(mean.mean)) } " mean chance of a yes"
        span.quiet { ", 95% interval " (percent(mean.interval.low)) " to " (percent(mean.interval.high)) }
        @if simulated { " " span.mark { "simulated" } }
    }
}

/// The mean chance, where decisions are chances, and the rate of those at the threshold or above; else the rate.
#[must_use]
pub fn response(chance: Option<&Mean>, own: &Rate) -> Markup {
    html! {
        @if let Some(mean) = chance { (mean_chance(mean, own.simulated)) "; at the judge's threshold or above: " }
        (rate(own))
    }
}

/// The same in lines of a table's cell.
#[must_use]
pub fn response_in_lines(chance: Option<&Mean>, own: &Rate) -> Markup {
    html! {
        @if let Some(mean) = chance {
            span.pair {
                strong { (percent(mean.mean)) } " mean chance"
                span.quiet {
                    (percent(mean.interval.low)) " to " (percent(mean.interval.high))
                    @if own.simulated { ", simulated" }
                }
            }
            br;
        }
        (rate_in_two(own))
    }
}

/// The same in two lines, for a table.
#[must_use]
pub fn rate_in_two(own: &Rate) -> Markup {
    html! {
        span.pair {
            @match own.share() {
                Some(share) => { strong { (percent(share)) } " (" (of(own)) ")" }
                None => "no decisions",
            }
            @if let Some(interval) = own.interval {
                span.quiet {
                    (percent(interval.low)) " to " (percent(interval.high)) @if own.simulated { ", simulated" }
                }
            }
        }
    }
}

/// A gain in points with its interval.
#[must_use]
pub fn gain(own: (f64, Interval)) -> Markup {
    html! { strong { (words::points(own.0)) } span.quiet { " points (" (words::points(own.1.low)) " to " (words::points(own.1.high)) ")" } }
}

/// A message with its made-up claims marked, and its audit.
#[must_use]
pub fn message(message: &str, note: Option<&MessageNote>) -> (Markup, Audit) {
    let audit: Audit = note.and_then(MessageNote::audit).unwrap_or_default();
    (marked::message(message, &audit, 0), audit)
}

/// What is known of a message's claims, in a pill.
#[must_use]
pub fn claims(audit: &Audit) -> Markup {
    html! {
        @match audit.grounding() {
            Grounding::MadeUp => span.pill.flag { (words::count(audit.made_up().count() as u64, "made-up claim", "made-up claims")) },
            Grounding::NotChecked => span.quiet { (words::NOT_CHECKED) },
            Grounding::Grounded => {}
        }
    }
}

/// What a prompt has that the one before had not, and the other way round, word by word.
#[must_use]
pub fn difference(before: &str, after: &str) -> Markup {
    diff::difference_within(before, after, LONGEST)
}

/// The parts of a lineage's first prompt, with how to say otherwise.
#[must_use]
pub fn parts(parts: &PromptParts) -> Markup {
    html! {
        p { (marking::summary(parts)) "." }
        (diff::parts(parts))
        p.hint {
            "Headings in the first prompt ("
            code { "## Rules" }
            ", "
            code { "## Advice" }
            ") change this, and so does a text that must stay, in the form that starts a cycle."
        }
    }
}

/// Characters of each prompt that are compared.
const LONGEST: usize = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_text_whatever_it_holds_and_its_made_up_claims_are_marked() {
        let hostile = "<script>alert(1)</script> Our customers cut costs by 87%. Bye <b>";
        let claim = serde_json::json!({"start": 26, "end": 57, "kind": "result", "verdict": "unsupported"});
        let note = MessageNote::with_audit(serde_json::json!({"auditor": "00ff", "claims": [claim]}));
        let (shown, audit) = message(hostile, Some(&note));
        let shown = shown.into_string();
        assert!(shown.contains("<mark ") && shown.contains(">Our customers cut costs by 87%.<"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains("<b>") && shown.contains("&lt;script&gt;"), "{shown}");
        assert!(claims(&audit).into_string().contains("1 made-up claim"));
        let (shown, audit) = message("Good morning.", None);
        assert_eq!(shown.into_string(), "<blockquote dir=\"auto\">Good morning.</blockquote>");
        assert!(claims(&audit).into_string().contains("claims not checked"));
    }

    #[test]
    fn a_difference_of_prompts_is_told_word_by_word_and_holds_no_markup() {
        let shown = difference("Sell tea <b>now</b>.", "Sell green tea <b>now</b>.").into_string();
        assert!(shown.contains("<ins>green</ins>") || shown.contains("<ins>green </ins>"), "{shown}");
        assert!(!shown.contains("<b>"), "{shown}");
    }
}
