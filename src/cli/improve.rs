//! `rejoinder improve`.

use std::sync::Arc;

use clap::Args;

use super::audit_judge;
use super::error::Error;
use super::options::ModelOptions;
use super::print;
use super::referee::Referee;
use super::setup::{Doors, Setup};
use crate::data::folder::DataFolder;
use crate::data::{FileName, Kind, Part, results_stream, versions};
use crate::evaluate::DecisionMaker;
use crate::event::Event;
use crate::journal::Begun;
use crate::model::{CallKey, Role, Usage};
use crate::optimize::cycle::{self, Cast, CycleOptions};
use crate::optimize::judges::{Judge, Judges, Rejudge};
use crate::optimize::older::Older;
use crate::optimize::personas;
use crate::report::estimate::{self, Line};
use crate::report::summary::{self, CycleSummary, Spent};
use crate::report::words;

/// Tokens of a message and of a decision, as a plan assumes them: what the messages and decisions of real runs have.
pub const MESSAGE_ANSWER: u64 = 250;
/// See [`MESSAGE_ANSWER`].
pub const DECISION_ANSWER: u64 = 130;

/// Options of `improve`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder improve --results-file b2b_saas_personas_train_results_20250802_144126.json --model market
  rejoinder improve --results-file NAME --messages-per-persona 3 --cycles 3
  rejoinder improve --results-file NAME --model anthropic/claude-sonnet-5-5 --generator anthropic/claude-haiku-5-5
  rejoinder improve --results-file NAME --referee anthropic/claude-opus-5-5 lenient
  rejoinder improve --results-file NAME --dry-run")]
pub struct Options {
    /// Results file in data/results, with or without .json
    #[arg(long, value_name = "NAME")]
    results_file: String,
    /// New messages for each persona
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    messages_per_persona: u16,
    /// Cycles, each going on from the file of the one before
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    cycles: u32,
    /// Decide the older messages again with today's decision maker, so that one judge has seen both runs: `auto` does so
    /// where the older file's judge is unknown or another
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, num_args = 0..=1, default_missing_value = "always")]
    rejudge: When,
    /// A second decision maker: another model, another decision prompt (strict, lenient or a text file), or one of each.
    /// What is not named is the decision maker's
    #[arg(long, value_name = "MODEL|PROMPT", num_args = 1..=2)]
    referee: Vec<String>,
    /// Seed of the sampling [default: the version that is going to be written]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// Runs the cycles.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let mut file = setup.folder.resolve(Kind::Results, &options.results_file)?;
    let models = ModelOptions { referee: Referee::parse(&options.referee)?, ..options.models.clone() };
    let mut doors = setup.doors(&models, &[Role::Generator, Role::DecisionMaker, Role::Improver])?;
    if options.models.dry_run {
        return print(&plan(&setup.folder, &file, &cast(&doors), options)?);
    }
    let run = begin(setup, &file, options, &mut doors)?;
    let cast = cast(&doors);
    for number in 1..=options.cycles {
        if options.cycles > 1 {
            setup.events.emit(Event::Step(format!("Cycle {number} of {}: {file}", options.cycles)));
        }
        file = match cast.context.written(&setup.folder, &cycle::step(number)).map_err(Error::from)? {
            Some(written) => {
                setup.events.emit(Event::Note(format!("Cycle {number} was complete already: {written}")));
                written
            }
            None => one(setup, &file, &cast, options, (run.seed, number), &doors).await?,
        };
        // What there is has been saved and shown; the run stays open.
        if let Some(why) = cast.context.limit() {
            return Err(Error::Limit(why));
        }
    }
    run.finish()?;
    Ok(())
}

fn cast(doors: &Doors) -> Cast {
    Cast {
        generator: doors.generator(),
        decision_maker: doors.decision_maker(),
        improver: doors.improver(),
        context: doors.context.clone(),
    }
}

/// The run of this command: the same file, personas, models and choices find it again.
fn begin(setup: &Setup, file: &FileName, options: &Options, doors: &mut Doors) -> Result<Arc<Begun>, Error> {
    let older = Older::read(&setup.folder, file)?;
    let people = personas::choose(&setup.folder, &older)?.people;
    let choices = format!("{} {} {:?}", options.messages_per_persona, options.cycles, options.rejudge);
    let parts = [file.as_str(), &older.head.sha256, &people.sha256()?, &choices];
    let version = versions::next_version(file.stem(), &setup.folder.list(Kind::Results)?);
    let begun = doors.begin(setup, &options.models, "improve", &parts, (options.seed, u64::from(version)))?;
    // Of a file with nothing to learn from there is something else to say.
    if older.head.counts.total > 0 {
        audit_judge::advise(setup, doors);
    }
    Ok(begun)
}

async fn one(
    setup: &Setup,
    file: &FileName,
    cast: &Cast,
    options: &Options,
    (seed, number): (u64, u32),
    doors: &Doors,
) -> Result<FileName, Error> {
    let choices = CycleOptions {
        messages_per_persona: usize::from(options.messages_per_persona),
        seed,
        number,
        rejudge: match options.rejudge {
            When::Auto => Rejudge::WhereNeeded,
            When::Always => Rejudge::Always,
            When::Never => Rejudge::Never,
        },
    };
    let cycle = doors.explain(cycle::run(&setup.folder, file, cast, choices).await)?;
    let failures = cycle.metadata.rejoinder.as_ref().map(|provenance| provenance.failures.as_slice());
    print(&summary::cycle(&CycleSummary {
        comparison: &cycle.comparison,
        judges: &cycle.judges,
        failures: failures.unwrap_or_default(),
        partial: cycle.metadata.rejoinder.as_ref().and_then(|provenance| provenance.partial.as_deref()),
        spent: Spent {
            used: &cycle.used,
            cost: cycle.cost,
            elapsed: cycle.elapsed,
            simulated: cast.context.account.is_simulated(),
        },
        file: &words::path(&setup.folder.path(&cycle.file)),
    }))?;
    doors.end(
        cycle.comparison.improved.total > 0 || cast.context.limit().is_some(),
        "every new trial failed; the file lists why",
    )?;
    Ok(cycle.file)
}

/// Calls, tokens and dollars of the cycles that were asked for.
fn plan(folder: &DataFolder, file: &FileName, cast: &Cast, options: &Options) -> Result<String, Error> {
    let older = Older::read(folder, file)?;
    let chosen = personas::choose(folder, &older)?.people;
    let key = CallKey::of(&[]);
    let prompt = &older.head.metadata.system_prompt;
    let account = &cast.context.account;
    let cycles = u64::from(options.cycles);
    let fingerprint = cast.decision_maker.fingerprint();
    let today = Judge { fingerprint: &fingerprint, simulated: account.is_simulated() };
    let needed = !Judges::of(Judge::of(&older.head), Some(today)).are_one();
    let rejudged = match options.rejudge {
        When::Auto => needed,
        When::Always => true,
        When::Never => false,
    };
    let again = if rejudged { decisions(folder, file, &cast.decision_maker)? } else { Vec::new() };
    // Later cycles decide their own messages once; only `always` decides them again.
    let again_times = if options.rejudge == When::Always { cycles } else { 1 };

    let rewrite = cast.improver.request(prompt, &older.heard, key.clone());
    let rewritten = (prompt.len() / 4 + 500) as u64;
    // A rewritten prompt is longer than the incumbent.
    let longer = format!("{prompt}{}", " ".repeat(2_000));
    let typical = estimate::text_of(MESSAGE_ANSWER);
    let (mut write, mut decide) = (Vec::new(), Vec::new());
    for persona in chosen.iter() {
        let persona = persona?;
        let message = cast.generator.request(&longer, &persona, key.clone());
        write.push(estimate::tokens(&message, MESSAGE_ANSWER));
        let decision = cast.decision_maker.request(&persona, &typical, key.clone());
        decide.push(estimate::tokens(&decision, DECISION_ANSWER));
    }
    let messages = u64::from(options.messages_per_persona) * cycles;
    let rewrite = estimate::tokens(&rewrite, rewritten);
    let line = |role, what, calls: Vec<Usage>, times| Line::of(role, what, &calls, times, account);
    let lines = [
        line(Role::DecisionMaker, "the older messages again", again, again_times),
        line(Role::Improver, "rewriting", vec![rewrite], cycles),
        line(Role::Generator, "new messages", write, messages),
        line(Role::DecisionMaker, "new messages", decide, messages),
    ];
    Ok(estimate::plan(&lines, account))
}

/// What deciding every message of a file takes.
fn decisions(folder: &DataFolder, file: &FileName, decision_maker: &DecisionMaker) -> Result<Vec<Usage>, Error> {
    let (calls, _) = results_stream::fold(folder, file, Vec::new, |calls, entry| {
        if entry.part == Part::Results {
            let persona = entry.persona.get();
            calls.extend(entry.messages.iter().map(|said| {
                let request = decision_maker.request(&persona, &said.message.get(), CallKey::of(&[]));
                estimate::tokens(&request, DECISION_ANSWER)
            }));
        }
    })?;
    Ok(calls)
}
