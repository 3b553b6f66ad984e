//! Wording: how prompts ask for features, and how they forbid them.

use std::sync::LazyLock;

use super::feature::Feature::{
    self, Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material,
    Mechanism, Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie, Truth,
};
use super::lexicon::Lexicon;

/// What an instruction asks for, scanned over the lower-case text of one clause, after its negated part is cut off.
pub(super) static ASKED: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Tie,
            concat!(
                r"\b(?:pain points?|their (?:\w+ ){0,3}(?:problem|challenge|pain|struggle|bottleneck|frustration|",
                r"priorit)|problems? (?:they|the reader|the persona|that they)|(?:reader|recipient|prospect|persona|",
                r"person)(?:'s|’s) (?:\w+ ){0,3}(?:problem|challenge|pain|struggle|bottleneck|worr|concern|priorit|",
                r"situation|needs)|operational challenges|in their own words|what (?:keeps|slows|worries) (?:them|",
                r"the))",
            ),
        ),
        (Tie, r"\b(?:personali[sz]|tailor)\w*"),
        (
            Figures,
            concat!(
                r"\b(?:(?:quote|cite|state|give|use|include|lead with|mention|provide|add|",
                r"put) (?:\w+ ){0,5}(?:figures?|numbers?|metrics?|percentages?|quantif\w+|hours saved|savings)|",
                r"quantif\w+ (?:the )?(?:value|benefit|results?|impact|gain)|(?:concrete|specific|exact|",
                r"hard) (?:figures|numbers|metrics))\b",
            ),
        ),
        (
            Mechanism,
            concat!(
                r"\b(?:how (?:it|the product|our product|the platform|the service|that|this) (?:\w+ )?works|",
                r"the mechanism|what the product (?:actually )?does|how it is done|step by step|",
                r"explain (?:\w+ ){0,3}(?:how|mechanism)|api/implementation|implementation specifics|",
                r"technical (?:detail|depth))",
            ),
        ),
        (
            Example,
            concat!(
                r"\b(?:(?:a|an|one|short|brief|concrete|worked|illustrative) (?:\w+ ){0,2}(?:example|scenario|",
                r"use case|illustration)|(?:their|the reader's|same|similar) (?:industry|vertical|size|",
                r"sector)\b.{0,40}\b(?:example|looks? like|scenario)|what (?:it|this|that) (?:would|could|",
                r"might) look like|(?:example|scenario|picture)s? (?:\w+ ){0,4}(?:industry|size|sector|company))",
            ),
        ),
        (
            Material,
            concat!(
                r"\b(?:offer|send|attach|share|provide|link|point to|promise|",
                r"propose)\w* (?:\w+[ ,]+){0,6}(?:one-pager|one-page|documentation|docs|write-up|white ?paper|",
                r"materials?|guide|deck|overview|trial|fact sheet|summary|reading|agenda|case study)",
            ),
        ),
        (
            SmallAsk,
            concat!(
                r"\b(?:(?:small|modest|low-commitment|low commitment|soft|easy|brief|short|single|",
                r"tiny) (?:\w+ ){0,3}(?:ask|request|call|meeting|call to action|cta|next step|question)|(?:10|15|",
                r"ten|fifteen|20)(?:[- ](?:to|or|–)[- ]?\w+|-\d+)?[- ]minutes?|(?:one|1)[- ](?:line|word) (?:reply|",
                r"answer)|ask for (?:little|a reply)|reply is enough|asynchronous)",
            ),
        ),
        (
            Brief,
            concat!(
                r"\b(?:(?:under|below|at most|within|up to|max(?:imum)?(?: of)?|fewer than|less than|no more than|",
                r"about|around|<=?) ?\d{2,3} words|keep (?:\w+ ){0,4}(?:short|brief|concise|tight)|(?:be|is|stay|",
                r"write|remain) (?:\w+ ){0,2}(?:brief|concise|short|succinct)|brevity|(?:three|four|five|two|3|4|",
                r"5) (?:short )?(?:sentences|paragraphs)|short (?:message|e-?mail|sentences)|to the point|",
                r"word limit)",
            ),
        ),
        (
            Plain,
            concat!(
                r"\b(?:plain(?:ly)?(?: \w+){0,3} (?:tone|language|words|english|style|voice|manner)|plain,|",
                r"professional(?:,? \w+){0,2} (?:tone|language|style)|matter-of-fact|factual tone|",
                r"calm(?: \w+){0,2} (?:tone|voice)|understated|sober|simple words|like a (?:colleague|peer))",
            ),
        ),
        (
            Integrations,
            concat!(
                r"\b(?:integrat\w+|(?:their|existing|current) (?:\w+ ){0,3}(?:tools|stack|systems|software)|",
                r"technology ecosystem|tech stack|tools (?:they|the reader|the persona))",
            ),
        ),
        (Security, r"\b(?:security|compliance|data protection|privacy|data handling)\b"),
        (Price, r"\b(?:pric(?:e|es|ing)|costs?|budgets?)\b"),
        (Subject, r"\bsubject(?: line)?s?\b"),
        (
            Channel,
            concat!(
                r"\b(?:(?:prefer\w*|favou?rite|chosen|usual) (?:\w+ ){0,4}(?:channel|format|way|style|medium|",
                r"communication)|(?:communication|contact|meeting) (?:style|preference|format|channel)s?|",
                r"channel (?:they|the reader|that)|specific meeting formats|how (?:they|the reader) (?:like|",
                r"prefer)s? to)",
            ),
        ),
        (
            Pilot,
            concat!(
                r"\b(?:pilot|proof[- ]of[- ]concept|low[- ]risk (?:\w+ ){0,2}(?:start|step|way|trial)|start small|",
                r"small (?:first )?(?:test|start|trial)|reversible|try it on one|one (?:process|workflow|",
                r"team) first)",
            ),
        ),
        (
            Opener,
            concat!(
                r"\b(?:open(?:ing|er|s)?|start|begin|first (?:line|sentence)|lead) (?:\w+ ){0,6}(?:reader|their|",
                r"role|situation|relevan\w*|prospect|recipient|persona|why)",
            ),
        ),
        (
            Hype,
            concat!(
                r"\b(?:superlatives?|excit(?:ing|ement|ed)|hype|bold claims|enthusias\w+|game-chang\w+|",
                r"revolution\w+|world-class|energetic|amaz\w+|big promises|exclamation|buzzwords?|jargon|",
                r"exaggerat\w+|marketing (?:language|speak|words)|punchy|wow|sales(?:y|-speak)?|adjectives)",
            ),
        ),
        (
            Long,
            concat!(
                r"\b(?:in (?:full |great )?detail|at length|comprehensive|thorough(?:ly)?|as much (?:\w+ )?as|",
                r"at least \d{3} words|\d{3} words or more|every (?:feature|benefit|aspect)|exhaustive|full story|",
                r"long (?:message|e-?mail|paragraph)s?|rambl\w+|filler|padding|walls? of text|complete picture)",
            ),
        ),
        (
            Pushy,
            concat!(
                r"\b(?:urgen\w+|scarcity|deadlines?|pressure|limited (?:time|offer|spots|places)|fear of missing|",
                r"fomo|act now|push(?:y|ing)?|assertive(?:ly)?|hard[- ]sell|before it is too late|follow up daily|",
                r"time-limited)",
            ),
        ),
        (Flattery, r"\b(?:flatter\w*|compliment\w*|prais\w+|admir\w+|congratulat\w+|impressed)"),
        (Placeholder, r"\b(?:placeholders?|merge fields?|brackets?|blanks?|unfilled|template variables?|fill-in)"),
        (
            Customer,
            concat!(
                r"\b(?:(?:nam(?:e|ing)|mention|reference|cite|include|list|drop|quote|invent|",
                r"use) (?:\w+[ -]){0,5}(?:customers?|clients?|logos?|brands|competitors|household names|companies)|",
                r"(?:customer|client) (?:names|logos|references?)|social proof|(?:recogni[sz]ed|well-known|famous|",
                r"named) (?:\w+ ){0,2}(?:customers?|clients?|companies|brands|logos))",
            ),
        ),
        (
            Result,
            concat!(
                r"\b(?:(?:reference|cite|use|quote|mention|include|tell|add|give|show|name|invent|",
                r"state) (?:\w+[ ,-]+){0,6}(?:case stud\w+|success stor\w+|testimonials?|before[- ]and[- ]after|",
                r"customers? (?:results?|success\w*|outcomes?|achiev\w+)|client results?|results? (?:of|from|with|",
                r"that) (?:\w+ ){0,3}(?:customers?|clients?|compan\w+))|customer success|proof points|roi data|",
                r"track record)",
            ),
        ),
        (Certificate, r"\b(?:certif\w+|attestations?|accreditation|soc ?2|iso ?27001)"),
        (
            Post,
            concat!(
                r"\b(?:linkedin|social media|recent (?:\w+ ){0,2}(?:posts?|activity|talks?|articles?|news|",
                r"announcements?)|speaking engagements|company updates|podcasts?|",
                r"p\.?s\.? (?:\w+ ){0,3}showing research|(?:saw|read|seen) (?:their|a|the) (?:\w+ )?(?:post|article|",
                r"talk)s?)",
            ),
        ),
        (
            Truth,
            concat!(
                r"\b(?:claim nothing (?:else|more)|(?:only|nothing but|strictly|exclusively|",
                r"solely)\b.{0,50}\b(?:facts?|stated?|states?|context|supports?|provided|given|above|true|verif\w+|",
                r"know)|(?:stick|keep|limit\w*) (?:\w+ ){0,3}(?:to )?(?:the |what )?(?:facts|what)|truthful\w*|",
                r"honest(?:ly)?|grounded|supported by the)",
            ),
        ),
    ])
});

/// What stands after a `do not` and then means: claim nothing that the facts do not support.
pub(super) static FORBIDS_INVENTION: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(&[(
        Truth,
        concat!(
            r"\b(?:invent\w*|fabricat\w*|mak(?:e|ing) (?:\w+ ){0,3}up|made[- ]up|unverif\w*|unsupported|unstated|",
            r"assum\w*|imagin\w*|pretend\w*|claims?|imply|not (?:stated|given|in the))",
        ),
    )])
});

/// What a single clause asks for (`.0`) and forbids (`.1`). `clause` is in lower case.
pub(super) fn clause_means(clause: &str) -> (Vec<Feature>, Vec<Feature>) {
    let negated = NEGATION.find(clause).map_or(clause.len(), |found| found.start());
    let asked = ASKED.find(&clause[..negated]);
    let mut banned = ASKED.find(&clause[negated..]);
    let mut asked: Vec<Feature> = asked.iter().collect();
    if negated < clause.len() && FORBIDS_INVENTION.find(&clause[negated..]).has(Truth) {
        asked.push(Truth);
    }
    // `Never name customers` forbids; `never go beyond the stated facts` asks for truth.
    if banned.has(Truth) {
        banned.remove(Truth);
        asked.push(Truth);
    }
    (asked, banned.iter().collect())
}

static NEGATION: LazyLock<regex::Regex> = LazyLock::new(|| {
    super::lexicon::pattern(concat!(
        r"\b(?:do not|don't|don’t|does not|never|avoid|no|without|refrain from|skip|omit|leave out|not|",
        r"instead of|rather than|free of|nothing that|drop the|cut the|cut all|remove)\b",
    ))
});
