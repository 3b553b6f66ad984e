//! One cycle: what people said, a better prompt or none, the proof, new messages, file.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::judges::{Judge, Judges, Rejudge, Side};
use super::lab::Lab;
use super::lineage::Lineage;
use super::objective::Objective;
use super::older::{Messages, Older};
use super::pairing::Clusters;
use super::propose::Proposer;
use super::search::{Aim, Known, search};
use super::split::{People, Split};
use super::standing::Standing;
use super::story::Story;
use super::{compare_runs, personas};
use crate::compare::{Comparison, Rate};
use crate::data::entries::Draft;
use crate::data::folder::DataFolder;
use crate::data::provenance::{Baseline, FailedTrial, Parent, Provenance};
use crate::data::results::Metadata;
use crate::data::spool::Texts;
use crate::data::{self, Entries, FileName, Kind, Map, clock, versions};
use crate::evaluate::account;
use crate::evaluate::auditor::Auditor;
use crate::evaluate::claims::Facts;
use crate::evaluate::gate::Gate;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Interrupted, Run, RunContext};
use crate::evaluate::trial::Bench;
use crate::evaluate::{DecisionMaker, Generator, ask};
use crate::event::Event;
use crate::improve::{Codebook, Details, Heard, Improver, Objections};
use crate::journal;
use crate::model::digest;

/// Everyone and everything that takes part in a cycle.
#[derive(Clone)]
pub struct Cast {
    /// Writes messages.
    pub generator: Generator,
    /// Decides on them.
    pub decision_maker: DecisionMaker,
    /// Rewrites the prompt.
    pub improver: Improver,
    /// Audits claims beyond what rules find, where there is one.
    pub auditor: Option<Auditor>,
    /// Decides at the end, and nothing is learned from it, where there is one.
    pub referee: Option<DecisionMaker>,
    /// Where it runs.
    pub context: RunContext,
}

/// What a user may choose about a cycle.
#[derive(Clone, Debug)]
pub struct CycleOptions {
    /// New messages for each persona; at least 1.
    pub messages_per_persona: usize,
    /// Decisions on each message while searching; at least 1.
    pub decisions_per_message: u32,
    /// Seed of all sampling that is ours.
    pub seed: u64,
    /// The number of the cycle in its command, from 1.
    pub number: u32,
    /// Whether to decide the older messages again.
    pub rejudge: Rejudge,
    /// What is raised.
    pub objective: Objective,
    /// What the offer may claim, in place of what the first prompt of the lineage states.
    pub facts: Option<String>,
    /// Challengers that the user wrote.
    pub by_hand: Vec<String>,
    /// Calls that finding and proving a better prompt may take.
    pub calls: u64,
    /// Challengers in the first wave.
    pub challengers: usize,
    /// The chance that the lineage ever adopts a prompt that is no better.
    pub alpha: f64,
    /// A gain below this is not worth having.
    pub min_gain: f64,
    /// What a segment may lose at most.
    pub margin: f64,
    /// Characters that a prompt may have.
    pub longest: usize,
    /// Whether messages with ungrounded claims are written again.
    pub rewrites: bool,
}

/// A finished cycle.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The file it started from.
    pub parent: FileName,
    /// The file it saved.
    pub file: FileName,
    /// The prompt that the lineage stands on now.
    pub prompt: String,
    /// What happened on the way, for a reader.
    pub story: Story,
    /// Before and after, on the people of the file; `None` where the incumbent stays.
    pub comparison: Option<Comparison>,
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
    /// All personas are among those who only verify.
    #[error("nobody is left to learn from: all personas are among those who only verify; add personas")]
    NobodyToLearnFrom,
    /// Statistics broke down.
    #[error("the statistics could not be computed: {0}")]
    Arithmetic(String),
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
pub async fn run(folder: &DataFolder, parent: &FileName, cast: &Cast, options: &CycleOptions) -> Result<Cycle, Error> {
    let (started, used_before) = (Instant::now(), cast.context.account.now());
    // What can be wrong with the clock and the folder is found before anything is paid for.
    let began = cast.context.began()?;
    folder.check_writable(Kind::Results)?;
    let older = Older::read(folder, parent)?;
    if older.head.counts.total == 0 {
        return Err(Error::NoFeedback(parent.to_string()));
    }
    let step = step(options.number);
    let chosen = personas::choose(folder, &older)?;
    if let Some(note) = chosen.note {
        cast.context.events.emit(Event::Note(note));
    }
    let mut lineage = lineage(folder, &older, &chosen.people, options.facts.as_deref())?;
    let facts = Arc::new(Facts::of(&lineage.facts));
    let people = lineage.split.people(folder, &chosen.people)?;
    if people.learn.is_empty() {
        return Err(Error::NobodyToLearnFrom);
    }
    let incumbent = incumbent(folder, cast, &older, (&people, &facts), options, &step).await?;
    let standing = &incumbent.standing;
    let seed_text = options.seed.to_string();
    let objections = objections(cast, &standing.heard, &mut lineage, &[&seed_text, &step]).await?;

    let gate = options.rewrites.then(|| Gate::new(Arc::clone(&facts)));
    let lab = Lab {
        cast,
        facts: &facts,
        gate: gate.clone(),
        auditor: None,
        objective: options.objective,
        decisions: options.decisions_per_message.max(1),
        seed: options.seed,
        step: &step,
    };
    let tried = lineage.tried.clone();
    let proposer = Proposer {
        cast,
        facts: &facts,
        details: Arc::new(details(&people)?),
        tried: &tried,
        by_hand: &options.by_hand,
        longest: options.longest,
        key: [&seed_text, &step],
    };
    let aim = Aim {
        calls: options.calls,
        challengers: options.challengers,
        alpha: lineage.level(options.alpha),
        min_gain: options.min_gain,
        margin: options.margin,
    };
    let prompt_before = older.head.metadata.system_prompt.clone();
    let known = Known {
        people: &people,
        offer: &lineage.offer,
        incumbent: &prompt_before,
        heard: &standing.heard,
        objections: &objections,
        scores: standing.known(&people, options.objective)?,
    };
    let found = search(&lab, &proposer, known, cast.auditor.as_ref(), aim).await?;
    let referee = super::referee::hear(&lab, &people, &found).await?;
    lineage.remember(super::story::tried(&found));
    if found.verified.is_some() {
        lineage.attempts.push(found.verdict.adopts());
    }

    let adopted = found.challenger.as_ref().filter(|_| found.verdict.adopts()).map(ToString::to_string);
    let after = match &adopted {
        Some(prompt) => Some(write(cast, prompt, &people, gate, options, &step).await?),
        None => None,
    };
    // Behind a wire the market is known only by its answers: what was taken for one judge may turn out to be two.
    let simulated = cast.context.account.is_simulated();
    let fingerprint = cast.decision_maker.fingerprint();
    let judges = match incumbent.judges {
        judges @ Judges::DecidedAgain { .. } => judges,
        _ => Judges::of(Judge::of(&older.head), Some(Judge { fingerprint: &fingerprint, simulated })),
    };
    let original_simulated = compare_runs::is_simulated(&older.head) || (incumbent.again.is_some() && simulated);
    let comparison = match &after {
        Some(run) => Some(
            Comparison::of(&Clusters::paired(&standing.response, &Clusters::of_run(run)?))
                .marked(original_simulated, simulated),
        ),
        None => None,
    };
    let new_standing = match &after {
        Some(run) => Some(Standing::of_entries(&run.entries(BTreeMap::new()), &people, &facts)?),
        None => None,
    };
    let story = Story::of(
        &found,
        &objections,
        (standing, new_standing.as_ref()),
        (&people, options),
        referee,
        (original_simulated, simulated),
    );

    let used = cast.context.account.since(&used_before);
    let cost = cast.context.account.cost(&used);
    let sha256 = older.head.sha256.clone();
    let prompt = adopted.unwrap_or(prompt_before);
    let failures = after.as_ref().map(|run| run.failures.clone()).unwrap_or_default();
    let not_run = after.as_ref().map_or(0, |run| run.not_run);
    // Of the parent's messages today's decisions are kept in any case, so that the two files can be compared.
    let baseline = incumbent.again.clone().map(|results| Baseline {
        file: parent.to_string(),
        sha256: sha256.clone(),
        fingerprint: fingerprint.clone(),
        results,
    });
    let entries = match (&after, incumbent.again) {
        (Some(run), _) => run.entries(older.extras_for(&run.people)?),
        (None, Some(again)) => again,
        (None, None) => older.entries(folder),
    };
    let judged_by = if judges.are_one() || after.is_some() { Some(fingerprint.clone()) } else { None };
    let provenance = Provenance {
        parent: Some(Parent { file: parent.to_string(), sha256: sha256.clone(), extra: Map::new() }),
        models: Some(cast.context.account.models()),
        fingerprint: judged_by,
        usage: account::listed(&used),
        cost_usd: cost,
        failures,
        metrics: Some(metrics(comparison.as_ref(), &judges, &story)),
        lineage: serde_json::to_value(&lineage).ok(),
        partial: cast.context.limit().map(|why| format!("{why}; {not_run} trials were not run")),
        baseline,
        ..Provenance::new("", options.seed, simulated || original_simulated)
    };
    let extra = older.head.extra.clone();
    let counts = Counts::of(&entries)?;
    let mut metadata = metadata(
        older.head.metadata,
        prompt.clone(),
        (&counts, people.all.len() as u64, options.messages_per_persona),
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
        story,
        comparison,
        judges,
        metadata,
        used,
        cost,
        elapsed: started.elapsed(),
    })
}

/// The memory of the file's lineage, or that of a new one which begins with it. Facts that are given go before those that
/// are remembered.
fn lineage(folder: &DataFolder, older: &Older, all: &Texts, facts: Option<&str>) -> Result<Lineage, Error> {
    let metadata = &older.head.metadata;
    if let Some(mut lineage) = Lineage::of(&older.head) {
        if let Some(facts) = facts {
            lineage.facts = Facts::of(facts).text;
        }
        return Ok(lineage);
    }
    let split = Split::new(folder, metadata.persona_file.as_deref(), all)?;
    let first = first_prompt(folder, &older.head)?.unwrap_or_else(|| metadata.system_prompt.clone());
    Ok(Lineage::new(&first, facts, split))
}

/// Parents that are followed on the way to the first run of a lineage.
const MOST_PARENTS: usize = 1_000;

/// The prompt of the first run that these files descend from, as far as they are there.
///
/// # Errors
/// Where a parent is there and cannot be read.
pub fn first_prompt(folder: &DataFolder, head: &data::Head) -> Result<Option<String>, data::Error> {
    let parent_of = |metadata: &Metadata| metadata.rejoinder.as_ref().and_then(|own| own.parent.clone());
    let (mut next, mut prompt) = (parent_of(&head.metadata), None);
    for _ in 0..MOST_PARENTS {
        let Some(parent) = next else { break };
        // What a results file says is a hint: a name that leads nowhere ends the search.
        let Ok(file) = folder.resolve(Kind::Results, &parent.file) else { break };
        if !folder.exists(&file) {
            break;
        }
        let ((), head) = data::results_stream::gather(folder, &file, &())?;
        prompt = Some(head.metadata.system_prompt.clone());
        next = parent_of(&head.metadata);
    }
    Ok(prompt)
}

/// What of the personas' texts is a detail of one or a few. Those who only verify count as well: a prompt must not name them
/// either.
fn details(people: &People) -> Result<Details, data::Error> {
    let mut details = Details::default();
    for persona in people.all.iter().chain(people.unseen.iter()) {
        details.take(&persona?);
    }
    Ok(details)
}

/// What people said comes down to; where much of it fits no theme, a model names it.
async fn objections(cast: &Cast, heard: &Heard, lineage: &mut Lineage, key: &[&str]) -> Result<Objections, Error> {
    let objections = heard.objections();
    if !Codebook::is_wanted(&objections) {
        return Ok(objections);
    }
    cast.context.events.emit(Event::Step("Naming what the usual objections do not cover".into()));
    let known = Codebook::names_of(&lineage.codebooks);
    let key: Vec<&str> = key.iter().copied().chain(["names"]).collect();
    match cast.improver.name_groups(heard, &known, &key).await {
        Ok(book) => {
            let named = objections.named(&book);
            lineage.name(book);
            Ok(named)
        }
        Err(error) => match cast.context.stop.why() {
            Some(why) => Err(Interrupted(why).into()),
            // Names are a help, and the search can do without.
            None => {
                cast.context.events.emit(Event::Warning(format!("objections that fit no theme stay unnamed: {error}")));
                Ok(objections)
            }
        },
    }
}

/// What is known of the incumbent once it has been decided by whom it is judged.
struct Incumbent {
    judges: Judges,
    /// Today's decisions on the older messages, where they were decided again.
    again: Option<Entries>,
    standing: Standing,
}

/// The incumbent's decisions, by today's judge where that is wanted.
async fn incumbent(
    folder: &DataFolder,
    cast: &Cast,
    older: &Older,
    (people, facts): (&People, &Facts),
    options: &CycleOptions,
    step: &str,
) -> Result<Incumbent, Error> {
    let fingerprint = cast.decision_maker.fingerprint();
    let today = || Some(Judge { fingerprint: &fingerprint, simulated: cast.context.account.is_simulated() });
    let judges = Judges::of(Judge::of(&older.head), today());
    let again = match options.rejudge {
        Rejudge::Always => true,
        Rejudge::WhereNeeded => !judges.are_one(),
        Rejudge::Never => false,
    };
    if !again {
        let standing = Standing::of_file(folder, &older.file, people, facts)?;
        return Ok(Incumbent { judges, again: None, standing });
    }
    let decided = decide_again(folder, cast, older, options.seed, step).await?;
    let entries = decided.entries(older.extras_for(&decided.people)?);
    let standing = Standing::of_entries(&entries, people, facts)?;
    let recorded = Rate::of(&older.clusters.tallies()).marked(compare_runs::is_simulated(&older.head));
    // Asked once more: behind a wire the market is known only by its answers, which are there now.
    let judges = Judges::of(Judge::of(&older.head), today()).decided_again(Side::Before, recorded);
    Ok(Incumbent { judges, again: Some(entries), standing })
}

/// Writes messages to everybody with the prompt that was adopted.
async fn write(
    cast: &Cast,
    prompt: &str,
    people: &People,
    gate: Option<Gate>,
    options: &CycleOptions,
    step: &str,
) -> Result<Run, Error> {
    let bench = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(cast.decision_maker.clone()),
        gate,
        prompt: prompt.to_owned(),
        seed: options.seed,
        label: format!("{step} challenger"),
    };
    let plan = Plan::write_and_decide(people.all.len(), options.messages_per_persona);
    let run = run::run(&bench, &cast.context, &people.all, plan, "Writing and deciding new messages").await?;
    if run.is_empty() {
        let reason = run.failures.first().map(|failure: &FailedTrial| failure.reason.clone()).unwrap_or_default();
        return Err(Error::NothingCame { count: run.failures.len(), reason });
    }
    Ok(run)
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
        gate: None,
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

/// What the metadata count.
struct Counts {
    messages: u64,
    personas: u64,
}

impl Counts {
    fn of(entries: &Entries) -> Result<Self, data::Error> {
        let mut counts = Counts { messages: 0, personas: 0 };
        entries.each(&mut |entry| {
            counts.messages += entry.messages.len() as u64;
            counts.personas += u64::from(!entry.messages.is_empty());
            true
        })?;
        Ok(counts)
    }
}

/// What the file says about the run. What an older file says beside what we know is kept.
fn metadata(
    older: Metadata,
    prompt: String,
    (counts, personas, messages_per_persona): (&Counts, u64, usize),
    processing_date: String,
    mut provenance: Provenance,
) -> Metadata {
    if let Some(earlier) = older.rejoinder {
        provenance.extra = earlier.extra;
    }
    Metadata {
        persona_file: older.persona_file,
        messages_per_persona: messages_per_persona as u64,
        total_personas: personas,
        total_messages: counts.messages,
        processing_date,
        system_prompt: prompt,
        successful_personas: counts.personas,
        improvement_run: Some(true),
        rejoinder: Some(provenance),
        extra: older.extra,
    }
}

/// The comparison as the file keeps it: the original service's names, and what it lacked.
fn metrics(comparison: Option<&Comparison>, judges: &Judges, story: &Story) -> serde_json::Value {
    let rate = |rate: &Rate| {
        json!({
            "positive_responses": rate.yes,
            "total_messages": rate.total,
            "response_rate": rate.share().map(percent),
            "interval_95": rate.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
        })
    };
    let mut metrics = json!({"one_judge": judges.are_one(), "cycle": story.to_json()});
    if let Some(comparison) = comparison {
        metrics["original"] = rate(&comparison.original);
        metrics["improved"] = rate(&comparison.improved);
        metrics["improvement"] = json!({
            "absolute_improvement": comparison.absolute().map(percent),
            "relative_improvement": comparison.relative().map(percent),
            "paired_personas": comparison.personas,
            "paired_difference": comparison.difference.map(percent),
            "interval_95": comparison.interval.map(|interval| [percent(interval.low), percent(interval.high)]),
            "flipped_to_yes": comparison.flipped_to_yes,
            "flipped_to_no": comparison.flipped_to_no,
            "sign_test_p": comparison.p_value,
        });
    }
    metrics
}

/// Percentage points, rounded so that the last digits of a floating-point sum do not differ between machines.
pub(super) fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
