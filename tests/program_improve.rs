//! The improvement cycle as a person runs it.

#[path = "support/program.rs"]
mod program;

use program::{MarketProcess, Place};
use serde_json::Value;

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126.json";
const SECOND: &str = "b2b_saas_personas_train_results_20250802_150332.json";

#[test]
fn the_readmes_first_command_runs_a_whole_cycle_and_its_summary_says_what_it_should() {
    let place = Place::with_samples();
    let ran = place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--verbose"]);
    for line in [
        "IMPROVEMENT CYCLE COMPLETE",
        "On these people: ",
        "Original response rate: ",
        "Improved response rate: ",
        "Absolute improvement: ",
        "Relative improvement: ",
        "Interval of the change: ",
        "Personas that flipped: ",
        "Verdict: ",
        "Failed trials: none",
        "Tokens: ",
        "Cost: nothing, the market is simulated",
        "Results saved to: data/results/b2b_saas_personas_train_results_improvement_run_v1.json",
    ] {
        assert!(ran.out.contains(line), "no {line:?} in\n{}", ran.out);
    }
    for rate in ran.out.lines().filter(|line| line.contains("response rate: ")) {
        assert!(rate.contains("95% interval") && rate.ends_with("simulated"), "{rate}");
    }
    let file = place.json("results/b2b_saas_personas_train_results_improvement_run_v1.json");
    let own = &file["metadata"]["rejoinder"];
    assert_eq!(own["simulated"], true);
    assert_eq!(own["parent"]["file"], FIRST);
    assert_eq!(own["fingerprint"].as_str().unwrap().len(), 16);
    assert_eq!(file["metadata"]["improvement_run"], true);
    assert_eq!(file["metadata"]["total_messages"], 40);
}

#[test]
fn cycles_go_on_from_each_cycles_file_to_the_next() {
    let place = Place::with_samples();
    place.ok(&["improve", "--results-file", FIRST, "--model", "market", "--cycles", "3"]);
    for version in 1..=3 {
        let file = place.json(&format!("results/b2b_saas_personas_train_results_improvement_run_v{version}.json"));
        let parent = match version {
            1 => FIRST.to_owned(),
            _ => format!("b2b_saas_personas_train_results_improvement_run_v{}.json", version - 1),
        };
        assert_eq!(file["metadata"]["rejoinder"]["parent"]["file"], Value::from(parent));
    }
}

#[test]
fn the_originals_files_are_improved_under_the_next_free_version_and_compared_honestly() {
    let Some(place) = Place::with_original_files() else { return };
    let ran = place.ok(&["improve", "--results-file", SECOND, "--model", "market", "--verbose"]);
    assert!(ran.out.contains("improvement_run_v2.json"), "{}", ran.out);
    assert!(ran.out.contains("the older file records 68.8% (11 of 16), 95% interval"), "{}", ran.out);
    assert!(ran.out.contains(" to 85.8%, its judge is unknown"), "{}", ran.out);
    let second = "b2b_saas_personas_train_results_improvement_run_v2.json";
    let ran = place.ok(&["improve", "--results-file", second, "--model", "market", "--verbose"]);
    assert!(ran.out.contains("improvement_run_v3.json"), "{}", ran.out);
    // The judge is known now, and the same: nothing is decided again.
    assert!(ran.out.contains("Judged by: the same decision maker"), "{}", ran.out);

    let ran = place.ok(&["compare", FIRST, SECOND]);
    assert!(ran.out.contains("100.0% (16 of 16)") && ran.out.contains("68.8% (11 of 16)"), "{}", ran.out);
    assert!(ran.out.contains("does not say who judged"), "{}", ran.out);
    assert!(ran.out.contains("this is not a comparison"), "{}", ran.out);
    assert!(!ran.out.contains("Interval of the change"), "{}", ran.out);
    // With the decisions that v2 holds on the messages of its parent, these two can be compared.
    let ran = place.ok(&["compare", SECOND, second]);
    assert!(ran.out.contains("Interval of the change"), "{}", ran.out);
}

/// The results without who audited: a model behind a wire has another fingerprint.
fn unnamed(results: &Value) -> Value {
    let mut results = results.clone();
    for entry in results.as_array_mut().unwrap() {
        for message in entry["messages"].as_array_mut().unwrap() {
            if let Some(audit) = message.get_mut("rejoinder").and_then(|own| own["audit"].as_object_mut()) {
                // Nobody has audited what only has a blank.
                let auditor = audit.remove("auditor");
                assert!(auditor.is_none_or(|auditor| auditor.as_str().unwrap().len() == 16));
            }
        }
    }
    results
}

#[test]
fn the_same_seed_gives_the_same_file_in_process_and_over_both_wire_formats() {
    let market = MarketProcess::start(&[]);
    let run = |arguments: &[&str]| {
        let place = Place::with_samples();
        let mut all = vec!["improve", "--results-file", FIRST, "--seed", "5", "--rejudge", "always", "--quiet"];
        all.extend(arguments);
        let output = place
            .command(&all)
            .env("ANTHROPIC_BASE_URL", &market.url)
            .env("OPENAI_BASE_URL", format!("{}/v1", market.url))
            .output()
            .unwrap();
        let ran = program::Ran::of(&output);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("simulated"), "a simulated rate went without the word:\n{}", ran.out);
        place.json("results/b2b_saas_personas_train_results_improvement_run_v1.json")
    };
    let here = run(&["--model", "market"]);
    for model in ["anthropic/claude-sonnet-5-5", "openai/anything"] {
        let there = run(&["--model", model]);
        assert_eq!(unnamed(&here["results"]), unnamed(&there["results"]), "{model}");
        assert_eq!(here["metadata"]["system_prompt"], there["metadata"]["system_prompt"], "{model}");
        assert_eq!(there["metadata"]["rejoinder"]["simulated"], true, "{model}");
        assert_eq!(here["metadata"]["rejoinder"]["usage"], there["metadata"]["rejoinder"]["usage"], "{model}");
    }
}

#[test]
fn the_file_is_the_same_byte_for_byte_at_any_concurrency() {
    let bytes = |concurrency: &str| {
        let place = Place::with_samples();
        let arguments =
            ["improve", "--results-file", FIRST, "--model", "market", "--concurrency", concurrency, "--quiet"];
        let output = place.command(&arguments).env("SOURCE_DATE_EPOCH", "1760000000").output().unwrap();
        assert!(output.status.success());
        std::fs::read(place.data().join("results/b2b_saas_personas_train_results_improvement_run_v1.json")).unwrap()
    };
    let one = bytes("1");
    assert!(one == bytes("64") && one == bytes("auto"));
}

#[test]
fn a_revoked_key_stops_the_run_and_what_was_decided_before_is_saved() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&["--require-key", "right", "--revoke-after", "30"]);
    let output = place
        .command(&[
            "evaluate",
            "--auditor",
            "none",
            "--ungrounded",
            "keep",
            "--persona-file",
            "b2b_saas_personas_train",
            "--messages-per-persona",
            "1",
        ])
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("ANTHROPIC_API_KEY", "right")
        .output()
        .unwrap();
    let ran = program::Ran::of(&output);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("401 authentication_error"), "{}", ran.out);
    let saved = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/")).unwrap();
    let decided = place.json(saved)["metadata"]["total_messages"].as_u64().unwrap();
    assert!((1..40).contains(&decided), "{decided}");

    let output = place
        .command(&["evaluate", "--persona-file", "b2b_saas_personas_train"])
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("ANTHROPIC_API_KEY", "right")
        .output()
        .unwrap();
    let ran = program::Ran::of(&output);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
}

#[test]
fn a_dry_run_counts_calls_tokens_and_dollars_sends_nothing_and_needs_no_key() {
    let place = Place::with_samples();
    let before = place.files("results");
    let ran = place.ok(&["improve", "--results-file", FIRST, "--messages-per-persona", "2", "--dry-run"]);
    assert_eq!(place.files("results"), before);
    // 40 older messages decided again and those with a yes checked (9), 38 calls of the improver, 250 messages of the search and its
    // proof and 80 new ones, each with its decision, its audit where one is due, and revisions.
    assert!(ran.out.contains("In all 1,176 calls") && ran.out.contains("cost: about $"), "{}", ran.out);
    // The auditor is paid out of the calls of the search, a referee comes on top.
    let seconds = ["--auditor", "anthropic/claude-haiku-5-5", "--referee", "lenient"];
    let ran = place.ok(&[&["improve", "--results-file", FIRST, "--dry-run"], &seconds[..]].concat());
    let of_proof = "96 calls of the auditor (claims of the messages of the proof";
    for line in [of_proof, "96 calls of the referee (", "In all 1,111 calls"] {
        assert!(ran.out.contains(line), "no {line:?} in\n{}", ran.out);
    }
    assert!(
        ran.out.lines().filter(|line| line.contains(" calls of the ")).all(|line| line.contains(", $")),
        "{}",
        ran.out
    );
}

#[test]
fn a_signal_ends_the_program_with_its_own_code_and_leaves_no_half_file() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&["--latency-ms", "2000"]);
    let before = place.files("results");
    let child = place
        .command(&["improve", "--results-file", FIRST, "--model", "anthropic/claude-sonnet-5-5"])
        .env("ANTHROPIC_BASE_URL", &market.url)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ran = program::Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(ran.err.contains("stopped"), "{}", ran.err);
    assert_eq!(place.files("results"), before);
}

#[test]
fn unknown_keys_of_the_parent_survive_into_the_new_version() {
    let place = Place::with_samples();
    let mut file = place.json(&format!("results/{FIRST}"));
    file["metadata"]["campaign"] = "spring".into();
    file["team"] = "east".into();
    file["results"][0]["segment"] = "smb".into();
    place.write("data/results/x_results.json", &file.to_string());
    place.ok(&["improve", "--results-file", "x_results", "--model", "market"]);
    let newer = place.json("results/x_improvement_run_v1.json");
    assert_eq!(newer["metadata"]["campaign"], "spring");
    assert_eq!(newer["team"], "east");
    assert_eq!(newer["results"][0]["segment"], "smb");
}

#[test]
fn every_trial_of_the_search_that_failed_is_listed_with_its_persona_and_reason() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&["--faults", "reset-before=0.02"]);
    let arguments = ["improve", "--results-file", FIRST, "--rejudge", "always", "--retries", "0"];
    let output = place
        .command(&[&arguments[..], &["--model", "anthropic/claude-sonnet-5-5"]].concat())
        .env("ANTHROPIC_BASE_URL", &market.url)
        .output()
        .unwrap();
    let ran = program::Ran::of(&output);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let name = "b2b_saas_personas_train_results_improvement_run_v1.json";
    let own = &place.json(&format!("results/{name}"))["metadata"]["rejoinder"];
    let listed = own["search_failures"].as_array().unwrap();
    // What was told of on the way, batch by batch, is what stands in the file.
    let told: usize = ran
        .err
        .lines()
        .filter(|line| line.contains(" trials of the search failed") || line.contains(" could not be decided again"))
        .filter_map(|line| line.split_whitespace().find_map(|word| word.parse::<usize>().ok()))
        .sum();
    assert!(told > 3 && listed.len() == told, "{told} told of, {} listed\n{}", listed.len(), ran.err);
    let people: Vec<String> = ["train", "eval"]
        .iter()
        .flat_map(|part| {
            let people = place.json(&format!("personas/b2b_saas_personas_{part}.json"));
            people.as_array().unwrap().iter().map(|own| own.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    for failure in listed {
        let text = |key: &str| failure[key].as_str().unwrap();
        assert!(people.iter().any(|persona| persona == text("persona")), "{failure}");
        assert!(text("step").starts_with("cycle 1 "), "{failure}");
        assert!(["generate", "decide"].contains(&text("stage")) && !text("reason").is_empty(), "{failure}");
        assert_eq!(failure.get("text").is_some(), text("stage") == "decide", "{failure}");
    }
    assert!(ran.out.contains(&format!("Failed trials of the search: {told} (in no rate)")), "{}", ran.out);
    assert!(place.ok(&["show", name]).out.contains("Failed trials of the search: "));
}
