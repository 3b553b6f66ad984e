//! What a run tells other processes while it is under way.

#[path = "support/program.rs"]
mod program;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use program::{MarketProcess, Place, Ran};
use rejoinder::journal;
use rejoinder::report::live::Live;

const KEY: &str = "sk-canary-S3CR3T-0123456789";

/// The one run that is told of.
fn told(data: &Path) -> Option<Live> {
    let (id, text) = journal::live_texts(data).pop()?;
    assert!(!text.contains(KEY), "{text}");
    let live: Live = serde_json::from_str(&text).unwrap();
    assert_eq!(live.run, id);
    Some(live)
}

#[test]
fn a_run_can_be_followed_from_another_process_stopped_by_its_number_and_is_marked_at_its_end() {
    let market = MarketProcess::start(&["--latency-ms", "60"]);
    let place = Place::with_samples();
    let arguments = ["evaluate", "--persona-file", "b2b_saas_personas_train", "--model", "anthropic/claude-sonnet-5-5"];
    let command = |more: &[&str]| {
        let mut command = place.command(&[&arguments[..], more].concat());
        command.env("ANTHROPIC_BASE_URL", &market.url).env("ANTHROPIC_API_KEY", KEY);
        command
    };
    let child = command(&["--concurrency", "4"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let live = loop {
        let live = told(&place.data());
        if let Some(live) = live.filter(|live| live.batch.as_ref().is_some_and(|batch| !batch.rates.is_empty())) {
            break live;
        }
        assert!(Instant::now() < until, "nothing was told");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((live.pid, live.command.as_str()), (child.id(), "evaluate"));
    let batch = live.batch.unwrap();
    assert!(batch.total == 120 && batch.done < 120 && live.spent.calls >= batch.done && live.ended.is_none());
    assert!(live.spent.simulated && live.calls_per_second > 0.0);
    assert!(journal::is_under_way_in(&place.data(), &live.run, live.pid));

    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(!journal::is_under_way(&place.data(), &live.run));
    let stopped = told(&place.data()).unwrap().ended.unwrap();
    assert!(!stopped.well && stopped.why.unwrap().contains("the same command goes on"));

    let ran = Ran::of(&command(&["--concurrency", "64"]).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let live = told(&place.data()).unwrap();
    assert!(live.ended.unwrap().well);
    let batch = live.batch.unwrap();
    assert_eq!((batch.done, batch.total, batch.over), (120, 120, true));
    assert_eq!(live.saved[0].kind, "results");
    assert!(place.data().join("results").join(format!("{}.json", live.saved[0].name)).is_file());
}

#[test]
fn a_cycle_tells_of_its_search_its_race_and_its_proof() {
    let place = Place::with_samples();
    let file = "b2b_saas_personas_train_results_20250802_144126";
    // So many calls that there is something to race with.
    place.ok(&["improve", "--results-file", file, "--model", "market", "--calls", "3500"]);
    let live = told(&place.data()).unwrap();
    let (exploring, race) = (live.exploring.unwrap(), live.race.unwrap());
    assert!(exploring.rounds > 1 && exploring.trials > 100 && exploring.challengers >= 6);
    assert!(race.over && race.personas >= 12 && race.finalists.iter().filter(|own| own.won).count() == 1);
    assert!(race.finalists.iter().all(|own| own.trials > 0 && own.successes <= own.trials as f64));
    let last = live.looks.last().unwrap();
    let looks = live.looks.iter().filter(|look| !look.measured).count();
    assert!(live.looks[looks - 1].number == looks && last.before.total > 0 && last.gain.is_some());
    let adopted = place.json(&format!("results/{}.json", live.saved[0].name));
    let verdict = &adopted["metadata"]["rejoinder"]["metrics"]["cycle"]["verdict"]["verdict"];
    assert_eq!(live.concluded.unwrap().1, verdict == "adopted");
}
