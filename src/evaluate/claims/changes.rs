//! Changes: before and after, told of others as if it had happened.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::customers::judge;
use super::reading::{Found, Reading, Spoken};
use super::words::{clause_start, pattern};

static RULES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    const TURNED: &str = r"(?:went|gone|moved|dropped|fell|fallen|came|cut|brought|reduced|took|taken|shrank|shrunk|slid|shortened|got|grew|rose|climbed|jumped|improved|trimmed|slashed|pulled|pushed|lowered|raised|swung|turned|dipped|slipped|pared|driven|drove|knocked|down|up)";
    vec![
        // `went from 42 hours to 7`, `fell from a third to almost none`
        pattern(&format!(
            r"\b{TURNED}\b[^.;!?]{{0,60}}?\bfrom [^.;!?]{{1,60}}? (?:down |up |straight )?(?:to|into) [^.;!?,]{{1,40}}"
        )),
        // `What used to take a day takes an hour now`
        pattern(
            r"\bused to (?:\w+ )?(?:take|spend|need|be|cost|run|have|lose|do|mean|eat|give up|stay|work|chase|fill|swallow)\b[^!?]{0,90}?\b(?:now|today|these days|nowadays|no longer|anymore|any more|takes?|is|are)\b",
        ),
        // `four days before, four hours after`
        pattern(
            r"\b(?:before|previously|at first|a year ago|last year)[,:] [^.;!?]{2,50}?[,;.] ?(?:and |then )?(?:after|afterwards|now|today|since)\b",
        ),
        // `the pile is gone`, `nobody types any more`
        pattern(
            r"\b(?:they|he|she|nobody there|no one there|their \w+) (?:\w+ly )?(?:no longer|stopped|hasn't|haven't|has not|have not|never) (?:\w+ ){0,3}?(?:since|again|any ?more|a (?:single )?\w+)\b",
        ),
    ]
});

/// What is said to have become of others.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let spoken = |sentence: &&Spoken| {
        !(sentence.is_frame || sentence.is_question || sentence.is_imagined || sentence.is_scenario)
    };
    for sentence in reading.sentences.iter().filter(spoken) {
        let low = reading.low(sentence);
        for rule in RULES.iter() {
            for matched in rule.find_iter(low.as_bytes()) {
                let (start, end) = (sentence.start + matched.start(), sentence.start + matched.end());
                if !is_of_reader(reading, sentence, start, end) && !reading.is_denied(sentence, start) {
                    found.push(judge(reading, start, end));
                }
            }
        }
    }
}

/// What becomes of the reader, or what might.
fn is_of_reader(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static READER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you|you've|you're|your|to|would|could|might|may|can|will|if|when|whether|helps?|lets?|should|want|goes|gets|orders?|files?|work|invoices?|papers?|forms?|requests?|information|data) (?:\w+ ){0,2}?$",
        )
    });
    static THERE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|you've|you're|your)\b"));
    static NEAR: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:from|near|like|beside|to|around|unlike) (?:you|your \w+)\b"));
    let low = &reading.message.low;
    let from = clause_start(low, sentence.start, start);
    // `A joiner two streets from you` is somebody else.
    let before = NEAR.replace_all(&low.as_bytes()[from..start], &b"there"[..]);
    READER.is_match(&before) || THERE.is_match(&low.as_bytes()[start..end])
}
