//! The summary at the end of a cycle, and the before/after of any two runs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::words;
use crate::call::Used;
use crate::compare::{Comparison, Verdict};
use crate::data::provenance::FailedTrial;
use crate::model::Role;
use crate::optimize::judges::{Judges, RecordedJudge};

/// The rule above and below a block: the original service's width.
pub const RULE: &str = "============================================================";

/// What a run used, for a reader.
#[derive(Clone, Debug)]
pub struct Spent<'a> {
    /// Per role.
    pub used: &'a BTreeMap<Role, Used>,
    /// Dollars; `None` where a price is unknown.
    pub cost: Option<f64>,
    /// Wall time.
    pub elapsed: Duration,
    /// Whether the market answered.
    pub simulated: bool,
}

/// What the block of a cycle says.
#[derive(Clone, Debug)]
pub struct CycleSummary<'a> {
    /// Before and after.
    pub comparison: &'a Comparison,
    /// Who judged.
    pub judges: &'a Judges,
    /// Trials that failed.
    pub failures: &'a [FailedTrial],
    /// What it took.
    pub spent: Spent<'a>,
    /// The file, as a person would open it.
    pub file: &'a str,
}

/// The block at the end of an improvement cycle: the original service's lines first, then what makes them honest.
#[must_use]
pub fn cycle(summary: &CycleSummary<'_>) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(RULE.into());
    line("IMPROVEMENT CYCLE COMPLETE".into());
    line(RULE.into());
    for words in before_after(summary.comparison, summary.judges, summary.spent.simulated, Names::Cycle) {
        line(words);
    }
    line(failed_trials(summary.failures));
    for words in spent(&summary.spent) {
        line(words);
    }
    line(format!("Results saved to: {}", summary.file));
    line(RULE.into());
    text
}

/// What the two runs of a comparison are called.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// The original and the improved prompt of a cycle.
    Cycle,
    /// A and B.
    AnyTwo,
}

/// The lines of a comparison, without the block around them.
#[must_use]
pub fn before_after(comparison: &Comparison, judges: &Judges, simulated: bool, names: Names) -> Vec<String> {
    let (before, after) = match names {
        Names::Cycle => ("Original response rate", "Improved response rate"),
        Names::AnyTwo => ("Response rate of A", "Response rate of B"),
    };
    let (absolute_name, relative_name) = match names {
        Names::Cycle => ("Absolute improvement", "Relative improvement"),
        Names::AnyTwo => ("Absolute change", "Relative change"),
    };
    let mut lines = vec![
        format!("{before}: {}", words::full_rate(&comparison.original, simulated)),
        format!("{after}: {}", words::full_rate(&comparison.improved, simulated)),
        format!("{absolute_name}: {}", absolute(comparison)),
        format!("{relative_name}: {}", relative(comparison)),
    ];
    // Of two judges there is no interval: the change may be theirs and not the prompt's.
    if let Some(interval) = comparison.interval.filter(|_| judges.are_one()) {
        lines.push(format!(
            "Interval of the change: {} (95%, paired by persona, {})",
            words::interval(interval),
            words::count(comparison.personas, "persona", "personas")
        ));
        lines.push(format!(
            "Personas that flipped: {} to yes, {} to no",
            comparison.flipped_to_yes, comparison.flipped_to_no
        ));
    }
    lines.push(format!("Verdict: {}", verdict(comparison, judges)));
    lines.push(judged_by(judges));
    lines
}

fn absolute(comparison: &Comparison) -> String {
    match comparison.absolute().map(words::points) {
        None => "unknown, one of the runs has no decisions".into(),
        Some(points) if points == "0.0" => "none, the rate is unchanged".into(),
        Some(points) => format!("{points} percentage points"),
    }
}

fn relative(comparison: &Comparison) -> String {
    match (comparison.absolute(), comparison.relative().map(words::points)) {
        (None, _) => "unknown".into(),
        (Some(_), None) => "undefined, the earlier rate is 0%".into(),
        (Some(_), Some(points)) if points == "0.0" => "none".into(),
        (Some(_), Some(points)) => format!("{points}%"),
    }
}

/// What the data allow one to say, in one sentence.
#[must_use]
pub fn verdict(comparison: &Comparison, judges: &Judges) -> String {
    let all_yes = comparison.original.total > 0 && comparison.original.yes == comparison.original.total;
    match comparison.verdict() {
        Verdict::NothingToCompare => "nothing to compare, no persona was decided in both runs".into(),
        _ if !judges.are_one() => "this is not a comparison, the two rates are not known to come from one judge".into(),
        Verdict::Better => "better, and not by luck alone (the interval lies above 0)".into(),
        Verdict::Worse => "worse, and not by luck alone (the interval lies below 0)".into(),
        Verdict::Undecided if all_yes => {
            "undecided, the original had nothing left to gain on these personas; a stricter judge or more personas would tell".into()
        }
        Verdict::Undecided => "undecided, a difference of this size on so few personas may be luck".into(),
    }
}

fn judged_by(judges: &Judges) -> String {
    match judges {
        Judges::Same => "Judged by: the same decision maker, before and after".into(),
        Judges::DecidedAgain { recorded, by } => format!(
            "Judged by: one decision maker, before and after; the older file records {}, {}",
            words::rate(recorded),
            match by {
                RecordedJudge::Same => "by the same judge on another occasion",
                RecordedJudge::Other => "by another judge",
                RecordedJudge::Unknown => "its judge is unknown",
            }
        ),
        Judges::Different => {
            "Judged by: two different decision makers; decide the older messages again (--rejudge always) to compare"
                .into()
        }
        Judges::Unknown => {
            "Judged by: unknown, at least one of the files does not say who judged; the rates cannot be compared".into()
        }
    }
}

/// How many trials failed and why, most frequent reason first.
#[must_use]
pub fn failed_trials(failures: &[FailedTrial]) -> String {
    if failures.is_empty() {
        return "Failed trials: none".into();
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for failure in failures {
        *reasons.entry(&failure.reason).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    let mut text = format!("Failed trials: {} (in no rate)", failures.len());
    for (reason, count) in reasons.iter().take(3) {
        let _ = write!(text, "\n  {count} x {}", words::one_line(reason, 160));
    }
    if reasons.len() > 3 {
        let _ = write!(text, "\n  and {} more reasons, listed in the file", reasons.len() - 3);
    }
    text
}

/// Tokens, cost and time.
#[must_use]
pub fn spent(spent: &Spent<'_>) -> Vec<String> {
    let total = spent.used.values().fold(Used::default(), |mut sum, used| {
        sum.calls += used.calls;
        sum.retries += used.retries;
        sum.usage += used.usage;
        sum
    });
    let read = total.usage.input_tokens + total.usage.cache_read_tokens + total.usage.cache_write_tokens;
    let mut tokens = format!(
        "Tokens: {} in, {} out, in {}",
        words::thousands(read),
        words::thousands(total.usage.output_tokens),
        words::count(total.calls, "call", "calls")
    );
    if total.usage.cache_read_tokens > 0 {
        let _ = write!(tokens, " ({} read from the prompt cache)", words::thousands(total.usage.cache_read_tokens));
    }
    if total.retries > 0 {
        let _ = write!(tokens, ", {}", words::count(total.retries, "send repeated", "sends repeated"));
    }
    let cost = match spent.cost {
        Some(0.0) if spent.simulated => "Cost: nothing, the market is simulated".into(),
        Some(cost) => format!("Cost: {}", words::dollars(cost)),
        None => "Cost: unknown, a model's price is not in the price table (see [prices] in rejoinder.toml)".into(),
    };
    vec![tokens, cost, format!("Time: {}", words::duration(spent.elapsed))]
}
