//! One cycle: what people said, a better prompt or none, the proof, new messages, file.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::decisions::Decisions;
use super::earlier::Earlier;
use super::judges::{Judge, Judges, Rejudge};
use super::lab::Lab;
use super::lineage::Lineage;
use super::objective::Objective;
use super::older::Older;
use super::pairing::Clusters;
use super::propose::Proposer;
use super::search::{Aim, Known, search};
use super::split::People;
use super::standing::Standing;
use super::story::Story;
use super::{compare_runs, incumbent, naming, personas, record};
use crate::compare::Comparison;
use crate::data::entries::Draft;
use crate::data::folder::DataFolder;
use crate::data::provenance::{Baseline, FailedTrial, Parent, Provenance};
use crate::data::results::Metadata;
use crate::data::{self, FileName, Kind, Map, clock, versions};
use crate::evaluate::account;
use crate::evaluate::auditor::Auditor;
use crate::evaluate::claims::Facts;
use crate::evaluate::gate::Gate;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Run, RunContext};
use crate::evaluate::trial::Bench;
use crate::evaluate::{DecisionMaker, Generator};
use crate::event::Event;
use crate::improve::{Details, Improver};
use crate::model::digest;

pub use super::error::Error;

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
    /// Decisions on each message while searching.
    pub decisions_per_message: Decisions,
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
    let mut lineage = Lineage::resume(folder, &older.head, &chosen.people, options.facts.as_deref())?;
    let facts = Arc::new(Facts::of(&lineage.facts));
    let people = lineage.split.people(folder, &chosen.people)?;
    if let Some(warning) = people.warning() {
        cast.context.events.emit(Event::Warning(warning));
    }
    if people.learn.is_empty() {
        return Err(Error::NobodyToLearnFrom);
    }
    let incumbent = incumbent::incumbent(folder, cast, &older, (&people, &facts), options, &step).await?;
    let standing = &incumbent.standing;
    let seed_text = options.seed.to_string();
    let objections = naming::objections(cast, &standing.heard, &mut lineage, &[&seed_text, &step]).await?;

    let gate = options.rewrites.then(|| Gate::new(Arc::clone(&facts)));
    let lab = Lab {
        cast,
        facts: &facts,
        gate: gate.clone(),
        auditor: None,
        objective: options.objective,
        decisions: options.decisions_per_message.at_first(),
        seed: options.seed,
        step: &step,
        failures: incumbent.failures.clone(),
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
        decisions: options.decisions_per_message,
        challengers: options.challengers,
        alpha: lineage.level(options.alpha),
        min_gain: options.min_gain,
        margin: options.margin,
    };
    let prompt_before = older.head.metadata.system_prompt.clone();
    let earlier = if lineage.earlier_used {
        Earlier::default()
    } else {
        // A pair takes two calls at least.
        let most = options.calls as usize / 2;
        incumbent.earlier((folder, &older), cast, lab.gate.as_ref(), (&people, &facts), most)?
    };
    let known = Known {
        people: &people,
        offer: &lineage.offer,
        incumbent: &prompt_before,
        heard: &standing.heard,
        objections: &objections,
        scores: standing.known(&people, options.objective)?,
        earlier,
    };
    let found = search(&lab, &proposer, known, cast.auditor.as_ref(), aim).await?;
    let referee = super::referee::hear(&lab, &people, &found).await?;
    lineage.remember(super::story::tried(&found));
    if let Some(verified) = &found.verified {
        lineage.attempted(found.verdict.adopts(), verified.earlier > 0);
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
    // Where the incumbent stays, its messages do.
    let writer = match &after {
        Some(_) => Some(cast.generator.fingerprint(lab.gate.as_ref())),
        None => older.head.metadata.rejoinder.as_ref().and_then(|own| own.writer.clone()),
    };
    let judged_by = if judges.are_one() || after.is_some() { Some(fingerprint.clone()) } else { None };
    let provenance = Provenance {
        parent: Some(Parent { file: parent.to_string(), sha256: sha256.clone(), extra: Map::new() }),
        models: Some(cast.context.account.models()),
        fingerprint: judged_by,
        writer,
        usage: account::listed(&used),
        cost_usd: cost,
        failures,
        search_failures: lab.failures.all(),
        metrics: Some(record::metrics(comparison.as_ref(), &judges, &story)),
        lineage: serde_json::to_value(&lineage).ok(),
        partial: cast.context.limit().map(|why| format!("{why}; {not_run} trials were not run")),
        baseline,
        ..Provenance::new("", options.seed, simulated || original_simulated)
    };
    let extra = older.head.extra.clone();
    let counts = record::Counts::of(&entries)?;
    let mut metadata = record::metadata(
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

/// What of the personas' texts is a detail of one or a few. Those who only verify count as well: a prompt must not name them
/// either.
fn details(people: &People) -> Result<Details, data::Error> {
    let mut details = Details::default();
    for persona in people.all.iter().chain(people.unseen.iter()) {
        details.take(&persona?);
    }
    Ok(details)
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
