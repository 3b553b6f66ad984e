//! Why people said no, and what an improver makes of it.

use crate::people::Person;
use crate::stream::Stream;
use crate::truth::Draft;
use crate::world::{Idea, Item, Kind, WORDINGS, World};

/// What a person says about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remark {
    /// A need that the message leaves open.
    Misses(usize),
    /// A thing that the message shows and that this person could do without.
    Dislikes(usize),
    /// A thing that this person liked.
    Likes(usize),
}

/// Remarks, counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remarks {
    /// By need.
    pub misses: Vec<f64>,
    /// By thing.
    pub dislikes: Vec<f64>,
    /// By thing.
    pub likes: Vec<f64>,
}

impl Remarks {
    /// None yet.
    #[must_use]
    pub fn new(world: &World) -> Self {
        let things = vec![0.0; world.things.len()];
        Remarks { misses: vec![0.0; world.needs], dislikes: things.clone(), likes: things }
    }

    /// Counts some.
    pub fn add(&mut self, remarks: &[Remark]) {
        for remark in remarks {
            match remark {
                Remark::Misses(need) => self.misses[*need] += 1.0,
                Remark::Dislikes(thing) => self.dislikes[*thing] += 1.0,
                Remark::Likes(thing) => self.likes[*thing] += 1.0,
            }
        }
    }
}

/// Remarks in one answer, at most.
const MOST_REMARKS: usize = 2;
/// How often a person names a need for no good reason.
const IDLE: f64 = 0.06;

impl World {
    /// What this person says about a message to which it said yes or no.
    pub fn remarks(&self, person: &Person, draft: &Draft, yes: bool, dice: &mut Stream) -> Vec<Remark> {
        let effect = |thing: usize| self.things[thing].effect[person.segment];
        let shown = |thing: &usize| draft.lines.contains(thing) || draft.tone == Some(*thing);
        let mut weights: Vec<(Remark, f64)> = Vec::new();
        let all = 0..self.things.len();
        if yes {
            let liked = all.filter(shown).map(|thing| (Remark::Likes(thing), effect(thing).max(0.0)));
            weights.extend(liked);
        } else {
            let disliked = all.clone().filter(shown);
            weights.extend(disliked.map(|thing| (Remark::Dislikes(thing), 1.5 * (-effect(thing)).max(0.0))));
            for need in 0..self.needs {
                let open = all.clone().filter(|thing| {
                    let candidate = &self.things[*thing];
                    candidate.need == Some(need)
                        && !shown(thing)
                        && (candidate.kind == Kind::Line || draft.tone.is_none())
                });
                let most = open.map(effect).fold(0.0, f64::max);
                weights.push((Remark::Misses(need), most.max(0.0) + IDLE));
            }
        }
        let mut remarks = Vec::new();
        for _ in 0..MOST_REMARKS {
            let chances: Vec<f64> = weights.iter().map(|(_, weight)| *weight).collect();
            let Some(at) = dice.weighted(&chances) else { break };
            remarks.push(weights.remove(at).0);
        }
        remarks
    }
}

/// What an improver proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Items to add.
    pub adds: Vec<Item>,
    /// Items of the prompt to drop.
    pub drops: Vec<Item>,
}

/// How many items it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// At least.
    pub least: usize,
    /// At most.
    pub most: usize,
}

impl World {
    /// What the improver proposes for a prompt with these items, from what was said of its messages.
    pub fn propose(&self, items: &[Item], remarks: &Remarks, size: Size, dice: &mut Stream) -> Proposal {
        let most = |counts: &[f64]| counts.iter().copied().fold(0.0, f64::max).max(1.0);
        let (misses, dislikes) = (most(&remarks.misses), most(&remarks.dislikes));
        let mut weights: Vec<f64> = (0..self.ideas.len())
            .map(|idea| {
                if items.iter().any(|item| item.idea == idea) {
                    return 0.0;
                }
                let heard = match self.ideas[idea] {
                    Idea::Ask(thing) => {
                        self.things[thing].need.map_or(0.0, |need| remarks.misses[need] / misses)
                            - remarks.dislikes[thing] / dislikes
                    }
                    Idea::Ban(thing) => remarks.dislikes[thing] / dislikes,
                    Idea::Vague(_) => return 0.0,
                };
                (self.appeal[idea] + self.improver.heeds * heard).exp()
            })
            .collect();
        let mut proposal = Proposal::default();
        for _ in 0..size.least + dice.below(size.most + 1 - size.least) {
            if dice.chance(self.improver.vague) {
                let vague: Vec<usize> = (0..self.ideas.len()).filter(|idea| self.thing(*idea).is_none()).collect();
                let idea = vague[dice.below(vague.len())];
                proposal.adds.push(Item { idea, wording: dice.below(WORDINGS) });
                continue;
            }
            let Some(idea) = dice.weighted(&weights) else { break };
            weights[idea] = 0.0;
            proposal.adds.push(Item { idea, wording: dice.below(WORDINGS) });
        }
        proposal.adds.sort_unstable();
        proposal.adds.dedup_by_key(|item| item.idea);
        for item in items {
            let blamed = match self.ideas[item.idea] {
                Idea::Ask(thing) => remarks.dislikes[thing] / dislikes,
                Idea::Ban(_) => 0.0,
                Idea::Vague(_) => 0.3,
            };
            if dice.chance(blamed * self.improver.heeds / 1.5) {
                proposal.drops.push(*item);
            }
        }
        proposal
    }

    /// The idea that a sorter sees in an item: mostly its own, and always the same for the same words. `None` where it
    /// asks for nothing in particular.
    #[must_use]
    pub fn sorted(&self, item: Item) -> Option<usize> {
        let (idea, wording) = (item.idea.to_string(), item.wording.to_string());
        let mut dice = Stream::new(&["sorter", &self.place.to_string(), &idea, &wording]);
        let errs = dice.chance(self.sorter_errs);
        let another = dice.below(self.ideas.len());
        match self.ideas[item.idea] {
            // Half of the mistakes take it for something else, half for something new.
            _ if errs && dice.chance(0.5) => Some(another),
            _ if errs => Some(self.ideas.len() + item.idea * WORDINGS + item.wording),
            Idea::Vague(_) => None,
            _ => Some(item.idea),
        }
    }
}
