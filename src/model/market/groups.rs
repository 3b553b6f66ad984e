//! Groups: sorts reasonings, or names of groups, by the feature that they speak of.

use serde_json::{Value, json};

use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};
use super::judge::features_in;
use super::plan::Wishes;

/// The name of a group of reasonings that speak of no feature.
const UNMOVED: &str = "not a priority now";

/// Sorts numbered lines. Each is in one group: that of the first feature that it speaks of. Where a name in use speaks of
/// that feature, the group has it.
pub(super) fn sort(lines: &str, known: &str) -> Value {
    let known: Vec<(Vec<Feature>, &str)> = known.lines().map(|name| (features_in(name), name.trim())).collect();
    let mut groups: Vec<(String, Vec<u64>)> = Vec::new();
    for line in lines.lines() {
        let Some((number, said)) = line.trim().split_once(". ") else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        let feature = features_in(said).into_iter().next();
        let name = match feature {
            Some(feature) => {
                let used = known.iter().find(|(features, _)| features.contains(&feature));
                used.map_or_else(|| name(feature), |(_, name)| name).to_owned()
            }
            None => UNMOVED.to_owned(),
        };
        match groups.iter_mut().find(|(own, _)| *own == name) {
            Some((_, members)) => members.push(number),
            None => groups.push((name, vec![number])),
        }
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    // Of more than were asked for, the smallest are left out.
    let list: Vec<Value> =
        groups.into_iter().take(8).map(|(name, members)| json!({"name": name, "reasonings": members})).collect();
    json!({ "groups": list })
}

/// How often a line is sorted under what another line asks for: nobody who sorts is right every time.
const ERRS: f64 = 0.1;

/// Sorts numbered instructions by what they ask for, or forbid. Those that do neither are left out; one in ten is sorted
/// wrongly.
pub(super) fn ideas(lines: &str, dice: &mut Dice) -> Value {
    let mut groups: Vec<(String, Vec<u64>)> = Vec::new();
    for line in lines.lines() {
        let Some((number, said)) = line.trim().split_once(". ") else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        let wishes = Wishes::of(said);
        let asks = wishes.asked.iter().next().map(|feature| format!("{feature:?}").to_lowercase());
        let forbids = wishes.banned.iter().next().map(|feature| format!("no {feature:?}").to_lowercase());
        let Some(name) = asks.or(forbids) else { continue };
        let wrong = dice.chance(ERRS).then(|| dice.below(groups.len().max(1)));
        let name = wrong.and_then(|at| groups.get(at)).map_or(name, |(other, _)| other.clone());
        match groups.iter_mut().find(|(own, _)| *own == name) {
            Some((_, members)) => members.push(number),
            None => groups.push((name, vec![number])),
        }
    }
    let list: Vec<Value> =
        groups.into_iter().map(|(name, members)| json!({"name": name, "reasonings": members})).collect();
    json!({ "groups": list })
}

/// What a group is called that speaks of a feature.
fn name(feature: Feature) -> &'static str {
    match feature {
        Tie => "generic",
        Figures => "no concrete figures",
        Mechanism => "mechanism left open",
        Example => "no fitting examples",
        Material => "no material to look at",
        SmallAsk => "too big ask",
        Brief => "not concise",
        Plain => "not in plain words",
        Integrations => "integrations unclear",
        Security => "security left open",
        Price => "pricing left open",
        Subject => "weak subject line",
        Channel => "not how i prefer to be reached",
        Pilot => "no pilot",
        Opener => "begins with the sender",
        Hype => "hype",
        Long => "too long",
        Pushy => "pressure",
        Flattery => "flattery",
        Placeholder => "unfilled placeholders",
        Customer => "no customer references",
        Result => "no proof of results",
        Certificate => "no certification",
        Post => "no research on me",
        Truth => UNMOVED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_heard_as_what_it_names() {
        for feature in Feature::ALL.into_iter().filter(|&feature| feature != Truth) {
            assert_eq!(features_in(name(feature)), [feature], "{}", name(feature));
        }
        assert_eq!(features_in(UNMOVED), []);
    }

    #[test]
    fn lines_are_sorted_by_what_they_speak_of_under_the_names_in_use() {
        let lines = "1. It is pushy.\n2. It rambles.\n3. I will pass.\n4. I see pressure here.\nno number\n";
        let expected = json!({"groups": [
            {"name": "pushy", "reasonings": [1, 4]},
            {"name": "too long", "reasonings": [2]},
            {"name": "not a priority now", "reasonings": [3]},
        ]});
        assert_eq!(sort(lines, "pushy\nintegrations"), expected);
    }
}
