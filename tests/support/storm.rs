//! One storm: a run through a random mix of faults, and whether its books are in order afterwards.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::time::Duration;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rejoinder::model::market::serve::Stats;
use serde_json::Value;

use super::faults::{Effect, KNOWN, Known};
use super::program::{Place, Ran};
use super::served::Served;

/// What a storm did.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Trials decided, listed as failed, and not run since the host refused to go on.
    pub decided: u64,
    pub failed: u64,
    pub left: u64,
    /// Faults that struck.
    pub struck: u64,
}

impl Told {
    /// The exit code of a run to the end: 5 where nothing usable came of it, or most trials failed.
    fn code(&self) -> i32 {
        if self.decided == 0 || self.failed > self.decided { 5 } else { 0 }
    }
}

/// A run through the storm of this seed.
///
/// # Errors
/// What is not as it must be.
pub fn weather(seed: u64) -> Result<Told, String> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut mix = Vec::new();
    let mut left = dice.random_range(0.1..0.7);
    for _ in 0..dice.random_range(2..7) {
        let known = KNOWN[dice.random_range(0..KNOWN.len())];
        // One refusal of the account ends a run: rare, or no storm would last.
        let most = if known.effect == Effect::Ends { 0.02 } else { left };
        let share: f64 = dice.random_range(0.0..=1.0) * most;
        left = f64::max(left - share, 0.0);
        mix.push(format!("{}={share:.4}", known.fault));
    }
    let faults = mix.join(",");
    let market = Served::start(&faults, Duration::from_millis(dice.random_range(0..20)), seed);
    let place = Place::with_samples();
    let decide = seed.is_multiple_of(3);
    let concurrency = [1, 2, 5, 16].choose(&mut dice).unwrap_or(&1).to_string();
    let model = ["anthropic/claude-sonnet-5-5", "openai/any"].choose(&mut dice).unwrap_or(&"openai/any");
    let run = |command: &[&str]| {
        let common = ["--concurrency", &concurrency, "--model", model, "--retries", "1", "--timeout", "2"];
        let output = place
            .command(&[command, &common].concat())
            .env("ANTHROPIC_BASE_URL", &market.url)
            .env("OPENAI_BASE_URL", format!("{}/v1", market.url))
            .output();
        output.map(|output| Ran::of(&output)).map_err(|error| error.to_string())
    };
    let told = if decide {
        let messages: Vec<Value> = (0..20)
            .map(|n| serde_json::json!({"persona": format!("P{n}, CTO of a firm of {n}0."), "message": format!("Hello P{n}")}))
            .collect();
        place.write("data/messages/storm.json", &Value::from(messages).to_string());
        let ran = run(&["decide", "--messages-file", "storm"])?;
        books_of_messages(&place, &ran, &market.stats_at_rest())
    } else {
        let ran = run(&[
            "evaluate",
            "--auditor",
            "none",
            "--ungrounded",
            "keep",
            "--persona-file",
            "b2b_saas_personas_eval",
            "--messages-per-persona",
            "2",
        ])?;
        books_of_results(&place, &ran, &market.stats_at_rest(), 20)
    };
    told.map_err(|wrong| format!("{wrong} ({faults}, concurrency {concurrency}, {model})"))
}

fn books_of_results(place: &Place, ran: &Ran, stats: &Stats, trials: u64) -> Result<Told, String> {
    let struck = struck(stats);
    let mut told = Told { struck: stats.faults.values().sum(), ..Told::default() };
    let name = ran.out.lines().find_map(|line| line.strip_prefix("Results saved to: data/"));
    let Some(name) = name else {
        let is_said = ran.out.contains("Nothing to save") && struck.iter().any(|known| known.is_named_in(&ran.err));
        return if is_said && matches!(ran.code, Some(4 | 5)) { Ok(told) } else { Err(unlike(ran, "no file")) };
    };
    let file = place.json(name);
    told.decided =
        file["results"].as_array().unwrap().iter().map(|r| r["messages"].as_array().unwrap().len() as u64).sum();
    let own = &file["metadata"]["rejoinder"];
    let listed = own["failures"].as_array().cloned().unwrap_or_default();
    told.failed = listed.len() as u64;
    let partial = own["partial"].as_str();
    if let Some(partial) = partial {
        let number = partial.rsplit("; ").next().unwrap_or_default().split(' ').next().unwrap_or_default();
        told.left = number.parse().map_err(|_| unlike(ran, partial))?;
    }
    for failure in &listed {
        let reason = failure["reason"].as_str().unwrap();
        if !struck.iter().any(|known| known.is_named_in(reason)) {
            return Err(unlike(ran, &format!("no fault that struck is {reason:?}")));
        }
    }
    let code = if partial.is_some() { 4 } else { told.code() };
    if told.decided + told.failed + told.left != trials || ran.code != Some(code) {
        return Err(unlike(ran, &format!("{told:?} are not {trials} trials")));
    }
    books_of_calls(ran, stats, &struck).map(|()| told)
}

fn books_of_messages(place: &Place, ran: &Ran, stats: &Stats) -> Result<Told, String> {
    let struck = struck(stats);
    let mut told = Told { struck: stats.faults.values().sum(), ..Told::default() };
    for row in place.json("messages/storm.json").as_array().unwrap() {
        match (row["decision"].as_bool(), row["rejoinder"]["failure"].as_str()) {
            (Some(_), None) => told.decided += 1,
            (None, Some(reason)) if struck.iter().any(|known| known.is_named_in(reason)) => told.failed += 1,
            (None, None) if ran.code == Some(4) => told.left += 1,
            _ => return Err(unlike(ran, &row.to_string())),
        }
    }
    if ran.code != Some(4) && ran.code != Some(told.code()) {
        return Err(unlike(ran, &format!("{told:?}")));
    }
    books_of_calls(ran, stats, &struck).map(|()| told)
}

/// Only an answer that was lost on its way may be asked for again.
fn books_of_calls(ran: &Ran, stats: &Stats, struck: &[&Known]) -> Result<(), String> {
    let lost = |known: &&&Known| known.answered || known.effect == Effect::HitsTheNext || known.is_slow();
    let lost: u64 = struck.iter().filter(lost).map(|known| stats.faults[known.fault]).sum();
    // A reset of one connection may take the answers of all that share it along; HTTP/1.1 shares none.
    if stats.repeated > lost { Err(unlike(ran, &format!("{} repeated", stats.repeated))) } else { Ok(()) }
}

fn struck(stats: &Stats) -> Vec<&'static Known> {
    KNOWN.iter().filter(|known| stats.faults.contains_key(known.fault)).collect()
}

fn unlike(ran: &Ran, what: &str) -> String {
    format!("{what}\nexit code {:?}\n{}\n{}", ran.code, ran.out, ran.err)
}
