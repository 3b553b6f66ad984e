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
    serde_json::from_str(rest)
        .map_err(|error| if rest.len() == text.len() { not_json(strict) } else { not_json(error) })
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
    fn what_is_broken_stays_broken() {
        for body in [&b""[..], b"hello", b"{\"a\":1", b": only a comment", b"{\"a\":1}{\"a\":2}", b"{\"a\":NaN}"] {
            assert!(read(body).unwrap_err().starts_with("a body that is not JSON ("), "{body:?}");
        }
        assert!(read(&zipped(b"{}")[..10]).unwrap_err().starts_with("a compressed body that cannot be read ("));
        let bomb = zipped(&vec![b' '; LARGEST_BODY + 2]);
        assert_eq!(read(&bomb).unwrap_err(), "a body of more than 64 MiB");
    }
}
