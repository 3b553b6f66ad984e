//! Runs whose decisions are chances of a yes, in everything that shows a run: the mean chance stands before the rate.

#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;

use program::Place;
use site::Pages;

const PERSONAS: &str = "b2b_saas_personas_eval";

/// A first run of the market, its people asked in this way; its name.
fn run(place: &Place, seed: &str, how: &[&str]) -> String {
    let before = place.files("results");
    let common = ["evaluate", "--persona-file", PERSONAS, "--model", "market", "--messages-per-persona", "2"];
    place.ok(&[&common[..], &["--seed", seed], how].concat());
    let new = place.files("results").into_iter().find(|file| !before.contains(file)).unwrap();
    new.trim_end_matches(".json").to_owned()
}

const CHANCES: &[&str] = &["--decision-maker", "market/decisions"];

/// The mean of all scores of a run, in percent.
fn mean(place: &Place, name: &str) -> f64 {
    let file = place.json(&format!("results/{name}.json"));
    let entries = file["results"].as_array().unwrap();
    let said = entries.iter().flat_map(|entry| entry["messages"].as_array().unwrap());
    let scores: Vec<f64> = said.map(|message| message["decision"]["score"].as_f64().unwrap()).collect();
    100.0 * scores.iter().sum::<f64>() / scores.len() as f64
}

/// Whether a text has a mean of a run, to a tenth of a point, between these words.
fn shows(text: &str, before: &str, mean: f64, after: &str) -> bool {
    let is_it = |rest: &str| {
        let number = rest.split_once('%').filter(|(_, rest)| rest.starts_with(after));
        number.and_then(|(number, _)| number.parse::<f64>().ok()).is_some_and(|shown| (shown - mean).abs() < 0.0501)
    };
    text.match_indices(before).any(|(at, _)| is_it(&text[at + before.len()..]))
}

#[test]
fn the_terminal_shows_the_mean_chance_of_a_run_and_the_rate_beside_it() {
    let place = Place::with_samples();
    for (seed, how) in [("1", CHANCES), ("2", &["--scored"])] {
        let name = run(&place, seed, how);
        let mean = mean(&place, &name);
        let shown = place.ok(&["show", &name]).out;
        assert!(
            shows(&shown, "Mean chance of a yes: ", mean, " (20 decisions of 10 personas), 95%"),
            "{mean}: {shown}"
        );
        assert!(shown.contains("Response rate, chances at the judge's threshold or above: "), "{shown}");
        let table = place.ok(&["show"]).out;
        assert!(table.contains("mean chance of a yes") && shows(&table, "┆ ", mean, " simulated ("), "{mean}: {table}");
    }
    let plain = run(&place, "3", &[]);
    let shown = place.ok(&["show", &plain]).out;
    assert!(shown.contains("Response rate: ") && !shown.contains("Mean chance"), "{shown}");
}

#[test]
fn two_runs_are_compared_by_their_mean_chances_if_both_have_them() {
    let place = Place::with_samples();
    let (one, two) = (run(&place, "1", CHANCES), run(&place, "2", CHANCES));
    let compared = place.ok(&["compare", &one, &two]).out;
    assert!(shows(&compared, "Mean chance of a yes in A: ", mean(&place, &one), " (20 decisions"), "{compared}");
    assert!(shows(&compared, "Mean chance of a yes in B: ", mean(&place, &two), " (20 decisions"), "{compared}");
    for part in ["Change of the mean chance: ", "paired by persona, 10 personas", "Response rate of A: "] {
        assert!(compared.contains(part), "{part}: {compared}");
    }
    let plain = run(&place, "3", &[]);
    let compared = place.ok(&["compare", &one, &plain]).out;
    assert!(!compared.contains("Mean chance"), "{compared}");
}

#[tokio::test]
async fn reports_and_pages_show_it_too() {
    let place = Place::with_samples();
    let (one, two) = (run(&place, "1", CHANCES), run(&place, "2", CHANCES));
    let mean = mean(&place, &one);
    let page = place.ok(&["report", &one, "--output", "-"]).out;
    assert!(shows(&page, "<strong>", mean, "</strong> mean chance"), "{mean}: {page}");
    assert!(
        page.contains("Mean chance of a yes, all people") && page.contains("counts those at its threshold"),
        "{page}"
    );
    let text = place.ok(&["report", &one, "--format", "md"]).out;
    assert!(shows(&text, "| mean chance ", mean, ", ") && text.contains("stands first"), "{mean}: {text}");

    let pages = Pages::of(&place.data());
    let lineage = rejoinder::data::versions::lineage_base(&one);
    for path in [format!("/run/{one}"), format!("/lineage/{lineage}")] {
        let page = pages.get(&path).await.text;
        assert!(shows(&page, "<strong>", mean, "</strong> mean chance"), "{mean} {path}: {page}");
    }
    // A list shows the latest of a lineage.
    assert!(pages.get("/").await.text.contains("</strong> mean chance of a yes"));
    let compared = pages.get(&format!("/compare?a={one}&b={two}")).await.text;
    assert!(
        compared.contains("Mean chance of a yes in A") && compared.contains("Change of the mean chance"),
        "{compared}"
    );
}

#[test]
fn a_cycle_keeps_the_mean_chances_and_says_what_more_people_would_settle() {
    let place = Place::with_samples();
    let name = run(&place, "1", CHANCES);
    let cycle = ["improve", "--results-file", &name, "--model", "market", "--calls", "300"];
    place.ok(&[&cycle[..], CHANCES].concat());
    let file = place.files("results").into_iter().find(|file| file.ends_with("_improvement_run_v1.json")).unwrap();
    let saved = place.json(&format!("results/{file}"));
    let cycle = &saved["metadata"]["rejoinder"]["metrics"]["cycle"];
    let before = &cycle["before"]["mean_chance_of_yes"];
    assert!(before["mean"].as_f64().is_some() && before["decisions"].as_u64() == Some(20), "{before}");
    if !cycle["proof"].is_null() {
        assert!(cycle["proof"]["before"]["mean_chance_of_yes"]["mean"].as_f64().is_some(), "{}", cycle["proof"]);
    }
}

/// How many personas a plan says are needed.
fn needed(plan: &str) -> u64 {
    let words = plan.split("In four of five cases ").nth(1).unwrap_or_else(|| panic!("{plan}"));
    words.split(' ').next().unwrap().replace(',', "").parse().unwrap()
}

#[test]
fn a_plan_for_a_judge_with_chances_takes_fewer_people() {
    let place = Place::with_samples();
    let plan = |more: &[&str]| place.ok(&[&["plan", "--personas", "40"][..], more].concat()).out;
    let (plain, chances, third) = (plan(&[]), plan(&["--chances"]), plan(&["--chances", "33"]));
    assert!(needed(&plain) > needed(&chances) && needed(&chances) > 2 * needed(&third), "{plain}{chances}{third}");
    assert!(chances.contains("a mean chance of a yes of 30% today (chances, with 70% of the scatter"), "{chances}");
    // A results file shows how much its chances scatter.
    let name = run(&place, "1", CHANCES);
    let of_file = plan(&["--results-file", &name]);
    assert!(of_file.contains("a mean chance of a yes of") && !of_file.contains("with 70% of"), "{of_file}");
    for wrong in ["0", "100", "many"] {
        assert_eq!(place.run(&["plan", "--chances", wrong]).code, Some(2), "{wrong}");
    }
}

#[test]
fn a_judge_that_reads_an_inbox_sees_the_subject_that_is_written_with_the_message_in_one_call() {
    let place = Place::with_samples();
    let name = run(&place, "4", &["--decision-prompt", "inbox", "--ungrounded", "keep"]);
    let file = place.json(&format!("results/{name}.json"));
    let messages: Vec<&serde_json::Value> =
        file["results"].as_array().unwrap().iter().flat_map(|entry| entry["messages"].as_array().unwrap()).collect();
    assert_eq!(file["metadata"]["rejoinder"]["usage"]["generator"]["calls"], messages.len());
    let id = place.run_id("evaluate");
    let calls = place.ok(&["runs", "calls", &id]).out;
    let calls: Vec<serde_json::Value> = calls.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let decisions: Vec<&str> = calls
        .iter()
        .filter(|call| call["role"] == "decision maker")
        .map(|call| call["request"]["user"].as_str().unwrap())
        .collect();
    assert_eq!(decisions.len(), messages.len());
    for message in messages {
        let text = message["message"].as_str().unwrap();
        let (subject, body) = text.split_once("\n\n").unwrap();
        assert!(!subject.is_empty() && !subject.contains('\n') && !body.trim().is_empty(), "{text}");
        assert!(decisions.iter().any(|asked| asked.contains(text)), "{text}");
    }
    // Other judges are shown no subject.
    let plain = run(&place, "4", &["--ungrounded", "keep"]);
    let plain = place.json(&format!("results/{plain}.json"));
    assert_ne!(plain["metadata"]["rejoinder"]["writer"], file["metadata"]["rejoinder"]["writer"]);
}
