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
            r"\b(?:pain points?|their (?:\w+ ){0,3}(?:problem|challenge|pain|struggle|bottleneck|frustration|priorit)|problems? (?:they|the reader|the persona|that they)|(?:reader|recipient|prospect|persona|person)(?:'s|’s) (?:\w+ ){0,3}(?:problem|challenge|pain|struggle|bottleneck|worr|concern|priorit|situation|needs)|operational challenges|in their own words|what (?:keeps|slows|worries) (?:them|the))",
        ),
        (Tie, r"\b(?:personali[sz]|tailor)\w*"),
        (
            Figures,
            r"\b(?:(?:quote|cite|state|give|use|include|lead with|mention|provide|add|put) (?:\w+ ){0,5}(?:figures?|numbers?|metrics?|percentages?|quantif\w+|hours saved|savings)|quantif\w+ (?:the )?(?:value|benefit|results?|impact|gain)|(?:concrete|specific|exact|hard) (?:figures|numbers|metrics))\b",
        ),
        (
            Mechanism,
            r"\b(?:how (?:it|the product|our product|the platform|the service|that|this) (?:\w+ )?works|the mechanism|what the product (?:actually )?does|how it is done|step by step|explain (?:\w+ ){0,3}(?:how|mechanism)|api/implementation|implementation specifics|technical (?:detail|depth))",
        ),
        (
            Example,
            r"\b(?:(?:a|an|one|short|brief|concrete|worked|illustrative) (?:\w+ ){0,2}(?:example|scenario|use case|illustration)|(?:their|the reader's|same|similar) (?:industry|vertical|size|sector)\b.{0,40}\b(?:example|looks? like|scenario)|what (?:it|this|that) (?:would|could|might) look like|(?:example|scenario|picture)s? (?:\w+ ){0,4}(?:industry|size|sector|company))",
        ),
        (
            Material,
            r"\b(?:offer|send|attach|share|provide|link|point to|promise|propose)\w* (?:\w+[ ,]+){0,6}(?:one-pager|one-page|documentation|docs|write-up|white ?paper|materials?|guide|deck|overview|trial|fact sheet|summary|reading|agenda|case study)",
        ),
        (
            SmallAsk,
            r"\b(?:(?:small|modest|low-commitment|low commitment|soft|easy|brief|short|single|tiny) (?:\w+ ){0,3}(?:ask|request|call|meeting|call to action|cta|next step|question)|(?:10|15|ten|fifteen|20)(?:[- ](?:to|or|–)[- ]?\w+|-\d+)?[- ]minutes?|(?:one|1)[- ](?:line|word) (?:reply|answer)|ask for (?:little|a reply)|reply is enough|asynchronous)",
        ),
        (
            Brief,
            r"\b(?:(?:under|below|at most|within|up to|max(?:imum)?(?: of)?|fewer than|less than|no more than|about|around|<=?) ?\d{2,3} words|keep (?:\w+ ){0,4}(?:short|brief|concise|tight)|(?:be|is|stay|write|remain) (?:\w+ ){0,2}(?:brief|concise|short|succinct)|brevity|(?:three|four|five|two|3|4|5) (?:short )?(?:sentences|paragraphs)|short (?:message|e-?mail|sentences)|to the point|word limit)",
        ),
        (
            Plain,
            r"\b(?:plain(?:ly)?(?: \w+){0,3} (?:tone|language|words|english|style|voice|manner)|plain,|professional(?:,? \w+){0,2} (?:tone|language|style)|matter-of-fact|factual tone|calm(?: \w+){0,2} (?:tone|voice)|understated|sober|simple words|like a (?:colleague|peer))",
        ),
        (
            Integrations,
            r"\b(?:integrat\w+|(?:their|existing|current) (?:\w+ ){0,3}(?:tools|stack|systems|software)|technology ecosystem|tech stack|tools (?:they|the reader|the persona))",
        ),
        (Security, r"\b(?:security|compliance|data protection|privacy|data handling)\b"),
        (Price, r"\b(?:pric(?:e|es|ing)|costs?|budgets?)\b"),
        (Subject, r"\bsubject(?: line)?s?\b"),
        (
            Channel,
            r"\b(?:(?:prefer\w*|favou?rite|chosen|usual) (?:\w+ ){0,4}(?:channel|format|way|style|medium|communication)|(?:communication|contact|meeting) (?:style|preference|format|channel)s?|channel (?:they|the reader|that)|specific meeting formats|how (?:they|the reader) (?:like|prefer)s? to)",
        ),
        (
            Pilot,
            r"\b(?:pilot|proof[- ]of[- ]concept|low[- ]risk (?:\w+ ){0,2}(?:start|step|way|trial)|start small|small (?:first )?(?:test|start|trial)|reversible|try it on one|one (?:process|workflow|team) first)",
        ),
        (
            Opener,
            r"\b(?:open(?:ing|er|s)?|start|begin|first (?:line|sentence)|lead) (?:\w+ ){0,6}(?:reader|their|role|situation|relevan\w*|prospect|recipient|persona|why)",
        ),
        (
            Hype,
            r"\b(?:superlatives?|excit(?:ing|ement|ed)|hype|bold claims|enthusias\w+|game-chang\w+|revolution\w+|world-class|energetic|amaz\w+|big promises|exclamation|buzzwords?|jargon|exaggerat\w+|marketing (?:language|speak|words)|punchy|wow|sales(?:y|-speak)?|adjectives)",
        ),
        (
            Long,
            r"\b(?:in (?:full |great )?detail|at length|comprehensive|thorough(?:ly)?|as much (?:\w+ )?as|at least \d{3} words|\d{3} words or more|every (?:feature|benefit|aspect)|exhaustive|full story|long (?:message|e-?mail|paragraph)s?|rambl\w+|filler|padding|walls? of text|complete picture)",
        ),
        (
            Pushy,
            r"\b(?:urgen\w+|scarcity|deadlines?|pressure|limited (?:time|offer|spots|places)|fear of missing|fomo|act now|push(?:y|ing)?|assertive(?:ly)?|hard[- ]sell|before it is too late|follow up daily|time-limited)",
        ),
        (Flattery, r"\b(?:flatter\w*|compliment\w*|prais\w+|admir\w+|congratulat\w+|impressed)"),
        (Placeholder, r"\b(?:placeholders?|merge fields?|brackets?|blanks?|unfilled|template variables?|fill-in)"),
        (
            Customer,
            r"\b(?:(?:nam(?:e|ing)|mention|reference|cite|include|list|drop|quote|invent|use) (?:\w+[ -]){0,5}(?:customers?|clients?|logos?|brands|competitors|household names|companies)|(?:customer|client) (?:names|logos|references?)|social proof|(?:recogni[sz]ed|well-known|famous|named) (?:\w+ ){0,2}(?:customers?|clients?|companies|brands|logos))",
        ),
        (
            Result,
            r"\b(?:(?:reference|cite|use|quote|mention|include|tell|add|give|show|name|invent|state) (?:\w+[ ,-]+){0,6}(?:case stud\w+|success stor\w+|testimonials?|before[- ]and[- ]after|customers? (?:results?|success\w*|outcomes?|achiev\w+)|client results?|results? (?:of|from|with|that) (?:\w+ ){0,3}(?:customers?|clients?|compan\w+))|customer success|proof points|roi data|track record)",
        ),
        (Certificate, r"\b(?:certif\w+|attestations?|accreditation|soc ?2|iso ?27001)"),
        (
            Post,
            r"\b(?:linkedin|social media|recent (?:\w+ ){0,2}(?:posts?|activity|talks?|articles?|news|announcements?)|speaking engagements|company updates|podcasts?|p\.?s\.? (?:\w+ ){0,3}showing research|(?:saw|read|seen) (?:their|a|the) (?:\w+ )?(?:post|article|talk)s?)",
        ),
        (
            Truth,
            r"\b(?:claim nothing (?:else|more)|(?:only|nothing but|strictly|exclusively|solely)\b.{0,50}\b(?:facts?|stated?|states?|context|supports?|provided|given|above|true|verif\w+|know)|(?:stick|keep|limit\w*) (?:\w+ ){0,3}(?:to )?(?:the |what )?(?:facts|what)|truthful\w*|honest(?:ly)?|grounded|supported by the)",
        ),
    ])
});

/// What stands after a `do not` and then means: claim nothing that the facts do not support.
pub(super) static FORBIDS_INVENTION: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(&[(
        Truth,
        r"\b(?:invent\w*|fabricat\w*|mak(?:e|ing) (?:\w+ ){0,3}up|made[- ]up|unverif\w*|unsupported|unstated|assum\w*|imagin\w*|pretend\w*|claims?|imply|not (?:stated|given|in the))",
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
    super::lexicon::pattern(
        r"\b(?:do not|don't|don’t|does not|never|avoid|no|without|refrain from|skip|omit|leave out|not|instead of|rather than|free of|nothing that|drop the|cut the|cut all|remove)\b",
    )
});
