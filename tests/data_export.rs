//! Rows for other tools.

use std::io;

use rejoinder::data::export::{Csv, Exporter, Jsonl};
use rejoinder::data::{Entry, Part, Results};
use serde_json::json;

fn results(texts: &[(&str, &str, &str)]) -> Results {
    let results: Vec<_> = texts
        .iter()
        .map(|(persona, message, reasoning)| {
            json!({"persona": persona, "messages": [
                {"message": message, "decision": {"decision": true, "reasoning": reasoning}}]})
        })
        .collect();
    serde_json::from_value(json!({"metadata": {"system_prompt": "p"}, "results": results})).unwrap()
}

fn write(exporter: &dyn Exporter, results: &Results, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rows = exporter.begin(Box::new(out))?;
    for (index, result) in results.results.iter().enumerate() {
        rows.add(&Entry::from_result(Part::Results, index, result))?;
        rows.add(&Entry::from_result(Part::Baseline, index, result))?;
    }
    rows.finish()
}

fn export(exporter: &dyn Exporter, results: &Results) -> String {
    let mut out = Vec::new();
    write(exporter, results, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_decided_message_is_a_row() {
    let judged = |text: &str, yes: bool| json!({"message": text, "decision": {"decision": yes, "reasoning": "why"}});
    let results: Results = serde_json::from_value(json!({"metadata": {"system_prompt": "p"}, "results": [
        {"persona": "Ann", "messages": []},
        {"persona": "Bo, \"the boss\"", "messages": [judged("line\nbreak", true), judged("it's ünïcode", false)]},
    ]}))
    .unwrap();
    insta::assert_snapshot!(export(&Csv, &results).replace("\r\n", "␍\n"), @r##"
    persona,persona_index,message_index,message,decision,reasoning␍
    "Bo, ""the boss""",1,0,"line
    break",true,why␍
    "Bo, ""the boss""",1,1,it's ünïcode,false,why␍
    "##);
    insta::assert_snapshot!(export(&Jsonl, &results), @r##"
    {"persona":"Bo, \"the boss\"","persona_index":1,"message_index":0,"message":"line\nbreak","decision":true,"reasoning":"why"}
    {"persona":"Bo, \"the boss\"","persona_index":1,"message_index":1,"message":"it's ünïcode","decision":false,"reasoning":"why"}
    "##);
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_text() {
    let cells = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u{a0}=1",
        "＝1",
        "=cmd|' /C calc'!A0",
        "'=1",
        "a=1",
        "",
        "=\"a\",\"b\"",
    ];
    for cell in cells {
        let csv = export(&Csv, &results(&[(cell, cell, cell)]));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        for column in [0, 3, 5] {
            let is_formula = !matches!(cell, "'=1" | "a=1" | "");
            let expected = if is_formula { format!("'{cell}") } else { cell.to_owned() };
            assert_eq!(&row[column], expected, "{cell:?}");
            assert!(!row[column].starts_with(['=', '+', '-', '@', '\t', '\r', '\n', ' ']), "{cell:?}");
        }
        let line: serde_json::Value =
            serde_json::from_str(export(&Jsonl, &results(&[(cell, cell, cell)])).trim()).unwrap();
        assert_eq!(line["message"], *cell, "JSON Lines are data and stay as they are");
    }
}

#[test]
fn no_rows_are_a_header_or_nothing() {
    assert_eq!(export(&Csv, &results(&[])), "persona,persona_index,message_index,message,decision,reasoning\r\n");
    assert_eq!(export(&Jsonl, &results(&[])), "");
}

#[test]
fn a_full_disk_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for exporter in [&Csv as &dyn Exporter, &Jsonl] {
        let error = write(exporter, &results(&[("a", "b", "c")]), &mut Full).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}
