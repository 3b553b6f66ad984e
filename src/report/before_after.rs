//! The before/after of any two runs, in lines.

use super::words;
use crate::compare::{Comparison, Interval, PairedVerdict};
use crate::optimize::before::judges::{Judges, RecordedJudge, Side};

/// What the two runs of a comparison are called.
#[derive(Clone, Copy, Debug)]
pub enum Names<'a> {
    /// The original and the improved prompt of a cycle.
    Cycle,
    /// A and B, which are these files.
    AnyTwo {
        /// Name of A, as a command takes it.
        a: &'a str,
        /// Name of B.
        b: &'a str,
    },
}

/// The lines of a comparison, without the block around them.
#[must_use]
pub fn before_after(comparison: &Comparison, judges: &Judges, names: Names<'_>) -> Vec<String> {
    let (before, after) = match names {
        Names::Cycle => ("Original response rate", "Improved response rate"),
        Names::AnyTwo { .. } => ("Response rate of A", "Response rate of B"),
    };
    let (absolute_name, relative_name) = match names {
        Names::Cycle => ("Absolute improvement", "Relative improvement"),
        Names::AnyTwo { .. } => ("Absolute change", "Relative change"),
    };
    let mut lines = vec![
        format!("{before}: {}", words::full_rate(&comparison.original)),
        format!("{after}: {}", words::full_rate(&comparison.improved)),
    ];
    // Of two judges there is no change to tell: it may be theirs and not the prompt's.
    if judges.are_one() {
        lines.push(format!("{absolute_name}: {}", absolute(comparison)));
        lines.push(format!("{relative_name}: {}", relative(comparison)));
    }
    lines.extend(in_both(comparison, names));
    if let Some(interval) = comparison.interval.filter(|_| judges.are_one()) {
        lines.push(format!("Interval of the change: {}", paired(comparison, interval)));
        lines.push(format!(
            "Personas that flipped: {} to yes, {} to no",
            words::thousands(comparison.flipped_to_yes),
            words::thousands(comparison.flipped_to_no)
        ));
    }
    // The verdict of a cycle is that of its proof; of the people of its file this is a description.
    let what = if matches!(names, Names::Cycle) { "On these people" } else { "Verdict" };
    lines.push(format!("{what}: {}", verdict(comparison, judges)));
    if matches!(names, Names::Cycle) && judges.are_one() && comparison.personas > 0 {
        lines
            .push("Measured on: the personas whose answers the improver read, which may flatter the new prompt".into());
    }
    lines.push(format!("Judged by: {}", judged_by(judges, names)));
    lines
}

/// The change between two runs that one judge decided on: the rates, their difference and who flipped.
#[must_use]
pub fn change_lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = vec![
        format!("Before: {}", words::full_rate(&comparison.original)),
        format!("After: {}", words::full_rate(&comparison.improved)),
    ];
    if let Some(interval) = comparison.interval {
        lines.push(format!("Change: {}", paired(comparison, interval)));
    }
    lines.push(format!(
        "Flipped: {} to yes, {} to no",
        words::thousands(comparison.flipped_to_yes),
        words::thousands(comparison.flipped_to_no)
    ));
    lines
}

fn absolute(comparison: &Comparison) -> String {
    // Where some personas stand in one run only, or got more messages than others, the mean change per persona is
    // another number. It stands beside its interval, and this one says what it is.
    let over = if paired_differs(comparison) { " over all messages" } else { "" };
    match comparison.absolute() {
        None => "unknown: one of the runs has no decisions".into(),
        Some(0.0) => format!("none, the rate{over} is unchanged"),
        Some(change) => match words::points(change).as_str() {
            "0.0" => format!("less than 0.1 percentage points {}{over}", if change > 0.0 { "up" } else { "down" }),
            points => format!("{points} percentage points{over}"),
        },
    }
}

fn relative(comparison: &Comparison) -> String {
    match (comparison.absolute(), comparison.relative()) {
        (None, _) => "unknown".into(),
        (Some(_), None) => "undefined, the earlier rate is 0%".into(),
        (Some(0.0), Some(_)) => "none".into(),
        (Some(change), Some(relative)) => match words::points(relative).as_str() {
            "0.0" => format!("less than 0.1% {}", if change > 0.0 { "up" } else { "down" }),
            points => format!("{points}%"),
        },
    }
}

/// Whether the mean change per persona reads otherwise than the change of the rate over all messages.
fn paired_differs(comparison: &Comparison) -> bool {
    match (comparison.difference, comparison.absolute()) {
        (Some(paired), Some(pooled)) => words::points(paired) != words::points(pooled),
        _ => false,
    }
}

fn sets_differ(comparison: &Comparison) -> bool {
    comparison.only_original + comparison.only_improved > 0
}

/// `10 personas`, or `the 10 personas in both` where there are others.
fn personas(comparison: &Comparison) -> String {
    let personas = words::count(comparison.personas, "persona", "personas");
    if sets_differ(comparison) { format!("the {personas} in both") } else { personas }
}

fn paired(comparison: &Comparison, interval: Interval) -> String {
    let around = match comparison.difference.filter(|_| paired_differs(comparison)) {
        Some(difference) => format!(" around {}", words::points(difference)),
        None => String::new(),
    };
    format!("{}{around} (95%, paired by persona, {})", words::interval(interval), personas(comparison))
}

/// Where some personas were decided in one run only: how many, and the two rates on the others.
fn in_both(comparison: &Comparison, names: Names<'_>) -> Vec<String> {
    if !sets_differ(comparison) {
        return Vec::new();
    }
    let (before, after) = match names {
        Names::Cycle => ("the original", "the improved run"),
        Names::AnyTwo { .. } => ("A", "B"),
    };
    let mut lines = vec![format!(
        "Personas decided in only one run: {} in {before}, {} in {after}",
        words::thousands(comparison.only_original),
        words::thousands(comparison.only_improved)
    )];
    if comparison.personas > 0 {
        let rates = [(before, &comparison.original_in_both), (after, &comparison.improved_in_both)];
        let line = |(run, rate)| format!("  {run}, on {}: {}", personas(comparison), words::full_rate(rate));
        lines.extend(rates.into_iter().map(line));
    }
    lines
}

/// What the data allow one to say, in one sentence.
#[must_use]
pub fn verdict(comparison: &Comparison, judges: &Judges) -> String {
    let verdict = comparison.verdict();
    if verdict != PairedVerdict::NothingToCompare && !judges.are_one() {
        return "this is not a comparison, the two rates are not known to come from one judge".into();
    }
    let on = if sets_differ(comparison) { format!(" on {}", personas(comparison)) } else { String::new() };
    let against = match (comparison.difference, comparison.absolute()) {
        (Some(paired), Some(pooled)) if paired * pooled < 0.0 => "; the rates over all messages moved the other way",
        _ => "",
    };
    match verdict {
        PairedVerdict::NothingToCompare => "nothing to compare, no persona was decided in both runs".into(),
        PairedVerdict::Better => format!("better{on}, and not by luck alone (the interval lies above 0){against}"),
        PairedVerdict::Worse => format!("worse{on}, and not by luck alone (the interval lies below 0){against}"),
        PairedVerdict::Undecided => format!("undecided{on}, {}", undecided(comparison)),
    }
}

/// Why the data do not decide.
fn undecided(comparison: &Comparison) -> String {
    let (before, after) = (&comparison.original_in_both, &comparison.improved_in_both);
    if let Some(interval) = comparison.interval.filter(|interval| interval.excludes_zero()) {
        let side = if interval.low > 0.0 { "above" } else { "below" };
        let but = if comparison.p_value < 0.05 {
            "by the exact sign test more personas moved the other way"
        } else {
            "the exact sign test does not rule out luck"
        };
        return format!(
            "the interval lies {side} 0, but {but} ({} rose, {} fell, p = {})",
            words::count(comparison.rose, "persona", "personas"),
            words::thousands(comparison.fell),
            words::probability(comparison.p_value)
        );
    }
    if comparison.personas == 1 {
        return "one persona says nothing about others".into();
    }
    if before.yes == before.total && after.yes == after.total {
        return "both runs got every yes that there was to get; a stricter judge would tell them apart, such as \
                --decision-prompt inbox"
            .into();
    }
    // Only where most still say yes: of a run that lost most of them, room to rise is not what there is to say.
    if before.yes == before.total && 2 * comparison.flipped_to_no < comparison.personas {
        return "the original had nothing left to gain on these personas, and a fall of this size may be luck; a \
                stricter judge or more personas would tell"
            .into();
    }
    if before.yes + after.yes == 0 {
        return "neither run got a yes; a more lenient judge would tell them apart".into();
    }
    let personas = words::count(comparison.personas, "persona", "personas");
    match comparison.interval {
        // Sums of thirds and tenths are not exact.
        Some(interval) if comparison.difference.is_some_and(|change| change.abs() < 1e-9) => format!(
            "no change on the whole, but on {personas} one of up to {:.1} points could hide",
            interval.low.abs().max(interval.high.abs()) * 100.0
        ),
        _ => format!("a change of this size on {personas} may be luck (the interval holds 0)"),
    }
}

/// Who judged, and what to do where that forbids a comparison.
#[must_use]
pub fn judged_by(judges: &Judges, names: Names<'_>) -> String {
    let (both, older) = match names {
        Names::Cycle => ("before and after", "the older file"),
        Names::AnyTwo { .. } => ("of A and of B", "the file of A"),
    };
    match judges {
        Judges::Same => format!("the same decision maker, {both}"),
        Judges::DecidedAgain { side, recorded, by } => format!(
            "one decision maker, {both}; {} records {}, {}",
            if *side == Side::After { "the file of B" } else { older },
            words::full_rate(recorded),
            match by {
                RecordedJudge::Same => "by the same judge on another occasion",
                RecordedJudge::Other => "by another judge",
                RecordedJudge::Unknown => "its judge is unknown",
            }
        ),
        Judges::Different => {
            format!(
                "two different decision makers, so the rates cannot be compared\n  {}",
                decide_again(names, Side::Before)
            )
        }
        Judges::Unknown(side) => format!(
            "unknown, at least one of the files does not say who judged; the rates cannot be compared\n  {}",
            decide_again(names, *side)
        ),
    }
}

/// The command after which one judge has decided on the messages of that run and on new ones.
fn decide_again(names: Names<'_>, side: Side) -> String {
    let command = |file: &str| format!("rejoinder improve --results-file {file} --rejudge always");
    match (names, side) {
        (Names::Cycle, _) => format!("To have the older messages decided again: {}", command("NAME")),
        (Names::AnyTwo { a, .. }, Side::Before) => {
            format!("To have A's messages decided again, beside those of a new prompt: {}", command(a))
        }
        (Names::AnyTwo { b, .. }, Side::After) => {
            format!("To have B's messages decided again, beside those of a new prompt: {}", command(b))
        }
    }
}
