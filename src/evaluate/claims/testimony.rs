//! Testimony: what others are said to say, in quotation marks or without.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::customers::judge;
use super::reading::{Found, Reading, Spoken};
use super::words::{clause_start, pattern};

static RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    vec![
        pattern(
            r"\b(?:[a-z'-]*[a-z]s|people|one|who|he|she|they|nobody|men|women) (?:\w+ly |always |often |all |keep |have |then )?(?:tell|telling|assure|thank|write) (?:us|me)\b|\b[a-z'-]+ (?:\w+ly |always |often |all |keeps |kept |has |have |had |then )?(?:tells|told|assures|assured|thanked|wrote|writes|e-?mailed|texted|rang) (?:us|me)\b",
        ),
        pattern(
            r"\b(?:we|i) (?:\w+ly |often |always |keep )?(?:hear|hearing|get told|are told|were told|was told|am told)(?: back)?(?: the same| this| that| it|,| from| again|: )",
        ),
        pattern(
            r"\b(?:call(?:s|ed)? (?:it|us|this)|describ(?:es?|ed) (?:it|us|this)|swears? by|rav(?:es?|ed) about|vouch(?:es)? for|speaks? (?:well|highly) of|recommends?) (?:it|us|this|our|as|the|\w+ as)\b",
        ),
        pattern(
            r"\b(?:he|she|they|who|[a-z]+) (?:now )?(?:tells|told) (?:everyone|everybody|anyone|the whole \w+|all (?:her|his|their)|her|his|their)\b|\b(?:they|who) tell (?:everyone|everybody|anyone)\b",
        ),
        // Somebody's own words.
        pattern(
            r#"(?:\b(?:said|says|told|tells|wrote|writes|puts? it|quote|called|calls|asked|admitted|laughed|added|reported|joked)\b[^".;!?\n]{0,40}|: ?)"(?:[^"\n]{0,80} )?(?:i|we|our|my|us|me|we've|i've|i'd|it's|i'm|we're)\b[^"\n]{2,160}""#,
        ),
        pattern(
            r#""(?:[^"\n]{0,80} )?(?:i|we|our|my|us|me|we've|i've|i'd|it's|i'm|we're)\b[^"\n]{2,160}"[^.;!?\n]{0,50}\b(?:said|says|told|wrote|writes|was (?:what|how)|is (?:not )?what i|that's (?:what|how)|hear from|heard from|according to)\b"#,
        ),
        pattern(
            r#""(?:[^"\n]{0,80} )?(?:i|we|our|my|us|me|we've|i've|i'd|it's|i'm|we're)\b[^"\n]{2,160}" (?:that's|that is|this is|those are|so|thus|was) (?:what|how|the words?|said|wrote|spoke)\b"#,
        ),
    ]
});
/// How many of them come first that are no quotations.
const TOLD: usize = 4;

/// What others are said to say.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let spoken = |sentence: &&Spoken| {
        !(sentence.is_frame || sentence.is_imagined || sentence.is_scenario || sentence.is_subject)
    };
    for sentence in reading.sentences.iter().filter(spoken) {
        // A quotation may run over sentences.
        let low = reading.low(sentence);
        for (index, rule) in RULES.iter().enumerate() {
            let is_quotation = index >= TOLD;
            let text = if is_quotation { paragraph(reading, sentence) } else { low };
            for matched in rule.find_iter(text.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                if start >= sentence.end
                    || (sentence.is_question && !is_quotation)
                    || is_other(reading, sentence, start, end)
                {
                    continue;
                }
                let mut one = judge(reading, start, end.max(sentence.end.min(end + 120)));
                if one.kind != Kind::Result {
                    one.kind = Kind::Customer;
                }
                found.push(one);
            }
        }
    }
}

/// The sentence and what follows it in its paragraph.
fn paragraph<'a>(reading: &'a Reading<'_>, sentence: &Spoken) -> &'a str {
    let rest = &reading.message.low[sentence.start..];
    &rest[..rest.find("\n\n").unwrap_or(rest.len())]
}

/// The reader's own words, or what the reader may say.
fn is_other(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you|your|you'd|you'll|if|when|whether|who|please|just|simply|reply|answer|say|write|would|could|can|may|might|to|and|then|or|will|let) (?:\w+ ){0,3}?$",
        )
    });
    static IMPERATIVE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:you|reply|answer|say|please|just|and|then|to|or|never|not|can|could|would|will|if|that|what|experience|history|instinct|something|who|anyone|somebody|someone|nobody|no-one|people (?:who|like))\b|\b(?:you|your) [^.;!?]{0,30}$|\b(?:would|could|can) (?:tell|thank)",
        )
    });
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    let before = &low.as_bytes()[from..start];
    let matched = &low.as_bytes()[start..end.min(start + 40)];
    BEFORE.is_match(before) || IMPERATIVE.is_match(matched) || reading.is_denied(sentence, start)
}
