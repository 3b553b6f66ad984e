//! What is read is written again, with the keys that this version does not know.
#![allow(clippy::disallowed_methods, reason = "these tests lay out files as others may have written them")]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use rejoinder::data::provenance::{FailedTrial, Models, Parent, Provenance, RoleUsage};
use rejoinder::data::{DataFolder, FileName, Kind, Map, Results, json, messages, personas};
use serde_json::{Value, json};

/// The files of the original service, which are not part of this repository.
fn shared() -> Option<PathBuf> {
    let path = std::env::var_os("REJOINDER_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the original's files are not at {}; set REJOINDER_SHARED_DATA", path.display());
    None
}

#[test]
fn the_originals_results_are_read_counted_and_written_byte_for_byte() {
    let Some(shared) = shared() else { return };
    let folder = DataFolder::open(&shared);
    for (name, counts) in [
        ("b2b_saas_personas_train_results_20250802_144126", (16, 16)),
        ("b2b_saas_personas_train_results_20250802_150332", (11, 16)),
        ("b2b_saas_personas_train_results_improvement_run_v1", (15, 16)),
    ] {
        let file = folder.resolve(Kind::Results, name).unwrap();
        let (results, sha256) = Results::load(&folder, &file).unwrap();
        assert_eq!(results.counts(), counts, "{name}");
        assert_eq!(results.metadata.total_personas, 16);
        assert_eq!(results.metadata.rejoinder, None);
        let bytes = fs::read(folder.path(&file)).unwrap();
        assert!(results.to_bytes().unwrap() == bytes, "{name} changed");
        assert_eq!(sha256, rejoinder::data::results::sha256(&bytes));
    }
}

#[test]
fn the_originals_personas_are_read_and_written_byte_for_byte() {
    let Some(shared) = shared() else { return };
    let folder = DataFolder::open(&shared);
    let train = folder.resolve(Kind::Personas, "b2b_saas_personas_train").unwrap();
    let eval = folder.resolve(Kind::Personas, "b2b_saas_personas_eval").unwrap();
    let copies = tempfile::tempdir().unwrap();
    let copies = DataFolder::open(copies.path());
    for (file, count) in [(train, 16), (eval, 4)] {
        let personas = personas::load(&folder, &file).unwrap();
        assert_eq!(personas.len(), count);
        personas::save(&copies, &file, &personas).unwrap();
        assert!(copies.read(&file).unwrap() == folder.read(&file).unwrap(), "{file} changed");
    }
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    let empty = rejoinder::data::results::sha256(b"");
    assert_eq!(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

fn decision(decision: bool) -> Value {
    json!({"message": "Hi", "decision": {"decision": decision, "reasoning": "Why"}})
}

#[test]
fn our_files_are_written_as_pythons_json_dump_writes_them() {
    let text = "\"\\/\u{8}\u{c}\n\r\t\u{1}é😀<";
    let value = json!({
        "metadata": {"system_prompt": text},
        "results": [{"persona": "Ann", "messages": []}, {"persona": "Bo", "messages": [decision(true)]}],
        "mine": {"empty": {}, "list": [], "n": [1, -2, 1.5, null, true]},
    });
    let mut results: Results = serde_json::from_value(value).unwrap();
    let mut provenance = Provenance::new("r1", 7, true);
    provenance.parent = Some(Parent { file: "p.json".to_owned(), sha256: "00".repeat(32), extra: Map::new() });
    provenance.models = Some(Models { generator: Some("market".to_owned()), ..Models::default() });
    provenance.usage.insert("generator".to_owned(), RoleUsage { calls: 2, ..RoleUsage::default() });
    provenance.cost_usd = Some(0.25);
    provenance.failures.push(FailedTrial {
        persona: 0,
        message: 0,
        stage: "decide".to_owned(),
        reason: "refused".to_owned(),
        text: None,
        extra: Map::new(),
    });
    results.metadata.rejoinder = Some(provenance);
    results.metadata.improvement_run = Some(true);
    let plain = json::render(Kind::Results, "\u{7f}\u{2028}").unwrap();
    assert_eq!(plain, "\"\u{7f}\u{2028}\"".as_bytes(), "Python escapes neither");
    let written = String::from_utf8(results.to_bytes().unwrap()).unwrap();
    insta::assert_snapshot!(written, @r##"
    {
      "metadata": {
        "messages_per_persona": 1,
        "total_personas": 2,
        "total_messages": 1,
        "processing_date": "",
        "system_prompt": "\"\\/\b\f\n\r\t\u0001é😀<",
        "improvement_run": true,
        "successful_personas": 1,
        "rejoinder": {
          "schema_version": 1,
          "run_id": "r1",
          "parent": {
            "file": "p.json",
            "sha256": "0000000000000000000000000000000000000000000000000000000000000000"
          },
          "models": {
            "generator": "market"
          },
          "simulated": true,
          "seed": 7,
          "usage": {
            "generator": {
              "calls": 2,
              "input_tokens": 0,
              "output_tokens": 0,
              "cache_write_tokens": 0,
              "cache_read_tokens": 0
            }
          },
          "cost_usd": 0.25,
          "failures": [
            {
              "persona": 0,
              "message": 0,
              "stage": "decide",
              "reason": "refused"
            }
          ]
        }
      },
      "results": [
        {
          "persona": "Ann",
          "messages": []
        },
        {
          "persona": "Bo",
          "messages": [
            {
              "message": "Hi",
              "decision": {
                "decision": true,
                "reasoning": "Why"
              }
            }
          ]
        }
      ],
      "mine": {
        "empty": {},
        "list": [],
        "n": [
          1,
          -2,
          1.5,
          null,
          true
        ]
      }
    }
    "##);
}

#[test]
fn rows_keep_their_order_their_decisions_and_what_others_added() {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let file = messages::file_name("b2b").unwrap();
    fs::create_dir(folder.subfolder(Kind::Messages)).unwrap();
    let value = json!([
        {"persona": "B", "message": "2", "system_prompt": "p", "decision": false, "decision_reasoning": "no", "z": 1, "a": [2]},
        {"persona": "A", "message": "1", "system_prompt": "p", "decision_reasoning": "of nothing"},
        {"persona": "A", "message": "", "system_prompt": ""},
    ]);
    fs::write(folder.path(&file), serde_json::to_vec(&value).unwrap()).unwrap();
    let rows = messages::load(&folder, &file).unwrap();
    assert_eq!(rows.iter().map(messages::Row::is_decided).collect::<Vec<_>>(), [true, false, false]);
    messages::save(&folder, &file, &rows).unwrap();
    assert_eq!(folder.read(&file).unwrap(), serde_json::to_vec_pretty(&value).unwrap(), "and the order of keys");
    assert_eq!(messages::Row::new("A", "", ""), rows[2]);
}

/// Any value that JSON can hold and 64 bits can keep. Fractions are short ones: `serde_json` reads longer ones exactly
/// only with its feature `float_roundtrip`.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i16>().prop_map(|number| Value::from(f64::from(number) / 64.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Keys that no version will know.
fn unknown() -> impl Strategy<Value = Map> {
    prop::collection::vec(("x_\\PC{0,8}", any_value()), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn with(known: Value, unknown: Map) -> Value {
    let Value::Object(mut object) = known else { panic!("an object") };
    object.extend(unknown);
    Value::Object(object)
}

fn any_judged() -> impl Strategy<Value = Value> {
    (any::<String>(), any::<bool>(), any::<String>(), unknown(), unknown()).prop_map(
        |(message, decision, reasoning, inner, outer)| {
            let decision = with(json!({"decision": decision, "reasoning": reasoning}), inner);
            with(json!({"message": message, "decision": decision}), outer)
        },
    )
}

fn any_provenance() -> impl Strategy<Value = Value> {
    (any::<u64>(), any::<bool>(), any_value(), [unknown(), unknown(), unknown(), unknown(), unknown()]).prop_map(
        |(seed, simulated, metrics, [own, parent, models, usage, failure])| {
            let failure = with(json!({"persona": 0, "message": 3, "stage": "decide", "reason": "r"}), failure);
            let usage = with(
                json!({"calls": 1, "input_tokens": 2, "output_tokens": 3, "cache_write_tokens": 4, "cache_read_tokens": 5}),
                usage,
            );
            let mut known = json!({
                "schema_version": 1, "run_id": "r", "parent": with(json!({"file": "f", "sha256": "s"}), parent),
                "models": with(json!({"improver": "m"}), models), "fingerprint": "f", "simulated": simulated,
                "seed": seed, "usage": {"any role": usage}, "cost_usd": 0.5, "failures": [failure],
            });
            if !metrics.is_null() {
                known["metrics"] = metrics;
            }
            with(known, own)
        },
    )
}

fn any_results() -> impl Strategy<Value = Value> {
    let persona = (any::<String>(), prop::collection::vec(any_judged(), 0..3), unknown())
        .prop_map(|(persona, messages, extra)| with(json!({"persona": persona, "messages": messages}), extra));
    let results = prop::collection::vec(persona, 1..4);
    let metadata = (any::<String>(), prop::option::of(any::<bool>()), any::<u64>(), unknown());
    (results, metadata, prop::option::of(any_provenance()), unknown()).prop_map(
        |(results, (prompt, improvement, total, extra), provenance, outer)| {
            let mut known = json!({
                "persona_file": "p.json", "messages_per_persona": 1, "total_personas": total, "total_messages": total,
                "processing_date": "", "system_prompt": prompt,
            });
            if let Some(improvement) = improvement {
                known["improvement_run"] = improvement.into();
            }
            known["successful_personas"] = total.into();
            let mut metadata = with(known, extra);
            if let Some(provenance) = provenance {
                metadata["rejoinder"] = provenance;
            }
            with(json!({"metadata": metadata, "results": results}), outer)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Bytes equal bytes: values, unknown keys at every level, and the order of all of them.
    #[test]
    fn any_results_survive_reading_and_writing(value in any_results(), compact in any::<bool>()) {
        let pretty = serde_json::to_vec_pretty(&value).unwrap();
        let bytes = if compact { serde_json::to_vec(&value).unwrap() } else { pretty.clone() };
        let results: Results = json::parse(&bytes).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        prop_assert_eq!(String::from_utf8(results.to_bytes().unwrap()).unwrap(), String::from_utf8(pretty).unwrap());
    }

    /// The strict reader accepts what is JSON and refuses what is not, as the lenient one does.
    #[test]
    fn the_strict_reader_knows_json(value in any_value(), cut in any::<prop::sample::Index>()) {
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(json::parse::<Value>(text.as_bytes()), Ok(value));
        let cut = &text.as_bytes()[..cut.index(text.len())];
        prop_assert_eq!(json::parse::<Value>(cut).is_ok(), serde_json::from_slice::<Value>(cut).is_ok());
    }

    /// The last digit of a fraction is not lost either.
    #[test]
    fn any_fraction_survives(fraction in prop::num::f64::NORMAL) {
        let text = serde_json::to_string(&fraction).unwrap();
        prop_assert_eq!(json::parse::<f64>(text.as_bytes()), Ok(fraction));
    }

    /// No bytes make it panic, loop or overflow.
    #[test]
    fn any_bytes_end_in_a_value_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = json::parse::<Results>(&bytes);
    }

    /// Nor does anything that looks like JSON; and what is accepted, another reader accepts too.
    #[test]
    fn near_json_ends_in_a_value_or_a_fault(text in "[\\[\\]{}:,\"\\\\0-9eE+.tru fals\\-n\n\u{e9}]{0,40}") {
        if json::parse::<Value>(text.as_bytes()).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
        }
        let _ = json::parse::<Results>(text.as_bytes());
        let _ = json::parse::<Vec<messages::Row>>(text.as_bytes());
    }

    /// A name that is accepted is one component, whatever was asked for.
    #[test]
    fn any_name_stays_in_the_folder(name in "\\PC{0,20}|[./\\\\a\0\n]{0,12}") {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(root.path());
        if let Ok(file) = folder.resolve(Kind::Results, &name) {
            let path = folder.path(&file);
            prop_assert_eq!(path.parent().unwrap(), folder.subfolder(Kind::Results));
            prop_assert_eq!(FileName::new(Kind::Results, file.as_str()).unwrap(), file);
        }
    }
}
