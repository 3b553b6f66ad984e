//! Challengers: asked for several at a time, and screened before a call is spent on any.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cycle::{Cast, Error};
use super::pool::Pool;
use crate::engine::local;
use crate::evaluate::ask;
use crate::evaluate::claims::{Facts, prompt_faults};
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::screen::Dropped;
use crate::improve::{Brief, Details, Heard, Objections, Screen, Screened, Tried, assign};
use crate::model::FailureKind;

/// A challenger that was not tested, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its beginning.
    pub prompt: String,
    /// What is wrong with it.
    pub why: String,
}

/// What came of the challengers that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// How many were asked for.
    pub asked: usize,
    /// How many the user wrote.
    #[serde(default)]
    pub by_hand: usize,
    /// How many passed the screen.
    pub passed: usize,
    /// Passages that were cut out of those.
    pub cut: usize,
    /// Those that did not pass.
    pub refused: Vec<Refused>,
    /// Those that never came: what the improver's answers or calls lacked.
    pub failed: Vec<String>,
}

/// Asks for challengers.
pub struct Proposer<'a> {
    /// Who takes part.
    pub cast: &'a Cast,
    /// What may be claimed.
    pub facts: &'a Facts,
    /// What of the personas' texts is a detail of one or a few.
    pub details: Arc<Details>,
    /// What earlier cycles tried.
    pub tried: &'a [Tried],
    /// Challengers that the user wrote. They come with the first wave.
    pub by_hand: &'a [String],
    /// Characters that a challenger may have.
    pub longest: usize,
    /// Seed and name of the cycle.
    pub key: [&'a str; 2],
}

/// Characters of a refused challenger that are kept.
const SHOWN: usize = 300;

impl Proposer<'_> {
    /// Asks for `count` rewrites of the incumbent, each from other objections and in another temper, and takes those that
    /// pass the screen into the pool. `wave` tells these from earlier ones.
    ///
    /// # Errors
    /// When the run was asked to stop, or the host refuses.
    pub async fn propose(
        &self,
        (wave, count): (usize, usize),
        incumbent: &str,
        (heard, objections): (&Heard, &Objections),
        pool: &mut Pool,
    ) -> Result<Proposals, Error> {
        let assignments = assign(objections, count);
        let wave_text = wave.to_string();
        let brief = Brief {
            tried: self.tried,
            longest: self.longest,
            ..Brief::new(incumbent, &self.facts.text, heard, objections)
        };
        let answers = local::run(assignments, self.cast.context.width.min(count.max(1)), |assignment| {
            let (number, wave_text) = (assignment.number.to_string(), &wave_text);
            async move {
                let key = [self.key[0], self.key[1], "propose", wave_text, &number];
                self.cast.improver.propose(&brief.assigned(&assignment), &key).await
            }
        })
        .await;
        let mut screen = Screen::new(incumbent, &self.facts.text)
            .longest(self.longest)
            .guarding_decisions(&self.cast.decision_maker.prompt().text, &self.facts.text)
            .with_details(Arc::clone(&self.details));
        screen.guard(&heard.lines().0);
        let invents = |text: &str| prompt_faults(text, self.facts).into_iter().map(|fault| fault.passage).collect();
        let by_hand = if wave == 0 { self.by_hand } else { &[] };
        let mut proposals = Proposals { asked: count, by_hand: by_hand.len(), ..Proposals::default() };
        for (at, answer) in by_hand.iter().cloned().map(Ok).chain(answers).enumerate() {
            let prompt = match answer {
                Ok(prompt) => prompt,
                Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => {
                    let why = self.cast.context.stop.why().map(Interrupted);
                    return Err(why.map_or(Error::NoRewrite(ask::Error::Call(failure)), Error::from));
                }
                Err(error) => {
                    proposals.failed.push(error.to_string());
                    if wave == 0 && proposals.failed.len() == count && proposals.passed == 0 {
                        return Err(Error::NoRewrite(error));
                    }
                    continue;
                }
            };
            let screened = screen.screened(&prompt, &invents);
            if at < by_hand.len() {
                self.tell(&screened);
            }
            match screened {
                Ok(screened) => {
                    proposals.passed += 1;
                    proposals.cut += screened.repaired.len();
                    pool.add(&screened.prompt);
                    if at < by_hand.len() {
                        pool.by_hand.push(pool.written.len() - 1);
                    }
                }
                Err(dropped) => proposals
                    .refused
                    .push(Refused { prompt: prompt.chars().take(SHOWN).collect(), why: dropped.to_string() }),
            }
        }
        self.sort(&wave_text, pool).await?;
        Ok(proposals)
    }

    /// Tells the user what became of a prompt of theirs.
    fn tell(&self, screened: &Result<Screened, Dropped>) {
        let event = match screened {
            Ok(own) if own.repaired.is_empty() => {
                Event::Note("The challenger that you wrote has passed the screen and is tested like the others".into())
            }
            Ok(own) => {
                let cut = own
                    .repaired
                    .iter()
                    .map(|cut| format!("\"{}\" ({})", cut.passage, cut.why))
                    .collect::<Vec<_>>()
                    .join("; ");
                Event::Warning(format!("of the challenger that you wrote some was cut out before it is tested: {cut}"))
            }
            Err(dropped) => Event::Warning(format!("the challenger that you wrote is not tested: {dropped}")),
        };
        self.cast.context.events.emit(event);
    }

    /// Has the pool's new lines sorted into ideas. Without a usable answer each stays an idea of its own.
    async fn sort(&self, wave: &str, pool: &mut Pool) -> Result<(), Error> {
        let lines: Vec<String> = pool.unsorted().into_iter().map(str::to_owned).collect();
        if lines.len() < 2 {
            return Ok(());
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let key = [self.key[0], self.key[1], "sort", wave];
        match self.cast.improver.sort_instructions(&lines, &pool.names(), &key).await {
            Ok(ideas) => pool.sort(&ideas),
            Err(error) => match (self.cast.context.stop.why(), &error) {
                (Some(why), _) => return Err(Interrupted(why).into()),
                (None, ask::Error::Call(failure)) if failure.kind.is_refusal() => return Err(Error::NoRewrite(error)),
                (None, _) => pool.sort(&[]),
            },
        }
        Ok(())
    }
}
