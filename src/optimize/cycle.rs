//! One cycle: what people said, a better prompt or none, the proof, new messages, file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::allowance::{NewMessages, Prospects};
use super::attempts::Attempts;
use super::audits::Audits;
use super::coding::Reader;
use super::earlier::Earlier;
use super::failures::Failures;
use super::family::Family;
use super::incumbent::Ask;
use super::judges::{Judge, Judges};
use super::lab::Lab;
use super::lineage::Lineage;
use super::memory::{self, Memory};
use super::older::Older;
use super::pairing::Clusters;
use super::propose::Proposer;
use super::saving::{Page, Saver, unwritten};
use super::search::{Aim, Known, search};
use super::standing::Standing;
use super::story::Story;
use super::{compare_runs, explore, fresh, fresh_people, incumbent, marking, personas, record, replies};
use crate::compare::Comparison;
use crate::data::folder::DataFolder;
use crate::data::provenance::{Baseline, Parent, Provenance, Redone};
use crate::data::record::{Kept, Metrics, Sealed};
use crate::data::results::Metadata;
use crate::data::{Entries, FileName, Kind, Map, clock};
use crate::evaluate::Auditor;
use crate::evaluate::account;
use crate::evaluate::auditing::{AuditWhen, REVISIONS};
use crate::event::Event;
use crate::improve::{Details, Objections, difference};
use crate::model::digest;

pub use super::cast::{Cast, Cycle, CycleOptions};
pub use super::error::Error;

/// The most pairs that are asked after a challenger was found better, unless the user says how many.
const CONFIRMED: usize = 40;

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
    let mut saver = Saver::new(folder, &cast.context, (parent, &step))?;
    let chosen = personas::choose(folder, &older)?;
    if let Some(note) = chosen.note {
        cast.context.events.emit(Event::Note(note));
    }
    let resumed = Lineage::resume(folder, &older.head, &chosen.people, options.facts.as_deref(), &options.keep)?;
    let people = resumed.lineage.split.people(folder, &chosen.people)?;
    if let Some(warning) = people.warning() {
        cast.context.events.emit(Event::Warning(warning));
    }
    if people.learn.is_empty() {
        return Err(Error::NobodyToLearnFrom);
    }
    let fresh = (options.seed, step.as_str());
    let people = fresh_people::join(folder, cast, people, options.fresh_people, fresh).await?;
    let seed_text = options.seed.to_string();
    let mut lineage = marking::marked(cast, resumed, &options.keep, &[&seed_text, &step]).await?;
    let sources = lineage.sources();
    // What is written to be kept is audited before it is decided on; the search has its own way.
    let lab = Lab {
        cast,
        learns_by: cast.decision_maker.clone(),
        sources: &sources,
        audit_when: AuditWhen::BeforeDecision,
        revisions: if options.revises { REVISIONS } else { 0 },
        objective: options.objective,
        decisions: options.decisions_per_message.at_first(),
        seed: options.seed,
        step: &step,
        failures: Failures::default(),
        audits: Audits::default(),
    };
    if lineage.root.is_empty() {
        lineage.root = Family::read(folder, parent, &older.head)?.root().to_owned();
    }
    let spends = (options.alpha, options.seed, step.as_str());
    let attempts = Attempts::gather(folder, (parent, &older.head, &lineage), &cast.context, spends)?;
    let level = attempts.planned_level()?;
    if level <= 0.0 {
        return Err(Error::LevelSpent { attempts: attempts.count(), alpha: options.alpha });
    }
    let used = attempts.used();
    let may_prove = !lineage.earlier_used && Earlier::has_unused((folder, &older), &people, &used)?;
    let ask = Ask { rejudge: options.rejudge, may_prove };
    let incumbent = incumbent::incumbent(folder, &lab, &older, &people, ask).await?;
    let standing = &incumbent.standing;
    let seed_text = options.seed.to_string();
    let reader = |which| Reader { improver: &cast.improver, context: &cast.context, key: [&seed_text, &step, which] };
    let coding = reader("before").read_incumbent(folder, &older, &incumbent, &mut lineage).await?;
    let objections = incumbent.standing.objections(coding.as_ref());
    let lab = Lab { learns_by: lab.learns_by.clone().asking_about(&lineage.codebook.objections()), ..lab };

    let tried = lineage.tried.clone();
    let heard = replies::heard(folder, parent, &people)?;
    if !heard.is_empty() {
        cast.context.events.emit(Event::Note(replies::note(heard.len())));
    }
    let (replies, real_replies) = reader("real").read_real(&heard, &lineage.codebook).await?;
    let proposer = Proposer {
        cast,
        facts: &lineage.facts,
        details: Details::new(vec![Arc::clone(&people.all), Arc::clone(&people.unseen)]),
        replies: &replies,
        tried: &tried,
        by_hand: &options.by_hand,
        longest: options.longest,
        key: [&seed_text, &step],
        unchecked: OnceLock::new(),
    };
    let new_messages = NewMessages {
        messages: people.all.len() * options.messages_per_persona,
        audited: cast.auditor.is_some(),
        revised: options.revises,
        refereed: cast.referee.is_some(),
    };
    let calls = options.allowance.for_search(lab.calls(), new_messages.calls());
    let aim = Aim {
        calls,
        spare: options.allowance.for_a_longer_proof(lab.calls(), new_messages.calls()),
        decisions: options.decisions_per_message,
        challengers: options.challengers.unwrap_or_else(|| explore::first_wave(calls)),
        alpha: level,
        min_gain: options.min_gain,
        margin: options.margin,
        confirm: options.confirm.unwrap_or_else(|| people.unseen.len().min(CONFIRMED)),
        precision: options.precision,
    };
    let codebook = lineage.codebook.clone();
    let prompt_before = older.head.metadata.system_prompt.clone();
    let earlier = if lineage.earlier_used {
        Earlier::default()
    } else {
        // A pair takes two calls at least.
        let most = calls as usize / 2;
        incumbent.earlier((folder, &older), &people, (most, &lab.salt()))?.without(&used)
    };
    let scale = scale(&lab, &lineage);
    let known = Known {
        people: &people,
        parts: &lineage.parts,
        incumbent: &prompt_before,
        heard: &standing.heard,
        objections: &objections,
        codebook: &codebook,
        memory: memory::of_lineage(folder, (parent, &lineage), &scale, &clock::iso(began))?,
        scores: standing.known(&people, options.objective)?,
        earlier,
        attempts: &attempts,
    };
    let found = search(&lab, &proposer, known, aim).await?;
    lineage.remember(super::story::tried(&found));
    lineage.memory = Memory::after(&scale, &found.explored, &people, found.verdict.adopts())?;
    if let Some(verified) = &found.verified {
        lineage.attempted(found.verdict.adopts(), verified.earlier > 0);
    }
    lineage.proofs = attempts.records();

    let adopted = found.challenger.as_ref().filter(|_| found.verdict.adopts()).map(ToString::to_string);
    let simulated = || cast.context.account.is_simulated();
    let fingerprint = cast.decision_maker.fingerprint();
    // Over HTTP the market is known only by its answers, so what was taken for one judge may turn out to be two.
    let judges = || match incumbent.judges.clone() {
        judges @ Judges::DecidedAgain { .. } => judges,
        _ => {
            let today = Judge { fingerprint: &fingerprint, simulated: simulated() };
            Judges::of(Judge::of(&older.head), Some(today))
        }
    };
    let is_decided_again = matches!(incumbent.again, Some((Redone::Decisions, _)));
    let original_simulated = || compare_runs::is_simulated(&older.head) || (is_decided_again && simulated());
    let changed = adopted.as_ref().map(|prompt| difference::of_prompts(Some(&lineage.parts), &prompt_before, prompt));
    let story = |referee, new_standing: Option<&Standing>, new_objections: Option<&Objections>| {
        Story::of(
            &found,
            (&objections, new_objections),
            (standing, new_standing),
            (&people, options),
            (referee, changed.clone().unwrap_or_default()),
            (original_simulated(), simulated()),
        )
    };
    let sha256 = older.head.sha256.clone();
    let prompt = adopted.clone().unwrap_or_else(|| prompt_before.clone());
    let auditing = lab.auditing();
    // If the incumbent stays, so do its messages.
    let writer = match &adopted {
        Some(_) => Some(cast.generator.fingerprint(Some(&auditing))),
        None => older.head.metadata.rejoinder.as_ref().and_then(|provenance| provenance.writer.clone()),
    };
    // What the file says of the run, whatever its messages came to.
    let provenance = |(story, comparison): (&Story, Option<&Comparison>), lineage: &Lineage| {
        let used = cast.context.account.since(&used_before);
        Provenance {
            parent: Some(Parent { file: parent.to_string(), sha256: sha256.clone(), extra: Map::new() }),
            models: Some(cast.context.account.models()),
            writer: writer.clone(),
            usage: account::listed(&used),
            cost_usd: cast.context.account.cost(&used),
            search_failures: lab.failures.all(),
            metrics: Some(Kept::new(Metrics::new(comparison, judges().are_one(), story.record()))),
            lineage: Sealed::seal(lineage),
            real_replies: real_replies.clone(),
            ..Provenance::new("", options.seed, simulated() || original_simulated())
        }
    };
    let metadata = |entries: &Entries, provenance: Provenance| -> Result<Metadata, Error> {
        let counts = record::Counts::of(entries)?;
        let sizes = (&counts, people.all.len() as u64, options.messages_per_persona);
        Ok(record::metadata(older.head.metadata.clone(), prompt.clone(), sizes, clock::iso(began), provenance))
    };
    let extra = &older.head.extra;
    if adopted.is_some() {
        let entries = unwritten(&people.all, &older)?;
        let partial = Some("adopted; the new messages are not written yet".to_owned());
        let provenance = Provenance { partial, ..provenance((&story(None, None, None), None), &lineage) };
        let mut metadata = metadata(&entries, provenance)?;
        let page = Page { metadata: &mut metadata, entries: &entries, extra, seed: &seed_text };
        let file = saver.adopt(page)?;
        cast.context.events.emit(Event::Note(format!("Adopted, and saved as {file}; the new messages follow")));
    }
    let referee = fresh::unless_limited(super::referee::hear(&lab, &people, &found).await)?;
    let after = match &adopted {
        Some(prompt) => fresh::write(&lab, prompt, &people, auditing.clone(), options.messages_per_persona).await?,
        None => None,
    };
    if let Some(warning) = lab.audits.warning() {
        cast.context.events.emit(Event::Warning(warning));
    }
    let comparison = match &after {
        Some(run) => Some(
            Comparison::of(&Clusters::paired(&standing.response, &Clusters::of_run(run)?))
                .marked(original_simulated(), simulated()),
        ),
        None => None,
    };
    let new_standing = match &after {
        Some(run) => Some(Standing::of_entries(&run.entries(BTreeMap::new()), &people)?),
        None => None,
    };
    let new_coding = match (&new_standing, &coding) {
        (Some(standing), Some(_)) => reader("after").read_adopted(&standing.heard, &mut lineage).await?,
        _ => None,
    };
    let new_objections = new_standing.as_ref().map(|standing| standing.objections(new_coding.as_ref()));
    let prospects = Prospects {
        gains: &found.gains,
        alpha: attempts.next_level(),
        min_gain: options.min_gain,
        unseen: people.unseen.len(),
    };
    let story = Story {
        chance_of_more: options.allowance.chance_of_more(lab.calls(), new_messages.calls(), prospects),
        ..story(referee, new_standing.as_ref(), new_objections.as_ref())
    };

    // Of the parent's messages today's decisions and audits are kept in any case, so that the two files can be compared
    // and nobody asks for them again.
    let recorded = Judge::of(&older.head).map(|judge| judge.fingerprint.to_owned());
    let baseline = incumbent.again.clone().map(|(redone, results)| Baseline {
        file: parent.to_string(),
        sha256: sha256.clone(),
        fingerprint: if redone == Redone::Decisions { fingerprint.clone() } else { recorded.unwrap_or_default() },
        redone,
        coding: coding.as_ref().and_then(Sealed::seal),
        results,
    });
    let not_run = match (&adopted, &after) {
        (Some(_), None) => people.all.len() * options.messages_per_persona,
        (_, run) => run.as_ref().map_or(0, |run| run.not_run),
    };
    // If the incumbent stays, so do its messages and what was said to them.
    let coding = if adopted.is_some() { new_coding } else { coding };
    let judges = judges();
    let provenance = Provenance {
        fingerprint: (judges.are_one() || adopted.is_some()).then(|| fingerprint.clone()),
        examples: (cast.decision_maker.examples())
            .filter(|_| judges.are_one() || adopted.is_some())
            .map(|examples| examples.record().clone()),
        failures: after.as_ref().map(|run| run.failures.clone()).unwrap_or_default(),
        coding: coding.as_ref().and_then(Sealed::seal),
        partial: cast.context.limit().map(|why| format!("{why}; {not_run} trials were not run")),
        baseline,
        ..provenance((&story, comparison.as_ref()), &lineage)
    };
    let entries = match (&adopted, &after, incumbent.again) {
        (Some(_), None, _) => unwritten(&people.all, &older)?,
        (_, Some(run), _) => run.entries(older.extras_for(&run.people)?),
        (None, None, Some((_, again))) => again,
        (None, None, None) => older.entries(folder),
    };
    let mut metadata = metadata(&entries, provenance)?;
    let page = Page { metadata: &mut metadata, entries: &entries, extra, seed: &seed_text };
    let file = saver.finish(page)?;
    let used = cast.context.account.since(&used_before);
    Ok(Cycle {
        parent: parent.clone(),
        file,
        prompt,
        story,
        comparison,
        judges,
        metadata,
        cost: cast.context.account.cost(&used),
        used,
        elapsed: started.elapsed(),
    })
}

/// The scale of a search's scores: who writes, decides and audits, what counts, and which facts and rules apply.
fn scale(lab: &Lab<'_>, lineage: &Lineage) -> String {
    let cast = lab.cast;
    let auditor = cast.auditor.as_ref().map(Auditor::fingerprint).unwrap_or_default();
    let (writer, judge) = (cast.generator.fingerprint(None), cast.decision_maker.fingerprint());
    digest(&[&writer, &judge, &auditor, lab.objective.key(), &lineage.facts, lineage.parts.fixed()])[..16].to_owned()
}
