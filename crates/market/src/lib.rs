//! The simulated market: a world of personas that needs no key and behaves like language models where it matters.
//!
//! The generator reads the prompt's English, follows an instruction more or less, and sometimes invents. The decision
//! maker reads the message's English, weighs what it finds with the persona's own taste, and says why. The improver
//! reads those reasons and edits the prompt, for better or worse. Nothing passes between the three but text.
//!
//! Every answer is a function of the market's seed and the request (its key included) and of nothing else, so that a
//! rerun, another order or another degree of concurrency gives the same answers.

#![warn(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

/// The examples of the README compile and hold.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod advice;
mod ask;
mod auditor;
mod banks;
mod calibrate;
mod chances;
mod detect;
mod dice;
mod feature;
mod feedback;
mod generator;
mod groups;
mod improver;
mod judge;
mod kinds;
mod lexicon;
mod lint;
mod names;
mod offer;
mod parts;
mod phrases;
mod plan;
mod proposals;
mod rate;
mod reader;
mod reasons;
mod reviser;
mod search;
mod sequence;
pub mod serve;
mod slots;
mod spin;
mod taste;
mod traits;
mod truth;
mod wording;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Value, json};

use ask::Ask;
use dice::Dice;
use plan::Plan;
use reader::Reader;
use rejoinder_llm::model::limits::RateLimits;
use rejoinder_llm::model::{Answer, Failure, Model, Reply, Request, SIMULATED_PREFIX, Stop, Usage};
use taste::Taste;

/// How the name of a market begins if it is a decision model.
const CHANCES: &str = "decisions";

/// Whether prompts matter in this market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Prompts change messages, and messages change decisions.
    #[default]
    Normal,
    /// Messages vary, but a decision depends on the persona and on chance alone: the world for false-alarm tests.
    Null,
}

/// How a market answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Speech {
    /// In text, as models do that write.
    #[default]
    Text,
    /// With probabilities only, as decision models do. The same people decide as in the market of the same seed.
    Chances,
}

/// Messages, trimmed, whose claims are known beforehand, each with its passages that are made up.
pub type Labelled = HashMap<String, Vec<String>>;

/// A simulated market.
#[derive(Debug)]
pub struct Market {
    seed: u64,
    mode: Mode,
    speech: Speech,
    id: String,
    taste: Taste,
    /// Prompts that were read lately: a run sends the same one a thousand times.
    plans: Mutex<HashMap<String, Arc<Plan>>>,
    /// Read when the first message is audited.
    labelled: LazyLock<Labelled, fn() -> Labelled>,
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
        let taste = calibrate::calibrate(Taste::from_seed(seed));
        Market {
            seed,
            mode,
            speech: Speech::Text,
            id,
            taste,
            plans: Mutex::default(),
            labelled: LazyLock::new(HashMap::new),
        }
    }

    /// The same, answering in this way.
    #[must_use]
    pub fn speaking(self, speech: Speech) -> Self {
        let id = match (speech, self.id.split_once('/')) {
            (Speech::Text, _) => self.id.clone(),
            (Speech::Chances, None) => format!("{}/{CHANCES}", self.id),
            (Speech::Chances, Some((market, name))) => format!("{market}/{CHANCES}-{name}"),
        };
        Market { speech, id, ..self }
    }

    /// The same, knowing these messages by heart where it audits. Its own truth is that of the world that it simulates:
    /// it knows nothing of other offers and other languages. So that it passes an audit shows that the command works,
    /// and says nothing of any auditor.
    #[must_use]
    pub fn with_labelled(self, read: fn() -> Labelled) -> Self {
        Market { labelled: LazyLock::new(read), ..self }
    }

    /// The market that a name means: what follows `market/`, such as `7`, `null`, `null-7` or nothing; with `decisions`
    /// or `decisions-` before it, the same market as a decision model.
    ///
    /// # Errors
    ///
    /// One line for a person, where the name is none of these.
    pub fn parse(name: &str) -> Result<Self, String> {
        let rest =
            name.strip_prefix(CHANCES).and_then(|rest| if rest.is_empty() { Some("") } else { rest.strip_prefix('-') });
        match rest {
            Some(rest) if !rest.starts_with(CHANCES) => Ok(Market::parse(rest)?.speaking(Speech::Chances)),
            _ => Market::parse_plain(name),
        }
    }

    fn parse_plain(name: &str) -> Result<Self, String> {
        let (mode, seed) = match name.strip_prefix("null") {
            None => (Mode::Normal, name),
            Some("") => (Mode::Null, ""),
            Some(rest) => (Mode::Null, rest.strip_prefix('-').filter(|seed| !seed.is_empty()).unwrap_or("?")),
        };
        if seed.is_empty() {
            return Ok(Market::new(1, mode));
        }
        match seed.parse::<u64>() {
            Ok(number) if seed.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Market::new(number, mode)),
            _ => Err(format!(
                "there is no market {name:?}: write market, market/7, market/null, market/null-7 or, \
                               for a decision model, market/decisions or market/decisions-7"
            )),
        }
    }

    /// Answers a request: a function of this market's seed and mode and of the request alone.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        let mode = format!("{:?}", self.mode);
        let seed = self.seed.to_string();
        // Not the schema's name: the Messages API has none, and both wire formats are to give the same answers.
        let mut dice =
            Dice::from_parts(&["answer", &seed, &mode, request.key.as_str(), &request.system, &request.user]);
        let text = match ask::read(request) {
            Ask::Message { prompt, persona, around } => self.message(prompt, (persona, &around), &mut dice),
            Ask::Step { prompt, persona, around, earlier, draft } => {
                self.step(prompt, (persona, &around), (&earlier, draft), &mut dice)
            }
            Ask::Lint { message, subject } => lint::read(message, subject).to_string(),
            Ask::Revision { prompt, persona, draft, passages } => {
                reviser::revise(draft, passages, &self.plan(prompt).offer, &Reader::read(persona), &mut dice)
            }
            Ask::Decision { judge, persona, message } => {
                let verdict = judge::decide(self.case(judge, persona, message), &mut dice);
                in_order(request, json!({"reasoning": verdict.reasoning, "decision": verdict.decision}))
            }
            Ask::Score { judge, persona, message } => {
                let grade = judge::grade(self.case(judge, persona, message), &mut dice);
                in_order(request, json!({"reasoning": grade.reasoning, "score": grade.score}))
            }
            Ask::Chances { judge, persona, message, statements } => {
                chances::weigh(self.case(judge, persona, message), &statements, &mut dice).to_string()
            }
            Ask::Reason { judge, persona, message, yes } => {
                let said = judge::reason(self.case(judge, persona, message), yes, &mut dice);
                json!({"reasoning": said}).to_string()
            }
            Ask::Prompt { guide, incumbent, feedback, objections, plain } => {
                let prompt = improver::improve(guide, incumbent, feedback, objections, &mut dice);
                if plain { prompt } else { json!({"prompt": prompt}).to_string() }
            }
            Ask::Changes { guide, fixed, advice, feedback, objections } => {
                proposals::propose(guide, fixed, advice, (feedback, objections), &mut dice).to_string()
            }
            Ask::Split { blocks } => parts::split(blocks).to_string(),
            Ask::ItemCheck { facts, items } => parts::check(facts, items, &mut dice).to_string(),
            Ask::Claims { facts, persona, message } => match self.labelled.get(message.trim()) {
                Some(passages) => auditor::repeat(passages, &mut dice).to_string(),
                None => auditor::audit(message, facts, persona, &mut dice).to_string(),
            },
            Ask::Naming { lines, known, yes } => groups::name(lines, known, yes).to_string(),
            Ask::Sorting { lines, against, favour } => groups::sort(lines, (against, favour), &mut dice).to_string(),
            Ask::Kinds { lines, known } => kinds::sort(lines, known, &mut dice).to_string(),
            Ask::Ideas { lines } => groups::ideas(lines, &mut dice).to_string(),
            Ask::MorePeople { sample, count, user } => {
                let sample: Vec<String> = serde_json::from_str(sample).unwrap_or_default();
                json!({"personas": writer::write_like(&sample, user, count, &mut dice)}).to_string()
            }
            Ask::Describe { columns } => writer::describe(columns),
            Ask::Personas { domain, count, user, plain } => {
                let personas = writer::write(domain, user, count, &mut dice);
                if plain { json!(personas).to_string() } else { json!({"personas": personas}).to_string() }
            }
        };
        finish(request, text)
    }

    /// The expected share of yes over messages and decisions to these personas under a strict decision prompt, without
    /// noise. For tests and benchmarks only: nothing that a real model could not know may depend on it.
    #[must_use]
    pub fn true_rate(&self, prompt: &str, personas: &[String]) -> f64 {
        search::mean_rate((&self.taste, self.mode), &self.plan(prompt), &search::panel(&self.taste, personas))
    }

    /// The best truthful prompt for an offer that a greedy search over the known instructions finds. For benchmarks.
    #[must_use]
    pub fn best_prompt(&self, offer: &str, personas: &[String]) -> String {
        search::best_prompt(&self.taste, offer, personas)
    }

    /// The passages of a message that claim what neither the facts nor the persona support.
    #[must_use]
    pub fn ungrounded(&self, message: &str, facts: &str, persona: &str) -> Vec<String> {
        truth::ungrounded(message, facts, persona)
    }

    /// A step of a sequence; `draft` is one that is to be revised, with its passages that make something up.
    fn step(
        &self,
        prompt: &str,
        (persona, around): (&str, &str),
        (earlier, draft): (&[&str], Option<(&str, &str)>),
        dice: &mut Dice,
    ) -> String {
        let (plan, reader) = (self.plan(prompt), Reader::read(persona));
        let letter = match (draft, earlier) {
            (Some((draft, passages)), _) if !passages.is_empty() => {
                sequence::revise(draft, passages, (&plan.offer, &reader), dice)
            }
            (_, []) => {
                let message = self.message(prompt, (persona, around), dice);
                sequence::Letter::of_message(&message, (&plan.offer, &reader), dice)
            }
            _ => {
                let features = generator::draw(&plan.odds(&self.taste.base, &reader), dice);
                sequence::follow_up(features, (&plan.offer, &reader), earlier, dice)
            }
        };
        letter.answer().to_string()
    }

    /// A message; `around` is what the request says beside the persona.
    fn message(&self, prompt: &str, (persona, around): (&str, &str), dice: &mut Dice) -> String {
        let plan = self.plan(prompt);
        let reader = Reader::read(persona);
        let mut odds = plan.odds(&self.taste.base, &reader);
        if self.plan(around).asks_for_truth() {
            plan.obey_rule_of_truth(&mut odds);
        }
        let features = generator::draw(&odds, dice);
        generator::write(features, &plan.offer, &reader, dice)
    }

    /// What a decision is about, in this market.
    fn case<'a>(&'a self, guide: &'a str, persona: &'a str, message: &'a str) -> judge::Case<'a> {
        judge::Case { taste: &self.taste, mode: self.mode, guide, persona, message }
    }

    fn plan(&self, prompt: &str) -> Arc<Plan> {
        const KEPT: usize = 64;
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(prompt) {
            return Arc::clone(plan);
        }
        if plans.len() >= KEPT {
            plans.clear();
        }
        let plan = Arc::new(Plan::read(prompt));
        plans.insert(prompt.to_owned(), Arc::clone(&plan));
        plan
    }
}

/// An object with its properties in the order of the request's schema, as structured output has them.
fn in_order(request: &Request, mut object: Value) -> String {
    let order = request.schema.as_ref().and_then(|schema| schema.json.get("properties")).and_then(Value::as_object);
    if let (Some(order), Some(object)) = (order, object.as_object_mut())
        && order.keys().next().is_some_and(|first| first == "decision" || first == "score")
        && let Some(reasoning) = object.shift_remove("reasoning")
    {
        object.insert("reasoning".to_owned(), reasoning);
    }
    object.to_string()
}

/// Counts tokens, four characters each, and cuts off what does not fit.
fn finish(request: &Request, mut text: String) -> Answer {
    const LETTERS: usize = 4;
    let tokens = |text: &str| text.chars().count().div_ceil(LETTERS) as u64;
    let input_tokens = tokens(&request.system) + tokens(&request.user);
    let room = request.max_tokens as usize * LETTERS;
    let cut = text.char_indices().nth(room).map(|(at, _)| at);
    if let Some(at) = cut {
        text.truncate(at);
    }
    Answer {
        stop: if cut.is_some() { Stop::MaxTokens } else { Stop::EndTurn },
        usage: Usage { input_tokens, output_tokens: tokens(&text), ..Usage::default() },
        text,
        request_id: Some(format!("{SIMULATED_PREFIX}{}", request.key.as_str())),
        ..Answer::default()
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

    fn only_decides(&self) -> bool {
        self.speech == Speech::Chances
    }
}

#[cfg(test)]
mod tests;
