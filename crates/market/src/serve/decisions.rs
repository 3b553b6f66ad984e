//! Decision models: bodies of `POST /v1/decisions` and `POST /v1/systemone`, in and out.

use serde_json::{Map, Value, json};

use super::inbound::{Question, required_text, text_of};
use super::shape::ModelAnswer;
use rejoinder_llm::model::Stop;
use rejoinder_llm::model::chances::{self, Statement};

/// The most questions that OpenAI takes.
const MOST: usize = 400;

/// What an unnamed question is called in here; it has no name on its way out.
const UNNAMED: &str = "unnamed question ";

/// The body of `POST /v1/decisions`.
pub(super) fn read_decisions(body: &Value) -> Result<Question, String> {
    let model = required_text(body, "model")?;
    let (system, user) = match &body["input"] {
        Value::String(text) => (String::new(), text.clone()),
        Value::Array(turns) => input(turns)?,
        _ => return Err("input: Field required".to_owned()),
    };
    let questions = body["questions"].as_array().ok_or("questions: Field required")?;
    if questions.is_empty() || questions.len() > MOST {
        return Err(format!("questions: there must be from 1 to {MOST}"));
    }
    let mut statements = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        if question["type"] != "predicate" {
            return Err(format!("questions.{index}.type: the market answers predicates only"));
        }
        let name = question["name"].as_str().map_or_else(|| format!("{UNNAMED}{index}"), str::to_owned);
        let text = required_text(question, "instructions").map_err(|why| format!("questions.{index}.{why}"))?;
        statements.push(Statement { name, text: text.to_owned() });
    }
    asked(model, system, user, &statements)
}

/// The body of `POST /v1/systemone`.
pub(super) fn read_systemone(body: &Value) -> Result<Question, String> {
    let model = required_text(body, "model")?;
    let user = match &body["state"] {
        Value::Null => return Err("state: Field required".to_owned()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let questions = body["questions"].as_object().filter(|questions| !questions.is_empty());
    let questions = questions.ok_or("questions: Field required")?;
    let mut statements = Vec::new();
    for (name, question) in questions {
        if question["type"] != "noul" {
            return Err(format!("questions.{name}.type: the market answers nouls only"));
        }
        let text = question["instructions"].as_str().or_else(|| question["criteria"]["true"].as_str());
        let text =
            text.ok_or_else(|| format!("questions.{name}: a noul question requires instructions or criteria"))?;
        statements.push(Statement { name: name.clone(), text: text.to_owned() });
    }
    // The state is one text: how to decide, and from the persona on, on what.
    let (system, user) = user.split_at(user.find("<persona-").unwrap_or_default());
    asked(model, system.to_owned(), user.to_owned(), &statements)
}

fn asked(model: &str, system: String, user: String, statements: &[Statement]) -> Result<Question, String> {
    let schema = chances::schema(statements);
    if chances::statements(&schema).is_none_or(|kept| kept.len() != statements.len()) {
        return Err("questions: two have one name".to_owned());
    }
    // Nothing is written, so that there is nothing to cut.
    Ok(Question { model: model.to_owned(), system, user, schema: Some(schema), max_tokens: u32::MAX / 8 })
}

fn input(turns: &[Value]) -> Result<(String, String), String> {
    let (mut system, mut user) = (Vec::new(), Vec::new());
    for (index, turn) in turns.iter().enumerate() {
        let field = format!("input.{index}.content");
        match turn["role"].as_str() {
            Some("system" | "developer") => system.push(text_of(&turn["content"], &field, "input_text")?),
            Some("user") => user.push(text_of(&turn["content"], &field, "input_text")?),
            Some("assistant") => {}
            _ => {
                return Err(format!(
                    "input.{index}.role: Input should be 'user', 'developer', 'system' or 'assistant'"
                ));
            }
        }
    }
    if user.is_empty() {
        return Err("input: at least one message is required".to_owned());
    }
    Ok((system.join("\n\n"), user.join("\n\n")))
}

/// The probabilities that were said, by name; none for those that were declined.
fn said_chances(said: &ModelAnswer) -> Vec<(&str, Value)> {
    let object = said.text.as_deref().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let asked = said.asked.iter().map(String::as_str);
    match object {
        Some(object) => asked.filter_map(|name| Some((name, object.get(name)?.clone()))).collect(),
        None if said.stop == Stop::Refusal => asked.map(|name| (name, Value::Null)).collect(),
        // Half an answer is as good as none.
        None => Vec::new(),
    }
}

/// The body of an answer of `POST /v1/decisions`.
pub(super) fn write_decisions(said: &ModelAnswer, model: &str) -> Value {
    let answers: Vec<Value> = said_chances(said)
        .into_iter()
        .map(|(name, chance)| {
            let name = if name.starts_with(UNNAMED) { Value::Null } else { json!(name) };
            match chance {
                Value::Null => json!({"type": "refusal", "name": name}),
                chance => json!({"type": "predicate", "name": name, "probability": chance}),
            }
        })
        .collect();
    let input = said.usage.input_tokens;
    json!({
        "model": model,
        "answers": answers,
        "usage": {
            "input_tokens": input,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 0,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input,
        },
    })
}

/// The body of an answer of `POST /v1/systemone`: what was declined is left out.
pub(super) fn write_systemone(said: &ModelAnswer, model: &str) -> Value {
    let answered = said_chances(said).into_iter().filter(|(_, chance)| !chance.is_null());
    let answers: Map<String, Value> =
        answered.map(|(name, chance)| (name.to_owned(), json!({"type": "noul", "noul": chance}))).collect();
    json!({"model": model, "answers": answers, "usage": {"input_tokens": said.usage.input_tokens, "output_tokens": 0}})
}
