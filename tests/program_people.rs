//! More people of a population: files of them, and people who are written for a proof.

#[path = "support/program.rs"]
mod program;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;

use program::{Place, Ran};
use serde_json::{Value, json};
use server::{RawServer, json_reply};

const TRAIN: &str = "b2b_saas_personas_train";
const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";

fn like(more: &[&str]) -> Vec<String> {
    let arguments = ["personas", "--like", TRAIN, "--count", "30", "--seed", "1", "--model", "market"];
    arguments.iter().chain(more).map(|part| (*part).to_owned()).collect()
}

fn run(place: &Place, arguments: &[String]) -> Ran {
    place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn texts(entries: &Value) -> Vec<String> {
    let text = |entry: &Value| entry.get("persona").unwrap_or(entry).as_str().unwrap().to_owned();
    entries.as_array().unwrap().iter().map(text).collect()
}

#[test]
fn more_people_of_a_file_are_other_people_and_marked_as_generated() {
    let place = Place::with_samples();
    let ran = run(&place, &like(&[]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("Written: 30 personas (simulated)"), "{}", ran.out);
    let path = "personas/b2b_saas_personas_train_more.json";
    let (more, known) = (place.json(path), texts(&place.json("personas/b2b_saas_personas_train.json")));
    let mark = json!({"like": "b2b_saas_personas_train.json", "model": "market", "simulated": true});
    assert!(more.as_array().unwrap().iter().all(|entry| entry["generated"] == mark), "{more}");
    let people = texts(&more);
    let distinct: BTreeSet<&String> = people.iter().chain(&known).collect();
    assert_eq!((people.len(), distinct.len()), (30, 30 + known.len()));
    // They are people like any others.
    place.ok(&[
        "generate",
        "--persona-file",
        "b2b_saas_personas_train_more",
        "--messages-per-persona",
        "1",
        "--model",
        "market",
    ]);
    // Nobody's file is overwritten, and the file that they are like is no place for them.
    assert_eq!(run(&place, &like(&[])).code, Some(6));
    assert_eq!(run(&place, &like(&["--name", TRAIN])).code, Some(2));
    assert_eq!(run(&place, &like(&["--domain", "banks"])).code, Some(2));
    assert_eq!(place.run(&["personas", "--like", "nobody", "--model", "market"]).code, Some(3));
    assert_eq!(place.run(&["personas", "--domain", "banks", "--model", "market"]).code, Some(2));
}

#[test]
fn what_it_takes_is_said_beforehand_and_a_limit_is_gone_on_from() {
    let place = Place::with_samples();
    let ran = run(&place, &like(&["--dry-run"]));
    assert!(ran.out.contains("3 calls of the generator (personas)"), "{}", ran.out);
    assert_eq!(place.files("personas").len(), 2);
    let ran = run(&place, &like(&["--max-calls", "1", "--concurrency", "1"]));
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert_eq!(place.files("personas").len(), 2, "nothing half-written");
    let ran = run(&place, &like(&[]));
    assert!(ran.code == Some(0) && ran.err.contains("1 answered call found"), "{}{}", ran.out, ran.err);
    let whole = Place::with_samples();
    run(&whole, &like(&[]));
    let path = "personas/b2b_saas_personas_train_more.json";
    assert_eq!(place.json(path), whole.json(path));
}

#[test]
fn a_model_that_copies_the_people_that_it_is_shown_adds_nobody() {
    let place = Place::with_samples();
    let known = texts(&place.json("personas/b2b_saas_personas_train.json"));
    // One as it is, one in capitals, one with another name in front.
    let renamed = known[2].split_once(' ').map(|(_, rest)| format!("Zoltan {rest}")).unwrap();
    let copies = json!({"personas": [known[0], known[1].to_uppercase(), renamed]}).to_string();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let body = json!({
        "id": "chatcmpl-1",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": copies }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 20 }
    });
    let server = runtime.block_on(RawServer::start(vec![json_reply(200, &[], &body)]));
    let arguments = ["personas", "--like", TRAIN, "--count", "10", "--model", "openai/copier"];
    let output = place.command(&arguments).env("OPENAI_BASE_URL", format!("{}/v1", server.base())).output().unwrap();
    let ran = Ran::of(&output);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("no person could be written who is not there already"), "{}", ran.err);
    assert_eq!(place.files("personas").len(), 2);
}

#[test]
fn improve_says_what_so_few_people_may_miss_and_how_to_have_more() {
    let place = Place::with_samples();
    let improve = ["improve", "--results-file", FIRST, "--model", "market", "--max-calls", "5"];
    let more = "rejoinder personas --like b2b_saas_personas_train --count 40 --name b2b_saas_personas_eval";
    let ran = place.run(&improve);
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    for part in
        ["warning: 12 people are kept aside for the proof: kinds rarer than 22% may be missed", "--fresh-people 40"]
    {
        assert!(ran.err.contains(part), "no {part:?} in {}", ran.err);
    }
    assert!(!ran.err.contains(more), "a name that is taken is not advised: {}", ran.err);
    let fresh: Vec<&str> = improve.iter().copied().chain(["--fresh-people", "28"]).collect();
    let ran = place.run(&fresh);
    let said =
        "40 people are kept aside for the proof (28 of them generated for it): kinds rarer than 7% may be missed";
    assert!(ran.err.contains(said) && !ran.err.contains("warning: 40"), "{}", ran.err);
    std::fs::remove_file(place.data().join("personas/b2b_saas_personas_eval.json")).unwrap();
    let ran = place.run(&[&improve[..], &["--fresh"]].concat());
    assert!(ran.err.contains(more), "{}", ran.err);
}

#[test]
fn people_who_are_written_for_a_proof_join_those_kept_aside_and_the_verdict_says_so() {
    let place = Place::with_samples();
    let improve = [
        "improve",
        "--results-file",
        FIRST,
        "--model",
        "market",
        "--fresh-people",
        "28",
        "--calls",
        "600",
        "--seed",
        "3",
    ];
    let dry: Vec<&str> = improve.iter().copied().chain(["--dry-run"]).collect();
    assert!(place.ok(&dry).out.contains("3 calls of the generator (more people for the proof)"));
    let ran = place.ok(&improve);
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    assert!(words.join(" ").contains("28 of the 40 people kept aside were generated by a model"), "{}", ran.out);
    let version = place
        .files("results")
        .into_iter()
        .find(|name| name.contains("_improvement_run_") && name.ends_with(".json"))
        .unwrap();
    let file = place.json(&format!("results/{version}"));
    let cycle = &file["metadata"]["rejoinder"]["metrics"]["cycle"];
    assert_eq!((&cycle["personas"]["unseen"], &cycle["personas"]["generated"]), (&json!(40), &json!(28)));
    let generated = texts(&cycle["generated_people"]);
    let learned: BTreeSet<String> = texts(&place.json("personas/b2b_saas_personas_train.json")).into_iter().collect();
    assert!(generated.len() == 28 && generated.iter().all(|persona| !learned.contains(persona)));
    // The people of the file stay who they are: nobody generated is written to beyond the proof.
    let written = file["results"].as_array().unwrap();
    assert!(written.iter().all(|entry| !generated.contains(&entry["persona"].as_str().unwrap().to_owned())));
}

#[test]
fn kinds_of_the_people_kept_aside_are_told_apart_once_for_a_lineage() {
    let place = Place::with_samples();
    let improve = |file: &str, more: &[&str]| {
        let arguments =
            [&["improve", "--results-file", file, "--model", "market", "--seed", "3", "--max-calls", "600"], more]
                .concat();
        place.ok(&arguments)
    };
    let planned = "1 call of the improver (kinds of the people kept aside, once)";
    let dry = improve(FIRST, &["--dry-run"]).out;
    assert!(dry.contains(planned), "{dry}");
    let ran = improve(FIRST, &["--verbose"]);
    assert!(ran.out.contains("Kinds of people: "), "{}", ran.out);
    let version = "b2b_saas_personas_train_results_improvement_run_v1";
    let kinds =
        |file: &str| place.json(&format!("results/{file}.json"))["metadata"]["rejoinder"]["lineage"]["kinds"].clone();
    let first = kinds(version);
    let (named, people) = (first["kinds"].as_array().unwrap(), first["people"].as_object().unwrap());
    assert!((1..=6).contains(&named.len()) && people.len() == 12, "{first}");
    assert!(people.values().all(|place| place.as_u64().unwrap() < named.len() as u64), "{first}");
    // Who was told apart is not told apart again.
    assert!(!improve(version, &["--dry-run"]).out.contains("kinds of the people"));
    improve(version, &[]);
    assert_eq!(kinds("b2b_saas_personas_train_results_improvement_run_v2"), first);
}
