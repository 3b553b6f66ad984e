//! The program and hosts as they are: answers that are none, bills that cannot be read, outages, refusals.

#[path = "program_wire/bills.rs"]
mod bills;
#[path = "support/gateway.rs"]
mod gateway;
#[path = "support/program.rs"]
mod program;
#[path = "program_wire/starting.rs"]
mod starting;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gateway::{Asked, Gateway, Request, Response, completion, good, text_for};
use program::{Place, Ran};
use serde_json::{Value, json};

/// A folder with so many people in `people.json` and a prompt.
fn place(people: usize) -> Place {
    let place = Place::empty();
    let people: Vec<String> = (0..people).map(|n| format!("Ada {n}, CTO of {n} mills. Wants few words.")).collect();
    place.write("data/personas/people.json", &serde_json::to_string(&people).unwrap());
    place.write("offer.md", "You write short e-mails for Harbourline, which sells a queue for approvals.");
    place
}

/// One message to each persona, and its decision.
fn evaluate(place: &Place, gateway: &Gateway, more: &[&str]) -> Ran {
    let base = format!("{}/v1", gateway.url);
    let common = ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--messages-per-persona", "1"];
    let models = ["--auditor", "none", "--ungrounded", "keep", "--model", "openai/m", "--base-url", &base];
    let output = place.command(&[&common[..], &models, more].concat()).env("OPENAI_API_KEY", "sk-test").output();
    Ran::of(&output.unwrap())
}

fn ok(ran: &Ran) -> &Ran {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    ran
}

/// Answers messages with this body, and decisions well.
fn messages_are(body: Value) -> impl Fn(&Request) -> Response {
    move |request| match request.asked {
        Asked::Message => Response::json(200, body.clone()),
        _ => good(request),
    }
}

const PRICES: &str =
    "[max_tokens]\ngenerator = 400\ndecision_maker = 400\n[prices.\"openai/m\"]\ninput = 1.0\noutput = 10.0\n";

#[test]
fn an_answer_that_is_not_finished_is_asked_for_again_and_the_hosts_words_are_the_reason() {
    let mut cut = completion("Hello,\n\napprovals get lo");
    cut["choices"][0]["finish_reason"] = json!("SAFETY");
    let mut broken = completion("Hello,\n\napprovals get lo");
    broken["choices"][0]["finish_reason"] = json!("stop");
    broken["choices"][0]["error"] = json!({ "code": 502, "message": "Upstream provider disconnected" });
    for (body, words) in [(cut, "finish reason SAFETY"), (broken, "502: Upstream provider disconnected")] {
        let (place, gateway) = (place(2), Gateway::start(messages_are(body)));
        let ran = evaluate(&place, &gateway, &[]);
        assert_eq!((ran.code, gateway.calls()), (Some(5), 6), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(words) && ran.out.contains("it began: \"Hello, approvals get lo\""), "{}", ran.out);
        assert!(place.files("results").is_empty());
    }
}

#[test]
fn a_limit_on_cost_holds_where_the_bill_cannot_be_read() {
    for usage in [json!(null), json!({ "promptTokenCount": 3 }), json!({ "prompt_tokens": 0, "completion_tokens": 0 })]
    {
        let gateway = Gateway::start(move |request| {
            let mut body = completion(text_for(request));
            body["usage"] = usage.clone();
            Response::json(200, body)
        });
        let place = place(24);
        place.write("rejoinder.toml", PRICES);
        let ran = evaluate(&place, &gateway, &["--max-cost", "0.02"]);
        assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
        assert!((2..=5).contains(&gateway.calls()), "{} calls\n{}", gateway.calls(), ran.out);
        assert!(ran.err.contains("no bill that can be read"), "{}", ran.err);
        // What was spent counts in the same run, however often it is begun.
        let calls = gateway.calls();
        assert_eq!(evaluate(&place, &gateway, &["--max-cost", "0.02"]).code, Some(8));
        assert_eq!(gateway.calls(), calls);
    }
}

#[test]
fn a_limit_below_one_call_is_said_and_nothing_is_sent() {
    let (place, gateway) = (place(3), Gateway::start(good));
    place.write("rejoinder.toml", "[prices.\"openai/m\"]\ninput = 1.0\noutput = 10.0\n");
    let ran = evaluate(&place, &gateway, &["--max-cost", "0.05"]);
    assert_eq!((ran.code, gateway.calls()), (Some(2), 0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("may cost $0.08") && ran.err.contains("8,192 tokens of output"), "{}", ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains("reached"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_server_on_this_machine_is_free_only_if_it_is_known_or_the_user_says_so() {
    let limited = ["--max-cost", "0.01"];
    let gateway = Gateway::start(good);
    let ran = evaluate(&place(1), &gateway, &limited);
    assert_eq!((ran.code, gateway.calls()), (Some(2), 0), "{}", ran.err);
    assert!(ran.err.contains("prices.\"openai/m\" = { input = 0, output = 0 }"), "{}", ran.err);
    let said = place(1);
    said.write("rejoinder.toml", "prices.\"openai/m\" = { input = 0, output = 0 }\n");
    ok(&evaluate(&said, &gateway, &limited));

    let list = |owner: &str| json!({ "object": "list", "data": [{ "id": "m", "object": "model", "owned_by": owner }] });
    let known: [(&str, Response); 4] = [
        ("/", Response::new(200, "Ollama is running")),
        ("/props", Response::json(200, json!({ "default_generation_settings": {} }))),
        ("/version", Response::json(200, json!({ "version": "0.12.1" }))),
        ("/api/v0/models", Response::json(200, json!({ "data": [{ "id": "m", "compatibility_type": "gguf" }] }))),
    ];
    for (at, response) in known {
        let models = list(if at == "/version" { "vllm" } else { "openai" });
        let gateway = Gateway::with_get(good, move |path| match path {
            path if path == at => response.clone(),
            "/v1/models" => Response::json(200, models.clone()),
            _ => Response::new(404, "not found"),
        });
        let ran = evaluate(&place(1), &gateway, &limited);
        assert_eq!(ran.code, Some(0), "{at}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("Cost: $0"), "{}", ran.out);
    }
    // A gateway has models of others, and whatever version.
    let gateway = Gateway::with_get(good, move |path| match path {
        "/version" => Response::json(200, json!({ "version": "1.110" })),
        "/v1/models" => Response::json(200, list("openai")),
        _ => Response::new(404, "not found"),
    });
    assert_eq!(evaluate(&place(1), &gateway, &limited).code, Some(2));
}

/// Answers so many calls with something else first.
fn after(calls: usize, first: Response) -> impl Fn(&Request) -> Response {
    move |request| if request.number <= calls { first.clone() } else { good(request) }
}

#[test]
fn trouble_that_passes_costs_no_trial_whatever_form_it_has() {
    let troubles = [
        Response::new(502, "<html><title>502 Bad Gateway</title></html>").with("content-type", "text/html"),
        Response::json(429, json!({ "error": { "message": "Rate limit exceeded: free-models-per-min", "code": 429 } })),
        Response::json(200, json!({ "error": { "message": "Rate limit exceeded", "code": 429 } })),
        Response::json(
            503,
            json!({ "error": { "code": 503, "message": "Loading model", "type": "unavailable_error" } }),
        ),
        Response::json(
            529,
            json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } }),
        ),
    ];
    // At once, for each waits before it tries again.
    std::thread::scope(|scope| {
        for trouble in troubles {
            scope.spawn(move || {
                let words = trouble.status;
                let (place, gateway) = (place(4), Gateway::start(after(9, trouble)));
                let ran = evaluate(&place, &gateway, &["--retries", "1"]);
                ok(&ran);
                assert!(
                    ran.out.contains("4 of 4 with a decision") && ran.out.contains("Failed trials: none"),
                    "{words} {}",
                    ran.out
                );
            });
        }
    });
}

#[test]
fn a_host_that_does_not_come_back_stops_the_run_with_its_trials_open() {
    let is_down = Arc::new(AtomicUsize::new(0));
    let down = Arc::clone(&is_down);
    let gateway = Gateway::start(move |request| match down.load(Ordering::SeqCst) {
        0 if request.number > 3 => Response::new(502, "bad gateway"),
        _ => good(request),
    });
    let place = place(4);
    let begin = Instant::now();
    let ran = evaluate(&place, &gateway, &["--patience", "3", "--concurrency", "2"]);
    assert_eq!(ran.code, Some(9), "{}{}", ran.out, ran.err);
    assert!((3..30).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    assert!(ran.out.contains("Failed trials: none"), "{}", ran.out);
    for words in ["did not come back within 3 s: 502", "waiting for http://127.0.0.1:", "the same command goes on"] {
        assert!(ran.err.contains(words), "{words}\n{}", ran.err);
    }
    is_down.store(1, Ordering::SeqCst);
    let ran = evaluate(&place, &gateway, &[]);
    assert!(ok(&ran).err.contains("3 answered calls found"), "{}", ran.err);
    assert!(ran.out.contains("4 of 4 with a decision"), "{}", ran.out);
}

#[test]
fn a_server_that_is_not_there_is_said_at_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (place, base) = (place(24), format!("http://127.0.0.1:{port}/v1"));
    let arguments = ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--base-url", &base];
    for (model, hint) in [("ollama/qwen2.5:7b", "is `ollama serve` running?"), ("openai/m", "is the server running")] {
        let begin = Instant::now();
        let ran = Ran::of(&place.command(&[&arguments[..], &["--model", model]].concat()).output().unwrap());
        assert_eq!(ran.code, Some(9), "{}", ran.err);
        assert!(begin.elapsed() < Duration::from_secs(5));
        assert!(ran.err.contains(hint) && ran.err.lines().count() == 1 && ran.out.is_empty(), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_key_that_is_refused_is_said_in_one_line_that_names_its_variable() {
    let refuse = |_: &Request| {
        Response::json(401, json!({ "error": { "message": "Incorrect API key", "code": "invalid_api_key" } }))
    };
    // Where the list of models is for holders of a key only, one call finds out.
    let lists: [fn(&str) -> Response; 2] = [|_| Response::new(404, ""), |_| Response::new(401, "")];
    for (list, most) in lists.into_iter().zip([6, 1]) {
        let (place, gateway) = (place(24), Gateway::with_get(refuse, list));
        let ran = evaluate(&place, &gateway, &[]);
        assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
        assert!(gateway.calls() <= most, "{} calls", gateway.calls());
        let error = ran.err.lines().last().unwrap();
        assert!(error.starts_with("error: the key in OPENAI_API_KEY was refused by http://127.0.0.1:"), "{error}");
        assert!(error.contains("Incorrect API key") && ran.out.is_empty(), "{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_run_whose_answers_are_all_unusable_for_one_reason_stops_early() {
    let prose = |request: &Request| match request.asked {
        Asked::Decision => Response::json(200, completion("I would surely reply to this message.")),
        _ => good(request),
    };
    let (place, gateway) = (place(60), Gateway::start(prose));
    let ran = evaluate(&place, &gateway, &[]);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(gateway.calls() < 12 * 4 + 6 * 4, "{} calls", gateway.calls());
    assert!(ran.err.contains("the first 12 trials all failed for one reason"), "{}", ran.err);
    assert!(ran.err.contains("I would surely reply to this message."), "{}", ran.err);
}

#[test]
fn most_trials_failing_is_no_success() {
    let gateway = Gateway::start(|request| match request.asked {
        Asked::Decision if !request.body.to_string().contains("Ada 1,") => Response::json(200, completion("Perhaps.")),
        _ => good(request),
    });
    let ran = evaluate(&place(3), &gateway, &[]);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("most trials failed (2 of 3)"), "{}", ran.err);
    assert!(ran.out.contains("1 of 3 with a decision") && ran.out.contains("Results saved to"), "{}", ran.out);
}

#[test]
fn what_a_host_refuses_is_asked_for_in_another_way_and_remembered() {
    type Refused = fn(&Value) -> bool;
    let cases: [(Refused, &str, &str); 3] = [
        (
            |body| body.get("max_tokens").is_some(),
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'",
            "the cap",
        ),
        (|body| body.get("response_format").is_some(), "This response_format type is unavailable now", "the schema"),
        (|body| body["messages"][0]["role"] == "system", "System role not supported", "the system prompt"),
    ];
    for (is_refused, words, what) in cases {
        let gateway = Gateway::start(move |request| {
            if is_refused(&request.body) {
                return Response::json(400, json!({ "error": { "message": words, "type": "invalid_request_error" } }));
            }
            good(request)
        });
        let place = place(3);
        let ran = evaluate(&place, &gateway, &["--concurrency", "1"]);
        assert_eq!(ok(&ran).err.matches(what).count(), if what == "the schema" { 2 } else { 1 }, "{}", ran.err);
        let calls = gateway.calls();
        let ran = evaluate(&place, &gateway, &["--concurrency", "1"]);
        assert!(!ok(&ran).err.contains(what), "{}", ran.err);
        assert_eq!(gateway.calls() - calls, 6, "it was not remembered");
        // It is part of what judged.
        let judge = place.json(&format!("results/{}", place.files("results")[0]))["metadata"]["rejoinder"].to_string();
        assert!(judge.contains("form=") || judge.contains("fingerprint"), "{judge}");
    }
}

#[test]
fn a_run_that_began_fresh_is_resumed_and_its_limits_are_its_own() {
    let (place, gateway) = (place(4), Gateway::start(good));
    let ran = evaluate(&place, &gateway, &["--fresh", "--max-calls", "3"]);
    assert_eq!((ran.code, gateway.calls()), (Some(8), 3), "{}", ran.err);
    let id = &place.run_id("interrupted");
    let resume = |more: &[&str]| {
        let mut command = place.command(&[&["runs", "resume", id][..], more].concat());
        Ran::of(&command.env("OPENAI_API_KEY", "sk-test").output().unwrap())
    };
    // The limit is the run's, and reached.
    let ran = resume(&[]);
    assert_eq!((ran.code, gateway.calls()), (Some(8), 3), "{}", ran.err);
    assert!(ran.err.contains("with a higher limit"), "{}", ran.err);
    let ran = resume(&["--max-calls", "5"]);
    assert_eq!((ran.code, gateway.calls()), (Some(8), 5), "{}", ran.err);
    let ran = resume(&["--max-calls", "100"]);
    assert!(ok(&ran).err.contains(&format!("Going on with run {id}")), "{}", ran.err);
    assert_eq!(gateway.calls(), 8);
}

#[test]
fn an_interrupted_run_stays_where_other_options_are_typed_and_the_difference_is_named() {
    let (place, gateway) = (place(4), Gateway::start(good));
    evaluate(&place, &gateway, &["--max-calls", "3"]);
    let ran = evaluate(&place, &gateway, &["--scored"]);
    assert!(
        ran.err.contains("--scored: nothing then, it now") && ran.err.contains("It is kept: rejoinder runs resume"),
        "{}",
        ran.err
    );
    assert!(place.ok(&["runs"]).out.contains("interrupted"));
    place.write("offer.md", "You write long e-mails.");
    let id = place.run_id("interrupted");
    let ran = Ran::of(&place.command(&["runs", "resume", &id]).env("OPENAI_API_KEY", "sk-test").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("cannot be resumed: its files or prompts have changed"), "{}", ran.err);
    assert!(place.ok(&["runs"]).out.contains(&id));
}

#[test]
fn the_same_command_in_a_second_terminal_says_that_the_first_is_running() {
    let slow = |request: &Request| {
        std::thread::sleep(Duration::from_millis(1_500));
        good(request)
    };
    let (place, gateway) = (place(2), Gateway::start(slow));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| evaluate(&place, &gateway, &[]));
        while gateway.calls() == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let second = evaluate(&place, &gateway, &[]);
        assert_eq!(second.code, Some(7), "{}", second.err);
        assert!(
            second.err.contains("under way in another process") && second.err.contains("--fresh"),
            "{}",
            second.err
        );
        ok(&evaluate(&place, &gateway, &["--seed", "77"]));
        ok(&first.join().unwrap());
    });
}

#[test]
fn a_pasted_address_and_a_missing_version_are_recognised() {
    let not_there = |request: &Request| match request.path.as_str() {
        "/v1/chat/completions" => good(request),
        _ => Response::new(404, "404 page not found"),
    };
    let gateway = Gateway::start(not_there);
    let place = place(1);
    let arguments = ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--model", "openai/m"];
    let at = |base: &str| {
        let base = format!("{}{base}", gateway.url);
        Ran::of(&place.command(&[&arguments[..], &["--base-url", &base]].concat()).output().unwrap())
    };
    let pasted = at("/v1/chat/completions");
    assert!(ok(&pasted).err.contains("is the address of one call; taken as the base URL"), "{}", pasted.err);
    let lacking = at("");
    assert_eq!(lacking.code, Some(4), "{}", lacking.err);
    assert!(lacking.err.contains("/chat/completions; is /v1 missing? base URL http://127.0.0.1:"), "{}", lacking.err);
}

#[test]
fn a_context_that_was_cut_off_without_a_word_is_noticed() {
    let gateway = Gateway::start(|request| {
        let mut body = completion(text_for(request));
        body["usage"] = json!({ "prompt_tokens": 512, "completion_tokens": 60 });
        Response::json(200, body)
    });
    let place = place(1);
    place.write("offer.md", &format!("You write short e-mails. {}", "We sell a queue for approvals. ".repeat(1_000)));
    let ran = evaluate(&place, &gateway, &[]);
    assert!(ok(&ran).err.contains("read 512 tokens of a prompt of"), "{}", ran.err);
}

#[test]
fn a_line_of_dotenv_that_is_none_is_named_and_stops_nothing() {
    let (place, gateway) = (place(1), Gateway::start(good));
    place.write_bytes(".env", b"\xef\xbb\xbfOPENAI_API_KEY=sk-CANARY-x\r\nFOO=bar baz\r\n");
    let base = format!("{}/v1", gateway.url);
    let arguments = ["evaluate", "--persona-file", "people", "--prompt-file", "offer.md", "--model", "openai/m"];
    let ran = Ran::of(&place.command(&[&arguments[..], &["--base-url", &base]].concat()).output().unwrap());
    assert!(ok(&ran).err.contains("line 2 of .env is not NAME=VALUE"), "{}", ran.err);
    assert!(!ran.err.contains("baz") && !ran.err.contains("CANARY"), "{}", ran.err);
    assert!(gateway.seen()[0].headers.contains("Bearer sk-CANARY-x"), "{}", gateway.seen()[0].headers);
}
