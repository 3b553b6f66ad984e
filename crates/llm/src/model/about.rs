//! What a host says about a model without being asked a question: whether it has it, and how much it reads at once.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::http::Http;
use super::price::Price;

/// How long a host may take to list its models.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most names that are kept of a host's models.
const NAMES: usize = 5;

/// What is known of a model. Everything is `None` where the host does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Whether the host lists it.
    pub listed: Option<bool>,
    /// The most tokens that it reads and writes in one call.
    pub context: Option<u64>,
    /// What the host says that it costs.
    pub price: Option<Price>,
    /// Models of the host with names like this one's, where it is not among them.
    pub others: Vec<String>,
}

/// Asks a host; `models` is where it lists its models. Servers of one's own (`is_own`) say more at addresses of their
/// own.
pub(super) async fn ask(http: &Http, models: Url, name: &str, is_own: bool) -> About {
    let mut about = get(http, models.clone()).await.map(|json| read(&json, name)).unwrap_or_default();
    if is_own {
        // The context that the server was started with takes precedence over what the model could read.
        let at = |path: &str| {
            let mut url = models.clone();
            url.set_path(path);
            url
        };
        let loaded = match get(http, at("/api/ps")).await {
            Some(json) => loaded(&json, name),
            None => None,
        };
        let loaded = match loaded {
            Some(context) => Some(context),
            None => get(http, at("/props")).await.and_then(|json| props(&json)),
        };
        about.context = loaded.or(about.context);
    }
    about
}

async fn get(http: &Http, url: Url) -> Option<Value> {
    let client = http.at(url);
    let response = tokio::time::timeout(PATIENCE, client.get()).await.ok()?.ok()?;
    serde_json::from_slice(&response.body).ok()
}

/// A list of models as OpenAI, Anthropic and those who follow them have it.
fn read(json: &Value, name: &str) -> About {
    let Some(list) = json.get("data").or_else(|| json.get("models")).and_then(Value::as_array) else {
        return About::default();
    };
    let id =
        |model: &Value| model.get("id").and_then(Value::as_str).map(|id| id.trim_start_matches("models/").to_owned());
    // Ollama omits the tag that it assumes when none is given.
    let is_it = |known: &str| known == name || known.strip_suffix(":latest") == Some(name);
    let Some(model) = list.iter().find(|model| id(model).is_some_and(|known| is_it(&known))) else {
        let mut names: Vec<(f32, String)> = list
            .iter()
            .filter_map(id)
            .take(5_000)
            .map(|known| (similar::TextDiff::from_chars(name, &known).ratio(), known))
            .collect();
        names.sort_by(|a, b| b.0.total_cmp(&a.0));
        // Servers that accept any name list only their own, or none.
        let listed = if names.is_empty() { None } else { Some(false) };
        return About {
            listed,
            others: names.into_iter().take(NAMES).map(|(_, name)| name).collect(),
            ..About::default()
        };
    };
    About { listed: Some(true), context: context(model), price: price(model), others: Vec::new() }
}

fn context(model: &Value) -> Option<u64> {
    const NAMES: [&str; 9] = [
        "/loaded_context_length",
        "/max_model_len",
        "/meta/n_ctx",
        "/context_length",
        "/context_window",
        "/max_context_length",
        "/max_input_tokens",
        "/top_provider/context_length",
        "/meta/n_ctx_train",
    ];
    NAMES.iter().find_map(|name| model.pointer(name).and_then(Value::as_u64).filter(|tokens| *tokens > 0))
}

/// OpenRouter's way: dollars per token, as text.
fn price(model: &Value) -> Option<Price> {
    let part = |name: &str| {
        let text = model.get("pricing")?.get(name)?.as_str()?;
        text.parse::<f64>().ok().filter(|price| price.is_finite() && *price >= 0.0).map(|price| price * 1e6)
    };
    let (input, output) = (part("prompt")?, part("completion")?);
    (input + output > 0.0).then_some(Price { input, output, cache_write: None, cache_read: part("input_cache_read") })
}

/// Ollama's list of what is loaded.
fn loaded(json: &Value, name: &str) -> Option<u64> {
    let model = json.get("models")?.as_array()?.iter().find(|model| {
        let known = model.get("name").and_then(Value::as_str).unwrap_or_default();
        known == name || known.strip_suffix(":latest") == Some(name)
    })?;
    model.get("context_length")?.as_u64().filter(|tokens| *tokens > 0)
}

/// llama-server's properties: the context of one of its slots.
fn props(json: &Value) -> Option<u64> {
    json.pointer("/default_generation_settings/n_ctx")?.as_u64().filter(|tokens| *tokens > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_context_is_read_under_the_name_that_each_server_has_for_it() {
        for (model, context) in [
            (json!({ "id": "m", "max_model_len": 32_768 }), Some(32_768)),
            (json!({ "id": "m", "context_length": 131_072 }), Some(131_072)),
            (json!({ "id": "m", "context_window": 8192 }), Some(8192)),
            (json!({ "id": "m", "meta": { "n_ctx_train": 4096 } }), Some(4096)),
            (json!({ "id": "models/m", "max_input_tokens": 1_000_000 }), Some(1_000_000)),
            (json!({ "id": "m:latest", "context_length": 0 }), None),
            (json!({ "id": "m" }), None),
        ] {
            let about = read(&json!({ "data": [{ "id": "other", "context_length": 1 }, model] }), "m");
            assert_eq!((about.listed, about.context), (Some(true), context), "{about:?}");
        }
    }

    #[test]
    fn a_model_that_is_not_there_is_told_with_those_most_like_it() {
        let about = read(&json!({ "data": [{ "id": "qwen2.5:7b" }, { "id": "llama3:8b" }] }), "qwen2.5");
        assert_eq!((about.listed, about.others[0].as_str()), (Some(false), "qwen2.5:7b"));
        for json in [json!({}), json!([]), json!({ "data": [] }), json!({ "data": [{}] })] {
            assert_eq!(read(&json, "m").listed, None);
        }
    }

    #[test]
    fn a_price_per_token_becomes_one_per_million() {
        let model = json!({ "id": "m", "pricing": { "prompt": "0.0000005", "completion": "0.0000015" } });
        let price = read(&json!({ "data": [model] }), "m").price.unwrap();
        assert!((price.input - 0.5).abs() < 1e-9 && (price.output - 1.5).abs() < 1e-9);
        let free = json!({ "id": "m", "pricing": { "prompt": "0", "completion": "0" } });
        assert_eq!(read(&json!({ "data": [free] }), "m").price, None);
    }

    #[test]
    fn servers_of_ones_own_say_what_they_were_started_with() {
        let ps = json!({ "models": [{ "name": "qwen:latest", "context_length": 4096 }] });
        assert_eq!((loaded(&ps, "qwen"), loaded(&ps, "other")), (Some(4096), None));
        assert_eq!(props(&json!({ "default_generation_settings": { "n_ctx": 8192 } })), Some(8192));
    }
}
