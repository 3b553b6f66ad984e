//! What a decision model's response says.

use serde_json::{Map, Value};

use super::Form;
use crate::model::chances::Statement;
use crate::model::http::failure::{self, ErrorBody};
use crate::model::http::{Http, Response, headers};
use crate::model::{Answer, Failure, Reply, Stop, Usage};

/// The answer in a response with a status of success: a JSON object with a probability for each statement, `null` where
/// the model declined. Where it declined all of them, that is a refusal.
#[allow(clippy::result_large_err, reason = "one per call, and a call takes seconds")]
pub(super) fn read(form: Form, http: &Http, response: &Response, asked: &[Statement]) -> Result<Reply, Failure> {
    let json: Value = serde_json::from_slice(&response.body)
        .map_err(|error| http.malformed(response, None, &format!("a body that is not JSON ({error})")))?;
    if let Some(error) = ErrorBody::beside_answer(&json) {
        return Err(match failure::of_answer(response, &error, http.key()) {
            Some(failure) => failure,
            None => http.malformed(response, Some(&json), "an error beside the answers"),
        });
    }
    if let Some(status) = json.get("status").and_then(Value::as_str).filter(|status| !is_complete(status)) {
        return Err(http.malformed(response, Some(&json), &format!("answers of status {status:?}")));
    }
    let read = match form {
        Form::Decisions => in_order(&json, asked),
        Form::SystemOne => by_name(&json, asked),
    };
    let chances = read.map_err(|why| http.malformed(response, Some(&json), &why))?;
    let is_refused = chances.values().all(Value::is_null);
    let bill = bill(json.get("usage"));
    let id = headers::request_id(&response.headers).or_else(|| json.get("id").and_then(Value::as_str));
    Ok(Reply {
        answer: Answer {
            text: if is_refused { String::new() } else { Value::Object(chances).to_string() },
            stop: if is_refused { Stop::Refusal } else { Stop::EndTurn },
            usage: bill.unwrap_or_default(),
            usage_unknown: bill.is_none(),
            request_id: id.map(|id| http.one_line(id)),
            ..Answer::default()
        },
        limits: headers::rate_limits(&response.headers, response.received),
    })
}

/// Whether a status means that all questions were answered.
fn is_complete(status: &str) -> bool {
    !["failed", "incomplete", "cancelled", "canceled", "error", "in_progress", "queued"].contains(&status)
}

/// `{"answers": [...]}`, in the order of the questions.
fn in_order(json: &Value, asked: &[Statement]) -> Result<Map<String, Value>, String> {
    let answers = json.get("answers").and_then(Value::as_array).ok_or("no list of answers")?;
    if answers.len() != asked.len() {
        return Err(format!("{} answers to {} questions", answers.len(), asked.len()));
    }
    let pairs = asked.iter().zip(answers).map(|(statement, answer)| {
        // The name may be missing, but if present it must be the question's.
        let name = answer.get("name").and_then(Value::as_str);
        if name.is_some_and(|name| name != statement.name) {
            return Err("answers in another order than the questions".to_owned());
        }
        Ok((statement.name.clone(), probability(answer, ("predicate", "probability"))?))
    });
    pairs.collect()
}

/// `{"answers": {"NAME": ...}}`; a question without an answer was declined.
fn by_name(json: &Value, asked: &[Statement]) -> Result<Map<String, Value>, String> {
    let answers = json.get("answers").and_then(Value::as_object).ok_or("no object of answers")?;
    let pairs = asked.iter().map(|statement| {
        let answer = answers.get(&statement.name).filter(|answer| !answer.is_null());
        let chance = answer.map_or(Ok(Value::Null), |answer| probability(answer, ("noul", "noul")))?;
        Ok((statement.name.clone(), chance))
    });
    pairs.collect()
}

/// The probability of one answer; null if it was declined. A value outside 0 to 1 is an error and is not clamped.
fn probability(answer: &Value, (kind, field): (&str, &str)) -> Result<Value, String> {
    if let Some(error) = ErrorBody::inside(answer) {
        return Err(format!("an error in place of an answer: {}", error.words(error.status())));
    }
    match answer.get("type").and_then(Value::as_str) {
        Some("refusal") => return Ok(Value::Null),
        Some(found) if found != kind => return Err(format!("an answer that is no {kind}")),
        _ => {}
    }
    let number = answer.get(field).and_then(Value::as_f64).filter(|number| (0.0..=1.0).contains(number));
    // Turns -0 into 0.
    number.map(|number| (number + 0.0).into()).ok_or_else(|| format!("an answer without a {field} from 0 to 1"))
}

/// The tokens of the call; `None` if they cannot be read. Nothing is written, and many hosts leave the output out of
/// the bill. They count cached tokens among the input tokens; [`Usage`] counts each token once.
fn bill(usage: Option<&Value>) -> Option<Usage> {
    let count = |path: &str| usage?.pointer(path)?.as_f64().filter(|n| (0.0..1e9).contains(n)).map(|n| n.ceil() as u64);
    let input = count("/input_tokens").filter(|tokens| *tokens > 0)?;
    let cached = count("/input_tokens_details/cached_tokens").unwrap_or(0).min(input);
    let written = count("/input_tokens_details/cache_write_tokens").unwrap_or(0).min(input - cached);
    Some(Usage {
        input_tokens: input - cached - written,
        output_tokens: count("/output_tokens").unwrap_or(0),
        cache_write_tokens: written,
        cache_read_tokens: cached,
    })
}
