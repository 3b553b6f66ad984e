//! A campaign in detail: to whom it was written, with which prompt, and what the messages say.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::words;
use super::words::shell;
use crate::campaign::write::audit;
use crate::data::campaigns::{Campaign, CampaignHeader, Step};
use crate::data::{self, DataFolder, FileName, replies};
use crate::evaluate::grounding::Grounding;

/// What is counted while it is read.
#[derive(Default)]
struct Counts {
    whole: u64,
    failed: u64,
    by_arm: BTreeMap<String, u64>,
    messages: u64,
    checked: u64,
    made_up: u64,
    /// The first messages, with to whom they go.
    shown: Vec<(String, Step)>,
}

/// What `show` prints of it, with so many messages.
///
/// # Errors
/// Where it cannot be read.
pub fn text(folder: &DataFolder, file: &FileName, limit: usize) -> Result<String, data::Error> {
    let campaign = Campaign::open(folder, file)?;
    let header = campaign.header.clone();
    let mut counts = Counts::default();
    for written in campaign {
        let written = written?;
        *(if written.failed.is_some() { &mut counts.failed } else { &mut counts.whole }) += 1;
        *counts.by_arm.entry(written.arm.clone()).or_default() += 1;
        for step in &written.steps {
            let audit = audit(step);
            counts.messages += 1;
            counts.checked += u64::from(audit.auditor.is_some());
            counts.made_up += u64::from(audit.auditor.is_some() && audit.grounding() == Grounding::MadeUp);
            if counts.shown.len() < limit {
                counts.shown.push((written.email.clone(), step.clone()));
            }
        }
    }
    let mut text = about(file, &header, &counts);
    text.push_str(&answers(folder, file)?);
    for (email, step) in &counts.shown {
        let (number, email) = (step.number, words::one_line(email, 100));
        let _ = writeln!(text, "\nStep {number} to {email}\n{}", indented(&step.text()));
    }
    if counts.messages > counts.shown.len() as u64 {
        let shown = words::thousands(counts.shown.len() as u64);
        let _ = writeln!(
            text,
            "\n{shown} of {} messages are shown; --limit N shows more.",
            words::thousands(counts.messages)
        );
    }
    let name = shell(file.stem());
    let _ = writeln!(text, "\nNext: rejoinder lint {name}\nNext: rejoinder export {name} --for csv -o {name}.csv");
    Ok(text)
}

fn about(file: &FileName, header: &CampaignHeader, counts: &Counts) -> String {
    let named = |text: &str| words::one_line(text, 100);
    let simulated = if header.simulated { " (simulated)" } else { "" };
    let mut text = format!("CAMPAIGN: {}{simulated}\n", named(file.stem()));
    let failed =
        if counts.failed > 0 { format!(", {} failed", words::thousands(counts.failed)) } else { String::new() };
    let _ = writeln!(
        text,
        "Leads: {}; written to {}{failed}, {} each",
        named(&header.leads),
        words::count(counts.whole, "lead", "leads"),
        words::count(header.steps.into(), "step", "steps")
    );
    for arm in &header.arms {
        let from = arm.prompt_file_or_run.as_deref().map_or_else(|| "a prompt of its own".to_owned(), named);
        let to = words::count(counts.by_arm.get(&arm.name).copied().unwrap_or(0), "lead", "leads");
        let _ = writeln!(text, "Prompt {}: {from}, to {to}", named(&arm.name));
    }
    let claims = match counts.checked {
        0 => words::NOT_CHECKED.to_owned(),
        checked => format!(
            "{} of {} make something up",
            words::thousands(counts.made_up),
            words::count(checked, "message", "messages")
        ),
    };
    let _ = writeln!(text, "Claims: {claims}");
    let _ = writeln!(text, "Written by: {}, begun {}", named(&header.generator), words::minute(&header.created_at));
    if header.partial {
        text.push_str("Incomplete: a limit was reached; run the command that wrote it again to complete it\n");
    }
    text
}

/// What came back.
fn answers(folder: &DataFolder, file: &FileName) -> Result<String, data::Error> {
    if !folder.exists(&replies::file_name(file.stem())?) {
        return Ok("Replies: none imported yet\n".to_owned());
    }
    let (mut people, mut replied) = (0, 0);
    for outcome in replies::open(folder, file.stem())? {
        let outcome = outcome?;
        people += u64::from(outcome.is_delivered());
        replied += u64::from(outcome.is_delivered() && outcome.reply.is_some());
    }
    Ok(format!("Replies: {} of {}\n", words::thousands(replied), words::count(people, "person", "people")))
}

fn indented(text: &str) -> String {
    words::safe(text).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
