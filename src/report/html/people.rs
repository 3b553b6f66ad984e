//! Who changed their minds, and why: messages and reasoning side by side.

use std::collections::VecDeque;

use maud::{Markup, PreEscaped, html};

use super::head;
use super::marked::{self, left_out};
use super::pieces::{decision, text};
use crate::optimize::history::pairs::{Clipped, Side};
use crate::optimize::history::{Course, History, Pair, Pairs};
use crate::report::{summary, words};

/// The most bytes of the page that people take. If the other parts are large, they get less.
pub const BUDGET: usize = 600_000;
/// How many of the people who did not change their minds are shown, each way.
const MOST_STEADY: usize = 25;
/// Characters of a persona that stand in a line.
const LINE: usize = 80;
/// Folds that are open at first.
const OPEN: usize = 1;
/// How many of each way are shown at once; the others are folded away.
const AT_ONCE: usize = 8;

/// `budget` is the most bytes that people may take.
pub(super) fn part(history: &History, budget: usize) -> Markup {
    let pairs = &history.pairs;
    let after = &history.versions[pairs.after];
    let before = pairs.before.map(|before| &history.versions[before]);
    let lead = match (before, &pairs.comparison) {
        (Some(before), Some(_)) => {
            format!("{} and {}, judged by one judge, on the people of the file.", before.label(), after.label())
        }
        (Some(before), None) => format!(
            "{} and {}. One judge is not known to have decided on both, so nobody is said to have changed their mind.",
            before.label(),
            after.label()
        ),
        (None, _) => format!("What the people of {} were written, and what they said.", after.label()),
    };
    let shown = fitting(pairs, before.is_some(), budget);
    let all = shown.iter().map(|(_, listed)| listed.len()).sum::<usize>();
    // Somebody whose mind was changed is what people look for first.
    let opened = shown.iter().find(|(_, listed)| !listed.is_empty()).map_or(Course::ToYes, |(course, _)| *course);
    html! {
        (head("people", if pairs.comparison.is_some() { "Who changed their minds" } else { "People" }, &lead))
        @if let Some(comparison) = &pairs.comparison {
            ul { @for line in summary::change_lines(comparison) { li { (text(&line)) } } }
        }
        @for (course, listed) in &shown {
            @let count = pairs.count(*course);
            @if count > 0 {
                h3 {
                    (name(*course, pairs.comparison.is_some())) " "
                    span.quiet {
                        "(" (words::thousands(count as u64))
                        @if listed.len() < count { ", " (listed.len()) " shown" }
                        ")"
                    }
                }
                @let at_once = if is_change(*course) || pairs.comparison.is_none() { AT_ONCE } else { 0 };
                @let (first, rest) = listed.split_at(listed.len().min(at_once));
                @for (at, one) in first.iter().enumerate() {
                    @let is_open = *course == opened && at < OPEN;
                    (PreEscaped(if is_open { one.replacen("<details class=\"pair\"", "<details open class=\"pair\"", 1) } else { one.clone() }))
                }
                @if !rest.is_empty() {
                    details.fold { summary { "Show " (words::thousands(rest.len() as u64)) @if !first.is_empty() { " more" } }
                        @for one in rest { (PreEscaped(one)) }
                    }
                }
            }
        }
        @if all < pairs.personas {
            p.hint {
                (words::count((pairs.personas - all) as u64, "person is", "people are"))
                " left out here, so that the file stays small. All of them: "
                code { "rejoinder show " (text(after.file.stem())) " --limit " (pairs.personas) }
                ", or page by page in "
                code { "rejoinder serve" }
                "."
            }
        }
    }
}

fn is_change(course: Course) -> bool {
    matches!(course, Course::ToYes | Course::ToNo)
}

/// What a way is called.
#[must_use]
pub fn name(course: Course, compared: bool) -> &'static str {
    match course {
        Course::ToYes => "From no to yes",
        Course::ToNo => "From yes to no",
        Course::No if compared => "Still no",
        Course::Yes if compared => "Still yes",
        Course::No => "No",
        Course::Yes => "Yes",
    }
}

/// As many people as fit, by the way they went: those who changed their minds take turns, then the others.
fn fitting(pairs: &Pairs, two_sided: bool, budget: usize) -> Vec<(Course, Vec<String>)> {
    let of = |course: Course| -> VecDeque<&Pair> { pairs.shown.iter().filter(|pair| pair.course == course).collect() };
    let mut left = budget;
    let mut found: Vec<(Course, Vec<String>)> = Vec::new();
    for turns in [[Course::ToYes, Course::ToNo], [Course::No, Course::Yes]] {
        let most = if turns[0] == Course::ToYes { usize::MAX } else { MOST_STEADY };
        let mut queues = turns.map(of);
        let mut shown: [Vec<String>; 2] = Default::default();
        let mut is_full = false;
        while !is_full && queues.iter().any(|queue| !queue.is_empty()) {
            for (queue, listed) in queues.iter_mut().zip(&mut shown) {
                let Some(pair) = queue.pop_front().filter(|_| listed.len() < most && !is_full) else { continue };
                let one = article(pair, two_sided).into_string();
                if one.len() > left {
                    is_full = true;
                } else {
                    left -= one.len();
                    listed.push(one);
                }
            }
        }
        found.extend(turns.into_iter().zip(shown));
    }
    found
}

/// One persona: folded, with both messages and both reasonings.
#[must_use]
pub fn article(pair: &Pair, two_sided: bool) -> Markup {
    let flagged: usize = pair.after.said.iter().map(|said| said.audit.made_up().count()).sum();
    html! {
        details.pair id=(format!("persona-{}", pair.entry + 1)) {
            summary {
                strong { "Persona " (pair.entry + 1) } " "
                @match pair.course {
                    Course::ToYes => span.pill.good { "no to yes" },
                    Course::ToNo => span.pill.no { "yes to no" },
                    Course::Yes => (decision(true)),
                    Course::No => (decision(false)),
                }
                @if pair.is_unseen == Some(true) { " " span.pill { "kept aside" } }
                @if flagged > 0 {
                    " " span.pill.flag { (words::count(flagged as u64, "made-up claim", "made-up claims")) }
                }
                " " span.who dir="auto" { (text(&words::one_line(&pair.persona.text, LINE))) }
            }
            p.persona dir="auto" { (clipped(&pair.persona)) }
            div.sides {
                @if two_sided { (side("Before", &pair.before)) }
                (side(if two_sided { "After" } else { "Message" }, &pair.after))
            }
        }
    }
}

/// The messages of one side.
#[must_use]
pub fn side(name: &str, side: &Side) -> Markup {
    html! {
        div {
            @if side.said.is_empty() { p.quiet { (name) ": no decided message." } }
            @for (at, said) in side.said.iter().enumerate() {
                div.said {
                    h4 { (name) @if side.said.len() > 1 { " " (at + 1) } " " (decision(said.yes)) }
                    (marked::message(&said.message.text, &said.audit, said.message.more))
                    p.reasoning dir="auto" { strong { "Why: " } (clipped(&said.reasoning)) }
                }
            }
            @if side.more > 0 {
                p.hint { (words::count(side.more as u64, "more message", "more messages")) " to this person." }
            }
        }
    }
}

fn clipped(passage: &Clipped) -> Markup {
    html! { (text(&passage.text)) (left_out(passage.more)) }
}
