//! Faults in an answer itself.

use serde_json::Value;

use super::fault::Fault;
use rejoinder_llm::model::{Answer, Stop, Usage};

/// What thinking blocks say.
const THINKING: &str = "Let me think about who this person is, and about what they would want to read.";

/// An answer on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ModelAnswer {
    pub(super) thinking: Option<&'static str>,
    /// `None` where there is no text block at all.
    pub(super) text: Option<String>,
    pub(super) stop: Stop,
    pub(super) usage: Usage,
    /// The names of the statements that were asked about, of a decision model.
    pub(super) asked: Vec<String>,
}

impl From<Answer> for ModelAnswer {
    fn from(answer: Answer) -> Self {
        let text = Some(answer.text).filter(|text| !text.is_empty());
        ModelAnswer { thinking: None, text, stop: answer.stop, usage: answer.usage, asked: Vec::new() }
    }
}

impl ModelAnswer {
    /// Spoils the answer. False where the fault does not concern answers, or this one gives it nothing to spoil.
    pub(super) fn spoil(&mut self, fault: &Fault) -> bool {
        match (fault, &mut self.text) {
            (Fault::Refusal, _) => (self.text, self.stop) = (None, Stop::Refusal),
            (Fault::Empty, _) => (self.text, self.stop) = (None, Stop::EndTurn),
            (Fault::ThinkingOnly, _) => {
                self.think();
                (self.text, self.stop) = (None, Stop::MaxTokens);
            }
            (Fault::ThinkingFirst, _) => self.think(),
            (Fault::TruncatedJson, Some(text)) => {
                let half = text.chars().count() / 2;
                *text = text.chars().take(half).collect();
                self.stop = Stop::MaxTokens;
            }
            (Fault::FencedJson, Some(text)) => {
                *text = format!("Here is my answer:\n\n```json\n{text}\n```\n\nLet me know if you need anything else.");
            }
            (Fault::StringBool, Some(text)) => {
                let Some(changed) = map_booleans(text, |value| Value::String(value.to_string())) else { return false };
                *text = changed;
            }
            (Fault::TwoObjects, Some(text)) => {
                let Some(second) = map_booleans(text, |value| Value::Bool(!value)) else { return false };
                *text = format!("{text}\n{second}");
            }
            (Fault::NumberOutside, Some(text)) => {
                let Some(changed) = map_values(text, Value::is_number, |_| Value::from(1.7)) else { return false };
                *text = changed;
            }
            (Fault::OneRefused, Some(text)) if !self.asked.is_empty() => {
                let first = self.asked[0].clone();
                let Ok(mut chances) = serde_json::from_str::<serde_json::Map<String, Value>>(text) else {
                    return false;
                };
                chances.insert(first, Value::Null);
                *text = Value::Object(chances).to_string();
            }
            _ => return false,
        }
        true
    }

    fn think(&mut self) {
        self.thinking = Some(THINKING);
        // Thinking is billed as output.
        self.usage.output_tokens += THINKING.len().div_ceil(4) as u64;
    }
}

/// The JSON object in `text` with its booleans changed; `None` where it is no object or has no boolean.
fn map_booleans(text: &str, change: impl Fn(bool) -> Value) -> Option<String> {
    map_values(text, Value::is_boolean, |value| change(value == &Value::Bool(true)))
}

/// The JSON object in `text` with some of its values changed; `None` where it is no object or has none of these.
fn map_values(text: &str, of: fn(&Value) -> bool, change: impl Fn(&Value) -> Value) -> Option<String> {
    let mut object: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
    let mut changed = false;
    for value in object.values_mut().filter(|value| of(value)) {
        *value = change(value);
        changed = true;
    }
    changed.then(|| Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoilt(text: &str, fault: &Fault) -> Option<ModelAnswer> {
        let mut said = ModelAnswer::from(Answer {
            text: text.to_owned(),
            stop: Stop::EndTurn,
            usage: Usage::default(),
            ..Answer::default()
        });
        said.spoil(fault).then_some(said)
    }

    #[test]
    fn booleans_become_strings_and_nothing_else_changes() {
        let said = spoilt(r#"{"reasoning": "é", "decision": true}"#, &Fault::StringBool).unwrap();
        assert_eq!(said.text.unwrap(), r#"{"reasoning":"é","decision":"true"}"#);
    }

    #[test]
    fn a_second_object_contradicts_the_first() {
        let said = spoilt(r#"{"decision":true}"#, &Fault::TwoObjects).unwrap();
        assert_eq!(said.text.unwrap(), "{\"decision\":true}\n{\"decision\":false}");
    }

    #[test]
    fn what_gives_a_fault_nothing_to_spoil_is_left_alone() {
        for (text, fault) in [
            ("Hello", Fault::StringBool),
            ("Hello", Fault::TwoObjects),
            (r#"{"prompt":"x"}"#, Fault::TwoObjects),
            ("Hello", Fault::Hang),
        ] {
            assert_eq!(spoilt(text, &fault), None, "{fault}");
        }
    }

    #[test]
    fn text_is_cut_between_characters() {
        let said = spoilt("äöü", &Fault::TruncatedJson).unwrap();
        assert_eq!((said.text.as_deref(), said.stop), (Some("ä"), Stop::MaxTokens));
    }
}
