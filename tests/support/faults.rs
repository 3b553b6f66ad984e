//! Every fault that the market's server knows, and what a run must say of it.
#![allow(dead_code, reason = "each test crate uses its own part")]

/// What a fault does to the call that it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The call fails, and is worth another attempt.
    Fails,
    /// The call fails, and no attempt helps; other calls may still succeed.
    Refused,
    /// The account is done for: the run ends and says so.
    Ends,
    /// An answer comes that cannot be used: it is asked for again under another key, three times in all.
    Unusable,
    /// As `Unusable`, of a decision; a message gives it nothing to spoil.
    UnusableDecision,
    /// As `Unusable`, of the improver and the decision maker; a message may be any text.
    UnusableJson,
    /// All is well.
    Harmless,
    /// All is well with this call; one that reuses its connection at once may fail, for the words given.
    HitsTheNext,
}

/// One fault.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// As `rejoinder market --faults` takes it.
    pub fault: &'static str,
    /// What it does.
    pub effect: Effect,
    /// What the reason of a failed trial must say: one of these.
    pub words: &'static [&'static str],
    /// Whether an answer was made before the fault struck it, so that a further attempt repeats it.
    pub answered: bool,
}

const fn known(fault: &'static str, effect: Effect, words: &'static [&'static str]) -> Known {
    Known { fault, effect, words, answered: false }
}

const fn lost(fault: &'static str, words: &'static [&'static str]) -> Known {
    Known { fault, effect: Effect::Fails, words, answered: true }
}

const BROKE: &[&str] = &["the connection to http://127.0.0.1:"];
const LATE: &[&str] = &["no complete response from http://127.0.0.1:", "within "];

/// All of them, with arguments that keep a test short.
pub const KNOWN: &[Known] = &[
    known("rate-limit", Effect::Fails, &["429", "rate limit"]),
    known("rate-limit:soon", Effect::Fails, &["429", "rate limit"]),
    known("rate-limit:-1", Effect::Fails, &["429", "rate limit"]),
    known("rate-limit-bare", Effect::Fails, &["429", "rate limit"]),
    known("spend-limit", Effect::Ends, &["429", "spend limit"]),
    known("usage-limit", Effect::Ends, &["400", "usage limits"]),
    known("server-error", Effect::Fails, &["500"]),
    known("overloaded", Effect::Fails, &["529", "verloaded"]),
    known("html", Effect::Fails, &["502: an HTML page, not JSON"]),
    known("reset-before", Effect::Fails, BROKE),
    lost("reset-in-body", BROKE),
    known("reset-after", Effect::HitsTheNext, BROKE),
    known("slow-body:0.05", Effect::Harmless, &[]),
    lost("slow-body:60", LATE),
    known("hang", Effect::Fails, LATE),
    known("truncated-json", Effect::Unusable, &["cut off at the token limit"]),
    known("fenced-json", Effect::Harmless, &[]),
    known("string-bool", Effect::UnusableDecision, &["no true or false `decision`"]),
    known("two-objects", Effect::UnusableDecision, &["says two things"]),
    // Those of decision models.
    known("number-outside", Effect::Harmless, &[]),
    known("one-refused", Effect::Harmless, &[]),
    known("refusal", Effect::Unusable, &["refused to answer"]),
    known("empty", Effect::Unusable, &["the answer is empty"]),
    known("thinking-only", Effect::Unusable, &["cut off at the token limit"]),
    known("thinking-first", Effect::Harmless, &[]),
    known("error-200", Effect::Fails, &["200: an error in place of an answer", "Internal server error"]),
    lost("bad-utf8", &["200: a body that is not JSON"]),
    known("status:400", Effect::Refused, &["400", "A fault was asked for"]),
    known("status:401", Effect::Ends, &["401"]),
    known("status:402", Effect::Ends, &["402"]),
    known("status:403", Effect::Refused, &["403"]),
    known("status:404", Effect::Refused, &["404"]),
    known("status:408", Effect::Fails, &["408"]),
    known("status:409", Effect::Fails, &["409"]),
    known("status:413", Effect::Refused, &["413"]),
    known("status:422", Effect::Refused, &["422"]),
    known("status:503", Effect::Fails, &["503"]),
    known("status:504", Effect::Fails, &["504"]),
    known("status:599", Effect::Fails, &["599"]),
];

impl Known {
    /// Whether a reason says all that it must of this fault.
    pub fn is_named_in(&self, reason: &str) -> bool {
        !self.words.is_empty() && self.words.iter().all(|word| reason.contains(word))
    }

    /// Whether it makes a call wait for its time-out.
    pub fn is_slow(&self) -> bool {
        matches!(self.fault, "hang" | "slow-body:60")
    }
}
