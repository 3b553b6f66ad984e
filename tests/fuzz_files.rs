//! Personas, messages and results files, damaged and altered: each either loads, and then survives being written and
//! read, or ends in one line. What loads can be shown, learnt from, compared and exported without a panic.
#![allow(clippy::disallowed_methods, reason = "these tests lay out hostile files; nothing else reads them")]

#[path = "support/mutate.rs"]
mod mutate;

use std::fs;

use mutate::{altered, cases, damaged};
use proptest::prelude::*;
use rejoinder::compare::Comparison;
use rejoinder::data::export::{Csv, Exporter, Jsonl};
use rejoinder::data::{DataFolder, Entry, Error, FileName, Kind, Part, Results, messages, personas, results_stream};
use rejoinder::improve::Feedback;
use rejoinder::optimize::people::pairing::Clusters;
use rejoinder::report::run::{Detail, Filter};
use serde_json::{Value, json};

struct Place {
    _root: tempfile::TempDir,
    folder: DataFolder,
}

impl Place {
    fn with(kind: Kind, bytes: &[u8]) -> (Self, FileName) {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        fs::create_dir(folder.subfolder(kind)).unwrap();
        let file = FileName::new(kind, "x").unwrap();
        fs::write(folder.path(&file), bytes).unwrap();
        (Place { _root: root, folder }, file)
    }
}

fn one_line(error: &Error) -> Result<(), TestCaseError> {
    let line = error.to_string();
    prop_assert!(!line.contains(['\n', '\r']), "{line:?}");
    prop_assert!(line.len() < 1_500, "{} bytes: {line}", line.len());
    Ok(())
}

fn check_results(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (place, file) = Place::with(Kind::Results, bytes);
    let (results, _) = match Results::load(&place.folder, &file) {
        Ok(loaded) => loaded,
        Err(error) => return one_line(&error),
    };
    let written = results.to_bytes().unwrap();
    place.folder.replace(&file, &written).unwrap();
    let (again, _) = Results::load(&place.folder, &file)
        .map_err(|error| TestCaseError::fail(format!("what was written cannot be read: {error}")))?;
    prop_assert_eq!(String::from_utf8(again.to_bytes().unwrap()).unwrap(), String::from_utf8(written).unwrap());
    let wanted = (Detail::new(Filter::All, 10), (Feedback::default(), Clusters::default()));
    let ((detail, (heard, clusters)), head) = results_stream::gather(&place.folder, &file, &wanted).unwrap();
    prop_assert_eq!((head.counts.yes, head.counts.total), results.counts());
    let shown = detail.text(&file, &head.metadata, &head.counts, None);
    let is_plain = |c: char| !c.is_control() || c == '\n' || c == '\t';
    prop_assert!(shown.chars().all(is_plain), "{shown:?}");
    let _ = (heard.objections().lines_with_shares(), heard.lines());
    let _ = Comparison::from_pairs(&Clusters::paired(&clusters, &Clusters::of(&again.results)));
    for exporter in [&Csv as &dyn Exporter, &Jsonl] {
        let mut rows = exporter.begin(Box::new(std::io::sink())).unwrap();
        for (index, entry) in results.results.iter().enumerate() {
            rows.add(&Entry::from_result(Part::Results, index, entry)).unwrap();
        }
        rows.finish().unwrap();
    }
    Ok(())
}

fn check_messages(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (place, file) = Place::with(Kind::Messages, bytes);
    let rows = match messages::load(&place.folder, &file) {
        Ok(rows) => rows,
        Err(error) => return one_line(&error),
    };
    messages::save(&place.folder, &file, &rows).unwrap();
    let again = messages::load(&place.folder, &file);
    prop_assert_eq!(again.map_err(|error| TestCaseError::fail(error.to_string()))?, rows);
    Ok(())
}

fn check_personas(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (place, file) = Place::with(Kind::Personas, bytes);
    let everyone = match personas::load(&place.folder, &file) {
        Ok(everyone) => everyone,
        Err(error) => return one_line(&error),
    };
    prop_assert!(!everyone.is_empty() && everyone.iter().all(|persona| !persona.trim().is_empty()));
    personas::save(&place.folder, &file, &everyone).unwrap();
    prop_assert_eq!(personas::load(&place.folder, &file).unwrap(), everyone);
    Ok(())
}

/// A file as this program writes it, with everything in it that may be in one.
fn results() -> Value {
    json!({
        "metadata": {
            "persona_file": "p.json", "messages_per_persona": 2, "total_personas": 2, "total_messages": 2,
            "processing_date": "2025-08-02T14:41:07", "system_prompt": "Write.\nBriefly.", "improvement_run": true,
            "successful_personas": 1, "campaign": "spring",
            "rejoinder": {
                "schema_version": 1, "run_id": "0123456789abcdef",
                "parent": {"file": "p_results.json", "sha256": "00"},
                "models": {"generator": "market", "decision_maker": "market", "improver": "market"},
                "fingerprint": "5080650d51349d1e", "simulated": true, "seed": 7,
                "usage": {"generator": {"calls": 2, "input_tokens": 1, "output_tokens": 2, "cache_write_tokens": 0, "cache_read_tokens": 0}},
                "cost_usd": 0.25, "partial": "--max-calls is reached; 3 trials were not run",
                "failures": [{"persona": 1, "message": 0, "stage": "decide", "reason": "529: Overloaded", "text": "Hi"}],
                "metrics": {"one_judge": true},
                "baseline": {"file": "p_results.json", "sha256": "00", "fingerprint": "f", "results": []},
            },
        },
        "results": [
            {"persona": "Ann, CTO", "messages": [
                {"message": "Hi", "decision": {"decision": true, "reasoning": "Relevant, no pressure."}},
                {"message": "=1+1", "decision": {"decision": false, "reasoning": "Too expensive. No proof."}}]},
            {"persona": "Bo, COO", "messages": [], "segment": "smb"},
        ],
    })
}

fn rows() -> Value {
    json!([
        {"persona": "Ann, CTO", "message": "Hi", "system_prompt": "Write.", "id": 7},
        {"persona": "Bo, COO", "message": "Hello", "decision": true, "decision_reasoning": "Why not",
         "rejoinder": {"generator": {"model": "market", "simulated": true}, "fingerprint": "f", "model": "m",
                       "simulated": true, "failure": "529"}},
    ])
}

fn people() -> Value {
    json!(["Ann, CTO of a firm.", {"persona": "Bo, COO.", "id": 3}, "Cy\nwith lines"])
}

fn text(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_damaged_results_file_is_read_right_or_refused(bytes in damaged(text(&results()))) {
        check_results(&bytes)?;
    }

    #[test]
    fn an_altered_results_file_is_read_right_or_refused(value in altered(results())) {
        check_results(&text(&value))?;
    }

    #[test]
    fn a_damaged_messages_file_is_read_right_or_refused(bytes in damaged(text(&rows()))) {
        check_messages(&bytes)?;
    }

    #[test]
    fn an_altered_messages_file_is_read_right_or_refused(value in altered(rows())) {
        check_messages(&text(&value))?;
    }

    #[test]
    fn a_damaged_or_altered_personas_file_is_read_right_or_refused(bytes in damaged(text(&people())), value in altered(people())) {
        check_personas(&bytes)?;
        check_personas(&text(&value))?;
    }
}
