//! Facts: what the offer may truthfully claim, and what of a text states them.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::fold::{Folded, quote};
use super::source::Source;
use super::words::pattern;

/// How often facts are taken from their own text at most: every time some statements fewer, or the same.
const READINGS: usize = 20;

/// What the offer may truthfully claim. Read once, asked about many messages.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The statements alone, one a line, in the words of the text that they were taken from.
    pub text: String,
    pub(super) source: Source,
}

impl Facts {
    /// Takes the facts from a text, which may be a whole prompt: what tells the writer how to write states nothing and is
    /// left out.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let statements = statements(text);
        Facts { source: Source::of(&statements), text: statements.join("\n") }
    }

    /// The facts of an offer: what is given, else what the first prompt states. They are the same when they are taken
    /// from their own text, which is what files keep.
    #[must_use]
    pub fn of_offer(prompt: &str, given: Option<&str>) -> Self {
        let mut facts = Facts::of(given.unwrap_or(prompt));
        // Without the heading that stood above it a line may be taken for an instruction.
        for _ in 0..READINGS {
            let again = Facts::of(&facts.text);
            if again.text == facts.text {
                break;
            }
            facts = again;
        }
        facts
    }

    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The statements of a text: sentences and lines that are neither headings nor instructions.
pub(super) fn statements(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut instructing = false;
    for line in text.lines() {
        if let Some(heading) = heading(line) {
            instructing = match heading {
                Heading::Instructions => true,
                Heading::Facts => false,
                Heading::Unknown => instructing,
            };
            continue;
        }
        let folded = Folded::of(line);
        if is_labelled(&folded.low) {
            let instructs = is_instruction(line) || (instructing && is_bullet(&folded.low));
            if !instructs {
                found.extend(kept_sentences(line, &folded));
            }
            continue;
        }
        // Under a heading that announces instructions a bare phrase is one as well.
        if instructing && !is_offering(&folded.low) {
            continue;
        }
        found.extend(kept_sentences(line, &folded));
    }
    found
}

fn kept_sentences(line: &str, folded: &Folded) -> Vec<String> {
    let sentences = folded.sentences();
    let texts = sentences.iter().map(|sentence| quote(line, sentence.start, sentence.end));
    texts.filter(|sentence| !is_instruction(sentence)).collect()
}

/// What a heading announces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    Instructions,
    Facts,
    Unknown,
}

/// A line that announces what follows: `Company profile:`, `## Rules`, `3. Value Demonstration`.
pub(super) fn heading(line: &str) -> Option<Heading> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:#{1,6}\s+[^\n]{1,80}|\*\*[^*\n]{1,60}:?\*\*:?|(?:\d{1,2}[.)]\s+)?[a-z][^.\n?!]{0,70}:|\d{1,2}[.)]\s+[a-z&/, -]{3,40}|<[a-z_ -]{3,30}>)\s*$",
        )
    });
    static RULES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:guidelines?|instructions?|rules?|requirements?|format\w*|style|tone|voice|structure|call[ -]to[ -]action|cta|personali[sz]ation|demonstration|building|articulation|how to|process|approach|do(?:n't|s| not)?|never|always|must|should|avoid|task|your job|your role|output|message|e-?mail|writing|write|steps?|checklist|principles|research|proof points|opening|closing|length|subject|constraints?|strategy|generation|elements|include|use|focus on|tips|before (?:sending|you write))\b",
        )
    });
    static FACTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:facts?|company|profile|about (?:us|the|our)|context|product|offer(?:ing)?|background|what we (?:do|sell|offer)|who we are|customers?|clients?|integrations?|pricing|price|security|features?|statements?|knowledge|details)\b",
        )
    });
    let low = Folded::of(line).low;
    if !LINE.is_match(low.as_bytes()) {
        return None;
    }
    Some(if RULES.is_match(low.as_bytes()) {
        Heading::Instructions
    } else if FACTS.is_match(low.as_bytes()) {
        Heading::Facts
    } else {
        Heading::Unknown
    })
}

/// Labels that facts are listed under.
const FACT_LABEL: &str = r"(?:promise|guarantees|conditions|stud(?:y|ies)|hardware|trainers?|company(?: name| profile)?|about(?: us| the company)?|who we are|what we (?:do|sell|offer|make)|industry|sector|products?(?: name)?|services?|platform|solution|value prop(?:osition)?s?|benefits?|target(?: market| customers?| audience)?|market|audience|ideal customers?|stage|focus|customers?|clients?|references?|case stud(?:y|ies)|results?|outcomes?|proof|pricing|prices?|plans?|cost|trial|contract|terms|guarantee|integrations?|connectors?|works with|security|compliance|certifications?|certificates?|hosting|data|privacy|founded|founders?|headquarters|hq|location|team|traction|funding|investors?|website|facts?|offer(?:ing)?|users?|materials?|resources|support|onboarding|implementation|rollout|set-?up|features?|capabilities|how it works|technology|awards?|press|languages?|availability|limits?|limitations?|not offered|differentiators?|mission|size|name|sender|problem|pilot|training|deployment|uptime|sla|coverage|numbers|figures|metrics|evidence|track record|background|context|regions?|delivery|warranty)";

pub(super) fn is_labelled(low: &str) -> bool {
    static LABEL: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"^\s*(?:[-*]|\d{{1,2}}[.)])?\s*\**{FACT_LABEL}\**\s*:\**\s*\S")));
    LABEL.is_match(low.as_bytes())
}

pub(super) fn is_bullet(low: &str) -> bool {
    static BULLET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[-*]|\d{1,2}[.)])\s"));
    BULLET.is_match(low.as_bytes())
}

/// Whether a line speaks of the offer itself, as a statement under a heading of instructions must to be taken for one.
pub(super) fn is_offering(low: &str) -> bool {
    static OFFERING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:[-*]\s*)?(?:we|our (?:company|product|platform|customers|clients|team)|the (?:company|product|platform))\s+\w+",
        )
    });
    OFFERING.is_match(low.as_bytes())
}

/// Whether a line (or a sentence) tells the writer how to write rather than what the offer is. An empty line does not.
#[must_use]
pub fn is_instruction(line: &str) -> bool {
    let low = Folded::of(line).low;
    let low = low.as_bytes();
    if is_about_writer(low) {
        return true;
    }
    static LABELLED: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"^[\s*#>-]*(?:\d{{1,2}}[.)]\s*)?\**({FACT_LABEL})\**\s*:\**\s*(.*)$")));
    if let Some(found) = LABELLED.captures(low) {
        return found.get(2).is_some_and(|content| tells(content.as_bytes(), true));
    }
    static OTHER_LABEL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[\s*#>-]*(?:\d{1,2}[.)]\s*)?\**([a-z][a-z /&'-]{1,30})\**\s*:\**\s*(\S.*)$"));
    static RULE_LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:tone|style|length|format|cta|call[ -]to[ -]action|subject(?: line)?|opening|opener|hook|closing|close|structure|voice|ask|goals?|rules?|do|don'?ts?|dos|avoid|never|always|p\.?s|important|note|remember|sign-?off|greeting|output|task|role|instructions?|body|personali[sz]ation|wording|must|language style|paragraph|line|step|first|second|third|finally|honesty|truth|brevity|truthfulness|accuracy|relevance)\b",
        )
    });
    if let Some(found) = OTHER_LABEL.captures(low) {
        let is_rule = found.get(1).is_some_and(|label| RULE_LABEL.is_match(label.as_bytes()));
        return is_rule || tells(low, false) || found.get(2).is_some_and(|content| tells(content.as_bytes(), false));
    }
    tells(low, false)
}

/// Words to the writer: what it must do, what the message must be.
fn is_about_writer(low: &[u8]) -> bool {
    static WRITER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you (?:must|should|may|can|need to|have to|will (?:write|get|receive|be given)|shall|are (?:to|allowed|given|an? (?:\w+ ){0,3}(?:writer|assistant|expert|copywriter|sdr|salesperson|generator)))|(?:the|each|every|your) (?:message|e-?mail|subject(?: line)?|tone|opening(?: line)?|closing|p\.?s\.?|reader|recipient|prospect|persona|draft|note) (?:must|should|may|can|needs?|has to|is to|ought|never|always|stays?|reads?|opens?|ends?|names?)|must (?:be|not|contain|include|never)|should (?:be|not|contain|include|never|sound|read|feel|mention|reference)|(?:is|are) (?:forbidden|not allowed|to be avoided|required)|(?:no|at most|up to|under|fewer than|max(?:imum)?) (?:more than )?\d+ (?:words|sentences|characters|lines|paragraphs)|\d+ (?:to|-) ?\d+ words|in the message|the prospect's|the recipient's|their linkedin|prospect'?s? )\b",
        )
    });
    WRITER.is_match(low)
}

/// Whether a clause begins with a verb that tells the writer what to do. Of a fact's value only those verbs count that
/// products have no use for: `Product: automate invoices` states, `Security: offer to answer` instructs.
fn tells(low: &[u8], of_a_fact: bool) -> bool {
    const ALWAYS: &str = r"(?:mention|include|reference|refer|cite|quote|write|say|state|tell|describe|emphasi[sz]e|highlight|propose|suggest|avoid|do not|don't|never|always|please|use (?:a|an|the|only|plain|short|specific|their|concrete|at|no|numbers|figures|metrics|social|urgency)|keep (?:it|the|to|your|messages?|under|sentences|paragraphs|everything|every)|make sure|ensure (?:that )?(?:the message|you|each|every)|be (?:brief|specific|concise|honest|clear|direct|polite|concrete|plain|short|warm|truthful|human|friendly)|offer to|offer (?:upfront|specific|customer|a|an|one|the)|ask|invite|address (?:the|their|them|one|each)|open with|start (?:with|by)|begin (?:with|by)|end with|close with|lead with|finish with|sign|promise|demonstrate|show (?:that|how|awareness|them|the|you)|stick to|focus on|name (?:the|a|one|two|specific|customers?|clients?|well|no|only|similar|at)|drop|invent|fabricate|pretend|assume|imply|personali[sz]e|tailor|adapt|match (?:the|their|prospect)|mirror|align|acknowledge|compliment|congratulate|praise|limit|rely|remember|return|output|follow (?:these|this|the)|treat|answer (?:in|with)|speak|sound|respect|leave (?:out|no)|skip|add (?:a|an|one|no|social|urgency|personal)|put|weave|provide (?:a|an|the reader|specific|concrete|quantifiable|social|proof|evidence|api|examples?|numbers|metrics|statistics)|give (?:a|an|one|the reader|them|specific|concrete|numbers|examples?|proof|evidence|two|three)|create (?:a sense|urgency|the impression|curiosity)|build (?:trust|credibility|rapport|urgency)|establish (?:trust|credibility|rapport|authority)|convey|articulate|explain (?:how|what|why|in|the)|connect (?:the|it|to their|every|your|what)|tie|link (?:to|the|their|every)|attach|hint|claim|boast|show off|back (?:up|every|each|it|your|claims)|support (?:every|each|your|claims|the claim)|prove|draw|pick|choose|select|find|look (?:up|for)|research|check|read|prefer|restrict|spell out|where (?:people|the|you|they)|when (?:the|you|they|a|it|in|relevant)|if (?:the|you|they|a|an|it|there|asked|no|nothing|something|unsure|in)|for (?:technical|each|every|executives|formal)|only (?:claim|use|state|mention|name|cite|say|write|what|the)|nothing|no (?:hype|invented|placeholders?|superlatives?|jargon|flattery|pressure|buzzwords?|customer|client|made|fabricated|emoji\w*|exclamation|urgency|claims?|figures?|numbers?|bullet|fluff|names?|certifications?|subject|more)|one (?:ask|question|sentence|idea|paragraph|call|clear)|short (?:sentences|paragraphs)|plain (?:language|tone|words|english)|under \d+|write|vary|repeat|talk (?:about|as|like)|note (?:that you|their)|let (?:the|them)|greet|get (?:to|straight)|stay (?:with|within|truthful|honest|brief|under)|hold)";
    const ELSE: &str = r"(?:use|keep|offer|ensure|provide|give|show|make|be|create|build|connect|name|address|present|feature|list|share|start|open|close|end|lead|mind|thank|reveal|frame|position|appeal|act|aim|work in|bring up|call out|point (?:out|to)|leverage|employ|incorporate|insert|apply|stress|underline|underscore|showcase|illustrate|touch on|evoke|instil|instill|inject|sprinkle|trigger|urge|push|persuade|convince|warn|remind|recall|consider|think|try|help (?:the|them)|choose|maintain|preserve|retain|write)\b";
    static COMMON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r#"^[\s*>"'()#-]*(?:\d{{1,2}}[.)]\s*)?(?:also,? |then,? |and |finally,? |first,? |instead,? |next,? )?{ALWAYS}\b"#
        ))
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(r#"^[\s*>"'()#-]*(?:\d{{1,2}}[.)]\s*)?(?:also,? |then,? |and |finally,? |first,? )?{ELSE}"#))
    });
    // `Promise: if it does not fit, we take it back` is a condition of the offer.
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:if|when|where|should) [^.;!?]{3,80}, (?:we|the customer|customers|clients|nothing|you (?:pay|get)) \w",
        )
    });
    if of_a_fact && CONDITION.is_match(low) {
        return false;
    }
    COMMON.is_match(low) || (!of_a_fact && OTHER.is_match(low))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_given_goes_before_what_the_prompt_states() {
        let prompt = "Company: Brackwater\nCustomers: Northwind\n\nInstructions:\n- Cite results of 80% at customers.";
        assert_eq!(Facts::of_offer(prompt, None).text, "Company: Brackwater\nCustomers: Northwind");
        assert_eq!(Facts::of_offer(prompt, Some("Customers: Acme")).text, "Customers: Acme");
    }

    proptest! {
        /// Files keep the text alone: who reads them has the same facts, and so the same name for who wrote.
        #[test]
        fn the_facts_of_an_offer_are_the_facts_of_their_own_text(
            lines in prop::collection::vec(
                prop::sample::select(vec![
                    "Company: Brackwater", "## Facts", "Instructions:", "We serve 500 firms. Always say so.", "- Be brief",
                    "Our platform saves 45%.", "1. Value Demonstration", "Teams save time, and so: ", "Pricing:", "",
                    "The product works with Slack. How to write: Use it.",
                ]),
                0..12,
            ),
        ) {
            let facts = Facts::of_offer(&lines.join("\n"), None);
            prop_assert_eq!(&Facts::of(&facts.text).text, &facts.text);
        }
    }
}
