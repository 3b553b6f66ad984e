//! What messages claim: checked in the trial, kept in the file, and read there by everybody.

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};
use server::{RawServer, json_reply};

const SAMPLE: &str = "b2b_saas_personas_train_results_20250802_144126";
const EVALUATE: [&str; 9] = [
    "evaluate",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "2",
    "--model",
    "market",
    "--seed",
    "1",
];

/// What a line of a summary says, or nothing.
fn said<'a>(out: &'a str, name: &str) -> &'a str {
    out.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default()
}

/// The file that a command says it saved.
fn saved(place: &Place, ran: &Ran) -> Value {
    place.json(said(&ran.out, "Results saved to: data/"))
}

/// The messages of a list of entries.
fn messages(entries: &Value) -> Vec<&Value> {
    entries.as_array().unwrap().iter().flat_map(|entry| entry["messages"].as_array().unwrap()).collect()
}

/// The audits of these messages, `None` for a message without.
fn audits<'v>(messages: &[&'v Value]) -> Vec<Option<&'v Value>> {
    messages.iter().map(|message| message.get("rejoinder").and_then(|own| own.get("audit"))).collect()
}

fn makes_up(audit: &Value) -> bool {
    audit["claims"].as_array().unwrap().iter().any(|claim| claim["verdict"] != "supported")
}

#[test]
fn every_message_that_is_kept_is_checked_before_it_is_decided_on_and_its_file_says_what_was_found() {
    let place = Place::with_samples();
    let ran = place.ok(&EVALUATE);
    let file = saved(&place, &ran);
    let messages = messages(&file["results"]);
    let audits: Vec<&Value> = audits(&messages).into_iter().flatten().collect();
    assert_eq!((messages.len(), audits.len()), (20, 20));
    for (message, audit) in messages.iter().zip(&audits) {
        assert_eq!(audit["auditor"].as_str().unwrap().len(), 16);
        let length = message["message"].as_str().unwrap().chars().count() as u64;
        for claim in audit["claims"].as_array().unwrap() {
            assert!(
                claim["start"].as_u64() < claim["end"].as_u64() && claim["end"].as_u64() <= Some(length),
                "{claim}"
            );
        }
    }
    let own = &file["metadata"]["rejoinder"];
    assert_eq!(own["models"]["auditor"], "market");
    // What makes something up is revised, and checked once more.
    assert!(own["usage"]["auditor"]["calls"].as_u64().unwrap() > 20, "{own}");
    assert!(own["usage"]["generator"]["calls"].as_u64().unwrap() > 20, "{own}");
    assert!(said(&ran.out, "Claims: ").ends_with(" revised"), "{}", ran.out);
    let grounded = messages
        .iter()
        .zip(&audits)
        .filter(|(message, audit)| message["decision"]["decision"] == true && !makes_up(audit))
        .count();
    assert!(said(&ran.out, "Grounded response rate: ").contains(&format!("({grounded} of 20)")), "{}", ran.out);

    // Kept as they come, more of them make something up, and nothing is revised.
    let kept = place.ok(&[&EVALUATE[..], &["--ungrounded", "keep"]].concat());
    let file = saved(&place, &kept);
    let as_they_came = self::messages(&file["results"]);
    let made_up = |audits: Vec<Option<&Value>>| audits.into_iter().flatten().filter(|audit| makes_up(audit)).count();
    let (before, after) = (made_up(self::audits(&as_they_came)), audits.iter().filter(|audit| makes_up(audit)).count());
    assert!(before >= 2 && after < before, "{before} {after}");
    assert_eq!(file["metadata"]["rejoinder"]["usage"]["auditor"]["calls"], 20);
    assert!(!said(&kept.out, "Claims: ").contains("revised"), "{}", kept.out);
}

#[test]
fn without_an_auditor_nothing_is_said_of_claims_but_that_they_are_not_checked() {
    let place = Place::with_samples();
    let ran = place.ok(&[&EVALUATE[..], &["--auditor", "none"]].concat());
    assert!(said(&ran.out, "Grounded response rate: ").starts_with("claims not checked"), "{}", ran.out);
    assert!(said(&ran.out, "Claims: ").starts_with("not checked"), "{}", ran.out);
    let file = saved(&place, &ran);
    assert!(file["metadata"]["rejoinder"]["usage"].get("auditor").is_none());
    assert!(file["metadata"]["rejoinder"]["models"].get("auditor").is_none());
    for audit in audits(&messages(&file["results"])).into_iter().flatten() {
        // Only a blank that nobody filled in needs no reader.
        assert!(audit.get("auditor").is_none(), "{audit}");
        assert!(audit["claims"].as_array().unwrap().iter().all(|claim| claim["kind"] == "placeholder"), "{audit}");
    }

    let ran = place.ok(&["improve", "--results-file", SAMPLE, "--model", "market", "--auditor", "none", "--verbose"]);
    assert!(!ran.out.contains("grounded response rate before"), "{}", ran.out);
    assert!(ran.out.contains("current prompt      claims not checked"), "{}", ran.out);
    assert!(said(&ran.out, "Claims: ").starts_with("not checked"), "{}", ran.out);
    let own = &saved(&place, &ran)["metadata"]["rejoinder"];
    assert!(own["usage"].get("auditor").is_none(), "{own}");
    let proof = &own["metrics"]["cycle"]["proof"];
    assert!(proof["before"]["grounded_response"].is_null() && proof["after"]["grounded_response"].is_null(), "{proof}");

    // The environment turns it off as well, and a flag names one all the same.
    let named = |more: &[&str]| {
        let output = place.command(&[&EVALUATE[..], more].concat()).env("REJOINDER_AUDITOR", "none").output().unwrap();
        let ran = Ran::of(&output);
        saved(&place, &ran)["metadata"]["rejoinder"]["models"]["auditor"].clone()
    };
    assert_eq!((named(&[]), named(&["--auditor", "market/7"])), (Value::Null, json!("market/7")));
}

#[test]
fn where_none_is_named_the_auditor_is_the_improvers_model() {
    let place = Place::with_samples();
    let auditor = |more: &[&str]| {
        let ran = place.ok(&[&EVALUATE[..], more].concat());
        saved(&place, &ran)["metadata"]["rejoinder"]["models"]["auditor"].clone()
    };
    assert_eq!(auditor(&["--improver", "market/3"]), "market/3");
    assert_eq!(auditor(&["--improver", "market/3", "--auditor", "market/5"]), "market/5");
    assert_eq!(auditor(&["--generator", "market/3"]), "market");
    // A run that needs no improver needs no key for one.
    let own = EVALUATE.map(|word| if word == "--model" { "--decision-maker" } else { word });
    let ran = place.ok(&[&own[..], &["--generator", "market/3"]].concat());
    assert_eq!(saved(&place, &ran)["metadata"]["rejoinder"]["models"]["auditor"], "market");
    place.write("rejoinder.toml", "improver = \"market/9\"\n");
    // What is typed goes before what a file says.
    assert_eq!(auditor(&[]), "market");
}

/// A server that says the same to everybody: a model that understands no question.
async fn deaf() -> RawServer {
    let message = json!({ "role": "assistant", "content": "{\"groups\": []}" });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5 });
    let body = json!({ "id": "x", "object": "chat.completion", "model": "x", "choices": [choice], "usage": usage });
    RawServer::start(vec![json_reply(200, &[], &body)]).await
}

fn with_deaf_auditor(place: &Place, url: &str, arguments: &[&str]) -> Ran {
    let arguments = [arguments, &["--auditor", "openai/deaf"]].concat();
    let output = place.command(&arguments).env("OPENAI_BASE_URL", format!("{url}/v1")).output().unwrap();
    Ran::of(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_that_never_answers_usably_leaves_claims_unchecked_and_one_warning() {
    let (place, server) = (Place::with_samples(), deaf().await);
    let ran = with_deaf_auditor(&place, &server.base(), &EVALUATE);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("warning: the claims of 20 of 20 messages could not be checked"), "{}", ran.err);
    assert_eq!(ran.err.matches("could not be checked").count(), 1, "{}", ran.err);
    assert!(said(&ran.out, "Grounded response rate: ").starts_with("claims not checked"), "{}", ran.out);
    let file = saved(&place, &ran);
    assert_eq!(file["metadata"]["total_messages"], 20);
    assert_eq!(file["metadata"]["rejoinder"]["failures"], json!([]));

    // A whole cycle goes on as well; after a dozen of them no more audits are asked for.
    let before = server.seen().len();
    let improve = ["improve", "--results-file", SAMPLE, "--model", "market", "--seed", "1", "--calls", "400"];
    let ran = with_deaf_auditor(&place, &server.base(), &improve);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(ran.err.matches("could not be checked").count(), 1, "{}", ran.err);
    assert!(ran.out.contains("current prompt      claims not checked"), "{}", ran.out);
    let asked = server.seen().len() - before;
    assert!((36..200).contains(&asked), "{asked}");
}

#[test]
fn messages_of_before_are_checked_once_in_the_cycle_that_needs_it_and_kept() {
    let place = Place::with_samples();
    let first = place.json(&format!("results/{SAMPLE}.json"));
    let by_a_model = |audit: Option<&Value>| audit.is_some_and(|audit| audit.get("auditor").is_some());
    assert!(!audits(&messages(&first["results"])).into_iter().any(by_a_model), "nobody has read the sample's messages");
    let ran = place.ok(&["improve", "--results-file", SAMPLE, "--model", "market", "--seed", "3"]);
    let own = &saved(&place, &ran)["metadata"]["rejoinder"];
    let baseline = &own["baseline"];
    assert_eq!((&baseline["redone"], &baseline["file"]), (&json!("audits"), &json!(format!("{SAMPLE}.json"))));
    let kept = messages(&baseline["results"]);
    assert_eq!(kept.len(), 40);
    // Its messages were kept as they came, so they prove nothing: those with a yes are all that had to be checked.
    for (message, audit) in kept.iter().zip(audits(&kept)) {
        assert_eq!(by_a_model(audit), message["decision"]["decision"] == true, "{message}");
    }
    // The recorded decisions are what they were.
    let decisions = |messages: &[&Value]| -> Vec<Value> {
        messages.iter().map(|message| message["decision"]["decision"].clone()).collect()
    };
    assert_eq!(decisions(&kept), decisions(&messages(&first["results"])));
    let before = &own["metrics"]["cycle"]["before"];
    assert_eq!(before["grounded_response"]["total"], 40, "{before}");

    // What is checked is not checked again.
    let next = said(&ran.out, "Results saved to: data/results/").to_owned();
    let ran = place.ok(&["improve", "--results-file", &next, "--model", "market", "--seed", "4"]);
    let own = &saved(&place, &ran)["metadata"]["rejoinder"];
    assert!(own.get("baseline").is_none(), "{}", own["baseline"]["redone"]);
    let compared = place.ok(&["compare", SAMPLE, &next]);
    assert!(compared.out.contains("the same decision maker"), "{}", compared.out);
}

#[test]
fn a_message_that_was_checked_when_it_was_written_keeps_that_when_it_is_decided_on() {
    let place = Place::with_samples();
    place.ok(&[
        "generate",
        "--persona-file",
        "b2b_saas_personas_eval",
        "--messages-per-persona",
        "1",
        "--model",
        "market",
    ]);
    let name = "messages/b2b_saas_personas_eval_messages.json";
    let audits = |rows: &Value| -> Vec<Value> {
        rows.as_array().unwrap().iter().map(|row| row["rejoinder"]["audit"].clone()).collect()
    };
    let written = audits(&place.json(name));
    assert!(written.len() == 10 && written.iter().all(|audit| audit["auditor"].is_string()), "{written:?}");
    let ran = place.ok(&["decide", "--messages-file", "b2b_saas_personas_eval_messages", "--model", "market"]);
    assert_eq!(audits(&place.json(name)), written);
    assert!(ran.out.contains("Grounded: ") && ran.out.contains(" of 10)"), "{}", ran.out);
}

#[test]
fn rejoinders_own_findings_and_the_keys_of_others_survive_beside_each_other() {
    let place = Place::with_samples();
    let mut file = place.json(&format!("results/{SAMPLE}.json"));
    file["results"][0]["messages"][0]["rejoinder"] =
        json!({ "note": "ours", "audit": { "auditor": "00ff", "claims": [] } });
    file["results"][1]["messages"][0]["rejoinder"] = json!({ "audit": { "from": "a later version", "claims": 7 } });
    place.write("data/results/x_results.json", &file.to_string());
    // A challenger that cannot win: the incumbent's messages are what the new file holds.
    let ran = place.ok(&["improve", "--results-file", "x_results", "--model", "market", "--calls", "40"]);
    let next = saved(&place, &ran);
    let notes: BTreeMap<usize, &Value> =
        [0, 1].map(|at| (at, &next["results"][at]["messages"][0]["rejoinder"])).into_iter().collect();
    assert_eq!(notes[&0]["audit"]["auditor"], "00ff", "{notes:?}");
    place.ok(&["show", "x_results"]);
    place.ok(&["export", "x_results", "--format", "sft"]);
}

#[test]
fn exports_for_tuning_leave_out_what_is_made_up_and_say_what_was_not_checked() {
    let place = Place::with_samples();
    let claim = json!({ "start": 0, "end": 3, "kind": "figure", "verdict": "unsupported" });
    let messages: Vec<Value> = [
        json!({ "audit": { "auditor": "00ff", "claims": [] } }),
        json!({ "audit": { "auditor": "00ff", "claims": [claim] } }),
        Value::Null,
    ]
    .into_iter()
    .enumerate()
    .map(|(at, note)| {
        let decision = json!({ "decision": true, "reasoning": "r" });
        match note {
            Value::Null => json!({ "message": format!("message {at}"), "decision": decision }),
            note => json!({ "message": format!("message {at}"), "decision": decision, "rejoinder": note }),
        }
    })
    .collect();
    let file = json!({ "metadata": { "system_prompt": "Sell tea." }, "results": [{ "persona": "Ann", "messages": messages }] });
    place.write("data/results/x_results.json", &file.to_string());
    let ran = place.ok(&["export", "x_results", "--format", "sft"]);
    assert!(
        ran.out.contains("message 0") && !ran.out.contains("message 1") && ran.out.contains("message 2"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("the claims of 1 accepted message among these were not checked"), "{}", ran.err);
}

/// Everything that a file says but what names the market's port.
fn text(place: &Place) -> String {
    let name = place.files("results").into_iter().find(|name| name.contains("eval_results")).unwrap();
    let text = std::fs::read_to_string(place.data().join("results").join(name)).unwrap();
    let named = ["\"fingerprint\":", "\"writer\":", "\"run_id\":", "\"auditor\":"];
    text.lines().filter(|line| !named.iter().any(|key| line.contains(key))).collect::<Vec<_>>().join("\n")
}

fn over_http(place: &Place, market: &MarketProcess, more: &[&str]) -> std::process::Command {
    let model = EVALUATE.map(|word| if word == "market" { "anthropic/claude-sonnet-5-5" } else { word });
    let mut command = place.command(&[&model[..], more].concat());
    command.env("ANTHROPIC_BASE_URL", &market.url).env("SOURCE_DATE_EPOCH", "1760000000");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_run_that_is_killed_in_the_middle_of_audits_goes_on_to_the_same_file() {
    let market = MarketProcess::start(&["--latency-ms", "10"]);
    let undisturbed = Place::with_samples();
    assert!(over_http(&undisturbed, &market, &[]).output().unwrap().status.success());
    let place = Place::with_samples();
    let mut kills = 0;
    loop {
        let mut child = over_http(&place, &market, &[]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(90 + 35 * kills));
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        if !running || place.ok(&["runs"]).out.contains("finished") {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0);
    assert_eq!(text(&place), text(&undisturbed));
    // The journal tells what is known of the claims, batch by batch.
    let id = place.ok(&["runs"]).out.lines().find(|line| line.contains("evaluate")).unwrap().to_owned();
    let id = id
        .split_whitespace()
        .find(|word| word.len() > 4 && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .unwrap()
        .to_owned();
    let shown = place.ok(&["runs", "show", &id]).out;
    assert!(shown.contains("Trials, first: ") && shown.contains(" messages checked, "), "{shown}");
}

#[test]
fn with_message_batches_the_audits_go_in_batches_of_their_own_and_the_file_is_the_same() {
    let (online, batched) = (Place::with_samples(), Place::with_samples());
    let market = MarketProcess::start(&["--batch-turnaround-ms", "50"]);
    assert!(over_http(&online, &market, &[]).output().unwrap().status.success());
    let ran = Ran::of(&over_http(&batched, &market, &["--engine", "batches"]).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(text(&batched), text(&online));
    let usage = |place: &Place| {
        let name = place.files("results").into_iter().find(|name| name.contains("eval_results")).unwrap();
        place.json(&format!("results/{name}"))["metadata"]["rejoinder"]["usage"].clone()
    };
    assert_eq!(usage(&batched), usage(&online));
}

#[test]
fn a_dry_run_counts_audits_and_revisions() {
    let place = Place::with_samples();
    let dry = |arguments: &[&str]| place.ok(&[arguments, &["--dry-run"]].concat()).out;
    let out = dry(&EVALUATE);
    for line in [
        "20 calls of the generator (messages)",
        "20 calls of the auditor (claims of messages)",
        "10 calls of the generator (messages: every second one revised)",
        "10 calls of the auditor (claims of the revisions)",
        "20 calls of the decision maker (decisions on messages)",
        "In all 80 calls",
    ] {
        assert!(out.contains(line), "no {line:?} in\n{out}");
    }
    let out = dry(&[&EVALUATE[..], &["--ungrounded", "keep"]].concat());
    assert!(out.contains("In all 60 calls") && !out.contains("revis"), "{out}");
    let out = dry(&[&EVALUATE[..], &["--auditor", "none"]].concat());
    assert!(out.contains("In all 40 calls") && !out.contains("auditor"), "{out}");
    let generate = ["generate", "--persona-file", "b2b_saas_personas_eval", "--model", "market"];
    assert!(dry(&generate).contains("30 calls of the auditor"), "{}", dry(&generate));
    let improve = ["improve", "--results-file", SAMPLE, "--model", "market"];
    let out = dry(&improve);
    for line in [
        "claims of the older messages that got a yes",
        "claims of the messages of the search",
        "claims of the messages of the proof",
    ] {
        assert!(out.contains(line), "no {line:?} in\n{out}");
    }
    assert!(
        !dry(&[&improve[..], &["--objective", "response"]].concat()).contains("claims of the messages of the search")
    );
}
