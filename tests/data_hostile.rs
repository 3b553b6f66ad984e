//! Files that are not what they should be end in one clear line, never in a wrong result.
#![allow(clippy::disallowed_methods, reason = "these tests lay out hostile files; nothing else reads them")]

#[path = "data_hostile/lists.rs"]
mod lists;

use std::fmt::Write;
use std::fs;

use rejoinder::data::{DataFolder, Error, FileName, Kind, Results, messages, personas};

/// A folder, its root hidden from the lines that it gives.
struct Bench {
    root: tempfile::TempDir,
    folder: DataFolder,
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&root.path().join("data"));
        for kind in [Kind::Personas, Kind::Results, Kind::Messages] {
            fs::create_dir_all(folder.subfolder(kind)).unwrap();
        }
        Bench { root, folder }
    }

    fn put(&self, kind: Kind, content: &[u8]) -> FileName {
        let file = FileName::new(kind, "x").unwrap();
        fs::write(self.folder.path(&file), content).unwrap();
        file
    }

    fn line(&self, error: &Error) -> String {
        let line = error.to_string();
        assert!(!line.contains('\n'), "one line: {line:?}");
        line.replace(&format!("{}/", self.root.path().display()), "")
    }
}

fn results(content: &[u8]) -> String {
    let bench = Bench::new();
    match Results::load(&bench.folder, &bench.put(Kind::Results, content)) {
        Ok((results, _)) => format!("{:?}", results.counts()),
        Err(error) => bench.line(&error),
    }
}

/// One decision with one part replaced.
fn with(part: &str, by: &str) -> Vec<u8> {
    let whole = r#"{
  "metadata": {
    "messages_per_persona": 1,
    "processing_date": "2025-08-02T14:41:07",
    "system_prompt": "Write.",
    "rejoinder": {"schema_version": 1, "run_id": "r", "simulated": true, "seed": 7, "failures": []}
  },
  "results": [
    {"persona": "Ann", "messages": []},
    {"persona": "Bo", "messages": [
      {"message": "Hi", "decision": {"decision": true, "reasoning": "Why not"}}
    ]}
  ]
}"#;
    assert!(whole.contains(part), "{part}");
    whole.replacen(part, by, 1).into_bytes()
}

#[test]
fn a_hostile_text_is_refused_with_its_place() {
    let whole = with("true", "true");
    let utf16 = |big: bool| -> Vec<u8> {
        let text = String::from_utf8(whole.clone()).unwrap();
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let crlf = String::from_utf8(whole.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    let nested = |levels: usize| with("\"Write.\"", &format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing wrong", whole.clone()),
        ("byte order mark", [b"\xef\xbb\xbf".as_slice(), &whole].concat()),
        ("carriage returns", crlf),
        ("empty", Vec::new()),
        ("only space", b" \r\n\t".to_vec()),
        ("only a mark", b"\xef\xbb\xbf".to_vec()),
        ("utf-16 le, mark", [b"\xff\xfe".to_vec(), utf16(false)].concat()),
        ("utf-16 be, mark", [b"\xfe\xff".to_vec(), utf16(true)].concat()),
        ("utf-16 le", utf16(false)),
        ("utf-16 be", utf16(true)),
        ("utf-32 le", whole.iter().flat_map(|byte| [*byte, 0, 0, 0]).collect()),
        ("latin-1", [b"{\n  \"metadata\": {\"system_prompt\": \"caf".as_slice(), b"\xe9\"}}"].concat()),
        ("cut off in a character", [b"{\"a\": \"".as_slice(), b"\xe2\x80"].concat()),
        ("cut off in a string", whole[..whole.len() - 30].to_vec()),
        ("cut off between", whole[..whole.len() - 8].to_vec()),
        ("cut off in a word", b"{\"metadata\": tr".to_vec()),
        ("cut off in a number", b"{\"metadata\": -".to_vec()),
        ("zeros", vec![0; 64]),
        ("html", b"<html><body>502</body></html>".to_vec()),
        ("csv", b"persona,message\nAnn,Hi".to_vec()),
        ("two texts", [whole.clone(), whole.clone()].concat()),
        ("json lines", b"{}\n{}".to_vec()),
        ("comma too many", with("\"messages\": []}", "\"messages\": [],}")),
        ("comma too few", with("\"run_id\": \"r\",", "\"run_id\": \"r\"")),
        ("comment", with("\"metadata\"", "// note\n\"metadata\"")),
        ("single quotes", with("\"Write.\"", "'Write.'")),
        ("line break in a string", with("Write.", "Wri\nte.")),
        ("control character in a string", with("Write.", "Wri\u{1b}te.")),
        ("escape of nothing", with("Write.", "Wri\\qte.")),
        ("half a character", with("Write.", "Wri\\ud83dte.")),
        ("NaN", with("\"seed\": 7", "\"seed\": NaN")),
        ("Infinity", with("\"seed\": 7", "\"seed\": Infinity")),
        ("-Infinity", with("\"seed\": 7", "\"seed\": -Infinity")),
        ("Python", with("\"simulated\": true", "\"simulated\": True")),
        ("leading zero", with("\"seed\": 7", "\"seed\": 007")),
        ("huge number", with("\"seed\": 7", "\"seed\": 1e999")),
        ("number of too many digits", with("\"seed\": 7", "\"mine\": 123456789012345678901234567890")),
        ("deep nesting", nested(1_000)),
        ("very deep nesting", nested(1_000_000)),
        ("very deep objects", "{\"a\":".repeat(500_000).into_bytes()),
        ("key twice", with("\"reasoning\": \"Why not\"", "\"reasoning\": \"Why not\", \"decision\": false")),
        ("key twice, once escaped", with("\"run_id\": \"r\"", "\"run_id\": \"r\", \"\\u0072un_id\": \"s\"")),
        ("unknown key twice", with("\"run_id\": \"r\"", "\"run_id\": \"r\", \"a b\": 1, \"a b\": 2")),
        ("results twice", with("\"results\": [", "\"results\": [], \"results\": [")),
    ];
    let lines = cases.iter().fold(String::new(), |mut lines, (name, content)| {
        writeln!(lines, "{name}: {}", results(content)).unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    nothing wrong: (1, 1)
    byte order mark: (1, 1)
    carriage returns: (1, 1)
    empty: data/results/x.json: the file is empty
    only space: data/results/x.json: the file is empty
    only a mark: data/results/x.json: the file is empty
    utf-16 le, mark: data/results/x.json: the file is UTF-16 or UTF-32; save it as UTF-8
    utf-16 be, mark: data/results/x.json: the file is UTF-16 or UTF-32; save it as UTF-8
    utf-16 le: data/results/x.json: the file is UTF-16 or UTF-32; save it as UTF-8
    utf-16 be: data/results/x.json: the file is UTF-16 or UTF-32; save it as UTF-8
    utf-32 le: data/results/x.json: the file is UTF-16 or UTF-32; save it as UTF-8
    latin-1: data/results/x.json: line 2, column 37: invalid UTF-8 at byte 38; save the file as UTF-8
    cut off in a character: data/results/x.json: line 1, column 8: the text ends inside a character at byte 7; the file looks cut off
    cut off in a string: data/results/x.json: results[1].messages[0].decision (line 11, column 63): the text ends inside a string; the file looks cut off
    cut off between: data/results/x.json: results[1].messages (line 12, column 5): the text ends too early; the file looks cut off
    cut off in a word: data/results/x.json: metadata (line 1, column 14): the text ends too early; the file looks cut off
    cut off in a number: data/results/x.json: metadata (line 1, column 14): the text ends inside a number; the file looks cut off
    zeros: data/results/x.json: the file holds zeros instead of text; it is damaged: restore it
    html: data/results/x.json: line 1, column 1: expected a value, found '<'
    csv: data/results/x.json: line 1, column 1: expected a value, found 'p'
    two texts: data/results/x.json: line 14, column 2: there is more after the end of the JSON; remove it, or, where every line is JSON of its own, make one list of them: a [ before the first, commas between them, and a ] after the last
    json lines: data/results/x.json: line 2, column 1: there is more after the end of the JSON; remove it, or, where every line is JSON of its own, make one list of them: a [ before the first, commas between them, and a ] after the last
    comma too many: data/results/x.json: results[0] (line 9, column 39): expected a key in double quotes, found '}'
    comma too few: data/results/x.json: metadata.rejoinder (line 6, column 54): expected `,` or `}`, found '"'
    comment: data/results/x.json: line 2, column 3: expected a key in double quotes, found '/'
    single quotes: data/results/x.json: metadata.system_prompt (line 5, column 22): expected a value, found '\''
    line break in a string: data/results/x.json: metadata.system_prompt (line 5, column 26): a line break inside a string; write it as \n
    control character in a string: data/results/x.json: metadata.system_prompt (line 5, column 26): a control character inside a string; write it as \u00XX
    escape of nothing: data/results/x.json: metadata.system_prompt (line 5, column 22): the string holds an escape that stands for nothing (invalid escape)
    half a character: data/results/x.json: metadata.system_prompt (line 5, column 22): the string holds an escape that stands for nothing (unexpected end of hex escape)
    NaN: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): NaN is not JSON; write null or a number
    Infinity: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): Infinity is not JSON; write null or a number
    -Infinity: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): -Infinity is not JSON; write null or a number
    Python: data/results/x.json: metadata.rejoinder.simulated (line 6, column 68): True is Python, not JSON; write true
    leading zero: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): not a number as JSON writes it (invalid number)
    huge number: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): not a number as JSON writes it (number out of range)
    number of too many digits: data/results/x.json: metadata.rejoinder.mine (line 6, column 82): the number has more digits than can be kept; write it as a string
    deep nesting: data/results/x.json: metadata.system_prompt[0][0][0][0][0][0][0][0][0][0]… (line 5, column 121): nested more than 100 levels deep
    very deep nesting: data/results/x.json: metadata.system_prompt[0][0][0][0][0][0][0][0][0][0]… (line 5, column 121): nested more than 100 levels deep
    very deep objects: data/results/x.json: a.a.a.a.a.a.a.a.a.a.a.a… (line 1, column 506): nested more than 100 levels deep
    key twice: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 80): this key appears twice in the same object; keep one
    key twice, once escaped: data/results/x.json: metadata.rejoinder.run_id (line 6, column 55): this key appears twice in the same object; keep one
    unknown key twice: data/results/x.json: metadata.rejoinder["a b"] (line 6, column 65): this key appears twice in the same object; keep one
    results twice: data/results/x.json: results (line 8, column 18): this key appears twice in the same object; keep one
    "##);
}

#[test]
fn a_wrong_shape_is_refused_with_its_path() {
    let decision = "{\"decision\": true, \"reasoning\": \"Why not\"}";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("root array", b"[]".to_vec()),
        ("root string", b"\"results\"".to_vec()),
        ("root number", b"1".to_vec()),
        ("root null", b"null".to_vec()),
        ("empty object", b"{}".to_vec()),
        ("no metadata", b"{\"results\": []}".to_vec()),
        ("no results", b"{\"metadata\": {\"system_prompt\": \"\"}}".to_vec()),
        ("no prompt", with("\"system_prompt\"", "\"prompt\"")),
        ("prompt null", with("\"Write.\"", "null")),
        ("prompt a list", with("\"Write.\"", "[\"Write.\"]")),
        ("metadata a list", b"{\"metadata\": [], \"results\": []}".to_vec()),
        ("results an object", b"{\"metadata\": {\"system_prompt\": \"\"}, \"results\": {}}".to_vec()),
        ("results of strings", b"{\"metadata\": {\"system_prompt\": \"\"}, \"results\": [\"Ann\"]}".to_vec()),
        ("results of lists", b"{\"metadata\": {\"system_prompt\": \"\"}, \"results\": [[]]}".to_vec()),
        ("a total below zero", with("\"messages_per_persona\": 1", "\"messages_per_persona\": -1")),
        ("a total and a half", with("\"messages_per_persona\": 1", "\"messages_per_persona\": 1.5")),
        ("a total in words", with("\"messages_per_persona\": 1", "\"messages_per_persona\": \"one\"")),
        ("a date as a number", with("\"2025-08-02T14:41:07\"", "20250802")),
        ("no persona", with("\"persona\": \"Bo\", ", "")),
        ("persona a number", with("\"Ann\"", "7")),
        ("no messages", with("\"Ann\", \"messages\": []", "\"Ann\"")),
        ("messages null", with("\"messages\": []", "\"messages\": null")),
        ("messages a string", with("\"messages\": []", "\"messages\": \"Hi\"")),
        ("message missing", with("\"message\": \"Hi\", ", "")),
        ("no decision", with(&format!(", \"decision\": {decision}"), "")),
        ("decision null", with(decision, "null")),
        ("decision a bare bool", with(decision, "true")),
        ("decision \"yes\"", with("{\"decision\": true", "{\"decision\": \"yes\"")),
        ("decision \"true\"", with("{\"decision\": true", "{\"decision\": \"true\"")),
        ("decision 1", with("{\"decision\": true", "{\"decision\": 1")),
        ("decision null inside", with("{\"decision\": true", "{\"decision\": null")),
        ("decision a list", with("{\"decision\": true", "{\"decision\": [true]")),
        ("decision an object", with("{\"decision\": true", "{\"decision\": {\"decision\": true}")),
        (
            "decision long",
            with("{\"decision\": true", &format!("{{\"decision\": \"{}\"", "\\u001b[31m, expected ".repeat(50))),
        ),
        ("no verdict", with("\"decision\": true, ", "")),
        ("no reasoning", with(", \"reasoning\": \"Why not\"", "")),
        ("reasoning null", with("\"Why not\"", "null")),
        ("simulated in words", with("\"simulated\": true", "\"simulated\": \"no\"")),
        ("simulated missing", with("\"simulated\": true, ", "")),
        ("seed below zero", with("\"seed\": 7", "\"seed\": -7")),
        ("no schema", with("\"schema_version\": 1, ", "")),
        ("schema 0", with("\"schema_version\": 1", "\"schema_version\": 0")),
        ("schema 2", with("\"schema_version\": 1", "\"schema_version\": 2")),
        ("schema 2 of another shape", with("1, \"run_id\": \"r\"", "2, \"run_id\": [\"r\"]")),
        ("schema beyond 32 bits", with("\"schema_version\": 1", "\"schema_version\": 99999999999")),
        ("schema in words", with("\"schema_version\": 1", "\"schema_version\": \"2\"")),
        (
            "a failure of no persona",
            with("\"failures\": []", r#""failures": [{"persona": 2, "message": 0, "stage": "decide", "reason": "x"}]"#),
        ),
        (
            "a failure without reason",
            with("\"failures\": []", r#""failures": [{"persona": 0, "message": 0, "stage": "s"}]"#),
        ),
        ("usage without calls", with("\"failures\": []", r#""usage": {"generator": {"calls": 1}}"#)),
        ("usage under a strange name", with("\"failures\": []", r#""usage": {"the \u001b[1m judge": {"calls": "x"}}"#)),
        ("parent a string", with("\"failures\": []", r#""parent": "x.json""#)),
    ];
    let lines = cases.iter().fold(String::new(), |mut lines, (name, content)| {
        writeln!(lines, "{name}: {}", results(content)).unwrap();
        lines
    });
    insta::assert_snapshot!(lines, @r##"
    root array: data/results/x.json: line 1, column 1: expected an object with `metadata` and `results`, found an array
    root string: data/results/x.json: line 1, column 1: expected an object with `metadata` and `results`, found string "results"
    root number: data/results/x.json: line 1, column 1: expected an object with `metadata` and `results`, found integer 1
    root null: data/results/x.json: line 1, column 1: expected an object with `metadata` and `results`, found null
    empty object: data/results/x.json: metadata (line 1, column 1): missing; it is required
    no metadata: data/results/x.json: metadata (line 1, column 1): missing; it is required
    no results: data/results/x.json: results (line 1, column 1): missing; it is required
    no prompt: data/results/x.json: metadata.system_prompt (line 2, column 15): missing; it is required
    prompt null: data/results/x.json: metadata.system_prompt (line 5, column 22): expected a string, found null
    prompt a list: data/results/x.json: metadata.system_prompt (line 5, column 22): expected a string, found an array
    metadata a list: data/results/x.json: metadata (line 1, column 14): expected an object with at least `system_prompt`, found an array
    results an object: data/results/x.json: results (line 1, column 48): expected an array, found an object
    results of strings: data/results/x.json: results[0] (line 1, column 49): expected an object with `persona` and `messages`, found string "Ann"
    results of lists: data/results/x.json: results[0] (line 1, column 49): expected an object with `persona` and `messages`, found an array
    a total below zero: data/results/x.json: metadata.messages_per_persona (line 3, column 29): expected a whole number, 0 or more, found integer -1
    a total and a half: data/results/x.json: metadata.messages_per_persona (line 3, column 29): expected a whole number, 0 or more, found floating point 1.5
    a total in words: data/results/x.json: metadata.messages_per_persona (line 3, column 29): expected a whole number, 0 or more, found string "one"
    a date as a number: data/results/x.json: metadata.processing_date (line 4, column 24): expected a string, found integer 20250802
    no persona: data/results/x.json: results[1].persona (line 10, column 5): missing; it is required
    persona a number: data/results/x.json: results[0].persona (line 9, column 17): expected a string, found integer 7
    no messages: data/results/x.json: results[0].messages (line 9, column 5): missing; it is required
    messages null: data/results/x.json: results[0].messages (line 9, column 36): expected an array, found null
    messages a string: data/results/x.json: results[0].messages (line 9, column 36): expected an array, found string "Hi"
    message missing: data/results/x.json: results[1].messages[0].message (line 11, column 7): missing; it is required
    no decision: data/results/x.json: results[1].messages[0].decision (line 11, column 7): missing; it is required
    decision null: (0, 0)
    decision a bare bool: data/results/x.json: results[1].messages[0].decision (line 11, column 37): expected an object with `decision` and `reasoning`, found boolean true
    decision "yes": data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found string "yes"
    decision "true": data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found string "true"
    decision 1: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found integer 1
    decision null inside: (0, 0)
    decision a list: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found an array
    decision an object: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found an object
    decision long: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 50): expected true or false, found string "\u{1b}[31m, expected \u{1b}[31m, expected \u{1b}[31m…
    no verdict: data/results/x.json: results[1].messages[0].decision.decision (line 11, column 37): missing; it is required
    no reasoning: data/results/x.json: results[1].messages[0].decision.reasoning (line 11, column 37): missing; it is required
    reasoning null: data/results/x.json: results[1].messages[0] (line 11, column 7): expected a string, found null
    simulated in words: data/results/x.json: metadata.rejoinder.simulated (line 6, column 68): expected true or false, found string "no"
    simulated missing: data/results/x.json: metadata.rejoinder.simulated (line 6, column 18): missing; it is required
    seed below zero: data/results/x.json: metadata.rejoinder.seed (line 6, column 82): expected a whole number, 0 or more, found integer -7
    no schema: data/results/x.json: metadata.rejoinder.schema_version (line 6, column 18): missing; it is required
    schema 0: data/results/x.json: metadata.rejoinder.schema_version: expected 1, found 0
    schema 2: data/results/x.json was written by a newer rejoinder (metadata.rejoinder.schema_version is 2, this version knows 1); upgrade to read it
    schema 2 of another shape: data/results/x.json was written by a newer rejoinder (metadata.rejoinder.schema_version is 2, this version knows 1); upgrade to read it
    schema beyond 32 bits: data/results/x.json was written by a newer rejoinder (metadata.rejoinder.schema_version is 99999999999, this version knows 1); upgrade to read it
    schema in words: data/results/x.json: metadata.rejoinder.schema_version (line 6, column 37): expected a whole number, 0 or more, found string "2"
    a failure of no persona: data/results/x.json: metadata.rejoinder.failures[0].persona: points at persona 2, but `results` has 2
    a failure without reason: data/results/x.json: metadata.rejoinder.failures[0].reason (line 6, column 98): missing; it is required
    usage without calls: data/results/x.json: metadata.rejoinder.usage.generator.input_tokens (line 6, column 108): missing; it is required
    usage under a strange name: data/results/x.json: metadata.rejoinder.usage["the \u{1b}[1m judge"].calls (line 6, column 128): expected a whole number, 0 or more, found string "x"
    parent a string: data/results/x.json: metadata.rejoinder.parent (line 6, column 95): expected an object, found string "x.json"
    "##);
}

#[test]
fn what_others_leave_out_is_counted() {
    let bench = Bench::new();
    let file = bench.put(
        Kind::Results,
        br#"{"metadata": {"system_prompt": "p", "total_messages": 99}, "results": [
            {"persona": "Ann", "messages": []},
            {"persona": "Bo", "messages": [{"message": "a", "decision": {"decision": true, "reasoning": ""}},
                                           {"message": "b", "decision": {"decision": false, "reasoning": ""}}]}]}"#,
    );
    let (results, sha256) = Results::load(&bench.folder, &file).unwrap();
    assert_eq!(results.counts(), (1, 2), "counted, whatever the metadata claims");
    assert_eq!(results.metadata.total_messages, 99, "and the claim is kept");
    assert_eq!(results.metadata.total_personas, 2);
    assert_eq!(results.metadata.messages_per_persona, 2);
    assert_eq!(results.metadata.successful_personas, 1);
    assert_eq!(results.metadata.improvement_run, None);
    assert_eq!(sha256.len(), 64);
}

/// What reading costs: the bytes of the file, and its texts once more.
#[test]
#[ignore = "writes and reads 200 MB; run it alone"]
fn two_hundred_megabytes_are_read_into_about_twice_their_size() {
    const MEGABYTES: usize = 200;
    let message = format!(
        r#"{{"message": "{}", "decision": {{"decision": true, "reasoning": "{}"}}}}"#,
        "It\\u00e9 \\n".repeat(100),
        "why ".repeat(100)
    );
    let persona = format!(r#"{{"persona": "{}", "messages": [{message}, {message}]}}"#, "who ".repeat(100));
    let count = MEGABYTES * 1_000_000 / persona.len();
    let content =
        format!(r#"{{"metadata": {{"system_prompt": "p"}}, "results": [{}]}}"#, vec![persona; count].join(", "));
    let bench = Bench::new();
    let file = bench.put(Kind::Results, content.as_bytes());
    drop(content);
    let started = std::time::Instant::now();
    let (results, _) = Results::load(&bench.folder, &file).unwrap();
    println!("{count} personas in {:?}", started.elapsed());
    assert_eq!(results.counts(), (2 * count as u64, 2 * count as u64));
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        // The peak includes this test's own making of the file, which is some three times its size.
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    }
}
