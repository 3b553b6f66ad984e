//! Chat completions: `POST {base}/chat/completions`, as OpenAI, Ollama, vLLM, llama-server and LM Studio serve them.

mod reading;

use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::about::{self, About};
use super::form::{Cap, Form, Json, Learned, Place, Sent, Thinking};
use super::http::{BaseUrl, Effort, Http, KeyHeader, Settings, SetupError};
use super::id::ModelId;
use super::local_server::{self, Greeting};
use super::{Failure, Model, Reply, Request};

/// Where OpenAI serves chat completions.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// Where an Ollama on this machine serves them.
pub const OLLAMA_BASE_URL: &str = "http://127.0.0.1:11434/v1";

/// The one host that calls the cap on tokens by its newer name, and refuses the older one with reasoning models.
const OPENAI_HOST: &str = "api.openai.com";

/// The end of its regional hosts' names.
const OPENAI_REGIONS: &str = ".api.openai.com";

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
    form: Learned,
    /// Whether it is a server of one's own: on this machine, or reached without encryption.
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
            form: settings.forms.learned(&base.origin(), id.name()),
            is_own: base.is_loopback() || !base.is_https(),
            settings,
            models: base.join("models"),
            http,
        })
    }

    fn body(&self, request: &Request, form: Form) -> Value {
        let is_openai = self.host_name == OPENAI_HOST || self.host_name.ends_with(OPENAI_REGIONS);
        let is_newer = is_openai != (form.cap == Cap::Other);
        let cap = if is_newer { "max_completion_tokens" } else { "max_tokens" };
        let mut body = json!({ "model": self.name, cap: form.cap_of(request) });
        body["messages"] = match (request.system.is_empty(), form.place) {
            (true, _) => json!([{ "role": "user", "content": request.user }]),
            (false, Place::User) => {
                json!([{ "role": "user", "content": format!("{}\n\n{}", request.system, request.user) }])
            }
            (false, _) => json!([
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user },
            ]),
        };
        let effort = match form.thinking {
            Thinking::AsSet => self.settings.effort,
            Thinking::Nearest(effort) => self.settings.effort.map(|_| effort),
            Thinking::Unsaid => None,
        };
        if let Some(effort) = effort {
            // The highest effort has another name here.
            body["reasoning_effort"] = json!(if effort == Effort::Max { Effort::XHigh } else { effort });
            if effort == Effort::None && self.is_own {
                // What vLLM and llama-server listen to.
                body["chat_template_kwargs"] = json!({ "enable_thinking": false });
            }
        }
        if let Some(schema) = &request.schema {
            match form.json {
                Json::Schema => {
                    body["response_format"] = json!({
                        "type": "json_schema",
                        "json_schema": { "name": schema.name, "strict": true, "schema": schema.json },
                    });
                }
                Json::Object => body["response_format"] = json!({ "type": "json_object" }),
                Json::Words => {}
            }
        }
        body
    }
}

/// Hosts that are known to accept an effort; their subdomains count too.
const TAKE_EFFORT: [&str; 8] = [
    "api.openai.com",
    "openai.azure.com",
    "openrouter.ai",
    "generativelanguage.googleapis.com",
    "api.x.ai",
    "api.groq.com",
    "api.mistral.ai",
    "api.aws",
];

/// Whether a server of chat completions is known to accept an effort. Others refuse it, or their models that do not
/// think do. Turning thinking off is requested everywhere.
#[must_use]
pub fn takes_effort(base_url: &str, effort: Effort) -> bool {
    let is_known = |host: &str| TAKE_EFFORT.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")));
    effort == Effort::None || BaseUrl::parse(base_url).is_ok_and(|base| is_known(base.host()))
}

impl Model for ChatCompletions {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
        Box::pin(async move {
            let send = |form| async move {
                let response = self.http.post(&request.key, &self.body(request, form)).await?;
                reading::read(&self.http, &response, request.schema.is_some())
            };
            self.form.send(Sent::chat(request, self.settings.effort), send).await
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
        format!("chat-completions at={} effort={}{}", self.origin, self.settings.effort_word(), self.form.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CallKey;

    #[test]
    fn only_openai_itself_gets_the_newer_name_of_the_cap() {
        let request = Request {
            key: CallKey::from_parts(&[]),
            system: String::new(),
            user: "x".into(),
            schema: None,
            max_tokens: 9,
        };
        let cap = |base: &str, name: &str| {
            let id = "openai/m".parse().unwrap();
            ChatCompletions::new(&id, base, None, Settings::default())
                .unwrap()
                .body(&request, Form::default())
                .get(name)
                .is_some()
        };
        assert!(cap(OPENAI_BASE_URL, "max_completion_tokens") && !cap(OPENAI_BASE_URL, "max_tokens"));
        assert!(cap(OLLAMA_BASE_URL, "max_tokens") && !cap(OLLAMA_BASE_URL, "max_completion_tokens"));
        assert!(cap("https://api.openai.com.evil.example", "max_tokens"));
    }
}
