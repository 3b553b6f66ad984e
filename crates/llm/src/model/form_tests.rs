#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

use super::*;
use crate::model::CallKey;

fn request() -> Request {
    let schema = crate::model::Schema { name: "decision".into(), json: serde_json::json!({}) };
    Request {
        key: CallKey::from_parts(&[]),
        system: "You write.".into(),
        user: "x".into(),
        schema: Some(schema),
        max_tokens: 8_192,
    }
}

fn refusal(message: &str) -> Failure {
    Failure { status: Some(400), ..Failure::new(FailureKind::Invalid, message) }
}

/// The form that is left after chat completions refused these, one after the other.
fn after(effort: Option<Effort>, messages: &[&str]) -> Option<String> {
    let mut form = Form::default();
    for message in messages {
        (form, _) = form.without(&refusal(message), Sent::chat(&request(), effort))?;
    }
    Some(form.to_string())
}

#[test]
fn what_hosts_refuse_is_told_by_their_words() {
    let cases = [
        (
            "400 invalid_request_error: Unsupported parameter: 'max_tokens' is not supported with this model. Use \
             'max_completion_tokens' instead.",
            " form=cap",
        ),
        ("400: Unrecognized request argument supplied: max_completion_tokens", " form=cap"),
        ("400 invalid_request_error: This response_format type is unavailable now", " form=json-object"),
        ("400: This model does not support response format `json_schema`.", " form=json-object"),
        (
            "400 INVALID_ARGUMENT: Unknown name \"additionalProperties\" at 'generation_config.response_schema'",
            " form=json-object",
        ),
        ("400 BadRequestError: System role not supported", " form=no-system"),
        ("400: Conversation roles must alternate user/assistant/user/assistant/...", " form=no-system"),
        ("400 INVALID_ARGUMENT: Developer instruction is not enabled for models/gemma-3-27b-it", " form=no-system"),
        ("400 invalid_request_error: \"m\" does not support thinking", " form=no-effort"),
        ("400: Unrecognized request argument supplied: reasoning_effort", " form=no-effort"),
        (
            "400: litellm.UnsupportedParamsError: groq does not support parameters: ['reasoning_effort']",
            " form=no-effort",
        ),
        ("400: Unrecognized request argument supplied: chat_template_kwargs", " form=no-effort"),
        ("400: Unknown parameter: 'strict'", " form=json-object"),
        ("422: body.messages.0.role: Input should be 'user' or 'assistant'", " form=no-system"),
        ("422: body.max_tokens: Extra inputs are not permitted", " form=cap"),
        ("404: No endpoints found that can handle the requested parameters", " form=no-effort"),
        // The number is at fault, not the name.
        ("400: max_tokens is too large: 8192. This model supports at most 4096 completion tokens", " form=most-4096"),
        ("400: Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", " form=most-4096"),
        (
            "400: max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-x",
            " form=most-4096",
        ),
    ];
    for (message, form) in cases {
        assert_eq!(after(Some(Effort::High), &[message]).as_deref(), Some(form), "{message}");
    }
}

#[test]
fn a_server_that_refuses_with_a_500_is_told_from_one_in_trouble() {
    let without = |status, message: &str| {
        let failure = Failure { status: Some(status), ..Failure::new(FailureKind::Server, message) };
        Form::default().without(&failure, Sent::chat(&request(), None)).map(|(form, _)| form.to_string())
    };
    assert_eq!(without(500, "500 server_error: System role not supported").as_deref(), Some(" form=no-system"));
    assert_eq!(without(501, "501: response_format not implemented").as_deref(), Some(" form=json-object"));
    assert_eq!(without(500, "500: the system prompt was lost on the way"), None);
    assert_eq!(without(503, "503: System role not supported"), None);
}

#[test]
fn a_context_that_is_too_short_is_no_fault_of_the_form_and_names_the_setting() {
    let words = "400: This model's maximum context length is 4096 tokens. However, you requested 8492 tokens (300 in \
                 the messages, 8192 in the completion). Please reduce your prompt or max_tokens at most 100";
    assert_eq!(cap_within(&words.to_lowercase()), None);
    assert!(with_setting(refusal(words)).message.contains("[max_tokens] in rejoinder.toml"));
}

#[test]
fn a_schema_becomes_an_object_and_then_words() {
    let refused = "400: response_format is not supported";
    assert_eq!(after(None, &[refused, refused]).as_deref(), Some(" form=no-schema"));
    assert_eq!(after(None, &[refused, refused, refused]), None);
}

#[test]
fn an_effort_becomes_the_nearest_that_is_named() {
    let named = "400: Unsupported value: 'xhigh' is not supported with this model. Supported values are: 'low', \
                 'medium', and 'high'.";
    assert_eq!(
        after(Some(Effort::XHigh), &[&format!("reasoning_effort {named}")]).as_deref(),
        Some(" form=effort-high")
    );
    assert_eq!(
        after(Some(Effort::Max), &["400: reasoning_effort: must be one of none, low"]).as_deref(),
        Some(" form=effort-low")
    );
    let twice = ["400: effort must be one of low, high", "400: effort is not supported"];
    assert_eq!(after(Some(Effort::Medium), &twice).as_deref(), Some(" form=no-effort"));
}

#[test]
fn the_messages_api_loses_its_list_its_format_and_output_config() {
    let sent = Sent::messages(&request(), Some(Effort::Low));
    let form = |message: &str| Form::default().without(&refusal(message), sent).map(|(form, _)| form.to_string());
    assert_eq!(form("400: system: Input should be a valid string").as_deref(), Some(" form=plain-system"));
    assert_eq!(
        form("400: system.0.cache_control: Extra inputs are not permitted").as_deref(),
        Some(" form=plain-system")
    );
    assert_eq!(form("400: output_config.format: Extra inputs are not permitted").as_deref(), Some(" form=no-schema"));
    assert_eq!(form("400: output_config.effort: Extra inputs are not permitted").as_deref(), Some(" form=no-effort"));
    assert_eq!(
        form("400: extraneous key [output_config] is not permitted").as_deref(),
        Some(" form=no-schema,no-effort")
    );
}

#[test]
fn what_is_no_matter_of_form_is_left_to_others() {
    let sent = Sent::chat(&request(), None);
    for failure in [
        refusal("400: prompt is too long"),
        refusal("400: model not loaded"),
        Failure { status: Some(429), ..Failure::new(FailureKind::RateLimited, "429: max_tokens per minute") },
        Failure { status: Some(401), ..Failure::new(FailureKind::Unauthorized, "401: system role") },
        Failure { status: Some(500), ..Failure::new(FailureKind::Server, "500: system role") },
        refusal("400: the system is busy"),
        Failure::new(FailureKind::Connection, "response_format"),
    ] {
        assert!(Form::default().without(&failure, sent).is_none(), "{failure}");
    }
    // Nothing is left out that was not sent.
    let bare = Sent { has_system: false, has_schema: false, ..sent };
    assert!(Form::default().without(&refusal("400: response_format"), bare).is_none());
    assert!(Form::default().without(&refusal("400: system role"), bare).is_none());
}

#[test]
fn what_was_learned_is_remembered_by_host_and_model_and_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forms.json");
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let forms = Forms::in_file(&file, move |line| heard.lock().unwrap().push(line));
    let form = Form { cap: Cap::Other, thinking: Thinking::Nearest(Effort::High), ..Form::default() };
    let learned = forms.learned("http://a", "m");
    for _ in 0..3 {
        learned.learn(form, &[("the effort", "400: no".into())]);
    }
    assert_eq!(
        *said.lock().unwrap(),
        ["m at http://a does not take the effort: it is asked in another way from now on (400: no)"]
    );
    assert_eq!(forms.learned("http://a", "m").get(), form);
    let again = Forms::in_file(&file, |_| {});
    let of = |host, model| again.learned(host, model).get();
    assert_eq!(
        (of("http://a", "m"), of("http://b", "m"), of("http://a", "n")),
        (form, Form::default(), Form::default())
    );
    std::fs::write(&file, "no JSON").unwrap();
    assert_eq!(Forms::in_file(&file, |_| {}).learned("http://a", "m").get(), Form::default());
}

#[test]
fn a_run_that_learns_a_form_goes_on_as_the_same_run() {
    let form = Form { json: Json::Words, place: Place::User, ..Form::default() };
    let settings = format!("chat-completions at=http://a effort=default{form}");
    assert_eq!(settings, "chat-completions at=http://a effort=default form=no-schema,no-system");
    assert_eq!(without_form(&settings), "chat-completions at=http://a effort=default");
}
