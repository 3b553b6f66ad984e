//! Standing: awards, press, backers, who the team is, what support and security it promises; prices; placeholders.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::reading::{Found, Reading, Spoken};
use super::source::share;
use super::words::{clause_start, pattern, stems};

struct Rule {
    pattern: Regex,
    kind: Kind,
    /// How much of its words one statement must hold.
    enough: f64,
    /// Whether it must be said of the offer.
    of_us: bool,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |text: &str, kind: Kind, enough: f64, of_us: bool| Rule { pattern: pattern(text), kind, enough, of_us };
    vec![
        rule(
            r"\b(?:award[- ]winning|(?:won|winner of|received|earned|were given|was given|took home) (?:[\w-]+ ){0,6}?(?:awards?|prizes?|medals?|titles?)|(?:named|recogni[sz]ed|ranked|rated|voted|listed|featured|covered|profiled|written up|shortlisted|endorsed|highlighted) (?:\w+ ){0,4}?(?:by|in|as|among|on|at|#|no\.|number|best|top)\b|g2\b|capterra|trustpilot|gartner|forrester|techcrunch|forbes|wall street journal|financial times|product hunt|inc\.? 5000|y combinator|\byc[- ](?:backed|alum\w*|company)|sequoia|deloitte|kpmg|pwc|mckinsey|accenture|fraunhofer|\btuv\b|dekra|a16z|andreessen|techstars|magic quadrant|five[- ]star|5[- ]star|(?:market|industry|category)[- ]lead(?:er|ing)|leading (?:provider|platform|vendor|solution|maker)|#1\b|number[- ]one (?:\w+ )?(?:platform|choice|tool|provider)|most trusted|fastest[- ]growing (?:\w+ )?(?:platform|provider|vendor|company in)|world'?s (?:first|leading|most)|patent(?:ed|s|-pending)?)",
            Kind::Other,
            0.85,
            false,
        ),
        rule(
            r"\b(?:has|have|was|were|been|is|are) (?:\w+ )?(?:approved|endorsed|vetted|reviewed|accredited|validated|licensed|inspected|recommended|authori[sz]ed) (?:by|our|for|as|in|us)\b|\b(?:piece|articles?|feature|story|coverage|write-up|profile|interview|report) (?:on|about|with) (?:us|our)\b|\b(?:wrote|written|reported|reporting) about us\b",
            Kind::Other,
            0.85,
            false,
        ),
        rule(
            r"\b(?:our|my|the) (?:[\w-]+ ){0,3}?(?:founders?|co-?founders?|founding team|team|engineers?|developers|cto|ceo|coo|vp|leadership|advisors?|advisory board|investors?|head of \w+|implementation \w+|specialists?|consultants?|experts|staff|people)\b[^.;!?]{0,70}?\b(?:built|led|worked|spent|comes? (?:out of|from)|came (?:out of|from)|previously|formerly|used to|ex-\w+|years?|background|alumni|ran|scaled|sold|designed|has (?:deep|decades|extensive)|have (?:deep|decades|extensive|spent|run|built)|veterans?|alums?|designed)\b|\bfounded by\b|\bbacked by\b|\b(?:i|we) (?:\w+ly )?(?:spent|used to (?:run|work|lead|be|manage|sit)|previously|formerly|was (?:a|an|the|head|vp|coo|cto|in)|were (?:all )?(?:\w+ )?(?:operators|engineers|managers)|ran (?:ops|operations|a|the|finance|support)|led (?:ops|operations|a|the)|worked (?:at|in|as|for)|come from|came from|left (?:a|an|the|my|our)|grew up in)\b|\bas (?:a |someone who )?(?:fellow|former|ex-\w+)|\b(?:former|ex)[- ][a-z]+ (?:engineers?|operators?|team|staff|people|founders?|executives?|controllers?|nurses?|teachers?|planners?|managers?)|\bour (?:vp|head|chief|cto|ceo|coo|director)\b|\b(?:decades?|years) of (?:\w+ )?experience\b|\bspeaking at (?:their|the|your)\b",
            Kind::Other,
            0.6,
            false,
        ),
        rule(
            r"\b(?:(?:24/7|round-the-clock|24x7) (?:\w+ )?(?:support|monitoring|coverage|help)|dedicated (?:\w+ ){0,2}?(?:support|manager|csm|success|engineer|specialist|onboarding|account)|white[- ]glove|single sign-on|sso\b|role-based (?:access|permissions?|controls?)|(?:end-to-end|at-rest|256-bit|aes-256) encryption|encrypted|data residency|pen(?:etration)?[- ]test(?:ed|s|ing)?|on-prem\w*|zero[- ]trust|\w+ uptime|(?:enterprise|bank|military|hospital)-(?:grade|level)|soc-grade|pre-?built (?:\w+ ){0,4}?(?:templates?|workflows?)|money-back|machine learning models?|mobile app|dedicated servers?)",
            Kind::Other,
            0.6,
            true,
        ),
        rule(
            r"\bfree (?:\w+[ -]){0,3}?(?:trial|tier|plan|set-?up|onboarding|migration|version|account|month|weeks?|license|training)\b|\b\d+[- ]day (?:free )?trial\b|\b(?:no|without|zero) (?:set-?up|implementation|onboarding|hidden|upfront|cancellation|per-seat|licen[cs]e) (?:fees?|costs?|charges?)\b|\bno (?:long-term |annual |minimum )(?:contracts?|commitment|term)\b|\bno (?:credit card|lock-in|contract)\b|\bmonth[- ]to[- ]month\b|\bmoney[- ]back\b|\bdiscount\w*|\bspecial (?:pricing|rate|price)\b|\b(?:startup|start-up|non-?profit|early[- ]adopter|launch|introductory|founder|flexible|volume|tiered|pay-as-you-go|usage-based|per-seat|flat[- ](?:fee|rate)|affordable|transparent|founding) (?:pricing|prices?|rates?|plans?|tiers?)\b|\bpricing (?:is built|starts|begins|scales|fits)\b|\bcancel (?:at )?any ?time\b|\bhalf (?:the )?(?:price|cost)\b|\bcheaper than\b|\bfraction of the (?:cost|price)\b|\bfree of charge\b|\bat no (?:extra |additional )?cost\b|\bguarantee[ds]?\b|\bwaiv(?:e|ed|ing)\b|\bpays? for itself\b|\brisk-free\b|\b(?:are|is|month|months|quarter|pilot) on (?:us|the house)\b",
            Kind::Price,
            0.6,
            false,
        ),
    ]
});

/// Claims about standing and price.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame && !sentence.is_imagined) {
        let low = reading.low(sentence);
        for rule in RULES.iter() {
            for matched in rule.pattern.find_iter(low.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                if is_other(reading, sentence, rule, start, end) {
                    continue;
                }
                // The long form and the short one are the same.
                let matched = &reading.message.low[start..end];
                let words = if matched == "sso" { stems("single sign-on") } else { stems(matched) };
                let statements = &reading.facts.source.statements;
                let best = statements.iter().map(|statement| (share(&words, &statement.stems), statement));
                let best = best.filter(|(share, _)| *share >= rule.enough).max_by(|a, b| a.0.total_cmp(&b.0));
                let support = best.filter(|_| !words.is_empty()).map(|(_, statement)| statement.text.clone());
                // The persona may have the word; of the offer it proves nothing.
                found.push(Found { start, end, kind: rule.kind, support });
            }
        }
    }
}

fn is_other(reading: &Reading<'_>, sentence: &Spoken, rule: &Rule, start: usize, end: usize) -> bool {
    static READER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:you|your|you're|you've|whether|if|which|what|when|need|needs|require\w*|ask\w*|want)\b")
    });
    static OURS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|our|we're|we've|it|it's|platform|product|comes with|includes?|including|offers?|features?|provides?|full|built-in|with)\b",
        )
    });
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    let before = &low.as_bytes()[from..start];
    let matched = &low[start..end];
    if reading.is_denied(sentence, start) {
        return true;
    }
    if sentence.is_question
        && (rule.of_us || rule.kind == Kind::Price)
        && !matched.contains("free")
        && !matched.contains("discount")
    {
        return true;
    }
    // A guarantee that is refused, a discount that is not offered.
    static ASKED_FOR: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:your|whether|if|which|what|when|need|needs|ask\w*|want)\b"));
    if rule.kind == Kind::Price {
        return reading.is_denied(sentence, start) || ASKED_FOR.is_match(before);
    }
    if rule.of_us {
        let whole = &low.as_bytes()[from..sentence.end];
        static PROMISED: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"\b(?:we|our|we're|comes with|includes?|offers?|features?|provides?)\b"));
        return (READER.is_match(before) && !PROMISED.is_match(before))
            || (!OURS.is_match(before)
                && (!OURS.is_match(whole) || READER.is_match(whole))
                && !low[sentence.start..].starts_with(['*', '-']));
    }
    // The team of the reader, a former employer of the reader.
    READER.is_match(matched.as_bytes())
        || (READER.is_match(before)
            && !matched.starts_with("our")
            && !matched.ends_with(" us")
            && !matched.ends_with(" our"))
}

/// Blanks that nobody has filled in.
pub(super) fn blanks(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static BLANK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\[[A-Za-z][^\]\[\n]{1,50}\]|\{\{?[^{}\n]{1,50}\}\}?|<<?(?:[A-Z][A-Za-z]*|[a-z]+[_ -]?name|company|industry|role|title|city|link|date|sender|signature|recipient|first|insert)(?:[ _-][A-Za-z]+)*>>?|\bINSERT [A-Z ]{3,}|_{3,}|%[A-Z_]{3,}%|\b[XY]{2,}(?:%|\b)|\$[A-Z_]{4,}\b",
        )
    });
    let cased = &reading.message.cased;
    for blank in BLANK.find_iter(cased.as_bytes()) {
        // A link in Markdown, a note of an editor.
        let next = cased.as_bytes().get(blank.end());
        if next == Some(&b'(') || cased[blank.start()..blank.end()].eq_ignore_ascii_case("[sic]") {
            continue;
        }
        found.push(Found { start: blank.start(), end: blank.end(), kind: Kind::Placeholder, support: None });
    }
}
