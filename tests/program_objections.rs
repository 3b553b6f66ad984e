//! What people said, as a model reads it: once, and one prompt's at a time.

#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};

use program::Place;
use serde_json::Value;

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const NEXT: &str = "b2b_saas_personas_train_results_improvement_run_v1";

/// Every call of the latest run of a command: system prompt, user turn, answer.
fn calls(place: &Place, command: &str) -> Vec<[String; 3]> {
    let id = &place.run_id(command);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    place
        .ok(&["runs", "calls", id])
        .out
        .lines()
        .map(|line| {
            let call: Value = serde_json::from_str(line).unwrap();
            let (request, answer) = (&call["request"], &call["answer"]);
            [text(&request["system"]), text(&request["user"]), text(&answer["text"])]
        })
        .collect()
}

/// The fenced text of a kind.
fn fenced<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let rest = &text[text.find(&format!("<{kind}-"))?..];
    let (tag, rest) = rest[1..].split_once('>')?;
    Some(rest.split_once(&format!("</{tag}>"))?.0.trim())
}

/// The prompt of these facts and of advice as a request numbers it.
fn composed(facts: &str, advice: &str) -> String {
    let items: Vec<&str> = advice.lines().filter_map(|line| Some(line.split_once(". ")?.1)).collect();
    if items.is_empty() { facts.to_owned() } else { format!("{facts}\n\n## Advice\n- {}", items.join("\n- ")) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_request_to_the_improver_shows_what_the_prompt_in_it_met_and_nothing_else() {
    let place = Place::with_samples();
    place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--rejudge", "never"]);
    let file = place.json(&format!("results/{FIRST}.json"));
    let incumbent = file["metadata"]["system_prompt"].as_str().unwrap().trim().to_owned();
    let mut met: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for said in file["results"].as_array().unwrap().iter().flat_map(|entry| entry["messages"].as_array().unwrap()) {
        let reasoning = one_line(said["decision"]["reasoning"].as_str().unwrap());
        met.entry(incumbent.clone()).or_default().insert(reasoning);
    }
    let calls = calls(&place, "improve");
    // Which prompt wrote a message, and what was said to it.
    let mut wrote: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for [system, user, answer] in &calls {
        if user.contains("Write one cold outreach message") {
            wrote.entry(one_line(answer)).or_default().insert(system.trim().to_owned());
        }
    }
    for [_, user, answer] in &calls {
        let Some(message) = fenced(user, "message").filter(|_| user.contains("Do you say yes")) else { continue };
        let decision: Value = serde_json::from_str(answer).unwrap();
        for prompt in wrote.get(&one_line(message)).into_iter().flatten() {
            let reasoning = one_line(decision["reasoning"].as_str().unwrap());
            met.entry(prompt.clone()).or_default().insert(reasoning);
        }
    }
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for [_, user, _] in &calls {
        let (Some(facts), Some(advice)) = (fenced(user, "facts"), fenced(user, "advice")) else { continue };
        let Some(feedback) = fenced(user, "feedback") else { continue };
        let prompt = composed(facts, advice);
        shown.insert(prompt.clone());
        let met = met.get(&prompt).unwrap_or_else(|| panic!("nobody was written to with\n{prompt}"));
        for line in feedback.lines() {
            let (_, said) = line.split_once("] ").unwrap();
            assert!(met.contains(said), "{said:?} was not said to a message of\n{prompt}");
        }
        assert!(fenced(user, "objections").is_some(), "the market sorts what was said");
    }
    assert!(shown.len() > 1, "later challengers answer what the leading prompt met");
}

#[test]
fn what_was_read_once_is_kept_and_never_paid_for_again() {
    let place = Place::with_samples();
    let before = place.ok(&["show", FIRST, "--limit", "0"]).out;
    assert!(
        before.contains("unsorted") && before.contains(&format!("rejoinder show {FIRST} --objections")),
        "{before}"
    );
    let plan = place.ok(&["show", FIRST, "--objections", "--model", "market", "--dry-run"]).out;
    assert!(plan.contains("sorting what people said"), "{plan}");
    assert_eq!(place.files("readings"), Vec::<String>::new());

    let shown = place.ok(&["show", FIRST, "--objections", "--model", "market", "--limit", "0"]);
    let objections = shown.out.split("OBJECTIONS").nth(1).unwrap();
    assert!(objections.contains("personas, ") && objections.contains("% ("), "{objections}");
    assert!(!objections.contains("unsorted"), "{objections}");
    assert_eq!(place.files("readings"), [format!("{FIRST}.json")]);
    let reading = place.json(&format!("readings/{FIRST}.json"));
    assert!(reading["coding"]["codebook"]["groups"].as_array().unwrap().len() >= 5, "{reading}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = std::fs::metadata(place.data().join(format!("readings/{FIRST}.json"))).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
    let again = place.ok(&["show", FIRST, "--objections", "--limit", "0"]);
    assert_eq!(again.out, shown.out, "without a model or a key");
    assert_eq!(place.ok(&["show", FIRST, "--limit", "0"]).out, shown.out);

    place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--rejudge", "never", "--calls", "200"]);
    let named = calls(&place, "improve")
        .iter()
        .filter(|call| call[1].contains("`definition`") && call[1].contains("`groups`"))
        .count();
    assert_eq!(named, 0, "the groups are those that were named before");
    let next = place.ok(&["show", NEXT, "--limit", "0"]).out;
    assert!(!next.contains("unsorted"), "{next}");
    let groups = |coding: &Value| coding["codebook"]["groups"].as_array().unwrap().clone();
    let coding = place.json(&format!("results/{NEXT}.json"))["metadata"]["rejoinder"]["coding"].clone();
    let (first, next) = (groups(&reading["coding"]), groups(&coding));
    assert_eq!(next[..first.len()], first[..], "names keep their definitions");
    assert_eq!(place.files("readings"), [format!("{FIRST}.json")], "a cycle's own file holds what was read of it");

    let report = place.ok(&["report", NEXT, "--format", "md"]).out;
    assert!(!report.contains("unsorted"), "{report}");
}

#[test]
fn a_cycle_that_is_interrupted_after_what_people_said_was_read_comes_to_the_same_file() {
    let improve = ["improve", "--results-file", FIRST, "--model", "market", "--rejudge", "never", "--calls", "120"];
    let run = |place: &Place, more: &[&str]| {
        let arguments: Vec<&str> = improve.iter().chain(more).copied().collect();
        let output = place.command(&arguments).env("SOURCE_DATE_EPOCH", "1760000000").output().unwrap();
        program::Ran::of(&output)
    };
    let (whole, parts) = (Place::with_samples(), Place::with_samples());
    assert_eq!(run(&whole, &[]).code, Some(0));
    assert_ne!(run(&parts, &["--max-calls", "16"]).code, Some(0));
    let reading = |place: &Place| std::fs::read(place.data().join(format!("readings/{FIRST}.json"))).unwrap();
    let kept = reading(&parts);
    let resumed = run(&parts, &[]);
    assert!(resumed.code == Some(0) && resumed.err.contains("Going on with run"), "{}", resumed.err);
    assert!(kept == reading(&parts), "what was read is kept");
    let file = |place: &Place| std::fs::read(place.data().join(format!("results/{NEXT}.json"))).unwrap();
    assert!(file(&whole) == file(&parts));
}

#[test]
fn a_reading_of_another_file_or_of_nothing_is_no_reading() {
    let place = Place::with_samples();
    place.ok(&["show", FIRST, "--objections", "--model", "market", "--limit", "0"]);
    let path = format!("data/readings/{FIRST}.json");
    let kept = std::fs::read_to_string(place.root().join(&path)).unwrap();
    for broken in
        [kept.replace("\"sha256\": \"", "\"sha256\": \"0"), kept[..kept.len() / 2].to_owned(), "[]".to_owned()]
    {
        place.write(&path, &broken);
        let shown = place.ok(&["show", FIRST, "--limit", "0"]).out;
        assert!(shown.contains("unsorted"), "{shown}");
    }
    place.write(&path, &kept);
    assert!(!place.ok(&["show", FIRST, "--limit", "0"]).out.contains("unsorted"));
}
