//! What was paid for is not lost: kills, stops, limits, and going on.

#[path = "support/program.rs"]
mod program;

use std::process::{Child, Stdio};
use std::time::Duration;

use program::{MarketProcess, Place, Ran};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// Of an evaluation of ten personas with two messages each: two calls for each message.
const CALLS: u64 = 40;
const EVALUATE: [&str; 13] = [
    "evaluate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "2",
    "--concurrency",
    "4",
    "--model",
    "anthropic/claude-sonnet-5-5",
];

fn start(place: &Place, market: &MarketProcess, arguments: &[&str]) -> Child {
    place
        .command(arguments)
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("SOURCE_DATE_EPOCH", "1760000000")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

fn evaluate(place: &Place, market: &MarketProcess, more: &[&str]) -> Ran {
    let arguments: Vec<&str> = EVALUATE.iter().chain(more).copied().collect();
    ended(start(place, market, &arguments))
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

/// The one results file that an evaluation wrote.
fn written(place: &Place) -> String {
    let names: Vec<String> = place.files("results").into_iter().filter(|name| name.contains("eval_results")).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let text = std::fs::read_to_string(place.data().join("results").join(&names[0])).unwrap();
    // Each market has a port of its own, which is part of what judges and so of the run's id.
    let own = |line: &&str| !["\"fingerprint\":", "\"writer\":", "\"run_id\":"].iter().any(|key| line.contains(key));
    text.lines().filter(own).collect::<Vec<_>>().join("\n")
}

fn signal(child: &Child, name: &str) {
    assert!(std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_process_killed_again_and_again_repeats_no_recorded_call_and_ends_in_the_same_file() {
    let market = MarketProcess::start(&["--latency-ms", "15"]);
    let undisturbed = {
        let place = Place::with_samples();
        assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
        written(&place)
    };
    let mut moments = ChaCha8Rng::seed_from_u64(7);
    let (mut kills, mut rounds) = (0_u64, 0);
    while kills < 50 {
        rounds += 1;
        assert!(rounds < 120, "only {kills} kills hit a run");
        // A market of its own, whose counts are this run's; the same world.
        let market = MarketProcess::start(&["--latency-ms", "15"]);
        let place = Place::with_samples();
        let mut interrupted = 0;
        loop {
            let mut child = start(&place, &market, &EVALUATE);
            std::thread::sleep(Duration::from_millis(moments.random_range(5..220)));
            let running = child.try_wait().unwrap().is_none();
            child.kill().unwrap();
            let ran = ended(child);
            if !running {
                assert_eq!(ran.code, Some(0), "{}", ran.err);
                break;
            }
            interrupted += 1;
            // Killed on its way out, with everything done: the same command would begin another run.
            if place.ok(&["runs"]).out.contains("finished") {
                break;
            }
        }
        kills += interrupted;
        let counts = stats(&market);
        let answered = counts["answered"].as_u64().unwrap();
        // Only answers that were on their way when the process died can have been asked for again.
        assert!(answered - CALLS <= 4 * interrupted, "{answered} answers for {CALLS} calls, {interrupted} kills");
        assert!(written(&place) == undisturbed, "the file differs after {interrupted} kills");
    }
}

#[test]
fn a_stop_keeps_what_came_back_and_the_same_command_goes_on() {
    let market = MarketProcess::start(&["--latency-ms", "60"]);
    let place = Place::with_samples();
    let child = start(&place, &market, &EVALUATE);
    for _ in 0..500 {
        if stats(&market)["answered"].as_u64().unwrap() >= 4 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(&child, "-INT");
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(ran.err.contains("the same command goes on"), "{}", ran.err);
    let before = stats(&market)["answered"].as_u64().unwrap();
    assert!((1..CALLS).contains(&before), "{before}");
    assert!(place.ok(&["runs"]).out.contains("interrupted"));

    let ran = evaluate(&place, &market, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains(&format!("{before} answered calls found")), "{}", ran.err);
    let counts = stats(&market);
    assert_eq!((counts["answered"].as_u64(), counts["repeated"].as_u64()), (Some(CALLS), Some(0)));
    assert!(place.ok(&["runs"]).out.contains("finished"));
}

#[test]
fn a_limit_on_calls_is_kept_what_there_is_is_saved_and_the_run_goes_on() {
    let market = MarketProcess::start(&["--latency-ms", "5"]);
    let undisturbed = {
        let place = Place::with_samples();
        assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
        written(&place)
    };
    let market = MarketProcess::start(&["--latency-ms", "5"]);
    let place = Place::with_samples();
    let ran = evaluate(&place, &market, &["--max-calls", "17"]);
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--max-calls is reached"), "{}", ran.err);
    assert_eq!(stats(&market)["answered"], 17);
    assert!(written(&place).contains("\"partial\": \"--max-calls is reached; "));
    for name in place.files("results").into_iter().filter(|name| name.contains("eval_results")) {
        std::fs::remove_file(place.data().join("results").join(name)).unwrap();
    }
    assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
    assert_eq!(stats(&market)["answered"], CALLS);
    assert!(written(&place) == undisturbed);
}

#[test]
fn a_limit_on_cost_is_never_exceeded() {
    let market = MarketProcess::start(&["--latency-ms", "5"]);
    let place = Place::with_samples();
    // At most 8,192 tokens of output at 10 dollars a million: some 8 cents reserved for each call.
    let ran = evaluate(&place, &market, &["--max-cost", "0.1"]);
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    let runs = place.ok(&["runs", "show", &run_id(&place)]).out;
    // What the market answers costs nothing; the limit counts what the model would have cost: 2 and 10 dollars a million.
    let line = runs.lines().find(|line| line.starts_with("Answered: ")).unwrap();
    let number = |word: &str| word.replace(',', "").parse::<f64>().ok();
    let numbers: Vec<f64> = line.split_whitespace().filter_map(number).collect();
    let cost = (2.0 * numbers[1] + 10.0 * numbers[2]) / 1e6;
    assert!(cost > 0.0 && cost <= 0.1, "{runs}");
    assert!(runs.contains("Cost: $0"), "{runs}");
    let unknown = ended(start(
        &place,
        &market,
        &["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "claude-unheard-of", "--max-cost", "1"],
    ));
    // The market is known to charge nothing, whatever the model is called.
    assert_eq!(unknown.code, Some(0), "{}", unknown.err);
}

#[test]
fn a_finished_run_is_finished_and_fresh_starts_over() {
    let market = MarketProcess::start(&[]);
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
    let first = written(&place);
    assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
    assert_eq!(stats(&market)["answered"], 2 * CALLS);
    let names: Vec<String> = place.files("results").into_iter().filter(|name| name.contains("eval_results")).collect();
    assert_eq!(names.len(), 2);
    let second = std::fs::read_to_string(place.data().join("results").join(&names[1])).unwrap();
    let messages = |text: &str| text.lines().filter(|line| line.contains("\"message\":")).map(str::to_owned).collect();
    let (first, second): (Vec<String>, Vec<String>) = (messages(&first), messages(&second));
    assert!(first.len() == second.len() && first != second, "the second run repeats the first one's samples");

    let ran = evaluate(&place, &market, &["--max-calls", "3"]);
    assert_eq!(ran.code, Some(8));
    let ran = evaluate(&place, &market, &["--fresh", "--max-calls", "1"]);
    assert!(!ran.err.contains("Going on"), "{}", ran.err);
    assert!(place.ok(&["runs"]).out.contains("given up"));
}

#[test]
fn two_processes_on_one_folder_both_work_and_repeat_none_of_each_others_calls() {
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let place = Place::with_samples();
    // Who wants a run beside another says so; which of the two comes first is not known.
    let both = ["76", "77"].map(|seed| start(&place, &market, &[&EVALUATE[..], &["--seed", seed]].concat()));
    for child in both {
        let ran = ended(child);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    let counts = stats(&market);
    assert_eq!((counts["answered"].as_u64(), counts["repeated"].as_u64()), (Some(2 * CALLS), Some(0)));
}

#[test]
fn runs_are_shown_resumed_and_pruned() {
    let market = MarketProcess::start(&[]);
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, &market, &["--max-calls", "5"]).code, Some(8));
    let id = run_id(&place);
    let shown = place.ok(&["runs", "show", &id[..5]]).out;
    assert!(shown.contains("State: interrupted") && shown.contains("Answered: 5 calls"), "{shown}");
    // Its own limit comes back with its command line, and is reached; another may take its place.
    let ran = ended(start(&place, &market, &["runs", "resume", &id]));
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert_eq!(stats(&market)["answered"], 5);
    let ran = ended(start(&place, &market, &["runs", "resume", &id, "--max-calls", "10"]));
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert_eq!(stats(&market)["answered"], 10);
    let ran = place.ok(&["runs", "prune", &id]);
    assert!(ran.out.contains("Pruned: 1 run"), "{}", ran.out);
    assert_eq!(place.ok(&["runs"]).out, "No runs yet.\n");
}

#[test]
fn cycles_that_were_complete_before_a_kill_are_not_run_again() {
    let market = MarketProcess::start(&["--latency-ms", "10"]);
    let place = Place::with_samples();
    let arguments = [
        "improve",
        "--results-file",
        "b2b_saas_personas_train_results_20250802_144126",
        "--cycles",
        "3",
        "--model",
        "anthropic/claude-sonnet-5-5",
    ];
    let first = "b2b_saas_personas_train_results_improvement_run_v1.json";
    let mut child = start(&place, &market, &arguments);
    for _ in 0..3_000 {
        // What is adopted is saved at that moment, and marked until the new messages are there.
        let text = std::fs::read_to_string(place.data().join("results").join(first)).unwrap_or_default();
        if !text.is_empty() && !text.contains("\"partial\"") {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = std::fs::read(place.data().join("results").join(first)).unwrap();
    let ran = ended(start(&place, &market, &arguments));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("Cycle 1 was complete already"), "{}", ran.err);
    let versions: Vec<String> = place
        .files("results")
        .into_iter()
        .filter(|name| name.contains("improvement") && name.ends_with(".json"))
        .collect();
    assert_eq!(versions.len(), 3, "{versions:?}");
    assert_eq!(std::fs::read(place.data().join("results").join(first)).unwrap(), kept);
}

#[test]
fn a_journal_that_cannot_be_used_is_said_in_one_line_before_anything_is_sent() {
    let market = MarketProcess::start(&[]);
    let place = Place::with_samples();
    place.write("data/journal.db", "this is no journal, whatever it is called, and it is long enough to be looked at");
    let ran = evaluate(&place, &market, &[]);
    assert_eq!(ran.code, Some(7), "{}", ran.err);
    assert!(ran.err.contains("damaged or no journal"), "{}", ran.err);
    assert_eq!(stats(&market)["requests"], 0);
}

fn run_id(place: &Place) -> String {
    place.run_id("")
}
