//! A file that passes in a stream is the file that is loaded whole, and one that is refused is refused with the same
//! words.
#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

use std::fs;

use proptest::prelude::*;
use serde_json::{Map as Object, Value, json};

use super::*;
use crate::data::Entries;
use crate::data::Kind;

/// All entries, kept.
#[derive(Clone, Default)]
struct Kept(Vec<(Part, usize, PersonaResult)>);

impl Gather for Kept {
    fn gather(&mut self, entry: &Entry<'_>) {
        self.0.push((entry.part, entry.index, entry.to_result()));
    }

    fn then(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

struct Bench {
    _root: tempfile::TempDir,
    folder: DataFolder,
    file: FileName,
}

impl Bench {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        fs::create_dir(folder.subfolder(Kind::Results)).unwrap();
        Bench { folder, file: FileName::new(Kind::Results, "x").unwrap(), _root: root }
    }

    fn put(&self, bytes: &[u8]) {
        fs::write(self.folder.path(&self.file), bytes).unwrap();
    }

    /// Whether both readers of the stream give what loading gives; and whether the file passed, without having to be
    /// loaded after all.
    fn agrees(&self, block: usize) -> bool {
        let loaded = Results::load(&self.folder, &self.file).map_err(|error| error.to_string());
        for readers in [1, 3] {
            let pace = Pace { block, readers, is_hashed: true };
            let gathered = gather_at(pace, &self.folder, &self.file, &Kept::default());
            let folded = fold_at(pace, &self.folder, &self.file, Kept::default, Kept::gather);
            for streamed in [gathered, folded] {
                let streamed = streamed.map(put_together).map_err(|error| error.to_string());
                assert_eq!(streamed, loaded);
            }
        }
        let looked = look(&self.folder, &self.file, &Kept::default());
        let looked = looked.map(|(_, metadata, counts)| (metadata, counts)).map_err(|error| error.to_string());
        let gathered = gather(&self.folder, &self.file, &()).map_err(|error| error.to_string());
        assert_eq!(looked, gathered.map(|((), head)| (head.metadata, head.counts)));

        let opened = self.folder.opened(&self.file).unwrap();
        let mut counts = Counts::default();
        let rest = split::split(opened, block, |batch| read_batch(&batch, |entry| counts.gather(entry)).is_ok());
        rest.is_ok_and(|rest| results::head(&rest, &counts).is_ok())
    }
}

/// The results that a stream showed.
fn put_together((Kept(entries), head): (Kept, Head)) -> (Results, String) {
    let mut results = Results { metadata: head.metadata, results: Vec::new(), extra: head.extra };
    let mut again = Vec::new();
    for (part, index, entry) in entries {
        let list = if part == Part::Results { &mut results.results } else { &mut again };
        assert_eq!(index, list.len(), "in order");
        list.push(entry);
    }
    assert_eq!((head.counts.yes, head.counts.total), results.counts());
    if let Some(baseline) = results.metadata.rejoinder.as_mut().and_then(|provenance| provenance.baseline.as_mut()) {
        assert_eq!(baseline.results, Entries::default());
        baseline.results = Entries::Held(again);
    }
    (results, head.sha256)
}

fn text() -> impl Strategy<Value = String> {
    "(a|é|\u{1f600}|\\\\|\"|\\{|\\]|,|:|\n|\t|\r|\u{8}|\u{c}|/|\u{1}| |results){0,8}"
}

/// An entry, now and then with keys that are unknown.
fn entry() -> impl Strategy<Value = Value> {
    let judged = (text(), any::<bool>(), text(), 0_u8..24).prop_map(|(message, yes, reasoning, odd)| {
        let mut judged = json!({ "message": message, "decision": { "decision": yes, "reasoning": reasoning } });
        match odd {
            0 => judged["own"] = json!([1.5, { "a": null }]),
            1 => judged["decision"]["own \""] = json!("x"),
            2 => judged["decision"]["score"] = json!(0.35),
            3 => judged["decision"]["score"] = json!(1),
            4 => judged["decision"]["score"] = json!(7e300),
            5 => judged["decision"]["score"] = json!("0.5"),
            6 => judged["rejoinder"] = json!({ "audit": { "auditor": "00ff", "claims": [{ "start": 1, "end": 2 }] } }),
            7 => judged["rejoinder"] = json!({ "own": [1.5, "}"], "audit": null }),
            8 => judged["rejoinder"] = json!({}),
            9 => judged["rejoinder"] = json!(null),
            _ => {}
        }
        judged
    });
    (text(), prop::collection::vec(judged, 0..4), 0_u8..10).prop_map(|(persona, messages, odd)| {
        let mut entry = json!({ "persona": persona, "messages": messages });
        if odd == 0 {
            entry["own"] = json!({ "results": [[]] });
        }
        entry
    })
}

/// A results file, with its keys in any order.
fn content() -> impl Strategy<Value = Value> {
    let entries = || prop::collection::vec(entry(), 0..6);
    let baseline = prop::option::of(entries());
    (entries(), prop::option::of(baseline), 0_u8..32).prop_map(|(results, head, odd)| {
        let mut metadata = Object::new();
        if let Some(baseline) = head {
            let mut record = json!({ "schema_version": 1, "run_id": "r", "simulated": false, "seed": 7, "own": [] });
            if let Some(results) = baseline {
                record["baseline"] = json!({ "results": results, "file": "y.json", "sha256": "0", "fingerprint": "f" });
            }
            if odd & 1 == 0 {
                record["failures"] = json!([{ "persona": 2, "message": 0, "stage": "decide", "reason": "no" }]);
            }
            metadata.insert("rejoinder".into(), record);
        }
        metadata.insert("system_prompt".into(), json!("Write."));
        if odd & 2 == 0 {
            metadata.insert("results".into(), json!([{ "rejoinder": {} }]));
            metadata.insert("total_personas".into(), json!(5));
        }
        let mut top = Object::new();
        if odd & 4 == 0 {
            top.insert("results".into(), json!(results));
        }
        top.insert("metadata".into(), Value::Object(metadata));
        top.entry("results").or_insert(json!(results));
        if odd & 8 == 0 {
            top.insert("baseline".into(), json!({ "results": [1, "]"] }));
        }
        Value::Object(top)
    })
}

/// How it is written.
fn written(content: &Value, form: u8) -> Vec<u8> {
    let text =
        if form & 1 == 0 { serde_json::to_string(content) } else { serde_json::to_string_pretty(content) }.unwrap();
    // Line breaks stand between values only: in a string they are escaped.
    let text = if form & 2 == 0 { text } else { text.replace('\n', "\r\n\t") };
    let text = if form & 4 == 0 {
        text
    } else {
        text.replace('é', "\\u00e9").replace('\u{1f600}', "\\ud83d\\ude00").replace('/', "\\/")
    };
    [if form & 8 == 0 { "" } else { "\u{feff}" }, &text, if form & 16 == 0 { "" } else { "\n " }].concat().into_bytes()
}

/// What may go wrong with some bytes of a file.
#[derive(Clone, Debug)]
enum Harm {
    Cut,
    Remove(usize),
    Put(&'static [u8]),
    Swap(u8),
    /// Something that a reader is easily too kind to, before some occurrence of something.
    Before(&'static str, &'static str),
}

const KINDNESSES: &[(&str, &str)] = &[
    ("\"persona\"", "\"persona\":\"\","),
    ("\"messages\"", "\"messages\":[],"),
    ("\"message\"", "\"message\":\"\","),
    ("\"reasoning\"", "\"decision\":true,"),
    ("\"reasoning\"", "\"reasoning\":\"\","),
    ("\"decision\"", "\"reasoning\":\"\","),
    ("\"message\"", "\"own\":1,\"own\":2,"),
    ("\"reasoning\"", "\"score\":0.5,"),
    ("\"reasoning\"", "\"score\":0.5,\"score\":0.5,"),
    ("\"reasoning\"", "\"score\":.5,"),
    ("\"reasoning\"", "\"score\":00.5,"),
    ("\"reasoning\"", "\"score\":0.50,"),
    ("\"reasoning\"", "\"score\":0.5.0,"),
    ("\"auditor\"", "\"auditor\":1,"),
    ("\"claims\"", "\"claims\":[,"),
    ("\"claims\"", "\"x\":0123456789012345678901234567890,"),
    ("\"audit\"", "\"audit\":{},"),
    ("\"rejoinder\"", "\"rejoinder\":{},"),
    ("é", "\\ud83d"),
    ("é", "\\ude00\\ud83d"),
    ("é", "\\u00"),
    ("é", "\\x"),
    ("é", "\u{1f}"),
    ("é", "\u{7f}"),
    ("]", ","),
    ("}", ","),
    (",", ","),
    ("true", "!"),
];

fn harm() -> impl Strategy<Value = Harm> {
    let pieces: Vec<&'static [u8]> = vec![
        b",",
        b"\"",
        b"\\",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b" ",
        b"1",
        b"null",
        b"\n",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\\ud800",
        b"\\q",
        b"\"persona\": \"\", ",
        b"\"decision\": true,",
        b"\"a\":1,",
        b"\"results\":[],",
        b"NaN",
        b"1e999,",
        b"{},",
        b"12345678901234567890123,",
        b"\xef\xbb\xbf",
        b"\"schema_version\": 2,",
        b"[[[[",
        b"/**/",
    ];
    prop_oneof![
        Just(Harm::Cut),
        (1_usize..40).prop_map(Harm::Remove),
        prop::sample::select(pieces).prop_map(Harm::Put),
        any::<u8>().prop_map(Harm::Swap),
        prop::sample::select(KINDNESSES).prop_map(|(place, piece)| Harm::Before(place, piece)),
    ]
}

fn harmed(mut bytes: Vec<u8>, harm: Harm, at: prop::sample::Index) -> Vec<u8> {
    let at = at.index(bytes.len());
    match harm {
        Harm::Cut => bytes.truncate(at),
        Harm::Remove(count) => drop(bytes.drain(at..(at + count).min(bytes.len()))),
        Harm::Put(piece) => drop(bytes.splice(at..at, piece.iter().copied())),
        Harm::Swap(byte) => bytes[at] = byte,
        Harm::Before(place, piece) => {
            let starts_here = |at: &usize| bytes[*at..].starts_with(place.as_bytes());
            if let Some(found) = (at..bytes.len()).chain(0..at).find(starts_here) {
                drop(bytes.splice(found..found, piece.bytes()));
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the content and the form, and wherever the batches end.
    #[test]
    fn a_file_passes_as_it_is_loaded(content in content(), form in 0_u8..32, block in 1_usize..700) {
        let bench = Bench::new();
        bench.put(&written(&content, form));
        let has_failure = content["metadata"]["rejoinder"]["failures"].is_array();
        let is_right = !has_failure || content["results"].as_array().unwrap().len() > 2;
        prop_assert_eq!(bench.agrees(block), is_right);
    }

    /// A harmed file is not let through, and is not refused in other words.
    #[test]
    fn a_file_that_is_harmed_is_refused_in_the_same_words(
        content in content(), form in 0_u8..32, block in 1_usize..700,
        harms in prop::collection::vec((harm(), any::<prop::sample::Index>()), 1..3),
    ) {
        let bench = Bench::new();
        let bytes = harms.into_iter().fold(written(&content, form), |bytes, (harm, at)| {
            if bytes.is_empty() { bytes } else { harmed(bytes, harm, at) }
        });
        bench.put(&bytes);
        bench.agrees(block);
    }
}

/// As this program writes it, and in other ways, of which none is lost.
#[test]
fn a_score_is_there_whichever_way_it_is_written() {
    let bench = Bench::new();
    for (written, score) in
        [("0.7", Some(0.7)), ("1.0", Some(1.0)), ("1", Some(1.0)), ("7e-1", Some(0.7)), ("\"0.7\"", None)]
    {
        bench.put(
            format!(
                r#"{{"results": [{{"persona": "a", "messages": [{{"message": "m", "decision": {{"decision": true,
                "reasoning": "r", "score": {written}}}}}]}}], "metadata": {{"system_prompt": ""}}}}"#
            )
            .as_bytes(),
        );
        assert!(bench.agrees(64), "{written}");
        let take = |scores: &mut Vec<Option<f64>>, entry: &Entry<'_>| scores.push(entry.messages[0].score);
        assert_eq!(fold(&bench.folder, &bench.file, Vec::new, take).unwrap().0, [score], "{written}");
    }
}

/// The deepest value that is allowed is allowed in an entry too, and not one more.
#[test]
fn depth_is_counted_from_the_root() {
    let bench = Bench::new();
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let file = |top: usize, again: usize| {
        let entry = |levels| format!(r#"{{"persona": "", "messages": [], "own": {}}}"#, nested(levels));
        format!(
            r#"{{"results": [{}], "metadata": {{"system_prompt": "", "rejoinder": {{"schema_version": 1, "run_id": "",
            "simulated": true, "seed": 1, "baseline": {{"file": "", "sha256": "", "fingerprint": "", "results": [{}]}}}}}}}}"#,
            entry(top),
            entry(again)
        )
    };
    let passes = |top, again| {
        bench.put(file(top, again).as_bytes());
        bench.agrees(64)
    };
    let deepest = (1..120).filter(|levels| passes(*levels, 1)).max().unwrap();
    assert_eq!(deepest, 98);
    let deepest = (1..120).filter(|levels| passes(1, *levels)).max().unwrap();
    assert_eq!(deepest, 95);
}

/// What the program and the original service have written.
#[test]
fn real_files_pass_as_they_are_loaded() {
    let shared = std::env::var("REJOINDER_SHARED_DATA").unwrap_or_else(|_| "../shared/data".into());
    let mut found = 0;
    for root in ["data", &shared] {
        let folder = DataFolder::open(root.as_ref());
        for file in folder.list(Kind::Results).unwrap() {
            let bench = Bench::new();
            bench.put(&folder.read(&file).unwrap());
            for block in [1_000, 64 << 10] {
                assert!(bench.agrees(block), "{root}: {file}");
            }
            found += 1;
        }
        if root != "data" && folder.list(Kind::Results).unwrap().is_empty() {
            println!("skipped: there are no results files in {root}");
        }
    }
    assert!(found > 0);
}
