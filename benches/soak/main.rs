//! The long form of the tests of kills and of faults: `scripts/soak`, or `cargo bench --bench soak -- --kills 1000`.
//!
//! Runs of every command that calls models are killed (SIGKILL) at random moments, on the client's side of a real HTTP
//! market, and started again until they are done; other runs go through storms of faults. What it counts:
//!
//! - *unheard*: calls that the market had answered and the journal did not hold when the process was killed. Such an
//!   answer was on its way, and is asked for again; there can be no more of them than calls at once.
//! - *again*: calls that the journal held at a kill and that were asked again after it. None may be.
//! - *lost*: calls that the journal held at a kill and does not hold any more. None may be.
//! - *differ*: files that are not, byte for byte, those of an undisturbed run.
//!
//! The exit code is 1 if any run broke a promise.

#[path = "../../tests/support/faults.rs"]
mod faults;
mod journal;
mod kills;
#[path = "../../tests/support/program.rs"]
mod program;
#[path = "../../tests/support/served.rs"]
mod served;
mod stories;
#[path = "../../tests/support/storm.rs"]
mod storm;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use kills::Counts;

/// Kills and storms, and whether every promise held.
#[derive(Parser)]
struct Options {
    /// Stop after so many processes were killed
    #[arg(long, default_value_t = 1000)]
    kills: u64,
    /// Storms of faults to run through
    #[arg(long, default_value_t = 100)]
    storms: u64,
    /// Stop after so many seconds at the latest
    #[arg(long, default_value_t = 3600)]
    seconds: u64,
    /// Seed of the moments and of the faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Processes side by side
    #[arg(long, default_value_t = 2)]
    workers: u64,
    /// Cargo says so to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let until = Instant::now() + Duration::from_secs(options.seconds);
    let mut wrong = killed(&options, until);
    wrong.extend(stormed(&options, until));
    for (number, what) in wrong.iter().enumerate() {
        println!("BROKEN {}: {what}", number + 1);
    }
    println!("{} promises broken", wrong.len());
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Goes through the stories again and again until there were enough kills.
fn killed(options: &Options, until: Instant) -> Vec<String> {
    let started = Instant::now();
    let stories = stories::all();
    let counts = Mutex::new(vec![Counts::default(); stories.len()]);
    let (kills, turn) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for worker in 0..options.workers {
            let (stories, counts, kills, turn) = (&stories, &counts, &kills, &turn);
            scope.spawn(move || {
                let mut stages: Vec<Option<kills::Stage>> = stories.iter().map(|_| None).collect();
                while kills.load(Ordering::Relaxed) < options.kills && Instant::now() < until {
                    let number = turn.fetch_add(1, Ordering::Relaxed);
                    let index = (number % stories.len() as u64) as usize;
                    let story = &stories[index];
                    let stage = stages[index].get_or_insert_with(|| kills::Stage::set(story, worker));
                    let round = stage.round(story, options.seed.wrapping_mul(1_000_003).wrapping_add(number), kills);
                    counts.lock().unwrap()[index].add(round);
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "run",
        "at once",
        "rounds",
        "kills",
        "calls",
        "unheard",
        "most at a kill",
        "again",
        "lost",
        "differ",
    ]);
    let mut all = Counts::default();
    for (story, counts) in stories.iter().zip(&counts) {
        table.add_row([vec![story.name.to_owned(), story.at_once.to_string()], counts.cells()].concat());
        all.add(counts.clone());
    }
    table.add_row([vec!["all".to_owned(), String::new()], all.cells()].concat());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}\n{} kills in {:.0} s\n", all.kills, started.elapsed().as_secs_f64());
    all.wrong
}

fn stormed(options: &Options, until: Instant) -> Vec<String> {
    let started = Instant::now();
    let (next, sum) = (AtomicU64::new(0), Mutex::new((storm::Told::default(), 0_u64, Vec::new())));
    std::thread::scope(|scope| {
        // Most of a storm is waiting for the next attempt.
        for _ in 0..options.workers * 4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= options.storms || Instant::now() >= until {
                        return;
                    }
                    let seed = options.seed.wrapping_mul(1_000_003).wrapping_add(number);
                    let told = storm::weather(seed);
                    let mut sum = sum.lock().unwrap();
                    sum.1 += 1;
                    match told {
                        Ok(told) => {
                            sum.0.decided += told.decided;
                            sum.0.failed += told.failed;
                            sum.0.left += told.left;
                            sum.0.struck += told.struck;
                        }
                        Err(what) => sum.2.push(format!("storm {seed}: {what}")),
                    }
                }
            });
        }
    });
    let (told, storms, wrong) = sum.into_inner().unwrap();
    println!(
        "{storms} storms in {:.0} s: {} faults struck; of the trials {} were decided, {} failed for a reason that is \
         true, {} were not run since the host refused to go on\n",
        started.elapsed().as_secs_f64(),
        told.struck,
        told.decided,
        told.failed,
        told.left
    );
    wrong
}
