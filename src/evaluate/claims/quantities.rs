//! Figures that are claimed: numbers that the facts or the persona must state.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::asks::is_ask;
use super::figures::{Figure, Unit};
use super::reading::{Found, Reading, Spoken};
use super::sums;
use super::words::{clause_start, pattern};

/// Figures as claims.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for figure in &reading.figures {
        let Some(sentence) = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end) else {
            continue;
        };
        if sentence.is_frame || is_part_of_name(reading, figure) || is_ask(reading, figure) {
            continue;
        }
        let low = &reading.message.low;
        let by_facts = reading.facts.source.figure(figure, low).map(|statement| statement.text.clone());
        let by_facts = by_facts.or_else(|| sums::stated(reading, figure));
        let support = by_facts.or_else(|| {
            let stated = reading.persona.figure(figure, low)?;
            speaks_of_reader(reading, sentence, figure).then(|| stated.text.clone())
        });
        if support.is_none() && (is_supposed(reading, sentence, figure) || is_loose(reading, sentence, figure)) {
            continue;
        }
        let kind = if figure.unit == Unit::Money && is_price(reading, sentence) { Kind::Price } else { Kind::Figure };
        found.push(Found { start: figure.start, end: figure.end, kind, support });
    }
}

/// Digits of a name: ISO 27001, Microsoft 365, SOC 2.
fn is_part_of_name(reading: &Reading<'_>, figure: &Figure) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:\b(?:soc|iso|type|level|tier|grade|phase|step|part|series|office|dynamics|microsoft|m|google|windows|s|area|web|industry|version|nist|pci|fips|cfr|wcag|option|round|top|q|h|fortune|inc|formula|studio|section|article|class|building|route|exit|line|model|rule|page|point|lesson|day|day one|http\S*|www\S*|\S+@\S*|\+)[ .-]?|[#/=_])$",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[figure.start.saturating_sub(32)..figure.start];
    let year = figure.unit == Unit::Bare && (1900.0..2100.0).contains(&figure.value) && figure.value.fract() == 0.0;
    static FOUNDED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:founded in|established in|started in|(?:we|us|our|business|company|serving|running) [^.;!?]{0,12}since) $",
        )
    });
    let counts = matches!(figure.unit, Unit::Money | Unit::Percent);
    (NAMED.is_match(before) && !counts) || (year && !FOUNDED.is_match(before))
}

/// Whether the clause speaks of the reader, so that the persona may support it.
fn speaks_of_reader(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|yours|you'd|you'll)\b"));
    static US: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|our|us|we've|we're|clients?|customers?|it (?:cuts|saves|reduces)|cuts|reduces|saves|delivers)\b",
        )
    });
    let low = reading.message.low.as_bytes();
    let whole = &low[sentence.start..sentence.end];
    let from = clause_start(&reading.message.low, sentence.start, figure.start);
    READER.is_match(&low[from..sentence.end]) || (READER.is_match(whole) && !US.is_match(whole)) || !US.is_match(whole)
}

/// Figures that are supposed and not said: after `imagine` and `if`, or of what something would be worth.
fn is_supposed(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static WOULD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:what would|what could|would|could|might|even) (?:\w+ ){0,4}?(?:mean|be worth|look like|change|be|save|do|help|matter|free)?\b[^.;!?]{0,30}$|\bwhether\b[^.;!?]{0,50}$",
        )
    });
    static PROMISE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|it|this|platform|product|you) (?:could|would|can|will)\b[^.;!?]{0,60}$|\bhow we\b|\bopen to\b|\binterested in\b|\bcould (?:help|cut|reduce|save)",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[sentence.start..figure.start];
    sentence.is_imagined || sentence.is_scenario || (WOULD.is_match(before) && !PROMISE.is_match(before))
}

/// Numbers that nobody checks: one or two things, small counts in words, times that belong to an offer.
fn is_loose(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static USUAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:every|each|once|twice|per|a|one|first|same|all|whole|most of|half of|half|any|another|rest of the|end of the|this|that|of the|in the|for|any given|until|between)[ -]$",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[figure.start.saturating_sub(24)..figure.start];
    // Ten minutes that nothing gets shorter by are a call, a read, or a way of speaking.
    if figure.minutes
        && (figure.in_words || sentence.is_offer || sentence.is_question)
        && !is_benefit(reading, sentence, figure)
    {
        return true;
    }
    match figure.unit {
        Unit::Text => figure.value < 300.0,
        Unit::Bare => figure.value < 10.0 || (sentence.is_subject && figure.value < 100.0),
        Unit::Heads => {
            figure.in_words && figure.value > 0.0 && figure.value < 10.0 && !is_of_customers(reading, figure)
        }
        Unit::Time if figure.in_words && figure.value > 0.0 => {
            let text = &reading.message.low[figure.start..figure.end];
            let bare = ["in ", "within ", "under ", "inside ", "after ", "than ", "before "]
                .iter()
                .any(|word| text.starts_with(word));
            // `Spent in one year`: once, and no number.
            let once = text.starts_with("one ") && !is_benefit(reading, sentence, figure);
            once || (bare && !is_benefit(reading, sentence, figure))
                || USUAL.is_match(before)
                || (figure.value <= 24.0 && figure.minutes && sentence.is_offer)
        }
        Unit::Time if figure.value == 0.0 => !is_benefit(reading, sentence, figure),
        Unit::Percent | Unit::Times if figure.in_words => !is_benefit(reading, sentence, figure),
        Unit::Percent => figure.value == 100.0 && figure.in_words,
        _ => false,
    }
}

fn is_of_customers(reading: &Reading<'_>, figure: &Figure) -> bool {
    let text = &reading.message.low[figure.start..figure.end];
    ["customer", "client", "compan", "clinic", "firm", "organi", "business", "startup", "hospital", "bank"]
        .iter()
        .any(|noun| text.contains(noun))
}

/// Whether a figure in words tells of a gain: `halved`, `in days`, `hours a week`, `hundreds of firms`.
fn is_benefit(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static GAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:cut\w*|reduc\w*|sav\w+|shrink\w*|drop\w*|short\w*|faster|quicker|live|up and running|onboard\w*|deploy\w*|implement\w*|set-?up|set up|switch\w* on|install\w*|activat\w*|go-live|payback|pays?|results?|return\w*|free\w* up|reclaim\w*|recover\w*|gain\w*|gets? back|gives? back|back|increas\w*|boost\w*|improv\w*|grow\w*|deliver\w*|launch\w*|migrat\w*|roi|fewer|less|lower\w*|halv\w*|doubl\w*|tripl\w*|eliminat\w*|wins?|output|productiv\w*|value)\b",
        )
    });
    static READER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you(?:'re| are|'ve| have)? (?:\w+ )?(?:spend|los|wast|doubl|grow|grew|tripl|halv|burn|giv|put)\w*|your team (?:\w+ )?(?:spend|los|wast|doubl|grow|burn)\w*|loses?|losing|eats?|eating|takes?|costs?|costing|goes|going into|disappear\w*|vanish\w*|as you (?:grow|scale))\b",
        )
    });
    let low = reading.message.low.as_bytes();
    let from = clause_start(&reading.message.low, sentence.start, figure.start);
    GAIN.is_match(&low[sentence.start..sentence.end])
        && !READER.is_match(&low[from..figure.start])
        && !(sentence.is_question && sentence.is_offer)
}

fn is_price(reading: &Reading<'_>, sentence: &Spoken) -> bool {
    static PRICE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pric\w+|costs?|start\w*|plans?|per (?:seat|user|month|year|location|bed|truck)|a (?:month|year|seat)|/(?:mo|month|year|user|seat)|fees?|subscription|from [$])",
        )
    });
    PRICE.is_match(reading.low(sentence).as_bytes())
}
