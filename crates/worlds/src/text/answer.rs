//! Answers what is asked.

use serde_json::{Value, json};

use super::TextWorld;
use super::request::{Ask, Form, Manner, Request, numbered};
use crate::feedback::{Proposal, Remarks, Size};
use crate::stream::Stream;
use crate::truth::Rule;
use crate::world::Item;

/// The share of the items of several prompts that one prompt made of them keeps.
const MERGED: f64 = 0.75;

/// The answer of an improver that has nothing to say.
const NOTHING: &str = "I am not sure what to make of this.";

impl TextWorld {
    /// The answer to a request. It depends on the request and the key alone.
    #[must_use]
    pub fn answer(&self, request: &Request<'_>, key: &str) -> String {
        self.answer_to(&Ask::read(request), key)
    }

    /// The answer to what is asked. It depends on that and the key alone.
    #[must_use]
    pub fn answer_to(&self, ask: &Ask, key: &str) -> String {
        let whole = serde_json::to_string(ask).unwrap_or_default();
        let mut dice = Stream::new(&["answer", &self.world.place.to_string(), key, &whole]);
        match ask {
            Ask::Message { prompt, persona, rule } => {
                let rule = if *rule { Rule::Grounded } else { Rule::None };
                self.write(prompt, persona, rule, &mut dice)
            }
            Ask::Revision { draft, passages } => self.revise(draft, passages, &mut dice),
            Ask::Decision { persona, message, score } => self.decide(persona, message, *score, &mut dice).to_string(),
            Ask::Audit { message, facts, lists } => self.audit(message, facts, *lists).to_string(),
            Ask::Rewrite { prompt, feedback, focus, manner, form } => {
                if dice.chance(self.world.improver.fails) {
                    return NOTHING.to_owned();
                }
                self.rewrite(prompt, (feedback, focus), (*manner, *form), &mut dice)
            }
            Ask::Merge { prompts } => self.merge(prompts, &mut dice),
            Ask::Ideas { lines } => self.ideas(lines).to_string(),
            Ask::Codebook { lines } => self.codebook(lines).to_string(),
            Ask::Codes { lines, groups } => self.codes(lines, groups).to_string(),
            Ask::Groups { lines } => self.groups(lines).to_string(),
            Ask::People { lines, kinds } => self.kinds(lines, kinds).to_string(),
            Ask::Split { blocks } => self.split(blocks).to_string(),
            Ask::Faults => json!({"faults": []}).to_string(),
            Ask::Unknown => NOTHING.to_owned(),
        }
    }

    fn decide(&self, persona: &str, message: &str, score: bool, dice: &mut Stream) -> Value {
        let (person, draft) = (self.read_persona(persona), self.read_message(message));
        let chance = self.world.chance(&person, &draft);
        let yes = dice.chance(chance);
        let remarks = self.world.remarks(&person, &draft, yes, dice);
        let reasoning = self.say(&remarks, yes, dice);
        if score {
            json!({"reasoning": reasoning, "score": (chance * 1000.0).round() / 1000.0})
        } else {
            json!({"reasoning": reasoning, "decision": yes})
        }
    }

    fn audit(&self, message: &str, facts: &str, lists: bool) -> Value {
        let mut claims = Vec::new();
        let support = |quote: &str| if lists { json!([quote]) } else { json!(quote) };
        // The line that says what is made is in every message, and always true.
        let makes = self.words.facts.iter().find(|fact| fact.starts_with("Makes: ") && facts.contains(fact.as_str()));
        if let Some((makes, said)) = makes.and_then(|makes| Some((makes, makes.strip_prefix("Makes: ")?)))
            && message.contains(said)
        {
            claims.push(json!({
                "quote": said, "kind": "other", "support": support(makes), "derivation": "",
                "verdict": "supported", "grounded": true
            }));
        }
        if let Some(accused) = self.accused(message) {
            let none = if lists { json!([]) } else { json!("") };
            claims.push(json!({
                "quote": accused, "kind": "other", "support": none, "derivation": "",
                "verdict": "unsupported", "grounded": false
            }));
        }
        json!({ "claims": claims })
    }

    fn rewrite(
        &self,
        prompt: &str,
        (feedback, focus): (&str, &str),
        (manner, form): (Manner, Form),
        dice: &mut Stream,
    ) -> String {
        let items = self.items(prompt);
        let mut remarks = self.remarks(feedback);
        self.stress(&mut remarks, focus);
        let size = match manner {
            Manner::Edit => Size { least: 2, most: 4 },
            Manner::Rewrite => Size { least: 4, most: 7 },
            Manner::Shorten if items.is_empty() => Size { least: 4, most: 4 },
            Manner::Shorten => Size { least: 0, most: 1 },
        };
        let mut proposal = self.world.propose(&items, &remarks, size, dice);
        if manner != Manner::Edit {
            // Something goes for no other reason than that it was not praised.
            let unpraised = items.iter().filter(|item| !self.is_praised(item, &remarks)).copied();
            proposal.drops.extend(unpraised.filter(|_| dice.chance(0.2)));
        }
        match form {
            Form::Plain => self.rewritten(prompt, &proposal),
            Form::Whole => json!({"prompt": self.rewritten(prompt, &proposal)}).to_string(),
            Form::Changes => self.changes(prompt, &proposal).to_string(),
        }
    }

    /// Most of what several prompts say, each item once.
    fn merge(&self, prompts: &[String], dice: &mut Stream) -> String {
        let mut items: Vec<Item> = Vec::new();
        for item in prompts.iter().flat_map(|prompt| self.items(prompt)) {
            if !items.iter().any(|known| known.idea == item.idea) && dice.chance(MERGED) {
                items.push(item);
            }
        }
        self.prompt(&items)
    }

    fn changes(&self, advice: &str, proposal: &Proposal) -> Value {
        let mut changes = Vec::new();
        let mut dropped: Vec<usize> = Vec::new();
        for (number, line) in numbered(advice) {
            let is_dropped =
                self.item(&line).is_some_and(|item| proposal.drops.iter().any(|drop| drop.idea == item.idea));
            if is_dropped && !dropped.contains(&number) {
                dropped.push(number);
                changes.push(json!({"action": "drop", "item": number, "text": "", "name": "", "objection": ""}));
            }
        }
        for item in &proposal.adds {
            let objection = self.world.need(item.idea).map_or("", |need| self.words.needs[need][1]);
            changes.push(json!({
                "action": "add", "item": 0, "text": self.words.item(&self.world, *item),
                "name": self.words.idea_name(&self.world, item.idea), "objection": objection
            }));
        }
        json!({ "changes": changes })
    }

    /// What an improver is to answer first counts double.
    fn stress(&self, remarks: &mut Remarks, focus: &str) {
        for (at, need) in self.words.needs.iter().enumerate() {
            if focus.contains(need[1]) {
                remarks.misses[at] = 2.0 * remarks.misses[at].max(1.0);
            }
        }
        for (at, names) in self.words.names.iter().enumerate() {
            if !names[0].is_empty() && focus.contains(&format!("weary of {}", names[0])) {
                remarks.dislikes[at] = 2.0 * remarks.dislikes[at].max(1.0);
            }
        }
    }

    fn is_praised(&self, item: &Item, remarks: &Remarks) -> bool {
        match self.world.ideas[item.idea] {
            crate::world::Idea::Ask(thing) => remarks.likes[thing] > 0.0,
            _ => true,
        }
    }
}
