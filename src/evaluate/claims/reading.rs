//! A message as the rules read it: its sentences, and in what mood each is said.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Kind;
use super::facts::Facts;
use super::figures::{Figure, figures};
use super::fold::Folded;
use super::source::Source;
use super::words::{DID, is_denied, pattern};

/// A message, and what its claims are held against.
pub(super) struct Reading<'a> {
    pub message: Folded,
    pub sentences: Vec<Spoken>,
    pub figures: Vec<Figure>,
    pub facts: &'a Facts,
    pub persona: &'a Source,
}

/// A sentence and its mood.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a sentence may be several of these at once")]
pub(super) struct Spoken {
    pub start: usize,
    pub end: usize,
    /// It asks.
    pub is_question: bool,
    /// It asks to imagine something.
    pub is_imagined: bool,
    /// It goes on with a case that its paragraph asks to imagine.
    pub is_scenario: bool,
    /// It says what the sender would do, or asks for something.
    pub is_offer: bool,
    /// It is the subject line.
    pub is_subject: bool,
    /// It is the greeting or stands in the signature.
    pub is_frame: bool,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    /// The statement that supports it.
    pub support: Option<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(message: &str, facts: &'a Facts, persona: &'a Source) -> Self {
        let message = Folded::of(message);
        let sentences = spoken(&message);
        let figures = figures(&message.low);
        Reading { message, sentences, figures, facts, persona }
    }

    /// The sentence in lower case.
    pub(super) fn low(&self, sentence: &Spoken) -> &str {
        &self.message.low[sentence.start..sentence.end]
    }

    /// The sentence with its capitals.
    pub(super) fn cased(&self, sentence: &Spoken) -> &str {
        &self.message.cased[sentence.start..sentence.end]
    }

    /// Whether what begins at `at` (in the message) is denied in its clause.
    pub(super) fn is_denied(&self, sentence: &Spoken, at: usize) -> bool {
        is_denied(&self.message.low, sentence.start, at)
    }

    /// The figures from one character to another.
    pub(super) fn figures_in(&self, start: usize, end: usize) -> impl Iterator<Item = &Figure> {
        self.figures.iter().filter(move |figure| figure.start >= start && figure.start < end)
    }
}

fn spoken(message: &Folded) -> Vec<Spoken> {
    static IMAGINE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|[,;:(.?!-] ?|\band |\bnow |\bjust )(?:imagine|picture|suppose|supposing|assume|assuming|envision|visuali[sz]e|let's say|let us say|say|hypothetically|think of|consider|take|what if|if)\b|\bto (?:imagine|picture|suppose|assume|envision|visuali[sz]e)\b|\b(?:for illustration|as an illustration|illustrative|illustrated|hypothetical\w*|made-up|in theory|thought experiment|back-of-the-envelope|invented example|a typical (?:case|example|start)|not a real)",
        )
    });
    // `If you are interested` supposes nothing, and `consider us` asks.
    static POLITE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:if (?:you're|you are|you'd|you would|you want|you like|you prefer|you have (?:any|a (?:question|minute|moment|look)|questions|time|some|an interest|no)|(?:this|that|it|any of (?:this|that))(?:(?:'s| is) (?:not |all |too |of |no |a |an |some|use|rel|help|interest|for you|worth|ok|eas|wrong|off|better|best|fine|good|right|rule|time|yes|now|my )| sounds?| helps?| works?| suits?| makes| fits| seems?| isn't| would| doesn't| does| resonates| interests| rules)|so|not|useful|helpful|any|curious|interested|open|yes|now|the timing|there's)|(?:take|consider|say|picture) (?:it|this|that|me|us|no|yes|part|on|over|care|place|hold|their|your|about|less|more|up|just|only|longer|time|hello|hi)|take (?:\d+|two|five|ten))\b",
        )
    });
    static OFFER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:i|we)(?:'d| would| could| can|'ll| will)\b|\b(?:happy|glad|pleased|free|available|open|willing) to\b|\blet me\b|\bshall (?:i|we)\b|\breply\b|\bworth (?:a|\d)|\bwould (?:you|it|a|\d|this|that|next|mon|tue|wed|thu|fri)|\b(?:are|could|can|do) you\b|\bfree (?:this|on|for|next|tomorrow)|\bhow about\b|\bdown for\b|\bup for\b|^available\b|^free\b",
        )
    });
    static SIGN_OFF: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:best|best regards|kind regards|warm regards|regards|warmly|cheers|thanks|many thanks|thank you|sincerely|all the best|yours|yours sincerely|with best wishes|respectfully|talk soon|cordially|take care|until then|with thanks|best wishes|kindly)[,.! ]*$",
        )
    });
    static GREETING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:hi|hey|hello|dear|good (?:morning|afternoon|day|evening)|greetings)\b[^.?!]{0,40}[,!:;-]*$")
    });
    static SOMEBODY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:an?|your|one|two|three) (?:[\w'&-]+ ){0,5}?__\b"));
    // A picture is over when somebody is said to have done something.
    static REAL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"\b(?:we|our|us|pilots?|trials?|onboarding|set-?up|implementation|customers?|clients?|price|costs?|ended|{DID})\b"
        ))
    });
    let low = &message.low;
    let (mut imagined, mut pictured, mut signed) = (None, None, false);
    let mut out = Vec::new();
    let sentences = message.sentences();
    let last = sentences.len().saturating_sub(4);
    for (index, sentence) in sentences.into_iter().enumerate() {
        let text = &low[sentence.start..sentence.end];
        let bytes = text.as_bytes();
        let is_ps = text.starts_with("p.s") || text.starts_with("ps:") || text.starts_with("ps -");
        signed = (signed || SIGN_OFF.is_match(bytes) || (index > 2 && index >= last && is_address(text)))
            && !is_ps
            && text.len() < 90;
        let imagines = IMAGINE.find(bytes).is_some_and(|found| {
            // Both may begin at the same word; then it is the polite one.
            POLITE.find_iter(bytes).all(|polite| polite.end() <= found.start() || polite.start() >= found.end())
        });
        // Only somebody to imagine goes on being imagined; `imagine a Monday without it` is over at its end.
        if imagines && text.starts_with("picture ") {
            pictured = Some(sentence.paragraph);
        } else if pictured == Some(sentence.paragraph) && REAL.is_match(bytes) {
            pictured = None;
        }
        if imagines && (SOMEBODY.is_match(bytes) || text.bytes().any(|byte| byte.is_ascii_digit())) {
            imagined = Some(sentence.paragraph);
        }
        out.push(Spoken {
            start: sentence.start,
            end: sentence.end,
            is_question: text.trim_end_matches(['"', ')', '\'', ' ']).ends_with('?'),
            is_imagined: imagines,
            is_scenario: imagined == Some(sentence.paragraph) || pictured == Some(sentence.paragraph),
            is_offer: OFFER.is_match(bytes),
            is_subject: text.starts_with("subject:") || text.starts_with("**subject") || text.starts_with("re:"),
            is_frame: signed || (index < 3 && (GREETING.is_match(bytes) || is_address(text))),
        });
    }
    out
}

/// `Estimada Marta,`: a few words, a comma, and the end of a line.
fn is_address(text: &str) -> bool {
    text.len() < 40
        && text.ends_with(',')
        && text.split(' ').count() < 5
        && !text.bytes().any(|byte| byte.is_ascii_digit() || byte == b':')
}
