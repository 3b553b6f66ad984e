//! Proposals: an improver's changes to numbered advice, for better or worse.

use serde_json::{Value, json};

use super::advice::LONG_WINDED;
use super::ask::Fixed;
use super::dice::Dice;
use super::feature::Feature::{self, Truth};
use super::feature::FeatureSet;
use super::improver::{Desk, pick_line};
use super::plan::Plan;

/// How often each temper comes, of a hundred answers; what is left wants too much at once.
const FUMBLES: usize = 4;
const EDITS: usize = 46;
const REWRITES: usize = 35;
const SHORTENS: usize = 11;

/// Proposes changes to the advice, each with its name and the objection that it answers.
pub(super) fn propose(
    guide: &str,
    fixed: Fixed<'_>,
    advice: &str,
    (feedback, objections): (&str, &str),
    dice: &mut Dice,
) -> Value {
    let items = items(advice);
    let prompt = format!("{}\n{}\n\n{}", fixed.facts, fixed.rules, items.join("\n"));
    let desk = Desk::new(guide, &prompt, feedback, objections);
    let roll = dice.below(100);
    let changes = if roll < FUMBLES {
        return fumble(&desk, dice);
    } else if roll < FUMBLES + EDITS {
        let count = 2 + dice.below(2);
        additions(&desk, count, dice)
    } else if roll < FUMBLES + EDITS + REWRITES {
        rewrite(&desk, &items, dice)
    } else if roll < FUMBLES + EDITS + REWRITES + SHORTENS {
        shorten(&desk, &items, dice)
    } else {
        let long = LONG_WINDED.iter().map(|text| change("add", 0, text, None));
        additions(&desk, 7, dice).into_iter().chain(long).collect()
    };
    json!({ "changes": changes })
}

/// The items of a numbered list.
pub(super) fn items(numbered: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in numbered.lines() {
        let number = format!("{}. ", items.len() + 1);
        match line.trim_start().strip_prefix(&number) {
            Some(text) => items.push(text.to_owned()),
            None => {
                if let Some(last) = items.last_mut() {
                    last.push(' ');
                    last.push_str(line.trim());
                }
            }
        }
    }
    items
}

fn change(action: &str, item: usize, text: &str, feature: Option<Feature>) -> Value {
    let name = feature.map(|feature| format!("{feature:?}").to_lowercase()).unwrap_or_default();
    json!({"action": action, "item": item, "text": text, "name": name, "objection": ""})
}

fn additions(desk: &Desk<'_>, count: usize, dice: &mut Dice) -> Vec<Value> {
    let lines = desk.new_lines(count, dice);
    lines.into_iter().map(|(feature, line)| change("add", 0, &line, feature)).collect()
}

/// What an item asks for or forbids.
fn means(item: &str) -> FeatureSet {
    let plan = Plan::read(item);
    plan.asked.union(plan.banned)
}

/// Says in other words what it keeps, and forgets what nobody praised more easily.
fn rewrite(desk: &Desk<'_>, items: &[String], dice: &mut Dice) -> Vec<Value> {
    let mut changes = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let asked = Plan::read(item).asked;
        let praised = asked.iter().any(|feature| desk.tally.praise[feature.index()] > 0.0);
        let forgets = if means(item).len() == 0 {
            0.85
        } else if praised {
            0.05
        } else {
            0.2
        };
        if !asked.has(Truth) && dice.chance(forgets) {
            changes.push(change("drop", at + 1, "", None));
        } else if let Some(feature) = asked.iter().next()
            && asked.len() == 1
        {
            let line = pick_line(feature, dice);
            if line != *item && !desk.incumbent.contains(&line) {
                changes.push(change("replace", at + 1, &line, Some(feature)));
            }
        }
    }
    let room = 2 + dice.below(4);
    changes.extend(additions(desk, room, dice));
    changes
}

/// Drops what is vague, doubled or never praised, and adds at most one item.
fn shorten(desk: &Desk<'_>, items: &[String], dice: &mut Dice) -> Vec<Value> {
    let (mut seen, mut changes) = (FeatureSet::default(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        let asks = means(item);
        let new = asks.iter().any(|feature| !seen.has(feature));
        let praised = asks.iter().any(|feature| desk.tally.praise[feature.index()] > 0.0 || feature == Truth);
        if !new || (!praised && dice.chance(0.25)) {
            changes.push(change("drop", at + 1, "", None));
        } else {
            seen = seen.union(asks);
        }
    }
    changes.extend(additions(desk, 1, dice));
    changes
}

/// What goes wrong now and then: nothing is changed, a whole prompt comes with chatter around it, an item is a message,
/// or it has blanks to be filled in.
fn fumble(desk: &Desk<'_>, dice: &mut Dice) -> Value {
    let company = &desk.plan.offer.company;
    match dice.below(4) {
        0 => json!({"changes": []}),
        1 => {
            let prompt = desk.rewrite(dice);
            let chatter = "Let me know if you need anything else!";
            json!({"prompt": format!("Here is the improved prompt:\n\n{prompt}\n\n{chatter}")})
        }
        2 => {
            let message = format!(
                "Subject: Less manual work\n\nHi Alex,\n\n{company} can help with that.\n\nWould you have 15 minutes \
                 next \
                 week?\n\nBest,\nSam"
            );
            json!({"changes": [change("add", 0, &message, None)]})
        }
        _ => {
            let blank =
                format!("Open with: Hi [First name], {company} can help {{{{company}}}} with {{{{pain_point}}}}.");
            let mut changes = additions(desk, 2, dice);
            changes.push(change("add", 0, &blank, None));
            json!({ "changes": changes })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::OFFER;

    const GUIDE: &str = "Improve the advice.";
    const FEEDBACK: &str =
        "[no] It is pushy and full of hype.\n[no] No concrete figures, and it rambles.\n[yes] It is brief.";

    #[test]
    fn a_numbered_list_is_read_with_its_further_lines() {
        assert_eq!(items("1. Be brief.\n2. Name one\n   pain.\n3. Ask."), ["Be brief.", "Name one pain.", "Ask."]);
        assert_eq!(items("(none yet)"), Vec::<String>::new());
    }

    #[test]
    fn changes_name_items_that_are_there_and_come_in_every_temper() {
        let advice = "1. Be brief: no more than 100 words.\n2. Be authentic and make the reader feel understood.\n3. \
                      Ask for 10 minutes at most.";
        let (mut tempers, mut lies) = (std::collections::BTreeSet::new(), 0);
        for seed in 0..400 {
            let mut dice = Dice::from_parts(&[&seed.to_string()]);
            let fixed = Fixed { facts: OFFER, rules: "" };
            let answer = propose(GUIDE, fixed, advice, (FEEDBACK, ""), &mut dice);
            let Some(changes) = answer["changes"].as_array() else {
                tempers.insert("prompt".to_owned());
                continue;
            };
            for change in changes {
                let (action, item) = (change["action"].as_str().unwrap(), change["item"].as_u64().unwrap());
                assert!(if action == "add" { item == 0 } else { (1..=3).contains(&item) }, "{change}");
                assert_eq!(change["text"] == "", action == "drop", "{change}");
                tempers.insert(action.to_owned());
                let asked = Plan::read(change["text"].as_str().unwrap()).asked;
                lies += usize::from(Feature::INVENTED.iter().any(|feature| asked.has(*feature)));
            }
        }
        assert_eq!(tempers.len(), 4, "{tempers:?}");
        assert!(lies > 0);
    }
}
