//! What a body of chat completions says.

use serde_json::Value;

use crate::model::http::failure::{self, ErrorBody};
use crate::model::http::{Http, Response, body, headers};
use crate::model::{Answer, Failure, Reply, Stop, finish, usage};

/// Reads the answer in a response. `is_json` says whether JSON was asked for: it may then be found where servers put it
/// by mistake, in the reasoning or in the arguments of a tool call.
#[allow(clippy::result_large_err, reason = "one per call, and a call takes seconds")]
pub(super) fn read(http: &Http, response: &Response, is_json: bool) -> Result<Reply, Failure> {
    let json = body::read(&response.body).map_err(|why| http.malformed(response, None, &why))?;
    let malformed = |why: &str| http.malformed(response, Some(&json), why);
    let choice = json.get("choices").and_then(|choices| choices.get(0)).ok_or_else(|| malformed("no choices"))?;
    let error = choice.get("error").filter(|error| !error.is_null()).map(error_of);
    if let Some(failure) = error.as_ref().and_then(|error| failure::of_choice(response, error, http.key())) {
        return Err(failure);
    }
    let message = choice.get("message").filter(|message| message.is_object());
    // An answer that was broken off may have no message at all.
    let message = match (message, &error) {
        (Some(message), _) => message,
        (None, Some(_)) => &Value::Null,
        (None, None) => return Err(malformed("a choice without a message")),
    };
    let text = text_of(message.get("content")).ok_or_else(|| malformed("content that is not text"))?;
    let word = choice.get("finish_reason").and_then(Value::as_str);
    let refusal = message.get("refusal").and_then(Value::as_str).filter(|words| !words.is_empty());
    let mut answer = Answer { stop: finish::read(word), text, ..Answer::default() };
    if is_json && answer.text.trim().is_empty() {
        elsewhere(message, &mut answer);
    }
    let mut said = Vec::new();
    match (&error, refusal) {
        (Some(error), _) => {
            answer.stop = Stop::BrokenOff;
            said.push(error.words(error.status()));
        }
        (None, Some(words)) => {
            answer.stop = Stop::Refusal;
            said.push(words.to_owned());
        }
        (None, None) => {}
    }
    if !matches!(answer.stop, Stop::EndTurn | Stop::StopSequence) {
        said.extend(
            word.filter(|word| *word != "error" || error.is_none()).map(|word| format!("finish reason {word}")),
        );
    } else if answer.text.trim().is_empty() && reasoning_of(message).is_some() {
        said.push(
            "the text stands in reasoning_content: set the server's reasoning parser, or turn thinking off".into(),
        );
    }
    let usage = usage::read(json.get("usage"), !answer.text.is_empty());
    let request_id = headers::request_id(&response.headers).or_else(|| json.get("id").and_then(Value::as_str));
    let answer = Answer {
        usage_unknown: usage.is_none(),
        usage: usage.unwrap_or_default(),
        request_id: request_id.map(|id| http.one_line(id)),
        said: (!said.is_empty()).then(|| http.one_line(&said.join("; "))),
        ..answer
    };
    Ok(Reply { answer, limits: headers::rate_limits(&response.headers, response.received) })
}

/// An error inside a choice: an object, or text.
fn error_of(error: &Value) -> ErrorBody {
    match error {
        Value::Object(_) => ErrorBody::parse(error),
        other => ErrorBody::parse(
            &serde_json::json!({ "message": other.as_str().map_or_else(|| other.to_string(), str::to_owned) }),
        ),
    }
}

/// The text of a message: a string, null (a refusal, or nothing but reasoning), or a list of parts, of which those that
/// are thinking are no part of the answer.
fn text_of(content: Option<&Value>) -> Option<String> {
    match content {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Array(parts)) => parts.iter().map(part).collect(),
        Some(_) => None,
    }
}

/// The text of a part, whatever type of text it is; empty for thinking, pictures and the like. `None` for a part that
/// calls itself text and holds none.
fn part(part: &Value) -> Option<String> {
    if let Some(text) = part.as_str() {
        return Some(text.to_owned());
    }
    let kind = part.get("type").and_then(Value::as_str).unwrap_or("text");
    if ["think", "reason", "refusal"].iter().any(|other| kind.contains(other)) {
        return Some(String::new());
    }
    let text = part.get("text").and_then(|text| text.as_str().or_else(|| text.get("value")?.as_str()));
    match text {
        Some(text) => Some(text.to_owned()),
        None if kind.contains("text") => None,
        None => Some(String::new()),
    }
}

fn reasoning_of(message: &Value) -> Option<&str> {
    let text = ["reasoning_content", "reasoning"].iter().find_map(|name| message.get(*name)?.as_str());
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// JSON that stands where it does not belong: the arguments of the one tool call, or reasoning that is an object and
/// nothing else.
fn elsewhere(message: &Value, answer: &mut Answer) {
    let calls = message.get("tool_calls").and_then(Value::as_array);
    let function = match calls.map(Vec::as_slice) {
        Some([call]) => call.get("function"),
        Some([]) | None => message.get("function_call"),
        Some(_) => None,
    };
    let arguments = function.and_then(|function| match function.get("arguments")? {
        Value::String(text) => Some(text.clone()),
        object @ Value::Object(_) => Some(object.to_string()),
        _ => None,
    });
    if let Some(arguments) = arguments {
        answer.text = arguments;
        if answer.stop == Stop::ToolUse {
            answer.stop = Stop::EndTurn;
        }
    } else if let Some(text) = reasoning_of(message).filter(|text| text.starts_with('{') && text.ends_with('}')) {
        text.clone_into(&mut answer.text);
    }
}
