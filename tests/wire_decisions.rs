//! Decision models, byte by byte, and against the market's server: what is sent, and what is made of every answer.

mod support;

use rejoinder::model::chances::{Statement, schema};
use rejoinder::model::decisions::{Decisions, Form};
use rejoinder::model::http::{KeyHeader, Route, Settings};
use rejoinder::model::market::Market;
use rejoinder::model::market::serve::{Options, bind};
use rejoinder::model::{Answer, Failure, FailureKind, Model, Reply, Request, Stop, Usage};
use serde_json::{Value, json};
use support::{CANARY, RawServer, json_reply, key, request, settings};

const FORMS: [Form; 2] = [Form::Decisions, Form::SystemOne];

fn asked(names: &[&str]) -> Request {
    let statement = |name: &&str| Statement { name: (*name).to_owned(), text: format!("It is {name}.") };
    Request { schema: Some(schema(&names.iter().map(statement).collect::<Vec<_>>())), ..request() }
}

fn model(form: Form, base: &str, settings: &Settings) -> Decisions {
    let id = "openai-decisions/gpt-6-luna".parse().unwrap();
    Decisions::new(form, &id, &format!("{base}/v1"), key(), settings).unwrap()
}

async fn send(form: Form, body: &Value) -> Result<Reply, Failure> {
    let server = RawServer::start(vec![json_reply(200, &[], body)]).await;
    model(form, &server.base(), &settings()).send(&asked(&["yes", "dear"])).await
}

async fn answer(form: Form, answers: Value) -> Answer {
    send(form, &json!({ "answers": answers, "usage": { "input_tokens": 9, "output_tokens": 0 } })).await.unwrap().answer
}

async fn refused(form: Form, answers: Value) -> String {
    let failure = send(form, &json!({ "answers": answers })).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
    failure.message
}

#[tokio::test]
async fn the_requests_are_what_the_two_wires_expect() {
    let good = json!({ "answers": [{ "type": "predicate", "probability": 0.5 }] });
    let server = RawServer::start(vec![json_reply(200, &[], &good)]).await;
    model(Form::Decisions, &server.base(), &settings()).send(&asked(&["yes"])).await.unwrap();
    let good = json!({ "answers": { "yes": { "type": "noul", "noul": 0.5 } } });
    let other = RawServer::start(vec![json_reply(200, &[], &good)]).await;
    model(Form::SystemOne, &other.base(), &settings()).send(&asked(&["yes"])).await.unwrap();
    let (seen, other) = (&server.seen()[0], &other.seen()[0]);
    assert!(seen.head.starts_with("POST /v1/decisions HTTP/1.1\r\n"), "{}", seen.head);
    assert!(other.head.starts_with("POST /v1/systemone HTTP/1.1\r\n"), "{}", other.head);
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    insta::assert_snapshot!(seen.json(), @r#"{"model":"gpt-6-luna","input":[{"role":"system","content":"You write."},{"role":"user","content":"Write to Ada."}],"questions":[{"type":"predicate","name":"yes","instructions":"It is yes."}]}"#);
    insta::assert_snapshot!(other.json(), @r#"{"model":"gpt-6-luna","state":"You write.\n\nWrite to Ada.","questions":{"yes":{"type":"noul","instructions":"It is yes."}}}"#);
}

#[tokio::test]
async fn probabilities_are_read_in_order_or_by_name_and_a_declined_question_is_null() {
    let list =
        json!([{ "type": "predicate", "name": "yes", "probability": 0.25 }, { "type": "refusal", "name": null }]);
    let read = answer(Form::Decisions, list).await;
    assert_eq!((read.text.as_str(), read.stop), (r#"{"yes":0.25,"dear":null}"#, Stop::EndTurn));
    let map = json!({ "dear": { "type": "noul", "noul": 1 }, "yes": { "type": "noul", "noul": 0.0 } });
    assert_eq!(answer(Form::SystemOne, map).await.text, r#"{"yes":0.0,"dear":1.0}"#);
    let map = json!({ "yes": { "type": "noul", "noul": 0.5 } });
    assert_eq!(answer(Form::SystemOne, map).await.text, r#"{"yes":0.5,"dear":null}"#);
}

#[tokio::test]
async fn a_model_that_declines_every_question_refuses() {
    let list = json!([{ "type": "refusal" }, { "type": "refusal", "name": "dear" }]);
    for (form, answers) in [(Form::Decisions, list), (Form::SystemOne, json!({}))] {
        let read = answer(form, answers).await;
        assert_eq!((read.text.as_str(), read.stop), ("", Stop::Refusal));
    }
}

#[tokio::test]
async fn what_is_no_probability_is_an_answer_to_nothing_and_is_never_guessed() {
    let predicate = |probability: Value| json!({ "type": "predicate", "probability": probability });
    for wrong in [json!(1.2), json!(-0.1), json!("0.5"), json!(null), json!(true), json!([0.5])] {
        let words = refused(Form::Decisions, json!([predicate(wrong.clone()), predicate(json!(0.5))])).await;
        assert!(words.contains("an answer without a probability from 0 to 1"), "{wrong}: {words}");
        let words = refused(Form::SystemOne, json!({ "yes": { "type": "noul", "noul": wrong } })).await;
        assert!(words.contains("an answer without a noul from 0 to 1"), "{words}");
    }
    let words = refused(Form::Decisions, json!([predicate(json!(0.5))])).await;
    assert!(words.contains("1 answers to 2 questions"), "{words}");
    let named = |name: &str| json!({ "type": "predicate", "name": name, "probability": 0.5 });
    let words = refused(Form::Decisions, json!([named("dear"), named("yes")])).await;
    assert!(words.contains("answers in another order"), "{words}");
    let score = json!({ "type": "score", "score": 3 });
    assert!(refused(Form::Decisions, json!([score, score])).await.contains("an answer that is no predicate"));
    for (form, answers) in [(Form::Decisions, json!({})), (Form::SystemOne, json!([])), (Form::Decisions, json!(null))]
    {
        assert!(refused(form, answers).await.contains("of answers"));
    }
}

#[tokio::test]
async fn an_error_in_place_of_an_answer_is_told_in_the_hosts_words() {
    let body = json!({ "error": { "type": "invalid_request_error", "message": "Only `gpt-6-luna` is supported." } });
    for form in FORMS {
        let server = RawServer::start(vec![json_reply(400, &[], &body)]).await;
        let failure = model(form, &server.base(), &settings()).send(&asked(&["yes"])).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (FailureKind::Invalid, Some(400)));
        assert!(failure.message.contains("Only `gpt-6-luna` is supported."), "{failure}");
        let failure = send(form, &body).await.unwrap_err();
        assert!(failure.message.contains("an error in place of an answer"), "{failure}");
    }
}

#[tokio::test]
async fn answers_with_an_error_beside_or_inside_them_are_none() {
    let good = || json!([{ "type": "predicate", "probability": 0.5 }, { "type": "predicate", "probability": 0.5 }]);
    let mut broken = good();
    broken[1]["error"] = json!({ "message": "gone", "code": 500 });
    for (body, kind, words) in [
        (json!({ "answers": good(), "error": { "message": "slow", "code": 429 } }), FailureKind::RateLimited, "slow"),
        (json!({ "answers": good(), "error": { "message": "gone", "code": 500 } }), FailureKind::Server, "gone"),
        (json!({ "answers": good(), "status": "incomplete" }), FailureKind::Malformed, "incomplete"),
        (json!({ "answers": broken }), FailureKind::Malformed, "gone"),
    ] {
        let failure = send(Form::Decisions, &body).await.unwrap_err();
        assert!(failure.kind == kind && failure.message.contains(words), "{body}: {:?} {failure}", failure.kind);
    }
    assert!(send(Form::Decisions, &json!({ "answers": good(), "status": "completed", "error": null })).await.is_ok());
}

#[tokio::test]
async fn cached_tokens_are_counted_once() {
    let usage = json!({ "input_tokens": 100, "input_tokens_details": { "cached_tokens": 60, "cache_write_tokens": 10 },
        "output_tokens": 0, "total_tokens": 100 });
    let answers = json!([{ "type": "predicate", "probability": 0.5 }, { "type": "predicate", "probability": 0.5 }]);
    let reply = send(Form::Decisions, &json!({ "answers": answers, "usage": usage })).await.unwrap();
    let expected = Usage { input_tokens: 30, output_tokens: 0, cache_write_tokens: 10, cache_read_tokens: 60 };
    assert_eq!(reply.answer.usage, expected);
}

#[tokio::test]
async fn a_question_for_text_is_not_sent() {
    let server = RawServer::start(vec![json_reply(200, &[], &json!({}))]).await;
    let failure = model(Form::Decisions, &server.base(), &settings()).send(&request()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(failure.message.contains("writes no text") && server.seen().is_empty(), "{failure}");
}

#[tokio::test]
async fn a_route_gives_every_request_its_query_and_its_header_for_the_key() {
    let good = json!({ "answers": [{ "type": "predicate", "probability": 0.5 }] });
    let server = RawServer::start(vec![json_reply(200, &[], &good)]).await;
    let query = vec![("api-version".to_owned(), "2024-10-21".to_owned()), ("a b".to_owned(), "c&d".to_owned())];
    let route = Route { key_header: Some(KeyHeader::ApiKey), query, ..Route::default() };
    model(Form::Decisions, &server.base(), &Settings { route, ..settings() }).send(&asked(&["yes"])).await.unwrap();
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /v1/decisions?api-version=2024-10-21&a+b=c%26d HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!((seen.header("api-key"), seen.header("authorization")), (Some(CANARY), None));
}

#[tokio::test]
async fn the_markets_server_gives_the_same_probabilities_as_the_market() {
    let market = || Market::parse("").unwrap();
    let server = bind(Options::new(market())).await.unwrap();
    let base = format!("http://{}", server.address());
    let serving = tokio::spawn(server.run(std::future::pending()));
    let user = "<persona-0011aabb>\nAda, CTO of a clinic. Approvals get lost.\n</persona-0011aabb>\n\n\
                <message-0011aabb>\nHello Ada,\n\nour tool collects approvals in one queue. Worth a one-line reply?\n\
                </message-0011aabb>";
    let objection = Statement { name: "objection_1".into(), text: "It gives no concrete figures.".into() };
    let yes = Statement { name: "yes".into(), text: "Ada says yes.".into() };
    let schema = schema(&[yes, objection]);
    let request =
        Request { user: user.into(), system: "You reject by default.".into(), schema: Some(schema), ..request() };
    let expected = market().answer(&request);
    for form in FORMS {
        let reply = model(form, &base, &settings()).send(&request).await.unwrap();
        let (said, there): (Value, Value) =
            (serde_json::from_str(&reply.answer.text).unwrap(), serde_json::from_str(&expected.text).unwrap());
        let number = |json: &Value, name: &str| json[name].as_f64().unwrap();
        assert!(number(&said, "objection_1") > 0.0 && (0.0..=1.0).contains(&number(&said, "yes")), "{said}");
        // The other wire has one text for both, and so another lot.
        if form == Form::Decisions {
            assert_eq!(said, there);
        }
        assert!(reply.answer.request_id.unwrap().starts_with("simulated_"));
    }
    serving.abort();
}

#[tokio::test]
async fn the_markets_faults_of_decision_models_are_told_as_what_they_are() {
    for (fault, words) in [
        ("number-outside", "from 0 to 1"),
        ("truncated-json", "answers to 1 questions"),
        ("empty", "answers to 1 questions"),
        ("html", "an HTML page"),
        ("error-200", "an error in place of an answer"),
        ("rate-limit", "429"),
    ] {
        let options =
            Options { faults: format!("{fault}@1-").parse().unwrap(), ..Options::new(Market::parse("").unwrap()) };
        let server = bind(options).await.unwrap();
        let base = format!("http://{}", server.address());
        let serving = tokio::spawn(server.run(std::future::pending()));
        let failure = model(Form::Decisions, &base, &settings()).send(&asked(&["yes"])).await.unwrap_err();
        assert!(failure.message.contains(words), "{fault}: {failure}");
        serving.abort();
    }
    for fault in ["refusal", "one-refused"] {
        let options =
            Options { faults: format!("{fault}@1-").parse().unwrap(), ..Options::new(Market::parse("").unwrap()) };
        let server = bind(options).await.unwrap();
        let base = format!("http://{}", server.address());
        let serving = tokio::spawn(server.run(std::future::pending()));
        for form in FORMS {
            let reply = model(form, &base, &settings()).send(&asked(&["yes"])).await.unwrap();
            assert_eq!(reply.answer.stop, Stop::Refusal, "{fault}");
        }
        serving.abort();
    }
}
