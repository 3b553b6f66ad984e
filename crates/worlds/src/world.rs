//! What a world is made of.

use crate::family::Place;

/// Segments of the people of a world.
pub const SEGMENTS: usize = 3;
/// Wordings of one idea.
pub const WORDINGS: usize = 4;

/// Something that a message may show.
#[derive(Clone, Debug)]
pub struct Thing {
    /// What kind it is.
    pub kind: Kind,
    /// The need that it serves, by number; `None` if it serves none.
    pub need: Option<usize>,
    /// Its effect on the logit of a yes, by segment.
    pub effect: [f64; SEGMENTS],
    /// How often a writer does it of its own accord.
    pub habit: f64,
    /// What it multiplies the chance of an invented claim by.
    pub tempts: f64,
}

/// Kinds of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sentence or two.
    Line,
    /// The tone of the whole message: one of several.
    Tone,
    /// Nothing that is seen: the writer is told to be truthful.
    Truth,
}

/// What an item of advice asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Idea {
    /// Show this thing.
    Ask(usize),
    /// Do not.
    Ban(usize),
    /// Nothing in particular.
    Vague(usize),
}

/// An item of advice: an idea, by number, in one of its wordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    /// Which of [`World::ideas`].
    pub idea: usize,
    /// Which of its wordings.
    pub wording: usize,
}

/// What a wording is worth.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// What it multiplies the chance of being followed by.
    pub follow: f64,
    /// Its length in words, about.
    pub words: usize,
}

/// Two things with a joint effect that neither has alone.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// One.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// What both together add to the logit.
    pub effect: f64,
}

/// The writer of messages.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// The chance that an item is followed.
    pub follow: f64,
    /// What every further item beyond six takes off that.
    pub wanes: f64,
    /// The chance that a message invents something.
    pub invents: f64,
    /// What the standing rule against inventing multiplies it by.
    pub obeys: f64,
}

/// The judge: all people of the world decide in its manner.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// The factor on logits: far above 1, the judge nearly always decides the same way.
    pub sharp: f64,
    /// How often it says the opposite for no reason.
    pub lapse: f64,
    /// What an invented claim adds to the logit.
    pub lie: f64,
    /// Lines of a message that everybody reads.
    pub comfort: f64,
    /// What the square of the lines beyond that costs.
    pub length: f64,
    /// Where what helps reaches its end, if it does.
    pub cap: Option<f64>,
}

/// Who proposes advice.
#[derive(Clone, Copy, Debug)]
pub struct Improver {
    /// How far it prefers what helps, in logs of odds per standard deviation of the ideas' worth.
    pub skill: f64,
    /// How far it prefers what nothing speaks for, always the same.
    pub fashion: f64,
    /// How far it answers the objections that it is shown.
    pub heeds: f64,
    /// The share of items that ask for nothing in particular.
    pub vague: f64,
    /// How often its answer cannot be used.
    pub fails: f64,
}

/// A world.
#[derive(Clone, Debug)]
pub struct World {
    /// Which one.
    pub place: Place,
    /// All that messages may show.
    pub things: Vec<Thing>,
    /// All that advice may ask for.
    pub ideas: Vec<Idea>,
    /// What wordings are worth, by idea.
    pub wordings: Vec<[Wording; WORDINGS]>,
    /// What an improver that is shown nothing thinks of an idea, in logs of odds.
    pub appeal: Vec<f64>,
    /// Pairs that interact.
    pub pairs: Vec<Pair>,
    /// The shares of the segments.
    pub shares: [f64; SEGMENTS],
    /// The logit of a message that shows nothing, for an average person.
    pub base: f64,
    /// The spread of people around it.
    pub tastes: f64,
    /// Who writes.
    pub writer: Writer,
    /// Who judges.
    pub judge: Judge,
    /// Who proposes.
    pub improver: Improver,
    /// The share of items that a sorter puts under a wrong idea.
    pub sorter_errs: f64,
    /// How often the auditor misses an invented claim, and how often it accuses an honest message.
    pub auditor: Auditor,
    /// The advice of the prompt that everybody starts from.
    pub start: Vec<Item>,
    /// Needs that people have.
    pub needs: usize,
}

/// The auditor's mistakes.
#[derive(Clone, Copy, Debug)]
pub struct Auditor {
    /// The chance that an invented claim passes.
    pub misses: f64,
    /// The chance that a message without one is accused.
    pub accuses: f64,
}

impl World {
    /// The thing that an idea is about.
    #[must_use]
    pub fn thing(&self, idea: usize) -> Option<&Thing> {
        match self.ideas[idea] {
            Idea::Ask(thing) | Idea::Ban(thing) => Some(&self.things[thing]),
            Idea::Vague(_) => None,
        }
    }

    /// The need that an idea answers.
    #[must_use]
    pub fn need(&self, idea: usize) -> Option<usize> {
        self.thing(idea)?.need
    }

    /// An idea's own effect on the logit scale, averaged over all segments: what a reader who knows the people would
    /// guess.
    #[must_use]
    pub fn worth(&self, idea: usize) -> f64 {
        let mean =
            |thing: &Thing| thing.effect.iter().zip(self.shares).map(|(effect, share)| effect * share).sum::<f64>();
        match self.ideas[idea] {
            Idea::Ask(thing) => (1.0 - self.things[thing].habit) * mean(&self.things[thing]),
            Idea::Ban(thing) => -self.things[thing].habit * mean(&self.things[thing]),
            Idea::Vague(_) => 0.0,
        }
    }
}
