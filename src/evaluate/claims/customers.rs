//! Customers: named or described, what they got, and the evidence that they are said to give.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::names;
use super::reading::{Found, Reading, Spoken};
use super::source::{Statement, share};
use super::stories::RULES;
use super::words::{DID, pattern, stems};

/// How much of a claim's words must be in the facts about customers for them to support it.
const ENOUGH: f64 = 0.5;

/// Claims about customers.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for sentence in reading.sentences.iter().filter(|sentence| !sentence.is_frame) {
        let low = reading.low(sentence);
        for rule in RULES.iter() {
            if rule.imaginable && (sentence.is_imagined || sentence.is_scenario) {
                continue;
            }
            for matched in rule.pattern.find_iter(low.as_bytes()) {
                let start = sentence.start + matched.start();
                if is_other(reading, sentence, start, sentence.start + matched.end()) {
                    continue;
                }
                let end = sentence.start + if rule.to_the_end { low.len() } else { matched.end() };
                found.push(judge(reading, start, end));
            }
        }
    }
}

/// Whether what matched speaks of something else: of the reader, of what is denied, of what the product does for anybody.
fn is_other(reading: &Reading<'_>, sentence: &Spoken, start: usize, end: usize) -> bool {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[- ](?:success|support|care|service|services|facing|data|portal|journey|experience|relations|accounts?|records?|onboarding|calls|emails|tickets|requests)\b| with (?:you|your)\b| (?:you|your)\b)",
        )
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:helps?|lets?|allows?|enables?|gives?|makes?|built for|made for|designed for|meant for|for|saves?|spares?|so that|so|whether|if|when|once|as|like|looking for|your|you(?:'re| are)?|you (?:lead|run|manage|head|own)|need|wants?|what|because|would|could|might|may|can|to|until|where|is|was) (?:\w+ ){0,1}$",
        )
    });
    static READER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:you|your|you're|you've|you'll|yourself)\b"));
    static LIKE_YOURS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:yours|your (?:size|stage|space|industry|sector|field|market|position|region|peers|niche|area)|like you(?:rself)?|(?:connect|introduce|put|show|give|send|tell) you|similar to you(?:r \w+)?)\b",
        )
    });
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:we|i|our|my|having|from|working|trusted|used|your (?:\w+ ){0,2}?(?:competitors?|peers|rivals|competition|counterparts|neighbou?rs)|a (?:\w+ )?pilot|in (?:my|our) last|would|will|case|success|connect|introduce|other|similar|examples?|they|their|testimonial|proven|track|reference|customer|client|after|since|studies|research|according)\b",
        )
    });
    let low = &reading.message.low;
    let matched = &low[start..end];
    if matched.contains("shop floor")
        || AFTER.is_match(&low.as_bytes()[end..sentence.end])
        || reading.is_denied(sentence, start + first_word(matched))
    {
        return true;
    }
    let clause = super::words::clause_start(low, sentence.start, start);
    let before = &low.as_bytes()[clause..start];
    static WISH: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\byou (?:\w+ ){0,3}?(?:want|like|need|prefer|look|ask|value|expect|decide|rely|weigh|trust|put|care|check|judge|read|require|base|go by)\w*\b[^.;!?]*$|\byour (?:\w+ ){0,3}?$",
        )
    });
    if WISH.is_match(before) {
        return true;
    }
    if OWN.is_match(matched.as_bytes()) {
        // `I know from working with` is ours; `you may have worked with` is not.
        return false;
    }
    if BEFORE.is_match(before) {
        return true;
    }
    let plain = LIKE_YOURS.replace_all(matched.as_bytes(), &b"-"[..]);
    READER.is_match(&plain)
        || ends_in_infinitive(matched)
        || is_offer_itself(reading, matched)
        || is_common_talk(reading, sentence, matched)
}

fn first_word(text: &str) -> usize {
    text.find(' ').unwrap_or(text.len())
}

/// `a team to cut`, `a clinic can save`: no event.
fn ends_in_infinitive(matched: &str) -> bool {
    let mut words = matched.rsplit(' ');
    words.next();
    let before: Vec<&str> = words.take(2).collect();
    // `Paper that is signed`: a state, and nobody's deed.
    if before.first().is_some_and(|word| matches!(*word, "is" | "are" | "be" | "being" | "gets" | "get")) {
        return true;
    }
    before.iter().any(|word| {
        matches!(
            *word,
            "to" | "can"
                | "could"
                | "will"
                | "would"
                | "may"
                | "might"
                | "must"
                | "should"
                | "helps"
                | "lets"
                | "that's"
                | "who'd"
        )
    })
}

/// `Many offices have grown around habits that once made sense`: of whom everybody speaks, without a number and without a
/// word of us.
fn is_common_talk(reading: &Reading<'_>, sentence: &Spoken, matched: &str) -> bool {
    static GENERAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:some|many|most|few|both|every|the|several|an?|one)\b.*\b(?:was|were|had|did|put|made|used|lost|kept|found|ran|took|came|liked|paid|went|got|started|closed|grew|handed|told|fixed|signed|missed|logged|caught|won|hit|raised|done|built|drove|put)$",
        )
    });
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:we|us|our|ours|we've|customers?|clients?|with it|using it|platform|switch\w*)\b")
    });
    let low = reading.low(sentence);
    GENERAL.is_match(matched.as_bytes())
        && !LINK.is_match(low.as_bytes())
        && reading.figures_in(sentence.start, sentence.end).next().is_none()
        && !low.contains('"')
}

/// `Brackwater is a platform that was built for`: the offer speaks of itself.
fn is_offer_itself(reading: &Reading<'_>, matched: &str) -> bool {
    static ITSELF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:an?|one|the|our) (?:[\w'&%$+.,/()-]+ ){0,7}?(?:platforms?|networks?|group|platform|maker|provider|vendor|company|startup|start-up|team)\b",
        )
    });
    let words = stems(matched);
    ITSELF.is_match(matched.as_bytes()) && share(&words, &reading.facts.source.stems) >= 0.75
}

/// What kind of claim it is, and whether the facts support it.
pub(super) fn judge(reading: &Reading<'_>, start: usize, end: usize) -> Found {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:{DID}|reduc\w+|sav(?:e|es|ing|ings)|improv\w+|increas\w+|results?|outcomes?|gains?|payback|roi|faster|fewer|cutting)\b"
        ))
    });
    let text = &reading.message.low[start..end];
    let has_figure = reading.figures_in(start, end).next().is_some();
    let kind = if has_figure || RESULT.is_match(text.as_bytes()) { Kind::Result } else { Kind::Customer };
    let support = support(reading, start, end).map(|statement| statement.text.clone());
    Found { start, end, kind, support }
}

/// Whether a statement says nearly word for word what is claimed, of the same people.
fn says_the_same(statement: &Statement, text: &str, words: &[String]) -> bool {
    static WHO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b__\b"));
    let same_people = WHO.find_iter(text.as_bytes()).all(|who| {
        let who = &text[who.start()..who.end()];
        stems(who).iter().all(|stem| statement.stems.contains(stem))
            && (statement.folded.low.contains(who) || who.contains(' '))
    });
    words.len() > 1 && same_people && share(words, &statement.stems) >= 0.75
}

fn support<'a>(reading: &'a Reading<'_>, start: usize, end: usize) -> Option<&'a Statement> {
    let source = &reading.facts.source;
    let low = &reading.message.low;
    let (text, cased) = (&low[start..end], &reading.message.cased[start..end]);
    // Every figure must be one of the facts, and every name known to them.
    let mut figures = reading.figures_in(start, end).peekable();
    let has_figures = figures.peek().is_some();
    let is_ask = |figure: &super::figures::Figure| super::asks::is_ask(reading, figure);
    if figures.any(|figure| source.figure(figure, low).is_none() && !is_ask(figure)) {
        return None;
    }
    let named = names::names(cased);
    if named.iter().any(|name| !source.knows(name)) {
        return None;
    }
    let words = stems(text);
    if let Some(statement) = source.statements.iter().find(|statement| says_the_same(statement, text, &words)) {
        return Some(statement);
    }
    let best = |statements: &mut dyn Iterator<Item = &'a Statement>| {
        statements
            .map(|statement| (share(&words, &statement.stems), statement))
            .max_by(|one, other| one.0.total_cmp(&other.0))
    };
    let customers = best(&mut source.statements.iter().filter(|statement| statement.has_customers));
    if let Some((share, statement)) = customers {
        let names_customer = named.iter().any(|name| statement.folded.cased.contains(name.as_str()));
        if share >= ENOUGH || (names_customer && share >= 0.2) {
            return Some(statement);
        }
        // Spread over several statements about customers.
        let all: std::collections::HashSet<String> =
            source.statements.iter().filter(|s| s.has_customers).flat_map(|s| s.stems.iter().cloned()).collect();
        if super::source::share(&words, &all) >= ENOUGH {
            return Some(statement);
        }
    }
    // The facts say all of it, here how many use it and there what they get.
    static ONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b(?:one|another|a|an) (?:[\w'&%$+.,/()-]+ ){0,7}?__\b|\bsimilar|\bother\b|case stud|reference")
    });
    let is_one = ONE.is_match(text.as_bytes());
    if let Some((_, statement)) = customers
        && !is_one
        && named.is_empty()
        && share(&words, &source.stems) >= 0.8
    {
        return Some(statement);
    }
    // What many get, told as what many get.
    let general = best(&mut source.statements.iter().filter(|statement| statement.is_general));
    let (share, statement) = general?;
    (share >= 0.6 && has_figures && !is_one).then_some(statement)
}
