//! What a proof is made of: messages that are there already count once, and only where nothing else has changed.

#[path = "support/program.rs"]
mod program;

use program::Place;
use serde_json::Value;

/// A first run of personas that no eval file stands beside; the name of its results file.
fn first_run(place: &Place, more: &[&str]) -> String {
    let personas = place.data().join("personas/b2b_saas_personas_train.json");
    std::fs::copy(personas, place.data().join("personas/own_people.json")).unwrap();
    let arguments = ["evaluate", "--persona-file", "own_people", "--model", "market", "--seed", "1"];
    place.ok(&[&arguments[..], more].concat());
    let listed = std::fs::read_dir(place.data().join("results")).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("own_people_results_")).max().unwrap()
}

fn improved(place: &Place, file: &str, more: &[&str]) -> (String, Value) {
    let seed: &[&str] = if more.contains(&"--seed") { &[] } else { &["--seed", "3"] };
    let arguments = ["improve", "--results-file", file, "--model", "market", "--calls", "600"];
    let ran = place.ok(&[&arguments[..], seed, more].concat());
    let saved = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/")).unwrap().to_owned();
    let own = place.json(&saved)["metadata"]["rejoinder"].clone();
    (ran.out, own)
}

#[test]
fn a_first_runs_messages_to_unseen_people_prove_and_need_not_be_written_again() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let (out, own) = improved(&place, &file, &[]);
    let proof = &own["metrics"]["cycle"]["proof"];
    let earlier = proof["earlier_messages"].as_u64().unwrap();
    assert!(earlier >= 8, "{proof}");
    assert!(out.contains(&format!("{earlier} messages of the incumbent were there from its own run")), "{out}");
    // Only the challenger's side was written, until there was no earlier message to somebody any more.
    assert!(proof["trials"].as_u64().unwrap() < 2 * proof["after"]["messages"].as_u64().unwrap(), "{proof}");
    // What an adopted prompt wrote may prove once more; what proved for nothing may not.
    let adopted = own["metrics"]["cycle"]["verdict"]["verdict"] == "adopted";
    assert_eq!(own["lineage"]["earlier_used"], !adopted);
}

#[test]
fn what_is_proved_early_is_measured_on_more_and_the_file_and_the_words_say_so() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    // Some of these cycles decide early; none may measure fewer than it decided on.
    let mut measured = 0;
    for seed in ["3", "4", "5", "6"] {
        let (out, own) = improved(&place, &file, &["--seed", seed]);
        let proof = &own["metrics"]["cycle"]["proof"];
        let (all, decided) = (proof["trials"].as_u64().unwrap(), proof["decided_after_trials"].as_u64().unwrap());
        assert!(all >= decided, "{proof}");
        let words = format!("; decided in {} look", proof["looks"]);
        assert_eq!(out.contains(&words), all > decided, "{out}");
        if all > decided {
            measured += 1;
            assert!(out.contains(&format!(", after {decided} of {all} trials")), "{out}");
        }
    }
    assert!(measured > 0, "no cycle has measured");
}

#[test]
fn decisions_on_each_message_are_chosen_from_messages_that_were_decided_twice() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let arguments = ["improve", "--results-file", &file, "--model", "market", "--calls", "800", "--seed", "3"];
    let ran = place.ok(&[&arguments[..], &["--decisions-per-message", "auto"]].concat());
    let twice = ran.err.lines().find(|line| line.contains("messages that were decided twice")).unwrap_or(&ran.err);
    assert!(twice.contains("is the most precise for the calls"), "{}", ran.err);
    let wrong =
        place.command(&["improve", "--results-file", &file, "--decisions-per-message", "some"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn messages_that_were_written_under_other_rules_do_not_prove() {
    let place = Place::with_samples();
    // Kept as they came, while improve has those revised that make something up: that alone would be a gain.
    let file = first_run(&place, &["--ungrounded", "keep"]);
    let (_, own) = improved(&place, &file, &[]);
    assert_eq!(own["metrics"]["cycle"]["proof"]["earlier_messages"], 0);
    let (_, own) = improved(&place, &file, &["--ungrounded", "keep"]);
    assert!(own["metrics"]["cycle"]["proof"]["earlier_messages"].as_u64().unwrap() > 0);
}
