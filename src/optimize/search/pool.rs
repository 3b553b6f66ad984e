//! Everything that challengers proposed: their advice, line by line, sorted into ideas.
//!
//! A challenger is a bundle of ideas, some good and some not. Tried as a whole it says little about any of them; so it
//! is taken apart, and prompts are put together from the lines of all. Facts and rules stand in each of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::improve::fold::{key, similar};
use crate::improve::{Item, PromptParts};
use crate::optimize::lineage::memory::Memory;

/// An item of advice that may be in a prompt or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The item.
    pub text: String,
    /// How it reads when it is compared.
    key: String,
    /// What whoever proposed it calls it; empty where nobody said.
    proposed_name: String,
    /// Its idea.
    pub idea: usize,
    /// Whether the incumbent has it.
    pub own: bool,
}

/// What one or more lines ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idea {
    /// In a few words; empty where nobody named it.
    pub name: String,
    /// How many challengers proposed it. What several improvers hit upon, each for itself, is seldom nonsense.
    pub proposals: u32,
}

/// A challenger as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The prompt.
    pub prompt: Arc<str>,
    /// Its lines.
    pub lines: Vec<usize>,
}

/// All lines, ideas and challengers of a cycle.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Facts and rules, which stand in every prompt.
    parts: PromptParts,
    /// Characters that a prompt may have.
    longest: usize,
    /// Every line, in the order in which it came.
    pub lines: Vec<Line>,
    /// Every idea.
    pub ideas: Vec<Idea>,
    /// Every challenger.
    pub written: Vec<Written>,
    /// Of these, by their places, those that the user wrote.
    pub by_hand: Vec<usize>,
    /// Ideas that one message cannot follow at once, in pairs, the lower one first.
    conflicts: BTreeSet<(usize, usize)>,
    /// Lines that nobody has sorted yet.
    unsorted: Vec<usize>,
    /// For each challenger the ideas that it has been counted for.
    counted: Vec<BTreeSet<usize>>,
    /// The lines of the prompt that challengers are written for now.
    shown: Arc<[usize]>,
    /// For each challenger the lines of the prompt that it was written for.
    shown_to: Vec<Arc<[usize]>>,
    /// What earlier cycles remember: the number of challengers, and for each idea how many could have proposed it.
    remembered: (u32, HashMap<usize, u32>),
}

/// Ideas of the incumbent count as if so many challengers had proposed them: they are in use, and nothing speaks
/// against them yet.
const IN_USE: u32 = 2;
/// The fewest challengers that must propose an idea for it to be part of the consensus.
const CONSENSUS: u32 = 2;
/// A share of fewer challengers says little.
const FEWEST_CHANCES: u32 = 5;

impl Pool {
    /// A pool with the incumbent's advice.
    #[must_use]
    pub fn new(parts: &PromptParts, incumbent: &str) -> Self {
        let mut pool = Pool {
            parts: parts.clone(),
            longest: usize::MAX,
            lines: Vec::new(),
            ideas: Vec::new(),
            written: Vec::new(),
            by_hand: Vec::new(),
            conflicts: BTreeSet::new(),
            unsorted: Vec::new(),
            counted: Vec::new(),
            shown: Arc::new([]),
            shown_to: Vec::new(),
            remembered: (0, HashMap::new()),
        };
        for text in parts.advice_in(incumbent) {
            let line = pool.line(&Item::bare(&text));
            pool.lines[line].own = true;
            let idea = pool.lines[line].idea;
            pool.ideas[idea].proposals = IN_USE;
        }
        pool.shown = pool.own().into();
        pool
    }

    /// Sets the advice that challengers added from now on are shown: what they keep of it, they do not propose.
    pub fn show(&mut self, advice: &[String]) {
        let keys: Vec<String> = advice.iter().map(|text| key(text)).collect();
        self.shown = (0..self.lines.len()).filter(|line| keys.contains(&self.lines[*line].key)).collect();
    }

    /// Adds what the lineage remembers. Returns the line of every item.
    pub fn recall(&mut self, memory: &Memory) -> Vec<usize> {
        let mut ideas: Vec<Option<usize>> = vec![None; memory.ideas.len()];
        let mut places = Vec::with_capacity(memory.items.len());
        for item in &memory.items {
            let line = self.line(&Item::bare(&item.text));
            let of = &memory.ideas[item.idea];
            let idea = *ideas[item.idea].get_or_insert_with(|| {
                let known = self.ideas.iter().position(|idea| !of.name.is_empty() && idea.name == of.name);
                known.unwrap_or(self.lines[line].idea)
            });
            self.lines[line].idea = idea;
            self.ideas[idea].name.clone_from(&of.name);
            self.ideas[idea].proposals = self.ideas[idea].proposals.max(of.proposals);
            self.remembered.1.insert(idea, of.chances);
            self.unsorted.retain(|unsorted| *unsorted != line);
            places.push(line);
        }
        let pairs =
            memory.ideas.iter().enumerate().flat_map(|(at, idea)| idea.conflicts.iter().map(move |other| (at, *other)));
        let pairs = pairs.filter_map(|(a, b)| Some((ideas[a]?, (*ideas.get(b)?)?))).filter(|(a, b)| a != b);
        self.conflicts.extend(pairs.map(|(a, b)| (a.min(b), a.max(b))));
        self.remembered.0 = memory.challengers;
        places
    }

    /// Challengers so far, those of earlier cycles included.
    #[must_use]
    pub fn challengers(&self) -> u32 {
        self.remembered.0 + self.written.len() as u32
    }

    /// How many challengers could have proposed an idea: those written for a prompt without it.
    #[must_use]
    pub fn chances(&self, idea: usize) -> u32 {
        let has = |shown: &Arc<[usize]>| shown.iter().any(|line| self.lines[*line].idea == idea);
        let now = self.shown_to.iter().filter(|shown| !has(shown)).count() as u32;
        // What is new was not thought of before.
        now + self.remembered.1.get(&idea).copied().unwrap_or(self.remembered.0)
    }

    /// The share of the challengers that could have proposed an idea and did.
    #[must_use]
    pub fn share(&self, idea: usize) -> f64 {
        let share = f64::from(self.ideas[idea].proposals) / f64::from(self.chances(idea).max(FEWEST_CHANCES));
        share.min(1.0)
    }

    /// Whether the incumbent has an idea.
    #[must_use]
    pub fn is_own(&self, idea: usize) -> bool {
        self.lines.iter().any(|line| line.own && line.idea == idea)
    }

    /// The share of the challengers that were written for a prompt with an idea and left it out.
    #[must_use]
    pub fn dropped(&self, idea: usize) -> f64 {
        let has = |lines: &[usize]| lines.iter().any(|line| self.lines[*line].idea == idea);
        let saw = self.written.iter().zip(&self.shown_to).filter(|(_, shown)| has(shown));
        let (mut all, mut dropped) = (0_u32, 0_u32);
        for (written, _) in saw {
            all += 1;
            dropped += u32::from(!has(&written.lines));
        }
        f64::from(dropped) / f64::from(all.max(FEWEST_CHANCES))
    }

    /// Whether several challengers proposed an idea, each for itself, or the incumbent has it.
    #[must_use]
    pub fn is_consensus(&self, idea: usize) -> bool {
        self.ideas[idea].proposals >= CONSENSUS
    }

    /// The ideas that at least two challengers proposed or that are in use, each in its shortest wording: what all of
    /// them together advise, before anything is tried.
    #[must_use]
    pub fn consensus(&self) -> Vec<usize> {
        let named = self.ideas.iter().any(|idea| !idea.name.is_empty());
        let mut found: Vec<usize> = (0..self.ideas.len())
            // An idea that the sorter left unnamed asks for nothing in particular.
            .filter(|idea| self.is_consensus(*idea) && (!named || !self.ideas[*idea].name.is_empty()))
            .filter_map(|idea| self.shortest(idea))
            .collect();
        found
            .sort_by(|a, b| self.share(self.lines[*b].idea).total_cmp(&self.share(self.lines[*a].idea)).then(a.cmp(b)));
        let mut lines = Vec::new();
        for line in found {
            if self.conflict_with(line, &lines) {
                continue;
            }
            lines.push(line);
            if !self.fits(&lines) {
                lines.pop();
            }
        }
        lines.sort_unstable();
        lines
    }

    /// Notes names of ideas that one message cannot follow at once: no prompt that is put together has both.
    pub fn keep_apart(&mut self, names: &[(String, String)]) {
        let place = |name: &String| self.ideas.iter().position(|idea| idea.name == *name);
        let pairs: Vec<(usize, usize)> =
            names.iter().filter_map(|(one, other)| Some((place(one)?, place(other)?))).collect();
        self.conflicts.extend(pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))));
    }

    /// The ideas that one message cannot follow together with this one.
    #[must_use]
    pub fn conflicts_of(&self, idea: usize) -> Vec<usize> {
        let other = |(a, b): &(usize, usize)| match idea {
            _ if idea == *a => Some(*b),
            _ if idea == *b => Some(*a),
            _ => None,
        };
        self.conflicts.iter().filter_map(other).collect()
    }

    /// Whether one message cannot follow a line together with one of `lines`.
    #[must_use]
    pub fn conflict_with(&self, line: usize, lines: &[usize]) -> bool {
        let others = self.conflicts_of(self.lines[line].idea);
        !others.is_empty() && lines.iter().any(|line| others.contains(&self.lines[*line].idea))
    }

    /// The shortest wording of an idea.
    #[must_use]
    pub fn shortest(&self, idea: usize) -> Option<usize> {
        let wordings = (0..self.lines.len()).filter(|line| self.lines[*line].idea == idea);
        wordings.min_by_key(|line| (self.words(*line), *line))
    }

    /// The length of a line in words.
    #[must_use]
    pub fn words(&self, line: usize) -> usize {
        self.lines[line].text.split_whitespace().count()
    }

    /// The same with a limit of characters for prompts that are put together.
    #[must_use]
    pub fn longest(self, characters: usize) -> Self {
        Pool { longest: characters, ..self }
    }

    /// Facts and rules.
    #[must_use]
    pub fn parts(&self) -> &PromptParts {
        &self.parts
    }

    /// Whether a line says this.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        let wanted = key(text);
        self.lines.iter().any(|line| line.key == wanted)
    }

    /// Takes in a challenger that passed the screen, by its advice.
    pub fn add(&mut self, items: &[Item]) {
        let lines: Vec<usize> = items.iter().map(|item| self.line(item)).collect();
        self.written.push(Written { prompt: self.prompt(&lines), lines });
        self.counted.push(BTreeSet::new());
        self.shown_to.push(Arc::clone(&self.shown));
        self.count();
    }

    /// The lines that were not sorted yet, to be sorted now.
    #[must_use]
    pub fn unsorted(&self) -> Vec<&str> {
        self.unsorted.iter().map(|line| self.lines[*line].text.as_str()).collect()
    }

    /// The names of the ideas that have one.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.ideas.iter().filter(|idea| !idea.name.is_empty()).map(|idea| idea.name.clone()).collect()
    }

    /// Sorts the unsorted lines by the names that they were proposed with: better than nothing, where no reader sorts
    /// them.
    pub fn sort_by_proposed_names(&mut self) {
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        for (place, line) in self.unsorted.iter().enumerate() {
            let name = &self.lines[*line].proposed_name;
            if name.is_empty() {
                continue;
            }
            match groups.iter_mut().find(|(known, _)| key(known) == key(name)) {
                Some((_, places)) => places.push(place),
                None => groups.push((name.clone(), vec![place])),
            }
        }
        self.sort(&groups);
    }

    /// Sorts the unsorted lines: names with the places of their lines in [`Pool::unsorted`]. Lines that are in no group
    /// stay ideas of their own.
    pub fn sort(&mut self, groups: &[(String, Vec<usize>)]) {
        let unsorted = std::mem::take(&mut self.unsorted);
        for (name, places) in groups {
            let lines: Vec<usize> = places.iter().filter_map(|place| unsorted.get(*place)).copied().collect();
            let Some(first) = lines.first() else { continue };
            let known = self.ideas.iter().position(|idea| idea.name == *name);
            let idea = known.unwrap_or(self.lines[*first].idea);
            self.ideas[idea].name.clone_from(name);
            for line in lines {
                let former = std::mem::replace(&mut self.lines[line].idea, idea);
                if former != idea && self.lines[line].own {
                    self.ideas[idea].proposals = self.ideas[idea].proposals.max(IN_USE);
                }
            }
        }
        self.count();
    }

    /// The prompt with these lines.
    #[must_use]
    pub fn prompt(&self, lines: &[usize]) -> Arc<str> {
        let texts: Vec<&str> = lines.iter().map(|line| self.lines[*line].text.as_str()).collect();
        self.parts.compose(&texts).into()
    }

    /// Whether a prompt with these lines is no longer than it may be.
    #[must_use]
    pub fn fits(&self, lines: &[usize]) -> bool {
        self.longest == usize::MAX || self.prompt(lines).chars().count() <= self.longest
    }

    /// The lines that the incumbent has.
    #[must_use]
    pub fn own(&self) -> Vec<usize> {
        (0..self.lines.len()).filter(|line| self.lines[*line].own).collect()
    }

    /// The line that says this, or a new one.
    fn line(&mut self, item: &Item) -> usize {
        let key = key(&item.text);
        if let Some(known) = self.lines.iter().position(|line| line.key == key) {
            return known;
        }
        // Nearly the same words ask for the same thing, whether or not a model sorts them.
        let like = self.lines.iter().position(|line| similar(&line.text, &item.text));
        let idea = like.map_or_else(
            || {
                self.ideas.push(Idea { name: String::new(), proposals: 0 });
                self.ideas.len() - 1
            },
            |line| self.lines[line].idea,
        );
        self.lines.push(Line { text: item.text.clone(), key, proposed_name: item.name.clone(), idea, own: false });
        self.unsorted.push(self.lines.len() - 1);
        self.lines.len() - 1
    }

    /// Counts for every idea the challengers that proposed it, each once.
    fn count(&mut self) {
        for ((written, shown), counted) in self.written.iter().zip(&self.shown_to).zip(&mut self.counted) {
            let left: BTreeSet<usize> = shown.iter().map(|line| self.lines[*line].idea).collect();
            for line in written.lines.iter().filter(|line| !self.lines[**line].own) {
                let idea = self.lines[*line].idea;
                if left.contains(&idea) {
                    continue;
                }
                if counted.insert(idea) {
                    self.ideas[idea].proposals += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
