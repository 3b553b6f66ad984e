//! Every fault of the market's server at every call of a small run, one at a time and in storms: the run ends, and every
//! trial is either decided or listed as failed for the true reason.

#[path = "support/faults.rs"]
mod faults;
#[path = "support/program.rs"]
mod program;
#[path = "support/served.rs"]
mod served;
#[path = "support/storm.rs"]
mod storm;

use std::collections::BTreeSet;
use std::sync::Mutex;

use faults::{Effect, KNOWN, Known};
use program::{Place, Ran};
use rejoinder::model::market::serve::Fault;
use serde_json::Value;
use served::Served;

/// Calls of an evaluation of two personas with one message each, at concurrency 1 in this order: message, decision,
/// message, decision.
const EVALUATION: u64 = 4;
/// Calls of a cycle on two messages: both decided again, the rewrite, and then as in an evaluation.
const CYCLE: u64 = 7;
/// Both wire formats.
const MODELS: [&str; 2] = ["anthropic/claude-sonnet-5-5", "openai/any"];

/// A folder with two personas and a results file of theirs.
fn two() -> Place {
    let place = Place::with_samples();
    let mut results = place.json("results/b2b_saas_personas_train_results_20250802_144126.json");
    let both: Vec<Value> = results["results"].as_array().unwrap()[..2].to_vec();
    let personas: Vec<Value> = both.iter().map(|entry| entry["persona"].clone()).collect();
    place.write("data/personas/two.json", &Value::from(personas).to_string());
    results["metadata"]["persona_file"] = "two.json".into();
    results["results"] = Value::from(both);
    place.write("data/results/two_results.json", &results.to_string());
    place
}

fn run(place: &Place, market: &Served, model: &str, arguments: &[&str], retries: u32, timeout: u32) -> Ran {
    let (retries, timeout) = (retries.to_string(), timeout.to_string());
    let common = ["--concurrency", "1", "--model", model, "--retries", &retries, "--timeout", &timeout];
    let output = place
        .command(&[arguments, &common].concat())
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("OPENAI_BASE_URL", format!("{}/v1", market.url))
        .output()
        .unwrap();
    Ran::of(&output)
}

fn evaluate(place: &Place, market: &Served, model: &str, retries: u32, timeout: u32) -> Ran {
    let arguments = [
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "two",
        "--messages-per-persona",
        "1",
    ];
    run(place, market, model, &arguments, retries, timeout)
}

fn improve(place: &Place, market: &Served, model: &str, retries: u32, timeout: u32) -> Ran {
    let arguments =
        ["improve", "--results-file", "two_results", "--rejudge", "always", "--challengers", "1", "--calls", "40"];
    run(place, market, model, &arguments, retries, timeout)
}

/// The file that a run says it has saved, whole.
fn saved(place: &Place, ran: &Ran) -> Option<Value> {
    let name = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/"))?;
    Some(place.json(name))
}

fn failures(file: &Value) -> Vec<(u64, String, String)> {
    let listed = file["metadata"]["rejoinder"]["failures"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    listed.iter().map(|f| (f["persona"].as_u64().unwrap(), text(&f["stage"]), text(&f["reason"]))).collect()
}

/// Where the N-th call of an evaluation belongs: persona and stage.
fn place_of(call: u64) -> (u64, &'static str) {
    ((call - 1) / 2, if call % 2 == 1 { "generate" } else { "decide" })
}

/// A second is long for a market on this machine, yet a busy machine may need it: only what must time out gets so little.
fn timeout(known: &Known) -> u32 {
    if known.is_slow() { 1 } else { 60 }
}

/// Runs all cases on a few threads, since most of a case is waiting, and shows every one that went wrong.
fn each<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().unwrap().next() else { return };
                    check(case);
                }
            });
        }
    });
}

/// Every fault at every call, through either wire format in turn.
fn cases(calls: u64) -> Vec<(&'static Known, u64, &'static str)> {
    let all = KNOWN.iter().flat_map(|known| (1..=calls).map(move |call| (known, call)));
    all.enumerate().map(|(index, (known, call))| (known, call, MODELS[(index + call as usize) % 2])).collect()
}

#[test]
fn every_fault_that_the_server_knows_is_tried() {
    let tried: BTreeSet<&str> = KNOWN.iter().map(|known| known.fault.split(':').next().unwrap()).collect();
    for (name, _) in Fault::help() {
        assert!(tried.contains(name.split(':').next().unwrap()), "{name} is not among the faults that are tried");
    }
}

#[test]
fn without_faults_the_small_runs_take_the_calls_that_these_tests_count_on() {
    for model in MODELS {
        let (place, market) = (two(), Served::with_faults(""));
        assert_eq!(evaluate(&place, &market, model, 0, 60).code, Some(0));
        assert_eq!(market.stats().answered, EVALUATION);
    }
}

#[test]
fn a_fault_at_any_call_of_an_evaluation_fails_that_trial_for_its_true_reason_and_no_other() {
    each(&cases(EVALUATION), |(known, call, model)| {
        let place = two();
        // What cannot be used is asked for three times in all: it must strike three times to fail a trial.
        let (persona, stage) = place_of(*call);
        let spoils = match known.effect {
            Effect::Unusable => true,
            Effect::UnusableDecision => stage == "decide",
            _ => false,
        };
        let last = if spoils { call + 2 } else { *call };
        let faults = format!("{}@{call}-{last}", known.fault);
        let market = Served::with_faults(&faults);
        let ran = evaluate(&place, &market, model, 0, timeout(known));
        let said = format!("{faults} {model}\n{}\n{}", ran.out, ran.err);
        let stats = market.stats_at_rest();
        assert_eq!(stats.repeated, 0, "{said}");
        let file = saved(&place, &ran);
        let decided = file.as_ref().map_or(0, |file| file["metadata"]["total_messages"].as_u64().unwrap());
        let failed = file.as_ref().map(failures).unwrap_or_default();
        match known.effect {
            Effect::Harmless => assert_eq!((ran.code, decided, failed.len()), (Some(0), 2, 0), "{said}"),
            Effect::UnusableDecision if !spoils => {
                assert_eq!((ran.code, decided, failed.len()), (Some(0), 2, 0), "{said}");
            }
            // Which call is hit, if any, is for the network to say.
            Effect::HitsTheNext => {
                assert_eq!((ran.code, decided + failed.len() as u64), (Some(0), 2), "{said}");
                assert!(failed.iter().all(|(_, _, reason)| known.is_named_in(reason)), "{said}");
            }
            Effect::Ends => {
                assert_eq!(ran.code, Some(4), "{said}");
                assert!(known.is_named_in(&ran.err), "the host's words are the reason: {said}");
                match &file {
                    // Not even a message: there is nothing to keep, and nothing to say but why.
                    None => assert!(*call == 1 && ran.out.trim().is_empty(), "{said}"),
                    Some(file) => {
                        let partial = file["metadata"]["rejoinder"]["partial"].as_str().unwrap();
                        let left = 2 - decided - failed.len() as u64;
                        assert!(partial.ends_with(&format!("; {left} trials were not run")), "{partial}: {said}");
                        assert_eq!(failed.len(), 1, "{said}");
                        assert!(known.is_named_in(&failed[0].2), "{said}");
                    }
                }
                assert_eq!(stats.answered, call - 1, "a call was sent to a host that had refused: {said}");
                // The account is in order again: the run goes on, and nothing that was answered is asked again.
                let ran = evaluate(&place, &market, model, 0, 60);
                let file = saved(&place, &ran).unwrap();
                assert_eq!((ran.code, &file["metadata"]["total_messages"]), (Some(0), &2.into()), "{}", ran.err);
                assert_eq!((market.stats().answered, market.stats().repeated), (EVALUATION, 0), "{said}");
            }
            Effect::Fails | Effect::Refused | Effect::Unusable | Effect::UnusableDecision | Effect::UnusableJson => {
                assert_eq!((ran.code, decided), (Some(0), 1), "{said}");
                let [(of, at, reason)] = failed.as_slice() else { panic!("{said}") };
                assert_eq!((*of, at.as_str()), (persona, stage), "{said}");
                assert!(known.is_named_in(reason), "{reason:?} does not say what happened: {said}");
                assert!(!reason.contains('\n') && ran.out.contains("Failed trials: 1 (in no rate)"), "{said}");
                assert_eq!(reason.ends_with(" (asked 3 times)"), spoils, "{said}");
            }
        }
    });
}

#[test]
fn with_one_retry_a_single_fault_at_any_call_of_an_evaluation_costs_no_trial() {
    let passing = |effect| !matches!(effect, Effect::Ends | Effect::Refused);
    let cases: Vec<_> = cases(EVALUATION).into_iter().filter(|(known, ..)| passing(known.effect)).collect();
    each(&cases, |(known, call, model)| {
        let place = two();
        let faults = format!("{}@{call}", known.fault);
        let market = Served::with_faults(&faults);
        let ran = evaluate(&place, &market, model, 1, timeout(known));
        let said = format!("{faults} {model}\n{}\n{}", ran.out, ran.err);
        let file = saved(&place, &ran).unwrap();
        assert_eq!((ran.code, &file["metadata"]["total_messages"]), (Some(0), &2.into()), "{said}");
        assert!(failures(&file).is_empty(), "{said}");
        let stats = market.stats_at_rest();
        // An answer that was lost on the way is asked for again with the key that it was asked for with; nothing else is.
        if known.effect != Effect::HitsTheNext {
            assert_eq!(stats.repeated, u64::from(known.answered), "{said}");
        }
    });
}

#[test]
fn a_fault_at_any_call_of_a_cycle_ends_in_a_file_or_in_the_true_reason() {
    each(&cases(CYCLE), |(known, call, model)| {
        let place = two();
        let spoils = matches!(known.effect, Effect::Unusable | Effect::UnusableDecision);
        let last = if spoils { call + 2 } else { *call };
        let faults = format!("{}@{call}-{last}", known.fault);
        let market = Served::with_faults(&faults);
        let ran = improve(&place, &market, model, 0, timeout(known));
        let said = format!("{faults} {model}\n{}\n{}", ran.out, ran.err);
        assert_eq!(market.stats_at_rest().repeated, 0, "{said}");
        match saved(&place, &ran) {
            Some(file) => {
                let decided = file["metadata"]["total_messages"].as_u64().unwrap();
                assert!(decided <= 2 && matches!(ran.code, Some(0 | 4)), "{said}");
            }
            None => {
                assert!(known.effect != Effect::Harmless, "{said}");
                assert!(matches!(ran.code, Some(4 | 5)), "{said}");
                assert!(known.is_named_in(&format!("{}{}", ran.out, ran.err)), "{said}");
                assert_eq!(place.files("results").len(), 2, "{said}");
            }
        }
    });
}

#[test]
fn in_a_storm_of_faults_every_trial_is_decided_or_listed_and_every_reason_is_a_fault_that_struck() {
    let seeds: Vec<u64> = (1..=18).collect();
    each(&seeds, |seed| {
        let told = storm::weather(*seed);
        if let Err(wrong) = told {
            panic!("storm {seed}: {wrong}");
        }
    });
}
