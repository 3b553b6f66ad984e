//! Groups: names what reasonings speak of, and sorts them, by the features that the market's own people mean. A model
//! that reads errs now and then, and so does this one.

use serde_json::{Value, json};

use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};
use super::feedback::spoken_of;
use super::judge::features_in;
use super::plan::Wishes;
use super::reasons;

/// The name of a group of reasons for a no that speak of no feature.
const UNMOVED: &str = "not a priority now";
/// The share of reasonings that get a wrong group, or lack one.
const ERRORS: f64 = 0.1;
/// At most this many groups are named, and at most this many are given to one reasoning.
const MOST: (usize, usize) = (15, 3);

/// Names groups for numbered lines, all of which are what people objected to, or liked. A group in use that speaks of
/// the same keeps its name.
pub(super) fn name(lines: &str, known: &str, yes: bool) -> Value {
    let known = groups(known);
    let mut counts: Vec<(Option<Feature>, usize)> = Vec::new();
    for (_, said) in numbered(lines) {
        let mut meant: Vec<Option<Feature>> = meant(said, yes).into_iter().map(Some).collect();
        if meant.is_empty() && !yes {
            meant.push(None);
        }
        for feature in meant {
            match counts.iter_mut().find(|(known, _)| *known == feature) {
                Some((_, count)) => *count += 1,
                None => counts.push((feature, 1)),
            }
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let list: Vec<Value> = counts
        .into_iter()
        .take(MOST.0)
        .map(|(feature, _)| match known.iter().find(|group| group.feature == feature) {
            Some(group) => json!({"name": group.name, "definition": group.definition}),
            None => json!({"name": title(feature, yes), "definition": definition(feature, yes)}),
        })
        .collect();
    json!({ "groups": list })
}

/// Sorts numbered lines into the groups against and in favour, by what they speak of.
pub(super) fn sort(lines: &str, (against, favour): (&str, &str), dice: &mut Dice) -> Value {
    let (against, favour) = (groups(against), groups(favour));
    let mut list = Vec::new();
    for (number, line) in numbered(lines) {
        let (yes, said) = match line.strip_prefix("[yes]") {
            Some(said) => (true, said),
            None => (false, line.strip_prefix("[no]").unwrap_or(line)),
        };
        let groups = if yes { &favour } else { &against };
        let features: Vec<Option<Feature>> = match meant(said, yes) {
            none if none.is_empty() => vec![None],
            some => some.into_iter().map(Some).collect(),
        };
        let mut names: Vec<&str> = Vec::new();
        for feature in features {
            let name = groups.iter().find(|group| group.feature == feature).map(|group| group.name);
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names.truncate(MOST.1);
        if dice.chance(ERRORS) {
            // It misses the main one, or takes another for it.
            if !names.is_empty() {
                names.remove(0);
            }
            if dice.chance(0.5) && !groups.is_empty() {
                let wrong = groups[dice.below(groups.len())].name;
                names.retain(|name| *name != wrong);
                names.insert(0, wrong);
                names.truncate(MOST.1);
            }
        }
        let polarity = if yes { "in_favour" } else { "against" };
        list.push(json!({"number": number, "polarity": polarity, "groups": names}));
    }
    json!({ "codes": list })
}

/// How often a line is sorted under what another line asks for: nobody who sorts is right every time.
pub(super) const ERRS: f64 = 0.1;

/// Sorts numbered instructions by what they ask for, or forbid. Those that do neither are left out; one in ten is
/// sorted wrongly.
pub(super) fn ideas(lines: &str, dice: &mut Dice) -> Value {
    let mut groups: Vec<(String, Vec<u64>)> = Vec::new();
    for (number, said) in numbered(lines) {
        let wishes = Wishes::read(said);
        let asks = wishes.asked.iter().next().map(|feature| format!("{feature:?}").to_lowercase());
        let forbids = wishes.banned.iter().next().map(|feature| format!("no {feature:?}").to_lowercase());
        let Some(name) = asks.or(forbids) else { continue };
        let wrong = dice.chance(ERRS).then(|| dice.below(groups.len().max(1)));
        let name = wrong.and_then(|at| groups.get(at)).map_or(name, |(other, _)| other.clone());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(number),
            None => groups.push((name, vec![number])),
        }
    }
    let list: Vec<Value> =
        groups.into_iter().map(|(name, members)| json!({"name": name, "reasonings": members})).collect();
    json!({ "groups": list })
}

/// A group as a request lists it.
struct Listed<'a> {
    name: &'a str,
    definition: &'a str,
    /// What it is about; `None` where that is no feature.
    feature: Option<Feature>,
}

fn groups(lines: &str) -> Vec<Listed<'_>> {
    let read = |line| {
        let (name, definition) = str::split_once(str::strip_prefix(line, "- ")?, ": ")?;
        let feature = features_in(name).into_iter().next().or_else(|| features_in(definition).into_iter().next());
        Some(Listed { name, definition, feature })
    };
    lines.lines().filter_map(read).collect()
}

pub(super) fn numbered(lines: &str) -> impl Iterator<Item = (u64, &str)> {
    lines.lines().filter_map(|line| {
        let (number, said) = line.trim().split_once(". ")?;
        Some((number.parse().ok()?, said))
    })
}

/// The features that a no objects to, or that a yes likes, each once.
fn meant(said: &str, yes: bool) -> Vec<Feature> {
    let mut found = Vec::new();
    for (feature, is_missed) in spoken_of(said) {
        if is_missed != yes && !found.contains(&feature) {
            found.push(feature);
        }
    }
    found
}

fn title(feature: Option<Feature>, yes: bool) -> &'static str {
    match feature {
        Some(feature) if yes => liked(feature),
        Some(feature) => missed(feature),
        None => UNMOVED,
    }
}

fn definition(feature: Option<Feature>, yes: bool) -> String {
    match feature {
        Some(feature) => format!("The message {}.", reasons::described(feature, yes)),
        None => "Nothing is held against the message itself; what it offers is not wanted now.".to_owned(),
    }
}

/// What a group is called that misses a feature, or minds it.
fn missed(feature: Feature) -> &'static str {
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

/// What a group is called that likes a feature.
fn liked(feature: Feature) -> &'static str {
    match feature {
        Tie => "speaks to my pain points",
        Figures => "concrete figures",
        Mechanism => "says how it works",
        Example => "fitting examples",
        Material => "something to read",
        SmallAsk => "small ask",
        Brief => "brief",
        Plain => "plain words",
        Integrations => "fits the tools we have",
        Security => "security addressed",
        Price => "open about pricing",
        Subject => "clear subject line",
        Channel => "how i like to be reached",
        Pilot => "low-risk start",
        Opener => "relevant to me",
        Hype => "some hype",
        Long => "lengthy",
        Pushy => "some urgency",
        Flattery => "compliments",
        Placeholder => "template",
        Customer => "customer references",
        Result => "evidence",
        Certificate => "certification",
        Post => "research on me",
        Truth => UNMOVED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_heard_as_what_it_names() {
        for feature in Feature::ALL.into_iter().filter(|&feature| feature != Truth) {
            assert_eq!(features_in(missed(feature)), [feature], "{}", missed(feature));
            assert_eq!(features_in(liked(feature)), [feature], "{}", liked(feature));
        }
        assert_eq!(features_in(UNMOVED), []);
    }

    #[test]
    fn groups_are_named_for_what_is_objected_to_and_names_in_use_stay() {
        let lines = "1. It is pushy.\n2. It rambles.\n3. I will pass.\n4. While it is brief, it is pushy.\nno number\n";
        let named = name(lines, "- never pushy: It presses.\n- integrations: Tools.", false);
        let names: Vec<&str> =
            named["groups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["never pushy", "too long", UNMOVED]);
        let liked = name("1. It is brief. Admittedly, it is pushy.", "", true);
        assert_eq!(liked["groups"][0]["name"], "brief");
        assert_eq!(liked["groups"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn lines_are_sorted_by_what_they_mean_but_for_one_in_ten() {
        let lines: String = (1..=400).map(|at| format!("{at}. [no] While it is brief, it is pushy.\n")).collect();
        let (against, favour) = ("- pressure: It presses.\n- too long: It rambles.", "- brief: Short.");
        let codes = sort(&lines, (against, favour), &mut Dice::from_parts(&["sort"]));
        let codes = codes["codes"].as_array().unwrap();
        assert_eq!(codes.len(), 400);
        let right = codes.iter().filter(|code| code["groups"] == json!(["pressure"])).count();
        assert!((340..=395).contains(&right), "{right} of 400");
        let again = sort(&lines, (against, favour), &mut Dice::from_parts(&["sort"]));
        assert_eq!(again["codes"].as_array().unwrap(), codes, "the same dice give the same errors");
    }
}
