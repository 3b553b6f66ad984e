//! `rejoinder audit-auditor` as a person runs it.

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use program::{Place, Ran};
use serde_json::{Value, json};
use server::{RawServer, json_reply};

fn record(place: &Place) -> Value {
    let files = place.files("auditors");
    assert_eq!(files.len(), 1, "{files:?}");
    place.json(&format!("auditors/{}", files[0]))
}

/// An auditor that answers every question alike.
fn stubborn(said: &str, arguments: &[&str], place: &Place) -> Ran {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let body = json!({
        "id": "chatcmpl-1",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": said }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20 }
    });
    let server = runtime.block_on(RawServer::start(vec![json_reply(200, &[], &body)]));
    let output = place.command(arguments).env("OPENAI_BASE_URL", format!("{}/v1", server.base())).output().unwrap();
    Ran::of(&output)
}

#[test]
fn the_market_passes_and_the_same_at_any_concurrency() {
    let audits: Vec<String> = ["1", "16"]
        .into_iter()
        .map(|concurrency| {
            let place = Place::empty();
            let arguments = ["audit-auditor", "--model", "market", "--seed", "1", "--concurrency", concurrency];
            let output = place.command(&arguments).env("SOURCE_DATE_EPOCH", "1760000000").output().unwrap();
            let ran = Ran::of(&output);
            assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
            for part in
                ["AUDIT OF THE AUDITOR COMPLETE", "Auditor: market", "simulated", "Verdict: passed", "Kept in: "]
            {
                assert!(ran.out.contains(part), "{part}: {}", ran.out);
            }
            record(&place).to_string()
        })
        .collect();
    assert_eq!(audits[0], audits[1]);
    let record: Value = serde_json::from_str(&audits[0]).unwrap();
    assert_eq!(
        (&record["passed"], &record["simulated"], &record["date"]),
        (&json!(true), &json!(true), &json!("2025-10-09T08:53:20"))
    );
    assert!(record["languages"].as_object().unwrap().len() >= 5, "{record}");
    assert!(record["lies_caught"]["low"].as_f64().unwrap() > 0.8 && record["honest_accused"]["yes"] == 0, "{record}");
}

#[test]
fn an_auditor_that_sees_nothing_and_one_that_accuses_everybody_do_not_pass() {
    let place = Place::empty();
    let audit = ["audit-auditor", "--auditor", "openai/weak"];
    let ran = stubborn(r#"{"claims": []}"#, &audit, &place);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Verdict: not passed, it may catch as few as"), "{}", ran.out);
    let kept = record(&place);
    assert_eq!(
        (&kept["passed"], &kept["simulated"], &kept["honest_accused"]["yes"]),
        (&json!(false), &json!(false), &json!(0))
    );

    // A space stands in every message; a quote needs more than that to be found.
    let accusing =
        r#"{"claims": [{"quote": "e", "kind": "other", "support": [], "derivation": "", "verdict": "unsupported"}]}"#;
    let place = Place::empty();
    let ran = stubborn(accusing, &[&audit[..], &["--format", "json"]].concat(), &place);
    let found: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    assert_eq!(found["audit"]["passed"], false);
    assert!(found["audit"]["shortfalls"].to_string().contains("it may accuse as many as"), "{}", found["audit"]);
    let messages = found["messages"].as_array().unwrap();
    assert!(messages.len() >= 80 && messages.iter().any(|message| message["honest"] == true), "{}", messages.len());
}

#[test]
fn improve_says_that_the_auditor_in_use_has_not_passed() {
    let place = Place::with_samples();
    let improve = |more: &[&str]| {
        let first =
            ["improve", "--results-file", "b2b_saas_personas_train_results_20250802_144126", "--max-calls", "1"];
        place.run(&[&first[..], more].concat()).err
    };
    let market = ["--model", "market"];
    assert!(improve(&market).contains("This auditor has never been audited"), "{}", improve(&market));
    assert!(!improve(&["--model", "market", "--auditor", "none"]).contains("auditor has never"));
    place.ok(&["audit-auditor", "--model", "market"]);
    assert!(!improve(&market).contains("auditor"), "{}", improve(&market));
    let file = format!("auditors/{}", place.files("auditors")[0]);
    let mut failed = place.json(&file);
    (failed["passed"], failed["shortfalls"]) = (json!(false), json!(["it may catch as few as 12.0% of them"]));
    place.write(&format!("data/{file}"), &failed.to_string());
    let said = improve(&market);
    assert!(said.contains("This auditor did not pass its audit of ") && said.contains("12.0%"), "{said}");
}

#[test]
fn a_dry_run_sends_nothing_and_a_limit_keeps_no_record() {
    let place = Place::empty();
    let ran = place.ok(&["audit-auditor", "--model", "market", "--dry-run"]);
    assert!(ran.out.contains("calls of the auditor (audits of labelled messages)"), "{}", ran.out);
    let ran = place.run(&["audit-auditor", "--model", "market", "--max-calls", "20"]);
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("AUDIT OF THE AUDITOR INCOMPLETE") && !ran.out.contains("Verdict"), "{}", ran.out);
    assert!(place.files("auditors").is_empty());
    let ran = place.ok(&["audit-auditor", "--model", "market"]);
    assert!(ran.err.contains("20 answered calls found") && ran.out.contains("Verdict: "), "{}{}", ran.out, ran.err);
    assert!(place.ok(&["runs"]).out.contains("audit-auditor"));
    let ran = place.run(&["audit-auditor", "--model", "market", "--auditor", "none"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn an_auditor_that_gives_nothing_usable_ends_with_5_and_no_record() {
    let place = Place::empty();
    let ran = stubborn(r#"{"groups": []}"#, &["audit-auditor", "--auditor", "openai/weak"], &place);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no message could be audited") && place.files("auditors").is_empty(), "{}", ran.err);
}
