//! Asks: figures that measure what the sender proposes, and are no claim: a call of 15 minutes, a start with two sites.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::figures::{Figure, Unit};
use super::reading::{Reading, Spoken};
use super::words::pattern;

/// Whether the figure measures what is asked for: a call of 15 minutes, a reply within two days.
pub(super) fn is_ask(reading: &Reading<'_>, figure: &Figure) -> bool {
    static ASK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[ -]{0,2}(?:or so )?(?:of your (?:time|day|week)|on the phone|(?:\w+[ -]){0,3}?(?:calls?|chats?|meetings?|demos?|conversations?|huddles?|zooms?|walk-?throughs?|tours?|videos?|slots?|discussions?|deep dives?|sessions?|looks?|intros?|recordings?|screen ?shares?|overviews?|reads?|coffee|teams call|presentations?|briefings?|webinars?|clips?|loom|workshops?|calendar invite|catch-?up|sync|visits?|exchange))\b",
        )
    });
    static WORK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:cut\w*|reduc\w*|sav\w+|from|faster|drop\w*|shorten\w*|took|takes|live|onboard\w*|deploy\w*|implement\w*|set-?up|go-live|payback|pays?|ready|process\w*|return|spend\w*|lose\w*|losing|waste\w*|free\w* up|reclaim\w*|recover\w*|back)\b",
        )
    });
    let Some(sentence) = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end) else {
        return false;
    };
    let low = &reading.message.low;
    match figure.unit {
        Unit::Text => figure.value < 300.0,
        Unit::Heads | Unit::Bare if sentence.is_offer || sentence.is_question => {
            (sentence.is_question && figure.start - sentence.start < 3 && figure.value < 60.0)
                || is_start(low, sentence, figure)
                || (figure.unit == Unit::Bare && is_calendar(reading, sentence, figure))
        }
        Unit::Time => {
            let after = &low.as_bytes()[figure.end..sentence.end];
            let before = &low.as_bytes()[sentence.start..figure.start];
            static LASTS: LazyLock<Regex> = LazyLock::new(|| {
                pattern(
                    r"\b(?:calls?|demos?|chats?|meetings?|looks?|tours?|visits?|walk-?throughs?|conversations?|videos?|recordings?) (?:only |just |usually )?(?:takes?|lasts?|needs?|is|runs?|would take|won't take)(?: (?:no |not )?(?:more|longer|less) than| about| only| at most)? $",
                )
            });
            if ASK.is_match(after) || LASTS.is_match(before) || is_fragment(reading, sentence, figure) {
                return true;
            }
            let near = &before[before.len().saturating_sub(60)..];
            let asks = sentence.is_question || sentence.is_offer;
            let vague = figure.value == 0.0;
            (asks && !WORK.is_match(near) && !(vague && figure.end < sentence.end && WORK.is_match(after)))
                || is_calendar(reading, sentence, figure)
        }
        Unit::Bare => is_calendar(reading, sentence, figure),
        _ => false,
    }
}

/// `We'd begin with two clinics`: the size of what is proposed.
fn is_start(low: &str, sentence: &Spoken, figure: &Figure) -> bool {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:begin|start|try|pilot|test|sample|send|take|show|run|look at|see|set up|read|pick|choose|mark)\b[^.;!?]{0,30}$",
        )
    });
    figure.value < 60.0 && START.is_match(&low.as_bytes()[sentence.start..figure.start])
}

/// `Half an hour, your data or ours.`: a few words after an offer, about the same thing.
fn is_fragment(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    let asked = reading.sentences.iter().take_while(|other| other.start < sentence.start).last();
    // `OK, 20 seconds: ...`: how long it takes to read on.
    let announced = figure.minutes
        && figure.start - sentence.start < 12
        && reading.message.low[figure.end..sentence.end].starts_with(':');
    announced
        || figure.minutes
            && sentence.end - sentence.start < 60
            && figure.start - sentence.start < 12
            && asked.is_some_and(|asked| asked.is_question || asked.is_offer)
}

/// Part of a date or an appointment: `in the next two weeks`, `March 14`, `next week`.
fn is_calendar(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:next|coming|last|past|this|these|over the|on the|jan\w*|feb\w*|mar|march|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|mon\w*|tues?\w*|wed\w*|thu\w*|fri\w*|at|room|suite|version|page|step|option|chapter|no\.|number|for)[ .]*(?:next |coming |few |the )*$",
        )
    });
    static AFTER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^ ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|st\b|nd\b|rd\b|th\b)"));
    let low = reading.message.low.as_bytes();
    let before = BEFORE.is_match(&low[sentence.start..figure.start]);
    match figure.unit {
        Unit::Bare => AFTER.is_match(&low[figure.end..sentence.end]) || (before && figure.value < 32.0),
        _ => {
            before
                && (figure.in_words || figure.value <= 730.0)
                && !String::from_utf8_lossy(&low[sentence.start..figure.start]).trim_end().ends_with("for")
        }
    }
}
