//! The generator: writes a message from a plan, for a reader.

use super::detect::{BRIEF, LONG};
use super::dice::Dice;
use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Figures, Flattery, Hype, Long, Material, Opener, Pilot, Placeholder,
    Plain, Post, Pushy, SmallAsk, Subject, Tie, Truth,
};
use super::feature::FeatureSet;
use super::offer::{FIGURE, Offer};
use super::phrases::{Bank, frame, harmful, helpful};
use super::plan::Odds;
use super::reader::Reader;
use super::slots::Slots;
use super::spin::words;
use super::traits::Trait;

/// Draws the features that one message will show.
pub(super) fn draw(odds: &Odds, dice: &mut Dice) -> FeatureSet {
    let mut features = FeatureSet::default();
    for feature in Feature::ALL {
        let possible = match feature {
            Long => !features.has(Brief),
            Hype => !features.has(Plain),
            Truth => false,
            _ => true,
        };
        if dice.chance(odds[feature.index()]) && possible {
            features.insert(feature);
        }
    }
    features
}

/// A sentence of a message: its feature, if any, and its text.
struct Line {
    shows: Option<Feature>,
    text: String,
}

/// Writes a message that shows these features.
pub(super) fn write(features: FeatureSet, offer: &Offer, reader: &Reader, dice: &mut Dice) -> String {
    let slots = Slots::draw(offer, reader, dice);
    let mut lines = lines(features, &slots, dice);
    fit(&mut lines, features, &slots, dice);
    lay_out(&lines, features, &slots, dice)
}

fn bank(feature: Feature) -> Bank {
    let bank = helpful::bank(feature);
    if bank.full.is_empty() { harmful::bank(feature) } else { bank }
}

/// The sentences in the order in which they will stand.
fn lines(features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) -> Vec<Line> {
    let terse = features.has(Brief);
    let say = |feature: Feature, dice: &mut Dice| {
        let bank = bank(feature);
        let templates = if terse && dice.chance(0.8) { bank.terse } else { bank.full };
        let template = dice.pick(templates);
        Line { shows: Some(feature), text: slots.say(template, dice) }
    };
    let free = |templates: &[&str], dice: &mut Dice| Line { shows: None, text: slots.say(dice.pick(templates), dice) };

    let mut lines: Vec<Line> = Vec::with_capacity(20);
    for feature in [Post, Flattery] {
        if features.has(feature) && dice.chance(0.8) {
            lines.push(say(feature, dice));
        }
    }
    let posted = |lines: &[Line], feature| lines.iter().any(|line| line.shows == Some(feature));
    lines.push(if features.has(Opener) { say(Opener, dice) } else { free(&frame::GENERIC, dice) });

    let mut middle: Vec<Line> = features
        .iter()
        .filter(|feature| {
            !matches!(feature, Subject | Opener | SmallAsk | Material | Pilot | Channel | Pushy | Post | Flattery | Tie)
        })
        .filter(|&feature| !bank(feature).full.is_empty())
        .map(|feature| say(feature, dice))
        .collect();
    if !features.has(Plain) && !features.has(Hype) {
        middle.push(free(&frame::BROCHURE, dice));
    }
    dice.shuffle(&mut middle);
    middle.insert(0, free(&frame::VALUE, dice));
    if features.has(Tie) {
        let at = usize::from(dice.chance(0.35));
        middle.insert(at, say(Tie, dice));
    }
    lines.append(&mut middle);

    let mut last: Vec<Line> = Vec::new();
    for feature in [Material, Pilot, Channel, Pushy, Post, Flattery] {
        if features.has(feature) && !posted(&lines, feature) {
            last.push(say(feature, dice));
        }
    }
    dice.shuffle(&mut last);
    lines.append(&mut last);
    lines.push(if features.has(SmallAsk) { say(SmallAsk, dice) } else { free(&frame::ASK, dice) });
    lines
}

/// Brings the number of words to what brevity or rambling ask for.
fn fit(lines: &mut Vec<Line>, features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) {
    // The greeting and the farewell come on top.
    const FRAME: usize = 8;
    let (least, most) = match (features.has(Brief), features.has(Long)) {
        (true, _) => (0, BRIEF - FRAME),
        (_, true) => (LONG + 1 - FRAME / 2, usize::MAX),
        _ => (BRIEF + 1, LONG - FRAME),
    };
    let mut total: usize = lines.iter().map(|line| words(&line.text)).sum();
    let mut fillers: Vec<&str> = frame::FILLERS.to_vec();
    dice.shuffle(&mut fillers);
    while total < least + if features.has(Long) { dice.below(60) } else { 0 }
        && let Some(filler) = fillers.pop()
    {
        let text = slots.say(filler, dice);
        total += words(&text);
        // After the opening, which must stay where it is, and before the ask.
        let opening = lines.iter().position(|line| !matches!(line.shows, Some(Post | Flattery))).unwrap_or(0) + 1;
        let at = opening + dice.below(lines.len().saturating_sub(opening).max(1));
        lines.insert(at.min(lines.len() - 1), Line { shows: None, text });
    }
    // Shorten the longest sentences first; whatever is still too long stays so.
    for _ in 0..2 * lines.len() {
        if total <= most {
            break;
        }
        let Some(longest) = (0..lines.len())
            .filter(|&at| lines[at].shows.is_some_and(|feature| !bank(feature).terse.is_empty()))
            .max_by_key(|&at| words(&lines[at].text))
        else {
            break;
        };
        if let Some(feature) = lines[longest].shows {
            let shorter = slots.say(dice.pick(bank(feature).terse), dice);
            let (old, new) = (words(&lines[longest].text), words(&shorter));
            if new < old {
                total -= old - new;
                lines[longest].text = shorter;
            }
        }
    }
}

/// Puts the sentences into paragraphs, with subject, greeting and farewell around them.
fn lay_out(lines: &[Line], features: FeatureSet, slots: &Slots<'_>, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(1500);
    if features.has(Subject) {
        let Bank { full, .. } = bank(Subject);
        out.push_str(&format!("Subject: {}\n\n", slots.say(dice.pick(full), dice)));
    } else if dice.chance(0.5) {
        out.push_str(&format!("Subject: {}\n\n", slots.say(dice.pick(&frame::VAGUE_SUBJECTS), dice)));
    }
    let formal = slots.reader.traits.has(Trait::Formal);
    let greetings: &[&str] = if formal { &frame::GREETINGS_FORMAL } else { &frame::GREETINGS };
    out.push_str(&slots.say(dice.pick(greetings), dice));
    let mut room = 0;
    let postscript = lines.len() > 4
        && dice.chance(0.15)
        && matches!(lines[lines.len() - 2].shows, Some(Material | Post | Flattery | Pilot | Channel));
    for (at, line) in lines.iter().enumerate() {
        if postscript && at == lines.len() - 2 {
            continue;
        }
        if room == 0 || at + 1 == lines.len() {
            out.push_str("\n\n");
            room = 1 + dice.below(3);
        } else {
            out.push(' ');
        }
        out.push_str(&line.text);
        room -= 1;
    }
    out.push_str(&format!("\n\n{}\n", dice.pick(&frame::FAREWELLS)));
    if features.has(Placeholder) && dice.chance(0.5) {
        out.push_str("[Your name]");
    } else {
        out.push_str(slots.sender);
        if slots.offer.company != "our company" {
            out.push_str(if dice.chance(0.5) { "\n" } else { ", " });
            out.push_str(&slots.offer.company);
        }
    }
    if postscript {
        out.push_str(&format!("\n\nP.S. {}", lines[lines.len() - 2].text));
    }
    out
}

/// Whether an offer holds everything that these features need; figures need a claim.
pub(super) fn can_show(offer: &Offer, feature: Feature) -> bool {
    match feature {
        Figures => offer.claim.as_deref().is_some_and(|claim| FIGURE.is_match(claim)),
        Customer => !offer.customers.is_empty(),
        Certificate => !offer.certificates.is_empty(),
        _ => true,
    }
}
