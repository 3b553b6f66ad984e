//! Chat completions: `POST {base}/chat/completions`, as OpenAI, Ollama, vLLM, llama-server and LM Studio serve them.

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::about::{self, About};
use super::http::{BaseUrl, Http, KeyHeader, Response, Settings, SetupError, headers};
use super::id::ModelId;
use super::{Answer, Failure, Model, Reply, Request, Stop, Usage};

/// Where OpenAI serves chat completions.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// Where an Ollama on this machine serves them.
pub const OLLAMA_BASE_URL: &str = "http://127.0.0.1:11434/v1";

/// The one host that calls the cap on tokens by its newer name, and refuses the older one with reasoning models.
const OPENAI_HOST: &str = "api.openai.com";

/// One model behind chat completions.
#[derive(Debug)]
pub struct ChatCompletions {
    id: String,
    name: String,
    host: String,
    host_name: String,
    origin: String,
    settings: Settings,
    http: Http,
    models: Url,
    is_own: bool,
}

impl ChatCompletions {
    /// A model at `base_url`, which includes the `/v1` where the server has one. Without a key no `authorization` is
    /// sent, as local servers like it.
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
        let url = base.join("chat/completions");
        let http = Http::new(&base, url, KeyHeader::Bearer, key, &settings)?;
        Ok(ChatCompletions {
            id: id.to_string(),
            name: id.name().to_owned(),
            host: http.account(),
            host_name: base.host().to_owned(),
            origin: base.origin(),
            settings,
            models: base.join("models"),
            is_own: !base.is_https(),
            http,
        })
    }

    fn body(&self, request: &Request) -> Value {
        let cap = if self.host_name == OPENAI_HOST { "max_completion_tokens" } else { "max_tokens" };
        let mut body = json!({ "model": self.name, cap: request.max_tokens });
        let user = json!({ "role": "user", "content": request.user });
        body["messages"] = if request.system.is_empty() {
            json!([user])
        } else {
            json!([{ "role": "system", "content": request.system }, user])
        };
        if let Some(effort) = self.settings.effort {
            body["reasoning_effort"] = json!(effort);
        }
        if let Some(schema) = &request.schema {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": { "name": schema.name, "strict": true, "schema": schema.json },
            });
        }
        body
    }

    #[allow(clippy::result_large_err, reason = "one per call, and a call takes seconds")]
    fn read(&self, response: &Response) -> Result<Reply, Failure> {
        let json: Value = serde_json::from_slice(&response.body)
            .map_err(|error| self.http.malformed(response, None, &format!("a body that is not JSON ({error})")))?;
        let malformed = |why: &str| self.http.malformed(response, Some(&json), why);
        let choice = json.get("choices").and_then(|choices| choices.get(0)).ok_or_else(|| malformed("no choices"))?;
        let message = choice
            .get("message")
            .filter(|message| message.is_object())
            .ok_or_else(|| malformed("a choice without a message"))?;
        let text = text_of(message.get("content")).ok_or_else(|| malformed("content that is not text"))?;
        let refused = message.get("refusal").and_then(Value::as_str).is_some_and(|words| !words.is_empty());
        let stop = if refused { Stop::Refusal } else { stop_of(choice.get("finish_reason").and_then(Value::as_str)) };
        let request_id = headers::request_id(&response.headers).or_else(|| json.get("id").and_then(Value::as_str));
        Ok(Reply {
            answer: Answer {
                text,
                stop,
                usage: usage_of(json.get("usage")),
                request_id: request_id.map(|id| self.http.one_line(id)),
                batched: false,
            },
            limits: headers::rate_limits(&response.headers, response.received),
        })
    }
}

/// The text of a message: a string, null (a refusal, or nothing but reasoning), or a list of parts at some servers.
/// `reasoning_content` beside it is the model's thinking and no part of the answer.
fn text_of(content: Option<&Value>) -> Option<String> {
    match content {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter(|part| part.get("type").is_some_and(|kind| kind == "text"));
            texts.map(|part| part.get("text").and_then(Value::as_str)).collect()
        }
        Some(_) => None,
    }
}

fn stop_of(reason: Option<&str>) -> Stop {
    match reason {
        Some("stop") => Stop::EndTurn,
        Some("length") => Stop::MaxTokens,
        Some("content_filter") => Stop::Refusal,
        Some("tool_calls" | "function_call") => Stop::ToolUse,
        _ => Stop::Other,
    }
}

/// Prompt tokens include the cached ones here; [`Usage`] counts each token once. Absent or nonsense counts are zero.
fn usage_of(usage: Option<&Value>) -> Usage {
    let count = |path: &str| usage.and_then(|usage| usage.pointer(path)).and_then(Value::as_u64).unwrap_or(0);
    let prompt = count("/prompt_tokens");
    let cached = count("/prompt_tokens_details/cached_tokens").min(prompt);
    Usage {
        input_tokens: prompt - cached,
        output_tokens: count("/completion_tokens"),
        cache_write_tokens: 0,
        cache_read_tokens: cached,
    }
}

impl Model for ChatCompletions {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let response = self.http.post(&request.key, &self.body(request)).await?;
            self.read(&response)
        })
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn about(&self) -> BoxFuture<'_, Option<About>> {
        Box::pin(async { Some(about::ask(&self.http, self.models.clone(), &self.name, self.is_own).await) })
    }

    /// With the server, port included: another one may serve another model under the same name.
    fn settings(&self) -> String {
        format!("chat-completions at={} effort={}", self.origin, self.settings.effort_word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CallKey;

    #[test]
    fn only_openai_itself_gets_the_newer_name_of_the_cap() {
        let request =
            Request { key: CallKey::of(&[]), system: String::new(), user: "x".into(), schema: None, max_tokens: 9 };
        let cap = |base: &str, name: &str| {
            let id = "openai/m".parse().unwrap();
            ChatCompletions::new(&id, base, None, Settings::default()).unwrap().body(&request).get(name).is_some()
        };
        assert!(cap(OPENAI_BASE_URL, "max_completion_tokens") && !cap(OPENAI_BASE_URL, "max_tokens"));
        assert!(cap(OLLAMA_BASE_URL, "max_tokens") && !cap(OLLAMA_BASE_URL, "max_completion_tokens"));
        assert!(cap("https://api.openai.com.evil.example", "max_tokens"));
    }
}
