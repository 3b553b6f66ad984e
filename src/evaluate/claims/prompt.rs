//! Faults of a prompt: what in it makes messages lie.

use std::fmt;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::asked::{ASKED, is_aside, is_licensed};
use super::facts::{Facts, Heading, heading, is_bullet, is_instruction, is_labelled, is_offering};
use super::figures::{Figure, Unit, figures};
use super::fold::{Folded, quote};
use super::limits::{is_forbidden, is_marked, is_restricted};
use super::standards::standards;
use super::words::pattern;
use super::{Kind, audit, names};

/// A passage of a prompt that makes messages lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptFault {
    /// The passage, a sentence or a line, as it stands in the prompt.
    pub passage: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a passage of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// It tells the writer to claim what nobody has stated.
    AsksFor(Kind),
    /// It states what the facts do not.
    States(Kind),
    /// It tells the writer to invent, outright.
    AsksToInvent,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = |kind: &Kind| match kind {
            Kind::Customer => "customers",
            Kind::Figure => "figures",
            Kind::Result => "results",
            Kind::Certification => "certifications",
            Kind::Integration => "integrations",
            Kind::SharedHistory => "something seen or shared with the reader",
            Kind::Price => "prices, conditions or deadlines",
            Kind::Placeholder => "blanks",
            Kind::Other => "awards, press or people",
        };
        match self {
            Why::AsksFor(kind) => write!(f, "asks for {} that the facts do not state", what(kind)),
            Why::States(kind) => write!(f, "states {} that the facts do not", what(kind)),
            Why::AsksToInvent => f.write_str("asks to invent"),
        }
    }
}

/// The passages of a prompt that would make messages claim what the facts do not state: instructions that ask for customers,
/// results, figures, certifications, integrations, sightings or deadlines that are not there, and statements that say more
/// than the facts. At most one fault a passage; none for a prompt that keeps to the facts.
#[must_use]
pub fn prompt_faults(prompt: &str, facts: &Facts) -> Vec<PromptFault> {
    let known = squeezed(&Folded::of(&facts.text).low);
    let mut faults = Vec::new();
    let mut instructing = false;
    for line in prompt.lines() {
        if let Some(heading) = heading(line) {
            instructing = match heading {
                Heading::Instructions => true,
                Heading::Facts => false,
                Heading::Unknown => instructing,
            };
            // A heading such as `3. Cite case studies:` is an instruction like any other.
            if !is_instruction(line) {
                continue;
            }
        }
        let folded = Folded::of(line);
        let bare = is_bullet(&folded.low) || !folded.low.trim_end().ends_with(['.', '!', '?']);
        for sentence in folded.sentences() {
            let passage = quote(line, sentence.start, sentence.end);
            let text = Folded::of(&passage);
            if known.contains(&squeezed(&text.low)) {
                continue;
            }
            let instructs = is_instruction(&passage)
                || is_instruction(line) && !is_labelled(&folded.low)
                || (instructing && bare && !is_labelled(&text.low) && !is_offering(&text.low));
            let why = if instructs { instruction(&passage, &text, facts) } else { statement(&passage, &text, facts) };
            faults.extend(why.map(|why| PromptFault { passage, why }));
        }
    }
    faults
}

/// Without what a list or a line break adds.
fn squeezed(low: &str) -> String {
    let words: Vec<&str> = low.split_whitespace().collect();
    words.join(" ").trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '%').to_owned()
}

fn instruction(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static INVENTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:invent|fabricate|make (?:\w+ ){0,4}?up\b|made-up|embellish|exaggerate|inflate|round up|stretch the|pretend|fictional|fictitious|improvise|(?:plausible|believable|realistic|credible|convincing|likely|reasonable)(?:-sounding)? (?:\w+ ){0,2}?(?:numbers?|figures?|metrics?|customers?|clients?|names?|results?|statistics?|case|details?|stor(?:y|ies)|examples? of (?:customers|clients))|even if (?:it|they|you|we|the|none|no)|assume (?:we|the product|the company|our|that we))\b",
        )
    });
    let low = &text.low;
    for found in INVENTS.find_iter(low.as_bytes()) {
        if !is_forbidden(low, found.start()) && !is_marked(low) {
            return Some(Why::AsksToInvent);
        }
    }
    if is_restricted(low) {
        return dictated(passage, text, facts);
    }
    for asked in ASKED.iter() {
        for found in asked.pattern.find_iter(low.as_bytes()) {
            let matched = &low[found.start()..found.end()];
            let forbidden = is_forbidden(low, found.start()) || is_forbidden(low, found.end());
            if !forbidden && !is_aside(low, found.start(), asked.kind) && !is_licensed(asked.kind, matched, low, facts)
            {
                return Some(Why::AsksFor(asked.kind));
            }
        }
    }
    dictated(passage, text, facts)
}

/// What is to be said word for word: in quotation marks, or after `say that`; and figures that the facts do not have.
fn dictated(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static SAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"\b(?:that|how) ((?:we|our|the (?:product|platform|company|software|tool)|it|(?:most |many |some |all )?(?:customers|clients|teams|users|companies))\b.{8,})$|"([^"]{8,})"|\b(?:such as|e\.g\.|like|for example):? '([^']{12,})'"#,
        )
    });
    let low = &text.low;
    for captures in SAY.captures_iter(low.as_bytes()) {
        let Some(said) = captures.iter().skip(1).flatten().next() else { continue };
        if is_forbidden(low, said.start()) {
            continue;
        }
        let words = quote(passage, said.start(), said.end());
        if let Some(claim) = audit(&words, facts, "").ungrounded().find(|claim| claim.kind != Kind::Placeholder) {
            return Some(Why::States(claim.kind));
        }
    }
    let unknown = figures(low).into_iter().find(|figure| {
        is_of_benefit(figure, low) && !is_forbidden(low, figure.start) && facts.source.figure(figure, low).is_none()
    });
    unknown.map(|_| Why::States(Kind::Figure))
}

/// Whether a figure in an instruction measures what is offered, and not the message or the ask.
pub(super) fn is_of_benefit(figure: &Figure, low: &str) -> bool {
    static GAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:sav\w+|cut\w*|reduc\w+|faster|reclaim\w*|recover\w*|payback|pay\w*|go live|goes live|live in|onboard\w*|roi|gain\w*|return)\b",
        )
    });
    static ASK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:call|meeting|chat|demo|read|words?|sentences?|message|length|subject|of the message|tone|of readers)\b",
        )
    });
    match figure.unit {
        Unit::Money | Unit::Times => !figure.in_words,
        Unit::Percent => {
            !figure.in_words && !ASK.is_match(&low.as_bytes()[figure.end..(figure.end + 24).min(low.len())])
        }
        Unit::Time => figure.value > 0.0 && GAIN.is_match(low.as_bytes()) && !ASK.is_match(low.as_bytes()),
        Unit::Heads => ["customer", "client", "compan"].iter().any(|noun| low[figure.start..figure.end].contains(noun)),
        Unit::Text | Unit::Bare => false,
    }
}

/// A statement that is none of the facts.
fn statement(passage: &str, text: &Folded, facts: &Facts) -> Option<Why> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[\s*#>-]*\**(customers?|clients?|references?|case stud(?:y|ies)|integrations?|connectors?|works with|certifications?|security|compliance|awards?|press|partners?|investors?|traction|founders?|team|proof|results?)\**\s*:\**\s*(.*)$",
        )
    });
    if let Some(captures) = LABEL.captures(text.bytes())
        && let (Some(label), Some(value)) = (captures.get(1), captures.get(2))
    {
        let kind = match &text.low[label.start()..label.end()] {
            label if label.starts_with("customer") || label.starts_with("client") || label.starts_with("reference") => {
                Kind::Customer
            }
            label if label.starts_with("integ") || label.starts_with("conn") || label.starts_with("works") => {
                Kind::Integration
            }
            label if label.starts_with("cert") || label.starts_with("sec") || label.starts_with("compl") => {
                Kind::Certification
            }
            label if label.starts_with("case") || label.starts_with("result") || label.starts_with("proof") => {
                Kind::Result
            }
            _ => Kind::Other,
        };
        let value_cased = format!("x {}", &text.cased[value.start()..value.end()]);
        let unknown = names::names(&value_cased).into_iter().any(|name| !facts.source.knows(&name));
        let uncertified =
            standards(&text.low).any(|name| !facts.source.statements.iter().any(|s| s.folded.low.contains(name)));
        if unknown || uncertified {
            return Some(Why::States(kind));
        }
    }
    let found = audit(passage, facts, "");
    found.ungrounded().find(|claim| claim.kind != Kind::Placeholder).map(|claim| Why::States(claim.kind))
}
