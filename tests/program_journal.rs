//! Every fault of the journal's disk, done to the real program: what was paid for is there afterwards, and the same
//! command goes on without repeating a call.

#[path = "program_journal/disk.rs"]
mod disk;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{MarketProcess, Place, Ran};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// Of an evaluation of ten personas with two messages each: two calls for each message.
const CALLS: usize = 40;
const WIDTH: usize = 4;
const EVALUATE: [&str; 13] = [
    "evaluate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "2",
    "--concurrency",
    "4",
    "--model",
    "anthropic/claude-sonnet-5-5",
];

fn program(place: &Place, market: &MarketProcess, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("SOURCE_DATE_EPOCH", "1760000000")
        .env("REJOINDER_JOURNAL_PATIENCE_MS", "300")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn evaluate(place: &Place, market: &MarketProcess, more: &[&str]) -> Ran {
    let arguments: Vec<&str> = EVALUATE.iter().chain(more).copied().collect();
    Ran::of(&program(place, market, &arguments).output().unwrap())
}

fn start(place: &Place, market: &MarketProcess) -> Child {
    program(place, market, &EVALUATE).spawn().unwrap()
}

fn answered(market: &MarketProcess) -> usize {
    use std::io::{Read, Write};
    let address = market.url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET /stats HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let stats: Value = serde_json::from_str(&text[text.find('{').unwrap()..=text.rfind('}').unwrap()]).unwrap();
    stats["answered"].as_u64().unwrap() as usize
}

fn journal_of(place: &Place) -> PathBuf {
    place.data().join("journal.db")
}

/// Key and answer of every call in a journal, which is first found to be whole.
fn recorded(journal: &Path) -> BTreeMap<Vec<u8>, String> {
    let connection = Connection::open(journal).unwrap();
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    answers(&connection)
}

fn answers(connection: &Connection) -> BTreeMap<Vec<u8>, String> {
    let mut statement = connection.prepare("SELECT key, answer FROM calls").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The one results file that an evaluation wrote.
fn written(place: &Place) -> String {
    let names: Vec<String> = place.files("results").into_iter().filter(|name| name.contains("eval_results")).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let text = fs::read_to_string(place.data().join("results").join(&names[0])).unwrap();
    // The run's id is its own, and the port of the market, which is part of what judges, is the market's.
    let own = |line: &&str| !["\"fingerprint\":", "\"writer\":", "\"run_id\":"].iter().any(|key| line.contains(key));
    text.lines().filter(own).collect::<Vec<_>>().join("\n")
}

/// Deletes what a run that a fault ended may have saved, so that [`written`] finds the file of the run that went on.
fn forget_results(place: &Place) {
    for name in place.files("results").into_iter().filter(|name| name.contains("eval_results")) {
        fs::remove_file(place.data().join("results").join(name)).unwrap();
    }
}

fn undisturbed(market: &MarketProcess) -> String {
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, market, &[]).code, Some(0));
    written(&place)
}

/// Exactly one line of error, with the code of the journal, or of files where they could not be written either.
fn expect_one_line(ran: &Ran, words: &str) {
    assert!(matches!(ran.code, Some(6 | 7)), "{:?} {}", ran.code, ran.err);
    let errors: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{}", ran.err);
    assert!(errors[0].contains(words), "{}", ran.err);
}

/// The same command after the fault: what the journal holds is not asked again, and the file is the undisturbed one.
fn expect_to_go_on(place: &Place, market: &MarketProcess, undisturbed: &str) {
    let held = recorded(&journal_of(place));
    let before = answered(market);
    forget_results(place);
    let ran = evaluate(place, market, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(answered(market) - before, CALLS - held.len(), "{}", ran.err);
    assert!(written(place) == undisturbed, "the file differs");
    let all = recorded(&journal_of(place));
    assert_eq!(all.len(), CALLS);
    assert!(held.iter().all(|(key, answer)| all.get(key) == Some(answer)), "a recorded answer is lost");
}

#[test]
fn a_journal_that_another_program_holds_is_waited_for_and_then_said() {
    let market = MarketProcess::start(&["--latency-ms", "30"]);
    let undisturbed = undisturbed(&market);
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, &market, &["--max-calls", "9"]).code, Some(8));
    let sent = answered(&market);
    {
        // Before it begins. A run of other inputs has something to write at once.
        let other = Connection::open(journal_of(&place)).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let ran = evaluate(&place, &market, &["--seed", "5"]);
        expect_one_line(&ran, "locked by another program");
        assert_eq!((ran.code, answered(&market)), (Some(7), sent));
    }
    // In the middle: the answers that are on their way cannot be kept, and nothing is sent after them.
    let child = start(&place, &market);
    while answered(&market) < sent + 5 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let other = Connection::open(journal_of(&place)).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let held = answers(&other).len();
    let at_most = answered(&market) + 2 * WIDTH;
    let ran = Ran::of(&child.wait_with_output().unwrap());
    expect_one_line(&ran, "locked by another program");
    assert!(answered(&market) <= at_most, "calls were sent without a journal");
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    assert!(recorded(&journal_of(&place)).len() >= held);
    expect_to_go_on(&place, &market, &undisturbed);
}

#[test]
fn a_damaged_journal_is_said_left_alone_and_its_copy_is_gone_on_with() {
    let market = MarketProcess::start(&[]);
    let undisturbed = undisturbed(&market);
    type Damage = fn(&mut Vec<u8>);
    let damage: [(&str, Damage); 5] = [
        ("its beginning is gone", |bytes| bytes[..200].fill(0)),
        ("its end is cut off", |bytes| bytes.truncate(bytes.len() / 2)),
        ("its middle is overwritten", |bytes| {
            let (from, to) = (bytes.len() / 8, bytes.len() * 7 / 8);
            bytes[from..to].fill(0xa5);
        }),
        ("an answer has another letter", |bytes| {
            let mark = b"\"stop\":\"end_turn\"";
            let places: Vec<usize> =
                (0..bytes.len() - mark.len()).filter(|at| bytes[*at..].starts_with(mark)).collect();
            assert!(!places.is_empty());
            // A letter of the text before it: the JSON stays JSON.
            places.into_iter().for_each(|at| bytes[at - 6] ^= 1);
        }),
        ("a newer program wrote it", |bytes| bytes[63] = 99),
    ];
    for (what, damage) in damage {
        let place = Place::with_samples();
        assert_eq!(evaluate(&place, &market, &["--max-calls", "17"]).code, Some(8));
        let whole = fs::read(journal_of(&place)).unwrap();
        let mut damaged = whole.clone();
        damage(&mut damaged);
        assert!(damaged != whole, "{what}");
        let file = fs::File::options().write(true).open(journal_of(&place)).unwrap();
        file.set_len(damaged.len() as u64).unwrap();
        file.write_all_at(&damaged, 0).unwrap();
        let sent = answered(&market);
        let ran = evaluate(&place, &market, &[]);
        assert_eq!(ran.code, Some(7), "{what}: {}", ran.err);
        expect_one_line(&ran, if what.contains("newer") { "newer rejoinder" } else { "damaged" });
        assert!(answered(&market) <= sent + 2 * WIDTH, "{what}: calls were sent all the same");
        if answered(&market) == sent {
            assert!(fs::read(journal_of(&place)).unwrap() == damaged, "{what}: the file was written");
        }
        file.set_len(whole.len() as u64).unwrap();
        file.write_all_at(&whole, 0).unwrap();
        expect_to_go_on(&place, &market, &undisturbed);
    }
}

#[test]
fn a_run_that_began_in_the_future_or_long_ago_is_gone_on_with_all_the_same() {
    let market = MarketProcess::start(&[]);
    let undisturbed = undisturbed(&market);
    for time in ["2199-12-31T23:59:59.999Z", "1970-01-02T00:00:00Z"] {
        let place = Place::with_samples();
        assert_eq!(evaluate(&place, &market, &["--max-calls", "11"]).code, Some(8));
        let connection = Connection::open(journal_of(&place)).unwrap();
        connection.execute("UPDATE runs SET started = ?", [time]).unwrap();
        connection.execute("UPDATE calls SET answered = ?", [time]).unwrap();
        drop(connection);
        expect_to_go_on(&place, &market, &undisturbed);
        // Finished is finished: the next one has samples of its own, by the clock of now.
        let before = answered(&market);
        assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
        assert_eq!(answered(&market) - before, CALLS);
        assert_eq!(place.ok(&["runs"]).out.matches("finished").count(), 2);
    }
}

/// What a disk has after the power went: all that was synced, and of the rest as much as it happened to have written.
fn as_after_power_loss(from: &Place, to: &Place, moments: &mut ChaCha8Rng) {
    let log = from.data().join("journal.db-wal");
    let mut bytes = fs::read(&log).unwrap_or_default();
    // The index of the log tells how much of it is committed, which is after it was synced.
    if let (Ok(index), Some(header)) = (fs::read(from.data().join("journal.db-shm")), bytes.get(..32)) {
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap()) as usize;
        let frames = u32::from_ne_bytes(index[16..20].try_into().unwrap()) as usize;
        let synced = (32 + frames * (24 + number(&header[8..12]))).min(bytes.len());
        let tail = bytes.len() - synced;
        bytes.truncate(synced + if tail == 0 { 0 } else { moments.random_range(0..=tail) });
        if moments.random_bool(0.5) {
            bytes[synced..].fill_with(|| moments.random());
        }
    }
    for name in ["journal.db", "journal.db-shm"] {
        let copy = fs::read(from.data().join(name)).unwrap_or_default();
        // The index is in memory, and comes to the disk by chance.
        if name == "journal.db" || moments.random_bool(0.5) {
            to.write(&format!("data/{name}"), "");
            fs::File::create(to.data().join(name)).and_then(|file| file.write_all_at(&copy, 0)).unwrap();
        }
    }
    fs::File::create(to.data().join("journal.db-wal")).and_then(|file| file.write_all_at(&bytes, 0)).unwrap();
}

#[test]
fn after_a_power_loss_every_answer_that_was_used_is_there_and_the_run_goes_on() {
    let market = MarketProcess::start(&["--latency-ms", "12"]);
    let undisturbed = undisturbed(&market);
    let mut moments = ChaCha8Rng::seed_from_u64(11);
    let (mut losses, mut rounds, mut lost) = (0, 0, 0);
    while losses < 12 {
        rounds += 1;
        assert!(rounds < 240, "only {losses} power losses hit a run");
        let place = Place::with_samples();
        let mut child = start(&place, &market);
        std::thread::sleep(Duration::from_millis(moments.random_range(60..500)));
        // Another program that has the log copied into the file now and then.
        if moments.random_bool(0.3) && journal_of(&place).exists() {
            let other = Connection::open(journal_of(&place)).unwrap();
            let _ = other.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            std::thread::sleep(Duration::from_millis(moments.random_range(0..40)));
        }
        signal(&child, "-STOP");
        if child.try_wait().unwrap().is_some() || !journal_of(&place).exists() {
            let _ = child.kill();
            let _ = child.wait();
            continue;
        }
        // What is committed now is all that can have been used: an answer is used after its commit.
        let reader = Connection::open_with_flags(journal_of(&place), OpenFlags::SQLITE_OPEN_READ_ONLY);
        let used = reader.ok().and_then(|it| it.prepare("SELECT 1 FROM calls").is_ok().then(|| answers(&it)));
        let copy = Place::with_samples();
        as_after_power_loss(&place, &copy, &mut moments);
        child.kill().unwrap();
        child.wait().unwrap();
        let Some(used) = used.filter(|used| (1..CALLS).contains(&used.len())) else { continue };
        losses += 1;
        let there = recorded(&journal_of(&copy));
        lost += used.iter().filter(|(key, answer)| there.get(*key) != Some(*answer)).count();
        expect_to_go_on(&copy, &market, &undisturbed);
    }
    assert_eq!(lost, 0, "answers were lost in {losses} power losses");
}

fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status();
}

#[test]
fn every_request_and_answer_is_read_out_in_full() {
    let market = MarketProcess::start(&[]);
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
    let id = place.run_id("");
    let out = place.ok(&["runs", "calls", &id[..6]]).out;
    let calls: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(calls.len(), CALLS);
    for call in &calls {
        assert!(call["request"]["system"].as_str().unwrap().len() > 100, "{call}");
        assert!(!call["request"]["user"].as_str().unwrap().is_empty());
        assert!(!call["answer"]["text"].as_str().unwrap().is_empty());
        assert_eq!(call["request"]["key"], call["key"]);
        // The market's answers cost nothing, under whatever name.
        assert_eq!(call["cost_usd"], 0.0);
    }
    assert!(calls.iter().any(|call| call["role"] == "decision maker" && call["request"]["schema"].is_object()));
    assert!(!out.contains("$text"));
    let first = place.ok(&["runs", "calls", &id, "--limit", "3"]).out;
    assert_eq!(first.lines().collect::<Vec<_>>(), out.lines().take(3).collect::<Vec<_>>());
    assert!(place.ok(&["runs", "show", &id]).out.contains("Cost: $0"));
    assert_eq!(place.run(&["runs", "calls", "ffffffffffff"]).code, Some(3));
}

#[test]
fn a_journal_that_was_left_in_order_has_no_log_beside_it() {
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let place = Place::with_samples();
    assert_eq!(evaluate(&place, &market, &["--max-calls", "5"]).code, Some(8));
    assert!(!place.data().join("journal.db-wal").exists());
    let child = start(&place, &market);
    let before = answered(&market);
    while answered(&market) < before + 3 {
        std::thread::sleep(Duration::from_millis(2));
    }
    signal(&child, "-INT");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert!(!place.data().join("journal.db-wal").exists());
    assert_eq!(evaluate(&place, &market, &[]).code, Some(0));
    assert!(!place.data().join("journal.db-wal").exists());
}
