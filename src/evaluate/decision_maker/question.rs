//! What a decision maker is asked, and in which form.

use serde_json::{Map, Value, json};

use super::{Objection, SCORE};
use crate::evaluate::fence::fence;
use crate::model::chances::{self, Statement};
use crate::model::{CallKey, Request, Schema};

/// The name of the statement that is the decision.
pub(super) const YES: &str = "yes";

/// The most objections that are asked about in one call.
pub(super) const MOST_OBJECTIONS: usize = chances::MOST - 1;

/// The most characters of an objection: a name and a sentence.
const OBJECTION_LENGTH: usize = 300;

/// The form of a question.
#[derive(Clone, Copy)]
pub(super) enum Question<'o> {
    /// For reasons, then yes or no.
    YesOrNo,
    /// For reasons, then a score from 0 to 1.
    Score,
    /// Asks for probabilities: of a yes, and of each of these objections.
    Chances(&'o [Objection]),
}

impl Question<'_> {
    pub(super) fn request(
        self,
        system: String,
        persona: &str,
        message: &str,
        key: CallKey,
        max_tokens: u32,
    ) -> Request {
        let (persona, message) = (fence("persona", persona), fence("message", message));
        let (question, name, kind) = match self {
            Question::YesOrNo => (
                "Do you say yes to it? Answer with a JSON object: `reasoning` (text), then `decision` (true for yes, \
                 false for no).",
                "decision",
                "boolean",
            ),
            // The model is not told the threshold: if it knows it, it stays on the safe side.
            Question::Score => (
                "How likely is it that you say yes to it? Answer with a JSON object: `reasoning` (text), then, as your \
                 decision, `score` (a number from 0, surely no, to 1, surely yes).",
                SCORE,
                "number",
            ),
            Question::Chances(objections) => {
                let user = format!(
                    "This is the person who decides:\n\n{persona}\n\nThis message has just reached that \
                     person:\n\n{message}"
                );
                return Request {
                    key,
                    system,
                    user,
                    schema: Some(chances::schema(&statements(objections))),
                    max_tokens,
                };
            }
        };
        Request {
            key,
            system,
            user: format!("This is you:\n\n{persona}\n\nThis message has just reached you:\n\n{message}\n\n{question}"),
            schema: Some(Schema {
                name: name.into(),
                json: json!({
                    "type": "object",
                    // Reasoning first: a model that writes in the schema's order then decides after it has reasoned.
                    "properties": {"reasoning": {"type": "string"}, name: {"type": kind}},
                    "required": ["reasoning", name],
                    "additionalProperties": false
                }),
            }),
            max_tokens,
        }
    }
}

fn statements(objections: &[Objection]) -> Vec<Statement> {
    let yes = Statement {
        name: YES.to_owned(),
        text: "The person described says yes to the message, deciding as the instructions say.".to_owned(),
    };
    let others = objections.iter().enumerate().map(|(index, objection)| {
        // Names and meanings come from a model: one line each, and not a long one.
        let text = format!("{}: {}", objection.name, objection.meaning);
        let words: Vec<&str> = text.split_whitespace().collect();
        let text: String = words.join(" ").chars().take(OBJECTION_LENGTH).collect();
        Statement {
            name: objection_name(index),
            text: format!("The person described objects to the message for this reason: {text}"),
        }
    });
    [yes].into_iter().chain(others).collect()
}

fn objection_name(index: usize) -> String {
    format!("objection_{}", index + 1)
}

/// How likely each objection is, by its own name. One that the model declined is left out.
pub(super) fn objections(object: &Map<String, Value>, objections: &[Objection]) -> Map<String, Value> {
    let held = objections.iter().enumerate().filter_map(|(index, objection)| {
        let chance = object.get(&objection_name(index))?.as_f64().filter(|chance| (0.0..=1.0).contains(chance))?;
        Some((objection.name.clone(), chance.into()))
    });
    held.collect()
}

/// The objections that are more likely than not to hold, most likely first, as the reason for a no; empty if there are
/// none.
pub(super) fn in_words(held: &Map<String, Value>) -> String {
    let chance =
        |(name, chance): (&String, &Value)| Some((chance.as_f64().filter(|chance| *chance > 0.5)?, name.clone()));
    let mut likely: Vec<(f64, String)> = held.iter().filter_map(chance).collect();
    likely.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    let names: Vec<String> = likely.into_iter().map(|(_, name)| name).collect();
    if names.is_empty() { String::new() } else { format!("Objects: {}.", names.join("; ")) }
}

/// The request for the reasons of a decision that was made.
pub(super) fn reason(
    system: String,
    (persona, message): (&str, &str),
    decision: bool,
    key: CallKey,
    max_tokens: u32,
) -> Request {
    let decision = if decision { "a yes" } else { "a no" };
    Request {
        key,
        system,
        user: format!(
            "This is you:\n\n{}\n\nThis message has just reached you:\n\n{}\n\nYour decision on it was {decision}. Say \
             what decided it, in one to three sentences in the first person. Answer with a JSON object: `reasoning` \
             (text).",
            fence("persona", persona),
            fence("message", message)
        ),
        schema: Some(Schema {
            name: "reasoning".into(),
            json: json!({
                "type": "object",
                "properties": {"reasoning": {"type": "string"}},
                "required": ["reasoning"],
                "additionalProperties": false
            }),
        }),
        max_tokens,
    }
}
