//! `rejoinder audit-claims`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::error::Error;
use super::facts;
use super::options::ModelOptions;
use super::print;
use super::setup::{Setup, names_auditor};
use super::trial_calls::AUDIT_ANSWER;
use crate::data::{FileName, Kind, results_stream};
use crate::engine;
use crate::evaluate::ask;
use crate::evaluate::auditor::{AUDIT_TOKENS, Auditor};
use crate::evaluate::claims::{Audit, Facts};
use crate::evaluate::run;
use crate::event::{Event, Grounding, TrialOutcome};
use crate::model::{CallKey, FailureKind, Role, digest};
use crate::optimize::older::{Messages, Older};
use crate::optimize::root::Root;
use crate::report::claims::{Findings, Heading};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Options of `audit-claims`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder audit-claims b2b_saas_personas_train_results_improvement_run_v1
  rejoinder audit-claims NAME --facts offer.md --format json
  rejoinder audit-claims NAME --auditor anthropic/claude-haiku-5-5 --dry-run

What an offer may claim is read from --facts, else from the prompt at the root of the file's lineage, else from the file's
own prompt. Instructions in it state nothing. Without --auditor no model is called.")]
pub struct Options {
    /// A results file
    #[arg(value_name = "NAME")]
    name: String,
    /// A text file with the facts of the offer (a prompt will do)
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// In which form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Totals and the worst messages, for people
    Text,
    /// Every message with its claims
    Json,
}

/// Audits and prints.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = setup.folder.resolve(Kind::Results, &options.name)?;
    let (facts, facts_from) = facts(setup, options, &file)?;
    let facts = Arc::new(facts);
    let heading = |simulated| Heading {
        file: file.as_str().to_owned(),
        facts_from: format!(
            "{facts_from} ({})",
            words::count(facts.text.lines().count() as u64, "statement", "statements")
        ),
        auditor: None,
        simulated,
        failed: Vec::new(),
    };
    if names_auditor(&options.models, &setup.settings) == Some(true) {
        return with_model(setup, options, &file, &facts, heading).await;
    }
    if options.models.dry_run {
        return print("This would call no model: without --auditor the rules alone audit.\n");
    }
    let (findings, metadata, _) = results_stream::look(&setup.folder, &file, &Findings::new(Arc::clone(&facts)))?;
    let simulated = metadata.rejoinder.as_ref().is_some_and(|own| own.simulated);
    show(&findings, &heading(simulated), options.format)
}

fn show(findings: &Findings, heading: &Heading, format: Format) -> Result<(), Error> {
    match format {
        Format::Text => print(&findings.text(heading)),
        Format::Json => print(&format!("{:#}\n", findings.json(heading))),
    }
}

/// The facts and where they come from: the named file, else the root of the lineage.
fn facts(setup: &Setup, options: &Options, file: &FileName) -> Result<(Facts, String), Error> {
    match &options.facts {
        Some(path) => Ok((Facts::of_offer("", Some(&facts::read(path)?)), words::path(path))),
        None => root_facts(setup, file),
    }
}

/// What the root of the lineage states, as far as the lineage is in the folder.
fn root_facts(setup: &Setup, file: &FileName) -> Result<(Facts, String), Error> {
    let ((), head) = results_stream::gather(&setup.folder, file, &())?;
    let root = Root::of(&setup.folder, &head)?;
    if let Some(missing) = &root.missing {
        let own = words::one_line(root.file.as_ref().unwrap_or(file).as_str(), 120);
        setup.events.emit(Event::Warning(format!(
            "{own} descends from {}, which is not here: a prompt that was rewritten may state more than is true; give \
             --facts",
            words::one_line(missing, 120)
        )));
    }
    let what = if root.facts.is_some() { "the facts given with" } else { "the prompt at" };
    let from = match (&root.file, &root.facts) {
        (Some(first), _) => format!("{what} the root of the lineage, {}", first.as_str()),
        (None, Some(_)) => "the facts given with the file".to_owned(),
        (None, None) => "the file's own prompt".to_owned(),
    };
    Ok((root.facts(None), from))
}

/// The same with a model, whose calls go through the journal.
async fn with_model(
    setup: &Setup,
    options: &Options,
    file: &FileName,
    facts: &Arc<Facts>,
    heading: impl Fn(bool) -> Heading,
) -> Result<(), Error> {
    let mut doors = setup.doors(&options.models, &[Role::Auditor])?;
    let auditor = Auditor::new(doors.caller(Role::Auditor), AUDIT_TOKENS);
    let older = Older::read(&setup.folder, file)?;
    let messages = Arc::new(older.messages(&setup.folder)?);
    if options.models.dry_run {
        let mut audits = Vec::new();
        for index in 0..messages.whom.len() {
            let (persona, message) = texts(&messages, index)?;
            let request = auditor.request(&message, facts, &persona, CallKey::of(&[]));
            audits.push(estimate::tokens(&request, AUDIT_ANSWER));
        }
        let line = Line::of(Role::Auditor, "audits", &audits, 1, &doors.context.account);
        return print(&estimate::plan(&[line], &doors.context.account));
    }
    let parts = [file.as_str(), &older.head.sha256, &digest(&[&facts.text])];
    let begun = doors.begin(setup, &options.models, "audit-claims", &parts, (options.seed, 1))?;
    setup.events.emit(Event::BatchStarted {
        label: "Auditing claims".into(),
        total: messages.whom.len(),
        simulated: doors.context.account.is_simulated(),
    });
    let (auditor_of_all, messages_of_all, facts_of_all) = (auditor.clone(), Arc::clone(&messages), Arc::clone(facts));
    let (events_of_all, seed) = (setup.events.clone(), begun.seed);
    let (jobs, width) = ((0..messages.whom.len()).collect(), doors.context.width);
    let ended = engine::collect(&*doors.context.engine, jobs, width, move |index| {
        let (messages, facts) = (Arc::clone(&messages_of_all), Arc::clone(&facts_of_all));
        let (auditor, events) = (auditor_of_all.clone(), events_of_all.clone());
        async move {
            let outcome = audit(&auditor, &messages, &facts, seed, index).await;
            if let Some(ended) = &outcome {
                let outcome = if ended.is_ok() { TrialOutcome::Written } else { TrialOutcome::Failed };
                events.emit(Event::TrialEnded {
                    persona: index as u32,
                    outcome,
                    grounding: Grounding::NotChecked,
                    reason: ended.as_ref().err().cloned(),
                });
            }
            outcome
        }
    })
    .await;
    setup.events.emit(Event::BatchEnded { simulated: doors.context.account.is_simulated() });
    doors.explain(doors.context.go_on().map_err(run::Error::from))?;
    let written = older.head.metadata.rejoinder.as_ref().is_some_and(|own| own.simulated);
    let mut heading = heading(written || doors.context.account.is_simulated());
    heading.auditor = Some(auditor.caller().model().id().to_owned());
    let mut findings = Findings::new(Arc::clone(facts));
    for (index, outcome) in ended.into_iter().enumerate() {
        let (persona, message) = messages.whom[index];
        let place = (persona as usize, message as usize);
        match outcome.flatten() {
            Some(Ok(audit)) => {
                let (persona, message) = texts(&messages, index)?;
                findings.add(place, &persona, &message, audit);
            }
            Some(Err(reason)) => heading.failed.push((place.0, place.1, reason)),
            None => {}
        }
    }
    show(&findings, &heading, options.format)?;
    doors.end(!findings.is_empty(), "no message could be audited")?;
    if let Some(why) = doors.context.limit() {
        return Err(Error::Limit(why));
    }
    begun.finish()?;
    Ok(())
}

/// An audit, or why there is none.
type Ended = Result<Audit, String>;

/// Audits one message; `None` where the run is to stop.
async fn audit(auditor: &Auditor, messages: &Messages, facts: &Facts, seed: u64, index: usize) -> Option<Ended> {
    let (persona, message) = match texts(messages, index) {
        Ok(texts) => texts,
        Err(error) => return Some(Err(error.to_string())),
    };
    let (of, number) = messages.whom[index];
    let key = [seed.to_string(), "audit".to_owned(), of.to_string(), number.to_string()];
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    match auditor.audit(&message, facts, &persona, &key).await {
        Ok(audit) => Some(Ok(audit)),
        Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

/// The persona and the message of one place.
fn texts(messages: &Messages, index: usize) -> Result<(String, String), Error> {
    let (persona, _) = messages.whom[index];
    Ok((messages.people.get(persona as usize)?, messages.texts.get(index)?))
}
