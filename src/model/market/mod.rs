//! The simulated market: a world of personas that needs no key and behaves like language models where it matters.
//!
//! Every answer is a function of the market's seed and the request (its key included) and of nothing else, so that a
//! rerun, another order or another degree of concurrency gives the same answers.

pub mod serve;

use futures::future::BoxFuture;

use super::{Answer, Failure, Model, Reply, Request, Stop, Usage, limits::RateLimits};

/// What the request id of every simulated answer begins with. It goes over HTTP too, so that a client knows what it is
/// talking to, whatever the model was called.
pub const REQUEST_ID_PREFIX: &str = "simulated_";

/// Whether prompts matter in this market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Prompts change messages, and messages change decisions.
    #[default]
    Normal,
    /// Messages vary, but a decision depends on the persona and on chance alone: the world for false-alarm tests.
    Null,
}

/// A simulated market.
#[derive(Debug)]
pub struct Market {
    seed: u64,
    mode: Mode,
    id: String,
}

impl Market {
    /// The market of a seed.
    #[must_use]
    pub fn new(seed: u64, mode: Mode) -> Self {
        let id = match (mode, seed) {
            (Mode::Normal, 1) => "market".to_owned(),
            (Mode::Normal, seed) => format!("market/{seed}"),
            (Mode::Null, 1) => "market/null".to_owned(),
            (Mode::Null, seed) => format!("market/null-{seed}"),
        };
        Market { seed, mode, id }
    }

    /// The market that a name means: what follows `market/`, such as `7`, `null`, `null-7` or nothing.
    ///
    /// # Errors
    ///
    /// One line for a person, where the name is none of these.
    pub fn parse(name: &str) -> Result<Self, String> {
        let (mode, seed) = match name.strip_prefix("null") {
            None => (Mode::Normal, name),
            Some("") => (Mode::Null, ""),
            Some(rest) => (Mode::Null, rest.strip_prefix('-').filter(|seed| !seed.is_empty()).unwrap_or("?")),
        };
        let digits = !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_digit());
        match (seed, digits.then(|| seed.parse::<u64>())) {
            ("", _) => Ok(Market::new(1, mode)),
            (_, Some(Ok(seed))) => Ok(Market::new(seed, mode)),
            _ => Err(format!("there is no market {name:?}: write market, market/7, market/null or market/null-7")),
        }
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        let properties = request.schema.as_ref().map(|schema| schema.json["properties"].clone()).unwrap_or_default();
        let text = if properties.get("decision").is_some() {
            r#"{"reasoning": "It names my problem, but not how it would be solved.", "decision": false}"#
        } else if properties.get("prompt").is_some() {
            r#"{"prompt": "Write a short, plain message."}"#
        } else if properties.get("personas").is_some() {
            r#"{"personas": ["Ada Okafor, 41, COO of a 60-person logistics company in Lagos."]}"#
        } else {
            "Subject: A question\n\nHello,\n\nmay I ask how you handle this today?\n\nBest regards"
        };
        let input = request.system.chars().count() + request.user.chars().count();
        Answer {
            text: text.to_owned(),
            stop: Stop::EndTurn,
            usage: Usage {
                input_tokens: input.div_ceil(4) as u64,
                output_tokens: text.chars().count().div_ceil(4) as u64,
                ..Usage::default()
            },
            request_id: Some(format!("{REQUEST_ID_PREFIX}{}", request.key.as_str())),
        }
    }
}

impl Model for Market {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move { Ok(Reply { answer: self.answer(request), limits: RateLimits::default() }) })
    }

    fn id(&self) -> &str {
        &self.id
    }

    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn host(&self) -> &str {
        "market"
    }

    fn settings(&self) -> String {
        format!("seed={} mode={:?}", self.seed, self.mode)
    }

    fn is_simulated(&self) -> bool {
        true
    }
}
