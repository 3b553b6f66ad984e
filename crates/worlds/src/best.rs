//! The best prompt that a world can name.

use crate::people::Person;
use crate::truth::{Sending, rates};
use crate::world::{Item, WORDINGS, World};

impl World {
    /// The best prompt that hill climbing finds, from the start and from nothing: it adds or removes one idea at a time
    /// as long as the grounded rate as sent rises.
    #[must_use]
    pub fn best(&self, people: &[Person], messages: usize) -> Vec<Item> {
        let value = |items: &[Item]| rates(self, (items, false), people, Sending::Sent, messages).grounded;
        let climbs = [self.start.clone(), Vec::new()].map(|items| climb(self, items, &value));
        let [one, other] = climbs;
        if one.1 >= other.1 { one.0 } else { other.0 }
    }
}

fn climb(world: &World, mut items: Vec<Item>, value: &impl Fn(&[Item]) -> f64) -> (Vec<Item>, f64) {
    let best_wording = |idea: usize| {
        let follow = |wording: &usize| world.wordings[idea][*wording].follow;
        (0..WORDINGS).max_by(|a, b| follow(a).total_cmp(&follow(b))).unwrap_or(0)
    };
    let mut now = value(&items);
    loop {
        let mut steps: Vec<Vec<Item>> = Vec::new();
        for idea in 0..world.ideas.len() {
            let without: Vec<Item> = items.iter().filter(|item| item.idea != idea).copied().collect();
            if without.len() == items.len() {
                let mut with = items.clone();
                with.push(Item { idea, wording: best_wording(idea) });
                steps.push(with);
            } else {
                steps.push(without);
            }
        }
        // Pairs that need each other are found only together.
        for pair in &world.pairs {
            let both = world.ideas.iter().enumerate().filter(
                |(_, idea)| matches!(idea, crate::world::Idea::Ask(thing) if *thing == pair.a || *thing == pair.b),
            );
            let mut with: Vec<Item> = items.clone();
            with.extend(both.map(|(idea, _)| Item { idea, wording: best_wording(idea) }));
            with.sort_unstable();
            with.dedup_by_key(|item| item.idea);
            steps.push(with);
        }
        let best = steps.into_iter().map(|step| (value(&step), step)).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((reached, step)) if reached > now + 1e-6 => (now, items) = (reached, step),
            _ => return (items, now),
        }
    }
}
