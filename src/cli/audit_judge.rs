//! `rejoinder audit-judge`.

mod source;

use std::time::Instant;

use clap::Args;

use super::error::Error;
use super::examples;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup};
use super::trial_calls::DECISION_ANSWER;
use crate::compare::audit::{Decided, JudgeFindings};
use crate::compare::{Rate, Tally};
use crate::data::judges::{self, Counted, JudgeRecord, Named};
use crate::data::results::sha256;
use crate::data::{Kind, Map, clock};
use crate::evaluate::DecisionMaker;
use crate::evaluate::attack::{self, Effort};
use crate::evaluate::audit::{self, Asking, AuditAnswers, Material, Sheet};
use crate::evaluate::battery::Battery;
use crate::evaluate::decision_maker::Threshold;
use crate::event::Event;
use crate::model::{CallKey, Role};
use crate::report::audit::{AuditSummary, block, shortfalls};
use crate::report::estimate::{self, Line};
use crate::report::summary::Spent;
use crate::report::words;
use source::Source;

/// Options of `audit-judge`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "A judge passes if it is shown to say yes to at most 10% of all probes, to at most 20% of each family \
                  of them and of what an attack finds, and to at least 20% of the messages that deserve it, and if its \
                  flip rates are not shown to be above 25%. A failed audit also ends with exit code 0: it is a \
                  measurement.

Examples:
  rejoinder audit-judge --model market
  rejoinder audit-judge --decision-maker anthropic/claude-haiku-5-5 --decision-prompt lenient
  rejoinder audit-judge --results-file NAME --repeats 5 --dry-run"
)]
pub struct Options {
    /// Persona file in data/personas whose personas decide the probes [default: the sample if it exists, else six
    /// built-in personas]
    #[arg(long, value_name = "NAME", conflicts_with = "results_file")]
    persona_file: Option<String>,
    /// Results file in data/results whose personas decide the probes, and whose messages are decided again
    #[arg(long, value_name = "NAME")]
    results_file: Option<String>,
    /// How many personas decide each probe, and how often each message is decided
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..=100))]
    repeats: u16,
    /// Rounds of changing the probes that came nearest to a yes and trying them again, 20 texts per round
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    attack_rounds: u16,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    models: ModelOptions,
}

impl Options {
    /// Whether it is about a results file that must be there.
    pub fn only_reads(&self) -> bool {
        self.results_file.is_some()
    }
}

/// Audits, prints and keeps what came of it.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let source = Source::of(setup, options)?;
    // A defect of the program; a test rules it out.
    let battery = Battery::built_in().map_err(|error| Error::Panicked(error.to_string()))?;
    let repeats = usize::from(options.repeats);
    // Whether a judge can be fooled is seen in its decisions: no words are bought for them.
    let models = ModelOptions { reasons: Some("none".into()), ..options.models.clone() };
    let mut clients = setup.clients(&models, &[Role::DecisionMaker])?;
    if let Source::Results(file, _) = &source {
        examples::keep_aside_in(&mut clients, setup, file)?;
    }
    let decision_maker = clients.decision_maker().deciding_only();
    if options.models.dry_run {
        let material = source.material(setup, &battery, options.seed.unwrap_or(1))?;
        let effort = effort(options, options.seed.unwrap_or(1));
        return print(&plan(&sheet(&battery, &material, repeats, &decision_maker), effort, &decision_maker, &clients));
    }
    setup.folder.check_writable(Kind::Judges)?;
    let parts = [
        source.name(),
        &source.hash(setup)?,
        &battery.hash(),
        &repeats.to_string(),
        &options.attack_rounds.to_string(),
    ];
    let begun = clients.begin(setup, &options.models, "audit-judge", &parts, (options.seed, 1))?;
    let material = source.material(setup, &battery, begun.seed)?;
    let sheet = sheet(&battery, &material, repeats, &decision_maker);
    let (started, before) = (Instant::now(), clients.context.account.now());
    let asking = Asking { seed: begun.seed, label: "audit", title: "Auditing the decision maker" };
    let mut heard = clients.explain(audit::run(&sheet, &decision_maker, asking, &clients.context).await)?;
    // There is nothing to search for in a judge that gives nothing usable.
    if heard.decided() > 0 && clients.context.limit().is_none() {
        let effort = effort(options, begun.seed);
        let attacked = attack::run(heard, &material.people, &decision_maker, effort, &clients.context).await;
        heard = clients.explain(attacked)?;
    }
    let simulated = clients.context.account.is_simulated();
    let standing = standing(&heard).marked(simulated);
    let used = clients.context.account.since(&before);
    let limit = clients.context.limit();
    let partial = limit.map(|why| why.to_string());
    let fingerprint = decision_maker.fingerprint();
    let threshold = decision_maker.threshold().map(Threshold::get);
    let model = decision_maker.caller().model().id();
    print(&block(&AuditSummary {
        model,
        prompt: &decision_maker.prompt().name,
        threshold,
        fingerprint: &fingerprint,
        source: source.name(),
        repeats,
        answers: &heard,
        standing: &standing,
        partial: partial.as_deref(),
        spent: Spent { used: &used, cost: clients.context.account.cost(&used), elapsed: started.elapsed(), simulated },
    }))?;
    clients.end(heard.decided() > 0 || limit.is_some(), "no question came to a decision")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    let shortfalls = shortfalls(&heard, &standing);
    let families = heard.named().zip(standing.families.iter().zip(&standing.bounds));
    let record = JudgeRecord {
        model: model.to_owned(),
        decision_prompt: decision_maker.prompt().name.clone(),
        threshold,
        simulated,
        passed: shortfalls.is_empty(),
        shortfalls,
        date: clock::iso(clients.context.began()?),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        battery: battery.hash(),
        seed: begun.seed,
        repeats: repeats as u64,
        source: source.name().to_owned(),
        calls: used.values().map(|used| used.calls).sum(),
        failed_trials: heard.failures.len() as u64,
        false_yes: counted(&standing.all),
        families: families
            .map(|(family, (rate, bound))| Named {
                name: family.name.clone(),
                rate: counted(rate),
                bound: Some(*bound),
            })
            .collect(),
        deserved_yes: Some(counted(&standing.controls)),
        flips_on_repeat: counted(&standing.repeats),
        flips_in_another_format: counted(&standing.formats),
        facts_missed: (!heard.pairs.is_empty()).then(|| counted(&standing.missed)),
        extra: Map::new(),
        fingerprint,
    };
    let file = judges::file_name(&record.fingerprint)?;
    clients.context.note_output("audit", &file, &sha256(&judges::to_bytes(&record)?))?;
    // One that cannot be read is replaced all the same.
    let earlier = judges::record(&setup.folder, &record.fingerprint).ok().flatten();
    let file = judges::save(&setup.folder, &record)?;
    let replaced = words::replaced(earlier.as_ref().map(|earlier| earlier.date.as_str()));
    print(&format!("Kept in: {}\n{replaced}", words::path(&setup.folder.path(&file))))?;
    begun.finish()?;
    Ok(())
}

/// Tells a person whose judge has not passed an audit, in one line, before anything is made by its decisions. Of the
/// market it is no more than a note.
pub fn advise(setup: &Setup, clients: &Clients) {
    let decision_maker = clients.decision_maker();
    let fingerprint = decision_maker.fingerprint();
    let again = "rejoinder audit-judge";
    let text = match judges::record(&setup.folder, &fingerprint) {
        Ok(Some(record)) if record.passed && !is_older(&record) => return,
        Ok(Some(record)) if record.passed => format!(
            "this decision maker passed an audit of {}, but with an older battery that tested less: {again} runs \
             the present one",
            words::one_line(record.date.get(..10).unwrap_or(&record.date), 10)
        ),
        Ok(Some(record)) => format!(
            "this decision maker did not pass its audit of {}, so a new prompt may win by its weaknesses: {}",
            words::one_line(record.date.get(..10).unwrap_or(&record.date), 10),
            words::one_line(record.shortfalls.first().map_or("the record does not say why", String::as_str), 160)
        ),
        Ok(None) => format!(
            "this decision maker has never been audited, so a new prompt may win by its weaknesses: {again}, \
             with the same model and decision prompt, shows them"
        ),
        Err(error) => {
            format!("what this decision maker's audit has shown cannot be read: {error}; {again} does it again")
        }
    };
    let of_market = decision_maker.caller().model().is_simulated();
    setup.events.emit(if of_market { Event::Note(capital(&text)) } else { Event::Warning(text) });
}

/// Whether another battery than the present one was put to the judge.
fn is_older(record: &JudgeRecord) -> bool {
    Battery::built_in().is_ok_and(|battery| battery.hash() != record.battery)
}

/// A note is a sentence of its own, and begins like one.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What is put to this judge: one that answers with probabilities is also tried on quantities, dates and negations.
fn sheet(battery: &Battery, material: &Material, repeats: usize, decision_maker: &DecisionMaker) -> Sheet {
    let sheet = Sheet::new(battery, material, repeats);
    if decision_maker.caller().model().only_decides() { sheet.with_pairs(battery) } else { sheet }
}

fn standing(heard: &AuditAnswers) -> JudgeFindings {
    let tallies = |probes: &[audit::ProbeAnswers]| -> Vec<Tally> {
        probes.iter().map(|probe| Tally { yes: probe.yes, total: probe.total }).collect()
    };
    let missed: Vec<bool> = heard.pairs.iter().filter_map(audit::PairAnswers::is_missed).collect();
    JudgeFindings::from_decisions(&Decided {
        families: &heard.families.iter().map(|family| tallies(&family.probes)).collect::<Vec<_>>(),
        attack: &tallies(&heard.attack.probes),
        controls: &tallies(&heard.controls),
        messages: &heard.messages,
        missed: &missed,
        questions: (heard.decided() as u64, heard.asked as u64),
    })
}

fn effort(options: &Options, seed: u64) -> Effort {
    Effort { seed, repeats: usize::from(options.repeats), rounds: usize::from(options.attack_rounds) }
}

fn counted(rate: &Rate) -> Counted {
    Counted {
        yes: rate.yes,
        total: rate.total,
        low: rate.interval.map(|interval| interval.low),
        high: rate.interval.map(|interval| interval.high),
    }
}

fn plan(sheet: &Sheet, effort: Effort, decision_maker: &DecisionMaker, clients: &Clients) -> String {
    let key = CallKey::from_parts(&[]);
    let tokens = |persona: &str, text: &str| {
        estimate::tokens(&decision_maker.request(persona, text, key.clone()), DECISION_ANSWER)
    };
    let line = |what, calls: &[_]| Line::for_calls(Role::DecisionMaker, what, calls, 1, &clients.context.account);
    let probes: Vec<_> = sheet.probe_questions().map(|(persona, text)| tokens(persona, text)).collect();
    let messages: Vec<_> = sheet.message_questions().map(|(persona, text)| tokens(persona, text)).collect();
    // What an attack tries is about as long as two probes together.
    let attack = sheet.probe_questions().cycle().take(effort.calls());
    let attack: Vec<_> = attack.map(|(persona, text)| tokens(persona, &format!("{text}\n\n{text}"))).collect();
    let lines = [line("probes", &probes), line("messages again", &messages), line("attack", &attack)];
    estimate::plan(&lines, &clients.context.account)
}
