//! `rejoinder audit-claims` as a person runs it.

#[path = "support/program.rs"]
mod program;

use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};

const OFFER: &str = "Company: Brackwater\nValue proposition: teams reduce manual process work by 45% within the first \
                     quarter\nIntegrations: Jira, Slack";

/// A results file of a run with this prompt.
fn results(prompt: &str, messages: &[(&str, &str)], parent: Option<&str>) -> Value {
    let results: Vec<Value> = messages
        .iter()
        .map(|(persona, message)| {
            json!({"persona": persona, "messages": [{"message": message, "decision": {"decision": true, "reasoning": "r"}}]})
        })
        .collect();
    let mut metadata = json!({
        "messages_per_persona": 1, "total_personas": messages.len(), "total_messages": messages.len(),
        "processing_date": "2025-08-02T14:41:07", "system_prompt": prompt, "successful_personas": messages.len()
    });
    if let Some(parent) = parent {
        metadata["rejoinder"] = json!({
            "schema_version": 1, "run_id": "r", "simulated": false, "seed": 1,
            "parent": {"file": parent, "sha256": "0".repeat(64)}
        });
    }
    json!({"metadata": metadata, "results": results})
}

fn put(place: &Place, name: &str, value: &Value) {
    place.write(&format!("data/results/{name}"), &value.to_string());
}

const ANN: &str = "Ann Ray, COO of a 50-person agency in Leeds. Uses Asana.";
const LIE: &str = "Hi Ann,\n\nWe helped Stripe cut approvals by 70%, and we are SOC 2 certified.\n\nBest,\nTom";
const TRUTH: &str = "Hi Ann,\n\nTeams reduce manual process work by 45% within the first quarter. It works with Jira and \
                     Slack. Would 15 minutes suit you?\n\nTom";

#[test]
fn every_message_gets_a_verdict_and_its_claims_with_character_offsets() {
    let place = Place::empty();
    let accented = format!("Zoë — {LIE}");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, &accented), (ANN, TRUTH)], None));
    let ran = place.ok(&["audit-claims", "a_results_1", "--format", "json"]);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["auditor"], &found["simulated"]), (&json!("none"), &json!(false)));
    let messages = found["messages"].as_array().unwrap();
    assert_eq!(
        (messages.len(), &messages[0]["verdict"], &messages[1]["verdict"]),
        (2, &json!("ungrounded"), &json!("grounded"))
    );
    let claims = messages[0]["claims"].as_array().unwrap();
    let quote = |claim: &Value| -> String {
        let (start, end) = (claim["start"].as_u64().unwrap() as usize, claim["end"].as_u64().unwrap() as usize);
        accented.chars().skip(start).take(end - start).collect()
    };
    let certification = claims.iter().find(|claim| claim["kind"] == "certification").unwrap();
    assert_eq!(quote(certification), "SOC 2 certified");
    assert!(claims.iter().any(|claim| quote(claim).contains("Stripe")), "{claims:?}");
    let grounded = messages[1]["claims"].as_array().unwrap();
    assert!(grounded.iter().all(|claim| claim["grounded"] == true && claim["support"].is_string()), "{grounded:?}");
    let totals = &found["totals"];
    assert_eq!((&totals["messages"], &totals["ungrounded"]), (&json!(2), &json!(1)));
}

#[test]
fn the_text_names_the_facts_the_auditor_and_the_interval_and_makes_hostile_text_safe() {
    let place = Place::empty();
    let hostile = LIE.replace("Stripe", "Str\u{1b}[31mipe");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, &hostile), ("Bo, CTO of a bank.", TRUTH)], None));
    let ran = place.ok(&["audit-claims", "a_results_1"]);
    for part in [
        "Facts: the file's own prompt (3 statements)",
        "Auditor: none: rules alone",
        "Messages with an ungrounded claim: 50.0% (1/2), 95% interval",
        "UNGROUNDED CLAIMS, BY KIND",
        "persona 1, message 1:",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
}

#[test]
fn facts_come_from_the_root_of_the_lineage_and_not_from_a_rewritten_prompt() {
    let place = Place::empty();
    let richer = format!("{OFFER}\nCustomers: Stripe, which cut approvals by 70%\nCertifications: SOC 2");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, TRUTH)], None));
    put(&place, "a_results_improvement_run_v1.json", &results(&richer, &[(ANN, LIE)], Some("a_results_1.json")));
    put(
        &place,
        "a_results_improvement_run_v2.json",
        &results(&richer, &[(ANN, LIE)], Some("a_results_improvement_run_v1.json")),
    );
    let ran = place.ok(&["audit-claims", "a_results_improvement_run_v2"]);
    assert!(ran.out.contains("the root of the lineage, a_results_1.json"), "{}", ran.out);
    assert!(ran.out.contains("100.0% (1/1)"), "{}", ran.out);

    // With the facts in a file, that is what holds.
    place.write("offer.md", &richer);
    let ran = place.ok(&["audit-claims", "a_results_improvement_run_v2", "--facts", "offer.md"]);
    assert!(ran.out.contains("Facts: offer.md") && ran.out.contains("0.0% (0/1)"), "{}", ran.out);

    // Without the root, the file's own prompt, with a warning.
    std::fs::remove_file(place.data().join("results/a_results_1.json")).unwrap();
    let ran = place.ok(&["audit-claims", "a_results_improvement_run_v1"]);
    assert!(ran.err.contains("a_results_1.json, which is not here"), "{}", ran.err);

    // A lineage that bites its own tail ends.
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, TRUTH)], Some("a_results_improvement_run_v2.json")));
    place.ok(&["audit-claims", "a_results_improvement_run_v2"]);
}

#[test]
fn wrong_names_files_and_facts_are_told_in_one_line() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, TRUTH)], None));
    place.write("empty.md", "Write short messages.\n- Include specific metrics\n");
    for (arguments, code, words) in [
        (vec!["audit-claims", "nothing_results_1"], 3, "nothing_results_1"),
        (vec!["audit-claims", "a_results_1", "--facts", "no.md"], 3, "facts file no.md"),
        (vec!["audit-claims", "a_results_1", "--facts", "empty.md"], 2, "states nothing"),
        (vec!["audit-claims", "a_results_1", "--auditor", "nonsense"], 2, "nonsense"),
    ] {
        let ran = place.run(&arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}\n{}", ran.err);
        assert!(ran.err.contains(words) && ran.err.lines().count() <= 3, "{}", ran.err);
    }
}

#[test]
fn a_model_auditor_goes_through_the_journal_and_is_not_asked_twice() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, LIE), (ANN, TRUTH), (ANN, LIE)], None));
    let audit = ["audit-claims", "a_results_1", "--auditor", "market"];
    let dry = place.ok(&[&audit[..], &["--dry-run"]].concat());
    assert!(dry.out.contains("3 calls of the auditor (audits)"), "{}", dry.out);
    assert!(!place.data().join("rejoinder.sqlite").exists());

    let limited = place.run(&[&audit[..], &["--max-calls", "2", "--concurrency", "1"]].concat());
    assert_eq!(limited.code, Some(8), "{}\n{}", limited.out, limited.err);
    let ran = place.ok(&audit);
    assert!(ran.err.contains("2 answered calls found"), "{}", ran.err);
    assert!(ran.out.contains("Auditor: market on top of the rules"), "{}", ran.out);
    assert!(ran.out.contains("66.7% (2/3)") && ran.out.contains("simulated"), "{}", ran.out);

    // The environment names one as well, and a flag takes it back.
    let named = |value: &str, more: &[&str]| {
        let output =
            place.command(&[&["audit-claims", "a_results_1"], more].concat()).env("REJOINDER_AUDITOR", value).output();
        Ran::of(&output.unwrap())
    };
    assert!(named("market", &[]).out.contains("Auditor: market"));
    assert!(named("market", &["--auditor", "none"]).out.contains("Auditor: none"));
    assert!(named("none", &["--model", "market"]).out.contains("Auditor: none"));
}

#[test]
fn audits_that_fail_are_listed_and_in_no_rate() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, LIE), (ANN, TRUTH)], None));
    let market = MarketProcess::start(&["--faults", "refusal=1"]);
    let output = place
        .command(&["audit-claims", "a_results_1", "--auditor", "anthropic/x", "--retries", "0"])
        .env("ANTHROPIC_BASE_URL", &market.url)
        .output()
        .unwrap();
    let ran = Ran::of(&output);
    assert_eq!(ran.code, Some(5), "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("no decisions (0/0)") && ran.out.contains("Not audited"), "{}", ran.out);
}

#[test]
fn the_original_services_runs_claim_what_its_offer_nowhere_states() {
    let Some(place) = Place::with_original_files() else { return };
    place.write(
        "offer.md",
        place.json("results/b2b_saas_personas_train_results_20250802_144126.json")["metadata"]["system_prompt"]
            .as_str()
            .unwrap(),
    );
    for (name, count) in [
        ("b2b_saas_personas_train_results_20250802_144126", 16),
        ("b2b_saas_personas_train_results_20250802_150332", 16),
        ("b2b_saas_personas_train_results_improvement_run_v1", 16),
    ] {
        let ran = place.ok(&["audit-claims", name, "--facts", "offer.md", "--format", "json"]);
        let found: Value = serde_json::from_str(&ran.out).unwrap();
        let totals = &found["totals"];
        println!("{name}: {} of {}; {}", totals["ungrounded"], totals["messages"], totals["ungrounded_claims"]);
        assert_eq!(totals["messages"], json!(count));
        assert!(totals["ungrounded"].as_u64().unwrap() >= count - 1, "{totals}");
    }
}
