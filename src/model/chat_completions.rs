//! Chat completions: `POST {base}/chat/completions`, as OpenAI, Ollama, vLLM, llama-server and LM Studio serve them.

mod reading;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::about::{self, About};
use super::http::{BaseUrl, Http, KeyHeader, Settings, SetupError};
use super::id::ModelId;
use super::local_server::{self, Greeting};
use super::{Failure, Model, Reply, Request};

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
}

impl Model for ChatCompletions {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let response = self.http.post(&request.key, &self.body(request)).await?;
            reading::read(&self.http, &response, request.schema.is_some())
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

    fn greet(&self, who: bool) -> BoxFuture<'_, Greeting> {
        Box::pin(local_server::greet(&self.http, self.models.clone(), who))
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
