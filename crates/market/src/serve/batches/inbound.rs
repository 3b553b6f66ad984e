//! What comes in: a batch, read request by request, and a page of the list.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::kept::StoredBatch;
use crate::serve::outbound::Rejection;

/// Longest `custom_id`.
const LONGEST_ID: usize = 64;

/// Reads the body of a batch, showing each request's `custom_id` and `params` to `take`. Returns how many there were.
pub(super) fn read(
    body: &[u8],
    most: usize,
    take: &mut dyn FnMut(String, Value) -> Result<(), String>,
) -> Result<usize, Rejection> {
    let mut reading = Reading { take, seen: HashSet::new(), most, count: 0, wrong: None };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = Root(&mut reading).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Some(wrong) = reading.wrong {
        return Err(Rejection::invalid(wrong));
    }
    read.map_err(|error| Rejection::invalid(format!("The request body is not valid JSON: {error}")))?;
    if reading.count == 0 {
        return Err(Rejection::invalid("requests: at least one request is required"));
    }
    Ok(reading.count)
}

struct Reading<'a> {
    take: &'a mut dyn FnMut(String, Value) -> Result<(), String>,
    seen: HashSet<String>,
    most: usize,
    count: usize,
    /// The first thing that is wrong: it rejects the whole batch.
    wrong: Option<String>,
}

impl Reading<'_> {
    fn add(&mut self, mut request: Value) -> Result<(), String> {
        let index = self.count;
        self.count += 1;
        if self.count > self.most {
            return Err(format!("requests: List should have at most {} items", self.most));
        }
        let id = match &request["custom_id"] {
            Value::String(id) => id.clone(),
            Value::Null => return Err(format!("requests.{index}.custom_id: Field required")),
            _ => return Err(format!("requests.{index}.custom_id: Input should be a valid string")),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
            return Err(format!("requests.{index}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"));
        }
        if !self.seen.insert(id.clone()) {
            return Err(format!("requests.{index}.custom_id: custom_id must be unique, and {id:?} is there twice"));
        }
        match request["params"].take() {
            params @ Value::Object(_) => (self.take)(id, params),
            _ => Err(format!("requests.{index}.params: Field required")),
        }
    }
}

/// The object around the requests.
struct Root<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Root<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with requests")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "requests" {
                map.next_value_seed(Requests(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The requests, one by one.
struct Requests<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Requests<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Requests<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of requests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(request) = list.next_element::<Value>()? {
            if self.0.wrong.is_none() {
                self.0.wrong = self.0.add(request).err();
            }
        }
        Ok(())
    }
}

/// A page of the list of batches.
pub(super) struct Page {
    limit: usize,
    after: Option<String>,
    before: Option<String>,
}

impl Page {
    pub(super) fn read(query: &str) -> Result<Self, Rejection> {
        let mut page = Page { limit: 20, after: None, before: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=1000).contains(limit));
                    let range = "limit: Input should be from 1 to 1000";
                    page.limit = limit.ok_or_else(|| Rejection::invalid(range))?;
                }
                "after_id" => page.after = Some(value.into_owned()),
                "before_id" => page.before = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(page)
    }

    /// The page of this list, the newest first, and whether there are more.
    pub(super) fn slice<'a>(
        &self,
        newest: &'a [Arc<StoredBatch>],
    ) -> Result<(&'a [Arc<StoredBatch>], bool), Rejection> {
        let place = |id: &String| {
            let at = newest.iter().position(|kept| kept.id == *id);
            at.ok_or_else(|| Rejection::invalid(format!("there is no message batch {id:?}")))
        };
        let start = self.after.as_ref().map(|id| place(id).map(|at| at + 1)).transpose()?.unwrap_or(0);
        let end = self.before.as_ref().map(place).transpose()?.unwrap_or(newest.len());
        let found = newest.get(start..end).unwrap_or_default();
        let page = if self.before.is_some() {
            &found[found.len().saturating_sub(self.limit)..]
        } else {
            &found[..found.len().min(self.limit)]
        };
        Ok((page, page.len() < found.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(body: &str, most: usize) -> Result<Vec<String>, String> {
        let mut ids = Vec::new();
        let read = read(body.as_bytes(), most, &mut |id, _| {
            ids.push(id);
            Ok(())
        });
        read.map(|_| ids).map_err(|rejection| rejection.message)
    }

    fn request(id: &str) -> String {
        format!(r#"{{"custom_id":{id},"params":{{}}}}"#)
    }

    #[test]
    fn one_request_that_is_wrong_rejects_the_whole_batch() {
        let batch = |requests: &[String]| format!(r#"{{"requests":[{}]}}"#, requests.join(","));
        let good = request("\"a_B-1\"");
        assert_eq!(read_all(&batch(std::slice::from_ref(&good)), 9), Ok(vec!["a_B-1".to_owned()]));
        let wrong = |more: String, words: &str| {
            let said = read_all(&batch(&[good.clone(), more]), 9).unwrap_err();
            assert!(said.contains(words), "{said}");
        };
        wrong(good.clone(), "is there twice");
        wrong(request("\"a b\""), "requests.1.custom_id: String should match pattern");
        wrong(request("\"\""), "String should match pattern");
        wrong(request(&format!("\"{}\"", "x".repeat(65))), "String should match pattern");
        wrong(request("7"), "valid string");
        wrong(r#"{"params":{}}"#.into(), "custom_id: Field required");
        wrong(r#"{"custom_id":"b"}"#.into(), "requests.1.params: Field required");
        wrong("{".into(), "not valid JSON");
        let three: Vec<String> = ["\"a\"", "\"b\"", "\"c\""].map(request).to_vec();
        assert!(read_all(&batch(&three), 2).unwrap_err().contains("at most 2 items"));
        assert!(read_all(r#"{"requests":[]}"#, 2).unwrap_err().contains("at least one"));
        assert!(read_all("{}", 2).unwrap_err().contains("at least one"));
    }

    #[test]
    fn a_page_says_where_it_begins_and_how_long_it_is() {
        assert!(Page::read("limit=0").is_err() && Page::read("limit=1001").is_err() && Page::read("limit=x").is_err());
        let page = Page::read("limit=7&after_id=b&other=1").unwrap();
        assert_eq!((page.limit, page.after.as_deref(), page.before), (7, Some("b"), None));
        assert_eq!(Page::read("").unwrap().limit, 20);
    }
}
