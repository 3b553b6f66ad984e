//! The Claude Messages API: `POST {base}/v1/messages`.
//!
//! The reference for its shapes is the official SDK (PyPI `anthropic` 2.12). No sampling parameters are sent: current
//! models refuse them.

use std::borrow::Cow;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::about::{self, About};
use super::batching::Batching;
use super::finish::{self, End};
use super::form::{Form, Json, Learned, Place, Sent, Thinking};
use super::http::failure::{self, ErrorBody};
use super::http::words::one_line;
use super::http::{BaseUrl, Batches, Effort, Http, KeyHeader, Response, Settings, SetupError, body, headers};
use super::id::ModelId;
use super::local_server::{self, Greeting};
use super::message_batches::MessageBatches;
use super::{Answer, Failure, Model, Reply, Request, Stop, usage};

/// Where Anthropic serves the Messages API.
pub const DEFAULT_BASE_URL: &str = "https://api.anthropic.com";

/// The same as [`BaseUrl::origin`] has it.
const DEFAULT_ORIGIN: &str = "https://api.anthropic.com:443";

/// The version of the wire format. What is sent and read here is the same in `2026-10-21`; this one is also spoken by
/// every gateway and local server.
const VERSION: &str = "2023-06-01";

/// What is posted: borrowed, since a prompt of some kilobytes goes out with every call.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<System<'a>>,
    messages: [Message<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<ThinkingConfig>,
}

impl<'a> Body<'a> {
    /// What is posted for this request to the model of this name; also what a message batch has of it.
    pub(super) fn new(name: &'a str, effort: Option<Effort>, request: &'a Request, form: Form) -> Self {
        let format = request.schema.as_ref().filter(|_| form.json == Json::Schema);
        let format = format.map(|schema| Format { kind: "json_schema", schema: &schema.json });
        let effort = match form.thinking {
            Thinking::AsSet => effort,
            Thinking::Nearest(nearest) => effort.map(|_| nearest),
            Thinking::Unsaid => None,
        };
        let (is_off, effort) = (effort == Some(Effort::None), effort.filter(|effort| *effort != Effort::None));
        let (system, content) = match (request.system.is_empty(), form.place) {
            (true, _) => (None, Cow::Borrowed(request.user.as_str())),
            (false, Place::Usual) => {
                let block =
                    Block { kind: "text", text: &request.system, cache_control: CacheControl { kind: "ephemeral" } };
                (Some(System::List([block])), Cow::Borrowed(request.user.as_str()))
            }
            (false, Place::Text) => (Some(System::Text(&request.system)), Cow::Borrowed(request.user.as_str())),
            (false, Place::User) => (None, Cow::Owned(format!("{}\n\n{}", request.system, request.user))),
        };
        Body {
            model: name,
            max_tokens: form.cap_of(request),
            system,
            messages: [Message { role: "user", content }],
            output_config: (effort.is_some() || format.is_some()).then_some(OutputConfig { effort, format }),
            thinking: is_off.then_some(ThinkingConfig { kind: "disabled" }),
        }
    }
}

#[derive(Serialize)]
struct ThinkingConfig {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum System<'a> {
    List([Block<'a>; 1]),
    Text(&'a str),
}

#[derive(Serialize)]
struct Block<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    cache_control: CacheControl,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Cow<'a, str>,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'a Value,
}

/// One model behind a Messages API.
#[derive(Debug)]
pub struct MessagesApi {
    id: String,
    name: String,
    host: String,
    origin: String,
    settings: Settings,
    http: Http,
    models: Url,
    form: Learned,
    batches: MessageBatches,
}

impl MessagesApi {
    /// A model at `base_url`, with or without `/v1` or `/` at its end. A local server may need no key.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for a base URL that a key must not be sent to, a key that cannot be sent, or a timeout of zero.
    pub fn new(
        id: &ModelId,
        base_url: &str,
        key: Option<SecretString>,
        settings: Settings,
    ) -> Result<Self, SetupError> {
        let base = BaseUrl::parse_with(base_url, settings.route.plain)?;
        let url = base.join("v1/messages");
        let http = Http::new(&base, url, KeyHeader::XApiKey, key, &settings)?.with_header("anthropic-version", VERSION);
        let form = settings.forms.learned(&base.origin(), id.name());
        let batches = MessageBatches::new(&base, id.name(), (settings.effort, form.clone()), &http);
        Ok(MessagesApi {
            batches,
            id: id.to_string(),
            name: id.name().to_owned(),
            host: http.account(),
            origin: base.origin(),
            settings,
            models: base.join("v1/models"),
            form,
            http,
        })
    }

    #[allow(clippy::result_large_err, reason = "one per call, and a call takes seconds")]
    fn read(&self, response: &Response) -> Result<Reply, Failure> {
        let json = body::read(&response.body).map_err(|why| self.http.malformed(response, None, &why))?;
        let json = body::unwrapped(json);
        let malformed = |why: &str| self.http.malformed(response, Some(&json), why);
        let error = ErrorBody::beside_answer(&json);
        if let Some(failure) = error.and_then(|error| failure::of_answer(response, &error, self.http.key())) {
            return Err(failure);
        }
        let answer = answer_of(&json).map_err(malformed)?;
        let request_id = headers::request_id(&response.headers)
            .or_else(|| json.get("request_id").and_then(Value::as_str))
            .or_else(|| json.get("id").and_then(Value::as_str));
        let said = answer.said.as_deref().map(|said| self.http.one_line(said));
        Ok(Reply {
            answer: Answer { request_id: request_id.map(|id| self.http.one_line(id)), said, ..answer },
            limits: headers::rate_limits(&response.headers, response.received),
        })
    }
}

/// What a message says, the name of the exchange aside.
///
/// # Errors
/// What it is instead of a message.
pub(super) fn answer_of(json: &Value) -> Result<Answer, &'static str> {
    // Some servers leave the type out; none that answers gives another.
    if json.get("type").is_some_and(|kind| kind != "message") {
        return Err("a body that is not a message");
    }
    let text = match json.get("content") {
        Some(Value::Array(blocks)) => text_of(blocks).ok_or("a text block without text")?,
        // As some gateways send it.
        Some(Value::String(text)) => text.clone(),
        // Seen with refusals.
        Some(Value::Null) => String::new(),
        _ => return Err("a message without content"),
    };
    let error = ErrorBody::beside_answer(json);
    if error.is_some() && text.trim().is_empty() {
        return Err("an error in place of an answer");
    }
    let End { mut stop, word } = finish::find("stop_reason", &[json]);
    let mut text = text;
    if text.trim().is_empty()
        && let Some(input) = tool_input(json)
    {
        // No tool is ever offered: this is where a gateway puts the JSON that it was asked for.
        text = input;
        if stop == Stop::ToolUse {
            stop = Stop::EndTurn;
        }
    }
    let explained = json.pointer("/stop_details/explanation").and_then(Value::as_str);
    let said = match (&error, stop) {
        (Some(error), _) => {
            stop = Stop::BrokenOff;
            Some(one_line(&error.words(error.status()), None))
        }
        (None, Stop::EndTurn | Stop::StopSequence) => None,
        (None, _) => word.map(|word| match explained {
            Some(words) => one_line(&format!("{words}; stop reason {word}"), None),
            None => one_line(&format!("stop reason {word}"), None),
        }),
    };
    let usage = usage::read(json.get("usage"), !text.is_empty());
    Ok(Answer {
        text,
        stop,
        said,
        usage_unknown: usage.is_none(),
        usage: usage.unwrap_or_default(),
        ..Answer::default()
    })
}

/// The text blocks joined. The first block may be `thinking`, and types that this version does not know may come.
fn text_of(blocks: &[Value]) -> Option<String> {
    let texts = blocks.iter().filter(|block| block.get("type").is_some_and(|kind| kind == "text"));
    texts.map(|block| block.get("text").and_then(Value::as_str)).collect()
}

/// What a tool was called with, if every call says the same.
fn tool_input(json: &Value) -> Option<String> {
    let blocks = json.get("content")?.as_array()?.iter();
    let mut inputs = blocks.filter(|block| block.get("type").is_some_and(|kind| kind == "tool_use"));
    let first = inputs.next()?.get("input").filter(|input| input.is_object())?;
    inputs.all(|block| block.get("input") == Some(first)).then(|| first.to_string())
}

impl Model for MessagesApi {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let effort = self.settings.effort;
            let send = |form| async move {
                let response = self.http.post(&request.key, &Body::new(&self.name, effort, request, form)).await?;
                self.read(&response)
            };
            self.form.send(Sent::messages(request, effort), send).await
        })
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn about(&self) -> BoxFuture<'_, Option<About>> {
        Box::pin(async { Some(about::ask(&self.http, self.models.clone(), &self.name, false).await) })
    }

    fn greet(&self, who: bool) -> BoxFuture<'_, Greeting> {
        Box::pin(local_server::greet(&self.http, self.models.clone(), who))
    }

    /// With the server where it is not Anthropic's own: anything may answer to a Claude name elsewhere.
    fn settings(&self) -> String {
        let at = if self.origin == DEFAULT_ORIGIN { String::new() } else { format!(" at={}", self.origin) };
        format!("messages{at} effort={}{}", self.settings.effort_word(), self.form.get())
    }

    fn batches(&self) -> Option<&dyn Batching> {
        match self.settings.route.batches {
            Batches::Taken => Some(&self.batches),
            Batches::NotTaken => None,
        }
    }
}
