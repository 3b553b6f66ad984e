//! A second opinion: another decision maker, from whom nothing was learned, on incumbent and challenger.

use super::cycle::Error;
use super::lab::Lab;
use super::search::Search;
use super::split::People;
use crate::compare::{Comparison, Tally, Verdict};
use crate::data::spool::Texts;
use crate::evaluate::plan::Plan;
use crate::evaluate::run;
use crate::evaluate::trial::{Bench, Verdict as Ended};
use crate::event::Event;

/// What the referee says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Its rates on the messages that verified.
    pub comparison: Comparison,
    /// Who it is.
    pub model: String,
}

impl Opinion {
    /// Whether the referee sees the gain as well.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.comparison.verdict() == Verdict::Better
    }
}

/// Asks the referee, where there is one and something was adopted, to decide on the messages that proved it.
///
/// # Errors
/// When the run was asked to stop, or there is no room on the disk.
pub async fn hear(lab: &Lab<'_>, people: &People, found: &Search) -> Result<Option<Opinion>, Error> {
    let (Some(referee), Some(verified)) = (&lab.cast.referee, &found.verified) else { return Ok(None) };
    if !found.verdict.adopts() {
        return Ok(None);
    }
    let context = &lab.cast.context;
    context.events.emit(Event::Step("Asking the referee about the messages that proved it".into()));
    // Both sides' messages, told apart by their number: even ones are the incumbent's.
    let (mut whom, mut messages) = (Vec::new(), Vec::new());
    for (at, persona) in verified.people.iter().enumerate().take(verified.differences.len()) {
        for (side, results) in [&verified.before.results[at], &verified.after.results[at]].into_iter().enumerate() {
            for (number, result) in results.iter().enumerate() {
                whom.push((*persona, (2 * number + side) as u32));
                messages.push(result.message.as_str());
            }
        }
    }
    let texts = Texts::of(&context.scratch, messages)?;
    let bench = Bench {
        generator: None,
        decision_maker: Some(referee.clone()),
        auditing: None,
        prompt: String::new(),
        seed: lab.seed,
        label: format!("{} referee", lab.step),
    };
    let outcomes =
        run::outcomes(&bench, context, &people.unseen, Plan::decide(whom, texts), "The referee decides", |_, _| {})
            .await?;
    context.go_on()?;
    let mut pairs = vec![(Tally::default(), Tally::default()); people.unseen.len()];
    let mut unread = None;
    outcomes.each(&mut |persona, number, ended| {
        match ended {
            Ended::Decided { decision, .. } => {
                let pair = &mut pairs[persona];
                let side = if number % 2 == 0 { &mut pair.0 } else { &mut pair.1 };
                *side += Tally::of([decision.decision]);
            }
            Ended::Failed(failure) => match people.unseen.get(persona) {
                Ok(text) => lab.failures.add(&bench.label, text, failure),
                Err(error) => unread = Some(error),
            },
            Ended::Written(_) | Ended::NotRun => {}
        }
        unread.is_none()
    })?;
    if let Some(error) = unread {
        return Err(error.into());
    }
    let simulated = context.account.is_simulated();
    Ok(Some(Opinion {
        comparison: Comparison::of(&pairs).marked(simulated, simulated),
        model: referee.caller().model().id().to_owned(),
    }))
}
