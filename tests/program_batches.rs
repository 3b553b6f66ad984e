//! `--engine batches` as a person meets it: the same files as without, and nothing paid for twice.

#[path = "support/gateway.rs"]
mod gateway;
#[path = "support/program.rs"]
mod program;

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gateway::{DECISION, Gateway, MESSAGE, Response};
use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};

/// Of an evaluation of ten personas with two messages each: two calls for each message.
const CALLS: u64 = 40;
const EVALUATE: [&str; 11] = [
    "evaluate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "2",
    "--model",
    "anthropic/claude-sonnet-5-5",
];
const FAST: [&str; 2] = ["--batch-turnaround-ms", "100"];

fn command(place: &Place, market: &MarketProcess, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("SOURCE_DATE_EPOCH", "1760000000")
        .env_remove("REJOINDER_ENGINE");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn evaluate(place: &Place, market: &MarketProcess, more: &[&str]) -> Ran {
    let arguments: Vec<&str> = EVALUATE.iter().chain(more).copied().collect();
    Ran::of(&command(place, market, &arguments).output().unwrap())
}

fn start(place: &Place, market: &MarketProcess, more: &[&str]) -> Child {
    let arguments: Vec<&str> = EVALUATE.iter().chain(more).copied().collect();
    command(place, market, &arguments).spawn().unwrap()
}

fn stats(market: &MarketProcess) -> Value {
    use std::io::{Read, Write};
    let address = market.url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET /stats HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    serde_json::from_str(&text[text.find('{').unwrap()..=text.rfind('}').unwrap()]).unwrap()
}

fn count(market: &MarketProcess, name: &str) -> u64 {
    stats(market)[name].as_u64().unwrap()
}

/// The one results file that a command wrote beside those that were there, without what names the market's port.
fn written(place: &Place, part: &str) -> String {
    let names: Vec<String> = place.files("results").into_iter().filter(|name| name.contains(part)).collect();
    let names: Vec<&String> = names.iter().filter(|name| name.ends_with(".json")).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let text = std::fs::read_to_string(place.data().join("results").join(names[0])).unwrap();
    let own = |line: &&str| !["\"fingerprint\":", "\"writer\":", "\"run_id\":"].iter().any(|key| line.contains(key));
    text.lines().filter(own).collect::<Vec<_>>().join("\n")
}

/// The file of an evaluation that nothing disturbed and that sent call by call.
fn undisturbed() -> String {
    let (market, place) = (MarketProcess::start(&[]), Place::with_samples());
    let ran = evaluate(&place, &market, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(count(&market, "batches"), 0);
    written(&place, "eval_results")
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until the market has taken so many batches.
fn wait_for_batches(market: &MarketProcess, wanted: u64) {
    for _ in 0..1000 {
        if count(market, "batches") >= wanted {
            // The client notes its name.
            std::thread::sleep(Duration::from_millis(150));
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no batch came");
}

#[test]
fn an_evaluation_and_a_cycle_give_the_files_that_they_give_without_batches() {
    let market = MarketProcess::start(&FAST);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(written(&place, "eval_results"), undisturbed());
    let counts = stats(&market);
    // Two stages, two batches, and nothing online.
    assert_eq!((counts["batches"].as_u64(), counts["batched"].as_u64()), (Some(2), Some(CALLS)));
    assert_eq!((counts["requests"].as_u64(), counts["repeated"].as_u64()), (Some(0), Some(0)));
    assert!(place.ok(&["runs"]).out.contains("finished"));

    let improve = |engine: &str, market: &MarketProcess| {
        let place = Place::with_samples();
        let results = "b2b_saas_personas_train_results_20250802_144126";
        let model = "anthropic/claude-sonnet-5-5";
        let arguments = ["improve", "--results-file", results, "--model", model, "--engine", engine];
        let ran = Ran::of(&command(&place, market, &arguments).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        written(&place, "_improvement_run_v1")
    };
    let market = MarketProcess::start(&["--batch-turnaround-ms", "0"]);
    let (local, batches) = (improve("local", &market), improve("batches", &market));
    assert!(local == batches, "the files differ");
    let counts = stats(&market);
    assert_eq!(counts["answered"].as_u64().unwrap(), 2 * counts["repeated"].as_u64().unwrap(), "the same calls, twice");
    assert_eq!(counts["batched_again"].as_u64(), Some(0));
}

#[test]
fn a_process_that_is_killed_while_a_batch_is_open_collects_it_when_the_run_goes_on() {
    let expected = undisturbed();
    let market = MarketProcess::start(&["--batch-turnaround-ms", "1500"]);
    let place = Place::with_samples();
    for stage in 1..=2 {
        let mut child = start(&place, &market, &["--engine", "batches"]);
        wait_for_batches(&market, stage);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(place.ok(&["runs"]).out.contains("interrupted"));
    }
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("20 requests of it are waited for or collected"), "{}", ran.err);
    assert_eq!(written(&place, "eval_results"), expected);
    let counts = stats(&market);
    assert_eq!((counts["batches"].as_u64(), counts["batched"].as_u64()), (Some(2), Some(CALLS)));
    assert_eq!((counts["batched_again"].as_u64(), counts["requests"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn a_stop_without_a_terminal_leaves_the_batches_and_says_how_to_collect_them() {
    let market = MarketProcess::start(&["--batch-turnaround-ms", "2000"]);
    let place = Place::with_samples();
    let child = start(&place, &market, &["--engine", "batches"]);
    wait_for_batches(&market, 1);
    signal(&child, "-INT");
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(
        ran.err.contains("1 message batch with 20 requests left under way (msgbatch_simulated_000001)"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("give the same command again within 29 days"), "{}", ran.err);
    // Without the engine it would be paid for twice, and that is said.
    let ran = evaluate(&place, &market, &["--max-calls", "0"]);
    assert!(ran.err.contains("1 message batch of this run with 20 requests are under way"), "{}", ran.err);
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!((count(&market, "batched"), count(&market, "batched_again")), (CALLS, 0));
    assert_eq!(written(&place, "eval_results"), undisturbed());
}

#[test]
fn errors_expiry_and_broken_exchanges_cost_no_trial_and_no_answer_is_paid_for_twice() {
    let expected = undisturbed();
    let faults = "create.reset-in-body@1,create.overloaded@2,look.server-error@2,look.rate-limit@4,look.html@5,\
                  results.reset-in-body@1,results.reset-before@3";
    let market = MarketProcess::start(&[
        "--batch-turnaround-ms",
        "50",
        "--batch-errored",
        "0.2",
        "--batch-expired",
        "0.1",
        "--batch-faults",
        faults,
    ]);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--engine", "batches", "--retries", "30"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let strip = |text: &str| text.lines().filter(|line| !line.contains("retries")).collect::<Vec<_>>().join("\n");
    assert_eq!(strip(&written(&place, "eval_results")), strip(&expected));
    let counts = stats(&market);
    assert!(counts["batched_again"].as_u64().unwrap() > 0, "{counts}");
    assert_eq!((counts["answered"].as_u64(), counts["repeated"].as_u64()), (Some(CALLS), Some(0)), "{counts}");
    assert_eq!(counts["faults"]["reset-in-body"].as_u64(), Some(2), "{counts}");
}

#[test]
fn what_fails_for_good_fails_its_trials_with_its_reason() {
    let market = MarketProcess::start(&["--batch-turnaround-ms", "10", "--batch-errored", "1"]);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--engine", "batches", "--retries", "1"]);
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    assert!(
        ran.out.contains("api_error: Internal server error") || ran.err.contains("api_error"),
        "{}{}",
        ran.out,
        ran.err
    );
    // Asked once, and once again.
    assert_eq!((count(&market, "batched"), count(&market, "batched_again")), (40, 20));
}

/// A host of batches that refuses, with these words, requests in which a part is found: among the results of a batch,
/// or the batch itself.
fn picky(words: &'static str, has: fn(&Value) -> bool, refuses_whole: bool) -> (Gateway, Arc<Mutex<Vec<usize>>>) {
    let batches: Arc<Mutex<Vec<Vec<Value>>>> = Arc::default();
    let refused = Arc::new(Mutex::new(Vec::new()));
    let error = move || json!({ "type": "error", "error": { "type": "invalid_request_error", "message": words } });
    let batch = |number: usize| {
        Response::json(200, json!({ "id": format!("msgbatch_{number}"), "processing_status": "ended" }))
    };
    let (known, counts) = (Arc::clone(&batches), Arc::clone(&refused));
    let create = move |request: &gateway::Request| {
        assert!(request.path.ends_with("/batches"), "{} is sent online", request.path);
        let requests = request.body["requests"].as_array().expect("a whole body").clone();
        let count = requests.iter().filter(|request| has(&request["params"])).count();
        counts.lock().unwrap().push(count);
        if refuses_whole && count > 0 {
            return Response::json(400, error());
        }
        let mut batches = known.lock().unwrap();
        batches.push(requests);
        batch(batches.len() - 1)
    };
    let get = move |path: &str| {
        let Some((_, rest)) = path.split_once("msgbatch_") else {
            return Response::json(200, json!({ "data": [], "has_more": false }));
        };
        let (number, is_results) = (rest.split('/').next().unwrap().parse().unwrap(), rest.ends_with("/results"));
        if !is_results {
            return batch(number);
        }
        let line = |request: &Value| {
            let text = if request.to_string().contains("Do you say yes") { DECISION } else { MESSAGE };
            let message = json!({
                "type": "message", "stop_reason": "end_turn", "content": [{ "type": "text", "text": text }],
                "usage": { "input_tokens": 300, "output_tokens": 60 },
            });
            let result = if has(&request["params"]) {
                json!({ "type": "errored", "error": error() })
            } else {
                json!({ "type": "succeeded", "message": message })
            };
            json!({ "custom_id": request["custom_id"], "result": result }).to_string() + "\n"
        };
        Response::new(200, batches.lock().unwrap()[number].iter().map(line).collect::<String>())
    };
    (Gateway::with_get(create, get), refused)
}

#[test]
fn a_part_that_a_host_refuses_in_a_batch_is_left_out_and_that_is_remembered() {
    type Has = fn(&Value) -> bool;
    let has_format: Has = |params| params.get("output_config").is_some();
    let has_list: Has = |params| params["system"].is_array();
    let has_system: Has = |params| params.get("system").is_some();
    for (words, has, refuses_whole, counts) in [
        // Messages first; then decisions, which are refused in one batch and asked in the next.
        ("output_config: Extra inputs are not permitted", has_format, false, vec![0, 10, 0]),
        ("system: Input should be a valid string", has_list, false, vec![10, 0, 0]),
        // Plain text is tried before it moves.
        ("system: Extra inputs are not permitted", has_system, false, vec![10, 10, 0, 0]),
        ("requests.0.params.system: Input should be a valid string", has_list, true, vec![10, 0, 0]),
    ] {
        let (host, refused) = picky(words, has, refuses_whole);
        let place = Place::with_samples();
        let run = || {
            let arguments = [&EVALUATE[..5], &["--persona-file", "b2b_saas_personas_eval", "--engine", "batches"]];
            let model = ["--messages-per-persona", "1", "--model", "anthropic/claude-sonnet-5-5", "--fresh"];
            let mut command = place.command(&[arguments.concat(), model.to_vec()].concat());
            command.env("ANTHROPIC_BASE_URL", &host.url).env("ANTHROPIC_API_KEY", "sk-test");
            Ran::of(&command.output().unwrap())
        };
        let ran = run();
        assert_eq!(ran.code, Some(0), "{words}\n{}{}", ran.out, ran.err);
        assert!(ran.out.contains("Failed trials: none"), "{words}\n{}", ran.out);
        assert_eq!(ran.err.matches("does not take").count(), counts.iter().filter(|n| **n > 0).count(), "{}", ran.err);
        assert_eq!(*refused.lock().unwrap(), counts, "{words}\n{}", ran.err);
        // Another run asks in the form that was accepted.
        refused.lock().unwrap().clear();
        assert_eq!(run().code, Some(0));
        assert_eq!(*refused.lock().unwrap(), [0, 0], "{words}");
    }
}

#[test]
fn an_urgent_run_sends_its_tail_online() {
    let market = MarketProcess::start(&["--batch-turnaround-ms", "60000"]);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--engine", "batches", "--urgent"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Twenty messages are no round that is worth a batch.
    assert_eq!((count(&market, "batches"), count(&market, "answered")), (0, CALLS));
    assert_eq!(written(&place, "eval_results"), undisturbed());
}

#[test]
fn a_limit_is_kept_and_the_run_goes_on_from_there() {
    let market = MarketProcess::start(&FAST);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--engine", "batches", "--max-calls", "30"]);
    assert_eq!(ran.code, Some(8), "{}", ran.err);
    assert_eq!(count(&market, "batched"), 30);
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!((count(&market, "batched"), count(&market, "batched_again")), (CALLS, 0));
}

#[test]
fn results_that_are_gone_are_asked_anew_and_that_is_said() {
    let market = MarketProcess::start(&["--batch-turnaround-ms", "1500", "--batch-kept", "1"]);
    let place = Place::with_samples();
    let mut child = start(&place, &market, &["--engine", "batches"]);
    wait_for_batches(&market, 1);
    child.kill().unwrap();
    child.wait().unwrap();
    std::thread::sleep(Duration::from_millis(2800));
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("are gone") && ran.err.contains("20 requests are asked anew"), "{}", ran.err);
}

#[test]
fn what_cannot_go_with_batches_is_said_in_one_line() {
    let place = Place::with_samples();
    let persona = "b2b_saas_personas_eval";
    let run = |more: &[&str]| {
        let arguments = [&["evaluate", "--persona-file", persona][..], more].concat();
        let ran = place.run(&arguments);
        assert_eq!(ran.code, Some(2), "{more:?} {}", ran.err);
        ran.err.lines().last().unwrap_or_default().to_owned()
    };
    let lines = [
        run(&["--model", "market", "--engine", "batches"]),
        run(&["--model", "ollama/qwen", "--engine", "batches"]),
        run(&["--model", "market", "--urgent"]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    error: --engine batches: the model of the generator, market, has no message batches; to try them without a key, start `rejoinder market` and use --model anthropic/claude-sonnet-5-5 with ANTHROPIC_BASE_URL=http://127.0.0.1:8088
    error: --engine batches: the model of the generator, ollama/qwen, has no message batches; use an anthropic/ model for it, or leave out --engine batches
    error: --urgent sends the tail of message batches online: add --engine batches
    ");
    let ran = Ran::of(
        &place
            .command(&["evaluate", "--persona-file", persona, "--model", "market"])
            .env("REJOINDER_ENGINE", "cloud")
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("write local, batches or restate"), "{}", ran.err);

    // A host without them, such as a local server that speaks the Messages API.
    let market = MarketProcess::start(&["--batch-faults", "look.status:404=1,create.status:404=1"]);
    let ran = evaluate(&place, &market, &["--engine", "batches"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("takes no message batches"), "{}", ran.err);
}

#[test]
fn a_dry_run_counts_at_the_price_of_batches() {
    let place = Place::with_samples();
    let dry = |more: &[&str]| {
        let arguments = [&EVALUATE[..], &["--dry-run"], more].concat();
        let out = place.ok(&arguments).out;
        let line = out.lines().find(|line| line.contains("In all")).unwrap().to_owned();
        let dollars: f64 = line.split('$').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        (dollars, line)
    };
    let (full, _) = dry(&[]);
    let (half, line) = dry(&["--engine", "batches"]);
    assert!((half / full - 0.5).abs() < 0.1, "{half} {full}");
    assert!(line.contains("trials with message batches at half of them"), "{line}");
}
