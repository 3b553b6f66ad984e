//! What the dashboard's pages show.

#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;

use axum::http::StatusCode;
use program::Place;
use serde_json::json;
use site::{Answer, Pages};

const HOSTILE: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u{1b}[31mred\u{202e} \" ' & =HYPERLINK(1)";

fn judged(message: &str, yes: bool, why: &str) -> serde_json::Value {
    json!({"message": message, "decision": {"decision": yes, "reasoning": why}})
}

/// The same with an audit that calls so many of its first characters made up.
fn audited(message: &str, yes: bool, why: &str, made_up: usize) -> serde_json::Value {
    let mut own = judged(message, yes, why);
    let claim = json!({"start": 0, "end": made_up, "kind": "figure", "verdict": "unsupported"});
    let claims = if made_up > 0 { vec![claim] } else { Vec::new() };
    own["rejoinder"] = json!({"audit": {"auditor": "00ff", "claims": claims}});
    own
}

/// A results file with these entries.
fn results(place: &Place, name: &str, entries: &[serde_json::Value], rejoinder: serde_json::Value) {
    let mut metadata = json!({
        "messages_per_persona": 1, "total_personas": entries.len(), "total_messages": entries.len(),
        "processing_date": "2026-01-02T03:04:05", "system_prompt": "We sell tea.\n\n- Be brief.",
    });
    if !rejoinder.is_null() {
        metadata["rejoinder"] = rejoinder;
    }
    place.write(&format!("data/results/{name}.json"), &json!({"metadata": metadata, "results": entries}).to_string());
}

fn provenance(more: serde_json::Value) -> serde_json::Value {
    let mut own = json!({"schema_version": 1, "run_id": "r", "simulated": false, "seed": 1, "fingerprint": "f"});
    own.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    own
}

/// A parent and its child with one judge: one persona flips to yes, one to no, one stays, and one trial failed.
fn lineage(place: &Place) {
    let entry = |persona: &str, message| json!({"persona": persona, "messages": [message]});
    let before = [
        entry("Ann, finance director of a 400-person firm", judged("Buy tea.", false, "Too generic, no evidence.")),
        entry("Bo, CTO of a 20-person firm", judged("Tea?", true, "Short.")),
        entry("Cy, head of HR", judged("Tea!", false, "I have no budget.")),
    ];
    results(place, "tea_results_20260101_000000", &before, provenance(json!({})));
    let after = [
        entry(
            "Ann, finance director of a 400-person firm",
            audited("Our customers cut costs by 87%.", true, "Numbers.", 30),
        ),
        entry("Bo, CTO of a 20-person firm", audited("Tea again?", false, "Not about me.", 0)),
        entry("Cy, head of HR", judged("Tea, please.", false, "I have no budget.")),
        json!({"persona": "Di", "messages": []}),
    ];
    let more = json!({
        "parent": {"file": "tea_results_20260101_000000.json", "sha256": "0"},
        "failures": [{"persona": 3, "message": 0, "stage": "decide", "reason": "no <b>answer</b>", "text": "Hello Di"}],
        "metrics": {"cycle": {"verdict": {"verdict": "kept", "because": "no_gain"}}},
        "coding": {"coder": "m", "asked": 2, "of": 3, "codes": ["0.0 yes 2", "1.0 no 1"], "quotes": {},
            "other_quotes": [null, null],
            "codebook": {"groups": [
                {"name": "no money", "definition": "No budget.", "side": "against"},
                {"name": "not about me", "definition": "It could go to anybody.", "side": "against"},
                {"name": "gives evidence", "definition": "Figures.", "side": "in_favour"}]}},
    });
    results(place, "tea_results_improvement_run_v1", &after, provenance(more));
}

const CHILD: &str = "/run/tea_results_improvement_run_v1";

#[tokio::test]
async fn an_empty_folder_says_what_to_do_next() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    for (path, link) in
        [("/", "/prompts/new"), ("/live", "/evaluate"), ("/prompts", "/prompts/new"), ("/personas", "/personas/new")]
    {
        let answer = pages.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains("class=\"empty\"") && answer.text.contains(&format!("href=\"{link}\"")), "{path}");
    }
}

#[tokio::test]
async fn text_from_models_personas_and_files_is_text_on_every_page() {
    let place = Place::empty();
    let entry = |persona: &str| json!({"persona": persona, "messages": [judged(HOSTILE, false, HOSTILE)]});
    let more = json!({
        "models": {"generator": HOSTILE}, "partial": HOSTILE,
        "failures": [{"persona": 0, "message": 1, "stage": HOSTILE, "reason": HOSTILE, "text": HOSTILE}],
        "parent": {"file": HOSTILE, "sha256": HOSTILE},
        "metrics": {"cycle": {"verdict": {"verdict": HOSTILE}, "objections": [{"name": HOSTILE,
            "share_of_personas": 50.0}],
            "instructions": [{"text": HOSTILE, "change": 1.0}]}},
    });
    let name = "<b>\"&'x_results_20260101_000000";
    results(&place, name, &[entry(HOSTILE)], provenance(more));
    place.write(&format!("data/prompts/{}.md", "<i>offer"), HOSTILE);
    place.write("data/personas/p.json", &json!([HOSTILE]).to_string());
    place.write("data/results/broken_<u>.json", "{\"metadata\": ");
    let pages = Pages::of(&place.data());
    let run = "/run/%3Cb%3E%22%26%27x_results_20260101_000000";
    let persona = format!("{run}/persona/1");
    let failed = format!("{run}?failed=1");
    let compare = format!("/compare?a={}&b={}", &run[5..], &run[5..]);
    let odd = format!("{run}?segment=%3Cb%3E&objection=%3Cscript%3E&said=%3Cb%3E&page=%3Cb%3E");
    for path in [
        "/",
        "/?q=%3Cscript%3E",
        "/lineage/%3Cb%3E%22%26%27x_results",
        run,
        &persona,
        &failed,
        &compare,
        &odd,
        "/prompts",
        "/prompts/%3Ci%3Eoffer",
        "/personas",
        "/personas/p",
        "/evaluate?model=%22%3E%3Cscript%3E&personas=%3Cb%3E",
        "/improve?run=%3Cb%3E",
        "/nowhere/%3Cscript%3E",
        "/run/%3Cscript%3E",
        "/live/%3Cscript%3E",
        "/challenger?run=%3Cb%3E%22%26%27x_results_20260101_000000",
    ] {
        let answer = pages.get(path).await;
        let text = answer.text.replace("<script src=\"/assets/", "");
        for bad in ["<script", "<img", "<b>", "<i>", "<u>", "onerror=alert(2)>"] {
            assert!(!text.contains(bad), "{path} ({}): {bad}\n{text}", answer.status);
        }
        // Who edits a text gets it as it is.
        if !path.contains("/prompts/") && !path.contains("challenger") {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{path}\n{text}");
        }
    }
}

#[tokio::test]
async fn trials_are_filtered_by_what_is_known_of_them_and_every_filter_has_an_address() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let count = |answer: &Answer| answer.text.matches("<article").count();
    for (query, wanted, words) in [
        ("", 3, "3 trials"),
        ("?said=no", 2, "Not about me"),
        ("?said=yes", 1, "Numbers."),
        ("?flipped=any", 2, "flipped to yes"),
        ("?flipped=no", 1, "Tea again?"),
        ("?flagged=1", 1, "<mark"),
        ("?objection=not+about+me", 1, "Bo"),
        ("?objection=not+about+me&said=yes", 0, "No trial fits"),
        ("?objection=gives+evidence", 1, "Liked: gives evidence"),
        ("?objection=no+money", 0, "No trial fits"),
        ("?objection=unsorted", 1, "Objections: unsorted"),
        ("?objection=something+else", 0, "No trial fits"),
        ("?failed=1", 1, "no &lt;b&gt;answer&lt;/b&gt;"),
        ("?segment=nonsense", 0, "No trial fits"),
        ("?page=99999999999", 3, "3 trials"),
    ] {
        let answer = pages.get(&format!("{CHILD}{query}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(count(&answer), wanted, "{query}\n{}", answer.text);
        assert!(answer.text.contains(words), "{query}: {words}\n{}", answer.text);
        // One of the three has nobody checked.
        let unchecked =
            answer.text.matches("<span class=\"row-claims\"><span class=\"quiet\">claims not checked</span>").count();
        assert_eq!(unchecked > 0, answer.text.contains("Tea, please."), "{query}");
    }
    let flipped = pages.get(&format!("{CHILD}/persona/1")).await;
    assert!(
        flipped.text.contains("flipped to yes")
            && flipped.text.contains("Too generic")
            && flipped.text.contains("Before")
    );
    assert_eq!(pages.get(&format!("{CHILD}/persona/5")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(pages.get(&format!("{CHILD}/persona/0")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_of_a_long_run_hold_each_trial_once_and_in_order() {
    let place = Place::empty();
    let entry = |n: usize| {
        let said = |m: usize| judged(&format!("message {n}/{m}."), (n + m).is_multiple_of(3), "Why not.");
        json!({"persona": format!("person {n}."), "messages": [said(0), said(1)]})
    };
    let entries: Vec<_> = (0..205).map(entry).collect();
    results(&place, "long_results_20260101_000000", &entries, serde_json::Value::Null);
    let pages = Pages::of(&place.data());
    let (mut seen, mut path) = (Vec::new(), "/run/long_results_20260101_000000?said=no".to_owned());
    loop {
        let answer = pages.get(&path).await;
        let messages = answer
            .text
            .split("<blockquote dir=\"auto\">")
            .skip(1)
            .map(|rest| rest.split("</blockquote>").next().unwrap().to_owned());
        seen.extend(messages);
        let Some(next) = answer.text.split("id=\"next\" rel=\"next\" href=\"").nth(1) else { break };
        path = next.split('"').next().unwrap().split('#').next().unwrap().replace("&amp;", "&");
    }
    let wanted: Vec<String> = (0..205_usize)
        .flat_map(|n| (0..2).map(move |m| (n, m)))
        .filter(|(n, m)| !(n + m).is_multiple_of(3))
        .map(|(n, m)| format!("message {n}/{m}."))
        .collect();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_file_that_changes_is_looked_at_anew() {
    let place = Place::empty();
    let entry = |yes| json!({"persona": "Ann", "messages": [judged("Tea?", yes, "Why not.")]});
    results(&place, "a_results_20260101_000000", &[entry(false)], serde_json::Value::Null);
    let pages = Pages::of(&place.data());
    assert!(pages.get("/run/a_results_20260101_000000").await.text.contains("0 of 1"));
    assert!(pages.get("/").await.text.contains("0 of 1"));
    results(&place, "a_results_20260101_000000", &[entry(true), entry(true)], serde_json::Value::Null);
    assert!(pages.get("/run/a_results_20260101_000000").await.text.contains("2 of 2"));
    assert!(pages.get("/").await.text.contains("2 of 2"));
}

#[tokio::test]
async fn what_is_read_of_a_run_later_shows_on_its_page() {
    let place = Place::empty();
    let entry = |persona: &str, why: &str| json!({"persona": persona, "messages": [judged("Tea?", false, why)]});
    let name = "a_results_20260101_000000";
    results(&place, name, &[entry("Ann", "Why me?"), entry("Bo", "No money.")], serde_json::Value::Null);
    let pages = Pages::of(&place.data());
    let path = format!("/run/{name}");
    let answer = pages.get(&path).await;
    assert!(answer.text.contains("What people said is unsorted") && answer.text.contains("Objections: unsorted"));
    let bytes = std::fs::read(place.data().join(format!("results/{name}.json"))).unwrap();
    let reading = json!({"schema_version": 1, "file": name, "sha256": rejoinder::data::results::sha256(&bytes),
        "coding": {
        "coder": "m", "asked": 2, "of": 2, "codes": ["0.0 no 0", "1.0 no"], "quotes": {"0": "Why me?"},
            "other_quotes": ["No money.", null],
        "codebook": {"groups": [{"name": "<b>not about me", "definition": "It could go to anybody.",
            "side": "against"}]}}});
    place.write(&format!("data/readings/{name}.json"), &reading.to_string());
    let answer = pages.get(&format!("{path}?objection=%3Cb%3Enot+about+me")).await;
    assert_eq!(answer.text.matches("<article").count(), 1, "{}", answer.text);
    for part in
        ["Objections: &lt;b&gt;not about me", "<option value=\"something else\">something else (1)</option>", "50%"]
    {
        assert!(answer.text.contains(part), "{part}\n{}", answer.text);
    }
    assert!(!answer.text.contains("What people said is unsorted") && !answer.text.contains("<b>not"));
}

#[tokio::test]
async fn a_file_that_only_the_reader_of_whole_files_understands_is_shown_too() {
    let place = Place::empty();
    // A key twice: the stream leaves it to the other reader, which takes the last.
    let text = "{\"results\": [{\"persona\": \"Ann\", \"persona\": \"Bo\", \"messages\": [{\"message\": \"Tea?\", \
                \"decision\": {\"decision\": true, \"reasoning\": \"Why not.\"}}]}], \"metadata\": {\"system_prompt\": \"x\"}}";
    place.write("data/results/odd.json", text);
    let answer = Pages::of(&place.data()).get("/run/odd").await;
    let refused = answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.text.contains("twice");
    assert!(refused || answer.text.contains("Why not."), "{}", answer.text);
}

#[tokio::test]
async fn downloads_are_what_export_writes() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let run = "tea_results_improvement_run_v1";
    for (form, format, kind) in [
        ("messages.csv", "csv", "text/csv"),
        ("messages.jsonl", "jsonl", "application/jsonl"),
        ("sft.jsonl", "sft", "application/jsonl"),
        ("dpo.jsonl", "dpo", "application/jsonl"),
        ("prompt.md", "prompt", "text/markdown"),
    ] {
        let answer = pages.get(&format!("/run/{run}/{form}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("content-type").starts_with(kind));
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\""));
        assert_eq!(answer.text, place.ok(&["export", run, "--format", format]).out, "{form}");
    }
    for (form, arguments) in [("report.html", ["-o", "-"]), ("report.md", ["--format", "md"])] {
        let answer = pages.get(&format!("/run/{run}/{form}")).await;
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\""));
        assert_eq!(answer.text, place.ok(&["report", run, arguments[0], arguments[1]]).out, "{form}");
    }
    let report = pages.get(&format!("/run/{run}/report.html")).await;
    assert!(!report.text.contains("no <b>answer"), "a reason of a failure is text");
    let pairs = pages.get(&format!("/run/{run}/dpo.jsonl")).await.text;
    assert_eq!(pairs, "", "the only yes has a claim that nothing supports");
    assert_eq!(pages.get(&format!("/run/{run}/x.exe")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lineages_are_searched_and_sorted() {
    let place = Place::empty();
    lineage(&place);
    let entry = json!({"persona": "Ann", "messages": [judged("Coffee?", true, "Why not.")]});
    results(&place, "coffee_results_20260301_000000", &[entry], serde_json::Value::Null);
    let pages = Pages::of(&place.data());
    let order = |answer: &Answer| {
        let at = |name: &str| answer.text.find(&format!("href=\"/lineage/{name}\""));
        (at("tea_results"), at("coffee_results"))
    };
    let (tea, coffee) = order(&pages.get("/?sort=name").await);
    assert!(coffee < tea);
    let (tea, coffee) = order(&pages.get("/?sort=runs").await);
    assert!(tea < coffee);
    let (tea, coffee) = order(&pages.get("/?q=COFFEE").await);
    assert!(tea.is_none() && coffee.is_some());
    let page = pages.get("/lineage/tea_results").await;
    assert!(page.text.contains("Rate by version") && page.text.contains("not enough") || page.text.contains("kept"));
    assert_eq!(pages.get("/lineage/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_runs_are_compared_in_numbers_and_words() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let answer = pages.get("/compare?a=tea_results_20260101_000000&b=tea_results_improvement_run_v1").await;
    assert!(answer.text.contains("1 to yes, 1 to no") && answer.text.contains("Verdict:"), "{}", answer.text);
    assert!(pages.get("/compare").await.text.contains("Choose two. Up to five"));
    assert_eq!(pages.get("/compare?a=x&b=y").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_prompt_is_written_edited_and_never_overwritten_unseen() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let saved =
        pages.post("/prompts", &[("name", "offer"), ("prompt", "Sell tea.\r\nKindly."), ("facts", "Leaf tea.")]).await;
    assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, "/prompts/offer"));
    assert_eq!(std::fs::read_to_string(place.data().join("prompts/offer.md")).unwrap(), "Sell tea.\nKindly.");
    assert_eq!(place.files("prompts"), ["offer.facts.md", "offer.md"]);
    let page = pages.get("/prompts/offer").await.text;
    let mark = page.split("name=\"mark\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(page.contains("Kindly.") && page.contains("Leaf tea."));
    let again = pages.post("/prompts", &[("name", "offer"), ("prompt", "Other.")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a new one does not replace an old one");
    let edited = pages.post("/prompts", &[("name", "offer"), ("prompt", "Mine."), ("mark", &mark)]).await;
    assert_eq!(edited.status, StatusCode::SEE_OTHER);
    let stale = pages.post("/prompts", &[("name", "offer"), ("prompt", "Theirs."), ("mark", &mark)]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("Theirs.") && stale.text.contains("Somebody else has changed it"));
    assert_eq!(std::fs::read_to_string(place.data().join("prompts/offer.md")).unwrap(), "Mine.");
    let empty = pages.post("/prompts", &[("name", "x"), ("prompt", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_challenger_by_hand_is_kept_and_leads_to_the_form_that_tests_it() {
    let place = Place::empty();
    lineage(&place);
    let pages = Pages::of(&place.data());
    let page = pages.get("/challenger?run=tea_results_20260101_000000").await;
    assert!(page.text.contains("We sell tea."));
    let kept = pages
        .post("/challenger", &[("run", "tea_results_20260101_000000"), ("prompt", "We sell tea.\n- Be kind.")])
        .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let form = pages.get(kept.header("location")).await;
    let name = place.files("prompts")[0].trim_end_matches(".md").to_owned();
    assert!(form.text.contains(&format!("value=\"{name}\" selected")), "{}", form.text);
    assert!(form.text.contains("value=\"tea_results_20260101_000000\" selected"));
}

#[tokio::test]
async fn trials_are_shown_by_the_kinds_that_the_lineage_told_apart_and_by_none_where_it_told_none() {
    let place = Place::empty();
    lineage(&place);
    let entry = |persona: &str| json!({"persona": persona, "messages": [judged("Tea?", true, "Short.")]});
    let key = |persona: &str| String::from(rejoinder::optimize::people::pairing::Key::of(persona));
    let kind = |name: &str| json!({"name": name, "definition": "Who is meant."});
    let record = json!({
        "facts": "We sell tea.", "offer": "We sell tea.", "split": {"below": 0},
        "kinds": {"kinds": [kind("Käufer"), kind("heads")], "people": {key("Ann"): 0, key("Bo"): 1, key("Cy"): 9}},
    });
    let (entries, more) = (["Ann", "Bo", "Cy", "Di"].map(entry), provenance(json!({"lineage": record})));
    results(&place, "tee_results_improvement_run_v1", &entries, more);
    let pages = Pages::of(&place.data());
    let run = "/run/tee_results_improvement_run_v1";
    for (query, wanted, words) in [
        ("", 4, "Kind of people"),
        ("?segment=K%C3%A4ufer", 1, "Ann"),
        ("?segment=heads", 1, "Bo"),
        ("?segment=x", 0, ""),
    ] {
        let answer = pages.get(&format!("{run}{query}")).await;
        assert_eq!(answer.text.matches("<article").count(), wanted, "{query}\n{}", answer.text);
        assert!(answer.text.contains(words), "{query}: {}", answer.text);
    }
    assert!(!pages.get(CHILD).await.text.contains("Kind of people"));
}
