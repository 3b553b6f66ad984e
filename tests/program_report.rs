//! `rejoinder report`, and the page that `improve` writes.

#[path = "support/program.rs"]
mod program;

use program::Place;

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const SECOND: &str = "b2b_saas_personas_train_results_improvement_run_v1";
const IMPROVE: [&str; 7] = ["improve", "--results-file", FIRST, "--model", "market", "--calls", "200"];

fn read(place: &Place, path: &str) -> String {
    std::fs::read_to_string(place.data().join(path)).unwrap()
}

#[test]
fn improve_writes_a_page_beside_the_results_and_names_it() {
    let place = Place::with_samples();
    let ran = place.ok(&IMPROVE);
    let path = format!("results/{SECOND}.html");
    assert!(ran.out.contains(&format!("Report saved to: data/{path}")), "{}", ran.out);
    let page = read(&place, &path);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("simulated") && !page.contains("<script"));
    assert!(
        page.contains(&format!("rejoinder improve --results-file {FIRST} --model market --calls 200 --seed 1")),
        "the command"
    );
    assert!(!place.ok(&["show"]).out.contains("html"), "a page is no results file");

    let other = Place::with_samples();
    let arguments: Vec<&str> = IMPROVE.iter().copied().chain(["--no-report"]).collect();
    let without = other.ok(&arguments);
    assert!(!without.out.contains("Report") && other.files("results").iter().all(|name| name.ends_with(".json")));
    let file = format!("results/{SECOND}.json");
    let strip = |text: String| {
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["metadata"]["processing_date"] = "".into();
        value
    };
    assert_eq!(strip(read(&place, &file)), strip(read(&other, &file)), "the report changes nothing about the results");
}

#[test]
fn a_report_that_cannot_be_written_is_a_warning_and_no_lost_cycle() {
    let place = Place::with_samples();
    std::fs::create_dir(place.data().join(format!("results/{SECOND}.html"))).unwrap();
    let ran = place.ok(&IMPROVE);
    assert!(
        ran.out.contains("Results saved to: ") && ran.err.contains("no report was written"),
        "{}\n{}",
        ran.out,
        ran.err
    );
    assert!(place.data().join(format!("results/{SECOND}.json")).is_file());
}

#[test]
fn a_report_goes_where_it_is_told_and_replaces_nothing_unasked() {
    let place = Place::with_samples();
    place.ok(&["report", FIRST, "-o", "r.html"]);
    let page = std::fs::read_to_string(place.root().join("r.html")).unwrap();
    assert!(page.contains("there is nothing to compare it with"));
    assert_eq!(place.run(&["report", FIRST, "-o", "r.html"]).code, Some(6));
    place.ok(&["report", FIRST, "-o", "r.html", "--force"]);
    assert_eq!(place.ok(&["report", FIRST, "-o", "-"]).out, page);
    let beside = place.ok(&["report", "b2b_saas_personas_train_results"]).out;
    assert_eq!(beside, format!("Report saved to: data/results/{FIRST}.html\n"));
    assert_eq!(read(&place, &format!("results/{FIRST}.html")), page);
    assert!(
        place.ok(&["report", FIRST, "--format", "md"]).out.starts_with("### b2b\\_saas")
            || place.ok(&["report", FIRST, "--format", "md"]).out.starts_with("### b2b_saas")
    );
    let missing = place.run(&["report", "nobody"]);
    assert!(missing.code != Some(0) && missing.err.contains("nobody"), "{}", missing.err);
}

#[test]
fn the_original_services_files_give_a_sound_report() {
    let Some(place) = Place::with_original_files() else { return };
    place.ok(&["report", SECOND, "-o", "r.html"]);
    let page = std::fs::read_to_string(place.root().join("r.html")).unwrap();
    assert!(page.contains("This is not a comparison") && page.contains("Who judged first, v1 is not recorded"));
}
