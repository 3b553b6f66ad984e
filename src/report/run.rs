//! One run in detail: prompt, rate, objections, messages with their decisions.

use std::fmt::Write;

use super::lineages::RunLine;
use super::words;
use crate::data::file_name::FileName;
use crate::data::results::Results;
use crate::improve::{Heard, Objections, objections};

/// Which messages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// Those with a yes.
    Yes,
    /// Those with a no.
    No,
}

/// The run as text; at most `limit` messages.
#[must_use]
pub fn detail(file: &FileName, results: &Results, filter: Filter, limit: usize) -> String {
    let line = RunLine::of(file, results);
    let metadata = &results.metadata;
    let mut text = String::new();
    let _ = writeln!(text, "{}", words::one_line(file.as_str(), 120));
    let _ = writeln!(text, "Response rate: {}", words::full_rate(&line.rate));
    // Entries with one text are one persona to every interval; the lists below go by entry.
    let entries = results.results.iter().filter(|result| !result.messages.is_empty()).count() as u64;
    let distinct = if line.rate.personas < entries {
        format!(" ({} different)", words::thousands(line.rate.personas))
    } else {
        String::new()
    };
    let date = words::one_line(&line.date, 40);
    let _ = writeln!(text, "Personas: {}{distinct}, date: {date}", words::thousands(entries));
    let _ =
        writeln!(text, "Models: {}; judge: {}", words::one_line(&line.models, 200), words::one_line(&line.judge, 40));
    if let Some(why) = &line.partial {
        let _ = writeln!(text, "Partial: {}", words::one_line(why, 120));
    }
    if let Some(provenance) = &metadata.rejoinder {
        if let Some(parent) = &provenance.parent {
            let _ = writeln!(text, "Descends from: {}", words::one_line(&parent.file, 120));
        }
        if !provenance.failures.is_empty() {
            let _ = writeln!(
                text,
                "{}",
                super::summary::failed_trials(provenance.failures.iter().map(|failure| failure.reason.as_str()))
            );
        }
    }
    let _ = writeln!(text, "\nPROMPT\n{}\n", words::safe(&metadata.system_prompt));
    text.push_str(&objections_text(&Heard::of(&results.results).objections(), entries));
    messages(&mut text, results, filter, limit);
    text
}

/// The objections and what was liked, as a list with shares of personas.
#[must_use]
pub fn objections_text(found: &Objections, personas: u64) -> String {
    let list = |groups: &[objections::Objection]| {
        if groups.is_empty() {
            return "  none\n".to_owned();
        }
        let line = |group: &objections::Objection| {
            let quote = words::one_line(&group.quote, 90);
            format!("  {:<32} {:>4} of {personas} personas   \"{quote}\"\n", group.name, group.personas)
        };
        groups.iter().map(line).collect::<String>()
    };
    format!(
        "OBJECTIONS ({} of {personas} personas said no at least once)\n{}LIKED\n{}\n",
        found.personas_saying_no,
        list(&found.raised),
        list(&found.liked)
    )
}

fn messages(text: &mut String, results: &Results, filter: Filter, limit: usize) {
    let wanted = |yes: bool| match filter {
        Filter::All => true,
        Filter::Yes => yes,
        Filter::No => !yes,
    };
    let all: Vec<_> = results
        .results
        .iter()
        .enumerate()
        .flat_map(|(index, result)| result.messages.iter().map(move |judged| (index, result, judged)))
        .filter(|(_, _, judged)| wanted(judged.decision.decision))
        .collect();
    let _ = writeln!(text, "MESSAGES ({} of {} shown)", all.len().min(limit), all.len());
    for (index, result, judged) in all.iter().take(limit) {
        let _ = writeln!(
            text,
            "\n--- persona {}: {}\n\n{}\n\n{}: {}",
            index + 1,
            words::one_line(&result.persona, 100),
            words::safe(&judged.message),
            if judged.decision.decision { "YES" } else { "NO" },
            words::safe(&judged.decision.reasoning)
        );
    }
    if all.len() > limit {
        let _ = writeln!(text, "\n{} more; show them with --limit {}", all.len() - limit, all.len());
    }
}
