//! A streamed answer that nobody asked for, put together as the one that was.
//!
//! A stream has an end of its own: `[DONE]`, `message_stop`, or a word why the model stopped. One without any of them
//! was cut on the way, and so is its answer.

use serde_json::{Map, Value, json};

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
    for data in events(text) {
        if data.trim() == "[DONE]" {
            joined.has_ended = true;
            break;
        }
        let event: Value =
            serde_json::from_str(&data).map_err(|error| format!("a stream that is not JSON ({error})"))?;
        if event.get("error").is_some_and(|error| !error.is_null()) {
            return Ok(event);
        }
        joined.add(&event);
    }
    joined.body()
}

/// The data of each event: its `data` lines, joined.
fn events(text: &str) -> impl Iterator<Item = String> {
    text.split("\n\n").flat_map(|part| part.split("\r\n\r\n")).filter_map(|event| {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    })
}

#[derive(Default)]
struct Joined {
    content: String,
    reasoning: String,
    refusal: String,
    arguments: String,
    finish: Value,
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
                self.stop(event.pointer("/delta/stop_reason"));
                self.count(event.get("usage"));
            }
            Some("message_stop") => self.has_ended = true,
            _ => self.chunk(event),
        }
    }

    fn chunk(&mut self, event: &Value) {
        self.count(event.get("usage"));
        if self.id.is_null() {
            self.id = event.get("id").cloned().unwrap_or_default();
        }
        let Some(choice) = event.pointer("/choices/0") else { return };
        self.has_choices = true;
        // A server that does not stream may send the whole message as its one event.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        append(&mut self.content, delta.get("content"));
        append(&mut self.reasoning, delta.get("reasoning_content").or_else(|| delta.get("reasoning")));
        append(&mut self.refusal, delta.get("refusal"));
        append(&mut self.arguments, delta.pointer("/tool_calls/0/function/arguments"));
        if let Some(error) = choice.get("error").filter(|error| !error.is_null()) {
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
            return Ok(
                json!({ "type": "message", "id": self.id, "content": content, "stop_reason": finish, "usage": usage }),
            );
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
        let choice = json!({ "message": message, "finish_reason": finish, "error": self.choice_error });
        Ok(json!({ "id": self.id, "choices": [choice], "usage": usage }))
    }
}

fn append(text: &mut String, more: Option<&Value>) {
    text.push_str(more.and_then(Value::as_str).unwrap_or_default());
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
        // Without a word why, but with an end.
        let body = chat(&[r#"{"choices":[{"delta":{"content":"Dear"}}]}"#, "[DONE]"]);
        assert!(body["choices"][0]["finish_reason"].is_null());
        assert!(join("data: {\"choices\":[{\"del\n\n").is_err());
        assert!(join("data: {\"type\":\"ping\"}\n\n").is_err());
    }
}
