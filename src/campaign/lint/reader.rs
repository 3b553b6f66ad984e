//! Asks a model what of the things that law asks for a message holds. It quotes, and code finds the quotations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::evaluate::Auditor;
use crate::evaluate::ask::{self, ask};
use crate::evaluate::auditing::Stopped;
use crate::evaluate::fence::fence;
use crate::evaluate::grounding::{AUDIT_TOKENS, is_quoted};
use crate::evaluate::reading::{self, Unusable};
use crate::model::{Answer, CallKey, FailureKind, Request, Schema};

const SYSTEM: &str = include_str!("../../../prompts/lint.md");

/// The fields that quote the message.
const QUOTES: [&str; 5] = ["opt_out", "address", "sender", "contact", "attachment"];

/// What a message holds, in its own words; none where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How to get no more messages.
    pub opt_out: Option<String>,
    /// A postal address.
    pub address: Option<String>,
    /// Who sends.
    pub sender: Option<String>,
    /// A way to reach them.
    pub contact: Option<String>,
    /// That something is attached.
    pub attachment: Option<String>,
    /// What the subject promises in vain.
    pub promise: Option<Promise>,
}

/// Something that a subject promises and the body does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The words of the subject.
    pub quote: String,
    /// What is missing.
    pub why: String,
}

/// Reads messages. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    auditor: Auditor,
}

impl Reader {
    /// The auditor's model, asked another question.
    #[must_use]
    pub fn new(auditor: Auditor) -> Self {
        Reader { auditor }
    }

    /// Reads a message, or a footer, which has no subject. The inner error is why it could not be read; one line.
    ///
    /// # Errors
    /// When the run is to stop.
    pub async fn read(&self, subject: &str, body: &str, key: &[&str]) -> Result<Result<Seen, String>, Stopped> {
        let request = |key| self.request(subject, body, key);
        let seen = ask(self.auditor.caller(), key, request, |answer| read(answer, subject, body)).await;
        match seen {
            Ok(seen) => Ok(Ok(seen)),
            Err(ask::Error::Call(failure)) if failure.kind == FailureKind::Stopped => Err(Stopped),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// The request; also what a dry run measures.
    #[must_use]
    pub fn request(&self, subject: &str, body: &str, key: CallKey) -> Request {
        let user = format!("{}\n\n{}\n\nReturn the JSON.", fence("subject", subject), fence("message", body));
        Request { key, system: SYSTEM.trim().to_owned(), user, schema: Some(schema()), max_tokens: AUDIT_TOKENS }
    }
}

fn schema() -> Schema {
    let names: Vec<&str> = QUOTES.into_iter().chain(["promise", "why"]).collect();
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    Schema {
        name: "lint".into(),
        json: json!({
            "type": "object",
            "properties": properties,
            "required": names,
            "additionalProperties": false
        }),
    }
}

/// What was seen. A quotation that does not stand where it should is no quotation: then the answer is asked for again.
fn read(answer: &Answer, subject: &str, body: &str) -> Result<Seen, Unusable> {
    let object = reading::object(answer)?;
    let quoted = |field: &'static str, text: &str| -> Result<Option<String>, Unusable> {
        let quote = match object.get(field) {
            Some(Value::String(quote)) => quote.trim(),
            Some(Value::Null) => "",
            _ => return Err(Unusable::WrongField { field, kind: "text" }),
        };
        match quote {
            "" => Ok(None),
            quote if is_quoted(text, quote) => Ok(Some(quote.to_owned())),
            _ => Err(Unusable::WrongField { field, kind: "quotation that stands in the text" }),
        }
    };
    let mut quotes = QUOTES.into_iter().map(|field| quoted(field, body));
    let mut next = || quotes.next().unwrap_or(Ok(None));
    let (opt_out, address, sender, contact, attachment) = (next()?, next()?, next()?, next()?, next()?);
    let why = object.get("why").and_then(Value::as_str).map(str::trim).filter(|why| !why.is_empty());
    let why = why.unwrap_or("the body does not hold it").to_owned();
    let promise = quoted("promise", subject)?.map(|quote| Promise { quote, why });
    Ok(Seen { opt_out, address, sender, contact, attachment, promise })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stop;

    fn said(answer: &Value) -> Result<Seen, Unusable> {
        let answer = Answer { text: answer.to_string(), stop: Stop::EndTurn, ..Answer::default() };
        read(&answer, "50 % less work", "Hi Ann,\n\nReply “stop” and I will.\n\nSam, 1 Main Street, Springfield")
    }

    fn answer(changes: &[(&str, &str)]) -> Value {
        let mut answer = json!({"opt_out": "", "address": "", "sender": "", "contact": "", "attachment": "", "promise": "", "why": ""});
        for (field, value) in changes {
            answer[*field] = (*value).into();
        }
        answer
    }

    #[test]
    fn what_is_quoted_is_there_and_what_is_not_quoted_is_not() {
        let seen = said(&answer(&[("opt_out", "reply \"stop\""), ("address", "1 Main Street,\nSpringfield")])).unwrap();
        assert_eq!(seen.opt_out.as_deref(), Some("reply \"stop\""), "quotation marks and case are no matter");
        assert!(seen.address.is_some() && seen.sender.is_none() && seen.promise.is_none());
        let seen = said(&answer(&[("promise", "50 % less"), ("why", "No figure.")])).unwrap();
        assert_eq!(seen.promise, Some(Promise { quote: "50 % less".into(), why: "No figure.".into() }));
    }

    #[test]
    fn a_quotation_that_stands_nowhere_is_no_answer() {
        for changes in [[("opt_out", "Unsubscribe here")], [("promise", "Reply stop")], [("address", "2 Main Street")]]
        {
            assert!(said(&answer(&changes)).is_err(), "{changes:?}");
        }
        assert!(said(&json!({"opt_out": ""})).is_err());
        assert!(said(&json!({"opt_out": 1})).is_err());
    }
}
