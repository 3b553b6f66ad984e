//! `rejoinder write`.

pub(super) mod calls;
pub(super) mod prompt;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::error::Error;
use super::facts::FactsOptions;
use super::options::ModelOptions;
use super::print;
use super::setup::{Clients, Setup};
use crate::campaign::write::{self as writing, Recipient, Recipients, STEP, Sequences, Writer};
use crate::data::campaigns::{Arm, Campaign, CampaignHeader, SCHEMA_VERSION};
use crate::data::leads::list::Place;
use crate::data::leads::{self, LeadList, Suppression, Writable};
use crate::data::{self, FileError, FileName, Kind, Map, clock};
use crate::evaluate::auditing::Auditing;
use crate::evaluate::sequence::{MOST_STEPS, SequenceWriter};
use crate::event::Event;
use crate::journal::{self, Journal, OpenRun, RunState};
use crate::model::Role;
use crate::report::summary::{self, RULE, Spent};
use crate::report::{estimate, story, words};

/// Options of `write`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  rejoinder write --leads spring --model market
  rejoinder write --leads spring --lineage b2b_saas_personas_train_results_20250802_144126 --steps 3
  rejoinder write --leads spring --prompt-file offer.md --name spring_b --dry-run")]
pub struct Options {
    /// The list of leads, as `leads list` names it
    #[arg(long, value_name = "NAME")]
    leads: String,
    /// Write with the best prompt of this results file's lineage [default: that of the newest run of these leads]
    #[arg(long, value_name = "NAME", conflicts_with = "prompt_file")]
    lineage: Option<String>,
    /// Write with the prompt in this file
    #[arg(long, value_name = "FILE")]
    prompt_file: Option<PathBuf>,
    /// Messages of each sequence: the first and its follow-ups
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_STEPS)))]
    steps: u32,
    /// Name of the campaign [default: the name of the list]
    #[arg(long, value_name = "CAMPAIGN")]
    name: Option<String>,
    /// Seed of the sampling [default: one that no earlier run of the same inputs had]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    facts: FactsOptions,
    #[command(flatten)]
    models: ModelOptions,
}

/// Writes and saves the campaign.
pub async fn run(setup: &Setup, options: &Options) -> Result<(), Error> {
    let list = leads::file(&setup.folder, &options.leads)?;
    let (recipients, barred) = recipients(setup, &list)?;
    let facts = options.facts.text()?;
    let chosen =
        prompt::choose(setup, (options.lineage.as_deref(), options.prompt_file.as_deref()), &list, &options.models)?;
    let clients = setup.audited_doors(&options.models, &[Role::Generator])?;
    let plain = options.facts.auditing(&chosen.prompt, facts.as_deref(), clients.auditor());
    let auditing = Auditing { sources: chosen.sources(setup, facts.as_deref())?, ..plain };
    let sequences = SequenceWriter { generator: clients.generator(), auditing, steps: options.steps };
    if options.models.dry_run {
        let account = &clients.context.account;
        return print(&estimate::plan(&calls::plan(&sequences, &chosen.prompt, &recipients, account)?, account));
    }
    let name = options.name.as_deref().unwrap_or(list.stem());
    let arm = Arm { name: "a".into(), prompt: chosen.prompt.clone(), prompt_file_or_run: chosen.from.clone() };
    let job = Job {
        file: setup.folder.resolve(Kind::Campaigns, name)?,
        leads: list,
        lineage: chosen.lineage.clone(),
        recipients,
        barred,
        writers: vec![Writer { arm, sequences }],
        choice: format!("{} {}", options.facts.choice(), facts.as_deref().unwrap_or_default()),
        facts,
        seed: options.seed,
    };
    carry_out(setup, clients, &options.models, job).await
}

/// A campaign that is to be written.
pub struct Job {
    /// The file that it becomes.
    pub file: FileName,
    /// The list of leads.
    pub leads: FileName,
    /// The run that the prompt of the lineage was taken from, where there is one.
    pub lineage: Option<FileName>,
    /// To whom.
    pub recipients: Recipients,
    /// How many leads of the list may not be written to.
    pub barred: u64,
    /// The arms and who writes for them; at least one.
    pub writers: Vec<Writer>,
    /// Whatever else tells its inputs from others.
    pub choice: String,
    /// The facts that were given apart from the prompts.
    pub facts: Option<String>,
    /// The user's seed.
    pub seed: Option<u64>,
}

/// The leads of a list who may be written to, and how many may not.
pub fn recipients(setup: &Setup, list: &FileName) -> Result<(Recipients, u64), Error> {
    let leads = Writable::open(&setup.folder, list)?;
    let recipients = Recipients::gather(&setup.folder, leads.map(|lead| Ok(Recipient { arm: 0, lead: lead? })))?;
    let suppression = Suppression::load(&setup.folder)?;
    let mut barred = 0;
    for lead in LeadList::open(&setup.folder, list)? {
        barred += u64::from(suppression.why_not(&lead?).is_some());
    }
    if recipients.is_empty() {
        return Err(Error::Nobody(list.stem().to_owned(), barred));
    }
    Ok((recipients, barred))
}

/// Writes a campaign through the normal clients, saves it, and says what came of it. The same command goes on with one
/// that a limit cut short.
pub async fn carry_out(setup: &Setup, mut clients: Clients, models: &ModelOptions, job: Job) -> Result<(), Error> {
    let started = Instant::now();
    // Before anything is paid for.
    let there = look(setup, &job.file)?;
    setup.folder.check_writable(Kind::Campaigns)?;
    let prompts: Vec<&str> = job.writers.iter().map(|writer| writer.arm.prompt.as_str()).collect();
    let steps = job.writers.first().map_or(0, |writer| writer.sequences.steps);
    let steps_text = steps.to_string();
    // Not what the list holds: who is added to it, or taken off it, changes only what is missing.
    let mut parts = vec![job.file.as_str(), job.leads.as_str(), &steps_text, &job.choice];
    parts.extend(prompts);
    let begun = clients.begin(setup, models, "write", &parts, (job.seed, 1))?;
    let (clients, begun) = match &there {
        Some(header) if header.run == begun.id && !header.partial => {
            begun.finish()?;
            return print(&format!("Campaign saved to: {}\n", words::path(&setup.folder.path(&job.file))));
        }
        Some(header) if header.run != begun.id => return Err(refuse(setup, clients, begun, &job.file)),
        _ => (clients, begun),
    };
    let context = &clients.context;
    let written = writing::write(&job.recipients, job.writers.clone(), begun.seed, context).await;
    let sequences = clients.explain(written)?;
    if let Some(warning) = sequences.counts.audits.warning() {
        setup.events.emit(Event::Warning(warning));
    }
    let header = header(&clients, &job, &begun, steps)?;
    if !sequences.is_empty() {
        let place = if there.is_some() { Place::Instead } else { Place::New };
        let note = |sha256: &str| clients.context.note_output(STEP, &job.file, sha256).map_err(Into::into);
        sequences.save((&setup.folder, &job.file), &header, place, note)?;
    }
    print(&summary(setup, &clients, &job, &sequences, started))?;
    let limit = clients.context.limit();
    clients.end(!sequences.is_empty() || limit.is_some(), "no message could be written; nothing was saved")?;
    if let Some(why) = limit {
        return Err(Error::Limit(why));
    }
    begun.finish()?;
    setup.events.emit(Event::Saved { kind: job.file.kind().to_string(), name: job.file.stem().to_owned() });
    setup.events.emit(Event::Note(format!("Next: rejoinder lint {}", words::one_line(job.file.stem(), 100))));
    Ok(())
}

/// The campaign of that name, where there is one that an interrupted run of ours may go on with.
fn look(setup: &Setup, file: &FileName) -> Result<Option<CampaignHeader>, Error> {
    if !setup.folder.exists(file) {
        return Ok(None);
    }
    let header = Campaign::open(&setup.folder, file)?.header;
    if setup.folder.root().join(journal::FILE).exists() {
        let runs = Journal::open(setup.folder.root())?.runs()?;
        if runs.iter().any(|run| run.state == RunState::Open && run.id == header.run) {
            return Ok(Some(header));
        }
    }
    Err(FileError::Exists { path: setup.folder.path(file) }.into())
}

/// Takes a run back that has only just begun, since the campaign is another run's.
fn refuse(setup: &Setup, clients: Clients, begun: Arc<OpenRun>, file: &FileName) -> Error {
    let (id, is_new) = (begun.id.clone(), !begun.resumed);
    // They hold the run's lock.
    drop((clients, begun));
    let pruned = if is_new {
        Journal::open(setup.folder.root()).and_then(|journal| journal.prune(&[id]).map(drop))
    } else {
        Ok(())
    };
    match pruned {
        Ok(()) => FileError::Exists { path: setup.folder.path(file) }.into(),
        Err(error) => error.into(),
    }
}

fn header(clients: &Clients, job: &Job, begun: &OpenRun, steps: u32) -> Result<CampaignHeader, Error> {
    let models = clients.context.account.models();
    Ok(CampaignHeader {
        schema_version: SCHEMA_VERSION,
        name: job.file.stem().to_owned(),
        leads: job.leads.stem().to_owned(),
        lineage: job.lineage.as_ref().map(|file| file.stem().to_owned()),
        version: job.lineage.as_ref().and_then(|file| data::versions::version_of(file.stem())),
        created_at: clock::iso(clients.context.began()?),
        simulated: clients.context.account.is_simulated(),
        steps,
        arms: job.writers.iter().map(|writer| writer.arm.clone()).collect(),
        generator: models.generator.unwrap_or_default(),
        auditor: models.auditor,
        facts: job.facts.clone(),
        run: begun.id.clone(),
        partial: clients.context.limit().is_some(),
        extra: Map::new(),
    })
}

fn summary(setup: &Setup, clients: &Clients, job: &Job, sequences: &Sequences, started: Instant) -> String {
    let (counts, account) = (&sequences.counts, &clients.context.account);
    let simulated = account.is_simulated();
    let mark = if simulated { " (simulated)" } else { "" };
    let partial =
        clients.context.limit().map(|why| format!("{why}; {} leads are missing", words::thousands(counts.not_run)));
    let mut lines = vec![
        RULE.to_owned(),
        summary::heading("CAMPAIGN", partial.as_deref(), !sequences.is_empty()),
        RULE.to_owned(),
        format!(
            "Written: {}, {} in all{mark}",
            words::count(counts.whole, "whole sequence", "whole sequences"),
            words::count(counts.audits.messages, "message", "messages")
        ),
        story::claims_of_written(&counts.audits),
    ];
    if job.barred > 0 {
        let barred = words::count(job.barred, "lead who may not be written to", "leads who may not be written to");
        lines.push(format!("Left out: {barred}"));
    }
    lines.push(summary::failed_trials(sequences.failures()));
    let used = account.now();
    lines.extend(summary::spent(&Spent {
        cost: account.cost(&used),
        used: &used,
        elapsed: started.elapsed(),
        simulated,
    }));
    lines.push(if sequences.is_empty() {
        "Nothing to save: no message came of it".to_owned()
    } else {
        format!("Campaign saved to: {}", words::path(&setup.folder.path(&job.file)))
    });
    lines.push(format!("{RULE}\n"));
    lines.join("\n")
}
