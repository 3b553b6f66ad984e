//! Scores, the audit of a judge, and the referee, as a person uses them.

#[path = "program_judge/audits.rs"]
mod audits;
#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;

use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};
use server::{RawServer, json_reply};

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";

/// All decisions of a results file.
fn decisions(file: &Value) -> Vec<Value> {
    let entries = file["results"].as_array().unwrap();
    entries
        .iter()
        .flat_map(|entry| entry["messages"].as_array().unwrap())
        .map(|judged| judged["decision"].clone())
        .collect()
}

fn only(place: &Place, subfolder: &str, part: &str) -> Value {
    let files = place.files(subfolder);
    let mut found = files.iter().filter(|name| name.contains(part) && name.ends_with(".json"));
    let file = place.json(&format!("{subfolder}/{}", found.next().unwrap_or_else(|| panic!("{part}: {files:?}"))));
    assert_eq!(found.next(), None);
    file
}

/// The lines of a report that do not depend on the clock.
fn timeless(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("Time: ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn scores_survive_from_the_answer_over_the_file_to_the_next_cycle() {
    let place = Place::with_samples();
    let evaluate = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market", "--seed", "1"];
    place.ok(&[&evaluate[..], &["--scored", "0.3"]].concat());
    let first = only(&place, "results", "_eval_");
    let said = decisions(&first);
    assert_eq!(said.len(), 30);
    for decision in &said {
        let keys: Vec<&String> = decision.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["decision", "reasoning", "score"]);
        assert_eq!(decision["decision"], decision["score"].as_f64().unwrap() >= 0.3, "{decision}");
    }
    let different: BTreeSet<String> = said.iter().map(|decision| decision["score"].to_string()).collect();
    assert!(different.len() > 5, "{different:?}");

    // Decided again by a judge with another threshold, each in the file beside its own score.
    let name = place.files("results").into_iter().find(|name| name.contains("_eval_")).unwrap();
    place.ok(&["show", &name]);
    let ran = place.ok(&["improve", "--results-file", &name, "--model", "market", "--scored", "0.9"]);
    assert!(ran.out.contains("one decision maker, before and after"), "{}", ran.out);
    let next = only(&place, "results", "_eval_results_improvement_run_v1");
    let own = &next["metadata"]["rejoinder"];
    assert_ne!(own["fingerprint"], first["metadata"]["rejoinder"]["fingerprint"]);
    let again = decisions(&own["baseline"]);
    assert_eq!(again.len(), 30);
    for decision in again.iter().chain(&decisions(&next)) {
        assert_eq!(decision["decision"], decision["score"].as_f64().unwrap() >= 0.9, "{decision}");
    }
}

#[test]
fn without_scored_nothing_is_scored_and_off_goes_before_the_settings() {
    let place = Place::with_samples();
    place.write("rejoinder.toml", "scored = 0.4\n");
    let evaluate = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "1"];
    let has_scores = |more: &[&str], scored: Option<&str>| {
        let mut command = place.command(&[&evaluate[..], &["--model", "market"], more].concat());
        scored.map(|value| command.env("REJOINDER_SCORED", value));
        let ran = Ran::of(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let saved = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/")).unwrap();
        let said = decisions(&place.json(saved));
        let scores = said.iter().filter(|decision| decision.get("score").is_some()).count();
        assert!(scores == 0 || scores == said.len());
        scores > 0
    };
    assert!(has_scores(&[], None) && has_scores(&["--scored"], Some("off")));
    assert!(!has_scores(&["--scored", "off"], None) && !has_scores(&[], Some("off")));
    for wrong in ["0", "1.5", "-1", "maybe", "nan"] {
        let ran = place.run(&[&evaluate[..], &["--model", "market", "--scored", wrong]].concat());
        assert_eq!(ran.code, Some(2), "{wrong}: {}", ran.err);
        let output = place.command(&evaluate).env("REJOINDER_SCORED", wrong).output().unwrap();
        let said = Ran::of(&output).err;
        assert!(said.ends_with("error: scored is a threshold above 0 and at most 1, or on, or off\n"), "{said}");
    }
}

#[test]
fn both_wire_formats_carry_scores_and_rows_of_messages_keep_theirs() {
    let market = MarketProcess::start(&[]);
    let rows = r#"[{"persona": "Ann, CTO.", "message": "Hello Ann, would a page on audit logs be of use to you? It takes ten minutes to read, and it is yours."},
        {"persona": "Bob, COO.", "message": "Hello Bob"}]"#;
    let mut scores = Vec::new();
    for (model, variable, path) in
        [("anthropic/x", "ANTHROPIC_BASE_URL", ""), ("openai/x", "OPENAI_BASE_URL", "/v1"), ("market", "NOTHING", "")]
    {
        let place = Place::empty();
        place.write("data/messages/m_messages.json", rows);
        let decide = ["decide", "--messages-file", "m_messages", "--seed", "1", "--scored", "--model", model];
        let output = place.command(&decide).env(variable, format!("{}{path}", market.url)).output().unwrap();
        let ran = Ran::of(&output);
        assert_eq!(ran.code, Some(0), "{model}: {}{}", ran.out, ran.err);
        let decided = place.json("messages/m_messages.json");
        let of = |row: &Value| {
            let score = row["rejoinder"]["score"].as_f64().unwrap();
            assert_eq!(row["decision"], score >= 0.5);
            score
        };
        scores.push(decided.as_array().unwrap().iter().map(of).collect::<Vec<f64>>());
        // Decided again without a score, the old one is gone.
        let decide = ["decide", "--messages-file", "m_messages", "--again", "--model", "market"];
        place.ok(&decide);
        assert!(place.json("messages/m_messages.json")[0]["rejoinder"].get("score").is_none());
    }
    assert!(scores[0] == scores[1] && scores[1] == scores[2] && scores[0][1] < 0.05, "{scores:?}");
}

#[test]
fn a_referee_is_part_of_the_run_and_must_be_another_judge() {
    let place = Place::with_samples();
    let improve = ["improve", "--results-file", FIRST, "--model", "market"];
    let with = |more: &[&str]| place.run(&[&improve[..], more].concat());
    for (more, part) in [
        (&["--referee", "strict"][..], "the referee would be the decision maker over again"),
        (&["--referee", "market"], "the referee would be the decision maker over again"),
        (&["--referee", "market/2", "market/3"], "one of each"),
        (&["--referee", "no-such-prompt.md"], "decision prompt `no-such-prompt.md`"),
        (&["--referee", "market/seven"], "there is no market"),
    ] {
        let ran = with(more);
        assert_eq!(ran.code, Some(2), "{more:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{more:?}: {}", ran.err);
    }
    // An interrupted run is gone on with by its own referee only.
    let first = with(&["--max-calls", "30", "--referee", "market/7"]);
    assert_eq!(first.code, Some(8), "{}{}", first.out, first.err);
    let other = with(&["--max-calls", "30", "--referee", "market/7", "lenient"]);
    assert!(!other.err.contains("Going on with run"), "{}", other.err);
    let same = with(&["--max-calls", "35", "--referee", "market/7"]);
    assert!(same.err.contains("Going on with run"), "{}", same.err);
}
