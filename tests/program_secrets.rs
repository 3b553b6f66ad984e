//! A canary key, and every place that the program writes to: it is in none of them, whatever becomes of the run.

#[path = "support/program.rs"]
mod program;
#[path = "support/served.rs"]
mod served;
#[path = "support/server.rs"]
mod server;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{Place, Ran};
use serde_json::json;
use served::Served;
use server::{Act, RawServer, json_reply, reply};

const CANARY: &str = "sk-canary-S3CR3T-0123456789";
/// Both wire formats: the model, the variable of its address, what follows the address, the variable of its key.
const FORMATS: [(&str, &str, &str, &str); 2] = [
    ("anthropic/claude-sonnet-5-5", "ANTHROPIC_BASE_URL", "", "ANTHROPIC_API_KEY"),
    ("openai/any", "OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY"),
];
const LOUDNESS: [&[&str]; 3] = [&["--quiet"], &[], &["--verbose"]];

fn evaluate(place: &Place, model: &str, more: &[&str]) -> Command {
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "1"];
    let common = ["--concurrency", "2", "--retries", "1", "--patience", "0", "--timeout", "5", "--model", model];
    let mut command = place.command(&[&arguments[..], &common, more].concat());
    // As much talk as there can be.
    command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
    command
}

fn has_key(text: impl AsRef<[u8]>) -> bool {
    // A host's name in an address is lower-cased on the way.
    let (text, key) = (text.as_ref().to_ascii_lowercase(), CANARY.to_ascii_lowercase());
    text.windows(key.len()).any(|window| window == key.as_bytes())
}

/// Every file below a folder, whatever it is called, that holds the key.
fn files_with_key(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with_key(&path));
        } else if has_key(std::fs::read(&path).unwrap_or_default()) || has_key(path.display().to_string()) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Fails if the key is in what a run said, in any file that it left, or in what other commands say of it.
fn assert_nowhere(place: &Place, ran: &Ran, what: &str) {
    assert!(!has_key(&ran.out) && !has_key(&ran.err), "{what}\n{}\n{}", ran.out, ran.err);
    assert!(!ran.err.contains("panicked"), "{what}\n{}", ran.err);
    assert_eq!(files_with_key(&place.data()), Vec::<String>::new(), "{what}");
    let listed = place.ok(&["runs"]).out;
    let is_id = |word: &&str| word.len() == 12 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    let id = listed.split_whitespace().find(is_id).map(str::to_owned);
    let mut said = listed;
    if let Some(id) = id {
        said.push_str(&place.ok(&["runs", "show", &id]).out);
    }
    said.push_str(&place.run(&["show"]).out);
    for name in place.files("results").iter().filter(|name| name.contains("eval_results")) {
        said.push_str(&place.ok(&["show", name]).out);
        said.push_str(&place.ok(&["export", name, "--format", "csv"]).out);
    }
    assert!(!has_key(&said), "{what}\n{said}");
}

#[test]
fn a_key_shows_nowhere_whatever_a_host_answers() {
    let echo = json!({"error": {"type": CANARY, "message": format!("invalid key {CANARY}")}, "request_id": CANARY});
    let header = format!("request-id: {CANARY}");
    let scripts: Vec<(&str, Vec<Act>, i32)> = vec![
        ("401 that repeats the key", json_reply(401, &[&header], &echo), 4),
        ("403 that repeats the key", json_reply(403, &[&header], &echo), 4),
        ("500 that repeats the key", reply(500, &[&header], format!("<html>{CANARY}")), 5),
        ("429 that repeats the key", json_reply(429, &["retry-after: 0.01"], &echo), 5),
        ("200 that repeats the key", json_reply(200, &[&header], &echo), 5),
        ("200 that is no JSON", reply(200, &[], CANARY), 5),
        ("a redirect", reply(307, &[&format!("location: https://{CANARY}.example/{CANARY}")], CANARY), 4),
        ("a reset", vec![Act::Reset], 5),
        ("no HTTP", vec![Act::Send(CANARY.as_bytes().to_vec()), Act::Close], 5),
    ];
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for (number, (what, script, code)) in scripts.into_iter().enumerate() {
        for (turn, (model, address, path, variable)) in FORMATS.into_iter().enumerate() {
            let server = runtime.block_on(RawServer::start(vec![script.clone()]));
            let place = Place::with_samples();
            let output = evaluate(&place, model, LOUDNESS[(number + turn) % 3])
                .env(address, format!("{}{path}", server.base()))
                .env(variable, CANARY)
                .output()
                .unwrap();
            let ran = Ran::of(&output);
            assert_eq!(ran.code, Some(code), "{what}, {model}\n{}\n{}", ran.out, ran.err);
            assert!(server.seen().iter().all(|seen| has_key(&seen.head)), "{what}: the key was not used at all");
            assert_nowhere(&place, &ran, &format!("{what}, {model}"));
        }
    }
}

#[test]
fn a_key_shows_nowhere_when_all_goes_well_when_it_is_wrong_and_when_it_is_revoked() {
    for (model, address, path, variable) in FORMATS {
        for more in LOUDNESS {
            for (key, revoke_after, code) in [(CANARY, None, 0), (CANARY, Some(7), 4), ("another", None, 4)] {
                let market = Served::with_key(key, revoke_after);
                let place = Place::with_samples();
                let mut command = evaluate(&place, model, more);
                command.env(address, format!("{}{path}", market.url)).env(variable, CANARY);
                let ran = Ran::of(&command.output().unwrap());
                assert_eq!(ran.code, Some(code), "{model} {revoke_after:?}\n{}\n{}", ran.out, ran.err);
                assert_nowhere(&place, &ran, &format!("{model} {more:?} {revoke_after:?}"));
            }
        }
    }
}

#[test]
fn a_key_in_dotenv_is_used_and_shows_nowhere() {
    for (model, address, path, variable) in FORMATS {
        let market = Served::with_key(CANARY, None);
        let place = Place::with_samples();
        place.write(".env", &format!("{variable}={CANARY}\n{address}={}{path}\n", market.url));
        let ran = Ran::of(&evaluate(&place, model, &["--verbose"]).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_nowhere(&place, &ran, model);
        let ran = Ran::of(&evaluate(&place, model, &["--dry-run"]).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_nowhere(&place, &ran, model);
        // A line that cannot be read is not repeated: it may be the one with the key.
        // Nor is one that no environment can hold.
        for line in [format!("{variable} {CANARY}\n"), format!("{variable}={CANARY}\0\n"), format!("={CANARY}\n")] {
            place.write(".env", &line);
            let ran = Ran::of(&evaluate(&place, model, &[]).output().unwrap());
            // It is left out, and then there is no key.
            assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
            assert!(
                ran.err.contains("line 1 of .env") && !has_key(&ran.out) && !has_key(&ran.err),
                "{}{}",
                ran.out,
                ran.err
            );
        }
    }
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let [(claude, anthropic, _, claude_key), (other, openai, _, other_key)] = FORMATS;
    for url in [
        format!("http://me:{CANARY}@127.0.0.1:1"),
        format!("https://{CANARY}@host.example/v1"),
        format!("https://host.example/v1?key={CANARY}"),
        format!("https://host.example/#{CANARY}"),
        format!("http://me:{CANARY}@[::1"),
        format!("ftp://{CANARY}:x@host.example"),
    ] {
        let place = Place::with_samples();
        let ran = [
            evaluate(&place, claude, &["--verbose"]).env(anthropic, &url).env(claude_key, CANARY).output(),
            evaluate(&place, other, &["--verbose"]).env(openai, &url).env(other_key, CANARY).output(),
            evaluate(&place, other, &["--verbose", "--base-url", &url]).env(other_key, CANARY).output(),
            evaluate(&place, other, &["--dry-run"]).env(openai, &url).output(),
        ];
        for output in ran {
            let ran = Ran::of(&output.unwrap());
            assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
            assert!(ran.err.contains("base URL"), "{}", ran.err);
            assert_nowhere(&place, &ran, &url);
        }
    }
}

/// A run that waits for a call that is never answered, some answers recorded.
fn stuck(place: &Place) -> (Child, Served) {
    let market = Served::with_faults("hang@8-");
    let (model, address, _, variable) = FORMATS[0];
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_eval", "--concurrency", "2", "--model", model];
    let mut child = place
        .command(&arguments)
        .env(address, &market.url)
        .env(variable, CANARY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while market.stats().answered < 7 {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    (child, market)
}

#[test]
fn a_key_shows_nowhere_while_a_run_is_under_way_and_after_it_was_killed() {
    let place = Place::with_samples();
    let (mut child, market) = stuck(&place);
    assert!(place.data().join("journal.db-wal").exists(), "the journal's side files are to be searched as well");
    assert_eq!(files_with_key(&place.data()), Vec::<String>::new());
    #[cfg(target_os = "linux")]
    {
        let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
        assert!(!line.is_empty() && !has_key(&line));
    }
    child.kill().unwrap();
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert!(place.data().join("journal.db-wal").exists());
    assert_nowhere(&place, &ran, "killed");
    drop(market);
}

#[test]
fn a_key_does_not_go_to_a_proxy_when_the_host_is_this_machine() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let trap = runtime.block_on(RawServer::start(vec![reply(200, &[], "{}")]));
    for (model, address, path, variable) in FORMATS {
        let market = Served::with_key(CANARY, None);
        let place = Place::with_samples();
        let mut command = evaluate(&place, model, &[]);
        command.env(address, format!("{}{path}", market.url)).env(variable, CANARY);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, trap.base());
        }
        let ran = Ran::of(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    }
    assert!(trap.seen().is_empty(), "{:?}", trap.seen());
}

#[cfg(unix)]
#[test]
fn what_the_program_writes_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = Place::empty();
    let data = place.data();
    // The program is to make the folder itself.
    std::fs::remove_dir(&data).unwrap();
    let market = ["--model", "market"];
    place.ok(&[&["personas", "--domain", "logistics", "--count", "10", "--name", "log"], &market[..]].concat());
    place.ok(&[&["generate", "--persona-file", "log_eval", "--messages-per-persona", "1"], &market[..]].concat());
    place.ok(&[&["decide", "--messages-file", "log_eval_messages"], &market[..]].concat());
    place.ok(&[&["evaluate", "--persona-file", "log_train"], &market[..]].concat());
    let first = place.files("results")[0].clone();
    place.ok(&[&["improve", "--results-file", &first], &market[..]].concat());
    place.ok(&["export", &first, "--format", "csv", "-o", "out.csv"]);
    assert_eq!(mode(&place.root().join("out.csv")), 0o600);
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("journal.db")), 0o600);
    let mut seen = 0;
    for folder in ["personas", "messages", "results"] {
        assert_eq!(mode(&data.join(folder)), 0o700, "{folder}");
        for name in place.files(folder) {
            assert_eq!(mode(&data.join(folder).join(&name)), 0o600, "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 6, "two files of personas, one of messages, two of results and a report");

    let place = Place::with_samples();
    let (mut child, _market) = stuck(&place);
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        assert_eq!(mode(&place.data().join(name)), 0o600, "{name}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
