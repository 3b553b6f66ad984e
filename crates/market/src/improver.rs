//! The improver: reads what decision makers said and edits the prompt, for better or worse.

use std::sync::LazyLock;

use regex::Regex;

use super::advice::{LONG_WINDED, VAGUE, bans, lines};
use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Customer, Example, Figures, Flattery, Hype, Long, Material, Mechanism, Pilot,
    Placeholder, Plain, Post, Pushy, Result, Tie, Truth,
};
use super::feedback::Tally;
use super::generator::can_show;
use super::lexicon::pattern;
use super::offer::is_offer_line;
use super::plan::Plan;

/// What an improver works from.
pub(super) struct Desk<'a> {
    pub(super) incumbent: &'a str,
    pub(super) plan: Plan,
    pub(super) tally: Tally,
    /// Whether its own instructions tell it to keep to the facts.
    truthful: bool,
    feedback: &'a str,
}

static HONEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:invent\w*|fabricat\w*|made[- ]up|make up|truthful\w*|grounded|unsupported|facts (?:support|",
        r"state|allow)|(?:only|beyond|stick to) (?:\w+ ){0,6}facts)\b",
    ))
});

/// Rewrites a prompt.
pub(super) fn improve(guide: &str, incumbent: &str, feedback: &str, objections: &str, dice: &mut Dice) -> String {
    let desk = Desk::new(guide, incumbent, feedback, objections);
    match dice.below(100) {
        0..=3 => desk.fumble(dice),
        4..=49 => {
            let count = 2 + dice.below(2);
            desk.edit(count, dice)
        }
        50..=84 => desk.rewrite(dice),
        85..=95 => desk.shorten(dice),
        // Sometimes it wants too much at once.
        _ => {
            let more = desk.edit(7, dice);
            format!("{more}\n\n{}", LONG_WINDED.join("\n"))
        }
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(guide: &str, incumbent: &'a str, feedback: &'a str, objections: &str) -> Self {
        let (plan, tally) = (Plan::read(incumbent), Tally::count(feedback, objections));
        Desk { incumbent, plan, tally, truthful: HONEST.is_match(guide), feedback }
    }

    /// New instruction lines, at most `count`, for what was objected to most and is not yet asked for.
    pub(super) fn new_lines(&self, count: usize, dice: &mut Dice) -> Vec<(Option<Feature>, String)> {
        let mut ranked: Vec<(f64, Feature)> = Feature::ALL
            .into_iter()
            .map(|feature| (self.tally.objections[feature.index()] * (0.4 * dice.normal()).exp(), feature))
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut new: Vec<(Option<Feature>, String)> = Vec::new();
        let mut wanted: Vec<Feature> = ranked.into_iter().map(|(_, feature)| feature).collect();
        // Without a clear objection it does what is usually advised.
        wanted.extend([Tie, Mechanism, Brief, Pilot, Material].map(|feature| {
            if dice.chance(0.5) { feature } else { Feature::HELPFUL[dice.below(Feature::HELPFUL.len())] }
        }));
        for objection in wanted {
            if new.len() >= count {
                break;
            }
            let (feature, line) = self.line_against(objection, dice);
            let known = feature.is_some_and(|feature| {
                self.plan.asked.has(feature)
                    || self.plan.banned.has(feature)
                    || new.iter().any(|(other, _)| *other == Some(feature))
            });
            if !known && !self.incumbent.contains(&line) && !new.iter().any(|(_, other)| *other == line) {
                new.push((feature, line));
            }
        }
        if self.truthful && !self.plan.asked.has(Truth) && dice.chance(0.5) {
            new.push((Some(Truth), pick_line(Truth, dice)));
        }
        new
    }

    /// What an improver writes against one objection: mostly sense, sometimes not.
    fn line_against(&self, objection: Feature, dice: &mut Dice) -> (Option<Feature>, String) {
        match dice.below(100) {
            0..=11 => return (None, dice.pick(&VAGUE).to_owned()),
            12..=17 => {
                let harm = *[Hype, Long, Pushy, Flattery].get(dice.below(4)).unwrap_or(&Hype);
                return (Some(harm), pick_line(harm, dice));
            }
            18..=21 => {
                if let Some(detail) = self.detail(dice) {
                    return (None, format!("Always mention {detail}."));
                }
            }
            22..=31 if !self.truthful => {
                let lie = Feature::INVENTED[dice.below(4)];
                return (Some(lie), pick_line(lie, dice));
            }
            _ => {}
        }
        let offer = &self.plan.offer;
        let remedy = match objection {
            Hype => Plain,
            Long => Brief,
            Pushy | Flattery | Placeholder => {
                return (Some(objection), dice.pick(bans(objection)).to_owned());
            }
            Customer | Result | Certificate | Post | Figures if !can_show(offer, objection) || objection == Result => {
                // Evidence is wanted that the offer does not hold: the honest way out, or the other one.
                if dice.chance(if self.truthful { 0.92 } else { 0.45 }) {
                    let honest = [Figures, Example, Material, Pilot, Mechanism];
                    let honest = honest[dice.below(honest.len())];
                    if can_show(offer, honest) { honest } else { Mechanism }
                } else if objection == Figures {
                    Result
                } else {
                    objection
                }
            }
            other => other,
        };
        (Some(remedy), pick_line(remedy, dice))
    }

    /// A detail of a single persona that an improver takes for a rule.
    fn detail(&self, dice: &mut Dice) -> Option<String> {
        static NAME: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"[a-z,] (\p{Lu}[\p{L}\d]{2,}(?: \p{Lu}[\p{L}\d]+)?)\b"));
        let names: Vec<&str> =
            NAME.captures_iter(self.feedback).take(20).filter_map(|f| Some(f.get(1)?.as_str())).collect();
        (!names.is_empty()).then(|| names[dice.below(names.len())].to_owned())
    }

    /// Keeps the prompt and adds lines.
    fn edit(&self, count: usize, dice: &mut Dice) -> String {
        let mut prompt = self.incumbent.trim_end().to_owned();
        let has_list = prompt.lines().last().is_some_and(|line| {
            line.trim_start().starts_with(['-', '*', '•', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        });
        if !has_list {
            prompt.push_str("\n\n");
            prompt.push_str(heading(dice));
        }
        for (_, line) in self.new_lines(count, dice) {
            prompt.push_str("\n- ");
            prompt.push_str(&line);
        }
        prompt
    }

    /// Keeps the offer and writes the instructions anew.
    pub(super) fn rewrite(&self, dice: &mut Dice) -> String {
        let mut all: Vec<String> = Vec::new();
        for feature in self.plan.asked.iter() {
            // What nobody praised is forgotten more easily.
            let forgets = if self.tally.praise[feature.index()] > 0.0 { 0.05 } else { 0.2 };
            if feature == Truth || !dice.chance(forgets) {
                all.push(pick_line(feature, dice));
            }
        }
        for feature in self.plan.banned.iter().filter(|&feature| !bans(feature).is_empty()) {
            let implied = feature == Hype && self.plan.asked.has(Plain);
            if !implied && dice.chance(0.85) {
                all.push(dice.pick(bans(feature)).to_owned());
            }
        }
        let room = 2 + dice.below(4);
        all.extend(self.new_lines(room, dice).into_iter().map(|(_, line)| line));
        dice.shuffle(&mut all);
        let mark = dice.below(3);
        let mut prompt = format!("{}\n\n{}", self.context().trim_end(), heading(dice));
        for (at, line) in all.iter().enumerate() {
            prompt.push_str(&match mark {
                0 => format!("\n{}. {line}", at + 1),
                1 => format!("\n* {line}"),
                _ => format!("\n- {line}"),
            });
        }
        prompt
    }

    /// Drops what is vague, doubled or never praised, and adds at most one line.
    fn shorten(&self, dice: &mut Dice) -> String {
        let mut seen = super::feature::FeatureSet::default();
        let mut prompt = String::new();
        for line in self.incumbent.lines() {
            let means = Plan::read(line);
            let asks = means.asked.union(means.banned);
            let new = asks.iter().any(|feature| !seen.has(feature));
            let is_advice = super::spin::words(line) > 4 && !is_offer_line(line);
            let praised = asks.iter().any(|f| self.tally.praise[f.index()] > 0.0 || f == Truth);
            if is_advice && (!new || (!praised && dice.chance(0.25))) && !self.plan.offer.context.contains(line) {
                continue;
            }
            seen = seen.union(asks);
            prompt.push_str(line);
            prompt.push('\n');
        }
        for (_, line) in self.new_lines(1, dice) {
            prompt.push_str(&format!("- {line}\n"));
        }
        prompt.trim_end().to_owned()
    }

    /// What goes wrong now and then: nothing changed, chatter around the prompt, a message in place of a prompt, or the
    /// offer lost on the way.
    fn fumble(&self, dice: &mut Dice) -> String {
        match dice.below(4) {
            0 => self.incumbent.to_owned(),
            1 => format!(
                "Here is the improved prompt:\n\n{}\n\nLet me know if you need anything else!",
                self.rewrite(dice)
            ),
            2 => format!(
                "Subject: {{{{subject}}}}\n\nHi {{{{first_name}}}},\n\n{} can help [Company] with \
                 {{{{pain_point}}}}. Would you \
                 have 15 minutes next week?\n\nBest,\n[Your name]",
                self.plan.offer.company
            ),
            _ => self.new_lines(4, dice).into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n"),
        }
    }

    /// The offer's lines; where none is recognised, what stands before the first instruction.
    fn context(&self) -> String {
        if !self.plan.offer.context.trim().is_empty() {
            return self.plan.offer.context.clone();
        }
        let instructs = |line: &&str| {
            let plan = Plan::read(line);
            plan.asked.len() + plan.banned.len() > 0
        };
        self.incumbent.lines().take_while(|line| !instructs(line)).collect::<Vec<_>>().join("\n")
    }
}

pub(super) fn pick_line(feature: Feature, dice: &mut Dice) -> String {
    dice.pick(lines(feature)).to_owned()
}

fn heading(dice: &mut Dice) -> &'static str {
    dice.pick(&["Instructions:", "Writing instructions:", "How to write:", "Guidelines:", "When you write:"])
}
