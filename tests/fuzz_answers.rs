//! From what a model says to a decision: never a guess, never a panic.

#[path = "support/mutate.rs"]
mod mutate;

use mutate::{cases, damaged};
use proptest::prelude::*;
use rejoinder::evaluate::reading::{self, Unusable};
use rejoinder::model::{Answer, Stop, Usage};
use serde_json::{Map, Value, json};

/// As the decision maker reads it.
fn decision(text: &str, stop: Stop) -> Result<(bool, String), Unusable> {
    let answer = Answer { text: text.to_owned(), stop, usage: Usage::default(), ..Answer::default() };
    let object = reading::object(&answer)?;
    Ok((reading::boolean(&object, "decision")?, reading::string(&object, "reasoning")?))
}

/// The text without what is thought before the answer. An object that is all of it holds no thinking.
fn spoken(text: &str) -> &str {
    if serde_json::from_str::<Map<String, Value>>(text).is_ok() {
        return text;
    }
    text.rfind("</think>").map_or(text, |at| &text[at + "</think>".len()..])
}

/// The text as it stands, and with slips of syntax mended that leave no doubt, the slow way: raw control characters in
/// strings, a comma before the end, Python's words, its quotation marks, and a mark with a backslash before it.
fn mended(text: &str) -> [String; 4] {
    let printed = printed(text);
    let mut commas = String::new();
    for c in printed.replace("True", "true").replace("False", "false").chars() {
        if matches!(c, '}' | ']') && commas.trim_end().ends_with(',') {
            commas.truncate(commas.trim_end().len() - 1);
        }
        commas.push(c);
    }
    let commas = marks(&commas);
    let quotes = commas.replace('\'', "\"");
    [text.to_owned(), printed, commas, quotes]
}

/// A mark after a backslash, where JSON knows no such escape, as the escape that it does know.
fn marks(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, (c == '\\').then(|| chars.next()).flatten()) {
            (_, Some(mark)) if mark.is_ascii_punctuation() && !"\"\\/".contains(mark) => {
                out.push_str(&format!("\\u{:04x}", u32::from(mark)));
            }
            (_, Some(next)) => out.extend([c, next]),
            (_, None) => out.push(c),
        }
    }
    out
}

/// Text without control characters: a space in place of each.
fn printed(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Every JSON object that stands somewhere in the text, found the slow way, those inside others included.
fn objects(text: &str) -> Vec<Map<String, Value>> {
    let opens = text.match_indices('{').map(|(at, _)| at);
    let closes: Vec<usize> = text.match_indices('}').map(|(at, _)| at).collect();
    opens
        .flat_map(|from| closes.iter().filter(move |to| **to > from).map(move |to| (from, *to)))
        .filter_map(|(from, to)| serde_json::from_str(&text[from..=to]).ok())
        .collect()
}

/// A decision is one that stands in the text as a real boolean beside a real reason, and no other object of the text
/// says the contrary.
fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok((decided, reasoning)) = decision(text, Stop::EndTurn) else { return Ok(()) };
    let reasoning = printed(&reasoning);
    let of = |object: &Map<String, Value>, name: &str| {
        object.iter().find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let said = |object: &Map<String, Value>| {
        let said = of(object, "reasoning").and_then(|said| said.as_str().map(printed));
        of(object, "decision") == Some(Value::Bool(decided)) && said.as_deref().map(str::trim) == Some(reasoning.trim())
    };
    let objects: Vec<_> = mended(spoken(text)).iter().flat_map(|text| objects(text)).collect();
    prop_assert!(objects.iter().any(said), "{text:?} does not say {decided}");
    let inside = |object: &Map<String, Value>| {
        let whole = object.values().any(|value| matches!(value, Value::Object(_) | Value::Array(_)));
        !whole
    };
    // Where no object stands inside another, all must agree.
    if objects.iter().all(inside) {
        let contrary = objects.iter().any(|object| object.get("decision") == Some(&Value::Bool(!decided)));
        prop_assert!(!contrary, "{text:?} says both, and {decided} was taken");
    }
    let unfinished = [Stop::Refusal, Stop::MaxTokens, Stop::ContextWindow, Stop::ToolUse, Stop::PauseTurn];
    for stop in unfinished.into_iter().chain([Stop::BrokenOff, Stop::Other]) {
        prop_assert!(decision(text, stop).is_err(), "{stop:?}");
    }
    Ok(())
}

/// Text put together from what models do say.
fn talk() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{\"reasoning\": \"Relevant.\", \"decision\": true}",
        "{\"reasoning\":\"No.\",\"decision\":false}",
        "{\"decision\": \"true\", \"reasoning\": \"r\"}",
        "{\"decision\": 1, \"reasoning\": \"r\"}",
        "{\"decision\": true, \"decision\": false, \"reasoning\": \"r\"}",
        "{decision: true}",
        "\"decision\": true",
        "{\"answer\": {\"decision\": true, \"reasoning\": \"r\"}}",
        "```json\n",
        "```",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ",",
        " ",
        "\n",
        "Yes, true.",
        "I would say {no} to this",
        "<think>{\"decision\": true}</think>",
        "é😀",
        "\u{0}",
        "'decision': True",
        "// no\n",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn whole(decision: bool, reasoning: &str) -> String {
    json!({"reasoning": reasoning, "decision": decision}).to_string()
}

proptest! {
    #![proptest_config(cases(2_048))]

    #[test]
    fn a_decision_is_only_what_stands_there(text in talk()) {
        check(&text)?;
    }

    #[test]
    fn a_damaged_decision_is_not_guessed_at(
        bytes in (any::<bool>(), "[ -~é\n]{1,20}").prop_flat_map(|(yes, why)| damaged(whole(yes, &why).into_bytes()))
    ) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn a_whole_decision_is_read_whatever_its_reasoning_says(yes in any::<bool>(), why in "\\PC{0,30}[!-~]\\PC{0,30}") {
        prop_assert_eq!(decision(&whole(yes, &why), Stop::EndTurn), Ok((yes, why.trim().to_owned())));
        let fenced = format!("```json\n{}\n```", whole(yes, &why));
        prop_assert_eq!(decision(&fenced, Stop::StopSequence), Ok((yes, why.trim().to_owned())));
    }

    #[test]
    fn any_text_ends_in_a_decision_or_in_one_line(text in any::<String>()) {
        if let Err(unusable) = decision(&text, Stop::EndTurn) {
            prop_assert!(!unusable.to_string().contains('\n'));
        }
    }
}
