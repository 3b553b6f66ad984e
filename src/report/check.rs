//! What `rejoinder check` found out about the model of each role: what its host accepts, and what to do about it.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::estimate::CHARACTERS_PER_TOKEN;
use super::words;
use crate::model::limits::RateLimits;
use crate::model::price::{Price, Source};
use crate::model::{Answer, Stop};

/// At fewer tokens a second than this, a run of some hundred calls takes hours.
const SLOW: f64 = 10.0;
/// A rewrite has the prompt, the reasons and the answer in one context.
const SMALL_CONTEXT: u64 = 16_000;

/// Whether an answer has the form that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// None was asked for.
    NotAsked,
    /// It is what the schema says and nothing else.
    Obeyed,
    /// What was asked for is in it, among other things; it is read all the same.
    Readable,
    /// What was asked for is not in it.
    NotObeyed,
}

/// What the call of one role showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The role, as people name it.
    pub role: String,
    /// The model, such as `groq/llama`.
    pub model: String,
    /// What the host is called, and where it is.
    pub host: String,
    /// How requests are sent: the wire and what was found out about it.
    pub settings: String,
    /// What the host does not take, as was found out.
    pub refused: Vec<String>,
    /// Whether the answer was simulated.
    pub simulated: bool,
    /// Why there was no answer.
    pub failure: Option<String>,
    /// Seconds until the answer was there.
    pub seconds: Option<f64>,
    /// Tokens that were read, as the host counts them.
    pub read: Option<u64>,
    /// Tokens that were written, thinking included.
    pub written: Option<u64>,
    /// About how many of these are not in the answer: the model thinks.
    pub thinking: Option<u64>,
    /// Whether the answer has the form that was asked for.
    pub form: Form,
    /// Whether the answer came to its end.
    pub finished: bool,
    /// The most tokens of one call, and who says so.
    pub context: Option<(u64, String)>,
    /// What the host says about its limits.
    pub limits: Vec<String>,
    /// The price, and who says so.
    pub price: Option<(Price, String)>,
    /// What should be done, in the order in which it should be done.
    pub todo: Vec<String>,
}

/// The name of a line that says what to do.
pub const TO_DO: &str = "to do";

/// One line of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about: `schema`.
    pub name: &'static str,
    /// What was found.
    pub said: String,
}

impl Checked {
    /// Nothing known yet.
    #[must_use]
    pub fn new(role: String, model: String, host: String, settings: String) -> Self {
        let refused =
            settings.split(' ').filter_map(|word| word.strip_prefix("form=")).flat_map(|form| form.split(','));
        Checked {
            refused: refused.map(in_words).collect(),
            role,
            model,
            host,
            settings,
            simulated: false,
            failure: None,
            seconds: None,
            read: None,
            written: None,
            thinking: None,
            form: Form::NotAsked,
            finished: false,
            context: None,
            limits: Vec::new(),
            price: None,
            todo: Vec::new(),
        }
    }

    /// Records the answer, how long it took, and whether it has the form that was asked for.
    pub fn answered(&mut self, answer: &Answer, took: Duration, form: Form) {
        let usage = answer.usage;
        self.seconds = Some(took.as_secs_f64());
        self.read =
            Some(usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens).filter(|tokens| *tokens > 0);
        self.written = Some(usage.output_tokens).filter(|tokens| *tokens > 0);
        let text = answer.text.chars().count().div_ceil(CHARACTERS_PER_TOKEN) as u64;
        // An estimate of tokens by characters is off by half at most.
        let beyond = usage.output_tokens.saturating_sub(text * 2);
        self.thinking = Some(beyond).filter(|tokens| *tokens > 40);
        self.finished = matches!(answer.stop, Stop::EndTurn | Stop::StopSequence);
        self.form = form;
        if self.finished && answer.text.trim().is_empty() {
            let key = self.role.replace(' ', "_");
            let said = answer.said.as_deref().map(|said| format!(" ({said})")).unwrap_or_default();
            self.todo.push(format!(
                "its answer is empty{said}: every trial would fail. Where it thinks, raise {key} under [max_tokens] in \
                 rejoinder.toml or turn thinking off ([effort] {key} = \"none\")"
            ));
        }
        if answer.usage_unknown {
            self.todo.push("it sends no bill that can be read: under --max-cost each call counts as the most".into());
        }
    }

    /// Records what the host says about its limits.
    pub fn limited(&mut self, limits: &RateLimits) {
        let windows = [
            ("requests", &limits.requests),
            ("input tokens", &limits.input_tokens),
            ("output tokens", &limits.output_tokens),
        ];
        for (name, window) in windows {
            let Some(limit) = window.limit.or(window.remaining) else { continue };
            let left = window.remaining.map(|left| format!(", {} left", words::thousands(left))).unwrap_or_default();
            let reset = window.reset.filter(|reset| !reset.is_zero());
            let reset = reset.map(|reset| format!(", full again in {}", words::duration(reset))).unwrap_or_default();
            self.limits.push(format!("{} {name}{left}{reset}", words::thousands(limit)));
        }
    }

    /// Draws the conclusions. `date` is the price table's.
    pub fn conclude(&mut self, source: Option<(Price, Source)>, date: &str, told: Option<Price>, is_decider: bool) {
        self.price = source.map(|(price, source)| {
            let whose = match source {
                Source::Settings => "your [prices]".to_owned(),
                Source::Host => "your [hosts]".to_owned(),
                Source::Table => format!("built-in table of {date}"),
                Source::Free => "nothing is paid per token".to_owned(),
            };
            (price, whose)
        });
        if self.simulated {
            return;
        }
        if self.failure.is_none() {
            self.conclude_answer(is_decider);
        }
        if self.price.is_none() {
            let line = told.map_or_else(
                || "input = ..., output = ...".to_owned(),
                |price| format!("input = {}, output = {}", price.input, price.output),
            );
            let says = if told.is_some() { " (what the host says)" } else { "" };
            self.todo.push(format!(
                "its price is unknown, and --max-cost is refused without one: add [prices] \"{}\" = {{ {line} }} to \
                 rejoinder.toml{says}, in dollars per million tokens",
                self.model
            ));
        }
    }

    fn conclude_answer(&mut self, is_decider: bool) {
        let role = &self.role;
        let key = role.replace(' ', "_");
        if !self.finished {
            self.todo.push(format!(
                "its answer did not come to its end; where it thinks, raise {key} under [max_tokens] in rejoinder.toml"
            ));
        } else if self.form == Form::NotObeyed {
            self.todo.push(format!(
                "its answer does not have the form that was asked for: such answers are asked for again, twice at \
                 most, and then the trial fails. Take another model as {role}, or a server that holds its models to a \
                 JSON schema"
            ));
        }
        if let (Some(seconds), Some(written)) = (self.seconds, self.written)
            && written >= 20
            && (written as f64) < SLOW * seconds
        {
            self.todo.push(
                "it is slow: begin with few personas and --dry-run, and raise --timeout rather than lower max_tokens"
                    .into(),
            );
        }
        let is_small = |context: &&(u64, String)| context.0 < SMALL_CONTEXT && role == "improver";
        if let Some((context, _)) = self.context.as_ref().filter(is_small) {
            self.todo.push(format!(
                "{} tokens are little for an improver, which reads the prompt and all reasons: give the server more \
                 (Ollama: OLLAMA_CONTEXT_LENGTH=16384; llama-server: -c), or take another model for it",
                words::thousands(*context)
            ));
        }
        if is_decider {
            self.todo.push(format!(
                "a judge that answers with probabilities can be weak at quantities, dates, negation and hostile text: \
                 audit it before you believe it (rejoinder audit-judge --decision-maker {})",
                self.model
            ));
        }
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.heading());
        for line in self.lines() {
            let _ = writeln!(text, "  {:<10}{}", line.name, line.said);
        }
        text
    }

    /// Whom it is about.
    #[must_use]
    pub fn heading(&self) -> String {
        format!("{}: {} at {}", capital(&self.role), words::one_line(&self.model, 100), self.host)
    }

    /// What was found, in the order in which it is read.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = |name: &'static str, said: String| lines.push(Line { name, said });
        match (&self.failure, self.seconds) {
            (Some(failure), _) => line("failed", failure.clone()),
            (None, Some(seconds)) => line("answered", self.spoken(seconds)),
            (None, None) => {}
        }
        line("sent as", self.settings.clone());
        if !self.refused.is_empty() {
            line("refuses", format!("{}; it is not asked for again", self.refused.join(", ")));
        }
        if self.failure.is_none() {
            match self.form {
                Form::NotAsked => {}
                Form::Obeyed => line("schema", "obeyed".into()),
                Form::Readable => line("schema", "not quite obeyed, but what was asked for could be read".into()),
                Form::NotObeyed => line("schema", "not obeyed".into()),
            }
            line(
                "thinking",
                match self.thinking {
                    Some(tokens) => {
                        format!("about {} of the tokens written are not in the answer", words::thousands(tokens))
                    }
                    None => "none seen".into(),
                },
            );
        }
        line(
            "context",
            match &self.context {
                Some((tokens, who)) => format!("{} tokens ({who})", words::thousands(*tokens)),
                None => "unknown".into(),
            },
        );
        line("limits", if self.limits.is_empty() { "none told".into() } else { self.limits.join("; ") });
        line(
            "price",
            match &self.price {
                Some((price, whose)) if price.input + price.output > 0.0 => {
                    format!("${} in, ${} out per million tokens ({whose})", price.input, price.output)
                }
                Some((_, whose)) => whose.clone(),
                None => "unknown".into(),
            },
        );
        if self.simulated {
            line("note", "simulated: the built-in market, which knows nothing of any real person".into());
        }
        for todo in &self.todo {
            line(TO_DO, todo.clone());
        }
        lines
    }

    fn spoken(&self, seconds: f64) -> String {
        let count = |tokens: Option<u64>| tokens.map_or("an unknown number of".to_owned(), words::thousands);
        let speed = self.written.filter(|_| seconds > 0.0).map(|written| written as f64 / seconds);
        let speed = speed.map(|speed| format!(" ({speed:.0} a second)")).unwrap_or_default();
        let (read, written) = (count(self.read), count(self.written));
        format!("in {seconds:.1} s: {read} tokens read, {written} written{speed}")
    }
}

/// A part of the form in which a host takes requests, as the settings of a model name it.
fn in_words(part: &str) -> String {
    match part {
        "cap" => "the usual name of the token limit (the other one works)".into(),
        "json-object" => "a schema (it takes \"any JSON object\")".into(),
        "no-schema" => "a form for JSON (it is asked for in words)".into(),
        "plain-system" => "a system prompt in parts (it takes plain text)".into(),
        "no-system" => "a system prompt (it stands before what is asked)".into(),
        "no-effort" => "an effort".into(),
        other => match (other.strip_prefix("effort-"), other.strip_prefix("most-")) {
            (Some(effort), _) => format!("the effort that is set (it gets {effort})"),
            (None, Some(most)) => format!("a higher limit of tokens than {most} (it is asked for {most})"),
            (None, None) => other.to_owned(),
        },
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Usage;
    use crate::model::limits::Window;

    fn answer(text: &str, output_tokens: u64, stop: Stop) -> Answer {
        let usage = Usage { input_tokens: 300, output_tokens, ..Usage::default() };
        Answer { text: text.into(), stop, usage, ..Answer::default() }
    }

    fn checked(role: &str, model: &str) -> Checked {
        let host = "https://api.example.com:443 (Example)".to_owned();
        Checked::new(role.into(), model.into(), host, "chat-completions effort=default".into())
    }

    #[test]
    fn a_model_that_does_all_it_should_has_nothing_to_be_done() {
        let mut good = checked("decision maker", "groq/m");
        good.answered(&answer("{\"decision\": true}", 12, Stop::EndTurn), Duration::from_millis(400), Form::Obeyed);
        let window = Window { limit: Some(1000), remaining: Some(998), reset: Some(Duration::from_secs(30)) };
        good.limited(&RateLimits { requests: window, ..RateLimits::default() });
        good.context = Some((131_072, "the host says so".into()));
        let price = Price { input: 0.5, output: 1.5, cache_write: None, cache_read: None };
        good.conclude(Some((price, Source::Table)), "2026-11", None, false);
        assert_eq!(good.todo, Vec::<String>::new());
        // A page reads what the command prints for programs, and says the same.
        let read: Checked = serde_json::from_str(&serde_json::to_string(&good).unwrap()).unwrap();
        assert_eq!(read.lines(), good.lines());
        insta::assert_snapshot!(good.text());
    }

    #[test]
    fn an_empty_answer_and_a_bill_that_cannot_be_read_are_things_to_do() {
        let mut empty = checked("generator", "openai/m");
        let nothing = Answer { usage_unknown: true, ..answer("\n", 60, Stop::EndTurn) };
        empty.answered(&nothing, Duration::from_secs(1), Form::NotAsked);
        assert!(empty.todo[0].starts_with("its answer is empty: every trial would fail"), "{:?}", empty.todo);
        assert!(empty.todo[1].starts_with("it sends no bill that can be read"), "{:?}", empty.todo);
        assert_eq!(in_words("most-4096"), "a higher limit of tokens than 4096 (it is asked for 4096)");
    }

    #[test]
    fn what_is_wrong_comes_with_what_to_do() {
        let mut cut = checked("improver", "ollama/m");
        cut.answered(&answer("", 400, Stop::MaxTokens), Duration::from_secs(100), Form::NotObeyed);
        cut.context = Some((4096, "the server was started with it".into()));
        cut.conclude(None, "2026-11", None, false);
        let mut loose = checked("decision maker", "openrouter/m");
        loose.answered(&answer("Sure! I say yes.", 5, Stop::EndTurn), Duration::from_secs(1), Form::NotObeyed);
        let told = Price { input: 0.1, output: 0.2, cache_write: None, cache_read: None };
        loose.conclude(None, "2026-11", Some(told), true);
        let mut refused = checked("generator", "groq/m");
        refused.failure = Some("401 invalid_api_key: no".into());
        refused.conclude(None, "2026-11", None, false);
        let settings = "chat-completions effort=default form=cap,no-schema,effort-high".to_owned();
        let learned = Checked::new("auditor".into(), "gate/m".into(), "https://gate:443".into(), settings);
        insta::assert_snapshot!([cut.text(), loose.text(), refused.text(), learned.text()].join("\n"));
    }
}
