//! One run, killed until it is done.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::journal;
use crate::program::{Place, Ran};
use crate::served::Served;
use crate::stories::{self, Story};

/// How long an answer takes, give or take half.
const LATENCY: Duration = Duration::from_millis(10);

/// What came of rounds.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub rounds: u64,
    pub kills: u64,
    pub calls: u64,
    pub unheard: u64,
    pub most_unheard: u64,
    pub again: u64,
    pub lost: u64,
    pub differ: u64,
    /// Every broken promise in words.
    pub wrong: Vec<String>,
}

impl Counts {
    pub fn add(&mut self, other: Counts) {
        self.rounds += other.rounds;
        self.kills += other.kills;
        self.calls += other.calls;
        self.unheard += other.unheard;
        self.most_unheard = self.most_unheard.max(other.most_unheard);
        self.again += other.again;
        self.lost += other.lost;
        self.differ += other.differ;
        self.wrong.extend(other.wrong);
    }

    pub fn cells(&self) -> Vec<String> {
        let numbers =
            [self.rounds, self.kills, self.calls, self.unheard, self.most_unheard, self.again, self.lost, self.differ];
        numbers.iter().map(ToString::to_string).collect()
    }
}

/// The files of a folder that a run may write, by name.
type Files = BTreeMap<String, Vec<u8>>;

/// A market, and what a story comes to there when nobody disturbs it. All rounds of a story use one market: its address
/// is part of what judges, and so of the files.
pub struct Stage {
    market: Served,
    files: Files,
    calls: u64,
    took: Duration,
}

impl Stage {
    /// Runs the story undisturbed, and once more to be sure that it always comes to the same.
    pub fn set(story: &Story, seed: u64) -> Self {
        let mut stage = Stage {
            market: Served::start(story.faults, LATENCY, seed + 1),
            files: Files::new(),
            calls: 0,
            took: Duration::ZERO,
        };
        for turn in 0..2 {
            let (place, before, begun) = (stories::place(), stage.market.stats().answered, Instant::now());
            let ran = ended(stage.start(story, &place));
            assert_eq!(ran.code, Some(0), "{} undisturbed\n{}\n{}", story.name, ran.out, ran.err);
            stage.took = begun.elapsed();
            let files = files(&place);
            assert!(turn == 0 || files == stage.files, "{} differs from itself", story.name);
            stage.files = files;
            stage.calls = stage.market.stats_at_rest().answered - before;
        }
        stage
    }

    fn start(&self, story: &Story, place: &Place) -> Child {
        let at_once = story.at_once.to_string();
        let common = ["--concurrency", &at_once, "--model", story.model, "--retries", "20"];
        place
            .command(&[story.arguments, &common].concat())
            .env("ANTHROPIC_BASE_URL", &self.market.url)
            .env("OPENAI_BASE_URL", format!("{}/v1", self.market.url))
            .env("SOURCE_DATE_EPOCH", "1760000000")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Kills the run at random moments until it is done, and looks at what is there each time.
    pub fn round(&self, story: &Story, seed: u64, kills: &AtomicU64) -> Counts {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let place = stories::place();
        let base = self.market.stats_at_rest().answered;
        let mut counts = Counts { rounds: 1, ..Counts::default() };
        let mut ledger = BTreeMap::new();
        let name = format!("{} at {} (seed {seed})", story.name, story.at_once);
        let mut wrong = Vec::new();
        loop {
            let mut child = self.start(story, &place);
            std::thread::sleep(self.took.mul_f64(dice.random_range(0.0..1.05)));
            let running = child.try_wait().unwrap().is_none();
            // SIGKILL.
            child.kill().unwrap();
            let ran = ended(child);
            if running {
                counts.kills += 1;
                kills.fetch_add(1, Ordering::Relaxed);
            } else if ran.code != Some(0) {
                wrong.push(format!("{name}: exit code {:?}\n{}\n{}", ran.code, ran.out, ran.err));
                break;
            }
            let answered = self.market.stats_at_rest().answered - base;
            let held = journal::held(&place);
            for (call, at) in &ledger {
                match held.calls.get(call) {
                    None => counts.lost += 1,
                    Some(now) if now != at => counts.again += 1,
                    Some(_) => {}
                }
            }
            let unheard = answered.saturating_sub(held.calls.len() as u64);
            let now = unheard.saturating_sub(counts.unheard);
            if now > if running { story.at_once } else { 0 } {
                wrong.push(format!("{name}: {now} answers were not kept, with {} calls at once", story.at_once));
            }
            counts.most_unheard = counts.most_unheard.max(now);
            counts.unheard = unheard;
            ledger = held.calls;
            // Killed on its way out, with everything done, the same command would begin another run.
            if !running || held.finished {
                break;
            }
        }
        counts.calls = ledger.len() as u64;
        if counts.calls != self.calls {
            wrong.push(format!("{name}: {} calls in place of {}", counts.calls, self.calls));
        }
        if counts.lost + counts.again > 0 {
            wrong.push(format!("{name}: {} recorded calls lost, {} asked again", counts.lost, counts.again));
        }
        let files = files(&place);
        counts.differ = self.files.iter().filter(|(file, bytes)| files.get(*file) != Some(bytes)).count() as u64;
        if files != self.files {
            let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>().join(" ");
            wrong.push(format!("{name}: the files differ: {} in place of {}", names(&files), names(&self.files)));
        }
        counts.wrong = wrong;
        counts
    }
}

fn ended(child: Child) -> Ran {
    Ran::of(&child.wait_with_output().unwrap())
}

/// All files that people keep, with their contents; hidden ones are nobody's.
fn files(place: &Place) -> Files {
    let mut files = Files::new();
    for folder in ["personas", "results", "messages"] {
        // A report says how long its run took, which no two runs agree on.
        let is_compared = |name: &String| !name.starts_with('.') && !name.ends_with(".html");
        for name in place.files(folder).into_iter().filter(is_compared) {
            let bytes = std::fs::read(place.data().join(folder).join(&name)).unwrap();
            files.insert(format!("{folder}/{name}"), bytes);
        }
    }
    files
}
