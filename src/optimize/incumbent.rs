//! The incumbent as today's judge sees it.

use super::compare_runs;
use super::cycle::{Cast, CycleOptions, Error};
use super::earlier::Earlier;
use super::failures::Failures;
use super::judges::{Judge, Judges, Rejudge, Side};
use super::older::{Messages, Older};
use super::split::People;
use super::standing::Standing;
use crate::compare::Rate;
use crate::data::Entries;
use crate::data::folder::DataFolder;
use crate::evaluate::claims::Facts;
use crate::evaluate::gate::Gate;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Run};
use crate::evaluate::trial::Bench;
use crate::event::Event;

/// What is known of the incumbent once it has been decided by whom it is judged.
pub struct Incumbent {
    /// Who judged.
    pub judges: Judges,
    /// Today's decisions on the older messages, where they were decided again.
    pub again: Option<Entries>,
    /// What its messages met.
    pub standing: Standing,
    /// Messages that could not be decided again.
    pub failures: Failures,
}

impl Incumbent {
    /// Its messages to people who only verify, where they are as good as fresh ones: written as messages are written today,
    /// and decided by today's judge. At most those of the first `most` people.
    ///
    /// # Errors
    /// Where the file or a persona cannot be read.
    pub fn earlier(
        &self,
        (folder, older): (&DataFolder, &Older),
        cast: &Cast,
        gate: Option<&Gate>,
        (people, facts): (&People, &Facts),
        most: usize,
    ) -> Result<Earlier, Error> {
        let writer = older.head.metadata.rejoinder.as_ref().and_then(|own| own.writer.as_deref());
        let same_writer = writer == Some(cast.generator.fingerprint(gate).as_str())
            // Behind a wire the market writes under another's name.
            && compare_runs::is_simulated(&older.head) == cast.context.account.is_simulated();
        if !same_writer || (self.again.is_none() && !self.judges.are_one()) {
            return Ok(Earlier::default());
        }
        let entries = self.again.clone().unwrap_or_else(|| older.entries(folder));
        Ok(Earlier::of(&entries, people, facts, most)?)
    }
}

/// The incumbent's decisions, by today's judge where that is wanted.
///
/// # Errors
/// When not one message could be decided again, a file cannot be read, or the run was asked to stop.
pub async fn incumbent(
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
        return Ok(Incumbent { judges, again: None, standing, failures: Failures::default() });
    }
    let failures = Failures::default();
    let decided = decide_again(folder, cast, older, options.seed, (step, &failures)).await?;
    let entries = decided.entries(older.extras_for(&decided.people)?);
    let standing = Standing::of_entries(&entries, people, facts)?;
    let recorded = Rate::of(&older.clusters.tallies()).marked(compare_runs::is_simulated(&older.head));
    // Asked once more: behind a wire the market is known only by its answers, which are there now.
    let judges = Judges::of(Judge::of(&older.head), today()).decided_again(Side::Before, recorded);
    Ok(Incumbent { judges, again: Some(entries), standing, failures })
}

/// Decides the messages of an earlier run again with today's decision maker.
///
/// # Errors
/// When not one of them could be decided.
async fn decide_again(
    folder: &DataFolder,
    cast: &Cast,
    older: &Older,
    seed: u64,
    (step, failures): (&str, &Failures),
) -> Result<Run, Error> {
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
    for failure in &run.failures {
        failures.list(&bench.label, people.get(failure.persona)?, failure.clone());
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
