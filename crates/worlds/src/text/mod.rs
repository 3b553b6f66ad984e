//! Worlds in words: a world answers the requests of the product, and of whoever else writes prompts, by their text
//! alone.

mod answer;
mod banks;
mod groups;
mod message;
mod persona;
mod prompt;
mod remarks;
mod request;
mod vocabulary;

pub use request::{Ask, Form, Manner, Request};
pub use vocabulary::Vocabulary;

use crate::people::Person;
use crate::truth::{Rates, Sending};
use crate::world::{Item, WORDINGS, World};

/// A world and its words.
#[derive(Clone, Debug)]
pub struct TextWorld {
    /// The world.
    pub world: World,
    /// Its words.
    pub words: Vocabulary,
    /// All items in small letters, the longest first.
    texts: Vec<(String, Item)>,
}

impl TextWorld {
    /// A world with its words.
    #[must_use]
    pub fn new(world: World) -> Self {
        let words = Vocabulary::new(&world);
        let all = (0..world.ideas.len()).flat_map(|idea| (0..WORDINGS).map(move |wording| Item { idea, wording }));
        let mut texts: Vec<(String, Item)> =
            all.map(|item| (words.item(&world, item).trim_end_matches('.').to_lowercase(), item)).collect();
        texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        TextWorld { world, words, texts }
    }

    /// The true rates of a prompt among these personas: the mean over so many messages to each.
    #[must_use]
    pub fn true_rates(&self, prompt: &str, personas: &[String], sending: Sending, messages: usize) -> Rates {
        let people: Vec<Person> = personas.iter().map(|persona| self.read_persona(persona)).collect();
        let lacks_offer = !self.states_offer(prompt);
        crate::truth::rates(&self.world, (&self.items(prompt), lacks_offer), &people, sending, messages)
    }
}

#[cfg(test)]
mod tests;
