//! `rejoinder runs`.

use std::io::{ErrorKind, Write};

use clap::{Args, Subcommand};
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use super::error::Error;
use super::options::dollars;
use super::print;
use super::restate::elsewhere as remote;
use super::setup::Setup;
use super::terminal;
use crate::data::titles::Titles;
use crate::data::versions;
use crate::journal::{self, BatchRow, FILE, Journal, RecordedCall, RunRow, RunState};
use crate::report::words;

/// Options of `runs`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder runs
  rejoinder runs show 3f9a
  rejoinder runs calls 3f9a --limit 10 | jq .answer
  rejoinder runs resume 3f9a
  rejoinder runs prune --finished")]
pub struct Options {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    /// List runs: those of this data folder, or with --restate those that Restate knows of
    List {
        /// Restate's ingress
        #[arg(long, value_name = "URL")]
        restate: Option<String>,
    },
    /// Follow a run that was started elsewhere with --engine restate, until it ends
    Attach {
        /// Its id, or the beginning of it
        id: String,
        /// Restate's ingress [env: REJOINDER_RESTATE]
        #[arg(long, value_name = "URL")]
        restate: Option<String>,
    },
    /// Stop a run that was started elsewhere with --engine restate; answers in flight are kept, and it can be resumed
    Cancel {
        /// Its id, or the beginning of it
        id: String,
        /// Restate's ingress [env: REJOINDER_RESTATE]
        #[arg(long, value_name = "URL")]
        restate: Option<String>,
    },
    /// One run in detail
    Show {
        /// Its id, or the beginning of it
        id: String,
    },
    /// Its answered calls as JSON lines: every request and answer in full, in the order in which they were answered
    Calls {
        /// Its id, or the beginning of it
        id: String,
        /// At most this many
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Resume an interrupted run: its command line runs again, with any new limits given here
    Resume {
        /// Its id, or the beginning of it
        id: String,
        #[command(flatten)]
        limits: Limits,
    },
    /// Delete runs with their calls and give the space back
    Prune {
        /// These runs, by id or the beginning of it
        ids: Vec<String>,
        /// All runs that are finished or given up
        #[arg(long)]
        finished: bool,
    },
}

/// Limits in place of those that the run began with.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the names of the flags")]
pub struct Limits {
    /// Stop before the run's calls exceed this number, counting those before the interruption
    #[arg(long, value_name = "N")]
    max_calls: Option<u64>,
    /// Stop before the run's cost exceeds this, counting what was spent before the interruption
    #[arg(long, value_name = "USD", value_parser = dollars)]
    max_cost: Option<f64>,
    /// Stop after this many seconds
    #[arg(long, value_name = "SECONDS")]
    max_time: Option<u64>,
}

impl Limits {
    /// The command line with these limits instead of its own.
    fn instead(&self, arguments: Vec<String>) -> Vec<String> {
        let new = [
            ("--max-calls", self.max_calls.map(|calls| calls.to_string())),
            ("--max-cost", self.max_cost.map(|cost| cost.to_string())),
            ("--max-time", self.max_time.map(|time| time.to_string())),
        ];
        let mut arguments = arguments;
        for (name, value) in new {
            let Some(value) = value else { continue };
            if let Some(at) = arguments.iter().position(|word| word == name) {
                arguments.drain(at..(at + 2).min(arguments.len()));
            }
            arguments.retain(|word| !word.starts_with(&format!("{name}=")));
            arguments.extend([name.to_owned(), value]);
        }
        arguments
    }
}

impl Options {
    /// Whether it is about runs that Restate knows of.
    pub fn is_elsewhere(&self) -> bool {
        let action = self.action.as_ref();
        action.is_some_and(|action| match action {
            Action::List { restate } => restate.is_some(),
            Action::Attach { .. } | Action::Cancel { .. } => true,
            _ => false,
        })
    }
}

/// Lists, follows or cancels runs that Restate knows of.
pub async fn elsewhere(setup: &Setup, options: &Options) -> Result<(), Error> {
    match &options.action {
        Some(Action::List { restate }) => remote::list(setup, restate.as_deref()).await,
        Some(Action::Attach { id, restate }) => remote::attach(setup, restate.as_deref(), id).await,
        Some(Action::Cancel { id, restate }) => remote::cancel(setup, restate.as_deref(), id).await,
        _ => Ok(()),
    }
}

/// A run to resume.
pub struct Resumed {
    /// Its id.
    pub id: String,
    /// Its command line without the program's name.
    pub arguments: Vec<String>,
}

/// Lists, shows or prunes. To resume, the command line to run again is returned.
pub fn run(setup: &Setup, options: &Options) -> Result<Option<Resumed>, Error> {
    if !setup.folder.root().join(FILE).is_file() {
        return match &options.action {
            Some(Action::Show { id } | Action::Calls { id, .. } | Action::Resume { id, .. }) => {
                Err(journal::Error::NoRun(id.clone()).into())
            }
            _ => print("No runs yet.\n").map(|()| None),
        };
    }
    let journal = Journal::open(setup.folder.root())?;
    match &options.action {
        None | Some(Action::List { .. } | Action::Attach { .. } | Action::Cancel { .. }) => {
            let rows = journal.runs()?;
            let named = named(&Titles::load(&setup.folder), &rows);
            print(&format!("{}{named}", table(&journal, &rows)?))?;
        }
        Some(Action::Show { id }) => {
            let row = journal.run(id)?;
            let named = named(&Titles::load(&setup.folder), std::slice::from_ref(&row));
            print(&format!("{}{named}", detail(&journal, &row)?))?;
        }
        Some(Action::Calls { id, limit }) => calls(&journal, &journal.run(id)?.id, limit.unwrap_or(usize::MAX))?,
        Some(Action::Resume { id, limits }) => {
            let row = journal.run(id)?;
            if row.state != RunState::Open {
                return Err(Error::Usage(format!(
                    "run {} is {}; only an interrupted run can be resumed",
                    row.id,
                    state(&journal, &row)?
                )));
            }
            return Ok(Some(Resumed { id: row.id, arguments: limits.instead(row.arguments) }));
        }
        Some(Action::Prune { ids, finished }) => {
            let mut chosen = ids.iter().map(|id| Ok(journal.run(id)?.id)).collect::<Result<Vec<_>, Error>>()?;
            if *finished {
                let closed = journal.runs()?.into_iter().filter(|row| row.state != RunState::Open);
                chosen.extend(closed.map(|row| row.id));
            }
            if chosen.is_empty() && !*finished {
                return Err(Error::Usage("name the runs to prune, or give --finished".into()));
            }
            let pruned = journal.prune(&chosen)? as u64;
            print(&format!("Pruned: {}\n", words::count(pruned, "run", "runs")))?;
        }
    }
    Ok(None)
}

/// Columns in which the table of runs can be read.
const LEAST_COLUMNS: usize = 60;

fn table(journal: &Journal, rows: &[RunRow]) -> Result<String, Error> {
    if rows.is_empty() {
        return Ok("No runs yet.\n".to_owned());
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["run", "command", "state", "began", "calls", "cost", "size"]);
    for row in rows {
        table.add_row([
            row.id.clone(),
            row.command.clone(),
            state(journal, row)?,
            words::minute(&row.started),
            words::thousands(row.calls),
            row.cost_usd.map_or_else(|| "unknown".to_owned(), words::dollars),
            size(row.bytes),
        ]);
    }
    // It keeps its full width where it is piped, and where a narrow terminal would break its words.
    if let Some(columns) = terminal::columns().filter(|columns| *columns >= LEAST_COLUMNS) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    }
    Ok(format!("{}\nResume an interrupted run: rejoinder runs resume RUN\n", table.trim_fmt()))
}

/// What people call what the runs have written, a line for each run that has such a name.
fn named(titles: &Titles, rows: &[RunRow]) -> String {
    let name = |row: &RunRow| {
        let (stem, called) = row.files.iter().find_map(|file| {
            let stem = versions::stem_of(file);
            let base = versions::lineage_base(&stem);
            let of_lineage =
                titles.lineages.get(&base).map(|title| title.name.as_str()).filter(|name| !name.is_empty());
            let called = titles.of_run(&stem).or(of_lineage)?.to_owned();
            Some((stem, called))
        })?;
        Some(format!("{}: {} ({})\n", row.id, words::one_line(&called, 120), words::one_line(&stem, 100)))
    };
    rows.iter().filter_map(name).collect()
}

fn detail(journal: &Journal, row: &RunRow) -> Result<String, Error> {
    let arguments: Vec<String> = row.arguments.iter().map(|argument| words::one_line(argument, 200)).collect();
    let mut lines = vec![
        format!("Run: {}", row.id),
        format!("Command: rejoinder {}", arguments.join(" ")),
        format!("State: {}", state(journal, row)?),
        format!("Began: {}", row.started),
    ];
    if let Some(ended) = &row.ended {
        lines.push(format!("Ended: {ended}"));
    }
    lines.push(format!("Seed: {}", row.seed));
    lines.push(format!(
        "Answered: {}, {} tokens in, {} out, {}",
        words::count(row.calls, "call", "calls"),
        words::thousands(row.tokens.0),
        words::thousands(row.tokens.1),
        size(row.bytes)
    ));
    lines.push(format!("Cost: {}", row.cost_usd.map_or_else(|| "unknown".to_owned(), words::dollars)));
    let ended = journal.trials(&row.id)?;
    lines.extend(ended.batches.iter().map(trials));
    lines.extend(ended.reasons.iter().map(|(reason, count)| {
        format!("Failed: {}: {}", words::count(*count, "trial", "trials"), words::one_line(reason, 200))
    }));
    lines.extend(row.files.iter().map(|file| format!("Wrote: {}", words::one_line(file, 200))));
    Ok(format!("{}\n", lines.join("\n")))
}

/// Prints calls part by part: a million of them need no more memory than a hundred.
fn calls(journal: &Journal, run: &str, limit: usize) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let (mut after, mut left) = (0, limit);
    while left > 0 {
        let part = journal.calls(run, after, left.min(CALLS_AT_ONCE))?;
        let Some(last) = part.last() else { break };
        (after, left) = (last.number, left - part.len());
        let lines: Vec<String> = part.iter().map(line).collect();
        match out.write_all((lines.join("\n") + "\n").as_bytes()) {
            Err(source) if source.kind() == ErrorKind::BrokenPipe => break,
            written => {
                written.map_err(|source| Error::Io { what: "cannot write to standard output".into(), source })?;
            }
        }
    }
    Ok(())
}

/// Calls that are read and printed at once.
const CALLS_AT_ONCE: usize = 100;

/// A call as one line of JSON; its request and its answer are in it as they were recorded.
fn line(recorded: &RecordedCall) -> String {
    let call = &recorded.call;
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let json = |json: &str| match serde_json::from_str::<serde::de::IgnoredAny>(json) {
        Ok(_) => json.to_owned(),
        Err(_) => text(json),
    };
    let fields = [
        ("key", text(&call.key)),
        ("role", text(&call.role)),
        ("model", text(&call.model)),
        ("answered", text(&recorded.answered)),
        ("input_tokens", call.input_tokens.to_string()),
        ("output_tokens", call.output_tokens.to_string()),
        ("cost_usd", serde_json::Value::from(call.cost_usd).to_string()),
        ("request_id", serde_json::Value::from(call.request_id.clone()).to_string()),
        ("request", json(&call.request)),
        ("answer", json(&call.answer)),
    ];
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// How a batch's trials ended; what there is none of is not said.
fn trials(batch: &BatchRow) -> String {
    let kinds = [(batch.yes, "yes"), (batch.no, "no"), (batch.written, "written"), (batch.failed, "failed")];
    let ended = kinds.iter().filter(|(count, _)| *count > 0);
    let ended: Vec<String> = ended.map(|(count, kind)| format!("{} {kind}", words::thousands(*count))).collect();
    let claims = match batch.checked {
        0 => String::new(),
        checked => format!(
            "; the claims of {} checked, {} made up",
            words::count(checked, "message", "messages"),
            words::thousands(batch.made_up)
        ),
    };
    format!("Trials, {}: {}{claims}", words::one_line(&batch.batch, 100), ended.join(", "))
}

fn state(journal: &Journal, row: &RunRow) -> Result<String, Error> {
    Ok(match row.state {
        RunState::Finished => "finished",
        RunState::Dropped => "given up",
        RunState::Open if journal.is_under_way(&row.id)? => "under way",
        RunState::Open => "interrupted",
    }
    .to_owned())
}

/// Bytes in the unit that reads best.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
