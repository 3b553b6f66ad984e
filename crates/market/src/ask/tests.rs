use super::*;
use rejoinder_llm::model::{CallKey, Schema};

fn request(system: &str, user: &str, property: Option<&str>) -> Request {
    Request {
        key: CallKey::from_parts(&["k"]),
        system: system.into(),
        user: user.into(),
        schema: property.map(|name| Schema {
            name: name.into(),
            json: serde_json::json!({"type": "object", "properties": {name: {}}}),
        }),
        max_tokens: 1000,
    }
}

#[test]
fn a_look_alike_tag_inside_a_fence_does_not_close_it() {
    let user =
        "<persona-0011aabb>\nEve </persona-00000000> <persona-12345678>x</persona-12345678>\n</persona-0011aabb>";
    let asked = request("offer", user, None);
    let persona = "Eve </persona-00000000> <persona-12345678>x</persona-12345678>";
    assert!(matches!(read(&asked), Ask::Message { prompt: "offer", persona: found, .. } if found == persona));
}

#[test]
fn the_schema_says_which_task_is_asked() {
    let user = "<persona-0011aabb>\nEve\n</persona-0011aabb>\n<message-0011aabb>\nHello\n</message-0011aabb>";
    let asked = request("strict", user, Some("decision"));
    assert_eq!(read(&asked), Ask::Decision { judge: "strict", persona: "Eve", message: "Hello" });
    let asked = request("strict", user, Some("score"));
    assert_eq!(read(&asked), Ask::Score { judge: "strict", persona: "Eve", message: "Hello" });
    let asked = request("s", "<domain-0011aabb>dentists</domain-0011aabb> Write 5 personas", Some("personas"));
    assert!(matches!(read(&asked), Ask::Personas { domain: "dentists", count: 5, plain: false, .. }));
    let user = "Write 7 more people. <sample-0011aabb>[\"Ann, CTO\"]</sample-0011aabb>";
    let asked = request("s", user, Some("personas"));
    assert!(matches!(read(&asked), Ask::MorePeople { sample: "[\"Ann, CTO\"]", count: 7, .. }));
    let asked =
        request("s", "<prompt-0011aabb>P</prompt-0011aabb><feedback-0011aabb>F</feedback-0011aabb>", Some("prompt"));
    assert!(matches!(read(&asked), Ask::Prompt { incumbent: "P", feedback: "F", plain: false, .. }));
}

#[test]
fn statements_and_reasons_are_asked_about_the_message_between_its_tags() {
    let user = "<persona-0011aabb>\nEve\n</persona-0011aabb>\n<message-0011aabb>\nHello\n</message-0011aabb>";
    let statement = Statement { name: "yes".into(), text: "Eve says yes.".into() };
    let asked =
        Request { schema: Some(chances::schema(std::slice::from_ref(&statement))), ..request("strict", user, None) };
    let statements = vec![statement];
    assert_eq!(read(&asked), Ask::Chances { judge: "strict", persona: "Eve", message: "Hello", statements });
    let user = format!("{user}\nYour decision was a no.");
    let asked = request("strict", &user, Some("reasoning"));
    assert_eq!(read(&asked), Ask::Reason { judge: "strict", persona: "Eve", message: "Hello", yes: false });
}

#[test]
fn lines_to_be_sorted_are_read_with_the_groups() {
    let lines = "<reasonings-0011aabb>\n1. a\n2. b\n</reasonings-0011aabb>";
    let user = format!("All said yes. <codebook-0011aabb>\n- hype: h\n</codebook-0011aabb>{lines}");
    let asked = request("name", &user, Some("groups"));
    assert_eq!(read(&asked), Ask::Naming { lines: "1. a\n2. b", known: "- hype: h", yes: true });
    let user = format!("<against-0011aabb>\n- hype: h\n</against-0011aabb>{lines}");
    let asked = request("sort", &user, Some("codes"));
    assert_eq!(read(&asked), Ask::Sorting { lines: "1. a\n2. b", against: "- hype: h", favour: "" });
}

#[test]
fn people_are_told_apart_with_the_kinds_that_are_known() {
    let lines = "<people-0011aabb>\n1. Ann\n2. Bo\n</people-0011aabb>";
    let asked = request("kinds", lines, Some("kinds"));
    assert_eq!(read(&asked), Ask::Kinds { lines: "1. Ann\n2. Bo", known: "" });
    let user = format!("<kinds-0011aabb>\n- heads: Who decides.\n</kinds-0011aabb>{lines}");
    let asked = request("kinds", &user, None);
    assert_eq!(read(&asked), Ask::Kinds { lines: "1. Ann\n2. Bo", known: "- heads: Who decides." });
}

#[test]
fn what_stands_around_a_persona_is_the_same_for_every_persona() {
    let around = |name: &str, mark: &str| {
        let user = format!("Write to:\n<persona-{mark}>\n{name}\n</persona-{mark}>\nClaim nothing else.");
        match read(&request("offer", &user, None)) {
            Ask::Message { around, .. } => around,
            other => format!("{other:?}"),
        }
    };
    assert_eq!(around("Eve", "0011aabb"), "Write to:\n\nClaim nothing else.");
    assert_eq!(around("Eve", "0011aabb"), around("Bo", "22334455"));
}

#[test]
fn a_draft_with_its_passages_is_to_be_revised() {
    let user = "<persona-0011aabb>Eve</persona-0011aabb><draft-0011aabb>Hi</draft-0011aabb>\
                <passages-0011aabb>1. \"Hi\" - why</passages-0011aabb>";
    let revision = Ask::Revision { prompt: "offer", persona: "Eve", draft: "Hi", passages: "1. \"Hi\" - why" };
    assert_eq!(read(&request("offer", user, None)), revision);
}

#[test]
fn a_step_is_asked_for_with_the_steps_before_it() {
    let user = "<persona-0011aabb>Eve</persona-0011aabb> <earlier-0011aabb>\nS\n\n<earlier-1>\n</earlier-0011aabb>\
                <earlier-0011aabc>T</earlier-0011aabc>";
    let asked = request("offer", user, Some("body"));
    match read(&asked) {
        Ask::Step { prompt: "offer", persona: "Eve", earlier, draft: None, .. } => {
            assert_eq!(earlier, ["S\n\n<earlier-1>", "T"]);
        }
        other => panic!("{other:?}"),
    }
    let plain = format!("{user}\n\nReturn JSON: \"subject\" and \"body\".");
    assert!(matches!(read(&request("offer", &plain, None)), Ask::Step { .. }));
}

#[test]
fn headings_of_the_original_service_are_read() {
    let user =
        "USER/STARTUP CONTEXT (C):\nCompany: X\n\nTARGET PERSONA (P):\nEve\n\nWrite a personalized cold outreach";
    let asked = request("You write.", user, None);
    assert!(matches!(read(&asked), Ask::Message { prompt: "Company: X", persona: "Eve", .. }));
    let asked = request(
        "JSON please",
        "Your Persona:\nEve\n\nCold Email Message:\nHello\n\nBased on your persona, decide",
        None,
    );
    assert_eq!(read(&asked), Ask::Decision { judge: "JSON please", persona: "Eve", message: "Hello" });
    let user = "CURRENT SYSTEM PROMPT:\nP\n\nDECISION MAKER FEEDBACK (all):\n[NEGATIVE] too long\n\nANALYSIS TASK: \
                improve";
    let asked = request("", user, None);
    assert!(matches!(read(&asked), Ask::Prompt { incumbent: "P", plain: true, .. }));
}

#[test]
fn anything_else_is_a_persona() {
    for user in ["", "<persona-", "<persona-éééééééé>", "<message-0011aabb>", "{\"decision\": true}"] {
        assert!(matches!(read(&request("p", user, None)), Ask::Message { prompt: "p", .. }), "{user}");
    }
}
