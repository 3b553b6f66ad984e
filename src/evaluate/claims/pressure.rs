//! Pressure: scarcity, deadlines, and comparisons with rivals.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::source::share;
use super::words::{clause_start, pattern, stems};

/// How much of its words one statement of the facts must hold.
const ENOUGH: f64 = 0.6;

static RULES: LazyLock<Vec<(Regex, Kind)>> = LazyLock::new(|| {
    const PLACES: &str = r"(?:slots?|places?|spots?|seats?|openings?|pilots?|spaces?|licen[sc]es?|units|kits|positions?|sites|capacity)";
    vec![
        (
            pattern(&format!(
                r"\b{PLACES}\b[^.;!?]{{0,30}}\b(?:left|remain\w*|still open|to fill|going fast|filling|running out|run out)\b|\b(?:left|remaining) (?:\w+ ){{0,2}}?{PLACES}\b|\b(?:only|just|last|final|down to) (?:[\w-]+ ){{0,3}}?(?:pilot|beta|onboarding|implementation|launch|early|partner|installation|founding|introductory)[- ](?:\w+ )?(?:{PLACES}|customers?|partners?)\b"
            )),
            Kind::Price,
        ),
        (
            pattern(
                r"\b(?:offer|price|prices|rate|rates|discount|deal|promotion|pricing|terms|window|enrol\w*|registration|applications?|intake|cohort|programme|program|list|books?) (?:\w+ ){0,4}?(?:ends?|expires?|clos(?:es?|ing)|runs? out|(?:is|are) (?:only )?(?:valid|good|fixed|locked|frozen) (?:until|till|for|through)|goes? up|going up|go up|rises?|increas\w+|fills?|lapses?)\b|\bbefore (?:the |our )?(?:prices?|rates?|fees?|list prices?) \w+|\b(?:waiting list|waitlist|first[- ]come|last chance|while (?:stocks?|supplies|places|they) last|before (?:it's|they're|they are|it is) (?:all )?gone|book(?:ed)? (?:out|solid|up)|fully booked|oversubscribed|selling fast|in high demand|limited (?:number|time|places|spots|availability|capacity|to the first))\b",
            ),
            Kind::Price,
        ),
        (
            pattern(
                r"\b(?:taking on|accepting|onboarding|choosing|selecting|inviting|opening (?:it |this )?(?:up )?to|limit\w* (?:it |this |ourselves )?to|working with|picking|admitting|reserv\w+) (?:only |just |up to |at most |no more than |another |the first )?(?:a (?:few|handful of|couple of)|\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty) (?:more |new |further |other |additional |pilot |early |\w+ ){0,2}?(?:__|pilots?|partners?|sites?|places?)\b",
            ),
            Kind::Price,
        ),
        // Alone, first, better.
        (
            pattern(
                r"\b(?:the|europe's|britain's|germany's|america's) (?:first|only) (?:[\w-]+ ){0,4}?(?:vendor|platform|tool|product|provider|software|company|system|solution|supplier|service|app|maker|engine|sensor|scheduler|one (?:that|to|in|with|on))\b|\b(?:no other|nobody else|no one else|none of (?:the|our) (?:others|competitors|rivals)|no competitor|nothing else) (?:[\w-]+ ){0,4}?(?:can|does|do|has|offers?|comes|is|on the market|gets)\b|\b(?:outperform\w*|outrank\w*|beats? (?:every|all|any|the|both)|unmatched|unrivalled|unrivaled|unparalleled|best[- ]in[- ]class|best on the market|second to none|industry[- ]best|state[- ]of[- ]the[- ]art|market leader\w*|gold standard)\b",
            ),
            Kind::Other,
        ),
        (
            pattern(
                r"\b(?:better|faster|cheaper|safer|simpler|quicker|easier|smarter|lighter|more \w+|less \w+|fewer \w+|half the \w+|twice as \w+|times (?:as|more|faster|cheaper) ?\w*) (?:than|of|as) (?:any(?: other|thing| of)?|all|every|other|most|the (?:competition|competitors?|others|rest|market|big|alternatives?|leading|industry)|competing|comparable|rival|legacy|traditional|conventional|our (?:competitors?|rivals))\b",
            ),
            Kind::Other,
        ),
    ]
});

/// Scarcity, deadlines and comparisons.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let spoken = |sentence: &&Spoken| !(sentence.is_frame || sentence.is_question || sentence.is_imagined);
    for sentence in reading.sentences.iter().filter(spoken) {
        let low = reading.low(sentence);
        for (rule, kind) in RULES.iter() {
            for matched in rule.find_iter(low.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                if is_of_reader(reading, sentence, start, end) || reading.is_denied(sentence, start) {
                    continue;
                }
                let words = stems(&reading.message.low[start..end]);
                let stated = |statement: &&super::source::Statement| share(&words, &statement.stems) >= ENOUGH;
                let statement = reading.facts.source.statements.iter().find(stated).filter(|_| !words.is_empty());
                found.push(Found { start, end, kind: *kind, support: statement.map(|one| one.text.clone()) });
            }
        }
    }
    rivals(reading, found);
}

/// Whether it is the reader's capacity, list or deadline.
fn is_of_reader(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static READER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|if|when|whether|patients?|everyone|everybody|people|diar(?:y|ies)|calendars?)\b"));
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    READER.is_match(&low.as_bytes()[from..start]) || READER.is_match(&low.as_bytes()[start..end])
}

/// `Unlike Deputy, we`; `cheaper than Planday`: a rival by its name.
fn rivals(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:[Uu]nlike|[Cc]ompared (?:to|with)|[Vv]ersus|[Ww]here|[Bb]etter than|[Ff]aster than|[Cc]heaper than|than|[Bb]eats?|[Rr]eplaces?|[Aa]lternative to|[Ss]witched (?:from|away from)|[Mm]oved (?:off|away from)|[Dd]itched|[Ll]eft) ((?:[A-Z][\w&'.-]+ ?){1,3})",
        )
    });
    for sentence in reading.sentences.iter().filter(|sentence| !(sentence.is_frame || sentence.is_question || sentence.is_imagined)) {
        let cased = reading.cased(sentence);
        for captures in NAMED.captures_iter(cased.as_bytes()) {
            let Some(name) = captures.get(1) else { continue };
            let text = cased[name.start()..name.end()].trim_end();
            let is_known = super::names::is_common(text)
                || reading.facts.source.knows(text)
                || reading.persona.knows(text);
            let start = sentence.start + captures.get(0).map_or(name.start(), |all| all.start());
            if !is_known && !reading.is_denied(sentence, start) {
                found.push(Found { start, end: sentence.start + name.start() + text.len(), kind: Kind::Other, support: None });
            }
        }
    }
}
