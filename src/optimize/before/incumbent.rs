//! The incumbent as today's judge and auditor see it.

use std::path::Path;
use std::sync::Arc;

use super::earlier::Earlier;
use super::judges::{Judge, Judges, Rejudge, Side, is_simulated};
use super::older::Older;
use super::prompt_stats::PromptStats;
use crate::compare::Rate;
use crate::data::folder::DataFolder;
use crate::data::provenance::Redone;
use crate::data::spool::Texts;
use crate::data::{self, Entries, Entry, Part, results_stream};
use crate::evaluate::Auditor;
use crate::evaluate::auditing::{Auditing, Message};
use crate::evaluate::grounding::Audit;
use crate::evaluate::plan::{Plan, Reviews};
use crate::evaluate::run::{self, Run};
use crate::evaluate::trial::{Bench, Review, ReviewAudit};
use crate::event::Event;
use crate::optimize::cast::Cast;
use crate::optimize::error::Error;
use crate::optimize::objective::Objective;
use crate::optimize::people::split::People;
use crate::optimize::trials::trial_runner::TrialRunner;

/// What is known of the incumbent once it has been decided by whom it is judged.
pub struct Incumbent {
    /// Who judged.
    pub judges: Judges,
    /// Its messages as they are known today, where anything was asked about them.
    pub again: Option<(Redone, Entries)>,
    /// What its messages met.
    pub stats: PromptStats,
    /// Whether its messages are written as messages are written today.
    same_writer: bool,
}

/// What is found out about the incumbent.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Whether its messages are decided on again.
    pub rejudge: Rejudge,
    /// Whether its messages to people who only verify may prove: they have not yet.
    pub may_prove: bool,
}

impl Incumbent {
    /// Its messages to people kept aside, if they are as good as fresh ones: written the way messages are written now,
    /// and decided by the current judge. At most those to the first `most` people in the order of this salt.
    ///
    /// # Errors
    /// Where the file or a persona cannot be read.
    pub fn earlier(
        &self,
        (folder, older): (&DataFolder, &Older),
        people: &People,
        first: (usize, &str),
    ) -> Result<Earlier, Error> {
        let is_decided_again = matches!(self.again, Some((Redone::Decisions, _)));
        if !self.same_writer || !(is_decided_again || self.judges.are_one()) {
            return Ok(Earlier::default());
        }
        let entries = self.again.as_ref().map_or_else(|| older.entries(folder), |(_, entries)| entries.clone());
        Ok(Earlier::of(&entries, people, first)?)
    }
}

/// The incumbent's messages: decided on by today's judge where that is wanted, and their claims checked where grounded
/// scores are needed and nobody has yet.
///
/// # Errors
/// When not one message could be decided again, a file cannot be read, or the run was asked to stop.
pub async fn incumbent(
    folder: &DataFolder,
    runner: &TrialRunner<'_>,
    older: &Older,
    people: &People,
    ask: Ask,
) -> Result<Incumbent, Error> {
    let cast = runner.cast;
    let fingerprint = cast.decision_maker.fingerprint();
    let today = || Some(Judge { fingerprint: &fingerprint, simulated: cast.context.account.is_simulated() });
    let judges = Judges::of(Judge::of(&older.head), today());
    let decides = match ask.rejudge {
        Rejudge::Always => true,
        Rejudge::WhereNeeded => !judges.are_one(),
        Rejudge::Never => false,
    };
    let same_writer = is_same_writer(cast, older, &runner.auditing());
    let auditor = cast.auditor.as_ref().filter(|_| runner.objective == Objective::Grounded);
    let wish = Wish {
        decides,
        auditor: auditor.map(Auditor::fingerprint),
        prove: ask.may_prove && same_writer && (decides || judges.are_one()),
    };
    let Some(messages) = wish.messages(folder, &cast.context.scratch, older, people)? else {
        let stats = PromptStats::of_file(folder, &older.file, people)?;
        return Ok(Incumbent { judges, again: None, stats, same_writer });
    };
    let run = review(runner, messages, decides).await?;
    let entries = run.entries(older.extras_for(&run.people)?);
    let stats = PromptStats::of_entries(&entries, people)?;
    if !decides {
        return Ok(Incumbent { judges, again: Some((Redone::Audits, entries)), stats, same_writer });
    }
    let recorded = Rate::from_tallies(&older.clusters.tallies()).marked(is_simulated(&older.head));
    // Asked once more: behind a wire the market is known only by its answers, which are there now.
    let judges = Judges::of(Judge::of(&older.head), today()).decided_again(Side::Before, recorded);
    Ok(Incumbent { judges, again: Some((Redone::Decisions, entries)), stats, same_writer })
}

fn is_same_writer(cast: &Cast, older: &Older, auditing: &Auditing) -> bool {
    let writer = older.head.metadata.rejoinder.as_ref().and_then(|own| own.writer.as_deref());
    writer == Some(cast.generator.fingerprint(Some(auditing)).as_str())
        // Behind a wire the market writes under another's name.
        && is_simulated(&older.head) == cast.context.account.is_simulated()
}

/// What is to be found out about older messages.
struct Wish {
    /// Whether they are decided on again.
    decides: bool,
    /// Who checks claims, where anybody does.
    auditor: Option<String>,
    /// Whether those to people who only verify prove.
    prove: bool,
}

impl Wish {
    /// When the claims of a message with this audit are to be checked. What proves is held against what today's auditor
    /// finds in the challenger's messages.
    fn audit(&self, known: &Audit, is_unseen: bool) -> ReviewAudit {
        match (&self.auditor, &known.auditor) {
            (None, _) => ReviewAudit::Never,
            (today, known) if self.prove && is_unseen && known != today => ReviewAudit::Always,
            (_, Some(_)) => ReviewAudit::Never,
            (_, None) => ReviewAudit::AfterYes,
        }
    }

    /// The older messages with what is to be found out about each; `None` where nothing is.
    fn messages(
        &self,
        folder: &DataFolder,
        scratch: &Path,
        older: &Older,
        people: &People,
    ) -> Result<Option<OlderMessages>, data::Error> {
        if !self.decides && self.auditor.is_none() {
            return Ok(None);
        }
        let see = |found: &mut Result<OlderMessages, data::Error>, entry: &Entry<'_>| {
            if let (Ok(messages), Part::Results) = (&mut *found, entry.part)
                && let Err(error) = self.add(messages, entry, people)
            {
                *found = Err(error);
            }
        };
        let found = results_stream::fold(folder, &older.file, || OlderMessages::new(scratch), see)?.0?;
        Ok(found.asks.then_some(found))
    }

    fn add(&self, found: &mut OlderMessages, entry: &Entry<'_>, people: &People) -> Result<(), data::Error> {
        let persona = entry.persona.get();
        let is_unseen = people.is_unseen(&persona);
        found.people.push(&persona)?;
        for (number, judged) in entry.to_result().messages.into_iter().enumerate() {
            let (message, decision) = Message::of_file(judged);
            let wanted = self.audit(&message.audit, is_unseen);
            found.asks |= self.decides
                || match wanted {
                    ReviewAudit::Never => false,
                    ReviewAudit::AfterYes => decision.decision,
                    ReviewAudit::Always => true,
                };
            let decision = (!self.decides).then_some(decision);
            found.whom.push((entry.index as u32, number as u32));
            found.reviews.push(&Review { message, decision, audit: wanted })?;
        }
        Ok(())
    }
}

/// The messages of an older run, on disk, with what is to be found out about each.
struct OlderMessages {
    /// The personas of its entries.
    people: Texts,
    /// For every message the index of its persona and its number.
    whom: Vec<(u32, u32)>,
    reviews: Reviews,
    /// Whether anything is to be asked about any of them.
    asks: bool,
}

impl OlderMessages {
    fn new(scratch: &Path) -> Result<Self, data::Error> {
        Ok(OlderMessages {
            people: Texts::new(scratch)?,
            whom: Vec::new(),
            reviews: Reviews::new(scratch)?,
            asks: false,
        })
    }
}

/// Finds out about the messages of an earlier run what is not known yet.
///
/// # Errors
/// When not one of those that are to be decided on could be.
async fn review(runner: &TrialRunner<'_>, messages: OlderMessages, decides: bool) -> Result<Run, Error> {
    let OlderMessages { people, whom, reviews, .. } = messages;
    let (people, count, cast) = (Arc::new(people), whom.len(), runner.cast);
    let bench = Bench {
        generator: None,
        decision_maker: Some(cast.decision_maker.clone()),
        auditing: Some(runner.auditing()),
        prompt: String::new(),
        seed: runner.seed,
        label: format!("{} again", runner.step),
    };
    let title = if decides { "Deciding the older messages again" } else { "Checking the claims of the older messages" };
    let run = run::run(&bench, &cast.context, &people, Plan::review(whom, reviews), title).await?;
    runner.audits.add_all(&run.audits);
    if !run.failures.is_empty() && run.failures.len() == count {
        let reason = run.failures.into_iter().next().map(|failure| failure.reason).unwrap_or_default();
        return Err(Error::NothingDecided { count, reason });
    }
    for failure in &run.failures {
        runner.failures.list(&bench.label, people.get(failure.persona)?, failure.clone());
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
