//! The market as a whole.

use super::*;

mod behaviour;
mod calibration;
mod improvement;
mod real;

use feature::Feature;
use rejoinder_llm::model::{CallKey, Schema};

const STRICT: &str = "You are the persona. Your inbox is a crowded inbox. Reject by default; when uncertain, reject.";

fn fresh_personas(count: usize, salt: &str) -> Vec<String> {
    writer::write("", "", count, &mut Dice::from_parts(&["fresh", salt]))
}

fn ask_message(market: &Market, prompt: &str, persona: &str, key: &str) -> String {
    let request = Request {
        key: CallKey::from_parts(&["m", key]),
        system: prompt.to_owned(),
        user: format!("Write to:\n<persona-0a1b2c3d>\n{persona}\n</persona-0a1b2c3d>"),
        schema: None,
        max_tokens: 4000,
    };
    market.answer(&request).text
}

fn ask_decision(market: &Market, guide: &str, persona: &str, message: &str, key: &str) -> (bool, String) {
    let answer = ask_judge(market, guide, (persona, message), key, ("decision", "boolean"));
    (answer["decision"].as_bool().unwrap(), answer["reasoning"].as_str().unwrap().to_owned())
}

fn ask_score(market: &Market, guide: &str, persona: &str, message: &str, key: &str) -> f64 {
    ask_judge(market, guide, (persona, message), key, ("score", "number"))["score"].as_f64().unwrap()
}

fn ask_judge(
    market: &Market,
    guide: &str,
    (persona, message): (&str, &str),
    key: &str,
    (name, kind): (&str, &str),
) -> Value {
    let request = Request {
        key: CallKey::from_parts(&["d", key]),
        system: guide.to_owned(),
        user: format!(
            "<persona-0a1b2c3d>\n{persona}\n</persona-0a1b2c3d>\n<message-0a1b2c3d>\n{message}\n</message-0a1b2c3d>"
        ),
        schema: Some(Schema {
            name: name.into(),
            json: json!({"type": "object", "properties": {"reasoning": {"type": "string"}, name: {"type": kind}}}),
        }),
        max_tokens: 4000,
    };
    serde_json::from_str(&market.answer(&request).text).unwrap()
}

/// Runs a prompt on personas and returns the feedback lines that an improver gets.
fn feedback_on(market: &Market, prompt: &str, personas: &[String], key: &str) -> String {
    let mut lines = String::new();
    for (at, persona) in personas.iter().enumerate() {
        let key = format!("{key} {at}");
        let message = ask_message(market, prompt, persona, &key);
        let (decision, reasoning) = ask_decision(market, STRICT, persona, &message, &key);
        lines.push_str(&format!("[{}] {reasoning}\n", if decision { "yes" } else { "no" }));
    }
    lines
}

fn ask_improvement(market: &Market, guide: &str, incumbent: &str, feedback: &str, key: &str) -> String {
    let request = Request {
        key: CallKey::from_parts(&["i", key]),
        system: guide.to_owned(),
        user: format!(
            "<prompt-0a1b2c3d>\n{incumbent}\n</prompt-0a1b2c3d>\n<feedback-0a1b2c3d>\n{feedback}\n</feedback-0a1b2c3d>"
        ),
        schema: Some(Schema {
            name: "improvement".into(),
            json: json!({"type": "object", "properties": {"prompt": {"type": "string"}}}),
        }),
        max_tokens: 8000,
    };
    let answer: Value = serde_json::from_str(&market.answer(&request).text).unwrap();
    answer["prompt"].as_str().unwrap().to_owned()
}

const HONEST: &str = "Improve the prompt. Do not let it invent anything: only the facts may be claimed.";
