//! Runs whose calls workers answer: how fast, at what cost, and what kills do to them.
//!
//! The market, Restate, the workers and the run are processes of their own, all on this machine.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[path = "../../tests/support/restate.rs"]
mod support;

use support::{Restate, Worker, stats};

use crate::program::{MarketProcess, Place, Ran};
use crate::table::{Reach, Table};

/// Messages to each of the 40 personas, each of which takes two calls: so many that beginning and end do not count.
const MESSAGES: u32 = 125;
const CALLS: f64 = 40.0 * MESSAGES as f64 * 2.0;
/// How many runs are disturbed.
const ROUNDS: u64 = 50;
/// Calls under way at once in a run that is disturbed, and calls that it takes.
const AT_ONCE: u64 = 8;
const FEW_CALLS: u64 = 80;

fn start(place: &Place, market: &str, restate: Option<&Restate>, what: &[&str]) -> Child {
    let mut command = place.command(&[
        "evaluate",
        "--auditor",
        "none",
        "--ungrounded",
        "keep",
        "--model",
        "anthropic/claude-sonnet-5-5",
    ]);
    command.args(what).env("ANTHROPIC_BASE_URL", market).env("SOURCE_DATE_EPOCH", "1760000000");
    if let Some(restate) = restate {
        command.args(["--engine", "restate", "--restate", &restate.ingress()]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

/// Seconds that the run took.
fn run(market: &MarketProcess, restate: Option<&Restate>, at_once: &str) -> f64 {
    let (place, messages) = (Place::with_samples(), MESSAGES.to_string());
    let begun = Instant::now();
    let what =
        ["--persona-file", "b2b_saas_personas_train", "--messages-per-persona", &messages, "--concurrency", at_once];
    let ran = ended(start(&place, &market.url, restate, &what));
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.out, ran.err);
    begun.elapsed().as_secs_f64()
}

/// Two workers against one, and workers against none.
pub fn speed(table: &mut Table) {
    let market = MarketProcess::start(&["--latency-ms", "1000"]);
    let (own, slots) = (Place::empty(), ["--concurrency", "100"]);
    let local = run(&market, None, "200");
    let restate = Restate::start();
    let first = Worker::start(&own, &restate, &market.url, &slots).ready(&restate);
    let one = run(&market, Some(&restate), "200");
    let second = Worker::start(&own, &restate, &market.url, &slots).ready(&restate);
    std::thread::sleep(Duration::from_secs(2));
    let (server_before, workers_before) =
        (processor(restate.pid()), processor(first.child.id()) + processor(second.child.id()));
    let bytes_before = size(restate.folder());
    let two = run(&market, Some(&restate), "200");
    let server = processor(restate.pid()) - server_before;
    let workers = processor(first.child.id()) + processor(second.child.id()) - workers_before;
    let bytes = size(restate.folder()).saturating_sub(bytes_before) as f64;

    let rate = |seconds: f64| format!("{:.1} calls/s", CALLS / seconds);
    table.row(
        "two workers with 100 slots each against one, 1 s latency",
        rate(two),
        rate(one),
        one / two,
        " times",
        Reach::AtLeast(1.9),
    );
    table.row(
        "Restate against local at the same concurrency, 1 s latency, 200 slots",
        format!("{two:.1} s"),
        format!("{local:.1} s"),
        (two / local - 1.0) * 100.0,
        " % longer",
        Reach::AtMost(10.0),
    );
    let micros = |seconds: f64| seconds * 1e6 / CALLS;
    table.row(
        "processor time of Restate for a call",
        format!("{server:.1} s"),
        format!("{CALLS} calls"),
        micros(server),
        " µs",
        Reach::None,
    );
    table.row(
        "processor time of the workers for a call",
        format!("{workers:.1} s"),
        format!("{CALLS} calls"),
        micros(workers),
        " µs",
        Reach::None,
    );
    table.row(
        "what Restate keeps on disk for a call",
        format!("{:.1} MiB", bytes / 1_048_576.0),
        format!("{CALLS} calls"),
        bytes / CALLS,
        " bytes",
        Reach::None,
    );
    table.row(
        "memory of both workers",
        "resident".into(),
        format!("Restate {:.0} MiB, its database limited to 256", resident(restate.pid())),
        resident(first.child.id()) + resident(second.child.id()),
        " MiB",
        Reach::None,
    );
}

/// Runs of which a worker, the run itself or Restate is killed once or twice at random moments.
pub fn kills(table: &mut Table) {
    let market = MarketProcess::start(&["--latency-ms", "60"]);
    let at_once = AT_ONCE.to_string();
    let what = ["--persona-file", "b2b_saas_personas_eval", "--messages-per-persona", "4", "--concurrency", &at_once];
    let undisturbed = {
        let place = Place::with_samples();
        assert_eq!(ended(start(&place, &market.url, None, &what)).code, Some(0));
        written(&place)
    };
    let (mut restate, own) = (Restate::start(), Place::empty());
    let mut workers = [(); 2].map(|()| Worker::start(&own, &restate, &market.url, &[]).ready(&restate));
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    let (mut complete, mut again, mut beyond, mut differ) = (0, 0, 0, 0);
    let mut killed = [0_u64; 3];
    let begun = Instant::now();
    for round in 0..ROUNDS {
        let (place, before) = (Place::with_samples(), stats(&market.url, "answered"));
        let mut run = start(&place, &market.url, Some(&restate), &what);
        let (wanted, mut kills, since) = (1 + round % 2, 0, Instant::now());
        let ran = loop {
            std::thread::sleep(Duration::from_millis(dice.random_range(50..450)));
            if run.try_wait().unwrap().is_some() || since.elapsed() > Duration::from_secs(60) {
                let _ = run.kill();
                break ended(run);
            }
            if kills == wanted {
                continue;
            }
            kills += 1;
            let pause = Duration::from_millis(dice.random_range(0..500));
            let which = dice.random_range(0..3_usize);
            killed[which] += 1;
            match which {
                0 => {
                    let worker = &mut workers[dice.random_range(0..2_usize)];
                    worker.kill();
                    std::thread::sleep(pause);
                    worker.start_again(&own);
                }
                1 => {
                    run.kill().unwrap();
                    ended(run);
                    run = start(&place, &market.url, Some(&restate), &what);
                }
                _ => restate.restart(pause),
            }
        };
        let repeated = (stats(&market.url, "answered") - before).saturating_sub(FEW_CALLS);
        again += repeated;
        beyond += repeated.saturating_sub(AT_ONCE * kills);
        if ran.code == Some(0) {
            complete += 1;
            differ += u64::from(written(&place) != undisturbed);
        } else {
            eprintln!("  round {round}: {:?}\n{}", ran.code, ran.err);
        }
    }
    let [worker, submitter, server] = killed;
    let kills = format!("{worker} kills of a worker, {submitter} of the run, {server} of Restate");
    let took = format!("{:.0} s", begun.elapsed().as_secs_f64());
    table.row(
        "runs that were disturbed and complete",
        format!("{ROUNDS} runs, {took}"),
        kills.clone(),
        f64::from(complete),
        "",
        Reach::AtLeast(ROUNDS as f64),
    );
    table.row(
        "answered calls repeated beyond those in flight at the kill",
        format!("{again} of those in flight repeated"),
        format!("{} calls", FEW_CALLS * ROUNDS),
        beyond as f64,
        "",
        Reach::AtMost(0.0),
    );
    table.row(
        "files that are not those of an undisturbed run",
        format!("{complete} files"),
        kills,
        differ as f64,
        "",
        Reach::AtMost(0.0),
    );
}

fn written(place: &Place) -> Vec<String> {
    let text = |name: &String| std::fs::read_to_string(place.data().join("results").join(name)).unwrap();
    place.files("results").iter().filter(|name| name.contains("eval_results")).map(text).collect()
}

/// Seconds of processor time that a process has used; 0 where that is not told.
fn processor(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// MiB of memory that a process holds; 0 where that is not told.
fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Bytes of all files in a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(
            |entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().map_or(0, |it| it.len()) },
        )
        .sum()
}
