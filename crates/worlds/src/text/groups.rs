//! Sorting: items into ideas, reasonings into groups, people into kinds, blocks of a prompt into parts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::TextWorld;
use super::request::numbered;
use crate::feedback::Remark;
use crate::stream::Stream;
use crate::world::SEGMENTS;

/// Groups that open coding names at most.
const MOST_GROUPS: usize = 12;
/// Groups of one reasoning at most.
const MOST_EACH: usize = 3;

impl TextWorld {
    /// Sorts numbered items by what they ask for.
    pub(super) fn ideas(&self, lines: &str) -> Value {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, line) in numbered(lines) {
            if let Some(idea) = self.item(&line).and_then(|item| self.world.sorted(item)) {
                groups.entry(self.words.idea_name(&self.world, idea)).or_default().push(number);
            }
        }
        let groups: Vec<Value> =
            groups.into_iter().map(|(name, numbers)| json!({"name": name, "reasonings": numbers})).collect();
        json!({ "groups": groups })
    }

    /// Names groups for reasonings, the most frequent first.
    pub(super) fn codebook(&self, lines: &str) -> Value {
        let mut counts: BTreeMap<Remark, usize> = BTreeMap::new();
        for (_, line) in numbered(lines) {
            self.remarks_of(&line).into_iter().for_each(|remark| *counts.entry(remark).or_default() += 1);
        }
        let mut counts: Vec<(Remark, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(remark, count)| (std::cmp::Reverse(*count), *remark));
        let group = |(remark, _): &(Remark, usize)| {
            let (name, definition) = self.group(*remark);
            json!({"name": name, "definition": definition})
        };
        json!({"groups": counts.iter().take(MOST_GROUPS).map(group).collect::<Vec<_>>()})
    }

    /// Gives every reasoning those of the groups that it raises, now and then a wrong one.
    pub(super) fn codes(&self, lines: &str, groups: &str) -> Value {
        let mut codes = Vec::new();
        for (number, line) in numbered(lines) {
            let mut dice = Stream::new(&["coder", &self.world.place.to_string(), &line]);
            let mut names: Vec<String> = self
                .remarks_of(&line)
                .into_iter()
                .map(|remark| self.group(remark).0)
                .filter(|name| groups.contains(name.as_str()))
                .take(MOST_EACH)
                .collect();
            if dice.chance(self.world.sorter_errs / 2.0) {
                names.pop();
            }
            let polarity = if line.starts_with("[yes]") { "in_favour" } else { "against" };
            codes.push(json!({"number": number, "polarity": polarity, "groups": names}));
        }
        json!({ "codes": codes })
    }

    /// Puts reasonings into groups of the first thing that each says.
    pub(super) fn groups(&self, lines: &str) -> Value {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, line) in numbered(lines) {
            if let Some(remark) = self.remarks_of(&line).first() {
                groups.entry(self.group(*remark).0).or_default().push(number);
            }
        }
        let groups: Vec<Value> = groups
            .into_iter()
            .take(MOST_GROUPS)
            .map(|(name, numbers)| json!({"name": name, "reasonings": numbers}))
            .collect();
        json!({ "groups": groups })
    }

    /// Sorts numbered people by their segments, into the kinds that are `known` or into one for each segment. It errs
    /// as often as everybody who sorts in this world.
    pub(super) fn kinds(&self, lines: &str, known: &str) -> Value {
        let mut people: [Vec<usize>; SEGMENTS] = std::array::from_fn(|_| Vec::new());
        for (number, line) in numbered(lines) {
            let mut dice = Stream::new(&["kinds", &self.world.place.to_string(), &line]);
            let segment = self.read_persona(&line).segment;
            let another = (segment + 1 + dice.below(SEGMENTS - 1)) % SEGMENTS;
            people[if dice.chance(self.world.sorter_errs) { another } else { segment }].push(number);
        }
        let kinds = self.words.segments.iter().zip(people);
        let kind = |([one, other, name], people): (&[&str; 3], Vec<usize>)| match known {
            "" => Some(json!({"name": name, "definition": format!("{one} {other}"), "people": people})),
            known => known.contains(name).then(|| json!({"name": name, "people": people})),
        };
        json!({"kinds": kinds.filter_map(kind).collect::<Vec<_>>()})
    }

    /// Says of every block what it is. A block that holds several parts is cut between lines.
    pub(super) fn split(&self, blocks: &str) -> Value {
        let part = |line: &str| {
            if self.words.facts.iter().any(|fact| line.contains(fact.as_str())) {
                "fact"
            } else if self.item(line).is_some() {
                "advice"
            } else {
                "rule"
            }
        };
        let mut found = Vec::new();
        for (number, block) in numbered(blocks) {
            let mut pieces: Vec<(&str, String)> = Vec::new();
            for line in block.split_inclusive('\n') {
                let blank = line.trim().is_empty();
                match pieces.last_mut() {
                    Some((last, text)) if blank || *last == part(line) => text.push_str(line),
                    _ => pieces.push((part(line), line.to_owned())),
                }
            }
            let cut: Vec<Value> = pieces.iter().map(|(part, text)| json!({"part": part, "text": text})).collect();
            found.push(match pieces.as_slice() {
                [(part, _)] => json!({"number": number, "part": part, "needs_heading": false, "pieces": []}),
                _ => json!({"number": number, "part": "mixed", "needs_heading": false, "pieces": cut}),
            });
        }
        json!({ "blocks": found })
    }
}
