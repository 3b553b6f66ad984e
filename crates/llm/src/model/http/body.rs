//! From the bytes of a body to JSON, whatever a server or a gateway has done to it on the way.
//!
//! What is forgiven leaves no doubt about what was said: a byte order mark, comments of a stream before the JSON, a
//! body that was compressed or streamed though nobody asked for it. What is broken stays broken.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::LARGEST_BODY;
use super::stream;

/// The JSON in this body.
///
/// # Errors
/// What it is instead, in a few words.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, String> {
    let strict = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let bytes = unzipped(bytes)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let not_json = |error: serde_json::Error| format!("a body that is not JSON ({error})");
    // Only text is searched for anything else.
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(not_json(strict)) };
    let rest = without_comments(text);
    if stream::is_one(rest) {
        return stream::join(rest);
    }
    if let Some(value) = without_nan(rest).and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(value);
    }
    serde_json::from_str(rest)
        .map_err(|error| if rest.len() == text.len() { not_json(strict) } else { not_json(error) })
}

/// What stands in this body where an answer is expected: the body itself, or what a gateway wrapped once more, in
/// `result` or in a list of one.
pub(crate) fn unwrapped(json: Value) -> Value {
    let holds_answer = |json: &Value| json.get("choices").is_some() || json.get("content").is_some();
    let inner = match &json {
        Value::Object(fields) if !holds_answer(&json) => fields.get("result"),
        Value::Array(values) if values.len() == 1 => values.first(),
        _ => None,
    };
    inner.filter(|inner| holds_answer(inner)).cloned().unwrap_or(json)
}

/// The text with `null` in place of the numbers that are none, as Python writes them; `None` if it has none.
fn without_nan(text: &str) -> Option<String> {
    const NONE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !NONE.iter().any(|word| text.contains(word)) {
        return None;
    }
    let (mut out, mut rest, mut is_inside) = (String::with_capacity(text.len()), text, false);
    while let Some(c) = rest.chars().next() {
        let word = NONE.iter().find(|word| !is_inside && rest.starts_with(**word));
        let length = match (c, word) {
            (_, Some(word)) => word.len(),
            ('\\', _) if is_inside => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => c.len_utf8(),
        };
        is_inside ^= c == '"';
        out.push_str(if word.is_some() { "null" } else { &rest[..length] });
        rest = &rest[length..];
    }
    Some(out)
}

/// The bytes as they were before a gateway compressed them.
fn unzipped(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut text = Vec::new();
    let most = LARGEST_BODY as u64;
    match GzDecoder::new(bytes).take(most + 1).read_to_end(&mut text) {
        Ok(_) if text.len() as u64 > most => Err("a body of more than 64 MiB".to_owned()),
        Ok(_) => Ok(Cow::Owned(text)),
        Err(error) => Err(format!("a compressed body that cannot be read ({error})")),
    }
}

/// The text after the comments of a stream (`: keep-alive`) and blank lines that it begins with.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with(':') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn marks_comments_and_compression_before_the_json_are_passed_over() {
        let bodies: [&[u8]; 6] = [
            b"{\"a\":1}",
            b"\xef\xbb\xbf{\"a\":1}",
            b"\n\n  {\"a\":1}\n",
            b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\r\n\r\n{\"a\":1}",
            b"\xef\xbb\xbf: waiting\n{\"a\":1}",
            &zipped(b"\xef\xbb\xbf{\"a\":1}"),
        ];
        for body in bodies {
            assert_eq!(read(body).unwrap(), json!({ "a": 1 }), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn numbers_that_are_none_are_null_and_words_stay_words() {
        let body = br#"{"text":"NaN \"Infinity\" \\","logprobs":[NaN,-Infinity,Infinity,1]}"#;
        let expected = json!({ "text": "NaN \"Infinity\" \\", "logprobs": [null, null, null, 1] });
        assert_eq!(read(body).unwrap(), expected);
    }

    #[test]
    fn an_answer_that_was_wrapped_once_more_is_unwrapped() {
        let answer = json!({ "choices": [], "result": { "choices": [1] } });
        assert_eq!(unwrapped(json!({ "success": true, "result": answer })), answer);
        assert_eq!(unwrapped(json!([answer])), answer);
        for other in [json!({ "result": 1 }), json!([1]), json!([answer, answer]), json!({ "a": 1 })] {
            assert_eq!(unwrapped(other.clone()), other);
        }
    }

    #[test]
    fn what_is_broken_stays_broken() {
        for body in [&b""[..], b"hello", b"{\"a\":1", b": only a comment", b"{\"a\":1}{\"a\":2}", b"{\"a\":NaNa}"] {
            assert!(read(body).unwrap_err().starts_with("a body that is not JSON ("), "{body:?}");
        }
        assert!(read(&zipped(b"{}")[..10]).unwrap_err().starts_with("a compressed body that cannot be read ("));
        let bomb = zipped(&vec![b' '; LARGEST_BODY + 2]);
        assert_eq!(read(&bomb).unwrap_err(), "a body of more than 64 MiB");
    }
}
