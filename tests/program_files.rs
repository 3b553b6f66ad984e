//! What the program does to the files of others: nothing that they would not expect.

#[path = "support/program.rs"]
mod program;

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use program::{MarketProcess, Place, Ran};
use serde_json::{Value, json};

const FIRST: &str = "b2b_saas_personas_train_results_20250802_144126";
const MESSAGES: &str = "messages/m_messages.json";

/// A place with `count` messages of others to `personas` personas.
fn with_messages(count: usize, personas: usize) -> Place {
    let place = Place::empty();
    let rows: Vec<Value> = (0..count)
        .map(|row| json!({"persona": format!("Ann {}, CTO of a bank.", row % personas), "message": format!("Hello {row}"), "id": row}))
        .collect();
    put(&place, &rows);
    place
}

fn put(place: &Place, rows: &[Value]) {
    place.write(&format!("data/{MESSAGES}"), &serde_json::to_string(rows).unwrap());
}

fn rows(place: &Place) -> Vec<Value> {
    place.json(MESSAGES).as_array().unwrap().clone()
}

fn decided(rows: &[Value]) -> usize {
    rows.iter().filter(|row| row["decision"].is_boolean()).count()
}

const DECIDE: &[&str] = &["decide", "--messages-file", "m_messages", "--model", "market"];

/// `decide` on a slow market, under way.
fn decide_slowly(place: &Place, market: &MarketProcess, more: &[&str]) -> Child {
    let arguments = ["decide", "--messages-file", "m_messages", "--model", "openai/x", "--concurrency", "2"];
    place
        .command(&[&arguments[..], more].concat())
        .env("OPENAI_BASE_URL", format!("{}/v1", market.url))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

#[test]
fn the_persona_is_the_cluster_of_decisions_on_messages() {
    // Sixty rows each: once to as many personas, once to one persona only.
    let interval = |place: &Place| {
        let out = place.ok(DECIDE).out;
        let (low, high) = out.split_once("95% interval ").unwrap().1.split_once("% to ").unwrap();
        high.split_once('%').unwrap().0.parse::<f64>().unwrap() - low.parse::<f64>().unwrap()
    };
    let (many, one) = (interval(&with_messages(60, 60)), interval(&with_messages(60, 1)));
    assert!(one > 2.0 * many, "{one} points for one persona, {many} for sixty");
}

#[test]
fn what_rejoinder_had_to_do_with_a_row_stands_in_it() {
    let place = Place::with_samples();
    place.ok(&["generate", "--persona-file", "b2b_saas_personas_eval", "--model", "market"]);
    let name = "messages/b2b_saas_personas_eval_messages.json";
    let written = place.json(name)[0].clone();
    let writer = written["rejoinder"]["generator"]["fingerprint"].as_str().unwrap();
    assert_eq!(writer.len(), 16);
    let mut own = written["rejoinder"].clone();
    let audit = own.as_object_mut().unwrap().remove("audit").unwrap();
    assert_eq!(audit["auditor"].as_str().unwrap().len(), 16);
    assert_eq!(
        own,
        json!({"generator": {"model": "market", "fingerprint": writer, "simulated": true}, "simulated": true})
    );

    place.ok(&["decide", "--messages-file", "b2b_saas_personas_eval_messages", "--model", "market/7"]);
    let mark = place.json(name)[0]["rejoinder"].clone();
    assert_eq!(mark["generator"], written["rejoinder"]["generator"]);
    assert_eq!((&mark["model"], &mark["simulated"]), (&json!("market/7"), &json!(true)));
    assert_eq!(mark["fingerprint"].as_str().unwrap().len(), 16);

    // Rows of others that are decided already stay exactly as they are.
    let others = json!({"persona": "Ann", "message": "Hi", "decision": true, "decision_reasoning": "why", "z": 1});
    put(&place, &[others.clone(), json!({"persona": "Bob, COO.", "message": "Hi"})]);
    place.ok(DECIDE);
    let rows = rows(&place);
    assert_eq!(rows[0], others);
    assert_eq!(rows[1]["rejoinder"]["simulated"], true);
}

#[test]
fn a_row_that_failed_says_why_until_it_succeeds() {
    let place = with_messages(2, 2);
    let market = MarketProcess::start(&["--faults", "truncated-json@1-3"]);
    let decide = || {
        let mut command =
            place.command(&["decide", "--messages-file", "m_messages", "--model", "openai/x", "--concurrency", "1"]);
        Ran::of(&command.env("OPENAI_BASE_URL", format!("{}/v1", market.url)).output().unwrap())
    };
    assert_eq!(decide().code, Some(0));
    let failed = rows(&place)[0].clone();
    assert!(failed.get("decision").is_none() && failed["id"] == 0, "{failed}");
    assert!(failed["rejoinder"]["failure"].as_str().unwrap().contains("cut off"), "{failed}");
    assert_eq!(failed["rejoinder"]["simulated"], true, "the market says so over HTTP too");

    assert_eq!(decide().code, Some(0));
    let row = rows(&place)[0].clone();
    assert!(row["decision"].is_boolean() && row["rejoinder"].get("failure").is_none(), "{row}");
}

#[test]
fn with_nothing_to_decide_no_key_is_asked_for_and_nothing_is_said_to_be_saved() {
    let place = Place::empty();
    for (content, why) in [
        ("[]", "the file holds no rows"),
        (r#"[{"persona": "Ann", "message": "Hi", "decision": false}]"#, "Kept: 1 row with a decision"),
    ] {
        place.write(&format!("data/{MESSAGES}"), content);
        let ran = place.ok(&["decide", "--messages-file", "m_messages"]);
        assert!(ran.out.starts_with("Nothing to decide") && ran.out.contains(why), "{}", ran.out);
        assert!(!ran.out.contains("saved"), "{}", ran.out);
        assert_eq!(std::fs::read_to_string(place.data().join(MESSAGES)).unwrap(), content);
    }
}

#[test]
fn edits_made_while_decide_runs_are_kept_and_lost_rows_are_reported() {
    let place = with_messages(12, 12);
    let market = MarketProcess::start(&["--latency-ms", "400"]);
    let child = decide_slowly(&place, &market, &[]);
    std::thread::sleep(Duration::from_millis(700));
    // Row 3 goes, row 5 gets a note, a row is put in front, and the last one is decided by a person.
    let mut now = rows(&place);
    now[5]["note"] = "call her".into();
    now[11]["decision"] = false.into();
    now[11]["decision_reasoning"] = "I asked her".into();
    now.remove(3);
    now.insert(0, json!({"persona": "New", "message": "New"}));
    put(&place, &now);
    let ran = ended(child);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("1 of the decisions are not in the file: their rows were removed"), "{}", ran.err);
    assert!(ran.err.contains("1 of the decisions are not in the file: others decided"), "{}", ran.err);

    let rows = rows(&place);
    let ids: Vec<&Value> = rows.iter().map(|row| &row["id"]).collect();
    assert_eq!(json!(ids), json!([null, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]));
    assert_eq!(decided(&rows), 11);
    assert!(rows[0].get("decision").is_none());
    assert_eq!(rows[5]["note"], "call her");
    assert_eq!(rows[11]["decision_reasoning"], "I asked her");
    assert_eq!(place.files("messages"), ["m_messages.json"], "no lock and no temporary file is left");
}

#[test]
fn two_decides_at_once_lose_nothing() {
    let place = with_messages(40, 40);
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let both = [decide_slowly(&place, &market, &["--fresh"]), decide_slowly(&place, &market, &["--fresh"])];
    for child in both {
        let ran = ended(child);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }
    assert_eq!(decided(&rows(&place)), 40);
}

#[test]
fn a_file_that_is_broken_while_decide_runs_costs_no_decision() {
    let place = with_messages(6, 6);
    let market = MarketProcess::start(&["--latency-ms", "250"]);
    let child = decide_slowly(&place, &market, &[]);
    std::thread::sleep(Duration::from_millis(300));
    place.write(&format!("data/{MESSAGES}"), "[{");
    let ran = ended(child);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("saved anew as m_2_messages.json") && ran.out.contains("m_2_messages"), "{}", ran.err);
    assert_eq!(decided(place.json("messages/m_2_messages.json").as_array().unwrap()), 6);
}

#[test]
fn a_decide_that_is_stopped_has_saved_what_it_had() {
    let place = with_messages(400, 400);
    let market = MarketProcess::start(&["--latency-ms", "100"]);
    let child = decide_slowly(&place, &market, &[]);
    let started = Instant::now();
    while decided(&rows(&place)) == 0 {
        assert!(started.elapsed() < Duration::from_secs(15), "nothing is saved on the way");
        std::thread::sleep(Duration::from_millis(100));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    let saved = decided(&rows(&place));
    assert!((1..400).contains(&saved), "{saved}");
    assert_eq!(place.files("messages"), ["m_messages.json"]);
}

#[test]
fn two_thousand_messages_are_written_and_decided_each_once() {
    let personas: Vec<String> = (0..500).map(|number| format!("Ann {number}, CTO of a bank in Ulm.")).collect();
    let place = Place::empty();
    place.write("data/personas/p.json", &serde_json::to_string(&personas).unwrap());
    place.ok(&["generate", "--persona-file", "p", "--messages-per-persona", "4", "--model", "market"]);
    place.ok(&["decide", "--messages-file", "p_messages", "--model", "market"]);
    let rows = place.json("messages/p_messages.json");
    let rows = rows.as_array().unwrap();
    assert_eq!((rows.len(), decided(rows)), (2_000, 2_000));
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row["persona"], personas[number / 4].as_str());
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_found_before_the_first_call() {
    let place = Place::with_samples();
    let market = MarketProcess::start(&[]);
    place.write("data/messages", "in the way");
    place.write("elsewhere/personas", "in the way");
    for (arguments, code) in [
        (&["generate", "--persona-file", "b2b_saas_personas_eval", "--model", "openai/x"][..], 6),
        (&["personas", "--domain", "banks", "--name", "b", "--model", "openai/x", "--data-dir", "elsewhere"], 3),
    ] {
        let mut command = place.command(arguments);
        let ran = Ran::of(&command.env("OPENAI_BASE_URL", format!("{}/v1", market.url)).output().unwrap());
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        assert_eq!(ran.err.trim_end().lines().last().unwrap().matches("error: cannot ").count(), 1, "{}", ran.err);
    }
    assert_eq!(place.files("messages"), Vec::<String>::new());
    assert!(stats(&market.url).contains("\"requests\":0"), "{}", stats(&market.url));
}

fn stats(url: &str) -> String {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /stats HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn export_replaces_nothing_unasked() {
    let place = Place::with_samples();
    place.write("out.csv", "mine");
    let read = |name: &str| std::fs::read_to_string(place.root().join(name)).unwrap();
    let ran = place.run(&["export", FIRST, "--format", "csv", "-o", "out.csv"]);
    assert_eq!((ran.code, read("out.csv").as_str()), (Some(6), "mine"));
    assert!(ran.err.contains("--force"), "{}", ran.err);
    place.ok(&["export", FIRST, "--format", "csv", "-o", "out.csv", "--force"]);
    assert!(read("out.csv").starts_with("persona,"));
    let ran = place.run(&["export", FIRST, "--format", "csv", "-o", "."]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn export_never_writes_among_the_data() {
    let place = Place::with_samples();
    let before = place.json(&format!("results/{FIRST}.json"));
    let own = format!("results/{FIRST}.json");
    let others = ["personas/x.json", "auditors/x.csv", "opinions/x.csv", "leads/x.csv", "campaigns/x.csv"];
    for name in [&own, "results/new.csv", "messages/../results/new.csv"].into_iter().chain(others) {
        let output = &format!("data/{name}");
        for force in [&[][..], &["--force"]] {
            std::fs::create_dir_all(place.data().join(name.split('/').next().unwrap())).unwrap();
            let arguments: Vec<&str> =
                ["export", FIRST, "--format", "csv", "-o", output].iter().chain(force).copied().collect();
            let ran = place.run(&arguments);
            assert_eq!(ran.code, Some(2), "{output}: {}", ran.err);
            assert!(ran.err.contains("elsewhere"), "{output}: {}", ran.err);
        }
    }
    assert_eq!(place.json(&format!("results/{FIRST}.json")), before);
}

#[cfg(unix)]
#[test]
fn export_follows_a_link_and_leaves_it_a_link() {
    let place = Place::with_samples();
    place.write("real.csv", "mine");
    let at = |name: &str| place.root().join(name);
    std::os::unix::fs::symlink("real.csv", at("link.csv")).unwrap();
    std::os::unix::fs::symlink(place.data().join(format!("results/{FIRST}.json")), at("trap.csv")).unwrap();
    std::os::unix::fs::symlink("nowhere.csv", at("dangling.csv")).unwrap();
    assert_eq!(place.run(&["export", FIRST, "--format", "csv", "-o", "link.csv"]).code, Some(6));
    place.ok(&["export", FIRST, "--format", "csv", "-o", "link.csv", "--force"]);
    assert!(at("link.csv").is_symlink());
    assert!(std::fs::read_to_string(at("real.csv")).unwrap().starts_with("persona,"));
    assert_eq!(place.run(&["export", FIRST, "--format", "csv", "-o", "trap.csv", "--force"]).code, Some(2));
    assert_eq!(place.run(&["export", FIRST, "--format", "csv", "-o", "dangling.csv"]).code, Some(6));
}

#[cfg(unix)]
#[test]
fn export_writes_into_fifos_and_devices_as_they_are() {
    use std::os::unix::fs::FileTypeExt;
    let place = Place::with_samples();
    let whole = place.ok(&["export", FIRST, "--format", "jsonl"]).out;
    for name in ["-", "/dev/stdout"] {
        let ran = place.ok(&["export", FIRST, "--format", "jsonl", "-o", name]);
        assert!(ran.out == whole && ran.err.is_empty(), "{name}: {}", ran.err);
    }
    place.ok(&["export", FIRST, "--format", "jsonl", "-o", "/dev/null"]);

    let fifo = place.root().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let export = || place.command(&["export", FIRST, "--format", "jsonl", "-o", "fifo"]).spawn().unwrap();
    let mut child = export();
    let read = std::fs::read_to_string(&fifo).unwrap();
    assert!(child.wait().unwrap().success() && read == whole);
    assert!(kind(&fifo).is_fifo());

    // Nobody reads: it waits, and can be stopped.
    let mut child = export();
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none());
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

fn kind(path: &Path) -> std::fs::FileType {
    std::fs::symlink_metadata(path).unwrap().file_type()
}

#[test]
fn a_persona_file_that_cannot_be_one_is_no_dead_end() {
    let place = Place::with_samples();
    let mut file = place.json(&format!("results/{FIRST}.json"));
    std::fs::create_dir_all(place.data().join("personas/folder.json")).unwrap();
    for (number, name) in
        ["/home/someone/personas.json", "../x", "a\u{1b}[2J\nb", "folder", &"x".repeat(300), "gone"].iter().enumerate()
    {
        file["metadata"]["persona_file"] = (*name).into();
        place.write(&format!("data/results/r{number}_results.json"), &file.to_string());
        let ran = place.ok(&["improve", "--results-file", &format!("r{number}_results"), "--model", "market"]);
        assert!(ran.err.contains("using the personas in the results file"), "{name:?}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}'));
    }
    // One that is there and broken is: what it was to say is not guessed.
    place.write("data/personas/broken.json", "[");
    file["metadata"]["persona_file"] = "broken.json".into();
    place.write("data/results/broken_results.json", &file.to_string());
    let ran = place.run(&["improve", "--results-file", "broken_results", "--model", "market"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("broken.json"), "{}", ran.err);
}

#[test]
fn personas_that_share_none_with_the_results_are_pointed_out_first() {
    let place = Place::with_samples();
    let mut file = place.json(&format!("results/{FIRST}.json"));
    place.write("data/personas/others.json", r#"["Zoe, CFO of a port.", "Ivo, COO of a mill."]"#);
    file["metadata"]["persona_file"] = "others.json".into();
    place.write("data/results/r_results.json", &file.to_string());
    let ran = place.ok(&["improve", "--results-file", "r_results", "--model", "market"]);
    let said = ran.err.find("None of the personas in the persona file \"others.json\"").expect(&ran.err);
    assert!(said < ran.err.find("messages").unwrap_or(usize::MAX), "{}", ran.err);
}

#[test]
fn a_failed_batch_of_personas_is_made_up_for_in_another_round() {
    let place = Place::empty();
    let market = MarketProcess::start(&["--faults", "server-error@1"]);
    let make = |name: &str, more: &[&str]| {
        let mut arguments =
            vec!["personas", "--domain", "banks", "--count", "30", "--name", name, "--model", "openai/x"];
        arguments.extend(["--retries", "0", "--concurrency", "1"]);
        arguments.extend(more);
        let mut command = place.command(&arguments);
        Ran::of(&command.env("OPENAI_BASE_URL", format!("{}/v1", market.url)).output().unwrap())
    };
    let ran = make("a", &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Written: 30 personas (simulated)\n"), "{}", ran.out);
    assert!(ran.err.contains("1 batch of personas failed") && ran.err.contains("30/30"), "{}", ran.err);
}

#[test]
fn too_few_personas_are_put_down_to_what_was_the_reason() {
    let place = Place::empty();
    let market = MarketProcess::start(&["--faults", "server-error@2-99"]);
    let arguments = ["personas", "--domain", "banks", "--count", "30", "--name", "a", "--model", "openai/x"];
    let mut command = place.command(&arguments);
    command.args(["--retries", "0", "--concurrency", "1"]).env("OPENAI_BASE_URL", format!("{}/v1", market.url));
    let ran = Ran::of(&command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("30 were asked for, but 6 batches failed\n"), "{}", ran.out);
    assert!(!ran.out.contains("differ") && ran.err.contains("10/30"), "{}{}", ran.out, ran.err);
}
