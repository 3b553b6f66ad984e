//! Work that is started from a page: real processes, on the real program.

#[path = "support/dashboard.rs"]
mod dashboard;
#[path = "support/program.rs"]
mod program;

use std::io::Read;
use std::process::{Command, Stdio};

use dashboard::{KEY, Server};
use program::{MarketProcess, Place};

#[test]
fn work_is_estimated_asked_for_started_followed_and_found_in_the_results() {
    let place = Place::with_samples();
    let server = Server::start(&place, None);
    let fields = [("job", "evaluate"), ("personas", "b2b_saas_personas_eval"), ("messages", "1"), ("model", "market")];
    let estimate = server.post("/evaluate", "/estimate", &fields);
    assert_eq!(estimate.status, 200, "{}", estimate.text);
    for words in ["What it would take", "messages", "decisions", "--persona-file=b2b_saas_personas_eval", "Start"] {
        assert!(estimate.text.contains(words), "{words}\n{}", estimate.text);
    }
    let (above, below) = estimate.text.split_once("id=\"start\"").unwrap();
    assert!(above.contains("id=\"total\">In all "), "{above}");
    assert!(below.contains("Call by call"), "what it takes and the button stand before the details");
    assert_eq!(place.files("results").len(), 1, "nothing was started");

    let unseen = server.post("/evaluate", "/start", &fields);
    assert!(unseen.status == 200 && unseen.text.contains("Not started"), "{}", unseen.text);
    let confirmed = Server::confirmed(&estimate);
    let other = [&fields[..2], &[("messages", "3"), ("model", "market"), ("confirmed", &confirmed)]].concat();
    assert!(server.post("/evaluate", "/start", &other).text.contains("Not started"), "more than was shown");
    let confirmed = [&fields[..], &[("confirmed", &confirmed)]].concat();
    let started = server.post("/evaluate", "/start", &confirmed);
    assert_eq!(started.status, 303);
    assert_eq!(server.post("/evaluate", "/start", &confirmed).location, started.location, "a second click");
    let run = server.run_of(&started.location);
    let page = server.wait_for(&run, "finished");
    let results = page.split("href=\"/run/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(server.get(&format!("/run/{results}")).status, 200);
    assert!(server.get("/live").text.contains(results));
}

#[test]
fn what_cannot_be_used_is_said_in_the_words_of_the_command_beside_the_form() {
    let place = Place::with_samples();
    let server = Server::start(&place, None);
    let wrong = [
        (("personas", "b2b_saas_personas_eval"), ("model", "nonsense"), "names no host"),
        (("personas", "missing"), ("model", "market"), "missing.json"),
        (("personas", ""), ("model", "market"), "Choose personas"),
        (("personas", "b2b_saas_personas_eval"), ("model", "anthropic/claude-sonnet-5-5\n--evil"), "error"),
    ];
    for (one, other, words) in wrong {
        let answer = server.post("/evaluate", "/estimate", &[("job", "evaluate"), one, other]);
        let said = answer.status == 422 && answer.text.contains("role=\"alert\"");
        assert!(said && (words == "error" || answer.text.contains(words)), "{words}: {}", answer.text);
        assert!(answer.text.contains("id=\"estimate\""), "the form is there again");
    }
    let taken = [("job", "personas"), ("domain", "hospitals"), ("name", "b2b_saas_personas"), ("model", "market")];
    let answer = server.post("/personas/new", "/estimate", &taken);
    assert!(answer.status == 422 && answer.text.contains("is there already"), "a taken name: {}", answer.text);
    let unknown = server.post("/evaluate", "/start", &[("job", "rm")]);
    assert_eq!(unknown.status, 400);
}

#[test]
fn a_missing_key_is_named_before_the_start_and_not_after_it() {
    let place = Place::with_samples();
    let server = Server::start(&place, None);
    let fields =
        [("job", "evaluate"), ("personas", "b2b_saas_personas_eval"), ("model", "anthropic/claude-sonnet-5-5")];
    let estimate = server.post("/evaluate", "/estimate", &fields);
    assert_eq!(estimate.status, 200, "{}", estimate.text);
    assert!(estimate.text.contains("ANTHROPIC_API_KEY is not set"), "{}", estimate.text);
    assert!(!estimate.text.contains("id=\"start\"") && estimate.text.contains("id=\"again\""), "{}", estimate.text);
    let ran = place.ok(&["evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market", "--dry-run"]);
    assert!(!ran.err.contains("no key"), "the market needs none: {}", ran.err);
}

#[test]
fn facts_that_were_written_with_a_prompt_go_with_it() {
    let place = Place::with_samples();
    place.write("data/prompts/offer.md", "We sell tea.");
    place.write("data/prompts/offer.facts.md", "Ten offices drink it.");
    let server = Server::start(&place, None);
    let fields =
        [("job", "evaluate"), ("personas", "b2b_saas_personas_eval"), ("model", "market"), ("prompt", "offer")];
    let with = server.post("/evaluate", "/estimate", &fields).text;
    assert!(with.contains("offer.facts.md"), "{with}");
    let without = server.post("/evaluate", "/estimate", &[&fields[..], &[("facts", "none")]].concat()).text;
    assert!(without.contains("--prompt-file") && !without.contains("offer.facts.md"), "{without}");
}

#[test]
fn a_run_is_stopped_and_gone_on_with_from_its_page_and_outlives_the_server() {
    let market = MarketProcess::start(&["--latency-ms", "100"]);
    let place = Place::with_samples();
    let server = Server::start(&place, Some(&market.url));
    let fields = [
        ("job", "evaluate"),
        ("personas", "b2b_saas_personas_train"),
        ("messages", "2"),
        ("model", "anthropic/claude-sonnet-5-5"),
        ("concurrency", "4"),
    ];
    let started = server.start_after_asking("/evaluate", &fields);
    let run = server.run_of(&started.location);
    let page = server.wait_for(&run, "95% interval");
    assert!(
        page.contains("under way") && page.contains("simulated") && page.contains("data-events=\"/live/"),
        "{page}"
    );
    let stopped = server.post(&run, &format!("{run}/cancel"), &[]);
    assert_eq!(stopped.status, 303, "{}", stopped.text);
    server.wait_for(&run, "interrupted");
    let list = server.get("/live").text;
    assert!(list.contains("Interrupted") && !list.contains("ended badly"), "{list}");
    assert_eq!(server.post("/evaluate", &format!("{run}/cancel"), &[]).status, 409, "it is not under way any more");

    let asked = server.post(&run, &format!("{run}/resume"), &[]);
    assert!(asked.status == 200 && asked.text.contains("Resume the run?"), "{}", asked.text);
    server.wait_for(&run, "interrupted");
    let resumed = server.post(&run, &format!("{run}/resume"), &[("confirmed", &Server::confirmed(&asked))]);
    assert_eq!(resumed.status, 303, "{}", resumed.text);
    server.wait_for(&run, "under way");
    drop(server);
    let server = Server::start(&place, Some(&market.url));
    server.wait_for(&run, "finished");
    assert_eq!(place.files("results").len(), 2);
}

#[test]
fn one_run_is_under_way_and_the_next_waits_is_taken_out_or_goes_on_with_another_server() {
    let market = MarketProcess::start(&["--latency-ms", "100"]);
    let place = Place::with_samples();
    let server = Server::start(&place, Some(&market.url));
    let evaluate = |messages: &'static str| {
        let people = ("personas", "b2b_saas_personas_train");
        [("job", "evaluate"), people, ("messages", messages), ("model", "anthropic/claude-sonnet-5-5")]
    };
    let first = server.start_after_asking("/evaluate", &evaluate("2")).location;
    let run = server.run_of(&first);
    let unwanted = server.start_after_asking("/evaluate", &evaluate("3")).location;
    let wanted = server.start_after_asking("/evaluate", &evaluate("1")).location;
    let waits = server.get(&wanted).text;
    assert!(waits.contains("Waiting for its turn") && waits.contains("after 1 other that waits"), "{waits}");
    assert!(waits.contains(&format!("href=\"{first}\"")), "what it waits for: {waits}");
    assert!(server.get("/live").text.contains(&format!("href=\"{unwanted}\"")), "the list names it");
    assert_eq!(server.post(&wanted, &format!("{unwanted}/withdraw"), &[]).status, 303);
    assert_eq!(server.post(&wanted, &format!("{unwanted}/withdraw"), &[]).status, 409, "it waits no more");
    assert!(server.get(&unwanted).text.contains("Taken out"));
    drop(server);

    let server = Server::start(&place, Some(&market.url));
    assert!(server.get(&wanted).text.contains("Waiting for its turn"), "the first run is still under way");
    assert_eq!(server.get(&unwanted).status, 404);
    server.wait_for(&run, "finished");
    let next = server.run_of(&wanted);
    server.wait_for(&next, "finished");
    assert_eq!(place.files("results").len(), 3, "the one that was taken out never ran");
    let left = std::fs::read_dir(place.data().join(".runs")).unwrap().flatten();
    let left = left.filter(|file| file.path().extension().is_some_and(|ending| ending == "waits")).count();
    assert_eq!(left, 0, "nothing waits any more");
}

#[test]
fn a_data_folder_from_somebody_else_starts_nothing_and_the_server_says_so() {
    let place = Place::with_samples();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let evaluate = r#"["evaluate", "--persona-file=b2b_saas_personas_eval", "--model=market"]"#;
    let ticket = |asked: u128| format!(r#"{{"asked": {asked}, "arguments": {evaluate}, "pid": 0}}"#);
    place.write("data/.runs/a1.waits", &ticket(now));
    place.write("data/.runs/a2.waits", &ticket(now + 1_000_000_000));
    let state = place.data().join("state");
    for (state, words) in [(None, "1 command in .runs is not started"), (Some(state), "lies in the data folder")] {
        let mut command = place.command(&["serve", "--port", "0"]);
        if let Some(state) = &state {
            command.env("XDG_STATE_HOME", state);
        }
        let mut server = Server::of(command.stderr(Stdio::piped()));
        // It answers once it has looked at what waits.
        assert!(!server.get("/live").text.contains("--persona-file="), "nothing waits or was started");
        assert!(Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap().success());
        let mut said = String::new();
        server.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let once = said.contains("1 command that was waiting is forgotten");
        assert!(said.contains(words) && once == state.is_none(), "{said}");
    }
    assert_eq!(place.files(".runs"), ["a1.waits"]);
    assert_eq!(place.files("results").len(), 1);
}

#[test]
fn a_prompt_that_is_edited_before_the_start_is_asked_about_again() {
    let place = Place::with_samples();
    place.write("data/prompts/offer.md", "We sell tea.");
    let server = Server::start(&place, None);
    let fields = [
        ("job", "evaluate"),
        ("personas", "b2b_saas_personas_eval"),
        ("messages", "1"),
        ("model", "market"),
        ("prompt", "offer"),
    ];
    let estimate = server.post("/evaluate", "/estimate", &fields);
    let confirmed = Server::confirmed(&estimate);
    place.write("data/prompts/offer.md", "We sell coffee.");
    let asked = server.post("/evaluate", "/start", &[&fields[..], &[("confirmed", &confirmed)]].concat());
    assert!(asked.status == 200 && asked.text.contains("Not started"), "{}", asked.text);
    let confirmed = Server::confirmed(&asked);
    let started = server.post("/evaluate", "/start", &[&fields[..], &[("confirmed", &confirmed)]].concat());
    assert_eq!(started.status, 303, "{}", started.text);
}

#[test]
fn the_judge_and_the_referee_of_a_form_are_checked_shown_and_passed_on() {
    let place = Place::with_samples();
    let server = Server::start(&place, None);
    let people = [("job", "evaluate"), ("personas", "b2b_saas_personas_eval"), ("messages", "1"), ("model", "market")];
    let inbox = server.post("/evaluate", "/estimate", &[&people[..], &[("judge", "inbox")]].concat()).text;
    assert!(inbox.contains("--decision-prompt=inbox") && inbox.contains("<dt>Decides by</dt>"), "{inbox}");
    let own = [&people[..], &[("judge_text", "You run a tea room.\r\nSay yes to tea.")]].concat();
    let own = server.post("/evaluate", "/estimate", &own).text;
    assert!(own.contains("You run a tea room.") && own.contains(".judge.md"), "{own}");
    let name = own.split("name=\"judge\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(server.get("/prompts").text.contains(name) && server.get("/evaluate").text.contains(name));
    let started = server.start_after_asking("/evaluate", &[&people[..], &[("judge", name)]].concat());
    let run = server.run_of(&started.location);
    let page = server.wait_for(&run, "finished");
    assert!(page.contains(&format!("{name}.md")), "the command of the run names its judge: {page}");

    let improve = [("job", "improve"), ("run", "b2b_saas_personas_train_results_20250802_144126"), ("model", "market")];
    let with =
        |more: &[(&'static str, &'static str)]| server.post("/improve", "/estimate", &[&improve[..], more].concat());
    let referee = with(&[("referee_model", "market/7"), ("referee_judge", "lenient")]).text;
    assert!(referee.contains("--referee=market/7") && referee.contains("--referee=lenient"), "{referee}");
    assert!(referee.contains("<dt>Referee</dt>") && referee.contains("referee"), "{referee}");
    for (more, words) in [
        (("referee_judge", "strict"), "the decision maker over again"),
        (("referee_model", "nonsense/x"), "nonsense"),
        (("referee_model", "no model"), "is no model for the referee"),
        (("judge", "gone.judge"), "There is no prompt gone.judge"),
    ] {
        let refused = with(&[more]);
        assert!(refused.status == 422 && refused.text.contains(words), "{words}: {}", refused.text);
        assert!(refused.text.contains("id=\"estimate\""), "the form is there again");
    }
}

#[test]
fn a_run_of_a_terminal_is_followed_part_by_part_to_its_end() {
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let place = Place::with_samples();
    let server = Server::start(&place, None);
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_train", "--model", "anthropic/claude-sonnet-5-5"];
    let mut terminal = place
        .command(&arguments)
        .env("ANTHROPIC_BASE_URL", &market.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let list = server.wait_for("/live", "under way</td>");
    let run = format!("/live/{}", list.split("href=\"/live/").nth(1).unwrap().split('"').next().unwrap());
    // The stream ends with the run.
    let stream = server.get(&format!("{run}/events")).text;
    assert!(terminal.wait().unwrap().success());
    assert!(stream.contains("text/event-stream") && stream.contains("event: parts"), "{stream}");
    let last = stream.rsplit("event: end").next().unwrap();
    assert!(stream.contains("event: end") && last.contains("live-state") && last.contains("finished"), "{last}");
    assert!(stream.matches("live-progress").count() > 1, "it was told of more than once");
}

#[test]
fn a_challenger_by_hand_is_raced_and_its_verdict_told() {
    let place = Place::with_samples();
    let prompt = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/sample_offer.md")).unwrap();
    place.write("mine.md", &format!("{prompt}\n- Ask one small question at the end.\n- Never use superlatives.\n"));
    let file = "b2b_saas_personas_train_results_20250802_144126";
    let ran = place.ok(&[
        "improve",
        "--results-file",
        file,
        "--model",
        "market",
        "--challenger",
        "mine.md",
        "--calls",
        "2000",
    ]);
    assert!(ran.err.contains("has passed the screen") || ran.err.contains("some was cut out"), "{}", ran.err);
    let saved = place.json("results/b2b_saas_personas_train_results_improvement_run_v1.json");
    let finalists = saved["metadata"]["rejoinder"]["metrics"]["cycle"]["race"]["finalists"].as_u64().unwrap();
    assert!(finalists >= 2);
    let mine = &saved["metadata"]["rejoinder"]["metrics"]["cycle"]["by_hand"][0];
    assert!(mine["prompt"].as_str().unwrap().contains("Never use superlatives."), "{mine}");
    let expected = |side: usize| mine["expected"][side].as_f64().is_some_and(|share| share > 0.0 && share < 1.0);
    assert!(expected(0) && expected(1) && mine["same"] == false, "{mine}");
    place.write("empty.md", " \n");
    let refused = place.run(&["improve", "--results-file", file, "--model", "market", "--challenger", "empty.md"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
}

#[test]
fn what_the_hosts_accept_is_shown_in_the_words_of_the_command_and_no_key_is() {
    let market = MarketProcess::start(&["--require-key", KEY]);
    let place = Place::with_samples();
    let server = Server::start(&place, Some(&market.url));
    // `ask` looks for the key in all that comes.
    let found = server.post("/check", "/check", &[("model", "anthropic/claude-sonnet-5-5")]);
    assert_eq!(found.status, 200, "{}", found.text);
    let mut command = place.command(&["check", "--model", "anthropic/claude-sonnet-5-5"]);
    command.env("ANTHROPIC_BASE_URL", &market.url).env("ANTHROPIC_API_KEY", KEY);
    let said = program::Ran::of(&command.output().unwrap()).out;
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| ["schema", "context", "price"].iter().any(|name| line.trim().starts_with(name)))
        .collect();
    assert!(lines.len() >= 10, "{said}");
    for line in lines {
        let (_, words) = line.trim().split_once("  ").unwrap();
        assert!(found.text.contains(words.trim()), "{words}: {}", found.text);
    }
    for role in ["Generator: ", "Decision maker: ", "Improver: ", "Auditor: "] {
        assert!(found.text.contains(&format!("{role}anthropic/claude-sonnet-5-5 at http://127.0.0.1:")), "{role}");
    }
    // Every form that starts work says which keys are there, and leads to the same page with its models.
    for page in ["/evaluate", "/improve", "/personas/new"] {
        let form = server.get(page).text;
        let keys = form.split("id=\"keys\"").nth(1).unwrap_or_else(|| panic!("{form}"));
        let (set, missing) = keys.split_once("Keys that are not set").unwrap();
        assert!(set.contains("ANTHROPIC_API_KEY") && !set.contains("OPENAI_API_KEY"), "{keys}");
        assert!(missing.contains("OPENAI_API_KEY"), "{keys}");
        assert!(form.contains("formaction=\"/check\""), "{form}");
    }
    let from_form =
        server.post("/evaluate", "/check", &[("job", "evaluate"), ("model", "groq/llama"), ("auditor", "none")]);
    assert!(from_form.status == 422 && from_form.text.contains("GROQ_API_KEY is not set"), "{}", from_form.text);
    assert!(from_form.text.contains("value=\"groq/llama\""), "the form is filled in again");
}

#[test]
fn a_key_that_is_refused_is_said_beside_the_role_and_not_shown() {
    let market = MarketProcess::start(&["--require-key", "another"]);
    let place = Place::with_samples();
    let server = Server::start(&place, Some(&market.url));
    let refused = server.post("/check", "/check", &[("model", "anthropic/claude-sonnet-5-5")]);
    assert_eq!(refused.status, 200, "{}", refused.text);
    assert!(refused.text.contains("<dt>failed</dt>") && refused.text.contains("401"), "{}", refused.text);
}

#[test]
fn ctrl_c_ends_the_server_well() {
    let place = Place::empty();
    let mut server = Server::start(&place, None);
    assert!(Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap().success());
    assert!(server.child.wait().unwrap().success());
}
