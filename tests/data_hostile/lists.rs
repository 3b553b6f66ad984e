//! Lists of personas and of messages.

use super::*;

#[test]
fn hostile_personas_are_refused_with_their_index() {
    let cases: &[(&str, &str)] = &[
        ("strings", r#"["Ann", "Bo"]"#),
        ("objects", r#"[{"name": "A", "persona": "Ann"}, "Bo"]"#),
        ("empty file", ""),
        ("empty array", "[]"),
        ("object", r#"{"personas": ["Ann"]}"#),
        ("string", r#""Ann""#),
        ("number", r#"["Ann", 7]"#),
        ("null", "[null]"),
        ("list", r#"[["Ann"]]"#),
        ("bool", "[true]"),
        ("object without persona", r#"["Ann", {"name": "Bo"}]"#),
        ("object with a number", r#"[{"persona": 7}]"#),
        ("blank", r#"["Ann", " \n\t"]"#),
        ("blank object", r#"[{"persona": ""}]"#),
        ("persona twice", r#"[{"persona": "Ann", "persona": "Bo"}]"#),
    ];
    let lines = cases.iter().fold(String::new(), |mut lines, (name, content)| {
        let bench = Bench::new();
        let line = match personas::load(&bench.folder, &bench.put(Kind::Personas, content.as_bytes())) {
            Ok(personas) => format!("{personas:?}"),
            Err(error) => bench.line(&error),
        };
        writeln!(lines, "{name}: {line}").unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    strings: ["Ann", "Bo"]
    objects: ["Ann", "Bo"]
    empty file: data/personas/x.json: the file is empty
    empty array: data/personas/x.json: there are no personas in it; add at least one
    object: data/personas/x.json: line 1, column 1: expected an array, found an object
    string: data/personas/x.json: line 1, column 1: expected an array, found string "Ann"
    number: data/personas/x.json: [1]: expected a string that describes a persona, found a number; write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    null: data/personas/x.json: [0]: expected a string that describes a persona, found null; write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    list: data/personas/x.json: [0]: expected a string that describes a persona, found an array; write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    bool: data/personas/x.json: [0]: expected a string that describes a persona, found true or false; write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    object without persona: data/personas/x.json: [1].persona: missing; it is required: write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    object with a number: data/personas/x.json: [0].persona: expected a string that describes a persona, found a number; write all that describes the person as one text, such as "persona": "Ada Example, CTO of X Ltd. Wants few words."
    blank: data/personas/x.json: [1]: the persona is blank; describe it or remove it
    blank object: data/personas/x.json: [0]: the persona is blank; describe it or remove it
    persona twice: data/personas/x.json: [0].persona (line 1, column 21): this key appears twice in the same object; keep one
    "##);
}

#[test]
fn hostile_messages_are_refused_with_their_index() {
    let row = r#"{"persona": "Ann", "message": "Hi", "system_prompt": "p"}"#;
    let cases: &[(&str, String)] = &[
        ("one row", format!("[{row}]")),
        ("no rows", "[]".to_owned()),
        ("object", row.to_owned()),
        ("a string", format!("[{row}, \"Hi\"]")),
        ("no message", format!("[{row}, {}]", row.replace("\"message\": \"Hi\", ", ""))),
        ("decision in words", format!("[{}]", row.replace('}', ", \"decision\": \"yes\"}"))),
        ("decision 0", format!("[{}]", row.replace('}', ", \"decision\": 0}"))),
        ("decision of the results format", format!("[{}]", row.replace('}', ", \"decision\": {\"decision\": true}}"))),
        ("decision null", format!("[{}]", row.replace('}', ", \"decision\": null}"))),
        ("our key in words", format!("[{}]", row.replace('}', ", \"rejoinder\": \"yes\"}"))),
        ("our key without its word", format!("[{}]", row.replace('}', ", \"rejoinder\": {}}"))),
    ];
    let lines = cases.iter().fold(String::new(), |mut lines, (name, content)| {
        let bench = Bench::new();
        let line = match messages::load(&bench.folder, &bench.put(Kind::Messages, content.as_bytes())) {
            Ok(rows) => format!("{} rows, {} decided", rows.len(), rows.iter().filter(|row| row.is_decided()).count()),
            Err(error) => bench.line(&error),
        };
        writeln!(lines, "{name}: {line}").unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    one row: 1 rows, 0 decided
    no rows: 0 rows, 0 decided
    object: data/messages/x.json: line 1, column 1: expected an array, found an object
    a string: data/messages/x.json: [1] (line 1, column 61): expected an object with `persona` and `message`, found string "Hi"
    no message: data/messages/x.json: [1].message (line 1, column 61): missing; it is required
    decision in words: data/messages/x.json: [0].decision (line 1, column 72): expected true or false, found string "yes"
    decision 0: data/messages/x.json: [0].decision (line 1, column 72): expected true or false, found integer 0
    decision of the results format: data/messages/x.json: [0].decision (line 1, column 72): expected true or false, found an object
    decision null: 1 rows, 0 decided
    our key in words: data/messages/x.json: [0].rejoinder (line 1, column 73): expected an object, found string "yes"
    our key without its word: data/messages/x.json: [0].rejoinder.simulated (line 1, column 73): missing; it is required
    "##);
}
