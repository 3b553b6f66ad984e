//! What a message shows, and what it is worth.

use crate::people::Person;
use crate::stream::Stream;
use crate::world::{Idea, Item, Kind, World};

/// What a message shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Lines, by the number of their things, in order.
    pub lines: Vec<usize>,
    /// Its tone, by the number of its thing.
    pub tone: Option<usize>,
    /// Whether it claims something that nothing supports.
    pub invents: bool,
    /// Whether it does not say what is offered, and by whom.
    pub lacks_offer: bool,
}

/// What a prompt makes of messages.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The chance of each thing.
    shows: Vec<f64>,
}

/// Whether the writer is told, beside its prompt, to claim nothing that is not stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is.
    Grounded,
    /// It is not.
    None,
}

/// How messages come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// As the writer drafts them.
    Drafted,
    /// Under the standing rule that forbids inventing, audited, and revised up to twice where the audit finds
    /// something.
    Sent,
}

/// Shares of messages, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// That get a yes.
    pub response: f64,
    /// That get a yes and invent nothing.
    pub grounded: f64,
    /// That invent something.
    pub invented: f64,
}

/// The most revisions of a message.
const REVISIONS: usize = 2;

impl World {
    /// Uniform numbers that one draft takes.
    #[must_use]
    pub fn uniforms(&self) -> usize {
        self.things.len() + 3
    }

    /// How likely each thing is to be shown by a message of a prompt with these items.
    #[must_use]
    pub fn plan(&self, items: &[Item]) -> Plan {
        let extra = items.len().saturating_sub(6) as f64;
        let follow = |item: &Item| {
            let wording = self.wordings[item.idea][item.wording].follow;
            ((self.writer.follow - self.writer.wanes * extra).max(0.2) * wording).min(0.99)
        };
        let mut shows: Vec<f64> = self.things.iter().map(|thing| thing.habit).collect();
        let mut followed: Vec<f64> = vec![0.0; self.ideas.len()];
        // Saying a thing twice does not help: the best wording counts.
        for item in items {
            followed[item.idea] = followed[item.idea].max(follow(item));
        }
        for (idea, follow) in self.ideas.iter().zip(followed) {
            match idea {
                Idea::Ask(thing) => shows[*thing] += (1.0 - shows[*thing]) * follow,
                Idea::Ban(thing) => shows[*thing] *= 1.0 - follow,
                Idea::Vague(_) => {}
            }
        }
        Plan { shows }
    }

    /// What a message shows. `uniforms` decide, one for every thing and three more, so that the same numbers make
    /// messages of similar prompts similar.
    #[must_use]
    pub fn draft(&self, plan: &Plan, rule: Rule, uniforms: &[f64]) -> Draft {
        let (mut draft, mut tempted) = (Draft::default(), 1.0);
        let mut tones = Vec::new();
        for (at, thing) in self.things.iter().enumerate() {
            if uniforms[at] >= plan.shows[at] {
                continue;
            }
            match thing.kind {
                Kind::Line => draft.lines.push(at),
                Kind::Tone => tones.push(at),
                Kind::Truth => {}
            }
            tempted *= thing.tempts;
        }
        let last = self.things.len();
        draft.tone = tones.get((uniforms[last] * tones.len() as f64) as usize).copied();
        let rule = if rule == Rule::Grounded { self.writer.obeys } else { 1.0 };
        draft.invents = uniforms[last + 1] < (self.writer.invents * tempted * rule).min(0.95);
        draft
    }

    /// The chance that this person says yes to it.
    #[must_use]
    pub fn chance(&self, person: &Person, draft: &Draft) -> f64 {
        let effect = |thing: usize| self.things[thing].effect[person.segment];
        let (mut helps, mut harms) = (0.0, 0.0);
        for line in &draft.lines {
            let effect = effect(*line);
            if effect > 0.0 { helps += effect } else { harms += effect }
        }
        let shown = |thing: usize| draft.lines.contains(&thing);
        let pairs: f64 = self.pairs.iter().filter(|pair| shown(pair.a) && shown(pair.b)).map(|pair| pair.effect).sum();
        let helps = self.judge.cap.map_or(helps, |cap| cap * (1.0 - (-helps / cap).exp()));
        let over = (draft.lines.len() as f64 - self.judge.comfort).max(0.0);
        let logit = self.base + person.taste + helps + harms + pairs + draft.tone.map_or(0.0, effect)
            - self.judge.length * over * over
            + if draft.invents { self.judge.lie } else { 0.0 }
            - if draft.lacks_offer { LOST_OFFER } else { 0.0 };
        let chance = 1.0 / (1.0 + (-self.judge.sharp * logit).exp());
        self.judge.lapse + (1.0 - 2.0 * self.judge.lapse) * chance
    }

    /// Whether the auditor accuses a message.
    #[must_use]
    pub fn accused(&self, draft: &Draft, uniform: f64) -> bool {
        if draft.invents { uniform >= self.auditor.misses } else { uniform < self.auditor.accuses }
    }

    /// True rates among these people: the mean over so many messages to each, all of which depend on the place alone.
    #[must_use]
    pub fn rates(&self, items: &[Item], people: &[Person], sending: Sending, messages: usize) -> Rates {
        rates(self, (items, false), people, sending, messages)
    }
}

/// See [`World::rates`].
pub(crate) fn rates(
    world: &World,
    (items, lacks_offer): (&[Item], bool),
    people: &[Person],
    sending: Sending,
    messages: usize,
) -> Rates {
    let mut dice = Stream::new(&["truth", &world.place.to_string()]);
    let mut uniforms = vec![0.0; world.uniforms()];
    let mut rates = Rates::default();
    let (plan, rule) = (world.plan(items), if sending == Sending::Sent { Rule::Grounded } else { Rule::None });
    for person in people {
        for _ in 0..messages {
            uniforms.iter_mut().for_each(|uniform| *uniform = dice.uniform());
            let mut draft = world.draft(&plan, rule, &uniforms);
            draft.lacks_offer = lacks_offer;
            let mut again = [0.0; 2 * REVISIONS];
            again.iter_mut().for_each(|uniform| *uniform = dice.uniform());
            if sending == Sending::Sent {
                for pair in again.chunks_exact(2) {
                    if !world.accused(&draft, pair[0]) {
                        break;
                    }
                    draft.revise(pair[1]);
                }
            }
            let chance = world.chance(person, &draft);
            rates.response += chance;
            rates.invented += f64::from(u8::from(draft.invents));
            rates.grounded += if draft.invents { 0.0 } else { chance };
        }
    }
    let total = (people.len() * messages).max(1) as f64;
    Rates { response: rates.response / total, grounded: rates.grounded / total, invented: rates.invented / total }
}

impl Draft {
    /// Takes out what the auditor accused, be it a claim or an honest line, and seldom puts something invented in its
    /// place.
    pub(crate) fn revise(&mut self, uniform: f64) {
        if !self.invents {
            self.lines.pop();
        }
        self.invents = uniform < REVISED_INVENTS;
    }
}

/// The logit that a message loses if it does not say what is offered.
const LOST_OFFER: f64 = 2.0;

/// The chance that a revised message invents something again.
pub(crate) const REVISED_INVENTS: f64 = 0.08;
