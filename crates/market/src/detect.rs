//! The detector: which features the text of a message shows to its reader. It knows nothing of how it was written.

use std::sync::LazyLock;

use regex::Regex;

use super::feature::Feature::{
    Brief, Certificate, Channel, Customer, Example, Figures, Flattery, Hype, Integrations, Long, Material, Mechanism,
    Opener, Pilot, Placeholder, Plain, Post, Price, Pushy, Result, Security, SmallAsk, Subject, Tie,
};
use super::feature::FeatureSet;
use super::lexicon::{Lexicon, pattern, sentences};
use super::offer::FIGURE;
use super::reader::{Channel as Prefers, Reader};
use super::spin::words;

/// At most so many words are brief.
pub(super) const BRIEF: usize = 125;
/// More than so many words ramble.
pub(super) const LONG: usize = 205;
/// Fewer than so many words are no message.
pub(super) const EMPTY: usize = 12;

/// `Hype` here counts loud words; `Plain` brochure words. What they mean together is settled below.
static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            Mechanism,
            concat!(
                r"\b(?:how it works|way it works|under the hood|works? (?:step by step|by \w+ing)|behind the scenes|",
                r"api[- ]first|rest api|technical(?:ly)? (?:architecture|depth)|pre-built (?:\w+ )?(?:templates|",
                r"workflows)|workflow builder)",
            ),
        ),
        (
            Example,
            concat!(
                r"\b(?:(?:picture|imagine|take) (?:an?|one)\b|typical (?:first |starting )?case|(?:small|short|",
                r"brief|quick) example|typically look like|for (?:example|instance), (?:an?|one)\b|",
                r"similar[- ]sized?|(?:companies|teams|firms|operations|founders|leaders|",
                r"organi[sz]ations) (?:like yours|of your size|your size|similar to)|",
                r"similar (?:\w+ ){0,3}(?:companies|teams|organi[sz]ations|enterprises|startups|firms|",
                r"implementations))",
            ),
        ),
        (
            Material,
            concat!(
                r"\b(?:one-pager|(?:one|two|1|2)-page|write-up|fact sheet|white ?paper|documentation|(?:send|sent|",
                r"share|attach|forward|provide|bring)\w* (?:[\w'’-]+ ){0,5}(?:overview|summary|guide|docs|deck|",
                r"case stud\w+|materials?|agenda|brief|report|specs|roadmap|examples|calculator|analysis)|(?:free|",
                r"week|day)[- ]trial)",
            ),
        ),
        (
            SmallAsk,
            concat!(
                r"\b(?:(?:ten|fifteen|twenty|five|10|15|20|5|10-15|15-20)[- ](?:minutes?|mins?)\b|one[- ](?:line|",
                r"word) (?:reply|answer)|just reply|simply reply)",
            ),
        ),
        (
            Security,
            concat!(
                r"\b(?:security (?:team|questions?|questionnaire|review|documentation|details|overview|officer|",
                r"features|standards|controls)|on security|data (?:handling|is (?:stored|kept))|access (?:rights|",
                r"controls?)|enterprise-grade security|role-based|single sign-on|sso\b|encrypt\w+)",
            ),
        ),
        (Price, r"\b(?:pric(?:e|es|ing)\b|your budget|per (?:seat|user)\b)|[$€£]\s?\d"),
        (Pilot, r"\b(?:pilots?\b|start small|proof[- ]of[- ]concept|easy to stop|low[- ]risk)"),
        (
            Hype,
            concat!(
                r"\b(?:game[- ]chang\w+|revolution\w+|world[- ]class|amaz\w+|incredibl\w+|best[- ]in[- ]class|",
                r"unbelievabl\w+|skyrocket\w*|unparallel\w+|unmatched|supercharg\w+|next[- ]level|number one|",
                r"mind-blowing|cutting[- ]edge|guaranteed)|[!].*[!]|[🚀🔥💥✨🎉]",
            ),
        ),
        (
            Plain,
            concat!(
                r"\b(?:seamless\w*|leverag\w+|synerg\w+|streamlin\w+|empower\w*|unlock\w*|innovative|robust|",
                r"holistic|transformative|transform your)\b",
            ),
        ),
        (
            Pushy,
            concat!(
                r"\b(?:few (?:places|spots|seats)|unless i hear|(?:cannot|can't) afford to wait|offer (?:ends|",
                r"expires)|before (?:friday|it is too late)|act now|don't miss|last chance|limited (?:time|spots|",
                r"places)|final notice|by tomorrow)",
            ),
        ),
        (
            Flattery,
            concat!(
                r"\b(?:admired?\b|your reputation|impress(?:ed|ive)|remarkable|stellar|inspir(?:ation|ing|ed)|",
                r"congrat\w*|extraordinary|brilliant|spot[- ]on|resonated|loved your|really enjoyed)",
            ),
        ),
        (
            Post,
            concat!(
                r"\b(?:saw|noticed|read|enjoyed|loved|came across|heard|caught|following|your)\b.{0,40}\b(?:post|",
                r"article|talk|panel|keynote|thread|podcast|interview|webinar|linkedin|announcement|series [abc])\b",
            ),
        ),
        (
            Certificate,
            concat!(
                r"\b(?:(?:soc ?[12]|iso ?27001|hipaa|gdpr|pci|fedramp)(?: type (?:ii|i|2|1))?[ -](?:certif\w+|",
                r"complian\w+(?: (?:and|by|for|security))|attest\w+|audited)|(?:certified|accredited|",
                r"audited) (?:for|to|against|under) (?:soc|iso|hipaa|gdpr|pci)|(?:we're|we are|",
                r"is) (?:fully )?(?:soc ?2|iso ?27001|hipaa|gdpr)[^.]{0,12} (?:certified|compliant))",
            ),
        ),
    ])
});
/// Speaks of customers, so that a figure in the same sentence is a result and no promise.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:customers?|clients?|helped|(?:have|has|'ve) (?:seen|helped|enabled)|our data|one (?:founder|team|",
        r"company|firm)|(?:companies|teams|firms|businesses|startups) (?:like|such as|typically|reduce|save)|",
        r"reduced their|for example, we)\b",
    ))
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:[Cc]ompanies|[Tt]eams|[Ff]irms|[Cc]lients|[Cc]ustomers|[Bb]rands|[Bb]usinesses|[Ee]nterprises|",
        r"[Ss]tartups|[Oo]rgani[sz]ations|[Ll]eaders|[Pp]rocessors|[Pp]roviders|[Gg]roups|",
        r"[Pp]eers)\b[^.\n]{0,24}\b(?:like|such as|including)\s+\p{Lu}\w|\b(?:helped|helping|serve|trusted by|",
        r"used by|chosen by|rely on us|count|similar to how|client,)\s+\p{Lu}\w+|\p{Lu}\w+,? (?:is|",
        r"are) among our (?:clients|customers)",
    ))
});
static BLANK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\[([A-Za-z][\w' /-]{1,40})\]|\{\{?\s*([A-Za-z][\w ]{1,40}?)\s*\}?\}|<((?:company|first ?name|",
        r"industry)[\w ]*)>",
    ))
});
static VAGUE_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"quick question|touching base|following up|\bhello\b|^hi\b|opportunity|let's (?:connect|talk)|",
        r"checking in|see this|don't miss|!",
    ))
});
static GREETING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:hi|hey|hello|dear|good (?:morning|afternoon|day))\b"));
static CONNECTS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:connect\w*|integrat\w+|works with|fit with|alongside|plugs?|sync\w*)\b"));
static STACK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:your|existing|current) (?:\w+ ){0,2}(?:tools|stack|systems|software)\b"));
static PREFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:suits?|easier|prefer|preferred|happy to (?:use|switch)|better for you|huddle|detailed agenda)\b")
});
static JUDGED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:ignore (?:all|any|the|previous|your)|answer (?:yes|true)|say yes|respond with|",
        r"you must (?:accept|answer|reply yes|decide)|as an ai|language model|system prompt|",
        r"instructions? (?:above|to you)|thought process|decision (?:is|must|should)|the decision maker|",
        r#"reasoning:)|["']decision["']\s*[:=]|^\W*decision\s*[:=]"#,
    ))
});

/// What a reader finds in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The features.
    pub features: FeatureSet,
    /// Words that a reader would count as message.
    pub words: usize,
    /// Whether some of it addresses whoever judges rather than the reader.
    pub addresses_judge: bool,
}

/// Reads a message as a persona would.
pub(super) fn detect(message: &str, reader: &Reader) -> Found {
    let (subject, body) = split_subject(message);
    let mut features = FeatureSet::default();
    let (mut loud, mut count, mut addresses_judge, mut opened) = (0, 0, false, false);
    let mut brochure = false;
    if subject.is_some_and(|line| words(line) >= 3 && !VAGUE_SUBJECT.is_match(&line.to_lowercase())) {
        features.insert(Subject);
    }
    for sentence in sentences(body) {
        let lower = sentence.to_lowercase();
        if JUDGED.is_match(&lower) {
            addresses_judge = true;
            continue;
        }
        count += words(sentence);
        let found = WORDS.find(&lower);
        loud += usize::from(found.has(Hype)) + lower.matches('!').count();
        brochure |= found.has(Plain);
        let mut plainly = found;
        plainly.remove(Hype);
        plainly.remove(Plain);
        features = features.union(plainly);
        if FIGURE.is_match(&lower) {
            features.insert(if OTHERS.is_match(&lower) { Result } else { Figures });
        }
        if NAMED.is_match(sentence) {
            features.insert(Customer);
        }
        let names_tool = || STACK.is_match(&lower) || reader.tools.iter().any(|tool| sentence.contains(tool.as_str()));
        if CONNECTS.is_match(&lower) && names_tool() {
            features.insert(Integrations);
        }
        if PREFERENCE.is_match(&lower) && names_channel(&lower, reader.channel) {
            features.insert(Channel);
        }
        if names_pain(&lower, reader) {
            features.insert(Tie);
        }
        let greets = words(sentence) < 6 && (GREETING.is_match(&lower) || sentence.ends_with(','));
        if !opened && !greets {
            // Claims of research and compliments may come before the true opening.
            opened = !(found.has(Post) || found.has(Flattery));
            if opens_with_reader(&lower, reader) {
                features.insert(Opener);
                opened = true;
            }
        }
    }
    if BLANK.captures_iter(message).any(|blank| is_blank(&blank)) {
        features.insert(Placeholder);
    }
    if count <= BRIEF {
        features.insert(Brief);
    } else if count > LONG {
        features.insert(Long);
    }
    if loud >= 1 {
        features.insert(Hype);
    } else if !brochure {
        features.insert(Plain);
    }
    Found { features, words: count, addresses_judge }
}

/// The subject line, where there is one, and the rest.
pub(super) fn split_subject(message: &str) -> (Option<&str>, &str) {
    let message = message.trim_start();
    let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
    match first.trim_start_matches('*').strip_prefix("Subject:") {
        Some(subject) => (Some(subject.trim().trim_end_matches('*')), rest),
        None => (None, message),
    }
}

/// Whether a bracketed text is a blank. The sender's own name may be left to the mail program.
fn is_blank(captures: &regex::Captures<'_>) -> bool {
    let inside = captures.iter().skip(1).flatten().next().map_or("", |found| found.as_str()).to_lowercase();
    !matches!(inside.as_str(), "your name" | "name" | "link" | "sender" | "sender name" | "my name")
}

fn names_channel(lower: &str, channel: Prefers) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| lower.contains(name));
    match channel {
        Prefers::Email => any(&["e-mail", "email"]),
        Prefers::Call => any(&["call", "zoom", "phone"]),
        Prefers::Chat => any(&["slack", "chat", "teams", "whatsapp"]),
        Prefers::Meeting => any(&["in person", "in-person", "meeting", "presentation"]),
        Prefers::Written => any(&["in writing", "written", "document", "summary", "memo"]),
        Prefers::Unknown => any(&["channel", "format", "medium"]),
    }
}

/// Whether a sentence holds the words of one of the reader's pains: all of them where it is short, else two.
fn names_pain(lower: &str, reader: &Reader) -> bool {
    reader.stems.iter().any(|stems| {
        let hits = stems.iter().filter(|stem| lower.contains(stem.as_str())).count();
        hits >= 2.min(stems.len()) && hits > 0
    })
}

fn opens_with_reader(lower: &str, reader: &Reader) -> bool {
    let names = |part: &Option<String>| part.as_ref().is_some_and(|part| lower.contains(&part.to_lowercase()));
    lower.contains("you") && (names(&reader.role) || names(&reader.kind) || lower.contains("in your position"))
}
