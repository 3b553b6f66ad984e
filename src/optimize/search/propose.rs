//! Challengers: asked for several at a time, and screened before a call is spent on any.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::pool::Pool;
pub use crate::data::record::Refused;
use crate::engine::local;
use crate::evaluate::ask;
use crate::evaluate::run::Interrupted;
use crate::event::Event;
use crate::improve::item_check::Flag;
use crate::improve::parts::Part;
use crate::improve::screen::{self, Cut, Dropped};
use crate::improve::{Brief, Details, Feedback, Objections, Rewrite, Screen, Screened, Tried, assign};
use crate::model::FailureKind;
use crate::optimize::cast::Cast;
use crate::optimize::error::Error;

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
    /// What the screen made of those that the user wrote, in the order in which they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<HandWritten>,
}

/// What the screen made of a prompt that the user wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandWritten {
    /// The prompt as it was given.
    pub prompt: String,
    /// Passages that were cut out of it, each with the reason.
    pub cut: Vec<String>,
    /// Its place among the prompts of the pool, or why it was not tested.
    pub screened: Result<usize, String>,
}

/// Asks for challengers.
pub struct Proposer<'a> {
    /// Who takes part.
    pub cast: &'a Cast,
    /// What may be claimed.
    pub facts: &'a str,
    /// Tells what of the personas' texts is a detail of one or a few.
    pub details: Details,
    /// What real people replied, one line each.
    pub replies: &'a [String],
    /// What earlier cycles tried.
    pub tried: &'a [Tried],
    /// Challengers that the user wrote. They come with the first wave.
    pub by_hand: &'a [String],
    /// Characters that a challenger may have.
    pub longest: usize,
    /// Seed and name of the cycle.
    pub key: [&'a str; 2],
    /// Set once it was said that new advice is not checked.
    pub unchecked: OnceLock<()>,
}

/// Characters of a refused challenger that are kept.
const SHOWN: usize = 300;

impl Proposer<'_> {
    /// Asks for `count` changes to the advice of the incumbent, each from other objections and in another temper, and
    /// takes those that pass the screen into the pool. `wave` tells these from earlier ones.
    ///
    /// # Errors
    /// When the run was asked to stop, the host refuses, or a persona cannot be read.
    pub async fn propose(
        &self,
        (wave, count): (usize, usize),
        incumbent: &str,
        (heard, objections): (&Feedback, &Objections),
        pool: &mut Pool,
    ) -> Result<Proposals, Error> {
        let by_hand = if wave == 0 { self.by_hand } else { &[] };
        let mut proposals = Proposals { asked: count, by_hand: by_hand.len(), ..Proposals::default() };
        let label = wave.to_string();
        let (parts, advice) = (pool.parts().clone(), pool.parts().advice_in(incumbent));
        let brief = Brief {
            replies: self.replies,
            tried: self.tried,
            longest: screen::most_characters(&parts, self.longest),
            ..Brief::new(&parts, &advice, self.facts, (heard, objections))
        };
        let mut rewrites: Vec<Rewrite> = by_hand.iter().cloned().map(Rewrite::Prompt).collect();
        for answer in self.ask((&label, count), brief, objections).await {
            match answer {
                Ok(rewrite) => rewrites.push(rewrite),
                Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => {
                    return Err(self.stopped(ask::Error::Call(failure)));
                }
                Err(error) => {
                    proposals.failed.push(error.to_string());
                    if wave == 0 && proposals.failed.len() == count && rewrites.is_empty() {
                        return Err(Error::NoRewrite(error));
                    }
                }
            }
        }
        pool.show(&advice);
        let mut screen = Screen::new(&parts, &advice, self.facts)
            .longest(self.longest)
            .guarding_decisions(&self.cast.decision_maker.prompt().text, self.facts);
        screen.guard(&heard.lines().0);
        screen.guard(&self.replies.join("\n"));
        screen.look_up(&rewrites, &self.details)?;
        let screened: Vec<Result<Screened, Dropped>> =
            rewrites.iter().map(|rewrite| screen.screened(rewrite)).collect();
        let flags = self.check(&label, &screen, &screened, pool).await?;
        for (at, screened) in screened.into_iter().enumerate() {
            let screened = screened.and_then(|screened| screen.without(screened, &flags));
            if at < by_hand.len() {
                self.tell(&screened);
            }
            if let Some(prompt) = by_hand.get(at) {
                let repaired = screened.as_ref().map(|screened| screened.repaired.as_slice()).unwrap_or_default();
                proposals.written.push(HandWritten {
                    prompt: prompt.clone(),
                    cut: repaired.iter().map(|cut| format!("\"{}\" ({})", cut.passage, cut.why)).collect(),
                    screened: screened.as_ref().map(|_| pool.written.len()).map_err(ToString::to_string),
                });
            }
            match screened {
                Ok(screened) => {
                    proposals.passed += 1;
                    proposals.cut += screened.repaired.len();
                    pool.add(&screened.items);
                    if at < by_hand.len() {
                        pool.by_hand.push(pool.written.len() - 1);
                    }
                }
                Err(dropped) => {
                    proposals.refused.push(Refused { prompt: shown(&rewrites[at]), why: dropped.to_string() });
                }
            }
        }
        self.sort(&label, pool).await?;
        Ok(proposals)
    }

    /// Asks for so many changes, as many at a time as the host allows.
    async fn ask(
        &self,
        (wave, count): (&str, usize),
        brief: Brief<'_>,
        objections: &Objections,
    ) -> Vec<Result<Rewrite, ask::Error>> {
        let width = self.cast.context.width.min(count.max(1));
        local::run(assign(objections, count), width, |assignment| {
            let number = assignment.number.to_string();
            async move {
                let key = [self.key[0], self.key[1], "propose", wave, &number];
                self.cast.improver.propose(&brief.assigned(&assignment), &key).await
            }
        })
        .await
    }

    /// Has the items that nobody has read yet held against the facts. Without a usable answer they are not checked,
    /// which is said once.
    async fn check(
        &self,
        wave: &str,
        screen: &Screen,
        screened: &[Result<Screened, Dropped>],
        pool: &Pool,
    ) -> Result<Vec<Flag>, Error> {
        let mut items: Vec<&str> = Vec::new();
        for item in screened.iter().flatten().flat_map(|screened| &screened.items) {
            if screen.is_new(item) && !pool.has(&item.text) && !items.contains(&item.text.as_str()) {
                items.push(&item.text);
            }
        }
        let rules = pool.parts().text_of(Part::Rule);
        let key = [self.key[0], self.key[1], "check", wave];
        match self.cast.improver.check_items(&items, (self.facts, &rules), &key).await {
            Ok(flags) => Ok(flags),
            Err(error @ ask::Error::Unusable { .. }) => {
                if self.unchecked.set(()).is_ok() {
                    self.cast.context.events.emit(Event::Warning(format!(
                        "new advice is not checked for claims beyond the facts: the improver's model gave no usable \
                         answer ({error})"
                    )));
                }
                Ok(Vec::new())
            }
            Err(error @ ask::Error::Call(_)) => Err(self.stopped(error)),
        }
    }

    /// Why no answer came: the run was asked to stop, or a call failed.
    fn stopped(&self, error: ask::Error) -> Error {
        self.cast.context.stop.why().map_or(Error::NoRewrite(error), |why| Interrupted(why).into())
    }

    /// Tells the user what became of a prompt of theirs.
    fn tell(&self, screened: &Result<Screened, Dropped>) {
        let event = match screened {
            Ok(own) if own.repaired.is_empty() => Event::Note(
                "The challenger that you wrote has passed the screen: its advice is tested like that of the \
                     others, after the facts and rules of the lineage"
                    .into(),
            ),
            Ok(own) => {
                let cut = |cut: &Cut| format!("\"{}\" ({})", cut.passage, cut.why);
                let cut = own.repaired.iter().map(cut).collect::<Vec<_>>().join("; ");
                Event::Warning(format!("of the challenger that you wrote some was cut out before it is tested: {cut}"))
            }
            Err(dropped) => Event::Warning(format!("the challenger that you wrote is not tested: {dropped}")),
        };
        self.cast.context.events.emit(event);
    }

    /// Has the pool's new lines sorted into ideas. Without a usable answer the names count that they were proposed
    /// with.
    async fn sort(&self, wave: &str, pool: &mut Pool) -> Result<(), Error> {
        let lines: Vec<String> = pool.unsorted().into_iter().map(str::to_owned).collect();
        if lines.len() < 2 {
            return Ok(());
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let key = [self.key[0], self.key[1], "sort", wave];
        match self.cast.improver.sort_instructions(&lines, &pool.names(), &key).await {
            Ok(ideas) => {
                pool.sort(&ideas.groups);
                pool.keep_apart(&ideas.conflicts);
            }
            Err(error) => match (self.cast.context.stop.why(), &error) {
                (Some(why), _) => return Err(Interrupted(why).into()),
                (None, ask::Error::Call(failure)) if failure.kind.is_refusal() => return Err(Error::NoRewrite(error)),
                (None, _) => pool.sort_by_proposed_names(),
            },
        }
        Ok(())
    }
}

/// The beginning of a rewrite, for the list of those that were refused.
fn shown(rewrite: &Rewrite) -> String {
    let text = match rewrite {
        Rewrite::Prompt(prompt) => prompt.clone(),
        Rewrite::Changes(changes) => changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    };
    text.chars().take(SHOWN).collect()
}
