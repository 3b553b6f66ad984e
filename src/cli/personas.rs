//! `rejoinder personas`.

mod like;

use clap::Args;

use super::error::Error;
use super::options::ModelOptions;
use super::outputs;
use super::print;
use super::setup::{Clients, Setup};
use crate::data::{FileName, Kind, personas};
use crate::evaluate::persona_writer::{self, BATCH, Batch, Whom, Written};
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::model::{CallKey, Role};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Tokens of one persona, as a plan assumes them.
pub(super) const PERSONA_ANSWER: u64 = 140;

/// What the journal calls the writing of the two files.
const TRAIN: &str = "train";
const EVAL: &str = "eval";

/// Options of `personas`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder personas --domain \"B2B SaaS for hospitals\" --name hospitals --model market
  rejoinder personas --domain \"logistics companies in Europe\" --count 200 --name logistics
  rejoinder personas --like hospitals_train --count 40 --name hospitals_eval")]
pub struct Options {
    /// Whom you want to reach, in a few words
    #[arg(long, value_name = "TEXT", required_unless_present = "like", conflicts_with = "like")]
    domain: Option<String>,
    /// Persona file in data/personas to write more people like; they are marked as generated
    #[arg(long, value_name = "FILE")]
    like: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: u32,
    /// The files are NAME_train.json (four fifths) and NAME_eval.json; with --like there is one, NAME.json [default
    /// with --like: the name of that file with _more]
    #[arg(long, value_name = "NAME", required_unless_present = "like")]
    name: Option<String>,
    /// Replace the files if there are any
    #[arg(long)]
    force: bool,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

/// Writes and saves the personas.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    match (&options.like, &options.domain) {
        (Some(file), _) => like::run(setup, options, file).await,
        (None, domain) => invent(setup, options, domain.as_deref().unwrap_or_default()).await,
    }
}

/// People of a domain, in two files.
async fn invent(setup: &Setup, options: &Options, domain: &str) -> Result<(), Error> {
    if domain.trim().is_empty() {
        return Err(Error::Usage("--domain is empty; say in a few words whom you want to reach".into()));
    }
    if options.count < 2 {
        return Err(Error::Usage("--count is at least 2: one persona to learn from and one to keep aside".into()));
    }
    let name = options.name.as_deref().unwrap_or_default();
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let train = setup.folder.resolve(Kind::Personas, &format!("{stem}_train"))?;
    let eval = setup.folder.resolve(Kind::Personas, &format!("{stem}_eval"))?;
    let mut clients = setup.clients(&options.models, &[Role::Generator])?;
    let count = options.count as usize;
    if !options.force {
        // Said before anything is estimated, and not after somebody has agreed to it.
        for file in [&train, &eval] {
            outputs::check_free(setup, "personas", file)?;
        }
    }
    if options.models.dry_run {
        return print(&planned(&clients, Whom::Domain(domain), count));
    }
    setup.folder.check_writable(Kind::Personas)?;
    let parts = [stem, domain, &count.to_string()];
    let mut begun = clients.begin(setup, &options.models, "personas", &parts, (options.seed, 1))?;
    if !options.force {
        (clients, begun) = outputs::check_own(setup, clients, begun, &[(TRAIN, &train), (EVAL, &eval)])?;
    }
    let written = write(setup, &clients, Whom::Domain(domain), count, begun.seed).await?;
    if written.personas.len() < 2 {
        return clients.end(false, "fewer than two personas could be written; nothing was saved");
    }
    let (train_part, eval_part) = written.split(begun.seed);
    for (step, file, part) in [(TRAIN, &train, &train_part), (EVAL, &eval, &eval_part)] {
        let replace = options.force || outputs::is_written(setup, &begun, step, file)?;
        outputs::note(&begun, step, file, part)?;
        save(setup, file, part, replace)?;
        setup.events.emit(Event::Saved { kind: file.kind().to_string(), name: file.stem().to_owned() });
    }
    let mut text = summary(&clients, &written, count);
    text.push_str(&format!(
        "\nTo learn from: {} ({})\nTo keep aside: {} ({})\n",
        setup.folder.path(&train).display(),
        train_part.len(),
        setup.folder.path(&eval).display(),
        eval_part.len()
    ));
    print(&text)?;
    clients.end(true, "")?;
    begun.finish()?;
    Ok(())
}

/// What writing so many would take.
fn planned(clients: &Clients, whom: Whom<'_>, count: usize) -> String {
    let sizes = (0..count).step_by(BATCH).map(|start| BATCH.min(count - start));
    let usage = sizes.enumerate().map(|(number, size)| {
        let batch = Batch { seed: 1, round: 0, number, size };
        estimate::tokens(&whom.request(batch, &[], CallKey::from_parts(&[])), PERSONA_ANSWER * size as u64)
    });
    let line = Line::for_calls(Role::Generator, "personas", &usage.collect::<Vec<_>>(), 1, &clients.context.account);
    estimate::plan(&[line], &clients.context.account)
}

/// Writes, and tells what failed.
///
/// # Errors
/// When the run was asked to stop or a limit was reached: the same command goes on from there.
async fn write(setup: &Setup, clients: &Clients, whom: Whom<'_>, count: usize, seed: u64) -> Result<Written, Error> {
    setup.events.emit(Event::BatchStarted {
        label: "Writing personas".into(),
        total: count,
        simulated: clients.context.account.is_simulated(),
    });
    let caller = clients.caller(Role::Generator);
    let written = persona_writer::write(&caller, whom, count, seed, clients.context.width).await;
    setup.events.emit(Event::BatchEnded { simulated: clients.context.account.is_simulated() });
    if let Some(why) = setup.stop.why() {
        return clients.explain(Err(Interrupted(why)));
    }
    for (reason, times) in counted(&written.failures) {
        let batches = words::count(times, "batch of personas", "batches of personas");
        setup.events.emit(Event::Warning(format!("{batches} failed: {reason}")));
    }
    Ok(written)
}

/// How many were written, and why no more.
fn summary(clients: &Clients, written: &Written, count: usize) -> String {
    let mark = if clients.context.account.is_simulated() { " (simulated)" } else { "" };
    let made = words::count(written.personas.len() as u64, "persona", "personas");
    let mut text = format!("Written: {made}{mark}");
    if written.duplicates > 0 {
        text.push_str(&format!(", {} left out as they were there already", written.duplicates));
    }
    if written.personas.len() < count {
        text.push_str(&format!("; {count} were asked for, {}", why_fewer(written)));
    }
    text
}

/// Why there are fewer than were asked for.
fn why_fewer(written: &Written) -> String {
    let failed = words::count(written.failures.len() as u64, "batch failed", "batches failed");
    match (written.failures.is_empty(), written.duplicates) {
        (true, 0) => "and the model gave no more".to_owned(),
        (true, _) => "and the model gave no more that differ".to_owned(),
        (false, 0) => format!("but {failed}"),
        (false, _) => format!("but {failed} and the model repeated itself"),
    }
}

/// Each reason once, in order of appearance, with how often it stands there.
fn counted(reasons: &[String]) -> Vec<(&str, u64)> {
    let mut counted: Vec<(&str, u64)> = Vec::new();
    for reason in reasons {
        match counted.iter_mut().find(|(known, _)| known == reason) {
            Some((_, times)) => *times += 1,
            None => counted.push((reason, 1)),
        }
    }
    counted
}

fn save(setup: &Setup, file: &FileName, part: &[String], force: bool) -> Result<(), Error> {
    if force {
        personas::save(&setup.folder, file, part)?;
    } else {
        personas::create(&setup.folder, file, part)?;
    }
    Ok(())
}
