//! The before/after of two files: in either order, whoever judged, however often a persona stands in them.

use rejoinder::compare::{Comparison, PairedVerdict};
use rejoinder::data::results::{Results, sha256};
use rejoinder::data::{DataFolder, FileName, Kind};
use rejoinder::optimize::before::judges::{Judges, RecordedJudge, Side};
use rejoinder::optimize::compare_runs::{self, Run};
use serde_json::{Value, json};

fn entries(persona: &str, decisions: impl IntoIterator<Item = bool>) -> Vec<Value> {
    let entry = |(index, decision)| {
        json!({
            "persona": format!("{persona} {index}"),
            "messages": [{ "message": "Hello", "decision": { "decision": decision, "reasoning": "So." } }],
        })
    };
    decisions.into_iter().enumerate().map(entry).collect()
}

fn yes(count: usize, of: usize) -> Vec<Value> {
    entries("Persona", (0..of).map(|index| index < count))
}

fn file(own: Option<Value>, results: Vec<Value>) -> Results {
    let mut metadata = json!({ "system_prompt": "Write." });
    if let Some(own) = own {
        metadata["rejoinder"] = own;
    }
    serde_json::from_value(json!({ "metadata": metadata, "results": results })).unwrap()
}

fn judge(fingerprint: &str, simulated: bool) -> Value {
    json!({ "schema_version": 1, "run_id": "r", "fingerprint": fingerprint, "simulated": simulated, "seed": 1 })
}

/// What the reader of files makes of these results, and their hash.
fn read(results: &Results) -> (Run, String) {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let file = FileName::new(Kind::Results, "x").unwrap();
    let bytes = results.to_bytes().unwrap();
    folder.create_new(&file, &bytes).unwrap();
    (Run::load(&folder, &file).unwrap(), sha256(&bytes))
}

fn compare(a: &Results, b: &Results) -> (Comparison, Judges) {
    compare_runs::compare(&read(a).0, &read(b).0)
}

#[test]
fn decisions_made_again_are_used_in_either_order_and_only_simulated_rates_are_marked() {
    let original = file(None, yes(11, 16));
    let descendant = |parent: &str| {
        let mut own = judge("f", true);
        own["baseline"] = json!({ "file": "x.json", "sha256": parent, "fingerprint": "f", "results": yes(4, 16) });
        file(Some(own), yes(14, 16))
    };

    let hash = read(&original).1;

    let (forward, judges) = compare(&original, &descendant(&hash));
    assert_eq!((forward.original.yes, forward.improved.yes), (4, 14));
    assert!(forward.original.simulated && forward.improved.simulated && forward.original_in_both.simulated);
    let Judges::DecidedAgain { side: Side::Before, recorded, by: RecordedJudge::Unknown } = judges else {
        panic!("{judges:?}")
    };
    assert_eq!((recorded.yes, recorded.simulated, recorded.interval.is_some()), (11, false, true));

    let (backward, judges) = compare(&descendant(&hash), &original);
    assert_eq!((backward.original.yes, backward.improved.yes), (14, 4));
    assert!(matches!(judges, Judges::DecidedAgain { side: Side::After, recorded, .. } if recorded.yes == 11));
    assert_eq!(backward.difference, forward.difference.map(|change| -change));

    let (other, judges) = compare(&original, &descendant("another hash"));
    assert_eq!((judges.are_one(), other.original.simulated, other.improved.simulated), (false, false, true));
}

#[test]
fn equal_fingerprints_are_one_judge_only_if_both_or_neither_are_simulated() {
    let run = |simulated| file(Some(judge("f", simulated)), yes(3, 8));
    assert_eq!(compare(&run(true), &run(true)).1, Judges::Same);
    assert_eq!(compare(&run(true), &run(false)).1, Judges::Different);
}

#[test]
fn three_thousand_entries_with_one_text_are_one_persona() {
    let run = |decision: bool| {
        let entry = entries("The same", [decision]).remove(0);
        file(Some(judge("f", false)), vec![entry; 3_000])
    };
    let (comparison, _) = compare(&run(false), &run(true));
    assert_eq!((comparison.personas, comparison.original.personas, comparison.improved.total), (1, 1, 3_000));
    assert_eq!(comparison.verdict(), PairedVerdict::Undecided);
    let interval = comparison.improved.interval.unwrap();
    assert!(interval.low < 0.3, "{interval:?}");
}
