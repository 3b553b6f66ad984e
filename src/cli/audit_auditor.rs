//! `rejoinder audit-auditor`.

use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::error::Error;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup};
use super::trial_calls::AUDIT_ANSWER;
use crate::compare::auditor::{AuditorFindings, Caught, Labelled};
use crate::compare::{Rate, Tally};
use crate::data::auditors::{self, AuditorRecord, CaughtCounts};
use crate::data::judges::Counted;
use crate::data::results::sha256;
use crate::data::{Kind, Map, clock};
use crate::engine;
use crate::evaluate::auditor_battery::{AuditorBattery, Case};
use crate::evaluate::grounding::{Audit, Auditor};
use crate::evaluate::{ask, run};
use crate::event::{Event, TrialOutcome};
use crate::model::{CallKey, FailureKind, Role};
use crate::report::auditor::{AuditorSummary, Passage, block, shortfalls};
use crate::report::estimate::{self, Line};
use crate::report::summary::Spent;
use crate::report::words;

/// Options of `audit-auditor`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "An auditor passes if it catches at least 80% of the messages that make something up, at the lower \
                  end of the 95% interval, and accuses at most 25% of the honest ones, at the upper end. A failed \
                  audit also ends with exit code 0: it is a measurement.

Examples:
  rejoinder audit-auditor --model market
  rejoinder audit-auditor --auditor anthropic/claude-haiku-5-5 --dry-run
  rejoinder audit-auditor --auditor ollama/qwen3:8b --format json"
)]
pub struct Options {
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
    /// Rates and the worst mistakes, for people
    Text,
    /// The record that is kept, and every message with what was found in it
    Json,
}

/// Audits, prints and keeps what came of it.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    // A defect of the program; a test rules it out.
    let battery = AuditorBattery::built_in().map_err(|error| Error::Panicked(error.to_string()))?;
    let mut clients = setup.audited_doors(&options.models, &[])?;
    let none = || Error::Usage("audit-auditor needs an auditor to audit; name a model with --auditor".to_owned());
    let auditor = clients.auditor().ok_or_else(none)?;
    if options.models.dry_run {
        return print(&plan(&battery, &auditor, &clients));
    }
    setup.folder.check_writable(Kind::Auditors)?;
    let begun = clients.begin(setup, &options.models, "audit-auditor", &[&battery.hash()], (options.seed, 1))?;
    let (started, before) = (Instant::now(), clients.context.account.now());
    let cases = Arc::new(battery.cases.clone());
    let ended = audit_all(setup, &clients, &auditor, &cases, begun.seed).await;
    clients.explain(clients.context.go_on().map_err(run::Error::from))?;
    let found = Found::new(&cases, ended);
    let simulated = clients.context.account.is_simulated();
    let standing = AuditorFindings::from_labelled(&found.labelled, cases.len() as u64, simulated);
    let used = clients.context.account.since(&before);
    let limit = clients.context.limit();
    let record = AuditorRecord {
        fingerprint: auditor.fingerprint(),
        model: auditor.caller().model().id().to_owned(),
        simulated,
        passed: standing.shortfalls().is_empty(),
        shortfalls: shortfalls(&standing),
        date: clock::iso(clients.context.began()?),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        battery: battery.hash(),
        seed: begun.seed,
        calls: used.values().map(|used| used.calls).sum(),
        failed_audits: found.failures.len() as u64,
        all: counts(&standing.all),
        languages: standing.languages.iter().map(|(lang, caught)| (lang.clone(), counts(caught))).collect(),
        extra: Map::new(),
    };
    match options.format {
        Format::Text => print(&block(&AuditorSummary {
            model: &record.model,
            fingerprint: &record.fingerprint,
            standing: &standing,
            missed: &found.missed,
            accused: &found.accused,
            failures: &found.failures,
            partial: limit.map(|why| why.to_string()).as_deref(),
            spent: Spent {
                used: &used,
                cost: clients.context.account.cost(&used),
                elapsed: started.elapsed(),
                simulated,
            },
        }))?,
        Format::Json => print(&format!("{:#}\n", json!({"audit": record, "messages": found.messages})))?,
    }
    clients.end(!found.labelled.is_empty() || limit.is_some(), "no message could be audited")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    let file = auditors::file_name(&record.fingerprint)?;
    clients.context.note_output("audit", &file, &sha256(&auditors::to_bytes(&record)?))?;
    // One that cannot be read is replaced all the same.
    let earlier = auditors::record(&setup.folder, &record.fingerprint).ok().flatten();
    let file = auditors::save(&setup.folder, &record)?;
    if options.format == Format::Text {
        let replaced = words::replaced(earlier.as_ref().map(|earlier| earlier.date.as_str()));
        print(&format!("Kept in: {}\n{replaced}", words::path(&setup.folder.path(&file))))?;
    }
    begun.finish()?;
    Ok(())
}

/// Tells a person whose auditor has not passed an audit, in one line, before anything is made by its findings. Of the
/// market it is no more than a note.
pub fn advise(setup: &Setup, clients: &Clients) {
    let Some(auditor) = clients.auditor() else { return };
    let again = "rejoinder audit-auditor";
    let text = match auditors::record(&setup.folder, &auditor.fingerprint()) {
        Ok(Some(record)) if record.passed => return,
        Ok(Some(record)) => format!(
            "This auditor did not pass its audit of {}, so what is called grounded may be made up: {}",
            words::one_line(record.date.get(..10).unwrap_or(&record.date), 10),
            words::one_line(record.shortfalls.first().map_or("the record does not say why", String::as_str), 160)
        ),
        Ok(None) => format!(
            "This auditor has never been audited, so what is called grounded may be made up: {again}, with the same \
                model, \
             tells how many lies it catches"
        ),
        Err(error) => format!("What this auditor's audit has shown cannot be read: {error}; {again} does it again"),
    };
    if auditor.caller().model().is_simulated() {
        setup.events.emit(Event::Note(text));
    } else {
        // A warning goes on behind its label.
        let mut letters = text.chars();
        let small = letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
        setup.events.emit(Event::Warning(small));
    }
}

/// An audit, or why there is none.
type Ended = Result<Audit, String>;

/// Audits every message of a battery, several at once; `None` where the run was to stop before.
async fn audit_all(
    setup: &Setup,
    clients: &Clients,
    auditor: &Auditor,
    cases: &Arc<Vec<Case>>,
    seed: u64,
) -> Vec<Option<Ended>> {
    let simulated = clients.context.account.is_simulated();
    setup.events.emit(Event::BatchStarted { label: "Auditing the auditor".into(), total: cases.len(), simulated });
    let (auditor, cases, events) = (auditor.clone(), Arc::clone(cases), setup.events.clone());
    let (jobs, width) = ((0..cases.len()).collect(), clients.context.width);
    let ended = engine::collect(&*clients.context.engine, jobs, width, move |index| {
        let (auditor, cases, events) = (auditor.clone(), Arc::clone(&cases), events.clone());
        async move {
            let case = &cases[index];
            let seed = seed.to_string();
            let ended =
                match auditor.audit(&case.message, &case.sources, &case.persona, &[&seed, "battery", &case.id]).await {
                    Ok(audit) => Ok(audit),
                    Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => return None,
                    Err(error) => Err(error.to_string()),
                };
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

/// What an auditor made of the battery.
#[derive(Default)]
struct Found {
    labelled: Vec<Labelled>,
    missed: Vec<Passage>,
    accused: Vec<Passage>,
    failures: Vec<String>,
    /// As programs read it.
    messages: Vec<Value>,
}

impl Found {
    fn new(cases: &[Case], ended: Vec<Option<Ended>>) -> Self {
        let mut found = Found::default();
        for (case, ended) in cases.iter().zip(ended) {
            match ended {
                Some(Ok(audit)) => found.add(case, &audit),
                Some(Err(reason)) => {
                    found.messages.push(json!({"id": case.id, "lang": case.lang, "failed": reason}));
                    found.failures.push(reason);
                }
                None => {}
            }
        }
        found
    }

    fn add(&mut self, case: &Case, audit: &Audit) {
        let quote =
            |(start, end): (usize, usize)| -> String { case.message.chars().skip(start).take(end - start).collect() };
        let accused: Vec<_> = audit.made_up().collect();
        let is_found =
            |(start, end): &(usize, usize)| accused.iter().any(|claim| claim.start < *end && *start < claim.end);
        let missed: Vec<String> = case.made_up.iter().filter(|span| !is_found(span)).map(|span| quote(*span)).collect();
        let faults: Vec<Value> = accused
            .iter()
            .map(|claim| json!({"quote": claim.quote(&case.message), "kind": claim.kind, "why": claim.fault()}))
            .collect();
        self.messages.push(json!({
            "id": case.id, "lang": case.lang, "honest": case.is_honest(), "accused": faults, "missed": missed,
        }));
        let shown = |passage: &str, why: &str| Passage {
            id: case.id.clone(),
            passage: passage.to_owned(),
            why: why.to_owned(),
        };
        if case.is_honest() {
            let fault = |claim: &&crate::evaluate::grounding::Claim| {
                shown(claim.quote(&case.message), &claim.fault().unwrap_or_default())
            };
            self.accused.extend(accused.iter().map(fault));
        }
        self.missed.extend(missed.iter().map(|passage| shown(passage, &case.hard)));
        let total = case.made_up.len() as u64;
        self.labelled.push(Labelled {
            lang: case.lang.clone(),
            is_honest: case.is_honest(),
            is_accused: !accused.is_empty(),
            passages: Tally { yes: total - missed.len() as u64, total },
        });
    }
}

fn counts(caught: &Caught) -> CaughtCounts {
    let counted = |rate: &Rate| Counted {
        yes: rate.yes,
        total: rate.total,
        low: rate.interval.map(|interval| interval.low),
        high: rate.interval.map(|interval| interval.high),
    };
    CaughtCounts {
        lies_caught: counted(&caught.caught),
        honest_accused: counted(&caught.accused),
        passages_found: counted(&caught.passages),
    }
}

fn plan(battery: &AuditorBattery, auditor: &Auditor, clients: &Clients) -> String {
    let request = |case: &Case| auditor.request(&case.message, &case.sources, &case.persona, CallKey::from_parts(&[]));
    let calls: Vec<_> = battery.cases.iter().map(|case| estimate::tokens(&request(case), AUDIT_ANSWER)).collect();
    let line = Line::for_calls(Role::Auditor, "audits of labelled messages", &calls, 1, &clients.context.account);
    estimate::plan(&[line], &clients.context.account)
}
