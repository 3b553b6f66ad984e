//! Promises: what is said to happen to the reader, what is guaranteed, and what comes with the product.

use std::sync::LazyLock;

use super::Kind;
use super::phrases::{self, Phrase};
use super::reading::{Found, Reading};

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    vec![
        Phrase::new(
            r"\byour (?:[\w'-]+ ){1,3}?will (?:\w+ )?(?:lower|drop|fall|halve|double|triple|save|pay (?:for|back|less)|disappear|vanish|shrink|thank|never|rise|grow|improve|be (?:gone|halved|lower|live|delighted))\b|\byou(?:'ll| will) (?:\w+ )?(?:never|save|halve|double|recover|recoup|cut|no longer|be (?:live|up and running)|get (?:back|your money)|earn|win)\b",
            Kind::Result,
        )
        .of_reader()
        .with_the_rest(),
        Phrase::new(
            r"\bwe(?:'ll| will| even)? (?:pay (?:the|any|for|all|back|you)|cover (?:the|any|all)|refund|reimburse|guarantee|promise (?:that|a|an)|work for free|give (?:you )?your money|match any)\b",
            Kind::Price,
        )
        .of_reader()
        .with_the_rest(),
        Phrase::new(
            r"\b(?:we're|we are|i'm) (?:doing|offering|giving|selling|discounting|waiving|holding|extending|making) (?:it|this|them|everyone|\w+) (?:\w+ )?(?:at (?:cost|half|a discount|no|\w+ price)|for (?:free|nothing|half|less)|free|away|until|off)\b",
            Kind::Price,
        )
        .of_reader(),
        Phrase::new(
            r"\bpay (?:in|after|only|later|nothing|next|half|when)\b|\bpays? (?:nothing|no \w+|half)\b|\bour (?:\w+ )?(?:liability|warrant(?:y|ies)|insurance|sla|service[- ]level\w*) \b|\b(?:escrow|bankable|performance warranty|service[- ]level agreement|indemnit\w+)\b|\bmoney back\b",
            Kind::Price,
        )
        .of_reader()
        .with_the_rest(),
        Phrase::new(
            r"\b(?:every|each|all) (?:[a-z-]+ ){1,3}?(?:is|are) (?:\w+ly |then |also )?(?:read|checked|reviewed|signed off|double-checked|verified|approved|inspected|signed|tested|calibrated) by (?:an?|our|two|three|the)\b",
            Kind::Other,
        )
        .with_the_rest(),
        Phrase::new(
            r"\b(?:eliminat(?:es?|ed)|eradicat(?:es?|ed)|prevents?|abolish(?:es)?|ends?|removes?|stops?|solves?|wipes out|catches) (?:nearly |almost |practically |virtually )?(?:all|every|any|each|100%|most|the last)\b",
            Kind::Result,
        )
        .with_the_rest(),
        Phrase::new(
            r"\bour (?:\w+ ){0,2}?(?:team|specialists?|experts?|engineers?|attorneys?|lawyers?|accountants?|nurses?|consultants?|analysts?|advisers?|advisors?|people|staff|technicians?) (?:\w+ly |also |then |always )?(?:has you|have you|gets? you|double-?checks?|checks?|reviews?|trains?|migrates?|sets?|handles?|installs?|monitors?|watch(?:es)?|visits?|takes? care|looks? after|builds?|configures?|is (?:on call|available)|are (?:on call|available)|answers?|accompan\w+)\b|\b(?:in-house|dedicated|named|personal) (?:\w+ ){0,2}?(?:attorneys?|lawyers?|accountants?|managers?|engineers?|specialists?|consultants?|analysts?|advisers?|advisors?|coach|technician)\b",
            Kind::Other,
        )
        .of_reader()
        .with_the_rest(),
        Phrase::new(
            r"\b(?:is|are|comes?) (?:all )?(?:included|built[- ]in|standard|thrown in|part of every|included as standard|available (?:at no|free|out of the box))\b",
            Kind::Other,
        ),
        Phrase::new(
            r"\b(?:works?|runs?|available|usable|trained|tuned|hosted) (?:\w+ )?(?:offline|on-?premises?|on-prem|in your own|on (?:millions|thousands|\d[\d,.]*|one|two|three|four|five|ten) )\b|\b(?:models?|engine|ai|algorithms?|network) (?:that (?:is|was|are|were) )?(?:trained|learnt|learned|fed|tuned) (?:on|with|from)\b|\bencrypted (?:with|at|in|end)\b|\bin your own (?:tenant|cloud|data cent\w+|network)\b|\b(?:it|we|which|that|platform|software|tool|engine|app)(?: also| even| now)? (?:understands?|speaks?|supports?|covers?|knows?) (?:\w+, )*(?:\w+ )?(?:and \w+ )?(?:languages?|laws?|jurisdictions?|dialects?|currencies|countries)\b",
            Kind::Other,
        )
        .of_reader()
        .with_the_rest(),
    ]
});

/// Promises, guarantees and what is included.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    phrases::find(reading, &PHRASES, found);
}
