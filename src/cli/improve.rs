//! `rejoinder improve`.

mod aside;
mod choices;
mod dry_run;
mod few;
mod plan;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use self::choices::{Cycles, Target, When, by_hand, key_of};
use self::few::Few;
use self::plan::{GoesOn, Plan};
use super::error::Error;
use super::examples;
use super::facts::FactsOptions;
use super::named;
use super::options::ModelOptions;
use super::print;
use super::referee::Referee;
use super::report;
use super::setup::{Clients, Setup};
use super::{audit_auditor, audit_judge, calibrate, terminal};
use crate::data::results::Metadata;
use crate::data::{FileName, Kind, results_stream, versions};
use crate::event::Event;
use crate::journal::OpenRun;
use crate::model::Role;
use crate::optimize::before::judges::Rejudge;
use crate::optimize::before::older::Older;
use crate::optimize::lineage::Lineage;
use crate::optimize::search::explore;
use crate::optimize::trials::decisions::Decisions;
use crate::optimize::{Cast, CycleOptions, cycle};
use crate::optimize::{Objective, before::personas};
use crate::report::result::{self, Next};
use crate::report::story;
use crate::report::summary::{self, CycleSummary, Spent};
use crate::report::words;

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
    /// New messages for each persona, written where a better prompt is found [default: as many as in the results file]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    messages_per_persona: Option<u16>,
    /// Number of cycles, each starting from the one before; `auto` continues until nothing better is found, and with
    /// --max-calls until those calls are spent or unlikely to gain anything
    #[arg(long, value_name = "N|auto", default_value = "1")]
    cycles: Cycles,
    /// Calls that a cycle may spend on finding and proving a better prompt, beyond writing its messages [default: 20
    /// for each persona, from 400 to 2000; less where --max-calls leaves less, and all of it with --cycles auto]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(40..=10_000_000), help_heading = "Search")]
    calls: Option<u64>,
    /// Candidates to ask for at first; a quarter of that once the lineage remembers trials [default: one for every 25
    /// calls of the search, from 6 to 15]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=60), help_heading = "Search")]
    challengers: Option<u8>,
    /// What to improve: the share of yes to messages that make nothing up, or of yes whatever they claim
    #[arg(long, value_enum, default_value_t = Target::Grounded, help_heading = "Search")]
    objective: Target,
    /// Text of the first prompt to treat as a rule, kept word for word in every prompt; may be given several times
    #[arg(long, value_name = "TEXT", help_heading = "Search")]
    keep: Vec<String>,
    /// A prompt of your own, tested like the improver's candidates; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    challenger: Vec<PathBuf>,
    /// Decisions on each message while searching; more help if the decision maker wavers, and `auto` decides some
    /// messages twice to find out
    #[arg(long, value_name = "K", default_value_t = Decisions::Fixed(1), help_heading = "Search")]
    decisions_per_message: Decisions,
    /// The most characters a prompt may have
    #[arg(long, value_name = "N", default_value_t = 12_000, value_parser = clap::value_parser!(u32).range(500..=200_000), help_heading = "Search")]
    prompt_length: u32,
    /// The chance that the lineage ever adopts a prompt that is no better
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = chance, help_heading = "Proof")]
    alpha: f64,
    /// The smallest gain worth having, in percentage points
    #[arg(long, value_name = "POINTS", default_value_t = 2.0, value_parser = points, help_heading = "Proof")]
    min_gain: f64,
    /// The most percentage points that any kind of decision maker may lose
    #[arg(long, value_name = "POINTS", default_value_t = 10.0, value_parser = points, help_heading = "Proof")]
    margin: f64,
    /// Pairs of messages to ask after a candidate was found better, to measure the gain without the luck of being
    /// chosen; they are part of the proof's calls [default: one for each persona kept aside, 40 at most]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=10_000), help_heading = "Proof")]
    confirm: Option<u16>,
    /// After a candidate was found better, keep asking until its gain is known to within this many points either way,
    /// as far as the calls go
    #[arg(long, value_name = "POINTS", value_parser = points, help_heading = "Proof")]
    precision: Option<f64>,
    /// Generate this many more people like those of the lineage for the proof of each cycle; they join the people kept
    /// aside, and the verdict says that they were generated
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2_000), help_heading = "Proof")]
    fresh_people: Option<u16>,
    /// Decide the older messages again with today's decision maker, so that one judge decides both runs; `auto` does so
    /// if the older file's judge is unknown or another one
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, num_args = 0..=1, default_missing_value = "always")]
    rejudge: When,
    /// A second decision maker: another model, another decision prompt (strict, lenient, inbox or a text file), or one of
    /// each. Whatever is not named is taken from the decision maker
    #[arg(long, value_name = "MODEL|PROMPT", num_args = 1..=2, help_heading = "Proof")]
    referee: Vec<String>,
    /// Seed of the sampling [default: the number of the version to be written]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write no report beside the results
    #[arg(long)]
    no_report: bool,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    models: ModelOptions,
}

fn chance(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| *p > 0.0 && *p < 0.5).ok_or_else(|| "a chance above 0 and below 0.5".to_owned())
}

fn points(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| (0.0..=100.0).contains(p)).ok_or_else(|| "percentage points from 0 to 100".to_owned())
}

impl Options {
    /// The same with as many messages for each persona as a file has, where nobody said how many.
    fn with_messages_of(&self, metadata: &Metadata) -> Self {
        let there = u16::try_from(metadata.messages_per_persona).unwrap_or(u16::MAX).clamp(1, 1000);
        Options { messages_per_persona: self.messages_per_persona.or(Some(there)), ..self.clone() }
    }

    /// New messages for each persona.
    fn messages(&self) -> u16 {
        self.messages_per_persona.unwrap_or(1)
    }
}

/// Runs the cycles.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let mut file = named::results(&setup.folder, &options.results_file)?;
    let older = Older::read(&setup.folder, &file)?.head;
    let options = &options.with_messages_of(&older.metadata);
    let facts = options.facts.text()?;
    let by_hand = by_hand(&options.challenger)?;
    // Of a file with nothing to learn from there is something else to say.
    if older.counts.total > 0 {
        let fresh = options.fresh_people.map_or(0, usize::from);
        Few::of_file(&setup.folder, &file, options.alpha)?.someone(fresh)?;
    }
    let models = ModelOptions { referee: Referee::parse(&options.referee)?, ..options.models.clone() };
    let mut clients = setup.audited_doors(&models, &[Role::Generator, Role::DecisionMaker, Role::Improver])?;
    if options.models.dry_run {
        let planned = dry_run::plan(&setup.folder, &file, &cast(&clients), options, facts.as_deref())?;
        return print(&planned.text(&clients.context, options));
    }
    let run = begin(setup, &file, options, (facts.as_deref(), &by_hand), &mut clients)?;
    let cast = cast(&clients);
    // Of a file with nothing to learn from there is something else to say.
    if !run.resumed && older.counts.total > 0 {
        let planned = dry_run::plan(&setup.folder, &file, &cast, options, facts.as_deref())?;
        planned.in_short(&clients.context, options).into_iter().for_each(|line| setup.events.emit(Event::Note(line)));
    }
    let mut last = None;
    let cycles = cycles(setup, options, (&mut file, &mut last), (&run, &cast), (facts, by_hand), &clients);
    let ended = Box::pin(cycles).await;
    // Whatever ended the cycles, those that came to their end have something to tell.
    if let Some(last) = last.filter(|_| !options.no_report) {
        report::beside(setup, &last)?;
    }
    ended
}

/// Runs the cycles one after the other. `last` becomes the file of the last that came to its end.
async fn cycles(
    setup: &Setup,
    options: &Options,
    (file, last): (&mut FileName, &mut Option<FileName>),
    (run, cast): (&OpenRun, &Cast),
    (facts, by_hand): (Option<String>, Vec<String>),
    clients: &Clients,
) -> Result<(), Error> {
    let plan = Plan::new(options, run);
    for number in 1..=options.cycles.most() {
        if options.cycles != Cycles::Number(1) {
            let of = match options.cycles {
                Cycles::Number(cycles) => format!(" of {cycles}"),
                Cycles::Auto => String::new(),
            };
            setup.events.emit(Event::Step(format!("Cycle {number}{of}: {file}")));
        }
        let (next, adopted, chance_of_more) =
            match cast.context.written(&setup.folder, &cycle::step(number)).map_err(Error::from)? {
                Some(written) => {
                    setup.events.emit(Event::Note(format!("Cycle {number} was complete already: {written}")));
                    let ((), head) = results_stream::gather(&setup.folder, &written, &())?;
                    let attempts = Lineage::of(&head).map(|lineage| lineage.attempts).unwrap_or_default();
                    let provenance = head.metadata.rejoinder.as_ref();
                    let percent = provenance.and_then(|provenance| provenance.cycle()?.chance_of_more);
                    let chance = percent.map(|percent| percent / 100.0);
                    (written, attempts.last().copied().unwrap_or(false), chance)
                }
                None => {
                    let by_user = (facts.clone(), by_hand.clone());
                    Box::pin(one(setup, file, cast, (options, plan), by_user, (run.seed, number), clients)).await?
                }
            };
        *file = next;
        *last = Some(file.clone());
        // What there is has been saved and shown; the run stays open.
        if let Some(why) = cast.context.limit() {
            return Err(Error::Limit(why));
        }
        let why = match plan.goes_on(adopted, chance_of_more) {
            GoesOn::Cycle => continue,
            GoesOn::NothingFound => format!("Nothing better was found in cycle {number}: that was the last."),
            GoesOn::NothingLeft => format!(
                "What is left of the calls would hardly gain {} points more (a chance below 5%): cycle {number} was \
                 the last.",
                options.min_gain
            ),
        };
        setup.events.emit(Event::Note(why));
        break;
    }
    run.finish()?;
    Ok(())
}

fn cast(clients: &Clients) -> Cast {
    Cast {
        generator: clients.generator(),
        decision_maker: clients.decision_maker(),
        improver: clients.improver(),
        auditor: clients.auditor(),
        referee: clients.referee(),
        context: clients.context.clone(),
    }
}

/// The run of this command: the same file, personas, models and choices find it again.
fn begin(
    setup: &Setup,
    file: &FileName,
    options: &Options,
    (facts, by_hand): (Option<&str>, &[String]),
    clients: &mut Clients,
) -> Result<Arc<OpenRun>, Error> {
    let older = Older::read(&setup.folder, file)?;
    let people = personas::choose(&setup.folder, &older)?.people;
    let resumed = Lineage::resume(&setup.folder, &older.head, &people, facts, &options.keep)?;
    examples::keep_aside(clients, setup, &resumed.lineage.split)?;
    let unseen = resumed.lineage.split.people(&setup.folder, &people)?.unseen;
    let (kept_aside, unseen) = (unseen.len(), unseen.sha256()?);
    let choices = format!(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {}",
        options.messages(),
        options.cycles.key(),
        options.rejudge.key(),
        calls(options, people.len()),
        challengers(options, people.len()),
        options.objective.key(),
        options.facts.choice(),
        options.decisions_per_message,
        options.prompt_length,
        options.alpha,
        options.min_gain,
        options.margin,
        key_of(options.confirm),
        // A whole number has its decimal point in it.
        key_of(options.precision.map(|points| format!("{points:?}")))
    );
    let people = people.sha256()?;
    let mut parts = vec![file.as_str(), &older.head.sha256, &people, &unseen, &choices, facts.unwrap_or_default()];
    parts.extend(by_hand.iter().chain(&options.keep).map(String::as_str));
    // Runs that began before there was a choice are found as they were.
    let fresh_people = options.fresh_people.map(|count| format!("fresh people {count}"));
    parts.extend(fresh_people.as_deref());
    let version = versions::next_version(file.stem(), &setup.folder.list(Kind::Results)?);
    let begun = clients.begin(setup, &options.models, "improve", &parts, (options.seed, u64::from(version)))?;
    // Of a file with nothing to learn from there is something else to say.
    if older.head.counts.total > 0 {
        calibrate::advise(setup, file, clients);
        audit_judge::advise(setup, clients);
        audit_auditor::advise(setup, clients);
        aside::advise(setup, file, options, kept_aside)?;
    }
    Ok(begun)
}

/// Calls that the search of one cycle may take where there is no limit.
fn calls(options: &Options, personas: usize) -> u64 {
    options.calls.unwrap_or_else(|| (CALLS_PER_PERSONA * personas as u64).clamp(FEWEST_CALLS, MOST_CALLS))
}

/// Challengers in the first wave of a cycle.
fn challengers(options: &Options, personas: usize) -> usize {
    options.challengers.map_or_else(|| explore::first_wave(calls(options, personas)), usize::from)
}

/// Enough, on markets that were never tuned on, for most of what can be had; more calls add little.
const CALLS_PER_PERSONA: u64 = 20;
/// See [`CALLS_PER_PERSONA`].
const FEWEST_CALLS: u64 = 400;
/// See [`CALLS_PER_PERSONA`].
const MOST_CALLS: u64 = 2_000;

/// Runs a cycle. Returns the file that it saved, whether a challenger was adopted, and the chance of gaining more.
async fn one(
    setup: &Setup,
    file: &FileName,
    cast: &Cast,
    (options, plan): (&Options, Plan),
    (facts, by_hand): (Option<String>, Vec<String>),
    (seed, number): (u64, u32),
    clients: &Clients,
) -> Result<(FileName, bool, Option<f64>), Error> {
    let older = Older::read(&setup.folder, file)?;
    let personas = personas::choose(&setup.folder, &older)?.people.len();
    let choices = CycleOptions {
        messages_per_persona: usize::from(options.messages()),
        decisions_per_message: options.decisions_per_message,
        seed,
        number,
        rejudge: match options.rejudge {
            When::Auto => Rejudge::WhereNeeded,
            When::Always => Rejudge::Always,
            When::Never => Rejudge::Never,
        },
        objective: match options.objective {
            Target::Grounded => Objective::Grounded,
            Target::Response => Objective::Response,
        },
        facts,
        keep: options.keep.clone(),
        by_hand,
        allowance: plan.allowance(options, number, personas),
        challengers: options.challengers.map(usize::from),
        alpha: options.alpha,
        min_gain: options.min_gain / 100.0,
        margin: options.margin / 100.0,
        confirm: options.confirm.map(usize::from),
        precision: options.precision.map(|points| points / 100.0),
        longest: options.prompt_length as usize,
        revises: options.facts.revises(),
        fresh_people: options.fresh_people.map_or(0, usize::from),
    };
    let cycle = clients.explain(Box::pin(cycle::run(&setup.folder, file, cast, &choices)).await)?;
    let (words, adopted) = (story::verdict(&cycle.story), cycle.story.verdict.adopts());
    setup.events.emit(Event::Saved { kind: Kind::Results.to_string(), name: cycle.file.stem().to_owned() });
    setup.events.emit(Event::Concluded { words, adopted });
    let own = cycle.metadata.rejoinder.as_ref();
    let failures = own.map(|provenance| provenance.failures.as_slice());
    let search_failures = own.map(|provenance| provenance.search_failures.as_slice());
    let summary = CycleSummary {
        story: Some(&cycle.story),
        comparison: cycle.comparison.as_ref(),
        judges: &cycle.judges,
        failures: failures.unwrap_or_default(),
        search_failures: search_failures.unwrap_or_default(),
        partial: own.and_then(|provenance| provenance.partial.as_deref()),
        spent: Spent {
            used: &cycle.used,
            cost: cycle.cost,
            elapsed: cycle.elapsed,
            simulated: cast.context.account.is_simulated(),
        },
        file: &words::path(&setup.folder.path(&cycle.file)),
    };
    if setup.verbose {
        print(&summary::details(&summary))?;
    }
    let cast_flags = options.models.cast_flags() + &Referee::flags(&options.referee);
    let next = Next { run: cycle.file.stem(), cast: &cast_flags, messages: options.messages() };
    terminal::show(&result::cycle(&cycle.story, &summary, &next))?;
    let came = cycle.comparison.as_ref().is_none_or(|comparison| comparison.improved.total > 0);
    clients.end(came || cast.context.limit().is_some(), "every new trial failed; the file lists why")?;
    Ok((cycle.file, cycle.story.verdict.adopts(), cycle.story.chance_of_more))
}
