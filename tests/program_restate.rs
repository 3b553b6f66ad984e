//! Runs whose calls are answered by workers through a real Restate server, all of which may be killed.

#[path = "support/program.rs"]
mod program;
#[path = "support/restate.rs"]
mod restate;

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use program::{MarketProcess, Place, Ran};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use restate::{Restate, Worker, get, stats};

/// Of an evaluation of ten personas with four messages each: two calls for each message.
const CALLS: u64 = 80;
/// Calls under way at once.
const AT_ONCE: u64 = 8;
const EVALUATE: [&str; 13] = [
    "evaluate",
    "--auditor",
    "none",
    "--ungrounded",
    "keep",
    "--persona-file",
    "b2b_saas_personas_eval",
    "--messages-per-persona",
    "4",
    "--model",
    "anthropic/claude-sonnet-5-5",
    "--concurrency",
    "8",
];

/// The command, there or here: with `restate` its calls go to workers.
fn start(place: &Place, restate: Option<&Restate>, market: &MarketProcess, arguments: &[&str]) -> Child {
    let mut command = place.command(arguments);
    if let Some(restate) = restate {
        command.args(["--engine", "restate", "--restate", &restate.ingress()]);
    }
    command
        .env("ANTHROPIC_BASE_URL", &market.url)
        .env("SOURCE_DATE_EPOCH", "1760000000")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// No run takes longer than this: one that hangs is a failure.
const LONGEST: Duration = Duration::from_secs(120);

fn ended(child: Child) -> Ran {
    let (pid, (done, waited)) = (child.id().to_string(), std::sync::mpsc::channel::<()>());
    std::thread::spawn(move || {
        if waited.recv_timeout(LONGEST) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = std::process::Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    Ran::of(&output)
}

/// All results files. Pages say with which command they were made.
fn written(place: &Place) -> Vec<(String, String)> {
    let text = |name: &String| std::fs::read_to_string(place.data().join("results").join(name)).unwrap();
    let names = place.files("results").into_iter().filter(|name| name.ends_with(".json"));
    names.map(|name| (name.clone(), text(&name))).collect()
}

/// Restate with two workers.
fn two_workers(market: &MarketProcess, more: &[&str]) -> (Restate, [Worker; 2], Place) {
    let (restate, place) = (Restate::start(), Place::empty());
    let first = Worker::start(&place, &restate, &market.url, more).ready(&restate);
    let second = Worker::start(&place, &restate, &market.url, more).ready(&restate);
    (restate, [first, second], place)
}

#[test]
fn files_are_those_of_a_local_run_byte_for_byte_and_both_workers_answer() {
    let market = MarketProcess::start(&["--latency-ms", "20"]);
    let (restate, workers, _own) = two_workers(&market, &["--concurrency", "8"]);
    let improve = [
        "improve",
        "--results-file",
        "b2b_saas_personas_train_results_20250802_144126",
        "--model",
        "anthropic/claude-sonnet-5-5",
        "--concurrency",
        "16",
    ];
    for arguments in [&EVALUATE[..], &improve] {
        let (here, there) = (Place::with_samples(), Place::with_samples());
        let ran = ended(start(&here, None, &market, arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let ran = ended(start(&there, Some(&restate), &market, arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let files = written(&here);
        assert!(files == written(&there), "{} differs", arguments[0]);
        assert!(files.len() > 1, "{} wrote nothing", arguments[0]);
    }
    let done =
        workers.each_ref().map(|worker| get(&worker.address, "/rejoinder/who").unwrap()["calls"].as_u64().unwrap());
    assert!(done[0].min(done[1]) * 3 > done[0].max(done[1]), "{done:?} calls");
}

#[test]
fn workers_the_run_and_restate_are_killed_at_random_moments_and_no_answer_is_asked_for_again() {
    let undisturbed = {
        let market = MarketProcess::start(&["--latency-ms", "20"]);
        let place = Place::with_samples();
        assert_eq!(ended(start(&place, None, &market, &EVALUATE)).code, Some(0));
        without_address(&place)
    };
    let mut dice = ChaCha8Rng::seed_from_u64(11);
    for round in 0..3 {
        let market = MarketProcess::start(&["--latency-ms", "60"]);
        let (mut restate, mut workers, own) = two_workers(&market, &["--concurrency", "8"]);
        let place = Place::with_samples();
        let (mut kills, begun) = (0, Instant::now());
        let mut run = start(&place, Some(&restate), &market, &EVALUATE);
        let ran = loop {
            assert!(begun.elapsed() < Duration::from_secs(120), "it does not come to its end");
            std::thread::sleep(Duration::from_millis(dice.random_range(100..400)));
            if run.try_wait().unwrap().is_some() {
                break ended(run);
            }
            if kills == 4 {
                continue;
            }
            kills += 1;
            match (round + kills) % 4 {
                0 => {
                    run.kill().unwrap();
                    ended(run);
                    run = start(&place, Some(&restate), &market, &EVALUATE);
                }
                1 => restate.restart(Duration::from_millis(dice.random_range(0..500))),
                which => {
                    let worker = &mut workers[(which % 2) as usize];
                    worker.kill();
                    std::thread::sleep(Duration::from_millis(dice.random_range(0..500)));
                    worker.start_again(&own);
                }
            }
        };
        assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
        assert!(kills >= 2, "only {kills} kills hit the run");
        let answered = stats(&market.url, "answered");
        assert!(answered <= CALLS + AT_ONCE * kills, "{answered} answers for {CALLS} calls and {kills} kills");
        assert!(without_address(&place) == undisturbed, "the file differs after {kills} kills");
    }
}

/// The results without what a market's port is part of.
fn without_address(place: &Place) -> String {
    let own = |line: &&str| !["\"fingerprint\":", "\"writer\":", "\"run_id\":"].iter().any(|key| line.contains(key));
    let all = written(place).into_iter().filter(|(name, _)| name.contains("eval_results"));
    all.map(|(_, text)| text.lines().filter(own).collect::<Vec<_>>().join("\n")).collect()
}

#[test]
fn an_answer_is_never_asked_for_again_because_the_run_was_killed() {
    // So slow that none of the runs that are killed comes to its end.
    let market = MarketProcess::start(&["--latency-ms", "250"]);
    let (restate, _workers, _own) = two_workers(&market, &[]);
    let place = Place::with_samples();
    for _ in 0..3 {
        let mut run = start(&place, Some(&restate), &market, &EVALUATE);
        std::thread::sleep(Duration::from_millis(400));
        run.kill().unwrap();
        ended(run);
    }
    let ran = ended(start(&place, Some(&restate), &market, &EVALUATE));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Not even those in flight: the run attaches to them.
    assert_eq!(stats(&market.url, "answered"), CALLS);
    // What is begun over is asked anew.
    let again = ended(start(&place, Some(&restate), &market, &[&EVALUATE[..], &["--fresh"]].concat()));
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(stats(&market.url, "answered"), 2 * CALLS);
}

#[test]
fn workers_of_another_version_are_refused_and_refuse_in_one_line_that_names_both() {
    let market = MarketProcess::start(&[]);
    let (restate, own, place) = (Restate::start(), Place::empty(), Place::with_samples());
    let _other = Worker::start(&own, &restate, &market.url, &["--as-version", "0.0.9"]).ready(&restate);
    let ran = ended(start(&place, Some(&restate), &market, &EVALUATE));
    assert_eq!(ran.code, Some(4), "{}\n{}", ran.out, ran.err);
    let both = "the worker is rejoinder 0.0.9 (protocol 2) and this run is of rejoinder";
    assert!(ran.err.contains(both) && ran.err.contains(env!("CARGO_PKG_VERSION")), "{}", ran.err);
    assert_eq!(stats(&market.url, "requests"), 0);
    // Nor do workers of two versions work side by side.
    let admin = restate.admin();
    let ran = own.run(&["worker", "--listen", "127.0.0.1:0", "--register", &admin]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("all workers of one Restate are of one version"), "{}", ran.err);
}

#[test]
fn a_run_is_followed_and_cancelled_from_elsewhere_and_goes_on() {
    let market = MarketProcess::start(&["--latency-ms", "400"]);
    let (restate, _workers, elsewhere) = two_workers(&market, &[]);
    let (place, ingress) = (Place::with_samples(), restate.ingress());
    let run = start(&place, Some(&restate), &market, &EVALUATE);
    let until = Instant::now() + Duration::from_secs(10);
    while stats(&market.url, "answered") < 10 {
        assert!(Instant::now() < until, "nothing is answered");
        std::thread::sleep(Duration::from_millis(50));
    }
    let listed = elsewhere.ok(&["runs", "list", "--restate", &ingress]).out;
    assert!(listed.contains("under way"), "{listed}");
    let id = listed.lines().find(|line| line.contains("under way")).unwrap();
    let id = id.split_whitespace().nth(1).unwrap().to_owned();
    let following = elsewhere.command(&["runs", "attach", &id[..6], "--restate", &ingress]);
    let following = { following }.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    let cancelled = elsewhere.ok(&["runs", "cancel", &id[..6], "--restate", &ingress]);
    assert!(cancelled.out.contains("is to stop"), "{}", cancelled.out);

    let ran = ended(run);
    assert_eq!(ran.code, Some(130), "{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains("The run was cancelled by"), "{}", ran.err);
    let followed = ended(following);
    assert_eq!(followed.code, Some(130), "{}\n{}", followed.out, followed.err);
    assert!(followed.out.contains(&format!("Run {id} of")) && followed.out.contains("calls"), "{}", followed.out);
    assert!(followed.out.contains("The run is over: cancelled by"), "{}", followed.out);
    let twice = elsewhere.run(&["runs", "cancel", &id, "--restate", &ingress]);
    assert!(twice.code == Some(2) && twice.err.contains("is over already"), "{}", twice.err);

    // What was in flight is kept, and the rest follows.
    let before = stats(&market.url, "answered");
    assert!(before < CALLS, "it was not stopped");
    let ran = ended(start(&place, Some(&restate), &market, &EVALUATE));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(stats(&market.url, "answered"), CALLS);
}

#[test]
fn a_rate_holds_over_all_workers_and_is_used() {
    let market = MarketProcess::start(&["--latency-ms", "30"]);
    let (restate, _workers, _own) = two_workers(&market, &["--rate", "20"]);
    let (place, begun) = (Place::with_samples(), Instant::now());
    let run = start(&place, Some(&restate), &market, &EVALUATE);
    let (first, mut run) = (Instant::now(), run);
    let mut most = 0.0_f64;
    while run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(100));
        let sent = stats(&market.url, "requests") as f64;
        // A bucket of a second, and the rate from then on.
        most = most.max(sent - 20.0 - 20.0 * first.elapsed().as_secs_f64());
    }
    assert_eq!(ended(run).code, Some(0));
    assert!(most <= 0.0, "{most} calls too many");
    let seconds = begun.elapsed().as_secs_f64();
    // 80 calls, of which 20 may go at once.
    assert!((2.9..9.0).contains(&seconds), "{seconds} s");
}

#[test]
fn a_key_stays_with_the_worker_and_its_refusal_ends_the_run_in_the_hosts_words() {
    let market = MarketProcess::start(&["--require-key", "right"]);
    let (restate, own, place) = (Restate::start(), Place::empty(), Place::with_samples());
    let canary = "sk-canary-3f1c9a77aa";
    let environment = [("ANTHROPIC_BASE_URL", market.url.as_str()), ("ANTHROPIC_API_KEY", canary)];
    let _worker = Worker::with(&own, &restate, &environment, &[]).ready(&restate);
    let there = ended(start(&place, Some(&restate), &market, &EVALUATE));
    let local = Place::with_samples();
    let mut local = local.command(&EVALUATE);
    let here = Ran::of(&local.envs(environment).output().unwrap());
    assert_eq!((there.code, here.code), (Some(4), Some(4)), "{}\n{}", there.err, here.err);
    // Where the run itself has the key, the host is greeted first, and the line also names the variable.
    for ran in [&there, &here] {
        let last = ran.err.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: ") && last.contains("401 authentication_error: invalid x-api-key"), "{last}");
    }
    for text in [&there.err, &there.out, &restate.log()] {
        assert!(!text.contains(canary));
    }
    let mut left = vec![restate.folder().to_owned(), place.root().to_owned()];
    let mut files = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if let Ok(bytes) = std::fs::read(&path) {
            files += 1;
            assert!(!bytes.windows(canary.len()).any(|part| part == canary.as_bytes()), "{}", path.display());
        }
    }
    assert!(files > 20, "only {files} files were looked at");
}

#[test]
fn without_restate_or_workers_there_is_one_line_and_nothing_is_begun() {
    let market = MarketProcess::start(&[]);
    let place = Place::with_samples();
    let ran = place.run(&[&EVALUATE[..], &["--engine", "restate"]].concat());
    assert!(ran.code == Some(2) && ran.err.contains("--restate http://127.0.0.1:8080"), "{}", ran.err);
    let ran = place.run(&[&EVALUATE[..], &["--engine", "restate", "--restate", "http://127.0.0.1:9"]].concat());
    assert!(ran.code == Some(2) && ran.err.contains("is Restate running"), "{}", ran.err);
    let restate = Restate::start();
    let ran = ended(start(&place, Some(&restate), &market, &EVALUATE));
    assert!(ran.code == Some(2) && ran.err.contains("no worker has registered"), "{}", ran.err);
    assert_eq!(place.ok(&["runs"]).out, "No runs yet.\n");
}

#[test]
fn a_worker_that_is_told_to_stop_lets_its_calls_come_back_and_another_goes_on() {
    let market = MarketProcess::start(&["--latency-ms", "150"]);
    let (restate, mut workers, _own) = two_workers(&market, &[]);
    let place = Place::with_samples();
    let run = start(&place, Some(&restate), &market, &EVALUATE);
    std::thread::sleep(Duration::from_millis(500));
    // The first, to which Restate sends its calls.
    let pid = workers[0].child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(workers[0].child.wait().unwrap().success());
    let ran = ended(run);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(stats(&market.url, "answered"), CALLS);
    let until = Instant::now() + Duration::from_secs(5);
    while get(&workers[1].address, "/rejoinder/who").is_none_or(|who| who["first"] != true) {
        assert!(Instant::now() < until, "the other does not take its place");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn more_calls_at_once_than_restate_does_and_a_rate_do_not_wait_for_each_other() {
    let market = MarketProcess::start(&["--latency-ms", "30"]);
    let restate = Restate::with(&[("RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT", "2")]);
    let (own, place) = (Place::empty(), Place::with_samples());
    let _worker = Worker::start(&own, &restate, &market.url, &["--rate", "40"]).ready(&restate);
    let evaluate: Vec<&str> = EVALUATE[..EVALUATE.len() - 1].iter().copied().chain(["60"]).collect();
    let begun = Instant::now();
    let ran = ended(start(&place, Some(&restate), &market, &evaluate));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(stats(&market.url, "answered"), CALLS);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_run_that_is_stopped_gets_back_what_workers_have_not_sent() {
    let market = MarketProcess::start(&["--latency-ms", "30"]);
    let (restate, _workers, _own) = two_workers(&market, &["--rate", "5"]);
    let place = Place::with_samples();
    let evaluate: Vec<&str> = EVALUATE[..EVALUATE.len() - 1].iter().copied().chain(["60"]).collect();
    let run = start(&place, Some(&restate), &market, &evaluate);
    std::thread::sleep(Duration::from_millis(2_500));
    let begun = Instant::now();
    assert!(std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    let ran = ended(run);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    // They would take ten seconds more.
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let answered = stats(&market.url, "answered");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(stats(&market.url, "answered"), answered, "calls are sent for a run that was stopped");
    assert!(answered < 40, "{answered}");
}

#[test]
fn a_worker_with_an_identity_key_serves_nobody_who_does_not_sign() {
    let (market, own) = (MarketProcess::start(&[]), Place::empty());
    let restate = Restate::start();
    let key = "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f";
    let signed = Worker::start(&own, &restate, &market.url, &["--identity-key", key]);
    let open = Worker::start(&own, &restate, &market.url, &[]);
    assert_eq!(restate::post(&signed.address, "/invoke/RejoinderRuns/list"), 401);
    assert_ne!(restate::post(&open.address, "/invoke/RejoinderRuns/list"), 401);
    let ran = own.run(&["worker", "--listen", "127.0.0.1:0", "--identity-key", "nonsense"]);
    assert!(ran.code == Some(2) && ran.err.contains("--identity-key \"nonsense\" cannot be used"), "{}", ran.err);
    // Beyond this machine it must be said where it is reached.
    let ran = own.run(&["worker", "--listen", "0.0.0.0:0", "--register", &restate.admin()]);
    assert!(ran.code == Some(2) && ran.err.contains("say with --address"), "{}", ran.err);
}
