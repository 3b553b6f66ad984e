//! `rejoinder improve --dry-run`: what the cycles that were asked for would take.

use super::{Cycles, Options, When, calls};
use crate::cli::error::Error;
use crate::cli::trial_calls::{DECISION_ANSWER, REWRITES, TrialCalls};
use crate::data::folder::DataFolder;
use crate::data::{FileName, Part, results_stream};
use crate::evaluate::DecisionMaker;
use crate::improve::parts::Marking;
use crate::improve::{Brief, Heard};
use crate::model::{CallKey, Role, Usage};
use crate::optimize::cycle::Cast;
use crate::optimize::judges::{Judge, Judges};
use crate::optimize::lineage::{Lineage, Resumed};
use crate::optimize::older::Older;
use crate::optimize::{self, marking, personas};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Tokens of an answer with changes to the advice, and of one with the parts of a prompt, as a plan assumes them.
const CHANGES: u64 = 400;
/// See [`CHANGES`].
const MARKS: u64 = 600;
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
    let resumed = Lineage::resume(folder, &older.head, &chosen, facts, &options.keep)?;
    let split = split(&resumed, &options.keep)?;
    let Lineage { facts, parts, .. } = &resumed.lineage;
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
    let advice = parts.advice_in(prompt);
    let brief = Brief::new(parts, &advice, facts, (&heard, &objections));
    let rewrite = estimate::tokens(&cast.improver.proposal(&brief, CallKey::of(&[])), CHANGES);
    let marked: Vec<Usage> = resumed
        .is_unmarked()
        .then(|| estimate::tokens(&cast.improver.splitting(prompt, CallKey::of(&[])), MARKS))
        .into_iter()
        .collect();
    // A rewritten prompt is longer than the incumbent.
    let longer = format!("{prompt}{}", " ".repeat(2_000));
    let writer = (&cast.generator, options.facts.rewrites());
    let trial = TrialCalls::of(&longer, &chosen, writer, Some(&cast.decision_maker))?;
    let audits = cast.auditor.as_ref().map(|auditor| TrialCalls::audits(auditor, facts, &chosen)).transpose()?;
    let referee = cast.referee.as_ref().map(|referee| TrialCalls::decisions(referee, &chosen)).transpose()?;

    let rewrites = if options.facts.rewrites() { REWRITES } else { 0 };
    let deciding = u64::from(options.decisions_per_message.at_first());
    let searching = calls(options, chosen.len()) * cycles;
    let challengers = (u64::from(options.challengers) * 3 + 8) * cycles;
    // The messages of the proof are audited, and what it spends on that it does not spend on trials.
    let auditing = if audits.is_some() { PROOF } else { 0.0 };
    let a_trial = (1 + rewrites + deciding) as f64 + auditing;
    let trials = (searching.saturating_sub(challengers) as f64 / a_trial) as usize;
    let proof = (PROOF * trials as f64) as usize;
    let messages = u64::from(options.messages_per_persona) * cycles;
    let line = |role, what, calls: Vec<Usage>, times| Line::of(role, what, &calls, times, account);
    let lines = [
        line(Role::DecisionMaker, "the older messages again", again, again_times),
        line(Role::Improver, "the parts of the prompt, once", marked, 1),
        line(Role::Improver, "challengers", vec![rewrite], challengers),
        line(Role::Generator, "messages of the search, at most", some(&trial.write, trials), 1),
        line(Role::Generator, "those of them that are written again", some(&trial.again, trials), rewrites),
        line(Role::DecisionMaker, "messages of the search, at most", some(&trial.decide, trials), deciding),
        line(Role::Auditor, "messages of the proof, at most", some(&audits.unwrap_or_default(), proof), 1),
        line(Role::Referee, "messages of the proof, if one is adopted", some(&referee.unwrap_or_default(), proof), 1),
        line(Role::Generator, "new messages, if one is adopted", trial.write, messages),
        line(Role::Generator, "those of them that are written again", trial.again, messages * rewrites),
        line(Role::DecisionMaker, "new messages, if one is adopted", trial.decide, messages),
    ];
    Ok(format!("{split}\n{}", estimate::plan(&lines, account)))
}

/// What of the prompt may change, as far as that is known without asking anybody.
fn split(resumed: &Resumed, keep: &[String]) -> Result<String, Error> {
    let Some(root) = resumed.root.as_ref().filter(|_| resumed.is_unmarked()) else {
        return Ok(words::safe(&marking::shown(&resumed.lineage.parts)));
    };
    let open = Marking::new(&root.prompt, keep).map_err(optimize::Error::from)?.open().count();
    Ok(format!(
        "{} of the prompt will first be marked as fact, rule or advice by the improver's model; facts and rules then stay word for \
         word. --keep TEXT and headings such as \"## Rules\" and \"## Advice\" say so without it",
        words::count(open as u64, "line", "lines")
    ))
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
