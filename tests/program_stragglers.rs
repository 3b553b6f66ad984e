//! A call that takes far longer than the others, as the program meets it over HTTP.

#[path = "support/program.rs"]
mod program;

use program::{MarketProcess, Place, Ran};
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

/// An evaluation against a market with this fault: what it said, what the market counted, what it wrote, and its line in
/// the list of runs.
struct Evaluated {
    ran: Ran,
    counts: Value,
    file: String,
    runs: String,
}

fn evaluate(fault: &str, more: &[&str], variables: &[(&str, &str)]) -> Evaluated {
    let market = MarketProcess::start(&["--latency-ms", "5", "--faults", fault]);
    let place = Place::with_samples();
    // Far enough for a market on this machine, also where the machine is busy.
    place.write("rejoinder.toml", "straggler_seconds = 2\n");
    let arguments: Vec<&str> = EVALUATE.iter().chain(more).copied().collect();
    let mut command = place.command(&arguments);
    command.env("ANTHROPIC_BASE_URL", &market.url).env("SOURCE_DATE_EPOCH", "1760000000");
    command.envs(variables.iter().copied());
    let ran = Ran::of(&command.output().unwrap());
    Evaluated { ran, counts: stats(&market), file: written(&place), runs: place.ok(&["runs"]).out }
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

fn written(place: &Place) -> String {
    let names: Vec<String> = place.files("results").into_iter().filter(|name| name.contains("eval_results")).collect();
    let [name] = names.as_slice() else { panic!("{names:?}") };
    let text = std::fs::read_to_string(place.data().join("results").join(name)).unwrap();
    // Each market has a port of its own, which is part of what judges and so of the run's id.
    let own = |line: &&str| !["\"fingerprint\":", "\"writer\":", "\"run_id\":"].iter().any(|key| line.contains(key));
    text.lines().filter(own).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_ends_though_one_call_is_never_answered_and_its_file_is_that_of_an_undisturbed_run() {
    let undisturbed = evaluate("", &[], &[]);
    assert_eq!(undisturbed.counts["requests"], CALLS);
    assert!(!undisturbed.ran.out.contains("hedged"), "{}", undisturbed.ran.out);
    let check = |index: u64, arguments: &[&str], variables: &[(&str, &str)]| {
        let hedged = evaluate(&format!("hang@{index}"), arguments, variables);
        let Ran { code, out, err } = &hedged.ran;
        assert_eq!(*code, Some(0), "{out}{err}");
        assert!(out.contains("1 call hedged (which may be billed twice)"), "{out}");
        assert_eq!((&hedged.counts["requests"], &hedged.counts["answered"]), (&(CALLS + 1).into(), &CALLS.into()));
        assert!(hedged.file == undisturbed.file, "{}", hedged.file);
    };
    std::thread::scope(|all| {
        all.spawn(|| check(40, &[], &[]));
        all.spawn(|| check(30, &["--stragglers", "auto"], &[("REJOINDER_STRAGGLERS", "wait")]));
        all.spawn(|| check(40, &[], &[("REJOINDER_STRAGGLERS", "hedge")]));
        all.spawn(|| check(25, &["--stragglers", "hedge"], &[]));
    });
}

#[test]
fn an_answer_that_is_dropped_is_in_no_count_of_ours() {
    let hedged = evaluate("slow-body:600@38", &["--stragglers", "hedge"], &[]);
    assert_eq!(hedged.ran.code, Some(0), "{}", hedged.ran.err);
    // The market has answered both, the second time with the same text for the same key.
    assert_eq!((&hedged.counts["answered"], &hedged.counts["repeated"]), (&(CALLS + 1).into(), &1.into()));
    assert!(hedged.ran.out.contains("in 40 calls, 1 call hedged"), "{}", hedged.ran.out);
    assert!(hedged.runs.contains(" 40 ") && !hedged.runs.contains(" 41 "), "{}", hedged.runs);
}

#[test]
fn a_limit_on_calls_leaves_no_room_for_a_second_send() {
    let limited = evaluate("slow-body:4@40", &["--stragglers", "hedge", "--max-calls", "40"], &[]);
    assert_eq!(limited.ran.code, Some(0), "{}", limited.ran.err);
    assert_eq!((&limited.counts["requests"], &limited.counts["answered"]), (&CALLS.into(), &CALLS.into()));
}

#[test]
fn what_is_waited_for_is_named_and_asked_once() {
    let waited = evaluate("slow-body:9@38", &["--stragglers", "wait"], &[]);
    assert_eq!((waited.ran.code, &waited.counts["requests"]), (Some(0), &CALLS.into()), "{}", waited.ran.err);
    assert!(waited.ran.err.contains(" 1 call has taken over "), "{}", waited.ran.err);
    assert!(!waited.ran.out.contains("hedged") && !waited.ran.out.contains("repeated"), "{}", waited.ran.out);
}

#[test]
fn what_is_cut_is_asked_again_and_the_reason_is_said() {
    let cut = evaluate("hang@30", &["--stragglers", "cut", "--verbose"], &[]);
    assert_eq!((cut.ran.code, &cut.counts["requests"]), (Some(0), &(CALLS + 1).into()), "{}", cut.ran.err);
    assert!(cut.ran.err.contains("far beyond the usual time of a "), "{}", cut.ran.err);
    assert!(cut.ran.out.contains("1 send repeated"), "{}", cut.ran.out);
}

#[test]
fn what_is_no_remedy_is_refused_wherever_it_stands() {
    let place = Place::with_samples();
    let evaluate = |more: &[&str]| {
        let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market"];
        place.run(&[&arguments, more].concat())
    };
    let refused = |ran: Ran, word: &str| assert!(ran.code == Some(2) && ran.err.contains(word), "{}", ran.err);
    refused(evaluate(&["--stragglers", "often"]), "write wait, hedge, cut or auto");
    place.write("rejoinder.toml", "stragglers = \"often\"\n");
    refused(evaluate(&[]), "write wait, hedge, cut or auto");
    assert_eq!(evaluate(&["--stragglers", "wait"]).code, Some(0));
    place.write("rejoinder.toml", "straggler_seconds = 0\n");
    refused(evaluate(&[]), "straggler_seconds");
}
