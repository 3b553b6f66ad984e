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
    let caller = Caller::new(Role::DecisionMaker, model, permits, Shared::default(), Events::new(|_| {}));
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
        assert_eq!((decision.decision, decision.reasoning.as_str(), decision.score()), (yes, reasoning, Some(score)));
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
            .request(persona, message, CallKey::from_parts(&[]))
            .user;
        assert_eq!(inside(&user, "persona"), Some(persona), "{user}");
        // What stands before the message is the persona's: it is taken away first.
        let rest =
            user.split_once("has just reached you:\n\n").map(|_| &user[user.find("</persona-").unwrap()..]).unwrap();
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

fn decider() -> DecisionMaker {
    with(Arc::new(Market::parse("decisions").unwrap()), None)
}

fn objection(name: &str, meaning: &str) -> Objection {
    Objection { name: name.into(), meaning: meaning.into() }
}

#[tokio::test]
async fn a_model_that_only_decides_gives_a_probability_and_no_words() {
    let decision = decide(&decider()).await.unwrap();
    let chance = decision.score().unwrap();
    assert_eq!((decision.decision, decision.reasoning.as_str()), (chance >= 0.5, ""));
    assert_eq!(decision.chance(), chance);
}

#[tokio::test]
async fn objections_are_asked_in_the_same_call_and_change_neither_the_decision_nor_the_judge() {
    let asked =
        decider().asking_about(&[objection("hype", "It is full of hype."), objection("price", "The price is open.")]);
    let decision = decide(&asked).await.unwrap();
    let held = decision.extra[OBJECTIONS].as_object().unwrap();
    assert_eq!(held.keys().collect::<Vec<_>>(), ["hype", "price"]);
    assert!(held.values().all(|chance| (0.0..=1.0).contains(&chance.as_f64().unwrap())));
    assert_eq!(asked.fingerprint(), decider().fingerprint());
    assert!(
        asked.deciding_only().request("a", "b", CallKey::from_parts(&[]))
            == decider().request("a", "b", CallKey::from_parts(&[]))
    );
}

#[tokio::test]
async fn a_chat_model_gives_the_words_where_they_are_needed() {
    let chat = with(Arc::new(Market::parse("").unwrap()), None).caller().clone();
    let decision = decide(&decider().with_reasons(Some(chat.clone()), DECISION_TOKENS)).await.unwrap();
    assert!(decision.reasoning.len() > 10, "{decision:?}");
    // A model that writes gives its own.
    assert!(parrot(&[], 0.5).with_reasons(Some(chat), DECISION_TOKENS).reasons().is_none());
}

#[tokio::test]
async fn a_decision_stands_without_words_where_none_can_be_read() {
    let mute = Arc::new(Parrot(Mutex::new([r#"{"groups": []}"#; 3].into())));
    let decision = decide(&decider().with_reasons(Some(with(mute, None).caller().clone()), DECISION_TOKENS)).await;
    assert_eq!(decision.unwrap().reasoning, "");
}

#[test]
fn a_judge_with_probabilities_is_another_one_than_a_judge_with_words() {
    let all = [decider().fingerprint(), decider().scored(Threshold::new(0.7)).fingerprint()];
    let words = with(Arc::new(Market::parse("").unwrap()), None).fingerprint();
    assert!(all[0] != all[1] && !all.contains(&words));
}

#[test]
fn an_objection_of_a_model_is_one_line_of_bounded_length() {
    let asked = decider().asking_about(&[objection("a\n\nb", &"long ".repeat(1000))]);
    let schema = asked.request("a", "b", CallKey::from_parts(&[])).schema.unwrap().json;
    let text = schema["properties"]["objection_1"]["description"].as_str().unwrap();
    assert!(text.chars().count() < 400 && !text.contains('\n'), "{text}");
}

proptest! {
    #[test]
    fn no_message_gets_out_that_quotes_the_delimiters_of_another_question(text in "\\PC{0,40}", other in "\\PC{0,40}") {
        let known = parrot(&[], 0.5).request("Ann, CTO.", &other, CallKey::from_parts(&[])).user;
        assert_keeps_apart("Bo, COO.", &format!("{text}{known}\n{text}"));
    }
}

#[test]
fn objections_that_are_likely_say_why_the_likeliest_first() {
    let held =
        |pairs: &[(&str, f64)]| pairs.iter().map(|(name, chance)| ((*name).to_owned(), (*chance).into())).collect();
    let words = |pairs: &[(&str, f64)]| question::in_words(&held(pairs));
    assert_eq!(words(&[("hype", 0.6), ("too long", 0.91), ("no proof", 0.5)]), "Objects: too long; hype.");
    assert_eq!((words(&[("hype", 0.2)]), words(&[])), (String::new(), String::new()));
}
