//! A streamed answer that nobody asked for, put together as the one that was.
//!
//! A stream has an end of its own: `[DONE]`, `message_stop`, or a word why the model stopped. One without any of them
//! was cut on the way, and so is its answer.

use serde_json::{Map, Value, json};

use super::failure::says_anything;
use crate::model::finish;

/// Whether a text is a stream of server-sent events.
pub(super) fn is_one(text: &str) -> bool {
    ["data:", "event:", "id:", "retry:"].iter().any(|field| text.starts_with(field))
}

/// The body that the stream stands for, of either wire format, or the error in it.
///
/// # Errors
/// What the stream is instead, in a few words.
pub(super) fn join(text: &str) -> Result<Value, String> {
    let mut joined = Joined::default();
    for Event { name, data } in events(text) {
        if data.trim() == "[DONE]" {
            joined.has_ended = true;
            break;
        }
        let is_error = name == Some("error") || data.trim_start().to_ascii_lowercase().starts_with("error");
        let event: Value = match serde_json::from_str(&data) {
            Ok(event) => event,
            // Some say in plain words what went wrong.
            Err(_) if is_error => return Ok(json!({ "error": data.trim() })),
            Err(error) => return Err(format!("a stream that is not JSON ({error})")),
        };
        if name == Some("error") && event.get("error").is_none() {
            return Ok(json!({ "error": event }));
        }
        if event.get("error").is_some_and(says_anything) {
            return Ok(event);
        }
        joined.add(&event);
    }
    joined.body()
}

struct Event<'a> {
    name: Option<&'a str>,
    /// Its `data` lines, joined.
    data: String,
}

/// The events that have any data.
fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    text.split("\n\n").flat_map(|part| part.split("\r\n\r\n")).filter_map(|event| {
        let name = event.lines().find_map(|line| line.strip_prefix("event:")).map(str::trim);
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        (!lines.is_empty()).then(|| Event { name, data: lines.join("\n") })
    })
}

#[derive(Default)]
struct Joined {
    content: String,
    reasoning: String,
    refusal: String,
    arguments: String,
    finish: Value,
    /// What else it says about how the answer ended, in a choice and in the body.
    ends: [Map<String, Value>; 2],
    choice_error: Value,
    usage: Map<String, Value>,
    id: Value,
    is_message: bool,
    has_choices: bool,
    has_ended: bool,
}

impl Joined {
    fn add(&mut self, event: &Value) {
        match event.get("type").and_then(Value::as_str) {
            Some("message_start") => {
                self.is_message = true;
                let message = event.get("message").unwrap_or(&Value::Null);
                self.id = message.get("id").cloned().unwrap_or_default();
                self.count(message.get("usage"));
            }
            Some("content_block_delta") => {
                let delta = event.get("delta").unwrap_or(&Value::Null);
                append(&mut self.content, delta.get("text"));
                append(&mut self.arguments, delta.get("partial_json"));
            }
            Some("content_block_start") => append(&mut self.content, event.pointer("/content_block/text")),
            Some("message_delta") => {
                keep(&mut self.ends[1], event.get("delta").unwrap_or(&Value::Null));
                self.stop(event.pointer("/delta/stop_reason"));
                self.count(event.get("usage"));
            }
            Some("message_stop") => self.has_ended = true,
            _ => self.chunk(event),
        }
    }

    fn chunk(&mut self, event: &Value) {
        self.count(event.get("usage"));
        keep(&mut self.ends[1], event);
        if self.id.is_null() {
            self.id = event.get("id").cloned().unwrap_or_default();
        }
        let mut choices = event.get("choices").and_then(Value::as_array).into_iter().flatten();
        // Other choices are other answers.
        let Some(choice) = choices.find(|choice| choice.get("index").is_none_or(|index| index == 0)) else { return };
        self.has_choices = true;
        // A server that does not stream may send the whole message as its one event.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        append(&mut self.content, delta.get("content"));
        append(&mut self.reasoning, delta.get("reasoning_content").or_else(|| delta.get("reasoning")));
        append(&mut self.refusal, delta.get("refusal"));
        append(&mut self.arguments, delta.pointer("/tool_calls/0/function/arguments"));
        keep(&mut self.ends[0], choice);
        let error = choice.get("error").filter(|error| !error.is_null()).or_else(|| delta.get("error"));
        if let Some(error) = error.filter(|error| !error.is_null()) {
            self.choice_error = error.clone();
        }
        self.stop(choice.get("finish_reason"));
    }

    fn stop(&mut self, reason: Option<&Value>) {
        if let Some(reason) = reason.filter(|reason| !reason.is_null()) {
            self.finish = reason.clone();
        }
    }

    /// Later counts of the same name hold: they are of the whole.
    fn count(&mut self, usage: Option<&Value>) {
        for (name, count) in
            usage.and_then(Value::as_object).into_iter().flatten().filter(|(_, count)| !count.is_null())
        {
            self.usage.insert(name.clone(), count.clone());
        }
    }

    fn body(self) -> Result<Value, String> {
        if !self.is_message && !self.has_choices {
            return Err("a stream without an answer in it".to_owned());
        }
        let finish = match self.finish {
            Value::Null if !self.has_ended => "network_error: the stream ended before the answer did".into(),
            finish => finish,
        };
        let usage = if self.usage.is_empty() { Value::Null } else { Value::Object(self.usage) };
        if self.is_message {
            let text = if self.content.is_empty() { self.arguments } else { self.content };
            let content = json!([{ "type": "text", "text": text }]);
            let [_, ends] = self.ends;
            let body =
                json!({ "type": "message", "id": self.id, "content": content, "stop_reason": finish, "usage": usage });
            return Ok(with(body, ends));
        }
        let mut message = json!({ "content": self.content });
        if !self.reasoning.is_empty() {
            message["reasoning_content"] = self.reasoning.into();
        }
        if !self.refusal.is_empty() {
            message["refusal"] = self.refusal.into();
        }
        if !self.arguments.is_empty() {
            message["tool_calls"] = json!([{ "function": { "arguments": self.arguments } }]);
        }
        let [of_choice, of_body] = self.ends;
        let choice = json!({ "message": message, "finish_reason": finish, "error": self.choice_error });
        Ok(with(json!({ "id": self.id, "choices": [with(choice, of_choice)], "usage": usage }), of_body))
    }
}

/// The object with these fields too, where it has none of their names.
fn with(object: Value, more: Map<String, Value>) -> Value {
    let Value::Object(mut fields) = object else { return object };
    for (name, value) in more {
        fields.entry(name).or_insert(value);
    }
    Value::Object(fields)
}

/// Keeps what a part of the stream says about the end of its answer.
fn keep(ends: &mut Map<String, Value>, part: &Value) {
    for name in finish::names().chain(["content_filter_results"]) {
        if let Some(said) = part.get(name).filter(|said| !said.is_null()) {
            ends.insert(name.to_owned(), said.clone());
        }
    }
}

/// Appends text, or the texts of parts.
fn append(text: &mut String, more: Option<&Value>) {
    match more {
        Some(Value::String(more)) => text.push_str(more),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| append(text, part.get("text"))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(chunks: &[&str]) -> Value {
        let text: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        join(&text).unwrap()
    }

    #[test]
    fn the_chunks_of_chat_completions_become_one_answer_with_its_usage() {
        let body = chat(&[
            concat!(
                r#"{"id":"c","choices":[{"delta":{"role":"assistant","content":"Dear "},"#,
                r#""finish_reason":null}],"usage":null}"#,
            ),
            r#"{"id":"c","choices":[{"delta":{"content":"Ada","reasoning_content":"Hm."},"finish_reason":null}]}"#,
            r#"{"id":"c","choices":[{"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
            "[DONE]",
        ]);
        let choices =
            r#"[{"message":{"content":"Dear Ada","reasoning_content":"Hm."},"finish_reason":"stop","error":null}]"#;
        let usage = r#"{"prompt_tokens":3,"completion_tokens":2}"#;
        assert_eq!(body.to_string(), format!(r#"{{"id":"c","choices":{choices},"usage":{usage}}}"#));
    }

    #[test]
    fn only_the_first_choice_is_the_answer_and_its_text_may_come_in_parts() {
        let body = chat(&[
            r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Dear "}]}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"Hi"},"finish_reason":"length"}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"Ada"},"native_finish_reason":"STOP"}]}"#,
            "[DONE]",
        ]);
        let choice = &body["choices"][0];
        assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&json!("Dear Ada"), &Value::Null));
        assert_eq!(choice["native_finish_reason"], "STOP");
    }

    #[test]
    fn the_events_of_the_messages_api_become_one_message() {
        let text = "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":\
                    {\"input_tokens\":3,\"output_tokens\":1}}}\r\n\r\nevent: ping\r\ndata: {\"type\":\"ping\"}\r\n\r\n\
                    data: {\"type\":\"content_block_delta\",\"delta\":\
                    {\"type\":\"text_delta\",\"text\":\"Dear\"}}\r\n\r\n\
                    data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":\
                    {\"output_tokens\":9}}\r\n\r\ndata: {\"type\":\"message_stop\"}\r\n\r\n";
        let content = r#"[{"type":"text","text":"Dear"}],"stop_reason":"end_turn""#;
        let usage = r#"{"input_tokens":3,"output_tokens":9}"#;
        let message = format!(r#"{{"type":"message","id":"m","content":{content},"usage":{usage}}}"#);
        assert_eq!(join(text).unwrap().to_string(), message);
    }

    #[test]
    fn a_stream_that_was_cut_has_no_finished_answer_and_an_error_in_it_is_one() {
        let body = chat(&[r#"{"choices":[{"delta":{"content":"Dear "},"finish_reason":null}]}"#]);
        assert_eq!(body["choices"][0]["finish_reason"], "network_error: the stream ended before the answer did");
        let body =
            chat(&[r#"{"choices":[{"delta":{"content":"Dear "}}]}"#, r#"{"error":{"code":502,"message":"gone"}}"#]);
        assert_eq!(body["error"]["message"], "gone");
        // Under the name of its event alone, or in plain words.
        let named = "event: error\ndata: {\"message\":\"overloaded\",\"code\":529}\n\n";
        assert_eq!(join(named).unwrap()["error"]["code"], 529);
        let body = chat(&[r#"{"choices":[{"delta":{"content":"Dear "}}]}"#, "error: upstream timeout"]);
        assert_eq!(body["error"], "error: upstream timeout");
        // Without a word why, but with an end.
        let body = chat(&[r#"{"choices":[{"delta":{"content":"Dear"}}]}"#, "[DONE]"]);
        assert!(body["choices"][0]["finish_reason"].is_null());
        assert!(join("data: {\"choices\":[{\"del\n\n").is_err());
        assert!(join("data: {\"type\":\"ping\"}\n\n").is_err());
    }
}
