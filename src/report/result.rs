//! The result of an improvement cycle on one screen: whether it worked, what changed, and what to do now. All else is
//! in [`summary::details`] and in the report.

use super::screen::{Screen, Tone};
use super::summary::{self, CycleSummary, Names};
use super::{proof, spent, story as told, words};
use crate::compare::{Interval, Rate};
use crate::improve::Change;
use crate::improve::difference::Step;
use crate::optimize::Objective;
use crate::optimize::before::judges::Judges;
use crate::optimize::search::verdict::CycleVerdict;
use crate::optimize::story::{Proof, Rates, Story};

/// Lines of a difference that are shown.
const LINES: usize = 4;
/// Objections that are named.
const NAMED: usize = 3;
/// Characters of a line of the prompt.
const QUOTED: usize = 74;
/// Columns of a row's name, and of a rate.
const NAME: usize = 21;
/// See [`NAME`].
const CELL: usize = 29;

/// What the commands that come next are made from.
#[derive(Clone, Debug)]
pub struct Next<'a> {
    /// The file that was saved, as commands name it.
    pub run: &'a str,
    /// Who writes, judges and audits, as flags, each with a space before it.
    pub cast: &'a str,
    /// New messages for each persona that were asked for.
    pub messages: u16,
}

/// The screen.
#[must_use]
pub fn cycle(story: &Story, summary: &CycleSummary<'_>, next: &Next<'_>) -> Screen {
    let mut screen = Screen::default();
    let came = summary.comparison.is_none_or(|comparison| comparison.improved.total > 0);
    screen.line(Tone::Heading, summary::heading("IMPROVEMENT CYCLE", summary.partial, came));
    let tone = if story.verdict.adopts() { Tone::Good } else { Tone::Open };
    let (verdict, generated) = (told::verdict_in_words(&story.verdict), told::of_generated_people(story));
    screen.line(tone, format!("Verdict: {verdict}{generated}"));
    screen.gap();
    match &story.proof {
        Some(proof) => kept_aside(&mut screen, story, proof),
        None => screen.line(Tone::Plain, format!("People kept aside: {}, none of them asked", story.unseen)),
    }
    described(&mut screen, story);
    let simulated = if summary.spent.simulated { "simulated; " } else { "" };
    screen.line(Tone::Plain, format!("  ({simulated}after each rate its 95% interval)"));
    if !matches!(summary.judges, Judges::Same) {
        let judges = summary::judged_by(summary.judges, Names::Cycle);
        screen.plain([format!("Judged by: {judges}")]);
    }
    screen.plain(proof::referee(story));
    screen.gap();
    changed(&mut screen, story);
    if !story.verdict.adopts() && summary.partial.is_none() {
        screen.line(
            Tone::Plain,
            format!(
                "No new messages were written: the {} of the current prompt stand. rejoinder evaluate writes more.",
                words::count(story.before.messages, "message", "messages")
            ),
        );
    }
    objections(&mut screen, story);
    screen.gap();
    failures(&mut screen, summary);
    screen.line(Tone::Plain, spent::in_short(&summary.spent));
    screen.line(Tone::Record, format!("Results saved to: {}", summary.file));
    for (what, command) in next_commands(story, summary, next) {
        screen.line(Tone::Heading, format!("Next, {what}:"));
        screen.line(Tone::Command, format!("  {command}"));
    }
    screen
}

/// Before and after on the people who only verify, and the gain with its interval.
fn kept_aside(screen: &mut Screen, story: &Story, proof: &Proof) {
    let people = match proof.outcome {
        Some(outcome) => words::count(outcome.personas as u64, "person kept aside", "people kept aside"),
        None => words::count(story.unseen as u64, "person kept aside", "people kept aside"),
    };
    let name = if story.verdict.adopts() { "new prompt" } else { "candidate" };
    table(screen, &people, [("current prompt", &proof.before), (name, &proof.after)]);
    if let Some((before, after)) = &proof.chances {
        let chance = |mean: &crate::compare::Mean| format!("{:.1}% ({})", 100.0 * mean.mean, ends(mean.interval, 1));
        let line = format!("  mean chance of a yes: {} before, {} after", chance(before), chance(after));
        screen.line(Tone::Plain, line);
    }
    let Some(outcome) = proof.outcome else { return };
    let of = match (&proof.chances, story.objective) {
        (Some(_), _) => " in the mean chance of a yes",
        (None, Objective::Grounded) => "",
        (None, Objective::Response) => " in yes, whatever is claimed",
    };
    let later = proof.later.map(|(pairs, shown)| {
        format!(
            "; chosen for being high, so {} afterwards: {}, {}",
            match pairs {
                1 => "one more pair was asked".to_owned(),
                pairs => format!("{pairs} more pairs were asked"),
            },
            words::points(shown.mean),
            words::interval(shown.interval)
        )
    });
    screen.line(
        Tone::Plain,
        format!(
            "  gain{of}: {} points, 95% interval {}{}",
            words::points(outcome.estimate),
            words::interval(outcome.interval),
            later.unwrap_or_default()
        ),
    );
    if let Some(why) = proof::why_not_proved(&story.verdict, proof.outcome) {
        screen.line(Tone::Plain, format!("  ({why})"));
    }
    let is_grounded = proof.chances.is_none() && story.objective == Objective::Grounded;
    let rate = |rates: &Rates| if is_grounded { rates.grounded } else { Some(rates.response) };
    let share = |rates: &Rates| rate(rates).and_then(|rate| rate.share());
    let difference = share(&proof.after).zip(share(&proof.before)).map(|(after, before)| after - before);
    if proof.chances.is_none() && difference.is_some_and(|shown| (shown - outcome.estimate).abs() > 0.0005) {
        let why = match proof.later {
            Some(_) => "  (the gain is that of the pairs that decided; the rates also count those asked afterwards)",
            None => {
                "  (the gain is paired, person by person, and allows for early looks; the rates count every message)"
            }
        };
        screen.line(Tone::Plain, why);
    }
}

/// The people whose answers wrote the prompt: a description, which proves nothing.
fn described(screen: &mut Screen, story: &Story) {
    let people = "Learned from";
    let why = "(described only: their answers wrote the prompt, which flatters it)";
    let (before, after) = &story.learned;
    match after {
        Some(after) => {
            screen.line(Tone::Plain, format!("{people} {why}"));
            rows(screen, [("current prompt", before), ("new prompt", after)]);
        }
        None => {
            screen.line(Tone::Plain, format!("{people} (described only)"));
            rows(screen, [("current prompt", before)]);
        }
    }
}

fn table<const ROWS: usize>(screen: &mut Screen, people: &str, sides: [(&str, &Rates); ROWS]) {
    screen.line(Tone::Heading, format!("{people:<NAME$} {:<CELL$}{}", "yes, nothing made up", "yes in all"));
    rows(screen, sides);
}

/// A row for each side: the two rates beside each other where the width suffices, else one below the other.
fn rows<const ROWS: usize>(screen: &mut Screen, sides: [(&str, &Rates); ROWS]) {
    let cells = sides.map(|(name, rates)| {
        let grounded = rates.grounded.as_ref().map_or_else(|| words::NOT_CHECKED.to_owned(), cell);
        (name, grounded, cell(&rates.response))
    });
    let fits = cells.iter().all(|(_, grounded, response)| grounded.len() < CELL && response.len() < CELL + 1);
    for (name, grounded, response) in cells {
        let name = format!("  {name}");
        if fits {
            screen.line(Tone::Plain, format!("{name:<NAME$} {grounded:<CELL$}{response}"));
        } else {
            screen.line(Tone::Plain, format!("{name:<NAME$} {grounded}, nothing made up"));
            screen.line(Tone::Plain, format!("{:<NAME$} {response} in all", ""));
        }
    }
}

/// `12.5% (5 of 40), 4 to 31%`.
fn cell(rate: &Rate) -> String {
    let digits = usize::from(rate.total >= 1_000);
    let interval = rate.interval.map(|interval| format!(", {}", ends(interval, digits)));
    format!("{}{}", words::rate(rate), interval.unwrap_or_default())
}

fn ends(interval: Interval, digits: usize) -> String {
    format!("{:.digits$} to {:.digits$}%", 100.0 * interval.low, 100.0 * interval.high)
}

/// What changed in the prompt, in a few lines.
fn changed(screen: &mut Screen, story: &Story) {
    if story.difference.is_empty() {
        screen.line(Tone::Heading, "Nothing changed in the prompt.");
        return;
    }
    screen.line(Tone::Heading, "Changed in the prompt (facts and rules stand word for word):");
    let mut lines: Vec<(Tone, String)> = Vec::new();
    for step in &story.difference {
        let quoted = |text: &str| words::one_line(text, QUOTED);
        match step {
            Step::Added { text } => lines.push((Tone::Added, format!("  + {}", quoted(text)))),
            Step::Replaced { before, text } => {
                lines.push((Tone::Removed, format!("  - {}", quoted(before))));
                lines.push((Tone::Added, format!("  + {}", quoted(text))));
            }
            Step::Dropped { before } => lines.push((Tone::Removed, format!("  - {}", quoted(before)))),
        }
    }
    let more = lines.len().saturating_sub(LINES);
    for (tone, line) in lines.into_iter().take(LINES) {
        screen.line(tone, line);
    }
    if more > 0 {
        let more = words::count(more as u64, "more line", "more lines");
        screen.line(Tone::Plain, format!("    and {more} (--verbose, and the report)"));
    }
}

/// Which objections are gone and which are left; where the prompt stays, those of today.
fn objections(screen: &mut Screen, story: &Story) {
    let named = |some: Vec<String>| {
        let more = some.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let some: Vec<String> = some.into_iter().take(NAMED).collect();
        if some.is_empty() { "none".to_owned() } else { format!("{}{more}", some.join(", ")) }
    };
    if story.changes.is_empty() {
        screen.line(Tone::Plain, format!("Objections: {}", told::objections(story)));
        return;
    }
    let name = |change: &Change| words::one_line(&change.name, 40);
    let mut gone: Vec<&Change> = story.changes.iter().filter(|change| change.after.personas == 0).collect();
    gone.sort_by(|a, b| b.before.share().total_cmp(&a.before.share()));
    let mut left: Vec<&Change> = story.changes.iter().filter(|change| change.after.personas > 0).collect();
    left.sort_by(|a, b| b.after.share().total_cmp(&a.after.share()));
    let share = |share: f64| format!("{:.0}%", 100.0 * share);
    let gone = gone.iter().map(|change| format!("{} ({})", name(change), share(change.before.share()))).collect();
    let left = left.iter().map(|change| {
        format!("{} ({}, was {})", name(change), share(change.after.share()), share(change.before.share()))
    });
    screen.line(Tone::Plain, format!("Objections gone: {}", named(gone)));
    screen.line(Tone::Plain, format!("Objections left: {}", named(left.collect())));
}

fn failures(screen: &mut Screen, summary: &CycleSummary<'_>) {
    if !summary.failures.is_empty() {
        screen.plain([summary::failed_trials(summary.failures.iter().map(|failure| failure.reason.as_str()))]);
    }
    screen.plain(summary::failed_while_searching(summary.search_failures));
}

/// What to do now, and the command that does it.
fn next_commands(story: &Story, summary: &CycleSummary<'_>, next: &Next<'_>) -> Vec<(&'static str, String)> {
    let run = next.run;
    if summary.partial.is_some() {
        return vec![("go on: the same command with a higher limit, or", "rejoinder runs".to_owned())];
    }
    match &story.verdict {
        CycleVerdict::Adopted => {
            vec![("take the new prompt", format!("rejoinder export {run} --format prompt -o prompt.md"))]
        }
        CycleVerdict::NotEnoughData { unreachable, .. } if unreachable.is_none() => {
            vec![("see how many people a proof needs", format!("rejoinder plan --results-file {run}"))]
        }
        // More people would not tell either.
        CycleVerdict::Kept { .. } | CycleVerdict::NotEnoughData { .. } => {
            let calls = (2 * story.calls).max(800);
            vec![("search longer", format!("rejoinder improve --results-file {run} --calls {calls}{}", next.cast))]
        }
    }
}
