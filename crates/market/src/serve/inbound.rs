//! What comes in: bodies of the two wire formats, checked as strictly as the hosts check them.

use serde_json::Value;

use super::decisions;
use super::outbound::{Dialect, Rejection};
use rejoinder_llm::model::Schema;

/// What chat completions may produce where they do not say.
const DEFAULT_MAX_TOKENS: u32 = 4096;

/// A request without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) model: String,
    pub(super) system: String,
    pub(super) user: String,
    pub(super) schema: Option<Schema>,
    pub(super) max_tokens: u32,
}

impl Dialect {
    /// Reads the body of a request.
    pub(super) fn read(self, body: &[u8]) -> Result<Question, Rejection> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Rejection::invalid(format!("The request body is not valid JSON: {error}")))?;
        if !body.is_object() {
            return Err(Rejection::invalid("The request body is not a JSON object"));
        }
        if body["stream"] == true {
            return Err(Rejection::invalid("stream: the market does not stream"));
        }
        match self {
            Dialect::Messages => messages_api(&body),
            Dialect::ChatCompletions => chat_completions(&body),
            Dialect::Decisions => decisions::read_decisions(&body),
            Dialect::SystemOne => decisions::read_systemone(&body),
        }
        .map_err(Rejection::invalid)
    }
}

fn messages_api(body: &Value) -> Result<Question, String> {
    let model = required_text(body, "model")?;
    let max_tokens = max_tokens(body, "max_tokens")?.ok_or("max_tokens: Field required")?;
    let turns = body["messages"].as_array().ok_or("messages: Field required")?;
    let last = turns.last().ok_or("messages: at least one message is required")?;
    let mut user = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let text = text_of(&turn["content"], &format!("messages.{index}.content"), "text")?;
        match turn["role"].as_str() {
            Some("user") => user.push(text),
            Some("assistant") => {}
            _ => return Err(format!("messages.{index}.role: Input should be 'user' or 'assistant'")),
        }
    }
    let system = if body["system"].is_null() { String::new() } else { text_of(&body["system"], "system", "text")? };
    if is_current(model) {
        check_current(body, model, last)?;
    }
    let schema = output_schema(&body["output_config"])?;
    Ok(Question { model: model.to_owned(), system, user: user.join("\n\n"), schema, max_tokens })
}

fn chat_completions(body: &Value) -> Result<Question, String> {
    let model = required_text(body, "model")?;
    let limit = max_tokens(body, "max_completion_tokens")?.or(max_tokens(body, "max_tokens")?);
    let turns = body["messages"].as_array().filter(|turns| !turns.is_empty());
    let turns = turns.ok_or("messages: at least one message is required")?;
    let (mut system, mut user) = (Vec::new(), Vec::new());
    for (index, turn) in turns.iter().enumerate() {
        let text = || text_of(&turn["content"], &format!("messages.{index}.content"), "text");
        match turn["role"].as_str() {
            Some("system" | "developer") => system.push(text()?),
            Some("user") => user.push(text()?),
            Some("assistant" | "tool" | "function") => {}
            _ => return Err(format!("messages.{index}.role: Input should be 'system', 'user' or 'assistant'")),
        }
    }
    let format = &body["response_format"];
    let schema = match format["type"].as_str() {
        None | Some("text" | "json_object") => None,
        Some("json_schema") => {
            let json = format["json_schema"].get("schema").filter(|schema| schema.is_object());
            let json = json.ok_or("response_format.json_schema.schema: Field required")?;
            let name =
                format["json_schema"]["name"].as_str().ok_or("response_format.json_schema.name: Field required")?;
            Some(Schema { name: name.to_owned(), json: json.clone() })
        }
        Some(other) => return Err(format!("response_format.type: there is no {other:?}")),
    };
    Ok(Question {
        model: model.to_owned(),
        system: system.join("\n\n"),
        user: user.join("\n\n"),
        schema,
        max_tokens: limit.unwrap_or(DEFAULT_MAX_TOKENS),
    })
}

pub(super) fn required_text<'a>(body: &'a Value, field: &str) -> Result<&'a str, String> {
    match &body[field] {
        Value::Null => Err(format!("{field}: Field required")),
        Value::String(text) if !text.is_empty() => Ok(text),
        _ => Err(format!("{field}: Input should be a valid string")),
    }
}

fn max_tokens(body: &Value, field: &str) -> Result<Option<u32>, String> {
    match &body[field] {
        Value::Null => Ok(None),
        value => match value.as_u64().and_then(|tokens| u32::try_from(tokens).ok()) {
            Some(0) => Err(format!("{field}: Input should be greater than or equal to 1")),
            Some(tokens) => Ok(Some(tokens)),
            None => Err(format!("{field}: Input should be a valid integer")),
        },
    }
}

/// Text that is a string or a list of text blocks of this kind.
pub(super) fn text_of(content: &Value, field: &str, kind: &str) -> Result<String, String> {
    match content {
        Value::String(text) => Ok(text.clone()),
        Value::Array(blocks) => {
            let texts = blocks.iter().enumerate().map(|(index, block)| {
                if block["type"] != kind {
                    return Err(format!("{field}.{index}.type: the market reads text blocks only"));
                }
                match block["text"].as_str() {
                    Some("") => Err(format!("{field}.{index}: text content blocks must be non-empty")),
                    Some(text) => Ok(text),
                    None => Err(format!("{field}.{index}.text: Field required")),
                }
            });
            Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
        }
        Value::Null => Err(format!("{field}: Field required")),
        _ => Err(format!("{field}: Input should be a valid string or list")),
    }
}

/// Whether a model is of the fifth generation or a later one, such as `claude-haiku-5-5` and unlike `claude-3-5-haiku`.
fn is_current(model: &str) -> bool {
    let mut parts = model.split('-');
    let (Some("claude"), Some(line), Some(version)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let generation: Option<u32> = version.parse().ok();
    line.bytes().all(|byte| byte.is_ascii_alphabetic()) && generation.is_some_and(|generation| generation >= 5)
}

/// Refuses what is gone on current models.
fn check_current(body: &Value, model: &str, last: &Value) -> Result<(), String> {
    if let Some(field) = ["temperature", "top_p", "top_k"].into_iter().find(|field| !body[*field].is_null()) {
        return Err(format!("`{field}` is deprecated for this model."));
    }
    if last["role"] == "assistant" {
        return Err("This model does not support assistant message prefill. The conversation must end with a user \
                    message."
            .to_owned());
    }
    let thinking = &body["thinking"];
    if thinking["type"] == "enabled" || !thinking["budget_tokens"].is_null() {
        return Err("\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \
                    \"output_config.effort\" to control thinking behavior."
            .to_owned());
    }
    if model.starts_with("claude-sonnet-5-5") || model.starts_with("claude-opus-5-5") {
        if thinking["type"] == "disabled" {
            return Err("\"thinking.type.disabled\" is not supported for this model.".to_owned());
        }
        if matches!(body["tool_choice"]["type"].as_str(), Some("tool" | "any")) {
            return Err("tool_choice: forced tool use is not supported for this model.".to_owned());
        }
    }
    Ok(())
}

fn output_schema(config: &Value) -> Result<Option<Schema>, String> {
    const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];
    if !config["effort"].is_null() && !config["effort"].as_str().is_some_and(|effort| EFFORTS.contains(&effort)) {
        return Err(format!("output_config.effort: Input should be one of {}", EFFORTS.join(", ")));
    }
    let format = &config["format"];
    if format.is_null() {
        return Ok(None);
    }
    if format["type"] != "json_schema" {
        return Err("output_config.format.type: Input should be 'json_schema'".to_owned());
    }
    let schema = format.get("schema").filter(|schema| schema.is_object());
    let schema = schema.ok_or("output_config.format.schema: Field required")?;
    check_schema(schema)?;
    let name = schema["title"].as_str().filter(|title| !title.is_empty()).unwrap_or("answer");
    Ok(Some(Schema { name: name.to_owned(), json: schema.clone() }))
}

/// Refuses what structured output cannot do, at any depth. Properties may be called like keywords, so a keyword counts
/// only beside a `type`.
fn check_schema(schema: &Value) -> Result<(), String> {
    const UNSUPPORTED: [&str; 9] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "maxItems",
        "uniqueItems",
    ];
    let children: Vec<&Value> = match schema {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => return Ok(()),
    };
    if let Some(kind) = schema["type"].as_str() {
        if kind == "object" && schema["additionalProperties"] != false {
            return Err(
                "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set \
                        to false"
                    .to_owned(),
            );
        }
        if let Some(keyword) = UNSUPPORTED.into_iter().find(|keyword| schema.get(keyword).is_some()) {
            return Err(format!(
                "output_config.format.schema: For '{kind}' type, property '{keyword}' is not supported"
            ));
        }
    }
    children.into_iter().try_for_each(check_schema)
}
