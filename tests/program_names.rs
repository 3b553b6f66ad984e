//! Names that people give to lineages and runs, and the name of the data folder.

#[path = "support/program.rs"]
mod program;

use program::Place;

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";

#[test]
fn a_name_that_people_give_is_shown_and_taken_wherever_a_run_is() {
    let place = Place::with_samples();
    place.ok(&["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market"]);
    let unnamed = place.ok(&["name", "b2b_saas_personas_train_results"]).out;
    assert!(unnamed.contains("has no other name"), "{unnamed}");
    place.ok(&["name", "b2b_saas_personas_train_results", " Tea  for offices ", "--note", "for spring"]);
    place.ok(&["name", FIRST, "The very first"]);
    let table = place.ok(&["show"]).out;
    assert!(table.contains("Tea for offices (b2b_saas_personas_train_results)"), "{table}");
    assert!(table.contains(&format!("{FIRST} (The very first)")), "{table}");
    let detail = place.ok(&["show", "tea for OFFICES", "--limit", "0"]).out;
    assert!(detail.starts_with("Name: The very first\nLineage: Tea for offices (for spring)\n"), "{detail}");
    assert!(detail.contains(FIRST), "{detail}");
    assert!(place.ok(&["report", "The very first", "--format", "md"]).out.contains("Tea for offices"));
    assert_eq!(
        place.ok(&["export", "Tea for offices", "--format", "prompt"]).out,
        place.ok(&["export", FIRST, "--format", "prompt"]).out
    );
    place.ok(&["name", "b2b_saas_personas_eval_results", "tea for offices"]);
    let runs = place.ok(&["runs"]).out;
    assert!(runs.contains(": tea for offices (b2b_saas_personas_eval_results_"), "{runs}");
    let two = place.run(&["show", "Tea for offices"]);
    assert!(two.code == Some(2) && two.err.contains("2 lineages or runs are called Tea for offices"), "{}", two.err);
    let nobody = place.run(&["name", "coffee", "Coffee"]);
    assert!(nobody.code == Some(2) && nobody.err.contains("no run or lineage coffee"), "{}", nobody.err);
    let long = place.run(&["name", FIRST, &"x".repeat(121)]);
    assert!(long.code == Some(2) && long.err.contains("longer than 120 characters"), "{}", long.err);
    place.ok(&["name", "b2b_saas_personas_eval_results", ""]);
    place.ok(&["show", "Tea for offices", "--limit", "0"]);
}

#[test]
fn a_missing_data_folder_stops_commands_that_read_and_is_announced_by_those_that_write() {
    let place = Place::with_samples();
    for arguments in [
        &["show"][..],
        &["show", FIRST],
        &["runs"],
        &["compare", FIRST, FIRST],
        &["report", FIRST],
        &["export", FIRST, "--format", "csv"],
        &["leads", "list"],
        &["leads", "show", "x"],
        &["replies", "list"],
        &["replies", "undo", "1", "--campaign", "x"],
        &["ab", "result", "x"],
        &["plan", "--results-file", FIRST],
        &["decide", "--messages-file", "x", "--model", "market"],
        &["audit-judge", "--results-file", FIRST, "--model", "market"],
        &["improve", "--results-file", FIRST, "--model", "market"],
    ] {
        let ran = place.run(&[arguments, &["--data-dir", "dtaa"]].concat());
        assert_eq!(ran.code, Some(2), "{arguments:?} {}", ran.err);
        assert!(ran.err.contains("there is no data folder dtaa; see --data-dir"), "{arguments:?} {}", ran.err);
        assert!(!place.root().join("dtaa").exists(), "{arguments:?} made it");
    }
    let ran = place.ok(&["personas", "--domain", "tea", "--name", "tea", "--model", "market", "--data-dir", "new"]);
    assert_eq!(ran.err.matches("There is no data folder new yet; it will be created.").count(), 1, "{}", ran.err);
    assert!(place.root().join("new/personas").is_dir());
    let again = place.ok(&["personas", "--domain", "tea", "--name", "b", "--model", "market", "--data-dir", "new"]);
    assert!(!again.err.contains("no data folder"), "{}", again.err);
    assert!(place.ok(&["runs"]).out.contains("No runs yet"), "a folder that nobody named is a beginning");
}
