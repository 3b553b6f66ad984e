//! `compare` and the judges of a cycle as a person meets them.

#[path = "support/program.rs"]
mod program;

use program::{MarketProcess, Place, Ran};

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const NEXT: &str = "b2b_saas_personas_train_results_improvement_run_v1";

#[test]
fn two_runs_are_compared_in_either_order_by_the_judge_who_decided_on_both() {
    let place = Place::with_samples();
    let mut first = place.json(&format!("results/{FIRST}.json"));
    first["metadata"].as_object_mut().unwrap().remove("rejoinder");
    place.write(&format!("data/results/{FIRST}.json"), &first.to_string());
    place.ok(&["improve", "--results-file", FIRST, "--model", "market"]);

    let forward = place.ok(&["compare", FIRST, NEXT]).out;
    let backward = place.ok(&["compare", NEXT, FIRST]).out;
    for (out, recorded) in [(&forward, "; the file of A records "), (&backward, "; the file of B records ")] {
        assert!(out.contains("Interval of the change: ") && out.contains(recorded), "{out}");
        let judged = out.lines().find(|line| line.starts_with("Judged by: ")).unwrap();
        // What the file records came from elsewhere; what is compared is all the market's.
        assert!(judged.ends_with(", its judge is unknown") && judged.contains("95% interval"), "{judged}");
        assert!(!judged.contains("simulated"), "{judged}");
        for rate in out.lines().filter(|line| line.starts_with("Response rate of ")) {
            assert!(rate.ends_with(", simulated"), "{rate}");
        }
    }
}

#[test]
fn where_the_judges_are_unknown_a_command_that_compare_knows_nothing_of_is_named_whole() {
    let place = Place::with_samples();
    let mut first = place.json(&format!("results/{FIRST}.json"));
    first["metadata"].as_object_mut().unwrap().remove("rejoinder");
    place.write("data/results/x_results.json", &first.to_string());
    let out = place.ok(&["compare", "x_results", FIRST]).out;
    assert!(out.contains("rejoinder improve --results-file x_results --rejudge always\n"), "{out}");
    let rates: Vec<&str> = out.lines().filter(|line| line.starts_with("Response rate of ")).collect();
    assert!(!rates[0].contains("simulated") && rates[1].ends_with(", simulated"), "{out}");
}

#[test]
fn the_market_behind_a_wire_is_not_taken_for_the_model_that_judged_the_older_run() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&[]);
    let run = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        let output = command.env("ANTHROPIC_BASE_URL", &market.url).output().unwrap();
        let ran = Ran::of(&output);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        ran.out
    };
    let model = "anthropic/claude-sonnet-5-5";
    let out =
        run(&["evaluate", "--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "1", "--model", model]);
    let saved = out.lines().find_map(|line| line.strip_prefix("Results saved to: data/")).unwrap();
    // The same fingerprint, and nothing but this mark tells that a model gave these decisions.
    let mut file = place.json(saved);
    file["metadata"]["rejoinder"]["simulated"] = false.into();
    place.write(&format!("data/{saved}"), &file.to_string());
    let name = saved.strip_prefix("results/").unwrap();

    // The first answer of this run shows that the market answers, before anybody compares judges: so the older messages are
    // decided again, and nothing is compared with what another judge said.
    let improved = run(&["improve", "--results-file", name, "--model", model, "--verbose"]);
    assert!(improved.contains("the older file records") && improved.contains("by another judge"), "{improved}");
    let rates: Vec<&str> = improved.lines().filter(|line| line.contains("response rate: ")).collect();
    assert!(rates.iter().all(|line| line.ends_with(", simulated")), "{improved}");
    let unseen = improved.lines().filter(|line| line.starts_with("People kept aside, "));
    assert!(unseen.clone().count() == 2 && unseen.clone().all(|line| line.ends_with(", simulated")), "{improved}");
}
