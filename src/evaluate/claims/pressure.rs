//! Pressure: scarcity, deadlines, and comparisons with rivals.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::phrases::{self, Phrase};
use super::reading::{Found, Reading};
use super::words::pattern;

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    const PLACES: &str =
        r"(?:slots?|places?|spots?|seats?|openings?|pilots?|spaces?|licen[sc]es?|units|kits|positions?|sites|capacity)";
    vec![
        Phrase::new(
            &format!(
                r"\b{PLACES}\b[^.;!?]{{0,30}}\b(?:left|remain\w*|still open|to fill|going fast|filling|running out|run out)\b|\b(?:left|remaining) (?:\w+ ){{0,2}}?{PLACES}\b|\b(?:only|just|last|final|down to) (?:[\w-]+ ){{0,3}}?(?:pilot|beta|onboarding|implementation|launch|early|partner|installation|founding|introductory)[- ](?:\w+ )?(?:{PLACES}|customers?|partners?)\b"
            ),
            Kind::Price,
        ),
        Phrase::new(
            r"\b(?:(?:our|this|introductory|launch|founding|current|today's|special) (?:\w+ )?(?:offer|prices?|rates?|pricing|terms|window|list|programme|program|books?)|(?:the|an?|\d+%) (?:\w+ )?(?:offer|discount|deal|promotion|enrol\w*|registration|intake|cohort)) (?:\w+ ){0,4}?(?:ends?|expires?|clos(?:es?|ing)|runs? out|(?:is|are) (?:only )?(?:valid|good|fixed|locked|frozen) (?:until|till|for|through)|goes? up|going up|go up|rises?|increas\w+|fills?|lapses?)\b|\bbefore (?:the |our )?(?:prices?|rates?|fees?|list prices?) \w+|\b(?:(?:we have|there is|there's|with|on|join) (?:a|our|the) (?:\w+ )?(?:waiting list|waitlist)|first[- ]come|last chance|while (?:stocks?|supplies|places|they) last|before (?:it's|they're|they are|it is) (?:all )?gone|(?:we're|we are|i'm) (?:\w+ )?(?:fully booked|booked (?:out|solid|up)|oversubscribed)|selling fast|limited (?:number of (?:places|slots|pilots)|time (?:only|offer)|places|spots|to the first))\b",
            Kind::Price,
        ),
        Phrase::new(
            r"\b(?:taking on|accepting|onboarding|choosing|selecting|inviting|opening (?:it |this )?(?:up )?to|limit\w* (?:it |this |ourselves )?to|working with|picking|admitting|reserv\w+) (?:only |just |up to |at most |no more than |another |the first )?(?:a (?:few|handful of|couple of)|\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty) (?:more |new |further |other |additional |pilot |early |\w+ ){0,2}?(?:__|pilots?|partners?|sites?|places?)\b",
            Kind::Price,
        ),
        Phrase::new(
            r"\b(?:our|my) (?:\w+ )?(?:diary|calendar|schedule|order book|books|capacity|list) (?:is|are) (?:\w+ )?(?:full|booked|filling|closed)\b|\bonly [^.;!?]{2,40}? (?:is|are) (?:still )?(?:open|left|available)\b|\bthere (?:are|is) (?:only |just )?[\w-]+ (?:\w+ )?(?:chairs?|places?|seats?|slots?|spots?|dates?|weeks?|copies|kits|units|tickets) left\b",
            Kind::Price,
        ),
        // Alone, first, better.
        Phrase::new(
            r"\b(?:the|europe's|britain's|germany's|america's) (?:first|only) (?:[\w-]+ ){0,4}?(?:vendor|platform|tool|product|provider|software|company|system|solution|supplier|service|app|maker|engine|sensor|scheduler|one (?:that|to|in|with|on))\b|\b(?:no other|nobody else|no one else|none of (?:the|our) (?:others|competitors|rivals)|no competitor|nothing else) (?:[\w-]+ ){0,4}?(?:can|does|do|has|offers?|comes|is|on the market|gets)\b|\b(?:outperform\w*|outrank\w*|beats? (?:every|all|any|the|both)|unmatched|unrivalled|unrivaled|unparalleled|best[- ]in[- ]class|best on the market|second to none|industry[- ]best|state[- ]of[- ]the[- ]art|market leader\w*|gold standard)\b",
            Kind::Other,
        ),
        Phrase::new(
            r"\b(?:we(?:'re| are)|it(?:'s| is)|that(?:'s| is)|which is|ours (?:is|are)|our \w+ (?:is|are)|[a-z]+ is) (?:\w+ly |far |much |even |also |still |\d+ (?:times|%) ){0,2}(?:better|faster|cheaper|safer|simpler|quicker|easier|smarter|lighter|more \w+|less \w+|fewer \w+|half the \w+|twice as \w+|times (?:as|more|faster|cheaper) ?\w*) (?:than|of|as) (?:any(?: other|thing| of)?|all|every|other|most|the (?:competition|competitors?|others|rest|market|big|alternatives?|leading|industry)|competing|comparable|rival|legacy|traditional|conventional|our (?:competitors?|rivals))\b",
            Kind::Other,
        ),
    ]
});

/// Scarcity, deadlines and comparisons.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    phrases::find(reading, &PHRASES, found);
    rivals(reading, found);
}

/// `Unlike Deputy, we`; `cheaper than Planday`: a rival by its name.
fn rivals(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:[Uu]nlike|[Cc]ompared (?:to|with)|[Vv]ersus|[Ww]here|[Bb]etter than|[Ff]aster than|[Cc]heaper than|than|[Bb]eats?|[Rr]eplaces?|[Aa]lternative to|[Ss]witched (?:from|away from)|[Mm]oved (?:off|away from)|[Dd]itched|[Ll]eft) ((?:[A-Z][\w&'.-]+ ?){1,3})",
        )
    });
    for sentence in
        reading.sentences.iter().filter(|sentence| !(sentence.is_frame || sentence.is_question || sentence.is_imagined))
    {
        let cased = reading.cased(sentence);
        for captures in NAMED.captures_iter(cased.as_bytes()) {
            let Some(name) = captures.get(1) else { continue };
            let text = cased[name.start()..name.end()].trim_end();
            let is_known =
                super::names::is_common(text) || reading.facts.source.knows(text) || reading.persona.knows(text);
            let start = sentence.start + captures.get(0).map_or(name.start(), |all| all.start());
            if !is_known && !reading.is_denied(sentence, start) {
                found.push(Found {
                    start,
                    end: sentence.start + name.start() + text.len(),
                    kind: Kind::Other,
                    support: None,
                });
            }
        }
    }
}
