//! The decision maker: weighs what it finds in a message, and says why.

use std::sync::{LazyLock, Mutex, PoisonError};

use super::Mode;
use super::detect::{EMPTY, Found, detect};
use super::dice::Dice;
use super::feature::Feature;
use super::lexicon::{Lexicon, pattern};
use super::reader::Reader;
use super::reasons;
use super::taste::{Judge, Taste};

/// What a lenient judge adds to the latent scale.
const LENIENT: f64 = 1.7;
/// What a judge adds who is told to be neither strict nor lenient.
const BETWEEN: f64 = 0.85;

/// What a judge adds who goes through an inbox: if a strict judge says yes to a fifth of 100 messages, this one answers
/// some three.
const INBOX: f64 = -1.1;

/// How far a score strays from the probability of a yes, on the logit scale: a model does not know its own exactly.
const SCORE_NOISE: f64 = 0.25;

/// A message to one persona, and who judges it.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub taste: &'a Taste,
    pub mode: Mode,
    /// The decision prompt.
    pub guide: &'a str,
    pub persona: &'a str,
    pub message: &'a str,
}

/// A decision with its reasoning.
pub(super) struct Opinion {
    pub decision: bool,
    pub reasoning: String,
}

/// A score with its reasoning.
pub(super) struct Grade {
    /// From 0 to 1, in hundredths.
    pub score: f64,
    pub reasoning: String,
}

/// Decides on a message.
pub(super) fn decide(case: Case<'_>, dice: &mut Dice) -> Opinion {
    let (judge, found, p) = weigh(case);
    let decision = dice.chance(p);
    let reasoning = reasons::explain(decision, &found, &judge, dice);
    Opinion { decision, reasoning }
}

/// Says how likely a yes to a message is.
pub(super) fn grade(case: Case<'_>, dice: &mut Dice) -> Grade {
    let (judge, found, p) = weigh(case);
    let logit = (p / (1.0 - p)).ln() + SCORE_NOISE * dice.normal();
    let score = (100.0 / (1.0 + (-logit).exp())).round() / 100.0;
    let reasoning = reasons::explain(score >= 0.5, &found, &judge, dice);
    Grade { score, reasoning }
}

/// Explains a decision that was made already.
pub(super) fn reason(case: Case<'_>, yes: bool, dice: &mut Dice) -> String {
    let (judge, found, _) = weigh(case);
    reasons::explain(yes, &found, &judge, dice)
}

/// Who judges, what is found in the message, and how likely a yes to it is.
pub(super) fn weigh(case: Case<'_>) -> (Judge, Found, f64) {
    let reader = Reader::read(case.persona);
    let judge = case.taste.judge(case.persona, &reader);
    let found = detect(case.message, &reader);
    let p = match case.mode {
        Mode::Null => null_rate(&judge),
        Mode::Normal => probability(case, &judge, &found),
    };
    (judge, found, p)
}

/// The probability of a yes.
fn probability(case: Case<'_>, judge: &Judge, found: &Found) -> f64 {
    let Case { taste, guide, persona, message, .. } = case;
    if found.words < EMPTY || greets_another(persona, message) {
        return 0.004;
    }
    // Words to the judge are not words to the reader: they were not counted, and they cost.
    let plea = if found.addresses_judge { -1.5 } else { 0.0 };
    let worth = judge.worth(found.features) + taste.luck(persona, message);
    taste.yes(worth + judge.bias + leniency(guide) + plea - taste.threshold)
}

/// Whether a message greets by first and last name, and somebody else.
fn greets_another(persona: &str, message: &str) -> bool {
    static GREETED: LazyLock<regex::Regex> = LazyLock::new(|| {
        pattern(r"(?m)^(?:Hi|Hello|Dear|Good (?:morning|day|afternoon)) (\p{Lu}[\p{L}'’-]+) (\p{Lu}[\p{L}'’-]+),\s*$")
    });
    let Some(names) = GREETED.captures(message) else { return false };
    !names.iter().skip(1).flatten().any(|name| persona.contains(name.as_str()))
}

/// In a null market the persona alone decides, between two and three times out of five.
pub(super) fn null_rate(judge: &Judge) -> f64 {
    (0.5 + 0.04 * judge.bias / super::taste::BIAS_SPREAD).clamp(0.4, 0.6)
}

/// How much the decision prompt bends the verdict towards a yes. A run asks with the same prompt thousands of times.
pub(super) fn leniency(guide: &str) -> f64 {
    static LAST: Mutex<Option<(String, f64)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, leniency)) if known == guide => *leniency,
        _ => last.insert((guide.to_owned(), leniency_of(guide))).1,
    }
}

fn leniency_of(guide: &str) -> f64 {
    static STRICT: LazyLock<regex::Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)\b(?:reject by default|default to (?:no|false|rejecting)|by default,? (?:reject|no)|",
            r"crowded inbox|when (?:uncertain|in doubt|unsure),? (?:reject|say no|decline|answer (?:no|false))|",
            r"strict(?:ly)?|sceptic\w*|skeptic\w*|be critical|critically|very selective|high bar|",
            r"most (?:cold )?(?:e-?mails|messages|outreach) (?:deserve|get|should|are|is)|extremely busy|",
            r"demanding|only if (?:it|the message) (?:truly|really|clearly)|unforgiving)\b",
        ))
    });
    static LENIENT_WORDS: LazyLock<regex::Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)\b(?:(?:is |are |be )?open to|benefit of the doubt|willing to (?:hear|listen|talk|consider)|",
            r"open-minded|generous\w*|lenient\w*|curious|receptive|when (?:uncertain|in doubt|",
            r"unsure),? (?:accept|say yes)|easy-going|give it a chance|friendly)\b",
        ))
    });
    if guide.contains("Silence is the usual outcome") {
        return INBOX;
    }
    let (strict, lenient) = (STRICT.find_iter(guide).count(), LENIENT_WORDS.find_iter(guide).count());
    match strict.cmp(&lenient) {
        std::cmp::Ordering::Greater => 0.0,
        std::cmp::Ordering::Less => LENIENT,
        std::cmp::Ordering::Equal => BETWEEN,
    }
}

/// The lexicon of objections and praise: which features a reasoning speaks of.
pub(super) fn speaks_of() -> &'static Lexicon {
    static SPEAKS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(reasons::SPEAKS));
    &SPEAKS
}

/// The features that one line of feedback speaks of.
pub(super) fn features_in(feedback: &str) -> Vec<Feature> {
    speaks_of().find(&feedback.to_lowercase()).iter().collect()
}
