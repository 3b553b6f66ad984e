//! Small pieces that every part is made of.

use maud::{Markup, html};

use crate::compare::mean::Mean;
use crate::compare::{Interval, Rate};
use crate::optimize::CycleVerdict;
use crate::optimize::story::Rates;
use crate::report::story::verdict_word;
use crate::report::words;

/// Text from a model, a persona or a file: markup is shown and not obeyed, and so are control characters and marks that
/// reverse the direction of text.
#[must_use]
pub fn text(of: &str) -> Markup {
    html! { (words::safe(of)) }
}

/// `68.8%`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// `44.4% to 85.8%`.
#[must_use]
pub fn ends(interval: Interval) -> String {
    format!("{} to {}", percent(interval.low), percent(interval.high))
}

/// A rate with its count, its interval and the word simulated: never less.
#[must_use]
pub fn rate(rate: &Rate) -> Markup {
    html! {
        @match rate.share() {
            Some(share) => { strong { (percent(share)) } " (" (words::thousands(rate.yes)) " of " (words::thousands(rate.total)) ")" }
            None => "no decisions",
        }
        @if let Some(interval) = rate.interval {
            span.quiet { " " (ends(interval)) @if rate.simulated { ", simulated" } }
        }
    }
}

/// A mean chance of a yes with its interval and the word simulated.
#[must_use]
pub fn mean_chance(mean: &Mean, simulated: bool) -> Markup {
    html! { strong { (percent(mean.mean)) } " mean chance" span.quiet { " " (ends(mean.interval)) @if simulated { ", simulated" } } }
}

/// The rate of yes; if decisions are chances, with the mean chance before it.
#[must_use]
pub fn response(rates: &Rates) -> Markup {
    html! {
        @if let Some(mean) = &rates.chance { (mean_chance(mean, rates.response.simulated)) br; }
        (rate(&rates.response))
    }
}

/// The same where there may be none.
#[must_use]
pub fn rate_or(value: Option<&Rate>, none: &str) -> Markup {
    match value {
        Some(value) => rate(value),
        None => html! { span.quiet { (none) } },
    }
}

/// The rate of grounded yes, with how many messages it leaves out, since their claims were not checked.
#[must_use]
pub fn grounded(rates: &Rates) -> Markup {
    let left_out = |rate: &Rate| rates.response.total.saturating_sub(rate.total);
    html! {
        (rate_or(rates.grounded.as_ref(), words::NOT_CHECKED))
        @if let Some(left_out) = rates.grounded.as_ref().map(left_out).filter(|count| *count > 0) {
            span.quiet { " " (words::thousands(left_out)) " not checked" }
        }
    }
}

/// A gain in points with its interval.
#[must_use]
pub fn gain((gain, interval): (f64, Interval), simulated: bool) -> Markup {
    html! { strong.nowrap { (words::points(gain)) } span.quiet { (words::interval(interval).trim_end_matches(" points")) @if simulated { ", simulated" } } }
}

/// A yes or a no, in a word and a colour.
#[must_use]
pub fn decision(yes: bool) -> Markup {
    if yes {
        html! { span.pill.yes { "yes" } }
    } else {
        html! { span.pill.no { "no" } }
    }
}

/// A verdict's word.
#[must_use]
pub fn verdict(verdict: Option<&CycleVerdict>) -> Markup {
    match verdict {
        Some(CycleVerdict::Adopted) => html! { span.pill.good { "adopted" } },
        Some(CycleVerdict::Kept { .. }) => html! { span.pill.no { "kept" } },
        Some(open @ CycleVerdict::NotEnoughData { .. }) => html! { span.pill { (verdict_word(open)) } },
        None => html! { span.quiet { "-" } },
    }
}

/// A table that may be wider than the screen: then it is scrolled, also with the keyboard.
#[must_use]
pub fn table(caption: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table { caption { (caption) } thead { (head) } tbody { (body) } }
        }
    }
}
