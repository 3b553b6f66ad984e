//! A lineage about tea: files as a cycle writes them, and the words of a page.

use serde_json::{Value, json};

use super::program::Place;

pub const FIRST: &str = "tea_results_20260101_000000";
pub const BETTER: &str = "tea_results_improvement_run_v1";
pub const STAYED: &str = "tea_results_improvement_run_v2";
pub const FIRST_PROMPT: &str = "We sell tea.\n\n## Advice\n- Be brief.";
pub const BETTER_PROMPT: &str = "We sell tea.\n\n## Advice\n- Be brief.\n- Name one pain of the reader.";

pub fn judged(message: &str, yes: bool) -> Value {
    let why = if yes { "It is about me." } else { "It could go to anybody." };
    json!({"message": message, "decision": {"decision": yes, "reasoning": why},
        "rejoinder": {"audit": {"auditor": "00ff", "claims": []}}})
}

/// A run with so many messages to each of twenty people, of which the first ones got a yes.
pub fn run(place: &Place, name: &str, prompt: &str, yes: usize, messages: usize, more: Value) {
    let entry = |person: usize| {
        let said = (0..messages).map(|number| judged(&format!("{name}: {person}/{number}."), person < yes));
        json!({"persona": format!("Person {person}, head of HR."), "messages": said.collect::<Vec<_>>()})
    };
    let mut own = json!({"schema_version": 1, "run_id": name, "simulated": false, "seed": 1, "fingerprint": "f"});
    own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let metadata = json!({
        "messages_per_persona": messages, "total_personas": 20, "total_messages": 20 * messages,
        "processing_date": "2026-01-02T03:04:05", "system_prompt": prompt, "rejoinder": own,
    });
    let entries: Vec<Value> = (0..20).map(entry).collect();
    place.write(&format!("data/results/{name}.json"), &json!({"metadata": metadata, "results": entries}).to_string());
}

pub fn coding(group: &str, noes: std::ops::Range<usize>) -> Value {
    json!({"coder": "m", "asked": noes.len(), "of": 20, "quotes": {}, "other_quotes": [null, null],
        "codes": noes.map(|person| format!("{person}.0 no 0")).collect::<Vec<_>>(),
        "codebook": {"groups": [{"name": group, "definition": "d", "side": "against"}]}})
}

pub fn rates(yes: u64, made_up: u64) -> Value {
    let rate = json!({"yes": yes, "total": 8, "rate": yes as f64 * 12.5, "interval_95": [1.0, 99.0]});
    json!({"response": rate, "grounded_response": rate, "messages": 8, "checked_messages": 8,
        "made_up_messages": made_up,
        "open_blanks": 0, "made_up_claims": {}})
}

/// A cycle with so many of eight people kept aside who said yes before and after.
pub fn cycle(verdict: &Value, (before, after): (u64, u64), gain: f64, more: Value) -> Value {
    let mut own = json!({
        "verdict": verdict, "objective": "grounded",
        "objections": [{"name": "could go to anybody", "share_of_personas": 75.0, "personas": 15, "of": 20}],
        "proof": {"gain": gain, "interval_95": [gain - 10.0, gain + 10.0], "p_value": 0.01, "alpha": 0.05,
            "personas": 8,
            "trials": 16, "looks": 1, "before": rates(before, 4), "after": rates(after, 0)},
        "before": rates(before, 4),
            "after": if verdict["verdict"] == "adopted" { rates(after, 0) } else { Value::Null },
    });
    own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"cycle": own, "one_judge": true})
}

pub fn memory() -> Value {
    // A quarter of all numbers is kept aside.
    json!({"facts": "We sell tea.", "split": {"below": 1_073_741_824_u32}, "root": "0"})
}

/// A first run, a candidate that was proved better, and an attempt after it that was not.
pub fn lineage(place: &Place) {
    run(place, FIRST, FIRST_PROMPT, 5, 1, json!({"coding": coding("could go to anybody", 5..20)}));
    let parent = |name: &str| json!({"file": format!("{name}.json"), "sha256": "0"});
    let better = cycle(&json!({"verdict": "adopted"}), (2, 7), 62.5, json!({}));
    let own =
        json!({"parent": parent(FIRST), "metrics": better, "lineage": memory(), "coding": coding("no budget", 17..20)});
    run(place, BETTER, BETTER_PROMPT, 17, 1, own);
    let stayed = cycle(&json!({"verdict": "kept", "because": "no_gain"}), (7, 6), -11.1, json!({}));
    let own = json!({"parent": parent(BETTER), "metrics": stayed, "lineage": memory(),
        "coding": coding("no budget", 17..20)});
    run(place, STAYED, BETTER_PROMPT, 17, 1, own);
}

/// A page's words, without its markup.
pub fn words(html: &str) -> String {
    let html = html.split("<main").nth(1).unwrap_or(html);
    let html = without_tags(html);
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn without_tags(html: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.replace("&quot;", "\"").replace("&amp;", "&")
}
