//! The runs that are killed: every command that calls models, at several concurrencies, through both wire formats, some
//! of them with faults on top.

use serde_json::{Value, json};

use crate::program::Place;

/// One run.
pub struct Story {
    /// In a few words.
    pub name: &'static str,
    /// Calls at once.
    pub at_once: u64,
    /// The command line, without what all have in common.
    pub arguments: &'static [&'static str],
    /// Faults that are passing: every call succeeds in the end.
    pub faults: &'static str,
    /// The model.
    pub model: &'static str,
}

const CLAUDE: &str = "anthropic/claude-sonnet-5-5";
const OTHER: &str = "openai/any";
const PASSING: &str = "rate-limit=0.05,reset-before=0.02,overloaded=0.02,html=0.02";
const EVALUATE: &[&str] = &[
    "evaluate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "4",
];
const IMPROVE: &[&str] = &["improve", "--results-file", "ten_results", "--cycles", "2", "--rejudge", "always"];
const GENERATE: &[&str] = &[
    "generate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "6",
];
const DECIDE: &[&str] = &["decide", "--messages-file", "ten_messages"];
const PERSONAS: &[&str] = &["personas", "--domain", "logistics in Europe", "--count", "120", "--name", "invented"];

/// All of them.
pub fn all() -> Vec<Story> {
    let story = |name, arguments, at_once, model, faults| Story { name, at_once, arguments, faults, model };
    vec![
        story("evaluate", EVALUATE, 1, CLAUDE, ""),
        story("evaluate", EVALUATE, 4, CLAUDE, ""),
        story("evaluate", EVALUATE, 16, OTHER, ""),
        story("evaluate", EVALUATE, 64, CLAUDE, ""),
        story("evaluate, faults", EVALUATE, 8, OTHER, PASSING),
        story("improve", IMPROVE, 4, CLAUDE, ""),
        story("improve", IMPROVE, 16, OTHER, ""),
        story("improve, faults", IMPROVE, 8, CLAUDE, PASSING),
        story("generate", GENERATE, 6, CLAUDE, ""),
        story("generate, faults", GENERATE, 6, OTHER, PASSING),
        story("decide", DECIDE, 6, CLAUDE, ""),
        story("decide, faults", DECIDE, 6, OTHER, PASSING),
        story("personas", PERSONAS, 4, CLAUDE, ""),
    ]
}

/// A folder with what the stories start from.
pub fn place() -> Place {
    let place = Place::with_samples();
    let mut results = place.json("results/b2b_saas_personas_train_results_20250802_144126.json");
    let ten: Vec<Value> = results["results"].as_array().unwrap()[..10].to_vec();
    let personas: Vec<&Value> = ten.iter().map(|entry| &entry["persona"]).collect();
    place.write("data/personas/ten.json", &json!(personas).to_string());
    let messages: Vec<Value> = ten
        .iter()
        .cycle()
        .take(60)
        .enumerate()
        .map(|(n, entry)| {
            let message = format!("{} ({n})", entry["messages"][0]["message"].as_str().unwrap());
            json!({"persona": entry["persona"], "message": message})
        })
        .collect();
    place.write("data/messages/ten_messages.json", &json!(messages).to_string());
    results["metadata"]["persona_file"] = "ten.json".into();
    results["results"] = json!(ten);
    place.write("data/results/ten_results.json", &results.to_string());
    place
}
