//! One cycle: feedback, a new prompt, new messages, decisions, comparison, file.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::judges::{Judge, Judges, Rejudge, Side};
use super::older::{Messages, Older};
use super::pairing::Clusters;
use super::{compare_runs, personas};
use crate::compare::{Comparison, Rate};
use crate::data::entries::Draft;
use crate::data::folder::DataFolder;
use crate::data::provenance::{Baseline, Parent, Provenance};
use crate::data::results::Metadata;
use crate::data::spool::Texts;
use crate::data::{self, Entries, Entry, FileName, Gather, Kind, Map, Part, clock, versions};
use crate::evaluate::account;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Interrupted, Run, RunContext};
use crate::evaluate::trial::Bench;
use crate::evaluate::{DecisionMaker, Generator, ask};
use crate::event::Event;
use crate::improve::{Heard, Improver};
use crate::journal;
use crate::model::{FailureKind, digest};

/// Everyone and everything that takes part in a cycle.
#[derive(Clone)]
pub struct Cast {
    /// Writes messages.
    pub generator: Generator,
    /// Decides on them.
    pub decision_maker: DecisionMaker,
    /// Rewrites the prompt.
    pub improver: Improver,
    /// Where it runs.
    pub context: RunContext,
}

/// What a user may choose about a cycle.
#[derive(Clone, Copy, Debug)]
pub struct CycleOptions {
    /// New messages for each persona; at least 1.
    pub messages_per_persona: usize,
    /// Seed of all sampling that is ours.
    pub seed: u64,
    /// The number of the cycle in its command, from 1.
    pub number: u32,
    /// Whether to decide the older messages again.
    pub rejudge: Rejudge,
}

/// A finished cycle.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The file it started from.
    pub parent: FileName,
    /// The file it saved.
    pub file: FileName,
    /// The improved prompt.
    pub prompt: String,
    /// Before and after.
    pub comparison: Comparison,
    /// Who judged.
    pub judges: Judges,
    /// What the file says about the run.
    pub metadata: Metadata,
    /// What was used, per role.
    pub used: std::collections::BTreeMap<crate::model::Role, crate::call::Used>,
    /// Dollars, where all prices are known.
    pub cost: Option<f64>,
    /// Wall time.
    pub elapsed: Duration,
}

/// Why a cycle could not be completed. No file is written then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error(transparent)]
    Data(#[from] data::Error),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The run was asked to stop, or reached a limit before there was a new prompt.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The file has no decisions to learn from.
    #[error("{0} holds no decision, so there is nothing to learn from; run `rejoinder evaluate` first")]
    NoFeedback(String),
    /// The improver gave no usable prompt.
    #[error("the improver gave no new prompt: {0}")]
    NoRewrite(ask::Error),
    /// Not one new trial came to anything that a file could keep.
    #[error("all {count} new trials failed, nothing was saved; the first failure was: {reason}")]
    NothingCame {
        /// How many.
        count: usize,
        /// The first failure.
        reason: String,
    },
    /// Not one of the older messages could be decided again.
    #[error("none of the {count} older messages could be decided again; the first failure was: {reason}")]
    NothingDecided {
        /// How many.
        count: usize,
        /// The first failure.
        reason: String,
    },
}

impl From<run::Error> for Error {
    fn from(error: run::Error) -> Self {
        match error {
            run::Error::Data(error) => error.into(),
            run::Error::Journal(error) => error.into(),
            run::Error::Interrupted(error) => error.into(),
        }
    }
}

impl Error {
    /// Whether the host refused the account, so that the user must see to that first.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::NoRewrite(ask::Error::Call(failure)) if failure.kind.is_refusal())
    }
}

/// What the journal calls the cycle of that number in its command.
#[must_use]
pub fn step(number: u32) -> String {
    format!("cycle {number}")
}

/// Runs one cycle on a results file and saves the next version of its lineage.
///
/// # Errors
/// See [`Error`]. Trials that fail are no error: they are listed in the file.
pub async fn run(folder: &DataFolder, parent: &FileName, cast: &Cast, options: CycleOptions) -> Result<Cycle, Error> {
    let (started, used_before) = (Instant::now(), cast.context.account.now());
    // What can be wrong with the clock and the folder is found before anything is paid for.
    let began = cast.context.began()?;
    folder.check_writable(Kind::Results)?;
    let older = Older::read(folder, parent)?;
    if older.head.counts.total == 0 {
        return Err(Error::NoFeedback(parent.to_string()));
    }
    let seed = options.seed;
    let step = step(options.number);
    let chosen = personas::choose(folder, &older)?;
    if let Some(note) = chosen.note {
        cast.context.events.emit(Event::Note(note));
    }

    let fingerprint = cast.decision_maker.fingerprint();
    let incumbent = incumbent(folder, cast, &older, options.rejudge, seed, &step).await?;

    cast.context.events.emit(Event::Step("Rewriting the prompt from what people said".into()));
    let feedback = incumbent.heard.as_ref().unwrap_or(&older.heard);
    let seed_text = seed.to_string();
    let prompt = cast
        .improver
        .rewrite(&older.head.metadata.system_prompt, feedback, &[&seed_text, &step, "rewrite"])
        .await
        .map_err(|error| match (error, cast.context.stop.why()) {
            (ask::Error::Call(failure), Some(why)) if failure.kind == FailureKind::Stopped => Interrupted(why).into(),
            (error, _) => Error::NoRewrite(error),
        })?;

    let mut run = challenger(cast, &prompt, &chosen.people, options.messages_per_persona, seed, &step).await?;
    if run.is_empty() && incumbent.again.is_none() {
        let reason = run.failures.first().map(|failure| failure.reason.clone()).unwrap_or_default();
        return Err(Error::NothingCame { count: run.failures.len(), reason });
    }
    // Behind a wire the market is known only by its answers: what was taken for one judge may turn out to be two.
    let simulated = cast.context.account.is_simulated();
    let judges = match incumbent.judges {
        judges @ Judges::DecidedAgain { .. } => judges,
        _ => Judges::of(Judge::of(&older.head), Some(Judge { fingerprint: &fingerprint, simulated })),
    };
    let original_simulated = compare_runs::is_simulated(&older.head) || (incumbent.again.is_some() && simulated);
    let before = incumbent.clusters.as_ref().unwrap_or(&older.clusters);
    let comparison =
        Comparison::of(&Clusters::paired(before, &Clusters::of_run(&run)?)).marked(original_simulated, simulated);

    let used = cast.context.account.since(&used_before);
    let cost = cast.context.account.cost(&used);
    let sha256 = older.head.sha256.clone();
    let provenance = Provenance {
        parent: Some(Parent { file: parent.to_string(), sha256: sha256.clone(), extra: Map::new() }),
        models: Some(cast.context.account.models()),
        fingerprint: Some(fingerprint.clone()),
        usage: account::listed(&used),
        cost_usd: cost,
        failures: std::mem::take(&mut run.failures),
        metrics: Some(metrics(&comparison, &judges)),
        partial: cast.context.limit().map(|why| format!("{why}; {} trials were not run", run.not_run)),
        baseline: incumbent.again.map(|results| Baseline { file: parent.to_string(), sha256, fingerprint, results }),
        ..Provenance::new("", seed, simulated)
    };
    let entries = run.entries(older.extras_for(&run.people)?);
    let extra = older.head.extra.clone();
    let mut metadata = metadata(
        older.head.metadata,
        prompt.clone(),
        &run,
        options.messages_per_persona,
        clock::iso(began),
        provenance,
    );
    let write = |version: u32, out: &mut dyn Write| {
        // With the version, which nobody else has: cycles that run side by side may share everything else.
        if let Some(provenance) = &mut metadata.rejoinder {
            provenance.run_id = digest(&[parent.stem(), &version.to_string(), &prompt, &seed_text])[..16].to_owned();
        }
        Draft { metadata: &metadata, results: &entries, extra: &extra }.write(out)
    };
    let note = |file: &FileName, sha256: &str| cast.context.note_output(&step, file, sha256).map_err(Error::from);
    let file = versions::save_next_version(folder, parent.stem(), write, note)?;
    Ok(Cycle {
        parent: parent.clone(),
        file,
        prompt,
        comparison,
        judges,
        metadata,
        used,
        cost,
        elapsed: started.elapsed(),
    })
}

/// What is known of the incumbent once it has been decided by whom it is judged.
struct Incumbent {
    judges: Judges,
    /// Today's decisions on the older messages, where they were decided again; and what follows from them.
    again: Option<Entries>,
    heard: Option<Heard>,
    clusters: Option<Clusters>,
}

/// The incumbent's decisions, by today's judge where that is wanted.
async fn incumbent(
    folder: &DataFolder,
    cast: &Cast,
    older: &Older,
    rejudge: Rejudge,
    seed: u64,
    step: &str,
) -> Result<Incumbent, Error> {
    let fingerprint = cast.decision_maker.fingerprint();
    let today = || Some(Judge { fingerprint: &fingerprint, simulated: cast.context.account.is_simulated() });
    let judges = Judges::of(Judge::of(&older.head), today());
    let again = match rejudge {
        Rejudge::Always => true,
        Rejudge::WhereNeeded => !judges.are_one(),
        Rejudge::Never => false,
    };
    if !again {
        return Ok(Incumbent { judges, again: None, heard: None, clusters: None });
    }
    let decided = decide_again(folder, cast, older, seed, step).await?;
    let entries = decided.entries(BTreeMap::new());
    let mut heard = Heard::default();
    let mut index = 0;
    entries.each(&mut |entry| {
        heard.take(&Entry::of(Part::Results, index, entry));
        index += 1;
        true
    })?;
    let recorded = Rate::of(&older.clusters.tallies()).marked(compare_runs::is_simulated(&older.head));
    // Asked once more: behind a wire the market is known only by its answers, which are there now.
    let judges = Judges::of(Judge::of(&older.head), today()).decided_again(Side::Before, recorded);
    Ok(Incumbent { judges, again: Some(entries), heard: Some(heard), clusters: Some(Clusters::of_run(&decided)?) })
}

/// Decides the messages of an earlier run again with today's decision maker.
///
/// # Errors
/// When not one of them could be decided.
async fn decide_again(folder: &DataFolder, cast: &Cast, older: &Older, seed: u64, step: &str) -> Result<Run, Error> {
    let Messages { people, whom, texts } = older.messages(folder)?;
    let count = whom.len();
    let bench = Bench {
        generator: None,
        decision_maker: Some(cast.decision_maker.clone()),
        prompt: String::new(),
        seed,
        label: format!("{step} again"),
    };
    let plan = Plan::decide(whom, texts);
    let run = run::run(&bench, &cast.context, &people, plan, "Deciding the older messages again").await?;
    if run.failures.len() == count {
        let reason = run.failures.into_iter().next().map(|failure| failure.reason).unwrap_or_default();
        return Err(Error::NothingDecided { count, reason });
    }
    if let Some(first) = run.failures.first() {
        cast.context.events.emit(Event::Warning(format!(
            "{} of {count} older messages could not be decided again and are left out; the first: {}",
            run.failures.len(),
            first.reason
        )));
    }
    Ok(run)
}

async fn challenger(
    cast: &Cast,
    prompt: &str,
    people: &Arc<Texts>,
    messages: usize,
    seed: u64,
    step: &str,
) -> Result<Run, Error> {
    let bench = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(cast.decision_maker.clone()),
        prompt: prompt.to_owned(),
        seed,
        label: format!("{step} challenger"),
    };
    let plan = Plan::write_and_decide(people.len(), messages);
    Ok(run::run(&bench, &cast.context, people, plan, "Writing and deciding new messages").await?)
}

/// What the file says about the run. What an older file says beside what we know is kept.
fn metadata(
    older: Metadata,
    prompt: String,
    run: &Run,
    messages_per_persona: usize,
    processing_date: String,
    mut provenance: Provenance,
) -> Metadata {
    if let Some(earlier) = older.rejoinder {
        provenance.extra = earlier.extra;
    }
    Metadata {
        persona_file: older.persona_file,
        messages_per_persona: messages_per_persona as u64,
        total_personas: run.people.len() as u64,
        total_messages: run.decisions(),
        processing_date,
        system_prompt: prompt,
        successful_personas: run.successful_personas(),
        improvement_run: Some(true),
        rejoinder: Some(provenance),
        extra: older.extra,
    }
}

/// The comparison as the file keeps it: the original service's names, and what it lacked.
fn metrics(comparison: &Comparison, judges: &Judges) -> serde_json::Value {
    let rate = |rate: &Rate| {
        json!({
            "positive_responses": rate.yes,
            "total_messages": rate.total,
            "response_rate": rate.share().map(percent),
            "interval_95": rate.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
        })
    };
    json!({
        "original": rate(&comparison.original),
        "improved": rate(&comparison.improved),
        "improvement": {
            "absolute_improvement": comparison.absolute().map(percent),
            "relative_improvement": comparison.relative().map(percent),
            "paired_personas": comparison.personas,
            "paired_difference": comparison.difference.map(percent),
            "interval_95": comparison.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
            "flipped_to_yes": comparison.flipped_to_yes,
            "flipped_to_no": comparison.flipped_to_no,
            "sign_test_p": comparison.p_value,
        },
        "one_judge": judges.are_one(),
    })
}

/// Percentage points, rounded so that the last digits of a floating-point sum do not differ between machines.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
