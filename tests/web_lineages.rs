//! What the dashboard says of a lineage: whether it worked, what changed, what to do now, and that every page says the same.

#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;
#[path = "support/tea.rs"]
mod tea;

use axum::http::StatusCode;
use program::Place;
use serde_json::{Value, json};
use site::Pages;
use tea::{BETTER, BETTER_PROMPT, FIRST, FIRST_PROMPT, STAYED, cycle, judged, lineage, memory, run, words};

#[tokio::test]
async fn the_first_screen_of_a_lineage_says_whether_it_worked_what_changed_and_what_to_do() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    for path in ["/lineage/tea_results", "/"] {
        let answer = pages.get(path).await;
        let text = words(&answer.text);
        for part in ["proved better", "+62.5", "Name one pain of the reader.", "Next:", "copy the prompt", "Copy"] {
            assert!(text.contains(part), "{path}: {part}\n{text}");
        }
        assert!(answer.text.contains("could go to anybody") && text.contains("75% to 0%"), "{path}\n{text}");
        // Of the attempt that failed a quiet line tells, and nothing else.
        assert!(text.contains("Last attempt ( v2 ): no better prompt found, -11.1 points"), "{path}\n{text}");
    }
    let page = words(&pages.get("/lineage/tea_results").await.text);
    assert!(
        page.contains("87.5%") && page.contains("7 of 8") && page.contains("25.0%") && page.contains("2 of 8"),
        "{page}"
    );
    assert!(page.contains("before: 4 of 8"), "made-up claims before and after\n{page}");
}

#[tokio::test]
async fn a_candidate_that_did_no_better_is_not_called_not_proved() {
    let place = Place::empty();
    run(&place, FIRST, FIRST_PROMPT, 5, 1, json!({}));
    let verdict = json!({"verdict": "not_enough_data", "unreachable": "no_gain"});
    let parent = json!({"file": format!("{FIRST}.json"), "sha256": "0"});
    let own = json!({"parent": parent, "metrics": cycle(&verdict, (6, 2), -50.0, json!({})), "lineage": memory()});
    run(&place, BETTER, FIRST_PROMPT, 5, 1, own);
    let pages = Pages::of(&place.data());
    for page in ["/lineage/tea_results", &format!("/run/{BETTER}"), "/"] {
        let text = words(&pages.get(page).await.text);
        assert!(text.to_lowercase().contains("no better prompt found"), "{page}: {text}");
        assert!(!text.contains("too few people") && !text.contains("not enough data"), "{page}: {text}");
    }
}

#[tokio::test]
async fn a_version_in_which_the_prompt_stayed_is_no_new_measurement() {
    let place = Place::empty();
    lineage(&place);
    let answer = Pages::of(&place.data()).get("/lineage/tea_results").await;
    let chart = answer.text.split("id=\"rates-chart-description\"").nth(1).unwrap().split("</desc>").next().unwrap();
    let row = chart.split("v2, stayed:").nth(1).unwrap();
    assert!(!row.contains("people learned from") && row.contains("people kept aside 87.5%"), "{chart}");
    let drawn =
        answer.text.split("aria-labelledby=\"rates-chart-title").nth(1).unwrap().split("</svg>").next().unwrap();
    assert_eq!(drawn.matches(" hollow\"").count(), 1, "{drawn}");
    assert!(answer.text.contains("the prompt stayed, and so did its messages"), "{}", answer.text);
}

#[tokio::test]
async fn objections_of_the_first_run_and_of_the_newest_prompt_stand_side_by_side_and_lead_to_their_trials() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let answer = pages.get("/lineage/tea_results").await;
    for (run, objection) in [(FIRST, "could+go+to+anybody"), (BETTER, "no+budget")] {
        let link = format!("href=\"/run/{run}?objection={objection}#trials-head\"");
        assert!(answer.text.contains(&link), "{link}\n{}", answer.text);
    }
    let run = pages.get(&format!("/run/{BETTER}")).await;
    let before = format!("href=\"/run/{FIRST}?objection=could+go+to+anybody#trials-head\"");
    assert!(run.text.contains(&before), "{}", run.text);
    let trials = pages.get(&format!("/run/{FIRST}?objection=could+go+to+anybody")).await;
    assert!(words(&trials.text).contains("15 trials of 20"), "{}", trials.text);
    let first = pages.get(&format!("/run/{FIRST}")).await;
    assert!(words(&first.text).contains("could go to anybody"), "a first run has its objections too");
}

#[tokio::test]
async fn a_run_has_the_figures_of_its_report() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let page = words(&pages.get(&format!("/run/{BETTER}")).await.text);
    let report = pages.get(&format!("/run/{BETTER}/report.html")).await.text;
    let tiles = words(report.split("<dl class=\"tiles\">").nth(1).unwrap().split("</dl>").next().unwrap());
    let shares: Vec<&str> = tiles.split_whitespace().filter(|word| word.ends_with('%')).collect();
    assert!(shares.len() >= 2, "{tiles}");
    for share in shares {
        assert!(page.contains(share), "{share} of the report is not on the page\n{tiles}\n{page}");
    }
    assert!(page.contains("This run, people learned from") && page.contains("people kept aside"), "{page}");
}

#[tokio::test]
async fn each_of_several_messages_has_its_own_before() {
    let place = Place::empty();
    run(&place, FIRST, FIRST_PROMPT, 5, 3, json!({}));
    let parent = json!({"parent": {"file": format!("{FIRST}.json"), "sha256": "0"}});
    run(&place, BETTER, BETTER_PROMPT, 17, 3, parent);
    let answer = Pages::of(&place.data()).get(&format!("/run/{BETTER}")).await;
    for number in 0..3 {
        let id = format!("id=\"trial-1-{}\"", number + 1);
        let trial = answer.text.split(&id).nth(1).unwrap().split("</article>").next().unwrap();
        for (run, times) in [(FIRST, number), (BETTER, number)] {
            assert!(trial.contains(&format!("{run}: 0/{times}.")), "{id}\n{trial}");
        }
        let other = (number + 1) % 3;
        assert!(!trial.contains(&format!("{FIRST}: 0/{other}.")), "{id} has another's before\n{trial}");
    }
}

#[tokio::test]
async fn what_is_edited_and_downloaded_is_the_prompt_on_the_page() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let edited = pages.get(&format!("/challenger?run={FIRST}")).await.text;
    assert!(edited.contains("- Be brief.") && !edited.contains("Name one pain"), "{edited}");
    assert_eq!(pages.get(&format!("/run/{FIRST}/prompt.md")).await.text, format!("{FIRST_PROMPT}\n"));
    assert_eq!(pages.get(&format!("/run/{BETTER}/prompt.md")).await.text, format!("{BETTER_PROMPT}\n"));
}

#[tokio::test]
async fn a_run_that_is_incomplete_says_so_wherever_its_rate_stands() {
    let place = Place::empty();
    run(
        &place,
        FIRST,
        FIRST_PROMPT,
        0,
        1,
        json!({"partial": "the limit of calls was reached; 380 trials were not run"}),
    );
    let pages = Pages::of(&place.data());
    for path in ["/", "/lineage/tea_results", &format!("/run/{FIRST}")] {
        let text = words(&pages.get(path).await.text);
        assert!(text.contains("0.0%") && text.contains("0 of 20"), "{path}\n{text}");
        assert!(text.contains("partial") || text.contains("incomplete"), "{path}\n{text}");
        assert!(text.contains("380 trials were not run"), "{path}\n{text}");
    }
}

#[tokio::test]
async fn whoever_wrote_a_candidate_gets_an_answer_about_it() {
    let place = Place::empty();
    run(&place, FIRST, FIRST_PROMPT, 5, 1, json!({}));
    let mine = format!("{FIRST_PROMPT}\n- Rhyme.");
    let tested = |more: Value| {
        let mut own = json!({"prompt": mine, "expected": [0.4, 0.5]});
        own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        own
    };
    let kept = json!({"verdict": "kept", "because": "no_gain"});
    let adopted = json!({"verdict": "adopted"});
    let cases = [
        (&kept, json!({"prompt": mine, "refused": "it says nothing"}), "not tested It says nothing."),
        (&kept, tested(json!({"same": true})), "there was nothing to test"),
        (&kept, tested(json!({"raced": {"successes": 9.0, "messages": 36, "dropped_after": 24}})), "after 24 people"),
        (&kept, tested(json!({"raced": {"successes": 9.0, "messages": 36}})), "25% of 36 messages succeeded"),
        (&kept, tested(json!({"won": true})), "was not proved better on people kept aside"),
        (&adopted, tested(json!({"won": true})), "it is the current prompt now"),
        (
            &kept,
            tested(json!({"cut": ["\"We are the best\" (a claim)"]})),
            "Cut out before it was tested: \"We are the best\"",
        ),
    ];
    for (verdict, candidate, answer) in cases {
        let metrics = cycle(verdict, (2, 3), 5.0, json!({"by_hand": [candidate]}));
        let parent = json!({"file": format!("{FIRST}.json"), "sha256": "0"});
        run(&place, BETTER, FIRST_PROMPT, 5, 1, json!({"parent": parent, "metrics": metrics, "lineage": memory()}));
        let page = Pages::of(&place.data()).get(&format!("/run/{BETTER}")).await;
        let text = words(&page.text);
        assert!(text.contains("Your candidate") && text.contains(answer), "{answer}\n{text}");
        assert!(page.text.contains("<ins>") || candidate_is_refused(&text), "how it differs is shown\n{}", page.text);
    }
}

fn candidate_is_refused(text: &str) -> bool {
    text.contains("not tested")
}

#[tokio::test]
async fn trials_are_found_by_their_words_put_in_order_and_paged_by_number() {
    let place = Place::empty();
    run(&place, FIRST, FIRST_PROMPT, 5, 3, json!({}));
    let pages = Pages::of(&place.data());
    let found = pages.get(&format!("/run/{FIRST}?text=PERSON+7%2C")).await;
    assert!(words(&found.text).contains("3 trials of 60"), "{}", found.text);
    let found = pages.get(&format!("/run/{FIRST}?text=13%2F2.")).await;
    assert!(words(&found.text).contains("1 trial of 60") && found.text.contains("id=\"trial-14-3\""), "{}", found.text);
    assert!(pages.get(&format!("/run/{FIRST}?text=coffee")).await.text.contains("No trial fits."));
    let first =
        |text: &str| text.split("<article class=\"trial\" id=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(first(&pages.get(&format!("/run/{FIRST}")).await.text), "trial-1-1");
    assert_eq!(first(&pages.get(&format!("/run/{FIRST}?order=no")).await.text), "trial-6-1");
    let third = pages.get(&format!("/run/{FIRST}?order=no&page=3")).await;
    assert!(third.text.contains("<input id=\"page\" type=\"number\" name=\"page\" min=\"1\" max=\"3\" value=\"3\">"));
    assert!(third.text.contains("<input type=\"hidden\" name=\"order\" value=\"no\">"), "{}", third.text);
}

#[tokio::test]
async fn a_report_is_kept_until_a_file_of_its_lineage_changes() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    for form in ["report.html", "sft.jsonl", "dpo.jsonl", "messages.csv"] {
        let path = format!("/run/{BETTER}/{form}");
        let made = pages.get(&path).await;
        assert_eq!(made.status, StatusCode::OK, "{form}");
        assert_eq!(pages.get(&path).await.text, made.text, "{form}: the second time it is the same");
    }
    let report = format!("/run/{BETTER}/report.html");
    let sft = format!("/run/{BETTER}/sft.jsonl");
    let (old_report, old_sft) = (pages.get(&report).await.text, pages.get(&sft).await.text);
    let metrics = cycle(&json!({"verdict": "adopted"}), (2, 8), 75.0, json!({}));
    let parent = json!({"file": format!("{FIRST}.json"), "sha256": "0"});
    run(&place, BETTER, BETTER_PROMPT, 18, 1, json!({"parent": parent, "metrics": metrics, "lineage": memory()}));
    let (new_report, new_sft) = (pages.get(&report).await.text, pages.get(&sft).await.text);
    assert!(new_report.contains("+75.0") && !old_report.contains("+75.0"));
    assert_eq!((old_sft.lines().count(), new_sft.lines().count()), (17, 18));
}

#[tokio::test]
async fn people_may_disagree_and_what_they_say_is_kept_shown_exported_and_held_against_the_models() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let path = format!("/run/{BETTER}/opinion");
    let say = async |entry: &str, say: &str, who: &str| {
        let fields = [("entry", entry), ("message", "0"), ("say", say), ("who", who), ("note", "It is <b>ours</b>.")];
        pages.post(&path, &fields).await
    };
    for (entry, word) in [("0", "right"), ("1", "right"), ("2", "wrong"), ("18", "right"), ("0", "hold")] {
        let kept = say(entry, word, "Ann").await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    }
    assert_eq!(say("2", "right", "Ann").await.status, StatusCode::SEE_OTHER, "Ann changes her mind");
    let persona = pages.get(&format!("/run/{BETTER}/persona/1?who=Ann")).await.text;
    assert!(words(&persona).contains("Ann would not send this: It is &lt;b&gt;ours&lt;/b&gt;."), "{persona}");
    assert!(persona.contains("name=\"who\" value=\"Ann\"") && !persona.contains("<b>ours"), "{persona}");
    let run = words(&pages.get(&format!("/run/{BETTER}")).await.text);
    assert!(run.contains("agree: 100.0% (4 of 4)") && run.contains("AC1 1.00"), "{run}");
    assert!(run.contains("Messages that a person would send: 0 of 1"), "{run}");
    let exported = pages.get(&format!("/run/{BETTER}/opinions.jsonl")).await.text;
    assert_eq!(exported.lines().count(), 5, "{exported}");
    let line: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    assert_eq!((&line["who"], &line["about"], &line["person"]), (&json!("Ann"), &json!("decision"), &json!(true)));
    for (entry, word, who) in
        [("0", "right", " "), ("0", "true-7", "Ann"), ("0", "nonsense", "Ann"), ("x", "right", "Ann")]
    {
        assert_eq!(say(entry, word, who).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{entry} {word} {who}");
    }
    let unsent = pages.post_as(&path, &[("entry", "0")], &[("origin", "http://elsewhere.example")]).await;
    assert_eq!(unsent.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_claim_that_is_corrected_enters_the_facts_only_after_a_yes() {
    let place = Place::empty();
    let claim = json!({"start": 0, "end": 11, "kind": "figure", "verdict": "unsupported"});
    let message = json!({"message": "Ten offices drink it.", "decision": {"decision": true, "reasoning": "Why not."},
        "rejoinder": {"audit": {"auditor": "00ff", "claims": [claim]}}});
    let own = json!({"schema_version": 1, "run_id": "r", "simulated": false, "seed": 1, "fingerprint": "f"});
    let metadata = json!({"messages_per_persona": 1, "total_personas": 1, "total_messages": 1, "system_prompt": "We sell tea.",
        "processing_date": "2026-01-02T03:04:05", "rejoinder": own});
    let results = json!({"metadata": metadata, "results": [{"persona": "Ann", "messages": [message]}]});
    place.write(&format!("data/results/{FIRST}.json"), &results.to_string());
    let pages = Pages::of(&place.data());
    let fields =
        [("entry", "0"), ("message", "0"), ("say", "true-0"), ("who", "Bo"), ("note", "Ten offices drink it, page 3.")];
    pages.post(&format!("/run/{FIRST}/opinion"), &fields).await;
    assert!(place.files("prompts").is_empty(), "nothing enters the facts by itself");
    let page = pages.get(&format!("/run/{FIRST}/persona/1")).await.text;
    assert!(words(&page).contains("says that \u{201c}Ten offices\u{201d} is true"), "{page}");
    assert!(page.contains("Yes, add it") && page.contains("value=\"Ten offices drink it, page 3.\""), "{page}");
    let added = pages.post(&format!("/run/{FIRST}/fact"), &[("fact", "Ten offices drink it, page 3.")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let facts = std::fs::read_to_string(place.data().join("prompts/tea_results.facts.md")).unwrap();
    assert_eq!(facts, "We sell tea.\nTen offices drink it, page 3.\n");
    assert!(pages.get(added.header("location")).await.text.contains("Those of the lineage, with what people added"));
    let run = words(&pages.get(&format!("/run/{FIRST}")).await.text);
    assert!(run.contains("Claims on which a person and the auditor agree: 0.0% (0 of 1)"), "{run}");
}

#[tokio::test]
async fn up_to_five_runs_are_laid_side_by_side_with_their_messages() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let page = pages.get(&format!("/compare?a={FIRST}&b={BETTER}&c={STAYED}&page=2")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for run in [FIRST, BETTER, STAYED] {
        assert!(page.text.contains(&format!("{run}: 5/0.")) && !page.text.contains(&format!("{run}: 4/0.")), "{run}");
    }
    let text = words(&page.text);
    assert!(text.contains("From A to B") && text.contains("From A to C") && text.contains("Page 2 of 4"), "{text}");
}

#[tokio::test]
async fn everybody_stands_beside_what_they_said_to_every_version_and_each_place_leads_to_the_messages() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let lineage = pages.get("/lineage/tea_results").await.text;
    assert!(lineage.contains("href=\"/lineage/tea_results/people\""), "{lineage}");
    let grid = pages.get("/lineage/tea_results/people").await.text;
    let heads = grid.split("<thead>").nth(1).unwrap().split("</thead>").next().unwrap();
    assert_eq!(
        heads.matches("<th scope=\"col\">").count(),
        3,
        "a person, the first run, v1; v2 kept the prompt: {heads}"
    );
    let rows: Vec<&str> = grid.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 20);
    // Of person 5, who said no and then yes.
    let link = |run: &str, class: &str, word: &str| {
        let sign = if word == "yes" { "+" } else { "−" };
        format!(
            "<a class=\"{class}\" href=\"/run/{run}/persona/6\"><span aria-hidden=\"true\">{sign}</span>\
                 <span class=\"sr\">{word}</span>"
        )
    };
    let person = rows[5];
    assert!(person.contains("Person 5, head of HR."), "{person}");
    assert!(
        person.contains(&link(FIRST, "said-no", "no")) && person.contains(&link(BETTER, "said-yes", "yes")),
        "{person}"
    );
    let aside = grid.matches("kept aside</span>").count();
    assert!(aside > 0 && grid.contains(&format!("20 people, of whom {aside} are kept aside")), "{grid}");
    let count = |text: &str| text.matches("<th scope=\"row\">").count();
    assert_eq!(count(&pages.get("/lineage/tea_results/people?who=aside").await.text), aside);
    assert_eq!(count(&pages.get("/lineage/tea_results/people?who=learned").await.text), 20 - aside);
    assert_eq!(count(&pages.get("/lineage/tea_results/people?who=changed").await.text), 12, "those from 5 to 16");
    assert_eq!(pages.get("/lineage/nothing/people").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_person_who_stands_twice_in_a_file_has_one_row_with_all_that_they_said() {
    let place = Place::empty();
    run(&place, FIRST, FIRST_PROMPT, 5, 1, json!({}));
    let path = format!("results/{FIRST}.json");
    let mut file = place.json(&path);
    file["results"][7]["persona"] = file["results"][2]["persona"].clone();
    place.write(&format!("data/{path}"), &file.to_string());
    let grid = Pages::of(&place.data()).get("/lineage/tea_results/people").await.text;
    let row = grid.split("<tr>").find(|row| row.contains("Person 2, head of HR.")).unwrap();
    assert!(row.contains(&format!("/run/{FIRST}/persona/3\"")) && words(row).contains("1 of 2"), "{row}");
    assert!(grid.contains("19 people"), "{grid}");
}

#[tokio::test]
async fn many_people_are_shown_page_by_page_and_several_messages_or_chances_as_figures() {
    let place = Place::empty();
    let said = |yes: bool, score: Option<f64>| {
        let mut said = judged("m", yes);
        if let Some(score) = score {
            said["decision"]["score"] = json!(score);
        }
        said
    };
    let entry = |person: usize| {
        let messages = match person {
            0 => vec![said(true, None), said(true, None), said(false, None)],
            1 => vec![said(false, Some(0.07)), said(false, Some(0.05))],
            2 => vec![],
            _ => vec![said(true, None)],
        };
        json!({"persona": format!("Person {person}."), "messages": messages})
    };
    let entries: Vec<Value> = (0..120).map(entry).collect();
    let metadata = json!({"messages_per_persona": 3, "total_personas": 120, "total_messages": 122,
        "processing_date": "2026-01-02T03:04:05", "system_prompt": "p",
        "rejoinder": {"schema_version": 1, "run_id": "r", "simulated": false, "seed": 1, "fingerprint": "f"}});
    place.write(&format!("data/results/{FIRST}.json"), &json!({"metadata": metadata, "results": entries}).to_string());
    let pages = Pages::of(&place.data());
    let first = words(&pages.get("/lineage/tea_results/people").await.text);
    assert!(first.contains("Person 0. + yes 2 of 3") && first.contains("Person 1. − no 0.06"), "{first}");
    assert!(first.contains("Person 2. not asked") && first.contains("Page 1 of 3"), "{first}");
    let last = words(&pages.get("/lineage/tea_results/people?page=3").await.text);
    assert!(last.contains("Person 119.") && !last.contains("Person 99."), "{last}");
}
