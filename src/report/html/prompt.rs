//! The prompt, what changed in it, and what its instructions do.

use maud::{Markup, html};

use super::diff::{self, difference};
use super::pieces::{table, text};
use super::{chart, head};
use crate::improve::difference::of_prompts;
use crate::optimize::history::told::Instruction;
use crate::optimize::history::{History, Version};
use crate::report::words;

/// Instructions that are listed.
const MOST: usize = 14;
/// Characters of a prompt that are shown.
const LONGEST: usize = 12_000;
/// Adoptions whose own changes are shown, the last ones.
const MOST_STEPS: usize = 6;
/// Bytes that they may take.
const STEPS: usize = 120_000;

pub(super) fn part(history: &History) -> Markup {
    let (first, last) = (&history.versions[0], history.focus());
    let (old, new) = (&first.metadata.system_prompt, &last.metadata.system_prompt);
    let steps: Vec<(&Version, &Version)> = history
        .versions
        .windows(2)
        .map(|two| (&two[0], &two[1]))
        .filter(|(before, after)| before.metadata.system_prompt != after.metadata.system_prompt)
        .collect();
    html! {
        (head("prompt", "The prompt", ""))
        @if steps.is_empty() {
            p {
                @if history.versions.len() > 1 { "No prompt took the place of the first one." } @else {
                    "The prompt that wrote the messages."
                }
            }
        } @else {
            h3 { "From " (first.label()) " to " (last.label()) }
            p { "Facts and rules stand word for word; this is what became of the advice." }
            (diff::advice(&of_prompts(history.memory.as_ref().map(|memory| &memory.parts), old, new)))
            p.hint { ins { "Underlined" } " was added, " del { "struck out" } " was taken away." }
            (difference(old, new))
        }
        @if let Some(memory) = history.memory.as_ref() {
            details.fold { summary { "What stands in every prompt, and what may change" } (diff::parts(&memory.parts)) }
        }
        @if steps.len() > 1 {
            @for (label, step) in shown(&steps) {
                details.fold { summary { (label) } (step) }
            }
        }
        details.fold open[steps.is_empty()] {
            summary { "All of it, as it stands (" (words::thousands(new.chars().count() as u64)) " characters)" }
            pre dir="auto" {
                (text(&new.chars().take(LONGEST).collect::<String>()))
                (super::marked::left_out(new.chars().count().saturating_sub(LONGEST)))
            }
        }
        @if let Some((version, told)) = history.versions.iter().rev().find_map(|version| Some((version, version.told.as_ref().filter(|told| !told.instructions.is_empty())?))) {
            (instructions(version, &told.instructions))
        }
    }
}

/// What changed with single adoptions, the last ones, as far as there is room.
fn shown(steps: &[(&Version, &Version)]) -> Vec<(String, Markup)> {
    let mut left = STEPS;
    let mut found = Vec::new();
    for (before, after) in steps.iter().rev().take(MOST_STEPS) {
        let step = difference(&before.metadata.system_prompt, &after.metadata.system_prompt);
        if step.0.len() > left {
            break;
        }
        left -= step.0.len();
        found.push((format!("From {} to {}", before.label(), after.label()), step));
    }
    found.reverse();
    found
}

fn instructions(version: &Version, all: &[Instruction]) -> Markup {
    let header = html! { tr { th scope="col" { "Instruction" } th.number scope="col" { "Points" } th scope="col" { "In use before" } th scope="col" { "In the candidate" } } };
    let word = |is: bool| if is { "yes" } else { "no" };
    // The most helpful and the most harmful.
    let listed: Vec<&Instruction> = if all.len() <= MOST {
        all.iter().collect()
    } else {
        all.iter().take(MOST / 2).chain(all.iter().skip(all.len() - MOST / 2)).collect()
    };
    let body = html! {
        @for effect in listed {
            tr {
                td.words dir="auto" { (text(&words::one_line(&effect.text, 400))) }
                td.number { (words::points(effect.change)) }
                td { (word(effect.in_incumbent)) }
                td { (word(effect.in_challenger)) }
            }
        }
    };
    html! {
        details.fold {
            summary { "What instructions did in the search of " (version.label()) " (" (all.len()) " tried)" }
            p.hint {
                "An estimate from the trials of many prompts with different instructions: what each changes, in points \
                 of the rate, in the best prompt. It chooses candidates; it proves nothing."
            }
            (table("Instructions that were tried, the most helpful first", &header, &body))
        }
    }
}

/// A share beside its bar.
pub(super) fn share(count: usize, of: usize) -> Markup {
    let share = if of == 0 { 0.0 } else { count as f64 / of as f64 };
    html! { span.nowrap { (chart::meter(share)) " " (format!("{:.0}%", share * 100.0)) " (" (count) " of " (of) ")" } }
}
