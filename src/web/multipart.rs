//! Forms with a file in them: `multipart/form-data`, as RFC 7578 has it, held in memory.
//!
//! The parser is our own because the guard looks into a form before any page does, and has all of it by then. Axum's
//! feature `multipart` reads a stream, once, and brings a further crate with it: the guard would still bound the size
//! and the time, look for the secret, and hand the file on, so that little code here would go.

use axum::body::Bytes;
use memchr::memmem;

/// The most bytes of a form with a file.
pub const LARGEST: usize = 32 << 20;
/// Parts of a form; ours have two.
const MOST_PARTS: usize = 16;

/// One field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'b> {
    /// The field's name.
    pub name: &'b str,
    /// What the file was called where it came from.
    pub file_name: Option<&'b str>,
    /// The value.
    pub body: &'b [u8],
}

/// A file that came with a form which the guard let through.
#[derive(Clone, Debug)]
pub struct Received {
    /// What it was called where it came from; `leads` where that was not said.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl Received {
    /// The file of a form; none where there is none, or an empty one.
    #[must_use]
    pub fn new(parts: &[Part<'_>], form: &Bytes) -> Option<Self> {
        let file = parts.iter().find(|part| part.name == "file").filter(|part| !part.body.is_empty())?;
        let name = file.file_name.filter(|name| !name.is_empty()).unwrap_or("leads");
        // Some browsers send a whole path.
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
        Some(Received { name, bytes: form.slice_ref(file.body) })
    }
}

/// Whether a form of this type may hold files.
#[must_use]
pub fn is_multipart(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// The fields of a form; `None` where it is none, or not whole.
#[must_use]
pub fn parts<'b>(content_type: &str, bytes: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let boundary = boundary(content_type)?;
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let (first, next) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let mut rest = bytes.strip_prefix(first.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head = memmem::find(rest, b"\r\n\r\n")?;
        let (head, body) = (std::str::from_utf8(&rest[..head]).ok()?, &rest[head + 4..]);
        let end = memmem::find(body, next.as_bytes())?;
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        })?;
        parts.push(Part {
            name: quoted(disposition, " name=\"")?,
            file_name: quoted(disposition, "filename=\""),
            body: &body[..end],
        });
        if parts.len() > MOST_PARTS {
            return None;
        }
        rest = &body[end + next.len()..];
    }
}

/// What stands between the fields, as the type says: its value may be quoted, with any sign in it.
fn boundary(content_type: &str) -> Option<String> {
    let mut rest = content_type.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, left) = after.split_once(';').unwrap_or((after, ""));
                (value.trim_end().to_owned(), left)
            }
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case("boundary") {
            return Some(value);
        }
        rest = left;
    }
}

/// What stands before the closing quotation mark, and what comes after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

/// Browsers write quotation marks within as `%22`.
fn quoted<'b>(text: &'b str, before: &str) -> Option<&'b str> {
    text.split_once(before)?.1.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KIND: &str = "multipart/form-data; boundary=xYz";

    fn form(file: &[u8]) -> Vec<u8> {
        let mut bytes = b"--xYz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nsecret\r\n--xYz\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n"
            .to_vec();
        bytes.extend_from_slice(file);
        bytes.extend_from_slice(b"\r\n--xYz--\r\n");
        bytes
    }

    proptest! {
        #[test]
        fn a_file_comes_as_it_was_sent(file in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assume!(memmem::find(&file, b"\r\n--xYz").is_none());
            let bytes = form(&file);
            let parts = parts(KIND, &bytes).unwrap();
            prop_assert_eq!(parts[0], Part { name: "csrf", file_name: None, body: b"secret" });
            prop_assert_eq!(parts[1], Part { name: "file", file_name: Some("a.csv"), body: &file });
        }

        #[test]
        fn what_is_cut_off_is_no_form(cut in 1_usize..150) {
            let bytes = form(b"email\r\na@x.example");
            let end = bytes.len() - 4 - cut.min(bytes.len() - 4);
            prop_assert_eq!(parts(KIND, &bytes[..end]), None);
        }
    }

    #[test]
    fn a_file_is_handed_on_without_its_folder_and_an_empty_one_is_none() {
        let received = |name: &str, file: &str| {
            let form = Bytes::from(format!(
                "--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--xYz--"
            ));
            Received::new(&parts(KIND, &form).unwrap(), &form).map(|own| (own.name, own.bytes))
        };
        assert_eq!(received("C:\\lists\\a.csv", "x"), Some(("a.csv".into(), Bytes::from_static(b"x"))));
        assert_eq!(received("", "x"), Some(("leads".into(), Bytes::from_static(b"x"))));
        assert_eq!(received("a.csv", ""), None);
    }

    #[test]
    fn a_boundary_is_found_however_its_name_and_value_are_written() {
        for kind in ["boundary=xYz", "BOUNDARY=xYz", "Boundary=\"xYz\"", "charset=\"a;b=c\"; boundary=xYz ; x=1"] {
            assert!(parts(&format!("multipart/form-data; {kind}"), &form(b"")).is_some(), "{kind}");
        }
        let odd = b"--a;b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a;b--";
        let found = parts("multipart/form-data; boundary=\"a;b\"", odd).unwrap();
        assert_eq!(found, [Part { name: "x", file_name: None, body: b"1" }]);
    }

    #[test]
    fn a_form_without_a_boundary_is_none() {
        assert!(is_multipart(KIND) && !is_multipart("text/plain"));
        assert_eq!(parts("multipart/form-data", &form(b"")), None);
        assert_eq!(parts("multipart/form-data; boundary=", &form(b"")), None);
    }
}
