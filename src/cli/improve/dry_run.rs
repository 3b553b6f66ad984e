//! `rejoinder improve --dry-run`: what the cycles that were asked for would take.

use super::{Cycles, Options, When, calls};
use crate::cli::error::Error;
use crate::cli::sorting_calls;
use crate::cli::trial_calls::{DECISION_ANSWER, REWRITES, TrialCalls};
use crate::data::folder::DataFolder;
use crate::data::{FileName, Part, results_stream};
use crate::evaluate::DecisionMaker;
use crate::improve::sorting::A_CALL;
use crate::improve::{Brief, Heard};
use crate::model::{CallKey, Role, Usage};
use crate::optimize::cycle::Cast;
use crate::optimize::judges::{Judge, Judges};
use crate::optimize::lineage::Lineage;
use crate::optimize::older::Older;
use crate::optimize::{personas, readings};
use crate::report::estimate::{self, Line};

/// The share of a search's trials that its proof takes at most, a little rounded up.
const PROOF: f64 = 0.5;

/// How often a search asks for more challengers.
const WAVES: u64 = 3;

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
    let Lineage { facts, codebook, .. } = Lineage::resume(folder, &older.head, &chosen, facts)?;
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
    let read = readings::coding(folder, file, &older.head.metadata, &older.head.sha256).filter(|_| !rejudged);
    let sorted = if read.is_some() { Vec::new() } else { sorting_calls::planned(&cast.improver, &heard, &codebook) };
    // Once for the people of the file in every cycle that adopts, and as often as more challengers are asked for.
    let new = usize::from(options.messages_per_persona) * chosen.len();
    let sorted_later = sorting_calls::planned_for_new(&cast.improver, new, &codebook);
    let sorted_on_the_way = sorting_calls::planned_for_new(&cast.improver, A_CALL, &codebook);
    let brief = Brief::new(prompt, &facts, &heard, &objections);
    let rewritten = (prompt.len() / 4 + 500) as u64;
    let rewrite = estimate::tokens(&cast.improver.proposal(&brief, CallKey::of(&[])), rewritten);
    // A rewritten prompt is longer than the incumbent.
    let longer = format!("{prompt}{}", " ".repeat(2_000));
    let writer = (&cast.generator, options.facts.rewrites());
    let trial = TrialCalls::of(&longer, &chosen, writer, Some(&cast.decision_maker))?;
    let audits = cast.auditor.as_ref().map(|auditor| TrialCalls::audits(auditor, &facts, &chosen)).transpose()?;
    let referee = cast.referee.as_ref().map(|referee| TrialCalls::decisions(referee, &chosen)).transpose()?;

    let rewrites = if options.facts.rewrites() { REWRITES } else { 0 };
    let deciding = u64::from(options.decisions_per_message.at_first());
    let searching = calls(options, chosen.len()) * cycles;
    let challengers = (u64::from(options.challengers) * 3 + 4) * cycles;
    // The messages of the proof are audited, and what it spends on that it does not spend on trials.
    let auditing = if audits.is_some() { PROOF } else { 0.0 };
    let a_trial = (1 + rewrites + deciding) as f64 + auditing;
    let trials = (searching.saturating_sub(challengers) as f64 / a_trial) as usize;
    let proof = (PROOF * trials as f64) as usize;
    let messages = u64::from(options.messages_per_persona) * cycles;
    let line = |role, what, calls: Vec<Usage>, times| Line::of(role, what, &calls, times, account);
    let lines = [
        line(Role::DecisionMaker, "the older messages again", again, again_times),
        line(Role::Improver, "sorting what people said", sorted, if rejudged { again_times } else { 1 }),
        line(Role::Improver, "challengers", vec![rewrite], challengers),
        line(Role::Improver, "sorting what people said to leading prompts", sorted_on_the_way, WAVES * cycles),
        line(Role::Generator, "messages of the search, at most", some(&trial.write, trials), 1),
        line(Role::Generator, "those of them that are written again", some(&trial.again, trials), rewrites),
        line(Role::DecisionMaker, "messages of the search, at most", some(&trial.decide, trials), deciding),
        line(Role::Auditor, "messages of the proof, at most", some(&audits.unwrap_or_default(), proof), 1),
        line(Role::Referee, "messages of the proof, if one is adopted", some(&referee.unwrap_or_default(), proof), 1),
        line(Role::Generator, "new messages, if one is adopted", trial.write, messages),
        line(Role::Generator, "those of them that are written again", trial.again, messages * rewrites),
        line(Role::DecisionMaker, "new messages, if one is adopted", trial.decide, messages),
        line(Role::Improver, "sorting what people said to those", sorted_later, cycles),
    ];
    Ok(estimate::plan(&lines, account))
}

/// So many of these calls, over and over.
fn some(calls: &[Usage], count: usize) -> Vec<Usage> {
    calls.iter().copied().cycle().take(count).collect()
}

/// What people said, for the size of a request.
fn heard(folder: &DataFolder, file: &FileName) -> Result<Heard, Error> {
    Ok(results_stream::gather(folder, file, &Heard::default())?.0)
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
