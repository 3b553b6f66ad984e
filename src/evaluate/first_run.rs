//! A first run: messages and decisions for every persona of a file, saved as a results file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::account;
use super::auditing::Auditing;
use super::plan::Plan;
use super::run::{self, Error, Run, RunContext};
use super::trial::Bench;
use super::{DecisionMaker, Generator};
use crate::call::Used;
use crate::data::folder::DataFolder;
use crate::data::people::name as people_name;
use crate::data::provenance::Provenance;
use crate::data::results::Metadata;
use crate::data::spool::Texts;
use crate::data::{self, FileName, Kind, Map, clock, entries, versions};
use crate::event::Event;
use crate::model::{Role, digest};

/// Everyone and everything that takes part.
#[derive(Clone)]
pub struct Desk {
    /// Writes messages.
    pub generator: Generator,
    /// Decides on them.
    pub decision_maker: DecisionMaker,
    /// Has the messages audited before they are decided on.
    pub auditing: Auditing,
    /// The facts, where they were given apart from the prompt.
    pub facts: Option<String>,
    /// Where it runs.
    pub context: RunContext,
}

/// A finished first run.
#[derive(Clone, Debug)]
pub struct FirstRun {
    /// The file that it saved; none where not even a message came of it.
    pub file: Option<FileName>,
    /// What the file says about the run.
    pub metadata: Metadata,
    /// What came of it.
    pub run: Run,
    /// What was used, per role.
    pub used: BTreeMap<Role, Used>,
    /// Dollars, where all prices are known.
    pub cost: Option<f64>,
    /// Wall time.
    pub elapsed: Duration,
}

/// The seed where the user names none: one more than there are runs of these personas, so that a repeated command
/// takes fresh samples.
///
/// # Errors
/// When the folder cannot be listed.
pub fn next_seed(folder: &DataFolder, persona_file: &FileName) -> Result<u64, data::Error> {
    let prefix = format!("{}_results", persona_file.stem());
    let earlier = folder.list(Kind::Results)?.iter().filter(|file| file.stem().starts_with(&prefix)).count();
    Ok(earlier as u64 + 1)
}

/// Writes and decides `messages_per_persona` messages for every persona, and saves the results under the
/// name of the persona file.
///
/// # Errors
/// When a file cannot be read or written. Trials that fail are no error: they are listed in the file.
pub async fn evaluate(
    folder: &DataFolder,
    persona_file: &FileName,
    people: &Arc<Texts>,
    prompt: &str,
    messages_per_persona: usize,
    seed: u64,
    desk: &Desk,
) -> Result<FirstRun, Error> {
    let started = Instant::now();
    // What can be wrong with the clock and the folder is found before anything is paid for.
    let now = desk.context.began()?;
    folder.check_writable(Kind::Results)?;
    let used_before = desk.context.account.now();
    let bench = Bench {
        generator: Some(desk.generator.clone()),
        decision_maker: Some(desk.decision_maker.clone()),
        auditing: Some(desk.auditing.clone()),
        prompt: prompt.to_owned(),
        seed,
        label: "first".into(),
    };
    let plan = Plan::write_and_decide(people.len(), messages_per_persona);
    let mut run = run::run(&bench, &desk.context, people, plan, "Writing and deciding messages").await?;
    if let Some(warning) = run.audits.warning() {
        desk.context.events.emit(Event::Warning(warning));
    }

    let empty = run.is_empty();
    let used = desk.context.account.since(&used_before);
    let cost = desk.context.account.cost(&used);
    let fingerprint = desk.decision_maker.fingerprint();
    let run_id = &digest(&[persona_file.as_str(), prompt, &seed.to_string(), &fingerprint, &clock::iso(now)])[..16];
    let provenance = Provenance {
        models: Some(desk.context.account.models()),
        fingerprint: Some(fingerprint),
        examples: desk.decision_maker.examples().map(|examples| examples.record().clone()),
        writer: Some(desk.generator.fingerprint(Some(&desk.auditing))),
        form: desk.generator.form(),
        facts: desk.facts.clone(),
        usage: account::listed(&used),
        cost_usd: cost,
        failures: std::mem::take(&mut run.failures),
        partial: desk.context.limit().map(|why| format!("{why}; {} trials were not run", run.not_run)),
        ..Provenance::new(run_id, seed, desk.context.account.is_simulated())
    };
    let metadata = Metadata {
        persona_file: Some(people_name(persona_file)),
        messages_per_persona: messages_per_persona as u64,
        total_personas: people.len() as u64,
        total_messages: run.decisions(),
        processing_date: clock::iso(now),
        system_prompt: prompt.to_owned(),
        improvement_run: None,
        successful_personas: run.successful_personas(),
        extra: Map::new(),
        rejoinder: Some(provenance),
    };
    let file = if empty {
        None
    } else {
        let entries = run.entries(BTreeMap::new());
        let draft = entries::Draft { metadata: &metadata, results: &entries, extra: &Map::new() };
        let note = |name: &FileName, sha256: &str| desk.context.note_output("run", name, sha256).map_err(Error::from);
        let stem = persona_file.stem();
        Some(versions::save_timestamped_results(folder, stem, now, |out| draft.write(out), note)?)
    };
    Ok(FirstRun { file, metadata, run, used, cost, elapsed: started.elapsed() })
}
