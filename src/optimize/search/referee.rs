//! A second opinion: another decision maker, from whom nothing was learned, on incumbent and challenger.

use super::Search;
use super::asked::Which;
use super::verify::Verified;
use crate::compare::second_judge::{Judged, Opinions, Twice};
use crate::data::spool::Texts;
use crate::evaluate::plan::Plan;
use crate::evaluate::run::{self, Trials};
use crate::evaluate::trial::{Bench, Verdict as Ended};
use crate::event::Event;
use crate::optimize::error::Error;
use crate::optimize::people::split::People;
use crate::optimize::trials::trial_runner::{TrialResult, TrialRunner};

/// What the referee says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Its decisions on the messages that verified, held against the first judge's; `None` where it decided on too few.
    pub opinions: Option<Opinions>,
    /// Who it is.
    pub model: String,
}

/// A person's messages of one side with the referee's decision on each, as far as it gave one.
type Answers = Vec<Option<bool>>;

/// Asks the referee, where there is one and something was adopted, to decide on the messages that proved it.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn ask(runner: &TrialRunner<'_>, people: &People, found: &Search) -> Result<Option<Opinion>, Error> {
    let (Some(referee), Some(verified)) = (&runner.cast.referee, &found.verified) else { return Ok(None) };
    if !found.verdict.adopts() {
        return Ok(None);
    }
    let context = &runner.cast.context;
    context.events.emit(Event::Step("Asking the referee about the messages that proved it".into()));
    // Both sides' messages, told apart by their number: even ones are the incumbent's.
    let (mut whom, mut messages) = (Vec::new(), Vec::new());
    let mut answers = vec![[Answers::new(), Answers::new()]; verified.differences.len()];
    let mut places = vec![None; people.unseen.len()];
    for (at, persona) in verified.people.iter().enumerate().take(verified.differences.len()) {
        places[*persona as usize] = Some(at);
        for (side, results) in [&verified.before.results[at], &verified.after.results[at]].into_iter().enumerate() {
            answers[at][side] = vec![None; results.len()];
            for (number, result) in results.iter().enumerate() {
                whom.push((*persona, (2 * number + side) as u32));
                messages.push(result.message.as_str());
            }
        }
    }
    let texts = Texts::spool(&context.scratch, messages)?;
    let bench = Bench {
        generator: None,
        decision_maker: Some(referee.clone()),
        auditing: None,
        prompt: String::new(),
        seed: runner.seed,
        label: format!("{} referee", runner.step),
    };
    let trials = Trials { people: &people.unseen, plan: Plan::decide(whom, texts), label: "The referee decides" };
    let outcomes = run::outcomes(&bench, context, trials, |_, _| {}).await?;
    context.go_on()?;
    let mut unread = None;
    outcomes.each(&mut |persona, number, ended| {
        match ended {
            Ended::Decided { decision, .. } => {
                if let Some(place) = places[persona] {
                    answers[place][number % 2][number / 2] = Some(decision.decision);
                }
            }
            Ended::Failed(failure) => match people.unseen.get(persona) {
                Ok(text) => runner.failures.add(&bench.label, text, failure),
                Err(error) => unread = Some(error),
            },
            Ended::Written(_) | Ended::NotRun => {}
        }
        unread.is_none()
    })?;
    if let Some(error) = unread {
        return Err(error.into());
    }
    let model = referee.caller().model().id().to_owned();
    Ok(Some(Opinion { opinions: compare(runner, verified, &answers), model }))
}

/// Compares the gains by the two judges on the same messages.
fn compare(runner: &TrialRunner<'_>, verified: &Verified, answers: &[[Answers; 2]]) -> Option<Opinions> {
    let side = |results: &[TrialResult], answers: &[Option<bool>]| -> Option<(f64, f64)> {
        let both: Vec<(f64, f64)> = results
            .iter()
            .zip(answers)
            .filter_map(|(result, yes)| {
                let second = runner.objective.score(f64::from(u8::from((*yes)?)), result.grounding());
                Some((runner.score(result), second))
            })
            .collect();
        let sum = both.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (!both.is_empty()).then(|| (sum.0 / both.len() as f64, sum.1 / both.len() as f64))
    };
    let (mut all, mut later) = (Vec::new(), Vec::new());
    for (at, [before, after]) in answers.iter().enumerate() {
        let twice = |first: Option<(f64, f64)>, second: Option<(f64, f64)>| {
            let (first, second) = (first?, second?);
            Some(Twice { first: second.0 - first.0, second: second.1 - first.1 })
        };
        let (was, is) = (&verified.before.results[at], &verified.after.results[at]);
        all.extend(twice(side(was, before), side(is, after)));
        if let Some(asked) = &verified.later {
            let (new_was, new_is) =
                (asked.since.later(Which::Before, at, was), asked.since.later(Which::After, at, is));
            let rest = |answers: &Answers, new: &[TrialResult]| answers[answers.len() - new.len()..].to_vec();
            later.extend(twice(side(new_was, &rest(before, new_was)), side(new_is, &rest(after, new_is))));
        }
    }
    let first_low = verified.outcome.map_or(-1.0, |outcome| outcome.interval.low);
    let later_step = verified.later.as_ref().map_or(1.0, |asked| asked.step);
    Opinions::compare(Judged { all: &all, step: verified.step, later: &later, later_step, first_low })
}
