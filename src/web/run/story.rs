//! What a run came to: verdict, proof, objections, instructions, claims, and where it comes from.

use maud::{Markup, html};

use super::by_hand;
use crate::data::Provenance;
use crate::data::record::{CycleRecord, Metrics, RatesRecord};
use crate::improve::difference::of_prompts;
use crate::improve::objections::UNSORTED;
use crate::improve::{Change, Objections};
use crate::optimize::Objective;
use crate::optimize::history::Told;
use crate::optimize::history::told::Instruction;
use crate::optimize::lineage::Lineage;
use crate::optimize::story::{Raised, Rates};
use crate::report::html::{chart, diff};
use crate::report::words;
use crate::web::error::Problem;
use crate::web::objections::{self, Column};
use crate::web::page::{self, Head, text};
use crate::web::shelf::{Index, raised, stem};
use crate::web::shown;
use crate::web::site::Site;

/// Instructions that are listed.
const INSTRUCTIONS: usize = 24;

/// All of it.
pub(super) fn of(site: &Site, index: &Index) -> Result<Markup, Problem> {
    let metrics = index.metadata.rejoinder.as_ref().and_then(Provenance::measured);
    let cycle = metrics.and_then(|metrics| metrics.cycle.as_ref());
    let told = Told::of(&index.metadata);
    Ok(html! {
        @if let (Some(cycle), Some(told)) = (cycle, &told) {
            (proof(told))
            (by_hand::answers(told, &index.metadata.system_prompt))
            (on_the_people(metrics))
            (objections(site, index, Some(cycle)))
            (instructions(&told.instructions))
            (claims(cycle))
        } @else {
            (objections(site, index, None))
        }
        (prompt(site, index))
        (origin(index))
    })
}

fn side(rates: &Rates, objective: Objective) -> Markup {
    match objective {
        Objective::Response => shown::response_in_lines(rates.chance.as_ref(), &rates.response),
        Objective::Grounded => {
            rates.grounded.as_ref().map_or_else(|| html! { (words::NOT_CHECKED) }, shown::rate_in_two)
        }
    }
}

fn proof(told: &Told) -> Markup {
    let Some(proof) = &told.proof else {
        return html! { p.quiet { "Nothing was asked of people kept aside in this cycle." } };
    };
    html! {
        h2 #proof { "On people kept aside" }
        p {
            @if let Some(verdict) = &told.verdict {
                (text(&page::sentence(&crate::report::story::verdict_in_words(verdict))))
            }
        }
        div.scroll tabindex="0" role="region" aria-label="The proof" { table {
            caption {
                (words::count(proof.personas, "person", "people")) " from whom nothing was learned, "
                (words::count(proof.trials, "trial", "trials")) ", " (words::count(proof.looks, "look", "looks"))
                "; 95% intervals"
            }
            thead { tr { td {} th scope="col" { "Current prompt" } th scope="col" { "Candidate" } } }
            tbody {
                tr {
                    th scope="row" { "Yes" }
                    td { (side(&proof.before, Objective::Response)) }
                    td { (side(&proof.after, Objective::Response)) }
                }
                tr {
                    th scope="row" { "Yes without made-up claims" }
                    td { (side(&proof.before, Objective::Grounded)) }
                    td { (side(&proof.after, Objective::Grounded)) }
                }
                @if let Some(gain) = proof.gain {
                    tr {
                        th scope="row" { "Gain" }
                        td colspan="2" {
                            (shown::gain(gain))
                            @if let Some(p) = proof.p_value { span.quiet { ", p " (words::probability(p)) } }
                        }
                    }
                }
            }
        } }
    }
}

fn on_the_people(metrics: Option<&Metrics>) -> Markup {
    let Some((metrics, change)) = metrics.and_then(|metrics| Some((metrics, metrics.improvement.as_ref()?))) else {
        return Markup::default();
    };
    // Rates of two judges are not compared.
    if metrics.one_judge != Some(true) {
        return html! {
            h2 #before-after { "On the people of the file" }
            p.quiet { "Two judges decided before and after, or it is not known who did: this is not a comparison." }
        };
    }
    html! {
        h2 #before-after { "On the people of the file" }
        p {
            @if let Some(difference) = change.gain() { "Change, paired by person: " (shown::gain(difference)) ". " }
            a href="?flipped=yes#trials-head" { (words::count(change.flipped_to_yes, "persona", "personas")) }
            " flipped to yes, "
            a href="?flipped=no#trials-head" { (words::count(change.flipped_to_no, "persona", "personas")) } " to no."
        }
        p.hint { "The improver read the answers of most of them, which may flatter the new prompt." }
    }
}

/// Why people said no to the prompt before, and why to this run's own messages.
fn objections(site: &Site, index: &Index, cycle: Option<&CycleRecord>) -> Markup {
    let coding = index.coding(&site.folder).map(|coding| Objections::default().by(coding));
    let after = coding.as_ref().map(|said| Raised::from_groups(&said.raised, said)).unwrap_or_default();
    let before = cycle.map(|cycle| raised(&cycle.objections)).unwrap_or_default();
    let is_new = cycle.is_none_or(|cycle| cycle.after.is_some());
    let changes: &[Change] = cycle.map(|cycle| cycle.objections_changed.as_slice()).unwrap_or_default();
    let own_stem = index.file.stem();
    let parent = index.metadata.rejoinder.as_ref().and_then(|own| own.parent.as_ref());
    // The trials of the run before can be shown by group only where that run was sorted.
    let earlier = parent.and_then(|parent| {
        let file = site.folder.resolve(crate::data::Kind::Results, stem(&parent.file)).ok()?;
        let summary = site.folder.exists(&file).then(|| site.shelf.summary(&site.folder, &file).ok())??;
        summary.objections.as_ref().map(|_| file.stem().to_owned())
    });
    let mut columns: Vec<Column<'_>> = Vec::new();
    if !before.is_empty() && is_new {
        columns.push(Column { label: "Before".to_owned(), raised: &before, run: earlier.as_deref() });
    }
    if !after.is_empty() {
        // Where the prompt stays, its messages do.
        let label = if is_new { "This run" } else { "The prompt that stayed" };
        columns.push(Column { label: label.to_owned(), raised: &after, run: Some(own_stem) });
    } else if !before.is_empty() && !is_new {
        columns.push(Column { label: "The prompt that stayed".to_owned(), raised: &before, run: None });
    }
    let part = coding.as_ref().and_then(|said| said.sorted.as_ref()).filter(|sorted| sorted.reasonings < sorted.of);
    html! {
        h2 #objections { "Why people said no" }
        (objections::table("Share of the people who raised it at least once, with its 95% interval. A figure leads to \
                            the trials.", &columns, if columns.len() > 1 { changes } else { &[] }))
        @if columns.is_empty() {
            @if coding.is_some() { p.quiet { "Nobody gave a reason against a message." } }
            @else {
                p.quiet {
                    "What people said is " (UNSORTED) ". Sort it with "
                    code { "rejoinder show " (text(own_stem)) " --objections" }
                    "."
                }
            }
        }
        @if let Some(sorted) = part {
            p.hint {
                "In this run counted in " (words::thousands(sorted.reasonings as u64)) " of "
                (words::count(sorted.of as u64, "reasoning", "reasonings")) "."
            }
        }
    }
}

const COLUMNS: &[Head] = &[
    Head::Words("Instruction"),
    Head::Numbers("Points"),
    Head::Words("In the candidate"),
    Head::Words("In the current prompt"),
];

fn instructions(list: &[Instruction]) -> Markup {
    if list.is_empty() {
        return Markup::default();
    }
    html! {
        details.more #instructions { summary { "What each instruction does (" (list.len()) ")" }
            (page::table("Instructions", COLUMNS, &html! {
                @for own in list.iter().take(INSTRUCTIONS) {
                    tr {
                        th scope="row" { (text(&own.text)) }
                        td.number { (words::points(own.change)) }
                        td { @if own.in_challenger { "yes" } @else { span.quiet { "no" } } }
                        td { @if own.in_incumbent { "yes" } @else { span.quiet { "no" } } }
                    }
                }
            }))
        }
    }
}

fn claims(cycle: &CycleRecord) -> Markup {
    let line = |title: &str, rates: Option<&RatesRecord>| {
        let Some(rates) = rates else { return Markup::default() };
        let (made_up, checked, all) = (rates.made_up_messages, rates.checked_messages, rates.messages);
        if checked == 0 {
            return html! { p { (title) ": " (words::NOT_CHECKED) } };
        }
        let share = made_up as f64 / checked as f64;
        html! {
            p {
                (title) ": "
                strong { (shown::percent(share)) }
                " (" (words::thousands(made_up)) " of " (words::thousands(checked))
                @if checked < all { ", " (words::thousands(checked)) " of " (words::thousands(all)) " checked" }
                ") "
                (chart::meter(share))
            }
        }
    };
    html! {
        h2 #claims { "Messages with a made-up claim" }
        (line("Before", cycle.before.as_ref())) (line("After", cycle.after.as_ref()))
        p.hint { a href="?flagged=1#trials-head" { "Show those of this run" } }
    }
}

fn prompt(site: &Site, index: &Index) -> Markup {
    let own = &index.metadata.system_prompt;
    let parts = Lineage::recorded(&index.metadata).map(|lineage| lineage.parts);
    let parent = index.metadata.rejoinder.as_ref().and_then(|own| own.parent.as_ref());
    // The list of lineages has looked into it, or this is its first time.
    let earlier = parent.and_then(|parent| {
        let file = site.folder.resolve(crate::data::Kind::Results, &parent.file).ok()?;
        let summary = site.folder.exists(&file).then(|| site.shelf.summary(&site.folder, &file).ok())??;
        (summary.prompt != *own).then(|| summary.prompt.clone())
    });
    html! {
        h2 #prompt-head { "The prompt" }
        @if let Some(earlier) = &earlier { (diff::advice(&of_prompts(parts.as_ref(), earlier, own))) }
        @if let Some(parts) = &parts {
            details.more { summary { "What stands in every prompt, and what may change" } (shown::parts(parts)) }
        }
        @if let Some(earlier) = &earlier {
            details.more { summary { "What changed, word by word" } (shown::difference(earlier, own)) }
        }
        details.more {
            summary { "All of it (" (words::thousands(own.chars().count() as u64)) " characters)" }
            pre #prompt { (text(own)) }
            button type="button" hidden data-copy="prompt" { "Copy" }
        }
    }
}

fn origin(index: &Index) -> Markup {
    let (metadata, own) = (&index.metadata, index.metadata.rejoinder.as_ref());
    let models = own.and_then(|own| own.models.as_ref());
    let row = |name: &str, value: Option<String>| html! { @if let Some(value) = value.filter(|value| !value.is_empty()) { div { dt { (name) } dd { (text(&value)) } } } };
    let model = |of: Option<&String>| of.cloned();
    let calls: u64 = own.map(|own| own.usage.values().map(|used| used.calls).sum()).unwrap_or_default();
    let tokens = |of: fn(&crate::data::provenance::RoleUsage) -> u64| {
        own.map(|own| own.usage.values().map(of).sum::<u64>()).unwrap_or_default()
    };
    html! {
        details.more #origin { summary { "Where it comes from" }
            dl.tiles {
                (row("Date", Some(words::minute(&metadata.processing_date))))
                (row("Personas", metadata.persona_file.clone()))
                (row("Parent", own.and_then(|own| own.parent.as_ref()).map(|parent| parent.file.clone())))
                (row("Generator", model(models.and_then(|own| own.generator.as_ref()))))
                (row("Decision maker", model(models.and_then(|own| own.decision_maker.as_ref()))))
                (row("Improver", model(models.and_then(|own| own.improver.as_ref()))))
                (row("Auditor", model(models.and_then(|own| own.auditor.as_ref()))))
                (row("Fingerprint of the judge", own.and_then(|own| own.fingerprint.clone())))
                (row("Seed", own.map(|own| own.seed.to_string())))
                (row("Calls", (calls > 0).then(|| words::thousands(calls))))
                (row("Tokens in / out", (calls > 0).then(|| format!("{} / {}", words::thousands(tokens(|own| own.input_tokens + own.cache_read_tokens + own.cache_write_tokens)), words::thousands(tokens(|own| own.output_tokens))))))
                (row("Cost", own.and_then(|own| own.cost_usd).map(words::dollars)))
                (row("Incomplete", own.and_then(|own| own.partial.clone())))
            }
        }
    }
}
