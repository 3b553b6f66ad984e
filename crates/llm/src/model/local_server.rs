//! Which server answers at an address, told by what it says about itself, not by its port: a gateway to a paid host may
//! listen anywhere.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::http::Http;
use super::{Failure, FailureKind};

/// How long a server may take to say who it is.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A server that people run themselves, and that charges nothing for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalServer {
    /// Ollama.
    Ollama,
    /// llama.cpp's server.
    LlamaServer,
    /// vLLM.
    Vllm,
    /// LM Studio.
    LmStudio,
    /// The simulated market.
    Market,
}

impl fmt::Display for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LocalServer::Ollama => "Ollama",
            LocalServer::LlamaServer => "llama-server",
            LocalServer::Vllm => "vLLM",
            LocalServer::LmStudio => "LM Studio",
            LocalServer::Market => "the simulated market",
        })
    }
}

/// What a host says before the first call.
#[derive(Clone, Debug, Default)]
pub struct Greeting {
    /// Why it cannot be reached or used, as far as known.
    pub failure: Option<Failure>,
    /// Which server it is, if that was asked and it is a known one.
    pub server: Option<LocalServer>,
}

/// Greets a host; `models` is where it lists its models.
pub(super) async fn greet(http: &Http, models: Url, who: bool) -> Greeting {
    let listed = tokio::time::timeout(PATIENCE, http.at(models.clone()).get()).await;
    let failure = match listed {
        Ok(Err(failure)) => Some(failure),
        _ => None,
    };
    let is_there = failure.as_ref().is_none_or(|failure| failure.kind != FailureKind::Connection);
    let server = if who && is_there { recognise(http, &models).await } else { None };
    Greeting { failure, server }
}

/// Which known server this is. Each one says something that no other does.
async fn recognise(http: &Http, models: &Url) -> Option<LocalServer> {
    let get = |path: &'static str| async move {
        let mut url = models.clone();
        url.set_path(path);
        let response = tokio::time::timeout(PATIENCE, http.at(url).get()).await.ok()?.ok()?;
        let server = response.headers.get("server").and_then(|server| server.to_str().ok()).map(str::to_owned);
        let json = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
        Some((server.unwrap_or_default(), json, response.body))
    };
    let list = |models: &Value| models.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let (root, health, props, version, v0, v1) = tokio::join!(
        get("/"),
        get("/health"),
        get("/props"),
        get("/version"),
        get("/api/v0/models"),
        get("/v1/models")
    );
    let is = |seen: &Option<_>, test: fn(&(String, Value, Vec<u8>)) -> bool| seen.as_ref().is_some_and(test);
    if is(&root, |(_, _, body)| body.starts_with(b"Ollama is running")) {
        return Some(LocalServer::Ollama);
    }
    if is(&health, |(server, json, _)| {
        server.starts_with("rejoinder market") || json.get("simulated") == Some(&true.into())
    }) {
        return Some(LocalServer::Market);
    }
    let is_llama = |(server, json, _): &(String, Value, Vec<u8>)| {
        server.starts_with("llama.cpp") || json.get("default_generation_settings").is_some()
    };
    if is(&props, is_llama) || is(&health, is_llama) {
        return Some(LocalServer::LlamaServer);
    }
    let owned_by = |name: &str| {
        let models = v1.as_ref().map(|(_, json, _)| list(json)).unwrap_or_default();
        !models.is_empty() && models.iter().all(|model| model.get("owned_by").is_some_and(|owner| owner == name))
    };
    if is(&version, |(_, json, _)| json.get("version").is_some_and(Value::is_string)) && owned_by("vllm") {
        return Some(LocalServer::Vllm);
    }
    let is_file = |model: &Value| model.get("compatibility_type").is_some() || model.get("quantization").is_some();
    let files = v0.as_ref().map(|(_, json, _)| list(json)).unwrap_or_default();
    (!files.is_empty() && files.iter().all(is_file)).then_some(LocalServer::LmStudio)
}
