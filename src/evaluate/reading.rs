//! Reads the message or the JSON that a model was asked for, and nothing else.
//!
//! Models think aloud, wrap JSON in fences and prose, and slip in its syntax; that much is forgiven. A value is never
//! guessed: the text is searched for an object, not for the word "yes".

mod clean;
mod fields;
mod lenient;
mod remarks;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

pub use fields::{boolean, share, string};
pub(in crate::evaluate) use remarks::BEGAN;
pub use remarks::Remarks;

use crate::model::{Answer, Stop};

/// Why an answer cannot be used. One line, for the list of failed trials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The model or a filter declined.
    #[error("the model refused to answer")]
    Refused,
    /// The answer stops in the middle.
    #[error("the answer was cut off at {0}")]
    CutOff(&'static str),
    /// The model wanted to go on or to use a tool.
    #[error("the model did not finish its answer")]
    Unfinished,
    /// The host broke it off.
    #[error("the host broke the answer off")]
    BrokenOff,
    /// It ended for a reason that nobody here knows.
    #[error("the answer did not end as a finished one does")]
    UnknownEnd,
    /// No text at all.
    #[error("the answer is empty")]
    Empty,
    /// Thinking, and nothing after it.
    #[error("the answer is thinking and nothing else")]
    OnlyThinking,
    /// Thinking in the midst of it.
    #[error("thinking and answer cannot be told apart")]
    Mixed,
    /// More than one text.
    #[error("the answer holds several texts, or remarks that cannot be told from the message")]
    SeveralTexts,
    /// No JSON object in it.
    #[error("the answer holds no JSON object")]
    NoObject,
    /// Two objects that differ, or one field twice.
    #[error("the answer says two things in its JSON")]
    Ambiguous,
    /// An object without what was asked for.
    #[error("the answer's JSON has no {kind} `{field}`")]
    WrongField {
        /// The field.
        field: &'static str,
        /// What it should be.
        kind: &'static str,
    },
    /// Any of these, with remarks about the answer.
    #[error("{0}{1}")]
    Remarked(Box<Unusable>, Remarks),
    /// A rewrite that is no prompt.
    #[error("what came back is no prompt to test: {0}")]
    NoPrompt(&'static str),
}

impl Unusable {
    /// Adds what the host said about this answer, and how it began.
    #[must_use]
    pub fn with_remarks(self, answer: &Answer) -> Self {
        Unusable::Remarked(Box::new(self), Remarks::collect(answer))
    }
}

/// The message in a finished answer, trimmed: without thinking, tokens of a template, a fence and chatter around it.
///
/// # Errors
/// When the answer is empty, refused, cut off or unfinished, or what is its message cannot be told.
pub fn text(answer: &Answer) -> Result<Cow<'_, str>, Unusable> {
    let text = clean::message(speech(answer)?)?;
    if text.is_empty() { Err(Unusable::Empty) } else { Ok(text) }
}

/// The message in a text that is a part of an answer, such as a field of its JSON: as [`text`].
///
/// # Errors
/// When it is empty, or what is its message cannot be told.
pub fn message(text: &str) -> Result<Cow<'_, str>, Unusable> {
    let text = clean::message(text)?;
    if text.is_empty() { Err(Unusable::Empty) } else { Ok(text) }
}

/// What was said in a finished answer, after its thinking.
fn speech(answer: &Answer) -> Result<&str, Unusable> {
    let text = clean::speech(finished(answer)?)?;
    if text.is_empty() { Err(Unusable::Empty) } else { Ok(text) }
}

/// The text of an answer that is finished.
fn finished(answer: &Answer) -> Result<&str, Unusable> {
    match answer.stop {
        Stop::Refusal => Err(Unusable::Refused),
        Stop::MaxTokens => Err(Unusable::CutOff("the token limit")),
        Stop::ContextWindow => Err(Unusable::CutOff("the end of the context window")),
        Stop::ToolUse | Stop::PauseTurn => Err(Unusable::Unfinished),
        Stop::BrokenOff => Err(Unusable::BrokenOff),
        Stop::Other => Err(Unusable::UnknownEnd),
        Stop::EndTurn | Stop::StopSequence => Ok(answer.text.trim()),
    }
}

/// The one JSON object in a finished answer; fences and prose around it are forgiven. Several objects count as one if
/// no name has two different values.
///
/// # Errors
/// As [`text`]; and when there is no object, or more than one and they differ.
pub fn object(answer: &Answer) -> Result<Map<String, Value>, Unusable> {
    let text = finished(answer)?;
    // What stands in its strings is no tag and no token.
    let whole = clean::inside_fence(text).unwrap_or(text);
    if strict(whole).is_some_and(|(_, length)| length == whole.len()) {
        return objects(whole);
    }
    unpacked(speech(answer)?, ENCODED)
}

/// So many times an object is unpacked from a string.
const ENCODED: usize = 3;

fn unpacked(text: &str, times: usize) -> Result<Map<String, Value>, Unusable> {
    match objects(text) {
        Err(Unusable::NoObject) if times > 0 => match lenient::decoded(text) {
            Some(inner) => unpacked(&inner, times - 1),
            None => Err(Unusable::NoObject),
        },
        found => found,
    }
}

fn objects(text: &str) -> Result<Map<String, Value>, Unusable> {
    let mut rest = text;
    let mut found: Option<Map<String, Value>> = None;
    let mut inside = Vec::new();
    // An object inside something that is not JSON (an object cut off, or with bare keys) is part of another answer
    // than the one asked for, so only braces that stand outside all others are an answer. What the others say is only
    // held against it.
    let mut depth = 0_usize;
    while let Some(at) = rest.find(['{', '}']) {
        let opens = rest[at..].starts_with('{');
        rest = &rest[at..];
        if opens && let Some((fields, length)) = strict(rest).or_else(|| lenient::object(rest)) {
            rest = &rest[length..];
            if depth > 0 {
                inside.extend(fields);
                continue;
            }
            let found = found.get_or_insert_default();
            let mut here = Map::new();
            for (name, value) in fields {
                // Of a field that is there twice, neither is the answer.
                if here.insert(name.clone(), value.clone()).is_some() || contradicts(found, &name, &value) {
                    return Err(Unusable::Ambiguous);
                }
                if !found.keys().any(|known| same_name(known, &name)) {
                    found.insert(name, value);
                }
            }
            continue;
        }
        depth = if opens { depth + 1 } else { depth.saturating_sub(1) };
        rest = &rest[1..];
    }
    if depth > 0 {
        return Err(Unusable::NoObject);
    }
    let found = found.ok_or(Unusable::NoObject)?;
    let is_contradicted = inside.iter().any(|(name, value)| contradicts(&found, name, value));
    if is_contradicted { Err(Unusable::Ambiguous) } else { Ok(found) }
}

/// Whether the object says something else under this name.
fn contradicts(object: &Map<String, Value>, name: &str, value: &Value) -> bool {
    object.iter().find(|(known, _)| same_name(known, name)).is_some_and(|(_, known)| known != value)
}

/// The fields of the object that this text begins with, and its length.
fn strict(text: &str) -> Option<(Vec<(String, Value)>, usize)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Fields>();
    let Fields(fields) = stream.next()?.ok()?;
    Some((fields, stream.byte_offset()))
}

/// Whether two names of fields are one, but for case.
fn same_name(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// An object's fields as they stand, those that stand twice included.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllFields;

        impl<'de> Visitor<'de> for AllFields {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(AllFields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Usage;
    use proptest::prelude::*;

    fn answer(text: &str, stop: Stop) -> Answer {
        Answer { text: text.into(), stop, usage: Usage::default(), ..Answer::default() }
    }

    fn decision(text: &str) -> Result<bool, Unusable> {
        boolean(&object(&answer(text, Stop::EndTurn))?, "decision")
    }

    #[test]
    fn plain_fenced_and_talkative_json_are_read() {
        assert_eq!(decision(r#"{"decision": true, "reasoning": "r"}"#), Ok(true));
        assert_eq!(decision("```json\n{\"decision\": false}\n```"), Ok(false));
        assert_eq!(decision("Sure! Here it is: {\"decision\": true} I hope {that} helps."), Ok(true));
        assert_eq!(decision(r#"{"decision": true} {"decision": true}"#), Ok(true));
    }

    #[test]
    fn slips_of_syntax_case_and_wrapping_are_read() {
        for text in [
            r#"{"reasoning": "It fits.", "decision": true,}"#,
            "{\"reasoning\": \"It fits.\nYes.\", \"decision\": true}",
            "{'reasoning': 'It fits.', 'decision': True}",
            r#"{"Reasoning": "It fits.", "Decision": true}"#,
            r#"{"response": {"reasoning": "It fits.", "decision": true}}"#,
            "{\"persona\": \"noted\"}\n{\"reasoning\": \"It fits.\", \"decision\": true}",
            r#""{\"reasoning\": \"It fits.\", \"decision\": true}""#,
            "<think>{\"decision\": false}</think>{\"decision\": true}",
            "{\"decision\": true}<|im_end|>",
        ] {
            assert_eq!(decision(text), Ok(true), "{text}");
        }
        // Which of two names, or of two fields inside, is meant is not guessed.
        assert_eq!(decision(r#"{"decision": true, "Decision": false}"#), Err(Unusable::Ambiguous));
        assert!(decision(r#"{"a": {"decision": true}, "b": {"decision": false}}"#).is_err());
    }

    #[test]
    fn an_object_in_an_envelope_of_a_call_or_in_a_string_is_read() {
        let object = r#"{"reasoning": "It fits.", "decision": true}"#;
        let string = Value::from(object).to_string();
        for text in [
            format!(r#"{{"name": "decision", "arguments": {object}}}"#),
            format!("<tool_call>\n{{\"name\": \"decision\", \"arguments\": {object}}}\n</tool_call>"),
            format!(r#"{{"name": "decision", "parameters": {string}}}"#),
            format!(r#"{{"type": "function", "function": {{"name": "decision", "arguments": {string}}}}}"#),
            format!(r#"{{"output": {{"response": {object}}}}}"#),
            format!(r#"{{"result": [{object}]}}"#),
            format!(r#"{{"type": "object", "properties": {object}}}"#),
            format!("```json\n{string}\n```"),
            format!("Answer: {string}"),
            Value::from(string.clone()).to_string(),
        ] {
            assert_eq!(decision(&text), Ok(true), "{text}");
        }
        // What is said beside an object is not what it holds.
        for text in [
            r#"{"reasoning": "No.", "alternative": {"decision": true}}"#,
            r#"{"draft": {"decision": true}, "note": "I changed my mind"}"#,
            r#"{"a": [{"decision": true}, {"decision": false}]}"#,
            r#"{"type": "object", "properties": {"decision": {"type": "boolean"}}}"#,
        ] {
            let wrong = Err(Unusable::WrongField { field: "decision", kind: "true or false" });
            assert_eq!(decision(text), wrong, "{text}");
        }
    }

    #[test]
    fn what_stands_in_the_strings_of_an_object_is_no_tag_and_no_token() {
        for words in ["they wrote <think> in it", "ends with </think> here", "a <|x|> b", "uses </s> marks", "[/INST]"]
        {
            let text = format!(r#"{{"reasoning": "{words}", "decision": true}}"#);
            assert_eq!(decision(&text), Ok(true), "{words}");
            assert_eq!(decision(&format!("```json\n{text}\n```")), Ok(true), "{words}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(decision("Yes, true, I would reply."), Err(Unusable::NoObject));
        assert_eq!(
            decision(r#"{"decision": "true"}"#),
            Err(Unusable::WrongField { field: "decision", kind: "true or false" })
        );
        assert_eq!(
            decision(r#"{"decision": 1}"#),
            Err(Unusable::WrongField { field: "decision", kind: "true or false" })
        );
        assert!(decision(r#"{"decision": "Yes"}"#).is_err());
        assert_eq!(decision(r#"{"decision": true} or {"decision": false}"#), Err(Unusable::Ambiguous));
        assert_eq!(decision(r#"{{"decision": false}} {"decision": true}"#), Err(Unusable::Ambiguous));
        assert_eq!(decision(r#"{"decision": tr"#), Err(Unusable::NoObject));
        assert_eq!(decision(r#"{"decision": false, "decision": true}"#), Err(Unusable::Ambiguous));
        assert_eq!(decision("  "), Err(Unusable::Empty));
        assert_eq!(decision(r#"{"decision": true, "more": {"decision": false}"#), Err(Unusable::NoObject));
        assert_eq!(decision(r#"{decision: true, more: {"decision": false}}"#), Err(Unusable::NoObject));
    }

    #[test]
    fn an_answer_that_did_not_end_by_itself_is_unusable_even_if_it_parses() {
        let whole = r#"{"decision": true}"#;
        assert_eq!(object(&answer(whole, Stop::Refusal)), Err(Unusable::Refused));
        assert_eq!(object(&answer(whole, Stop::MaxTokens)), Err(Unusable::CutOff("the token limit")));
        assert_eq!(object(&answer(whole, Stop::PauseTurn)), Err(Unusable::Unfinished));
        assert_eq!(object(&answer(whole, Stop::BrokenOff)), Err(Unusable::BrokenOff));
        assert_eq!(object(&answer(whole, Stop::Other)), Err(Unusable::UnknownEnd));
        assert_eq!(text(&answer("Dear Ada", Stop::Other)), Err(Unusable::UnknownEnd));
    }

    #[test]
    fn a_share_is_a_number_from_0_to_1_and_nothing_is_brought_inside() {
        let read = |text: &str| share(&object(&answer(text, Stop::EndTurn))?, "score");
        for (text, expected) in [("0.7", 0.7), ("0", 0.0), ("1", 1.0), ("1.0", 1.0), ("2e-1", 0.2), ("-0.0", 0.0)] {
            let found = read(&format!("{{\"score\": {text}}}")).unwrap();
            assert_eq!((found, found.is_sign_negative()), (expected, false), "{text}");
        }
        for text in ["1.01", "-0.1", "7", "\"0.7\"", "true", "null", "[0.7]", "70", "1e9"] {
            let wrong = Err(Unusable::WrongField { field: "score", kind: "number from 0 to 1" });
            assert_eq!(read(&format!("{{\"score\": {text}}}")), wrong, "{text}");
        }
        assert_eq!(read(r#"{"score": 0.7, "score": 0.2}"#), Err(Unusable::Ambiguous));
        assert!(read(r#"{"score": NaN}"#).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,300}", braces in "[{}\"a:,\\\\\\[\\] ]{0,120}") {
            let _ = object(&answer(&text, Stop::EndTurn));
            let _ = object(&answer(&braces, Stop::EndTurn));
        }

        #[test]
        fn an_object_survives_any_prose_without_braces_around_it(
            // `<` may begin a tag of thinking or a token of a template.
            before in "[^{}<]{0,60}",
            after in "[^{}<]{0,60}",
            yes: bool,
        ) {
            prop_assert_eq!(decision(&format!("{before}{{\"decision\": {yes}}}{after}")), Ok(yes));
        }
    }
}
