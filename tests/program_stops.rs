//! Signals and the limit on time.

#[path = "support/program.rs"]
mod program;
#[path = "support/served.rs"]
mod served;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{Place, Ran};
use served::Served;

/// Calls of the evaluation: ten personas, one message each.
const CALLS: u64 = 20;

fn start(place: &Place, market: &Served, more: &[&str]) -> Child {
    let arguments = [
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--persona-file",
        "b2b_saas_personas_eval",
        "--messages-per-persona",
        "1",
    ];
    let common = ["--concurrency", "3", "--model", "anthropic/claude-sonnet-5-5"];
    place
        .command(&[&arguments[..], &common, more].concat())
        .env("ANTHROPIC_BASE_URL", &market.url)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until the market has answered and counted so many calls and all others hang.
fn wait_for(market: &Served, child: &mut Child, answered: u64, in_flight: u64) {
    loop {
        let stats = market.stats();
        if stats.answered == answered && stats.in_flight == in_flight {
            return;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The same command again, on the same market, which has given up hanging.
fn assert_goes_on(place: &Place, market: &Served, found: u64) {
    let ran = ended(start(place, market, &[]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(&format!("{found} answered calls found")), "{}", ran.err);
    let stats = market.stats();
    assert_eq!((stats.answered, stats.repeated), (CALLS, 0));
}

#[test]
fn a_second_signal_leaves_at_once_and_nothing_that_was_answered_is_lost() {
    let market = Served::with_faults("hang@8-10");
    let place = Place::with_samples();
    let mut child = start(&place, &market, &[]);
    wait_for(&market, &mut child, 7, 3);
    signal(&child, "-INT");
    // The grace period is ten seconds, and no call will return in it.
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "calls in flight were given no time");
    signal(&child, "-INT");
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(
        ran.err.contains("Ctrl-C again leaves at once") && ran.err.contains("the same command goes on"),
        "{}",
        ran.err
    );
    assert_goes_on(&place, &market, 7);
}

#[test]
fn sigterm_stops_as_ctrl_c_does() {
    // Slow answers that do come: those in flight at the signal are waited for and kept.
    let market = Served::with_faults("slow-body:4@8-10");
    let place = Place::with_samples();
    let mut child = start(&place, &market, &[]);
    wait_for(&market, &mut child, 10, 3);
    signal(&child, "-TERM");
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert_goes_on(&place, &market, 10);
}

#[test]
fn a_limit_on_time_ends_the_run_with_what_there_is_and_it_goes_on() {
    let market = Served::with_faults("slow-body:6@8-10");
    let place = Place::with_samples();
    let ran = ended(start(&place, &market, &["--max-time", "3"]));
    assert_eq!(ran.code, Some(8), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--max-time is reached"), "{}", ran.err);
    let name = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/")).unwrap();
    let partial = place.json(name)["metadata"]["rejoinder"]["partial"].as_str().unwrap().to_owned();
    assert!(partial.starts_with("--max-time is reached; "), "{partial}");
    // What was on its way when the time was up came back, and was kept.
    let found = market.stats().answered;
    assert!((1..CALLS).contains(&found));
    assert_goes_on(&place, &market, found);
}
