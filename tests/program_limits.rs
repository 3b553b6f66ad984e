//! A limit may fall anywhere in `improve`: nothing that was proved is lost, and the same command comes to the same file.

#[path = "support/program.rs"]
mod program;

use std::sync::OnceLock;

use program::{Place, Ran};
use serde_json::{Value, json};

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const NEXT: &str = "small_results_improvement_run_v1.json";

/// The first sixteen people of the sample run, in a run of their own.
fn small_world() -> Place {
    let place = Place::with_samples();
    let mut first = place.json(&format!("results/{FIRST}.json"));
    first["results"].as_array_mut().unwrap().truncate(16);
    first["metadata"].as_object_mut().unwrap().remove("persona_file");
    place.write("data/results/small_results_20250802_144126.json", &first.to_string());
    place
}

/// A search so short and a level so lax that it adopts after a hundred calls or so, with some seeds.
fn with_seed(seed: u64, place: &Place, more: &[&str]) -> Ran {
    let run = ["improve", "--results-file", "small_results_20250802_144126", "--model", "market", "--rejudge", "never"];
    let so = ["--calls", "90", "--alpha", "0.49", "--concurrency", "1", "--no-report", "--seed", &seed.to_string()];
    let output =
        place.command(&[&run[..], &so, more].concat()).env("SOURCE_DATE_EPOCH", "1760000000").output().unwrap();
    Ran::of(&output)
}

/// The first seed with which it adopts.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| {
        let adopts = |seed: &u64| with_seed(*seed, &small_world(), &[]).out.contains("Verdict: adopted");
        (1..30).find(adopts).expect("some seed adopts")
    })
}

fn improve(place: &Place, more: &[&str]) -> Ran {
    with_seed(seed(), place, more)
}

/// The calls that a run took.
fn calls(ran: &Ran) -> u64 {
    let (before, _) = ran.out.split_once(" calls in ").unwrap();
    before.rsplit(' ').next().unwrap().replace(',', "").parse().unwrap()
}

fn bytes(place: &Place) -> Vec<u8> {
    std::fs::read(place.data().join("results").join(NEXT)).unwrap()
}

/// The calls that a run which goes on has found.
fn found(ran: &Ran) -> u64 {
    let line =
        ran.err.lines().find(|line| line.starts_with("Going on with run")).unwrap_or_else(|| panic!("{}", ran.err));
    line.rsplit(": ").next().unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_limit_at_any_call_loses_nothing_that_was_proved_and_the_same_command_goes_on() {
    let whole = small_world();
    let ran = improve(&whole, &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let adopted = whole.json(&format!("results/{NEXT}"));
    assert_eq!(adopted["metadata"]["rejoinder"]["metrics"]["cycle"]["verdict"]["verdict"], "adopted", "{}", ran.out);
    let prompt = &adopted["metadata"]["system_prompt"];

    // The run is interrupted at every other of its calls from where the proof may end, and before that now and then.
    let parts = small_world();
    let (mut runs, mut counts_all, mut calls, mut saved, mut in_part) = (0, false, 0, false, 0);
    loop {
        runs += 1;
        assert!(runs < 400, "it does not come to its end");
        let step = if calls < 70 { 35 } else { 2 };
        let limit = if counts_all { calls + step } else { step };
        let ran = improve(&parts, &["--max-calls", &limit.to_string()]);
        if runs > 1 {
            let now = found(&ran);
            // Whether a limit counts what earlier parts of the run have spent is not what is tested here.
            counts_all |= now == calls;
            calls = now;
        }
        let is_there = parts.files("results").contains(&NEXT.to_owned());
        assert!(is_there || !saved, "what was adopted is gone after {calls} calls");
        saved = is_there;
        if ran.code == Some(0) {
            break;
        }
        assert_eq!(ran.code, Some(8), "after {calls} calls: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("trials failed"), "{}", ran.err);
        if saved {
            let file = parts.json(&format!("results/{NEXT}"));
            assert_eq!(&file["metadata"]["system_prompt"], prompt, "after {calls} calls");
            let partial = file["metadata"]["rejoinder"]["partial"].as_str().unwrap();
            assert!(partial.contains("--max-calls is reached"), "{partial}");
            assert!(
                ran.out.contains("IMPROVEMENT CYCLE INCOMPLETE") && ran.out.contains("Verdict: adopted"),
                "{}",
                ran.out
            );
            in_part += 1;
        }
    }
    assert!(in_part >= 10, "writing to sixteen people takes more than {in_part} calls");
    assert_eq!(parts.files("results"), whole.files("results"), "one file, and none beside it");
    assert!(bytes(&parts) == bytes(&whole), "the file is the one that an undisturbed run writes");
    let listed = parts.ok(&["runs"]).out;
    assert!(
        listed.contains("finished") && listed.lines().filter(|line| line.contains("improve")).count() == 1,
        "{listed}"
    );
}

#[test]
fn what_was_adopted_and_changed_by_others_since_is_left_alone() {
    let whole = calls(&improve(&small_world(), &[]));
    let place = small_world();
    // Enough for the proof, too little for the messages.
    let ran = improve(&place, &["--max-calls", &(whole - 20).to_string()]);
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    let mut file = place.json(&format!("results/{NEXT}"));
    file["note"] = json!("mine");
    place.write(&format!("data/results/{NEXT}"), &file.to_string());
    let ran = improve(&place, &["--max-calls", "1000"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(place.json(&format!("results/{NEXT}"))["note"], json!("mine"));
    let beside = place.json("results/small_results_improvement_run_v2.json");
    assert_eq!(beside["metadata"]["rejoinder"].get("partial"), None::<&Value>);
}

#[test]
fn with_a_limit_the_cycles_of_a_run_are_one_plan_that_ends_by_itself() {
    let place = Place::with_samples();
    let arguments = ["improve", "--results-file", FIRST, "--model", "market", "--cycles", "auto", "--max-calls"];
    let calls = |ran: &Ran| {
        let line = ran.out.lines().rfind(|line| line.starts_with("Cost: ")).unwrap();
        line.rsplit("; ").next().unwrap().split(' ').next().unwrap().replace(',', "").parse::<u64>().unwrap()
    };
    let ran = place.ok(&[&arguments[..], &["700"]].concat());
    assert!(calls(&ran) <= 700 && ran.out.contains("COMPLETE"), "{}", ran.out);
    assert!(ran.err.contains("a chance below 5%"), "{}", ran.err);
}
