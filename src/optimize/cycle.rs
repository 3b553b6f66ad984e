//! One cycle: what people said, a better prompt or none, the proof, new messages, file.

mod opening;
mod telling;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use self::opening::Opening;
use self::telling::{After, Outcome};
use super::cast::{Cast, CycleOptions};
use super::error::Error;
use super::saving::{Page, Saver, unwritten};
use super::story::{self, Story};
use crate::call::Used;
use crate::compare::Comparison;
use crate::data::folder::DataFolder;
use crate::data::results::Metadata;
use crate::data::{FileName, Kind};
use crate::event::Event;
use crate::improve::difference;
use crate::model::Role;
use crate::optimize::before::judges::Judges;
use crate::optimize::before::older::Older;
use crate::optimize::before::replies;
use crate::optimize::fresh;
use crate::optimize::lineage::memory::Memory;
use crate::optimize::search::referee;
use crate::optimize::trials::trial_runner::TrialRunner;

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
    pub used: BTreeMap<Role, Used>,
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
    let (step, seed) = (step(options.number), options.seed.to_string());
    let cycle = Opening { folder, parent, cast, options, step: &step, seed: &seed };
    // What can be wrong with the clock and the folder is found before anything is paid for.
    let began = cast.context.began()?;
    folder.check_writable(Kind::Results)?;
    let older = Older::read(folder, parent)?;
    let mut saver = Saver::new(folder, &cast.context, (parent, &step))?;

    let (people, mut lineage) = cycle.people_and_lineage(&older).await?;
    let sources = lineage.sources();
    let runner = cycle.runner(&sources);
    let (attempts, level) = cycle.attempts(&older, &mut lineage)?;
    let incumbent = cycle.incumbent(&runner, &older, (&people, &lineage), &attempts).await?;
    let coding = cycle.reader("before").read_incumbent(folder, &older, &incumbent, &mut lineage).await?;
    let objections = incumbent.stats.objections(coding.as_ref());
    let runner =
        TrialRunner { learns_by: runner.learns_by.clone().asking_about(&lineage.codebook.objections()), ..runner };
    let heard = replies::read(folder, parent, &people)?;
    if !heard.is_empty() {
        cast.context.events.emit(Event::Note(replies::note(heard.len())));
    }
    let (replies, real_replies) = cycle.reader("real").read_real(&heard, &lineage.codebook).await?;

    let scale = opening::scale(&runner, &lineage);
    let start = opening::SearchInputs {
        older: &older,
        people: &people,
        lineage: &lineage,
        incumbent: &incumbent,
        objections: &objections,
        replies: &replies,
        attempts: &attempts,
        level,
        scale: &scale,
        began,
    };
    let found = cycle.search(&runner, start).await?;
    lineage.remember(story::tried(&found));
    lineage.kinds.clone_from(&found.known_kinds);
    lineage.memory = Memory::after(&scale, &found.explored, &people, found.verdict.adopts())?;
    if let Some(verified) = &found.verified {
        lineage.attempted(found.verdict.adopts(), verified.earlier > 0);
    }
    lineage.proofs = attempts.records();

    let adopted = found.adopted();
    let before = &older.head.metadata.system_prompt;
    let changed = adopted.map(|prompt| difference::of_prompts(Some(&lineage.parts), before, prompt));
    let outcome = Outcome {
        cast,
        options,
        runner: &runner,
        older: &older,
        people: &people,
        incumbent: &incumbent,
        objections: &objections,
        found: &found,
        adopted,
        changed: changed.unwrap_or_default(),
        real_replies,
        began,
        used_before: &used_before,
    };
    let extra = &older.head.extra;
    if adopted.is_some() {
        let entries = unwritten(&people.all, &older)?;
        let mut metadata = outcome.adopted_at_once(&entries, &lineage)?;
        let file = saver.adopt(Page { metadata: &mut metadata, entries: &entries, extra, seed: &seed })?;
        cast.context.events.emit(Event::Note(format!("Adopted, and saved as {file}; the new messages follow")));
    }
    let referee = fresh::unless_limited(referee::ask(&runner, &people, &found).await)?;
    let run = match adopted {
        Some(prompt) => fresh::write(&runner, prompt, &people, runner.auditing(), options.messages_per_persona).await?,
        None => None,
    };
    if let Some(warning) = runner.audits.warning() {
        cast.context.events.emit(Event::Warning(warning));
    }
    let after = match run {
        Some(run) => {
            let stats = outcome.stats_after(&run)?;
            let coding = match coding {
                Some(_) => cycle.reader("after").read_adopted(&stats.heard, &mut lineage).await?,
                None => None,
            };
            Some(After { comparison: outcome.comparison(&run)?, stats, coding, run })
        }
        None => None,
    };
    let story = Story {
        chance_of_more: cycle.chance_of_more(&runner, &people, &found.gains, attempts.next_level()),
        ..outcome.story(referee, after.as_ref())
    };
    let entries = outcome.entries(after.as_ref(), folder)?;
    let provenance = outcome.provenance_at_the_end(&story, after.as_ref(), coding.as_ref(), &lineage);
    let mut metadata = outcome.metadata(&entries, provenance)?;
    let file = saver.finish(Page { metadata: &mut metadata, entries: &entries, extra, seed: &seed })?;
    let used = cast.context.account.since(&used_before);
    Ok(Cycle {
        parent: parent.clone(),
        file,
        prompt: outcome.prompt(),
        story,
        comparison: after.map(|after| after.comparison),
        judges: outcome.judges(),
        metadata,
        cost: cast.context.account.cost(&used),
        used,
        elapsed: started.elapsed(),
    })
}
