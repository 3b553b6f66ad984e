//! Chatter around a message that no mark tells from it: the auditor names it, code finds it, and the message is revised.

#[path = "support/program.rs"]
mod program;
#[path = "support/scripted.rs"]
mod scripted;

use program::{Place, Ran};
use scripted::{Asked, Scripted};
use serde_json::{Value, json};

/// A message as a chatty model writes it: what stands before it, the message, and what stands after it.
const WRITTEN: [(&str, &str, &str); 5] = [
    ("Sure, here you go.", "Hello Ada,\n\napprovals get lost in e-mail.", "Let me know if you want changes."),
    ("Gerne, das ist mein Entwurf.", "Hallo Ada!\n\nFreigaben gehen unter.", "Sagen Sie mir, ob es kürzer sein soll."),
    ("", "Hola, Ada:\n\nlas aprobaciones se pierden.", "¿Quiere que lo acorte?"),
    ("Voici une proposition.", "Bonjour Ada,\n\nles validations se perdent.", ""),
    ("承知しました。文面です。", "エイダ様\n\n承認がメールに埋もれていませんか。", "修正があればお知らせください。"),
];

fn place(people: usize) -> Place {
    let place = Place::empty();
    let people: Vec<String> = (0..people).map(|n| format!("Ada {n}, CTO of mill number {n}.")).collect();
    place.write("data/personas/people.json", &serde_json::to_string(&people).unwrap());
    place.write("offer.md", "You write short e-mails for Harbourline, which sells a queue for approvals.");
    place
}

fn evaluate(place: &Place, host: &Scripted, more: &[&str]) -> Ran {
    let common = ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--messages-per-persona", "1"];
    let models = ["--model", "openai/m", "--base-url", &host.url];
    let output = place.command(&[&common[..], &models, more].concat()).env("OPENAI_API_KEY", "sk-test").output();
    Ran::of(&output.unwrap())
}

fn whole((before, message, after): (&str, &str, &str)) -> String {
    [before, message, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// Which of the texts a persona is written to with.
fn written_for(asked: &Asked) -> (&'static str, &'static str, &'static str) {
    let number = asked.user.split("mill number ").nth(1).and_then(|rest| rest.chars().next()).unwrap();
    WRITTEN[number.to_digit(10).unwrap() as usize]
}

/// Lists these passages as remarks, those that stand in the message.
fn audit(asked: &Asked, remarks: &[&str]) -> String {
    let message = asked.fenced("message").unwrap();
    let stands = |remark: &&&str| !remark.is_empty() && message.contains(**remark);
    let claim = |remark: &&str| {
        json!({"quote": remark, "kind": "remark", "support": [], "derivation": "",
        "verdict": "unsupported"})
    };
    json!({ "claims": remarks.iter().filter(stands).map(claim).collect::<Vec<Value>>() }).to_string()
}

const DECISION: &str = r#"{"reasoning": "It is about my problem.", "decision": true}"#;

fn saved(place: &Place) -> Vec<(String, Value)> {
    let file = place.json(&format!("results/{}", place.files("results")[0]));
    let entries = file["results"].as_array().unwrap().clone();
    let message = |entry: &Value| {
        let message = &entry["messages"][0];
        (message["message"].as_str().unwrap().to_owned(), message["rejoinder"]["audit"]["claims"].clone())
    };
    entries.iter().map(message).collect()
}

#[test]
fn chatter_in_five_languages_is_named_by_the_auditor_and_revised_away() {
    let host = Scripted::start(|asked| match asked.schema.as_str() {
        "audit" => {
            let (before, _, after) = written_for(asked);
            audit(asked, &[before, after])
        }
        _ if asked.is_decision() => DECISION.to_owned(),
        // Who is told what is no part of the message leaves it out.
        _ if asked.user.contains("no part of the message: its reader must not see it") => {
            written_for(asked).1.to_owned()
        }
        _ => whole(written_for(asked)),
    });
    let place = place(5);
    let ran = evaluate(&place, &host, &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for ((text, claims), (_, message, _)) in saved(&place).iter().zip(WRITTEN) {
        assert_eq!((text.as_str(), claims), (message, &json!([])));
    }
    assert!(ran.out.contains("0.0% of messages with a made-up claim (0 of 5); 5 revised"), "{}", ran.out);
}

#[test]
fn a_writer_that_keeps_chattering_is_told_on_and_a_claim_within_a_line_is_no_remark() {
    let host = Scripted::start(|asked| match asked.schema.as_str() {
        // The second passage introduces what the message says, in the midst of a line: code does not follow.
        "audit" => audit(asked, &["Sure, here you go.", "approvals get lost"]),
        _ if asked.is_decision() => DECISION.to_owned(),
        _ => whole(WRITTEN[0]),
    });
    let place = place(1);
    let ran = evaluate(&place, &host, &[]);
    let (text, claims) = saved(&place).remove(0);
    assert_eq!(text, whole(WRITTEN[0]));
    assert_eq!(
        (claims.as_array().unwrap().len(), &claims[0]["kind"], &claims[0]["start"]),
        (1, &json!("remark"), &json!(0))
    );
    assert!(ran.out.contains("Grounded response rate: 0.0%") && ran.out.contains("remark 1"), "{}", ran.out);
}

#[test]
fn an_honest_line_that_ends_with_a_colon_stays() {
    const HONEST: &str = "Here is what we do:\n\nWe collect approvals in one queue.\n\nWorth a one-line reply?";
    let host = Scripted::start(|asked| match asked.schema.as_str() {
        "audit" => audit(asked, &[]),
        _ if asked.is_decision() => DECISION.to_owned(),
        _ => HONEST.to_owned(),
    });
    let place = place(2);
    let ran = evaluate(&place, &host, &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(saved(&place).iter().all(|(text, _)| text == HONEST));
    assert_eq!(host.asked().iter().filter(|asked| asked.is_message()).count(), 2, "nothing was asked for again");
}

#[test]
fn an_auditor_whose_answers_can_never_be_read_is_not_asked_for_every_message() {
    let host = Scripted::start(|asked| match asked.schema.as_str() {
        "audit" => r#"{"groups": []}"#.to_owned(),
        _ if asked.is_decision() => DECISION.to_owned(),
        _ => WRITTEN[0].1.to_owned(),
    });
    let place = place(40);
    let ran = evaluate(&place, &host, &["--concurrency", "1"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(host.asked().iter().filter(|asked| asked.schema == "audit").count(), 12 * 3);
    assert!(ran.err.contains("the claims of 40 of 40 messages could not be checked"), "{}", ran.err);
    assert!(ran.out.contains("Response rate: 100.0% (40 of 40)"), "{}", ran.out);
}
