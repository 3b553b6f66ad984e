//! The generator with its own draft before it: changes the passages that it was told of, and nothing else.

use super::dice::Dice;
use super::lexicon::sentences;
use super::offer::Offer;
use super::phrases::frame;
use super::reader::Reader;
use super::slots::Slots;

/// How often a passage is really changed: models overlook some of what they are told.
const CHANGED: f64 = 0.88;
/// How often what is changed is replaced by something that is stated, rather than left out.
const REPLACED: f64 = 0.35;

/// The draft without what these passages make up, mostly.
pub(super) fn revise(draft: &str, passages: &str, offer: &Offer, reader: &Reader, dice: &mut Dice) -> String {
    let slots = Slots::draw(offer, reader, dice);
    let mut text = draft.to_owned();
    for passage in listed(passages) {
        // What stands in a sentence that is gone already is gone as well.
        let Some(at) = text.find(passage) else { continue };
        if !dice.chance(CHANGED) {
            continue;
        }
        if passage.starts_with(['[', '{', '<']) {
            text.replace_range(at..at + passage.len(), slots.sender);
            continue;
        }
        let (start, end) = around(&text, at, at + passage.len());
        let subject = text[..start].trim_end().ends_with("Subject:") || text[start..end].starts_with("Subject:");
        let instead = if subject {
            format!("Subject: {}", slots.say(dice.pick(&frame::VAGUE_SUBJECTS), dice))
        } else if dice.chance(REPLACED) {
            slots.say(dice.pick(&frame::VALUE), dice)
        } else {
            String::new()
        };
        text.replace_range(start..end, &instead);
    }
    tidy(&text)
}

/// The passages of a numbered list with the reasons beside them: `1. "passage" - why`.
fn listed(passages: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in passages.lines() {
        let Some((number, rest)) = line.split_once(". \"") else { continue };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let passage = rest.rsplit_once("\" - ").map_or(rest, |(passage, _)| passage);
        if !passage.trim().is_empty() {
            found.push(passage);
        }
    }
    found
}

/// The sentences that this place touches.
fn around(text: &str, from: usize, to: usize) -> (usize, usize) {
    let places = sentences(text).into_iter().map(|sentence| {
        let start = sentence.as_ptr() as usize - text.as_ptr() as usize;
        (start, start + sentence.len())
    });
    let touched = places.filter(|(start, end)| *start < to && from < *end);
    touched.fold((from, to), |(first, last), (start, end)| (first.min(start), last.max(end)))
}

/// Without the gaps that sentences leave behind.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let follows_gap = out.is_empty() || out.ends_with("\n\n");
        if !(line.is_empty() && follows_gap) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "Company: Tidewater\nProduct: a platform for approvals";
    const DRAFT: &str = "Subject: Approvals\n\nHi Ada,\n\nWe make a platform for approvals. We count Stripe and Acme \
                         among \
                         our customers. Would 15 minutes suit you?\n\nBest,\n[Your name]";

    fn revised(passages: &str, seed: &str) -> String {
        let (offer, reader) = (Offer::read(OFFER), Reader::read("Ada, 41, COO"));
        revise(DRAFT, passages, &offer, &reader, &mut Dice::from_parts(&[seed]))
    }

    #[test]
    fn mostly_what_is_named_goes_and_the_rest_stays() {
        let passages = "1. \"Stripe and Acme\" - nothing that is known supports it\n2. \"[Your name]\" - a blank \
                        that was \
                        never filled in";
        let (mut gone, mut filled) = (0, 0);
        for seed in 0..100 {
            let text = revised(passages, &seed.to_string());
            gone += i32::from(!text.contains("Stripe"));
            filled += i32::from(!text.contains('['));
            assert!(text.starts_with("Subject: Approvals\n\nHi Ada,\n\nWe make a platform for approvals."), "{text}");
            assert!(text.contains("Would 15 minutes suit you?\n\nBest,\n"), "{text}");
        }
        assert!((78..100).contains(&gone) && (78..100).contains(&filled), "{gone} {filled}");
    }

    #[test]
    fn a_passage_that_is_not_there_changes_nothing() {
        for passages in
            ["", "1. \"Globex\" - nothing supports it", "Stripe", "x. \"Stripe\" - y", "1. \"", "1. \"\" - y"]
        {
            assert_eq!(revised(passages, "seed").replace("Stripe", "").len() + 6, DRAFT.len(), "{passages}");
        }
    }
}
