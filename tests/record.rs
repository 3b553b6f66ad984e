//! The record of a cycle: files of every version read the same, and are written as they were read.
#![allow(clippy::disallowed_methods, reason = "these tests lay out files as others may have written them")]

use rejoinder::compare::second_judge::Opinion;
use rejoinder::data::record::{Metrics, SegmentVerdict};
use rejoinder::data::results::Metadata;
use rejoinder::data::{Results, json};
use rejoinder::optimize::history::Told;
use rejoinder::optimize::{CycleVerdict, Objective};
use serde_json::{Value, json};

const NOW: &str = include_str!("data/record/now.json");
const EARLIER: &str = include_str!("data/record/earlier.json");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A results file with these metrics.
fn file(metrics: &Value) -> Vec<u8> {
    let own = json!({"schema_version": 1, "run_id": "r", "simulated": true, "seed": 1, "usage": {}, "failures": [],
        "metrics": metrics});
    let metadata = json!({"messages_per_persona": 1, "total_personas": 0, "total_messages": 0, "processing_date": "",
        "system_prompt": "We sell tea.", "successful_personas": 0, "rejoinder": own});
    serde_json::to_vec_pretty(&json!({"metadata": metadata, "results": []})).unwrap()
}

/// What a file says, once it was written again byte for byte.
fn reread(metrics: &Value) -> Metadata {
    let bytes = file(metrics);
    let results: Results = json::parse(&bytes).unwrap_or_else(|fault| panic!("{metrics}: {fault}"));
    assert_eq!(String::from_utf8(results.to_bytes().unwrap()), String::from_utf8(bytes));
    results.metadata
}

fn told(metrics: &Value) -> Told {
    Told::of(&reread(metrics)).unwrap()
}

/// The pointer to every value of a document, whole ones before their parts.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found)),
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found));
        }
        _ => {}
    }
}

#[test]
fn the_types_hold_all_that_a_cycle_writes_in_its_order() {
    let metrics: Metrics = serde_json::from_str(NOW).unwrap();
    assert_eq!(serde_json::to_string_pretty(&metrics).unwrap(), NOW.trim());
}

#[test]
fn records_of_every_version_are_written_as_they_were_read() {
    reread(&parsed(NOW));
    reread(&parsed(EARLIER));
}

#[test]
fn a_record_of_today_is_read_whole() {
    let told = told(&parsed(NOW));
    assert_eq!((told.verdict, told.objective), (Some(CycleVerdict::Adopted), Objective::Grounded));
    let proof = told.proof.unwrap();
    assert!(proof.gain.is_some() && proof.personas > 0 && proof.looks > 0);
    assert!(proof.after.grounded.is_some() && proof.after.checked > 0);
    assert!((proof.before.chance.unwrap().mean - 0.4125).abs() < 1e-12);
    assert_eq!(told.referee.unwrap().opinion, Opinion::DoesNot);
    assert_eq!((told.by_hand.len(), told.instructions.len(), told.segments.len()), (2, 2, 3));
    assert!(told.people.is_some() && told.challengers.is_some() && !told.changes.is_empty());
}

#[test]
fn a_record_of_an_earlier_version_says_what_it_knows() {
    let told = told(&parsed(EARLIER));
    let more = CycleVerdict::NotEnoughData { more_personas: Some(30), messages_each: None, unreachable: None };
    assert_eq!((told.verdict, told.objective), (Some(more), Objective::Response));
    let proof = told.proof.unwrap();
    // Its claims were found by rules, and its chances stand beside the rates.
    assert_eq!((proof.before.grounded, proof.before.checked), (None, 0));
    let chance = proof.after.chance.unwrap();
    assert_eq!((chance.outcomes, chance.personas), (0, 6));
    assert!((chance.mean - 0.45).abs() < 1e-12);
    assert_eq!((proof.before.response.yes, proof.before.response.personas), (2, 6));
    // That the second judge's gain was not significant says nothing.
    assert_eq!(told.referee.unwrap().opinion, Opinion::CannotTell);
    assert_eq!((told.people, told.generated, told.challengers), (Some((10, 6)), 0, Some((6, 5))));
    assert_eq!(told.segments[0].verdict, SegmentVerdict::TooSmall);
    assert_eq!(told.instructions[0].change, 0.125);
}

#[test]
fn whatever_is_damaged_is_left_out_and_the_rest_is_read_and_nothing_is_lost() {
    for golden in [NOW, EARLIER] {
        let sound = parsed(golden);
        let mut all = Vec::new();
        pointers(&sound, "", &mut all);
        assert!(all.len() > 100);
        // Metrics that are nothing are not there.
        for at in all.into_iter().skip(1) {
            for damage in [Value::Null, json!("x"), json!(-1.5), json!([true]), json!({"of a later version": 1})] {
                let mut metrics = sound.clone();
                *metrics.pointer_mut(&at).unwrap() = damage;
                let told = Told::of(&reread(&metrics));
                if at.starts_with("/cycle/proof/") {
                    let told = told.unwrap();
                    assert!(told.verdict.is_some() && told.proof.is_some() && !told.segments.is_empty(), "{at}");
                }
            }
        }
    }
}

#[test]
fn a_list_is_no_record_and_one_bad_entry_does_not_cost_the_others() {
    let mut metrics = parsed(NOW);
    metrics["cycle"]["proof"] = json!([]);
    metrics["cycle"]["segments"] =
        json!([7, {"name": "finance"}, {"name": "it", "personas": 9, "verdict": "Sideways"}]);
    let told = told(&metrics);
    assert!(told.proof.is_none());
    let segments: Vec<_> = told.segments.iter().map(|segment| (segment.name.as_str(), segment.verdict)).collect();
    assert_eq!(segments, [("it", SegmentVerdict::Unknown)]);
    metrics["cycle"] = json!([]);
    assert!(Told::of(&reread(&metrics)).is_none());
}

#[test]
fn a_verdict_of_a_later_version_keeps_its_word() {
    let mut metrics = parsed(NOW);
    metrics["cycle"]["verdict"] = json!({"verdict": "adopted_for_some", "whom": ["finance"]});
    let metadata = reread(&metrics);
    assert_eq!(Told::of(&metadata).unwrap().verdict, None);
    assert_eq!(metadata.rejoinder.unwrap().cycle().unwrap().verdict.as_ref().unwrap().word(), "adopted_for_some");
}
