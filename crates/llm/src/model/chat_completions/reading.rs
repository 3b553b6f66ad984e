//! What a body of chat completions says.

use serde_json::Value;

use crate::model::finish::{self, End};
use crate::model::http::failure::{self, ErrorBody};
use crate::model::http::{Http, Response, body, headers};
use crate::model::{Answer, Failure, Reply, Stop, usage};

/// Reads the answer in a response. `is_json` says whether JSON was asked for: it may then be found where servers put it
/// by mistake, in the reasoning or in the arguments of a tool call.
#[allow(clippy::result_large_err, reason = "one per call, and a call takes seconds")]
pub(super) fn read(http: &Http, response: &Response, is_json: bool) -> Result<Reply, Failure> {
    let json = body::read(&response.body).map_err(|why| http.malformed(response, None, &why))?;
    let json = body::unwrapped(json);
    let malformed = |why: &str| http.malformed(response, Some(&json), why);
    let choice = json.get("choices").and_then(|choices| choices.get(0)).ok_or_else(|| malformed("no choices"))?;
    let message = choice.get("message").filter(|message| message.is_object());
    let beside = ErrorBody::beside_answer(&json);
    let inside = ErrorBody::inside(choice).or_else(|| ErrorBody::inside(message?));
    let is_beside = inside.is_none() && beside.is_some();
    let error = inside.or(beside);
    if let Some(failure) = error.as_ref().and_then(|error| failure::of_answer(response, error, http.key())) {
        return Err(failure);
    }
    // An answer that was broken off may have no message at all.
    let message = match (message, &error) {
        (Some(message), _) => message,
        (None, Some(_)) => &Value::Null,
        (None, None) => return Err(malformed("a choice without a message")),
    };
    let text = text_of(message.get("content"), is_json).ok_or_else(|| malformed("content that is not text"))?;
    if is_beside && text.trim().is_empty() {
        return Err(malformed("an error in place of an answer"));
    }
    let End { stop, word } = finish::find("finish_reason", &[choice, message, &json]);
    let mut answer = Answer { stop, text, ..Answer::default() };
    if is_json {
        elsewhere(message, &mut answer);
    }
    let mut said = Vec::new();
    if let Some(error) = &error {
        answer.stop = Stop::BrokenOff;
        said.push(error.words(error.status()));
    } else if let Some(words) = refusal_in(choice, message) {
        answer.stop = Stop::Refusal;
        said.push(words);
    }
    if !answer.stop.is_finished() {
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

/// The text of a message: a string, null (a refusal, or nothing but reasoning), or a list of parts, of which those that
/// are thinking are no part of the answer. Where JSON was asked for, it may be the JSON itself.
fn text_of(content: Option<&Value>, is_json: bool) -> Option<String> {
    match content {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Array(parts)) => parts.iter().map(part).collect(),
        Some(one @ Value::Object(fields)) if fields.contains_key("type") && fields.contains_key("text") => part(one),
        Some(object @ Value::Object(_)) if is_json => Some(object.to_string()),
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
    match (text, part.get("json")) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some(object @ Value::Object(_))) => Some(object.to_string()),
        (None, _) if kind.contains("text") => None,
        (None, _) => Some(String::new()),
    }
}

/// The words of a refusal, which may stand in a field, in a part of the content, or in the findings of a filter.
fn refusal_in(choice: &Value, message: &Value) -> Option<String> {
    let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(refusal) = message.get("refusal").filter(|refusal| failure::says_anything(refusal)) {
        return Some(words(refusal));
    }
    let mut parts = message.get("content").and_then(Value::as_array).into_iter().flatten();
    if let Some(part) = parts.find(|part| part.get("type").is_some_and(|kind| kind == "refusal")) {
        return Some(part.get("refusal").or_else(|| part.get("text")).map_or_else(|| "a refusal".to_owned(), words));
    }
    let findings = choice.get("content_filter_results").and_then(Value::as_object);
    let (name, _) =
        findings?.iter().find(|(_, finding)| finding.get("filtered").is_some_and(|filtered| filtered == true))?;
    Some(format!("content filter: {name}"))
}

fn reasoning_of(message: &Value) -> Option<String> {
    let text = ["reasoning_content", "reasoning", "thinking"].iter().find_map(|name| message.get(*name)?.as_str());
    let text = text.map(str::to_owned).or_else(|| {
        let details = message.get("reasoning_details")?.as_array()?;
        Some(details.iter().filter_map(|detail| detail.get("text")?.as_str()).collect())
    });
    text.filter(|text| !text.trim().is_empty())
}

/// JSON that stands where it does not belong: in the arguments of a tool call, in a message that a server has parsed,
/// or at the end of the reasoning where there is nothing but reasoning. Content with an object in it comes first.
fn elsewhere(message: &Value, answer: &mut Answer) {
    if answer.text.contains('{') {
        return;
    }
    let calls = message.get("tool_calls").and_then(Value::as_array).filter(|calls| !calls.is_empty());
    let calls: Vec<&Value> = match calls {
        Some(calls) => calls.iter().map(|call| call.get("function").unwrap_or(call)).collect(),
        None => message.get("function_call").into_iter().collect(),
    };
    let mut arguments: Vec<Option<String>> = calls.into_iter().map(|call| object_in(call.get("arguments")?)).collect();
    arguments.dedup();
    if let [Some(arguments)] = arguments.as_slice() {
        answer.text.clone_from(arguments);
        if answer.stop == Stop::ToolUse {
            answer.stop = Stop::EndTurn;
        }
    } else if let Some(parsed @ Value::Object(_)) = message.get("parsed") {
        answer.text = parsed.to_string();
    } else if answer.text.trim().is_empty()
        && let Some(text) = reasoning_of(message)
        && text.trim_end().trim_end_matches('`').trim_end().ends_with('}')
    {
        answer.text = text;
    }
}

/// The arguments of a call: text, or an object.
fn object_in(arguments: &Value) -> Option<String> {
    match arguments {
        Value::String(text) => Some(text.clone()),
        object @ Value::Object(_) => Some(object.to_string()),
        _ => None,
    }
}
