//! JSON as models write it by mistake, where its syntax leaves no doubt: a comma after the last value, a raw line break
//! in a string, Python's `True`, other quotation marks, a comment, an object inside of a string.

use serde_json::{Map, Number, Value};

/// The deepest nesting of an answer.
const DEEPEST: usize = 64;

/// The fields of the object at the beginning of this text, including repeated ones, and its length in bytes.
pub(super) fn object(text: &str) -> Option<(Vec<(String, Value)>, usize)> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let fields = parser.fields()?;
    Some((fields, parser.at))
}

/// The text inside of the one JSON string in this text that may hold an object, or inside of a text that would be such
/// a string with quotation marks around it.
pub(super) fn decoded(text: &str) -> Option<String> {
    let text = text.replace('\r', "\\r").replace('\n', "\\n").replace('\t', "\\t");
    if text.starts_with('{') {
        let is_escaped = text.contains("\\\"");
        return is_escaped.then(|| serde_json::from_str::<String>(&format!("\"{text}\"")).ok()).flatten();
    }
    let mut found: Option<String> = None;
    let mut rest = text.as_str();
    while let Some(at) = rest.find('"') {
        rest = &rest[at..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let holds_object = |inner: &String| inner.trim_start().starts_with(['{', '"']) && inner.contains('{');
        match stream.next() {
            Some(Ok(inner)) if holds_object(&inner) => {
                rest = &rest[stream.byte_offset()..];
                if found.as_ref().is_some_and(|other| *other != inner) {
                    return None;
                }
                found = Some(inner);
            }
            _ => rest = &rest[1..],
        }
    }
    found
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn consume(&mut self, wanted: char) -> Option<()> {
        self.space();
        (self.peek() == Some(wanted)).then(|| self.at += wanted.len_utf8())
    }

    /// Passes over white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.text[self.at..].trim_start();
            self.at = self.text.len() - rest.len();
            let end = match rest.get(..2) {
                Some("//") => rest.find('\n'),
                Some("/*") => rest.find("*/").map(|at| at + 2),
                _ => None,
            };
            let Some(end) = end else { return };
            self.at += end;
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text[self.at..].strip_prefix(word)?;
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        ends.then(|| self.at += word.len())
    }

    fn fields(&mut self) -> Option<Vec<(String, Value)>> {
        self.deeper()?;
        self.consume('{')?;
        let mut fields = Vec::new();
        while self.consume('}').is_none() {
            if !fields.is_empty() {
                self.consume(',')?;
                if self.consume('}').is_some() {
                    break;
                }
            }
            self.space();
            let name = self.string()?;
            self.consume(':')?;
            fields.push((name, self.value()?));
        }
        self.depth -= 1;
        Some(fields)
    }

    fn list(&mut self) -> Option<Vec<Value>> {
        self.deeper()?;
        self.consume('[')?;
        let mut list = Vec::new();
        while self.consume(']').is_none() {
            if !list.is_empty() {
                self.consume(',')?;
                if self.consume(']').is_some() {
                    break;
                }
            }
            list.push(self.value()?);
        }
        self.depth -= 1;
        Some(list)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        match self.peek()? {
            '{' => {
                let fields = self.fields()?;
                let count = fields.len();
                let object: Map<String, Value> = fields.into_iter().collect();
                (object.len() == count).then_some(Value::Object(object))
            }
            '[' => self.list().map(Value::Array),
            '"' | '\'' | '\u{201c}' => self.string().map(Value::String),
            '-' | '0'..='9' => self.number(),
            _ => {
                let words = [
                    (["true", "True", "TRUE"], Value::Bool(true)),
                    (["false", "False", "FALSE"], Value::Bool(false)),
                    (["null", "None", "NULL"], Value::Null),
                ];
                words
                    .into_iter()
                    .find_map(|(words, value)| words.into_iter().find_map(|word| self.word(word)).map(|()| value))
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let number: Number = serde_json::from_str(&rest[..end]).ok()?;
        self.at += end;
        Some(Value::Number(number))
    }

    /// A string in any kind of quotation marks.
    fn string(&mut self) -> Option<String> {
        let begin = self.peek()?;
        let mark = match begin {
            '"' | '\'' => begin,
            '\u{201c}' => '\u{201d}',
            _ => return None,
        };
        self.at += begin.len_utf8();
        let mut text = String::new();
        loop {
            let c = self.peek()?;
            self.at += c.len_utf8();
            match c {
                '\\' => self.escape(&mut text)?,
                c if c == mark => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.peek()?;
        // Of marks that JSON has no escapes for, as of those that Markdown has (`\$`), only the mark can be meant.
        if c.is_ascii_punctuation() && !matches!(c, '"' | '\\' | '/') {
            self.at += 1;
            text.push(c);
            return Some(());
        }
        // One escape, or the two of a surrogate pair, as JSON reads them.
        let one = if c == 'u' { 6 } else { 1 + c.len_utf8() };
        let from = self.at - 1;
        for length in [one, 12] {
            let escaped = self.text.get(from..from + length)?;
            if let Ok(read) = serde_json::from_str::<String>(&format!("\"{escaped}\"")) {
                text.push_str(&read);
                self.at = from + length;
                return Some(());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Option<Value> {
        object(text).map(|(fields, _)| Value::Object(fields.into_iter().collect()))
    }

    #[test]
    fn mistakes_that_leave_no_doubt_are_read() {
        let expected = json!({ "reasoning": "It fits.\nYes.", "decision": true, "more": [1, null] });
        for text in [
            "{\"reasoning\": \"It fits.\\nYes.\", \"decision\": true, \"more\": [1, null]}",
            "{\"reasoning\": \"It fits.\nYes.\", \"decision\": true, \"more\": [1, null,],}",
            "{'reasoning': 'It fits.\\nYes.', 'decision': True, 'more': [1, None]} and so on",
            "{\u{201c}reasoning\u{201d}: \u{201c}It fits.\\nYes.\u{201d}, \
             \u{201c}decision\u{201d}: TRUE, \"more\": [1, null]}",
            "{\"reasoning\": \"It fits.\\nYes.\", // why\n \"decision\": /* yes */ true, \"more\": [1, null] // end\n}",
        ] {
            assert_eq!(read(text), Some(expected.clone()), "{text}");
        }
        assert_eq!(
            read("{'a': \"It's \\u00e9 \\ud83d\\ude00\", 'b': 'don\\'t'}"),
            Some(json!({ "a": "It's \u{e9} \u{1f600}", "b": "don't" }))
        );
        assert_eq!(read("{\"a\": \"costs 5\\$ \\*now\\*\"}"), Some(json!({ "a": "costs 5$ *now*" })));
    }

    #[test]
    fn what_leaves_doubt_is_not_read() {
        for text in [
            "{decision: true}",
            "{'reasoning': 'It's good', 'decision': True}",
            "{\"decision\": yes}",
            "{\"decision\": Truely}",
            "{\"a\": 1 \"b\": 2}",
            "{,}",
            "{\"a\": 1,,}",
            "{\"a\": NaN}",
            "{\"a\": \"\\q\"}",
            "{\"a\": tr",
            "{\"a\": 1 // }",
            "{\"a\": 1 / 2}",
            "{\"a\": {\"b\": 1, \"b\": 2}}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"{\"a\":".repeat(100_000)), None);
    }

    #[test]
    fn json_inside_of_a_string_is_unpacked() {
        assert_eq!(decoded("\"{\\\"decision\\\": true}\"").as_deref(), Some("{\"decision\": true}"));
        assert_eq!(decoded("{\\\"decision\\\": true}").as_deref(), Some("{\"decision\": true}"));
        assert_eq!(decoded("\"yes\""), None);
        assert_eq!(decoded("{\"decision\": true}"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_json_is_read_as_json_is(
            a in any::<String>(),
            b in any::<f64>().prop_filter("finite", |b| b.is_finite()),
            c: bool,
            d in prop::collection::vec(any::<i64>(), 0..4),
        ) {
            let value = json!({ "a": a, "b": b, "c": c, "d": d, "e": { "f": null } });
            prop_assert_eq!(read(&value.to_string()), Some(value));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]\"',:\\\\utrueTFN0-9é ]{0,60}") {
            let _ = (object(&text), decoded(&text));
        }
    }
}
