//! Resuming a run: what has changed since it began, and what it has spent.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Error;
use crate::call::budget::Budget;
use crate::event::{Event, Events};
use crate::journal::{self, Inputs, Journal, OpenRun, RunRow, RunState, kept};
use crate::model::Usage;
use crate::model::price::Prices;
use crate::report::words;

/// Options that say how a run is carried out or shown rather than what it does, and limits, which may change when it is
/// resumed.
const OF_THE_MOMENT: [&str; 16] = [
    "--concurrency",
    "--config",
    "--data-dir",
    "--dry-run",
    "--engine",
    "--fresh",
    "--max-calls",
    "--max-cost",
    "--max-time",
    "--patience",
    "--quiet",
    "--restate",
    "--retries",
    "--stragglers",
    "--timeout",
    "--verbose",
];

/// Resumes this run.
///
/// # Errors
/// One line, where it depends on something that has changed: on what.
pub fn resume(journal: &Journal, inputs: &Inputs<'_>, id: &str) -> Result<OpenRun, Error> {
    journal.resume(inputs, id).map_err(|error| match error {
        journal::Error::Changed(id) => {
            let (kept, row) = (journal.parts(&id), journal.run(&id));
            let changes = kept.ok().zip(row.ok()).map(|(kept, row)| changes(&kept, &row, inputs)).unwrap_or_default();
            let what = if changes.is_empty() {
                "its files, models, addresses (such as ANTHROPIC_BASE_URL) or prompts are not what they were when it \
                 began"
                    .to_owned()
            } else {
                changes.join("; ")
            };
            Error::Usage(format!("run {id} cannot be resumed: {what}"))
        }
        error => error.into(),
    })
}

/// Names the other interrupted runs of the same command on the same file, and how they differ: none of them is
/// discarded.
///
/// # Errors
/// When the journal cannot be read.
pub fn name_others(journal: &Journal, inputs: &Inputs<'_>, run: &OpenRun, events: &Events) -> Result<(), Error> {
    let subject = |arguments: &[String]| {
        let options = options(arguments);
        let names = ["--persona-file", "--results-file", "--messages-file"];
        names.iter().find_map(|name| options.get(*name).cloned())
    };
    let wanted = subject(inputs.arguments);
    let is_other = |row: &RunRow| {
        row.id != run.id
            && row.state == RunState::Open
            && row.calls > 0
            && row.command == inputs.command
            && wanted.is_some()
            && subject(&row.arguments) == wanted
    };
    for row in journal.runs()?.into_iter().filter(is_other).take(3) {
        if journal.is_under_way(&row.id)? {
            continue;
        }
        let changes = changes(&journal.parts(&row.id)?, &row, inputs);
        let how = if changes.is_empty() { String::new() } else { format!(" ({})", changes.join("; ")) };
        events.emit(Event::Note(format!(
            "Not resuming run {} of {}, whose inputs were different{how}. It is kept: rejoinder runs resume {}",
            row.id,
            words::minute(&row.started),
            row.id
        )));
    }
    Ok(())
}

/// Counts what a run spent before it was interrupted, where there is a limit.
///
/// # Errors
/// When the journal cannot be read.
pub fn count(journal: &Journal, run: &OpenRun, budget: &Budget, prices: &Prices) -> Result<(), Error> {
    let limits = budget.limits();
    if !run.resumed || (limits.calls.is_none() && limits.cost_usd.is_none()) {
        return Ok(());
    }
    let mut cost = 0.0;
    if limits.cost_usd.is_some() {
        for spent in journal.spending(&run.id)? {
            let (input_tokens, output_tokens) = spent.free_tokens;
            let usage = Usage { input_tokens, output_tokens, ..Usage::default() };
            cost += spent.cost_usd + prices.cost(&spent.model, usage).unwrap_or(0.0);
        }
    }
    budget.has_spent(run.found, cost);
    Ok(())
}

/// What has changed since the run began, in words.
fn changes(then: &[String], row: &RunRow, inputs: &Inputs<'_>) -> Vec<String> {
    let (old, new) = (options(&row.arguments), options(inputs.arguments));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for name in names.into_iter().filter(|name| !OF_THE_MOMENT.contains(&name.as_str())) {
        let (old, new) = (old.get(name), new.get(name));
        if old != new {
            let said = |value: Option<&String>| match value {
                None => "nothing".to_owned(),
                Some(value) if value.is_empty() => "it".to_owned(),
                Some(value) => words::one_line(value, 100),
            };
            changes.push(format!("{name}: {} then, {} now", said(old), said(new)));
        }
    }
    let now: BTreeSet<String> = inputs.parts.iter().map(|part| kept(part)).collect();
    let gone = then.iter().filter(|part| !now.contains(*part));
    // Some parts have a name before a colon. Of the others only the fact that they differ is known.
    let known: BTreeMap<&str, &str> = inputs.parts.iter().filter_map(|part| part.split_once(": ")).collect();
    let mut is_other = false;
    for part in gone {
        let named = part.split_once(": ").and_then(|(name, old)| Some((name, old, *known.get(name)?)));
        match named {
            Some((name, old, new)) => changes.push(format!(
                "the {name} was {}, and is {}",
                words::one_line(old, 100),
                words::one_line(new, 100)
            )),
            None => is_other = true,
        }
    }
    if is_other && changes.is_empty() {
        changes.push("its files or prompts have changed".to_owned());
    }
    changes
}

/// The options of a command line with their values; an option without one has an empty value.
fn options(arguments: &[String]) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut words = arguments.iter().skip(1).peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.strip_prefix("--") else { continue };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (name, words.next_if(|next| !next.starts_with("--")).cloned().unwrap_or_default()),
        };
        options.insert(format!("--{name}"), value);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn row(line: &str) -> RunRow {
        RunRow {
            id: "3f9a".into(),
            command: "evaluate".into(),
            arguments: typed(line),
            seed: 1,
            state: RunState::Open,
            started: String::new(),
            ended: None,
            calls: 1,
            tokens: (0, 0),
            cost_usd: None,
            bytes: 0,
            files: Vec::new(),
        }
    }

    #[test]
    fn what_has_changed_is_named_by_option_and_by_what_says_its_name() {
        let arguments = typed("evaluate --persona-file a --model openai/n --max-calls 9 --scored");
        let parts = ["b", "generator: openai/n chat 400", "decision maker: openai/n chat 400"];
        let inputs = Inputs {
            command: "evaluate",
            arguments: &arguments,
            parts: &parts,
            seed: None,
            least_seed: 1,
            fresh: false,
        };
        let then = ["b".to_owned(), "generator: openai/m chat 400".into(), "decision maker: openai/n chat 400".into()];
        let row = row("evaluate --persona-file a --model=openai/m --concurrency 3");
        insta::assert_snapshot!(changes(&then, &row, &inputs).join("\n"), @r"
        --model: openai/m then, openai/n now
        --scored: nothing then, it now
        the generator was openai/m chat 400, and is openai/n chat 400
        ");
        let same = Inputs { arguments: &row.arguments, parts: &["c", parts[1], parts[2]], ..inputs };
        let then = ["b".to_owned(), parts[1].into(), parts[2].into()];
        assert_eq!(changes(&then, &row, &same), ["its files or prompts have changed"]);
        // Of a run of before nothing is known.
        assert!(changes(&[], &row, &same).is_empty());
    }
}
