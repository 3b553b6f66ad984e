//! `rejoinder improve --dry-run`: what the cycles that were asked for would take.

use super::few::Few;
use super::{Cycles, Options, Target, When, aside, calls, challengers};
use crate::cli::error::Error;
use crate::cli::sorting_calls;
use crate::cli::trial_calls::{AUDIT_ANSWER, DECISION_ANSWER, TrialCalls};
use crate::data::entry::DecidedMessage;
use crate::data::folder::DataFolder;
use crate::data::{FileName, Part, results_stream};
use crate::evaluate::DecisionMaker;
use crate::evaluate::auditing::Auditing;
use crate::evaluate::grounding::Audit;
use crate::evaluate::run::RunContext;
use crate::improve::parts::Marking;
use crate::improve::sorting::A_CALL;
use crate::improve::{Brief, Feedback};
use crate::model::{CallKey, Role, Usage};
use crate::optimize::Cast;
use crate::optimize::before::judges::{Judge, Judges};
use crate::optimize::before::older::Older;
use crate::optimize::lineage::{Lineage, Resumed};
use crate::optimize::search::explore;
use crate::optimize::{self, before::marking, before::personas, before::readings};
use crate::report::estimate::{self, Line};
use crate::report::words;

/// Tokens of an answer with changes to the advice, and of one with the parts of a prompt, as a plan assumes them.
const CHANGES: u64 = 400;
/// See [`CHANGES`].
const MARKS: u64 = 600;
/// The share of a search's trials that its proof takes at most, a little rounded up.
const PROOF: f64 = 0.5;

/// What the cycles would take, and what it can show.
pub struct Planned {
    /// What of the prompt may change.
    split: String,
    /// Whom the proof has.
    few: Few,
    /// Calls, tokens and dollars.
    lines: Vec<Line>,
}

impl Planned {
    /// All of it.
    pub fn text(&self, context: &RunContext, options: &Options) -> String {
        format!(
            "{}\n{}\n{}{}\n",
            self.split,
            self.few.line(),
            estimate::plan(&self.lines, &context.account),
            self.cycles(context, options),
        )
    }

    /// What is to be known before money is spent.
    pub fn in_short(&self, context: &RunContext, options: &Options) -> Vec<String> {
        vec![
            self.few.line(),
            format!("At most {}. {}", estimate::in_short(&self.lines, &context.account), self.cycles(context, options)),
        ]
    }

    /// How long it takes, and for how many cycles the figures are.
    fn cycles(&self, context: &RunContext, options: &Options) -> String {
        let time = estimate::time(&self.lines, &context.account, context.width);
        let cycles = match (options.cycles, options.models.max_calls) {
            (Cycles::Number(1), None) => String::new(),
            (Cycles::Number(1), Some(calls)) => format!(" --max-calls stops it at {}.", words::thousands(calls)),
            (Cycles::Number(cycles), None) => format!(" That is for all {cycles} cycles."),
            (Cycles::Number(cycles), Some(calls)) => {
                format!(" That is for all {cycles} cycles; --max-calls stops them at {}.", words::thousands(calls))
            }
            (Cycles::Auto, None) => {
                " That is for one cycle; auto runs another each time one finds something better, so give it \
                 --max-calls or --max-cost."
                    .to_owned()
            }
            (Cycles::Auto, Some(calls)) => format!(
                " That is for one cycle; auto spends up to {} in as many cycles as are worth it.",
                words::count(calls, "call", "calls")
            ),
        };
        format!("{time}{cycles}")
    }
}

/// Calls, tokens and dollars.
pub fn plan(
    folder: &DataFolder,
    file: &FileName,
    cast: &Cast,
    options: &Options,
    facts: Option<&str>,
) -> Result<Planned, Error> {
    let few = Few::of_file(folder, file, options.alpha)?;
    let older = Older::read(folder, file)?;
    let chosen = personas::choose(folder, &older)?.people;
    let resumed = Lineage::resume(folder, &older.head, &chosen, facts, &options.keep)?;
    let split = split(&resumed, &options.keep)?;
    let Lineage { facts, parts, codebook, kinds, .. } = &resumed.lineage;
    let aside = resumed.lineage.split.people(folder, &chosen)?.unseen;
    let told = sorting_calls::planned_for_people(&cast.improver, &aside, kinds)?;
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
    let sorted = if read.is_some() { Vec::new() } else { sorting_calls::planned(&cast.improver, &heard, codebook) };
    // Once for the people of the file in every cycle that adopts, and as often as more challengers are asked for.
    let new = usize::from(options.messages()) * chosen.len();
    let sorted_later = sorting_calls::planned_for_new(&cast.improver, new, codebook);
    let sorted_on_the_way = sorting_calls::planned_for_new(&cast.improver, A_CALL, codebook);
    let advice = parts.advice_in(prompt);
    let brief = Brief::new(parts, &advice, facts, (&heard, &objections));
    let rewrite = estimate::tokens(&cast.improver.proposal(&brief, CallKey::from_parts(&[])), CHANGES);
    let marked: Vec<Usage> = resumed
        .is_unmarked()
        .then(|| estimate::tokens(&cast.improver.splitting(prompt, CallKey::from_parts(&[])), MARKS))
        .into_iter()
        .collect();
    // A rewritten prompt is longer than the incumbent.
    let longer = format!("{prompt}{}", " ".repeat(2_000));
    let auditing = options.facts.auditing(facts, None, cast.auditor.clone());
    let trial = TrialCalls::of(&longer, &chosen, (&cast.generator, &auditing), Some(&cast.decision_maker))?;
    let referee = cast.referee.as_ref().map(|referee| TrialCalls::decisions(referee, &chosen)).transpose()?;

    let deciding = u64::from(options.decisions_per_message.at_first());
    let first = challengers(options, chosen.len());
    let later = explore::LATER_WAVES * (explore::later_wave(first) + 1);
    let challengers = (first + later + 4) as u64 * cycles;
    let searching = (calls(options, chosen.len()) * cycles).saturating_sub(challengers + told.len() as u64);
    // Half of the messages of the search get a yes and are audited; those of the proof all are, and half of them
    // revised.
    let audits = f64::from(u8::from(cast.auditor.is_some()));
    let is_grounded = options.objective == Target::Grounded;
    let revised = if trial.revise.is_empty() { 0.0 } else { 0.5 };
    let of_search = (1 + deciding) as f64 + if is_grounded { 0.5 * audits } else { 0.0 };
    let of_proof = (1 + deciding) as f64 + audits + revised * (1.0 + audits);
    let proof = (PROOF * searching as f64 / of_proof) as usize;
    let search = ((1.0 - PROOF) * searching as f64 / of_search) as usize;
    let messages = u64::from(options.messages()) * cycles;
    let line = |role, what: &str, calls: Vec<Usage>, times| Line::for_calls(role, what, &calls, times, account);
    let audited = if is_grounded { some(&trial.audit, search / 2) } else { Vec::new() };
    let older = if is_grounded { audits_of(folder, file, &auditing)? } else { Vec::new() };
    let mut lines = vec![
        line(Role::DecisionMaker, "the older messages again", again, again_times),
        line(Role::Improver, "the parts of the prompt, once", marked, 1),
        line(Role::Auditor, "claims of the older messages that got a yes", older, 1),
        line(Role::Improver, "sorting what people said", sorted, if rejudged { again_times } else { 1 }),
        line(Role::Generator, "more people for the proof", aside::calls(&chosen, options)?, cycles),
        line(Role::Improver, "candidates", vec![rewrite], challengers),
        line(
            Role::Improver,
            "sorting what people said to leading prompts",
            sorted_on_the_way,
            explore::LATER_WAVES as u64 * cycles,
        ),
        line(Role::Improver, "kinds of the people kept aside, once", told, 1),
        line(Role::Generator, "messages of the search and the proof, at most", some(&trial.write, search + proof), 1),
        line(Role::DecisionMaker, "decisions on them, at most", some(&trial.decide, search + proof), deciding),
        line(Role::Auditor, "claims of the messages of the search, if every second one gets a yes", audited, 1),
        line(Role::Auditor, "claims of the messages of the proof, at most", some(&trial.audit, proof), 1),
        line(Role::Generator, "messages of the proof: every second one revised", some(&trial.revise, proof / 2), 1),
        line(Role::Auditor, "claims of the revisions", revised_audits(&trial, proof / 2), 1),
        line(Role::Referee, "messages of the proof, if one is adopted", some(&referee.unwrap_or_default(), proof), 1),
        line(Role::Improver, "sorting what people said to the new messages", sorted_later, cycles),
    ];
    lines.extend(trial.kept(messages, "new messages, if one is adopted", account));
    Ok(Planned { split, few, lines })
}

/// What of the prompt may change, as far as that is known without asking anybody.
fn split(resumed: &Resumed, keep: &[String]) -> Result<String, Error> {
    let Some(root) = resumed.root.as_ref().filter(|_| resumed.is_unmarked()) else {
        return Ok(words::safe(&marking::shown(&resumed.lineage.parts)));
    };
    let open = Marking::new(&root.prompt, keep).map_err(optimize::Error::from)?.open().count();
    Ok(format!(
        "{} of the prompt will first be marked as fact, rule or advice by the improver's model; facts and rules then \
         stay word for word. --keep TEXT and headings such as \"## Rules\" and \"## Advice\" say so without it",
        words::count(open as u64, "line", "lines")
    ))
}

fn revised_audits(trial: &TrialCalls, count: usize) -> Vec<Usage> {
    if trial.revise.is_empty() { Vec::new() } else { some(&trial.audit, count) }
}

/// So many of these calls, over and over.
fn some(calls: &[Usage], count: usize) -> Vec<Usage> {
    calls.iter().copied().cycle().take(count).collect()
}

/// What people said, for the size of a request.
fn heard(folder: &DataFolder, file: &FileName) -> Result<Feedback, Error> {
    Ok(results_stream::gather(folder, file, &Feedback::default())?.0)
}

/// What checking the claims of a file's messages takes that got a yes, where nobody has yet.
fn audits_of(folder: &DataFolder, file: &FileName, auditing: &Auditing) -> Result<Vec<Usage>, Error> {
    let Some(auditor) = auditing.by.model() else { return Ok(Vec::new()) };
    let (calls, _) = results_stream::fold(folder, file, Vec::new, |calls, entry| {
        if entry.part != Part::Results {
            return;
        }
        let persona = entry.persona.get();
        let is_open =
            |said: &&DecidedMessage<'_>| said.yes && said.audit::<Audit>().is_none_or(|audit| audit.auditor.is_none());
        calls.extend(entry.messages.iter().filter(is_open).map(|said| {
            let request = auditor.request(&said.message.get(), &auditing.sources, &persona, CallKey::from_parts(&[]));
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
                let request = decision_maker.request(&persona, &said.message.get(), CallKey::from_parts(&[]));
                estimate::tokens(&request, DECISION_ANSWER)
            }));
        }
    })?;
    Ok(calls)
}
