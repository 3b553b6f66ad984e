//! Figures that are claimed: numbers that the facts or the persona must state.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::figures::{Figure, Unit};
use super::reading::{Found, Reading, Spoken};
use super::words::{clause_start, pattern};

/// Figures as claims.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for figure in &reading.figures {
        let Some(sentence) = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end) else {
            continue;
        };
        if sentence.is_frame || is_part_of_name(reading, figure) || is_ask(reading, figure) {
            continue;
        }
        let low = &reading.message.low;
        let by_facts = reading.facts.source.figure(figure, low).map(|statement| statement.text.clone());
        let by_facts = by_facts.or_else(|| derived(reading, figure)).or_else(|| priced(reading, figure)).or_else(|| ratio(reading, figure));
        let support = by_facts.or_else(|| {
            let stated = reading.persona.figure(figure, low)?;
            speaks_of_reader(reading, sentence, figure).then(|| stated.text.clone())
        });
        if support.is_none() && (is_supposed(reading, sentence, figure) || is_loose(reading, sentence, figure)) {
            continue;
        }
        let kind = if figure.unit == Unit::Money && is_price(reading, sentence) { Kind::Price } else { Kind::Figure };
        found.push(Found { start: figure.start, end: figure.end, kind, support });
    }
}

/// `89 a month`: a price without its currency.
fn priced(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    static PER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?: ?(?:quid|pounds|euros?|bucks|dollars))?(?: ?/ ?| (?:a|an|per|each) )\w"));
    let low = &reading.message.low;
    let money = Figure { unit: Unit::Money, ..*figure };
    (figure.unit == Unit::Bare && PER.is_match(&low.as_bytes()[figure.end..]))
        .then(|| reading.facts.source.figure(&money, low).map(|statement| statement.text.clone()))
        .flatten()
}

/// `58 vans where 40 were planned, which is 45% more`: what two numbers of the sentence, both known, come to.
fn ratio(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    let sentence = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end)?;
    let low = &reading.message.low;
    let source = |other: &Figure| {
        let by_facts = reading.facts.source.figure(other, low);
        by_facts.or_else(|| reading.persona.figure(other, low)).map(|statement| statement.text.clone())
    };
    let near = |percent: f64| (figure.value - percent).abs() <= 1.0;
    let others: Vec<&Figure> = reading
        .figures_in(sentence.start, sentence.end)
        .filter(|other| other.start != figure.start && other.value > 0.0 && other.unit != Unit::Percent)
        .collect();
    for (index, one) in others.iter().enumerate() {
        for other in &others[index + 1..] {
            let (large, small) = (one.value.max(other.value), one.value.min(other.value));
            let parts = [small / large, 1.0 - small / large, large / small - 1.0].map(|part| part * 100.0);
            if figure.unit == Unit::Percent && parts.into_iter().any(near) && source(one).is_some() {
                return source(other);
            }
        }
    }
    None
}

/// What a figure of the facts comes to for this reader: £3 an employee is £270 for ninety, 12% of 85 stores are ten.
fn derived(reading: &Reading<'_>, figure: &Figure) -> Option<String> {
    let is = |value: f64| (figure.value - value).abs() <= 0.006 * value && figure.high == figure.value;
    let named = |own: &Figure| reading.figures.iter().any(|other| other.start != figure.start && other.is_said_by(own));
    let counts = reading.persona.statements.iter().flat_map(|statement| &statement.figures);
    let counts: Vec<&Figure> =
        counts.filter(|own| own.value > 1.0 && matches!(own.unit, Unit::Heads | Unit::Bare | Unit::Time)).collect();
    // `Three days a fortnight is 78 days a year`: the reader's own figure, counted up.
    const PER_YEAR: [f64; 9] = [4.0, 12.0, 24.0, 26.0, 48.0, 50.0, 52.0, 250.0, 365.0];
    for statement in &reading.persona.statements {
        let own = statement.figures.iter().filter(|own| own.value > 0.0 && own.unit == figure.unit && named(own));
        if own.into_iter().any(|own| PER_YEAR.iter().any(|times| is(own.value * times))) {
            return Some(statement.text.clone());
        }
    }
    for statement in &reading.facts.source.statements {
        for own in statement.figures.iter().filter(|own| own.value > 0.0) {
            let yearly = own.unit == Unit::Money && figure.unit == Unit::Money && is(own.value * 12.0);
            let for_all = counts.iter().any(|count| match own.unit {
                Unit::Money => {
                    figure.unit == Unit::Money && (is(own.value * count.value) || is(own.value * count.value * 12.0))
                }
                Unit::Percent => {
                    let part = own.value / 100.0 * count.value;
                    figure.unit == count.unit && named(count) && (is(part) || is(count.value - part))
                }
                _ => false,
            });
            let several = own.unit == Unit::Money
                && figure.unit == Unit::Money
                && (2..=60).any(|count| is(own.value * f64::from(count)) && is_counted(reading, figure, count));
            if yearly || for_all || several {
                return Some(statement.text.clone());
            }
        }
    }
    None
}

/// Whether the sentence names the number: `two kits would be $3,800`.
fn is_counted(reading: &Reading<'_>, figure: &Figure, count: u32) -> bool {
    const WORDS: &str = "two three four five six seven eight nine ten eleven twelve";
    let Some(sentence) = reading.sentences.iter().find(|s| s.start <= figure.start && figure.start < s.end) else {
        return false;
    };
    let low = reading.low(sentence);
    let word = WORDS.split(' ').nth(count as usize - 2).unwrap_or("-");
    super::words::tokens(low).any(|(_, token)| token == word || token == count.to_string())
}

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
        pattern(r"\b(?:begin|start|try|pilot|test|sample|send|take|show|run|look at|see|set up|read|pick|choose|mark)\b[^.;!?]{0,30}$")
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

/// Digits of a name: ISO 27001, Microsoft 365, SOC 2.
fn is_part_of_name(reading: &Reading<'_>, figure: &Figure) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:\b(?:soc|iso|type|level|tier|grade|phase|step|part|series|office|dynamics|microsoft|m|google|windows|s|area|web|industry|version|nist|pci|fips|cfr|wcag|option|round|top|q|h|fortune|inc|formula|studio|section|article|class|building|route|exit|line|model|rule|page|point|lesson|day|day one|http\S*|www\S*|\S+@\S*|\+)[ .-]?|[#/=_])$",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[figure.start.saturating_sub(32)..figure.start];
    let year = figure.unit == Unit::Bare && (1900.0..2100.0).contains(&figure.value) && figure.value.fract() == 0.0;
    static FOUNDED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:founded in|established in|started in|(?:we|us|our|business|company|serving|running) [^.;!?]{0,12}since) $"));
    let counts = matches!(figure.unit, Unit::Money | Unit::Percent);
    (NAMED.is_match(before) && !counts) || (year && !FOUNDED.is_match(before))
}

/// Whether the clause speaks of the reader, so that the persona may support it.
fn speaks_of_reader(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|yours|you'd|you'll)\b"));
    static US: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|our|us|we've|we're|clients?|customers?|it (?:cuts|saves|reduces)|cuts|reduces|saves|delivers)\b",
        )
    });
    let low = reading.message.low.as_bytes();
    let whole = &low[sentence.start..sentence.end];
    let from = clause_start(&reading.message.low, sentence.start, figure.start);
    READER.is_match(&low[from..sentence.end]) || (READER.is_match(whole) && !US.is_match(whole)) || !US.is_match(whole)
}

/// Figures that are supposed and not said: after `imagine` and `if`, or of what something would be worth.
fn is_supposed(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static WOULD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:what would|what could|would|could|might|even) (?:\w+ ){0,4}?(?:mean|be worth|look like|change|be|save|do|help|matter|free)?\b[^.;!?]{0,30}$|\bwhether\b[^.;!?]{0,50}$",
        )
    });
    static PROMISE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:we|it|this|platform|product|you) (?:could|would|can|will)\b[^.;!?]{0,60}$|\bhow we\b|\bopen to\b|\binterested in\b|\bcould (?:help|cut|reduce|save)",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[sentence.start..figure.start];
    sentence.is_imagined || sentence.is_scenario || (WOULD.is_match(before) && !PROMISE.is_match(before))
}

/// Numbers that nobody checks: one or two things, small counts in words, times that belong to an offer.
fn is_loose(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static USUAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:every|each|once|twice|per|a|one|first|same|all|whole|most of|half of|half|any|another|rest of the|end of the|this|that|of the|in the|for|any given|until|between)[ -]$",
        )
    });
    let low = reading.message.low.as_bytes();
    let before = &low[figure.start.saturating_sub(24)..figure.start];
    // Ten minutes that nothing gets shorter by are a call, a read, or a way of speaking.
    if figure.minutes
        && (figure.in_words || sentence.is_offer || sentence.is_question)
        && !is_benefit(reading, sentence, figure)
    {
        return true;
    }
    match figure.unit {
        Unit::Text => figure.value < 300.0,
        Unit::Bare => figure.value < 10.0 || (sentence.is_subject && figure.value < 100.0),
        Unit::Heads => {
            figure.in_words && figure.value > 0.0 && figure.value < 10.0 && !is_of_customers(reading, figure)
        }
        Unit::Time if figure.in_words && figure.value > 0.0 => {
            let text = &reading.message.low[figure.start..figure.end];
            let bare = ["in ", "within ", "under ", "inside ", "after ", "than ", "before "]
                .iter()
                .any(|word| text.starts_with(word));
            // `Spent in one year`: once, and no number.
            let once = text.starts_with("one ") && !is_benefit(reading, sentence, figure);
            once || (bare && !is_benefit(reading, sentence, figure))
                || USUAL.is_match(before)
                || (figure.value <= 24.0 && figure.minutes && sentence.is_offer)
        }
        Unit::Time if figure.value == 0.0 => !is_benefit(reading, sentence, figure),
        Unit::Percent | Unit::Times if figure.in_words => !is_benefit(reading, sentence, figure),
        Unit::Percent => figure.value == 100.0 && figure.in_words,
        _ => false,
    }
}

fn is_of_customers(reading: &Reading<'_>, figure: &Figure) -> bool {
    let text = &reading.message.low[figure.start..figure.end];
    ["customer", "client", "compan", "clinic", "firm", "organi", "business", "startup", "hospital", "bank"]
        .iter()
        .any(|noun| text.contains(noun))
}

/// Whether a figure in words tells of a gain: `halved`, `in days`, `hours a week`, `hundreds of firms`.
fn is_benefit(reading: &Reading<'_>, sentence: &Spoken, figure: &Figure) -> bool {
    static GAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:cut\w*|reduc\w*|sav\w+|shrink\w*|drop\w*|short\w*|faster|quicker|live|up and running|onboard\w*|deploy\w*|implement\w*|set-?up|set up|switch\w* on|install\w*|activat\w*|go-live|payback|pays?|results?|return\w*|free\w* up|reclaim\w*|recover\w*|gain\w*|gets? back|gives? back|back|increas\w*|boost\w*|improv\w*|grow\w*|deliver\w*|launch\w*|migrat\w*|roi|fewer|less|lower\w*|halv\w*|doubl\w*|tripl\w*|eliminat\w*|wins?|output|productiv\w*|value)\b",
        )
    });
    static READER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:you(?:'re| are|'ve| have)? (?:\w+ )?(?:spend|los|wast|doubl|grow|grew|tripl|halv|burn|giv|put)\w*|your team (?:\w+ )?(?:spend|los|wast|doubl|grow|burn)\w*|loses?|losing|eats?|eating|takes?|costs?|costing|goes|going into|disappear\w*|vanish\w*|as you (?:grow|scale))\b",
        )
    });
    let low = reading.message.low.as_bytes();
    let from = clause_start(&reading.message.low, sentence.start, figure.start);
    GAIN.is_match(&low[sentence.start..sentence.end])
        && !READER.is_match(&low[from..figure.start])
        && !(sentence.is_question && sentence.is_offer)
}

fn is_price(reading: &Reading<'_>, sentence: &Spoken) -> bool {
    static PRICE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:pric\w+|costs?|start\w*|plans?|per (?:seat|user|month|year|location|bed|truck)|a (?:month|year|seat)|/(?:mo|month|year|user|seat)|fees?|subscription|from [$])",
        )
    });
    PRICE.is_match(reading.low(sentence).as_bytes())
}
