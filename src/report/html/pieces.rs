//! Small pieces that every part is made of.

use maud::{Markup, html};

use crate::compare::mean::Mean;
use crate::compare::{Interval, Rate};
use crate::optimize::Verdict;
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
pub fn rate(own: &Rate) -> Markup {
    html! {
        @match own.share() {
            Some(share) => { strong { (percent(share)) } " (" (words::thousands(own.yes)) " of " (words::thousands(own.total)) ")" }
            None => "no decisions",
        }
        @if let Some(interval) = own.interval {
            span.quiet { " " (ends(interval)) @if own.simulated { ", simulated" } }
        }
    }
}

/// A mean chance of a yes with its interval and the word simulated.
#[must_use]
pub fn mean_chance(mean: &Mean, simulated: bool) -> Markup {
    html! { strong { (percent(mean.mean)) } " mean chance" span.quiet { " " (ends(mean.interval)) @if simulated { ", simulated" } } }
}

/// The rate of yes; where decisions are chances, the mean chance before it.
#[must_use]
pub fn response(rates: &Rates) -> Markup {
    html! {
        @if let Some(mean) = &rates.chance { (mean_chance(mean, rates.response.simulated)) br; }
        (rate(&rates.response))
    }
}

/// The same where there may be none.
#[must_use]
pub fn rate_or(own: Option<&Rate>, none: &str) -> Markup {
    match own {
        Some(own) => rate(own),
        None => html! { span.quiet { (none) } },
    }
}

/// The rate of grounded yes, with how many messages it leaves out, since their claims were not checked.
#[must_use]
pub fn grounded(rates: &Rates) -> Markup {
    let left_out = |own: &Rate| rates.response.total.saturating_sub(own.total);
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
pub fn verdict(own: Option<&Verdict>) -> Markup {
    match own {
        Some(Verdict::Adopted) => html! { span.pill.good { "adopted" } },
        Some(Verdict::Kept { .. }) => html! { span.pill.no { "kept" } },
        Some(open @ Verdict::NotEnoughData { .. }) => html! { span.pill { (verdict_word(open)) } },
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
