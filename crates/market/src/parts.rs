//! Parts: which parts of a prompt are fact, rule and advice, and which advice asks for lies, by the market's own truth.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::dice::Dice;
use super::feature::Feature::{Certificate, Customer, Figures, Post, Result};
use super::generator::can_show;
use super::lexicon::pattern;
use super::offer::{Offer, is_offer_line};
use super::plan::Plan;
use super::proposals::items;

/// How often an item that asks for a lie escapes it: models that read for others miss a few of a hundred.
const MISSES: f64 = 0.04;

static RULE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:sign(?:ed)? (?:as|off|it)|signature|opt[- ]out|unsubscribe|reply stop|not interested\?|",
        r"language of|in (?:german|french|english|spanish|dutch|japanese)|never mention|always (?:end|begin|",
        r"include)|write (?:a|one) (?:\w+ ){0,3}(?:e-?mail|message)|html|json|leave them as they are)\b",
    ))
});
static KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\p{Lu}[\p{L} /&-]{1,30}: \S"));
static ORDERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\W*(?:\d+[.)] )?(?:be|make|think|build|consider|demonstrate|focus|use|write|keep|avoid|never|",
        r"always|do|don't|no|show|name|ask|open|close|end|start|begin|say|give|offer|tie|lead|include|mention|",
        r"explain|match|respect|propose|suggest|personali[sz]e|remember|weigh|vary|check|address|speak)\b",
    ))
});
static BANS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:avoid|never|don't|do not|without|no)\b"));
static CHATTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:let me know|here is|i hope|feel free)\b|^subject:|\n\n"));

/// Marks the blocks of a prompt, every line with its number in the margin.
pub(super) fn split(blocks: &str) -> Value {
    let (mut found, mut heading): (Vec<(u64, String, bool)>, &str) = (Vec::new(), "");
    for line in blocks.lines() {
        let Some((margin, text)) = line.split_once('|') else { continue };
        let text = text.strip_prefix(' ').unwrap_or(text);
        match (margin.trim().parse::<u64>(), found.last_mut()) {
            (Ok(number), Some((last, block, _))) if *last == number => {
                block.push('\n');
                block.push_str(text);
            }
            (Ok(number), _) => found.push((number, text.to_owned(), BANS.is_match(heading))),
            (Err(_), _) => heading = text,
        }
    }
    let block = |(number, text, needs_heading): &(u64, String, bool)| {
        let pieces: Vec<(&str, &str)> = text.split_sentence_bounds().map(|piece| (part(piece), piece)).collect();
        let whole = if text.contains('\n') { part(text.lines().next().unwrap_or_default()) } else { part(text) };
        let is_mixed =
            !text.contains('\n') && !KEY.is_match(text) && pieces.iter().any(|(part, _)| *part != pieces[0].0);
        let pieces: Vec<Value> =
            pieces.iter().filter(|_| is_mixed).map(|(part, text)| json!({"part": part, "text": text})).collect();
        let part = if is_mixed { "mixed" } else { whole };
        json!({"number": number, "part": part, "needs_heading": needs_heading, "pieces": pieces})
    };
    json!({"blocks": found.iter().map(block).collect::<Vec<_>>()})
}

fn part(text: &str) -> &'static str {
    let plan = Plan::read(text);
    if is_offer_line(text) {
        "fact"
    } else if RULE.is_match(text) {
        "rule"
    } else if plan.asked.len() + plan.banned.len() > 0 || ORDERS.is_match(text) {
        if KEY.is_match(text) && !ORDERS.is_match(text) { "fact" } else { "advice" }
    } else {
        "fact"
    }
}

/// Finds the items with which a message could not be true, and those that are no advice.
pub(super) fn check(facts: &str, numbered: &str, dice: &mut Dice) -> Value {
    let offer = Offer::read(facts);
    let mut faults = Vec::new();
    for (at, item) in items(numbered).iter().enumerate() {
        let asked = Plan::read(item).asked;
        let lies = asked.has(Post)
            || [Customer, Certificate, Figures]
                .iter()
                .any(|feature| asked.has(*feature) && !can_show(&offer, *feature))
            || (asked.has(Result) && !can_show(&offer, Customer));
        let kind = if CHATTER.is_match(item) {
            "message"
        } else if lies {
            "claims"
        } else {
            continue;
        };
        if !dice.chance(MISSES) {
            faults.push(
                json!({"item": at + 1, "kind": kind, "quote": item, "reason": "no message could do so and be true"}),
            );
        }
    }
    json!({ "faults": faults })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::lines;
    use crate::calibrate::OFFER;
    use crate::feature::Feature;

    fn parts(blocks: &str) -> Vec<String> {
        let answer = split(blocks);
        let blocks = answer["blocks"].as_array().unwrap().clone();
        blocks.iter().map(|block| block["part"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn blocks_are_marked_by_what_they_say() {
        let blocks = "1| Company: Tidewater\n2| Material: a guide, a tour\n| How to write:\n\
                      3| - Be brief: under 90 words.\n4| - Sign as Tom.\n\
                      5| - Be authentic.\n6| Tidewater is a platform. Keep it short.\n7| - Name one\n7|   problem.";
        assert_eq!(parts(blocks), ["fact", "fact", "advice", "rule", "advice", "mixed", "advice"]);
        let mixed = split(blocks)["blocks"][5]["pieces"].clone();
        assert_eq!(mixed[0], json!({"part": "fact", "text": "Tidewater is a platform. "}));
        assert_eq!(mixed[1], json!({"part": "advice", "text": "Keep it short."}));
    }

    #[test]
    fn advice_that_no_honest_message_can_follow_is_found() {
        let mut dice = Dice::from_parts(&["check"]);
        let (mut lies, mut honest) = (0, 0);
        for feature in Feature::ALL {
            for line in lines(feature) {
                let found = check(OFFER, &format!("1. {line}"), &mut dice)["faults"].as_array().unwrap().len();
                if Feature::INVENTED.contains(&feature) { lies += found } else { honest += found }
            }
        }
        assert!(lies >= 8 && honest == 0, "{lies} {honest}");
    }
}
