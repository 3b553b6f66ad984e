//! From what a lineage remembers to what a search starts with, and back.

use std::collections::HashMap;

use super::explore::Explored;
use super::model::{Candidate, Seen};
use super::pool::Pool;
use crate::data;
use crate::optimize::lineage::memory::{
    MOST_ITEMS, MOST_TRIALS, MOST_WEIGHT, Memory, RememberedIdea, RememberedItem, RememberedTrial, number,
};
use crate::optimize::people::split::People;

impl Memory {
    /// Adds what is remembered to the pool, and returns the trials. Trials of the current prompt are left out if they
    /// are those of its messages, which are known from its file.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn recall(&self, pool: &mut Pool, people: &People) -> Result<Vec<Seen>, data::Error> {
        let places = pool.recall(self);
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for index in &people.learn {
            numbers.insert(number(&people.all.get(*index as usize)?), *index);
        }
        let mut strangers = people.all.len() as u32;
        let mut seen = Vec::with_capacity(self.trials.len());
        for trial in &self.trials {
            let persona = *numbers.entry(trial.persona.clone()).or_insert_with(|| {
                strangers += 1;
                strangers
            });
            let mut lines: Vec<usize> = trial.items.iter().map(|item| places[*item]).collect();
            lines.sort_unstable();
            lines.dedup();
            seen.push(Seen { persona, candidate: Candidate::Lines(lines), score: trial.score, weight: trial.weight });
        }
        Ok(seen)
    }

    /// What to remember after a search. The scores of the incumbent's messages are included only if it is replaced: as
    /// long as it stays, they are known from its file.
    ///
    /// # Errors
    /// Where a persona cannot be read.
    pub fn after(scale: &str, explored: &Explored, people: &People, adopted: bool) -> Result<Memory, data::Error> {
        let pool = &explored.pool;
        let from = if adopted { 0 } else { explored.known };
        let seen = &explored.seen[from.min(explored.seen.len())..];
        let seen = &seen[seen.len().saturating_sub(MOST_TRIALS)..];
        let mut often = vec![0_usize; pool.lines.len()];
        for line in seen.iter().flat_map(|trial| trial.candidate.lines(pool)) {
            often[*line] += 1;
        }
        let mut kept: Vec<usize> = (0..pool.lines.len()).collect();
        let weight = |line: &usize| (often[*line], pool.ideas[pool.lines[*line].idea].proposals);
        kept.sort_by_key(|line| (std::cmp::Reverse(weight(line)), *line));
        kept.truncate(MOST_ITEMS);
        kept.sort_unstable();
        let place: HashMap<usize, usize> = kept.iter().enumerate().map(|(place, line)| (*line, place)).collect();
        let mut memory = Memory { scale: scale.to_owned(), challengers: pool.challengers(), ..Memory::default() };
        let mut ideas: HashMap<usize, usize> = HashMap::new();
        for line in &kept {
            let idea = pool.lines[*line].idea;
            let at = *ideas.entry(idea).or_insert_with(|| {
                let entry = &pool.ideas[idea];
                let (name, proposals) = (entry.name.clone(), entry.proposals);
                memory.ideas.push(RememberedIdea {
                    name,
                    proposals,
                    chances: pool.chances(idea),
                    conflicts: Vec::new(),
                });
                memory.ideas.len() - 1
            });
            memory.items.push(RememberedItem { text: pool.lines[*line].text.clone(), idea: at });
        }
        for (idea, at) in &ideas {
            let others = pool.conflicts_of(*idea).into_iter().filter_map(|other| ideas.get(&other).copied());
            memory.ideas[*at].conflicts = others.collect();
        }
        for trial in seen {
            let items: Option<Vec<usize>> =
                trial.candidate.lines(pool).iter().map(|line| place.get(line).copied()).collect();
            let Some(items) = items else { continue };
            // A persona that is no longer there still says something about the advice.
            let persona = if people.all.len() > trial.persona as usize {
                number(&people.all.get(trial.persona as usize)?)
            } else {
                format!("gone {}", trial.persona)
            };
            memory.trials.push(RememberedTrial {
                persona,
                items,
                score: trial.score,
                weight: trial.weight.min(MOST_WEIGHT),
            });
        }
        Ok(memory)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::costs::Costs;
    use super::*;
    use crate::data::spool::Texts;
    use crate::improve::parts::MarkedBy;
    use crate::improve::{Item, PromptParts};
    use crate::optimize::search::explore;

    const OFFER: &str = "Company: Brackwater\nProduct: Flow";

    fn pool(advice: &[&str]) -> Pool {
        let parts = PromptParts::whole(MarkedBy::Nobody, OFFER);
        Pool::new(&parts, &parts.compose(advice))
    }

    fn people(place: &std::path::Path) -> People {
        let texts = |names: &[&str]| Arc::new(Texts::spool(place, names).unwrap());
        People::apart(texts(&["Ann, CTO", "Bo, CFO"]), texts(&["Cy, COO"])).unwrap()
    }

    fn explored() -> Explored {
        let mut pool = pool(&["Be brief."]);
        pool.add(&[Item::bare("Ask for ten minutes."), Item::bare("Name a price.")]);
        pool.add(&[Item::bare("Ask for a short call.")]);
        pool.sort(&[("brevity".into(), vec![0]), ("small ask".into(), vec![1, 3])]);
        pool.keep_apart(&[("small ask".into(), "brevity".into())]);
        let trial = |persona, lines: &[usize], score| Seen {
            persona,
            candidate: Candidate::Lines(lines.into()),
            score,
            weight: 1.0,
        };
        let seen = vec![trial(0, &[0], 0.0), trial(1, &[1, 2], 1.0), trial(0, &[3], 0.5)];
        let model = explore::learn(&pool, &seen).unwrap();
        let costs = Costs::default();
        Explored { pool, seen, known: 1, model, trials: 2, costs, proposals: Vec::new(), decisions: 1, weight: 1.0 }
    }

    #[test]
    fn what_was_tried_is_known_to_the_next_cycle_and_is_sorted_already() {
        let place = tempfile::tempdir().unwrap();
        let people = people(place.path());
        let memory = Memory::after("a", &explored(), &people, false).unwrap();
        assert_eq!((memory.trials.len(), memory.items.len(), memory.challengers), (2, 4, 2));
        let memory: Memory = serde_json::from_value(serde_json::to_value(&memory).unwrap()).unwrap();
        let mut next = pool(&["Ask for ten minutes."]);
        let seen = memory.usable("a").recall(&mut next, &people).unwrap();
        assert!(next.unsorted().is_empty());
        let small_ask = next.ideas.iter().position(|idea| idea.name == "small ask").unwrap();
        assert_eq!((next.lines.len(), next.own(), next.ideas[small_ask].proposals), (4, vec![0], 2));
        assert_eq!(next.lines.iter().filter(|line| line.idea == small_ask).count(), 2);
        let brevity = next.ideas.iter().position(|idea| idea.name == "brevity").unwrap();
        assert_eq!(next.conflicts_of(brevity), [small_ask]);
        let scores: Vec<(u32, f64)> = seen.iter().map(|trial| (trial.persona, trial.score)).collect();
        assert_eq!(scores, [(1, 1.0), (0, 0.5)]);
        let tried = seen[0].candidate.prompt(&next);
        assert!(tried.contains("Ask for ten minutes.") && tried.contains("Name a price."), "{tried}");
    }

    #[test]
    fn the_scores_of_a_prompt_that_goes_are_remembered_and_those_on_another_scale_are_not_used() {
        let place = tempfile::tempdir().unwrap();
        let people = people(place.path());
        let memory = Memory::after("a", &explored(), &people, true).unwrap();
        assert_eq!(memory.trials.len(), 3);
        assert!(memory.usable("b").is_empty() && !memory.usable("a").is_empty());
        let broken = Memory { items: vec![RememberedItem { text: "x".into(), idea: 9 }], ..memory };
        assert!(broken.usable("a").is_empty());
    }
}
