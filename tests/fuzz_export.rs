//! Any text through the exporters and back.

#[path = "support/mutate.rs"]
mod mutate;

use mutate::cases;
use proptest::prelude::*;
use rejoinder::data::export::{Csv, Exporter, Jsonl};
use rejoinder::data::{Entry, Part, Results};
use serde_json::{Value, json};

/// Cells that are hard on CSV, and any other text.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[=+@\\-\t\r\n \u{a0}＝＋－＠]{0,3}[A-Z(),\"';|!'0-9]{0,8}",
        "[\",\r\n' ]{0,10}",
        "\u{feff}?[=a]{1,2}",
    ]
}

fn export(exporter: &dyn Exporter, results: &Results) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rows = exporter.begin(Box::new(&mut out)).unwrap();
    for (index, entry) in results.results.iter().enumerate() {
        rows.add(&Entry::from_result(Part::Results, index, entry)).unwrap();
    }
    rows.finish().unwrap();
    drop(rows);
    out
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn any_cell_comes_back_and_none_begins_as_a_formula(
        rows in prop::collection::vec((cell(), cell(), any::<bool>(), cell()), 0..4)
    ) {
        let judged = |(persona, message, yes, why): &(String, String, bool, String)| json!({
            "persona": persona, "messages": [{"message": message, "decision": {"decision": yes, "reasoning": why}}]});
        let value = json!({"metadata": {"system_prompt": "p"}, "results": rows.iter().map(judged).collect::<Vec<_>>()});
        let results: Results = serde_json::from_value(value).unwrap();

        let bytes = export(&Csv, &results);
        let read: Vec<csv::StringRecord> =
            csv::Reader::from_reader(bytes.as_slice()).records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read.len(), rows.len());
        for (number, (record, (persona, message, yes, why))) in read.iter().zip(&rows).enumerate() {
            prop_assert_eq!(record.len(), 6);
            for (cell, text) in [(&record[0], persona), (&record[3], message), (&record[5], why)] {
                prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text.as_str()), "{cell:?} was {text:?}");
                let begins = cell.trim_start_matches(|c: char| c.is_whitespace()).chars().next();
                prop_assert!(!begins.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{cell:?}");
                prop_assert!(!cell.starts_with(['\t', '\r', '\n']), "{cell:?}");
            }
            let (index, said) = (number.to_string(), yes.to_string());
            prop_assert_eq!((&record[1], &record[2], &record[4]), (index.as_str(), "0", said.as_str()));
        }

        let bytes = export(&Jsonl, &results);
        let lines: Vec<Value> =
            String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines.len(), rows.len());
        for (line, (persona, message, yes, why)) in lines.iter().zip(&rows) {
            prop_assert_eq!(
                (&line["persona"], &line["message"], &line["decision"], &line["reasoning"]),
                (&json!(persona), &json!(message), &json!(yes), &json!(why))
            );
        }
    }
}
