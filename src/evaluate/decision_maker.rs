//! Decides on messages.

use serde_json::json;

use super::ask::{Error, ask};
use super::decision_prompt::DecisionPrompt;
use super::fence::fence;
use super::reading;
use crate::call::Caller;
use crate::data::Map;
use crate::data::results::{Decision, SCORE};
use crate::model::{CallKey, Request, Schema, digest};

/// The most tokens of one decision, thinking included.
pub const DECISION_TOKENS: u32 = 8_192;

/// From which score on a decision is a yes: above 0, and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(f64);

impl Threshold {
    /// Half: a score is how likely a yes is.
    pub const HALF: Threshold = Threshold(0.5);

    /// The threshold of this number; none for a number outside, and for 0, at which everything would be a yes.
    #[must_use]
    pub fn new(number: f64) -> Option<Self> {
        (number > 0.0 && number <= 1.0).then_some(Threshold(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// Decides whether a persona says yes to a message.
#[derive(Clone)]
pub struct DecisionMaker {
    caller: Caller,
    prompt: DecisionPrompt,
    max_tokens: u32,
    scored: Option<Threshold>,
}

impl DecisionMaker {
    /// A decision maker behind this door, with this prompt.
    #[must_use]
    pub fn new(caller: Caller, prompt: DecisionPrompt, max_tokens: u32) -> Self {
        DecisionMaker { caller, prompt, max_tokens, scored: None }
    }

    /// The same, asked for a score from 0 to 1 where there is a threshold: a decision is a yes from it on. The score is
    /// kept beside the decision, see [`SCORE`].
    #[must_use]
    pub fn scored(self, scored: Option<Threshold>) -> Self {
        DecisionMaker { scored, ..self }
    }

    /// Its prompt.
    #[must_use]
    pub fn prompt(&self) -> &DecisionPrompt {
        &self.prompt
    }

    /// From which score on it says yes, where it is asked for one.
    #[must_use]
    pub fn threshold(&self) -> Option<Threshold> {
        self.scored
    }

    /// The door.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Hash of all that judges: the model, its settings, the prompt, and the form of the question. 16 hexadecimal
    /// digits. Two rates may be compared only if the same fingerprint judged both.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let model = self.caller.model();
        // The question for fixed texts stands for the template and the schema: a change to either changes the hash.
        let question = self.request("persona", "message", CallKey::of(&[]));
        let schema = question.schema.map(|schema| schema.json.to_string()).unwrap_or_default();
        let limit = self.max_tokens.to_string();
        let threshold = self.scored.map(|threshold| threshold.get().to_string());
        let parts = [model.id(), &model.settings(), &self.prompt.text, &question.user, &schema, &limit];
        digest(&parts.into_iter().chain(threshold.as_deref()).collect::<Vec<_>>())[..16].to_owned()
    }

    /// Decides once. `key` tells this decision from its siblings on the same message.
    ///
    /// # Errors
    /// When the call fails, or when no answer could be read as a decision. A decision is never guessed.
    pub async fn decide(&self, persona: &str, message: &str, key: &[&str]) -> Result<Decision, Error> {
        ask(
            &self.caller,
            key,
            |key| self.request(persona, message, key),
            |answer| {
                let object = reading::object(answer)?;
                let reasoning = reading::string(&object, "reasoning")?;
                let mut extra = Map::new();
                let decision = match self.scored {
                    None => reading::boolean(&object, "decision")?,
                    Some(threshold) => {
                        let score = reading::share(&object, SCORE)?;
                        extra.insert(SCORE.to_owned(), score.into());
                        score >= threshold.get()
                    }
                };
                Ok(Decision { decision, reasoning, extra })
            },
        )
        .await
    }

    /// The request for one decision; also what a dry run measures.
    #[must_use]
    pub fn request(&self, persona: &str, message: &str, key: CallKey) -> Request {
        let (question, name, kind) = match self.scored {
            None => (
                "Do you say yes to it? Answer with a JSON object: `reasoning` (text), then `decision` (true for yes, \
                 false for no).",
                "decision",
                "boolean",
            ),
            // The threshold is not told: a model that knows it answers on its safe side.
            Some(_) => (
                "How likely is it that you say yes to it? Answer with a JSON object: `reasoning` (text), then, as your \
                 decision, `score` (a number from 0, surely no, to 1, surely yes).",
                SCORE,
                "number",
            ),
        };
        Request {
            key,
            system: self.prompt.text.clone(),
            user: format!(
                "This is you:\n\n{}\n\nThis message has just reached you:\n\n{}\n\n{question}",
                fence("persona", persona),
                fence("message", message)
            ),
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
            max_tokens: self.max_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use futures::future::BoxFuture;
    use proptest::prelude::*;

    use super::*;
    use crate::call::Shared;
    use crate::evaluate::battery::Battery;
    use crate::event::Events;
    use crate::model::limits::RateLimits;
    use crate::model::limits::permits::{Concurrency, Permits};
    use crate::model::market::Market;
    use crate::model::retry::RetryPolicy;
    use crate::model::{Answer, Failure, Model, Reply, Role, Stop, Usage};

    /// Says one thing after the other, whatever it is asked.
    struct Parrot(Mutex<VecDeque<&'static str>>);

    impl Model for Parrot {
        fn send<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Result<Reply, Failure>> {
            let text = self.0.lock().unwrap().pop_front().unwrap().to_owned();
            let answer = Answer { text, stop: Stop::EndTurn, usage: Usage::default(), ..Answer::default() };
            Box::pin(async { Ok(Reply { answer, limits: RateLimits::default() }) })
        }

        #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
        fn id(&self) -> &str {
            "openai/parrot"
        }

        #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
        fn host(&self) -> &str {
            "parrot"
        }

        fn settings(&self) -> String {
            String::new()
        }
    }

    fn with(model: Arc<dyn Model>, scored: Option<f64>) -> DecisionMaker {
        let permits = Permits::new(Concurrency::Fixed(1));
        let (retry, shared) = (RetryPolicy::default(), Shared::default());
        let caller = Caller::new(Role::DecisionMaker, model, permits, retry, shared, Events::new(|_| {}));
        DecisionMaker::new(caller, DecisionPrompt::strict(), DECISION_TOKENS).scored(scored.and_then(Threshold::new))
    }

    fn parrot(said: &[&'static str], threshold: f64) -> DecisionMaker {
        with(Arc::new(Parrot(Mutex::new(said.iter().copied().collect()))), Some(threshold))
    }

    async fn decide(decision_maker: &DecisionMaker) -> Result<Decision, Error> {
        decision_maker.decide("Ann, CTO.", "Hello Ann", &["k"]).await
    }

    #[test]
    fn a_threshold_lies_above_0_and_at_most_at_1() {
        for (number, is_one) in
            [(0.0, false), (0.01, true), (0.5, true), (1.0, true), (1.01, false), (-0.5, false), (f64::NAN, false)]
        {
            assert_eq!(Threshold::new(number).is_some(), is_one, "{number}");
        }
    }

    #[test]
    fn every_form_of_the_question_and_every_threshold_is_another_judge() {
        let market = || Arc::new(Market::parse("").unwrap());
        let plain = with(market(), None).fingerprint();
        // The fingerprint in the files that there are: a judge that is asked as ever is the judge that it was.
        assert_eq!(plain, "5080650d51349d1e");
        let scored = [0.5, 0.6, 1.0].map(|threshold| with(market(), Some(threshold)).fingerprint());
        assert!(scored.iter().all(|fingerprint| *fingerprint != plain && fingerprint.len() == 16));
        assert!(scored[0] != scored[1] && scored[1] != scored[2]);
    }

    #[tokio::test]
    async fn a_decision_is_a_yes_from_the_threshold_on_and_keeps_its_score() {
        let said = [
            r#"{"reasoning": "a", "score": 0.69}"#,
            r#"{"reasoning": "b", "score": 0.7}"#,
            r#"{"reasoning": "c", "score": 1}"#,
        ];
        let decision_maker = parrot(&said, 0.7);
        for (yes, reasoning, score) in [(false, "a", 0.69), (true, "b", 0.7), (true, "c", 1.0)] {
            let decision = decide(&decision_maker).await.unwrap();
            assert_eq!(
                (decision.decision, decision.reasoning.as_str(), decision.score()),
                (yes, reasoning, Some(score))
            );
            let written = serde_json::to_string(&decision).unwrap();
            assert_eq!(written, format!(r#"{{"decision":{yes},"reasoning":"{reasoning}","score":{score:?}}}"#));
        }
    }

    #[tokio::test]
    async fn a_score_that_is_none_is_asked_for_again_and_never_guessed() {
        let none = r#"{"reasoning": "a", "decision": true}"#;
        let outside = r#"{"reasoning": "a", "score": 1.2}"#;
        let decision = decide(&parrot(&[outside, none, r#"{"reasoning": "a", "score": 0.1}"#], 0.5)).await.unwrap();
        assert_eq!((decision.decision, decision.score()), (false, Some(0.1)));
        let failed = decide(&parrot(&[none, r#"{"reasoning": "a", "score": "0.9"}"#, outside], 0.5)).await.unwrap_err();
        let wrong = "the answer's JSON has no number from 0 to 1 `score`; it began: ";
        let words = failed.to_string();
        assert!(words.starts_with(wrong) && words.contains("1.2") && words.ends_with("(asked 3 times)"), "{words}");
    }

    #[tokio::test]
    async fn without_a_threshold_a_score_is_not_asked_for_and_not_kept() {
        let said = r#"{"reasoning": "a", "decision": false, "score": 0.9}"#;
        let model = Parrot(Mutex::new([said].into()));
        let decision = decide(&with(Arc::new(model), None)).await.unwrap();
        assert_eq!((decision.decision, decision.extra), (false, Map::new()));
    }

    /// Where a tag begins and ends, if it opens and closes once.
    fn inside<'a>(user: &'a str, tag: &str) -> Option<&'a str> {
        let at = user.find(&format!("<{tag}-"))?;
        let mark = &user[at + 1..at + user[at..].find('>')?];
        let (open, close) = (format!("<{mark}>\n"), format!("\n</{mark}>"));
        let is_one = user.matches(&open).count() == 1 && user.matches(&close).count() == 1;
        is_one.then(|| &user[user.find(&open).unwrap_or(0) + open.len()..user.find(&close).unwrap_or(0)])
    }

    fn assert_keeps_apart(persona: &str, message: &str) {
        for scored in [None, Some(0.5)] {
            let user = parrot(&[], 0.5)
                .scored(scored.and_then(Threshold::new))
                .request(persona, message, CallKey::of(&[]))
                .user;
            assert_eq!(inside(&user, "persona"), Some(persona), "{user}");
            // What stands before the message is the persona's: it is taken away first.
            let rest = user
                .split_once("has just reached you:\n\n")
                .map(|_| &user[user.find("</persona-").unwrap()..])
                .unwrap();
            let rest = &rest[rest.rfind(&format!("<message-{}", &digest(&[message])[..16])).unwrap()..];
            assert_eq!(inside(rest, "message"), Some(message), "{user}");
            let question = &rest[rest.rfind("</message-").unwrap()..];
            assert!(question.contains("Answer with a JSON object"), "{user}");
        }
    }

    #[test]
    fn no_probe_gets_out_of_its_delimiters_as_a_message_or_as_a_persona() {
        let battery = Battery::built_in().unwrap();
        for probe in battery.families.iter().flat_map(|family| &family.probes) {
            assert_keeps_apart("Ann, CTO.", probe);
            assert_keeps_apart(probe, "Hello Ann");
        }
    }

    proptest! {
        #[test]
        fn no_message_gets_out_that_quotes_the_delimiters_of_another_question(text in "\\PC{0,40}", other in "\\PC{0,40}") {
            let known = parrot(&[], 0.5).request("Ann, CTO.", &other, CallKey::of(&[])).user;
            assert_keeps_apart("Bo, COO.", &format!("{text}{known}\n{text}"));
        }
    }
}
