//! Steps of a sequence: a message with its subject apart, and follow-ups to it.

use serde_json::{Value, json};

use super::dice::Dice;
use super::feature::Feature::{Flattery, Post, Pushy, SmallAsk, Subject};
use super::feature::FeatureSet;
use super::offer::Offer;
use super::phrases::{frame, helpful};
use super::reader::Reader;
use super::reviser;
use super::slots::Slots;
use super::spin::words;

/// Beginnings of follow-ups.
const OPENERS: [&str; 6] = [
    "<One more thought|A short addition> to my last message.",
    "<My last note|What I wrote> was about {pain}, and there is one thing to add.",
    "I left one thing out <the last time|when I wrote>.",
    "<Coming back|Back> to {pain} once more.",
    "<Only one line|Just one point> on top of what I wrote.",
    "This may be <of more use|closer to your work> than my last note.",
];

/// Last sentences of follow-ups.
const ASKS: [&str; 6] = [
    "Worth a reply?",
    "Is it worth a reply?",
    "Shall I send a page on it?",
    "Would a colleague of yours be the right person?",
    "Is this a topic for you this quarter?",
    "Should I leave it at that?",
];

/// Subjects of follow-ups.
const SUBJECTS: [&str; 4] = ["{Pain}", "One more <line|thought> on {pain}", "{Company}: one addition", "On {pain}"];

/// A follow-up has at most this share of the words of the message before it.
const SHARE: (usize, usize) = (2, 3);

/// A subject and what stands below it.
pub(super) struct Letter {
    subject: String,
    body: String,
}

impl Letter {
    /// A message as the market writes it, with a line `Subject:` or without one.
    pub(super) fn of_message(message: &str, (offer, reader): (&Offer, &Reader), dice: &mut Dice) -> Self {
        let slots = Slots::draw(offer, reader, dice);
        match message.strip_prefix("Subject: ").and_then(|rest| rest.split_once('\n')) {
            Some((subject, body)) => Letter { subject: subject.trim().into(), body: body.trim().into() },
            None => Letter { subject: slots.say(dice.pick(&frame::VAGUE_SUBJECTS), dice), body: message.trim().into() },
        }
    }

    /// As it is shown in a request: the subject, an empty line, the body.
    fn of_text(text: &str) -> Self {
        let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
        Letter { subject: subject.trim().into(), body: body.trim().into() }
    }

    pub(super) fn answer(&self) -> Value {
        json!({"subject": self.subject, "body": self.body})
    }
}

/// A follow-up to these messages that shows some of the features, shorter than the last of them.
pub(super) fn follow_up(
    features: FeatureSet,
    (offer, reader): (&Offer, &Reader),
    earlier: &[&str],
    dice: &mut Dice,
) -> Letter {
    let slots = Slots::draw(offer, reader, dice);
    let before: Vec<Letter> = earlier.iter().map(|text| Letter::of_text(text)).collect();
    let last = before.last().map_or(0, |letter| words(&letter.body));
    let room = (last * SHARE.0 / SHARE.1).min(last.saturating_sub(1));
    let is_new = |text: &str| !before.iter().any(|letter| letter.body.contains(text));

    let greeting = slots.say(dice.pick(&frame::GREETINGS), dice);
    let signature =
        before.first().and_then(|letter| signature(&letter.body)).unwrap_or_else(|| slots.sender.to_owned());
    let mut reasons: Vec<String> = features
        .iter()
        .filter(|feature| !matches!(feature, Subject | SmallAsk | Post | Flattery | Pushy))
        .filter(|&feature| !helpful::bank(feature).terse.is_empty())
        .map(|feature| slots.say(dice.pick(helpful::bank(feature).terse), dice))
        .collect();
    dice.shuffle(&mut reasons);
    let fixed = words(&greeting) + words(&signature);
    // Shorter than the last of them, whatever else is said.
    let mut parts = vec![said_anew(&ASKS, |ask| is_new(ask) && fixed + words(ask) < last, &slots, dice)];
    let has_room = |parts: &[String], text: &str| {
        fixed + parts.iter().map(|part| words(part)).sum::<usize>() + words(text) <= room
    };
    if let Some(reason) = reasons.into_iter().find(|reason| is_new(reason) && has_room(&parts, reason)) {
        parts.insert(0, reason);
    }
    let opener = said_anew(&OPENERS, is_new, &slots, dice);
    if is_new(&opener) && has_room(&parts, &opener) {
        parts.insert(0, opener);
    }
    let is_new_subject = |text: &str| !before.iter().any(|letter| letter.subject == text);
    let subject = said_anew(&SUBJECTS, is_new_subject, &slots, dice);
    Letter { subject, body: format!("{greeting}\n\n{}\n\n{signature}", parts.join(" ")) }
}

/// One of these templates that says something new; where none does, the shortest.
fn said_anew(templates: &[&str], is_new: impl Fn(&str) -> bool, slots: &Slots<'_>, dice: &mut Dice) -> String {
    let mut order: Vec<&str> = templates.to_vec();
    dice.shuffle(&mut order);
    let mut said: Vec<String> = Vec::new();
    for template in order {
        said.push(slots.say(template, dice));
        if said.last().is_some_and(|text| is_new(text)) {
            return said.pop().unwrap_or_default();
        }
    }
    said.into_iter().min_by_key(|text| words(text)).unwrap_or_default()
}

/// A draft without what these passages make up.
pub(super) fn revise(draft: &str, passages: &str, (offer, reader): (&Offer, &Reader), dice: &mut Dice) -> Letter {
    let revised = reviser::revise(&format!("Subject: {}", draft.trim()), passages, offer, reader, dice);
    Letter::of_message(&revised, (offer, reader), dice)
}

/// What stands below the farewell of a message.
fn signature(body: &str) -> Option<String> {
    let at = frame::FAREWELLS
        .iter()
        .find_map(|farewell| Some(body.find(&format!("\n{farewell}\n"))? + farewell.len() + 2))?;
    let below = body[at..].split("\n\n").next()?.trim();
    (!below.is_empty()).then(|| below.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::Feature;

    const OFFER: &str = "Company: Tidewater\nProduct: a platform for approvals";
    const FIRST: &str = "Approvals\n\nHi Ada,\n\nWe make a platform for approvals, and people who sign things all day \
                         say that it spares them a good part of it. Would 15 minutes suit you some time next \
                         week?\n\nBest,\nSam\nTidewater";

    #[test]
    fn follow_ups_are_shorter_signed_by_the_same_person_and_say_something_else() {
        let (offer, reader) = (Offer::read(OFFER), Reader::read("Ada, 41, COO"));
        for seed in 0..200 {
            let mut dice = Dice::from_parts(&["follow up", &seed.to_string()]);
            let mut features = FeatureSet::default();
            [Feature::Pilot, Feature::Material].into_iter().for_each(|feature| features.insert(feature));
            let second = follow_up(features, (&offer, &reader), &[FIRST], &mut dice);
            let shown = format!("{}\n\n{}", second.subject, second.body);
            let third = follow_up(features, (&offer, &reader), &[FIRST, &shown], &mut dice);
            let lengths = [Letter::of_text(FIRST), second, third].map(|letter| {
                assert!(letter.body.ends_with("Sam\nTidewater"), "{}", letter.body);
                assert!(!letter.subject.is_empty() && !letter.body.contains('{'), "{}", letter.body);
                words(&letter.body)
            });
            assert!(lengths[0] > lengths[1] && lengths[1] > lengths[2], "{lengths:?} {shown}");
        }
    }

    #[test]
    fn a_draft_is_revised_with_its_subject_apart() {
        let (offer, reader) = (Offer::read(OFFER), Reader::read("Ada, 41, COO"));
        let draft = "Approvals\n\nHi Ada,\n\nWe count Stripe among our customers. Is it worth a reply?\n\nSam";
        let passages = "1. \"Stripe\" - nothing that is known supports it";
        let gone = (0..50).filter(|seed: &i32| {
            let mut dice = Dice::from_parts(&["revise", &seed.to_string()]);
            let letter = revise(draft, passages, (&offer, &reader), &mut dice);
            assert_eq!(letter.subject, "Approvals");
            !letter.body.contains("Stripe")
        });
        assert!(gone.count() > 35);
    }
}
