//! Prompts in words, and what is read from them.

use super::{TextWorld, banks};
use crate::feedback::Proposal;
use crate::world::{Idea, Item, Kind};

impl TextWorld {
    /// The facts of the offer, as they stand in every prompt.
    #[must_use]
    pub fn facts(&self) -> String {
        self.words.facts.join("\n")
    }

    /// The prompt with these items.
    #[must_use]
    pub fn prompt(&self, items: &[Item]) -> String {
        let mut text = format!("{}\n\n{}", self.facts(), self.words.rule);
        if !items.is_empty() {
            text.push_str("\n\nAdvice:");
        }
        for item in items {
            text.push_str("\n- ");
            text.push_str(&self.words.item(&self.world, *item));
        }
        text
    }

    /// The prompt that everybody starts from.
    #[must_use]
    pub fn start(&self) -> String {
        self.prompt(&self.world.start)
    }

    /// Whether a prompt states the offer: without its maker and what it makes nobody knows what to write about.
    #[must_use]
    pub fn states_offer(&self, prompt: &str) -> bool {
        self.words.facts.iter().take(2).all(|fact| {
            let said = fact.split_once(": ").map_or(fact.as_str(), |(_, said)| said);
            prompt.contains(said)
        })
    }

    /// All items that a prompt has, each once, in order.
    #[must_use]
    pub fn items(&self, prompt: &str) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for line in prompt.lines() {
            for item in self.items_of_line(line) {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
        }
        items
    }

    /// The item of a line of its own, such as one that a sorter is given.
    #[must_use]
    pub fn item(&self, line: &str) -> Option<Item> {
        self.items_of_line(line).into_iter().next()
    }

    fn items_of_line(&self, line: &str) -> Vec<Item> {
        let line = line.to_lowercase();
        let exact: Vec<Item> =
            self.texts.iter().filter(|(text, _)| line.contains(text.as_str())).map(|(_, item)| *item).collect();
        if !exact.is_empty() {
            return exact;
        }
        // Not in words of ours, and yet about something: it forbids it if it begins like that.
        let bans = banks::BANNING.iter().any(|sign| line.contains(sign)) || line.contains("avoid");
        let wanted = |(at, idea): (usize, &Idea)| {
            let (thing, fits) = match idea {
                Idea::Ask(thing) => (*thing, !bans),
                Idea::Ban(thing) => (*thing, bans),
                Idea::Vague(_) => return None,
            };
            let is_named = self.world.things[thing].kind != Kind::Truth
                && self.words.names[thing].iter().any(|name| line.contains(name.as_str()));
            (fits && is_named).then_some(Item { idea: at, wording: 0 })
        };
        self.world.ideas.iter().enumerate().filter_map(wanted).collect()
    }

    /// The prompt after a proposal: lines of dropped items go, new ones come at the end.
    #[must_use]
    pub fn rewritten(&self, prompt: &str, proposal: &Proposal) -> String {
        let goes = |line: &&str| {
            let items = self.items_of_line(line);
            !items.is_empty() && items.iter().all(|item| proposal.drops.iter().any(|drop| drop.idea == item.idea))
        };
        let kept: Vec<&str> = prompt.trim_end().lines().filter(|line| !goes(line)).collect();
        let mut text = kept.join("\n");
        let is_list = kept.last().is_some_and(|line| line.starts_with("- "));
        if !is_list && !proposal.adds.is_empty() {
            text.push_str("\n\nAdvice:");
        }
        for item in &proposal.adds {
            text.push_str("\n- ");
            text.push_str(&self.words.item(&self.world, *item));
        }
        text
    }
}
