//! `rejoinder audit-claims`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::error::Error;
use super::facts;
use super::named;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup, names_auditor};
use super::trial_calls::AUDIT_ANSWER;
use crate::data::{Entry, FileName, Part, results_stream};
use crate::engine;
use crate::evaluate::grounding::{Audit, Auditor, Sources, audit_without_model};
use crate::evaluate::{ask, run};
use crate::event::{Event, TrialOutcome};
use crate::model::{CallKey, FailureKind, Role, digest};
use crate::optimize::before::older::{Messages, Older};
use crate::optimize::lineage::root::Root;
use crate::report::claims::{AuditorNamed, Findings, Heading};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Options of `audit-claims`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder audit-claims b2b_saas_personas_train_results_improvement_run_v1
  rejoinder audit-claims NAME --facts offer.md --format json
  rejoinder audit-claims NAME --auditor anthropic/claude-haiku-5-5 --dry-run

Messages that were audited when the file was written are not audited again, unless another auditor or other facts are
named; with --auditor none no model is called, and messages without an audit in the file are not checked. What an offer
may claim is read from --facts, else from the prompt at the root of the file's lineage, else from the file's own
prompt.")]
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

/// The messages of a file, and what it says of each.
struct Work {
    older: Older,
    messages: Arc<Messages>,
    /// In the order of the messages; `None` where the message has to be audited.
    audits: Vec<Option<Audit>>,
    sources: Sources,
    facts_from: String,
}

/// Audits and prints.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let file = named::results(&setup.folder, &options.name)?;
    let (sources, facts_from) = sources(setup, options, &file)?;
    let older = Older::read(&setup.folder, &file)?;
    let messages = Arc::new(older.messages(&setup.folder)?);
    let audits = if options.facts.is_some() { vec![None; messages.whom.len()] } else { in_file(setup, &file)? };
    let mut work = Work { older, messages, audits, sources, facts_from };
    let named = names_auditor(&options.models, &setup.settings);
    if named == Some(false) || (named.is_none() && work.audits.iter().all(Option::is_some)) {
        return without_model(options, work);
    }
    let clients = setup.clients(&options.models, &[Role::Auditor])?;
    let Some(auditor) = clients.auditor() else { return without_model(options, work) };
    if named == Some(true) {
        let fingerprint = auditor.fingerprint();
        for audit in &mut work.audits {
            audit.take_if(|audit| audit.auditor.as_ref() != Some(&fingerprint));
        }
    }
    with_model(setup, options, work, clients, auditor).await
}

/// The audits of a results file, one for each message; `None` where a model has not audited it.
fn in_file(setup: &Setup, file: &FileName) -> Result<Vec<Option<Audit>>, Error> {
    let take = |audits: &mut Vec<Option<Audit>>, entry: &Entry<'_>| {
        if entry.part == Part::Results {
            let audited = |audit: &Audit| audit.auditor.is_some();
            audits.extend(entry.messages.iter().map(|said| said.audit().filter(audited)));
        }
    };
    Ok(results_stream::fold(&setup.folder, file, Vec::new, take)?.0)
}

/// Prints what stands in the file.
fn without_model(options: &Options, work: Work) -> Result<(), Error> {
    if options.models.dry_run {
        return print("This would call no model.\n");
    }
    let auditor = if work.audits.iter().any(Option::is_some) { AuditorNamed::InFile } else { AuditorNamed::Nobody };
    let heading = heading(&work, auditor, false);
    let mut findings = Findings::default();
    for (index, audit) in work.audits.into_iter().enumerate() {
        let (persona, message) = texts(&work.messages, index)?;
        let audit = audit.unwrap_or_else(|| audit_without_model(&message, &work.sources, &persona));
        findings.add(place(&work.messages, index), &persona, &message, audit);
    }
    show(&findings, &heading, options.format)
}

fn heading(work: &Work, auditor: AuditorNamed, simulated: bool) -> Heading {
    let written = work.older.head.metadata.rejoinder.as_ref().is_some_and(|own| own.simulated);
    Heading {
        file: work.older.file.as_str().to_owned(),
        facts_from: work.facts_from.clone(),
        auditor,
        simulated: written || simulated,
        failed: Vec::new(),
    }
}

fn show(findings: &Findings, heading: &Heading, format: Format) -> Result<(), Error> {
    match format {
        Format::Text => print(&findings.text(heading)),
        Format::Json => print(&format!("{:#}\n", findings.json(heading))),
    }
}

/// What messages are held against and where it comes from: the named file, else the root of the lineage.
fn sources(setup: &Setup, options: &Options, file: &FileName) -> Result<(Sources, String), Error> {
    let ((), head) = results_stream::gather(&setup.folder, file, &())?;
    let root = Root::of(&setup.folder, &head)?;
    if let Some(path) = &options.facts {
        return Ok((root.sources(Some(&facts::read(path)?)), words::path(path)));
    }
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
    Ok((root.sources(None), from))
}

/// Audits what is not audited yet; the calls go through the journal.
async fn with_model(
    setup: &Setup,
    options: &Options,
    mut work: Work,
    mut clients: Clients,
    auditor: Auditor,
) -> Result<(), Error> {
    let open: Vec<usize> = (0..work.audits.len()).filter(|index| work.audits[*index].is_none()).collect();
    if options.models.dry_run {
        let mut calls = Vec::new();
        for index in &open {
            let (persona, message) = texts(&work.messages, *index)?;
            let request = auditor.request(&message, &work.sources, &persona, CallKey::from_parts(&[]));
            calls.push(estimate::tokens(&request, AUDIT_ANSWER));
        }
        let line = Line::for_calls(Role::Auditor, "audits", &calls, 1, &clients.context.account);
        return print(&estimate::plan(&[line], &clients.context.account));
    }
    let texts_hash = digest(&[&work.sources.facts, &work.sources.orders]);
    let parts = [work.older.file.as_str(), &work.older.head.sha256, &texts_hash];
    let begun = clients.begin(setup, &options.models, "audit-claims", &parts, (options.seed, 1))?;
    let kept = work.audits.len() - open.len();
    let job = Job {
        auditor: auditor.clone(),
        messages: Arc::clone(&work.messages),
        sources: work.sources.clone(),
        seed: begun.seed,
    };
    let ended = audit_all(setup, &clients, job, open.clone()).await;
    clients.explain(clients.context.go_on().map_err(run::Error::from))?;
    let named = AuditorNamed::Model(auditor.caller().model().id().to_owned(), kept);
    let mut heading = heading(&work, named, clients.context.account.is_simulated());
    for (index, outcome) in open.into_iter().zip(ended) {
        let (persona, message) = place(&work.messages, index);
        match outcome {
            Some(Ok(audit)) => work.audits[index] = Some(audit),
            Some(Err(reason)) => heading.failed.push((persona, message, reason)),
            None => {}
        }
    }
    let mut findings = Findings::default();
    for (index, audit) in work.audits.into_iter().enumerate() {
        let Some(audit) = audit else { continue };
        let (persona, message) = texts(&work.messages, index)?;
        findings.add(place(&work.messages, index), &persona, &message, audit);
    }
    show(&findings, &heading, options.format)?;
    let limit = clients.context.limit();
    clients.end(!findings.is_empty() || limit.is_some(), "no message could be audited")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    begun.finish()?;
    Ok(())
}

/// An audit, or why there is none.
type Ended = Result<Audit, String>;

/// What every audit needs.
#[derive(Clone)]
struct Job {
    auditor: Auditor,
    messages: Arc<Messages>,
    sources: Sources,
    seed: u64,
}

/// Audits these messages, several at once.
async fn audit_all(setup: &Setup, clients: &Clients, job: Job, open: Vec<usize>) -> Vec<Option<Ended>> {
    let simulated = clients.context.account.is_simulated();
    setup.events.emit(Event::BatchStarted { label: "Auditing claims".into(), total: open.len(), simulated });
    let (events, width) = (setup.events.clone(), clients.context.width);
    let ended = engine::collect(&*clients.context.engine, open, width, move |index| {
        let (job, events) = (job.clone(), events.clone());
        async move {
            let ended = job.audit(index).await?;
            events.emit(Event::TrialEnded {
                persona: index as u32,
                outcome: if ended.is_ok() { TrialOutcome::Written } else { TrialOutcome::Failed },
                grounding: ended.as_ref().map(Audit::grounding).unwrap_or_default(),
                reason: ended.as_ref().err().cloned(),
            });
            Some(ended)
        }
    })
    .await;
    setup.events.emit(Event::BatchEnded { simulated });
    ended.into_iter().map(Option::flatten).collect()
}

impl Job {
    /// Audits one message; `None` where the run is to stop.
    async fn audit(&self, index: usize) -> Option<Ended> {
        let (persona, message) = match texts(&self.messages, index) {
            Ok(texts) => texts,
            Err(error) => return Some(Err(error.to_string())),
        };
        let (of, number) = self.messages.whom[index];
        let key = [self.seed.to_string(), "audit".to_owned(), of.to_string(), number.to_string()];
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        match self.auditor.audit(&message, &self.sources, &persona, &key).await {
            Ok(audit) => Some(Ok(audit)),
            Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => None,
            Err(error) => Some(Err(error.to_string())),
        }
    }
}

fn place(messages: &Messages, index: usize) -> (usize, usize) {
    let (persona, message) = messages.whom[index];
    (persona as usize, message as usize)
}

/// The persona and the message of one place.
fn texts(messages: &Messages, index: usize) -> Result<(String, String), Error> {
    let (persona, _) = messages.whom[index];
    Ok((messages.people.get(persona as usize)?, messages.texts.get(index)?))
}
