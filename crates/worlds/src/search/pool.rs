//! What was proposed, sorted into ideas as the sorter sees them.

use std::collections::BTreeSet;

use super::lab::Lab;
use crate::feedback::Proposal;
use crate::world::Item;

/// An item that was proposed.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says. A search knows it by its words alone.
    pub item: Item,
    /// Its idea, as sorted, as an index of [`Pool::ideas`].
    pub idea: usize,
    /// Its length in words.
    pub words: usize,
    /// Whether the prompt to beat has it.
    pub start: bool,
}

/// An idea, as sorted.
#[derive(Clone, Debug)]
pub struct Idea {
    /// The sorter's name for it; `None` for what asks for nothing in particular.
    pub name: Option<usize>,
    /// Proposals that had it.
    pub proposals: usize,
    /// Proposals that would drop it.
    pub drops: usize,
    /// Proposals asked for since it could be proposed.
    pub chances: usize,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Every item, in the order in which it came.
    pub texts: Vec<Text>,
    /// Every idea.
    pub ideas: Vec<Idea>,
    /// Challengers as they were written.
    pub written: Vec<Vec<usize>>,
    /// Proposals so far.
    pub proposals: usize,
}

impl Pool {
    /// A pool that has the items of the prompt to beat.
    pub fn new(lab: &mut Lab) -> Self {
        let mut pool = Pool::default();
        let start = lab.world.start.clone();
        let places = pool.add(lab, &start);
        for place in places {
            pool.texts[place].start = true;
        }
        pool
    }

    /// Places of the prompt to beat.
    #[must_use]
    pub fn start(&self) -> Vec<usize> {
        (0..self.texts.len()).filter(|at| self.texts[*at].start).collect()
    }

    /// Takes in a wave of proposals for a prompt with these texts.
    pub fn take(&mut self, lab: &mut Lab, base: &[usize], wave: &[Proposal]) {
        let all: Vec<Item> = wave.iter().flat_map(|proposal| proposal.adds.iter().copied()).collect();
        self.add(lab, &all);
        for proposal in wave {
            self.proposals += 1;
            let place = |item: &Item, pool: &Pool| pool.texts.iter().position(|text| text.item == *item);
            let adds: Vec<usize> = proposal.adds.iter().filter_map(|item| place(item, self)).collect();
            let drops: Vec<usize> = proposal.drops.iter().filter_map(|item| place(item, self)).collect();
            let has: BTreeSet<usize> = base.iter().map(|at| self.texts[*at].idea).collect();
            for idea in adds.iter().map(|at| self.texts[*at].idea).collect::<BTreeSet<_>>() {
                self.ideas[idea].proposals += 1;
            }
            for idea in drops.iter().map(|at| self.texts[*at].idea).collect::<BTreeSet<_>>() {
                self.ideas[idea].drops += 1;
            }
            for (at, idea) in self.ideas.iter_mut().enumerate() {
                idea.chances += usize::from(!has.contains(&at));
            }
            let mut whole: Vec<usize> = base.iter().copied().filter(|at| !drops.contains(at)).chain(adds).collect();
            whole.sort_unstable();
            whole.dedup();
            self.written.push(whole);
        }
    }

    /// The items of these places.
    #[must_use]
    pub fn items(&self, places: &[usize]) -> Vec<Item> {
        places.iter().map(|at| self.texts[*at].item).collect()
    }

    /// The shortest wording of an idea.
    #[must_use]
    pub fn shortest(&self, idea: usize) -> Option<usize> {
        (0..self.texts.len()).filter(|at| self.texts[*at].idea == idea).min_by_key(|at| self.texts[*at].words)
    }

    fn add(&mut self, lab: &mut Lab, items: &[Item]) -> Vec<usize> {
        let mut new: Vec<Item> = items.to_vec();
        new.sort_unstable();
        new.dedup();
        new.retain(|item| !self.texts.iter().any(|text| text.item == *item));
        let names = lab.sort(&new);
        for (item, name) in new.into_iter().zip(names) {
            let known = name.and_then(|name| self.ideas.iter().position(|idea| idea.name == Some(name)));
            let idea = known.unwrap_or_else(|| {
                self.ideas.push(Idea { name, proposals: 0, drops: 0, chances: self.proposals });
                self.ideas.len() - 1
            });
            let words = lab.world.wordings[item.idea][item.wording].words;
            self.texts.push(Text { item, idea, words, start: false });
        }
        items.iter().filter_map(|item| self.texts.iter().position(|text| text.item == *item)).collect()
    }
}
