//! `rejoinder improve --dry-run`: what the cycles that were asked for would take.

use super::{Cycles, Options, Target, When, calls};
use crate::cli::error::Error;
use crate::cli::trial_calls::{AUDIT_ANSWER, DECISION_ANSWER, TrialCalls};
use crate::data::entry::Said;
use crate::data::folder::DataFolder;
use crate::data::{FileName, Part, results_stream};
use crate::evaluate::DecisionMaker;
use crate::evaluate::auditing::Auditing;
use crate::evaluate::grounding::Audit;
use crate::improve::{Brief, Heard};
use crate::model::{CallKey, Role, Usage};
use crate::optimize::cycle::Cast;
use crate::optimize::judges::{Judge, Judges};
use crate::optimize::lineage::Lineage;
use crate::optimize::older::Older;
use crate::optimize::personas;
use crate::report::estimate::{self, Line};

/// The share of a search's trials that its proof takes at most, a little rounded up.
const PROOF: f64 = 0.5;

/// Calls, tokens and dollars.
pub fn plan(
    folder: &DataFolder,
    file: &FileName,
    cast: &Cast,
    options: &Options,
    facts: Option<&str>,
) -> Result<String, Error> {
    let older = Older::read(folder, file)?;
    let chosen = personas::choose(folder, &older)?.people;
    let facts = Lineage::resume(folder, &older.head, &chosen, facts)?.facts;
    let prompt = &older.head.metadata.system_prompt;
    let account = &cast.context.account;
    let cycles = match options.cycles {
        Cycles::Number(cycles) => u64::from(cycles),
        // As many as there are adoptions, and one more: nobody knows. One is what there is in any case.
        Cycles::Auto => 1,
    };
    let fingerprint = cast.decision_maker.fingerprint();
    let today = Judge { fingerprint: &fingerprint, simulated: account.is_simulated() };
    let needed = !Judges::of(Judge::of(&older.head), Some(today)).are_one();
    let rejudged = match options.rejudge {
        When::Auto => needed,
        When::Always => true,
        When::Never => false,
    };
    let again = if rejudged { decisions(folder, file, &cast.decision_maker)? } else { Vec::new() };
    // Later cycles decide their own messages once; only `always` decides them again.
    let again_times = if options.rejudge == When::Always { cycles } else { 1 };

    let heard = heard(folder, file)?;
    let objections = heard.objections();
    let brief = Brief::new(prompt, &facts, &heard, &objections);
    let rewritten = (prompt.len() / 4 + 500) as u64;
    let rewrite = estimate::tokens(&cast.improver.proposal(&brief, CallKey::of(&[])), rewritten);
    // A rewritten prompt is longer than the incumbent.
    let longer = format!("{prompt}{}", " ".repeat(2_000));
    let auditing = options.facts.auditing(&facts, None, cast.auditor.clone());
    let trial = TrialCalls::of(&longer, &chosen, (&cast.generator, &auditing), Some(&cast.decision_maker))?;
    let referee = cast.referee.as_ref().map(|referee| TrialCalls::decisions(referee, &chosen)).transpose()?;

    let deciding = u64::from(options.decisions_per_message.at_first());
    let challengers = (u64::from(options.challengers) * 3 + 4) * cycles;
    let searching = (calls(options, chosen.len()) * cycles).saturating_sub(challengers);
    // Half of the messages of the search get a yes and are audited; those of the proof all are, and half of them revised.
    let audits = f64::from(u8::from(cast.auditor.is_some()));
    let is_grounded = options.objective == Target::Grounded;
    let revised = if trial.revise.is_empty() { 0.0 } else { 0.5 };
    let of_search = (1 + deciding) as f64 + if is_grounded { 0.5 * audits } else { 0.0 };
    let of_proof = (1 + deciding) as f64 + audits + revised * (1.0 + audits);
    let proof = (PROOF * searching as f64 / of_proof) as usize;
    let search = ((1.0 - PROOF) * searching as f64 / of_search) as usize;
    let messages = u64::from(options.messages_per_persona) * cycles;
    let line = |role, what: &str, calls: Vec<Usage>, times| Line::of(role, what, &calls, times, account);
    let audited = if is_grounded { some(&trial.audit, search / 2) } else { Vec::new() };
    let older = if is_grounded { audits_of(folder, file, &auditing)? } else { Vec::new() };
    let mut lines = vec![
        line(Role::DecisionMaker, "the older messages again", again, again_times),
        line(Role::Auditor, "claims of the older messages that got a yes", older, 1),
        line(Role::Improver, "challengers", vec![rewrite], challengers),
        line(Role::Generator, "messages of the search and the proof, at most", some(&trial.write, search + proof), 1),
        line(Role::DecisionMaker, "decisions on them, at most", some(&trial.decide, search + proof), deciding),
        line(Role::Auditor, "claims of the messages of the search, if every second one gets a yes", audited, 1),
        line(Role::Auditor, "claims of the messages of the proof, at most", some(&trial.audit, proof), 1),
        line(Role::Generator, "revisions of them, if every second one needs it", some(&trial.revise, proof / 2), 1),
        line(Role::Auditor, "claims of the revisions", revised_audits(&trial, proof / 2), 1),
        line(Role::Referee, "messages of the proof, if one is adopted", some(&referee.unwrap_or_default(), proof), 1),
    ];
    lines.extend(trial.kept(messages, "new messages, if one is adopted", account));
    Ok(estimate::plan(&lines, account))
}

fn revised_audits(trial: &TrialCalls, count: usize) -> Vec<Usage> {
    if trial.revise.is_empty() { Vec::new() } else { some(&trial.audit, count) }
}

/// So many of these calls, over and over.
fn some(calls: &[Usage], count: usize) -> Vec<Usage> {
    calls.iter().copied().cycle().take(count).collect()
}

/// What people said, for the size of a request.
fn heard(folder: &DataFolder, file: &FileName) -> Result<Heard, Error> {
    Ok(results_stream::gather(folder, file, &Heard::default())?.0)
}

/// What checking the claims of a file's messages takes that got a yes, where nobody has yet.
fn audits_of(folder: &DataFolder, file: &FileName, auditing: &Auditing) -> Result<Vec<Usage>, Error> {
    let Some(auditor) = auditing.by.model() else { return Ok(Vec::new()) };
    let (calls, _) = results_stream::fold(folder, file, Vec::new, |calls, entry| {
        if entry.part != Part::Results {
            return;
        }
        let persona = entry.persona.get();
        let is_open = |said: &&Said<'_>| said.yes && said.audit::<Audit>().is_none_or(|audit| audit.auditor.is_none());
        calls.extend(entry.messages.iter().filter(is_open).map(|said| {
            let request = auditor.request(&said.message.get(), &auditing.sources, &persona, CallKey::of(&[]));
            estimate::tokens(&request, AUDIT_ANSWER)
        }));
    })?;
    Ok(calls)
}

/// What deciding every message of a file takes.
fn decisions(folder: &DataFolder, file: &FileName, decision_maker: &DecisionMaker) -> Result<Vec<Usage>, Error> {
    let (calls, _) = results_stream::fold(folder, file, Vec::new, |calls, entry| {
        if entry.part == Part::Results {
            let persona = entry.persona.get();
            calls.extend(entry.messages.iter().map(|said| {
                let request = decision_maker.request(&persona, &said.message.get(), CallKey::of(&[]));
                estimate::tokens(&request, DECISION_ANSWER)
            }));
        }
    })?;
    Ok(calls)
}
