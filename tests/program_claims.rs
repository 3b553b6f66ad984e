//! `rejoinder audit-claims` as a person runs it.

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};
use server::{RawServer, json_reply};

const OFFER: &str = "Company: Brackwater\nValue proposition: teams reduce manual process work by 45% within the first \
                     quarter\nIntegrations: Jira, Slack";

/// A results file of a run with this prompt.
fn results(prompt: &str, messages: &[(&str, &str)], parent: Option<&str>) -> Value {
    let results: Vec<Value> = messages
        .iter()
        .map(|(persona, message)| {
            let decision = json!({"decision": true, "reasoning": "r"});
            json!({"persona": persona, "messages": [{"message": message, "decision": decision}]})
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

/// What the command finds with the market as auditor, as programs read it.
fn audited(place: &Place, name: &str, more: &[&str]) -> Value {
    let ran = place.ok(&[&["audit-claims", name, "--format", "json"], more].concat());
    serde_json::from_str(&ran.out).unwrap()
}

const MARKET: &[&str] = &["--model", "market"];
const ANN: &str = "Ann Ray, COO of a 50-person agency in Leeds. Uses Asana.";
const LIE: &str = "Hi Ann,\n\nWe helped Stripe cut approvals by 70%, and we are SOC 2 certified.\n\nBest,\nTom";
const TRUTH: &str = "Hi Ann,\n\nTeams reduce manual process work by 45% within the first quarter. It works with Jira \
    and \
                     Slack. Would 15 minutes suit you?\n\nTom";

#[test]
fn every_message_gets_its_claims_with_character_offsets_verdicts_and_supports() {
    let place = Place::empty();
    let accented = format!("Zoë — {LIE}");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, &accented), (ANN, TRUTH)], None));
    let found = audited(&place, "a_results_1", MARKET);
    assert_eq!((&found["auditor"], &found["simulated"]), (&json!("market"), &json!(true)));
    let messages = found["messages"].as_array().unwrap();
    assert_eq!(
        (messages.len(), &messages[0]["grounding"], &messages[1]["grounding"]),
        (2, &json!("made_up"), &json!("grounded"))
    );
    let claim = &messages[0]["claims"][0];
    let (start, end) = (claim["start"].as_u64().unwrap() as usize, claim["end"].as_u64().unwrap() as usize);
    let quote: String = accented.chars().skip(start).take(end - start).collect();
    assert!(quote.starts_with("We helped Stripe") && claim["quote"] == quote, "{claim}");
    assert_eq!((&claim["verdict"], &claim["support"]), (&json!("unsupported"), &json!([])));
    let supported = &messages[1]["claims"][0];
    assert_eq!((&supported["quote"], &supported["verdict"]), (&json!("45%"), &json!("supported")));
    assert!(supported["support"][0].as_str().unwrap().contains("manual process work by 45%"), "{supported}");
    let totals = &found["totals"];
    assert_eq!((&totals["messages"], &totals["checked"], &totals["made_up"]), (&json!(2), &json!(2), &json!(1)));
}

#[test]
fn the_text_names_the_facts_the_auditor_and_the_interval_and_makes_hostile_text_safe() {
    let place = Place::empty();
    let hostile = LIE.replace("Stripe", "Str\u{1b}[31mipe");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, &hostile), ("Bo, CTO of a bank.", TRUTH)], None));
    let ran = place.ok(&["audit-claims", "a_results_1", "--auditor", "market"]);
    for part in [
        "Facts: the file's own prompt\n",
        "Auditor: market\n",
        "Messages with something made up: 50.0% (1 of 2), 95% interval",
        "MADE UP, BY KIND",
        "persona 1, message 1:",
        "nothing that is known supports it",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
}

#[test]
fn without_an_auditor_claims_are_not_checked_and_only_blanks_are_found() {
    let place = Place::empty();
    let blank = TRUTH.replace("Ann,", "{{first_name}},");
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, LIE), (ANN, &blank)], None));
    let ran = place.ok(&["audit-claims", "a_results_1", "--auditor", "none"]);
    assert!(ran.out.contains("Auditor: none, so claims are not checked"), "{}", ran.out);
    assert!(ran.out.contains("Claims not checked: 2 messages; 1 with a blank that was never filled in"), "{}", ran.out);
    assert!(!ran.out.contains('%'), "{}", ran.out);
    let found = audited(&place, "a_results_1", &["--auditor", "none"]);
    assert_eq!(found["messages"][0]["grounding"], "not_checked");
    assert_eq!((&found["messages"][1]["grounding"], &found["totals"]["rate"]), (&json!("made_up"), &Value::Null));
    // A merge field that the first prompt names is none.
    let ordered = format!("{OFFER}\nBegin with: Hi {{{{first_name}}}}");
    put(&place, "b_results_1.json", &results(&ordered, &[(ANN, &blank)], None));
    assert_eq!(audited(&place, "b_results_1", &["--auditor", "none"])["messages"][0]["grounding"], "not_checked");
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
    let audit = |name: &str, more: &[&str]| place.ok(&[&["audit-claims", name], MARKET, more].concat());
    let ran = audit("a_results_improvement_run_v2", &[]);
    assert!(ran.out.contains("the root of the lineage, a_results_1.json"), "{}", ran.out);
    assert!(ran.out.contains("100.0% (1 of 1)"), "{}", ran.out);

    // With the facts in a file, that is what holds.
    place.write("offer.md", &richer);
    let ran = audit("a_results_improvement_run_v2", &["--facts", "offer.md"]);
    assert!(ran.out.contains("Facts: offer.md") && ran.out.contains("0.0% (0 of 1)"), "{}", ran.out);

    // Without the root, the file's own prompt, with a warning.
    std::fs::remove_file(place.data().join("results/a_results_1.json")).unwrap();
    let ran = audit("a_results_improvement_run_v1", &[]);
    assert!(ran.err.contains("a_results_1.json, which is not here"), "{}", ran.err);

    // A lineage that bites its own tail ends.
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, TRUTH)], Some("a_results_improvement_run_v2.json")));
    audit("a_results_improvement_run_v2", &[]);
}

#[test]
fn wrong_names_files_and_facts_are_told_in_one_line() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, TRUTH)], None));
    place.write("empty.md", " \n\n");
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
fn an_audit_goes_through_the_journal_and_is_not_asked_for_twice() {
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
    assert!(ran.out.contains("66.7% (2 of 3)") && ran.out.contains("simulated"), "{}", ran.out);

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
fn what_stands_in_the_file_is_read_and_not_audited_again() {
    let place = Place::empty();
    let mut file = results(OFFER, &[(ANN, LIE), (ANN, TRUTH)], None);
    let claims = json!([{"start": 9, "end": 25, "kind": "customer", "verdict": "contradicted", "support": ["Jira"]}]);
    file["results"][0]["messages"][0]["rejoinder"] =
        json!({"audit": {"auditor": "00ff00ff00ff00ff", "claims": claims}});
    file["results"][1]["messages"][0]["rejoinder"] = json!({"audit": {"auditor": "00ff00ff00ff00ff", "claims": []}});
    put(&place, "a_results_1.json", &file);
    // No model is named, and none is needed.
    let ran = place.ok(&["audit-claims", "a_results_1"]);
    assert!(ran.out.contains("Auditor: as the file has it") && ran.out.contains("50.0% (1 of 2)"), "{}", ran.out);
    assert!(ran.out.contains("1 of them contradicted") && ran.out.contains("\"We helped Stripe\""), "{}", ran.out);
    assert!(!place.data().join("rejoinder.sqlite").exists());

    // A message without an audit is audited, the others are not; another auditor does all of it.
    file["results"][1]["messages"][0].as_object_mut().unwrap().remove("rejoinder");
    put(&place, "a_results_1.json", &file);
    let calls = |more: &[&str]| place.ok(&[&["audit-claims", "a_results_1", "--dry-run"], more].concat()).out;
    assert!(calls(&["--model", "market"]).contains("1 call of the auditor"), "{}", calls(&["--model", "market"]));
    assert!(calls(&["--auditor", "market"]).contains("2 calls of the auditor"), "{}", calls(&["--auditor", "market"]));
    place.write("offer.md", OFFER);
    assert!(calls(&["--model", "market", "--facts", "offer.md"]).contains("2 calls of the auditor"));
    let ran = place.ok(&["audit-claims", "a_results_1", "--model", "market"]);
    assert!(ran.out.contains("Auditor: market; 1 audit was in the file already"), "{}", ran.out);
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
fn no_model_waves_a_number_through() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, LIE)], None));
    let said = json!({"claims": [{
        "quote": "cut approvals by 70%", "kind": "result", "support": ["teams reduce manual process work by 45%"],
        "derivation": "", "verdict": "supported"
    }]});
    let audit = ["audit-claims", "a_results_1", "--auditor", "openai/weak", "--format", "json"];
    let ran = stubborn(&said.to_string(), &audit, &place);
    let found: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let claim = &found["messages"][0]["claims"][0];
    assert_eq!((&claim["quote"], &claim["verdict"]), (&json!("cut approvals by 70%"), &json!("unsupported")));
    assert_eq!(claim["note"], "the number 70% is in none of its quotations, and no derivation gives it");
    // It was asked once more, and no oftener.
    let runs = place.ok(&["runs"]);
    assert!(runs.out.contains("audit-claims"), "{}", runs.out);
    let again = stubborn(&said.to_string(), &[&audit[..], &["--max-calls", "1", "--fresh"]].concat(), &place);
    assert_eq!(again.code, Some(8), "{}{}", again.out, again.err);
    let again = stubborn(&said.to_string(), &[&audit[..], &["--max-calls", "2", "--fresh"]].concat(), &place);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}

#[test]
fn an_auditor_that_answers_something_else_leaves_messages_unaudited() {
    let place = Place::empty();
    put(&place, "a_results_1.json", &results(OFFER, &[(ANN, LIE)], None));
    let ran = stubborn(r#"{"groups": []}"#, &["audit-claims", "a_results_1", "--auditor", "openai/weak"], &place);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Not audited: 1") && ran.out.contains("list of claims"), "{}", ran.out);
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
    assert!(ran.out.contains("no decisions") && ran.out.contains("Not audited"), "{}", ran.out);
}

#[test]
fn the_original_services_runs_claim_what_its_offer_nowhere_states() {
    let Some(place) = Place::with_original_files() else { return };
    let first = place.json("results/b2b_saas_personas_train_results_20250802_144126.json");
    place.write("offer.md", first["metadata"]["system_prompt"].as_str().unwrap());
    for (name, count) in [
        ("b2b_saas_personas_train_results_20250802_144126", 16),
        ("b2b_saas_personas_train_results_20250802_150332", 16),
        ("b2b_saas_personas_train_results_improvement_run_v1", 16),
    ] {
        let found = audited(&place, name, &["--facts", "offer.md", "--auditor", "market"]);
        let totals = &found["totals"];
        println!("{name}: {} of {}; {}", totals["made_up"], totals["messages"], totals["made_up_claims"]);
        assert_eq!(totals["messages"], json!(count));
        assert!(totals["made_up"].as_u64().unwrap() >= count - 2, "{totals}");
    }
}
