//! Inputs that are nearly right: the ones that find mistakes.
#![allow(dead_code, reason = "each test crate uses its own part")]

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// So many cases, or as many times more as `PROPTEST_CASES` is above its default of 256. Nothing is written beside the
/// tests: a case that fails is printed, and belongs into a test of its own.
pub fn cases(number: u32) -> ProptestConfig {
    let asked = u64::from(ProptestConfig::default().cases) * u64::from(number) / 256;
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases((asked as u32).max(1)) }
}

/// What JSON may hold.
pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::from("true")),
        Just(Value::from(format!("{}é", "x".repeat(300)))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{0,9}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// A value with some of its nodes replaced or removed.
pub fn altered(value: Value) -> impl Strategy<Value = Value> {
    let change = (any::<Index>(), prop::option::weighted(0.8, any_json()));
    prop::collection::vec(change, 0..4).prop_map(move |changes| {
        let mut value = value.clone();
        for (at, by) in changes {
            let all = paths(&value, String::new());
            alter(&mut value, &all[at.index(all.len())], by);
        }
        value
    })
}

/// Pointers to all nodes.
fn paths(value: &Value, here: String) -> Vec<String> {
    let below = |key: &str| format!("{here}/{}", key.replace('~', "~0").replace('/', "~1"));
    let mut all: Vec<String> = match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| paths(value, below(key))).collect(),
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(n, value)| paths(value, below(&n.to_string()))).collect()
        }
        _ => Vec::new(),
    };
    all.push(here);
    all
}

fn alter(root: &mut Value, path: &str, by: Option<Value>) {
    if let Some(by) = by {
        if let Some(node) = root.pointer_mut(path) {
            *node = by;
        }
        return;
    }
    let Some((parent, key)) = path.rsplit_once('/') else { return };
    match root.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(list)) => drop(list.remove(key.parse().unwrap())),
        _ => {}
    }
}

/// Bytes with some of them cut out, doubled, or replaced, also by what means something in JSON, TOML or HTTP.
pub fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let means_something = prop::sample::select(vec![
        b"\"".to_vec(),
        b"\\".to_vec(),
        b"{".to_vec(),
        b"}".to_vec(),
        b"[".to_vec(),
        b"]".to_vec(),
        b",".to_vec(),
        b":".to_vec(),
        b"=".to_vec(),
        b"\n".to_vec(),
        b"\r\n".to_vec(),
        b"\0".to_vec(),
        b"\xff\xfe".to_vec(),
        b"\xef\xbb\xbf".to_vec(),
        b"\xc3".to_vec(),
        b"\\ud800".to_vec(),
        b"\x1b[31m".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b"1e999".to_vec(),
        b"-0".to_vec(),
        b"99999999999999999999999".to_vec(),
        b"NaN".to_vec(),
        b"'''".to_vec(),
        b"#".to_vec(),
        "é😀\u{202e}".as_bytes().to_vec(),
        b"[[[[[[[[[[[[[[[[".to_vec(),
        b"$X".to_vec(),
    ]);
    let piece = prop_oneof![3 => means_something, 1 => prop::collection::vec(any::<u8>(), 0..6)];
    let change = (any::<Index>(), 0_usize..40, prop::option::of(piece));
    prop::collection::vec(change, 0..5).prop_map(move |changes| {
        let mut bytes = bytes.clone();
        for (at, length, piece) in changes {
            let from = at.index(bytes.len() + 1);
            let to = (from + length).min(bytes.len());
            match piece {
                // Doubled: a key that stands twice, a bracket too many.
                None if length % 2 == 0 => {
                    let twice = bytes[from..to].to_vec();
                    bytes.splice(from..from, twice);
                }
                piece => drop(bytes.splice(from..to, piece.unwrap_or_default())),
            }
        }
        bytes
    })
}
