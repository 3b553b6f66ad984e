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
    let arguments = ["improve", "--results-file", file, "--model", "market", "--calls", "600", "--verbose"];
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
    assert!(out.contains(&format!("{earlier} messages of the current prompt were there from its own run")), "{out}");
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

#[test]
fn reruns_of_one_file_share_its_level_and_each_of_its_earlier_messages_proves_for_one_of_them_only() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let (mut taken, mut attempts, mut earlier) = (0.0, 0, 0);
    for rerun in 0..4 {
        let (_, own) = improved(&place, &file, &["--seed", &(3 + rerun).to_string()]);
        let proof = &own["metrics"]["cycle"]["proof"];
        if rerun == 2 {
            // A version that is deleted takes nothing back: the journal remembers.
            for entry in std::fs::read_dir(place.data().join("results")).unwrap().map(Result::unwrap) {
                if entry.file_name().to_string_lossy().starts_with("own_people_results_improvement_run") {
                    std::fs::remove_file(entry.path()).unwrap();
                }
            }
        }
        if proof.is_null() {
            continue;
        }
        let alpha = proof["alpha"].as_f64().unwrap();
        assert!((alpha - (0.05 - taken) / (f64::from(attempts) + 4.0 / 3.0)).abs() < 1e-5, "rerun {rerun}: {alpha}");
        if own["metrics"]["cycle"]["verdict"]["verdict"] != "adopted" {
            (taken, attempts) = (taken + alpha, attempts + 1);
        }
        earlier += proof["earlier_messages"].as_u64().unwrap();
        let known = own["lineage"]["proofs"].as_array().unwrap();
        assert_eq!(known.len(), rerun + 1, "{known:?}");
        let used: Vec<&str> = known
            .iter()
            .flat_map(|attempt| attempt["used"].as_array().into_iter().flatten())
            .map(|message| message.as_str().unwrap())
            .collect();
        let apart: std::collections::BTreeSet<&str> = used.iter().copied().collect();
        assert_eq!((used.len() as u64, apart.len() as u64), (earlier, earlier), "a message has proved twice");
    }
    assert!(earlier > 0);
    let planned = place.ok(&["plan", "--results-file", &file]).out;
    assert!(planned.contains("verified before"), "{planned}");
}

#[test]
fn where_earlier_attempts_have_used_up_the_level_nothing_is_paid_for_in_vain() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let null = ["improve", "--results-file", &file, "--model", "market/null", "--calls", "200", "--rejudge", "never"];
    let proved = |alpha: &str, seed: &str| place.run(&[&null[..], &["--alpha", alpha, "--seed", seed]].concat());
    for seed in ["1", "2", "3"] {
        assert_eq!(proved("0.45", seed).code, Some(0));
    }
    let ran = proved("0.05", "4");
    assert_ne!(ran.code, Some(0), "{}", ran.out);
    assert!(ran.err.contains("have used up all of --alpha 0.05"), "{}", ran.err);
    assert_eq!(proved("0.49", "5").code, Some(0));
}

#[test]
fn what_was_adopted_is_asked_about_again_after_the_decision() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let mut adopted = 0;
    for (seed, confirm) in [("3", "6"), ("4", "6"), ("5", "0")] {
        let (out, own) = improved(&place, &file, &["--seed", seed, "--confirm", confirm, "--alpha", "0.3"]);
        let cycle = &own["metrics"]["cycle"];
        let later = &cycle["proof"]["after_the_decision"];
        if cycle["verdict"]["verdict"] != "adopted" {
            assert!(!out.contains("Asked after the decision:") || !later.is_null(), "{out}");
            continue;
        }
        adopted += 1;
        let everybody = cycle["proof"]["trials"] == cycle["proof"]["decided_after_trials"];
        assert_eq!(later.is_null(), everybody, "{cycle}");
        if confirm == "6" {
            assert!(later["pairs"].as_u64().unwrap() >= 6, "{later}");
            assert!(out.contains("; selected for being high, so it is too high on average"), "{out}");
            assert!(out.contains("Asked after the decision: ") && out.contains("; not selected"), "{out}");
        }
    }
    assert!(adopted > 0, "nothing was adopted");
}

#[test]
fn with_a_precision_more_is_asked_after_the_decision_as_far_as_the_calls_go() {
    let pairs = |more: &[&str]| {
        let place = Place::with_samples();
        let file = first_run(&place, &[]);
        let so = ["--seed", "3", "--confirm", "6", "--alpha", "0.3"];
        let (_, own) = improved(&place, &file, &[&so[..], more].concat());
        assert_eq!(own["metrics"]["cycle"]["verdict"]["verdict"], "adopted");
        own["metrics"]["cycle"]["proof"]["after_the_decision"]["pairs"].as_u64().unwrap()
    };
    let (few, wide, narrow) = (pairs(&[]), pairs(&["--precision", "90"]), pairs(&["--precision", "5"]));
    assert!(few == wide && narrow > few, "{few}, {wide} and {narrow} pairs");
}

#[test]
fn the_improver_is_not_told_what_people_gained_who_only_verify() {
    let place = Place::with_samples();
    let file = first_run(&place, &[]);
    let (_, own) = improved(&place, &file, &[]);
    assert!(!own["metrics"]["cycle"]["proof"].is_null());
    let tried = own["lineage"]["tried"].to_string();
    assert!(tried.contains("adopted") && !tried.contains("unseen") && !tried.contains("points"), "{tried}");
}
