//! A judge that is shown what real people replied to: who is shown to whom, and what files and reports say of it.

#[path = "support/program.rs"]
mod program;

use program::{Place, Ran};
use serde_json::{Value, json};

const RESULTS: &str = "b2b_saas_personas_train_results_20250802_144126";

/// A campaign to the sample's personas, three messages each as if to people of one company; every fourth person replied.
fn replied(wanted: &dyn Fn(usize) -> bool) -> Place {
    let place = Place::with_samples();
    let results = place.json(&format!("results/{RESULTS}.json"));
    let mut lines = vec![json!({
        "schema_version": 1, "name": "spring", "leads": "spring", "lineage": format!("{RESULTS}.json"),
        "created_at": "2026-11-01T00:00:00", "simulated": true, "steps": 1, "generator": "market", "partial": false,
        "arms": [{"name": "a", "prompt": results["metadata"]["system_prompt"], "prompt_file_or_run": RESULTS}],
    })];
    let mut rows = Vec::new();
    for (company, persona) in results["results"].as_array().unwrap().iter().enumerate() {
        let written = persona["messages"][0]["message"].as_str().unwrap();
        for message in [written, "Hello there.", "Just a word."] {
            let index = rows.len();
            let email = format!("person{index}@company{company}.example");
            lines.push(json!({
                "lead": format!("l_{index:016x}"), "email": email, "arm": "a", "persona": persona["persona"],
                "company_key": format!("company{company}.example"), "fields": {"first_name": "Quirin"},
                "steps": [{"number": 1, "subject": "Month end", "body": format!("Dear Quirin,\n{message}")}],
            }));
            let reply = if wanted(index) { json!("2026-11-05T09:00:00") } else { Value::Null };
            rows.push(
                json!({"lead_email": email, "sequence_number": 1, "reply_time": reply,
                "sent_time": "2026-11-02T08:00:00"})
                .to_string(),
            );
        }
    }
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    place.write("data/campaigns/spring.jsonl", &text.join("\n"));
    place.write("export.jsonl", &rows.join("\n"));
    place.ok(&["replies", "import", "export.jsonl", "--from", "smartlead", "--campaign", "spring"]);
    place
}

fn evaluated(place: &Place, more: &[&str]) -> Value {
    let before = place.files("results");
    let evaluate =
        ["evaluate", "--persona-file", "b2b_saas_personas_train", "--messages-per-persona", "1", "--model", "market"];
    place.ok(&[&evaluate[..], more].concat());
    let name = place.files("results").into_iter().find(|name| !before.contains(name)).unwrap();
    place.json(&format!("results/{name}"))
}

#[test]
fn a_judge_with_examples_is_another_judge_and_its_file_says_which_it_was_shown() {
    let place = replied(&|index| index % 4 == 0);
    let plain = evaluated(&place, &[]);
    let shown = evaluated(&place, &["--examples", "spring", "--seed", "7"]);
    let own = |results: &Value| results["metadata"]["rejoinder"].clone();
    assert_eq!(own(&plain).get("examples"), None);
    assert_eq!(own(&shown)["examples"]["campaign"], "spring");
    assert_eq!(own(&shown)["examples"]["sha256"].as_str().unwrap().len(), 64);
    assert_ne!(own(&plain)["fingerprint"], own(&shown)["fingerprint"]);

    // The settings file means the same, and the flag overrides it.
    place.write("rejoinder.toml", "examples = \"spring\"\n");
    assert_eq!(own(&evaluated(&place, &["--seed", "8"]))["fingerprint"], own(&shown)["fingerprint"]);
    let none = evaluated(&place, &["--seed", "9", "--examples", "none"]);
    assert_eq!(own(&none)["fingerprint"], own(&plain)["fingerprint"]);
    // Other replies are other examples.
    let rows = (0..6).map(|index| format!("person{index}@company{}.example,yes\n", index / 3)).collect::<String>();
    place.write("more.csv", &format!("email,replied\n{rows}"));
    place.ok(&["replies", "import", "more.csv", "--from", "csv", "--campaign", "spring"]);
    assert_ne!(own(&evaluated(&place, &["--seed", "10"]))["fingerprint"], own(&shown)["fingerprint"]);
}

#[test]
fn an_improved_file_says_which_examples_its_judge_was_shown() {
    let place = replied(&|index| index % 4 == 0);
    let improve = ["improve", "--results-file", RESULTS, "--model", "market", "--calls", "60", "--no-report"];
    let ran = place.run(&[&improve[..], &["--examples", "spring"]].concat());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let name = place.files("results").into_iter().find(|name| name.contains("improvement")).unwrap();
    let own = place.json(&format!("results/{name}"))["metadata"]["rejoinder"].clone();
    if !own["fingerprint"].is_null() {
        assert_eq!(own["examples"]["campaign"], "spring", "{own}");
        let shown = place.ok(&["show", name.trim_end_matches(".json")]);
        assert!(shown.out.contains("The judge was shown real examples: campaign spring"), "{}", shown.out);
    }
    // Its parent was judged by another judge, so that its messages were decided again.
    assert!(own["baseline"]["fingerprint"].is_string(), "{own}");
}

#[test]
fn real_replies_are_sorted_into_the_groups_of_the_objections_and_shown_as_real() {
    let place = replied(&|_| false);
    let rows: String = (0..48)
        .map(|index| {
            let said = ["It is too generic for us.", "Who are you?", "Send me the details."][index % 3];
            format!(
                "person{index}@company{}.example,yes,{said},{}\n",
                index / 3,
                if index % 3 == 2 { "yes" } else { "no" }
            )
        })
        .collect();
    place.write("more.csv", &format!("email,replied,reply_text,positive\n{rows}"));
    place.ok(&["replies", "import", "more.csv", "--from", "csv", "--campaign", "spring"]);
    place.ok(&["improve", "--results-file", RESULTS, "--model", "market", "--calls", "60", "--no-report"]);
    let name = place.files("results").into_iter().find(|name| name.contains("improvement")).unwrap();
    let groups = place.json(&format!("results/{name}"))["metadata"]["rejoinder"]["real_replies"].clone();
    let groups = groups.as_array().unwrap_or_else(|| panic!("no groups in {name}"));
    let sides: Vec<&str> = groups.iter().map(|group| group["side"].as_str().unwrap()).collect();
    assert!(sides.contains(&"against") && sides.contains(&"in_favour"), "{groups:?}");
    assert!(groups.iter().all(|group| group["of"] == 48), "{groups:?}");
    let stem = name.trim_end_matches(".json");
    let shown = place.ok(&["show", stem]);
    assert!(shown.out.contains("REAL REPLIES") && shown.out.contains("  real, against: "), "{}", shown.out);
    let report = place.ok(&["report", stem, "--format", "md"]);
    assert!(report.out.contains("- real, against: "), "{}", report.out);
}

#[test]
fn calibrate_says_whether_examples_made_it_rank_better() {
    let place = replied(&|index| index % 3 == 0);
    let calibrate = |more: &[&str]| -> Ran {
        place.run(&[&["calibrate", RESULTS, "--model", "market", "--scored", "--examples", "spring"], more].concat())
    };
    let plan = calibrate(&["--dry-run"]);
    assert!(plan.out.contains("the same without examples"), "{}{}", plan.out, plan.err);
    let limited = calibrate(&["--max-calls", "9"]);
    assert_eq!((limited.code, place.files("calibrations")), (Some(8), Vec::new()), "{}", limited.err);
    let done = calibrate(&[]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    let kept = place.json("calibrations/b2b_saas_personas_train_results.json");
    let found = &kept["of_examples"];
    assert_eq!(found["replied"], kept["replies"]["yes"], "{kept}");
    assert_eq!(kept["examples"]["campaign"], "spring");
    assert!(done.out.contains("the examples made it rank your readers") || done.out.contains("The examples made it"));
    assert!(done.out.contains("Examples: of campaign spring, "), "{}", done.out);
    // Another judge than one without examples.
    let plain = place.ok(&["calibrate", RESULTS, "--model", "market", "--scored"]);
    assert!(!plain.out.contains("examples"), "{}", plain.out);
    let bare = place.json("calibrations/b2b_saas_personas_train_results.json");
    assert_ne!(bare["fingerprint"], kept["fingerprint"]);
    assert!((bare["ranked"]["auc"].as_f64().unwrap() - found["without"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn nine_replies_are_too_few() {
    let place = replied(&|index| index < 9);
    let done = place.ok(&["calibrate", RESULTS, "--model", "market", "--scored", "--examples", "spring"]);
    assert!(done.out.contains("cannot be said: too few (9 replied"), "{}", done.out);
}

#[test]
fn what_cannot_be_shown_ends_in_one_clear_line() {
    let place = replied(&|_| false);
    let evaluate = |examples: &str| {
        let ran = place.run(&[
            "evaluate",
            "--persona-file",
            "b2b_saas_personas_train",
            "--model",
            "market",
            "--examples",
            examples,
        ]);
        assert_eq!(ran.err.trim().lines().count(), 1, "{}", ran.err);
        (ran.code, ran.err)
    };
    let (code, said) = evaluate("spring");
    assert!(code == Some(2) && said.contains("somebody who replied"), "{said}");
    let (code, said) = evaluate("absent");
    assert!(code == Some(3) && said.contains("absent"), "{said}");
    std::fs::remove_file(place.data().join("replies/spring.jsonl")).unwrap();
    let (code, said) = evaluate("spring");
    assert!(code == Some(2) && said.contains("rejoinder replies import FILE --campaign spring"), "{said}");
}
