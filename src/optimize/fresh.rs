//! The new messages: to everybody, with the prompt that was adopted.

use crate::call::stop::Why;
use crate::data::provenance::FailedTrial;
use crate::evaluate::auditing::Auditing;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Interrupted, Run};
use crate::evaluate::trial::Bench;
use crate::optimize::error::Error;
use crate::optimize::people::split::People;
use crate::optimize::trials::trial_runner::TrialRunner;

/// Writes messages to everybody with the prompt that was adopted. `None` where a limit left room for none of them.
///
/// # Errors
/// When all of them failed, the run was asked to stop, or there is no room on the disk.
pub async fn write(
    runner: &TrialRunner<'_>,
    prompt: &str,
    people: &People,
    auditing: Auditing,
    messages_per_persona: usize,
) -> Result<Option<Run>, Error> {
    let cast = runner.cast;
    let bench = Bench {
        generator: Some(cast.generator.clone()),
        decision_maker: Some(runner.learns_by.clone()),
        auditing: Some(auditing),
        prompt: prompt.to_owned(),
        seed: runner.seed,
        label: format!("{} challenger", runner.step),
    };
    let plan = Plan::write_and_decide(people.all.len(), messages_per_persona);
    let run = run::run(&bench, &cast.context, &people.all, plan, "Writing and deciding new messages").await?;
    runner.audits.add_all(&run.audits);
    match run.is_empty() {
        false => Ok(Some(run)),
        true if cast.context.limit().is_some() => Ok(None),
        true => {
            let reason = run.failures.first().map(|failure: &FailedTrial| failure.reason.clone()).unwrap_or_default();
            Err(Error::NothingCame { count: run.failures.len(), reason })
        }
    }
}

/// The result of work that follows an adoption: if it reaches a limit, only that work is lost.
///
/// # Errors
/// Any other error, and the user's wish to stop.
pub fn unless_limited<T>(asked: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match asked {
        Err(Error::Interrupted(Interrupted(why))) if why != Why::Asked => Ok(None),
        asked => asked,
    }
}
